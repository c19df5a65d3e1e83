"""Attestations: what no record can show, and somebody vouches for, for a while."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from opsbook.model.kind import Many, Model, PersonId, Text
from opsbook.model.refusal import refuse
from opsbook.model.times import Date

Attested = Literal[
    "severities-defined",
    "platform-chosen",
    "basic-rotation",
    "channel-template",
    "runbooks-pass",
    "status-page",
    "team-trained",
    "tabletop-held",
    "first-postmortem",
    "review-cadence",
    "response-dashboard",
    "actions-tracked",
    "declaration-automated",
    "runbooks-automated",
    "recovery-drills",
    "trend-review",
    "alert-audit",
]


class Attestation(Model):
    """Somebody vouches for something, as of a day."""

    what: Attested
    """What they vouch for: an item of `opsbook checklist`, or `alert-audit`."""
    day: Date
    """The day they did."""
    by: PersonId
    """Who vouches."""
    until: Date | None = None
    """The last day that it holds; left out, an audit or a trend review holds to the end of the next quarter,
    recovery drills for 45 days, everything else for a year."""
    note: Text | None = None
    """What they saw."""
    evidence: Many[Text] = ()
    """Addresses that show it."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.day:
            raise refuse("`until` is before `day`")
        return self


class Attestations(Model):
    """What people vouch for."""

    attestations: Annotated[Many[Attestation], Field(min_length=1)]
    """Each with the day and the person; a newer one of the same thing takes the place of the older."""
