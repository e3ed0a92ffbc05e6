"""The edges: first and last days, due dates, missing facts, empty groups, days of counting. 2024-Q1 is 15/12/2023 to 14/3/2024."""

import math
from typing import Any

import pytest
from dossiers import POLICIES, dossier, figure, figures_by_field, register, results

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE

SPLIT = ("resolved_early", "resolved_on_due_date", "resolved_late")
FLOW = ("carried_over", "received", "resolved", "withdrawn", "refused", "pending")


def flow(*dossiers: dict[str, Any], period: str = "2024-Q1", **asked: Any) -> dict[str, int]:
    """The counts of stock and flow that are not 0."""
    found = results(register(*dossiers), period, metrics=FLOW, **asked)
    return {metric: value for metric, value in zip(found["metric"], found["value"], strict=True) if value}


# --- resolved against its due date: (early, on the due date, late)
EARLY, ON_THE_DAY, LATE, NOT_JUDGED = (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)


@pytest.mark.parametrize("policy", POLICIES)
def test_resolved_on_the_due_date_is_on_time_to_the_end_of_the_day(policy: str) -> None:
    """A due time of midnight means the whole day, at 766 too (BLDS 2015 Điều 148)."""
    table = {"2024-01-19 23:59": EARLY, "2024-01-20 00:00": ON_THE_DAY, "2024-01-20 23:59": ON_THE_DAY, "2024-01-21 00:00": LATE}
    dossiers = [dossier(due="2024-01-20 00:00", resolved=resolved, field=resolved) for resolved in table]
    assert table == figures_by_field(dossiers, *SPLIT, policy=policy)


def test_a_due_hour_binds_only_where_times_are_compared() -> None:
    by_date = {
        "2024-01-19 17:00": EARLY,
        "2024-01-20 16:29": ON_THE_DAY,
        "2024-01-20 16:30": ON_THE_DAY,
        "2024-01-20 16:31": ON_THE_DAY,
        "2024-01-21 08:00": LATE,
    }
    dossiers = [dossier(due="2024-01-20 16:30", resolved=resolved, field=resolved) for resolved in by_date]
    assert by_date == figures_by_field(dossiers, *SPLIT, policy="report-2024")
    assert by_date == figures_by_field(dossiers, *SPLIT, policy="ii06a")
    assert by_date | {"2024-01-20 16:31": LATE} == figures_by_field(dossiers, *SPLIT, policy="dvcqg-766")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_due_date_on_a_holiday_stands_as_it_was_given(policy: str) -> None:
    """The receipt's date is compared, never a date that we moved: 10/2/2024 is the first day of Tết, 15/2 the first working day after it."""
    dossiers = [dossier(due="2024-02-10", resolved=resolved, field=resolved) for resolved in ("2024-02-10", "2024-02-15")]
    assert figures_by_field(dossiers, *SPLIT, policy=policy) == {"2024-02-10": ON_THE_DAY, "2024-02-15": LATE}


def test_due_before_it_was_received_is_late() -> None:
    assert figures_by_field([dossier("2024-01-10", due="2024-01-09", resolved="2024-01-10")], *SPLIT) == {"unknown": LATE}


@pytest.mark.parametrize(("policy", "expected"), [("report-2024", ON_THE_DAY), ("ii06a", ON_THE_DAY), ("dvcqg-766", NOT_JUDGED)])
def test_no_due_date_is_on_time_or_not_judged(policy: str, expected: tuple[int, ...]) -> None:
    found = figures_by_field([dossier(resolved="2024-01-20")], "resolved", *SPLIT, "on_time_share", "late_share", policy=policy)
    judged = sum(expected)
    assert {"unknown": (1, *expected, (judged, judged), (0, judged))} == found


@pytest.mark.parametrize("policy", POLICIES)
def test_pending_is_late_from_the_day_after_its_due_date_and_never_without_one(policy: str) -> None:
    """The last day of 2024-Q1 is 14/3/2024: what is due on it can still be done in time."""
    table = {"2024-03-13": (1, 1), "2024-03-13 16:30": (1, 1), "2024-03-14": (1, 0), "2024-03-14 08:00": (1, 0), "2024-03-15": (1, 0), "none": (1, 0)}
    dossiers = [dossier(due=None if due == "none" else due, field=due) for due in table]
    assert table == figures_by_field(dossiers, "pending", "pending_late", policy=policy)


