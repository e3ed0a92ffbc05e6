"""What a published breakdown withholds: few persons, and what would give them back. Small registers, the rows that must stay."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from dossiers import dossier, register, results
from hypothesis import assume, given
from hypothesis import strategies as st

from tthc_analysis.exhibits.numbers import Numbers
from tthc_analysis.metrics.disclosure import BASE, FIGURES, SIZES, withheld_units, withhold_small
from tthc_analysis.metrics.measure import BY, WITHHELD, groups_of
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.periods import parse_period
from tthc_analysis.register.store import write_register

SHARES = ["online_share", "received", BASE]


def many(n: int, **columns: Any) -> list[dict[str, Any]]:
    return [dossier(received="2024-01-10", **columns) for _ in range(n)]


def procedure(code: str, online: int, others: int) -> list[dict[str, Any]]:
    """Dossiers of a procedure: so many online, so many in person."""
    return [*many(online, procedure_code=code, channel="online"), *many(others, procedure_code=code)]


def withheld_of(dossiers: list[dict[str, Any]], *by: str, metrics: list[str] = SHARES) -> list[str]:
    """Withhold what is small and name the groups that lost their figures."""
    found = withhold_small(results(register(*dossiers), "2024-Q1", metrics=metrics, by=by), by)
    last = BY[by[-1]]
    assert found.loc[found[WITHHELD], FIGURES].isna().all(axis=None), "a withheld row keeps no figure"
    return list(dict.fromkeys(found[found[WITHHELD]][last]))


@pytest.mark.parametrize(
    ("dossiers", "expected"),
    [
        pytest.param([*procedure("1.1", 0, 9), *procedure("1.2", 20, 30)], [], id="nought and five upwards are published"),
        pytest.param([*procedure("1.1", 0, 4), *procedure("1.2", 0, 7), *procedure("1.3", 20, 30)], ["1.1", "1.2"], id="four, and the next smallest that would give it back"),
        pytest.param([*procedure("1.1", 1, 40), *procedure("1.2", 20, 30), *procedure("1.3", 20, 80)], ["1.1", "1.2"], id="one online among many"),
        pytest.param([*procedure("1.1", 40, 1), *procedure("1.2", 20, 30), *procedure("1.3", 20, 80)], ["1.1", "1.2"], id="all but one online"),
        pytest.param([*procedure("1.1", 0, 2), *procedure("1.2", 0, 1), *procedure("1.3", 0, 9), *procedure("1.4", 9, 9)], ["1.1", "1.2", "1.3"], id="two of three together are still three dossiers"),
        pytest.param([*procedure("1.1", 0, 3), *procedure("1.2", 0, 2), *procedure("1.3", 0, 9)], ["1.1", "1.2"], id="five together are enough"),
        pytest.param(procedure("1.1", 0, 2), ["1.1"], id="one procedure alone"),
    ],
)  # fmt: skip
def test_by_procedure_a_small_count_goes_with_what_would_give_it_back(dossiers: list[dict[str, Any]], expected: list[str]) -> None:
    assert expected == withheld_of(dossiers, "procedure")


def test_a_few_late_dossiers_hide_the_row_that_says_how_many_were_not() -> None:
    late = many(2, procedure_code="1.1", due="2024-01-12", resolved="2024-01-20")
    early = [
        dossier(received="2024-01-10", procedure_code=code, due="2024-01-30", resolved="2024-01-12") for code in ["1.1"] * 30 + ["1.2"] * 50 + ["1.3"] * 60
    ]
    metrics = ["resolved", "resolved_early", "resolved_late", BASE]
    assert ["1.1", "1.2"] == withheld_of([*late, *early], "procedure", metrics=metrics)


def test_the_time_of_a_few_dossiers_is_theirs() -> None:
    finished = [dossier(received="2024-01-10", procedure_code=code, resolved="2024-01-12") for code in ["1.1"] * 3 + ["1.2"] * 50 + ["1.3"] * 60]
    assert ["1.1", "1.2"] == withheld_of([*finished, *many(40, procedure_code="1.1")], "procedure", metrics=["processing_workdays_median", BASE])


def test_by_unit_a_commune_of_few_dossiers_is_withheld_and_the_next_smallest_with_it() -> None:
    communes = [*many(3, unit="xa-long-mai"), *many(20, unit="xa-long-son"), *many(60, unit="xa-thanh-an")]
    assert ["xa-long-mai", "xa-long-son"] == withheld_of(communes, "unit")


def test_by_unit_a_small_count_of_a_commune_with_many_dossiers_is_published() -> None:
    communes = [*many(2, unit="xa-long-mai", channel="online"), *many(20, unit="xa-long-mai"), *many(60, unit="xa-thanh-an")]
    assert [] == withheld_of(communes, "unit")


def test_an_office_of_the_district_is_no_commune() -> None:
    assert [] == withheld_of([*many(3, unit="ubnd-huyen-minh-long"), *many(60, unit="xa-thanh-an")], "unit")


def test_a_unit_that_nobody_knows_is_taken_for_a_commune() -> None:
    assert ["Phòng lạ", "xa-thanh-an"] == sorted(withheld_of([*many(3, unit="Phòng lạ"), *many(60, unit="xa-thanh-an")], "unit"))


def test_within_levels_only_units_of_the_level_give_a_commune_back() -> None:
    units = [*many(3, unit="xa-long-mai"), *many(20, unit="xa-long-son"), *many(60, unit="xa-thanh-an"), *many(10, unit="ubnd-huyen-minh-long")]
    assert ["xa-long-mai", "xa-long-son"] == sorted(withheld_of(units, "level", "unit"))


def test_crossed_with_units_neither_margin_gives_a_cell_back() -> None:
    units = {"xa-long-mai": (2, 20, 30), "xa-long-son": (10, 20, 30), "xa-thanh-an": (11, 21, 31)}
    dossiers = [
        one for unit, sizes in units.items() for code, n in zip(("1.1", "1.2", "1.3"), sizes, strict=True) for one in many(n, unit=unit, procedure_code=code)
    ]
    frame = results(register(*dossiers), "2024-Q1", metrics=["received", BASE], by=("unit", "procedure"))
    found = withhold_small(frame, ["unit", "procedure"]).query("metric == 'received'")
    for column in ("unit_id", "procedure_code"):
        assert set(found[found[WITHHELD]].groupby(column).size()) <= {2, 3}, "never one alone in a row or a column"


def test_each_period_stands_by_itself() -> None:
    quarters = [
        dossier(received=day, resolved=day, unit=unit)
        for day, n in (("2023-10-10", 30), ("2024-01-10", 3))
        for unit in ("xa-long-mai", "xa-long-son")
        for _ in range(n)
    ]
    found = withhold_small(results(register(*quarters), "2023-Q4", "2024-Q1", metrics=["received", BASE], by=("unit",)), ["unit"])
    assert {"2024-Q1"} == set(found[found[WITHHELD]]["period"])


# --- units: the same ones in all tables of a document


OFFICE, COMMUNES = "ubnd-huyen-minh-long", ("xa-long-mai", "xa-long-son", "xa-thanh-an", "xa-long-mon", "xa-long-hiep")
PARTS, WINDOW = ("2023-Q3", "2023-Q4", "2024-Q1"), parse_period("2023-06-15..2024-03-14")


def sizes_of(received: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """Results of SIZES by unit: so many received in each of PARTS, all of them in the window that these add up to, none carried over."""
    cells = [(unit, period, n) for unit, found in received.items() for period, n in zip((*PARTS, WINDOW.text), (*found, sum(found)), strict=True)]
    return pd.DataFrame([(metric, period, unit, float(n)) for metric in SIZES for unit, period, n in cells], columns=["metric", "period", "unit_id", "value"])


def withheld_in(period: str, received: dict[str, tuple[int, ...]], **asked: Any) -> set[str]:
    return {unit for found, unit in withheld_units(sizes_of(received), WINDOW, **asked) if found == period}


def test_units_of_one_level_go_with_a_small_commune_for_levels_are_published_too() -> None:
    units = {OFFICE: (9, 9, 9), "xa-long-mai": (30, 30, 3), "xa-long-son": (40, 40, 20), "xa-thanh-an": (60, 60, 60)}
    assert {"xa-long-mai", "xa-long-son"} == withheld_in("2024-Q1", units)


def test_what_the_window_less_the_other_quarters_would_give_back_is_withheld_in_a_second_quarter() -> None:
    units = {"xa-long-mai": (30, 3, 30), "xa-long-son": (40, 20, 40), "xa-thanh-an": (60, 60, 60)}
    pair = {"xa-long-mai", "xa-long-son"}
    assert [pair, pair, set(), set()] == [withheld_in(period, units) for period in (*PARTS, WINDOW.text)]


def test_where_there_is_no_second_quarter_the_window_is_withheld() -> None:
    units = {"xa-long-mai": (0, 3, 0), "xa-long-son": (40, 20, 40), "xa-thanh-an": (60, 60, 60)}
    assert {"xa-long-mai", "xa-long-son"} <= withheld_in(WINDOW.text, units)


def test_a_window_that_ends_with_the_quarter_withholds_the_same_for_both_have_the_same_pending() -> None:
    units = {"xa-long-mai": (30, 30, 3), "xa-long-son": (40, 40, 20), "xa-thanh-an": (60, 60, 60)}
    assert withheld_in("2024-Q1", units) == withheld_in(WINDOW.text, units) == {"xa-long-mai", "xa-long-son"}


def test_dossiers_of_no_recorded_unit_are_no_communes() -> None:
    assert set() == withheld_in("2024-Q1", {"unknown": (1, 1, 1), "xa-long-son": (40, 20, 40), "xa-thanh-an": (60, 60, 60)})


def told_cells(hidden: list[tuple[str, str]], count: dict[tuple[str, str], int]) -> list[tuple[str, str]]:
    """List the withheld cells (period, unit) that a reader can work out from what is published.

    Each level of a period is published, and each unit's window is the sum of its parts. Where the withheld cells of a level add up to nought, each is nought.
    """
    levels = [[cell[0] == period and (cell[1] == OFFICE) is office for cell in hidden] for period in (*PARTS, WINDOW.text) for office in (True, False)]
    noughts = {
        place for level in levels if not sum(count[cell] for cell, within in zip(hidden, level, strict=True) if within) for place in np.flatnonzero(level)
    }
    over_time = [[(-1 if period == WINDOW.text else 1) * (unit == mine) for period, unit in hidden] for mine in (OFFICE, *COMMUNES)]
    known = [[place == nought for place in range(len(hidden))] for nought in noughts]
    _, sizes, basis = np.linalg.svd(np.array([*levels, *over_time, *known], dtype=float))
    left_open = basis[int((sizes > 1e-9).sum()) :]
    return [cell for place, cell in enumerate(hidden) if np.abs(left_open[:, place]).max(initial=0) < 1e-9]


@given(st.lists(st.tuples(*[st.sampled_from([0, 0, 1, 2, 3, 4, 5, 7, 12, 40])] * 3), min_size=6, max_size=6))
def test_no_commune_is_worked_out_from_levels_and_periods(found: list[tuple[int, ...]]) -> None:
    received = dict(zip((OFFICE, *COMMUNES), found, strict=True))
    count = {(period, unit): n for unit, parts in received.items() for period, n in zip((*PARTS, WINDOW.text), (*parts, sum(parts)), strict=True)}
    wholes = [sum(count[period, unit] for unit in COMMUNES) for period in PARTS]
    assume(not any(0 < whole < 5 for whole in wholes))  # a level that is a small count itself is published as it is
    hidden = sorted(withheld_units(sizes_of(received), WINDOW))
    assert {cell for cell, n in count.items() if 0 < n < 5 and cell[1] != OFFICE} <= set(hidden)
    told = told_cells(hidden, count) if hidden else []
    assert [] == [cell for cell in told if cell[1] != OFFICE and count[cell]]


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=9))
def test_what_is_left_of_the_whole_is_never_a_small_count(sizes: list[tuple[int, int]]) -> None:
    rows = [
        (metric, "2024-Q1", f"1.{place}", *figures)
        for place, (online, others) in enumerate(sizes)
        for metric, *figures in (("online_share", online, online + others, 0.5), (BASE, None, None, online + others))
    ]
    frame = pd.DataFrame(rows, columns=["metric", "period", "procedure_code", "numerator", "denominator", "value"]).assign(ci_low=0.0, ci_high=1.0, unit="")
    frame = frame.astype({"numerator": float, "denominator": float, "value": float})
    found = withhold_small(frame, ["procedure"])
    shares = found[found["metric"] == "online_share"]
    kept = shares[~shares[WITHHELD]]
    parts = [kept["numerator"], kept["denominator"], kept["denominator"] - kept["numerator"]]
    assert not any(((part > 0) & (part < 5)).any() for part in parts)
    if kept.empty:
        return
    online, everything = (sum(pair[0] for pair in sizes), sum(map(sum, sizes)))
    wholes = (online, everything, everything - online)
    assert shares[WITHHELD].sum() != 1
    assert not any(0 < whole - part.sum() < 5 <= whole for whole, part in zip(wholes, parts, strict=True))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write_register(
        register(*many(3, unit="xa-long-mai", procedure_code="1.1"), *many(20, unit="xa-long-son", procedure_code="1.2")), tmp_path / "register.parquet"
    )
    return open_study(period="2024-Q1", as_of="2024-03-14", unit="all", register=str(tmp_path / "register.parquet"), policy="report-2024", history=1)


@pytest.mark.parametrize("by", ["unit", "procedure"])
def test_a_public_study_withholds_and_an_internal_one_does_not(study: Study, by: str) -> None:
    public = measure_study(study, ["received"], by=[by])
    assert [True, True] == list(public[WITHHELD])
    assert ["received"] == list(dict.fromkeys(public["metric"])), "what is needed to judge is not handed on"
    open_ = measure_study(replace(study, internal=True), ["received"], by=[by])
    assert [3, 20] == list(open_["value"])
    assert WITHHELD not in open_


def test_other_breakdowns_are_left_as_they_are(study: Study) -> None:
    assert WITHHELD not in measure_study(study, ["received"], by=["channel"])


def test_a_withheld_number_reads_as_a_mark_of_its_own_and_has_no_figures(study: Study) -> None:
    numbers = Numbers(measure_study(study, ["online_share"], by=["unit"])).all.values()
    assert {"*"} == {number.text for number in numbers}
    assert {(None, None, None)} == {(number.numerator, number.denominator, number.value) for number in numbers}
    assert [{"unit_id": "xa-long-mai"}, {"unit_id": "xa-long-son"}] == [number.group for number in numbers]


def test_the_mark_is_no_group(study: Study) -> None:
    assert ["unit_id"] == groups_of(measure_study(study, ["received"], by=["unit"]))
