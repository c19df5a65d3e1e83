"""Which sections a post-mortem is asked for, and which are said to be empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
FULL = [
    "no section `Summary`",
    "no section `Timeline`",
    "no section `Root cause`",
    "no section `Impact`",
    "no section `What went well`",
    "no section `What went wrong`",
    "no section `Action items`",
]
SHORT = ["no section `Summary`", "no section `Root cause`", "no section `Action items`"]


def said(
    findings: Findings, page: str, record: str | None = None, rule: str = "missing_section"
) -> list[str]:
    files = {f"{FOLDER}/postmortem.md": page}
    if record is not None:
        files[f"{FOLDER}/incident.yaml"] = record
    return [each.message for each in findings(rule, files)]


@pytest.mark.parametrize(
    ("record", "messages"),
    [
        (None, FULL),
        ("title: [broken\n", FULL),
        ("title: t\nseverity: SEV0\n", FULL),
        ("title: t\nseverity: SEV2\n", SHORT),
        ('title: t\nseverity: SEV3\ntimeline: [{at: 2026-03-02T09:00Z, severity: SEV2, text: "x"}]\n', SHORT),
        ("title: t\nseverity: SEV3\n", []),
        ("title: t\n", []),
        ("title: t\nseverity: SEV0\nkind: drill\n", []),
    ],
)
def test_the_worst_severity_decides_what_is_asked_for(
    findings: Findings, record: str | None, messages: list[str]
) -> None:
    assert sorted(said(findings, "# Title\n", record)) == sorted(messages)


@pytest.mark.parametrize(
    ("status", "asked"), [("status: draft\n", 0), ("status: in-review\n", 7), ("authors: [ana]\n", 7)]
)
def test_only_a_page_that_says_so_is_a_draft(findings: Findings, status: str, asked: int) -> None:
    assert len(said(findings, f"---\n{status}---\n# Title\n")) == asked
    template = f"---\n{status}---\n# Title\n" + "".join(f"\n## {name[12:-1]}\n" for name in FULL)
    assert len(said(findings, template, rule="empty_section")) == asked


def test_labels_and_other_names_are_sections_too(findings: Findings) -> None:
    page = """\
- **Key events**
  - 12:32 detected
- **Impact**: none
- **Review actions**:
  - Test it

## Executive summary

It broke.

## Contributing factors (findings)

A typo.

## What went well?

Luck.

## What could have gone better?

The rest.
"""
    assert said(findings, page) == []
    assert said(findings, page, rule="empty_section") == []


def test_a_heading_that_stands_for_two_sections_is_empty_once(findings: Findings) -> None:
    assert said(findings, "# Title\n\n## Summary of impact\n", rule="empty_section") == [
        "section `Summary of impact` is empty"
    ]


@pytest.mark.parametrize(
    ("heading", "reported"), [("Summary", ["`Summary` after `Impact`"]), ("Context", [])]
)
def test_a_summary_by_the_settings_alone_stands_where_the_collection_has_it(
    findings: Findings, heading: str, reported: list[str]
) -> None:
    page = f"# Checkout\n\n## Impact\n\nMuch.\n\n## {heading}\n\nA chart renamed a key.\n"
    files = {
        "opsbook.toml": '[headings]\nsummary = ["context"]\n',
        f"{FOLDER}/postmortem.md": f"---\nstatus: in-review\n---\n{page}",
    }
    assert [each.message for each in findings("section_out_of_order", files)] == reported
    missing = [each.message for each in findings("missing_section", files)]
    assert "no section `Summary`" not in missing
