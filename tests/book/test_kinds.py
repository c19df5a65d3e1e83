"""Where a record belongs that stands elsewhere."""

from __future__ import annotations

import pytest

from opsbook.book.kinds import KINDS, expected


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("incidents/2026-03-01-horn/incident.yaml", "incidents/2026/2026-03-01-horn/incident.yaml"),
        ("incidents/2026/2026-03-01-horn/incident.yml", "incidents/2026/2026-03-01-horn/incident.yaml"),
        ("incidents/2025/2026-03-01-horn/postmortem.md", "incidents/2026/2026-03-01-horn/postmortem.md"),
        ("incidents/2026/2026-03-01-horn.yaml", "incidents/2026/2026-03-01-horn/incident.yaml"),
        ("incidents/2026-03-01-horn.md", "incidents/2026/2026-03-01-horn/postmortem.md"),
        ("incidents/horn/incident.yaml", None),
        ("incidents/incident.yaml", None),
        ("rotations/person/ana.yaml", "rotations/people/ana.yaml"),
        ("rotations/people/emea/ana.yaml", "rotations/people/ana.yaml"),
        ("policies/people/ana.yml", "rotations/people/ana.yaml"),
        ("policies/escalations/payments.yaml", "policies/escalation/payments.yaml"),
        ("policies/severity.yaml", "policies/severities.yaml"),
        ("policies/sla.yaml", None),
        ("rotations/payments.yml", "rotations/payments.yaml"),
        ("rotations/README", None),
    ],
)
def test_a_record_is_told_where_it_belongs_where_that_is_clear(path: str, place: str | None) -> None:
    assert expected(path) == place


@pytest.mark.parametrize("kind", KINDS, ids=repr)
def test_a_record_in_its_place_belongs_nowhere_else(kind: object) -> None:
    place = kind.place.replace("{year}", "2026").replace("{id}", "2026-03-01-horn").replace("**/", "")  # type: ignore[attr-defined]
    assert expected(place) is None
