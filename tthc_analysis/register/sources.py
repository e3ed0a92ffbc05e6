"""Sources: an export file as sheets of raw cells. What kind of file it is, its content says, never its name.

Excel's files and .ods are read by calamine, web pages by lxml, texts by csv. Nothing in a file is run or followed: of formulas only
the values that Excel stored, of links only their text.
"""

import csv
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from tthc_analysis.errors import UserError
from tthc_analysis.reference.charsets import PROBE, charset
from tthc_analysis.reference.notation import count
from tthc_analysis.register.archives import SAVE_AGAIN, Contents, Place, look_into

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
ZIP_MAGIC = b"PK"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream that holds a workbook with a password
LOCK = "~$"  # how the names of Office's lock files begin
SNIFFED = 50  # lines: enough to reach a header below its titles
LONGEST_SPAN = 1000  # rows or columns that one merged cell may cover
TRIAL_SECONDS = 120  # the largest old workbook takes a few
# A damaged old workbook may lead its reader in a circle, or ask for more memory than there is, which ends the process: let it end another.
TRIAL = """
import contextlib, io, pathlib, sys
from python_calamine import CalamineWorkbook
with contextlib.suppress(ImportError, OSError, ValueError):
    import resource
    resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
with contextlib.suppress(Exception):
    book = CalamineWorkbook.from_filelike(io.BytesIO(pathlib.Path(sys.argv[1]).read_bytes()))
    for name in book.sheet_names: book.get_sheet_by_name(name)
"""

Row = list[Any]


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name and its rows of raw cells (text, number, datetime, "" where empty), to be gone through more than once.

    The first row is row 1 of the file. A cell merged downwards stands in every row that it covers. `from_1904` marks a workbook whose
    bare numbers count days from 1904.
    """

    name: str
    rows: Iterable[Row]
    from_1904: bool = False


class _TextRows:
    """The rows of a CSV file, read anew each time: a million rows need not lie in memory at once."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self.path, self.encoding, self.delimiter = path, encoding, delimiter

    def __iter__(self) -> Iterator[Row]:
        with self.path.open(encoding=self.encoding, newline=None) as file:
            yield from self._read(csv.reader(file, delimiter=self.delimiter))

    def _read(self, rows: Any) -> Iterator[Row]:
        try:
            yield from rows
        except UnicodeDecodeError:
            message = f"{self.path}: sau dòng {count(rows.line_num)} có chữ không theo bảng mã của phần đầu tệp. {SAVE_AGAIN}"
            raise UserError(message) from None
        except csv.Error as error:
            message = f"{self.path}, dòng {count(rows.line_num)}: không đọc được CSV, có ô quá dài hoặc dấu ngoặc kép không đóng ({error}). {SAVE_AGAIN}"
            raise UserError(message) from None


class _WorkbookRows:
    """The rows of a workbook's sheet, turned into Python's values as they are asked for."""

    def __init__(self, sheet: CalamineSheet, errors: dict[Place, str]) -> None:
        self.sheet, self.errors = sheet, errors
        self.merged = [((top, left), bottom) for (top, left), (bottom, _) in sheet.merged_cell_ranges or [] if bottom > top]

    def __iter__(self) -> Iterator[Row]:
        if not self.sheet.start:
            return iter(())
        left = [""] * self.sheet.start[1]  # calamine leaves out the empty columns on the left
        rows = (left + row for row in self.sheet.iter_rows()) if left else self.sheet.iter_rows()
        whole = _with_errors(rows, self.errors) if self.errors else iter(rows)
        return _filled_down(whole, self.merged) if self.merged else whole


def _with_errors(rows: Iterable[Row], errors: dict[Place, str]) -> Iterator[Row]:
    """Put Excel's errors (#REF!, …) back where calamine gives an empty cell."""
    by_row: dict[int, dict[int, str]] = {}
    for (number, column), text in errors.items():
        by_row.setdefault(number, {})[column] = text
    for number, row in enumerate(rows):
        for column, text in by_row.get(number, {}).items():
            if column < len(row):
                row[column] = text
        yield row


