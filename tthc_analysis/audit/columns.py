"""Columns: a table's total row against its rows, the formulas that a header gives for its columns, columns of shares."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from tthc_analysis.audit.blocks import Grid
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Severity, Verdict, failed, held
from tthc_analysis.audit.shares import agrees, written
from tthc_analysis.audit.sums import added
from tthc_analysis.audit.tables import Row, row_of
from tthc_analysis.audit.ties import Ties, total
from tthc_analysis.audit.vocabulary import folded
from tthc_analysis.reference import notation

SUM, FORMULA, SHARE, CHANGE = "parts_not_total", "parts_not_total", "share_mismatch", "change_mismatch"
MOST_DEVIANT = Fraction(1, 3)  # of a column's rows that may break the rule that the others keep
PROBED = 9  # rows at which columns are looked at first
FEWEST = 3  # rows from which the others make a rule
_NUMBERED = re.compile(r"\(?(\d{1,2})\)?(?:\s?=\s?(.+))?")
_TOTAL = re.compile(r"tổng(?: số| cộng)?(?: hồ sơ)?|cộng")
_TERM = re.compile(r"([+-]?)\s*\(?(\d{1,2})\)?")

Cells = dict[tuple[int, int], Claim]


def check_columns(ties: Ties) -> Iterator[Verdict]:
    """Check every table."""
    for number, part in enumerate(ties.claims.report.parts):
        if isinstance(part, Grid):
            cells = {claim.cell[1:]: claim for claim in ties.claims.all if claim.cell and claim.cell[0] == number}
            rows = [row_of(part, row) for row in part.body]
            yield from _totals(part, cells, rows)
            yield from _formulas(part, cells)
            yield from _shares(part, cells)
            yield from _differences(part, cells)
            yield from _sums_of_rows(part, cells)


# --- total rows


def _totals(grid: Grid, cells: Cells, rows: Sequence[Row]) -> Iterator[Verdict]:
    """Check the total row: the sum of the rows, or of those that head groups, or of those in groups."""
    at = [number for number, row in enumerate(rows) if row.total]
    if len(at) != 1 or len(rows) < 3 or at[0] not in (0, len(rows) - 1):
        return
    others = [number for number in range(len(rows)) if number != at[0]]
    groups = [number for number in others if rows[number].group]
    for column in range(len(grid.rows[0])):
        whole = cells.get((at[0], column))
        if whole and not whole.share and not whole.whole and whole.role == "result":
            yield from _column(whole, cells, column, others, groups)


def _column(whole: Claim, cells: Cells, column: int, others: Sequence[int], groups: Sequence[int]) -> Iterator[Verdict]:
    choices = [[number for number in others if number not in groups], groups, list(others)] if groups else [list(others)]
    found = [[claim for number in choice if (claim := cells.get((number, column))) and not claim.share and not claim.whole] for choice in choices if choice]
    if any(total(parts) == whole.quantity.value for parts in found):
        yield from (held(SUM, whole, *parts) for parts in found if total(parts) == whole.quantity.value)
    elif found and len(found[0]) >= 2 and len(found[0]) >= len(choices[0]) - 1:
        severity: Severity = "question" if groups else "error"
        shown = f"Cộng các dòng của cột được {notation.count(float(total(found[0])))}, dòng tổng ghi {whole.text}."
        yield failed(SUM, severity, shown, [whole, *found[0]], whole)


# --- formulas in the header


def _formulas(grid: Grid, cells: Cells) -> Iterator[Verdict]:
    """Check what a header says of its columns: "(3)=(4)+(5)"."""
    numbers, formulas = _numbered(grid)
    for column, formula in formulas.items():
        terms = [(sign, numbers.get(int(number))) for sign, number in _TERM.findall(formula)]
        if not terms or any(place is None for _, place in terms) or any(sign == "-" for sign, _ in terms) or re.search(r"[/x*:]", formula):
            continue
        for row in range(len(grid.body)):
            whole, parts = cells.get((row, column)), [cells.get((row, place)) for _, place in terms if place is not None]
            if whole and all(parts) and not whole.share:
                yield _formula(whole, [part for part in parts if part], f"({next(n for n, place in numbers.items() if place == column)}) = {formula.strip()}")


def _numbered(grid: Grid) -> tuple[dict[int, int], dict[int, str]]:
    """Give the column of each number in the header's last row, and the formulas there."""
    numbers, formulas = dict[int, int](), dict[int, str]()
    for column, cell in enumerate(grid.rows[grid.heads - 1] if grid.heads > 1 else ()):
        match = _NUMBERED.fullmatch(cell.text.strip())
        if match:
            numbers[int(match[1])] = column
            formulas |= {column: match[2]} if match[2] else {}
    return numbers, formulas


