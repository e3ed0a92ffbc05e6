"""The legal clock by example: time used and allowed, due dates against the calendar, what is left. Period 2024-Q1, calendar VN (Tết: 8 to 14/2/2024)."""

from typing import Any

import pytest
from dossiers import Spec, cases, dossier, figure_of, figures_of_specs, register, results

from tthc_analysis.metrics.clock import AGE_BANDS, LATE_BANDS, LEFT_BANDS, NO_DUE_DATE
from tthc_analysis.reference.procedures import TimeLimit

MONDAY, FRIDAY, NEXT_MONDAY, NEXT_TUESDAY = "2024-01-08 10:00", "2024-01-12", "2024-01-15", "2024-01-16"
FIVE_WORKDAYS, TEN_DAYS, EIGHT_HOURS = TimeLimit("", 5, "workday"), TimeLimit("", 10, "day"), TimeLimit("", 8, "hour")
# with 10 working days: used 1, 2, 5, 12 of them
USED = [dossier(MONDAY, due="2024-01-22", resolved=end) for end in ("2024-01-09", "2024-01-10", NEXT_MONDAY, "2024-01-24")]
# what says nothing of time used: no due date, due on the day it came, not finished
SILENT = [
    dossier(MONDAY, resolved=FRIDAY),
    dossier(MONDAY, due="2024-01-08", resolved="2024-01-08"),
    dossier(MONDAY, due=FRIDAY, withdrawn=FRIDAY),
    dossier(MONDAY, due=FRIDAY),
]
# the last known day is Thursday 14/3: due then, in 1, 5 (21/3) and 6 working days, and late
WAITING = [dossier("2024-03-01", due=due) for due in ("2024-03-14", "2024-03-15", "2024-03-21", "2024-03-22", "2024-03-13")]
ON_PAPER = [dossier(channel=channel, intake_digitised=done) for channel in ("in_person", "post") for done in (True, True, False, None)]
BY_WIRE = [dossier(channel="online", intake_digitised=done) for done in (True, True, True, False, None)]

SPECS = [
    Spec("time_used_median", "is the share of the promised working days that was used", [*USED, *SILENT], (35.0, 4)),
    Spec("time_used_p90", "interpolates, and may pass 100", [*USED, *SILENT], (pytest.approx(99.0), 4)),
    Spec(
        "time_used_median",
        "takes the procedure's limit before the due date",
        [dossier(MONDAY, due="2024-01-22", resolved=NEXT_MONDAY)],
        (100.0, 1),
        FIVE_WORKDAYS,
    ),
    Spec(
        "time_used_median", "takes the pause out of both", [dossier(MONDAY, due="2024-01-22", resolved=NEXT_MONDAY, paused_days=3)], (pytest.approx(200 / 7), 1)
    ),
    Spec("time_used_median", "counts calendar days where the limit does", [dossier(MONDAY, due="2024-01-18", resolved="2024-01-13")], (50.0, 1), TEN_DAYS),
    Spec(
        "time_used_median", "counts hours where the limit does", [dossier(MONDAY, due="2024-01-08 18:00", resolved="2024-01-08 14:00")], (50.0, 1), EIGHT_HOURS
    ),
    Spec(
        "processing_hours_median",
        "runs by the clock and stands still on days off",
        [dossier("2024-01-12 16:00", resolved="2024-01-15 09:00"), dossier(MONDAY, resolved="2024-01-08 12:00"), dossier(MONDAY, resolved=FRIDAY)],
        (9.5, 2),
    ),
    Spec("pending_due_soon", "counts what is in time and due within five working days of the last known day", [*WAITING, dossier("2024-03-01")], 3),
    Spec("due_on_day_off", "counts due dates on days without work", [dossier(due=due) for due in ("2024-01-13", "2024-02-09", FRIDAY)], 2),
    Spec(
        "due_off_calendar_share",
        "compares with the limit in working days",
        [*(dossier(MONDAY, due=due) for due in (FRIDAY, NEXT_MONDAY, NEXT_TUESDAY)), dossier(MONDAY)],
        (2, 3),
        FIVE_WORKDAYS,
    ),
    Spec(
        "due_off_calendar_share",
        "lets what came late in the day, on a day off or at no known hour begin a working day later",
        [
            *(dossier(f"2024-01-08 {hour}", due=NEXT_TUESDAY) for hour in ("14:59", "15:00", "00:00")),
            *(dossier("2024-01-06 10:00", due=due) for due in (NEXT_MONDAY, NEXT_TUESDAY)),
        ],
        (1, 5),
        FIVE_WORKDAYS,
    ),
    Spec(
        "due_off_calendar_share",
        "takes the due date with the pause or without, nothing between",
        [dossier(MONDAY, due=due, paused_days=2) for due in (NEXT_MONDAY, NEXT_TUESDAY, "2024-01-17")],
        (1, 3),
        FIVE_WORKDAYS,
    ),
    Spec(
        "due_off_calendar_share",
        "moves a last calendar day off to the next working day",
        # ten days from 27/1 end on Tuesday 6/2, from 30/1 in Tết: the next working day is Thursday 15/2
        [dossier("2024-01-27 10:00", due="2024-02-06"), *(dossier("2024-01-30 10:00", due=due) for due in ("2024-02-09", "2024-02-15"))],
        (1, 3),
        TEN_DAYS,
    ),
    Spec("intake_born_digital_share", "counts what was digital when it came, of all known", [*ON_PAPER, *BY_WIRE], (3, 10)),
    Spec("paper_scanned_share", "counts what was scanned, of what came on paper", [*ON_PAPER, *BY_WIRE], (4, 6)),
    Spec(
        "partial_of_online_share",
        "divides by what came online",
        [dossier(channel=channel, service_level=level) for channel in ("online", "in_person") for level in ("full", "full", "partial", None)],
        (1, 3),
    ),
]
Figures = dict[tuple[Spec, str], Any]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of_specs(SPECS)


