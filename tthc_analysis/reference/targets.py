"""Targets of the plans and decisions: metric, level, value, dates, legal basis, and whether someone checked it against the text.

An unverified target is kept for the person who will check it, and never printed as one. An office adds its own in `targets.csv` of its folder.
"""

import csv
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from pathlib import Path

from tthc_analysis.errors import UserError
from tthc_analysis.reference.office import LINE, Row, office_rows
from tthc_analysis.reference.periods import LAST_YEAR

TABLE = "targets.csv"
COLUMNS = ("metric", "level", "value", "valid_from", "valid_to", "legal_basis", "verified")
LEVELS = ("province", "district", "commune", "all")


@dataclass(frozen=True)
class Target:
    """A row of `data/targets.csv`; `value` is a share from 0 to 1, exact."""

    metric: str
    level: str
    value: Fraction
    valid_from: date
    valid_to: date
    legal_basis: str
    verified: bool


def _target(row: dict[str, str]) -> Target:
    valid_to = date.fromisoformat(row["valid_to"] or f"{LAST_YEAR}-12-31")
    return Target(
        row["metric"], row["level"], Fraction(row["value"]), date.fromisoformat(row["valid_from"]), valid_to, row["legal_basis"], row["verified"] == "true"
    )


def _office_target(row: Row, path: Path) -> Target:
    """Read a row that an office wrote, or say what is wrong with it."""
    place = f"{path}, dòng {row[LINE]}"
    if row["level"] not in LEVELS or row["verified"] not in ("true", "false") or not row["legal_basis"]:
        message = f"{place}: level là một trong {', '.join(LEVELS)}; verified là true hoặc false; legal_basis không để trống."
        raise UserError(message)
    try:
        target = _target(row)
    except (ValueError, ZeroDivisionError):
        target = None
    if target is None or not 0 <= target.value <= 1:
        message = f'{place}: value từ 0 đến 1 (0.8 là 80%), ngày dạng 2024-01-02; đọc được "{row["value"]}", "{row["valid_from"]}", "{row["valid_to"]}".'
        raise UserError(message)
    return target


@cache
def _own_targets() -> tuple[Target, ...]:
    text = resources.files(__package__).joinpath("data/targets.csv").read_text("utf-8")
    return tuple(_target(row) for row in csv.DictReader(text.splitlines()))


def targets(office: Path | None = None) -> tuple[Target, ...]:
    """Give every target, verified or not: the office's own first. A wrong row in the office's table raises UserError."""
    return (*(_office_target(row, Path(office or "", TABLE)) for row in office_rows(office, TABLE, COLUMNS)), *_own_targets())


def verified_target(metric: str, level: str, on: date, office: Path | None = None) -> Target | None:
    """Give the verified target of a metric for a level ("province", "district", "commune") on a date, or None.

    The office's own target comes before one of the package, that of the level before one for all.

    >>> float(verified_target("online_share", "district", date(2024, 3, 14)).value)
    0.5
    >>> verified_target("satisfied_share", "district", date(2024, 3, 14)) is None
    True
    """
    fitting = [t for t in targets(office) if t.verified and t.metric == metric and t.level in (level, "all") and t.valid_from <= on <= t.valid_to]
    return next((t for t in fitting if t.level == level), fitting[0] if fitting else None)
