"""The batch: the jobs of many reports, some at a time, and what belongs to a folder once its last job has ended.

Forked children of one warm parent do the work; where this process may not fork, ordinary kernels, one job after the other: the same files.
"""

import atexit
import gc
import os
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path

from tthc_analysis.errors import UserError
from tthc_analysis.files import system_words
from tthc_analysis.press.failure import Failure
from tthc_analysis.press.manifest import code_sha256, versions
from tthc_analysis.press.orders import Job, Order, Outcome
from tthc_analysis.press.pool import Limits, Task, may_fork, run_forked
from tthc_analysis.reference.events import events
from tthc_analysis.reference.indices import indices
from tthc_analysis.reference.policies import policies
from tthc_analysis.reference.targets import targets
from tthc_analysis.reference.units import units
from tthc_analysis.reference.workdays import open_calendar

BESIDE = "các tệp chung của thư mục"  # results, ledger, workbook and manifest: what a folder has besides its documents


@dataclass(frozen=True)
class Done:
    """What has ended: a job with its outcome, or (`job` None) what belongs to a folder; `failure` says what went wrong, if anything did."""

    folder: Path
    job: Job | None
    failure: Failure | None


def warm_up() -> None:
    """Import and prepare once what every notebook needs: a forked child begins where this ends. Opens no connection and starts no thread."""
    gc.disable()  # nothing that is imported is garbage: looking for it costs a quarter of the time
    from scipy.stats import studentized_range  # noqa: PLC0415 - as heavy

    from tthc_analysis.exhibits import backlog, canvas, chance_charts, headline, official, quality, reconciliation, report_text, service  # noqa: F401, PLC0415 - the notebooks' own imports
    from tthc_analysis.press import docx, html, pdf, warm, xlsx  # noqa: F401, PLC0415 - the engine, and the writers

    for module in (html, pdf, docx, warm):
        module.prepare()
    canvas.warm_up()
    studentized_range.cdf(1.0, 2, 10)  # scipy compiles it at its first use
    for name in ("narwhals._duckdb.namespace", "narwhals._pandas_like.dataframe"):
        with suppress(ImportError):  # what narwhals imports at the first query: not its public part
            import_module(name)
    for read in (events, indices, policies, targets, units, code_sha256, versions):  # what is read once
        read()
    open_calendar("VN")  # its holidays are half a second's work
    gc.freeze()  # what is imported stays: to look through it for garbage costs a child a fifth of a second each time
    gc.enable()
    atexit.register(gc.unfreeze)


def lost(job: Job, why: str, where: str) -> Outcome:
    """Say of a job whose process died why it did; its last good files are as they were."""
    from tthc_analysis.press.jobs import clear_remains, give_up  # noqa: PLC0415 - heavy, and imported already where a job ran

    clear_remains(job)
    return give_up(job, Failure(job.name, "khi chạy", why, "", where))


def _finish(order: Order, outcomes: Sequence[Outcome]) -> Failure | None:
    """Write what belongs to a report's folder; say what went wrong, if anything did."""
    from tthc_analysis.press.folder import finish_folder  # noqa: PLC0415 - a child's work

    try:
        finish_folder(order.folder, outcomes, dict(order.facts))
    except UserError as error:
        return Failure(BESIDE, "khi viết", str(error), "", traceback.format_exc())
    except OSError as error:
        return Failure(BESIDE, "khi ghi tệp", f"không ghi được {error.filename or order.folder}: {system_words(error)}", "", traceback.format_exc())
    return None


class _Course:
    """How far the reports are: which outcomes each folder has, and how many are still to come."""

    def __init__(self, orders: Sequence[Order], wanted: Sequence[Job]) -> None:
        self.orders = {order.folder: order for order in orders}
        self.missing = Counter(job.folder for job in wanted)
        self.outcomes: dict[Path, list[Outcome]] = {job.folder: [] for job in wanted}

    def add(self, outcome: Outcome) -> bool:
        """Keep an outcome; say whether its folder's jobs have all ended."""
        folder = outcome.job.folder
        self.outcomes[folder].append(outcome)
        self.missing[folder] -= 1
        return not self.missing[folder]

    def finish(self, folder: Path) -> Callable[[], Failure | None]:
        """Give the task that writes what belongs to a folder."""
        return partial(_finish, self.orders[folder], self.outcomes[folder])

    def begun(self) -> list[Path]:
        """List the folders of which some jobs, but not all, have ended."""
        return [folder for folder, left in self.missing.items() if left and self.outcomes[folder]]


def run_orders(orders: Sequence[Order], wanted: Sequence[Job], workers: int, limits: Limits | None = None) -> Iterator[Done]:
    """Run the jobs wanted of some reports, `workers` at a time, and finish each folder after its last one; give each as it ends.

    One that fails, hangs or dies leaves the others running and its last good files in place. Whoever stops taking stops the rest; the
    folders that had begun still get what belongs to them.
    """
    course = _Course(orders, wanted)
    try:
        yield from (_run_forked if may_fork() else _run_here)(course, wanted, workers, limits)
    finally:
        for folder in course.begun():
            course.finish(folder)()


def _run_here(course: _Course, wanted: Sequence[Job], _workers: int, _limits: Limits | None) -> Iterator[Done]:
    """Run jobs in kernels of their own, one after the other."""
    from tthc_analysis.press.jobs import run_job  # noqa: PLC0415 - the writers are heavy

    for job in wanted:
        outcome = run_job(job)
        yield Done(job.folder, job, outcome.failure)
        if course.add(outcome):
            yield Done(job.folder, None, course.finish(job.folder)())


def _run_warm(job: Job, threads: int) -> Outcome:
    """Be a child: run a job in this process. Its queries have their share of the cores: more threads than cores only wait for each other."""
    import duckdb  # noqa: PLC0415 - imported by now, by `warm_up`

    from tthc_analysis.press.jobs import run_job  # noqa: PLC0415 - as above
    from tthc_analysis.press.warm import ENGINE  # noqa: PLC0415 - as above

    duckdb.execute(f"SET threads = {threads}")
    return run_job(job, ENGINE)


def _run_forked(course: _Course, wanted: Sequence[Job], workers: int, limits: Limits | None) -> Iterator[Done]:
    """Run jobs in forked children of this process."""
    warm_up()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
    threads = max(1, cores // min(workers, len(wanted)))
    works: list[Job | Path] = list(wanted)
    tasks: deque[Task] = deque(partial(_run_warm, job, threads) for job in wanted)
    for ended in run_forked(tasks, workers, limits):
        work = works[ended.number]
        if isinstance(work, Path):
            yield Done(work, None, Failure(BESIDE, "khi viết", ended.lost, "", ended.traceback) if ended.lost else ended.answer)
            continue
        outcome = lost(work, ended.lost, ended.traceback) if ended.lost else ended.answer
        yield Done(work.folder, work, outcome.failure)
        if course.add(outcome):
            works.append(work.folder)
            tasks.append(course.finish(work.folder))
