"""The clock contract: what a wall time on a rotation's clock is as an instant.

This is the only module that counts turns and hours on wall clocks; everything above it sees instants in UTC.

* A rule is a wall time in an IANA zone, with the data of the pinned `tzdata`, never the machine's.
* Turns are counted on that clock: a week later is the same time of day a week later, whether the hours
  between are 167, 168 or 169. `12h` on it is twelve hours of the clock.
* A start or an end that the clock leaps over is the first instant after the gap. Turns that lie wholly in
  a gap are empty: nobody loses more than what the clock skipped.
* Where the clock falls back and shows a time twice, a start is the first of the two instants and an end is
  the last, so that nothing is uncovered. Where a shift then ends after the next one begins, the overlap
  belongs to the one who begins.
* A month later is the same day of the month, counted from the first turn; in a month without that day it
  is the last: 31 January, 28 February, 31 March.
* Intervals are half-open. A window belongs to the day it begins on; one that ends at or before its start
  ends the next day, and equal times are a whole day of the clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from opsbook.model.time import Period, first_instant

if TYPE_CHECKING:
    from datetime import time
    from zoneinfo import ZoneInfo

    from opsbook.model.time import Turn

_DAY = timedelta(days=1)


class Hours(Protocol):
    """Hours of a day, such as a window, or a night."""

    @property
    def start(self) -> time: ...
    @property
    def end(self) -> time: ...


@lru_cache(1 << 14)
def begins(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which something begins that begins at a wall time: the first of two, and the
    first after a gap."""
    return first_instant(wall, zone)


@lru_cache(1 << 14)
def ends(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which something ends that ends at a wall time: the last of two, and the first
    after a gap."""
    first = first_instant(wall, zone)
    last = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # in a gap it is before (PEP 495)
    return max(first, last)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock of the zone shows at an instant."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def clock_changes(zone: ZoneInfo, since: datetime, count: int) -> list[datetime]:
    """The next instants, in UTC, at which the clocks of a zone go forward or back, so many of them; fewer
    where no more come within two years."""
    found: list[datetime] = []
    at = since
    while len(found) < count and at - since < 2 * timedelta(days=366):
        later = at + _DAY
        if _offset(at, zone) != _offset(later, zone):
            found.append(_change(at, later, zone))
        at = later
    return found


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between two at which the offset becomes that of the later one."""
    new = _offset(after, zone)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if _offset(middle, zone) == new:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


# ── turns ─────────────────────────────────────────────────────────────────────────────────


def turn_begins(starts: datetime, every: Turn, number: int, zone: ZoneInfo) -> datetime:
    """The instant of the handoff to a turn, counted from 0 at the wall time `starts`."""
    return begins(turn_starts(starts, every, number), zone)


def turn_at(starts: datetime, every: Turn, at: datetime, zone: ZoneInfo) -> int:
    """The number of the turn at an instant; negative before the first."""
    number = _about(starts, every, wall(at, zone))
    while turn_begins(starts, every, number + 1, zone) <= at:
        number += 1
    while turn_begins(starts, every, number, zone) > at:
        number -= 1
    return number


def turn_starts(starts: datetime, every: Turn, number: int) -> datetime:
    """The wall time of the handoff to a turn, counted from 0 at the wall time `starts`."""
    if every.months:
        day = Period(every.months * number, 0).after(starts.date())
        return datetime.combine(day, starts.time())
    assert every.length is not None
    return starts + number * every.length


def _about(starts: datetime, every: Turn, shown: datetime) -> int:
    if every.months:
        return ((shown.year - starts.year) * 12 + shown.month - starts.month) // every.months
    assert every.length is not None
    return (shown - starts) // every.length


# ── windows ───────────────────────────────────────────────────────────────────────────────


def window_begins(window: Hours, day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a window of a day begins."""
    return begins(datetime.combine(day, window.start), zone)


def window_ends(window: Hours, day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a window that begins on a day ends."""
    return ends(window_closes(window, day), zone)


def window_closes(window: Hours, day: date) -> datetime:
    """The wall time at which a window that begins on a day ends."""
    over_midnight = window.end <= window.start
    return datetime.combine(day + _DAY if over_midnight else day, window.end)
