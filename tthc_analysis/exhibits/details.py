"""What a document adds to the exhibits on it: what each number is, on demand; which columns sort; a table as a file.

Like `exhibits.html`, everything here works on the JSON that a notebook carries. A number's details become data- attributes, which the
document's script shows in a panel; whatever holds for all numbers of a row or a table is said once, above them. Every text is written here,
by `reference.notation`: the script rounds and words nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, NamedTuple

from tthc_analysis.errors import UserError
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import parse_period

MINUS = f" {notation.MINUS} "  # between the two periods of a change
SORTED_FROM = 3  # rows that are worth sorting
Json = dict[str, Any]


class File(NamedTuple):
    """A file that a page carries inside itself: its name and its text."""

    name: str
    text: str


@dataclass(frozen=True)
class Definition:
    """What a metric is: its label, the id of the row that defines it, and what that row says, each under its head."""

    label: str
    place: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """What a document lends its exhibits: the metrics that it defines, by name; its way of counting; and how a table becomes a CSV.

    An exhibit alone, in JupyterLab, has none of them: without `csv` there is no document.
    """

    definitions: Mapping[str, Definition] = field(default_factory=dict)
    policy: str = ""
    csv: Callable[[Json], File] | None = None

    @cached_property
    def links(self) -> dict[str, str]:
        """The address of each definition, by the label of its metric."""
        return {one.label: f"#{one.place}" for one in self.definitions.values()}


ALONE = Page()


# --- what a number is


def number_details(number: Json, page: Page) -> dict[str, str]:
    """Give what a document says of a number on demand: its definition's id, period, counts, interval, unit, each if there is one."""
    if page.csv is None:
        return {}
    definition = page.definitions.get(number["metric"])
    said = {
        "data_definition": definition.place if definition else "",
        "data_period": period_words(number["period"]),
        "data_counts": counts_words(number),
        "data_interval": interval_words(number),
        "data_unit": "" if number["unit"].startswith("tỷ lệ") or number["unit"] in number["text"] else number["unit"],
    }
    return {name: text for name, text in said.items() if text}


@cache
def period_words(text: str) -> str:
    """Write a number's period out; what is no period of the grammar (a target, a free text) stays as it is.

    >>> period_words("2024-Q1"), period_words("2024-Q1 − chỉ tiêu"), period_words("..2024-03-17")
    ('Quý I/2024 (15/12/2023–14/3/2024)', 'Quý I/2024 (15/12/2023–14/3/2024) so với chỉ tiêu', 'đến ngày 17/3/2024')
    """
    if MINUS in text:
        return " so với ".join(map(period_words, text.split(MINUS)))
    try:
        return f"đến ngày {notation.day(date.fromisoformat(text[2:]))}" if text.startswith("..") else parse_period(text).label
    except (UserError, ValueError):
        return text


def counts_words(number: Json) -> str:
    """Write the counts behind a number: n/N of a share, N of a duration, nothing of a count.

    >>> counts_words({"numerator": 759, "denominator": 768}), counts_words({"numerator": None, "denominator": 768})
    ('759/768', 'trên 768 hồ sơ')
    """
    numerator, denominator = number["numerator"], number["denominator"]
    if numerator is None:
        return f"trên {notation.count(denominator)} hồ sơ" if denominator else ""
    return notation.ratio(numerator, denominator) if denominator else ""


def interval_words(number: Json) -> str:
    """Write the interval of a share, or of the change of one; the others that have one print it themselves.

    >>> interval_words({"ci_low": 0.9778, "ci_high": 0.9938, "numerator": 759, "change": False})
    'từ 97,78% đến 99,38%'
    >>> interval_words({"ci_low": -0.0153, "ci_high": 0.0071, "numerator": None, "change": True})
    'từ −1,53 điểm % đến +0,71 điểm %'
    """
    ends = (number["ci_low"], number["ci_high"])
    if None in ends or (number["numerator"] is None and not number["change"]):
        return ""
    low, high = (notation.points_between(Fraction(end), Fraction(0)) if number["change"] else notation.percent(end, 1) for end in ends)
    return f"từ {low} đến {high}"


def shared(parts: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Give the details on which all numbers agree: said once above them, they are not said at each.

    >>> shared([{"data_unit": "hồ sơ", "data_counts": "1/2"}, {"data_unit": "hồ sơ", "data_counts": "2/3"}])
    {'data_unit': 'hồ sơ'}
    """
    found = [part.items() for part in parts]
    return dict(sorted(set(found[0]).intersection(*found[1:]))) if found else {}


# --- rows and columns


def first_number(cell: Json) -> Json | None:
    """Give the number that a cell prints: the first of those in it, the others being what it is made of."""
    return cell["numbers"][0] if cell["numbers"] else None


def row_kinds(rows: Sequence[list[Json]]) -> list[str]:
    """Say of each row what it is: "level" heads a section of an official form, "whole" is the whole under its groups, others are ordinary ("").

    A script sorts and filters ordinary rows only.
    """
    grouped = [{bool(number["group"]) for cell in row for number in cell["numbers"]} for row in rows]
    groups = any(True in found for found in grouped)
    return ["level" if _heads_section(row) else "whole" if groups and found == {False} else "" for row, found in zip(rows, grouped, strict=True)]


def _heads_section(row: list[Json]) -> bool:
    return row[0]["text"] in notation.ROMAN and not row[0]["heading"] and not row[0]["numbers"]


def sortable(rows: Sequence[list[Json]]) -> bool:
    """Say whether rows may change places: each column holds one kind of number or none, some column one, and no row heads others."""
    kinds, metrics = row_kinds(rows), [_metrics(column) for column in zip(*rows, strict=True)]
    return "level" not in kinds and kinds.count("") >= SORTED_FROM and max(map(len, metrics)) == 1


def _metrics(column: Iterable[Json]) -> set[tuple[str, bool]]:
    return {(number["metric"], number["change"]) for cell in column if (number := first_number(cell))}
