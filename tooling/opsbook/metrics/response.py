"""When people were answering an incident, and under which severity.

A response begins with the declaration, and again with each reopening. What was declared only after it
had been mitigated needed no response, and has none until it is reopened.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from opsbook.model.history import Step
    from opsbook.model.incident import Incident

OVER = ("resolved", "closed")
"""The milestones that end a response."""
MENDED = ("mitigated", *OVER)
"""The milestones after which customers are no longer hurt."""


class Response(NamedTuple):
    """The steps of a response, in order of time.

    The first one is the declaration or the reopening; the last one is the milestone that ended it,
    or where it is not `over`, what happened last so far.
    """

    steps: tuple[Step, ...]
    over: bool

    @property
    def start(self) -> datetime:
        return self.steps[0].at

    @property
    def end(self) -> datetime | None:
        """When it ended; None while it goes on."""
        return self.steps[-1].at if self.over else None

    def covers(self, at: datetime) -> bool:
        """Whether it was going on at an instant; at its end it was not."""
        return self.start <= at and (self.end is None or at < self.end)


def tells_roles(incident: Incident) -> bool:
    """Whether the record can show who held a role: one imported from a feed (`links.source`) that names
    nobody holds what that feed holds, and somebody may have commanded all the same."""
    return "source" not in incident.links or bool(incident.history.tenures)


def updates(incident: Incident) -> list[Step]:
    """The entries of the timeline that were sent to an audience, in order of time."""
    known = incident.history.known
    if "updates" not in known:
        known["updates"] = [step for step in incident.history.in_order if step.entry.update]
    return known["updates"]  # type: ignore[no-any-return]


def responses(incident: Incident, until: tuple[str, ...] = OVER) -> tuple[Response, ...]:
    """Each response, up to one of these milestones: `OVER`, or `MENDED` for the part that hurt."""
    known = incident.history.known
    if until not in known:
        known[until] = tuple(_responses(incident, until))
    return known[until]  # type: ignore[no-any-return]


def _responses(incident: Incident, until: tuple[str, ...]) -> Iterator[Response]:
    steps: list[Step] = []
    declared, mended = False, False
    for step in incident.history.in_order:
        milestone = step.entry.milestone
        if steps:
            steps.append(step)
        mended = (mended or milestone in MENDED) and milestone != "reopened"
        declared = declared or milestone == "declared"
        if steps and milestone in until:
            yield Response(tuple(steps), over=True)
            steps = []
        elif not steps and declared and not mended and milestone in ("declared", "reopened"):
            steps = [step]
    if steps:
        yield Response(tuple(steps), over=False)


class Spell(NamedTuple):
    """A severity, and since when it held."""

    since: datetime
    severity: str


def spells(incident: Incident) -> list[Spell]:
    """Each severity and since when it held, in order of time; a severity that only the top of the
    record mentions held from its first entry on."""
    known = incident.history.known
    if "spells" not in known:
        known["spells"] = _spells(incident)
    return known["spells"]  # type: ignore[no-any-return]


def _spells(incident: Incident) -> list[Spell]:
    changes = incident.history.severities
    if changes:
        return [Spell(*change) for change in changes]
    if not incident.severity or not incident.timeline:
        return []
    return [Spell(min(entry.at for entry in incident.timeline), incident.severity)]


def held(incident: Incident, response: Response) -> list[Spell]:
    """The severities in force at any time of a response, in order of time."""
    found = spells(incident)
    ends = [spell.since for spell in found[1:]]
    return [
        spell
        for spell, end in zip_longest(found, ends)
        if (response.end is None or spell.since < response.end) and (end is None or end > response.start)
    ]
