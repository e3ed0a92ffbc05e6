"""A study opens what the parameters name, and the head of its documents says what a reader must know first."""

from pathlib import Path

import pytest
from dossiers import dossier, register

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.overview import masthead
from tthc_analysis.metrics.study import measure_study, open_study
from tthc_analysis.register.merge import holds_only_sample
from tthc_analysis.register.store import write_register

PARAMETERS = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "all", "policy": "report-2024", "history": 13, "calendar": "VN", "document": {}}


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A register of two communes that begins on 2/11/2023."""
    dossiers = (dossier("2023-11-02"), dossier("2024-01-10", resolved="2024-01-12"), dossier("2024-01-11", unit="xa-long-mon"))
    write_register(register(*dossiers), tmp_path / "so.parquet")
    return str(tmp_path / "so.parquet")


def test_a_unit_is_its_own_dossiers_and_those_below_it(path: str) -> None:
    counted = {}
    for unit in ("all", "huyen-minh-long", "xa-long-mon", "xa-long-mai"):
        results = measure_study(open_study(**PARAMETERS | {"register": path, "unit": unit}), ["received"])
        counted[unit] = results["value"].item()
    assert counted == {"all": 2, "huyen-minh-long": 2, "xa-long-mon": 1, "xa-long-mai": 1}


def test_a_unit_that_nobody_knows_is_refused_with_the_nearest(path: str) -> None:
    with pytest.raises(UserError, match='Có phải ý bạn là "xa-long-mon"'):
        open_study(**PARAMETERS | {"register": path, "unit": "xa-long-mno"})


def test_a_trend_does_not_reach_before_the_registers_first_day(path: str) -> None:
    assert [period.text for period in open_study(**PARAMETERS | {"register": path}).history] == ["2023-Q4", "2024-Q1"]


def test_a_period_before_the_register_is_missing_and_not_zero(path: str) -> None:
    study = open_study(**PARAMETERS | {"register": path})
    results = measure_study(study, ["received"], study.compared).set_index("period")["value"]
    assert results[["2024-Q1", "2023-Q4"]].tolist() == [2, 1]
    assert results.isna()["2023-Q1"]


def test_a_year_is_compared_with_the_year_before_once(path: str) -> None:
    study = open_study(**PARAMETERS | {"register": path, "period": "2024", "as_of": "2024-12-14"})
    results = measure_study(study, ["received"], study.compared)
    assert [("2024", 2), ("2023", 1)] == list(zip(results["period"], results["value"], strict=True))


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"as_of": "2024-02-01"}, "Kỳ chưa kết thúc: số liệu đến hết ngày 01/02/2024."),
        ({"period": "2027-Q1", "as_of": "2027-03-14"}, "Lịch nghỉ sau ngày 31/12/2026 chưa được công bố: số ngày làm việc sau ngày đó là ước tính."),
        ({}, "Sổ dữ liệu bắt đầu từ ngày 02/11/2023: Quý IV/2023 chỉ có một phần số liệu."),
    ],
)
def test_the_head_warns_of_what_makes_the_numbers_doubtful(path: str, changed: dict[str, str], warning: str) -> None:
    assert warning in masthead(open_study(**PARAMETERS | {"register": path} | changed), "Thử").warnings


def test_a_document_says_sample_only_of_sample_data(path: str, sample_register: Path) -> None:
    said = [masthead(open_study(**PARAMETERS | {"register": str(register)}), "Thử").sample for register in (path, sample_register)]
    assert said == [False, True]
    assert [holds_only_sample(Path(path)), holds_only_sample(sample_register)] == [False, True]
