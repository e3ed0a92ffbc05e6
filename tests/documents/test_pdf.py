"""The PDF document: pages as the decree asks, tagged for a screen reader, every text as text, the same bytes again."""

import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
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

from tthc_analysis.exhibits.model import Exhibit, Figure, Statement
from tthc_analysis.press import pdf
from tthc_analysis.press.pdf import PDF, choose_typeface, notebook_pdf, vietnamese_letters

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
    """A printed character: its page, the page's size, and the clear space on three sides of it, in points."""

    page: int
    size: tuple[int, int]
    left: float
    right: float
    above: float


def inked(document: PDF) -> Iterator[Ink]:
    """Give each printed character."""
    for number, page in enumerate(pypdfium2.PdfDocument(document.content)):
        width, height = page.get_size()
        text = page.get_textpage()
        for index in range(text.count_chars()):
            if text.get_text_range(index, 1).strip():
                left, _, right, top = text.get_charbox(index)
                yield Ink(number, (round(width), round(height)), left, width - right, height - top)


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
