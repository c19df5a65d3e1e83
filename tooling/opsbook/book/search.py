"""Which runbook somebody means by a few words: what they type at night is half a name, and misspelt.

Each word counts where it is found: most in the id and as an alert, then in the title, the services and the
headings; the beginning of a word counts less than the whole, a near miss less still. A runbook in which more
of the words are found comes before one in which fewer are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.book.facts import Runbook

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_ENGLISH = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
"""The same of a text of nothing but ASCII, found in half the time."""
_EMPTY = frozenset(("a", "an", "and", "for", "how", "in", "is", "of", "on", "or", "the", "to", "with"))
_WEIGHTS = (8, 8, 5, 4, 2)
"""What a word counts in the id, an alert, the title, a service and a heading."""
_WHOLE = 100
_SURE, _BEGINS, _NEAR = 1.0, 0.6, 0.4
_NEAR_ENOUGH = 0.8
_SHORTEST = 3
"""Letters of a word whose beginning, or near miss, means anything."""


class Found(NamedTuple):
    """A runbook, and how well it fits."""

    runbook: Runbook
    score: float


def found(runbooks: Iterable[Runbook], asked: str) -> list[Found]:
    """The runbooks in which some of the words are found, the best first."""
    there = {each: _parts(each) for each in runbooks}
    said = list(words(asked))
    known = {word for parts in there.values() for part in parts for word in part}
    wanted = [_meant(word, known) for word in said if word not in _EMPTY] or [(word, _SURE) for word in said]
    scored = (Found(each, _score(each, parts, asked, wanted)) for each, parts in there.items())
    return sorted((each for each in scored if each.score), key=lambda each: (-each.score, each.runbook.path))


def id_of(runbook: Runbook) -> str:
    """The id of a runbook."""
    return runbook.path.rpartition("/")[2].removesuffix(".md")


def words(text: str) -> Iterator[str]:
    """The words of a text, a title or a name such as `CheckoutErrorRate`, in lower case."""
    return map(str.lower, (_ENGLISH if text.isascii() else _WORD).findall(text))


def _parts(runbook: Runbook) -> tuple[set[str], ...]:
    """The words of the id, the alerts, the title, the services and the headings."""
    id = (id_of(runbook), *runbook.alerts)
    texts = (id, runbook.alerts, (runbook.title,), runbook.services, runbook.headings)
    return tuple({word for text in part for word in words(text)} for part in texts)


def _meant(word: str, known: set[str]) -> tuple[str, float]:
    """The word that is meant, and how surely: one that is nowhere is the nearest that is somewhere."""
    if len(word) < _SHORTEST or _alike(word, known):
        return word, _SURE
    from difflib import get_close_matches

    near = get_close_matches(word[:40], known, 1, _NEAR_ENOUGH)
    return (near[0], _NEAR) if near else (word, _SURE)


def _score(
    runbook: Runbook, parts: tuple[set[str], ...], asked: str, wanted: list[tuple[str, float]]
) -> float:
    name = asked.strip().casefold()
    if name == id_of(runbook).casefold():
        return 2 * _WHOLE
    if name in (alert.casefold() for alert in runbook.alerts):
        return _WHOLE
    counts = [
        sure * max(weight * _alike(word, part) for weight, part in zip(_WEIGHTS, parts, strict=True))
        for word, sure in wanted
    ]
    matched = sum(count > 0 for count in counts)
    return sum(counts) * (matched / len(wanted)) ** 2 if wanted else 0.0


def _alike(word: str, there: set[str]) -> float:
    """How surely a word is one of these."""
    if word in there:
        return _SURE
    if len(word) < _SHORTEST:
        return 0.0
    begins = any(each.startswith(word) or (len(each) > _SHORTEST and word.startswith(each)) for each in there)
    return _BEGINS if begins else 0.0
