"""What metrics need to know of each incident, as small rows that are kept between runs.

A row holds facts and no figure: milestones, severities, services, pages, work. Whatever goes by the clock
is worked out from rows each time, so that a book of ten thousand incidents is read once and answers for any
instant. `book.facts` keeps them, by the bytes of the file, the policy and the zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book import facts
from opsbook.book.kinds import kind
from opsbook.metrics import business_days
from opsbook.metrics.durations import (
    Durations,
    Mark,
    Owed,
    Stretch,
    began,
    involved,
    marks,
    measured,
    severity_stretches,
    updates_owed,
)
from opsbook.metrics.follow_up import due_days, postmortem_due, resolved_at
from opsbook.metrics.progress import there
from opsbook.metrics.response import OVER, tells_roles
from opsbook.model.time import at_tick, ticks

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident
    from opsbook.processors import Progress

_LAYOUT = 4
"""Another one whenever `_plain` gives something else."""


class Page(NamedTuple):
    """Somebody was paged."""

    at: datetime
    person: str
    outcome: str | None
    alert: str | None


class Work(NamedTuple):
    """An action item."""

    id: str
    status: str
    owner: str | None
    kind: str | None
    due: date | None
    """As written, else as the policy allows."""
    done_on: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """An incident. Its facts stand as they are kept and are read when they are asked for, since of most
    incidents of a book little is asked."""

    id: str
    plain: Plain
    began: datetime | None
    """When it counts as begun: `started`, else `detected`, else `declared`, else its first entry."""

    @property
    def kind(self) -> str:
        return self.plain.kind

    @property
    def duplicate(self) -> bool:
        return self.plain.duplicate

    @property
    def counts(self) -> bool:
        """Whether it counts in metrics: no drill, no near miss, no false alarm, no duplicate."""
        return self.plain.kind == "incident" and not self.plain.duplicate

    @property
    def severity(self) -> str | None:
        """The worst that it ever had."""
        return self.plain.severity

    @property
    def tells_roles(self) -> bool:
        """Whether it can show who held a role."""
        return self.plain.tells_roles

    @property
    def services(self) -> tuple[str, ...]:
        return self.plain.services

    @property
    def factors(self) -> tuple[str, ...]:
        return self.plain.factors

    @property
    def alerts(self) -> tuple[str, ...]:
        """Those that fired, as the record names them at its top."""
        return self.plain.alerts

    @property
    def public(self) -> bool:
        """Whether customers were told of it."""
        return self.plain.public

    @property
    def there(self) -> tuple[str, ...]:
        """Everybody whom the record names as having a part in it."""
        return self.plain.there

    @property
    def by_program(self) -> bool:
        """Whether a program declared it."""
        return self.plain.by_program

    @property
    def runs(self) -> tuple[str, ...]:
        """The runbooks that a program followed."""
        return self.plain.runs

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(Mark(at_tick(at), milestone, guessed) for at, milestone, guessed in self.plain.marks)

    @property
    def resolved(self) -> datetime | None:
        """When it was resolved; None while it is not, also where it is open again."""
        return _maybe(self.plain.resolved)

    @property
    def severities(self) -> tuple[tuple[str, Stretch], ...]:
        """The stretches of its responses by severity."""
        return _named(self.plain.severities)

    @property
    def involved(self) -> tuple[tuple[str, Stretch], ...]:
        """The stretches of its responses by person."""
        return _named(self.plain.involved)

    @property
    def updates(self) -> tuple[Owed, ...]:
        return tuple(Owed(at_tick(due), _maybe(told)) for due, told in self.plain.updates)

    @property
    def pages(self) -> tuple[Page, ...]:
        return tuple(Page(at_tick(at), *rest) for at, *rest in self.plain.pages)

    @property
    def work(self) -> tuple[Work, ...]:
        return tuple(map(_work, self.plain.work))

    def work_due(self, first: date, last: date) -> Iterator[Work]:
        """The action items that are due from one day to another."""
        low, high = first.toordinal(), last.toordinal()
        return (_work(said) for said in self.plain.work if said[4] is not None and low <= said[4] <= high)

    @property
    def undated(self) -> int:
        """How many action items have no day to be done by."""
        return sum(said[4] is None for said in self.plain.work)

    @property
    def postmortem_due(self) -> tuple[tuple[str, datetime], ...]:
        """When each stage of its post-mortem is due."""
        return tuple((stage, at_tick(at)) for stage, at in self.plain.postmortem_due)

    def durations(self, as_of: datetime) -> Durations:
        return measured(self.marks, as_of)

    def open(self, as_of: datetime) -> bool:
        """Whether it was not resolved by an instant, or reopened since."""
        last, limit = "reopened", ticks(as_of)
        for at, milestone, _ in self.plain.marks:
            if at <= limit and milestone in ("reopened", *OVER):
                last = milestone
        return last == "reopened"


class Plain(NamedTuple):
    """What is kept of an incident: instants in microseconds since 1970, days as ordinals."""

    kind: str
    duplicate: bool
    severity: str | None
    services: tuple[str, ...]
    factors: tuple[str, ...]
    alerts: tuple[str, ...]
    public: bool
    there: tuple[str, ...]
    by_program: bool
    runs: tuple[str, ...]
    marks: tuple[tuple[int, str, bool], ...]
    began: int | None
    severities: tuple[tuple[str, int, int | None], ...]
    involved: tuple[tuple[str, int, int | None], ...]
    updates: tuple[tuple[int, int | None], ...]
    pages: tuple[tuple[Any, ...], ...]
    work: tuple[tuple[Any, ...], ...]
    postmortem_due: tuple[tuple[str, int], ...]
    resolved: int | None
    tells_roles: bool


class Postmortem(NamedTuple):
    """How far a post-mortem is."""

    status: str
    review_at: datetime | None
    published_on: date | None


class Rows(NamedTuple):
    """The incidents of a book, in order of their ids."""

    rows: tuple[Row, ...]
    postmortems: dict[str, Postmortem]
    """By incident."""
    unreadable: tuple[str, ...]
    """The ids of incidents that nobody can read."""


def rows(book: Book, progress: Progress | None = None) -> Rows:
    """A row for each incident of a book; `progress` is told of each that had to be read."""
    each = kind("incident")
    found = facts.remembered(book, of_incident(book), facts.incidents(book), progress)
    pages = facts.remembered(book, of_postmortem(), facts.incidents(book, "postmortem.md"))
    read = {each.id(path) or "": plain for path, plain in found.items()}
    return Rows(
        tuple(_row(id, Plain(*plain)) for id, plain in sorted(read.items()) if plain),
        {kind("postmortem").id(path) or "": _postmortem(plain) for path, plain in pages.items() if plain},
        tuple(sorted(id for id, plain in read.items() if not plain)),
    )


def of_incident(book: Book) -> facts.Fact:
    """What is kept of an incident."""
    policy = book.tree.version("policies/severities.yaml")
    state = f"{_LAYOUT} {policy} {book.settings.timezone.key} {business_days.state(book)}"
    return facts.Fact("metrics", facts.one_by_one(_plain), state)


def of_postmortem() -> facts.Fact:
    """How far a post-mortem is."""
    return facts.Fact("postmortems", facts.one_by_one(_page))


# ── as plain data ─────────────────────────────────────────────────────────────────────────


def _plain(book: Book, path: str) -> tuple[Any, ...]:
    """What is kept of an incident; nothing of one that nobody can read."""
    document = book.read(path)
    if not document.readable:
        return ()
    content: Incident = document.content
    terms = business_days.terms_of(book, content)
    policy, due = terms.policy, due_days(content, terms)
    found = marks(content)
    return (
        content.kind,
        content.duplicate_of is not None,
        policy.worst_of(content) or next(iter(content.history.held(content)), None),
        _services(content),
        content.contributing_factors,
        content.alerts,
        "status_page" in content.links or any(_is_public(entry) for entry in content.timeline),
        tuple(sorted(there(content).union(*content.roles.values()))),
        any(_is_by_program(entry) for entry in content.timeline),
        tuple(entry.runbook.id for entry in content.timeline if entry.runbook and _program(entry.by)),
        tuple((_tick(each.at), each.milestone, each.approximate) for each in found),
        _tick(began(found) or min((entry.at for entry in content.timeline), default=None)),
        _stretches(severity_stretches(content)),
        _stretches(involved(content)),
        tuple((_tick(each.due), _tick(each.told)) for each in updates_owed(content, policy)),
        tuple(
            (_tick(entry.at), entry.page.person, entry.page.outcome, entry.page.alert)
            for _, entry in content.history.in_order
            if entry.page
        ),
        tuple(
            (id, item.status, item.owner, item.kind, _ordinal(due[id]), _ordinal(item.done_on))
            for id, item in content.action_items.items()
        ),
        tuple((stage, _tick(at)) for stage, at in postmortem_due(content, terms).items()),
        _tick(resolved_at(content)),
        tells_roles(content),
    )


def _is_public(entry: Entry) -> bool:
    return entry.update is not None and entry.update.audience == "public"


def _is_by_program(entry: Entry) -> bool:
    """Whether an alert declared it, or a program did."""
    if entry.source and entry.source.startswith("alertmanager:"):
        return True
    return entry.milestone == "declared" and _program(entry.by)


def _program(by: str | None) -> bool:
    return (by or "").startswith("system:")


def _services(content: Incident) -> tuple[str, ...]:
    """Those at the top, and those that the timeline says were hurt."""
    hurt = [
        name
        for entry in content.timeline
        for name, state in entry.services.items()
        if state not in (None, "operational")
    ]
    return tuple(dict.fromkeys([*content.services, *hurt]))


def _row(id: str, plain: Plain) -> Row:
    return Row(id, plain, _maybe(plain.began))


def _work(said: tuple[Any, ...]) -> Work:
    return Work(*said[:4], *map(_day, said[4:]))


def _named(found: tuple[tuple[str, int, int | None], ...]) -> tuple[tuple[str, Stretch], ...]:
    return tuple((name, Stretch(at_tick(since), _maybe(until))) for name, since, until in found)


def _page(book: Book, path: str) -> tuple[Any, ...]:
    document = book.read(path)
    if not document.readable:
        return ()
    content = document.content
    return content.status, _tick(content.review_at), _ordinal(content.published_on)


def _postmortem(plain: tuple[Any, ...]) -> Postmortem:
    status, review, published = plain
    return Postmortem(status, _maybe(review), _day(published))


def _stretches(found: list[tuple[str, Stretch]]) -> tuple[Any, ...]:
    return tuple((name, _tick(each.since), _tick(each.until)) for name, each in found)


def _tick(at: datetime | None) -> int | None:
    return None if at is None else ticks(at)


def _maybe(tick: int | None) -> datetime | None:
    return None if tick is None else at_tick(tick)


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
