"""People, teams, services and holidays: who and what the records talk about.

Nobody is deleted while history needs them: `until` ends a person, team or service.
"""

from typing import Annotated, Self

from pydantic import Field, RootModel, model_validator

from opsbook.model.kind import (
    Country,
    EscalationId,
    HolidaysId,
    Id,
    Many,
    Model,
    PersonId,
    ServiceId,
    TeamId,
    Text,
    Visibility,
)
from opsbook.model.refusal import refuse
from opsbook.model.times import Date, Zone


class Absence(Model):
    """Days on which a person is away; both days are included."""

    start: Annotated[Date, Field(alias="from")]
    """The first day away."""
    end: Annotated[Date, Field(alias="to")]
    """The last day away."""
    reason: Text | None = None
    """Why, as much as the team needs to know."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise refuse("`to` is before `from`")
        return self


class Person(Model):
    """Somebody who takes turns, roles or work."""

    name: Text
    """Their name as they write it."""
    timezone: Zone
    """The IANA zone they live in, such as `Europe/Berlin`: where their nights are."""
    title: Text | None = None
    """What they do."""
    accounts: dict[Id, Text] = {}
    """Their names in other systems: `github`, `chat`, `pager`. No phone numbers in git."""
    absences: Many[Absence] = ()
    """When they are away; this changes nobody's turn."""
    until: Date | None = None
    """Their last day."""
    visibility: Visibility = "internal"
    """What the published site may show."""

    @property
    def login(self) -> str:
        """Their name on GitHub; empty where nobody wrote it down."""
        return self.accounts.get("github", "").lstrip("@")


class Team(Model):
    """A group that owns services and takes turns."""

    name: Text
    """The team's name."""
    description: Text | None = None
    """What it looks after."""
    members: Annotated[Many[PersonId], Field(min_length=1)]
    """Who is in it."""
    lead: PersonId | None = None
    """Who leads it."""
    chat: Text | None = None
    """Where it talks, such as `"#payments"`."""
    country: Country | None = None
    """Whose weekends and public holidays its business days leave out: a country, or a part of one, as in `DE`
    or `DE-BE`; left out, that of the settings."""
    holidays: HolidaysId | None = None
    """More days that are no business days; left out, those of the settings."""
    tier: Annotated[int, Field(ge=1, le=3)] | None = None
    """Support tier: 1 follows runbooks, 2 is senior, 3 leads."""
    until: Date | None = None
    """The team's last day."""


class Service(Model):
    """Something that customers or colleagues depend on."""

    name: Text
    """What people call it."""
    description: Text | None = None
    """What it does, for somebody new."""
    team: TeamId
    """Who owns it."""
    escalation: EscalationId | None = None
    """The policy that pages when it is hurt."""
    critical: bool = False
    """Whether the company stops without it."""
    depends_on: Many[ServiceId] = ()
    """The services that it cannot work without."""
    links: dict[Id, Text] = {}
    """Dashboards, repositories, documents by name."""
    until: Date | None = None
    """Its last day."""
    visibility: Visibility = "internal"
    """What the published site may show."""


class Holidays(RootModel[dict[Date, Text]]):
    """Days that count as `holiday`, by date, with their names."""

    model_config = {"frozen": True, "strict": True, "defer_build": True}
