"""`opsbook due`: what is late, and what is due next."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, colored, deliver, moment, named, the_book, the_git
from opsbook.errors import UserError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.metrics.agenda import Chosen, Clocks, Item

_FORMATS = ("text", "markdown", "json", "ical", "github")
_WEEK = "7d"
_WHOLE = ("json", "ical")
"""What a program reads holds everything, unless it asks for less."""


@click.command(cls=Command)
@click.option("--team", metavar="TEAM", help="Only what falls to a team: by owner, else by service.")
@click.option("--person", metavar="PERSON", help="Only what is a person's; `me` is you.")
@click.option(
    "--within", metavar="TIME", help="What is due so soon, beside what is late: `7d` (the default), `12w`."
)
@click.option(
    "--format", "style", type=click.Choice(_FORMATS), default="text", show_default=True,
    help="How to print it; json and ical hold everything, unless --within says less.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="As text, every line, however many there are.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something is late.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to FILE.",
)
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, at: str | None, **options: Any) -> int:
    """What is late, and what is due within a week: everything in the book that has a clock.

    Post-mortems to draft, review and publish; action items; updates that open incidents owe; runbooks to look
    at again or to test; suppressions that end. Each with whose it is and where it stands. What somebody
    answered with `# opsbook: ignore[…]` and a reason is left out while that holds. What a baseline knows is
    due all the same: it keeps checks quiet about what is still to be mended.
    """
    from importlib import import_module

    from opsbook.cli.responding import say_unread
    from opsbook.metrics.agenda import clocks

    book, instant = the_book(), moment(obj, at)
    said = clocks(book)
    chosen = _chosen(book, said, instant, options)
    say_unread(book, said.unreadable)
    if options["everything"]:
        chosen = chosen._replace(most=len(chosen.items))
    face = import_module(f"opsbook.output.agenda.{options['style']}")
    if getattr(face, "FOR_FORGES", False):
        chosen = _from_above(chosen)
    text = face.render(chosen, color=options["output"] is None and colored())
    deliver(text, options["output"])
    return int(options["exit_code"] and any(each.overdue for each in chosen.items))


def _chosen(book: Book, said: Clocks, at: datetime, options: dict[str, Any]) -> Chosen:
    """The part of the agenda that is asked for."""
    from opsbook.metrics.agenda import Chosen, agenda, basics, due_by, of_person, of_team

    zone = basics(book).zone
    last = _last(zone, at, options)
    about = []
    if options["person"]:
        about.append(_person(book, options["person"]))
    if options["team"]:
        about.append(named(book, "team", options["team"]).id)
    found = agenda(book, at, said)
    if options["person"]:
        found = of_person(found, about[0])
    if options["team"]:
        found = of_team(found, about[-1])
    shown = found if last is None else due_by(found, last, zone)
    return Chosen(at, zone, " in ".join(about), last, tuple(shown), tuple(found[len(shown) :]))


def _last(zone: ZoneInfo, at: datetime, options: dict[str, Any]) -> date | None:
    """The last day that is asked for; None where everything is."""
    from opsbook.model.time import duration, local_day

    asked = options["within"] or (None if options["style"] in _WHOLE else _WEEK)
    if asked is None:
        return None
    try:
        return local_day(at + duration(asked), zone)
    except ValueError as error:
        raise UserError(f"--within: {error}") from None
    except OverflowError:
        return None


def _person(book: Book, asked: str) -> str:
    """The person that is meant; `me` is who types, unless somebody is called so."""
    if asked != "me" or book.has("person", "me"):
        return named(book, "person", asked).id
    from opsbook.book.settings import find_root
    from opsbook.cli.responding import person

    who = person(find_root(Path.cwd()))
    if who is None:
        raise UserError("who you are is not known", "`opsbook setup --as PERSON` says so once for all")
    return named(book, "person", who).id


def _from_above(chosen: Chosen) -> Chosen:
    """The same with paths counted from the root of the repository, as forges count them."""
    prefix = the_git().prefix
    if not prefix:
        return chosen
    return chosen._replace(
        items=tuple(_below(each, prefix) for each in chosen.items),
        later=tuple(_below(each, prefix) for each in chosen.later),
    )


def _below(item: Item, folder: str) -> Item:
    return item._replace(path=folder + item.path)
