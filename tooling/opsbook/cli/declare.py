"""`opsbook declare`: an incident begins."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from opsbook.cli.options import Command, colored, the_book
from opsbook.cli.responding import (
    OPEN,
    asks,
    hint,
    level_named,
    level_said,
    lines,
    link_option,
    links_of,
    moment_of,
    next_steps,
    no_input_option,
    now,
    person,
    say_steps,
    to_do,
    zone_of,
)
from opsbook.cli.saving import Meanwhile, keep_note, save, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.alertmanager import Notice
    from opsbook.authoring.change import Change
    from opsbook.authoring.declaration import Declaration
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.diagnostics import Diagnostic
    from opsbook.metrics.similarity import Similar
    from opsbook.model.incident import Entry, Incident

_RUNBOOKS = 3
"""Runbooks that are shown, those for the alert first."""
_NEWEST = 500
"""How many of the newest incidents it is held against: nobody waits at night for an answer about all."""
_WIDTH = 68
"""Letters of what ended an earlier incident."""
_BEFORE = 2
"""Earlier incidents that are named."""


@click.command(cls=Command)
@click.argument("title", nargs=-1)
@click.option("-s", "--severity", metavar="LEVEL", help="How bad it is; may be said later.")
@click.option("--service", "services", multiple=True, metavar="ID", help="What is hurt.")
@click.option("--commander", metavar="PERSON", help="Who commands.")
@link_option
@click.option("--alert", "alerts", multiple=True, metavar="NAME", help="An alert that fired.")
@click.option(
    "--kind", type=click.Choice(("incident", "drill", "near-miss")), default="incident",
    help="Only an incident counts in metrics.",
)  # fmt: skip
@click.option("--at", metavar="TIME", help="When it was declared, if earlier: `03:02`, or an instant.")
@click.option(
    "--from",
    "origin",
    type=click.Choice(("alertmanager",)),
    help="TITLE is a FILE of what this program sends.",
)
@no_input_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@saving_options
@click.pass_obj
def command(obj: dict[str, Any], /, title: tuple[str, ...], **options: Any) -> None:
    """Declare an incident: TITLE says what customers see.

    Nothing else is needed; whatever is missing is said as a next step. On a terminal a missing severity is
    found by the questions of the severity policy, and Enter skips them. With `--from alertmanager` TITLE is
    the FILE that holds the webhook's body, or `-`; an alert that fires already joins its open incident.
    """
    from opsbook.authoring.declaration import one_line
    from opsbook.book.settings import find_root

    book, at = the_book(), now(obj)
    told = None
    if options["origin"]:
        told = _notice(title)
        if _joined(book, told, at, options):
            return
    words = one_line(told.title if told else " ".join(title))
    level = _level(book, told, options)
    who = person(find_root(Path.cwd()))
    made, around = _write(words, level, who, at, told, options)
    if not options["dry_run"]:
        _tell(made, around(), who, at, options)


class _Made(NamedTuple):
    """What was written, from the book as it was before."""

    book: Book
    id: str
    said: Declaration
    entry: Entry
    change: Change


class _Around(NamedTuple):
    """What is around the new incident."""

    open: Mapping[str, Document[Incident]]
    """The others that are open."""
    same: Sequence[Similar]
    """Those of them that look like it."""
    before: Sequence[Similar]
    """Those of before that do."""
    steps: Sequence[Diagnostic]
    """What is to do about its record."""


def _folder(id: str) -> str:
    return f"incidents/{id[:4]}/{id}"


def _write(
    title: str, level: str | None, who: str | None, at: datetime, told: Notice | None, options: dict[str, Any]
) -> tuple[_Made, Meanwhile[_Around]]:
    """Write the new incident; where that cannot be, its record is printed."""
    from opsbook.authoring.declaration import declared, new_id, record

    made: list[_Made] = []

    def make(book: Book) -> Change:
        instant = moment_of(options["at"], at, zone_of(book, who))
        said, entry = _declaration(title, level, who, instant, told, options)
        zone = book.settings.timezone
        id = new_id(instant, zone, title, lambda each: book.reaches(_folder(each)))
        made.append(_Made(book, id, said, entry, declared(id, said)))
        return made[-1].change

    around = Meanwhile(lambda: _around(made[-1], at))
    try:
        save(make, {**options, "declares": True}, around)
    except UserError as error:
        if not made:
            raise
        paste = f"to paste into {_folder(made[-1].id)}/incident.yaml:\n{record(made[-1].said)}"
        raise UserError(error.message, f"{error.hint}\n{paste}") from None
    return made[-1], around


def _declaration(
    title: str, level: str | None, who: str | None, at: datetime, told: Notice | None, options: dict[str, Any]
) -> tuple[Declaration, Entry]:
    """What is known of it, and the entry that declares it."""
    from opsbook.authoring.declaration import Declaration
    from opsbook.authoring.entry import entry_of
    from opsbook.model.role import COMMANDER

    commander = options["commander"]
    roles = {COMMANDER: (commander,)} if commander else {}
    firing = told.firing if told else ()
    services = tuple(dict.fromkeys((*options["services"], *(told.services if told else ()))))
    alerts = tuple(dict.fromkeys((*options["alerts"], *(alert.name for alert in firing))))
    links = links_of(options["links"]) | ({"alert": told.link} if told and told.link else {})
    text = "Declared" if options["kind"] == "incident" else f"Declared, a {options['kind'].replace('-', ' ')}"
    entry = entry_of(at=at, milestone="declared", severity=level, roles=roles, by=who, text=text)
    timeline = (*_fired(firing, at), entry)
    return Declaration(title, level, options["kind"], services, roles, alerts, links, timeline), entry


def _fired(firing: Sequence[Any], at: datetime) -> Iterator[Entry]:
    """An entry for each alert that fires, in order of time; the first one detected the incident."""
    from opsbook.authoring.entry import entry_of

    began = sorted(firing, key=lambda alert: min(alert.since or at, at))
    for number, alert in enumerate(began):
        yield entry_of(
            at=min(alert.since or at, at), milestone=None if number else "detected", by="system:alertmanager",
            source=alert.source, text=f"{alert.name} fired",
        )  # fmt: skip


# ── an alert ──────────────────────────────────────────────────────────────────────────────


def _notice(files: tuple[str, ...]) -> Notice:
    from opsbook.authoring.alertmanager import notice

    if len(files) != 1:
        raise click.UsageError("--from alertmanager reads one FILE, or `-`")
    try:
        content = sys.stdin.buffer.read() if files[0] == "-" else Path(files[0]).read_bytes()
    except OSError as error:
        raise UserError(f"cannot read `{files[0]}`: {error.strerror}") from None
    return notice(content.decode("utf-8", "replace"))


def _joined(book: Book, told: Notice, at: datetime, options: dict[str, Any]) -> bool:
    """Whether the alerts are those of an open incident: then they are written there."""
    from opsbook.authoring.declaration import joins
    from opsbook.authoring.entry import entry_of, line
    from opsbook.authoring.timeline import added, summary
    from opsbook.book.settings import find_root
    from opsbook.output.frames import clean

    found = joins(_open(book), [alert.source for alert in told.alerts])
    if found is None:
        if not told.firing:
            click.echo("no alert fires any more, and no open incident has one of them", err=True)
        return not told.firing
    alerts = told.firing or told.alerts
    names = ", ".join(dict.fromkeys(alert.name for alert in alerts))
    text = f"{names} {'fires' if told.firing else 'is resolved'}, Alertmanager says"
    at = moment_of(options["at"], at, book.settings.timezone)
    entry = entry_of(at=at, by="system:alertmanager", source=alerts[0].source, text=text)

    def make(book: Book) -> Change:
        document = book.find("incident", found.id)
        assert document is not None
        return added(document, entry, summary(found.id, text))

    change = save(make, options)
    if not options["dry_run"]:
        keep_note(find_root(Path.cwd()), "last", f"{found.id} {line(entry)}")
        next_steps(book, change, found.path, at)
        click.echo(f"{clean(found.id)}  {clean(text)}")
    return True


# ── how bad ───────────────────────────────────────────────────────────────────────────────


def _level(book: Book, told: Notice | None, options: dict[str, Any]) -> str | None:
    """The severity as it was said, as the alert's label says it, or as the questions find it."""
    if options["severity"]:
        return level_said(book, options["severity"])
    if told and told.severity:
        level = level_named(book, told.severity)
        if level in book.severities.levels:
            return level
        hint(f"`severity: {told.severity}` of the alert is no level, nor an alias of one: say it with -s")
        return None
    if not asks(options) or not book.severities.questions:
        return None
    from opsbook.cli.classify import asked_on_terminal

    found = asked_on_terminal(book.severities, {}, skippable=True)
    return found.level if found else None


