"""`opsbook new`: the first text of a record, with every required field and comments that say what else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, at_option, moment, named, zone
from opsbook.cli.saving import save, saved, saving_options

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.first import Asked
    from opsbook.book.snapshot import Book

_GO_WITH = {
    "runbook": ("runbook", "team", "services"),
    "rotation": ("team", "people", "zone"),
    "service": ("team",),
    "person": ("zone",),
    "team": ("people",),
    "escalation": ("team", "rotations"),
    "override": ("people", "rotations"),
    "holidays": (),
    "incident": ("services",),
}
_OPTIONS = {
    "runbook": "--kind", "team": "--team", "services": "--service", "people": "--on",
    "rotations": "--rotation", "zone": "--timezone",
}  # fmt: skip


@click.command(cls=Command)
@click.argument("record", metavar="KIND", type=click.Choice(tuple(_GO_WITH)))
@click.argument("id")
@click.option("--title", metavar="TEXT", help="What it is called; else the id as words.")
@click.option(
    "--kind", "runbook", type=click.Choice(("incident", "alert", "procedure")),
    help="The kind of a runbook: incident where it is left out.",
)  # fmt: skip
@click.option("--team", metavar="TEAM", help="Whose it is; else the only team's.")
@click.option("--service", "services", multiple=True, metavar="ID", help="A service that it is about.")
@click.option("--on", "people", multiple=True, metavar="PERSON", help="Who takes turns, is in it, or covers.")
@click.option("--rotation", "rotations", multiple=True, metavar="ID", help="The rotation that it is about.")
@click.option("--timezone", "zone", metavar="ZONE", help="Its clock; else the book's.")
@click.option("--edit", is_flag=True, help="Open it in your editor afterwards.")
@saving_options
@at_option
@click.pass_obj
def command(obj: dict[str, Any], /, record: str, id: str, at: str | None, **options: Any) -> None:
    """Write the first text of a record: a runbook, rotation, service, person, team, escalation, override,
    holidays or incident.

    It has every required field, and comments that say what else goes where. The ID of a runbook may name its
    folder: `data/disk-full`.
    """
    from opsbook.authoring.first import first

    instant = moment(obj, at)
    asked = _asked(record, options)

    def make(book: Book) -> Change:
        for kind, ids in (("team", (asked.team,)), ("service", asked.services), ("person", asked.people)):
            for each in filter(None, ids):
                named(book, kind, each)
        for each in asked.rotations:
            named(book, "rotation", each)
        return first(book, record, id, asked, instant)

    change = save(make, options)
    saved(change, "", options)
    if options["edit"] and not options["dry_run"]:
        from opsbook.cli.open import edit

        edit(change.texts()[0][0].path)


def _asked(record: str, options: dict[str, Any]) -> Asked:
    """What is typed; UsageError for what a record of this kind does not have."""
    from opsbook.authoring.first import Asked

    for name, option in _OPTIONS.items():
        if options[name] and name not in _GO_WITH[record]:
            known = ", ".join(_OPTIONS[each] for each in _GO_WITH[record])
            raise click.UsageError(f"{option} goes with no {record}" + (f"; it has {known}" if known else ""))
    said = ("title", "runbook", "team", "services", "people", "rotations")
    return Asked(**{each: options[each] for each in said}, zone=zone("--timezone", options["zone"]))
