"""The whole way on the district's own figures: `tthc report` on the sample, then the files as a reader opens them."""

import csv
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pypdfium2
import pytest
import yaml
from playwright.sync_api import Browser

from tthc_analysis.exhibits.model import MIME
from tthc_analysis.press.privacy import personal_data

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ("appendix", "data_quality", "digitization_gaps", "online_share", "processing_time", "reconciliation", "report_text", "service_quality", "summary")
APPENDICES = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
# What the written report says of 01/01/2021-15/3/2024, as its reader will look for it in each document.
WRITTEN = {
    "appendix": ["532", "352", "180", "9.965", "9.924", "9.789", "8.925", "89,93%", "3.232", "33,02%"],
    "reconciliation": [],  # the sample names no written report
    "report_text": ["8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93%", "3.232/9.789", "9.965", "trực tuyến: 2.608", "7.316", "41", "8.956", "656", "177", "28", "148"],
    "summary": ["759/768", "98,83%", "420/758", "534/768"],
    "data_quality": ["9.965", "177", "142"],
    "processing_time": ["41", "9.924", "9.965", "9.789", "8.956", "656", "177", "28", "148", "9.612/9.789", "98,19%"],
    "online_share": ["2.608/9.924", "26,28%", "9.924"],
    "service_quality": ["380/768", "49,48%", "98,88%"],
    "digitization_gaps": ["8.925/9.924", "89,93%", "3.232/9.789", "33,02%"],
}
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
# a laptop may do without; CI may not: there a missing browser is a failure
needs_chromium = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no Chromium on this machine: apt install chromium")


def exhibits(notebook: Path) -> list[dict]:
    cells = nbformat.read(notebook, as_version=4).cells
    return [output["data"][MIME] for cell in cells for output in cell.get("outputs", []) if MIME in output.get("data", {})]


def visible_text(page: str) -> str:
    without = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", without))


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """JupyterLab as opened from a folder; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--IdentityProvider.token=test", "--allow-root", "--LabApp.news_url=", "--ServerApp.port_retries=0"]
    with subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            _until_answered(f"{address}/api/status?token=test")
            yield address
        finally:
            server.terminate()


def _until_answered(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("JupyterLab does not answer")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> Path:
    """A project folder of our own: the committed notebooks and parameters, with the sample register where they look for it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "params", folder / "params")
    (folder / "data").mkdir()
    for name in ("register.parquet", "register.account.json"):
        shutil.copy(sample_register.with_name(name), folder / "data" / name)
    return folder


@pytest.fixture(scope="module")
def outputs(project: Path) -> Path:
    run = subprocess.run([sys.executable, "-m", "tthc_analysis.cli", "report", "params/2024-Q1.yaml"], cwd=project, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr.count("Traceback")) == (0, 0), run.stderr
    assert str(project / "outputs" / "index.html") in run.stdout
    return project / "outputs"


@pytest.fixture(scope="module")
def folder(outputs: Path) -> Path:
    return outputs / "2024-Q1" / "huyen-minh-long"


def test_no_file_of_a_report_holds_personal_data(outputs: Path) -> None:
    files = {str(path.relative_to(outputs)): path.read_bytes() for path in outputs.rglob("*") if path.is_file()}
    assert {".csv", ".html", ".ipynb", ".json", ".pdf"} <= {Path(name).suffix for name in files}
    assert {} == personal_data(files)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_html_shows_the_written_reports_numbers(folder: Path, name: str) -> None:
    text = visible_text((folder / f"{name}.html").read_text("utf-8"))
    assert [number for number in WRITTEN[name] if not re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d.,]*\d)", text)] == []
    assert "DỮ LIỆU MẪU" in text


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_pdf_shows_the_written_reports_numbers_on_a4(folder: Path, name: str) -> None:
    pdf = pypdfium2.PdfDocument(folder / f"{name}.pdf")
    text = " ".join(page.get_textpage().get_text_range() for page in pdf)
    assert [number for number in WRITTEN[name] if number not in text] == []
    assert "DỮ LIỆU MẪU" in text
    assert {(595, 842), (842, 595)} >= {tuple(round(side) for side in page.get_size()) for page in pdf}
    pdf.close()


def test_results_csv_holds_the_written_reports_results(folder: Path) -> None:
    rows = list(csv.DictReader((folder / "results.csv").read_text("utf-8-sig").splitlines()))
    window = {row["metric"]: row for row in rows if row["period"] == "2021-01-01..2024-03-15" and {row[name] for name in list(row)[2:-6]} == {"all"}}
    counts = {"carried_over": 41, "received": 9924, "resolved": 9789, "resolved_early": 8956, "resolved_on_due_date": 656, "resolved_late": 177}
    counts |= {"pending": 28, "pending_late": 0, "withdrawn": 148}
    assert counts == {metric: int(window[metric]["value"]) for metric in counts}
    shares = {"online_share": ("2608", "9924"), "intake_digitised_share": ("8925", "9924"), "result_digitised_share": ("3232", "9789")}
    assert shares == {metric: (window[metric]["numerator"], window[metric]["denominator"]) for metric in shares}


