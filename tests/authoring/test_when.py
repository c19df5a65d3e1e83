"""Times are read as people type them for a rotation, and only where they can mean one thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.authoring.rotas import CHANGES, ZONES

from opsbook.authoring.when import Asker, beginning, next_minute, stretch, wall_from
from opsbook.errors import UserError
from opsbook.model.time import Interval
from opsbook.oncall.handoffs import begins

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = Asker(BERLIN, datetime(2026, 11, 23, 9, 30, 20, tzinfo=UTC))


def read(start: str, end: str | None = None, asker: Asker = MONDAY) -> list[str]:
    """A stretch on the asker's clock."""
    interval = stretch(("--from", "--to"), start, end, asker)
    return [f"{at.astimezone(asker.zone):%a %Y-%m-%d %H:%M%z}" for at in interval]


@pytest.mark.parametrize(
    ("start", "end", "means"),
    [
        ("2026-12-05", None, ["Sat 2026-12-05 00:00+0100", "Sun 2026-12-06 00:00+0100"]),
        ("2026-12-05", "2026-12-06", ["Sat 2026-12-05 00:00+0100", "Mon 2026-12-07 00:00+0100"]),
        ("2026-12-05 09:00", "2026-12-12 09:00", ["Sat 2026-12-05 09:00+0100", "Sat 2026-12-12 09:00+0100"]),
        ("2026-12-05T09:00", "2026-12-05", ["Sat 2026-12-05 09:00+0100", "Sun 2026-12-06 00:00+0100"]),
        ("2026-12-05T09:00Z", "2026-12-05T18:00-05:00",
         ["Sat 2026-12-05 10:00+0100", "Sun 2026-12-06 00:00+0100"]),
        ("sat", None, ["Sat 2026-11-28 00:00+0100", "Sun 2026-11-29 00:00+0100"]),
        ("Saturday", "mon", ["Sat 2026-11-28 00:00+0100", "Tue 2026-12-01 00:00+0100"]),
        ("sat 09:00", "sat 18:00", ["Sat 2026-11-28 09:00+0100", "Sat 2026-11-28 18:00+0100"]),
        ("tomorrow", None, ["Tue 2026-11-24 00:00+0100", "Wed 2026-11-25 00:00+0100"]),
        ("today", None, ["Mon 2026-11-23 10:31+0100", "Tue 2026-11-24 00:00+0100"]),
        ("now", "today 22:00", ["Mon 2026-11-23 10:31+0100", "Mon 2026-11-23 22:00+0100"]),
    ],
)  # fmt: skip
def test_a_stretch_is_what_is_typed_on_the_clock_of_the_rotation(
    start: str, end: str | None, means: list[str]
) -> None:
    assert read(start, end) == means


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("mon", None, "--from: today is a Monday, so `mon` could be two days"),
        ("2026-12-05 09:00", None, "--from 2026-12-05 09:00: until when?"),
        ("2026-12-05", "2026-12-04", "--to 2026-12-04 is not after --from 2026-12-05"),
        ("sat 09:00", "sat 09:00", "--to sat 09:00 is not after --from sat 09:00"),
        ("next week", None, "--from: `next week` is no time"),
        ("sa", None, "--from: `sa` is no time"),
        ("05/12/2026", None, "--from: `05/12/2026` is no time"),
        ("2026-02-30", None, "--from: `2026-02-30` does not exist in the calendar"),
        ("sat 25:00", None, '--from: `25:00` is no time of day: write `"17:00"`, and midnight `"00:00"`'),
        ("", None, "--from: `` is no time"),
        ("\x1b[31msat", None, "--from: ` [31msat` is no time"),
    ],
)
def test_what_could_be_two_times_or_none_is_refused(start: str, end: str | None, said: str) -> None:
    with pytest.raises(UserError) as refused:
        read(start, end)
    assert refused.value.message == said


def test_an_hour_that_comes_twice_begins_with_its_first_and_ends_with_its_last_instant() -> None:
    found = stretch(("--from", "--to"), "2026-10-25 02:30", "2026-10-25 02:30", MONDAY)
    assert found == Interval(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    assert stretch(("--from", "--to"), "2027-03-28", None, MONDAY).length == timedelta(hours=23)


def test_weekdays_are_those_of_the_rotation_not_of_utc() -> None:
    late = Asker(ZoneInfo("Asia/Singapore"), datetime(2026, 11, 23, 20, 0, tzinfo=UTC))  # Tuesday there
    assert read("mon", None, late)[0] == "Mon 2026-11-30 00:00+0800"


@given(st.sampled_from(ZONES), st.sampled_from(CHANGES), st.integers(-4 * 3600, 4 * 3600))
def test_a_wall_time_for_an_instant_never_begins_before_it(zone: str, change: datetime, seconds: int) -> None:
    clock, at = ZoneInfo(zone), change + timedelta(seconds=seconds)
    wall = wall_from(at, clock)
    assert at <= begins(wall, clock) <= at + timedelta(minutes=61)
    assert next_minute(at) - at < timedelta(minutes=1)


def test_a_beginning_keeps_the_wall_time_that_was_typed() -> None:
    assert beginning("--rollout", "2027-03-28 02:30", MONDAY).wall(BERLIN) == datetime(2027, 3, 28, 2, 30)
