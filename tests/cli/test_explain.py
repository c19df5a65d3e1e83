"""`opsbook explain`: a rule's page in a terminal."""

from __future__ import annotations

import re

import pytest

from opsbook.cli.main import run
from opsbook.lint.catalog import catalog

INC001 = catalog()["INC001"]


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["explain", *arguments]) == 0
    return capsys.readouterr().out


def test_a_page_begins_with_what_the_rule_is_and_how_bad_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(capsys, "INC001").splitlines()[:6] == [
        "INC001 timeline_out_of_order",
        "",
        "  family    incidents, since 0.1.0",
        "  looks at  incident",
        "  level     warning (adopt), error (recommended), error (strict)",
        "  mended    by hand",
    ]


def test_prose_is_set_to_the_terminal_and_examples_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = explain(capsys, "timeline_out_of_order")
    prose = [line for line in printed.splitlines() if not line.startswith("  ")]
    assert max(map(len, prose)) <= 72
    assert "\n  incidents/2026/2026-03-02-checkout-5xx/incident.yaml\n    title: Checkout" in printed
    code = [line for line in INC001.page.splitlines() if line.startswith(("title:", "timeline:", "  - {"))]
    shown = [line.removeprefix("    ") for line in printed.splitlines() if line.startswith("    ")]
    assert [line for line in shown if line in code] == code
    assert "```" not in printed
    assert "\nExample\n" in printed


def test_every_page_can_be_set_and_none_of_its_words_is_lost(capsys: pytest.CaptureFixture[str]) -> None:
    for rule in catalog().values():
        printed = explain(capsys, rule.code)
        words = {word.strip("#|`").replace("##[", "##\\u005b") for word in _prose(rule.page).split()}
        assert [word for word in sorted(words) if word and word not in printed] == []


def _prose(page: str) -> str:
    kept, inside = [], False
    for line in page.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            kept.append(line)
    return re.sub(r"^Related: [^.]*\.$", "", "\n".join(kept), flags=re.MULTILINE)


def test_related_rules_are_told_with_their_codes_at_the_head(capsys: pytest.CaptureFixture[str]) -> None:
    printed = explain(capsys, "missing_owner")
    assert "\n  related   RUN019 orphaned_runbook\n" in printed
    assert "Related:" not in printed


def test_every_page_names_related_rules(capsys: pytest.CaptureFixture[str]) -> None:
    known = {rule.name for rule in catalog().values()}
    for rule in catalog().values():
        assert rule.related, rule
        assert set(rule.related) <= known, rule


def test_how_a_rule_was_measured_is_told_also_where_it_was_not(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    told = {
        code: explain(capsys, code).split("  measured  ")[1].splitlines()[0] for code in ("PM003", "POL001")
    }
    assert told == {
        "PM003": "37 hits in public collections, 37 read by hand, all right",
        "POL001": "no public collection holds the records that it is about; its examples are its tests",
    }


def test_markdown_keeps_the_page_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    printed = explain(capsys, "INC001", "--format", "markdown")
    assert printed.startswith("# INC001 timeline_out_of_order\n\n| | |\n|---|---|\n| family | incidents,")
    assert printed.endswith(f"\n\n{INC001.page}\n")


def test_several_rules_and_families_are_shown_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    printed = explain(capsys, "REF001", "INC001", "unknown_reference", "references")
    heads = [line for line in printed.splitlines() if line.startswith(("INC", "REF"))]
    family = [rule for rule in catalog().values() if rule.family == "references" and rule.code != "REF001"]
    wanted = [catalog()["REF001"], INC001, *family]
    assert heads == [f"{rule.code} {rule.name}" for rule in wanted]


def test_an_unknown_name_is_wrong_use_and_says_what_was_probably_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "timeline_out_of_ordr"]) == 2
    assert capsys.readouterr().err == (
        "error: no rule `timeline_out_of_ordr`\n  did you mean `timeline_out_of_order`?\n"
    )


def test_what_is_typed_cannot_move_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "\x1b[2J\n::error::x"]) == 2
    assert capsys.readouterr().err.startswith("error: no rule `\\u001b[2J\nerror: ::error::x`\n")


@pytest.mark.parametrize(("asked", "meant"), [("INC03", "INC003"), ("inc3", "INC003"), ("RUN18", "RUN018")])
def test_a_code_without_its_nought_is_the_one_that_is_meant(
    asked: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", asked]) == 2
    assert f"did you mean `{meant}`?" in capsys.readouterr().err
