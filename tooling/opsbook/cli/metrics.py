"""`opsbook metrics`: what the incidents of a period say beside the one before."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, colored, day, days_between, moment, the_book
from opsbook.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval

_DAYS = 90
_FORMATS = ("text", "markdown", "json", "csv", "openmetrics")


@click.command(cls=Command)
@click.option("--from", "start", metavar="DATE", help=f"The first day; {_DAYS} days up to --to if left out.")
@click.option("--to", "end", metavar="DATE", help="The last day; today if left out.")
@click.option(
    "--by", type=click.Choice(["service", "severity", "team", "month"]), help="Also a table by this."
)
@click.option(
    "--format", "-f", "style", type=click.Choice(_FORMATS), default="text", show_default=True,
    help="How it is printed.",
)  # fmt: skip
@click.option("--formulas", is_flag=True, help="Print every formula and its source instead, as Markdown.")
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, at: str | None, style: str, **options: Any) -> None:
    """What the incidents of a period say, beside the period of equal length before it.

    Without dates it is the last 90 days, a quarter of a year: long enough that a handful of incidents says
    something, short enough that a change shows. Days are those of the book's zone; a day that is not over
    counts as far as it has come.

    Medians stand before means, and every change has a verdict: better, worse, or cannot tell, and then with
    how many incidents one could. Drills, near misses, false alarms and duplicates do not count; an incident
    that goes on does.
    """
    if options["formulas"]:
        from opsbook.output.metrics.formulas import page

        click.echo(page(), nl=False)
        return
    from opsbook.cli.progress import Progress
    from opsbook.cli.responding import say_unread
    from opsbook.metrics.rows import rows
    from opsbook.metrics.summary import summary
    from opsbook.metrics.targets import results
    from opsbook.output.metrics.sections import Told

    book, as_of = the_book(), moment(obj, at)
    within = _days(book, options["start"], options["end"], as_of)
    with Progress("reading") as progress:
        found = rows(book, progress)
    say_unread(book, found.unreadable)
    told = summary(book, found, within, as_of, options["by"])
    render = import_module(f"opsbook.output.metrics.{style}").render
    said = Told(told, results(book, found, told), options["by"], book.name_of)
    click.echo(render(said, color=colored()), nl=False, color=colored() or None)


def _days(book: Book, start: str | None, end: str | None, as_of: datetime) -> Interval:
    """The days that are asked for, in the book's zone."""
    from opsbook.model.time import local_day, midnight

    zone = book.settings.timezone
    last = day("--to", end) or local_day(as_of, zone)
    first = day("--from", start) or last - timedelta(days=_DAYS - 1)
    if midnight(first, zone) >= as_of:
        raise UserError(f"{first} has not come yet")
    return days_between(first, last, zone, None)
