"""When somebody held a role, and when nobody had to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
DECLARED = "09:14 milestone: declared, severity: SEV2"
END = "09:40 milestone: mitigated; 10:00 milestone: resolved"
FEED = 'links: {source: "https://status.example.com/1"}\n'
Said = Callable[..., list[str]]


@pytest.fixture
def said(findings: Callable[..., tuple[Diagnostic, ...]]) -> Said:
    """The messages for a timeline written as `09:14 milestone: declared, severity: SEV1; 09:20 …`."""

    def messages(timeline: str, top: str = "") -> list[str]:
        entries = "".join(
            f"  - {{at: 2026-03-02T{entry[:5]}Z, {entry[6:]}, text: x}}\n" for entry in timeline.split("; ")
        )
        text = f"title: Checkout answers 502\n{top}timeline:\n{entries}"
        return [each.message for each in findings("missing_role", {PATH: text})]

    return messages


def test_every_missing_role_is_named(said: Said) -> None:
    assert said(f"09:14 milestone: declared, severity: SEV1; {END}") == [
        "nobody was `incident-commander` or `subject-matter-expert`, which `SEV1` asks for"
    ]


@pytest.mark.parametrize(
    "roles",
    [
        f"{DECLARED}, roles: {{responder: ana}}",
        f"09:10 roles: {{responder: ana}}; {DECLARED}",
        f"{DECLARED}; 09:35 roles: {{responder: ana}}; 09:36 roles: {{responder: []}}",
        f"{DECLARED}, roles: {{incident-commander: ana, subject-matter-expert: ben}}",
    ],
    ids=["declared with it", "taken before", "held for a minute", "staffed as SEV1"],
)
def test_a_role_held_at_any_time_of_the_response_is_held(said: Said, roles: str) -> None:
    assert said(f"{roles}; {END}") == []


def test_a_role_given_back_before_or_taken_afterwards_is_not_held(said: Said) -> None:
    assert said(f"09:00 roles: {{responder: ana}}; 09:10 roles: {{responder: []}}; {DECLARED}; {END}")
    assert said(f"{DECLARED}; {END}; 10:30 roles: {{responder: ana}}", "roles: {responder: ana}\n")


def test_a_role_that_only_the_top_mentions_was_held(said: Said) -> None:
    assert said(f"{DECLARED}; {END}", "roles: {responder: ana}\n") == []


def test_the_highest_severity_counts_though_it_was_lowered(said: Said) -> None:
    found = said(
        "09:14 milestone: declared, severity: SEV1, roles: {subject-matter-expert: ben}; "
        f"09:30 severity: SEV2, roles: {{responder: ben}}; {END}"
    )
    assert found == ["nobody was `incident-commander`, which `SEV1` asks for"]


def test_a_severity_raised_after_the_resolution_asked_nobody_for_anything(said: Said) -> None:
    record = (
        f"09:14 milestone: declared, severity: SEV2, roles: {{responder: ben}}; {END}; 11:00 severity: SEV1"
    )
    assert said(record) == []


@pytest.mark.parametrize(
    ("timeline", "top"),
    [
        ("09:14 milestone: declared, severity: SEV1; 09:40 milestone: mitigated", ""),
        (f"09:14 severity: SEV1; {END}", ""),
        (f"09:14 severity: SEV1; {END}; 10:20 milestone: declared", ""),
        (f"09:14 severity: SEV1; {END.replace(';', '; 09:50 milestone: declared;')}", ""),
        (f"09:14 milestone: declared, severity: SEV1; {END}; 10:30 milestone: reopened", ""),
        (f"09:14 milestone: declared, severity: SEV1; {END}", "kind: drill\n"),
        (f"09:14 milestone: declared, severity: SEV1; {END}", "duplicate_of: 2026-03-01-checkout-5xx\n"),
        (f"09:14 milestone: declared; {END}", ""),
        (f"09:14 milestone: declared, severity: SEV1; {END}", FEED),
    ],
    ids=["still open", "never declared", "declared afterwards", "declared when mended", "reopened", "a drill",
         "a duplicate", "no severity", "from a feed"],
)  # fmt: skip
def test_nobody_is_missed_where_nobody_had_to_lead(said: Said, timeline: str, top: str) -> None:
    assert said(timeline, top) == []


def test_a_record_from_a_feed_is_judged_once_it_names_somebody(said: Said) -> None:
    found = said(
        f"09:14 milestone: declared, severity: SEV1, roles: {{incident-commander: ana}}; {END}", FEED
    )
    assert found == ["nobody was `subject-matter-expert`, which `SEV1` asks for"]
