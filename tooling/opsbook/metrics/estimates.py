"""Estimates of what is behind a handful of figures, and how far they can be trusted.

Lengths that go on are not dropped: they are known to be at least so long (right-censored), and what is
estimated from them can only be longer. No dice are cast: the same figures give the same answer, in whatever
order they come.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

Observation = tuple[float, bool]
"""A length, and whether it is over; where it goes on the real one is at least that."""
_Z = 1.959964
"""The normal quantile for 95 %."""
_ENDS = (0.025, 0.975)
_CLOSE = 1e-9


class Range(NamedTuple):
    """Where a value lies with 95 % confidence; an end that nothing bounds is infinite."""

    low: float
    high: float


class Estimate(NamedTuple):
    """What a value is thought to be, and where it lies."""

    value: float
    within: Range


class Step(NamedTuple):
    """The share that is still going on after a length."""

    at: float
    share: float
    left: int
    """How many had lasted so long."""
    ended: int
    """How many of them ended then."""


class Curve(NamedTuple):
    """How large a share lasts longer than each length, by the estimator of Kaplan and Meier."""

    steps: tuple[Step, ...]
    """One for each length at which something ended, in order."""
    last: float
    """The longest length seen, over or not."""

    def quantile(self, share: float) -> float | None:
        """The length within which this share is over; None where too much still goes on to say.

        Where the curve is level at that share it is the middle of the level stretch, so that without open
        ones the median is the usual one, and quartiles are those of Hyndman and Fan's definition 2 (*The
        American Statistician* 50, 1996).
        """
        left = 1 - share
        for number, step in enumerate(self.steps):
            if step.share < left - _CLOSE:
                return step.at
            if step.share <= left + _CLOSE:
                following = self.steps[number + 1 :]
                return (step.at + (following[0].at if following else self.last)) / 2
        return None

    @property
    def mean(self) -> float | None:
        """The area under the curve up to the longest length seen: the restricted mean (Irwin 1949). Without
        open ones it is the plain mean, with them it can only be too short. None of nothing."""
        if not self.steps:
            return self.last or None
        area, before, share = 0.0, 0.0, 1.0
        for step in self.steps:
            area += share * (step.at - before)
            before, share = step.at, step.share
        return area + share * (self.last - before)

    def interval(self, share: float) -> Range:
        """Where the length lies within which a share is over: what the smoothed Bayesian bootstrap would
        draw, without drawing.

        Rubin (*Annals of Statistics* 9, 1981) gives every observation a random weight, exponential and
        independent; Banks (*Biometrika* 75, 1988) gives the weights to the gaps between them, one of which
        lies beyond the last. What lasts longer than a length is then a product of beta variables, 1 − B with
        B of Beta(dᵢ, nᵢ + 1 − dᵢ) for each length up to there. Without open ones that is a beta variable
        itself, and the interval that of order statistics, which is exact; of fewer than six it has no end, as
        no interval of a median at 95 % has: 1 − 2·½⁵ = 94 %. With open ones, which enter as Kaplan and Meier
        have them, it is taken for the one with the same mean and variance. An end beyond all that was seen is
        known to be no less than that, and no more is known of it.
        """
        mean = square = 1.0
        places = []
        for step in self.steps:
            whole = step.left + 1
            for rest in sorted({whole - 1, whole - step.ended}, reverse=True):  # no gap lies between equals
                left = mean * rest / whole, square * rest * (rest + 1) / (whole * (whole + 1))
                places.append((step.at, *left))
            mean, square = left
        low, high = (_reached(places, 1 - share, chance) for chance in _ENDS)
        return Range(self.last if low is None else low, math.inf if high is None else high)


def _reached(places: Sequence[tuple[float, float, float]], left: float, chance: float) -> float | None:
    """The length after which so much or less is left with a chance, between two lengths in proportion; None
    where none of them is long enough. Of each the mean and the mean square of what is left are known."""
    number = bisect_left(places, chance, key=lambda place: _at_most(left, *place[1:]))
    if number == len(places):
        return None
    at, *after = places[number]
    start, *before = places[number - 1] if number else (0.0,)
    below = _at_most(left, *before) if before else 0.0
    return start + (at - start) * (chance - below) / (_at_most(left, *after) - below)


def _at_most(limit: float, mean: float, square: float) -> float:
    """The chance that a beta variable with this mean and mean square is no more than a limit.

    E. Paulson, *Annals of Mathematical Statistics* 13 (1942), 233-235; it errs by a few in ten thousand.
    """
    size = mean * (1 - mean) / (square - mean * mean) - 1
    one, other = 9 * mean * size, 9 * (1 - mean) * size
    root = (other / one * limit / (1 - limit)) ** (1 / 3)
    normal = ((1 - 1 / other) * root - 1 + 1 / one) / math.sqrt(root * root / other + 1 / one)
    return (1 + math.erf(normal / math.sqrt(2))) / 2


def survival(found: Iterable[Observation]) -> Curve:
    """S(t) = Π (1 − dᵢ/nᵢ) over the lengths tᵢ ≤ t at which dᵢ ended, of nᵢ that had lasted so long.

    E. L. Kaplan and P. Meier, *Journal of the American Statistical Association* 53 (1958), 457-481. What goes
    on counts among the nᵢ up to and including its length so far.
    """
    ordered = sorted(found)
    left, share = len(ordered), 1.0
    steps = []
    for at, group in groupby(ordered, key=itemgetter(0)):
        same = [over for _, over in group]
        ended = sum(same)
        if ended:
            share = share * (left - ended) / left
            steps.append(Step(at, share, left, ended))
        left -= len(same)
    return Curve(tuple(steps), ordered[-1][0] if ordered else 0.0)


# ── shares and counts ─────────────────────────────────────────────────────────────────────


class Share(NamedTuple):
    """How many of how many."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        """None of none."""
        return self.hits / self.of if self.of else None

    @property
    def rest(self) -> Share:
        """The others."""
        return Share(self.of - self.hits, self.of)

    @property
    def interval(self) -> Range:
        return wilson(self.hits, self.of)


def wilson(hits: int, of: int) -> Range:
    """The interval of a share: (p̂ + z²/2n ± z √(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n), z = 1.96.

    E. B. Wilson, *Journal of the American Statistical Association* 22 (1927), 209-212. It stays within 0 and
    1, and is right also for few, for none and for all. Of none it is everything.
    """
    if not of:
        return Range(0.0, 1.0)
    share, square = hits / of, _Z * _Z / of
    middle = share + square / 2
    half = _Z * math.sqrt((share * (1 - share) + square / 4) / of)
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return Range(low if hits else 0.0, high if hits < of else 1.0)


def counted(number: int, dispersion: float = 1.0) -> Range:
    """The interval of a count of events, by Byar's approximation of the exact one where they come
    independently: n (1 − 1/9n ∓ z/3√n)³, for the upper end with n + 1.

    N. E. Breslow and N. E. Day, *Statistical Methods in Cancer Research* II, IARC 1987, page 69.

    `dispersion` is φ, the variance of counts over their mean: 1 where they come independently, more where
    one brings another (P. McCullagh and J. A. Nelder, *Generalized Linear Models*, 1989, section 6.2); then
    it is φ times the interval of n/φ.
    """
    events = number / dispersion
    low = events * (1 - 1 / (9 * events) - _Z / (3 * math.sqrt(events))) ** 3 if events else 0.0
    above = events + 1
    high = above * (1 - 1 / (9 * above) + _Z / (3 * math.sqrt(above))) ** 3
    return Range(max(low, 0.0) * dispersion, high * dispersion)


def dispersion(*periods: Sequence[int]) -> float:
    """Pearson's X² over its degrees of freedom, Σ (x − x̄)² / x̄ within each period, 1 at least; 1 where there
    are none."""
    found = [each for each in periods if any(each)]
    freedom = sum(len(each) - 1 for each in found)
    if not freedom:
        return 1.0
    means = [(each, sum(each) / len(each)) for each in found]
    return max(sum((number - mean) ** 2 / mean for each, mean in means for number in each) / freedom, 1.0)


# ── differences ───────────────────────────────────────────────────────────────────────────


def difference(now: Estimate, before: Estimate) -> Range:
    """The interval of a difference of two values a − b, each known to lie within an interval of its own:
    a − b − √((a − lₐ)² + (u_b − b)²) to a − b + √((uₐ − a)² + (b − l_b)²).

    G. Y. Zou and A. Donner, *Statistics in Medicine* 27 (2008), 1693-1702; for shares it is method 10 of
    R. G. Newcombe, *Statistics in Medicine* 17 (1998), 873-890.
    """
    change = now.value - before.value
    return Range(
        change - math.hypot(now.value - now.within.low, before.within.high - before.value),
        change + math.hypot(now.within.high - now.value, before.value - before.within.low),
    )
