"""Disclosure control: what a published breakdown by procedure or commune must not tell of a few persons, and what would give it back.

In a commune of ten thousand, "two dossiers of this procedure" is two families that everybody knows. A row is withheld whole, so that no
other figure of it (n beside N − n, late beside early) gives back the small one; and so many others with it that what is left of the whole
after the published rows is no small count either.

- by procedure (alone, or crossed with units): a row with any count from 1 to 4, the rest of a share and the dossiers behind a duration included;
- by unit: a commune with 1 to 4 dossiers in the period, whatever is counted of them. Which units those are, and which go with them, is decided
  once for all periods of a document (`withheld_units`): two tables that withheld different ones would give both back together.

Office use (`internal: true`) sees everything. Cell suppression with a threshold: Hundepool et al. (2012), Statistical Disclosure Control,
chapter 4; personal data: Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tthc_analysis.metrics.measure import BY, RESULT_COLUMNS, UNKNOWN, WITHHELD
from tthc_analysis.reference.periods import Period, parse_period
from tthc_analysis.reference.units import units

THRESHOLD = 5
BASE = "received_total"  # a row's dossiers in the period, carried over or received
SIZES = (BASE, "received")  # by which units are withheld
PROTECTED = ("procedure", "unit")  # the words of BY whose rows may be few persons
FIGURES = [name for name in RESULT_COLUMNS if name != "unit"]
Withheld = Collection[tuple[str, str]]  # periods with the unit that is withheld in them
Mask = NDArray[np.bool_]


def is_protected(by: Sequence[str]) -> bool:
    """Say whether a breakdown by these words of BY may tell of few persons."""
    return any(word in PROTECTED for word in by)


def _small(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    small: NDArray[np.bool_] = np.logical_and(counts > 0, counts < THRESHOLD)
    return small


def _counts(results: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Set every count that a row's figures tell side by side: counts, both parts of shares and their rest, the dossiers behind durations."""
    counted = results["numerator"].isna() & results["denominator"].isna()
    told = {
        "value": results["value"].where(counted),
        "numerator": results["numerator"],
        "denominator": results["denominator"],
        "rest": results["denominator"] - results["numerator"],
    }
    parts = [results[[*keys, "metric"]].assign(part=name, count=figures) for name, figures in told.items()]
    return pd.concat(parts).dropna(subset="count").set_index([*keys, "metric", "part"])["count"].unstack(["metric", "part"], fill_value=0)  # noqa: PD010 - each cell is one figure, nothing to aggregate


def _few(counts: pd.DataFrame) -> Mask:
    """Say of each row of a breakdown by procedure whether it is to be withheld for its own sake."""
    few: Mask = np.any(_small(counts.to_numpy(float)), axis=1)
    return few


def _complete(withheld: NDArray[np.bool_], rows: NDArray[np.intp], figures: NDArray[np.float64], base: NDArray[np.float64]) -> None:
    """Withhold more rows of a block, the smallest first, until the whole less the published rows gives no small count back.

    Where a whole is a small count itself, it is of so many rows as are withheld, at least two.
    """
    telling = figures[:, ~_small(figures[rows].sum(axis=0))]
    others = [row for row in rows if not withheld[row]]
    # a row without dossiers hides nothing: it comes last
    others.sort(key=lambda row: (base[row] == 0, base[row]))
    while others and withheld[rows].any() and (withheld[rows].sum() < 2 or _small(telling[rows[withheld[rows]]].sum(axis=0)).any()):
        withheld[others.pop(0)] = True


def _blocks(counts: pd.DataFrame, by: Sequence[str], fields: Mapping[str, str]) -> list[NDArray[np.intp]]:
    """Give the rows that add up to a whole which may be published: those that differ only in one protected column, procedures of one field first."""
    keys = counts.index.to_frame(index=False).astype(str)
    told_apart = [[name for name in keys if name != BY[word]] for word in by if word in PROTECTED]
    fielded = keys.assign(field=keys["procedure_code"].map(lambda code: fields.get(code, code)))  # a procedure of no one field is by itself
    groups = [(fielded, [name for name in fielded if name != "procedure_code"]), *((keys, names) for names in told_apart)]
    return [np.asarray(rows, dtype=np.intp) for frame, names in groups for rows in frame.groupby(names, sort=False).indices.values()]


