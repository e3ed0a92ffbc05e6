"""The counts of II.06a and the report, by example. The period is 2024-Q1: 15/12/2023 to 14/3/2024, both days in."""

from typing import Any

import pandas as pd
import pytest
from dossiers import Spec, cases, dossier, figures_of_specs, register, results

DUE = "2024-01-20"
BEFORE_DUE, AFTER_DUE = "2024-01-19", "2024-01-21"
RESOLVED = [dossier(due=DUE, resolved=BEFORE_DUE), dossier(due=DUE, resolved=DUE), dossier(due=DUE, resolved=AFTER_DUE), dossier(resolved=DUE)]
WITHDRAWN = [dossier(due=DUE, withdrawn=BEFORE_DUE), dossier(due=DUE, withdrawn=DUE), dossier(due=DUE, withdrawn=AFTER_DUE), dossier(withdrawn=DUE)]
REFUSED = [dossier(due=DUE, refused=BEFORE_DUE), dossier(due=DUE, refused=DUE), dossier(due=DUE, refused=AFTER_DUE), dossier(refused=DUE)]
ENDED = [*RESOLVED, *WITHDRAWN, *REFUSED]
PENDING = [dossier(due="2024-03-13"), dossier(due="2024-03-14"), dossier(due="2024-03-15"), dossier()]
RATED = [
    *(dossier(resolved=DUE, rating=rating) for rating in ("very_satisfied", "very_satisfied", "very_satisfied", "satisfied", "satisfied", "dissatisfied")),
    dossier(resolved=DUE),
]
# five of one unit in one minute, and what is not of them: a minute later, another unit
IN_ONE_MINUTE = [dossier(**{how: f"2024-01-22 16:50:{second:02d}"}) for second, how in enumerate(("resolved", "resolved", "resolved", "withdrawn", "refused"))]
BESIDE_THEM = [dossier(resolved="2024-01-22 16:51"), dossier(resolved="2024-01-22 16:50", unit="xa-long-mon")]
RATED_BUT_NOT_RESOLVED = [dossier(withdrawn=DUE, rating=rating) for rating in ("very_satisfied", "satisfied", "dissatisfied")]

