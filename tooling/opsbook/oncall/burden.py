"""What being on call costs each person: hours, nights, weekends, holidays, and pages.

Nights and weekends are those of the clock of wherever the person lives. Holidays are those that the rotation
keeps, on the clock of the layer that puts the person on; an override keeps the holidays of every layer.
Nothing here knows a rate of pay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from opsbook.model.time import Interval
from opsbook.oncall.intervals import common, length, union
from opsbook.oncall.nights import days, nights, weekends, zone_of
from opsbook.oncall.schedule import Covered, plan, shifts

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.on_call import OnCall
    from opsbook.oncall.schedule import Plan, Shift
    from opsbook.text import Location

_NONE = timedelta()
_DAY = timedelta(days=1)
OLDEST = 31
"""Pages are looked for in incidents that were declared up to so many days before."""


class Burden(NamedTuple):
    """What somebody's shifts come to."""

    on_call: timedelta = _NONE
    night: timedelta = _NONE
    """How much of it lay in their nights."""
    weekend: timedelta = _NONE
    holiday: timedelta = _NONE
    shifts: int = 0
    """How many shifts; those that touch are one."""
    nights: int = 0
    """In how many of their nights they were on call, for however long."""


def burdens(book: Book, rotation: str, within: Interval) -> dict[str, Burden]:
    """What a rotation costs each person in an interval, by person; LookupError where it cannot be read."""
    decides = plan(book, rotation)
    return spread(book, decides, shifts(decides, within))


def spread(book: Book, decides: Plan, found: Sequence[Shift]) -> dict[str, Burden]:
    """What the shifts of a rotation come to for each person who has one, by person."""
    off = holidays(book, decides, found)
    people = sorted({shift.person for shift in found})
    return {person: burden(book, person, found, off.get(person, ())) for person in people}


def burden(book: Book, person: str, found: Iterable[Shift], off: Iterable[Interval] = ()) -> Burden:
    """What shifts of one rotation or of several come to for a person; being on call in two at once counts
    once. `off` are their hours on holidays, as `holidays` gives them. Without a record of the person nights
    and weekends are those of the book's zone."""
    own = union(shift.interval for shift in found if shift.person == person)
    zone = zone_of(book, person) or book.settings.timezone
    return spent(book.on_call, zone, own, off)


def spent(policy: OnCall, zone: ZoneInfo, on: Sequence[Interval], off: Iterable[Interval] = ()) -> Burden:
    """What stretches on call, in order and apart, come to for somebody who lives in a zone."""
    if not on:
        return Burden()
    dark = sorted({night.interval for each in on for night in nights(policy, zone, each)})
    in_the_dark = list(common(on, dark))
    return Burden(
        length(on),
        length(in_the_dark),
        length(common(on, union(day for each in on for day in weekends(policy, zone, each)))),
        length(common(on, union(off))),
        len(on),
        len({bisect_right(dark, each.start, key=lambda night: night.start) for each in in_the_dark}),
    )


def holidays(book: Book, decides: Plan, found: Iterable[Shift]) -> dict[str, list[Interval]]:
    """How much of each person's shifts of a rotation lies on its holidays, by person, in order."""
    kept = [
        union(days(sorted(_named(book, clock.rotation, clock.place)), clock.zone)) for clock in decides.layers
    ]
    every = union(day for layer in kept for day in layer)
    by_person: dict[str, list[Interval]] = {}
    for shift in found:
        off = every if isinstance(shift.reason, Covered) else kept[shift.reason.layer]
        by_person.setdefault(shift.person, []).extend(common([shift.interval], off))
    return {person: union(intervals) for person, intervals in by_person.items() if intervals}


def _named(book: Book, rotation: str, layer: int) -> Iterable[date]:
    """The days that a layer keeps as holidays, whether it has windows or not."""
    content = book.read(f"rotations/{rotation}.yaml").content
    name = content.layers[layer].holidays or content.holidays
    document = book.find("holidays", name) if name else None
    return document.content.root if document is not None and document.readable else ()


# ── pages ─────────────────────────────────────────────────────────────────────────────────


class Paged(NamedTuple):
    """Somebody was paged, as an incident or the page log says."""

    at: datetime
    person: str
    place: Location
    outcome: str | None
    incident: str | None
    """None for a page that never became an incident."""
    alert: str | None
    severity: str | None
    """The worst severity of its incident."""


def pages(book: Book, within: Interval, earlier: int = OLDEST) -> list[Paged]:
    """Every page of an interval, by time: those of incidents, and those of the page log. Incidents are
    looked for by the days of their folders, up to so many days before."""
    first, last = within.start.date() - timedelta(days=earlier), within.end.date() + _DAY
    found = list(logged(book, within))
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        for id in book.on_day(type(first).fromordinal(ordinal)):
            found += (page for page in of_incident(book, id) if within.covers(page.at))
    return sorted(found, key=lambda page: (page.at, page.person, page.place.path, page.place.span))


def of_incident(book: Book, id: str) -> Iterator[Paged]:
    """The pages of an incident, in order of its timeline; a duplicate repeats those of the other."""
    document = book.find("incident", id)
    if document is None or not document.readable or document.content.duplicate_of:
        return
    incident = document.content
    for place, entry in enumerate(incident.timeline):
        if entry.page is not None:
            yield Paged(
                entry.at,
                entry.page.person,
                document.at("timeline", place, "page"),
                entry.page.outcome,
                id,
                entry.page.alert,
                book.severities.worst_of(incident),
            )


def logged(book: Book, within: Interval) -> Iterator[Paged]:
    """The pages of the page log in an interval, month by month."""
    months = {f"{day:%Y-%m}" for day in _days_about(within)}
    for month in sorted(months):
        for page in book.page_log(month).pages:
            if within.covers(page.at):
                yield Paged(page.at, page.person, page.place, page.outcome, None, page.alert, None)


def _days_about(within: Interval) -> Iterator[date]:
    """The days of an interval in UTC, with one before and after it: a log is written in some zone."""
    first, last = within.start.date() - _DAY, within.end.date() + _DAY
    return (type(first).fromordinal(each) for each in range(first.toordinal(), last.toordinal() + 1))


class _Dated(Protocol):
    @property
    def at(self) -> datetime: ...


D = TypeVar("D", bound=_Dated)


def in_nights(policy: OnCall, zone: ZoneInfo, found: Iterable[D]) -> dict[date, list[D]]:
    """The pages that came in a night of a zone, by the day on which the night begins."""
    by_night: dict[date, list[D]] = {}
    for page in found:
        for night in nights(policy, zone, Interval(page.at, page.at + timedelta(microseconds=1))):
            by_night.setdefault(night.day, []).append(page)
    return by_night
