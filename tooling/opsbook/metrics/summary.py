"""What the incidents of a period say together, beside those of the period before it.

Only what counts is looked at: no drill, near miss or false alarm, and no duplicate. An incident belongs to
the period in which it began. One that goes on is never dropped: its figures are at least what they are now,
and medians, quartiles and means take it so (`metrics.estimates`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from opsbook.metrics import compare
from opsbook.metrics.durations import FIGURES, Length, spent, summed
from opsbook.metrics.estimates import Observation, Share, survival
from opsbook.metrics.failures import Causes, Service, between_failures, causes
from opsbook.metrics.figures import Figures, Known
from opsbook.metrics.finished import Completion, Stages, completion, postmortems, to_close
from opsbook.metrics.paging import Pages, pages
from opsbook.model.time import Interval, local_day, midnight
from opsbook.model.time import Period as Calendar

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.rows import Postmortem, Row, Rows

By = Literal["service", "severity", "team", "month"]
_WEEK = timedelta(days=7)
_MONTHS = 12
UNKNOWN = "unknown"
"""The severity of what has none, and the service and team of what names none."""


class Spread(NamedTuple):
    """How long something took in many incidents, in seconds."""

    known: int
    """Incidents whose records tell, those among them in which it goes on."""
    going_on: int
    excluded: int
    """Incidents whose records do not tell: a milestone is missing."""
    approximate: int
    """How many of the known ones go by a time that is a guess."""
    from_detection: int
    """How many go by `detected`, since nobody knows when it `started`."""
    median: float | None
    """None where too much goes on to tell, or nothing is known."""
    lower: float | None
    """The lower quartile."""
    upper: float | None
    p90: float | None
    mean: float | None


class Group(NamedTuple):
    """Incidents that have something in common."""

    name: str
    incidents: int
    open: int
    """How many of them are not resolved."""
    severities: dict[str, int]
    """How many of each severity, the worst that each had."""
    spreads: dict[str, Spread]
    """How long what took, by the names of `metrics.durations.FIGURES`."""


class Month(NamedTuple):
    """The incidents that began in a month."""

    first: date
    severities: dict[str, int]

    @property
    def incidents(self) -> int:
        return sum(self.severities.values())


class Period(NamedTuple):
    """What is known of a period."""

    within: Interval
    whole: Group
    responding: dict[str, timedelta]
    """How long people responded at each severity."""
    people: int
    """Different people who responded."""
    hours: float
    """Their hours together; a lower bound, since nobody logs all they do."""
    updates: Share
    """Updates that came in time, of those that were owed or sent."""
    action_items: Completion
    time_to_close: Spread
    """From the resolution of an incident to the end of each of its action items."""
    postmortems: Stages


class Sides(NamedTuple):
    """A period beside the one before it."""

    now: Period
    """Up to the instant that is asked at, where the period reaches beyond it."""
    before: Period
    """As long as `now`, and up to where it begins."""
    comparisons: dict[str, Comparison]
    """By figure; also `incidents`, `updates`, `action_items`, `time_to_close` and `postmortems`."""


class Summary(NamedTuple):
    """A period beside the one before it, and what the book says besides."""

    as_of: datetime
    zone: ZoneInfo
    levels: tuple[str, ...]
    """The severities that occur or that the policy has, the worst first, `unknown` last."""
    now: Period
    """Up to the instant that is asked at, where the period reaches beyond it."""
    before: Period
    """As long as `now`, and up to where it begins."""
    comparisons: dict[str, Comparison]
    """By figure; also `incidents`, `updates`, `action_items`, `time_to_close` and `postmortems`."""
    months: tuple[Month, ...]
    """The twelve months up to the end of the period, or all of its own where those are more."""
    groups: tuple[Group, ...]
    """The period's incidents by what was asked for, in order; none where nothing was."""
    services: tuple[Service, ...]
    causes: Causes
    pages: Pages
    begins: datetime | None
    """When the first incident of the book began."""
    ends: datetime | None
    """When the last one that had begun by the end of the period did."""
    left_out: dict[str, int]
    """How many began in the period and do not count, by kind, or as `duplicate`."""
    unreadable: tuple[str, ...]

    @property
    def knows_before(self) -> bool:
        """Whether the book reaches back over the period before, or nearly: else the counts of the two cannot
        be compared."""
        return _reaches(self.begins, self.before.within)


