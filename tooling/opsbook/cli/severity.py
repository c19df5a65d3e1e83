"""`opsbook severity`: how bad it is from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, the_book
from opsbook.cli.responding import Draft, entry_options, level_said

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.incident import Entry, Incident


@click.command(cls=Command)
@click.argument("level")
@click.argument("why", nargs=-1)
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, level: str, why: tuple[str, ...], **options: Any) -> None:
    """Set the severity of the current incident to LEVEL: WHY is what changed.

    LEVEL is a level of the severity policy or one of its other names: SEV1, P1, major.
    """
    name = level_said(the_book(), level)
    Draft(obj, " ".join(why) or f"Severity {name}", options, severity=name).write(_set)


def _set(book: Book, incident: Document[Incident], entry: Entry) -> Change:  # noqa: ARG001
    from opsbook.authoring.timeline import added, summary

    return added(incident, entry, summary(incident.id, f"{entry.severity}: {entry.headline}"))
