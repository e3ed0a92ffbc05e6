"""Reading back: a finished file as pieces of text, each with the place where a reader finds it. Knows files, and nothing of how they were written.

What was not meant to be read aloud is read too: alternative texts, properties, bookmarks, what a page keeps for its panels.
"""

import base64
import csv
import ctypes
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import pypdfium2
import pypdfium2.raw as pdfium
from lxml import etree, html
from python_calamine import CalamineWorkbook

BLOCKS = {"p", "li", "td", "th", "caption", "figcaption", "summary", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "title", "pre", "blockquote", "button"}
BOXES = {
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "thead",
    "tbody",
    "tr",
    "section",
    "header",
    "main",
    "footer",
    "nav",
    "figure",
    "details",
    "body",
    "head",
    "html",
    "br",
}
UNREAD = {"script", "style"}
# attributes that say how a page is made, not what it says
UNSAID = {"class", "id", "style", "href", "src", "scope", "role", "tabindex", "colspan", "rowspan", "span", "lang", "charset", "name", "http-equiv", "download"}
UNSAID |= {"data-value", "data-definition", "data-column", "data-sort", "aria-hidden", "start", "width", "height", "for", "type", "value", "open", "content"}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
CODES = re.compile(r"&[A-Z]|&\"[^\"]*\"|&\d+")  # of a sheet's header: page numbers, typefaces, sizes
PROPERTIES = ("title", "subject", "creator", "keywords", "description", "lastModifiedBy", "category")
SHOWN = 60  # characters of a text that a place is named by


class Piece(NamedTuple):
    """A text of a finished file, and where it stands; a number of a workbook's cell as `value`, on paper the page (the whole of it)."""

    place: str
    text: str
    value: float | None = None
    page: int = 0


class Document(NamedTuple):
    """What a finished file says: its texts, the pictures in it (SVG source), the files in it (CSV) and its sheets (cells), each by name, and its pages."""

    pieces: list[Piece]
    pictures: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    sheets: tuple[tuple[str, list[Piece]], ...] = ()
    pages: int = 0
    on_screen: bool = False


def shortened(text: str) -> str:
    """Give as much of a text as names it."""
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN].rstrip()}…"


@lru_cache(maxsize=32)
def read_back(name: str, content: bytes) -> Document:
    """Read a finished file by its kind; a kind that nobody reads yet raises KeyError. More than one look is taken at each: it is read once."""
    return READERS[Path(name).suffix](content)


# --- HTML


class _Page:
    """A page while it is walked: what was read, and the caption or heading under which one is."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.pictures: list[str] = []
        self.files: list[tuple[str, str]] = []
        self.under = ""

    def say(self, tag: str, text: str) -> None:
        plain = " ".join(text.split())
        if plain:
            self.pieces.append(Piece(f"{tag} dưới “{shortened(self.under)}”" if self.under else tag, plain))
        if plain and tag in {"caption", "h1", "h2", "h3", "h4"}:
            self.under = plain

    def attributes(self, element: Any) -> None:
        for name, value in element.items():
            if name == "src" and value.startswith("data:image/svg+xml"):
                self.pictures.append(_data(value).decode())
            elif name == "href" and value.startswith("data:text/csv"):
                self.files.append((element.get("download", ""), _data(value).decode("utf-8-sig")))
            elif name not in UNSAID:
                self.say(f"{element.tag} {name}", value)


def _data(address: str) -> bytes:
    """Give what a data: address holds."""
    head, _, body = address.partition(",")
    return base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)


def _walk(element: Any, page: _Page) -> str:
    """Read an element's blocks into the page; give the text that belongs to the block around it."""
    if not isinstance(element.tag, str) or element.tag in UNREAD:
        return ""
    page.attributes(element)
    text = element.text or ""
    for child in element:
        inner = _walk(child, page)
        text += f"{inner}{child.tail or ''}"
    if element.tag in BLOCKS or element.tag in BOXES:
        page.say(element.tag, text)
        return " "
    return text


