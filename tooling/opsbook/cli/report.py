"""`opsbook report`: what a quarter shows, beside the one before, and the agenda of its review."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, moment, print_report, style_options, the_book
from opsbook.errors import UserError

if TYPE_CHECKING:
    from datetime import date

    from opsbook.metrics.attested import Quarter

_QUARTER = re.compile(r"(?P<year>20[0-9]{2})-?[qQ](?P<number>[1-4])\Z")


@click.command(cls=Command)
@click.option("--quarter", metavar="2026Q3", help="Which quarter; the last one that is over otherwise.")
@click.option("--minutes", type=click.IntRange(15, 240), default=60, show_default=True,
              help="How long the review is.")  # fmt: skip
@style_options
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, quarter: str | None, minutes: int, style: str, at: str | None) -> None:
    """What a quarter shows of habits that make incidents worse, its figures, the agenda of its review.

    Delayed declaration, skipped post-mortems, blame, ignored action items, no clear commander, a commander
    who repairs, alert fatigue: each with the incidents that show it, and whether it is better or worse than
    in the quarter before, or nobody can tell. It names incidents, never people.
    """
    from opsbook.cli.responding import say_unread
    from opsbook.metrics.antipatterns import Reviews
    from opsbook.model.time import local_day
    from opsbook.output import report as face

    book, instant = the_book(), moment(obj, at)
    asked = _asked(quarter, local_day(instant, book.settings.timezone))
    reviews = Reviews(book, instant)
    found = reviews.report(asked)
    say_unread(book, found.unreadable)
    plan = reviews.agenda(found, minutes)
    print_report(
        style,
        lambda: face.data(found, plan),
        lambda: face.markdown(found, plan),
        lambda paint, width: face.text(found, plan, paint, width),
    )


def _asked(said: str | None, today: date) -> Quarter:
    """The quarter that is asked for, else the last one that is over; UserError for what is none."""
    from opsbook.metrics.attested import Quarter, quarter_of

    if said is None:
        return quarter_of(today).later(-1)
    match = _QUARTER.fullmatch(said)
    if match is None:
        raise UserError(f"--quarter `{said}` is no quarter", "write it as `2026Q3`")
    found = Quarter(int(match["year"]), int(match["number"]))
    if found.first > today:
        raise UserError(f"--quarter {found} has not begun")
    return found
