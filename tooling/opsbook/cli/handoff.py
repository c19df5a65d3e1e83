"""`opsbook handoff`: what whoever takes over must know, in a page to read aloud."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, moment, named
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.oncall.answers import Handoff


@click.command(cls=Command)
@click.argument("rotation")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--ack", is_flag=True, help="Say that you took over, which writes a record of it.")
@click.option("--by", metavar="PERSON", help="With --ack: who took over, where several people come on.")
@click.option("--note", metavar="TEXT", help="With --ack: what you agreed on.")
@saving_options
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, rotation: str, at: str | None, **options: Any) -> None:
    """The handoff of ROTATION, in Markdown: who hands over to whom, and what there is to say.

    The next one, or the one of the last two hours. What is open comes first, then incidents and pages since
    the last handoff, what the team owes, what lies ahead in the turn that begins, and runbooks that changed.
    """
    instant = moment(obj, at)
    if options["ack"]:
        if options["as_json"]:
            raise click.UsageError("--ack writes a record: leave out --json")
        _acknowledge(rotation, instant, options)
        return
    if any(options[each] for each in ("by", "note", "dry_run", "commit", "push")):
        raise click.UsageError("--by, --note, --dry-run, --commit and --push go with --ack")
    from opsbook.oncall.briefing import briefing
    from opsbook.output.handoff import data, markdown

    book = _book()
    named(book, "rotation", rotation)
    try:
        found = briefing(book, rotation, instant)
    except LookupError as error:
        raise UserError(f"who is on call in `{rotation}` is not known", str(error)) from None
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded(data(book, found)), nl=False)
    else:
        click.echo(markdown(book, found), nl=False)


def _book() -> Book:
    """The book on disk, with what git knows of its runbooks."""
    from opsbook.book.past import Past
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.book.tree import WorkTree
    from opsbook.git import Git
    from opsbook.lint.history import history

    root = find_root(Path.cwd())
    git = Git(root)
    return Book(WorkTree(root), past=Past(git, lambda: history(git, "runbooks")))


def _acknowledge(rotation: str, at: datetime, options: dict[str, Any]) -> None:
    """Write who took over; nothing where the same person said so before."""
    from opsbook.authoring.change import Change
    from opsbook.authoring.handoff import taken_over
    from opsbook.oncall import briefing

    def make(book: Book) -> Change:
        handoff = _to_acknowledge(book, rotation, at)
        by = _who(handoff, options["by"])
        before = briefing.taken_over(book, rotation, handoff.at)
        if before is None:
            return taken_over(rotation, handoff.at, by, at, (options["note"] or "").strip())
        if before.content.by != by:
            raise UserError(f"`{before.content.by}` said that they took over", f"it stands in {before.path}")
        return Change(f"{rotation}: {by} took over already")

    change = save(make, options)
    if not options["dry_run"]:
        click.echo(change.summary + "".join(f": {source.path}" for source, _ in change.texts()))


def _to_acknowledge(book: Book, rotation: str, at: datetime) -> Handoff:
    from opsbook.oncall.briefing import to_acknowledge

    named(book, "rotation", rotation)
    try:
        found = to_acknowledge(book, rotation, at)
    except LookupError as error:
        raise UserError(f"who is on call in `{rotation}` is not known", str(error)) from None
    if found is None:
        raise UserError(f"nobody hands over `{rotation}` within two hours, or did within a year")
    return found


def _who(handoff: Handoff, by: str | None) -> str:
    """Who took over: who is named, else the only one who comes on."""
    comes = [person for person in handoff.after if person not in handoff.before] or list(handoff.after)
    if by is None and len(comes) == 1:
        return comes[0]
    people = " and ".join(f"`{person}`" for person in handoff.after)
    if by is None:
        raise UserError(f"{people} come on together", "say who took over: `--by PERSON`")
    if by not in handoff.after:
        raise UserError(
            f"`{by}` is not on call from {handoff.at:%Y-%m-%dT%H:%MZ}, {people} is",
            "where they swapped, write the override first",
        )
    return by
