"""Durations beside the times that they are the difference of, and what may be left unsaid."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.lint.durations import LENGTH, typed
from opsbook.model.time import write_duration

Findings = Callable[..., tuple[Any, ...]]

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = """title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:00Z, milestone: started, text: Deployed}
  - {at: 2026-03-02T09:10Z, milestone: detected, text: Paged}
  - {at: 2026-03-02T09:20Z, milestone: declared, text: Declared}
  - {at: 2026-03-02T11:00Z, milestone: mitigated, text: Rolled back}
  - {at: 2026-03-02T12:00Z, milestone: resolved, text: Done}
"""
TIMES = "- Started: 2026-03-02 09:00\n- Repaired: 2026-03-02 11:00\n- Resolved: 2026-03-02 12:00\n"


def found(findings: Findings, text: str, record: str | None = RECORD) -> list[str]:
    files = {f"{FOLDER}/postmortem.md": f"# Checkout\n\n## Impact\n\n{text}\n"}
    if record:
        files[f"{FOLDER}/incident.yaml"] = record
    return [each.location.text for each in findings("contradictory_duration", files)]


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("Duration: 43 minutes", "43 minutes"),
        ("**Duration:** 43 minutes.", "43 minutes"),
        ("- **Time to resolve**: 5h 3m", "5h 3m"),
        ("* Time to recovery: 1d 2 hours", "1d 2 hours"),
        ("| Field | Value |\n| --- | --- |\n| Duration | 43 min |", "43 min"),
        ("Time to detect: 25 minutes", "25 minutes"),
        ("Duration: about half an hour", "about half an hour"),
        ("Duration: ~1h", "~1h"),
        ("The outage lasted 43 minutes, and nobody was paged.", "43 minutes"),
        ("The outage lasted about an hour.", "about an hour"),
        ("Time to resolve: 2h 47m", "2h 47m"),  # nobody rounds to that
        ("Orders failed from 10:02 to 12:40 UTC (2h 8m).", "2h 8m"),
        ("Between 23:50 and 00:20 (20 minutes) orders failed.", "20 minutes"),
        ("From 2026-03-02 10:00 until 2026-03-04 10:00 (1 day): orders failed.", "1 day"),
        ("* 10:02–12:40 UTC (~1 hour): orders failed", "~1 hour"),
        ("It lasted 2h 8m, from 10:02 to 12:40 UTC.", "2h 8m"),
    ],
)
def test_this_contradicts_the_record(findings: Findings, text: str, duration: str) -> None:
    assert found(findings, text) == [duration]


@pytest.mark.parametrize(
    "text",
    [
        "Duration: 3 hours",
        "Duration: 2h 5m",  # started to mitigated, within a tenth
        "Time to resolve: 2h 50m",
        "Duration: 1:20",
        "Duration: over an hour",
        "Time to resolve: 43 minutes (during support hours)",
        "Time to detect: 11 minutes",
        "Mean time to repair: 43 minutes",
        "Duration: 43 minutes\n\nDuration: 5 minutes",
        "The previous outage lasted 43 minutes.",
        "The outage lasted 43 minutes for half of all customers.",
        "> Duration: 43 minutes",
        "```\nDuration: 43 minutes\n```",
        "<!-- Duration: 43 minutes -->",
        "Duration: unknown",
        "Time to resolve: 7h (during support hours 10:00-17:00)",  # on whose clock, a record does not say
        "Orders failed from 10:02 to 12:40 UTC (2h 38m).",
        "Orders failed from 10:02 to 12:40 UTC (about two hours).",
        "Between 23:50 and 00:20 (30 minutes) orders failed.",
        "From 11:30 to 1:20 (1h 50m) orders failed.",  # on a clock of twelve hours
        "From 10:02 AM to 12:40 PM (8 minutes) orders failed.",
        "From 10:02 UTC to 12:40 CET (1h 38m) orders failed.",
        "From 10:02 to 12:40 (5 minutes of it without a warning) orders failed.",
        "From 10:02 to 12:40 orders were late (5 minutes).",
        "From 10:02 to 12:40 (2 days) orders failed.",
        "From 2026-03-02 10:00 to 2026-03-32 12:00 (2 hours) orders failed.",
        "It lasted 2h 38m, from 10:02 to 12:40 UTC.",
        "`10:02 to 12:40 (8 minutes)`",
        "| From | To |\n| --- | --- |\n| 10:02 | 12:40 (8 minutes) |",
    ],
)
def test_this_may_stand_beside_the_record(findings: Findings, text: str) -> None:
    assert found(findings, text) == []


def test_what_lasted_is_looked_at_in_the_summary_and_the_impact_only(findings: Findings) -> None:
    assert found(findings, "Much.\n\n## Background\n\nThe outage lasted 43 minutes.") == []


def test_a_time_that_is_a_good_guess_leaves_more_room(findings: Findings) -> None:
    guessed = RECORD.replace("text: Deployed", "text: Deployed, approximate: true")
    assert found(findings, "Time to resolve: 3h 40m") == ["3h 40m"]
    assert found(findings, "Time to resolve: 3h 40m", guessed) == []


def test_of_an_incident_that_was_reopened_nothing_is_known(findings: Findings) -> None:
    again = RECORD + "  - {at: 2026-03-02T13:00Z, milestone: reopened, text: Again}\n"
    assert found(findings, "Duration: 43 minutes", again) == []


def test_of_an_incident_that_goes_on_nothing_is_known(findings: Findings) -> None:
    assert found(findings, "Duration: 43 minutes", RECORD.replace("milestone: resolved, ", "")) == []


def test_what_is_longer_may_have_begun_before_anybody_noticed(findings: Findings) -> None:
    unknown = RECORD.replace("milestone: started, ", "")
    assert found(findings, "Duration: 9h 5m", unknown) == []
    assert found(findings, "Duration: 5m", unknown) == ["5m"]


def test_times_on_the_page_count_where_there_is_no_record(findings: Findings) -> None:
    assert found(findings, TIMES + "- Time to repair: 43m", None) == ["43m"]
    assert found(findings, TIMES + "- Time to repair: 2h", None) == []
    assert found(findings, TIMES + "- Time to resolve: 43m") == ["43m"]


def test_clocks_without_a_date_count_within_a_day(findings: Findings) -> None:
    clocks = "- Started: 23:30 UTC\n- Resolved: 00:45 UTC\n"
    assert found(findings, clocks + "- Duration: 1h 15m", None) == []
    assert found(findings, clocks + "- Duration: 15m", None) == ["15m"]
    assert found(findings, clocks + "- Duration: 25h 15m", None) == []


@pytest.mark.parametrize(
    "times",
    [
        TIMES.replace("12:00", "12:00 CET"),
        TIMES.replace("2026-03-02 12:00", "12:00"),
        TIMES.replace("2026-03-02 12:00", "22026-03-02 12:00"),
        TIMES.replace("12:00", "12:00 or 12:10"),
        TIMES + "- Resolved: 2026-03-02 14:00\n",
        TIMES + "- Started: 2026-03-02 08:00\n",
        TIMES.replace("03-02 12", "02-30 12"),
        TIMES.replace("2026-03-02", "2026-03-0x"),
        "",
    ],
)
def test_times_that_can_be_read_in_two_ways_are_not_read(findings: Findings, times: str) -> None:
    assert found(findings, times + "- Duration: 43m", None) == []


HOURS = "(during support hours 10:00-17:00)"
FRIDAY = "- Fault occurs: 2026-03-06 16:00\n- Resolved: 2026-03-10 11:00\n"


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        (f"9h {HOURS}", True),  # an hour on Friday, seven on Monday, one on Tuesday
        (f"23h {HOURS}", True),  # with the weekend
        ("9h (during business hours 10:00 – 17:00, M-F)", True),
        (f"2h 1m {HOURS}", True),  # Monday was a holiday
        (f"11h 31m {HOURS}", False),
        ("23h (during support hours 10:00-17:00 M-F)", False),
        ("9h (during support hours)", True),
        ("80h (during support hours 17:00-10:00)", True),  # cannot be read
        ("80h (during support hours 10:00-27:00)", True),
        ("80h (during support hours 1\u0660:00-17:00)", True),
    ],
)
def test_the_hours_that_a_page_names_are_counted(findings: Findings, typed: str, right: bool) -> None:
    reported = found(findings, f"{FRIDAY}- Time to resolve: {typed}", None)
    assert reported == ([] if right else [typed.partition(" (")[0]])


def test_hours_are_said_in_the_message(findings: Findings) -> None:
    text = f"# Checkout\n\n{FRIDAY}- Time to resolve: 11h 31m {HOURS}\n"
    [finding] = findings("contradictory_duration", {f"{FOLDER}/postmortem.md": text})
    assert finding.message == "`11h 31m` does not fit `Fault occurs` to `Resolved`: `9h` within `10:00-17:00`"


NOTICED = "- First detected: 10:14\n- Repaired: 10:20\n- Resolved: 11:36\n".replace(": 1", ": 2026-03-02 1")


def test_one_duration_may_show_where_a_page_counts_from(findings: Findings) -> None:
    assert found(findings, NOTICED + "- Time to repair: 30m", None) == []
    assert found(findings, NOTICED + "- Time to repair: 30m\n- Time to resolve: 1h 22m", None) == ["30m"]
    assert found(findings, NOTICED + "- Time to repair: 30m\n- Time to resolve: 1h 20m", None) == []
    assert found(findings, NOTICED + "- Duration: 3h 30m\n- Time to resolve: 1h 22m", None) == []


@pytest.mark.parametrize(
    "timeline",
    [
        "- 09:00 Incident began\n- 09:10 We were paged\n- 11:00 Resolved.\n",
        "- **09:00** - The outage started\n- **11:00** - The outage was resolved\n",
        "| Time | Event |\n| --- | --- |\n| 09:00 UTC | Started |\n| 11:00 UTC | Incident is resolved |\n",
        "2026-03-02 09:00: Incident started\n2026-03-02T11:00: Incident ended\n",
    ],
)
def test_entries_of_a_timeline_that_name_a_milestone_are_times(findings: Findings, timeline: str) -> None:
    assert found(findings, timeline + "\nDuration: 43m", None) == ["43m"]
    assert found(findings, timeline + "\nDuration: 2h", None) == []


@pytest.mark.parametrize(
    "timeline",
    [
        "- 09:00 Started looking into it\n- 11:00 Resolved the ticket\n",
        "- 09:00 Started\n- 11:00 Resolved\n- 12:00 Incident resolved\n",
        "- 09:00 AM Started\n- 11:00 AM Resolved\n",
        "- 09:00 Started\n- 2026-03-02 11:00 Resolved\n",
        "- 29:00 Started\n- 11:00 Resolved\n",
        "- 09:00 Started\n- 11:00 Resolved\n\n- First detected: 10:00 or so\n",
    ],
)
def test_other_entries_of_a_timeline_are_none(findings: Findings, timeline: str) -> None:
    assert found(findings, timeline + "\nDuration: 43m", None) == []


@given(st.integers(0, 10_000), st.booleans())
def test_a_duration_fits_the_time_it_was_written_from(minutes: int, spaced: bool) -> None:
    length = timedelta(minutes=minutes)
    text = write_duration(length)
    text = re.sub("([dhm])", r"\1 ", text).strip() if spaced else text
    assert re.fullmatch(LENGTH, text, re.IGNORECASE)
    assert typed(text).length == length
    assert typed(text).fits(length)
