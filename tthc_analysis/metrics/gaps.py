"""Where the gap is: which groups hold what a share still lacks, how fast it would have to close, and what was never filed online.

Arithmetic on counts, exact where a target is met or missed; a law stands only behind the target (`reference/targets`).
"""

from fractions import Fraction
from math import ceil
from typing import Literal, NamedTuple

import narwhals as nw
import pandas as pd

from tthc_analysis.metrics.catalogue import get_metric
from tthc_analysis.metrics.compare import check_share
from tthc_analysis.metrics.engine import Dossiers, collected
from tthc_analysis.metrics.measure import UNKNOWN, groups_of

PaceStatus = Literal["unknown", "reached", "over", "possible", "impossible"]


# --- which groups


def _one_group_column(results: pd.DataFrame) -> str:
    """Find the one by-column of results; any other number of them raises ValueError."""
    found = groups_of(results)
    if len(found) != 1:
        message = f"Give results by one column, not by {', '.join(found) or 'none'}"
        raise ValueError(message)
    return found[0]


def _check_more_is_better(results: pd.DataFrame) -> None:
    """Refuse a share whose rest is not a gap: of late dossiers, those on time are not what is missing."""
    wrong = [name for name in dict.fromkeys(results["metric"]) if get_metric(name).better != "higher"]
    if wrong:
        message = f"A gap is what is missing from a share of which more is better, which {wrong[0]} is not"
        raise ValueError(message)


def gap_contributions(results: pd.DataFrame) -> pd.DataFrame:
    """Name the groups that hold most of what a share lacks.

    `results` of one share of which more is better, one period, one by-column. Returns its rows with `missing` (dossiers of the
    denominator outside the numerator), `share_of_gap` (0 to 1, of all that is missing) and `cumulated` (the same, of this group and
    those before it). The largest come first, equal ones by name; a group that is not known stays missing, and last. Where nothing is
    missing at all, the shares are. Raises ValueError on any other results, UserError on an unknown metric.

    >>> rows = {"metric": "online_share", "field": ["A", "B"], "numerator": [9, 4], "denominator": [10, 7], "unit": "tỷ lệ"}
    >>> gap_contributions(pd.DataFrame(rows))[["field", "missing", "share_of_gap", "cumulated"]].values.tolist()
    [['B', 3, 0.75, 0.75], ['A', 1, 0.25, 1.0]]
    """
    column = _one_group_column(results)
    check_share(results, [column])
    _check_more_is_better(results)
    found = results.assign(missing=results["denominator"] - results["numerator"])
    found = found.sort_values(["missing", column], ascending=[False, True], ignore_index=True)
    whole = found["missing"].sum()
    return found.assign(share_of_gap=found["missing"] / whole, cumulated=found["missing"].cumsum() / whole)


# --- how fast


class Pace(NamedTuple):
    """How many dossiers a month a target takes by its date, against how many there are.

    `status`: "unknown" (nothing in the denominator yet), "reached" (the share will hold at the date even if no further dossier
    counts), "over" (the date has come and the target is missed), "possible", "impossible" (even every new dossier would not do).
    `needed`: dossiers that are lacking by the date, `needed_per_month`: the same a month, both rounded up, 0 when reached;
    `present_per_month`: exact, over the window so far, None where no time has passed; `old_ones`: dossiers received already that
    would have to be done besides every new one, 0 unless impossible. What cannot be said is None.
    """

    status: PaceStatus
    needed: int | None = None
    needed_per_month: int | None = None
    present_per_month: Fraction | None = None
    old_ones: int = 0


def _check_pace(numerator: int, denominator: int, flow_per_month: Fraction | int, target: Fraction) -> None:
    """Refuse counts, a flow or a target that cannot be."""
    if not 0 <= numerator <= denominator or flow_per_month < 0 or not 0 <= target <= 1:
        message = f"Not a share, a flow and a target: {numerator}/{denominator}, {flow_per_month} a month, {target}"
        raise ValueError(message)


def pace(
    numerator: int,
    denominator: int,
    months_passed: Fraction | int,
    flow_per_month: Fraction | int,
    target: Fraction,
    months_left: Fraction | int,
) -> Pace:
    """Say how many dossiers a month it takes to reach a target share by a date, against the present pace.

    The counts are those of a window so far (the reporting year to date); new dossiers are taken to come on as they do,
    `flow_per_month`. Exact, rounded up to whole dossiers only at the end. A target that is met is "reached", also after its date.
    Raises ValueError on a numerator outside its denominator, a negative flow, or a target outside 0 to 1.

    >>> pace(300, 1000, months_passed=6, flow_per_month=100, target=Fraction(1, 2), months_left=6)
    Pace(status='possible', needed=500, needed_per_month=84, present_per_month=Fraction(50, 1), old_ones=0)
    """
    _check_pace(numerator, denominator, flow_per_month, target)
    if denominator == 0:
        return Pace("unknown")
    # counts of a frame may be numpy's: fractions from here on
    present = Fraction(numerator) / Fraction(months_passed) if months_passed > 0 else None
    coming = Fraction(flow_per_month) * Fraction(max(months_left, 0))
    needed = target * (Fraction(denominator) + coming) - Fraction(numerator)
    if needed <= 0:
        return Pace("reached", 0, 0, present)
    if months_left <= 0:
        return Pace("over", ceil(needed), None, present)
    status: PaceStatus = "possible" if needed <= coming else "impossible"
    return Pace(status, ceil(needed), ceil(needed / Fraction(months_left)), present, max(0, ceil(needed - coming)))


# --- what was never filed online


def never_online(results: pd.DataFrame) -> pd.DataFrame:
    """List the procedures with dossiers of which none was filed online.

    `results` of `online_share` by procedure, one period. Returns `procedure_code, received` (dossiers received whose channel is
    known: the denominator), the largest first, equal ones by code. Dossiers of an unknown procedure are left out: they are not one.
    Raises ValueError on any other results.

    >>> rows = {"metric": "online_share", "procedure_code": ["1.1", "1.2", "1.3"], "numerator": [0, 1, 0], "denominator": [4, 9, 0], "unit": "tỷ lệ"}
    >>> never_online(pd.DataFrame(rows)).values.tolist()
    [['1.1', 4]]
    """
    check_share(results, ["procedure_code"])
    if not set(results["metric"]) <= {"online_share"}:
        message = f"Give the results of online_share, not of {results['metric'].iloc[0]}"
        raise ValueError(message)
    never = results[(results["denominator"] > 0) & (results["numerator"] == 0) & (results["procedure_code"] != UNKNOWN)]
    found = never[["procedure_code", "denominator"]].rename(columns={"denominator": "received"}).astype({"received": "int64"})
    return found.sort_values(["received", "procedure_code"], ascending=[False, True], ignore_index=True)


def procedure_names(dossiers: Dossiers) -> dict[str, str]:
    """Give the name of each procedure as the register writes it, by code: the one most often written, of equal ones the first by letters.

    A procedure that the register never names is left out.
    """
    named = dossiers.filter(~nw.col("procedure_code").is_null() & ~nw.col("procedure_name").is_null())
    counted = collected(named.group_by("procedure_code", "procedure_name").agg(nw.len().alias("n")))
    often = counted.sort_values(["procedure_code", "n", "procedure_name"], ascending=[True, False, True]).drop_duplicates("procedure_code")
    return dict(zip(often["procedure_code"], often["procedure_name"], strict=True))
