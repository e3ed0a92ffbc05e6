"""What is chance: control charts of shares over time, funnels of units beside each other, and ranks with their uncertainty.

All three take `results` of shares, as `measure` gives them: `metric, period, <by columns>, numerator, denominator, value, …`.
"""

from collections.abc import Hashable, Sequence
from datetime import date
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom, studentized_range

from tthc_analysis.metrics.measure import RESULT_COLUMNS, groups_of
from tthc_analysis.reference.periods import Period

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Shewhart's three standard deviations; the mean range of two standard normal values (d2), as Laney (2002) divides by it
LIMIT, MEAN_RANGE_OF_TWO = 3.0, 1.128
# a standardised series that moves less than this does not move: what is left is rounding of floating point
STILL = 1e-9
# Western Electric (1956), Statistical Quality Control Handbook, pp. 25-28: one point beyond 3 sigma; 2 of 3 beyond 2 sigma on one
# side; 8 in a row on one side (NHS "Making data count" takes 7, with twice the false alarms). Nelson (1984), The Shewhart control
# chart: tests for special causes, J. Quality Technology 16:237-239: 6 in a row rising or falling.
RUN_LENGTH, TREND_LENGTH, NEAR_LIMIT, NEAR_OF, NEAR_POINTS = 8, 6, 2.0, 3, 2
OUTSIDE, RUN, TREND, NEAR = "outside", "run", "trend", "two_of_three"
# fewer points cannot hold a run, and the limits from them are as uncertain as what they judge (see `control_chart` for the rates)
MIN_POINTS = 8

CHART_COLUMNS = ("numerator", "denominator", "value", "centre", "low", "high", "sigma_z", "segment", "signals")
CONFIDENCE = 0.95
# tail areas of the funnel's limits, each side (Spiegelhalter 2005: 95 % and 99.8 %)
TAILS = {"95": 0.025, "998": 0.001}
UNKNOWN_PLACE = "unknown"


def _check_shares(results: pd.DataFrame, *keys: str) -> None:
    """Refuse what is not shares, or what holds more than one metric, or a key twice: mistakes of the caller."""
    names = results["metric"].unique()
    if len(names) > 1:
        message = f"one metric at a time, not {', '.join(names)}"
        raise ValueError(message)
    if results["numerator"].isna().any():
        message = f"{names[0]} has no numerator: only a share can be judged against chance"
        raise ValueError(message)
    if results.duplicated([*keys]).any():
        message = f"more than one row for the same {', '.join(keys)}"
        raise ValueError(message)


def _stretches(holds: Flags, length: int) -> Flags:
    """Mark every member of each unbroken stretch of at least `length` true values."""
    marked = np.zeros_like(holds)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        marked[start:end] = end - start >= length
    return marked


def _in_run(sides: Floats) -> Flags:
    return _stretches(sides > 0, RUN_LENGTH) | _stretches(sides < 0, RUN_LENGTH)


def _in_trend(values: Floats) -> Flags:
    """Mark the points of each rise or fall of TREND_LENGTH points: one step less between them."""
    steps, marked = np.diff(values), np.zeros(len(values), dtype=bool)
    for towards in (1, -1):
        moving = _stretches(towards * steps > 0, TREND_LENGTH - 1)
        marked[:-1] |= moving
        marked[1:] |= moving
    return marked


def _near_limit(distances: Floats) -> Flags:
    """Mark the points beyond two thirds of the way to a limit that have another such one among three, on the same side."""
    marked = np.zeros(len(distances), dtype=bool)
    for beyond in (distances > NEAR_LIMIT, distances < -NEAR_LIMIT):
        for start in range(len(distances) - NEAR_OF + 1):
            window = slice(start, start + NEAR_OF)
            marked[window] |= beyond[window] & (beyond[window].sum() >= NEAR_POINTS)
    return marked


def _signals(points: pd.DataFrame, distances: Floats) -> list[tuple[str, ...]]:
    """Name the rules that each point breaks; `distances` from the centre are in standard deviations of the chart."""
    # whole numbers tell the side exactly: a share that equals the centre lies on neither side and ends a run
    sides = points["numerator"] * points["denominator"].sum() - points["denominator"] * points["numerator"].sum()
    broken = {
        OUTSIDE: np.abs(distances) > LIMIT,
        RUN: _in_run(sides.to_numpy(float)),
        TREND: _in_trend(points["value"].to_numpy(float)),
        NEAR: _near_limit(distances),
    }
    return [tuple(rule for rule, marked in broken.items() if marked[i]) for i in range(len(points))]


