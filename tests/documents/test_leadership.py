"""What leadership opens: the index of all reports, and of each period and unit a page with a bar that leads on. As files, and in a real browser."""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from dossiers import dossier, register
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page
from test_hard_cases import PARAMETERS, ROOT, run_cells

from tthc_analysis.exhibits.html import INTERNAL, SAMPLE
from tthc_analysis.exhibits.model import KeyFigure, KeyFigures, Masthead, Number
from tthc_analysis.files import folder_name
from tthc_analysis.press.failure import Failure
from tthc_analysis.press.folder import finish_folder
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.index import write_index
from tthc_analysis.press.manifest import MANIFEST
from tthc_analysis.press.orders import Job, Outcome
from tthc_analysis.press.reports import address_of
from tthc_analysis.reference.periods import parse_period, run
from tthc_analysis.reference.units import unit_name
from tthc_analysis.register.store import write_register

DISTRICT, MAI, MON = "huyen-minh-long", "xa-long-mai", "xa-long-mon"
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no Chromium on this machine: apt install chromium")


def summary_of(title: str, *, sample: bool = False, internal: bool = False) -> list[Any]:
    """The head and one key figure, as a summary has them."""
    share = Number(text="98,83%", metric="on_time_share", period="2024-Q1", numerator=759, denominator=768, value=0.98828125, unit="tỷ lệ")
    changes = [("kỳ trước", share.model_copy(update={"text": "−1,41 điểm %", "value": -0.0141, "ci_low": -0.02, "ci_high": -0.01, "change": True}))]
    figure = KeyFigure(label="Tỷ lệ đúng hạn", number=share, ratio="759/768", changes=changes, better="higher")
    head = Masthead(title=title, subtitle="", attached_to="", sample=sample, internal=internal, period="2024-Q1", unit=MAI)
    return [head, KeyFigures(caption="Số liệu chính", figures=[figure])]


@dataclass
class Office:
    """A folder of reports to publish into, with what makes notebooks by hand."""

    root: Path
    handmade: SimpleNamespace
    written: dict[str, list[Outcome]] = field(default_factory=dict)

    def publish(
        self, period: str, unit: str, name: str = "summary", *, sample: bool = False, internal: bool = False, formats: tuple[str, ...] = ("html",)
    ) -> Path:
        """Publish one notebook of a period and a unit, as `tthc report` would."""
        folder = self.root / period / folder_name(unit)
        folder.mkdir(parents=True, exist_ok=True)
        book = self.handmade.book(
            [self.handmade.shown(exhibit) for exhibit in summary_of({"summary": "Tóm tắt"}.get(name, name), sample=sample, internal=internal)]
        )
        nbformat.write(book, folder / f"{name}.ipynb")
        if "html" in formats:
            (folder / f"{name}.html").write_text(notebook_html(book, name), "utf-8")
        job = Job(folder / f"{name}.ipynb", {}, folder, formats)
        files = tuple(path for path in (job.notebook, folder / f"{name}.html") if path.is_file())
        return self.manifest(Outcome(job, files), period, unit, internal=internal)

    def fail(self, period: str, unit: str, name: str = "summary") -> Path:
        """Let a notebook fail, as `tthc report` would: what it gave before stays."""
        folder = self.root / period / folder_name(unit)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.failed.html").write_text("lỗi", "utf-8")
        job = Job(folder / f"{name}.ipynb", {}, folder, ("html",))
        return self.manifest(Outcome(job, failure=Failure(name, "ô số 3", "hết giấy", "", "")), period, unit)

    def manifest(self, outcome: Outcome, period: str, unit: str, *, internal: bool = False) -> Path:
        """Write the manifest of a folder after a notebook's outcome; give the folder."""
        facts = {
            "parameters": {"period": period, "unit": unit, "internal": internal},
            "period_label": parse_period(period).label,
            "unit_name": unit_name(unit),
            "inputs": [],
            "calendar": {},
        }
        finish_folder(outcome.job.folder, [outcome], facts)
        return outcome.job.folder

    def index(self) -> str:
        """Write all pages; give the index."""
        return write_index(self.root).read_text("utf-8")

    def page(self, period: str, unit: str) -> str:
        """Read a folder's page."""
        return (self.root / period / folder_name(unit) / "index.html").read_text("utf-8")


