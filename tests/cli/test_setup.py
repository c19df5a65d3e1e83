"""`opsbook setup` tells a clone who types, and git how to merge incidents; once, and again without harm."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from opsbook.cli.main import run

ATTRIBUTE = "incidents/**/incident.yaml merge=opsbook\n"


@pytest.fixture
def root(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "opsbook.toml").touch()
    (tmp_path / "rotations/people").mkdir(parents=True)
    (tmp_path / "rotations/people/ana.yaml").write_text("name: Ana\ntimezone: UTC\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def driver(root: Path) -> str:
    done = subprocess.run(
        ["git", "-C", str(root), "config", "merge.opsbook.driver"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def test_it_says_who_you_are_and_registers_the_merge_driver(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ".gitattributes").write_text(ATTRIBUTE)
    assert run(["setup", "--as", "ana"]) == 0
    said = capsys.readouterr()
    assert said.out == "you are ana in this clone\ngit merges incidents by what they mean in this clone\n"
    assert said.err == ""
    assert driver(root).startswith("opsbook merge-driver %O %A %B %P; ")
    assert (root / ".git/opsbook/person").read_text() == "ana\n"


def test_where_opsbook_is_not_on_the_path_git_shows_both_sides(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".gitattributes").write_text(ATTRIBUTE)
    run(["setup"])
    git = shutil.which("git")
    (root / "bin").mkdir()
    (root / "bin/git").symlink_to(git or "")
    monkeypatch.setenv("PATH", f"{root / 'bin'}:/bin")
    assert shutil.which("opsbook") is None
    record = root / "incidents/2026/2026-03-02-a/incident.yaml"
    record.parent.mkdir(parents=True)
    who = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    for branch, title in (("base", "a"), ("ours", "b"), ("theirs", "c")):
        subprocess.run(["git", "checkout", "-q", "-B", branch, *["base"][: branch != "base"]], check=True)
        record.write_text(f"title: {title}\n")
        subprocess.run(["git", "add", "--all"], check=True)
        subprocess.run(["git", *who, "commit", "-q", "-m", title], check=True)
    done = subprocess.run(["git", *who, "merge", "-q", "ours"], check=False, capture_output=True)
    assert done.returncode == 1
    assert "title: b\n" in record.read_text()
    assert "title: c\n" in record.read_text()


def test_a_second_time_there_is_nothing_to_say(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".gitattributes").write_text(ATTRIBUTE)
    run(["setup"])
    capsys.readouterr()
    assert run(["setup"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_book_that_does_not_name_the_driver_is_told_how(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["setup"])
    assert capsys.readouterr().err == (
        "add `incidents/**/incident.yaml merge=opsbook` to .gitattributes, so that git asks for it\n"
    )


def test_a_person_who_is_not_there_is_refused_with_the_nearest(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["setup", "--as", "anna"]) == 2
    assert "did you mean `ana`?" in capsys.readouterr().err


def test_outside_of_git_there_is_nothing_to_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opsbook.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert run(["setup"]) == 2
    assert "set `OPSBOOK_PERSON` instead" in capsys.readouterr().err
