"""What a command does to a book: edits and new files, and the words under which they are committed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from opsbook.edits import Edit, apply
from opsbook.text import Location, Source, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document

_NOTHING: Mapping[str, bytes] = MappingProxyType({})


class Change(NamedTuple):
    """What is to change, made from the book as it was read; nothing is written yet."""

    summary: str
    """What it does, as the subject of a commit: `2026-03-02-checkout-5xx: mitigated`."""
    edits: tuple[Edit, ...] = ()
    """A new text is an edit of an empty source."""
    files: Mapping[str, bytes] = _NOTHING
    """New files that are no texts of the book, such as evidence, by path."""
    moves: Mapping[str, str] = MappingProxyType({})
    """Where files and folders go, by where they are, after the edits."""

    def __bool__(self) -> bool:
        return bool(self.edits or self.files or self.moves)

    def landed(self, path: str) -> str:
        """Where what stands at a path is after the moves."""
        for before, after in self.moves.items():
            if path == before or path.startswith(f"{before}/"):
                return after + path[len(before) :]
        return path

    def texts(self) -> list[tuple[Source, str]]:
        """Each text that changes with what it becomes, in order of path."""
        of: dict[Source, list[tuple[Span, str]]] = {}
        for edit in self.edits:
            of.setdefault(edit.location.source, []).append((edit.location.span, edit.replacement))
        changed = [(source, apply(source.text, edits)) for source, edits in of.items()]
        return sorted(changed, key=lambda each: each[0].path)


def new(path: str, text: str) -> Edit:
    """The edit that writes a new text."""
    return Edit(Location(Source(path, ""), Span(0, 0)), text)


def rewritten(document: Document[object], text: str) -> Edit:
    """The edit that makes one text of another: only what differs is replaced, from the first character
    to the last, so that an edit of the same document elsewhere is a conflict and never a loss."""
    before = document.source.text
    start = 0
    while start < min(len(before), len(text)) and before[start] == text[start]:
        start += 1
    end = 0
    while end < min(len(before), len(text)) - start and before[-1 - end] == text[-1 - end]:
        end += 1
    return Edit(document.span(Span(start, len(before) - end)), text[start : len(text) - end])
