"""What metrics need to know of each incident, as small rows that are kept between runs.

A row holds facts and no figure: milestones, severities, services, pages, work. Whatever goes by the clock
is worked out from rows each time, so that a book of ten thousand incidents is read once and answers for any
instant. `book.facts` keeps them, by the bytes of the file, the policy and the zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.book import facts
from opsbook.book.kinds import kind
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

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


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


class Row(NamedTuple):
    """An incident."""

    id: str
    kind: str
    duplicate: bool
    severity: str | None
    """The worst that it ever had."""
    services: tuple[str, ...]
    factors: tuple[str, ...]
    marks: tuple[Mark, ...]
    first: datetime | None
    """Its first entry."""
    severities: tuple[tuple[str, Stretch], ...]
    involved: tuple[tuple[str, Stretch], ...]
    updates: tuple[Owed, ...]
    pages: tuple[Page, ...]
    work: tuple[Work, ...]
    postmortem_due: tuple[tuple[str, datetime], ...]
    resolved: datetime | None

    @property
    def counts(self) -> bool:
        """Whether it counts in metrics: no drill, no near miss, no false alarm, no duplicate."""
        return self.kind == "incident" and not self.duplicate

    @property
    def began(self) -> datetime | None:
        """When it counts as begun: `started`, else `detected`, else `declared`, else its first entry."""
        return began(self.marks) or self.first

    def durations(self, as_of: datetime) -> Durations:
        return measured(self.marks, as_of)


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


def rows(book: Book) -> Rows:
    """A row for each incident of a book."""
    each = kind("incident")
    state = f"{book.tree.version('policies/severities.yaml')} {book.settings.timezone.key}"
    found = facts.remembered(book, "metrics", facts.incidents(book), _plain, state)
    pages = facts.remembered(book, "postmortems", facts.incidents(book, "postmortem.md"), _page)
    read = {each.id(path) or "": plain for path, plain in found.items()}
    return Rows(
        tuple(_row(id, plain) for id, plain in sorted(read.items()) if plain),
        {kind("postmortem").id(path) or "": _postmortem(plain) for path, plain in pages.items() if plain},
        tuple(sorted(id for id, plain in read.items() if not plain)),
    )


# ── as plain data ─────────────────────────────────────────────────────────────────────────


def _plain(book: Book, path: str) -> tuple[Any, ...]:
    """What is kept of an incident; nothing of one that nobody can read."""
    document = book.read(path)
    if not document.readable:
        return ()
    content: Incident = document.content
    policy = book.severities
    due = due_days(content, policy, book.settings.timezone)
    return (
        content.kind,
        content.duplicate_of is not None,
        policy.worst_of(content) or next(iter(content.history.held(content)), None),
        _services(content),
        content.contributing_factors,
        tuple((_tick(each.at), each.milestone, each.approximate) for each in marks(content)),
        _tick(min((entry.at for entry in content.timeline), default=None)),
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
        tuple((stage, _tick(at)) for stage, at in postmortem_due(content, policy).items()),
        _tick(resolved_at(content)),
    )


def _services(content: Incident) -> tuple[str, ...]:
    """Those at the top, and those that the timeline says were hurt."""
    hurt = [
        name
        for entry in content.timeline
        for name, state in entry.services.items()
        if state not in (None, "operational")
    ]
    return tuple(dict.fromkeys([*content.services, *hurt]))


def _row(id: str, plain: tuple[Any, ...]) -> Row:
    (kind, duplicate, severity, services, factors, marks, first, severities, involved, updates, pages, work,
     postmortem, resolved) = plain  # fmt: skip
    return Row(
        id, kind, duplicate, severity, services, factors,
        tuple(Mark(_at(at), milestone, guessed) for at, milestone, guessed in marks),
        _maybe(first),
        tuple((name, Stretch(_at(since), _maybe(until))) for name, since, until in severities),
        tuple((name, Stretch(_at(since), _maybe(until))) for name, since, until in involved),
        tuple(Owed(_at(due), _maybe(told)) for due, told in updates),
        tuple(Page(_at(at), *rest) for at, *rest in pages),
        tuple(Work(*said[:4], *map(_day, said[4:])) for said in work),
        tuple((stage, _at(at)) for stage, at in postmortem),
        _maybe(resolved),
    )  # fmt: skip


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
    return None if at is None else (at - _EPOCH) // _TICK


def _at(tick: int) -> datetime:
    return _EPOCH + timedelta(microseconds=tick)


def _maybe(tick: int | None) -> datetime | None:
    return None if tick is None else _at(tick)


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)
