"""Who would be paged, minute by minute, when nobody answers: levels, repeats and the fallback.

A level whose guard does not hold, or that finds nobody, takes no time. After the last repeat the fallback is
paged. A target that is another policy begins that policy at its first level, beside what follows here. Guards
and turns are judged at the instant of the page, not of the alert: an escalation may cross a handoff.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.schedule import opened, plan, stretches

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.escalation import Escalation, Guard, Hours, Target
    from opsbook.oncall.schedule import Stretch

_DEEPEST = 8
"""Policies that lead to each other, which `escalation_cycle` reports, end here."""


class Page(NamedTuple):
    """Somebody is paged."""

    after: timedelta
    """The time since the alert."""
    policy: str
    level: int
    """Which level of the policy, counted from 0; -1 is the fallback."""
    round: int
    """0 for the first time through the levels, 1 for the first repeat."""
    target: Target
    people: tuple[str, ...]


class Roster:
    """Who is on call where, worked out once for an interval and asked often."""

    def __init__(self, book: Book, within: Interval) -> None:
        self.book = book
        self.within = within
        self._rotations: dict[str, list[Stretch]] = {}
        self._starts: dict[str, list[datetime]] = {}
        self._people: dict[str, list[tuple[str, ...]]] = {}
        self._teams: dict[str, tuple[str, ...]] = {}
        self._hours: dict[tuple[str, str], list[Interval]] = {}
        self._policies: dict[str, Escalation | None] = {}

    def policy(self, id: str) -> Escalation | None:
        """A policy; None where there is none that can be read."""
        if id not in self._policies:
            document = self.book.find("escalation", id)
            readable = document is not None and document.readable
            self._policies[id] = document.content if document and readable else None
        return self._policies[id]

    def rotation(self, id: str) -> list[Stretch]:
        """Who is on call in a rotation, in order; nobody where it cannot be read."""
        if id not in self._rotations:
            try:
                found = stretches(plan(self.book, id), self.within)
            except LookupError:
                found = []
            self._rotations[id] = found
            self._starts[id] = [each.interval.start for each in found]
            self._people[id] = [each.people for each in found]
        return self._rotations[id]

    def hours(self, policy: str, name: str) -> list[Interval]:
        """When some named hours of a policy are; never, where it has none of that name."""
        if (policy, name) not in self._hours:
            content = self.policy(policy)
            hours = content.hours.get(name) if content else None
            self._hours[policy, name] = list(_weekly(hours, self.within)) if hours else []
        return self._hours[policy, name]

    def people(self, target: Target, at: datetime) -> tuple[str, ...]:
        """Whom a target means at an instant; nobody for another policy, which pages by itself."""
        if target.person:
            return (target.person,)
        if target.team:
            return self._team(target.team)
        if target.rotation:
            found = self.rotation(target.rotation)
            index = bisect_right(self._starts[target.rotation], at) - 1
            there = index >= 0 and at < found[index].interval.end
            return self._people[target.rotation][index] if there else ()
        return ()

    def _team(self, id: str) -> tuple[str, ...]:
        if id not in self._teams:
            document = self.book.find("team", id)
            self._teams[id] = tuple(document.content.members) if document and document.readable else ()
        return self._teams[id]

    def holds(self, policy: str, guard: Guard | None, severity: str | None, at: datetime) -> bool:
        """Whether a level applies; without a severity only its hours are asked."""
        if guard is None:
            return True
        if guard.severity and severity is not None and severity not in guard.severity:
            return False
        if guard.hours and not _inside(self.hours(policy, guard.hours), at):
            return False
        return not (guard.outside and _inside(self.hours(policy, guard.outside), at))


def pages(roster: Roster, policy: str, severity: str | None, at: datetime) -> list[Page]:
    """Everybody who is paged when nobody answers an alert, in order of time."""
    found: list[Page] = []
    _pages(found, roster, policy, severity, at, timedelta(), _DEEPEST)
    return sorted(found, key=_after)


_after = attrgetter("after")


def _pages(
    found: list[Page],
    roster: Roster,
    policy: str,
    severity: str | None,
    at: datetime,
    after: timedelta,
    deeper: int,
) -> None:
    """Adds what a policy pages from a time after the alert on."""
    content = roster.policy(policy)
    if content is None or not deeper:
        return

    def page(target: Target, level: int, round: int) -> None:
        if target.policy:
            _pages(found, roster, target.policy, severity, at, after, deeper - 1)
        elif people := roster.people(target, at + after):
            found.append(Page(after, policy, level, round, target, people))

    for round in range(content.repeat + 1):
        for index, level in enumerate(content.levels):
            if level.when is not None and not roster.holds(policy, level.when, severity, at + after):
                continue
            before = len(found)
            for target in level.page:
                page(target, index, round)
            if len(found) > before:
                after += level.escalate_after
    if content.fallback:
        page(content.fallback, -1, content.repeat)


def changes(roster: Roster, policy: str, within: Interval) -> list[datetime]:
    """The instants of an interval at which another alert might page other people: what is paged is the
    same from each of them up to the next.

    Somebody comes on or goes off, or hours begin or end, at some instant; an alert sees that change as
    much earlier as its page comes after it.
    """
    edges: set[datetime] = set()
    delays: set[timedelta] = {timedelta()}
    for each in led_to(roster, policy):
        content = roster.policy(each)
        assert content is not None
        for target in content.targets():
            if target.rotation:
                edges |= {edge for stretch in roster.rotation(target.rotation) for edge in stretch.interval}
        for name in content.hours:
            edges |= {edge for interval in roster.hours(each, name) for edge in interval}
        delays |= _delays(content)
    if len(led_to(roster, policy)) > 1:  # one policy begins at some page of another
        delays = {one + two for one in delays for two in delays}
    found = {edge - delay for edge in edges for delay in delays}
    return sorted({within.start, *(at for at in found if within.covers(at))})


def _delays(content: Escalation) -> set[timedelta]:
    """Every time since the alert at which a policy may page: levels that take no time give many."""
    found = {timedelta()}
    for _ in range(content.repeat + 1):
        for level in content.levels:
            found |= {delay + level.escalate_after for delay in found}
    return found


def led_to(roster: Roster, policy: str) -> list[str]:
    """A policy and all that it leads to."""
    found: list[str] = []
    todo = [policy]
    while todo:
        each = todo.pop()
        content = roster.policy(each)
        if each not in found and content is not None:
            found.append(each)
            todo += [target.policy for target in content.targets() if target.policy]
    return found


def _inside(intervals: list[Interval], at: datetime) -> bool:
    index = bisect_right(intervals, at, key=lambda each: each.start) - 1
    return index >= 0 and intervals[index].covers(at)


def _weekly(hours: Hours, within: Interval) -> Iterator[Interval]:
    """The stretches of some hours, in order, those that overlap or touch as one."""
    current: Interval | None = None
    for interval in opened(hours.windows, hours.timezone, within):
        if current is not None and interval.start <= current.end:
            current = Interval(current.start, max(current.end, interval.end))
            continue
        if current is not None:
            yield current
        current = interval
    if current is not None:
        yield current
