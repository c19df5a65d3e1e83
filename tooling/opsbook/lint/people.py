"""Whom a rotation, a team or a target stands for, as far as no turn has to be worked out for it.

What depends on whose week it is, is not answered here: it is None, and a rule that asks is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from opsbook.lint.context import END
from opsbook.model.time import first_instant, midnight

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.lint.context import Clock, Context
    from opsbook.model.directory import Person, Team
    from opsbook.model.escalation import Target
    from opsbook.model.rotation import Rotation, Version
    from opsbook.text import Pointer


class Roster(NamedTuple):
    """A version of a layer, and from when up to when it holds."""

    pointer: Pointer
    version: Version
    zone: ZoneInfo
    start: datetime
    end: datetime

    @property
    def people(self) -> frozenset[str]:
        """Who ever has a turn: without `every` the first member stays on."""
        seats = self.version.members if self.version.every else self.version.members[:1]
        return frozenset(person for seat in seats for person in seat)


def rosters(rotation: Rotation) -> Iterator[Roster]:
    """Every version of every layer; none of a rotation that follows another."""
    for index, layer in enumerate(rotation.layers):
        zone = layer.timezone or rotation.timezone
        assert zone is not None, "the model sees to it"
        starts = [first_instant(version.starts, zone) for version in layer.versions]
        for place, version in enumerate(layer.versions):
            pointer = ("layers", index, "versions", place)
            yield Roster(pointer, version, zone, starts[place], [*starts, END][place + 1])


def source(rotation: Document[Rotation], book: Book) -> Document[Rotation] | None:
    """The rotation with layers at the end of what this one follows; None where there is none."""
    seen = {rotation.id}
    while followed := rotation.content.follows:
        other = book.find("rotation", followed)
        if other is None or not other.readable or followed in seen:
            return None
        seen.add(followed)
        rotation = other
    return rotation


def ahead(rotation: Document[Rotation], context: Context) -> list[Roster] | None:
    """The versions that hold now or later; None where the layers cannot be found."""
    origin = source(rotation, context.book)
    if origin is None:
        return None
    return [each for each in rosters(origin.content) if not context.clock.passed(each.end)]


def last_day(person: str, book: Book) -> tuple[date, datetime] | None:
    """The last day of a person, and when it is over where they live; None where they stay."""
    found = book.find("person", person)
    if found is None or not found.readable or found.content.until is None:
        return None
    day = found.content.until
    return day, day_after(day, found.content.timezone)


def day_after(day: date, zone: ZoneInfo) -> datetime:
    """When a day is over in a zone."""
    from datetime import timedelta

    return midnight(day + timedelta(days=1), zone)


def gone(person: str, book: Book, clock: Clock) -> bool:
    """Whether a person's last day is over."""
    last = last_day(person, book)
    return last is not None and clock.passed(last[1])


def departed(owner: str, context: Context) -> Document[Person | Team] | None:
    """The record of a person or team that owns something and is there no longer by the book's clock;
    None where they stay, or where they cannot be read."""
    for kind in ("person", "team"):
        found = context.book.find(kind, owner)
        if found and found.readable:
            until = found.content.until
            gone = until is not None and context.clock.day_over(until, context.settings.timezone)
            return found if gone else None
    return None


def paged(target: Target, context: Context) -> frozenset[str] | None:
    """Everybody whom a target may ever page from now on, where that does not depend on turns:
    empty for nobody, None where it is not certain."""
    if target.person:
        return frozenset(() if gone(target.person, context.book, context.clock) else (target.person,))
    if target.team:
        return _team(target.team, context)
    return _rotation(target.rotation, context) if target.rotation else None


def _team(id: str, context: Context) -> frozenset[str] | None:
    team = context.book.find("team", id)
    if team is None or not team.readable:
        return None
    until = team.content.until
    if until and context.clock.day_over(until, context.settings.timezone):
        return frozenset()
    members = team.content.members
    return frozenset(each for each in members if not gone(each, context.book, context.clock))


def _rotation(id: str, context: Context) -> frozenset[str] | None:
    rotation = context.book.find("rotation", id)
    coming = ahead(rotation, context) if rotation and rotation.readable else None
    if coming is None:
        return None
    people = frozenset(person for roster in coming for person in roster.people)
    return people if len(people) < 2 else None
