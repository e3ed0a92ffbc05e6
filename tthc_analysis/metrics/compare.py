"""Why a share changed: because the mix of dossiers did, or because the share inside the groups did.

The difference of two overall shares is split so that the parts sum to it. In each cell of the breakdown the rate part is the change
of the cell's share at its mean weight, the mix part the change of its weight at its mean share; no interaction is left over.
Kitagawa (1955), Components of a difference between two rates, JASA 50:1168-1194.
Where the mix has several factors, each gets the mean of what it moves over all orders in which they are changed one after the other:
Shapley (1953), A value for n-person games; Das Gupta (1993), Standardization and decomposition of rates, US Census P23-186, splits the
same mix by geometric means instead, which small cells of nought do not allow.
A split is arithmetic, not cause: it says where a difference sits.
"""

from collections.abc import Sequence
from itertools import combinations, permutations

import pandas as pd

from tthc_analysis.metrics.catalogue import SHARE

MAX_FACTORS = 4
COUNTS = ["then_numerator", "then_denominator", "now_numerator", "now_denominator"]
SIDES = [*COUNTS[:2], "then_value", *COUNTS[2:], "now_value"]


# --- the two sides, cell by cell


def check_share(results: pd.DataFrame, by: Sequence[str]) -> None:
    """Refuse results that are not one share with one row for each cell of the by-columns: ValueError says what is wrong."""
    absent = [column for column in ("metric", *by, "numerator", "denominator", "unit") if column not in results]
    if absent:
        message = f"Results lack the columns {', '.join(absent)}; they have {', '.join(map(str, results.columns))}"
        raise ValueError(message)
    metrics = sorted(set(results["metric"]))
    if len(metrics) > 1 or not set(results["unit"]) <= {SHARE}:
        message = f"Give the results of one share, not of {', '.join(metrics)}"
        raise ValueError(message)
    repeated = results[results.duplicated([*by])]
    if len(repeated):
        message = f"{len(repeated)} rows repeat a cell of {', '.join(by)}, such as {repeated[[*by]].iloc[0].to_dict()}: give one period, and every by-column"
        raise ValueError(message)


def _check(then: pd.DataFrame, now: pd.DataFrame, factors: Sequence[str]) -> None:
    """Refuse what cannot be compared."""
    if not 1 <= len(factors) <= MAX_FACTORS or len(set(factors)) < len(factors):
        message = f"Give 1 to {MAX_FACTORS} factors, each once, not {list(factors)}"
        raise ValueError(message)
    for side in (then, now):
        check_share(side, factors)
    metrics = sorted({*then["metric"], *now["metric"]})
    if len(metrics) > 1:
        message = f"Compare a share with itself, not {' with '.join(metrics)}"
        raise ValueError(message)


