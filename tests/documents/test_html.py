"""The HTML document: one file that asks for nothing, prints every text as text, and says its tables to a screen reader."""

import base64
import hashlib
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from tthc_analysis.exhibits.details import ALONE, number_details, row_kinds, sortable
from tthc_analysis.exhibits.grid import table_csv
from tthc_analysis.exhibits.html import change_of, exhibit_html
from tthc_analysis.exhibits.model import Appendix, Cell, Header, KeyFigure, KeyFigures, Masthead, Number, Table
from tthc_analysis.press.dress import script
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
        """Give the text below, style and script left out."""
        return "".join(child if isinstance(child, str) else "" if child.tag in {"style", "script"} else child.text() for child in self.content)


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
    """No handler, no inline style, no script but ours, and no address but fragments, data and the link that the author wrote."""
    elements = list(request.getfixturevalue(name).all())
    attributes = [(key, value) for element in elements for key, value in element.attributes.items()]
    assert not {element.tag for element in elements} & {"link", "iframe", "object", "embed", "form", "base"}
    assert [(element.attributes, element.content) for element in elements if element.tag == "script"] == [({}, [script()])]
    assert not [key for key, _ in attributes if key.startswith("on") or key in {"style", "srcset", "action"}]
    assert all((value or "").startswith("data:image/svg+xml;base64,") for key, value in attributes if key == "src")
    files = [element.attributes for element in elements if "download" in element.attributes]
    assert files
    assert all((file["href"] or "").startswith("data:text/csv;charset=utf-8;base64,") for file in files)
    others = {value for element in elements for key, value in element.attributes.items() if key == "href" and element.attributes not in files}
    assert {value for value in others if not (value or "").startswith("#")} <= {LAW}


def test_page_declares_itself(page: Element) -> None:
    """Language, title, policy and viewport are there, and the style sheet names no file."""
    metas = {element.attributes.get("name") or element.attributes.get("http-equiv"): element.attributes.get("content") for element in page.all("meta")}
    style = next(page.all("style")).content[0]
    assert next(page.all("html")).attributes["lang"] == "vi"
    assert next(page.all("title")).text() == "Báo cáo quý"
    digest = base64.b64encode(hashlib.sha256("".join(map(str, next(page.all("script")).content)).encode()).digest()).decode()
    assert metas["Content-Security-Policy"] == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert "width=device-width" in (metas["viewport"] or "")
    assert isinstance(style, str)
    assert "url(" not in style
    assert "@import" not in style


def test_script_is_small() -> None:
    """What each page carries for sorting, filtering, asking and copying stays under 6 kB."""
    assert len(script().encode()) < 6_000


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


def test_internal_page_says_so_first_and_last(page: Element, handmade: SimpleNamespace) -> None:
    """A page for the office's own eyes says "NỘI BỘ" above its title and in its foot; a public one nowhere."""
    masthead = next(exhibit for exhibit in handmade.exhibits if isinstance(exhibit, Masthead)).model_copy(update={"internal": True})
    internal = parsed(notebook_html(handmade.book([handmade.shown(masthead)]), "t"))
    head = next(internal.all("header"))
    assert [element.text() for element in head.all("p", "h1")][:2] == [
        "NỘI BỘ – có mã hồ sơ hoặc số đếm nhỏ, chỉ dùng trong cơ quan, không công bố",
        "Thời gian giải quyết thủ tục hành chính",
    ]
    assert "NỘI BỘ" in next(internal.all("footer")).text()
    assert "NỘI BỘ" not in page.text()


def test_appendix_stands_among_the_headings(handmade: SimpleNamespace) -> None:
    """An appendix is an h2 with an id of its own and a place in the contents, and Markdown under it goes on from there."""
    appendices = [handmade.shown(Appendix(number=number, title="Đất <b>đai</b>", attached_to="(Kèm theo …)")) for number in ("I", "II")]
    page = parsed(notebook_html(handmade.book([new_markdown_cell("## Phụ lục I"), *appendices, new_markdown_cell("#### Nhỏ hơn")]), "t"))
    headings = [(element.tag, element.attributes.get("id"), element.text()) for element in next(page.all("main")).all("h2", "h3", "h4")]
    assert headings == [
        ("h2", "phu-luc-i", "Phụ lục I"),
        ("h2", "phu-luc-i-2", "Phụ lục I Đất <b>đai</b>"),
        ("h2", "phu-luc-ii", "Phụ lục II Đất <b>đai</b>"),
        ("h3", "nho-hon", "Nhỏ hơn"),
    ]
    assert [(link.attributes["href"], link.text()) for link in next(page.all("nav")).all("a")] == [
        ("#phu-luc-i", "Phụ lục I"),
        ("#phu-luc-i-2", "Phụ lục I. Đất <b>đai</b>"),
        ("#phu-luc-ii", "Phụ lục II. Đất <b>đai</b>"),
    ]


