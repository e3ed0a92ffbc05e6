"""The Word document, read back by python-docx: every cell of every table, headings, captions, pictures, pages, every text as text, the same bytes again."""

import datetime as dt
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from PIL import Image

from tthc_analysis.exhibits.html import header_rows
from tthc_analysis.exhibits.model import Appendix, Cell, Exhibit, Figure, Header, Masthead, Statement, Table, leaves
from tthc_analysis.press.columns import SIZES, text_width
from tthc_analysis.press.docx import notebook_docx

DAY = dt.date(2024, 3, 15)
MM = 36000  # of Word's own units
# the children that Word's schema (ECMA-376, wml.xsd) wants in this order, of those that we write
ORDER = {
    "pPr": ["pStyle", "keepNext", "numPr", "pBdr", "spacing", "ind", "jc", "rPr", "sectPr"],
    "rPr": ["rStyle", "b", "i", "caps", "sz"],
    "tcPr": ["tcW", "gridSpan", "vMerge", "vAlign"],
    "tblPr": ["tblStyle", "tblW", "tblLayout", "tblLook", "tblCaption"],
    "trPr": ["cantSplit", "trHeight", "tblHeader"],
    "sectPr": ["headerReference", "type", "pgSz", "pgMar", "pgNumType", "cols", "titlePg"],
}


