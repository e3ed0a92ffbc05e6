"""The plan: which jobs must run, and why. A job is kept where everything it was made from is as it was, and its files are there."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tthc_analysis.files import sha256_of
from tthc_analysis.press.jobs import Job
from tthc_analysis.press.manifest import code_sha256, read_manifest, versions

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


def parts_of(notebook: Path, parameters: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, str]:
    """Give the fingerprints of what a job is made from. `sources` are the caller's: data, register, reference, calendar.

    The register as a whole counts only for a notebook that looks at it.
    """
    looks_at_all = any(call in notebook.read_text("utf-8") for call in OF_ALL)
    kept = {name: text for name, text in sources.items() if name != "register" or looks_at_all}
    return {"notebook": sha256_of(notebook), "parameters": _sha256(dict(parameters)), **kept, **_fixed()}


def why_run(job: Job) -> str:
    """Say in Vietnamese why a job must run; "" where it may be kept."""
    entry = read_manifest(job.folder).get("notebooks", {}).get(job.name)
    if not entry:
        return "chưa lập"
    if entry.get("state") != "ok":
        return "lần trước bị lỗi"
    files = entry.get("files", {})
    lacking = [kind for kind in ("ipynb", *job.formats) if f"{job.name}.{kind}" not in files or not (job.folder / f"{job.name}.{kind}").is_file()]
    if lacking:
        return f"thiếu tệp {', '.join(lacking)}"
    made_from = entry.get("made_from", {})
    changed = [words for name, words in PARTS.items() if made_from.get(name) != job.parts.get(name)]
    return f"{', '.join(changed)} đã đổi" if changed else ""


def failed(job: Job) -> bool:
    """Say whether a job's last run failed."""
    return bool(read_manifest(job.folder).get("notebooks", {}).get(job.name, {}).get("state") == "failed")
