"""Whom a change makes an alert page, and whom no longer; which proofs and tests of policies it breaks.

An alert pages the same people from one of finitely many instants up to the next, so every alert of a stretch
of time is compared by comparing one for each piece, on both sides. Only alerts that the change can touch are
tried, and of those at most thirteen weeks' worth, with the days around a clock change: policies repeat
themselves every week.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.escalation import alike, led_to
from opsbook.oncall.intervals import common, union
from opsbook.oncall.proof import HORIZON, Failure, Unmet, joined, judged, unmet

if TYPE_CHECKING:
    from opsbook.model.escalation import Escalation
    from opsbook.oncall.escalation import Page, Roster
    from opsbook.oncall.sides import Sides

_DAY = timedelta(days=1)


class Piece(NamedTuple):
    """Alerts raised in an interval, and everybody whom each of them pages when nobody answers."""

    interval: Interval
    before: tuple[Page, ...]
    after: tuple[Page, ...]


class Paging(NamedTuple):
    """Services and severities whose alerts page other people than before, or at other minutes."""

    services: tuple[str, ...]
    severities: tuple[str, ...]
    pieces: tuple[Piece, ...]


class Paged(NamedTuple):
    """What a change does to what alerts page."""

    pagings: tuple[Paging, ...]
    failures: tuple[Failure, ...]
    """What is wrong with a policy and was not."""
    unmet: tuple[Unmet, ...]
    """Tests in policies that fail and did not."""
    tried: tuple[Interval, ...]
    """When the alerts were raised that were tried; none where the change can touch no alert."""


def repaged(sides: Sides, clocks: Iterable[datetime]) -> Paged:
    """What becomes of the alerts of every service; `clocks` are instants at which clocks change."""
    around = union(Interval(at - _DAY, at + _DAY) for at in clocks)
    pagings: list[Paging] = []
    failures: dict[Failure, None] = {}
    tried: list[Interval] = []
    for (then, now), services in _policies(sides).items():
        windows = _windows(sides, then, now, around)
        if not windows:
            continue
        tried += windows
        alike: dict[tuple[Piece, ...], list[str]] = {}
        for severities in _severities(sides, then, now):
            pieces = list(_pieces(sides, then, now, severities[0], windows))
            for severity in severities if now else ():
                failures |= dict.fromkeys(_failures(sides, then, now, severity, pieces))
            differing = tuple(_merged(each for each in pieces if _differs(each, sides.people)))
            if differing:
                alike.setdefault(differing, []).extend(severities)
        pagings += [Paging(tuple(services), tuple(each), pieces) for pieces, each in alike.items()]
    return Paged(tuple(pagings), tuple(failures), tuple(_unmet(sides)), tuple(union(tried)))


def _policies(sides: Sides) -> dict[tuple[str, str], list[str]]:
    """The services of each policy, by the policy before and after; empty where there was or is none."""
    found: dict[tuple[str, str], list[str]] = {}
    for service in sides.after.book.services:
        earlier = sides.before.book.find("service", service.id)
        then = earlier.content.escalation if earlier is not None and earlier.readable else None
        now = service.content.escalation
        policies = (then or "", now or "")
        if any(policies) and _known(sides, *policies) and _asked(sides, *policies):
            found.setdefault(policies, []).append(service.id)
    return found


def _known(sides: Sides, then: str, now: str) -> bool:
    """Whether nothing is said of the policies that cannot be read."""
    found = (sides.before.book.find("escalation", then), sides.after.book.find("escalation", now))
    return all(each is None or each.readable for each in found)


def _asked(sides: Sides, then: str, now: str) -> bool:
    """Whether a policy is part of the question: it pages the one rotation that is asked about."""
    contents = [*_contents(sides.before.roster, then), *_contents(sides.after.roster, now)]
    rotations = {target.rotation for content in contents for target in content.targets()}
    return sides.only is None or sides.only in rotations


def _severities(sides: Sides, then: str, now: str) -> Iterable[list[str]]:
    """The severities, those together that no guard tells from each other."""
    guards = [
        level.when.severity
        for roster, policy in ((sides.before.roster, then), (sides.after.roster, now))
        for content in _contents(roster, policy)
        for level in content.levels
        if level.when and level.when.severity
    ]
    known = sides.before.book.severities.levels
    found: dict[tuple[bool, ...], list[str]] = {}
    for severity in sides.after.book.severities.levels:
        told = (severity in known, *(severity in guard for guard in guards))
        found.setdefault(told, []).append(severity)
    return found.values()


def _contents(roster: Roster, policy: str) -> list[Escalation]:
    """A policy and all that it leads to; nothing where it cannot be read."""
    return [content for each in led_to(roster, policy) if (content := roster.policy(each))]


# ── which alerts ──────────────────────────────────────────────────────────────────────────


def _windows(sides: Sides, then: str, now: str, around: Iterable[Interval]) -> list[Interval]:
    """When an alert must be raised for the change to touch it: the first thirteen weeks of that, and
    where the policy itself changes the days around a change of the clocks."""
    within, contents = sides.within, _contents(sides.before.roster, then)
    reach = max(_longest(contents), _longest(_contents(sides.after.roster, now)))
    last = min(within.end, sides.after.roster.within.end - reach)
    if _rules_differ(sides, then, now):
        every = [Interval(within.start, last)]
        return union([*_first(every, HORIZON), *common(every, around)])
    rotations = {target.rotation for content in contents for target in content.targets()}
    touched = union(
        Interval(max(move.interval.start - reach, within.start), min(move.interval.end, last))
        for rotation in rotations
        for move in sides.moves.get(rotation or "", ())
    )
    return list(_first(touched, HORIZON))


def _longest(contents: Iterable[Escalation]) -> timedelta:
    """How long after an alert somebody may be paged at most."""
    waits = (level.escalate_after * (each.repeat + 1) for each in contents for level in each.levels)
    return sum(waits, timedelta())


def _rules_differ(sides: Sides, then: str, now: str) -> bool:
    return _rules(sides.before.roster, then) != _rules(sides.after.roster, now)


def _rules(roster: Roster, policy: str) -> object:
    """All that decides whom a policy pages, and within what limits, but for who is on call."""
    levels = roster.book.severities.levels
    limits = {name: level.acknowledge_within for name, level in levels.items()}
    contents = [
        (each.levels, each.repeat, each.fallback, each.hours, each.reach_within, each.pages_at_most)
        for each in _contents(roster, policy)
    ]
    targets = (target for each in _contents(roster, policy) for target in each.targets())
    teams = [roster.people(target, roster.within.start) for target in targets if target.team]
    return limits, contents, teams


def _first(intervals: Iterable[Interval], most: timedelta) -> Iterator[Interval]:
    """The beginning of some intervals, together so long at most."""
    for each in intervals:
        if most <= timedelta():
            return
        yield Interval(each.start, min(each.end, each.start + most))
        most -= each.length


def _pieces(sides: Sides, then: str, now: str, severity: str, windows: Iterable[Interval]) -> Iterator[Piece]:
    """The alerts of some windows, cut where any of them pages others than the one before."""
    known = severity in sides.before.book.severities.levels
    for window in windows:
        before = list(alike(sides.before.roster, then, severity, window)) if known else [(window, ())]
        after = list(alike(sides.after.roster, now, severity, window))
        place = 0
        for interval, paged in before:
            while place < len(after) and (both := list(common([interval], [after[place][0]]))):
                yield Piece(both[0], paged, after[place][1])
                if after[place][0].end > interval.end:
                    break
                place += 1


def _merged(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Touching pieces that page the same as one."""
    current: Piece | None = None
    for piece in pieces:
        if current and current.interval.end == piece.interval.start and current[1:] == piece[1:]:
            current = current._replace(interval=Interval(current.interval.start, piece.interval.end))
            continue
        if current:
            yield current
        current = piece
    if current:
        yield current