def opened(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def made(notebook: NotebookNode) -> Document:
    return opened(notebook_docx(notebook, "Báo cáo quý", DAY))


def of_exhibits(handmade: SimpleNamespace, *exhibits: Exhibit) -> Document:
    """Make the document of a notebook that shows these exhibits."""
    return made(handmade.book([handmade.shown(exhibit) for exhibit in exhibits]))


def of_markdown(handmade: SimpleNamespace, source: str) -> Document:
    return made(handmade.book([new_markdown_cell(source)]))


def styled(document: Document, name: str) -> list[str]:
    """Give the texts of a style, in order."""
    return [paragraph.text for paragraph in document.paragraphs if paragraph.style and paragraph.style.name == name]


def captioned(document: Document) -> dict[str, WordTable]:
    """Give each table under its caption, the paragraph straight before it."""
    return {before.text: table for before, table in pairwise(document.iter_inner_content()) if isinstance(table, WordTable) and before.style.name == "Caption"}


def elements(root: Any, *path: str) -> list[Any]:
    """Find elements below one by their names in Word's XML, the last of the path below all others."""
    found = [root]
    for name in path:
        found = [node for above in found for node in above.iter(qn(f"w:{name}"))]
    return found


def value(node: Any, name: str = "val") -> str:
    return node.get(qn(f"w:{name}"))


def table_element(document: Document, caption: str) -> Any:
    """Give a table's XML by its caption."""
    return next(table for table in elements(document.element.body, "tbl") if caption in map(value, elements(table, "tblCaption")))


def alternatives(document: Document) -> list[tuple[str, str]]:
    """Give each picture's alternative text and title."""
    return [(node.get("descr"), node.get("title")) for node in document.element.body.iter(qn("wp:docPr"))]


def header_grid(header: list[Header], depth: int) -> list[list[str]]:
    """Lay a header tree out as rows of texts, one for each column: a cell over many says its text in each place."""
    columns: list[list[str]] = []
    for node in header:
        below = header_grid(node.children, depth - 1) if node.children else [[node.text] * leaves(node)] * (depth - 1)
        columns += [[node.text, *column] for column in zip(*below, strict=True)] or [[node.text]]
    return [list(row) for row in zip(*columns, strict=True)]


def texts_of(table: WordTable) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def all_text(document: Document) -> str:
    """Give every text of the body."""
    return "\n".join(node.text or "" for node in elements(document.element.body, "t"))


@pytest.fixture
def document(notebook: NotebookNode) -> Document:
    """The ordinary report as a Word document."""
    return made(notebook)


@pytest.fixture
def appendices(handmade: SimpleNamespace) -> Document:
    """Two appendices, an upright one and one that begins with a wide table and goes on upright, and the masthead that closes them."""
    opening = [Appendix(number=number, title=title, attached_to="(Kèm theo Báo cáo số 7)") for number, title in (("I", "Thẩm quyền"), ("II", "Quy định"))]
    heading = new_markdown_cell("## Trong phụ lục")
    shown = [handmade.exhibits[0], opening[0], handmade.tables["units"], opening[1], handmade.tables["III"], Statement(text="Hết.")]
    first, *rest = map(handmade.shown, shown)
    return made(handmade.book([first, rest[0], heading, *rest[1:]]))


# pages


def test_pages_are_a4_with_the_decrees_margins(document):
    """Nghị định 30/2020/NĐ-CP, Phụ lục I: 210 × 297 mm; 20 mm above and below, 30 mm left, 20 mm right."""
    for section in document.sections:
        width, height = section.page_width, section.page_height
        assert (210, 297) == tuple(round(side / MM) for side in sorted((width, height)))
        assert (20, 20, 30, 20) == tuple(round(side / MM) for side in (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin))


def test_wide_tables_lie_with_the_heading_that_leads_to_them(document):
    assert [WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE] == [section.orientation for section in document.sections]
    lying = [paragraph.text for paragraph in list(document.sections)[1].iter_inner_content() if not isinstance(paragraph, WordTable)]
    assert ["III. Cắt giảm", "Nhảy cấp", "Dẫn vào bảng."] == lying[:3]
    assert "IV. Dân cư" in lying


def test_numbers_stand_centred_above_every_page_but_the_first(document):
    section = document.sections[0]
    (numbered, marked), first = section.header.paragraphs, section.first_page_header
    parts = {relation.rId: relation.target_part.element for relation in document.part.rels.values() if "header" in relation.reltype}
    kinds = {value(reference, "type"): parts[reference.rId] for reference in elements(document.element.body, "headerReference")}
    assert {"default": [" PAGE "], "first": []} == {kind: [value(field, "instr") for field in elements(part, "fldSimple")] for kind, part in kinds.items()}
    assert "" == numbered.text
    assert ("Header", "DỮ LIỆU MẪU") == (numbered.style.name, marked.text)
    assert "w:jc" in document.styles["Header"].element.xml
    assert (True, ["DỮ LIỆU MẪU"]) == (section.different_first_page_header_footer, [paragraph.text for paragraph in first.paragraphs])
    assert WD_ALIGN_PARAGRAPH.LEFT == first.paragraphs[0].alignment, "the signature stands at the right"


def test_each_appendix_counts_its_pages_by_itself(appendices):
    """A new section begins at 1 with its number hidden; an appendix that lies and then goes on upright counts on; so for the closing page."""
    sections = elements(appendices.element.body, "sectPr")
    starts = [bool(elements(section, "pgNumType")) for section in sections]
    assert [True, True, False, True] == starts
    assert starts == [section.different_first_page_header_footer for section in appendices.sections]
    assert {"1"} == {value(node, "start") for node in elements(appendices.element.body, "pgNumType")}
    assert [0, 1, 0, 0] == [int(section.orientation == WD_ORIENT.LANDSCAPE) for section in appendices.sections]
    assert {"nextPage"} == {value(node) for section in sections for node in elements(section, "type")}


def test_what_stands_before_the_appendices_begins_at_1_too(handmade):
    document = of_exhibits(handmade, Statement(text="Lời đầu."), Appendix(number="I", title="x"))
    assert [True, True, True] == [section.different_first_page_header_footer for section in document.sections]


def test_an_appendix_begins_as_the_decree_writes_it(appendices):
    begun = [paragraph for paragraph in appendices.paragraphs if paragraph.style.name == "Phụ lục"]
    assert ["Phụ lục I\nThẩm quyền", "Phụ lục II\nQuy định"] == [paragraph.text for paragraph in begun]
    assert [[None, None, True]] * 2 == [[run.font.all_caps for run in paragraph.runs] for paragraph in begun]
    style = begun[0].style
    assert (14, "Heading 1") == (style.font.size.pt, style.base_style.name)
    assert ["(Kèm theo Báo cáo số 7)"] * 2 == styled(appendices, "Kèm theo")
    assert [12, 12] == [round(paragraph.paragraph_format.space_before / MM) for paragraph in begun], "room to sign"
    assert ["Trong phụ lục"] == styled(appendices, "Heading 2"), "the appendix itself is the heading above"


def test_appendices_have_no_cover(appendices, handmade):
    """What the masthead says of the numbers stands behind them; the document's title is in its properties."""
    last = list(appendices.sections[-1].iter_inner_content())
    assert ("Heading 1", "Thông tin về số liệu") == (last[0].style.name, last[0].text)
    assert [[f"{label}:", text] for label, text in handmade.exhibits[0].facts] == texts_of(appendices.tables[-1])
    assert [] == styled(appendices, "Title")


def test_a_caption_that_repeats_the_appendix_is_not_written_twice(handmade):
    """Tables which follow keep theirs, and so does one with another caption."""
    table = handmade.tables["units"]
    opening = Appendix(number="I", title=table.caption.upper())
    document = of_exhibits(handmade, opening, table, table)
    assert [table.caption] == styled(document, "Caption")
    assert [table.caption] * 2 == [value(node) for node in elements(document.element.body, "tblCaption")]


def test_a_wide_table_lies_only_where_it_must_or_is_an_appendixs(handmade):
    small = handmade.tables["units"].model_copy(update={"wide": True, "header": handmade.tables["units"].header[:2], "rows": [handmade.row("Xã", "1")]})
    assert [WD_ORIENT.PORTRAIT] == [section.orientation for section in of_exhibits(handmade, small).sections]
    lying = of_exhibits(handmade, Appendix(number="I", title="x"), small)
    assert [WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT] == [section.orientation for section in lying.sections]


def test_every_page_says_what_the_document_is(handmade):
    """Sample and internal, at the head and on every page; a first page, which has no number, says it too."""
    masthead = Masthead(title="Lỗi dữ liệu", subtitle="", attached_to="", sample=True, internal=True, period="2024-Q1", unit="x")
    document = of_exhibits(handmade, masthead, Appendix(number="I", title="Danh sách"))
    assert ["NỘI BỘ – có mã hồ sơ", "DỮ LIỆU MẪU – số liệu"] == [text[:21].strip() for text in styled(document, "Dấu tài liệu")]
    first, *others = document.sections
    assert ["", "NỘI BỘ · DỮ LIỆU MẪU"] == [paragraph.text for paragraph in first.header.paragraphs]
    assert ["NỘI BỘ · DỮ LIỆU MẪU"] == [paragraph.text for paragraph in first.first_page_header.paragraphs]
    assert [(True, True)] == [(section.header.is_linked_to_previous, section.first_page_header.is_linked_to_previous) for section in others]


def test_an_ordinary_document_says_nothing_of_itself(handmade):
    masthead = Masthead(title="Báo cáo", subtitle="", attached_to="", period="2024-Q1", unit="x")
    document = of_exhibits(handmade, masthead, Appendix(number="I", title="Danh sách"))
    assert [] == styled(document, "Dấu tài liệu")
    assert [""] == [paragraph.text for paragraph in document.sections[0].header.paragraphs]


def test_page_1_leaves_room_to_sign(document):
    first = document.paragraphs[0]
    assert ("Title", 12) == (first.style.name, round(first.paragraph_format.space_before / MM))


# texts


def test_the_head_says_what_when_and_of_whom(document, handmade):
    masthead = handmade.exhibits[0]
    assert [masthead.title] == styled(document, "Title")
    assert document.styles["Title"].font.all_caps
    assert [masthead.subtitle] == styled(document, "Subtitle")
    assert [masthead.attached_to] == styled(document, "Kèm theo")
    assert [[f"{label}:", text] for label, text in masthead.facts] == texts_of(document.tables[0])
    assert ["Lưu ý:", *masthead.warnings] == styled(document, "Ghi chú dưới bảng")[:2]


def test_without_a_masthead_the_title_is_the_documents(handmade):
    assert ["Báo cáo quý"] == styled(of_markdown(handmade, "Một câu."), "Title")


def test_headings_are_words_own_without_a_jump(document):
    levels = {f"Heading {level}": styled(document, f"Heading {level}") for level in (1, 2, 3, 4)}
    assert {
        "Heading 1": ["Hồ sơ được giải quyết nhanh đến đâu?", "Đơn vị nào chậm?", "III. Cắt giảm", "IV. Dân cư"],
        "Heading 2": ["Nhảy cấp"],
        "Heading 3": [],
        "Heading 4": [],
    } == levels
    assert ["0", "1", "2"] == [document.styles[f"Heading {level}"].element.find(f".//{qn('w:outlineLvl')}").get(qn("w:val")) for level in (1, 2, 3)]


def test_body_text_is_the_decrees(document):
    assert "Toàn huyện tiếp nhận 9.924 hồ sơ, giải quyết đúng hạn 98,19%." in styled(document, "Body Text")
    style, defaults = document.styles["Body Text"], document.styles.element.find(qn("w:docDefaults"))
    assert (10, 6) == (round(style.paragraph_format.first_line_indent / MM), style.paragraph_format.space_after.pt)
    assert "Times New Roman" == defaults.find(f".//{qn('w:rFonts')}").get(qn("w:ascii"))
    assert "26" == defaults.find(f".//{qn('w:sz')}").get(qn("w:val")), "13 pt in half points"


def test_bold_italic_and_links_stay(document):
    paragraph = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("Đoạn mở đầu"))
    assert ["chữ đậm"] == [run.text for run in paragraph.runs if run.bold]
    assert [("Nghị định 61", "https://vanban.chinhphu.vn/nd61")] == [(link.text, link.url) for link in paragraph.hyperlinks]
    heading = next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith("Hồ sơ được"))
    assert ["nhanh"] == [run.text for run in heading.runs if run.italic]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "https://[x", "https://a b.vn", "https://", "ftp://a.vn"])
