"""What each person's time on call came to, for whoever pays it or gives it back.

What an hour is paid is in no record, and nothing here asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.oncall.burden import Burden, burden, holidays, in_nights, pages
from opsbook.oncall.nights import zone_of
from opsbook.oncall.schedule import plan, shifts

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.model.time import Interval
    from opsbook.oncall.burden import Paged
    from opsbook.oncall.schedule import Shift


class Rest(NamedTuple):
    """Rest that is owed after a page at night."""

    page: Paged
    """The last one of the night."""
    until: datetime


class Line(NamedTuple):
    """A person's line of the ledger."""

    person: str
    burden: Burden
    pages: int
    night_pages: int
    """How many of them came in the person's night."""
    rest: tuple[Rest, ...]
    """By time, one a night at most."""

    @property
    def rest_owed(self) -> timedelta:
        return sum((rest.until - rest.page.at for rest in self.rest), timedelta())


class Ledger(NamedTuple):
    """Everybody who was on call or was paged in an interval, by id."""

    within: Interval
    lines: tuple[Line, ...]
    unreadable: tuple[str, ...]
    """Of each rotation that is missing in it, why."""


def ledger(book: Book, within: Interval, rotations: Sequence[str] = ()) -> Ledger:
    """What being on call came to, over some rotations or all: being on call in two at once counts once.
    Pages and rest are the person's, whichever rotation they were paged for."""
    found: list[Shift] = []
    off: dict[str, list[Interval]] = {}
    unreadable = []
    for rotation in rotations or book.names("rotation"):
        try:
            decides = plan(book, rotation)
        except LookupError as error:
            unreadable.append(f"{rotation}: {error}")
            continue
        its = shifts(decides, within)
        for person, days in holidays(book, decides, its).items():
            off.setdefault(person, []).extend(days)
        found += its
    paged: dict[str, list[Paged]] = {}
    for page in pages(book, within):
        paged.setdefault(page.person, []).append(page)
    by_person: dict[str, list[Shift]] = {} if rotations else {person: [] for person in paged}
    for shift in found:
        by_person.setdefault(shift.person, []).append(shift)
    lines = (
        _line(book, person, by_person[person], off.get(person, ()), paged.get(person, ()))
        for person in sorted(by_person)
    )
    return Ledger(within, tuple(lines), tuple(unreadable))


def _line(book: Book, person: str, own: list[Shift], off: Iterable[Interval], paged: Iterable[Paged]) -> Line:
    zone = zone_of(book, person) or book.settings.timezone
    paged = list(paged)
    nights = in_nights(book.on_call, zone, paged).values()
    rests = (_rest(book, night) for night in nights)
    return Line(
        person,
        burden(book, person, own, off),
        len(paged),
        sum(map(len, nights)),
        tuple(rest for rest in rests if rest),
    )


def _rest(book: Book, night: Iterable[Paged]) -> Rest | None:
    """The rest that a night's pages are owed: the policy's, counted from the last one of an incident whose
    severity pages people off hours. A page that nobody answered woke nobody."""
    length: timedelta | None = book.on_call.rest_after_night_page
    woke = [page for page in night if _wakes(book, page)]
    return Rest(woke[-1], woke[-1].at + length) if woke and length else None


def _wakes(book: Book, page: Paged) -> bool:
    level = book.severities.levels.get(page.severity or "")
    pages_at_night = level is not None and level.response is not None and level.response.off_hours == "page"
    return pages_at_night and page.outcome != "unanswered"
