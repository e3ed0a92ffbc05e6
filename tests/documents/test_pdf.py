"""The PDF document: pages as the decree asks, tagged for a screen reader, every text as text, the same bytes again."""

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tthc_analysis.exhibits.html import header_rows
from tthc_analysis.exhibits.model import MIME, Appendix, Cell, Exhibit, Figure, Header, Statement, Table
from tthc_analysis.press import pdf
from tthc_analysis.press.pdf import PDF, appendix_pdfs, choose_typeface, notebook_pdf, vietnamese_letters

DAY = dt.date(2024, 3, 15)
MM = 72 / 25.4
UPRIGHT, LANDSCAPE = (595, 842), (842, 595)
STYLES = ["Regular", "Bold", "Italic", "Bold Italic"]


def texts(document: PDF) -> list[str]:
    """Read each page's text back."""
    return [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(document.content)]


def flat(document: PDF) -> str:
    """Read the whole text with line ends as spaces."""
    return " ".join(" ".join(texts(document)).split())


def tags(document: PDF) -> Iterator[Any]:
    """Walk the structure tree's elements in reading order."""

    def walk(node: Any) -> Iterator[Any]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            yield from walk(node.get("/K"))

    with pikepdf.open(io.BytesIO(document.content)) as opened:
        yield from walk(opened.Root.StructTreeRoot.K)


def attribute(element: Any, key: str) -> Any:
    """Read an attribute of a structure element, whichever of its attribute objects holds it."""
    owned = element.get("/A")
    objects = list(owned) if isinstance(owned, pikepdf.Array) else [owned]
    return next((item[key] for item in objects if item is not None and key in item), None)


def one(exhibit: Exhibit) -> PDF:
    """Set a notebook of one exhibit."""
    outputs = [new_output("display_data", exhibit._repr_mimebundle_())]
    return notebook_pdf(new_notebook(cells=[new_code_cell("", outputs=outputs)]), "Thử", DAY)


@dataclass(frozen=True)
class Ink:
    """A printed character: its page, the page's size, and the clear space on each side of it, in points."""

    page: int
    size: tuple[int, int]
    left: float
    right: float
    above: float
    below: float


def inked(document: PDF) -> Iterator[Ink]:
    """Give each printed character."""
    for number, page in enumerate(pypdfium2.PdfDocument(document.content)):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            if text.get_text_range(index, 1).strip():
                left, bottom, right, top = text.get_charbox(index)
                yield Ink(number, (round(width), round(height)), left, width - right, height - top, bottom)


ATTACHED = "(Kèm theo Báo cáo số ……/BC-UBND ngày …… tháng …… năm …… của UBND huyện Minh Long)"
TITLES = {"I": "Thủ tục hành chính – Ễnh ương, Đợi Chờ", "II": "Số hóa", "III": "Theo đơn vị"}


def long_table(handmade: SimpleNamespace, rows: int, *, notes: int = 1) -> Table:
    """A table of units that takes pages, each row told by its number."""
    named = [handmade.row(f"Đơn vị {number}", *"123456") for number in range(rows)]
    return Table(**dict(handmade.tables["units"]) | {"rows": named, "notes": ["Ghi chú cuối bảng."] * notes})


@pytest.fixture
def appendices(handmade: SimpleNamespace) -> NotebookNode:
    """Three appendices: one whose table repeats its title, one of a wide table behind a sentence, one of several pages."""
    first = handmade.tables["units"].model_copy(update={"caption": TITLES["I"]})
    openings = [Appendix(number=number, title=title, attached_to=ATTACHED) for number, title in TITLES.items()]
    exhibits = [openings[0], first, openings[1], Statement(text="Dẫn vào bảng."), handmade.tables["III"], openings[2], long_table(handmade, 70), first]
    return handmade.book([handmade.shown(handmade.exhibits[0]), *map(handmade.shown, exhibits)])


@pytest.fixture
def document(notebook: NotebookNode) -> PDF:
    """The ordinary report as a PDF."""
    return notebook_pdf(notebook, "Báo cáo quý", DAY)


def test_pages_are_a4_and_wide_tables_lie(document: PDF) -> None:
    """Upright pages, then landscape ones for the two wide tables, each with its heading."""
    sizes = [tuple(round(side) for side in page.get_size()) for page in pypdfium2.PdfDocument(document.content)]
    lying = " ".join(" ".join(text.split()) for size, text in zip(sizes, texts(document), strict=True) if size == LANDSCAPE)
    assert sizes[0] == UPRIGHT
    assert set(sizes) == {UPRIGHT, LANDSCAPE}
    assert all(words in lying for words in ("III. Cắt giảm", "Dẫn vào bảng.", "IV. Dân cư", "Pháp lệnh"))


