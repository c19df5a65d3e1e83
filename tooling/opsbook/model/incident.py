"""An incident: facts, a timeline that is the source of everything derived, and what must follow.

Status, durations and flags are no fields: they follow from the timeline (`history`).
"""

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from opsbook.model.history import History
from opsbook.model.kind import (
    EscalationId,
    Id,
    IncidentId,
    Many,
    Model,
    OwnerId,
    People,
    PersonId,
    Ref,
    RoleName,
    RunbookId,
    ServiceId,
    SeverityName,
    Text,
    Visibility,
    needs,
    not_together,
)
from opsbook.model.refusal import expected, refuse
from opsbook.model.times import Date, Duration, Instant

Milestone = Literal[
    "started",
    "detected",
    "acknowledged",
    "declared",
    "identified",
    "mitigated",
    "resolved",
    "closed",
    "reopened",
]
ServiceState = Literal["operational", "degraded", "partial-outage", "down"]
Audience = Literal["internal", "executives", "customers", "public", "regulator"]
Stage = Literal["investigating", "identified", "monitoring", "resolved"]
IncidentKind = Literal["incident", "drill", "near-miss", "false-alarm"]


def _names_to_states(value: Any) -> Any:
    if not isinstance(value, tuple | list):
        return value
    if not all(isinstance(name, str) for name in value):
        raise expected("a list of names")
    return dict.fromkeys(value)


Services = Annotated[
    dict[ServiceId, ServiceState | None],
    BeforeValidator(
        _names_to_states,
        json_schema_input_type=list[ServiceId] | dict[ServiceId, ServiceState | None],
    ),
]
"""Services by id, and how each stands; a list says only which."""

Roles = dict[RoleName, People]


class Impact(Model):
    """What customers felt."""

    description: Text | None = None
    """What people could not do, in their words."""
    users_affected: Annotated[int, Field(ge=0)] | None = None
    """How many people were hurt, as well as it is known."""
    regions: Many[Text] = ()
    """Where it was felt."""
    data_loss: bool | None = None
    """Whether data was lost for good."""


class Update(Model):
    """A message to an audience; the entry's text is the message."""

    audience: Audience
    """Who is told."""
    stage: Stage | None = None
    """What a status page shows; independent of the incident's own status."""
    next_update: Instant | None = None
    """When the next update is promised."""
    eta: Instant | None = None
    """When the service is promised to work again."""


class Page(Model):
    """Somebody was paged."""

    person: PersonId
    """Who was paged."""
    policy: EscalationId | None = None
    """The escalation policy that paged."""
    alert: Text | None = None
    """The alert that paged."""
    outcome: Literal["acted", "acknowledged", "no-action", "false-alarm", "unanswered"] | None = None
    """What came of it."""


class RunbookRun(Model):
    """A runbook was followed; the last such entry is when it was last tested."""

    id: RunbookId
    """Which runbook."""
    result: Literal["ok", "partial", "failed"] = "ok"
    """Whether it did what it says."""


class Entry(Model):
    """One line of the timeline."""

    model_config = not_together("update", "page", "runbook")

    at: Instant
    """When it happened, with an offset: `2026-03-02T09:02Z`."""
    text: Text
    """What happened, in Markdown; the first line is the headline."""
    milestone: Milestone | None = None
    """A point that clocks and metrics are measured from."""
    severity: SeverityName | None = None
    """The severity from here on."""
    roles: Roles = Field(default_factory=dict)
    """Who holds a role from here on; an empty list vacates it."""
    services: Services = Field(default_factory=dict)
    """How services stand from here on."""
    update: Update | None = None
    """This entry was sent to an audience."""
    page: Page | None = None
    """This entry is a page."""
    runbook: RunbookRun | None = None
    """A runbook was followed."""
    by: Annotated[Text, Ref("person", "team")] | None = None
    """Who did it: a person or team, or `system:NAME`."""
    type: Literal["action", "finding", "decision"] | None = None
    """What sort of step it was."""
    choice: Literal["mitigate", "investigate"] | None = None
    """What was decided: stop the pain first, or look for the cause first."""
    approximate: bool = False
    """The time is a good guess."""
    evidence: Many[Text] = ()
    """Files under the incident's folder, or addresses, that show it."""
    source: Text | None = None
    """Where an import found it."""

    @field_validator("page", "runbook")
    @classmethod
    def _alone(cls, value: Model | None, info: ValidationInfo) -> Model | None:
        """Refuses a second one of an update, a page and a run of a runbook, where it is written."""
        for name in ("update", "page") if value else ():
            if name != info.field_name and info.data.get(name):
                raise refuse(
                    "`{one}` and `{other}` in one entry: write two entries", one=name, other=info.field_name
                )
        return value

    @property
    def headline(self) -> str:
        """The first line of the text."""
        return self.text.strip().partition("\n")[0]


class Move(Model):
    """A due date that was put off."""

    start: Annotated[Date, Field(alias="from")]
    """The day it was due before."""
    to: Date
    """The day it was due from then on."""
    reason: Text
    """Why it could wait."""


class Verdict(Model):
    """What somebody found who looked, some time later, whether a finished remedy holds."""

    reviewed_on: Date
    """The day somebody looked."""
    result: Literal["effective", "partly-effective", "ineffective"]
    """Whether what went wrong cannot go wrong that way any more."""
    reason: Text
    """What showed it: a peak, a drill, the next change of that sort."""


