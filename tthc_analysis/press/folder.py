"""What a folder has besides its documents: the results that they show, the ledger of every figure, the tables as a workbook, and the manifest."""

import csv
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.html import change_of
from tthc_analysis.exhibits.letters import harmless
from tthc_analysis.exhibits.model import AnyExhibit, KeyFigure, KeyFigures, Masthead, Number, numbers_of
from tthc_analysis.files import sha256_of, write_whole
from tthc_analysis.press.jobs import exhibits_of, is_as_made
from tthc_analysis.press.ledger import Shown, StrayNumberError, check_workbook, ledger_csv, refuse_strays, shown_by
from tthc_analysis.press.manifest import LEDGER, MANIFEST, MOST_FIGURES, RESULTS, WHOLE, WORKBOOK, code_sha256, read_manifest, versions
from tthc_analysis.press.orders import Outcome
from tthc_analysis.press.privacy import check_contents
from tthc_analysis.press.reading import read_back
from tthc_analysis.press.sheets import sheets_of
from tthc_analysis.press.xlsx import workbook

MARK = b"\xef\xbb\xbf"
FIGURES = ("numerator", "denominator", "value", "ci_low", "ci_high", "unit")


def _figure_entry(figure: KeyFigure) -> dict[str, Any]:
    """Say a key figure as its card does: label, number, n/N, and each change with its verdict."""
    changes = [{"against": label, "text": number.text, **asdict(change_of(number.model_dump(), figure.better))} for label, number in figure.changes]
    return {"label": figure.label, "text": figure.number.text, "ratio": figure.ratio, "changes": changes}


def _notebook_entry(outcome: Outcome, exhibits: Sequence[AnyExhibit]) -> dict[str, Any]:
    """Say what one notebook gave: state, title, files with their SHA-256, and its first key figures for the index page."""
    heads = [item for item in exhibits if isinstance(item, Masthead)]
    figures = [figure for item in exhibits if isinstance(item, KeyFigures) for figure in item.figures][:MOST_FIGURES]
    return {
        "state": "ok",
        "title": heads[0].title if heads else outcome.job.name,
        "sample": any(head.sample for head in heads),
        "internal": any(head.internal for head in heads),
        "notebook_sha256": sha256_of(outcome.job.notebook),
        "files": {path.name: sha256_of(path) for path in outcome.files},
        "typeface": outcome.typeface,
        "made_from": dict(outcome.job.parts),
        "key_figures": [_figure_entry(figure) for figure in figures],
    }


def _result_rows(numbers: Iterable[Number]) -> str:
    """Write the results that the documents show as CSV: a column not broken down by reads "all", a change between periods is left out."""
    shown = [number for number in numbers if not number.change]
    groups = sorted({name for number in shown for name in number.group})
    clashing = {"metric", "period", *FIGURES} & set(groups)
    if clashing:
        message = f"A number's group is named like a column of results.csv: {', '.join(sorted(clashing))}"
        raise ValueError(message)
    rows = {}
    for number in shown:
        key = (number.metric, number.period, *(harmless(number.group.get(name, WHOLE)) for name in groups))
        rows[key] = [*key, *("" if (value := getattr(number, name)) is None else f"{value:.12g}" if isinstance(value, float) else value for name in FIGURES)]
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([["metric", "period", *groups, *FIGURES], *(rows[key] for key in sorted(rows))])
    return buffer.getvalue()


def finish_folder(folder: Path, outcomes: Sequence[Outcome], facts: dict[str, Any]) -> None:
    """Write what a folder has besides its documents, after its jobs: results.csv, ledger.csv, tables.xlsx where asked for, and last the manifest.

    `outcomes` are of one set of parameters. `facts` is what the caller knows of parameters and inputs (`parameters`, `period_label`, `unit_name`,
    `inputs`, `calendar`). Notebooks not run this time keep their entries. Personal data in a file, or a number that the exhibits do not show, raises UserError, and none is written.
    """
    notebooks, parameters = read_manifest(folder).get("notebooks", {}), outcomes[0].job.parameters if outcomes else {}
    unchanged = all(is_as_made(outcome.job, notebooks.get(outcome.job.name, {})) for outcome in outcomes)
    documents = _documents(folder, sorted({*notebooks, *(outcome.job.name for outcome in outcomes)}))
    for outcome in outcomes:
        if outcome.failure:
            last_good = notebooks.get(outcome.job.name, {"files": {}})
            notebooks[outcome.job.name] = {**last_good, "state": "failed", "error": str(outcome.failure)}
        else:
            notebooks[outcome.job.name] = _notebook_entry(outcome, documents[outcome.job.name].exhibits if outcome.job.name in documents else [])
    files = _files(documents)
    if any("xlsx" in outcome.job.formats for outcome in outcomes):
        files[WORKBOOK] = _workbook(documents, f"{facts['unit_name']}, {facts['period_label']}", date.fromisoformat(parameters["as_of"]))
    elif unchanged and (folder / WORKBOOK).is_file():
        files[WORKBOOK] = (folder / WORKBOOK).read_bytes()
    body = {**facts, "notebooks": dict(sorted(notebooks.items())), "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}}
    body |= {"versions": versions(), "code_sha256": code_sha256()}
    files[MANIFEST] = (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()
    check_contents(files, internal=bool(parameters.get("internal")))
    for name in {RESULTS, LEDGER, WORKBOOK} - set(files):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)


class _Document(NamedTuple):
    """What an executed notebook of the folder shows."""

    exhibits: list[AnyExhibit]
    shown: list[Shown]


def _documents(folder: Path, names: Sequence[str]) -> dict[str, _Document]:
    """Read the executed notebooks of a folder, by name."""
    books = {name: nbformat.read(path, as_version=4) for name in names if (path := folder / f"{name}.ipynb").is_file()}
    return {name: _Document(exhibits := exhibits_of(book), shown_by(book, exhibits)) for name, book in books.items()}


def _files(documents: Mapping[str, _Document]) -> dict[str, bytes]:
    """Make the files that are of all of a folder's notebooks: the results shown, and the ledger of every figure."""
    numbers = [number for document in documents.values() for exhibit in document.exhibits for number in numbers_of(exhibit)]
    ledger = ledger_csv({name: document.shown for name, document in documents.items()})
    # with a mark, so that Excel reads the Vietnamese letters
    return {RESULTS: MARK + _result_rows(numbers).encode(), LEDGER: MARK + ledger.encode()}


def _workbook(documents: Mapping[str, _Document], title: str, day: date) -> bytes:
    """Make the workbook of a folder's tables, and read it back."""
    tables = {name: document.exhibits for name, document in documents.items()}
    content, sheets = workbook(tables, title, day), sheets_of(tables)
    beside = [title, *(sheet.name for sheet in sheets), *(item.text for document in documents.values() for item in document.shown if not item.once)]
    strays = check_workbook(read_back(WORKBOOK, content), {sheet.name: sheet.table for sheet in sheets}, beside)
    try:
        refuse_strays(WORKBOOK, strays)
    except StrayNumberError as error:
        raise UserError(str(error)) from None
    return content
