"""Comments that silence a finding where it stands.

`# opsbook: ignore[ACT002] vendor ships in May until=2026-12-31` in YAML, and the same words in an
HTML comment in Markdown. On a line with something else it speaks of that line; alone on its line
it speaks of the next line that is neither empty nor a comment. Prometheus rule files are YAML as well.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from opsbook.book.subset import Problem
from opsbook.lint.words import cue
from opsbook.text import Location, Source, Span, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic

SPOKEN_TO = cue("opsbook")
"""Of every comment that speaks to opsbook."""
_COMMENT = re.compile(r"(#|<!--)[ \t]*opsbook:[ \t]*ignore\[([^\]\n]*)\]([^\r\n]*)")
_MEANT = re.compile(r"(#|<!--)[ \t]*opsbook\b[ \t]*(:?)[ \t]*([a-z-]+)([^\r\n]*)", re.IGNORECASE)
"""A comment that speaks to opsbook, in whatever words."""
_RULE = re.compile(r"[A-Za-z]{2,3}[0-9]{3}\b|\b[a-z]+(?:[_-][a-z]+)+\b")
_VERBS = ("ignore", "ignores", "disable", "suppress", "silence", "skip", "allow", "noqa", "nolint")
_UNTIL = re.compile(r"\buntil=(\S+)")
_ASIDE = {
    "#": re.compile(r"\s*(?:#.*)?\Z"),
    "<!--": re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)?\Z"),
}
"""A line with nothing but a comment, in YAML and in Markdown, where `#` begins a heading."""


class Suppression(NamedTuple):
    """One comment: which rules, on which lines of which file (the first and the last), why, and
    until when."""

    location: Location
    lines: tuple[int, int]
    names: tuple[str, ...]
    reason: str
    until: date | None

    def silences(self, diagnostic: Diagnostic) -> bool:
        """Whether it names the diagnostic's rule."""
        return diagnostic.code in self.names or diagnostic.name in self.names


class Commented(Protocol):
    """A text with comments: a document, or a rule file."""

    @property
    def source(self) -> Source: ...

    def is_comment(self, at: int, mark: str) -> bool:
        """Whether a comment begins there, rather than a text that looks like one."""

    def last_line(self, line: int) -> int:
        """The last line of what begins on a line."""


class _Record(NamedTuple):
    document: Document[Any]

    @property
    def source(self) -> Source:
        return self.document.source

    def is_comment(self, at: int, mark: str) -> bool:
        document = self.document
        in_body = document.kind.markdown and not (document.front and at < document.front.span.end)
        if mark == "<!--":
            return in_body and any(span.start == at for span in document.page.comments)
        return not in_body and _begins(self.source, at) and not document.written_at(at)

    def last_line(self, line: int) -> int:
        if not self.document.kind.markdown:
            return line
        position = self.source.position
        spans = (fence.span for fence in self.document.page.fences)
        return next((position(span.end).line for span in spans if position(span.start).line == line), line)


class _Rules(NamedTuple):
    source: Source
    values: list[Span]

    def is_comment(self, at: int, mark: str) -> bool:
        written = any(span.start <= at < span.end for span in self.values)
        return mark == "#" and _begins(self.source, at) and not written

    def last_line(self, line: int) -> int:
        return line


def _begins(source: Source, at: int) -> bool:
    """Whether YAML would begin a comment there."""
    return source.text[at - 1 : at] in ("", " ", "\t", "\n")


def commented(document: Document[Any]) -> Commented:
    """A record or page."""
    return _Record(document)


def rule_files(book: Book) -> Iterator[Commented]:
    """The rule files that speak to opsbook."""
    from opsbook.book.alerts import values

    for file in book.rule_files():
        if "opsbook" in file.source.text.lower():
            yield _Rules(file.source, values(file.source))


def suppressions(text: Commented) -> tuple[Suppression, ...]:
    """The suppressions of a text; what looks like one in quotes or code is none."""
    written = text.source.text
    if "opsbook:" not in written or "ignore[" not in written:
        return ()
    return tuple(
        _suppression(text, match)
        for match in _COMMENT.finditer(written)
        if match[2].strip(" ,") and text.is_comment(match.start(), match[1])
    )


def malformed(commented: Commented) -> Iterator[Problem]:
    """Comments that were meant to silence something and do not, since they are written in another way."""
    text = commented.source.text
    for match in _MEANT.finditer(text):
        written = _COMMENT.match(text, match.start())
        if (written and written[2].strip(" ,")) or not commented.is_comment(match.start(), match[1]):
            continue
        words = _words(match[1], match[4])
        names = _rules(words)
        if _silences(match[2], match[3], words, names):
            said = text[match.start() : match.start(4)] + words
            yield Problem(
                "malformed_suppression", Span(match.start(), match.start() + len(said)),
                f"`{shown(said)}` silences nothing",
                f"write `opsbook: ignore[{', '.join(names) or 'CODE'}]` and why",
            )  # fmt: skip


def _rules(words: str) -> list[str]:
    """The rules that a text names, by code or name; the nearest where there is none of that name."""
    from opsbook.book.validate import nearest
    from opsbook.lint.catalog import catalog

    known = {name: name for code, rule in catalog().items() for name in (code, rule.name)}
    wanted = [name.upper() if name[-1].isdigit() else name.replace("-", "_") for name in _RULE.findall(words)]
    found = (known.get(name) or nearest(name, known) for name in wanted)
    return list(dict.fromkeys(name for name in found if name))


def _silences(colon: str, verb: str, words: str, names: list[str]) -> bool:
    """Whether a comment means to silence: by its verb, or by what stands in brackets after it."""
    from opsbook.book.validate import nearest

    if colon and verb.lower() == "ignore":
        return True
    bracket = words.lstrip().startswith("[")
    return (bracket or bool(names)) and nearest(verb, _VERBS) is not None


def _words(mark: str, rest: str) -> str:
    """What a comment goes on to say."""
    return (rest.partition("-->")[0] if mark == "<!--" else rest).rstrip()


def _suppression(text: Commented, match: re.Match[str]) -> Suppression:
    source = text.source
    words = _words(match[1], match[3])
    until = _UNTIL.search(words)
    return Suppression(
        Location(source, Span(match.start(), match.end())),
        _target(text, source.position(match.start()).line, _ASIDE[match[1]]),
        tuple(name.strip() for name in match[2].split(",") if name.strip()),
        _UNTIL.sub("", words).strip(),
        _date(until[1]) if until else None,
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min  # not a date: said as expired, rather than silent for ever


def _target(text: Commented, line: int, aside: re.Pattern[str]) -> tuple[int, int]:
    """The line itself where something else stands on it, else the next that is no aside; the whole
    block where that line begins a block of code."""
    target = _spoken_of(text.source, aside)[line]
    return target, (text.last_line(target) if target > line else target)


@lru_cache(4)
def _spoken_of(source: Source, aside: re.Pattern[str]) -> list[int]:
    """For each line (from 1), the first from there on that is no aside; itself where none follows."""
    found = [0] * (len(source.starts) + 1)
    following = 0
    for line in range(len(source.starts), 0, -1):
        if not aside.match(source.line(line)):
            following = line
        found[line] = following or line
    return found