@pytest.mark.parametrize(
    ("policy", "overdue", "waiting", "without_due"),
    [("report-2024", (0, 0), (0, 0), (0, 0)), ("ii06a", (0, 0), (0, 0), (0, 0)), ("dvcqg-766", (0, 1), (1, 1), (0, 0))],
)
def test_only_766_has_pending_dossiers_in_the_on_time_share(
    policy: str, overdue: tuple[int, int], waiting: tuple[int, int], without_due: tuple[int, int]
) -> None:
    dossiers = [dossier(due="2024-03-13", field="overdue"), dossier(due="2024-03-14", field="waiting"), dossier(field="without due")]
    expected = {"overdue": (overdue,), "waiting": (waiting,), "without due": (without_due,)}
    assert expected == figures_by_field(dossiers, "on_time_share", policy=policy)


# --- withdrawn and refused


@pytest.mark.parametrize("outcome", ["withdrawn", "refused"])
@pytest.mark.parametrize(
    ("policy", "judged"),
    [
        ("report-2024", {"before": NOT_JUDGED, "on": NOT_JUDGED, "after": NOT_JUDGED, "no due date": NOT_JUDGED}),
        ("ii06a", {"before": ON_THE_DAY, "on": ON_THE_DAY, "after": ON_THE_DAY, "no due date": ON_THE_DAY}),
        ("dvcqg-766", {"before": EARLY, "on": ON_THE_DAY, "after": LATE, "no due date": NOT_JUDGED}),
    ],
)
def test_withdrawn_or_refused_before_and_after_it_was_due(outcome: str, policy: str, judged: dict[str, tuple[int, ...]]) -> None:
    due, days = "2024-01-20", {"before": "2024-01-19", "on": "2024-01-20", "after": "2024-01-21"}
    dossiers = [dossier(due=due, field=case, **{outcome: day}) for case, day in days.items()] + [dossier(field="no due date", **{outcome: due})]
    expected = {case: (*parts, (parts[0] + parts[1], sum(parts))) for case, parts in judged.items()}
    assert expected == figures_by_field(dossiers, *SPLIT, "on_time_share", policy=policy)


@pytest.mark.parametrize(("policy", "resolved"), [("report-2024", 0), ("ii06a", 1), ("dvcqg-766", 1)])
def test_withdrawn_or_refused_is_shown_apart_and_resolved_where_the_policy_says(policy: str, resolved: int) -> None:
    dossiers = [dossier(withdrawn="2024-01-20", field="withdrawn"), dossier(refused="2024-01-20", field="refused")]
    found = figures_by_field(dossiers, "withdrawn", "refused", "resolved", "pending", policy=policy)
    assert {"withdrawn": (1, 0, resolved, 0), "refused": (0, 1, resolved, 0)} == found


@pytest.mark.parametrize("policy", POLICIES)
def test_withdrawn_takes_no_part_in_durations_ratings_and_results(policy: str) -> None:
    withdrawn = dossier(withdrawn="2024-01-20", rating="satisfied", intake_digitised=True, result_digitised=True, field="x")
    asked = ("processing_workdays_median", "satisfied_share", "rated_share", "result_digitised_share", "both_digitised_share")
    assert figures_by_field([withdrawn], *asked, policy=policy) == {"x": ((None, 0), (0, 0), (0, 0), (0, 0), (0, 0))}


# --- the edges of a period


def test_first_and_last_day_of_a_period_are_in() -> None:
    """Carried over, received, pending."""
    table = {"2023-12-14 23:59:59": (1, 0, 1), "2023-12-15 00:00:00": (0, 1, 1), "2024-03-14 23:59:59": (0, 1, 1)}
    dossiers = [dossier(received, field=received) for received in (*table, "2024-03-15 00:00:00")]
    assert table == figures_by_field(dossiers, "carried_over", "received", "pending")


