"""The workbook, read back cell by cell: by openpyxl (formulas, merges, print settings) and by calamine (the values that a reader sees)."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from tthc_analysis.exhibits import backlog, official, overview, quality, tables, why
from tthc_analysis.exhibits.grid import grid_of, printable
from tthc_analysis.exhibits.html import header_rows
from tthc_analysis.exhibits.model import Appendix, Cell, Header, Masthead, Number, Place, Sum, Table
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.press.sheets import sheets_of
from tthc_analysis.press.xlsx import workbook
from tthc_analysis.reference.notation import POINTS
from tthc_analysis.register.account import read_accounts

PARAMS = Path(__file__).parents[2] / "params"
DATE = dt.date(2024, 3, 15)
TITLE = "Các bảng – Huyện Minh Long, quý I/2024"
METRICS = ["carried_over", "received", "received_total", "resolved", "on_time_share", "processing_workdays_median", "online_share"]
FORM = "PL VI II.06a theo đơn vị"


class Read(NamedTuple):
    """A workbook twice over: what openpyxl and what calamine find in it, and what went in."""

    content: bytes
    documents: dict[str, list[Any]]
    formulas: openpyxl.Workbook
    values: dict[str, list[list[Any]]]


def read_back(documents: dict[str, list[Any]], title: str = TITLE) -> Read:
    content = workbook(documents, title, DATE)
    calamine = CalamineWorkbook.from_filelike(BytesIO(content))
    values = {name: calamine.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in calamine.sheet_names}
    return Read(content, documents, openpyxl.load_workbook(BytesIO(content)), values)


def appendices(study: Study) -> list[Any]:
    by_unit, by_field = (official.measure_form(study, by) for by in ("unit", "field"))
    declared = (official.appendix_i, official.appendix_ii, official.appendix_iii, official.appendix_iv)
    opened = [part for number, table in zip(("I", "II", "III", "IV"), declared, strict=True) for part in (Appendix(number=number, title="T"), table(study))]
    forms = [official.dossier_table(by_unit), official.dossier_table(by_field), official.digitisation_table(by_field), official.online_table(by_unit)]
    five = [Appendix(number="V", title="T"), official.appendix_v(study), official.petition_table(study)]
    ratings = [Appendix(number="IX", title="T"), official.rating_table(by_unit, study)]
    return [overview.masthead(study, "Phụ lục"), *opened, *five, Appendix(number="VI", title="T"), official.say_form(by_unit), *forms, *ratings]


def times(study: Study) -> list[Any]:
    compared, whole = measure_study(study, METRICS, study.compared), measure_study(study, METRICS)
    by_unit = measure_study(study, METRICS, by=["unit"])
    causes = why.measure_why(study, "online_share", study.before)
    return [
        overview.masthead(study, "Thời gian giải quyết"),
        overview.key_figures(compared, METRICS[:4], study),
        tables.period_table("Tình hình tiếp nhận", compared, study),
        tables.window_table("Số liệu theo thời gian của báo cáo", measure_study(study, METRICS, [study.written]), study.written),
        tables.group_table("Kết quả theo đơn vị", by_unit, whole, study.period),
        why.why_table("Thay đổi, tách theo nguyên nhân", causes, study, study.before),
        backlog.band_table("Đang giải quyết", measure_study(study, ["pending"], by=["age"]), measure_study(study, ["pending"]), study.period),
        tables.definitions(METRICS, study.policy),
    ]


def checks(study: Study, register: Path) -> list[Any]:
    received = [measure_study(study, ["received"], study.history, by) for by in (["unit"], [])]
    accounts = read_accounts(str(register))
    known = quality.known_table(measure_study(study, quality.metrics_of(quality.FACTS), study.compared), study)
    covered = quality.coverage_table("Tiếp nhận theo đơn vị và kỳ", *received, study.history)
    return [quality.import_table(accounts), quality.reason_table(accounts), covered, known, tables.definitions(METRICS[:2], study.policy)]


@pytest.fixture(scope="module")
def sample(sample_register: Path) -> Read:
    """The sample's tables as three notebooks, the last without a masthead."""
    document = {"issuer": "UBND huyện Minh Long", "period": "2021-01-01..2024-03-15"}
    how = {"unit": "huyen-minh-long", "policy": "report-2024", "history": 13, "calendar": "VN", "office": str(PARAMS), "document": document}
    study = open_study(period="2024-Q1", as_of="2024-03-15", register=str(sample_register), **how)
    return read_back({"appendix": appendices(study), "processing_time": times(study), "data_quality": checks(study, sample_register)})


