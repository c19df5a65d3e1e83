"""What people wrote in their own words, for rules on how things are said.

Of a post-mortem that is its prose: headings, code, quotations, links, comments, and blocks that opsbook
generates are left out. Of an incident it is the summary, the entries of the timeline and the titles
of action items. Most records say none of the words that a rule listens for, so that is asked first, of the
text as it is; only then is a page taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.text import Location, Pointer, Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.model.incident import Incident

_ASIDE = re.compile(
    r"`[^`\n]*`"  # code
    r"|https?://\S+"
    r'|"[^"\n]*(?:\n[^"\n]+)*"|“[^”]*”|«[^»]*»|(?<!\w)‘[^’]*’(?!\w)'  # quotations within a paragraph
    r"|^[ \t]*>[^\n]*",  # somebody else's paragraph
    re.MULTILINE,
)
_GONE = "\x00"
"""Stands for each character of what is not prose, so that offsets stay."""
_BREAK = re.compile(r"[.!?][*_)]*\s|\n\s*\n|\n\s*(?:[-*+]|\d+[.)])\s|[|\x00:;]|<br ?/?>")
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|without|nobody|nor|avoid|avoiding|instead of|rather than)|n['’]t)\b"
    r"(?:[\s*_]+[\w'’-]+){0,4}[\s*_]*\Z",
    re.IGNORECASE,
)
_NEAR = 300
"""No sentence is followed further back."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that a rule listens for: the match, where they stand, and what stands before them in their
    sentence and after them."""

    match: re.Match[str]
    location: Location
    before: str
    after: str

    def __getitem__(self, group: str) -> str:
        """What a named group of the pattern matched, on one line; empty where it did not."""
        return " ".join((self.match[group] or "").split())

    @property
    def words(self) -> str:
        """As a message quotes them: on one line, without marks of Markdown."""
        return shown(" ".join(self.match[0].replace("*", "").replace("_", "").split()))

    @property
    def denied(self) -> bool:
        """Whether the sentence says that it is not so: `we do not call this human error`."""
        return _DENIED.search(self.before) is not None

    @property
    def titled(self) -> bool:
        """Whether it stands in a title: `The Field Guide to Understanding Human Error`."""
        return self.before.strip() != "" and all(word[:1].isupper() for word in self.match[0].split())

    def follows(self, *words: str) -> bool:
        """Whether one of these words stands right before it."""
        return self.before.rstrip(" \t\r\n*_").lower().endswith(tuple(f" {word}" for word in words)) or (
            self.before.strip(" \t\r\n*_").lower() in words
        )

    @property
    def asked(self) -> bool:
        """Whether the sentence is a question."""
        return self.after.rstrip(" \r\n\t*_)|").endswith("?")


class Listening(NamedTuple):
    """What a rule listens for: words without which nothing can match, and the pattern."""

    words: frozenset[bytes]
    also: frozenset[bytes]
    near: tuple[str, ...]
    pattern: re.Pattern[str]


def listen(heard: str, pattern: str, near: tuple[str, ...] = (), also: str = "") -> Listening:
    """Listening for a pattern in which a space is any white space within a paragraph, and marks of
    emphasis; case does not matter.

    One of the words in `heard` is in every text that matches, and one of those in `also` where there are
    some; one of the pieces in `near`, which are the same as `heard` where none are given, in every sentence.
    """
    words = tuple(heard.split())
    spaced = pattern.replace(" ", r"(?:[ \t*_]+|[ \t*_]*\r?\n[ \t]*)")
    compiled = re.compile(spaced, re.IGNORECASE)
    first, second = (frozenset(word.encode() for word in each) for each in (words, also.split()))
    return Listening(first, second, near or words, compiled)


def phrases(document: Document[Any], listening: Listening) -> Iterator[Phrase]:
    """The first match in each sentence of the prose of a post-mortem or incident."""
    said, lowered = _said(document)
    if listening.words.isdisjoint(said) or (listening.also and listening.also.isdisjoint(said)):
        return
    if not any(piece in lowered for piece in listening.near):
        return
    for passage in _passages(document):
        if not _may_match(passage, listening):
            continue
        text = passage.text
        for begin, end in _sentences(text, passage.lowered, listening.near):
            match = listening.pattern.search(text, begin, end)
            if match:
                place = passage.location(*match.span())
                yield Phrase(match, place, text[begin : match.start()], text[match.end() : end])


def _may_match(passage: _Passage, listening: Listening) -> bool:
    """Whether a passage says it at all, be it in code or a quotation: what of it is prose is dear to know."""
    return any(
        listening.pattern.search(passage.words, begin, end)
        for begin, end in _sentences(passage.words, passage.lowered, listening.near)
    )


def _sentences(text: str, lowered: str, pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where the sentences begin and end in which one of these pieces stands, in order."""
    last = 0
    for at in sorted({at for piece in pieces for at in _found(lowered, piece)}):
        if at >= last:
            begin = max(last, at - _NEAR)
            for found in _BREAK.finditer(text, begin, at):
                begin = found.end()
            end = _BREAK.search(text, at)
            last = end.end() if end else len(text)
            yield begin, last


