"""Files: where one is found, and how one is written, whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a name beside the file to write to, and move it into place at the end: the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        aside.chmod(0o644)  # mkstemp makes a private file; the result is for the office
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with written_aside(path) as aside:
        aside.write_bytes(content)


def project_root() -> Path:
    """Give the project's folder: the nearest one, from the working directory upwards, that holds `params` and `notebooks`."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "params").is_dir() and (folder / "notebooks").is_dir()), here)


def locate(path: str) -> Path:
    """Find a file named in parameters: from the working directory, then from the project's root."""
    here = Path(path)
    return here if here.is_absolute() or here.exists() else project_root() / here
