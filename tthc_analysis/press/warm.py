"""Warm execution: the cells run in this process, by papermill, without a kernel of their own.

A parent that has imported everything forks a child for each report; the child runs the notebook here and writes its documents. What is
isolated is the process. `run_notebook` takes this engine where the platform can fork, an ordinary kernel elsewhere: the exhibits are the same.
"""

import contextlib
from collections.abc import Iterator
from io import StringIO
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import papermill_engines
from traitlets import Type

from tthc_analysis.press.kernels import SteadyEngine

ENGINE = "tthc-warm"


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line as the kernel would send it."""

    shell: Any

    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is not None and not self.quiet():
            data, metadata = self.compute_format_data(result)
            self.update_user_ns(result)
            if data:
                self.shell.told.append(new_output("execute_result", data=data, metadata=metadata, execution_count=self.prompt_count))


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays as the kernel would send it."""

    shell: Any

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **_: Any) -> None:  # noqa: ARG002 - IPython's signature
        self.shell.told.append(new_output("display_data", data=data, metadata=metadata or {}))


class Shell(InteractiveShell):
    """IPython without a terminal or a kernel: what its cells say is kept in `told`, as outputs of a notebook."""

    configurables: list[Any]
    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def __init__(self, **settings: Any) -> None:
        self.told: list[NotebookNode] = []
        super().__init__(**settings)

    def init_history(self) -> None:
        """Keep no history: there is no user, and its file and thread would be the user's own."""
        self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)
        self.configurables.append(self.history_manager)

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.told.append(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb))

    def enable_gui(self, gui: str | None = None) -> None:
        """Have no window."""


def prepare() -> None:
    """Run a cell once, of nothing: a process forked after this begins with what that imports. The interpreter is left as it was."""
    shell = Shell()
    shell.run_cell("None")
    shell.restore_sys_module_state()


@contextlib.contextmanager
def _streams(told: list[NotebookNode]) -> Iterator[None]:
    """Keep what is printed, standard output before standard error, in front of what the cell shows."""
    out, err = StringIO(), StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield
    said = [(name, stream.getvalue()) for name, stream in (("stdout", out), ("stderr", err))]
    told[:0] = [new_output("stream", name=name, text=text) for name, text in said if text]


def _run_cell(shell: Shell, cell: NotebookNode) -> bool:
    """Run a code cell, put its outputs into it, and say whether it went through."""
    shell.told = []
    with _streams(shell.told):
        result = shell.run_cell(cell.source, store_history=True)
    cell.outputs, cell.execution_count = list(shell.told), shell.execution_count - 1
    return bool(result.success)


class WarmEngine(SteadyEngine):
    """Papermill's engine that runs the cells in this process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:  # noqa: ARG003 - papermill's signature
        """Run the cells in order; the first that raises ends the run, as with a kernel."""
        nb_man.output_path = None  # papermill writes the notebook at the end; after each cell it would cost a third of the run
        shell = Shell()
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            went_through = cell.cell_type != "code" or not cell.source.strip() or _run_cell(shell, cell)
            if not went_through:
                nb_man.cell_exception(cell, cell_index=index)
            nb_man.cell_complete(cell, cell_index=index)
            if not went_through:
                break


papermill_engines.register(ENGINE, WarmEngine)
