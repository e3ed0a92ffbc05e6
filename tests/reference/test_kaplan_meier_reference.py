"""The share not yet finished, against the textbook's: remission of 21 patients on 6-MP, Freireich et al. (1963), Blood 21:699-716.

The estimate is printed in Collett, Modelling Survival Data in Medical Research, and in Kleinbaum & Klein, Survival Analysis, table 2.2.
"""

import pandas as pd
import pytest

from tthc_analysis.metrics.survival import open_aware_quantiles, share_unfinished

ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
STILL_OPEN = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


@pytest.fixture
def counted() -> pd.DataFrame:
    rows = pd.DataFrame({"days": ENDED + STILL_OPEN, "ended": [1] * len(ENDED) + [0] * len(STILL_OPEN)}).assign(group="6-MP")
    return rows.groupby(["group", "days"], as_index=False).agg(n=("ended", "size"), ended=("ended", "sum"))


def test_the_estimate_is_the_printed_one(counted):
    estimate = dict(zip(counted["days"], share_unfinished(counted, ["group"]), strict=True))
    assert {day: pytest.approx(share, abs=6e-4) for day, share in PRINTED.items()} == {day: estimate[day] for day in PRINTED}


def test_the_median_is_the_printed_one(counted):
    assert [23.0] == open_aware_quantiles(counted, ["group"], "days", {"median": 0.5})["median"].tolist()


def test_what_nine_in_ten_never_reach_is_missing(counted):
    assert open_aware_quantiles(counted, ["group"], "days", {"p90": 0.9})["p90"].isna().all()
