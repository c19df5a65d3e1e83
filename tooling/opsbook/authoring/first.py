"""The first text of a new record: what is required, and comments that say what else may go where.

The texts are files (`forms/`). What a form needs and nobody said is taken from the book where there is one
answer alone; else it is asked for, and never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from opsbook import forms
from opsbook.authoring.change import Change, new
from opsbook.authoring.splice import quoted, written
from opsbook.book import yaml
from opsbook.book.kinds import Kind, identify, kind
from opsbook.errors import UserError
from opsbook.model.kind import ID
from opsbook.model.time import first_instant, local_day, write_instant
from opsbook.text import shown

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book

KINDS = (
    "runbook", "rotation", "service", "person", "team", "escalation", "override", "holidays", "incident",
)  # fmt: skip
RUNBOOKS = ("incident", "alert", "procedure")
_DAY = timedelta(days=1)
_MARK = re.compile(r"@([A-Z]+)@")
_PATH = re.compile(r"(?:[\w-][\w.-]*/)*")


class Asked(NamedTuple):
    """What is typed of a new record; None and nothing where it is not."""

    title: str | None = None
    runbook: str | None = None
    team: str | None = None
    services: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rotations: tuple[str, ...] = ()
    zone: ZoneInfo | None = None


def first(book: Book, name: str, id: str, asked: Asked, at: datetime) -> Change:
    """The change that writes a record of a kind; UserError where there is one, or something is not known."""
    path = _place(book, kind(name), id, local_day(at, book.settings.timezone))
    own = identify(path)
    assert own is not None
    record = _Record(book, name, path, own.id, asked, at)
    form = f"runbook-{asked.runbook or 'incident'}.md" if name == "runbook" else f"{name}.yaml"
    text = (Path(forms.__file__).parent / form).read_text("utf-8")
    lines = filter(None, (_filled(line, record) for line in text.splitlines(keepends=True)))
    return Change(f"{own.id}: new {name}", (new(path, "".join(lines)),))


def _place(book: Book, each: Kind, id: str, today: date) -> str:
    """Where the record goes. A runbook's id may have folders before it; what is called after its day begins
    with today's where no other is said."""
    folder, _, stem = id.rpartition("/")
    if each.name in ("incident", "override") and not re.match(r"\d{4}-\d\d-\d\d", stem):
        stem = f"{today}-{stem}"
    if not re.fullmatch(ID.removesuffix("$"), stem) or (folder and not each.nested):
        raise UserError(f"`{shown(id)}` is no id", "ids are letters, digits, `-`, `_` and `.`")
    path = each.path(stem) or f"{each.folder}/{id}.md"
    found = identify(path)
    if not _PATH.fullmatch(f"{folder}/" if folder else "") or found is None or found.kind is not each:
        raise UserError(f"`{shown(id)}` is no id of a record of kind {each.name}")
    taken = book.namesakes(each.name, stem)
    if taken or book.reaches(path):
        raise UserError(f"there is a record `{stem}` of kind {each.name} already", (taken or (path,))[0])
    return path


def _filled(line: str, record: _Record) -> str:
    """A line of a form with what is known; empty where something of it is not."""
    for mark in _MARK.findall(line):
        word = _WORDS[mark](record)
        if word is None:
            return ""
        line = line.replace(f"@{mark}@", word)
    return line


# ── what stands in a form ─────────────────────────────────────────────────────────────────


class _Record(NamedTuple):
    """The record that is to be written."""

    book: Book
    kind: str
    path: str
    id: str
    asked: Asked
    at: datetime

    @property
    def today(self) -> date:
        return local_day(self.at, self.book.settings.timezone)

    @property
    def title(self) -> str:
        """What was typed on one line; else what the incident's post-mortem is called, or the id as words."""
        said = "".join(c if c.isprintable() else " " for c in self.asked.title or self._told or "")
        typed = " ".join(said.split())
        words = re.sub(r"[-_.]+", " ", re.sub(r"\A\d{4}-\d\d-\d\d-", "", self.id))
        return typed or words[:1].upper() + words[1:]

    @property
    def _told(self) -> str | None:
        """The first heading of the post-mortem of an incident that is written down after it."""
        page = self.book.find("postmortem", self.id) if self.kind == "incident" else None
        return page.page.headings[0].text if page is not None and page.page.headings else None


def _title(record: _Record) -> str:
    title = record.title
    if record.path.endswith(".md"):
        return title.replace("<", "&lt;")
    plain = yaml.read(f"title: {title}\n").data == {"title": title}
    return title if plain else quoted(title)


def _team(record: _Record) -> str:
    return record.asked.team or _only(record, "team", "--team TEAM says whose it is")