@pytest.fixture
def defined(handmade: SimpleNamespace) -> Element:
    """A page that defines the metric of its numbers, twice."""
    heads = [Header(text=text) for text in ("Chỉ số", "Tử số", "Mẫu số", "Căn cứ")]
    row = [Cell(text=text, heading=not place) for place, text in enumerate(("Tiếp nhận", "ngày tiếp nhận trong kỳ", "–", "Biểu II.06a"))]
    note = "Cách tính report-2024: Báo cáo tháng 3/2024."
    definitions = Table(caption="Định nghĩa", header=heads, rows=[row], notes=[note, "Làm tròn."], defines=["received"])
    kept = [exhibit for exhibit in handmade.exhibits if not isinstance(exhibit, Masthead)]
    return parsed(notebook_html(handmade.book([handmade.shown(exhibit) for exhibit in (*kept, definitions, definitions)]), "t"))


def test_labels_lead_to_definitions(defined: Element) -> None:
    """The row that defines a metric has an id, once; column heads with the metric's name lead there."""
    places = [element.attributes["id"] for element in defined.all() if "id" in element.attributes]
    links = [link for link in defined.all("a") if link.attributes.get("class") == "define"]
    assert places == ["noi-dung", "dn-received"]
    assert {(link.attributes["href"], link.text()) for link in links} == {("#dn-received", "Tiếp nhận")}
    assert len(links) >= 3
    assert not list(next(row for row in defined.all("tr") if "id" in row.attributes).all("a")), "a definition does not lead to itself"


def test_a_key_figure_says_its_definition_without_a_script(defined: Element) -> None:
    """A card holds, closed, what its number counts, by which policy and on what source; what is missing is left out."""
    details = next(next(element for element in defined.all("li") if element.attributes.get("class") == "card").all("details"))
    facts = [(div_dt.text(), div_dd.text()) for div_dt, div_dd in zip(details.all("dt"), details.all("dd"), strict=True)]
    assert next(details.all("summary")).text() == "Cách tính"
    assert facts == [("Tử số", "ngày tiếp nhận trong kỳ"), ("Căn cứ", "Biểu II.06a"), ("Cách tính", "report-2024: Báo cáo tháng 3/2024.")]


def test_the_policy_is_taken_from_where_the_page_says_most(handmade: SimpleNamespace) -> None:
    """The head of the page comes first, then a table of what it rests on, then the note under the definitions."""
    number = Number(text="1", metric="received", period=NOW, value=1)
    card = KeyFigures(caption="c", figures=[KeyFigure(label="Tiếp nhận", number=number)])
    note = Table(
        caption="Định nghĩa", header=[Header(text="Chỉ số"), Header(text="Tử số")], rows=[[Cell(text="Tiếp nhận"), Cell(text="x")]], defines=["received"]
    )
    note = note.model_copy(update={"notes": ["Cách tính theo chú thích."]})
    basis = Table(
        caption="Cơ sở", header=[Header(text="Nội dung"), Header(text="Giá trị")], rows=[[Cell(text="Cách tính", heading=True), Cell(text="theo bảng")]]
    )
    head = Masthead(title="t", subtitle="", attached_to="", facts=[("Cách tính", "theo đầu trang")], period=NOW, unit="all")
    for exhibits, expected in (((card, note), "theo chú thích."), ((card, note, basis), "theo bảng"), ((card, note, basis, head), "theo đầu trang")):
        page = parsed(notebook_html(handmade.book([handmade.shown(exhibit) for exhibit in exhibits]), "t"))
        assert [element.text() for element in next(page.all("details")).all("dd")] == ["x", expected]


def test_what_holds_for_all_numbers_is_said_once(defined: Element, handmade: SimpleNamespace) -> None:
    """Period and definition stand on the table, not on each cell; an exhibit alone says neither, and offers no file."""
    table = next(defined.all("table"))
    said = [{key for key in element.attributes if key in {"data-period", "data-definition"}} for element in table.all("tr", "td")]
    assert (table.attributes["data-period"], table.attributes["data-definition"]) == ("Quý I/2024 (15/12/2023–14/3/2024)", "dn-received")
    assert set().union(*said) == set()
    alone = parsed(exhibit_html(handmade.tables["units"].model_dump(mode="json")))
    assert {key for element in alone.all() for key in element.attributes if key.startswith("data-")} == {"data-value"}
    assert not list(alone.all("a"))


