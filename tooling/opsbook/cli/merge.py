"""`opsbook merge`: two incidents turn out to be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, named, require_here
from opsbook.cli.responding import next_steps, now
from opsbook.cli.saving import save, saved, saving_options

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.joining import Joined
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident


@click.command(cls=Command)
@click.argument("id")
@click.option("--into", metavar="ID", required=True, help="The incident that goes on.")
@saving_options
@click.pass_obj
def command(obj: dict[str, Any], /, id: str, into: str, **options: Any) -> None:
    """The incident ID is a duplicate of another: what it knows goes there, and it stays as history.

    Its entries go over without milestones, severities and roles, with the evidence that they name; services,
    alerts and contributing factors are united; work that is not finished moves, and what names it follows.
    """
    from opsbook.authoring.joining import joined

    made: list[tuple[Book, Document[Incident], Joined]] = []

    def make(book: Book) -> Change:
        here, there = (named(book, "incident", each) for each in (id, into))
        for each in (here, there):
            require_here(book, each.path)
        made.append((book, there, joined(book, here, there)))
        return made[-1][-1].change

    change = save(make, options)
    book, there, done = made[-1]
    saved(change, "".join(_told(done, id, into)), options)
    if change and not options["dry_run"]:
        next_steps(book, change, there.path, now(obj))


def _told(done: Joined, id: str, into: str) -> Iterator[str]:
    from opsbook.output.frames import clean

    yield f"{clean(id)} is a duplicate of {clean(into)}\n"
    if done.entries:
        yield f"  {done.entries:,} {'entry goes' if done.entries == 1 else 'entries go'} over\n"
    for path in done.change.files:
        yield f"  {clean(path)} is copied there\n"
    for before, after in done.items.items():
        yield f"  {clean(id)}/{clean(before)} is {clean(into)}/{clean(after)} now\n"
