"""`opsbook alerts`, `checklist` and `report` at the command line: what is refused, what is said beside the
answer, and what is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from opsbook.cli.main import run

Out = pytest.CaptureFixture[str]
AT = ["--at", "2026-06-15T10:00Z"]
ALERTS = "groups:\n  - rules:\n      - {alert: DiskFull, expr: up}\n"


@pytest.fixture
def book(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A book with one alert and one person, in no git."""
    for path, text in {
        "opsbook.toml": 'alerts = ["alerts/*.yaml"]\n',
        "alerts/disk.yaml": ALERTS,
        "rotations/people/ana.yaml": "name: Ana\ntimezone: UTC\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPSBOOK_PERSON", "")
    return tmp_path


def test_where_the_settings_name_no_alerts_that_is_said(book: Path, capsys: Out) -> None:
    (book / "opsbook.toml").write_text("")
    assert run(["alerts", *AT]) == 2
    assert "this book names no alerts" in capsys.readouterr().err
    (book / "opsbook.toml").write_text('alerts = ["rules/*.yaml"]\n')
    assert run(["alerts", *AT]) == 2
    assert "no file is called like `rules/*.yaml`" in capsys.readouterr().err


def test_a_rule_file_that_cannot_be_read_to_its_end_is_named(book: Path, capsys: Out) -> None:
    (book / "alerts/torn.yaml").write_text("groups: [\n")
    assert run(["alerts", *AT]) == 0
    assert "not read to the end: alerts/torn.yaml" in capsys.readouterr().out


def test_an_audit_is_shown_before_it_is_written_and_needs_a_name(book: Path, capsys: Out) -> None:
    place = book / "policies/attestations.yaml"
    assert run(["alerts", "audit", "--by", "ana", "--dry-run", *AT]) == 0
    assert "+  - {what: alert-audit, day: 2026-06-15, by: ana, note: " in capsys.readouterr().out
    assert not place.exists()
    assert run(["alerts", "audit", *AT]) == 2
    assert "who vouches is not known" in capsys.readouterr().err
    assert run(["alerts", "audit", "--by", "ana", *AT]) == 0
    assert "what: alert-audit" in place.read_text()


def test_attestations_that_nobody_can_read_are_said_and_never_written_over(book: Path, capsys: Out) -> None:
    place = book / "policies/attestations.yaml"
    place.parent.mkdir()
    place.write_text("attestations: [{what: nonsense}]\n")
    assert run(["checklist", *AT]) == 0
    said = capsys.readouterr()
    where = "policies/attestations.yaml:1:23 cannot be read: "
    assert where in said.err
    assert ", so nobody vouches; `opsbook check policies/attestations.yaml` says how to mend it" in said.err
    assert said.out.startswith("0 of 16")
    assert run(["checklist", "attest", "team-trained", "--by", "ana", *AT]) == 2
    assert where in capsys.readouterr().err
    assert place.read_text() == "attestations: [{what: nonsense}]\n"


def test_an_incident_that_nobody_can_read_is_said_beside_the_report(book: Path, capsys: Out) -> None:
    place = book / "incidents/2026/2026-05-01-x/incident.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("title: [\n")
    assert run(["report", "--quarter", "2026q2", "--json", *AT]) == 0
    said = capsys.readouterr()
    path = "incidents/2026/2026-05-01-x/incident.yaml"
    assert (
        f"{path}:1:8 cannot be read: `[` is opened here and never closed; `opsbook check {path}`" in said.err
    )
    found = json.loads(said.out)
    assert (found["quarter"], found["incidents"]) == ("2026Q2", 0)
    assert [each["habit"] for each in found["habits"]][-1] == "alert-fatigue"


@pytest.mark.parametrize("asked", ["2026Q0", "Q3", "2026", "2026Q31", "2026Q3; rm"])
def test_what_is_no_quarter_is_refused(book: Path, capsys: Out, asked: str) -> None:
    assert run(["report", "--quarter", asked, *AT]) == 2
    assert "is no quarter" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["alerts", "checklist", "report"])
def test_json_is_the_same_by_either_name(book: Path, capsys: Out, command: str) -> None:
    assert run([command, "--json", *AT]) == 0
    one = capsys.readouterr().out
    assert run([command, "--format", "json", *AT]) == 0
    assert json.loads(one) == json.loads(capsys.readouterr().out)


def test_the_review_of_a_quarter_without_incidents_says_that_nothing_could_show(
    book: Path, capsys: Out
) -> None:
    assert run(["report", "--quarter", "2026Q1", *AT]) == 0
    out = capsys.readouterr().out
    assert "No record of the quarter could show one." in out
    assert "habits                  2026Q1      2025Q4\n" in out
    assert "No alert is to be removed or made less sensitive." in out
    (book / "opsbook.toml").write_text("")
    assert run(["report", "--quarter", "2026Q1", *AT]) == 0
    assert "None was looked at: the settings name no rule files (`alerts`)." in capsys.readouterr().out


FROM_A_FEED = """\
title: Search is slow
severity: SEV1
links: {source: "https://status.example.com/1"}
timeline:
  - {at: 2026-05-01T09:00Z, milestone: declared, severity: SEV1, text: "We are looking into it"}
  - {at: 2026-05-01T11:00Z, milestone: resolved, text: "Search is fast again"}
"""


@pytest.mark.parametrize(
    ("record", "judged"),
    [
        (FROM_A_FEED, 0),
        (
            FROM_A_FEED.replace("SEV1, text", "SEV1, roles: {scribe: ana}, text"),
            1,
        ),
        (FROM_A_FEED.replace("links:", "x-links:"), 1),
    ],
    ids=["a feed names nobody", "somebody is named", "written by hand"],
)
def test_only_a_record_that_tells_who_was_there_shows_that_nobody_commanded(
    book: Path, capsys: Out, record: str, judged: int
) -> None:
    place = book / "incidents/2026/2026-05-01-search/incident.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(record)
    assert run(["report", "--quarter", "2026Q2", "--json", *AT]) == 0
    habits = {each["habit"]: each["now"] for each in json.loads(capsys.readouterr().out)["habits"]}
    assert habits["no-clear-commander"] == {"shows": judged, "of": judged}
    assert run(["check", "--select", "INC004", *AT]) == judged
