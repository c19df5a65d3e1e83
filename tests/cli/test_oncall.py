"""`opsbook oncall`: now, a week, what was known earlier, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from opsbook.cli.main import run

ROTATION = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
"""
BOOK = {
    "opsbook.toml": "",
    "rotations/primary.yaml": ROTATION,
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n"
    "absences: [{from: 2026-03-02, to: 2026-03-06, reason: holiday}]\n",
    "rotations/people/ben.yaml": 'name: "Ben\\u001b[31m"\ntimezone: Europe/Berlin\n',
}


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    for path, text in BOOK.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def oncall(book: Path, *words: str) -> int:
    return run(["-C", str(book), "oncall", *words])


def git(book: Path, *words: str, at: str = "2026-02-01T12:00:00Z") -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    subprocess.run(
        ["git", "-C", str(book), *who, *words], check=True, capture_output=True, env=os.environ | dates
    )


def commit(book: Path, at: str) -> None:
    git(book, "add", "-A")
    git(book, "commit", "-qm", "x", at=at)


def people(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    capsys.readouterr()
    assert oncall(book, "primary", "--at", "2026-02-02T12:00Z", "--json", *words) == 0
    (found,) = json.loads(capsys.readouterr().out)
    return [each["person"] for each in found["on_call"]]


def test_an_absence_changes_nobodys_turn_and_shows(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert oncall(book, "--at", "2026-03-04T12:00Z") == 0
    assert "Ana Ruiz (ana, absent until 2026-03-06)" in capsys.readouterr().out


def test_what_was_known_earlier_is_read_from_the_history_of_the_default_branch(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(book, "init", "-q", "-b", "main")
    commit(book, "2026-02-01T12:00:00Z")
    (book / "rotations/primary.yaml").write_text(ROTATION.replace("[ana, ben]", "[ben, ana]"))
    commit(book, "2026-02-10T12:00:00Z")
    assert people(book, capsys) == ["ben"]
    assert people(book, capsys, "--as-known-at", "2026-02-05T00:00Z") == ["ana"]
    assert people(book, capsys, "--as-known-at", "2026-02-11T00:00Z") == ["ben"]
    assert oncall(book, "--as-known-at", "2026-01-01T00:00Z") == 2
    assert "no commit at 2026-01-01T00:00Z" in capsys.readouterr().err


def test_a_shallow_clone_refuses_to_guess(
    book: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    git(book, "init", "-q", "-b", "main")
    commit(book, "2026-02-01T12:00:00Z")
    commit_again = book / "rotations/primary.yaml"
    commit_again.write_text(ROTATION + "\n")
    commit(book, "2026-02-10T12:00:00Z")
    clone = tmp_path_factory.mktemp("clone") / "book"
    git(book, "clone", "-q", "--depth", "1", book.as_uri(), str(clone))
    assert oncall(clone, "--as-known-at", "2026-02-11T00:00Z") == 2
    assert "shallow clone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("primary", "--week", "--from", "2026-01-01"), "--week is from Monday to Sunday"),
        (("primary", "--from", "soon"), "--from: `soon` is no date"),
        (("primary", "--from", "2026-02-02", "--to", "2026-02-01"), "is before --from"),
        (("secondary",), "no rotation `secondary`"),
        (("--team", "payments"), "no team `payments`"),
        (("--service", "checkout"), "no service `checkout`"),
    ],
)
def test_wrong_use_says_what_is_wrong(
    book: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert oncall(book, *words) == 2
    assert said in capsys.readouterr().err


def test_a_rotation_that_cannot_be_read_is_named_and_the_others_are_told(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "rotations/broken.yaml").write_text("timezone: UTC\nlayers: 5\n")
    (book / "rotations/loop.yaml").write_text("follows: loop\n")
    (book / "rotations/second.yaml").write_text("follows: broken\n")
    assert oncall(book, "--at", "2026-02-02T12:00Z") == 1
    out, err = capsys.readouterr()
    assert "primary" in out
    why = "rotations/broken.yaml:2:9 cannot be read: found the number `5`, expected a list; "
    how = "`opsbook check rotations/broken.yaml` says how to mend it"
    assert err.splitlines() == [
        "loop: rotation `loop` follows itself; `opsbook check` says where",
        f"second: {why}{how}",
        f"broken: {why}{how}",
    ]
    assert oncall(book, "second", "--at", "2026-02-02T12:00Z") == 1
    assert "no rotation" not in capsys.readouterr().out
    assert oncall(book, "broken") == 2
    assert capsys.readouterr().err == f"error: {why.removesuffix('; ')}\n  {how}\n"


def test_a_week_without_a_rotation_is_that_of_each(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (book / "rotations/secondary.yaml").write_text("follows: primary\noffset: 1\n")
    (book / "rotations/loop.yaml").write_text("follows: loop\n")
    assert oncall(book, "--week", "--at", "2026-02-02T12:00Z") == 1
    out, err = capsys.readouterr()
    assert [line for line in out.splitlines() if line.endswith("  Europe/Berlin")] == [
        "primary  Europe/Berlin",
        "secondary  Europe/Berlin",
    ]
    assert err.startswith("loop: rotation `loop` follows itself")
    assert oncall(book, "--week", "--at", "2026-02-02T12:00Z", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert {each["rotation"] for each in found} == {"primary", "secondary"}
    assert oncall(book, "loop", "--week") == 1
    assert capsys.readouterr().out == ""


def test_an_override_that_cannot_be_read_may_change_who_is_on_call(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "rotations/overrides").mkdir()
    (book / "rotations/overrides/2026-02-02-swap.yaml").write_text("rotation: [\n")
    for words in ((), ("--week",)):
        assert oncall(book, "primary", "--at", "2026-02-02T12:00Z", *words) == 1
        out, err = capsys.readouterr()
        assert "ana" in out
        assert err.startswith("rotations/overrides/2026-02-02-swap.yaml:1:11 cannot be read: ")


def test_a_name_cannot_speak_to_the_terminal(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert oncall(book, "--at", "2026-01-13T12:00Z") == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_rotation_that_has_ended_says_nobody(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = ROTATION + "      - {starts: 2026-02-01 09:00, members: []}\n"
    (book / "rotations/primary.yaml").write_text(text)
    assert oncall(book, "--at", "2027-06-01T12:00Z") == 0
    assert "nobody" in capsys.readouterr().out
    assert oncall(book, "primary", "--from", "2026-03-01") == 0
    assert "nobody is on call" in capsys.readouterr().out


# ── the ledger ────────────────────────────────────────────────────────────────────────────


def test_the_ledger_is_of_last_month_unless_other_days_are_asked_for(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert oncall(book, "ledger", "--at", "2026-03-31T12:00Z") == 0
    assert capsys.readouterr().out.startswith("on call from 2026-02-01 to 2026-02-28, UTC\n")
    assert oncall(book, "ledger", "--from", "2026-03-03", "--format", "csv") == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("2026-03-03,2026-03-31,ana,Ana Ruiz,")


def test_the_ledger_of_a_month_in_which_nothing_was_says_so(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert oncall(book, "ledger", "--from", "2025-03-01") == 0
    assert "nobody was on call, and nobody was paged" in capsys.readouterr().out
    assert oncall(book, "ledger", "--at", "2025-03-31T12:00Z") == 0
    assert "that is last month; `--from 2025-03-01` shows this one" in capsys.readouterr().err
    assert oncall(book, "ledger", "--from", "2025-03-01", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("from,to,person,name,hours,")


@pytest.mark.parametrize(
    "words", [("--", "ledger"), ("--json", "ledger"), ("--at", "2026-02-02T12:00Z", "ledger")]
)
def test_a_rotation_that_is_called_ledger_can_be_asked_for(
    book: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "rotations/ledger.yaml").write_text(ROTATION)
    assert oncall(book, *words) == 0
    out = capsys.readouterr().out
    assert "ledger" in out
    assert "nights" not in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-02-02", "--to", "2026-02-01"), "is before --from"),
        (("--from", "soon"), "--from: `soon` is no date"),
        (("--rotation", "primry"), "did you mean `primary`?"),
        (("--format", "xls"), "'xls' is not one of"),
        (("--from", "1900-01-01", "--to", "2999-12-31"), "is longer than 3 years"),
        (("primary",), "unexpected extra argument"),
    ],
)
def test_wrong_use_of_the_ledger_says_what_is_wrong(
    book: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert oncall(book, "ledger", *words) == 2
    assert said in capsys.readouterr().err
