"""Whether a period is what the policy wants it to be: `policies/targets.yaml`, and the severities' limits.

The figure that a target names is a plain fact of the period. How far it can be trusted says the share of
incidents that kept to it, with its interval, and for a trend the comparison with the period before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from opsbook.metrics import compare
from opsbook.metrics.estimates import Share
from opsbook.metrics.summary import began_in, spread, weekly
from opsbook.model.target import Target

if TYPE_CHECKING:
    from opsbook.book.snapshot import Book
    from opsbook.metrics.durations import Length
    from opsbook.metrics.paging import Pages
    from opsbook.metrics.rows import Row, Rows
    from opsbook.metrics.summary import Period, Summary

_STAGES = "time_to_"
_FOREVER = timedelta.max


class Result(NamedTuple):
    """A target, and what came of it."""

    id: str
    target: Target
    value: float | str | None
    """The figure: seconds, a share, a count, or the verdict on a trend; None where nothing is known."""
    met: bool | None
    """None where nobody can tell."""
    share: Share | None = None
    """The incidents, or the action items, that kept to it."""
    undecided: int = 0
    """Incidents that go on and may still keep to it."""
    where: str = ""
    """The service, or the person, that is furthest from it."""
    counts: tuple[int, int] | None = None
    """Of a trend, how many incidents there were in the period and in the one before."""


def wanted(book: Book) -> dict[str, Target]:
    """The targets of a book; none where it sets none that can be read."""
    found = book.content("targets", "targets")
    return found.targets if found else {}


def results(book: Book, rows: Rows, found: Summary, lately: Summary | None = None) -> list[Result]:
    """Each target of the book, in its order, then how soon each severity is acknowledged; `lately` is the
    period that trends are looked for in, where that is another one."""
    limits = {
        f"{name}-acknowledged": Target(
            metric="time_to_acknowledge", severity=(name,), at_most=level.acknowledge_within, statistic="p90"
        )
        for name, level in book.severities.levels.items()
        if level.acknowledge_within
    }
    return [
        _result(book, rows, lately if lately and target.trend else found, id, target)
        for id, target in {**wanted(book), **limits}.items()
    ]


def _result(book: Book, rows: Rows, found: Summary, id: str, target: Target) -> Result:
    if target.metric.startswith(_STAGES):
        return _length(rows, found, id, target)
    if target.metric == "incidents":
        return _incidents(rows, found, id, target)
    if target.metric == "time_between_failures":
        return _between(book, found, id, target)
    if target.metric == "action_items_done":
        done = found.now.action_items.done
        wanted, value = target.share_at_least, done.share
        return Result(id, target, value, None if wanted is None or value is None else value >= wanted, done)
    return _nights(found.pages, id, target)


def _nights(pages: Pages, id: str, target: Target) -> Result:
    """A target of pages in a night of one person: the worst night."""
    limit = target.count_at_most
    if not pages.nights:
        return Result(id, target, 0, True) if pages.on_call else Result(id, target, None, None)
    worst = pages.nights[0]
    if limit is None:
        return Result(id, target, worst.pages, None, where=worst.person)
    share = Share(sum(each.pages <= limit for each in pages.nights), len(pages.nights))
    return Result(id, target, worst.pages, worst.pages <= limit, share, where=worst.person)


def _length(rows: Rows, found: Summary, id: str, target: Target) -> Result:
    """A target of a duration: its figure, and how many kept to it. A mean of what goes on in part can only
    grow, so that it is missed or unclear; a quantile that is not reached lies beyond all that was seen."""
    its = _meant(rows.rows, found, target)
    stage = target.metric.removeprefix(_STAGES)
    lengths: list[Length | None] = [getattr(row.durations(found.as_of), stage) for row in its]
    value = getattr(spread(lengths), target.statistic)
    if target.at_most is None:
        return Result(id, target, value, None)
    limit = target.at_most
    known = [each for each in lengths if each is not None]
    hits = sum(each.over and each.time <= limit for each in known)
    undecided = sum(not each.over and each.time <= limit for each in known)
    met = _met(value, limit, known, target.statistic == "mean")
    return Result(id, target, value, met, Share(hits, len(known) - undecided), undecided)


def _met(value: float | None, limit: timedelta, known: Sequence[Length], mean: bool) -> bool | None:
    if value is None:
        return False if any(each.time > limit for each in known) else None
    if value > limit.total_seconds():
        return False
    return None if mean and not all(each.over for each in known) else True


def _incidents(rows: Rows, found: Summary, id: str, target: Target) -> Result:
    its = _meant(rows.rows, found, target)
    if target.count_at_most is not None:
        return Result(id, target, len(its), len(its) <= target.count_at_most)
    if target.trend is None:
        return Result(id, target, len(its), None)
    periods = ((each, _meant(rows.rows, found, target, each)) for each in (found.now, found.before))
    now, before = (weekly(of_it, each.within) for each, of_it in periods)
    compared = compare.counts(now, before)
    verdict = compared.verdict if found.knows_before else "cannot tell"
    good = {"falling": "better", "rising": "worse"}[target.trend]
    met = None if verdict == "cannot tell" else verdict == good
    return Result(id, target, verdict, met, counts=(sum(now), sum(before)))


def _meant(rows: Iterable[Row], found: Summary, target: Target, period: Period | None = None) -> list[Row]:
    """The incidents of a period that a target is about."""
    within = (period or found.now).within
    return [
        row
        for row in began_in((row for row in rows if row.counts), within)
        if not target.severity or row.severity in target.severity
    ]


def _between(book: Book, found: Summary, id: str, target: Target) -> Result:
    """The service that fails most often, of those that are meant."""
    meant = found.services
    if target.critical_services:
        critical = {each.id for each in book.services if each.content.critical}
        meant = tuple(each for each in meant if each.id in critical)
    worst = min(meant, key=lambda each: (each.mean or _FOREVER, each.operating), default=None)
    if worst is None or target.at_least is None:
        return Result(id, target, None, None)
    if worst.mean is None:
        met = True if worst.operating >= target.at_least else None
        return Result(id, target, None, met)
    return Result(id, target, worst.mean.total_seconds(), worst.mean >= target.at_least, where=worst.id)
