"""Exports for tests, as dirty as offices have them: plain rows printed as a workbook, a web page or a text, and a count of the dirt mixed in.

`print_export(dossiers, Dirt(titles=2, groups=1), rng, "xlsx", path)` writes the file and says what the account must count. Everything is
invented; the persons are the texts that must never come back. Any test module may import it (`pythonpath = ["tests"]` in pyproject.toml).
"""

import csv
import html
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt

from tthc_analysis.reference.units import units
from tthc_analysis.register.contract import COLUMNS, FLAGS, TIMES
from tthc_analysis.register.profiles import Profile, read_profile

Row = list[Any]
Merge = tuple[int, int, int, int]  # row, column, height, width
EPOCH = datetime(1899, 12, 30)
EXCEL_DATE = "dd/mm/yyyy hh:mm"
PERSONS = {
    "Chủ hồ sơ": "Nguyễn Văn Bí Mật",
    "Số điện thoại": "0912345678",
    "Số CCCD": "051234567890",
    "Địa chỉ": "Thôn Kín Đáo, xóm 7",
    "Email": "bi.mat@vi.du",
    "Cán bộ xử lý": "Trần Thị Giấu Tên",
}
# how a number of a person comes out of a workbook
PERSONAL = (*PERSONS.values(), "912345678", "51234567890")


@dataclass(frozen=True)
class Grid:
    """A sheet: its rows of cells, and the merged ranges whose text stands in the first cell."""

    rows: list[Row]
    merges: list[Merge] = field(default_factory=list)


Sheets = Mapping[str, Grid]


def one_sheet(rows: Sequence[Row], name: str = "Danh sách") -> dict[str, Grid]:
    """Make a workbook of one sheet of plain rows."""
    return {name: Grid([list(row) for row in rows])}


def table(rows: Sequence[Mapping[str, Any]], headers: Sequence[str] | None = None) -> list[Row]:
    """Make the rows of a table out of `header -> value`: the header first, in the order of `headers` or of the first row."""
    names = list(headers or rows[0])
    return [names, *([row.get(name, "") for name in names] for row in rows)]


# Writers. Every one takes (path, sheets) and gives the path.


def write_xlsx(path: Path, sheets: Sheets, **options: Any) -> Path:
    """Write an Excel workbook; `options` are xlsxwriter's, `date_1904=True` among them."""
    as_they_are = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), {"default_date_format": EXCEL_DATE, **as_they_are, **options}) as book:
        for name, grid in sheets.items():
            sheet = book.add_worksheet(name)
            for row, column, height, width in grid.merges:
                sheet.merge_range(row, column, row + height - 1, column + width - 1, "")
            for number, cells in enumerate(grid.rows):
                sheet.write_row(number, 0, cells)
    return path


def _xls_style(cell: Any) -> xlwt.XFStyle:
    return DATED if isinstance(cell, date) else PLAIN


PLAIN, DATED = xlwt.XFStyle(), xlwt.XFStyle()
DATED.num_format_str = EXCEL_DATE


def write_xls(path: Path, sheets: Sheets) -> Path:
    """Write an Excel 97-2003 workbook (BIFF)."""
    book = xlwt.Workbook(encoding="utf-8")
    for name, grid in sheets.items():
        sheet = book.add_sheet(name, cell_overwrite_ok=True)
        for row, column, height, width in grid.merges:
            sheet.write_merge(row, row + height - 1, column, column + width - 1)
        for number, cells in enumerate(grid.rows):
            for place, cell in enumerate(cells):
                if cell not in ("", None):
                    sheet.write(number, place, cell, _xls_style(cell))
    book.save(str(path))
    return path


ODS_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"' for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
)
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def _ods_text(text: str) -> str:
    return "".join(f"<text:p>{escape(line).replace('  ', ' <text:s/>')}</text:p>" for line in text.split("\n"))


