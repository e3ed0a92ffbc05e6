"""The same numbers from a second source: a slow loop written from the catalogue's words, scipy, numpy, the package `holidays`.

Nothing of the package's masks, day numbers or intervals is used on the second side.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import groupby
from math import floor
from pathlib import Path
from statistics import fmean, median
from types import SimpleNamespace
from typing import Any

import holidays
import numpy as np
import pandas as pd
import pytest
from dossiers import POLICIES, random_register, results
from scipy import stats

import tthc_analysis.reference
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE
from tthc_analysis.metrics.measure import wilson
from tthc_analysis.metrics.survival import open_aware_quantiles
from tthc_analysis.reference.workdays import FIRST_DAY, LAST_DAY, open_calendar, working_days

OVERRIDES = Path(tthc_analysis.reference.__file__).parent / "data" / "calendar_overrides.csv"


# --- working days: Monday to Friday, less public holidays, and the swaps


def swaps() -> tuple[list[date], list[date]]:
    """Weekdays off and weekend days worked in Vietnam, 2000 to 2060: the package `holidays`, then our own list of swaps."""
    listed = holidays.country_holidays("VN", years=range(2000, 2061))
    working = dict.fromkeys(listed, False) | dict.fromkeys(listed.weekend_workdays, True)
    with OVERRIDES.open(encoding="utf-8") as file:
        working |= {date.fromisoformat(row["date"]): row["is_working"] == "true" for row in csv.DictReader(file)}
    off = [day for day, is_working in working.items() if not is_working and day.weekday() < 5]
    return off, sorted(day for day, is_working in working.items() if is_working and day.weekday() >= 5)


OFF, WORKED_WEEKENDS = swaps()


def workdays(start: date, end: date) -> int:
    """Working days in [start, end) of the calendar VN."""
    return int(np.busday_count(start, end, holidays=OFF)) + sum(start <= day < end for day in WORKED_WEEKENDS)


def test_the_second_calendar_knows_tet_and_swaps() -> None:
    assert date(2024, 2, 9) in OFF
    assert date(2024, 5, 4) in WORKED_WEEKENDS


def test_working_days_as_numpy_counts_them() -> None:
    vietnam, weekdays = open_calendar("VN"), open_calendar("weekdays")
    rng = np.random.default_rng(7)
    last = (LAST_DAY - FIRST_DAY).days + 1
    spans = [*rng.integers(0, last, (60, 2)), (0, last), (8_765, 8_765)]
    # and every day of the years with swaps, against the day after and a month later
    spans += [(start, start + length) for start in range(8_750, 9_870, 7) for length in (1, 31)]
    for first, second in spans:
        start, end = (FIRST_DAY + timedelta(days=int(days)) for days in sorted((first, second)))
        assert workdays(start, end) == working_days(vietnam, start, end), (start, end)
        assert np.busday_count(start, end) == working_days(weekdays, start, end), (start, end)


# --- every metric, by a slow loop written from the words


def days_of(row: Any, start: date, last: date) -> SimpleNamespace | None:
    """Tell a dossier's story as known at the end of the last day; None for one that the period never saw."""
    came = row.received_at.date()
    left = row.resolved_at.date() if pd.notna(row.resolved_at) else None
    if came > last or (left is not None and left < start):
        return None
    ended = left is not None and left <= last
    return SimpleNamespace(
        row=row,
        new=came >= start,
        outcome=row.outcome if ended else None,
        due=row.due_at if pd.notna(row.due_at) else None,
        day_off=not workdays(came, came + timedelta(days=1)),
        workdays=max(workdays(came, left if ended and left else last + timedelta(days=1)) - row.paused_days, 0),
        days=(left - came).days if ended and left else None,
        last=last,
    )


def verdict(dossier: SimpleNamespace, policy: str) -> str | None:
    """Early, on the due date or late; "unjudged" for a resolved dossier without a verdict; None for one that is not resolved."""
    if dossier.outcome is None or (dossier.outcome != "resolved" and policy == "report-2024"):
        return None
    if dossier.outcome != "resolved" and policy == "ii06a":
        return "on"
    if dossier.due is None:
        return "unjudged" if policy == "dvcqg-766" else "on"
    end, due = dossier.row.resolved_at, dossier.due
    if policy == "dvcqg-766" and due.time() == time.min:
        due = datetime.combine(due, time.max)
    if policy == "dvcqg-766" and end > due:
        return "late"
    if end.date() == due.date():
        return "on"
    return "early" if end.date() < due.date() else "late"


