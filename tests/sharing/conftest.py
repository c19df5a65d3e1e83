"""Real clones of a real remote, and a command that writes in one of them."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from opsbook.authoring.change import Change, new, rewritten
from opsbook.book.snapshot import Book
from opsbook.cli.saving import save
from opsbook.sharing.clone import Clone

ID = "2026-03-02-checkout-5xx"
RECORD = f"incidents/2026/{ID}/incident.yaml"
TEXT = """\
title: Checkout answers 502
severity: SEV2
timeline:
  - {at: 2026-03-02T09:14Z, milestone: declared, severity: SEV2, text: "Declared"}
"""


class Place:
    """A clone, as a person has it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clone = Clone(root)

    def git(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["git", "-C", str(self.root), *arguments], check=False, capture_output=True, encoding="utf-8"
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    def save(self, make: Callable[[Book], Change], **options: object) -> None:
        with contextlib.chdir(self.root):
            save(make, options)

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def read(self, path: str = RECORD) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def committed(self, path: str = RECORD, revision: str = "HEAD") -> str:
        return self.git("show", f"{revision}:./{path}")

    def commit_all(self, message: str = "by hand") -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", message)

    def subjects(self, revision: str = "HEAD") -> list[str]:
        return self.git("log", "--format=%s", revision).splitlines()

    def fresh(self) -> Place:
        """The same place, with nothing remembered of it."""
        return Place(self.root)


def line(minute: int, text: str) -> str:
    return f'  - {{at: 2026-03-02T09:{minute:02}Z, text: "{text}"}}\n'


def logs(minute: int, text: str, path: str = RECORD) -> Callable[[Book], Change]:
    """A change that adds an entry at the end."""

    def make(book: Book) -> Change:
        document = book.read(path)
        edit = rewritten(document, document.source.text + line(minute, text))
        return Change(f"{ID}: {text}", (edit,))

    return make


def declares(text: str = TEXT, id: str = ID) -> Callable[[Book], Change]:
    return lambda _: Change(f"{id}: declared", (new(f"incidents/2026/{id}/incident.yaml", text),))


@pytest.fixture
def person(quiet: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[user]\nname = Ana\nemail = ana@example.com\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))


@pytest.fixture
def remote(person: None, tmp_path: Path) -> Path:
    """A bare repository with a book and one incident."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    first = Place(tmp_path / "first")
    subprocess.run(["git", "clone", "--quiet", str(remote), str(first.root)], check=True, capture_output=True)
    first.write("opsbook.toml", 'timezone = "Europe/Berlin"\n')
    first.write(RECORD, TEXT)
    first.commit_all("a book")
    first.git("push", "--quiet", "origin", "main")
    return remote


@pytest.fixture
def clone(remote: Path, tmp_path: Path) -> Callable[[str], Place]:
    def make(name: str) -> Place:
        root = tmp_path / name
        subprocess.run(["git", "clone", "--quiet", str(remote), str(root)], check=True)
        return Place(root)

    return make


@pytest.fixture
def ana(clone: Callable[[str], Place]) -> Place:
    return clone("ana")


@pytest.fixture
def ben(clone: Callable[[str], Place]) -> Place:
    return clone("ben")


def hook(repository: Path, name: str, script: str) -> None:
    file = repository / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    os.chmod(file, 0o755)


@pytest.fixture
def driver() -> str:
    """How git calls the merge driver of this checkout."""
    return f'"{sys.executable}" -P -m opsbook merge-driver %O %A %B %P'
