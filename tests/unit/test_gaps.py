"""Where the gap is: groups by what they miss, the pace that a target takes, procedures that nobody files online."""

from fractions import Fraction
from math import ceil

import numpy as np
import pandas as pd
import pytest
from dossiers import dossier, register, results
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.metrics.gaps import Pace, gap_contributions, never_online, pace
from tthc_analysis.metrics.measure import RESULT_COLUMNS

HALF = Fraction(1, 2)


def rows(groups: dict[str, tuple[float, float]], by: str = "field", metric: str = "online_share", period: str = "2024-Q1") -> pd.DataFrame:
    """Results of one share by one column."""
    found = [(metric, period, group, *counts, SHARE) for group, counts in groups.items()]
    return pd.DataFrame(found, columns=["metric", "period", by, "numerator", "denominator", "unit"])


# --- which groups


def test_groups_stand_by_what_they_miss():
    found = gap_contributions(rows({"Hộ tịch": (90, 100), "Đất đai": (40, 110), "Tư pháp": (0, 20)}))
    assert [("Đất đai", 70), ("Tư pháp", 20), ("Hộ tịch", 10)] == list(zip(found["field"], found["missing"], strict=True))
    assert [0.7, 0.2, 0.1] == found["share_of_gap"].tolist()
    assert [0.7, 0.9, 1.0] == found["cumulated"].tolist()


def test_equal_gaps_stand_by_name():
    assert ["A", "B", "unknown"] == gap_contributions(rows({"B": (1, 3), "unknown": (0, 2), "A": (5, 7)}))["field"].tolist()


def test_the_rows_of_measure_come_back_with_three_columns_more():
    dossiers = register(dossier(field="A", channel="online"), dossier(field="A"), dossier(field="B"), dossier(field="B"))
    found = gap_contributions(results(dossiers, "2024-Q1", metrics=["online_share"], by=("field",)))
    assert ["metric", "period", "field", *RESULT_COLUMNS, "missing", "share_of_gap", "cumulated"] == list(found.columns)
    assert [["B", 2, 2 / 3], ["A", 1, 1 / 3]] == found[["field", "missing", "share_of_gap"]].to_numpy().tolist()


def test_a_group_without_dossiers_misses_none():
    assert [3, 0] == gap_contributions(rows({"A": (0, 0), "B": (1, 4)}))["missing"].tolist()


def test_where_nothing_is_missing_there_are_no_shares_of_it():
    found = gap_contributions(rows({"A": (4, 4), "B": (0, 0)}))
    assert [0, 0] == found["missing"].tolist()
    assert found[["share_of_gap", "cumulated"]].isna().all(axis=None)


def test_a_group_that_is_not_known_stays_missing_and_last():
    found = gap_contributions(rows({"A": (np.nan, np.nan), "B": (1, 4), "C": (0, 1)}))
    assert ["B", "C", "A"] == found["field"].tolist()
    assert pd.isna(found["missing"].iloc[2])
    assert [0.75, 1.0] == found["cumulated"].tolist()[:2]


def test_no_rows_have_no_gaps():
    assert gap_contributions(rows({})).empty


def test_gap_contributions_change_no_argument():
    given_rows, same = rows({"A": (1, 3), "B": (0, 9)}), rows({"A": (1, 3), "B": (0, 9)})
    gap_contributions(given_rows)
    pd.testing.assert_frame_equal(same, given_rows)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (rows({"A": (1, 2)}).drop(columns="field"), "by none"),
        (rows({"A": (1, 2)}).assign(channel="online"), "not by field, channel"),
        (rows({"A": (1, 2)}).assign(unit=COUNT), "one share"),
        (pd.concat([rows({"A": (1, 2)}), rows({"A": (1, 2)}, period="2024-Q2")]), "repeat a cell"),
        (rows({"A": (1, 2)}, metric="late_share"), "late_share is not"),
    ],
    ids=["no group", "two by-columns", "a count", "two periods", "less is better"],
)
def test_results_that_have_no_gap_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        gap_contributions(wrong)


def test_an_unknown_metric_is_refused_in_vietnamese():
    with pytest.raises(UserError, match='Không có chỉ số "onlne_share"'):
        gap_contributions(rows({"A": (1, 2)}, metric="onlne_share"))


missed = st.integers(0, 10**6).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(st.dictionaries(st.text(min_size=1, max_size=3), missed, min_size=1, max_size=8))
def test_what_groups_miss_sums_to_what_the_whole_misses(groups):
    found = gap_contributions(rows(groups))
    whole = sum(of - have for have, of in groups.values())
    assert whole == found["missing"].sum()
    assert whole == 0 or found["cumulated"].iloc[-1] == 1
    assert found["missing"].is_monotonic_decreasing


# --- how fast


def test_a_target_within_reach_says_how_many_a_month():
    # ½·(1000 + 6·100) − 300 = 500 in 6 months
    expected = Pace("possible", needed=500, needed_per_month=84, present_per_month=Fraction(50), old_ones=0)
    assert expected == pace(300, 1000, months_passed=6, flow_per_month=100, target=HALF, months_left=6)


def test_a_target_that_takes_more_than_every_new_dossier_says_how_many_old_ones():
    # ½·(1000 + 2·100) − 300 = 300 in 2 months, when 200 come
    expected = Pace("impossible", needed=300, needed_per_month=150, present_per_month=Fraction(30), old_ones=100)
    assert expected == pace(300, 1000, months_passed=10, flow_per_month=100, target=HALF, months_left=2)


