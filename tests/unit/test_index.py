"""The index of QĐ 766: a profile with dates, and the points that dossiers and declared figures can know; never a total."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from dossiers import dossier, register, results
from pydantic import ValidationError

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import CATALOGUE, SHARE
from tthc_analysis.metrics.index import POINT_COLUMNS, Ratio, index_metrics, index_points, measure_index, points_of
from tthc_analysis.metrics.study import measure_study, open_study
from tthc_analysis.reference.declared import Declared, Pakn
from tthc_analysis.reference.indices import Index, get_index, indices
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.reference.policies import policies
from tthc_analysis.register.store import write_register

QUARTER = parse_period("2024-Q1")
PROFILE = get_index("qd766", QUARTER.end)
BY_ID = {indicator.id: indicator for indicator in PROFILE.indicators}
MEASURED = {"2.1", "3.3", "3.6", "4.1", "4.2"}
PETITIONS = Declared(pakn=Pakn(carried_over=2, received=10, resolved_on_time=9, resolved_late=1, pending=2, pending_late=1))
NO_PETITIONS = Declared(pakn=Pakn(carried_over=0, received=0, resolved_on_time=0, resolved_late=0, pending=0))
DOSSIERS = [
    dossier(due="2024-01-20", resolved="2024-01-18", channel="online", online_payment=True, intake_digitised=True, result_digitised=True),
    dossier(due="2024-01-20", resolved="2024-01-18", online_payment=False, intake_digitised=True, result_digitised=False),
    dossier(due="2024-01-20", resolved="2024-02-01", intake_digitised=False, result_digitised=True),
    dossier(due="2024-04-01"),
]


def rows_of(frame: pd.DataFrame, declared: Declared | None = None) -> dict[str, dict[str, object]]:
    return {row["indicator"]: row for row in frame_of(frame, declared).to_dict("records")}


def frame_of(frame: pd.DataFrame, declared: Declared | None = None) -> pd.DataFrame:
    return index_points(PROFILE, results(frame, "2024-Q1", metrics=index_metrics(PROFILE), policy="dvcqg-766"), declared, QUARTER)


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, object]]:
    return rows_of(register(*DOSSIERS), PETITIONS)


# --- the profile


@pytest.mark.parametrize(("on", "name"), [(date(2022, 7, 31), None), (date(2022, 8, 1), "qd766-2022"), (date(2026, 11, 23), "qd766-2022")])
def test_an_index_begins_on_its_first_day(on, name):
    found = get_index("qd766", on)
    assert name == (found.full_name if found else None)


def test_a_version_has_its_own_name():
    assert PROFILE == get_index("qd766-2022", QUARTER.end)


def test_an_unknown_index_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r'Không có bộ chỉ số "qd776"\. Có phải ý bạn là "qd766"'):
        get_index("qd776", QUARTER.end)


def test_an_index_that_ended_is_not_in_force():
    ended = PROFILE.model_copy(update={"valid_to": date(2024, 12, 31)})
    assert [True, False] == [ended.in_force(date(2024, 12, 31)), ended.in_force(date(2025, 1, 1))]


@pytest.mark.parametrize("group", PROFILE.groups, ids=lambda group: group.name)
def test_the_points_of_a_group_sum_to_what_the_decision_gives_it(group):
    # QĐ 766/QĐ-TTg, 23/6/2022: 18 + 20 + 22 + 22 + 18 = 100
    assert group.max_points == sum(one.max_points or 0 for one in PROFILE.indicators if one.group == group.id)


def test_the_groups_sum_to_a_hundred():
    assert sum(group.max_points for group in PROFILE.groups) == 100


@pytest.mark.parametrize("index", indices(), ids=lambda index: index.full_name)
def test_what_an_index_names_exists(index):
    ids = [one.id for one in index.indicators]
    assert len(ids) == len(set(ids))
    assert {one.group for one in index.indicators} == {group.id for group in index.groups}
    assert {CATALOGUE[name].unit for name in index_metrics(index)} <= {SHARE}
    assert index.policy in policies()


@pytest.mark.parametrize("indicator", PROFILE.indicators, ids=lambda indicator: indicator.id)
def test_every_indicator_has_its_formula_and_its_source(indicator):
    assert indicator.name
    assert indicator.formula
    assert indicator.source
    assert indicator.full_at is None or 0 < indicator.full_at <= 1


def test_only_what_dossiers_or_petitions_can_give_is_measured():
    known = {one.id: one.metric or one.declared for one in PROFILE.indicators if one.metric or one.declared}
    assert MEASURED | {"5.2"} == set(known)


@pytest.mark.parametrize("identifier", sorted(MEASURED | {"5.2"}))
def test_a_ratio_that_leaves_something_out_says_so(identifier):
    assert BY_ID[identifier].note


def test_an_unknown_key_of_a_profile_is_refused():
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Index.model_validate(PROFILE.model_dump() | {"valid_form": date(2022, 8, 1)})


# --- points


@pytest.mark.parametrize(
    ("identifier", "ratio", "points"),
    [
        ("2.1", Ratio(0, 3), Fraction(0)),
        ("2.1", Ratio(2, 3), Fraction(40, 3)),
        ("2.1", Ratio(3, 3), Fraction(20)),
        ("3.3", Ratio(1, 2), Fraction(6)),
        ("3.3", Ratio(499, 1000), Fraction(5988, 1000)),
        ("3.3", Ratio(1, 1), Fraction(6)),
        ("4.3", Ratio(4, 5), Fraction(2)),
        ("4.2", Ratio(1, 2), None),
        ("2.1", Ratio(0, 0), None),
        ("STT 6", Ratio(1, 1), None),
    ],
)
def test_a_ratio_earns_its_points_exactly(identifier, ratio, points):
    assert points == points_of(BY_ID[identifier], ratio)


def test_the_report_of_minh_long_scores_as_reckoned_by_hand():
    # 2.608 of 9.924 online, 3.232 of 9.794 results digitised: 3,15 and 1,98 points
    assert Fraction(2608, 9924) / Fraction(1, 2) * 6 == points_of(BY_ID["3.3"], Ratio(2608, 9924))
    assert [3.15, 1.98] == [round(float(points_of(BY_ID[one], Ratio(*ratio))), 2) for one, ratio in (("3.3", (2608, 9924)), ("4.1", (3232, 9794)))]


def test_every_indicator_has_one_row_in_order():
    assert [one.id for one in PROFILE.indicators] == frame_of(register(*DOSSIERS))["indicator"].tolist()


def test_the_columns_are_those_of_the_docstring():
    assert list(POINT_COLUMNS) == list(frame_of(register(*DOSSIERS)).columns)


def test_there_is_no_total():
    frame = frame_of(register(*DOSSIERS), PETITIONS)
    assert len(PROFILE.indicators) == len(frame)
    assert not frame["name"].str.contains("Tổng|Cộng", regex=True).any()


@pytest.mark.parametrize(
    ("identifier", "counts", "points"),
    [
        ("2.1", (3, 4), Fraction(15)),
        ("3.3", (1, 4), Fraction(3)),
        ("3.6", (1, 2), Fraction(3)),
        ("4.1", (2, 3), Fraction(4)),
        ("4.2", (1, 3), None),
        ("5.2", (10, 12), Fraction(5)),
    ],
)
def test_a_register_gives_the_points_of_what_it_knows(measured, identifier, counts, points):
    row = measured[identifier]
    assert (*counts, points, True) == (row["numerator"], row["denominator"], row["points"], row["known"])


def test_the_value_is_the_ratio(measured):
    assert measured["2.1"]["value"] == 0.75


def test_everything_else_is_not_known(measured):
    unknown = {name for name, row in measured.items() if not row["known"]}
    assert set(BY_ID) - MEASURED - {"5.2"} == unknown
    assert all(measured[name]["points"] is None and pd.isna(measured[name]["value"]) for name in unknown)


def test_an_undecided_maximum_is_missing(measured):
    assert pd.isna(measured["STT 6"]["max_points"])


def test_petitions_that_were_not_declared_earn_nothing():
    assert not rows_of(register(*DOSSIERS))["5.2"]["known"]


def test_petitions_declared_in_part_earn_nothing():
    assert not rows_of(register(*DOSSIERS), Declared(pakn=Pakn(received=10, resolved_on_time=10)))["5.2"]["known"]


def test_no_petitions_are_neither_nought_nor_full_points():
    row = rows_of(register(*DOSSIERS), NO_PETITIONS)["5.2"]
    assert (0, None, False) == (row["denominator"], row["points"], row["known"])
    assert str(row["note"]).startswith("Mẫu số bằng 0. ")


def test_nothing_finished_gives_no_points_and_says_why():
    row = rows_of(register(dossier()))["4.1"]
    assert (None, False) == (row["points"], row["known"])
    assert str(row["note"]).startswith("Mẫu số bằng 0. ")


def test_what_was_not_measured_is_not_known():
    some = results(register(*DOSSIERS), "2024-Q1", metrics=["online_share"])
    frame = index_points(PROFILE, some, None, QUARTER).set_index("indicator")["known"]
    assert ["3.3"] == frame[frame].index.tolist()


def test_another_periods_results_are_not_taken():
    later = results(register(dossier("2024-04-01", channel="online")), "2024-Q2", metrics=["online_share"])
    assert later["denominator"].item() == 1
    assert not index_points(PROFILE, later, None, QUARTER)["known"].any()


def test_results_by_group_are_refused():
    two = register(dossier(unit="xa-long-mai"), dossier(unit="xa-long-mon"))
    by_unit = results(two, "2024-Q1", metrics=["online_share"], by=("unit",))
    with pytest.raises(ValueError, match="must not be broken down"):
        index_points(PROFILE, by_unit, None, QUARTER)


def test_arguments_are_left_as_they_were():
    given = results(register(*DOSSIERS), "2024-Q1", metrics=index_metrics(PROFILE))
    before = given.copy()
    index_points(PROFILE, given, PETITIONS, QUARTER)
    pd.testing.assert_frame_equal(before, given)


def opened(path: Path, period: str, as_of: str):
    return open_study(period=period, as_of=as_of, unit="all", register=str(path), policy="report-2024", history=1, calendar="VN", document={})


def test_the_index_is_measured_under_its_own_policy(tmp_path):
    write_register(register(*DOSSIERS), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet", "2024-Q1", "2024-03-14")
    on_time = measure_index(study, PROFILE).set_index("metric").loc["on_time_share"]
    report = measure_study(study, ["on_time_share"]).iloc[0]
    assert [(3, 4), (2, 3)] == [(row["numerator"], row["denominator"]) for row in (on_time, report)]


def test_a_period_that_the_register_does_not_cover_is_not_known(tmp_path):
    write_register(register(*DOSSIERS), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet", "2023-Q3", "2024-03-14")
    assert not index_points(PROFILE, measure_index(study, PROFILE), None, study.period)["known"].any()


def test_before_the_index_there_are_no_metrics_and_no_rows(tmp_path):
    write_register(register(*DOSSIERS), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet", "2024-Q1", "2024-03-14")
    assert index_metrics(None) == []
    points = index_points(None, measure_index(study, None), None, QUARTER)
    assert (list(POINT_COLUMNS), 0) == (list(points.columns), len(points))