# ── the answer ────────────────────────────────────────────────────────────────────────────


def _open(book: Book) -> list[Document[Incident]]:
    from opsbook.book.facts import standing

    ids = [id for id, status in standing(book).items() if status in OPEN]
    found = (book.find("incident", id) for id in ids)
    return [document for document in found if document is not None and document.readable]


def _around(made: _Made, at: datetime) -> _Around:
    open_ones = {each.id: each for each in _open(made.book) if each.id != made.id}
    path = made.change.texts()[0][0].path
    return _Around(open_ones, *_alike(made, open_ones), to_do(made.book, made.change, path, at))


def _tell(made: _Made, around: _Around, who: str | None, at: datetime, options: dict[str, Any]) -> None:
    """Say what there is now, and what comes next."""
    from opsbook.authoring.entry import line
    from opsbook.book.settings import find_root

    root = find_root(Path.cwd())
    keep_note(root, "current", made.id)
    keep_note(root, "last", f"{made.id} {line(made.entry)}")
    for each in around.same[:3]:
        hint(_looks_like(each, around.open[each.id], at))
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded(_data(made, around)), nl=False)
    else:
        lines(_lines(made, who, around.before))
    say_steps(around.steps, made.change.texts()[0][0].path)


def _alike(made: _Made, open_ones: Mapping[str, Document[Incident]]) -> tuple[list[Similar], list[Similar]]:
    """The open incidents that look like the new one, and those of before; the most similar first."""
    from opsbook.book.facts import marks as known_marks
    from opsbook.book.marks import marks, marks_of
    from opsbook.metrics.similarity import similar

    said = made.said
    known: dict[str, Iterable[str]] = {**known_marks(made.book, _NEWEST)}
    known |= {id: marks(each.content) for id, each in open_ones.items()}
    found = similar(known, marks_of([said.title], said.services, said.alerts))
    found = [each for each in found if each.id != made.id]
    same = [each for each in found if each.id in open_ones and (each.named or each.worth_reading)]
    return same, [each for each in found if each.id not in open_ones and each.worth_reading][:_BEFORE]


