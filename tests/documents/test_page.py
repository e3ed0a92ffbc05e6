"""The finished page under a reader's hands, in a real browser: it sorts, filters, says what a number is, saves, copies, prints; and needs none of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, Page

from tthc_analysis.exhibits.grid import table_csv
from tthc_analysis.exhibits.html import exhibit_html
from tthc_analysis.exhibits.model import Cell, Figure, Header, KeyFigure, KeyFigures, Masthead, Number, Statement, Table
from tthc_analysis.press.html import notebook_html

PHONE, DESK, WALL = {"width": 390, "height": 844}, {"width": 1280, "height": 900}, {"width": 2560, "height": 1440}
NAMES = ("Xã Đông Mái", "Xã Ba Tơ", "Thôn 10", "Thôn 2", "Xã Ân Phú", "Xã An Phú", "Xã Long Mái", "Xã Dung Quất")
SENTENCE = "Toàn huyện tiếp nhận 9.924 hồ sơ, “đạt” 98,19% & hơn."
Open = Callable[..., Page]


def number(text: str, value: float | None, **said: Any) -> Number:
    return Number(text=text, metric=said.pop("metric", "on_time_share"), period=said.pop("period", "2024-Q1"), value=value, unit="tỷ lệ", **said)


def share(n: int, of: int, unit: str = "") -> Cell:
    group = {"unit_id": unit} if unit else {}
    if not of:
        return Cell(text="–", numbers=[number("–", None, group=group, numerator=0, denominator=0)])
    text = f"{100 * n / of:.0f}%"
    return Cell(text=text, numbers=[number(text, n / of, group=group, numerator=n, denominator=of, ci_low=0.5, ci_high=0.9)])


def by_unit(names: tuple[str, ...]) -> Table:
    """A table of units, the second without any dossier, the whole last."""
    rows = [[Cell(text=name, heading=True), share(place, len(names) if place else 0, name)] for place, name in enumerate(names)]
    rows.append([Cell(text="Toàn bộ", heading=True), share(7, 8)])
    heads = [Header(text="Đơn vị"), Header(text="Đúng hạn", children=[Header(text="Tỷ lệ đúng hạn")])]
    return Table(caption=f"{len(names)} đơn vị", header=heads, rows=rows)


def by_period() -> Table:
    periods = ("2023-Q4", "2021-Q1", "2024-Q1")
    rows = [[Cell(text=text, heading=True), Cell(text="1", numbers=[number("1", 1, period=period)])] for text, period in zip("abc", periods, strict=True)]
    return Table(caption="Qua các kỳ", header=[Header(text="Kỳ"), Header(text="Số")], rows=rows)


def form() -> Table:
    """An official form: the rows of a level stand under it. Its metric is not defined on the page."""
    made = [("I", "Cấp huyện"), ("1", "Phòng Nội vụ"), ("2", "Phòng Tài chính"), ("II", "Cấp xã"), ("1", "Xã Long Mai")]
    cells = [Cell(text="352", numbers=[Number(text="352", metric="declared_procedures", period="2024-Q1", group={"level": "x"}, value=352, unit="TTHC")])]
    rows = [[Cell(text=place), Cell(text=name, heading=True), *cells] for place, name in made]
    return Table(caption="Biểu mẫu", header=[Header(text="TT"), Header(text="Đơn vị"), Header(text="Tổng số")], rows=rows)


def definitions() -> Table:
    heads = [Header(text=text) for text in ("Chỉ số", "Tử số", "Mẫu số", "Căn cứ")]
    row = [Cell(text=text, heading=not place) for place, text in enumerate(("Tỷ lệ đúng hạn", "đúng và trước hạn", "đã giải quyết", "QĐ 766/QĐ-TTg"))]
    return Table(caption="Định nghĩa", header=heads, rows=[row], notes=["Cách tính report-2024: báo cáo tháng 3/2024."], defines=["on_time_share"])


def key_figures() -> KeyFigures:
    change = Number(
        text="+2,31 điểm %", metric="on_time_share", period="2024-Q1 − 2023-Q4", value=0.0231, ci_low=0.01, ci_high=0.04, unit="điểm %", change=True
    )
    main = number("98,19%", 0.9819, numerator=9612, denominator=9789, ci_low=0.9791, ci_high=0.9844)
    return KeyFigures(caption="Số liệu chính", figures=[KeyFigure(label="Tỷ lệ đúng hạn", number=main, ratio="9.612/9.789", changes=[("kỳ trước", change)])])


@pytest.fixture
def report(handmade: SimpleNamespace) -> NotebookNode:
    masthead = Masthead(title="Đúng hạn", subtitle="Quý I/2024", attached_to="", period="2024-Q1", unit="all", internal=True)
    chart = Figure(caption="Biểu đồ", svg=handmade.svg, alt="Đường đi lên", data=by_period())
    exhibits = [
        masthead,
        key_figures(),
        Statement(text=SENTENCE),
        by_unit(NAMES),
        by_unit(tuple(f"Xã {place}" for place in range(20))),
        form(),
        chart,
        definitions(),
    ]
    return handmade.book([handmade.shown(exhibit) for exhibit in exhibits])


@pytest.fixture
def opened(browser: Browser, tmp_path: Path, report: NotebookNode) -> Iterator[Open]:
    """Opens a notebook's page from a file, as from a USB stick, offline; at the end nothing was asked for and nothing complained of."""
    contexts, asked, troubles = [], list[str](), list[str]()

    def open_page(notebook: NotebookNode = report, viewport: dict[str, int] = DESK, **options: Any) -> Page:
        path = tmp_path / "page.html"
        path.write_text(notebook_html(notebook, "t"), "utf-8")
        contexts.append(browser.new_context(viewport=viewport, offline=True, **options))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [] == troubles
    assert [] == [url for url in asked if not url.startswith(("data:", tmp_path.as_uri()))]