def test_a_number_says_its_counts_and_interval(handmade: SimpleNamespace) -> None:
    """A share says its n/N and interval, a duration its dossiers, a change its two periods; each once rounded by `notation`."""
    page = parsed(notebook_html(handmade.book([handmade.shown(SHARES)]), "t"))
    cells = [{key: value for key, value in cell.attributes.items() if key.startswith("data-") and key != "data-value"} for cell in page.all("td")]
    assert cells == [
        {"data-counts": "759/768", "data-interval": "từ 97,79% đến 99,38%", "data-period": "Quý I/2024 (15/12/2023–14/3/2024)"},
        {
            "data-interval": "từ −1,53 điểm % đến +0,63 điểm %",
            "data-period": "Quý I/2024 (15/12/2023–14/3/2024) so với Quý IV/2023 (15/9/2023–14/12/2023)",
        },
        {"data-counts": "trên 768 hồ sơ", "data-period": "Quý I/2024 (15/12/2023–14/3/2024)", "data-unit": "ngày làm việc"},
    ]


NOW, BETWEEN = "2024-Q1", "2024-Q1 − 2023-Q4"
SHARE = Number(
    text="98,83%", metric="on_time_share", period=NOW, numerator=759, denominator=768, value=759 / 768, ci_low=0.977879, ci_high=0.993824, unit="tỷ lệ"
)
CHANGE = Number(text="−0,41 điểm %", metric="on_time_share", period=BETWEEN, value=-0.0041, ci_low=-0.015316, ci_high=0.006301, unit="điểm %", change=True)
DAYS = Number(text="2,0", metric="processing_workdays_median", period=NOW, denominator=768, value=2, unit="ngày làm việc")
SHARES = Table(
    caption="Ba số",
    header=[Header(text=text) for text in ("Tỷ lệ", "Thay đổi", "Số ngày")],
    rows=[[Cell(text=number.text, numbers=[number]) for number in (SHARE, CHANGE, DAYS)]],
)


def test_a_table_lies_in_its_page_as_a_file(page: Element, handmade: SimpleNamespace) -> None:
    """Each table and the data of each figure can be saved: UTF-8 with its mark, named by the caption, the same CSV as elsewhere."""
    files = [link.attributes for link in page.all("a") if "download" in link.attributes]
    names = [file["download"] for file in files]
    first = base64.b64decode((files[0]["href"] or "").partition(",")[2])
    assert names[:2] == ["ket-qua-giai-quyet-ho-so-theo-don-vi.csv"] * 2
    assert all(len(name or "") <= 64 for name in names)
    assert len(names) == 4
    assert first == b"\xef\xbb\xbf" + table_csv(handmade.tables["units"]).encode()
    assert files[0]["aria-label"] == "Tải CSV: Kết quả giải quyết hồ sơ theo đơn vị"


def _rows(*rows: tuple[str, str, str]) -> list[list[dict[str, object]]]:
    """Rows of a name (behind "|" its number in a form), the metric, and the group of the number."""
    made = []
    for name, metric, group in rows:
        number = Number(text="1", metric=metric, period=NOW, group={"unit_id": group} if group else {}, value=1)
        before, _, label = name.rpartition("|")
        cells = [Cell(text=before)] if before else []
        made.append([*cells, Cell(text=label, heading=True), Cell(text="1", numbers=[number])])
    return [[cell.model_dump(mode="json") for cell in row] for row in made]


def test_rows_are_told_apart() -> None:
    """The whole and the head of a section of an official form are marked: they are neither sorted nor filtered."""
    form = _rows(("I|Cấp huyện", "received", "district"), ("1|UBND", "received", "a"), ("II|Cấp xã", "received", "commune"), (" |Tổng cộng", "received", ""))
    assert row_kinds(form) == ["level", "", "level", "whole"]
    assert row_kinds(_rows(("A", "received", ""), ("B", "resolved", ""))) == ["", ""]


def test_only_rows_of_one_kind_change_places() -> None:
    """Groups sort; metrics under one another, the rows of a form, words alone and a table of two rows do not."""
    groups = [("A", "received", "a"), ("B", "received", "b"), ("C", "received", "c"), ("Toàn bộ", "received", "")]
    assert sortable(_rows(*groups))
    assert not sortable(_rows(*groups[1:]))
    assert not sortable([[row[0]] for row in _rows(*groups)])
    assert not sortable(_rows(("A", "received", ""), ("B", "resolved", ""), ("C", "pending", "")))
    assert not sortable(_rows(("I|A", "received", "a"), *(("1|B", "received", "b") for _ in range(4))))


def test_a_number_without_a_document_says_nothing() -> None:
    """In JupyterLab a number carries no details."""
    assert number_details(SHARE.model_dump(mode="json"), ALONE) == {}


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
