"""Benchmark: 39 reports (13 quarters × 3 notebooks) in one batch, against the plain loop of commands and against the cells alone.

The loop is what an analyst would write: for each report `papermill`, then `jupyter nbconvert --to html`, and for the PDF the browser that
prints the page. The limit is the processor time of the cells alone in a process that has imported everything, shared out to the cores.
Then the second run with nothing changed, one report by itself, and the imports. Run by `make bench`; the table goes to standard output.
"""
# ruff: noqa: INP001, S603 - a script, not a package; it runs this very project's commands

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import mean

import nbformat
import yaml
from apart import say

from tthc_analysis.files import locate
from tthc_analysis.press.batch import warm_up
from tthc_analysis.press.pool import SINGLE_THREADED, run_in_child
from tthc_analysis.reference.parameters import read_parameters
from tthc_analysis.reference.periods import parse_period, run
from tthc_analysis.register.intake import import_exports
from tthc_analysis.register.profiles import read_profile
from tthc_analysis.register.sample import write_sample_export

NOTEBOOKS = ("digitization_gaps", "online_share", "processing_time")
PERIODS = run(parse_period("2024-Q1"), 13)
WORKERS = 2
FORMATS = ("html", "html,pdf")
FASTER, FASTER_WITH_PDF, LIMIT, NO_CHANGE = 15, 12, 1.3, 2.0  # design.md, section 7: times, times, times, seconds
BIN = Path(sys.executable).parent
TTHC = [sys.executable, "-m", "tthc_analysis"]


def make_project(folder: Path) -> None:
    """Make a project with the sample register, three notebooks, and parameters for each quarter."""
    for name in ("notebooks", "params", "data"):
        (folder / name).mkdir()
    for name in NOTEBOOKS:
        shutil.copy(locate(f"notebooks/{name}.ipynb"), folder / "notebooks")
    import_exports([write_sample_export(folder)], read_profile("sample"), folder / "data" / "register.parquet")
    values = read_parameters(locate("params/2024-Q1.yaml")).as_notebook_parameters()
    for period in PERIODS:
        mine = values | {"period": period.text, "as_of": period.end.isoformat(), "document": {"issuer": "UBND huyện Minh Long"}}
        (folder / "params" / f"{period.text}.yaml").write_text(yaml.safe_dump(mine, allow_unicode=True), "utf-8")


def timed(folder: Path, *command: str) -> float:
    """Run a command to its good end; give its seconds by the clock."""
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - begun


def batch(folder: Path, formats: str, *, anew: bool = True) -> float:
    """Make all reports in one batch, or look whether they are made."""
    params = sorted(str(path.relative_to(folder)) for path in (folder / "params").glob("*.yaml"))
    if anew:
        shutil.rmtree(folder / f"by-batch-{formats}", ignore_errors=True)
    return timed(folder, *TTHC, "batch", *params, "--format", formats, "--jobs", str(WORKERS), "--out", f"by-batch-{formats}")


def one_by_commands(folder: Path, notebook: str, period: str) -> tuple[float, float]:
    """Make one report by the plain commands; give the seconds of HTML, and of printing that page to PDF."""
    (folder / "by-loop").mkdir(exist_ok=True)
    ran, page = f"by-loop/{period}-{notebook}.ipynb", f"by-loop/{period}-{notebook}.html"
    seconds = timed(folder, str(BIN / "papermill"), f"notebooks/{notebook}.ipynb", ran, "-f", f"params/{period}.yaml")
    seconds += timed(folder, str(BIN / "jupyter"), "nbconvert", "--to", "html", "--no-input", ran)
    browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if not browser:
        return seconds, 0.0
    return seconds, timed(folder, browser, "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={folder / page}.pdf", (folder / page).as_uri())


def cells_alone(folder: Path, notebook: str, period: str) -> float:
    """Run a notebook's cells and nothing else, in this process; give its processor time."""
    from tthc_analysis.press.warm import Shell  # noqa: PLC0415 - in the child that runs them

    os.chdir(folder)
    values = read_parameters(folder / "params" / f"{period}.yaml").as_notebook_parameters()
    cells = [cell.source for cell in nbformat.read(folder / "notebooks" / f"{notebook}.ipynb", as_version=4).cells if cell.cell_type == "code"]
    shell = Shell()
    begun = time.process_time()
    shell.push(values)
    for source in cells[1:]:
        shell.run_cell(source).raise_error()
    return time.process_time() - begun


