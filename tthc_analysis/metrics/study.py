"""A study: the parameters of a report opened into what can be measured. The first call of every notebook."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import locate
from tthc_analysis.metrics.activity import activity
from tthc_analysis.metrics.catalogue import CATALOGUE, get_metric
from tthc_analysis.metrics.disclosure import BASE, SIZES, is_protected, withheld_units, withhold_small
from tthc_analysis.metrics.engine import Dossiers, collected, kept
from tthc_analysis.metrics.measure import RESULT_COLUMNS, UNKNOWN, measure, measure_activity, need_bulk
from tthc_analysis.reference.declared import Declared, read_declared
from tthc_analysis.reference.events import ALL as ALL_METRICS
from tthc_analysis.reference.events import Event, breaks, events, rebases
from tthc_analysis.reference.parameters import OFFICE, Document, Parameters, check_parameters
from tthc_analysis.reference.periods import Period, parse_period, previous, same_last_year
from tthc_analysis.reference.policies import Policy, get_policy
from tthc_analysis.reference.procedures import TimeLimit, time_limits
from tthc_analysis.reference.targets import Target, targets, verified_target
from tthc_analysis.reference.units import ALL_UNITS, unit_name, units, with_descendants
from tthc_analysis.reference.workdays import Calendar, open_calendar
from tthc_analysis.register.sample import EXPORT_NAME, sample_limits
from tthc_analysis.register.spark import is_spark
from tthc_analysis.register.store import open_register
from tthc_analysis.register.versions import data_until, register_at


@dataclass(frozen=True)
class Study:
    """A report's parameters with what they name: periods, policy, calendar, and the unit's dossiers (lazy).

    `written` is the written report's own window, or the period where it names none; `first_day` and `last_day` the first reception and the last event that the register knows.
    `office` is the folder of the office's own tables, `limits` the time limits in it (the sample's own for sample data).
    `internal` is for the office's own eyes.
    `register` names what answers as of `as_of`, a file or a table on Spark, `everything` is what it holds, `newest` names the register as it is now; where they differ, `newest_until` says until when the newest reaches.
    """

    period: Period
    before: Period
    year_before: Period
    history: tuple[Period, ...]
    written: Period
    as_of: date
    unit: str
    level: str
    policy: Policy
    calendar: Calendar
    office: Path | None
    limits: tuple[TimeLimit, ...]
    events: tuple[Event, ...]
    everything: Dossiers
    dossiers: Dossiers
    dossier_count: int
    first_day: date
    last_day: date
    sample: bool
    internal: bool
    document: Document
    register: str
    newest: str
    newest_until: date | None

    @property
    def compared(self) -> list[Period]:
        """The period with the one before and the same a year earlier."""
        return [self.period, self.before, self.year_before]

    @property
    def unit_name(self) -> str:
        """The unit's name as printed."""
        return unit_name(self.unit)

    @property
    def breaks(self) -> list[date]:
        """The days across which the unit's series must not be compared."""
        return breaks(self.events, self.unit)

    def rebases(self, metric: str) -> list[date]:
        """The days from which a metric's control limits are computed anew."""
        return rebases(self.events, metric, self.unit)

    @property
    def declared(self) -> Declared | None:
        """What the office declared for the period, if it did so for this unit. A file that does not say of which unit it is raises UserError."""
        found = read_declared(self.office, self.period)
        if found and found.unit is None:
            message = f"{self.office}/declared/{self.period.text}.yaml: thiếu khóa unit, mã đơn vị mà các số này thuộc về, ví dụ unit: {self.unit}."
            raise UserError(message)
        return found if found and found.unit == self.unit else None

    @cached_property
    def known_activity(self) -> dict[bool, Dossiers]:
        """The activity of all the study's own periods, once it has been asked for: with what ended together, or without."""
        return {}

    @cached_property
    def by_policy(self) -> dict[str, "Study"]:
        """The same study under other policies, once they have been asked for."""
        return {}

    @cached_property
    def withheld(self) -> frozenset[tuple[str, str]]:
        """The units that the study's documents withhold, each with the period (`metrics.disclosure`), for all its own periods at once."""
        return withheld_units(_by_unit(self, _own_periods(self)), self.written, min(self.as_of, self.last_day))

    def target(self, metric: str) -> Target | None:
        """The verified target of a metric for the unit's level on the period's last day, if there is one."""
        return verified_target(metric, self.level, self.period.end, self.office)


