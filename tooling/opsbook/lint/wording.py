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
from typing import TYPE_CHECKING, Any

from opsbook.lint.words import Cue, cue
from opsbook.text import Location, Pointer, Span, shown

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.model.incident import Incident

# Each of these begins with a sign of its own, so that a page is searched for them in a stride.
_ASIDE = re.compile(
    r"`[^`\n]*`"  # code
    r"|https?://\S+"
    r'|"[^"\n]*(?:\n[^"\n]+)*"|“[^”]*”|«[^»]*»|‘(?<!\w‘)[^’]*’(?!\w)'  # quotations within a paragraph
    r"|\n[ \t]*>[^\n]*"  # somebody else's paragraph
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


class Listening:
    """What a rule listens for: cues without which nothing can match, and the pattern."""

    def __init__(self, cues: tuple[Cue, ...], near: tuple[str, ...], spaced: str) -> None:
        self.cues = cues
        self.near = near
        self._spaced = spaced

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled where a cue was given: that takes longer than checking a record."""
        return re.compile(self._spaced, re.IGNORECASE)


def listen(heard: str, pattern: str, near: tuple[str, ...] = (), also: str = "") -> Listening:
    """Listening for a pattern in which a space is any white space within a paragraph, and marks of
    emphasis; case does not matter.

    `heard` is a cue of every text that matches, and `also` another where it is given; one of the pieces in
    `near`, which are the words of `heard` where none are given, is in every sentence that matches.
    """
    spaced = pattern.replace(" ", r"(?:[ \t*_]+|[ \t*_]*\r?\n[ \t]*)")
    cues = tuple(cue(words) for words in (heard, also) if words)
    return Listening(cues, near or tuple(heard.replace("+", " ").split()), spaced)


def phrases(document: Document[Any], listening: Listening) -> Iterator[Phrase]:
    """The first match in each sentence of the prose of a post-mortem or incident."""
    if not all(each.given(document) for each in listening.cues):
        return
    lowered = _lowered(document)
    near = [piece for piece in listening.near if piece in lowered]
    if not near:
        return
    for passage in _passages(document):
        for begin, end in passage.sentences(near):
            text = passage.text
            match = listening.pattern.search(text, begin, end)
            if match:
                place = passage.location(*match.span())
                yield Phrase(match, place, text[begin : match.start()], text[match.end() : end])


def _found(text: str, piece: str) -> Iterator[int]:
    at = text.find(piece)
    while at >= 0:
        yield at
        at = text.find(piece, at + 1)


@lru_cache(64)
def _lowered(document: Document[Any]) -> str:
    """All that is said, in lower case and on one line."""
    if document.kind.markdown:
        return document.source.lowered.replace("\n", " ")
    return " ".join([words for _, words in _texts(document.content)]).replace("\n", " ").lower()


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
        return _without_asides(self.words)

    def sentences(self, pieces: Iterable[str]) -> Iterator[tuple[int, int]]:
        """Where the sentences begin and end in which one of these pieces stands, in order."""
        last = 0
        for at in sorted({at for piece in pieces for at in _found(self.lowered, piece)}):
            if at >= last:
                begin = max(last, at - _NEAR)
                for found in _BREAK.finditer(self.text, begin, at):
                    begin = found.end()
                end = _BREAK.search(self.text, at)
                last = end.end() if end else len(self.text)
                yield begin, last

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


@lru_cache(64)
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
    return _without_asides(_masked(page.text, aside))


def _without_asides(text: str) -> str:
    whole = "\n" + text  # so that every line has one before it, which stays
    starts = ((found.start() + (found[0][0] == "\n"), found.end()) for found in _ASIDE.finditer(whole))
    return _masked(text, ((start - 1, end - 1) for start, end in starts))


def _masked(text: str, aside: Iterable[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(aside):
        if end > at:
            pieces += [text[at : max(at, start)], _GONE * (end - max(at, start))]
            at = end
    return "".join((*pieces, text[at:]))
