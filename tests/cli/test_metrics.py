"""`opsbook metrics`: periods, empty and broken books, what is kept between runs, and real feeds."""

from __future__ import annotations

import json
import statistics
from datetime import datetime
from pathlib import Path

import pytest

from opsbook.cli.main import run

AT = "2026-03-31T12:00Z"
RECORD = """\
title: Checkout answers 502
severity: SEV1
services: [checkout]
timeline:
  - {{at: {day}T09:00Z, milestone: started, text: "x"}}
  - {{at: {day}T09:04Z, milestone: detected, text: "x"}}
  - {{at: {day}T10:00Z, milestone: mitigated, text: "x"}}
  - {{at: {day}T10:30Z, milestone: resolved, text: "x"}}
"""


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    root = tmp_path / "book"
    root.mkdir()
    (root / "opsbook.toml").write_text('timezone = "Europe/Berlin"\n')
    return root


def write(book: Path, day: str, text: str = RECORD) -> Path:
    path = book / f"incidents/{day[:4]}/{day}-checkout/incident.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text.format(day=day))
    return path


def metrics(book: Path, *words: str, at: str = AT) -> int:
    return run(["-C", str(book), "metrics", "--at", at, *words])


def told(book: Path, capsys: pytest.CaptureFixture[str], *words: str, at: str = AT) -> dict[str, dict]:
    capsys.readouterr()
    assert metrics(book, "--format", "json", *words, at=at) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, dict] = json.loads(out)
    return found


