"""Sets of instants as intervals, against sets of minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from opsbook.model.time import Interval
from opsbook.oncall.intervals import common, length, union, without

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

some = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=8).map(
    lambda pairs: [Interval(START + at * MINUTE, START + (at + long) * MINUTE) for at, long in pairs]
)


def minutes(found: list[Interval]) -> set[int]:
    return {(each.start - START) // MINUTE + n for each in found for n in range(each.length // MINUTE)}


@given(some)
def test_a_union_is_apart_and_in_order(one: list[Interval]) -> None:
    found = union(one)
    assert minutes(found) == minutes(one)
    assert all(earlier.end < later.start for earlier, later in pairwise(found))
    assert length(found) == len(minutes(one)) * MINUTE


@given(some, some)
def test_what_two_have_in_common_and_what_one_has_alone(one: list[Interval], other: list[Interval]) -> None:
    left, right = union(one), union(other)
    both, alone = list(common(left, right)), list(without(left, right))
    assert minutes(both) == minutes(one) & minutes(other)
    assert minutes(alone) == minutes(one) - minutes(other)
    for found in (both, alone):
        assert all(earlier.end <= later.start for earlier, later in pairwise(found))
        assert all(each.start < each.end for each in found)