def test_first_page_is_unnumbered_and_leaves_room_to_sign(document: PDF) -> None:
    """The number stands in the top margin from page 2; page 1 begins 12 mm under the margin."""
    first, second = texts(document)[:2]
    clear = min(mark.above for mark in inked(document) if mark.page == 0)
    assert first.startswith("THỜI GIAN GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH")
    assert second.startswith("2")
    assert clear > 30 * MM  # 20 mm of margin and the strip; the marks over capitals reach 1 mm into it


def test_document_is_tagged_and_names_itself(document: PDF) -> None:
    """Marked, in Vietnamese, titled, dated by the report; no form that a signature would break."""
    with pikepdf.open(io.BytesIO(document.content)) as opened:
        assert bool(opened.Root.MarkInfo.Marked)
        assert str(opened.Root.Lang) == "vi-VN"
        assert str(opened.docinfo["/Title"]) == "Báo cáo quý"
        assert str(opened.docinfo["/CreationDate"]).startswith("D:20240315")
        assert "/AcroForm" not in opened.Root
        assert not opened.is_encrypted


def test_structure_says_what_is_what(document: PDF) -> None:
    """Title, headings without a jump, table headers and data, and the figure's alternative text."""
    kinds = [str(element.S) for element in tags(document)]
    alternatives = [str(element.Alt) for element in tags(document) if str(element.S) == "/Figure"]
    assert {"/Title", "/H1", "/H2", "/Table", "/THead", "/TH", "/TD", "/Caption", "/L"} <= set(kinds)
    assert "/H3" not in kinds
    assert alternatives == ["Tỷ lệ đúng hạn tăng từ 91% lên 98%"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("III", [(7, 1), (7, 1), (1, 2), (6, 1), *[(1, 2)] * 7, *[(1, 1)] * 6]),
        ("IV", [(3, 1), (10, 1), *[(1, 2)] * 3, (5, 1), (5, 1), *[(1, 1)] * 10]),
    ],
)
def test_stacked_headers_keep_their_spans(name: str, expected: list[tuple[int, int]], handmade: SimpleNamespace) -> None:
    """Each header cell spans the columns and rows of the official form, and says that it heads columns."""
    document = one(handmade.tables[name])
    heads = [
        (int(attribute(tag, "/ColSpan") or 1), int(attribute(tag, "/RowSpan") or 1), str(attribute(tag, "/Scope")))
        for tag in tags(document)
        if str(tag.S) == "/TH"
    ]
    assert [head[:2] for head in heads] == expected
    assert {head[2] for head in heads} == {"/Column"}


def test_text_comes_back_composed(document: PDF) -> None:
    """What is printed can be searched and copied, Vietnamese letters whole, hidden outputs hidden."""
    text = flat(document)
    assert unicodedata.is_normalized("NFC", text)
    assert "Ễnh ương, Nguyễn, Đợi Chờ" in text
    assert "Ủy ban nhân dân xã Long Mai 1.240 1.201 1.100 80 21 98,25%" in text
    assert "Nghị định 61 (https://vanban.chinhphu.vn/nd61)" in text
    assert "▲ +2,31 điểm % (tốt hơn)" in text
    assert "HIDDEN" not in text


def test_sample_is_said_on_every_page(document: PDF) -> None:
    """A page taken out of the document still says that its data is a sample."""
    assert all("DỮ LIỆU MẪU" in text for text in texts(document))


def test_poison_is_printed_as_text(poisoned: NotebookNode, handmade: SimpleNamespace) -> None:
    """Typst reads no field as its own language; the title stands in capitals."""
    text = flat(notebook_pdf(poisoned, handmade.poisoned_text, DAY))
    assert all(text.count(words) >= 15 for words in handmade.poison)
    assert handmade.poisoned_text.upper() in text
    assert "evil.example" not in text


def test_same_bytes_again(notebook: NotebookNode) -> None:
    """The same notebook, title and date give the same file; the notebook stays as it was."""
    before = notebook.copy()
    assert notebook_pdf(notebook, "t", DAY).content == notebook_pdf(notebook, "t", DAY).content
    assert before == notebook


