"""What was written down elsewhere, in a chat or a table → entries of an incident's timeline.

Each entry knows where it came from (`source`), so that a second import adds what is new and touches nothing
that people wrote since. An entry is a fact with a time and words: what of it is a milestone is for people to
say. Secrets are masked, markup shows as it stands, and whoever is nobody here is left out and listed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from shlex import quote
from typing import TYPE_CHECKING, NamedTuple

from opsbook.authoring.entry import entry_of
from opsbook.authoring.evidence import without_secrets
from opsbook.authoring.timeline import all_added
from opsbook.errors import UserError
from opsbook.importing.export import File, Left
from opsbook.importing.people import People, Someone
from opsbook.importing.words import line, plain
from opsbook.model.time import first_instant, local_day
from opsbook.text import shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.edits import Edit
    from opsbook.model.incident import Entry, Incident

_LONGEST = 4_000
"""Letters of an entry; a longer one is a log that belongs into the evidence."""
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
_ABOUT = r"(?P<about>(?:~|≈|about |approx(?:\.|imately)? |around |circa |ca\.? )\s*)?"
_DAY = r"(?:(?P<day>\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d)[T ,]*)?"
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
_ZONE = r"(?P<roughly>~?)\s*\(?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?\)?"
_TIME = re.compile(rf"{_ABOUT}{_DAY}{_CLOCK}{_ZONE}(?P<rest>\s*(?:-|–|—|to|until)\s.*)?\Z", re.IGNORECASE)
_ONLY_DAY = re.compile(r"(?P<day>\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d)\Z")
_HALF = timedelta(hours=12)


class Said(NamedTuple):
    """Something that was said or done at an instant."""

    place: str
    """Where it stands in the export."""
    at: datetime
    text: str
    source: str
    """What it is there: the same at the next import."""
    by: Someone | None = None
    approximate: bool = False


class Asked(NamedTuple):
    """What the command line says about an import."""

    timezone: ZoneInfo | None = None
    """The clock of times that name none."""
    day: date | None = None
    """The day of times that name none; else the incident's."""
    people: Mapping[str, str] = {}
    """Who is who; an empty text is nobody."""


class Read(NamedTuple):
    """What some files tell, and what of them is no entry."""

    said: tuple[Said, ...]
    left: tuple[Left, ...]


Reader = Callable[[Sequence[File], Asked], Read]
"""What the module of an importer has as `read`; `Asked.day` is known by then."""


class Made(NamedTuple):
    """What an import makes of a timeline."""

    edits: tuple[Edit, ...]
    added: int
    known: int
    """Entries that were there already."""
    left: tuple[Left, ...]


def made(book: Book, incident: Document[Incident], read: Reader, files: Sequence[File], asked: Asked) -> Made:
    """What some files add to a timeline."""
    told = read(files, asked._replace(day=asked.day or _day(book, incident)))
    people = People({each.id: each.content for each in book.people}, asked.people)
    left = list(told.left)
    there = {each.source for each in incident.content.timeline if each.source}
    words = {(each.at, each.text.strip()) for each in incident.content.timeline}
    found: dict[str, Entry] = {}
    known: set[str] = set()
    for said in sorted(told.said, key=lambda each: each.at):
        entry = _entry(said, people, left)
        if entry and (said.source in there or (entry.at, entry.text.strip()) in words):
            known.add(said.source)
        elif entry:
            found.setdefault(said.source, entry)
    edits = all_added(incident, list(found.values())) if found else ()
    return Made(tuple(edits), len(found), len(known), tuple(dict.fromkeys(left)))


def _day(book: Book, incident: Document[Incident]) -> date:
    """The day of an incident: of its first entry, else the one that its id begins with."""
    timeline = incident.content.timeline
    if timeline:
        return local_day(min(each.at for each in timeline), book.settings.timezone)
    try:
        return date.fromisoformat(incident.id[:10])
    except ValueError:
        raise UserError("no day is known", "say it: --date 2026-03-02") from None


def _entry(said: Said, people: People, left: list[Left]) -> Entry | None:
    text, masked = without_secrets(words(said.text))
    left += [Left(said.place, f"masked: {each.what}") for each in masked]
    if len(text) > _LONGEST:
        left.append(Left(said.place, f"cut: {len(text):,} letters, an entry has {_LONGEST:,} at most"))
        text = text[:_LONGEST].rstrip() + " …"
    if not text:
        left.append(Left(said.place, "says nothing"))
        return None
    who = people.known(said.by) if said.by else ""
    if who is None:
        name = line(str(said.by), 60)
        left.append(Left(f"`{name}`", f"is nobody here, and left out: --person {quote(name)}=ID says who"))
    about = {"approximate": True} if said.approximate else {}
    return entry_of(at=said.at, by=who or None, source=said.source, text=text, **about)


def words(text: str) -> str:
    """Other people's words as Markdown that shows what they wrote: a tag is none."""
    parts = _CODE.split(plain(text).strip())
    return "".join(part if index % 2 else _MARKUP.sub(r"\\<", part) for index, part in enumerate(parts))