def _sigma_z(scores: Floats) -> float:
    """Estimate how much wider than binomial a series varies: the mean moving range of its z-scores, over 1,128."""
    return float(np.abs(np.diff(scores)).mean()) / MEAN_RANGE_OF_TWO


def _aligned(signals: dict[Hashable, tuple[str, ...]], rows: pd.DataFrame) -> pd.Series:
    """Put signals beside their rows; a row that is no point has none."""
    return pd.Series([signals.get(index, ()) for index in rows.index], rows.index, dtype=object)


def _segment_chart(rows: pd.DataFrame) -> pd.DataFrame:
    """Chart the rows of one group and one segment, in the order of time."""
    points = rows[rows["denominator"] > 0]
    total = points["denominator"].sum()
    centre = points["numerator"].sum() / total if total else np.nan
    charted = rows.assign(centre=centre, low=np.nan, high=np.nan, sigma_z=np.nan, signals=_aligned({}, rows))
    if len(points) < MIN_POINTS or not 0 < centre < 1:
        return charted
    sigma_p = np.sqrt(centre * (1 - centre) / points["denominator"].to_numpy(float))
    scores = (points["value"].to_numpy(float) - centre) / sigma_p
    sigma_z = _sigma_z(scores)
    if sigma_z < STILL:
        return charted
    reach = pd.Series(LIMIT * sigma_p * sigma_z, index=points.index)
    signals = dict(zip(points.index, _signals(points, scores / sigma_z), strict=True))
    return charted.assign(low=(centre - reach).clip(lower=0), high=(centre + reach).clip(upper=1), sigma_z=sigma_z, signals=_aligned(signals, rows))


def _segments(periods: Sequence[Period], rebases: Sequence[date]) -> dict[str, int]:
    """Number the segments from 1; a period belongs to the one in which it ends."""
    passed = [sum(day <= period.end for day in set(rebases)) for period in periods]
    return {period.text: 1 + sorted(set(passed)).index(n) for period, n in zip(periods, passed, strict=True)}


def control_chart(results: pd.DataFrame, periods: Sequence[Period], rebases: Sequence[date] = ()) -> pd.DataFrame:
    """Chart a share over time with the limits within which it moves by chance (biểu đồ kiểm soát p′).

    `results` of one metric, broken down or not: each group has its own chart. `rebases`: days from which centre and limits are
    computed anew. Returns a row for each group and period, groups in order of first appearance, periods as given (oldest first):
    `metric, <by>, period, numerator, denominator, value, centre, low, high, sigma_z, segment, signals`; shares from 0 to 1,
    `segment` counted from 1, `signals` a tuple of "outside", "run", "trend", "two_of_three".

    Laney (2002), Improved control charts for attributes, Quality Engineering 14:531-537: centre p = all numerators / all
    denominators of the segment; limits p ± 3·√(p(1-p)/n)·σ_z, cut at 0 and 1; σ_z, the mean moving range of the z-scores over
    1,128, is used as it is, also below 1 (so do Minitab's Laney P′ chart and qicharts2).

    A period of the results that is not among `periods` is left out. A period across a rebase belongs to the segment in which it ends. A period without dossiers is a row with missing value and
    limits: it is no point, and the points on its two sides are neighbours. No rule reaches across segments. Fewer than MIN_POINTS
    points, a centre of 0 or 1, or a series that never moves: centre but no limits and no signals. A rule marks all points of its
    pattern; of two in three, those near the limit.

    The limits come from the very points they judge. Of stable binomial series (p 0,9, n 20-2000; 2.000 simulated of each length)
    with 8, 13 and 20 points, 2,3, 4,1 and 5,1 % had a point outside, and 4,0, 7,6 and 13,5 % some signal (p 0,3 and 0,97 alike, up
    to 8,1 and 16,2 %): a signal asks a question, it proves nothing.

    Raises ValueError on more than one metric, on what is no share, or on a group's period given twice.

    >>> from tthc_analysis.reference.periods import parse_period, run
    >>> quarters = run(parse_period("2024-Q1"), 8)
    >>> late = [9, 11, 10, 8, 10, 12, 9, 31]
    >>> shares = pd.DataFrame({"metric": "late_share", "period": [q.text for q in quarters], "numerator": late, "denominator": 100})
    >>> chart = control_chart(shares.assign(value=shares["numerator"] / 100), quarters)
    >>> chart[["period", "signals"]].iloc[-1].tolist()
    ['2024-Q1', ('outside',)]
    """
    by = groups_of(results)
    _check_shares(results, *by, "period")
    segments = _segments(periods, rebases)
    grid = results[["metric", *by]].drop_duplicates().merge(pd.DataFrame({"period": segments.keys()}), how="cross")
    rows = grid.merge(results[[*by, "period", *RESULT_COLUMNS[:3]]], on=[*by, "period"], how="left")
    rows["segment"] = rows["period"].map(segments)
    charted = [_segment_chart(part) for _, part in rows.groupby([*by, "segment"], sort=False, dropna=False)]
    columns = ["metric", *by, "period", *CHART_COLUMNS]
    return pd.concat(charted)[columns].sort_index() if charted else pd.DataFrame(columns=columns)


