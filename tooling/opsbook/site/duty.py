"""Who is on call: now, in a week, and in the thirteen weeks that people plan by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.model.time import Interval, midnight
from opsbook.oncall import answers
from opsbook.oncall.schedule import Covered, plan, shifts, stretches

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.oncall.schedule import Plan
    from opsbook.site.survey import Card

WEEKS = 13
"""So many weeks people plan by."""


class Post(NamedTuple):
    """A rotation, and who is on call in it at the instant of the page."""

    card: Card
    team: str | None
    now: answers.Now
    away: tuple[str, ...]
    """Who of them is absent that day."""


class Turn(NamedTuple):
    """People on call within a day."""

    start: datetime
    """On the clock of the rotation."""
    people: tuple[str, ...]
    moved: bool
    """Whether an override put them there."""
    begins: bool
    """Whether they come on during the day, and not before it."""
    until: datetime | None = None
    """When they leave, where nobody takes over that day."""


class Day(NamedTuple):
    """A day of a calendar: who is on call in it, one after the other."""

    date: date
    turns: tuple[Turn, ...]
    today: bool


class Week(NamedTuple):
    """Seven days of a rotation from a Monday on, on the clock of the rotation."""

    monday: date
    days: tuple[Day, ...]


class Next(NamedTuple):
    """A turn of a person that is to come, or is going on."""

    rotation: Card
    start: datetime
    end: datetime
    moved: bool


class Turns:
    """The turns of everybody in the weeks ahead, worked out once."""

    def __init__(self, book: Book, cards: list[Card], at: datetime) -> None:
        self._found: dict[str, list[Next]] = {}
        within = Interval(at, at + timedelta(weeks=WEEKS))
        for card in cards:
            try:
                decides = plan(book, card.id)
            except LookupError:
                continue
            for shift in shifts(decides, within):
                moved = isinstance(shift.reason, Covered)
                turn = Next(card, shift.interval.start, shift.interval.end, moved)
                self._found.setdefault(shift.person, []).append(turn)

    def of(self, person: str) -> list[Next]:
        """A person's turns, the next first."""
        return sorted(self._found.get(person, ()), key=lambda turn: (turn.start, turn.end))


def posts(book: Book, cards: list[Card], at: datetime) -> list[Post]:
    """Who is on call in each rotation that can be read, by team and title."""
    found = []
    for card in cards:
        document = book.find("rotation", card.id)
        if document is None or not document.readable:
            continue
        try:
            now = answers.now(book, card.id, at)
        except LookupError:
            continue
        away = tuple(each for each in now.people if answers.absence(book, each, at))
        found.append(Post(card, document.content.team, now, away))
    return sorted(found, key=lambda post: (post.team or "~", post.card.title))


def weeks(book: Book, rotation: str, at: datetime, count: int) -> list[Week]:
    """So many weeks of a rotation, from the Monday of an instant on; none where it cannot be read."""
    try:
        decides = plan(book, rotation)
    except LookupError:
        return []
    zone = answers.zone_of(decides)
    today = at.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = list(_days(decides, zone, monday, count * 7, today))
    return [Week(days[n].date, tuple(days[n : n + 7])) for n in range(0, len(days), 7)]


def _days(decides: Plan, zone: ZoneInfo, first: date, count: int, today: date) -> Iterator[Day]:
    following = first + timedelta(days=count)
    found = stretches(decides, Interval(midnight(first, zone), midnight(following, zone)))
    place = 0
    for number in range(count):
        day = first + timedelta(days=number)
        start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
        while place < len(found) and found[place].interval.end <= start:
            place += 1
        turns: list[Turn] = []
        last = start
        for stretch in found[place:]:
            if stretch.interval.start >= end:
                break
            moved = any(isinstance(seat.reason, Covered) for seat in stretch.seats)
            people = stretch.people
            begins = stretch.interval.start > start
            if turns and turns[-1].people == people and last == stretch.interval.start:
                last = stretch.interval.end
                continue
            turns.append(Turn(max(stretch.interval.start, start).astimezone(zone), people, moved, begins))
            last = stretch.interval.end
        if turns and last < end:
            turns[-1] = turns[-1]._replace(until=last.astimezone(zone))
        yield Day(day, tuple(turns), day == today)
