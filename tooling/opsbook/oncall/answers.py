"""Who is on call now, until when, and then whom; who hands over when; and what a week looks like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval, local_day, midnight
from opsbook.oncall.schedule import Covered, location, plan, stretches

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.directory import Absence, Person
    from opsbook.oncall.schedule import Plan, Reason, Seat, Stretch

_REACH = (timedelta(days=35), timedelta(days=400))
"""How far to look for the next handoff: most are a week away, some never come."""


class Now(NamedTuple):
    """Who is on call in a rotation at an instant."""

    rotation: str
    zone: ZoneInfo
    seats: tuple[Seat, ...]
    since: datetime | None
    """When these people came on together; None where that is further back than a year."""
    until: datetime | None
    """When that changes; None where it does not within a year."""
    then: tuple[str, ...]
    """Who is on call from then on."""

    @property
    def people(self) -> tuple[str, ...]:
        return tuple(seat.person for seat in self.seats)


def now(book: Book, rotation: str, at: datetime) -> Now:
    """Who is on call in a rotation, and when that changes; LookupError where there is no rotation."""
    decides = plan(book, rotation)
    for reach in _REACH:
        found = _now(decides, at, reach)
        if found.since and found.until:
            break
    return found


def _now(decides: Plan, at: datetime, reach: timedelta) -> Now:
    within = Interval(at - reach, at + reach)
    spells = list(_spells(stretches(decides, within), within))
    here = next(index for index, (interval, _) in enumerate(spells) if interval.covers(at))
    interval, _ = spells[here]
    seats = next(
        (each.seats for each in stretches(decides, Interval(at, at + timedelta(microseconds=1)))), ()
    )
    return Now(
        decides.rotation,
        zone_of(decides),
        seats,
        interval.start if here > 0 else None,
        interval.end if here + 1 < len(spells) else None,
        spells[here + 1][1] if here + 1 < len(spells) else (),
    )


def _spells(found: Sequence[Stretch], within: Interval) -> Iterator[tuple[Interval, tuple[str, ...]]]:
    """An interval cut where the people change, the stretches with nobody included."""
    pieces: list[tuple[Interval, tuple[str, ...]]] = []
    at = within.start
    for stretch in found:
        if at < stretch.interval.start:
            pieces.append((Interval(at, stretch.interval.start), ()))
        pieces.append((stretch.interval, stretch.people))
        at = stretch.interval.end
    if at < within.end:
        pieces.append((Interval(at, within.end), ()))
    for people, group in groupby(pieces, key=lambda piece: piece[1]):
        together = list(group)
        yield Interval(together[0][0].start, together[-1][0].end), people


class Handoff(NamedTuple):
    """Somebody takes over."""

    at: datetime
    before: tuple[str, ...]
    """Who was on call last, at most five weeks before."""
    after: tuple[str, ...]
    """Who is on call from then on."""


def handoffs(decides: Plan, within: Interval) -> Iterator[Handoff]:
    """Each instant of an interval at which other people come on than were on last: hours that nobody
    covers, such as a night, are no handoff where the same people come back."""
    reach = _REACH[0]
    last: Stretch | None = None
    for stretch in stretches(decides, Interval(within.start - reach, within.end)):
        at = stretch.interval.start
        if last and within.covers(at) and at - last.interval.end < reach:
            before, after = last.people, stretch.people
            if {*before} != {*after}:
                yield Handoff(at, before, after)
        last = stretch


def zone_of(decides: Plan) -> ZoneInfo:
    """The clock of a rotation: that of its first layer."""
    return decides.layers[0].zone


def days(within: Interval, zone: ZoneInfo) -> Iterator[tuple[date, Interval]]:
    """The days of an interval in a zone, each from its first instant to the next day's."""
    day, last = within.start.astimezone(zone).date(), within.end
    while (begins := midnight(day, zone)) < last:
        following = day + timedelta(days=1)
        yield day, Interval(max(begins, within.start), min(midnight(following, zone), last))
        day = following


def absence(book: Book, person: str, at: datetime) -> Absence | None:
    """The absence of a person on the day of an instant, in their own zone; None where they are there."""
    document = book.find("person", person)
    if document is None or not document.readable:
        return None
    content: Person = document.content
    today = local_day(at, content.timezone)
    return next((each for each in content.absences if each.start <= today <= each.end), None)


def because(book: Book, reason: Reason) -> str:
    """The rule or the exception that puts somebody on call, with its path and line."""
    place = location(book, reason)
    where = f"({place.path}:{place.start.line})"
    if isinstance(reason, Covered):
        override = book.find("override", reason.override)
        assert override is not None
        return f"override `{reason.override}`: {override.content.reason} {where}"
    rotation = book.find("rotation", reason.rotation)
    assert rotation is not None
    layer = rotation.content.layers[reason.layer]
    starts = layer.versions[reason.version].starts
    return f"layer `{layer.name}`, turn {reason.number + 1} since {starts:%Y-%m-%d} {where}"
