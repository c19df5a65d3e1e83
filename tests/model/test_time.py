"""Instants, dates, durations, periods, turns and zones, as people write them."""

from __future__ import annotations

import subprocess
import sys
import zoneinfo
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tzdata
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from opsbook.model.time import (
    Interval,
    Period,
    Turn,
    day,
    duration,
    first_instant,
    instant,
    period,
    time_of_day,
    turn,
    wall_time,
    write_duration,
    write_instant,
    zone,
)

Reader = Callable[[Any], object]


def refused(read: Reader, value: Any) -> str:
    """What is said of a value that is refused."""
    with pytest.raises(PydanticCustomError) as caught:
        read(value)
    return caught.value.message()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# ── instants ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:02Z", datetime(2026, 3, 2, 9, 2, tzinfo=UTC)),
        ("2026-03-02t09:02z", datetime(2026, 3, 2, 9, 2, tzinfo=UTC)),
        ("2026-03-02 10:02+01:00", datetime(2026, 3, 2, 9, 2, tzinfo=UTC)),
        ("2026-03-02T09:02:03Z", datetime(2026, 3, 2, 9, 2, 3, tzinfo=UTC)),
        ("2026-03-02T09:02:03.25Z", datetime(2026, 3, 2, 9, 2, 3, 250_000, tzinfo=UTC)),
        ("2024-02-29T23:30-05:30", datetime(2024, 3, 1, 5, 0, tzinfo=UTC)),
        ("1900-01-01T00:00+14:00", datetime(1899, 12, 31, 10, 0, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, expected: datetime) -> None:
    found = instant(text)
    assert (found, found.tzinfo) == (expected, UTC)


NO_OFFSET = "has no offset: write `2026-03-02T09:02Z` for UTC, or add one like `+01:00`"
NO_INSTANT = "is no instant: write `2026-03-02T09:02Z`"
AN_OFFSET = "has an offset: a rule is a wall time, `2026-01-05 09:00`, read in its `timezone`"
ANOTHER_AGE = "is of another age: expected a year from 1900 to 2999"
NO_TIME_OF_DAY = 'is no time of day: write `"17:00"`, and midnight `"00:00"`'


@pytest.mark.parametrize(
    ("read", "value", "why"),
    [
        (instant, "2026-03-02T09:02", NO_OFFSET),
        (instant, "2026-03-02", "has no time: write `2026-03-02T09:02Z`"),
        (instant, "09:02", NO_INSTANT),
        (instant, "2026-03-02T24:00Z", NO_INSTANT),
        (instant, "2026-03-02T09:02+25:00", NO_INSTANT),
        (instant, "٢026-03-02T09:02Z", NO_INSTANT),
        (instant, "2026-03-02T09:02Zulu", NO_INSTANT),
        (instant, "2026-02-29T09:02Z", "does not exist in the calendar"),
        (instant, "0206-03-02T09:02Z", ANOTHER_AGE),
        (instant, "9999-12-31T23:59-23:59", ANOTHER_AGE),
        (day, "2026-02-30", "does not exist in the calendar"),
        (day, "2026-3-2", "is no date: write `2026-03-16`"),
        (day, "2026-03-02T09:02Z", "is no date: write `2026-03-16`"),
        (day, "3026-01-01", ANOTHER_AGE),
        (wall_time, "2026-01-05T09:00Z", AN_OFFSET),
        (wall_time, "2026-01-05", "is no wall time: write `2026-01-05 09:00`"),
        (wall_time, "2026-02-29 09:00", "does not exist on a clock"),
        (time_of_day, "24:00", NO_TIME_OF_DAY),
        (time_of_day, "9:00", NO_TIME_OF_DAY),
    ],
)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused_with_the_way_to_write_it(
    read: Reader, value: str, why: str
) -> None:
    assert refused(read, value) == f"`{value}` {why}"


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (instant, "an instant like `2026-03-02T09:02Z`"),
        (day, "a date like `2026-03-16`"),
        (wall_time, "a wall time like `2026-01-05 09:00`"),
        (time_of_day, 'a time of day like `"17:00"`'),
        (duration, "a duration like `90m` or `1h30m`"),
        (period, "a period like `6 months` or `90d`"),
        (turn, "a turn like `1w`, `12h` or `1 shift`"),
        (zone, "an IANA time zone like `Europe/Berlin`"),
    ],
)
@pytest.mark.parametrize("value", [930, 0.5, True, None, {}, ()])
def test_what_is_no_text_is_no_time(read: Reader, what: str, value: object) -> None:
    assert refused(read, value) == f"expected {what}"


