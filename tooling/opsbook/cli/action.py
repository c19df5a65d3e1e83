"""`opsbook action`: the work that incidents left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, Group, at_option, colored, day, moment, the_book
from opsbook.cli.options import named as record
from opsbook.cli.responding import current, incident_option
from opsbook.cli.saving import save, saving_options
from opsbook.cli.tracking import sync
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.actions import Work
    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book

_ANY = ("triage", "investigating", "mitigated", "resolved", "closed")
_STRENGTHS = ("stronger", "intermediate", "weaker")
_RESULTS = ("effective", "partly-effective", "ineffective")
_KINDS = ("prevent", "detect", "mitigate", "investigate", "process")


@click.group(cls=Group)
def command() -> None:
    """The work that incidents left behind: what is due, and what became of it.

    ITEM is `INCIDENT/ID`, or the ID alone where only one unfinished item is called so.
    """


command.add_command(sync)


@command.command(cls=Command)
@click.argument("title", nargs=-1, required=True)
@click.option("--owner", metavar="ID", help="Who sees to it: a person or a team.")
@click.option("--due", metavar="DATE", help="By when; the severity's `action_items_within` otherwise.")
@click.option("--kind", type=click.Choice(_KINDS), help="What it does about the next one.")
@click.option("--strength", type=click.Choice(_STRENGTHS), help="How well it holds when nobody thinks of it.")
@click.option("--tracker", metavar="URL", help="Where the work is tracked.")
@click.option("--done-when", metavar="TEXT", help="How anybody can tell that it is done.")
@incident_option
@saving_options
def add(title: tuple[str, ...], **options: Any) -> None:
    """Add an item: TITLE says what will be different when it is done."""
    from opsbook.authoring.actions import added

    said = {name: options[name] for name in ("kind", "strength", "tracker", "done_when")}
    ids: list[str] = []

    def make(book: Book) -> Change:
        incident = _incident(book, options["incident"])
        said["owner"] = _owner(book, options["owner"]) if options["owner"] else None
        said["due"] = str(day("--due", options["due"])) if options["due"] else None
        change, id = added(incident, " ".join(title), said)
        ids[:] = [f"{incident.id}/{id}"]
        return change

    save(make, options)
    if not options["dry_run"]:
        click.echo(f"{ids[0]}  added")


def _incident(book: Book, id: str | None) -> Any:
    from opsbook.book.settings import find_root

    if id:
        return record(book, "incident", id)
    from pathlib import Path

    return current(book, find_root(Path.cwd()), None, ("triage", "investigating", "mitigated", "resolved"))


def _owner(book: Book, id: str) -> str:
    if not (book.has("person", id) or book.has("team", id)):
        from opsbook.book.validate import nearest

        names = (*book.names("person"), *book.names("team"))
        near = nearest(id, names)
        raise UserError(
            f"no person and no team `{id}` in this book", f"did you mean `{near}`?" if near else ""
        )
    return id


def _acted(item: str, options: dict[str, Any], act: Callable[[Book, Work], Change], words: str) -> None:
    """Do something with an item, and say so."""
    from opsbook.authoring.actions import named
    from opsbook.output.frames import clean

    names: list[str] = []

    def make(book: Book) -> Change:
        found = named(book, item)
        names[:] = [found.name]
        return act(book, found)

    save(make, options)
    if not options["dry_run"]:
        click.echo(f"{clean(names[0])}  {clean(words)}")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@saving_options
def start(item: str, **options: Any) -> None:
    """Say that somebody works on ITEM."""
    from opsbook.authoring.actions import started

    _acted(item, options, lambda _, each: started(each), "in progress")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.option("--on", metavar="DATE", help="The day; today otherwise.")
@click.option("--evidence", multiple=True, metavar="URL", help="What shows it: a change, a graph, a test.")
@click.option("--review-on", metavar="DATE", help="By when somebody looks whether it holds.")
@saving_options
@at_option
@click.pass_obj
def done(
    obj: dict[str, Any],
    /,
    item: str,
    on: str | None,
    evidence: tuple[str, ...],
    review_on: str | None,
    at: str | None,
    **options: Any,
) -> None:
    """Say that ITEM is done."""
    from opsbook.authoring import actions

    instant = moment(obj, at)

    def act(book: Book, each: Work) -> Change:
        today = instant.astimezone(book.settings.timezone).date()
        return actions.done(each, day("--on", on) or today, evidence, day("--review-on", review_on))

    _acted(item, options, act, "done")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.option("--to", "to", metavar="DATE", required=True, help="The day it is due from now on.")
@click.option("--because", metavar="TEXT", required=True, help="Why it can wait.")
@saving_options
def postpone(item: str, to: str, because: str, **options: Any) -> None:
    """Put ITEM off; the day it was due, and why it can wait, are kept."""
    from opsbook.authoring.actions import postponed

    until = day("--to", to)
    assert until is not None
    _acted(item, options, lambda _, each: postponed(each, until, because), f"due on {until}")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.option("--because", metavar="TEXT", required=True, help="Why it will not be done.")
@saving_options
def decline(item: str, because: str, **options: Any) -> None:
    """Say that ITEM will not be done, and why."""
    from opsbook.authoring.actions import declined

    _acted(item, options, lambda _, each: declined(each, because), "declined")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.argument("owner", metavar="OWNER")
@saving_options
def assign(item: str, owner: str, **options: Any) -> None:
    """Give ITEM to OWNER, a person or a team."""
    from opsbook.authoring.actions import assigned

    _acted(item, options, lambda book, each: assigned(each, _owner(book, owner)), f"{owner}'s")


@command.command(cls=Command)
@click.argument("before", metavar="FROM")
@click.argument("after", metavar="TO")
@saving_options
def reassign(before: str, after: str, **options: Any) -> None:
    """Give all that FROM has left to do to TO: a person or a team."""
    from opsbook.authoring.actions import reassigned
    from opsbook.output.frames import clean

    found: list[Work] = []

    def make(book: Book) -> Change:
        change, found[:] = reassigned(book, _owner(book, before), _owner(book, after))
        return change

    save(make, options)
    if not options["dry_run"]:
        lines = [f"{clean(each.name)}  {clean(after)}'s" for each in found]
        click.echo("\n".join(lines) or f"{clean(before)} has nothing left to do")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.argument("strength", type=click.Choice(_STRENGTHS))
@saving_options
def rate(item: str, strength: str, **options: Any) -> None:
    """Say how well ITEM holds when nobody thinks of it.

    After the action hierarchy of RCA2. `stronger` takes the possibility away or forces the safe way;
    `intermediate` makes it likelier to be caught; `weaker` asks people to remember.
    """
    from opsbook.authoring.actions import rated

    _acted(item, options, lambda _, each: rated(each, strength), strength)


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.option("--on", metavar="DATE", required=True, help="By when somebody looks.")
@saving_options
def review(item: str, on: str, **options: Any) -> None:
    """Say by when somebody looks whether ITEM holds."""
    from opsbook.authoring.actions import reviewed

    by = day("--on", on)
    assert by is not None
    _acted(item, options, lambda _, each: reviewed(each, by), f"reviewed on {by}")


@command.command(cls=Command)
@click.argument("item", metavar="ITEM")
@click.argument("result", type=click.Choice(_RESULTS))
@click.option("--because", metavar="TEXT", required=True, help="What showed it.")
@click.option("--on", metavar="DATE", help="The day somebody looked; today otherwise.")
@saving_options
@at_option
@click.pass_obj
def verdict(
    obj: dict[str, Any],
    /,
    item: str,
    result: str,
    because: str,
    on: str | None,
    at: str | None,
    **options: Any,
) -> None:
    """Say whether ITEM, which is done, holds."""
    from opsbook.authoring.actions import judged

    instant = moment(obj, at)

    def act(book: Book, each: Work) -> Change:
        today = instant.astimezone(book.settings.timezone).date()
        return judged(each, result, day("--on", on) or today, because)

    _acted(item, options, act, result)


# ── list ──────────────────────────────────────────────────────────────────────────────────


@command.command(name="list", cls=Command)
@click.option("--person", metavar="PERSON", help="Only what this person owns.")
@click.option("--team", metavar="TEAM", help="Only what this team or somebody of it owns.")
@click.option("--all", "everything", is_flag=True, help="What is done or declined as well.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@incident_option
@at_option
@click.pass_obj
def list_(obj: dict[str, Any], /, at: str | None, **options: Any) -> None:
    """List what is not finished, the longest overdue first."""
    from opsbook.authoring.actions import work

    book = the_book()
    today = moment(obj, at).astimezone(book.settings.timezone).date()
    everything = options["everything"]
    found = [each for each in work(book, finished=everything) if everything or each.item.unfinished]
    if options["incident"]:
        id = record(book, "incident", options["incident"]).id
        found = [each for each in found if each.incident.id == id]
    owners = _owners(book, options)
    if owners is not None:
        found = [each for each in found if each.item.owner in owners]
    found.sort(key=lambda each: (each.due or date.max, each.name))
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded([_data(each, today) for each in found]), nl=False)
        return
    click.echo("".join(_lines(found, today)) or "nothing is left to do\n", nl=False, color=colored() or None)


def _owners(book: Book, options: dict[str, Any]) -> set[str] | None:
    if options["person"]:
        return {record(book, "person", options["person"]).id}
    if options["team"]:
        team = record(book, "team", options["team"])
        return {team.id, *team.content.members}
    return None


def _data(each: Work, today: date) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": each.item.title,
        "owner": each.item.owner,
        "due": each.due and str(each.due),
        "status": each.item.status,
        "strength": each.item.strength,
        "overdue": _overdue(each, today),
        "answered": _overdue(each, today) and _answered(each, today),
        "path": each.incident.path,
        "line": each.incident.at("action_items", each.id).start.line,
    }


def _overdue(each: Work, today: date) -> bool:
    return each.item.unfinished and each.due is not None and each.due < today


def _answered(each: Work, today: date) -> bool:
    """Whether a comment at its place says why it may be late."""
    from opsbook.metrics.clocks import work_may_wait

    return work_may_wait(each.incident, each.id, today)


def _lines(found: list[Work], today: date) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean

    paint = Paint(colored())
    owners = [clean(each.item.owner or "nobody") for each in found]
    width = max(map(len, owners), default=0)
    for each, owner in zip(found, owners, strict=True):
        overdue = _overdue(each, today)
        late = overdue and not _answered(each, today)
        due = str(each.due or "no day    ")
        yield f"{paint(due, '1' if late else '')}  {owner:<{width}}  {clean(each.item.title)}\n"
        state: str = "late, with a reason" if overdue else each.item.status
        if late and each.due:
            state = paint(f"{(today - each.due).days} d late", "31")
        yield f"{'':<12}{'':<{width}}{paint(clean(each.name), '2')}  {state}\n"