@pytest.fixture
def office(tmp_path: Path, handmade: SimpleNamespace) -> Office:
    return Office(tmp_path / "outputs", handmade)


def links(page: str) -> list[str]:
    return [unescape(found) for found in re.findall(r'<a [^>]*?href="([^"]*)"', page)]


def leads_to(page: Path) -> list[Path]:
    """The files that a page's links lead to, wherever it stands."""
    found = [link for link in links(page.read_text("utf-8")) if not link.startswith(("#", "data:"))]
    return [Path(os.path.normpath(page.parent / unquote(link))) for link in found]


def text(page: str) -> str:
    without = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", without)).split())


def bar_of(page: str) -> str:
    found = re.search(r'<nav class="bar".*?</nav>', page, re.DOTALL)
    assert found
    return found[0]


# --- the index


def test_the_latest_period_stands_first_and_units_in_their_order(office: Office) -> None:
    for period, unit in (("2023-Q4", MAI), ("2024-Q1", MON), ("2024-Q1", DISTRICT), ("2024-Q1", MAI), ("2023-12", DISTRICT)):
        office.publish(period, unit)
    reports = [link for link in links(office.index()) if link.endswith("index.html")]
    listed = [f"2024-Q1/{DISTRICT}", f"2024-Q1/{MAI}", f"2024-Q1/{MON}", f"2023-12/{DISTRICT}", f"2023-Q4/{MAI}"]
    assert [f"{place}/index.html" for place in listed] == reports[: len(listed)]


def test_each_report_shows_its_figures_with_n_of_n_and_verdict(office: Office) -> None:
    office.publish("2024-Q1", MAI)
    office.publish("2024-Q1", MON)
    said = text(office.index())
    assert 2 == said.count("98,83% 759/768 ▼ kém hơn Đủ Tài liệu")
    assert "2 báo cáo · 1 kỳ · 2 đơn vị" in said


def test_an_only_report_is_shown_large_with_its_documents(office: Office) -> None:
    office.publish("2024-Q1", MAI)
    page = office.index()
    assert "Xã Long Mai, Quý I/2024 (15/12/2023–14/3/2024) Tỷ lệ đúng hạn 98,83% 759/768 kỳ trước ▼ −1,41 điểm % (kém hơn)" in text(page)
    assert {f"2024-Q1/{MAI}/{name}" for name in ("index.html", "summary.html", "results.csv", "manifest.json")} <= set(links(page))


def test_the_periods_of_an_only_unit_are_the_rows_of_one_table(office: Office) -> None:
    for period in ("2024-Q1", "2023-Q4"):
        office.publish(period, MAI)
    rows = re.findall(r"<tr>.*?</tr>", office.index())
    assert ["Kỳ Tỷ lệ đúng hạn Tình trạng", "Quý I/2024 (15/12/2023–14/3/2024)", "Quý IV/2023 (15/9/2023–14/12/2023)"] == [
        text(rows[0]),
        *(text(row).partition(" 98,83%")[0] for row in rows[1:]),
    ]


@pytest.mark.parametrize(
    ("published", "expected"),
    [([MAI], "Tóm tắt: lần lập gần nhất bị lỗi, đây là bản trước"), ([], "summary: không lập được")],
    ids=["with a document of before", "without"],
)
def test_a_failure_is_said_with_its_notebook_and_leads_to_the_page_that_says_why(office: Office, published: list[str], expected: str) -> None:
    for unit in published:
        office.publish("2024-Q1", unit)
    office.fail("2024-Q1", MAI)
    page = office.index()
    assert expected in text(page)
    assert "1 báo cáo, 1 có lỗi" in text(page)
    assert f"2024-Q1/{MAI}/summary.failed.html" in links(page)
    assert "Có tài liệu lập lỗi" in text(bar_of(office.page("2024-Q1", MAI)))