def _filled_down(rows: Iterable[Row], merged: list[tuple[tuple[int, int], int]]) -> Iterator[Row]:
    """Repeat a cell merged downwards in the rows that it covers: each of them is a row of its own."""
    covering = {(row, left): top for (top, left), bottom in merged for row in range(top + 1, min(bottom, top + LONGEST_SPAN) + 1)}
    sources = {start for start, _ in merged}
    columns = sorted({column for _, column in sources})
    held: dict[tuple[int, int], Any] = {}
    for number, row in enumerate(rows):
        for column in columns:
            if (number, column) in sources and column < len(row):
                held[number, column] = row[column]
            elif (number, column) in covering and column < len(row):
                row[column] = held.get((covering[number, column], column), "")
        yield row


def _regularity(lines: list[str], mark: str) -> tuple[int, int]:
    """Say how much a text looks like a table with this delimiter: rows of the commonest length above one, and that length.

    Counting marks would not do: titles have none, and names of procedures are full of commas.
    """
    try:
        lengths = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if len(row) > 1)
    except csv.Error:
        return 0, 0
    length, rows = max(lengths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return rows, length


def _text_sheet(path: Path, head: bytes) -> Sheet:
    encoding = charset(str(path), head)
    # utf-16 with its mark cannot be decoded from the middle of a letter on; the probe begins at the file's start
    lines = head.decode(encoding, "ignore").splitlines()[:SNIFFED]
    delimiter = max(",;\t|", key=lambda mark: _regularity(lines, mark))
    return Sheet(path.stem, _TextRows(path, encoding, delimiter))


def _span(cell: Any, name: str) -> int:
    text = str(cell.get(name, "1")).strip()
    return min(max(int(text), 1), LONGEST_SPAN) if text.isdecimal() else 1


def _cell_text(cell: Any) -> str:
    return " ".join(" ".join(cell.itertext()).split())


def _table_rows(table: Any) -> list[Row]:
    """Lay a web page's table out: a cell that spans columns stands in the first, one that spans rows in each of them."""
    rows: list[Row] = []
    hanging: dict[int, tuple[int, str]] = {}  # column -> (rows still to fill, text) of cells that span rows
    for line in table.iter("tr"):
        row: Row = []
        for cell in (child for child in line if child.tag in ("td", "th")):
            _fill_hanging(row, hanging)
            text, down = _cell_text(cell), _span(cell, "rowspan")
            for place in range(_span(cell, "colspan")):
                if down > 1:
                    hanging[len(row)] = (down - 1, "" if place else text)
                row.append("" if place else text)
        _fill_hanging(row, hanging)
        rows.append(row)
    return rows


def _fill_hanging(row: Row, hanging: dict[int, tuple[int, str]]) -> None:
    while len(row) in hanging:
        left, text = hanging.pop(len(row))
        if left > 1:
            hanging[len(row)] = (left - 1, text)
        row.append(text)


def _page_sheets(path: Path, content: bytes) -> list[Sheet]:
    if b"schemas-microsoft-com:office:spreadsheet" in content[:PROBE]:
        message = f"{path}: là bảng tính dạng XML 2003, không đọc trực tiếp được. {SAVE_AGAIN}"
        raise UserError(message)
    declared = re.search(rb"charset=[\"']?([\w-]+)", content[:PROBE])
    encoding = charset(str(path), content) if not declared or declared[1].lower() in (b"utf-8", b"windows-1258") else declared[1].decode("ascii")
    try:
        # declared or found, the encoding is ours to say: a page's own word for it is often wrong
        root = etree.fromstring(content.decode(encoding, "replace").encode(), etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True))
    except (etree.ParseError, ValueError, LookupError):
        root = None
    tables = [] if root is None else [table for table in root.iter("table") if next(table.iterdescendants("table"), None) is None]
    if not tables:
        message = f"{path}: là trang web (HTML) không có bảng nào. Xuất lại từ hệ thống một cửa, dạng .xlsx nếu có."
        raise UserError(message)
    return [Sheet(f"bảng {number}", _table_rows(table)) for number, table in enumerate(tables, 1)]


