"""Law: which texts that reports cite were in force when, and by what they were replaced. Data, each row with its source.

A row that nobody checked against the text (`verified` false) is good for a question, never for a verdict. A row without a slash in its
number is a term that a text did away with.
"""

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR


@dataclass(frozen=True)
class Law:
    """A row of `data/laws.csv`: in force from `valid_from` to `valid_to`, both days in."""

    number: str
    name: str
    valid_from: date
    valid_to: date
    replaced_by: str
    source: str
    verified: bool

    def in_force(self, on: date) -> bool:
        """Say whether it was in force on a day."""
        return self.valid_from <= on <= self.valid_to


def _law(row: dict[str, str]) -> Law:
    valid_from, valid_to = (
        date.fromisoformat(row[name] or default) for name, default in (("valid_from", f"{FIRST_YEAR}-01-01"), ("valid_to", f"{LAST_YEAR}-12-31"))
    )
    return Law(row["number"], row["name"], valid_from, valid_to, row["replaced_by"], row["source"], row["verified"] == "true")


@cache
def _rows() -> tuple[Law, ...]:
    text = resources.files(__package__).joinpath("data/laws.csv").read_text("utf-8")
    return tuple(map(_law, csv.DictReader(text.splitlines())))


def law_key(number: str) -> str:
    """Bring a text's number to the form that is compared: without leading noughts and marks.

    >>> law_key("01/2018/TT-VPCP"), law_key("1/2018/tt-vpcp"), law_key("61/2018/ND-CP")
    ('1/2018/TT-VPCP', '1/2018/TT-VPCP', '61/2018/NĐ-CP')
    """
    return re.sub(r"\s", "", number).upper().lstrip("0").replace("/ND-", "/NĐ-").replace("/QD-", "/QĐ-")


@cache
def laws() -> dict[str, Law]:
    """Give the texts by their number.

    >>> laws()["61/2018/NĐ-CP"].in_force(date(2025, 7, 1))
    False
    """
    return {law_key(law.number): law for law in _rows() if "/" in law.number}


@cache
def old_terms() -> tuple[tuple[str, Law], ...]:
    """Give the terms that a text did away with, each with its row; small letters."""
    return tuple((term.strip().lower(), law) for law in _rows() if "/" not in law.number for term in law.number.split(","))