def _cells(then: pd.DataFrame, now: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Give one row for each cell with dossiers on either side: the factors, COUNTS, and each side's `w` (weight) and `r` (share).

    A cell without dossiers on one side takes the other side's share, so that it moves the mix only. The weights of a side
    without any dossier are missing, and so is everything made of them.
    """
    _check(then, now, factors)
    keys = [*factors]
    sides = [side[[*keys, "numerator", "denominator"]].set_axis([*keys, *names], axis=1) for side, names in ((then, COUNTS[:2]), (now, COUNTS[2:]))]
    both = sides[0].merge(sides[1], on=keys, how="outer")
    both[COUNTS] = both[COUNTS].fillna(0).astype("int64")
    both = both[both["then_denominator"] + both["now_denominator"] > 0].reset_index(drop=True)
    weights = {f"w{n}": both[column] / both[column].sum() for n, column in enumerate(COUNTS[1::2])}
    then_rate, now_rate = _values(both)
    return both.assign(**weights, r0=then_rate.fillna(now_rate), r1=now_rate.fillna(then_rate))


def _values(counts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Give the shares then and now, missing where there was no dossier (0/0)."""
    return counts[COUNTS[0]] / counts[COUNTS[1]], counts[COUNTS[2]] / counts[COUNTS[3]]


def _with_values(counts: pd.DataFrame) -> pd.DataFrame:
    then_value, now_value = _values(counts)
    return counts.assign(then_value=then_value, now_value=now_value)


def _whole(cells: pd.DataFrame) -> pd.DataFrame:
    """Give both sides' overall counts and shares, in one row."""
    return _with_values(cells[COUNTS].sum().to_frame().T)[SIDES]


# --- the parts


def _sum(effects: pd.Series) -> float:
    """Add up cells; missing where a side has no dossier at all."""
    return float(effects.sum(min_count=1))


def _rate_effects(cells: pd.DataFrame) -> pd.Series:
    """Give what each cell's change of share moves."""
    return (cells["r1"] - cells["r0"]) * (cells["w1"] + cells["w0"]) / 2


def _mix_effects(cells: pd.DataFrame) -> pd.Series:
    """Give what each cell's change of weight moves, against the mean of the two overall shares.

    Weights sum to 1 on both sides, so what is taken off each cell's share leaves the sum as it is; and a cell that grew counts for
    the share only if it stands above the whole.
    """
    middle = sum(_sum(cells[f"w{n}"] * cells[f"r{n}"]) for n in (0, 1)) / 2
    return (cells["w1"] - cells["w0"]) * ((cells["r1"] + cells["r0"]) / 2 - middle)


def _changed(old: pd.Series, new: pd.Series, groups: list[pd.Series]) -> pd.Series:
    """Give the old weights with the make-up by some groups as it is in the new; inside a group that the old lacks, all is the new's.

    That is w(a) of the new times w(b|a) of the old.
    """
    if not groups:
        return old
    was, becomes = (weights.groupby(groups, dropna=False).transform("sum", min_count=1) for weights in (old, new))
    return (becomes * (old / was)).fillna(new)


def _worth(cells: pd.DataFrame, factors: tuple[str, ...]) -> float:
    """Give the share that changing the make-up by some factors would move, the mean of both directions (then to now, now to then)."""
    groups = [cells[factor] for factor in factors]
    forth, back = _changed(cells["w0"], cells["w1"], groups), _changed(cells["w1"], cells["w0"], groups)
    return _sum((forth - back) * (cells["r1"] + cells["r0"]) / 2) / 2


def _mix_by_factor(cells: pd.DataFrame, factors: Sequence[str]) -> dict[str, float]:
    """Split the mix among the factors: what each adds when it is changed next, averaged over all orders (Shapley)."""
    worth = {frozenset(some): _worth(cells, some) for size in range(len(factors) + 1) for some in combinations(factors, size)}
    orders = list(permutations(factors))
    before = {factor: [frozenset(order[: order.index(factor)]) for order in orders] for factor in factors}
    return {factor: sum(worth[some | {factor}] - worth[some] for some in before[factor]) / len(orders) for factor in factors}


def decompose(then: pd.DataFrame, now: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Split the difference of two overall shares into what the mix moved, factor by factor, and what the groups' own shares moved.

    `then` and `now` are results of one share, one row for each cell of the factors (1 to 4 by-columns). Returns a row for each
    factor (`part` "mix"), then "rate", then "total", the difference itself: `part, factor` ("" but for the mix), `effect` (0 to 1,
    with its sign), and on every row both sides as a whole: `then_numerator, then_denominator, then_value`, the same for `now`.
    Mix and rate sum to the total within 1e-12; turned round, they change only their signs; the order of the factors is of no
    account. Effects are missing if a side has no dossier. Raises ValueError on anything else than one share, one row a cell.
    Kitagawa (1955); the mean over orders: Shapley (1953).

    >>> then = pd.DataFrame({"metric": "online_share", "field": ["A", "B"], "numerator": [80, 10], "denominator": [100, 100], "unit": "tỷ lệ"})
    >>> now = then.assign(numerator=[45, 30], denominator=[50, 150])
    >>> decompose(then, now, ["field"]).round(4)[["part", "factor", "effect"]].values.tolist()
    [['mix', 'field', -0.175], ['rate', '', 0.1], ['total', '', -0.075]]
    """
    cells = _cells(then, now, factors)
    whole = _whole(cells)
    total = float((whole["now_value"] - whole["then_value"]).iloc[0])
    mix = [("mix", factor, effect) for factor, effect in _mix_by_factor(cells, factors).items()]
    rows = [*mix, ("rate", "", _sum(_rate_effects(cells))), ("total", "", total)]
    return pd.DataFrame(rows, columns=["part", "factor", "effect"]).merge(whole, how="cross")


# --- which groups matter most


def _by_group(cells: pd.DataFrame, effects: pd.Series, factor: str) -> pd.DataFrame:
    """Sum cells by the groups of a factor, the strongest effect first, either sign; equal ones by name."""
    grouped = cells.assign(effect=effects).groupby(factor, dropna=False)
    found = _with_values(grouped[COUNTS].sum()).join(grouped[["w0", "w1", "effect"]].sum(min_count=1)).reset_index()
    strongest = found.assign(size=found["effect"].abs()).sort_values(["size", factor], ascending=[False, True], ignore_index=True)
    return strongest.rename(columns={"w0": "then_weight", "w1": "now_weight"})[[factor, *SIDES, "then_weight", "now_weight", "effect"]]


def _cells_of(then: pd.DataFrame, now: pd.DataFrame, factor: str, factors: Sequence[str]) -> pd.DataFrame:
    return _cells(then, now, list(dict.fromkeys([*factors, factor])))


def rate_by(then: pd.DataFrame, now: pd.DataFrame, factor: str, factors: Sequence[str] = ()) -> pd.DataFrame:
    """Name the groups whose own share moved the whole most.

    `factors` are the by-columns of the cells where there are more than the one. Returns a row for each group of the factor: its
    name in the by-column, `then_numerator, then_denominator, then_value` and the same for `now`, `then_weight, now_weight` (the
    group's part of all dossiers), `effect` (0 to 1, with its sign; they sum to the rate of `decompose`). The strongest come first.
    Effects are missing if a side has no dossier. Errors as in `decompose`. Kitagawa (1955).
    """
    cells = _cells_of(then, now, factor, factors)
    return _by_group(cells, _rate_effects(cells), factor)


def mix_by(then: pd.DataFrame, now: pd.DataFrame, factor: str, factors: Sequence[str] = ()) -> pd.DataFrame:
    """Name the groups whose growth or decline moved the whole most.

    Arguments, columns and errors as in `rate_by`. A group counts for the share if it grew and stands above the whole, or shrank and
    stands below; effects sum to all of the mix of `decompose`, whichever factor they are named by. Kitagawa (1955), each cell's
    share taken against the mean of the two overall ones, which leaves the sum as it is.
    """
    cells = _cells_of(then, now, factor, factors)
    return _by_group(cells, _mix_effects(cells), factor)


# --- as printed