def _ods_cell(cell: Any, span: tuple[int, int] | None) -> str:
    tail = f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"' if span else ""
    if cell in ("", None):
        return f"<table:table-cell{tail}/>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell.isoformat()}"{tail}>{_ods_text(cell.isoformat())}</table:table-cell>'
    if isinstance(cell, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{cell!r}"{tail}>{_ods_text(str(cell))}</table:table-cell>'
    return f'<table:table-cell office:value-type="string"{tail}>{_ods_text(str(cell))}</table:table-cell>'


def covered(grid: Grid) -> set[tuple[int, int]]:
    """Give the cells that a merge hides: (row, column) of each but its first."""
    return {(r, c) for row, column, height, width in grid.merges for r in range(row, row + height) for c in range(column, column + width)} - {
        merge[:2] for merge in grid.merges
    }


def _ods_row(number: int, cells: Row, hidden: set[tuple[int, int]], spans: Mapping[tuple[int, int], tuple[int, int]]) -> str:
    shown = (
        "<table:covered-table-cell/>" if (number, place) in hidden else _ods_cell(cell, spans.get((number, place))) for place, cell in enumerate(cells or [""])
    )
    return f"<table:table-row>{''.join(shown)}</table:table-row>"


def _spans(grid: Grid) -> dict[tuple[int, int], tuple[int, int]]:
    return {(row, column): (height, width) for row, column, height, width in grid.merges}


def _ods_table(name: str, grid: Grid) -> str:
    hidden, spans = covered(grid), _spans(grid)
    rows = (_ods_row(number, cells, hidden, spans) for number, cells in enumerate(grid.rows))
    return f'<table:table table:name="{escape(name)}">{"".join(rows)}</table:table>'


def ods_of(content: str, path: Path) -> Path:
    """Write an OpenDocument workbook around a `content.xml`."""
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", ODS_TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        archive.writestr("META-INF/manifest.xml", manifest, zipfile.ZIP_DEFLATED)
    return path


def write_ods(path: Path, sheets: Sheets) -> Path:
    """Write an OpenDocument workbook by hand."""
    tables = "".join(_ods_table(name, grid) for name, grid in sheets.items())
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return ods_of(f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ODS_NAMES} office:version="1.2">{body}</office:document-content>', path)


def _html_cell(cell: Any, span: tuple[int, int] | None, tag: str) -> str:
    spans = f' rowspan="{span[0]}" colspan="{span[1]}"' if span else ""
    text = html.escape(str("" if cell is None else cell)).replace("\u00a0", "&nbsp;").replace("\n", "<br>") or "&nbsp;"
    return f"<{tag}{spans} style=\"border:1px solid #000;mso-number-format:'\\@'\">{text}</{tag}>"


def _html_table(grid: Grid) -> str:
    hidden, spans, lines = covered(grid), _spans(grid), []
    for number, cells in enumerate(grid.rows):
        shown = [_html_cell(cell, spans.get((number, place)), "td") for place, cell in enumerate(cells or [""]) if (number, place) not in hidden]
        lines.append(f"<tr height=20>{''.join(shown)}</tr>")
    return f"<table border=1 cellspacing='0'>{chr(10).join(lines)}</table>"


def write_html(path: Path, sheets: Sheets, *, charset: bool = True, encoding: str = "utf-8") -> Path:
    """Write what many systems call .xls: a web page with inline styles, spans and &nbsp;, with or without its charset. A table a sheet."""
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">' if charset else ""
    page = '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head>' + meta + "<style>td {font: 11pt 'Times New Roman'}</style></head><body>"
    path.write_bytes(f"{page}{''.join(map(_html_table, sheets.values()))}</body></html>".encode(encoding))
    return path


TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def _windows_vietnamese(text: str) -> bytes:
    """Encode as Windows-1258: letters keep their hat or horn, the tone follows as a character of its own."""
    marks = unicodedata.normalize("NFD", text)
    apart: list[str] = []
    for mark in marks:  # a dot below is sorted before a hat: the letter is put together without it first
        if mark in TONES or not unicodedata.combining(mark):
            apart.append(mark)
        else:
            base = next(place for place in range(len(apart) - 1, -1, -1) if apart[place] not in TONES)
            apart[base] = unicodedata.normalize("NFC", apart[base] + mark)
    return "".join(apart).encode("cp1258")


def encoded(text: str, encoding: str) -> bytes:
    """Encode a text; `utf-16` is little and `utf-16-be` big endian, both with their mark, cp1258 has its tones apart."""
    if encoding == "cp1258":
        return _windows_vietnamese(text)
    return (b"\xfe\xff" if encoding == "utf-16-be" else b"") + text.encode(encoding)


def write_text(path: Path, sheets: Sheets, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """Write the only sheet as a delimited text; its moments must be texts already."""
    (grid,) = sheets.values()
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows(grid.rows)
    path.write_bytes(encoded(file.getvalue(), encoding))
    return path


@dataclass(frozen=True)
class Kind:
    """A kind of file: how it is written, whether its cells have types, and whether it holds several sheets."""

    write: Callable[[Path, Sheets], Path]
    suffix: str
    typed: bool = True
    many: bool = True


def _text_kind(encoding: str, delimiter: str) -> Kind:
    return Kind(lambda path, sheets: write_text(path, sheets, encoding, delimiter), ".csv", typed=False, many=False)


KINDS = {
    "xlsx": Kind(write_xlsx, ".xlsx"),
    "xls": Kind(write_xls, ".xls"),
    "ods": Kind(write_ods, ".ods"),
    "html": Kind(write_html, ".xls", typed=False, many=False),
    "html without charset": Kind(lambda path, sheets: write_html(path, sheets, charset=False), ".xls", typed=False, many=False),
    "csv": _text_kind("utf-8", ","),
    "csv of Excel": _text_kind("utf-8-sig", ";"),
    "tsv": _text_kind("utf-8", "\t"),
    "tsv UTF-16 LE": _text_kind("utf-16", "\t"),
    "csv UTF-16 BE": _text_kind("utf-16-be", ","),
    "csv Windows-1258": _text_kind("cp1258", ","),
}


# Old Vietnamese encodings: the letters that they show in a font that is not theirs

LETTERS = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
TCVN3 = "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ"
VNI = [
    *(f"a{mark}" for mark in "øùûõïêèéúüëâàáåãä"),
    "ñ",
    *(f"e{mark}" for mark in "øùûõïâàáåãä"),
    *"ìíæóò",
    *(f"o{mark}" for mark in "øùûõïâàáåãä"),
    *(f"ô{mark}" for mark in ("", *"øùûõï")),
    *(f"u{mark}" for mark in "øùûõï"),
    *(f"ö{mark}" for mark in ("", *"øùûõï")),
    *(f"y{mark}" for mark in "øùûõ"),
    "î",
]


def in_tcvn3(text: str) -> str:
    """Write a text as TCVN3 (.VnTime) shows without its font.

    >>> in_tcvn3("Mã hồ sơ")
    'M· hå s¬'
    """
    return text.translate({ord(letter): code for letter, code in zip(LETTERS, TCVN3, strict=True)})


def in_vni(text: str) -> str:
    """Write a text as VNI-Windows shows without its font.

    >>> in_vni("Mã hồ sơ")
    'Maõ hoà sô'
    """
    return text.translate({ord(letter): code for letter, code in zip(LETTERS, VNI, strict=True)})


# Dossiers: clean ones by the register's columns, and their cells by the sample's headers

FORMS = {"%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%S.%f%z"}
PROFILE = Profile.model_validate(read_profile("sample").model_dump() | {"date_formats": sorted(FORMS)})
HEADER_OF = {column: names[0] for column, names in PROFILE.columns.items()}
HEADERS = [
    *("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Chủ hồ sơ", "Số điện thoại", "Số CCCD", "Địa chỉ", "Email"),
    *("Đơn vị tiếp nhận", "Đơn vị giải quyết", "Cán bộ xử lý", "Hình thức nộp", "Mức độ DVC"),
    *("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả kết quả", "Trạng thái hồ sơ", "Số ngày tạm dừng"),
    *("Số hóa thành phần hồ sơ", "Số hóa kết quả", "Thanh toán trực tuyến", "Mức độ hài lòng"),
]
PROCEDURES = (
    ("2.000815", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực"),
    ("1.001610", 'Đăng ký biến động "quyền sử dụng đất", nhà ở', "Đất đai"),
    ("1.001193", "Đăng ký khai sinh; cải chính hộ tịch", "Hộ tịch"),
    (None, "Cấp đổi Giấy chứng nhận lần đầu", None),
)
DAYS = (date(2021, 1, 4), date(2024, 3, 15), date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31))
Dossier = dict[str, Any]


def _some_day(rng: Random) -> date:
    return rng.choice([*DAYS, date(2021, 1, 1) + timedelta(days=rng.randrange(1800))])


def _some_moment(rng: Random, day: date, after: int = 0) -> datetime:
    minute = rng.choice([0, 450, 480, 605, 1020, 1439])
    return datetime.combine(day + timedelta(days=after), datetime.min.time()) + timedelta(minutes=minute)


def _offices(on: date) -> list[str]:
    return [unit.unit_id for unit in units().values() if unit.valid_from <= on <= unit.valid_to and unit.unit_id not in {"huyen-minh-long", "tinh-quang-ngai"}]


def clean_dossier(rng: Random, number: int) -> Dossier:
    """Draw a dossier by the register's columns (`source_*` apart), valid by the contract; its code bears the day of its reception."""
    received = _some_moment(rng, _some_day(rng))
    code, name, lead = rng.choice(PROCEDURES)
    outcome = rng.choice([None, "resolved", "resolved", "withdrawn", "refused"])
    ended = _some_moment(rng, received.date(), rng.randrange(40)) if outcome else None
    unit = rng.choice(_offices(received.date()))
    return {
        "dossier_id": f"000.{number % 6:02d}.90.H48-{received:%y%m%d}-{number:04d}",
        "procedure_code": code,
        "procedure_name": name,
        "field": lead,
        "receiving_unit": unit,
        "resolving_unit": rng.choice([unit, rng.choice(_offices(received.date()))]),
        "channel": rng.choice(["online", "in_person", "post"]),
        "service_level": rng.choice([None, "full", "partial", "none"]),
        "received_at": received,
        "due_at": rng.choice([None, _some_moment(rng, received.date(), rng.randrange(30))]),
        "resolved_at": ended,
        "returned_at": rng.choice([None, ended]),
        "outcome": outcome,
        "paused_days": rng.choice([0, 0, 3, 12, 1234]),
        **{flag: rng.choice([None, True, False]) for flag in FLAGS},
        "rating": rng.choice([None, "very_satisfied", "satisfied", "dissatisfied"]) if outcome else None,
    }


def clean_dossiers(rng: Random, size: int) -> list[Dossier]:
    """Draw dossiers with codes of their own, in the order of the register: by reception, then code."""
    return sorted((clean_dossier(rng, number) for number in range(1, size + 1)), key=lambda row: (row["received_at"], row["dossier_id"]))


def read_back(frame: Any) -> list[Dossier]:
    """Give a register's frame as clean dossiers, to be compared with those that were printed: None where a cell is missing."""
    own = [name for name in COLUMNS if not name.startswith("source_")]
    kept = frame[own].astype(object)
    return [{name: _plain(value) for name, value in row.items()} for row in kept.where(frame[own].notna(), None).to_dict("records")]


def _plain(value: Any) -> Any:
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value


# Cells


def as_excel(moment: datetime, _rng: Random) -> datetime:
    """Give a moment as an Excel date."""
    return moment


def as_serial(moment: datetime, _rng: Random) -> float:
    """Give a moment as Excel's bare number of days."""
    return (moment - EPOCH) / timedelta(days=1)


def as_text(moment: datetime, _rng: Random) -> str:
    """Give a moment as most systems print it."""
    return f"{moment:%d/%m/%Y %H:%M}"


def as_full_text(moment: datetime, _rng: Random) -> str:
    """Give a moment with its seconds."""
    return f"{moment:%d/%m/%Y %H:%M:%S}"


def as_short_text(moment: datetime, rng: Random) -> str:
    """Give a moment without leading zeros, and midnight as its day alone."""
    hour = f"{moment.hour}:{moment.minute:02d}"
    return (
        f"{moment.day}/{moment.month}/{moment.year}" if hour == "0:00" else f"{moment.day}/{moment.month}/{moment.year} {rng.choice([hour, f'{moment:%H:%M}'])}"
    )


def as_offset(moment: datetime, rng: Random) -> str:
    """Give a moment as a portal stores it: with an offset, often at Greenwich on the day before."""
    zone = rng.choice([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-5))])
    aware = moment.replace(tzinfo=timezone(timedelta(hours=7))).astimezone(zone)
    return f"{aware:%Y-%m-%dT%H:%M:%S}.000{aware:%z}"


