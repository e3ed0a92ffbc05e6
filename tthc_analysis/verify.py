"""Verification: are the published files what the manifest says, would they come out the same today, and if numbers have moved, why.

What may differ is named one by one: the register, the office's own tables, the calendar, the code, the versions of the software, a notebook.
Where the register has been revised, each number that moved is taken apart: dossiers that came in late, dossiers that were corrected, and what
is left, the way of counting.
"""

import csv
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.letters import harmless
from tthc_analysis.files import project_root, sha256_of
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE
from tthc_analysis.metrics.engine import Dossiers
from tthc_analysis.metrics.measure import BY, RESULT_COLUMNS
from tthc_analysis.metrics.study import Study, measure_study, of_unit, study_of
from tthc_analysis.press.batch import run_orders
from tthc_analysis.press.manifest import MANIFEST, RESULTS, WHOLE, WORKBOOK, code_sha256, read_manifest, versions
from tthc_analysis.press.orders import FORMATS, Job, Order
from tthc_analysis.press.plan import PARTS as JOB_PARTS
from tthc_analysis.press.pool import may_fork, run_in_child
from tthc_analysis.reference import notation
from tthc_analysis.reference.parameters import check_parameters
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.account import beside
from tthc_analysis.register.spark import is_spark
from tthc_analysis.register.store import open_register, parquet
from tthc_analysis.run import prepare

NOT_LISTED = ("index.html", MANIFEST)  # made after the manifest, from it
REGISTER = "sổ dữ liệu"
WORDS = {column: word for word, column in BY.items()}
SAME = 1e-9
PARTS = ("counting", "late_dossiers", "corrected")
KEYS = ("metric", "period")


class Verdict(NamedTuple):
    """What was found of one folder: how many files are as the manifest says, what is wrong with others, what differs of what they were made from."""

    folder: Path
    right: int
    wrong: tuple[str, ...]
    changed: tuple[str, ...]


def folders_below(root: Path) -> list[Path]:
    """List the folders with a manifest at or below a folder, in order; none raises UserError."""
    found = sorted(path.parent for path in root.resolve().rglob(MANIFEST))
    if not found:
        message = f"Không có bản kê nguồn gốc ({MANIFEST}) nào trong {root}. Thư mục cần là outputs/ hoặc một thư mục con của nó."
        raise UserError(message)
    return found


