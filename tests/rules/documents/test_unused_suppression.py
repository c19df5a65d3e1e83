"""Which suppressions are idle, and which only wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
Findings = Callable[..., tuple[Diagnostic, ...]]


def test_a_record_that_cannot_be_read_has_no_idle_suppressions(findings: Findings) -> None:
    entry = "  - {at: 2026-03-02T08:31Z, text: x}  # opsbook: ignore[INC001] the clock was slow\n"
    assert findings("unused_suppression", {PATH: "titel: t\ntimeline:\n" + entry}) == ()
    assert len(findings("unused_suppression", {PATH: "title: t\ntimeline:\n" + entry})) == 1


def test_a_rule_that_nobody_knows_is_said(findings: Findings) -> None:
    (found,) = findings("unused_suppression", {PATH: "title: t  # opsbook: ignore[XYZ999] because\n"})
    assert (found.message, found.hint) == (
        "nothing to suppress: `XYZ999` finds nothing here",
        "no rule is called `XYZ999`",
    )


def test_an_end_that_is_no_date_is_over(findings: Findings) -> None:
    text = (
        "title: t\n"
        "timeline:\n"
        "  - {at: 2026-03-02T09:06Z, text: x}\n"
        "  - {at: 2026-03-02T08:31Z, text: x}  # opsbook: ignore[INC001] soon until=spring\n"
    )
    (found,) = findings("expired_suppression", {PATH: text})
    assert found.message == "the suppression of `INC001` ends on no date"


def test_the_last_day_of_a_suppression_still_counts(findings: Findings) -> None:
    text = (
        "title: t\n"
        "timeline:\n"
        "  - {at: 2026-03-02T09:06Z, text: x}\n"
        "  - {at: 2026-03-02T08:31Z, text: x}  # opsbook: ignore[INC001] soon until=2026-04-30\n"
    )
    last = datetime(2026, 4, 30, 23, 59, tzinfo=UTC)
    assert findings("expired_suppression", {PATH: text}, at=last) == ()
    assert len(findings("expired_suppression", {PATH: text}, at=datetime(2026, 5, 1, tzinfo=UTC))) == 1


def test_a_suppression_with_an_end_may_wait_for_a_day_that_comes(findings: Findings) -> None:
    def idle(until: str) -> int:
        text = (
            "title: t\n"
            "action_items:\n"
            "  pool:\n"
            "    title: Check the pool size\n"
            f"    due: 2026-04-20  # opsbook: ignore[overdue_action_item] vendor ships in May{until}\n"
        )
        return len(findings("unused_suppression", {PATH: text}))

    assert idle(until=" until=2026-05-31") == 0
    assert idle(until=" until=2026-03-31") == 1
    assert idle(until="") == 1


def test_what_answered_a_change_stays_when_it_is_merged(findings: Findings) -> None:
    override = (
        "rotation: primary\nreason: ben is ill\ncovers:\n"
        "  - {from: 2026-03-02T09:00Z, to: 2026-03-03T09:00Z, on: [ana]}  # opsbook: ignore[ROT017] agreed\n"
    )
    assert findings("unused_suppression", {"rotations/overrides/2026-03-02-ill.yaml": override}) == ()
