"""The post-mortems of a book as a library: the newest first, and by what made the incidents possible."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opsbook.model.incident import Incident
    from opsbook.model.postmortem import Postmortem
    from opsbook.site.guide import Guide
    from opsbook.site.survey import Card

_LONGEST = 220
"""A summary on a card is cut after so many letters."""
_CARDS = 60
"""So many of the newest stand on cards, the others in a list of so many at most."""
_LISTED = 400
_FACTORS = 60
"""So many factors, those of most incidents, are listed."""


class Lesson(NamedTuple):
    """A post-mortem as the library shows it."""

    card: Card
    day: date
    severity: str | None
    status: str
    summary: str
    factors: tuple[str, ...]
    authors: tuple[str, ...]


def lesson(record: Postmortem, card: Card, incident: Incident | None, guide: Guide) -> Lesson:
    """A post-mortem, with what its incident says."""
    known = incident.history.known_since if incident else None
    day = guide.local(known).date() if known else date.fromisoformat(card.id[:10])
    said = " ".join((incident.summary or "").split()) if incident else ""
    return Lesson(
        card,
        day,
        incident.severity if incident else None,
        record.status,
        said if len(said) <= _LONGEST else said[:_LONGEST].rpartition(" ")[0] + " …",
        incident.contributing_factors if incident else (),
        record.authors,
    )


def _year(found: Lesson) -> int:
    return found.day.year


def library(lessons: list[Lesson]) -> dict[str, Any]:
    """What the page of the library shows."""
    ordered = sorted(lessons, key=lambda each: (each.day, each.card.id), reverse=True)
    factors: dict[str, list[Card]] = {}
    for each in ordered:
        for factor in dict.fromkeys(each.factors):
            factors.setdefault(factor, []).append(each.card)
    most = sorted(factors.items(), key=lambda item: (-len(item[1]), item[0]))
    return {
        "years": [(year, list(its)) for year, its in groupby(ordered[:_CARDS], key=_year)],
        "earlier": ordered[_CARDS : _CARDS + _LISTED],
        "in_all": len(ordered),
        "shown": min(len(ordered), _CARDS + _LISTED),
        "factors": most[:_FACTORS],
    }
