"""Trend, chance and rank as exhibits: the exact sentences, cells and words under a chart, from results made by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from dossiers import dossier, register
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.exhibits.chance import control_points, control_table, patterns, say_control
from tthc_analysis.exhibits.chance_charts import NAMED, draw_control, draw_funnel
from tthc_analysis.exhibits.model import Figure, Table, numbers_of
from tthc_analysis.exhibits.rank import rank_table, say_funnel
from tthc_analysis.exhibits.trend import say_reach, say_trend, trend_table
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.metrics.control import TREND
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.events import Event
from tthc_analysis.reference.periods import parse_period, run
from tthc_analysis.register.store import write_register

QUIET = [90, 91, 89, 90, 92, 88, 90, 91, 89, 90]
ONE_LOW = [*QUIET[:5], 60, *QUIET[5:9]]
RISING = [10, 14, 17, 20, 24, 27]
MERGED = Event(date(2022, 12, 15), "break", "all", "all", "Sáp nhập xã", "")
SOFTWARE = Event(date(2023, 3, 15), "rebase", "online_share", "all", "Phần mềm mới", "")
LONG_NAMES = [f"Trung tâm Phục vụ hành chính công xã Long Mai, tỉnh Quảng Ngãi {number}" for number in range(96)]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Study:
    path = tmp_path_factory.mktemp("study") / "so.parquet"
    finished = [dossier("2024-01-10", resolved="2024-01-11", due="2024-01-12", channel="online", unit=unit) for unit in ("xa-long-mai", "xa-long-mon")]
    write_register(register(*finished), path)
    named = {"unit": "all", "register": str(path), "policy": "report-2024", "history": 2, "calendar": "VN", "internal": True, "document": {}}
    return replace(open_study(period="2024-Q1", as_of="2024-03-15", **named), events=())


def over(study: Study, n: int, *events: Event) -> Study:
    """The study with a history of n quarters up to 2024-Q1, and these events."""
    return replace(study, history=tuple(run(parse_period("2024-Q1"), n)), events=events)


def shares(numerators: list[float], denominators: list[float] | float = 100.0, metric: str = "online_share") -> pd.DataFrame:
    """Results of one share, a row a quarter up to 2024-Q1."""
    periods = [period.text for period in run(parse_period("2024-Q1"), len(numerators))]
    rows = pd.DataFrame({"metric": metric, "period": periods, "numerator": numerators, "denominator": denominators}).astype({"numerator": float})
    rows["denominator"] = rows["denominator"].astype(float).mask(rows["numerator"].isna())
    return rows.assign(value=rows["numerator"] / rows["denominator"].where(rows["denominator"] > 0), ci_low=np.nan, ci_high=np.nan, unit="tỷ lệ")


def counts(values: list[float]) -> pd.DataFrame:
    return shares(values, metric="received").assign(value=values, numerator=np.nan, denominator=np.nan, unit="hồ sơ")


def units(pairs: list[tuple[int, int]], names: list[str] | None = None, metric: str = "online_share") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Results of 2024-Q1 by unit, and the whole."""
    n, of = ([float(pair[place]) for pair in pairs] for place in (0, 1))
    by = pd.concat([shares([some], [every], metric) for some, every in zip(n, of, strict=True)], ignore_index=True)
    by.insert(2, "unit_id", names or ["xa-long-mai", "xa-long-mon", "xa-thanh-an", "xa-long-son"][: len(pairs)])
    return by, shares([sum(n)], [sum(of)], metric)


def texts(table: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in table.rows]


# --- trend


def test_a_rising_share_is_said_with_its_ends_and_its_speed(opened):
    said = say_trend(shares(RISING), "online_share", over(opened, 6)).text
    expected = (
        "Tỷ lệ nộp trực tuyến tăng rõ qua 6 kỳ, từ 10,00% (10/100) ở quý IV/2022 lên 27,00% (27/100) ở quý I/2024, "
        "mỗi kỳ khoảng 3,33 điểm % (từ 3,00 đến 4,00)."
    )
    assert expected == said


def test_a_falling_count_is_said_in_dossiers(opened):
    said = say_trend(counts([60.0, 50, 40, 30, 20, 10]), "received", over(opened, 6)).text
    expected = "Tiếp nhận trong kỳ giảm rõ qua 6 kỳ, từ 60 hồ sơ ở quý IV/2022 xuống 10 hồ sơ ở quý I/2024, mỗi kỳ khoảng 10,0 hồ sơ (từ 10,0 đến 10,0)."
    assert expected == said


