"""What is still open, in words and tables: small registers, the exact sentence."""

import pandas as pd
import pytest
from dossiers import dossier, register, results

from tthc_analysis.exhibits.backlog import band_table, due_soon_table, say_backlog, say_clocks, say_open_aware, say_time_used
from tthc_analysis.exhibits.model import Statement, Table
from tthc_analysis.reference.periods import parse_period

PERIOD = parse_period("2024-Q1")
BACKLOG = ["pending", "pending_late", "pending_due_soon"]
# on 14/3/2024: late, due in one and in six working days, without a due date, finished
WAITING = [dossier("2024-03-01", due=due) for due in ("2024-03-13", "2024-03-15", "2024-03-22", None)]
DONE = dossier("2024-03-01", due="2024-03-08", resolved="2024-03-05")


def measured(*dossiers, metrics=BACKLOG, by=()) -> pd.DataFrame:
    return results(register(*dossiers), "2024-Q1", metrics=metrics, by=by)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def test_the_backlog_is_said_with_its_counts():
    said = say_backlog(measured(*WAITING, DONE), PERIOD).text
    expected = "Cuối quý I/2024 còn 4 hồ sơ đang giải quyết: 1/4 đã quá hạn, 1/4 đến hạn trong 5 ngày làm việc tới. Cần giải quyết trước các hồ sơ sắp đến hạn."
    assert expected == said


@pytest.mark.parametrize(("dossiers", "expected"), [([DONE], "Quý I/2024: không có hồ sơ đang giải quyết.")])
def test_without_a_backlog_that_is_said(dossiers, expected):
    assert expected == say_backlog(measured(*dossiers), PERIOD).text


def test_the_bands_of_time_left_stand_in_the_order_of_time_with_the_empty_ones():
    left, whole = measured(*WAITING, metrics=["pending"], by=("left",)), measured(*WAITING, metrics=["pending"])
    rows = texts(band_table("Còn lại", left, whole, PERIOD))
    assert ["0", "0", "1", "1", "1", "0", "1", "4"] == [row[1] for row in rows]
    assert ["25,00%", "100,00%"] == [rows[2][2], rows[-1][2]]
    assert ["Quá hạn trên 20 ngày làm việc", "Toàn bộ"] == [rows[0][0], rows[-1][0]]


def test_the_parts_of_a_band_carry_both_counts():
    left, whole = measured(*WAITING, metrics=["pending"], by=("age",)), measured(*WAITING, metrics=["pending"])
    table = band_table("Đã chờ", left, whole, PERIOD)
    assert [(4, 4)] == [(n.numerator, n.denominator) for row in table.rows[1:2] for n in row[2].numbers]


def test_bands_of_no_backlog_have_no_percentage():
    table = band_table("Đã chờ", measured(DONE, metrics=["pending"], by=("age",)), measured(DONE, metrics=["pending"]), PERIOD)
    assert [["0", "–"]] * 6 == [row[1:] for row in texts(table)]


def test_what_turns_late_is_listed_by_unit_most_first():
    soon = [dossier("2024-03-01", due="2024-03-15", unit="xa-long-mon") for _ in range(2)]
    everything = [*WAITING, *soon, dossier("2024-03-01", unit="xa-long-hiep")]
    table = due_soon_table("Sắp đến hạn", measured(*everything, by=("unit",)), measured(*everything), PERIOD)
    assert [["Xã Long Môn", "2", "0", "2"], ["Xã Long Mai", "4", "1", "1"], ["Toàn bộ", "7", "1", "3"]] == texts(table)


def test_where_nothing_turns_late_a_sentence_says_so():
    found = due_soon_table("Sắp đến hạn", measured(DONE, by=("unit",)), measured(DONE), PERIOD)
    assert isinstance(found, Statement)
    assert "Quý I/2024: không có hồ sơ nào quá hạn hoặc đến hạn trong 5 ngày làm việc tới." == found.text


def test_counting_the_open_dossiers_is_explained():
    quick = [dossier("2024-03-01", resolved="2024-03-04") for _ in range(9)]
    found = measured(*quick, *(dossier("2024-01-03") for _ in range(2)), metrics=["processing_workdays_p90", "open_aware_workdays_p90"])
    said = say_open_aware(found, PERIOD).text
    assert "trong 11 hồ sơ tiếp nhận trong kỳ, tính cả hồ sơ còn mở, chưa đến 90% đã xong" in said


@pytest.mark.parametrize(("received", "end"), [("2024-03-01", "2024-03-04"), ("2023-12-01", "2024-03-04")])
def test_the_difference_is_laid_to_open_dossiers_only_where_they_make_it(received, end):
    """An old dossier that ended in the period makes the plain figure the longer one: it is not of those that came in the period."""
    done = [dossier("2024-03-01", resolved="2024-03-04") for _ in range(19)]
    found = measured(*done, dossier(received, resolved=end), dossier("2024-03-01"), metrics=["processing_workdays_p90", "open_aware_workdays_p90"])
    assert "tính trên hai nhóm hồ sơ khác nhau" in say_open_aware(found, PERIOD).text


def test_the_time_used_is_said_of_those_whose_limit_is_known():
    found = measured(dossier("2024-03-01", due="2024-03-15", resolved="2024-03-08"), DONE, metrics=["time_used_median", "time_used_p90"])
    assert (
        "Quý I/2024: trong 2 hồ sơ xong biết thời hạn, một nửa dùng không quá 45,0% thời hạn, chín phần mười dùng không quá 49,0%."
        == say_time_used(found, PERIOD).text
    )


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"workday": 14}, "Thời hạn: 14 thủ tục tính theo ngày làm việc."),
        ({"workday": 14, "hour": 2}, "Thời hạn: 14 thủ tục tính theo ngày làm việc, 2 thủ tục tính theo giờ. Mỗi loại đo bằng đơn vị riêng, không gộp."),
    ],
)
def test_the_clocks_of_the_procedures_are_said(counts, expected):
    assert expected == say_clocks(counts).text


def test_without_limits_the_cure_is_said():
    assert "procedures.csv" in say_clocks({}).text