@pytest.mark.parametrize("name", ["III", "IV", "units"])
def test_table_stays_inside_the_margins(name: str, handmade: SimpleNamespace) -> None:
    """Even on an upright page no character of a table of 7 to 14 columns leaves the text area."""
    marks = list(inked(one(handmade.tables[name].model_copy(update={"wide": False}))))
    assert min(mark.left for mark in marks) >= 30 * MM - 1
    assert min(mark.right for mark in marks) >= 20 * MM - 1
    assert {mark.size for mark in marks} == {UPRIGHT}


def test_endless_word_stays_inside_and_whole() -> None:
    """An identifier of 300 characters breaks over lines, and comes back without a foreign character in it."""
    document = one(Statement(text="x" * 300))
    assert min(mark.right for mark in inked(document)) >= 20 * MM - 1
    assert "".join(flat(document).split()).endswith("x" * 300)


def test_header_repeats_on_each_page(handmade: SimpleNamespace) -> None:
    """A table of 100 rows shows its header on each page that it takes."""
    table = handmade.tables["units"].model_copy(update={"rows": [handmade.row(f"Đơn vị {number}", *"123456") for number in range(100)]})
    # a note may stand alone on the last page
    pages = [page for page in texts(one(table)) if re.search(r"Đơn vị \d", page)]
    assert len(pages) > 2
    assert all("Trước" in page for page in pages)


def test_character_without_glyph_does_not_stop_a_report() -> None:
    """A private-use bullet from Word or a letter of no font at hand prints as a mark; what is invisible goes."""
    assert "a� b� c😀 dễ" in flat(one(Statement(text="a\uf0b7 b漢 c😀 d\u200be\u0302\u0303")))


def test_markdown_without_a_first_level_begins_at_one() -> None:
    """A notebook that opens with a deep or empty heading still has headings that PDF/UA accepts."""
    document = notebook_pdf(new_notebook(cells=[new_markdown_cell("#### Sâu\n\n## \n\n## \u200b\n\n> ### Trong trích dẫn\n\n---\n\n```\nmã\n```")]), "Thử", DAY)
    assert [str(tag.S) for tag in tags(document) if str(tag.S).startswith("/H")] == ["/H1", "/H2"]


def test_what_typst_refuses_is_an_error(handmade: SimpleNamespace) -> None:
    """A broken picture stops the document with Typst's own words."""
    broken = Figure(caption="c", svg="<svg", alt="a", data=handmade.tables["units"])
    with pytest.raises(RuntimeError, match="Typst refused the document"):
        one(broken)


