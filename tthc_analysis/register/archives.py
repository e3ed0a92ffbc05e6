"""Archives: what an .xlsx or .ods holds, looked at before anything opens it.

The reader of workbooks trusts its file: it would unpack a bomb, lay out a sheet as wide and long as its farthest cell, and read an
error or a formula that was never calculated as an empty cell. So the archive is gone through once, piece by piece.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import count

# A real sheet of a million dossiers unpacks to under 1 GB at a ratio under 30; a bomb does neither.
MOST_UNPACKED, SMALL, BOMB_RATIO = 2 << 30, 100 << 20, 200
LARGE_GRID, SPARSE = 50_000_000, 50  # cells of a sheet's rectangle from which it is large, and cells of it for one that is filled
PIECE, OVERLAP = 1 << 20, 1 << 10  # bytes looked at together, and again with the next piece
SAVE_AGAIN = "Mở bằng Excel, lưu lại dạng .xlsx (không đặt mật khẩu), rồi nhập lại."
WIDE = re.compile(rb'r="([A-Z]{2,3})\d+"')
ROW = re.compile(rb'row [^>]*?\br="(\d+)"')
ERROR = re.compile(rb'<(?:\w{1,9}:)?c (?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d+)"[^>]*>.{0,400}?<(?:\w{1,9}:)?v>([^<]*)<', re.DOTALL)
UNCALCULATED = re.compile(rb'r="([A-Z]{1,3}\d+)"[^>]*><(?:\w{1,9}:)?f(?:[^>]*/>|[^>]*>[^<]*</(?:\w{1,9}:)?f>)\s*</(?:\w{1,9}:)?c>')
Place = tuple[int, int]


@dataclass(frozen=True)
class Contents:
    """What was found: whether bare numbers count days from 1904, and by sheet the cells (row, column from 0) that hold Excel's errors."""

    from_1904: bool = False
    errors: dict[str, dict[Place, str]] = field(default_factory=dict)


def column_number(letters: str) -> int:
    """Give the number of a column from the letters that Excel shows (A is 0).

    >>> column_number("A"), column_number("Z"), column_number("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _refuse_bomb(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > BOMB_RATIO * max(packed, 1)):
        message = (
            f"{path}: tệp nén {count(packed >> 10)} KB nhưng bung ra tới {count(unpacked >> 20)} MB, không phải bảng tính bình thường nên không mở. "
            "Xuất lại từ hệ thống một cửa, chia thành nhiều tệp theo quý nếu thật sự lớn."
        )
        raise UserError(message)


def _refuse_locked(path: Path, archive: zipfile.ZipFile, names: set[str]) -> None:
    manifest = "META-INF/manifest.xml"
    if any(entry.flag_bits & 1 for entry in archive.infolist()) or (manifest in names and b"encryption-data" in archive.read(manifest)):
        message = f"{path}: tệp có mật khẩu. Mở bằng Excel, bỏ mật khẩu (Tệp → Thông tin → Bảo vệ sổ làm việc), lưu lại, rồi nhập lại."
        raise UserError(message)


def _sheet_parts(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Give the parts of an .xlsx that hold its worksheets, with the sheets' names."""
    related = "xl/_rels/workbook.xml.rels"
    if not {"xl/workbook.xml", related} <= names:
        return {}
    safe = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    relations = etree.fromstring(archive.read(related), safe)
    targets = {item.get("Id"): str(item.get("Target", "")).removeprefix("/xl/") for item in (() if relations is None else relations)}
    book = etree.fromstring(archive.read("xl/workbook.xml"), safe)
    sheets = [] if book is None else [item for item in book.iter() if isinstance(item.tag, str) and etree.QName(item).localname == "sheet"]
    found = {}
    for sheet in sheets:
        target = next((targets.get(value) for key, value in sheet.attrib.items() if key.endswith("}id")), None)
        if f"xl/{target}" in names:
            found[f"xl/{target}"] = str(sheet.get("name"))
    return found


def _pieces(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Unpack a part piece by piece, each with the end of the one before, so that nothing is cut apart unseen."""
    with archive.open(part) as stream:
        end = b""
        while piece := stream.read(PIECE):
            yield end + piece
            end = piece[-OVERLAP:]


def _cells(archive: zipfile.ZipFile, part: str) -> int:
    """Count the cells that a worksheet writes down (a few twice, where pieces overlap)."""
    return sum(piece.count(b"<c ") + piece.count(b":c ") for piece in _pieces(archive, part))


def _errors_of(path: Path, archive: zipfile.ZipFile, part: str, name: str) -> dict[Place, str]:
    """Go through a worksheet: give its errors; refuse formulas without values and a rectangle that is nearly all empty."""
    errors: dict[Place, str] = {}
    rows, columns = 0, 26
    for piece in _pieces(archive, part):
        last = piece.rfind(b"row ")
        rows = max(rows, *(int(found[1]) for found in [ROW.match(piece, last)] if last >= 0 and found), 0)
        columns = max(columns, *(column_number(letters.decode()) + 1 for letters in set(WIDE.findall(piece))), 0)
        if b't="e"' in piece:
            errors |= {(int(row) - 1, column_number(letters.decode())): text.decode("utf-8", "replace") for letters, row, text in ERROR.findall(piece)}
        uncalculated = UNCALCULATED.search(piece) if b"<f" in piece or b":f" in piece else None
        if uncalculated:
            message = f"{path}, {name}: ô {uncalculated[1].decode()} là công thức chưa được tính. Mở bằng Excel (sẽ tự tính), lưu lại, rồi nhập lại."
            raise UserError(message)
    if rows * columns > LARGE_GRID and rows * columns > SPARSE * _cells(archive, part):
        message = (
            f"{path}, {name}: có ô nằm rất xa bảng (bảng thành {count(rows)} dòng × {count(columns)} cột mà gần như trống). "
            "Mở bằng Excel, xóa hẳn các dòng, cột trống ở xa (chọn, Delete), lưu lại, rồi nhập lại."
        )
        raise UserError(message)
    return errors


def look_into(path: Path) -> Contents:
    """Look through an .xlsx or .ods; one that is a bomb, locked, cut short, not calculated or sparse beyond reason raises UserError."""
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(path, archive.infolist())
            names = set(archive.namelist())
            _refuse_locked(path, archive, names)
            parts = _sheet_parts(archive, names)
            from_1904 = "xl/workbook.xml" in names and bool(re.search(rb'date1904="(?:1|true|on)"', archive.read("xl/workbook.xml")))
            return Contents(from_1904, {name: found for part, name in parts.items() if (found := _errors_of(path, archive, part, name))})
    except UserError:
        raise
    except (zipfile.BadZipFile, zlib.error, etree.Error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        message = f"{path}: tệp hỏng hoặc chưa ghi xong ({error}). Đợi ghi xong hoặc xuất lại. {SAVE_AGAIN}"
        raise UserError(message) from None
