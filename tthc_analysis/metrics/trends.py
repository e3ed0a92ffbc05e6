"""Trends: whether a series rises or falls over periods, how fast, and when it would reach a target.

The slope is Theil-Sen's, the test Mann-Kendall's: both go by the order of values, so one odd period does not make a trend.
Neither is asked across a break (units merged, a rule changed): what lies before it was another series.
Theil (1950), A rank-invariant method of linear and polynomial regression analysis, Proc. KNAW 53:386-392, 521-525, 1397-1412;
Sen (1968), Estimates of the regression coefficient based on Kendall's tau, JASA 63:1379-1389;
Mann (1945), Nonparametric tests against trend, Econometrica 13:245-259; Kendall (1975), Rank correlation methods, 4th ed., Griffin.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import ceil, comb, erfc, nan, sqrt
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from holidays import country_holidays
from numpy.typing import NDArray
from scipy.stats import theilslopes

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import get_metric
from tthc_analysis.metrics.measure import groups_of
from tthc_analysis.metrics.survival import ROUNDING
from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR, NAMED, Period, parse_period

Verdict = Literal["up", "down", "inconclusive"]
Status = Literal["reached", "ahead", "far", "never"]
Floats = NDArray[np.float64]

SIGNIFICANCE = 0.05
MIN_POINTS = 5  # of 4 values the clearest order still has p = 2/24 = 0.083, and so there is no 95 % interval either
EXACT_POINTS = 10  # beyond, the normal approximation serves: up to 20 points it holds the 5 % whatever the ties
FAR = 40  # periods ahead: nobody plans by a line drawn further
NEARLY = 1e-9  # of a period: a line that gets there at 3.0000000001 gets there at 3
TREND_COLUMNS = ("first_period", "last_period", "points", "slope", "slope_low", "slope_high", "tau", "p_value", "verdict", "unit")
# the parts of a year as the grammar of periods writes them, by a period's months
PARTS = {1: [f"{month:02d}" for month in range(1, 13)], 3: ["Q1", "Q2", "Q3", "Q4"], 6: ["H1", "H2"], 9: ["9M"], 12: [""]}


class MannKendall(NamedTuple):
    """Kendall's S of a series against time, his tau-b (missing where all values are equal), and the two-sided p."""

    s: int
    tau: float
    p_value: float


class Line(NamedTuple):
    """A Theil-Sen line: slope per period with its 95 % interval, and the level at position 0; missing where there is none."""

    slope: float = nan
    low: float = nan
    high: float = nan
    intercept: float = nan


@dataclass(frozen=True)
class Reach:
    """When the present trend would reach a target.

    `status`: "reached" (the last value meets it), "ahead", "far" (more than FAR periods ahead, or beyond the last year that a
    period can name), "never" (the trend is not established, or goes the wrong way: no date is promised, which does not say that
    the target is out of reach). `periods_ahead` is counted from the last period: 0 when reached, None when far or never.
    `earliest` and `latest` are the periods by the fastest and the slowest slope of the 95 % interval, None where that is far;
    both None when reached or never.
    """

    status: Status
    periods_ahead: int | None
    earliest: Period | None
    latest: Period | None


# --- which periods


def comparable_periods(periods: Sequence[Period], breaks: Sequence[date]) -> list[Period]:
    """Give the periods after the last break inside the series: those that start on that day or later, each once.

    A period that straddles a break belongs to neither side. `periods` run oldest first; any other order raises ValueError.

    >>> quarters = [parse_period(f"2025-Q{n}") for n in (1, 2, 3, 4)]
    >>> quarters[2].dates, [p.text for p in comparable_periods(quarters, [date(2025, 7, 1)])]
    ('15/6/2025–14/9/2025', ['2025-Q4'])
    """
    each = list(dict.fromkeys(periods))
    if [period.start for period in each] != sorted({period.start for period in each}):
        message = f"Periods must run oldest first, no two from the same day: {', '.join(period.text for period in each)}"
        raise ValueError(message)
    inside = [day for day in breaks if each and day <= max(period.end for period in each)]
    return [period for period in each if not inside or period.start >= max(inside)]


@cache
def _first_days_of_tet() -> tuple[date, ...]:
    """Mùng 1 of every year; its name alone, without "Giao thừa" or "Mùng hai", is the day itself."""
    listed = country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="vi")
    return tuple(listed.get_named("Tết Nguyên Đán", lookup="exact"))