def test_ended_on_the_first_day_of_a_period_was_carried_over_into_it() -> None:
    """The known bug of production systems: such a dossier is resolved in the period, so it must have come into it. Carried over, resolved, pending."""
    table = {"2023-12-15 00:00:00": (1, 1, 0), "2024-03-14 23:59:59": (1, 1, 0), "2024-03-15 00:00:00": (1, 0, 1)}
    dossiers = [dossier("2023-12-10", resolved=end, field=end) for end in ("2023-12-14 23:59:59", *table)]
    assert table == figures_by_field(dossiers, "carried_over", "resolved", "pending")


def test_received_in_one_period_and_ended_in_the_next() -> None:
    crossing = dossier("2024-03-10", resolved="2024-03-20")
    assert flow(crossing, period="2024-Q1") == {"received": 1, "pending": 1}
    assert flow(crossing, period="2024-Q2") == {"carried_over": 1, "resolved": 1}
    assert flow(crossing, period="2024-Q3") == {}


def test_open_through_many_periods_is_carried_over_into_each() -> None:
    found = results(register(dossier("2021-01-04")), "2023-Q3", "2023-Q4", "2024-Q1", metrics=["carried_over", "pending", "received"])
    assert found["value"].tolist() == [1, 1, 1, 1, 1, 1, 0, 0, 0]


def test_a_period_of_one_day() -> None:
    one_day = dossier("2024-02-29 07:00", resolved="2024-02-29 16:00")
    assert flow(one_day, period="2024-02-29..2024-02-29") == {"received": 1, "resolved": 1}
    assert flow(one_day, period="2024-02-28..2024-02-28") == {}
    assert flow(one_day, period="2024-03-01..2024-03-01") == {}


def test_received_and_ended_outside_the_period_counts_nowhere() -> None:
    outside = [dossier("2023-12-01", due="2023-12-05", resolved="2023-12-14"), dossier("2024-03-15", due="2024-03-16", withdrawn="2024-03-18")]
    found = results(register(*outside), "2024-Q1")
    assert found[found["unit"] == COUNT]["value"].eq(0).all()
    assert found[found["unit"] != COUNT]["denominator"].eq(0).all()


# --- the day up to which things are known


def test_an_as_of_date_before_the_periods_end_hides_what_came_after_it() -> None:
    seen = [dossier("2024-02-01", resolved="2024-02-20"), dossier("2024-02-20"), dossier("2024-02-21")]
    assert flow(*seen) == {"received": 3, "resolved": 1, "pending": 2}
    assert flow(*seen, as_of="2024-02-20") == {"received": 2, "resolved": 1, "pending": 1}
    assert flow(*seen, as_of="2024-02-19") == {"received": 1, "pending": 1}


def test_pending_late_is_seen_from_the_as_of_date() -> None:
    due = dossier(due="2024-02-20")
    assert figure("pending_late", due, as_of="2024-02-20") == 0
    assert figure("pending_late", due, as_of="2024-02-21") == 1


def test_an_open_dossier_has_lasted_to_the_end_of_the_as_of_date() -> None:
    """It came on Monday the 8th and is open on Friday the 12th at closing: 5 working days at least, so it is still at risk at 5."""
    ended = dossier("2024-01-02", resolved="2024-01-09")
    assert figure("open_aware_workdays_p90", ended, dossier("2024-01-08"), as_of="2024-01-12") == (None, 2)
    assert figure("open_aware_workdays_p90", ended, dossier("2024-01-08"), as_of="2024-01-11") == (5, 2)


def test_an_as_of_date_after_the_periods_end_changes_nothing() -> None:
    seen = register(dossier("2024-02-01", due="2024-03-14", resolved="2024-03-20"), dossier("2024-03-14", due="2024-03-15"), dossier("2024-03-15"))
    asked = ["received", "pending", "pending_late", "open_aware_workdays_p90"]
    at_the_end, later = (results(seen, "2024-Q1", metrics=asked, as_of=as_of) for as_of in (None, "2026-01-01"))
    assert at_the_end.equals(later)


