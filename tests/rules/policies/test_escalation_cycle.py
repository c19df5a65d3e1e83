"""Which policies lead back to themselves."""

from __future__ import annotations

from collections.abc import Callable

from opsbook.diagnostics import Diagnostic

Findings = Callable[..., tuple[Diagnostic, ...]]


def said(findings: Findings, **pages: str) -> list[str]:
    """The messages for policies of one level each; `b when SEV1` is a step for that severity."""
    files = {}
    for id, page in pages.items():
        target, _, severity = page.partition(" when ")
        when = f", when: {{severity: {severity}}}" if severity else ""
        level = f"levels: [{{page: [{{policy: {target}}}], escalate_after: 5m{when}}}]\n"
        files[f"policies/escalation/{id}.yaml"] = level
    return [f"{each.location.path[20:21]}: {each.message}" for each in findings("escalation_cycle", files)]


def test_each_policy_of_a_circle_reports_its_step_and_none_that_leads_into_it(findings: Findings) -> None:
    assert said(findings, a="b", b="c", c="a", d="a") == [
        "a: leads back to itself: `a` → `b` → `c` → `a`",
        "b: leads back to itself: `b` → `c` → `a` → `b`",
        "c: leads back to itself: `c` → `a` → `b` → `c`",
    ]


def test_a_policy_that_names_itself_is_reported(findings: Findings) -> None:
    assert said(findings, a="a") == ["a: leads back to itself: `a` → `a`"]


def test_a_circle_that_no_severity_can_go_round_is_none(findings: Findings) -> None:
    assert said(findings, a="b when SEV2", b="a when SEV0") == []
    assert len(said(findings, a="b when SEV2", b="a when [SEV1, SEV2]")) == 2
    assert len(said(findings, a="b when SEV2", b="a")) == 2


def test_a_second_way_is_found_where_the_first_is_closed_to_the_severity(findings: Findings) -> None:
    files = {
        "policies/escalation/a.yaml": "levels:\n"
        "  - {page: [{policy: b}], escalate_after: 5m, when: {severity: SEV0}}\n"
        "  - {page: [{policy: b}], escalate_after: 5m, when: {severity: SEV2}}\n",
        "policies/escalation/b.yaml": "levels:\n"
        "  - {page: [{policy: a}], escalate_after: 5m, when: {severity: SEV2}}\n",
    }
    found = findings("escalation_cycle", files)
    assert [str(each.location) for each in found] == [
        "policies/escalation/a.yaml:3:22",
        "policies/escalation/b.yaml:2:22",
    ]


def test_a_policy_named_only_by_a_test_is_no_step(findings: Findings) -> None:
    policy = (
        "levels: [{page: [{rotation: primary}], escalate_after: 5m}]\n"
        "tests: [{at: 2026-03-04T03:00+01:00, pages: {0m: {policy: a}}}]\n"
    )
    assert findings("escalation_cycle", {"policies/escalation/a.yaml": policy}) == ()
