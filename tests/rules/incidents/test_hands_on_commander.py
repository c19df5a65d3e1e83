"""When the one who commands also repairs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, severity: SEV1, roles: {incident-commander: ana}"
EXPERT = "09:16 roles: {subject-matter-expert: chi}"
FIXES = "09:31 type: action, by: ana"
FOUND = ["3 `ana` repairs and commands at once, at `SEV1`"]


def test_a_repair_by_the_commander_beside_somebody_else_is_found(says: Says) -> None:
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; {FIXES}") == FOUND


def test_a_runbook_that_the_commander_runs_is_a_repair(says: Says) -> None:
    run = "09:31 runbook: {id: failover, result: ok}, by: ana"
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; {run}") == FOUND


@pytest.mark.parametrize("sort", ["finding", "decision"])
def test_to_find_and_to_decide_is_the_commanders_work(says: Says, sort: str) -> None:
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; {FIXES.replace('action', sort)}") == []


def test_who_acted_before_is_there_without_a_role(says: Says) -> None:
    assert says("hands_on_commander", f"{DECLARED}; 09:20 by: chi; {FIXES}") == FOUND


def test_a_commander_who_is_alone_has_to_type(says: Says) -> None:
    assert says("hands_on_commander", f"{DECLARED}; {FIXES}") == []
    assert says("hands_on_commander", f'{DECLARED}; 09:20 by: "system:deploys"; {FIXES}') == []
    assert says("hands_on_commander", f"{DECLARED}; {FIXES}; 09:40 by: chi") == []


def test_who_hands_over_with_the_same_entry_is_let_be(says: Says) -> None:
    handed = FIXES + ", roles: {incident-commander: ben}"
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; {handed}") == []


def test_who_commanded_before_may_repair_now(says: Says) -> None:
    over = "09:20 roles: {incident-commander: ben}"
    assert says("hands_on_commander", f"{DECLARED}; {over}; {FIXES}") == []


def test_only_a_severity_that_asks_for_a_commander_counts(says: Says) -> None:
    low = DECLARED.replace("SEV1", "SEV3")
    assert says("hands_on_commander", f"{low}; {EXPERT}; {FIXES}") == []
    raised = f"{low}; {EXPERT}; 09:20 severity: SEV1; {FIXES}"
    assert says("hands_on_commander", raised) == ["4 `ana` repairs and commands at once, at `SEV1`"]


def test_work_after_the_resolution_is_nobodys_business(says: Says) -> None:
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; 09:30 milestone: resolved; {FIXES}") == []


@pytest.mark.parametrize("top", ["kind: drill\n", "kind: near-miss\n", "duplicate_of: x\n"])
def test_what_does_not_count_is_not_judged(says: Says, top: str) -> None:
    assert says("hands_on_commander", f"{DECLARED}; {EXPERT}; {FIXES}", top=top) == []