def _lower_limits(centre: float, denominators: Floats, tail: float) -> Floats:
    """Give the numerators below which the mid-P tail area is less than `tail`, interpolated between whole numbers; at least 0.

    The mid-P area up to k is P(fewer than k) + P(k) / 2: it is the mean of the distribution function at k and before it.
    """

    def area(k: Floats) -> Floats:
        return np.asarray((binom.cdf(k, denominators, centre) + binom.cdf(k - 1, denominators, centre)) / 2, dtype=float)

    first = np.maximum(binom.ppf(tail, denominators, centre), 0)
    above = first + (area(first) < tail)
    step = area(above) - area(above - 1)
    return np.asarray(np.clip(above - (area(above) - tail) / step, 0, None), dtype=float)


def _limits(centre: float, denominators: Floats, tail: float) -> tuple[Floats, Floats]:
    """Give both limits as shares, missing where there is no dossier or no centre; a centre of 0 or 1 leaves no room for chance."""
    n = np.where(denominators > 0, denominators, np.nan)
    if not 0 < centre < 1:
        return np.where(np.isnan(n), np.nan, centre), np.where(np.isnan(n), np.nan, centre)
    return _lower_limits(centre, n, tail) / n, 1 - _lower_limits(1 - centre, n, tail) / n


def funnel_limits(centre: float, denominators: Sequence[float] | pd.Series) -> pd.DataFrame:
    """Draw the funnel: the limits of chance for units of each size whose true share is the whole's.

    `denominators` are whole numbers of dossiers. Returns `denominator, low95, high95, low998, high998`, shares from 0 to 1 in the
    order given, missing where the denominator is 0.

    Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24:1185-1202, with exact
    binomial limits interpolated between whole numbers; here on the mid-P tail area (Lancaster 1961, Significance tests in discrete
    distributions, JASA 56:223-234). The share of equal communes outside the 99,8 % limits (0,2 % wanted; n 20-2000 evenly on the
    log scale, exact sums of binomial probabilities):

        centre                                       0,30     0,90     0,97     0,97 and n < 100
        mid-P (this)                                0,19 %   0,18 %   0,14 %   0,08 %
        normal, as PHEindicatormethods              0,20 %   0,25 %   0,38 %   0,61 % (nearly all "low")
        exact, both limits on P(k or fewer)         0,21 %   0,67 %   6,43 %   22 % (a perfect share reads "high")
        exact, the upper limit mirrored             0,15 %   0,13 %   0,09 %   0,05 %

    >>> funnel_limits(0.9, [20, 200, 2000]).round(3).values.tolist()
    [[20.0, 0.745, 1.0, 0.633, 1.0], [200.0, 0.856, 0.94, 0.829, 0.96], [2000.0, 0.887, 0.913, 0.879, 0.92]]
    """
    n = pd.Series(denominators).to_numpy(float)
    limits = pd.DataFrame({"denominator": n})
    for name, tail in TAILS.items():
        limits[f"low{name}"], limits[f"high{name}"] = _limits(centre, n, tail)
    return limits


def funnel(results: pd.DataFrame, whole_numerator: float, whole_denominator: float) -> pd.DataFrame:
    """Place units against what chance alone would do to units of their size (biểu đồ phễu).

    `results` of one metric in one period, a row for each group; the whole's share is the centre. Returns the rows with
    `centre, low95, high95, low998, high998` (shares from 0 to 1, see `funnel_limits`) and `place`: "high", "low" or "inside" by the
    99,8 % limits, "unknown" for a group (or a whole) without dossiers.

    Raises ValueError on more than one metric, on what is no share, or on a group given twice.

    >>> units = pd.DataFrame({"metric": "on_time_share", "period": "2024-Q1", "unit_id": ["a", "b", "c"], "numerator": [18, 340, 0]})
    >>> units = units.assign(denominator=[20, 400, 0], value=[0.9, 0.85, float("nan")])
    >>> funnel(units, 9000, 10000)[["unit_id", "place"]].values.tolist()
    [['a', 'inside'], ['b', 'low'], ['c', 'unknown']]
    """
    _check_shares(results, "period", *groups_of(results))
    centre = whole_numerator / whole_denominator if whole_denominator else np.nan
    limits = funnel_limits(centre, results["denominator"]).drop(columns="denominator").set_index(results.index)
    judged = results.assign(centre=centre, **{str(name): column for name, column in limits.items()})
    outside = {"high": judged["value"] > judged["high998"], "low": judged["value"] < judged["low998"], UNKNOWN_PLACE: judged["low998"].isna()}
    return judged.assign(place=np.select(list(outside.values()), list(outside), "inside"))


