"""One executed notebook as one Word document, laid out as Nghị định 30/2020/NĐ-CP asks of an appendix: the office opens it and pastes from it.

The body is written as WordprocessingML (ECMA-376), every text escaped, in the styles of `templates/docx`; python-docx keeps the package
around it. Its own calls would build the same elements at twenty times the cost. The same notebook, title and date give the same bytes.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from io import BytesIO
from itertools import accumulate, pairwise
from math import ceil
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.parts.document import DocumentPart
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook

from tthc_analysis.exhibits.html import INTERNAL, INTERNAL_NOTICE, SAMPLE, SAMPLE_NOTICE, HeaderCell, header_rows
from tthc_analysis.press.columns import PADDING, text_width
from tthc_analysis.press.fit import fit_table
from tthc_analysis.press.layout import Part, Printable, parts_of, printed, sections, set_levels, text_of, with_masthead_first
from tthc_analysis.press.package import repacked
from tthc_analysis.press.paper import (
    BOTTOM,
    LEFT,
    LONG_SIDE,
    MM,
    RIGHT,
    SHORT_SIDE,
    SIGNATURE,
    TOP,
    UNBROKEN,
    Side,
    in_order,
    lean,
    settled,
    sides_of,
    text_area,
)
from tthc_analysis.press.pictures import pictures_of

TEMPLATES = Path(__file__).parent / "templates" / "docx"
LANGUAGE = "vi-VN"
KEPT = {RELATIONSHIP_TYPE.STYLES, RELATIONSHIP_TYPE.NUMBERING, RELATIONSHIP_TYPE.SETTINGS}
TALLEST = 0.85  # of the text's height, for a figure: its caption and notes stand on its page
BEGUN = 3  # rows of a table that go over the page together with its header
LONGEST_UNBROKEN = 600  # characters; a row of shorter texts stays on one page
LINE = 1.15  # of the text's size, from line to line
CELL_SPACE = 2.0  # points above and below a cell's text, as in the style
EMU = 12700  # of a point: the unit of drawings
BULLETS, NOTES, NUMBERED = 1, 2, 1  # lists of `templates/docx/numbering.xml`: two w:num, and the w:abstractNum of numbered ones
MORE = 0.2  # of a balanced text, by which its first lines are the longer
INDENT, DEEPER, DEEPEST = 567, 284, 8  # of lists: twentieths of a point, and the last level that Word has
BREAK = "<w:r><w:br/></w:r>"
# in the order of the schema
LOOKS = {"link": '<w:rStyle w:val="Hyperlink"/>', "strong": "<w:b/>", "emphasis": "<w:i/>", "capitals": "<w:caps/>"}
KEEP_NEXT, MIDDLE = "<w:keepNext/>", '<w:vAlign w:val="center"/>'
SIDES: dict[Side, str] = {"left": "", "center": '<w:jc w:val="center"/>', "right": '<w:jc w:val="right"/>'}
# what Word takes for an address; a malformed one would make it call the whole document damaged
ADDRESS = re.compile(r"(?:https?://[\w.-]+(?::\d+)?(?:[/?#][\w.~:/?#@!$&'()*+,;=%-]*)?|mailto:[\w.+-]+@[\w.-]+)", re.ASCII)


Placed = list[dict[int, tuple[HeaderCell, bool]]]


@dataclass(frozen=True)
class Page:
    """What a part is written onto: the space between the margins, in points, and the document that keeps its links, pictures and lists."""

    width: float
    height: float
    keeper: DocumentPart


def notebook_docx(notebook: NotebookNode, title: str, date: dt.date) -> bytes:
    """Write an executed notebook as a Word document dated `date` (not the clock); a figure that cannot be read raises RuntimeError."""
    title, *shown = printed([title, *map(lean, parts_of(notebook))], Printable())
    head, *body = with_masthead_first(title, shown)
    set_levels(body)
    parts = list(settled(in_order(head, body)))
    document = Document(BytesIO(_blank()))
    _add_pictures(parts, document.part)
    written = parse_xml(f"<w:body {nsdecls('w', 'r', 'wp', 'a', 'pic')}>{_body(parts, document.part)}</w:body>")
    document.element.replace(document.element.body, written)
    _set_properties(document, title, date)
    buffer = BytesIO()
    document.save(buffer)
    return repacked(buffer.getvalue())


def prepare() -> None:
    """Read the templates and whatever else the first document asks for: a process forked after this need not."""
    notebook_docx(new_notebook(cells=[new_markdown_cell("Một câu.")]), "", dt.date.min)


@cache
def _blank() -> bytes:
    """Make python-docx's blank document ours: our styles, lists and settings; its three hundred styles, its thumbnail and its maker's name go."""
    document = Document()
    for keeper, kept in ((document.part, KEPT), (document.part.package, {RELATIONSHIP_TYPE.OFFICE_DOCUMENT, RELATIONSHIP_TYPE.CORE_PROPERTIES})):
        for name, relation in list(keeper.rels.items()):
            if relation.reltype not in kept:
                del keeper.rels[name]
    for name, element in (("styles", document.styles.element), ("numbering", document.part.numbering_part.element), ("settings", document.settings.element)):
        element[:] = list(parse_xml((TEMPLATES / f"{name}.xml").read_bytes()))
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_properties(document: WordDocument, title: str, date: dt.date) -> None:
    properties = document.core_properties
    properties.title, properties.language, properties.revision = title[:255], LANGUAGE, 1  # Word reads no more of it
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = dt.datetime.combine(date, dt.time())


def _add_pictures(parts: list[Part], keeper: DocumentPart) -> None:
    """Paint the figures, keep their PNG in the document, and tell each figure its number, its place and its size in points."""
    figures = [part for part in parts if part["kind"] == "figure"]
    pictures = pictures_of([figure["svg"] for figure in figures])
    for number, (figure, picture) in enumerate(zip(figures, pictures, strict=True), 1):
        place, _ = keeper.get_or_add_image(BytesIO(picture.png))
        figure.update(number=number, place=place, size=(picture.width, picture.height))


# --- pages --------------------------------------------------------------------------------------------------------------


def _body(parts: list[Part], keeper: DocumentPart) -> str:
    """Write the document section by section; the first and each appendix begin to count their pages anew, unnumbered on the first."""
    runs = sections(parts)
    pages = [Page(*text_area(lying=run["flipped"]), keeper) for run in runs]
    written = ["".join(_WRITERS[part["kind"]](part, page) for part in run["parts"]) for run, page in zip(runs, pages, strict=True)]
    ends = [_section(run, _headers(parts, keeper) if run is runs[0] else "") for run in runs]
    # the properties of every section but the last stand in a paragraph that ends it
    closed = [f"{text}{_paragraph('Gap', '', end)}" for text, end in zip(written[:-1], ends[:-1], strict=True)]
    return "".join([*closed, written[-1], ends[-1]])


def _headers(parts: list[Part], keeper: DocumentPart) -> str:
    """Add the pages' headers, which every section takes from the first: number and marks; on first pages the marks alone, away from the signature."""
    head = next(part for part in parts if part["kind"] in {"masthead", "closing"})
    marks = _run(" · ".join(word for word, _ in _marks(head)), "strong", size=10)
    later = [_paragraph("Header", _PAGE_NUMBER), *([_paragraph("Header", marks, SIDES["right"])] if marks else [])]
    return _header("default", keeper, *later) + _header("first", keeper, _paragraph("Header", marks, '<w:jc w:val="left"/>'))


