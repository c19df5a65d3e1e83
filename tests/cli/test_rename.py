"""`opsbook rename`: what may be typed, what is said, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from opsbook.cli.main import run

BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/people/ana.yaml": "name: Ana\ntimezone: Europe/Berlin\n",
    "rotations/teams/pay.yaml": "name: Pay\nmembers: [ana]   # ana\n",
    "policies/services/pay.yaml": "name: Pay\nteam: pay\n",
}


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def texts(book: Path) -> dict[str, str]:
    return {file.relative_to(book).as_posix(): file.read_text() for file in book.rglob("*.[yt]*ml")}


def test_an_id_is_enough_where_one_record_has_it(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(book), "rename", "ana", "anna"]) == 0
    assert capsys.readouterr().out == (
        "rotations/people/ana.yaml\n  becomes rotations/people/anna.yaml\n"
        "changed with it: 1 place in 1 file\n"
        "\nmentioned in text, and left as it is: 1 place\n"
        "  rotations/teams/pay.yaml:2: members: [ana]   # ana\n"
        "\nwrote rotations/teams/pay.yaml\n"
    )
    assert texts(book)["rotations/teams/pay.yaml"] == "name: Pay\nmembers: [anna]   # ana\n"


def test_where_several_have_it_they_are_listed(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(book), "rename", "pay", "payments"]) == 2
    assert capsys.readouterr().err == (
        "error: 2 records are called `pay`; say which\n  it is `team/pay` or `service/pay`\n"
    )
    assert run(["-C", str(book), "rename", "team/pay", "payments"]) == 0
    assert texts(book)["policies/services/pay.yaml"] == "name: Pay\nteam: payments\n"


@pytest.mark.parametrize(
    ("record", "new", "said"),
    [
        ("anna", "x", "error: no record is called `anna`\n  did you mean `ana`?\n"),
        ("folks/ana", "x", "error: `folks` is no kind of a record with an id\n  there are incident, runbook"),
        ("person/../x", "x", "error: no person `../x` in this book"),
        ("\x1b[2Jx", "x", "error: no record is called `"),
        ("ana", "\x1b[2Jx", "error: ` [2Jx` is no id\n"),
        ("ana", "ana/..", "error: `ana/..` is no id\n"),
    ],
)
def test_what_is_no_record_or_no_id_is_said_so(
    book: Path, record: str, new: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-C", str(book), "rename", record, new]) == 2
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert "\x1b" not in err
    assert texts(book) == BOOK


def test_an_incident_whose_new_day_is_not_its_own_is_renamed_and_told_so(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = "2026-03-02-a", "2026-03-05-a"
    (book / f"incidents/2026/{old}/evidence").mkdir(parents=True)
    (book / f"incidents/2026/{old}/evidence/a.txt").write_text("x")
    (book / f"incidents/2026/{old}/incident.yaml").write_text(
        "title: A\nseverity: SEV3\ntimeline:\n"
        '  - {at: 2026-03-02T09:00Z, milestone: declared, severity: SEV3, text: "A",'
        " evidence: [evidence/a.txt]}\n"
    )
    assert run(["-C", str(book), "rename", old, new]) == 0
    said = capsys.readouterr()
    assert said.out == f"incidents/2026/{old}\n  becomes incidents/2026/{new}\n"
    channel, *steps = said.err.splitlines()
    assert channel == f"its channel is #incident-{new} from now on: rename it in the chat too"
    assert [each.partition(":")[0] for each in steps] == [
        "next declared on `2026-03-02` in `Europe/Berlin`, but the folder says `2026-03-05`"
    ]


def test_what_lives_on_a_branch_alone_is_not_touched(book: Path, capsys: pytest.CaptureFixture[str]) -> None:

    def git(*words: str) -> None:
        who = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", str(book), *who, *words], check=True, capture_output=True)

    id = "2026-03-02-a"
    git("init", "-b", "main")
    git("add", ".")
    git("commit", "-m", "a book")
    git("switch", "-c", f"incident/{id}")
    (book / f"incidents/2026/{id}").mkdir(parents=True)
    record = "title: A\nroles: {scribe: ana}\ntimeline: []\n"
    (book / f"incidents/2026/{id}/incident.yaml").write_text(record)
    git("add", ".")
    git("commit", "-m", "declared")
    git("switch", "main")
    for words in (("rename", id, f"{id}-2"), ("open", id, "--print"), ("merge", id, "--into", id)):
        assert run(["-C", str(book), *words]) == 2
        assert capsys.readouterr().err.startswith(f"error: {id} is on branch incident/{id} alone\n")
    assert run(["-C", str(book), "rename", "ana", "anna", "--no-commit"]) == 0
    assert f"  incidents/2026/{id}/incident.yaml:2: roles: {{scribe: ana}}" in capsys.readouterr().out
