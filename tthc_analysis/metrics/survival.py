"""Durations with open dossiers counted: the Kaplan-Meier estimate.

A median over what is finished is biased low: quick dossiers finish first. Here a dossier that is still open at the last known day
counts as "at least this long" (right-censored), as does one that was withdrawn.
Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53:457-481.
"""

from collections.abc import Sequence

import pandas as pd

# a product of exact fractions may land a rounding error beside the share that it equals
ROUNDING = 1e-12


def share_unfinished(counted: pd.DataFrame, keys: Sequence[str]) -> pd.Series:
    """Estimate, group by group, the share not yet finished after each duration.

    `counted` has a row for each group and duration, sorted by both: the keys, `n` dossiers that lasted so long, `ended` of them
    finished (the others censored). Gives a Series over the same rows.

    >>> share_unfinished(pd.DataFrame({"unit": "a", "n": [1, 1, 2], "ended": [1, 1, 0]}), ["unit"]).round(2).tolist()
    [0.75, 0.5, 0.5]
    """
    groups = [counted[key] for key in keys]
    lasting = counted["n"].groupby(groups, sort=False)
    at_risk = lasting.transform("sum") - lasting.cumsum() + counted["n"]
    return (1 - counted["ended"] / at_risk).groupby(groups, sort=False).cumprod()


def open_aware_quantiles(counted: pd.DataFrame, keys: Sequence[str], days: str, quantiles: dict[str, float]) -> pd.DataFrame:
    """Give for each group the first duration by which a share is estimated finished, missing where the estimate never gets there.

    `counted` as for `share_unfinished`, with the durations in the column `days`; `quantiles` maps the result's columns to shares.
    Returns the keys and a float column for each quantile.
    """
    unfinished, found = share_unfinished(counted, keys), counted[[*keys]].drop_duplicates()
    for name, share in quantiles.items():
        reached = counted[unfinished <= 1 - share + ROUNDING].drop_duplicates([*keys])[[*keys, days]]
        found = found.merge(reached.rename(columns={days: name}).astype({name: float}), on=[*keys], how="left")
    return found
