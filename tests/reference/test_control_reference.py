"""Control charts, funnels and ranks against published numbers, scipy, plain Python, and what chance does to equal units."""

import math
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, norm, tukey_hsd

from tthc_analysis.metrics.control import control_chart, funnel, funnel_limits, rank_intervals
from tthc_analysis.reference.periods import parse_period, run

# Attendances at major accident and emergency departments of the NHS, and those seen within 4 hours, over 20 weeks: Mohammed, Panesar,
# Laney & Wilson (2013), Statistical process control charts for attribute data involving very large sample sizes, BMJ Quality & Safety
# 22:362-368; the data set `nhs_accidents` of the R package qicharts2, whose vignette prints the limits of week 20 on its P′ chart.
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
ATTENDED = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
ATTENDED += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]
PRINTED_LOW, PRINTED_CENTRE, PRINTED_HIGH = 93.997, 95.290, 96.582

# R package PHEindicatormethods, tests/testthat/testdata_funnel_prop_outputs.csv (per cent): population, and limits of 95 % and 99,8 %
# around 80,642448. They are normal limits; ours are exact, and meet them where units are large.
PUBLISHED_CENTRE = 0.80642448
PUBLISHED_LIMITS = [
    (9998, 79.867989, 81.416907, 79.421375, 81.863521),
    (20742, 80.10476, 81.180135, 79.794688, 81.490208),
    (110000, 80.408963, 80.875933, 80.274317, 81.010578),
]
# … and testdata_funnel_prop_inputs.csv: numerator, denominator, and the place by the 99,8 % limits ("(0.025)" there is inside here)
PUBLISHED_PLACES = [
    ("New Forest", 35078.488, 41980, "high"),
    ("Norwich", 24803.6256, 31824, "low"),
    ("South Gloucestershire", 50050.7443, 61921, "inside"),
    ("West Norfolk", 26789.238, 33012, "inside"),
    ("North Devon", 30277.5312, 37828, "inside"),
    ("Central Derby", 24648.7596, 30521, "inside"),
    ("Bradford City", 18365.4621, 29277, "low"),
    ("Poole", 35176.5102, 39734, "high"),
]
SIMULATED, SEED = 1000, 20240315


def results(numerators, denominators, **keys) -> pd.DataFrame:
    rows = pd.DataFrame({"metric": "on_time_share", "period": "2024-Q1", **keys, "numerator": numerators, "denominator": denominators})
    return rows.assign(value=rows["numerator"] / rows["denominator"], ci_low=np.nan, ci_high=np.nan, unit="tỷ lệ")


def charted(numerators, denominators) -> pd.DataFrame:
    periods = run(parse_period("2024-Q1"), len(numerators))
    return control_chart(results(numerators, denominators, period=[period.text for period in periods]), periods)


def laney(numerators, denominators) -> list[tuple[float, float]]:
    """Laney's limits, number by number."""
    centre = sum(numerators) / sum(denominators)
    sigmas = [math.sqrt(centre * (1 - centre) / n) for n in denominators]
    scores = [(k / n - centre) / sigma for k, n, sigma in zip(numerators, denominators, sigmas, strict=True)]
    ranges = [abs(after - before) for before, after in pairwise(scores)]
    wider = sum(ranges) / len(ranges) / 1.128
    return [(max(0, centre - 3 * sigma * wider), min(1, centre + 3 * sigma * wider)) for sigma in sigmas]


def mid_p(k: int, n: int, centre: float) -> float:
    """The mid-P lower tail area, term by term."""
    return float(binom.pmf(np.arange(k), n, centre).sum() + binom.pmf(k, n, centre) / 2)


