"""Files: where one is found, how what a person wrote is read, and how one is written, whole or not at all."""

import errno
import hashlib
import os
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tthc_analysis.errors import UserError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LONGEST_NAME = 120  # bytes of a folder's name: systems allow 255, for a path sometimes little more
LONGEST_WAIT = 10.0  # seconds for another command to finish with a file


class _AsWritten(yaml.SafeLoader):
    """YAML as a person means it: a key given twice is an error, 012 is not octal, and 12:30 is not a number of minutes."""

    # PyYAML declares it on the instance, and itself sets it on the class
    yaml_implicit_resolvers: ClassVar = {  # type: ignore[misc]
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [str(key.value) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(problem=f'khóa "{twice}" ghi hai lần', problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


_AsWritten.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_AsWritten.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-+0123456789"))


def read_utf8(path: Path) -> str:
    """Read a text that a person wrote; one that is not UTF-8 raises UserError."""
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        message = f"{path}: chữ không theo bảng mã UTF-8. Mở bằng Notepad, chọn Save As, Encoding: UTF-8."
        raise UserError(message) from None


def read_yaml(text: str, source: str) -> dict[str, Any]:
    """Read a YAML of keys and values; whatever it cannot be read for is said in one UserError, with the line where it is known."""
    try:
        values = yaml.load(text, _AsWritten)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        where = f" (dòng {mark.line + 1})" if mark else ""
        why = f": {problem}" if isinstance(error, yaml.constructor.ConstructorError) and "khóa" in str(problem) else ""
        message = f"{source}: không đọc được YAML{where}{why}. Mỗi dòng có dạng khóa: giá trị, lưu bằng UTF-8."
        raise UserError(message) from None
    except ValueError as error:  # an unquoted date that does not exist
        message = f"{source}: có ngày không có thật ({error}). Viết ngày dạng 2024-03-15."
        raise UserError(message) from None
    if not isinstance(values, dict):
        message = f"{source}: tệp phải có dạng khóa: giá trị, mỗi khóa một dòng."
        raise UserError(message)
    return values


SYSTEM_WORDS = {errno.ENOSPC: "đĩa đã đầy", errno.EACCES: "không có quyền", errno.EPERM: "không có quyền", errno.EROFS: "chỗ này chỉ đọc được"}


def system_words(error: OSError) -> str:
    """Say in Vietnamese what the system refused; what is rare as the system says it.

    >>> system_words(OSError(errno.ENOSPC, "No space left on device"))
    'đĩa đã đầy'
    """
    return SYSTEM_WORDS.get(error.errno or 0, error.strerror or str(error))


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


@contextmanager
def only_one(path: Path, wait: float = LONGEST_WAIT) -> Iterator[None]:
    """Let one process at a time change a file; another waits some seconds, then raises UserError.

    The lock is the system's, on a file beside it that goes when the work is done: a process that dies leaves nothing locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.lock")
    handle = _locked(aside, path, wait)
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no file that is open: the next import finds it unlocked
            aside.unlink()
        os.close(handle)


def _locked(aside: Path, path: Path, wait: float) -> int:
    """Open a file and lock it; give its descriptor."""
    until = time.monotonic() + wait
    while True:
        handle = os.open(aside, os.O_RDWR | os.O_CREAT)
        # the one who held it before may have deleted it meanwhile: a lock on a deleted file keeps nobody out
        if _try_lock(handle) and _is_still(aside, handle):
            return handle
        os.close(handle)
        if time.monotonic() > until:
            message = f"{path} đang được một lệnh khác ghi. Chờ lệnh ấy xong rồi chạy lại; chưa có gì thay đổi."
            raise UserError(message)
        time.sleep(0.05)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sha256_of(path: Path) -> str:
    """Give a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def project_root() -> Path:
    """Give the project's folder: the nearest one, from the working directory upwards, that holds `params` and `notebooks`."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "params").is_dir() and (folder / "notebooks").is_dir()), here)


def folder_name(text: str) -> str:
    """Make one folder's name of a text: a unit may be called "Phòng A/B", or in ten thousand letters, and no name may lead elsewhere.

    What cannot be a name as it stands bears a digest, so that "Phòng A-B" is another folder.

    >>> folder_name("xa-long-mai"), folder_name("Phòng A/B"), folder_name("../..")
    ('xa-long-mai', 'Phòng A-B 60c5d6ed', '- 0cfd1c96')
    """
    name = re.sub(r"[^\w @.-]+|^[. ]+|[. ]+$", "-", unicodedata.normalize("NFC", text)).replace("..", "-").strip("- ") or "-"
    if name == text and len(text.encode()) <= LONGEST_NAME:
        return text
    return f"{name.encode()[:LONGEST_NAME].decode('utf-8', 'ignore').rstrip()} {hashlib.sha256(text.encode()).hexdigest()[:8]}"


def locate(path: str) -> Path:
    """Find a file named in parameters: from the working directory, then from the project's root."""
    here = Path(path)
    return here if here.is_absolute() or here.exists() else project_root() / here
