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


@given(st.integers(0, 10_000), st.booleans())
def test_a_duration_fits_the_time_it_was_written_from(minutes: int, spaced: bool) -> None:
    length = timedelta(minutes=minutes)
    text = write_duration(length)
    text = re.sub("([dhm])", r"\1 ", text).strip() if spaced else text
    assert re.fullmatch(LENGTH, text, re.IGNORECASE)
    assert typed(text).length == length
    assert typed(text).fits(length)
