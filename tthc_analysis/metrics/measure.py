"""Measure: any set of metrics, for any periods, by any columns, in one aggregation.

All metrics share one group-by over `activity`: a mask is summed once however many metrics use it. There is one division (`share_of`).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import narwhals as nw
import numpy as np
import pandas as pd
from scipy.special import ndtri

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.metrics.activity import FLAGS, activity
from tthc_analysis.metrics.catalogue import CATALOGUE, MASKS, NEED_BULK, NEED_CALENDAR, NEED_CLOCK, Metric, get_metric
from tthc_analysis.metrics.engine import Dossiers, beside, collected
from tthc_analysis.metrics.survival import open_aware_quantiles
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.policies import Policy
from tthc_analysis.reference.procedures import TimeLimit
from tthc_analysis.reference.units import units
from tthc_analysis.reference.workdays import Calendar

# What one may break down by, and the column that it becomes in the results ("unit" is there already: the unit of measure).
BY = {"unit": "unit_id", "field": "field", "channel": "channel", "procedure": "procedure_code", "level": "level"}
BY |= {"service": "service_level", "clock": "clock", "age": "age_band", "left": "left_band"}
OF_PENDING = {"age_band", "left_band"}
UNKNOWN = "unknown"
RESULT_COLUMNS = ("numerator", "denominator", "value", "ci_low", "ci_high", "unit")
WITHHELD = "withheld"  # a further column where figures are held back, see `metrics.disclosure`
QUANTILES = {"median": 0.5, "p90": 0.9}
OPEN_AWARE = "open_aware_workdays"
SURE_DECIMALS = 12  # of a duration: beyond them engines differ, for each adds and interpolates in its own order
col, lit = nw.col, nw.lit


def groups_of(results: pd.DataFrame) -> list[str]:
    """Name the columns that results are broken down by."""
    return [str(column) for column in results.columns if column not in {"metric", "period", WITHHELD, *RESULT_COLUMNS}]


def by_columns(by: Sequence[str]) -> list[str]:
    """Give the results' columns for what is broken down by; an unknown word raises UserError."""
    for word in by:
        if word not in BY:
            message = f'Không phân tổ được theo "{word}". {did_you_mean(word, BY)}'
            raise UserError(message)
    return [BY[word] for word in by]


def _key(column: str) -> str:
    return f"by_{column}"


def _narrowed(active: Dossiers, columns: Sequence[str], asked: Mapping[str, nw.Expr]) -> Dossiers:
    """Keep the period, the groups (an unknown category reads "unknown") and what is asked: an engine plans every column that it is given."""
    if OF_PENDING & set(columns):  # what is not pending has no such group
        active = active.filter(col("pending"))
    if "level" in columns:
        levels = beside(pd.DataFrame([(unit.unit_id, unit.level) for unit in units().values()], columns=["resolving_unit", "level"]), active)
        active = active.join(levels, on="resolving_unit", how="left")
    keys = {_key(column): col("resolving_unit" if column == "unit_id" else column).fill_null(UNKNOWN) for column in columns}
    return active.select("period", **keys, **asked)


def _by_group(narrow: Dossiers, columns: Sequence[str], aggregates: Sequence[nw.Expr], *others: str) -> pd.DataFrame:
    """Run one aggregation by period, groups and other columns: one row each, the groups under their own names."""
    keys = {_key(column): column for column in columns}
    return collected(narrow.group_by("period", *keys, *others).agg(*aggregates)).rename(columns=keys)


def _masks(metrics: Sequence[Metric]) -> dict[str, nw.Expr]:
    """Give the masks that metrics are made of, each once."""
    names = dict.fromkeys(mask for metric in metrics for mask in (metric.numerator, metric.denominator) if mask)
    return {name: MASKS.get(name, col(name)) for name in names}


def _aggregated(active: Dossiers, columns: Sequence[str], metrics: Sequence[Metric]) -> pd.DataFrame:
    """Run one sum a mask, one statistic a duration, by period and group."""
    # an engine has no sum of booleans: cast to 64 bits, so that no count overflows either
    masks = {name: mask.cast(nw.Int64) for name, mask in _masks(metrics).items()}
    plain = [metric for metric in metrics if metric.statistic and metric.measured != OPEN_AWARE]
    measured = {metric.measured: col(metric.measured).cast(nw.Float64) for metric in plain}
    sums, statistics = [col(name).sum() for name in masks], [_statistic(metric).alias(metric.name) for metric in plain]
    return _by_group(_narrowed(active, columns, masks | measured), columns, sums + statistics)


def _statistic(metric: Metric) -> nw.Expr:
    if metric.statistic == "mean":
        return col(metric.measured).mean()
    return col(metric.measured).quantile(QUANTILES[str(metric.statistic)], interpolation="linear")


def _grid(rows: pd.DataFrame, periods: Sequence[Period], columns: list[str]) -> pd.DataFrame:
    """Every period × every group seen, so that a group with nothing in a period shows as 0 dossiers, not as absent."""
    every = pd.DataFrame({"period": [period.text for period in periods]})
    if columns:
        every = every.merge(rows[columns].drop_duplicates().sort_values(columns), how="cross")
    return every.merge(rows, on=["period", *columns], how="left")


def wilson(numerator: pd.Series, denominator: pd.Series, confidence: float = 0.95) -> tuple[pd.Series, pd.Series]:
    """Give the Wilson score interval of shares (0 to 1), missing where the denominator is 0.

    Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22:209-212; equal to scipy's
    `binomtest(k, n).proportion_ci(method="wilson")`, for whole columns at once.
    """
    z2 = ndtri((1 + confidence) / 2) ** 2
    n = denominator.where(denominator > 0)
    centre = (numerator + z2 / 2) / (n + z2)
    half = np.sqrt(z2 * (numerator * (n - numerator) / n + z2 / 4)) / (n + z2)
    return (centre - half).clip(lower=0), (centre + half).clip(upper=1)


