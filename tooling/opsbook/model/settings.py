"""A book's settings: `[tool.opsbook]` in pyproject.toml, or opsbook.toml."""

from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from opsbook.diagnostics import LevelName, Profile
from opsbook.model.kind import Country, Id, Many, Model, Text
from opsbook.model.refusal import refuse
from opsbook.model.times import ReviewPeriod, Zone

PARTS = {
    "incident": (
        "trigger",
        "severity",
        "prerequisites",
        "steps",
        "verification",
        "rollback",
        "owner",
        "last_updated",
    ),
    "alert": ("meaning", "impact", "diagnosis", "mitigation"),
    "procedure": ("owner", "last_updated"),
}
"""The parts that each kind of runbook must have."""

HEADINGS = {
    "trigger": (
        "triggers",
        "when to use",
        "when to run",
        "symptoms",
        "symptom",
        "alerts",
        "alert",
        "incident type",
    ),
    "severity": ("priority", "urgency"),
    "prerequisites": (
        "prerequisite",
        "pre-requisites",
        "pre-requisite",
        "prereqs",
        "preconditions",
        "requirements",
        "before you begin",
        "before you start",
        "before starting",
        "what you need",
        "you will need",
        "access",
        "preparation",
    ),
    "steps": (
        "procedure",
        "procedures",
        "instructions",
        "process",
        "the process",
        "remediation",
        "resolution",
        "solution",
        "mitigation",
        "actions",
        "recommended actions",
        "how to fix",
        "how to resolve",
        "what to do",
        "response",
    ),
    "verification": (
        "verify",
        "verifying",
        "validation",
        "validate",
        "checks",
        "testing",
        "how to verify",
        "confirm",
        "post checks",
    ),
    "rollback": (
        "roll back",
        "rolling back",
        "how to roll back",
        "revert",
        "reverting",
        "back out",
        "backout",
        "undo",
    ),
    "owner": (
        "owners",
        "ownership",
        "owned by",
        "owner slack",
        "owning team",
        "maintainer",
        "maintainers",
        "supported by",
        "contact",
        "contacts",
        "support",
    ),
    "last_updated": (
        "last reviewed",
        "last reviewed on",
        "last review",
        "last review date",
        "last modified",
        "revision history",
        "change log",
        "changelog",
    ),
    "meaning": ("overview", "description", "problem description", "summary", "what it means"),
    "impact": ("affected users", "users affected"),
    "diagnosis": (
        "diagnose",
        "diagnostics",
        "troubleshooting",
        "first line troubleshooting",
        "investigation",
        "investigate",
        "debugging",
        "possible cause",
        "possible causes",
        "possible checks",
    ),
    "mitigation": (
        "resolution",
        "potential resolution",
        "mitigating",
        "remediation",
        "solution",
        "fix",
        "how to fix",
        "how to resolve",
        "recommended actions",
        "steps",
    ),
    "summary": ("overview", "tl;dr", "description", "what happened"),
    "timeline": ("key events", "sequence of events", "chain of events", "chronology", "incident log"),
    "root cause": (
        "root causes",
        "contributing factors",
        "contributing factor",
        "contributing conditions",
        "cause",
        "causes",
        "what caused",
        "what happened",
    ),
    "what went well": ("what went right", "what worked", "things that went well"),
    "what went wrong": (
        "what went poorly",
        "what went badly",
        "what went less well",
        "what didn't go well",
        "what did not go well",
        "what didn't work",
        "what could have gone better",
        "what could be improved",
        "things that went wrong",
    ),
    "action items": (
        "action item",
        "actions",
        "future actions",
        "follow-up",
        "follow-ups",
        "next steps",
        "action points",
        "review actions",
        "corrective and preventative measures",
        "corrective and preventative measure",
        "corrective actions",
        "recommendations",
    ),
    "lessons": ("lessons learned", "lessons learnt", "learnings"),
}
"""Headings that people already write, by the part or section that they stand for; a longer heading that
begins with one counts too (`book.parts`)."""


class RunbookKind(Model):
    """A kind of runbook."""

    parts: Many[Text]
    """The parts it must have: front matter keys or section headings."""


