"""The pages of `transcripts/` and the tours of the manual are true: what they say is typed is run, and prints
what they say.

A fence with a `title` is a file of the book, written when the page comes to it. In a fence of
`console` a line that begins with `$ ` is run by a shell, and what follows it is everything that it
prints; `[exit 1]` is its exit code where that is not 0, and `…` stands for anything. The front matter
says when the page plays (`at`) and whether its book begins as the example book (`book: example`).

`OPSBOOK_UPDATE=1` writes what is printed today into the pages. Read the difference before you commit.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from opsbook.book import yaml
from opsbook.book.markdown import Page, front_matter
from opsbook.cli.main import cli
from opsbook.edits import apply
from opsbook.text import Span

ROOT = Path(__file__).parents[1]
COMMANDS = sorted((Path(__file__).parent / "transcripts").glob("*.md"))
TOURS = sorted((ROOT / "tooling/opsbook/manual").glob("tour-*.md"))
EXAMPLE = ("alerts", "incidents", "policies", "rotations", "runbooks", "pyproject.toml", "mkdocs.yml")
UPDATE = bool(os.environ.get("OPSBOOK_UPDATE"))

_TITLE = re.compile(r'title="([^"]+)"')
_COMMAND = re.compile(r"^\$ (?P<line>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)


class Shell(NamedTuple):
    """Where commands run, and what they find there."""

    book: Path
    env: dict[str, str]

    def run(self, line: str) -> str:
        """What a person sees after typing a line; the exit code where it is not 0."""
        done = subprocess.run(
            ["sh", "-c", line], cwd=self.book, env=self.env, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        )  # fmt: skip
        printed = done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"
        return printed + (f"[exit {done.returncode}]\n" if done.returncode else "")


@pytest.fixture
def shell(quiet: None, tmp_path: Path) -> Shell:
    """A folder in which `opsbook` is on the path and git knows who commits."""
    command = tmp_path / "bin/opsbook"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m opsbook "$@"\n')
    command.chmod(0o755)
    gitconfig = tmp_path / "gitconfig"
    gitconfig.write_text("[user]\nname = Ana\nemail = ana@example.com\n[init]\ndefaultBranch = main\n")
    book = tmp_path / "book"
    book.mkdir()
    return Shell(
        book,
        os.environ
        | {
            "PATH": f"{command.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "tooling"),
            "GIT_CONFIG_GLOBAL": str(gitconfig),
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
        },
    )


def head(text: str) -> dict[str, Any]:
    """The front matter of a page."""
    front = front_matter(text)
    found: dict[str, Any] = yaml.read(text[slice(*front.span)]).data if front else {}
    return found


def lay_out(book: Path, named: str | None) -> None:
    """Put the example book into the folder, where a page begins with it."""
    for name in EXAMPLE if named == "example" else ():
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, book / name)


def played(text: str, shell: Shell) -> Iterator[tuple[Span, str]]:
    """Each output of a page: where it stands, and what is printed instead today."""
    for fence in Page(text).fences:
        title = _TITLE.search(text[fence.span.start : fence.code.start].partition("\n")[0])
        if title:
            file = shell.book / title[1]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text[slice(*fence.code)], encoding="utf-8")
        elif fence.language == "console":
            for command in _COMMAND.finditer(text, *fence.code):
                yield Span(*command.span("output")), shell.run(command["line"])


def says(expected: str, printed: str) -> bool:
    """Whether a page says what is printed; `…` stands for anything."""
    return re.fullmatch(re.escape(expected).replace("…", ".*"), printed, re.DOTALL) is not None


@pytest.mark.parametrize("page", [*COMMANDS, *TOURS], ids=lambda page: page.stem)
def test_what_a_page_shows_is_what_is_printed(page: Path, shell: Shell) -> None:
    text = page.read_text(encoding="utf-8")
    about = head(text)
    lay_out(shell.book, about.get("book"))
    shell.env["OPSBOOK_AT"] = about["at"]
    edits = [each for each in played(text, shell) if not says(text[slice(*each[0])], each[1])]
    today = apply(text, edits)
    if UPDATE and today != text:
        page.write_text(today, encoding="utf-8")
        return
    assert text == today, f"OPSBOOK_UPDATE=1 writes today's output into {page}"


def test_every_command_has_its_page_and_there_are_tours() -> None:
    commands = cli.list_commands(None)  # type: ignore[attr-defined, arg-type]
    assert sorted(page.stem for page in COMMANDS) == sorted([*commands, "opsbook"])
    assert TOURS
