"""The tables of a folder's notebooks as one workbook: contents first, then a sheet a table under its official header, numbers as numbers.

Cells are those of `exhibits.grid`. Totals that a table declares as sums are formulas with their values beside them; a text is never a formula
or a link, whatever it begins with. Figures have no sheets: the page gives their data as CSV, and most of them stand in a table here. The same
exhibits, title and date give the same bytes.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell

from tthc_analysis.exhibits.grid import Grid, Typed, grid_of
from tthc_analysis.exhibits.html import INTERNAL, INTERNAL_NOTICE, SAMPLE, SAMPLE_NOTICE
from tthc_analysis.exhibits.letters import printable
from tthc_analysis.exhibits.model import AnyExhibit, Masthead, Place, Table, leaves
from tthc_analysis.press.sheets import CONTENTS, SIZE, Sheet, Span, column_widths, cut, header_lines, lines_of, masthead_of, sheets_of, spans_of, stretched
from tthc_analysis.reference.notation import MINUS

LONGEST_TEXT, LONGEST_FOOT = 32_767, 90  # UTF-16 units: of a cell, Excel's limit, and of what stands at the foot of a page, which has 255 with its codes
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
FONT = {"font_name": "Times New Roman", "font_scheme": "none", "font_size": SIZE, "valign": "top"}  # a scheme would bring the theme's own face
FOOT_FACE = '&"Times New Roman,Regular"'
LINE = 15  # points
TITLE, CAPTION = 16, 13  # points
CONTENTS_WIDTHS = (190.0, 430.0)  # points
UPRIGHT, LANDSCAPE = 450, 690  # points that a table has on a page
A4, MARGINS = 9, {"left": 1.18, "right": 0.79, "top": 0.79, "bottom": 0.79}  # inches: 30 and 20 mm (Nghị định 30/2020/NĐ-CP)
RULES = {"border": 1, "border_color": "#7F7F7F"}
HEAD = {**RULES, "bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#E9EEF4"}
LINK = {"font_color": "#0563C1", "underline": 1}
NO_TABLES = "Không có bảng nào."

Formats = Callable[..., Any]


class Exact(float):
    """A float that is written with all its digits: XlsxWriter keeps 16, and a double may need 17."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


class Words(NamedTuple):
    """A text across the columns of a sheet: its size in points, and how else it looks."""

    text: str
    size: float = SIZE
    looks: Mapping[str, Any] = {}


def workbook(documents: Mapping[str, Sequence[AnyExhibit]], title: str, date: dt.date) -> bytes:
    """Write the tables of notebooks (exhibits by the notebook's name) as a workbook of this title, dated `date` and not by the clock."""
    buffer, sheets = BytesIO(), sheets_of(documents)
    with Workbook(buffer, {**OPTIONS, "default_format_properties": {**FONT}}) as book:
        book.set_properties({"title": printable(title), "created": dt.datetime.combine(date, dt.time())})
        formats: Formats = cache(lambda **looks: book.add_format(looks))
        _write_contents(book.add_worksheet(CONTENTS), formats, title, [masthead_of(exhibits) for exhibits in documents.values()], sheets)
        for sheet in sheets:
            _write_sheet(book.add_worksheet(sheet.name), formats, sheet)
    return buffer.getvalue()


def _write_text(page: Any, place: tuple[int, int], text: str, look: Any) -> None:
    said = cut(printable(text), LONGEST_TEXT)
    if said:
        page.write_string(*place, said, look)
    else:
        page.write_blank(*place, None, look)


def _write_across(page: Any, formats: Formats, row: int, widths: Sequence[float], words: Words) -> None:
    """Write a text over all columns, in as many lines as it needs: Excel gives merged cells no height of their own."""
    look = formats(text_wrap=True, font_size=words.size, **words.looks)
    if len(widths) > 1:
        page.merge_range(row, 0, row, len(widths) - 1, "", look)
    _write_text(page, (row, 0), words.text, look)
    page.set_row(row, LINE * words.size / SIZE * lines_of(words.text, sum(widths), words.size, bold="bold" in words.looks))


def _write_link(page: Any, formats: Formats, row: int, sheet: str, text: str) -> None:
    page.write_url(row, 0, f"internal:'{sheet}'!A1", formats(text_wrap=True, **LINK), text)


