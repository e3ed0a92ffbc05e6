"""Declared figures: one YAML a period in the office's folder; what contradicts itself, or is not what it should be, is refused with the cure."""

from pathlib import Path

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.reference.declared import declared_path, read_declared
from tthc_analysis.reference.periods import parse_period

QUARTER = parse_period("2024-Q1")
WHOLE = """source: "Hệ thống  phản ánh, kiến nghị"
pakn: {carried_over: 2, received: 10, resolved_on_time: 9, resolved_late: 1, pending: 2, pending_late: 1, dissatisfied: 1}
procedures: {total: 532, by_level: {district: 352, commune: 180}}
"""
APPENDICES = """one_stop_offices: 6
impact: {procedures: {total: 3, assessed: 2, appraised: 3}, drafts: {total: 1, hdnd_resolutions: 1}}
business: {regulations: 12, cut: {total: 2, procedures: 2}, documents: {total: 1, decrees: 1}}
residents: {procedures: {total: 5, cut: 2, to_cut: 3}, amended: {total: 2, decrees: 2}, to_amend: {total: 0}}
pakn_by_subject: {received: {total: 10, regulations: 4, conduct: 6}, resolved: {total: 10, regulations: 4, conduct: 6}}
"""


@pytest.fixture
def declare(tmp_path: Path):
    def write(content: str | bytes, name: str = "2024-Q1.yaml") -> Path:
        folder = tmp_path / "declared"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write


def read_pakn(office: Path):
    return read_declared(office, QUARTER).pakn


def test_what_is_declared_is_read(declare):
    declared = read_declared(declare(WHOLE), QUARTER)
    assert (10, 532, 352, None) == (
        declared.pakn.received,
        declared.procedures.total,
        declared.procedures.by_level.district,
        declared.procedures.by_level.province,
    )


def test_what_the_appendices_need_is_read(declare):
    declared = read_declared(declare(WHOLE + APPENDICES), QUARTER)
    assert (6, 1, 2, 3, 4) == (
        declared.one_stop_offices,
        declared.impact.drafts.hdnd_resolutions,
        declared.business.cut.procedures,
        declared.residents.procedures.to_cut,
        declared.pakn_by_subject.received.regulations,
    )


def test_the_project_declares_what_the_districts_report_says():
    declared = read_declared(Path(__file__).parents[2] / "params", QUARTER)
    assert ("huyen-minh-long", 532, 14, 0, None) == (
        declared.unit,
        declared.procedures.total,
        declared.one_stop_offices,
        declared.pakn.received,
        declared.pakn.carried_over,
    )


def test_the_source_is_one_line_of_text(declare):
    assert read_declared(declare(WHOLE), QUARTER).source == "Hệ thống phản ánh, kiến nghị"


def test_the_sums_of_petitions_follow_from_the_parts(declare):
    pakn = read_pakn(declare(WHOLE))
    assert (12, 10, 1, 10) == (pakn.total, pakn.resolved, pakn.pending_in_time, pakn.in_time)


@pytest.mark.parametrize(
    ("keys", "total", "in_time"),
    [
        ("received: 10", None, None),
        ("carried_over: 0, received: 10", 10, None),
        ("carried_over: 0, received: 10, resolved_on_time: 9, pending: 1", 10, None),
        ("carried_over: 0, received: 10, resolved_on_time: 10, pending: 0", 10, 10),
        ("carried_over: 0, received: 10, resolved_on_time:, pending: 1, pending_late: 0", 10, None),
        ("carried_over: 0, received: 0, resolved_on_time: 0, pending: 0", 0, 0),
    ],
)
def test_a_sum_with_an_unknown_part_is_unknown(declare, keys, total, in_time):
    pakn = read_pakn(declare(f"pakn: {{{keys}}}\n"))
    assert (total, in_time) == (pakn.total, pakn.in_time)


@pytest.mark.parametrize("content", ["pakn:\n", "source: ''\n", "pakn: {}\n", "procedures: {total: 532}\n", "procedures: {by_level: {commune: 180}}\n"])
def test_every_key_is_optional(declare, content):
    assert read_declared(declare(content), QUARTER) is not None


