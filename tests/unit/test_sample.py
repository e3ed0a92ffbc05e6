"""The sample register: the report's totals by plain pandas, the same bytes every time, and that it moves as life does."""

import re
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from tthc_analysis.reference.periods import Period, parse_period, run
from tthc_analysis.reference.workdays import is_working_day, open_calendar, working_days
from tthc_analysis.register.contract import REGISTER
from tthc_analysis.register.profiles import read_profile
from tthc_analysis.register.sample import EXPORT_NAME, FIRST_ROW, OWNER, TOTALS, sample_dossiers, write_sample_export
from tthc_analysis.register.values import read_column, read_units

DISTRICT = "ubnd-huyen-minh-long"
QUARTERS = run(parse_period("2024-Q1"), 13)
CODE = re.compile(r"000\.0[0-5]\.90\.H48-(\d{6})-\d{4}")


@pytest.fixture(scope="module")
def dossiers() -> pd.DataFrame:
    return sample_dossiers()


@pytest.fixture(scope="module")
def window(dossiers: pd.DataFrame) -> pd.DataFrame:
    return dossiers[(dossiers["received_at"] >= "2021-01-01") & (dossiers["received_at"] < "2024-03-16")]


@pytest.fixture(scope="module")
def resolved(dossiers: pd.DataFrame) -> pd.DataFrame:
    """Resolved dossiers with the days by which they ended before (negative) or after their due date; NaN without a due date."""
    found = dossiers[dossiers["outcome"] == "resolved"]
    return found.assign(days_over=(found["resolved_at"].dt.normalize() - found["due_at"].dt.normalize()).dt.days)


@pytest.fixture(scope="module")
def late(resolved: pd.DataFrame) -> pd.DataFrame:
    return resolved[resolved["days_over"] > 0]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_export(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def rows(export: Path) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(export).get_sheet_by_index(0).to_python(skip_empty_area=False)]


def within(frame: pd.DataFrame, column: str, period: Period) -> pd.DataFrame:
    inside: pd.Series[bool] = frame[column].dt.normalize().between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    return frame.loc[inside]


def by_quarter(frame: pd.DataFrame, column: str, flag: pd.Series) -> list[float]:
    return [float(flag[within(frame, column, quarter).index].astype(float).mean()) for quarter in QUARTERS]


def test_totals_are_written_once_and_balance() -> None:
    assert TOTALS["carried_over"] + TOTALS["received"] == TOTALS["resolved"] + TOTALS["pending"] + TOTALS["withdrawn"]
    assert TOTALS["resolved"] == TOTALS["early"] + TOTALS["on_due_date"] + TOTALS["late"]


def test_received_as_in_the_report(dossiers: pd.DataFrame, window: pd.DataFrame) -> None:
    before = dossiers[dossiers["received_at"] < "2021-01-01"]
    assert len(before) == 41
    assert before["received_at"].min() >= pd.Timestamp("2020-12-01")
    assert before["resolved_at"].min() >= pd.Timestamp("2021-01-01")
    assert len(window) == 9924
    assert len(dossiers) == 9965
    assert (window["channel"] == "online").sum() == 2608
    assert window["channel"].isin(["in_person", "post"]).sum() == 7316
    assert 0.03 < (window["channel"] == "post").sum() / 7316 < 0.05


def test_outcomes_as_in_the_report(dossiers: pd.DataFrame) -> None:
    assert dossiers["outcome"].value_counts(dropna=True).to_dict() == {"resolved": 9789, "withdrawn": 148}
    pending = dossiers[dossiers["outcome"].isna()]
    assert len(pending) == 28
    assert pending[["resolved_at", "returned_at"]].isna().all(axis=None)
    assert pending["due_at"].min() >= pd.Timestamp("2024-03-15")
    assert dossiers["resolved_at"].max() < pd.Timestamp("2024-03-16")
    assert dossiers["returned_at"].max() < pd.Timestamp("2024-03-16")