@pytest.mark.parametrize("text", ["2026-01-05 09:00", "2026-01-05T09:00"])
def test_a_wall_time_has_no_zone_of_its_own(text: str) -> None:
    assert wall_time(text) == datetime(2026, 1, 5, 9, 0)


def test_a_date_and_a_time_of_day_are_read() -> None:
    assert (day("2026-03-16"), time_of_day("17:00")) == (date(2026, 3, 16), time(17, 0))


def test_what_is_read_already_passes() -> None:
    values = (
        (instant, datetime(2026, 1, 1, tzinfo=UTC)),
        (day, date(2026, 1, 1)),
        (wall_time, datetime(2026, 1, 1)),
        (time_of_day, time(9)),
        (duration, minutes(5)),
        (period, Period(6, 0)),
        (turn, Turn(None, 1)),
        (zone, ZoneInfo("UTC")),
    )
    assert [read(value) for read, value in values] == [value for _, value in values]


@given(st.datetimes(datetime(1900, 1, 2), datetime(2999, 12, 30), timezones=st.just(UTC)))
def test_an_instant_that_is_written_is_read_back(at: datetime) -> None:
    assert instant(write_instant(at)) == at


def test_an_instant_is_written_in_utc_with_seconds_only_where_there_are_some() -> None:
    berlin = datetime(2026, 3, 2, 10, 2, tzinfo=ZoneInfo("Europe/Berlin"))
    assert write_instant(berlin) == "2026-03-02T09:02Z"
    assert write_instant(berlin.replace(second=7)) == "2026-03-02T09:02:07Z"
    assert write_instant(berlin.replace(microsecond=5)) == "2026-03-02T09:02:00.000005Z"


# ── durations ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90m", minutes(90)),
        ("1h30m", minutes(90)),
        ("PT1H30M", minutes(90)),
        ("pt90m", minutes(90)),
        ("48h", timedelta(days=2)),
        ("5d", timedelta(days=5)),
        ("2w", timedelta(weeks=2)),
        ("P1WT1S", timedelta(weeks=1, seconds=1)),
        ("2w3d4h5m6s", timedelta(weeks=2, days=3, hours=4, minutes=5, seconds=6)),
        ("0m", timedelta()),
        ("5200w", timedelta(weeks=5200)),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1:30", "`1:30` could be hours or minutes: write `90m` or `1h30m`"),
        ("01:30:00", "`01:30:00` could be hours or minutes: write `90m` or `1h30m`"),
        ("99999w", "`99999w` is longer than anybody waits"),
        ("999999999d", "`999999999d` is longer than anybody waits"),
        *(
            (text, f"`{text}` is no duration: write `90m`, `1h30m`, `5d` or `2w`")
            for text in (
                "",
                "m",
                "P",
                "PT",
                "90",
                "1.5h",
                "-5m",
                "30m1h",
                "1 h",
                "90min",
                "1y",
                "٣m",
                "9" * 10 + "m",
            )
        ),
    ],
)
def test_a_duration_that_is_ambiguous_endless_or_none_is_refused(text: Any, message: str) -> None:
    assert refused(duration, text) == message


@given(
    st.timedeltas(timedelta(), timedelta(days=36_000)).map(
        lambda d: timedelta(seconds=d // timedelta(seconds=1))
    )
)
def test_a_duration_that_is_written_is_read_back(length: timedelta) -> None:
    assert duration(write_duration(length)) == length


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0m"),
        (timedelta(seconds=45), "45s"),
        (minutes(90), "1h30m"),
        (minutes(30), "30m"),
        (timedelta(days=2), "2d"),
        (timedelta(hours=49), "49h"),
        (timedelta(hours=1, seconds=5), "1h5s"),
    ],
)
def test_a_duration_is_written_short(length: timedelta, text: str) -> None:
    assert write_duration(length) == text


