"""Jobs: one notebook for one period and unit becomes its files. The last good ones stay in place until the new ones are whole."""

import shutil
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from tthc_analysis.exhibits.model import MIME, AnyExhibit, Masthead, read_exhibit
from tthc_analysis.files import system_words, write_whole
from tthc_analysis.press.docx import notebook_docx
from tthc_analysis.press.failure import Failure, failure_html
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.kernels import ENGINE, NotebookError, run_notebook
from tthc_analysis.press.ledger import Expected, Shown, StrayNumberError, check_document, check_exhibits, refuse_strays, shown_by
from tthc_analysis.press.manifest import read_manifest
from tthc_analysis.press.orders import FORMATS, Job, Outcome, stamp_of
from tthc_analysis.press.pdf import appendix_pdfs, notebook_pdf
from tthc_analysis.press.privacy import PersonalDataError, check_documents, personal_data, without_colours
from tthc_analysis.press.reading import read_back
from tthc_analysis.reference.personal_data import covered


class SourceChangedError(Exception):
    """A file that a report is made from was replaced while it was made."""


def exhibits_of(notebook: NotebookNode) -> list[AnyExhibit]:
    """List the exhibits that an executed notebook carries, in reading order."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [read_exhibit(output["data"][MIME]) for output in outputs if MIME in output.get("data", {})]


def _title(exhibits: Sequence[AnyExhibit], name: str) -> str:
    return next((f"{item.title} – {item.subtitle}" for item in exhibits if isinstance(item, Masthead)), name)


def _write_documents(job: Job, notebook: NotebookNode, exhibits: Sequence[AnyExhibit], folder: Path) -> str | None:
    """Write the asked formats of an executed notebook to a folder; give the typeface of its PDF."""
    title, day = _title(exhibits, job.name), date.fromisoformat(job.parameters["as_of"])
    made: dict[str, bytes] = {}
    typeface = None
    if "html" in job.formats:
        made["html"] = notebook_html(notebook, title).encode()
    if "docx" in job.formats:
        made["docx"] = notebook_docx(notebook, title, day)
    if "pdf" in job.formats:
        pdf = notebook_pdf(notebook, title, day)
        made["pdf"], typeface = pdf.content, pdf.typeface
    for kind, content in made.items():
        (folder / f"{job.name}.{kind}").write_bytes(content)
    if "pdf" in job.formats:  # the clerk signs each appendix as a file of its own
        for number, pdf in appendix_pdfs(notebook, title, day).items():
            (folder / f"{job.name}-{number}.pdf").write_bytes(pdf.content)
    return typeface


def _check_numbers(folder: Path, expected: Expected) -> None:
    """Read the finished documents back; one that shows a number which the exhibits do not raises StrayNumberError."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".ipynb":
            refuse_strays(path.name, check_document(read_back(path.name, path.read_bytes()), expected))


def _publishable(job: Job, aside: Path, engine: str) -> str | None:
    """Run a notebook and write its documents aside, looked through and fit to be published; give the PDF's typeface."""
    notebook = run_notebook(job.notebook, job.parameters, aside / f"{job.name}.ipynb", engine)
    exhibits = exhibits_of(notebook)
    shown = [*shown_by(notebook, exhibits), Shown("tên tài liệu", _title(exhibits, job.name), name=True)]
    refuse_strays(f"{job.name}.ipynb", check_exhibits(shown))
    typeface = _write_documents(job, notebook, exhibits, aside)
    check_documents(sorted(aside.iterdir()), internal=bool(job.parameters.get("internal")))
    _check_numbers(aside, Expected(shown, exhibits))
    return typeface


def check_sources(job: Job) -> None:
    """Raise SourceChangedError where a file that the job reads is not the one that it was planned with."""
    for path, stamp in job.sources.items():
        if stamp_of(path) != stamp:
            message = f"{path.name} đã được thay trong khi lập báo cáo. Chạy lại để lập theo tệp mới."
            raise SourceChangedError(message)


