"""The incidents of a book by quarter, for whoever asks about several quarters.

Each incident is looked at in those in which anything of it happened or fell due, so that what all quarters
take together grows with the book and no faster.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from opsbook.metrics.attested import Quarter, quarter_of
from opsbook.metrics.rows import rows
from opsbook.metrics.similarity import Chronicle
from opsbook.model.time import local_day

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.rows import Row
    from opsbook.model.time import Interval


class Quarters:
    """The quarters of a book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.zone = book.settings.timezone
        self.rows = rows(book)

    def interval(self, quarter: Quarter) -> Interval:
        """The instants of a quarter, on the book's clock."""
        return quarter.interval(self.zone)

    def begun(self) -> Counter[Quarter]:
        """How many incidents that count began in each quarter that has any."""
        began = (row.began for row in self.rows.rows if row.counts)
        return Counter(quarter_of(local_day(at, self.zone)) for at in began if at is not None)

    def about(self, first: Quarter, last: Quarter) -> list[Row]:
        """The incidents of which anything happened or fell due from one quarter to another, by id."""
        places: set[int] = set()
        quarter = first
        while quarter <= last:
            places.update(self._places.get(quarter, ()))
            quarter = quarter.later(1)
        return [self.rows.rows[place] for place in sorted(places)]

    @cached_property
    def _places(self) -> dict[Quarter, list[int]]:
        found: dict[Quarter, list[int]] = {}
        for place, row in enumerate(self.rows.rows):
            for quarter in {quarter_of(day) for day in self._days(row)}:
                found.setdefault(quarter, []).append(place)
        return found

    def _days(self, row: Row) -> Iterator[date]:
        """The days that figures ask about of an incident."""
        instants = (
            row.began,
            row.resolved,
            *(at for _, at in row.postmortem_due),
            *(p.at for p in row.pages),
        )
        yield from (local_day(at, self.zone) for at in instants if at is not None)
        yield from (each.due for each in row.work if each.due is not None)

    @cached_property
    def begins(self) -> datetime | None:
        """When the first incident of the book began that counts."""
        return min(
            (row.began for row in self.rows.rows if row.counts and row.began is not None), default=None
        )

    def alone(self, quarter: Quarter) -> list[str]:
        """Post-mortems of a quarter without the record of an incident, as collections have them that are new
        to opsbook: by the day in the id."""
        first, after = (bisect_left(self._alone, f"{each.first}") for each in (quarter, quarter.later(1)))
        return self._alone[first:after]

    @cached_property
    def _alone(self) -> list[str]:
        recorded = {row.id for row in self.rows.rows}
        return sorted(id for id in self.rows.postmortems if id not in recorded)

    @cached_property
    def chronicle(self) -> Chronicle:
        """What incidents can be told to be like earlier ones by."""
        from opsbook.book.facts import marks

        return Chronicle(marks(self.book))
