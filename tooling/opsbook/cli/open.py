"""`opsbook open`: a record in the editor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsbook.cli.options import Command, require_here, the_book
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book


@click.command(cls=Command)
@click.argument("record", metavar="[KIND/]ID")
@click.option("--print", "prints", is_flag=True, help="Print the path and open nothing.")
def command(record: str, *, prints: bool) -> None:
    """Open a record in your editor, $VISUAL or $EDITOR.

    KIND is needed where several records are called ID: `postmortem/2026-03-02-checkout-5xx`.
    """
    from opsbook.book.settings import find_root
    from opsbook.output.frames import clean

    book = the_book()
    path = place(book, record)
    require_here(book, path)
    if prints:
        click.echo(clean(str(find_root(Path.cwd()) / path)))
    else:
        edit(path)


def edit(path: str) -> None:
    """Open a file of the book in the editor; UserError where that does not end well."""
    from opsbook.book.settings import find_root

    try:
        click.edit(filename=str(find_root(Path.cwd()) / path))
    except click.ClickException as error:
        raise UserError(error.message, f"set $VISUAL or $EDITOR; the file is {path}") from None


def place(book: Book, record: str) -> str:
    """Where a record stands; UserError where there is none, or several are called so."""
    from opsbook.book.kinds import KINDS

    name, slash, id = record.rpartition("/")
    kinds = [each.name for each in KINDS if not slash or each.name == name]
    if not kinds:
        raise UserError(
            f"`{name}` is no kind of record", f"there are {', '.join(each.name for each in KINDS)}"
        )
    found = {each: path for each in kinds if (path := _path(book, each, id))}
    if len(found) > 1 and set(found) <= {"incident", "postmortem"}:
        return found["incident"]
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        hint = "it is " + " or ".join(f"`{each}/{id}`" for each in found)
        raise UserError(f"{len(found)} records are called `{id}`; say which", hint)
    from opsbook.book.validate import nearest

    near = nearest(id, {known for each in kinds for known in book.names(each)})
    raise UserError(f"no record is called `{id}`", f"did you mean `{near}`?" if near else "")


def _path(book: Book, kind: str, id: str) -> str | None:
    found = book.namesakes(kind, id)
    return next((path for path in found if book.has(kind, id)), found[0] if len(found) == 1 else None)
