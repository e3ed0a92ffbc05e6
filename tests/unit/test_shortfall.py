"""What a share still lacks, in words, a table and a drawing: small results by hand, the exact sentence and the exact cells."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits.model import Figure, Statement, Table, numbers_of
from tthc_analysis.exhibits.shortfall import (
    PRINTED,
    draw_gap,
    gap_table,
    measure_pace,
    never_online_table,
    pace_window,
    reporting_year,
    say_gap_holders,
    say_never_online,
    say_pace,
)
from tthc_analysis.metrics.catalogue import SHARE
from tthc_analysis.metrics.engine import as_dossiers
from tthc_analysis.metrics.gaps import procedure_names
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.store import write_register

QUARTER = parse_period("2024-Q1")
RESULT = "result_digitised_share"
HEAD = "metric,level,value,valid_from,valid_to,legal_basis,verified\n"


def results(groups: dict[str, tuple[float, float]], by: str = "field", metric: str = RESULT) -> pd.DataFrame:
    """Results of one share of the quarter by one column."""
    rows = [(metric, "2024-Q1", name, *counts, SHARE) for name, counts in groups.items()]
    found = pd.DataFrame(rows, columns=["metric", "period", by, "numerator", "denominator", "unit"])
    return found.assign(value=found["numerator"] / found["denominator"], ci_low=float("nan"), ci_high=float("nan"))


def texts(table: object) -> list[list[str]]:
    assert isinstance(table, Table)
    return [[cell.text for cell in row] for row in table.rows]


def drawn(groups: dict[str, tuple[float, float]], by: str = "field") -> Figure:
    figure = draw_gap("Khoảng trống", RESULT, results(groups, by), QUARTER)
    assert isinstance(figure, Figure)
    return figure


FIELDS = {"Hộ tịch": (90, 100), "Đất đai": (40, 110), "Chứng thực": (0, 20), "Giáo dục": (5, 5), "Y tế": (0, 0)}

# --- who holds the gap


def test_groups_stand_by_what_they_lack_with_the_whole_last() -> None:
    expected = [
        ["Đất đai", "36,36% (40/110)", "70", "70,00%", "70,00%"],
        ["Chứng thực", "0,00% (0/20)", "20", "20,00%", "90,00%"],
        ["Hộ tịch", "90,00% (90/100)", "10", "10,00%", "100,00%"],
        ["Toàn bộ", "57,45% (135/235)", "100", "100,00%", ""],
    ]
    assert expected == texts(gap_table("Khoảng trống", RESULT, results(FIELDS), QUARTER))


def test_the_note_says_what_is_counted_and_who_is_left_out() -> None:
    table = gap_table("Khoảng trống", RESULT, results(FIELDS), QUARTER)
    expected = [
        "n là số hóa kết quả giải quyết; N là hồ sơ đã giải quyết xong trong kỳ biết tình trạng số hóa kết quả; còn thiếu là N trừ n. Cộng dồn tính từ dòng đầu.",
        "Không nêu 1 nhóm không thiếu hồ sơ nào.",
    ]
    assert isinstance(table, Table)
    assert expected == table.notes


def test_other_metrics_and_periods_of_the_results_are_passed_over() -> None:
    others = [results({"Khác": (1, 9)}, metric="online_share"), results({"Khác": (1, 9)}).assign(period="2023-Q4")]
    found = gap_table("Khoảng trống", RESULT, pd.concat([results(FIELDS), *others]), QUARTER)
    assert texts(gap_table("Khoảng trống", RESULT, results(FIELDS), QUARTER)) == texts(found)


def test_parts_of_the_gap_keep_both_counts_under_names_of_their_own() -> None:
    table = gap_table("Khoảng trống", RESULT, results(FIELDS), QUARTER)
    assert isinstance(table, Table)
    facts = [(n.metric, n.group, n.numerator, n.denominator, n.value) for cell in table.rows[1][1:] for n in cell.numbers]
    group = {"of": RESULT, "field": "Chứng thực"}
    expected = [
        (RESULT, {"field": "Chứng thực"}, 0, 20, 0),
        ("gap_missing", group, None, None, 20),
        ("gap_share", group, 20, 100, 0.2),
        ("gap_cumulated", group, 90, 100, 0.9),
    ]
    assert expected == facts


def test_few_groups_that_hold_four_fifths_are_named() -> None:
    expected = "2 lĩnh vực giữ 90,00% khoảng trống của tỷ lệ số hóa kết quả (90/100 hồ sơ còn thiếu): Đất đai (70), Chứng thực (20)."
    assert expected == say_gap_holders(RESULT, results(FIELDS), QUARTER).text


def test_exactly_four_fifths_are_enough() -> None:
    found = say_gap_holders(RESULT, results({"A": (0, 8), "B": (0, 1), "C": (0, 1)}), QUARTER)
    assert found.text.startswith("1 lĩnh vực giữ 80,00% khoảng trống")


def test_one_group_that_lacks_anything_holds_all() -> None:
    found = say_gap_holders(RESULT, results({"xa-long-mai": (3, 10), "xa-long-mon": (2, 2)}, by="unit_id"), QUARTER)
    assert found.text == "Toàn bộ khoảng trống của tỷ lệ số hóa kết quả (100,00%, 7/7 hồ sơ còn thiếu) ở một đơn vị: Xã Long Mai (7)."


def test_of_many_holders_six_are_named_and_the_others_counted() -> None:
    found = say_gap_holders(RESULT, results({f"L{n:02d}": (0, 10) for n in range(96)}), QUARTER)
    expected = "77 lĩnh vực giữ 80,21% khoảng trống của tỷ lệ số hóa kết quả (770/960 hồ sơ còn thiếu): "
    assert found.text == f"{expected}L00 (10), L01 (10), L02 (10), L03 (10), L04 (10), L05 (10) và 71 lĩnh vực khác."


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ({"A": (4, 4), "B": (0, 0)}, "Tỷ lệ số hóa kết quả quý I/2024: 4/4 hồ sơ, đạt 100,00%, không còn khoảng trống."),
        ({"A": (0, 0)}, "Tỷ lệ số hóa kết quả quý I/2024: không có số liệu."),
        ({"A": (float("nan"), float("nan"))}, "Tỷ lệ số hóa kết quả quý I/2024: không có số liệu."),
        ({}, "Tỷ lệ số hóa kết quả quý I/2024: không có số liệu."),
    ],
    ids=["nothing missing", "no dossier", "not known", "no group"],
)
def test_without_a_gap_the_table_the_drawing_and_the_sentence_say_so(groups: dict[str, tuple[float, float]], expected: str) -> None:
    found = results(groups)
    all_three = [gap_table("x", RESULT, found, QUARTER), draw_gap("x", RESULT, found, QUARTER), say_gap_holders(RESULT, found, QUARTER)]
    assert [expected] * 3 == [exhibit.text for exhibit in all_three if isinstance(exhibit, Statement)]


def test_a_share_of_which_less_is_better_has_no_gap() -> None:
    with pytest.raises(ValueError, match="which late_share is not"):
        gap_table("x", "late_share", results({"A": (1, 4)}, metric="late_share"), QUARTER)


# --- the drawing


def test_the_alternative_text_says_every_bar() -> None:
    expected = (
        "Biểu đồ thanh ngang theo lĩnh vực, Quý I/2024: hồ sơ còn thiếu của tỷ lệ số hóa kết quả, nhiều nhất trước. "
        "Đất đai 70 (cộng dồn 70,00%); Chứng thực 20 (cộng dồn 90,00%); Hộ tịch 10 (cộng dồn 100,00%). Toàn bộ 100."
    )
    assert expected == drawn(FIELDS).alt


def test_the_data_under_the_drawing_is_the_table() -> None:
    assert gap_table("Khoảng trống", RESULT, results(FIELDS), QUARTER) == drawn(FIELDS).data


def test_of_many_groups_twelve_are_drawn_and_the_others_added_up() -> None:
    figure = drawn({f"L{n:02d}": (0, 100 - n) for n in range(96)})
    assert "L11 89 (cộng dồn 22,50%); 84 nhóm khác 3.906 (cộng dồn 100,00%). Toàn bộ 5.040." in figure.alt
    assert ["Hình vẽ 12 nhóm thiếu nhiều nhất trong 96 nhóm, các nhóm khác chỉ ghi số; bảng số liệu có đủ."] == figure.notes
    assert len(figure.data.rows) == 97


def test_a_thirteenth_group_is_drawn_itself() -> None:
    figure = drawn({f"L{n:02d}": (0, 100 - n) for n in range(13)})
    assert "L12 88" in figure.alt
    assert figure.notes == []


@pytest.mark.parametrize("groups", [{"A": (3, 10)}, {f"Đơn vị hành chính số {n} có tên dài đến sáu mươi chữ cái để thử": (0, 10**6 + n) for n in range(20)}])
def test_the_same_data_gives_the_same_drawing(groups: dict[str, tuple[float, float]]) -> None:
    assert drawn(groups).svg == drawn(groups).svg


def test_the_drawing_fits_a_phone() -> None:
    # one width, whatever the data: 4,6 inches of 72 points
    widths = {re.search(r'width="([0-9.]+)pt"', drawn(groups).svg)[1] for groups in (FIELDS, {"A": (0, 10**6)})}  # type: ignore[index]
    assert {"331.2"} == widths


# --- how fast


def opened(folder: Path, *made: dict[str, Any], target: str = "0.8", **parameters: Any) -> Study:
    """A study of all units of some dossiers, whose office has a target for digitised results."""
    write_register(register(*made), folder / "so.parquet")
    (folder / "targets.csv").write_text(f"{HEAD}{RESULT},all,{target},2020-01-01,,Kế hoạch thử,true\n" if target else HEAD, "utf-8")
    named = {"period": "2024-Q1", "as_of": "2024-03-14", "policy": "report-2024", "history": 2, "calendar": "VN", "document": {}}
    # a handful of dossiers, as an office sees them: what a published document withholds is the matter of test_disclosure
    return open_study(**named | {"unit": "all", "internal": True, "register": str(folder / "so.parquet"), "office": str(folder)} | parameters)


def finished(done: int, not_done: int, day: str = "2024-03-14") -> list[dict[str, Any]]:
    return [dossier(day, resolved=day, result_digitised=number < done) for number in range(done + not_done)]


def said(study: Study, metric: str = RESULT) -> str:
    return say_pace(measure_pace(study, metric), metric, study).text


def test_the_pace_that_a_target_takes_is_said_with_the_present_one(tmp_path: Path) -> None:
    # 91 of 366 days are 2,98 months, 275 are 9,02: 60 dossiers so far, 181,3 to come, 80 % of 241,3 less 30 in 9,02 months
    expected = (
        "Tỷ lệ số hóa kết quả từ đầu năm báo cáo (15/12/2023–14/3/2024): 50,00% (30/60 hồ sơ). "
        "Để đạt 80,00% vào 14/12/2024 cần mỗi tháng 19 hồ sơ số hóa kết quả giải quyết trong 9,0 tháng còn lại (hiện nay 10,1 mỗi tháng, chưa đủ). "
        "Căn cứ chỉ tiêu: Kế hoạch thử."
    )
    assert expected == said(opened(tmp_path, *finished(30, 30)))


def test_a_target_that_is_held_takes_a_pace_too(tmp_path: Path) -> None:
    text = said(opened(tmp_path, *finished(54, 6)))
    assert "Để giữ 80,00% vào 14/12/2024 cần mỗi tháng 16 hồ sơ" in text
    assert "(hiện nay 18,1 mỗi tháng, đủ)" in text


def test_what_new_dossiers_cannot_reach_needs_the_old_ones(tmp_path: Path) -> None:
    text = said(opened(tmp_path, *finished(10, 50), target="0.95"))
    expected = "Không thể đạt 95,00% vào 14/12/2024 chỉ bằng hồ sơ mới: dù mọi hồ sơ mới đều số hóa kết quả giải quyết, vẫn thiếu 38 hồ sơ. Phải làm bù trên hồ sơ đã có."
    assert expected in text


def test_a_target_that_is_reached_whatever_comes_needs_nothing(tmp_path: Path) -> None:
    text = said(opened(tmp_path, *finished(30, 0), target="0.2"))
    expected = "Đã đủ để đạt 20,00% vào 14/12/2024, dù từ nay không thêm hồ sơ nào số hóa kết quả giải quyết (hồ sơ mới vẫn đến đều như hiện nay)."
    assert expected in text


@pytest.mark.parametrize(
    ("done", "expected"),
    [(7, "Năm báo cáo đã hết vào 14/12/2024, còn thiếu 1 hồ sơ để đạt 80,00%."), (8, "Đạt chỉ tiêu 80,00% của năm báo cáo.")],
)
def test_after_the_year_a_target_is_met_or_missed(tmp_path: Path, done: int, expected: str) -> None:
    study = opened(tmp_path, *finished(done, 10 - done), dossier("2025-01-10"), period="2024", as_of="2025-02-01")
    assert expected in said(study)


def test_without_a_verified_target_the_place_for_one_is_named(tmp_path: Path) -> None:
    expected = (
        "Tỷ lệ số hóa kết quả: chưa có chỉ tiêu được đối chiếu với văn bản, nên không tính được mỗi tháng cần bao nhiêu. "
        "Cơ quan ghi chỉ tiêu của mình vào params/targets.csv (verified là true sau khi đối chiếu văn bản)."
    )
    assert expected == said(opened(tmp_path, *finished(1, 1), target=""))


def test_a_year_without_dossiers_has_no_pace(tmp_path: Path) -> None:
    expected = "Tỷ lệ số hóa kết quả từ đầu năm báo cáo (15/12/2023–14/3/2024): chưa có hồ sơ nào để tính."
    assert expected == said(opened(tmp_path, dossier("2024-03-14")))


def test_a_year_after_the_register_is_not_known(tmp_path: Path) -> None:
    study = opened(tmp_path, *finished(1, 1), period="2026-Q1", as_of="2026-03-14")
    assert said(study).endswith("(15/12/2025–15/12/2025): không có số liệu.")


def test_a_share_of_which_less_is_better_has_no_pace(tmp_path: Path) -> None:
    study = opened(tmp_path, *finished(1, 1))
    with pytest.raises(ValueError, match="which late_share has not"):
        say_pace(measure_pace(study, "late_share"), "late_share", study)


@pytest.mark.parametrize(("counts", "target", "status"), [((30, 30), "0.8", "possible"), ((10, 50), "0.95", "impossible"), ((30, 0), "0.2", "reached")])
def test_every_number_of_a_pace_stands_in_its_sentence(tmp_path: Path, counts: tuple[int, int], target: str, status: str) -> None:
    study = opened(tmp_path, *finished(*counts), target=target)
    found = say_pace(measure_pace(study, RESULT), RESULT, study)
    assert [RESULT, *(f"pace_{name}" for name in PRINTED[status])] == [number.metric for number in found.numbers]
    assert all(number.text in found.text for number in found.numbers)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2024-Q1", "15/12/2023–14/12/2024"),
        ("2024-12", "15/12/2023–14/12/2024"),
        ("2024-Q4@calendar", "01/01/2024–31/12/2024"),
        ("2023-12-20..2024-01-05", "01/01/2024–31/12/2024"),
    ],
)
def test_the_reporting_year_is_of_the_kind_of_its_period(period: str, expected: str) -> None:
    assert expected == reporting_year(parse_period(period)).dates


@pytest.mark.parametrize(("as_of", "last"), [("2024-02-01", date(2024, 2, 1)), ("2024-03-14", date(2024, 3, 4)), ("2025-03-01", date(2024, 3, 4))])
def test_the_window_ends_with_what_is_known(tmp_path: Path, as_of: str, last: date) -> None:
    study = opened(tmp_path, *finished(1, 1, day="2024-03-04"), as_of=as_of)
    assert (date(2023, 12, 15), last) == (pace_window(study).start, pace_window(study).end)


# --- what was never filed online


def filed(code: str | None, online: int, in_person: int, name: str | None = None) -> list[dict[str, Any]]:
    channels = ["online"] * online + ["in_person"] * in_person
    return [dossier(procedure_code=code, procedure_name=name, channel=channel) for channel in channels]


def never(folder: Path, *made: dict[str, Any]) -> tuple[object, str]:
    study = opened(folder, *made)
    found, names = measure_study(study, ["online_share"], by=["procedure"]), procedure_names(study.dossiers)
    return never_online_table("Chưa từng nộp trực tuyến", found, study, names), say_never_online(found, study, names).text


def test_procedures_never_filed_online_are_listed_largest_first(tmp_path: Path) -> None:
    made = [*filed("1.1", 0, 2, "Khai sinh"), *filed("1.2", 1, 5, "Khai tử"), *filed("1.3", 0, 3), *filed(None, 0, 4)]
    table, text = never(tmp_path, *made)
    assert [["1.3", "–", "3"], ["1.1", "Khai sinh", "2"]] == texts(table)
    assert text == "Quý I/2024: 2/3 thủ tục có hồ sơ mà không hồ sơ nào nộp trực tuyến, gồm 5/11 hồ sơ (45,45%): nhiều nhất là 1.3, 3 hồ sơ."


def test_at_most_fifteen_procedures_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    table, text = never(tmp_path, *(each for n in range(17) for each in filed(f"1.{n:02d}", 0, 20 - n)))
    assert isinstance(table, Table)
    assert len(table.rows) == 15
    assert table.notes[-1] == "Còn 2 thủ tục nữa, 9 hồ sơ; bảng ghi 15 thủ tục nhiều hồ sơ nhất."
    assert "17/17 thủ tục" in text


def test_one_procedure_is_not_said_to_be_the_largest(tmp_path: Path) -> None:
    text = never(tmp_path, *filed("1.1", 0, 2, "Khai sinh"), *filed("1.2", 1, 0))[1]
    assert text.endswith("(66,67%): Khai sinh (1.1), 2 hồ sơ.")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (filed("1.1", 1, 1), "Quý I/2024: 1/1 thủ tục có hồ sơ đều có hồ sơ nộp trực tuyến."),
        (filed(None, 0, 3), "Quý I/2024: không có thủ tục nào có hồ sơ tiếp nhận biết hình thức nộp."),
    ],
    ids=["all online", "no code"],
)
def test_without_such_a_procedure_a_sentence_says_so(tmp_path: Path, made: list[dict[str, Any]], expected: str) -> None:
    table, text = never(tmp_path, *made)
    assert isinstance(table, Statement)
    assert (expected, expected) == (table.text, text)


def test_a_procedure_bears_the_name_most_often_written() -> None:
    made = [*filed("1.1", 0, 1, "Khai sinh cũ"), *filed("1.1", 0, 2, "Khai sinh"), *filed("1.2", 0, 1, "B"), *filed("1.2", 0, 1, "A"), *filed("1.3", 0, 1)]
    assert {"1.1": "Khai sinh", "1.2": "A"} == procedure_names(as_dossiers(register(*made)))


def test_no_number_of_a_list_bears_the_name_of_a_result(tmp_path: Path) -> None:
    table, _ = never(tmp_path, *filed("1.1", 0, 2))
    assert isinstance(table, Table)
    assert ["never_online_received"] == [number.metric for number in numbers_of(table)]
