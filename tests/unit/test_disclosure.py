"""What a published breakdown withholds: few persons, and what would give them back. Small registers, the rows that must stay."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from dossiers import dossier, register, results
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.exhibits.numbers import Numbers
from tthc_analysis.metrics.disclosure import BASE, FIGURES, withhold_small
from tthc_analysis.metrics.measure import BY, WITHHELD, groups_of
from tthc_analysis.metrics.study import Study, measure_study, open_study
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
    open_ = measure_study(Study(**{**vars(study), "internal": True}), ["received"], by=[by])
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
