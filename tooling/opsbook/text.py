"""Where something is written: positions, spans, sources, locations.

Offsets count characters of the decoded text, so that slicing is plain Python; lines and columns
exist only at the edge, where a person or an editor reads them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple


def shown(text: object) -> str:
    """A piece of text as a message quotes it: one line, no backticks, not too long."""
    line = "".join(c if c.isprintable() else " " for c in str(text)[:61]).replace("`", "'")
    return line if len(line) <= 60 else line[:59] + "…"


def count(number: int, noun: str) -> str:
    """A number and its noun: `1 record`, `2,000 records`."""
    if noun == "advice":
        return f"{number:,} advice"
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


class Position(NamedTuple):
    """A place as an editor shows it: line and column, both counted from 1."""

    line: int
    column: int


class Span(NamedTuple):
    """Half-open range of character offsets in a text."""

    start: int
    end: int


_LINE_END = re.compile(r"\r\n|\r|\n")


Pointer = tuple[str | int, ...]
"""The way to a value in a document: keys and indexes."""


class Place(NamedTuple):
    """Where a value is written, and its key where it has one."""

    value: Span
    key: Span | None


class Source:
    """A text and the path it is read from, relative to the book's root, with `/`."""

    __slots__ = ("_lowered", "_starts", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self._starts: list[int] | None = None
        self._lowered: str | None = None

    def __repr__(self) -> str:
        return f"Source({self.path!r}, {len(self.text)} characters)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Source) and (self.path, self.text) == (other.path, other.text)

    def __hash__(self) -> int:
        return hash((self.path, self.text))

    @property
    def starts(self) -> list[int]:
        """The offset at which each line begins; LF, CRLF and a lone CR end a line."""
        if self._starts is None:
            self._starts = [0, *(end.end() for end in _LINE_END.finditer(self.text))]
        return self._starts

    @property
    def lowered(self) -> str:
        """The text in lower case, for whoever only asks whether a word is in it; offsets may differ."""
        if self._lowered is None:
            self._lowered = self.text.lower()
        return self._lowered

    def position(self, offset: int) -> Position:
        """Line and column of an offset; an offset past the end is the end."""
        offset = min(offset, len(self.text))
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a line (from 1) and column (from 1)."""
        return self.starts[min(line, len(self.starts)) - 1] + column - 1

    def line(self, number: int) -> str:
        """One line (from 1) without its end."""
        span = self.line_span(number)
        return self.text[span.start : span.end]

    @property
    def line_end(self) -> str:
        """What ends its lines, as the first one does."""
        end = self.text[self.line_span(1).end :]
        return next((style for style in ("\r\n", "\n", "\r") if end.startswith(style)), "\n")

    def line_span(self, number: int) -> Span:
        """Where a line (from 1) stands, without its end."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return Span(start, start + len(self.text[start:end].rstrip("\r\n")))


class Location(NamedTuple):
    """A span of a source: what a diagnostic points at and an edit replaces."""

    source: Source
    span: Span

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def start(self) -> Position:
        return self.source.position(self.span.start)

    @property
    def end(self) -> Position:
        return self.source.position(self.span.end)

    @property
    def text(self) -> str:
        """What is written there."""
        return self.source.text[self.span.start : self.span.end]

    def below(self, folder: str) -> Location:
        """The same place, its path counted from above: `folder` ends in `/`."""
        return self._replace(source=Source(folder + self.path, self.source.text))

    def __str__(self) -> str:
        return f"{self.path}:{self.start.line}:{self.start.column}"
