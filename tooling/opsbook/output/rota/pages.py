"""Who would be paged before and after, in words: a swap as what it changes, a policy as its steps.

Where the same targets are paged as before, only the people differ: what matters is when they are paged, at
whichever step. Where the targets differ, the steps before and after are set side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from opsbook.model.time import Interval, write_duration
from opsbook.oncall.intervals import common, length, union
from opsbook.oncall.paging import at_minutes
from opsbook.oncall.proof import named
from opsbook.output.rota.words import Block, Line, Speaker, careful, changes, stretches

if TYPE_CHECKING:
    from opsbook.oncall.diff import Diff
    from opsbook.oncall.escalation import Page
    from opsbook.oncall.paging import Paging, Piece

K = TypeVar("K")
_SHOWN = 3


class Others(NamedTuple):
    """The same targets, and other people behind them."""

    targets: str
    before: frozenset[str]
    after: frozenset[str]


class Steps(NamedTuple):
    """Other targets, or the same at other minutes."""

    before: str
    after: str


class When(NamedTuple):
    """Since how long after an alert, and in which stretches of time."""

    after: timedelta
    intervals: tuple[Interval, ...]


def paged(found: Diff, says: Speaker) -> Iterator[Block]:
    """What alerts page, those of services and severities together for which it changes alike."""
    severities: dict[tuple[tuple[str, ...], Line], list[str]] = {}
    for paging in found.paged.pagings:
        for line in _lines(paging, found.paged.tried, says):
            severities.setdefault((paging.services, line), []).extend(paging.severities)
    scopes: dict[str, list[Line]] = {}
    for (services, line), levels in severities.items():
        scopes.setdefault(f"{', '.join(services)} at {', '.join(levels)}", []).append(line)
    for scope, lines in scopes.items():
        yield Block(scope, "who would be paged", tuple(lines), shown=_SHOWN)


def _lines(paging: Paging, tried: Sequence[Interval], says: Speaker) -> Iterator[Line]:
    """What changes, whatever lasts longest first."""
    others: dict[Others, list[When]] = {}
    steps: dict[Steps, list[When]] = {}
    for piece in paging.pieces:
        for key, when in _people(piece):
            others.setdefault(key, []).append(when)
        ladders = Steps(_ladder(piece.before), _ladder(piece.after))
        if ladders.before != ladders.after:
            steps.setdefault(ladders, []).append(When(timedelta(), (piece.interval,)))
    for which, when in sorted(_whens(steps, ()), key=lambda each: -length(each[1].intervals)):
        details = (f"before: {which.before or 'nobody'}", f"now: {which.after or 'nobody'}")
        yield Line("alerts", f" of {stretches(when.intervals, says)}", not which.after, details)
    for who, when in sorted(_whens(others, tried), key=lambda each: (each[1].intervals, each[1].after)):
        yield _line(who, when, says)


def _whens(found: Mapping[K, Sequence[When]], tried: Sequence[Interval]) -> Iterator[tuple[K, When]]:
    """Each thing that changes with the soonest minute and all its stretches. Pages that come after the
    last alert that was tried are left out, since those of later alerts are not known."""
    for key, whens in found.items():
        every = union(interval for when in whens for interval in when.intervals)
        known = tuple(common(every, tried)) if tried else tuple(every)
        if known:
            yield key, When(min(when.after for when in whens), known)


def _people(piece: Piece) -> Iterator[tuple[Others, When]]:
    """At which minutes the same targets page other people, and when these minutes are."""
    before, after = at_minutes(piece.before), at_minutes(piece.after)
    for minute in before.keys() & after.keys():
        targets = _targets(piece.before, minute)
        if targets == _targets(piece.after, minute) and {*before[minute]} != {*after[minute]}:
            start, end = piece.interval
            when = When(minute, (Interval(start + minute, end + minute),))
            yield Others(targets, frozenset(before[minute]), frozenset(after[minute])), when


def _targets(found: Iterable[Page], minute: timedelta) -> str:
    names = dict.fromkeys(named(page.target) for page in found if page.after == minute)
    return " and ".join(names)


def _line(who: Others, when: When, says: Speaker) -> Line:
    gone, come = sorted(who.before - who.after), sorted(who.after - who.before)
    rest = f"{_soon(when.after)} ({who.targets}): {stretches(when.intervals, says)}"
    if gone and come:
        return Line(says.names(come), f" instead of {says.names(gone)} {rest}")
    return Line(says.names(come or gone), f" {'also' if come else 'no longer'} {rest}")


def _soon(after: timedelta) -> str:
    return f"after {write_duration(after)}" if after else "at once"


def _ladder(found: Iterable[Page]) -> str:
    """The first time through the levels of a policy, how often it goes through them, and what comes last:
    `rotation a at once, rotation b after 5m; 3 times, then person gil`."""
    first: dict[tuple[str, int, str], Page] = {}
    for page in found:
        first.setdefault((page.policy, page.level, str(page.target)), page)
    levels = [page for page in first.values() if page.level >= 0]
    if not levels:
        return ", ".join(f"{named(page.target)} {_soon(page.after)}" for page in first.values())
    steps = [
        f"{_targets(levels, minute)} {_soon(minute)}"
        for minute in dict.fromkeys(page.after for page in levels)
    ]
    rounds = max((page.round for page in found), default=0) + 1
    often = [f"{rounds} times"] if rounds > 1 else []
    last = [f"then {named(page.target)}" for page in first.values() if page.level < 0]
    return "; ".join(filter(None, [", ".join(steps), ", ".join([*often, *last])]))


def blocks(found: Diff, says: Speaker) -> Iterator[Block]:
    """All that a change does, what somebody should look at first."""
    to_look_at = careful(found, says)
    yield from [to_look_at] if to_look_at.lines else []
    yield from changes(found, says)
    yield from paged(found, says)