_PAGE_NUMBER = '<w:fldSimple w:instr=" PAGE "><w:r><w:t></w:t></w:r></w:fldSimple>'


def _marks(head: Part) -> list[tuple[str, str]]:
    """Give the marks of a document, each with what it means."""
    internal = [(INTERNAL, INTERNAL_NOTICE)] if head["internal"] else []
    return [*internal, *([(SAMPLE, SAMPLE_NOTICE)] if head["sample"] else [])]


def _header(kind: str, keeper: DocumentPart, *paragraphs: str) -> str:
    """Add a header to the document; give the reference of a section to it."""
    header, place = keeper.add_header_part()
    header.element[:] = list(parse_xml(f"<w:hdr {nsdecls('w')}>{''.join(paragraphs)}</w:hdr>"))
    return f'<w:headerReference w:type="{kind}" r:id="{place}"/>'


def _section(run: Part, headers: str) -> str:
    """Write the properties of a section; the first, which has the headers, an appendix and the closing page count their pages from 1."""
    sides, turned = ((LONG_SIDE, SHORT_SIDE), ' w:orient="landscape"') if run["flipped"] else ((SHORT_SIDE, LONG_SIDE), "")
    width, height = map(_dxa, sides)
    begins = headers or run["parts"][0]["kind"] in {"appendix", "closing"}
    margins = f'w:top="{_dxa(TOP)}" w:right="{_dxa(RIGHT)}" w:bottom="{_dxa(BOTTOM)}" w:left="{_dxa(LEFT)}"'
    size = f'<w:pgSz w:w="{width}" w:h="{height}"{turned}/><w:pgMar {margins} w:header="{_dxa(8 * MM)}" w:footer="{_dxa(8 * MM)}" w:gutter="0"/>'
    counted, first = ('<w:pgNumType w:start="1"/>', "<w:titlePg/>") if begins else ("", "")
    return f'<w:sectPr>{headers}<w:type w:val="nextPage"/>{size}{counted}<w:cols w:space="720"/>{first}</w:sectPr>'


