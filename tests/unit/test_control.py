"""Control charts, funnels and ranks: what each rule marks, what is left without limits, and what chance does to equal units."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.metrics.control import MIN_POINTS, control_chart, funnel, funnel_limits, rank_intervals
from tthc_analysis.reference.periods import Period, parse_period, run

LAST = parse_period("2024-Q1")
# neither run nor trend: up, down, up, down around 0,5
QUIET = [48, 53, 47, 52, 48, 53, 47, 52, 49, 51, 48, 52]
LIMITS = ["low95", "high95", "low998", "high998"]


def quarters(n: int) -> list[Period]:
    return run(LAST, n)


def shares(numerators: list[int], denominators: list[int] | int = 100, periods: list[Period] | None = None, **by: str) -> pd.DataFrame:
    """Results of one share, a row a quarter, the last one 2024-Q1."""
    n = np.broadcast_to(denominators, len(numerators))
    texts = [period.text for period in periods or quarters(len(numerators))]
    rows = pd.DataFrame({"metric": "on_time_share", "period": texts, **by, "numerator": numerators, "denominator": n})
    return rows.assign(value=rows["numerator"] / rows["denominator"].where(n > 0), ci_low=np.nan, ci_high=np.nan, unit="tỷ lệ")


def units(numerators: list[int], denominators: list[int], period: str = "2024-Q1") -> pd.DataFrame:
    """Results of one share in one quarter, a row a unit."""
    rows = shares(numerators, denominators)
    return rows.assign(period=period, unit_id=[f"xa-{i}" for i in range(len(rows))])


def charted(numerators: list[int], denominators: list[int] | int = 100) -> pd.DataFrame:
    return control_chart(shares(numerators, denominators), quarters(len(numerators)))


def marked(chart: pd.DataFrame, rule: str) -> list[int]:
    """The positions of the points that break a rule."""
    return [i for i, signals in enumerate(chart["signals"]) if rule in signals]


def test_a_chart_has_its_columns_in_order():
    columns = ["metric", "unit_id", "period", "numerator", "denominator", "value", "centre", "low", "high", "sigma_z", "segment", "signals"]
    assert columns == list(control_chart(shares(QUIET, unit_id="xa-long-mai"), quarters(12)).columns)


def test_the_limits_are_laneys_by_hand():
    # p = 400/800; σ_p = 0,05; z = -0,4 0,6 -0,6 0,4 -0,4 0,6 -0,6 0,4; ranges 1 1,2 1 0,8 1 1,2 1; σ_z = (7,2/7)/1,128
    chart, sigma_z = charted(QUIET[:8]), 7.2 / 7 / 1.128
    assert (0.5, pytest.approx(sigma_z)) == (chart["centre"].iloc[0], chart["sigma_z"].iloc[0])
    assert [pytest.approx(0.5 - 3 * 0.05 * sigma_z)] * 8 == chart["low"].tolist()
    assert [pytest.approx(0.5 + 3 * 0.05 * sigma_z)] * 8 == chart["high"].tolist()


def test_a_quiet_series_has_no_signals():
    assert [()] * 12 == charted(QUIET)["signals"].tolist()


def test_the_centre_is_of_dossiers_not_of_periods():
    assert [pytest.approx(1070 / 1700)] * 8 == charted([10, 20, 10, 20, 10, 20, 80, 900], [100] * 7 + [1000])["centre"].tolist()


def test_a_larger_period_has_narrower_limits():
    chart = charted([48, 53, 47, 52, 48, 53, 47, 520], [100] * 7 + [1000])
    widths = chart["high"] - chart["low"]
    assert widths.iloc[0] > widths.iloc[-1]


def test_limits_end_at_0_and_1():
    chart = charted([19, 20, 18, 20, 19, 20, 17, 20], 20)
    assert [1.0] * 8 == chart["high"].tolist()


def test_a_point_outside_the_limits_is_marked():
    assert [12] == marked(charted([*QUIET, 90]), "outside")


def test_eight_in_a_row_on_one_side_are_marked_all():
    assert list(range(4, 12)) == marked(charted([40, 41, 39, 42, 55, 58, 56, 57, 55, 58, 56, 57, 40, 42, 38, 41]), "run")


def test_seven_in_a_row_on_one_side_are_not_marked():
    assert [] == marked(charted([40, 41, 39, 42, 55, 58, 56, 57, 55, 58, 56, 40, 42, 38, 41]), "run")


def test_a_point_on_the_centre_ends_a_run():
    # the centre is exactly 1/2: 4 and 4 above, one on it between
    assert [] == marked(charted([52, 53, 51, 52, 50, 52, 53, 51, 52, 48, 47, 49, 48, 50, 48, 47, 49, 48]), "run")


def test_six_rising_points_are_marked_all():
    assert [3, 4, 5, 6, 7, 8] == marked(charted([52, 47, 53, 46, 48, 50, 51, 53, 55, 47, 52, 48]), "trend")


def test_six_falling_points_are_marked_all():
    assert [2, 3, 4, 5, 6, 7] == marked(charted([48, 47, 55, 53, 51, 50, 48, 46, 53, 47, 52]), "trend")


def test_five_rising_points_are_not_marked():
    assert [] == marked(charted([52, 47, 53, 46, 48, 50, 51, 53, 47, 52, 48]), "trend")


def test_two_of_three_near_a_limit_are_marked_and_the_third_is_not():
    assert [12, 14] == marked(charted([*QUIET, 66, 50, 66, *QUIET]), "two_of_three")


def test_two_near_opposite_limits_are_not_marked():
    assert [] == marked(charted([*QUIET, 66, 50, 34, *QUIET]), "two_of_three")


def test_too_few_points_have_a_centre_and_no_limits():
    chart = charted([1, 99] * ((MIN_POINTS - 1) // 2) + [50])
    assert (0.5, True, [()] * 7) == (chart["centre"].iloc[0], chart[["low", "high", "sigma_z"]].isna().all(axis=None), chart["signals"].tolist())


@pytest.mark.parametrize(("numerator", "centre"), [(0, 0.0), (100, 1.0), (33, 0.33)])
def test_a_series_that_never_moves_has_a_centre_and_no_limits(numerator, centre):
    chart = charted([numerator] * 12)
    assert ([centre] * 12, True, [()] * 12) == (chart["centre"].tolist(), chart["low"].isna().all(), chart["signals"].tolist())


def test_equal_shares_of_different_sizes_never_move_whatever_floats_say():
    chart = charted([n // 7 for n in range(70, 154, 7)], list(range(70, 154, 7)))
    assert [()] * 12 == chart["signals"].tolist()


def test_a_period_that_the_results_lack_is_a_row_without_value_or_limits():
    periods = quarters(13)
    chart = control_chart(shares(QUIET, periods=[*periods[:5], *periods[6:]]), periods)
    assert periods[5].text == chart["period"].iloc[5]
    assert chart.loc[5, ["value", "low", "high"]].isna().all()


def test_a_period_without_dossiers_is_no_point():
    chart = charted([*QUIET[:6], 0, *QUIET[6:]], [100] * 6 + [0] + [100] * 6)
    assert (charted(QUIET)["sigma_z"].iloc[0], True) == (chart["sigma_z"].iloc[0], np.isnan(chart["low"].iloc[6]))


def test_a_missing_period_breaks_no_run():
    numerators = [40, 41, 39, 42, 55, 58, 56, 57, 0, 55, 58, 56, 57, 40, 42, 38, 41]
    chart = charted(numerators, [100] * 8 + [0] + [100] * 8)
    assert [4, 5, 6, 7, 9, 10, 11, 12] == marked(chart, "run")


def test_each_segment_has_its_own_centre():
    periods = quarters(16)
    chart = control_chart(shares([40, 42] * 4 + [80, 82] * 4), periods, [periods[8].start])
    assert [(1, 0.41), (2, 0.81)] == list(dict.fromkeys(zip(chart["segment"], chart["centre"], strict=True)))


def test_a_period_across_a_rebase_belongs_to_the_segment_in_which_it_ends():
    periods = run(parse_period("2025-Q4"), 4)
    chart = control_chart(shares([40] * 4, periods=periods), periods, [date(2025, 7, 1)])
    assert {"2025-Q1": 1, "2025-Q2": 1, "2025-Q3": 2, "2025-Q4": 2} == dict(zip(chart["period"], chart["segment"], strict=True))


def test_a_rebase_on_a_periods_last_day_takes_the_period():
    chart = control_chart(shares([40] * 4), quarters(4), [LAST.end])
    assert [1, 1, 1, 2] == chart["segment"].tolist()


def test_rebases_outside_the_periods_make_no_segment():
    chart = control_chart(shares([40] * 4), quarters(4), [date(2001, 1, 1), date(2031, 1, 1)])
    assert [1] * 4 == chart["segment"].tolist()


def test_no_rule_reaches_across_segments():
    periods = quarters(18)
    numerators = [47, 52, 48, 52, 48, 53, 54, 53, 54, 53, 54, 53, 54, 48, 47, 48, 47, 48]
    whole, parted = (control_chart(shares(numerators), periods, rebases) for rebases in ((), [periods[9].start]))
    assert (list(range(5, 13)), []) == (marked(whole, "run"), marked(parted, "run"))


def test_each_group_has_its_own_chart():
    both = pd.concat([shares(QUIET, unit_id="xa-long-mai"), shares([90 + n % 3 for n in range(12)], unit_id="xa-long-son")], ignore_index=True)
    alone = control_chart(shares(QUIET, unit_id="xa-long-mai"), quarters(12))
    pd.testing.assert_frame_equal(alone, control_chart(both, quarters(12)).head(12))


def test_nobody_changes_the_results():
    results = shares(QUIET)
    before = results.copy()
    control_chart(results, quarters(12))
    pd.testing.assert_frame_equal(before, results)


def test_no_results_make_an_empty_chart():
    assert 0 == len(control_chart(shares(QUIET).head(0), quarters(4)))


def test_two_metrics_are_refused():
    with pytest.raises(ValueError, match="one metric at a time, not on_time_share, late_share"):
        control_chart(pd.concat([shares(QUIET), shares(QUIET).assign(metric="late_share")]), quarters(12))


def test_what_is_no_share_is_refused():
    with pytest.raises(ValueError, match="on_time_share has no numerator"):
        control_chart(shares(QUIET).assign(numerator=np.nan), quarters(12))


def test_a_period_given_twice_is_refused():
    with pytest.raises(ValueError, match="more than one row for the same period"):
        control_chart(pd.concat([shares(QUIET), shares(QUIET)]), quarters(12))


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=20))
def test_limits_hold_the_centre_and_signals_need_limits(pairs):
    chart = charted([min(pair) for pair in pairs], [max(pair) for pair in pairs])
    limited = chart.dropna(subset=["low"])
    assert ((limited["low"] <= limited["centre"]) & (limited["centre"] <= limited["high"])).all()
    assert not chart[chart["low"].isna()]["signals"].any()


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=8, max_size=20))
def test_a_point_is_marked_outside_where_it_is_drawn_outside(pairs):
    chart = charted([min(pair) for pair in pairs], [max(pair) for pair in pairs])
    clear = (chart["value"] - chart["low"]).abs().gt(1e-9) & (chart["value"] - chart["high"]).abs().gt(1e-9)
    drawn = (chart["value"] < chart["low"]) | (chart["value"] > chart["high"])
    assert drawn[clear].tolist() == chart["signals"].map(lambda signals: "outside" in signals)[clear].tolist()


def test_a_funnel_places_high_low_inside_and_unknown():
    places = funnel(units([100, 60, 90, 0], [100, 100, 100, 0]), 900, 1000)["place"]
    assert ["high", "low", "inside", "unknown"] == places.tolist()


def test_a_whole_without_dossiers_places_nobody():
    assert ["unknown"] == funnel(units([0], [0]), 0, 0)["place"].tolist()


def test_a_perfect_small_unit_is_not_high_above_a_high_whole():
    assert ["inside"] == funnel(units([30], [30]), 970, 1000)["place"].tolist()


def test_between_the_limits_of_95_and_998_is_inside():
    row = funnel(units([83], [100]), 900, 1000).iloc[0]
    assert (True, "inside") == (row["low998"] < row["value"] < row["low95"], row["place"])


def test_a_whole_of_0_leaves_no_room_for_chance():
    assert ["high", "inside"] == funnel(units([1, 0], [10, 10]), 0, 1000)["place"].tolist()


def test_the_drawn_limits_are_those_that_judge():
    judged = funnel(units([18, 340, 5], [20, 400, 7]), 900, 1000)
    assert funnel_limits(0.9, [20, 400, 7])[LIMITS].to_numpy().tolist() == judged[LIMITS].to_numpy().tolist()


def test_a_funnel_keeps_the_rows_as_they_were():
    rows = units([18, 340], [20, 400]).set_index(pd.Index([7, 3]))
    pd.testing.assert_frame_equal(rows, funnel(rows, 900, 1000)[rows.columns])


def test_a_denominator_of_0_has_no_limits():
    assert funnel_limits(0.9, [0])[LIMITS].isna().all(axis=None)


@given(st.floats(0.001, 0.999), st.integers(1, 5000))
def test_funnel_limits_hold_the_centre_and_each_other(centre, n):
    row = funnel_limits(centre, [n]).iloc[0]
    assert 0 <= row["low998"] <= row["low95"] <= centre <= row["high95"] <= row["high998"] <= 1


@given(st.floats(0.001, 0.999), st.integers(1, 1000))
def test_a_funnel_narrows_when_units_are_ten_times_as_large(centre, n):
    small, large = funnel_limits(centre, [n, 10 * n])[LIMITS].to_numpy()
    assert (large[1] - large[0], large[3] - large[2]) <= (small[1] - small[0], small[3] - small[2])


@given(st.floats(0.001, 0.999), st.integers(1, 2000))
def test_a_funnel_of_the_complement_is_its_mirror(centre, n):
    here, there = funnel_limits(centre, [n]).iloc[0], funnel_limits(1 - centre, [n]).iloc[0]
    assert pytest.approx(1 - here["high998"], abs=1e-6) == there["low998"]


def test_clear_differences_have_single_ranks():
    ranked = rank_intervals(units([990, 700, 300], [1000, 1000, 1000]))
    assert [[1, 1, 1], [2, 2, 2], [3, 3, 3]] == ranked[["rank", "rank_low", "rank_high"]].to_numpy().tolist()


def test_small_units_may_stand_anywhere():
    ranked = rank_intervals(units([9, 8, 7], [10, 10, 10]))
    assert [[1, 1, 3], [2, 1, 3], [3, 1, 3]] == ranked[["rank", "rank_low", "rank_high"]].to_numpy().tolist()


def test_where_lower_is_better_ranks_turn_round():
    ranked = rank_intervals(units([990, 700, 300], [1000, 1000, 1000]), better="lower")
    assert [[3, 3, 3], [2, 2, 2], [1, 1, 1]] == ranked[["rank", "rank_low", "rank_high"]].to_numpy().tolist()


def test_equal_shares_share_the_better_rank():
    assert [2, 1, 2] == rank_intervals(units([8, 9, 16], [10, 10, 20]))["rank"].tolist()


def test_a_unit_without_dossiers_has_no_rank_and_is_not_counted():
    ranked = rank_intervals(units([9, 0, 8], [10, 0, 10]))
    assert [2, 2] == ranked["rank_high"].dropna().tolist()
    assert ranked[["rank", "rank_low", "rank_high"]].iloc[1].isna().all()


def test_a_single_unit_is_first():
    assert [[1, 1, 1]] == rank_intervals(units([3], [10]))[["rank", "rank_low", "rank_high"]].to_numpy().tolist()


def test_no_unit_with_dossiers_has_no_rank():
    assert rank_intervals(units([0, 0], [0, 0]))["rank"].isna().all()


def test_units_are_ranked_within_their_period():
    both = pd.concat([units([9, 8], [10, 10]), units([5, 6], [10, 10], "2023-Q4")], ignore_index=True)
    assert [1, 2, 2, 1] == rank_intervals(both)["rank"].tolist()


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=12), st.sampled_from(["higher", "lower"]))
def test_a_rank_lies_in_its_interval(pairs, better):
    ranked = rank_intervals(units([min(pair) for pair in pairs], [max(pair) for pair in pairs]), better).dropna(subset=["rank"])
    assert ((1 <= ranked["rank_low"]) & (ranked["rank_low"] <= ranked["rank"]) & (ranked["rank"] <= ranked["rank_high"])).all()
    assert (ranked["rank_high"] <= len(ranked)).all()
