"""`opsbook role`: who holds a role from now on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, the_book
from opsbook.cli.responding import Draft, entry_options, lines, role_named
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book


@click.command(cls=Command)
@click.argument("role")
@click.argument("people", nargs=-1)
@click.option("--vacate", is_flag=True, help="Nobody holds it any more.")
@click.option("--text", metavar="TEXT", help="What the timeline says.")
@entry_options
@click.pass_obj
def command(obj: dict[str, Any], /, role: str, people: tuple[str, ...], **options: Any) -> None:
    """Give ROLE in the current incident to PEOPLE, or to you; prints what its holder does.

    A role given anew ends the previous holder's. `ic` is incident-commander, `sme` subject-matter-expert.
    """
    if options["vacate"] and people:
        raise click.UsageError("--vacate leaves the role to nobody: name no PEOPLE")
    draft = Draft(obj, options["text"] or "-", options)
    if not people and not options["vacate"]:
        if draft.who is None:
            raise UserError(
                "who takes the role?", f"`opsbook role {role} PERSON`, or `opsbook setup --as PERSON`"
            )
        people = (draft.who,)
    book = the_book()
    name = role_named(book, role)
    draft.said["roles"] = {name: people}
    draft.text = options["text"] or _words(name, people)
    draft.write(_given)
    if people and not options["dry_run"]:
        lines(_duties(book, name))


def _given(book: Book, incident: Any, entry: Any) -> Any:  # noqa: ARG001
    from opsbook.authoring.timeline import added, summary

    return added(incident, entry, summary(incident.id, entry.headline))


def _words(role: str, people: tuple[str, ...]) -> str:
    if not people:
        return f"Nobody is {role} any more"
    return f"{' and '.join(people)} {'is' if len(people) == 1 else 'are'} {role}"


def _duties(book: Book, name: str) -> Iterator[str]:
    """What the holder of a role does, the first minutes first."""
    from opsbook.cli.options import colored
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    role = book.roles.roles.get(name) if book.roles else None
    if role is None:
        return
    yield (
        f"\n{paint(clean(role.name), '1')}"
        + (f": {clean(role.description)}" if role.description else "")
        + "\n"
    )
    for title, items in (("First", role.first_minutes), ("Then", role.duties), ("Not", role.not_duties)):
        for number, each in enumerate(items):
            yield f"{title if not number else '':<6} {'✗' if title == 'Not' else '·'} {clean(each)}\n"
