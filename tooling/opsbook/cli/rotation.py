"""`opsbook rotation`: what a change of a rota does, and changes to it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import (
    Command,
    Group,
    at_option,
    colored,
    day,
    deliver,
    moment,
    named,
    the_book,
    the_git,
)
from opsbook.cli.saving import save, saved, saving_options
from opsbook.errors import UserError

if TYPE_CHECKING:
    from opsbook.authoring.change import Change
    from opsbook.authoring.rotation_change import Wanted
    from opsbook.authoring.rotation_swap import Part
    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval
    from opsbook.oncall.schedule import Plan

_AHEAD = timedelta(weeks=5)
"""So far behind a swap the next handoff is looked for."""
_CANDIDATES = 8
"""So many people are looked at who could take over instead."""

_LONGEST = timedelta(days=3 * 366)


@click.group(cls=Group)
def command() -> None:
    """What a change does to who is on call, and changes: swaps, and new versions."""


# ── diff ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--rotation", metavar="NAME", help="Only this rotation, and the policies that page it.")
@click.option("--from", "start", metavar="DATE", help="Compare from this day on instead of from now.")
@click.option("--to", "end", metavar="DATE", help="The last day to compare.")
@click.option(
    "--format", "-f", "style", type=click.Choice(("text", "markdown", "json")), default="text",
    show_default=True, help="`markdown` for a pull request, `json` for a program.",
)  # fmt: skip
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE.")
@click.option("--all", "everything", is_flag=True, help="List everything, however much it is.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where something changes, as git diff does.")
@at_option
@click.pass_obj
def diff(obj: dict[str, Any], /, base: str | None, head: str | None, at: str | None, **options: Any) -> int:
    """What a change does: who gains and loses which hours, and whom an alert would page.

    Compares the work tree with where this branch left the default branch, or with where it left BASE; with
    HEAD as well, these two revisions as they are. Looks thirteen weeks ahead, and a week past the next two
    clock changes.
    """
    from importlib import import_module

    from opsbook.oncall.diff import diff as compare

    instant = moment(obj, at)
    before, after = _books(base, head)
    if options["rotation"] and before.find("rotation", options["rotation"]) is None:
        named(after, "rotation", options["rotation"])
    found = compare(before, after, instant, _within(before, after, instant, options), options["rotation"])
    face = import_module(f"opsbook.output.rota.{options['style']}")
    color = options["output"] is None and colored()
    text = face.render(found, before, after, color=color, everything=options["everything"])
    deliver(text, options["output"])
    return int(options["exit_code"] and not found.empty)


def _books(base: str | None, head: str | None) -> tuple[Book, Book]:
    """The book before the change and after it."""
    from opsbook.book.snapshot import Book

    git = the_git()
    if head is not None and base is not None:
        start, after = git.commit(base), Book(git.commit_tree(git.commit(head)))
    else:
        start, after = git.merge_base(base) if base is not None else git.branch_point(), the_book()
    return Book(git.commit_tree(start), like=after), after


def _within(before: Book, after: Book, at: datetime, options: dict[str, Any]) -> Interval:
    """What is compared: the days that are asked for, in the book's zone, else as far as rotas surprise."""
    from opsbook.model.time import Interval, local_day, midnight
    from opsbook.oncall.diff import horizon

    first, last = day("--from", options["start"]), day("--to", options["end"])
    zone = after.settings.timezone
    start = midnight(first, zone) if first else at
    end = midnight(last + timedelta(days=1), zone) if last else horizon((before, after), start).end
    if end <= start:
        raise UserError(f"--to {last} is before {f'--from {first}' if first else local_day(at, zone)}")
    if end - start > _LONGEST:
        raise UserError(f"{start:%Y-%m-%d} to {last} is longer than 3 years", "ask for less at a time")
    return Interval(start, end)