def give_up(job: Job, failure: Failure, aside: Path | None = None) -> Outcome:
    """Leave the page that says why, and the notebook as far as it ran, beside the last good files; neither with personal data."""
    kept = job.folder / f"{job.name}.failed.ipynb"
    kept.unlink(missing_ok=True)
    if (
        aside
        and (ran := aside / f"{job.name}.ipynb").is_file()
        and not personal_data({ran.name: ran.read_bytes()}, internal=bool(job.parameters.get("internal")))
    ):
        ran.replace(kept)
    said = replace(failure, error=covered(failure.error), source=covered(failure.source), traceback=covered(without_colours(failure.traceback)))
    write_whole(job.folder / f"{job.name}.failed.html", failure_html(said, job.parameters).encode())
    return Outcome(job, failure=said)


def clear_remains(job: Job) -> None:
    """Remove what a run that was killed had begun to write aside."""
    for remains in job.folder.glob(f".making-{job.name}-*"):
        shutil.rmtree(remains, ignore_errors=True)


def run_job(job: Job, engine: str = ENGINE) -> Outcome:
    """Run one job; its files appear when all are whole and hold no personal data. Else a page says why, and the old files stay.

    `engine` is papermill's (see `kernels.run_notebook`).
    """
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
        clear_remains(job)
        with tempfile.TemporaryDirectory(dir=job.folder, prefix=f".making-{job.name}-") as made:
            return _tried(job, Path(made), engine)
    except OSError as error:  # a full disk, a folder that may not be written to: nothing that was there has changed
        what = f"không ghi được {error.filename or job.folder}: {system_words(error)}"
        with suppress(OSError):
            return give_up(job, Failure(job.name, "khi ghi tệp", what, "", traceback.format_exc()))
        return Outcome(job, failure=Failure(job.name, "khi ghi tệp", what, "", traceback.format_exc()))


def _tried(job: Job, aside: Path, engine: str) -> Outcome:
    """Make the documents aside and move them into place, or give up on them."""
    try:
        typeface = _publishable(job, aside, engine)
        check_sources(job)
    except NotebookError as error:
        return give_up(job, error.failure, aside)
    except PersonalDataError as error:
        return give_up(job, Failure(job.name, "khi quét dữ liệu cá nhân", str(error), "", traceback.format_exc()), aside)
    except StrayNumberError as error:
        return give_up(job, Failure(job.name, "khi đối chiếu số", str(error), "", traceback.format_exc()), aside)
    except SourceChangedError as error:
        return give_up(job, Failure(job.name, "trong khi lập", str(error), "", ""), aside)
    except RuntimeError as error:  # the kernel died or did not start, or the page could not be set
        return give_up(job, Failure(job.name, "khi chạy hoặc viết tài liệu", f"{type(error).__name__}: {error}", "", traceback.format_exc()), aside)
    return _put_in_place(job, aside, typeface)


def _put_in_place(job: Job, aside: Path, typeface: str | None) -> Outcome:
    """Move the documents into place. One that was not made this time stays where nothing has changed since; else it would disagree with the new ones."""
    entry = read_manifest(job.folder).get("notebooks", {}).get(job.name, {})
    right = entry.get("files", {}) if is_as_made(job, entry) else {}
    made = [path.replace(job.folder / path.name) for path in sorted(aside.iterdir())]
    others = [path for path in _former(job) if path not in made and path.is_file()]
    kept = [path for path in others if path.name in right]
    for path in others:
        if path not in kept:
            path.unlink()
    in_pdf = any(path.suffix == ".pdf" for path in kept)
    return Outcome(job, tuple(sorted([*made, *kept])), typeface or (entry.get("typeface") if in_pdf else None))


def is_as_made(job: Job, entry: Mapping[str, Any]) -> bool:
    """Say whether what a manifest's entry tells of was made from the very same as the job."""
    return entry.get("state") == "ok" and entry.get("made_from") == dict(job.parts)


def _former(job: Job) -> list[Path]:
    """List the files that a job may have given before."""
    kinds = [f"{job.name}.{kind}" for kind in ("failed.html", "failed.ipynb", *FORMATS)]
    return [*(job.folder / kind for kind in kinds), *job.folder.glob(f"{job.name}-[IVX]*.pdf")]
