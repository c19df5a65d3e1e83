"""What is said of an update that came late or not at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
SEV1 = "09:14 milestone: declared, severity: SEV1"
TOLD = f"{SEV1}; 09:20 update: {{audience: public}}; 10:00 milestone: resolved"


def test_an_update_on_the_minute_is_in_time_and_a_minute_later_it_is_late(says: Says) -> None:
    assert says("late_update", f"{SEV1}; 10:14 update: {{audience: customers}}") == []
    assert says("late_update", f"{SEV1}; 10:15 update: {{audience: customers}}") == [
        "2 first word to `customers` at `10:15Z`, expected by `10:14Z`, 1h from `declared` at `SEV1`"
    ]


def test_nothing_is_late_before_its_time(says: Says) -> None:
    assert says("late_update", SEV1, at="10:13") == []
    assert says("late_update", SEV1, at="10:14") == [
        "1 no word to `customers` by `10:14Z`, 1h from `declared` at `SEV1`"
    ]


def test_the_clock_of_a_raised_severity_stands_on_the_entry_that_raised_it(says: Says) -> None:
    timeline = (
        "09:14 milestone: declared, severity: SEV1; 09:20 update: {audience: public}; 09:30 severity: SEV0"
    )
    assert says("late_update", timeline) == ["3 no word to `executives` by `09:45Z`, 15m from `SEV0`"]


def test_details_that_nobody_was_sent_are_missed_at_the_resolution(says: Says) -> None:
    details = "3 no full details to `customers` by `2026-03-05T10:00Z`, 3d from `resolved` at `SEV1`"
    assert says("late_update", TOLD) == [details]
    assert says("late_update", TOLD, postmortem="status: published\npublished_on: 2026-03-04\n") == [details]


@pytest.mark.parametrize(
    "postmortem",
    [
        "published_on: 2026-03-04\nvisibility: public\n",
        "distribution: [{to: customers@example.com, at: 2026-03-04T10:00Z}]\n",
    ],
)
def test_a_postmortem_for_customers_is_the_details(says: Says, postmortem: str) -> None:
    assert says("late_update", TOLD, postmortem=f"status: published\n{postmortem}") == []


def test_a_postmortem_that_came_late_is_late(says: Says) -> None:
    assert says("late_update", TOLD, postmortem="published_on: 2026-03-09\nvisibility: public\n")


@pytest.mark.parametrize(
    "top",
    [
        "kind: drill\n",
        "duplicate_of: 2026-03-01-checkout-5xx\n",
        'links: {source: "https://status.example.com/1"}\n',
    ],
    ids=["a drill", "a duplicate", "from a feed"],
)
def test_nobody_is_owed_word_of_it(says: Says, top: str) -> None:
    assert says("late_update", TOLD, top) == []
