"""Trends: which periods may be compared, what a series does over them, and when it would reach a target."""

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from math import nan
from typing import Any

import pandas as pd
import pytest
from dossiers import dossier, register, results
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.measure import RESULT_COLUMNS
from tthc_analysis.metrics.trends import FAR, MIN_POINTS, TREND_COLUMNS, Reach, comparable_periods, mann_kendall, season_periods, trends, when_reached
from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR, Period, parse_period, previous, run

MERGED = date(2025, 7, 1)
QUARTERS = run(parse_period("2024-Q1"), 13)
RISING = [0.10, 0.14, 0.17, 0.20, 0.24, 0.27]


def periods(*texts: str) -> list[Period]:
    return [parse_period(text) for text in texts]


def texts(found: Sequence[Period]) -> list[str]:
    return [period.text for period in found]


def last_quarters(n: int) -> list[Period]:
    return QUARTERS[-n:]


def series(values: Sequence[float], over: Sequence[Period], metric: str = "online_share", unit: str = "tỷ lệ", **groups: str) -> pd.DataFrame:
    """Write results as `measure` gives them, with nothing but values."""
    rows = pd.DataFrame({"metric": metric, "period": texts(over), **groups, "value": values, "unit": unit})
    return rows.reindex(columns=["metric", "period", *groups, *RESULT_COLUMNS])


def trend_of(values: Sequence[float], breaks: Sequence[date] = ()) -> dict[str, Any]:
    over = last_quarters(len(values))
    return dict(trends(series(values, over), over, breaks).iloc[0])


def reach(values: Sequence[float], target: str, metric: str = "online_share") -> Reach:
    over = last_quarters(len(values))
    return when_reached(series(values, over, metric), over, Fraction(target))


# --- which periods may be compared


def test_without_a_break_all_periods_are_comparable() -> None:
    assert QUARTERS == comparable_periods(QUARTERS, [])


def test_a_break_on_a_first_day_parts_the_series_there() -> None:
    assert ["2025-Q3@calendar", "2025-Q4@calendar"] == texts(
        comparable_periods(periods("2025-Q1@calendar", "2025-Q2@calendar", "2025-Q3@calendar", "2025-Q4@calendar"), [MERGED])
    )


def test_a_period_that_straddles_a_break_belongs_to_neither_side() -> None:
    assert ["2025-Q4", "2026-Q1"] == texts(comparable_periods(periods("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1"), [MERGED]))


def test_a_break_on_the_last_day_of_a_period_falls_into_it() -> None:
    first, second = periods("2024-01-01..2024-01-10", "2024-01-11..2024-01-20")
    assert [second] == comparable_periods([first, second], [date(2024, 1, 10)])


def test_a_break_on_the_first_day_of_the_series_parts_nothing() -> None:
    assert QUARTERS == comparable_periods(QUARTERS, [QUARTERS[0].start])


def test_a_break_before_or_after_the_series_parts_nothing() -> None:
    assert QUARTERS == comparable_periods(QUARTERS, [QUARTERS[0].start - timedelta(days=1), QUARTERS[-1].end + timedelta(days=1)])


def test_of_several_breaks_the_last_inside_counts_in_whatever_order_they_come() -> None:
    breaks = [date(2023, 3, 15), MERGED, date(2022, 3, 15)]
    assert ["2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1"] == texts(comparable_periods(QUARTERS, breaks))


def test_a_break_inside_the_last_period_leaves_nothing_to_compare() -> None:
    assert [] == comparable_periods(periods("2025-Q1", "2025-Q2", "2025-Q3"), [MERGED])


def test_a_break_on_the_last_day_of_the_series_still_lies_inside_it() -> None:
    assert [] == comparable_periods(QUARTERS, [QUARTERS[-1].end])


def test_no_period_is_no_series() -> None:
    assert [] == comparable_periods([], [MERGED])


def test_a_period_given_twice_counts_once() -> None:
    assert ["2023-Q4", "2024-Q1"] == texts(comparable_periods(periods("2023-Q4", "2023-Q4", "2024-Q1"), []))


