"""The number ledger: a number that no result accounts for is found where it stands, before and after the documents are written."""

import datetime as dt
import random
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tthc_analysis.exhibits.model import AnyExhibit, Cell, Figure, Header, KeyFigure, KeyFigures, Masthead, Number, Place, Statement, Sum, Table
from tthc_analysis.press import folder, jobs
from tthc_analysis.press.docx import notebook_docx
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.jobs import exhibits_of, run_job
from tthc_analysis.press.ledger import Expected, check_document, check_exhibits, check_workbook, ledger_csv, shown_by
from tthc_analysis.press.orders import Job
from tthc_analysis.press.pdf import notebook_pdf
from tthc_analysis.press.reading import read_back
from tthc_analysis.press.sheets import sheets_of
from tthc_analysis.press.xlsx import workbook
from tthc_analysis.reference import notation

DAY = dt.date(2024, 3, 15)
TITLE = "Thử – Xã Long Mai, quý I/2024"
WRITERS = {
    "a.html": lambda notebook: notebook_html(notebook, TITLE).encode(),
    "a.pdf": lambda notebook: notebook_pdf(notebook, TITLE, DAY).content,
    "a.docx": lambda notebook: notebook_docx(notebook, TITLE, DAY),
}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="160"><g id="axes_1"><g id="matplotlib.axis_1"><g id="xtick_1"><g id="text_1">'
    '<!-- 20% --><path d="M0 0h9"/></g></g></g><g id="text_2"><!-- 89,93% --><path d="M9 9h9"/></g></g></svg>'
)


def count(value: int, metric: str = "received", **group: str) -> Number:
    return Number(text=notation.count(value), metric=metric, period="2024-Q1", group=group, value=value, unit="hồ sơ")


def share(n: int, whole: int, metric: str = "intake_digitised_share", **group: str) -> Number:
    figures = {"numerator": n, "denominator": whole, "value": n / whole, "ci_low": 0.8932, "ci_high": 0.9051}
    return Number(text=notation.percent(n, whole), metric=metric, period="2024-Q1", group=group, unit="tỷ lệ", **figures)


SHARE = share(8925, 9924)


def table(*counts: int) -> Table:
    """Counts of three communes with their total, and the share beside the last."""
    cells = [[Cell(text=f"Xã số {place}", heading=True), Cell(text=notation.count(n), numbers=[count(n, unit_id=f"xa-{place}")]), Cell(text="")] for place, n in enumerate(counts, 1)]  # fmt: skip
    whole = [Cell(text="Toàn bộ", heading=True), Cell(text=notation.count(sum(counts)), numbers=[count(sum(counts))]), Cell(text=f"{SHARE.text} (8.925/9.924)", numbers=[SHARE])]  # fmt: skip
    header = [Header(text="Đơn vị"), Header(text="Tiếp nhận (3)"), Header(text="Số hóa")]
    total = Sum(total=Place(len(counts), 1), parts=[Place(row, 1) for row in range(len(counts))])
    return Table(caption="Tiếp nhận theo đơn vị, quý I/2024", header=header, rows=[*cells, whole], notes=["Theo Nghị định 61/2018/NĐ-CP."], sums=[total])


def exhibits(*counts: int) -> list[AnyExhibit]:
    """One of each kind."""
    head = Masthead(title="Thử", subtitle="Xã Long Mai, quý I/2024", attached_to="", facts=[("Lịch", "mã kiểm 12ab34")], period="2024-Q1", unit="xa")
    change = Number(text="+2,31 điểm %", metric="intake_digitised_share", period="2024-Q1 − 2023-Q4", value=0.0231, unit="điểm %", change=True)
    card = KeyFigure(label="Số hóa", number=SHARE, ratio="8.925/9.924", changes=[("kỳ trước", change)], better="higher")
    said = Statement(text="Số hóa thành phần hồ sơ khi tiếp nhận: 8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93%, tăng 2,31 điểm %.", numbers=[SHARE, change])
    figure = Figure(caption="Số hóa", svg=SVG, alt="Số hóa: cuối 89,93%.", data=table(*counts))
    return [head, KeyFigures(caption="Số liệu chính", figures=[card]), said, table(*counts), figure]


