"""Who would be paged, and the proof that somebody always is; the proof is proved by breaking policies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory, WorkTree
from opsbook.model.escalation import Escalation
from opsbook.model.time import Interval, write_duration
from opsbook.oncall.escalation import Page, Roster, alike, pages
from opsbook.oncall.proof import Failure, horizon, policies, prove, single_points, unmet

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EXAMPLE = Book(WorkTree(ROOT))
ROSTER = Roster(EXAMPLE, horizon(NOW))
POLICIES = sorted(policies(EXAMPLE))
SEVERITIES = list(EXAMPLE.severities.levels)

PEOPLE = {
    f"rotations/people/{name}.yaml": f"name: {name}\ntimezone: Europe/Berlin\n"
    for name in ("ana", "ben", "chi", "gil")
}
DESK = """\
timezone: Europe/Berlin
layers:
  - name: office-hours
    windows: [{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}]
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
"""


def roster(policy: str, **more: str) -> Roster:
    files = {
        "opsbook.toml": "",
        "rotations/desk.yaml": DESK,
        "policies/escalation/p.yaml": policy,
        **PEOPLE,
        **more,
    }
    return Roster(Book(Memory(files)), horizon(NOW))


def told(found: list[Page]) -> list[str]:
    return [f"{write_duration(page.after)} {','.join(page.people)}" for page in found]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


# ── who would be paged ────────────────────────────────────────────────────────────────────


def test_levels_follow_each_other_then_repeat_then_the_fallback() -> None:
    book = roster(
        "levels:\n- {page: [{person: ana}], escalate_after: 5m}\n"
        "- {page: [{person: ben}], escalate_after: 10m}\nrepeat: 1\nfallback: {person: gil}\n"
    )
    assert told(pages(book, "p", "SEV1", NOW)) == ["0m ana", "5m ben", "15m ana", "20m ben", "30m gil"]


def test_a_level_that_finds_nobody_or_does_not_apply_takes_no_time() -> None:
    book = roster(
        "levels:\n- {page: [{rotation: desk}], escalate_after: 5m}\n"
        "- {page: [{person: chi}], when: {severity: [SEV0]}, escalate_after: 10m}\n"
        "- {page: [{person: gil}], escalate_after: 10m}\n"
    )
    assert told(pages(book, "p", "SEV1", at("2026-11-28T12:00Z"))) == ["0m gil"]
    assert told(pages(book, "p", "SEV0", at("2026-11-24T12:00Z"))) == ["0m ana", "5m chi", "15m gil"]


def test_an_escalation_that_crosses_a_handoff_pages_who_is_on_by_then() -> None:
    book = roster("levels: [{page: [{rotation: desk}], escalate_after: 10m}]\nrepeat: 1\n")
    assert told(pages(book, "p", "SEV1", at("2026-11-24T15:55Z"))) == ["0m ana"]


def test_another_policy_begins_at_its_first_level_beside_this_one() -> None:
    other = (
        "levels:\n- {page: [{person: chi}], escalate_after: 3m}\n"
        "- {page: [{person: gil}], escalate_after: 3m}\n"
    )
    book = roster(
        "levels:\n- {page: [{policy: q}], escalate_after: 5m}\n"
        "- {page: [{person: ana}], escalate_after: 5m}\n",
        **{"policies/escalation/q.yaml": other},
    )
    assert told(pages(book, "p", "SEV1", NOW)) == ["0m chi", "3m gil", "5m ana"]


def test_policies_that_lead_to_each_other_end() -> None:
    loop = "levels: [{page: [{policy: %s}], escalate_after: 5m}]\n"
    book = roster(loop % "q", **{"policies/escalation/q.yaml": loop % "p"})
    assert pages(book, "p", "SEV1", NOW) == []
    assert [each.wrong for each in prove(book, "p", ["SEV1"])] == ["nobody"]


# ── the proof ─────────────────────────────────────────────────────────────────────────────


@given(st.sampled_from(POLICIES), st.sampled_from(SEVERITIES), st.integers(0, 90 * 24 * 60))
def test_between_two_changes_every_alert_pages_the_same_people(
    policy: str, severity: str, minute: int
) -> None:
    alert = NOW + timedelta(minutes=minute)
    found = list(alike(ROSTER, policy, severity, Interval(NOW, ROSTER.within.end)))
    (paged,) = (pages for interval, pages in found if interval.covers(alert))
    assert list(paged) == pages(ROSTER, policy, severity, alert)
    assert (found[0][0].start, found[-1][0].end) == (NOW, ROSTER.within.end)
    assert all(one[0].end == two[0].start and one[1] != two[1] for one, two in pairwise(found))


def test_the_example_is_proved() -> None:
    assert [each for policy in POLICIES for each in prove(ROSTER, policy, SEVERITIES)] == []
    assert [each for policy in EXAMPLE.escalations for each in unmet(EXAMPLE, policy)] == []


def broken(policy: Escalation) -> Iterator[Escalation]:
    """The policy with each target removed, each guard swapped, and without its fallback."""
    for index, level in enumerate(policy.levels):
        others = (*policy.levels[:index], *policy.levels[index + 1 :])
        yield policy.model_copy(update={"levels": others})
        yield policy.model_copy(update={"levels": others, "fallback": None})
        if level.when and level.when.hours:
            guard = level.when.model_copy(update={"hours": None, "outside": level.when.hours})
            yield _with(policy, index, guard)
        if level.when and level.when.severity:
            rest = tuple(each for each in SEVERITIES if each not in level.when.severity)
            yield _with(policy, index, level.when.model_copy(update={"severity": rest}))
    yield policy.model_copy(update={"fallback": None})
    yield policy.model_copy(update={"levels": (), "fallback": None})
    yield policy.model_copy(update={"levels": ()})


def _with(policy: Escalation, index: int, guard: object) -> Escalation:
    levels = list(policy.levels)
    levels[index] = levels[index].model_copy(update={"when": guard})
    return policy.model_copy(update={"levels": tuple(levels), "fallback": None})


class Changed(Roster):
    """The example's roster with one policy in another's place."""

    def __init__(self, id: str, policy: Escalation) -> None:
        super().__init__(EXAMPLE, Interval(NOW, NOW + timedelta(weeks=3)))
        self._policies[id] = policy


def unreached(book: Roster, policy: str, severity: str, alert: datetime) -> bool:
    """Whether nobody is paged for an alert, or too late: by a look at that one instant."""
    found = pages(book, policy, severity, alert)
    limit = EXAMPLE.severities.levels[severity].acknowledge_within
    return not found or (limit is not None and found[0].after > limit)


@pytest.mark.parametrize("policy", POLICIES)
def test_every_change_that_leaves_somebody_unreached_is_caught_and_no_other(policy: str) -> None:
    original = ROSTER.policy(policy)
    assert original is not None
    caught = 0
    for changed in broken(original):
        book = Changed(policy, changed)
        failures = [each for each in prove(book, policy, SEVERITIES) if each.wrong in ("nobody", "late")]
        caught += bool(failures)
        for severity in SEVERITIES:
            mine = [each.interval for each in failures if each.severity == severity]
            for hour in range(2 * 7 * 24):
                alert = NOW + timedelta(hours=hour, minutes=7)
                found = any(interval.covers(alert) for interval in mine)
                assert found == unreached(book, policy, severity, alert), (alert, severity, changed)
    assert caught >= 2


def test_a_page_that_rings_the_same_person_again_and_a_crowd_are_found() -> None:
    again = "levels:\n" + "- {page: [{person: ana}], escalate_after: 5m}\n" * 2
    assert said(prove(roster(again), "p", ["SEV1"])) == ["again: ana is paged twice in a row"]
    crowd = "levels: [{page: [{person: ana}, {team: all}], escalate_after: 5m}]\npages_at_most: 2\n"
    team = {"rotations/teams/all.yaml": "name: All\nmembers: [ana, ben, chi]\n"}
    assert said(prove(roster(crowd, **team), "p", ["SEV1"])) == [
        "crowd: 3 people are paged at once, expected at most 2"
    ]


def said(failures: list[Failure]) -> list[str]:
    return [f"{each.wrong}: {each.said}" for each in failures]


def test_the_one_person_without_whom_nobody_is_reached_is_named_with_dates() -> None:
    book = roster("levels: [{page: [{rotation: desk}], escalate_after: 5m}]\nfallback: {person: gil}\n")
    found = single_points(book, "p", ["SEV3"], ["ana", "ben", "chi", "gil"])
    assert set(found) == {"gil"}
    assert all(each.wrong == "nobody" for each in found["gil"])
    weekend = at("2026-11-28T12:00Z")
    assert any(each.interval.covers(weekend) for each in found["gil"])


def test_a_test_that_names_another_target_fails_and_says_who_is_paged() -> None:
    book = roster(
        "levels: [{page: [{rotation: desk}], escalate_after: 5m}]\nfallback: {person: gil}\n"
        "tests: [{at: 2026-11-24T12:00Z, pages: {0m: {rotation: desk}, 5m: {person: ana}}}]\n"
    )
    document = book.book.find("escalation", "p")
    assert document is not None
    (failed,) = unmet(book.book, document)
    assert (failed.after, failed.said) == ("5m", "5m: person `gil` is paged, expected person `ana`")