TEXT_FORMS = (as_text, as_full_text, as_short_text, as_offset)
TYPED_FORMS = (as_excel, as_serial, *TEXT_FORMS)
SMUDGES: tuple[Callable[[str], str], ...] = (
    str,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: text.replace(" ", "\u00a0"),
    lambda text: f"  {text.replace(' ', '  ')} ",
)
HEADER_SMUDGES = (*SMUDGES, str.upper, lambda text: text.replace(" ", "\n", 1))
NOTHING = ("", "", "-", "~", "Chưa có", "Chưa trả", "   ")
OFFICES = {"ubnd-huyen-minh-long": ("UBND huyện Minh Long", "Huyện Minh Long", "Bộ phận một cửa huyện Minh Long")}


def unit_names(unit_id: str) -> tuple[str, ...]:
    """Give the names that exports use for an office."""
    name = units()[unit_id].name.replace("Xã", "xã")
    return OFFICES.get(unit_id, (f"UBND {name}", f"Trung tâm PVHCC {name}", f"Bộ phận TN&TKQ UBND {name}", name.replace("xã", "XÃ")))


def _coded(column: str, code: Any, rng: Random) -> str:
    return rng.choice([text for text, known in PROFILE.values[column].items() if known == code and type(known) is type(code)])


def _procedure(code: str, rng: Random, kind: Kind) -> Any:
    return rng.choice([code, f"{code}.000.00.00.H48", float(code) if kind.typed else code])


