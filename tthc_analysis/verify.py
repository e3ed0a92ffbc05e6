"""Verification: are the published files what the manifest says, would they come out the same today, and if numbers have moved, why.

What may differ is named one by one: the register, the office's own tables, the calendar, the code, the versions of the software. Where the
register has been revised, each number that moved is taken apart: dossiers that came in late, dossiers that were corrected, and what is left,
the way of counting.
"""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError
from tthc_analysis.files import project_root, sha256_of
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE
from tthc_analysis.metrics.measure import BY, measure
from tthc_analysis.metrics.study import Study, of_unit, study_of
from tthc_analysis.press.batch import run_orders
from tthc_analysis.press.manifest import MANIFEST, RESULTS, WHOLE, WORKBOOK, code_sha256, read_manifest, versions
from tthc_analysis.press.orders import FORMATS, Order
from tthc_analysis.reference import notation
from tthc_analysis.reference.parameters import Parameters, check_parameters
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.account import beside
from tthc_analysis.register.store import parquet
from tthc_analysis.run import prepare

NOT_LISTED = ("index.html", MANIFEST)  # made after the manifest, from it
WORDS = {column: word for word, column in BY.items()}
SAME = 1e-9
PARTS = ("counting", "late_dossiers", "corrected")


class Verdict(NamedTuple):
    """What was found of one folder: files that are as the manifest says, what is wrong with others, what differs of what they were made from."""

    folder: Path
    right: int
    wrong: tuple[str, ...]
    changed: tuple[str, ...]


def folders_below(root: Path) -> list[Path]:
    """List the folders with a manifest at or below a folder, in order; none raises UserError."""
    found = sorted(path.parent for path in root.rglob(MANIFEST))
    if not found:
        message = f"Không có bản kê nguồn gốc ({MANIFEST}) nào trong {root}. Thư mục cần là outputs/ hoặc một thư mục con của nó."
        raise UserError(message)
    return found


def listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give every file of a manifest with its SHA-256."""
    documents = {name: str(digest) for entry in manifest.get("notebooks", {}).values() for name, digest in entry.get("files", {}).items()}
    return documents | dict(manifest.get("files", {}))


def wrong_files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """Say of each file that is missing, or not as the manifest has it, or not in it."""
    known = listed(manifest)
    for name, digest in sorted(known.items()):
        path = folder / name
        if not path.is_file():
            yield f"{name}: không còn"
        elif sha256_of(path) != digest:
            yield f"{name}: đã bị sửa, khác bản kê"
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name not in known and path.name not in NOT_LISTED and ".failed." not in path.name:
            yield f"{path.name}: không có trong bản kê"


def _inputs(facts: Mapping[str, Any]) -> dict[str, str]:
    """Give the fingerprints of a manifest's inputs: the register, and the office's tables by their path."""
    register, *tables = facts.get("inputs", [{}])
    return {"sổ dữ liệu": register.get("sha256", ""), **{f"bảng {item['path']}": item["sha256"] for item in tables}}


def differences(manifest: Mapping[str, Any], today: Mapping[str, Any]) -> list[str]:
    """Name what differs between what a manifest was made from and what there is today (`today`: facts, versions and code as a manifest has them)."""
    then, now = _inputs(manifest), _inputs(today)
    said = [f"{name} {_how(then.get(name), now.get(name))}" for name in dict.fromkeys([*then, *now]) if then.get(name) != now.get(name)]
    said += [f"{words} đã đổi" for key, words in (("calendar", "lịch làm việc"), ("code_sha256", "mã nguồn")) if manifest.get(key) != today.get(key)]
    old, new = manifest.get("versions", {}), today["versions"]
    return said + [f"{name} {old.get(name, 'chưa có')} → {new.get(name, 'không còn')}" for name in sorted({*old, *new}) if old.get(name) != new.get(name)]


def _how(then: str | None, now: str | None) -> str:
    return "mới có" if then is None else "không còn" if now is None else "đã đổi"


def _today(parameters: Parameters, root: Path) -> Order:
    """Prepare the report of some parameters again, with all notebooks that there are."""
    books = sorted(path for path in (project_root() / "notebooks").glob("*.ipynb") if path.stem != "explore")
    (order,) = prepare([parameters], None, books, FORMATS, root)
    return order


def verify(folder: Path) -> Verdict:
    """Hold a folder against its manifest, and what it was made from against what there is today. A manifest that cannot be read raises UserError."""
    manifest = read_manifest(folder)
    if not manifest:
        message = f"{folder / MANIFEST} không đọc được. Lập lại báo cáo này."
        raise UserError(message)
    wrong = tuple(wrong_files(folder, manifest))
    try:
        order = _today(check_parameters(manifest["parameters"]), folder.parent.parent)
        changed = differences(manifest, {**order.facts, "versions": versions(), "code_sha256": code_sha256()})
    except UserError as error:  # the register has gone, or the parameters are of another version
        changed = [f"không lập lại được: {error}"]
    return Verdict(folder, len(listed(manifest)) - sum(not text.endswith("không có trong bản kê") for text in wrong), wrong, tuple(changed))


def rerun(folder: Path, workers: int) -> list[str]:
    """Make a folder's documents again, elsewhere, and name the files that come out other than they are published."""
    manifest = read_manifest(folder)
    with tempfile.TemporaryDirectory() as made:
        order = _today(check_parameters(manifest["parameters"]), Path(made))
        wanted = [replace(job, formats=_formats(job.name, manifest)) for job in order.jobs if job.name in manifest["notebooks"]]
        failures = [
            f"{done.job.name if done.job else ''}: không lập lại được ({done.failure})" for done in run_orders([order], wanted, workers) if done.failure
        ]
        return failures + [name for name in sorted(listed(manifest)) if not _same(folder / name, order.folder / name)]


