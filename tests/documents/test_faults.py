"""A batch under fire: killed at random moments, on a disk that is full. Nothing is half written, nothing is lost, and the end is as if nothing had been."""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from batches import SAYS, batch, command, contents, make_project

from tthc_analysis.press.pool import CAN_FORK

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
ROUNDS = 50
SEED = 20_240_315
SLOW = "import time\nfrom tthc_analysis.exhibits.model import Statement\ntime.sleep(0.2)\nStatement(text='Xong')"
# names that a run in progress may leave for a moment; the next run takes them away
PASSING = (".making-", ".lock", ".html.", ".json.", ".csv.", ".xlsx.", ".ipynb.", ".failed.")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, sample_register: Path) -> Path:
    """Two quarters of three small reports, made once without disturbance."""
    made = make_project(tmp_path_factory.mktemp("fire"), sample_register, {"mot": SAYS, "hai": SLOW, "ba": SLOW})
    ran = batch(made)
    assert 0 == ran.returncode, ran.stderr
    return made


@pytest.fixture(scope="module")
def undisturbed(project: Path) -> dict[str, str]:
    """What the files are where nothing goes wrong."""
    return contents(project / "outputs")


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def strike(running: subprocess.Popen[bytes], rng: random.Random) -> str:
    """Kill a batch, or one of its children, at a random moment; say which."""
    time.sleep(rng.uniform(0.4, 3.2))
    victims = children(running.pid)
    if victims and rng.random() < 0.5:
        os.kill(rng.choice(victims), signal.SIGKILL)
        return "child"
    os.killpg(running.pid, signal.SIGKILL)
    return "batch"


def whole(outputs: Path, undisturbed: dict[str, str]) -> list[str]:
    """Name the documents that are there and not, byte for byte, what an undisturbed run makes."""
    found = contents(outputs) if outputs.is_dir() else {}
    documents = {name: digest for name, digest in found.items() if name.endswith((".ipynb", ".html")) and not any(part in name for part in PASSING)}
    return [name for name, digest in documents.items() if not name.endswith("index.html") and digest != undisturbed.get(name)]


def test_killed_at_random_moments_it_goes_on_when_run_again(project: Path, undisturbed: dict[str, str], tmp_path: Path) -> None:
    rng, copy, struck = random.Random(SEED), tmp_path / "copy", []  # noqa: S311 - a draw, no secret
    shutil.copytree(project, copy)
    for _ in range(ROUNDS):
        # some reports are wanted again, so that there is something to kill
        for folder in (copy / "outputs").glob("*/huyen-minh-long"):
            if rng.random() < 0.7:
                shutil.rmtree(folder)
        running = subprocess.Popen(command(copy, "--jobs", "2"), cwd=copy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        struck.append(strike(running, rng))
        running.wait(timeout=120)
        assert [] == whole(copy / "outputs", undisturbed), f"half written after {len(struck)} rounds, the last struck at the {struck[-1]}"
    assert {"batch", "child"} == set(struck)
    done = batch(copy)
    assert 0 == done.returncode, done.stderr
    left = batch(copy)
    assert "lập 0" in left.stderr
    assert undisturbed == contents(copy / "outputs"), "nothing is left over, and every byte is as if nothing had been"


def test_the_children_of_a_killed_batch_end_with_it(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("outputs"))
    running = subprocess.Popen(command(copy, "--jobs", "2"), cwd=copy, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(400):
        if started := children(running.pid):
            break
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait(timeout=60)
    for _ in range(100):
        if not [pid for pid in started if Path(f"/proc/{pid}").exists()]:
            break
        time.sleep(0.05)
    assert started
    assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB of our own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        if "CI" in os.environ:
            pytest.fail(f"a small file system is wanted here: {mounted.stderr.decode()}")
        pytest.skip("cần quyền quản trị để gắn một đĩa nhỏ")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_in_a_paragraph_and_nothing_is_lost(project: Path, undisturbed: dict[str, str], small_disk: Path, tmp_path: Path) -> None:
    copy, out = tmp_path / "copy", small_disk / "outputs"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("outputs"))
    shutil.copytree(project / "outputs", out)
    for name in ("mot", "hai", "ba"):  # made before, and wanted anew
        next(out.glob(f"2024-Q1/*/{name}.html")).unlink()
    (small_disk / "filler").write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 4096))
    before = contents(out)
    ran = batch(copy, "--out", str(out))
    assert (1, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "đĩa đã đầy" in ran.stderr
    assert before.items() <= contents(out).items(), "whatever was there is there as it was"
    (small_disk / "filler").unlink()
    again = batch(copy, "--out", str(out))
    assert 0 == again.returncode, again.stderr
    assert undisturbed == contents(out)


def test_a_folder_that_cannot_be_written_to_is_said_in_a_paragraph(project: Path, small_disk: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("outputs"))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    ran = batch(copy, "--out", str(small_disk / "outputs"))
    assert (1, "", 0) == (ran.returncode, ran.stdout, ran.stderr.count("Traceback")), ran.stderr
    assert "chỗ này chỉ đọc được" in ran.stderr