def _set_page(page: Any, widths: Sequence[float], area: tuple[int, int], foot: str, *, wide: bool, internal: bool) -> None:
    """Set what paper asks: A4, one page wide, the rows `area`, where it is from and the page's number at its foot; over each page what must not be published."""
    for column, width in enumerate(widths):
        page.set_column_pixels(column, column, round(width * 4 / 3))
    page.set_paper(A4)
    page.set_margins(**MARGINS)
    page.fit_to_pages(1, 0)
    page.print_area(area[0], 0, area[1], len(widths) - 1)
    page.set_footer(f"&L{FOOT_FACE} {cut(printable(foot), LONGEST_FOOT).replace('&', '&&')}&R{FOOT_FACE} Trang &P/&N")
    if internal:
        page.set_header(f"&R{FOOT_FACE}&B {INTERNAL}")
    if wide:
        page.set_landscape()


# --- the list of contents


def _badges(heads: Iterable[Masthead]) -> Iterator[Words]:
    """Give the lines that nobody may miss: that the data are samples, that this is not to be published."""
    found = list(heads)
    badges = ((SAMPLE, SAMPLE_NOTICE, any(head.sample for head in found)), (INTERNAL, INTERNAL_NOTICE, any(head.internal for head in found)))
    yield from (Words(f"{badge} – {notice}", looks={"bold": True, "font_color": "#B00020"}) for badge, notice, holds in badges if holds)


def _write_contents(page: Any, formats: Formats, title: str, heads: Sequence[Masthead], sheets: Sequence[Sheet]) -> None:
    """Write the first sheet: what this is, of whom, of when, and every sheet with a link and its caption, by notebook."""
    warnings = dict.fromkeys(warning for head in heads for warning in head.warnings)
    lines: list[Words | tuple[str, str] | Sheet] = [Words(title, TITLE, {"bold": True}), *_badges(heads)]
    lines += dict.fromkeys(fact for head in heads for fact in head.facts)
    lines += [Words(warning, looks={"italic": True}) for warning in warnings] + ([] if sheets else [Words(NO_TABLES)])
    for notebook, listed in groupby(sheets, key=lambda sheet: sheet.notebook):
        first, *others = listed
        lines += [Words(""), Words(first.masthead.title or notebook, CAPTION, {"bold": True}), first, *others]
    for row, line in enumerate(lines):
        _write_line(page, formats, row, line)
    _set_page(page, CONTENTS_WIDTHS, (0, len(lines) - 1), title, wide=False, internal=any(head.internal for head in heads))


def _write_line(page: Any, formats: Formats, row: int, line: Words | tuple[str, str] | Sheet) -> None:
    """Write a line of the contents: words across, a fact with its label, or a sheet with its caption."""
    match line:
        case Words():
            _write_across(page, formats, row, CONTENTS_WIDTHS, line)
        case Sheet():
            _write_link(page, formats, row, line.name, line.name)
            _write_beside(page, formats, row, line.table.caption)
        case label, text:
            _write_text(page, (row, 0), label, formats(text_wrap=True, bold=True))
            _write_beside(page, formats, row, text)


def _write_beside(page: Any, formats: Formats, row: int, text: str) -> None:
    _write_text(page, (row, 1), text, formats(text_wrap=True))
    page.set_row(row, LINE * lines_of(text, CONTENTS_WIDTHS[1]))


# --- a table


def _write_sheet(page: Any, formats: Formats, sheet: Sheet) -> None:
    """Write a table: where it is from, its header, its rows, its notes; then how it stands on screen and paper."""
    table, head, grid = sheet.table, sheet.masthead, grid_of(sheet.table)
    spans = spans_of(grid.header)
    asked = column_widths(grid, spans)
    wide = table.wide or sum(asked) > UPRIGHT
    widths = stretched(asked, LANDSCAPE if wide else UPRIGHT)
    source = " – ".join(filter(None, (head.title, head.subtitle)))
    above = [Words(table.caption, CAPTION, {"bold": True}), *([Words(source, looks={"italic": True})] if source else []), *_badges([head])]
    _write_link(page, formats, 0, CONTENTS, f"← {CONTENTS}")
    for row, words in enumerate(above, 1):
        _write_across(page, formats, row, widths, words)
    top = len(above) + 1
    body = top + _write_header(page, formats, spans, widths, top)
    _write_body(page, formats, table, grid, widths, body)
    end = body + len(grid.rows)
    for row, note in enumerate(table.notes, end):
        _write_across(page, formats, row, widths, Words(note, looks={"italic": True}))
    _set_page(page, widths, (1, end + len(table.notes) - 1), source or table.caption, wide=wide, internal=sheet.masthead.internal)
    page.repeat_rows(top, body - 1)
    page.freeze_panes(body, _heading_columns(table, grid))
    page.ignore_errors({"number_stored_as_text": f"A1:{xl_rowcol_to_cell(end, len(widths))}"})