def batch_lines(folder: Path) -> Iterator[str]:
    """Compare the batch of all reports with the loop and with the limit."""
    reports = [(notebook, period.text) for period in PERIODS for notebook in NOTEBOOKS]
    before = [batch(folder, formats) for formats in FORMATS]
    plain = [one_by_commands(folder, notebook, period) for notebook, period in reports]
    after = [batch(folder, formats) for formats in FORMATS]
    html, both = (mean(pair) for pair in zip(before, after, strict=True))  # a machine is not as fast at one time as at another
    loop, printed = sum(seconds for seconds, _ in plain), sum(seconds for _, seconds in plain)
    warm_up()
    cells = sum(run_in_child(partial(cells_alone, folder, notebook, period)) for notebook, period in reports)
    limit = cells / WORKERS
    yield f"| `papermill`, `jupyter nbconvert` in a loop, HTML | {loop:.0f} s | {loop / len(reports):.2f} s | 1.0 × |"
    yield f"| `tthc batch`, HTML | {html:.1f} s | {html / len(reports):.2f} s | {_faster(loop / html, FASTER)} |"
    if printed:
        yield f"| the loop, and the browser that prints each page, HTML and PDF | {loop + printed:.0f} s | {(loop + printed) / len(reports):.2f} s | 1.0 × |"
        yield f"| `tthc batch`, HTML and PDF | {both:.1f} s | {both / len(reports):.2f} s | {_faster((loop + printed) / both, FASTER_WITH_PDF)} |"
    said = "" if html / limit <= LIMIT else f" (wanted: {LIMIT} ×)"
    yield f"| the limit: the cells alone, {cells:.1f} s of processor time on {WORKERS} cores | {limit:.1f} s | {limit / len(reports):.2f} s | the batch takes {html / limit:.2f} ×{said} |"


def _faster(times: float, wanted: float) -> str:
    return f"{times:.1f} × faster{'' if times >= wanted else f' (wanted: {wanted} ×)'}"


def single_lines(folder: Path) -> Iterator[str]:
    """Look at the run in which nothing has changed, at one report by itself, and at the imports."""
    again = min(batch(folder, "html", anew=False) for _ in range(3))
    yield f"| `tthc batch` again, nothing changed | {again:.1f} s | {again / len(PERIODS) / len(NOTEBOOKS):.2f} s |{'' if again < NO_CHANGE else f' (wanted: {NO_CHANGE:.0f} s)'} |"
    params, name = f"params/{PERIODS[-1].text}.yaml", NOTEBOOKS[1]
    cold = min(timed(folder, *TTHC, "report", params, "--notebook", name, "--format", "html", "--out", "single") for _ in range(3))
    plain = min(one_by_commands(folder, name, PERIODS[-1].text)[0] for _ in range(3))
    yield f"| one report by itself: papermill, nbconvert | {plain:.1f} s | | 1.0 × |"
    yield f"| one report by itself: `tthc report` | {cold:.1f} s | | {plain / cold:.1f} × faster |"
    for words, code in (("`import tthc_analysis`", "import tthc_analysis"), ("`import papermill`", "import papermill"), ("`import pandas`", "import pandas")):
        yield f"| {words} | {min(timed(folder, sys.executable, '-c', code) for _ in range(3)):.2f} s | | |"
    yield f"| `tthc --help` | {min(timed(folder, *TTHC, '--help') for _ in range(3)):.2f} s | | |"


def main() -> None:
    """Print the table, line by line as it comes."""
    os.environ.update(SINGLE_THREADED)
    with tempfile.TemporaryDirectory() as name:
        run_in_child(partial(make_project, Path(name)))  # this process forks: it never opens the register itself
        say([f"| {len(PERIODS) * len(NOTEBOOKS)} reports | in all | a report | |", "|---|---|---|---|"])
        for lines in (batch_lines(Path(name)), single_lines(Path(name))):
            say(lines)


if __name__ == "__main__":
    main()
