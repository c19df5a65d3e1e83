"""What has not happened yet, by the clock of the check."""

from __future__ import annotations

from collections.abc import Callable

Says = Callable[..., list[str]]


def test_a_lead_of_five_minutes_passes(says: Says) -> None:
    assert says("future_instant", "09:35 by: ana", at="09:30") == []
    assert says("future_instant", "09:36 by: ana", at="09:30") == ["1 `09:36Z` lies in the future"]


def test_each_entry_is_named_and_what_has_passed_is_not(says: Says) -> None:
    assert says("future_instant", "09:00 by: ana; 10:00 by: ana; 11:00 by: ben", at="09:30") == [
        "2 `10:00Z` lies in the future",
        "3 `11:00Z` lies in the future",
    ]


def test_promises_may_lie_ahead(says: Says) -> None:
    promised = "09:20 update: {audience: public, next_update: 2026-03-02T11:00Z}"
    assert says("future_instant", promised, at="09:30") == []


def test_drills_are_looked_at_as_well(says: Says) -> None:
    assert len(says("future_instant", "10:00 by: ana", top="kind: drill\n", at="09:30")) == 1
