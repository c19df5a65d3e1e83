"""A GitHub to ask, and a book to ask about."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.forge.server import Forge, serving

from opsbook.cli.main import run

Said = tuple[int, str, str]
"""An exit code, and what was printed."""


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    with serving(Forge()) as found:
        for name, value in found.environment().items():
            monkeypatch.setenv(name, value)
        yield found


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Path]:
    """Writes a book, commits it, and goes there."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "OPSBOOK_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("OPSBOOK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "ana")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ana@example.com")
    root = tmp_path / "book"

    def make(files: dict[str, str]) -> Path:
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8")
        monkeypatch.chdir(root)
        for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "a book"]):
            subprocess.run(["git", *command], check=True, capture_output=True)
        return root

    return make


@pytest.fixture
def opsbook(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command in this process."""

    def call(*arguments: str) -> Said:
        capsys.readouterr()
        code = run(list(arguments))
        return code, *capsys.readouterr()

    return call


@pytest.fixture
def program(forge: Forge) -> Callable[..., Said]:
    """Runs a command as a program of its own, as a workflow does."""

    def call(*arguments: str, **environment: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "opsbook", *arguments],
            env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return call
