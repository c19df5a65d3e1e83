"""Estimates of what is behind a handful of figures, and how far they can be trusted.

Lengths that go on are not dropped: they are known to be at least so long (right-censored), and what is
estimated from them can only be longer. Every random draw comes from the figures themselves, sorted: the same
figures give the same answer, in whatever order they come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from random import Random
from typing import NamedTuple

Observation = tuple[float, bool]
"""A length, and whether it is over; where it goes on the real one is at least that."""
DRAWS = 1000
_Z = 1.959964
"""The normal quantile for 95 %."""
_CLOSE = 1e-9
_MANY = 32
_RUNS = 16


class Step(NamedTuple):
    """The share that is still going on after a length."""

    at: float
    share: float


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
            before, share = step
        return area + share * (self.last - before)


def survival(found: Iterable[Observation]) -> Curve:
    """S(t) = Π (1 − dᵢ/nᵢ) over the lengths tᵢ ≤ t at which dᵢ ended, of nᵢ that had lasted so long.

    E. L. Kaplan and P. Meier, *Journal of the American Statistical Association* 53 (1958), 457-481. What goes
    on counts among the nᵢ up to and including its length so far.
    """
    ordered = _ordered(found)
    left, share = len(ordered), 1.0
    steps = []
    for at, group in groupby(ordered, key=lambda each: each[0]):
        same = list(group)
        ended = sum(over for _, over in same)
        if ended:
            share = share * (left - ended) / left
            steps.append(Step(at, share))
        left -= len(same)
    return Curve(tuple(steps), ordered[-1][0] if ordered else 0.0)


def _ordered(found: Iterable[Observation]) -> list[Observation]:
    """By length; of equal ones those that are over come first."""
    return sorted(found, key=lambda each: (each[0], not each[1]))


# ── shares and counts ─────────────────────────────────────────────────────────────────────


class Range(NamedTuple):
    """Where a value lies with 95 % confidence; an end that nothing bounds is infinite."""

    low: float
    high: float


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


def counted(number: int) -> Range:
    """The interval of a count of events that come independently, by Byar's approximation of the exact one:
    n (1 − 1/9n ∓ z/3√n)³, for the upper end with n + 1.

    N. E. Breslow and N. E. Day, *Statistical Methods in Cancer Research* II, IARC 1987, page 69.
    """
    low = number * (1 - 1 / (9 * number) - _Z / (3 * math.sqrt(number))) ** 3 if number else 0.0
    above = number + 1
    return Range(max(low, 0.0), above * (1 - 1 / (9 * above) + _Z / (3 * math.sqrt(above))) ** 3)


# ── the bootstrap ─────────────────────────────────────────────────────────────────────────


def quantiles(found: Iterable[Observation], share: float, random: Random) -> Iterator[Range]:
    """Draws, without end, of the length within which a share is over: the smoothed Bayesian bootstrap.

    Rubin (*Annals of Statistics* 9, 1981) gives every observation a random weight, exponential and
    independent, in place of the number of times it is drawn again; Banks (*Biometrika* 75, 1988) gives the
    weights to the gaps between them, one of which lies beyond the last. Without open ones an interval from
    these draws is that of order statistics, which is exact; of fewer than six it has no end, as no interval
    of a median at 95 % has: 1 − 2·½⁵ = 94 %. Open ones enter as Kaplan and Meier have them. A draw
    beyond all that was seen is known to be no less than that, and no more is known of it.
    """
    found = list(found)
    runs, longest = _runs(found), max((at for at, _ in found), default=0.0)
    left = 1 - share
    gamma = random.gammavariate
    while len(runs) == 1 and not runs[0][1]:  # the same, and sooner: nothing goes on
        lengths = runs[0][0]
        place = _below(random, len(lengths), share)
        yield _in_gap(random, lengths, place, 0.0) if place < len(lengths) else Range(longest, math.inf)
    while True:
        weights = [(gamma(len(lengths), 1), gamma(going, 1) if going else 0.0) for lengths, going in runs]
        at_risk = sum(map(sum, weights)) + random.expovariate(1)
        still, before, drawn = 1.0, 0.0, Range(longest, math.inf)
        for (lengths, _), (over, open) in zip(runs, weights, strict=True):
            after = still * (at_risk - over) / at_risk
            if after <= left:
                part = at_risk * (1 - left / still) / over
                place = _below(random, len(lengths) - 1, min(max(part, 0.0), 1.0))
                drawn = _in_gap(random, lengths, place, before)
                break
            still, at_risk, before = after, at_risk - over - open, lengths[-1]
        yield drawn


def _runs(found: Iterable[Observation]) -> list[tuple[list[float], int]]:
    """Lengths that are over, in order, as far as the next open ones, and how many of those follow; what was
    open before anything was over tells of no length. Of very many such runs neighbours are put together, and
    their open ones at the end."""
    runs: list[tuple[list[float], int]] = []
    for over, group in groupby(_ordered(found), key=lambda each: each[1]):
        lengths = [at for at, _ in group]
        if over:
            runs.append((lengths, 0))
        elif runs:
            runs[-1] = (runs[-1][0], len(lengths))
    size = -(-len(runs) // _RUNS)
    if size <= 1:
        return runs
    parts = (zip(*runs[start : start + size], strict=True) for start in range(0, len(runs), size))
    return [(list(chain(*lengths)), sum(going)) for lengths, going in parts]


def _in_gap(random: Random, lengths: Sequence[float], place: int, before: float) -> Range:
    """Somewhere between a length and the one before it."""
    lower = lengths[place - 1] if place else before
    at = lower + random.random() * (lengths[place] - lower)
    return Range(at, at)


def _below(random: Random, number: int, share: float) -> int:
    """How many of some numbers from 0 to 1 lie below a share."""
    if number <= _MANY:
        return sum(random.random() < share for _ in range(number))
    spread = math.sqrt(number * share * (1 - share))
    return min(max(round(random.gauss(number * share, spread)), 0), number)


def shares(hits: int, of: int, random: Random) -> Iterator[Range]:
    """Draws, without end, of a share: Beta(hits + ½, misses + ½), Jeffreys' interval.

    L. D. Brown, T. T. Cai and A. DasGupta, *Statistical Science* 16 (2001), 101-133: drawing hits and misses
    again would give a share of all, or of none, no uncertainty.
    """
    while True:
        at = random.betavariate(hits + 0.5, of - hits + 0.5)
        yield Range(at, at)


def rates(number: int, random: Random, dispersion: float = 1.0) -> Iterator[Range]:
    """Draws, without end, of how many events are to be expected where a number n was seen: φ Gamma(n/φ + ½).

    `dispersion` is φ, the variance of counts over their mean: 1 where they come independently, more where
    one brings another (P. McCullagh and J. A. Nelder, *Generalized Linear Models*, 1989, section 6.2).
    """
    while True:
        at = random.gammavariate(number / dispersion + 0.5, dispersion)
        yield Range(at, at)


def dispersion(*periods: Sequence[int]) -> float:
    """Pearson's X² over its degrees of freedom, Σ (x − x̄)² / x̄ within each period, 1 at least; 1 where there
    are none."""
    found = [each for each in periods if any(each)]
    freedom = sum(len(each) - 1 for each in found)
    if not freedom:
        return 1.0
    means = [(each, sum(each) / len(each)) for each in found]
    return max(sum((number - mean) ** 2 / mean for each, mean in means for number in each) / freedom, 1.0)


def difference(
    now: Callable[[Random], Iterator[Range]], before: Callable[[Random], Iterator[Range]], seed: object
) -> Range:
    """The interval of a difference: from the 2.5th to the 97.5th percentile of draws (B. Efron, *Annals of
    Statistics* 7, 1979). The dice are cast by `seed`: the figures, so that they fall the same each time."""
    random = Random(repr(seed))
    pairs = [each for _, *each in zip(range(DRAWS), now(random), before(random), strict=False)]
    edge = round(DRAWS * 0.025)
    return Range(
        sorted(one.low - other.high for one, other in pairs)[edge - 1],
        sorted(one.high - other.low for one, other in pairs)[-edge],
    )
