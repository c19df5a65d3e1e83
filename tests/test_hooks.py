"""The hooks as people use them: real pre-commit, installed from this checkout, in real repositories."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".pre-commit-hooks.yaml", "tooling")
NO_INDEX = ("No matching distribution", "Could not find a version", "Temporary failure in name resolution")
BOOK = {
    "opsbook.toml": "",
    "rotations/people/ana.yaml": "name: Ana Ruiz\ntimezone: Europe/Berlin\n",
    "rotations/teams/payments.yaml": "name: Payments\nmembers: [ana]\n",
}
BAD = "name: Payments\nmembers: [anna]\n"


class Repository(NamedTuple):
    """A git repository with its hooks, and the environment in which people would use it."""

    folder: Path
    env: dict[str, str]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.env, capture_output=True, encoding="utf-8", check=False
        )

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def commit(self, *arguments: str) -> tuple[bool, str]:
        """Whether a commit is accepted, and what is printed."""
        done = self.run("git", "commit", "-m", "a change", *arguments)
        return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    place = tmp_path_factory.mktemp("home")
    (place / "gitconfig").write_text(
        "[user]\nname = Ana\nemail = ana@example.com\n[init]\ndefaultBranch = main\n"
    )
    dropped = ("GIT_", "PRE_COMMIT", "PYTHONPATH", "VIRTUAL_ENV", "OPSBOOK_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    shared = tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else place
    return kept | {
        "GIT_CONFIG_GLOBAL": str(place / "gitconfig"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(shared / "pre-commit"),
        "XDG_CACHE_HOME": str(place / "cache"),
    }


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, env: dict[str, str]) -> str:
    """A `.pre-commit-config.yaml` that names this checkout; its hooks are installed."""
    shared = Path(env["PRE_COMMIT_HOME"]).parent
    with (shared / "hooks.lock").open("w") as lock:  # one installation for all test processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        hooks = Repository(shared / "hooks", env)
        if not hooks.folder.exists():
            _copy_package(hooks)
        text = _config(hooks.folder, hooks.git("rev-parse", "HEAD").strip())
        trial = Repository(tmp_path_factory.mktemp("trial"), env)
        trial.git("init", "--quiet")
        trial.write(".pre-commit-config.yaml", text)
        done = trial.run(sys.executable, "-m", "pre_commit", "install-hooks")
    if any(words in done.stdout for words in NO_INDEX):
        pytest.skip("pip reaches no index from which pre-commit could install opsbook")
    assert done.returncode == 0, done.stdout + done.stderr
    return text


def _copy_package(hooks: Repository) -> None:
    hooks.folder.mkdir()
    for name in PACKAGE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, hooks.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, hooks.folder / name)
    hooks.git("init", "--quiet")
    hooks.git("add", ".")
    hooks.git("commit", "--quiet", "-m", "opsbook")


def _config(hooks: Path, revision: str) -> str:
    return (
        f"repos:\n- repo: {hooks}\n  rev: {revision}\n"
        "  hooks:\n  - id: opsbook-check\n  - id: opsbook-check-book\n    stages: [manual]\n"
    )


@pytest.fixture
def book(tmp_path: Path, env: dict[str, str], config: str) -> Repository:
    """A book in its first commit, with the hooks in place."""
    found = Repository(tmp_path / "book", env)
    for path, text in {**BOOK, ".pre-commit-config.yaml": config}.items():
        found.write(path, text)
    found.git("init", "--quiet")
    done = found.run(sys.executable, "-m", "pre_commit", "install")
    assert done.returncode == 0, done.stdout
    found.git("add", ".")
    accepted, printed = found.commit()
    assert accepted, printed
    return found


def test_a_bad_commit_is_refused_with_its_place_and_reason_and_a_good_one_accepted(book: Repository) -> None:
    book.write("rotations/teams/payments.yaml", BAD)
    book.git("add", ".")
    accepted, printed = book.commit()
    assert not accepted
    assert "opsbook check...." in printed
    assert "error[REF001] unknown_reference: no person `anna`" in printed
    assert "rotations/teams/payments.yaml:2:11" in printed
    assert "help: did you mean `ana`?" in printed
    book.write("rotations/teams/payments.yaml", BOOK["rotations/teams/payments.yaml"] + "# the team\n")
    book.git("add", ".")
    accepted, printed = book.commit()
    assert accepted, printed


def test_what_a_command_of_a_response_writes_is_committed_whatever_the_hook_finds(book: Repository) -> None:
    ours = Repository(book.folder, book.env | {"PYTHONPATH": str(ROOT / "tooling")})
    declared = ours.run(sys.executable, "-m", "opsbook", "declare", "Doors stay shut", "-s", "SEV1")
    assert declared.returncode == 0
    assert "next" in declared.stderr, "there is something that the hook would find"
    assert "not committed" not in declared.stderr
    assert "declared" in book.git("log", "-1", "--format=%s")
    book.git("reset", "--quiet", "--soft", "HEAD~")
    accepted, printed = book.commit()
    assert not accepted
    assert "opsbook check...." in printed


def test_what_is_staged_is_judged_and_not_what_the_file_says_now(book: Repository) -> None:
    book.write("rotations/teams/payments.yaml", BAD)
    book.git("add", ".")
    book.write("rotations/teams/payments.yaml", BOOK["rotations/teams/payments.yaml"])
    accepted, printed = book.commit()
    assert not accepted
    assert "no person `anna`" in printed
    book.git("reset", "--quiet", "--hard")
    book.write("rotations/people/ben.yaml", "name: Ben\ntimezone: Europe/Paris\n")
    book.git("add", ".")
    book.write("rotations/people/ben.yaml", "name: Ben\ntimezone: Europe/Atlantis\n")
    accepted, printed = book.commit()
    assert accepted, printed
    assert "Atlantis" in (book.folder / "rotations/people/ben.yaml").read_text()


def test_paths_with_spaces_and_letters_of_any_script_are_found(book: Repository) -> None:
    path = "runbooks/Zahlung prüfen – 支付/cache.md"
    book.write(path, "---\nowner: nobody\n---\n# Cache\n")
    book.git("add", ".")
    accepted, printed = book.commit()
    assert not accepted
    assert f"{path}:2:8" in printed


@pytest.mark.parametrize("arguments", [["-a"], ["rotations/teams/payments.yaml"]], ids=["-a", "FILE"])
def test_a_commit_that_has_an_index_of_its_own_is_judged_by_it(
    book: Repository, arguments: list[str]
) -> None:
    book.write("rotations/teams/payments.yaml", BAD)
    accepted, printed = book.commit(*arguments)
    assert not accepted
    assert "no person `anna`" in printed
    book.write("rotations/teams/payments.yaml", BOOK["rotations/teams/payments.yaml"] + "# the team\n")
    accepted, printed = book.commit(*arguments)
    assert accepted, printed


def test_a_linked_work_tree_is_judged_by_its_own_index(book: Repository) -> None:
    book.git("worktree", "add", "--quiet", "../other", "-b", "other")
    other = Repository(book.folder.parent / "other", book.env)
    other.write("rotations/teams/payments.yaml", BAD)
    book.write("rotations/teams/payments.yaml", BOOK["rotations/teams/payments.yaml"] + "# the team\n")
    accepted, printed = other.commit("-a")
    assert not accepted
    assert "no person `anna`" in printed
    accepted, printed = book.commit("-a")
    assert accepted, printed


def test_all_files_can_be_judged_where_nothing_is_staged(book: Repository) -> None:
    book.write("rotations/teams/payments.yaml", BAD)
    accepted, printed = book.commit("-a", "--no-verify")
    assert accepted, printed
    done = book.run(sys.executable, "-m", "pre_commit", "run", "--all-files")
    assert done.returncode == 1
    assert "no person `anna`" in done.stdout
    assert "1 error in 2 records" in done.stdout


def test_the_other_hook_judges_the_whole_book(book: Repository) -> None:
    book.git("rm", "--quiet", "rotations/people/ana.yaml")
    hook = (sys.executable, "-m", "pre_commit", "run", "--hook-stage", "manual", "opsbook-check-book")
    done = book.run(*hook)
    assert done.returncode == 1
    assert "no person `ana`" in done.stdout


def test_both_hook_runners_accept_the_manifest_and_the_configuration() -> None:
    for runner in ("pre-commit", "prek"):
        tool = shutil.which(runner, path=str(Path(sys.executable).parent))
        if tool is None:
            pytest.skip(f"{runner} is not installed")
        for kind, file in (("manifest", ".pre-commit-hooks.yaml"), ("config", ".pre-commit-config.yaml")):
            done = subprocess.run(
                [tool, f"validate-{kind}", file], cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
