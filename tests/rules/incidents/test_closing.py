"""When an incident may be closed, and who says that it may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Says = Callable[..., list[str]]
MITIGATED, RESOLVED = "09:33 milestone: mitigated", "09:40 milestone: resolved"
TRUE = "closure: {metrics_at_baseline: true, no_customer_reports: true}\n"
IGNORED = ["kind: drill\n", "kind: near-miss\n", "kind: false-alarm\n", "duplicate_of: x\n"]


def closed(at: str) -> str:
    return f"{at} milestone: closed"


def test_half_an_hour_after_the_mitigation_is_enough(says: Says) -> None:
    assert says("closed_too_soon", f"{MITIGATED}; {RESOLVED}; {closed('10:03')}", top=TRUE) == []
    assert says("closed_too_soon", f"{MITIGATED}; {RESOLVED}; {closed('10:02')}", top=TRUE) == [
        "3 `closed` 29m after `mitigated` at `09:33Z`, before it was stable for `30m`"
    ]


def test_without_a_mitigation_the_resolution_counts(says: Says) -> None:
    assert says("closed_too_soon", f"{RESOLVED}; {closed('10:09')}") == [
        "2 `closed` 29m after `resolved` at `09:40Z`, before it was stable for `30m`"
    ]


def test_the_last_of_several_mitigations_counts(says: Says) -> None:
    again = f"{MITIGATED}; 10:00 milestone: mitigated; 10:05 milestone: resolved; {closed('10:20')}"
    assert [each[:17] for each in says("closed_too_soon", again)] == ["4 `closed` 20m af"]


def test_a_reopening_begins_anew(says: Says) -> None:
    first = f"{MITIGATED}; {RESOLVED}; {closed('10:30')}; 11:00 milestone: reopened"
    second = f"11:10 milestone: mitigated; 11:15 milestone: resolved; {closed('11:20')}"
    assert says("closed_too_soon", f"{first}; {second}") == [
        "7 `closed` 10m after `mitigated` at `11:10Z`, before it was stable for `30m`"
    ]


def test_a_reason_excuses_it(says: Says) -> None:
    top = TRUE.replace("}", ', because: "The service is gone"}')
    assert says("closed_too_soon", f"{RESOLVED}; {closed('09:45')}", top=top) == []


def test_a_time_that_was_guessed_is_not_judged(says: Says) -> None:
    assert says("closed_too_soon", f"{RESOLVED}, approximate: true; {closed('09:45')}") == []


def test_an_impossible_order_has_a_rule_of_its_own(says: Says) -> None:
    assert says("closed_too_soon", f"{closed('09:30')}; {RESOLVED}") == []


@pytest.mark.parametrize("top", IGNORED)
def test_what_does_not_count_may_be_closed_at_once(says: Says, top: str) -> None:
    timeline = f"{RESOLVED}; {closed('09:41')}"
    assert says("closed_too_soon", timeline, top=top) == []
    assert says("unattested_closure", timeline, top=top) == []


def test_a_closing_is_attested(says: Says) -> None:
    timeline = f"{RESOLVED}; {closed('10:45')}"
    assert says("unattested_closure", timeline) == ["2 `closed`, but nobody attests the closing criteria"]
    assert says("unattested_closure", timeline, top=TRUE) == []


@pytest.mark.parametrize("criterion", ["metrics_at_baseline", "no_customer_reports"])
def test_a_criterion_that_does_not_hold_needs_a_reason(says: Says, criterion: str) -> None:
    top = TRUE.replace(f"{criterion}: true", f"{criterion}: false")
    timeline = f"{RESOLVED}; {closed('10:45')}"
    assert [each.partition(" ")[2] for each in says("unattested_closure", timeline, top=top)] == [
        f"`closed` with `{criterion}: false`, and no reason"
    ]
    reason = top.replace("}", ', because: "Two late mails, both answered"}')
    assert says("unattested_closure", timeline, top=reason) == []


def test_an_incident_that_was_reopened_is_not_closed_now(says: Says) -> None:
    assert says("unattested_closure", f"{RESOLVED}; {closed('10:45')}; 11:00 milestone: reopened") == []
