"""A notebook made by hand, as papermill leaves one: every kind of exhibit, the appendix's hardest headers, and noise to hide."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, sync_playwright

from tthc_analysis.exhibits.model import Cell, Exhibit, Figure, Header, KeyFigure, KeyFigures, Masthead, Number, Statement, Table
from tthc_analysis.press.kernels import run_notebook
from tthc_analysis.press.warm import ENGINE

ROOT = Path(__file__).parents[2]
POISON = ("<script>alert(1)</script>", "#emph[x]", '=HYPERLINK("x")', "$x$")
POISONED = " ".join(POISON)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160" viewBox="0 0 320 160"><path d="M10 150L110 90L210 60L310 20" fill="none" stroke="#0072B2" stroke-width="3"/></svg>'
LAWS = ["Luật", "Pháp lệnh", "Nghị định", "Quyết định của TTgCP", "Thông tư", "Nghị quyết của HĐND"]
PARTS = ["Luật/ Pháp lệnh", "Nghị định", "QĐ của TTgCP", "Thông tư/ TTLT"]


def header(text: str, *children: Header | str) -> Header:
    """Build a node of a header tree from words."""
    return Header(text=text, children=[child if isinstance(child, Header) else header(child) for child in children])


def number(text: str) -> Number:
    """A number as a result would give it."""
    return Number(text=text, metric="received", period="2024-Q1", group={"receiving_unit": "H48.29"}, value=1)


def row(heading: str, *texts: str) -> list[Cell]:
    """A row of a table: a heading and numbers."""
    return [Cell(text=heading, heading=True), *(Cell(text=text, numbers=[number(text)]) for text in texts)]


def appendix_iii() -> Table:
    """Table III of a reform report's appendix: three rows of header, rowspans on either side."""
    cut = header("Số lượng QĐKD đã được cắt giảm, đơn giản hóa", "Tổng", "TTHC", "YCĐK", "CĐBC", "TC, QC", "KTCN")
    counted = header("Số lượng QĐKD", "Tổng số QĐKD được thống kê", cut)
    issued = header("Số lượng VBQPPL đã ban hành để cắt giảm, đơn giản hóa QĐKD", "Tổng số", *LAWS)
    cells = [Cell(text="0", numbers=[number("0")]) for _ in range(14)]
    caption = "Kết quả cắt giảm, đơn giản hóa quy định liên quan đến hoạt động kinh doanh theo Nghị quyết số 68/NQ-CP ngày 12/5/2020"
    return Table(caption=caption, header=[counted, issued], rows=[cells], wide=True)


def appendix_iv() -> Table:
    """Table IV: the stacked groups stand on the right."""
    people = header("Số lượng TTHC liên quan đến quản lý dân cư", "Tổng số", "Đã cắt giảm, đơn giản hóa", "Tiếp tục cắt giảm, đơn giản hóa")
    done, needed = header("Đã được sửa đổi, bổ sung", "Tổng số", *PARTS), header("Cần sửa đổi, bổ sung", "Tổng số", *PARTS)
    texts = header("Số lượng VBQPPL liên quan đến quản lý dân cư", done, needed)
    cells = [Cell(text="0", numbers=[number("0")]) for _ in range(13)]
    caption = "Kết quả cắt giảm, đơn giản hóa quy định, TTHC liên quan đến quản lý dân cư"
    return Table(caption=caption, header=[people, texts], rows=[cells], wide=True)


def units() -> Table:
    """A table of units: a heading column, stacked headers, a missing share."""
    resolved = header("Đã giải quyết", "Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn")
    columns = [header("Đơn vị"), header("Tiếp nhận"), resolved, header("Tỷ lệ đúng hạn")]
    rows = [
        row("Ủy ban nhân dân xã Long Mai", "1.240", "1.201", "1.100", "80", "21", "98,25%"),
        row("Trung tâm Phục vụ hành chính công xã Thanh An – Ễnh ương, Nguyễn, Đợi Chờ", "980", "955", "901", "40", "14", "98,53%"),
        row("Phòng Tài nguyên và Môi trường", "0", "0", "0", "0", "0", "–"),
    ]
    return Table(caption="Kết quả giải quyết hồ sơ theo đơn vị", header=columns, rows=rows, notes=["Hồ sơ rút không tính vào tỷ lệ."])


def exhibits() -> list[Exhibit]:
    """Each kind of exhibit, as an ordinary report has them."""
    facts = [("Kỳ báo cáo", "Quý I/2024 (15/12/2023–14/3/2024)"), ("Đơn vị", "UBND huyện Minh Long")]
    masthead = Masthead(
        title="Thời gian giải quyết thủ tục hành chính",
        subtitle="Quý I/2024, huyện Minh Long",
        attached_to="(Kèm theo Báo cáo số …/BC-UBND ngày … tháng … năm 2024 của UBND huyện Minh Long)",
        facts=facts,
        warnings=["Lịch làm việc năm 2027 là ước tính."],
        sample=True,
        period="2024-Q1",
        unit="H48.29",
    )
    changes = [("so với Quý IV/2023", number("+2,31 điểm %")), ("so với cùng kỳ", number("−0,40 điểm %")), ("so với mục tiêu", number("–"))]
    share = KeyFigure(label="Tỷ lệ đúng hạn", number=number("98,19%"), ratio="9.612/9.789 hồ sơ", changes=changes, better="higher")
    days = KeyFigure(label="Thời gian xử lý trung vị", number=number("4,0 ngày"), changes=[("so với Quý IV/2023", number("−1,5"))], better="lower")
    chart = Figure(caption="Tỷ lệ đúng hạn theo quý", svg=SVG, alt="Tỷ lệ đúng hạn tăng từ 91% lên 98%", data=units(), notes=["Nguồn: sổ đăng ký."])
    return [
        masthead,
        KeyFigures(caption="Số liệu chính", figures=[share, days]),
        Statement(text="Toàn huyện tiếp nhận 9.924 hồ sơ, giải quyết đúng hạn 98,19%."),
        units(),
        chart,
        appendix_iii(),
        appendix_iv(),
    ]


