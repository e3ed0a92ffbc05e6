"""Dossiers for tests, read as sentences: `register(dossier(due="2024-01-17", resolved="2024-01-18 09:30"), dossier(withdrawn="2024-01-11"))`.

Any test module may import it (`pythonpath = ["tests"]` in pyproject.toml).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.metrics.measure import measure
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.reference.policies import get_policy
from tthc_analysis.reference.procedures import TimeLimit
from tthc_analysis.reference.workdays import open_calendar
from tthc_analysis.register.contract import CHANNELS, COLUMNS, OUTCOMES, RATINGS, REGISTER, SERVICE_LEVELS, with_types

POLICIES = ("report-2024", "ii06a", "dvcqg-766")
Dossier = Mapping[str, Any]


def dossier(
    received: str = "2024-01-10",
    *,
    due: str | None = None,
    resolved: str | None = None,
    withdrawn: str | None = None,
    refused: str | None = None,
    unit: str = "xa-long-mai",
    **columns: Any,
) -> dict[str, Any]:
    """Describe a dossier: times as "2024-01-10" or "2024-01-10 14:00"; by default in person at xa-long-mai, no due date, still open.

    At most one of `resolved`, `withdrawn`, `refused` says how it ended and when. Any other column of the register goes by its own name.
    """
    ends = {name: end for name, end in (("resolved", resolved), ("withdrawn", withdrawn), ("refused", refused)) if end is not None}
    if len(ends) > 1 or not set(columns) <= set(COLUMNS):
        message = f"A dossier ends once and has only the register's columns: {sorted(ends)}, {sorted(set(columns) - set(COLUMNS))}"
        raise TypeError(message)
    outcome, end = next(iter(ends.items()), (None, None))
    where = {"receiving_unit": unit, "resolving_unit": unit, "channel": "in_person"}
    when = {"received_at": pd.Timestamp(received), "due_at": pd.Timestamp(due), "resolved_at": pd.Timestamp(end), "outcome": outcome}
    return {**where, **when, **columns}


def register(*dossiers: Dossier) -> pd.DataFrame:
    """Make the register of some dossiers: HS-1, HS-2, … of "export.xlsx", checked against the contract."""
    own = [{"dossier_id": f"HS-{number}", "source_file": "export.xlsx", "source_row": number + 1} for number in range(1, len(dossiers) + 1)]
    frame = pd.DataFrame([{**mine, **given} for mine, given in zip(own, dossiers, strict=True)], columns=list(COLUMNS))
    return REGISTER.validate(with_types(frame))


def results(frame: pd.DataFrame, *periods: str, by: tuple[str, ...] = (), policy: str = "report-2024", as_of: str | None = None, **asked: Any) -> pd.DataFrame:
    """Measure a register with everything named by its text; `metrics=` and `calendar=` (VN by default) are the rest."""
    named = {"policy": get_policy(policy), "calendar": open_calendar(asked.pop("calendar", "VN")), "as_of": date.fromisoformat(as_of) if as_of else None}
    return measure(frame, [parse_period(text) for text in periods], by=by, **named, **asked)


def figure_of(row: Mapping[Any, Any]) -> Any:
    """Give what a row of results says: a count is its value, a share (numerator, denominator), a duration (value, dossiers)."""
    value = None if pd.isna(row["value"]) else row["value"]
    if row["unit"] == COUNT:
        return value
    return (row["numerator"], row["denominator"]) if row["unit"] == SHARE else (value, row["denominator"])


def figure(metric: str, *dossiers: Dossier, period: str = "2024-Q1", **asked: Any) -> Any:
    """Measure one metric of some dossiers and give its `figure_of`."""
    return figure_of(results(register(*dossiers), period, metrics=[metric], **asked).iloc[0])


def figures_by_field(dossiers: Sequence[Dossier], *metrics: str, period: str = "2024-Q1", **asked: Any) -> dict[str, tuple[Any, ...]]:
    """Measure each case of a small table by itself: the field of a dossier names its case, the figures come in the order of `metrics`."""
    rows = results(register(*dossiers), period, metrics=metrics, by=("field",), **asked).to_dict("records")
    return {str(case): tuple(figure_of(row) for row in rows if row["field"] == case) for case in dict.fromkeys(row["field"] for row in rows)}


@dataclass(frozen=True, eq=False)
class Spec:
    """The definition of a metric as an example: what it says, a small register, and the `figure` of 2024-Q1 that must come out.

    `gives` is one figure under every policy, or a figure by policy. `limit` is the time limit of its dossiers' procedure, whatever its code.
    """

    metric: str
    says: str
    dossiers: Sequence[Dossier]
    gives: Any
    limit: TimeLimit | None = None


def cases(specs: Sequence[Spec]) -> pytest.MarkDecorator:
    """Make each spec under each policy a test case of `spec, policy, expected` whose id is a sentence."""
    found = []
    for spec in specs:
        by_policy = spec.gives if isinstance(spec.gives, dict) else dict.fromkeys(POLICIES, spec.gives)
        found += [pytest.param(spec, policy, expected, id=f"{spec.metric} {spec.says} ({policy})") for policy, expected in by_policy.items()]
    return pytest.mark.parametrize(("spec", "policy", "expected"), found)


def figures_of_specs(specs: Sequence[Spec]) -> dict[tuple[Spec, str], Any]:
    """Measure every spec under every policy, each by itself: all in one register, a spec's number as its dossiers' procedure."""
    numbered = [{**each, "procedure_code": str(number)} for number, spec in enumerate(specs) for each in spec.dossiers]
    frame, metrics = register(*numbered), list(dict.fromkeys(spec.metric for spec in specs))
    limits = [replace(spec.limit, procedure_code=str(number)) for number, spec in enumerate(specs) if spec.limit]
    found = {}
    for policy in POLICIES:
        rows = results(frame, "2024-Q1", metrics=metrics, by=("procedure",), policy=policy, limits=limits).set_index(["metric", "procedure_code"])
        found |= {(spec, policy): figure_of(rows.loc[spec.metric, str(number)]) for number, spec in enumerate(specs)}
    return found


def random_register(seed: int, size: int) -> pd.DataFrame:
    """Draw a register: every outcome, empty dues and flags, some at the edges of months and days, some closed together, from 2023-11 to 2024-07."""
    rng = np.random.default_rng(seed)

    def some(values: tuple[object, ...], empty: float = 0.0) -> np.ndarray:
        chosen = rng.choice(np.array(values, dtype=object), size)
        return np.where(rng.random(size) < empty, None, chosen)

    def moments(days: np.ndarray, empty: float) -> pd.Series:
        # midnight, one second before it, and a few fixed hours, so that equal times of day are common
        seconds = rng.choice([0, 86_399, 8 * 3600, 14 * 3600, 17 * 3600], size)
        times = pd.Series(days + seconds.astype("timedelta64[s]"))
        return times.mask(rng.random(size) < empty)

    edges = np.array(["2023-12-14", "2023-12-15", "2024-01-01", "2024-02-09", "2024-02-15", "2024-03-14", "2024-03-15"], dtype="datetime64[s]")
    anywhere = np.datetime64("2023-11-01", "s") + rng.integers(0, 200, size).astype("timedelta64[D]")
    came = np.where(rng.random(size) < 0.3, rng.choice(edges, size), anywhere)
    took = rng.choice([0, 0, 1, 3, 7, 30, 90], size).astype("timedelta64[D]")
    on_edge = rng.choice(edges, size)
    ended = np.where((rng.random(size) < 0.2) & (on_edge >= came), on_edge, came + took)
    due = np.where(rng.random(size) < 0.4, ended, came + rng.choice([-1, 0, 5, 20], size).astype("timedelta64[D]"))
    resolved_at = moments(ended, empty=0.25)
    outcome = some((*OUTCOMES, "resolved", "resolved"))
    paper = np.where(rng.random(size) < 0.6, due + rng.choice([-1, 0, 1], size).astype("timedelta64[D]"), ended)
    returned_at = moments(paper, empty=0.3)
    # some that came in time were closed together, in one minute of a day inside or at the end of a quarter
    closing = pd.Series(rng.choice(np.array(["2024-02-20T16:50:00", "2024-03-14T16:50:00"], dtype="datetime64[s]"), size))
    together = pd.Series((rng.random(size) < 0.4) & (came.astype("datetime64[D]") <= closing.to_numpy())) & resolved_at.notna()
    resolved_at = resolved_at.mask(together, closing + pd.Series(rng.integers(0, 60, size).astype("timedelta64[s]")))
    drawn = {
        "dossier_id": [f"HS-{number}" for number in range(size)],
        "procedure_code": some(("1.000001", "1.000002"), empty=0.1),
        "procedure_name": some(("Chứng thực", "Đất đai"), empty=0.1),
        "field": some(("Tư pháp", "Đất đai", "Hộ tịch"), empty=0.2),
        "receiving_unit": some(("xa-long-mai", "xa-thanh-an")),
        "resolving_unit": some(("xa-long-mai", "ubnd-huyen-minh-long", "nowhere-in-units-csv"), empty=0.05),
        "channel": some(CHANNELS, empty=0.1),
        "service_level": some(SERVICE_LEVELS, empty=0.3),
        "received_at": moments(came, empty=0),
        "due_at": moments(due, empty=0.2),
        "resolved_at": resolved_at,
        "returned_at": returned_at,
        "outcome": np.where(resolved_at.isna(), None, outcome),
        "paused_days": rng.choice([0, 0, 0, 2, 50], size),
        "intake_digitised": some((True, False), empty=0.3),
        "result_digitised": some((True, False), empty=0.3),
        "online_payment": some((True, False), empty=0.6),
        "rating": some(RATINGS, empty=0.5),
        "source_file": "export.xlsx",
        "source_row": np.arange(size) + 2,
    }
    return with_types(pd.DataFrame(drawn))