def withheld_groups(results: pd.DataFrame) -> int:
    """Count the rows of results whose figures are withheld."""
    return int(results[WITHHELD].sum()) if WITHHELD in results else 0


# --- units, in all periods of a document


def _is_commune(unit_id: str) -> bool:
    """Say whether a unit is taken for a commune: one that nobody knows is, dossiers whose unit is not recorded are none's."""
    return units()[unit_id].level == "commune" if unit_id in units() else unit_id != UNKNOWN


def _families(unit_ids: Sequence[str]) -> list[NDArray[np.intp]]:
    """Give the places of units that add up to a published whole: those of one level under one parent, then all of them."""
    known = units()
    keys = pd.Series([f"{known[unit_id].parent_id} {known[unit_id].level}" if unit_id in known else "" for unit_id in unit_ids], dtype=str)
    return [*(np.asarray(rows, dtype=np.intp) for rows in keys.groupby(keys, sort=False).indices.values()), np.arange(len(unit_ids), dtype=np.intp)]


class _Cells(NamedTuple):
    """Units by periods: their `sizes` (unit × period × SIZES), and the places of units that add up to what is published."""

    units: list[str]
    periods: list[str]
    sizes: NDArray[np.float64]
    families: list[NDArray[np.intp]]


def _cells(results: pd.DataFrame) -> _Cells:
    """Set the sizes of units side by side; what is not measured is nought."""
    rows = results[results["metric"].isin(SIZES)].drop_duplicates(["metric", "period", "unit_id"])
    unit_ids, periods = (list(dict.fromkeys(rows[name])) for name in ("unit_id", "period"))
    every = pd.MultiIndex.from_product([unit_ids, periods, SIZES])
    sizes = rows.set_index(["unit_id", "period", "metric"])["value"].reindex(every, fill_value=0).fillna(0).to_numpy(float)
    return _Cells(unit_ids, periods, sizes.reshape(len(unit_ids), len(periods), len(SIZES)), _families(unit_ids))


def _complete_period(cells: _Cells, hidden: Mask, period: int) -> None:
    """Withhold in a period what would give back what is withheld in it. `hidden` is unit × period."""
    column = hidden[:, period]  # a view: what is withheld in it is withheld
    for rows in cells.families:
        _complete(column, rows, cells.sizes[:, period], cells.sizes[:, period, 0])


class _Window(NamedTuple):
    """The place of the period that adds up others, the places of those, earliest first, and of the one that ends with it, if one does."""

    whole: int
    parts: list[int]
    last: list[int]


def _window(periods: Sequence[str], window: Period, until: date) -> _Window | None:
    """Find the periods that lie in a window, or partly; `until` is the last day that is known. None where the window is not among them."""
    if window.text not in periods:
        return None
    known = sorted((period.start, place, min(period.end, until)) for place, text in enumerate(periods) if (period := parse_period(text)) != window)
    inside = [(place, end) for start, place, end in known if start <= window.end and window.start <= end]
    return _Window(periods.index(window.text), [place for place, _ in inside], [place for place, end in inside if end == min(window.end, until)])


def _is_covered(cells: _Cells, hidden: Mask, mine: Mask, other: int) -> bool:
    """Say whether units are withheld in a period all of them, and among some dossiers: of what adds up to nought each is known."""
    *levels, _ = cells.families
    touched = [rows[hidden[rows, other]] for rows in levels if mine[rows].any()]
    return not np.any(mine & ~hidden[:, other]) and all(cells.sizes[rows, other].sum() > 0 for rows in touched)


def _is_safe(cells: _Cells, hidden: Mask, period: int, window: _Window) -> bool:
    """Say whether no unit of a period is given back by the window less its parts.

    So it is where all that is withheld in the period is withheld together in another one too, and a unit has no small count in the parts where it is.
    """
    mine = hidden[:, period]
    covered = any(_is_covered(cells, hidden, mine, other) for other in (*window.parts, window.whole) if other != period)
    told = np.flatnonzero(mine & ~hidden[:, window.whole])
    sums = [cells.sizes[unit, [part for part in window.parts if hidden[unit, part]]].sum(axis=0) for unit in told]
    return covered and not any(_small(total).any() for total in sums)


