"""The HTML document: one file that asks for nothing, prints every text as text, and says its tables to a screen reader."""

import base64
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tthc_analysis.exhibits.html import change_of, exhibit_html
from tthc_analysis.exhibits.model import Table
from tthc_analysis.press.html import notebook_html, sanitised, slug

VOID = {"meta", "img", "br", "hr", "link", "input"}
LAW = "https://vanban.chinhphu.vn/nd61"  # the one address that the fixture's Markdown names


class Element:
    """A parsed element: its tag, attributes, and content in order."""

    def __init__(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Begin an element without content."""
        self.tag, self.attributes, self.content = tag, attributes, list[Element | str]()

    def all(self, *tags: str) -> Iterator["Element"]:
        """Give the elements below with one of these tags (all of them for none), in document order."""
        for child in self.content:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def text(self) -> str:
        """Give the text below, style left out."""
        return "".join(child if isinstance(child, str) else "" if child.tag == "style" else child.text() for child in self.content)


class Parser(HTMLParser):
    """Parses a page into a tree, and fails on a tag closed out of turn."""

    def __init__(self) -> None:
        """Begin with an empty root."""
        super().__init__(convert_charrefs=True)
        self.stack = [Element("root", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        element = Element(tag, dict(attrs))
        self.stack[-1].content.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that is open."""
        assert self.stack.pop().tag == tag

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.stack[-1].content.append(data)


def parsed(page: str) -> Element:
    """Parse a whole page or a fragment, all tags closed."""
    parser = Parser()
    parser.feed(page)
    parser.close()
    assert [element.tag for element in parser.stack] == ["root"]
    return parser.stack[0]


def spans(table: Table) -> list[list[tuple[str, int, int, str | None]]]:
    """Read a table's printed header: text, columns, rows and scope of each cell."""
    head = next(parsed(exhibit_html(table.model_dump(mode="json"))).all("thead"))

    def cell(element: Element) -> tuple[str, int, int, str | None]:
        attributes = element.attributes
        return element.text(), int(attributes.get("colspan") or 1), int(attributes.get("rowspan") or 1), attributes.get("scope")

    return [[cell(th) for th in row.all("th")] for row in head.all("tr")]


def covered(header: list[list[tuple[str, int, int, str | None]]]) -> list[list[int]]:
    """Count how often each square of a header is covered, laid out as a browser does."""
    width = sum(columns for _, columns, _, _ in header[0])
    squares = [[0] * width for _ in header]
    for top, row in enumerate(header):
        for _, columns, rows, _ in row:
            left = squares[top].index(0)
            for y in range(top, top + rows):
                for x in range(left, left + columns):
                    squares[y][x] += 1
    return squares


@pytest.fixture
def page(notebook: NotebookNode) -> Element:
    """The ordinary report, parsed."""
    return parsed(notebook_html(notebook, "Báo cáo quý"))


@pytest.fixture
def hostile(poisoned: NotebookNode, handmade: SimpleNamespace) -> Element:
    """The hostile report, parsed."""
    return parsed(notebook_html(poisoned, handmade.poisoned_text))


@pytest.mark.parametrize("name", ["page", "hostile"])
def test_page_asks_for_nothing(name: str, request: pytest.FixtureRequest) -> None:
    """No script, no handler, no inline style, and no address but fragments, data and the link that the author wrote."""
    elements = list(request.getfixturevalue(name).all())
    attributes = [(key, value) for element in elements for key, value in element.attributes.items()]
    assert not {element.tag for element in elements} & {"script", "link", "iframe", "object", "embed", "form", "base"}
    assert not [key for key, _ in attributes if key.startswith("on") or key in {"style", "srcset", "action"}]
    assert all((value or "").startswith("data:image/svg+xml;base64,") for key, value in attributes if key == "src")
    assert {value for key, value in attributes if key == "href" and not (value or "").startswith("#")} <= {LAW}


def test_page_declares_itself(page: Element) -> None:
    """Language, title, policy and viewport are there, and the style sheet names no file."""
    metas = {element.attributes.get("name") or element.attributes.get("http-equiv"): element.attributes.get("content") for element in page.all("meta")}
    style = next(page.all("style")).content[0]
    assert next(page.all("html")).attributes["lang"] == "vi"
    assert next(page.all("title")).text() == "Báo cáo quý"
    assert metas["Content-Security-Policy"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert "width=device-width" in (metas["viewport"] or "")
    assert isinstance(style, str)
    assert "url(" not in style
    assert "@import" not in style


def test_only_markdown_and_exhibits_are_shown(page: Element) -> None:
    """Code, streams, plain text, foreign HTML and pictures stay in the notebook."""
    assert "HIDDEN" not in page.text()
    assert "0x7f00" not in page.text()
    assert "show(" not in page.text()
    assert len(list(page.all("img"))) == 1


def test_headings_descend_from_the_masthead(page: Element) -> None:
    """One h1, from the masthead; Markdown begins at h2 and never jumps a level; the contents list leads to each h2."""
    main = next(page.all("main"))
    headings = list(main.all("h1", "h2", "h3", "h4", "h5", "h6"))
    links = [link.attributes["href"] for link in next(page.all("nav")).all("a")]
    assert [heading.text() for heading in page.all("h1")] == ["Thời gian giải quyết thủ tục hành chính"]
    assert [heading.tag for heading in headings] == ["h2", "h2", "h2", "h3", "h2"]
    assert links == [f"#{heading.attributes['id']}" for heading in headings if heading.tag == "h2"]
    assert headings[0].attributes["id"] == "ho-so-duoc-giai-quyet-nhanh-den-dau"


def test_ids_are_unique_even_where_headings_are_not(handmade: SimpleNamespace) -> None:
    """Two equal headings, and one called as the page's own main part, get ids of their own; a heading of nothing is left out."""
    page = parsed(notebook_html(handmade.book([new_markdown_cell("## Đơn vị\n\n## Đơn vị\n\n## Nội dung\n\n## 漢\n\n## ")]), "Tựa"))
    ids = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert ids == ["noi-dung", "don-vi", "don-vi-2", "noi-dung-2", "muc"]


def test_page_without_masthead_takes_its_title(handmade: SimpleNamespace) -> None:
    """The title is the h1, and there is neither contents list nor footer."""
    page = parsed(notebook_html(handmade.book([new_markdown_cell("## Một mục")]), "Tựa <b>"))
    assert [heading.text() for heading in page.all("h1")] == ["Tựa <b>"]
    assert not list(page.all("nav", "footer"))


def test_poison_is_printed_as_text(hostile: Element, handmade: SimpleNamespace) -> None:
    """Every poisoned field and every place in Markdown shows the four texts as they are."""
    printed = hostile.text()
    assert all(printed.count(text) >= 20 for text in handmade.poison)
    assert "evil.example" not in notebook_html(handmade.book([new_markdown_cell("![ảnh](https://evil.example/x.png)")]), "t")


@pytest.mark.parametrize("kind", ["masthead", "key_figures", "statement", "table", "figure"])
def test_exhibit_prints_poison_in_each_field(kind: str, handmade: SimpleNamespace) -> None:
    """An exhibit alone, as JupyterLab shows it, has no tag from its data, no style, no id."""
    fragment = parsed(handmade.poisoned[kind]._repr_mimebundle_()["text/html"])
    assert handmade.poisoned_text in fragment.text()
    assert not list(fragment.all("script"))
    assert not [key for element in fragment.all() for key in element.attributes if key in {"style", "id"} or key.startswith("on")]


def test_appendix_iii_header_is_stacked(handmade: SimpleNamespace) -> None:
    """Table III: a column beside a group inside a group, and leaves that reach down."""
    first, second, third = spans(handmade.tables["III"])
    assert [cell[1:] for cell in first] == [(7, 1, "colgroup"), (7, 1, "colgroup")]
    assert second[:3] == [
        ("Tổng số QĐKD được thống kê", 1, 2, "col"),
        ("Số lượng QĐKD đã được cắt giảm, đơn giản hóa", 6, 1, "col"),
        ("Tổng số", 1, 2, "col"),
    ]
    assert [cell[0] for cell in third] == ["Tổng", "TTHC", "YCĐK", "CĐBC", "TC, QC", "KTCN"]


@pytest.mark.parametrize("name", ["III", "IV", "units"])
def test_header_covers_every_square_once(name: str, handmade: SimpleNamespace) -> None:
    """Rowspans and colspans fill the header without a hole or an overlap, over as many columns as the rows have."""
    table = handmade.tables[name]
    squares = covered(spans(table))
    assert {count for row in squares for count in row} == {1}
    assert {len(row) for row in squares} == {len(row) for row in table.rows}


def test_table_can_be_read_and_scrolled(handmade: SimpleNamespace) -> None:
    """A caption, row headers, numbers to the right, notes under it, in a container that the keyboard reaches."""
    tree = parsed(exhibit_html(handmade.tables["units"].model_dump(mode="json")))
    container = next(element for element in tree.all("div") if element.attributes.get("role") == "region")
    rows = [list(row.all("th", "td")) for row in next(tree.all("tbody")).all("tr")]
    assert (container.attributes["tabindex"], container.attributes["aria-label"]) == ("0", "Kết quả giải quyết hồ sơ theo đơn vị")
    assert next(tree.all("caption")).text() == "Kết quả giải quyết hồ sơ theo đơn vị"
    assert all(row[0].tag == "th" and row[0].attributes["scope"] == "row" for row in rows)
    assert all(cell.attributes.get("class") == "num" for row in rows for cell in row[1:])
    assert [item.text() for item in tree.all("li")] == ["Hồ sơ rút không tính vào tỷ lệ."]
    assert "Ễnh ương, Nguyễn, Đợi Chờ" in tree.text()


def test_figure_carries_picture_alternative_and_data(page: Element, handmade: SimpleNamespace) -> None:
    """The SVG stands in an image with the alternative text; the data lies behind it as a table."""
    figure = next(page.all("figure"))
    image = next(figure.all("img"))
    encoded = (image.attributes["src"] or "").removeprefix("data:image/svg+xml;base64,")
    details = next(figure.all("details"))
    assert base64.b64decode(encoded).decode() == handmade.svg
    assert image.attributes["alt"] == "Tỷ lệ đúng hạn tăng từ 91% lên 98%"
    assert next(details.all("summary")).text() == "Xem số liệu của biểu đồ"
    assert len(list(details.all("table"))) == 1


@pytest.mark.parametrize(
    ("expected", "text", "better"),
    [
        (("▲", "tốt hơn", "good"), "+2,31 điểm %", "higher"),
        (("▼", "kém hơn", "bad"), "−0,40 điểm %", "higher"),
        (("▼", "tốt hơn", "good"), "−1,5", "lower"),
        (("▲", "kém hơn", "bad"), "+1,5", "lower"),
        (("▲", "", "neutral"), "+120", "neither"),
        (("=", "", "neutral"), "0,00 điểm %", "higher"),
        (("", "", "neutral"), "–", "higher"),
    ],
)
def test_change_reads_without_colour(expected: tuple[str, str, str], text: str, better: str) -> None:
    """The printed sign gives the mark; which way is better gives the verdict; no change and no figure give none."""
    change = change_of({"text": text}, better)
    assert (change.mark, change.verdict, change.tone) == expected


def test_key_figures_say_number_ratio_and_verdict(page: Element) -> None:
    """A card reads as label, number, n/N, then each change with its verdict in words."""
    card = next(element for element in page.all("li") if element.attributes.get("class") == "card")
    said = " ".join(card.text().split())
    assert said.startswith("Tỷ lệ đúng hạn98,19%9.612/9.789 hồ sơ")
    assert "so với Quý IV/2023 ▲ +2,31 điểm % (tốt hơn)" in said
    assert "so với cùng kỳ ▼ −0,40 điểm % (kém hơn)" in said


def test_sample_and_warnings_are_prominent(page: Element) -> None:
    """The head says that the data is a sample and what to beware of; the foot repeats it with the facts."""
    head, foot = next(page.all("header")).text(), next(page.all("footer")).text()
    assert "DỮ LIỆU MẪU" in head
    assert "Lịch làm việc năm 2027 là ước tính." in head
    assert "DỮ LIỆU MẪU" in foot
    assert "Kỳ báo cáo: Quý I/2024 (15/12/2023–14/3/2024)" in foot


def test_same_bytes_again(notebook: NotebookNode, poisoned: NotebookNode) -> None:
    """The shared exporter keeps nothing of one notebook for the next, and leaves the notebook as it was."""
    before = notebook.copy()
    first = notebook_html(notebook, "t")
    notebook_html(poisoned, "t")
    assert first == notebook_html(notebook, "t")
    assert before == notebook


def test_markdown_is_composed_and_sanitised(handmade: SimpleNamespace) -> None:
    """Decomposed letters come out composed; what no rule of ours lets through is dropped after rendering, too."""
    page = notebook_html(handmade.book([new_markdown_cell(unicodedata.normalize("NFD", "Tiếng Việt: Ễ ữ Ợ"))]), "t")
    assert "Tiếng Việt: Ễ ữ Ợ" in page
    assert sanitised('<p onclick="x()" style="color:red">a<script>b</script><img src="x"><a href="javascript:c">d</a></p>') == (
        '<p>a<a rel="noopener noreferrer">d</a></p>'
    )


def test_slug_knows_vietnamese() -> None:
    """Đ is d, marks fall, and what has no Latin letter gets a name all the same."""
    assert slug("Đúng hạn & sớm?") == "dung-han-som"
    assert slug("漢") == "muc"


def test_unknown_kind_is_refused() -> None:
    """An exhibit of a kind that the writer does not know is an error, never a gap in a document."""
    with pytest.raises(ValueError, match="unknown kind of exhibit 'map'"):
        exhibit_html({"kind": "map"})
