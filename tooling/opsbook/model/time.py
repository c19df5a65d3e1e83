"""Instants, dates, wall times, durations and intervals, as people write them in a record.

An instant carries an offset and is UTC inside the program. A rule carries a wall time and a zone.
What could be read in two ways is refused with the way to write it. As fields of a record they are in `times`.
"""

from __future__ import annotations

import os
import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import tzdata  # type: ignore[import-untyped]

from opsbook.model.refusal import expected, refuse

# Zone data is the pinned package's and never the machine's, whose zones may be years older.
zoneinfo.reset_tzpath((os.path.join(os.path.dirname(tzdata.__file__), "zoneinfo"),))

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = r"(?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_COUNT = r"([0-9]{1,9})"
_INSTANT = re.compile(rf"{_DAY}[Tt ]{_CLOCK}{_SECONDS}(?:[Zz]|[+-]{_CLOCK})\Z")
_USUAL = re.compile(rf"20..-..-..T(?!24)..:..(?:Z|[+-]{_CLOCK})\Z")
_USUAL_DAY = re.compile(r"20..-..-..\Z")
"""How nearly all instants and dates are written: that what stands between the signs are digits of a calendar
`fromisoformat` sees for itself, but lets, in later Pythons, a day end at 24:00."""
_NAIVE = re.compile(rf"{_DAY}(?:[Tt ]{_CLOCK}{_SECONDS})?\Z")
_DATE = re.compile(rf"{_DAY}\Z")
_WALL = re.compile(rf"{_DAY}[T ]{_CLOCK}\Z")
_TIME = re.compile(rf"{_CLOCK}\Z")
_DURATION = re.compile("".join(f"(?:{_COUNT}{unit})?" for unit in "wdhms") + r"\Z")
_ISO_DURATION = re.compile(
    rf"P(?:{_COUNT}W)?(?:{_COUNT}D)?(?:T(?:{_COUNT}H)?(?:{_COUNT}M)?(?:{_COUNT}S)?)?\Z", re.IGNORECASE
)
_PERIOD = re.compile(rf"{_COUNT} ?(days?|weeks?|months?|years?|[dw])\Z")
_BUSINESS = re.compile(rf"{_COUNT} ?(?:business days?|bd)\Z")
_COUNTED = re.compile(rf"{_COUNT} (shift|month)s?\Z")
_CENTURY = 36_525 * 24 * 60 * 60
"""Seconds in a hundred years."""
_DECADE = 2_600
"""Business days in ten years."""


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise expected(what)
    return value


def _of_our_age(year: int, text: str) -> None:
    """Refuses a slip of the pen that no zone and no duration could be added to."""
    if not 1900 <= year < 3000:
        raise refuse("`{found}` is of another age: expected a year from 1900 to 2999", found=text)


def instant(value: Any) -> datetime:
    """`2026-03-02T09:02Z` or `2026-03-02 10:02+01:00` → that instant in UTC."""
    if type(value) is str and _USUAL.match(value):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return _odd_instant(value)
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    return _odd_instant(value)


def _odd_instant(value: Any) -> datetime:
    """An instant that is not written in the usual way, or not at all."""
    if type(value) is datetime:
        return value.astimezone(UTC)
    text = _text(value, "an instant like `2026-03-02T09:02Z`")
    if not _INSTANT.match(text):
        if _NAIVE.match(text):
            if ":" in text:
                raise refuse(
                    "`{found}` has no offset: write `{found}Z` for UTC, or add one like `+01:00`",
                    found=text,
                )
            raise refuse("`{found}` has no time: write `{found}T09:02Z`", found=text)
        raise refuse("`{found}` is no instant: write `2026-03-02T09:02Z`", found=text)
    _of_our_age(int(text[:4]), text)
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError:
        raise refuse("`{found}` does not exist in the calendar", found=text) from None


def day(value: Any) -> date:
    """`2026-03-16` → that date."""
    if type(value) is str and _USUAL_DAY.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return _odd_day(value)
    return _odd_day(value)