@pytest.mark.parametrize("content", ["business: {cut: {total: 2, procedures: 1}}\n", "pakn_by_subject: {received: {total: 2}}\npakn: {pending: 1}\n"])
def test_kinds_that_are_not_all_known_leave_the_rest_unknown(declare, content):
    assert read_declared(declare(content), QUARTER) is not None


def test_an_office_that_declared_nothing_has_nothing(tmp_path):
    assert read_declared(tmp_path, QUARTER) is None


def test_without_an_office_nothing_is_declared():
    assert read_declared(None, QUARTER) is None


@pytest.mark.parametrize("text", ["2024-Q1", "2024-Q1@calendar", "2024-9M", "2021-01-01..2024-03-15"])
def test_the_file_bears_the_text_of_its_period(declare, text):
    office = declare(WHOLE, f"{text}.yaml")
    assert declared_path(office, parse_period(text)).name == f"{text}.yaml"
    assert read_declared(office, parse_period(text)) is not None


def test_another_periods_file_is_not_read(declare):
    assert read_declared(declare(WHOLE, "2024-Q1@calendar.yaml"), QUARTER) is None


@pytest.mark.parametrize("name", ["2024-q1.yaml", "2024-Q1.yml", "2024-Q1.YAML", "2024-Q1 .yaml"])
def test_a_misnamed_file_is_refused_rather_than_passed_over(declare, name):
    with pytest.raises(UserError, match=r"tên tệp phải là 2024-Q1\.yaml"):
        read_declared(declare(WHOLE, name), QUARTER)


@pytest.mark.parametrize(
    ("content", "place", "meant"),
    [
        ("pankn: {received: 1}\n", "pankn", "pakn"),
        ("pakn: {recieved: 1}\n", "pakn.recieved", "received"),
        ("procedures: {totl: 1}\n", "procedures.totl", "total"),
        ("procedures: {by_level: {comune: 1}}\n", "procedures.by_level.comune", "commune"),
        ("bussiness: {}\n", "bussiness", "business"),
        ("impact: {drafts: {law: 1}}\n", "impact.drafts.law", "laws"),
        ("residents: {amended: {decree: 1}}\n", "residents.amended.decree", "decrees"),
        ("pakn_by_subject: {received: {conducts: 1}}\n", "pakn_by_subject.received.conducts", "conduct"),
    ],
)
def test_a_mistyped_key_is_refused_with_the_right_one(declare, content, place, meant):
    with pytest.raises(UserError, match=rf'2024-Q1\.yaml: Không có khóa "{place}"\. Có phải ý bạn là "{meant}"'):
        read_declared(declare(content), QUARTER)


@pytest.mark.parametrize("content", ["5: 1\n", "pakn: {5: 1}\n"])
def test_a_key_that_is_a_number_is_refused(declare, content):
    with pytest.raises(UserError, match=r"Không có khóa .*5"):
        read_declared(declare(content), QUARTER)


@pytest.mark.parametrize("value", ["mười", '"10"', "-1", "1.5", "1.200", "1.0", "true", "[1]", "2024-03-15", "1e3"])
def test_what_is_no_count_is_refused_with_the_key(declare, value):
    with pytest.raises(UserError, match=r'Khóa "pakn\.received": .* cần một số nguyên từ 0, không dấu chấm'):
        read_declared(declare(f"pakn: {{received: {value}}}\n"), QUARTER)


