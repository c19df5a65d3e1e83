"""Recurring events → their occurrences, and the turns that they come down to.

A rule is counted on the clock of its zone: an event from nine to five is that in summer and in winter, and
one of a week ends at the same time of day a week later. A wall time that the clock leaps over, or shows
twice, means what it means in a rotation (`oncall.handoffs`).

Rules of a minute and less are no shifts. With a step of days or less only what keeps a search short is read:
`INTERVAL`, `COUNT`, `UNTIL`, `WKST`, `BYDAY`, `BYMONTH`; of the others every part of RFC 5545.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.importing.pattern import DAY, WEEK, Pattern, Seats, windows
from opsbook.model.time import Interval, Turn
from opsbook.oncall import handoffs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Spell = tuple[Interval, tuple[str, ...]]
"""A stretch of time and who is on in it, each once and in order."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEPS = {"HOURLY": timedelta(hours=1), "DAILY": DAY, "WEEKLY": WEEK}
_QUICK = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"}
_MOST = 100_000
"""How many occurrences of one event are counted."""


class Unread(Exception):  # noqa: N818
    """A rule that is not read, and why."""


class Rule(NamedTuple):
    """How an event recurs, in the words of RFC 5545."""

    freq: str
    interval: int
    days: tuple[int, ...]
    """BYDAY as days of the week, 0 is Monday."""
    week_start: int
    times: int | None
    """COUNT: how often it happens."""
    until: datetime | None
    """The last wall time at which it may begin."""
    text: str
    """The rule without COUNT and UNTIL, for the library that counts it."""
    simple: bool
    """Nothing but a step and days of the week decides."""


def rule(parts: dict[str, list[Any]], zone: ZoneInfo, start: datetime) -> Rule:
    """The rule that the parts of an RRULE say; Unread where it is none that is read."""
    values = {key.upper(): value for key, value in parts.items()}
    freq = str(_one(values, "FREQ", "")).upper()
    if freq not in (*_STEPS, "MONTHLY", "YEARLY"):
        raise Unread(f"`FREQ={freq}` makes no shifts")
    odd = sorted(values.keys() - _QUICK) if freq in _STEPS else []
    if odd:
        raise Unread(f"`{odd[0]}` with `FREQ={freq}` is not read")
    byday = [str(day).upper() for day in values.get("BYDAY", [])]
    plain_days = all(day in WEEKDAYS for day in byday)
    if not plain_days and freq in _STEPS:
        raise Unread(f"`BYDAY={','.join(byday)}` with `FREQ={freq}` is not read")
    kept = {key: value for key, value in values.items() if key not in ("COUNT", "UNTIL")}
    text = ";".join(f"{key}={','.join(map(str, value))}" for key, value in kept.items())
    week_start = str(_one(values, "WKST", "MO")).upper()
    return Rule(
        freq,
        _number(values, "INTERVAL") or 1,
        tuple(sorted(WEEKDAYS.index(day) for day in byday)) if plain_days else (),
        WEEKDAYS.index(week_start) if week_start in WEEKDAYS else 0,
        _number(values, "COUNT"),
        _until(_one(values, "UNTIL", None), zone, start),
        text,
        freq in _STEPS and "BYMONTH" not in values,
    )


def _one(values: dict[str, list[Any]], key: str, default: Any) -> Any:
    found = values.get(key, default)
    return (found[0] if found else default) if isinstance(found, list) else found


def _number(values: dict[str, list[Any]], key: str) -> int | None:
    found = _one(values, key, None)
    if found is None:
        return None
    if not str(found).isdecimal() or not 0 < int(found) < 100_000:
        raise Unread(f"`{key}={found}` is no number of times")
    return int(found)


def _until(found: Any, zone: ZoneInfo, start: datetime) -> datetime | None:
    """UNTIL as a wall time: an instant in the zone, a date to its last second."""
    if isinstance(found, datetime):
        return handoffs.wall(found, zone) if found.tzinfo else found
    if isinstance(found, date):
        return datetime.combine(found, time.max if start.time() != time.min else time.min)
    return None


