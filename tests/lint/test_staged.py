"""`--staged` judges the next commit: git's index, whatever the work tree says meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from opsbook.errors import UserError
from opsbook.lint.session import Session

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
INCIDENT = "incidents/2026/2026-03-02-checkout-5xx/incident.yaml"
TEAM = "rotations/teams/payments.yaml"
FILES = {
    "opsbook.toml": "",
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/people/ben.yaml": "name: Ben Ito\ntimezone: Europe/Berlin\n",
    TEAM: "name: Payments\nmembers: [ana, ben]\n",
    INCIDENT: "title: Checkout answers 502\ntimeline:\n  - {at: 2026-03-02T09:06Z, text: It fired}\n",
}


class Repository:
    def __init__(self, top: Path, book: str = "") -> None:
        self.top = top
        self.root = top / book
        self.root.mkdir(parents=True)
        self.git("init", "--quiet")
        for path, text in FILES.items():
            self.write(path, text)

    def git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com", "-c", "core.hooksPath=/")
        subprocess.run(["git", *identity, *arguments], cwd=self.top, check=True, capture_output=True)

    def read(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=self.top, text=True).strip()

    def commit(self) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "-m", "a change")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def stage(self, path: str, text: str) -> None:
        """Stage a content that the work tree does not have."""
        now = (self.root / path).read_text()
        self.write(path, text)
        self.git("add", ".")
        self.write(path, now)

    def found(self, *paths: str) -> list[str]:
        """What the check of the staged content brings to light, old findings left out."""
        report = Session(self.root, NOW, staged=True, cache=False, select=["DOC", "REF"]).check(paths)
        return [f"{each.location} {each.message}" for each in report.diagnostics if not each.before]


@pytest.fixture(autouse=True)
def no_git_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    found = Repository(tmp_path / "repository")
    found.commit()
    return found


def wrap_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str) -> None:
    """Put a `git` into the way that does something before it is git."""
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n{first}\nexec "{shutil.which("git")}" "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")


def test_nothing_staged_is_nothing_wrong(repository: Repository) -> None:
    repository.write(TEAM, "name: Payments\nmembers: [nobody]\n")
    assert repository.found() == []


def test_a_fault_that_is_staged_is_found_and_one_that_is_not_is_not(repository: Repository) -> None:
    repository.stage(TEAM, "name: Payments\nmembers: [anna, ben]\n")
    assert repository.found() == [f"{TEAM}:2:11 no person `anna`"]
    assert repository.found(TEAM) == [f"{TEAM}:2:11 no person `anna`"]


def test_the_first_commit_can_be_judged(tmp_path: Path) -> None:
    new = Repository(tmp_path / "new")
    new.write(TEAM, "name: Payments\nmembers: [anna, ben]\n")
    new.git("add", ".")
    assert new.found() == [f"{TEAM}:2:11 no person `anna`"]


def test_a_deletion_is_blamed_for_what_it_breaks_and_not_for_what_was_broken(repository: Repository) -> None:
    repository.write("rotations/teams/storage.yaml", "name: Storage\nmembers: [nobody]\n")
    repository.commit()
    repository.git("rm", "--quiet", "rotations/people/ben.yaml")
    assert repository.found() == [f"{TEAM}:2:16 no person `ben`"]


def test_new_settings_are_those_that_are_staged(repository: Repository) -> None:
    repository.stage("opsbook.toml", "[levels]\nREF001 = 'loud'\n")
    with pytest.raises(UserError, match=r"^opsbook\.toml:2: "):
        repository.found()


def test_a_symbolic_link_is_neither_followed_nor_read(repository: Repository) -> None:
    target = repository.top.parent / "secret.yaml"
    target.write_text("title: stolen\n")
    link = repository.root / "incidents/2026/2026-03-03-linked/incident.yaml"
    link.parent.mkdir()
    link.symlink_to(target)
    repository.git("add", ".")
    name = link.relative_to(repository.root).as_posix()
    assert repository.found(name) == [f"{name}:1:1 a symbolic link, which is not followed"]
    repository.commit()
    repository.stage(INCIDENT, FILES[INCIDENT] + "related: [2026-03-03-linked]\n")
    assert repository.found() == [f"{INCIDENT}:4:11 no incident `2026-03-03-linked`"]


def test_a_repository_that_is_damaged_is_said_so_and_not_found_clean(repository: Repository) -> None:
    repository.stage(INCIDENT, FILES[INCIDENT] + "severity: SEV1\n")
    staged = repository.read("rev-parse", f":{INCIDENT}")
    damaged = repository.top / ".git/objects" / staged[:2] / staged[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    assert repository.found() == [f"{INCIDENT}:1:1 cannot be read"]


def test_a_git_that_dies_is_an_error_and_no_clean_book(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage(INCIDENT, FILES[INCIDENT] + "services: [checkout]\n")
    wrap_git(tmp_path, monkeypatch, 'if [ "$3" = cat-file ]; then exit 1; fi')
    with pytest.raises(UserError, match="git cat-file ended early"):
        repository.found()


@pytest.mark.parametrize("folder", ["a blob 12", "prüfen 支付", "a*[b]", ":(top)", "-n", "a\nb"])
def test_a_path_is_a_name_and_never_a_pattern(repository: Repository, folder: str) -> None:
    path = f"runbooks/{folder}/cache.md"
    repository.write(path, "---\nowner: nobody\n---\n# Cache\n")
    repository.git("add", ".")
    wanted = [f"{path}:2:8 no person or team `nobody`"]
    assert repository.found() == repository.found(path) == wanted


def test_a_book_may_be_a_folder_of_its_repository(tmp_path: Path) -> None:
    inner = Repository(tmp_path / "outer", "operations/book")
    inner.commit()
    outside = inner.top / TEAM
    outside.parent.mkdir(parents=True)
    outside.write_text("members: [nobody]\n")
    inner.stage(INCIDENT, FILES[INCIDENT] + "related: [2026-03-03-none]\n")
    assert inner.found() == [f"{INCIDENT}:4:11 no incident `2026-03-03-none`"]


def test_what_git_tells_its_hooks_does_not_lead_astray(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage(TEAM, "name: Payments\nmembers: [anna, ben]\n")
    other = Repository(tmp_path / "other")
    for name, value in (("GIT_DIR", other.top / ".git"), ("GIT_WORK_TREE", other.top), ("GIT_PREFIX", "x/")):
        monkeypatch.setenv(name, str(value))
    assert repository.found() == [f"{TEAM}:2:11 no person `anna`"]


def test_a_commit_of_single_paths_is_judged_by_its_own_index(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage(TEAM, "name: Payments\nmembers: [anna, ben]\n")
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.top / ".git" / "next-index"))
    repository.git("read-tree", "HEAD")
    assert repository.found() == []


def test_a_path_that_is_not_staged_is_refused_with_what_to_do(repository: Repository) -> None:
    repository.write("runbooks/new.md", "# New\n")
    with pytest.raises(UserError) as refusal:
        repository.found("runbooks/new.md")
    assert refusal.value.message == "no file or folder `runbooks/new.md` in the book"
    assert refusal.value.hint == "`--staged` sees what is staged: `git add` it"


def test_one_staged_incident_costs_three_git_processes_and_one_look_at_the_index(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.stage(INCIDENT, FILES[INCIDENT] + "services: [checkout]\nseverity: SEV1\n")
    log = tmp_path / "log"
    wrap_git(tmp_path, monkeypatch, f'echo "$3" >>"{log}"')
    assert repository.found() == [f"{INCIDENT}:4:12 no service `checkout`"]
    assert sorted(log.read_text().split()) == ["cat-file", "diff", "ls-tree"]


def test_a_run_counts_where_the_next_commit_has_it_whatever_is_remembered_of_the_work_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    repository, page = Repository(tmp_path / "repository"), "runbooks/failover.md"
    repository.write(page, "---\nowner: ana\nlast_updated: 2026-01-05\ntest_in: 30d\n---\n# Failover\n")
    repository.commit()
    repository.write(page, (repository.root / page).read_text() + "\n")
    run = "  - {at: 2026-03-20T09:00Z, runbook: {id: failover}, text: Done}\n"

    def overdue() -> list[bool]:
        """Whether a test is overdue by the work tree, and by what is staged, asked twice."""
        sessions = [Session(repository.root, NOW, staged=staged) for staged in (False, True) * 2]
        return ["RUN022" in {each.code for each in session.check().diagnostics} for session in sessions]

    repository.git("add", page)
    assert overdue() == [True, True] * 2
    repository.write(INCIDENT, FILES[INCIDENT] + run)
    assert overdue() == [False, True] * 2
    repository.git("add", INCIDENT)
    assert overdue() == [False, False] * 2
    repository.write(INCIDENT, FILES[INCIDENT])
    assert overdue() == [True, False] * 2