_FROM_SAMPLE = (nw.col("source_file") == EXPORT_NAME).cast(nw.Int64).sum()
MOST_KEPT = 2_000_000  # dossiers of which the activity fits into memory beside everything else
UNMEASURED = ("dossier_id", "procedure_name", "receiving_unit", "source_file", "source_row")  # what no metric looks at
_LAST_EVENT = nw.max_horizontal(nw.col("received_at").max(), nw.col("resolved_at").max())


def days_of(dossiers: Dossiers, register: str) -> tuple[date, date, bool]:
    """Give the first reception and the last event that a register knows, and whether it is sample data; an empty one raises UserError with its name."""
    facts = _facts(dossiers, register)
    return facts["first_day"], facts["last_day"], facts["sample"]


def open_named_calendar(name: str) -> Calendar:
    """Open a calendar by its parameter: a name, or a file found as the register is."""
    return open_calendar(name if name in ("VN", "weekdays") else str(locate(name)))


def office_folder(name: str) -> Path | None:
    """Give the folder of the office's own tables; the usual one may be missing, one that a parameter names may not."""
    folder = locate(name)
    if folder.is_dir():
        return folder
    if name != OFFICE:
        message = f"Tham số office: không có thư mục {name}."
        raise UserError(message)
    return None


def _known_metrics(office: Path | None) -> tuple[Event, ...]:
    """Give the events; a metric that the catalogue lacks, in them or in the office's targets, raises UserError: it would pass unseen."""
    found = events(office)
    for name in (*(event.metric for event in found if event.metric != ALL_METRICS), *(target.metric for target in targets(office))):
        get_metric(name)
    return found


def limits_of(office: Path | None, *, sample: bool) -> tuple[TimeLimit, ...]:
    """Give the procedures' time limits: the office's own, or for sample data the sample's."""
    return time_limits(office) or (sample_limits() if sample else ())


def _resolved_by(dossiers: Dossiers, unit: str) -> Dossiers:
    """Keep the dossiers that a unit and the units below it resolve."""
    return dossiers if unit == ALL_UNITS else dossiers.filter(nw.col("resolving_unit").is_in(with_descendants(unit) if unit in units() else [unit]))


def of_unit(dossiers: Dossiers, unit: str) -> Dossiers:
    """Keep the dossiers that a unit and the units below it resolve; a unit that nobody knows raises UserError."""
    if unit != ALL_UNITS and unit not in units():
        found = set(collected(dossiers.select("resolving_unit").unique())["resolving_unit"].dropna())
        if unit not in found:
            message = f'Không có đơn vị "{unit}". {did_you_mean(unit, [ALL_UNITS, *units(), *sorted(found - set(units()))])}'
            raise UserError(message)
    return _resolved_by(dossiers, unit)


def _facts(dossiers: Dossiers, register: str) -> dict[str, Any]:
    """Ask the register once for its size, its first and last day, and whether it holds sample data."""
    facts = collected(dossiers.select(first=nw.col("received_at").min(), last=_LAST_EVENT, n=nw.len(), sample=_FROM_SAMPLE)).iloc[0]
    if not facts["n"]:
        message = f"Sổ dữ liệu (register) {register} không có hồ sơ nào."
        raise UserError(message)
    return {"first_day": facts["first"].date(), "last_day": facts["last"].date(), "dossier_count": int(facts["n"]), "sample": bool(facts["sample"])}


def _history(period: Period, n: int, first_day: date) -> tuple[Period, ...]:
    """Give up to n periods that end with this one, oldest first; none that lies wholly before the register's first day."""
    periods = [period]
    while len(periods) < n and periods[0].start > first_day:
        periods.insert(0, previous(periods[0]))
    return tuple(periods)


