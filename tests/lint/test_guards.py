"""The hours of a week in which a level applies."""

from __future__ import annotations

import pytest

from opsbook.lint.guards import ALWAYS, minutes, week
from opsbook.model.escalation import Escalation, Guard, Hours

OFFICE = {"days": ("mon", "tue", "wed", "thu", "fri"), "from": "09:00", "to": "18:00"}


def hours(*windows: dict[str, object], timezone: str = "UTC") -> Hours:
    return Hours.model_validate({"timezone": timezone, "windows": windows})


def test_a_window_covers_its_minutes_on_each_of_its_days() -> None:
    assert week(hours(OFFICE)).bit_count() == 5 * 9 * 60
    assert week(hours({"days": ("mon",), "from": "00:00", "to": "00:02"})) == 0b11


def test_equal_times_are_a_whole_day_and_sunday_night_runs_into_monday() -> None:
    every = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    assert week(hours({"days": every, "from": "09:00", "to": "09:00"})) == ALWAYS
    night = week(hours({"days": ("sun",), "from": "23:59", "to": "00:01"}))
    assert night == 1 | 1 << (7 * 24 * 60 - 1)


def test_a_holiday_is_no_day_of_a_week() -> None:
    assert week(hours({"days": ("holiday",), "from": "09:00", "to": "18:00"})) == 0


@pytest.mark.parametrize(
    ("guard", "count"),
    [
        ({}, 7 * 24 * 60),
        ({"hours": "office"}, 45 * 60),
        ({"outside": "office"}, (7 * 24 - 45) * 60),
        ({"hours": "office", "outside": "office"}, 0),
        ({"hours": "elsewhere"}, None),
        ({"hours": "office", "outside": "singapore"}, None),
    ],
)
def test_a_guard_holds_in_its_hours_and_not_outside(guard: dict[str, str], count: int | None) -> None:
    named = {"office": hours(OFFICE), "singapore": hours(OFFICE, timezone="Asia/Singapore")}
    found = minutes(Guard(**guard), Escalation(levels=(), hours=named))  # type: ignore[arg-type]
    assert (found if found is None else found.bit_count()) == count
