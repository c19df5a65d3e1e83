"""How often people are paged, and woken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Sized
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.oncall.burden import burden, in_nights, logged
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import plan, shifts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.metrics.rows import Row
    from opsbook.model.time import Interval
    from opsbook.oncall.schedule import Shift

_LONGEST = timedelta(days=400)


class Called(NamedTuple):
    """Somebody was paged."""

    at: datetime
    person: str


class Night(NamedTuple):
    """A night in which somebody was paged, by the day on which it begins."""

    person: str
    day: date
    pages: int


class Person(NamedTuple):
    """What pages came to for somebody who was paged, or was on call at night."""

    id: str
    pages: int
    at_night: int
    """How many of them came in the person's night."""
    nights: int
    """Nights on call; 0 of more than 400 days, whose turns are not worked out."""
    worst: int
    """The most pages of one night."""


class Pages(NamedTuple):
    """The pages of a period."""

    pages: int
    """Those of incidents, drills and false alarms among them, and those of the page log."""
    logged: int
    """How many of them only the page log knows."""
    log: bool
    """Whether there is a page log of any month of the period: else pages of incidents are all there are."""
    nights: tuple[Night, ...]
    """Each person's nights with a page, the worst first."""
    people: tuple[Person, ...]
    """Whoever was paged or had a night on call, the one woken most often first."""

    @property
    def at_night(self) -> int:
        return sum(night.pages for night in self.nights)

    @property
    def on_call(self) -> int:
        """Nights on call, of all people together."""
        return sum(person.nights for person in self.people)

    @property
    def per_night(self) -> float | None:
        """Pages at night for each night on call; None where nobody was, and of more than 400 days."""
        return self.at_night / self.on_call if self.on_call else None


def pages(book: Book, rows: Iterable[Row], within: Interval, as_of: datetime) -> Pages:
    """Who was paged in a period, and in which of their nights: those of the policy `on-call`, on the clock of
    where each person lives."""
    asked, noted = _asked(rows, within), _noted(book, within, as_of)
    by_person = _by_person([*asked, *noted])
    found = _nights(book, by_person)
    woken: dict[str, list[int]] = {}
    for night in found:
        woken.setdefault(night.person, []).append(night.pages)
    on_call = _nights_on_call(book, within)
    people = [
        _person(id, by_person.get(id, ()), woken.get(id, ()), on_call) for id in {**by_person, **on_call}
    ]
    people.sort(key=lambda each: (-each.at_night, -each.pages, -each.nights, each.id))
    return Pages(len(asked) + len(noted), len(noted), _has_log(book, within), found, tuple(people))


def nights(book: Book, rows: Iterable[Row], within: Interval, as_of: datetime) -> tuple[Night, ...]:
    """Each person's nights with a page in a period, the worst first."""
    return _nights(book, _by_person([*_asked(rows, within), *_noted(book, within, as_of)]))


def _asked(rows: Iterable[Row], within: Interval) -> list[Called]:
    """The pages of incidents."""
    return [
        Called(page.at, page.person)
        for row in rows
        if not row.duplicate
        for page in row.pages
        if within.covers(page.at)
    ]


def _noted(book: Book, within: Interval, as_of: datetime) -> list[Called]:
    """Those of the page log."""
    return [Called(page.at, page.person) for page in logged(book, within) if page.at <= as_of]


def _by_person(found: Iterable[Called]) -> dict[str, list[Called]]:
    by_person: dict[str, list[Called]] = {}
    for page in found:
        by_person.setdefault(page.person, []).append(page)
    return by_person


def _nights(book: Book, by_person: Mapping[str, list[Called]]) -> tuple[Night, ...]:
    found = [
        Night(person, day, len(pages))
        for person, its in by_person.items()
        for day, pages in in_nights(book.on_call, _zone(book, person), its).items()
    ]
    return tuple(sorted(found, key=lambda night: (-night.pages, night.day, night.person)))


def _has_log(book: Book, within: Interval) -> bool:
    first, last = (f"{at:%Y-%m}" for at in within)
    names = (each.source.path.rpartition("/")[2] for each in book.page_logs())
    return any(first <= name.removesuffix(".csv") <= last for name in names)


def _person(id: str, paged: Sized, nights: Sequence[int], on_call: Mapping[str, int]) -> Person:
    return Person(id, len(paged), sum(nights), on_call.get(id, 0), max(nights, default=0))


def _zone(book: Book, person: str) -> ZoneInfo:
    return zone_of(book, person) or book.settings.timezone


def _nights_on_call(book: Book, within: Interval) -> dict[str, int]:
    """By person; those who had none are left out."""
    if within.length > _LONGEST:
        return {}
    found: list[Shift] = []
    for rotation in book.names("rotation"):
        try:
            found += shifts(plan(book, rotation), within)
        except LookupError:
            continue
    by_person: dict[str, list[Shift]] = {}
    for shift in found:
        by_person.setdefault(shift.person, []).append(shift)
    nights = {person: burden(book, person, its).nights for person, its in by_person.items()}
    return {person: number for person, number in nights.items() if number}
