"""What must hold of any register: the balance, sums of breakdowns, stock handed on, and a past that stays as it was.

Registers are drawn from a seed (`dossiers.random_register`): every outcome, empty dues and facts, days on the edges of periods.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pytest
from dossiers import POLICIES, random_register, results
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE
from tthc_analysis.metrics.measure import BY, OF_PENDING, by_columns
from tthc_analysis.reference.periods import parse_period, run

PHASES = (Phase.generate, Phase.shrink)  # explaining a failure takes longer than finding it
QUICK = settings(max_examples=10, deadline=None, derandomize=True, database=None, phases=PHASES)
FEW = settings(QUICK, max_examples=6)
COUNTS = [name for name, metric in CATALOGUE.items() if metric.unit == COUNT]
SHARES = [name for name, metric in CATALOGUE.items() if metric.unit == SHARE]
FIGURES = ["numerator", "denominator", "value"]
# all three kinds; the registers are drawn from 11/2023 to mid 2024
PERIODS = (
    *("2023-Q4", "2024-Q1", "2024-Q2", "2024-02", "2024-03", "2024-H1", "2024-9M", "2024"),
    *("2023-12@calendar", "2024-Q1@calendar", "2024-02@calendar", "2024@calendar"),
    *("2023-12-20..2024-02-10", "2024-02-09..2024-02-09", "2023-11-20..2024-05-31"),
)

registers = st.builds(random_register, st.integers(0, 2**32 - 1), st.integers(1, 200))
periods = st.lists(st.sampled_from(PERIODS), min_size=1, max_size=3, unique=True)
breakdowns = st.lists(st.sampled_from(sorted(word for word, column in BY.items() if column not in OF_PENDING)), max_size=2, unique=True).map(tuple)
policies = st.sampled_from(POLICIES)


@dataclass(frozen=True)
class Asked:
    """What a measurement is asked for: periods, breakdown, policy, day up to which things are known (or none)."""

    periods: list[str]
    by: tuple[str, ...]
    policy: str
    as_of: str | None

    def of(self, frame: pd.DataFrame, **changed: Any) -> pd.DataFrame:
        """The results of a register, with some of what is asked changed."""
        named = {"by": self.by, "policy": self.policy, "as_of": self.as_of} | changed
        return results(frame, *named.pop("periods", self.periods), **named)


@st.composite
def questions(draw: st.DrawFn, **fixed: Any) -> Asked:
    texts = draw(periods)
    last_start = max(parse_period(text).start for text in texts)
    days = st.dates(last_start, max(last_start, date(2024, 7, 31))).map(str)
    drawn = {"by": breakdowns, "policy": policies, "as_of": st.none() | days}
    return Asked(texts, **{name: fixed.get(name) if name in fixed else draw(strategy) for name, strategy in drawn.items()})


def wide(found: pd.DataFrame) -> pd.DataFrame:
    """Counts as columns, one row a period and group: the results keep one order of periods and groups for every metric."""
    return pd.DataFrame({metric: found.loc[found["metric"] == metric, "value"].to_numpy(float) for metric in COUNTS})


@QUICK
@given(registers, questions(policy="report-2024"))
def test_what_came_in_went_out_or_waits(frame: pd.DataFrame, asked: Asked) -> None:
    n = wide(asked.of(frame, metrics=COUNTS))
    assert (n["carried_over"] + n["received"]).equals(n["resolved"] + n["withdrawn"] + n["refused"] + n["pending"])
    assert n["received_total"].equals(n["carried_over"] + n["received"])


@pytest.mark.parametrize("policy", ["ii06a", "dvcqg-766"])
@QUICK
@given(registers, questions(policy=None))
def test_column_3_is_columns_7_and_11(policy: str, frame: pd.DataFrame, asked: Asked) -> None:
    n = wide(asked.of(frame, metrics=COUNTS, policy=policy))
    assert n["received_total"].equals(n["resolved"] + n["pending"])
    assert n["received_total"].equals(n["carried_over"] + n["received"])
    assert (n["withdrawn"] + n["refused"] <= n["resolved"]).all()


@QUICK
@given(registers, questions())
def test_resolved_is_early_on_the_due_date_and_late(frame: pd.DataFrame, asked: Asked) -> None:
    """At 766 a dossier without a due date is none of the three; whatever the policy, the three make the denominator."""
    found = asked.of(frame, metrics=[*COUNTS, "late_share", "on_time_share"])
    n = wide(found)
    parts = n["resolved_early"] + n["resolved_on_due_date"] + n["resolved_late"]
    denominators = {metric: found.loc[found["metric"] == metric, "denominator"].to_numpy() for metric in ("late_share", "on_time_share")}
    if asked.policy == "dvcqg-766":
        assert (parts <= n["resolved"]).all()
        assert (denominators["on_time_share"] <= n["received_total"]).all()
    else:
        assert parts.equals(n["resolved"])
        assert (denominators["on_time_share"] == parts).all()
    assert (denominators["late_share"] == parts).all()
    assert (n["pending_late"] <= n["pending"]).all()


@QUICK
@given(registers, questions())
def test_a_numerator_is_inside_its_denominator_and_a_share_inside_its_interval(frame: pd.DataFrame, asked: Asked) -> None:
    found = asked.of(frame, metrics=SHARES)
    assert found["numerator"].between(0, found["denominator"]).all()
    known = found[found["denominator"] > 0]
    assert known["value"].equals(known["numerator"] / known["denominator"])
    assert (known["ci_low"].between(0, known["value"] + 1e-12) & known["ci_high"].between(known["value"] - 1e-12, 1)).all()
    assert (known["ci_low"] < known["ci_high"]).all()
    assert found[found["denominator"] == 0][["value", "ci_low", "ci_high"]].isna().all(axis=None)


@QUICK
@given(registers, questions())
def test_breakdowns_sum_to_the_whole(frame: pd.DataFrame, asked: Asked) -> None:
    groups = tuple(dict.fromkeys([*asked.by, "field"]))
    parts, whole = asked.of(frame, metrics=[*COUNTS, *SHARES], by=groups), asked.of(frame, metrics=[*COUNTS, *SHARES], by=())
    summed = ["numerator", "denominator"]
    additive = whole["metric"].isin(COUNTS)
    sums = parts.groupby(["metric", "period"], sort=False)[FIGURES].sum().reindex(whole[["metric", "period"]]).fillna(0).reset_index(drop=True)
    assert sums[summed].equals(whole[summed].fillna(0))
    assert sums.loc[additive, "value"].equals(whole.loc[additive, "value"])


@QUICK
@given(registers, st.sampled_from([text for text in PERIODS if "9M" not in text]), breakdowns, policies)
def test_what_is_pending_is_carried_over_into_the_next_period(frame: pd.DataFrame, text: str, by: tuple[str, ...], policy: str) -> None:
    earlier, later = (period.text for period in run(parse_period(text), 2))
    found = results(frame, earlier, later, metrics=["pending", "carried_over"], by=by, policy=policy)
    handed_on = found[(found["metric"] == "pending") & (found["period"] == earlier)]
    taken_over = found[(found["metric"] == "carried_over") & (found["period"] == later)]
    columns = [*by_columns(by), "value"]
    assert handed_on[columns].reset_index(drop=True).equals(taken_over[columns].reset_index(drop=True))


@FEW
@given(registers, questions())
def test_many_periods_at_once_are_as_one_at_a_time(frame: pd.DataFrame, asked: Asked) -> None:
    """A group with nothing in a period shows 0 beside the others' periods, and is absent where the period stands alone."""
    together = asked.of(frame)
    alone = pd.concat([asked.of(frame, periods=[text]) for text in asked.periods])
    keys = ["metric", "period", *by_columns(asked.by)]
    both = together.merge(alone, on=keys, how="left", suffixes=("", "_alone"), indicator=True)
    found = both["_merge"] == "both"
    assert len(alone) == found.sum()
    for name in (*FIGURES, "ci_low", "ci_high"):
        assert both.loc[found, name].astype(float).equals(both.loc[found, f"{name}_alone"].astype(float)), name
    assert both.loc[~found, FIGURES].fillna(0).eq(0).all(axis=None)


