"""The pool: tasks run in forked children, some at a time, each with a limit of time and of memory; one that dies leaves the others running.

Fork before anything holds a thread or a connection: the parent only imports, plans and waits. A child inherits what was imported, answers
through a pipe, and ends with its parent, even where that was killed.
"""

import ctypes
import gc
import os
import pickle
import selectors
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

CAN_FORK = hasattr(os, "fork")
# what keeps numpy's library, and Arrow's where it is installed, from starting threads when they are imported: only a process of one thread may fork
SINGLE_THREADED = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
DIE_WITH_PARENT = 1  # Linux's PR_SET_PDEATHSIG
OUT_OF_MEMORY = 3
Task = Callable[[], Any]


@dataclass(frozen=True)
class Limits:
    """What one task may take: seconds of wall time, and bytes of memory beyond what it inherits (None: all there is)."""

    seconds: float = 600
    memory: int | None = 4 << 30


@dataclass(frozen=True)
class Ended:
    """How a task ended: its answer, or in `lost` why there is none, with the traceback of what it raised."""

    number: int
    answer: Any = None
    lost: str = ""
    traceback: str = ""


@dataclass
class _Child:
    number: int
    pid: int
    pipe: int
    until: float
    received: bytearray = field(default_factory=bytearray)
    overdue: bool = False


def end_with_parent() -> None:
    """Ask to be killed when the process that started this one ends, however it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)


def _limit_memory(limit: int | None) -> None:
    if limit is not None:
        import resource  # noqa: PLC0415 - Windows has none

        with suppress(ValueError, OSError):  # a platform without this limit goes without
            resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _live(task: Task, pipe: int, limits: Limits) -> None:
    """Be the child: run the task, answer through the pipe, and end without the parent's clean-up."""
    code = 1
    gc.enable()  # the parent may go without while it imports
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        end_with_parent()
        _limit_memory(limits.memory)
        with os.fdopen(pipe, "wb") as answer:
            pickle.dump(_answer(task), answer)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _answer(task: Task) -> tuple[Any, str, str]:
    """Give a task's answer; or, where it raises what nobody reckoned with, what that was, and where."""
    try:
        return task(), "", ""
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent says so
        return None, f"{type(error).__name__}: {error}", traceback.format_exc()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let Ctrl-C wait: while the process forks it would be lost in a library's hook, or leave a child that nobody knows."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(number: int, task: Task, limits: Limits) -> _Child:
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(reading)
        _live(task, writing, limits)
    os.close(writing)
    os.set_blocking(reading, False)
    return _Child(number, pid, reading, time.monotonic() + limits.seconds)


def _why(status: int, child: _Child, limits: Limits) -> str:
    """Say in Vietnamese why a child gave no answer."""
    if child.overdue:
        return f"quá {limits.seconds:g} giây chưa xong, đã dừng"
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OUT_OF_MEMORY:
        return "hết bộ nhớ"
    if os.WIFSIGNALED(status):
        return f"tiến trình bị dừng bởi tín hiệu {signal.Signals(os.WTERMSIG(status)).name}"
    return f"tiến trình kết thúc với mã {os.waitstatus_to_exitcode(status)}"


def _end(child: _Child, limits: Limits) -> Ended:
    os.close(child.pipe)
    _, status = os.waitpid(child.pid, 0)
    if status == 0 and child.received:
        return Ended(child.number, *pickle.loads(bytes(child.received)))  # noqa: S301 - our own child wrote it
    return Ended(child.number, lost=_why(status, child, limits))


def _drained(child: _Child) -> bool:
    """Read what the child has written so far; say whether it has closed its end."""
    while True:
        try:
            part = os.read(child.pipe, 1 << 16)
        except BlockingIOError:
            return False
        if not part:
            return True
        child.received += part


def _stop(children: Sequence[_Child]) -> None:
    for child in children:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)


def _wait(selector: selectors.BaseSelector, living: dict[int, _Child]) -> list[_Child]:
    """Wait until some children have closed their pipes; one that is out of time is killed, which closes it too."""
    nearest = min((child.until for child in living.values() if not child.overdue), default=time.monotonic() + 1)
    ready = selector.select(max(0.0, min(nearest - time.monotonic(), 1.0)))
    late = [child for child in living.values() if not child.overdue and child.until <= time.monotonic()]
    for child in late:
        child.overdue = True
    _stop(late)
    return [key.data for key, _ in ready if _drained(key.data)]


def may_fork() -> bool:
    """Say whether this process may fork: it holds one thread. A lock that another thread held would be locked for ever in the child."""
    try:
        return CAN_FORK and sum(1 for _ in Path("/proc/self/task").iterdir()) == 1
    except OSError:  # no /proc: no way to know of threads that are not Python's
        return False


def run_forked(tasks: deque[Task], workers: int, limits: Limits | None = None) -> Iterator[Ended]:
    """Run tasks in forked children, `workers` at a time, and give each as it ends; whatever stops the caller stops the children.

    Tasks are taken from the left, and numbered as they are taken: the caller may add more while others run.
    """
    bounds, numbers, living = limits or Limits(), count(), dict[int, _Child]()
    with selectors.DefaultSelector() as selector:
        try:
            while tasks or living:
                while tasks and len(living) < workers:
                    with _uninterrupted():
                        child = _begin(next(numbers), tasks.popleft(), bounds)
                        living[child.pid] = child
                    selector.register(child.pipe, selectors.EVENT_READ, child)
                for child in _wait(selector, living):
                    selector.unregister(child.pipe)
                    del living[child.pid]
                    yield _end(child, bounds)
        finally:
            _stop(list(living.values()))
            for child in living.values():
                _end(child, bounds)


def run_in_child(task: Task) -> Any:
    """Run one task in a child and give its answer: what it opens, the parent never held. Its exceptions are raised here, where they can travel."""
    (ended,) = run_forked(deque([lambda: _caught(task)]), 1)
    if ended.lost:
        raise RuntimeError(ended.lost)
    answer, error = ended.answer
    if error is not None:
        raise error
    return answer


def _caught(task: Task) -> tuple[Any, Exception | None]:
    try:
        return task(), None
    except Exception as error:  # noqa: BLE001 - raised again in the parent
        return None, error
