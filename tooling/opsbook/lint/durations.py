"""Lengths of time as people type them into a page, and how exactly they mean them: `1h 20m`, `about an
hour`, `9h 16m (during support hours 10:00-17:00)`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_UNIT = "days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s"
_AMOUNT = rf"\d{{1,5}}(?:\.\d{{1,2}})?\s?(?:{_UNIT})(?![a-z])"
_ROUGHLY = r"(?:(?:about|around|approximately|approx\.?|roughly|circa|ca\.?|nearly|almost|some)\s+|[~≈]\s*)"
LENGTH = (
    rf"{_ROUGHLY}?(?:{_AMOUNT}(?:\s*(?:,\s*)?(?:and\s+)?{_AMOUNT}){{0,3}}"
    r"|(?:half\s+an|an|one)\s+hour|(?:half\s+a|a|one)\s+day)"
)
"""A pattern for them, to be matched whatever the case."""
_COUNTED = re.compile(r"(\d+(?:\.\d+)?)\s?([dhms])", re.IGNORECASE)
_SLACK = timedelta(minutes=2)
_STEP = timedelta(minutes=5)
"""What people round to who do not say that they do."""
_DAY = timedelta(days=1)
_SATURDAY = 5
_CLOCK = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_WEEKDAYS = r"M-F|Mon(?:day)?(?: to |-)Fri(?:day)?|(?:on )?weekdays"
HOURS = (
    r"\((?:only )?(?:during|within|in) (?:support|business|working|office) hours,? "
    rf"(?P<opens>{_CLOCK}) ?[-–] ?(?P<closes>{_CLOCK})(?:,? (?P<weekdays>{_WEEKDAYS}))?\)"
)
"""A pattern for the hours of a day that somebody counted, to be matched whatever the case."""


class Typed(NamedTuple):
    """A length of time as it was typed, the unit it was rounded to where it is a rough one, and whether it
    was worked out to the minute."""

    length: timedelta
    rounded_to: timedelta | None = None
    exact: bool = False

    def fits(self, actual: timedelta) -> bool:
        """Whether somebody might type it of that length: within 2 minutes, or a tenth where it was not worked
        out to the minute, and where it is rough, within a quarter or half of its unit."""
        share = 0.25 if self.rounded_to else 0 if self.exact else 0.1
        allowed = max(_SLACK, share * max(self.length, actual), (self.rounded_to or _SLACK) / 2)
        return abs(self.length - actual) <= allowed


class Hours(NamedTuple):
    """The hours of a day that somebody counted, and whether on weekdays alone, where that was said."""

    opens: time
    closes: time
    weekdays: bool

    @classmethod
    def of(cls, found: re.Match[str]) -> Hours | None:
        """What a match of `HOURS` means; None where they end before they begin."""
        opens, closes = (time.fromisoformat(f"{found[name]:0>5}") for name in ("opens", "closes"))
        return cls(opens, closes, found["weekdays"] is not None) if opens < closes else None

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"

    def lengths(self, start: datetime, end: datetime) -> Iterator[timedelta]:
        """What these hours may make of the time from start to end, on the clock of both: without the weekends
        or, where that was not said, with them, and without any number of holidays."""
        for weekdays in (True,) if self.weekdays else (True, False):
            length = self._within(start, end, weekdays)
            while length > timedelta():
                yield length
                length -= timedelta(hours=self.closes.hour - self.opens.hour) + timedelta(
                    minutes=self.closes.minute - self.opens.minute
                )

    def _within(self, start: datetime, end: datetime, weekdays: bool) -> timedelta:
        total, day = timedelta(), start.date()
        while day <= end.date():
            if not (weekdays and day.weekday() >= _SATURDAY):
                opens = max(start, datetime.combine(day, self.opens))
                total += max(min(end, datetime.combine(day, self.closes)) - opens, timedelta())
            day += _DAY
        return total


def typed(text: str) -> Typed:
    """What a match of `LENGTH` means; whole hours and days are taken to be rough, as is `1.5h`."""
    counted = [(number, _UNITS[unit.lower()]) for number, unit in _COUNTED.findall(text)]
    if not counted:
        unit = _UNITS["h" if text.lower().endswith("hour") else "d"]
        return Typed(unit / 2 if "half" in text.lower() else unit, unit)
    length = sum((float(number) * unit for number, unit in counted), timedelta())
    least = min(unit for _, unit in counted)
    rough = not text[0].isdigit() or least >= _UNITS["h"] or any("." in number for number, _ in counted)
    return Typed(length, least if rough else None, not rough and length % _STEP > timedelta())