def book(*shown: AnyExhibit, markdown: str = "## Bao nhiêu hồ sơ?\n\nTheo mục 2.2 của báo cáo, năm 2024.") -> NotebookNode:
    cells = [new_code_cell("", id=str(place), outputs=[new_output("display_data", exhibit._repr_mimebundle_())]) for place, exhibit in enumerate(shown)]
    return new_notebook(cells=[new_markdown_cell(markdown, id="text"), *cells])


def strays_before(*shown: AnyExhibit, markdown: str = "") -> list[tuple[str, str]]:
    notebook = book(*shown, markdown=markdown)
    return [(stray.numeral, stray.place) for stray in check_exhibits(shown_by(notebook, exhibits_of(notebook)))]


def expected_of(notebook: NotebookNode) -> Expected:
    return Expected(shown_by(notebook, exhibits_of(notebook)), exhibits_of(notebook))


# --- before: each figure is a number of its place


def test_what_results_say_passes() -> None:
    assert [] == strays_before(*exhibits(1200, 3, 45), markdown="## Theo mục 2.1\n\nTừ ngày 15/12/2023, Quyết định 766/QĐ-TTg.")


WRONG = {
    "a sentence": (Statement(text="Đạt 89,94%.", numbers=[SHARE]), "89,94", "câu"),
    "a count in a sentence": (Statement(text="Có 8.926/9.924 hồ sơ.", numbers=[SHARE]), "8.926", "câu"),
    "a number of another place": (Statement(text="Có 1.200 hồ sơ."), "1.200", "câu"),
    "a cell that prints not its own number": (
        Table(caption="Bảng", header=[Header(text="A")], rows=[[Cell(text="4", numbers=[count(3)])]]), "4", "bảng “Bảng”, hàng 1, cột 1"),
    "a cell without a number": (Table(caption="Bảng", header=[Header(text="A")], rows=[[Cell(text="17")]]), "17", "bảng “Bảng”, hàng 1, cột 1"),
    "a note": (Table(caption="Bảng", header=[Header(text="A")], rows=[[Cell(text="–")]], notes=["Còn 7 nhóm."]), "7", "bảng “Bảng”"),
    "a caption": (Table(caption="12 xã", header=[Header(text="A")], rows=[]), "12", "bảng “12 xã”"),
    "a head": (Table(caption="Bảng", header=[Header(text="Trong 96 xã")], rows=[]), "96", "bảng “Bảng”"),
    "an alternative text": (Figure(caption="Hình", svg=SVG, alt="Cuối 89,39%.", data=table(1, 2, 3)), "89,39", "hình “Hình”"),
    "a drawing": (
        Figure(caption="Hình", svg=SVG.replace("<!-- 89,93% -->", "<!-- 98,93% -->"), alt="", data=table(1, 2, 3)), "98,93", "hình “Hình”, chữ trên hình"),
    "a warning": (
        Masthead(title="Thử", subtitle="", attached_to="", warnings=["Thiếu 3 tệp."], period="2024-Q1", unit="x"), "3", "đầu tài liệu"),
}  # fmt: skip


@pytest.mark.parametrize(("exhibit", "numeral", "place"), WRONG.values(), ids=WRONG)
def test_a_number_that_no_result_accounts_for_is_named_with_its_place(exhibit: AnyExhibit, numeral: str, place: str) -> None:
    assert [(numeral, place)] == strays_before(exhibit)


def test_a_number_typed_into_the_notebooks_text_is_one() -> None:
    assert [("98,5", "ô Markdown “Tỷ lệ đúng hạn đạt 98,5%.”")] == strays_before(markdown="## Kết quả\n\nTỷ lệ đúng hạn đạt 98,5%.")


def test_the_marks_of_an_axis_measure_and_are_no_results() -> None:
    figure = Figure(caption="Hình", svg=SVG, alt="", data=table(1, 2, 3))
    assert [] == strays_before(figure), "20% stands on the axis"


