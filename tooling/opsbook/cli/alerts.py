"""`opsbook alerts`: what each alert has for whoever it wakes, what its pages came to, and which to change."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import WordsAfter, at_option, moment, print_report, style_options, the_book
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.metrics.alerts import Audit
    from opsbook.output.frames import Paint

_DAYS = click.IntRange(1, 3 * 366)


class _Alerts(WordsAfter):
    """The command; `audit` after it is a command of its own."""

    def words(self) -> dict[str, click.Command]:
        return {"audit": audit}


@click.command(cls=_Alerts)
@click.argument("name", required=False, metavar="[ALERT]")
@click.option("--days", type=_DAYS, default=90, show_default=True, help="Look at the pages of so many days.")
@click.option("--all", "everything", is_flag=True, help="Show every alert, those to keep too.")
@style_options
@at_option
@click.pass_obj
def command(
    obj: dict[str, Any],
    /,
    name: str | None,
    days: int,
    everything: bool,
    style: str,
    at: str | None,
) -> None:
    """Which alerts to remove, to make less sensitive, to fix; or all about one ALERT.

    Each alert of the rule files in the settings is asked for a runbook, an owner, links to a dashboard and to
    recent changes, the action that is expected of a person, and a way from its service to somebody who is
    paged; and for what its pages came to. `opsbook alerts audit` notes that the quarter's audit was done.
    """
    from opsbook.metrics.alerts import audit as audited
    from opsbook.output import alerts as face

    book = the_book()
    found = _some(book, audited(book, moment(obj, at), days))
    if name is not None:
        one = _named(found, name)
        found = found._replace(alerts=tuple(each for each in found.alerts if each.name == one))

    def text(paint: Paint, width: int) -> Iterator[str]:
        if name is not None:
            return face.one(found.alerts[0], found, paint, width)
        return face.text(found, paint, width, everything=everything)

    print_report(style, lambda: face.data(found), lambda: face.markdown(found), text)


def _some(book: Book, found: Audit) -> Audit:
    """The audit; UserError where there is nothing to audit."""
    if found.files:
        return found
    globs = book.settings.alerts
    if globs:
        raise UserError(
            f"no file is called like `{'`, `'.join(globs)}`", "`alerts` in the settings names them"
        )
    raise UserError(
        "this book names no alerts",
        'name the Prometheus rule files in the settings: `alerts = ["alerts/*.yaml"]`',
    )


def _named(found: Audit, name: str) -> str:
    names = [each.name for each in found.alerts]
    same = [each for each in names if each.casefold() == name.casefold()]
    if same:
        return name if name in same else same[0]
    from opsbook.book.validate import nearest

    near = nearest(name, names)
    raise UserError(
        f"no alert `{name}` in the rule files",
        f"did you mean `{near}`?" if near else "`opsbook alerts --all`",
    )


@click.command(cls=WordsAfter)
@click.option("--by", metavar="PERSON", help="Who did it, where that is not you.")
@click.option("--note", metavar="TEXT", help="What was decided.")
@click.option("--days", type=_DAYS, default=90, show_default=True, help="Look at the pages of so many days.")
@saving_options
@at_option
@click.pass_obj
def audit(
    obj: dict[str, Any], /, by: str | None, note: str | None, days: int, at: str | None, **options: Any
) -> None:
    """Note that the alerts were audited: who, when, and what was found.

    It stands in policies/attestations.yaml and holds to the end of the next quarter; then `opsbook due` asks
    again.
    """
    from opsbook.authoring.attesting import attested
    from opsbook.book.settings import find_root
    from opsbook.cli.responding import vouching
    from opsbook.metrics.alerts import VERDICTS
    from opsbook.metrics.alerts import audit as audited
    from opsbook.model.time import local_day
    from opsbook.output.alerts import head
    from opsbook.output.frames import clean

    instant, root = moment(obj, at), find_root(Path.cwd())

    def make(book: Book) -> Change:
        found = _some(book, audited(book, instant, days))
        counts = Counter(each.verdict for each in found.alerts)
        said = f"{head(found)}: {', '.join(f'{verdict} {counts[verdict]}' for verdict in VERDICTS)}"
        day = local_day(instant, book.settings.timezone)
        return attested(
            book, "alert-audit", day, vouching(book, root, by), f"{note}; {said}" if note else said
        )

    change = save(make, options)
    if not options["dry_run"]:
        click.echo(clean(f"{change.texts()[0][0].path}  the alerts are audited"))