def test_a_trend_whose_ends_run_against_it_is_not_said_to_have_risen_between_them(opened):
    said = say_trend(shares([21, 10, 12, 14, 16, 18, 20, 22, 24, 19]), "online_share", over(opened, 10)).text
    assert "từ 21,00% (21/100) ở quý IV/2021 đến 19,00% (19/100) ở quý I/2024" in said


def test_a_slope_that_prints_as_nought_is_said_to_be_less_than_a_hundredth(opened):
    said = say_trend(shares([500_000 + step for step in range(6)], 1_000_000.0), "online_share", over(opened, 6)).text
    assert said.endswith("mỗi kỳ chưa đến 0,01 điểm %.")


def test_without_a_clear_trend_that_is_said(opened):
    said = say_trend(shares(QUIET), "online_share", over(opened, 10)).text
    expected = "Tỷ lệ nộp trực tuyến chưa đủ cơ sở nói là tăng hay giảm qua 10 kỳ: 90,00% (90/100) ở quý IV/2021, 90,00% (90/100) ở quý I/2024."
    assert expected == said


def test_too_few_periods_are_counted(opened):
    said = say_trend(shares([1, 2, 3]), "online_share", over(opened, 3)).text
    assert "Tỷ lệ nộp trực tuyến mới có 3 kỳ có số liệu, cần ít nhất 5 kỳ, nên chưa đủ cơ sở nói là tăng hay giảm." == said


def test_a_share_that_never_moves_is_said_to_stay(opened):
    said = say_trend(shares([100] * 6), "online_share", over(opened, 6)).text
    assert "Tỷ lệ nộp trực tuyến giữ nguyên 100,00% (100/100) suốt 6 kỳ, từ quý IV/2022 đến quý I/2024." == said


def test_a_series_without_figures_is_said_to_have_none(opened):
    assert "Tỷ lệ nộp trực tuyến không có số liệu." == say_trend(shares([np.nan] * 6), "online_share", over(opened, 6)).text


def test_a_break_is_named_with_its_day_and_its_words(opened):
    said = say_trend(shares([*[90] * 5, *RISING[:5]]), "online_share", over(opened, 10, MERGED)).text
    assert said.startswith("Tỷ lệ nộp trực tuyến tăng rõ qua 5 kỳ, từ 10,00%")
    assert said.endswith(" Chỉ tính các kỳ bắt đầu từ ngày 15/12/2022 (Sáp nhập xã).")


def test_the_trend_table_has_ends_slope_and_verdict(opened):
    rows = texts(trend_table("Xu hướng", pd.concat([shares(RISING), counts([5.0, 9, 4, 8, 5, 9])]), over(opened, 6)))
    assert ["Tỷ lệ nộp trực tuyến", "Tăng", "+3,33 điểm % (từ +3,00 đến +4,00)", "Quý IV/2022: 10,00% (10/100)", "Quý I/2024: 27,00% (27/100)", "6"] == rows[0]
    assert ["Quý IV/2022: 5", "Quý I/2024: 9", "6"] == rows[1][3:]
    assert ["Tiếp nhận trong kỳ", "Chưa đủ cơ sở kết luận"] == rows[1][:2]


def test_the_trend_table_names_break_and_season_in_its_notes(opened):
    notes = trend_table("Xu hướng", shares([*QUIET[:4], *RISING]), over(opened, 10, replace(MERGED, metric="online_share"))).notes
    assert "Chỉ tính các kỳ bắt đầu từ ngày 15/12/2022 (Sáp nhập xã); kỳ trước đó không so sánh được." == notes[1]
    assert "Kỳ có Tết Nguyên đán, không loại khỏi phép tính: Quý I/2023, Quý I/2024." == notes[2]


def test_a_break_of_one_metric_is_noted_for_that_one_alone(opened):
    results = pd.concat([shares(QUIET), shares(QUIET, metric="on_time_share")])
    table = trend_table("Xu hướng", results, over(opened, 10, replace(MERGED, metric="on_time_share")))
    assert ["10", "5"] == [row[5] for row in texts(table)]
    assert table.notes[1].startswith("Tỷ lệ đúng hạn: chỉ tính các kỳ bắt đầu từ ngày 15/12/2022")


