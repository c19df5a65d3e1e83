"""Gaps, double bookings and burdens against a walk through every instant, about changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from opsbook import defaults
from opsbook.model.time import Interval
from opsbook.oncall import handoffs
from opsbook.oncall.burden import Burden, spent
from opsbook.oncall.coverage import double_bookings, gaps, people, promised
from opsbook.oncall.schedule import Clock, Plan, shifts, stretches

from . import oracle
from .test_schedule import CHANGES, FUZZ, PICKED, plans

STEP = timedelta(minutes=15 if FUZZ else 45)
DAYS = timedelta(days=3)
MINUTE = timedelta(minutes=1)
HANDOVER = timedelta(hours=3)
POLICY = defaults.on_call()


def walk(within: Interval) -> list[datetime]:
    return [within.start + n * STEP for n in range(int(within.length / STEP))]


def holds(found: list[Interval], at: datetime) -> bool:
    return any(each.covers(at) for each in found)


def says(clock: Clock, at: datetime) -> bool:
    """Whether a layer promises an instant, by the words of the documentation."""
    versions = clock.layer.versions
    begins = [oracle.first(each.starts, clock.zone) for each in versions]
    alive = [n for n, each in enumerate(versions) if any(each.members)]
    if not alive or at < begins[alive[0]] or (alive[-1] + 1 < len(versions) and at >= begins[alive[-1] + 1]):
        return False
    if clock.layer.windows is None:
        return True
    local = handoffs.wall(at, clock.zone)
    for day in (local.date() - timedelta(days=n) for n in (-1, 0, 1, 2)):
        name = "holiday" if day in clock.holidays else oracle.DAYS[day.weekday()]
        for window in clock.layer.windows:
            opens = datetime.combine(day, window.start)
            closes = datetime.combine(day + timedelta(days=window.end <= window.start), window.end)
            if name in window.days and oracle.first(opens, clock.zone) <= at < oracle.last(
                closes, clock.zone
            ):
                return True
    return False


@given(plans())
def test_a_gap_is_an_instant_that_is_promised_and_has_nobody(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    within = Interval(around - DAYS, around + DAYS)
    found, said, on = gaps(plan, within), promised(plan, within), stretches(plan, within)
    for at in walk(within):
        somebody = any(stretch.interval.covers(at) for stretch in on)
        own = any(says(clock, at) for clock in plan.layers)
        assert not own or holds(said, at), f"{at} is promised"
        assert holds(found, at) == (holds(said, at) and not somebody), at
        if holds(said, at) and not own:
            before = {n for n, each in enumerate(plan.layers) if says(each, _edge(plan, at, -MINUTE))}
            after = {n for n, each in enumerate(plan.layers) if says(each, _edge(plan, at, MINUTE))}
            assert before, "a hole lies between two layers"
            assert after, "a hole lies between two layers"


def _edge(plan: Plan, at: datetime, step: timedelta) -> datetime:
    """The nearest instant that a layer promises, less than three hours away."""
    there = at
    while not any(says(clock, there) for clock in plan.layers):
        there += step
        assert abs(there - at) < HANDOVER
    return there


@given(plans(), plans())
def test_a_double_booking_is_an_instant_at_which_both_have_the_person(
    made: tuple[Plan, datetime], other: tuple[Plan, datetime]
) -> None:
    (first, around), (second, _) = made, other
    within = Interval(around - DAYS, around + DAYS)
    found = double_bookings(shifts(first, within), shifts(second, within))
    one, two = (people(stretches(each, within)) for each in (first, second))
    for at in walk(within):
        twice = {each for each in one if holds(one[each], at) and holds(two.get(each, []), at)}
        assert {each.person for each in found if each.interval.covers(at)} == twice


@given(plans(), st.sampled_from(PICKED))
def test_a_burden_is_the_minutes_that_the_clock_of_the_person_shows(
    made: tuple[Plan, datetime], lives: str
) -> None:
    plan, around = made
    zone, within = ZoneInfo(lives), Interval(around - DAYS, around + DAYS)
    for on in people(stretches(plan, within)).values():
        whole = [Interval(*(at.replace(second=0, microsecond=0) for at in each)) for each in on]
        assert walked(whole, zone) == spent(POLICY, zone, whole)._replace(shifts=0)


def walked(on: list[Interval], zone: ZoneInfo) -> Burden:
    night = weekend = total = timedelta()
    nights = set()
    for each in on:
        at = each.start
        while at < each.end:
            shown = at.astimezone(UTC).astimezone(zone)
            total += MINUTE
            weekend += MINUTE * (shown.weekday() > 4)
            if shown.hour >= 22 or shown.hour < 6:
                night += MINUTE
                nights.add(shown.date() - timedelta(days=shown.hour < 6))
            at += MINUTE
    return Burden(total, night, weekend, timedelta(), 0, len(nights))


def test_the_clocks_that_change_are_those_of_three_continents() -> None:
    assert {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe"} <= CHANGES.keys()
