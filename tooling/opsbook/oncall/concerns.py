"""What a change of a rota brings that somebody should look at before it is merged.

Only what is new: a gap, a double booking or a shift during an absence that was there before is the business
of `opsbook check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.book.kinds import kind
from opsbook.model.time import Interval, midnight
from opsbook.oncall.coverage import away, double_bookings, pairs
from opsbook.oncall.intervals import common, union, without

if TYPE_CHECKING:
    from opsbook.oncall.schedule import Plan
    from opsbook.oncall.sides import Side, Sides

_DAY = timedelta(days=1)


class Concern(NamedTuple):
    """Something new that somebody should look at."""

    kind: Literal["gap", "double booking", "short notice", "absence", "holiday"]
    interval: Interval
    rotations: tuple[str, ...]
    person: str | None = None
    """Whom it is about; None for a gap."""
    said: str | None = None
    """The holiday's name."""


def concerns(sides: Sides, at: datetime) -> list[Concern]:
    """What a change brings, by kind and time; `at` is when the people learn of it."""
    kinds = (_gaps(sides), _doubles(sides), _surprises(sides, at), _absences(sides), _holidays(sides))
    return [
        each for found in kinds for each in sorted(found, key=lambda each: (each.interval, each.rotations))
    ]


def _gaps(sides: Sides) -> Iterator[Concern]:
    for old, new in sides.asked:
        if new is not None and new in sides.replanned:
            known = sides.before.gaps(old) if old is not None else []
            for interval in without(sides.after.gaps(new), known):
                yield Concern("gap", interval, (new,))


def _doubles(sides: Sides) -> Iterator[Concern]:
    old = {new: earlier for earlier, new in sides.rotations.items()}
    known = {frozenset(each[:2]) for each in pairs(sides.before.book)}
    for first, second, _ in pairs(sides.after.book):
        if sides.only is not None and sides.only not in (first, second):
            continue
        earlier = old.get(first, first), old.get(second, second)
        if frozenset(earlier) in known and not {first, second} & sides.moves.keys():
            continue
        then = _booked(sides.before, *earlier) if frozenset(earlier) in known else {}
        for person, interval in _only_now(then, _booked(sides.after, first, second)):
            yield Concern("double booking", interval, (first, second), person)


def _booked(side: Side, first: str, second: str) -> dict[str, list[Interval]]:
    found = double_bookings(side.shifts(first), side.shifts(second))
    return _by_person(side, ((each.person, each.interval) for each in found))


def _surprises(sides: Sides, at: datetime) -> Iterator[Concern]:
    notice = sides.after.book.on_call.notice
    if notice is None:
        return
    for rotation, person, interval in _gained(sides):
        if interval.start < at + notice and interval.end > at:
            yield Concern("short notice", interval, (rotation,), person)


def _absences(sides: Sides) -> Iterator[Concern]:
    before, after = sides.before, sides.after
    people = {kind("person").id(path) or "" for path in sides.touched("person")}
    elsewhere = {each for each in people if _away_days(before, each) != _away_days(after, each)}
    for old, new in sides.asked:
        if new is None or not (new in sides.moves or elsewhere & _on(after, new)):
            continue
        then = _away(before, old) if old is not None else {}
        for person, interval in _only_now(then, _away(after, new)):
            yield Concern("absence", interval, (new,), person)


def _on(side: Side, rotation: str) -> set[str]:
    return {person for stretch in side.stretches(rotation) for person in stretch.people}


def _away(side: Side, rotation: str) -> dict[str, list[Interval]]:
    found = away(side.book, side.shifts(rotation))
    return _by_person(side, ((each.shift.person, each.interval) for each in found))


def _away_days(side: Side, person: str) -> object:
    document = side.book.find("person", person)
    if document is None or not document.readable:
        return None
    return document.content.absences, document.content.timezone


def _holidays(sides: Sides) -> Iterator[Concern]:
    for rotation, person, interval in _gained(sides):
        decides = sides.after.plan(rotation)
        days = _days_off(sides.after, decides) if decides else {}
        for day in common([interval], sorted(days)):
            name = next(name for each, name in days.items() if each.covers(day.start))
            yield Concern("holiday", day, (rotation,), person, name)


def _days_off(side: Side, decides: Plan) -> dict[Interval, str]:
    """The holidays that the layers of a rotation keep, with their names."""
    found: dict[Interval, str] = {}
    for clock in decides.layers:
        rotation = side.book.find("rotation", clock.rotation)
        named = clock.layer.holidays or (rotation.content.holidays if rotation else None)
        document = side.book.find("holidays", named) if named else None
        for day, name in document.content.root.items() if document and document.readable else ():
            found[Interval(midnight(day, clock.zone), midnight(day + _DAY, clock.zone))] = name
    return found


# ── what is new ───────────────────────────────────────────────────────────────────────────


def _gained(sides: Sides) -> Iterator[tuple[str, str, Interval]]:
    """Every stretch that somebody is on call and was not: the rotation, who, and when."""
    for _, new in sides.asked:
        found: dict[str, list[Interval]] = {}
        for move in sides.moves.get(new, ()) if new else ():
            for person in move.gain:
                found.setdefault(person, []).append(move.interval)
        for person, intervals in found.items():
            yield from ((new or "", person, each) for each in union(intervals))


def _by_person(side: Side, found: Iterable[tuple[str, Interval]]) -> dict[str, list[Interval]]:
    """Intervals by person, as the person is named after the change."""
    by_person: dict[str, list[Interval]] = {}
    for person, interval in found:
        by_person.setdefault(side.named(person), []).append(interval)
    return {person: union(intervals) for person, intervals in by_person.items()}


def _only_now(
    before: dict[str, list[Interval]], after: dict[str, list[Interval]]
) -> Iterator[tuple[str, Interval]]:
    for person, intervals in after.items():
        yield from ((person, each) for each in without(intervals, before.get(person, ())))