def _formula(whole: Claim, parts: Sequence[Claim], formula: str) -> Verdict:
    if total(parts) == whole.quantity.value:
        return held(FORMULA, whole, *parts)
    return failed(FORMULA, "error", f"Theo đầu bảng {formula}: {added(parts)}, ô ghi {whole.text}.", [whole, *parts])


# --- total columns


def _sums_of_rows(grid: Grid, cells: Cells) -> Iterator[Verdict]:
    """Check a column that is only called the total by the columns beside it that it adds up in nearly every row."""
    for column in range(len(grid.rows[0])):
        if _TOTAL.fullmatch(folded(" ".join(grid.path(column)[-1:]))):
            wholes = {row: claim for (row, place), claim in cells.items() if place == column and not claim.share and not claim.whole and claim.role == "result"}
            fits = {run: [row for row in wholes if _adds_up(cells, row, column, run)] for run in _runs(cells, list(wholes), column, len(grid.rows[0]))}
            best = max(fits, key=lambda run: (len(fits[run]), len(run)), default=None)
            if best and len(wholes) >= FEWEST and len(fits[best]) >= max(2, len(wholes) - int(MOST_DEVIANT * len(wholes))):
                yield from (_row_sum(whole, [cells[row, place] for place in best], fits=row in fits[best]) for row, whole in wholes.items())


def _runs(cells: Cells, rows: Sequence[int], column: int, width: int) -> Iterator[tuple[int, ...]]:
    """Give the runs of two and more columns of counts that end before a column or begin behind it."""
    runs = [*(tuple(range(first, column)) for first in range(column - 1)), *(tuple(range(column + 1, last)) for last in range(column + 3, width + 1))]
    yield from (run for run in runs if all((row, place) in cells and not cells[row, place].share for row in rows for place in run))


def _adds_up(cells: Cells, row: int, column: int, run: tuple[int, ...]) -> bool:
    return total([cells[row, place] for place in run]) == cells[row, column].quantity.value


def _row_sum(whole: Claim, parts: Sequence[Claim], *, fits: bool) -> Verdict:
    said = f"Các dòng khác đều cộng đủ các cột; ở đây {added(parts)}, ô ghi {whole.text}."
    return held(SUM, whole, *parts) if fits else failed(SUM, "error", said, [whole, *parts], whole)


# --- columns of shares


def _shares(grid: Grid, cells: Cells) -> Iterator[Verdict]:
    """Check a column of shares by the two columns whose ratio it is in nearly every row; nothing is checked where there are no two."""
    for column in range(len(grid.rows[0])):
        shares = {row: claim for (row, place), claim in cells.items() if place == column and claim.share and claim.role == "result"}
        if len(shares) >= FEWEST:
            best = max(_rules(cells, shares, len(grid.rows[0])), key=lambda rule: rule[0], default=None)
            if best and best[0] >= len(shares) - int(MOST_DEVIANT * len(shares)) and best[0] >= 2:
                yield from _by_rule(cells, shares, best[1], best[2])


