"""What a report says of its data: imports and their rejects, gaps, unknown facts, dates that cannot be, ends in bulk, late only on the system."""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits import quality
from tthc_analysis.exhibits.model import Table, numbers_of
from tthc_analysis.metrics.engine import as_dossiers
from tthc_analysis.metrics.measure import count_after
from tthc_analysis.metrics.study import Study, measure_revisions, measure_study, open_study
from tthc_analysis.register.store import write_register

MAI, MON = "xa-long-mai", "xa-long-mon"
LAST_QUARTER = [dossier("2023-10-02 08:00", unit=MAI), dossier("2023-12-14 08:00", unit=MON)]
BULK = [dossier("2024-01-10", due="2024-01-20", resolved=f"2024-03-13 16:50:{second}", unit=MAI) for second in range(10, 16)]
LATE = [
    dossier("2024-01-10", due="2024-01-20", resolved="2024-02-01 09:00", returned_at=pd.Timestamp("2024-01-19"), unit=MAI),
    dossier("2024-01-10", due="2024-01-20", resolved="2024-02-01 09:01", returned_at=pd.Timestamp("2024-02-01"), unit=MAI),
]
ODD = [dossier("2024-01-13 09:00", unit=MAI), dossier("2024-01-15", due="2024-01-12", unit=MAI), dossier("2024-03-16", unit=MAI)]

FIRST: dict[str, Any] = {
    "profile": "sample",
    "data_until": "2023-12-14",
    "files": [{"name": "quy-4.xlsx", "sha256": "0" * 64, "read": 120}],
    "read": 120,
    "accepted": 110,
    "rejected": 3,
    "superseded": 1,
    "duplicates": 2,
    "not_dossiers": {"dòng trên bảng": 3, "dòng trống": 2},
    "reasons": [{"column": "ngày tiếp nhận", "reason": "không phải ngày", "rows": 2}],
    "warnings": [{"what": "mã hồ sơ ghi ngày khác ngày tiếp nhận", "rows": 4}],
    "register": {"dossiers": 110, "new": 110, "changed": 0, "unchanged": 0},
}
SECOND: dict[str, Any] = {
    **FIRST,
    "data_until": "2024-03-15",
    "files": [{"name": "xa-a.xlsx", "sha256": "1" * 64, "read": 1000}, {"name": "xa-b.csv", "sha256": "2" * 64, "read": 500}],
    "read": 1500,
    "accepted": 1490,
    "rejected": 0,
    "superseded": 0,
    "duplicates": 0,
    "not_dossiers": {"tiêu đề bảng": 10},
    "reasons": [],
    "warnings": [],
    "register": {"dossiers": 1580, "new": 1470, "changed": 20, "unchanged": 0},
}


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("study") / "so.parquet"
    write_register(register(*LAST_QUARTER, *BULK, *LATE, *ODD), path)
    return opened(path)


def opened(path: Path, **changed: Any) -> Study:
    named = {"unit": "all", "register": str(path), "policy": "report-2024", "history": 2, "calendar": "VN", "internal": True, "document": {}}
    return open_study(**{"period": "2024-Q1", "as_of": "2024-03-15", **named, **changed})


# --- what was imported


def test_every_import_stands_in_the_table_with_its_account() -> None:
    table = quality.import_table([FIRST, SECOND])
    assert isinstance(table, Table)
    assert [
        ["1. quy-4.xlsx", "14/12/2023", "120", "110", "3", "2", "5", "110", "0"],
        ["2. 2 tệp", "15/3/2024", "1.500", "1.490", "0", "0", "10", "1.470", "20"],
        ["2. xa-a.xlsx", "", "1.000", "–", "–", "–", "–", "–", "–"],
        ["2. xa-b.csv", "", "500", "–", "–", "–", "–", "–", "–"],
    ] == texts(table)


def test_a_number_of_an_import_names_the_import_the_day_of_its_data_and_its_file() -> None:
    numbers = {(number.metric, number.period, *number.group.values()): number.value for number in numbers_of(quality.import_table([FIRST, SECOND]))}
    assert 7 * 4 == len(numbers), "two imports, two files"
    assert 120 == numbers["import_read", "..2023-12-14", "1"]
    assert 500 == numbers["import_read", "..2024-03-15", "2", "xa-b.csv"]


