"""Indices: how an office is scored, as data with a version and its dates. What each indicator is, what it is worth, who can know it.

An index changes while its name stays, and provinces have their own; a score is worth nothing without the version it was made by.
"""

from datetime import date
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import read_yaml
from tthc_analysis.reference.periods import LAST_YEAR

# through its text: 0.8 is four fifths, not the nearest float
Exact = Annotated[Fraction, BeforeValidator(lambda value: Fraction(str(value)))]


class Part(BaseModel):
    """Base of what an index is made of: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Group(Part):
    """A group of indicators and the points that the decision gives it."""

    id: str
    name: str
    max_points: int


class FullAt(Part):
    """Full points from this ratio on, in proportion below it."""

    full_at: Exact


class Indicator(Part):
    """An indicator; see `data/index-qd766-2022.yaml` for what each key means.

    `max_points` is None where the sources contradict each other, `score` where nothing is scored or the rule is undecided.
    """

    id: str
    group: str
    name: str
    max_points: int | None
    formula: str
    source: str
    score: Literal["linear"] | FullAt | None
    metric: str | None = None
    declared: Literal["pakn_in_time"] | None = None
    note: str = ""

    @property
    def full_at(self) -> Fraction | None:
        """The ratio that earns all the points: 1 where the score is linear, None where there is no score."""
        return self.score.full_at if isinstance(self.score, FullAt) else Fraction(1) if self.score else None


class Index(Part):
    """A version of an index with its dates, both days in; `policy` is the way of counting that its formulas ask for."""

    name: str
    version: str
    label: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    policy: str
    source: str
    groups: tuple[Group, ...]
    indicators: tuple[Indicator, ...]

    @property
    def full_name(self) -> str:
        """The name with the version: what a document prints ("qd766-2022")."""
        return f"{self.name}-{self.version}"

    def in_force(self, on: date) -> bool:
        """Say whether this version is the one that counts on a day."""
        return self.valid_from <= on <= (self.valid_to or date(LAST_YEAR, 12, 31))


@cache
def indices() -> tuple[Index, ...]:
    """Give every version of every index, those of `data/index-*.yaml`."""
    found = [file for file in resources.files(__package__).joinpath("data").iterdir() if file.name.startswith("index-")]
    return tuple(Index.model_validate(read_yaml(file.read_text("utf-8"), file.name)) for file in sorted(found, key=lambda file: file.name))


def get_index(name: str, on: date) -> Index | None:
    """Give the version of an index in force on a day, by its name ("qd766") or one version's ("qd766-2022"); None where none is.

    An unknown name raises UserError.

    >>> get_index("qd766", date(2024, 3, 14)).full_name
    'qd766-2022'
    >>> get_index("qd766-2022", date(2022, 7, 31)) is None
    True
    """
    named = [index for index in indices() if name in (index.name, index.full_name)]
    if not named:
        message = f'Không có bộ chỉ số "{name}". {did_you_mean(name, dict.fromkeys(index.name for index in indices()))}'
        raise UserError(message)
    return next((index for index in named if index.in_force(on)), None)