def equal_units(rng: np.random.Generator, centre: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Units of 20 to 2000 dossiers, evenly on the log scale, whose true share is the same."""
    n = np.round(np.exp(rng.uniform(np.log(20), np.log(2000), count))).astype(int)
    return rng.binomial(n, centre), n


def standard_errors(rate: float, trials: int) -> float:
    """Three Monte Carlo standard errors of a rate."""
    return 3 * math.sqrt(rate * (1 - rate) / trials)


def test_a_chart_has_the_limits_printed_by_qicharts2():
    last = charted(SEEN, ATTENDED).iloc[-1]
    printed = [PRINTED_LOW, PRINTED_CENTRE, PRINTED_HIGH]
    # printed to three places, cut or rounded
    assert [pytest.approx(percent, abs=0.001) for percent in printed] == [100 * last[column] for column in ("low", "centre", "high")]


def test_a_chart_of_the_published_weeks_has_no_point_outside():
    assert not any("outside" in signals for signals in charted(SEEN, ATTENDED)["signals"])


def test_limits_are_those_of_plain_python():
    rng = np.random.default_rng(SEED)
    for centre in (0.3, 0.9, 0.97):
        numerators, denominators = equal_units(rng, centre, 13)
        chart = charted(numerators, denominators)
        assert [pytest.approx(limits) for limits in laney(numerators, denominators)] == list(zip(chart["low"], chart["high"], strict=True))


def test_stable_series_vary_as_the_binomial_says():
    rng = np.random.default_rng(SEED)
    found = [charted(*equal_units(rng, 0.9, 20))["sigma_z"].iloc[0] for _ in range(100)]
    assert pytest.approx(1, abs=3 * np.std(found) / math.sqrt(len(found))) == np.mean(found)


def test_limits_widen_where_a_series_varies_more_than_binomial():
    rng = np.random.default_rng(SEED)
    wide = rng.binomial(100000, np.clip(rng.normal(0.9, 0.02, 20), 0, 1))
    assert charted(wide, [100000] * 20)["sigma_z"].iloc[0] > 10


@pytest.mark.parametrize("published", PUBLISHED_LIMITS, ids=lambda row: str(row[0]))
def test_funnel_limits_of_large_units_are_those_of_pheindicatormethods(published):
    n, *percents = published
    limits = funnel_limits(PUBLISHED_CENTRE, [n]).iloc[0, 1:]
    # half a dossier's share, and what the skewness of the binomial moves
    assert [pytest.approx(percent, abs=100 * 1.5 / n) for percent in percents] == [100 * limit for limit in limits]


@pytest.mark.parametrize("published", PUBLISHED_PLACES, ids=lambda row: row[0])
def test_places_are_those_of_pheindicatormethods(published):
    _, numerator, denominator, place = published
    assert [place] == funnel(results([numerator], [denominator]), PUBLISHED_CENTRE, 1)["place"].tolist()


@pytest.mark.parametrize("centre", [0.3, 0.9, 0.97, 0.999])
@pytest.mark.parametrize("n", [1, 7, 20, 333])
def test_a_unit_is_outside_where_its_mid_p_tail_area_is_below_a_thousandth(centre, n):
    everyone = funnel(results(list(range(n + 1)), [n] * (n + 1), unit_id=[str(k) for k in range(n + 1)]), centre, 1)
    tails = [mid_p(k, n, centre) for k in range(n + 1)]
    assert ["low" if tail < 0.001 else "high" if tail > 0.999 else "inside" for tail in tails] == everyone["place"].tolist()


@pytest.mark.parametrize(("centre", "expected"), [(0.3, 0.00195), (0.9, 0.00176), (0.97, 0.00143)])
def test_equal_communes_fall_outside_as_often_as_the_docstring_says(centre, expected):
    # 1000 sets of 96 communes; the expected rates are exact sums of binomial probabilities over the same sizes
    numerators, denominators = equal_units(np.random.default_rng(SEED), centre, SIMULATED * 96)
    ids = np.arange(len(denominators)).astype(str)
    outside = (funnel(results(numerators, denominators, unit_id=ids), centre, 1)["place"] != "inside").mean()
    assert pytest.approx(expected, abs=standard_errors(expected, len(denominators))) == outside


def test_normal_limits_would_call_too_many_equal_communes_low():
    # why the funnel is not PHEindicatormethods': at 97 % its lower limit is crossed by three in a thousand, not by one
    numerators, n = equal_units(np.random.default_rng(SEED), 0.97, SIMULATED * 96)
    low = (numerators / n < 0.97 - norm.ppf(0.999) * np.sqrt(0.97 * 0.03 / n)).mean()
    assert low > 3 * 0.001


@pytest.mark.parametrize("count", [5, 96])
def test_all_rank_intervals_of_equal_units_hold_at_once_19_times_in_20(count):
    rng, sets = np.random.default_rng(SEED), 300
    failed = 0
    for _ in range(sets):
        numerators, denominators = equal_units(rng, 0.9, count)
        ranked = rank_intervals(results(numerators, denominators, unit_id=np.arange(count).astype(str)))
        failed += bool((ranked["rank_low"] > 1).any())
    assert failed / sets <= 0.05 + standard_errors(0.05, sets)


def test_pairs_are_told_apart_as_by_scipys_tukey_hsd():
    # large equal groups of yes and no: Tukey's comparison of the shares themselves and ours of their arcsines agree
    numerators, n = [5300, 5000, 4950, 4600], 10000
    samples = [np.repeat([1.0, 0.0], [k, n - k]) for k in numerators]
    worse = tukey_hsd(*samples).pvalue < 0.05
    lows = [1 + sum(worse[i, j] and numerators[j] > numerators[i] for j in range(4)) for i in range(4)]
    assert lows == rank_intervals(results(numerators, [n] * 4, unit_id=list("abcd")))["rank_low"].tolist()
