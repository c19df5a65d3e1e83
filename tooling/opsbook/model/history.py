"""What follows from an incident's timeline: milestones, status, and who and what held when.

Entries count in order of time, those of one instant in order of the file. What only some rules ask for
is worked out when it is first asked.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from opsbook.model.incident import Entry, Incident, Milestone

STATUSES = ("triage", "investigating", "mitigated", "resolved", "closed")
Status = Literal["triage", "investigating", "mitigated", "resolved", "closed"]
_REACHES: dict[str, int] = {"declared": 1, "mitigated": 2, "resolved": 3, "closed": 4}


class Step(NamedTuple):
    """An entry, and its place in the timeline as it is written, from 0."""

    place: int
    entry: Entry

    @property
    def at(self) -> datetime:
        return self.entry.at


class Tenure(NamedTuple):
    """Who held a role, until another entry gave it to somebody else: half-open."""

    people: tuple[str, ...]
    """Nobody where it was vacated."""
    since: datetime | None
    """None where only the top of the record says so: then all along."""
    until: datetime | None
    """None for the last one."""
    place: int | None
    """The place in the timeline, as it is written and from 0, of the entry that says so."""

    def covers(self, at: datetime) -> bool:
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class History:
    """What follows from the timeline."""

    def __init__(self, incident: Incident) -> None:
        self.known: dict[str | tuple[str, ...], Any] = {}
        """What is worked out of it further up, by a name: many rules ask the same."""
        timeline = incident.timeline
        times = [entry.at for entry in timeline]
        places = sorted(range(len(times)), key=times.__getitem__)
        self.in_order = [tuple.__new__(Step, (place, timeline[place])) for place in places]  # Step() is slow
        """The timeline in order of time; equal instants in order of the file."""
        self.ordered = places == [*range(len(times))]
        """Whether the timeline is written in order of time."""
        self._top_roles = incident.roles
        self.milestones: dict[str, datetime] = {}
        """The first instant of each milestone since the last `reopened`, and before it where
        it was not reached again."""
        self.severity: str | None = None
        self.roles: dict[str, tuple[str, ...]] = {}
        self.severities: list[tuple[datetime, str]] = []
        """Each severity and since when."""
        reached = 0
        fresh: set[str] = set()
        for _, entry in self.in_order:
            milestone = entry.milestone
            if milestone == "reopened":
                reached, fresh = 1, set()
            if milestone and milestone not in fresh:
                if milestone not in ("started", "detected", "acknowledged", "declared"):
                    self.milestones[milestone] = entry.at
                else:
                    self.milestones.setdefault(milestone, entry.at)
                fresh.add(milestone)
                reached = max(reached, _REACHES.get(milestone, 0))
            severity = entry.severity
            if severity and severity != self.severity:
                self.severity = severity
                self.severities.append((entry.at, severity))
            if entry.roles:
                self.roles |= entry.roles
        self.roles = {role: people for role, people in self.roles.items() if people}
        self.status: Status = STATUSES[reached]  # type: ignore[assignment]
        self.declared = self.milestones.get("declared")

    @property
    def known_since(self) -> datetime | None:
        """When it was declared, else when its timeline begins; None without one."""
        return self.declared or (self.in_order[0][1].at if self.in_order else None)

    def held(self, incident: Incident) -> tuple[str, ...]:
        """Every severity it ever had, the top-level one included."""
        if "held" not in self.known:
            names = [name for _, name in self.severities]
            top = [incident.severity] if incident.severity else []
            self.known["held"] = tuple(dict.fromkeys([*names, *top]))
        return self.known["held"]  # type: ignore[no-any-return]

    @cached_property
    def rounds(self) -> list[dict[Milestone, int]]:
        """The place of each milestone's first entry, once up to each `reopened`, which begins a round."""
        rounds: list[dict[Milestone, int]] = [{}]
        for place, entry in self.in_order:
            milestone = entry.milestone
            if milestone == "reopened":
                rounds.append({})
            if milestone:
                rounds[-1].setdefault(milestone, place)
        return rounds

    @cached_property
    def tenures(self) -> dict[str, list[Tenure]]:
        """Who held each role when, in order of time; a role that the timeline never mentions is
        held all along by whom the top names."""
        given: dict[str, list[Tenure]] = {}
        for place, entry in self.in_order:
            for role, people in entry.roles.items():
                before = given.setdefault(role, [])
                if before:
                    before[-1] = before[-1]._replace(until=entry.at)
                before.append(Tenure(people, entry.at, None, place))
        all_along = {role: [Tenure(people, None, None, None)] for role, people in self._top_roles.items()}
        return all_along | given

    def roles_at(self, at: datetime) -> dict[str, tuple[str, ...]]:
        """Who held which role at an instant; a role that nobody held is left out."""
        return {
            role: tenure.people
            for role, tenures in self.tenures.items()
            for tenure in tenures
            if tenure.people and tenure.covers(at)
        }
