"""Severity levels: what they mean, what they oblige to, and the questions that find one."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from opsbook.model.incident import Audience, Incident
from opsbook.model.kind import Id, Many, Model, OwnerId, RoleName, SeverityNames, Text, exactly_one
from opsbook.model.refusal import refuse
from opsbook.model.time import BusinessDays
from opsbook.model.times import Allowance, Duration

Urgency = Literal["page", "message", "ticket"]
PostmortemForm = Literal["full", "short", "note"]


class Response(Model):
    """How people are reached."""

    business_hours: Urgency
    """In working hours."""
    off_hours: Urgency
    """At night, on weekends and holidays."""


class SeverityLevel(Model):
    """One level of severity and the duties that come with it."""

    name: Text
    """What people call it."""
    aliases: Many[Text] = ()
    """Other names that mean it."""
    definition: Text
    """When an incident is of this level."""
    examples: Many[Text] = ()
    """What such an incident looks like."""
    response: Response | None = None
    """How people are reached."""
    acknowledge_within: Duration | None = None
    """How soon somebody must have taken it on."""
    roles: Many[RoleName] = ()
    """The roles that somebody must hold."""
    war_room: bool = False
    """Whether a call or a room is opened."""
    updates: dict[Audience, Duration] = {}
    """The longest silence per audience, from declaration to resolution."""
    postmortem: PostmortemForm = "note"
    """The post-mortem it asks for: `full`, `short`, or a `note` of two sentences on the record."""
    action_items_within: Allowance | None = None
    """By when its action items are due, after the resolution: `30d`, or `20 business days` of the team."""
    tell_when_overdue: Many[OwnerId] = ()
    """Who is told, beside the owner, when one of them is overdue: people and teams."""


class Question(Model):
    """A classifying question; each answer leads to a question or to a level."""

    ask: Text
    """The question, to be answered by yes or no."""
    if_yes: Id
    """The next question, or a level."""
    if_no: Id
    """The next question, or a level."""
    help: Text | None = None
    """How to tell, for somebody who is tired."""


class Clock(Model):
    """Something that must have happened a while after a milestone."""

    model_config = exactly_one("postmortem", "update")

    postmortem: Literal["draft", "review", "published"] | None = None
    """Met by a draft, by `review_at`, or by `published_on`."""
    update: Audience | None = None
    """Met by the first update to this audience after the milestone."""
    within: Allowance
    """How long after the milestone: `48h`, or `2 business days` of the team, the last of which is over at
    midnight. Updates are owed day and night while an incident goes on: business days are for what is told
    afterwards."""
    start: Annotated[
        Literal["started", "detected", "acknowledged", "declared", "mitigated", "resolved", "closed"],
        Field(alias="from"),
    ]
    """The milestone that starts the clock."""
    severity: SeverityNames = ()
    """For which levels; left out, for all."""

    @model_validator(mode="after")
    def _one_duty(self) -> Self:
        if (self.postmortem is None) == (self.update is None):
            raise refuse("a clock needs either `postmortem` or `update`")
        afterwards = self.start in ("mitigated", "resolved", "closed")
        if self.update and not afterwards and isinstance(self.within, BusinessDays):
            raise refuse("updates from `{start}` on are owed day and night: write `8h`", start=self.start)
        return self


class Severities(Model):
    """The severity policy: levels from the worst to the mildest."""

    levels: Annotated[dict[Id, SeverityLevel], Field(min_length=1)]
    """The levels, the worst first; the order is the rank."""
    questions: dict[Id, Question] = {}
    """The questions that classify an incident; the first is asked first."""
    clocks: Many[Clock] = ()
    """What must have happened by when."""
    escalate_without_progress: Duration = timedelta(minutes=30)
    """How long an incident may go without progress before it is escalated."""
    stable_before_close: Duration = timedelta(minutes=30)
    """How long it must have been stable before it is closed."""

    @property
    def paging(self) -> list[str]:
        """The levels for which somebody is paged, at some hour."""
        return [
            name
            for name, level in self.levels.items()
            if level.response and "page" in (level.response.business_hours, level.response.off_hours)
        ]

    def worst(self, names: tuple[str, ...]) -> str | None:
        """The highest of these levels; unknown names are passed over."""
        return next((level for level in self.levels if level in names), None)

    def worst_of(self, incident: Incident) -> str | None:
        """The highest level that an incident ever had."""
        return self.worst(incident.history.held(incident))

    def level_of(self, incident: Incident) -> SeverityLevel | None:
        """The worst level that an incident ever had: its form, clocks and allowances follow it."""
        worst = self.worst_of(incident)
        return self.levels[worst] if worst else None
