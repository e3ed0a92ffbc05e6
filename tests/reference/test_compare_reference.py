"""The parts of a difference from second sources: a published manual, and a slow calculation in fractions written from the definition."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import permutations
from math import sqrt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tthc_analysis.metrics.catalogue import SHARE
from tthc_analysis.metrics.compare import decompose

# Das Gupta (1993), Standardization and Decomposition of Rates: A User's Manual, US Bureau of the Census, P23-186, example 5.1:
# household headship rates per 100 by age, United States, 1970 and 1985: population in per cent, rate.
HEADSHIP_1970 = (
    [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9],
    [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8],
)
HEADSHIP_1985 = (
    [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5],
    [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2],
)
# the same, example 5.3: deaths per 1,000 by race (white, other) and age (11 groups), United States, 1970 and 1985: population in thousands, rate.
WHITE_1970 = [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837]
OTHER_1970 = [36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205]
DEATHS_1970 = (
    [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315, 535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117],
    [*WHITE_1970, *OTHER_1970],
)
WHITE_1985 = [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570]
OTHER_1985 = [17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161]
DEATHS_1985 = (
    [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472, 707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236],
    [*WHITE_1985, *OTHER_1985],
)


def share(groups: Mapping[str, list[str]], sizes: list[float], rates: list[float], per: int) -> pd.DataFrame:
    """Results of a share from group sizes (to one decimal) and rates (to three)."""
    people = [round(size * 10) * per * 1000 for size in sizes]
    counted = [round(rate * 1000) * round(size * 10) for size, rate in zip(sizes, rates, strict=True)]
    return pd.DataFrame({"metric": "online_share", **groups, "numerator": counted, "denominator": people, "unit": SHARE})


def effects(then: pd.DataFrame, now: pd.DataFrame, factors: list[str]) -> dict[str, float]:
    """Effect by factor, or by part where there is none."""
    return {row["factor"] or row["part"]: row["effect"] for row in decompose(then, now, factors).to_dict("records")}


def test_one_factor_gives_the_published_components() -> None:
    ages = {"age": [f"{number:02d}" for number in range(13)]}
    then, now = (share(ages, *side, per=100) for side in (HEADSHIP_1970, HEADSHIP_1985))
    found = {name: 100 * effect for name, effect in effects(then, now, ["age"]).items()}
    assert {"age": 1.2269, "rate": 1.7403, "total": 2.9672} == pytest.approx(found, abs=5e-5)


def deaths() -> tuple[pd.DataFrame, pd.DataFrame]:
    groups = {"race": ["1"] * 11 + ["2"] * 11, "age": [f"{number:02d}" for number in range(11)] * 2}
    return share(groups, *DEATHS_1970, per=1000), share(groups, *DEATHS_1985, per=1000)


def test_two_factors_give_the_published_rate_and_mix_and_nearly_the_published_factors() -> None:
    found = {name: 1000 * effect for name, effect in effects(*deaths(), ["race", "age"]).items()}
    assert (-2.2277254, -0.6862158) == pytest.approx((found["rate"], found["total"]), abs=5e-7)
    assert pytest.approx(found["race"] + found["age"], abs=5e-7) == 1.5415096
    # the manual divides the mix by geometric means of the same conditional weights, so only nearly
    assert (1.5217347, 0.0197749) == pytest.approx((found["age"], found["race"]), abs=5e-5)


def test_the_manuals_geometric_means_give_the_manuals_factors() -> None:
    """What the manual's split is made of, so that the small distance above is known to be a choice and no slip."""
    then, now = (side.set_index(["race", "age"]) for side in deaths())

    def halves(side: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        size = side["denominator"] / side["denominator"].sum()
        race, age = (size.groupby(level=name).transform("sum") for name in ("race", "age"))
        return (size / age * race).map(sqrt), (size / race * age).map(sqrt)

    (race0, age0), (race1, age1) = halves(then), halves(now)
    middle = (then["numerator"] / then["denominator"] + now["numerator"] / now["denominator"]) / 2
    by_race, by_age = ((race1 - race0) * (age1 + age0) / 2 * middle).sum(), ((age1 - age0) * (race1 + race0) / 2 * middle).sum()
    assert (0.0197749, 1.5217347) == pytest.approx((1000 * by_race, 1000 * by_age), abs=5e-7)


# --- the definition, slowly and exactly

Cell = tuple[str, ...]
Side = dict[Cell, tuple[int, int]]


def weight(side: Side, cell: Cell, places: list[int]) -> Fraction:
    """Part of a side's dossiers that agree with a cell in some places."""
    alike = sum(of for other, (_, of) in side.items() if all(other[place] == cell[place] for place in places))
    return Fraction(alike, sum(of for _, of in side.values()))


def chained(then: Side, now: Side, cell: Cell, order: tuple[int, ...], changed: int) -> Fraction:
    """w(a)·w(b|a)·w(c|a,b) along an order, its first conditionals from now and the rest from then; the other side's where not defined."""
    product = Fraction(1)
    for step in range(len(order)):
        sides = (now, then) if step < changed else (then, now)
        above, below = list(order[:step]), list(order[: step + 1])
        defined = next((side for side in sides if weight(side, cell, above)), None)
        if defined is None:
            return Fraction(0)
        product *= weight(defined, cell, below) / weight(defined, cell, above)
    return product


def slow(then: Side, now: Side, factors: int) -> tuple[list[Fraction], Fraction]:
    """Mix by factor and rate, in fractions, order by order and in both directions."""
    cells = [cell for cell in sorted({*then, *now}) if then.get(cell, (0, 0))[1] or now.get(cell, (0, 0))[1]]

    def rates(cell: Cell) -> tuple[Fraction, Fraction]:
        known = [Fraction(*side[cell]) if side.get(cell, (0, 0))[1] else None for side in (then, now)]
        one, other = known
        return (other if one is None else one) or Fraction(0), (one if other is None else other) or Fraction(0)

    everywhere = list(range(factors))
    mix, orders = [Fraction(0)] * factors, list(permutations(everywhere))
    for order in orders:
        for old, new, sign in ((then, now, 1), (now, then, -1)):
            standing = [sum(chained(old, new, cell, order, step) * sum(rates(cell)) / 2 for cell in cells) for step in range(factors + 1)]
            for step, factor in enumerate(order):
                mix[factor] += sign * (standing[step + 1] - standing[step]) / (2 * len(orders))
    rate = sum(((rates(cell)[1] - rates(cell)[0]) * (weight(now, cell, everywhere) + weight(then, cell, everywhere)) / 2 for cell in cells), Fraction(0))
    return mix, rate


def drawn_sides(factors: int) -> st.SearchStrategy[Side]:
    counts = st.integers(0, 12).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
    cells = st.tuples(*[st.sampled_from("xyz"[: 4 - factors + 1] if factors > 2 else "xyz")] * factors)
    return st.dictionaries(cells, counts, min_size=1, max_size=7).filter(lambda side: any(of for _, of in side.values()))


def as_results(side: Side, factors: list[str]) -> pd.DataFrame:
    rows = [(*cell, *counts) for cell, counts in side.items()]
    return pd.DataFrame(rows, columns=[*factors, "numerator", "denominator"]).assign(metric="online_share", unit=SHARE)


@pytest.mark.parametrize("names", [["a"], ["a", "b"], ["a", "b", "c"]], ids=len)
@settings(max_examples=40)
@given(data=st.data())
def test_every_part_is_that_of_a_slow_exact_calculation(data: st.DataObject, names: list[str]) -> None:
    then, now = data.draw(drawn_sides(len(names))), data.draw(drawn_sides(len(names)))
    mix, rate = slow(then, now, len(names))
    expected = dict(zip(names, map(float, mix), strict=True)) | {"rate": float(rate), "total": float(sum(mix) + rate)}
    assert expected == pytest.approx(effects(as_results(then, names), as_results(now, names), names), abs=1e-12)
