"""How we are doing, in figures: each picture answers a question, has its verdict in words, and its table.

The figures are those of `opsbook metrics`: a year for what is rare, and the last ninety days beside the
ninety before for verdicts. Incidents that no page shows are counted nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup

from opsbook.metrics.estimates import survival
from opsbook.metrics.figures import Known
from opsbook.metrics.finished import to_close
from opsbook.metrics.rows import rows
from opsbook.metrics.summary import began_in, sides, summary
from opsbook.metrics.targets import results, wanted
from opsbook.model.time import Interval, local_day, midnight
from opsbook.site import charts
from opsbook.site.phrases import length
from opsbook.site.response import Tile

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from opsbook.book.snapshot import Book
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.estimates import Observation
    from opsbook.metrics.failures import Service
    from opsbook.metrics.rows import Row, Rows
    from opsbook.metrics.summary import Month, Spread, Summary
    from opsbook.metrics.targets import Result
    from opsbook.model.target import Target
    from opsbook.site.guide import Guide

_YEAR, _QUARTER = 365, 90
_DOTS = 80
"""So many incidents, the newest, are dots of a picture."""
_STAGES = {
    "detect": "noticed",
    "acknowledge": "acknowledged",
    "declare": "declared",
    "mitigate": "mitigated",
    "resolve": "resolved",
}
_SHAPES = ("diamond", "dot", "square", "triangle")
"""The shapes of severities, the worst first."""
_STAGE = "time_to_"
_METRICS = {
    "time_to_detect": "Time to notice",
    "time_to_acknowledge": "Time to acknowledge",
    "time_to_declare": "Time to declare",
    "time_to_mitigate": "Time to mitigate",
    "time_to_resolve": "Time to resolve",
    "time_between_failures": "Time between failures",
    "incidents": "Incidents",
    "action_items_done": "Action items done",
    "pages_per_night": "Pages in one night",
}
_MEANS = {"time_to_acknowledge": "MTTA", "time_to_resolve": "MTTR", "time_between_failures": "MTBF"}
"""What people call the means of these."""
_STATISTICS = {"p90": "nine in ten", "mean": "mean", "median": "median"}


class Stage(NamedTuple):
    """How long a stage takes: its spread in a year, and what became of it in a quarter."""

    name: str
    spread: Spread
    verdict: str


class Measures(NamedTuple):
    """What the page of metrics shows."""

    year: Summary
    tiles: list[Tile]
    stages: list[Stage]
    quarter: Summary
    """The same, but for ninety days beside those before."""
    verdicts: dict[str, str]
    """By figure, in words."""
    rows: list[Row]
    """The incidents of the year, the newest first."""
    latest: dict[str | None, Row]
    """The last incident of each severity, whenever that was."""
    closing: list[Observation]

    @property
    def months(self) -> tuple[Month, ...]:
        """The last twelve months, this one being the last."""
        return self.year.months[-12:]


def measures(book: Book, guide: Guide, as_of: datetime) -> Measures:
    """The figures of a book as of an instant."""
    shown, known = _shown(rows(book), guide), Known()
    counting = [row for row in shown.rows if row.counts]
    year = summary(book, shown, _days(_YEAR, as_of, guide), as_of, known=known)
    within, pages = _days(_QUARTER, as_of, guide), shown.postmortems
    lately = sides(counting, counting, pages, within, as_of, guide.zone, year.begins, known)
    quarter = year._replace(now=lately.now, before=lately.before, comparisons=lately.comparisons)
    verdicts = {name: _said(name, each) for name, each in quarter.comparisons.items()}
    if not quarter.knows_before:
        verdicts["incidents"] = f"cannot tell: {_count(lately.now.whole.incidents)}, {_UNKNOWN}"
    its = began_in(counting, year.now.within)
    return Measures(
        year,
        _tiles(results(book, shown, year, quarter), wanted(book), quarter.knows_before, guide),
        [Stage(name, year.now.whole.spreads[name], verdicts[name]) for name in _STAGES],
        quarter,
        verdicts,
        sorted(its, key=lambda row: (row.began or as_of, row.id), reverse=True),
        {row.severity: row for row in sorted(counting, key=_beginning) if row.began and row.began <= as_of},
        to_close(counting, year.now.within, as_of, guide.zone),
    )


def _beginning(row: Row) -> tuple[int, str]:
    return row.plain.began or 0, row.id


def days_since(began: datetime, as_of: datetime, zone: ZoneInfo) -> int:
    """How many days ago something began, on the calendar of a zone: yesterday evening is one day ago."""
    return (local_day(as_of, zone) - local_day(began, zone)).days


def _shown(found: Rows, guide: Guide) -> Rows:
    """The rows of the incidents that have a page."""
    return found._replace(rows=tuple(row for row in found.rows if guide.survey["incident", row.id]))


def _days(count: int, as_of: datetime, guide: Guide) -> Interval:
    """So many days up to today, today among them."""
    today = guide.local(as_of).date()
    first = today - timedelta(days=count - 1)
    return Interval(midnight(first, guide.zone), midnight(today + timedelta(days=1), guide.zone))


# ── in words ──────────────────────────────────────────────────────────────────────────────


_UNKNOWN = "no record yet of the 90 days before"


def _tiles(found: list[Result], targets: Mapping[str, Target], known: bool, guide: Guide) -> list[Tile]:
    """What came of each target: those of one subject stand together, what was missed first. `known` says
    whether the record reaches back over the ninety days before."""
    subjects: dict[str, list[Result]] = {}
    for each in found:
        subjects.setdefault(each.target.metric, []).append(each)
    grouped = sorted(
        (sorted(its, key=_not_missed) for its in subjects.values()), key=lambda its: _not_missed(its[0])
    )
    return [
        _tile(each, "targets" if targets.get(each.id) is each.target else "severities", known, guide)
        for its in grouped
        for each in its
    ]


_KEPT = dict.fromkeys((each for each in _METRICS if each.startswith(_STAGE)), "kept to it") | {
    "action_items_done": "that fell due"
}


def _not_missed(found: Result) -> bool:
    return found.met is not False


def _tile(found: Result, policy: str, known: bool, guide: Guide) -> Tile:
    """A target of a policy, and what came of it: of a trend in ninety days, of all else in a year."""
    target = found.target
    name = _METRICS[target.metric]
    if target.metric.startswith(_STAGE) or target.metric in _MEANS:
        name += f", {_STATISTICS[target.statistic]}"
    if target.statistic == "mean" and target.metric in _MEANS:
        name += f" ({_MEANS[target.metric]})"
    about = ", ".join(target.severity) or ("critical services" if target.critical_services else "")
    style = {True: "good", False: "bad", None: ""}[found.met]
    verdict = {True: "met", False: "missed", None: "cannot tell"}[found.met]
    value, aim = _value(found), _aim(found)
    parts = [aim if value == verdict else f"{verdict}: {aim}"]
    if found.share and found.share.of and (kept := _KEPT.get(target.metric)):
        parts.append(f"{found.share.hits} of {found.share.of} {kept}")
    if found.counts:
        now, before = found.counts
        parts.append(f"{now} in 90 days, {f'{before} in the 90 before' if known else _UNKNOWN}")
    if found.where:
        kind, word = ("person", "most") if target.metric == "pages_per_night" else ("service", "worst")
        parts.append(f"{word}: {guide.title(kind, found.where)}")
    source = guide.link(policy, policy) if guide.survey[policy, policy] else Markup()
    return Tile(f"{name}, {about}" if about else name, value, "; ".join(parts), style, source)


def _value(found: Result) -> str:
    if found.value is None:
        return "none" if found.met else "unknown"
    if isinstance(found.value, str):
        words = {"better": "falling", "worse": "rising"}
        return words.get(found.value, "cannot tell")
    if found.target.metric in ("incidents", "pages_per_night"):
        return f"{found.value:g}"
    if found.target.metric == "action_items_done":
        return f"{found.value:.0%}"
    return length(timedelta(seconds=found.value))


def _aim(found: Result) -> str:
    target = found.target
    if target.at_most is not None:
        return f"at most {length(target.at_most)}"
    if target.at_least is not None:
        return f"at least {length(target.at_least)}"
    if target.share_at_least is not None:
        return f"at least {target.share_at_least:.0%}"
    if target.count_at_most is not None:
        return f"at most {target.count_at_most}"
    return f"should be {target.trend}"


_SHARES = ("updates", "action_items", "postmortems")


def _said(name: str, found: Comparison) -> str:
    """What became of a figure in ninety days: `better: 12 min, 31 min before`, or `cannot tell`."""
    if found.now is None or found.before is None:
        return "cannot tell: nothing to compare with"
    now, before = (_figure(name, each) for each in (found.now, found.before))
    if found.now == found.before and found.verdict == "cannot tell":
        return f"{'as many as' if name == 'incidents' else 'as'} before: {now}"
    if found.verdict != "cannot tell":
        return f"{found.verdict}: {now}, {before} before"
    more = f"; it would take {found.needed:,} a quarter to tell" if found.needed else ""
    return f"cannot tell: {now}, {before} before{more}"


def _figure(name: str, value: float) -> str:
    if name == "incidents":
        return _count(value)
    return f"{value:.0%}" if name in _SHARES else length(timedelta(seconds=value))


def _count(value: float) -> str:
    return f"{value:g} incident{'' if value == 1 else 's'}"


# ── pictures ──────────────────────────────────────────────────────────────────────────────


def stages(found: Measures, guide: Guide) -> Markup:
    """How long each stage took in each incident, as dots."""
    its = found.rows[:_DOTS]
    lengths = [(row, row.durations(found.year.as_of)) for row in its]
    lanes = []
    for stage in found.stages:
        values = tuple(
            charts.Value(
                each.time,
                f"{_title(row, guide)}: {'≈ ' if each.approximate else ''}{length(each.time)}"
                + ("" if each.over else " so far"),
                f"ob-value-{guide.rank(row.severity)}",
                _SHAPES[guide.rank(row.severity)],
            )
            for row, its in lengths
            if (each := getattr(its, stage.name)) is not None
        )
        spread = stage.spread
        ends = [
            None if each is None else timedelta(seconds=each)
            for each in (spread.median, spread.lower, spread.upper)
        ]
        words = (
            f"{_STAGES[stage.name]}: median {length(ends[0])}" if ends[0] is not None else _STAGES[stage.name]
        )
        lanes.append(charts.Lane(words, values, *ends))
    said = "; ".join(lane.name for lane in lanes)
    return charts.spread("stages", "How long each stage of an incident takes", said, lanes)


def _title(row: Row, guide: Guide) -> str:
    return f"{row.severity or 'no severity'}, {guide.title('incident', row.id)}"


def failures(found: Measures, target: timedelta | None, guide: Guide) -> Markup:
    """How long each service works between failures, with where that lies for certain."""
    lanes = [_failing(each, target, guide) for each in found.year.services if each.failures]
    said = "; ".join(lane.name for lane in lanes)
    return charts.spread("failures", "Time between failures by service", said, lanes)


def _failing(service: Service, target: timedelta | None, guide: Guide) -> charts.Lane:
    low, high = (min(each, 10 * _YEAR * 86_400.0) for each in service.interval)
    mean = service.mean or service.operating
    name = f"{guide.title('service', service.id)}: {length(mean)}"
    ends = timedelta(seconds=low), timedelta(seconds=high)
    return charts.Lane(name, (charts.Value(mean, name),), mean, *ends, target)


def completion(found: Measures, target: float | None) -> Markup:
    """The share of action items that are done so many days after the resolution."""
    curve = survival(found.closing)
    if not curve.steps:
        return Markup()
    last = max(curve.steps[-1].at, 30 * 86_400.0) * 1.05
    points = [(0.0, 0.0), *((step.at / last, 1 - step.share) for step in curve.steps)]
    days = last / 86_400
    every = next((each for each in (7, 14, 30, 60, 90, 180) if days / each <= 7), 365)
    ticks = [(day / days, f"{day} d") for day in range(0, int(days) + 1, every)]
    said = ", ".join(f"{1 - step.share:.0%} after {step.at / 86_400:.0f} days" for step in curve.steps[::4])
    return charts.curve(
        "completion", "Action items done by days after the resolution", said, points, ticks, target
    )


def months(found: Measures, guide: Guide) -> Markup:
    """The incidents of twelve months, in columns with the worst severity at the foot."""
    columns = []
    for month in found.months:
        parts = tuple(
            (month.severities.get(name, 0), f"ob-fill-{guide.rank(name)}", name) for name in found.year.levels
        )
        label = f"{month.first:%b}"[:1] if month.first.month != 1 else f"{month.first:%y}"
        columns.append(charts.Column(f"{month.first:%B %Y}", parts, label))
    said = ", ".join(f"{column.name}: {column.height}" for column in columns)
    return charts.columns("months", "Incidents a month", said, columns)


# ── for a spreadsheet ─────────────────────────────────────────────────────────────────────


def table(found: Iterable[Row], as_of: datetime) -> str:
    """Every incident as a line of CSV, lengths in minutes. What stands there are ids, levels and numbers,
    none of which a spreadsheet takes for a formula."""
    heads = ("incident", "began", "severity", "services", *(f"{name}_minutes" for name in _STAGES))
    lines = [heads, *(_line(row, as_of) for row in found)]
    return "".join(",".join(line) + "\r\n" for line in lines)


def _line(row: Row, as_of: datetime) -> Iterator[str]:
    yield row.id
    yield f"{row.began:%Y-%m-%dT%H:%MZ}" if row.began else ""
    yield row.severity or ""
    yield " ".join(row.services)
    lengths = row.durations(as_of)
    for name in _STAGES:
        each = getattr(lengths, name)
        yield f"{each.time / timedelta(minutes=1):g}" if each is not None and each.over else ""


def service(figures: Service | None, as_of: datetime, guide: Guide) -> list[Tile]:
    """How a service is: incidents, and the time between them."""
    if figures is None:
        return []
    tiles = [Tile("Incidents in a year", str(figures.failures))]
    if figures.mean is not None:
        low = length(timedelta(seconds=figures.interval.low))
        tiles.append(Tile("Mean time between failures", length(figures.mean), f"with 95 % at least {low}"))
    days = _failed(figures, as_of, guide)
    if days is not None and figures.last is not None:
        tiles.append(Tile("Days since the last", f"{days:,}", guide.title("incident", figures.last)))
    return tiles


def _failed(service: Service, as_of: datetime, guide: Guide) -> int | None:
    """How many days ago a service failed last; None where it never did."""
    return None if service.since is None else days_since(as_of - service.since, as_of, guide.zone)


def context(found: Measures, book: Book, guide: Guide, share: float | None) -> dict[str, Any]:
    """Everything that the page's template asks."""
    goals = wanted(book).values()
    between = next((each.at_least for each in goals if each.metric == "time_between_failures"), None)
    return {
        "found": found,
        "first": _first(found),
        "days": {each.id: _failed(each, found.year.as_of, guide) for each in found.year.services},
        "words": _STAGES,
        "between": between,
        "aims": guide.survey["targets", "targets"] is not None,
        "pictures": {
            "months": months(found, guide),
            "stages": stages(found, guide),
            "failures": failures(found, between, guide),
            "completion": completion(found, share),
        },
        "csv": table(found.rows, found.year.as_of),
    }


def _first(found: Measures) -> date:
    return found.year.now.within.start.astimezone(found.year.zone).date()
