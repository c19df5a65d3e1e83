"""The resolver against an oracle that works every instant out anew, and the laws it must keep."""

from __future__ import annotations

import os
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.model.rotation import Cover, Layer, Version, Window
from opsbook.model.time import Interval, Turn
from opsbook.oncall import handoffs
from opsbook.oncall.schedule import Clock, Covered, Plan, Stretch, on_call, shifts, stretches

from . import oracle

FUZZ = bool(os.environ.get("OPSBOOK_FUZZ"))
SINCE, UNTIL = date(2020, 1, 1), date(2033, 1, 1)
PICKED = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Beirut",
    "America/Santiago", "Africa/Casablanca", "Pacific/Apia", "Africa/Cairo", "America/Havana",
)  # fmt: skip
"""With and without summer time, by an hour and by half of one; some lack a midnight every year."""
ZONES = sorted(zoneinfo.available_timezones()) if FUZZ else list(PICKED)
STEP = timedelta(minutes=15 if FUZZ else 60)
PEOPLE = ("ana", "ben", "chi", "dan", "eva")


def changes(zone: str) -> list[datetime]:
    found = oracle.clock_changes(ZoneInfo(zone), SINCE, UNTIL)
    return found or [datetime(2026, 3, 29, 1, tzinfo=UTC)]


CHANGES = {zone: found for zone in ZONES if (found := changes(zone))}

# ── random rotations ──────────────────────────────────────────────────────────────────────

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
night = st.builds(time, st.sampled_from([0, 1, 2, 3, 23]), st.sampled_from([0, 30]))
turns = st.one_of(
    st.none(),
    st.sampled_from(
        [
            *(Turn(timedelta(hours=hours)) for hours in (1, 8, 12, 24, 36, 96, 168, 336)),
            Turn(timedelta(minutes=30)), Turn(months=1), Turn(months=3),
        ]
    ),
)  # fmt: skip
shift_turns = st.sampled_from([Turn(shifts=1), Turn(shifts=2), Turn(shifts=5)])
seats = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple)
members = st.lists(seats, max_size=4).map(tuple)
windows = st.lists(
    st.builds(
        lambda days, start, end: Window.model_validate({"days": tuple(days), "from": start, "to": end}),
        st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"]),
                 min_size=1, unique=True),
        st.one_of(times, night),
        st.one_of(times, night),
    ),
    min_size=1,
    max_size=3,
).map(tuple)  # fmt: skip


