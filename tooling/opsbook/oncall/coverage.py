"""Is somebody on call whenever it is promised, and nobody twice, away or asleep? Plans → what is not so.

**What a rotation promises.** A layer without windows promises every instant, one with windows those hours;
together they promise what any of them does, from the start of the first version on. `members: []` as the
last version ends a layer's promise; before another version it is a pause, and a gap. A hole of less than
three hours between the hours of two layers is promised too: one hands over to the other there, and in some
weeks of the year their clocks disagree. A lunch break within one layer is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval, midnight
from opsbook.oncall import handoffs
from opsbook.oncall.intervals import common, union, without
from opsbook.oncall.nights import nights, zone_of
from opsbook.oncall.schedule import FOREVER, opened, shifts, stretches

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.escalation import Escalation, EscalationLevel
    from opsbook.model.on_call import OnCall
    from opsbook.oncall.schedule import Clock, Plan, Shift, Stretch

_HANDOVER = timedelta(hours=3)
"""A shorter hole between two layers is an oversight."""
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


# ── gaps ──────────────────────────────────────────────────────────────────────────────────


def gaps(plan: Plan, within: Interval) -> list[Interval]:
    """When nobody is on call although the rotation promises somebody, in order."""
    on = (stretch.interval for stretch in stretches(plan, within))
    return list(without(promised(plan, within), on))


def promised(plan: Plan, within: Interval) -> list[Interval]:
    """When a rotation promises that somebody is on call, in order."""
    layers = [list(_open(clock, within)) for clock in plan.layers]
    found = union(interval for intervals in layers for interval in intervals)
    ends = [{each.end for each in intervals} for intervals in layers]
    starts = [{each.start for each in intervals} for intervals in layers]
    for earlier, later in pairwise(found[:]):
        leave = {n for n, each in enumerate(ends) if earlier.end in each}
        come = {n for n, each in enumerate(starts) if later.start in each}
        if later.start - earlier.end < _HANDOVER and leave.isdisjoint(come):
            found.append(Interval(earlier.end, later.start))
    return union(found)


def _open(clock: Clock, within: Interval) -> Iterator[Interval]:
    """The hours of a layer, from its first version to the end of its roster, cut to an interval."""
    versions = clock.layer.versions
    alive = [index for index, version in enumerate(versions) if any(version.members)]
    if not alive:
        return
    first, last = alive[0], alive[-1] + 1
    end = handoffs.begins(versions[last].starts, clock.zone) if last < len(versions) else FOREVER
    roster = [Interval(handoffs.begins(versions[first].starts, clock.zone), end)]
    hours = [within]
    if clock.layer.windows is not None:
        hours = list(opened(clock.layer.windows, clock.zone, within, clock.holidays))
    for each in hours:
        yield from common(common([each], roster), [within])


# ── nobody twice ──────────────────────────────────────────────────────────────────────────


class Pair(NamedTuple):
    """Two rotations that nobody should be on at once."""

    first: str
    second: str
    policy: str | None
    """The policy that pages both; None where the second one follows the first."""


class Double(NamedTuple):
    """A person is on call in two rotations at once."""

    interval: Interval
    person: str
    first: Shift
    second: Shift


def pairs(book: Book) -> list[Pair]:
    """The rotations that stand behind each other: one that follows another, and those on two levels of a
    policy that an alert can go through."""
    found = {
        (follows, each.id): Pair(follows, each.id, None)
        for each in book.rotations
        if (follows := each.content.follows) and follows != each.id
    }
    for policy in book.escalations:
        for first, second, _ in levels(policy.content):
            if (first, second) not in found and (second, first) not in found:
                found[first, second] = Pair(first, second, policy.id)
    return list(found.values())


def levels(policy: Escalation) -> list[tuple[str, str, int]]:
    """The rotations on two levels of a policy that one alert can go through, each pair once, with the
    number of the later level."""
    found: dict[tuple[str, str], int] = {}
    for (_, one), (place, other) in combinations(enumerate(policy.levels), 2):
        if not _exclude(one, other):
            for first in one.page:
                for second in other.page:
                    if first.rotation and second.rotation and first.rotation != second.rotation:
                        found.setdefault((first.rotation, second.rotation), place)
    return [(*pair, place) for pair, place in found.items()]


def behind(book: Book, first: str, second: str) -> bool:
    """Whether one of two rotations follows the other."""
    for one, other in ((first, second), (second, first)):
        document = book.find("rotation", one)
        if document is not None and document.readable and document.content.follows == other:
            return True
    return False


def _exclude(one: EscalationLevel, other: EscalationLevel) -> bool:
    """Whether no alert goes through both: one is for hours outside of the other's, or other severities."""
    if one.when is None or other.when is None:
        return False
    if one.when.severity and other.when.severity and not {*one.when.severity} & {*other.when.severity}:
        return True
    hours = one.when.hours and one.when.hours == other.when.outside
    return bool(hours or (other.when.hours and other.when.hours == one.when.outside))