def test_a_report_without_any_figure_is_not_called_complete(office: Office) -> None:
    folder = office.publish("2024-Q1", MAI)
    assert "Đủ" in text(office.index())
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for figure in manifest["notebooks"]["summary"]["key_figures"]:
        figure["text"] = "–"
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert "Không có số liệu trong kỳ" in text(office.index())


def test_an_internal_document_among_others_is_marked_where_it_is_listed(office: Office) -> None:
    office.publish("2024-Q1", MAI, "processing_time", internal=True)
    office.publish("2024-Q1", MAI)
    for page in (office.index(), office.page("2024-Q1", MAI)):
        listed = {entry.partition(":")[0].strip() for entry in map(text, re.findall(r"<li>.*?</li>", page))}
        assert {"processing_time NỘI BỘ", "Tóm tắt"} <= listed


def test_sample_and_internal_reports_are_marked_each_or_once_for_the_whole_page(office: Office) -> None:
    office.publish("2024-Q1", DISTRICT)
    office.publish("2024-Q1", MAI, sample=True)
    office.publish("2024-Q1", MON, internal=True)
    rows = re.findall(r"<tr>.*?</tr>", office.index())[1:]
    assert [(False, False), (True, False), (False, True)] == [(SAMPLE in row, INTERNAL in row) for row in rows]
    for unit in (DISTRICT, MON):
        shutil.rmtree(office.root / "2024-Q1" / unit)
    page = office.index()
    assert (1, True) == (page.count(SAMPLE), f"{SAMPLE} – số liệu minh họa" in text(page))


def test_a_broken_manifest_is_said_and_the_others_are_listed(office: Office) -> None:
    office.publish("2024-Q1", MAI)
    (office.publish("2024-Q1", MON) / MANIFEST).write_text("{", "utf-8")
    said = text(office.index())
    assert "2024-Q1/xa-long-mon bản kê nguồn gốc hỏng, cần lập lại báo cáo này." in said
    assert "2 báo cáo, 1 có lỗi" in said
    assert "98,83%" in said


def test_a_manifest_of_before_is_read(office: Office) -> None:
    """Manifests once held of a key figure no more than label, number and counts."""
    manifest = office.publish("2024-Q1", MAI) / MANIFEST
    manifest.write_text(re.sub(r',\s*"changes": \[.*?\]', "", manifest.read_text("utf-8"), flags=re.DOTALL), "utf-8")
    assert "changes" not in manifest.read_text("utf-8")
    office.publish("2024-Q1", MON)
    assert "98,83% 759/768 Đủ" in text(office.index())


def test_every_unit_of_every_period_is_a_link_away(office: Office) -> None:
    places = [(period.text, unit) for period in run(parse_period("2024-Q1"), 3) for unit in (DISTRICT, MAI)]
    for place in places:
        office.publish(*place)
    page = office.index()
    matrix = page[page.index('class="scroll matrix"') :]
    assert {address_of(f"{period}/{unit}/index.html") for period, unit in places} == set(links(matrix))
    assert re.findall(r'<th scope="col">([^<]*)</th>', matrix) == ["Đơn vị", "Quý I/2024", "Quý IV/2023", "Quý III/2023"]


def test_without_reports_there_is_a_page_that_says_so(office: Office) -> None:
    office.root.mkdir()
    assert "Chưa có báo cáo nào." in text(office.index())


def test_names_from_outside_are_printed_as_text_and_lead_where_they_say(office: Office) -> None:
    unit = '<script>alert(1)</script> 50% #1? "A" & B'
    office.publish("2024-Q1@calendar", unit)
    office.publish("2024-Q1@calendar", MAI)
    page = write_index(office.root)
    assert unit in text(page.read_text("utf-8"))
    assert "<script>" not in page.read_text("utf-8")
    folder = office.root / "2024-Q1@calendar" / folder_name(unit)
    assert [path for path in (*leads_to(page), *leads_to(folder / "index.html")) if not path.is_file()] == []


# --- a folder's page


