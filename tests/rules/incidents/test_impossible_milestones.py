"""Which orders of milestones can be."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"


@pytest.fixture
def said(findings: Callable[..., tuple[Diagnostic, ...]]) -> Callable[[str], list[str]]:
    """The messages for a timeline written as `09:02 started, 09:06 detected, 09:10`."""

    def messages(milestones: str) -> list[str]:
        lines = ["title: Checkout answers 502", "timeline:"]
        for entry in milestones.split(", "):
            time, _, milestone = entry.partition(" ")
            word = f"milestone: {milestone}, " if milestone else ""
            lines.append(f"  - {{at: 2026-03-02T{time}Z, {word}text: x}}")
        found = findings("impossible_milestones", {PATH: "\n".join(lines) + "\n"})
        return [each.message.replace("2026-03-02T", "") for each in found]

    return messages


@pytest.mark.parametrize(
    "milestones",
    [
        "09:00 started, 09:06 detected, 09:09 acknowledged, 09:14 declared, 09:33 mitigated, 10:10 resolved",
        "09:00 started, 09:00 detected, 09:00 mitigated, 09:00 resolved, 09:00 closed",
        "09:00 started, 09:20 mitigated, 09:40 detected, 09:50 declared, 10:00 resolved",
        "09:00 started, 09:05 identified, 09:30 detected, 10:00 mitigated",
        "09:00 started, 09:10 detected, 10:00 resolved, 10:30 declared, 10:40 closed",
        "09:00 declared, 09:30 started, 09:31 detected",
        "09:00 started, 09:30 mitigated, 10:00 resolved, 10:20 reopened, 10:25 detected, 10:40 mitigated",
        "09:00 detected, 09:30 mitigated, 10:20 reopened, 10:40 mitigated, 11:00 resolved, 12:00 closed",
        "09:00 started, 09:20 mitigated, 09:40 resolved, 09:50 mitigated, 10:00 resolved",
        "09:00 closed, 09:10",
        "09:00",
    ],
)
def test_what_can_be_is_let_be(said: Callable[[str], list[str]], milestones: str) -> None:
    assert said(milestones) == []


@pytest.mark.parametrize(
    ("milestones", "message"),
    [
        ("09:00 detected, 09:10 started", "`started` at `09:10Z` after `detected` at `09:00Z`"),
        ("09:00 acknowledged, 09:10 detected", "`detected` at `09:10Z` after `acknowledged` at `09:00Z`"),
        ("09:00 identified, 09:10 started", "`started` at `09:10Z` after `identified` at `09:00Z`"),
        ("09:00 mitigated, 09:10 started", "`started` at `09:10Z` after `mitigated` at `09:00Z`"),
        ("09:00 resolved, 09:10 mitigated", "`mitigated` at `09:10Z` after `resolved` at `09:00Z`"),
        ("09:00 closed, 09:10 resolved", "`resolved` at `09:10Z` after `closed` at `09:00Z`"),
        ("09:00 reopened", "`reopened`, but nothing was mitigated, resolved or closed before"),
        (
            "09:00 mitigated, 09:30 reopened, 09:40 resolved, 09:50 mitigated",
            "`mitigated` at `09:50Z` after `resolved` at `09:40Z`",
        ),
    ],
)
def test_what_cannot_be_is_reported(said: Callable[[str], list[str]], milestones: str, message: str) -> None:
    assert said(milestones) == [message]


def test_one_wrong_time_is_one_finding_at_the_milestone_that_contradicts_most(
    said: Callable[[str], list[str]],
) -> None:
    assert said("09:00 closed, 09:06 started, 09:33 mitigated, 10:10 resolved") == [
        "`closed` at `09:00Z` before `started` at `09:06Z`"
    ]
    assert said("09:06 detected, 09:09 acknowledged, 09:33 mitigated, 10:10 started") == [
        "`started` at `10:10Z` after `detected` at `09:06Z`"
    ]


def test_a_time_that_does_not_fit_its_place_is_left_to_timeline_out_of_order(
    said: Callable[[str], list[str]],
) -> None:
    assert said("19:02 started, 09:06 detected, 09:33 mitigated") == []
    assert said("19:33 mitigated, 10:20 reopened") == []
