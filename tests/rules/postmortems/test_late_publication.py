"""A post-mortem is late when the day is over where the book is, and by the clocks that its incident has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

Findings = Callable[..., tuple[Any, ...]]

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = """\
title: Checkout answers 502
severity: {severity}
{more}timeline:
  - {{at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}}
  - {{at: 2026-03-02T23:30Z, milestone: {end}, text: "Over"}}
"""


def files(front: str, zone: str = "UTC", **record: str) -> dict[str, str]:
    incident = RECORD.format(**{"severity": "SEV1", "more": "", "end": "resolved"} | record)
    return {
        "opsbook.toml": f'timezone = "{zone}"\n',
        f"{FOLDER}/incident.yaml": incident,
        f"{FOLDER}/postmortem.md": f"---\n{front}\n---\n# Checkout answers 502\n",
    }


@pytest.mark.parametrize(
    ("zone", "last", "over"),
    [
        ("UTC", "2026-03-09T23:59:59+00:00", "2026-03-10T00:00+00:00"),
        ("Europe/Berlin", "2026-03-10T22:59+00:00", "2026-03-10T23:00+00:00"),
    ],
)
def test_it_may_be_published_until_the_day_is_over_in_the_books_zone(
    findings: Findings, zone: str, last: str, over: str
) -> None:
    page = files("status: in-review", zone)
    assert findings("late_publication", page, datetime.fromisoformat(last)) == ()
    assert len(findings("late_publication", page, datetime.fromisoformat(over))) == 1


def test_it_was_published_in_time_on_the_day_it_was_due_in_the_books_zone(findings: Findings) -> None:
    page = "status: published\npublished_on: 2026-03-10"
    assert findings("late_publication", files(page, "Europe/Berlin")) == ()
    (found,) = findings("late_publication", files(page))
    assert found.message == "published on 2026-03-10, `SEV1` asks for 2026-03-09"


@pytest.mark.parametrize(
    "record",
    [{"more": "kind: drill\n"}, {"more": "duplicate_of: 2026-03-01-x\n"}, {"end": "mitigated"}],
    ids=["a drill", "a duplicate", "not over"],
)
@pytest.mark.parametrize("rule", ["late_publication", "late_review"])
def test_nothing_is_late_of(findings: Findings, rule: str, record: dict[str, str]) -> None:
    assert findings(rule, files("status: draft", **record)) == ()
    assert len(findings(rule, files("status: draft"))) == 1


def test_it_is_the_worst_severity_it_ever_had_that_asks(findings: Findings) -> None:
    assert len(findings("late_review", files("status: draft", severity="SEV3"))) == 1


def test_a_page_without_front_matter_is_late_too_and_one_without_a_record_never(findings: Findings) -> None:
    page = files("status: draft")
    page[f"{FOLDER}/postmortem.md"] = "# Checkout answers 502\n"
    assert [str(each.location) for each in findings("late_review", page)] == [f"{FOLDER}/postmortem.md:1:1"]
    del page[f"{FOLDER}/incident.yaml"]
    assert findings("late_review", page) == ()


def test_a_review_is_in_time_to_the_instant(findings: Findings) -> None:
    assert findings("late_review", files("review_at: 2026-03-04T23:30Z")) == ()
    (found,) = findings("late_review", files("review_at: 2026-03-04T23:31Z"))
    assert found.message == (
        "reviewed at `2026-03-04T23:31Z`, `SEV1` asks for a review by `2026-03-04T23:30Z`"
    )