def test_resolved_early_on_the_day_and_late_as_in_the_report(resolved: pd.DataFrame) -> None:
    assert (resolved["days_over"] < 0).sum() == 8956
    assert ((resolved["days_over"] == 0) | resolved["due_at"].isna()).sum() == 656
    assert (resolved["days_over"] > 0).sum() == 177
    assert resolved["due_at"].isna().sum() == 14


def test_digitised_as_in_the_report(dossiers: pd.DataFrame, window: pd.DataFrame, resolved: pd.DataFrame) -> None:
    assert dossiers["intake_digitised"].notna().all()
    assert window["intake_digitised"].sum() == 8925
    assert resolved["result_digitised"].notna().all()
    assert resolved["result_digitised"].sum() == 3232
    assert dossiers.drop(resolved.index)["result_digitised"].isna().all()


def test_ratings_as_in_the_report(dossiers: pd.DataFrame) -> None:
    rated = dossiers[dossiers["rating"].notna()]
    assert rated["rating"].value_counts().to_dict() == {"very_satisfied": 3902, "satisfied": 2}
    assert (rated["outcome"] == "resolved").all()
    assert DISTRICT not in set(rated["receiving_unit"])


def test_by_date_and_by_time_agree_on_what_is_in_time(dossiers: pd.DataFrame, resolved: pd.DataFrame) -> None:
    """A dossier ended on its due date ended before the due hour, and a withdrawn one within its limit."""
    on_the_day = resolved[resolved["days_over"] == 0]
    withdrawn = dossiers[dossiers["outcome"] == "withdrawn"]
    assert (on_the_day["resolved_at"] <= on_the_day["due_at"]).all()
    assert (withdrawn["resolved_at"] <= withdrawn["due_at"]).all()
    assert (dossiers["due_at"].dropna().dt.strftime("%H:%M") == "17:00").all()


def test_the_register_keeps_the_contract(dossiers: pd.DataFrame) -> None:
    REGISTER.validate(dossiers)
    assert set(dossiers["source_file"]) == {EXPORT_NAME}
    assert dossiers["source_row"].tolist() == list(range(FIRST_ROW, FIRST_ROW + len(dossiers)))