class Recurring:
    """An event that recurs, or happens once; and who is on in which of its occurrences."""

    def __init__(
        self,
        start: datetime,
        length: timedelta,
        zone: ZoneInfo,
        rule: Rule | None,
        groups: Seats,
        per: int | None = None,
    ) -> None:
        self.start = start
        self.length = length
        self.zone = zone
        self.rule = rule
        self.groups = groups
        self.per = per
        """After how many occurrences the next group is on; None where that is after a step of the rule."""
        self.without: frozenset[datetime] = frozenset()
        """The wall times at which it does not happen after all."""
        self.also: tuple[datetime, ...] = ()
        """Wall times at which it happens as well."""
        self.since = start
        """The wall time before which it does not happen, though its steps are counted from the start."""

    @property
    def endless(self) -> bool:
        return self.rule is not None and self.rule.times is None and self.rule.until is None

    @cached_property
    def last(self) -> datetime | None:
        """The wall time at which the last occurrence ends; None where there always comes another."""
        if self.endless:
            return None
        begun = [when for when, _ in self.begun(None)]
        return max([*begun, *self.also], default=self.start) + self.length

    def happens(self, within: Interval) -> list[Spell]:
        """The occurrences that touch an interval, by beginning."""
        found = []
        edge = handoffs.wall(within.end, self.zone)
        before = handoffs.wall(within.start, self.zone) - self.length - DAY
        for when, number in self.begun(edge):
            if when >= max(before, self.since) and when not in self.without:
                found.append((self._interval(when), tuple(sorted(self._group(when, number)))))
        found += [(self._interval(when), tuple(sorted(self.groups[0]))) for when in self.also]
        return sorted(each for each in found if each[0].end > within.start and each[0].start < within.end)

    def _interval(self, when: datetime) -> Interval:
        start = handoffs.begins(when, self.zone)
        return Interval(start, max(start, handoffs.ends(when + self.length, self.zone)))

    def _group(self, when: datetime, number: int) -> tuple[str, ...]:
        return self.groups[(self._step(when) if self.per is None else number // self.per) % len(self.groups)]

    def _step(self, when: datetime) -> int:
        """Which step of the rule an occurrence is in, from 0."""
        if self.rule is None:
            return 0
        if self.rule.freq == "WEEKLY":
            return (self._week(when) - self._week(self.start)).days // 7 // self.rule.interval
        if self.rule.freq in ("MONTHLY", "YEARLY"):
            months = (when.year - self.start.year) * 12 + when.month - self.start.month
            return months // (self.rule.interval * (12 if self.rule.freq == "YEARLY" else 1))
        base = self.start if self.rule.freq == "HOURLY" else datetime.combine(self.start.date(), time.min)
        return (when - base) // (_STEPS[self.rule.freq] * self.rule.interval)

    def _week(self, when: datetime) -> date:
        assert self.rule is not None
        return when.date() - timedelta(days=(when.weekday() - self.rule.week_start) % 7)

    def begun(self, edge: datetime | None) -> Iterator[tuple[datetime, int]]:
        """The wall times at which the rule makes it happen, up to an edge, each with its number from 0."""
        if self.rule is None:
            yield self.start, 0
            return
        for number, when in enumerate(self._counted(self.rule)):
            if edge is not None and when >= edge:
                return
            if self.rule.until and when > self.rule.until:
                return
            if number == self.rule.times:
                return
            if number == _MOST:
                raise Unread(f"it happened {_MOST:,} times before the import ends")
            yield when, number

    def _counted(self, rule: Rule) -> Iterator[datetime]:
        from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

        try:
            yield from rrulestr(rule.text, dtstart=self.start)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Unread(f"`{rule.text}` is no rule: {error}") from None

    # ── as turns ──────────────────────────────────────────────────────────────────────────

    def pattern(self, name: str) -> Pattern | None:
        """The turns that have the same shifts; None where they are none that a layer can say."""
        rule = self.rule
        if rule is None or not rule.simple or self.length <= timedelta() or self.also:
            return None
        by_step = self.per is None or len(self.groups) == 1
        found = (
            self._weekly(name, rule, by_step) if rule.freq == "WEEKLY" else self._daily(name, rule, by_step)
        )
        if found and self.since > self.start:
            found = found._replace(begins=self.since)
        return found and found._replace(ends=self.last)

    def _weekly(self, name: str, rule: Rule, by_step: bool) -> Pattern | None:
        days = rule.days or (self.start.weekday(),)
        if len(days) == 1 and self.start.weekday() == days[0]:
            return self._one_day(name, rule, days[0])
        if not self._apart(days):
            return None
        hours = windows((day, self.start.time(), self.length) for day in days)
        if by_step:
            seats = _spaced(self.groups, 1, rule.interval)
            return Pattern(
                name, self.zone, self._first_of_week(days), _stays(seats, WEEK), seats, hours, self.start
            )
        if rule.interval > 1 or self.length > DAY:
            return None
        return Pattern(name, self.zone, self.start, Turn(shifts=self.per), self.groups, hours)

    def _one_day(self, name: str, rule: Rule, day: int) -> Pattern | None:
        weeks, rest = divmod(self.length, WEEK)
        per = self.per or 1
        if not rest and weeks == rule.interval:
            return Pattern(name, self.zone, self.start, _stays(self.groups, self.length * per), self.groups)
        if not rest and weeks < rule.interval:
            seats = tuple(
                seat
                for group in self.groups
                for seat in ((group,) * weeks + ((),) * (rule.interval - weeks)) * per
            )
            return Pattern(name, self.zone, self.start, Turn(WEEK), seats)
        if self.length > WEEK:
            return None
        seats = _spaced(self.groups, per, rule.interval)
        hours = windows([(day, self.start.time(), self.length)])
        return Pattern(name, self.zone, self.start, _stays(seats, WEEK), seats, hours)

    def _first_of_week(self, days: Sequence[int]) -> datetime:
        """When the first occurrence of the week of the start begins, or would have begun."""
        assert self.rule is not None
        week = self._week(self.start)
        first = min((day - self.rule.week_start) % 7 for day in days)
        return datetime.combine(week + timedelta(days=first), self.start.time())

    def _apart(self, days: Sequence[int]) -> bool:
        """Whether each occurrence of a week is over when the next begins."""
        gaps = [(later - day) % 7 or 7 for day, later in pairwise([*days, days[0]])]
        return self.length <= min(gaps) * DAY

    def _daily(self, name: str, rule: Rule, by_step: bool) -> Pattern | None:
        step = _STEPS[rule.freq] * rule.interval
        per = self.per or 1
        every_day = not rule.days or len(rule.days) == 7
        if self.length == step and every_day:
            return Pattern(name, self.zone, self.start, _stays(self.groups, step * per), self.groups)
        if rule.freq == "HOURLY" or self.length > DAY:
            return None
        hours = windows((day, self.start.time(), self.length) for day in rule.days or range(7))
        if every_day or by_step:
            seats = _spaced(self.groups, per, rule.interval)
            return Pattern(name, self.zone, self.start, _stays(seats, DAY), seats, hours)
        if rule.interval > 1:
            return None
        return Pattern(name, self.zone, self.start, Turn(shifts=per), self.groups, hours)


def _spaced(groups: Seats, per: int, interval: int) -> Seats:
    """Each group for `per` steps of which every one is followed by some of nobody."""
    return tuple(seat for group in groups for seat in ((group,) + ((),) * (interval - 1)) * per)


def _stays(seats: Seats, length: timedelta) -> Turn | None:
    """The turn of this length; None where there is nobody to hand over to."""
    return None if len(seats) == 1 else Turn(length)


def instants(values: Sequence[Any], zone: ZoneInfo, start: datetime) -> Iterator[datetime]:
    """EXDATE and RDATE as wall times; a date is the start's time of that day."""
    for value in values:
        if isinstance(value, datetime):
            yield handoffs.wall(value, zone) if value.tzinfo else value
        elif isinstance(value, date):
            yield datetime.combine(value, start.time())
