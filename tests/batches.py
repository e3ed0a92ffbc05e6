"""Projects for batches: a folder as a user has it, with small notebooks that do one thing, and the command run in it as a user runs it."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tthc_analysis.reference.parameters import KEYS

ROOT = Path(__file__).parents[1]
PARAMETERS = (ROOT / "params" / "2024-Q1.yaml").read_text("utf-8")
SAYS = "from tthc_analysis.exhibits.model import Statement\nStatement(text='Xong')"


def write_notebook(folder: Path, name: str, source: str) -> None:
    """Write a notebook of one cell that knows the parameters."""
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    parameters = new_code_cell(f"{' = '.join(KEYS)} = None", metadata={"tags": ["parameters"]}, id="0")
    nbformat.write(new_notebook(cells=[parameters, new_code_cell(source, id="1")], metadata=python), folder / "notebooks" / f"{name}.ipynb")


def make_project(folder: Path, register: Path, notebooks: Mapping[str, str], periods: tuple[str, ...] = ("2023-Q4", "2024-Q1")) -> Path:
    """Make a project with small notebooks (source by name), parameters of two quarters, and a register with its account."""
    for name in ("notebooks", "params", "data"):
        (folder / name).mkdir(parents=True)
    for name in ("register.parquet", "register.account.json"):
        shutil.copy(register.with_name(name), folder / "data" / name)
    ends = {"2023-Q4": "2023-12-14", "2024-Q1": "2024-03-15"}
    for period in periods:
        (folder / "params" / f"{period}.yaml").write_text(
            PARAMETERS.replace("2024-Q1", period).replace('as_of: "2024-03-15"', f'as_of: "{ends[period]}"'), "utf-8"
        )
    for name, source in notebooks.items():
        write_notebook(folder, name, source)
    return folder


def command(project: Path, *options: str) -> list[str]:
    """Give the batch of all of a project's parameters, HTML only."""
    params = sorted(str(path.relative_to(project)) for path in (project / "params").glob("*.yaml"))
    return [sys.executable, "-m", "tthc_analysis", "batch", *params, "--format", "html", *options]


def batch(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the batch to its end."""
    return subprocess.run(command(project, *options), cwd=project, capture_output=True, text=True, check=False, timeout=300)


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}