def test_what_is_no_address_of_the_web_is_text(handmade, address):
    """Word would run it, or call the whole document damaged."""
    document = of_markdown(handmade, f"xem [ở đây](<{address}>) nhé")
    assert ["xem ở đây nhé"] == styled(document, "Body Text")
    assert [] == document.paragraphs[1].hyperlinks


def test_lists_are_words_own_and_each_numbered_one_begins_anew(handmade):
    document = of_markdown(handmade, "- chấm\n  1. một\n  2. hai\n\n3. ba\n4. bốn\n\nChữ.\n\n1. lại một\n\n   còn nữa\n")
    items = [node for node in elements(document.element.body, "p") if node.style == "ListParagraph"]
    places = [(node.text, *(int(value(place)) for name in ("ilvl", "numId") for place in elements(node, name))) for node in items]
    assert [("chấm", 0, 1), ("một", 1, 3), ("hai", 1, 3), ("ba", 0, 4), ("bốn", 0, 4), ("lại một", 0, 5), ("còn nữa",)] == places
    numbering = document.part.numbering_part.element
    starts = {num.numId: [(o.ilvl, o.find(qn("w:startOverride")).val) for o in num.lvlOverride_lst] for num in numbering.num_lst}
    assert {1: [], 2: [], 3: [(1, 1)], 4: [(0, 3)], 5: [(0, 1)]} == starts