def waiting(dossier: SimpleNamespace, policy: str) -> str | None:
    """Pending in time or late at the last day; "unjudged" where 766 has no due date to go by; None for one that ended."""
    if dossier.outcome is not None:
        return None
    if dossier.due is None:
        return "unjudged" if policy == "dvcqg-766" else "in time"
    return "late" if dossier.due.date() < dossier.last else "in time"


def stories(frame: pd.DataFrame, start: date, last: date, end: date) -> list[SimpleNamespace]:
    """The dossiers that a period saw; each knows how many of its unit ended in its minute (0 without a time of day), and whether in the last 3 working days."""
    minutes = Counter(
        (row.resolving_unit, f"{row.resolved_at:%F %R}") for row in frame.itertuples() if pd.notna(row.resolved_at) and row.resolved_at.time() != time.min
    )
    closing = end
    while workdays(closing, end + timedelta(days=1)) < 3:
        closing -= timedelta(days=1)
    seen = [story for row in frame.itertuples() if (story := days_of(row, start, last))]
    for story in seen:
        resolved = story.row.resolved_at
        timed = story.outcome is not None and resolved.time() != time.min and pd.notna(story.row.resolving_unit)
        story.timed = timed
        story.together = minutes[story.row.resolving_unit, f"{resolved:%F %R}"] if timed else 0
        story.closing = timed and resolved.date() >= closing
    return seen


def on_paper_in_time(dossier: SimpleNamespace, policy: str) -> bool:
    """Late on the system, and in the citizen's hands in time."""
    if verdict(dossier, policy) != "late" or pd.isna(dossier.row.returned_at):
        return False
    by_time = policy == "dvcqg-766" and dossier.due.time() != time.min
    return dossier.row.returned_at <= dossier.due if by_time else dossier.row.returned_at.date() <= dossier.due.date()


def is_true(value: Any) -> bool:
    return bool(pd.notna(value) and value)


Test = Callable[[SimpleNamespace], bool]


def counted(policy: str) -> dict[str, Test]:
    return {
        "received": lambda d: d.new,
        "carried_over": lambda d: not d.new,
        "received_total": lambda _: True,
        "resolved": lambda d: verdict(d, policy) is not None,
        "resolved_early": lambda d: verdict(d, policy) == "early",
        "resolved_on_due_date": lambda d: verdict(d, policy) == "on",
        "resolved_late": lambda d: verdict(d, policy) == "late",
        "withdrawn": lambda d: d.outcome == "withdrawn",
        "refused": lambda d: d.outcome == "refused",
        "pending": lambda d: d.outcome is None,
        "pending_late": lambda d: waiting(d, policy) == "late",
        "rated_very_satisfied": lambda d: d.outcome == "resolved" and d.row.rating == "very_satisfied",
        "rated_satisfied": lambda d: d.outcome == "resolved" and d.row.rating == "satisfied",
        "rated_dissatisfied": lambda d: d.outcome == "resolved" and d.row.rating == "dissatisfied",
        "due_before_received": lambda d: d.new and d.due is not None and d.due.date() < d.row.received_at.date(),
        "received_on_day_off": lambda d: d.new and d.day_off,
        "due_on_day_off": lambda d: d.new and d.due is not None and not workdays(d.due.date(), d.due.date() + timedelta(days=1)),
        "pending_due_soon": lambda d: (
            d.outcome is None and d.due is not None and d.due.date() >= d.last and workdays(d.last + timedelta(days=1), d.due.date() + timedelta(days=1)) <= 5
        ),
        "late_on_system_only": lambda d: on_paper_in_time(d, policy),
        "closed_in_bulk": lambda d: d.together >= 5,
        "closed_in_bulk_at_period_end": lambda d: d.together >= 5 and d.closing,
    }


