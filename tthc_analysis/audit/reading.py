"""Reading: a written report (.docx, .pdf with text, .txt, .md) as blocks with their places. What could not be read is said, never guessed.

The file is only ever read. One that is no document, locked, cut short or made to do harm raises UserError in one Vietnamese paragraph.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tthc_analysis.audit.blocks import Place, Report
from tthc_analysis.audit.lines import clean, parts_of, replaced
from tthc_analysis.audit.pdf import read_pdf
from tthc_analysis.audit.word import read_word
from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.charsets import charset, legacy_code, old_bytes, old_code

LARGEST = 100 << 20  # bytes of a file
FEWEST_MARKS = 2  # separators of a row of data
FEWEST_ROWS, SAME_ROWS = 5, 0.8  # lines, and the share of them, from which a text is taken for a table of data
AS_WORD = "Mở bằng Word hoặc LibreOffice, lưu lại dạng .docx (không đặt mật khẩu), rồi chạy lại."
OLD_WORD, ZIPPED, PDF = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF"
_MARKUP = re.compile(r"^#{1,6}\s+|^>\s?|\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


def read_report(path: Path) -> Report:
    """Read a written report by its kind; whatever keeps it from being read raises UserError."""
    if not path.is_file():
        what = f"{path} là một thư mục" if path.is_dir() else f"Không có tệp {path}"
        message = f"{what}. Cần tệp báo cáo dạng {', '.join(READERS)}."
        raise UserError(message)
    if path.stat().st_size > LARGEST:
        message = f"{path}: tệp lớn hơn {LARGEST >> 20} MB, không giống một báo cáo. Nén ảnh trong tệp hoặc tách phụ lục rồi chạy lại."
        raise UserError(message)
    content = path.read_bytes()
    return READERS[_kind(path, content)](path, content)


def _kind(path: Path, content: bytes) -> str:
    """Tell the kind of a file from its name and its first bytes, which must agree."""
    kind, begins = path.suffix.lower(), content[:4]
    if kind in {".doc", ".rtf", ".odt", ".docm"} or (begins == OLD_WORD and kind != ".docx"):
        message = f"{path}: chưa đọc được tệp {kind or 'loại này'}. {AS_WORD}"
        raise UserError(message)
    if kind not in READERS:
        message = f'{path}: không đọc được tệp "{kind or "không có đuôi"}". {did_you_mean(kind, READERS)}'
        raise UserError(message)
    if not content.strip():
        message = f"{path}: tệp trống."
        raise UserError(message)
    wanted = {".docx": (ZIPPED, OLD_WORD), ".pdf": (PDF,)}.get(kind)
    if (wanted and not any(mark in content[:1024] for mark in wanted)) or (not wanted and begins in (OLD_WORD, ZIPPED, PDF)):
        message = f"{path}: đuôi tệp là {kind} nhưng nội dung không phải. Kiểm tra lại tệp, hoặc mở bằng chương trình đã tạo ra nó rồi lưu lại."
        raise UserError(message)
    return kind


# --- text


def _decoded(path: Path, content: bytes) -> str:
    """Give a text file's text; one in an old code, that is no text, or that is a table of data raises UserError."""
    try:
        text = clean(content.decode(charset(str(path), content), "replace"))
    except UserError:
        text = "\x00"
    code = old_bytes(content) if "\x00" in text else legacy_code(text.splitlines())
    if code or "\x00" in text:
        message = f"{path}: {old_code(code) if code else f'không phải tệp chữ. {AS_WORD}'}"
        raise UserError(message)
    if _is_data(text):
        message = f"{path}: giống một bảng dữ liệu (CSV) hơn là một báo cáo. Dữ liệu hồ sơ thì nhập bằng: tthc import {path.name} --profile MẪU"
        raise UserError(message)
    return text


def _is_data(text: str) -> bool:
    """Whether nearly all lines of a text have as many separators as each other, as rows of an export have, and is not written in sentences."""
    lines = [line for line in text.splitlines() if line.strip()]
    sentences = sum(line.rstrip()[-1] in ".:!?" for line in lines)
    return len(lines) >= FEWEST_ROWS and 2 * sentences < len(lines) and any(_has_columns(lines, mark) for mark in ",;")


def _has_columns(lines: Sequence[str], mark: str) -> bool:
    """Whether a mark parts columns: as often in nearly every line, and seldom with a space behind it, as prose has."""
    (marks, rows), *_ = Counter(line.count(mark) for line in lines).most_common(1)
    tight = sum(len(re.findall(rf"{mark}(?!\s|$)|{mark}\s*\"", line)) for line in lines)
    return marks >= FEWEST_MARKS and rows >= SAME_ROWS * len(lines) and 3 * tight >= 2 * sum(line.count(mark) for line in lines)


def _text(path: Path, content: bytes) -> Report:
    lines = [(line, Place("text", number)) for number, line in enumerate(_decoded(path, content).splitlines(), 1)]
    return Report(path.name, "text", tuple(parts_of(lines)), tuple(replaced(lines)))


def _markdown(path: Path, content: bytes) -> Report:
    lines = [(_MARKUP.sub("", line), Place("text", number)) for number, line in enumerate(_decoded(path, content).splitlines(), 1)]
    pictures = sum(line.count("![") for line, _ in lines)
    unread = [f"{pictures} hình trong tệp không đọc được chữ"] if pictures else []
    return Report(path.name, "text", tuple(parts_of(lines)), (*unread, *replaced(lines)))


READERS: dict[str, Callable[[Path, bytes], Report]] = {".docx": read_word, ".pdf": read_pdf, ".txt": _text, ".md": _markdown}