def test_other_markdown_is_written_too(handmade):
    document = of_markdown(handmade, "> lời *dẫn*\n\n---\n\n```\nmã  1\nmã 2\n```\n\n<b>đậm</b>\n\ndòng  \nmới\nliền `x < y`")
    assert ["lời dẫn"] == styled(document, "Quote")
    assert ["mã  1\nmã 2", "<b>đậm</b>", "dòng\nmới liền x < y"] == styled(document, "Body Text")


def test_a_table_of_markdown_is_a_table(document):
    assert ["Mốc", "Ngày"] == texts_of(document.tables[2])[0]
    assert ["Chốt", "15/3/2024"] == texts_of(document.tables[2])[1]
    assert [None, WD_ALIGN_PARAGRAPH.RIGHT] == [cell.paragraphs[0].alignment for cell in document.tables[2].rows[1].cells]


# exhibits


@pytest.mark.parametrize("name", ["III", "IV", "units"])
def test_every_cell_is_the_exhibits(document, handmade, name):
    """Headers too: a cell over several rows or columns says its text in each of its places."""
    table: Table = handmade.tables[name]
    depth = len(header_rows([node.model_dump() for node in table.header]))
    expected = [*header_grid(table.header, depth), *([cell.text for cell in row] for row in table.rows)]
    assert expected == texts_of(captioned(document)[table.caption])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("III", [[(7, None), (7, None)], [(1, "restart"), (6, None), *[(1, "restart")] * 7], [(1, "continue"), *[(1, None)] * 6, *[(1, "continue")] * 7]]),
        ("IV", [[(3, None), (10, None)], [*[(1, "restart")] * 3, (5, None), (5, None)], [*[(1, "continue")] * 3, *[(1, None)] * 10]]),
    ],
)
def test_stacked_headers_are_merged_cells(document, handmade, name, expected):
    table = table_element(document, handmade.tables[name].caption)
    assert expected == [[(cell.grid_span, cell.vMerge) for cell in row.tc_lst] for row in table.tr_lst[:3]]