# --- the target (online_share: verified, 50 %)


def test_a_target_ahead_is_said_with_its_soonest_and_latest(opened):
    said = say_reach(shares(RISING), "online_share", over(opened, 6)).text
    expected = (
        "Tỷ lệ nộp trực tuyến quý I/2024 là 27,00% (27/100), chỉ tiêu 50,00%: nếu giữ nhịp của 6 kỳ qua thì đạt khoảng quý IV/2025, "
        "sớm nhất quý III/2025, muộn nhất quý I/2026. Đây là kéo dài nhịp đã qua, không phải dự báo hay cam kết."
    )
    assert said.startswith(expected)


def test_a_target_that_is_met_is_said_so(opened):
    said = say_reach(shares([60] * 6), "online_share", over(opened, 6)).text
    assert said.startswith("Tỷ lệ nộp trực tuyến đã đạt chỉ tiêu 50,00%: quý I/2024 là 60,00% (60/100). Căn cứ: ")


def test_a_trend_that_goes_the_wrong_way_promises_nothing(opened):
    said = say_reach(shares(RISING[::-1]), "online_share", over(opened, 6)).text
    assert ": các kỳ qua đang giảm, đi ngược hướng chỉ tiêu, nên không tính được khi nào đạt." in said


def test_a_target_too_far_has_no_date(opened):
    said = say_reach(shares([1000 + step for step in range(6)], 10_000.0), "online_share", over(opened, 6)).text
    assert "nếu giữ nhịp của 6 kỳ qua thì còn quá xa để nêu thời điểm. Đây là kéo dài nhịp đã qua" in said


@pytest.mark.parametrize(("target_in", "metric"), [("none verified", "satisfied_share"), ("no better way", "received")])
def test_without_a_verified_target_that_is_said(opened, target_in, metric):
    assert say_reach(shares(RISING, metric=metric), metric, over(opened, 6)).text.endswith(
        "chưa có chỉ tiêu được đối chiếu với văn bản, nên không tính khi nào đạt."
    ), target_in


# --- over time


def test_a_quiet_share_is_said_to_be_usual(opened):
    said = say_control(shares(QUIET), "online_share", over(opened, 10)).text
    expected = "Tỷ lệ nộp trực tuyến: dao động trong mức thường thấy quanh 90,00% (900/1.000) qua 10 kỳ, không có dấu hiệu khác thường."
    assert expected == said


def test_a_period_that_stands_out_is_named_with_its_counts(opened):
    said = say_control(shares(ONE_LOW), "online_share", over(opened, 10)).text
    expected = (
        "Tỷ lệ nộp trực tuyến: thấp hơn mức dao động thường thấy ở quý I/2023 (60,00%, 60/100). Dấu hiệu là câu hỏi cần tìm nguyên nhân, chưa phải kết luận."
    )
    assert expected == said


def test_a_rise_is_said_from_its_first_to_its_last_period(opened):
    found = say_control(shares([50, 52, 50, 51, *range(40, 48)]), "online_share", over(opened, 12)).text
    assert "tăng liền 8 kỳ, từ quý II/2022 đến quý I/2024" in found


def test_too_few_periods_for_limits_are_said(opened):
    said = say_control(shares([50, 60, 55]), "online_share", over(opened, 3)).text
    assert "Tỷ lệ nộp trực tuyến: từ quý III/2023 mới có 3 kỳ có số liệu, cần ít nhất 8 kỳ mới biết mức dao động thường thấy." == said


def test_a_share_without_movement_has_nothing_unusual(opened):
    said = say_control(shares([100] * 9), "online_share", over(opened, 9)).text
    assert "Tỷ lệ nộp trực tuyến: từ quý I/2022 tỷ lệ không dao động (100,00%), nên không có gì vượt mức thường thấy." == said


def test_a_share_outside_the_registers_days_is_said_to_be_missing(opened):
    assert "Tỷ lệ nộp trực tuyến: không có số liệu." == say_control(shares([np.nan] * 9), "online_share", over(opened, 9)).text


def test_the_control_table_has_limits_and_signs(opened):
    rows = texts(control_table("Kiểm soát", control_points(shares(ONE_LOW), "online_share", over(opened, 10))))
    assert ["Quý I/2023 (15/12/2022–14/3/2023)", "60/100", "60,00%", "87,00%"] == rows[5][:4]
    assert ("–", "ngoài giới hạn") == (rows[0][6], rows[5][6])