def share_of(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Divide: the one place where a share is made; a zero denominator gives a missing value."""
    return numerator / denominator.where(denominator > 0)


def _figures(metric: Metric, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Give one metric's figures as they were summed; the value of a share is still to be divided."""
    missing = pd.Series(np.nan, rows.index)
    if metric.statistic:
        return {"numerator": missing, "denominator": rows[metric.denominator], "value": rows[metric.name].astype(float).round(SURE_DECIMALS)}
    if metric.denominator:
        return {"numerator": rows[metric.numerator], "denominator": rows[metric.denominator], "value": missing}
    return {"numerator": missing, "denominator": missing, "value": rows[metric.numerator].astype(float)}


def _results(metrics: Sequence[Metric], rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Give the results: the rows of each metric, one metric after the other."""
    figures = [_figures(metric, rows) for metric in metrics]
    summed = pd.DataFrame({name: np.concatenate([found[name].to_numpy() for found in figures]) for name in ("numerator", "denominator", "value")})
    low, high = wilson(summed["numerator"], summed["denominator"])
    value = share_of(summed["numerator"], summed["denominator"]).fillna(summed["value"])
    keys = {name: np.tile(rows[name].to_numpy(), len(metrics)) for name in ("period", *columns)}
    metric, unit = (np.repeat([getattr(one, name) for one in metrics], len(rows)) for name in ("name", "unit"))
    return pd.DataFrame({"metric": metric, **keys}).assign(**summed.assign(value=value), ci_low=low, ci_high=high, unit=unit)


def _open_aware(active: Dossiers, metrics: Sequence[Metric], columns: list[str]) -> pd.DataFrame:
    """Give the open-aware quantiles by period and group, from the dossiers counted by duration: days are few, dossiers many."""
    keys = ["period", *columns]
    narrow = _narrowed(active.filter(col("received")), columns, {OPEN_AWARE: col(OPEN_AWARE), "finished": col("finished").cast(nw.Int64)})
    counted = _by_group(narrow, columns, (nw.len().alias("n"), col("finished").sum().alias("ended")), OPEN_AWARE)
    counted = counted.sort_values([*keys, OPEN_AWARE], ignore_index=True)
    return open_aware_quantiles(counted, keys, OPEN_AWARE, {metric.name: QUANTILES[str(metric.statistic)] for metric in metrics})


def measure(  # noqa: PLR0913 - what a figure depends on is said, not hidden
    dossiers: object,
    periods: Sequence[Period],
    metrics: Sequence[str] = tuple(CATALOGUE),
    by: Sequence[str] = (),
    *,
    policy: Policy,
    calendar: Calendar,
    as_of: date | None,
    limits: Sequence[TimeLimit] = (),
) -> pd.DataFrame:
    """Measure metrics for periods, by the words of BY, as of a day (None: each period at its own last day).

    `limits` are the procedures' time limits, where the office has them; by `age` and `left` only what is pending is counted.
    Returns the results, tidy: `metric, period, <by columns>, numerator, denominator, value, ci_low, ci_high, unit`. Counts have a
    value only; shares run from 0 to 1 with their Wilson 95 % interval; durations are in days, over `denominator` dossiers.
    Rows keep the order of `metrics`, then of `periods`, then of the groups. Raises UserError on an unknown metric or word.
    """
    asked, columns = _asked(metrics), by_columns(list(dict.fromkeys(by)))
    masks = _masks(asked)
    clocked = bool(NEED_CLOCK & {*masks, *columns, *(metric.measured for metric in asked)})
    timed = clocked or any(metric.statistic for metric in asked) or bool(NEED_CALENDAR & masks.keys())
    told = activity(
        dossiers,
        list(dict.fromkeys(periods)),
        policy=policy,
        calendar=calendar if timed else None,
        as_of=as_of,
        bulk=need_bulk(metrics),
        limits=limits if clocked else None,
    )
    return measure_activity(told, periods, metrics, by)


def _asked(metrics: Sequence[str]) -> list[Metric]:
    return [get_metric(name) for name in dict.fromkeys(metrics)]


def need_bulk(metrics: Sequence[str]) -> bool:
    """Say whether metrics ask which dossiers ended together: that costs a second look at the register."""
    return bool(NEED_BULK & _masks(_asked(metrics)).keys())


def measure_activity(told: Dossiers, periods: Sequence[Period], metrics: Sequence[str], by: Sequence[str] = ()) -> pd.DataFrame:
    """Measure metrics over `activity` of these periods (others in it are passed over) that holds what they need; returns the results, see `measure`."""
    asked, periods, columns = _asked(metrics), list(dict.fromkeys(periods)), by_columns(list(dict.fromkeys(by)))
    rows = _grid(_aggregated(told, columns, asked), periods, columns)
    open_aware = [metric for metric in asked if metric.measured == OPEN_AWARE]
    if open_aware:
        rows = rows.merge(_open_aware(told, open_aware, columns), on=["period", *columns], how="left")
    counts = [name for name in (*MASKS, *FLAGS) if name in rows]
    rows[counts] = rows[counts].fillna(0).astype("int64")
    return _results(asked, rows, columns)


def count_after(dossiers: Dossiers, day: date) -> dict[str, int]:
    """Count the dossiers `received` and those `ended` after a day: what no period known up to that day can hold."""
    events = {"received": "received_at", "ended": "resolved_at"}
    sums = [(col(column).dt.date() > lit(day)).cast(nw.Int64).sum().alias(name) for name, column in events.items()]
    found = collected(dossiers.select(*sums)).fillna(0).iloc[0]
    return {name: int(found[name]) for name in events}
