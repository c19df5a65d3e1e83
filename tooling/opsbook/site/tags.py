"""What the records are called by: contributing factors and tags, with how many records each leads to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opsbook.site.catalogue import Entry
    from opsbook.site.listing import Listing
    from opsbook.site.survey import Card

_SHOWN = 400
"""So many names are listed, those of most records."""


class Name(NamedTuple):
    """A factor or tag: how many incidents and post-mortems have it, and which runbooks."""

    name: str
    incidents: int
    postmortems: int
    runbooks: list[Card]

    @property
    def _order(self) -> tuple[int, str]:
        return -(self.incidents + self.postmortems + len(self.runbooks)), self.name


def names(incidents: Listing, postmortems: Listing, runbooks: Iterable[Entry]) -> dict[str, Any]:
    """The factors and the tags, those of most records first."""
    entries: dict[str, list[Card]] = {}
    for entry in runbooks:
        for tag in dict.fromkeys(entry.tags):
            entries.setdefault(tag, []).append(entry.card)
    factors = _names(incidents.used("factor"), postmortems.used("factor"), {})
    tags = _names(incidents.used("tag"), postmortems.used("tag"), entries)
    return {
        "factors": factors[:_SHOWN],
        "more_factors": len(factors[_SHOWN:]),
        "tags": tags[:_SHOWN],
        "more_tags": len(tags[_SHOWN:]),
    }


def _names(incidents: Counter[str], postmortems: Counter[str], runbooks: dict[str, list[Card]]) -> list[Name]:
    found = dict.fromkeys((*incidents, *postmortems, *runbooks))
    rows = (Name(each, incidents[each], postmortems[each], runbooks.get(each, [])) for each in found)
    return sorted(rows, key=lambda row: row._order)
