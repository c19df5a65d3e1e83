"""`opsbook calendar`: the rotas as a calendar that other programs subscribe to."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import (
    Command,
    at_option,
    day,
    days_between,
    deliver,
    moment,
    named,
    the_book,
    the_git,
)
from opsbook.cli.responding import hint

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.git import Git
    from opsbook.model.time import Interval
    from opsbook.oncall.calendar import Event

_WEEKS = 13


@click.command(cls=Command)
@click.option("--person", metavar="PERSON", help="Only the shifts and handoffs of a person.")
@click.option("--rotation", metavar="ROTATION", help="Only those of a rotation.")
@click.option("--team", metavar="TEAM", help="Only those of a team's rotations.")
@click.option("--from", "start", metavar="DATE", help="From this day on; today where it is left out.")
@click.option("--to", "end", metavar="DATE", help=f"The last day; {_WEEKS} weeks where it is left out.")
@click.option("--since", metavar="REV", help="Mark as cancelled what the book had at REV, or at an instant.")
@click.option(
    "--output", "-o", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it to FILE.",
)  # fmt: skip
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, at: str | None, **options: Any) -> None:
    """The shifts and handoffs of the next 13 weeks as iCalendar, for other programs to subscribe to.

    Every shift is an event, in UTC, with the line of the book that it follows from; each handoff is half an
    hour. An event keeps its identity when its ends move. A program that subscribes drops what is gone by
    itself; where a file is imported again and again, --since says when it was last.
    """
    from opsbook.oncall.calendar import cancelled, events
    from opsbook.output.ical import written

    book, instant = the_book(), moment(obj, at)
    within = _within(book, options["start"], options["end"], instant)
    git = the_git()
    earlier = _earlier(git, options["since"]) if options["since"] else None
    found: list[Event] = []
    for rotation in _rotations(book, options):
        try:
            found += events(book, rotation, within)
        except LookupError as error:
            hint(f"{rotation}: {error}")
    if earlier:
        gone = dict.fromkeys([*_rotations(book, options), *_rotations(earlier, options)])
        found += [each for rotation in gone for each in cancelled(earlier, book, rotation, within)]
    if options["person"]:
        found = [each for each in found if options["person"] in each.people]
    found.sort(key=lambda each: (each.interval, each.uid))
    deliver(written(_name(book, options), found, _changed(git, instant)), options["output"])


def _within(book: Book, start: str | None, end: str | None, at: datetime) -> Interval:
    """The days that are asked for, in the book's zone."""
    from opsbook.model.time import local_day

    zone = book.settings.timezone
    first = day("--from", start) or local_day(at, zone)
    last = day("--to", end) or first + timedelta(weeks=_WEEKS, days=-1)
    return days_between(first, last, zone)


def _earlier(git: Git, since: str) -> Book:
    """The book at a revision, or as the default branch had it at an instant."""
    from opsbook.book.snapshot import Book

    at = _instant(since)
    return Book(git.commit_tree(git.known_at(at) if at else git.commit(since)))


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None


def _rotations(book: Book, options: dict[str, Any]) -> list[str]:
    if options["person"]:
        named(book, "person", options["person"])
    if options["rotation"]:
        return [named(book, "rotation", options["rotation"]).id]
    found = list(book.rotations)
    if options["team"]:
        team = named(book, "team", options["team"]).id
        found = [each for each in found if each.content.team == team]
    return [each.id for each in found]


def _name(book: Book, options: dict[str, Any]) -> str:
    """What a program lists the calendar as."""
    of = [options["rotation"], options["team"], options["person"] and book.name_of(options["person"])]
    return ": ".join(["On call", *([", ".join(filter(None, of))] if any(of) else [])])


def _changed(git: Git, at: datetime) -> datetime:
    """When the rotas were changed last: the newest commit below `rotations/`, as the branch got it; the
    instant that is asked about where the work tree holds a change, and outside of git."""
    if git.head is None or any(path.startswith("rotations/") for path in git.changed(git.head)):
        return at
    return git.arrived("rotations") or at
