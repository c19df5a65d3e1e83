"""The date of a folder, in the book's zone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]


def said(findings: Findings, folder: str, timeline: str, zone: str = "UTC") -> list[str]:
    files = {
        "opsbook.toml": f'timezone = "{zone}"\n',
        f"incidents/{folder[:4]}/{folder}/incident.yaml": f"title: T\ntimeline:\n{timeline}",
    }
    return [each.message for each in findings("misdated_folder", files)]


DECLARED = "  - {{at: {}, milestone: declared, text: Declared}}\n"
PLAIN = "  - {{at: {}, text: Noticed}}\n"


@pytest.mark.parametrize(
    ("zone", "declared", "found"),
    [
        ("UTC", "2026-03-02T23:30Z", False),
        ("Europe/Berlin", "2026-03-02T23:30Z", True),  # half past midnight there
        ("Europe/Berlin", "2026-03-01T23:30Z", False),
        ("America/Los_Angeles", "2026-03-03T07:59Z", False),
        ("Pacific/Kiritimati", "2026-03-01T10:00Z", False),
        ("Pacific/Kiritimati", "2026-03-01T09:59Z", True),
    ],
)
def test_the_day_is_that_of_the_books_zone(findings: Findings, zone: str, declared: str, found: bool) -> None:
    assert bool(said(findings, "2026-03-02-checkout", DECLARED.format(declared), zone)) is found


def test_any_day_from_its_beginning_to_its_declaration_passes(findings: Findings) -> None:
    timeline = (
        "  - {at: 2026-03-02T23:50Z, milestone: started, text: Deployed}\n"
        "  - {at: 2026-03-03T08:00Z, milestone: detected, text: Noticed}\n"
    ) + DECLARED.format("2026-03-04T00:10Z")
    passes = [day for day in range(1, 9) if not said(findings, f"2026-03-0{day}-checkout", timeline)]
    assert passes == [2, 3, 4]


def test_without_a_declaration_a_day_before_and_after_pass(findings: Findings) -> None:
    timeline = PLAIN.format("2026-03-03T10:00Z") + PLAIN.format("2026-03-05T10:00Z")
    passes = [day for day in range(1, 9) if not said(findings, f"2026-03-0{day}-checkout", timeline)]
    assert passes == [2, 3, 4, 5, 6]


def test_a_record_without_a_timeline_says_nothing_of_its_day(findings: Findings) -> None:
    files = {"incidents/2026/2026-03-02-checkout/incident.yaml": "title: T\n"}
    assert findings("misdated_folder", files) == ()


@pytest.mark.parametrize("folder", ["2026-13-40-checkout", "2026-checkout", "20260302-checkout"])
def test_a_name_that_begins_with_no_date_is_let_be(findings: Findings, folder: str) -> None:
    assert said(findings, folder, DECLARED.format("2026-03-09T10:00Z")) == []


def test_the_first_declaration_counts(findings: Findings) -> None:
    timeline = DECLARED.format("2026-03-02T10:00Z") + DECLARED.format("2026-03-05T10:00Z")
    assert said(findings, "2026-03-02-checkout", timeline) == []
    assert said(findings, "2026-03-05-checkout", timeline) == [
        "declared on `2026-03-02` in `UTC`, but the folder says `2026-03-05`"
    ]