def test_the_page_is_the_summary_under_a_bar_and_the_summary_stays_as_it_was(office: Office) -> None:
    folder = office.publish("2024-Q1", MAI)
    before = (folder / "summary.html").read_text("utf-8")
    office.index()
    page = office.page("2024-Q1", MAI)
    assert before == (folder / "summary.html").read_text("utf-8")
    body = before[before.index('<header class="masthead">') :]
    assert page.endswith(body)
    assert page.index(bar_of(page)) < page.index(body)
    assert not [link for link in links(before) if not link.startswith(("#", "data:"))], "what is sent by mail leads nowhere"


def test_the_bar_steps_to_the_period_before_and_after_of_the_same_kind_and_names_all(office: Office) -> None:
    for period in ("2023-Q3", "2023-Q4", "2023-12", "2024-Q1", "2023"):
        office.publish(period, MAI)
    office.publish("2023-Q4", MON)
    office.index()
    bar = bar_of(office.page("2023-Q4", MAI))
    steps = dict(re.findall(r'<a rel="(\w+)" href="([^"]*)"', bar))
    assert {"prev": f"../../2023-Q3/{MAI}/index.html", "next": f"../../2023-Q4/{MON}/index.html"} == steps
    assert 'rel="next" href="../../2024-Q1/xa-long-mai/index.html"' in bar
    periods, units = (re.findall(r"<li>.*?</li>", found) for found in re.findall(r'<ul class="choices">.*?</ul>', bar))
    assert ["Quý I/2024", "Tháng 12/2023", "Quý IV/2023", "Năm 2023", "Quý III/2023"] == [text(item) for item in periods]
    assert ["Xã Long Mai", "Xã Long Môn"] == [text(item) for item in units]
    assert 2 == bar.count('aria-current="page"')


def test_the_bar_of_an_only_report_has_nothing_to_step_to(office: Office) -> None:
    office.publish("2024-Q1", MAI)
    office.index()
    bar = bar_of(office.page("2024-Q1", MAI))
    assert ["../../index.html", "summary.html", "results.csv", "ledger.csv", "manifest.json"] == links(bar)


def test_documents_that_are_gone_are_not_linked(office: Office) -> None:
    folder = office.publish("2024-Q1", MAI)
    office.publish("2024-Q1", MAI, "online_share")
    (folder / "online_share.html").unlink()
    (folder / "results.csv").unlink()
    office.index()
    assert [path for path in leads_to(folder / "index.html") if not path.is_file()] == []


def test_a_folder_without_a_summary_gets_its_figures_and_documents(office: Office) -> None:
    folder = office.publish("2024-Q1", MAI, "online_share")
    office.index()
    page = office.page("2024-Q1", MAI)
    assert "Tỷ lệ đúng hạn 98,83% 759/768 kỳ trước ▼ −1,41 điểm % (kém hơn)" in text(page)
    assert folder / "online_share.html" in leads_to(folder / "index.html")


def test_a_summary_that_was_asked_for_as_a_notebook_only_is_a_page_too(office: Office) -> None:
    office.publish("2024-Q1", MAI, formats=())
    office.index()
    assert "98,83%" in text(office.page("2024-Q1", MAI))


# --- written again only where something changed


def stamps(root: Path) -> dict[str, int]:
    """When each folder's page was written."""
    return {path.parent.name: path.stat().st_mtime_ns for path in root.glob("*/*/index.html")}


def rewritten(office: Office) -> set[str]:
    before = stamps(office.root)
    office.index()
    return {name for name, stamp in stamps(office.root).items() if before.get(name) != stamp}


def test_a_page_is_written_again_where_it_would_differ_and_only_there(office: Office) -> None:
    office.publish("2024-Q1", MAI)
    office.publish("2024-Q1", MON)
    assert {MAI, MON} == rewritten(office)
    assert set() == rewritten(office)
    office.publish("2024-Q1", MAI, sample=True)
    assert {MAI} == rewritten(office), "another summary"
    office.publish("2024-Q1", MON, "online_share")
    assert {MON} == rewritten(office), "a document more"
    office.publish("2024-Q1", DISTRICT)
    assert {DISTRICT, MAI, MON} == rewritten(office), "another unit: each bar names it"