# --- the smallest pieces ------------------------------------------------------------------------------------------------


def _dxa(points: float) -> int:
    return round(20 * points)


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(2 * points)}"/>' if points else ""


def _run(text: str, *looks: str, size: float = 0) -> str:
    """Write a text, its line ends as breaks, in looks (keys of LOOKS) and a size in points, where it is not the style's."""
    marks = "".join(mark for look, mark in LOOKS.items() if look in looks) + _size(size)
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    return f"<w:r>{f'<w:rPr>{marks}</w:rPr>' if marks else ''}{lines}</w:r>" if text else ""


def _paragraph(style: str, content: str, *properties: str) -> str:
    """Write a paragraph; `properties` (children of w:pPr) in the order that the schema asks."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{"".join(properties)}</w:pPr>{content}</w:p>'


def _numbered(number: int, level: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def _notes(items: Sequence[str]) -> str:
    """Write notes as a list that stays on one page."""
    holds = [KEEP_NEXT if number < len(items) else "" for number in range(1, len(items) + 1)]
    return "".join(_paragraph("Note", _run(item), hold, _numbered(NOTES)) for item, hold in zip(items, holds, strict=True))


# --- exhibits -----------------------------------------------------------------------------------------------------------


def _masthead(part: Part, page: Page) -> str:
    return "".join(
        [
            _paragraph("Title", _run(part["title"]), _CLEAR, _balanced(part["title"].upper(), 14, page, bold=True)),
            _paragraph("Subtitle", _run(part["subtitle"]), _balanced(part["subtitle"], 13, page, bold=True)) if part["subtitle"] else "",
            _attached_to(part, page),
            _said_of_numbers(part, page),
        ]
    )


_CLEAR = f'<w:spacing w:before="{_dxa(SIGNATURE)}" w:after="120"/>'


def _balanced(text: str, size: float, page: Page, *, bold: bool = False) -> str:
    """Indent a centred text of more than a line on both sides, so that its lines are of like lengths: no last word alone."""
    length = text_width(text, bold=bold) * size
    lines = ceil(length / page.width)
    side = _dxa(max(page.width - length * (1 / lines + MORE), 0) / 2) if lines > 1 else 0
    return f'<w:ind w:left="{side}" w:right="{side}"/>' if side else ""


def _attached_to(part: Part, page: Page) -> str:
    said = part["attached_to"]
    return _paragraph("AttachedTo", _run(said), _balanced(said, 13, page)) if said else ""


def _said_of_numbers(part: Part, page: Page) -> str:
    """Write a masthead's marks, facts and warnings."""
    badges = [_paragraph("Badge", _run(word, "strong") + _run(f" – {notice}")) for word, notice in _marks(part)]
    facts = _facts(part["facts"], page.width) if part["facts"] else ""
    warnings = _paragraph("Note", _run("Lưu ý:", "strong"), KEEP_NEXT) + _notes(part["warnings"]) if part["warnings"] else ""
    return "".join([*badges, facts, warnings])


def _closing(part: Part, page: Page) -> str:
    return _paragraph("Heading1", _run(part["title"])) + _said_of_numbers(part, page)


def _facts(facts: Sequence[Sequence[str]], width: float) -> str:
    widths = [_dxa(40 * MM), _dxa(width) - _dxa(40 * MM)]
    rows = [[_cell(wide, _paragraph("Note", _run(text))) for wide, text in zip(widths, (f"{label}:", value), strict=True)] for label, value in facts]
    return _grid(widths, map(_row, rows), style="TableNormal") + _GAP