def test_what_typst_warns_of_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that is not there is only a warning to Typst."""
    monkeypatch.setattr(pdf, "SYMBOLS", "Không Có Phông")
    with pytest.raises(RuntimeError, match="unknown font family"):
        one(Statement(text="a"))


def font_files(folder: Path, family: str, characters: frozenset[int]) -> list[str]:
    """Build the four styles of a typeface that draws these characters, all as an empty glyph."""
    folder.mkdir()
    paths = []
    for style in STYLES:
        builder = FontBuilder(1000, isTTF=True)
        builder.setupGlyphOrder([".notdef", "letter"])
        builder.setupCharacterMap(dict.fromkeys(characters, "letter"))
        glyph = TTGlyphPen(None).glyph()
        builder.setupGlyf({".notdef": glyph, "letter": glyph})
        builder.setupHorizontalMetrics({".notdef": (500, 0), "letter": (500, 0)})
        builder.setupHorizontalHeader(ascent=800, descent=-200)
        builder.setupNameTable({"familyName": family, "styleName": style})
        builder.setupOS2()
        builder.setupPost()
        paths.append(str(folder / f"{family.replace(' ', '')}-{style.replace(' ', '')}.ttf"))
        builder.save(paths[-1])
    return paths


def test_vietnamese_has_146_letters() -> None:
    """Twelve vowels in six tones and đ, in two cases."""
    assert len(vietnamese_letters()) == (12 * 6 + 1) * 2
    assert {ord(letter) for letter in "ăĐỄữỢỷỴ"} <= vietnamese_letters()


def test_typeface_is_the_first_of_the_list_that_covers_vietnamese(tmp_path: Path) -> None:
    """A namesake that lacks a letter is passed over, whatever its name; so is a family with a style missing."""
    letters = vietnamese_letters()
    poor = font_files(tmp_path / "poor", "Times New Roman", letters - {ord("Ễ")})
    partial = font_files(tmp_path / "partial", "Tinos", letters)[:3]
    good = font_files(tmp_path / "good", "Liberation Serif", letters)
    chosen = choose_typeface([*poor, *partial, *good])
    assert chosen.name == "Liberation Serif"
    assert sorted(map(str, chosen.files)) == sorted(good)


def test_machine_without_a_typeface_uses_typsts_own(monkeypatch: pytest.MonkeyPatch, notebook: NotebookNode) -> None:
    """The document names the face that it is really set in, and nothing is lost by it."""
    own = choose_typeface([])
    monkeypatch.setattr(pdf, "_typeface", lambda: own)
    document = notebook_pdf(notebook, "t", DAY)
    assert document.typeface == "Libertinus Serif"
    assert "Ễnh ương, Nguyễn, Đợi Chờ" in flat(document)


# --- appendices


def starts(document: PDF) -> list[int]:
    """Give the pages on which an appendix begins."""
    return [place for place, text in enumerate(texts(document)) if "(Kèm theo Báo cáo" in text]


def test_each_appendix_begins_a_page_with_number_title_and_report(appendices: NotebookNode) -> None:
    """On lines of their own, the title in capitals; a long line is broken without a lonely word."""
    document = notebook_pdf(appendices, "Phụ lục", DAY)
    pages = [[line.strip() for line in texts(document)[place].splitlines()] for place in starts(document)]
    assert len(pages) == len(TITLES)
    for page, (number, title) in zip(pages, TITLES.items(), strict=True):
        place = page.index(f"Phụ lục {number}")
        assert page[place + 1] == title.upper()
        assert " ".join(page[place + 2 : place + 4]).startswith(ATTACHED)
    assert starts(document)[0] == 0, "no cover stands before the first appendix"


def test_each_appendix_numbers_its_own_pages(appendices: NotebookNode) -> None:
    """No number on an appendix's first page, then 2, 3 in the top margin, on paper and in the viewer's page labels."""
    document = notebook_pdf(appendices, "Phụ lục", DAY)
    opened = pypdfium2.PdfDocument(document.content)
    begun = [place for place in range(len(opened)) if opened.get_page_label(place) == "1"]
    assert begun == [*starts(document), len(opened) - 1], "the facts behind the appendices count as one"
    for place, text in enumerate(texts(document)):
        label = opened.get_page_label(place)
        assert bool(re.match(rf"{label}\s", text)) == (place not in begun), f"page {place}"
    assert [opened.get_page_label(place) for place in range(begun[2], begun[3])] == ["1", "2", "3"]


def test_signature_has_its_corner_on_the_first_page(appendices: NotebookNode) -> None:
    """Of every appendix, in one file with others and alone: 12 mm under the margin and 70 mm wide, though the sample mark stands beside it."""
    whole = notebook_pdf(appendices, "Phụ lục", DAY)
    for document, pages in ((whole, starts(whole)), *((each, [0]) for each in appendix_pdfs(appendices, "Phụ lục", DAY).values())):
        corner = [mark for mark in inked(document) if mark.page in pages and mark.right < 90 * MM and mark.above < 30 * MM]
        assert not corner
        assert all("DỮ LIỆU MẪU" in texts(document)[page] for page in pages)


def test_an_opening_lies_with_its_wide_table(appendices: NotebookNode) -> None:
    """An appendix's heading stands on the page of its first table, upright or not; no page holds a heading alone."""
    document = notebook_pdf(appendices, "Phụ lục", DAY)
    sizes = [tuple(round(side) for side in page.get_size()) for page in pypdfium2.PdfDocument(document.content)]
    assert [sizes[place] for place in starts(document)] == [UPRIGHT, LANDSCAPE, UPRIGHT]
    for place, words in zip(starts(document), ("Ủy ban nhân dân xã Long Mai", "Số lượng QĐKD", "Đơn vị 0"), strict=True):
        assert words in " ".join(texts(document)[place].split())


def test_bookmarks_name_every_appendix(appendices: NotebookNode) -> None:
    """One a bookmark, by number and title, each leading to its page; the facts come last."""
    document = notebook_pdf(appendices, "Phụ lục", DAY)
    opened = pypdfium2.PdfDocument(document.content)
    marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in opened.get_toc()]
    named = [f"Phụ lục {number}. {title}" for number, title in TITLES.items()]
    assert marks == list(zip([*named, "Thông tin về số liệu"], [*starts(document), len(opened) - 1], strict=True))


