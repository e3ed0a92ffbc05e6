"""Nothing with personal data is published: each kind of file is read back, a finding fails the report, and the old files stay. Every number here is invented."""

import datetime as dt
import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import nbformat
import pytest
import python_calamine
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tthc_analysis import cli
from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.model import Cell, Header, Number, Table
from tthc_analysis.press.folder import finish_folder
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.index import write_index
from tthc_analysis.press.jobs import run_job
from tthc_analysis.press.orders import Job, Outcome
from tthc_analysis.press.pdf import notebook_pdf
from tthc_analysis.press.privacy import PersonalDataError, check_documents, personal_data
from tthc_analysis.reference.parameters import KEYS
from tthc_analysis.reference.personal_data import CITIZEN_NUMBER, EMAIL, OLD_CITIZEN_NUMBER, PHONE, findings

ROOT = Path(__file__).parents[2]
PLANTED = {PHONE: "0912 345 678", CITIZEN_NUMBER: "051085012345", OLD_CITIZEN_NUMBER: "212345678", EMAIL: "nguoi.nop@thu.example.vn"}
DAY = dt.date(2024, 3, 15)


def unit_table(unit: str) -> Table:
    """A table of one unit, as a result broken down by unit gives it."""
    received = Number(text="5", metric="received", period="2024-Q1", group={"receiving_unit": unit}, value=5)
    return Table(
        caption="Theo đơn vị",
        header=[Header(text="Đơn vị"), Header(text="Tiếp nhận")],
        rows=[[Cell(text=unit, heading=True), Cell(text="5", numbers=[received])]],
    )


def documents(notebook: NotebookNode, folder: Path) -> dict[str, Path]:
    """Write a notebook in each of its kinds; give the files by kind."""
    paths = {kind: folder / f"bao_cao.{kind}" for kind in ("ipynb", "html", "pdf")}
    nbformat.write(notebook, paths["ipynb"])
    paths["html"].write_text(notebook_html(notebook, "Báo cáo"), "utf-8")
    paths["pdf"].write_bytes(notebook_pdf(notebook, "Báo cáo", DAY).content)
    return paths


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_said_without_values(text: str, *said: str) -> None:
    assert [] == [part for part in said if part not in text], text
    assert [] == [value for value in PLANTED.values() if value in text or value.replace(" ", "") in text]


