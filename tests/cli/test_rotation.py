"""`opsbook rotation diff`: which two books are compared, how far, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from opsbook.cli.main import run

AT = "2026-02-02T12:00Z"
ROTATION = """\
timezone: Europe/Berlin
layers:
  - name: weekly
    versions:
      - {starts: 2026-01-05 09:00, every: 1w, members: [ana, ben]}
"""
BOOK = {
    "opsbook.toml": 'timezone = "Europe/Berlin"\n',
    "rotations/primary.yaml": ROTATION,
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": "name: Ben\ntimezone: Europe/Berlin\n",
}
OVERRIDE = """\
rotation: primary
reason: a swap
covers: [{from: 2026-02-14T09:00+01:00, to: 2026-02-15T09:00+01:00, on: [ana]}]
"""


@pytest.fixture
def book(quiet: None, tmp_path: Path) -> Path:
    """A book that is committed on `main`."""
    for path, text in BOOK.items():
        write(tmp_path, path, text)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return tmp_path


def write(book: Path, path: str, text: str) -> None:
    (book / path).parent.mkdir(parents=True, exist_ok=True)
    (book / path).write_text(text)


def git(book: Path, *words: str) -> None:
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    subprocess.run(["git", "-C", str(book), *who, *words], check=True, capture_output=True, env=os.environ)


def commit(book: Path) -> None:
    git(book, "add", "-A")
    git(book, "commit", "-qm", "x")


def diff(book: Path, *words: str) -> int:
    return run(["-C", str(book), "rotation", "diff", "--at", AT, *words])


def moves(book: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[Any, ...]]:
    """Each stretch that changes hands: who loses it to whom, and when it begins."""
    capsys.readouterr()
    assert diff(book, "--format", "json", *words) == 0
    found = json.loads(capsys.readouterr().out)
    return [
        (*move["lose"], *move["gain"], move["from"]) for each in found["rotations"] for move in each["moves"]
    ]


SWAPPED = [("ben", "ana", "2026-02-14T08:00Z")]


def test_what_is_not_committed_is_compared_with_what_is(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert moves(book, capsys) == []
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    assert moves(book, capsys) == SWAPPED


def test_a_branch_is_compared_with_where_it_left_the_default_branch(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(book, "checkout", "-qb", "swap")
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    commit(book)
    git(book, "checkout", "-q", "main")
    write(book, "rotations/primary.yaml", ROTATION.replace("[ana, ben]", "[ben, ana]"))
    commit(book)
    git(book, "checkout", "-q", "swap")
    assert moves(book, capsys) == moves(book, capsys, "main") == SWAPPED
    assert len(moves(book, capsys, "main", "swap")) > 10  # these two, as they are


def test_two_revisions_are_compared_as_they_are_in_either_direction(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    commit(book)
    assert moves(book, capsys, "HEAD~1", "HEAD") == SWAPPED
    assert moves(book, capsys, "HEAD", "HEAD~1") == [("ana", "ben", "2026-02-14T08:00Z")]


def test_a_book_in_a_folder_of_the_repository_is_found_on_both_sides(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book / "operations").mkdir()
    for name in ("opsbook.toml", "rotations"):
        (book / name).rename(book / "operations" / name)
    commit(book)
    write(book / "operations", "rotations/overrides/swap.yaml", OVERRIDE)
    assert moves(book / "operations", capsys) == SWAPPED


def test_the_exit_code_says_whether_something_changes_only_where_that_is_asked(book: Path) -> None:
    assert (diff(book), diff(book, "--exit-code")) == (0, 0)
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    assert (diff(book), diff(book, "--exit-code")) == (0, 1)


def test_nothing_is_said_in_one_sentence(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(book, "rotations/primary.yaml", f"# a comment\n{ROTATION}")
    assert diff(book) == 0
    assert capsys.readouterr().out == (
        "Nothing changes for anybody: until 1 Nov 2026 the same people are on call at\n"
        "every instant, and every alert pages the same people.\n"
    )


def test_a_swap_is_said_in_a_sentence(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    assert diff(book, "--to", "2026-03-01") == 0
    assert capsys.readouterr().out.startswith(
        "primary  Europe/Berlin\n"
        "  Ben loses Sat 14 Feb 09:00 – Sun 15 Feb 09:00 (24 h) to Ana Ruiz\n"
        "  next handoff, as before: Mon 9 Feb 09:00, Ana Ruiz to Ben\n"
    )


def test_other_days_may_be_compared(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    assert moves(book, capsys, "--from", "2026-02-15") == [("ben", "ana", "2026-02-14T23:00Z")]
    assert moves(book, capsys, "--to", "2026-02-13") == []
    assert moves(book, capsys, "--from", "2026-03-01", "--to", "2026-04-01") == []


def test_a_long_list_is_cut_and_says_how_to_see_the_rest(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(book, "rotations/primary.yaml", ROTATION.replace("[ana, ben]", "[ben, ana]"))
    assert diff(book) == 0
    cut = capsys.readouterr().out
    assert "  … and 31 more; `--all` shows them\n" in cut
    assert diff(book, "--all") == 0
    whole = capsys.readouterr().out
    assert (whole.count(" loses ") - cut.count(" loses "), "--all" in whole) == (31, False)


def test_it_can_be_written_to_a_file(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(book, "rotations/overrides/swap.yaml", OVERRIDE)
    assert diff(book, "--format", "markdown", "--output", str(book / "diff.md")) == 0
    assert capsys.readouterr().out == ""
    assert (book / "diff.md").read_text().startswith("## On call: what this change does\n")
    assert diff(book, "--output", str(book / "no" / "diff.md")) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rotation", "primry"), "no rotation `primry` in this book\n  did you mean `primary`?"),
        (("--from", "soon"), "--from: `soon` is no date"),
        (("--to", "2026-01-01"), "--to 2026-01-01 is before 2026-02-02"),
        (("--from", "2026-03-01", "--to", "2026-02-01"), "--to 2026-02-01 is before --from 2026-03-01"),
        (("--to", "2036-01-01"), "is longer than 3 years"),
        (("nowhere",), "no commit `nowhere` in this clone"),
        (("HEAD", "--output=x", "--", "-x"), "`-x` is no revision"),
    ],
)
def test_what_cannot_be_is_refused(
    book: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert diff(book, *words) == 2
    assert said in capsys.readouterr().err


def test_outside_of_git_it_says_what_to_do(
    quiet: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "opsbook.toml", "")
    assert diff(tmp_path) == 2
    assert "is in no git repository" in capsys.readouterr().err
