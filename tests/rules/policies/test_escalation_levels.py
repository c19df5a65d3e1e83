"""Who is paged by a policy, as far as its rules can be certain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]
POLICY = "policies/escalation/payments.yaml"
OFFICE = '{timezone: UTC, windows: [{days: [mon, tue], from: "09:00", to: "18:00"}]}'
LAYERS = "timezone: UTC\nlayers: [{{name: all, versions: [{{starts: 2026-01-05 09:00{}, members: [{}]}}]}}]\n"
PEOPLE = {
    f"rotations/people/{name}.yaml": f"name: {name}\ntimezone: Asia/Singapore\n" for name in ("ana", "ben")
}


def levels(*pages: str, more: str = "") -> dict[str, str]:
    """A policy with these levels, each a list of targets and what else the level says."""
    lines = [
        f"  - {{page: [{page.partition('|')[0]}], escalate_after: 5m{page.partition('|')[2]}}}\n"
        for page in pages
    ]
    return PEOPLE | {POLICY: "levels:\n" + "".join(lines) + more}


def said(findings: Findings, rule: str, files: dict[str, str], at: datetime | None = None) -> list[str]:
    return [each.message for each in (findings(rule, files, at) if at else findings(rule, files))]


def test_levels_of_different_severities_or_hours_do_not_follow_one_another(findings: Findings) -> None:
    for one, other in (
        (", when: {severity: SEV0}", ", when: {severity: SEV1}"),
        (", when: {hours: office}", ", when: {outside: office}"),
    ):
        files = levels(
            f"{{person: ana}}|{one}", f"{{person: ana}}|{other}", more=f"hours: {{office: {OFFICE}}}\n"
        )
        assert said(findings, "paged_again", files) == []


def test_a_level_between_that_a_severity_skips_lets_two_levels_follow(findings: Findings) -> None:
    files = levels("{person: ana}", "{person: ben}|, when: {severity: SEV0}", "{person: ana}")
    assert said(findings, "paged_again", files) == ["pages `ana` again, and nobody else"]
    files = levels("{person: ana}", "{person: ben}", "{person: ana}")
    assert said(findings, "paged_again", files) == []


def test_a_rotation_or_team_of_one_is_that_person(findings: Findings) -> None:
    files = levels("{person: ana}", "{rotation: primary}", "{team: payments}")
    files["rotations/primary.yaml"] = LAYERS.format(", every: 1w", "ana")
    files["rotations/teams/payments.yaml"] = "name: Payments\nmembers: [ana]\n"
    assert said(findings, "paged_again", files) == ["pages `ana` again, and nobody else"] * 2


def test_a_level_that_pages_somebody_new_as_well_is_right(findings: Findings) -> None:
    assert said(findings, "paged_again", levels("{person: ana}", "{person: ana}, {person: ben}")) == []


def test_a_rotation_of_two_may_page_anybody(findings: Findings) -> None:
    files = levels("{person: ana}", "{rotation: primary}")
    files["rotations/primary.yaml"] = LAYERS.format(", every: 1w", "ana, ben")
    assert said(findings, "paged_again", files) == []
    files["rotations/primary.yaml"] = LAYERS.format("", "ana, ben")  # the first member stays on
    assert said(findings, "paged_again", files) == ["pages `ana` again, and nobody else"]


def test_a_person_is_there_until_their_last_day_is_over_where_they_live(findings: Findings) -> None:
    files = levels("{person: ana}")
    files["rotations/people/ana.yaml"] += "until: 2026-03-31\n"
    over = datetime(2026, 3, 31, 16, tzinfo=UTC)  # midnight in Singapore
    assert said(findings, "gone_target", files, over.replace(hour=15, minute=59)) == []
    assert said(findings, "gone_target", files, over) == ["`ana` is there until 2026-03-31"]


def test_a_team_is_gone_with_the_last_of_its_members(findings: Findings) -> None:
    files = levels("{team: payments}")
    files["rotations/teams/payments.yaml"] = "name: Payments\nmembers: [ana, ben]\n"
    files["rotations/people/ana.yaml"] += "until: 2026-03-01\n"
    assert said(findings, "gone_target", files) == []
    files["rotations/people/ben.yaml"] += "until: 2026-03-01\n"
    assert said(findings, "gone_target", files) == ["everybody of `payments` has left"]


def test_a_rotation_that_will_have_members_again_is_not_gone(findings: Findings) -> None:
    files = levels("{rotation: secondary}")
    files["rotations/secondary.yaml"] = "follows: primary\noffset: 1\n"
    primary = (
        "timezone: UTC\nlayers:\n  - name: all\n    versions:\n"
        "      - {starts: 2026-01-05 09:00, members: []}\n"
    )
    files["rotations/primary.yaml"] = primary
    assert said(findings, "gone_target", files) == ["nobody is in `secondary` any more"]
    files["rotations/primary.yaml"] = primary + "      - {starts: 2026-07-06 09:00, members: [ana]}\n"
    assert said(findings, "gone_target", files) == []


def test_a_target_that_is_nowhere_is_left_to_unknown_reference(findings: Findings) -> None:
    files = levels("{person: nobody}", "{team: none}", "{rotation: no}", "{policy: neither}")
    assert said(findings, "gone_target", files) == []


def test_hours_that_are_paged_between_them_leave_no_gap(findings: Findings) -> None:
    inside, outside = "{person: ana}|, when: {hours: office}", "{person: ben}|, when: {outside: office}"
    hours = f"hours: {{office: {OFFICE}}}\n"
    gap = ["nobody is paged for `SEV0` and `SEV1` in some hours of the week"]
    assert said(findings, "uncovered_severity", levels(inside, outside, more=hours)) == []
    assert said(findings, "uncovered_severity", levels(inside, more=hours)) == gap
    assert (
        said(findings, "uncovered_severity", levels(inside, more=hours + "fallback: {person: ben}\n")) == []
    )


def test_a_policy_without_levels_pages_nobody(findings: Findings) -> None:
    files = {POLICY: "levels: []\n"}
    assert said(findings, "uncovered_severity", files) == ["nobody is paged for `SEV0` and `SEV1`"]
    files = {POLICY: "levels: []\nfallback: {person: ana}\n"}
    assert said(findings, "uncovered_severity", files) == [
        "nobody is paged for `SEV0` and `SEV1`, only the fallback is"
    ]


def test_a_policy_that_only_others_lead_to_needs_neither_fallback_nor_every_severity(
    findings: Findings,
) -> None:
    files = levels("{person: ana}|, when: {severity: SEV0}")
    assert len(said(findings, "uncovered_severity", files)) == 1
    assert len(said(findings, "missing_fallback", files)) == 1
    files["policies/escalation/first.yaml"] = "levels: []\nfallback: {policy: payments}\n"
    assert len(said(findings, "uncovered_severity", files)) == 1  # the other one
    assert said(findings, "missing_fallback", files) == []
    files["policies/services/shop.yaml"] = "name: Shop\nteam: payments\nescalation: payments\n"
    assert len(said(findings, "missing_fallback", files)) == 1


def test_a_service_that_ended_and_one_that_is_not_critical_need_no_escalation(findings: Findings) -> None:
    service = "name: Shop\nteam: payments\ncritical: true\n"
    path = "policies/services/shop.yaml"
    assert len(said(findings, "service_without_escalation", {path: service})) == 1
    assert said(findings, "service_without_escalation", {path: service + "until: 2026-03-31\n"}) == []
    assert said(findings, "service_without_escalation", {path: service.replace("true", "false")}) == []
