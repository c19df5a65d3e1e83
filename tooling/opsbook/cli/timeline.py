"""`opsbook timeline`: what happened, in order of time."""

from __future__ import annotations

import click

from opsbook.cli.options import Command, colored, the_book
from opsbook.cli.responding import lines
from opsbook.cli.show import asked_for


@click.command(cls=Command)
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(id: str | None, as_json: bool) -> None:
    """What happened in the incident ID, or in the current one, in order of time."""
    from opsbook.output.story import data, setting, timeline

    book = the_book()
    incident = asked_for(book, id)
    if as_json:
        from opsbook.output.json import encoded

        click.echo(encoded(data(incident)["record"].get("timeline", [])), nl=False)
    else:
        lines(timeline(incident.content, setting(book.settings.timezone, colored())))
