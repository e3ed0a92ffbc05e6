"""Sources: the same cells come out of every kind of file, and the kind is known from the content."""

import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from exports import KINDS, Grid, one_sheet, write_html, write_text, write_xls, write_xlsx

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import plain
from tthc_analysis.register.sources import read_sheets

TEXTS = [
    ["Mã hồ sơ", "Tên thủ tục hành chính", "Ghi chú"],
    ["000.01.90.H48-240301-0001", 'Đăng ký "đất đai", nhà ở; lần đầu', "ừ ớ ệ ỹ Đ"],
    ["", "", ""],
    ["0012", "5 < 6 & 7 > 2", "=1+1"],
]
MORE = {"Bìa": Grid([["Bìa"]]), "Quý I": Grid([["a", "b"], ["c", "d"]]), "Quý II": Grid([["e"]])}
TYPED = ["xlsx", "xls", "ods"]


def trimmed(rows: Any) -> list[list[Any]]:
    """Rows without the empty cells at their ends, texts in their one form: what every kind of file can keep."""
    kept = []
    for row in rows:
        cells = [plain(cell) if isinstance(cell, str) else cell for cell in row]
        while cells and cells[-1] in ("", None):
            cells.pop()
        kept.append(cells)
    return kept


def written(folder: Path, kind: str, sheets: dict[str, Grid]) -> Path:
    return KINDS[kind].write(folder / f"xuat{KINDS[kind].suffix}", sheets)


@pytest.mark.parametrize("kind", KINDS)
def test_texts_come_back_from_every_kind_of_file(tmp_path, kind):
    (sheet,) = read_sheets(written(tmp_path, kind, one_sheet(TEXTS)))
    assert trimmed(TEXTS) == trimmed(sheet.rows)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["xuat.xlsx", "xuat.xls", "xuat.ods", "xuat.csv", "xuat.tsv", "xuat", "xuat.txt", "xuat.xuat"])
def test_the_kind_is_known_from_the_content_never_from_the_name(tmp_path, kind, name):
    path = written(tmp_path, kind, one_sheet(TEXTS)).rename(tmp_path / name)
    assert trimmed(TEXTS) == trimmed(read_sheets(path)[0].rows)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_can_be_gone_through_twice(tmp_path, kind):
    (sheet,) = read_sheets(written(tmp_path, kind, one_sheet(TEXTS)))
    assert trimmed(sheet.rows) == trimmed(sheet.rows)
    assert 4 == len(list(sheet.rows))


@pytest.mark.parametrize("kind", TYPED)
@pytest.mark.parametrize(
    "cell", [datetime(2024, 3, 1, 8, 5), datetime(1999, 12, 31, 23, 59, 59), datetime(2024, 2, 29, 17, 30), 12, 1.5, 45352.25, "45352", "01/03/2024"], ids=repr
)
def test_a_typed_cell_keeps_its_type(tmp_path, kind, cell):
    (sheet,) = read_sheets(written(tmp_path, kind, one_sheet([["x", cell]])))
    assert [["x", cell]] == [list(row) for row in sheet.rows]


@pytest.mark.parametrize("kind", TYPED)
def test_midnight_is_a_day(tmp_path, kind):
    (sheet,) = read_sheets(written(tmp_path, kind, one_sheet([[datetime(2024, 3, 1)]])))
    found = next(iter(sheet.rows))[0]
    assert date(2024, 3, 1) == (found.date() if isinstance(found, datetime) else found)


@pytest.mark.parametrize("kind", TYPED)
def test_sheets_keep_their_names_and_their_order(tmp_path, kind):
    sheets = read_sheets(written(tmp_path, kind, MORE))
    assert [(name, trimmed(grid.rows)) for name, grid in MORE.items()] == [(sheet.name, trimmed(sheet.rows)) for sheet in sheets]


@pytest.mark.parametrize("kind", TYPED)
def test_a_sheet_may_be_asked_for_by_its_name(tmp_path, kind):
    (sheet,) = read_sheets(written(tmp_path, kind, MORE), "Quý I")
    assert ("Quý I", [["a", "b"], ["c", "d"]]) == (sheet.name, trimmed(sheet.rows))


