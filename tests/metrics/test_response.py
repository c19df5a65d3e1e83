"""When an incident was being answered, and under which severity."""

from __future__ import annotations

import pytest

from opsbook.metrics.response import MENDED, OVER, held, responses, spells
from opsbook.model.incident import Incident


def incident(timeline: str, **more: object) -> Incident:
    """An incident with a timeline written as `09:14 declared SEV1, 09:40 mitigated, 10:00`."""
    entries = []
    for line in timeline.split(", "):
        time, *words = line.split()
        entry: dict[str, str] = {"at": f"2026-03-02T{time}Z", "text": "x"}
        for word in words:
            entry["severity" if word.startswith("SEV") else "milestone"] = word
        entries.append(entry)
    return Incident.model_validate({"title": "x", "timeline": entries, **more})


def spans(timeline: str, until: tuple[str, ...] = OVER) -> list[str]:
    """Each response as `09:14-10:00`, or `09:14-` while it goes on."""
    return [
        f"{each.start:%H:%M}-{f'{each.end:%H:%M}' if each.end else ''}"
        for each in responses(incident(timeline), until)
    ]


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        ("09:00 detected, 09:14 declared, 09:40 mitigated, 10:00 resolved, 10:30 closed", ["09:14-10:00"]),
        ("09:14 declared, 09:40 mitigated", ["09:14-"]),
        ("09:14 declared, 10:30 closed", ["09:14-10:30"]),
        ("09:14 declared, 10:00 resolved, 11:00 reopened, 11:30 resolved", ["09:14-10:00", "11:00-11:30"]),
        ("09:14 declared, 10:00 resolved, 11:00 reopened", ["09:14-10:00", "11:00-"]),
        ("09:14 declared, 09:40 mitigated, 09:50 reopened, 10:30 resolved", ["09:14-10:30"]),
        ("09:14 declared, 09:20 declared, 10:00 resolved, 10:10 declared", ["09:14-10:00"]),
        ("09:40 mitigated, 09:50 declared, 10:00 resolved", []),
        ("09:40 mitigated, 09:50 declared, 10:00 resolved, 11:00 reopened", ["11:00-"]),
        ("09:40 mitigated, 09:45 reopened, 09:50 declared", ["09:50-"]),
        ("09:00 detected, 10:00 resolved, 11:00 reopened", []),
        ("10:00 resolved, 09:14 declared", ["09:14-10:00"]),
        ("09:14 declared, 09:14 resolved", ["09:14-09:14"]),
        ("09:00", []),
    ],
)
def test_a_response_lasts_from_the_declaration_or_a_reopening_to_the_end(
    timeline: str, found: list[str]
) -> None:
    assert spans(timeline) == found


def test_the_part_that_hurts_ends_when_it_is_mitigated() -> None:
    timeline = "09:14 declared, 09:40 mitigated, 09:50 reopened, 09:55 mitigated, 10:00 resolved"
    assert spans(timeline, MENDED) == ["09:14-09:40", "09:50-09:55"]


def test_steps_keep_their_place_in_the_file() -> None:
    record = incident("10:00 resolved, 09:14 declared, 09:14 identified")
    assert [step.place for step in record.history.in_order] == [1, 2, 0]
    [response] = responses(record)
    assert [step.place for step in response.steps] == [1, 2, 0]
    assert response.covers(response.start)
    assert response.end is not None
    assert not response.covers(response.end)


def test_a_severity_at_the_top_held_all_along_unless_the_timeline_knows_better() -> None:
    assert [each.severity for each in spells(incident("09:14 declared", severity="SEV1"))] == ["SEV1"]
    both = incident("09:14 declared SEV2, 09:30 SEV1", severity="SEV1")
    assert [each.severity for each in spells(both)] == ["SEV2", "SEV1"]
    assert spells(incident("09:14 declared")) == []
    assert spells(Incident.model_validate({"title": "x", "severity": "SEV1"})) == []


@pytest.mark.parametrize(
    ("timeline", "found"),
    [
        ("09:00 SEV3, 09:14 declared SEV2, 09:30 SEV1, 10:00 resolved, 11:00 SEV0", ["SEV2", "SEV1"]),
        ("09:00 SEV3, 09:10 SEV2, 09:14 declared, 10:00 resolved SEV1", ["SEV2"]),
        ("09:14 declared, 09:20 SEV1", ["SEV1"]),
        ("09:14 declared", []),
    ],
)
def test_a_severity_is_held_where_it_was_in_force_during_the_response(
    timeline: str, found: list[str]
) -> None:
    record = incident(timeline)
    [response] = responses(record)
    assert [each.severity for each in held(record, response)] == found
