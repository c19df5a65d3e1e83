"""`opsbook rules`: which rules there are and what is suppressed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from opsbook.cli.main import run
from opsbook.lint.catalog import catalog

INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
AT = ("--at", "2026-04-01T00:00Z")
SUPPRESSED = """\
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:06Z, text: "It fired"}
  # opsbook: ignore[INC001] clock of the\u202e pager was off until=2026-12-31
  - {at: 2026-03-02T08:06Z, text: "Paged"}
  - {at: 2026-03-02T09:33Z, text: "Mitigated"}  # opsbook: ignore[timeline_out_of_order, REF001]
"""


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "outcomes"))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    root = tmp_path / "book"
    (root / INCIDENT).parent.mkdir(parents=True)
    (root / "opsbook.toml").write_text("profile = 'adopt'\n[levels]\nREF001 = 'off'\n")
    (root / INCIDENT).write_text(SUPPRESSED)
    monkeypatch.chdir(root)
    return root


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["rules", *arguments]) == 0
    return capsys.readouterr().out


def test_a_line_has_code_level_in_this_book_name_and_title(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = [line.split(maxsplit=3) for line in rules(capsys).splitlines()]
    assert [line[0] for line in printed] == list(catalog())
    found = {code: rest for code, *rest in printed}
    assert found["INC001"] == ["warning", "timeline_out_of_order", catalog()["INC001"].title]
    assert found["REF001"][0] == "off"


@pytest.mark.parametrize("settings", ["[levels]\nINC0001 = 'off'\n", "profil = 'adopt'\n", "[[[\n"])
def test_the_rules_are_listed_where_the_settings_are_broken_and_then_that_is_said(
    book: Path, settings: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "opsbook.toml").write_text(settings)
    assert run(["rules", "--json"]) == 2
    out, err = capsys.readouterr()
    assert [each["code"] for each in json.loads(out)] == list(catalog())
    assert err.startswith("error: ")


def test_a_profile_and_a_family_can_be_asked_for(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(rules(capsys, "--family", "incidents", "--profile", "strict", "--json"))
    assert {each["family"] for each in found} == {"incidents"}
    assert found[0] == {
        "code": "INC001",
        "name": "timeline_out_of_order",
        "family": "incidents",
        "level": "error",
        "levels": {"adopt": "warning", "recommended": "error", "strict": "error"},
        "dated": False,
        "since": "0.1.0",
        "title": catalog()["INC001"].title,
        "measured": {"hits": 6, "read": 6, "right": 6},
    }


def test_rules_can_be_listed_outside_of_any_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(rules(capsys).splitlines()) == len(catalog())


def test_an_unknown_family_is_wrong_use(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "--family", "incident"]) == 2
    assert capsys.readouterr().err == "error: no rule `incident`\n  did you mean `incidents`?\n"


def test_suppressions_are_listed_with_reason_end_and_what_they_silence(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rules(capsys, "--suppressed", *AT).splitlines() == [
        f"{INCIDENT}:4:3: ignores INC001 until 2026-12-31: clock of the\\u202e pager was off",
        "  warning[INC001] timeline_out_of_order: `2026-03-02T08:06Z` stands after `2026-03-02T09:06Z`",
        f"{INCIDENT}:6:49: ignores timeline_out_of_order, REF001: no reason given",
        "  silences nothing",
        "2 suppressions, 1 of them without effect",
    ]


def test_a_suppression_that_has_ended_silences_nothing(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = json.loads(rules(capsys, "--suppressed", "--json", "--at", "2027-01-01T00:00Z"))
    assert [(each["line"], each["silences"]) for each in found] == [(4, []), (6, [])]


def test_suppressions_as_json_say_the_same(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = json.loads(rules(capsys, "--suppressed", "--json", *AT))
    assert first == {
        "path": INCIDENT,
        "line": 4,
        "column": 3,
        "rules": ["INC001"],
        "reason": "clock of the\u202e pager was off",
        "until": "2026-12-31",
        "silences": [
            {
                "code": "INC001",
                "name": "timeline_out_of_order",
                "level": "warning",
                "message": "`2026-03-02T08:06Z` stands after `2026-03-02T09:06Z`",
            }
        ],
    }
    assert (second["rules"], second["until"], second["silences"]) == (
        ["timeline_out_of_order", "REF001"], None, [],
    )  # fmt: skip


def test_titles_stand_below_the_names_where_the_terminal_is_narrow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = rules(capsys)
    monkeypatch.setenv("COLUMNS", "80")
    assert rules(capsys) == wide, "a program reads a line a rule"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    narrow = rules(capsys)
    assert max(map(len, narrow.splitlines())) <= 80
    assert narrow.split() == wide.split()
    assert rules(capsys, "--family", "actions").startswith("ACT001")
