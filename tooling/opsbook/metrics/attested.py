"""What people vouch for, how long that holds, and the calendar's quarters, by which some of it is asked for
again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.document import Document
    from opsbook.book.snapshot import Book
    from opsbook.model.attestation import Attestation, Attestations, Attested
    from opsbook.model.time import Interval

_QUARTERLY = ("alert-audit", "trend-review")
_DAYS = {"recovery-drills": 45}
_YEAR = 365


class Quarter(NamedTuple):
    """Three months of a year."""

    year: int
    number: int
    """From 1 to 4."""

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.later(1).first - timedelta(days=1)

    def later(self, number: int) -> Quarter:
        """The quarter so many after this one; before it where the number is below zero."""
        years, place = divmod(4 * self.year + self.number - 1 + number, 4)
        return Quarter(years, place + 1)

    def interval(self, zone: ZoneInfo) -> Interval:
        """Its instants, in a zone."""
        from opsbook.model.time import Interval, midnight

        return Interval(midnight(self.first, zone), midnight(self.later(1).first, zone))


def quarter_of(day: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(day.year, (day.month + 2) // 3)


def attestations(book: Book) -> Document[Attestations] | None:
    """The record of a book's attestations; None where there is none that can be read."""
    document = book.find("attestations", "attestations")
    return document if document is not None and document.readable else None


def holds_until(each: Attestation) -> date:
    """The last day that an attestation holds."""
    if each.until is not None:
        return each.until
    if each.what in _QUARTERLY:
        return quarter_of(each.day).later(1).last
    return each.day + timedelta(days=_DAYS.get(each.what, _YEAR))


def newest(book: Book, what: Attested, day: date) -> Attestation | None:
    """The newest attestation of something as of a day, whether it still holds or not."""
    document = attestations(book)
    found = [each for each in (document.content.attestations if document else ()) if each.what == what]
    return max((each for each in found if each.day <= day), key=lambda each: each.day, default=None)
