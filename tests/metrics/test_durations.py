"""How long the stages of an incident took: missing milestones, relapses, guesses, and what goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.defaults import severities
from opsbook.metrics.durations import (
    Durations,
    Effort,
    Kept,
    Length,
    began,
    durations,
    effort,
    marks,
    time_in_severity,
    update_compliance,
)
from opsbook.model.incident import Entry, Incident
from opsbook.model.time import instant

POLICY = severities()


def at(clock: str) -> Any:
    return instant(f"2026-03-02T{clock}Z")


LATER = at("23:00")


def incident(*steps: str, **more: object) -> Incident:
    """`09:02 started`, `~09:06 detected`: milestones of one day; a `~` is a guess."""
    timeline = tuple(
        Entry.model_validate(
            {
                "at": at(step.lstrip("~").split()[0]),
                "milestone": step.split()[1],
                "approximate": step[0] == "~",
                "text": "x",
            }
        )
        for step in steps
    )
    return Incident.model_validate({"title": "t", "severity": "SEV1", "timeline": timeline, **more})


def minutes(number: float, **flags: bool) -> Length:
    return Length(timedelta(minutes=number), **flags)


WHOLE = incident(
    "09:00 started", "09:04 detected", "09:07 acknowledged", "09:12 declared", "09:51 mitigated",
    "10:20 resolved", "11:00 closed",
)  # fmt: skip


def test_each_stage_is_measured_between_its_milestones() -> None:
    assert durations(WHOLE, LATER) == Durations(
        minutes(4), minutes(3), minutes(8), minutes(51), minutes(80), minutes(68)
    )


def test_a_relapse_counts_and_the_quiet_before_it_does_not() -> None:
    record = incident(
        "09:00 started", "09:10 declared", "09:30 mitigated", "10:00 resolved",
        "12:00 reopened", "12:15 mitigated", "12:45 resolved",
    )  # fmt: skip
    found = durations(record, LATER)
    assert found.mitigate == minutes(30 + 15)
    assert found.resolve == minutes(60 + 45)
    assert found.respond == minutes(50 + 45)


def test_a_relapse_before_the_repair_was_declared_done_is_one_stretch_of_response() -> None:
    record = incident(
        "09:00 started", "09:30 mitigated", "09:40 reopened", "09:50 mitigated", "10:00 resolved"
    )
    found = durations(record, LATER)
    assert found.mitigate == minutes(40)
    assert found.resolve == minutes(60)


def test_without_a_start_the_impact_is_measured_from_detection_and_says_so() -> None:
    record = incident("09:04 detected", "09:51 mitigated", "10:20 resolved")
    found = durations(record, LATER)
    assert found.detect is None
    assert found.mitigate == minutes(47, from_detection=True)
    assert found.resolve == minutes(76, from_detection=True)


def test_with_neither_nothing_is_known_of_the_impact() -> None:
    found = durations(incident("09:12 declared", "10:20 resolved"), LATER)
    assert found == Durations(respond=minutes(68))


@pytest.mark.parametrize(
    ("missing", "figure"),
    [
        ("detected", "detect"),
        ("acknowledged", "acknowledge"),
        ("declared", "declare"),
        ("mitigated", "mitigate"),
        ("resolved", "resolve"),
    ],
)
def test_a_milestone_that_was_overtaken_is_missing_and_never_0(missing: str, figure: str) -> None:
    kept = tuple(each for each in WHOLE.timeline if each.milestone != missing)
    found = durations(Incident(title="t", severity="SEV1", timeline=kept), LATER)
    assert getattr(found, figure) is None


def test_what_nothing_overtook_goes_on() -> None:
    record = incident("09:00 started", "09:04 detected", "09:12 declared")
    found = durations(record, at("09:30"))
    assert found == Durations(
        detect=minutes(4),
        acknowledge=None,  # declared by somebody who had seen it
        declare=minutes(8),
        mitigate=minutes(30, over=False),
        resolve=minutes(30, over=False),
        respond=minutes(18, over=False),
    )


def test_a_reopened_incident_goes_on_from_there() -> None:
    record = incident("09:00 started", "09:30 mitigated", "10:00 resolved", "12:00 reopened")
    found = durations(record, at("12:10"))
    assert found.mitigate == minutes(40, over=False)
    assert found.resolve == minutes(70, over=False)


def test_what_the_record_says_of_later_is_not_known_yet() -> None:
    assert durations(WHOLE, at("09:30")) == Durations(
        minutes(4), minutes(3), minutes(8), minutes(30, over=False), minutes(30, over=False),
        minutes(18, over=False),
    )  # fmt: skip
    assert durations(WHOLE, at("08:00")) == Durations()


def test_a_guess_marks_every_figure_that_is_measured_from_it() -> None:
    record = incident("~09:00 started", "09:04 detected", "09:07 acknowledged", "09:51 mitigated")
    found = durations(record, LATER)
    assert found.detect == minutes(4, approximate=True)
    assert found.acknowledge == minutes(3)
    assert found.mitigate == minutes(51, approximate=True)


def test_an_order_that_cannot_be_gives_no_figure() -> None:
    record = incident("09:00 detected", "09:05 started", "09:03 acknowledged", "09:01 mitigated")
    found = durations(record, LATER)
    assert found.detect is None
    assert found.mitigate is None


def test_declared_after_the_repair_needed_no_response() -> None:
    found = durations(incident("09:00 started", "09:30 mitigated", "10:00 declared", "10:10 resolved"), LATER)
    assert found.respond is None
    assert found.resolve == minutes(70)


def test_an_incident_begins_with_the_earliest_sign_that_is_known() -> None:
    assert began(marks(WHOLE)) == at("09:00")
    assert began(marks(incident("09:12 declared", "09:04 detected"))) == at("09:04")
    assert began(marks(incident("10:00 resolved"))) == at("10:00")
    assert began(()) is None


STEPS = st.lists(
    st.tuples(
        st.integers(0, 20 * 60),
        st.sampled_from(
            ["started", "detected", "acknowledged", "declared", "mitigated", "resolved", "closed", "reopened"]
        ),
    ),
    max_size=12,
)


@given(STEPS, st.integers(0, 22 * 60))
def test_no_length_is_negative_and_none_is_longer_than_the_timeline(
    steps: list[tuple[int, str]], until: int
) -> None:
    record = incident(*(f"{each // 60:02}:{each % 60:02} {name}" for each, name in steps))
    as_of = at("00:00") + timedelta(minutes=until)
    for found in durations(record, as_of):
        assert found is None or timedelta() <= found.time <= timedelta(minutes=until)


@given(STEPS)
def test_the_order_in_which_entries_stand_does_not_matter(steps: list[tuple[int, str]]) -> None:
    distinct = list({each: (each, name) for each, name in steps}.values())
    written = [f"{each // 60:02}:{each % 60:02} {name}" for each, name in distinct]
    assert durations(incident(*written), LATER) == durations(incident(*reversed(written)), LATER)


# ── severities, people, updates ───────────────────────────────────────────────────────────


def told(*entries: dict[str, Any], **more: Any) -> Incident:
    lines = [{"text": "x", **each, "at": at(each["at"])} for each in entries]
    return Incident.model_validate({"title": "t", "timeline": lines, **more})


def test_time_in_a_severity_is_that_of_the_response() -> None:
    record = told(
        {"at": "09:00", "milestone": "declared", "severity": "SEV2"},
        {"at": "09:10", "severity": "SEV1"},
        {"at": "09:50", "milestone": "resolved"},
        {"at": "11:00", "severity": "SEV3"},
    )
    assert time_in_severity(record, LATER) == {"SEV2": timedelta(minutes=10), "SEV1": timedelta(minutes=40)}
    assert time_in_severity(record, at("09:20")) == {
        "SEV2": timedelta(minutes=10),
        "SEV1": timedelta(minutes=10),
    }


def test_people_and_hours_go_from_the_first_word_to_the_last_or_while_a_role_is_held() -> None:
    record = told(
        {"at": "09:00", "milestone": "declared", "roles": {"incident-commander": "ana"}, "by": "ana"},
        {"at": "09:10", "by": "ben"},
        {"at": "09:20", "by": "system:alertmanager"},
        {"at": "09:40", "by": "ben"},
        {"at": "10:00", "milestone": "resolved"},
    )
    assert effort(record, LATER) == Effort(2, 1.5)


def test_an_update_counts_as_kept_when_it_came_as_soon_as_the_severity_asks() -> None:
    record = told(
        {"at": "09:00", "milestone": "declared", "severity": "SEV1"},
        {"at": "09:20", "update": {"audience": "internal"}},
        {"at": "09:25", "update": {"audience": "public"}},
        {"at": "10:10", "update": {"audience": "internal"}},
        {"at": "10:20", "milestone": "resolved"},
    )
    found = update_compliance(record, POLICY, LATER)
    assert 0 < found.in_time < found.owed


def test_nothing_is_owed_before_it_is_due() -> None:
    record = told({"at": "09:00", "milestone": "declared", "severity": "SEV1"})
    assert update_compliance(record, POLICY, at("09:20")) == Kept(0, 0)
    assert update_compliance(record, POLICY, at("09:40")).in_time == 0


def test_people_who_responded_without_a_severity_responded_at_none() -> None:
    assert time_in_severity(incident("09:12 declared", "10:20 resolved", severity=None), LATER) == {}
