"""`opsbook timeline`: what happened, in order of time; and what was written down elsewhere, taken over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.exports import files_of, pairs
from opsbook.cli.options import Group, WordsAfter, colored, day, named, the_book, zone
from opsbook.cli.responding import asks, incident_named, lines, next_steps, no_input_option, now
from opsbook.cli.saving import save, saved, saving_options
from opsbook.cli.show import asked_for

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.importing.chronicle import Asked, Made

_SHOWN = 10
"""Things left out that are listed."""


class _Timeline(WordsAfter):
    """The command; `import` after it is a command of its own, any other word an incident."""

    def words(self) -> dict[str, click.Command]:
        return {"import": imports}


@click.command(cls=_Timeline)
@incident_named()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(*, incident: str | None, as_json: bool) -> None:
    """What happened in the incident ID, or in the current one, in order of time.

    `opsbook timeline import` takes over what was written down in a chat or a table.
    """
    from opsbook.output.story import data, setting, timeline

    book = the_book()
    found = asked_for(book, incident)
    if as_json:
        from opsbook.output.json import encoded

        click.echo(encoded(data(found)["record"].get("timeline", [])), nl=False)
    else:
        lines(timeline(found.content, setting(book.settings.timezone, colored())))


# ── import ────────────────────────────────────────────────────────────────────────────────


@click.group(cls=Group)
def imports() -> None:
    """Take over what was written down elsewhere into an incident's timeline, each entry once."""


def _import_options(function: Callable[..., Any]) -> Callable[..., Any]:
    kind = click.Path(exists=True, dir_okay=False, allow_dash=True)
    options: tuple[Callable[..., Any], ...] = (
        click.argument("files", nargs=-1, required=True, metavar="FILE...", type=kind),
        click.option("-i", "--incident", metavar="ID", required=True, help="The incident."),
        click.option(
            "--person", "people", multiple=True, metavar="THEIRS=ID",
            help="Who a name or id is here; with nothing after = it is nobody.",
        ),
        click.option("--yes", is_flag=True, help="Write without asking, on a terminal too."),
        no_input_option,
        saving_options,
        click.pass_obj,
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def _table_options(function: Callable[..., Any]) -> Callable[..., Any]:
    clock = click.option("--timezone", metavar="ZONE", help="The clock of times that name none.")
    date = click.option(
        "--date", "day", metavar="DATE", help="The day of times that name none; else the incident's."
    )
    return clock(date(_import_options(function)))


@imports.command("chat-export")
@_import_options
def chat_export(obj: dict[str, Any], /, files: tuple[str, ...], **options: Any) -> None:
    """What people wrote in a channel: the JSON files of a Slack export, with users.json along.

    What programs wrote is left out. Secrets are masked.
    """
    _import("chat_export", obj, files, options)


@imports.command("csv")
@_table_options
def csv(obj: dict[str, Any], /, files: tuple[str, ...], **options: Any) -> None:
    """A table as CSV, whose first row names its columns: at, text and by."""
    _import("csv_timeline", obj, files, options)


@imports.command("markdown-table")
@_table_options
def markdown_table(obj: dict[str, Any], /, files: tuple[str, ...], **options: Any) -> None:
    """The tables of a page that have a column of times and one of events, as old post-mortems do."""
    _import("markdown_table", obj, files, options)


def _import(name: str, obj: dict[str, Any], paths: tuple[str, ...], options: dict[str, Any]) -> None:
    from opsbook.authoring.change import Change
    from opsbook.authoring.timeline import summary
    from opsbook.importing.chronicle import made
    from opsbook.text import count

    reader, files, asked = import_module(f"opsbook.importing.{name}").read, files_of(paths), _asked(options)
    results: list[tuple[Book, Made]] = []

    def make(book: Book) -> Change:
        for id in filter(None, asked.people.values()):
            named(book, "person", id)
        incident = named(book, "incident", options["incident"])
        result = made(book, incident, reader, files, asked)
        results.append((book, result))
        words = f"{count(result.added, 'line')} of {name.replace('_', ' ')} taken over"
        return Change(summary(incident.id, words), result.edits)

    if asks(options) and not options["yes"] and not options["dry_run"]:
        if not save(make, {**options, "dry_run": True}):
            click.echo("".join(_told(results[-1][1], options)), nl=False)
            return
        click.confirm(f"Write {count(results[-1][1].added, 'line')}?", default=True, abort=True, err=True)
    change = save(make, options)
    book, result = results[-1]
    saved(change, "".join(_told(result, options)), options)
    if change and not options["dry_run"]:
        next_steps(book, change, change.texts()[0][0].path, now(obj))


def _asked(options: dict[str, Any]) -> Asked:
    from opsbook.importing.chronicle import Asked

    clock, on = zone("--timezone", options.get("timezone")), day("--date", options.get("day"))
    return Asked(clock, on, pairs("--person", options["people"]))


def _told(result: Made, options: dict[str, Any]) -> Iterator[str]:
    """What was taken over, and what was not."""
    from opsbook.output.frames import clean
    from opsbook.text import count

    verb = "to be added" if options["dry_run"] else "added"
    known = f", {result.known:,} there already" if result.known else ""
    yield f"{count(result.added, 'line')} {verb}{known}\n"
    for each in result.left[:_SHOWN]:
        yield f"  {clean(each.place)}: {clean(each.what)}\n"
    if len(result.left) > _SHOWN:
        yield f"  and {len(result.left) - _SHOWN:,} more\n"
