"""A batch over several processes of a real Dask scheduler: the same files as on one machine, and what is said where a machine fails."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from batches import ROOT, SAYS, batch, contents, make_project, write_notebook

from tthc_analysis.press.cluster import OTHER_CODE
from tthc_analysis.press.pool import CAN_FORK

pytest.importorskip("distributed", reason="chưa cài Dask")
pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
HERE = "2024-Q1/huyen-minh-long"


@contextmanager
def dask(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of Dask's own commands, as the machines of a cluster do, until the end."""
    process = subprocess.Popen([sys.executable, "-m", "dask", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def address_in(file: Path) -> str:
    """Wait for the file in which a scheduler says where it listens; give its address."""
    until = time.monotonic() + 60
    while not (file.is_file() and file.stat().st_size) and time.monotonic() < until:
        time.sleep(0.1)
    return str(json.loads(file.read_text("utf-8"))["address"])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler and two workers; gives its address."""
    said = tmp_path_factory.mktemp("dask") / "scheduler.json"
    place = ["--local-directory", str(said.parent)]
    with ExitStack() as running:
        running.enter_context(dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(said)))
        address = address_in(said)
        for _ in range(2):
            running.enter_context(dask("worker", address, "--nthreads", "1", "--no-dashboard", *place))
        yield address


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> tuple[Path, Path]:
    """The same project twice: a small notebook, and one of the real ones."""
    made = tuple(make_project(tmp_path_factory.mktemp(name) / "project", sample_register, {"xong": SAYS}, periods=("2024-Q1",)) for name in ("one", "many"))
    for project in made:
        shutil.copy(ROOT / "notebooks" / "summary.ipynb", project / "notebooks")
    return made[0], made[1]


def test_a_batch_over_a_cluster_gives_the_same_files(cluster: str, projects: tuple[Path, Path]) -> None:
    here, there = projects
    assert 0 == batch(here, "--units", "communes").returncode
    ran = batch(there, "--units", "communes", "--cluster", cluster)
    assert 0 == ran.returncode, ran.stderr
    assert "[10/10]" in ran.stderr
    assert contents(here / "outputs") == contents(there / "outputs")
    assert "giữ nguyên 10" in batch(there, "--units", "communes", "--cluster", cluster).stderr


def test_a_job_that_fails_or_kills_its_process_leaves_the_others(cluster: str, sample_register: Path, tmp_path: Path) -> None:
    killed = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
    project = make_project(tmp_path / "project", sample_register, {"xong": SAYS, "sai": "1 / 0", "bi-dung": killed}, periods=("2024-Q1",))
    ran = batch(project, "--cluster", cluster)
    assert (1, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "2 báo cáo bị lỗi" in ran.stderr
    assert "tín hiệu SIGKILL" in ran.stderr
    assert {"xong.html", "sai.failed.html", "bi-dung.failed.html"} <= {path.name for path in (project / "outputs" / HERE).iterdir()}


def test_a_part_whose_process_dies_whole_is_said_and_can_be_made_again(cluster: str, sample_register: Path, tmp_path: Path) -> None:
    """The notebook kills the process that forked it, and with that whatever else was to run there."""
    project = make_project(
        tmp_path / "project", sample_register, {"a": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "b": SAYS}, periods=("2024-Q1",)
    )
    ran = batch(project, "--cluster", cluster)
    assert (1, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "kết thúc với mã -9" in ran.stderr
    write_notebook(project, "a", SAYS)
    again = batch(project, "--cluster", cluster)
    assert 0 == again.returncode, again.stderr
    assert not list((project / "outputs").rglob("*.failed.*"))


def test_a_cluster_that_is_not_there_is_said_before_anything_runs(sample_register: Path, tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", sample_register, {"xong": SAYS}, periods=("2024-Q1",))
    ran = batch(project, "--cluster", "tcp://127.0.0.1:9")
    assert (2, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "Không dùng được cụm tcp://127.0.0.1:9" in ran.stderr
    assert "dask scheduler" in ran.stderr
    assert not list((project / "outputs").rglob("*.html"))


def test_another_version_of_the_package_on_a_machine_is_refused() -> None:
    ran = subprocess.run([sys.executable, "-m", "tthc_analysis.press.cluster", "0" * 64], input=b"", capture_output=True, check=False)
    assert (OTHER_CODE, b"") == (ran.returncode, ran.stdout)
