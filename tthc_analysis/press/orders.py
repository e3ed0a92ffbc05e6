"""Orders: what is to be made, from what, and what came of it. Plain data, which travels between processes and machines, and costs nothing to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tthc_analysis.press.failure import Failure

FORMATS = ("html", "pdf", "docx", "xlsx")  # xlsx is one workbook for the whole folder: see `folder`


Stamp = tuple[int, int, int]


def stamp_of(path: Path) -> Stamp | None:
    """Give what changes whenever a file is replaced or written to: inode, size, time; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@dataclass(frozen=True)
class Job:
    """A notebook, the parameters it runs with, the folder its files go to, the formats asked for, and the fingerprints of what it is made from.

    `sources` are the files that it reads, each with its stamp when the job was planned.
    """

    notebook: Path
    parameters: dict[str, Any]
    folder: Path
    formats: tuple[str, ...] = FORMATS
    parts: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[Path, Stamp] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The notebook's name: the stem of every file that it gives."""
        return self.notebook.stem


@dataclass(frozen=True)
class Outcome:
    """What a job gave: the files written, the typeface of its PDF, or the failure that left the old files in place."""

    job: Job
    files: tuple[Path, ...] = ()
    typeface: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Order:
    """A report to be made, of one period and unit: its name, its folder, all its jobs, what a reader must know first, and the facts of its manifest.

    Plain data: it travels between processes and machines.
    """

    name: str
    folder: Path
    jobs: tuple[Job, ...]
    warnings: tuple[str, ...]
    facts: Mapping[str, Any]
