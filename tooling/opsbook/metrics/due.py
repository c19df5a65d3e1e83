"""What an incident that goes on owes whom, and by when: the next update to each audience."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.updates import duties, promises, silences

if TYPE_CHECKING:
    from opsbook.model.incident import Audience, Incident
    from opsbook.model.severity import Severities


class Due(NamedTuple):
    """An update that is owed."""

    at: datetime
    audience: Audience


def next_updates(incident: Incident, policy: Severities) -> list[Due]:
    """The next update that each audience is owed, the soonest first, late or not: what the severity allows,
    what a clock of the policy asks for, and what was promised."""
    found: dict[Audience, datetime] = {}
    owed = [
        *((each.audience, each.due) for each in silences(incident, policy) if each.until is None),
        *((each.audience, each.due) for each in duties(incident, policy) if each.met_at is None),
        *(
            (each.audience, each.due)
            for each in promises(incident)
            if each.key == "next_update" and each.met_by is None
        ),
    ]
    for audience, due in owed:
        found[audience] = min(due, found.get(audience, due))
    return sorted(Due(at, audience) for audience, at in found.items())