def _check_unit_in_period(unit: str, period: Period) -> None:
    """Refuse a unit that did not exist in the period: its report would be all noughts, which says something else."""
    known = units().get(unit)
    if known and not (known.valid_from <= period.end and period.start <= known.valid_to):
        message = f"{known.name} chỉ có {known.lifetime}, không có trong kỳ {period.label}."
        raise UserError(message)


def _versions(register: str, as_of: date) -> tuple[str, str]:
    """Name the version of a register that answers as of a day, and the one that is now. On Spark there is one: what it holds."""
    return (register, register) if is_spark(register) else (str(register_at(register, as_of)), str(locate(register)))


def study_of(parameters: Parameters) -> Study:
    """Open what checked parameters name; a missing file, an unknown unit or an empty register raises UserError."""
    _check_unit_in_period(parameters.unit, parameters.reporting_period)
    everything = open_register(parameters.register_path)  # says what is wrong with the newest version, whichever answers
    register, newest = _versions(parameters.register_path, parameters.as_of)
    if register != newest:
        everything = open_register(register)
    facts = _facts(everything, parameters.register_path)
    period, office = parameters.reporting_period, office_folder(parameters.office)
    return Study(
        period=period,
        before=previous(period),
        year_before=same_last_year(period),
        history=_history(period, parameters.history, facts["first_day"]),
        written=parse_period(parameters.document.period or parameters.period),
        as_of=parameters.as_of,
        unit=parameters.unit,
        level=units()[parameters.unit].level if parameters.unit in units() else "",
        policy=get_policy(parameters.policy),
        calendar=open_named_calendar(parameters.calendar),
        office=office,
        limits=limits_of(office, sample=facts["sample"]),
        events=_known_metrics(office),
        everything=everything,
        dossiers=of_unit(everything, parameters.unit),
        internal=parameters.internal,
        document=parameters.document,
        register=register,
        newest=newest,
        newest_until=None if register == newest else data_until(Path(newest)),
        **facts,
    )


def of_other_unit(study: Study, unit: str) -> Study:
    """Give the same study of another unit: what the register holds is not asked again. An unknown unit raises UserError."""
    _check_unit_in_period(unit, study.period)
    return replace(study, unit=unit, level=units()[unit].level if unit in units() else "", dossiers=of_unit(study.everything, unit))


def open_study(**parameters: Any) -> Study:
    """Open a study from a notebook's parameters (the keys of `params/*.yaml`); whatever is wrong raises UserError."""
    return study_of(check_parameters(parameters))


def uncovered(periods: Sequence[Period], first_day: date, last_day: date) -> list[str]:
    """Name the periods that lie wholly outside the days that the register knows."""
    return [period.text for period in periods if period.end < first_day or period.start > last_day]


def with_missing(results: pd.DataFrame, periods: Sequence[str]) -> pd.DataFrame:
    """Give the results with the figures of some periods missing."""
    figures = ["numerator", "denominator", "value", "ci_low", "ci_high"]
    return results.assign(**results[figures].astype(float).mask(results["period"].isin(periods)))


def _own_periods(study: Study) -> list[Period]:
    return list(dict.fromkeys((*study.history, *study.compared, study.written)))


def _active(study: Study, dossiers: Dossiers, periods: Sequence[Period], *, bulk: bool = False) -> Dossiers:
    return activity(dossiers, periods, policy=study.policy, calendar=study.calendar, as_of=study.as_of, bulk=bulk, limits=study.limits)


def _measured(study: Study, metrics: Sequence[str], periods: Sequence[Period], by: Sequence[str]) -> pd.DataFrame:
    """Measure a study's dossiers. The activity of its own periods is worked out once: every question of a notebook is put to it."""
    dossiers, own, bulk = study.dossiers.drop(*UNMEASURED), _own_periods(study), need_bulk(metrics)
    if not set(periods) <= set(own):
        return measure(dossiers, periods, metrics, by, policy=study.policy, calendar=study.calendar, as_of=study.as_of, limits=study.limits)
    if bulk not in study.known_activity:
        whole = _active(study, dossiers, own, bulk=bulk)
        study.known_activity[bulk] = kept(whole) if study.dossier_count <= MOST_KEPT else whole
    found = study.known_activity[bulk]
    asked = found if set(periods) == set(own) else found.filter(nw.col("period").is_in([period.text for period in periods]))
    return measure_activity(asked, periods, metrics, by)


