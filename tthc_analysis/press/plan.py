"""The plan: which jobs must run, and why. A job is kept where everything it was made from is as it was, and its files are there."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tthc_analysis.files import sha256_of
from tthc_analysis.press.manifest import WORKBOOK, code_sha256, read_manifest, versions
from tthc_analysis.press.orders import Job

# what a job is made from, in the order in which the reasons are said
PARTS = {
    "notebook": "notebook",
    "parameters": "tham số",
    "data": "dữ liệu của đơn vị",
    "register": "sổ dữ liệu",
    "reference": "bảng riêng của cơ quan",
    "calendar": "lịch làm việc",
    "code": "mã nguồn",
    "versions": "phiên bản phần mềm",
}
# calls of a notebook that look at the whole register, not only at its unit's dossiers
OF_ALL = ("read_accounts(", "measure_revisions(")


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def _fixed() -> dict[str, str]:
    return {"code": code_sha256(), "versions": _sha256(versions())}


@cache
def _notebook(path: Path) -> tuple[str, bool]:
    """Give a notebook's fingerprint, and whether it looks at the whole register."""
    text = path.read_text("utf-8")
    return sha256_of(path), any(call in text for call in OF_ALL)


def parts_of(notebook: Path, parameters: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, str]:
    """Give the fingerprints of what a job is made from. `sources` are the caller's: data, register, reference, calendar.

    The register as a whole counts only for a notebook that looks at it.
    """
    fingerprint, looks_at_all = _notebook(notebook)
    kept = {name: text for name, text in sources.items() if name != "register" or looks_at_all}
    return {"notebook": fingerprint, "parameters": _sha256(dict(parameters)), **kept, **_fixed()}


def reasons() -> Callable[[Job], str]:
    """Give what says in Vietnamese why a job must run, "" where it may be kept; each folder's manifest is read once."""
    manifest_of = cache(read_manifest)
    return lambda job: _why_run(job, manifest_of(job.folder))


def _why_run(job: Job, manifest: Mapping[str, Any]) -> str:
    entry = manifest.get("notebooks", {}).get(job.name)
    if not entry:
        return "chưa lập"
    if entry.get("state") != "ok":
        return "lần trước bị lỗi"
    known = {**entry.get("files", {}), **manifest.get("files", {})}
    wanted = {kind: WORKBOOK if kind == "xlsx" else f"{job.name}.{kind}" for kind in ("ipynb", *job.formats)}
    lacking = [kind for kind, name in wanted.items() if name not in known or not (job.folder / name).is_file()]
    if lacking:
        return f"thiếu tệp {', '.join(lacking)}"
    made_from = entry.get("made_from", {})
    changed = [words for name, words in PARTS.items() if made_from.get(name) != job.parts.get(name)]
    return f"{', '.join(changed)} đã đổi" if changed else ""


def failed(job: Job) -> bool:
    """Say whether a job's last run failed, or whether what it made was never entered into the manifest (a full disk)."""
    entry = read_manifest(job.folder).get("notebooks", {}).get(job.name)
    if not entry:
        return any((job.folder / f"{job.name}.{kind}").is_file() for kind in ("ipynb", "failed.html"))
    return entry.get("state") == "failed" or (job.folder / f"{job.name}.failed.html").is_file()
