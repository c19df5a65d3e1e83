"""What is progress, what is escalation, and what is neither."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
DECLARED = "09:14 milestone: declared, severity: SEV1, roles: {incident-commander: ana}"
START = f"{DECLARED}; 09:20 type: finding, by: ben"
END = "10:10 milestone: mitigated"
STOOD = ["{} no progress after `09:20Z` until `10:10Z`, expected somebody new after 30m"]


def stood(entry: int) -> list[str]:
    return [STOOD[0].format(entry)]


@pytest.mark.parametrize(
    "step",
    [
        "milestone: identified",
        "type: decision",
        "type: finding",
        "type: action",
        "runbook: {id: database-failover, result: failed}",
        "severity: SEV0",
        "page: {person: chi}",
    ],
)
def test_progress_and_somebody_new_start_the_time_anew(says: Says, step: str) -> None:
    assert says("no_progress", f"{START}; {END}") == stood(3)
    assert says("no_progress", f"{START}; 09:45 {step}; {END}") == []


@pytest.mark.parametrize(
    "step",
    [
        "update: {audience: public}",
        "roles: {incident-commander: ben}",
        "roles: {subject-matter-expert: chi}",
        "page: {person: ana}",
        "page: {person: ben}",
        "by: ana",
        "services: {checkout: degraded}",
    ],
)
def test_talk_is_no_progress(says: Says, step: str) -> None:
    assert says("no_progress", f"{START}; 09:45 {step}; {END}") == stood(4)


def test_somebody_is_new_once(says: Says) -> None:
    once = f"{START}; 09:45 page: {{person: chi}}; 10:15 page: {{person: chi}}; 10:25 milestone: mitigated"
    assert says("no_progress", once) == [
        "5 no progress after `09:45Z` until `10:25Z`, expected somebody new after 30m"
    ]


def test_an_open_incident_is_asked_as_soon_as_the_time_is_over(says: Says) -> None:
    assert says("no_progress", START, at="09:52") == []
    assert says("no_progress", START, at="09:53") == [
        "2 no progress after `09:20Z` and nobody new was paged, expected within 30m"
    ]


def test_what_is_reopened_is_judged_anew(says: Says) -> None:
    again = "12:00 milestone: reopened; 12:40 type: finding; 12:50 milestone: mitigated"
    assert says("no_progress", f"{START}; 09:40 milestone: mitigated; {again}") == [
        "5 no progress after `12:00Z` until `12:40Z`, expected somebody new after 30m"
    ]


def test_talk_from_beginning_to_end_is_no_progress(says: Says) -> None:
    talk = f"{DECLARED}; 09:30 update: {{audience: internal}}; 09:50 roles: {{responder: chi}}"
    assert says("no_progress", talk, at="10:00") == [
        "1 no progress after `09:14Z` and nobody new was paged, expected within 30m"
    ]
    assert len(says("no_progress", f"{talk}; {END}")) == 1


@pytest.mark.parametrize(
    ("timeline", "top"),
    [
        (f"{START.replace('SEV1', 'SEV2')}; {END}", ""),
        (f"{DECLARED}; 09:20 by: ben; {END}", ""),
        ("09:14 milestone: declared, severity: SEV1; 09:50 by: ben", ""),
        (f"{START}; {END}", 'links: {source: "https://status.example.com/1"}\n'),
        (f"09:10 milestone: mitigated; {START}; 10:30 milestone: resolved", ""),
        (f"{START}; {END}", "kind: drill\n"),
        (f"{START}; {END}", "duplicate_of: 2026-03-01-checkout-5xx\n"),
        (START.replace("severity: SEV1, ", "") + f"; {END}", ""),
    ],
    ids=["may wait", "tells no progress from talk", "still does not", "from a feed", "mended when declared",
         "a drill", "a duplicate", "no severity"],
)  # fmt: skip
def test_nobody_is_asked_to_escalate(says: Says, timeline: str, top: str) -> None:
    assert says("no_progress", timeline, top) == []