@pytest.fixture(scope="module", params=PLANTED)
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The documents of a notebook with a unit named with one kind of personal data."""
    data = unit_table(f"UBND xã Long Mai, {PLANTED[request.param]}")._repr_mimebundle_()
    notebook = new_notebook(cells=[new_code_cell("", id="0", outputs=[new_output("display_data", data)])])
    return SimpleNamespace(kind=request.param, files=documents(notebook, tmp_path_factory.mktemp("planted")))


@pytest.mark.parametrize("suffix", ["ipynb", "html", "pdf"])
def test_each_kind_of_data_is_found_in_each_kind_of_file(planted: SimpleNamespace, suffix: str) -> None:
    path = planted.files[suffix]
    with pytest.raises(PersonalDataError) as raised:
        check_documents([path])
    assert {planted.kind} == set(personal_data({path.name: path.read_bytes()})[path.name])
    assert_said_without_values(str(raised.value), path.name, planted.kind)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "period,unit,value\n2024-Q1,0912345678,5\n"),
        ("a.csv", '2024-Q1,"Xã Long Mai\n0912345678",5\n'),
        ("a.json", json.dumps({"đơn vị": "dòng một\n0912345678"})),
        ("a.json", json.dumps({"0912345678": 1})),
        ("a.ipynb", json.dumps({"source": "u = 'huy\\u1ec7n'\t0912345678"})),
        ("a.ipynb", json.dumps({"source": '<b style="0912345678">'})),
        ("a.json", json.dumps([[{"a": 912345678.0}]])),
        ("a.ipynb", json.dumps({"traceback": "\x1b[0;31m0912345678\x1b[0m"})),
        ("a.html", '<img alt="Gọi 0912345678" src="data:image/svg+xml;base64,AAAA">'),
        ("a.html", "<p>&#48;912&nbsp;345 678</p>"),
    ],
    ids=[
        "a csv's cell",
        "a csv's second line in a cell",
        "after an escaped line end",
        "a key",
        "after an escaped tab",
        "an attribute in JSON",
        "a number",
        "a coloured traceback",
        "an attribute",
        "entities",
    ],
)
def test_personal_data_hides_nowhere_in_a_file(name: str, content: str) -> None:
    assert {name: Counter({PHONE: 1})} == personal_data({name: content.encode()})


def test_a_pdfs_title_is_read_too() -> None:
    content = notebook_pdf(new_notebook(cells=[new_markdown_cell("Chữ", id="0")]), "Báo cáo 0912345678", DAY).content
    assert content.count(b"0912345678") <= personal_data({"a.pdf": content})["a.pdf"][PHONE]


def test_a_document_of_every_exhibit_is_clean(notebook: NotebookNode, tmp_path: Path) -> None:
    paths = documents(notebook, tmp_path).values()
    assert {} == personal_data({path.name: path.read_bytes() for path in paths})


def test_a_file_of_a_kind_that_nobody_reads_back_is_not_published() -> None:
    with pytest.raises(KeyError):
        personal_data({"a.odt": b""})


# jobs


def write_notebook(path: Path, parameters: str, source: str) -> None:
    """Write a notebook of two cells: its parameters, and one that does something."""
    cells = [new_code_cell(parameters, metadata={"tags": ["parameters"]}, id="0"), new_code_cell(source, id="1")]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=cells, metadata=python), path)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job whose folder holds the last good report and what an earlier failure left."""
    folder = tmp_path / "2024-Q1" / "all"
    folder.mkdir(parents=True)
    for name in ("bao_cao.html", "bao_cao.ipynb", "bao_cao.pdf"):
        (folder / name).write_text("lần trước", "utf-8")
    (folder / "bao_cao.failed.ipynb").write_text("{}", "utf-8")
    return Job(tmp_path / "bao_cao.ipynb", {"as_of": "2024-03-15", "document": {"issuer": f"UBND huyện, ĐT {PLANTED[PHONE]}"}}, folder)


SHOW = "from tthc_analysis.exhibits.model import Statement\nStatement(text='Đã tiếp nhận năm hồ sơ')"
RAISE = f"raise ValueError('không đọc được {PLANTED[CITIZEN_NUMBER]}')"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (SHOW, ["khi quét dữ liệu cá nhân", f"bao_cao.ipynb có 2 {PHONE}", "giá trị không hiện", "as_of", "UBND huyện, ĐT •••"]),
        (RAISE, ["ô số 3", "ValueError: không đọc được •••", "UBND huyện, ĐT •••"]),
    ],
    ids=["a report with personal data", "a failure with personal data"],
)
def test_a_failure_over_personal_data_keeps_the_old_files_and_shows_no_value(job: Job, source: str, said: list[str]) -> None:
    write_notebook(job.notebook, "as_of = document = None", source)
    failure = run_job(job).failure
    assert failure
    assert {"bao_cao.html", "bao_cao.ipynb", "bao_cao.pdf", "bao_cao.failed.html"} == set(contents(job.folder)), "a failed notebook is not kept"
    assert {"lần trước"} == {(job.folder / f"bao_cao.{kind}").read_text("utf-8") for kind in ("html", "ipynb", "pdf")}
    page = (job.folder / "bao_cao.failed.html").read_text("utf-8")
    assert_said_without_values(page, *said)
    assert {} == personal_data({"bao_cao.failed.html": page.encode()})
    assert Counter() == findings(f"{failure}\n{failure.source}\n{failure.traceback}")


# results.csv, manifest.json, index.html


FACTS = {"parameters": {}, "period_label": "Quý I/2024", "unit_name": "Xã Long Mai", "inputs": [], "calendar": {}}


def test_a_manifest_with_personal_data_is_not_written(tmp_path: Path) -> None:
    finish_folder(tmp_path, [], FACTS)
    before = contents(tmp_path)
    with pytest.raises(UserError) as raised:
        finish_folder(tmp_path, [], {**FACTS, "parameters": {"document": {"issuer": f"UBND, {PLANTED[EMAIL]}"}}})
    assert_said_without_values(str(raised.value), f"manifest.json có 1 {EMAIL}", "vẫn giữ nguyên")
    assert before == contents(tmp_path)