# ── periods and turns ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1 month", date(2026, 1, 31), date(2026, 2, 28)),
        ("1 month", date(2024, 1, 31), date(2024, 2, 29)),
        ("6 months", date(2025, 8, 31), date(2026, 2, 28)),
        ("11 months", date(2026, 1, 15), date(2026, 12, 15)),
        ("12 months", date(2024, 2, 29), date(2025, 2, 28)),
        ("13 months", date(2026, 11, 30), date(2027, 12, 30)),
        ("1 year", date(2026, 12, 31), date(2027, 12, 31)),
        ("4years", date(2024, 2, 29), date(2028, 2, 29)),
        ("90d", date(2026, 1, 1), date(2026, 4, 1)),
        ("2 weeks", date(2026, 12, 25), date(2027, 1, 8)),
        ("0 days", date(2026, 1, 1), date(2026, 1, 1)),
        ("100 years", date(2999, 12, 31), date(3099, 12, 31)),
    ],
)
def test_a_period_is_counted_on_the_calendar(text: str, start: date, end: date) -> None:
    assert period(text).after(start) == end


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(0, 1200))
def test_months_later_is_that_month_and_no_later_day(start: date, months: int) -> None:
    end = Period(months, 0).after(start)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (period, "6 moths", "`6 moths` is no period: write `6 months`, `1 year` or `90d`"),
        (period, "six months", "`six months` is no period: write `6 months`, `1 year` or `90d`"),
        (period, "6m", "`6m` is no period: write `6 months`, `1 year` or `90d`"),
        (period, "101 years", "`101 years` is longer than anybody waits"),
        (period, "999999999 weeks", "`999999999 weeks` is longer than anybody waits"),
        (turn, "0 shifts", "`0 shifts` is no turn: nobody would ever hand over"),
        (turn, "0h", "`0h` is no turn: nobody would ever hand over"),
        (turn, "weekly", "`weekly` is no duration: write `90m`, `1h30m`, `5d` or `2w`"),
    ],
)
def test_a_period_or_a_turn_that_is_none_is_refused(read: Reader, text: Any, message: str) -> None:
    assert refused(read, text) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1w", Turn(timedelta(weeks=1), None)),
        ("12h", Turn(timedelta(hours=12), None)),
        ("1 shift", Turn(None, 1)),
        ("2 shifts", Turn(None, 2)),
    ],
)
def test_a_turn_is_a_length_or_a_number_of_windows(text: str, expected: Turn) -> None:
    assert turn(text) == expected


# ── zones ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+3"])
def test_a_zone_is_known_by_its_iana_name(name: str) -> None:
    assert zone(name).key == name


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Europe/Berln", "did you mean `Europe/Berlin`?"),
        ("Berlin", "did you mean `Europe/Berlin`?"),
        ("europe/berlin", "did you mean `Europe/Berlin`?"),
        ("America/New York", "did you mean `America/New_York`?"),
        ("", "write one like `Europe/Berlin`"),
        ("../../etc/passwd", "write one like `Europe/Berlin`"),
        ("x" * 5_000, "write one like `Europe/Berlin`"),
        ("tzdata.zi", "write one like `Europe/Berlin`"),
        ("a\0b", "write one like `Europe/Berlin`"),
    ],
)
def test_a_zone_that_nobody_knows_is_refused_with_what_was_meant(text: str, hint: str) -> None:
    assert refused(zone, text).endswith(f"is no IANA time zone: {hint}")


def test_zone_data_is_the_packages_and_never_the_machines() -> None:
    (folder,) = zoneinfo.TZPATH
    assert folder.startswith(tzdata.__path__[0])


def test_a_zone_is_found_without_looking_for_resources_of_packages() -> None:
    code = (
        "import sys; from opsbook.model.time import zone; zone('Europe/Berlin'); "
        "print('importlib.resources' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "False\n"


def test_an_interval_holds_its_start_and_not_its_end() -> None:
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    interval = Interval(start, start + minutes(30))
    assert interval.length == minutes(30)
    assert [interval.covers(start + minutes(n)) for n in (-1, 0, 29.9, 30)] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wall", "zone", "at"),
    [
        ("2026-03-02T09:00", "Europe/Berlin", "2026-03-02T08:00Z"),
        ("2026-03-29T02:30", "Europe/Berlin", "2026-03-29T01:00Z"),
        ("2026-03-29T02:00", "Europe/Berlin", "2026-03-29T01:00Z"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30Z"),
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30Z"),
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00Z"),
    ],
)
def test_a_wall_time_is_its_first_instant_and_a_missing_one_the_first_after_the_gap(
    wall: str, zone: str, at: str
) -> None:
    found = first_instant(datetime.fromisoformat(wall), ZoneInfo(zone))
    assert write_instant(found) == at
