"""Targets of the plans and decisions: metric, level, value, dates, legal basis, and whether someone checked it against the text.

An unverified target is kept for the person who will check it, and never printed as one.
"""

import csv
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources

from tthc_analysis.reference.periods import LAST_YEAR


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


@cache
def targets() -> tuple[Target, ...]:
    """Give every target, verified or not."""
    text = resources.files(__package__).joinpath("data/targets.csv").read_text("utf-8")
    return tuple(_target(row) for row in csv.DictReader(text.splitlines()))


def verified_target(metric: str, level: str, on: date) -> Target | None:
    """Give the verified target of a metric for a level ("province", "district", "commune") on a date, or None.

    >>> float(verified_target("online_share", "district", date(2024, 3, 14)).value)
    0.5
    >>> verified_target("satisfied_share", "district", date(2024, 3, 14)) is None
    True
    """
    fitting = [t for t in targets() if t.verified and t.metric == metric and t.level in (level, "all") and t.valid_from <= on <= t.valid_to]
    return next((t for t in fitting if t.level == level), fitting[0] if fitting else None)
