"""`opsbook impact`: what hangs on somebody, before they leave."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from opsbook.cli.options import Command, Group, at_option, colored, moment, named, the_book

if TYPE_CHECKING:
    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.directory import Person
    from opsbook.model.time import Interval
    from opsbook.oncall.impact import Emptied, Impact
    from opsbook.oncall.proof import Failure
    from opsbook.output.frames import Paint
    from opsbook.output.rota.words import Speaker

_HEADS = {
    "rotation": "rotations",
    "override": "overrides",
    "policy": "policies",
    "team": "teams",
    "role": "roles in open incidents",
    "action item": "action items",
    "runbook": "runbooks",
    "post-mortem": "post-mortems under way",
    "severity": "severities",
}


@click.group(cls=Group)
def command() -> None:
    """What hangs on somebody, before they leave."""


@command.command(cls=Command)
@click.argument("person")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@at_option
@click.pass_obj
def remove(obj: dict[str, Any], /, person: str, at: str | None, **options: Any) -> None:
    """What hangs on PERSON: where they are named, and what would be missing without them.

    Looks at what lies ahead: rotations, overrides, policies, teams, open incidents, unfinished action items,
    runbooks; and thirteen weeks of shifts and alerts. Changes nothing: `opsbook offboard` does.
    """
    from opsbook.oncall.impact import impact
    from opsbook.output.rota.words import Speaker

    book, instant = the_book(), moment(obj, at)
    record = named(book, "person", person)
    found = impact(book, person, instant)
    if options["as_json"]:
        from opsbook.output.json import encoded

        click.echo(encoded(_data(person, found)), nl=False)
        return
    text = "".join(_told(book, record, found, Speaker(book, book, instant)))
    click.echo(text, nl=False, color=colored() or None)


def _told(book: Book, record: Document[Person], found: Impact, says: Speaker) -> Iterator[str]:
    from opsbook.output.frames import Paint, clean
    from opsbook.text import count

    paint = Paint(colored())
    name = paint(clean(f"{says.name(record.id)} ({record.id})"), "1")
    if not found.mentions:
        yield f"nothing that lies ahead names {name}\n"
        return
    verb = "name" if len(found.mentions) > 1 else "names"
    yield f"{count(len(found.mentions), 'place')} ahead {verb} {name}\n"
    for sort, mentions in groupby(found.mentions, key=lambda mention: mention.sort):
        yield f"\n{paint(_HEADS[sort], '1')}\n"
        for mention in mentions:
            yield clean(f"  {mention.document.path}:{mention.location.start.line}: {mention.said}") + "\n"
    yield "\n" + "".join(_missing(book, found, says, paint))


def _missing(book: Book, found: Impact, says: Speaker, paint: Paint) -> Iterator[str]:
    """What would be missing without them."""
    from opsbook.output.frames import clean
    from opsbook.output.rota.words import stretches

    end = found.within.end.astimezone(says.zone)
    yield paint(f"without them, until {end:%a} {end.day} {end:%b %Y}", "1") + "\n"
    for rotation, intervals in found.alone:
        yield _line(rotation, f": nobody else is on call, {stretches(intervals, says)}", paint)
    for emptied in found.emptied:
        yield _line(_level(book, emptied), f" pages nobody, {_when(emptied.intervals, found, says)}", paint)
    groups: dict[tuple[str, str], list[Failure]] = {}
    for each in found.failures:
        groups.setdefault((each.policy, each.said), []).append(each)
    for (policy, said), failures in groups.items():
        severities = ", ".join(dict.fromkeys(each.severity for each in failures))
        when = _when(sorted({each.interval for each in failures}), found, says)
        yield _line("single point of failure", f": {policy} at {severities}: {said}; {when}", paint)
    if not (found.alone or found.emptied or found.failures):
        yield "  every shift and every level has somebody else\n"
    elif not found.failures:
        yield clean("  no alert depends on them alone: another level reaches somebody in time") + "\n"


def _line(subject: str, rest: str, paint: Paint) -> str:
    """A sentence, wrapped."""
    from textwrap import wrap

    from opsbook.output.frames import clean

    subject = clean(subject)
    first, *more = wrap(subject + clean(rest), 80, initial_indent="  ", subsequent_indent="    ")
    bold = first.removeprefix(f"  {subject}")
    head = f"  {paint(subject, '1;31')}{bold}" if bold != first else first
    return "".join(f"{line}\n" for line in (head, *more))


def _when(intervals: Sequence[Interval], found: Impact, says: Speaker) -> str:
    from opsbook.output.rota.words import stretches

    return "at any time" if tuple(intervals) == (found.within,) else stretches(intervals, says)


def _level(book: Book, emptied: Emptied) -> str:
    """`payments level 1 (policies/escalation/payments.yaml:4)`."""
    document = book.find("escalation", emptied.policy)
    assert document is not None
    place = document.at("fallback") if emptied.level < 0 else document.at("levels", emptied.level)
    step = "fallback" if emptied.level < 0 else f"level {emptied.level + 1}"
    return f"{emptied.policy} {step} ({place.path}:{place.start.line})"


def _data(person: str, found: Impact) -> dict[str, Any]:
    return {
        "version": 1,
        "person": person,
        **_span(found.within),
        "mentions": [
            {
                "kind": each.sort, "path": each.document.path, "line": each.location.start.line,
                "pointer": list(each.pointer), "said": each.said,
            }
            for each in found.mentions
        ],
        "shifts_without_anybody": {rotation: [*map(_span, intervals)] for rotation, intervals in found.alone},
        "levels_without_anybody": [
            {"policy": each.policy, "level": None if each.level < 0 else each.level + 1,
             "stretches": [*map(_span, each.intervals)]}
            for each in found.emptied
        ],
        "single_point_of_failure": [
            {"policy": each.policy, "severity": each.severity, "wrong": each.wrong, "said": each.said,
             **_span(each.interval)}
            for each in found.failures
        ],
    }  # fmt: skip


def _span(interval: Interval) -> dict[str, str]:
    from opsbook.model.time import write_instant

    return {"from": write_instant(interval.start), "to": write_instant(interval.end)}