@pytest.mark.parametrize("value", ["12", "[]", "mười phản ánh"])
def test_a_section_without_keys_is_refused(declare, value):
    with pytest.raises(UserError, match=r'Mục "pakn": .* cần các khóa thụt vào bên dưới: received, carried_over'):
        read_declared(declare(f"pakn: {value}\n"), QUARTER)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "pakn: {carried_over: 2, received: 10, resolved_on_time: 9, resolved_late: 1, pending: 3}\n",
            r"carried_over \+ received = 12, nhưng .* pending = 13",
        ),
        ("pakn: {carried_over: 2, received: 10, resolved_on_time: 9, resolved_late: 1, pending: 1}\n", r"= 12, nhưng .* = 11"),
        ("pakn: {carried_over: 2, received: 10, resolved_on_time: 13}\n", r"= 12, nhưng .* = 13"),
        ("pakn: {pending: 1, pending_late: 2}\n", "pending_late = 2 lớn hơn pending = 1"),
        ("pakn: {carried_over: 0, received: 1, dissatisfied: 2}\n", r"dissatisfied = 2 lớn hơn carried_over \+ received = 1"),
        ("procedures: {total: 532, by_level: {district: 352, commune: 181}}\n", r"total = 532, nhưng district 352 \+ commune 181 = 533"),
        ("procedures: {total: 532, by_level: {district: 352}}\n", "total = 532, nhưng district 352 = 352"),
        (
            "pakn_by_subject: {received: {total: 3, regulations: 1, conduct: 1}}\n",
            r'Mục "pakn_by_subject\.received": .* total = 3, nhưng regulations 1 \+ conduct 1 = 2',
        ),
        ("impact: {drafts: {total: 1, laws: 2}}\n", r'Mục "impact\.drafts": .* total = 1, nhưng laws 2 = 2'),
        ("impact: {procedures: {total: 1, assessed: 2}}\n", r'Mục "impact\.procedures": .* assessed = 2 lớn hơn total = 1'),
        ("residents: {procedures: {total: 1, cut: 2}}\n", r'Mục "residents\.procedures": .* cut = 2 lớn hơn total = 1'),
        ("business: {regulations: 1, cut: {total: 2}}\n", r"cut\.total = 2 lớn hơn regulations = 1"),
        ("pakn: {received: 1}\npakn_by_subject: {received: {total: 2}}\n", r'received = 1 theo mục "pakn", nhưng 2 theo mục "pakn_by_subject"'),
        ("pakn: {resolved_on_time: 1, resolved_late: 1}\npakn_by_subject: {resolved: {total: 1}}\n", r'resolved = 2 theo mục "pakn", nhưng 1'),
    ],
)
def test_figures_that_contradict_each_other_are_refused(declare, content, said):
    with pytest.raises(UserError, match=said):
        read_declared(declare(content), QUARTER)


def test_everything_wrong_is_said_at_once(declare):
    with pytest.raises(UserError, match=r"pakn\.received.*procedures\.total"):
        read_declared(declare("pakn: {received: x}\nprocedures: {total: -5}\n"), QUARTER)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "tệp phải có dạng khóa: giá trị"),
        ("# chưa có gì\n", "tệp phải có dạng khóa: giá trị"),
        ("- 1\n", "tệp phải có dạng khóa: giá trị"),
        ("pakn: {received: 1, received: 2}\n", 'khóa "received" ghi hai lần'),
        ("pakn: {}\npakn: {}\n", 'khóa "pakn" ghi hai lần'),
        ("pakn: {received: 1\n", "không đọc được YAML"),
        ("source: Hệ thống\n".encode("utf-16"), "UTF-8"),
        ("source: [a]\n", 'Khóa "source": .* cần một dòng chữ'),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_its_name(declare, content, said):
    with pytest.raises(UserError, match=rf"(?s)2024-Q1\.yaml: .*{said}"):
        read_declared(declare(content), QUARTER)


def test_a_folder_in_the_files_place_is_refused(tmp_path):
    (tmp_path / "declared" / "2024-Q1.yaml").mkdir(parents=True)
    with pytest.raises(UserError, match="là một thư mục, cần một tệp YAML"):
        read_declared(tmp_path, QUARTER)


def test_personal_data_in_the_source_are_refused_and_not_repeated(declare):
    with pytest.raises(UserError, match="số điện thoại") as raised:
        read_declared(declare('source: "cán bộ tiếp dân, 0912345678"\n'), QUARTER)
    assert "0912345678" not in str(raised.value)