@pytest.mark.parametrize("kind", TYPED)
def test_a_sheet_that_is_not_there_is_an_error_that_names_those_that_are(tmp_path, kind):
    with pytest.raises(UserError, match=r'xuat.*không có trang tính "Quý IX".*Quý II'):
        read_sheets(written(tmp_path, kind, MORE), "Quý IX")


@pytest.mark.parametrize("kind", [*TYPED, "html"])
def test_empty_rows_and_columns_before_the_table_keep_their_places(tmp_path, kind):
    rows = [["", "", ""], ["", "", ""], ["", "", "x"], ["", "", ""], ["", "y", ""]]
    (sheet,) = read_sheets(written(tmp_path, kind, one_sheet(rows)))
    assert [[], [], ["", "", "x"], [], ["", "y"]] == trimmed(sheet.rows)


@pytest.mark.parametrize("kind", [*TYPED, "html"])
def test_a_cell_merged_across_stands_in_its_first_column(tmp_path, kind):
    grid = Grid([["Ngày", "", "", "Khác"], ["a", "b", "c", "d"]], [(0, 0, 1, 3)])
    (sheet,) = read_sheets(written(tmp_path, kind, {"Danh sách": grid}))
    assert trimmed(grid.rows) == trimmed(sheet.rows)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "html"])
def test_a_cell_merged_down_stands_in_each_of_its_rows(tmp_path, kind):
    """Cells that several dossiers share (one unit above ten rows) belong to each of them."""
    grid = Grid([["Đơn vị", "Mã"], ["xã Long Mai", "1"], ["", "2"], ["", "3"], ["xã Thanh An", "4"]], [(1, 0, 3, 1)])
    (sheet,) = read_sheets(written(tmp_path, kind, {"Danh sách": grid}))
    assert ["Đơn vị", "xã Long Mai", "xã Long Mai", "xã Long Mai", "xã Thanh An"] == [row[0] for row in sheet.rows]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "html"])
def test_a_block_merged_both_ways_leaves_what_is_beside_it_in_place(tmp_path, kind):
    grid = Grid([["A", "", "B", "C"], ["", "", "D", "E"], ["f", "g", "h", "i"]], [(0, 0, 2, 2)])
    (sheet,) = read_sheets(written(tmp_path, kind, {"Danh sách": grid}))
    assert [["B", "C"], ["D", "E"], ["h", "i"]] == [list(row)[2:] for row in sheet.rows]


