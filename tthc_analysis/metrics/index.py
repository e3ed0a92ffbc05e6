"""An index's points: for each indicator the ratio that dossiers or declared figures give, and what it earns. Never a total."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from tthc_analysis.metrics.measure import RESULT_COLUMNS
from tthc_analysis.metrics.study import Study, measure_study, under_policy
from tthc_analysis.reference.declared import Declared
from tthc_analysis.reference.indices import Index, Indicator
from tthc_analysis.reference.periods import Period

POINT_COLUMNS = ("indicator", "name", "numerator", "denominator", "value", "points", "max_points", "known", "note")
NOTHING_COUNTED = "Mẫu số bằng 0"


class Ratio(NamedTuple):
    """The two counts behind an indicator, the first inside the second."""

    numerator: int
    denominator: int


def index_metrics(profile: Index | None) -> list[str]:
    """List the metrics of the catalogue that an index needs, each once; none where no index is in force.

    >>> from datetime import date
    >>> from tthc_analysis.reference.indices import get_index
    >>> index_metrics(get_index("qd766", date(2024, 3, 14)))
    ['on_time_share', 'online_share', 'online_payment_share', 'result_digitised_share', 'both_digitised_share']
    """
    return list(dict.fromkeys(indicator.metric for indicator in (profile.indicators if profile else ()) if indicator.metric))


def measure_index(study: Study, profile: Index | None, periods: Sequence[Period] | None = None) -> pd.DataFrame:
    """Measure an index's metrics of a study under the index's own policy, whatever the study's. Returns the results, empty without an index.

    QĐ 766 compares times and counts what is pending, so its 2.1 is not the on-time share of the report beside it.
    """
    if profile is None:
        return pd.DataFrame(columns=["metric", "period", *RESULT_COLUMNS])
    return measure_study(under_policy(study, profile.policy), index_metrics(profile), periods)


def _measured(results: pd.DataFrame, metric: str, period: Period) -> Ratio | None:
    """Find the counts of a metric in a period; None where they are missing or were not measured."""
    rows = results[(results["metric"] == metric) & (results["period"] == period.text)]
    if len(rows) > 1:
        message = f"{metric}: points are of the whole, the results must not be broken down"
        raise ValueError(message)
    counts = rows[["numerator", "denominator"]].dropna()
    return None if counts.empty else Ratio(int(counts["numerator"].item()), int(counts["denominator"].item()))


def _declared(declared: Declared | None) -> Ratio | None:
    """Find the petitions handled in time or not yet late, among all; None where a part of it was not declared."""
    pakn = declared.pakn if declared else None
    if pakn is None or pakn.in_time is None or pakn.total is None:
        return None
    return Ratio(pakn.in_time, pakn.total)


def points_of(indicator: Indicator, ratio: Ratio) -> Fraction | None:
    """Give the points that a ratio earns, exactly: all from `full_at` on, in proportion below; None where nothing is scored.

    >>> from datetime import date
    >>> from tthc_analysis.reference.indices import get_index
    >>> online = next(one for one in get_index("qd766", date(2024, 3, 14)).indicators if one.id == "3.3")
    >>> points_of(online, Ratio(1, 4)), points_of(online, Ratio(3, 4))
    (Fraction(3, 1), Fraction(6, 1))
    """
    if indicator.full_at is None or indicator.max_points is None or not ratio.denominator:
        return None
    return indicator.max_points * min(Fraction(1), Fraction(*ratio) / indicator.full_at)


def _figures(indicator: Indicator, ratio: Ratio | None) -> dict[str, Any]:
    """Give a row's figures and its note; a zero denominator is said, and gives neither a value nor points."""
    if ratio is None:
        return {"known": False, "note": indicator.note}
    known, said = ratio.denominator > 0, [] if ratio.denominator else [NOTHING_COUNTED]
    value = float(Fraction(*ratio)) if known else None
    note = ". ".join([*said, *([indicator.note] if indicator.note else [])])
    return {**ratio._asdict(), "value": value, "points": points_of(indicator, ratio), "known": known, "note": note}


def index_points(profile: Index | None, results: pd.DataFrame, declared: Declared | None, period: Period) -> pd.DataFrame:
    """Give the points of each indicator that can be known, in the order of the index; one row an indicator.

    Columns: `indicator` (its id), `name`, `numerator`, `denominator` and `value` (ratio from 0 to 1; missing where not known), `points`
    (exact Fraction, or None), `max_points` (missing where undecided), `known` (whether there is a ratio), `note` (what it leaves out).
    `results` as of `measure_index`: measured under the index's policy, not broken down (else ValueError).

    There is never a total: most indicators need the portal's data, and a sum over the others would be read as the index.
    QĐ 766/QĐ-TTg; formulas as described for the national portal, scoring largely inferred from published points.
    """
    rows = []
    for indicator in profile.indicators if profile else ():
        ratio = _measured(results, indicator.metric, period) if indicator.metric else _declared(declared) if indicator.declared else None
        rows.append({"indicator": indicator.id, "name": indicator.name, "max_points": indicator.max_points, **_figures(indicator, ratio)})
    frame = pd.DataFrame(rows, columns=list(POINT_COLUMNS))
    exact = pd.Series([row.get("points") for row in rows], index=frame.index, dtype=object)
    return frame.astype(dict.fromkeys(("numerator", "denominator", "value", "max_points"), float) | {"known": bool}).assign(points=exact)