def test_reasons_warnings_and_rows_that_are_no_dossiers_stand_with_their_share_of_the_rows_read() -> None:
    table = quality.reason_table([FIRST, SECOND])
    assert isinstance(table, Table)
    assert [
        ["ngày tiếp nhận: không phải ngày", "loại", "1", "2/120"],
        ["nhường dòng khác cùng mã hồ sơ", "loại", "1", "1/120"],
        ["mã hồ sơ ghi ngày khác ngày tiếp nhận", "nhận, cần xem lại", "1", "4/120"],
        ["dòng trên bảng", "không phải hồ sơ", "1", "3/120"],
        ["dòng trống", "không phải hồ sơ", "1", "2/120"],
        ["tiêu đề bảng", "không phải hồ sơ", "2", "10/1.500"],
    ] == texts(table)


def test_the_last_import_is_said_with_its_balance() -> None:
    expected = "Sổ dữ liệu được nhập một lần: 120 dòng đọc được gồm 110 dòng nhận, 3 dòng loại, 2 dòng trùng hệt, 5 dòng không phải hồ sơ."
    assert expected == quality.say_import([FIRST]).text
    assert quality.say_import([FIRST, SECOND]).text.startswith("Sổ dữ liệu được nhập 2 lần; lần gần nhất có 1.500 dòng đọc được gồm 1.490 dòng nhận")


def test_an_account_of_an_older_version_shows_what_it_has() -> None:
    old = {name: FIRST[name] for name in ("profile", "read", "accepted", "rejected", "duplicates", "not_dossiers")}
    table = quality.import_table([old])
    assert isinstance(table, Table)
    assert [["1. không rõ tệp", "–", "120", "110", "3", "2", "5", "–", "–"]] == texts(table)


def test_without_an_account_a_sentence_says_so() -> None:
    assert "Không có bảng đối soát bên cạnh sổ dữ liệu" in quality.import_table([]).model_dump()["text"]
    assert "vì không có bảng đối soát" in quality.reason_table([]).model_dump()["text"]
    assert "Không rõ sổ dữ liệu được nhập mấy lần, từ tệp nào." == quality.say_import([]).text


def test_nothing_left_out_is_said_too() -> None:
    clean = {**SECOND, "not_dossiers": {}}
    assert "Không có dòng nào bị loại hoặc cần xem lại." == quality.reason_table([clean]).model_dump()["text"]


# --- coverage


def coverage(study: Study) -> Table:
    received = (measure_study(study, ["received"], study.history, by=by) for by in (["unit"], []))
    return quality.coverage_table("Thử", *received, study.history)


def test_a_unit_with_nothing_in_a_period_shows(study: Study) -> None:
    table = coverage(study)
    assert [["Xã Long Mai", "1", "10"], ["Xã Long Môn", "1", "trống"], ["Toàn bộ", "2", "10"]] == texts(table)
    assert ["Đơn vị", "Quý"] == [header.text for header in table.header]
    assert [("2023", ["IV"]), ("2024", ["I"])] == [(year.text, [leaf.text for leaf in year.children]) for year in table.header[1].children]


def test_the_year_is_said_once_over_its_quarters(tmp_path: Path) -> None:
    write_register(register(dossier("2023-06-20"), dossier("2024-01-10")), tmp_path / "so.parquet")
    named = [(year.text, len(year.children)) for year in coverage(opened(tmp_path / "so.parquet", history=3)).header[1].children]
    assert [("2023", 2), ("2024", 1)] == named
    half_years = coverage(opened(tmp_path / "so.parquet", period="2024-H1")).header
    assert ["Đơn vị", "6 tháng cuối năm 2023", "6 tháng đầu năm 2024"] == [header.text for header in half_years]


def test_gaps_are_said_by_unit_and_period(study: Study) -> None:
    said = quality.say_coverage(measure_study(study, ["received"], study.history, by=["unit"]), study)
    assert "Không có hồ sơ tiếp nhận: Xã Long Môn (quý I/2024). Có thể thiếu tệp xuất của đơn vị trong kỳ đó." == said.text
    assert [("received", "2024-Q1", {"unit_id": MON})] == [(number.metric, number.period, number.group) for number in said.numbers]


