"""Batches for real: forked children that fail, hang, eat memory or are killed, and a second run that keeps what has not changed."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tthc_analysis.files import only_one
from tthc_analysis.press.batch import run_jobs
from tthc_analysis.press.jobs import Job
from tthc_analysis.press.kernels import run_notebook
from tthc_analysis.press.pool import CAN_FORK, Limits
from tthc_analysis.reference.parameters import read_parameters

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
ROOT = Path(__file__).parents[2]
REPORTS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "explore")
SAYS = "from tthc_analysis.exhibits.model import Statement\nStatement(text='Xong')"
BAD = {
    "sai": "1 / 0",
    "treo": "import time\ntime.sleep(3600)",
    "an-bo-nho": "whole = [bytearray(1 << 30) for _ in range(64)]",
    "bi-dung": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
}
SAID = {
    "sai": "ZeroDivisionError",
    "treo": "quá 6 giây chưa xong, đã dừng",
    "an-bo-nho": "MemoryError",
    "bi-dung": "tín hiệu SIGKILL",
}


def job(folder: Path, name: str, source: str) -> Job:
    """A job of a notebook of one cell, its files in `ra` beside it."""
    path = folder / f"{name}.ipynb"
    parameters = new_code_cell("period = ''\nas_of = ''", metadata={"tags": ["parameters"]}, id="0")
    nbformat.write(
        new_notebook(
            cells=[parameters, new_code_cell(source, id="1")], metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        ),
        path,
    )
    return Job(path, {"period": "2024-Q1", "as_of": "2024-03-15"}, folder / "ra", ("html",))


def contents(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, but for those that say when they were made: none."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("bad", BAD)
def test_one_that_goes_wrong_leaves_the_others_and_its_own_last_good_files(tmp_path: Path, bad: str) -> None:
    (good,) = run_jobs([job(tmp_path, bad, SAYS)], 1)
    before = contents(tmp_path / "ra")
    jobs = [job(tmp_path, bad, BAD[bad]), *(job(tmp_path, f"tot-{number}", SAYS) for number in range(3))]
    outcomes = {outcome.job.name: outcome for outcome in run_jobs(jobs, 2, Limits(seconds=6, memory=2 << 30))}
    assert good.failure is None
    assert {bad} == {name for name, outcome in outcomes.items() if outcome.failure}
    assert SAID[bad] in str(outcomes[bad].failure)
    after = contents(tmp_path / "ra")
    assert before == {name: after[name] for name in before}
    page = (tmp_path / "ra" / f"{bad}.failed.html").read_text("utf-8")
    assert "2024-03-15" in page
    assert not list((tmp_path / "ra").glob(".making-*"))


def test_a_good_run_takes_the_page_of_the_failure_away(tmp_path: Path) -> None:
    list(run_jobs([job(tmp_path, "bai", "1 / 0")], 1))
    list(run_jobs([job(tmp_path, "bai", SAYS)], 1))
    assert {"bai.html", "bai.ipynb"} == set(contents(tmp_path / "ra"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> Path:
    """A project with two periods of two short reports on the sample register."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("notebooks", "params", "data"):
        (folder / name).mkdir()
    for name in ("register.parquet", "register.account.json"):
        shutil.copy(sample_register.with_name(name), folder / "data" / name)
    for name in ("service_quality", "explore"):
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", folder / "notebooks")
    given = (ROOT / "params" / "2024-Q1.yaml").read_text("utf-8")
    (folder / "params" / "2024-Q1.yaml").write_text(given, "utf-8")
    (folder / "params" / "2023-Q4.yaml").write_text(given.replace("2024-Q1", "2023-Q4").replace("2024-03-15", "2023-12-14"), "utf-8")
    return folder


def batch(project: Path, *options: str, wait: bool = True) -> Any:
    """Run `tthc batch` on both periods as a user does."""
    command = [sys.executable, "-m", "tthc_analysis.cli", "batch", "params/2023-Q4.yaml", "params/2024-Q1.yaml", "--format", "html", *options]
    if wait:
        return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