def test_a_caption_that_repeats_the_title_is_printed_once(appendices: NotebookNode) -> None:
    """The appendix's title is then the table's caption; elsewhere in the document the same caption is printed as it is."""
    document = notebook_pdf(appendices, "Phụ lục", DAY)
    first, last = texts(document)[0], texts(document)[-2]
    kinds = [str(tag.S) for tag in tags(document)]
    assert TITLES["I"].upper() in first
    assert TITLES["I"] not in first
    assert TITLES["I"] in last
    assert kinds.count("/Caption") == kinds.count("/Table") == 4
    assert kinds.count("/H1") == 4


def test_what_the_masthead_says_stands_behind_the_appendices(appendices: NotebookNode) -> None:
    """No masthead is printed before them; its facts and warnings close the document, and each appendix that stands alone."""
    *before, last = texts(notebook_pdf(appendices, "Phụ lục", DAY))
    assert all("UBND huyện Minh Long" in last and words in last for words in ("Thông tin về số liệu", "Kỳ báo cáo", "Lịch làm việc năm 2027 là ước tính."))
    assert not any("Kỳ báo cáo" in text for text in before)
    for each in appendix_pdfs(appendices, "Phụ lục", DAY).values():
        assert "Thông tin về số liệu. Kỳ báo cáo: Quý I/2024 (15/12/2023–14/3/2024). Đơn vị: UBND huyện Minh Long." in flat(each)
        assert "Lịch làm việc năm 2027 là ước tính." in texts(each)[-1]


def test_each_appendix_is_a_pdf_of_its_own(appendices: NotebookNode) -> None:
    """By its Roman number, whole and alone, with its name in title and bookmark, to be signed: unsigned, no form, no encryption."""
    found = appendix_pdfs(appendices, "Phụ lục", DAY)
    assert list(found) == list(TITLES)
    for number, each in found.items():
        name = f"Phụ lục {number}. {TITLES[number]}"
        with pikepdf.open(io.BytesIO(each.content)) as opened:
            assert str(opened.docinfo["/Title"]) == f"{name}. Quý I/2024, huyện Minh Long"
            assert "/AcroForm" not in opened.Root
            assert not opened.is_encrypted
        assert [mark.get_title() for mark in pypdfium2.PdfDocument(each.content).get_toc()] == [name]
        assert [other for other in TITLES if re.search(rf"Phụ lục {other}\b", flat(each))] == [number]
    assert [len(texts(each)) for each in found.values()] == [1, 1, 3]


def test_a_notebook_without_appendices_has_none_of_its_own(notebook: NotebookNode) -> None:
    """An ordinary report is one PDF."""
    assert appendix_pdfs(notebook, "Báo cáo", DAY) == {}


def test_two_appendices_of_one_number_are_refused(handmade: SimpleNamespace) -> None:
    """One would else be lost: its file has the other's name."""
    twice = handmade.book([handmade.shown(Appendix(number="I", title=title)) for title in ("Một", "Hai")])
    with pytest.raises(RuntimeError, match="two appendices have one number: I, I"):
        appendix_pdfs(twice, "Phụ lục", DAY)


def test_an_appendix_without_exhibits_is_its_heading(handmade: SimpleNamespace) -> None:
    """With nothing in it, nothing to go with and nothing said of it, it still begins and is named: a page of no more."""
    book = handmade.book([handmade.shown(Appendix(number="I", title="Không có gì"))])
    for document in (notebook_pdf(book, "Phụ lục", DAY), appendix_pdfs(book, "Phụ lục", DAY)["I"]):
        assert [" ".join(text.split()) for text in texts(document)] == ["Phụ lục I KHÔNG CÓ GÌ"]


def test_appendices_are_the_same_bytes_again(appendices: NotebookNode) -> None:
    """Each alone too, whatever was set before it in this process; the notebook stays as it was."""
    before = appendices.copy()
    first = {number: each.content for number, each in appendix_pdfs(appendices, "t", DAY).items()}
    assert notebook_pdf(appendices, "t", DAY).content == notebook_pdf(appendices, "t", DAY).content
    assert first == {number: each.content for number, each in appendix_pdfs(appendices, "t", DAY).items()}
    assert before == appendices


