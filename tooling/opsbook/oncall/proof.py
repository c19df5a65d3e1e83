"""Does every alert reach a human? The tests that policies hold, and the proof for every instant ahead.

Whom an alert pages changes only where somebody comes on or goes off, or hours begin or end; between two
such instants it is constant. So a policy is proved for all alerts of an interval by trying it once for each
stretch between them: not a sample, every instant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import chain, groupby, pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.model.time import Interval, duration, write_duration
from opsbook.oncall.escalation import Page, Roster, alike, led_to, pages

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.escalation import Escalation, EscalationTest, Target

HORIZON = timedelta(weeks=13)

Wrong = Literal["nobody", "late", "again", "crowd"]


class Failure(NamedTuple):
    """Alerts of a severity, raised in an interval, for which a policy does not do what it must."""

    policy: str
    severity: str
    interval: Interval
    wrong: Wrong
    said: str


class Unmet(NamedTuple):
    """A test in a policy that does not hold: which one, at which of its minutes, and why."""

    policy: str
    test: int
    after: str
    said: str


# ── tests ─────────────────────────────────────────────────────────────────────────────────


def unmet(book: Book, policy: Document[Escalation]) -> Iterator[Unmet]:
    """The expectations of a policy's tests that do not hold."""
    for index, test in enumerate(policy.content.tests):
        entry = _entry(book, policy.id, test)
        roster = Roster(book, Interval(test.at - timedelta(days=1), test.at + timedelta(days=8)))
        found = pages(roster, entry, test.severity, test.at)
        for after, target in test.pages.items():
            there = [page for page in found if page.after == duration(after)]
            if not any(page.target == target for page in there):
                names = ", ".join(dict.fromkeys(named(page.target) for page in there)) or "nobody"
                yield Unmet(policy.id, index, after, f"{after}: {names} is paged, expected {named(target)}")


def _entry(book: Book, policy: str, test: EscalationTest) -> str:
    """The policy that an alert of the test begins with: the service's, where it names one."""
    service = book.find("service", test.service) if test.service else None
    if service is None or not service.readable or service.content.escalation is None:
        return policy
    return str(service.content.escalation)


def named(target: Target) -> str:
    """A target as a message names it: `rotation payments-primary`."""
    for kind in ("rotation", "person", "team", "policy"):
        id = getattr(target, kind)
        if id is not None:
            return f"{kind} `{id}`"
    raise AssertionError("a target is one of four")


# ── the proof ─────────────────────────────────────────────────────────────────────────────


def policies(book: Book) -> dict[str, list[str]]:
    """The services of each policy that a service names, by policy."""
    found: dict[str, list[str]] = {}
    for service in book.services:
        if service.content.escalation:
            found.setdefault(service.content.escalation, []).append(service.id)
    return found


def prove(
    roster: Roster, policy: str, severities: Collection[str], without: Collection[str] = ()
) -> list[Failure]:
    """What is wrong with a policy for alerts of these severities, at any instant of the roster's interval
    that leaves time for the whole escalation; `without` names people who do not answer."""
    content = roster.policy(policy)
    if content is None:
        return []
    within = Interval(roster.within.start, roster.within.end - longest(roster, policy))
    failures: list[Failure] = []
    same: dict[tuple[object, ...], list[Failure]] = {}
    for severity in severities:
        key = (_limit(roster, policy, severity), *_taken(roster, policy, severity))
        if key not in same:
            found = alike(roster, policy, severity, within)
            wrong = (judged(roster, policy, severity, *each, without) for each in found)
            same[key] = list(joined(list(chain.from_iterable(wrong))))
        failures += [each._replace(severity=severity) for each in same[key]]
    return failures


def _taken(roster: Roster, policy: str, severity: str) -> Iterator[tuple[str, int]]:
    """The levels that alerts of a severity go through: two severities with the same page the same."""
    for each in led_to(roster, policy):
        steps = roster.steps(each, severity)
        yield from ((each, step.level) for step in steps.levels) if steps else ()


