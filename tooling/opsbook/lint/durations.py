"""Lengths of time as people type them into a page, and how exactly they mean them: `1h 20m`, `about an
hour`."""

from __future__ import annotations

import re
from datetime import timedelta
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
    rf"{_ROUGHLY}?(?:{_AMOUNT}(?:\s*,?\s*(?:and\s+)?{_AMOUNT}){{0,3}}"
    r"|(?:half\s+an|an|one)\s+hour|(?:half\s+a|a|one)\s+day)"
)
"""A pattern for them, to be matched whatever the case."""
_COUNTED = re.compile(r"(\d+(?:\.\d+)?)\s?([dhms])", re.IGNORECASE)
_SLACK = timedelta(minutes=2)


class Typed(NamedTuple):
    """A length of time as it was typed, and the unit it was rounded to where it is a rough one."""

    length: timedelta
    rounded_to: timedelta | None = None

    def fits(self, actual: timedelta) -> bool:
        """Whether somebody might type it of that length: within 2 minutes or a tenth, and where it is rough,
        within a quarter or half of its unit."""
        share = 0.25 if self.rounded_to else 0.1
        allowed = max(_SLACK, share * max(self.length, actual), (self.rounded_to or _SLACK) / 2)
        return abs(self.length - actual) <= allowed


def typed(text: str) -> Typed:
    """What a match of `LENGTH` means; whole hours and days are taken to be rough, as is `1.5h`."""
    counted = [(number, _UNITS[unit.lower()]) for number, unit in _COUNTED.findall(text)]
    if not counted:
        unit = _UNITS["h" if text.lower().endswith("hour") else "d"]
        return Typed(unit / 2 if "half" in text.lower() else unit, unit)
    length = sum((float(number) * unit for number, unit in counted), timedelta())
    least = min(unit for _, unit in counted)
    exact = text[0].isdigit() and least < _UNITS["h"] and not any("." in number for number, _ in counted)
    return Typed(length, None if exact else least)
