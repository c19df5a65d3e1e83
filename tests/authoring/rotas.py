"""Books with a rota in them, and rotas that nobody would think of: in any zone, with windows and overrides,
about the days on which clocks change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.model.time import Interval, write_instant
from opsbook.oncall.schedule import plan, stretches

PEOPLE = ("ana", "ben", "chi", "dan")
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Santiago")
CHANGES = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
           datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC))  # fmt: skip
"""When clocks change in Berlin, in Australia, and in America."""
FUZZ = bool(os.environ.get("OPSBOOK_FUZZ"))


def people(zone: str = "Europe/Berlin", also: Mapping[str, str] = {}) -> dict[str, str]:
    """The records of everybody, by path; more lines for some."""
    return {
        f"rotations/people/{id}.yaml": f"name: {id.capitalize()}\ntimezone: {zone}\n{also.get(id, '')}"
        for id in (*PEOPLE, "eva")
    }


def book_of(texts: Mapping[str, str], zone: str = "Europe/Berlin", also: Mapping[str, str] = {}) -> Book:
    """A book with these records and everybody's."""
    settings = {"opsbook.toml": f'timezone = "{zone}"\n'}
    return Book(Memory({**settings, **people(zone, also), **texts}))


def on(book: Book, rotation: str, within: Interval) -> list[tuple[Interval, frozenset[str]]]:
    """Who is on call in an interval, whatever the reason and the order."""
    found: list[tuple[Interval, frozenset[str]]] = []
    for stretch in stretches(plan(book, rotation), within):
        interval, them = stretch.interval, frozenset(stretch.people)
        if found and found[-1][1] == them and found[-1][0].end == interval.start:
            interval = Interval(found.pop()[0].start, interval.end)
        found.append((interval, them))
    return found


def days(at: datetime, before: int, after: int) -> Interval:
    return Interval(at - timedelta(days=before), at + timedelta(days=after))


_EVERY = ("1w", "12h", "4d", "2w", "36h")
_IN_WINDOWS = ("1w", "1 shift", "3 shifts", "4d")
_HOURS = (
    '{days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}',
    '{days: [mon, tue, wed, thu, fri, sat, sun], from: "20:00", to: "02:30"}',
    '{days: [sat, sun], from: "00:00", to: "00:00"}',
)


@st.composite
def books(draw: st.DrawFn, *, overrides: int = 2) -> tuple[Book, datetime]:
    """A book with a rotation `primary`, one that follows it, and overrides; and an instant about which clocks
    change. Ana, Ben, Chi and Dan take turns, or some of them; Eva never."""
    zone = draw(st.sampled_from(ZONES))
    change = draw(st.sampled_from(CHANGES))
    at = change + timedelta(minutes=draw(st.integers(-3 * 24 * 60, 3 * 24 * 60)))
    windows = draw(
        st.one_of(st.none(), st.lists(st.sampled_from(_HOURS), min_size=1, max_size=2, unique=True))
    )
    local = change.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    first = draw(st.integers(-60, -20))
    more = draw(st.lists(st.integers(-15, 30), max_size=1))
    versions = []
    for day in (first, *more):
        starts = (local + timedelta(days=day)).replace(hour=draw(st.sampled_from([0, 2, 9])), minute=30)
        every = draw(st.sampled_from(_IN_WINDOWS if windows else _EVERY))
        seats = draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True))
        versions.append(f"{{starts: {starts:%Y-%m-%d %H:%M}, every: {every}, members: [{', '.join(seats)}]}}")
    hours = f"    windows: [{', '.join(windows)}]\n" if windows else ""
    texts = {
        "rotations/primary.yaml": f"timezone: {zone}\nlayers:\n  - name: all\n{hours}    versions:\n"
        + "".join(f"      - {version}\n" for version in versions),
        "rotations/secondary.yaml": "follows: primary\noffset: 1\n",
    }
    begins = draw(st.lists(st.integers(-96, 300), max_size=overrides, unique=True))
    for number, begin in enumerate(begins):
        end = begin + draw(st.integers(1, 200))
        start, until = (write_instant(change + timedelta(hours=each)) for each in (begin, end))
        by, other = draw(st.permutations(PEOPLE))[:2]
        instead = draw(st.sampled_from(["", f", instead_of: [{other}]"]))
        texts[f"rotations/overrides/o{number}.yaml"] = (
            "rotation: primary\nreason: why\ncovers:\n"
            f"  - {{from: {start}, to: {until}, on: [{by}]{instead}}}\n"
        )
    return book_of(texts, zone), at