def _limit(roster: Roster, policy: str, severity: str) -> timedelta | None:
    content, level = roster.policy(policy), roster.levels.get(severity)
    own = content.reach_within if content else None
    return own or (level.acknowledge_within if level else None)


def judged(
    roster: Roster,
    policy: str,
    severity: str,
    interval: Interval,
    paged: tuple[Page, ...],
    without: Collection[str] = (),
) -> Iterator[Failure]:
    """What is wrong with what the alerts of a severity page that are raised in an interval."""
    content = roster.policy(policy)
    cap = content.pages_at_most if content else None
    for each in _wrong(paged, _limit(roster, policy, severity), cap, without):
        yield Failure(policy, severity, interval, *each)
    for earlier, later in _repeated(paged):
        edges = roster.edges((earlier.target, later.target), interval)
        for start, end in pairwise([interval.start, *edges, interval.end]):
            there, here = (set(roster.people(page.target, start)) for page in (earlier, later))
            if here <= there:
                said = f"{', '.join(later.people)} is paged twice in a row"
                yield Failure(policy, severity, Interval(start, end), "again", said)


def _repeated(paged: tuple[Page, ...]) -> Iterator[tuple[Page, Page]]:
    """Levels that page only whom the level before paged. The fallback is the last resort and may; so may
    a level after a handoff, when who was on call there a minute ago is on call here now: whether it was so
    when the alert was raised is for the caller to see."""
    for earlier, later in pairwise(paged):
        if later.level < 0 or earlier.round != later.round or earlier.after == later.after:
            continue
        if set(later.people) <= set(earlier.people):
            yield earlier, later


def longest(roster: Roster, policy: str) -> timedelta:
    """How long an escalation may take."""
    content = roster.policy(policy)
    if content is None:
        return timedelta()
    own = sum((level.escalate_after for level in content.levels), timedelta()) * (content.repeat + 1)
    return min(own * 2, timedelta(days=2))


def _wrong(
    paged: tuple[Page, ...], limit: timedelta | None, cap: int | None, without: Collection[str]
) -> Iterator[tuple[Wrong, str]]:
    reached = next((page for page in paged if any(person not in without for person in page.people)), None)
    if reached is None:
        yield "nobody", "nobody is paged who answers" if without else "nobody is paged"
    elif limit is not None and reached.after > limit:
        yield (
            "late",
            (
                f"the first who answers is paged after {write_duration(reached.after)}, expected "
                f"{write_duration(limit)}"
            ),
        )
    for page in paged:
        if cap is not None and len(page.people) > cap:
            yield "crowd", f"{len(page.people)} people are paged at once, expected at most {cap}"


def joined(failures: list[Failure]) -> Iterator[Failure]:
    """Failures that follow each other and say the same as one, in order."""
    failures.sort(key=lambda each: (each.wrong, each.said, each.interval))
    for _, group in groupby(failures, key=lambda each: (each.wrong, each.said)):
        current: Failure | None = None
        for each in group:
            if current is not None and each.interval.start <= current.interval.end:
                current = current._replace(interval=Interval(current.interval.start, each.interval.end))
                continue
            if current is not None:
                yield current
            current = each
        if current is not None:
            yield current


def single_points(
    roster: Roster, policy: str, severities: Collection[str], people: Collection[str]
) -> Mapping[str, list[Failure]]:
    """For each person, when nobody is reached in time because they alone do not answer."""
    found: dict[str, list[Failure]] = {}
    for person in sorted(people):
        failures = [
            each for each in prove(roster, policy, severities, {person}) if each.wrong in ("nobody", "late")
        ]
        if failures:
            found[person] = failures
    return found


def horizon(at: datetime) -> Interval:
    """Thirteen weeks from an instant."""
    return Interval(at, at + HORIZON)
