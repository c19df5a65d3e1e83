"""What one incident can be told to be like another by: services, alerts, contributing factors, and words.

The words are those of the title, the summary and the impact, and of the entries that say what was wrong and
what ended it. Short and empty ones are left out, and endings are cut, so that `connections` is `connection`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from opsbook.book.search import words

if TYPE_CHECKING:
    from opsbook.model.incident import Incident

SERVICE, ALERT, FACTOR, WORD = "s:", "a:", "f:", "w:"
"""What a mark begins with."""
_TELLING = ("identified", "mitigated", "resolved")
"""Milestones whose entries say what was wrong, or what ended it."""
_ENDINGS = ("ing", "ed", "es", "s")
_SHORTEST = 3
_STEM = 4
_EMPTY = frozenset(
    words(
        "about after all also and any are been before being between both but can could did does down during "
        "each few for from had has have how incident into its may more most not once only other our out over "
        "some such than that the their them then there these they this through was were what when where "
        "which while who will with within would you your one two three four five six ten again every nobody "
        "minute minutes second seconds hour hours declared identified mitigated resolved fully made make "
        "makes still those very well"
    )
)


def marks(incident: Incident) -> dict[str, str]:
    """The marks of an incident, each with the word or name as the record has it."""
    impact = incident.impact.description if incident.impact else None
    entries = (
        each.text for each in incident.timeline if each.milestone in _TELLING or each.type == "finding"
    )
    texts = (incident.title, incident.summary or "", impact or "", *entries)
    return marks_of(texts, incident.services, incident.alerts, incident.contributing_factors)


def marks_of(
    texts: Iterable[str], services: Iterable[str], alerts: Iterable[str], factors: Iterable[str] = ()
) -> dict[str, str]:
    """The marks of what is known so far."""
    found = dict(filter(None, map(_marked, words("\n".join(texts)))))
    for kind, names in ((SERVICE, services), (ALERT, alerts), (FACTOR, factors)):
        found |= {kind + " ".join(name.split()): name for name in names}
    return found


@lru_cache(1 << 15)
def _marked(word: str) -> tuple[str, str] | None:
    """The mark of a word, and the word, of which a book has the same few thousand again and again; None of an
    empty one."""
    telling = len(word) >= _SHORTEST and word not in _EMPTY and not word.isdecimal()
    return (WORD + _stem(word), word) if telling else None


def _stem(word: str) -> str:
    """A word without the ending that its other forms do not have."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM:
            word = word[: -len(ending)]
            break
    return word.removesuffix("e") if len(word) > _STEM else word