def _days(days: int) -> Any:
    return f"{days:,}".replace(",", ".") if days > 999 else days


def _cell(column: str, value: Any, rng: Random, kind: Kind) -> Any:
    if column in PROFILE.values and (value is not None or column == "outcome"):
        return _coded(column, value, rng)
    if value is None or (column == "paused_days" and value == 0):
        return rng.choice(NOTHING)
    if column in TIMES:
        return rng.choice(TYPED_FORMS if kind.typed else TEXT_FORMS)(value, rng)
    special = {"paused_days": lambda: _days(value), "procedure_code": lambda: _procedure(value, rng, kind)}
    return special.get(column, lambda: rng.choice(unit_names(value)) if column.endswith("_unit") else value)()


def cells_of(dossier: Dossier, rng: Random, kind: Kind, *, smudged: bool = True, halved: bool = False) -> dict[str, Any]:
    """Print a dossier as `header -> cell`, with its persons; `halved` leaves one of two equal units empty."""
    cells = {HEADER_OF[column]: _cell(column, value, rng, kind) for column, value in dossier.items()}
    if halved and dossier["receiving_unit"] == dossier["resolving_unit"]:
        cells[HEADER_OF[rng.choice(["receiving_unit", "resolving_unit"])]] = ""
    whole = {**cells, **PERSONS}
    return {name: rng.choice(SMUDGES)(cell) if smudged and isinstance(cell, str) and "T" not in cell[10:11] else cell for name, cell in whole.items()}