def _rules(cells: Cells, shares: dict[int, Claim], width: int) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """Give for columns n (or two that add up) and N in how many rows their ratio is the share; only of those that are near it in some rows spread out."""
    columns = [place for place in range(width) if all((row, place) in cells and not cells[row, place].share for row in shares)]
    numerators = [*((one,) for one in columns), *((one, other) for one in columns for other in columns if one < other)]
    probed = [_Probe(shares[row], cells, row, columns) for row in list(shares)[:: max(1, len(shares) // PROBED)]]
    for numerator in numerators:
        for whole in columns:
            if whole not in numerator and 2 * sum(probe.is_near(numerator, whole) for probe in probed) > len(probed):
                fitting = sum(bool(_agrees(cells, row, share, numerator, whole)) for row, share in shares.items())
                yield fitting, numerator, whole


class _Probe:
    """A row's share and counts as plain numbers: in a wide table most columns are ruled out by a glance at a few rows."""

    def __init__(self, share: Claim, cells: Cells, row: int, columns: Sequence[int]) -> None:
        self.share = float(share.quantity.value)
        self.counts = {place: float(cells[row, place].quantity.value) for place in columns}

    def is_near(self, numerator: tuple[int, ...], whole: int) -> bool:
        """Whether a ratio is within a point of the share."""
        base, n = self.counts[whole], sum(self.counts[place] for place in numerator)
        return abs(n * 100 - self.share * base) <= base or not base


def _agrees(cells: Cells, row: int, share: Claim, numerator: tuple[int, ...], whole: int) -> str:
    n, base = sum((cells[row, place].quantity.value for place in numerator), Fraction(0)), cells[row, whole].quantity.value
    if not base:
        return "rounded" if not share.quantity.value or share.quantity.value == 100 else ""
    return agrees(share.quantity, n / base) if n <= base else ""


def _by_rule(cells: Cells, shares: dict[int, Claim], numerator: tuple[int, ...], whole: int) -> Iterator[Verdict]:
    for row, share in shares.items():
        parts, base = [cells[row, place] for place in numerator], cells[row, whole]
        if _agrees(cells, row, share, numerator, whole):
            yield held(SHARE, share, *parts, base)
        elif base.quantity.value:
            exact = total(parts) / base.quantity.value
            said = f"Các dòng khác đều tính theo hai cột này; ở đây {notation.ratio(float(total(parts)), float(base.quantity.value))} = {written(exact, share.quantity.places)}, ô ghi {share.text}."
            yield failed(SHARE, "error", said, [share, *parts, base])


def _differences(grid: Grid, cells: Cells) -> Iterator[Verdict]:
    """Check a column of increases by the two columns whose difference it is in nearly every row."""
    for column in range(len(grid.rows[0])):
        changes = {row: claim for (row, place), claim in cells.items() if place == column and claim.role == "change" and not claim.share}
        others = [place for place in range(len(grid.rows[0])) if place != column and all((row, place) in cells for row in changes)]
        pairs = [(one, other) for one in others for other in others if one != other]
        fits = {pair: [row for row, change in changes.items() if _difference(cells, row, pair) == _signed(change)] for pair in pairs}
        best = max(fits, key=lambda pair: len(fits[pair]), default=None)
        if best and len(changes) >= FEWEST and len(fits[best]) >= max(2, len(changes) - int(MOST_DEVIANT * len(changes))):
            yield from (_change(cells, row, change, best, fits=row in fits[best]) for row, change in changes.items())


def _signed(claim: Claim) -> Fraction:
    """Give a change with its sign, which stands before the figure in its cell."""
    return -claim.quantity.value if claim.signed else claim.quantity.value


def _difference(cells: Cells, row: int, pair: tuple[int, int]) -> Fraction:
    return cells[row, pair[0]].quantity.value - cells[row, pair[1]].quantity.value


def _change(cells: Cells, row: int, change: Claim, pair: tuple[int, int], *, fits: bool) -> Verdict:
    one, other = cells[row, pair[0]], cells[row, pair[1]]
    if fits:
        return held(CHANGE, change, one, other)
    said = f"{one.text} − {other.text} = {notation.change(float(one.quantity.value), float(other.quantity.value))}, ô ghi {'−' if change.signed else ''}{change.text}; các dòng khác đều tính như vậy."
    return failed(CHANGE, "error", said, [change, one, other])
