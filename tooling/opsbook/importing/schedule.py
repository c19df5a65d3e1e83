"""What every importer of schedules gives: schedules, and what was left out; and the records made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic_core import PydanticCustomError

from opsbook.errors import UserError
from opsbook.importing.export import File, Left, Part
from opsbook.importing.pattern import turn, written
from opsbook.importing.people import People, Someone
from opsbook.importing.rota import Change, Rota, Strand, rotas, zone_of
from opsbook.importing.words import free, line, slug
from opsbook.model.time import write_instant, zone

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.importing.recurrence import Spell
    from opsbook.model.rotation import Cover, Layer, Version


class Asked(NamedTuple):
    """What the command line says about an import."""

    at: datetime
    """From when on the shifts are to be the same."""
    timezone: ZoneInfo | None = None
    """The clock of what names none, or one that is unknown."""
    bottom_first: bool = False
    """PagerDuty's layers stand in the export with the lowest first."""


class Schedule(NamedTuple):
    """A schedule of an export."""

    name: str
    source: str
    """What it is there: the tool and the id."""
    zone: ZoneInfo
    strands: tuple[Strand, ...]
    changes: tuple[Change, ...] = ()
    """The later one over the earlier one."""
    rendered: tuple[Spell, ...] = ()
    """The shifts of a stretch of time as the tool itself works them out."""
    description: str | None = None
    teams: tuple[str, ...] = ()


class Record(NamedTuple):
    """A record to be: what it says, in order."""

    kind: str
    id: str
    says: dict[str, Any]


class Made(NamedTuple):
    """What an import makes, and what it leaves out."""

    records: tuple[Record, ...]
    rotas: tuple[tuple[str, Rota], ...]
    """Each rotation by its id, with how far it was compared."""
    met: tuple[tuple[Someone, str], ...]
    """Everybody the export names, and who they are here."""
    left: tuple[Left, ...]


Reader = Callable[[Sequence[File], People, Asked, list[Left]], list[Schedule]]
"""What the module of an importer has as `read`."""


def zone_at(part: Part, key: str, asked: Asked) -> ZoneInfo:
    """The zone that an export names; where it names none, or one that is unknown, the one asked for."""
    named = part.said(key)
    found = zone_named(named) or asked.timezone
    if found:
        return found
    if named:
        raise part[key].wrong("is no IANA time zone", "say which one is meant: --timezone America/New_York")
    raise part.wrong("has no time zone", "say which clock it is: --timezone Europe/Berlin")


def zone_named(name: str | None) -> ZoneInfo | None:
    """The IANA zone of this name; None where there is none."""
    try:
        return zone(name) if name else None
    except PydanticCustomError:
        return None


class Named(NamedTuple):
    """What the command line says about the records to be."""

    people: Mapping[str, str]
    """Who somebody of the export is here; an empty text is nobody."""
    called: str | None = None
    """The id of the rotation."""
    team: str | None = None


def made(book: Book, read: Reader, files: Sequence[File], asked: Asked, named: Named) -> Made:
    """The rotations, overrides and people that some exports make of a book; UserError where one of them
    is there already."""
    left: list[Left] = []
    people = People({each.id: each.content for each in book.people}, named.people, book.names("person"))
    schedules = read(files, people, asked, left)
    if named.called and len(schedules) > 1:
        raise UserError(
            f"--as names one rotation, and there are {len(schedules)} schedules", "import one at a time"
        )
    taken = {id.casefold() for id in book.names("rotation")}
    found: list[tuple[str, Rota]] = []
    records: list[Record] = []
    for schedule in schedules:
        team = named.team or _team(book, schedule, left)
        name = named.called or schedule.name
        zone = zone_of(schedule.strands, schedule.zone)
        for rota in rotas(name, schedule.strands, schedule.changes, asked.at, zone, left, schedule.rendered):
            id = name if rota.name == named.called else slug(rota.name, "rotation")
            if id.casefold() in taken:
                raise UserError(
                    f"there is a rotation `{id}` already; nothing was written",
                    "an import never changes one: give the new one another name with --as",
                )
            id = free(id, {one for one, _ in found})
            found.append((id, rota))
            records += _records(schedule, rota, id, asked.at, zone, team)
    records += [Record("person", id, people.stub(id, schedules[0].zone)) for id in sorted(people.new)]
    return Made(tuple(records), tuple(found), tuple(people.met.items()), tuple(dict.fromkeys(left)))


def _team(book: Book, schedule: Schedule, left: list[Left]) -> str | None:
    """The team of the book that the export names."""
    for name in schedule.teams:
        for team in book.teams:
            if name.casefold() in (team.id.casefold(), team.content.name.casefold()):
                return team.id
    if schedule.teams:
        left.append(
            Left(
                schedule.source,
                f"team `{line(schedule.teams[0])}` is not in the book; --team names one that is",
            )
        )
    return None


def _records(
    schedule: Schedule, rota: Rota, id: str, at: datetime, zone: ZoneInfo, team: str | None
) -> Iterator[Record]:
    says: dict[str, Any] = {}
    if description := line(schedule.description or ""):
        says["description"] = description
    if team:
        says["team"] = team
    says["timezone"] = zone.key
    says["x-source"] = line(schedule.source)
    says["layers"] = [_layer(each, zone) for each in rota.layers]
    yield Record("rotation", id, says)
    day = at.astimezone(zone).date()
    written = {
        "overrides": (rota.covers, f"Overrides of {line(schedule.source)}"),
        "exceptions": (rota.exceptions, f"Shifts of {line(schedule.source)} that are no turns"),
    }
    for suffix, (covers, reason) in written.items():
        if covers:
            says = {"rotation": id, "reason": reason, "covers": [_cover(each, zone) for each in covers]}
            yield Record("override", f"{day}-{id}-{suffix}", says)


def _layer(layer: Layer, zone: ZoneInfo) -> dict[str, Any]:
    found: dict[str, Any] = {"name": layer.name}
    if layer.timezone and layer.timezone.key != zone.key:
        found["timezone"] = layer.timezone.key
    if layer.windows:
        found["windows"] = [written(window) for window in layer.windows]
    found["versions"] = [_version(version) for version in layer.versions]
    return found


def _version(version: Version) -> dict[str, Any]:
    found: dict[str, Any] = {"starts": f"{version.starts:%Y-%m-%d %H:%M}"}
    if version.every:
        found["every"] = turn(version.every)
    found["members"] = [seat[0] if len(seat) == 1 else list(seat) for seat in version.members]
    return found


def _cover(cover: Cover, zone: ZoneInfo) -> dict[str, Any]:
    found: dict[str, Any] = {
        "from": local(cover.start, zone),
        "to": local(cover.end, zone),
        "on": list(cover.on),
    }
    return found if cover.instead_of is None else found | {"instead_of": list(cover.instead_of)}


def local(at: datetime, zone: ZoneInfo) -> str:
    """An instant with the offset that the zone has then, as an override has it: `2026-03-09T09:00+01:00`."""
    there = at.astimezone(zone)
    offset = there.utcoffset()
    if not offset or offset.total_seconds() % 60 or at.microsecond:
        return write_instant(at)
    return there.isoformat(timespec="seconds" if there.second else "minutes")
