"""Calendars become rotations: turns where they are some, and covers for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.errors import UserError
from opsbook.importing.export import File
from opsbook.importing.ical import read
from opsbook.importing.schedule import Asked, Named

from . import oracle
from .rotas import AT, FEW, PEOPLE, differences, imported, on


def calendar(*events: str, zone: str = "Europe/Berlin", name: str = "Payments") -> list[File]:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", f"X-WR-CALNAME:{name}"]
    lines += [f"X-WR-TIMEZONE:{zone}"] if zone else []
    return [File("rota.ics", "\r\n".join([*lines, *events, "END:VCALENDAR", ""]).encode())]


def event(title: str, start: str, end: str, *more: str, uid: str = "", zone: str = "Europe/Berlin") -> str:
    tzid = f";TZID={zone}" if zone else ""
    head = ["BEGIN:VEVENT", f"UID:{uid or title + start}", f"SUMMARY:{title}"]
    return "\r\n".join([*head, f"DTSTART{tzid}:{start}", f"DTEND{tzid}:{end}", *more, "END:VEVENT"])


def text(book: Any, path: str = "rotations/payments.yaml") -> str:
    found: str = book.read(path).source.text
    return found


COVERS = "rotations/overrides/2026-11-23-payments-exceptions.yaml"


def test_a_week_that_comes_back_every_third_is_a_turn_of_three() -> None:
    weeks = [
        event(who, f"2026090{day}T090000", f"202609{day + 7:02}T090000", "RRULE:FREQ=WEEKLY;INTERVAL=3")
        for who, day in (("ana", 7), ("ben", 9))
    ]
    third = event("chi", "20260921T090000", "20260928T090000", "RRULE:FREQ=WEEKLY;INTERVAL=3")
    _, book = imported(read, calendar(weeks[0], third))
    assert text(book).endswith(
        "layers:\n"
        "  - name: turns\n"
        "    versions:\n"
        "      - {starts: 2026-09-07 09:00, every: 1w, members: [ana, [], chi]}\n"
    )


def test_days_of_one_person_are_windows() -> None:
    daily = event("@Ana", "20260105T090000", "20260105T170000", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR")
    _, book = imported(read, calendar(daily))
    assert text(book).endswith(
        "  - name: ana\n"
        "    windows:\n"
        '      - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-01-05 09:00, members: [ana]}\n"
    )


def test_a_changed_and_a_cancelled_occurrence_are_covers() -> None:
    master = event(
        "ana",
        "20260105T090000",
        "20260106T090000",
        "RRULE:FREQ=DAILY",
        "EXDATE;TZID=Europe/Berlin:20261201T090000",
        uid="u",
    )
    changed = event(
        "ben",
        "20261203T090000",
        "20261204T090000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20261203T090000",
        uid="u",
    )
    cancelled = event(
        "ana",
        "20261205T090000",
        "20261206T090000",
        "RECURRENCE-ID:20261205T080000Z",
        "STATUS:CANCELLED",
        uid="u",
    )
    _, book = imported(read, calendar(master, changed, cancelled))
    assert text(book, COVERS).endswith(
        "  - {from: 2026-12-01T09:00+01:00, to: 2026-12-02T09:00+01:00, on: []}\n"
        "  - {from: 2026-12-03T09:00+01:00, to: 2026-12-04T09:00+01:00, on: [ben]}\n"
        "  - {from: 2026-12-05T09:00+01:00, to: 2026-12-06T09:00+01:00, on: []}\n"
    )


def test_a_changed_occurrence_stays_in_its_rotation_where_other_events_meet_it() -> None:
    master = event("ana", "20260105T090000", "20260105T170000", "RRULE:FREQ=DAILY", uid="u")
    changed = event(
        "ben",
        "20261203T090000",
        "20261203T170000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20261203T090000",
        uid="u",
    )
    beside = event("chi", "20261203T000000", "20261204T000000")
    _, book = imported(read, calendar(master, changed, beside))
    ana, single = (
        COVERS.replace("payments", "payments-ana"),
        COVERS.replace("payments", "payments-single-events"),
    )
    assert text(book, ana).endswith(
        "covers:\n  - {from: 2026-12-03T09:00+01:00, to: 2026-12-03T17:00+01:00, on: [ben]}\n"
    )
    assert text(book, single).endswith(
        "covers:\n  - {from: 2026-12-03T00:00+01:00, to: 2026-12-04T00:00+01:00, on: [chi]}\n"
    )


def test_single_events_that_went_round_twice_are_turns_that_go_on() -> None:
    monday = datetime(2026, 11, 2, 9)
    weeks = [monday + timedelta(weeks=number) for number in range(6)]
    events = [
        event(who, f"{week:%Y%m%dT%H%M%S}", f"{week + timedelta(weeks=1):%Y%m%dT%H%M%S}")
        for who, week in zip(["ana", "ben", "chi"] * 2, weeks, strict=True)
    ]
    result, book = imported(read, calendar(*events))
    assert text(book).endswith("      - {starts: 2026-11-02 09:00, every: 1w, members: [ana, ben, chi]}\n")
    assert [each.what for each in result.left] == [
        "the calendar ends on 2026-12-14; the turns go on as they were"
    ]
    _, book = imported(read, calendar(*events[:5]))
    assert text(book).endswith("      - {starts: 2026-11-23 00:00, members: []}\n")
    assert text(book, COVERS).endswith(
        "  - {from: 2026-11-23T10:30+01:00, to: 2026-11-30T09:00+01:00, on: [ana]}\n"
        "  - {from: 2026-11-30T09:00+01:00, to: 2026-12-07T09:00+01:00, on: [ben]}\n"
    )


def test_exceptions_to_the_turns_of_single_events_are_overrides() -> None:
    days = [datetime(2026, 11, 2) + timedelta(days=number) for number in range(42)]
    weekdays = [day for day in days if day.weekday() < 5]
    who = dict(zip(weekdays, ["ana", "ben", "chi"] * 10, strict=True))
    who[datetime(2026, 12, 1)] = "eva"
    del who[datetime(2026, 12, 4)]
    events = [event(on, f"{day:%Y%m%d}T090000", f"{day:%Y%m%d}T170000") for day, on in who.items()]
    _, book = imported(read, calendar(*events))
    assert text(book).endswith(
        '      - {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}\n'
        "    versions:\n"
        "      - {starts: 2026-11-02 09:00, every: 1 shift, members: [ana, ben, chi]}\n"
    )
    assert text(book, COVERS.replace("exceptions", "overrides")).endswith(
        "  - {from: 2026-12-01T09:00+01:00, to: 2026-12-01T17:00+01:00, on: [eva]}\n"
        "  - {from: 2026-12-04T09:00+01:00, to: 2026-12-04T17:00+01:00, on: []}\n"
    )


def test_a_level_in_the_title_hides_a_lower_one() -> None:
    low = event("[L1] ana", "20260105T090000", "20260106T090000", "RRULE:FREQ=DAILY")
    high = event("[L2] ben", "20260110T090000", "20260110T170000", "RRULE:FREQ=WEEKLY")
    _, book = imported(read, calendar(high, low))
    assert [each.name for each in book.find("rotation", "payments").content.layers] == ["ana", "ben"]


def test_whom_nobody_knows_by_the_title_is_known_by_taking_part() -> None:
    oncall = event(
        "On call",
        "20260105T090000",
        "20260106T090000",
        "RRULE:FREQ=DAILY",
        "ATTENDEE;CN=Zoë W:mailto:zoe@example.com",
    )
    _, book = imported(read, calendar(oncall))
    assert "members: [zoe-w]" in text(book)
    assert "@" not in text(book, "rotations/people/zoe-w.yaml")
    _, book = imported(read, calendar(oncall), named=Named({"zoe@example.com": "eva"}))
    assert "members: [eva]" in text(book)


def test_several_people_in_a_title_are_on_at_once_and_an_event_of_nobody_is_passed_over() -> None:
    both = event("ana, ben", "20260105T090000", "20260106T090000", "RRULE:FREQ=DAILY")
    freeze = event("Code freeze", "20261220T000000", "20270102T000000")
    _, book = imported(read, calendar(both, freeze), named=Named({"Code freeze": ""}))
    assert "members: [[ana, ben]]" in text(book)
    assert not list(book.overrides)


def test_a_calendar_without_a_zone_needs_one() -> None:
    floating = event("ana", "20260105T090000", "20260106T090000", "RRULE:FREQ=DAILY", zone="")
    with pytest.raises(UserError, match="event `ana` names no time zone"):
        imported(read, calendar(floating, zone=""))
    _, book = imported(read, calendar(floating, zone=""), Asked(AT, ZoneInfo("Asia/Kolkata")))
    assert "timezone: Asia/Kolkata\n" in text(book)
    windows = event("ana", "20260105T090000", "20260106T090000", zone="Our Office")
    with pytest.raises(UserError, match="is on the clock `Our Office`, which is no IANA time zone"):
        imported(read, calendar(windows, zone=""))


def test_what_the_reader_of_calendars_guesses_is_said() -> None:
    there = event(
        "ana", "20260105T090000", "20260106T090000", "RRULE:FREQ=DAILY", zone="/x.example/Europe/Berlin"
    )
    result, book = imported(read, calendar(there))
    assert result.left[0].what.startswith("Timezone '/x.example/Europe/Berlin' is a globally unique TZID")
    assert "timezone: Europe/Berlin\n" in text(book)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("RRULE:FREQ=SECONDLY", "`FREQ=SECONDLY` makes no shifts"),
        ("RRULE:FREQ=DAILY;BYMONTHDAY=30;BYMONTH=2", "`BYMONTHDAY` with `FREQ=DAILY` is not read"),
        ("RRULE:FREQ=WEEKLY;BYDAY=1MO", "`BYDAY=1MO` with `FREQ=WEEKLY` is not read"),
        ("RRULE:FREQ=DAILY;COUNT=999999999", "`COUNT=999999999` is no number of times"),
    ],
)
def test_a_rule_that_is_not_read_is_said(rule: str, why: str) -> None:
    odd = event("ana", "20260105T090000", "20260106T090000", rule)
    fine = event("ben", "20260105T090000", "20260106T090000", "RRULE:FREQ=DAILY")
    result, book = imported(read, calendar(odd, fine))
    assert [(each.place, each.what) for each in result.left] == [("rota.ics: event `ana`", why)]
    assert "members: [ben]" in text(book)


def test_what_is_over_is_left_out() -> None:
    old = event("ana", "20200105T090000", "20200106T090000", "RRULE:FREQ=DAILY;COUNT=3")
    with pytest.raises(UserError, match="every event of the calendar is over"):
        imported(read, calendar(old))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n",
        b"\xff\xfe\x00",
        b"BEGIN:VEVENT\r\nEND:VEVENT",
    ],
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    with pytest.raises(UserError, match=r"rota\.ics: no (calendar|event)"):
        imported(read, [File("rota.ics", content)])


def test_a_monthly_event_is_covers_until_the_end_of_what_was_looked_at() -> None:
    monthly = event("ana", "20260101T090000", "20260102T090000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR")
    result, book = imported(read, calendar(monthly))
    fridays = [
        each.start.astimezone(ZoneInfo("Europe/Berlin")) for each in next(book.overrides).content.covers
    ]
    assert [each.date() for each in fridays[:3]] == [
        date(2026, 11, 27),
        date(2026, 12, 25),
        date(2027, 1, 29),
    ]
    assert result.left[0].what.endswith("its shifts are covers until 2027-11-29, and nobody is on after that")


# ── against the oracle ────────────────────────────────────────────────────────────────────

starts = st.builds(
    lambda day, hour: datetime(2026, 6, 1, hour) + timedelta(days=day),
    st.integers(0, 250),
    st.sampled_from([0, 6, 9, 12, 20]),
)


@st.composite
def events(draw: st.DrawFn) -> tuple[str, datetime, timedelta, dict[str, Any], list[datetime]]:
    start, interval = draw(starts), draw(st.integers(1, 4))
    freq, length = draw(
        st.sampled_from([("DAILY", 8), ("DAILY", 24), ("WEEKLY", 12), ("WEEKLY", 63), ("WEEKLY", 168)])
    )
    rule: dict[str, Any] = {"FREQ": freq, "INTERVAL": interval, "WKST": draw(st.sampled_from(["MO", "SU"]))}
    if freq == "WEEKLY" and length == 12:
        others = draw(st.lists(st.sampled_from(oracle.WEEKDAYS), max_size=4))
        rule["BYDAY"] = sorted({oracle.WEEKDAYS[start.weekday()], *others})
    if draw(st.booleans()):
        rule["UNTIL"] = start + timedelta(days=draw(st.integers(100, 400)))
    without = draw(st.lists(st.integers(0, 400), max_size=3))
    return (
        draw(st.sampled_from(PEOPLE)),
        start,
        timedelta(hours=length),
        rule,
        [start + timedelta(days=each) for each in without],
    )


def written(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in rule.items():
        if key == "UNTIL":
            yield key, f"{value.replace(tzinfo=ZoneInfo('Europe/Berlin')).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        else:
            yield key, ",".join(value) if isinstance(value, list) else str(value)


@FEW
@given(st.lists(events(), min_size=1, max_size=4))
def test_the_shifts_of_recurring_events_are_those_of_the_export(
    some: list[tuple[str, datetime, timedelta, dict[str, Any], list[datetime]]],
) -> None:
    lines, days = [], []
    for who, start, length, rule, without in some:
        recurs = "RRULE:" + ";".join(f"{key}={value}" for key, value in written(rule))
        exdate = ",".join(f"{each:%Y%m%dT%H%M%S}" for each in without)
        more = [f"EXDATE;TZID=Europe/Berlin:{exdate}"] if without else []
        edges = (f"{each:%Y%m%dT%H%M%S}" for each in (start, start + length))
        lines.append(event(who, *edges, recurs, *more, uid=str(len(lines))))
        there = oracle.occurrences(rule, start)
        days.append(
            {day: n for day, n in there.items() if datetime.combine(day, start.time()) not in without}
        )
    try:
        _, book = imported(read, calendar(*lines))
    except UserError as error:
        if "is over" not in error.message:
            raise
        return

    def expected(at: datetime) -> set[str]:
        shown = oracle.wall(at, "Europe/Berlin")
        return {
            who
            for (who, start, length, _, _), there in zip(some, days, strict=True)
            if oracle.going_on(there, start, length, shown)
        }

    assert differences(expected, on(book)) == []