def test_the_manifest_names_inputs_and_files_by_their_content(folder: Path, project: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert set(NOTEBOOKS) == set(manifest["notebooks"])
    for entry in manifest["notebooks"].values():
        assert {"ipynb", "html", "pdf", "docx"} == {name.rpartition(".")[2] for name in entry["files"]}
        assert entry["files"] == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in entry["files"]}
    assert {"results.csv", "ledger.csv", "tables.xlsx"} == set(manifest["files"])
    assert manifest["files"] == {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in manifest["files"]}
    register, declared = project / "data" / "register.parquet", project / "params" / "declared" / "2024-Q1.yaml"
    assert [
        {"path": "data/register.parquet", "version": "register.parquet", "sha256": hashlib.sha256(register.read_bytes()).hexdigest(), "rows": 9965},
        {"path": "params/declared/2024-Q1.yaml", "sha256": hashlib.sha256(declared.read_bytes()).hexdigest()},
    ] == manifest["inputs"]
    assert yaml.safe_load((project / "params" / "2024-Q1.yaml").read_text("utf-8"))["period"] == manifest["parameters"]["period"]
    assert str(project) not in json.dumps(manifest), "a manifest must read the same on every machine"


def test_the_index_links_to_every_document(outputs: Path) -> None:
    links = re.findall(r'href="([^"]+)"', (outputs / "index.html").read_text("utf-8"))
    assert [link for link in links if not (outputs / link).is_file()] == []
    assert {f"2024-Q1/huyen-minh-long/{name}.{kind}" for name in NOTEBOOKS for kind in ("html", "pdf", "docx")} <= set(links)
    assert {f"2024-Q1/huyen-minh-long/{name}" for name in ("index.html", "tables.xlsx", "appendix-IX.pdf")} <= set(links)


def test_nothing_is_left_over_beside_the_documents(folder: Path) -> None:
    expected = {f"{name}.{kind}" for name in NOTEBOOKS for kind in ("ipynb", "html", "pdf", "docx")} | {f"appendix-{number}.pdf" for number in APPENDICES}
    expected |= {"manifest.json", "results.csv", "ledger.csv", "tables.xlsx", "index.html"}
    assert expected == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_plain_papermill_gives_the_same_exhibits(folder: Path, project: Path, tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", f"notebooks/{name}.ipynb", str(tmp_path / "out.ipynb"), "-f", "params/2024-Q1.yaml"]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    assert exhibits(folder / f"{name}.ipynb") == exhibits(tmp_path / "out.ipynb")


def test_a_second_run_gives_the_same_bytes(folder: Path, project: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tthc_analysis.cli", "report", "params/2024-Q1.yaml", "--notebook", "online_share", "--out", str(tmp_path)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    again = tmp_path / "2024-Q1" / "huyen-minh-long"
    assert [
        kind for kind in ("ipynb", "html", "pdf", "docx") if (folder / f"online_share.{kind}").read_bytes() != (again / f"online_share.{kind}").read_bytes()
    ] == []


def test_a_failing_notebook_leaves_the_last_good_report_and_a_page_that_says_why(folder: Path, project: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "2024-Q1" / "huyen-minh-long")
    broken = nbformat.read(project / "notebooks" / "online_share.ipynb", as_version=4)
    broken.cells.insert(2, nbformat.v4.new_code_cell('raise RuntimeError("máy in hết giấy")'))
    (project / "notebooks" / "zz_broken.ipynb").write_text(nbformat.writes(broken), "utf-8")
    here = tmp_path / "2024-Q1" / "huyen-minh-long"
    shutil.copy(here / "online_share.html", here / "zz_broken.html")
    command = [sys.executable, "-m", "tthc_analysis.cli", "report", "params/2024-Q1.yaml", "--notebook", "zz_broken", "--out", str(tmp_path)]
    run = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    (project / "notebooks" / "zz_broken.ipynb").unlink()
    assert (run.returncode, run.stderr.count("Traceback")) == (1, 0)
    assert "zz_broken, ô số 4: RuntimeError: máy in hết giấy" in run.stderr
    assert (folder / "online_share.html").read_bytes() == (here / "zz_broken.html").read_bytes()
    notice = visible_text((here / "zz_broken.failed.html").read_text("utf-8"))
    assert all(text in notice for text in ("ô số 4", "máy in hết giấy", "huyen-minh-long", "data/register.parquet"))
    assert "máy in hết giấy" in (here / "zz_broken.failed.ipynb").read_text("utf-8")
    assert "zz_broken.failed.html" in (tmp_path / "index.html").read_text("utf-8")


@needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("page_name", ["index.html", "2024-Q1/huyen-minh-long/index.html", *(f"2024-Q1/huyen-minh-long/{name}.html" for name in NOTEBOOKS)])
def test_the_page_opens_without_request_error_or_sideways_scroll(outputs: Path, browser: Browser, page_name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 844})
    requests, troubles = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    address = (outputs / page_name).as_uri()
    page.goto(address)
    widths = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    pictures = page.evaluate("[...document.images].map(i => i.naturalWidth > 0 && i.alt.length > 20)")
    page.close()
    assert ([], [address]) == (troubles, [url for url in requests if not url.startswith("data:")])
    assert widths[0] <= widths[1]
    assert all(pictures)
    assert page_name in ("index.html", *(f"2024-Q1/huyen-minh-long/{name}.html" for name in ("appendix", "reconciliation", "report_text"))) or pictures


@needs_chromium
@pytest.mark.parametrize("opened_from", ["", "notebooks"])
def test_run_all_in_jupyterlab_gives_the_same_exhibits(folder: Path, project: Path, browser: Browser, opened_from: str) -> None:
    notebook = project / "notebooks" / "online_share.ipynb"
    committed = notebook.read_bytes()
    with jupyterlab(project / opened_from) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/lab/tree/{'' if opened_from else 'notebooks/'}online_share.ipynb?reset&token=test")
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        for _ in range(60):
            page.wait_for_timeout(1_000)
            page.keyboard.press("Control+s")
            if nbformat.read(notebook, as_version=4).cells[-1].get("outputs"):
                break
        page.close()
    ran = exhibits(notebook)
    notebook.write_bytes(committed)
    assert exhibits(folder / "online_share.ipynb") == ran