# Sheets


@dataclass(frozen=True)
class Dirt:
    """What to mix in: `header` stacked rows, rows of each kind for every sheet, and smudged letters, persons and empty units."""

    cover: bool = False
    sheets: int = 1
    titles: int = 0
    header: int = 1
    numbering: int = 0
    groups: int = 0
    repeats: int = 0
    totals: int = 0
    footers: int = 0
    blanks: int = 0
    spaces: int = 0
    duplicates: int = 0
    smudged: bool = False
    persons: bool = True
    halved: bool = False


@dataclass(frozen=True)
class Printed:
    """A dirty export: the file, its rows, and what the account must count of it."""

    path: Path
    rows: int
    duplicates: int
    not_dossiers: Counter[str]


@dataclass
class Lines:
    """Rows that belong together, their merges counted from the first of them, and the kind that the account gives them."""

    kind: str
    rows: list[Row]
    merges: list[Merge] = field(default_factory=list)


DOSSIER = "hồ sơ"
TITLES = ("UBND HUYỆN MINH LONG", "DANH SÁCH HỒ SƠ TIẾP NHẬN VÀ GIẢI QUYẾT", "(Từ ngày 01/01/2021 đến ngày 15/3/2024)", "Đơn vị tính: hồ sơ")
GROUPS = ("I. UBND xã Long Mai", "II. UBND xã Thanh An", "III. Lĩnh vực đất đai")
COVER = (["BÁO CÁO TÌNH HÌNH GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"], ["Kỳ báo cáo", "Quý I năm 2024"], ["Nơi nhận", "UBND tỉnh Quảng Ngãi"])
WHEN, WHO, WHAT = "Thời gian", "Người nộp hồ sơ", "Thông tin hồ sơ"
PATHS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Ngày trả kết quả"), ("Quá trình giải quyết", WHEN)),
    **dict.fromkeys(("Trạng thái hồ sơ", "Số ngày tạm dừng"), ("Quá trình giải quyết",)),
    **dict.fromkeys(("Chủ hồ sơ", "Số điện thoại", "Số CCCD", "Địa chỉ", "Email"), (WHAT, WHO)),
    **dict.fromkeys(("Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực"), (WHAT,)),
}