def shared(policy: str) -> dict[str, tuple[Test, Test]]:
    """Who is in the denominator, and which of them in the numerator."""

    def judged(d: SimpleNamespace) -> bool:
        return verdict(d, policy) in ("early", "on", "late")

    def base(d: SimpleNamespace) -> bool:
        return judged(d) or (policy == "dvcqg-766" and waiting(d, policy) in ("in time", "late"))

    def finished_and_known(*facts: str) -> Test:
        return lambda d: d.outcome == "resolved" and all(pd.notna(getattr(d.row, fact)) for fact in facts)

    def came_and_known(*facts: str) -> Test:
        return lambda d: d.new and all(pd.notna(getattr(d.row, fact)) for fact in facts)

    return {
        "on_time_share": (base, lambda d: verdict(d, policy) in ("early", "on") or waiting(d, policy) == "in time"),
        "early_share": (judged, lambda d: verdict(d, policy) == "early"),
        "late_share": (judged, lambda d: verdict(d, policy) == "late"),
        "online_share": (came_and_known("channel"), lambda d: d.row.channel == "online"),
        "full_online_share": (came_and_known("service_level", "channel"), lambda d: d.row.channel == "online" and d.row.service_level == "full"),
        "partial_of_online_share": (
            lambda d: d.new and d.row.channel == "online" and pd.notna(d.row.service_level),
            lambda d: d.row.service_level == "partial",
        ),
        "intake_born_digital_share": (came_and_known("intake_digitised", "channel"), lambda d: is_true(d.row.intake_digitised) and d.row.channel == "online"),
        "paper_scanned_share": (
            lambda d: d.new and pd.notna(d.row.intake_digitised) and pd.notna(d.row.channel) and d.row.channel != "online",
            lambda d: is_true(d.row.intake_digitised),
        ),
        "due_off_calendar_share": (lambda _: False, lambda _: False),  # no procedure of a random register has a known limit
        "intake_digitised_share": (came_and_known("intake_digitised"), lambda d: is_true(d.row.intake_digitised)),
        "result_digitised_share": (finished_and_known("result_digitised"), lambda d: is_true(d.row.result_digitised)),
        "both_digitised_share": (
            finished_and_known("intake_digitised", "result_digitised"),
            lambda d: is_true(d.row.intake_digitised) and is_true(d.row.result_digitised),
        ),
        "satisfied_share": (finished_and_known("rating"), lambda d: d.row.rating in ("satisfied", "very_satisfied")),
        "rated_share": (finished_and_known(), lambda d: pd.notna(d.row.rating)),
        "online_payment_share": (came_and_known("online_payment"), lambda d: is_true(d.row.online_payment)),
        "due_known_share": (lambda d: d.new, lambda d: d.due is not None),
        "late_on_system_only_share": (
            lambda d: verdict(d, policy) == "late" and pd.notna(d.row.returned_at),
            lambda d: on_paper_in_time(d, policy),
        ),
        "closed_in_bulk_share": (lambda d: d.timed, lambda d: d.together >= 5),
    }


def interpolated(values: Sequence[int], share: Fraction) -> float:
    """The order statistic at the 0-based position share × (n − 1), between its neighbours."""
    ordered, position = sorted(values), share * (len(values) - 1)
    below = floor(position)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (position - below) * (ordered[above] - ordered[below]))


def kaplan_meier(cohort: Sequence[tuple[int, bool]], share: Fraction) -> float | None:
    """The first duration at which at least a share is estimated finished, in exact fractions."""
    unfinished = Fraction(1)
    for days, group in groupby(sorted(cohort), key=lambda item: item[0]):
        ends = sum(ended for _, ended in group)
        unfinished *= 1 - Fraction(ends, sum(other >= days for other, _ in cohort))
        if 1 - unfinished >= share:
            return days
    return None


def time_used(dossier: SimpleNamespace) -> Fraction | None:
    """Per cent of the promised working days, the pause taken out of both; None where nothing was promised."""
    if dossier.due is None or dossier.due.date() < dossier.row.received_at.date():
        return None
    allowed = workdays(dossier.row.received_at.date(), dossier.due.date()) - int(dossier.row.paused_days)
    return Fraction(100 * int(dossier.workdays), allowed) if allowed > 0 else None


