"""What an incident owes whom, and by when: the next update to each audience while it goes on, and the full
details once it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.updates import duties, last_words, promises, silences, speaks_of

if TYPE_CHECKING:
    from opsbook.metrics.business_days import Terms
    from opsbook.model.incident import Audience, Incident
    from opsbook.model.postmortem import Postmortem


class Due(NamedTuple):
    """An update that is owed."""

    at: datetime
    audience: Audience
    place: int
    """The entry of the timeline that it follows from, as it is written and from 0."""


def next_updates(incident: Incident, terms: Terms) -> list[Due]:
    """The next update that each audience is owed, the soonest first, late or not: what the severity allows,
    what a clock of the policy asks for, and what was promised."""
    return _soonest(
        [
            *(
                Due(each.due, each.audience, each.since.place)
                for each in silences(incident, terms.policy)
                if each.until is None
            ),
            *(
                Due(each.due, each.audience, each.began.place)
                for each in duties(incident, terms)
                if each.met_at is None
            ),
            *(
                Due(each.due, each.audience, each.step.place)
                for each in promises(incident)
                if each.key == "next_update" and each.met_by is None
            ),
        ]
    )


def details(incident: Incident, terms: Terms, postmortem: Postmortem | None) -> list[Due]:
    """The full details that each audience is owed of what is over, the soonest first; not those to an
    audience of which the record, imported from a feed, cannot know."""
    return _soonest(
        Due(each.due, each.audience, each.began.place)
        for each in last_words(incident, terms, postmortem)
        if each.met_at is None and speaks_of(incident, each.audience)
    )


def _soonest(owed: Iterator[Due] | list[Due]) -> list[Due]:
    """The first of each audience, in order of time."""
    found: dict[Audience, Due] = {}
    for each in sorted(owed):
        found.setdefault(each.audience, each)
    return list(found.values())