def season_periods(periods: Sequence[Period]) -> list[Period]:
    """Give the periods that hold Tết (mùng 1, the lunar new year), for a chart or a sentence to note; none where all of them do.

    The season is noted, not taken out: a trend over quarters or months holds it as it is. The days are those that the package
    `holidays` lists for Vietnam (Bộ luật Lao động 2019, Điều 112), 2000 to 2060.

    >>> [p.text for p in season_periods([parse_period(text) for text in ("2023-Q4", "2024-Q1", "2024-Q2")])]
    ['2024-Q1']
    """
    holding = [period for period in periods if any(period.start <= day <= period.end for day in _first_days_of_tet())]
    return holding if len(holding) < len(periods) else []


def _advance(period: Period, n: int) -> Period | None:
    """Step n periods forward, by the same length and kind; None if that is far, or in a year that no period can name."""
    if n > FAR:
        return None
    try:
        return parse_period(_text_ahead(period, n))
    except UserError:
        return None


def _text_ahead(period: Period, n: int) -> str:
    named = NAMED.fullmatch(period.text)
    if named is None or period.months is None:
        start = period.start + timedelta(days=period.days * n)
        return f"{start}..{start + timedelta(days=period.days - 1)}"
    parts = PARTS[period.months]
    years, place = divmod(parts.index(named["part"] or "") + n, len(parts))
    return "-".join(filter(None, [f"{int(named['year']) + years:04d}", parts[place]])) + (named["calendar"] or "")


# --- the test


def _levelled(values: Floats) -> Floats:
    """Make values equal that differ by no more than a rounding error: a mean of 3.3 and one of 3.3000000000000003 are a tie."""
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    new = np.diff(ascending, prepend=-np.inf) > ROUNDING
    levelled = np.empty_like(values)
    levelled[order] = ascending[new][np.cumsum(new) - 1]
    return levelled


@cache
def _orders(ties: tuple[int, ...]) -> tuple[int, ...]:
    """Count the orders of a series by their pairs that fall: at k, those with k falling pairs. `ties` are the sizes of its groups of equal values.

    The counts are the coefficients of the Gaussian multinomial, a quotient of products of 1 - q^i: MacMahon (1915), Combinatory
    analysis; Andrews (1976), The theory of partitions, theorem 3.6. Whole numbers, so nothing is rounded.
    """
    counts = [1] + [0] * _untied_pairs(ties)
    for step in range(1, sum(ties) + 1):
        for k in reversed(range(step, len(counts))):
            counts[k] -= counts[k - step]
    for step in (step for size in ties for step in range(1, size + 1)):
        for k in range(step, len(counts)):
            counts[k] += counts[k - step]
    return tuple(counts)


def _untied_pairs(ties: Sequence[int]) -> int:
    return comb(sum(ties), 2) - sum(comb(size, 2) for size in ties)


def _exact_p(s: int, ties: tuple[int, ...]) -> float:
    """Give the share of all orders of these values with an S at least as far from 0."""
    orders = _orders(ties)
    pairs = len(orders) - 1
    return sum(count for falling, count in enumerate(orders) if abs(pairs - 2 * falling) >= abs(s)) / sum(orders)


def _normal_p(s: int, ties: tuple[int, ...]) -> float:
    """Approximate the same by the normal distribution: variance corrected for ties, S for continuity (Kendall 1975, chapter 4)."""
    n = sum(ties)
    variance = (n * (n - 1) * (2 * n + 5) - sum(size * (size - 1) * (2 * size + 5) for size in ties)) / 18
    return erfc(max(abs(s) - 1, 0) / sqrt(2 * variance)) if variance else 1.0