# ── swap ──────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("rotation")
@click.option(
    "--from", "start", metavar="TIME", required=True, help="When it begins; a day alone is that day."
)
@click.option("--to", "end", metavar="TIME", help="When it ends; a day is included.")
@click.option("--with", "taker", metavar="PERSON", required=True, help="Who takes over.")
@click.option("--instead-of", "relieved", metavar="PERSON", help="Who is relieved; left out, whoever is on.")
@click.option("--return", "back", is_flag=True, help="Give the same hours of a later week back.")
@click.option("--for", "given", metavar="FROM..TO", help="Give this stretch back.")
@click.option("--reason", metavar="TEXT", help="Why, for whoever asks later.")
@click.option("--because", metavar="TEXT", help="Do it although something speaks against it: say why.")
@saving_options
@at_option
@click.pass_obj
def swap(obj: dict[str, Any], /, rotation: str, at: str | None, **options: Any) -> None:
    """Somebody takes over a stretch of ROTATION; writes the override.

    Times are `2026-12-05`, `2026-12-05 09:00` on the rotation's clock, `sat`, `tomorrow 18:00`, `now`, or an
    instant with its offset. Says who gains and loses what, and what speaks against it; what leaves nobody on
    call, somebody twice, or somebody who is away needs `--because`.
    """
    from opsbook.authoring import rotation_swap

    instant = moment(obj, at)
    if options["back"] and options["given"]:
        raise click.UsageError("--return finds a stretch to give back, --for names it: leave one out")
    told = ""

    def make(book: Book) -> Change:
        nonlocal told
        asked = _parts(book, rotation, instant, options)
        reason = options["reason"] or rotation_swap.summary(asked)
        change = rotation_swap.swap(
            book, rotation, asked, "; ".join(filter(None, (reason, options["because"])))
        )
        told = _weighed(book, rotation, asked, change, instant, allowed=bool(options["because"]))
        return change

    saved(save(make, options), told, options)


def _parts(book: Book, rotation: str, at: datetime, options: dict[str, Any]) -> list[Part]:
    """What changes hands, and what is given back for it."""
    from opsbook.authoring.rotation_swap import Takeover, given_back, parts
    from opsbook.authoring.when import Asker, stretch
    from opsbook.oncall.answers import zone_of

    asker = Asker(zone_of(_plan(book, rotation)), at)
    taker = _there(book, options["taker"], at)
    within = stretch(("--from", "--to"), options["start"], options["end"], asker)
    found = parts(book, rotation, Takeover(within, taker, options["relieved"]))
    if options["back"]:
        found += parts(book, rotation, given_back(book, rotation, found))
    elif options["given"]:
        begins, dots, ends = options["given"].partition("..")
        if not dots:
            raise UserError(f"--for {options['given']} is no stretch", "write it as FROM..TO")
        back = stretch(("--for", "--for"), begins, ends, asker)
        if back.start < within.end and within.start < back.end:
            raise UserError("--for and --from name the same time")
        found += parts(book, rotation, Takeover(back, found[0].relieved, taker))
    return found


def _plan(book: Book, rotation: str) -> Plan:
    from opsbook.oncall.schedule import plan

    named(book, "rotation", rotation)
    try:
        return plan(book, rotation)
    except LookupError as error:
        raise UserError(f"who is on call in `{rotation}` is not known", str(error)) from None


def _there(book: Book, person: str, at: datetime) -> str:
    """Somebody who has not left; UserError for anybody else."""
    from opsbook.model.time import local_day

    try:
        record = named(book, "person", person).content
    except UserError as error:
        if book.has("person", person) or not re.fullmatch(r"\w[\w.-]*", person):
            raise
        new = f"`opsbook new person {person}` adds somebody new"
        raise UserError(error.message, f"{error.hint}\n{new}") from None
    if record.until is not None and record.until < local_day(at, record.timezone):
        raise UserError(f"`{person}` was there until {record.until}", "name somebody who is there")
    return person


def _weighed(
    book: Book, rotation: str, asked: list[Part], change: Change, at: datetime, *, allowed: bool
) -> str:
    """What a swap does, in words; UserError where something forbids it and nobody says why it must be."""
    from opsbook.model.time import Interval
    from opsbook.oncall.diff import diff
    from opsbook.oncall.doubts import forbidding, worth_knowing
    from opsbook.oncall.strain import strains
    from opsbook.output.rota.brief import render, strained
    from opsbook.output.rota.words import Line, Speaker, careful

    starts, ends = [part.interval.start for part in asked], [part.interval.end for part in asked]
    after = book.with_texts({source.path: text for source, text in change.texts()})
    within = Interval(min(at, *starts), max(ends) + _AHEAD)
    found = diff(book, after, at, within, rotation)
    says = Speaker(book, after, at)
    against = [*careful(forbidding(found), says).lines]
    if min(starts) < at:
        against.append(Line("history", f" would change: it begins {says.moment(min(starts), says.zone)}"))
    if against and not allowed:
        said = "\n".join(f"{line.subject}{line.rest}" for line in against)
        raise UserError(said, _instead(book, rotation, asked, within, at))
    known = [
        *careful(worth_knowing(found), says).lines,
        *strained(strains(book, after, rotation, within), says),
    ]
    shown = found._replace(changes=tuple(each._replace(shares=()) for each in found.changes))
    return render(shown, [*against, *known], says, color=colored())


