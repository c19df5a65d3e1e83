"""One commit a command, and nothing of a person's own work in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.sharing.conftest import ID, RECORD, TEXT, Place, declares, hook, line, logs

from opsbook.authoring.change import Change, new, rewritten
from opsbook.book.snapshot import Book
from opsbook.cli.main import run
from opsbook.errors import UserError
from opsbook.sharing.sync import catch_up


def test_a_command_is_one_commit_with_its_own_words(ana: Place) -> None:
    ana.save(logs(20, "rolled back"))
    assert ana.subjects() == [f"{ID}: rolled back", "a book"]
    assert ana.committed() == ana.read() == TEXT + line(20, "rolled back")
    assert ana.git("status", "--porcelain") == ""


def test_a_new_record_and_its_evidence_are_committed(ana: Place) -> None:
    path = "incidents/2026/2026-03-03-ärger/incident.yaml"
    evidence = "incidents/2026/2026-03-03-ärger/evidence/pool.png"
    ana.save(lambda _: Change("declared", (new(path, TEXT),), {evidence: b"\x89PNG\x00"}))
    assert ana.committed(path) == TEXT
    assert ana.git("status", "--porcelain") == ""


def test_other_work_in_the_index_and_the_work_tree_is_left_alone(ana: Place) -> None:
    ana.write("staged.md", "staged\n")
    ana.git("add", "staged.md")
    ana.write("opsbook.toml", 'timezone = "UTC"\n')
    ana.write("untracked.md", "untracked\n")
    ana.save(logs(20, "rolled back"))
    assert ana.git("show", "--name-only", "--format=").split() == [RECORD]
    assert ana.git("status", "--porcelain").splitlines() == [
        " M opsbook.toml", "A  staged.md", "?? untracked.md",
    ]  # fmt: skip


def test_a_record_in_a_folder_that_git_ignores_is_committed(ana: Place) -> None:
    ana.write(".git/info/exclude", "2026-03-03-*/\n")
    path = RECORD.replace(ID, "2026-03-03-doors")
    ana.write(path, TEXT)
    ana.save(logs(20, "rolled back", path))
    assert ana.committed(path) == ana.read(path) == TEXT + line(20, "rolled back")


def test_a_command_starts_few_processes_of_git(
    ana: Place, ben: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben.save(logs(20, "from ben"), push=True)
    git, log = shutil.which("git"), tmp_path / "asked"
    (tmp_path / "bin").mkdir()
    hook(tmp_path / "bin", "git", f'echo "$3 $4 $5 $6 $7" >> {log}\nexec {git} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    ana.save(logs(30, "from ana"))
    assert [line.split()[0] for line in log.read_text().splitlines()] == ["rev-parse", "status", "commit"]
    log.unlink()
    ana.fresh().save(logs(40, "from ana"), push=True)
    assert len(log.read_text().splitlines()) <= 18


def test_a_persons_own_changes_of_the_same_record_are_not_committed_with_it(ana: Place) -> None:
    ana.write(RECORD, TEXT.replace("answers 502", "is slow"))
    ana.git("add", RECORD)
    ana.write(RECORD, TEXT.replace("answers 502", "is slow") + line(15, "by hand"))
    ana.save(logs(20, "rolled back"))
    assert ana.committed() == TEXT + line(20, "rolled back")
    assert ana.git("show", f":{RECORD}") == TEXT.replace("answers 502", "is slow") + line(20, "rolled back")
    assert ana.read() == (
        TEXT.replace("answers 502", "is slow") + line(15, "by hand") + line(20, "rolled back")
    )  # fmt: skip


def test_a_file_stays_executable(ana: Place) -> None:
    (ana.root / RECORD).chmod(0o755)
    ana.commit_all()
    ana.write(RECORD, TEXT.replace("502", "503"))
    ana.save(logs(20, "rolled back"))
    assert ana.git("diff", "--summary", "HEAD^", "HEAD") == ""
    assert ana.git("ls-files", "--stage", RECORD).startswith("100755 ")


def test_a_persons_own_changes_are_not_committed_later_either(ana: Place) -> None:
    ana.write(RECORD, TEXT.replace("502", "503"))
    hook(ana.root / ".git/hooks", "pre-commit", "exit 1")
    ana.save(logs(20, "rolled back"))
    (ana.root / ".git/hooks/pre-commit").unlink()
    assert catch_up(ana.fresh().clone) == ""
    assert ana.committed() == TEXT
    assert ana.read() == TEXT.replace("502", "503") + line(20, "rolled back")


def test_what_could_not_be_written_does_not_wait(ana: Place) -> None:
    with pytest.raises(UserError, match="changed while this ran"):
        ana.save(lambda book: _written_meanwhile(ana, book))
    assert ana.fresh().clone.waiting == {}


def _written_meanwhile(place: Place, book: Book) -> Change:
    change = logs(20, "rolled back")(book)
    place.write(RECORD, place.read() + "# by an editor\n")
    return change


@pytest.mark.parametrize("by_hand", [True, False])
def test_nothing_waits_that_was_committed_by_hand_or_never_written(ana: Place, by_hand: bool) -> None:
    if by_hand:
        hook(ana.root / ".git/hooks", "pre-commit", "exit 1")
        ana.save(logs(20, "rolled back"))
        ana.git("commit", "--quiet", "--no-verify", "-a", "-m", "by hand")
    else:
        ana.clone.wait(["incidents/2026/2026-03-03-doors/incident.yaml"], "the power went")
    assert catch_up(ana.fresh().clone) == ""
    assert ana.fresh().clone.waiting == {}


def test_what_waits_in_one_work_tree_or_book_is_not_committed_from_another(
    ana: Place, tmp_path: Path
) -> None:
    ana.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    inner = Place(ana.root / "inner")
    inner.write("opsbook.toml", "")
    inner.write(RECORD, TEXT)
    ana.commit_all()
    hook(ana.root / ".git/hooks", "pre-commit", "exit 1")
    ana.save(logs(20, "rolled back"))
    (ana.root / ".git/hooks/pre-commit").unlink()
    for place in (Place(tmp_path / "side"), inner):
        place.write(RECORD, TEXT.replace("502", "503"))
        assert catch_up(place.clone) == ""
        assert place.committed() == TEXT
    assert catch_up(ana.fresh().clone) == ""
    assert ana.committed() == TEXT + line(20, "rolled back")


def test_what_a_hook_refuses_waits_and_goes_with_the_next(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", 'echo "no commits on Mondays" >&2; exit 1')
    ana.save(declares(id="2026-03-03-doors"))
    assert capsys.readouterr().err == (
        "written, not committed: no commits on Mondays; "
        "once that is settled, the next command or `opsbook sync` commits it\n"
    )
    assert ana.subjects() == ["a book"]
    assert ana.git("status", "--porcelain", "-uall") == "?? incidents/2026/2026-03-03-doors/incident.yaml\n"
    (ana.root / ".git/hooks/pre-commit").unlink()
    ana.fresh().save(logs(20, "rolled back"))
    assert ana.git("status", "--porcelain") == ""
    assert ana.fresh().clone.waiting == {}
    assert ana.git("show", "--name-only", "--format=").split() == [
        RECORD, "incidents/2026/2026-03-03-doors/incident.yaml",
    ]  # fmt: skip


CHECKS = f'"{sys.executable}" -P -m opsbook check --staged'


def test_the_hook_that_checks_a_book_stops_no_command_of_a_response_and_a_person_as_before(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", CHECKS)
    with contextlib.chdir(ana.root):
        assert run(["log", "-i", ID, "--service", "nowhere", "it is slow", "--push"]) == 0
    assert "not committed" not in capsys.readouterr().err
    assert ana.subjects("origin/main")[0] == f"{ID}: it is slow"
    ana.git("reset", "--quiet", "--mixed", "HEAD~")
    done = subprocess.run(
        ["git", "commit", "-qam", "by hand"], cwd=ana.root, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b"no service `nowhere`" in done.stderr


def test_what_nobody_could_read_is_stopped_by_the_hook_of_a_command_too(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", f"echo 'title: [' > {RECORD}; git add {RECORD}; {CHECKS}")
    ana.save(logs(20, "rolled back"))
    assert "written, not committed: error[DOC" in capsys.readouterr().err
    assert ana.subjects() == ["a book"]


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        (
            (
                "trim whitespace.....Passed\nspelling....(no files to check)Failed\n- hook id: spelling\n"
                "- exit code: 1\n\nwarning[INC018] no_war_room: where do people talk?\n1 warning in 1 record"
            ),
            "the hook `spelling` failed: warning[INC018] no_war_room: where do people talk?",
        ),
        (
            "trim whitespace.....Failed\n- files were modified\n\nFixing x",
            "the hook `trim whitespace` failed",
        ),
        (
            "An unexpected error has occurred: CalledProcessError: git init\nCheck the log at /tmp/x.log",
            "CalledProcessError: git init",
        ),
    ],
)
def test_the_reason_is_what_failed_first_and_with_push_it_is_said_that_nobody_else_has_it(
    ana: Place, capsys: pytest.CaptureFixture[str], printed: str, why: str
) -> None:
    hook(ana.root / ".git/hooks", "pre-commit", f"cat <<'END'\n{printed}\nEND\nexit 1")
    with contextlib.chdir(ana.root):
        assert run(["log", "-i", ID, "rolled back", "--push"]) == 1
    assert (
        f"written, not committed, NOT shared yet: {why}; "
        "once that is settled, `opsbook sync` commits and shares it\n"
    ) in capsys.readouterr().err


def test_who_has_changes_of_their_own_in_the_same_place_is_told_to_commit_them(
    ana: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    ana.write(RECORD, TEXT.replace("answers 502", "is slow"))
    there = TEXT.replace("answers 502", "is down")
    ana.save(lambda book: Change("x", (rewritten(book.read(RECORD), there),)))
    assert capsys.readouterr().err == (
        f"written, not committed: your own changes of {RECORD} touch the same place; "
        f"commit {RECORD} yourself, with what you changed there\n"
    )


def test_hooks_see_the_person_and_not_what_opsbook_tells_git(ana: Place) -> None:
    hook(
        ana.root / ".git/hooks",
        "commit-msg",
        'test -z "$GIT_LITERAL_PATHSPECS" && echo "Reviewed-by: B" >> "$1"',
    )
    ana.save(logs(20, "rolled back"))
    assert "Reviewed-by: B" in ana.git("log", "-1", "--format=%B")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("detached", "HEAD is detached"),
        ("merging", "a merge is under way"),
        ("nobody", "git does not know who you are"),
        ("locked", "another git holds the index"),
    ],
)
def test_where_nothing_can_be_committed_the_entry_is_written_and_the_reason_said(
    ana: Place, state: str, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if state == "detached":
        ana.git("checkout", "--quiet", "--detach")
    elif state == "merging":
        (ana.root / ".git/MERGE_HEAD").write_text(ana.git("rev-parse", "HEAD"))
    elif state == "nobody":
        ana.git("config", "user.useConfigOnly", "true")
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    else:
        (ana.root / ".git/index.lock").touch()
    ana.save(logs(20, "rolled back"))
    assert words in capsys.readouterr().err
    assert ana.read() == TEXT + line(20, "rolled back")
    assert ana.fresh().clone.waiting == {RECORD: f"{ID}: rolled back"}


def test_the_first_commit_of_a_book_may_be_a_commands(person: None, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "book")], check=True)
    place = Place(tmp_path / "book")
    place.write("opsbook.toml", "")
    place.save(declares())
    assert place.subjects() == [f"{ID}: declared"]
    assert place.git("status", "--porcelain") == "?? opsbook.toml\n"


def test_a_book_in_a_folder_of_a_repository_is_committed_there(ana: Place) -> None:
    ana.write("ops/book/opsbook.toml", "")
    ana.write(f"ops/book/{RECORD}", TEXT)
    ana.commit_all()
    inner = Place(ana.root / "ops/book")
    inner.write(RECORD, TEXT.replace("502", "503"))
    inner.save(logs(20, "rolled back"))
    assert inner.committed() == TEXT + line(20, "rolled back")
    assert inner.read() == TEXT.replace("502", "503") + line(20, "rolled back")


def test_a_linked_work_tree_commits_to_its_own_branch(ana: Place, tmp_path: Path) -> None:
    ana.git("worktree", "add", "--quiet", "-b", "side", str(tmp_path / "side"))
    side = Place(tmp_path / "side")
    side.save(logs(20, "rolled back"))
    assert side.subjects("side") == [f"{ID}: rolled back", "a book"]
    assert ana.subjects("main") == ["a book"]


def test_line_ends_that_git_converts_are_converted(ana: Place) -> None:
    ana.git("config", "core.autocrlf", "true")
    ana.git("rm", "--quiet", "--cached", "-r", ".")
    ana.git("reset", "--quiet", "--hard")
    assert "\r\n" in (ana.root / RECORD).read_bytes().decode()
    ana.save(lambda book: logs(20, "x")(book)._replace(summary="x"))
    assert (
        "\r"
        not in subprocess.run(
            ["git", "-C", str(ana.root), "cat-file", "blob", f"HEAD:{RECORD}"],
            capture_output=True,
            check=True,
        ).stdout.decode()
    )


def test_no_commit_writes_and_no_more(ana: Place) -> None:
    ana.save(logs(20, "rolled back"), commit=False)
    assert ana.subjects() == ["a book"]
    assert ana.git("status", "--porcelain") == f" M {RECORD}\n"
