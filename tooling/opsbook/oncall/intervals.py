"""Sets of instants as intervals: what several cover together, have in common, or leave of one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from opsbook.model.time import Interval


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The instants of any of some intervals, as few intervals as can be, in order."""
    found: list[Interval] = []
    for each in sorted(intervals):
        if found and each.start <= found[-1].end:
            if each.end > found[-1].end:
                found[-1] = Interval(found[-1].start, each.end)
        elif each.start < each.end:
            found.append(each)
    return found


def both(one: Interval, other: Interval) -> Interval | None:
    """The instants that two intervals have in common; None where there are none."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Interval(start, end) if start < end else None


def common(one: Iterable[Interval], other: Iterable[Interval]) -> Iterator[Interval]:
    """The instants of both, each in order and without overlap within itself; in order."""
    left, right = iter(one), iter(other)
    first, second = next(left, None), next(right, None)
    while first is not None and second is not None:
        start, end = max(first.start, second.start), min(first.end, second.end)
        if start < end:
            yield Interval(start, end)
        if first.end < second.end:
            first = next(left, None)
        else:
            second = next(right, None)


def without(one: Iterable[Interval], other: Iterable[Interval]) -> Iterator[Interval]:
    """The instants of the first that are not of the second, each in order and without overlap within
    itself; in order."""
    rest = iter(other)
    taken = next(rest, None)
    for each in one:
        at = each.start
        while taken is not None and taken.end <= at:
            taken = next(rest, None)
        while taken is not None and taken.start < each.end:
            if at < taken.start:
                yield Interval(at, taken.start)
            at = max(at, taken.end)
            if taken.end > each.end:
                break
            taken = next(rest, None)
        if at < each.end:
            yield Interval(at, each.end)


def length(intervals: Iterable[Interval]) -> timedelta:
    """How long some intervals are together; what two of them share counts twice."""
    return sum((each.length for each in intervals), timedelta())
