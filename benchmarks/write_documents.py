"""Benchmark: what the forms of a report cost beyond its cells: HTML, PDF, Word and the tables of the workbook, each read back and checked.

Every notebook runs once on the sample; then a forked child writes its documents, as in a batch: the parent has imported everything and
written nothing, no cache knows the report. The best of a few children counts, in processor time, so that a busy machine does not tell.
Run by `make bench`; the table goes to standard output.
"""
# ruff: noqa: INP001 - a script, not a package

import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import nbformat

from tthc_analysis.files import locate
from tthc_analysis.press import warm
from tthc_analysis.press.batch import warm_up
from tthc_analysis.press.docx import notebook_docx
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.jobs import exhibits_of
from tthc_analysis.press.kernels import run_notebook
from tthc_analysis.press.ledger import Expected, check_document, check_exhibits, shown_by
from tthc_analysis.press.pdf import appendix_pdfs, notebook_pdf
from tthc_analysis.press.pool import run_in_child
from tthc_analysis.press.privacy import personal_data
from tthc_analysis.press.reading import read_back
from tthc_analysis.press.xlsx import workbook
from tthc_analysis.reference.parameters import read_parameters
from tthc_analysis.register.intake import import_exports
from tthc_analysis.register.profiles import read_profile
from tthc_analysis.register.sample import write_sample_export

RUNS = 5
WANTED = 0.4  # seconds a report
DAY, TITLE = dt.date(2024, 3, 15), "Báo cáo"
PARTS = ("HTML", "PDF", "appendices one by one", "Word", "workbook", "checks")


def executed(folder: Path) -> list[Path]:
    """Run every notebook on the sample; give the executed ones."""
    register = folder / "register.parquet"
    import_exports([write_sample_export(folder)], read_profile("sample"), register)
    values = read_parameters(locate("params/2024-Q1.yaml")).as_notebook_parameters() | {"register": str(register)}
    books = [path for path in sorted(locate("notebooks").glob("*.ipynb")) if path.stem != "explore"]
    for book in books:
        run_notebook(book, values, folder / book.name, warm.ENGINE)
    return [folder / book.name for book in books]


def timed(times: dict[str, float], part: str, work: Callable[[], Any]) -> Any:
    """Do a piece of work and keep the time it took."""
    begun = time.process_time()
    answer = work()
    times[part] = time.process_time() - begun
    return answer


def check(notebook: nbformat.NotebookNode, files: dict[str, bytes]) -> None:
    """Look through what was written, as a job does before it publishes."""
    exhibits = exhibits_of(notebook)
    shown = shown_by(notebook, exhibits)
    expected = Expected(shown, exhibits)
    read_back.cache_clear()
    found = [*check_exhibits(shown), *(stray for name, content in files.items() for stray in check_document(read_back(name, content), expected))]
    if found or personal_data(files):
        sys.exit(f"not to be published: {found}")


def write(path: Path) -> dict[str, float]:
    """Write the documents of an executed notebook once; give the seconds by part."""
    notebook, times = nbformat.read(path, as_version=4), dict[str, float]()
    files = {
        "a.html": timed(times, "HTML", lambda: notebook_html(notebook, TITLE).encode()),
        "a.pdf": timed(times, "PDF", lambda: notebook_pdf(notebook, TITLE, DAY).content),
        "a.docx": timed(times, "Word", lambda: notebook_docx(notebook, TITLE, DAY)),
    }
    single = timed(times, "appendices one by one", lambda: appendix_pdfs(notebook, TITLE, DAY))
    files |= {f"a-{number}.pdf": pdf.content for number, pdf in single.items()}
    timed(times, "workbook", lambda: workbook({path.stem: exhibits_of(notebook)}, TITLE, DAY))
    timed(times, "checks", lambda: check(notebook, files))
    return times


def main() -> None:
    """Measure every notebook and print a row for each."""
    warm_up()  # as a batch does before it forks
    print("| report | " + " | ".join(PARTS) + " | all |\n|---|" + "---|" * (len(PARTS) + 1))  # noqa: T201 - a script's output
    with tempfile.TemporaryDirectory() as name:
        for path in run_in_child(partial(executed, Path(name))):
            runs = [run_in_child(partial(write, path)) for _ in range(RUNS)]
            times = {part: min(run[part] for run in runs) for part in PARTS}
            whole = sum(times[part] for part in PARTS)
            said = "" if whole < WANTED else f" (wanted: {WANTED} s)"
            print(f"| {path.stem} | " + " | ".join(f"{times[part]:.3f}" for part in PARTS) + f" | {whole:.2f} s{said} |")  # noqa: T201


if __name__ == "__main__":
    main()
