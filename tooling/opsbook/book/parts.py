"""Which part of a runbook, or section of a post-mortem, stands where, and whether it says anything.

A part is a front-matter key, a section at any level, or a bold label at the start of a line, as in
`**Owner:** platform`: people write all three. What it may be called is in `Settings.means`. A
heading counts when it begins with such a name or ends with the part's own (`Roll back the deploy`,
`Recovery steps`), so that nobody is told to add what is there under a longer heading; a page's
title (the only heading of the first level, above all others) counts only when it is the name itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.text import Location, Span

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.markdown import Page
    from opsbook.model.runbook import Runbook
    from opsbook.model.settings import Settings

Words = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_SHORTCODE = re.compile(r":[a-z0-9_+-]+:")
_LABEL = re.compile(
    r"(?P<label>(?P<mark>\*\*|__)(?P<name>[^*_\r\n]+)(?P=mark)(?:[ \t]*:)?)[ \t]*(?P<rest>[^\r\n]*)"
)
_BEFORE_LABEL = re.compile(r"[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+)?")
_SAYS_NOTHING = frozenset(("", "~", "null", "Null", "NULL", "[]", "{}", '""', "''"))


_ENDINGS = {"verification": (("validation",),), "trigger": (("finding", "types"),)}
"""What a longer heading may end with, beside the part's own name."""


class Part(NamedTuple):
    """Where a part stands: its key, heading or label, and its content; `empty` where that says
    nothing."""

    location: Location
    body: Span
    empty: bool


def find(document: Document[Any], part: str, settings: Settings) -> Part | None:
    """A part of a page, one that says something before an empty one; None where there is none."""
    return _found(document, part, _names(part, settings.means(part)))


@lru_cache(1024)
def _found(document: Document[Any], part: str, names: Names) -> Part | None:
    empty = None
    for found in _places(document, part, names):
        if not found.empty:
            return found
        empty = empty or found
    return empty


def runbook_kind(runbook: Document[Runbook], settings: Settings) -> str:
    """The kind a runbook says it is, else the book's default.

    A page that does not say, has every part of `alert` and not half of those of the default kind
    is an alert runbook: nobody means to ask it for a rollback.
    """
    if runbook.has("kind"):
        return runbook.content.kind
    default = settings.default_runbook_kind
    alert, wanted = settings.parts("alert") or (), settings.parts(default) or ()
    if alert and all(find(runbook, part, settings) for part in alert):
        there = sum(find(runbook, part, settings) is not None for part in wanted)
        return "alert" if 2 * there < len(wanted) else default
    return default


def means(heading: Words, part: str, settings: Settings) -> bool:
    """Whether a heading or label that says this stands for a part."""
    return _called(heading, _names(part, settings.means(part)))


def said(document: Document[Any]) -> frozenset[Words]:
    """What the headings and labels of a page say, its title left out."""
    return frozenset(spot.said for spot in _spots(document) if spot.said and not spot.title)


def _places(document: Document[Any], part: str, names: Names) -> Iterator[Part]:
    yield from _keys(document, part, names)
    for spot in _spots(document):
        if spot.said in names.all if spot.title else _called(spot.said, names):
            empty = not spot.says and document.page.empty(spot.body)
            yield Part(document.span(spot.where), spot.body, empty)


# ── names ─────────────────────────────────────────────────────────────────────────────────


@lru_cache(2048)
def words(text: str) -> Words:
    """What a heading says: its words in lower case, without numbers before them, emoji, or
    punctuation."""
    spoken = _SHORTCODE.sub(" ", text.lower().replace("\u2019", "'"))
    found = _WORD.findall(spoken)
    first = next((at for at, word in enumerate(found) if not word.isdecimal()), len(found))
    return tuple(found[first:])


class Names:
    """What a part may be called: how a longer heading may end, and every name it has."""

    def __init__(self, ends: tuple[Words, ...], every: frozenset[Words]) -> None:
        self.ends = ends
        self.all = every


