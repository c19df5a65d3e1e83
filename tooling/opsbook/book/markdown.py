"""Markdown text → headings, sections, fences, links, lists and raw HTML, each with its span.

pulldown-cmark (through pyromark) parses CommonMark; this module only gives its events the shape
that rules ask about. Front matter is split off here and read by `book.yaml`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple, cast

import pyromark

from opsbook.text import Span

_MARK = re.compile(r"(---|\+\+\+)[ \t]*(?:\r\n|\r|\n|\Z)")
_CLOSING = {
    mark: re.compile(rf"{re.escape(mark)}(?<![^\r\n]{re.escape(mark)})[ \t]*(?:\r\n|\r|\n|\Z)")
    for mark in ("---", "+++")
}
"""The line that ends front matter; the pattern begins with the mark, which is found in a stride."""
_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_TASKLISTS
_BEGINNING = frozenset(("List", "Item", "Link", "Image"))
_HOLDING = frozenset(("Heading", "CodeBlock"))
_ENDING = frozenset(("Heading", "CodeBlock", "TableCell", "TableRow"))
GENERATED = re.compile(r"<!-- opsbook:([a-z-]+) -->\Z")
_GENERATED_END = "<!-- /opsbook -->"


class FrontMatter(NamedTuple):
    """What stands before a page's text: its mark (`---`, `+++`), where its lines stand, and where
    the text begins. `closed` is false where the second mark is missing."""

    mark: str
    span: Span
    body: int
    closed: bool


def front_matter(text: str, start: int = 0) -> FrontMatter | None:
    """The front matter of a page, if it has any."""
    match = _MARK.match(text, start)
    if not match:
        return None
    first = match.end()
    end = _CLOSING[match[1]].search(text, first)
    if end is None:
        return FrontMatter(match[1], Span(first, len(text)), len(text), closed=False)
    return FrontMatter(match[1], Span(first, end.start()), end.end(), closed=True)


class Heading(NamedTuple):
    """A heading: its depth (1 to 6), its words, and its whole line or lines."""

    level: int
    text: str
    span: Span


class Section(NamedTuple):
    """A heading and what follows it, up to the next heading of its level or above."""

    heading: Heading
    body: Span


class Fence(NamedTuple):
    """A block of code: language (the first word of its info string), where, and the code."""

    language: str
    span: Span
    code: Span
    fenced: bool


class Link(NamedTuple):
    """A link or a picture and where it leads."""

    target: str
    span: Span


class Item(NamedTuple):
    """A list item at any depth; numbered or not."""

    ordered: bool
    depth: int
    span: Span


class Generated(NamedTuple):
    """A block that opsbook keeps current, between its two comments."""

    name: str
    inner: Span
    span: Span


class Page:
    """The structure of one Markdown text, from `start` on."""

    def __init__(self, text: str, start: int = 0) -> None:
        self.text = text
        self.start = start
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.links: list[Link] = []
        self.html: list[Span] = []
        """Raw HTML, comments left out."""
        self.comments: list[Span] = []
        self._items: list[Item] = []
        self._lists: list[bool] = []
        self._read()

    def _read(self) -> None:
        body = self.text[self.start :]
        shift = self.start.__add__ if body.isascii() else _Offsets(body, self.start)
        said: list[tuple[str, Any]] | None = None  # in a heading or in code
        for event, where in cast("Any", pyromark.events_with_range(body, options=_OPTIONS)):
            if type(event) is str or "Text" in event or "Code" in event:
                if said is not None:
                    said.append((_said(event), where))
            elif "Start" in event:
                value = event["Start"]
                kind, detail = (value, None) if type(value) is str else next(iter(value.items()))
                if kind in _BEGINNING:
                    self._begin(kind, detail, Span(shift(where["start"]), shift(where["end"])))
                elif kind in _HOLDING:
                    said = []
                    info = detail
            elif "End" in event:
                value = event["End"]
                kind = value if type(value) is str else next(iter(value))
                if kind == "List":
                    self._lists.pop()
                elif kind in _ENDING:
                    span = Span(shift(where["start"]), shift(where["end"]))
                    if kind == "Heading":
                        self._heading(value[kind], span, said or [])
                        said = None
                    elif kind == "CodeBlock":
                        code = [Span(shift(piece["start"]), shift(piece["end"])) for _, piece in said or []]
                        self._fence(info, span, code)
                        said = None
                    elif kind == "TableCell":
                        cell = span.end
                    else:
                        self._beyond(Span(cell, span.end))
            elif "Html" in event or "InlineHtml" in event:
                self._raw(Span(shift(where["start"]), shift(where["end"])))

    def _begin(self, kind: str, detail: Any, span: Span) -> None:
        if kind == "List":
            self._lists.append(detail is not None)
        elif kind == "Item":
            self._items.append(Item(self._lists[-1], len(self._lists), span))
        else:
            self.links.append(Link(detail["dest_url"], span))

    def _heading(self, level: str, span: Span, said: list[tuple[str, Any]]) -> None:
        words = "".join(text for text, _ in said).strip()
        self.headings.append(Heading(int(level[1:]), words, _trimmed(self.text, span)))

    def _fence(self, info: Any, span: Span, code: list[Span]) -> None:
        span = _trimmed(self.text, span)
        inner = Span(code[0].start, code[-1].end) if code else self._nothing(span)
        fenced = type(info) is dict
        self.fences.append(Fence(_language(info["Fenced"] if fenced else ""), span, inner, fenced))

    def _nothing(self, fence: Span) -> Span:
        """Where the code of an empty fence would stand: below its first line."""
        line = self.text.find("\n", *fence)
        return Span(line + 1, line + 1) if line >= 0 else Span(fence.end, fence.end)

    def _raw(self, span: Span) -> None:
        """Tell comments from tags; a comment may run over several events, one a line."""
        at = max(span.start, self.comments[-1].end if self.comments else 0)
        while (start := self.text.find("<!--", at, span.end)) >= 0:
            self._tag(Span(at, start))
            at = _comment_end(self.text, start)
            self.comments.append(Span(start, at))
        self._tag(Span(at, span.end))

    def _beyond(self, span: Span) -> None:
        """Keep the comments after the last cell of a row, which the parser leaves out."""
        at = span.start
        while (start := self.text.find("<!--", at, span.end)) >= 0:
            at = min(_comment_end(self.text, start), span.end)
            self.comments.append(Span(start, at))

    def _tag(self, span: Span) -> None:
        words = self.text[span.start : span.end]
        if words.strip():
            start = span.start + len(words) - len(words.lstrip())
            self.html.append(_trimmed(self.text, Span(start, span.end)))

    @cached_property
    def items(self) -> list[Item]:
        """The items of its lists, an item before those in it."""
        return [each._replace(span=_trimmed(self.text, each.span)) for each in self._items]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """Every section; a section holds those of the headings below it."""
        ends: list[int] = []
        above: list[tuple[int, int]] = []  # level and end of the sections that follow, innermost last
        for heading in reversed(self.headings):
            while above and above[-1][0] > heading.level:
                above.pop()
            ends.append(above[-1][1] if above else len(self.text))
            above.append((heading.level, heading.span.start))
        return tuple(
            Section(heading, Span(heading.span.end, end))
            for heading, end in zip(self.headings, reversed(ends), strict=True)
        )

    @cached_property
    def generated(self) -> tuple[Generated, ...]:
        """The blocks that opsbook keeps current; one shown as code is none, nor is one with a
        heading in it, which somebody forgot to close before they wrote on."""
        found = []
        opened: tuple[str, Span] | None = None
        for comment in self.comments:
            words = self.text[comment.start : comment.end]
            begins = GENERATED.match(words)
            if begins:
                opened = begins[1], comment
            elif opened and words == _GENERATED_END:
                name, first = opened
                inner = Span(self._below(first.end), self._line(comment.start))
                opened = None
                by_hand = any(inner.start <= each.span.start < inner.end for each in self.headings)
                if inner.start <= inner.end and not by_hand:
                    found.append(Generated(name, inner, Span(self._line(first.start), comment.end)))
        return tuple(found)

    def _line(self, at: int) -> int:
        """Where the line that holds a place begins."""
        return max(self.text.rfind("\n", 0, at) + 1, self.start)

    def _below(self, at: int) -> int:
        """Where the next line begins."""
        return self.text.find("\n", at) + 1 or len(self.text)

    def empty(self, span: Span) -> bool:
        """Whether a span holds nothing for a reader: white space, headings and comments only.

        A block that opsbook generates counts as something.
        """
        if any(self.within(span, self.generated)):
            return False
        at = span.start
        for start, end in self._silent[bisect_left(self._silent, Span(at, 0)) :]:
            if start >= span.end:
                break
            if self.text[at:start].strip():
                return False
            at = max(at, end)
        return not self.text[at : span.end].strip()

    @cached_property
    def _silent(self) -> list[Span]:
        """Headings and comments, in order."""
        return sorted([*(each.span for each in self.headings), *self.comments])

    def hidden(self, at: int) -> bool:
        """Whether a place stands in code or in a comment, where Markdown means nothing."""
        code = bisect_right(self.fences, at, key=_begins) - 1
        comment = bisect_right(self.comments, Span(at, len(self.text))) - 1
        return (code >= 0 and at < self.fences[code].span.end) or (
            comment >= 0 and at < self.comments[comment].end
        )

    def within(self, span: Span, items: Sequence[Any]) -> Iterator[Any]:
        """Those of `fences`, `items`, `links` … that begin inside a span."""
        at = bisect_left(items, span.start, key=_begins)
        while at < len(items) and items[at].span.start < span.end:
            yield items[at]
            at += 1


def _begins(item: Any) -> int:
    return item.span.start  # type: ignore[no-any-return]


def _said(event: Any) -> str:
    """The words of an event that is text, code, or a line break."""
    return " " if type(event) is str else event["Text" if "Text" in event else "Code"]


def _language(info: str) -> str:
    words = info.split()
    return words[0].strip("{}") if words else ""


def _comment_end(text: str, start: int) -> int:
    end = text.find("-->", start)
    return len(text) if end < 0 else end + 3


def _trimmed(text: str, span: Span) -> Span:
    return Span(span.start, span.start + len(text[span.start : span.end].rstrip()))


class _Offsets:
    """Character offsets for the byte offsets of a UTF-8 parser."""

    def __init__(self, text: str, base: int) -> None:
        self.base = base
        self.wide: list[int] = []
        self.extra: list[int] = [0]
        if not text.isascii():
            for match in re.finditer(rb"[\xc2-\xf4]", text.encode("utf-8", "surrogatepass")):
                lead = match[0][0]
                self.wide.append(match.start() + 1)
                self.extra.append(self.extra[-1] + (3 if lead >= 0xF0 else 2 if lead >= 0xE0 else 1))

    def __call__(self, byte: int) -> int:
        if not self.wide:
            return self.base + byte
        return self.base + byte - self.extra[bisect_left(self.wide, byte + 1)]
