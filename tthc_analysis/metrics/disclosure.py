"""Disclosure control: what a published breakdown by procedure or commune must not tell of a few persons, and what would give it back.

In a commune of ten thousand, "two dossiers of this procedure" is two families that everybody knows. A row is withheld whole, so that no
other figure of it (n beside N − n, late beside early) gives back the small one; and so many others with it that what is left of the whole
after the published rows is no small count either.

- by procedure (alone, or crossed with units): a row with any count from 1 to 4, the rest of a share and the dossiers behind a duration included;
- by unit: a commune with 1 to 4 dossiers in the period, whatever is counted of them.

Office use (`internal: true`) sees everything. Cell suppression with a threshold: Hundepool et al. (2012), Statistical Disclosure Control,
chapter 4; personal data: Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tthc_analysis.metrics.measure import BY, RESULT_COLUMNS, WITHHELD
from tthc_analysis.reference.units import units

THRESHOLD = 5
BASE = "received_total"  # a row's dossiers in the period, carried over or received
PROTECTED = ("procedure", "unit")  # the words of BY whose rows may be few persons
FIGURES = [name for name in RESULT_COLUMNS if name != "unit"]


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


def _few(counts: pd.DataFrame, by: Sequence[str]) -> NDArray[np.bool_]:
    """Say of each row whether it is to be withheld for its own sake."""
    if "procedure" in by:
        few: NDArray[np.bool_] = np.any(_small(counts.to_numpy(float)), axis=1)
        return few
    levels = [units()[unit_id].level if unit_id in units() else "commune" for unit_id in counts.index.get_level_values("unit_id")]
    small: NDArray[np.bool_] = np.logical_and(_small(counts[(BASE, "value")].to_numpy(float)), np.array(levels) == "commune")
    return small


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


def _blocks(counts: pd.DataFrame, by: Sequence[str]) -> list[NDArray[np.intp]]:
    """Give the rows that add up to a whole which may be published: all that differ only in one protected column."""
    others = [[name for name in counts.index.names if name != BY[word]] for word in by if word in PROTECTED]
    return [np.asarray(rows, dtype=np.intp) for names in others for rows in counts.groupby(level=names, sort=False).indices.values()]


def withheld_groups(results: pd.DataFrame) -> int:
    """Count the rows of results whose figures are withheld."""
    return int(results[WITHHELD].sum()) if WITHHELD in results else 0


def withhold_small(results: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Withhold the rows of a breakdown that tell of few persons, and those that would give them back.

    `results` by the words `by`, with the metric `received_total` among them. Returns them with a column `withheld`; the figures of withheld
    rows are missing. Only whole rows (all metrics of a group in a period) are withheld.
    """
    keys = ["period", *(BY[word] for word in by)]
    if results.empty:
        return results.assign(**{WITHHELD: False})
    counts = _counts(results, keys)
    withheld, figures, base = _few(counts, by), counts.to_numpy(float), counts[(BASE, "value")].to_numpy(float)
    before = -1
    while withheld.sum() > before:  # a row withheld in one direction may need another in the other
        before = int(withheld.sum())
        for rows in _blocks(counts, by):
            _complete(withheld, rows, figures, base)
    hidden = pd.MultiIndex.from_frame(results[keys]).isin(counts.index[withheld])
    return results.assign(**results[FIGURES].astype(float).mask(pd.Series(hidden, index=results.index)), **{WITHHELD: hidden})
