"""Sources: an export file as sheets of raw cells. What kind of file it is, its content says, never its name."""

import csv
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from tthc_analysis.errors import UserError

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
SNIFFED = 50  # lines: enough to reach a header below its titles
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name and its rows of raw cells (text, number, datetime, "" where empty). Row 1 of the file is rows[0]."""

    name: str
    rows: list[list[Any]]


def _regularity(text: str, mark: str) -> tuple[int, int]:
    """Say how much a text looks like a table with this delimiter: rows of the commonest length above one, and that length.

    Counting marks would not do: titles have none, and names of procedures are full of commas.
    """
    try:
        lengths = Counter(len(row) for row in csv.reader(text.splitlines()[:SNIFFED], delimiter=mark) if len(row) > 1)
    except csv.Error:
        return 0, 0
    length, rows = max(lengths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return rows, length


def _text_sheet(path: Path, content: bytes) -> Sheet:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        message = f"{path}: là trang web (HTML) mang tên bảng tính. Mở bằng Excel, chọn Lưu thành (Save As) dạng .xlsx, rồi nhập lại."
        raise UserError(message)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path}: không phải tệp Excel, và chữ không theo bảng mã UTF-8. Mở tệp bằng Excel rồi lưu lại dạng .xlsx hoặc CSV UTF-8."
        raise UserError(message) from None
    delimiter = max(",;\t", key=lambda mark: _regularity(text, mark))
    try:
        return Sheet(path.stem, list(csv.reader(StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter=delimiter)))
    except csv.Error as error:
        message = f"{path}: không đọc được CSV ({error}). Mở bằng Excel, lưu lại dạng .xlsx hoặc CSV UTF-8."
        raise UserError(message) from None


def _workbook_sheets(path: Path, wanted: str | None) -> Iterator[Sheet]:
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        message = f"{path}: tệp hỏng, có mật khẩu, hoặc không phải bảng tính ({error}). Mở bằng Excel, lưu lại dạng .xlsx không đặt mật khẩu."
        raise UserError(message) from None
    for name in book.sheet_names:
        if wanted in (None, name):
            yield Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))


def read_sheets(path: Path, wanted: str | None = None) -> list[Sheet]:
    """Read an export (xlsx, xls, ods by calamine; csv, tsv) as sheets; `wanted` names the only sheet to read."""
    if not path.is_file():
        message = f"Không có tệp {path}." if not path.exists() else f"{path} là một thư mục, cần một tệp."
        raise UserError(message)
    content = path.read_bytes()
    if content.startswith((ZIP_MAGIC, OLE_MAGIC)):
        sheets = list(_workbook_sheets(path, wanted))
        if not sheets:
            message = f'{path}: không có trang tính "{wanted}".'
            raise UserError(message)
        return sheets
    return [_text_sheet(path, content)]