def test_headers_repeat_and_rows_stay_whole(document, handmade):
    rows = elements(table_element(document, handmade.tables["IV"].caption), "tr")
    assert [(1, 1)] * 3 + [(0, 1)] == [(len(elements(row, "tblHeader")), len(elements(row, "cantSplit"))) for row in rows]


def test_numbers_stand_right_and_names_left(document, handmade):
    row = captioned(document)[handmade.tables["units"].caption].rows[2]
    assert [None, *[WD_ALIGN_PARAGRAPH.RIGHT] * 6] == [cell.paragraphs[0].alignment for cell in row.cells]


@pytest.mark.parametrize("name", ["III", "IV", "units"])
@pytest.mark.parametrize("wide", [False, True])
def test_a_table_is_as_wide_as_the_text_and_cuts_no_word(handmade, name, wide):
    document = of_exhibits(handmade, handmade.tables[name].model_copy(update={"wide": wide}))
    section = document.sections[-1]
    (table,) = captioned(document).values()
    columns = [column.width for column in table.columns]
    assert section.page_width - section.left_margin - section.right_margin == pytest.approx(sum(columns), abs=2 * 635)
    sizes = {run.font.size.pt for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs}
    assert len(sizes) == 1
    size = sizes.pop()
    assert size in SIZES
    lowest = table.rows[len(elements(document.element.body, "tblHeader")) - 1]
    room = [width / 12700 - 8 for width in columns]  # less the padding, in points
    words = [max(text_width(word, bold=True) * size for word in cell.text.split()) for cell in lowest.cells]
    assert [] == [(need, has) for need, has in zip(words, room, strict=True) if need > has]


@pytest.mark.parametrize(
    ("rows", "notes", "expected"),
    [
        (4, [], [True, True, True, False]),
        (4, ["Ghi chú."], [True, True, True, True]),
        (100, [], [True, True, *[False] * 98]),
        (100, ["Ghi chú."], [True, True, *[False] * 97, True]),
    ],
)
def test_a_low_table_stays_on_one_page_and_a_long_one_begins_with_three_rows(handmade, rows, notes, expected):
    """Header, first rows and caption go over the page together, and so do the last row and the notes."""
    table = handmade.tables["units"].model_copy(update={"rows": [handmade.row(f"Đơn vị {n}", *"123456") for n in range(rows)], "notes": notes})
    document = of_exhibits(handmade, table)
    _, _, *body = elements(table_element(document, table.caption), "tr")
    assert expected == [len(elements(row, "keepNext")) == 7 for row in body]


