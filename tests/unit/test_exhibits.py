"""Exhibits say what the results say: sentences by rule, tables with the whole under the groups, charts with words made from their data."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import matplotlib as mpl
import pytest
from dossiers import dossier, register
from pydantic import ValidationError

from tthc_analysis.exhibits import charts, overview, tables, wording
from tthc_analysis.exhibits.model import MIME, Cell, Header, Number, Table, numbers_of, read_exhibit
from tthc_analysis.exhibits.numbers import difference
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.targets import Target
from tthc_analysis.register.store import write_register

MAI, MON = {"unit": "xa-long-mai"}, {"unit": "xa-long-mon"}
LAST_QUARTER = [dossier("2023-10-02", resolved="2023-10-03", due="2023-10-04", channel="online", **MAI) for _ in range(4)]
THIS_QUARTER = [
    *(
        dossier("2024-01-10", resolved="2024-01-11", due="2024-01-12", channel="online", intake_digitised=True, result_digitised=False, **MAI)
        for _ in range(30)
    ),
    *(dossier("2024-01-10", resolved="2024-01-18", due="2024-01-12", intake_digitised=True, result_digitised=True, **MON) for _ in range(30)),
]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("study") / "so.parquet"
    write_register(register(*LAST_QUARTER, *THIS_QUARTER), path)
    named = {"unit": "all", "register": str(path), "policy": "report-2024", "history": 2, "calendar": "VN", "document": {}}
    return open_study(period="2024-Q1", as_of="2024-03-15", **named)


def test_a_change_is_said_with_its_counts(study: Study) -> None:
    said = wording.say_change(measure_study(study, ["on_time_share"], study.compared), "on_time_share", study).text
    expected = "Tỷ lệ đúng hạn quý I/2024: 30/60 hồ sơ, đạt 50,00%; giảm 50,00 điểm % so với quý IV/2023 (100,00%, 4/4), có thể chỉ do ngẫu nhiên, cùng kỳ năm trước không có số liệu để so sánh."
    assert expected == said


def test_a_duration_is_said_in_its_unit(study: Study) -> None:
    said = wording.say_change(measure_study(study, ["processing_workdays_median"], study.compared), "processing_workdays_median", study).text
    assert said.startswith("Trung vị thời gian giải quyết quý I/2024: 3,5 ngày làm việc (trên 60 hồ sơ); tăng 2,5 ngày làm việc so với quý IV/2023 (1,0)")


def test_a_missing_figure_is_said_to_be_missing(study: Study) -> None:
    said = wording.say_change(measure_study(study, ["satisfied_share"], study.compared), "satisfied_share", study).text
    assert said == "Tỷ lệ hài lòng quý I/2024: không có số liệu."


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (Fraction(1, 2), "Tỷ lệ nộp trực tuyến 50,00% (30/60 hồ sơ), chênh 0,00 điểm % so với chỉ tiêu 50,00%: đạt. Căn cứ: QĐ thử."),
        (Fraction(3, 5), "chênh −10,00 điểm % so với chỉ tiêu 60,00%: còn thiếu 6 hồ sơ trong kỳ này để đạt. Căn cứ: QĐ thử."),
        (Fraction("0.505"), "còn thiếu 1 hồ sơ trong kỳ này để đạt"),
    ],
)
def test_the_distance_to_a_target_is_said_in_points_and_dossiers(study: Study, goal: Fraction, said: str) -> None:
    target = Target("online_share", "all", goal, date(2022, 8, 1), date(2060, 12, 31), "QĐ thử", verified=True)
    assert said in wording.say_target(measure_study(study, ["online_share"]), "online_share", target).text


def test_without_a_verified_target_none_is_named(study: Study) -> None:
    said = wording.say_target(measure_study(study, ["online_share"]), "online_share", None).text
    assert said == "Tỷ lệ nộp trực tuyến: chưa có chỉ tiêu được đối chiếu với văn bản để so sánh."


def test_the_gap_between_two_shares_names_what_is_lacking(study: Study) -> None:
    results = measure_study(study, ["intake_digitised_share", "result_digitised_share"])
    said = wording.say_gap(results, "intake_digitised_share", "result_digitised_share", study.period).text
    expected = "Tỷ lệ số hóa kết quả thấp hơn tỷ lệ số hóa thành phần hồ sơ: 50,00% so với 100,00%, chênh 50,00 điểm %; còn 30/60 hồ sơ chưa số hóa kết quả giải quyết."
    assert expected == said


def test_extremes_are_said_only_of_groups_with_enough_dossiers(study: Study) -> None:
    results = measure_study(study, ["on_time_share"], by=["unit"])
    said = wording.say_extremes(results, "on_time_share", "unit_id").text
    assert said.endswith("thấp nhất Xã Long Môn 0,00% (0/30 hồ sơ); cao nhất Xã Long Mai 100,00% (30/30 hồ sơ).")
    tied = wording.say_extremes(measure_study(study, ["intake_digitised_share"], by=["unit"]), "intake_digitised_share", "unit_id").text
    assert tied == "Tỷ lệ số hóa thành phần hồ sơ theo đơn vị (từ 30 hồ sơ trở lên): 2 đơn vị cùng 100,00%, không có chênh lệch."
    assert wording.say_extremes(results[results["unit_id"] == "xa-long-mai"], "on_time_share", "unit_id").text == "Không đủ đơn vị có từ 30 hồ sơ để so sánh."


def test_groups_stand_by_size_with_the_whole_last(study: Study) -> None:
    metrics = ["resolved", "on_time_share"]
    table = tables.group_table("Thử", measure_study(study, metrics, by=["unit"]), measure_study(study, metrics), study.period)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows == [["Xã Long Mai", "30", "30/30", "100,00%"], ["Xã Long Môn", "30", "0/30", "0,00%"], ["Toàn bộ", "60", "30/60", "50,00%"]]


def test_periods_stand_beside_each_other_with_exact_changes(study: Study) -> None:
    table = tables.period_table("Thử", measure_study(study, ["received", "online_share"], study.compared), study)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert rows == [["Tiếp nhận trong kỳ", "60", "4", "+56", "–", "–"], ["Tỷ lệ nộp trực tuyến", "50,00% (30/60)", "100,00% (4/4)", "−50,00", "–", "–"]]


def test_key_figures_carry_their_counts_and_changes(study: Study) -> None:
    (figure,) = overview.key_figures(measure_study(study, ["online_share"], study.compared), ["online_share"], study).figures
    assert ("50,00%", "30/60", "higher") == (figure.number.text, figure.ratio, figure.better)
    assert [("kỳ trước", "−50,00 điểm %"), ("cùng kỳ", "–")] == [(label, change.text) for label, change in figure.changes]


def test_a_trends_alternative_text_is_made_from_its_data(study: Study) -> None:
    figure = charts.draw_trend("Thử", measure_study(study, ["online_share"], study.history), study)
    expected = (
        "Biểu đồ đường qua 2 kỳ, từ Quý IV/2023 đến Quý I/2024. Tỷ lệ nộp trực tuyến: đầu 100,00% (Quý IV/2023), "
        "cuối 50,00% (Quý I/2024), thấp nhất 50,00% (Quý I/2024), cao nhất 100,00% (Quý IV/2023). Kỳ cuối bằng chỉ tiêu 50,00%."
    )
    assert expected == figure.alt
    assert [["Quý IV/2023 (15/9/2023–14/12/2023)", "100,00% (4/4)"], ["Quý I/2024 (15/12/2023–14/3/2024)", "50,00% (30/60)"]] == [
        [cell.text for cell in row] for row in figure.data.rows
    ]


def test_the_same_data_give_the_same_drawing(study: Study) -> None:
    results, whole = measure_study(study, ["online_share"], by=["unit"]), measure_study(study, ["online_share"])
    once, again = (charts.draw_groups("Thử", "online_share", results, whole, study.period) for _ in range(2))
    assert once.svg == again.svg
    assert "<dc:date>" not in once.svg


def test_an_exhibit_comes_back_from_its_json(study: Study) -> None:
    results = measure_study(study, ["online_share"], study.history)
    for exhibit in (charts.draw_trend("Thử", results, study), overview.masthead(study, "Thử"), tables.definitions(list(CATALOGUE), study.policy)):
        bundle = exhibit._repr_mimebundle_()
        assert read_exhibit(bundle[MIME]) == exhibit
        assert set(bundle) == {MIME, "text/html"}


def test_every_number_shown_names_its_metric_period_and_group(study: Study) -> None:
    results = measure_study(study, ["online_share"], by=["unit"])
    table = tables.group_table("Thử", results, measure_study(study, ["online_share"]), study.period)
    assert {("online_share", "2024-Q1")} == {(number.metric, number.period) for number in numbers_of(table)}
    assert [{"unit_id": "xa-long-mai"}, {"unit_id": "xa-long-mon"}, {}] == [row[-1].numbers[0].group for row in table.rows]


def test_a_row_that_does_not_fit_the_header_is_refused() -> None:
    with pytest.raises(ValidationError, match="every row needs one cell for each of the 3 columns"):
        Table(caption="Thử", header=[Header(text="A"), Header(text="B", children=[Header(text="C"), Header(text="D")])], rows=[[Cell(text="1")]])


def test_the_settings_of_matplotlib_are_left_as_they_were(study: Study) -> None:
    before = dict(mpl.rcParams)
    charts.draw_counts("Thử", measure_study(study, ["received", "resolved"], study.history), study)
    assert before == dict(mpl.rcParams)


def test_nothing_is_read_from_the_working_directory(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert measure_study(study, ["received"])["value"].item() == 60


def test_a_change_that_prints_as_nought_neither_rises_nor_falls() -> None:
    then = Number(text="50,00%", metric="online_share", period="2023-Q4", numerator=50_000, denominator=100_000, value=0.5, unit="tỷ lệ")
    now = Number(text="50,00%", metric="online_share", period="2024-Q1", numerator=50_001, denominator=100_000, value=0.50001, unit="tỷ lệ")
    assert wording._moved(difference(now, then), then, "kỳ trước") == "không đổi so với kỳ trước (50,00%, 50.000/100.000)"  # noqa: SLF001 - the rule itself