def test_numerals_in_names_of_the_data_are_no_figures_wherever_they_are_said() -> None:
    said = Statement(text="Thấp nhất Xã số 1 (89,93%).", numbers=[SHARE])
    assert [("1", "câu")] == strays_before(said)
    assert [] == strays_before(said, table(1, 2, 3)), "a table names it"
    assert [] == strays_before(said.model_copy(update={"quoted": ["Xã số 1"]}))


def test_what_words_mention_is_in_the_ledger() -> None:
    confidence = Number(text="95%", metric="constant_confidence", period="", value=0.95, unit="tỷ lệ")
    assert [] == strays_before(Statement(text="Khoảng tin cậy 95%.", mentions=[confidence]))


def test_the_ledger_says_of_each_figure_what_it_is() -> None:
    notebook = book(*exhibits(1200, 3, 45))
    lines = ledger_csv({"thu": shown_by(notebook, exhibits_of(notebook))}).splitlines()
    assert "document,place,figure,metric,period,group,numerator,denominator,value,unit" == lines[0]
    assert "thu,câu,8.925,intake_digitised_share,2024-Q1,,8925,9924,0.899334945586,tỷ lệ" in lines
    assert 'thu,"bảng “Tiếp nhận theo đơn vị, quý I/2024”, hàng 1, cột 2",1.200,received,2024-Q1,unit_id=xa-1,,,1200,hồ sơ' in lines


# --- after: each numeral was shown


@pytest.mark.parametrize("name", WRITERS)
def test_documents_as_they_are_written_pass(name: str) -> None:
    notebook = book(*exhibits(1200, 3, 45))
    assert [] == check_document(read_back(name, WRITERS[name](notebook)), expected_of(notebook))