def _odd_day(value: Any) -> date:
    """A date that is not written in the usual way, or not at all."""
    if type(value) is date:
        return value
    text = _text(value, "a date like `2026-03-16`")
    if not _DATE.match(text):
        raise refuse("`{found}` is no date: write `2026-03-16`", found=text)
    _of_our_age(int(text[:4]), text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refuse("`{found}` does not exist in the calendar", found=text) from None


def wall_time(value: Any) -> datetime:
    """`2026-01-05 09:00` → a naive datetime, to be read in the zone beside it."""
    if type(value) is datetime:
        return value
    text = _text(value, "a wall time like `2026-01-05 09:00`")
    if not _WALL.match(text):
        if _INSTANT.match(text):
            raise refuse(
                "`{found}` has an offset: a rule is a wall time, `2026-01-05 09:00`, read in its `timezone`",
                found=text,
            )
        raise refuse("`{found}` is no wall time: write `2026-01-05 09:00`", found=text)
    _of_our_age(int(text[:4]), text)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise refuse("`{found}` does not exist on a clock", found=text) from None


def time_of_day(value: Any) -> time:
    """`17:00` → that time of day."""
    if type(value) is time:
        return value
    text = _text(value, 'a time of day like `"17:00"`')
    try:
        if _TIME.match(text):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise refuse('`{found}` is no time of day: write `"17:00"`, and midnight `"00:00"`', found=text)


def duration(value: Any) -> timedelta:
    """`90m`, `1h30m`, `48h`, `5d`, `2w` or `PT1H30M` → that length of time."""
    if type(value) is timedelta:
        return value
    text = _text(value, "a duration like `90m` or `1h30m`")
    if re.match("[0-9]+:[0-9]", text):
        raise refuse("`{found}` could be hours or minutes: write `90m` or `1h30m`", found=text)
    match = _DURATION.match(text) or _ISO_DURATION.match(text)
    if _BUSINESS.match(text):
        raise refuse("`{found}` counts days of work, this is a length of time: write `48h`", found=text)
    if not match or not any(match.groups()):
        raise refuse("`{found}` is no duration: write `90m`, `1h30m`, `5d` or `2w`", found=text)
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds > _CENTURY:
        raise refuse("`{found}` is longer than anybody waits", found=text)
    return timedelta(days=days, weeks=weeks, hours=hours, minutes=minutes, seconds=seconds)


def write_duration(value: timedelta) -> str:
    """A duration as people write it: `30m`, `1h30m`, `2d`, `0m`."""
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    if not minutes and seconds:
        return f"{seconds}s"
    days, rest = divmod(minutes, 24 * 60)
    if days and not rest and not seconds:
        return f"{days}d"
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "m"), (seconds, "s")]
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0m"


def write_roughly(value: timedelta, *, hours: bool = False) -> str:
    """A length as somebody says it, in whole minutes: `3m`, `2h10m`, from two days on `4d`, or with `hours`
    `4d3h`."""
    minutes = int(value.total_seconds()) // 60
    if minutes < 48 * 60:
        return write_duration(timedelta(minutes=minutes))
    return f"{minutes // 1440}d" + (f"{minutes % 1440 // 60}h" if hours else "")


class BusinessDays(NamedTuple):
    """A length counted in days on which people work."""

    days: int


Length = timedelta | BusinessDays


def length(value: Any) -> Length:
    """`48h` → that length of time; `2 business days`, or `2bd`, → so many days on which people work."""
    if type(value) is BusinessDays:
        return value
    match = _BUSINESS.match(value) if isinstance(value, str) else None
    if match is None:
        return duration(value)
    days = int(match[1])
    if not days:
        raise refuse("`{found}` is no time at all: write `1 business day`, or `8h`", found=value)
    if days > _DECADE:
        raise refuse("`{found}` is longer than anybody waits", found=value)
    return BusinessDays(days)


def write_length(value: Length) -> str:
    """A length as people write it: `48h`, `1 business day`, `2 business days`."""
    if isinstance(value, timedelta):
        return write_duration(value)
    return f"{value.days} business day{'' if value.days == 1 else 's'}"


class Period(NamedTuple):
    """A length counted on the calendar: months and days."""

    months: int
    days: int

    def after(self, start: date) -> date:
        """The date this much later; a day that the month lacks is the month's last."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.months, 12)
        last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
        return date(year, month + 1, min(start.day, last)) + timedelta(days=self.days)


def period(value: Any) -> Period:
    """`90d`, `12w`, `6 months` or `1 year` → that period."""
    if type(value) is Period:
        return value
    text = _text(value, "a period like `6 months` or `90d`")
    match = _PERIOD.match(text)
    if not match:
        raise refuse("`{found}` is no period: write `6 months`, `1 year` or `90d`", found=text)
    number, unit = int(match[1]), match[2][0]
    months, days = {"d": (0, 1), "w": (0, 7), "m": (1, 0), "y": (12, 0)}[unit]
    if months * number > 1200 or days * number > 36_525:
        raise refuse("`{found}` is longer than anybody waits", found=text)
    return Period(months * number, days * number)


class Turn(NamedTuple):
    """How long a turn lasts: a length on the layer's clock, a number of its windows, or of months."""

    length: timedelta | None = None
    shifts: int | None = None
    months: int | None = None