def _found(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


_LETTERS = bytes(sign if chr(sign).isascii() and chr(sign).isalpha() else 32 for sign in range(256)).lower()


@lru_cache(4)
def _said(document: Document[Any]) -> tuple[frozenset[bytes], str]:
    """Every word of a document, in lower case, and its text on one line: one pass, for all rules."""
    if document.kind.markdown:
        text = document.source.text
    else:
        text = "\n".join(words for _, words in _texts(document.content))
    words = frozenset(text.encode("utf-8", "replace").translate(_LETTERS).split())
    return words, text.replace("\n", " ").lower()


# ── prose ─────────────────────────────────────────────────────────────────────────────────


class _Passage:
    """A text of a document, and the way to where it is written: a value of the record, or an offset into
    the page. What of it is prose is worked out where a word is heard in it."""

    def __init__(self, document: Document[Any], words: str, pointer: Pointer = ()) -> None:
        self.document = document
        self.pointer = pointer
        self.lowered = _lower(words)
        self.words = words

    @cached_property
    def text(self) -> str:
        """The prose, offsets as in the text; what is none stands as characters that match nothing."""
        if not self.pointer:
            return _prose(self.document.page)
        return _masked(self.words, (found.span() for found in _ASIDE.finditer(self.words)))

    def location(self, start: int, end: int) -> Location:
        if not self.pointer:
            return self.document.span(Span(start, end))
        value = self.document.at(*self.pointer)
        at = value.text.find(self.text[start:end])
        if at < 0:  # written with escapes, or folded
            return value
        at += value.span.start
        return self.document.span(Span(at, at + end - start))


def prose(postmortem: Document[Any]) -> str:
    """The prose of a page, offsets as in its source; what is none stands as characters that match nothing."""
    return _passages(postmortem)[0].text


@lru_cache(4)
def _passages(document: Document[Any]) -> tuple[_Passage, ...]:
    if document.kind.markdown:
        return (_Passage(document, document.source.text),)
    return tuple(_Passage(document, words, pointer) for pointer, words in _texts(document.content))


def _lower(text: str) -> str:
    """In lower case and on one line, character by character, so that offsets stay."""
    lowered = text.replace("\n", " ").lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := sign.lower()) == 1 else sign for sign in text)


def _texts(incident: Incident) -> Iterator[tuple[Pointer, str]]:
    if incident.summary:
        yield ("summary",), incident.summary
    for number, entry in enumerate(incident.timeline):
        yield ("timeline", number, "text"), entry.text
    for id, item in incident.action_items.items():
        yield ("action_items", id, "title"), item.title


def _prose(page: Page) -> str:
    """The text of a page with a mark for each character that is not prose."""
    aside: list[tuple[int, int]] = [(0, page.start), *page.comments, *page.html]
    for parts in (page.fences, page.headings, page.links, page.generated):
        aside += [each.span for each in parts]
    text = _masked(page.text, aside)
    return _masked(text, (found.span() for found in _ASIDE.finditer(text)))


def _masked(text: str, aside: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(aside):
        if end > at:
            pieces += [text[at : max(at, start)], _GONE * (end - max(at, start))]
            at = end
    return "".join((*pieces, text[at:]))
