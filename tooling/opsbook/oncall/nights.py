"""A person's own clock: where they live, when they sleep, and which days are their weekend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.rotation import DAYS
from opsbook.model.time import Interval, midnight
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from datetime import datetime, time
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.on_call import OnCall

_DAY = timedelta(days=1)


class Night(NamedTuple):
    """A night, and the day on which it begins."""

    day: date
    interval: Interval

    def holds(self, at: datetime) -> bool:
        """Whether an instant is inside: nobody is woken when the night begins, or when it ends."""
        return self.interval.start < at < self.interval.end


class _Hours(NamedTuple):
    start: time
    end: time


def zone_of(book: Book, person: str) -> ZoneInfo | None:
    """Where a person lives; None where there is no record of them that can be read."""
    document = book.find("person", person)
    return document.content.timezone if document is not None and document.readable else None


def nights(policy: OnCall, zone: ZoneInfo, within: Interval) -> Iterator[Night]:
    """The nights that touch an interval, whole, in order."""
    start, end = policy.night.start, policy.night.end
    for ordinal in _days(zone, within):
        found = _night(start, end, zone, ordinal)
        if found.interval.start < within.end and within.start < found.interval.end:
            yield found


def weekends(policy: OnCall, zone: ZoneInfo, within: Interval) -> Iterator[Interval]:
    """The days of weekends that touch an interval, whole, in order."""
    off = {DAYS.index(day) for day in policy.weekend}
    return (_day(ordinal, zone) for ordinal in _days(zone, within) if (ordinal - 1) % 7 in off)


def days(found: Iterable[date], zone: ZoneInfo) -> Iterator[Interval]:
    """Days from their first instant to the next day's."""
    return (_day(day.toordinal(), zone) for day in found)


def _days(zone: ZoneInfo, within: Interval) -> range:
    """The days of an interval and the one before, whose night may reach into it, as ordinals."""
    first, last = (handoffs.wall(at, zone).date() for at in within)
    return range(first.toordinal() - 1, last.toordinal() + 1)


@lru_cache(1 << 14)
def _night(start: time, end: time, zone: ZoneInfo, ordinal: int) -> Night:
    day, hours = date.fromordinal(ordinal), _Hours(start, end)
    within = Interval(handoffs.window_begins(hours, day, zone), handoffs.window_ends(hours, day, zone))
    return Night(day, within)


@lru_cache(1 << 14)
def _day(ordinal: int, zone: ZoneInfo) -> Interval:
    day = date.fromordinal(ordinal)
    return Interval(midnight(day, zone), midnight(day + _DAY, zone))
