"""Turns as other tools count them → a layer of a rotation.

A pattern is what most schedules come down to: from a wall time on, everybody in order for as long as a turn
lasts, in some hours of the week. What it says before it begins is nobody's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.importing.words import line
from opsbook.model.rotation import DAYS, Layer, Window
from opsbook.model.time import Turn, write_turn
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
WEEK = 7 * DAY
Seats = tuple[tuple[str, ...], ...]
"""Who takes turns, in order; an empty one is a turn of nobody."""


class Pattern(NamedTuple):
    """Turns of people, in some hours."""

    name: str
    zone: ZoneInfo
    anchor: datetime
    """The wall time at which the turn of the first seat begins."""
    every: Turn | None
    """None where the first seat stays on."""
    seats: Seats
    windows: tuple[Window, ...] | None = None
    begins: datetime | None = None
    """The wall time before which nobody is on, where that is later than the anchor."""
    ends: datetime | None = None
    """The wall time from which on nobody is on any more."""


def layer(pattern: Pattern, at: datetime) -> tuple[Layer, datetime | None]:
    """The layer that has the same turns from an instant on; and the wall time up to which it leaves a
    past turn out that had begun before the pattern did."""
    versions, late = _versions(pattern, handoffs.wall(at, pattern.zone))
    found: dict[str, Any] = {"name": line(pattern.name) or "turns", "versions": tuple(versions)}
    if pattern.windows:
        found["windows"] = pattern.windows
    found["timezone"] = pattern.zone
    return Layer.model_validate(found), late


def _versions(pattern: Pattern, now: datetime) -> tuple[list[dict[str, Any]], datetime | None]:
    late = None
    found = []
    if pattern.begins is None or pattern.begins <= pattern.anchor or pattern.every is None:
        starts = (
            pattern.anchor if pattern.every or not pattern.begins else max(pattern.begins, pattern.anchor)
        )
        found.append(_version(starts, pattern.every, pattern.seats))
    else:
        number = handoffs.turn_at(
            pattern.anchor, pattern.every, handoffs.begins(pattern.begins, pattern.zone), pattern.zone
        )
        here, following = (_wall(pattern, each) for each in (number, number + 1))
        if here == pattern.begins:
            found.append(_version(here, pattern.every, _turned(pattern.seats, number)))
        else:
            if following > now:
                found.append(_version(pattern.begins, None, (pattern.seats[number % len(pattern.seats)],)))
            else:
                late = following
            found.append(_version(following, pattern.every, _turned(pattern.seats, number + 1)))
    if pattern.ends:
        found = [each for each in found if each["starts"] < pattern.ends]
        found.append({"starts": pattern.ends, "members": ()})
    return found, late


def _wall(pattern: Pattern, number: int) -> datetime:
    """The wall time of the handoff to a turn."""
    every = pattern.every
    assert every is not None
    assert every.length is not None  # turns of months begin with their pattern
    return pattern.anchor + number * every.length


def _version(starts: datetime, every: Turn | None, seats: Seats) -> dict[str, Any]:
    found: dict[str, Any] = {"starts": starts, "members": seats}
    return found if every is None else {"starts": starts, "every": every, "members": seats}


def _turned(seats: Seats, number: int) -> Seats:
    first = number % len(seats)
    return seats[first:] + seats[:first]


# ── windows ───────────────────────────────────────────────────────────────────────────────


def windows(stretches: Iterable[tuple[int, time, timedelta]]) -> tuple[Window, ...]:
    """The windows of stretches of a week, each a day (0 is Monday), a time of day and a length; one that
    is longer than a day is several windows, of a day at most."""
    days: dict[tuple[time, time], set[int]] = defaultdict(set)
    for day, begins, length in stretches:
        for piece, start, end in _pieces(day, begins, length):
            days[start, end].add(piece % 7)
    return tuple(
        _window(sorted(which), start, end) for (start, end), which in sorted(days.items(), key=_first)
    )


def _pieces(day: int, begins: time, length: timedelta) -> Iterator[tuple[int, time, time]]:
    at, left = datetime.combine(datetime(2024, 1, 1), begins), length
    while left > timedelta():
        yield day, begins, (at + min(left, DAY)).time()
        day, left = day + 1, left - DAY


def _first(each: tuple[tuple[time, time], set[int]]) -> tuple[int, time]:
    return min(each[1]), each[0][0]


def _window(days: Iterable[int], start: time, end: time) -> Window:
    return Window.model_validate({"days": tuple(DAYS[day] for day in days), "from": start, "to": end})


def written(window: Window) -> dict[str, Any]:
    """A window as a record says it."""
    return {"days": list(window.days), "from": f"{window.start:%H:%M}", "to": f"{window.end:%H:%M}"}


def turn(every: Turn) -> str:
    """A turn as a record says it: whole weeks as weeks."""
    if every.length and not every.length % WEEK:
        return f"{every.length // WEEK}w"
    return write_turn(every)
