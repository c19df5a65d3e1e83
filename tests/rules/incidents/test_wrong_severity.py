"""How the severity at the top is put right without touching anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic
from opsbook.edits import apply

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
TIMELINE = 'timeline:\n  - {at: 2026-03-02T09:14Z, severity: SEV1, text: "Declared"}\n'
NUMBERS = """levels:
  "0": {name: Out, definition: Nobody can buy}
  "1": {name: Bad, definition: Some cannot buy}
"""
Findings = Callable[..., tuple[Diagnostic, ...]]


def mended(findings: Findings, text: str, policy: str | None = None) -> str | None:
    """The text after the fix; as it was where nothing is found; None where there is no fix."""
    files = {PATH: text} | ({"policies/severities.yaml": policy} if policy else {})
    found = findings("wrong_severity", files)
    if not found:
        return text
    if found[0].fix is None:
        return None
    edits = [(edit.location.span, edit.replacement) for edit in found[0].fix.edits]
    return apply(found[0].location.source.text, edits)


@pytest.mark.parametrize(
    ("top", "after"),
    [
        ("title: t\nseverity: SEV2  # raised?\n", "title: t\nseverity: SEV1  # raised?\n"),
        ('title: t\nseverity: "SEV2"\n', 'title: t\nseverity: "SEV1"\n'),
        ("title: t\nseverity: 'SEV2'\n", "title: t\nseverity: 'SEV1'\n"),
        ("title: t\nseverity:\n", "title: t\nseverity: SEV1\n"),
        ("title: t\nseverity: ~\n", "title: t\nseverity: SEV1\n"),
        ("title: t  # once\nservices: []\n", "title: t  # once\nseverity: SEV1\nservices: []\n"),
        ("kind: drill\n\ntitle: t\n\n", "kind: drill\n\ntitle: t\nseverity: SEV1\n\n"),
        ("title: one\n  line more\n", "title: one\n  line more\nseverity: SEV1\n"),
        ("---\ntitle: t\n", "---\ntitle: t\nseverity: SEV1\n"),
    ],
)
def test_only_the_severity_changes(findings: Findings, top: str, after: str) -> None:
    assert mended(findings, top + TIMELINE) == after + TIMELINE


def test_a_new_line_ends_as_the_others_do(findings: Findings) -> None:
    text = ("title: t\n" + TIMELINE).replace("\n", "\r\n")
    assert mended(findings, text) == text.replace("title: t\r\n", "title: t\r\nseverity: SEV1\r\n")


def test_a_new_line_is_indented_as_the_others_are(findings: Findings) -> None:
    text = "  title: t\n  timeline:\n  - {at: 2026-03-02T09:14Z, severity: SEV1, text: x}"
    assert mended(findings, text) == text.replace("title: t\n", "title: t\n  severity: SEV1\n")


def test_a_last_line_without_an_end_gets_one(findings: Findings) -> None:
    timeline = "timeline: [{at: 2026-03-02T09:14Z, severity: SEV1, text: x}]\n"
    assert mended(findings, timeline + "title: t") == timeline + "title: t\nseverity: SEV1"


def test_a_level_that_looks_like_a_number_is_written_in_quotes(findings: Findings) -> None:
    timeline = 'timeline: [{at: 2026-03-02T09:14Z, severity: "1", text: x}]\n'
    assert mended(findings, "title: t\n" + timeline, NUMBERS) == 'title: t\nseverity: "1"\n' + timeline


@pytest.mark.parametrize("title", ["{title: t, ", "title: |\n  t\n", "title: >-\n  t\n", "? title\n: t\n"])
def test_where_a_line_has_no_place_there_is_no_fix(findings: Findings, title: str) -> None:
    flow = "timeline: [{at: 2026-03-02T09:14Z, severity: SEV1, text: x}]"
    assert mended(findings, title + flow + ("}" if title[0] == "{" else "\n")) is None


@pytest.mark.parametrize(
    "text",
    [
        "title: t\nseverity: SEV1\n" + TIMELINE,
        "title: t\nseverity: SEV3\ntimeline: [{at: 2026-03-02T09:14Z, text: x}]\n",
        "title: t\nseverity: P1\n" + TIMELINE,  # an alias: unknown_reference says how it is written
        "title: t\nseverity: SEV1\n" + TIMELINE.replace("SEV1", "P1"),
        "title: t\nseverity: SEV2\n" + TIMELINE + "  - {at: 2026-03-02T08:14Z, severity: SEV2, text: x}\n",
    ],
    ids=["the same", "no word of it", "an alias above", "an alias below", "out of order"],
)
def test_nothing_is_said_where_others_have_the_word(findings: Findings, text: str) -> None:
    assert mended(findings, text) == text
