"""Registers that offices really have at the edges: one dossier, units by the hundred, long names, nothing known. Each still makes its documents."""

import ast
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from dossiers import dossier, register
from nbformat import NotebookNode

from tthc_analysis.exhibits.model import MIME, numbers_of, read_exhibit
from tthc_analysis.press.html import notebook_html
from tthc_analysis.press.pdf import notebook_pdf
from tthc_analysis.register.store import write_register

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "explore")
PARAMETERS = {
    "period": "2024-Q1",
    "as_of": "2024-03-15",
    "unit": "all",
    "policy": "report-2024",
    "history": 13,
    "calendar": "VN",
    "office": "params",
    "internal": False,
    "document": {},
}


def run_cells(path: Path, parameters: dict[str, Any]) -> NotebookNode:
    """Run a notebook's cells in this process, as a kernel would, and keep their exhibits. Faster than a kernel, the same documents."""
    notebook, names = nbformat.read(path, as_version=4), dict(parameters)
    for cell in notebook.cells[1:]:
        if cell.cell_type != "code":
            continue
        *statements, last = ast.parse(cell.source).body
        exec(compile(ast.Module(statements, []), path.name, "exec"), names)  # noqa: S102 - our own notebooks
        shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)  # noqa: S307
        if shown is not None:
            cell["outputs"] = [nbformat.v4.new_output("display_data", data=shown._repr_mimebundle_())]
    return notebook


def many_units() -> pd.DataFrame:
    names = [f"Trung tâm Phục vụ hành chính công xã số {number:02d} tên thật dài cho đủ" for number in range(96)]
    days = pd.date_range("2023-12-15", "2024-03-10", periods=96).strftime("%Y-%m-%d")
    rows = [dossier(unit=names[n % 96], received=days[n % 96], resolved="2024-03-12", due="2024-03-13", intake_digitised=bool(n % 3)) for n in range(300)]
    return register(*rows)


CASES = {
    "one dossier, open, nothing known": register(dossier(received="2024-03-01")),
    "one dossier, of another period": register(dossier(received="2021-03-01", resolved="2021-03-02", due="2021-03-02")),
    "nothing in the periods before": register(*(dossier(received="2024-02-20", resolved="2024-02-21", due="2024-02-21") for n in range(40))),
    "96 units with names of 60 letters": many_units(),
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def hard_register(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hard") / "register.parquet"
    write_register(CASES[request.param], path)
    return path


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_hard_register_still_makes_its_documents(hard_register: Path, path: Path) -> None:
    notebook = run_cells(path, PARAMETERS | {"register": str(hard_register)})
    exhibits = [read_exhibit(output["data"][MIME]) for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = {number.text for exhibit in exhibits for number in numbers_of(exhibit) if number.value is None}
    assert texts <= {"–", "*"}, "a missing value is a dash and a withheld one a star, never a number"
    assert not [number for exhibit in exhibits for number in numbers_of(exhibit) if number.value is not None and not np.isfinite(number.value)]
    page = notebook_html(notebook, path.stem)
    assert ">nan<" not in page
    assert len(page.encode()) < 1_500_000
    assert notebook_pdf(notebook, path.stem, date(2024, 3, 15)).content.startswith(b"%PDF")