def known_on(frame: pd.DataFrame, day: str) -> pd.DataFrame:
    """Erase everything after a day: dossiers not yet received, and of those not yet ended the end and what comes with it."""
    here = frame[frame["received_at"].dt.normalize() <= day].reset_index(drop=True)
    open_then = here["resolved_at"].dt.normalize() > day
    after = {name: here[name].mask(open_then) for name in ("resolved_at", "outcome", "rating", "result_digitised")}
    return here.assign(**after)


@FEW
@given(registers, st.sampled_from(PERIODS), breakdowns, policies)
def test_a_period_seen_at_its_end_is_as_if_nothing_after_it_had_happened(frame: pd.DataFrame, text: str, by: tuple[str, ...], policy: str) -> None:
    """State comes from dates, never from today's status: a past period measured again gives what it gave."""
    then = known_on(frame, str(parse_period(text).end))
    assert results(then, text, by=by, policy=policy).equals(results(frame, text, by=by, policy=policy))


@FEW
@given(registers, questions(as_of=None), st.integers(0, 150))
def test_an_as_of_date_erases_what_came_after_it(frame: pd.DataFrame, asked: Asked, later: int) -> None:
    day = str(max(parse_period(text).start for text in asked.periods) + pd.Timedelta(days=later).to_pytimedelta())
    assert asked.of(known_on(frame, day), as_of=day).equals(asked.of(frame, as_of=day))


@FEW
@given(registers, questions(), st.randoms(use_true_random=False))
def test_the_order_of_the_registers_rows_does_not_matter(frame: pd.DataFrame, asked: Asked, random: Any) -> None:
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**32)).reset_index(drop=True)
    pd.testing.assert_frame_equal(asked.of(frame), asked.of(shuffled), rtol=1e-12)
