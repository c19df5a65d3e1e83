"""Which milestones presuppose another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, severity: SEV1"
RESOLVED, CLOSED = "10:10 milestone: resolved", "10:45 milestone: closed"


def test_a_reopened_incident_is_resolved_again_before_it_is_closed_again(says: Says) -> None:
    again = f"{DECLARED}; {RESOLVED}; {CLOSED}; 11:00 milestone: reopened; 12:00 milestone: closed"
    assert says("missing_milestone", again) == ["5 `closed` again, but not `resolved` again before"]
    whole = again.replace("12:00", "11:50 milestone: resolved; 12:00")
    assert says("missing_milestone", whole) == []


def test_a_declaration_may_stand_anywhere(says: Says) -> None:
    assert says("missing_milestone", f"{RESOLVED}; 10:20 milestone: declared, severity: SEV1; {CLOSED}") == []


def test_without_a_severity_nobody_asks_for_a_declaration(says: Says) -> None:
    assert says("missing_milestone", RESOLVED) == []
    assert says("missing_milestone", RESOLVED, top="severity: SEV2\n") == [
        "1 `resolved`, but never `declared`"
    ]


def test_both_can_be_missing(says: Says) -> None:
    assert says("missing_milestone", f"{CLOSED}, severity: SEV1") == [
        "1 `closed`, but never `declared`",
        "1 `closed`, but not `resolved` before",
    ]


def test_an_incident_that_is_not_over_is_not_asked(says: Says) -> None:
    assert says("missing_milestone", "09:33 milestone: mitigated, severity: SEV1") == []


@pytest.mark.parametrize("top", ["kind: drill\n", "kind: near-miss\n", "duplicate_of: x\n"])
def test_what_does_not_count_may_end_as_it_likes(says: Says, top: str) -> None:
    assert says("missing_milestone", f"{CLOSED}, severity: SEV1", top=top) == []
