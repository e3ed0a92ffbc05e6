"""The grid: printed cells become typed ones, numbers as numbers, and nothing that is printed is lost; the CSV behind each table."""

import csv
from io import StringIO

import pytest

from tthc_analysis.exhibits.grid import EMPTY, Typed, grid_of, printable, table_csv
from tthc_analysis.exhibits.model import Cell, Header, Number, Place, Table, leaves
from tthc_analysis.reference.notation import POINTS

DIGITISED = 8925 / 9924


def number(text: str, value: float | None = None, **other) -> Number:
    return Number(text=text, metric="received", period="2024-Q1", value=value, **other)


def cell(text: str, *numbers: Number) -> Cell:
    return Cell(text=text, numbers=list(numbers))


def share(text: str, numerator: float, denominator: float) -> Cell:
    return cell(text, number(text, numerator / denominator, numerator=numerator, denominator=denominator, unit="tỷ lệ"))


def label(text: str) -> Cell:
    return Cell(text=text, heading=True)


def table(*rows: list[Cell], header: list[Header] | None = None) -> Table:
    """A table under plain heads."""
    return Table(caption="Bảng", header=header or [Header(text=f"Cột {place}") for place in range(len(rows[0]))], rows=list(rows))


def typed(*cells: Cell) -> list[list[Typed]]:
    """The rows of a table that has one column of these cells."""
    return grid_of(table(*([one] for one in cells))).rows


def heads(grid_header: list[Header]) -> list:
    return [{head.text: heads(head.children)} if head.children else head.text for head in grid_header]


COUNT = number("9.924", 9924.0, unit="hồ sơ")
MISSING = number("–", unit="tỷ lệ")


@pytest.mark.parametrize(
    ("expected", "printed"),
    [
        (Typed("9.924", "count", 9924), cell("9.924", COUNT)),
        (Typed("0", "count", 0), cell("0", number("0", 0.0))),
        (Typed("2,3", "decimal", 2.25, 1), cell("2,3", number("2,3", 2.25))),
        (Typed("6", "decimal", 5.6), cell("6", number("6", 5.6))),
        (Typed("89,93%", "share", DIGITISED, 2), share("89,93%", 8925, 9924)),
        (Typed("14,51%", "share", 0.1451, 2), cell("14,51%", number("14,51%", 0.1451))),
        (Typed("+20", "count", 20, 0, signed=True), cell("+20", number("+20", 20.0, change=True))),
        (Typed("−2,0", "decimal", -2.0, 1, signed=True), cell("−2,0", number("−2,0", -2.0, change=True))),
        (Typed("0", "count", 0, 0, signed=True), cell("0", number("0", 0.0, change=True))),
        (Typed("+3,54", "decimal", 0.0354 * 100, 2, signed=True), cell("+3,54", number(f"+3,54 {POINTS}", 0.0354, unit=POINTS, change=True))),
    ],
    ids=lambda value: value.text,
)
def test_a_number_by_itself_is_the_result(expected, printed):
    assert [[expected]] == typed(printed)


@pytest.mark.parametrize(
    "printed",
    [
        label("Xã Long Mai"),
        label("12"),
        cell("17/3/2024"),
        cell("1"),
        cell("……"),
        cell("–", MISSING),
        cell("*", number("*")),
        cell("trống", number("0", 0.0)),
        cell("3–7", number("3–7", 4.0)),
        cell("+1,79 điểm % (từ +1,47 đến +2,19)", number("+1,79 điểm %", 0.0179)),
        cell("Quý I/2021: 76,17% (374/491)", number("76,17%", 374 / 491)),
        cell("1.24", number("1.24", 1.24)),
        cell("2024", number("2024", 2024.0)),
        cell("007", number("007", 7.0)),
        cell("không phải số", COUNT),
    ],
    ids=lambda value: value.text,
)
def test_what_is_no_number_through_and_through_stays_the_printed_text(printed):
    assert [[Typed(printed.text)]] == typed(printed)


def test_a_share_with_its_counts_takes_three_columns():
    grid = grid_of(table([label("Số hóa"), cell("89,93% (8.925/9.924)", number("89,93%", DIGITISED))], [label("Khác"), cell("–", MISSING)]))
    parts = [Typed("89,93%", "share", DIGITISED, 2), Typed("8.925", "count", 8925), Typed("9.924", "count", 9924)]
    assert [[Typed("Số hóa"), *parts], [Typed("Khác"), Typed("–"), EMPTY, EMPTY]] == grid.rows
    assert ["Cột 0", {"Cột 1": ["Tỷ lệ", "n", "N"]}] == heads(grid.header)


def test_counts_before_their_share_are_the_same_parts():
    whole = cell("757/758 (99,87%)", number("99,87%", 757 / 758), number("758", 758.0))
    assert [[Typed("99,87%", "share", 757 / 758, 2), Typed("757", "count", 757), Typed("758", "count", 758)]] == typed(whole)


def test_counts_alone_take_two_columns_and_no_value():
    grid = grid_of(table([cell("3.902/3.904", number("99,95%", 3902 / 3904))], [cell("0/0", MISSING)], [cell("–", MISSING)]))
    assert [Typed("3.902", "count", 3902), Typed("3.904", "count", 3904)] == grid.rows[0]
    assert [[Typed("0", "count", 0), Typed("0", "count", 0)], [Typed("–"), EMPTY]] == grid.rows[1:]
    assert [{"Cột 0": ["n", "N"]}] == heads(grid.header)


