"""The pool for real: children that answer, die, hang, eat memory, and a parent that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.press.pool import CAN_FORK, Limits, run_forked, run_in_child

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")


def answers(*tasks, workers: int = 2, **limits) -> dict[int, object]:
    return {ended.number: ended.lost or ended.answer for ended in run_forked(deque(tasks), workers, Limits(**limits))}


def test_every_task_answers_under_its_own_number():
    assert {number: number**2 for number in range(7)} == answers(*(lambda n=number: n**2 for number in range(7)))


def test_an_answer_larger_than_a_pipe_comes_whole():
    assert {0: 3_000_000} == {number: len(answer) for number, answer in answers(lambda: b"x" * 3_000_000).items()}


def test_no_more_run_at_once_than_there_are_workers(tmp_path: Path):
    def task() -> int:
        (tmp_path / str(os.getpid())).touch()
        time.sleep(0.05)
        alive = len(list(tmp_path.iterdir()))
        (tmp_path / str(os.getpid())).unlink()
        return alive

    assert max(answers(*([task] * 8), workers=3).values()) <= 3


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_one_that_is_killed_leaves_the_others_running():
    assert {0: "tiến trình bị dừng bởi tín hiệu SIGKILL", 1: "xong", 2: "xong"} == answers(killed, lambda: "xong", lambda: "xong", workers=1)


def test_one_that_never_ends_is_stopped():
    assert {0: "quá 0.3 giây chưa xong, đã dừng", 1: "xong"} == answers(lambda: time.sleep(3600), lambda: "xong", seconds=0.3)


def test_one_that_takes_all_memory_is_told_apart():
    assert {0: "hết bộ nhớ", 1: 5} == answers(lambda: len(bytearray(8 << 30)), lambda: 5, memory=1 << 30)


def test_one_that_raises_is_lost_and_says_what_and_where():
    assert {0: "ZeroDivisionError: division by zero"} == answers(lambda: 1 / 0)
    (ended,) = run_forked(deque([lambda: 1 / 0]), 1)
    assert "lambda" in ended.traceback


def children() -> set[str]:
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text("utf-8").split()}


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="chỉ Linux kể được tiến trình con")
def test_who_stops_listening_stops_the_children():
    before = children()
    running = run_forked(deque([lambda: 1, lambda: time.sleep(3600)]), 2)
    next(running)
    assert len(children() - before) == 1
    running.close()
    assert before == children()


def test_a_child_answers_for_its_caller():
    assert os.getpid() != run_in_child(os.getpid)


def refuse() -> None:
    message = "thiếu tệp"
    raise UserError(message)


def test_what_a_child_refuses_is_refused_here():
    with pytest.raises(UserError, match="thiếu tệp"):
        run_in_child(refuse)


def test_a_child_that_dies_is_said():
    with pytest.raises(RuntimeError, match="SIGKILL"):
        run_in_child(killed)


PARENT = """
import sys, time
from collections import deque
from pathlib import Path
from tthc_analysis.press.pool import run_forked
def task():
    for second in range(600):
        Path(sys.argv[1]).write_text(str(second)); time.sleep(0.05)
list(run_forked(deque([task]), 1))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="chỉ Linux dừng tiến trình con theo tiến trình cha")
def test_children_end_with_a_parent_that_is_killed(tmp_path: Path):
    beat = tmp_path / "nhip"
    with subprocess.Popen([sys.executable, "-c", PARENT, str(beat)]) as parent:
        while not beat.is_file():
            time.sleep(0.02)
        parent.kill()
    time.sleep(0.2)
    before = beat.read_text()
    time.sleep(0.3)
    assert before == beat.read_text()