@st.composite
def clocks(draw: st.DrawFn, around: datetime, place: int) -> Clock:
    """A layer whose turns, windows and versions lie about an instant."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    with_windows = draw(st.booleans())
    every = st.one_of(turns, shift_turns) if with_windows else turns
    local = handoffs.wall(around, zone).date()
    days = sorted(draw(st.lists(st.integers(-40, 8), min_size=1, max_size=3, unique=True)))
    versions = tuple(
        Version(
            starts=datetime.combine(local + timedelta(days=day), draw(st.one_of(times, night))),
            every=draw(every), members=draw(members),
        )
        for day in days
    )  # fmt: skip
    holidays = {
        local + timedelta(days=day): "a holiday" for day in draw(st.lists(st.integers(-20, 8), max_size=4))
    }
    layer = Layer(name="x", windows=draw(windows) if with_windows else None, versions=versions)
    return Clock("x", place, layer, zone, holidays)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, datetime]:
    """A rotation, and an instant at which the clock of some zone changes."""
    around = draw(st.sampled_from(CHANGES[draw(st.sampled_from(ZONES))]))
    layers = tuple(draw(clocks(around, place)) for place in range(draw(st.integers(1, 3))))
    minutes = st.integers(-4 * 24 * 60, 4 * 24 * 60)
    covers = []
    for number in range(draw(st.integers(0, 3))):
        first, second = sorted(draw(st.lists(minutes, min_size=2, max_size=2, unique=True)))
        start, end = (around + timedelta(minutes=each) for each in (first, second))
        instead = draw(st.one_of(st.none(), seats))
        cover = {"from": start, "to": end, "on": draw(seats), "instead_of": instead}
        covers.append((Covered(f"o{number}", 0), Cover.model_validate(cover)))
    covers.sort(key=lambda each: (each[1].start, -each[1].end.timestamp(), each[0]))
    return Plan("x", layers, draw(st.integers(-1, 3)), tuple(covers)), around


def people_at(found: list[Stretch], at: datetime) -> tuple[str, ...]:
    here = [stretch.people for stretch in found if stretch.interval.covers(at)]
    assert len(here) <= 1, "two stretches at one instant"
    return here[0] if here else ()


# ── the oracle ────────────────────────────────────────────────────────────────────────────


@given(plans())
def test_every_instant_has_exactly_who_is_named(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    within = Interval(around - timedelta(days=4), around + timedelta(days=4))
    found = stretches(plan, within)
    assert all(one.interval.end <= two.interval.start for one, two in pairwise(found))
    edges = {edge for stretch in found for edge in stretch.interval}
    instants = {within.start + n * STEP for n in range(int((within.end - within.start) / STEP))}
    instants |= {around + n * timedelta(minutes=1) for n in range(-75, 75, 1 if FUZZ else 5)}
    instants |= {edge - timedelta(minutes=1) for edge in edges} | edges
    for at in sorted(each for each in instants if within.covers(each)):
        assert people_at(found, at) == oracle.on(plan, at), at


@pytest.mark.parametrize("zone", ZONES)
def test_a_wall_time_is_the_instant_that_whenever_says(zone: str) -> None:
    clock = ZoneInfo(zone)
    for change in CHANGES[zone]:
        shown = handoffs.wall(change, clock).replace(second=0)
        for minutes in range(-185, 186, 5):
            wall = shown + timedelta(minutes=minutes)
            assert handoffs.begins(wall, clock) == oracle.first(wall, clock), wall
            assert handoffs.ends(wall, clock) == oracle.last(wall, clock), wall


# ── laws ──────────────────────────────────────────────────────────────────────────────────


@given(plans(), st.integers(-96, 96), st.integers(1, 96))
def test_a_part_of_an_interval_is_answered_as_the_whole(
    made: tuple[Plan, datetime], hours: int, length: int
) -> None:
    plan, around = made
    whole = stretches(plan, Interval(around - timedelta(days=9), around + timedelta(days=9)))
    start = around + timedelta(hours=hours)
    part = Interval(start, start + timedelta(hours=length))
    cut = [
        Stretch(Interval(max(each.interval.start, part.start), min(each.interval.end, part.end)), each.seats)
        for each in whole
        if each.interval.start < part.end and part.start < each.interval.end
    ]
    assert stretches(plan, part) == cut


@given(plans())
def test_an_override_changes_nothing_outside_its_stretch_and_taken_away_restores_what_was(
    made: tuple[Plan, datetime],
) -> None:
    plan, around = made
    bare = plan._replace(covers=())
    within = Interval(around - timedelta(days=6), around + timedelta(days=6))
    for at in (within.start + timedelta(hours=hour) for hour in range(12 * 24)):
        if not any(cover.start <= at < cover.end for _, cover in plan.covers):
            assert on_call(plan, at) == on_call(bare, at)


@given(plans())
def test_shifts_are_the_stretches_of_each_person(made: tuple[Plan, datetime]) -> None:
    plan, around = made
    within = Interval(around - timedelta(days=4), around + timedelta(days=4))
    found = shifts(plan, within)
    for stretch in stretches(plan, within):
        middle = stretch.interval.start + stretch.interval.length / 2
        there = sorted(each.person for each in found if each.interval.covers(middle))
        assert there == sorted(stretch.people)
    assert len(set(found)) == len(found)


LENGTHS = st.sampled_from([Turn(timedelta(hours=12)), Turn(timedelta(weeks=1)), Turn(months=1)])


@given(st.sampled_from(ZONES), LENGTHS, st.integers(0, 600))
def test_turns_follow_each_other_without_a_gap(zone: str, every: Turn, number: int) -> None:
    clock, starts = ZoneInfo(zone), datetime(2020, 1, 31, 2, 30)
    begins = handoffs.turn_begins(starts, every, number, clock)
    ends = handoffs.turn_begins(starts, every, number + 1, clock)
    assert begins < ends or (begins == ends and every.length == timedelta(hours=12))
    if begins < ends:
        assert handoffs.turn_at(starts, every, begins, clock) == number
        assert handoffs.turn_at(starts, every, ends - timedelta(microseconds=1), clock) == number
