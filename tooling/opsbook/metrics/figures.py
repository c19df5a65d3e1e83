"""What the record of one incident comes to, as of an instant.

Periods that are looked at one after the other are about the same incidents, most of them long over: what no
later instant changes is worked out once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.durations import Durations, Kept, kept, total
from opsbook.model.time import ticks

if TYPE_CHECKING:
    from opsbook.metrics.rows import Plain, Row

_KEPT = 10_000
"""So many incidents are remembered: several quarters of a large book."""


class Figures(NamedTuple):
    """What follows from the timeline of an incident."""

    durations: Durations
    open: bool
    severities: dict[str, timedelta]
    """How long people responded at each severity."""
    people: dict[str, timedelta]
    """How long each person responded."""
    updates: Kept


class Known:
    """The figures of incidents met so far."""

    def __init__(self) -> None:
        self._final: dict[str, tuple[int, Figures]] = {}
        """By id, those that stay as they are, and the last instant at which they became another."""

    def of(self, row: Row, as_of: datetime) -> Figures:
        """The figures of an incident, as of an instant."""
        now, final = ticks(as_of), self._final.get(row.id)
        if final and final[0] < now:
            return final[1]
        found, last = _figures(row, as_of), _last(row.plain)
        if last < now and not _goes_on(row.plain, found.durations):
            if len(self._final) >= _KEPT:
                del self._final[next(iter(self._final))]
            self._final[row.id] = last, found
        return found


def _figures(row: Row, as_of: datetime) -> Figures:
    return Figures(
        row.durations(as_of),
        row.open(as_of),
        total(row.severities, as_of),
        total(row.involved, as_of),
        kept(row.updates, as_of),
    )


def _goes_on(plain: Plain, durations: Durations) -> bool:
    """Whether something of an incident has no end yet."""
    stretches = (*plain.severities, *plain.involved)
    return any(until is None for *_, until in stretches) or any(each and not each.over for each in durations)


def _last(plain: Plain) -> int:
    """The last instant of what figures are made of: a milestone, an end, an update."""
    stretches = (ends for _, *ends in (*plain.severities, *plain.involved))
    instants = chain((at for at, *_ in plain.marks), *plain.updates, *stretches)
    return max(filter(None, instants), default=0)
