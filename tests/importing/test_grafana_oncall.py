"""Grafana OnCall's shifts become layers, by their level."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.errors import UserError
from opsbook.importing.grafana_oncall import read

from . import oracle
from .rotas import FEW, PEOPLE, differences, files, imported, on


def shift(**said: Any) -> dict[str, Any]:
    return {
        "id": "O1", "name": "Weekly", "type": "rolling_users", "team_id": None, "time_zone": "Europe/Berlin",
        "level": 0, "start": "2026-01-05T09:00:00", "duration": 604_800, "frequency": "weekly", "interval": 1,
        "week_start": "MO", "by_day": None, "rolling_users": [["ana"], ["ben", "chi"]],
    } | said  # fmt: skip


def shifts(*some: dict[str, Any]) -> dict[str, Any]:
    return {
        "count": len(some),
        "next": None,
        "results": [each | {"id": f"O{n}"} for n, each in enumerate(some)],
    }


def schedule(*ids: str, **said: Any) -> dict[str, Any]:
    one = {
        "id": "S1",
        "name": "Payments",
        "type": "calendar",
        "time_zone": "Europe/Berlin",
        "shifts": list(ids),
    }
    return {"results": [one | said]}


def text(book: Any, path: str = "rotations/payments.yaml") -> str:
    found: str = book.read(path).source.text
    return found


def test_rolling_users_take_turns_from_the_one_they_start_with() -> None:
    rolling = shift(start_rotation_from_user_index=1)
    _, book = imported(read, files(shifts(rolling), schedule("O0")))
    assert "      - {starts: 2026-01-05 09:00, every: 1w, members: [[ben, chi], ana]}\n" in text(book)
    assert "x-source: Grafana OnCall schedule S1\n" in text(book)


def test_on_weekdays_rolling_users_hand_over_by_the_week() -> None:
    rolling = shift(duration=28_800, by_day=["MO", "TU", "WE", "TH", "FR"])
    _, book = imported(read, files(shifts(rolling), schedule("O0")))
    assert text(book).endswith(
        "    windows:\n"
        '      - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, [ben, chi]]}\n"
    )


def test_a_higher_level_is_a_later_layer() -> None:
    top = shift(type="recurrent_event", level=1, name="Top", users=["eva"], frequency="daily", duration=3600)
    _, book = imported(read, files(shifts(top, shift()), schedule("O0", "O1")))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["Weekly", "Top"]


def test_a_single_event_is_a_cover_and_an_override_is_an_override() -> None:
    single = shift(type="single_event", level=1, start="2026-12-24T09:00:00", duration=86_400, users=["eva"])
    over = shift(type="override", start="2026-12-26T09:00:00", duration=86_400, rolling_users=[["dan"]])
    _, book = imported(read, files(shifts(shift(), single, over), schedule("O0", "O1", "O2")))
    assert "  - {from: 2026-12-24T09:00+01:00, to: 2026-12-25T09:00+01:00, on: [eva]}\n" in text(
        book, "rotations/overrides/2026-11-23-payments-exceptions.yaml"
    )
    assert "  - {from: 2026-12-26T09:00+01:00, to: 2026-12-27T09:00+01:00, on: [dan]}\n" in text(
        book, "rotations/overrides/2026-11-23-payments-overrides.yaml"
    )


def test_a_monthly_shift_is_covers_for_a_year_and_that_is_said() -> None:
    monthly = shift(
        type="recurrent_event", frequency="monthly", by_monthday=[1], duration=86_400, users=["eva"]
    )
    result, book = imported(read, files(shifts(monthly), schedule("O0")))
    covers = text(book, "rotations/overrides/2026-11-23-payments-exceptions.yaml")
    assert covers.count("on: [eva]") == 12
    assert result.left[0].what.endswith("its shifts are covers until 2027-11-29, and nobody is on after that")


def test_shifts_without_a_zone_are_on_the_clock_of_their_schedule() -> None:
    _, book = imported(read, files(shifts(shift(time_zone=None)), schedule("O0", time_zone="Asia/Kolkata")))
    assert "timezone: Asia/Kolkata\n" in text(book)
    with pytest.raises(UserError, match=r"0\.json: results\[0\] has no time zone"):
        imported(read, files(shifts(shift(time_zone=None))))


def test_a_schedule_whose_shifts_are_a_calendar_is_left_to_that() -> None:
    calendar = schedule(type="ical", name="Elsewhere", shifts=None)
    result, _ = imported(read, files(shifts(shift()), schedule("O0"), calendar))
    assert [each.what for each in result.left] == ["schedule `Elsewhere`: is a calendar: import that"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"results": []}, "0.json holds no shifts"),
        (shifts(shift(duration=1)), "0.json: results[0].duration `1` is no whole number from 60 to 10000000"),
        (shifts(shift(start="2026-01-05")), "0.json: results[0].start `2026-01-05` is no date and time"),
        (shifts(shift(rolling_users=["ana"])), "0.json: results[0].rolling_users[0] `ana` is no list"),
    ],
)  # fmt: skip
def test_an_answer_of_another_shape_is_refused_with_its_place(answer: Any, message: str) -> None:
    with pytest.raises(UserError) as error:
        imported(read, files(answer))
    assert error.value.message == message


# ── against the oracle ────────────────────────────────────────────────────────────────────

starts = st.builds(
    lambda day, hour: datetime(2026, 1, 1, hour) + timedelta(days=day),
    st.integers(0, 400),
    st.sampled_from([0, 6, 9, 12, 20]),
)
groups = st.lists(
    st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True), min_size=1, max_size=4
)


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    return shift(
        start=draw(starts).isoformat(), duration=3600 * draw(st.sampled_from([8, 12, 24, 63, 168])),
        frequency=draw(st.sampled_from(["daily", "weekly"])), interval=draw(st.integers(1, 3)),
        by_day=draw(st.lists(st.sampled_from(oracle.WEEKDAYS), max_size=5, unique=True)) or None,
        week_start=draw(st.sampled_from(["MO", "SU"])), rolling_users=draw(groups),
        level=draw(st.integers(0, 2)),
    )  # fmt: skip


def going_on(shift: dict[str, Any]) -> Any:
    """Who is on in a shift when the clock shows a time: a day or a week of the calendar is a step."""
    start = datetime.fromisoformat(shift["start"])
    rule = {"FREQ": shift["frequency"].upper(), "INTERVAL": shift["interval"], "WKST": shift["week_start"]}
    rule |= {"BYDAY": shift["by_day"]} if shift["by_day"] else {}
    days = oracle.occurrences(rule, start)
    users = shift["rolling_users"]

    def people(shown: datetime) -> set[str]:
        found: set[str] = set()
        for day in oracle.going_on(days, start, timedelta(seconds=shift["duration"]), shown):
            daily = rule["FREQ"] == "DAILY"
            steps = (day - start.date()).days if daily else oracle.week(rule, start, day)
            found |= set(users[steps // shift["interval"] % len(users)])
        return found

    return people


@FEW
@given(st.lists(events(), min_size=1, max_size=3))
def test_the_shifts_by_level_are_those_of_the_export(some: list[dict[str, Any]]) -> None:
    _, book = imported(read, files(shifts(*some)))
    levels = [[going_on(each) for each in some if each["level"] == level] for level in (2, 1, 0)]

    def expected(at: datetime) -> set[str]:
        shown = oracle.wall(at, "Europe/Berlin")
        found = ({person for on_now in level for person in on_now(shown)} for level in levels)
        return next((people for people in found if people), set())

    assert differences(expected, on(book)) == []
