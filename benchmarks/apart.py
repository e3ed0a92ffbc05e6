"""What every benchmark needs: work done in a process of its own, and its time and memory."""
# ruff: noqa: INP001 - a script's neighbour, not a package

import resource
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any


def _measured(work: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, float, float]:
    begin = time.perf_counter()
    result = work(*arguments)
    return result, time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def alone(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float, float]:
    """Do work in a new process: its result, its seconds (imports not counted), and the process's peak memory in GB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_measured, work, arguments).result()


def say(lines: Iterable[str]) -> None:
    """Print lines as they come."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
