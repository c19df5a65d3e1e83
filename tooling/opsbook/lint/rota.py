"""The rota ahead, for rules: from midnight of the book's today, so that what is found holds all day.

A finding about many shifts is one finding: the place that is behind them, the first of them, and how many
there are.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from opsbook.model.time import Interval, midnight
from opsbook.oncall.schedule import plan, shifts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.lint.context import Context
    from opsbook.model.rotation import Rotation
    from opsbook.oncall.schedule import Plan, Shift
    from opsbook.text import Location

T = TypeVar("T")
QUARTER = 13
"""Weeks in which what is wrong ahead is looked for."""


class Rota(NamedTuple):
    """A rotation as it will be."""

    plan: Plan
    within: Interval
    shifts: list[Shift]

    @property
    def zone(self) -> ZoneInfo:
        return self.plan.layers[0].zone


def ahead(context: Context, weeks: int = QUARTER) -> Interval:
    """So many weeks from the beginning of today, by the book's clock."""
    zone = context.settings.timezone
    start = midnight(context.clock.today(zone), zone)
    return Interval(start, start + timedelta(weeks=weeks))


def rota(rotation: Document[Rotation], context: Context, weeks: int = QUARTER) -> Rota | None:
    """A rotation in the weeks ahead; None where another that it follows cannot be read."""
    try:
        found = plan(context.book, rotation.id)
    except LookupError:
        return None
    within = ahead(context, weeks)
    return Rota(found, within, shifts(found, within))


def grouped(found: Iterable[T], place: Callable[[T], Location]) -> dict[Location, list[T]]:
    """Things by the place that is behind them, in order."""
    groups: dict[Location, list[T]] = {}
    for each in found:
        groups.setdefault(place(each), []).append(each)
    return groups


def when(interval: Interval, zone: ZoneInfo) -> str:
    """`Tue 3 Mar 2026 10:00 to 12:30`, on a clock; the day twice where there are two."""
    start, end = (at.astimezone(zone) for at in interval)
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a} {end.day} {end:%b %H:%M}"
    return f"{at(interval.start, zone)} to {last}"


def at(instant: datetime, zone: ZoneInfo) -> str:
    """`Tue 3 Mar 2026 10:00`, on a clock."""
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def more(count: int) -> str:
    """`, and 4 times more`, where the first of so many has been named."""
    return f", and {count - 1} times more" if count > 2 else ", and once more" if count == 2 else ""
