"""What git says of the past of files: one after the other, the same for everybody, or nothing."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from opsbook.errors import UserError
from opsbook.git import Git
from opsbook.lint.history import history

pytestmark = pytest.mark.usefixtures("quiet")


def git(root: Path, *arguments: str, at: str = "2026-03-02T09:00:00+0000", written: str = "") -> str:
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    environment = os.environ | {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": written or at}
    command = ["git", "-C", str(root), *identity, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return done.stdout.strip()


def commit(root: Path, files: dict[str, str | None], at: str, written: str = "") -> str:
    """A commit that writes these files; None deletes one."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).unlink() if text is None else (root / path).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a change", at=at, written=written)
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main", "book")
    return tmp_path / "book"


def commits(root: Path, path: str) -> list[str]:
    return [each.commit for each in Git(root).history("runbooks").of(path)]


def test_the_changes_of_a_file_are_told_the_newest_first(root: Path) -> None:
    first = commit(root, {"runbooks/a.md": "1", "other/x": "1"}, "2026-03-02T09:00:00+0000")
    commit(root, {"other/x": "2"}, "2026-03-03T09:00:00+0000")
    late = commit(
        root, {"runbooks/a.md": "2"}, "2026-03-06T01:00:00+0100", written="2026-03-04T23:30:00-0500"
    )
    gone = commit(root, {"runbooks/a.md": None, "runbooks/Ü b.md": "2"}, "2026-03-07T09:00:00+0000")
    found = Git(root).history("runbooks")
    assert found.newest == gone
    assert [each.commit for each in found.of("runbooks/a.md")] == [gone, late, first]
    assert [each.blob is None for each in found.of("runbooks/a.md")] == [True, False, False]
    assert found.of("runbooks/a.md")[1].at == datetime(2026, 3, 6, tzinfo=UTC)
    assert found.of("runbooks/a.md")[1].written == date(2026, 3, 4)
    assert [each.commit for each in found.of("runbooks/Ü b.md")] == [gone]
    assert found.of("other/x") == ()
    assert len(Git(root).history().of("other/x")) == 2


def test_the_paths_are_those_of_a_book_in_a_folder_of_the_repository(root: Path) -> None:
    first = commit(root, {"ops/runbooks/a.md": "1", "runbooks/a.md": "1"}, "2026-03-02T09:00:00+0000")
    commit(root, {"runbooks/a.md": "2"}, "2026-03-03T09:00:00+0000")
    assert commits(root / "ops", "runbooks/a.md") == [first]


def test_a_branch_counts_from_its_merge(root: Path) -> None:
    first = commit(root, {"runbooks/a.md": "1"}, "2026-03-02T09:00:00+0000")
    git(root, "checkout", "-qb", "branch")
    commit(root, {"runbooks/a.md": "2"}, "2026-03-03T09:00:00+0000")
    commit(root, {"runbooks/a.md": "3"}, "2026-03-04T09:00:00+0000")
    git(root, "checkout", "-q", "main")
    commit(root, {"other/x": "1"}, "2026-03-05T09:00:00+0000")
    git(root, "merge", "-q", "--no-ff", "-m", "merge", "branch", at="2026-03-06T09:00:00+0000")
    assert commits(root, "runbooks/a.md") == [git(root, "rev-parse", "HEAD"), first]


def test_a_persons_own_settings_change_nothing(root: Path, tmp_path: Path) -> None:
    commit(root, {"runbooks/a.md": "1\n" * 20}, "2026-03-02T09:00:00+0000")
    commit(root, {"runbooks/a.md": None, "runbooks/b.md": "1\n" * 20}, "2026-03-03T09:00:00+0000")
    git(root, "checkout", "-qb", "branch", "HEAD~")
    commit(root, {"runbooks/c.md": "3"}, "2026-03-04T09:00:00+0000")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-ff", "-m", "merge", "branch", at="2026-03-06T09:00:00+0000")
    expected = Git(root).history("runbooks")
    assert sorted(expected.files) == ["runbooks/a.md", "runbooks/b.md", "runbooks/c.md"]
    for name, value in {
        "color.ui": "always",
        "log.showSignature": "true",
        "log.showRoot": "false",
        "log.follow": "true",
        "log.date": "iso",
        "log.diffMerges": "combined",
        "diff.renames": "copies",
        "diff.noprefix": "true",
        "diff.relative": "false",
        "core.quotePath": "true",
        "format.pretty": "fuller",
    }.items():
        git(root, "config", name, value)
    assert Git(root).history("runbooks") == expected


def test_an_earlier_answer_is_read_on_from_its_newest_commit(root: Path) -> None:
    commit(root, {"runbooks/a.md": "1"}, "2026-03-02T09:00:00+0000")
    commit(root, {"runbooks/a.md": "2"}, "2026-03-03T09:00:00+0000")
    known = Git(root).history("runbooks")
    commit(root, {"runbooks/a.md": "3", "runbooks/b.md": "1"}, "2026-03-04T09:00:00+0000")
    commit(root, {"other/x": "1"}, "2026-03-05T09:00:00+0000")
    marked = known._replace(files={**known.files, "runbooks/seen.md": known.files["runbooks/a.md"][:1]})
    assert Git(root).history("runbooks", known=known) == Git(root).history("runbooks")
    assert "runbooks/seen.md" in Git(root).history("runbooks", known=marked).files


@pytest.mark.parametrize("elsewhere", ["HEAD~", "HEAD~2", "orphan"])
def test_an_earlier_answer_of_other_commits_is_not_believed(root: Path, elsewhere: str) -> None:
    for number in range(3):
        commit(root, {"runbooks/a.md": str(number)}, f"2026-03-0{number + 2}T09:00:00+0000")
    known = Git(root).history("runbooks")
    if elsewhere == "orphan":
        git(root, "checkout", "-q", "--orphan", "other")
        commit(root, {"runbooks/a.md": "5"}, "2026-03-09T09:00:00+0000")
    else:
        git(root, "checkout", "-q", "-b", "other", elsewhere)
        commit(root, {"runbooks/a.md": "4"}, "2026-03-09T09:00:00+0000")
    assert Git(root).history("runbooks", known=known) == Git(root).history("runbooks")


def test_the_answer_is_the_same_with_what_is_remembered(root: Path) -> None:
    for number in range(4):
        commit(root, {"runbooks/a.md": str(number)}, f"2026-03-0{number + 2}T09:00:00+0000")
        for _ in range(2):
            assert history(Git(root), "runbooks") == Git(root).history("runbooks")
    git(root, "reset", "-q", "--hard", "HEAD~2")
    assert history(Git(root), "runbooks") == Git(root).history("runbooks")


def test_a_shallow_clone_does_not_guess(root: Path, tmp_path: Path) -> None:
    for number in range(3):
        commit(root, {"runbooks/a.md": str(number)}, f"2026-03-0{number + 2}T09:00:00+0000")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "clone")
    with pytest.raises(UserError, match="a shallow clone"):
        history(Git(tmp_path / "clone"), "runbooks")
    git(tmp_path / "clone", "fetch", "-q", "--unshallow")
    assert len(history(Git(tmp_path / "clone"), "runbooks").of("runbooks/a.md")) == 3


def test_a_repository_without_a_commit_has_no_past(root: Path) -> None:
    assert history(Git(root), "runbooks").files == {}


def test_dates_of_a_broken_clock_are_kept_within_the_calendar(root: Path) -> None:
    commit(root, {"runbooks/a.md": "1"}, "@999999999999 +0000")
    (change,) = Git(root).history("runbooks").of("runbooks/a.md")
    assert change.at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert change.written == date.max
