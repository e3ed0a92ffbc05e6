"""Word documents: paragraphs and tables in order, merged cells resolved, the numbers that Word itself puts before headings counted.

What was deleted under "track changes" is not read, what was inserted is. Pictures hold no text that could be read: how many there are is said.
"""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from tthc_analysis.audit.blocks import Block, Grid, Part, Place, Report
from tthc_analysis.audit.lines import classified, grid_of, heads_of
from tthc_analysis.errors import UserError
from tthc_analysis.reference.charsets import legacy_code, old_code
from tthc_analysis.reference.notation import ROMAN, plain

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BODY, STYLES, NUMBERING, NOTES = "word/document.xml", "word/styles.xml", "word/numbering.xml", "word/footnotes.xml"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MOST_UNPACKED, BOMB_RATIO, SMALL = 400 << 20, 100, 50 << 20
UNREADABLE = (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, KeyError, EOFError, NotImplementedError, RuntimeError)
BULLETS = {"bullet", "none"}


def read_word(path: Path, content: bytes) -> Report:
    """Read a .docx; one that is locked, broken, a bomb or holds macros raises UserError."""
    if content.startswith(b"\xd0\xcf"):
        why = "tệp có mật khẩu" if ENCRYPTED in content else "tệp Word cũ (.doc) đổi đuôi"
        message = f"{path}: {why}. Mở bằng Word, lưu lại dạng .docx không mật khẩu, rồi chạy lại."
        raise UserError(message)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _read(path, _opened(path, archive))
    except UNREADABLE:
        message = f"{path}: tệp hỏng hoặc không phải tài liệu Word. Mở bằng Word, lưu lại dạng .docx, rồi chạy lại."
        raise UserError(message) from None


