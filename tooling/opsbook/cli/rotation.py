"""`opsbook rotation`: what a change of a rota does, and changes to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, Group, at_option, colored, day, moment, named, the_book
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval

_LONGEST = timedelta(days=3 * 366)


@click.group(cls=Group)
def command() -> None:
    """What a change does to who is on call."""


# ── diff ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--rotation", metavar="NAME", help="Only this rotation, and the policies that page it.")
@click.option("--from", "start", metavar="DATE", help="Compare from this day on instead of from now.")
@click.option("--to", "end", metavar="DATE", help="The last day to compare.")
@click.option(
    "--format", "-f", "style", type=click.Choice(("text", "markdown", "json")), default="text",
    show_default=True, help="`markdown` for a pull request, `json` for a program.",
)  # fmt: skip
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE.")
@click.option("--all", "everything", is_flag=True, help="List everything, however much it is.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something changes, as git diff does.")
@at_option
@click.pass_obj
def diff(obj: dict[str, Any], /, base: str | None, head: str | None, at: str | None, **options: Any) -> int:
    """What a change does: who gains and loses which hours, and whom an alert would page.

    Compares the work tree with where this branch left the default branch, or with where it left BASE; with
    HEAD as well, these two revisions as they are. Looks thirteen weeks ahead, and a week past the next two
    clock changes.
    """
    from importlib import import_module

    from opsbook.oncall.diff import diff as compare

    instant = moment(obj, at)
    before, after = _books(base, head)
    if options["rotation"] and before.find("rotation", options["rotation"]) is None:
        named(after, "rotation", options["rotation"])
    found = compare(before, after, instant, _within(before, after, instant, options), options["rotation"])
    face = import_module(f"opsbook.output.rota.{options['style']}")
    color = options["output"] is None and colored()
    text = face.render(found, before, after, color=color, everything=options["everything"])
    if options["output"] is None:
        click.echo(text, nl=False, color=color or None)
    else:
        from opsbook.book.write import put

        put(options["output"], text)
    return int(options["exit_code"] and not found.empty)


def _books(base: str | None, head: str | None) -> tuple[Book, Book]:
    """The book before the change and after it."""
    from opsbook.book.settings import find_root
    from opsbook.book.snapshot import Book
    from opsbook.git import Git

    git = Git(find_root(Path.cwd()))
    if head is not None and base is not None:
        start, after = git.commit(base), Book(git.commit_tree(git.commit(head)))
    else:
        start, after = git.merge_base(base) if base is not None else git.branch_point(), the_book()
    return Book(git.commit_tree(start), like=after), after


def _within(before: Book, after: Book, at: datetime, options: dict[str, Any]) -> Interval:
    """What is compared: the days that are asked for, in the book's zone, else as far as rotas surprise."""
    from opsbook.model.time import Interval, local_day, midnight
    from opsbook.oncall.diff import horizon

    first, last = day("--from", options["start"]), day("--to", options["end"])
    zone = after.settings.timezone
    start = midnight(first, zone) if first else at
    end = midnight(last + timedelta(days=1), zone) if last else horizon((before, after), start).end
    if end <= start:
        raise UserError(f"--to {last} is before {f'--from {first}' if first else local_day(at, zone)}")
    if end - start > _LONGEST:
        raise UserError(f"{start:%Y-%m-%d} to {last} is longer than 3 years", "ask for less at a time")
    return Interval(start, end)
