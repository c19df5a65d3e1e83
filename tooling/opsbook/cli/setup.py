"""`opsbook setup`: what this clone knows of you, and how its git merges records."""

from __future__ import annotations

import re
from pathlib import Path

import click

from opsbook.cli.options import Command
from opsbook.cli.responding import hint
from opsbook.cli.saving import keep_note
from opsbook.errors import UserError
from opsbook.git import git_folders

_DRIVER = "opsbook merge-driver %O %A %B %P; said=$?; test $said -le 1 && exit $said; git merge-file %A %O %B"
"""Where opsbook is not on the path or cannot, git's own merge shows both sides: else the file would hold
ours alone, without a mark, and theirs would be lost with the next `git add`."""
_ATTRIBUTE = "incidents/**/incident.yaml merge=opsbook"


@click.command(cls=Command)
@click.option("--as", "person", metavar="PERSON", help="Who you are: an id of rotations/people/.")
def command(*, person: str | None) -> None:
    """Tell this clone who you are, and how git merges incidents: by what they mean.

    Every entry you write then says that it is yours; `OPSBOOK_PERSON` says it for a shell. The merge driver
    goes into this clone's git configuration, and `.gitattributes` names it for every clone. Neither is ever
    shared by itself, so each clone is set up once.
    """
    from opsbook.book.settings import find_root

    root = find_root(Path.cwd())
    if git_folders(root) is None:
        raise UserError(
            f"`{root}` is in no git repository, which would keep it", "set `OPSBOOK_PERSON` instead"
        )
    if person is not None:
        _store(root, person)
    _register(root)


def _store(root: Path, person: str) -> None:
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.book.validate import nearest
    from opsbook.output.frames import clean

    book = Book(WorkTree(root))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", person):
        raise UserError(f"`{person}` is no id of a person", "letters, digits, `-`, `_` and `.`")
    if not book.has("person", person) and book.names("person"):
        near = nearest(person, book.names("person"))
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(book.names('person'))}"
        raise UserError(f"no person `{person}` in this book", hint)
    if not keep_note(root, "person", person):
        raise UserError("git's folder cannot be written", "set `OPSBOOK_PERSON` instead")
    click.echo(f"you are {clean(person)} in this clone")


def _register(root: Path) -> None:
    """Tell git how to call the merge driver, where it does not know yet, and say what is left to do."""
    from opsbook.git import Git, GitError

    git = Git(root)
    try:
        known = git.run("config", "--get", "merge.opsbook.driver").decode().strip()
    except GitError:
        known = ""
    if known != _DRIVER:
        git.run("config", "merge.opsbook.name", "incidents by what they mean")
        git.run("config", "merge.opsbook.driver", _DRIVER)
        click.echo("git merges incidents by what they mean in this clone")
    if (
        "merge: opsbook"
        not in git.run("check-attr", "merge", "--", "incidents/2026/x/incident.yaml").decode()
    ):
        hint(f"add `{_ATTRIBUTE}` to .gitattributes, so that git asks for it")