def hours_of(dossier: SimpleNamespace) -> Fraction | None:
    """Hours by the clock, days off between taken out; None where either time of day is not known."""
    came, left = dossier.row.received_at, dossier.row.resolved_at
    if came.time() == time.min or left.time() == time.min:
        return None
    days_off = dossier.days - workdays(came.date(), left.date())
    return max(Fraction(int((left - came).total_seconds() // 60), 60) - 24 * days_off, Fraction(0))


def durations(seen: Sequence[SimpleNamespace]) -> dict[str, tuple[float | None, int]]:
    """Value and dossiers of each duration."""
    finished = [d for d in seen if d.outcome == "resolved"]
    cohort = [(d.workdays, d.outcome == "resolved") for d in seen if d.new]
    took, days = [d.workdays for d in finished], [d.days for d in finished]
    n, used, hours = len(finished), [share for d in finished if (share := time_used(d)) is not None], [h for d in finished if (h := hours_of(d)) is not None]
    return {
        "time_used_median": (interpolated(used, Fraction(1, 2)) if used else None, len(used)),
        "time_used_p90": (interpolated(used, Fraction(9, 10)) if used else None, len(used)),
        "processing_hours_median": (interpolated(hours, Fraction(1, 2)) if hours else None, len(hours)),
        "processing_workdays_median": (median(took) if n else None, n),
        "processing_workdays_p90": (interpolated(took, Fraction(9, 10)) if n else None, n),
        "processing_workdays_mean": (fmean(took) if n else None, n),
        "processing_days_median": (median(days) if n else None, n),
        "open_aware_workdays_median": (kaplan_meier(cohort, Fraction(1, 2)), len(cohort)),
        "open_aware_workdays_p90": (kaplan_meier(cohort, Fraction(9, 10)), len(cohort)),
    }


def slow(seen: Sequence[SimpleNamespace], policy: str) -> Iterator[tuple[str, tuple[float | None, ...]]]:
    """Every metric of the dossiers a period saw, as (numerator, denominator, value)."""
    for metric, test in counted(policy).items():
        yield metric, (None, None, sum(map(test, seen)))
    for metric, (base, part) in shared(policy).items():
        among = [d for d in seen if base(d)]
        numerator = sum(map(part, among))
        yield metric, (numerator, len(among), numerator / len(among) if among else None)
    for metric, (value, n) in durations(seen).items():
        yield metric, (None, n, value)


def by_field(seen: Sequence[SimpleNamespace]) -> dict[str, list[SimpleNamespace]]:
    groups: dict[str, list[SimpleNamespace]] = defaultdict(list)
    for story in seen:
        groups[story.row.field if pd.notna(story.row.field) else "unknown"].append(story)
    return groups


PERIODS = {
    "2024-Q1": (date(2023, 12, 15), date(2024, 3, 14)),
    "2024-02@calendar": (date(2024, 2, 1), date(2024, 2, 29)),
    "2024-02-09..2024-02-09": (date(2024, 2, 9), date(2024, 2, 9)),
}
SEEN_ON = {"each at its end": None, "on 20/2/2024": "2024-02-20"}


def same(expected: tuple[float | None, ...], row: Any) -> bool:
    found = (row.numerator, row.denominator, row.value)
    return all(pd.isna(there) if here is None else here == pytest.approx(there, rel=1e-12) for here, there in zip(expected, found, strict=True))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("as_of", SEEN_ON.values(), ids=SEEN_ON)
@pytest.mark.parametrize("policy", POLICIES)
def test_every_metric_as_a_slow_loop_counts_it(policy: str, as_of: str | None, seed: int) -> None:
    frame = random_register(seed, 180)
    found = results(frame, *PERIODS, by=("field",), policy=policy, as_of=as_of)
    rows = {(row.period, row.field, row.metric): row for row in found.itertuples()}
    compared = set()
    for period, (start, end) in PERIODS.items():
        last = min(end, date.fromisoformat(as_of)) if as_of else end
        for field, seen in by_field(stories(frame, start, last, end)).items():
            for metric, expected in slow(seen, policy):
                assert same(expected, rows[period, field, metric]), (period, field, metric, expected, rows[period, field, metric])
                compared.add(metric)
    assert set(CATALOGUE) == compared


@pytest.mark.parametrize("policy", POLICIES)
def test_the_whole_as_a_slow_loop_counts_it(policy: str) -> None:
    frame = random_register(11, 400)
    start, end = PERIODS["2024-Q1"]
    seen = stories(frame, start, end, end)
    rows = {row.metric: row for row in results(frame, "2024-Q1", policy=policy).itertuples()}
    for metric, expected in slow(seen, policy):
        assert same(expected, rows[metric]), (metric, expected, rows[metric])


def test_the_random_registers_tell_the_policies_apart() -> None:
    """A comparison on registers in which nothing differs would prove nothing."""
    found = [results(random_register(1, 180), "2024-Q1", policy=policy).set_index("metric") for policy in POLICIES]
    for metric in ("on_time_share", "late_share"):
        assert len({(rows.loc[metric, "numerator"], rows.loc[metric, "denominator"]) for rows in found}) == 3, metric
    # no procedure of a random register has a known limit
    counts_and_shares = found[0][found[0]["unit"].isin([COUNT, SHARE]) & (found[0].index != "due_off_calendar_share")]
    assert counts_and_shares["value"].gt(0).all()


# --- statistics


def test_wilson_as_scipy_gives_it() -> None:
    pairs = [(k, n) for n in (1, 2, 3, 9, 10, 97, 1_000, 9_789, 2_000_000) for k in sorted({0, 1, n // 3, n // 2, n - 1, n})]
    numerator, denominator = (pd.Series(column) for column in zip(*pairs, strict=True))
    low, high = wilson(numerator, denominator)
    for place, (k, n) in enumerate(pairs):
        expected = stats.binomtest(k, n).proportion_ci(confidence_level=0.95, method="wilson")
        assert (expected.low, expected.high) == pytest.approx((low[place], high[place]), rel=1e-9, abs=1e-12), (k, n)


def test_the_interval_of_a_measured_share_is_wilsons() -> None:
    found = results(random_register(5, 200), "2024-Q1")
    shares = found[(found["unit"] == SHARE) & (found["denominator"] > 0)]
    assert len(shares) == 17
    for row in shares.itertuples():
        expected = stats.binomtest(int(row.numerator), int(row.denominator)).proportion_ci(method="wilson")
        assert (expected.low, expected.high) == pytest.approx((row.ci_low, row.ci_high), rel=1e-9), row.metric


@pytest.mark.parametrize("size", [7, 60, 200])
def test_quantiles_as_numpy_interpolates_them(size: int) -> None:
    frame = random_register(3, size)
    start, end = PERIODS["2024-Q1"]
    finished = [s for row in frame.itertuples() if (s := days_of(row, start, end)) and s.outcome == "resolved"]
    assert finished
    value = results(frame, "2024-Q1").set_index("metric")["value"]
    took = [d.workdays for d in finished]
    assert np.percentile(took, 50, method="linear") == pytest.approx(value["processing_workdays_median"], rel=1e-12)
    assert np.percentile(took, 90, method="linear") == pytest.approx(value["processing_workdays_p90"], rel=1e-12)
    assert np.percentile([d.days for d in finished], 50, method="linear") == pytest.approx(value["processing_days_median"], rel=1e-12)


def open_aware_quantile(days: Sequence[float], ended: Sequence[bool], share: float, counts: Sequence[int] | None = None) -> float:
    """The package's quantile of one group, from dossiers one by one or counted."""
    n = np.ones(len(days)) if counts is None else np.asarray(counts)
    frame = pd.DataFrame({"days": np.asarray(days, dtype=float), "n": n, "ended": n * np.asarray(ended, dtype=bool)})
    counted = frame.groupby("days", as_index=False).sum().assign(unit="xa-long-mai")
    found = open_aware_quantiles(counted, ["unit"], "days", {"q": share})["q"]
    return float(found.iloc[0]) if len(found) else np.nan


@pytest.mark.parametrize("seed", range(40))
def test_open_aware_quantiles_as_scipys_survival_function(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 60))
    days, ended, counts = rng.integers(0, 25, size), rng.random(size) < rng.choice([0.3, 0.7, 1.0]), rng.integers(1, 6, size)
    ended[0] = True  # scipy has no survival function where nothing ended
    times, events = np.repeat(days, counts), np.repeat(ended, counts)
    curve = stats.ecdf(stats.CensoredData(uncensored=times[events], right=times[~events])).sf
    for share in (0.1, 0.25, 0.5, 0.9):
        reached = curve.quantiles[curve.probabilities <= 1 - share + 1e-12]
        expected = reached[0] if len(reached) else np.nan
        assert expected == pytest.approx(open_aware_quantile(days, ended, share, counts), nan_ok=True), share
        assert expected == pytest.approx(open_aware_quantile(times, events, share), nan_ok=True), share


def test_open_aware_quantile_is_missing_where_nothing_ended() -> None:
    assert np.isnan(open_aware_quantile([3, 5], [False, False], 0.5))
    assert np.isnan(open_aware_quantile([], [], 0.5))


def test_an_open_aware_quantile_of_exact_tenths_is_not_missed_by_a_rounding_error() -> None:
    """1 − 9/10 is not 1/10 in binary: ten dossiers that end on ten days reach nine tenths on the ninth."""
    for n in (10, 20, 30, 70, 100, 1_000):
        assert open_aware_quantile(range(1, n + 1), [True] * n, 0.9) == n * 9 // 10
