"""Days on which people work: weekends, holidays, clock changes, and everybody who counts them alike."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.errors import UserError
from opsbook.lint.catalog import Selection
from opsbook.lint.check import check
from opsbook.metrics import business_days
from opsbook.metrics.agenda import agenda
from opsbook.metrics.business_days import Calendar, after, calendar_of, day_left, ends_a_day, last_day, state
from opsbook.model.time import BusinessDays, Length, instant, length, local_day, midnight, write_length

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Jerusalem",
    "Australia/Lord_Howe",
    "America/Santiago",
)
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 26), date(2027, 1, 1))


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def calendar(zone: str = "Europe/Berlin") -> Calendar:
    return Calendar(ZoneInfo(zone), lambda: works)


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))
DAYS = st.integers(1, 40).map(BusinessDays)
LENGTHS: st.SearchStrategy[Length] = DAYS | st.integers(0, 5000).map(lambda hours: timedelta(hours=hours))
CALENDARS = st.sampled_from(ZONES).map(calendar)


# ── laws ──────────────────────────────────────────────────────────────────────────────────


@given(INSTANTS, INSTANTS, LENGTHS, CALENDARS)
def test_what_starts_later_never_ends_sooner(
    one: datetime, other: datetime, time: Length, days: Calendar
) -> None:
    first, second = sorted((one, other))
    assert after(first, time, days) <= after(second, time, days)
    assert last_day(first, time, days) <= last_day(second, time, days)


@given(INSTANTS, DAYS, CALENDARS)
def test_the_last_day_is_one_on_which_somebody_works(
    start: datetime, time: BusinessDays, days: Calendar
) -> None:
    assert works(last_day(start, time, days))


@given(INSTANTS, DAYS, CALENDARS)
def test_it_ends_with_its_last_day_and_after_it_began(
    start: datetime, time: BusinessDays, days: Calendar
) -> None:
    due = after(start, time, days)
    assert due == midnight(last_day(start, time, days) + timedelta(days=1), days.zone)
    assert due - start > timedelta(hours=23)
    assert ends_a_day(due, days.zone)
    assert day_left(due, days.zone) == last_day(start, time, days)


@given(INSTANTS, DAYS, DAYS, CALENDARS)
def test_some_days_and_then_some_more_are_all_of_them(
    start: datetime, one: BusinessDays, other: BusinessDays, days: Calendar
) -> None:
    noon = datetime.combine(last_day(start, one, days), datetime.min.time(), UTC) + timedelta(hours=12)
    assert last_day(start, BusinessDays(one.days + other.days), days) == days.nth(
        local_day(noon, ZoneInfo("UTC")), other.days
    )


@given(INSTANTS, DAYS, CALENDARS)
def test_so_many_days_of_work_lie_in_it(start: datetime, time: BusinessDays, days: Calendar) -> None:
    first, last = local_day(start, days.zone), last_day(start, time, days)
    between = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    assert sum(map(works, between)) == time.days


@given(INSTANTS, st.integers(0, 5000), CALENDARS)
def test_a_length_of_time_is_what_it_is(start: datetime, hours: int, days: Calendar) -> None:
    assert after(start, timedelta(hours=hours), days) == start + timedelta(hours=hours)


# ── examples ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        ("2026-03-02T10:10Z", 2, "2026-03-04"),
        ("2026-03-06T14:00Z", 2, "2026-03-10"),  # a Friday
        ("2026-03-07T11:00Z", 2, "2026-03-10"),  # the Saturday after
        ("2026-03-08T22:59Z", 2, "2026-03-10"),  # the last minute of Sunday
        ("2026-03-08T23:00Z", 2, "2026-03-11"),  # the first one of Monday
        ("2026-04-02T10:00Z", 1, "2026-04-07"),  # over Easter
        ("2026-12-24T10:00Z", 3, "2026-12-30"),
        ("2026-12-31T23:30Z", 1, "2027-01-04"),  # New Year's Day has begun in Berlin
    ],
)
def test_a_clock_begins_on_the_next_day_of_work(start: str, days: int, last: str) -> None:
    assert str(last_day(instant(start), BusinessDays(days), calendar())) == last


def test_a_change_of_the_clock_moves_nothing() -> None:
    spring = after(instant("2026-03-27T10:00Z"), BusinessDays(1), calendar())
    autumn = after(instant("2026-10-23T10:00Z"), BusinessDays(1), calendar())
    assert (spring, autumn) == (instant("2026-03-30T22:00Z"), instant("2026-10-26T23:00Z"))


@pytest.mark.parametrize(
    ("written", "days", "canonical"),
    [
        ("2 business days", 2, "2 business days"),
        ("1 business day", 1, "1 business day"),
        ("2bd", 2, "2 business days"),
        ("10 bd", 10, "10 business days"),
    ],
)
def test_business_days_are_written_out(written: str, days: int, canonical: str) -> None:
    assert length(written) == BusinessDays(days)
    assert write_length(length(written)) == canonical


# ── whose ─────────────────────────────────────────────────────────────────────────────────

FOLDER = "incidents/2026/2026-04-30-checkout-5xx"
FILES = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "policies/services/checkout.yaml": "name: Checkout\nteam: payments\n",
    "policies/services/search.yaml": "name: Search\nteam: search\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\ncountry: DE\n",
    "rotations/teams/search.yaml": "name: Search\nmembers: [ana]\nholidays: ours\n",
    "rotations/holidays/ours.yaml": "2026-05-04: The day of the move\n",
    "policies/severities.yaml": """\