# Texts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1258"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_encoding_goes_with_every_delimiter(tmp_path, encoding, delimiter):
    path = write_text(tmp_path / "xuat.csv", one_sheet(TEXTS), encoding, delimiter)
    assert trimmed(TEXTS) == trimmed(read_sheets(path)[0].rows)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_zeros(tmp_path, encoding):
    path = tmp_path / "xuat.csv"
    path.write_bytes("\n".join(",".join(row[:1]) + ",x" for row in TEXTS).encode(encoding))
    assert "Mã hồ sơ" == next(iter(read_sheets(path)[0].rows))[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_ends_a_line(tmp_path, end):
    path = tmp_path / "xuat.csv"
    path.write_bytes(end.join(["Mã hồ sơ,Ngày", "1,2", "3,4"]).encode())
    assert [["Mã hồ sơ", "Ngày"], ["1", "2"], ["3", "4"]] == trimmed(read_sheets(path)[0].rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1258"])
def test_line_breaks_inside_a_quoted_cell_stay_inside(tmp_path, encoding):
    rows = [["Mã hồ sơ", "Đơn vị"], ["1", "dòng một\ndòng hai"], ["2", "hết"]]
    path = write_text(tmp_path / "xuat.csv", one_sheet(rows), encoding)
    assert trimmed(rows) == trimmed(read_sheets(path)[0].rows)


def test_a_text_of_thousands_of_rows_is_read_to_its_end(tmp_path):
    rows = [["Mã hồ sơ", "Tên thủ tục"], *([str(number), "Đăng ký khai sinh" * 9] for number in range(9000))]
    path = write_text(tmp_path / "xuat.csv", one_sheet(rows))
    assert rows == list(read_sheets(path)[0].rows)


def test_a_letter_that_is_cut_where_the_probe_ends_is_whole(tmp_path):
    """Detection looks at the beginning only; a letter of three bytes may lie across its end at any offset."""
    found = []
    for pad in range(3):
        path = tmp_path / f"{pad}.csv"
        path.write_bytes(("x" * pad + "ế" * 400_000).encode()[:1_199_998] + "\nhồ sơ,ngày\n".encode())
        found.append(_outcome(path))
    assert [True] * 3 == found


def _outcome(path: Path) -> bool:
    """Whether a file is read to its last row, or refused in one paragraph."""
    try:
        return ["hồ sơ", "ngày"] == list(read_sheets(path)[0].rows)[-1]
    except UserError as error:
        return path.name in str(error)


# Web pages


def test_a_page_without_its_charset_is_what_its_bytes_are(tmp_path):
    page = write_html(tmp_path / "xuat.xls", one_sheet(TEXTS), charset=False)
    assert trimmed(TEXTS) == trimmed(read_sheets(page)[0].rows)


def test_a_page_whose_charset_is_wrong_is_what_its_bytes_are(tmp_path):
    page = write_html(tmp_path / "xuat.xls", one_sheet(TEXTS))
    page.write_bytes(page.read_bytes().replace(b"charset=utf-8", b"charset=windows-1258"))
    assert trimmed(TEXTS) == trimmed(read_sheets(page)[0].rows)


@pytest.mark.parametrize(
    "page",
    [
        "<table><tr><td>Mã<td>Ngày<tr><td>1<td>2</table>",
        "<TABLE><TBODY><TR><TH>Mã</TH><TH>Ngày</TH></TR><TR><TD>1</TD><TD>2</TD></TR></TBODY></TABLE>",
        "\ufeff<!-- x --><html><body><table><thead><tr><th>Mã</th><th>Ngày</th></tr></thead><tbody><tr><td><b>1</b></td><td><span>2</span></td></tr></tbody></table>",
        "<?xml version='1.0'?><html><table><tr><td>M&#227;</td><td>Ng&agrave;y</td></tr><tr><td>1</td><td>2&nbsp;</td></tr></table></html>",
        "<script>alert('<td>x</td>')</script><table><tr><td>Mã</td><td>Ngày</td></tr><tr><td>1</td><td>2</td></tr></table>",
        "<table><tr><td><table><tr><td>Mã</td><td>Ngày</td></tr><tr><td>1</td><td>2</td></tr></table></td></tr></table>",
    ],
    ids=["unclosed", "capitals", "marked", "entities", "script", "nested"],
)
def test_pages_of_every_manner_are_tables(tmp_path, page):
    path = tmp_path / "xuat.xls"
    path.write_text(page, "utf-8")
    assert [["Mã", "Ngày"], ["1", "2"]] == trimmed(read_sheets(path)[-1].rows)


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "999999999", "1e9", "٣"])
def test_a_senseless_span_does_no_harm(tmp_path, span):
    path = tmp_path / "xuat.xls"
    path.write_text(f"<table><tr><td colspan='{span}' rowspan='{span}'>Mã</td></tr><tr><td>1</td></tr></table>", "utf-8")
    assert "Mã" == next(iter(read_sheets(path)[0].rows))[0]


def test_a_page_without_a_table_is_refused(tmp_path):
    (tmp_path / "xuat.xls").write_text("<html><body>Phiên làm việc đã hết hạn, đăng nhập lại</body></html>", "utf-8")
    with pytest.raises(UserError, match=r"xuat\.xls.*không có bảng"):
        read_sheets(tmp_path / "xuat.xls")


# Days


@pytest.mark.parametrize("cell", [datetime(2024, 3, 1, 8, 5), datetime(2024, 3, 1)])
def test_a_date_of_a_workbook_that_counts_from_1904_is_its_day(tmp_path, cell):
    (sheet,) = read_sheets(write_xlsx(tmp_path / "xuat.xlsx", one_sheet([[cell, 1.5]]), date_1904=True))
    found = next(iter(sheet.rows))[0]
    assert "2024-03-01" == found.isoformat()[:10]
    assert sheet.from_1904


def test_letters_apart_stay_as_they_are_until_they_are_read(tmp_path):
    apart = unicodedata.normalize("NFD", "Mã hồ sơ")
    (sheet,) = read_sheets(write_xls(tmp_path / "xuat.xls", one_sheet([[apart]])))
    assert "Mã hồ sơ" == plain(next(iter(sheet.rows))[0])
