"""Trends from a second source: scipy, plain Python over every order of the values, published examples, and series made without any trend."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations
from math import sqrt
from statistics import median

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tthc_analysis.metrics.measure import RESULT_COLUMNS
from tthc_analysis.metrics.trends import EXACT_POINTS, mann_kendall, trends
from tthc_analysis.reference.periods import parse_period, run

LAST = parse_period("2024-Q1")
SIMULATED = 1000


def s_of(values: Sequence[float]) -> int:
    return sum((later > earlier) - (later < earlier) for earlier, later in combinations(values, 2))


def orders_by_s(values: Sequence[float]) -> Counter[int]:
    """How many orders of the values have each S, every one looked at."""
    return Counter(s_of(order) for order in permutations(values))


# --- p


@pytest.mark.parametrize("n", range(2, EXACT_POINTS + 1))
def test_p_without_ties_is_scipys_exact_one(n: int) -> None:
    rng = np.random.default_rng(n)
    for _ in range(20):
        values = rng.permutation(n)
        expected = stats.kendalltau(np.arange(n), values, method="exact")
        assert (pytest.approx(expected.statistic), pytest.approx(expected.pvalue, rel=1e-12)) == mann_kendall(values)[1:]


TIED = [
    [0, 1],
    [0, 0, 1],
    [0, 1, 1, 2],
    [0, 0, 0, 0, 1],
    [0, 0, 1, 1, 2],
    [0, 1, 1, 1, 2, 3],
    [0, 0, 0, 1, 1, 1],
    [0, 0, 1, 1, 2, 2, 2],
    [0, 0, 0, 0, 0, 1, 2],
    [0, 1, 2, 3, 4, 5, 5],
]


@pytest.mark.parametrize("values", TIED, ids=str)
def test_p_with_ties_counts_every_order_of_the_values(values: list[int]) -> None:
    counted = orders_by_s(values)
    for s in counted:
        order = next(order for order in permutations(values) if s_of(order) == s)
        share = sum(n for other, n in counted.items() if abs(other) >= abs(s)) / sum(counted.values())
        assert (s, pytest.approx(share, rel=1e-12)) == mann_kendall(order)[::2]


def test_tau_with_ties_is_scipys_tau_b() -> None:
    rng = np.random.default_rng(5)
    for n in range(3, 25):
        values = np.append(rng.integers(0, 4, n - 1), 9)
        assert pytest.approx(stats.kendalltau(np.arange(n), values).statistic) == mann_kendall(values).tau


@pytest.mark.parametrize("n", [11, 13, 20, 40])
def test_p_of_many_points_is_scipys_normal_one_with_the_correction_for_continuity(n: int) -> None:
    rng = np.random.default_rng(n)
    for ceiling in (3, 8, 1000):
        values = np.arange(n) // 3 + rng.integers(0, ceiling, n)
        s = abs(s_of(values.tolist()))
        # scipy corrects for ties and not for continuity: its p gives the standard deviation away
        deviation = s / stats.norm.isf(stats.kendalltau(np.arange(n), values, method="asymptotic").pvalue / 2)
        assert pytest.approx(2 * stats.norm.sf((s - 1) / deviation), rel=1e-9) == mann_kendall(values).p_value


# --- published examples


def test_nine_lots_of_canned_tuna() -> None:
    # Hollander & Wolfe (1973), Nonparametric statistical methods, p. 187: lightness and panel score of nine lots, no ties;
    # 26 of the 36 pairs agree; one-sided exact p 0.05972 as the manual of R's cor.test prints it
    lightness = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    score = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    found = mann_kendall([mark for _, mark in sorted(zip(lightness, score, strict=True))])
    assert (26 - 10, pytest.approx(16 / 36), pytest.approx(2 * 0.05972, abs=1e-5)) == found


def test_fourteen_values_with_one_tie() -> None:
    # J. Little, College of the Holy Cross, "A Mann-Kendall example (by hand)", mathcs.holycross.edu/~little/Montserrat/MannKendallByHand.txt:
    # S = 72 - 18 = 54, variance 14·13·33/18 - 2·1·9/18, Z = 2.9058, and p = 0.0018 on one side
    values = [12.9, 14.8, 13.2, 15.7, 13.8, 15.6, 12.9, 11.0, 17.3, 15.9, 19.0, 18.3, 20.1, 21.7]
    found = mann_kendall(values)
    assert (54, pytest.approx(2.9058, abs=1e-4)) == (found.s, stats.norm.isf(found.p_value / 2))
    assert 0.0018 == round(found.p_value / 2, 4)


# --- the slope


def results_of(many: np.ndarray) -> pd.DataFrame:
    """Write a row of values a group, a column a period, as results."""
    groups, n = many.shape
    texts = [period.text for period in run(LAST, n)]
    rows = pd.DataFrame(
        {"metric": "online_share", "period": texts * groups, "unit_id": np.repeat(np.arange(groups).astype(str), n), "value": many.ravel(), "unit": "tỷ lệ"}
    )
    return rows.reindex(columns=["metric", "period", "unit_id", *RESULT_COLUMNS])


def random_series() -> np.ndarray:
    """Draw sixty series of thirteen shares, some of them missing."""
    rng = np.random.default_rng(3)
    many = rng.integers(0, 40, (60, 13)) / 40 + np.linspace(0, 1, 13) * rng.normal(0, 1, (60, 1))
    many[rng.random(many.shape) < 0.2] = np.nan
    return many


def test_the_slope_is_the_median_over_all_pairs_of_known_points() -> None:
    many = random_series()
    found = trends(results_of(many), run(LAST, 13))["slope"]
    for values, slope in zip(many, found, strict=True):
        known = [(place, value) for place, value in enumerate(values) if not np.isnan(value)]
        assert pytest.approx(median((later[1] - earlier[1]) / (later[0] - earlier[0]) for earlier, later in combinations(known, 2))) == slope


def test_slope_and_interval_are_scipys() -> None:
    many = random_series()
    found = trends(results_of(many), run(LAST, 13))
    for values, row in zip(many, found.itertuples(), strict=True):
        at = np.flatnonzero(~np.isnan(values))
        expected = stats.theilslopes(values[at], at, alpha=0.95)
        assert [pytest.approx(figure, abs=1e-12) for figure in (expected.slope, expected.low_slope, expected.high_slope)] == [
            row.slope,
            row.slope_low,
            row.slope_high,
        ]


# --- what is said where there is no trend, and where there is one


def sizes(n: int, largest: int | None = None) -> Iterator[tuple[int, ...]]:
    """All ways in which n values can be tied: the sizes of their groups, largest first."""
    if not n:
        yield ()
    for size in range(min(n, largest or n), 0, -1):
        yield from ((size, *rest) for rest in sizes(n - size, size))


def shares_by_s(ties: Sequence[int]) -> dict[int, float]:
    """Probability of each S when all orders are alike: value after value, each group's members put among those already there."""
    found, placed = {0: 1.0}, 0
    for size in ties:
        moves = ranks_among(size, placed)
        spread: Counter[int] = Counter()
        for s, share in found.items():
            for move, chance in moves.items():
                spread[s + move] += share * chance
        found, placed = spread, placed + size
    return found


