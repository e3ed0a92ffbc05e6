"""The durations by example: value and dossiers of 2024-Q1, by the calendar VN (Tết: 8 to 14/2/2024 off)."""

from typing import Any

import pytest
from dossiers import Spec, cases, dossier, figure, figures_by_field, figures_of_specs

MONDAY, NEXT_DAY, WEDNESDAY, FRIDAY = "2024-01-08", "2024-01-09", "2024-01-10", "2024-01-12"
TWO_WEEKS_LATER = "2024-01-22"
# 1, 2, 4 and 10 working days (1, 2, 4 and 14 days), and what is not of them: withdrawn, refused, open, ended later, ended before
FINISHED = [dossier(MONDAY, resolved=end) for end in (NEXT_DAY, WEDNESDAY, FRIDAY, TWO_WEEKS_LATER)]
NOT_FINISHED = [dossier(MONDAY, withdrawn="2024-03-01"), dossier(MONDAY, refused="2024-03-01"), dossier(MONDAY), dossier(MONDAY, resolved="2024-03-15")]
OUTSIDE = [dossier("2023-12-01", resolved="2023-12-14"), dossier("2024-03-15", resolved="2024-03-20")]
# ten Mondays' dossiers that took 1 to 10 working days
ONE_TO_TEN = [dossier(MONDAY, resolved=f"2024-01-{day:02d}") for day in (9, 10, 11, 12, 15, 16, 17, 18, 19, 22)]

SPECS = [
    Spec("processing_workdays_median", "is halfway between the middle two of what the office finished", [*FINISHED, *NOT_FINISHED, *OUTSIDE], (3.0, 4)),
    Spec("processing_workdays_median", "runs from before the period where the dossier did", [dossier("2023-12-11", resolved="2023-12-18")], (5.0, 1)),
    Spec("processing_workdays_p90", "interpolates between order statistics", [*FINISHED, *NOT_FINISHED, *OUTSIDE], (8.2, 4)),
    Spec("processing_workdays_mean", "is the sum over the number", [*FINISHED, *NOT_FINISHED, *OUTSIDE], (4.25, 4)),
    Spec("processing_workdays_mean", "leaves out Tết", [dossier("2024-02-07", resolved="2024-02-15")], (1.0, 1)),
    Spec("processing_workdays_mean", "leaves out the days that the clock stood still", [dossier(MONDAY, resolved=FRIDAY, paused_days=3)], (1.0, 1)),
    Spec("processing_days_median", "counts calendar days between the dates, weekends, holidays and pauses in", [*FINISHED, *NOT_FINISHED, *OUTSIDE], (3.0, 4)),
    Spec("processing_days_median", "counts dates, not hours", [dossier("2024-02-07 23:00", resolved="2024-02-15 01:00", paused_days=2)], (8.0, 1)),
    Spec(
        "open_aware_workdays_median",
        "waits for half of all that came, open ones too",
        # finished after 1, 3, 5, 5 working days, one open: of five, 4/5, 3/5, 1/5 are unfinished then
        [*(dossier(MONDAY, resolved=end) for end in (NEXT_DAY, "2024-01-11", "2024-01-15", "2024-01-15")), dossier(MONDAY)],
        (5.0, 5),
    ),
    Spec(
        "open_aware_workdays_median",
        "takes a withdrawn dossier as at least that long, neither finished then nor absent",
        [dossier(MONDAY, resolved=NEXT_DAY), dossier(MONDAY, withdrawn=WEDNESDAY), dossier(MONDAY, resolved="2024-01-11")],
        (3.0, 3),
    ),
    Spec(
        "open_aware_workdays_median",
        "is of what came in the period",
        [dossier("2023-12-14", resolved="2024-03-01"), dossier(MONDAY, resolved=FRIDAY)],
        (4.0, 1),
    ),
    Spec("open_aware_workdays_median", "is missing where fewer than half are known to have finished", [*FINISHED, *NOT_FINISHED, dossier(MONDAY)], (None, 9)),
    Spec("open_aware_workdays_p90", "is the day by which nine of ten have finished", ONE_TO_TEN, (9.0, 10)),
    Spec("open_aware_workdays_p90", "is missing where the tenth part is still open", [*FINISHED, dossier(MONDAY)], (None, 5)),
    # the open one has lasted [14/3, 15/3) = 1 working day, so it is still at risk when the other ends after 1
    Spec(
        "open_aware_workdays_p90", "counts the last day for an open dossier", [dossier("2024-03-13", resolved="2024-03-14"), dossier("2024-03-14")], (None, 2)
    ),
]


Figures = dict[tuple[Spec, str], Any]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of_specs(SPECS)


@cases(SPECS)
def test_duration(figures: Figures, spec: Spec, policy: str, expected: tuple[float | None, int]) -> None:
    value, dossiers = figures[spec, policy]
    assert pytest.approx(expected[0]) == value
    assert expected[1] == dossiers


def test_working_days_from_reception_to_end() -> None:
    table = {
        "the same day": ("2024-01-08 07:30", "2024-01-08 16:30", 0),
        "Friday to Monday": ("2024-01-12", "2024-01-15", 1),
        "received on Saturday, ended on Monday": ("2024-01-13", "2024-01-15", 0),
        "received on Saturday, ended on Tuesday": ("2024-01-13", "2024-01-16", 1),
        "received on Friday, ended on Saturday": ("2024-01-12", "2024-01-13", 1),
        "over New Year's Day, a Monday": ("2023-12-29", "2024-01-02", 1),
        "inside Tết": ("2024-02-10", "2024-02-14", 0),
        "received in Tết, ended on the second day after it": ("2024-02-08", "2024-02-16", 1),
    }
    dossiers = [dossier(received, resolved=resolved, field=case) for case, (received, resolved, _) in table.items()]
    assert {case: ((days, 1),) for case, (_, _, days) in table.items()} == figures_by_field(dossiers, "processing_workdays_median")


def test_paused_days_never_bring_a_duration_below_zero() -> None:
    assert figure("processing_workdays_mean", dossier(MONDAY, resolved=FRIDAY, paused_days=5)) == (0, 1)
    assert figure("open_aware_workdays_median", dossier(MONDAY, resolved=FRIDAY, paused_days=99)) == (0, 1)


def test_a_day_worked_for_another_counts() -> None:
    saturday_worked = dossier("2024-05-03", resolved="2024-05-06")
    assert figure("processing_workdays_median", saturday_worked, period="2024-Q2") == (2, 1)
    assert figure("processing_workdays_median", saturday_worked, period="2024-Q2", calendar="weekdays") == (1, 1)


def test_weekdays_calendar_knows_no_holiday() -> None:
    assert figure("processing_workdays_median", dossier("2024-02-07", resolved="2024-02-15"), calendar="weekdays") == (6, 1)
