"""From results to printed numbers: each row of results becomes a Number, its text by `reference.notation` and nowhere else."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Number
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.measure import WITHHELD, groups_of
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.targets import Target

WITHHELD_NOTE = f"“{notation.WITHHELD}”: dưới năm hồ sơ, hoặc cho phép tính ra số dưới năm; không công bố để bảo vệ dữ liệu cá nhân."


def _known(value: float) -> float | None:
    return None if notation.is_missing(value) else float(value)


def number_text(unit: str, value: float | None, numerator: float | None = None, denominator: float | None = None) -> str:
    """Write a result as its unit of measure asks: a count, a percentage of the exact ratio, or days."""
    if unit == SHARE:
        return notation.percent(numerator, denominator)
    return notation.count(value) if unit == COUNT else notation.decimal(value)


def _number(row: Mapping[Any, Any], groups: list[str]) -> Number:
    figures: dict[str, Any] = {name: _known(row[name]) for name in ("numerator", "denominator", "value", "ci_low", "ci_high")}
    shown = number_text(str(row["unit"]), figures["value"], figures["numerator"], figures["denominator"])
    text = notation.WITHHELD if row.get(WITHHELD) else shown
    group = {name: str(row[name]) for name in groups}
    return Number(text=text, metric=str(row["metric"]), period=str(row["period"]), group=group, unit=str(row["unit"]), **figures)


@dataclass(frozen=True)
class Numbers:
    """Results as printed numbers, found by metric, period and group."""

    results: pd.DataFrame

    @cached_property
    def groups(self) -> list[str]:
        """The by-columns of the results."""
        return groups_of(self.results)

    @cached_property
    def all(self) -> dict[tuple[str, ...], Number]:
        """Every number by (metric, period, group values…)."""
        numbers = [_number(row, self.groups) for row in self.results.to_dict("records")]
        return {(number.metric, number.period, *number.group.values()): number for number in numbers}

    def get(self, metric: str, period: Period, *group: str) -> Number:
        """Give the number of a metric in a period, for a group where the results have any."""
        return self.all[metric, period.text, *group]


def constant(text: str, value: float, what: str) -> Number:
    """Make the number of a constant that a text says, as it is written: of no period and no result ("95%", 0.95, "confidence")."""
    return Number(text=text, metric=f"constant_{what}", period="", value=value, unit=SHARE if "%" in text else "")


def counted(n: int, what: str, period: str, unit: str, **group: str) -> Number:
    """Make the number of what a text counts beside dossiers: units, periods, procedures."""
    return Number(text=notation.count(n), metric=f"count_{what}", period=period, group=group, value=n, unit=unit)


def goal(target: Target) -> Number:
    """Make the number of a target: a share that an office is to reach, of no period."""
    value = target.value
    text = notation.percent(value.numerator, value.denominator)
    return Number(text=text, metric=f"target_{target.metric}", period="", value=float(value), unit=SHARE)


CONFIDENCE = constant("95%", 0.95, "confidence")


def is_withheld(number: Number) -> bool:
    """Say whether a number is known but not published."""
    return number.text == notation.WITHHELD


def withheld_notes(rows: Iterable[Iterable[Cell]]) -> list[str]:
    """Give the note that says what the mark of a withheld number means, where a table has one."""
    marked = any(is_withheld(number) for row in rows for cell in row for number in cell.numbers)
    return [WITHHELD_NOTE] if marked else []


def cell(number: Number) -> Cell:
    """Put a number into a table cell."""
    return Cell(text=number.text, numbers=[number])


def ratio_cell(number: Number) -> Cell:
    """Put a number into a table cell with the counts behind it, where it has any: "89,93% (8.925/9.924)"."""
    counts = ratio_text(number) if number.value is not None else ""
    return Cell(text=f"{number.text} ({counts})" if counts else number.text, numbers=[number])


def ratio_text(number: Number) -> str:
    """Write the n/N behind a number; a duration has only its N; a count has neither."""
    if is_withheld(number):
        return notation.WITHHELD
    if number.numerator is None:
        return f"{notation.count(number.denominator)} hồ sơ" if number.denominator else ""
    return notation.ratio(number.numerator, number.denominator)


def difference(now: Number, then: Number) -> Number:
    """Give the change between two numbers of one metric, rounded once: points for a share, else the unit itself.

    The change of a share carries its 95 % interval (Newcombe 1998, Statistics in Medicine 17:873-890, method 10, from both Wilson
    intervals): where it holds nought, chance alone may have made the change. Two periods are taken as independent.
    """
    if get_metric(now.metric).unit == SHARE:
        nan = float("nan")
        pairs = [(n.numerator if n.numerator is not None else nan, n.denominator if n.denominator is not None else nan) for n in (now, then)]
        text, unit = notation.points(*pairs), notation.POINTS
    else:
        text, unit = notation.change(now.value, then.value, places=0 if now.unit == COUNT else 1), now.unit
    value = None if now.value is None or then.value is None else now.value - then.value
    low, high = _newcombe(now, then)
    between = f"{now.period} − {then.period}"
    return Number(text=text, metric=now.metric, period=between, group=now.group, value=value, ci_low=low, ci_high=high, unit=unit, change=True)


def _newcombe(now: Number, then: Number) -> tuple[float | None, float | None]:
    """Give the interval of the difference of two shares; none where either has no interval of its own."""
    figures = [now.value, now.ci_low, now.ci_high, then.value, then.ci_low, then.ci_high]
    if any(figure is None for figure in figures):
        return None, None
    p1, l1, u1, p2, l2, u2 = (figure or 0.0 for figure in figures)
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def within_chance(change: Number) -> bool:
    """Say whether chance alone may have made a change: its interval is known and holds nought."""
    return change.ci_low is not None and change.ci_high is not None and change.ci_low <= 0 <= change.ci_high
