"""A new book has nothing wrong with it, and never takes the place of what is there."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from opsbook.authoring.starting import Start, files
from opsbook.book.kinds import KINDS, identify
from opsbook.cli.main import run
from opsbook.lint.session import Session

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
AT = ["--at", "2026-11-30T09:00Z"]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    assert run(["init", str(tmp_path / "book"), "--timezone", "Europe/Berlin", *AT]) == 0
    return tmp_path / "book"


@pytest.mark.parametrize(
    ("machine", "zone"), [("Etc/UTC", "UTC"), ("Europe/Berlin", "Europe/Berlin"), ("nowhere", "UTC")]
)
def test_its_clock_is_the_machine_s_by_the_name_that_people_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: str, zone: str
) -> None:
    monkeypatch.setenv("TZ", machine)
    assert run(["init", str(tmp_path / "book"), *AT]) == 0
    assert f'timezone = "{zone}"' in (tmp_path / "book/opsbook.toml").read_text()


@pytest.mark.parametrize("profile", ["adopt", "recommended", "strict"])
@pytest.mark.parametrize("days", [0, 7])
def test_nothing_is_wrong_with_it(book: Path, profile: str, days: int) -> None:
    now = NOW.replace(month=12, day=days) if days else NOW
    assert Session(book, now, profile=profile, cache=False).check().diagnostics == ()


def test_nothing_is_wrong_without_its_example(book: Path) -> None:
    for file in (book / "incidents").rglob("*.yaml"):
        file.unlink()
    assert Session(book, NOW, profile="strict", cache=False).check().diagnostics == ()


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 5), date(2027, 12, 31)])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/New_York"])
def test_it_is_right_on_any_day_anywhere(day: date, zone: str, tmp_path: Path) -> None:
    for path, text in files(Start(day, zone)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert Session(tmp_path, now, profile="strict", cache=False).check().diagnostics == ()


def test_no_word_is_left_to_be_filled_in() -> None:
    texts = files(Start(date(2026, 11, 30), "UTC"))
    assert not [path for path, text in texts.items() if "@TO" in text or "@VER" in text or "@IN" in text]


def test_it_shows_each_kind_that_a_team_begins_with() -> None:
    kinds = {found.kind.name for path in files(Start(date(2026, 11, 30), "UTC")) if (found := identify(path))}
    assert {kind.name for kind in KINDS} - kinds == {
        "postmortem", "holidays", "override", "communication", "targets", "tools", "handoff", "attestations",
    }  # fmt: skip


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("ours\n")
    (tmp_path / "opsbook.toml").symlink_to("nowhere")
    assert run(["init", str(tmp_path), "--timezone", "UTC", *AT]) == 0
    assert (tmp_path / "README.md").read_text() == "ours\n"
    assert (tmp_path / "opsbook.toml").is_symlink()
    assert capsys.readouterr().err == "left as it is: README.md\nleft as it is: opsbook.toml\n"


def test_a_second_time_changes_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file: file.read_bytes() for file in book.rglob("*") if file.is_file()}
    capsys.readouterr()
    assert run(["init", str(book), "--timezone", "UTC", *AT]) == 0
    assert {file: file.read_bytes() for file in book.rglob("*") if file.is_file()} == before
    assert capsys.readouterr().out.startswith("0 files written")


def test_a_zone_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", str(tmp_path / "book"), "--timezone", "Europe/Berln"]) == 2
    assert "did you mean `Europe/Berlin`?" in capsys.readouterr().err
    assert not (tmp_path / "book").exists()


@pytest.mark.parametrize(
    "tool",
    [
        ["zizmor", "--offline", "--persona=pedantic", "--no-progress", ".github"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", ".github/workflows/*.yml"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-issue-forms", ".github/ISSUE_TEMPLATE/*.yml"],
        ["pre-commit", "validate-config", ".pre-commit-config.yaml"],
    ],
    ids=["zizmor", "workflows", "issue forms", "pre-commit"],
)
def test_what_it_sets_up_for_other_tools_passes_their_checks(book: Path, tool: list[str]) -> None:
    program = Path(sys.executable).with_name(tool[0])
    words = [str(each) for word in tool[1:] for each in (sorted(book.glob(word)) if "*" in word else [word])]
    done = subprocess.run([str(program), *words], cwd=book, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_a_folder_it_says_what_it_does_where_something_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    assert run(["init", "--dry-run"]) == 0
    assert run(["init", "--timezone", "UTC", *AT]) == 0
    assert "will be written" not in capsys.readouterr().err, "an empty repository is where a book begins"
    (tmp_path / "policies/roles.yaml").unlink()
    assert run(["init", "--timezone", "UTC", *AT]) == 0
    said = "this is a book: 1 file will be written that it lacks, all others stay as they are"
    assert said in capsys.readouterr().err
    assert run(["init", "--timezone", "UTC", *AT]) == 0
    assert "will be written" not in capsys.readouterr().err
    monkeypatch.chdir(tmp_path / "runbooks")
    assert run(["init", "--timezone", "UTC", *AT]) == 0
    err = capsys.readouterr().err
    assert err.startswith(f"this lies in the book {tmp_path}: ")
    assert err.endswith(" files will be written, of another one\n")


def test_a_folder_of_other_files_is_said_to_be_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--timezone", "UTC", *AT]) == 0
    err = capsys.readouterr().err
    assert err.startswith(f"{tmp_path} is not empty: ")
    assert err.endswith(" files will be written beside what stands here\n")
    assert (tmp_path / "notes.txt").read_text() == "hello"
