"""When an action item lacks a day, and when its day is too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Findings = Callable[..., tuple[Any, ...]]

RECORD = """\
title: Checkout answers 502
severity: {severity}
timeline:
  - {{at: 2026-03-02T23:30Z, milestone: {end}, text: "Over"}}
action_items:
  check: {{title: Check the pool size{more}}}
"""


def files(more: str = "", zone: str = "UTC", severity: str = "SEV1", end: str = "resolved") -> dict[str, str]:
    return {
        "opsbook.toml": f'timezone = "{zone}"\n',
        "incidents/2026/2026-03-02-checkout-5xx/incident.yaml": RECORD.format(
            severity=severity, end=end, more=more
        ),
    }


def test_the_policys_last_day_is_a_day_of_the_books_zone(findings: Findings) -> None:
    (found,) = findings("late_due_date", files(", due: 2026-04-02"))
    assert found.message == "`check` is due on 2026-04-02, `SEV1` allows until 2026-04-01"
    assert findings("late_due_date", files(", due: 2026-04-01")) == ()
    assert findings("late_due_date", files(", due: 2026-04-02", "Europe/Berlin")) == ()


def test_what_is_finished_or_not_resolved_may_have_any_day(findings: Findings) -> None:
    late = ", due: 2026-09-01"
    assert findings("late_due_date", files(f"{late}, status: done, done_on: 2026-08-30")) == ()
    assert findings("late_due_date", files(late, end="mitigated")) == ()
    assert findings("late_due_date", files(late, severity="SEV9")) == ()


@pytest.mark.parametrize(("severity", "end"), [("SEV1", "resolved"), ("SEV9", "mitigated")])
def test_no_day_is_missing_where_the_policy_says_one_or_the_incident_goes_on(
    findings: Findings, severity: str, end: str
) -> None:
    assert findings("undated_action_item", files(severity=severity, end=end)) == ()
    assert len(findings("undated_action_item", files(severity="SEV9"))) == 1