def test_a_unit_of_the_district_that_never_appears_is_named(tmp_path: Path) -> None:
    communes = (MAI, MON, "xa-long-son", "xa-thanh-an", "ubnd-huyen-minh-long")
    write_register(register(*(dossier(day, unit=unit) for unit in communes for day in ("2023-10-02", "2024-01-10"))), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet", unit="huyen-minh-long")
    said = quality.say_coverage(measure_study(study, ["received"], study.history, by=["unit"]), study).text
    assert "Không có hồ sơ nào trong cả 2 kỳ: Xã Long Hiệp. Có thể thiếu tệp xuất của đơn vị trong kỳ đó." == said


def test_no_gap_is_said_too(tmp_path: Path) -> None:
    write_register(register(dossier("2023-10-02"), dossier("2024-01-10")), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet")
    said = quality.say_coverage(measure_study(study, ["received"], study.history, by=["unit"]), study).text
    assert "Đơn vị nào trong 1 đơn vị cũng có hồ sơ tiếp nhận trong mỗi kỳ của 2 kỳ." == said


def test_a_unit_that_does_not_exist_yet_leaves_no_gap(tmp_path: Path) -> None:
    """The communes of 1/7/2025 have nothing before that day, and those they followed nothing after 2025-Q3."""
    moved = [dossier("2025-05-05", unit=MAI), dossier("2025-09-01", unit="xa-son-mai"), dossier("2025-10-01", unit="xa-son-mai")]
    write_register(register(*moved), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet", period="2025-Q4", as_of="2025-12-14", history=3)
    by_unit = measure_study(study, ["received"], study.history, by=["unit"])
    assert [["Xã Sơn Mai", "–", "1", "1"], ["Xã Long Mai", "1", "trống", "–"], ["Toàn bộ", "1", "1", "1"]] == texts(coverage(study))
    assert "Xã Sơn Mai" not in quality.say_coverage(by_unit, study).text


def test_dossiers_of_no_known_unit_have_a_row_and_leave_no_gap(tmp_path: Path) -> None:
    write_register(register(dossier("2023-10-02"), dossier("2024-01-10"), dossier("2024-01-10", unit=None)), tmp_path / "so.parquet")
    study = opened(tmp_path / "so.parquet")
    assert [["Xã Long Mai", "1", "1"], ["Không rõ", "0", "1"], ["Toàn bộ", "1", "2"]] == texts(coverage(study))
    said = quality.say_coverage(measure_study(study, ["received"], study.history, by=["unit"]), study).text
    assert said.startswith("Đơn vị nào trong 1 đơn vị cũng có hồ sơ")


# --- facts and dates


def test_facts_stand_with_those_for_whom_they_are_known(study: Study) -> None:
    table = quality.known_table(measure_study(study, quality.metrics_of(quality.FACTS), study.compared), study)
    rows = {row[0]: row[1:] for row in texts(table)}
    assert ["9/10 (90,00%)", "0/2 (0,00%)", "–"] == rows["Ngày hẹn trả"]
    assert ["10/10 (100,00%)", "2/2 (100,00%)", "–"] == rows["Hình thức nộp"]
    assert ["0/8 (0,00%)", "–", "–"] == rows["Số hóa kết quả"]
    assert ["2/8 (25,00%)", "–", "–"] == rows["Ngày trả trên giấy của hồ sơ quá hạn"]


def test_dates_that_cannot_be_are_counted_of_those_that_have_them(study: Study) -> None:
    found = measure_study(study, quality.metrics_of(quality.DATES), study.compared)
    assert [["Hẹn trả trước ngày tiếp nhận", "1/9 (11,11%)", "–", "–"], ["Tiếp nhận vào ngày nghỉ", "1/10 (10,00%)", "0/2 (0,00%)", "–"]] == texts(
        quality.date_table(found, study)
    )
    expected = "Quý I/2024: trong 9 hồ sơ tiếp nhận có ngày hẹn trả, 1 hồ sơ hẹn trả trước ngày tiếp nhận; trong 10 hồ sơ tiếp nhận, 1 hồ sơ vào ngày nghỉ."
    assert expected == quality.say_dates(found, study.period).text
    assert (
        "không hồ sơ nào hẹn trả trước ngày tiếp nhận; trong 2 hồ sơ tiếp nhận, không hồ sơ nào vào ngày nghỉ." in quality.say_dates(found, study.before).text
    )
    assert "Quý I/2023: không có hồ sơ tiếp nhận." == quality.say_dates(found, study.year_before).text


def test_dossiers_after_the_as_of_date_are_said_to_be_outside(study: Study, tmp_path: Path) -> None:
    expected = "Sau ngày chốt số liệu 15/3/2024, sổ dữ liệu còn có 1 hồ sơ tiếp nhận và 0 hồ sơ kết thúc, không tính vào tài liệu này."
    assert quality.say_future(study).text.startswith(expected)
    assert ["2024-03-16..2024-03-16"] * 2 == [number.period for number in quality.say_future(study).numbers]
    write_register(register(dossier("2024-03-15 23:00")), tmp_path / "so.parquet")
    assert "Không có hồ sơ nào tiếp nhận hoặc kết thúc sau ngày chốt số liệu 15/3/2024." == quality.say_future(opened(tmp_path / "so.parquet")).text


def test_what_comes_or_ends_on_the_day_itself_is_not_after_it() -> None:
    frame = register(dossier("2024-03-14", resolved="2024-03-15 23:59"), dossier("2024-03-15 23:59", resolved="2024-03-16 00:00"), dossier("2024-03-16"))
    assert {"received": 1, "ended": 1} == count_after(as_dossiers(frame), date(2024, 3, 15))
    assert {"received": 0, "ended": 0} == count_after(as_dossiers(register()), date(2024, 3, 15))


# --- in bulk, late


def test_ends_in_bulk_are_said_with_how_many_stand_at_the_periods_end(study: Study) -> None:
    found = measure_study(study, ["closed_in_bulk_share", "closed_in_bulk_at_period_end"], study.compared)
    expected = (
        "Quý I/2024: trong 8 hồ sơ kết thúc có ghi giờ, 6 hồ sơ kết thúc cùng một phút với ít nhất 4 hồ sơ khác của cùng đơn vị; "
        "trong số đó 6 hồ sơ vào 3 ngày làm việc cuối kỳ."
    )
    assert expected == quality.say_bulk(found, study.period).text
    assert (
        "Quý IV/2023: không có hồ sơ kết thúc nào ghi giờ và đơn vị giải quyết, nên không xét được kết thúc hàng loạt."
        == quality.say_bulk(found, study.before).text
    )


def test_late_only_on_the_system_is_said_of_those_whose_return_is_known(study: Study) -> None:
    found = measure_study(study, ["resolved_late", "late_on_system_only_share"], study.compared)
    expected = (
        "Quý I/2024: trong 8 hồ sơ quá hạn, 2 hồ sơ có ghi ngày trả trên giấy, trong đó 1 hồ sơ đã trả kết quả trên giấy đúng hạn, "
        "chỉ bấm kết thúc muộn trên hệ thống."
    )
    assert expected == quality.say_late(found, study.period).text
    assert "Quý IV/2023: không có hồ sơ quá hạn." == quality.say_late(found, study.before).text
    assert "Quý I/2023: không có số liệu." == quality.say_late(found, study.year_before).text


def test_the_sample_says_what_the_district_says_of_its_late_dossiers(sample_register: Path) -> None:
    study = opened(sample_register, unit="huyen-minh-long", document={"period": "2021-01-01..2024-03-15"})
    said = quality.say_late(measure_study(study, ["resolved_late", "late_on_system_only_share"], [study.written]), study.written).text
    expected = "trong 177 hồ sơ quá hạn, 142 hồ sơ đã trả kết quả trên giấy đúng hạn, chỉ bấm kết thúc muộn trên hệ thống."
    assert f"Từ ngày 01/01/2021 đến ngày 15/3/2024: {expected}" == said


def test_a_revised_past_quarter_is_told_from_what_was_published(tmp_path: Path) -> None:
    """Published on 15/3/2024 with one open dossier; by June it turns out that it had ended late, and another had come in March."""
    path = tmp_path / "so.parquet"
    open_then, ended_late = dossier("2024-01-10", due="2024-01-20"), dossier("2024-01-10", due="2024-01-20", resolved="2024-02-01")
    (tmp_path / "so.snapshots").mkdir()
    write_register(register(open_then), tmp_path / "so.snapshots" / "2024-03-15-001.parquet", date(2024, 3, 15))
    write_register(register(ended_late, dossier("2024-03-01"), dossier("2024-06-10")), path, date(2024, 6, 14))
    asked = {"period": "2024-Q2", "as_of": "2024-06-14", "unit": "all", "register": str(path), "policy": "report-2024", "history": 3}
    study = open_study(**asked)
    table = quality.revision_table(measure_revisions(study, ["received", "resolved_late"], study.history), study.history)
    assert isinstance(table, Table)
    assert [["Quý I/2024", "1", "2", "+1", "0", "1", "+1"]] == texts(table)[-1:]
    assert str(path) == study.register
    assert str(tmp_path / "so.snapshots" / "2024-03-15-001.parquet") == open_study(**{**asked, "period": "2024-Q1", "as_of": "2024-03-15"}).register


def test_without_earlier_versions_nothing_was_revised(tmp_path: Path) -> None:
    path = tmp_path / "so.parquet"
    write_register(register(dossier("2024-01-10")), path, date(2024, 3, 15))
    study = open_study(period="2024-Q1", as_of="2024-03-15", unit="all", register=str(path), policy="report-2024", history=3)
    said = quality.revision_table(measure_revisions(study, ["received"], study.history), study.history)
    assert "chưa có số liệu đã công bố nào bị sửa" in said.text
