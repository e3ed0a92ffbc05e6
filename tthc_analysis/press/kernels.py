"""Kernels: a notebook and its parameters in, the executed notebook out. Papermill runs it, in an ordinary kernel."""

import logging
import warnings
from pathlib import Path
from typing import Any

import papermill
from nbformat import NotebookNode
from papermill.engines import Engine, NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from tthc_analysis.press.failure import Failure

ENGINE = "tthc-kernel"
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
        failed = cell.metadata.pop("papermill", {}).get("exception")
        cell.metadata.pop("execution", None)
        if failed:  # papermill asks for it once more
            cell.metadata["papermill"] = {"exception": True}
        if INJECTED in cell.metadata.get("tags", []):
            cell["id"] = INJECTED
        for output in cell.get("outputs", []):
            if len(output.get("data", {})) > 1:
                output["data"].pop("text/plain", None)
    return notebook


class SteadyEngine(Engine):
    """An engine of papermill's whose notebooks are written once, without what differs from run to run."""

    @classmethod
    def execute_notebook(cls, *arguments: Any, **named: Any) -> NotebookNode:
        """Run the notebook as the engine does, and take out what differs."""
        return _steady(super().execute_notebook(*arguments, **named))


class KernelEngine(SteadyEngine, NBClientEngine):
    """Papermill's own engine: an ordinary kernel."""


papermill_engines.register(ENGINE, KernelEngine)


def run_notebook(source: Path, parameters: dict[str, Any], out: Path, engine: str = ENGINE) -> NotebookNode:
    """Execute a notebook with parameters, save it to `out` (also where it fails) and give it; a failing cell raises NotebookError.

    `engine` is one of papermill's: an ordinary kernel, or `warm.ENGINE` this very process. It starts in the working directory, so that the paths in the parameters mean what they mean to the caller.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # papermill and its kernel client warn of their own internals; a cell's own warnings stay in its output
        warnings.simplefilter("ignore")
        try:
            executed: NotebookNode = papermill.execute_notebook(
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
            raise NotebookError(source.stem, error) from None
    return executed