def _appendix(part: Part, page: Page) -> str:
    """Begin an appendix: number and title are one heading, so that Word's navigation shows them together."""
    title = _run(f"Phụ lục {part['number']}") + BREAK + _run(part["title"], "capitals", size=13)
    return _paragraph("Appendix", title, _CLEAR, _balanced(part["title"].upper(), 13, page, bold=True)) + _attached_to(part, page)


def _statement(part: Part, _page: Page) -> str:
    return _paragraph("BodyText", _run(part["text"]))


def _key_figures(part: Part, page: Page) -> str:
    """Write key figures as a table: a row each, its changes as lines with mark and verdict."""
    header: list[Part] = [{"text": text, "children": []} for text in ("Chỉ số", "Số liệu", "Đơn vị, n/N", "Thay đổi")]
    return _table({"caption": part["caption"], "header": header, "rows": [_key_row(figure) for figure in part["figures"]], "notes": []}, page)


def _key_row(figure: Part) -> list[Part]:
    changes = [_words(f"{change['label']}:", change["mark"], change["text"], change["verdict"] and f"({change['verdict']})") for change in figure["changes"]]
    texts = (figure["label"], figure["number"]["text"], figure["ratio"], "\n".join(changes))
    return [{"text": text, "heading": place == 0, "numbers": place == 1} for place, text in enumerate(texts)]


def _words(*words: str) -> str:
    return " ".join(word for word in words if word)


def _figure(part: Part, page: Page) -> str:
    width, height = part["size"]
    scale = min(1, page.width / width, TALLEST * page.height / height)
    drawing = _drawing(part, round(width * scale * EMU), round(height * scale * EMU))
    picture = _paragraph("Picture", drawing, KEEP_NEXT if part["notes"] else "")
    return _caption(part, page) + picture + _notes(part["notes"]) + _GAP


def _caption(part: Part, page: Page) -> str:
    return _paragraph("Caption", _run(part["caption"]), _balanced(part["caption"], 12, page, bold=True))


