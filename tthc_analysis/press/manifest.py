"""The manifest: what a folder's documents were made from, and what they are, by SHA-256. With it, the results that they show."""

import csv
import hashlib
import json
import platform
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import metadata
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat

import tthc_analysis
from tthc_analysis.exhibits.model import AnyExhibit, KeyFigures, Masthead, Number, numbers_of
from tthc_analysis.files import sha256_of, write_whole
from tthc_analysis.press.jobs import Outcome, exhibits_of
from tthc_analysis.press.privacy import check_contents

MANIFEST = "manifest.json"
PACKAGES = ("duckdb", "holidays", "matplotlib", "narwhals", "nbconvert", "numpy", "pandas", "papermill", "scipy", "seaborn", "typst")
WHOLE = "all"
FIGURES = ("numerator", "denominator", "value", "ci_low", "ci_high", "unit")


@cache
def code_sha256() -> str:
    """Fingerprint of the package's own files: two runs with the same one ran the same code."""
    root = Path(tthc_analysis.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return hashlib.sha256("".join(f"{path.relative_to(root).as_posix()} {sha256_of(path)}\n" for path in files).encode()).hexdigest()


def versions() -> dict[str, str]:
    """Give the versions of Python, of this package and of those that make the documents."""
    return {"python": platform.python_version(), "tthc_analysis": tthc_analysis.__version__, **{name: metadata.version(name) for name in PACKAGES}}


def _notebook_entry(outcome: Outcome, exhibits: Sequence[AnyExhibit]) -> dict[str, Any]:
    """Say what one notebook gave: state, title, files with their SHA-256, and its first key figures for the index page."""
    heads = [item for item in exhibits if isinstance(item, Masthead)]
    figures = [figure for item in exhibits if isinstance(item, KeyFigures) for figure in item.figures][:3]
    return {
        "state": "ok",
        "title": heads[0].title if heads else outcome.job.name,
        "sample": any(head.sample for head in heads),
        "notebook_sha256": sha256_of(outcome.job.notebook),
        "files": {path.name: sha256_of(path) for path in outcome.files},
        "typeface": outcome.typeface,
        "made_from": dict(outcome.job.parts),
        "key_figures": [{"label": figure.label, "text": figure.number.text, "ratio": figure.ratio} for figure in figures],
    }


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a folder's manifest; an empty one where there is none yet, or where it is no manifest any more."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) and "notebooks" in manifest else {}


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
        key = (number.metric, number.period, *(number.group.get(name, WHOLE) for name in groups))
        rows[key] = [*key, *("" if (value := getattr(number, name)) is None else f"{value:.12g}" if isinstance(value, float) else value for name in FIGURES)]
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([["metric", "period", *groups, *FIGURES], *(rows[key] for key in sorted(rows))])
    return buffer.getvalue()


def write_manifest(folder: Path, outcomes: Sequence[Outcome], facts: dict[str, Any]) -> None:
    """Write a folder's manifest and its results.csv, after its jobs; notebooks not run this time keep their entries.

    `facts` is what the caller knows of parameters and inputs (`parameters`, `period_label`, `unit_name`, `inputs`, `calendar`).
    Personal data in either file raises UserError, and neither is written.
    """
    notebooks = read_manifest(folder).get("notebooks", {})
    for outcome in outcomes:
        if outcome.failure:
            last_good = notebooks.get(outcome.job.name, {"files": {}})
            notebooks[outcome.job.name] = {**last_good, "state": "failed", "error": str(outcome.failure)}
        else:
            notebooks[outcome.job.name] = _notebook_entry(outcome, _exhibits(folder, outcome.job.name))
    numbers = [number for name in sorted(notebooks) for exhibit in _exhibits(folder, name) for number in numbers_of(exhibit)]
    results = b"\xef\xbb\xbf" + _result_rows(numbers).encode()  # with a mark, so that Excel reads the Vietnamese letters
    body = {**facts, "notebooks": dict(sorted(notebooks.items())), "results_sha256": hashlib.sha256(results).hexdigest()}
    body |= {"versions": versions(), "code_sha256": code_sha256()}
    files = {"results.csv": results, MANIFEST: (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()}
    check_contents(files)
    for name, content in files.items():
        write_whole(folder / name, content)


def _exhibits(folder: Path, name: str) -> list[AnyExhibit]:
    path = folder / f"{name}.ipynb"
    return exhibits_of(nbformat.read(path, as_version=4)) if path.is_file() else []
