"""What hangs on a person: where they are named ahead, what would be empty, and which alerts reach nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.authoring.rotas import book_of

from opsbook.model.time import Interval
from opsbook.oncall.impact import Impact, impact

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)
ROTATION = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
      - {starts: 2026-11-02 09:00, every: 1w, members: [ana, [ana, ben], dan]}
      - {starts: 2027-01-04 09:00, every: 1w, members: [chi, ana]}
"""
BOOK = {
    "rotations/primary.yaml": ROTATION,
    "rotations/overrides/over.yaml": "rotation: primary\nreason: x\ncovers:\n"
    "  - {from: 2026-11-02T09:00+01:00, to: 2026-11-09T09:00+01:00, on: [ana]}\n"
    "  - {from: 2026-12-07T09:00+01:00, to: 2026-12-14T09:00+01:00, on: [ana], instead_of: [dan]}\n"
    "  - {from: 2026-12-14T09:00+01:00, to: 2026-12-21T09:00+01:00, on: [dan], instead_of: [ana]}\n",
    "rotations/teams/t.yaml": "name: T\nmembers: [ana, ben]\nlead: ana\n",
    "policies/escalation/p.yaml": "levels:\n  - {page: [{rotation: primary}], escalate_after: 5m}\n"
    "  - {page: [{team: t}], escalate_after: 5m}\n  - {page: [{person: ana}], escalate_after: 5m}\n"
    "fallback: {person: ben}\n",
    "policies/services/s.yaml": "name: S\nteam: t\nescalation: p\n",
    "incidents/2026/2026-11-20-open/incident.yaml": "title: Down\nroles: {scribe: ana}\n"
    'timeline:\n  - {at: 2026-11-20T09:00Z, milestone: declared, text: "x"}\n',
    "incidents/2026/2026-11-20-over/incident.yaml": "title: Down\nroles: {scribe: ana}\n"
    'timeline:\n  - {at: 2026-11-20T09:00Z, milestone: resolved, text: "x"}\n'
    "action_items:\n  a: {title: Mend it, owner: ana}\n"
    "  b: {title: Did it, owner: ana, status: done, done_on: 2026-11-21}\n",
    "runbooks/r.md": "---\nowner: ana\n---\n# R\n",
    "rotations/broken.yaml": "ana: [\n",
}  # fmt: skip


def hangs_on(person: str, book: dict[str, str] = BOOK) -> Impact:
    return impact(book_of(book), person, NOW)


def test_what_is_ahead_is_named_with_its_place_and_what_is_over_is_not() -> None:
    assert [(str(each.location).rpartition(":")[0], each.said) for each in hangs_on("ana").mentions] == [
        ("rotations/primary.yaml:6", "layer `weekly` since 2026-11-02"),
        ("rotations/primary.yaml:7", "layer `weekly` from 2027-01-04"),
        ("rotations/overrides/over.yaml:5", "is on in `primary`"),
        ("rotations/overrides/over.yaml:6", "is relieved in `primary`"),
        ("policies/escalation/p.yaml:4", "level 3"),
        ("rotations/teams/t.yaml:3", "lead"),
        ("rotations/teams/t.yaml:2", "member"),
        ("incidents/2026/2026-11-20-open/incident.yaml:2", "scribe, investigating"),
        ("incidents/2026/2026-11-20-over/incident.yaml:6", "owns `a`: Mend it"),
        ("runbooks/r.md:2", "owner"),
    ]


def test_shifts_that_nobody_shares_are_those_that_would_be_empty() -> None:
    [(rotation, alone)] = hangs_on("ana").alone
    assert rotation == "primary"
    # every third week up to the new year, the swap for one of them, then every other week
    assert alone[:3] == (
        Interval(NOW, datetime(2026, 11, 30, 8, tzinfo=UTC)),
        Interval(datetime(2026, 12, 7, 8, tzinfo=UTC), datetime(2026, 12, 14, 8, tzinfo=UTC)),
        Interval(datetime(2027, 1, 11, 8, tzinfo=UTC), datetime(2027, 1, 18, 8, tzinfo=UTC)),
    )
    assert all(each.length == WEEK for each in alone[1:-1])


def test_a_level_that_pages_only_them_would_be_empty() -> None:
    found = hangs_on("ana")
    assert [(each.policy, each.level) for each in found.emptied] == [("p", 0), ("p", 2)]
    assert found.emptied[0].intervals == found.alone[0][1]
    assert found.emptied[1].intervals == (found.within,)


def test_a_single_point_of_failure_is_what_the_proof_says_with_them_missing_and_not_without() -> None:
    alone = BOOK | {
        "policies/escalation/p.yaml": "levels:\n  - {page: [{rotation: primary}], escalate_after: 5m}\n"
    }
    found = hangs_on("ana", alone)
    assert {(each.policy, each.wrong) for each in found.failures} == {("p", "nobody")}
    within = Interval(NOW, NOW + timedelta(weeks=12))
    first = {each.interval for each in found.failures if each.interval.end < within.end}
    assert first <= set(found.alone[0][1])
    assert hangs_on("eva", alone).failures == ()


def test_nothing_hangs_on_somebody_whom_nobody_names() -> None:
    assert hangs_on("eva")[1:] == ((), (), (), ())