def test_poison_in_an_appendix_is_printed_as_text(handmade: SimpleNamespace) -> None:
    """Number, title, the report that it goes with, and a table that repeats the title."""
    bad = handmade.poisoned_text
    opening = Appendix(number=bad, title=bad, attached_to=bad)
    book = handmade.book([handmade.shown(handmade.poisoned["masthead"]), handmade.shown(opening), handmade.shown(handmade.poisoned["table"])])
    for document in (notebook_pdf(book, bad, DAY), appendix_pdfs(book, bad, DAY)[bad]):
        text = flat(document)
        assert f"Phụ lục {bad}" in text
        assert bad.upper() in text
        assert all(text.count(words) >= 7 for words in handmade.poison)


def test_headings_within_an_appendix_are_below_it(handmade: SimpleNamespace) -> None:
    """The bookmarks nest them."""
    cells = [handmade.shown(Appendix(number="I", title="Một")), new_markdown_cell("## Câu hỏi\n\nĐoạn."), handmade.shown(Appendix(number="II", title="Hai"))]
    document = notebook_pdf(handmade.book(cells), "Phụ lục", DAY)
    marks = [(mark.level, mark.get_title()) for mark in pypdfium2.PdfDocument(document.content).get_toc()]
    assert marks == [(0, "Phụ lục I. Một"), (1, "Câu hỏi"), (0, "Phụ lục II. Hai")]


def test_the_appendices_of_the_report(executed: Callable[[str], NotebookNode]) -> None:
    """Nine, each of them a file; those with the report's own headers have the report's own titles, printed once."""
    book = executed("appendix")
    found = appendix_pdfs(book, "Phụ lục", DAY)
    shown = [output.data[MIME] for cell in book.cells for output in cell.get("outputs", []) if MIME in output.data]
    captions = {opening["number"]: table["caption"] for opening, table in pairwise(shown) if opening["kind"] == "appendix" and table["kind"] == "table"}
    assert list(found) == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    for number in ("I", "II", "III", "IV", "V"):
        assert captions[number].upper() in flat(found[number])
        assert captions[number] not in flat(found[number])
    assert [len(texts(each)) for each in found.values()] == [1, 1, 1, 1, 1, 2, 2, 2, 1]


# --- internal documents, and what every PDF keeps to


def internal(book: NotebookNode) -> NotebookNode:
    """The same notebook as a document that must not leave the office."""
    copied = deepcopy(book)
    mastheads = [
        output.data[MIME] for cell in copied.cells for output in cell.get("outputs", []) if output.get("data", {}).get(MIME, {}).get("kind") == "masthead"
    ]
    mastheads[0]["internal"] = True
    return copied


def place_of(document: PDF, words: str) -> float:
    """Give the height at which words first stand on the first page, in points from its foot."""
    page = pypdfium2.PdfDocument(document.content)[0].get_textpage()
    index, _ = page.search(words).get_next()
    return page.get_charbox(index)[1]


def test_internal_document_says_so_on_every_page(notebook: NotebookNode, appendices: NotebookNode) -> None:
    """In the head of each page, first pages too, beside the sample mark; a document that may leave the office never does."""
    for book in (notebook, appendices):
        marked = internal(book)
        assert not any("NỘI BỘ" in text for text in texts(notebook_pdf(book, "t", DAY)))
        for document in (notebook_pdf(marked, "t", DAY), *appendix_pdfs(marked, "t", DAY).values()):
            heads = {mark.page for mark in inked(document) if mark.above < 20 * MM and mark.left < 31 * MM}
            assert heads == set(range(len(texts(document))))
            assert all("NỘI BỘ" in text and "DỮ LIỆU MẪU" in text for text in texts(document))
            marks = {words: place_of(document, words) for words in ("NỘI BỘ", "DỮ LIỆU MẪU")}
            assert abs(marks["NỘI BỘ"] - marks["DỮ LIỆU MẪU"]) > 10, "the marks do not stand on each other"