def test_two_calls_are_equal(dossiers: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(sample_dossiers(), dossiers)


def test_two_exports_are_the_same_bytes(export: Path, tmp_path: Path) -> None:
    assert write_sample_export(tmp_path).read_bytes() == export.read_bytes()
    assert export.name == EXPORT_NAME


def test_the_export_looks_like_one(rows: list[list[object]], dossiers: pd.DataFrame) -> None:
    header, numbering = rows[FIRST_ROW - 3], rows[FIRST_ROW - 2]
    assert str(rows[0][0]).startswith("DỮ LIỆU MẪU")
    assert header[:3] == ["STT", "Mã hồ sơ", "Mã TTHC"]
    assert {"Chủ hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Trạng thái hồ sơ", "Mức độ hài lòng"} <= set(header)
    assert numbering == [f"({number})" for number in range(1, len(header) + 1)]
    assert rows[FIRST_ROW - 1][0] == 1
    assert rows[FIRST_ROW - 1 + len(dossiers)][0] == "Tổng cộng"
    assert {type(row[header.index("Ngày tiếp nhận")]).__name__ for row in rows[FIRST_ROW - 1 : FIRST_ROW - 1 + len(dossiers)]} == {"datetime", "str"}
    assert set(pd.DataFrame(rows[FIRST_ROW - 1 :])[header.index("Trạng thái hồ sơ")]) == {"Đã trả kết quả", "Đang xử lý", "Công dân yêu cầu rút hồ sơ", ""}


def test_the_profile_reads_the_export_back(rows: list[list[object]], dossiers: pd.DataFrame) -> None:
    profile, header = read_profile("sample"), rows[FIRST_ROW - 3]
    body = rows[FIRST_ROW - 1 : FIRST_ROW - 1 + len(dossiers)]
    places = {column: header.index(headers[0]) for column, headers in profile.columns.items()}
    read = {column: read_column([row[place] for row in body], column, profile) for column, place in places.items()}
    for column in ("receiving_unit", "resolving_unit"):
        read[column] = read_units(read[column], read["received_at"], read["resolved_at"], profile)
    for column, values in read.items():
        assert values == [None if pd.isna(value) else value for value in dossiers[column]], column


def test_the_owner_is_one_invented_text_and_never_in_the_register(rows: list[list[object]], dossiers: pd.DataFrame) -> None:
    place = rows[FIRST_ROW - 3].index("Chủ hồ sơ")
    assert {row[place] for row in rows[FIRST_ROW - 1 : FIRST_ROW - 1 + len(dossiers)]} == {OWNER}
    assert not (dossiers == OWNER).any(axis=None)


def test_codes_carry_the_day_of_reception(dossiers: pd.DataFrame) -> None:
    found = [CODE.fullmatch(code) for code in dossiers["dossier_id"]]
    assert all(found)
    assert [match[1] for match in found if match] == dossiers["received_at"].dt.strftime("%y%m%d").tolist()
    assert dossiers["dossier_id"].is_unique


def test_received_on_working_days_in_office_hours(dossiers: pd.DataFrame) -> None:
    calendar, times = open_calendar("VN"), dossiers["received_at"]
    assert all(is_working_day(calendar, day) for day in set(times.dt.date) | set(dossiers["resolved_at"].dropna().dt.date))
    clock = times.dt.strftime("%H:%M")
    assert (clock.between("07:30", "11:30") | clock.between("13:30", "17:00")).all()


def test_a_limit_is_in_working_days_and_allows_for_pauses(dossiers: pd.DataFrame) -> None:
    calendar, due = open_calendar("VN"), dossiers[dossiers["due_at"].notna()]
    given = [working_days(calendar, a, b) for a, b in zip(due["received_at"].dt.date, due["due_at"].dt.date, strict=True)]
    limit = pd.Series(given, index=due.index) - due["paused_days"]
    assert limit.groupby(due["procedure_code"]).nunique().max() == 1
    ended = dossiers[dossiers["resolved_at"].notna()]
    taken = [working_days(calendar, a, b) for a, b in zip(ended["received_at"].dt.date, ended["resolved_at"].dt.date, strict=True)]
    assert (pd.Series(taken, index=ended.index) >= ended["paused_days"]).all()
    paused = dossiers[dossiers["paused_days"] > 0]
    assert set(paused["field"]) == {"Đất đai"}
    assert paused["paused_days"].between(2, 10).all()


def test_a_procedure_has_one_service_level_and_none_is_never_online(dossiers: pd.DataFrame) -> None:
    procedures = dossiers.groupby("procedure_code")
    assert 25 <= len(procedures) <= 35
    assert set(procedures["service_level"].agg("nunique")) == {1}
    assert not ((dossiers["service_level"] == "none") & (dossiers["channel"] == "online")).any()


def test_payment_is_empty_exactly_where_a_procedure_has_no_fee(dossiers: pd.DataFrame) -> None:
    free = dossiers["online_payment"].isna().groupby(dossiers["procedure_code"]).mean()
    assert set(free) == {0.0, 1.0}
    paid = by_quarter(dossiers, "received_at", dossiers["online_payment"])
    assert paid[0] < 0.05
    assert paid[-1] > 0.4


def test_volume_is_steady_and_tet_is_quiet(window: pd.DataFrame) -> None:
    received = [len(within(window, "received_at", quarter)) for quarter in QUARTERS]
    assert all(650 <= count <= 860 for count in received[1:])
    months = window.groupby(window["received_at"].dt.to_period("M")).size()
    assert months["2024-02"] < 0.7 * months["2024-01"]
    assert window["resolving_unit"].equals(window["receiving_unit"])
    assert window.groupby("receiving_unit").size().sort_values().index.tolist()[::5] == ["xa-long-mon", DISTRICT]


def test_online_rises_with_one_setback_and_differs_by_unit_and_field(window: pd.DataFrame) -> None:
    online = window["channel"] == "online"
    share = dict(zip([quarter.text for quarter in QUARTERS], by_quarter(window, "received_at", online), strict=True))
    assert share["2021-Q1"] < 0.1
    assert 0.5 < share["2024-Q1"] < 0.6
    assert share["2023-Q4"] < share["2023-Q3"] - 0.05
    assert all(later > earlier - 0.02 for earlier, later in zip([*share.values()][:10], [*share.values()][1:11], strict=True))
    for column in ("receiving_unit", "field"):
        groups = online.groupby(window[column]).mean()
        assert groups.max() > 2 * groups.min()


def test_digitisation_rises_and_the_district_is_ahead(window: pd.DataFrame, resolved: pd.DataFrame) -> None:
    intake = by_quarter(window, "received_at", window["intake_digitised"])
    result = by_quarter(resolved, "resolved_at", resolved["result_digitised"])
    assert 0.7 < intake[0] < 0.8
    assert intake[-1] > 0.96
    assert result[0] < 0.12
    assert 0.6 < result[-1] < 0.72
    with_intake = resolved["result_digitised"].astype(float).groupby(resolved["intake_digitised"]).mean()
    assert with_intake[True] > 2 * with_intake[False]
    by_level = resolved["result_digitised"].astype(float).groupby(resolved["receiving_unit"] == DISTRICT).mean()
    assert by_level[True] > by_level[False] + 0.1


def test_land_is_slow_and_certification_is_of_the_same_day(resolved: pd.DataFrame, late: pd.DataFrame) -> None:
    days = (resolved["resolved_at"].dt.normalize() - resolved["received_at"].dt.normalize()).dt.days
    median = days.groupby(resolved["field"]).median()
    assert median.idxmax() == "Đất đai"
    assert median["Đất đai"] > 14
    assert median["Chứng thực"] == median["Hộ tịch"] == 0
    assert (late["field"] == "Đất đai").mean() > 0.5
    copies = resolved[(resolved["procedure_code"] == "2.000815") & (resolved["days_over"] < 0)]
    assert (copies["received_at"].dt.date == copies["resolved_at"].dt.date).all()


def test_most_late_dossiers_were_returned_in_time_and_clicked_late_together(late: pd.DataFrame) -> None:
    in_time = late["returned_at"] <= late["due_at"]
    assert 0.75 < in_time.mean() < 0.85
    assert (late["returned_at"] >= late["received_at"]).all()
    together = late[in_time].groupby("resolved_at")["dossier_id"].transform("size") >= 3
    assert together.mean() > 0.35
    days = set(late[in_time][together]["resolved_at"].dt.date)
    assert len(days) <= len(QUARTERS)
    assert all(any(0 <= (quarter.end - day).days <= 5 for quarter in QUARTERS) for day in days)


def test_others_are_returned_at_their_end_or_shortly_after(resolved: pd.DataFrame) -> None:
    in_time = resolved[~(resolved["days_over"] > 0)]
    waited = in_time["returned_at"] - in_time["resolved_at"]
    assert waited.min() == pd.Timedelta(0)
    assert (waited == pd.Timedelta(0)).mean() > 0.8
    assert waited.max() < pd.Timedelta(days=12)  # the next working day, over Tết at most


def test_late_share_falls_with_a_bump_and_a_small_rise_at_the_end(resolved: pd.DataFrame) -> None:
    share = dict(zip([quarter.text for quarter in QUARTERS], by_quarter(resolved, "resolved_at", resolved["days_over"] > 0), strict=True))
    assert max(share, key=share.__getitem__) == "2022-Q3"
    assert share["2022-Q3"] > 1.5 * max(share["2022-Q2"], share["2022-Q4"])
    assert 0.025 < share["2021-Q1"] < 0.035
    assert share["2023-Q4"] < share["2024-Q1"] < 0.015