def _html(content: bytes) -> Document:
    page = _Page()
    _walk(html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8", huge_tree=True)), page)
    return Document(page.pieces, tuple(page.pictures), tuple(page.files), on_screen=True)


# --- PDF


def _alternatives(page: Any) -> Iterator[str]:
    """Give the alternative texts of a page's figures, from its structure tree."""
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if tree:
        for place in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            yield from _alternatives_of(pdfium.FPDF_StructTree_GetChildAtIndex(tree, place))
        pdfium.FPDF_StructTree_Close(tree)


def _type_of(element: Any) -> str:
    length = pdfium.FPDF_StructElement_GetType(element, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDF_StructElement_GetType(element, buffer, length)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def _alternatives_of(element: Any) -> Iterator[str]:
    if not element or _type_of(element) == "Table":  # thousands of cells, and no figure among them
        return
    length = pdfium.FPDF_StructElement_GetAltText(element, None, 0)
    if length:
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDF_StructElement_GetAltText(element, buffer, length)
        yield buffer.raw.decode("utf-16-le").rstrip("\0")
    for place in range(pdfium.FPDF_StructElement_CountChildren(element)):
        yield from _alternatives_of(pdfium.FPDF_StructElement_GetChildAtIndex(element, place))


def _pdf(content: bytes) -> Document:
    with pypdfium2.PdfDocument(content) as pdf:
        properties = pdf.get_metadata_dict()
        pieces = [Piece("tính chất của tệp", properties[name]) for name in ("Title", "Author", "Subject", "Keywords") if properties.get(name)]
        pieces += [Piece("dấu trang", mark.get_title()) for mark in pdf.get_toc()]
        for number, page in enumerate(pdf, 1):
            pieces.append(Piece(f"trang {number}", page.get_textpage().get_text_range(), page=number))
            pieces += [Piece(f"trang {number}, chữ thay hình", text) for text in _alternatives(page)]
        return Document(pieces, pages=len(pdf))


# --- Word and Excel


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith(".xml")}


def _paragraph(paragraph: Any) -> str:
    return "".join((node.text or "") if node.tag == f"{W}t" else " " for node in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br"))


def _cell_of(paragraph: Any) -> Any:
    return next((node for node in paragraph.iterancestors() if node.tag == f"{W}tc"), None)


def _word_pieces(part: str, content: bytes) -> Iterator[Piece]:
    root, under, cells = etree.fromstring(content), "", dict[Any, list[str]]()
    for node in root.iter(f"{W}p", DRAWING):
        where = f"{part} dưới “{shortened(under)}”" if under else part
        if node.tag == DRAWING:
            yield from (Piece(f"{where}, chữ thay hình", node.get(name, "")) for name in ("descr", "title") if node.get(name))
        elif (cell := _cell_of(node)) is not None:
            cells.setdefault(cell, []).append(_paragraph(node))
        elif text := _paragraph(node).strip():
            style = node.find(f"{W}pPr/{W}pStyle")
            under = text if style is not None and style.get(f"{W}val", "").startswith(("Caption", "Heading", "Title")) else under
            yield Piece(where, text)
    yield from (Piece(f"{part}, ô trong bảng", text) for cell in cells.values() if (text := " ".join(" ".join(cell).split())))


def _properties(members: dict[str, bytes]) -> list[Piece]:
    core = members.get("docProps/core.xml")
    nodes = etree.fromstring(core).iter(*(f"{{*}}{name}" for name in PROPERTIES)) if core else []
    return [Piece("tính chất của tệp", node.text) for node in nodes if node.text]


def _word(content: bytes) -> Document:
    members = _members(content)
    parts = [name for name in members if re.fullmatch(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", name)]
    pieces = [piece for name in sorted(parts) for piece in _word_pieces(Path(name).stem, members[name])]
    return Document([*pieces, *_properties(members)])


def _sheet_pieces(name: str, rows: list[list[Any]]) -> Iterator[Piece]:
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            place = f"trang tính “{name}”, hàng {number}, cột {column + 1}"
            if isinstance(value, int | float) and not isinstance(value, bool):
                yield Piece(place, "", float(value))
            elif value != "":
                yield Piece(place, str(value))


def _excel(content: bytes) -> Document:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    sheets = {name: list(_sheet_pieces(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))) for name in book.sheet_names}
    members = _members(content)
    heads = [text for name, part in members.items() if name.startswith("xl/worksheets/") for text in re.findall(rb"<odd(?:Header|Footer)>(.*?)</odd", part)]
    pieces = [Piece("đầu và cuối trang in", CODES.sub(" ", html.fromstring(f"<p>{text.decode()}</p>").text_content())) for text in dict.fromkeys(heads)]
    cells = (piece for found in sheets.values() for piece in found)
    return Document([*cells, *pieces, *_properties(members)], sheets=tuple(sheets.items()))


# --- what is data


def _csv(content: bytes) -> Document:
    rows = csv.reader(StringIO(content.decode("utf-8-sig")))
    return Document([Piece(f"hàng {number}, cột {column}", text) for number, row in enumerate(rows, 1) for column, text in enumerate(row, 1) if text])


def _leaves(value: Any) -> Iterator[str]:
    match value:
        case dict():
            yield from value
            for item in value.values():
                yield from _leaves(item)
        case list():
            for item in value:
                yield from _leaves(item)
        case _:
            yield str(value)


def _json(content: bytes) -> Document:
    return Document([Piece("", text) for text in _leaves(json.loads(content))])


READERS: dict[str, Callable[[bytes], Document]] = {
    ".csv": _csv,
    ".docx": _word,
    ".html": _html,
    ".ipynb": _json,
    ".json": _json,
    ".pdf": _pdf,
    ".xlsx": _excel,
}
