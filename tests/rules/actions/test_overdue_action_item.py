"""When an action item is overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RESOLVED = """\
title: t
severity: SEV3
timeline:
  - {at: 2026-03-02T09:00Z, severity: SEV1, text: "x"}
  - {at: 2026-03-02T10:00Z, milestone: resolved, text: "y"}
"""


def said(
    findings: Findings, item: str, at: datetime, top: str = "title: t\n", zone: str = "UTC"
) -> list[str]:
    files = {
        PATH: f"{top}action_items:\n  one: {{title: a, {item}}}\n",
        "opsbook.toml": f'timezone = "{zone}"\n',
    }
    return [each.message for each in findings("overdue_action_item", files, at)]


@pytest.mark.parametrize(
    ("zone", "over"),
    [
        ("UTC", datetime(2026, 3, 17, 0, tzinfo=UTC)),
        ("Asia/Tokyo", datetime(2026, 3, 16, 15, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 17, 4, tzinfo=UTC)),
    ],
)
def test_the_day_is_over_at_midnight_in_the_books_zone(findings: Findings, zone: str, over: datetime) -> None:
    late = "`one` was due on 2026-03-16 and is `open`"
    assert said(findings, "due: 2026-03-16", over, zone=zone) == [late]
    assert said(findings, "due: 2026-03-16", over - timedelta(seconds=1), zone=zone) == []


@pytest.mark.parametrize(
    "item",
    [
        "due: 2026-03-16, status: done, done_on: 2026-03-30",
        "due: 2026-03-16, status: declined, reason: too dear",
        "status: open",
    ],
)
def test_finished_or_without_any_date_it_is_not(findings: Findings, item: str) -> None:
    assert said(findings, item, datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_without_a_date_the_worst_severity_says_how_long_it_may_take(findings: Findings) -> None:
    message = "`one` was due on 2026-04-01 and is `in-progress`"
    assert said(findings, "status: in-progress", datetime(2026, 4, 2, tzinfo=UTC), RESOLVED) == [message]
    assert said(findings, "status: in-progress", datetime(2026, 4, 1, tzinfo=UTC), RESOLVED) == []


def test_a_date_of_its_own_comes_before_the_allowance(findings: Findings) -> None:
    assert said(findings, "due: 2026-12-31", datetime(2026, 6, 1, tzinfo=UTC), RESOLVED) == []
