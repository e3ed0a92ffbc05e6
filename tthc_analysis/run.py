"""From parameters to orders: what `tthc report` and `tthc batch` do between the command line and the press.

Whatever opens the register runs in a child: the parent, which forks the reports, holds no connection.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.overview import warnings_of
from tthc_analysis.files import folder_name, locate, sha256_of
from tthc_analysis.metrics.study import Study, of_other_unit, study_of
from tthc_analysis.press.orders import Job, Order, stamp_of
from tthc_analysis.press.plan import parts_of
from tthc_analysis.press.pool import may_fork, run_in_child
from tthc_analysis.reference.parameters import Parameters
from tthc_analysis.reference.units import ALL_UNITS, units, with_descendants
from tthc_analysis.register.account import beside
from tthc_analysis.register.fingerprint import content_sha256, fingerprints, span_of

ALL, COMMUNES = "all", "communes"
OFFICE_TABLES = ("events.csv", "procedures.csv", "targets.csv")


@cache
def _sha256(path: Path) -> str:
    return sha256_of(path)


@cache
def _content(register: str) -> str:
    return content_sha256(register)


@cache
def _fingerprints(register: str, until: date) -> tuple[str, dict[str, str]]:
    return span_of(register, until), fingerprints(register, until)


def _office_tables(study: Study) -> dict[str, Path]:
    """Find the office's own tables that a document may rest on; what is wrong in the declared figures raises UserError here, before anything runs."""
    names = (*OFFICE_TABLES, *([f"declared/{study.period.text}.yaml"] if study.declared else []))
    return {name: path for name in names if study.office and (path := study.office / name).is_file()}


def _beside(parameters: Parameters, study: Study) -> dict[str, Path]:
    """Name what a document may rest on beside the register: the office's tables, and the written report, which must be there."""
    tables = {f"{parameters.office}/{name}": path for name, path in _office_tables(study).items()}
    written = parameters.document.file
    if written and not locate(written).is_file():
        message = f"Tham số document.file: không có tệp {written}."
        raise UserError(message)
    return tables | ({written: locate(written)} if written else {})


def _facts(parameters: Parameters, study: Study) -> dict[str, Any]:
    """Say for the manifest what the documents are made from."""
    register = {"path": parameters.register_path, "version": Path(study.register).name, "sha256": _content(study.register), "rows": study.dossier_count}
    tables = [{"path": name, "sha256": _sha256(path)} for name, path in _beside(parameters, study).items()]
    return {
        "parameters": parameters.as_notebook_parameters(),
        "period_label": study.period.label,
        "unit_name": study.unit_name,
        "inputs": [register, *tables],
        "calendar": {"name": study.calendar.name, "sha256": study.calendar.sha256},
    }


def _own_units(study: Study) -> list[str]:
    """Name the study's unit with those below it; none for the whole."""
    if study.unit == ALL_UNITS:
        return []
    return list(with_descendants(study.unit)) if study.unit in units() else [study.unit]


def _sources(study: Study, facts: Mapping[str, Any]) -> dict[str, str]:
    """Give the fingerprints of what a study's jobs read: its own unit's dossiers, the whole register, the office's tables, the calendar."""
    span, found = _fingerprints(study.register, study.as_of)
    account = beside(Path(study.newest), "account.json")
    return {
        "data": " ".join([span, *(f"{unit}:{found[unit]}" for unit in _own_units(study) or sorted(found) if unit in found)]),
        "register": f"{_content(study.newest)} {_sha256(account) if account.is_file() else ''}",
        "reference": " ".join(f"{item['path']}:{item['sha256']}" for item in facts["inputs"][1:]),
        "calendar": study.calendar.sha256,
    }


def order_of(parameters: Parameters, study: Study, notebooks: Sequence[Path], formats: tuple[str, ...], root: Path) -> Order:
    """Give the order of a study's report: its jobs with what they are made from."""
    facts, values = _facts(parameters, study), parameters.as_notebook_parameters()
    sources, folder = _sources(study, facts), root / study.period.text / folder_name(study.unit)
    read = {path: stamp for path in (Path(study.register), *_beside(parameters, study).values()) if (stamp := stamp_of(path))}
    jobs = tuple(Job(book, values, folder, formats, parts_of(book, values, sources), read) for book in notebooks)
    return Order(f"{study.period.name}, {study.unit_name}", folder, jobs, tuple(warnings_of(study)), facts)


def _units_in(study: Study, wanted: str) -> list[str]:
    """Give the units asked for: those that the register knows in the period, below the study's own unit; or the ones named."""
    if wanted not in (ALL, COMMUNES):
        return [text.strip() for text in wanted.split(",") if text.strip()]
    below = [unit for unit in sorted(_fingerprints(study.register, study.as_of)[1]) if unit and _exists(unit, study)]
    if wanted == COMMUNES:
        return [unit for unit in below if unit in units() and units()[unit].level == "commune"]
    return list(dict.fromkeys([study.unit, *below]))


def _exists(unit: str, study: Study) -> bool:
    """Say whether a unit lies below the study's and exists in its period."""
    entry = units().get(unit)
    lives = entry is None or (entry.valid_from <= study.period.end and study.period.start <= entry.valid_to)
    return lives and (study.unit == ALL_UNITS or unit in _own_units(study))


def _orders(everyone: Sequence[Parameters], wanted: str | None, notebooks: Sequence[Path], formats: tuple[str, ...], root: Path) -> list[Order]:
    found = {}
    for parameters in everyone:
        study = study_of(parameters)
        for unit in _units_in(study, wanted) if wanted else [study.unit]:
            mine = study if unit == study.unit else of_other_unit(study, unit)
            order = order_of(parameters.model_copy(update={"unit": unit}), mine, notebooks, formats, root)
            found[order.folder] = order
    return list(found.values())


def prepare(everyone: Sequence[Parameters], wanted: str | None, notebooks: Sequence[Path], formats: tuple[str, ...], root: Path) -> list[Order]:
    """Give the orders of all parameters and units (`wanted`: "all", "communes", names, or None for the parameters' own), each folder once.

    Whatever is wrong with an input raises UserError, before a notebook runs.
    """
    task = partial(_orders, everyone, wanted, notebooks, formats, root)
    orders: list[Order] = run_in_child(task) if may_fork() else task()
    return orders
