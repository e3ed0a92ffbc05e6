"""A table as a grid of typed cells, so that workbook and CSV hold numbers as numbers, and the same ones.

A cell that prints a share with its counts ("89,93% (8.925/9.924)"), a duration with its dossiers ("2,3 (461 hồ sơ)") or only counts
("8.925/9.924") is parted over columns of its own under the same head; so is every column that has such a cell, and no other. Whatever
is no number through and through stays the text that is printed: a label, a missing ("–") or withheld number ("*"), a range of ranks ("3–7"), a change
with its interval, a period before a value. So nothing that is printed is lost.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from itertools import accumulate
from typing import Literal, NamedTuple

from tthc_analysis.exhibits.letters import harmless, printable
from tthc_analysis.exhibits.model import Cell, Header, Number, Place, Table, leaves
from tthc_analysis.reference import notation

SHOWN_DIGITS = 15  # that a spreadsheet reckons with when it shows a number
NEAR_HALF = 0.499  # of the last decimal
VALUE, PART, WHOLE = "value", "n", "N"  # the columns that a printed column is parted into
DOSSIERS = " hồ sơ"
LABELS = {VALUE: "Giá trị", PART: "n", WHOLE: "N"}
SHARES, WHOLE_DOSSIERS = "Tỷ lệ", f"N ({DOSSIERS.strip()})"
_COUNT = r"(?:0|[1-9][0-9]{0,2}(?:\.[0-9]{3})*)"  # as `reference.notation` writes it: 2024 is a year
_NUMBER = rf"[+{notation.MINUS}]?{_COUNT}(?:,[0-9]+)?%?"
FORMS = (
    re.compile(rf"(?P<value>{_NUMBER})(?: \((?P<n>{_COUNT})/(?P<N>{_COUNT})\))?"),
    re.compile(rf"(?P<value>{_NUMBER}) \((?P<N>{_COUNT}{DOSSIERS})\)"),
    re.compile(rf"(?P<n>{_COUNT})/(?P<N>{_COUNT})(?: \((?P<value>{_NUMBER})\))?"),
)


class Typed(NamedTuple):
    """A cell of a grid: what is printed and, where that is a number, the number: a share from 0 to 1, percentage points in points."""

    text: str
    kind: Literal["text", "count", "share", "decimal"] = "text"
    value: float = 0
    places: int = 0
    signed: bool = False


EMPTY = Typed("")


@dataclass(frozen=True)
class Grid:
    """The typed cells of a table, under a header whose leaves are its columns. `starts` says at which of them each printed column begins."""

    header: list[Header]
    rows: list[list[Typed]]
    starts: list[int]

    def at(self, place: Place) -> Place:
        """Give where a printed cell stands in the grid: its first column, which holds its number if it prints one by itself."""
        return Place(place.row, self.starts[place.column])


def grid_of(table: Table) -> Grid:
    """Part the columns of a table as their cells ask."""
    columns = [[_parts(row[place]) for row in table.rows] for place in range(sum(map(leaves, table.header)))]
    names = [_names(column) for column in columns]
    rows = [[typed for parts, needed in zip(row, names, strict=True) for typed in _spread(parts, needed)] for row in zip(*columns, strict=True)]
    below = map(_heads, names, columns)
    return Grid([_parted(head, below) for head in table.header], rows, [0, *accumulate(map(len, names[:-1]))])


def table_csv(table: Table) -> str:
    r"""Write a table as CSV: one line of heads, the paths of the header joined with " / "; numbers raw with a full stop; no mark at its begin.

    A share is a ratio with 12 significant digits; what a spreadsheet might take for a formula is led by an apostrophe.

    >>> share = Number(text="89,93%", metric="intake_digitised_share", period="2024-Q1", value=8925 / 9924)
    >>> row = [Cell(text="=Xã", heading=True), Cell(text="89,93% (8.925/9.924)", numbers=[share])]
    >>> table_csv(Table(caption="Số hóa", header=[Header(text="Đơn vị"), Header(text="Số hóa")], rows=[row]))
    "Đơn vị,Số hóa / Tỷ lệ,Số hóa / n,Số hóa / N\n'=Xã,0.899334945586,8925,9924\n"
    """
    grid, buffer = grid_of(table), StringIO()
    heads = [harmless(" / ".join(path)) for head in grid.header for path in _paths(head)]
    csv.writer(buffer, lineterminator="\n").writerows([heads, *(map(_raw, row) for row in grid.rows)])
    return buffer.getvalue()


# --- from a printed cell to typed ones


def _parts(cell: Cell) -> dict[str, Typed]:
    """Read a printed cell: its number, the counts beside it, or the text that it is."""
    match = next(filter(None, (form.fullmatch(cell.text) for form in FORMS)), None) if cell.numbers else None
    if match is None:
        return {"": Typed(printable(cell.text))}
    printed = {name: text for name, text in match.groupdict().items() if text}
    counts = {name: int(_read(printed[name].removesuffix(DOSSIERS))) for name in (PART, WHOLE) if name in printed}
    parts = {name: Typed(printed[name], "count", count) for name, count in counts.items()}
    return {**({VALUE: _number(printed[VALUE], cell.numbers, counts)} if VALUE in printed else {}), **parts}


def _read(text: str) -> Decimal:
    """Read a number as `reference.notation` writes it, without its sign of percent."""
    return Decimal(text.removesuffix("%").replace(".", "").replace(",", ".").replace(notation.MINUS, "-"))


def _number(text: str, numbers: Sequence[Number], counts: Mapping[str, int]) -> Typed:
    """Type a printed number: the result itself where that shows as printed, else what is printed (parts rounded so that they add up)."""
    places, scale = len(text.removesuffix("%").partition(",")[2]), 100 if text.endswith("%") else 1
    signed = text[0] in f"+{notation.MINUS}" or any(number.change for number in numbers)
    written = float(_read(text) / scale)
    value = next((found for found in _candidates(numbers, counts) if _shows(found, _read(text), scale, places, signed=signed)), written)
    if scale == 1 and not places and value.is_integer():
        return Typed(text, "count", int(value), places, signed)
    return Typed(text, "decimal" if scale == 1 else "share", value, places, signed)


def _candidates(numbers: Sequence[Number], counts: Mapping[str, int]) -> Iterator[float]:
    """Give what a printed number may be: the share of the counts beside it, or a result that the cell carries, a change of a share in points."""
    if len(counts) == 2 and counts[WHOLE]:
        yield counts[PART] / counts[WHOLE]
    yield from (number.value * (100 if number.unit == notation.POINTS else 1) for number in numbers if number.value is not None)


def _shows(value: float, printed: Decimal, scale: int, places: int, *, signed: bool) -> bool:
    """Say whether a spreadsheet shows a value as printed: half up from its first 15 digits; but "+0,00" and "-0,0", where "0,00" is printed."""
    if not printed and (value < 0 or (signed and value)):
        return False
    off = abs(value * scale - float(printed)) * 10**places
    # only near a half does it matter how it is rounded
    return off < NEAR_HALF or (off <= 1 and notation.half_up(Fraction(f"{value:.{SHOWN_DIGITS}g}") * scale, places) == printed)


# --- from typed cells to columns


def _names(column: Iterable[Mapping[str, Typed]]) -> list[str]:
    """List the columns that a printed column needs; texts go to the first."""
    found = {name for parts in column for name in parts}
    return [name for name in (VALUE, PART, WHOLE) if name in found] or [VALUE]


def _spread(parts: Mapping[str, Typed], names: Sequence[str]) -> list[Typed]:
    if "" in parts:
        return [parts[""], *[EMPTY] * (len(names) - 1)]
    return [parts.get(name, EMPTY) for name in names]


def _heads(names: Sequence[str], column: Sequence[Mapping[str, Typed]]) -> list[Header]:
    """Give the heads under a printed column's own; none where it is not parted."""
    if names == [VALUE]:
        return []
    typed = [part for parts in column for part in parts.values()]
    shares = all(parts[VALUE].kind == "share" for parts in column if VALUE in parts)
    special = {VALUE: SHARES if shares else LABELS[VALUE], WHOLE: WHOLE_DOSSIERS if any(one.text.endswith(DOSSIERS) for one in typed) else LABELS[WHOLE]}
    return [Header(text=special.get(name, LABELS[name])) for name in names]


def _parted(header: Header, below: Iterator[list[Header]]) -> Header:
    """Give a header whose leaves have the heads of the columns that they are parted into."""
    children = [_parted(child, below) for child in header.children] if header.children else next(below)
    return Header(text=printable(header.text), children=children)


# --- to CSV


def _paths(header: Header, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    path = (*above, header.text)
    if not header.children:
        yield path
    for child in header.children:
        yield from _paths(child, path)


def _raw(typed: Typed) -> str:
    if typed.kind == "text":
        return harmless(typed.text)
    return str(typed.value) if typed.kind == "count" else f"{typed.value:.12g}"
