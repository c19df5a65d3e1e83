"""`opsbook setup`: what this clone knows of you."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from opsbook.cli.options import Command
from opsbook.cli.responding import git_folders, keep_note
from opsbook.errors import UserError


@click.command(cls=Command)
@click.option("--as", "person", metavar="PERSON", help="Who you are: an id of rotations/people/.")
@click.pass_context
def command(context: click.Context, /, person: str | None, **options: Any) -> None:  # noqa: ARG001
    """Tell this clone who you are, so that every entry you write says so.

    `OPSBOOK_PERSON` says it for a shell. It is kept beside git's own files and never shared.
    """
    if person is None:
        click.echo(context.get_help())
        return
    _store(person)


def _store(person: str) -> None:
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.book.validate import nearest
    from opsbook.output.frames import clean

    root = find_root(Path.cwd())
    book = Book(WorkTree(root))
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", person):
        raise UserError(f"`{person}` is no id of a person", "letters, digits, `-`, `_` and `.`")
    if not book.has("person", person) and book.names("person"):
        near = nearest(person, book.names("person"))
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(book.names('person'))}"
        raise UserError(f"no person `{person}` in this book", hint)
    if git_folders(root) is None:
        raise UserError(
            f"`{root}` is in no git repository, which would keep it", "set `OPSBOOK_PERSON` instead"
        )
    if not keep_note(root, "person", person):
        raise UserError("git's folder cannot be written", "set `OPSBOOK_PERSON` instead")
    click.echo(f"you are {clean(person)} in this clone")