def test_every_new_dossier_and_no_more_is_possible():
    assert ("possible", 0) == pace(400, 1000, 10, 100, HALF, 2)[::4]


def test_a_target_that_will_hold_whatever_comes_is_reached():
    assert Pace("reached", 0, 0, Fraction(80)) == pace(800, 1000, 10, 100, HALF, 2)


def test_a_share_above_its_target_that_new_dossiers_could_pull_below_is_not_yet_reached():
    assert "possible" == pace(510, 1000, 10, 100, HALF, 2).status


@pytest.mark.parametrize("months_left", [0, -1, Fraction(-1, 2)])
def test_after_the_date_a_missed_target_is_over(months_left):
    assert Pace("over", 200, None, Fraction(30)) == pace(300, 1000, 10, 100, HALF, months_left)


def test_after_the_date_a_target_that_was_met_is_reached():
    assert "reached" == pace(500, 1000, 12, 100, HALF, 0).status


def test_without_dossiers_nothing_can_be_said():
    assert Pace("unknown") == pace(0, 0, 3, 100, HALF, 9)


def test_before_any_time_has_passed_there_is_no_present_pace():
    assert pace(1, 4, 0, 10, HALF, 1).present_per_month is None


def test_parts_of_months_and_of_dossiers_are_exact():
    # ½·(10 + 7/3·3/2) − 1 = 23/4 in 3/2 months: 23/6 a month
    assert ("impossible", 6, 4, Fraction(2, 5), 3) == tuple(pace(1, 10, Fraction(5, 2), Fraction(7, 3), HALF, Fraction(3, 2)))


def test_what_a_month_takes_is_compared_before_it_is_rounded_up():
    # 21/2 a month is needed, and comes: 11 rounded up would be more than that
    assert ("possible", 11) == pace(0, 10, 1, Fraction(21, 2), Fraction(21, 41), 1)[:3:2]


def test_counts_of_a_frame_are_counts():
    assert pace(300, 1000, 6, 100, HALF, 6) == pace(np.int64(300), np.int64(1000), 6, 100, HALF, 6)


@pytest.mark.parametrize("wrong", [(5, 4, 1, 1, HALF, 1), (-1, 4, 1, 1, HALF, 1), (1, 4, 1, -1, HALF, 1), (1, 4, 1, 1, Fraction(50), 1)])
def test_what_cannot_be_a_share_a_flow_or_a_target_is_refused(wrong):
    with pytest.raises(ValueError, match="Not a share, a flow and a target"):
        pace(*wrong)


months = st.fractions(Fraction(1, 30), 36, max_denominator=30)


@given(missed.filter(lambda counts: counts[1] > 0), months, st.fractions(0, 1000, max_denominator=30), st.fractions(0, 1, max_denominator=100), months)
def test_the_needed_dossiers_and_not_one_fewer_reach_the_target(counts, passed, flow, target, left):
    have, of = counts
    found = pace(have, of, passed, flow, target, left)
    at_the_date = of + flow * left
    assert have + found.needed >= target * at_the_date
    assert found.needed == 0 or have + found.needed - 1 < target * at_the_date
    assert ("impossible" == found.status) == (found.old_ones > 0)
    assert found.needed_per_month <= ceil(found.needed / left)
    # new ones and old ones together suffice: a target of at most 100 % always can be met so
    assert have + flow * left + found.old_ones >= target * at_the_date
    assert found.old_ones <= of - have


# --- what was never filed online


def test_procedures_never_filed_online_stand_by_size():
    found = never_online(rows({"1.1": (0, 3), "1.2": (1, 50), "1.3": (0, 40), "1.4": (0, 3), "1.5": (0, 0)}, by="procedure_code"))
    assert [["1.3", 40], ["1.1", 3], ["1.4", 3]] == found.to_numpy().tolist()
    assert ["procedure_code", "received"] == list(found.columns)


def test_dossiers_of_an_unknown_procedure_are_no_procedure():
    assert never_online(rows({"unknown": (0, 9)}, by="procedure_code")).empty


def test_never_online_takes_the_rows_of_measure():
    dossiers = register(
        dossier(procedure_code="1.1"),
        dossier(procedure_code="1.1", channel="post"),
        dossier(procedure_code="1.1", channel=None),
        dossier(procedure_code="1.2", channel="online"),
        dossier(procedure_code="1.3", channel=None),
        dossier(procedure_code=None),
    )
    found = never_online(results(dossiers, "2024-Q1", metrics=["online_share"], by=("procedure",)))
    assert [["1.1", 2]] == found.to_numpy().tolist()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (rows({"1.1": (0, 3)}, by="procedure_code", metric="on_time_share"), "online_share, not of on_time_share"),
        (rows({"A": (0, 3)}), "lack the columns procedure_code"),
        (pd.concat([rows({"1.1": (0, 3)}, by="procedure_code", period=period) for period in ("2024-Q1", "2024-Q2")]), "repeat a cell"),
    ],
    ids=["another share", "another breakdown", "two periods"],
)
def test_results_that_do_not_tell_what_was_filed_online_are_refused(wrong, says):
    with pytest.raises(ValueError, match=says):
        never_online(wrong)