def mann_kendall(values: Sequence[float] | Floats) -> MannKendall:
    """Test whether a series rises or falls: Mann-Kendall, two-sided, against values in no particular order.

    `values` run oldest first, none missing. Up to EXACT_POINTS the p is exact, ties or not (the distribution of S over all orders
    of these values); beyond, normal with tie-corrected variance and continuity correction. All values equal: tau missing, p 1;
    no value: p missing.
    The test assumes that the values are independent of one another; where a period repeats the one before (dossiers carried
    over, one cohort counted twice) p is too small. A season is not taken out either: see `season_periods`.
    Mann (1945); Kendall (1975); for both forms Gilbert (1987), Statistical methods for environmental pollution monitoring, 16.4.

    >>> mann_kendall([1, 2, 3, 4])
    MannKendall(s=6, tau=1.0, p_value=0.08333333333333333)
    >>> mann_kendall([0.9, 0.9, 0.9]).p_value
    1.0
    """
    series = _levelled(np.array(values, dtype=float))
    s = int(np.sign(np.subtract.outer(series, series))[np.tril_indices(len(series), -1)].sum())
    ties = tuple(sorted(np.unique(series, return_counts=True)[1].tolist()))
    pairs, untied = comb(len(series), 2), _untied_pairs(ties)
    p_value = (_exact_p if len(series) <= EXACT_POINTS else _normal_p)(s, ties)
    return MannKendall(s, s / sqrt(pairs * untied) if untied else nan, p_value if ties else nan)


# --- the line and the verdict


def _line(at: NDArray[np.intp], values: Floats) -> Line:
    """Draw the Theil-Sen line: median of the slopes between any two points, through the median of what they leave (Sen 1968)."""
    if len(at) < 2:
        return Line()
    found = theilslopes(_levelled(values), at.copy(), alpha=0.95, method="joint")
    low, high = (found.low_slope, found.high_slope) if len(at) >= MIN_POINTS else (nan, nan)
    return Line(float(found.slope), float(low), float(high), float(found.intercept))


def _verdict(points: int, tested: MannKendall, slope: float) -> Verdict:
    """Judge by the fixed rule of `trends`; the product is 0 or missing where there is no slope."""
    if points < MIN_POINTS or not tested.p_value < SIGNIFICANCE or not tested.s * slope > 0:
        return "inconclusive"
    return "up" if slope > 0 else "down"


def _known(series: pd.DataFrame, periods: Sequence[Period]) -> tuple[NDArray[np.intp], Floats]:
    """Give the positions in `periods` at which one series has a value, and the values."""
    by_period = series.set_index("period")["value"].reindex([period.text for period in periods])
    values = by_period.to_numpy(dtype=float, na_value=nan)
    at = np.flatnonzero(~np.isnan(values))
    return at, values[at]


def _figures(series: pd.DataFrame, periods: Sequence[Period]) -> dict[str, object]:
    """Give the figures of one series, named as the columns of `trends`."""
    at, values = _known(series, periods)
    tested, line = mann_kendall(values), _line(at, values)
    ends = [periods[place].text for place in at[[0, -1]]] if len(at) else [None, None]
    verdict = _verdict(len(at), tested, line.slope)
    figures = (*ends, len(at), line.slope, line.low, line.high, tested.tau, tested.p_value, verdict, series["unit"].iloc[0])
    return dict(zip(TREND_COLUMNS, figures, strict=True))


def _keys(results: pd.DataFrame) -> list[str]:
    """Name the columns that tell one series from another; a period given twice in a series raises ValueError."""
    keys = ["metric", *groups_of(results)]
    twice = results[results.duplicated([*keys, "period"])]
    if len(twice):
        message = f"{len(twice)} rows give a series a second value for a period, the first of them: {twice[[*keys, 'period']].iloc[0].to_dict()}"
        raise ValueError(message)
    return keys


def _group(keys: Sequence[str], values: tuple[Hashable, ...]) -> dict[str, object]:
    return dict(zip(keys, values, strict=True))


