"""Whole folders of documents, made as a user makes them: a project in a working folder of its own, the command run in it, every file read back."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from dossiers import register

from tthc_analysis.register.store import write_register

ROOT = Path(__file__).parents[1]
PARAMETERS = {"period": "2024-Q1", "as_of": "2024-03-15", "policy": "report-2024", "history": 3, "calendar": "VN", "register": "data/register.parquet"}


def make_project(folder: Path, dossiers: Sequence[Mapping[str, Any]] | pd.DataFrame, **parameters: Any) -> Path:
    """Make a project with the real notebooks, a register of some dossiers (or a frame of the contract), and one file of parameters; give its folder."""
    for name in ("params", "data"):
        (folder / name).mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    write_register(dossiers if isinstance(dossiers, pd.DataFrame) else register(*dossiers), folder / "data" / "register.parquet")
    add_parameters(folder, "report", **parameters)
    return folder


def add_parameters(project: Path, name: str, **parameters: Any) -> None:
    """Write a further file of parameters."""
    (project / "params" / f"{name}.yaml").write_text(yaml.safe_dump({**PARAMETERS, **parameters}, allow_unicode=True), "utf-8")


def batch(project: Path, *options: str, **environment: str) -> None:
    """Run a batch in a project, one report at a time, to its good end."""
    command = [sys.executable, "-m", "tthc_analysis", "batch", "--jobs", "1", *options]
    ran = subprocess.run(command, cwd=project, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"


def together(*tasks: Callable[[], None]) -> None:
    """Run tasks side by side; what one of them raises is raised once all have ended."""
    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(task) for task in tasks]
    for ended in running:
        ended.result()


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its place in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