def table(page: Page, caption: str) -> Locator:
    return page.locator(".exhibit", has=page.get_by_role("region", name=caption, exact=True)).last


def names(found: Locator) -> list[str]:
    return [row.locator("th").inner_text() for row in found.locator("tbody tr").all() if row.is_visible()]


def sort_button(found: Locator, column: str) -> Locator:
    return found.get_by_role("button", name=f"Xếp theo {column}")


def panel(page: Page) -> str:
    shown = page.get_by_role("dialog")
    shown.wait_for()
    return " | ".join(line for line in shown.inner_text().splitlines() if line)


# --- sorting


def test_a_column_of_names_sorts_as_vietnamese_does_in_three_states(opened: Open) -> None:
    units = table(opened(), "8 đơn vị")
    button, head = sort_button(units, "Đơn vị"), units.locator("th[data-column='0']")
    ascending = ["Thôn 2", "Thôn 10", "Xã An Phú", "Xã Ân Phú", "Xã Ba Tơ", "Xã Dung Quất", "Xã Đông Mái", "Xã Long Mái"]
    for order, state in ((ascending, "ascending"), (ascending[::-1], "descending"), (list(NAMES), None)):
        button.click()
        assert [*order, "Toàn bộ"] == names(units)
        assert state == head.get_attribute("aria-sort")


def test_a_column_of_numbers_sorts_by_value_the_missing_and_the_whole_last(opened: Open) -> None:
    units = table(opened(), "8 đơn vị")
    missing = NAMES[0]
    sort_button(units, "Đơn vị").click()
    for expected in (NAMES[1:], NAMES[:0:-1]):
        sort_button(units, "Tỷ lệ đúng hạn").click()
        assert [*expected, missing, "Toàn bộ"] == names(units)
    assert units.locator("th[data-column='0']").get_attribute("aria-sort") is None


def test_a_column_sorts_by_keyboard_and_periods_as_time_does(opened: Open) -> None:
    page = opened()
    page.get_by_text("Xem số liệu của biểu đồ").click()
    periods = table(page, "Số liệu của biểu đồ: Biểu đồ")
    sort_button(periods, "Kỳ").focus()
    page.keyboard.press("Enter")
    assert ["b", "a", "c"] == names(periods)
    page.keyboard.press(" ")
    assert ["c", "a", "b"] == names(periods)


def test_the_rows_of_a_form_stay_under_their_level(opened: Open) -> None:
    assert 0 == table(opened(), "Biểu mẫu").locator(".sort").count()


def test_a_column_keeps_its_name_and_its_way_to_the_definition(opened: Open) -> None:
    page = opened()
    units = table(page, "8 đơn vị")
    assert units.get_by_role("columnheader", name="Đơn vị", exact=True).is_visible()
    units.get_by_role("link", name="Tỷ lệ đúng hạn").click()
    assert page.url.endswith("#dn-on_time_share")
    assert units.locator("[aria-sort]").count() == 0


# --- filtering


def test_a_long_table_is_filtered_by_words_without_marks(opened: Open) -> None:
    page = opened(viewport=PHONE)
    units = table(page, "20 đơn vị")
    units.get_by_label("Lọc dòng").fill("xa 1")
    assert ["Xã 1", *(f"Xã {place}" for place in range(10, 20)), "Toàn bộ"] == names(units)
    assert units.get_by_role("status").inner_text() == "11 trong 20 dòng"
    units.get_by_label("Lọc dòng").fill("")
    assert len(names(units)) == 21
    assert units.get_by_role("status").inner_text() == ""


