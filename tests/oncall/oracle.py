"""Who is on call, worked out anew and slowly: one instant at a time, by the words of the documentation.

It shares nothing with the resolver but the models. Zones are `whenever`'s, fed with the pinned zone data.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]
import whenever

from opsbook.model.rotation import Layer, Version
from opsbook.oncall.schedule import Clock, Plan

whenever.reset_tzpath([os.path.join(os.path.dirname(tzdata.__file__), "zoneinfo")])

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@cache
def first(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which a clock shows a wall time or, where it never does, a later one."""
    return _instant(wall, zone, "earlier")


@cache
def last(wall: datetime, zone: ZoneInfo) -> datetime:
    return _instant(wall, zone, "later")


def _instant(wall: datetime, zone: ZoneInfo, which: str) -> datetime:
    while True:
        local = whenever.PlainDateTime(wall.year, wall.month, wall.day, wall.hour, wall.minute, wall.second)
        try:
            local.assume_tz(zone.key, disambiguation="raise")
        except whenever.SkippedTime:
            wall += MINUTE
            continue
        except whenever.RepeatedTime:
            pass
        return local.assume_tz(zone.key, disambiguation=which).to_instant().to_stdlib()  # type: ignore[call-overload, no-any-return]


def on(plan: Plan, at: datetime) -> tuple[str, ...]:
    """The people on call at an instant."""
    people: tuple[str, ...] = ()
    for clock in plan.layers:
        people = layer(clock, at, plan.offset) or people
    for _, cover in plan.covers:
        if not cover.start <= at < cover.end:
            continue
        if cover.instead_of is None:
            people = tuple(dict.fromkeys(cover.on))
        elif not cover.instead_of or set(cover.instead_of) & set(people):
            kept = [person for person in people if person not in cover.instead_of]
            people = tuple(dict.fromkeys([*kept, *cover.on]))
    return people


def layer(clock: Clock, at: datetime, offset: int) -> tuple[str, ...]:
    """The people whom a layer has on at an instant."""
    begun = [n for n, each in enumerate(clock.layer.versions) if first(each.starts, clock.zone) <= at]
    if not begun or not clock.layer.versions[begun[-1]].members:
        return ()
    number = turn(clock, clock.layer.versions[begun[-1]], at)
    return () if number is None else seat(clock, begun[-1], number + offset)


def seat(clock: Clock, index: int, number: int) -> tuple[str, ...]:
    versions = clock.layer.versions
    while index + 1 < len(versions) and versions[index].every is not None:
        turns = sum(1 for _ in turns_before(clock, versions[index], versions[index + 1].starts))
        if number < turns:
            break
        index, number = index + 1, number - turns
    members = versions[index].members
    return members[number % len(members)] if members else ()


def turns_before(clock: Clock, version: Version, until: datetime) -> Iterator[int]:
    """The turns of a version that begin before the next version does."""
    assert version.every is not None
    if version.every.shifts:
        begun = [number + 1 for opens, _, number in windows(clock, version, until) if opens < until]
        yield from range(-(-max(begun, default=0) // version.every.shifts))
        return
    number = 0
    while first(nth(version, number), clock.zone) < first(until, clock.zone):
        yield number
        number += 1


def nth(version: Version, number: int) -> datetime:
    """The wall time at which a turn begins, counted in time."""
    every = version.every
    assert every is not None
    if every.length is not None:
        return version.starts + number * every.length
    assert every.months is not None
    month = version.starts.month - 1 + number * every.months
    year, month = version.starts.year + month // 12, month % 12 + 1
    for day in range(version.starts.day, 0, -1):
        try:
            return datetime.combine(date(year, month, day), version.starts.time())
        except ValueError:
            continue
    raise AssertionError


def turn(clock: Clock, version: Version, at: datetime) -> int | None:
    """The number of the turn at an instant; None outside of the windows."""
    if clock.layer.windows is None:
        return in_time(clock, version, at)
    local = at.astimezone(clock.zone).replace(tzinfo=None)
    open_now = [
        (first(opens, clock.zone), number)
        for opens, closes, number in windows(clock, version, local + timedelta(days=2))
        if first(opens, clock.zone) <= at < last(closes, clock.zone)
    ]
    if not open_now:
        return None
    if version.every is not None and version.every.shifts:
        return max(open_now)[1] // version.every.shifts
    return in_time(clock, version, at)


def in_time(clock: Clock, version: Version, at: datetime) -> int:
    if version.every is None:
        return 0
    number = 0
    while first(nth(version, number + 1), clock.zone) <= at:
        number += 1
    return number


def windows(clock: Clock, version: Version, until: datetime) -> list[tuple[datetime, datetime, int]]:
    """The windows of a version, in order of their wall times, numbered; one that is open when the version
    begins is the first."""
    found = []
    day = version.starts.date() - timedelta(days=1)
    while day <= until.date():
        name = "holiday" if day in clock.holidays else DAYS[day.weekday()]
        for window in clock.layer.windows or ():
            if name in window.days:
                opens = datetime.combine(day, window.start)
                closes = datetime.combine(day, window.end)
                closes += timedelta(days=closes <= opens)
                if closes > version.starts:
                    found.append((opens, closes))
        day += timedelta(days=1)
    found.sort(key=lambda each: each[0])
    partial = sum(opens < version.starts for opens, _ in found)
    late = max(partial - 1, 0)
    return [(opens, closes, max(number - late, 0)) for number, (opens, closes) in enumerate(found)]


def clock_changes(zone: ZoneInfo, since: date, until: date) -> list[datetime]:
    """The instants, to the minute, at which the offset of a zone changes."""
    found = []
    at = datetime.combine(since, time(), UTC)
    while at.date() < until:
        following = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            change = at
            while change.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset():
                change += MINUTE
            found.append(change)
        at = following
    return found


__all__ = ["Layer", "clock_changes", "first", "last", "on"]