def mark(*parts: object) -> str:
    """A name for what has none: the same for the same words."""
    return sha256("\0".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:12]


# ── times as people write them ────────────────────────────────────────────────────────────


class Row(NamedTuple):
    """A row of a table: its cells as they are written."""

    place: str
    time: str
    text: str
    by: str = ""
    day: str = ""
    zone: str = ""
    """What the head of the column says of its clock."""


def told(kind: str, rows: Iterable[Row], asked: Asked) -> Read:
    """What the rows of a table say; a row without a time is listed."""
    found: list[Said] = []
    left: list[Left] = []
    day, before = asked.day, None
    for row in rows:
        time = _TIME.match(" ".join(f"{row.day} {row.time}".split()))
        only = _ONLY_DAY.match(row.time.strip()) if not row.text else None
        if only:
            day, before = _date(only["day"]), None
            continue
        if time is None or (time["day"] and _date(time["day"]) is None):
            left.append(Left(row.place, f"no time: `{shown(row.time)}`"))
            continue
        named = _date(time["day"] or "")
        day = named or day
        wall = _wall(time, day)
        if wall is None:
            left.append(Left(row.place, f"no time: `{shown(row.time)}`"))
            continue
        if named is None and before is not None and before - wall > _HALF:
            wall += timedelta(days=1)  # the table went past midnight
            day = wall.date()
        before = wall
        text = f"{row.text} ({' '.join((time['rest'] or '').split())})" if time["rest"] else row.text
        found.append(
            Said(
                row.place, _instant(row, time, wall, asked), text,
                f"{kind}:{mark(f'{wall:%Y-%m-%dT%H:%M:%S}', row.text, row.by)}",
                Someone(name=row.by) if row.by else None, approximate=bool(time["about"] or time["roughly"]),
            )
        )  # fmt: skip
    return Read(tuple(found), tuple(left))


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


def _wall(time: re.Match[str], day: date | None) -> datetime | None:
    hour = int(time["hour"])
    if time["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if time["half"].lower().startswith("p") else 0)
    try:
        return datetime(
            *(day or date.min).timetuple()[:3], hour, int(time["minute"]), int(time["second"] or 0)
        )
    except ValueError:
        return None


def _instant(row: Row, time: re.Match[str], wall: datetime, asked: Asked) -> datetime:
    zone = (time["zone"] or row.zone).upper()
    if zone in ("Z", "UTC", "GMT"):
        return wall.replace(tzinfo=UTC)
    if zone[:1] in ("+", "-") and zone:
        return datetime.fromisoformat(f"{wall:%Y-%m-%dT%H:%M:%S}{zone}").astimezone(UTC)
    if asked.timezone is None:
        said = f"is in `{shown(row.zone)}`, which is no IANA zone" if row.zone else "has no zone"
        hint = "say which clock it was read from: --timezone Europe/Berlin"
        raise UserError(f"{row.place}: `{shown(row.time)}` {said}", hint)
    return first_instant(wall, asked.timezone)


def columns(head: Sequence[str]) -> Mapping[str, int]:
    """Which column of a table is which, by its heading; none where it tells no times."""
    found: dict[str, int] = {}
    for index, cell in enumerate(head):
        name = " ".join(re.sub(r"\(.*?\)|[*_`]", " ", cell).lower().split())
        sort = next((sort for sort, names in _COLUMNS.items() if names.fullmatch(name)), None)
        if sort:
            found.setdefault(sort, index)
    return found if {"time", "text"} <= found.keys() else {}


_COLUMNS = {
    "time": re.compile(r"(?:at|time|times?tamp|when|(?:date|day) ?(?:/|and|&) ?time|datetime)(?: in \w+)?"),
    "day": re.compile(r"date|day"),
    "text": re.compile(
        r"text|event|events|what|what happened|message|description|details?|action(?: ?/ ?impact)?|entry|note"
    ),
    "by": re.compile(r"by|who|person|actor|author|user|owner|who ?/ ?what"),
}
_CLOCK_OF = re.compile(r"\((?P<in>[A-Za-z]{1,5})\)|\bin (?P<word>[A-Z]{2,5})\b")


def clock(head: str) -> str:
    """What the heading of a column says of its clock: `UTC` for `Time (UTC)`."""
    found = _CLOCK_OF.search(head)
    return (found["in"] or found["word"]) if found else ""


def rows(name: str, head: Sequence[str], cells: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    """The rows of a table, each with its line."""
    at = columns(head)
    zone = clock(head[at["time"]])

    def cell(row: Sequence[str], sort: str) -> str:
        return row[at[sort]].strip() if sort in at and at[sort] < len(row) else ""

    for number, row in cells:
        if any(each.strip() for each in row):
            yield Row(
                f"{name}:{number}",
                cell(row, "time"),
                cell(row, "text"),
                cell(row, "by"),
                cell(row, "day"),
                zone,
            )