# --- how a reader sees a cell


def shown(value: float, number_format: str) -> str:
    """Show a number as Excel does in Vietnam: rounded half up from 15 digits, full stop and comma in their places."""
    sections = number_format.split(";")
    section = sections[0] if len(sections) == 1 or value > 0 else sections[1] if value < 0 else sections[2]
    pattern = section.replace('"', "").strip("+−%")
    places = len(pattern.partition(".")[2])
    exact = abs(Decimal(f"{value:.15g}")) * (100 if "%" in section else 1)
    written = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}".translate(str.maketrans(",.", ".,"))
    return section.replace('"', "").replace(pattern, written, 1)


def printed_forms(texts: list[str], heads: list[str]) -> set[str]:
    """How the parts of a cell may have been printed as one."""
    match texts:
        case [value, "", whole] | [value, whole] if heads[-1] == "N (hồ sơ)":
            return {f"{value} ({whole} hồ sơ)", f"{value}{whole}"}
        case [value, part, whole] if part:
            return {f"{value} ({part}/{whole})", f"{part}/{whole} ({value})"}
        case [part, whole] if whole:
            return {f"{part}/{whole}"}
        case _:
            return {"".join(texts)}


def text_of(cell: Any, value: Any) -> str:
    return value if isinstance(value, str) else shown(value, cell.number_format)


class Laid(NamedTuple):
    """A table on its sheet: the first row of its header and of its body, from 0."""

    sheet: Worksheet
    values: list[list[Any]]
    table: Table
    top: int
    body: int


def laid_out(read: Read) -> Iterator[Laid]:
    """Each table where its print titles say that it stands."""
    for sheet in sheets_of(read.documents):
        page = read.formulas[sheet.name]
        top, last = map(int, re.findall(r"\d+", page.print_title_rows))
        yield Laid(page, read.values[sheet.name], sheet.table, top - 1, last)


def columns_of(table: Table) -> list[range]:
    """The columns of the sheet that each printed column has."""
    grid = grid_of(table)
    ends = [*grid.starts[1:], sum(1 for span in flat_heads(grid.header))]
    return [range(start, end) for start, end in zip(grid.starts, ends, strict=True)]


def flat_heads(headers: list[Header]) -> list[str]:
    return [text for head in headers for text in (flat_heads(head.children) if head.children else [head.text])]


def test_every_cell_shows_what_is_printed(sample):
    seen = 0
    for sheet, values, table, _, body in laid_out(sample):
        heads = flat_heads(grid_of(table).header)
        for place, row in enumerate(table.rows):
            for cell, columns in zip(row, columns_of(table), strict=True):
                found = [text_of(sheet.cell(body + place + 1, column + 1), values[body + place][column]) for column in columns]
                assert cell.text in printed_forms(found, [heads[column] for column in columns]), (sheet.title, cell.text, found)
                seen += 1
    assert seen > 1000


def test_numbers_are_the_results_to_the_last_bit(sample):
    """But for parts that were rounded so that they add up: they are held as printed (`test_grid`)."""
    exact, rounded = 0, []
    for sheet, values, table, _, body in laid_out(sample):
        starts = grid_of(table).starts
        for place, row in enumerate(table.rows):
            for cell, column in zip(row, starts, strict=True):
                found, numbers = (
                    values[body + place][column],
                    [number for number in cell.numbers if cell.text.split(" (")[0] == number.text.removesuffix(f" {POINTS}")],
                )
                if not isinstance(found, float) or len(numbers) != 1 or numbers[0].value is None or numbers[0].text.count("/"):
                    continue
                number = numbers[0]
                if found == number.value * (100 if number.unit == POINTS else 1):
                    exact += 1
                else:
                    rounded.append((sheet.title, cell.text))
    assert exact > 600
    assert {("Thay đổi, tách theo nguyên nhân", "+20,93")} == set(rounded)