def test_a_later_table_of_an_appendix_stays_on_one_page_if_it_fits(handmade):
    table = handmade.tables["units"].model_copy(update={"rows": [handmade.row(f"Đơn vị {n}", *"123456") for n in range(25)], "notes": []})
    document = of_exhibits(handmade, Appendix(number="I", title="x"), table, table)
    counts = [len([row for row in elements(one, "tr") if elements(row, "keepNext")]) for one in elements(document.element.body, "tbl")[:2]]
    assert [2 + 2, 2 + 24] == counts


def test_a_row_longer_than_a_page_may_break(handmade):
    rows = [handmade.row("dài " * 200, *"123456"), handmade.row("ngắn", *"123456")]
    document = of_exhibits(handmade, handmade.tables["units"].model_copy(update={"rows": rows}))
    *_, long, last = elements(table_element(document, handmade.tables["units"].caption), "tr")
    assert [0, 1] == [len(elements(row, "cantSplit")) for row in (long, last)]


def test_captions_stand_above_and_notes_below(document, handmade):
    captions = styled(document, "Caption")
    tables = handmade.tables
    expected = ["Số liệu chính", tables["units"].caption, "Tỷ lệ đúng hạn theo quý", tables["III"].caption, tables["IV"].caption]
    assert expected == captions
    assert {"Số liệu chính", *(table.caption for table in tables.values())} == set(captioned(document))
    assert {"Hồ sơ rút không tính vào tỷ lệ.", "Nguồn: sổ đăng ký."} <= set(styled(document, "Ghi chú dưới bảng"))


def test_key_figures_say_number_counts_and_changes(document):
    table = texts_of(captioned(document)["Số liệu chính"])
    assert ["Chỉ số", "Số liệu", "Đơn vị, n/N", "Thay đổi"] == table[0]
    changes = "so với Quý IV/2023: ▲ +2,31 điểm % (tốt hơn)\nso với cùng kỳ: ▼ −0,40 điểm % (kém hơn)\nso với mục tiêu: –"
    assert ["Tỷ lệ đúng hạn", "98,19%", "9.612/9.789 hồ sơ", changes] == table[1]
    assert ["Thời gian xử lý trung vị", "4,0 ngày", "", "so với Quý IV/2023: ▼ −1,5 (tốt hơn)"] == table[2]


def test_a_chart_is_a_picture_with_words(document, handmade):
    """200 dpi, at its own size, its alternative text and its caption kept with it."""
    chart = next(exhibit for exhibit in handmade.exhibits if isinstance(exhibit, Figure))
    (shape,) = document.inline_shapes
    assert [(chart.alt, chart.caption)] == alternatives(document)
    assert (240, 120) == (shape.width.pt, shape.height.pt), "320 × 160 pixels of CSS"
    image = next(part for part in document.part.package.iter_parts() if part.partname.endswith(".png")).image
    assert (667, 334, 200) == (image.px_width, image.px_height, image.horz_dpi)


def test_a_chart_keeps_its_colours(document):
    """White ground, the line in the SVG's own blue (#0072B2)."""
    image = next(part for part in document.part.package.iter_parts() if part.partname.endswith(".png")).image
    counts = Image.open(BytesIO(image.blob)).convert("RGB").getcolors(maxcolors=100_000)
    assert [(255, 255, 255), (0, 114, 178)] == [colour for _, colour in sorted(counts, reverse=True)[:2]]


def test_a_large_chart_fits_its_page(handmade):
    tall = handmade.svg.replace('width="320" height="160"', 'width="800" height="1600"')
    document = of_exhibits(handmade, Figure(caption="c", svg=tall, alt="a", data=handmade.tables["units"]))
    (shape,) = document.inline_shapes
    assert shape.height < (297 - 40) * MM
    assert 2 == pytest.approx(shape.height / shape.width, rel=0.001) or shape.width <= 160 * MM


