"""The real permit log as a dirty export: the same dossiers, the same figures as the clean log's, and an account of exactly the dirt mixed in.

The data stay where they are (their licence is not stated), so the test runs only where the folder lies beside the project.
"""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dossiers import results

from tthc_analysis.register.intake import Account, import_exports, read_exports
from tthc_analysis.register.profiles import read_profile

HERE = Path(__file__).parent
DATA = HERE.parents[2] / "shared" / "realdata"
LOG, MESSY, DIRT, EXPECTED = (DATA / f"receipt_wabo{ending}" for ending in (".csv", "_messy.xlsx", "_messy.dirt.json", ".expected.json"))
QUARTERS = ("2010-Q4", "2011-Q1", "2011-Q2", "2011-Q3", "2011-Q4", "2012-Q1")
SNAPSHOT = "2012-01-23"
ALL_TIME = f"2010-10-01..{SNAPSHOT}"
CHANNELS = {"online": "online", "in_person": "in_person", "post": "post", "email": "other", "internal": "other"}
KINDS = {
    "dòng trên bảng": "titles_above_header",
    "tiêu đề lặp lại": "repeated_header",
    "dòng đánh số cột": "number_row",
    "dòng tổng": "totals",
    "chân trang": "footer",
}

pytestmark = pytest.mark.skipif(not MESSY.is_file(), reason=f"the permit log is not beside the project: no {MESSY}")


@pytest.fixture(scope="module")
def imported() -> tuple[pd.DataFrame, Account]:
    return read_exports([MESSY], read_profile(str(HERE / "wabo-messy.yaml")))


@pytest.fixture(scope="module")
def frame(imported: tuple[pd.DataFrame, Account]) -> pd.DataFrame:
    return imported[0]


@pytest.fixture(scope="module")
def clean() -> pd.DataFrame:
    """The clean log through its own profile."""
    return read_exports([LOG], read_profile(str(HERE / "wabo.yaml")))[0]


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    return json.loads(EXPECTED.read_text("utf-8"))


@pytest.fixture(scope="module")
def dirt() -> dict[str, Any]:
    return json.loads(DIRT.read_text("utf-8"))


def measured(frame: pd.DataFrame, *periods: str, **asked: Any) -> pd.DataFrame:
    """Measure by Monday to Friday, as known on the day of the snapshot."""
    found = results(frame, *periods, calendar="weekdays", as_of=SNAPSHOT, **asked)
    return found.assign(period=found["period"].str.removesuffix("@calendar"))