def turn(value: Any) -> Turn:
    """`1w`, `4d`, `12h`, `1 shift` or `1 month` → that turn."""
    if type(value) is Turn:
        return value
    text = _text(value, "a turn like `1w`, `12h` or `1 shift`")
    match = _COUNTED.match(text)
    if match:
        number = int(match[1])
        result = Turn(shifts=number) if match[2] == "shift" else Turn(months=number)
        if number > 1200:
            raise refuse("`{found}` is longer than anybody waits", found=text)
    else:
        result = Turn(duration(text))
    if not any(result):
        raise refuse("`{found}` is no turn: nobody would ever hand over", found=text)
    return result


def write_turn(value: Turn) -> str:
    """A turn as people write it: `7d`, `12h`, `1 shift`, `2 months`."""
    if value.length is not None:
        return write_duration(value.length)
    number, noun = (value.shifts, "shift") if value.shifts else (value.months, "month")
    return f"{number} {noun}{'' if number == 1 else 's'}"


def zone(value: Any) -> ZoneInfo:
    """`Europe/Berlin` → that IANA time zone."""
    if isinstance(value, ZoneInfo):
        return value
    text = _text(value, "an IANA time zone like `Europe/Berlin`")
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = _near_zone(text)
    if near:
        raise refuse("`{found}` is no IANA time zone: did you mean `{near}`?", found=text, near=near)
    raise refuse("`{found}` is no IANA time zone: write one like `Europe/Berlin`", found=text)


def _near_zone(text: str) -> str | None:
    from difflib import get_close_matches

    names = {name.rpartition("/")[2].lower(): name for name in sorted(available_timezones())}
    near = get_close_matches(text[:100].rpartition("/")[2].lower(), names, 1)
    return names[near[0]] if near else None


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that an instant falls on in a zone; in UTC at the ends of the calendar."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.date()


_TWO = [f"{number:02}" for number in range(60)]
"""Numbers as a clock shows them: to format one takes longer."""


def write_instant(value: datetime) -> str:
    """`2026-03-02T09:02Z`: UTC, seconds only where there are some."""
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    if utc.second or utc.microsecond:
        return f"{utc.isoformat()[: -len('+00:00')]}Z"
    return f"{date.isoformat(utc)}T{write_clock(utc)}Z"


def write_day(value: date) -> str:
    """`2026-03-02`: the day of an instant on the clock that it is on."""
    return date.isoformat(value)


def write_clock(value: datetime) -> str:
    """`09:02`: the time of day of an instant on the clock that it is on."""
    return f"{_TWO[value.hour]}:{_TWO[value.minute]}"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ticks(at: datetime) -> int:
    """Microseconds since 1970, as instants are kept and counted with."""
    return (at - _EPOCH) // timedelta.resolution


def at_tick(number: int) -> datetime:
    """The instant so many microseconds after the beginning of 1970."""
    return _EPOCH + number * timedelta.resolution


def first_instant(wall: datetime, clock: ZoneInfo) -> datetime:
    """The instant at which a clock shows a wall time, in UTC: the first of two where it falls back,
    and the first after the gap where it springs over that time."""
    at = wall.replace(tzinfo=clock, fold=0).astimezone(UTC)
    if at.astimezone(clock).replace(tzinfo=None) == wall:
        return at
    before = wall.replace(tzinfo=clock, fold=1).astimezone(UTC)
    sprung = at.astimezone(clock).utcoffset()
    while at - before > timedelta(seconds=1):
        middle = before + (at - before) / 2
        if middle.astimezone(clock).utcoffset() == sprung:
            at = middle
        else:
            before = middle
    return at.replace(microsecond=0)


def midnight(day: date, clock: ZoneInfo) -> datetime:
    """The first instant of a day in a zone, in UTC."""
    return first_instant(datetime.combine(day, time.min), clock)


class Interval(NamedTuple):
    """A half-open stretch of time: from the first instant up to, not including, the second."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def covers(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def days(self, zone: ZoneInfo) -> tuple[date, date]:
        """The first and the last day of which it has an instant, on the clock of a zone."""
        return local_day(self.start, zone), local_day(self.end - timedelta.resolution, zone)
