"""Where raw HTML stands, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from opsbook.diagnostics import Diagnostic

PATH = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
RUNBOOK = "runbooks/failover.md"
Findings = Callable[..., tuple[Diagnostic, ...]]


def marked(findings: Findings, path: str, text: str) -> list[tuple[int, str]]:
    """The line and the words of each finding."""
    found = findings("raw_html", {path: text})
    return [(each.location.start.line, each.location.text) for each in found]


@pytest.mark.parametrize(
    "summary",
    [
        "ask <b>ana</b> first",
        '"ask \\"ana\\", then <b>ben</b>"',
        "'it''s <b>down</b>'",
        "|\n  one line\n  then <b>two</b>",
        ">-\n  one line\n  then <b>two</b>",
        "one line\n  then <b>two</b>",
        '"`<b>` is not <b>bold</b>"',
    ],
)
def test_a_tag_in_a_value_is_marked_to_the_character(findings: Findings, summary: str) -> None:
    text = f"title: t\nsummary: {summary}\n"
    found = findings("raw_html", {PATH: text})
    assert [each.location.span.start for each in found] == [text.rindex("<b>")]
    assert found[0].location.text == "<b>"


def test_a_tag_that_yaml_writes_otherwise_is_marked_with_its_value(findings: Findings) -> None:
    text = 'title: t\nsummary: "a \\u003cb>c"\n'
    assert marked(findings, PATH, text) == [(2, '"a \\u003cb>c"')]


def test_every_text_of_an_incident_is_looked_at(findings: Findings) -> None:
    text = (
        "title: a <b>\n"
        "summary: a <i>\n"
        "impact: {description: a <u>}\n"
        "timeline: [{at: 2026-03-02T09:06Z, text: a <s>}]\n"
        "action_items: {one: {title: a <q>, done_when: a <hr>}}\n"
    )
    assert [words for _, words in marked(findings, PATH, text)] == ["<b>", "<i>", "<u>", "<s>", "<q>", "<hr>"]


@pytest.mark.parametrize(
    "text",
    [
        "latency < 5 ms, load > 3",
        "<https://status.example.com> and <ops@example.com>",
        "`kubectl logs <pod>` and ``<b>``",
        "```\n<b>\n```",
        "    indented <b>code",
        "a comment <!-- with <b>tags</b> --> passes",
        "<!--\n\n<b>\n\n-->",
        "\\<b>",
        "a <- b <= c <> d <1>",
        "<YOUR_NAME>",
    ],
)
def test_what_is_no_html_passes(findings: Findings, text: str) -> None:
    assert marked(findings, RUNBOOK, f"# Failover\n\n{text}\n") == []


def test_a_block_is_one_finding_at_its_first_line(findings: Findings) -> None:
    text = "# Failover\n\n<table>\n  <tr><td>one</td></tr>\n\n  <tr><td>two</td></tr>\n</table>\n\nText\n"
    (found,) = findings("raw_html", {RUNBOOK: text})
    assert (found.location.start.line, found.location.end.line) == (3, 7)
    assert (found.message, found.hint) == ("raw HTML: `<table>`", "write a Markdown table")


def test_the_end_of_a_tag_is_reported_only_where_nothing_began(findings: Findings) -> None:
    assert marked(findings, RUNBOOK, "<details>\n\nText\n\n</details>\n") == [(1, "<details>")]
    assert marked(findings, RUNBOOK, "Text\n\n</div>\n") == [(3, "</div>")]


def test_the_same_tag_is_reported_once_a_line_and_each_placeholder_for_itself(findings: Findings) -> None:
    text = "| a<br>b | c<br>d |\n|---|---|\n| e<br>f | g |\n\nscp <file> to <host>\n"
    assert marked(findings, RUNBOOK, text) == [(1, "<br>"), (3, "<br>"), (5, "<file>"), (5, "<host>")]


def test_a_word_in_angle_brackets_is_told_from_a_tag(findings: Findings) -> None:
    (found,) = findings("raw_html", {RUNBOOK: "Log in to <pod-name> first\n"})
    assert found.message == "`<pod-name>` is a tag to a browser, which shows nothing"
    assert found.hint == "if it stands for something, put it in backticks: `` `<pod-name>` ``"


def test_a_generated_block_is_mended_where_it_comes_from(findings: Findings) -> None:
    text = "## Timeline\n\n<!-- opsbook:timeline -->\nx <b>\n<!-- /opsbook -->\n"
    assert marked(findings, "incidents/2026/2026-03-02-checkout-5xx/postmortem.md", text) == []


def test_every_kind_of_record_is_looked_at_and_a_placeholder_of_a_runbook_passes(findings: Findings) -> None:
    files = {
        "policies/services/shop.yaml": "name: The <b>Shop\nteam: shop\n",
        "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\n"
        "absences: [{from: 2026-03-01, to: 2026-03-02, reason: <i>}]\n",
        "rotations/holidays/germany.yaml": "2026-12-25: <u>Christmas\n",
        RUNBOOK: "---\ntitle: A <s>\nvariables: {<pod>: the <pod> to restart}\n---\n",
    }
    found = findings("raw_html", files)
    assert [each.location.text for each in found] == ["<b>", "<u>", "<i>", "<s>"]