@pytest.mark.parametrize("wrong", [("2024-Q1", "2023-Q4"), ("2024", "2024-Q1")], ids=["newest first", "two from the same day"])
def test_periods_out_of_order_are_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=f"oldest first.*{wrong[0]}, {wrong[1]}"):
        comparable_periods(periods(*wrong), [])


# --- Tết


def test_every_first_quarter_is_noted_for_tet() -> None:
    assert ["2021-Q1", "2022-Q1", "2023-Q1", "2024-Q1"] == texts(season_periods(QUARTERS))


def test_tet_is_its_first_day_and_not_the_days_off_around_it() -> None:
    eve, first, second = periods("2024-02-08..2024-02-09", "2024-02-10..2024-02-10", "2024-02-11..2024-02-14")
    assert [first] == season_periods([eve, first, second])


# The Vietnamese new year, where it differs from the Chinese one (18/2/2007, 3/2/2030) and where it falls in January.
@pytest.mark.parametrize("day", ["2007-02-17", "2020-01-25", "2023-01-22", "2025-01-29", "2026-02-17", "2030-02-02"])
def test_tet_is_the_vietnamese_one(day: str) -> None:
    new_year = parse_period(f"{day}..{day}")
    assert [new_year] == season_periods([previous(new_year), new_year])


def test_every_year_has_one_tet() -> None:
    first_halves = [period for year in range(FIRST_YEAR + 1, LAST_YEAR) for period in periods(f"{year}-01-01..{year}-06-30", f"{year}-07-01..{year}-12-31")]
    assert first_halves[::2] == season_periods(first_halves)


def test_where_every_period_holds_tet_there_is_nothing_to_note() -> None:
    assert [] == season_periods(periods("2021", "2022", "2023"))


def test_where_no_period_holds_tet_there_is_nothing_to_note() -> None:
    assert [] == season_periods(periods("2023-Q2", "2023-Q3"))


def test_no_period_has_no_season() -> None:
    assert [] == season_periods([])


# --- the test of a series


# S by hand: pairs that rise less pairs that fall. p by hand: orders of these values with an S as far from 0, over all orders.
BY_HAND = [
    ([1, 2, 3, 4, 5], 10, 1.0, 2 / 120),
    ([5, 4, 3, 2, 1], -10, -1.0, 2 / 120),
    ([1, 2, 3, 5, 4], 8, 0.8, (1 + 4) * 2 / 120),
    ([1, 2, 3, 4], 6, 1.0, 2 / 24),
    ([1, 3, 2], 1, 1 / 3, 1.0),
    ([0, 0, 0, 1], 3, 3 / (6 * 3) ** 0.5, 2 / 4),
    ([0, 0, 1, 1], 4, 4 / (6 * 4) ** 0.5, 2 / 6),
    ([0, 1, 1, 0], 0, 0.0, 1.0),
]


@pytest.mark.parametrize(("values", "s", "tau", "p_value"), BY_HAND)
def test_mann_kendall_of_few_values_by_hand(values: list[float], s: int, tau: float, p_value: float) -> None:
    assert (s, pytest.approx(tau), pytest.approx(p_value)) == mann_kendall(values)


@pytest.mark.parametrize("n", [1, 5, 10, 11, 30])
def test_values_all_equal_have_no_tau_and_p_one(n: int) -> None:
    assert (0, pytest.approx(nan, nan_ok=True), 1.0) == mann_kendall([0.9] * n)


def test_no_value_has_no_p() -> None:
    assert (0, pytest.approx(nan, nan_ok=True), pytest.approx(nan, nan_ok=True)) == mann_kendall([])


def test_values_a_rounding_error_apart_are_a_tie() -> None:
    assert mann_kendall([3.3, 3.3, 3.3, 4.0]) == mann_kendall([3.3, 3.3000000000000003, 1.1 + 2.2, 4.0])


def test_shares_of_large_offices_that_differ_are_no_tie() -> None:
    assert 1 == mann_kendall([99_998 / 100_000, 99_999 / 100_001]).s


@given(st.lists(st.integers(0, 4), max_size=14))
def test_a_series_read_backwards_turns_the_sign_and_keeps_p(values: list[int]) -> None:
    forwards, backwards = mann_kendall(values), mann_kendall(values[::-1])
    assert (-forwards.s, pytest.approx(forwards.p_value, nan_ok=True)) == (backwards.s, backwards.p_value)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=14))