def double_bookings(first: Sequence[Shift], second: Sequence[Shift]) -> list[Double]:
    """When somebody is on call in both of two rotations, by time; shifts as `schedule.shifts` gives them."""
    found = []
    for person in {each.person for each in first} & {each.person for each in second}:
        others = [each for each in second if each.person == person]
        for one in first:
            if one.person == person:
                found += [
                    Double(interval, person, one, other)
                    for other in others
                    for interval in common([one.interval], [other.interval])
                ]
    return sorted(found, key=lambda each: (each.interval, each.person))


# ── nobody away ───────────────────────────────────────────────────────────────────────────


class Away(NamedTuple):
    """A shift of somebody who is away then."""

    shift: Shift
    absence: int
    """Which absence of the person, counted from 0."""
    interval: Interval
    """What the two have in common."""


def away(book: Book, found: Sequence[Shift]) -> list[Away]:
    """The shifts that fall into an absence of whoever has them; days are those of the person's zone."""
    return [
        Away(shift, which, both)
        for shift in found
        for which, days in absences(book, shift.person)
        for both in common([shift.interval], [days])
    ]


def absences(book: Book, person: str) -> Iterator[tuple[int, Interval]]:
    """When a person is away, with the number of the absence in their record."""
    document = book.find("person", person)
    if document is not None and document.readable:
        zone = document.content.timezone
        for which, each in enumerate(document.content.absences):
            yield which, Interval(midnight(each.start, zone), midnight(each.end + _DAY, zone))


# ── nobody asleep ─────────────────────────────────────────────────────────────────────────


class NightHandoff(NamedTuple):
    """Somebody comes on, or goes off, in the middle of their night."""

    at: datetime
    person: str
    shift: Shift
    comes: bool


def night_handoffs(
    book: Book, policy: OnCall, found: Sequence[Shift], within: Interval
) -> list[NightHandoff]:
    """The handoffs inside the night of whoever comes or goes, by time; nobody is woken by one at the
    instant at which their night begins or ends. A shift that goes on with another is no handoff, nor is
    the edge of the interval that the shifts were cut to."""
    wakes = []
    for person in {shift.person for shift in found}:
        zone = zone_of(book, person)
        own = [shift for shift in found if shift.person == person]
        if zone is None:
            continue
        for on in union(shift.interval for shift in own):
            for at, comes in ((on.start, True), (on.end, False)):
                if within.start < at < within.end and asleep(policy, zone, at):
                    shift = next(each for each in own if at == each.interval[0 if comes else 1])
                    wakes.append(NightHandoff(at, person, shift, comes))
    return sorted(wakes, key=lambda each: (each.at, each.person))


def asleep(policy: OnCall, zone: ZoneInfo, at: datetime) -> bool:
    """Whether an instant is inside a night."""
    return any(night.holds(at) for night in nights(policy, zone, Interval(at, at + _INSTANT)))


# ── nobody by surprise ────────────────────────────────────────────────────────────────────


def takeovers(before: Plan, after: Plan, within: Interval) -> list[Shift]:
    """The stretches that a change gives people who did not have them, by time and person, each with the
    reason for which they are on now. How much notice they have is the time up to the beginning."""
    had = people(stretches(before, within))
    return [
        shift._replace(interval=interval)
        for shift in shifts(after, within)
        for interval in without([shift.interval], had.get(shift.person, []))
    ]


def people(found: Sequence[Stretch]) -> dict[str, list[Interval]]:
    """When each person is on call, in order, touching stretches as one."""
    by_person: dict[str, list[Interval]] = {}
    for stretch in found:
        for person in stretch.people:
            by_person.setdefault(person, []).append(stretch.interval)
    return {person: union(intervals) for person, intervals in by_person.items()}
