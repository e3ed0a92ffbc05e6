"""From parameters to documents: what `tthc report` and `tthc batch` do between the command line and the press.

Whatever opens the register runs in a child: the parent, which forks the reports, holds no connection.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from tthc_analysis.exhibits.overview import warnings_of
from tthc_analysis.files import folder_name, sha256_of
from tthc_analysis.metrics.study import Study, study_of
from tthc_analysis.press.batch import run_jobs
from tthc_analysis.press.jobs import Job, Outcome
from tthc_analysis.press.manifest import write_manifest
from tthc_analysis.press.plan import parts_of
from tthc_analysis.press.pool import CAN_FORK, Limits, run_in_child
from tthc_analysis.reference.parameters import Parameters
from tthc_analysis.reference.units import ALL_UNITS, units, with_descendants
from tthc_analysis.register.account import beside
from tthc_analysis.register.fingerprint import fingerprints, span_of

ALL, COMMUNES = "all", "communes"
OFFICE_TABLES = ("events.csv", "procedures.csv", "targets.csv")


@dataclass(frozen=True)
class Report:
    """One period of one unit: its name, its jobs, what a reader must know first, and the facts of its manifest. Plain data: it travels between processes."""

    name: str
    folder: Path
    jobs: tuple[Job, ...]
    warnings: tuple[str, ...]
    facts: dict[str, Any]


@cache
def _sha256(path: Path) -> str:
    return sha256_of(path)


def _office_inputs(parameters: Parameters, study: Study) -> list[dict[str, Any]]:
    """List the office's own tables that a document may rest on."""
    folder, names = study.office, (*OFFICE_TABLES, f"declared/{study.period.text}.yaml")
    return [{"path": f"{parameters.office}/{name}", "sha256": _sha256(folder / name)} for name in names if folder and (folder / name).is_file()]


def _facts(parameters: Parameters, study: Study) -> dict[str, Any]:
    """Say for the manifest what the documents are made from."""
    register = {"path": parameters.register_path, "version": study.register.name, "sha256": _sha256(study.register), "rows": study.dossier_count}
    return {
        "parameters": parameters.as_notebook_parameters(),
        "period_label": study.period.label,
        "unit_name": study.unit_name,
        "inputs": [register, *_office_inputs(parameters, study)],
        "calendar": {"name": study.calendar.name, "sha256": study.calendar.sha256},
    }


@cache
def _fingerprints(register: Path, until: date) -> tuple[str, dict[str, str]]:

    return span_of(register, until), fingerprints(register, until)


def _sources(study: Study, facts: dict[str, Any]) -> dict[str, str]:
    """Give the fingerprints of what a study's jobs read: its own unit's dossiers, the whole register, the office's tables, the calendar."""
    span, found = _fingerprints(study.register, study.as_of)
    wanted = sorted(found) if study.unit == ALL_UNITS else with_descendants(study.unit) if study.unit in units() else [study.unit]
    account = beside(study.newest, "account.json")
    return {
        "data": " ".join([span, *(f"{unit}:{found[unit]}" for unit in wanted if unit in found)]),
        "register": f"{_sha256(study.newest)} {_sha256(account) if account.is_file() else ''}",
        "reference": " ".join(item["sha256"] for item in facts["inputs"][1:]),
        "calendar": study.calendar.sha256,
    }


def prepared(parameters: Parameters, notebooks: Sequence[Path], formats: tuple[str, ...], root: Path) -> Report:
    """Open what parameters name and give the report to be made; whatever is wrong raises UserError, before a notebook runs."""
    study = study_of(parameters)
    facts, values = _facts(parameters, study), parameters.as_notebook_parameters()
    sources, folder = _sources(study, facts), root / study.period.text / folder_name(study.unit)
    jobs = tuple(Job(book, values, folder, formats, parts_of(book, values, sources)) for book in notebooks)
    return Report(f"{study.period.name}, {study.unit_name}", folder, jobs, tuple(warnings_of(study)), facts)


def _units_in(parameters: Parameters, wanted: str) -> list[str]:
    """Give the units asked for: those that the register knows in the period, below the parameters' own unit; or the ones named."""
    if wanted not in (ALL, COMMUNES):
        return [text.strip() for text in wanted.split(",") if text.strip()]
    study = study_of(parameters)
    known = [unit for unit in sorted(_fingerprints(study.register, study.as_of)[1]) if unit]
    below = [unit for unit in known if _exists(unit, study)]
    if wanted == COMMUNES:
        return [unit for unit in below if unit in units() and units()[unit].level == "commune"]
    return list(dict.fromkeys([parameters.unit, *below]))


def _exists(unit: str, study: Study) -> bool:
    """Say whether a unit lies below the study's and exists in its period."""
    inside = study.unit == ALL_UNITS or unit in (with_descendants(study.unit) if study.unit in units() else [study.unit])
    entry = units().get(unit)
    return inside and (entry is None or (entry.valid_from <= study.period.end and study.period.start <= entry.valid_to))


def prepare(everyone: Sequence[Parameters], wanted: str | None, notebooks: Sequence[Path], formats: tuple[str, ...], root: Path) -> list[Report]:
    """Give the reports of all parameters and units, each folder once; in a child, where there are any."""

    def task() -> list[Report]:
        chosen = [(one, unit) for one in everyone for unit in (_units_in(one, wanted) if wanted else [one.unit])]
        found = [prepared(one.model_copy(update={"unit": unit}), notebooks, formats, root) for one, unit in chosen]
        return list({report.folder: report for report in found}.values())

    reports: list[Report] = run_in_child(task) if CAN_FORK else task()
    return reports


def run(reports: Sequence[Report], wanted: Sequence[Job], workers: int, limits: Limits | None, say: Callable[[Outcome], None]) -> list[Outcome]:
    """Run jobs and write the manifest of each report as its last job ends; give every outcome. An interruption keeps what is done."""
    facts, waiting = {report.folder: report.facts for report in reports}, [job.folder for job in wanted]
    done: dict[Path, list[Outcome]] = {}
    try:
        for outcome in run_jobs(wanted, workers, limits):
            folder = outcome.job.folder
            done.setdefault(folder, []).append(outcome)
            if len(done[folder]) == waiting.count(folder):
                write_manifest(folder, done[folder], facts[folder])
            say(outcome)
    finally:
        for folder, outcomes in done.items():
            if len(outcomes) < waiting.count(folder):
                write_manifest(folder, outcomes, facts[folder])
    return [outcome for outcomes in done.values() for outcome in outcomes]
