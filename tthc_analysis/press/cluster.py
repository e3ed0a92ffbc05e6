"""The cluster: a batch over many machines, by joblib's Dask backend. They share the project's folder, under the same path.

A Dask worker holds many threads and may not fork: each part of a batch runs in a process that it starts, `python -m tthc_analysis.press.cluster`.
"""

import os
import pickle
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from tthc_analysis.errors import UserError
from tthc_analysis.press.batch import Done, lost, run_orders
from tthc_analysis.press.manifest import code_sha256
from tthc_analysis.press.orders import Job, Order
from tthc_analysis.press.pool import SINGLE_THREADED, Limits, end_with_parent

if TYPE_CHECKING:
    from distributed import Client

PARTS_A_CORE = 4  # of a batch: more of them leave fewer machines waiting at the end, fewer start Python less often
LONGEST_WAIT = 10  # seconds for the scheduler, and for its first worker
OTHER_CODE = 4  # exit code of a part's process whose package is not the one that planned it
Part = tuple[Sequence[Order], Sequence[Job]]
Ran = tuple[list[Done], str]  # what has ended of a part, and why not all of it has


def run_over(address: str, orders: Sequence[Order], wanted: Sequence[Job], limits: Limits | None = None) -> Iterator[Done]:
    """Run the jobs wanted on the machines of a Dask scheduler; give each once its part of the batch has ended. The files are those of `run_orders`.

    A job that a machine lost is given as failed. No scheduler, or none of its machines there, raises UserError.
    """
    missing, why = {(job.folder, job.name): job for job in wanted}, ""
    with _connected(address) as client:
        for ended, said in _ran(client, _parts(orders, wanted, sum(client.ncores().values())), limits or Limits()):
            why = said or why
            for done in ended:
                if done.job:
                    del missing[done.folder, done.job.name]
                yield done
    for job in missing.values():
        yield Done(job.folder, job, lost(job, why, "").failure)


@contextmanager
def _connected(address: str) -> "Iterator[Client]":
    """Connect to a scheduler that has workers; UserError says what is missing."""
    try:
        import joblib  # noqa: F401, PLC0415 - an optional extra
        from distributed import Client  # noqa: PLC0415 - as above, and heavy
    except ModuleNotFoundError:
        message = "Chạy trên nhiều máy cần Dask và joblib. Cài trên mọi máy của cụm: pip install 'tthc_analysis[cluster]'."
        raise UserError(message) from None
    try:
        client = Client(address, timeout=LONGEST_WAIT, set_as_default=False)
        client.wait_for_workers(1, timeout=LONGEST_WAIT)
    except (OSError, ValueError) as error:
        message = f"Không dùng được cụm {address}: {error}. Mở bộ điều phối bằng dask scheduler, rồi trên mỗi máy: dask worker {address}."
        raise UserError(message) from None
    with client:
        yield client


def _parts(orders: Sequence[Order], wanted: Sequence[Job], cores: int) -> list[Part]:
    """Share out whole folders: what belongs to one is written after its last job."""
    by_folder: dict[Path, list[Job]] = {}
    for job in wanted:
        by_folder.setdefault(job.folder, []).append(job)
    asked = [order for order in orders if order.folder in by_folder]
    size = -(-len(asked) // (PARTS_A_CORE * cores))
    shares = [asked[first : first + size] for first in range(0, len(asked), size)]
    return [(share, [job for order in share for job in by_folder[order.folder]]) for share in shares]


def _ran(client: "Client", parts: Sequence[Part], limits: Limits) -> Iterator[Ran]:
    """Give parts as they end, in whatever order."""
    import joblib  # noqa: PLC0415 - an optional extra

    tasks = [joblib.delayed(run_part)(pickle.dumps((*part, limits)), code_sha256(), str(Path.cwd())) for part in parts]
    with joblib.parallel_config(backend="dask", client=client):
        try:
            yield from joblib.Parallel(batch_size=1, return_as="generator_unordered")(tasks)
        except Exception as error:  # noqa: BLE001 - a machine that went, one without this package: what it had taken is lost, and nothing else
            yield [], f"cụm máy báo lỗi: {type(error).__name__}: {error}"


def run_part(asked: bytes, code: str, folder: str) -> Ran:
    """Be a worker's thread: run a part of a batch in a process of its own, in the batch's folder."""
    machine = platform.node()
    if not Path(folder).is_dir():
        return [], f"máy {machine} không thấy thư mục {folder}: mọi máy phải dùng chung thư mục của dự án, cùng một đường dẫn"
    command = [sys.executable, "-m", "tthc_analysis.press.cluster", code]
    ran = subprocess.run(command, input=asked, cwd=folder, env={**os.environ, **SINGLE_THREADED}, capture_output=True, check=False)  # noqa: S603 - this program, with nothing of anybody else
    if ran.returncode == OTHER_CODE:
        return [], f"máy {machine} dùng bản tthc_analysis khác bản lập kế hoạch: cài cùng một bản"
    why = f"tiến trình trên máy {machine} kết thúc với mã {ran.returncode}: {ran.stderr.decode(errors='replace').strip()[-400:]}"
    return list(_answers(ran.stdout)), why if ran.returncode else ""


def _answers(written: bytes) -> Iterator[Done]:
    """Read what a part's process has answered, as far as it came."""
    stream = BytesIO(written)
    while True:
        try:
            yield pickle.load(stream)  # noqa: S301 - our own process wrote it
        except (EOFError, pickle.UnpicklingError):
            return


def main(code: str) -> int:
    """Be a part's process: what is asked comes by stdin, each job's end goes to stdout, and nothing else may write there."""
    end_with_parent()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        if code != code_sha256():
            return OTHER_CODE
        orders, wanted, limits = pickle.load(sys.stdin.buffer)  # noqa: S301 - the batch that asked wrote it
        for done in run_orders(orders, wanted, 1, limits):
            pickle.dump(done, answers)
            answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