@lru_cache(4096)
def _called(said: Words, names: Names) -> bool:
    """Whether a heading or label that says this stands for the part."""
    return any(said[-len(end) :] == end for end in names.ends) or not names.all.isdisjoint(_beginnings(said))


@cache
def _names(part: str, means: frozenset[str]) -> Names:
    return Names((words(part), *_ENDINGS.get(part, ())), frozenset(words(name) for name in means))


def _beginnings(said: Words) -> frozenset[Words]:
    return frozenset(said[:count] for count in range(1, len(said) + 1))


# ── front matter ──────────────────────────────────────────────────────────────────────────


def _keys(document: Document[Any], part: str, names: Names) -> Iterator[Part]:
    """Front-matter keys; one with a meaning of its own (`alerts`) is not taken for another part."""
    for key in sorted(_spellings(names.all) & document.keys):
        own: dict[str, object] = getattr(document.kind.model, "model_fields", {})
        if key == part or key not in own:
            value = document.at(key)
            yield Part(document.key_at(key), value.span, value.text.strip() in _SAYS_NOTHING)


@cache
def _spellings(names: frozenset[Words]) -> frozenset[str]:
    return frozenset(sign.join(name) for name in names for sign in ("_", "-"))


# ── headings and labels ───────────────────────────────────────────────────────────────────


class Spot(NamedTuple):
    """A heading or label: what it says and where, what stands below it, whether it is the page's
    title, and whether it says something itself, as `## Owner: platform` does."""

    said: Words
    where: Span
    body: Span
    title: bool
    says: bool


@lru_cache(64)
def _spots(document: Document[Any]) -> tuple[Spot, ...]:
    page = document.page
    return (*_headings(page), *_labels(page))


def _headings(page: Page) -> Iterator[Spot]:
    first = [heading for heading in page.headings if heading.level == 1]
    title = first[0] if first and first == page.headings[:1] else None
    for heading, body in page.sections:
        says = ":" in heading.text and heading.text.partition(":")[2].strip() != ""
        yield Spot(words(heading.text), heading.span, body, heading is title, says)


def _labels(page: Page) -> Iterator[Spot]:
    if "**" not in page.text and "__" not in page.text:
        return
    labels = [match for match in _LABEL.finditer(page.text, page.start) if _is_label(page, match)]
    for label, end in zip(labels, _ends(page, labels), strict=True):
        body = Span(label.start("rest"), end)
        yield Spot(words(label["name"]), Span(*label.span("label")), body, title=False, says=False)


def _is_label(page: Page, match: re.Match[str]) -> bool:
    """Bold words that end in a colon or fill their line, rather than begin a sentence or stand in
    code or a comment."""
    at = match.start("label")
    return (
        _BEFORE_LABEL.fullmatch(page.text, _line_start(page, match), at) is not None
        and (match["label"].endswith(":") or match["name"].endswith(":") or not match["rest"].strip())
        and not page.hidden(at)
    )


def _line_start(page: Page, label: re.Match[str]) -> int:
    start = page.text.rfind("\n", 0, label.start()) + 1
    return max(start, page.text.rfind("\r", start, label.start()) + 1)


def _indent(page: Page, label: re.Match[str]) -> int:
    line = page.text[_line_start(page, label) : label.start()]
    return len(line) - len(line.lstrip(" \t"))


def _ends(page: Page, labels: list[re.Match[str]]) -> list[int]:
    """Where what follows each label ends: at a heading, a label that is not below it, or the end."""
    ends: list[int] = []
    later: list[tuple[int, int]] = []  # indent and line of the labels that follow, the nearest last
    for label in reversed(labels):
        indent = _indent(page, label)
        while later and later[-1][0] > indent:
            later.pop()
        end = later[-1][1] if later else len(page.text)
        heading = bisect_left(page.headings, label.end(), key=lambda each: each.span.start)
        ends.append(min([end, *(each.span.start for each in page.headings[heading : heading + 1])]))
        later.append((indent, _line_start(page, label)))
    return ends[::-1]
