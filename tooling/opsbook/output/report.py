"""A quarter as people and programs read it: habits, figures, and the agenda of its review."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from opsbook.output.frames import Paint, wrapped
from opsbook.output.markdown import escaped, prose
from opsbook.text import count

if TYPE_CHECKING:
    from opsbook.metrics.antipatterns import Part, Pattern, Report
    from opsbook.metrics.compare import Comparison
    from opsbook.metrics.estimates import Share
    from opsbook.metrics.summary import Spread

_SHOWN, _LISTED = 5, 20
"""Incidents that are named of one habit, in a terminal and on a page."""
_FIGURES = {
    "detect": "time to detect",
    "acknowledge": "time to acknowledge",
    "declare": "time to declare",
    "mitigate": "time to mitigate",
    "resolve": "time to resolve",
    "respond": "declared to resolved",
}
_COLORS = {"worse": "1;31", "better": "1;32", "cannot tell": "2"}
_FATIGUE = "Alert fatigue"
_PAGES = "pages that needed nothing, of those whose outcome is known"
CAVEAT = (
    "Judged by the records as they read today: what somebody wrote down later counts, what nobody wrote down "
    "does not show. Both quarters have had the same time to be finished. `needed` is how many a quarter it "
    "would take to tell a difference like this from chance."
)


def head(found: Report) -> str:
    """What it is about."""
    first, last = found.quarter.first, found.quarter.last
    number = found.sides.now.whole.incidents
    running = "" if found.over else " so far"
    return f"{found.quarter}, {first} to {last}: {count(number, 'incident')}{running}"


def text(found: Report, agenda: Sequence[Part], paint: Paint, width: int) -> Iterator[str]:
    """The report, for a terminal."""
    yield f"{paint(head(found), '1')}\n"
    yield from wrapped(CAVEAT, "", width, paint, "2")
    yield f"\n{_heads('habits', found, paint)}"
    for pattern in found.patterns:
        yield _row(pattern.habit.title, pattern.now, pattern.before, pattern.trend, paint)
        if pattern.incidents:
            yield from wrapped(pattern.habit.what, "    ", width, paint, "2")
            yield from wrapped(_named(pattern), "    ", width, paint, "")
    yield _row(_FATIGUE, *found.fatigue, found.tired, paint)
    yield from wrapped(_tired(found), "    ", width, paint, "2")
    yield f"\n{_heads('figures, medians', found, paint)}"
    for name, words in _FIGURES.items():
        now, before = (_median(each.whole.spreads[name]) for each in (found.sides.now, found.sides.before))
        yield _figure(words, now, before, _verdict(found.sides.comparisons[name], paint))
    now, before = (f"{each.whole.incidents:,}" for each in (found.sides.now, found.sides.before))
    trend = _verdict(found.sides.comparisons["incidents"], paint) if found.comparable else ""
    yield _figure("incidents", now, before, trend)
    yield f"\n{paint('the review', '1')}, {sum(each.minutes for each in agenda)} minutes\n"
    at = 0
    for part in agenda:
        yield f"  {at:>3}–{at + part.minutes:<3} {paint(part.title, '1')}\n"
        for line in part.lines:
            yield from wrapped(line, "          ", width, paint, "")
        at += part.minutes


_TITLE = 22


def _heads(title: str, found: Report, paint: Paint) -> str:
    """The head of a table whose columns are the quarter and the one before."""
    return f"{paint(f'{title:<{_TITLE + 2}}', '1')}{f'{found.quarter}':<12}{found.quarter.later(-1)}\n"


def _row(title: str, now: Share, before: Share, trend: Comparison, paint: Paint) -> str:
    said, was = _share(now), _share(before)
    mark = paint(f"{title:<{_TITLE}}", "1;33" if now.hits else "")
    return f"  {mark}{said:<12}{was:<14}{_trend(trend, now, before, paint)}".rstrip() + "\n"


def _figure(title: str, now: str, before: str, trend: str) -> str:
    return f"  {title:<{_TITLE}}{now:<12}{before:<14}{trend}".rstrip() + "\n"


def _share(share: Share) -> str:
    return f"{share.hits} of {share.of}" if share.of else "–"


def _trend(trend: Comparison, now: Share, before: Share, paint: Paint) -> str:
    if now.share == before.share:
        return paint("as before", _COLORS["cannot tell"]) if now.of else ""
    return _verdict(trend, paint)


def _verdict(trend: Comparison, paint: Paint) -> str:
    if trend.now is None or trend.before is None:
        return ""
    needed = f", {trend.needed:,} needed" if trend.needed else ""
    return paint(f"{trend.verdict}{needed}", _COLORS[trend.verdict])


def _named(pattern: Pattern) -> str:
    ids = pattern.incidents
    more = f", and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return f"{', '.join(ids[:_SHOWN])}{more}"


def _tired(found: Report) -> str:
    now, before = found.nights
    logged = "" if found.audit is None or found.audit.logged else "; pages of incidents only"
    return f"{_PAGES}; nights beyond the target: {now}, and {before} in the quarter before{logged}"


def _length(time: timedelta) -> str:
    from opsbook.model.time import write_roughly

    minutes = round(time / timedelta(minutes=1))
    return write_roughly(timedelta(minutes=minutes), hours=True) if minutes else f"{time.seconds}s"


def _median(spread: Spread, write: Callable[[timedelta], str] = _length) -> str:
    return write(timedelta(seconds=spread.median)) if spread.median is not None else "–"


# ── for others ────────────────────────────────────────────────────────────────────────────


def markdown(found: Report, agenda: Sequence[Part], write: Callable[[timedelta], str] = _length) -> str:
    """The report as a page; `write` says how a length is written."""
    return f"## {escaped(head(found))}\n\n{body(found, agenda, write)}"


def body(found: Report, agenda: Sequence[Part], write: Callable[[timedelta], str] = _length) -> str:
    """What stands below the heading of that page."""
    plain = Paint(False)
    parts = [f"{CAVEAT}\n", "### Habits\n"]
    quarters = f"{found.quarter} | {found.quarter.later(-1)}"
    rows = [f"| habit | {quarters} | trend | incidents |\n|---|--:|--:|---|---|\n"]
    for pattern in found.patterns:
        ids = ", ".join(prose(id) for id in pattern.incidents[:_LISTED])
        more = len(pattern.incidents) - _LISTED
        ids += f", and {more:,} more" if more > 0 else ""
        trend = _trend(pattern.trend, pattern.now, pattern.before, plain)
        rows.append(
            f"| **{pattern.habit.title}**: {pattern.habit.what} | {_share(pattern.now)} | "
            f"{_share(pattern.before)} | {trend} | {ids} |\n"
        )
    now, before = found.fatigue
    rows.append(
        f"| **{_FATIGUE}**: {_tired(found)} | {_share(now)} | {_share(before)} | "
        f"{_trend(found.tired, now, before, plain)} | |\n"
    )
    parts.append("".join(rows))
    figures = [f"| median | {quarters} | trend |\n|---|--:|--:|---|\n"]
    for name, words in _FIGURES.items():
        spreads = [each.whole.spreads[name] for each in (found.sides.now, found.sides.before)]
        said, was = (_median(each, write) for each in spreads)
        figures.append(f"| {words} | {said} | {was} | {_verdict(found.sides.comparisons[name], plain)} |\n")
    parts += ["### Figures\n", "".join(figures), "### The review\n"]
    lines = []
    for part in agenda:
        lines.append(f"1. **{part.title}**, {part.minutes} minutes\n")
        lines += [f"    - {prose(line)}\n" for line in part.lines]
    parts.append("".join(lines))
    return "\n".join(parts)


def data(found: Report, agenda: Sequence[Part]) -> dict[str, Any]:
    """The report as plain data."""
    from opsbook.model.time import write_instant

    return {
        "version": 1,
        "quarter": f"{found.quarter}",
        "from": f"{found.quarter.first}",
        "to": f"{found.quarter.last}",
        "as_of": write_instant(found.as_of),
        "incidents": found.sides.now.whole.incidents,
        "habits": [
            {
                "habit": each.habit.name,
                "what": each.habit.what,
                "rules": list(each.habit.rules),
                "incidents": list(each.incidents),
                **_compared(each.now, each.before, each.trend),
            }
            for each in found.patterns
        ]
        + [
            {
                "habit": "alert-fatigue",
                "what": _PAGES,
                "nights_beyond_target": {"now": found.nights[0], "before": found.nights[1]},
                **_compared(*found.fatigue, found.tired),
            }
        ],
        "figures": {
            name: {
                "median_now": found.sides.now.whole.spreads[name].median,
                "median_before": found.sides.before.whole.spreads[name].median,
                "verdict": found.sides.comparisons[name].verdict,
                "needed": found.sides.comparisons[name].needed,
            }
            for name in _FIGURES
        },
        "agenda": [
            {"minutes": each.minutes, "title": each.title, "lines": list(each.lines)} for each in agenda
        ],
    }


def _compared(now: Share, before: Share, trend: Comparison) -> dict[str, Any]:
    return {
        "now": {"shows": now.hits, "of": now.of},
        "before": {"shows": before.hits, "of": before.of},
        "verdict": trend.verdict,
        "needed": trend.needed,
    }