def _join(cells: _Cells, hidden: Mask, window: _Window) -> None:
    """Withhold in the window and in the part that ends with it the same: what is pending at their end is one figure."""
    same = [window.whole, *window.last]
    hidden[:, same] = hidden[:, same].any(axis=1, keepdims=True)
    for period in same:
        _complete_period(cells, hidden, period)


def _complete_over_time(cells: _Cells, hidden: Mask, window: _Window) -> None:
    """Withhold in further periods, the nearest before first, else in the window, until no difference of periods gives a unit back."""
    for part in window.parts:  # what is small in the window goes with what goes with it in the parts
        if np.any(hidden[:, part] & hidden[:, window.whole]):
            hidden[:, window.whole] |= hidden[:, part]
    before = -1
    while hidden.sum() > before:
        before = int(hidden.sum())
        _join(cells, hidden, window)
        for at, period in enumerate((*window.parts, window.whole)):
            for other in (*reversed(window.parts[:at]), *window.parts[at + 1 :], window.whole):
                if not hidden[:, period].any() or _is_safe(cells, hidden, period, window):
                    break
                hidden[:, other] |= hidden[:, period]
                _complete_period(cells, hidden, other)


def withheld_units(results: pd.DataFrame, window: Period | None = None, until: date = date.max) -> frozenset[tuple[str, str]]:
    """Name the units whose figures a document withholds, each as (period, unit): the same in all its tables.

    `results` of SIZES by unit, for all periods of the document. Within a period the small ones go, and of the units beside them (one parent,
    one level) so many, the smallest first, that what is left of the level is no small count. `window` is the period, among them, that may
    add up others (the written report's): what is withheld in one of those is withheld in a second one too, or in the window. `until` is the last day that is known.
    """
    if results.empty:
        return frozenset()
    cells = _cells(results)
    communes = np.array([_is_commune(unit_id) for unit_id in cells.units], dtype=bool)
    hidden: Mask = np.logical_and(_small(cells.sizes[:, :, 0]), communes[:, None])
    over = _window(cells.periods, window, until) if window else None
    for period in range(len(cells.periods)):
        if over is None or period != over.whole:
            _complete_period(cells, hidden, period)
    if over:
        _complete_over_time(cells, hidden, over)
    return frozenset((cells.periods[period], cells.units[unit]) for unit, period in np.argwhere(hidden))


# --- results


def withhold_small(results: pd.DataFrame, by: Sequence[str], withheld: Withheld | None = None, fields: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Withhold the rows of a breakdown that tell of few persons, and those that would give them back.

    `results` by the words `by`, with the metric `received_total` among them where a word is "procedure". `withheld` are the units of
    `withheld_units`, by default those that these results ask for by themselves; `fields` gives the field of a procedure, for what is by field
    is published too. Returns the results with a column `withheld`; the figures of withheld rows are missing. Only whole rows (all metrics
    of a group in a period) are withheld.
    """
    if results.empty:
        return results.assign(**{WITHHELD: False})
    hidden = pd.Series(data=False, index=results.index)
    if "unit" in by:
        units_withheld = withheld_units(results) if withheld is None else withheld
        hidden |= pd.MultiIndex.from_frame(results[["period", "unit_id"]]).isin(list(units_withheld))
    if "procedure" in by:
        hidden = _procedures(results, by, hidden, fields or {})
    return results.assign(**results[FIGURES].astype(float).mask(hidden), **{WITHHELD: hidden})


def _procedures(results: pd.DataFrame, by: Sequence[str], hidden: pd.Series, fields: Mapping[str, str]) -> pd.Series:
    """Say which rows of a breakdown by procedure are withheld, those that are `hidden` already among them."""
    keys = ["period", *(BY[word] for word in by)]
    counts = _counts(results, keys)
    cells = pd.MultiIndex.from_frame(results[keys])
    withheld, figures, base = _few(counts) | counts.index.isin(cells[hidden]), counts.to_numpy(float), counts[(BASE, "value")].to_numpy(float)
    before = -1
    while withheld.sum() > before:  # a row withheld in one direction may need another in the other
        before = int(withheld.sum())
        for rows in _blocks(counts, by, fields):
            _complete(withheld, rows, figures, base)
    return pd.Series(cells.isin(counts.index[withheld]), index=results.index)
