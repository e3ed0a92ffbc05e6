"""The office's own tables: read whole or refused, with file and line."""

from datetime import date
from fractions import Fraction

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.study import open_study
from tthc_analysis.reference.office import office_rows
from tthc_analysis.reference.procedures import COLUMNS, TimeLimit, clocks_of, time_limits
from tthc_analysis.reference.targets import verified_target

HEADER = ",".join(COLUMNS)
TARGETS = "metric,level,value,valid_from,valid_to,legal_basis,verified"


@pytest.fixture
def office(tmp_path):
    """Write a table into an office's folder; gives the folder."""

    def write(name: str, *lines: str, encoding: str = "utf-8"):
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding)
        return tmp_path

    return write


def test_no_folder_and_no_file_are_no_rows(tmp_path):
    assert [[], []] == [office_rows(folder, "procedures.csv", COLUMNS) for folder in (None, tmp_path)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_table_is_read_as_excel_saves_it(office, encoding):
    folder = office("procedures.csv", HEADER, "1.001612.000.00.00.H48, 5 ,workday,2023-01-01,,QĐ 12", "", encoding=encoding)
    assert (TimeLimit("1.001612", 5, "workday", date(2023, 1, 1), legal_basis="QĐ 12"),) == time_limits(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1.001612,năm,workday,,,", "dòng 2: cần mã thủ tục và thời hạn"),
        ("1.001612,0,workday,,,", "thời hạn là một số nguyên từ 1"),
        (",5,workday,,,", "cần mã thủ tục"),
        ("1.001612,5,workdays,,,", 'Có phải ý bạn là "workday"'),
        ("1.001612,5,workday,01/01/2024,,", "ngày phải có dạng 2024-01-02"),
        ("1.001612,5,workday", "dòng 2: cần 6 cột"),
    ],
)
def test_a_wrong_time_limit_is_refused_with_its_line(office, line, said):
    with pytest.raises(UserError, match=r"procedures\.csv") as refused:
        time_limits(office("procedures.csv", HEADER, line))
    assert said in str(refused.value)


def test_another_first_line_is_refused(office):
    with pytest.raises(UserError, match="dòng đầu phải là procedure_code"):
        time_limits(office("procedures.csv", "mã,thời hạn"))


def test_two_limits_on_one_day_are_refused(office):
    folder = office("procedures.csv", HEADER, "1.001612,5,workday,,2024-06-30,", "1.001612,3,workday,2024-06-30,,")
    with pytest.raises(UserError, match=r"1\.001612 có hai thời hạn cùng hiệu lực ngày 30/6/2024"):
        time_limits(folder)


def test_limits_are_counted_by_their_clock(office):
    folder = office("procedures.csv", HEADER, "a,5,workday,,,", "b,3,workday,,,", "c,8,hour,,,")
    assert {"workday": 2, "hour": 1} == clocks_of(time_limits(folder))


def test_an_offices_target_comes_before_the_packages_own(office):
    folder = office("targets.csv", TARGETS, "online_share,all,0.8,2024-01-01,,Kế hoạch 05/KH-UBND,true")
    found = [verified_target("online_share", "district", day, folder).value for day in (date(2023, 12, 31), date(2024, 1, 1))]
    assert [Fraction(1, 2), Fraction(4, 5)] == found


def test_an_unverified_target_of_an_office_is_not_given_out(office):
    folder = office("targets.csv", TARGETS, "satisfied_share,all,0.9,2024-01-01,,Kế hoạch,false")
    assert verified_target("satisfied_share", "district", date(2024, 3, 1), folder) is None


@pytest.mark.parametrize(
    "line",
    [
        "online_share,all,80,2024-01-01,,Kế hoạch,true",
        "online_share,all,80%,2024-01-01,,Kế hoạch,true",
        "online_share,xã,0.8,2024-01-01,,Kế hoạch,true",
        "online_share,all,0.8,1/1/2024,,Kế hoạch,true",
        "online_share,all,0.8,2024-01-01,,Kế hoạch,rồi",
        "online_share,all,0.8,2024-01-01,,,true",
        "online_share,all,1/0,2024-01-01,,Kế hoạch,true",
    ],
)
def test_a_wrong_target_is_refused_with_its_line(office, line):
    with pytest.raises(UserError, match="dòng 2"):
        verified_target("online_share", "district", date(2024, 3, 1), office("targets.csv", TARGETS, line))


def study(office_folder, sample_register):
    how = {"unit": "huyen-minh-long", "policy": "report-2024", "history": 2, "calendar": "VN", "document": {}}
    return open_study(period="2024-Q1", as_of="2024-03-15", register=str(sample_register), office=str(office_folder), **how)


def test_a_target_for_a_metric_that_does_not_exist_is_refused(office, sample_register):
    with pytest.raises(UserError, match='Có phải ý bạn là "online_share"'):
        study(office("targets.csv", TARGETS, "online_shares,all,0.8,2024-01-01,,Kế hoạch,true"), sample_register)


def test_a_folder_that_a_parameter_names_must_be_there(tmp_path, sample_register):
    with pytest.raises(UserError, match="office: không có thư mục"):
        study(tmp_path / "khong-co", sample_register)


def test_declared_figures_belong_to_the_unit_that_the_file_names(office, tmp_path, sample_register):
    (tmp_path / "declared").mkdir()
    found = []
    for unit in ("huyen-minh-long", "xa-long-mai"):
        office("declared/2024-Q1.yaml", f"unit: {unit}", "pakn:", "  received: 3")
        declared = study(tmp_path, sample_register).declared
        found.append(declared and declared.pakn.received)
    assert [3, None] == found


def test_declared_figures_of_no_unit_are_refused(office, tmp_path, sample_register):
    (tmp_path / "declared").mkdir()
    office("declared/2024-Q1.yaml", "pakn:", "  received: 3")
    with pytest.raises(UserError, match="thiếu khóa unit"):
        study(tmp_path, sample_register).declared  # noqa: B018 - reading it refuses
