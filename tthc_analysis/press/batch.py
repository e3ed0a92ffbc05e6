"""The batch: many jobs, some at a time, in forked children of one warm parent; where there is no fork, one after the other in ordinary kernels."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tthc_analysis.press.failure import Failure
from tthc_analysis.press.jobs import Job, Outcome, clear_remains, give_up, run_job
from tthc_analysis.press.pool import CAN_FORK, Limits, run_forked

Answer = Callable[[], Any]


def warm_up() -> None:
    """Import and draw once what every notebook needs: a forked child begins where this ends. Opens no connection and starts no thread."""
    from tthc_analysis.exhibits import charts, overview, tables, wording  # noqa: F401, PLC0415 - the notebooks' own imports
    from tthc_analysis.press import warm  # noqa: F401, PLC0415 - registers the engine


def _lost(job: Job, why: str) -> Outcome:
    """Say of a job whose process died why it did; its last good files are as they were."""
    clear_remains(job)
    return give_up(job, Failure(job.name, "khi chạy", why, "", ""))


def run_jobs(jobs: Sequence[Job], workers: int, limits: Limits | None = None) -> Iterator[Outcome]:
    """Run jobs and give each outcome as it comes; one that fails, hangs or dies leaves the others running and its last good files in place."""
    if not CAN_FORK:
        yield from map(run_job, jobs)
        return
    warm_up()
    from tthc_analysis.press.warm import ENGINE  # noqa: PLC0415 - IPython is heavy

    for ended in run_forked([partial(run_job, job, ENGINE) for job in jobs], workers, limits):
        yield _lost(jobs[ended.number], ended.lost) if ended.lost else ended.answer
