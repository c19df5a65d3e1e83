"""What becomes evidence of an incident: its name in `evidence/`, and a text of it without its secrets.

What a terminal printed is full of tokens. Known shapes are masked, and so is what looks drawn by lot; ids of
commits and digests are none. Nothing here writes.
"""

from __future__ import annotations

import os
import re
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


class Masked(NamedTuple):
    """Something that was masked: what it looks like, its line from 1, and the letters that are left."""

    what: str
    line: int
    shown: str


def without_secrets(text: str) -> tuple[str, list[Masked]]:
    """The text, as long as before, with stars for secrets; and what these were, in order."""
    found: dict[Span, tuple[str, str]] = {
        Span(*match.span()): ("a private key", "") for match in _KEY.finditer(text)
    }
    taken = list(found)
    for secret in find(text):
        if secret.shown and not _within(secret.span, taken):
            found[secret.span] = (secret.what, secret.shown)
    taken = list(found)
    for match in _RUN.finditer(text):
        span = Span(*match.span())
        if not _within(span, taken) and drawn_by_lot(match[0]):
            found[span] = ("a value that looks random", match[0][:2])
    masked = []
    for span, (what, shown) in sorted(found.items()):
        masked.append(Masked(what, text.count("\n", 0, span.start) + 1, shown))
        stars = re.sub(r"[^\r\n]", "*", text[span.start + len(shown) : span.end])
        text = text[: span.start] + shown + stars + text[span.end :]
    return text, masked


def _within(span: Span, others: Iterable[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)


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