Strength = Literal["stronger", "intermediate", "weaker"]


class ActionItem(Model):
    """Work that an incident left behind."""

    model_config = needs(("status", "done", "done_on"), ("status", "declined", "reason"))

    title: Text
    """What will be different when it is done."""
    kind: Literal["prevent", "detect", "mitigate", "investigate", "process"] | None = None
    """What it does about the next one."""
    strength: Strength | None = None
    """How well it holds when nobody thinks of it, after the action hierarchy of RCA2: `stronger` takes the
    possibility away or forces the safe way (an invariant, a removed dependency, a refused deploy),
    `intermediate` makes it likelier to be caught (an alert, redundancy, a checklist), `weaker` asks people to
    remember (training, a warning, a page of words)."""
    owner: OwnerId | None = None
    """Who sees to it: a person or a team."""
    due: Date | None = None
    """By when; left out, it is the resolution plus the severity's `action_items_within`."""
    moved: Many[Move] = ()
    """Each time that the date was put off: `{from: 2026-03-16, to: 2026-04-13, reason: …}`."""
    status: Literal["open", "in-progress", "done", "declined"] = "open"
    """How far it is; `done` needs `done_on`, `declined` needs `reason`."""
    tracker: Text | None = None
    """Address of the issue where the work is tracked."""
    done_when: Text | None = None
    """How anybody can tell that it is done."""
    done_on: Date | None = None
    """The day it was done."""
    reason: Text | None = None
    """Why it was declined."""
    evidence: Many[Text] = ()
    """What shows that it is done: a change, a graph, a test."""
    review_on: Date | None = None
    """The day by which somebody looks whether it holds."""
    verdict: Verdict | None = None
    """What they found; only of what is done."""

    @model_validator(mode="after")
    def _status_is_backed(self) -> Self:
        if self.status == "done" and self.done_on is None:
            raise refuse("`status: done` needs `done_on`, the day it was done")
        if self.status == "declined" and self.reason is None:
            raise refuse("`status: declined` needs a `reason`")
        if self.verdict is not None and self.status != "done":
            raise refuse("a `verdict` on what is `{status}`: it needs `status: done`", status=self.status)
        return self

    @property
    def unfinished(self) -> bool:
        return self.status in ("open", "in-progress")

    @property
    def remedies(self) -> bool:
        """Whether it is meant to change something: not declined, and more than a question."""
        return self.status != "declined" and self.kind != "investigate"


class Closure(Model):
    """The closing criteria, attested; goes with the milestone `closed`."""

    metrics_at_baseline: bool
    """The graphs are back where they were."""
    no_customer_reports: bool
    """Nobody reports the problem any more."""
    evidence: Many[Text] = ()
    """What shows it."""
    because: Text | None = None
    """Why it was closed before it was stable for as long as the policy asks."""


class Recovery(Model):
    """Recovery objectives, and what was achieved."""

    rto: Duration | None = None
    """Recovery time objective."""
    rpo: Duration | None = None
    """Recovery point objective."""
    actual_rto: Duration | None = None
    """How long recovery took."""
    actual_rpo: Duration | None = None
    """How much data, in time, was lost."""


class Incident(Model):
    """Something went wrong: what, when, who did what, and what follows from it."""

    title: Text
    """What customers would say is wrong, in one line."""
    severity: SeverityName | None = None
    """How bad it is now; may be missing until it is declared."""
    kind: IncidentKind = "incident"
    """Only `incident` counts in metrics."""
    services: Services = Field(default_factory=dict)
    """The services that were hurt."""
    roles: Roles = Field(default_factory=dict)
    """Who holds which role now."""
    summary: Text | None = None
    """What happened and why, in a few sentences."""
    impact: Impact | None = None
    """What customers felt."""
    contributing_factors: Many[Text] = ()
    """What made it possible, as short tags such as `configuration-change`."""
    alerts: Many[Text] = ()
    """The alerts that fired."""
    links: dict[Id, Text] = {}
    """Addresses by name: `chat`, `war_room`, `source`, `status_page` …"""
    timeline: Many[Entry] = ()
    """What happened, in order of time."""
    action_items: dict[Id, ActionItem] = {}
    """Work that follows, a mapping of a short id to the work: `INCIDENT/id` names it everywhere."""
    duplicate_of: IncidentId | None = None
    """The incident that this one turned out to be; a duplicate counts nowhere."""
    related: Many[IncidentId] = ()
    """Other incidents worth reading with this one."""
    closure: Closure | None = None
    """The closing criteria, attested."""
    security: bool = False
    """A security incident."""
    recovery: Recovery | None = None
    """Recovery objectives, and what was achieved."""
    slo: Text | None = None
    """The objective that it spent."""
    changes: Many[Text] = ()
    """Addresses of the changes involved."""
    tags: Many[Text] = ()
    """Free labels."""
    visibility: Visibility = "internal"
    """What the published site may show."""

    @cached_property
    def history(self) -> History:
        return History(self)

    @property
    def counts(self) -> bool:
        """Whether duties and metrics follow from it: no drill, no near miss, no duplicate."""
        return self.kind == "incident" and self.duplicate_of is None

    def may_be_named(self, *, in_public: bool) -> bool:
        """Whether it may be named elsewhere, such as in the issues of a repository."""
        return self.visibility == "public" or (self.visibility == "internal" and not in_public)
