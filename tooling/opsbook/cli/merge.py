"""`opsbook merge`: two incidents turn out to be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, named
from opsbook.cli.saving import save, saved, saving_options

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.joining import Joined
    from opsbook.book.snapshot import Book


@click.command(cls=Command)
@click.argument("id")
@click.option("--into", metavar="ID", required=True, help="The incident that goes on.")
@saving_options
def command(id: str, into: str, **options: Any) -> None:
    """The incident ID is a duplicate of another: what it knows goes there, and it stays as history.

    Its entries go over without milestones, severities and roles, with the evidence that they name; services,
    alerts and contributing factors are united; work that is not finished moves, and what names it follows.
    """
    from opsbook.authoring.joining import joined

    made: list[Joined] = []

    def make(book: Book) -> Change:
        made.append(joined(book, named(book, "incident", id), named(book, "incident", into)))
        return made[-1].change

    saved(save(make, options), "".join(_told(made[-1], id, into)), options)


def _told(done: Joined, id: str, into: str) -> Iterator[str]:
    from opsbook.output.frames import clean

    yield f"{clean(id)} is a duplicate of {clean(into)}\n"
    if done.entries:
        yield f"  {done.entries:,} {'entry goes' if done.entries == 1 else 'entries go'} over\n"
    for path in done.change.files:
        yield f"  {clean(path)} is copied there\n"
    for before, after in done.items.items():
        yield f"  {clean(id)}/{clean(before)} is {clean(into)}/{clean(after)} now\n"
