"""Estimates against figures from textbooks, against plain definitions, and against simulated truth."""

from __future__ import annotations

import math
import statistics
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsbook.metrics.compare import counts, lengths, parts
from opsbook.metrics.estimates import (
    Estimate,
    Observation,
    Range,
    Share,
    counted,
    difference,
    dispersion,
    survival,
    wilson,
)

LENGTHS = st.lists(st.tuples(st.integers(0, 5000).map(float), st.booleans()), max_size=40)


def over(*found: float) -> list[Observation]:
    return [(each, True) for each in found]


# ── Kaplan and Meier ──────────────────────────────────────────────────────────────────────


def test_the_curve_is_that_of_the_textbook() -> None:
    """Remission of leukaemia under 6-MP, weeks: Freireich et al. 1963, as in Klein and Moeschberger."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = survival([(at, True) for at in ended] + [(at, False) for at in going])
    assert [(step.at, round(step.share, 4)) for step in curve.steps] == [
        (6, 0.8571), (7, 0.8067), (10, 0.7529), (13, 0.6902), (16, 0.6275), (22, 0.5378), (23, 0.4482),
    ]  # fmt: skip
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.9) is None


@given(st.lists(st.integers(0, 5000).map(float), min_size=1, max_size=60))
def test_where_all_is_over_the_median_and_the_mean_are_the_usual_ones(found: list[float]) -> None:
    curve = survival(over(*found))
    assert curve.quantile(0.5) == pytest.approx(statistics.median(found))
    assert (curve.mean or 0) == pytest.approx(statistics.fmean(found))


@settings(max_examples=20)
@given(LENGTHS, st.randoms())
def test_the_order_of_the_figures_does_not_matter(found: list[Observation], dice: Random) -> None:
    shuffled = list(found)
    dice.shuffle(shuffled)
    assert survival(found) == survival(shuffled)
    assert lengths(found, shuffled[:5]) == lengths(shuffled, sorted(shuffled[:5]))


def _at_least(value: float | None) -> float:
    return math.inf if value is None else value


@given(LENGTHS.filter(bool), st.integers(0, 5000).map(float), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_one_more_that_goes_on_never_lowers_an_estimate(
    found: list[Observation], so_far: float, share: float
) -> None:
    before, after = survival(found), survival([*found, (so_far, False)])
    assert _at_least(after.quantile(share)) >= _at_least(before.quantile(share))
    assert (after.mean or 0) >= (before.mean or 0) - 1e-6


def test_of_nothing_nothing_is_known() -> None:
    curve = survival([])
    assert curve.quantile(0.5) is None
    assert curve.mean is None


# ── intervals ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_that_of_newcombes_table(hits: int, of: int, low: float, high: float) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert wilson(hits, of) == pytest.approx(Range(low, high), abs=6e-5)


def test_of_none_a_share_may_be_anything_and_of_all_it_may_be_one() -> None:
    assert wilson(0, 0) == Range(0, 1)
    assert wilson(5, 5).high == 1


@pytest.mark.parametrize(("number", "low", "high"), [(0, 0, 3.69), (1, 0.025, 5.57), (10, 4.795, 18.39)])
def test_the_interval_of_a_count_is_close_to_the_exact_one(number: int, low: float, high: float) -> None:
    assert counted(number) == pytest.approx(Range(low, high), rel=0.02, abs=0.05)


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(5, 56), Share(0, 29), -0.0381, 0.1926),
        (Share(0, 10), Share(0, 20), -0.1611, 0.2775),
        (Share(10, 10), Share(0, 10), 0.6075, 1.0),
    ],
)
def test_the_interval_of_a_difference_of_shares_is_that_of_newcombes_table(
    now: Share, before: Share, low: float, high: float
) -> None:
    """R. G. Newcombe, Statistics in Medicine 17 (1998), 873-890, table II, method 10."""
    assert parts(now, before).change == pytest.approx(Range(low, high), abs=6e-5)


@pytest.mark.parametrize("number", [6, 7, 12, 40, 401])
def test_the_interval_of_a_median_is_that_of_order_statistics_where_nothing_goes_on(number: int) -> None:
    """The chance that the median lies below the k-th of n is that of fewer than k heads of n coins."""
    chances = [
        sum(math.comb(number, heads) for heads in range(upto)) / 2**number for upto in range(number + 1)
    ]
    found = survival(over(*range(1, number + 1))).interval(0.5)
    for end, chance in zip(found, (0.025, 0.975), strict=True):
        below, part = int(end), end - int(end)
        assert chances[below] + part * (chances[below + 1] - chances[below]) == pytest.approx(
            chance, abs=1e-3
        )


def test_an_interval_ends_at_a_length_that_many_have() -> None:
    assert survival(over(*[300.0] * 20)).interval(0.5) == Range(300.0, 300.0)
    assert survival(over(*[300.0] * 10, *[600.0] * 12)).interval(0.5) == Range(300.0, 600.0)


def test_the_interval_of_a_median_is_that_of_a_bayesian_bootstrap_where_some_go_on() -> None:
    dice = Random(5)
    found = sorted(_skewed(dice, 40, 3600) + _skewed(dice, 30, 3600, 2500))
    drawn = []
    for _ in range(4000):
        left, still, before = (
            sum(weights := [dice.expovariate(1) for _ in found]) + dice.expovariate(1),
            1.0,
            0.0,
        )
        for (at, ended), weight in zip(found, weights, strict=True):
            if ended:
                still *= 1 - weight / left
                if still <= 0.5:
                    drawn.append(before + dice.random() * (at - before))
                    break
                before = at
            left -= weight
    assert len(drawn) == 4000
    expected = sorted(drawn)[100], sorted(drawn)[-100]
    assert survival(found).interval(0.5) == pytest.approx(expected, rel=0.03)


def test_the_median_of_what_mostly_goes_on_is_no_less_than_the_longest_seen() -> None:
    found = survival([(1.0, True), *[(9.0, False)] * 20])
    assert found.quantile(0.5) is None
    assert found.interval(0.5) == Range(9.0, math.inf)
    assert lengths([(60.0, True)] * 6 + [(9000.0, False)] * 30, over(*range(60, 90))).verdict == "worse"


def test_an_interval_of_a_difference_has_no_end_where_one_of_the_values_has_none() -> None:
    sure, vague = Estimate(5.0, Range(4.0, 6.0)), Estimate(3.0, Range(2.0, math.inf))
    assert difference(sure, vague) == Range(-math.inf, 2.0 + math.sqrt(2))


def test_counts_that_come_in_bunches_are_more_dispersed() -> None:
    assert dispersion([3, 3, 3, 3]) == 1
    assert dispersion([]) == 1
    assert dispersion([0, 0, 12, 0]) == 12


# ── coverage on simulated truth ───────────────────────────────────────────────────────────


def _skewed(dice: Random, number: int, median: float, until: float = math.inf) -> list[Observation]:
    """Lengths as they come in practice; what would last longer than `until` is seen to go on."""
    found = (dice.lognormvariate(math.log(median), 1.0) for _ in range(number))
    return [(min(each, until), each <= until) for each in found]


def _covered(found: list[bool]) -> float:
    return sum(found) / len(found)


@pytest.mark.parametrize(("number", "until"), [(8, math.inf), (25, math.inf), (25, 9000)])
def test_the_interval_of_a_median_holds_the_truth_at_the_stated_rate(number: int, until: float) -> None:
    dice, hits = Random(number), []
    for _ in range(1000):
        found = _skewed(dice, number, 3600, until)
        low, high = survival(found).interval(0.5)
        hits.append(low <= 3600 <= high)
    assert 0.93 <= _covered(hits) <= 0.98


@pytest.mark.parametrize(("now", "before"), [(10, 10), (40, 15)])
def test_of_two_periods_in_which_nothing_changed_one_in_twenty_looks_changed(now: int, before: int) -> None:
    dice = Random(now + before)
    hits = []
    for _ in range(500):
        one, other = (_skewed(dice, number, 3600) for number in (now, before))
        hits.append(lengths(one, other).verdict == "cannot tell")
    assert 0.94 <= _covered(hits) < 1


def test_shares_and_counts_cover_too() -> None:
    dice, told = Random(7), []
    for _ in range(500):
        hits = [sum(dice.random() < 0.9 for _ in range(20)) for _ in range(2)]
        told.append(parts(Share(hits[0], 20), Share(hits[1], 20)).verdict == "cannot tell")
        weeks = [[sum(dice.random() < 0.1 for _ in range(20)) for _ in range(13)] for _ in range(2)]
        told.append(counts(*weeks).verdict == "cannot tell")
    assert 0.94 <= _covered(told) <= 0.99


def test_with_as_many_as_it_says_a_change_shows_four_times_in_five() -> None:
    dice = Random(3)
    number = math.ceil((1.96 + 0.8416) ** 2 * math.pi / math.log(2) ** 2)
    told = [lengths(_skewed(dice, number, 7200), _skewed(dice, number, 3600)).verdict for _ in range(500)]
    assert 0.75 <= told.count("worse") / 500 <= 0.85
    weeks = [[[sum(dice.random() < rate / 200 for _ in range(200)) for _ in range(13)] for rate in (6, 9)]
             for _ in range(50)]  # fmt: skip
    said = [counts(*each) for each in weeks]
    assert 0.65 <= sum(each.verdict == "better" for each in said) / 50 <= 0.95


# ── verdicts ──────────────────────────────────────────────────────────────────────────────


def test_a_change_that_cannot_be_luck_has_a_verdict() -> None:
    slow, fast = over(*range(6000, 6030)), over(*range(600, 630))
    assert lengths(fast, slow).verdict == "better"
    assert lengths(slow, fast).verdict == "worse"
    assert lengths(fast, slow).needed is None
    assert parts(Share(30, 30), Share(3, 30)).verdict == "better"
    assert parts(Share(3, 30), Share(30, 30)).verdict == "worse"
    assert counts([0] * 13, [4] * 13).verdict == "better"
    assert counts([4] * 13, [0] * 13).verdict == "worse"


def test_fewer_than_six_never_tell_of_a_median() -> None:
    assert lengths(over(1, 2, 3, 4, 5), over(*range(6000, 6005))).verdict == "cannot tell"


def test_a_dozen_a_year_cannot_show_a_tenth_and_says_how_many_would() -> None:
    dice = Random(12)
    found = lengths(_skewed(dice, 12, 3240), _skewed(dice, 12, 3600))
    assert found.verdict == "cannot tell"
    assert found.needed is not None
    assert found.needed > 12


def test_of_a_period_without_any_nothing_can_be_told() -> None:
    found = lengths([], over(1, 2, 3))
    assert (found.before, found.now, found.verdict, found.needed) == (2, None, "cannot tell", None)
    assert parts(Share(0, 0), Share(3, 3)).verdict == "cannot tell"
    assert counts([], []).verdict == "cannot tell"


@settings(max_examples=20)
@given(LENGTHS, LENGTHS)
def test_an_interval_never_comes_out_of_nothing(now: list[Observation], before: list[Observation]) -> None:
    found = lengths(now, before)
    assert found.change.low <= found.change.high
    assert (found.verdict == "cannot tell") or (now and before)
