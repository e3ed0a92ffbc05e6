"""The manifest: what a folder's documents were made from, and what they are, by SHA-256. Reading it costs nothing to import; `folder` writes it."""

import hashlib
import json
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import tthc_analysis
from tthc_analysis.files import sha256_of

MANIFEST, RESULTS, LEDGER, WORKBOOK = "manifest.json", "results.csv", "ledger.csv", "tables.xlsx"
PACKAGES = (
    *("duckdb", "holidays", "matplotlib", "narwhals", "nbconvert", "numpy", "pandas", "papermill"),
    *("python-docx", "scipy", "seaborn", "typst", "xlsxwriter"),
)
WHOLE = "all"
APART = {"checked.py", "cli.py", "verify.py", "__main__.py"}  # what no document is made by
MOST_FIGURES = 6  # that the index page shows of a notebook


@cache
def code_sha256() -> str:
    """Fingerprint of the package's own files that documents are made by: two runs with the same one ran the same code."""
    root = Path(tthc_analysis.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts and path.relative_to(root).parts[0] not in APART)
    return hashlib.sha256("".join(f"{path.relative_to(root).as_posix()} {sha256_of(path)}\n" for path in files).encode()).hexdigest()


@cache
def versions() -> dict[str, str]:
    """Give the versions of Python, of this package and of those that make the documents."""
    return {"python": platform.python_version(), "tthc_analysis": tthc_analysis.__version__, **{name: metadata.version(name) for name in PACKAGES}}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a folder's manifest; an empty one where there is none yet, or where it is no manifest any more."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) and "notebooks" in manifest else {}