class Site(Model):
    """How the book is published."""

    name: Text = "Operations book"
    """What the public site, the status page and the feeds are called."""
    publish: Literal["public", "internal"] | None = None
    """Which site the workflow of CI publishes to Pages: `public` shows what is marked so, `internal` all
    that is not restricted. Left out, none: Pages of a private repository can be open to everybody."""


class Settings(Model):
    """How this book is read and judged."""

    timezone: Zone = ZoneInfo("UTC")
    """The zone of the dates in incident ids and of reports."""
    country: Country | None = None
    """Whose weekends and public holidays are no business days, as in `DE` or `DE-BE`, where a team does not
    say its own."""
    holidays: Id | None = None
    """More days that are no business days: a record of rotations/holidays/, where a team does not say its
    own."""
    profile: Profile = "recommended"
    """How strict: `adopt` for a collection that is new to opsbook, `recommended`, or `strict`."""
    select: Many[Text] = ()
    """Only these rules: codes, names or families."""
    ignore: Many[Text] = ()
    """Never these rules: codes, names or families."""
    levels: dict[Text, LevelName] = {}
    """The level of single rules, by code, name or family."""
    paths: dict[Text, dict[Text, LevelName]] = {}
    """Levels for records under a path, by glob: `{"runbooks/legacy/**": {RUN006: off}}`."""
    fail_on: Literal["advice", "warning", "error"] = "warning"
    """The mildest level that makes `check` exit with 1."""
    default_runbook_kind: Text = "incident"
    """The kind of a runbook that does not say its own."""
    runbook_kinds: dict[Text, RunbookKind] = {}
    """Kinds of runbook beside `incident`, `alert` and `procedure`, or in their place."""
    review_in: ReviewPeriod | None = None
    """How long a runbook that does not say so itself stays right: `6 months`."""
    headings: dict[Text, Annotated[Many[Text], Field(min_length=1)]] = {}
    """More headings that stand for a part: `{rollback: ["Plan B"]}`."""

    alerts: Many[Text] = ()
    """Prometheus rule files, by glob from the root of the book: `["alerts/**/*.yaml"]`."""
    runbook_urls: Many[Text] = ()
    """Addresses below which the runbooks of this book are published: `["https://runbooks.example.com/"]`."""

    edit_url: Text | None = None
    """Where the site sends who wants to change a record: `https://git.example.com/book/edit/main/{path}`."""

    commit: bool = True
    """Whether a command that writes also commits, where the book is in git."""
    push: bool = False
    """Whether a command that commits also shares it at once, as `opsbook sync` does."""
    declare_on: Literal["default-branch", "own-branch"] = "default-branch"
    """Where a new incident is committed: on the default branch, or on a branch `incident/ID` of its own,
    where the default branch takes only pull requests."""

    site: Site = Site()
    """How the book is published."""

    @model_validator(mode="after")
    def _alerts_are_in_the_book(self) -> Self:
        for glob in self.alerts:
            if glob.startswith("/") or ".." in glob.split("/"):
                raise refuse("`alerts` names `{found}`, which is not below the book's root", found=glob)
        return self

    @model_validator(mode="after")
    def _default_kind_exists(self) -> Self:
        if self.parts(self.default_runbook_kind) is None:
            raise refuse(
                "`default_runbook_kind` is `{found}`, which is no kind of runbook",
                found=self.default_runbook_kind,
            )
        return self

    def parts(self, kind: str) -> tuple[str, ...] | None:
        """The parts a kind of runbook must have; None for an unknown kind."""
        if kind in self.runbook_kinds:
            return tuple(_key(part) for part in self.runbook_kinds[kind].parts)
        return PARTS.get(kind)

    def means(self, part: str) -> frozenset[str]:
        """Every heading, in lower case, that stands for a part or section."""
        if part not in self.vocabulary:
            self.vocabulary[part] = self._means(part)
        return self.vocabulary[part]

    @cached_property
    def vocabulary(self) -> dict[str, frozenset[str]]:
        """What `means` has answered: it is asked for every part of every page."""
        return {}

    def _means(self, part: str) -> frozenset[str]:
        own = (names for name, names in self.headings.items() if _key(name) == _key(part))
        headings = (heading.lower() for names in own for heading in names)
        return frozenset((part.replace("_", " "), *HEADINGS.get(part, ()), *headings))


def _key(part: str) -> str:
    """A part's name as a key: `Last updated` is `last_updated`."""
    return part.lower().replace(" ", "_")
