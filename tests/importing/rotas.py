"""What the tests of all importers of schedules have in common: a book, an import, who is on by it."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings

from opsbook.book.snapshot import Book
from opsbook.book.tree import Memory
from opsbook.importing import document
from opsbook.importing.export import File
from opsbook.importing.schedule import Asked, Made, Named, Reader, made
from opsbook.model.time import Interval
from opsbook.oncall.schedule import plan, stretches

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
HORIZON = Interval(AT, AT + timedelta(weeks=53))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "America/Santiago")
FEW = settings(max_examples=max(settings().max_examples // 4, 1))
"""A year of shifts is worked out for each example."""
PEOPLE = ("ana", "ben", "chi", "dan", "eva")
BOOK = {"opsbook.toml": 'timezone = "Europe/Berlin"\n'} | {
    f"rotations/people/{id}.yaml": f"name: {id.title()}\ntimezone: Europe/Berlin\n" for id in PEOPLE
}
"""A book in which everybody is called as in the exports that are generated here."""


def files(*answers: Any) -> list[File]:
    return [File(f"{number}.json", json.dumps(answer).encode()) for number, answer in enumerate(answers)]


def imported(
    read: Reader,
    exports: list[File],
    asked: Asked | None = None,
    named: Named | None = None,
    texts: dict[str, str] | None = None,
) -> tuple[Made, Book]:
    """What an import makes of a book, and the book with it, read from the text that would be written."""
    texts = BOOK if texts is None else texts
    result = made(Book(Memory(texts)), read, exports, asked or Asked(AT), named or Named({}))
    then = Book(Memory(texts | {document.path(each): document.text(each) for each in result.records}))
    for each in result.records:
        written = then.read(document.path(each))
        assert written.readable, (written.source.text, written.problems)
    return result, then


def on(book: Book, within: Interval = HORIZON) -> Callable[[datetime], set[str]]:
    """Who is on call at an instant, in any rotation of a book."""
    found = [stretches(plan(book, each.id), within) for each in book.rotations]
    starts = [[stretch.interval.start for stretch in some] for some in found]

    def people(at: datetime) -> set[str]:
        answer: set[str] = set()
        for some, begun in zip(found, starts, strict=True):
            place = bisect_right(begun, at) - 1
            if place >= 0 and some[place].interval.covers(at):
                answer |= set(some[place].people)
        return answer

    return people


def instants() -> Iterator[datetime]:
    """Every hour, a few minutes past it, of the days that tell: the first ones, and around clock changes."""
    for first, days in (
        (AT, 9), (datetime(2027, 3, 12, tzinfo=UTC), 4), (datetime(2027, 3, 26, tzinfo=UTC), 4),
        (datetime(2027, 9, 3, tzinfo=UTC), 3), (datetime(2027, 10, 29, tzinfo=UTC), 11),
    ):  # fmt: skip
        for hour in range(days * 24):
            yield first + timedelta(hours=hour, minutes=7)


def differences(
    expected: Callable[[datetime], set[str]], got: Callable[[datetime], set[str]]
) -> list[tuple[datetime, set[str], set[str]]]:
    """The first instants at which an import has other people on than the export."""
    pairs = ((at, expected(at), got(at)) for at in instants())
    return [each for each in pairs if each[1] != each[2]][:3]


def zoned(wall: datetime, zone: str) -> str:
    """A wall time as an export writes it: with the offset of the zone."""
    return wall.replace(tzinfo=ZoneInfo(zone)).isoformat()
