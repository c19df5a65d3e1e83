"""`opsbook due`: whose, how far ahead, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import icalendar
import pytest

from opsbook.cli.main import run

FOLDER = "incidents/2026/2026-03-02-checkout-5xx"
RECORD = """\
title: Checkout answers 502
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV3, text: "Declared"}
  - {at: 2026-03-02T10:10Z, milestone: resolved, text: "Resolved"}
severity: SEV3
action_items:
  pool-size: {title: Check the pool size, owner: ana, due: 2026-03-16}
  alert: {title: An alert for the pool, owner: payments, due: 2026-03-24}
  canary: {title: A canary for checkout, owner: ben, due: 2026-06-30}
"""
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    f"{FOLDER}/incident.yaml": RECORD,
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": "name: Ben Hart\ntimezone: Europe/Berlin\n",
}


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / "repo/book" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo/book" / path).write_text(text)
    return tmp_path / "repo/book"


def due(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["-C", str(book), "due", "--at", "2026-03-20T09:00Z", *words])
    return code, *capsys.readouterr()


def items(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    code, out, err = due(book, capsys, "--format", "json", *words)
    assert (code, err) == (0, "")
    return [each["record"].rpartition("/")[2] for each in json.loads(out)["items"]]


def test_what_is_late_and_what_is_due_within_a_week(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = (
        "1 late, 1 due by Fri 27 Mar\n\n"
        "  4 days late  Check the pool size\n"
        "               ana (payments)  2026-03-02-checkout-5xx/pool-size\n\n"
        "  Tue 24 Mar   An alert for the pool\n"
        "               payments  2026-03-02-checkout-5xx/alert\n\n"
        "one later, on Tue 30 Jun\n"
    )
    assert due(book, capsys) == (0, said, "")


def test_a_program_gets_everything_unless_it_asks_for_less(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert items(book, capsys) == ["pool-size", "alert", "canary"]
    assert items(book, capsys, "--within", "4d") == ["pool-size", "alert"]
    assert items(book, capsys, "--within", "0d") == ["pool-size"]
    assert items(book, capsys, "--within", "2000w") == ["pool-size", "alert", "canary"]


def test_of_a_team_and_of_a_person(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert items(book, capsys, "--team", "payments") == ["pool-size", "alert"]
    assert items(book, capsys, "--person", "ben") == ["canary"]
    assert items(book, capsys, "--person", "ana", "--team", "payments") == ["pool-size"]


def test_me_is_who_typed_it(
    book: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = due(book, capsys, "--person", "me")
    assert (code, out) == (2, "")
    assert "opsbook setup --as PERSON" in err
    monkeypatch.setenv("OPSBOOK_PERSON", "ben")
    assert items(book, capsys, "--person", "me") == ["canary"]


def test_all_of_a_long_list_can_be_asked_for(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = "".join(f"  i{n}: {{title: Item {n}, owner: ana, due: 2026-03-01}}\n" for n in range(50))
    (book / FOLDER / "incident.yaml").write_text(RECORD + items)
    assert due(book, capsys)[1].count("Item ") == 40
    assert due(book, capsys, "--all")[1].count("Item ") == 50


def test_lateness_is_an_exit_code_where_that_is_asked_for(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert due(book, capsys, "--exit-code")[0] == 1
    assert due(book, capsys, "--exit-code", "--person", "ben")[0] == 0
    assert due(book, capsys)[0] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--team", "paymnts"], "did you mean `payments`?"),
        (["--person", "nobody"], "no person `nobody`"),
        (["--within", "soon"], "--within: `soon` is no duration"),
        (["--format", "yaml"], "'yaml' is not one of"),
    ],
)
def test_what_it_cannot_do_is_said(
    book: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, out, err = due(book, capsys, *words)
    assert (code, out) == (2, "")
    assert said in err


def test_annotations_count_paths_from_the_root_of_the_repository(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "--quiet", str(book.parent)], check=True)
    _, out, _ = due(book, capsys, "--format", "github")
    assert out.startswith(f"::warning file=book/{FOLDER}/incident.yaml,line=7,title=4 days late::")


def test_an_incident_on_a_branch_of_its_own_owes_its_updates_too(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", str(book), *who, *words], check=True, capture_output=True)

    id = "2026-03-20-refunds-slow"
    git("init", "--quiet", "--initial-branch=main")
    git("add", ".")
    git("commit", "--quiet", "-m", "a book")
    git("switch", "--quiet", "-c", f"incident/{id}")
    (book / f"incidents/2026/{id}").mkdir()
    record = "title: Refunds are slow\nseverity: SEV1\ntimeline:\n"
    record += "  - {at: 2026-03-20T08:00Z, milestone: declared, severity: SEV1, text: Declared}\n"
    (book / f"incidents/2026/{id}/incident.yaml").write_text(record)
    git("add", ".")
    git("commit", "--quiet", "-m", "declared")
    git("switch", "--quiet", "main")
    for _ in range(2):
        _, out, _ = due(book, capsys, "--within", "0d", "--format", "json")
        assert {each["text"] for each in json.loads(out)["items"] if each["record"] == id} == {
            "Update internal",
            "Update public",
            "Update customers",
        }


def test_a_calendar_goes_into_a_file(book: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert due(book, capsys, "--format", "ical", "-o", str(tmp_path / "due.ics")) == (0, "", "")
    calendar = icalendar.Calendar.from_ical((tmp_path / "due.ics").read_bytes())
    assert len(calendar.walk("VEVENT")) == 3


def test_what_is_remembered_of_a_record_is_used_as_long_as_it_is_true(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = (
        "levels:\n  SEV3: {name: Minor, definition: Itches, postmortem: note, action_items_within: WITHIN}\n"
    )
    policy += "clocks:\n  - {postmortem: draft, within: 1h, from: resolved}\n"
    policy += "  - {postmortem: published, within: 7d, from: resolved}\n"
    severities, page = book / "policies/severities.yaml", book / FOLDER / "postmortem.md"
    record = book / FOLDER / "incident.yaml"
    severities.parent.mkdir()

    def said() -> list[str]:
        time.sleep(0.06)  # so that the file system's clock has moved on, and what is read is kept
        first = due(book, capsys, "--format", "json", "--within", "0d")[1]
        assert due(book, capsys, "--format", "json", "--within", "0d")[1] == first
        return [each["text"] for each in json.loads(first)["items"]]

    severities.write_text(policy.replace("WITHIN", "30d"))
    assert said() == ["Sum it up in two sentences", "Check the pool size"]
    page.write_text("---\nstatus: draft\n---\n# Checkout\n")
    assert said() == ["Publish the post-mortem", "Check the pool size"]
    page.write_text("---\nstatus: published\n---\n# Checkout\n")
    assert said() == ["Check the pool size"]
    page.unlink()
    assert said() == ["Sum it up in two sentences", "Check the pool size"]
    record.write_text(RECORD.replace(", due: 2026-06-30", "") + "summary: A chart renamed a key.\n")
    assert said() == ["Check the pool size"]
    severities.write_text(policy.replace("WITHIN", "2d"))
    assert said() == ["A canary for checkout", "Check the pool size"]
    severities.write_text(policy.replace("WITHIN", "15 business days"))
    assert said() == ["Check the pool size"]
    (book / "opsbook.toml").write_text('timezone = "Europe/Berlin"\nholidays = "ours"\n')
    (book / "rotations/holidays").mkdir()
    (book / "rotations/holidays/ours.yaml").write_text("2026-03-03: Day off\n")
    severities.write_text(policy.replace("WITHIN", "14 business days"))
    assert said() == ["Check the pool size"], "the last day is a Monday, 23 March"
    (book / "rotations/holidays/ours.yaml").write_text("2027-03-03: Day off\n")
    assert said() == ["Check the pool size", "A canary for checkout"]


def test_a_record_that_nobody_can_read_is_named(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (book / FOLDER / "incident.yaml").write_text("title: [\n")
    code, out, err = due(book, capsys)
    assert (code, out) == (0, "nothing is due by Fri 27 Mar\n")
    path = f"{FOLDER}/incident.yaml"
    assert (
        f"{path}:1:8 cannot be read: `[` is opened here and never closed; `opsbook check {path}` says" in err
    )