@cases(SPECS)
def test_clock(figures: Figures, spec: Spec, policy: str, expected: Any) -> None:
    assert expected == figures[spec, policy]


def bands(by: str, *dossiers: Any, **asked: Any) -> dict[str, float]:
    found = results(register(*dossiers), "2024-Q1", metrics=["pending"], by=(by,), **asked)
    return dict(zip(found.iloc[:, 2], found["value"], strict=True))


def test_the_backlog_by_time_left() -> None:
    """From 14/3/2024, a Thursday: 21/3 is five working days off, 28/3 ten; 7/3 lies five back, 14/2 and the days of Tết more."""
    due = ["2024-02-07", "2024-03-06", "2024-03-07", "2024-03-13", "2024-03-14", "2024-03-21", "2024-03-22", "2024-03-28", "2024-03-29", None]
    found = bands("left", *(dossier("2024-01-02", due=day) for day in due), dossier("2024-01-02", due="2024-03-01", resolved="2024-03-01"))
    assert {"late-21+": 1, "late-6-20": 1, "late-0-5": 2, "left-0-5": 2, "left-6-10": 2, "left-11+": 1, NO_DUE_DATE: 1} == found


def test_a_dossier_due_on_a_day_off_before_the_last_day_is_late_by_no_working_day() -> None:
    assert {"late-0-5": 1} == bands("left", dossier("2024-03-01", due="2024-03-09"), as_of="2024-03-10")


def test_the_backlog_by_age() -> None:
    """To the end of 14/3/2024: received on 7/3 six working days, on 14/3 one."""
    received = ["2024-03-14", "2024-03-08", "2024-03-07", "2024-03-01", "2024-02-29", "2024-02-16", "2024-02-07", "2023-11-01"]
    assert {"0-5": 2, "6-10": 2, "11-20": 2, "21-60": 1, "61+": 1} == bands("age", *(dossier(day) for day in received))


def test_every_band_is_one_that_has_a_name() -> None:
    received = [f"2023-{month:02d}-{day:02d}" for month in (9, 11, 12) for day in range(1, 29)]
    due = [None, *(f"2024-{month:02d}-{day:02d}" for month in (1, 2, 3, 4) for day in range(1, 29, 2))]
    dossiers = [dossier(one, due=due[number % len(due)]) for number, one in enumerate(received)]
    assert bands("age", *dossiers).keys() <= AGE_BANDS.keys()
    assert bands("left", *dossiers).keys() <= {*LATE_BANDS, *LEFT_BANDS, NO_DUE_DATE}
    assert [len(received)] * 2 == [sum(bands(by, *dossiers).values()) for by in ("age", "left")]


def test_procedures_are_kept_apart_by_their_clock_on_the_day_of_reception() -> None:
    limits = [
        TimeLimit("1.000001", 5, "workday", valid_to=TimeLimit("", 1, "day").valid_from.replace(year=2023, month=12, day=31)),
        TimeLimit("1.000001", 8, "hour", valid_from=TimeLimit("", 1, "day").valid_from.replace(year=2024)),
        TimeLimit("1.000002", 10, "day"),
    ]
    cases_ = [("1.000001", "2023-12-20"), ("1.000001", "2024-01-10"), ("1.000002", "2024-01-10"), ("1.000003", "2024-01-10"), (None, "2024-01-10")]
    frame = register(*(dossier(day, procedure_code=code) for code, day in cases_))
    found = results(frame, "2024-Q1", metrics=["received"], by=("clock",), limits=limits)
    assert {"workday": 1, "hour": 1, "day": 1, "unknown": 2} == {row["clock"]: figure_of(row) for row in found.to_dict("records")}
