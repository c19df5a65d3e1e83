"""`opsbook import`: other tools' exports become records, and what could not be carried over is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.cli.options import Group, at_option, moment, named
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.importing.export import File, Left
    from opsbook.importing.rota import Rota
    from opsbook.importing.schedule import Made
    from opsbook.model.time import Interval

F = TypeVar("F", bound=Callable[..., Any])


@click.group(cls=Group)
def command() -> None:
    """Turn other tools' exports into records, and say what could not be carried over."""


def _files(function: F) -> F:
    kind = click.Path(exists=True, dir_okay=False, allow_dash=True)
    return click.argument("files", nargs=-1, required=True, metavar="FILE...", type=kind)(function)


def _schedule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every importer of schedules."""
    options: tuple[Callable[..., Any], ...] = (
        click.option("--as", "called", metavar="ID", help="The id of the rotation, in place of its name."),
        click.option("--team", metavar="TEAM", help="The team whose rotation it is."),
        click.option(
            "--person", "people", multiple=True, metavar="THEIRS=ID",
            help="Who an id, address or name of the export is here; with nothing after = it is nobody.",
        ),
        click.option(
            "--people", "table", metavar="MAP", type=click.Path(exists=True, dir_okay=False),
            help="A YAML file that says so for many: `theirs: id`.",
        ),
        click.option("--timezone", metavar="ZONE", help="The clock of what names none."),
        at_option,
        saving_options,
        _files,
        click.pass_obj,
    )  # fmt: skip
    for option in options:
        function = option(function)
    return function


# ── schedules ─────────────────────────────────────────────────────────────────────────────


@command.command("pagerduty-schedule")
@click.option("--bottom-first", is_flag=True, help="The lowest layer stands first, not the one on top.")
@_schedule_options
def pagerduty_schedule(
    obj: dict[str, Any], /, files: tuple[str, ...], at: str | None, **options: Any
) -> None:
    """PagerDuty schedules: the answer of GET /schedules/{id}, or of GET /v3/schedules/{id}.

    Give the answers of GET …/overrides and GET /users along with it. Asked with since and until, PagerDuty
    adds the shifts as it works them out: then the rotation is held against those.
    """
    _schedules("pagerduty_schedule", files, moment(obj, at), options)


@command.command("opsgenie-schedule")
@_schedule_options
def opsgenie_schedule(obj: dict[str, Any], /, files: tuple[str, ...], at: str | None, **options: Any) -> None:
    """Opsgenie schedules: the answer of GET /v2/schedules/{id}.

    Give the answers of GET …/overrides and GET /v2/users along with it.
    """
    _schedules("opsgenie_schedule", files, moment(obj, at), options)


@command.command("grafana-oncall")
@_schedule_options
def grafana_oncall(obj: dict[str, Any], /, files: tuple[str, ...], at: str | None, **options: Any) -> None:
    """Grafana OnCall schedules: the answer of GET /api/v1/on_call_shifts/.

    Give the answers of GET …/schedules/ and GET …/users/ along with it.
    """
    _schedules("grafana_oncall", files, moment(obj, at), options)


@command.command("ical")
@_schedule_options
def ical(obj: dict[str, Any], /, files: tuple[str, ...], at: str | None, **options: Any) -> None:
    """Calendars (.ics) in which an event is a shift, and its title says whose."""
    _schedules("ical", files, moment(obj, at), options)


def _schedules(name: str, paths: tuple[str, ...], at: datetime, options: dict[str, Any]) -> None:
    """Make rotations of some exports, and say what became of them."""
    from opsbook.authoring.change import Change, new
    from opsbook.importing import document
    from opsbook.importing.schedule import Asked, Named, made

    read = import_module(f"opsbook.importing.{name}").read
    files = _read(paths)
    bottom_first = options.get("bottom_first", False)
    asked = Asked(at.replace(second=0, microsecond=0), _zone(options["timezone"]), bottom_first)
    about = Named(_people(options), _id("--as", options["called"]), options["team"])
    results: list[Made] = []

    def make(book: Book) -> Change:
        if about.team:
            named(book, "team", about.team)
        results.append(made(book, read, files, asked, about))
        edits = (new(document.path(each), document.text(each)) for each in results[-1].records)
        return Change(f"import {', '.join(id for id, _ in results[-1].rotas)}", tuple(edits))

    save(make, options)
    dry = options["dry_run"]
    click.echo("".join(_said(results[-1], dry)), nl=False, err=dry)


def _said(result: Made, dry: bool) -> Iterator[str]:
    """What was made, from what, and what was not."""
    from opsbook.importing import document
    from opsbook.output.frames import clean, count

    yield f"{'would write' if dry else 'wrote'} {count(len(result.records), 'record')}\n"
    yield from (f"  {document.path(each)}\n" for each in result.records)
    for id, rota in result.rotas:
        yield f"\n{id}\n" + "".join(f"  {said}\n" for said in _rota(rota))
    new = {each.id for each in result.records if each.kind == "person"}
    yield "\npeople\n"
    for who, id in _people_of(result):
        yield f"  {clean(who)} is {id or 'nobody'}{', who is new' if id in new else ''}\n"
    yield from _left(result.left)


def _people_of(result: Made) -> Iterator[tuple[str, str]]:
    """What the export knows somebody by, and who they are here, each once."""
    known: dict[tuple[str, str | None], dict[str, None]] = {}
    for someone, id in result.met:
        names = known.setdefault((id, someone.id), {})
        names |= dict.fromkeys(name for name in (someone.name, someone.login, someone.id) if name)
    yield from (
        (" ".join(names), id) for (id, _), names in sorted(known.items(), key=lambda each: each[0][0])
    )


def _rota(rota: Rota) -> Iterator[str]:
    """How the rotation says what the export says, and how far that was looked at."""
    from opsbook.output.frames import count

    parts = [count(len(rota.layers), "layer")]
    parts += [count(len(rota.covers), "override")] if rota.covers else []
    parts += [f"{count(len(rota.exceptions), 'cover')} for what is no turn"] if rota.exceptions else []
    yield ", ".join(parts)
    yield f"{count(rota.shifts, 'shift')} from {_days(rota.within)}"
    if rota.compared:
        yield f"compared with the shifts of the export from {_days(rota.compared)}: they are the same"
    else:
        yield "the export has rules and no shifts, so that there was nothing to compare them with"


def _days(interval: Interval) -> str:
    return f"{interval.start:%Y-%m-%d} to {interval.end:%Y-%m-%d}"


def _left(left: Iterable[Left]) -> Iterator[str]:
    from opsbook.output.frames import clean

    lines = [f"  {clean(each.place)}: {clean(each.what)}\n" for each in left]
    yield "\nnot carried over, or assumed\n" if lines else "\nnothing was left out\n"
    yield from lines


# ── what is typed ─────────────────────────────────────────────────────────────────────────


def _read(paths: tuple[str, ...]) -> list[File]:
    from opsbook.importing.export import File

    found = []
    for path in paths:
        try:
            with click.open_file(path, "rb") as stream:
                found.append(File("standard input" if path == "-" else path, stream.read()))
        except OSError as error:
            raise UserError(f"cannot read `{path}`: {error.strerror}") from None
    return found


def _zone(name: str | None) -> ZoneInfo | None:
    from pydantic_core import PydanticCustomError

    from opsbook.model.time import zone

    try:
        return zone(name) if name else None
    except PydanticCustomError as error:
        raise UserError(f"--timezone: {error.message()}") from None


def _id(option: str, text: str | None) -> str | None:
    import re

    from opsbook.model.kind import ID

    if text and not re.fullmatch(ID.removesuffix("$"), text):
        raise UserError(f"{option}: `{text}` is no id", "ids are letters, digits, `-`, `_` and `.`")
    return text or None


def _people(options: dict[str, Any]) -> dict[str, str]:
    """Who is who, by the command line: what is typed wins over the file."""
    found = _table(options["table"]) if options["table"] else {}
    for pair in options["people"]:
        theirs, equals, id = pair.rpartition("=")
        if not equals or not theirs.strip():
            raise UserError(f"--person: `{pair}` has no `=`", "write --person ana@example.com=ana")
        found[theirs.strip()] = id.strip()
    return {theirs: _id("--person", id) or "" for theirs, id in found.items()}


def _table(path: str) -> dict[str, str]:
    from opsbook.book import yaml

    file = _read((path,))[0]
    reading = yaml.read(file.text)
    if reading.problems:
        raise UserError(f"{path}: {reading.problems[0].message}")
    data = reading.data
    if not isinstance(data, dict) or not all(isinstance(each, str | None) for each in data.values()):
        raise UserError(
            f"{path}: no mapping of names to ids", "write a line for each: `ana@example.com: ana`"
        )
    return {str(theirs): id or "" for theirs, id in data.items()}