# ── what differs ──────────────────────────────────────────────────────────────────────────


def at_minutes(found: Iterable[Page]) -> dict[timedelta, tuple[str, ...]]:
    """Everybody who is paged at the same time, by the time since the alert."""
    people: dict[timedelta, tuple[str, ...]] = {}
    for page in found:
        people[page.after] = tuple(dict.fromkeys((*people.get(page.after, ()), *page.people)))
    return people


def _differs(piece: Piece, called: Mapping[str, str]) -> bool:
    if piece.before == piece.after:
        return False
    before, after = at_minutes(piece.before), at_minutes(piece.after)
    return {
        minute: {called.get(person, person) for person in people} for minute, people in before.items()
    } != {minute: set(people) for minute, people in after.items()}


def _failures(sides: Sides, then: str, now: str, severity: str, pieces: Iterable[Piece]) -> Iterator[Failure]:
    """What is wrong with the alerts of some pieces that was not wrong with them before."""
    found: list[Failure] = []
    for interval, before, after in pieces:
        wrong = list(judged(sides.after.roster, now, severity, interval, after))
        if wrong:
            earlier = judged(sides.before.roster, then, severity, interval, before)
            known = {each.wrong for each in earlier}
            found += [each for each in wrong if each.wrong not in known]
    return joined(found)


def _unmet(sides: Sides) -> Iterator[Unmet]:
    """The tests of policies that fail and did not; a new test that fails is one of them."""
    for policy in sides.after.book.escalations:
        if not _asked(sides, policy.id, policy.id):
            continue
        targets = (target for each in _contents(sides.after.roster, policy.id) for target in each.targets())
        replanned = any(target.rotation in sides.replanned for target in targets)
        earlier = sides.before.book.find("escalation", policy.id)
        if earlier is None or not earlier.readable:
            yield from unmet(sides.after.book, policy)
            continue
        tests = earlier.content.tests
        if replanned or tests != policy.content.tests or _rules_differ(sides, policy.id, policy.id):
            known = [(tests[each.test], each.after) for each in unmet(sides.before.book, earlier)]
            for each in unmet(sides.after.book, policy):
                if (policy.content.tests[each.test], each.after) not in known:
                    yield each
