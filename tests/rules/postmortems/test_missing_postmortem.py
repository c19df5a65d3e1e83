"""Of which incident a post-mortem is missing, and since when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = """\
title: Checkout answers 502
severity: SEV1
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV1, text: "Declared"}
  - {at: 2026-03-02T10:22Z, milestone: resolved, text: "Resolved"}
"""
DUE = datetime(2026, 3, 3, 10, 22, tzinfo=UTC)
MESSAGE = "no post-mortem, `SEV1` asks for a full one by `2026-03-03T10:22Z`"


def said(findings: Findings, record: str, at: datetime = DUE, **more: str) -> list[str]:
    files = {f"{FOLDER}/incident.yaml": record} | {
        path.replace("__", "/"): text for path, text in more.items()
    }
    return [each.message for each in findings("missing_postmortem", files, at)]


def policy(clocks: str, form: str = "full") -> dict[str, str]:
    text = f"levels:\n  SEV1: {{name: Major, definition: d, postmortem: {form}}}\nclocks:\n{clocks}"
    return {"policies__severities.yaml": text}


def test_it_is_missing_from_the_instant_it_is_due(findings: Findings) -> None:
    assert said(findings, RECORD) == [MESSAGE]
    assert said(findings, RECORD, DUE - timedelta(microseconds=1)) == []


def test_the_worst_severity_it_ever_had_decides(findings: Findings) -> None:
    calmer = RECORD.replace("severity: SEV1\n", "severity: SEV3\n", 1)
    assert said(findings, calmer) == [MESSAGE]


def test_a_form_that_is_short_is_due_when_it_is_published(findings: Findings) -> None:
    record = RECORD.replace("SEV1", "SEV2")
    assert said(findings, record, datetime(2026, 3, 16, tzinfo=UTC)) == []
    assert said(findings, record, datetime(2026, 3, 17, tzinfo=UTC)) == [
        "no post-mortem, `SEV2` asks for a short one by `2026-03-16T10:22Z`"
    ]


@pytest.mark.parametrize(
    "record",
    [
        RECORD.replace("title:", "kind: drill\ntitle:"),
        RECORD.replace("title:", "kind: near-miss\ntitle:"),
        RECORD.replace("title:", "duplicate_of: 2026-03-02-checkout-slow\ntitle:"),
        RECORD.replace("milestone: resolved", "milestone: mitigated"),
        RECORD + '  - {at: 2026-03-02T11:00Z, milestone: reopened, text: "It is back"}\n',
        RECORD.replace("SEV1", "SEV3"),
        RECORD.replace("SEV1", "SEV9"),
    ],
)
def test_nobody_asks_for_it(findings: Findings, record: str) -> None:
    assert said(findings, record, datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_any_file_is_a_draft(findings: Findings) -> None:
    files = {f"{FOLDER}/incident.yaml": RECORD, f"{FOLDER}/postmortem.md": ""}
    assert findings("missing_postmortem", files) == ()


def test_after_a_reopening_the_clock_starts_with_the_last_resolution(findings: Findings) -> None:
    record = RECORD + (
        '  - {at: 2026-03-05T09:00Z, milestone: reopened, text: "It is back"}\n'
        '  - {at: 2026-03-05T10:00Z, milestone: resolved, text: "Gone again"}\n'
    )
    assert said(findings, record, datetime(2026, 3, 6, 9, tzinfo=UTC)) == []
    assert said(findings, record, datetime(2026, 3, 6, 10, tzinfo=UTC)) == [
        "no post-mortem, `SEV1` asks for a full one by `2026-03-06T10:00Z`"
    ]


def test_the_draft_comes_first(findings: Findings) -> None:
    clocks = policy(
        "  - {postmortem: published, within: 7d, from: resolved}\n"
        "  - {postmortem: draft, within: 1d, from: declared, severity: SEV1}\n"
        "  - {postmortem: draft, within: 1h, from: resolved, severity: SEV0}\n"
        "  - {postmortem: draft, within: 1m, from: closed}\n"
    )
    assert said(findings, RECORD, **clocks) == [
        "no post-mortem, `SEV1` asks for a full one by `2026-03-03T09:14Z`"
    ]


def test_without_a_clock_nothing_is_ever_late(findings: Findings) -> None:
    assert said(findings, RECORD, **policy("  - {update: public, within: 1h, from: declared}\n")) == []


def test_a_note_stands_on_the_record(findings: Findings) -> None:
    note = policy("  - {postmortem: published, within: 1d, from: resolved}\n", "note")
    assert said(findings, RECORD, **note) == ["no `summary`, `SEV1` asks for a note by `2026-03-03T10:22Z`"]
    assert said(findings, RECORD + "summary: A chart renamed a key.\n", **note) == []
