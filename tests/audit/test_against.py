"""Against the register: what the results bear out passes, what holds under another policy or denominator is named with it, the rest is an error."""

from collections.abc import Callable
from pathlib import Path

import pytest
from dossiers import dossier, register
from written import report_of

from tthc_analysis.audit.against import Comparison, compare, register_findings
from tthc_analysis.audit.audited import audit_study
from tthc_analysis.audit.claims import read_claims
from tthc_analysis.audit.findings import Finding
from tthc_analysis.errors import UserError
from tthc_analysis.metrics.study import Study, open_study
from tthc_analysis.register.store import write_register

SEED = Path(__file__).with_name("minh-long.txt")
HEAD = "UBND HUYỆN MINH LONG\nMinh Long, ngày 15 tháng 3 năm 2024\nBÁO CÁO\nKết quả giải quyết thủ tục hành chính quý I năm 2024\n"
EARLY, ON_THE_DAY, LATE = (
    {"due": "2024-01-20", "resolved": "2024-01-17"},
    {"due": "2024-01-20", "resolved": "2024-01-20"},
    {"due": "2024-01-20", "resolved": "2024-01-22"},
)


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Callable[..., Study]:
    """Ten dossiers of one quarter, four of them online: eight resolved (five early, two on the day, one late), one withdrawn, one pending in time."""
    path = tmp_path_factory.mktemp("small") / "so.parquet"
    ended = [*[EARLY] * 5, *[ON_THE_DAY] * 2, LATE, {"due": "2024-01-20", "withdrawn": "2024-01-12"}, {"due": "2024-04-20"}]
    write_register(register(*(dossier(**how, channel="online" if number < 4 else "in_person") for number, how in enumerate(ended))), path)

    def study(**more: object) -> Study:
        values = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "huyen-minh-long", "register": str(path), "policy": "report-2024", "history": 1}
        return open_study(**(values | more))

    return study


def compared(text: str, study: Study) -> dict[str, Comparison]:
    return {one.text: one for one in compare(read_claims(report_of(HEAD + text)), study)}


def found(text: str, study: Study, head: str = HEAD) -> list[Finding]:
    claims = read_claims(report_of(head + text))
    return register_findings(claims, study, compare(claims, study))


def test_what_the_register_bears_out_passes(small):
    text = "Tiếp nhận mới 10 hồ sơ, trong đó trực tuyến 4 hồ sơ. Đã giải quyết 8 hồ sơ: trước hạn 5, đúng hạn 2, quá hạn 1. Đang giải quyết 1 hồ sơ."
    assert [] == found(text, small())
    assert {"true"} == {one.status for one in compared(text, small()).values()}
    assert {"10", "4", "8", "5", "2", "1"} <= set(compared(text, small()))


@pytest.mark.parametrize(
    ("said", "policies"),
    [
        ("88,89%", ["ii06a"]),  # (7 + 1 withdrawn) / (8 + 1)
        ("90,00%", ["dvcqg-766"]),  # (7 + 1 withdrawn + 1 pending in time) / 10
    ],
)
def test_a_share_that_holds_under_another_policy_is_a_note_that_names_it(small, said, policies):
    (one,) = found(f"Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt {said}.", small())
    assert ("register_other_reading", "note") == (one.check, one.severity)
    assert "87,50% (7/8)" in one.explanation
    comparison = compared(f"Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt {said}.", small())[said]
    assert set(policies) <= {reading.policy for reading in comparison.readings if reading.agrees}
    assert "report-2024" not in {reading.policy for reading in comparison.readings if reading.agrees}


def test_several_readings_are_shown_as_several(small):
    one = compared("Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt 87,5%.", small())["87,5%"]
    assert one.status == "true"
    assert {"87,50% (7/8)", "88,89% (8/9)"} <= {reading.text for reading in one.readings}
    assert one.said.startswith("87,50% (7/8)")


@pytest.mark.parametrize(
    "text", ["Đã giải quyết 6 hồ sơ.", "Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt 75,5%.", "Số hồ sơ quá hạn đã giải quyết: 3 hồ sơ."]
)
def test_what_holds_in_no_reading_is_an_error(small, text):
    (one,) = found(text, small())
    assert ("register_mismatch", "error", 5) == (one.check, one.severity, one.line)
    assert "sổ dữ liệu" in one.explanation


def test_under_the_documents_own_policy_the_same_share_is_right(small):
    assert [] == found("Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt 88,89%.", small(policy="ii06a"))


def test_a_report_of_another_time_or_place_is_only_asked(small):
    (other_time,) = found("Đã giải quyết 6 hồ sơ.", small(), HEAD.replace("quý I năm 2024", "quý IV năm 2023"))
    (other_place,) = found("Đã giải quyết 6 hồ sơ.", small(), HEAD.replace("MINH LONG", "BA TƠ").replace("Minh Long", "Ba Tơ"))
    assert ["question", "question"] == [other_time.severity, other_place.severity]
    assert "khác kỳ của tham số" in other_time.explanation
    assert "Ba Tơ" in other_place.explanation


def test_what_the_register_cannot_answer_is_not_compared(small):
    text = "Số hóa thành phần 5 hồ sơ. Riêng lĩnh vực đất đai tiếp nhận 99 hồ sơ. Chỉ tiêu năm 2024 là 95%. Tiếp nhận 12 phản ánh, kiến nghị."
    assert {"99", "95%", "12"}.isdisjoint(compared(text, small()))


def test_the_districts_own_report_against_the_sample_that_has_its_totals(sample_register):
    """Every figure that the register can answer is its own, but for 9.794; 96,74 % is true as QĐ 766 counts."""
    values = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "huyen-minh-long", "register": str(sample_register), "policy": "report-2024", "history": 1}
    study = open_study(**values, document={"period": "2021-01-01..2024-03-15", "file": str(SEED)})
    data = audit_study(study)
    assert data is not None
    assert ["9.794"] == [one["text"] for one in data["comparisons"] if one["status"] == "false"]
    assert {"9.965", "2.608", "7316", "41", "9.789", "8.956", "656", "177", "28", "0", "148", "8.925", "9.924", "3.232"} == {
        one["text"] for one in data["comparisons"] if one["status"] == "true"
    }
    (one,) = found("Tỷ lệ giải quyết hồ sơ đúng hạn và trước hạn đạt 96,74%.", study, HEAD.replace("quý I năm 2024", "từ ngày 01/01/2021 đến ngày 15/3/2024"))
    assert ("note", True, True) == (one.severity, "chỉ tiêu 2.1 của QĐ 766" in one.explanation, "98,19% (9.612/9.789)" in one.explanation)


def test_parameters_without_a_report_give_nothing_and_with_one_that_is_gone_an_error(small):
    assert audit_study(small()) is None
    with pytest.raises(UserError, match="khong-co\\.docx"):
        audit_study(small(document={"file": "khong-co.docx"}))
