"""What a rule may look at, and a clock that knows how long its answers hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.model.settings import Settings

BEGINNING = datetime.min.replace(tzinfo=UTC)
END = datetime.max.replace(tzinfo=UTC)


class Clock:
    """The instant a check is made for.

    It is asked, not read: each answer narrows the stretch of time (`since` to `until`, half-open)
    in which the same questions have the same answers, so that a remembered result is used exactly
    as long as it is true.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.since = BEGINNING
        self.until = END

    def passed(self, instant: datetime) -> bool:
        """Whether an instant is over: now is that instant, or later."""
        if self._now >= instant:
            self.since = max(self.since, instant)
            return True
        self.until = min(self.until, instant)
        return False

    def day_over(self, day: date, zone: ZoneInfo) -> bool:
        """Whether the whole of a day is over in a zone."""
        from opsbook.model.time import midnight  # with pydantic, which a warm check does not need

        return self.passed(midnight(day + timedelta(days=1), zone))

    def today(self, zone: ZoneInfo) -> date:
        """The day it is in a zone."""
        from opsbook.model.time import local_day

        day = local_day(self._now, zone)
        self.day_over(day - timedelta(days=1), zone)
        self.day_over(day, zone)
        return day


class Context:
    """What a rule may look at: the book, the clock, the settings."""

    __slots__ = ("book", "clock", "settings")

    def __init__(self, book: Book, clock: Clock, settings: Settings) -> None:
        self.book = book
        self.clock = clock
        self.settings = settings
