"""Why a share changed, in words and a table: small results by hand, the exact sentence and the exact cells."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from dossiers import dossier, register
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.exhibits.model import Statement, Table, numbers_of, read_exhibit
from tthc_analysis.exhibits.why import FACTORS, OWN_FACTORS, measure_why, say_why, say_why_different, why_table
from tthc_analysis.metrics.catalogue import SHARE
from tthc_analysis.metrics.study import Study, open_study
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.store import write_register

NOW, THEN = "2024-Q1", "2023-Q4"
LAND, CIVIL = "Đất đai", "Hộ tịch"
Cells = dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """One dossier of the quarter before and two of the quarter: the sentences of hand-made results need no more."""
    path = tmp_path_factory.mktemp("why") / "so.parquet"
    made = [dossier("2023-11-02", field=LAND), dossier("2024-01-10", field=LAND, channel="online"), dossier("2024-01-11", field=CIVIL)]
    write_register(register(*made), path)
    return open_study(period=NOW, as_of="2024-03-14", unit="all", register=str(path), policy="report-2024", history=2, calendar="VN", document={})


def table(then: Cells, now: Cells, by: str = "field", metric: str = "on_time_share") -> pd.DataFrame:
    """Results of two quarters by one column."""
    rows = [(metric, period, name, *counts, SHARE) for period, cells in ((THEN, then), (NOW, now)) for name, counts in cells.items()]
    found = pd.DataFrame(rows, columns=["metric", "period", by, "numerator", "denominator", "unit"])
    return found.assign(value=found["numerator"] / found["denominator"], ci_low=float("nan"), ci_high=float("nan"))


def said(study: Study, then: Cells, now: Cells, **asked: str) -> str:
    return say_why(table(then, now, **asked), asked.get("metric", "on_time_share"), study, study.before).text


def rows(found: Table | Statement) -> list[list[str]]:
    assert isinstance(found, Table)
    return [[cell.text for cell in row] for row in found.rows]


# --- the sentence


def test_two_parts_that_go_the_same_way_are_said_with_their_causes(study: Study) -> None:
    # then 190/200 = 95 %: land 80 % of 50, civil 100 % of 150; now 160/200 = 80 %: land 70 % of 100, civil 90 % of 100
    expected = (
        "Tỷ lệ đúng hạn quý I/2024 là 80,00% (160/200 hồ sơ), giảm 15,00 điểm % so với quý IV/2023 (95,00%, 190/200): "
        "5,00 điểm do cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Đất đai tăng), "
        "10,00 điểm do tỷ lệ trong từng nhóm hồ sơ giảm, nhiều nhất ở lĩnh vực Hộ tịch (90/100 so với 150/150)."
    )
    assert expected == said(study, {LAND: (40, 50), CIVIL: (150, 150)}, {LAND: (70, 100), CIVIL: (90, 100)})


def test_a_part_against_the_total_is_said_as_what_would_have_been(study: Study) -> None:
    # 45 % to 37,5 %, though both fields rose
    expected = (
        "Tỷ lệ đúng hạn quý I/2024 là 37,50% (75/200 hồ sơ), giảm 7,50 điểm % so với quý IV/2023 (45,00%, 90/200): "
        "lẽ ra tăng 10,00 điểm do tỷ lệ trong từng nhóm hồ sơ tăng, nhiều nhất ở lĩnh vực Hộ tịch (30/150 so với 10/100), "
        "nhưng giảm 17,50 điểm do cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Đất đai giảm)."
    )
    assert expected == said(study, {LAND: (80, 100), CIVIL: (10, 100)}, {LAND: (45, 50), CIVIL: (30, 150)})


def test_a_mix_that_changed_alone_is_all_of_it(study: Study) -> None:
    text = said(study, {LAND: (80, 100), CIVIL: (10, 100)}, {LAND: (160, 200), CIVIL: (10, 100)})
    assert text.endswith("tăng 11,67 điểm % so với quý IV/2023 (45,00%, 90/200): toàn bộ do cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Hộ tịch giảm).")


def test_shares_that_changed_alone_are_all_of_it(study: Study) -> None:
    text = said(study, {LAND: (80, 100), CIVIL: (10, 100)}, {LAND: (80, 100), CIVIL: (20, 100)})
    assert text.endswith("toàn bộ do tỷ lệ trong từng nhóm hồ sơ tăng, nhiều nhất ở lĩnh vực Hộ tịch (20/100 so với 10/100).")


def test_a_share_that_stood_still_is_not_said_to_move(study: Study) -> None:
    side = {LAND: (80, 100), CIVIL: (10, 100)}
    assert said(study, side, side) == "Tỷ lệ đúng hạn quý I/2024 là 45,00% (90/200 hồ sơ), không đổi so với quý IV/2023 (45,00%, 90/200)."


def test_parts_that_cancel_are_both_said(study: Study) -> None:
    # 50 % both times: land falls from 80 to 62,5 % but grows
    text = said(study, {LAND: (80, 100), CIVIL: (20, 100)}, {LAND: (100, 160), CIVIL: (0, 40)})
    expected = (
        "không đổi so với quý IV/2023 (50,00%, 100/200): tăng 18,38 điểm do cơ cấu hồ sơ thay đổi (tỷ trọng hồ sơ lĩnh vực Hộ tịch giảm), "
        "giảm 18,38 điểm do tỷ lệ trong từng nhóm hồ sơ giảm, nhiều nhất ở lĩnh vực Đất đai (100/160 so với 80/100), bù trừ nhau."
    )
    assert text.endswith(expected)


@pytest.mark.parametrize(
    ("by", "names", "expected"),
    [
        ("channel", ("online", "in_person"), "tỷ trọng hồ sơ nộp trực tiếp giảm"),
        ("level", ("district", "commune"), "tỷ trọng hồ sơ cấp xã giảm"),
        ("field", (LAND, "unknown"), "tỷ trọng hồ sơ không rõ lĩnh vực giảm"),
    ],
)
def test_the_mix_is_named_by_whatever_changed(study: Study, by: str, names: tuple[str, str], expected: str) -> None:
    first, second = names
    assert expected in said(study, {first: (80, 100), second: (10, 100)}, {first: (160, 200), second: (10, 100)}, by=by)


def test_shares_on_little_are_said_to_be_so(study: Study) -> None:
    assert said(study, {LAND: (8, 10)}, {LAND: (90, 100)}).endswith(" Có bên chỉ 10 hồ sơ, nên tỷ lệ dễ dao động.")


@pytest.mark.parametrize("then", [{}, {LAND: (0, 0)}], ids=["no row", "no dossier"])
def test_without_anything_to_compare_with_that_is_said(study: Study, then: Cells) -> None:
    assert said(study, then, {LAND: (8, 10)}) == "Tỷ lệ đúng hạn: không đủ số liệu để tách thay đổi giữa quý IV/2023 và quý I/2024."


def test_a_period_before_the_register_is_nothing_to_compare_with(study: Study) -> None:
    long_ago = parse_period("2019-Q1")
    text = say_why(measure_why(study, "online_share", long_ago), "online_share", study, long_ago).text
    assert text == "Tỷ lệ nộp trực tuyến: không đủ số liệu để tách thay đổi giữa quý I/2019 và quý I/2024."


def test_a_break_between_the_periods_forbids_the_comparison(study: Study) -> None:
    later = replace(study, period=parse_period("2025-Q3"), before=parse_period("2025-Q2"))
    text = say_why(table({LAND: (8, 10)}, {LAND: (8, 10)}), "on_time_share", later, later.before).text
    expected = "Tỷ lệ đúng hạn: không so được giữa quý II/2025 và quý III/2025, vì số liệu trước và sau ngày 01/7/2025 không cùng phạm vi."
    assert expected == text


def test_a_unit_is_set_against_the_unit_above_it(study: Study) -> None:
    whole, own = table({}, {LAND: (60, 100), CIVIL: (100, 100)}), table({}, {LAND: (20, 40), CIVIL: (9, 10)})
    commune, district = replace(study, unit="xa-long-mai"), replace(study, unit="huyen-minh-long")
    expected = (
        "Tỷ lệ đúng hạn của Xã Long Mai quý I/2024 là 58,00% (29/50 hồ sơ), thấp hơn 22,00 điểm % so với Huyện Minh Long (80,00%, 160/200): "
        "12,00 điểm do cơ cấu hồ sơ khác (tỷ trọng hồ sơ lĩnh vực Hộ tịch thấp hơn), "
        "10,00 điểm do tỷ lệ trong từng nhóm hồ sơ thấp hơn, nhiều nhất ở lĩnh vực Đất đai (20/40 so với 60/100)."
    )
    assert expected == say_why_different(own, whole, "on_time_share", commune, district).text


def test_a_unit_without_dossiers_is_not_set_against_anything(study: Study) -> None:
    commune, district = replace(study, unit="xa-long-mai"), replace(study, unit="huyen-minh-long")
    text = say_why_different(table({}, {}), table({}, {LAND: (60, 100)}), "on_time_share", commune, district).text
    assert text == "Tỷ lệ đúng hạn của Xã Long Mai quý I/2024: không đủ số liệu để so với Huyện Minh Long."


# --- the table


def test_the_parts_stand_over_their_total_with_both_counts(study: Study) -> None:
    results = table({LAND: (40, 50), CIVIL: (150, 150)}, {LAND: (70, 100), CIVIL: (90, 100)})
    expected = [
        ["Cơ cấu lĩnh vực", "", "", "−5,00"],
        ["Tỷ lệ trong từng nhóm", "", "", "−10,00"],
        ["trong đó: Hộ tịch", "100,00% (150/150)", "90,00% (90/100)", "−6,25"],
        ["trong đó: Đất đai", "80,00% (40/50)", "70,00% (70/100)", "−3,75"],
        ["Tổng thay đổi", "95,00% (190/200)", "80,00% (160/200)", "−15,00"],
    ]
    assert expected == rows(why_table("Vì sao", results, study, study.before))


def test_at_most_three_fields_are_listed(study: Study) -> None:
    then, now = {f"L{n}": (50, 100) for n in range(5)}, {f"L{n}": (60 + n, 100) for n in range(5)}
    listed = [row[0] for row in rows(why_table("Vì sao", table(then, now), study, study.before)) if row[0].startswith("trong đó")]
    assert ["trong đó: L4", "trong đó: L3", "trong đó: L2"] == listed


def test_a_table_of_nothing_is_a_sentence(study: Study) -> None:
    found = why_table("Vì sao", table({}, {LAND: (8, 10)}), study, study.before)
    assert isinstance(found, Statement)
    assert found.text == "Tỷ lệ đúng hạn: không đủ số liệu để tách thay đổi giữa quý IV/2023 và quý I/2024."


def test_results_without_a_row_are_a_sentence(study: Study) -> None:
    assert isinstance(why_table("Vì sao", table({}, {}), study, study.before), Statement)


def test_no_number_bears_the_name_of_a_result_of_the_catalogue(study: Study) -> None:
    results = table({LAND: (40, 50), CIVIL: (150, 150)}, {LAND: (70, 100), CIVIL: (90, 100)})
    found = [*numbers_of(why_table("Vì sao", results, study, study.before)), *say_why(results, "on_time_share", study, study.before).numbers]
    assert {"why_share", "why_total", "why_mix", "why_rate"} == {number.metric for number in found}
    assert {"on_time_share"} == {number.group["of"] for number in found}


def test_effects_are_changes_and_keep_their_exact_value(study: Study) -> None:
    results = table({LAND: (1, 3), CIVIL: (2, 7)}, {LAND: (2, 3), CIVIL: (3, 11)})
    total = next(n for n in numbers_of(why_table("Vì sao", results, study, study.before)) if n.metric == "why_total")
    assert (5 / 14 - 3 / 10, True) == (pytest.approx(total.value), total.change)


def test_the_table_comes_back_from_its_json_as_it_was(study: Study) -> None:
    made = why_table("Vì sao", table({LAND: (40, 50)}, {LAND: (70, 100)}), study, study.before)
    assert made == read_exhibit(made.model_dump(mode="json"))


counts = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
sides = st.fixed_dictionaries({LAND: counts, CIVIL: counts, "Giáo dục": counts})


@given(then=sides, now=sides)
def test_printed_parts_add_up_to_the_printed_total(study: Study, then: Cells, now: Cells) -> None:
    found = why_table("Vì sao", table(then, now), study, study.before)
    if isinstance(found, Table):
        effects = {row[0].text: round(float(row[3].text.replace(",", ".").replace("−", "-")) * 100) for row in found.rows}
        assert effects["Tổng thay đổi"] == effects["Cơ cấu lĩnh vực"] + effects["Tỷ lệ trong từng nhóm"]


# --- what is measured


@pytest.mark.parametrize(("metric", "expected"), [("on_time_share", ["field", "channel", "level"]), ("online_share", ["field", "level"])])
def test_a_share_is_not_split_by_what_it_is_made_of(study: Study, metric: str, expected: list[str]) -> None:
    found = measure_why(study, metric, study.before)
    assert expected == [column for column in found if column in FACTORS]


def test_shares_made_of_the_channel_are_listed_as_such() -> None:
    assert all("channel" not in factors for factors in OWN_FACTORS.values())


def test_both_periods_of_a_register_are_measured_and_said(study: Study) -> None:
    text = say_why(measure_why(study, "online_share", study.before), "online_share", study, study.before).text
    assert text.startswith(
        "Tỷ lệ nộp trực tuyến quý I/2024 là 50,00% (1/2 hồ sơ), tăng 50,00 điểm % so với quý IV/2023 (0,00%, 0/1): lẽ ra giảm 25,00 điểm do cơ cấu"
    )


def test_the_sample_is_split_without_a_rest(sample_register: Path) -> None:
    opened = open_study(
        period=NOW, as_of="2024-03-15", unit="huyen-minh-long", register=str(sample_register), policy="report-2024", history=2, calendar="VN", document={}
    )
    found = rows(why_table("Vì sao", measure_why(opened, "on_time_share", opened.before), opened, opened.before))
    assert ["Cơ cấu lĩnh vực", "Cơ cấu hình thức nộp", "Cơ cấu cấp", "Tỷ lệ trong từng nhóm"] == [row[0] for row in found[:4]]
    assert ["Tổng thay đổi", "99,24% (785/791)", "98,83% (759/768)", "−0,41"] == found[-1]