def changed(text: str, rng: random.Random) -> str:
    """Change one digit of a text to another."""
    place = rng.choice([match.start() for match in re.finditer(r"\d", text)])
    return f"{text[:place]}{rng.choice([digit for digit in '123456789' if digit != text[place]])}{text[place + 1 :]}"


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("seed", range(12))
def test_one_wrong_digit_in_a_finished_document_is_found(name: str, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    right = exhibits(*(rng.choice([1, 2, 3, 4, 12, 345, 1200, 98765]) for _ in range(3)))
    said, shown = right[2].text, right[3].model_dump()
    if seed % 2:
        said = changed(said, rng)
    else:
        cell = rng.choice([cell for row in shown["rows"] for cell in row if re.search(r"\d", cell["text"])])
        cell["text"] = changed(cell["text"], rng)
    wrong = [*right[:2], right[2].model_copy(update={"text": said}), Table(**shown), right[4]]
    found = check_document(read_back(name, WRITERS[name](book(*wrong))), expected_of(book(*right)))
    assert found, (said, [[cell["text"] for cell in row] for row in shown["rows"]])
    assert all(stray.place for stray in found)


def test_a_picture_that_the_notebook_did_not_draw_is_found() -> None:
    right, other = exhibits(1200, 3, 45), SVG.replace("M9 9h9", "M9 9h8")
    page = notebook_html(book(*right[:4], right[4].model_copy(update={"svg": other})), TITLE)
    assert ["hình"] == [stray.numeral for stray in check_document(read_back("a.html", page.encode()), expected_of(book(*right)))]


def test_a_wrong_alternative_text_is_found_in_each_kind() -> None:
    right = exhibits(1200, 3, 45)
    wrong = book(*right[:4], right[4].model_copy(update={"alt": "Số hóa: cuối 89,39%."}))
    for name, write in WRITERS.items():
        assert ["89,39"] == [stray.numeral for stray in check_document(read_back(name, write(wrong)), expected_of(book(*right)))], name


def test_a_wrong_number_in_a_pages_csv_is_found() -> None:
    right = exhibits(1200, 3, 45)
    page = notebook_html(book(*right), TITLE)
    document = read_back("a.html", page.encode())
    assert document.files, "tables can be saved"
    name, text = document.files[0]
    wrong = document._replace(files=((name, text.replace("1200", "1201")),))
    assert [("1201", f"tệp CSV {name}, hàng 2")] == [(stray.numeral, stray.place) for stray in check_document(wrong, expected_of(book(*right)))]


@pytest.mark.parametrize("seed", range(8))
def test_one_wrong_digit_in_a_workbook_is_found(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - a draw, no secret
    counts = [rng.choice([1, 2, 3, 4, 12, 345, 1200, 98765]) for _ in range(3)]
    right, place = {"a": exhibits(*counts)}, rng.randrange(3)
    wrong = [*counts[:place], int(changed(str(counts[place]), rng)), *counts[place + 1 :]]
    tables = {sheet.name: sheet.table for sheet in sheets_of(right)}
    beside = [item.text for item in shown_by(book(*right["a"]), right["a"]) if not item.once] + [TITLE, *tables]
    assert [] == check_workbook(read_back("tables.xlsx", workbook(right, TITLE, DAY)), tables, beside)
    found = check_workbook(read_back("tables.xlsx", workbook({"a": exhibits(*wrong)}, TITLE, DAY)), tables, beside)
    assert {f"{wrong[place]:.12g}", f"{sum(wrong):.12g}"} >= {stray.numeral for stray in found} != set()
    assert all("trang tính" in stray.place for stray in found)


# --- what is found is not published


@pytest.fixture
def job(tmp_path: Path) -> Job:
    source = (
        "from tthc_analysis.exhibits.model import Number, Statement\n"
        'Statement(text="Đạt 89,93%.", numbers=[Number(text="89,93%", metric="m", period="2024-Q1", value=0.8993, unit="tỷ lệ")])'
    )
    notebook = new_notebook(cells=[new_code_cell("as_of = ''", id="p", metadata={"tags": ["parameters"]}), new_code_cell(source, id="c")])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "thu.ipynb")
    return Job(tmp_path / "thu.ipynb", {"as_of": "2024-03-15"}, tmp_path / "out", ("html", "docx"))


def test_a_document_with_a_stray_number_is_not_published_and_the_last_good_one_stays(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_job(job).failure is None
    before = {path.name: path.read_bytes() for path in job.folder.iterdir()}
    monkeypatch.setattr(jobs, "notebook_html", lambda notebook, title: notebook_html(notebook, title).replace("89,93%", "98,93%"))
    failure = run_job(job).failure
    assert failure is not None
    assert "khi đối chiếu số" == failure.where
    assert "thu.html có 1 số không có trong kết quả: 98,93 ở p" in failure.error
    after = {path.name: path.read_bytes() for path in job.folder.iterdir()}
    assert before == {name: content for name, content in after.items() if ".failed." not in name}
    assert "98,93" in after["thu.failed.html"].decode()


def test_a_notebook_that_types_a_number_is_not_published(job: Job) -> None:
    notebook = nbformat.read(job.notebook, as_version=4)
    notebook.cells.append(new_markdown_cell("Tỷ lệ đạt 97,5%.", id="m"))
    nbformat.write(notebook, job.notebook)
    failure = run_job(job).failure
    assert failure is not None
    assert "97,5 ở ô Markdown" in failure.error
    assert not (job.folder / "thu.html").exists()


def test_a_stray_number_in_the_workbook_keeps_the_old_one(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run_job(Job(job.notebook, job.parameters, job.folder, ("html", "xlsx")))
    facts = {"parameters": {"as_of": "2024-03-15"}, "unit_name": "Xã Long Mai", "period_label": "Quý I/2024", "inputs": [], "calendar": {}}
    folder.finish_folder(job.folder, [outcome], facts)
    before = (job.folder / "tables.xlsx").read_bytes()
    monkeypatch.setattr(folder, "workbook", lambda documents, title, date: workbook({"a": exhibits(7, 8, 9)}, f"{title} 4567", date) if documents else b"")
    with pytest.raises(folder.UserError, match=re.escape("tables.xlsx có")):
        folder.finish_folder(job.folder, [outcome], facts)
    assert before == (job.folder / "tables.xlsx").read_bytes()
