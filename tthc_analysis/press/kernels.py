"""Kernels: a notebook and its parameters in, the executed notebook out. Papermill runs it, in an ordinary kernel."""

import logging
import warnings
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from papermill.exceptions import PapermillExecutionError

from tthc_analysis.press.failure import Failure

INJECTED = "injected-parameters"
QUIET = ["--log-level=ERROR"]  # a kernel warns that its local port is not encrypted
KERNEL_START = 120  # seconds: a cold disk on an office machine is slow


class NotebookError(Exception):
    """A cell raised; `failure` says which (as Jupyter numbers it) and what it said."""

    def __init__(self, notebook: str, error: PapermillExecutionError) -> None:
        said = f"{error.ename}: {error.evalue}"
        self.failure = Failure(notebook, f"ô số {error.exec_count}", said, error.source, "\n".join(error.traceback))
        super().__init__(str(self.failure))


def _steady(notebook: NotebookNode) -> NotebookNode:
    """Take out what differs from run to run: times, paths, random ids, and texts that hold addresses."""
    ran = notebook.metadata.get("papermill", {})
    notebook.metadata["papermill"] = {"parameters": ran.get("parameters", {}), "exception": ran.get("exception")}
    notebook.metadata["language_info"] = {"name": "python"}  # a kernel also tells which Python it is: the manifest does
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("papermill", None)
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
        for output in cell.get("outputs", []):
            if len(output.get("data", {})) > 1:
                output["data"].pop("text/plain", None)
    return notebook


def run_notebook(source: Path, parameters: dict[str, Any], out: Path, engine: str | None = None) -> NotebookNode:
    """Execute a notebook with parameters, save it to `out` (also where it fails) and give it; a failing cell raises NotebookError.

    `engine` is papermill's: None an ordinary kernel, `warm.ENGINE` this very process. It starts in the working directory, so that the paths in the parameters mean what they mean to the caller.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    failed: PapermillExecutionError | None = None
    with warnings.catch_warnings():
        # papermill and its kernel client warn of their own internals; a cell's own warnings stay in its output
        warnings.simplefilter("ignore")
        try:
            papermill.execute_notebook(
                str(source),
                str(out),
                parameters,
                engine_name=engine,
                progress_bar=False,
                record_timing=False,
                start_timeout=KERNEL_START,
                extra_arguments=QUIET,
            )
        except PapermillExecutionError as error:
            failed = error
        executed: NotebookNode = _steady(nbformat.read(out, as_version=4))
        nbformat.write(executed, out)
    if failed:
        raise NotebookError(source.stem, failed)
    return executed
