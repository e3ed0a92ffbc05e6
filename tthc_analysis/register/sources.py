"""Sources: an export file as sheets of raw cells. What kind of file it is, its content says, never its name."""

import csv
import zipfile
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


def _text_sheet(path: Path, content: bytes) -> Sheet:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path}: không phải tệp Excel, và chữ không theo bảng mã UTF-8. Mở tệp bằng Excel rồi lưu lại dạng .xlsx hoặc CSV UTF-8."
        raise UserError(message) from None
    # titles above a header have no delimiter: the header, or the first dossier, has the most
    lines = text.splitlines()[:SNIFFED]
    delimiter = max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))
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
