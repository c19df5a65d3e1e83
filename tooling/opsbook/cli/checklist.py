"""`opsbook checklist`: how far this book is along, and the next step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import (
    Command,
    WordsAfter,
    at_option,
    day,
    moment,
    print_report,
    style_options,
    the_book,
)
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book


class _Checklist(WordsAfter):
    """The command; `attest` after it is a command of its own."""

    def words(self) -> dict[str, click.Command]:
        return {"attest": attest}


@click.command(cls=_Checklist)
@style_options
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, style: str, at: str | None) -> None:
    """How far this book is along: foundation, processes, culture, optimisation; and the next step.

    Each of the sixteen is looked for in the book; what no record shows somebody may vouch for, for a while:
    `opsbook checklist attest ITEM`.
    """
    from opsbook.cli.responding import hint
    from opsbook.metrics.checklist import checklist
    from opsbook.output import checklist as face

    book = the_book()
    vouched = book.find("attestations", "attestations")
    if vouched is not None and not vouched.readable:
        said, mending = vouched.refusal
        hint(f"{said}, so nobody vouches; {mending}")
    items = list(checklist(book, moment(obj, at)))
    print_report(
        style,
        lambda: face.data(items),
        lambda: face.markdown(items),
        lambda paint, width: face.text(items, paint, width),
    )


@click.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.option("--by", metavar="PERSON", help="Who vouches, where that is not you.")
@click.option("--until", metavar="DATE", help="The last day that it holds; else as long as usual.")
@click.option("--note", metavar="TEXT", help="What you saw.")
@saving_options
@at_option
@click.pass_obj
def attest(
    obj: dict[str, Any],
    /,
    item: str,
    by: str | None,
    until: str | None,
    note: str | None,
    at: str | None,
    **options: Any,
) -> None:
    """Vouch for an ITEM of the checklist that no record shows, such as `team-trained`, with date and name.

    It stands in policies/attestations.yaml; when it ends `opsbook due` asks again.
    """
    from opsbook.authoring.attesting import attested
    from opsbook.book.settings import find_root
    from opsbook.cli.responding import vouching
    from opsbook.metrics.attested import holds_until, newest
    from opsbook.model.time import local_day
    from opsbook.output.frames import clean

    instant, root, last = moment(obj, at), find_root(Path.cwd()), day("--until", until)
    name = _item(item)

    def make(book: Book) -> Change:
        today = local_day(instant, book.settings.timezone)
        if last is not None and last < today:
            raise UserError(f"--until {last} is over")
        return attested(book, name, today, vouching(book, root, by), note, last)

    change = save(make, options)
    if not options["dry_run"]:
        book = the_book()
        noted = newest(book, name, local_day(instant, book.settings.timezone))
        ends = f", until {holds_until(noted)}" if noted else ""
        click.echo(clean(f"{change.texts()[0][0].path}  {name}{ends}"))


def _item(asked: str) -> Any:
    """The item of this name; UserError for any other."""
    from typing import get_args

    from opsbook.book.validate import nearest
    from opsbook.model.attestation import Attested

    names = get_args(Attested)
    if asked not in names:
        near = nearest(asked, names)
        hint = f"did you mean `{near}`?" if near else f"there are {', '.join(names)}"
        raise UserError(f"`{asked}` is no item of the checklist", hint)
    return asked