def summary(
    book: Book,
    rows: Rows,
    within: Interval,
    as_of: datetime,
    by: By | None = None,
    known: Known | None = None,
) -> Summary:
    """What the incidents of a period say, as far as an instant; `known` are figures of whoever asks more than
    once."""
    zone = book.settings.timezone
    counting = [row for row in rows.rows if row.counts]
    begins = min((row.began for row in counting if row.began is not None), default=None)
    known = known or Known()
    compared = sides(counting, counting, rows.postmortems, within, as_of, zone, begins, known)
    within = compared.now.within
    left = Counter(
        "duplicate" if row.duplicate else row.kind for row in began_in(rows.rows, within) if not row.counts
    )
    services = [each.id for each in book.services if each.content.until is None]
    return Summary(
        as_of,
        zone,
        _levels(book, counting),
        *compared,
        _months(counting, within, zone),
        _groups(book, began_in(counting, within), within, as_of, by, known),
        tuple(between_failures(counting, services, within, as_of)),
        causes(counting, within),
        pages(book, rows.rows, within, as_of),
        begins,
        max((row.began for row in counting if row.began and row.began < within.end), default=None),
        dict(sorted(left.items())),
        rows.unreadable,
    )


def sides(
    now: Sequence[Row], before: Sequence[Row], pages: Mapping[str, Postmortem], within: Interval,
    as_of: datetime, zone: ZoneInfo, begins: datetime | None, known: Known,
) -> Sides:  # fmt: skip
    """A period beside the one before it, of incidents that count and their post-mortems: `now` are at least
    those of which anything happened or fell due in the period, `before` those of the time before it; `begins`
    is when the first of the book began."""
    within = Interval(within.start, max(min(within.end, as_of), within.start))
    earlier = Interval(within.start - within.length, within.start)
    one = _looked_at(within, now, pages, as_of, zone, known)
    other = _looked_at(earlier, before, pages, as_of, zone, known)
    return Sides(one.period, other.period, _compared(one, other, _reaches(begins, earlier)))


# ── a period ──────────────────────────────────────────────────────────────────────────────


class _Look(NamedTuple):
    """A period, and the figures that it is compared by."""

    period: Period
    weeks: list[int]
    lengths: dict[str, list[Observation]]
    closing: list[Observation]


def _looked_at(
    within: Interval,
    counting: Sequence[Row],
    pages: Mapping[str, Postmortem],
    as_of: datetime,
    zone: ZoneInfo,
    known: Known,
) -> _Look:
    found = began_in(counting, within)
    figures = [known.of(row, as_of) for row in found]
    lengths = _lengths(figures)
    closing = to_close(counting, within, as_of, zone)
    told = [each.updates for each in figures]
    period = Period(
        within,
        _group("all", found, figures, lengths),
        summed(each.severities for each in figures),
        *spent(summed(each.people for each in figures)),
        Share(sum(each.in_time for each in told), sum(each.owed for each in told)),
        completion(counting, within, as_of, zone),
        _spread(closing),
        postmortems(counting, pages, within, as_of, zone),
    )
    observed = {name: _observations(each) for name, each in lengths.items()}
    return _Look(period, weekly(found, within), observed, closing)


def began_in(rows: Iterable[Row], within: Interval) -> list[Row]:
    """The incidents that began in a period."""
    return [row for row in rows if (at := row.began) is not None and within.covers(at)]


