"""How long what wakes people may go undeclared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DETECTED = "09:06 milestone: detected"


def declared(at: str, severity: str = "SEV1") -> str:
    return f"{at} milestone: declared, severity: {severity}"


def test_a_quarter_of_an_hour_is_enough(says: Says) -> None:
    assert says("late_declaration", f"{DETECTED}; {declared('09:21')}") == []
    assert says("late_declaration", f"{DETECTED}; {declared('09:22')}") == [
        "2 `declared` 16m after `detected` at `09:06Z`, more than `15m` at `SEV1`"
    ]


def test_milder_levels_may_wait_for_a_colleague(says: Says) -> None:
    assert says("late_declaration", f"{DETECTED}; {declared('11:00', 'SEV3')}") == []


def test_a_severity_that_was_raised_later_asked_for_nothing_before(says: Says) -> None:
    raised = f"{DETECTED}; {declared('11:00', 'SEV3')}; 11:30 severity: SEV1"
    assert says("late_declaration", raised, top="severity: SEV1\n") == []


def test_the_severity_at_the_top_counts_where_the_timeline_gives_none(says: Says) -> None:
    timeline = f"{DETECTED}; 11:00 milestone: declared"
    assert len(says("late_declaration", timeline, top="severity: SEV1\n")) == 1


def test_what_was_mended_before_had_nobody_to_call(says: Says) -> None:
    mended = f"{DETECTED}; 09:20 milestone: mitigated; {declared('11:00')}"
    assert says("late_declaration", mended) == []
    assert len(says("late_declaration", mended.replace("09:20", "11:10"))) == 1


@pytest.mark.parametrize("milestone", ["detected", "declared"])
def test_a_time_that_was_guessed_is_not_judged(says: Says, milestone: str) -> None:
    timeline = f"{DETECTED}; {declared('11:00')}"
    guessed = timeline.replace(f"milestone: {milestone}", f"milestone: {milestone}, approximate: true")
    assert says("late_declaration", guessed) == []


@pytest.mark.parametrize("top", ["kind: drill\n", "kind: false-alarm\n", "duplicate_of: x\n"])
def test_what_does_not_count_is_not_judged(says: Says, top: str) -> None:
    assert says("late_declaration", f"{DETECTED}; {declared('11:00')}", top=top) == []