@pytest.mark.parametrize("style", ["text", "markdown", "json", "csv", "openmetrics"])
@pytest.mark.parametrize("by", ["service", "severity", "team", "month"])
def test_an_empty_book_and_one_incident_answer_in_every_format(
    book: Path, style: str, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert metrics(book, "--format", style, "--by", by) == 0
    write(book, "2026-03-02")
    assert metrics(book, "--format", style, "--by", by) == 0
    out, err = capsys.readouterr()
    assert out
    assert err == ""


def test_without_dates_it_is_the_last_90_days_of_the_books_zone(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(book, capsys)
    assert found["now"]["within"] == {"from": "2025-12-31T23:00Z", "to": "2026-03-31T12:00Z"}
    assert found["before"]["within"]["to"] == found["now"]["within"]["from"]


def test_an_incident_counts_on_its_first_and_its_last_day_and_not_beside_them(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "2026-03-02")
    for first, last, number in (
        ("2026-03-02", "2026-03-02", 1), ("2026-03-01", "2026-03-01", 0), ("2026-03-03", "2026-03-04", 0),
    ):  # fmt: skip
        assert told(book, capsys, "--from", first, "--to", last)["now"]["whole"]["incidents"] == number


def test_an_earlier_instant_knows_only_what_was_known_then(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "2026-03-02")
    found = told(book, capsys, at="2026-03-02T09:30Z")["now"]["whole"]
    assert (found["incidents"], found["open"]) == (1, 1)
    assert found["spreads"]["mitigate"] | {"mean": 0} == {
        "known": 1, "going_on": 1, "excluded": 0, "approximate": 0, "from_detection": 0,
        "median": None, "lower": None, "upper": None, "p90": None, "mean": 0,
    }  # fmt: skip
    assert told(book, capsys, at="2026-03-02T08:59Z")["now"]["whole"]["incidents"] == 0


def test_the_second_run_says_what_the_first_one_did_and_sees_an_edit(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(book, "2026-03-02")
    first = told(book, capsys)
    assert told(book, capsys) == first
    path.write_text(path.read_text().replace("T10:00Z", "T09:50Z"))
    assert told(book, capsys)["now"]["whole"]["spreads"]["mitigate"]["median"] == 50 * 60


def test_of_days_without_incidents_it_is_said_when_the_last_one_was(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "The last incident before began on 2 Mar 2026: `--from` and `--to` ask about other days."
    write(book, "2026-03-02")
    assert run(["-C", str(book), "metrics", "--at", "2027-03-02T09:00Z"]) == 0
    assert said in " ".join(capsys.readouterr().out.split())
    assert run(["-C", str(book), "metrics", "--at", "2026-04-02T09:00Z"]) == 0
    assert "The last incident" not in capsys.readouterr().out


def test_a_record_that_nobody_can_read_is_counted_and_stops_nothing(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "2026-03-02")
    write(book, "2026-03-03", "title: [\n")
    assert metrics(book) == 0
    out, err = capsys.readouterr()
    assert "1 incident cannot be read" in out
    assert ":1:8 cannot be read: `[` is opened here and never closed; `opsbook check incidents/" in err


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2026-03-03", "--to", "2026-03-02"),
        ("--from", "2026-04-01"),
        ("--from", "yesterday"),
        ("--by", "colour"),
        ("--format", "xml"),
    ],
)
def test_what_cannot_be_asked_is_refused(book: Path, words: tuple[str, ...]) -> None:
    assert metrics(book, *words) == 2


def test_broken_targets_and_policies_stop_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(book, "2026-03-02")
    (book / "policies").mkdir()
    (book / "policies/targets.yaml").write_text("targets: [\n")
    (book / "policies/severities.yaml").write_text("levels: {}\n")
    assert metrics(book) == 0


def test_a_target_is_held_against_the_incidents_that_it_is_about(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "2026-03-02")
    write(book, "2026-03-03", RECORD.replace("SEV1", "SEV3").replace("T10:30Z", "T23:30Z"))
    (book / "policies").mkdir()
    (book / "policies/targets.yaml").write_text(
        "targets:\n"
        "  soon: {metric: time_to_resolve, severity: SEV1, at_most: 2h}\n"
        "  sooner: {metric: time_to_mitigate, statistic: p90, at_most: 30m}\n"
        "  fewer: {metric: incidents, count_at_most: 1}\n"
        "  falling: {metric: incidents, trend: falling}\n"
    )
    found = {each["id"]: each for each in told(book, capsys)["targets"]}  # type: ignore[index]
    assert (found["soon"]["met"], found["soon"]["value"], found["soon"]["share"]["of"]) == (True, 5400, 1)
    assert (found["sooner"]["met"], found["sooner"]["share"]["hits"]) == (False, 0)
    assert (found["fewer"]["met"], found["falling"]["met"]) == (False, None)


def test_the_history_of_github_has_the_medians_of_its_own_file(
    book: Path, corpora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    history = corpora / "incident-records/mrshu__github-statuses/parsed/incidents.jsonl"
    lines = history.read_text(encoding="utf-8").splitlines(keepends=True)
    feed = tmp_path / "incidents.jsonl"
    feed.write_text("".join(line for line in lines if '"started_at": "2025-0' in line), encoding="utf-8")
    levels = ("critical=SEV0", "major=SEV1", "minor=SEV2", "none=SEV3", "maintenance=")
    said = [word for level in levels for word in ("--severity", level)]
    assert run(["-C", str(book), "import", "github-status", str(feed), *said]) == 0
    found = told(book, capsys, "--from", "2025-01-01", "--to", "2025-12-31", at="2026-11-30T00:00Z")
    incidents = [json.loads(line) for line in feed.read_text(encoding="utf-8").splitlines()]
    assert len(incidents) > 100
    lengths = []
    for each in incidents:
        posts = [datetime.fromisoformat(post["at"]) for post in each["updates"]]
        if each["impact"] != "maintenance" and min(posts).isoformat()[:4] == "2025":
            lengths.append((max(posts) - min(posts)).total_seconds())
    spread = found["now"]["whole"]["spreads"]["respond"]
    assert (spread["known"], spread["excluded"]) == (len(lengths), 0)
    assert abs(spread["median"] - statistics.median(lengths)) < 300
