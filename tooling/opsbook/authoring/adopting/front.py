"""Front matter for a runbook: what its text, the owners of its path and its history say, on top of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.authoring.adopting.pages import Page, day_in, shape
from opsbook.book.alerts import matches
from opsbook.book.document import Document, read
from opsbook.book.parts import Part, find
from opsbook.edits import apply
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.model.settings import Settings
    from opsbook.model.severity import Severities

CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
"""Where forges look for it, from the top of a repository."""
_NAME = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|20\d\d-\d\d-\d\d")
_NO_TEXT = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_LABELS = 4
"""An owner has no more words than this; more is a sentence about one."""


class Known(NamedTuple):
    """What is known of a collection beside its pages."""

    settings: Settings
    begins: bool
    """Whether the book begins now: what a page is that says nothing was decided by nobody yet."""
    severities: Severities
    alerts: frozenset[str]
    owner: Callable[[str], str | None]
    """Who owns a path; None where nobody says so."""
    changed: Callable[[str], date | None]
    """The day a path last changed; None where that is not known."""


class Addition(NamedTuple):
    """Front matter that a page gets: its keys, and its text with them."""

    keys: tuple[str, ...]
    text: str


def add(page: Page, path: str, known: Known) -> Addition | None:
    """The front matter that a runbook lacks, as its text at `path` in the book; None where it lacks nothing
    that is known, and for a page that could not be read, before or with it."""
    document = page.document
    if not document.readable:
        return None
    lines = {key: value for key, value in _values(page, path, known) if key not in document.keys}
    if not lines:
        return None
    text = _with(document, [f"{key}: {value}" for key, value in lines.items()])
    after = read(document.kind, document.id, path, text.encode("utf-8"))
    if not after.readable or after.keys != document.keys | set(lines):
        return None
    if len(after.problems) > len(document.problems):
        return None
    return Addition(tuple(lines), text)


def _with(document: Document[Any], lines: list[str]) -> str:
    source, front = document.source, document.front
    end = source.line_end
    block = "".join(line + end for line in lines)
    if front is not None:
        return apply(source.text, [(Span(front.span.end, front.span.end), block)])
    start = 1 if source.text.startswith("\ufeff") else 0
    return apply(source.text, [(Span(start, start), f"---{end}{block}---{end}")])


def _values(page: Page, path: str, known: Known) -> Iterator[tuple[str, str]]:
    document, settings = page.document, known.settings
    kind = shape(page, known.alerts)
    if kind != settings.default_runbook_kind and (known.begins or path != page.path):
        yield "kind", kind
    title = next((each.text for each in document.page.headings if each.level == 1), "")
    if title in known.alerts and document.id not in known.alerts:
        yield "alerts", f"[{_scalar(title)}]"
    level = _level(_said(document, "severity", settings), known.severities)
    if level:
        yield "severity", _scalar(level)
    owner = find(document, "owner", settings)
    name = _owner(_text(document, owner)) if owner else known.owner(page.path)
    if name:
        yield "owner", _scalar(name)
    updated = find(document, "last_updated", settings)
    day = day_in(_text(document, updated)) if updated else known.changed(page.path)
    if day:
        yield "last_updated", str(day)


def _said(document: Document[Any], part: str, settings: Settings) -> str:
    found = find(document, part, settings)
    return _text(document, found) if found else ""


def _text(document: Document[Any], part: Part) -> str:
    """What a part says on its own line, or in the only one below; nothing for a key, and for more."""
    if document.front and part.location.span.start < document.front.body:
        return ""
    beside = part.location.text.partition(":")[2].strip(" *_#")
    below = document.source.text[part.body.start : part.body.end].strip()
    words = beside or below
    return "" if "\n" in words else words.strip("-*_`>: \t\r.")


def _level(said: str, severities: Severities) -> str | None:
    """The level that a word names, by its name or an alias."""
    word = said.casefold()
    names = ((name, (name, *level.aliases)) for name, level in severities.levels.items())
    return next((name for name, called in names if word in map(str.casefold, called)), None)


def _owner(said: str) -> str | None:
    """The id of whoever a few words name: `@acme/payments` and `Payments team` are ids of one kind."""
    said = _LINK.sub(r"\1", said).strip("*_` ")
    name = _NAME.fullmatch(said)
    if name:
        return name[1].rpartition("/")[2]
    spoken = re.findall(r"[A-Za-z0-9]+", said)
    plain = re.fullmatch(r"[A-Za-z0-9 &_-]+", said) is not None
    return "-".join(spoken).lower() if plain and 0 < len(spoken) <= _LABELS else None


def _scalar(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NO_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)


# ── who owns a path ───────────────────────────────────────────────────────────────────────


def owners(text: str) -> Callable[[str], str | None]:
    """Who owns a path by a `CODEOWNERS` file: of the last line that names it the first team, or else the
    first account. Addresses of mail are nobody's id."""
    lines = [found for line in text.splitlines() if (found := _owned(line))]

    def owner(path: str) -> str | None:
        for globs, id in reversed(lines):
            if any(matches(path, glob) for glob in globs):
                return id
        return None

    return owner


def _owned(line: str) -> tuple[tuple[str, ...], str | None] | None:
    """The globs of a line and the id of whom it names; None for a line that names no path."""
    line = line.split(" #")[0].strip()
    if not line or line.startswith(("#", "[", "^[", "!")):
        return None
    pattern, *names = re.split(r"(?<!\\)\s+", line)
    accounts = [name[1:] for name in names if name.startswith("@") and _NAME.fullmatch(name)]
    teams = [name for name in accounts if "/" in name]
    id = next((name.rpartition("/")[2] for name in (*teams, *accounts)), None)
    return _globs(pattern.replace("\\ ", " ")), id


def _globs(pattern: str) -> tuple[str, ...]:
    """What a pattern of gitignore means: anywhere, unless it has a `/` before its end."""
    anchored = "/" in pattern.rstrip("/")
    base = pattern.strip("/")
    base = base if anchored or not base else f"**/{base}"
    inside = f"{base}/**" if base else "**"
    if pattern.endswith("/"):
        return (inside,)
    return (base,) if base.endswith("/*") else (base, inside)
