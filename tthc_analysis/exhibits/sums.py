"""Sums: which printed totals add up other cells of the same table, so that a workbook can hold them as formulas.

Only what holds is declared: every cell prints one count of its own, all count the same thing, and the total is their sum. A total over a
missing or withheld number is none; shares and durations never add up.
"""

from collections.abc import Mapping, Sequence

from tthc_analysis.exhibits.model import Cell, Number, Place, Sum

Rows = Sequence[Sequence[Cell]]
# what the row of a metric adds up, in a table whose rows are metrics
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "received_total": ("carried_over", "received"),
    "resolved": ("resolved_early", "resolved_on_due_date", "resolved_late"),
}


def down(rows: Rows, total: int, parts: Sequence[int]) -> list[Sum]:
    """Give, column by column, the sums of the row `total` over the rows `parts`."""
    return [one for column in range(len(rows[total])) for one in _found(rows, Place(total, column), [Place(part, column) for part in parts])]


def across(rows: Rows, total: int, parts: Sequence[int]) -> list[Sum]:
    """Give, row by row, the sums of the column `total` over the columns `parts`."""
    return [one for row in range(len(rows)) for one in _found(rows, Place(row, total), [Place(row, part) for part in parts])]


def of_metrics(rows: Rows, metrics: Sequence[str]) -> list[Sum]:
    """Give the sums of a table whose rows are `metrics`: a total over its parts, where all of them have a row."""
    made = {total: parts for total, parts in MADE_OF.items() if {total, *parts} <= set(metrics)}
    return [one for total, parts in made.items() for one in down(rows, metrics.index(total), [metrics.index(part) for part in parts])]


def _found(rows: Rows, total: Place, parts: Sequence[Place]) -> list[Sum]:
    """Give a sum as a list of one, or of none where it does not hold."""
    added = [place for place in parts if not _is_nought_in_words(rows[place.row][place.column])]
    counts = [_count(rows[place.row][place.column]) for place in (total, *added)]
    values = [count.value for count in counts if count and count.value is not None]
    alike = len({count.unit for count in counts if count}) == 1
    holds = added and alike and len(values) == len(counts) and values[0] == sum(values[1:])
    return [Sum(total=total, parts=added)] if holds else []


def _count(cell: Cell) -> Number | None:
    """Give the count that a cell prints and nothing else: it has a value and no parts, and is no change."""
    number = cell.numbers[0] if len(cell.numbers) == 1 else None
    return number if number and number.text == cell.text and number.denominator is None and not number.change else None


def _is_nought_in_words(cell: Cell) -> bool:
    """Say whether a cell writes a count of 0 in words ("trống"): it takes no part in a sum."""
    return [number.value for number in cell.numbers] == [0] and cell.text != cell.numbers[0].text
