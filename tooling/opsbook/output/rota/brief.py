"""What a change of a rota does that is being made: as `rotation diff` says it, without what alerts page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from opsbook.oncall.diff import diff, horizon
from opsbook.output.frames import Paint
from opsbook.output.rota.text import laid_out
from opsbook.output.rota.words import Block, Line, Speaker, careful, changes

if TYPE_CHECKING:
    from datetime import datetime

    from opsbook.authoring.change import Change
    from opsbook.book.snapshot import Book
    from opsbook.oncall.diff import Diff
    from opsbook.oncall.strain import Strain


_SHOWN = 3
"""Sentences about a rotation; the next handoffs, and what everybody has in sum, say most of it."""


def render(found: Diff, lines: Sequence[Line], says: Speaker, *, color: bool = False) -> str:
    """Who gains and loses what, the next handoff before and after, and what to look at, for a terminal."""
    look = [Block("To look at", "", tuple(lines))] if lines else []
    blocks = [*look, *(_shortened(each) for each in changes(found, says))]
    return "\n".join("".join(laid_out(each, Paint(color), True)) for each in blocks)


def _shortened(block: Block) -> Block:
    """The first sentences of many."""
    more = len(block.lines) - _SHOWN
    if more < 2:
        return block
    rest = Line(f"… and {more:,} more", ": `opsbook rotation diff --all` shows them")
    return block._replace(lines=(*block.lines[:_SHOWN], rest))


def told(before: Book, change: Change, at: datetime, *, color: bool = False) -> str:
    """What a change of a book does to every rotation, as far ahead as rotas surprise."""
    after = before.with_texts({source.path: text for source, text in change.texts()})
    found = diff(before, after, at, horizon((before, after), at))
    says = Speaker(before, after, at)
    return render(found, careful(found, says).lines, says, color=color)


def strained(found: Sequence[Strain], says: Speaker) -> Iterator[Line]:
    """What a takeover asks of people; the nights of each at once."""
    nights: dict[str, list[datetime]] = {}
    for each in found:
        name, zone = says.name(each.person), says.clock(each.person, says.zone)
        when = says.stretch(each.interval, zone)
        if each.kind == "elsewhere":
            yield Line(name, f" is on call in {each.rotation} too: {when}")
        elif each.kind == "tired":
            start, end = (says.moment(at, zone) for at in each.interval)
            yield Line(name, f" was paged {start} and is owed rest until {end} {zone.key}")
        elif each.kind == "long":
            days = f"{each.interval.length / timedelta(days=1):.1f}".removesuffix(".0")
            yield Line(name, f" is on call for {days} days in a row: {when}")
        else:
            nights.setdefault(each.person, []).append(each.interval.start)
    for person, instants in nights.items():
        zone = says.clock(person, says.zone)
        when = ", ".join(says.moment(at, zone) for at in instants)
        yield Line(says.name(person), f" is up for a handoff at night: {when} {zone.key}")
