"""Where other people are on call: against a walk through time, and the laws of a difference."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from opsbook.model.rotation import Cover
from opsbook.model.time import Interval
from opsbook.oncall.schedule import Covered, Plan, stretches
from opsbook.oncall.sides import Move, moves

from . import oracle
from .test_schedule import STEP, plans

PEOPLE = ("ana", "ben", "chi", "dan", "eva")
REACH = timedelta(days=4)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Plan, Plan, datetime]:
    """A rotation before and after a change: other layers, other overrides, or one more."""
    before, around = draw(plans())
    other, _ = draw(plans())
    after = draw(
        st.sampled_from(
            [
                other,
                before._replace(covers=other.covers),
                before._replace(offset=before.offset + 1),
                before._replace(layers=before.layers[:1]),
            ]
        )
    )
    return before, after, around


@st.composite
def overridden(draw: st.DrawFn) -> tuple[Plan, Plan, Cover, datetime]:
    """A rotation, the same with one more override, and that."""
    before, around = draw(plans())
    first, second = sorted(draw(st.lists(st.integers(-5000, 5000), min_size=2, max_size=2, unique=True)))
    seats = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple)
    cover = Cover.model_validate(
        {
            "from": around + timedelta(minutes=first),
            "to": around + timedelta(minutes=second),
            "on": draw(seats),
            "instead_of": draw(st.one_of(st.none(), seats)),
        }
    )
    covers = sorted(
        [*before.covers, (Covered("one-more", 0), cover)],
        key=lambda each: (each[1].start, -each[1].end.timestamp(), each[0]),
    )
    return before, before._replace(covers=tuple(covers)), cover, around


def moved(before: Plan, after: Plan, around: datetime) -> list[Move]:
    within = Interval(around - REACH, around + REACH)
    return moves(stretches(before, within), stretches(after, within))


def hours(found: list[tuple[Interval, int]]) -> timedelta:
    return sum((interval.length * number for interval, number in found), timedelta())


@given(changes())
def test_a_walk_through_time_finds_the_same_people_gaining_and_losing(
    made: tuple[Plan, Plan, datetime],
) -> None:
    before, after, around = made
    found = moved(before, after, around)
    instants = [around - REACH + number * STEP for number in range(int(2 * REACH / STEP))]
    edges = [edge for each in found for edge in each.interval]
    for at in sorted({*instants, *edges, *(each - timedelta(minutes=1) for each in edges)}):
        if not around - REACH <= at < around + REACH:
            continue
        then, now = set(oracle.on(before, at)), set(oracle.on(after, at))
        here = [each for each in found if each.interval.covers(at)]
        if then == now:
            assert here == [], at
        else:
            ((_, lose, gain, stay),) = here
            assert (set(lose), set(gain), set(stay)) == (then - now, now - then, then & now), at


@given(plans())
def test_nothing_moves_where_nothing_changes(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    assert moved(plan, plan, around) == []


@given(changes())
def test_what_is_gained_and_what_is_lost_differ_by_the_hours_that_are_covered_more_or_less(
    made: tuple[Plan, Plan, datetime],
) -> None:
    before, after, around = made
    within = Interval(around - REACH, around + REACH)
    found = moved(before, after, around)
    gained = hours([(each.interval, len(each.gain)) for each in found])
    lost = hours([(each.interval, len(each.lose)) for each in found])
    then, now = (
        hours([(each.interval, len(each.people)) for each in stretches(plan, within)])
        for plan in (before, after)
    )
    assert gained - lost == now - then


@given(changes())
def test_of_one_seat_the_gains_and_the_new_gaps_are_the_losses_and_the_gaps_that_close(
    made: tuple[Plan, Plan, datetime],
) -> None:
    before, after, around = made
    found = [each for each in moved(before, after, around) if not each.stay]
    one_seat = [each for each in found if len(each.lose) < 2 and len(each.gain) < 2]
    gained = hours([(each.interval, len(each.gain)) for each in one_seat])
    lost = hours([(each.interval, len(each.lose)) for each in one_seat])
    opened = hours([(each.interval, 1) for each in one_seat if not each.gain])
    closed = hours([(each.interval, 1) for each in one_seat if not each.lose])
    assert gained + opened == lost + closed


@given(overridden())
def test_an_override_changes_nothing_outside_its_stretch(made: tuple[Plan, Plan, Cover, datetime]) -> None:
    before, after, cover, around = made
    for each in moved(before, after, around):
        assert cover.start <= each.interval.start
        assert each.interval.end <= cover.end


@given(overridden())
def test_taking_an_override_away_gives_everybody_back_what_they_had(
    made: tuple[Plan, Plan, Cover, datetime],
) -> None:
    before, after, _, around = made
    there = moved(before, after, around)
    back = moved(after, before, around)
    assert [(each.interval, set(each.lose), set(each.gain), set(each.stay)) for each in there] == [
        (each.interval, set(each.gain), set(each.lose), set(each.stay)) for each in back
    ]
