"""What a takeover asks of whoever takes over: rest, nights, long stretches, and another rotation at once.

Nothing of it is wrong by itself. It is said to those who agreed on a swap and may not have thought of it;
what no swap should do is in `concerns`. Only what the change brings is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.model.time import Interval
from opsbook.oncall.burden import in_nights, pages
from opsbook.oncall.coverage import double_bookings, night_handoffs, pairs, people, takeovers
from opsbook.oncall.intervals import common
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import plan, shifts, stretches

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.oncall.schedule import Plan, Shift

_AROUND = timedelta(weeks=5)
"""How far to look for shifts before and after, which together make a long stretch."""
_HOUR = timedelta(hours=1)
_WEEK = timedelta(weeks=1)


class Strain(NamedTuple):
    """Something that a takeover asks of a person."""

    kind: Literal["elsewhere", "tired", "long", "woken"]
    person: str
    interval: Interval
    """The time in both rotations, the rest that is owed, or the whole stretch; empty at the instant at which
    they come on, or go off."""
    rotation: str | None = None
    """The other rotation."""


def strains(before: Book, after: Book, rotation: str, within: Interval) -> list[Strain]:
    """What a change of a rotation asks of those who take over in an interval, by kind and time."""
    old, new = plan(before, rotation), plan(after, rotation)
    gained = takeovers(old, new, within)
    kinds = (
        _elsewhere(after, rotation, gained, within),
        _tired(after, gained),
        _long(after, old, new, gained, within),
        _woken(after, old, new, gained, within),
    )
    return [
        each for found in kinds for each in sorted(set(found), key=lambda each: (each.interval, each.person))
    ]


def _elsewhere(book: Book, rotation: str, gained: list[Shift], within: Interval) -> Iterator[Strain]:
    """Another rotation at the same time, where the two do not stand behind each other."""
    behind = {frozenset(pair[:2]) for pair in pairs(book)}
    for other in book.rotations:
        if other.id == rotation or frozenset((rotation, other.id)) in behind:
            continue
        try:
            theirs = shifts(plan(book, other.id), within)
        except LookupError:  # what it follows cannot be read
            continue
        for double in double_bookings(gained, theirs):
            yield Strain("elsewhere", double.person, double.interval, other.id)


def _tired(book: Book, gained: list[Shift]) -> Iterator[Strain]:
    """Rest that is owed after a page at night, and not over when somebody comes on."""
    rest = book.on_call.rest_after_night_page
    for shift in gained if rest else ():
        assert rest is not None
        start = shift.interval.start
        zone = zone_of(book, shift.person) or book.settings.timezone
        paged = [page for page in pages(book, Interval(start - rest, start)) if page.person == shift.person]
        for night in in_nights(book.on_call, zone, paged).values():
            yield Strain("tired", shift.person, Interval(night[-1].at, night[-1].at + rest))


def _long(book: Book, old: Plan, new: Plan, gained: list[Shift], within: Interval) -> Iterator[Strain]:
    """A stretch on call in one rotation that is longer than the policy wants, and longer than it was."""
    weeks = book.on_call.weeks_in_a_row
    if weeks is None:
        return
    around = Interval(within.start - _AROUND, within.end + _AROUND)
    was, now = people(stretches(old, around)), people(stretches(new, around))
    for person in {shift.person for shift in gained}:
        for run in now.get(person, []):
            before = max((both.length for both in common([run], was.get(person, []))), default=timedelta())
            if (
                run.length > weeks * _WEEK + _HOUR and run.length > before
            ):  # an hour more where clocks fall back
                yield Strain("long", person, run)


def _woken(book: Book, old: Plan, new: Plan, gained: list[Shift], within: Interval) -> Iterator[Strain]:
    """Somebody who comes on, or goes off, in the middle of their night, and did not."""
    around = Interval(within.start - _WEEK, within.end + _WEEK)
    was, now = (
        {
            (each.at, each.person)
            for each in night_handoffs(book, book.on_call, shifts(decides, around), around)
        }
        for decides in (old, new)
    )
    theirs = {shift.person for shift in gained}
    yield from (Strain("woken", person, Interval(at, at)) for at, person in now - was if person in theirs)