def test_a_duration_keeps_the_dossiers_that_it_is_over():
    grid = grid_of(table([cell("2,3 (461 hồ sơ)", number("2,3", 2.25, denominator=461))], [share("50,00%", 1, 2)]))
    assert [[Typed("2,3", "decimal", 2.25, 1), Typed("461 hồ sơ", "count", 461)], [Typed("50,00%", "share", 0.5, 2), EMPTY]] == grid.rows
    assert [{"Cột 0": ["Giá trị", "N (hồ sơ)"]}] == heads(grid.header)


def test_only_columns_with_such_cells_are_parted_and_the_header_keeps_its_tree():
    header = [Header(text="Đơn vị"), Header(text="Đúng hạn", children=[Header(text="n/N"), Header(text="%")]), Header(text="Tiếp nhận")]
    row = [label("Xã Long Mai"), cell("1/2", number("50,00%", 0.5)), share("50,00%", 1, 2), cell("9.924", COUNT)]
    grid = grid_of(table(row, header=header))
    assert ["Đơn vị", {"Đúng hạn": [{"n/N": ["n", "N"]}, "%"]}, "Tiếp nhận"] == heads(grid.header)
    assert ([5], [0, 1, 3, 4]) == ([len(row) for row in grid.rows], grid.starts)
    assert [Place(0, 4), Place(7, 1)] == [grid.at(Place(0, 3)), grid.at(Place(7, 1))]


def test_a_table_without_rows_keeps_its_columns():
    grid = grid_of(Table(caption="Bảng", header=[Header(text="A", children=[Header(text="B"), Header(text="C")])], rows=[]))
    assert (2, []) == (sum(map(leaves, grid.header)), grid.rows)


def test_a_part_that_was_rounded_so_that_parts_add_up_is_held_as_printed():
    """20,9248 rounds to 20,92; the largest remainder made it 20,93, and that is what every form of the table says."""
    part = cell("+20,93", number(f"+20,93 {POINTS}", 0.209248, unit=POINTS, change=True))
    assert [[Typed("+20,93", "decimal", 20.93, 2, signed=True)]] == typed(part)


@pytest.mark.parametrize(("text", "value"), [("0,00", -0.0000177), ("0,00", 0.0000177)])
def test_a_change_that_prints_as_nought_is_nought_and_shows_no_sign(text, value):
    assert [[Typed("0,00", "decimal", 0.0, 2, signed=True)]] == typed(cell(text, number(f"{text} {POINTS}", value, unit=POINTS, change=True)))


def test_a_share_that_prints_as_nought_keeps_its_value():
    assert [[Typed("0,00%", "share", 1 / 99_999, 2)]] == typed(share("0,00%", 1, 99_999))


def test_a_half_is_rounded_as_the_report_rounds_it():
    """1/800 is 0,125% and prints as 0,13%; a spreadsheet shows 0,13 too, so that the cell holds the exact share."""
    assert [[Typed("0,13%", "share", 1 / 800, 2)]] == typed(share("0,13%", 1, 800))


def test_a_denominator_of_nought_divides_nothing():
    assert [[Typed("5,00%", "share", 0.05, 2), Typed("1", "count", 1), Typed("0", "count", 0)]] == typed(cell("5,00% (1/0)", MISSING))


def test_of_several_numbers_the_printed_one_is_held():
    both = cell("100,00% (380/380)", number("380", 380.0), number("100,00%", 1.0, numerator=380, denominator=380))
    assert [[Typed("100,00%", "share", 1.0, 2), Typed("380", "count", 380), Typed("380", "count", 380)]] == typed(both)


# --- CSV


def read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text)))


def test_a_csv_has_one_line_of_heads_with_their_paths_and_raw_numbers():
    header = [Header(text="Đơn vị"), Header(text="Kỳ này", children=[Header(text="Số hóa"), Header(text="Thay đổi")]), Header(text="Ngày")]
    change = cell("−2,08", number(f"−2,08 {POINTS}", -0.0208, unit=POINTS, change=True))
    row = [label("Xã Long Mai"), cell("89,93% (8.925/9.924)", number("89,93%", DIGITISED)), change, cell("2,3", number("2,3", 2.25))]
    expected = [
        ["Đơn vị", "Kỳ này / Số hóa / Tỷ lệ", "Kỳ này / Số hóa / n", "Kỳ này / Số hóa / N", "Kỳ này / Thay đổi", "Ngày"],
        ["Xã Long Mai", "0.899334945586", "8925", "9924", "-2.08", "2.25"],
    ]
    assert expected == read(table_csv(table(row, header=header)))


def test_a_csv_says_missing_and_withheld_as_printed():
    assert [["Cột 0", "Cột 1", "Cột 2"], ["–", "*", "……"]] == read(table_csv(table([cell("–", MISSING), cell("*", number("*")), cell("……")])))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("x","y")', "\r=1", "\u200b=1", "\u202e=1"])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_made_harmless(text):
    written = read(table_csv(table([label(text)], header=[Header(text=text)])))
    assert [[f"'{printable(text)}"]] * 2 == written


def test_a_csv_holds_any_text_and_stays_one_row_a_row():
    nasty = ['hai\ndòng, "nháy"', "Tiê\u0301p nhận", "\ud800", "\x07\x00", "x" * 10_000]
    rows = read(table_csv(table([label(text) for text in nasty])))
    assert ['hai\ndòng, "nháy"', "Tiếp nhận", "\ufffd", "", "x" * 10_000] == rows[1]
    assert table_csv(table([label(text) for text in nasty])).encode()
