"""`opsbook show`: an incident as a person would tell it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, colored, the_book
from opsbook.cli.responding import current, incident_named, lines, now

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Incident


@click.command(cls=Command)
@incident_named()
@click.option(
    "--similar", is_flag=True, help="Only the earlier incidents that are like it, and what they left undone."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(obj: dict[str, Any], /, incident: str | None, similar: bool, as_json: bool) -> None:
    """Tell the incident ID, or the current one: whom it hurt, who did what when, what is left to do."""
    from opsbook.output.story import data, setting, story

    book = the_book()
    found = asked_for(book, incident)
    if similar:
        _tell_similar(book, found, as_json)
    elif as_json:
        from opsbook.output.json import encoded

        click.echo(encoded(data(found)), nl=False)
    else:
        lines(story(book, found, now(obj), setting(book.settings.timezone, colored())))


def _tell_similar(book: Book, incident: Document[Incident], as_json: bool) -> None:
    from opsbook.metrics.similarity import earlier
    from opsbook.output.story import setting, similar

    found = earlier(book, incident)
    if as_json:
        from opsbook.output.json import encoded

        click.echo(encoded({"id": incident.id, "similar": [each.data() for each in found]}), nl=False)
    else:
        lines(similar(book, incident, found, setting(book.settings.timezone, colored())))


def asked_for(book: Book, id: str | None) -> Document[Incident]:
    """The incident of an id, or of a part of it that only it has, closed ones too; else the current one."""
    from opsbook.book.settings import find_root

    if id and not book.has("incident", id):
        found = [each for each in book.names("incident") if id.casefold() in each.casefold()]
        id = found[0] if len(found) == 1 else id
    return current(book, find_root(Path.cwd()), id)
