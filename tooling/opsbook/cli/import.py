"""`opsbook import`: other tools' exports become records, and what could not be carried over is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import click

from opsbook.cli.exports import files_of, id_of, pairs
from opsbook.cli.options import Group, at_option, moment, named, zone
from opsbook.cli.saving import save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.importing.export import Left
    from opsbook.importing.feed import Made as FeedMade
    from opsbook.importing.rota import Rota
    from opsbook.importing.schedule import Made
    from opsbook.model.time import Interval

F = TypeVar("F", bound=Callable[..., Any])
_SHOWN = 10
"""How many records of a kind are named."""


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
    for option in reversed(options):
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
    files = files_of(paths)
    bottom_first = options.get("bottom_first", False)
    asked = Asked(at.replace(second=0, microsecond=0), zone("--timezone", options["timezone"]), bottom_first)
    about = Named(_people(options), id_of("--as", options["called"]), options["team"])
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
    from opsbook.output.frames import clean
    from opsbook.text import count

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
    from opsbook.text import count

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
    lines = list(_listed(left))
    yield "\nnot carried over, or assumed\n" if lines else "\nnothing was left out\n"
    yield from lines


def _listed(left: Iterable[Left]) -> Iterator[str]:
    from opsbook.output.frames import clean

    return (f"  {clean(each.place)}: {clean(each.what)}\n" for each in left)


# ── feeds ─────────────────────────────────────────────────────────────────────────────────


def _feed_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every importer of incidents."""
    options: tuple[Callable[..., Any], ...] = (
        click.option(
            "--severity", "severities", multiple=True, metavar="THEIRS=LEVEL",
            help="The level of a severity of the feed; with nothing after = such incidents are left out.",
        ),
        click.option(
            "--service", "services", multiple=True, metavar="THEIRS=ID",
            help="The service that a component of the feed is here.",
        ),
        click.option("--skip", multiple=True, metavar="WORDS", help="Leave out what is titled so."),
        click.option("--timezone", metavar="ZONE", help="The clock of times that name none."),
        saving_options,
        _files,
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@command.command("statuspage")
@_feed_options
def statuspage(files: tuple[str, ...], **options: Any) -> None:
    """Incidents of a Statuspage: the answer of GET /api/v2/incidents.json, or its history.atom."""
    _feed("statuspage", files, options)


@command.command("github-status")
@_feed_options
def github_status(files: tuple[str, ...], **options: Any) -> None:
    """GitHub's incident history: incidents.jsonl of its archive, or history.atom of githubstatus.com."""
    _feed("github_status", files, options)


@command.command("cstate")
@_feed_options
def cstate(files: tuple[str, ...], **options: Any) -> None:
    """Incidents of a cState page: the files of content/issues/."""
    _feed("cstate", files, options)


@command.command("upptime")
@_feed_options
def upptime(files: tuple[str, ...], **options: Any) -> None:
    """Outages that Upptime saw: its issues as JSON, or git log --format='%H%x09%aI%x09%s'."""
    _feed("upptime", files, options)


def _feed(name: str, paths: tuple[str, ...], options: dict[str, Any]) -> None:
    """Make incidents of a feed, or add to them what is new, and say what was left out."""
    from opsbook.authoring.change import Change
    from opsbook.importing.feed import Asked, made
    from opsbook.text import count

    read = import_module(f"opsbook.importing.{name}").read
    files = files_of(paths)
    asked = Asked(
        pairs("--severity", options["severities"]),
        {theirs: id for theirs, id in pairs("--service", options["services"]).items() if id},
        options["skip"],
        zone("--timezone", options["timezone"]),
    )
    results: list[FeedMade] = []

    def make(book: Book) -> Change:
        results.append(made(book, read, files, asked))
        return Change(f"import {count(len(results[-1].created), 'incident')}", results[-1].edits)

    save(make, options)
    click.echo("".join(_became(results[-1], options["dry_run"])), nl=False, err=options["dry_run"])


def _became(result: FeedMade, dry: bool) -> Iterator[str]:
    """What became of a feed."""
    from opsbook.text import count

    if result.created:
        yield f"{'would write' if dry else 'wrote'} {count(len(result.created), 'incident')}\n"
        yield from _few(f"  {id}\n" for id in result.created)
    if result.extended:
        yield f"{'would add' if dry else 'added'} what was posted since\n"
        yield from _few(f"  {id}: {count(number, 'post')}\n" for id, number in result.extended.items())
    if result.unchanged or not result.edits:
        yield f"nothing new in {count(result.unchanged, 'incident')}\n"
    if result.skipped:
        yield f"\nskipped, no incidents: {len(result.skipped):,}\n"
        yield from _listed(result.skipped)
    yield from _left(result.left)


def _few(lines: Iterable[str]) -> Iterator[str]:
    """As many lines as a person reads, and how many more there are."""
    all_of_them = list(lines)
    yield from all_of_them[:_SHOWN]
    if len(all_of_them) > _SHOWN:
        yield f"  and {len(all_of_them) - _SHOWN:,} more\n"


# ── what is typed ─────────────────────────────────────────────────────────────────────────


def _people(options: dict[str, Any]) -> dict[str, str]:
    """Who is who, by the command line: what is typed wins over the file."""
    found = _table(options["table"]) if options["table"] else {}
    found |= pairs("--person", options["people"])
    return {theirs: id_of("--people", id) or "" for theirs, id in found.items()}


def _table(path: str) -> dict[str, str]:
    from opsbook.book import yaml

    file = files_of((path,))[0]
    reading = yaml.read(file.text)
    if reading.problems:
        raise UserError(f"{path}: {reading.problems[0].message}")
    data = reading.data
    if not isinstance(data, dict) or not all(isinstance(each, str | None) for each in data.values()):
        raise UserError(
            f"{path}: no mapping of names to ids", "write a line for each: `ana@example.com: ana`"
        )
    return {str(theirs): id or "" for theirs, id in data.items()}
