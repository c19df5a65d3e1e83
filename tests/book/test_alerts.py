"""Rule files that other programs own: read as far as they can be, at the right places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsbook.book.alerts import leads_to, matches, read, runbook_in
from opsbook.text import Source


def alerts(text: str) -> list[tuple[str, str | None]]:
    found = read(Source("alerts/a.yaml", text))
    for alert in found.alerts:
        assert alert.name in alert.at.text
        assert alert.runbook_url is None or alert.runbook_url in alert.url_at.text
    return [(alert.name, alert.runbook_url) for alert in found.alerts]


@pytest.mark.parametrize(
    "text",
    [
        "groups: [{name: a, rules: [{record: r}, {alert: A, annotations: {runbook_url: U}}]}]",
        "\ufeffgroups: [{name: a, rules: [{alert: A, annotations: {runbook_url: U}}]}]",
        "kind: PrometheusRule\nspec: {groups: [{rules: [{alert: A, annotations: {runbook_url: 'U'}}]}]}",
        "kind: List\nitems: [{spec: {groups: [{rules: [{alert: A, annotations: {runbook_url: U}}]}]}}]",
        "a: 1\n---\ngroups: [{rules: [{alert: A, annotations: {runbook_url: U}}]}]\n---\n- 1",
        "x: &x {runbook_url: U}\ngroups: [{rules: [{alert: !!str A, annotations: {<<: *x, b: 2}}]}]",
        "groups: [&g {rules: [&r {alert: A, annotations: {runbook_url: U}}, *r]}, *g]",
        '{"groups": [{"rules": [{"alert": "A", "annotations": {"runbook_url": "U"}}]}]}',
    ],
)
def test_an_alert_is_found_in(text: str) -> None:
    assert alerts(text) == [("A", "U")]


@pytest.mark.parametrize(
    ("annotations", "address"),
    [
        ("{runbook: U}", "U"),
        ("{documentation: D, runbook_url: U}", "U"),
        ("{runbook_url: TODO, documentation: D}", "D"),
        ("{runbook: todo}", None),
        ("{runbook_url: ''}", None),
        ("{summary: S}", None),
    ],
)
def test_an_address_stands_in_one_of_three_annotations(annotations: str, address: str | None) -> None:
    assert alerts(f"groups: [{{rules: [{{alert: A, annotations: {annotations}}}]}}]") == [("A", address)]


def test_what_stands_before_a_fault_is_read_and_the_fault_has_a_place() -> None:
    found = read(Source("a.yaml", "groups: [{rules: [{alert: A}]}]\n---\ngroups: {{ x }\n"))
    assert [alert.name for alert in found.alerts] == ["A"]
    assert found.problem
    assert found.problem.span.start > 30


@pytest.mark.parametrize("text", ["[" * 5000, "a: &a [*a]", "x: &x {<<: *x}\ngroups: [*x]", "groups: 7", ""])
def test_what_no_person_wrote_ends_nothing(text: str) -> None:
    assert alerts(text) == []


@given(st.text(alphabet="groups: alert-[]{}&*<!|\n\t\"'x\ufeff\0", max_size=80))
def test_any_text_gives_alerts_or_a_problem(text: str) -> None:
    read(Source("a.yaml", text))


@pytest.mark.parametrize(
    ("url", "runbook", "there"),
    [
        ("https://r.example.com/runbooks/node/NodeDiskFull", "runbooks/node/nodediskfull.md", True),
        (
            "https://r.example.com/runbooks/node/nodediskfull.html?a=b#c",
            "runbooks/node/NodeDiskFull.md",
            True,
        ),
        ("https://r.example.com/runbooks/nodediskfull/", "runbooks/deep/down/NodeDiskFull.md", True),
        ("https://r.example.com/runbooks/nodes/nodediskfull", "runbooks/node/NodeDiskFull.md", False),
        ("https://git.example.com/ops/runbooks/node/NodeDiskFull.md", "runbooks/node/NodeDiskFull.md", True),
        ("https://r.example.com/runbooks/{{ $labels.alertname }}", "runbooks/node/NodeDiskFull.md", False),
        ("https://r.example.com", "runbooks/node/NodeDiskFull.md", False),
    ],
)
def test_an_address_leads_to_the_runbook_that_its_last_parts_name(
    url: str, runbook: str, there: bool
) -> None:
    target = runbook_in(url, ["https://R.example.com/runbooks"])
    assert (target is not None and leads_to(target, runbook)) is there


@pytest.mark.parametrize(
    ("path", "glob", "there"),
    [
        ("alerts/a.yaml", "alerts/*.yaml", True),
        ("alerts/b/a.yaml", "alerts/*.yaml", False),
        ("alerts/b/c/a.yaml", "alerts/**/*.yaml", True),
        ("alerts/a.yaml", "alerts/**/*.yaml", True),
        ("a.rules", "**/*.rules", True),
        ("alerts/a+b.yaml", "alerts/a+?.yaml", True),
        ("alerts/axb.yaml", "alerts/a.b.yaml", False),
    ],
)
def test_a_glob_names(path: str, glob: str, there: bool) -> None:
    assert matches(path, glob) is there