def _looks_like(each: Similar, other: Document[Incident], at: datetime) -> str:
    from opsbook.model.time import write_duration

    began = other.content.history.in_order
    age = f"; open for {write_duration(at - began[0][1].at)}" if began and began[0][1].at <= at else ""
    return (
        f"looks like {each.id} ({each.common}{age}): "
        f"`opsbook close --duplicate-of {each.id}` where it is the same"
    )


def _before(made: _Made, each: Similar) -> Iterator[str]:
    """An earlier incident, why it is like this one, and what ended it."""
    from textwrap import shorten

    from opsbook.output.frames import clean

    yield clean(f"{each.id}: {each.common}")
    document = made.book.find("incident", each.id)
    entries = document.content.history.in_order if document is not None and document.readable else ()
    ends = {entry.milestone: entry for _, entry in entries if entry.milestone in ("mitigated", "resolved")}
    ended = ends.get("mitigated") or ends.get("resolved")
    if ended is not None:
        yield "  " + shorten(clean(f"{ended.milestone}: {ended.headline}"), _WIDTH, placeholder=" …")


def _missing(made: _Made) -> list[str]:
    """The roles that the severity asks for and nobody has."""
    level = made.book.severities.levels.get(made.said.severity or "")
    return [role for role in level.roles if role not in made.said.roles] if level else []


def _runbooks(made: _Made) -> list[tuple[str, str]]:
    """Paths and titles of the runbooks for its alerts, then for its services."""
    if not (made.said.alerts or made.said.services):
        return []
    from opsbook.book.facts import runbooks

    alerts, services = set(made.said.alerts), set(made.said.services)
    found = [each for each in runbooks(made.book) if alerts & {*each.alerts} or services & {*each.services}]
    found.sort(key=lambda each: not alerts & {*each.alerts})
    return [(each.path, each.title) for each in found]


def _lines(made: _Made, who: str | None, before: Sequence[Similar]) -> Iterator[str]:
    from opsbook.authoring.declaration import channel
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    said = made.said.severity
    known = said in made.book.severities.levels
    level = f" at {clean(said)}" if said else ", severity not known yet"
    level += ", which is no level" if said and not known else ""
    yield f"{paint(clean(made.id), '1')}  declared{level}\n"
    yield _row("channel", [channel(made.id)])
    missing = _missing(made)
    if missing:
        yield _row("open", [f"{', '.join(map(clean, missing))}"])
    found = _runbooks(made)
    if found:
        shown = [f"{clean(path)}  {clean(title)}" for path, title in found[:_RUNBOOKS]]
        more = len(found) - _RUNBOOKS
        yield _row("runbooks", [*shown, *([f"and {more} more"] if more > 0 else [])])
    if before:
        yield _row("before", [cell for each in before for cell in _before(made, each)])
    first = f"opsbook role {clean(missing[0] if missing else 'scribe')} {clean(who or 'PERSON')}"
    if not known:
        first = "opsbook severity LEVEL" if said else "opsbook classify --record"
    yield _row("next", [first, 'opsbook log "what you see"', 'opsbook mitigate "what stopped it"'])


def _row(name: str, cells: Sequence[str]) -> str:
    return "".join(f"{name if not number else '':<10}{cell}\n" for number, cell in enumerate(cells))


def _data(made: _Made, around: _Around) -> dict[str, Any]:
    from opsbook.authoring.declaration import channel

    return {
        "id": made.id,
        "path": made.change.texts()[0][0].path,
        "channel": channel(made.id),
        "severity": made.said.severity,
        "roles_open": _missing(made),
        "runbooks": [{"path": path, "title": title} for path, title in _runbooks(made)],
        "looks_like": [each.data() for each in around.same],
        "before": [each.data() for each in around.before],
    }