def _drawing(part: Part, width: int, height: int) -> str:
    """Place a figure's picture in the line, `width` × `height` EMU, with its alternative text."""
    said = f'descr="{escape(part["alt"])}" title="{escape(part["caption"])}"'
    fill = f'<pic:blipFill><a:blip r:embed="{part["place"]}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    shape = f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
    name = f'<pic:nvPicPr><pic:cNvPr id="{part["number"]}" name="Hình {part["number"]}"/><pic:cNvPicPr/></pic:nvPicPr>'
    return (
        f'<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{part["number"]}" name="Hình {part["number"]}" {said}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f"<pic:pic>{name}{fill}<pic:spPr>{shape}</pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


# --- tables -------------------------------------------------------------------------------------------------------------


def _table(part: Part, page: Page) -> str:
    caption = "" if part.get("named") or not part["caption"] else _caption(part, page)
    fit = fit_table(part, page.width)
    widths = _whole(fit.widths)
    held = _held(len(part["rows"]), whole=fit.height <= part.get("most", UNBROKEN), noted=bool(part["notes"]))
    head, body = _head_rows(header_rows(part["header"]), widths, fit.size), _body_rows(part["rows"], held, widths, fit.size, page)
    return caption + _grid(widths, [*head, *body], part["caption"]) + _notes(part["notes"]) + _GAP


def _held(rows: int, *, whole: bool, noted: bool) -> list[str]:
    """Say of each row whether it holds to what follows: all of a table kept whole, the first ones of any, and the last to its notes."""
    holds = [whole or number < BEGUN for number in range(1, rows)]
    return [KEEP_NEXT if hold else "" for hold in [*holds, noted][:rows]]


def _whole(widths: Sequence[float]) -> list[int]:
    """Round widths to twentieths of a point so that their sum is rounded once."""
    ends = [0, *map(_dxa, accumulate(widths))]
    return [end - start for start, end in pairwise(ends)]


def _grid(widths: Sequence[int], rows: Iterable[str], caption: str = "", style: str = "TableGrid") -> str:
    """Write a table of finished rows, its columns `widths` twentieths of a point wide."""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    look = '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/>'
    said = f'<w:tblCaption w:val="{escape(caption)}"/>' if caption else ""
    layout = f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/>{layout}{look}{said}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{"".join(rows)}</w:tbl>'


def _row(cells: Iterable[str], properties: str = "<w:cantSplit/>") -> str:
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(width: int, content: str, *properties: str) -> str:
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{"".join(properties)}</w:tcPr>{content}</w:tc>'


def _cell_text(content: str, size: float, *properties: str) -> str:
    return _paragraph("TableText", content, *properties, f"<w:rPr>{_size(size)}</w:rPr>")


def _head_rows(header: list[list[HeaderCell]], widths: Sequence[int], size: float) -> list[str]:
    """Write the header's rows, which are repeated on each page; a cell over several rows goes on in empty ones.

    Each says how high it is at least: LibreOffice would cut what stands in such a cell off where it repeats it.
    """
    placed, rows = _placed(header), []
    for row, height in zip(placed, _heights(placed, widths, size), strict=True):
        cells = [_head_cell(cell, sum(widths[column : column + cell.columns]), size, first=first) for column, (cell, first) in sorted(row.items())]
        rows.append(_row(cells, f'<w:cantSplit/><w:trHeight w:val="{_dxa(height)}" w:hRule="atLeast"/><w:tblHeader/>'))
    return rows


def _heights(placed: Placed, widths: Sequence[int], size: float) -> list[float]:
    """Give the heights that a header's rows need, in points; what a cell over several lacks is added to the last of them."""
    heights = [0.0] * len(placed)
    begun = [(level, column, cell) for level, row in enumerate(placed) for column, (cell, first) in row.items() if first]
    for level, column, cell in sorted(begun, key=lambda one: one[2].rows):
        width = sum(widths[column : column + cell.columns]) / 20 - PADDING
        needed = _lines(cell.text, width / size) * size * LINE + 2 * CELL_SPACE
        heights[level + cell.rows - 1] += max(needed - sum(heights[level : level + cell.rows]), 0)
    return heights


def _lines(text: str, width: float) -> int:
    """Count the lines of a bold text in a width in text sizes."""
    lines, room, space = 1, width, text_width(" ", bold=True)
    for length in (text_width(word, bold=True) for word in text.split()):
        if length > room < width:
            lines, room = lines + 1, width
        room -= length + space
    return lines


def _placed(header: list[list[HeaderCell]]) -> Placed:
    """Give each row its cells by the column that they begin in, and whether a cell begins in this row."""
    placed: Placed = [{} for _ in header]
    for level, row in enumerate(header):
        column = 0
        for cell in row:
            while column in placed[level]:
                column += placed[level][column][0].columns
            for below in range(cell.rows):
                placed[level + below][column] = (cell, below == 0)
            column += cell.columns
    return placed


def _head_cell(cell: HeaderCell, width: int, size: float, *, first: bool) -> str:
    across = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
    begins = ' w:val="restart"' if first else ""
    down = f"<w:vMerge{begins}/>" if cell.rows > 1 else ""
    text = _run(cell.text, "strong", size=size) if first else ""
    return _cell(width, _cell_text(text, size, KEEP_NEXT, SIDES["center"]), across, down, MIDDLE)


def _body_rows(rows: Sequence[Sequence[Part]], held: Sequence[str], widths: Sequence[int], size: float, page: Page) -> list[str]:
    sides = [SIDES[side] for side in sides_of(rows)]
    written = []
    for row, hold in zip(rows, held, strict=True):
        runs = [_cell_text(_cell_run(cell, size, page), size, hold, "" if cell["heading"] else side) for cell, side in zip(row, sides, strict=True)]
        unbroken = all(len(cell["text"]) <= LONGEST_UNBROKEN for cell in row)
        written.append(_row([_cell(width, run, MIDDLE) for width, run in zip(widths, runs, strict=True)], "<w:cantSplit/>" if unbroken else ""))
    return written


def _cell_run(cell: Part, size: float, page: Page) -> str:
    return _inline(cell["tokens"], page, size=size) if "tokens" in cell else _run(cell["text"], size=size)


# --- Markdown, as mistune's tree ----------------------------------------------------------------------------------------


def _markdown(part: Part, page: Page) -> str:
    return _blocks(part["tokens"], page, "BodyText")


def _blocks(tokens: Iterable[Part], page: Page, style: str) -> str:
    return "".join(_block(token, page, style) for token in tokens)


def _block(token: Part, page: Page, style: str) -> str:
    """Write a block of Markdown; what is no Markdown (HTML, code) is text."""
    match token["type"]:
        case "heading":
            return _paragraph(f"Heading{token['attrs']['level']}", _inline(token["children"], page))
        case "paragraph" | "block_text":
            return _paragraph(style, _inline(token["children"], page))
        case "list" | "block_quote" | "table":
            return _CONTAINERS[token["type"]](token, page)
        case "thematic_break":
            return _paragraph("Gap", "", '<w:pBdr><w:bottom w:val="single" w:sz="4" w:space="1" w:color="auto"/></w:pBdr>')
        case _:
            return _paragraph(style, _run(token.get("raw", "").strip("\n"))) if token.get("raw", "").strip() else ""


def _quote(token: Part, page: Page) -> str:
    return _blocks(token["children"], page, "Quote")


def _list(token: Part, page: Page, level: int = 0) -> str:
    number = _new_numbering(page.keeper, level, token["attrs"].get("start", 1)) if token["attrs"]["ordered"] else BULLETS
    return "".join(_item(block, page, number if place == 0 else 0, level) for item in token["children"] for place, block in enumerate(item["children"]))


def _item(block: Part, page: Page, number: int, level: int) -> str:
    """Write a block of a list's item: the first is numbered, the others stand under it."""
    if block["type"] == "list":
        return _list(block, page, min(level + 1, DEEPEST))
    if block["type"] not in {"paragraph", "block_text"}:
        return _block(block, page, "ListParagraph")
    place = _numbered(number, level) if number else f'<w:ind w:left="{INDENT + DEEPER * level}"/>'
    return _paragraph("ListParagraph", _inline(block["children"], page), place)


def _new_numbering(keeper: DocumentPart, level: int, start: int) -> int:
    """Begin a numbered list: Word counts on over lists of one numbering, so each has its own."""
    numbering = keeper.numbering_part.element.add_num(NUMBERED)
    numbering.add_lvlOverride(ilvl=level).add_startOverride(start)
    return int(numbering.numId)


def _markdown_table(token: Part, page: Page) -> str:
    """Write a table of Markdown as an exhibit's; its cells keep their tokens, its right-aligned ones count as numbers."""
    head, *bodies = token["children"]
    header: list[Part] = [{"text": text_of(cell), "children": []} for cell in head["children"]]
    rows = [[_markdown_cell(cell) for cell in row["children"]] for body in bodies for row in body["children"]]
    return _table({"caption": "", "header": header, "rows": rows, "notes": []}, page)


def _markdown_cell(cell: Part) -> Part:
    numeric = cell["attrs"]["align"] == "right"
    return {"text": text_of(cell), "heading": not numeric, "numbers": numeric, "tokens": cell["children"]}


def _inline(tokens: Iterable[Part], page: Page, *looks: str, size: float = 0) -> str:
    return "".join(_inline_token(token, page, *looks, size=size) for token in tokens)


def _inline_token(token: Part, page: Page, *looks: str, size: float) -> str:
    match token["type"]:
        case "strong" | "emphasis" as look:
            return _inline(token["children"], page, *looks, look, size=size)
        case "linebreak":
            return BREAK
        case "softbreak":
            return _run(" ", *looks, size=size)
        case "link" if ADDRESS.fullmatch(token["attrs"]["url"]):
            place = page.keeper.relate_to(token["attrs"]["url"], RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
            return f'<w:hyperlink r:id="{place}">{_inline(token["children"], page, *looks, "link", size=size)}</w:hyperlink>'
        case _:
            return _run(token["raw"], *looks, size=size) if "raw" in token else _inline(token["children"], page, *looks, size=size)


_GAP = _paragraph("Gap", "")  # Word joins two tables that nothing stands between
_CONTAINERS: dict[str, Callable[[Part, Page], str]] = {"list": _list, "block_quote": _quote, "table": _markdown_table}
_WRITERS: dict[str, Callable[[Part, Page], str]] = {
    "masthead": _masthead,
    "appendix": _appendix,
    "closing": _closing,
    "key_figures": _key_figures,
    "statement": _statement,
    "table": _table,
    "figure": _figure,
    "markdown": _markdown,
}