def _opened(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Give the parts that are read; refuse what is too large, or holds programs."""
    entries = archive.infolist()
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if unpacked > MOST_UNPACKED or (unpacked > SMALL and unpacked > BOMB_RATIO * max(packed, 1)):
        message = f"{path}: tệp bung ra quá lớn, không phải tài liệu bình thường nên không mở."
        raise UserError(message)
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        message = f"{path}: tệp có macro nên không mở. Mở bằng Word, lưu lại dạng .docx (không macro), rồi chạy lại."
        raise UserError(message)
    return {entry.filename: archive.read(entry) for entry in entries if entry.filename in {BODY, STYLES, NUMBERING, NOTES}}


def _tree(content: bytes | None) -> Any:
    """Parse a part; no entity is resolved, nothing is fetched."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)) if content else None


@dataclass
class _Reader:
    """What is known while a document is read: its numbering, and how far it has come."""

    numbers: "_Numbers"
    parts: list[Part] = field(default_factory=list)
    line: int = 0
    tables: int = 0

    def paragraph(self, node: Any) -> None:
        self.line += 1
        label, text = self.numbers.label(node), text_of(node)
        if text:
            self.parts.append(_styled(classified(plain(f"{label} {text}"), Place("word", self.line)), self.numbers.heading(node)))

    def table(self, node: Any) -> None:
        self.tables += 1
        rows, places = _rows(node), []
        for _ in rows:
            self.line += 1
            places.append(Place("word", self.line, table=self.tables))
        if rows:
            self.parts.append(_grid(list(zip(rows, places, strict=True)), _repeated(node)))


def _read(path: Path, parts: dict[str, bytes]) -> Report:
    body = _tree(parts[BODY]).find(f"{W}body")
    if body is None:
        raise KeyError(BODY)
    reader = _Reader(_Numbers(_tree(parts.get(NUMBERING)), _tree(parts.get(STYLES))))
    for node in _flow(body):
        (reader.table if node.tag == f"{W}tbl" else reader.paragraph)(node)
    for note in _notes(_tree(parts.get(NOTES))):
        reader.paragraph(note)
    if not reader.parts:
        message = f"{path}: tài liệu không có chữ nào (có lẽ chỉ có ảnh quét). Cần bản .docx có chữ."
        raise UserError(message)
    report = Report(path.name, "word", tuple(reader.parts), tuple(_unread(body)))
    code = legacy_code(block.text for block in report.blocks)
    if code:
        message = f"{path}: {old_code(code)}"
        raise UserError(message)
    return report


def _flow(node: Any) -> Iterator[Any]:
    """Give the paragraphs and tables of a body in order, through content controls; those of text boxes after their paragraph."""
    for child in node:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
            boxes = [box for box in child.iter(f"{W}txbxContent") if not any(above.tag.endswith("}Fallback") for above in box.iterancestors())]
            for box in boxes if child.tag == f"{W}p" else []:
                yield from _flow(box)
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml"):
            yield from _flow(child)


def _notes(tree: Any) -> Iterator[Any]:
    for note in () if tree is None else tree.iter(f"{W}footnote"):
        if note.get(f"{W}type") is None:
            yield from note.iter(f"{W}p")


def _unread(body: Any) -> Iterator[str]:
    pictures = sum(1 for node in body.iter() if isinstance(node.tag, str) and node.tag.rpartition("}")[2] in {"pic", "imagedata"})
    if pictures:
        yield f"{pictures} hình trong tệp không đọc được chữ"
    equations = sum(1 for node in body.iter("{*}oMath"))
    if equations:
        yield f"{equations} công thức không đọc được"


def text_of(node: Any) -> str:
    """Give a paragraph's text: without what is deleted and without its text boxes, which come after it."""
    pieces = [_piece(child) for child in node.iter(f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}noBreakHyphen") if _belongs(child, node)]
    return plain(unicodedata.normalize("NFC", "".join(pieces).replace("\u200b", "")))


def _belongs(child: Any, paragraph: Any) -> bool:
    for above in child.iterancestors():
        if above is paragraph:
            return True
        if above.tag in (f"{W}txbxContent", f"{W}del", f"{W}pPr"):
            return False
    return False


def _piece(node: Any) -> str:
    return (node.text or "") if node.tag == f"{W}t" else "-" if node.tag == f"{W}noBreakHyphen" else " "


def _styled(block: Block, depth: int) -> Block:
    """Take Word's own word that a paragraph is a heading."""
    return replace(block, kind="heading", level=block.level or depth) if depth and block.kind == "paragraph" else block


# --- tables


def _rows(table: Any) -> list[list[str]]:
    """Give a table's texts, every row of one length: a merged cell's text stands in each place that it covers."""
    rows: list[list[str]] = []
    for row in table.iterchildren(f"{W}tr"):
        cells = [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr")) is row]
        before = _number(row.find(f"{W}trPr/{W}gridBefore"))
        texts = [""] * before
        for cell in cells:
            texts += [_cell_text(cell, rows, len(texts))] * max(_number(cell.find(f"{W}tcPr/{W}gridSpan")), 1)
        rows.append(texts)
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _cell_text(cell: Any, rows: list[list[str]], column: int) -> str:
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    if merged is not None and merged.get(f"{W}val", "continue") == "continue" and rows and column < len(rows[-1]):
        return rows[-1][column]
    return plain(" ".join(text_of(paragraph) for paragraph in cell.iter(f"{W}p")))


def _number(node: Any) -> int:
    value = node.get(f"{W}val", "0") if node is not None else "0"
    return int(value) if str(value).isdecimal() else 0


def _repeated(table: Any) -> int:
    """Count the rows that Word repeats on every page: its own word on what is header."""
    count = 0
    for row in table.iterchildren(f"{W}tr"):
        if row.find(f"{W}trPr/{W}tblHeader") is None:
            break
        count += 1
    return count


def _grid(rows: list[tuple[list[str], Place]], repeated: int) -> Grid:
    return grid_of(rows, max(heads_of([cells for cells, _ in rows]), repeated if repeated < len(rows) else 0))


# --- numbers that Word counts itself


class _Numbers:
    """The numbering of a document: what Word prints before a paragraph and keeps out of its text (ECMA-376, 17.9)."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        self.lists = {} if numbering is None else _lists(numbering)
        self.styles = {} if styles is None else {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
        self.counts: dict[str, list[int]] = {}

    def _numbered_by(self, paragraph: Any) -> tuple[str, int] | None:
        """Give the list and the level that a paragraph, or the style it stands in, is of."""
        sources = [paragraph.find(f"{W}pPr"), *(style.find(f"{W}pPr") for style in self._styles_of(paragraph))]
        found = [source.find(f"{W}numPr") for source in sources if source is not None and source.find(f"{W}numPr") is not None]
        if not found:
            return None
        name = next((str(_number(node.find(f"{W}numId"))) for node in found if node.find(f"{W}numId") is not None), "0")
        return (name, _number(found[0].find(f"{W}ilvl"))) if name in self.lists else None

    def _styles_of(self, paragraph: Any) -> Iterator[Any]:
        node = paragraph.find(f"{W}pPr/{W}pStyle")
        name, seen = (node.get(f"{W}val") if node is not None else None), set[str]()
        while name in self.styles and name not in seen:
            seen.add(str(name))
            yield self.styles[name]
            based = self.styles[name].find(f"{W}basedOn")
            name = based.get(f"{W}val") if based is not None else None

    def label(self, paragraph: Any) -> str:
        """Give what Word prints before a paragraph ("2.1.", "-"), counting it."""
        found = self._numbered_by(paragraph)
        if found is None or not text_of(paragraph):
            return ""
        name, level = found
        levels = self.lists[name]
        counts = self.counts.setdefault(name, [])
        del counts[level + 1 :]
        counts += [_first(levels, deeper) - 1 for deeper in range(len(counts), level + 1)]
        # a level above that was never printed counts as begun
        counts[:level] = [max(count, _first(levels, deeper)) for deeper, count in enumerate(counts[:level])]
        counts[level] += 1
        form, text, _ = levels.get(level, ("decimal", "", 1))
        if form in BULLETS:
            return "-"
        return re.sub(r"%(\d)", lambda place: _written(levels, int(place[1]) - 1, counts), text)

    def heading(self, paragraph: Any) -> int:
        """Give the depth of a heading by its style or outline level, 0 for what is none."""
        names = [str(style.get(f"{W}styleId")) for style in self._styles_of(paragraph)]
        return next((int(found[1]) for name in names if (found := re.fullmatch(r"Heading ?([1-9])", name))), 0)


Levels = dict[int, tuple[str, str, int]]


def _lists(numbering: Any) -> dict[str, Levels]:
    """Give for each list its levels: form, text, first number."""
    abstract = {node.get(f"{W}abstractNumId"): _levels(node) for node in numbering.iter(f"{W}abstractNum")}
    named = {node.get(f"{W}numId"): node.find(f"{W}abstractNumId") for node in numbering.iter(f"{W}num")}
    return {str(name): abstract.get(node.get(f"{W}val"), {}) for name, node in named.items() if node is not None}


def _levels(node: Any) -> Levels:
    return {
        _number_of(level, "ilvl"): (_value(level, "numFmt", "decimal"), _value(level, "lvlText", ""), int(_value(level, "start", "1")))
        for level in node.iterchildren(f"{W}lvl")
    }


def _number_of(node: Any, name: str) -> int:
    return int(node.get(f"{W}{name}", "0"))


def _value(node: Any, name: str, default: str) -> str:
    child = node.find(f"{W}{name}")
    return str(child.get(f"{W}val", default)) if child is not None else default


def _first(levels: Levels, level: int) -> int:
    return levels.get(level, ("decimal", "", 1))[2]


def _written(levels: Levels, level: int, counts: list[int]) -> str:
    """Write a level's number in its form."""
    number = counts[level] if level < len(counts) else 1
    match levels.get(level, ("decimal", "", 1))[0]:
        case "upperRoman":
            return ROMAN[number - 1] if 0 < number <= len(ROMAN) else str(number)
        case "lowerLetter":
            return chr(ord("a") + number - 1) if 0 < number <= 26 else str(number)
        case "upperLetter":
            return chr(ord("A") + number - 1) if 0 < number <= 26 else str(number)
        case _:
            return str(number)