@cache
def _critical(groups: int) -> float:
    """The studentised range that the largest of all pairwise differences exceeds in 5 % of cases, over √2: in standard errors."""
    return float(studentized_range.ppf(CONFIDENCE, groups, np.inf) / np.sqrt(2))


def _significantly_better(numerator: Floats, denominator: Floats) -> Flags:
    """Say for each row whether each column's share is significantly the higher one, over all pairs at once."""
    # Anscombe (1948), Biometrika 35:246-254: the arcsine whose variance is 1/(n + 1/2) also for small n and shares near 0 or 1
    angles = 2 * np.arcsin(np.sqrt((numerator + 3 / 8) / (denominator + 3 / 4)))
    variances = 1 / (denominator + 1 / 2)
    differences = angles[None, :] - angles[:, None]
    return np.asarray(differences > _critical(len(angles)) * np.sqrt(variances[None, :] + variances[:, None]), dtype=bool)


def _ranks(rows: pd.DataFrame, better: Literal["higher", "lower"]) -> pd.DataFrame:
    """Rank the groups of one metric and one period; without dossiers, none."""
    ranked = rows[rows["denominator"] > 0]
    rank = ranked["value"].rank(method="min", ascending=better == "lower")
    low, high = rank, rank
    if len(ranked) > 1:
        higher = _significantly_better(ranked["numerator"].to_numpy(float), ranked["denominator"].to_numpy(float))
        ahead = higher if better == "higher" else higher.T
        low = pd.Series(1 + ahead.sum(axis=1), ranked.index)
        high = pd.Series(len(ranked) - ahead.sum(axis=0), ranked.index)
    found = {"rank": rank, "rank_low": low, "rank_high": high}
    return rows.assign(**{name: column.reindex(rows.index).astype("Int64") for name, column in found.items()})


def rank_intervals(results: pd.DataFrame, better: Literal["higher", "lower"] = "higher") -> pd.DataFrame:
    """Rank groups with the range of ranks that chance allows them, 95 % for all groups at once.

    `results` of one metric; the groups of each period are ranked among themselves. Returns the rows with `rank, rank_low,
    rank_high` (whole numbers, 1 the best; equal shares share the better rank), missing for a group without dossiers, which is not
    counted. `better`: whether a higher or a lower share ranks first.

    From 1 + the groups significantly better to m - the groups significantly worse, by Tukey-Kramer comparisons of all pairs
    (Tukey 1953; Kramer 1956, Biometrics 12:307-310) of arcsine-transformed shares; Mohamad, van Zwet & Goeman (2019),
    Simultaneous confidence intervals for ranks with application to ranking institutions, show why all intervals hold at once.
    Of equal groups (5, 10, 96 of them; n from 20 or 100 to 2000; p 0,3, 0,9, 0,97; 1.500-4.000 simulated of each) 2,7-5,3 % had any
    pair told apart, against the 5 % allowed; with the plain arcsine of the share, up to 24 %.

    Raises ValueError on more than one metric, on what is no share, or on a group's period given twice.

    >>> units = pd.DataFrame({"metric": "on_time_share", "period": "2024-Q1", "unit_id": ["a", "b", "c"], "numerator": [990, 19, 700]})
    >>> units = units.assign(denominator=[1000, 20, 1000], value=[0.99, 0.95, 0.7])
    >>> rank_intervals(units)[["unit_id", "rank", "rank_low", "rank_high"]].values.tolist()
    [['a', 1, 1, 2], ['b', 2, 1, 2], ['c', 3, 3, 3]]
    """
    _check_shares(results, "period", *groups_of(results))
    ranked = [_ranks(rows, better) for _, rows in results.groupby("period", sort=False)]
    return pd.concat(ranked).loc[results.index] if ranked else _ranks(results, better)
