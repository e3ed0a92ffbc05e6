"""Durations with open dossiers counted: the Kaplan-Meier estimate.

A median over what is finished is biased low: quick dossiers finish first. Here a dossier that is still open at the last known day
counts as "at least this long" (right-censored), as does one that was withdrawn.
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike


def open_aware_quantile(durations: ArrayLike, finished: ArrayLike, q: float, counts: ArrayLike | None = None) -> float:
    """Give the first duration by which a share q is estimated finished (Kaplan-Meier), NaN where the estimate never gets there.

    `durations` in days, `finished` false for a censored one, `counts` dossiers each row stands for (default 1).
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations, JASA 53:457-481.

    >>> open_aware_quantile([1, 2, 3, 9], [True, True, False, False], 0.5)
    2.0
    """
    frame = pd.DataFrame({"days": np.asarray(durations, dtype=float), "ended": np.asarray(finished, dtype=bool)})
    frame["n"] = 1 if counts is None else np.asarray(counts)
    frame["events"] = frame["n"].where(frame["ended"], 0)
    by_day = frame.groupby("days")[["n", "events"]].sum()
    at_risk = by_day["n"][::-1].cumsum()[::-1]
    unfinished = (1 - by_day["events"] / at_risk).cumprod()
    # 1e-12: a product of exact fractions may land a rounding error beside the share it equals
    reached = unfinished.index[unfinished <= 1 - q + 1e-12]
    return float(reached[0]) if len(reached) else math.nan
