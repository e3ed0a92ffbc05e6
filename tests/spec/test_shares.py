"""The shares by example: numerator and denominator of 2024-Q1 (15/12/2023 to 14/3/2024)."""

from typing import Any

import pandas as pd
import pytest
from dossiers import Spec, cases, dossier, figures_of_specs
from test_counts import BESIDE_THEM, ENDED, IN_ONE_MINUTE, PENDING, RATED, RATED_BUT_NOT_RESOLVED

END = "2024-01-20"
CAME_BEFORE, CAME_AFTER = "2023-12-14", "2024-03-15"

SPECS = [
    Spec(
        "on_time_share",
        "divides by the resolved, at 766 also by the pending that have a due date",
        [*ENDED, *PENDING],
        # 766: early and on the day of three outcomes and 2 pending in time; 9 ended with a due date and 3 pending with one
        {"report-2024": (3, 4), "ii06a": (11, 12), "dvcqg-766": (8, 12)},
    ),
    Spec("early_share", "divides by the resolved that can be judged", [*ENDED, *PENDING], {"report-2024": (1, 4), "ii06a": (1, 12), "dvcqg-766": (3, 9)}),
    Spec("late_share", "divides by the resolved that can be judged", [*ENDED, *PENDING], {"report-2024": (1, 4), "ii06a": (1, 12), "dvcqg-766": (3, 9)}),
    Spec(
        "online_share",
        "divides by what came in the period, not by what was carried over",
        [
            dossier(channel="online"),
            dossier(channel="in_person"),
            dossier(channel="post"),
            dossier(channel="other"),
            dossier(CAME_BEFORE, channel="online"),
            dossier(CAME_AFTER, channel="online"),
        ],
        (1, 4),
    ),
    Spec(
        "online_share",
        "divides by what is known to have come online or not",
        [dossier(channel="online"), dossier(channel="post"), dossier(channel=None)],
        (1, 2),
    ),
    Spec(
        "full_online_share",
        "divides by the received whose channel and service level are known",
        [
            dossier(channel=None, service_level="full"),
            dossier(channel="online", service_level="full"),
            dossier(channel="online", service_level="partial"),
            dossier(channel="online", service_level="none"),
            dossier(channel="online"),
            dossier(channel="in_person", service_level="full"),
            dossier(channel="in_person"),
            dossier(CAME_BEFORE, channel="online", service_level="full"),
        ],
        (1, 4),
    ),
    Spec(
        "intake_digitised_share",
        "divides by the received for which it is known, ended or not",
        [
            dossier(intake_digitised=True),
            dossier(intake_digitised=True, withdrawn=END),
            dossier(intake_digitised=False),
            dossier(),
            dossier(CAME_BEFORE, intake_digitised=True),
        ],
        (2, 3),
    ),
    Spec(
        "result_digitised_share",
        "divides by what the office finished and for which it is known",
        [
            dossier(resolved=END, result_digitised=True),
            dossier(CAME_BEFORE, resolved=END, result_digitised=True),
            dossier(resolved=END, result_digitised=False),
            dossier(resolved=END),
            dossier(withdrawn=END, result_digitised=False),
            dossier(refused=END, result_digitised=True),
            dossier(resolved=CAME_AFTER, result_digitised=True),
        ],
        (2, 3),
    ),
    Spec(
        "both_digitised_share",
        "divides by the finished for which both are known",
        [
            dossier(resolved=END, intake_digitised=True, result_digitised=True),
            dossier(resolved=END, intake_digitised=True, result_digitised=False),
            dossier(resolved=END, intake_digitised=False, result_digitised=True),
            dossier(resolved=END, intake_digitised=False, result_digitised=False),
            dossier(resolved=END, intake_digitised=True),
            dossier(resolved=END, result_digitised=True),
            dossier(intake_digitised=True, result_digitised=True),
            dossier(withdrawn=END, intake_digitised=True, result_digitised=True),
        ],
        (1, 4),
    ),
    Spec("satisfied_share", "counts satisfied and very satisfied among the rated", [*RATED, *RATED_BUT_NOT_RESOLVED], (5, 6)),
    Spec("rated_share", "divides by what the office finished", [*RATED, *RATED_BUT_NOT_RESOLVED], (6, 7)),
    Spec(
        "online_payment_share",
        "divides by the received for which payment is known",
        [
            dossier(online_payment=True),
            dossier(online_payment=False),
            dossier(online_payment=False, withdrawn=END),
            dossier(),
            dossier(CAME_BEFORE, online_payment=True),
        ],
        (1, 3),
    ),
    Spec(
        "due_known_share",
        "divides by what came in the period",
        [dossier(due=END), dossier(due=END, resolved=END), dossier(), dossier(CAME_BEFORE, due=END)],
        (2, 3),
    ),
    Spec(
        "late_on_system_only_share",
        "divides by the late whose return on paper is known",
        [
            dossier(due=END, resolved="2024-01-25", returned_at=pd.Timestamp(END)),
            dossier(due=END, resolved="2024-01-25", returned_at=pd.Timestamp("2024-01-25")),
            dossier(due=END, resolved="2024-01-25"),
            dossier(due=END, resolved=END, returned_at=pd.Timestamp(END)),
        ],
        (1, 2),
    ),
    Spec(
        "closed_in_bulk_share",
        "divides by what ended at a known time of day in a known unit",
        [*IN_ONE_MINUTE, *BESIDE_THEM, *(dossier(resolved=END) for _ in range(9)), *(dossier(resolved=f"{END} 08:00", unit=None) for _ in range(5)), *PENDING],
        (5, 7),
    ),
]


Figures = dict[tuple[Spec, str], Any]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return figures_of_specs(SPECS)


@cases(SPECS)
def test_share(figures: Figures, spec: Spec, policy: str, expected: tuple[int, int]) -> None:
    assert expected == figures[spec, policy]
