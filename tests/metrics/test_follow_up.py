"""When action items and post-mortems are due: edges of days, zones, clocks and severities."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.defaults import severities
from opsbook.metrics.business_days import Calendar, Terms
from opsbook.metrics.follow_up import allowed_until, due_days, postmortem_due, resolved_at
from opsbook.model.incident import ActionItem, Entry, Incident, Milestone
from opsbook.model.time import instant, local_day, write_instant

BERLIN, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
POLICY = severities()


def incident(*steps: tuple[str, Milestone], severity: str | None = "SEV1", **more: object) -> Incident:
    timeline = tuple(Entry(at=instant(at), milestone=name, text="x") for at, name in steps)
    return Incident.model_validate({"title": "t", "severity": severity, "timeline": timeline, **more})


RESOLVED = incident(("2026-03-02T23:30Z", "resolved"))


def test_the_days_that_the_policy_allows_are_counted_in_the_books_zone() -> None:
    assert allowed_until(RESOLVED, Terms(POLICY, Calendar(UTC))) == date(2026, 4, 1)
    assert allowed_until(RESOLVED, Terms(POLICY, Calendar(BERLIN))) == date(2026, 4, 2)


MINUTES = st.integers(0, 3 * 365 * 24 * 60)


@given(MINUTES, st.sampled_from([UTC, BERLIN]))
def test_thirty_days_are_thirty_days_whatever_the_hour_and_the_clock_changes(
    minutes: int, zone: ZoneInfo
) -> None:
    at = instant("2026-01-01T00:00Z") + timedelta(minutes=minutes)
    last = allowed_until(incident((write_instant(at), "resolved")), Terms(POLICY, Calendar(zone)))
    assert last == local_day(at, zone) + timedelta(days=30)


def test_a_date_of_its_own_beats_the_policy() -> None:
    own, none = ActionItem(title="a", due="2026-03-16"), ActionItem(title="b")
    record = RESOLVED.model_copy(update={"action_items": {"a": own, "b": none}})
    assert due_days(record, Terms(POLICY, Calendar(UTC))) == {"a": date(2026, 3, 16), "b": date(2026, 4, 1)}


@pytest.mark.parametrize(
    "record",
    [
        incident(("2026-03-02T09:00Z", "declared")),
        incident(("2026-03-02T10:00Z", "resolved"), ("2026-03-02T11:00Z", "reopened")),
        incident(("2026-03-02T10:00Z", "resolved"), severity=None),
        incident(("2026-03-02T10:00Z", "resolved"), severity="SEV9"),
    ],
    ids=["open", "open again", "without a severity", "of an unknown severity"],
)
def test_nothing_is_due_of_an_incident(record: Incident) -> None:
    assert allowed_until(record, Terms(POLICY, Calendar(UTC))) is None
    assert postmortem_due(record, Terms(POLICY, Calendar(UTC))) == {}


def test_what_is_resolved_again_is_due_from_then_on() -> None:
    record = incident(
        ("2026-03-02T10:00Z", "resolved"),
        ("2026-03-02T11:00Z", "reopened"),
        ("2026-03-03T12:00Z", "resolved"),
    )
    assert resolved_at(record) == instant("2026-03-03T12:00Z")
    assert allowed_until(record, Terms(POLICY, Calendar(UTC))) == date(2026, 4, 2)


def test_the_clocks_of_the_worst_severity_count() -> None:
    record = incident(("2026-03-02T10:00Z", "resolved"), severity="SEV3")
    record = record.model_copy(
        update={
            "timeline": (Entry(at=instant("2026-03-02T09:00Z"), severity="SEV1", text="x"), *record.timeline)
        }
    )
    assert postmortem_due(record, Terms(POLICY, Calendar(UTC))) == {
        "draft": instant("2026-03-03T10:00Z"),
        "review": instant("2026-03-04T10:00Z"),
        "published": instant("2026-03-09T10:00Z"),
    }


def test_the_earliest_of_two_clocks_counts() -> None:
    sooner = POLICY.clocks[-1].model_copy(update={"severity": (), "within": timedelta(hours=1)})
    policy = POLICY.model_copy(update={"clocks": (*POLICY.clocks, sooner)})
    assert postmortem_due(RESOLVED, Terms(policy, Calendar(UTC)))["published"] == instant("2026-03-03T00:30Z")


@pytest.mark.parametrize("more", [{"kind": "drill"}, {"duplicate_of": "2026-03-02-other"}])
def test_a_drill_and_a_duplicate_need_no_postmortem(more: dict[str, object]) -> None:
    record = incident(("2026-03-02T10:00Z", "resolved"), **more)
    assert postmortem_due(record, Terms(POLICY, Calendar(UTC))) == {}