def trends(results: pd.DataFrame, periods: Sequence[Period], breaks: Sequence[date] = ()) -> pd.DataFrame:
    """Say of each metric and group whether it rises or falls over the periods since the last break, and how fast.

    `results` as `measure` gives them, `periods` oldest first, `breaks` days that a series must not be crossed at. Returns a row
    for each metric and group, in the order of `results`: `metric, <by columns>, first_period, last_period` (the first and the last
    with a value), `points` (periods with a value), `slope, slope_low, slope_high` (Theil-Sen and its 95 % interval, in the
    metric's unit per period, a share's from 0 to 1; a missing period is a step of two), `tau, p_value` (see `mann_kendall`),
    `verdict, unit`. The slope is missing below 2 points, its interval below MIN_POINTS.

    The verdict is "up" or "down" if p < 0.05 and the slope is not 0 and has the sign of Kendall's S; else "inconclusive", and so
    whenever there are fewer than MIN_POINTS points. It says which way the figure goes, not whether that is good.
    Assumes that periods are independent of one another. A season (Tết) is only noted, by `season_periods`, never taken out.
    Of many series without any trend, one in twenty is still called up or down.
    Raises ValueError on periods out of order and on two values for one period of a series. Theil (1950), Sen (1968), Kendall (1975).

    >>> years = [parse_period(str(year)) for year in range(2019, 2025)]
    >>> values = pd.DataFrame({"metric": "received", "period": [y.text for y in years], "value": [4.0, 5, 7, 8, 10, 11], "unit": "hồ sơ"})
    >>> trends(values, years)[["points", "slope", "slope_low", "slope_high", "verdict"]].values.tolist()
    [[6, 1.5, 1.0, 2.0, 'up']]
    """
    kept, keys = comparable_periods(periods, breaks), _keys(results)
    rows = [_group(keys, group) | _figures(series, kept) for group, series in results.groupby(keys, sort=False, dropna=False)]
    return pd.DataFrame(rows, columns=[*keys, *TREND_COLUMNS])


# --- the target


def _way(results: pd.DataFrame) -> int:
    """Give 1 where higher is better, -1 where lower is; several series, or a metric that has no better way, raise ValueError."""
    series = results[_keys(results)].drop_duplicates()
    if len(series) != 1:
        message = f"A target is reached by one series at a time; these results hold {len(series)}"
        raise ValueError(message)
    metric = get_metric(series["metric"].iloc[0])
    if metric.better == "neither":
        message = f"{metric.name} has no better way to go, and so no target to reach"
        raise ValueError(message)
    return 1 if metric.better == "higher" else -1


def _periods_until(gap: float, speed: float) -> int:
    """Count whole periods, at least one: the last value has not met the target, even where the line through all has."""
    return max(1, ceil(gap / speed - NEARLY))


def _ahead(last: Period, gap: float, speeds: Sequence[float]) -> Reach:
    """Turn the gap at the last period and the slow, middle and fast speed towards the target into periods."""
    slow, middle, fast = (_periods_until(gap, speed) for speed in speeds)
    far = _advance(last, middle) is None
    return Reach("far" if far else "ahead", None if far else middle, _advance(last, fast), _advance(last, slow))


def when_reached(results: pd.DataFrame, periods: Sequence[Period], target: Fraction, breaks: Sequence[date] = ()) -> Reach:
    """Say when the present trend of one series would reach a target, counted from the last of the periods.

    `results` hold one metric and one group, else ValueError; which way is better comes from the catalogue, and a metric without a
    better way raises ValueError. `target` is in the metric's unit, a share's from 0 to 1. The last known value decides "reached".
    A date is promised only where `trends` calls the series up (down where lower is better) and the 95 % interval of the slope
    excludes standing still. The way is then the Theil-Sen line from its own level at the last period, rounded up to whole periods.
    A straight line is a reading of the past, not a forecast: a share slows down as it nears 100 %. Sen (1968).

    >>> quarters = [parse_period(f"2023-Q{n}") for n in (1, 2, 3, 4)] + [parse_period(f"2024-Q{n}") for n in (1, 2)]
    >>> shares = pd.DataFrame({"metric": "online_share", "period": [q.text for q in quarters], "value": [0.1, 0.14, 0.17, 0.2, 0.24, 0.27], "unit": "tỷ lệ"})
    >>> reach = when_reached(shares, quarters, Fraction(1, 2))
    >>> reach.status, reach.periods_ahead, reach.earliest.text, reach.latest.text
    ('ahead', 7, '2025-Q4', '2026-Q2')
    """
    way, kept = _way(results), comparable_periods(periods, breaks)
    at, values = _known(results, kept)
    if len(at) and way * (float(target) - values[-1]) <= ROUNDING:
        return Reach("reached", 0, None, None)
    line = _line(at, values)
    speeds = sorted(way * slope for slope in (line.low, line.slope, line.high))
    if _verdict(len(at), mann_kendall(values), line.slope) == "inconclusive" or not speeds[0] > 0:
        return Reach("never", None, None, None)
    return _ahead(kept[-1], way * (float(target) - line.intercept - line.slope * (len(kept) - 1)), speeds)