def test_the_same_reports_give_the_same_bytes_wherever_they_lie(office: Office, tmp_path: Path) -> None:
    office.publish("2024-Q1", MAI)
    office.publish("2024-Q1", MON, "online_share")
    office.index()
    shutil.copytree(office.root, tmp_path / "stick")
    for page in (tmp_path / "stick").rglob("index.html"):
        page.unlink()
    write_index(tmp_path / "stick")
    pages = [path.relative_to(office.root) for path in office.root.rglob("index.html")]
    assert 3 == len(pages)
    assert [page for page in pages if (office.root / page).read_bytes() != (tmp_path / "stick" / page).read_bytes()] == []


def test_an_unchanged_quarter_of_reports_costs_little(office: Office) -> None:
    for period in run(parse_period("2024-Q1"), 13):
        for unit in (DISTRICT, MAI, MON):
            office.publish(period.text, unit)
    office.index()
    began = time.process_time()
    office.index()
    assert time.process_time() - began < 0.3


# --- in a browser, with the real summary


@pytest.fixture(scope="module")
def summary(sample_register: Path) -> NotebookNode:
    """The real summary of the sample, run once."""
    return run_cells(ROOT / "notebooks" / "summary.ipynb", {**PARAMETERS, "unit": DISTRICT, "register": str(sample_register)})


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, summary: NotebookNode) -> Path:
    """39 reports, three of them not whole: the real summary thirteen quarters long, for a district and two communes."""
    office = Office(tmp_path_factory.mktemp("many") / "outputs", SimpleNamespace())
    page = notebook_html(summary, "Tóm tắt")
    for period in run(parse_period("2024-Q1"), 13):
        for unit in (DISTRICT, MAI, MON):
            folder = office.root / period.text / unit
            folder.mkdir(parents=True)
            nbformat.write(summary, folder / "summary.ipynb")
            (folder / "summary.html").write_text(page, "utf-8")
            job = Job(folder / "summary.ipynb", {}, folder, ("html",))
            office.manifest(Outcome(job, (folder / "summary.ipynb", folder / "summary.html")), period.text, unit)
    for unit in (DISTRICT, MAI, MON):
        office.fail("2023-Q2", unit)
    write_index(office.root)
    return office.root