def _write_header(page: Any, formats: Formats, spans: Sequence[Span], widths: Sequence[float], top: int) -> int:
    """Write a header with its merged cells; give how many rows it has."""
    look, lines = formats(**HEAD), header_lines(spans, widths)
    for span in spans:
        row = top + span.row
        if span.rows > 1 or span.columns > 1:
            page.merge_range(row, span.column, row + span.rows - 1, span.column + span.columns - 1, "", look)
        _write_text(page, (row, span.column), span.text, look)
    for row, needed in enumerate(lines, top):
        page.set_row(row, LINE * needed)
    return len(lines)


def _heading_columns(table: Table, grid: Grid) -> int:
    """Count the first columns that name the rows: they stay in view; where all do, none is kept."""
    last = max((place for row in table.rows for place, cell in enumerate(row) if cell.heading), default=-1)
    return grid.starts[last + 1] if last + 1 < len(grid.starts) else 0


def _write_body(page: Any, formats: Formats, table: Table, grid: Grid, widths: Sequence[float], top: int) -> None:
    formulas, totals, numeric = _formulas(table, grid, top), _total_rows(table), _numeric_columns(table, grid)
    for place, row in enumerate(grid.rows):
        looks = {**RULES, "bold": True} if place in totals else RULES
        page.set_row(top + place, LINE * max(lines_of(typed.text, width, bold=place in totals) for typed, width in zip(row, widths, strict=True)))
        for column, typed in enumerate(row):
            here = (top + place, column)
            if typed.kind == "text":
                _write_text(page, here, typed.text, formats(**looks, text_wrap=True, align="right" if column in numeric else "left"))
            else:
                _write_number(page, here, typed, formats(**looks, num_format=_number_format(typed)), formulas.get(Place(place, column)))


def _write_number(page: Any, place: tuple[int, int], typed: Typed, look: Any, formula: str | None) -> None:
    value = typed.value if typed.kind == "count" else Exact(typed.value)
    if formula:
        page.write_formula(*place, formula, look, value)
    else:
        page.write_number(*place, value, look)


def _number_format(typed: Typed) -> str:
    """Give the number format that shows a value as it is printed; full stop and comma are the reader's own.

    >>> _number_format(Typed("89,93%", "share", 0.8993, 2)), _number_format(Typed("+1.234", "count", 1234, signed=True))
    ('0.00%', '+#,##0;"−"#,##0;#,##0')
    """
    decimals = f".{'0' * typed.places}" if typed.places else ""
    pattern = f"0{decimals}%" if typed.kind == "share" else f"#,##0{decimals}"
    return f'+{pattern};"{MINUS}"{pattern};{pattern}' if typed.signed else pattern


def _numeric_columns(table: Table, grid: Grid) -> set[int]:
    """Say in which columns numbers stand, missing ones too: they are set flush right, whatever they print."""
    ends = [*grid.starts[1:], sum(map(leaves, grid.header))]
    printed = {place for row in table.rows for place, cell in enumerate(row) if cell.numbers}
    return {column for place in printed for column in range(grid.starts[place], ends[place])}


def _total_rows(table: Table) -> set[int]:
    """Say which rows are totals: those whose numbers are of fewer groups than others' (a level over its units, the whole)."""
    groups = [max((len(number.group) for cell in row for number in cell.numbers), default=-1) for row in table.rows]
    return {place for place, found in enumerate(groups) if 0 <= found < max(groups)}


# --- formulas


def _formulas(table: Table, grid: Grid, top: int) -> dict[Place, str]:
    """Write the sums of a table as formulas, by the place of the total; of several sums of one cell the first counts."""
    sums = [(grid.at(one.total), [grid.at(part) for part in one.parts]) for one in table.sums]
    return {total: _formula(parts, top) for total, parts in reversed(sums) if _adds_up(grid, total, parts)}


def _adds_up(grid: Grid, total: Place, parts: Iterable[Place]) -> bool:
    cells = [grid.rows[place.row][place.column] for place in (total, *parts)]
    return all(cell.kind == "count" for cell in cells) and cells[0].value == sum(cell.value for cell in cells[1:])


def _formula(parts: Iterable[Place], top: int) -> str:
    """Write a sum of cells: of a run in one row or column by its ends, else one by one.

    >>> _formula([Place(0, 3), Place(1, 3), Place(2, 3)], 4), _formula([Place(0, 3), Place(2, 3)], 4)
    ('=SUM(D5:D7)', '=D5+D7')
    """
    places = sorted(parts)
    names = [xl_rowcol_to_cell(top + place.row, place.column) for place in places]
    steps = {(after.row - before.row, after.column - before.column) for before, after in pairwise(places)}
    return f"=SUM({names[0]}:{names[-1]})" if steps in ({(0, 1)}, {(1, 0)}) else f"={'+'.join(names)}"