def test_a_period_may_begin_on_the_as_of_date() -> None:
    assert figure("received", dossier("2023-12-15"), dossier("2023-12-16"), as_of="2023-12-15") == 1


def test_a_period_that_has_not_begun_on_the_as_of_date_is_refused() -> None:
    with pytest.raises(UserError, match=r"Kỳ Quý I/2024 \(15/12/2023–14/3/2024\) chưa bắt đầu tại ngày chốt số liệu 14/12/2023"):
        results(register(dossier()), "2023-Q4", "2024-Q1", as_of="2023-12-14")


# --- nothing to count, nothing known


@pytest.mark.parametrize("policy", POLICIES)
def test_zero_denominators_are_missing_never_0_or_100_percent(policy: str) -> None:
    """An office without a dossier has 0 dossiers and no share, no interval, no duration."""
    found = results(register(dossier("2024-06-01")), "2020-Q1", "2024-Q1", policy=policy)
    counts, rest = found[found["unit"] == COUNT], found[found["unit"] != COUNT]
    assert len(found) == 2 * len(CATALOGUE)
    assert counts["value"].eq(0).all()
    assert rest["denominator"].eq(0).all()
    assert rest[rest["unit"] == SHARE]["numerator"].eq(0).all()
    assert rest[["value", "ci_low", "ci_high"]].isna().all(axis=None)


def test_an_empty_register_has_no_dossiers() -> None:
    found = results(register(), "2024-Q1")
    assert found[found["unit"] == COUNT]["value"].eq(0).all()
    assert found[found["unit"] != COUNT]["value"].isna().all()


def test_a_share_of_unknown_facts_is_missing() -> None:
    shares = ("full_online_share", "intake_digitised_share", "result_digitised_share", "both_digitised_share", "satisfied_share", "online_payment_share")
    found = results(register(dossier(resolved="2024-01-20")), "2024-Q1", metrics=shares)
    assert found["denominator"].eq(0).all()
    assert found["value"].isna().all()


def test_a_group_whose_channel_is_unknown_has_no_online_share() -> None:
    """Broken down by channel, what is not known reads "unknown" and still counts in neither mask."""
    found = results(register(dossier(channel=None), dossier(channel="online")), "2024-Q1", by=("channel",), metrics=["received", "online_share"])
    assert [("online", 1), ("unknown", 1)] == found[found["metric"] == "received"][["channel", "value"]].to_records(index=False).tolist()
    assert [1, 0] == found[found["metric"] == "online_share"]["denominator"].tolist()


@pytest.mark.parametrize(
    ("by", "column"), [("field", "field"), ("procedure", "procedure_code"), ("level", "level"), ("unit", "unit_id"), ("channel", "channel")]
)
def test_an_unknown_category_reads_unknown_never_a_blank(by: str, column: str) -> None:
    """A unit that is not in units.csv keeps its own name, and its level is unknown."""
    found = results(register(dossier(unit="elsewhere"), dossier(field="Tư pháp", procedure_code="1.000001")), "2024-Q1", by=(by,), metrics=["received"])
    expected = {
        "field": {"unknown", "Tư pháp"},
        "procedure": {"unknown", "1.000001"},
        "level": {"unknown", "commune"},
        "unit": {"elsewhere", "xa-long-mai"},
        "channel": {"in_person"},
    }
    assert expected[by] == set(found[column])
    assert found["value"].sum() == 2


def test_a_group_with_nothing_in_a_period_shows_0_and_no_share() -> None:
    seen = register(dossier("2024-01-10", field="Đất đai", channel="online", resolved="2024-01-11"), dossier("2024-04-10", field="Hộ tịch"))
    found = results(seen, "2024-Q1", "2024-Q2", by=("field",), metrics=["received", "online_share", "open_aware_workdays_median"]).set_index(
        ["metric", "period", "field"]
    )
    assert found.loc[("received", "2024-Q1", "Hộ tịch"), "value"] == 0
    assert found.loc[("received", "2024-Q2", "Đất đai"), "value"] == 0
    assert found.loc[("online_share", "2024-Q1", "Đất đai"), "value"] == 1
    assert found.loc[("online_share", "2024-Q2", "Đất đai"), ["numerator", "denominator"]].tolist() == [0, 0]
    assert math.isnan(found.loc[("online_share", "2024-Q2", "Đất đai"), "value"])
    assert math.isnan(found.loc[("open_aware_workdays_median", "2024-Q2", "Đất đai"), "value"])


