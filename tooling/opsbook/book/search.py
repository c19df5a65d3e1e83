"""Which runbook somebody means by a few words: what they type at night is half a name, and misspelt.

Each word counts where it is found: most in the id and as an alert, then in the title, the services and the
headings; the beginning of a word counts less than the whole, a near miss less still. A runbook in which more
of the words are found comes before one in which fewer are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opsbook.book.facts import Runbook

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
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
    said = words(asked)
    wanted = [word for word in said if word not in _EMPTY] or said
    scored = (Found(each, _score(each, asked, wanted)) for each in runbooks)
    return sorted((each for each in scored if each.score), key=lambda each: (-each.score, each.runbook.path))


def id_of(runbook: Runbook) -> str:
    """The id of a runbook."""
    return runbook.path.rpartition("/")[2].removesuffix(".md")


def words(text: str) -> list[str]:
    """The words of a text, a title or a name such as `CheckoutErrorRate`, in lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def _score(runbook: Runbook, asked: str, wanted: list[str]) -> float:
    id, name = id_of(runbook), asked.strip().casefold()
    if name == id.casefold():
        return 2 * _WHOLE
    if name in (alert.casefold() for alert in runbook.alerts):
        return _WHOLE
    parts = (id, *runbook.alerts), runbook.alerts, (runbook.title,), runbook.services, runbook.headings
    there = [{word for text in texts for word in words(text)} for texts in parts]
    counts = [max(w * _alike(word, part) for w, part in zip(_WEIGHTS, there, strict=True)) for word in wanted]
    matched = sum(count > 0 for count in counts)
    return sum(counts) * (matched / len(wanted)) ** 2 if wanted else 0.0


def _alike(word: str, there: set[str]) -> float:
    """How surely a word is one of these."""
    if word in there:
        return _SURE
    if len(word) < _SHORTEST:
        return 0.0
    if any(each.startswith(word) or (len(each) > _SHORTEST and word.startswith(each)) for each in there):
        return _BEGINS
    from difflib import get_close_matches

    return _NEAR if get_close_matches(word[:40], there, 1, _NEAR_ENOUGH) else 0.0