def under_policy(study: Study, name: str) -> Study:
    """Give the same study counted by another policy; an unknown one raises UserError."""
    return study.by_policy.setdefault(name, replace(study, policy=get_policy(name)))


def _by_unit(study: Study, periods: Sequence[Period]) -> pd.DataFrame:
    return _measured(study, SIZES, periods, ["unit"])


def _withheld(study: Study, asked: Sequence[Period]) -> frozenset[tuple[str, str]]:
    """Name the units that are withheld in some periods; those that are not the study's own are judged by themselves."""
    return study.withheld if set(asked) <= set(_own_periods(study)) else withheld_units(_by_unit(study, asked))


def _fields(study: Study) -> dict[str, str]:
    """Give the field of each procedure that is of one field only, by code."""
    pairs = collected(study.dossiers.select("procedure_code", "field").unique()).fillna(UNKNOWN)
    alone = pairs.drop_duplicates("procedure_code", keep=False)
    return dict(zip(alone["procedure_code"], alone["field"], strict=True))


def measure_study(study: Study, metrics: Sequence[str] = tuple(CATALOGUE), periods: Sequence[Period] | None = None, by: Sequence[str] = ()) -> pd.DataFrame:
    """Measure metrics of a study's unit for periods (default: the period itself), by the words of BY. Returns the results.

    A period that lies wholly outside the register's days is missing, not 0: the register knows nothing about it. In a breakdown by procedure
    or unit, figures that would tell of few persons are missing and marked in a column `withheld` (`metrics.disclosure`), unless the study is internal.
    """
    asked, public = [study.period] if periods is None else list(periods), is_protected(by) and not study.internal
    measured = list(dict.fromkeys([*metrics, *([BASE] if public and "procedure" in by else [])]))
    results = _measured(study, measured, asked, by)
    if public:
        fields = _fields(study) if "procedure" in by else {}
        results = withhold_small(results, list(dict.fromkeys(by)), _withheld(study, asked) if "unit" in by else (), fields)
        results = results[results["metric"].isin(metrics)].reset_index(drop=True)
    return with_missing(results, uncovered(asked, study.first_day, study.last_day))


URGENT_COLUMNS = ("dossier_id", "procedure_name", "resolving_unit", "received_at", "due_at", "pending_late")


def urgent_dossiers(study: Study) -> pd.DataFrame:
    """List the dossiers of a period that are late or turn late within days, the nearest due date first: URGENT_COLUMNS, a row a dossier.

    A dossier's code leads to a person: a study that is not internal raises ValueError.
    """
    if not study.internal:
        message = "Dossiers are listed for the office's own eyes only: internal is false"
        raise ValueError(message)
    active = _active(study, study.dossiers, [study.period])
    rows = collected(active.filter(nw.col("pending_late") | nw.col("due_soon")).select(*URGENT_COLUMNS))
    return rows.sort_values(["due_at", "dossier_id"], ignore_index=True)


def measure_revisions(study: Study, metrics: Sequence[str], periods: Sequence[Period]) -> pd.DataFrame:
    """Measure past periods twice: as the register stood when its data first reached the period's end, and as it is now.

    Returns the results with the by-column `version` ("published", "now"), both as of the period's last day. Periods that only one version
    of the register knows are left out: nothing can have been revised.
    """
    found = []
    for period in periods:
        then, _ = _versions(study.newest, period.end)
        if then == study.newest:
            continue
        for version, path in (("published", then), ("now", study.newest)):
            dossiers = _resolved_by(open_register(path), study.unit)
            results = measure(dossiers, [period], metrics, policy=study.policy, calendar=study.calendar, as_of=period.end)
            results.insert(2, "version", version)
            found.append(results)
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=["metric", "period", "version", *RESULT_COLUMNS])