def poisoned_exhibits() -> list[Exhibit]:
    """Each kind of exhibit with hostile text in every field that is printed."""
    bad = POISONED
    table = Table(caption=bad, header=[header(bad, bad, bad)], rows=[[Cell(text=bad, heading=True), Cell(text=bad, numbers=[number(bad)])]], notes=[bad])
    figure = KeyFigure(label=bad, number=number(bad), ratio=bad, changes=[(bad, number(bad))])
    return [
        Masthead(title=bad, subtitle=bad, attached_to=bad, facts=[(bad, bad)], warnings=[bad], sample=True, period=bad, unit=bad),
        KeyFigures(caption=bad, figures=[figure]),
        Statement(text=bad),
        table,
        Figure(caption=bad, svg=SVG, alt=bad, data=table, notes=[bad]),
    ]


def shown(exhibit: Exhibit) -> NotebookNode:
    """A code cell that shows an exhibit, as the kernel records it."""
    data: dict[str, Any] = {**exhibit._repr_mimebundle_(), "text/plain": "<Exhibit at 0x7f00>"}
    return new_code_cell("show(exhibit)", outputs=[new_output("display_data", data)])


def noise() -> NotebookNode:
    """A code cell with every output that a document hides."""
    outputs = [
        new_output("stream", name="stderr", text="HIDDEN stderr"),
        new_output("stream", name="stdout", text="HIDDEN stdout"),
        new_output("execute_result", {"text/plain": "HIDDEN plain", "text/html": "<p>HIDDEN html</p>"}),
        new_output("display_data", {"image/png": "SElEREVO"}),
    ]
    return new_code_cell("HIDDEN_code = 1", outputs=outputs)


def book(cells: list[NotebookNode]) -> NotebookNode:
    """A valid notebook with fixed cell ids."""
    for position, cell in enumerate(cells):
        cell["id"] = f"cell-{position}"
    notebook = new_notebook(cells=cells)
    nbformat.validate(notebook)
    return notebook


@pytest.fixture
def handmade() -> SimpleNamespace:
    """What tests build their own notebooks from."""
    tables = {"III": appendix_iii(), "IV": appendix_iv(), "units": units()}
    kinds = {exhibit.model_dump()["kind"]: exhibit for exhibit in poisoned_exhibits()}
    return SimpleNamespace(book=book, shown=shown, row=row, tables=tables, exhibits=exhibits(), poisoned=kinds, poison=POISON, poisoned_text=POISONED, svg=SVG)


@pytest.fixture
def notebook() -> NotebookNode:
    """An ordinary report."""
    masthead, figures, statement, table, chart, third, fourth = map(shown, exhibits())
    opening = new_markdown_cell("# Hồ sơ được giải quyết *nhanh* đến đâu?\n\nĐoạn mở đầu có **chữ đậm** và [Nghị định 61](https://vanban.chinhphu.vn/nd61).\n")
    listing = "## Đơn vị nào chậm?\n\n- Xã Long Mai\n- Xã Thanh An\n  1. thôn một\n  2. thôn hai\n\n| Mốc | Ngày |\n|---|--:|\n| Chốt | 15/3/2024 |\n"
    return book(
        [
            noise(),
            masthead,
            opening,
            figures,
            statement,
            new_markdown_cell(listing),
            table,
            chart,
            new_markdown_cell("## III. Cắt giảm\n\n#### Nhảy cấp\n\nDẫn vào bảng."),
            third,
            new_markdown_cell("## IV. Dân cư"),
            fourth,
        ]
    )


@pytest.fixture
def poisoned() -> NotebookNode:
    """A report in which every text is hostile."""
    markdown = f"## {POISONED}\n\n{POISONED}\n\n- {POISONED}\n\n<script>alert(1)</script>\n\n| {POISONED} |\n|---|\n| {POISONED} |\n\n[tải](javascript:alert(1)) ![ảnh](https://evil.example/x.png)\n"
    return book([*map(shown, poisoned_exhibits()), new_markdown_cell(markdown)])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's own Chromium: what it shows is what a reader sees. A laptop may do without; CI may not."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
    if found is None and "CI" not in os.environ:
        pytest.skip("no Chromium on this machine: apt install chromium")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=quiet)
        yield started
        started.close()


@pytest.fixture(scope="session")
def executed(sample_register: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], NotebookNode]:
    """Gives a notebook of the project as it ran on the sample register, each run once."""
    folder = tmp_path_factory.mktemp("executed")
    parameters = yaml.safe_load((ROOT / "params" / "2024-Q1.yaml").read_text("utf-8"))
    parameters |= {"register": str(sample_register), "office": str(ROOT / "params")}

    @cache
    def run(name: str) -> NotebookNode:
        return run_notebook(ROOT / "notebooks" / f"{name}.ipynb", parameters, folder / f"{name}.ipynb", ENGINE)

    return run