levels:
  SEV1: {name: Major, definition: Hurts, postmortem: full, action_items_within: 1 business day}
clocks:
  - {postmortem: draft, within: 1 business day, from: resolved}
  - {postmortem: review, within: 1bd, from: resolved}
  - {postmortem: published, within: 1 business day, from: resolved}
  - {update: customers, within: 1 business day, from: resolved}
""",
    f"{FOLDER}/incident.yaml": """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
timeline:
  - {at: 2026-04-30T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-04-30T10:10Z, milestone: resolved, text: "Resolved"}
action_items:
  pool-size: {title: Check the pool size, owner: ana}
""",
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
}
"""It was resolved on a Thursday; Friday is Labour Day in Germany, and the next day of work a Monday."""


def book(service: str = "checkout", **files: str) -> Book:
    record = FILES[f"{FOLDER}/incident.yaml"].replace("[checkout]", f"[{service}]")
    return Book(Memory(FILES | {f"{FOLDER}/incident.yaml": record} | files))


def due(in_book: Book) -> str:
    (incident,) = in_book.incidents
    resolved = instant("2026-04-30T10:10Z")
    return str(last_day(resolved, BusinessDays(1), calendar_of(in_book, incident.content)))


def settings(text: str) -> dict[str, str]:
    return {"opsbook.toml": f'timezone = "Europe/Berlin"\n{text}\n'}


def test_a_teams_country_and_holidays_are_its_own_and_the_settings_say_the_others() -> None:
    assert due(book()) == "2026-05-04", "Labour Day"
    assert due(book("search")) == "2026-05-01", (
        "no country: the weekend alone, and the day of the move is later"
    )
    assert due(book("search", **settings('country = "DE"'))) == "2026-05-05", "Labour Day, and the move"
    assert due(book("checkout", **settings('country = "US"'))) == "2026-05-04", "the team's beats the book's"
    assert due(book("nothing-known", **settings('holidays = "ours"\ncountry = "DE"'))) == "2026-05-05"
    assert due(book("nothing-known")) == "2026-05-01"


def test_a_country_has_its_own_weekend() -> None:
    files = {"rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\ncountry: IL\n"}
    assert due(book(**files)) == "2026-05-03", "Friday and Saturday are the weekend"


def test_an_unknown_country_of_a_team_is_a_finding_and_of_the_settings_wrong_use() -> None:
    files = {"rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\ncountry: XX\n"}
    assert due(book(**files)) == "2026-05-01"
    with pytest.raises(UserError, match="`country: XX`, of which no holidays are known"):
        due(book("search", **settings('country = "XX"')))
    with pytest.raises(UserError, match="`holidays: theirs`, and there is no such record"):
        due(book("checkout", **settings('holidays = "theirs"')))


def test_without_the_library_a_named_country_is_said_plainly_and_written_holidays_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    business_days.public_holidays.cache_clear()
    monkeypatch.setitem(sys.modules, "holidays", None)
    assert due(book("search")) == "2026-05-01"
    assert due(book("search", **settings('holidays = "ours"'))) == "2026-05-01"
    with pytest.raises(UserError) as raised:
        due(book())
    assert raised.value.message == "the public holidays of `DE` are not known here"
    assert "pip install 'opsbook[holidays]'" in raised.value.hint
    business_days.public_holidays.cache_clear()


def test_what_the_days_follow_from_is_known_without_reading_records() -> None:
    assert state(book()) == state(book())
    assert state(book()) != state(book(**{"rotations/teams/payments.yaml": "name: P\nmembers: [ana]\n"}))
    assert state(book()) != state(book(**settings('country = "DE"')))
    assert state(book(**{"policies/severities.yaml": "levels: {A: {name: A, definition: b}}\n"})) == ""


# ── everybody counts alike ────────────────────────────────────────────────────────────────

PAGE = "---\nstatus: draft\n---\n# Checkout answers 502\n"
NAMES = ("missing_postmortem", "late_review", "late_publication", "overdue_action_item", "late_update")
BEFORE, THEN = "2026-05-04T21:59Z", "2026-05-04T22:00Z"
"""The last minute of that Monday in Berlin, and the first one of Tuesday."""


def reported(in_book: Book, when: str) -> list[str]:
    report, _ = check(in_book, lambda: Selection(in_book.settings), instant(when))
    return sorted(each.name for each in report.diagnostics if each.name in NAMES)


@pytest.mark.parametrize("page", ["", PAGE])
def test_rules_and_the_agenda_say_that_it_is_late_at_the_same_instant(page: str) -> None:
    with_page = book(**({f"{FOLDER}/postmortem.md": page} if page else {}))
    stages = ["late_publication", "late_review"] if page else ["missing_postmortem"]
    assert reported(with_page, BEFORE) == []
    assert reported(with_page, THEN) == sorted([*stages, "late_update", "overdue_action_item"])
    for when, overdue in ((BEFORE, False), (THEN, True)):
        items = agenda(with_page, instant(when))
        assert len(items) == 4 if page else 3
        assert {each.due for each in items} == {date(2026, 5, 4)}
        assert {each.overdue for each in items} == {overdue}


@pytest.mark.parametrize(
    ("clock", "says"),
    [
        ("{update: customers, within: 1 business day, from: declared}", "owed day and night: write `8h`"),
        (
            "{postmortem: draft, within: 0 business days, from: resolved}",
            "`0 business days` is no time at all",
        ),
        ("{postmortem: draft, within: 9999bd, from: resolved}", "longer than anybody waits"),
        ("{postmortem: draft, within: two business days, from: resolved}", "is no duration"),
    ],
)
def test_what_makes_no_sense_is_refused(clock: str, says: str) -> None:
    text = f"levels: {{A: {{name: A, definition: b}}}}\nclocks:\n  - {clock}\n"
    (policy,) = Book(Memory({"policies/severities.yaml": text})).documents("severities")
    assert says in policy.problems[0].message


def test_a_length_of_time_takes_no_business_days() -> None:
    text = "levels: {A: {name: A, definition: b, acknowledge_within: 1 business day}}\n"
    (policy,) = Book(Memory({"policies/severities.yaml": text})).documents("severities")
    assert (
        policy.problems[0].message
        == "`1 business day` counts days of work, this is a length of time: write `48h`"
    )
