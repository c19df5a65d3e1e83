"""`opsbook offboard`: somebody leaves, and somebody else has what is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, colored, day, moment, named
from opsbook.cli.saving import save, saved, saving_options

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.offboarding import Offboarding
    from opsbook.book.snapshot import Book


@click.command(cls=Command)
@click.argument("person")
@click.option("--to", "other", metavar="PERSON", required=True, help="Who has what is theirs.")
@click.option("--effective", metavar="DATE", required=True, help="Their last day, where they live.")
@saving_options
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, person: str, other: str, at: str | None, **options: Any) -> None:
    """PERSON leaves: what lies ahead is somebody else's, history stays.

    New versions of rotations begin when the last day is over, overrides change from then on; policies, teams,
    unfinished action items and runbooks name the other at once. The person's record stays and gets `until`.
    `opsbook impact remove` says before what hangs on them; `--dry-run` prints the whole patch.
    """
    from opsbook.authoring.offboarding import offboard
    from opsbook.output.rota import brief

    instant = moment(obj, at)
    last = day("--effective", options["effective"])
    assert last is not None, "the option is required"
    told = ""

    def make(book: Book) -> Change:
        nonlocal told
        done = offboard(book, named(book, "person", person), named(book, "person", other), last, instant)
        told = "\n".join([brief.told(book, done.change, instant, color=colored()), *_left(done)])
        return done.change

    saved(save(make, options), told, options)


def _left(done: Offboarding) -> list[str]:
    """What people must hand over themselves."""
    from opsbook.output.frames import clean

    lines = [clean(f"  {each.document.path}:{each.location.start.line}: {each.said}") for each in done.left]
    return ["\n".join(["Left to you", *lines]) + "\n"] if lines else []