PAGES = ("index.html", f"2023-Q4/{MAI}/index.html", f"2023-Q4/{MAI}/summary.html")


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Open a page at a width, light or dark, with or without scripts; fails where it asks for anything or complains."""
    pages: list[Page] = []

    def open_it(path: Path, width: int = 390, scheme: str = "light", *, scripts: bool = True) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, java_script_enabled=scripts)
        page = context.new_page()
        page.on("console", lambda message: pytest.fail(message.text))
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else pytest.fail(request.url))
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield open_it
    for page in pages:
        page.context.close()


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(many: Path, opened: Any, name: str, width: int, scheme: str) -> None:
    page = opened(many / name, width, scheme)
    for summary in page.locator("details:not(.exhibit details) > summary").all()[:4]:
        summary.click()
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).response["violations"]
    assert [] == [(violation["id"], [node["html"][:200] for node in violation["nodes"]][:3]) for violation in found]
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["summary", "online_share"], ids=["with a summary", "without"])
def test_axe_finds_nothing_where_there_is_but_one_report(office: Office, opened: Any, name: str, width: int) -> None:
    folder = office.publish("2024-Q1", MAI, name, sample=True, internal=True)
    office.fail("2024-Q1", MAI, "appendix")
    office.index()
    for path in (office.root / "index.html", folder / "index.html"):
        page = opened(path, width, "dark")
        found = Axe().run(page).response["violations"]
        assert [] == [(violation["id"], [node["html"][:200] for node in violation["nodes"]][:3]) for violation in found]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_every_link_of_the_pages_leads_to_a_file(many: Path) -> None:
    for name in PAGES:
        assert [path for path in leads_to(many / name) if not path.is_file()] == []


@needs_chromium
def test_one_walks_from_the_index_through_units_and_periods_and_back(many: Path, opened: Any) -> None:
    page = opened(many / "index.html")
    page.locator(".matrix").get_by_role("row", name="Xã Long Mai").get_by_role("link").nth(1).click()
    assert page.url == (many / "2023-Q4" / MAI / "index.html").as_uri()
    page.get_by_role("link", name="Quý III/2023").first.click()
    assert page.url == (many / "2023-Q3" / MAI / "index.html").as_uri()
    page.locator(".bar summary", has_text="Xã Long Mai").click()
    page.locator(".bar").get_by_role("link", name="Huyện Minh Long").last.click()
    assert page.url == (many / "2023-Q3" / DISTRICT / "index.html").as_uri()
    page.get_by_role("link", name="Mọi báo cáo").click()
    assert page.url == (many / "index.html").as_uri()


@needs_chromium
@pytest.mark.parametrize(
    ("wanted", "shown"),
    [("long mai", 13), ("Quý I/2024", 3), ("mon iv/2022", 1), ("I/2023", 3), ("không có", 0), ("", 39)],
)
def test_a_report_is_found_by_unit_and_period_typed_with_or_without_marks(many: Path, opened: Any, wanted: str, shown: int) -> None:
    page = opened(many / "index.html")
    page.get_by_label("Tìm báo cáo").fill("x")
    page.get_by_label("Tìm báo cáo").fill(wanted)
    assert shown == page.evaluate("[...document.querySelectorAll('.reports tbody tr')].filter(row => !row.hidden).length")
    if wanted:
        assert f"{shown} trong 39 báo cáo" == page.locator("output").inner_text()
        assert shown == page.locator(".reports tbody tr:visible").count(), "what is found is opened"


@needs_chromium
def test_without_scripts_everything_is_there_and_no_control_is_dead(many: Path, opened: Any) -> None:
    page = opened(many / "index.html", scripts=False)
    assert (0, 39) == (page.locator("input, button").count(), page.locator(".reports tbody tr").count())
    page.locator("details.period summary").first.click()
    assert page.locator("details.period").first.locator("tbody tr").first.is_visible()
    page = opened(many / f"2023-Q4/{MAI}/index.html", scripts=False)
    page.locator(".bar summary", has_text="Tài liệu").click()
    assert page.locator(".bar").get_by_role("link", name="Tóm tắt cho lãnh đạo: HTML").is_visible()


@needs_chromium
def test_the_first_screen_of_a_desktop_holds_the_figures_and_a_phone_begins_with_them(many: Path, opened: Any) -> None:
    page = opened(many / f"2023-Q4/{MAI}/index.html", 1280)
    assert 6 == page.locator(".card").count()
    assert page.locator(".card .number").last.bounding_box()["y"] < 844
    page = opened(many / f"2023-Q4/{MAI}/index.html", 390)
    assert page.locator(".card .number").first.bounding_box()["y"] < 844


def test_the_summary_is_a_small_file_that_says_five_sentences(summary: NotebookNode) -> None:
    page = notebook_html(summary, "Tóm tắt")
    assert len(page.encode()) < 500_000
    assert 5 == page.count('class="statement"')


def test_one_small_unit_reads_sensibly(tmp_path: Path) -> None:
    """A commune alone with a single dossier: sentences without a comparison that is not there, and no unit named as the worst of one."""
    write_register(register(dossier("2024-03-01", due="2024-03-08", resolved="2024-03-05", unit=MAI)), tmp_path / "so.parquet")
    page = notebook_html(run_cells(ROOT / "notebooks" / "summary.ipynb", {**PARAMETERS, "unit": MAI, "register": str(tmp_path / "so.parquet")}), "Tóm tắt")
    said = text(page)
    assert "Tỷ lệ đúng hạn là 100,00% (1/1 hồ sơ); kỳ trước không có số liệu để so. Chỉ 1 hồ sơ, nên tỷ lệ dễ dao động." in said
    assert "Không đơn vị nào" not in said
