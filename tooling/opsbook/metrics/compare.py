"""Whether a period was better than the one before it, or whether nobody can tell.

Every comparison has an interval of the difference, at 95 %. Where it holds 0 the verdict is `cannot tell`,
whatever the two figures look like, and it says with how many incidents a period a change like the one that
was seen would show: four times in five, and at least a tenth being looked for. Of twenty comparisons of
periods in which nothing changed, one still finds something.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from opsbook.metrics.estimates import (
    Curve,
    Estimate,
    Observation,
    Range,
    Share,
    counted,
    difference,
    dispersion,
    survival,
)

Verdict = Literal["better", "worse", "cannot tell"]
_POWER = 1.959964 + 0.841621
"""The normal quantiles of an error of 5 % on both sides and of a power of 80 %, added."""
_LEAST = 0.1
"""The smallest change, as a share of what was before, that anybody looks for."""
_FREEDOM = 4
"""Degrees of freedom below which a spread is anybody's guess."""
_FEWEST = 6
"""Of fewer no interval of a median at 95 % has two ends."""
_SHORTEST = 60.0
"""Nobody logs more exactly than to the minute."""
_ANY = Range(-math.inf, math.inf)


class Comparison(NamedTuple):
    """A figure beside that of the period before."""

    before: float | None
    now: float | None
    change: Range
    """Where the difference of the two lies."""
    verdict: Verdict
    needed: int | None
    """With how many incidents a period a change like this would show; None where it does, where too little
    is known, and where there were enough to see a tenth."""
    would_show: bool = False
    """There was no verdict, and a change of a tenth would have had one: nothing changed that matters."""


def lengths(now: Sequence[Observation], before: Sequence[Observation]) -> Comparison:
    """The medians of lengths of two periods, in seconds; the shorter the better.

    It would take n = π/2 · 2 (z₀.₉₇₅ + z₀.₈)² σ² / δ², with σ the spread of the logarithms of the lengths and
    δ the logarithm of the change: the usual size of two samples (R. V. Lenth, *The American Statistician*
    55, 2001), times π/2, since a median uses so much less of what it is given than a mean.
    """
    curves = survival(now), survival(before)
    there, was = (each.quantile(0.5) for each in curves)
    needed, seen = None, 0.0
    spread = _spread(now, before)
    if was is not None and there is not None and spread is not None:
        seen = abs(math.log(max(there, _SHORTEST) / max(was, _SHORTEST)))
        needed = _sized(math.pi * spread / max(seen, math.log(1 + _LEAST)) ** 2)
    fewest = min(sum(over for _, over in each) for each in (now, before))
    change = difference(*map(_median, curves)) if fewest >= _FEWEST else _ANY
    if fewest >= _FEWEST and needed is not None and needed <= fewest:
        would_show = seen <= math.log(1 + _LEAST)
        found = _judged(was, there, change, -1, None if would_show else fewest + 1)
        return found._replace(would_show=would_show and found.verdict == "cannot tell")
    return _judged(was, there, change, -1, needed)


def _median(curve: Curve) -> Estimate:
    """Where too much goes on to say, it is at least the longest seen."""
    value = curve.quantile(0.5)
    return Estimate(curve.last if value is None else value, curve.interval(0.5))


def parts(now: Share, before: Share) -> Comparison:
    """The shares of two periods; the larger the better.

    It would take n = (z₀.₉₇₅ + z₀.₈)² (p₁q₁ + p₂q₂) / (p₁ − p₂)² (J. L. Fleiss, *Statistical Methods for
    Rates and Proportions*, 1981, chapter 3).
    """
    was, there = before.share, now.share
    change, needed = _ANY, None
    if was is not None and there is not None:
        change = difference(Estimate(there, now.interval), Estimate(was, before.interval))
        smooth = [(hits + 0.5) / (of + 1) for hits, of in (now, before)]
        step = max(abs(there - was), _LEAST * max(was, there, 0.1))
        needed = _sized(sum(each * (1 - each) for each in smooth) / step**2)
    return _judged(was, there, change, 1, needed)


def counts(now: Sequence[int], before: Sequence[int]) -> Comparison:
    """The counts of two periods of equal length, each cut into equal stretches, such as weeks; the fewer the
    better.

    It would take n = (z₀.₉₇₅ + z₀.₈)² φ (a + b) (a + b) / 2 (a − b)² events a period, for counts a and b with
    dispersion φ.
    """
    there, was = sum(now), sum(before)
    spread = dispersion(now, before)
    change = difference(*(Estimate(each, counted(each, spread)) for each in (there, was)))
    needed = None
    if there or was:
        step = max(abs(there - was), _LEAST * max(was, 1))
        needed = _sized(spread * (there + was) ** 2 / 2 / step**2)
    return _judged(was, there, change, -1, needed)


def unknown(found: Comparison) -> Comparison:
    """The same where the record does not reach back far enough to compare."""
    return found._replace(change=_ANY, verdict="cannot tell", needed=None)


def _spread(*samples: Sequence[Observation]) -> float | None:
    """The variance of the logarithms of lengths within their samples; None of too few to tell."""
    logs = [[math.log(max(at, _SHORTEST)) for at, _ in each] for each in samples if each]
    freedom = sum(map(len, logs)) - len(logs)
    return sum(map(_squares, logs)) / freedom if freedom >= _FREEDOM else None


def _squares(values: Sequence[float]) -> float:
    """The squares of the distances to the mean, summed."""
    mean = math.fsum(values) / len(values)
    return math.fsum((each - mean) ** 2 for each in values)


def _sized(number: float) -> int:
    return max(math.ceil(_POWER**2 * number), _FEWEST)


def _judged(
    was: float | None, now: float | None, change: Range, good: Literal[-1, 1], needed: int | None
) -> Comparison:
    """`good` is the sign of a difference for the better."""
    verdict: Verdict = "cannot tell"
    if change.low > 0:
        verdict = "better" if good > 0 else "worse"
    elif change.high < 0:
        verdict = "worse" if good > 0 else "better"
    return Comparison(was, now, change, verdict, needed if verdict == "cannot tell" else None)