@pytest.fixture(scope="module")
def first(project: Path) -> dict[str, str]:
    """The first run of the batch; gives the files that it made."""
    planned = batch(project, "--plan")
    assert ["chưa lập"] * 2 == [line.rpartition("vì ")[2] for line in planned.stdout.splitlines()], planned.stderr
    ran = batch(project)
    assert (0, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "2 báo cáo: lập 2, giữ nguyên 0." in ran.stderr
    return contents(project / "outputs")


def test_a_second_run_keeps_everything(project: Path, first: dict[str, str]) -> None:
    again = batch(project)
    assert "2 báo cáo: lập 0, giữ nguyên 2." in again.stderr
    assert first == contents(project / "outputs")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            lambda folder: (folder / "params" / "targets.csv").write_text("metric,level,value,valid_from,valid_to,legal_basis,verified\n", "utf-8"),
            "bảng riêng của cơ quan đã đổi",
        ),
        (lambda folder: (folder / "outputs" / "2024-Q1" / "huyen-minh-long" / "service_quality.html").unlink(), "thiếu tệp html"),
        (
            lambda folder: (folder / "params" / "2024-Q1.yaml").write_text(
                (folder / "params" / "2024-Q1.yaml").read_text("utf-8").replace("history: 13", "history: 9"), "utf-8"
            ),
            "tham số đã đổi",
        ),
    ],
    ids=["office", "file", "parameters"],
)
def test_the_plan_says_why(project: Path, first: dict[str, str], tmp_path: Path, change: Any, why: str) -> None:
    assert first
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    change(copy)
    assert why == batch(copy, "--plan").stdout.splitlines()[-1].rpartition("vì ")[2]


def test_only_what_failed_runs_again_where_that_is_asked(project: Path, first: dict[str, str], tmp_path: Path) -> None:
    assert first
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    manifest = copy / "outputs" / "2024-Q1" / "huyen-minh-long" / "manifest.json"
    told = json.loads(manifest.read_text("utf-8"))
    told["notebooks"]["service_quality"]["state"] = "failed"
    manifest.write_text(json.dumps(told), "utf-8")
    assert ["Quý I/2024, Huyện Minh Long, service_quality: chạy, vì lần trước bị lỗi"] == batch(copy, "--only-failed", "--plan").stdout.splitlines()


def test_a_batch_that_is_killed_goes_on_when_run_again(project: Path, first: dict[str, str], tmp_path: Path) -> None:
    """Killed at random moments, it leaves no file half written; run to the end, it gives the same bytes as one that was left alone."""
    rng = random.Random(20_240_315)  # noqa: S311 - test data, no secret
    copy = tmp_path / "project"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("outputs"))
    for _ in range(4):
        running = batch(copy, "--jobs", "2", wait=False)
        time.sleep(rng.uniform(1.0, 7.0))
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    done = batch(copy)
    assert 0 == done.returncode, done.stderr
    assert first == contents(copy / "outputs")


def test_two_batches_do_not_write_into_one_folder_at_once(project: Path, first: dict[str, str], tmp_path: Path) -> None:
    assert first
    copy = tmp_path / "project"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("outputs"))
    with only_one(copy / "outputs" / "index.html"):
        second = batch(copy)
    assert 2 == second.returncode
    assert "đang được một lệnh khác ghi" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_notebook_gives_the_same_warm_and_in_a_kernel_of_its_own(path: Path, sample_register: Path, tmp_path: Path) -> None:
    values = read_parameters(ROOT / "params" / "2024-Q1.yaml").as_notebook_parameters()
    values |= {"register": str(sample_register), "office": str(ROOT / "params"), "history": 5}
    (outcome,) = run_jobs([Job(path, values, tmp_path / "warm", ("html",))], 1)
    assert outcome.failure is None
    run_notebook(path, values, tmp_path / "cold.ipynb")
    assert (tmp_path / "cold.ipynb").read_bytes() == (tmp_path / "warm" / path.name).read_bytes()