def test_a_missing_period_is_a_dash_and_no_point(opened):
    rows = texts(control_table("Kiểm soát", control_points(shares([*QUIET[:4], np.nan, *QUIET[4:]]), "online_share", over(opened, 11))))
    assert ["–", "–", "90,00%", "–", "–", "–"] == rows[4][1:]


@given(st.lists(st.integers(1, 99), min_size=8, max_size=24))
def test_rises_and_falls_in_words_are_the_periods_that_the_rule_marks(opened, numerators):
    points = control_points(shares(numerators), "online_share", over(opened, len(numerators)))
    said = {point.period for pattern in patterns(points) if pattern.rule == TREND for point in pattern.points}
    assert {point.period for point in points if TREND in point.signals} == said


def test_the_control_chart_says_in_words_what_it_draws(opened):
    figure = draw_control("Kiểm soát", shares(ONE_LOW), "online_share", over(opened, 10))
    assert figure.alt.startswith(
        "Biểu đồ đường qua 10 kỳ, từ Quý IV/2021 đến Quý I/2024: Tỷ lệ nộp trực tuyến, cuối 89,00%. Quý I/2024: đường giữa 87,00%, giới hạn từ "
    )
    assert figure.alt.endswith(" Dấu hiệu khác thường: thấp hơn mức dao động thường thấy ở quý I/2023 (60,00%, 60/100).")


def test_an_event_is_drawn_and_its_words_are_noted(opened):
    figure = draw_control(
        "Kiểm soát", shares([*QUIET, *QUIET]), "online_share", over(opened, 20, SOFTWARE, replace(SOFTWARE, metric="on_time_share", words="Khác"))
    )
    assert "Vạch đứng 15/3/2023: Phần mềm mới." == figure.notes[1]
    assert "Không có giới hạn: từ quý II/2023 mới có 4 kỳ có số liệu, cần ít nhất 8 kỳ mới biết mức dao động thường thấy." == figure.notes[2]
    assert " Vạch đứng: 15/3/2023." in figure.alt


# --- beside the whole


def test_units_that_differ_by_more_than_chance_are_named(opened):
    by, whole = units([(90, 100), (900, 1000), (300, 500), (0, 0)])
    said = say_funnel("online_share", by, whole, opened).text
    expected = (
        "Tỷ lệ nộp trực tuyến quý I/2024 theo đơn vị, so với toàn bộ (80,63%, 1.290/1.600): thấp hơn rõ: Xã Thanh An (60,00%, 300/500); "
        "cao hơn rõ: Xã Long Môn (90,00%, 900/1.000); 1 đơn vị còn lại không khác quá mức ngẫu nhiên; 1 đơn vị không có hồ sơ để tính."
    )
    assert expected == said


def test_units_that_chance_explains_are_not_told_apart(opened):
    said = say_funnel("online_share", *units([(9, 10), (8, 10)]), opened).text
    assert said.endswith("so với toàn bộ (85,00%, 17/20): 2 đơn vị đều không khác toàn bộ quá mức ngẫu nhiên.")


@pytest.mark.parametrize(
    ("pairs", "expected"), [([(9, 10)], "chỉ một đơn vị có hồ sơ, không có gì để so."), ([(0, 0), (0, 0)], "không có số liệu.")], ids=["one unit", "none"]
)
def test_nothing_to_compare_is_said(opened, pairs, expected):
    assert f"Tỷ lệ nộp trực tuyến quý I/2024 theo đơn vị: {expected}" == say_funnel("online_share", *units(pairs), opened).text


def test_the_rank_table_has_place_and_the_ranks_that_chance_allows(opened):
    table = rank_table("Xếp hạng", "online_share", *units([(90, 100), (900, 1000), (300, 500), (0, 0)]), opened)
    expected = [
        ["Xã Long Môn", "900/1.000", "90,00%", "Cao hơn", "1–2"],
        ["Xã Thanh An", "300/500", "60,00%", "Thấp hơn", "3"],
        ["Xã Long Mai", "90/100", "90,00%", "Trong giới hạn", "1–2"],
        ["Xã Long Sơn", "0/0", "–", "–", "–"],
        ["Toàn bộ", "1.290/1.600", "80,63%", "–", "–"],
    ]
    assert expected == texts(table)
    assert ["Đơn vị", "n/N", "%", "So với toàn bộ", "Thứ hạng (trong 3)"] == [header.text for header in table.header]