def _width(paths: Sequence[tuple[str, ...]], place: int, level: int) -> int:
    """How many columns from here share their heads down to a level."""
    head = paths[place][: level + 1]
    same = 1
    while place + same < len(paths) and len(paths[place + same]) > level and paths[place + same][: level + 1] == head:
        same += 1
    return same


def stacked_header(names: Sequence[str], height: int) -> Lines:
    """Make a header of one to three rows: heads merged across, and columns without a head merged down, as a workbook or a page has it."""
    paths = [PATHS.get(name, ())[-(height - 1) :] if height > 1 else () for name in names]
    rows: list[Row] = [[""] * len(names) for _ in range(height)]
    merges: list[Merge] = []
    for place, (name, path) in enumerate(zip(names, paths, strict=True)):
        rows[len(path)][place] = name
        if height - len(path) > 1:
            merges.append((len(path), place, height - len(path), 1))
        for level, head in enumerate(path):
            if place == 0 or paths[place - 1][: level + 1] != path[: level + 1]:
                rows[level][place], width = head, _width(paths, place, level)
                merges += [(level, place, 1, width)] if width > 1 else []
    return Lines("tiêu đề bảng", rows, merges)


def _smudged_header(header: Lines, rng: Random) -> Lines:
    rows = [[rng.choice(HEADER_SMUDGES)(cell) if cell else cell for cell in row] for row in header.rows]
    return Lines(header.kind, rows, header.merges)


def _group(rng: Random, width: int) -> Lines:
    """A group's row: its name across the table, or its number under STT and its name beside."""
    text = rng.choice(GROUPS)
    apart = rng.random() < 0.5
    cells = text.split(". ", 1) if apart else [text]
    return Lines("dòng nhóm", [cells + [""] * (width - len(cells))], [] if apart else [(0, 0, 1, width)])


