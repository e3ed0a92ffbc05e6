"""The interval of a change between two shares, against published figures: Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10."""

import pandas as pd
import pytest

from tthc_analysis.exhibits.model import Number
from tthc_analysis.exhibits.numbers import difference, within_chance
from tthc_analysis.metrics.measure import wilson


def share(numerator: int, denominator: int) -> Number:
    (low,), (high,) = wilson(pd.Series([numerator]), pd.Series([denominator]))
    figures = {"numerator": numerator, "denominator": denominator, "value": numerator / denominator, "ci_low": low, "ci_high": high}
    return Number(text="", metric="online_share", period="2024-Q1", unit="tỷ lệ", **figures)


# one share, the other, the limits that the paper prints
PUBLISHED = [
    ((56, 70), (48, 80), (0.0524, 0.3339)),
    ((9, 10), (3, 10), (0.1705, 0.8090)),
    ((6, 7), (2, 7), (0.0582, 0.8062)),
    ((5, 56), (0, 29), (-0.0381, 0.1926)),
    ((0, 10), (0, 20), (-0.1611, 0.2775)),
    ((0, 10), (0, 10), (-0.2775, 0.2775)),
    ((10, 10), (0, 20), (0.6791, 1.0)),
    ((10, 10), (0, 10), (0.6075, 1.0)),
]


@pytest.mark.parametrize(("one", "other", "limits"), PUBLISHED)
def test_a_change_has_the_interval_that_newcombe_prints(one, other, limits):
    change = difference(share(*one), share(*other))
    assert limits == pytest.approx((change.ci_low, change.ci_high), abs=6e-5)


@pytest.mark.parametrize(("one", "other", "chance"), [((5, 56), (0, 29), True), ((56, 70), (48, 80), False)])
def test_a_change_is_within_chance_where_its_interval_holds_nought(one, other, chance):
    assert chance == within_chance(difference(share(*one), share(*other)))


def test_a_change_of_counts_is_not_judged():
    one, other = (Number(text="", metric="received", period="2024-Q1", value=value, unit="hồ sơ") for value in (5, 3))
    assert not within_chance(difference(one, other))
