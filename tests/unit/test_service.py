"""What a report says of the service: points without a total, ratings with who was never asked, petitions as declared."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits import service
from tthc_analysis.exhibits.model import Number, Statement, Table, numbers_of, read_exhibit
from tthc_analysis.metrics.index import index_metrics, index_points, measure_index
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.declared import Declared, Pakn
from tthc_analysis.reference.indices import get_index
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.store import write_register

QUARTER = parse_period("2024-Q1")
PROFILE = get_index("qd766", QUARTER.end)
RATINGS = ["rated_very_satisfied", "rated_satisfied", "rated_dissatisfied", "rated_share"]
WHOLE = Declared(
    source="Hệ thống phản ánh, kiến nghị",
    pakn=Pakn(carried_over=200, received=1000, resolved_on_time=900, resolved_late=100, pending=200, pending_late=100, dissatisfied=3),
)
NOT_DECLARED = (
    "Quý I/2024: chưa khai số liệu phản ánh, kiến nghị. Ghi vào tệp params/declared/2024-Q1.yaml, mục pakn, "
    "gồm các khóa received, carried_over, resolved_on_time, resolved_late, pending, pending_late, dissatisfied."
)


def finished(unit: str = "xa-long-mai", rating: str | None = None, received: str = "2024-01-10") -> dict[str, Any]:
    return dossier(received, due="2024-01-20", resolved=f"{received[:8]}12", unit=unit, rating=rating)


ASKED = [finished(rating=rating) for rating in ("very_satisfied", "very_satisfied", "satisfied", "dissatisfied")]
SILENT = [*(finished("xa-long-mon") for _ in range(3)), finished("xa-long-hiep"), dossier(unit="xa-thanh-an")]
LAST_QUARTER = [finished(received="2023-11-02", rating="satisfied")]


def opened(path: Path, *dossiers: dict[str, Any]) -> Study:
    write_register(register(*dossiers), path)
    return open_study(
        period="2024-Q1", as_of="2024-03-14", unit="all", register=str(path), policy="report-2024", history=2, calendar="VN", internal=True, document={}
    )


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return opened(tmp_path_factory.mktemp("study") / "so.parquet", *LAST_QUARTER, *ASKED, *SILENT)


def texts(table: Table | Statement) -> list[list[str]]:
    assert isinstance(table, Table)
    return [[cell.text for cell in row] for row in table.rows]


def facts(number: Number) -> tuple[object, ...]:
    return number.metric, number.period, number.numerator, number.denominator, number.value


def said_of_coverage(path: Path, *dossiers: dict[str, Any]) -> str:
    study = opened(path / "so.parquet", *dossiers)
    return service.say_coverage_of_ratings(measure_study(study, ["rated_share"]), study).text


def said_by_unit(path: Path, *dossiers: dict[str, Any]) -> Statement:
    study = opened(path / "so.parquet", *dossiers)
    return service.say_ratings_by_unit(measure_study(study, ["rated_share"], by=["unit"]), study)


# --- the index


@pytest.fixture(scope="module")
def table(study: Study) -> Table:
    made = service.index_table("Thử", index_points(PROFILE, measure_index(study, PROFILE), WHOLE, QUARTER), PROFILE, QUARTER)
    assert isinstance(made, Table)
    return made


@pytest.mark.parametrize(
    ("identifier", "cells"),
    [
        ("1.1", ["không đủ dữ liệu", "–", "6"]),
        ("2.1", ["100,00% (8/8)", "20,00", "20"]),
        ("2.2", ["không đủ dữ liệu", "–", "0"]),
        ("3.3", ["0,00% (0/9)", "0,00", "6"]),
        ("STT 6", ["không đủ dữ liệu", "–", "–"]),
        ("4.1", ["–", "–", "6"]),
        ("5.2", ["83,33% (1.000/1.200)", "5,00", "6"]),
    ],
)
def test_an_indicator_stands_with_its_ratio_and_points(table, identifier, cells):
    (row,) = [row for row in texts(table) if row[0].startswith(f"{identifier}. ")]
    assert cells == row[1:4]


def test_every_indicator_stands_in_the_table_and_no_total(table):
    assert [f"{one.id}. {one.name}" for one in PROFILE.indicators] == [row[0] for row in texts(table)]
    assert service.NEVER_A_TOTAL == table.notes[0]


def test_a_table_says_which_version_and_policy_it_counts_by(table):
    assert "bản qd766-2022, có hiệu lực từ 01/8/2022; tính theo cách tính dvcqg-766" in table.notes[1]


def test_a_statutory_period_is_said_to_differ_from_the_portals(table):
    assert table.notes[-1].endswith("bảng này theo 15/12/2023–14/3/2024: không so trực tiếp với điểm công bố.")


def test_a_calendar_period_is_the_portals_own(study):
    quarter = parse_period("2024-Q1@calendar")
    made = service.index_table("Thử", index_points(PROFILE, measure_index(study, PROFILE, [quarter]), None, quarter), PROFILE, quarter)
    assert isinstance(made, Table)
    assert not [note for note in made.notes if "theo lịch" in note or "không so trực tiếp" in note]


def test_a_ratio_and_its_points_are_not_taken_for_the_reports_metric(table):
    found = [number for number in numbers_of(table) if number.group["indicator"] == "5.2"]
    assert [
        ("index_ratio", "2024-Q1", 1000, 1200, 1000 / 1200),
        ("index_points", "2024-Q1", None, None, 5),
        ("index_max", "2024-Q1", None, None, 6),
    ] == [facts(number) for number in found]
    assert {"index": "qd766-2022", "indicator": "5.2", "policy": "dvcqg-766"} == found[0].group


def test_before_the_index_a_sentence_says_so():
    early = parse_period("2021-Q4")
    shown = service.index_table("Thử", index_points(None, measure_nothing(), None, early), None, early)
    assert Statement(text="Quý IV/2021: chưa có bộ chỉ số nào có hiệu lực vào ngày cuối kỳ, nên không chấm điểm.") == shown


def measure_nothing() -> Any:
    assert index_metrics(None) == []
    return None


# --- ratings


def test_the_levels_stand_as_they_are_with_who_was_never_asked(study):
    table = service.rating_table("Thử", measure_study(study, RATINGS, study.compared), study)
    assert [
        ["Rất hài lòng", "hồ sơ có đánh giá", "50,00% (2/4)", "0,00% (0/1)", "–"],
        ["Hài lòng", "hồ sơ có đánh giá", "25,00% (1/4)", "100,00% (1/1)", "–"],
        ["Chưa hài lòng", "hồ sơ có đánh giá", "25,00% (1/4)", "0,00% (0/1)", "–"],
        ["Có đánh giá", "hồ sơ giải quyết xong", "50,00% (4/8)", "100,00% (1/1)", "–"],
        ["Không có đánh giá", "hồ sơ giải quyết xong", "50,00% (4/8)", "0,00% (0/1)", "–"],
    ] == texts(table)


def test_one_period_makes_one_column(study):
    table = service.rating_table("Thử", measure_study(study, RATINGS), study)
    assert ["Mức độ", "Tính trên", "Kỳ này: Quý I/2024"] == [header.text for header in table.header]


def test_a_level_carries_its_count_and_its_share(study):
    table = service.rating_table("Thử", measure_study(study, RATINGS), study)
    assert [
        ("rated_very_satisfied", "2024-Q1", None, None, 2),
        ("rated_very_satisfied_of_rated", "2024-Q1", 2, 4, 0.5),
    ] == [facts(number) for number in table.rows[0][2].numbers]


def test_without_any_rating_the_levels_are_missing_and_not_nought(tmp_path):
    study = opened(tmp_path / "so.parquet", finished(), finished())
    table = service.rating_table("Thử", measure_study(study, RATINGS), study)
    assert ["–", "–", "–", "0,00% (0/2)", "100,00% (2/2)"] == [row[2] for row in texts(table)]


def test_the_coverage_says_what_the_share_is_silent_about(study):
    said = service.say_coverage_of_ratings(measure_study(study, ["rated_share"]), study)
    expected = (
        "Quý I/2024: 4/8 hồ sơ giải quyết xong có đánh giá mức độ hài lòng, đạt 50,00%; 4 hồ sơ còn lại (50,00%) "
        "không được hỏi hoặc không trả lời, nên tỷ lệ hài lòng không nói gì về các hồ sơ này."
    )
    assert expected == said.text
    assert [("rated_share", "2024-Q1", 4, 8, 0.5), ("unrated_share", "2024-Q1", 4, 8, 0.5)] == [facts(number) for number in said.numbers]


@pytest.mark.parametrize(
    ("dossiers", "said"),
    [
        ([finished(rating="satisfied")], "Quý I/2024: 1/1 hồ sơ giải quyết xong có đánh giá mức độ hài lòng, đạt 100,00%."),
        ([finished(), finished()], "Quý I/2024: không hồ sơ nào trong 2 hồ sơ giải quyết xong có đánh giá."),
        ([dossier()], "Quý I/2024: không có hồ sơ giải quyết xong, nên không có đánh giá."),
        ([finished(received="2023-01-10")], "Quý I/2024: không có số liệu, nên không có đánh giá."),
    ],
)
def test_the_coverage_is_said_at_its_ends(tmp_path, dossiers, said):
    assert said == said_of_coverage(tmp_path, *dossiers)


def test_units_without_a_rating_are_named_the_largest_first(study):
    said = service.say_ratings_by_unit(measure_study(study, ["rated_share"], by=["unit"]), study)
    expected = "Quý I/2024: 2/3 đơn vị có hồ sơ giải quyết xong mà không có đánh giá nào: Xã Long Môn (0/3 hồ sơ), Xã Long Hiệp (0/1 hồ sơ)."
    assert expected == said.text
    assert [("units_without_rating", 2), ("rated_share", 0), ("rated_share", 0)] == [(number.metric, number.numerator) for number in said.numbers]


def test_more_than_six_units_are_counted(tmp_path):
    said = said_by_unit(tmp_path, *(finished(f"don-vi-{number}") for number in range(8)))
    assert said.text.endswith("don-vi-5 (0/1 hồ sơ) và 2 đơn vị khác.")


@pytest.mark.parametrize(
    ("dossiers", "said"),
    [
        (ASKED, "Quý I/2024: cả 1 đơn vị có hồ sơ giải quyết xong đều có đánh giá."),
        ([dossier()], "Quý I/2024: không có đơn vị nào có hồ sơ giải quyết xong."),
        ([{**finished(), "resolving_unit": None}], "Quý I/2024: không có đơn vị nào có hồ sơ giải quyết xong."),
    ],
)
def test_where_no_unit_is_silent_that_is_said(tmp_path, dossiers: Sequence[dict[str, Any]], said):
    assert said == said_by_unit(tmp_path, *dossiers).text


# --- petitions


def test_petitions_stand_as_declared_with_what_follows_from_them():
    assert [
        ["Kỳ trước chuyển qua", "200"],
        ["Tiếp nhận trong kỳ", "1.000"],
        ["Tổng số tiếp nhận, xử lý", "1.200"],
        ["Đã xử lý đúng hạn", "900"],
        ["Đã xử lý quá hạn", "100"],
        ["Đang xử lý", "200"],
        ["Đang xử lý quá hạn", "100"],
        ["Không hài lòng với kết quả xử lý", "3"],
        ["Tỷ lệ xử lý đúng hạn, đang xử lý trong hạn", "83,33% (1.000/1.200)"],
    ] == texts(service.pakn_table("Thử", WHOLE, QUARTER))


def test_declared_numbers_name_themselves_and_a_share_its_counts():
    numbers = numbers_of(service.pakn_table("Thử", WHOLE, QUARTER))
    assert ("declared_pakn_received", "2024-Q1", None, None, 1000) == facts(numbers[1])
    assert ("declared_pakn_on_time_share", "2024-Q1", 1000, 1200, 1000 / 1200) == facts(numbers[-1])


@pytest.mark.parametrize(("source", "said"), [("Sổ tiếp dân", "Nguồn: Sổ tiếp dân."), (None, "Không ghi nguồn.")])
def test_the_table_says_where_the_figures_come_from(source, said):
    table = service.pakn_table("Thử", WHOLE.model_copy(update={"source": source}), QUARTER)
    assert isinstance(table, Table)
    assert table.notes[0].endswith(said)


def test_what_was_left_out_is_missing_and_not_nought():
    rows = dict(texts(service.pakn_table("Thử", Declared(pakn=Pakn(received=10)), QUARTER)))
    assert ["10", "–", "–", "–"] == [rows[name] for name in list(rows)[1:2]] + [
        rows[name] for name in ("Kỳ trước chuyển qua", "Đang xử lý", "Tỷ lệ xử lý đúng hạn, đang xử lý trong hạn")
    ]


@pytest.mark.parametrize("declared", [None, Declared(), Declared(pakn=Pakn())])
def test_undeclared_petitions_say_where_to_write_them(declared):
    assert Statement(text=NOT_DECLARED) == service.pakn_table("Thử", declared, QUARTER)
    assert Statement(text="Quý I/2024: chưa khai số liệu phản ánh, kiến nghị.") == service.say_pakn(declared, QUARTER)


def test_petitions_are_said_as_declared():
    expected = (
        "Quý I/2024, phản ánh, kiến nghị do cơ quan khai: kỳ trước chuyển qua 200, tiếp nhận trong kỳ 1.000, tổng số tiếp nhận, xử lý 1.200, "
        "đã xử lý đúng hạn 900, đã xử lý quá hạn 100, đang xử lý 200, đang xử lý quá hạn 100, không hài lòng với kết quả xử lý 3; "
        "xử lý đúng hạn, đang xử lý trong hạn 1.000/1.200, đạt 83,33%."
    )
    assert expected == service.say_pakn(WHOLE, QUARTER).text


def test_what_is_not_declared_is_not_said():
    assert service.say_pakn(Declared(pakn=Pakn(received=10)), QUARTER).text == "Quý I/2024, phản ánh, kiến nghị do cơ quan khai: tiếp nhận trong kỳ 10."


def test_no_petitions_are_said_to_be_none():
    said = service.say_pakn(Declared(pakn=Pakn(carried_over=0, received=0)), QUARTER)
    assert said.text == "Quý I/2024: cơ quan khai không có phản ánh, kiến nghị nào để xử lý."


def test_an_exhibit_comes_back_from_its_json(study, table):
    for exhibit in (table, service.rating_table("Thử", measure_study(study, RATINGS), study), service.say_pakn(WHOLE, QUARTER)):
        assert read_exhibit(exhibit.model_dump(mode="json")) == exhibit
