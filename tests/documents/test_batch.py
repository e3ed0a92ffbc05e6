"""Batches for real: what runs and why, what is kept, and jobs that fail, hang, eat memory or are killed beside others that go on."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from batches import ROOT, SAYS, batch, command, contents, make_project, write_notebook
from dossiers import dossier, register

from tthc_analysis.files import only_one
from tthc_analysis.press.jobs import run_job
from tthc_analysis.press.orders import Job
from tthc_analysis.press.pool import CAN_FORK
from tthc_analysis.register.store import write_register

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
REPORTS = sorted(path for path in (ROOT / "notebooks").glob("*.ipynb") if path.stem != "explore")
BAD = {
    "sai": ("1 / 0", "ZeroDivisionError"),
    "treo": ("import time\ntime.sleep(3600)", "quá 6 giây chưa xong, đã dừng"),
    "an-bo-nho": ("whole = [bytearray(1 << 30) for _ in range(64)]", "MemoryError"),
    "bi-dung": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "tín hiệu SIGKILL"),
    "go-so": ("from tthc_analysis.exhibits.model import Statement\nStatement(text='Đạt 97,5%')", "97,5 ở câu"),
}
HERE = "2024-Q1/huyen-minh-long"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> Path:
    """Two periods of two small reports on the sample register; one of them looks at the whole register."""
    looks = (
        "from tthc_analysis.register.account import read_accounts\nfrom tthc_analysis.exhibits.quality import say_import\nsay_import(read_accounts(register))"
    )
    return make_project(tmp_path_factory.mktemp("project"), sample_register, {"xong": SAYS, "ca_so": looks})


@pytest.fixture(scope="module")
def first(project: Path) -> dict[str, str]:
    """The first run of the batch; gives the files that it made."""
    planned = batch(project, "--plan")
    assert ["chưa lập"] * 4 == [line.rpartition("vì ")[2] for line in planned.stdout.splitlines()], planned.stderr
    ran = batch(project)
    assert (0, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "4 báo cáo: lập 4, giữ nguyên 0." in ran.stderr
    assert "[4/4]" in ran.stderr, "progress as plain lines where there is no terminal"
    return contents(project / "outputs")


@pytest.fixture
def copied(project: Path, first: dict[str, str], tmp_path: Path) -> Path:
    """A copy of the project after its first run, to be changed."""
    assert first
    shutil.copytree(project, tmp_path / "copy")
    return tmp_path / "copy"


def planned(project: Path, *options: str) -> dict[str, str]:
    """Why each report would run, by "period, unit, notebook"; "" where it is kept."""
    said = batch(project, "--plan", *options)
    assert 0 == said.returncode, said.stderr
    lines = [line.rpartition(": ") for line in said.stdout.splitlines()]
    return {name: "" if words == "giữ nguyên" else words.removeprefix("chạy, vì ") for name, _, words in lines}


def test_a_second_run_keeps_everything(project: Path, first: dict[str, str]) -> None:
    again = batch(project)
    assert "4 báo cáo: lập 0, giữ nguyên 4." in again.stderr
    assert first == contents(project / "outputs")


def replaced(path: str, old: str, new: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / path).write_text((folder / path).read_text("utf-8").replace(old, new), "utf-8")


CHANGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "the office's table": (
        lambda folder: (folder / "params" / "targets.csv").write_text("metric,level,value,valid_from,valid_to,legal_basis,verified\n", "utf-8"),
        "bảng riêng của cơ quan đã đổi",
    ),
    "a document": (lambda folder: (folder / "outputs" / HERE / "xong.html").unlink(), "thiếu tệp html"),
    "a parameter": (replaced("params/2024-Q1.yaml", "history: 13", "history: 9"), "tham số đã đổi"),
    "the notebook": (lambda folder: write_notebook(folder, "xong", SAYS.replace("Xong", "Xong rồi")), "notebook đã đổi"),
    "the code, by the manifest's word": (
        replaced(f"outputs/{HERE}/manifest.json", '"code": "', '"code": "0'),
        "mã nguồn đã đổi",
    ),
}


@pytest.mark.parametrize(("change", "why"), CHANGES.values(), ids=CHANGES)
def test_the_plan_says_why(copied: Path, change: Callable[[Path], Any], why: str) -> None:
    change(copied)
    assert why == planned(copied)["Quý I/2024, Huyện Minh Long, xong"]


def test_new_dossiers_of_one_commune_do_not_run_anothers(copied: Path) -> None:
    """The plan of every commune before and after: only the one whose dossiers changed, those above it, and what looks at the whole register."""
    assert 0 == batch(copied, "--units", "all").returncode
    assert {""} == set(planned(copied, "--units", "all").values())
    path = copied / "data" / "register.parquet"
    frame = duckdb.read_parquet(str(path)).df()
    mai = frame.index[(frame["resolving_unit"] == "xa-long-mai") & (frame["received_at"] < "2023-12-01")][0]
    frame.loc[mai, "rating"] = "satisfied" if frame.loc[mai, "rating"] != "satisfied" else "dissatisfied"
    write_register(frame, path)
    why = planned(copied, "--units", "all")
    touched = {name.split(", ")[1] for name, reason in why.items() if reason and name.endswith("xong")}
    assert {"Huyện Minh Long", "Xã Long Mai"} == touched
    assert {"dữ liệu của đơn vị đã đổi"} == {reason for name, reason in why.items() if name.endswith("xong") and reason}
    assert all("sổ dữ liệu" in reason for name, reason in why.items() if name.endswith("ca_so"))


def test_units_are_those_that_the_register_knows(copied: Path) -> None:
    communes = {name.split(", ")[1] for name in planned(copied, "--units", "communes")}
    assert {"Xã Long Sơn", "Xã Long Mai", "Xã Thanh An", "Xã Long Môn", "Xã Long Hiệp"} == communes
    assert {"Huyện Minh Long", "UBND huyện Minh Long"} | communes == {name.split(", ")[1] for name in planned(copied, "--units", "all")}
    assert {"Xã Long Mai", "Xã Long Sơn"} == {name.split(", ")[1] for name in planned(copied, "--units", "xa-long-mai, xa-long-son")}
    wrong = batch(copied, "--units", "xa-long-mia", "--plan")
    assert (2, "") == (wrong.returncode, wrong.stdout)
    assert 'Có phải ý bạn là "xa-long-mai"?' in wrong.stderr


def test_only_what_failed_runs_again_where_that_is_asked(copied: Path) -> None:
    write_notebook(copied, "xong", "1 / 0")
    ran = batch(copied)
    assert 1 == ran.returncode
    assert "2 báo cáo bị lỗi: " in ran.stderr
    assert all(f"{period}/huyen-minh-long/xong" in ran.stderr.rpartition("bị lỗi: ")[2] for period in ("2023-Q4", "2024-Q1"))
    write_notebook(copied, "xong", SAYS)
    (copied / "outputs" / HERE / "ca_so.html").unlink()
    names = {"Quý IV/2023, Huyện Minh Long, xong": "lần trước bị lỗi", "Quý I/2024, Huyện Minh Long, xong": "lần trước bị lỗi"}
    assert names == planned(copied, "--only-failed")
    again = batch(copied, "--only-failed")
    assert 0 == again.returncode, again.stderr
    assert not list((copied / "outputs").rglob("*.failed.*"))


@pytest.fixture(scope="module")
def gone_wrong(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> tuple[Path, dict[str, str], subprocess.CompletedProcess[str]]:
    """A batch in which everything that can goes wrong beside jobs that do not; before it, a run in which all went well."""
    good = dict.fromkeys((*BAD, "tot-1", "tot-2", "tot-3"), SAYS)
    project = make_project(tmp_path_factory.mktemp("wrong"), sample_register, good, periods=("2024-Q1",))
    assert 0 == batch(project).returncode
    before = contents(project / "outputs")
    for name, (source, _) in BAD.items():
        write_notebook(project, name, source)
    for number in (1, 2, 3):
        write_notebook(project, f"tot-{number}", SAYS.replace("Xong", "Xong rồi"))
    return project, before, batch(project, "--jobs", "2", "--seconds", "6", "--memory", "2000")


@pytest.mark.parametrize("bad", BAD)
def test_one_that_goes_wrong_keeps_its_last_good_files_and_leaves_a_page_that_says_why(gone_wrong: Any, bad: str) -> None:
    project, before, ran = gone_wrong
    after = contents(project / "outputs")
    mine = {name: digest for name, digest in before.items() if Path(name).stem == bad}
    assert mine
    assert mine == {name: after[name] for name in mine}
    assert BAD[bad][1] in ran.stderr
    page = (project / "outputs" / HERE / f"{bad}.failed.html").read_text("utf-8")
    assert all(text in page for text in (bad, "2024-03-15", "huyen-minh-long")), "it names the notebook and the parameters"


def test_the_others_go_on_and_the_summary_says_who_failed(gone_wrong: Any) -> None:
    project, before, ran = gone_wrong
    after = contents(project / "outputs")
    assert [] == [number for number in (1, 2, 3) if before[f"{HERE}/tot-{number}.html"] == after[f"{HERE}/tot-{number}.html"]]
    assert (1, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert f"{len(BAD)} báo cáo bị lỗi" in ran.stderr
    assert "--only-failed" in ran.stderr
    states = {name: entry["state"] for name, entry in json.loads((project / "outputs" / HERE / "manifest.json").read_text("utf-8"))["notebooks"].items()}
    assert {**dict.fromkeys(BAD, "failed"), **dict.fromkeys(("tot-1", "tot-2", "tot-3"), "ok")} == states
    assert not list((project / "outputs").rglob(".making-*"))


def test_two_batches_do_not_write_into_one_folder_at_once(copied: Path) -> None:
    (copied / "outputs" / HERE / "xong.html").unlink()
    with only_one(copied / "outputs" / "index.html"):
        second = batch(copied)
    assert 2 == second.returncode
    assert "đang được một lệnh khác ghi" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_register_replaced_in_the_middle_is_said_and_nothing_is_lost(copied: Path) -> None:
    before = contents(copied / "outputs")
    other = copied / "other.parquet"
    write_register(register(dossier()), other)
    write_notebook(copied, "xong", f"import os\nos.replace({str(other)!r}, 'data/register.parquet')\n{SAYS}")
    ran = batch(copied, "--jobs", "1", "--notebook", "xong")
    assert 1 == ran.returncode
    assert "register.parquet đã được thay trong khi lập báo cáo. Chạy lại để lập theo tệp mới." in ran.stderr
    after = contents(copied / "outputs")
    assert {name: digest for name, digest in before.items() if name.endswith(("xong.html", "xong.ipynb"))}.items() <= after.items()


def test_fewer_formats_keep_the_others_while_nothing_has_changed(copied: Path) -> None:
    assert 0 == batch(copied, "--notebook", "xong", "--format", "docx,xlsx").returncode
    before = contents(copied / "outputs" / HERE)
    (copied / "outputs" / HERE / "xong.html").unlink()
    again = batch(copied, "--notebook", "xong")
    assert (0, before) == (again.returncode, contents(copied / "outputs" / HERE)), again.stderr
    assert "đã bỏ" not in again.stderr


def test_fewer_formats_say_which_files_go_where_something_has_changed(copied: Path) -> None:
    assert 0 == batch(copied, "--notebook", "xong", "--format", "docx,xlsx").returncode
    write_notebook(copied, "xong", SAYS.replace("Xong", "Xong rồi"))
    again = batch(copied, "--notebook", "xong")
    gone = [f"{HERE}/tables.xlsx", f"{HERE}/xong.docx"]
    assert [] == [name for name in gone if name not in again.stderr or (copied / "outputs" / name).exists()], again.stderr


def test_what_a_full_disk_kept_out_of_the_manifest_counts_as_failed(copied: Path) -> None:
    (copied / "outputs" / HERE / "manifest.json").unlink()
    again = batch(copied, "--only-failed")
    assert "2 báo cáo: lập 2" in again.stderr
    assert "0 báo cáo" in batch(copied, "--only-failed").stderr


def test_a_batch_that_is_stopped_leaves_an_index_and_nothing_half_made(copied: Path) -> None:
    shutil.rmtree(copied / "outputs")
    write_notebook(copied, "xong", "import time\ntime.sleep(60)")
    with subprocess.Popen(command(copied, "--jobs", "2"), cwd=copied, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr
        while "ca_so: xong" not in (line := running.stderr.readline()):
            assert line, "it ended without the report that is quick"
        running.send_signal(signal.SIGINT)
        assert 130 == running.wait(timeout=60)
    assert (copied / "outputs" / "index.html").is_file()
    assert [] == list((copied / "outputs").rglob(".making-*"))


def test_wrong_declared_figures_stop_the_batch_before_anything_runs(copied: Path) -> None:
    (copied / "params" / "declared").mkdir()
    (copied / "params" / "declared" / "2024-Q1.yaml").write_text("unit: huyen-minh-long\npakn: {received: không}\n", "utf-8")
    ran = batch(copied)
    assert (2, True, False) == (ran.returncode, "pakn.received" in ran.stderr, "Đang lập" in ran.stderr), ran.stderr


def test_a_batch_leaves_no_history_in_the_users_own_profile(copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shutil.rmtree(copied / "outputs")
    assert 0 == batch(copied, "--notebook", "xong").returncode
    assert [] == list((tmp_path / "ipython").rglob("history*"))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_notebook_gives_the_same_warm_and_in_a_kernel_of_its_own(path: Path, tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> None:
    """The command forks; this process may not, it has held DuckDB's threads: it takes an ordinary kernel."""
    folder = tmp_path_factory.mktemp("both")
    project = make_project(folder, sample_register, {}, periods=("2024-Q1",))
    shutil.copy(path, project / "notebooks")
    (project / "params" / "2024-Q1.yaml").write_text((project / "params" / "2024-Q1.yaml").read_text("utf-8").replace("history: 13", "history: 5"), "utf-8")
    shutil.copytree(ROOT / "params" / "declared", project / "params" / "declared")
    command = [sys.executable, "-m", "tthc_analysis", "report", "params/2024-Q1.yaml", "--format", "html"]
    ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert 0 == ran.returncode, ran.stderr
    values = json.loads((project / "outputs" / HERE / "manifest.json").read_text("utf-8"))["parameters"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        assert run_job(Job(project / "notebooks" / path.name, values, folder / "cold", ("html",))).failure is None
    warm = project / "outputs" / HERE
    assert [] == [kind for kind in ("ipynb", "html") if (warm / f"{path.stem}.{kind}").read_bytes() != (folder / "cold" / f"{path.stem}.{kind}").read_bytes()]