def _instead(book: Book, rotation: str, asked: list[Part], within: Interval, at: datetime) -> str:
    """Who could take over instead, and how to do it all the same."""
    from opsbook.authoring.rotation_swap import Takeover, parts, swap
    from opsbook.oncall.doubts import forbidden

    first = asked[0]
    free = []
    for person in _candidates(book, rotation):
        if person in (first.taker, first.relieved):
            continue
        try:
            takes = parts(book, rotation, Takeover(first.interval, person, first.relieved))
            texts = swap(book, rotation, takes, "-").texts()
        except UserError:
            continue
        after = book.with_texts({source.path: text for source, text in texts})
        if not forbidden(book, after, rotation, within, at):
            free.append(person)
    names = f"free then: {', '.join(free)}; " if free else ""
    return f"{names}to do it all the same, say why: --because TEXT"


def _candidates(book: Book, rotation: str) -> list[str]:
    """Whoever takes turns in a rotation, and its team."""
    layers = _plan(book, rotation).layers
    people = [person for clock in layers for seat in clock.layer.versions[-1].members for person in seat]
    team = book.find("team", named(book, "rotation", rotation).content.team or "")
    people += team.content.members if team is not None and team.readable else ()
    return [*dict.fromkeys(people)][:_CANDIDATES]


# ── change ────────────────────────────────────────────────────────────────────────────────


@command.command(cls=Command)
@click.argument("rotation")
@click.option("--layer", metavar="NAME", help="Which layer, where it has several.")
@click.option(
    "--add",
    multiple=True,
    metavar="PERSON",
    help="Somebody joins, at the end of the round; later on, with a day as --rollout.",
)
@click.option("--remove", multiple=True, metavar="PERSON", help="Somebody leaves the rotation.")
@click.option("--members", metavar="LIST", help="Who takes turns instead: `ana,ben,[chi dan]`.")
@click.option("--every", metavar="TURN", help="How long a turn lasts: `1w`, `12h`, `1 shift`.")
@click.option(
    "--rollout", metavar="WHEN", default="after-current-shift", show_default=True,
    help="`now`, `after-current-shift`, `after-full-rotation`, a day, or a time on the layer's clock.",
)  # fmt: skip
@saving_options
@at_option
@click.pass_obj
def change(obj: dict[str, Any], /, rotation: str, at: str | None, **options: Any) -> None:
    """Change who takes turns in ROTATION, or how long; adds a version.

    Whoever is on call stays on until the rollout says otherwise: the turn under way ends as it would have, or
    as many turns as the round has after it. A day is the first handoff on it or later; a time moves the
    handoff there. The order goes on where it was, with whoever's turn it is then first. Says who gains and
    loses what, who is on next before and after, and what to look at.
    """
    from opsbook.authoring import rotation_change
    from opsbook.output.rota import brief

    instant = moment(obj, at)
    told = ""

    def make(book: Book) -> Change:
        nonlocal told
        _plan(book, rotation)
        wanted = _wanted(book, instant, options)
        made = rotation_change.change(book, rotation, options["layer"], wanted, options["rollout"], instant)
        told = brief.told(book, made, instant, color=colored())
        return made

    saved(save(make, options), told, options)


def _wanted(book: Book, at: datetime, options: dict[str, Any]) -> Wanted:
    from pydantic_core import PydanticCustomError

    from opsbook.authoring.rotation_change import Wanted, members
    from opsbook.model.time import turn

    asked = [name for name in ("add", "remove", "members", "every") if options[name]]
    if not asked:
        raise click.UsageError("say what changes: --add, --remove, --members or --every")
    if options["members"] and (options["add"] or options["remove"]):
        raise click.UsageError("--members names everybody: leave out --add and --remove")
    order = members(options["members"]) if options["members"] else None
    for person in (*options["add"], *(person for seat in order or () for person in seat)):
        _there(book, person, at)
    every = options["every"]
    try:
        if every:
            turn(every)
    except PydanticCustomError as error:
        raise UserError(f"--every: {error.message()}") from None
    return Wanted(options["add"], options["remove"], order, every)