def _formats(name: str, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = {file.rpartition(".")[2] for file in manifest["notebooks"][name].get("files", {})} | ({"xlsx"} if WORKBOOK in manifest.get("files", {}) else set())
    return tuple(kind for kind in FORMATS if kind in kinds)


def _same(published: Path, again: Path) -> bool:
    return published.is_file() and again.is_file() and published.read_bytes() == again.read_bytes()


# --- why numbers moved


def value_text(unit: str, value: float) -> str:
    """Write a result of a unit of measure; a share in percent."""
    return notation.percent(value, 1) if unit == SHARE else notation.count(value) if unit == COUNT else notation.decimal(value)


def moved_text(unit: str, by: float) -> str:
    """Write by how much a result moved, with its sign; a share in points; "0" where it did not."""
    if abs(by) < SAME:
        return "0"
    return notation.points_between(Fraction(by), Fraction(0)) if unit == SHARE else notation.change(by, 0, 0 if unit == COUNT else 1)


def published_results(folder: Path) -> pd.DataFrame:
    """Read the published results that the catalogue knows and that have a value: metric, period, groups, value."""
    with (folder / RESULTS).open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] in CATALOGUE and row["value"]]
    return pd.DataFrame(rows)


def _version(study: Study, digest: str) -> Path | None:
    """Find the register that a report was made from, by its fingerprint: the present one, or a version that was kept."""
    newest = Path(study.newest)
    kept = beside(newest, "snapshots")
    return next((path for path in (newest, *sorted(kept.glob("*.parquet"))) if path.is_file() and sha256_of(path) == digest), None)


def _with_late_ones(old: Path, new: Path) -> Any:
    """Give the old register with the dossiers that it did not have yet, and nothing corrected."""
    return duckdb.sql(
        f"SELECT * FROM {parquet(old)} UNION ALL BY NAME SELECT * FROM {parquet(new)} WHERE dossier_id NOT IN (SELECT dossier_id FROM {parquet(old)})"  # noqa: S608 - quoted names
    )


def _measured(study: Study, dossiers: Any, published: pd.DataFrame) -> dict[tuple[str, ...], float]:
    """Measure what was published, on some dossiers: each value by metric, period and group."""
    groups = [name for name in published if name in WORDS]
    mine, found = of_unit(nw.from_native(dossiers).lazy(), study.unit), {}
    for by, rows in published.groupby([published[name] != WHOLE for name in groups], sort=False) if groups else [((), published)]:
        columns = [name for name, used in zip(groups, by, strict=True) if used]
        results = measure(
            mine,
            [parse_period(text) for text in dict.fromkeys(rows["period"])],
            list(dict.fromkeys(rows["metric"])),
            [WORDS[name] for name in columns],
            policy=study.policy,
            calendar=study.calendar,
            as_of=study.as_of,
            limits=study.limits,
        )
        for row in results.to_dict("records"):
            found[row["metric"], row["period"], *(str(row.get(name, WHOLE)) for name in groups)] = row["value"]
    return found


def by_cause(folder: Path) -> pd.DataFrame:
    """Take apart every published number that is another one today: `metric, period, <groups>, published, counting, late_dossiers, corrected, now`.

    `counting` is what the way of counting moves on the very register that the report was made from; `late_dossiers` what the dossiers move that
    have come in since; `corrected` what changes in known dossiers move. Where that register is not kept any more, UserError.
    """
    manifest, published = read_manifest(folder), published_results(folder)
    study = study_of(check_parameters(manifest["parameters"]))
    old = _version(study, manifest["inputs"][0]["sha256"])
    if old is None:
        message = f"{folder}: bản sổ dữ liệu đã dùng để lập báo cáo này không còn được giữ, nên không tách được nguyên nhân."
        raise UserError(message)
    steps = [
        _measured(study, frame, published)
        for frame in (duckdb.read_parquet(str(old)), _with_late_ones(old, Path(study.newest)), duckdb.read_parquet(study.newest))
    ]
    groups = [name for name in published if name in WORDS]
    rows = [row for record in published.to_dict("records") if (row := _taken_apart(record, groups, steps))]
    return pd.DataFrame(rows, columns=["metric", "period", *groups, "published", *PARTS, "now"])


def _taken_apart(record: Mapping[Any, Any], groups: Sequence[str], steps: Sequence[Mapping[tuple[str, ...], float]]) -> tuple[Any, ...] | None:
    """Give the row of a number that has moved; None of one that has not."""
    key = (record["metric"], record["period"], *(record[name] for name in groups))
    values = [float(record["value"]), *(step.get(key, float("nan")) for step in steps)]
    moved = [after - before for before, after in pairwise(values)]
    if all(abs(by) < SAME for by in moved):
        return None
    return (*key, values[0], *moved, values[-1])