@pytest.mark.parametrize(("typed", "found"), [("long mai", "Xã Long Mái"), ("MÁI long", "Xã Long Mái"), ("dong", "Xã Đông Mái"), ("thon 2", "Thôn 2")])
def test_marks_case_and_order_of_words_do_not_matter(opened: Open, handmade: SimpleNamespace, typed: str, found: str) -> None:
    many = by_unit((*NAMES, *(f"Tổ {letter}" for letter in "abcdefgh")))
    units = table(opened(handmade.book([handmade.shown(many)])), "16 đơn vị")
    units.get_by_label("Lọc dòng").fill(typed)
    assert [found, "Toàn bộ"] == names(units)


def test_a_short_table_has_no_filter(opened: Open) -> None:
    assert 0 == table(opened(), "8 đơn vị").get_by_label("Lọc dòng").count()


# --- what a number is


def test_a_number_says_its_definition_policy_and_source(opened: Open) -> None:
    page = opened()
    cell = table(page, "8 đơn vị").locator("tbody tr", has_text="Xã Long Mái").get_by_role("button")
    cell.click()
    assert panel(page) == (
        "× | Tỷ lệ đúng hạn | 75% | Đơn vị | Xã Long Mái | Kỳ | Quý I/2024 (15/12/2023–14/3/2024) | Số đếm | 6/8 | Khoảng tin cậy 95% | "
        "từ 50,00% đến 90,00% | Tử số | đúng và trước hạn | Mẫu số | đã giải quyết | Căn cứ | QĐ 766/QĐ-TTg | "
        "Cách tính | report-2024: báo cáo tháng 3/2024. | Xem bảng định nghĩa"
    )
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert cell.evaluate("cell => cell === document.activeElement")


def test_a_number_that_the_page_does_not_define_says_table_column_and_period(opened: Open) -> None:
    page = opened()
    table(page, "Biểu mẫu").get_by_role("button").first.click()
    assert panel(page) == "× | Biểu mẫu | 352 | Đơn vị | Cấp huyện | Cột | Tổng số | Kỳ | Quý I/2024 (15/12/2023–14/3/2024) | Đơn vị tính | TTHC"


def test_key_figures_and_their_changes_say_what_they_are(opened: Open) -> None:
    page = opened()
    for button, expected in (("98,19%", "Số đếm | 9.612/9.789"), ("+2,31 điểm %", "từ +1,00 điểm % đến +4,00 điểm %")):
        page.get_by_role("button", name=button).click()
        said = panel(page)
        assert said.startswith("× | Tỷ lệ đúng hạn | ")
        assert expected in said
        assert "Căn cứ | QĐ 766/QĐ-TTg" in said
        page.get_by_role("button", name="Đóng").click()
    assert not page.get_by_role("dialog").is_visible()


def test_the_keyboard_goes_from_number_to_number(opened: Open) -> None:
    page = opened()
    units = table(page, "20 đơn vị")
    assert 1 == units.locator(".ask[tabindex='0']").count(), "a table is one stop of the Tab key"
    units.get_by_label("Lọc dòng").fill("xa 5")
    page.keyboard.press("Tab")
    while not page.evaluate("document.activeElement.matches('.ask')"):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('tr').innerText").startswith("Xã 5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert "| Xã 15 |" in panel(page), "what is filtered out is stepped over"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    page.keyboard.press(" ")
    assert "| Xã 5 |" in panel(page)


@pytest.mark.parametrize("viewport", [PHONE, DESK, WALL], ids=["phone", "desk", "wall"])
def test_the_panel_stands_whole_on_the_screen(opened: Open, viewport: dict[str, int]) -> None:
    page = opened(viewport=viewport, has_touch=True)
    asked = table(page, "20 đơn vị").get_by_role("button", name="%").last
    asked.scroll_into_view_if_needed()
    asked.tap()
    panel(page)
    box = page.get_by_role("dialog").bounding_box()
    assert box
    assert min(box["x"], box["y"]) >= 0
    assert box["x"] + box["width"] <= viewport["width"]
    assert box["y"] + box["height"] <= viewport["height"]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.touchscreen.tap(5, 5)
    assert not page.get_by_role("dialog").is_visible()


def test_a_table_can_be_selected_and_copied_with_its_numbers(opened: Open) -> None:
    page = opened()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.exhibit table'))")
    assert "Xã Long Mái\t75%" in page.evaluate("getSelection().toString()")


# --- saving and copying


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_tables_and_figures_are_saved_as_csv_from_a_file_without_a_network(opened: Open, scripts: bool) -> None:  # noqa: FBT001
    page = opened(java_script_enabled=scripts)
    for data, name in ((by_unit(NAMES), "8-don-vi.csv"), (by_period(), "qua-cac-ky.csv")):
        with page.expect_download() as saving:
            page.get_by_role("link", name=f"Tải CSV: {data.caption}", exact=True).click()
        assert saving.value.suggested_filename == name
        assert Path(saving.value.path()).read_bytes() == b"\xef\xbb\xbf" + table_csv(data).encode()