def manifest_of(folder: Path) -> dict[str, Any]:
    """Read a folder's manifest; one that is damaged, or no manifest at all, raises UserError."""
    manifest = read_manifest(folder)
    try:
        known = {**listed(manifest), **_inputs(manifest), **manifest["versions"]}
        whole = isinstance(manifest["parameters"], dict) and all(isinstance(text, str) for text in known.values())
    except (AttributeError, KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        message = f"{folder / MANIFEST} đã hỏng, không đọc được. Lập lại báo cáo này."
        raise UserError(message)
    return manifest


def listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Give every file of a manifest with its SHA-256."""
    documents = {name: digest for entry in manifest["notebooks"].values() for name, digest in entry.get("files", {}).items()}
    return {**documents, **manifest["files"]}


def _fault(path: Path, digest: str) -> str:
    """Say what is wrong with a file of the manifest; "" where nothing is."""
    if not path.is_file():
        return "không còn"
    return "" if sha256_of(path) == digest else "đã bị sửa, khác bản kê"


def _others(folder: Path, known: Mapping[str, str]) -> list[str]:
    """Name the files of a folder that its manifest does not list and should."""
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return [name for name in names if name not in known and name not in NOT_LISTED and ".failed." not in name]


def _inputs(facts: Mapping[str, Any]) -> dict[str, str]:
    """Give the fingerprints of a manifest's inputs: the register, and the office's tables by their path."""
    register, *tables = facts["inputs"]
    return {REGISTER: register["sha256"], **{f"bảng {item['path']}": item["sha256"] for item in tables}}


def differences(manifest: Mapping[str, Any], order: Order) -> list[str]:
    """Name what differs between what a manifest's documents were made from and what the same order would be made from today."""
    then, now = _inputs(manifest), _inputs(order.facts)
    inputs = [name for name in dict.fromkeys([*then, *now]) if then.get(name) != now.get(name)]
    old, new = manifest["versions"], versions()
    software = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    parts = {
        "data": REGISTER in inputs,
        "register": REGISTER in inputs,
        "reference": bool({*inputs} - {REGISTER}),
        "calendar": manifest.get("calendar") != order.facts["calendar"],
        "code": manifest.get("code_sha256") != code_sha256(),
        "versions": bool(software),
    }
    said = [f"{name} {_how(then.get(name), now.get(name))}" for name in inputs]
    said += [f"{JOB_PARTS[name]} đã đổi" for name in ("calendar", "code") if parts[name]]
    said += [f"{name} {old.get(name, 'chưa có')} → {new.get(name, 'không còn')}" for name in software]
    return [*said, *_of_notebooks(manifest["notebooks"], order.jobs, {name for name, differs in parts.items() if differs})]


def _how(then: str | None, now: str | None) -> str:
    return "mới có" if then is None else "không còn" if now is None else "đã đổi"


def _of_notebooks(entries: Mapping[str, Any], jobs: Sequence[Job], known: Collection[str]) -> Iterator[str]:
    """Say of each notebook what differs that is not known of the folder: it, or what it looks at, or it was made before the rest."""
    today = {job.name: job.parts for job in jobs}
    for name, entry in entries.items():
        if name not in today:
            yield f"notebook {name} không còn"
        elif then := entry.get("made_from"):
            changed = [words for part, words in JOB_PARTS.items() if part not in known and then.get(part) != today[name].get(part)]
            if changed:
                yield f"riêng {name}: {', '.join(changed)} đã đổi"


def _today(manifest: Mapping[str, Any], root: Path) -> Order:
    """Prepare the report of a manifest's own parameters again, with all notebooks that there are."""
    books = sorted(path for path in (project_root() / "notebooks").glob("*.ipynb") if path.stem != "explore")
    (order,) = prepare([check_parameters(manifest["parameters"])], None, books, FORMATS, root)
    return order


def verify(folder: Path) -> Verdict:
    """Hold a folder against its manifest, and what it was made from against what there is today. A manifest that cannot be read raises UserError."""
    manifest = manifest_of(folder)
    known = listed(manifest)
    faults = {name: fault for name, digest in sorted(known.items()) if (fault := _fault(folder / name, digest))}
    wrong = [*(f"{name}: {fault}" for name, fault in faults.items()), *(f"{name}: không có trong bản kê" for name in _others(folder, known))]
    try:
        changed = differences(manifest, _today(manifest, folder.parent.parent))
    except UserError as error:  # the register has gone, or the parameters are of another version
        changed = [f"không lập lại được: {str(error).rstrip('.')}"]
    return Verdict(folder, len(known) - len(faults), tuple(wrong), tuple(changed))


def rerun(folder: Path, workers: int) -> list[str]:
    """Make a folder's documents again, elsewhere, and name the files that come out other than they are published.

    Where that cannot be (the register has gone), UserError.
    """
    manifest = manifest_of(folder)
    with tempfile.TemporaryDirectory() as made:
        order = _today(manifest, Path(made))
        wanted = [replace(job, formats=_formats(job.name, manifest)) for job in order.jobs if job.name in manifest["notebooks"]]
        failures = [f"không lập lại được {done.failure}" for done in run_orders([order], wanted, workers) if done.failure]
        known = listed(manifest)
        again = _others(order.folder, known) if order.folder.is_dir() else []
        return [*(name for name in sorted([*known, *again]) if not _same(folder / name, order.folder / name)), *failures]


def _formats(name: str, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = {file.rpartition(".")[2] for file in manifest["notebooks"][name].get("files", {})} | ({"xlsx"} if WORKBOOK in manifest["files"] else set())
    return tuple(kind for kind in FORMATS if kind in kinds)


def _same(published: Path, again: Path) -> bool:
    return published.is_file() and again.is_file() and published.read_bytes() == again.read_bytes()


# --- why numbers moved


def value_text(unit: str, value: float) -> str:
    """Write a result of a unit of measure; a share in percent."""
    return notation.percent(value, 1) if unit == SHARE else notation.count(value) if unit == COUNT else notation.decimal(value)


def parts_text(unit: str, parts: Sequence[float]) -> list[str]:
    """Write by how much each cause moved a result, with its sign; "0" where it did not. Shares in points, whose parts add up as they are printed."""
    known = [part for part in parts if not notation.is_missing(part)]
    points = iter(notation.rounded_parts(known, sum(map(Fraction, known), Fraction(0))) if unit == SHARE else ())
    return [notation.MISSING if notation.is_missing(part) else _moved(unit, part, next(points, None)) for part in parts]


def _moved(unit: str, by: float, points: Decimal | None) -> str:
    if abs(by) < SAME:
        return "0"
    return notation.change(by, 0, 0 if unit == COUNT else 1) if points is None else notation.points_between(Fraction(points) / 100, Fraction(0))


def published_results(folder: Path, as_of: date) -> pd.DataFrame:
    """Read the published results that `measure` gives: metric, period, groups, value.

    Others are left out: what the catalogue does not know or another policy counted, what has no value, and what was counted after the day
    of the report as a warning.
    """
    with (folder / RESULTS).open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    groups = [name for name in (read[0] if read else ()) if name not in KEYS and name not in RESULT_COLUMNS]
    ours = [name for name in groups if name in WORDS]
    rows = [row for row in read if row["metric"] in CATALOGUE and row["value"] and all(row[name] == WHOLE for name in groups if name not in WORDS)]
    return pd.DataFrame([row for row in rows if parse_period(row["period"]).start <= as_of], columns=[*KEYS, *ours, "value"])


def _version(study: Study, digest: str) -> Path | None:
    """Find the register that a report was made from, by its fingerprint: the present one, or a version that was kept."""
    newest = Path(study.newest)
    kept = beside(newest, "snapshots")
    return next((path for path in (newest, *sorted(kept.glob("*.parquet"))) if path.is_file() and sha256_of(path) == digest), None)


def _with_late_ones(old: Path, new: Path) -> Dossiers:
    """Give the old register with the dossiers that it did not have yet, and nothing corrected."""
    late = f"SELECT * FROM {parquet(new)} WHERE dossier_id NOT IN (SELECT dossier_id FROM {parquet(old)})"  # noqa: S608 - quoted names
    whole: Any = duckdb.sql(f"SELECT * FROM {parquet(old)} UNION ALL BY NAME {late}")  # noqa: S608 - quoted names
    both: Dossiers = nw.from_native(whole).lazy()
    return both


def _measured(study: Study, dossiers: Dossiers, published: pd.DataFrame) -> dict[tuple[str, ...], float]:
    """Measure what was published, on some dossiers: each value by metric, period and group."""
    groups = [name for name in published if name in WORDS]
    # measured as the documents are; all values, for what is withheld in a document is not among the published
    mine, found = replace(study, everything=dossiers, dossiers=of_unit(dossiers, study.unit), internal=True), {}
    for (_, *by), rows in published.groupby([published["value"] == "", *(published[name] != WHOLE for name in groups)], sort=False):
        columns = [name for name, used in zip(groups, by, strict=True) if used]
        periods = [parse_period(text) for text in dict.fromkeys(rows["period"])]
        results = measure_study(mine, list(dict.fromkeys(rows["metric"])), periods, [WORDS[name] for name in columns])
        for row in results.to_dict("records"):
            found[row["metric"], row["period"], *(harmless(str(row.get(name, WHOLE))) for name in groups)] = row["value"]
    return found


def by_cause(folder: Path) -> pd.DataFrame:
    """Take apart every published number that is another one today: `metric, period, <groups>, published, counting, late_dossiers, corrected, now`.

    `counting` is what the way of counting moves on the very register that the report was made from; `late_dossiers` what the dossiers move that
    have come in since; `corrected` what changes in known dossiers move, and those that are known no more. A value that there is not is NaN, and
    what it moves. Where that register is not kept any more, or lies on Spark, or the published results are damaged, UserError.
    """
    task = partial(_by_cause, folder)  # in a child: this process may have more to fork
    found: pd.DataFrame = run_in_child(task) if may_fork() else task()
    return found


def _by_cause(folder: Path) -> pd.DataFrame:
    manifest = manifest_of(folder)
    study, old = _published_from(folder, manifest)
    published, newest = published_results(folder, study.as_of), Path(study.newest)
    counted = _measured(study, open_register(str(old)), published)
    revised = [] if old == newest else [_with_late_ones(old, newest), open_register(str(newest))]
    steps = [counted, *(_measured(study, dossiers, published) for dossiers in revised)]
    steps += steps[:1] * (len(PARTS) - len(steps))  # a register that is as it was
    groups = [name for name in published if name in WORDS]
    rows = [row for record in published.to_dict("records") if (row := _taken_apart(record, groups, steps))]
    return pd.DataFrame(rows, columns=[*KEYS, *groups, "published", *PARTS, "now"])


def _published_from(folder: Path, manifest: Mapping[str, Any]) -> tuple[Study, Path]:
    """Open the study of a folder, and find the register that it was made from; what stands in the way raises UserError."""
    parameters = check_parameters(manifest["parameters"])
    if is_spark(parameters.register_path):
        message = f"{folder}: sổ dữ liệu {parameters.register_path} nằm trên Spark, không giữ lại các bản trước, nên không tách được nguyên nhân."
        raise UserError(message)
    if _fault(folder / RESULTS, listed(manifest).get(RESULTS, "")):
        message = f"{folder / RESULTS} không còn đúng như bản kê, nên không biết số đã công bố. Lấy lại tệp ấy từ bản sao lưu rồi chạy lại."
        raise UserError(message)
    study = study_of(parameters)
    old = _version(study, _inputs(manifest)[REGISTER])
    if old is None:
        message = f"{folder}: bản sổ dữ liệu đã dùng để lập báo cáo này không còn được giữ, nên không tách được nguyên nhân."
        raise UserError(message)
    return study, old


def _taken_apart(record: Mapping[Any, Any], groups: Sequence[str], steps: Sequence[Mapping[tuple[str, ...], float]]) -> tuple[Any, ...] | None:
    """Give the row of a number that has moved; None of one that has not."""
    key = (record["metric"], record["period"], *(record[name] for name in groups))
    # of a group that a register does not have it counts no dossiers; a share or a duration there is not
    missing = 0.0 if CATALOGUE[record["metric"]].unit == COUNT else float("nan")
    values = [float(record["value"]), *(step.get(key, missing) for step in steps)]
    moved = [after - before for before, after in pairwise(values)]
    if all(abs(by) < SAME for by in moved):
        return None
    return (*key, values[0], *moved, values[-1])
