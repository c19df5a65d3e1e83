"""Who would be paged, minute by minute, when nobody answers: levels, repeats and the fallback.

A level whose guard does not hold, or that finds nobody, takes no time. After the last repeat the fallback is
paged. A target that is another policy begins that policy at its first level, beside what follows here. Guards
and turns are judged at the instant of the page, not of the alert: an escalation may cross a handoff.

Inside, time is counted in microseconds: a proof asks hundreds of thousands of alerts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from opsbook.model.time import Interval, at_tick, ticks
from opsbook.oncall.intervals import union
from opsbook.oncall.schedule import opened, plan, stretches

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.escalation import Escalation, Guard, Target
    from opsbook.model.severity import SeverityLevel
    from opsbook.oncall.schedule import Stretch

_TICK = timedelta.resolution
_FAR = 1 << 62
"""An edge that no instant reaches."""
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


class Line(NamedTuple):
    """Something that changes at instants: `values[n]` holds before `edges[n]`, in microseconds since 1970,
    and after the edge before it."""

    edges: list[int]
    values: list[Any]


class Step(NamedTuple):
    """A level that is for a severity: what its hours must be, whom it pages, how long it waits."""

    level: int
    hours: tuple[tuple[Line, bool], ...]
    targets: tuple[Line | str, ...]
    """Whom each target means; the id of another policy."""
    wait: int


class Steps(NamedTuple):
    """What a policy does at a severity."""

    levels: tuple[Step, ...]
    rounds: int
    fallback: tuple[Step, ...]
    """What comes after the last round: one step, or none."""


Called = tuple[int, str, int, int, int, tuple[str, ...]]
"""A page in the making: the time since the alert, the policy, level, round, which target, and the people."""


class Roster:
    """Who is on call where, worked out once for an interval and asked often."""

    def __init__(self, book: Book, within: Interval) -> None:
        self.book = book
        self.within = within
        self._policies: dict[str, Escalation | None] = {}
        self._rotations: dict[str, list[Stretch]] = {}
        self._lines: dict[tuple[str, ...], Line] = {}
        self._steps: dict[tuple[str, str | None], Steps | None] = {}

    @cached_property
    def levels(self) -> Mapping[str, SeverityLevel]:
        """The severities of the book."""
        return self.book.severities.levels

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
                self._rotations[id] = stretches(plan(self.book, id), self.within)
            except LookupError:
                self._rotations[id] = []
        return self._rotations[id]

    def people(self, target: Target, at: datetime) -> tuple[str, ...]:
        """Whom a target means at an instant; nobody for another policy, which pages by itself."""
        line = self._target(target)
        return () if isinstance(line, str) else line.values[bisect_right(line.edges, ticks(at))]

    def edges(self, targets: Iterable[Target], within: Interval) -> list[datetime]:
        """The instants inside an interval at which one of some targets comes to mean others, in order."""
        start, end = map(ticks, within)
        lines = [line for line in map(self._target, targets) if not isinstance(line, str)]
        found = {
            edge
            for line in lines
            for edge in line.edges[bisect_right(line.edges, start) : bisect_left(line.edges, end)]
        }
        return list(map(at_tick, sorted(found)))

    def steps(self, policy: str, severity: str | None) -> Steps | None:
        """What a policy does at a severity; without one every level is for it. None for no policy."""
        if (policy, severity) not in self._steps:
            content = self.policy(policy)
            self._steps[policy, severity] = self._taken(policy, content, severity) if content else None
        return self._steps[policy, severity]

    def _taken(self, policy: str, content: Escalation, severity: str | None) -> Steps:
        steps = [
            Step(
                index,
                tuple(self._guard(policy, level.when)),
                tuple(map(self._target, level.page)),
                level.escalate_after // _TICK,
            )
            for index, level in enumerate(content.levels)
            if severity is None or not (level.when and level.when.severity) or severity in level.when.severity
        ]
        last = (Step(-1, (), (self._target(content.fallback),), 0),) if content.fallback else ()
        return Steps(tuple(steps), content.repeat + 1, last)

    def _target(self, target: Target) -> Line | str:
        if target.policy:
            return target.policy
        key = next((kind, id) for kind, id in target if id)
        if key not in self._lines:
            if target.rotation:
                found = self.rotation(target.rotation)
                self._lines[key] = _line(((each.interval, each.people) for each in found), ())
            else:
                people = (target.person,) if target.person else self._team(target.team or "")
                self._lines[key] = Line([_FAR], [people, people])
        return self._lines[key]

    def _team(self, id: str) -> tuple[str, ...]:
        document = self.book.find("team", id)
        return tuple(document.content.members) if document and document.readable else ()

    def _guard(self, policy: str, guard: Guard | None) -> Iterator[tuple[Line, bool]]:
        if guard and guard.hours:
            yield self._hours(policy, guard.hours), True
        if guard and guard.outside:
            yield self._hours(policy, guard.outside), False

    def _hours(self, policy: str, name: str) -> Line:
        """When some named hours of a policy are; never, where it has none of that name."""
        key = ("hours", policy, name)
        if key not in self._lines:
            content = self.policy(policy)
            hours = content.hours.get(name) if content else None
            open_at = union(opened(hours.windows, hours.timezone, self.within)) if hours else []
            self._lines[key] = _line(((each, True) for each in open_at), otherwise=False)
        return self._lines[key]


def _line(found: Iterable[tuple[Interval, Any]], otherwise: Any) -> Line:
    """A line of stretches in order and without overlap."""
    edges: list[int] = []
    values = [otherwise]
    for interval, value in found:
        start, end = map(ticks, interval)
        if edges and edges[-1] == start:
            edges.pop()
            values.pop()
        edges += [start, end]
        values += [value, otherwise]
    return Line([*edges, _FAR], [*values, otherwise])


# ── whom an alert pages ───────────────────────────────────────────────────────────────────


def pages(roster: Roster, policy: str, severity: str | None, at: datetime) -> list[Page]:
    """Everybody who is paged when nobody answers an alert, in order of time."""
    called: list[Called] = []
    _call(called, roster, policy, severity, ticks(at), 0, _DEEPEST)
    return list(_told(roster, called))


def alike(
    roster: Roster, policy: str, severity: str | None, within: Interval
) -> Iterator[tuple[Interval, tuple[Page, ...]]]:
    """The alerts of an interval, cut where others are paged than before, and everybody whom each pages.

    An answer on the way of an escalation holds up to an instant; moved back by the time that has passed
    since the alert, the first of these is when an alert might page others.
    """
    at, end = map(ticks, within)
    began, key = at, None
    known: dict[tuple[Called, ...], tuple[Page, ...]] = {}
    while at < end:
        called: list[Called] = []
        room = _call(called, roster, policy, severity, at, 0, _DEEPEST)
        if (following := tuple(called)) != key:
            if key is not None:
                yield Interval(at_tick(began), at_tick(at)), known[key]
            began, key = at, following
            if key not in known:
                known[key] = tuple(_told(roster, called))
        at += room
    if key is not None:
        yield Interval(at_tick(began), at_tick(end)), known[key]


def _call(
    called: list[Called],
    roster: Roster,
    policy: str,
    severity: str | None,
    at: int,
    after: int,
    deeper: int,
) -> int:
    """Adds what a policy pages from a time after the alert on. For how long alerts would page the same."""
    steps = roster.steps(policy, severity) if deeper else None
    room = _FAR
    if steps is None:
        return room

    for round in range(steps.rounds + 1):
        last = round == steps.rounds
        for level, hours, targets, wait in steps.fallback if last else steps.levels:
            for line, wanted in hours:
                index = bisect_right(line.edges, at + after)
                room = min(room, line.edges[index] - at - after)
                if line.values[index] is not wanted:
                    break
            else:
                before = len(called)
                for place, target in enumerate(targets):
                    if isinstance(target, str):
                        room = min(room, _call(called, roster, target, severity, at, after, deeper - 1))
                        continue
                    index = bisect_right(target.edges, at + after)
                    if target.edges[index] - at - after < room:
                        room = target.edges[index] - at - after
                    if people := target.values[index]:
                        called.append((after, policy, level, round - last, place, people))
                if len(called) > before:
                    after += wait
    return room


def _told(roster: Roster, called: list[Called]) -> Iterator[Page]:
    """The pages in order of time."""
    for after, policy, level, round, place, people in sorted(called, key=itemgetter(0)):
        content = roster.policy(policy)
        assert content is not None, "it pages"
        target = content.fallback if level < 0 else content.levels[level].page[place]
        assert target is not None, "somebody is paged by it"
        yield Page(after * _TICK, policy, level, round, target, people)


def unread(roster: Roster, policy: str) -> list[str]:
    """The records behind what a policy pages, and behind what it leads to, that cannot be read, with why:
    nobody is paged in their place."""
    contents = (content for each in led_to(roster, policy) if (content := roster.policy(each)))
    targets = dict.fromkeys(pair for content in contents for target in content.targets() for pair in target)
    return list(
        dict.fromkeys(said for kind, id in targets if id and (said := _unread(roster.book, kind, id)))
    )


def _unread(book: Book, kind: str, id: str) -> str | None:
    if kind == "rotation":
        try:
            plan(book, id)
        except LookupError as error:
            return f"{error}"
        return None
    document = book.find("escalation" if kind == "policy" else kind, id)
    return None if document is None or document.readable else "; ".join(document.refusal)


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
