"""Times as people type them for a rotation: on its clock, and only where they can mean one thing.

* `2026-12-05T09:00+01:00` is that instant; `2026-12-05 09:00` is what the rotation's clock shows then: where
  it shows it twice, a beginning is the first of the two and an end the last, as the clock contract has it.
* `2026-12-05` is that day, from midnight to midnight; from a day to a day includes the last one.
* `today`, `tomorrow` and `sat` are days, and may be followed by a time of day. A weekday is the coming one,
  and as an end the first on or after the beginning. As a beginning on that very weekday it is refused.
* `now` is the next full minute, since records are written to the minute. A day that has begun begins now:
  nobody hands over what is past.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import PydanticCustomError

from opsbook.errors import UserError
from opsbook.model.time import Interval, day, instant, local_day, midnight, time_of_day, wall_time
from opsbook.oncall import handoffs
from opsbook.text import shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WALL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]{5,15}(?:[Zz]|[+-][0-9:]{5})\Z")
_HINT = "write `2026-12-05`, `2026-12-05 09:00` on the rotation's clock, or an instant with its offset"


class Asker(NamedTuple):
    """What a time is read against: the rotation's clock, and the instant at which it is typed."""

    zone: ZoneInfo
    at: datetime

    @property
    def today(self) -> date:
        return local_day(self.at, self.zone)


class Typed(NamedTuple):
    """What a text says: an instant, or a day with a time of day or without."""

    at: datetime | None
    day: date
    clock: time | None

    @property
    def whole_day(self) -> bool:
        return self.at is None and self.clock is None

    def wall(self, zone: ZoneInfo) -> datetime:
        """The wall time of something that begins then."""
        if self.at is not None:
            return wall_from(self.at, zone)
        return datetime.combine(self.day, self.clock or time())


def beginning(option: str, text: str, asker: Asker) -> Typed:
    """When something begins; UserError for a text that says no time, or more than one."""
    return _read(option, text, asker, None)


def stretch(options: tuple[str, str], start: str, end: str | None, asker: Asker) -> Interval:
    """From one time to another; a day alone is that day."""
    first = _read(options[0], start, asker, None)
    begins = _begins(first, asker)
    if end is None:
        if not first.whole_day:
            raise UserError(f"{options[0]} {start}: until when?", f"add {options[1]}")
        return Interval(begins, midnight(first.day + _DAY, asker.zone))
    ends = _ends(_read(options[1], end, asker, local_day(begins, asker.zone)), asker)
    if ends <= begins:
        raise UserError(f"{options[1]} {end} is not after {options[0]} {start}")
    return Interval(begins, ends)


def next_minute(at: datetime) -> datetime:
    """The first full minute at or after an instant."""
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + _MINUTE


def wall_from(at: datetime, zone: ZoneInfo) -> datetime:
    """The wall time, in full minutes, that begins first at or after an instant: in the second of two hours
    that show the same times it is the end of that hour, for those times mean the first."""
    wall = handoffs.wall(next_minute(at), zone)
    while handoffs.begins(wall, zone) < at:
        wall += _MINUTE
    return wall


def _begins(typed: Typed, asker: Asker) -> datetime:
    if typed.at is not None:
        return typed.at
    if typed.clock is not None:
        return handoffs.begins(datetime.combine(typed.day, typed.clock), asker.zone)
    return next_minute(asker.at) if typed.day == asker.today else midnight(typed.day, asker.zone)


def _ends(typed: Typed, asker: Asker) -> datetime:
    if typed.at is not None:
        return typed.at
    if typed.clock is not None:
        return handoffs.ends(datetime.combine(typed.day, typed.clock), asker.zone)
    return midnight(typed.day + _DAY, asker.zone)


def _read(option: str, text: str, asker: Asker, since: date | None) -> Typed:
    """What a text says; `since` is the day from which an end is looked for."""
    text = text.strip()
    if text.lower() == "now":
        return Typed(next_minute(asker.at), asker.today, None)
    first, _, rest = text.partition(" ")
    named = _named_day(option, first.lower(), asker.today, since)
    try:
        if named:
            return Typed(None, named, time_of_day(rest.strip()) if rest else None)
        if _WALL.match(text):
            wall = wall_time(text)
            return Typed(None, wall.date(), wall.time())
        if _DATE.match(text):
            return Typed(None, day(text), None)
        if _INSTANT.match(text):
            return Typed(instant(text), asker.today, None)
    except PydanticCustomError as error:
        raise UserError(f"{option}: {error.message()}") from None
    raise UserError(f"{option}: `{shown(text)}` is no time", _HINT)


def _named_day(option: str, word: str, today: date, since: date | None) -> date | None:
    """The day that a word names; None where it names none."""
    if word in ("today", "tomorrow"):
        return today + _DAY * (word == "tomorrow")
    number = next((n for n, name in enumerate(_WEEKDAYS) if word in (name, name[:3])), None)
    if number is None:
        return None
    ahead = (number - (since or today).weekday()) % 7
    if not ahead and since is None:
        raise UserError(
            f"{option}: today is a {_WEEKDAYS[number].capitalize()}, so `{word}` could be two days",
            f"write `today`, or `{today + 7 * _DAY}`",
        )
    return (since or today) + ahead * _DAY