def _total(rng: Random, names: Sequence[str], size: int) -> Lines:
    cells: dict[str, Any] = {"STT": rng.choice(["Tổng cộng", "TỔNG CỘNG", f"Tổng số: {size} hồ sơ", "Cộng"])}
    if rng.random() < 0.7:
        cells |= {"Ngày tiếp nhận": size, "Ngày trả kết quả": size // 2, "Trạng thái hồ sơ": f"{size} hồ sơ"}
    return Lines("dòng tổng", [[cells.get(name, "") for name in names]])


def _footers(count: int, width: int) -> list[Lines]:
    rows: list[dict[int, str]] = [
        {width - 3: "Minh Long, ngày 15 tháng 3 năm 2024"},
        {0: "Người lập biểu", width - 3: "Thủ trưởng đơn vị"},
        {0: "(Ký, ghi rõ họ tên)", width - 3: "(Ký tên, đóng dấu)"},
        {0: PERSONS["Cán bộ xử lý"], width - 3: PERSONS["Chủ hồ sơ"]},
    ]
    return [Lines("chân trang", [[row.get(place, "") for place in range(width)]]) for row in rows[:count]]


def _body(rows: list[dict[str, Any]], names: Sequence[str], header: Lines, dirt: Dirt, rng: Random) -> list[Lines]:
    """Mix the rows that are no dossiers into those that are, none after the last; then total and footers."""
    width = len(names)
    lines = [Lines(DOSSIER, [[row.get(name, "") for name in names]]) for row in rows]
    others = [_group(rng, width) for _ in range(dirt.groups)]
    others += [Lines("tiêu đề lặp lại", [list(row) for row in header.rows], list(header.merges)) for _ in range(dirt.repeats)]
    others += [Lines("dòng trống", [[""] * width]) for _ in range(dirt.blanks)]
    others += [Lines("dòng trống", [[rng.choice(["", "  ", "\u00a0"]) for _ in names]]) for _ in range(dirt.spaces)]
    for other in others:
        lines.insert(rng.randrange(len(lines)), other)
    return [*lines, *(_total(rng, names, len(rows)) for _ in range(dirt.totals)), *_footers(dirt.footers, width)]


def _numbered(lines: list[Lines]) -> list[Lines]:
    """Write the running number, which begins anew under every group."""
    number = 0
    for each in lines:
        number = 0 if each.kind == "dòng nhóm" else number + (each.kind == DOSSIER)
        if each.kind == DOSSIER:
            each.rows[0][0] = number
    return lines


def _sheet(rows: list[dict[str, Any]], dirt: Dirt, rng: Random) -> list[Lines]:
    names = [name for name in HEADERS if dirt.persons or name not in PERSONS]
    header = stacked_header(names, dirt.header)
    header = _smudged_header(header, rng) if dirt.smudged else header
    above = [Lines("dòng trên bảng", [[title, *[""] * (len(names) - 1)]], [(0, 0, 1, len(names))]) for title in TITLES[: dirt.titles]]
    numbering = [Lines("dòng đánh số cột", [[f"({place})" for place in range(1, len(names) + 1)]]) for _ in range(dirt.numbering)]
    return [*above, header, *numbering, *_numbered(_body(rows, names, header, dirt, rng))]


def _grid(lines: list[Lines]) -> Grid:
    rows: list[Row] = []
    merges: list[Merge] = []
    for each in lines:
        merges += [(len(rows) + row, *rest) for row, *rest in each.merges]  # type: ignore[misc]
        rows += each.rows
    return Grid(rows, merges)


def _with_duplicates(rows: list[dict[str, Any]], count: int, rng: Random) -> list[dict[str, Any]]:
    for _ in range(count):
        rows.insert(rng.randrange(len(rows) + 1), dict(rng.choice(rows)))
    return rows


def print_export(dossiers: list[Dossier], dirt: Dirt, rng: Random, kind_name: str, path: Path) -> Printed:
    """Print dossiers as a dirty export of a kind; the dirt of a sheet falls on every sheet, cover and sheets only where the kind has them."""
    kind = KINDS[kind_name]
    rows = [cells_of(dossier, rng, kind, smudged=dirt.smudged, halved=dirt.halved) for dossier in dossiers]
    rng.shuffle(rows)
    rows = _with_duplicates(rows, dirt.duplicates, rng)
    parts = min(dirt.sheets, len(rows)) if kind.many else 1
    sheets = {f"Trang {part + 1}": _sheet(rows[part::parts], dirt, rng) for part in range(parts)}
    kinds: Counter[str] = Counter()
    for each in (line for lines in sheets.values() for line in lines if line.kind != DOSSIER):
        kinds[each.kind] += len(each.rows)
    covers = {"Bìa": Grid([list(row) for row in COVER])} if dirt.cover and kind.many else {}
    kinds.update({"trang tính không có bảng hồ sơ": len(COVER)} if covers else {})
    written = kind.write(path.with_suffix(kind.suffix), {**covers, **{name: _grid(lines) for name, lines in sheets.items()}})
    return Printed(written, kinds.total() + len(rows), dirt.duplicates, kinds)