def test_a_unit_is_the_one_that_resolves() -> None:
    elsewhere = dossier(receiving_unit="xa-thanh-an", resolving_unit="ubnd-huyen-minh-long")
    found = results(register(elsewhere), "2024-Q1", by=("unit", "level"), metrics=["received"])
    assert list(found[["unit_id", "level", "value"]].itertuples(index=False, name=None)) == [("ubnd-huyen-minh-long", "district", 1)]


# --- the results' shape


def test_results_keep_the_order_of_metrics_then_periods_then_groups() -> None:
    seen = register(dossier(field="b"), dossier(field="a"), dossier())
    found = results(seen, "2024-Q2", "2024-Q1", by=("field",), metrics=["pending", "online_share", "carried_over"])
    expected = [
        (metric, period, field)
        for metric in ("pending", "online_share", "carried_over")
        for period in ("2024-Q2", "2024-Q1")
        for field in ("a", "b", "unknown")
    ]
    assert expected == list(found[["metric", "period", "field"]].itertuples(index=False, name=None))
    assert list(found.columns) == ["metric", "period", "field", "numerator", "denominator", "value", "ci_low", "ci_high", "unit"]


def test_a_column_that_is_not_broken_down_by_is_absent() -> None:
    found = results(register(dossier()), "2024-Q1", metrics=["received"])
    assert list(found.columns) == ["metric", "period", "numerator", "denominator", "value", "ci_low", "ci_high", "unit"]


def test_counts_have_a_value_only_and_durations_no_numerator() -> None:
    found = results(register(dossier(resolved="2024-01-20")), "2024-Q1").set_index("metric")
    counts = found[found["unit"] == COUNT]
    assert counts[["numerator", "denominator", "ci_low", "ci_high"]].isna().all(axis=None)
    durations = found[found["unit"].isin(["ngày", "ngày làm việc"])]
    assert len(durations) == 6
    assert durations[["numerator", "ci_low", "ci_high"]].isna().all(axis=None)
    assert durations["denominator"].eq(1).all()


def test_an_unknown_metric_or_group_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UserError, match=r'Không có chỉ số "on_time_shar". Có phải ý bạn là "on_time_share"'):
        results(register(dossier()), "2024-Q1", metrics=["on_time_shar"])
    with pytest.raises(UserError, match=r'Không phân tổ được theo "fields". Có phải ý bạn là "field"'):
        results(register(dossier()), "2024-Q1", by=("fields",))


def test_measuring_changes_no_argument() -> None:
    seen = register(dossier(resolved="2024-01-20"), dossier())
    before = seen.copy(deep=True)
    results(seen, "2024-Q1", by=("field", "level"))
    assert before.equals(seen)


def test_figures_are_numbers_where_nothing_was_received() -> None:
    assert results(register(), "2024-Q1")["value"].dtype.kind == "f"


def test_a_period_asked_for_twice_counts_each_dossier_once() -> None:
    found = results(register(dossier("2023-05-05")), "2024", "2023", "2023", metrics=["received", "online_share"])
    assert set(found[(found["metric"] == "received") & (found["period"] == "2023")]["value"]) == {1}
    assert set(found[(found["metric"] == "online_share") & (found["period"] == "2023")]["denominator"]) == {1}


@pytest.mark.parametrize("asked", [{"metrics": ["processing_workdays_mean", "processing_workdays_mean"]}, {"by": ("field", "field")}])
def test_a_metric_or_a_group_asked_for_twice_is_no_crash(asked: dict[str, Any]) -> None:
    assert len(results(register(dossier()), "2024-Q1", **asked))