def test_p_is_a_probability_and_never_nought(values: list[int]) -> None:
    assert 0 < mann_kendall(values).p_value <= 1


# --- trends


def test_a_rising_series_is_up_with_its_slope_per_period() -> None:
    # of the 15 slopes four are 0.03, one 0.0325, three 0.1 / 3, the others more: the 8th in order is the median
    found = trend_of(RISING)
    assert ("2022-Q4", "2024-Q1", 6, pytest.approx(0.1 / 3), 1.0, pytest.approx(2 / 720), "up", "tỷ lệ") == tuple(
        found[name] for name in ("first_period", "last_period", "points", "slope", "tau", "p_value", "verdict", "unit")
    )


def test_the_interval_holds_the_slope() -> None:
    found = trend_of(RISING)
    assert 0 < found["slope_low"] < found["slope"] < found["slope_high"]


def test_a_falling_series_is_down() -> None:
    assert "down" == trend_of(RISING[::-1])["verdict"]


def test_a_series_without_order_is_inconclusive() -> None:
    assert "inconclusive" == trend_of([0.5, 0.7, 0.4, 0.6, 0.5, 0.65])["verdict"]


def test_four_points_are_too_few_however_clear_and_p_is_still_given() -> None:
    found = trend_of([0.1, 0.2, 0.3, 0.4])
    assert ("inconclusive", pytest.approx(2 / 24), pytest.approx(0.1)) == (found["verdict"], found["p_value"], found["slope"])


def test_five_points_in_order_are_enough() -> None:
    assert 5 == MIN_POINTS
    assert "up" == trend_of([0.1, 0.2, 0.3, 0.4, 0.5])["verdict"]


def test_below_five_points_there_is_no_interval() -> None:
    assert trends(series([0.1, 0.2, 0.3, 0.4], last_quarters(4)), last_quarters(4))[["slope_low", "slope_high"]].isna().all(axis=None)


def test_all_equal_is_a_slope_of_nought_and_no_trend() -> None:
    found = trend_of([1.0] * 13)
    assert (0.0, 0.0, 0.0, 1.0, "inconclusive") == tuple(found[name] for name in ("slope", "slope_low", "slope_high", "p_value", "verdict"))
    assert pd.isna(found["tau"])


def test_a_slope_of_nought_is_no_trend_even_where_s_is_clear() -> None:
    found = trend_of([0.0] * 8 + [0.1, 0.2, 0.3])
    assert (True, 0.0, "inconclusive") == (found["p_value"] < 0.05, found["slope"], found["verdict"])


def test_a_rounding_error_gives_no_slope() -> None:
    assert 0.0 == trend_of([1.1 + 2.2, 3.3, 3.3000000000000003, 3.3, 3.3])["slope"]


def test_one_point_has_no_slope() -> None:
    found = trend_of([0.5])
    assert (1, "2024-Q1", "2024-Q1", 1.0, "inconclusive") == tuple(found[name] for name in ("points", "first_period", "last_period", "p_value", "verdict"))
    assert pd.isna(found["slope"])


def test_a_series_without_a_value_keeps_its_row() -> None:
    found = trend_of([nan] * 6)
    assert (0, "inconclusive") == (found["points"], found["verdict"])
    assert all(pd.isna(found[name]) for name in ("first_period", "last_period", "slope", "slope_low", "slope_high", "tau", "p_value"))


def test_a_missing_value_is_a_step_of_two() -> None:
    found = trend_of([1.0, 2.0, nan, 4.0, 5.0, 6.0])
    assert (5, 1.0, 1.0, 1.0) == tuple(found[name] for name in ("points", "slope", "slope_low", "slope_high"))


def test_a_period_without_a_row_is_a_step_of_two_as_well() -> None:
    over = last_quarters(6)
    rows = series([1.0, 2.0, nan, 4.0, 5.0, 6.0], over)
    pd.testing.assert_frame_equal(trends(rows, over), trends(rows.dropna(subset="value"), over))


def test_missing_values_at_the_ends_move_the_first_and_last_period() -> None:
    found = trend_of([nan, 0.1, 0.2, 0.3, nan])
    assert ("2023-Q2", "2023-Q4", 3) == (found["first_period"], found["last_period"], found["points"])


