"""Sums: a printed total is declared as the sum of printed cells where it is one, and nowhere else."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits import backlog, official, quality, shortfall, tables
from tthc_analysis.exhibits.model import Cell, Number, Place, Sum, Table
from tthc_analysis.exhibits.sums import across, down, of_metrics
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.register.account import read_accounts
from tthc_analysis.register.store import write_register

PARAMS = Path(__file__).parents[2] / "params"
PARAMETERS: dict[str, Any] = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "huyen-minh-long", "policy": "report-2024", "history": 3, "calendar": "VN"}
WINDOW = {"issuer": "UBND huyện Minh Long", "period": "2021-01-01..2024-03-15"}


def count(value: float | None, text: str | None = None, **other: Any) -> Cell:
    """A cell that prints a count."""
    number = Number(text="–" if value is None else f"{value:g}", metric="received", period="2024-Q1", value=value, **{"unit": "hồ sơ", **other})
    return Cell(text=text or number.text, numbers=[number])


def counts(*values: float | None) -> list[Cell]:
    return [count(value) for value in values]


def test_a_row_of_totals_is_the_sum_of_its_rows_column_by_column():
    rows = [counts(1, 10), counts(2, 20), counts(3, 31)]
    assert [Sum(total=Place(2, 0), parts=[Place(0, 0), Place(1, 0)])] == down(rows, 2, [0, 1])


def test_a_column_of_totals_is_the_sum_of_its_columns_row_by_row():
    rows = [counts(3, 1, 2), counts(9, 4, 4)]
    assert [Sum(total=Place(0, 0), parts=[Place(0, 1), Place(0, 2)])] == across(rows, 0, [1, 2])


@pytest.mark.parametrize(
    "column",
    [
        [count(1), count(None), count(1)],
        [count(1), Cell(text="1"), count(2)],
        [count(1), count(1, "*"), count(2)],
        [count(1), count(1, unit="dòng"), count(2)],
        [count(1, change=True), count(1, change=True), count(2, change=True)],
        [count(1.0, denominator=4), count(1.0, denominator=4), count(2.0, denominator=8)],
        [Cell(text="1", numbers=[*count(1).numbers, *count(1).numbers]), count(1), count(2)],
        [count(1), count(1), count(2, "2/4")],
        [count(None), count(None), count(None)],
    ],
    ids=["missing", "no number", "withheld", "other unit", "changes", "durations", "two in a cell", "no count by itself", "all missing"],
)
def test_what_does_not_count_alike_is_no_sum(column):
    assert [] == down([[cell] for cell in column], 2, [0, 1])


def test_a_total_over_nothing_is_no_sum():
    assert [] == down([counts(0)], 0, [])


def test_a_nought_in_words_takes_no_part():
    rows = [[count(3)], [count(0, "trống")], [count(4)], [count(7)]]
    assert [Sum(total=Place(3, 0), parts=[Place(0, 0), Place(2, 0)])] == down(rows, 3, [0, 1, 2])


def test_rows_of_metrics_know_what_they_are_made_of():
    rows = [counts(1), counts(5), counts(6), counts(2)]
    made = [Sum(total=Place(2, 0), parts=[Place(0, 0), Place(1, 0)])]
    assert made == of_metrics(rows, ["carried_over", "received", "received_total", "resolved_late"])


# --- on the sample


@pytest.fixture(scope="module")
def sample(sample_register: Path) -> Study:
    return open_study(**PARAMETERS, register=str(sample_register), office=str(PARAMS), document=WINDOW)


def totals(table: Table) -> dict[tuple[int, int], list[list[tuple[int, int]]]]:
    """The parts of each total, by its place."""
    found: dict[tuple[int, int], list[list[tuple[int, int]]]] = {}
    for one in table.sums:
        found.setdefault(tuple(one.total), []).append([tuple(part) for part in one.parts])
    return found


def in_row(row: int, *columns: int) -> list[tuple[int, int]]:
    return [(row, column) for column in columns]


def test_the_form_adds_up_in_rows_and_in_columns(sample):
    """Rows of II.06a by unit: I (district), its office, II (communes), five of them, the whole. (3) stands in the column 2."""
    table = official.dossier_table(official.measure_form(sample, "unit"))
    assert ["Cấp huyện", "Cấp xã", "Tổng cộng"] == [table.rows[row][1].text for row in (0, 2, 8)]
    sums = totals(table)
    for row in range(9):
        assert [in_row(row, 3, 4, 5), in_row(row, 6, 10)] == sums[row, 2][-2:]
        assert in_row(row, 7, 8, 9) in sums[row, 6]
        assert in_row(row, 11, 12) in sums[row, 10]
    for column in range(2, 13):
        assert [[(0, column), (2, column)], [(1, column)], [(row, column) for row in range(3, 8)]] == [sums[row, column][0] for row in (8, 0, 2)]
    assert not any(column < 2 for _, column in sums)


def test_a_form_of_one_level_adds_its_rows_up_under_no_head(sample_register):
    commune = open_study(**PARAMETERS | {"unit": "xa-long-mai"}, register=str(sample_register), document=WINDOW)
    table = official.digitisation_table(official.measure_form(commune, "field"))
    last = len(table.rows) - 1
    assert [(row, 2) for row in range(last)] == totals(table)[last, 2][0]
    assert (last, 6) not in totals(table), "a share adds up to nothing"


def test_a_form_without_dossiers_has_no_sums(tmp_path):
    write_register(register(dossier("2019-01-10", unit="xa-long-mai")), tmp_path / "so.parquet")
    study = open_study(**PARAMETERS, register=str(tmp_path / "so.parquet"), document={})
    assert [] == official.dossier_table(official.measure_form(study, "unit")).sums


@pytest.mark.parametrize(
    ("appendix", "sums"),
    [
        (official.appendix_i, {(0, 0): [in_row(0, 1, 2)]}),
        (official.appendix_ii, {(0, 3): [in_row(0, 4, 5, 6, 7, 8, 9)]}),
        (official.appendix_iii, {(0, 1): [in_row(0, 2, 3, 4, 5, 6)], (0, 7): [in_row(0, 8, 9, 10, 11, 12, 13)]}),
        (official.appendix_iv, {(0, 3): [in_row(0, 4, 5, 6, 7)], (0, 8): [in_row(0, 9, 10, 11, 12)]}),
        (official.appendix_v, {(0, 0): [in_row(0, 1, 2)], (0, 3): [in_row(0, 4, 5)]}),
        (official.petition_table, {}),
    ],
    ids=["I", "II", "III", "IV", "V", "petitions"],
)
def test_an_appendix_adds_up_what_the_declared_figures_must(sample, appendix, sums):
    """Procedures assessed and appraised may overlap, petitions received need not be handled yet: no sums, though all are 0."""
    assert sums == totals(appendix(sample))


def test_undeclared_figures_add_up_to_nothing(tmp_path):
    write_register(register(dossier()), tmp_path / "so.parquet")
    study = open_study(**PARAMETERS, register=str(tmp_path / "so.parquet"), office=str(tmp_path), document={})
    assert [] == official.appendix_iii(study).sums


def whole_row(table: Table) -> set[int]:
    """The columns whose last row adds up all rows above."""
    last = len(table.rows) - 1
    return {column for (row, column), parts in totals(table).items() if row == last and [(above, column) for above in range(last)] in parts}


def test_the_whole_under_groups_adds_up_counts_and_nothing_else(sample):
    metrics = ["received", "on_time_share", "processing_workdays_median", "pending"]
    by_field, whole = measure_study(sample, metrics, by=["field"]), measure_study(sample, metrics)
    assert {1, 5} == whole_row(tables.group_table("Theo lĩnh vực", by_field, whole, sample.period))


def test_a_whole_over_a_withheld_group_is_no_sum(tmp_path):
    received = [dossier("2024-01-10", procedure_code=f"1.{place}", procedure_name="A", due="2024-01-20") for place in (1, 1, 1, 1, 1, 1, 2, 2)]
    write_register(register(*received), tmp_path / "so.parquet")
    study = open_study(**PARAMETERS, register=str(tmp_path / "so.parquet"), document={})
    by_procedure, whole = measure_study(study, ["received"], by=["procedure"]), measure_study(study, ["received"])
    table = tables.group_table("Theo thủ tục", by_procedure, whole, study.period)
    assert ("*", "8", []) == (table.rows[0][1].text, table.rows[-1][1].text, table.sums)


def test_rows_of_metrics_add_up_in_the_tables_of_periods(sample):
    metrics = ["carried_over", "received", "received_total", "resolved_early", "resolved_on_due_date", "resolved_late", "resolved"]
    compared = tables.period_table("Tình hình", measure_study(sample, metrics, sample.compared), sample)
    assert {(row, column) for row in (2, 6) for column in (1, 2, 4)} == set(totals(compared))
    window = tables.window_table("Số liệu", measure_study(sample, metrics, [sample.written]), sample.written)
    assert {(2, 1): [[(0, 1), (1, 1)]], (6, 1): [[(3, 1), (4, 1), (5, 1)]]} == totals(window)


def test_bands_imports_units_and_gaps_add_up(sample, sample_register):
    bands = backlog.band_table("Theo thời gian", measure_study(sample, ["pending"], by=["age"]), measure_study(sample, ["pending"]), sample.period)
    by_unit, whole = (measure_study(sample, ["received"], sample.history, by) for by in (["unit"], []))
    covered = quality.coverage_table("Theo đơn vị", by_unit, whole, sample.history)
    gap = shortfall.gap_table("Khoảng trống", "result_digitised_share", measure_study(sample, ["result_digitised_share"], by=["unit"]), sample.period)
    assert ({1}, {1, 2, 3}, {2}) == tuple(map(whole_row, (bands, covered, gap)))
    imported = quality.import_table(read_accounts(str(sample_register)))
    assert {(0, 2): [in_row(0, 3, 4, 5, 6)]} == totals(imported)


def test_the_units_that_turn_late_soon_add_up_where_they_are_all(sample):
    metrics = ["pending", "pending_late", "pending_due_soon"]
    by_unit, whole = measure_study(sample, metrics, by=["unit"]), measure_study(sample, metrics)
    table = backlog.due_soon_table("Sắp đến hạn", by_unit, whole, sample.period)
    printed = pd.DataFrame([[cell.numbers[0].value for cell in row[1:]] for row in table.rows])
    assert {column + 1 for column in printed if printed[column][:-1].sum() == printed[column].iloc[-1]} == whole_row(table)