def weekly(rows: Iterable[Row], within: Interval) -> list[int]:
    """How many began in each of some equal stretches of about a week."""
    weeks = max(within.length // _WEEK, 1)
    counts = [0] * weeks
    for row in rows:
        if row.began is not None:
            counts[min(int((row.began - within.start) / within.length * weeks), weeks - 1)] += 1
    return counts


def _reaches(begins: datetime | None, back: Interval) -> bool:
    return begins is not None and begins <= back.start + back.length / 10


def _compared(now: _Look, before: _Look, known: bool) -> dict[str, Comparison]:
    shares = [
        (each.updates, each.action_items.done, each.postmortems.published)
        for each in (now.period, before.period)
    ]
    updates, action_items, published = (compare.parts(*pair) for pair in zip(*shares, strict=True))
    incidents = compare.counts(now.weeks, before.weeks)
    return {
        "incidents": incidents if known else compare.unknown(incidents),
        **{name: compare.lengths(now.lengths[name], before.lengths[name]) for name in FIGURES},
        "updates": updates,
        "action_items": action_items,
        "time_to_close": compare.lengths(now.closing, before.closing),
        "postmortems": published,
    }


# ── groups ────────────────────────────────────────────────────────────────────────────────


def _lengths(found: Sequence[Figures]) -> dict[str, list[Length | None]]:
    """How long each stage of each incident took, by the names of `FIGURES`."""
    return {name: [each.durations[place] for each in found] for place, name in enumerate(FIGURES)}


def _group(
    name: str,
    rows: Sequence[Row],
    figures: Sequence[Figures],
    lengths: Mapping[str, list[Length | None]] | None = None,
) -> Group:
    """What some incidents say together."""
    lengths = _lengths(figures) if lengths is None else lengths
    return Group(
        name,
        len(rows),
        sum(each.open for each in figures),
        dict(Counter(row.severity or UNKNOWN for row in rows)),
        {figure: spread(found) for figure, found in lengths.items()},
    )


def spread(found: Sequence[Length | None]) -> Spread:
    """Lengths together; None for an incident whose record does not tell."""
    known = [each for each in found if each is not None]
    return _spread(
        _observations(found),
        len(found) - len(known),
        sum(each.approximate for each in known),
        sum(each.from_detection for each in known),
    )


def _observations(found: Iterable[Length | None]) -> list[Observation]:
    return [(each.time.total_seconds(), each.over) for each in found if each is not None]


def _spread(
    found: Sequence[Observation], excluded: int = 0, approximate: int = 0, from_detection: int = 0
) -> Spread:
    curve = survival(found)
    return Spread(
        len(found),
        sum(not over for _, over in found),
        excluded,
        approximate,
        from_detection,
        curve.quantile(0.5),
        curve.quantile(0.25),
        curve.quantile(0.75),
        curve.quantile(0.9),
        curve.mean,
    )


def _groups(
    book: Book, rows: Sequence[Row], within: Interval, as_of: datetime, by: By | None, known: Known
) -> tuple[Group, ...]:
    """An incident of several services or teams is in the group of each; a month without one is there too."""
    if by is None:
        return ()
    zone = book.settings.timezone
    months = _firsts(*within.days(zone))
    by_name: dict[str, list[Row]] = {f"{each:%Y-%m}": [] for each in months} if by == "month" else {}
    for row in rows:
        for name in _names(book, row, zone, by):
            by_name.setdefault(name, []).append(row)
    found = [_group(name, its, [known.of(row, as_of) for row in its]) for name, its in by_name.items()]
    if by == "month":
        return tuple(found)
    if by == "severity":
        levels = _levels(book, rows)
        return tuple(sorted(found, key=lambda each: levels.index(each.name)))
    return tuple(sorted(found, key=lambda each: (each.name == UNKNOWN, -each.incidents, each.name)))


def _firsts(first: date, last: date) -> Iterator[date]:
    """The first day of each month from one day to another."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = Calendar(1, 0).after(month)


def _names(book: Book, row: Row, zone: ZoneInfo, by: By) -> tuple[str, ...]:
    if by == "month":
        assert row.began is not None  # it began in the period
        return (f"{local_day(row.began, zone):%Y-%m}",)
    if by == "severity":
        return (row.severity or UNKNOWN,)
    if by == "service":
        return row.services or (UNKNOWN,)
    owners = (book.content("service", id) for id in row.services)
    return tuple(dict.fromkeys(each.team for each in owners if each)) or (UNKNOWN,)


def _levels(book: Book, rows: Iterable[Row]) -> tuple[str, ...]:
    policy = tuple(book.severities.levels)
    others = {row.severity or UNKNOWN for row in rows}.difference(policy)
    return (*policy, *sorted(others, key=lambda name: (name == UNKNOWN, name)))


def _months(rows: Iterable[Row], within: Interval, zone: ZoneInfo) -> tuple[Month, ...]:
    first, last = within.days(zone)
    first = min(first, Calendar(1 - _MONTHS, 0).after(last.replace(day=1)))
    counts: dict[date, Counter[str]] = {each: Counter() for each in _firsts(first, last)}
    since = midnight(first.replace(day=1), zone)
    for row in began_in(rows, Interval(since, within.end)):
        assert row.began is not None
        counts[local_day(row.began, zone).replace(day=1)][row.severity or UNKNOWN] += 1
    return tuple(Month(month, dict(each)) for month, each in counts.items())