def test_a_picture_that_is_none_stops_the_document(handmade):
    with pytest.raises(RuntimeError, match="Typst refused a figure"):
        of_exhibits(handmade, Figure(caption="c", svg="<svg", alt="a", data=handmade.tables["units"]))


# the file


def test_the_document_is_vietnamese_and_nobodys(document):
    properties = document.core_properties
    assert ("Báo cáo quý", "vi-VN") == (properties.title, properties.language)
    assert ("", "", "") == (properties.author, properties.last_modified_by, properties.comments)
    assert {dt.datetime(2024, 3, 15, tzinfo=dt.UTC)} == {properties.created, properties.modified}
    assert "vi-VN" == document.styles.element.find(f".//{qn('w:lang')}").get(qn("w:val"))


def test_the_file_holds_nothing_of_a_machine(notebook):
    content = notebook_docx(notebook, "t", DAY)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in archive.infolist()}
        texts = " ".join(archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels")))
        assert not [name for name in archive.namelist() if "app.xml" in name or "thumbnail" in name or "customXml" in name]
    assert not re.search(r"rsid|Microsoft Macintosh|python-docx|Cambria", texts)


def test_same_bytes_again(notebook):
    """The same notebook, title and date give the same file; the notebook stays as it was."""
    before = notebook.copy()
    assert notebook_docx(notebook, "t", DAY) == notebook_docx(notebook, "t", DAY)
    assert before == notebook


def ordered(root: Any) -> Iterator[tuple[str, list[str]]]:
    """Give the properties of every element with the names of their children."""
    for name in ORDER:
        for node in root.iter(qn(f"w:{name}")):
            yield name, [child.tag.rpartition("}")[2] for child in node]


@pytest.mark.parametrize("made_from", ["notebook", "poisoned"])
def test_properties_stand_in_the_order_that_word_wants(request, made_from):
    document = made(request.getfixturevalue(made_from))
    wrong = {(name, *children) for name, children in ordered(document.element) if children != sorted(children, key=ORDER[name].index)}
    assert wrong == set()


def test_hidden_outputs_stay_hidden(document):
    assert "HIDDEN" not in all_text(document)


def test_poison_is_printed_as_text(poisoned, handmade):
    document = opened(notebook_docx(poisoned, handmade.poisoned_text, DAY))
    text = all_text(document)
    assert all(text.count(words) >= 15 for words in handmade.poison)
    assert handmade.poisoned_text == document.core_properties.title
    assert "evil.example" not in text
    assert [] == [relation.target_ref for relation in document.part.rels.values() if relation.is_external]


@pytest.mark.parametrize(
    ("hostile", "printed"),
    [
        ("a\x00b\x08c\x1b\ud800d\ufffee", "abcde"),
        ("nút\u202egnud đ\u200bã", "nútgnud đã"),
        (unicodedata.normalize("NFD", "Ễnh ương"), "Ễnh ương"),
        ("x" * 10_000, "x" * 10_000),
        ("{{ x }} {% raw %} & < > \" '", "{{ x }} {% raw %} & < > \" '"),
        ("  hai  đầu  ", "  hai  đầu  "),
        ("tab\tvà\ndòng", "tab và\ndòng"),
    ],
)
def test_a_hostile_text_is_printed_or_dropped(handmade, hostile, printed):
    """In a sentence, a caption, a header, a cell and an alternative text alike."""
    table = Table(caption=hostile, header=[Header(text=hostile)], rows=[[Cell(text=hostile)]])
    document = of_exhibits(handmade, Statement(text=hostile), table, Figure(caption="c", svg=handmade.svg, alt=hostile, data=handmade.tables["units"]))
    assert [printed] == styled(document, "Body Text")
    assert [printed, "c"] == styled(document, "Caption")
    assert [[printed], [printed]] == texts_of(document.tables[0])
    assert [(printed.replace("\n", " "), "c")] == alternatives(document)


def test_a_title_longer_than_word_keeps_is_cut(notebook):
    assert 255 == len(opened(notebook_docx(notebook, "x" * 300, DAY)).core_properties.title)