@pytest.fixture(scope="module")
def quarters(frame: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """Every metric of every calendar quarter: rows by (metric, quarter)."""
    found = measured(frame, *(f"{quarter}@calendar" for quarter in QUARTERS))
    return {(row.metric, row.period): row for row in found.itertuples()}


# The account


def test_exactly_the_dossiers_of_the_log_come_back(imported: tuple[pd.DataFrame, Account], clean: pd.DataFrame) -> None:
    frame, account = imported
    assert (1434, 1434, 0, 0) == (len(frame), account.accepted, account.rejected, account.superseded)
    assert set(clean["dossier_id"]) == set(frame["dossier_id"])


def test_the_account_is_the_dirt_kind_by_kind(imported: tuple[pd.DataFrame, Account], dirt: dict[str, Any]) -> None:
    account, rows = imported[1], dirt["rows"]
    counted = {kind: rows[name] for kind, name in KINDS.items()} | {"tiêu đề bảng": 1, "dòng trống": rows["blank"] + rows["blank_but_with_spaces"]}
    assert Counter(counted) == account.not_dossiers
    assert (rows["exact_duplicates"], True) == (account.duplicates, account.balances)
    assert sum(dirt["rows"].values()) + 1 == account.read


def test_no_row_of_dirt_is_the_source_of_a_dossier(frame: pd.DataFrame, dirt: dict[str, Any]) -> None:
    no_dossiers = {row for kind, rows in dirt["excel_rows"].items() if kind != "duplicate" for row in rows}
    assert set() == no_dossiers & set(frame["source_row"])
    assert [8, 1466] == [frame["source_row"].min(), frame["source_row"].max()]


def test_the_total_printed_below_the_table_counts_the_duplicates_too(imported: tuple[pd.DataFrame, Account], dirt: dict[str, Any]) -> None:
    account = imported[1]
    assert dirt["totals_row_says"] == account.accepted + account.duplicates


def test_the_import_leaves_nothing_to_mend(tmp_path: Path) -> None:
    account = import_exports([MESSY], read_profile(str(HERE / "wabo-messy.yaml")), tmp_path / "so.parquet")
    assert ([], 1434) == (account.rejects, account.register["dossiers"])


# The same as the clean log, dossier by dossier


@pytest.mark.parametrize("column", ["received_at", "due_at", "resolved_at"])
def test_every_date_in_its_six_forms_is_the_day_of_the_clean_log(frame: pd.DataFrame, clean: pd.DataFrame, column: str) -> None:
    days = [each.set_index("dossier_id")[column].dt.normalize().sort_index() for each in (clean, frame)]
    pd.testing.assert_series_equal(*days)


@pytest.mark.parametrize("column", ["channel", "outcome", "field", "receiving_unit", "resolving_unit"])
def test_every_text_is_that_of_the_clean_log(frame: pd.DataFrame, clean: pd.DataFrame, column: str) -> None:
    texts = [each.set_index("dossier_id")[column].sort_index() for each in (clean, frame)]
    pd.testing.assert_series_equal(*texts)


# The figures


def test_received_by_channel(frame: pd.DataFrame, expected: dict[str, Any]) -> None:
    wanted: Counter[str] = Counter()
    for group, count in expected["overall"]["by_channel_group"].items():
        wanted[CHANNELS[group]] += count
    rows = measured(frame, ALL_TIME, metrics=["received"], by=("channel",))
    assert wanted == dict(zip(rows["channel"], rows["value"], strict=True))


@pytest.mark.parametrize("quarter", QUARTERS)
def test_received_online_and_left_over_by_quarter(quarter: str, quarters: dict[tuple[str, str], Any], expected: dict[str, Any]) -> None:
    wanted = next(row for row in expected["quarters"] if row["quarter"] == quarter)
    found = (quarters["received", quarter].value, quarters["online_share", quarter].numerator, quarters["pending", quarter].value)
    assert (wanted["received"], wanted["online"], wanted["backlog_at_quarter_end"]) == found


@pytest.mark.parametrize("quarter", QUARTERS)
def test_resolved_early_on_the_day_and_late_by_quarter(quarter: str, quarters: dict[tuple[str, str], Any], expected: dict[str, Any]) -> None:
    wanted = next(row for row in expected["finish_quarters"] if row["quarter"] == quarter)
    due = wanted["due"]["enddate_planned"]
    counts = [quarters[metric, quarter].value for metric in ("resolved", "resolved_early", "resolved_on_due_date", "resolved_late")]
    assert [wanted["resolved_in_quarter"], due["early"], due["on_day"], due["late"]] == counts


def test_durations_of_the_whole_log(frame: pd.DataFrame, expected: dict[str, Any]) -> None:
    rows = {row.metric: row for row in measured(frame, ALL_TIME).itertuples()}
    workdays, days = expected["overall"]["working_days"], expected["overall"]["calendar_days"]
    assert (workdays["n"], workdays["median"]) == (rows["processing_workdays_median"].denominator, rows["processing_workdays_median"].value)
    assert workdays["p90"] == pytest.approx(rows["processing_workdays_p90"].value, rel=1e-12)
    assert workdays["sum"] / workdays["n"] == pytest.approx(rows["processing_workdays_mean"].value, rel=1e-12)
    assert days["median"] == rows["processing_days_median"].value


def test_what_is_open_at_the_snapshot(frame: pd.DataFrame, expected: dict[str, Any]) -> None:
    open_ones = frame["resolved_at"].isna() | (frame["resolved_at"].dt.date > date.fromisoformat(SNAPSHOT))
    assert expected["overall"]["open_at_snapshot"] == open_ones.sum()


def test_every_figure_is_that_of_the_clean_log(frame: pd.DataFrame, clean: pd.DataFrame) -> None:
    """All metrics by quarter and department, but those of the hour and minute of the end: a tenth of the messy dates have lost their time of day."""
    periods = [f"{quarter}@calendar" for quarter in QUARTERS]
    found, wanted = (by_day(measured(each, *periods, by=("field",))) for each in (frame, clean))
    pd.testing.assert_frame_equal(wanted, found)


def by_day(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[~rows["metric"].str.startswith(("closed_in_bulk", "processing_hours"))].reset_index(drop=True)