def ranks_among(size: int, others: int) -> dict[int, float]:
    """Probability of each sum of signs between `size` equal values and `others` smaller ones, all orders alike."""
    ways = np.zeros((size + 1, size * others + 1))
    ways[0, 0] = 1
    for place in range(size + others):
        for taken in range(min(size, place + 1), 0, -1):
            before = place - taken + 1  # smaller ones that stand before this member
            if before <= others:
                ways[taken, before:] += ways[taken - 1, : ways.shape[1] - before]
    return {2 * wins - size * others: float(n) for wins, n in enumerate(ways[size] / ways[size].sum()) if n}


def order_with(s: int, ties: Sequence[int]) -> list[int]:
    """Give the values of some order with this S: from rising, exchange neighbours until enough pairs fall."""
    values = [group for group, size in enumerate(ties) for _ in range(size)]
    for _ in range((s_of(values) - s) // 2):
        place = next(i for i in range(len(values) - 1) if values[i] < values[i + 1])
        values[place], values[place + 1] = values[place + 1], values[place]
    return values


@pytest.mark.parametrize("n", range(5, 14))
def test_without_a_trend_p_is_below_a_level_no_oftener_than_the_level_whatever_the_ties(n: int) -> None:
    for ties in sizes(n):
        chances = shares_by_s(ties)
        below = sum(chance for s, chance in chances.items() if mann_kendall(order_with(s, ties)).p_value < 0.05)
        assert below <= 0.05, ties


def shares_without_trend(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw shares of 200 to 900 dossiers with one and the same chance."""
    dossiers = rng.integers(200, 901, (SIMULATED, n))
    return rng.binomial(dossiers, 0.85) / dossiers


def tied_counts(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw counts that are mostly nought or one."""
    return rng.poisson(0.7, (SIMULATED, n)).astype(float)


@pytest.mark.parametrize("n", [6, 13])
@pytest.mark.parametrize("draw", [shares_without_trend, tied_counts])
def test_of_series_without_a_trend_hardly_one_in_twenty_is_called_up_or_down(draw, n: int) -> None:
    many = draw(np.random.default_rng(20240314 + n), n)
    called = (trends(results_of(many), run(LAST, n))["verdict"] != "inconclusive").mean()
    assert called <= 0.05 + 3 * sqrt(0.05 * 0.95 / SIMULATED)


@pytest.mark.parametrize(("step", "verdict"), [(0.01, "up"), (-0.01, "down")])
def test_a_point_a_quarter_over_three_years_is_found(step: float, verdict: str) -> None:
    rng = np.random.default_rng(11)
    dossiers = rng.integers(200, 901, (SIMULATED, 13))
    many = rng.binomial(dossiers, 0.7 + step * np.arange(13)) / dossiers
    assert (trends(results_of(many), run(LAST, 13))["verdict"] == verdict).mean() > 0.9
