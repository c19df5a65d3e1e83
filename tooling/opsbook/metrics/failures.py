"""How long services go without failing, and which causes come back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.durations import hurt
from opsbook.metrics.estimates import Range, Share, counted
from opsbook.oncall.intervals import common, length, union

if TYPE_CHECKING:
    from opsbook.metrics.rows import Row
    from opsbook.model.time import Interval

_LOOK_BACK = timedelta(days=365)


class Service(NamedTuple):
    """How long a service works between failures."""

    id: str
    failures: int
    """Incidents that hurt it and began in the period."""
    operating: timedelta
    """How long of the period it was not hurt."""
    since: timedelta | None
    """How long ago its last failure began, whenever that was; None where it never failed."""
    last: str | None
    """The incident that was its last failure."""

    @property
    def mean(self) -> timedelta | None:
        """Mean operating time between failures, MTBF = T / n, T being all the time in which it was not hurt.

        The running stretch since the last failure counts among T, as does the one before the first: for
        failures that come independently this is the estimate of greatest likelihood from a test that is cut
        off (B. Epstein and M. Sobel, *Journal of the American Statistical Association* 48, 1953; the term is
        IEC 60050-192's). None without a failure: it is longer than was looked at.
        """
        return self.operating / self.failures if self.failures else None

    @property
    def interval(self) -> Range:
        """Where the mean lies with 95 % confidence, in seconds: T over the ends of the interval of n."""
        seconds = self.operating.total_seconds()
        few, many = counted(self.failures)
        return Range(seconds / many, seconds / few if few else float("inf"))


def between_failures(
    rows: Iterable[Row], services: Iterable[str], within: Interval, as_of: datetime
) -> list[Service]:
    """How long each service works between failures in a period, those that fail most first; `services` are
    told of also where they never failed."""
    starts: dict[str, list[tuple[datetime, str]]] = {id: [] for id in services}
    hurting: dict[str, list[Interval]] = {}
    for row in rows:
        if row.began is None or row.began > as_of:
            continue
        for id in row.services:
            starts.setdefault(id, []).append((row.began, row.id))
        if row.resolved is None or row.resolved > within.start:
            stretches = hurt(row.marks, as_of)
            for id in row.services:
                hurting.setdefault(id, []).extend(stretches)
    found = (
        Service(
            id,
            sum(within.covers(at) for at, _ in its),
            within.length - length(common([within], union(hurting.get(id, ())))),
            *((as_of - max(its)[0], max(its)[1]) if its else (None, None)),
        )
        for id, its in starts.items()
    )
    return sorted(found, key=lambda each: (-each.failures, each.id))


class Cause(NamedTuple):
    """A contributing factor, and the incidents of the period that name it."""

    factor: str
    incidents: tuple[str, ...]
    earlier: int
    """How many incidents of the year before the period named it."""


class Causes(NamedTuple):
    """Which causes come back."""

    repeated: tuple[Cause, ...]
    """Those that more than one incident names, of the period and the year before it; the most frequent
    first."""
    share: Share
    """How many of the incidents that name a factor share one with an incident of the 365 days before."""
    unknown: int
    """Incidents that name no factor."""


def causes(rows: Iterable[Row], within: Interval) -> Causes:
    """The contributing factors of a period's incidents that an earlier incident named too."""
    since = within.start - _LOOK_BACK
    dated = sorted(
        ((at, row) for row in rows if (at := row.began) is not None and since <= at < within.end),
        key=lambda each: each[0],
    )
    last: dict[str, datetime] = {}
    named: dict[str, list[str]] = {}
    before: Counter[str] = Counter()
    again = of = unknown = 0
    for at, row in dated:
        factors = dict.fromkeys(factor.casefold() for factor in row.factors)
        if within.covers(at):
            of += bool(factors)
            unknown += not factors
            again += any(factor in last and at - last[factor] <= _LOOK_BACK for factor in factors)
            for factor in factors:
                named.setdefault(factor, []).append(row.id)
        else:
            before.update(factors.keys())
        last |= dict.fromkeys(factors, at)
    found = (Cause(factor, tuple(ids), before[factor]) for factor, ids in named.items())
    repeated = (each for each in found if len(each.incidents) + each.earlier > 1)
    ranked = sorted(repeated, key=lambda each: (-len(each.incidents), -each.earlier, each.factor))
    return Causes(tuple(ranked), Share(again, of), unknown)
