"""A text that changed under an old date: by git's history, or against a base."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.lint.session import Session
from opsbook.output.json import render

pytestmark = pytest.mark.usefixtures("quiet")
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
PAGE = "---\nlast_updated: {day}\nowner: {owner}\n---\n# Make room on a full disk\n\n1. {step}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "book"
    (root / "runbooks").mkdir(parents=True)
    (root / "opsbook.toml").write_text('timezone = "Europe/Berlin"\n')
    git(root, "init", "-q", "-b", "main")
    return root


def git(root: Path, *arguments: str, at: str = "", written: str = "") -> None:
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    dates = {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": written or at} if at else {}
    command = ["git", "-C", str(root), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | dates)


def write(root: Path, day: str, step: str, owner: str = "ana", name: str = "disk-full") -> None:
    (root / "runbooks" / f"{name}.md").write_text(PAGE.format(day=day, step=step, owner=owner))


def commit(root: Path, at: str, written: str = "") -> None:
    git(root, "add", "-A")
    git(root, "commit", "-qm", "a change", at=f"{at}:00+0000", written=written)


def found(root: Path, now: datetime = NOW, *, base: str | None = None, staged: bool = False) -> list[str]:
    """What is said, the same with a cold cache, a warm one and none."""

    def session(cache: bool) -> Session:
        return Session(root, now, select=["RUN030"], base=base, staged=staged, cache=cache)

    first, *others = (render(session(cache).check()) for cache in (True, True, False))
    assert others == [first] * 2
    return [each.message for each in session(cache=True).check().diagnostics]


def test_a_commit_that_leaves_the_date_alone_is_found(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    write(root, "2026-03-02", "Delete logs older than a day", owner="ben")
    commit(root, "2026-03-25T09:00")
    assert found(root) == ["the text changed on 2026-03-20 and the date is still 2026-03-02"]


def test_a_commit_that_writes_the_date_is_right_however_old_the_date(root: Path) -> None:
    write(root, "2025-01-01", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-01", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    assert found(root) == []


def test_more_work_on_the_day_of_the_date_is_right(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-02T17:00")
    assert found(root) == []


def test_the_day_is_the_authors_own_and_a_rebase_leaves_it(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-05T09:00", written="2026-03-02T22:00:00-0800")  # the 3rd in Berlin
    assert found(root) == []


def test_blanks_and_the_front_matter_are_no_change_of_the_text(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs\n   older than  a week\n", owner="ben")
    commit(root, "2026-03-20T09:00")
    assert found(root) == []


def test_words_in_no_commit_yet_are_found_once_the_day_of_the_date_is_over(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    assert found(root) == ["the text changed and the date is still 2026-03-02"]
    assert found(root, datetime(2026, 3, 2, 22, tzinfo=UTC)) == []


def test_a_text_that_was_put_back_is_no_change(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    write(root, "2026-03-02", "Delete logs older than a week")
    assert found(root) == []
    commit(root, "2026-03-21T09:00")
    assert found(root) == []


def test_a_commit_after_the_instant_of_the_check_is_not_known_yet(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    assert found(root, datetime(2026, 3, 20, 8, tzinfo=UTC)) == []
    assert len(found(root, datetime(2026, 3, 20, 9, tzinfo=UTC))) == 1


def test_a_new_commit_is_seen_by_a_warm_check(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    write(root, "2026-03-02", "Restart", name="restart")
    commit(root, "2026-03-02T09:00")
    for day in range(20, 25):
        write(root, "2026-03-02", f"Delete logs older than {day} days")
        commit(root, f"2026-03-{day}T09:00")
        assert found(root) == [f"the text changed on 2026-03-{day} and the date is still 2026-03-02"]


def test_a_renamed_runbook_begins_with_its_name(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    (root / "runbooks" / "disk-full.md").unlink()
    write(root, "2026-03-02", "Delete logs older than a day", name="full-disk")
    commit(root, "2026-03-20T09:00")
    assert found(root) == []


def test_a_shallow_clone_and_a_folder_without_git_say_nothing(root: Path, tmp_path: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "clone")
    assert found(tmp_path / "clone") == []
    git(tmp_path / "clone", "fetch", "-q", "--unshallow")
    assert len(found(tmp_path / "clone")) == 1
    (root / ".git").rename(tmp_path / "git")
    assert found(root) == []


def test_with_a_base_what_was_stale_before_is_no_news(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    write(root, "2026-03-02", "Restart", name="restart")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    commit(root, "2026-03-20T09:00")
    git(root, "checkout", "-qb", "branch")
    write(root, "2026-03-02", "Restart it", name="restart")
    commit(root, "2026-03-22T09:00")
    report = Session(root, NOW, select=["RUN030"], base="main").check()
    assert [(each.location.path, each.before) for each in report.diagnostics] == [
        ("runbooks/disk-full.md", "base"),
        ("runbooks/restart.md", ""),
    ]


def test_what_is_staged_is_compared_with_the_last_commit(root: Path) -> None:
    write(root, "2026-03-02", "Delete logs older than a week")
    commit(root, "2026-03-02T09:00")
    write(root, "2026-03-02", "Delete logs older than a day")
    git(root, "add", "-A")
    assert found(root, staged=True) == ["the text changed and the date is still 2026-03-02"]
    write(root, "2026-04-01", "Delete logs older than a day")
    git(root, "add", "-A")
    assert found(root, staged=True) == []