def test_where_less_is_better_the_lowest_share_ranks_first(opened):
    table = rank_table("Xếp hạng", "late_share", *units([(10, 1000), (900, 1000)], metric="late_share"), opened)
    assert [["Xã Long Mai", "1"], ["Xã Long Môn", "2"]] == [[row[0], row[4]] for row in texts(table)[:2]]
    assert "hạng 1 là tỷ lệ thấp nhất" in table.notes[0]


def test_the_funnel_says_in_words_what_it_draws(opened):
    figure = draw_funnel("Phễu", "online_share", *units([(90, 100), (900, 1000), (300, 500)]), opened)
    assert figure.alt.startswith("Biểu đồ phễu: 3 đơn vị, từ 100 đến 1.000 hồ sơ; đường giữa là toàn bộ, 80,63%. Tỷ lệ nộp trực tuyến quý I/2024")


def test_many_units_outside_are_named_up_to_a_number_and_the_note_says_so(opened):
    pairs = [(number * 10, 1000) for number in range(96)]
    figure = draw_funnel("Phễu", "online_share", *units(pairs, LONG_NAMES), opened)
    outside = sum(row[3] in ("Cao hơn", "Thấp hơn") for row in texts(figure.data))
    assert f"Hình ghi tên {NAMED} trong {outside} nhóm ngoài giới hạn, xa nhất trước; bảng số liệu có đủ." == figure.notes[-1]


HARD_UNITS = {"one unit": [(9, 10)], "all shares 1": [(10, 10), (4000, 4000)], "all shares 0": [(0, 10), (0, 20)], "no dossiers": [(0, 0)]}


@pytest.mark.parametrize("pairs", HARD_UNITS.values(), ids=HARD_UNITS)
def test_a_funnel_of_hard_data_is_drawn(opened, pairs):
    figure = draw_funnel("Phễu", "online_share", *units(pairs), opened)
    assert (True, len(pairs) + 1) == ("<svg" in figure.svg, len(figure.data.rows))


HARD_SERIES = {"one": [5], "missing in the middle": [*QUIET[:5], np.nan, *QUIET[5:]], "all 1": [100] * 12, "all 0": [0] * 12, "none": [np.nan] * 9}


@pytest.mark.parametrize("numerators", HARD_SERIES.values(), ids=HARD_SERIES)
def test_a_control_chart_of_hard_data_is_drawn(opened, numerators):
    figure = draw_control("Kiểm soát", shares(numerators), "online_share", over(opened, len(numerators), SOFTWARE, MERGED))
    assert (True, len(numerators)) == ("<svg" in figure.svg, len(figure.data.rows))


# --- all of them


def exhibits_of(study: Study) -> list[Figure | Table]:
    """Every exhibit that holds numbers outside the catalogue."""
    by, whole = units([(90, 100), (900, 1000), (300, 500)])
    long = over(study, 10)
    return [trend_table("x", shares(QUIET), long), draw_control("x", shares(QUIET), "online_share", long), draw_funnel("x", "online_share", by, whole, study)]


def test_a_number_outside_the_results_cannot_overwrite_one(opened):
    derived = [number for exhibit in exhibits_of(opened) for number in numbers_of(exhibit) if number.metric not in CATALOGUE]
    expected = {"trend_online_share", "trend_periods_online_share", "rank_online_share"}
    assert expected | {f"control_{name}_online_share" for name in ("centre", "low", "high")} == {number.metric for number in derived}


def test_the_same_results_give_the_same_bytes(opened):
    assert exhibits_of(opened) == exhibits_of(opened)


def test_measured_results_go_straight_in(opened):
    metrics = ["online_share", "received", "processing_workdays_median"]
    results = measure_study(opened, metrics, opened.history)
    by, whole = measure_study(opened, metrics[:1], by=["unit"]), measure_study(opened, metrics[:1])
    assert metrics == [number.metric.removeprefix("trend_periods_") for number in numbers_of(trend_table("x", results, opened)) if "periods" in number.metric]
    assert "cần ít nhất 8 kỳ" in say_control(results, "online_share", opened).text
    assert 3 == len(draw_funnel("x", "online_share", by, whole, opened).data.rows)
