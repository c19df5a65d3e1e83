"""Escalation policies: who is paged, in which order, and the tests that prove it."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from opsbook.model.kind import (
    EscalationId,
    Id,
    Many,
    Model,
    PersonId,
    RotationId,
    ServiceId,
    SeverityName,
    SeverityNames,
    TeamId,
    Text,
    exactly_one,
)
from opsbook.model.refusal import refuse
from opsbook.model.rotation import Window
from opsbook.model.times import Duration, DurationText, Instant, Zone


class Target(Model):
    """Who is paged: exactly one rotation, person, team or other policy."""

    model_config = exactly_one("rotation", "person", "team", "policy")

    rotation: RotationId | None = None
    """Whoever is on call there."""
    person: PersonId | None = None
    """This person."""
    team: TeamId | None = None
    """Everybody of this team."""
    policy: EscalationId | None = None
    """Another policy, from its first level on."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        named = (self.rotation, self.person, self.team, self.policy)
        if sum(value is not None for value in named) != 1:
            raise refuse("a target is exactly one of `rotation`, `person`, `team` and `policy`")
        return self


class Guard(Model):
    """When a level applies."""

    severity: SeverityNames = ()
    """Only for these severities."""
    hours: Id | None = None
    """Only in these `hours` of the policy."""
    outside: Id | None = None
    """Only outside these `hours` of the policy."""


class EscalationLevel(Model):
    """One step: page these, wait this long for an acknowledgement."""

    page: Annotated[Many[Target], Field(min_length=1)]
    """Who is paged, all at once."""
    escalate_after: Duration
    """How long to wait for an acknowledgement before the next level."""
    when: Guard | None = None
    """When the level applies; left out, always."""


class Hours(Model):
    """Named hours of a week."""

    timezone: Zone
    """The clock of the windows."""
    windows: Annotated[Many[Window], Field(min_length=1)]
    """The hours."""


class EscalationTest(Model):
    """A case that must hold: who is paged at which minute when nobody answers."""

    at: Instant
    """When it would happen."""
    severity: SeverityName | None = None
    """How bad it would be."""
    service: ServiceId | None = None
    """Which service would be hurt."""
    pages: Annotated[dict[DurationText, Target], Field(min_length=1)]
    """Who must be paged, by the time since the alert; name the target, not the person."""


class Escalation(Model):
    """Who is paged, level by level, until somebody acknowledges."""

    description: Text | None = None
    """What the policy is for."""
    levels: Many[EscalationLevel]
    """Whom to page, in steps: `- {page: [{rotation: payments-primary}], escalate_after: 5m}`."""
    repeat: Annotated[int, Field(ge=0, le=100)] = 0
    """How many times more to go through the levels."""
    fallback: Target | None = None
    """Who is paged after the last repeat."""
    reach_within: Duration | None = None
    """How soon somebody must be paged, whoever is missing; left out, the severity's `acknowledge_within`."""
    pages_at_most: Annotated[int, Field(ge=1)] | None = None
    """How many people one level may page at once."""
    hours: dict[Id, Hours] = {}
    """Hours that `when` may name."""
    tests: Many[EscalationTest] = ()
    """Cases that must hold."""

    def targets(self) -> Iterator[Target]:
        """Everything that it pages, in order, the fallback last."""
        for level in self.levels:
            yield from level.page
        if self.fallback:
            yield self.fallback
