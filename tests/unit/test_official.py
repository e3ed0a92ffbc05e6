"""The appendices: the report's own headers with what is declared, and the tables that its text rests on, each sum checked before it is printed."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossiers import dossier, register

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits import official
from tthc_analysis.exhibits.model import Header, Table, leaves, numbers_of, read_exhibit
from tthc_analysis.exhibits.official import Line, Measured, Sum, measure_form
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.register.store import write_register

PARAMS = Path(__file__).parents[2] / "params"
PARAMETERS: dict[str, Any] = {
    "period": "2024-Q1",
    "as_of": "2024-03-15",
    "unit": "huyen-minh-long",
    "policy": "report-2024",
    "history": 1,
    "calendar": "VN",
    "document": {"issuer": "UBND huyện Minh Long", "period": "2021-01-01..2024-03-15"},
}
APPENDICES = (official.appendix_i, official.appendix_ii, official.appendix_iii, official.appendix_iv, official.appendix_v)
# the columns that the report prints, with what stands over them (Phụ lục I–V kèm theo Báo cáo của UBND huyện Minh Long, tháng 3/2024)
TEXTS = ("Tổng số", "Luật", "Pháp lệnh", "Nghị định")
RESIDENT_TEXTS = ("Tổng số", "Luật/ Pháp lệnh", "Nghị định", "QĐ của TTgCP", "Thông tư/ TTLT")
PRINTED = (
    {"Số lượng TTHC thuộc phạm vi quản lý/ thẩm quyền giải quyết": ["Tổng số", "Cấp huyện", "Cấp xã"]},
    {
        "Số lượng TTHC được đánh giá tác động (ĐGTĐ), thẩm định (TĐ)": ["Tổng số", "ĐGTĐ", "TĐ"],
        "Số lượng dự thảo VBQPPL có quy định về TTHC": [*TEXTS, "Quyết định của TTgCP", "Thông tư", "Nghị quyết của HĐND"],
    },
    {
        "Số lượng QĐKD": [
            "Tổng số QĐKD được thống kê",
            {"Số lượng QĐKD đã được cắt giảm, đơn giản hóa": ["Tổng", "TTHC", "YCĐK", "CĐBC", "TC, QC", "KTCN"]},
        ],
        "Số lượng VBQPPL đã ban hành để cắt giảm, đơn giản hóa QĐKD": [*TEXTS, "Quyết định của TtgCP", "Thông tư", "Nghị quyết của HĐND"],
    },
    {
        "Số lượng TTHC liên quan đến quản lý dân cư": ["Tổng số", "Đã cắt giảm, đơn giản hóa", "Tiếp tục cắt giảm, đơn giản hóa"],
        "Số lượng VBQPPL liên quan đến quản lý dân cư": [
            {"Đã được sửa đổi, bổ sung": list(RESIDENT_TEXTS)},
            {"Cần sửa đổi, bổ sung": list(RESIDENT_TEXTS)},
        ],
    },
    {
        "Số lượng phản ánh, kiến nghị đã tiếp nhận": ["Tổng số", "Về quy định, TTHC", "Về hành vi trong giải quyết TTHC"],
        "Số lượng phản ánh, kiến nghị đã xử lý": ["Tổng số", "Về quy định, TTHC", "Về hành vi trong giải quyết TTHC"],
    },
)
MAI, DISTRICT = "xa-long-mai", "ubnd-huyen-minh-long"
# one of each fate, at two units of two levels, in two fields
FEW = [
    dossier("2023-12-01", due="2024-01-05", resolved="2024-01-05", unit=DISTRICT, field="Đất đai", channel="online"),
    dossier("2024-01-10", due="2024-01-20", resolved="2024-01-12", unit=DISTRICT, field="Đất đai", channel="online", service_level="full"),
    dossier("2024-01-10", due="2024-01-20", resolved="2024-01-25", unit=DISTRICT, field="Hộ tịch", channel="post", intake_digitised=True),
    dossier("2024-01-10", due="2024-01-20", withdrawn="2024-02-25", unit=MAI, field="Hộ tịch", channel=None),
    dossier("2024-01-10", due="2024-01-20", refused="2024-02-25", unit=MAI, field="Hộ tịch", intake_digitised=False),
    dossier("2024-01-10", resolved="2024-02-25", unit=MAI, field=None, channel="online", result_digitised=True),
    dossier("2024-01-10", due="2024-01-20", unit=MAI, field="Hộ tịch"),
    dossier("2024-03-01", due="2024-03-20", unit=MAI, field="Hộ tịch", channel="online", service_level="partial"),
]


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


def row_of(table: Table, name: str) -> list[str]:
    return next(row for row in texts(table) if row[1] == name)


def tree(headers: Iterable[Header]) -> list[Any]:
    return [{node.text: tree(node.children)} if node.children else node.text for node in headers]


def opened(path: Path, *dossiers: dict[str, Any], **changed: Any) -> Study:
    """Open a study of some dossiers, of an office that has declared nothing."""
    write_register(register(*dossiers), path)
    return open_study(**PARAMETERS | {"register": str(path), "office": str(path.parent), "document": {}} | changed)


@pytest.fixture(scope="module")
def sample(sample_register: Path) -> Study:
    return open_study(**PARAMETERS | {"register": str(sample_register), "office": str(PARAMS)})


@pytest.fixture(scope="module")
def by_unit(sample: Study) -> Measured:
    return measure_form(sample, "unit")


@pytest.fixture(scope="module")
def by_field(sample: Study) -> Measured:
    return measure_form(sample, "field")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("few") / "so.parquet", *FEW)


# --- Phụ lục I–V


@pytest.mark.parametrize(("appendix", "printed"), list(zip(APPENDICES, PRINTED, strict=True)), ids=["I", "II", "III", "IV", "V"])
def test_an_appendix_has_the_reports_own_header(sample, appendix, printed):
    assert [{text: below} for text, below in printed.items()] == tree(appendix(sample).header)


@pytest.mark.parametrize(
    ("appendix", "row"),
    list(zip(APPENDICES, (["532", "352", "180"], ["0"] * 10, ["0"] * 14, ["0"] * 13, ["0"] * 6), strict=True)),
    ids=["I", "II", "III", "IV", "V"],
)
def test_an_appendix_holds_what_the_report_declares(sample, appendix, row):
    assert [row] == texts(appendix(sample))


@pytest.mark.parametrize("appendix", [*APPENDICES, official.petition_table])
def test_what_is_not_declared_is_dots_and_no_number(few, appendix):
    table = appendix(few)
    assert [["……"] * sum(map(leaves, table.header))] == texts(table)
    assert [] == numbers_of(table)


def test_a_commune_does_not_show_what_the_district_declares(sample_register):
    commune = open_study(**PARAMETERS | {"register": str(sample_register), "office": str(PARAMS), "unit": MAI})
    table = official.appendix_i(commune)
    assert ([["……", "……", "……"]], "Quý I/2024: Xã Long Mai chưa khai số liệu; “……” là chưa khai, không phải không có.") == (texts(table), table.notes[-1])


def declaring(few: Study, folder: Path, content: str) -> Study:
    (folder / "declared").mkdir()
    (folder / "declared" / "2024-Q1.yaml").write_text(f"unit: huyen-minh-long\n{content}", "utf-8")
    return replace(few, office=folder)


def test_a_part_that_is_not_declared_stays_dots(few, tmp_path):
    study = declaring(few, tmp_path, "pakn_by_subject: {received: {total: 3}}\n")
    assert [["3", "……", "……", "……", "……", "……"]] == texts(official.appendix_v(study))


def test_a_province_has_its_own_column(few, tmp_path):
    study = declaring(few, tmp_path, "procedures: {total: 6, by_level: {province: 1, district: 2, commune: 3}}\n")
    table = official.appendix_i(study)
    assert (["Tổng số", "Cấp tỉnh", "Cấp huyện", "Cấp xã"], ["6", "1", "2", "3"]) == ([node.text for node in table.header[0].children], texts(table)[0])


def test_declared_parts_that_do_not_sum_are_refused(few, tmp_path):
    study = declaring(few, tmp_path, "pakn_by_subject: {received: {total: 3, regulations: 1, conduct: 1}}\n")
    with pytest.raises(UserError, match=r"total = 3, nhưng regulations 1 \+ conduct 1 = 2"):
        official.appendix_v(study)


def test_a_declared_number_says_what_it_is_and_the_note_where_from(sample):
    table = official.appendix_i(sample)
    found = [(number.metric, number.period, number.value, number.unit) for number in numbers_of(table)]
    assert ("declared_procedures_total", "2024-Q1", 532, "TTHC") == found[0]
    assert table.notes[-1].endswith("Nguồn: Báo cáo của UBND huyện Minh Long, tháng 3/2024 (mục I.2.1, I.3 và Phụ lục I đến V).")


def test_petitions_stand_by_their_time_limit(sample):
    table = official.petition_table(sample)
    assert ["Đã tiếp nhận trong kỳ báo cáo", {"Đã xử lý": ["Đúng hạn", "Quá hạn"]}, "Đang xử lý"] == tree(table.header)
    assert [["0", "0", "0", "0"]] == texts(table)


# --- Biểu II.06a


def test_the_form_has_its_thirteen_columns_in_order(by_unit):
    assert [
        "TT (1)",
        "Đơn vị (2)",
        {"Tiếp nhận (Số hồ sơ nhận giải quyết)": ["Tổng số (3)", {"Trong kỳ": ["Trực tuyến (4)", "Trực tiếp, dịch vụ bưu chính (5)"]}, "Từ kỳ trước (6)"]},
        {"Số lượng hồ sơ đã giải quyết": ["Tổng số (7)", "Trước hạn (8)", "Đúng hạn (9)", "Quá hạn (10)"]},
        {"Số lượng hồ sơ đang giải quyết": ["Tổng số (11)", "Trong hạn (12)", "Quá hạn (13)"]},
    ] == tree(official.dossier_table(by_unit).header)


@pytest.mark.parametrize("measured", ["by_unit", "by_field"])
def test_the_form_gives_the_reports_totals_with_the_withdrawn_on_time(measured, request):
    # the report: 9.965 = 41 + 2.608 + 7.316; 9.789 = 8.956 + 656 + 177, and 148 withdrawn, which the form holds in (7) and (9)
    table = official.dossier_table(request.getfixturevalue(measured))
    assert ["", "Tổng cộng", "9.965", "2.608", "7.316", "41", "9.937", "8.956", "804", "177", "28", "28", "0"] == texts(table)[-1]


def test_units_stand_under_their_level_in_the_countrys_order(by_unit):
    rows = [(row[0], row[1]) for row in texts(official.dossier_table(by_unit))]
    communes = ["Xã Long Sơn", "Xã Long Mai", "Xã Thanh An", "Xã Long Môn", "Xã Long Hiệp"]
    expected = [("I", "Cấp huyện"), ("1", "UBND huyện Minh Long"), ("II", "Cấp xã"), *zip("12345", communes, strict=True), ("", "Tổng cộng")]
    assert expected == rows


def test_fields_stand_under_their_level_the_largest_first(few):
    table = official.dossier_table(measure_form(few, "field"))
    assert ["Cấp huyện", "Đất đai", "Hộ tịch", "Cấp xã", "Hộ tịch", "Không rõ", "Tổng cộng"] == [row[1] for row in texts(table)]
    assert "Lĩnh vực, công việc giải quyết theo cấp (2)" == table.header[1].text


def test_each_fate_stands_in_its_column(few):
    table = official.dossier_table(measure_form(few, "unit"))
    assert ["1", "UBND huyện Minh Long", "3", "1", "1", "1", "3", "1", "1", "1", "0", "0", "0"] == row_of(table, "UBND huyện Minh Long")
    assert ["1", "Xã Long Mai", "5", "2", "3", "0", "3", "0", "3", "0", "2", "1", "1"] == row_of(table, "Xã Long Mai")


@pytest.mark.parametrize("policy", ["report-2024", "ii06a", "dvcqg-766"])
def test_the_form_is_the_same_under_every_policy_of_the_document(few, tmp_path, policy):
    study = opened(tmp_path / "so.parquet", *FEW, policy=policy)
    assert official.dossier_table(measure_form(few, "unit")) == official.dossier_table(measure_form(study, "unit"))


def test_the_forms_counts_are_not_taken_for_the_documents(few):
    whole = official.dossier_table(measure_form(few, "unit")).rows[-1]
    metrics = [number.metric for cell in whole for number in cell.numbers]
    assert all(metric.startswith("ii06a_") for metric in metrics)
    assert measure_study(few, ["resolved"])["value"].item() == 4
    assert 6 == next(number.value for cell in whole for number in cell.numbers if number.metric == "ii06a_resolved")


def test_a_commune_alone_has_no_row_for_its_level(tmp_path):
    table = official.dossier_table(measure_form(opened(tmp_path / "so.parquet", *FEW, unit=MAI), "unit"))
    assert [("1", "Xã Long Mai"), ("", "Tổng cộng")] == [(row[0], row[1]) for row in texts(table)]


def test_a_period_with_nothing_in_it_has_its_totals_only(tmp_path):
    study = opened(tmp_path / "so.parquet", dossier("2023-01-10", resolved="2023-01-12"), dossier("2024-03-20"), as_of="2024-03-31")
    assert [["", "Tổng cộng", *["0"] * 11]] == texts(official.dossier_table(measure_form(study, "unit")))


def test_a_period_that_the_register_does_not_know_is_missing(tmp_path):
    measured = measure_form(opened(tmp_path / "so.parquet", dossier("2024-03-20"), as_of="2024-03-31"), "unit")
    assert [["", "Tổng cộng", *["–"] * 11]] == texts(official.dossier_table(measured))
    assert "Sổ dữ liệu không có quý I/2024, nên các bảng theo hồ sơ để trống." == official.say_form(measured).text


def test_the_form_and_the_text_are_brought_together(by_unit):
    assert official.say_form(by_unit).text == (
        "Theo Biểu số II.06a: 9.965 hồ sơ tiếp nhận = 9.937 đã giải quyết + 28 đang giải quyết. "
        "Số đã giải quyết gồm 9.789 hồ sơ giải quyết xong, 148 hồ sơ rút và 0 hồ sơ trả lại, từ chối (biểu tính trong cột đúng hạn)."
    )


def test_a_caption_says_what_by_what_and_when(by_unit, by_field):
    days = "từ ngày 01/01/2021 đến ngày 15/3/2024"
    assert f"Biểu số II.06a theo đơn vị: tình hình, kết quả giải quyết TTHC, {days}" == official.dossier_table(by_unit).caption
    assert f"Số hóa theo lĩnh vực: thành phần hồ sơ và kết quả giải quyết TTHC, {days}" == official.digitisation_table(by_field).caption


# --- sums


def planted(frame: Any, place: int, metric: str) -> Any:
    """Add one to a count of one row of results."""
    at = frame.index[frame["metric"] == metric][place]
    return frame.assign(value=frame["value"].mask(frame.index == at, frame["value"] + 1))


@pytest.mark.parametrize(
    ("part", "metric", "said"),
    [
        ("whole", "received_total", r"column \(3\) of 'Tổng cộng' is 9, but its rows sum to 8"),
        ("levels", "carried_over", r"column \(6\) of 'Tổng cộng' is 1, but its rows sum to 2"),
        ("parts", "resolved_late", r"column \(10\) of 'Cấp xã' is 0, but its rows sum to 1"),
    ],
)
def test_a_row_of_totals_that_is_not_the_sum_of_its_rows_is_refused(few, part, metric, said):
    measured = measure_form(few, "unit")
    with pytest.raises(ValueError, match=f"Biểu số II.06a.*{said}"):
        official.dossier_table(measured._replace(**{part: planted(getattr(measured, part), 0, metric)}))


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("carried_over", r"\(3\) = \(4\) \+ \(5\) \+ \(6\) does not hold in 'Tổng cộng': 8 against 3 \+ 4 \+ 2"),
        ("resolved_early", r"\(7\) = \(8\) \+ \(9\) \+ \(10\) does not hold"),
        ("pending", r"\(3\) = \(7\) \+ \(11\) does not hold in 'Tổng cộng': 8 against 6 \+ 3"),
    ],
)
def test_a_sum_within_a_row_that_does_not_hold_is_refused(few, metric, said):
    measured = measure_form(few, "unit")
    # wrong alike at every place, so that the rows still add up: only one unit there, one level, one whole
    alone = Measured("unit", measured.period, *(planted(frame, 0, metric) for frame in (measured.whole.assign(level="district", unit_id=DISTRICT),) * 3))
    wrong = alone._replace(levels=alone.levels.drop(columns="unit_id"), whole=alone.whole.drop(columns=["unit_id", "level"]))
    with pytest.raises(ValueError, match=said):
        official.dossier_table(wrong)


def test_what_is_missing_is_not_a_wrong_sum(few):
    whole = official.figure_number(official.PENDING_IN_TIME, official.finder(official.Numbers(measure_form(few, "unit").whole), few.written))
    missing = whole.model_copy(update={"value": None})
    official.check_columns("Thử", Line("hàng", [whole, missing, whole]), [Sum(3, (4, 5))])
    official.check_rows("Thử", Line("hàng", [whole]), [Line("a", [missing]), Line("b", [whole])])


# --- digitisation, online, ratings


@pytest.mark.parametrize("measured", ["by_unit", "by_field"])
def test_digitisation_gives_the_reports_totals(measured, request):
    table = official.digitisation_table(request.getfixturevalue(measured))
    assert ["", "Tổng cộng", "9.924", "8.925", "999", "0", "89,93%", "9.789", "3.232", "6.557", "0", "33,02%"] == texts(table)[-1]


@pytest.mark.parametrize("measured", ["by_unit", "by_field"])
def test_online_gives_the_reports_totals(measured, request):
    row = texts(official.online_table(request.getfixturevalue(measured)))[-1]
    assert ["9.924", "2.608", "7.316", "0", "26,28%"] == [row[place] for place in (2, 3, 7, 8, 9)]


def test_what_is_unknown_stands_apart_and_outside_the_share(few):
    measured = measure_form(few, "unit")
    digitised, online = official.digitisation_table(measured), official.online_table(measured)
    assert ["1", "Xã Long Mai", "5", "0", "1", "4", "0,00%", "1", "1", "0", "0", "100,00%"] == row_of(digitised, "Xã Long Mai")
    assert ["1", "Xã Long Mai", "5", "2", "0", "1", "1", "2", "1", "50,00%"] == row_of(online, "Xã Long Mai")


def test_a_share_keeps_its_counts(by_unit):
    (share,) = [cell.numbers[0] for cell in official.online_table(by_unit).rows[-1] if cell.text == "26,28%"]
    assert ("online_share", 2608, 9924) == (share.metric, share.numerator, share.denominator)


def test_ratings_stand_as_in_the_report(sample, by_unit):
    table = official.rating_table(by_unit, sample)
    assert ["STT", "Địa phương", "Rất hài lòng", "Hài lòng (hoặc bình thường)", "Chưa hài lòng (hoặc không hài lòng/rất tệ)"] == tree(table.header)
    assert [
        ["1", "UBND huyện", "–", "–", "–"],
        ["2", "UBND cấp xã", "3.902/3.904", "2/3.904", "0/3.904"],
        ["", "Tổng cộng", "3.902/3.904", "2/3.904", "0/3.904"],
    ] == texts(table)


def test_one_unit_is_rated_under_its_own_name(tmp_path):
    study = opened(tmp_path / "so.parquet", dossier(resolved="2024-01-12", rating="satisfied"), unit=MAI)
    assert [["1", "Xã Long Mai", "0/1", "1/1", "0/1"]] == texts(official.rating_table(measure_form(study, "unit"), study))


def test_ratings_that_do_not_add_up_are_refused(sample, by_unit):
    with pytest.raises(ValueError, match=r"Đánh giá mức độ hài lòng.* of 'Tổng cộng' is 3, but its rows sum to 2"):
        official.rating_table(by_unit._replace(whole=planted(by_unit.whole, 0, "rated_satisfied")), sample)


@pytest.mark.parametrize("make", [official.dossier_table, official.digitisation_table, official.online_table])
def test_a_wide_table_reads_back_as_it_was(by_unit, make):
    table = make(by_unit)
    assert table.wide
    assert table == read_exhibit(table.model_dump(mode="json"))