def test_a_trend_is_not_read_across_a_break() -> None:
    found = trend_of([0.9, 0.8, 0.7, 0.6, 0.5, 0.1, 0.2, 0.3, 0.4, 0.5], [last_quarters(5)[0].start])
    assert ("2023-Q1", 5, pytest.approx(0.1), "up") == (found["first_period"], found["points"], found["slope"], found["verdict"])


def test_a_period_with_a_break_inside_is_left_out() -> None:
    found = trend_of([0.9, 0.8, 0.7, 0.6, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [last_quarters(6)[0].start + timedelta(days=20)])
    assert ("2023-Q1", 5) == (found["first_period"], found["points"])


def test_a_break_inside_the_last_period_leaves_a_row_without_points() -> None:
    assert 0 == trend_of(RISING, [QUARTERS[-1].start + timedelta(days=1)])["points"]


def test_the_order_of_rows_does_not_matter() -> None:
    over = last_quarters(6)
    rows = series(RISING, over)
    pd.testing.assert_frame_equal(trends(rows, over), trends(rows[::-1], over))


def test_rows_of_other_periods_do_not_count() -> None:
    over = last_quarters(6)
    rows = pd.concat([series([0.99], periods("2018-Q1")), series(RISING, over)], ignore_index=True)
    pd.testing.assert_frame_equal(trends(series(RISING, over), over), trends(rows, over))


def test_each_metric_and_group_has_its_own_row_in_the_order_of_the_results() -> None:
    over = last_quarters(6)
    parts = [
        series(RISING[::-1], over, "late_share", unit_id="xa-long-mai", field="Đất đai"),
        series(RISING, over, unit_id="xa-long-son", field="Hộ tịch"),
        series([5.0] * 6, over, "received", "hồ sơ", unit_id="xa-long-mai", field="Hộ tịch"),
    ]
    found = trends(pd.concat(parts, ignore_index=True), over)
    assert ["metric", "unit_id", "field", *TREND_COLUMNS] == list(found.columns)
    assert [
        ["late_share", "xa-long-mai", "Đất đai", "down", "tỷ lệ"],
        ["online_share", "xa-long-son", "Hộ tịch", "up", "tỷ lệ"],
        ["received", "xa-long-mai", "Hộ tịch", "inconclusive", "hồ sơ"],
    ] == found[["metric", "unit_id", "field", "verdict", "unit"]].to_numpy().tolist()


def test_a_group_without_a_name_keeps_its_row() -> None:
    over = last_quarters(2)
    rows = pd.concat([series([0.1, 0.2], over, field="Đất đai"), series([0.1, 0.2], over).assign(field=None)], ignore_index=True)
    assert 2 == len(trends(rows, over))


def test_no_results_are_no_trends() -> None:
    found = trends(series([], []), QUARTERS)
    assert (0, ["metric", *TREND_COLUMNS]) == (len(found), list(found.columns))


def test_two_values_for_one_period_of_a_series_are_refused() -> None:
    over = last_quarters(2)
    with pytest.raises(ValueError, match=r"1 rows .* second value .*2024-Q1"):
        trends(pd.concat([series([0.1, 0.2], over), series([0.3], over[1:])]), over)


def test_nothing_given_is_changed() -> None:
    over, breaks = [*last_quarters(6)], [MERGED]
    rows = series(RISING, over)
    kept = (rows.copy(), [*over], [*breaks])
    trends(rows, over, breaks)
    when_reached(rows, over, Fraction(1, 2), breaks)
    pd.testing.assert_frame_equal(kept[0], rows)
    assert kept[1:] == (over, breaks)


def test_the_results_of_measure_are_taken_as_they_are() -> None:
    # a dossier more each month at xa-long-mai; none at all is missing for the share, and 0 for the count
    months = [f"2023-{month:02d}@calendar" for month in range(1, 7)]
    made = [dossier(f"2023-{month:02d}-05", channel="online") for month in range(2, 7) for _ in range(month)]
    found = trends(results(register(*made), *months, by=("unit",), metrics=["received", "online_share"]), periods(*months))
    assert [
        ["received", "xa-long-mai", 6, 1.0, "up", "hồ sơ"],
        ["online_share", "xa-long-mai", 5, 0.0, "inconclusive", "tỷ lệ"],
    ] == found[["metric", "unit_id", "points", "slope", "verdict", "unit"]].to_numpy().tolist()


# --- the target


def test_a_straight_line_reaches_its_target_when_it_does() -> None:
    # 10 % to 60 % by ten points a quarter: 90 % three quarters after 2024-Q1, by every slope of the interval
    expected = parse_period("2024-Q4")
    assert Reach("ahead", 3, expected, expected) == reach([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "9/10")


def test_part_of_a_period_is_a_whole_one() -> None:
    assert 4 == reach([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "91/100").periods_ahead


def test_the_interval_of_the_slope_gives_the_earliest_and_the_latest_period() -> None:
    # the line: 0.1 / 3 a quarter, through 0.27 in 2024-Q1; its interval: 0.03 to 0.04; so 0.23 takes 6.9 quarters, 5.75 at best, 7.7 at worst
    assert Reach("ahead", 7, parse_period("2025-Q3"), parse_period("2026-Q1")) == reach(RISING, "1/2")


@pytest.mark.parametrize(("target", "status"), [("3/5", "reached"), ("1/2", "reached"), ("601/1000", "ahead")])
def test_the_last_value_decides_whether_the_target_is_reached(target: str, status: str) -> None:
    assert status == reach([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], target).status


def test_reached_is_nought_periods_ahead_and_needs_no_trend() -> None:
    assert Reach("reached", 0, None, None) == reach([0.95], "9/10")


def test_a_share_equal_to_its_target_has_reached_it() -> None:
    assert "reached" == reach([0.1 * 3], "3/10").status


def test_where_lower_is_better_the_target_lies_below() -> None:
    falling = [0.6, 0.5, 0.4, 0.3, 0.2]
    assert ("reached", "ahead") == (reach(falling, "1/5", "late_share").status, reach(falling, "1/10", "late_share").status)


def test_where_lower_is_better_a_falling_line_reaches_its_target() -> None:
    expected = parse_period("2024-Q3")
    assert Reach("ahead", 2, expected, expected) == reach([70.0, 60.0, 50.0, 40.0, 30.0], "10", "processing_workdays_median")


def test_where_lower_is_better_the_fastest_fall_is_the_earliest() -> None:
    found = reach([1 - value for value in RISING], "1/2", "late_share")
    assert Reach("ahead", 7, parse_period("2025-Q3"), parse_period("2026-Q1")) == found


def test_the_wrong_way_never_gets_there() -> None:
    assert Reach("never", None, None, None) == reach(RISING[::-1], "1/2")


def test_no_date_is_promised_where_the_slope_may_be_nought() -> None:
    assert "never" == reach([0.5, 0.7, 0.4, 0.6, 0.5, 0.65], "9/10").status


def test_no_date_is_promised_from_four_points() -> None:
    assert "never" == reach([0.1, 0.2, 0.3, 0.4], "9/10").status


def test_no_date_is_promised_where_the_interval_touches_nought() -> None:
    assert "up" == trend_of([0.1, 0.1, 0.2, 0.3, 0.4, 0.4])["verdict"]
    assert 0 == trend_of([0.1, 0.1, 0.2, 0.2, 0.2, 0.3])["slope_low"]
    assert "never" == reach([0.1, 0.1, 0.2, 0.2, 0.2, 0.3], "9/10").status


def test_no_value_promises_nothing() -> None:
    assert "never" == reach([nan] * 6, "9/10").status


def test_the_line_goes_through_the_median_of_what_the_slope_leaves() -> None:
    # slope 1.25, left over 1, 0.75, 1.5, 0.75, 4, 0.75, the median 0.875: 7.125 in 2024-Q1, and 2.675 to go takes 2.1 quarters
    assert 3 == reach([1.0, 2.0, 4.0, 4.5, 9.0, 7.0], "98/10", "rated_very_satisfied").periods_ahead


def test_a_line_past_the_target_with_the_last_value_short_of_it_is_one_period_ahead() -> None:
    assert 1 == reach([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.79], "4/5").periods_ahead


def test_a_missing_last_value_still_counts_from_the_last_period() -> None:
    expected = parse_period("2024-Q3")
    assert Reach("ahead", 2, expected, expected) == reach([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, nan], "9/10")


@pytest.mark.parametrize(("ahead", "status"), [(FAR, "ahead"), (FAR + 1, "far")])
def test_beyond_forty_periods_it_is_far(ahead: int, status: str) -> None:
    found = reach([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], str(5 + ahead), "rated_very_satisfied")
    assert (status, ahead if status == "ahead" else None) == (found.status, found.periods_ahead)


def test_far_by_the_line_may_be_nearer_by_the_fastest_slope() -> None:
    # 0.143 to go at 0.1 / 30 a quarter: 42.9 quarters, at 0.004 35.75
    found = reach([value / 10 for value in RISING], "17/100")
    assert ("far", None, parse_period("2033-Q1"), None) == (found.status, found.periods_ahead, found.earliest, found.latest)


def test_ahead_by_the_line_may_be_far_by_the_slowest_slope() -> None:
    # 0.133 to go at 0.1 / 30 a quarter: 39.9 quarters, at 0.003 44.3
    found = reach([value / 10 for value in RISING], "16/100")
    assert ("ahead", 40, None) == (found.status, found.periods_ahead, found.latest)


def test_a_year_that_no_period_can_name_is_far() -> None:
    years = [parse_period(str(year)) for year in range(2044, 2050)]
    counts = series([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], years, "rated_very_satisfied")
    assert ["2059", None] == [found.earliest and found.earliest.text for found in (when_reached(counts, years, Fraction(n)) for n in (15, 16))]


def test_a_target_is_read_after_the_last_break() -> None:
    over = last_quarters(10)
    rows = series([0.99, 0.8, 0.7, 0.6, 0.5, 0.1, 0.2, 0.3, 0.4, 0.5], over)
    assert ("never", 2) == (when_reached(rows, over, Fraction(7, 10)).status, when_reached(rows, over, Fraction(7, 10), [over[5].start]).periods_ahead)


FORWARD = [
    ("2023-11", "2024-01"),
    ("2023-Q4@calendar", "2024-Q2@calendar"),
    ("2023-H2", "2024-H2"),
    ("2023-9M", "2025-9M"),
    ("2023", "2025"),
    ("2023@calendar", "2025@calendar"),
    ("2024-02-01..2024-02-10", "2024-02-21..2024-03-01"),
]


@pytest.mark.parametrize(("last", "two_ahead"), FORWARD)
def test_every_kind_of_period_steps_forward(last: str, two_ahead: str) -> None:
    over = run(parse_period(last), 6)
    found = when_reached(series([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], over), over, Fraction(8, 10))
    assert (2, two_ahead) == (found.periods_ahead, found.earliest.text if found.earliest else None)


@pytest.mark.parametrize("last", [text for text, _ in FORWARD])
def test_a_step_forward_is_the_step_back_undone(last: str) -> None:
    over = run(parse_period(last), 6)
    for ahead in range(1, 15):
        earliest = when_reached(series([0.0, 1.0, 2.0, 3.0, 4.0, 5.0], over, "rated_very_satisfied"), over, Fraction(5 + ahead)).earliest
        assert earliest is not None
        assert over[-1] == run(earliest, ahead + 1)[0]


def test_several_series_have_no_one_date() -> None:
    over = last_quarters(2)
    rows = pd.concat([series([0.1, 0.2], over, field="Đất đai"), series([0.1, 0.2], over, field="Hộ tịch")])
    with pytest.raises(ValueError, match="one series at a time; these results hold 2"):
        when_reached(rows, over, Fraction(1, 2))


def test_no_results_have_no_date() -> None:
    with pytest.raises(ValueError, match="these results hold 0"):
        when_reached(series([], []), QUARTERS, Fraction(1, 2))


def test_a_metric_without_a_better_way_has_no_target() -> None:
    with pytest.raises(ValueError, match="received has no better way"):
        reach([1.0, 2.0], "3", "received")


def test_a_metric_that_nobody_knows_is_refused_in_words() -> None:
    with pytest.raises(UserError, match="Không có chỉ số"):
        reach([0.1, 0.2], "1/2", "onlin_share")