def test_results_with_personal_data_are_not_written(handmade: SimpleNamespace, tmp_path: Path) -> None:
    nbformat.write(handmade.book([handmade.shown(unit_table(PLANTED[OLD_CITIZEN_NUMBER]))]), tmp_path / "bao_cao.ipynb")
    with pytest.raises(UserError) as raised:
        finish_folder(tmp_path, [Outcome(Job(tmp_path / "bao_cao.ipynb", {"as_of": "2024-03-15"}, tmp_path))], FACTS)
    assert_said_without_values(str(raised.value), f"results.csv có 1 {OLD_CITIZEN_NUMBER}")
    assert {"bao_cao.ipynb"} == set(contents(tmp_path))


def test_an_index_is_not_written_over_a_manifest_with_personal_data_and_says_which(tmp_path: Path) -> None:
    finish_folder(tmp_path / "2024-Q1" / "xa-long-mai", [], FACTS)
    before = write_index(tmp_path).read_bytes()
    manifest = tmp_path / "2024-Q1" / "xa-long-mai" / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("Xã Long Mai", PLANTED[PHONE]), "utf-8")
    with pytest.raises(UserError) as raised:
        write_index(tmp_path)
    assert_said_without_values(str(raised.value), f"2024-Q1/xa-long-mai/manifest.json có 1 {PHONE}")
    assert before == (tmp_path / "index.html").read_bytes()


# the whole way


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> Path:
    """A project with one of the real notebooks and a small one, the sample register, and their report of 2024-Q1."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("notebooks/online_share.ipynb", "params/2024-Q1.yaml"):
        (folder / name).parent.mkdir()
        shutil.copy(ROOT / name, folder / name)
    write_notebook(folder / "notebooks" / "tom_tat.ipynb", f"{' = '.join(KEYS)} = None", SHOW)
    shutil.copytree(sample_register.parent, folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        assert 0 == report(folder, patch)
    return folder


def report(project: Path, patch: pytest.MonkeyPatch, *options: str) -> int:
    """Run `tthc report` in this process; give its exit code."""
    patch.chdir(project)
    patch.setattr(sys, "argv", ["tthc", "report", "params/2024-Q1.yaml", *options])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def texts(path: Path) -> Iterator[str]:
    """Every text of a file that `tthc sample` writes."""
    match path.suffix:
        case ".parquet":
            yield from (str(value) for row in duckdb.read_parquet(str(path)).fetchall() for value in row)
        case ".xlsx":
            book = python_calamine.load_workbook(path)
            yield from (str(value) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for value in row)
        case _:
            yield path.read_text("utf-8")


def test_no_file_of_the_sample_holds_personal_data(sample_register: Path) -> None:
    files = [path for path in sample_register.parent.rglob("*") if path.is_file()]
    assert sample_register in files
    assert {} == {path.name: counts for path in files if (counts := findings("\n".join(texts(path))))}


def test_no_file_of_the_report_holds_personal_data(project: Path) -> None:
    written = contents(project / "outputs")
    assert {"index.html", "manifest.json", "results.csv", "online_share.pdf"} <= {Path(name).name for name in written}
    assert {} == personal_data(written)


def test_an_issuer_with_a_telephone_number_stops_the_report_and_leaves_the_last_one(project: Path, monkeypatch, capsys) -> None:
    before = contents(project / "outputs")
    params = project / "params" / "2024-Q1.yaml"
    committed = params.read_text("utf-8")
    params.write_text(committed.replace("issuer: UBND huyện Minh Long", f"issuer: UBND huyện, ĐT {PLANTED[PHONE]}"), "utf-8")
    code = report(project, monkeypatch, "--notebook", "tom_tat")
    params.write_text(committed, "utf-8")
    said = capsys.readouterr()
    assert (2, "") == (code, said.out)
    assert_said_without_values(said.err, f"có {PHONE} trong tham số", "2024-Q1.yaml")
    assert before == contents(project / "outputs")