SPECS = [
    Spec(
        "received",
        "counts from the first to the last day of the period, both in",
        [dossier("2023-12-14 23:59"), dossier("2023-12-15 00:00"), dossier("2024-02-01"), dossier("2024-03-14 23:59"), dossier("2024-03-15 00:00")],
        3,
    ),
    Spec("received", "counts a dossier whatever became of it", [*ENDED, *PENDING], 16),
    Spec(
        "carried_over",
        "counts what came before the first day and had not ended before it",
        [
            dossier("2023-12-14"),
            dossier("2023-12-14", resolved="2023-12-14"),
            dossier("2023-12-14", resolved="2023-12-15"),
            dossier("2023-12-14", withdrawn="2024-06-01"),
            dossier("2023-12-15"),
        ],
        3,
    ),
    Spec(
        "received_total",
        "is carried over and received together",
        [dossier("2023-12-14"), dossier("2023-12-15"), dossier("2024-03-14"), dossier("2024-03-15"), dossier("2023-12-01", resolved="2023-12-14")],
        3,
    ),
    Spec(
        "resolved",
        "holds withdrawn and refused dossiers except in the report of 2024",
        [*ENDED, *PENDING],
        {"report-2024": 4, "ii06a": 12, "dvcqg-766": 12},
    ),
    Spec(
        "resolved",
        "counts what ended in the period, whenever it came",
        [
            dossier("2023-12-01", resolved="2023-12-14"),
            dossier("2023-12-01", resolved="2023-12-15"),
            dossier("2024-03-14", resolved="2024-03-14"),
            dossier("2024-03-14", resolved="2024-03-15"),
        ],
        2,
    ),
    Spec(
        "resolved_early",
        "counts ends before the due date; II.06a has its withdrawn dossiers in column 9",
        ENDED,
        {"report-2024": 1, "ii06a": 1, "dvcqg-766": 3},
    ),
    Spec(
        "resolved_on_due_date",
        "counts ends on the due date, with no due date and with withdrawn ones as the policy says",
        ENDED,
        {"report-2024": 2, "ii06a": 10, "dvcqg-766": 3},
    ),
    Spec(
        "resolved_late", "counts ends after the due date; only 766 judges a withdrawn dossier by its end", ENDED, {"report-2024": 1, "ii06a": 1, "dvcqg-766": 3}
    ),
    Spec("withdrawn", "counts what citizens withdrew in the period", [*ENDED, *PENDING, dossier(withdrawn="2024-03-15")], 4),
    Spec("refused", "counts what the office sent back in the period", [*ENDED, *PENDING, dossier(refused="2024-03-15"), dossier(refused="2024-03-14")], 5),
    Spec(
        "pending", "counts what had not ended by the end of the last day", [*ENDED, *PENDING, dossier(resolved="2024-03-14"), dossier(resolved="2024-03-15")], 5
    ),
    Spec("pending", "does not count what came after the period", [dossier("2024-03-14"), dossier("2024-03-15")], 1),
    Spec("pending_late", "counts a due date before the last day, never one on it, after it, or none", PENDING, 1),
    Spec("pending_late", "does not count what ended in the period, however late", ENDED, 0),
    Spec("rated_very_satisfied", "counts resolved dossiers with this rating", [*RATED, *RATED_BUT_NOT_RESOLVED], 3),
    Spec("rated_satisfied", "counts resolved dossiers with this rating, not the very satisfied", [*RATED, *RATED_BUT_NOT_RESOLVED], 2),
    Spec("rated_dissatisfied", "counts resolved dossiers with this rating", [*RATED, *RATED_BUT_NOT_RESOLVED], 1),
    Spec(
        "due_before_received",
        "compares days, and only of what came in the period",
        [
            dossier("2024-01-10 14:00", due="2024-01-09 17:00"),
            dossier("2024-01-10 14:00", due="2024-01-10 08:00"),
            dossier("2024-01-10", due="2024-01-11"),
            dossier("2024-01-10"),
            dossier("2023-12-14", due="2023-12-01"),
        ],
        1,
    ),
    Spec(
        "received_on_day_off",
        "counts weekends and holidays of the calendar, not a weekend day that is worked",
        # Saturday, Sunday, New Year, the second day of Tết; a Monday; Saturday the 4th of May 2024 is worked, and after the period
        [*(dossier(day) for day in ("2024-01-13 09:00", "2024-01-14", "2024-01-01", "2024-02-09")), dossier("2024-01-15"), dossier("2023-12-09")],
        4,
    ),
    Spec(
        "late_on_system_only",
        "counts what was late on the system and returned on paper by the due date",
        [
            dossier(due=DUE, resolved=AFTER_DUE, returned_at=pd.Timestamp(BEFORE_DUE)),
            dossier(due=DUE, resolved=AFTER_DUE, returned_at=pd.Timestamp(f"{DUE} 16:00")),
            dossier(due=DUE, resolved=AFTER_DUE, returned_at=pd.Timestamp(AFTER_DUE)),
            dossier(due=DUE, resolved=AFTER_DUE),
            dossier(due=DUE, resolved=DUE, returned_at=pd.Timestamp(BEFORE_DUE)),
            dossier(due=DUE, resolved="2024-03-15", returned_at=pd.Timestamp(BEFORE_DUE)),
            dossier(resolved=AFTER_DUE, returned_at=pd.Timestamp(BEFORE_DUE)),
        ],
        2,
    ),
    Spec(
        "late_on_system_only",
        "compares the paper's return as the policy compares the end",
        [
            dossier(due=f"{DUE} 10:00", resolved=f"{DUE} 11:00", returned_at=pd.Timestamp(f"{DUE} 09:00")),
            dossier(due=f"{DUE} 10:00", resolved=AFTER_DUE, returned_at=pd.Timestamp(f"{DUE} 11:00")),
        ],
        {"report-2024": 1, "ii06a": 1, "dvcqg-766": 1},
    ),
    Spec(
        "late_on_system_only",
        "takes what the policy calls late",
        [dossier(due=f"{DUE} 10:00", resolved=f"{DUE} 11:00", returned_at=pd.Timestamp(f"{DUE} 09:00"))],
        {"report-2024": 0, "ii06a": 0, "dvcqg-766": 1},
    ),
    Spec("closed_in_bulk", "counts five that one unit ended in one minute, however they ended", [*IN_ONE_MINUTE, *BESIDE_THEM], 5),
    Spec("closed_in_bulk", "does not count four", [dossier(resolved="2024-01-23 16:50") for _ in range(4)], 0),
    Spec("closed_in_bulk", "does not count ends that are dates without a time of day", [dossier(resolved="2024-01-22") for _ in range(9)], 0),
    Spec(
        "closed_in_bulk_at_period_end",
        "counts the last three working days of the period",
        # 14/3/2024 is a Thursday: the three are from Tuesday the 12th on
        [dossier(resolved=f"2024-03-{day} 16:50") for day in ("11", "12", "14", "15") for _ in range(5)],
        10,
    ),
]


Figures = dict[tuple[Spec, str], Any]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of_specs(SPECS)


@cases(SPECS)
def test_count(figures: Figures, spec: Spec, policy: str, expected: int) -> None:
    assert expected == figures[spec, policy]


def test_a_count_goes_by_the_kind_of_its_period() -> None:
    periods = {"2024-Q1": 2, "2024-Q1@calendar": 1, "2024-01": 1, "2024-01@calendar": 0, "2024-03-01..2024-03-14": 1}
    found = results(register(dossier("2023-12-31"), dossier("2024-03-14")), *periods, metrics=["received"])
    assert periods == dict(zip(found["period"], found["value"], strict=True))