def _workbook_sheets(path: Path, wanted: str | None, contents: Contents) -> list[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))  # by its path calamine would trust the name
        names = [name for name in book.sheet_names if wanted in (None, name)]
        sheets = [Sheet(name, _WorkbookRows(book.get_sheet_by_name(name), contents.errors.get(name, {})), contents.from_1904) for name in names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        if "password" in str(error).casefold() or "encrypt" in str(error).casefold():
            message = f"{path}: tệp có mật khẩu. Mở bằng Excel, bỏ mật khẩu, lưu lại, rồi nhập lại."
        else:
            message = f"{path}: tệp hỏng, chưa ghi xong, hoặc không phải bảng tính ({error}). {SAVE_AGAIN}"
        raise UserError(message) from None
    if not sheets:
        message = f'{path}: không có trang tính "{wanted}". Các trang tính: {", ".join(book.sheet_names)}.'
        raise UserError(message)
    return sheets


def _refuse_other_files(path: Path, head: bytes) -> None:
    """Refuse what can be no export: nothing, a lock file, a file of another kind."""
    if path.name.startswith(LOCK):
        message = f"{path}: là tệp khóa của Excel, không phải tệp xuất. Đóng Excel, rồi nhập tệp {path.name.removeprefix(LOCK)}."
        raise UserError(message)
    if not head.strip(b"\x00 \t\r\n"):
        message = f"{path}: tệp trống hoặc chưa ghi xong. Xuất lại từ hệ thống một cửa."
        raise UserError(message)
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PAR1", b"MIME-Version:", b"Rar!", b"7z\xbc", b"\x1f\x8b")):
        message = f"{path}: không phải bảng tính. Cần tệp xuất dạng xlsx, xls, ods, csv hoặc bảng HTML."
        raise UserError(message)


def _read_on_trial(path: Path) -> bool:
    try:
        trial = subprocess.run([sys.executable, "-c", TRIAL, str(path)], capture_output=True, check=False, timeout=TRIAL_SECONDS)  # noqa: S603 - this very Python
    except subprocess.TimeoutExpired:
        return False
    return trial.returncode == 0


def _sheets(path: Path, head: bytes, wanted: str | None) -> list[Sheet]:
    if head.startswith(ZIP_MAGIC):
        return _workbook_sheets(path, wanted, look_into(path))
    if head.startswith(OLE_MAGIC):
        if ENCRYPTED in path.read_bytes():
            message = f"{path}: tệp có mật khẩu. Mở bằng Excel, bỏ mật khẩu (Tệp → Thông tin → Bảo vệ sổ làm việc), lưu lại, rồi nhập lại."
            raise UserError(message)
        if not _read_on_trial(path):
            message = f"{path}: tệp hỏng. {SAVE_AGAIN}"
            raise UserError(message)
        return _workbook_sheets(path, wanted, Contents())
    # a page may be in UTF-16 too: its first letters without marks and zeros
    if head[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return _page_sheets(path, path.read_bytes())
    return [_text_sheet(path, head)]


def read_sheets(path: Path, wanted: str | None = None) -> list[Sheet]:
    """Read an export (xlsx, xls, ods; a web page's tables; csv, tsv) as sheets; `wanted` names the only sheet of a workbook to read.

    What cannot be read raises UserError; so may going through the rows of a text, which are read only then.
    """
    if not path.is_file():
        message = f"Không có tệp {path}." if not path.exists() else f"{path} là một thư mục, cần một tệp. Ghi tên từng tệp, ví dụ: {path}/*.xlsx"
        raise UserError(message)
    with path.open("rb") as file:
        head = file.read(PROBE)
    _refuse_other_files(path, head)
    return _sheets(path, head, wanted)


@contextmanager
def unchanged_while_read(path: Path) -> Iterator[None]:
    """Refuse a file that changed while it was read: it is still being written."""
    before = path.stat() if path.is_file() else None
    yield
    after = path.stat() if path.is_file() else None
    if before and (not after or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)):
        message = f"{path}: tệp đang được ghi trong lúc đọc. Đợi ghi xong rồi nhập lại."
        raise UserError(message)