def test_calamine_and_openpyxl_read_the_same_numbers_with_all_their_digits(sample):
    digits = 0
    for sheet in sample.formulas:
        for row, values in zip(sheet.iter_rows(), sample.values[sheet.title], strict=False):
            for cell, value in zip(row, values, strict=False):
                if cell.data_type == "n" and cell.value is not None:
                    assert float(cell.value) == value
                    digits += len(repr(value)) > 17
    assert digits > 50


def spans(header: list[Header]) -> Iterator[tuple[str, int, int, int, int]]:
    """Each header cell by its text, place and size, as the page's HTML lays it out."""
    rows = header_rows([head.model_dump() for head in header])
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in taken:
                column += 1
            yield cell.text, number, column, cell.rows, cell.columns
            taken |= {(number + down, column + right) for down in range(cell.rows) for right in range(cell.columns)}


def test_headers_are_merged_as_the_page_spans_them(sample):
    for sheet, values, table, top, body in laid_out(sample):
        expected = set()
        for text, row, column, rows, columns in spans(grid_of(table).header):
            assert text == values[top + row][column]
            if rows * columns > 1:
                expected.add((top + row + 1, column + 1, top + row + rows, column + columns))
        merged = {(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges}
        assert expected == {one for one in merged if top < one[0] <= body}, sheet.title


def test_the_statutory_form_keeps_its_own_header(sample):
    sheet = sample.formulas[FORM]
    merged = {str(one) for one in sheet.merged_cells.ranges}
    assert {"A5:A7", "B5:B7", "C5:F5", "D6:E6", "C6:C7", "F6:F7", "G5:J5", "K5:M5", "M6:M7"} <= merged
    assert ["TT (1)", "Đơn vị (2)", "Trực tiếp, dịch vụ bưu chính (5)", "Quá hạn (13)"] == [sheet[place].value for place in ("A5", "B5", "E7", "M6")]


# --- formulas


def calculated(sheet: Worksheet, place: str) -> float:
    """Calculate a cell as Excel would, down to the values that are no formulas."""
    value = sheet[place].value
    if not isinstance(value, str):
        return value
    summed = re.fullmatch(r"=SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", value)
    if summed:
        return sum(calculated(sheet, cell.coordinate) for cell in chain.from_iterable(sheet[summed[1]]))
    assert re.fullmatch(r"=[A-Z]+\d+(\+[A-Z]+\d+)*", value), value
    return sum(calculated(sheet, part) for part in value[1:].split("+"))


def test_totals_are_formulas_that_give_their_cached_values(sample):
    formulas = 0
    for sheet, values, table, _, body in laid_out(sample):
        grid = grid_of(table)
        totals = {grid.at(one.total): table.rows[one.total.row][one.total.column].numbers[0].value for one in table.sums}
        found = {(cell.row - 1 - body, cell.column - 1) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
        assert set(map(tuple, totals)) == found, sheet.title
        for place, value in totals.items():
            cached = values[body + place.row][place.column]
            assert value == cached == calculated(sheet, sheet.cell(body + place.row + 1, place.column + 1).coordinate)
            formulas += 1
    assert formulas > 150


def test_the_form_is_summed_down_its_levels_and_across_its_rows(sample):
    """Rows of II.06a: I, its office, II, five communes, the whole; a total goes over the levels, a level over its units, a unit over its columns."""
    sheet = sample.formulas[FORM]
    formulas = [sheet[place].value for place in ("C16", "C8", "C10", "C9", "G11", "K12", "E16", "E9")]
    assert ["=C8+C10", "=C9", "=SUM(C11:C15)", "=SUM(D9:F9)", "=SUM(H11:J11)", "=SUM(L12:M12)", "=E8+E10", 2766] == formulas


def test_shares_of_totals_stay_values(sample):
    sheet = sample.formulas["Kết quả theo đơn vị"]
    shares = [cell for cell in sheet[sheet.max_row] if cell.number_format == "0.00%"]
    last = [cell for row in sheet.iter_rows() for cell in row if cell.number_format == "0.00%"]
    assert last
    assert not [cell for cell in (*shares, *last) if cell.data_type == "f"]


def test_a_sum_of_cells_that_print_no_counts_is_no_formula():
    """Whatever a notebook declares, a formula stands only where it gives the printed number."""

    def counted(text: str, value: float) -> Cell:
        return Cell(text=text, numbers=[Number(text=text, metric="received", period="2024-Q1", value=value)])

    rows = [[counted("1,5", 1.5)], [counted("trống", 0.0)], [counted("1,5", 1.5)]]
    table = Table(caption="Bảng", header=[Header(text="Cột")], rows=rows, sums=[Sum(total=Place(2, 0), parts=[Place(0, 0), Place(1, 0)])])
    sheet = read_back({"một": [table]}).formulas["Bảng"]
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


# --- the sheet on paper and on the screen


def test_print_settings(sample):
    for sheet, _, table, top, body in laid_out(sample):
        heads = len(flat_heads(grid_of(table).header))
        area = f"'{sheet.title}'!$A$2:${openpyxl.utils.get_column_letter(heads)}${body + len(table.rows) + len(table.notes)}"
        assert (area, f"${top + 1}:${body}") == (sheet.print_area, sheet.print_title_rows)
        page = sheet.page_setup
        assert ("9", 1, 0, True) == (str(page.paperSize), page.fitToWidth or 1, page.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage)
        assert page.orientation == "landscape" or not table.wide
        assert "Trang &P/&N" in (sheet.oddFooter.right.text or "").replace("&[Page]", "&P")
        assert sheet.freeze_panes.endswith(str(body + 1))


def test_the_names_of_rows_stay_in_view(sample):
    assert ("C8", "A7") == (sample.formulas[FORM].freeze_panes, sample.formulas["PL I"].freeze_panes)


def test_a_narrow_table_stands_upright(sample):
    assert ("portrait", "landscape") == tuple(sample.formulas[name].page_setup.orientation for name in ("PL I", "PL III"))


def test_every_row_is_high_enough_for_its_text(sample):
    """A text that needs more than its row would be cut: 12 points a line, of a width of about half its size a letter."""
    for sheet, *_ in laid_out(sample):
        merged = {one.min_row: one for one in sheet.merged_cells.ranges if one.min_col == 1 and one.max_row == one.min_row}
        for row, one in merged.items():
            room = sum(sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width for column in range(1, one.max_col + 1))
            lines = len(str(sheet.cell(row, 1).value or "")) * 0.75 / room
            assert (sheet.row_dimensions[row].height or 15) >= 12 * lines


def test_caption_source_and_notes_stand_on_the_sheet(sample):
    for sheet, values, table, _, body in laid_out(sample):
        column = [row[0] for row in values]
        assert ["← Mục lục", table.caption] == column[:2]
        assert table.notes == column[body + len(table.rows) :]
        assert sheet["A1"].hyperlink.location == "'Mục lục'!A1"
    assert "Phụ lục – Huyện Minh Long, quý I/2024" == sample.values[FORM][2][0]
    assert sample.values[FORM][3][0].startswith("DỮ LIỆU MẪU – ")


# --- contents, names, properties


def test_the_contents_say_what_of_whom_of_when_and_lead_to_every_sheet(sample):
    page, values = sample.formulas["Mục lục"], sample.values["Mục lục"]
    assert sample.formulas.sheetnames[0] == "Mục lục"
    assert TITLE == values[0][0]
    assert values[1][0].startswith("DỮ LIỆU MẪU – ")
    facts = {row[0]: row[1] for row in values if row[1]}
    assert ("Huyện Minh Long", "Quý I/2024 (15/12/2023–14/3/2024)", "15/3/2024") == tuple(facts[name] for name in ("Đơn vị", "Kỳ báo cáo", "Ngày chốt số liệu"))
    links = {cell.value: cell.hyperlink.location for (cell, *_) in page.iter_rows() if cell.hyperlink}
    assert {sheet.name: f"'{sheet.name}'!A1" for sheet in sheets_of(sample.documents)} == links
    assert [sheet.name for sheet in sheets_of(sample.documents)] == sample.formulas.sheetnames[1:]
    assert all(facts[sheet.name] == sheet.table.caption for sheet in sheets_of(sample.documents))
    assert {"Phụ lục", "Thời gian giải quyết", "data_quality"} <= {row[0] for row in values}


def test_names_say_the_appendix_or_the_caption_and_the_same_caption_stays_twice(sample):
    names = sample.formulas.sheetnames
    assert ["PL I", "PL II", "PL III", "PL IV", "PL V Kết quả tiếp nhận, xử lý", "PL V Phản ánh, kiến nghị"] == names[1:7]
    assert {FORM, "PL VI II.06a theo lĩnh vực", "PL IX", "Định nghĩa các chỉ số", "Định nghĩa các chỉ số (II)"} <= set(names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_a_workbook_of_no_tables_says_so():
    assert "Không có bảng nào." in {row[0] for row in read_back({"một": []}).values["Mục lục"]}


def test_an_internal_workbook_is_marked_on_every_sheet():
    head = Masthead(title="T", subtitle="S", attached_to="", period="2024-Q1", unit="x", internal=True)
    table = Table(caption="Bảng", header=[Header(text="Cột")], rows=[[Cell(text="a")]])
    read = read_back({"một": [head, table]})
    assert all(any(str(row[0]).startswith("NỘI BỘ – ") for row in values) for values in read.values.values())


def test_properties_hold_title_and_date_and_nobody(sample):
    properties = sample.formulas.properties
    assert (TITLE, dt.datetime(2024, 3, 15), None, None) == (properties.title, properties.created, properties.creator, properties.lastModifiedBy)


def test_nothing_is_hidden_and_nothing_runs(sample):
    parts = zipfile.ZipFile(BytesIO(sample.content)).namelist()
    assert not [part for part in parts if re.search(r"vba|external|connections|comments|drawing|media", part, re.IGNORECASE)]
    assert {"visible"} == {sheet.sheet_state for sheet in sample.formulas}
    hidden = [sheet for sheet in sample.formulas for size in (*sheet.row_dimensions.values(), *sheet.column_dimensions.values()) if size.hidden]
    assert [] == hidden
    assert not list(sample.formulas.defined_names)


def test_the_same_exhibits_give_the_same_bytes_whatever_the_day(sample):
    assert sample.content == workbook(sample.documents, TITLE, DATE)
    assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in zipfile.ZipFile(BytesIO(sample.content)).infolist()}


# --- hostile texts

LONG = "x" * 10_000
TOO_LONG = "đ" * 40_000
POISON = (
    *(
        '=HYPERLINK("http://x","y")',
        "+1",
        "-1+1",
        "@SUM(1)",
        "{=1}",
        "12",
        "1,5",
        "TRUE",
        "#N/A",
        "http://evil.example/x",
        "internal:Sheet1!A1",
        "mailto:a@b.vn",
    ),
    *(
        "Tie\u0302\u0301p nhận\u0007\u0000",
        "\ud800",
        "\u202eđảo\u202c",
        "hai\ndòng",
        "_x0041_",
        "<b>&amp;</b>",
        "&P&N",
        "&" * 300,
        "'",
        LONG,
        "\U0001f600" * 20_000,
    ),
)


def poisoned(text: str) -> list[Any]:
    """A notebook in which every text is the same hostile one."""
    head = Masthead(title=text, subtitle=text, attached_to=text, facts=[(text, text)], warnings=[text], sample=True, period=text, unit=text)
    numbers = [Number(text=text, metric=text, period=text, value=1)]
    rows = [[Cell(text=text, heading=True), Cell(text=text, numbers=numbers)]]
    return [head, Table(caption=text, header=[Header(text=text, children=[Header(text=text)] * 2)], rows=rows, notes=[text])]


@pytest.mark.parametrize("text", POISON, ids=range(len(POISON)))
def test_hostile_texts_come_out_as_text(text):
    read = read_back({text: poisoned(text), "hai": poisoned(text)}, title=text)
    assert printable(text) == (read.formulas.properties.title or "").replace("_x005F_", "_")
    written = printable(text) if len(text) <= 10_000 else "\U0001f600" * 16_383 + "…"
    for sheet, values, table, top, body in laid_out(read):
        places = [(top, 0), (top + 1, 0), (top + 1, 1), (body, 0), (body + 1, 0), (1, 0)]
        assert [written] * 6 == [values[row][column] for row, column in places]
        number = [cell for cell in (grid_of(table).rows[0][1],) if cell.kind != "text"]
        assert values[body][1] == (float(number[0].value) if number else written)
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert [sheet["A1"]] == [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert read.content == workbook(read.documents, text, DATE)


def test_a_text_beyond_excels_limit_is_cut_and_marked():
    values = read_back({"một": poisoned(TOO_LONG)}).values
    found = next(rows for name, rows in values.items() if name != "Mục lục")[1][0]
    assert TOO_LONG[:32_766] + "…" == found