def _only(record: _Record, name: str, hint: str) -> str:
    """The one record of a kind; UserError where there are more or none."""
    here = [each.id for each in record.book.documents(name) if not getattr(each.content, "until", None)]
    if len(here) == 1:
        return here[0]
    if not here:
        raise UserError(f"no {name} is in this book yet", f"`opsbook new {name} ID` writes one")
    raise UserError(f"which {name}? There are {', '.join(here)}", hint)


def _services(record: _Record) -> str | None:
    return written(list(record.asked.services)) if record.asked.services else None


def _monday(record: _Record) -> str:
    return f"{record.today + timedelta(days=7 - record.today.weekday())}"


def _members(record: _Record) -> str:
    return written(list(record.asked.people) or _who(record))


def _who(record: _Record) -> list[str]:
    """Who is in a rotation or a team where nobody said; UserError where that is not clear."""
    book = record.book
    here = [each.id for each in book.people if not each.content.until]
    if record.kind == "rotation":
        team = book.find("team", _team(record))
        found = [each for each in team.content.members if each in here] if team and team.readable else []
    elif record.kind == "team":
        taken = {each for team in book.documents("team") if team.readable for each in team.content.members}
        found = [each for each in here if each not in taken]
    else:
        found = []
    if not found:
        raise UserError("who? Nobody is named", "--on PERSON says who, once for each")
    return found


def _policy(record: _Record) -> str | None:
    """The policy of the team's other services; else the only one there is."""
    team = _team(record)
    known = {each.content.escalation for each in record.book.services if each.content.team == team} - {None}
    found = known or set(record.book.names("escalation"))
    return found.pop() if len(found) == 1 else None


def _rotations(record: _Record) -> list[str]:
    """Whom a policy pages in turn: those asked for, else the team's, those that others follow first."""
    if record.asked.rotations:
        return list(record.asked.rotations)
    team = _team(record)
    found = [each for each in record.book.rotations if each.content.team == team]
    return [each.id for each in sorted(found, key=lambda each: each.content.follows is not None)]


def _first(record: _Record) -> str:
    found = _rotations(record)
    return written({"rotation": found[0]} if found else {"team": _team(record)})


def _second(record: _Record) -> str | None:
    found = _rotations(record)
    return written({"rotation": found[1]}) if len(found) > 1 else None


def _fallback(record: _Record) -> str:
    team = record.book.find("team", _team(record))
    lead = team.content.lead if team and team.readable else None
    return written({"person": lead} if lead else {"team": _team(record)})


def _rotation(record: _Record) -> str:
    asked = record.asked.rotations
    return asked[0] if asked else _only(record, "rotation", "--rotation ID says which")


def _morning(record: _Record, days: int) -> str:
    """Nine o'clock on a day to come, on the clock of a rotation."""
    from opsbook.authoring.rotation_swap import local_instant
    from opsbook.oncall.answers import zone_of
    from opsbook.oncall.schedule import plan

    zone = zone_of(plan(record.book, _rotation(record)))
    wall = datetime.combine(local_day(record.at, zone) + days * _DAY, time(9))
    return local_instant(first_instant(wall, zone), zone)


def _when(record: _Record) -> str:
    """When an incident was noticed: just now, or sometime on the earlier day that its id names."""
    try:
        day = date.fromisoformat(record.id[:10])
    except ValueError:
        raise UserError(
            f"`{record.id[:10]}` is no day", "an incident is called after the day it began"
        ) from None
    if day >= record.today:
        return f"at: {write_instant(record.at.replace(second=0, microsecond=0))}"
    begun = first_instant(datetime.combine(day, time()), record.book.settings.timezone)
    return f"at: {write_instant(begun)}, approximate: true"


_WORDS: dict[str, Callable[[_Record], str | None]] = {
    "ID": lambda record: record.id,
    "SCHEMA": lambda record: f"{'../' * record.path.count('/')}schemas/{record.kind}.json",
    "TITLE": _title,
    "TEXT": lambda record: quoted(record.title),
    "TODAY": lambda record: f"{record.today}",
    "WHEN": _when,
    "MONDAY": _monday,
    "NEWYEAR": lambda record: f"{record.today.year + 1}-01-01",
    "TIMEZONE": lambda record: (record.asked.zone or record.book.settings.timezone).key,
    "SEVERITIES": lambda record: written(list(record.book.severities.levels)),
    "TEAM": _team,
    "SERVICES": _services,
    "MEMBERS": _members,
    "POLICY": _policy,
    "FIRST": _first,
    "SECOND": _second,
    "FALLBACK": _fallback,
    "ROTATION": _rotation,
    "FROM": lambda record: _morning(record, 1),
    "TO": lambda record: _morning(record, 2),
}
