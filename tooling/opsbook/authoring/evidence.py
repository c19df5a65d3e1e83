"""What becomes evidence of an incident: its name in `evidence/`, and a text of it without its secrets.

What a terminal printed is full of tokens. Known shapes are masked, and so is what looks drawn by lot; ids of
commits and digests are none. Nothing here writes.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from opsbook.errors import UserError
from opsbook.lint.secrets import drawn_by_lot, find
from opsbook.text import Span

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

LIMIT = 1_000_000
"""Bytes; what is larger slows every clone of the book for ever."""
_KEY = re.compile(r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY[A-Z ]*)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_RUN = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{24,}={0,2}(?![A-Za-z0-9+/=_-])")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


_Found = tuple[Span, str, str]
"""Where a secret stands, what it looks like, and the letters of it that are left."""


class Masked(NamedTuple):
    """Something that was masked: what it looks like, its line from 1, and the letters that are left."""

    what: str
    line: int
    shown: str


def without_secrets(text: str) -> tuple[str, list[Masked]]:
    """The text, as long as before, with stars for secrets; and what these were, in order."""
    found = _known(text)
    drawn = (
        (Span(*match.span()), "a value that looks random", match[0][:2])
        for match in _RUN.finditer(text)
        if drawn_by_lot(match[0])
    )
    return _starred(text, [*found, *_beside(drawn, [span for span, _, _ in found])])


def secrets_of(content: bytes) -> list[Masked]:
    """What looks like a secret in a file; nothing where it is no text."""
    return [] if b"\0" in content else without_secrets(content.decode("utf-8", "replace"))[1]


def without_known(text: str) -> tuple[str, list[Masked]]:
    """The same for what a person typed: only what has the shape of a secret that is known."""
    return _starred(text, _known(text))


def _known(text: str) -> list[_Found]:
    found = [(Span(*match.span()), "a private key", "") for match in _KEY.finditer(text)]
    shaped = ((each.span, each.what, each.shown) for each in find(text) if each.shown)
    return [*found, *_beside(shaped, [span for span, _, _ in found])]


def _starred(text: str, found: Iterable[_Found]) -> tuple[str, list[Masked]]:
    masked, pieces, at, line = [], [], 0, 1
    for span, what, shown in sorted(found):
        line += text.count("\n", at, span.start)
        masked.append(Masked(what, line, shown))
        stars = re.sub(r"[^\r\n]", "*", text[span.start + len(shown) : span.end])
        pieces += [text[at : span.start], shown, stars]
        line += text.count("\n", span.start, span.end)
        at = span.end
    return "".join((*pieces, text[at:])), masked


def _beside(found: Iterable[_Found], taken: Iterable[Span]) -> list[_Found]:
    """What overlaps nothing that is taken, nor anything before it; in time that grows with the text."""
    spans = sorted(taken)
    kept: list[_Found] = []
    end = 0
    for each in sorted(found):
        place = bisect_left(spans, each[0])
        before, after = spans[max(place - 1, 0) : place], spans[place : place + 1]
        free = not any(other.start < each[0].end and each[0].start < other.end for other in (*before, *after))
        if free and each[0].start >= end:
            kept.append(each)
            end = each[0].end
    return kept


def is_address(evidence: str) -> bool:
    """Whether it is an address rather than a file."""
    return _ADDRESS.match(evidence) is not None


def kept(
    book: Book, incident: str, files: Mapping[str, bytes], named: Iterable[str] = ()
) -> tuple[dict[str, bytes], list[str]]:
    """New files of an incident by path, and what its entry says: addresses as they are, files by the name
    they get, which is nobody's yet."""
    folder = f"incidents/{incident[:4]}/{incident}"
    found: dict[str, bytes] = {}
    links = [each for each in named if is_address(each)]
    for name, content in files.items():
        stem, dot, ending = _plain(name).rpartition(".")
        if not stem:
            stem, dot, ending = ending, "", ""
        for number in range(1, 1000):
            place = f"evidence/{stem}{f'-{number}' if number > 1 else ''}{dot}{ending}"
            path = f"{folder}/{place}"
            if path not in found and not book.reaches(path):
                break
        found[path] = content
        links.append(place)
    return found, links


def _plain(name: str) -> str:
    """A file's name that every system can hold."""
    plain = _UNSAFE.sub("-", os.path.basename(name)).strip("-.")
    return plain[-100:].lstrip("-.") or "evidence"


def require_small(name: str, size: int, force: bool) -> None:
    """UserError for what is too large, unless it is forced."""
    if size > LIMIT and not force:
        raise UserError(
            f"{name} has {size / 1_000_000:.1f} MB, evidence has 1 MB at most",
            "keep the part that matters, or `--force`",
        )