@pytest.mark.parametrize("clipboard", [True, False], ids=["clipboard", "no clipboard"])
def test_a_sentence_is_copied_as_it_reads(opened: Open, report: NotebookNode, clipboard: bool) -> None:  # noqa: FBT001
    page = opened(report)
    if not clipboard:
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    button = page.locator(".statement").get_by_role("button", name="Sao chép")
    button.click()
    page.get_by_role("button", name="Đã chép").wait_for()
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").last.focus()
    page.keyboard.press("Control+V")
    assert SENTENCE == page.locator("textarea").last.input_value()


# --- without any of it


def test_without_scripts_the_page_is_complete(opened: Open) -> None:
    page = opened(java_script_enabled=False)
    assert 0 == page.locator("main button, main input, [role=button], dialog").count(), "no control that does nothing"
    for exhibit in (by_unit(NAMES), form(), definitions()):
        assert names(table(page, exhibit.caption)) == [next(cell.text for cell in row if cell.heading) for row in exhibit.rows]
    assert page.locator(".statement").inner_text() == SENTENCE
    page.locator(".card summary").click()
    assert "QĐ 766/QĐ-TTg" in page.locator(".card").inner_text()
    page.get_by_text("Xem số liệu của biểu đồ").click()
    assert names(table(page, "Số liệu của biểu đồ: Biểu đồ")) == ["a", "b", "c"]
    page.locator(".card").get_by_role("link", name="Tỷ lệ đúng hạn").click()
    assert page.locator("tr:target").inner_text().startswith("Tỷ lệ đúng hạn")
    assert "NỘI BỘ" in page.locator("header").first.inner_text()
    assert "NỘI BỘ" in page.locator("footer").inner_text()


def test_hostile_data_stays_text(opened: Open, poisoned: NotebookNode, handmade: SimpleNamespace) -> None:
    """Nothing in it runs, and nothing of it reaches the panel, the filter or the page as markup."""
    page = opened(poisoned)
    page.locator("td .ask").first.click()
    assert handmade.poison[0] in panel(page)
    assert 1 == page.locator("script").count()


def test_a_script_that_is_not_ours_does_not_run(browser: Browser, tmp_path: Path, report: NotebookNode) -> None:
    path = tmp_path / "page.html"
    hostile = "<script>document.title = 'ran'</script><img src='x' onerror=\"document.title = 'ran'\"><a href=\"javascript:document.title = 'ran'\">đi</a>"
    path.write_text(notebook_html(report, "t").replace("</main>", f"{hostile}</main>"), "utf-8")
    page, blocked = browser.new_page(), list[str]()
    page.on("console", lambda message: blocked.append(message.text))
    page.goto(path.as_uri())
    page.get_by_text("đi", exact=True).click()
    page.wait_for_timeout(200)
    assert page.title() == "t"
    assert len([text for text in blocked if "Content Security Policy" in text]) >= 3
    assert page.locator(".sort").count(), "ours does"
    page.close()


# --- on paper, and in size


def test_paper_has_no_buttons(opened: Open) -> None:
    page = opened()
    page.emulate_media(media="print")
    shown = [element.inner_text() for element in page.locator("button, input, summary, .tools > a, .hint, .skip, nav").all() if element.is_visible()]
    assert shown == []
    assert not table(page, "Số liệu của biểu đồ: Biểu đồ").is_visible(), "what is closed stays closed"
    assert table(page, "8 đơn vị").is_visible()
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


@pytest.mark.parametrize("viewport", [PHONE, WALL], ids=["phone", "wall"])
def test_the_page_never_scrolls_sideways(opened: Open, viewport: dict[str, int]) -> None:
    page = opened(viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_real_page_is_small_and_the_same_again(executed: Callable[[str], NotebookNode]) -> None:
    """The largest of the reports stays under 700 kB, with what its 600 numbers say on demand and a CSV of each table."""
    notebook = executed("processing_time")
    made = notebook_html(notebook, "t")
    assert made == notebook_html(notebook, "t")
    assert len(made.encode()) < 700_000


def test_a_table_of_96_units_with_20_columns_stays_small() -> None:
    """What a number says costs its page under 200 bytes a number: definition, period and unit are said once."""
    names_of = tuple(f"Xã số {place} tên dài" for place in range(96))
    made = by_unit(names_of)
    wide = made.model_copy(update={"header": [made.header[0], *[Header(text="Tỷ lệ")] * 20], "rows": [[row[0], *row[1:] * 20] for row in made.rows]})
    assert len(exhibit_html(wide.model_dump(mode="json"))) < 200 * 97 * 20
