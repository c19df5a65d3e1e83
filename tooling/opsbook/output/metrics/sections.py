"""What people read of a period: sections with a table and a few notes, each said once for all formats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics.durations import FIGURES
from opsbook.model.time import write_duration
from opsbook.output.frames import clean
from opsbook.text import count

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.estimates import Range, Share
    from opsbook.metrics.paging import Pages
    from opsbook.metrics.summary import By, Group, Spread, Summary
    from opsbook.metrics.targets import Result

_MEDIANS = ("acknowledge", "mitigate", "resolve", "respond")
_FEWEST = 6
_SPANS = {1: "", 3: " by quarter", 6: " by half-year", 12: " by year", 60: " by 5 years", 600: " by 50 years"}
"""How many months a point of a plot may stand for, and how that is said."""
_POINTS = 24
_LONGEST = 44
_SHOWN = 12
"""Services, causes and groups that are listed; a program gets all."""
_NOTHING = "–"
_MANY = {
    "drill": "drills",
    "near-miss": "near misses",
    "false-alarm": "false alarms",
    "duplicate": "duplicates",
}
_STYLES = {"better": "32", "worse": "1;31", "cannot tell": "2", "met": "32", "missed": "1;31", "unclear": "2"}
_EIGHTHS = "▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"


class Told(NamedTuple):
    """What is said."""

    summary: Summary
    results: Sequence[Result]
    by: By | None
    names: Callable[[str], str]
    """What a person is called, by id."""


class Cell(NamedTuple):
    """A cell of a table, and its colour."""

    text: str
    style: str = ""


class Section(NamedTuple):
    """A part of the report."""

    title: str
    head: tuple[str, ...] = ()
    """The columns after the first one."""
    rows: tuple[tuple[Cell, ...], ...] = ()
    notes: tuple[str, ...] = ()
    left: frozenset[int] = frozenset()
    """The columns after the first one that stand to the left."""


def sections(told: Told) -> Iterator[Section]:
    """The whole report, part by part; what there is nothing to say of is left out."""
    found = told.summary
    yield _incidents(found)
    if found.now.whole.incidents or found.before.whole.incidents:
        yield _durations(found)
        yield _kept(found)
    if told.results:
        yield _targets(told.results)
    if found.services:
        yield _services(found)
    if found.causes.repeated:
        yield _causes(found)
    yield _people(told)
    if told.by is not None:
        yield _groups(found, told.by)


# ── incidents ─────────────────────────────────────────────────────────────────────────────


def title(found: Summary) -> str:
    """What is told, of which days, beside which."""
    start, end = (at.astimezone(found.zone) for at in found.now.within)
    last = (end - timedelta(microseconds=1)).date() if end > start else start.date()
    days = (last - start.date()).days + 1
    return f"Incidents from {_day(start.date())} to {_day(last)}, beside the {count(days, 'day')} before"


def _incidents(found: Summary) -> Section:
    now, before = found.now.whole, found.before.whole
    most = max([*now.severities.values(), 1])
    size = next((each for each in _SPANS if len(found.months) <= each * _POINTS), max(_SPANS))
    rows = []
    for level in found.levels:
        number = now.severities.get(level, 0)
        months = [month.severities.get(level, 0) for month in found.months]
        rows.append(
            (Cell(clean(level)), Cell(f"{number:,}"), Cell(f"{before.severities.get(level, 0):,}"),
             Cell(sparkline(_added(months, size))), Cell(bar(number, most, 20)))
        )  # fmt: skip
    months = [month.incidents for month in found.months]
    total = Cell("all", "1"), Cell(f"{now.incidents:,}", "1"), Cell(f"{before.incidents:,}")
    verdict = _verdict(found.comparisons["incidents"], found.knows_before)
    rows.append((*total, Cell(sparkline(_added(months, size))), verdict))
    first, last = found.months[0].first, found.months[-1].first
    head = "n", "before", f"{first:%b %Y} – {last:%b %Y}{_SPANS[size]}", ""
    return Section(title(found), head, tuple(rows), tuple(_about(found)), frozenset({2, 3}))


def _added(numbers: Sequence[int], size: int) -> list[int]:
    """So many neighbours at a time, added up."""
    return [sum(numbers[start : start + size]) for start in range(0, len(numbers), size)]


def _about(found: Summary) -> Iterator[str]:
    now, compared = found.now.whole, found.comparisons["incidents"]
    if now.incidents:
        yield (
            f"{now.open:,} of them {'is' if now.open == 1 else 'are'} open." if now.open else "None is open."
        )
    elif found.ends and not found.before.whole.incidents:
        last = found.ends.astimezone(found.zone).date()
        yield f"The last incident before began on {_day(last)}: `--from` and `--to` ask about other days."
    if found.left_out:
        said = (
            f"{number:,} {_MANY[name] if number > 1 else name}" for name, number in found.left_out.items()
        )
        yield f"Not counted: {', '.join(said).replace('-', ' ')}."
    if found.begins and not found.knows_before:
        begins = found.begins.astimezone(found.zone).date()
        yield f"The book's first incident is of {_day(begins)}: it does not know all of the period before."
    if compared.verdict != "cannot tell":
        low, high = (round(abs(each)) for each in sorted(compared.change, key=abs))
        less = "fewer" if compared.verdict == "better" else "more"
        yield f"With 95 % confidence {low:,} to {high:,} {less} are to be expected than before."
    if compared.needed:
        yield f"To tell a change like this takes about {compared.needed:,} incidents a period."
    if found.unreadable:
        yield f"{count(len(found.unreadable), 'incident')} cannot be read; `opsbook check` says why."


# ── durations ─────────────────────────────────────────────────────────────────────────────


def _durations(found: Summary) -> Section:
    head = "n", "excl", "median", "middle half", "p90", "mean", "before", "verdict"
    spreads, before = found.now.whole.spreads, found.before.whole.spreads
    known = [name for name in FIGURES if spreads[name].known or before[name].known]
    rows = (_spread(name, spreads[name], before[name], found.comparisons[name]) for name in known)
    notes = tuple(_small_print(found, known))
    return Section("How long it took to", head if known else (), tuple(rows), notes, frozenset({7}))


def _spread(name: str, now: Spread, before: Spread, compared: Comparison) -> tuple[Cell, ...]:
    half = f"{_time(now.lower, now)} – {_time(now.upper, now)}" if now.known > 1 else _NOTHING
    return (
        Cell(name),
        Cell(f"{now.known:,}"),
        Cell(f"{now.excluded:,}"),
        Cell(_time(now.median, now), "1"),
        Cell(half),
        Cell(_time(now.p90, now)),
        Cell(_time(now.mean, now)),
        Cell(_time(before.median, before)),
        _verdict(compared, bool(now.known and before.known)),
    )


def _small_print(found: Summary, known: Sequence[str]) -> Iterator[str]:
    spreads = {name: found.now.whole.spreads[name] for name in known}
    unknown = [name for name in FIGURES if name not in known]
    if unknown:
        yield f"No record has the milestones that tell how long it took to {', '.join(unknown)}."
    if {"acknowledge", "resolve"} & spreads.keys():
        yield "The mean time to acknowledge is the MTTA, the mean time to resolve the MTTR."
    if any(each.excluded for each in spreads.values()):
        yield "excl: incidents whose record lacks a milestone; they are not among the n."
    if any(each.going_on for each in spreads.values()):
        yield f"Still going on, and so at least that long: {_each(spreads, 'going_on')}."
    if any(each.approximate for each in spreads.values()):
        yield f"With a time that is a guess: {_each(spreads, 'approximate')}."
    if any(each.from_detection for each in spreads.values()):
        yield f"From `detected`, since `started` is not known: {_each(spreads, 'from_detection')}."
    sure = {name: found.comparisons[name] for name in known}
    told = [f"{name} {_changed(each)}" for name, each in sure.items() if each.verdict != "cannot tell"]
    if told:
        yield f"With 95 % confidence the median to {', to '.join(told)} than before."
    needed = {name: each.needed for name, each in sure.items()}
    said = [f"{name} {number:,}" for name, number in needed.items() if number]
    if said:
        yield f"To tell a change like this takes so many incidents a period: {', '.join(said)}."
    equal = [name for name in known if found.comparisons[name].would_show]
    if equal:
        yield f"A change of a tenth would have shown: {', '.join(equal)}."
    if min(found.now.whole.incidents, found.before.whole.incidents) < _FEWEST:
        yield "Of fewer than six incidents in a period no change of a median can be told."


def _changed(compared: Comparison) -> str:
    """How much shorter or longer."""
    low, high = sorted(map(abs, compared.change))
    least = f"at least {time(low)}" if math.isinf(high) else f"{time(low)} to {time(high)}"
    return f"is {least} {'shorter' if compared.verdict == 'better' else 'longer'}"


def _each(spreads: Mapping[str, Spread], flag: str) -> str:
    numbers = {name: getattr(each, flag) for name, each in spreads.items()}
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items() if number)


# ── what was kept, and targets ────────────────────────────────────────────────────────────


def _kept(found: Summary) -> Section:
    now, before, told = found.now, found.before, found.comparisons
    items, items_before = now.action_items, before.action_items
    stages, stages_before = now.postmortems, before.postmortems
    shares = (
        ("updates in time", now.updates, before.updates, told["updates"]),
        ("action items done", items.done, items_before.done, told["action_items"]),
        ("action items done by their day", items.in_time, items_before.in_time, None),
        ("post-mortems reviewed in time", stages.review, stages_before.review, None),
        ("post-mortems published in time", stages.published, stages_before.published, told["postmortems"]),
    )
    rows = tuple(_share(*each) for each in shares if each[1].of or each[2].of)
    head = ("of", "share", "95 %", "before", "verdict") if rows else ()
    return Section("What was kept", head, rows, tuple(_work(found)), frozenset({4}))


def _share(name: str, now: Share, before: Share, compared: Comparison | None) -> tuple[Cell, ...]:
    return (
        Cell(name),
        Cell(f"{now.of:,}"),
        Cell(percent(now.share), "1"),
        Cell(_between(now.interval) if now.of else _NOTHING),
        Cell(percent(before.share)),
        _verdict(compared, bool(now.of and before.of)) if compared else Cell(_NOTHING),
    )


def _work(found: Summary) -> Iterator[str]:
    for name, said in (("updates", "updates in time"), ("action_items", "action items done"),
                       ("postmortems", "post-mortems published in time")):  # fmt: skip
        each = found.comparisons[name]
        if each.verdict != "cannot tell":
            low, high = (round(100 * part) for part in sorted(map(abs, each.change)))
            less = "more" if each.verdict == "better" else "fewer"
            yield f"With 95 % confidence {low} to {high} in a hundred {less} {said} than before."
    closing, compared = found.now.time_to_close, found.comparisons["time_to_close"]
    items = count(closing.known, "new action item")
    if closing.median is None and closing.known:
        verb = "is" if closing.going_on == 1 else "are"
        yield f"Of {items} {closing.going_on:,} {verb} not done yet: too many to say when half will be."
    elif closing.median is not None:
        was = f" ({time(compared.before)} before: {compared.verdict})" if compared.before is not None else ""
        going = f"; {closing.going_on:,} not done yet" if closing.going_on else ""
        yield f"Half of {items} are done within {time(closing.median)} of the resolution{was}{going}."
    left = found.now.action_items
    if left.declined or left.undated:
        yield f"Not counted: {left.declined:,} declined, {left.undated:,} without a day."


def _targets(results: Sequence[Result]) -> Section:
    nothing = [each for each in results if each.value is None and each.met is None]
    rows = tuple(_target(each) for each in results if each not in nothing)
    unknown = ", ".join(clean(each.id) for each in nothing)
    notes = (f"No record of these days says anything of {unknown}.",) if unknown else ()
    return Section(
        "Targets", ("", "is", "goal", "kept by", "95 %") if rows else (), rows, notes, frozenset({0})
    )


def _target(each: Result) -> tuple[Cell, ...]:
    word = {True: "met", False: "missed", None: "unclear"}[each.met]
    share = each.share if each.share and each.share.of else None
    return (
        Cell(clean(each.id)),
        Cell(word, _STYLES[word]),
        Cell(_value(each)),
        Cell(_asked(each)),
        Cell(f"{share.hits:,} of {share.of:,}" if share else ""),
        Cell(_between(share.interval) if share else ""),
    )


def _value(each: Result) -> str:
    value, metric = each.value, each.target.metric
    if value is None or isinstance(value, str):
        return {"better": "falling", "worse": "rising"}.get(value or "", value or _NOTHING)
    if metric == "action_items_done":
        return percent(value)
    if metric == "time_between_failures":
        return time(value)
    return f"{each.target.statistic} {time(value)}" if metric.startswith("time_") else f"{value:,.0f}"


def _asked(each: Result) -> str:
    target = each.target
    if target.at_most is not None:
        return f"≤ {write_duration(target.at_most)}"
    if target.at_least is not None:
        return f"≥ {write_duration(target.at_least)}"
    if target.share_at_least is not None:
        return f"≥ {percent(target.share_at_least)}"
    if target.count_at_most is not None:
        return f"≤ {target.count_at_most:,}"
    return target.trend or ""


# ── services, causes, people ──────────────────────────────────────────────────────────────


def _services(found: Summary) -> Section:
    failed = [each for each in found.services if each.failures]
    most = max((each.failures for each in failed), default=1)
    rows = tuple(
        (Cell(clean(each.id)), Cell(f"{each.failures:,}"), Cell(bar(each.failures, most, 16)),
         Cell(time(each.mean.total_seconds() if each.mean else None), "1"), Cell(_times(each.interval)),
         Cell(time(each.since.total_seconds() if each.since else None)))
        for each in failed[:_SHOWN]
    )  # fmt: skip
    notes = []
    if len(failed) > _SHOWN:
        notes.append(f"{count(len(failed) - _SHOWN, 'more service')} failed; `--format json` has them.")
    quiet = [each for each in found.services if not each.failures]
    if quiet:
        low = time(quiet[0].interval.low)
        names = ", ".join(clean(each.id) for each in quiet[:_SHOWN]) + (" …" if len(quiet) > _SHOWN else "")
        notes.append(f"None failed, so more than {low} between two failures of one: {names}.")
    head = "n", "", "MTBF", "95 %", "since the last"
    return Section("Between failures", head if rows else (), rows, tuple(notes), frozenset({1}))


def _causes(found: Summary) -> Section:
    most = max(len(each.incidents) for each in found.causes.repeated)
    rows = tuple(
        (Cell(_short(clean(factor))), Cell(f"{len(ids):,}"), Cell(bar(len(ids), most, 16)),
         Cell(f"{earlier:,}"))
        for factor, ids, earlier in found.causes.repeated[:_SHOWN]
    )  # fmt: skip
    share = found.causes.share
    notes = [
        f"{share.hits:,} of {share.of:,} incidents have a factor that an incident of the 365 days before had"
        + (f"; {found.causes.unknown:,} name none." if found.causes.unknown else ".")
    ]
    return Section("Factors that came back", ("n", "", "year before"), rows, tuple(notes), frozenset({1}))


def _people(told: Told) -> Section:
    found, pages = told.summary, told.summary.pages
    shown = pages.people[:_SHOWN] if pages.pages else ()
    rows = tuple(
        (Cell(clean(told.names(each.id))), Cell(f"{each.pages:,}"), Cell(f"{each.at_night:,}", "1"),
         Cell(f"{each.nights:,}" if each.nights else _NOTHING), Cell(f"{each.worst:,}"))
        for each in shown
    )  # fmt: skip
    head = ("pages", "at night", "nights on call", "most in a night") if rows else ()
    return Section("People", head, rows, (*_responses(found), " ".join(_paged(pages))))


def _responses(found: Summary) -> Iterator[str]:
    now = found.now
    if now.responding:
        rank = {level: number for number, level in enumerate(found.levels)}
        lengths = sorted(now.responding.items(), key=lambda each: (rank.get(each[0], len(rank)), each[0]))
        spent = ", ".join(f"{time(length.total_seconds())} at {clean(level)}" for level, length in lengths)
        who = "1 person" if now.people == 1 else f"{now.people:,} people"
        hours = f": {who}, {now.hours:,.1f} hours together at least" if now.people else ""
        yield f"Responses took {spent}{hours}."


def _paged(pages: Pages) -> Iterator[str]:
    if not pages.pages:
        yield "No page is on record."
        return
    rate = f", {_rate(pages.per_night)}" if pages.per_night else ""
    yield f"{count(pages.pages, 'page')}, {pages.at_night:,} of them at night{rate}."
    if len(pages.people) > _SHOWN:
        yield f"{len(pages.people) - _SHOWN:,} more people; `--format json` has them."
    if not pages.log:
        yield "Pages of incidents only: no page log covers these days."


def _rate(per_night: float) -> str:
    """How many pages at night a night on call had."""
    if per_night < 1:
        return f"one in {round(1 / per_night):,} nights on call"
    return f"{per_night:.2g} for each night on call"


def _groups(found: Summary, by: By) -> Section:
    shown = found.groups if by == "month" else found.groups[:_SHOWN]
    most = max((each.incidents for each in found.groups), default=1)
    rows = tuple(
        (Cell(clean(each.name)), Cell(f"{each.incidents:,}"), Cell(bar(each.incidents, most, 16)),
         Cell(f"{each.open:,}"), *(_median(each, name) for name in _MEDIANS))
        for each in shown
    )  # fmt: skip
    head = "n", "", "open", *_MEDIANS
    notes = ["Medians; – where no record tells."]
    if len(found.groups) > len(shown):
        notes.append(f"{len(found.groups) - len(shown):,} more; `--format json` has them.")
    return Section(f"By {by}", head, rows, tuple(notes), frozenset({1}))


def _median(each: Group, name: str) -> Cell:
    return Cell(_time(each.spreads[name].median, each.spreads[name]))


# ── words ─────────────────────────────────────────────────────────────────────────────────


def time(seconds: float | None) -> str:
    """A length of time as somebody says it: `40s`, `51m`, `1h20m`, `14h`, `2d14h`, `35d`, `3y`."""
    if seconds is None:
        return _NOTHING
    if math.isinf(seconds):
        return "∞"
    if 0 < seconds < 60:
        return f"{seconds:.0f}s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 10:
        return f"{hours}h{minutes:02}m" if minutes else f"{hours}h"
    if hours < 48:
        return f"{round(seconds / 3600)}h"
    days, hours = divmod(round(seconds / 3600), 24)
    if days >= 1000:
        return f"{round(seconds / 86400 / 365.25):,}y"
    return f"{days}d{hours}h" if days < 10 and hours else f"{round(seconds / 86400)}d"


def percent(share: float | None) -> str:
    """A share as `97 %`; never a whole that is none."""
    if share is None:
        return _NOTHING
    rounded = round(share * 100)
    return f"{min(max(rounded, 1), 99) if 0 < share < 1 else rounded} %"


def sparkline(numbers: Sequence[float]) -> str:
    """Numbers as a line of small bars; the lowest one is nothing."""
    most = max(numbers, default=0) or 1
    return "".join(_LEVELS[max(math.ceil(each / most * 7), 1) if each else 0] for each in numbers)


def bar(number: float, most: float, width: int) -> str:
    """A number as a bar, of which the largest is so wide, and no wider than it is."""
    eighths = round(number / most * min(width, most) * 8) if most else 0
    eighths = max(eighths, 1) if number else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def _time(seconds: float | None, known: Spread | None = None) -> str:
    """The same; of what too much goes on of to tell, that."""
    return "open" if seconds is None and known is not None and known.known else time(seconds)


def _times(range: Range) -> str:
    return f"{time(range.low)} – {time(range.high)}"


def _between(share: Range) -> str:
    return f"{share.low * 100:.0f}–{share.high * 100:.0f} %"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _verdict(compared: Comparison, both: bool) -> Cell:
    """The verdict; nothing where one of the periods is empty."""
    return Cell(compared.verdict, _STYLES[compared.verdict]) if both else Cell(_NOTHING)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