def test_documents_claim_the_standards_they_are_compiled_under(document: PDF, appendices: NotebookNode) -> None:
    """PDF/UA-1 and PDF/A-2a stand in the metadata: Typst refuses what breaks them, and the claim is not lost on the way."""
    for each in (document, *appendix_pdfs(appendices, "t", DAY).values()):
        with pikepdf.open(io.BytesIO(each.content)) as opened, opened.open_metadata() as metadata:
            assert (metadata["pdfuaid:part"], metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("1", "2", "A")


@dataclass(frozen=True)
class TableCell:
    """A cell of a tagged table: its kind, its name, the columns and rows that it spans, and the names of the header cells that it is tied to."""

    kind: str
    name: str
    columns: int
    rows: int
    heads: tuple[str, ...]


def table_cells(document: PDF) -> list[list[TableCell]]:
    """Read the rows of a document's only table."""

    def read(cell: Any) -> TableCell:
        heads = tuple(bytes(name).decode() for name in attribute(cell, "/Headers") or [])
        spans = [int(attribute(cell, key) or 1) for key in ("/ColSpan", "/RowSpan")]
        return TableCell(str(cell.S), bytes(cell.ID).decode() if "/ID" in cell else "", *spans, heads)

    return [[read(cell) for cell in row.K] for row in tags(document) if str(row.S) == "/TR"]


def columns_under(rows: list[list[TableCell]]) -> dict[str, range]:
    """Lay header cells out on a grid, as a reader does: left to right, past what hangs down from above. Give each one's columns by its name."""
    taken: set[tuple[int, int]] = set()
    found = {}
    for y, row in enumerate(rows):
        for cell in row:
            x = next(x for x in range(100) if (x, y) not in taken)
            found[cell.name] = range(x, x + cell.columns)
            taken |= {(column, line) for column in found[cell.name] for line in range(y, y + cell.rows)}
    return found


def assert_tied(document: PDF, rows: int) -> None:
    """Check that each data cell is tied, upward from header to header, to all header cells over it and to no other."""
    cells = table_cells(document)
    heads = [row for row in cells if row[0].kind == "/TH"]
    data = [row for row in cells if row[0].kind == "/TD"]
    columns, above = columns_under(heads), {cell.name: cell.heads for row in heads for cell in row}

    def reached(names: tuple[str, ...]) -> set[str]:
        return {name for start in names for name in (start, *reached(above[start]))}

    assert len(data) == rows
    for row in data:
        for column, cell in enumerate(row):
            assert reached(cell.heads) == {name for name, under in columns.items() if column in under}


@pytest.mark.parametrize("name", ["III", "IV", "units"])
def test_every_data_cell_is_tied_to_the_headers_over_it(name: str, handmade: SimpleNamespace) -> None:
    """The stacked headers of the official forms are read out with each number, column by column, in a report and in an appendix."""
    table = handmade.tables[name]
    book = handmade.book([handmade.shown(Appendix(number="I", title=table.caption)), handmade.shown(table)])
    for document in (one(table), appendix_pdfs(book, "t", DAY)["I"]):
        assert_tied(document, len(table.rows))
        cells = [cell for row in table_cells(document) for cell in row]
        assert len([cell for cell in cells if cell.kind == "/TH"]) == sum(map(len, header_rows(table.model_dump()["header"])))


def test_last_rows_that_are_kept_together_are_tied_to_their_headers_too(handmade: SimpleNamespace) -> None:
    """A long table's last rows, which go over the page as one, are data like the others."""
    assert_tied(one(long_table(handmade, 40)), 40)


def test_every_vietnamese_letter_comes_back_in_every_style(handmade: SimpleNamespace) -> None:
    """Plain, bold, italic and both, in a table and in its header: searched for and copied as one composed character each."""
    letters = "".join(map(chr, sorted(vietnamese_letters())))
    groups = [letters[place : place + 14] for place in range(0, len(letters), 14)]
    words = unicodedata.normalize("NFD", " ".join(groups))
    table = Table(caption=words, header=[Header(text=words)], rows=[[Cell(text=words, heading=True)]], notes=[words])
    styles = new_markdown_cell(f"## {words}\n\n{words}\n\n**{words}**\n\n*{words}*\n\n***{words}***")
    text = flat(notebook_pdf(new_notebook(cells=[styles, handmade.shown(table)]), "t", DAY))
    assert unicodedata.is_normalized("NFC", text)
    assert [text.count(group) for group in groups] == [9] * len(groups)


def test_lines_are_single_spaced() -> None:
    """Body text of 13 points stands 1.15 of it from line to line at least, and at most half as much again, as the decree asks."""
    document = one(Statement(text="Một câu dài để có nhiều dòng. " * 20))
    page = pypdfium2.PdfDocument(document.content)[0].get_textpage()
    boxes = [page.get_charbox(index) for index in range(page.count_chars()) if page.get_text_range(index, 1) == "n"]
    lines = sorted({round(bottom) for _, bottom, _, _ in boxes})
    steps = [upper - lower for upper, lower in zip(lines[1:], lines, strict=False)]
    assert len(steps) >= 5
    assert all(1.15 * 13 - 1 <= step <= 1.5 * 13 for step in steps)  # a point for rounding


@pytest.mark.parametrize("rows", range(24, 44))
def test_no_page_begins_with_the_last_row_or_the_notes_alone(rows: int, handmade: SimpleNamespace) -> None:
    """Wherever the page ends, the last three rows and the notes under them go over together."""
    last = texts(one(long_table(handmade, rows, notes=3)))[-1]
    assert len(re.findall(r"Đơn vị \d", last)) >= 3
    assert last.count("Ghi chú cuối bảng.") == 3


@pytest.mark.parametrize("rows", range(1, 40, 3))
def test_a_table_kept_on_one_page_fits_it(rows: int, handmade: SimpleNamespace) -> None:
    """How high a table stands is estimated: one kept together is never cut off at the foot of the page, upright or lying, with long names and notes."""
    named = [handmade.row(f"Trung tâm Phục vụ hành chính công xã Thanh An số {number}, tên thật dài cho đủ hai dòng", *"123456") for number in range(rows)]
    tables = [handmade.tables["units"].model_copy(update={"rows": named, "notes": ["Ghi chú dài. " * 40], "wide": wide}) for wide in (False, True)]
    shown = [handmade.shown(exhibit) for exhibit in (Appendix(number="I", title="Một"), handmade.tables["units"], *tables)]
    document = notebook_pdf(handmade.book(shown), "t", DAY)
    assert min(mark.below for mark in inked(document)) >= 20 * MM - 1
    assert all(flat(document).count(f"số {number},") == 2 for number in range(rows))


def test_a_table_begins_where_there_is_room_for_some_rows(handmade: SimpleNamespace) -> None:
    """Header and caption never stand alone at the foot of a page, however far down the table would begin."""
    for lines in range(20, 34):
        book = handmade.book([handmade.shown(Statement(text="Câu.")) for _ in range(lines)] + [handmade.shown(long_table(handmade, 30))])
        begun = next(text for text in texts(notebook_pdf(book, "t", DAY)) if "Đơn vị" in text)
        assert len(re.findall(r"Đơn vị \d", begun)) >= 2


def test_a_table_of_many_short_columns_needs_no_landscape_page(handmade: SimpleNamespace) -> None:
    """Wide by its count of columns, it stays upright where it fits at a legible size; an appendix's lies as its author asked."""
    header = [Header(text="Đơn vị"), *(Header(text=str(year)) for year in range(2013, 2024))]
    table = Table(caption="Theo năm", header=header, rows=[handmade.row("Xã Long Mai", *["217"] * 11)], wide=True)
    report = pypdfium2.PdfDocument(one(table).content)
    official = appendix_pdfs(handmade.book([handmade.shown(Appendix(number="I", title="Một")), handmade.shown(table)]), "t", DAY)["I"]
    assert {tuple(round(side) for side in page.get_size()) for page in report} == {UPRIGHT}
    assert {tuple(round(side) for side in page.get_size()) for page in pypdfium2.PdfDocument(official.content)} == {LANDSCAPE}


def test_a_chart_stands_at_its_own_size(handmade: SimpleNamespace) -> None:
    """Its letters are then as large as a table's; one that is larger than the page is made smaller."""
    small, tall = (
        Figure(caption="c", svg=handmade.svg.replace('"320" height="160"', f'"320pt" height="{height}pt"'), alt="a", data=handmade.tables["units"])
        for height in (160, 1600)
    )
    shapes = [
        [shape.get_bounds() for page in pypdfium2.PdfDocument(one(figure).content) for shape in page.get_objects() if shape.type == 2]
        for figure in (small, tall)
    ]
    widths = [max(right for _, _, right, _ in found) - min(left for left, _, _, _ in found) for found in shapes]
    assert widths[0] == pytest.approx(303, abs=8)  # the line of the chart reaches from 10 to 310 of its 320 points, and is 3 thick
    assert widths[1] < 320 * 0.4


def test_machine_without_a_typeface_keeps_tables_inside_the_margins(monkeypatch: pytest.MonkeyPatch, handmade: SimpleNamespace) -> None:
    """Columns are measured in Times; Typst's own face is somewhat wider, and still no word leaves its page."""
    own = choose_typeface([])
    monkeypatch.setattr(pdf, "_typeface", lambda: own)
    for name in ("III", "IV", "units"):
        marks = list(inked(one(handmade.tables[name].model_copy(update={"wide": False}))))
        assert min(mark.left for mark in marks) >= 30 * MM - 1
        assert min(mark.right for mark in marks) >= 20 * MM - 1
