"""A person's own clock: where they live, when they sleep, and which days are their weekend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.rotation import DAYS
from opsbook.model.time import Interval, midnight
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from datetime import datetime
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


def zone_of(book: Book, person: str) -> ZoneInfo | None:
    """Where a person lives; None where there is no record of them that can be read."""
    document = book.find("person", person)
    return document.content.timezone if document is not None and document.readable else None


def nights(policy: OnCall, zone: ZoneInfo, within: Interval) -> Iterator[Night]:
    """The nights that touch an interval, whole, in order."""
    for day in _days(zone, within):
        start = handoffs.window_begins(policy.night, day, zone)
        found = Interval(start, handoffs.window_ends(policy.night, day, zone))
        if found.start < within.end and within.start < found.end:
            yield Night(day, found)


def weekends(policy: OnCall, zone: ZoneInfo, within: Interval) -> Iterator[Interval]:
    """The days of weekends that touch an interval, whole, in order."""
    return days((day for day in _days(zone, within) if DAYS[day.weekday()] in policy.weekend), zone)


def days(found: Iterator[date], zone: ZoneInfo) -> Iterator[Interval]:
    """Days from their first instant to the next day's."""
    return (Interval(midnight(day, zone), midnight(day + _DAY, zone)) for day in found)


def _days(zone: ZoneInfo, within: Interval) -> Iterator[date]:
    """The days of an interval and the one before, whose night may reach into it."""
    first, last = (handoffs.wall(at, zone).date() for at in within)
    return (date.fromordinal(each) for each in range(first.toordinal() - 1, last.toordinal() + 1))
