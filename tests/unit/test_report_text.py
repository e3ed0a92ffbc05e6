"""The written report's sentences: its own wording with this period's numbers, dots where something is not known, counts that add up or an error."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits.model import Statement
from tthc_analysis.exhibits.numbers import Numbers
from tthc_analysis.exhibits.official import finder, measure_form
from tthc_analysis.exhibits.report_text import METRICS, report_sentences, say_pending, say_received
from tthc_analysis.metrics.study import Study, measure_study, open_study
from tthc_analysis.reference.policies import get_policy
from tthc_analysis.register.store import write_register

PARAMS = Path(__file__).parents[2] / "params"
MAI, DISTRICT = "xa-long-mai", "ubnd-huyen-minh-long"
PARAMETERS: dict[str, Any] = {
    "period": "2024-Q1",
    "as_of": "2024-03-15",
    "unit": "huyen-minh-long",
    "policy": "report-2024",
    "history": 1,
    "calendar": "VN",
    "document": {},
}
WINDOW = "từ ngày 01/01/2021 đến ngày 15/3/2024"
QUARTER = "từ ngày 15/12/2023 đến ngày 14/3/2024"
# section 2.1–2.3 and 3 of the report of March 2024; its 9.794 resolved in one place and 9.789 in another are one number here, 9.789
SAID = {
    "offices": "Việc thực hiện Bộ phận Tiếp nhận và Trả kết quả huyện và các xã: Tổng số 14 bộ phận.",
    "on_time": (
        f"Tỷ lệ hồ sơ thủ tục hành chính được giải quyết đúng hạn trên địa bàn huyện {WINDOW}: 9.612/9.789 hồ sơ, đạt tỷ lệ: 98,19%; "
        "cấp huyện: 3.803/3.951 hồ sơ, đạt tỷ lệ: 96,25%; cấp xã: 5.809/5.838 hồ sơ, đạt tỷ lệ: 99,50%."
    ),
    "digitisation": (
        f"Thực hiện số hóa kết quả giải quyết TTHC tại các Bộ phận Một cửa trên địa bàn huyện {WINDOW}: "
        "Số hóa thành phần hồ sơ khi tiếp nhận: 8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93%; "
        "Số hóa kết quả giải quyết TTHC: 3.232/9.789 hồ sơ, đạt tỷ lệ: 33,02%."
    ),
    "received": (
        f"Số hồ sơ TTHC tiếp nhận trên địa bàn huyện {WINDOW} là 9.965 (trực tuyến: 2.608; trực tiếp và qua dịch vụ bưu chính: 7.316); "
        "số từ kỳ trước chuyển qua: 41."
    ),
    "resolved": "Số lượng hồ sơ đã giải quyết: 9.789; trong đó, giải quyết trước hạn: 8.956, đúng hạn: 656, quá hạn: 177.",
    "pending": "Số lượng hồ sơ đang giải quyết: 28; trong đó, trong hạn: 28, quá hạn: 0. Rút hồ sơ: 148.",
    "ratings": (
        f"Số lượng đánh giá sự hài lòng {WINDOW}: UBND huyện: rất hài lòng ……, hài lòng (hoặc bình thường) ……, "
        "chưa hài lòng (hoặc không hài lòng/rất tệ) ……; UBND cấp xã: rất hài lòng 3.902/3.904, hài lòng (hoặc bình thường) 2/3.904, "
        "chưa hài lòng (hoặc không hài lòng/rất tệ) 0/3.904."
    ),
    "petitions": (
        "Kết quả tiếp nhận, xử lý phản ánh, kiến nghị về TTHC: Tổng số PAKN đã tiếp nhận trong kỳ báo cáo 0; "
        "số PAKN đã xử lý đúng hạn 0; số PAKN đã xử lý quá hạn 0; số PAKN đang xử lý 0."
    ),
}


def opened(path: Path, *dossiers: dict[str, Any], **changed: Any) -> Study:
    """Open a study of some dossiers, of an office that has declared nothing."""
    write_register(register(*dossiers), path)
    return open_study(**PARAMETERS | {"register": str(path), "office": str(path.parent)} | changed)


def sentences_of(study: Study) -> dict[str, Statement]:
    return report_sentences(study, measure_form(study, "unit"))


def said_of(study: Study) -> dict[str, str]:
    return {name: sentence.text for name, sentence in sentences_of(study).items()}


@pytest.fixture(scope="module")
def sample(sample_register: Path) -> Study:
    document = {"issuer": "UBND huyện Minh Long", "period": "2021-01-01..2024-03-15"}
    return open_study(**PARAMETERS | {"register": str(sample_register), "office": str(PARAMS), "document": document})


@pytest.fixture(scope="module")
def sentences(sample: Study) -> dict[str, Statement]:
    return sentences_of(sample)


def test_the_sentences_stand_in_the_reports_order(sentences):
    assert list(SAID) == list(sentences)


@pytest.mark.parametrize("name", SAID)
def test_a_sentence_is_the_reports_with_the_periods_numbers(sentences, name):
    assert SAID[name] == sentences[name].text


@pytest.mark.parametrize("name", SAID)
def test_every_number_of_a_sentence_is_one_that_it_says(sentences, name):
    numbers = sentences[name].numbers
    assert numbers
    assert [] == [number.text for number in numbers if number.text not in sentences[name].text or number.value is None]


def test_a_number_of_a_sentence_keeps_its_counts(sentences):
    assert [("intake_digitised_share", 8925, 9924), ("result_digitised_share", 3232, 9789)] == [
        (number.metric, number.numerator, number.denominator) for number in sentences["digitisation"].numbers
    ]


def test_without_a_window_of_its_own_the_report_is_of_the_period(tmp_path):
    said = said_of(opened(tmp_path / "so.parquet", dossier("2024-01-10", channel="online"), dossier("2023-12-01", unit=DISTRICT)))
    assert (
        f"Số hồ sơ TTHC tiếp nhận trên địa bàn huyện {QUARTER} là 2 (trực tuyến: 1; trực tiếp và qua dịch vụ bưu chính: 0); số từ kỳ trước chuyển qua: 1."
        == (said["received"])
    )


def test_a_commune_speaks_of_itself(tmp_path):
    study = opened(tmp_path / "so.parquet", dossier(due="2024-01-20", resolved="2024-01-12", rating="satisfied"), unit=MAI)
    said = said_of(study)
    assert "Việc thực hiện Bộ phận Tiếp nhận và Trả kết quả xã: Tổng số …… bộ phận." == said["offices"]
    assert f"Tỷ lệ hồ sơ thủ tục hành chính được giải quyết đúng hạn trên địa bàn xã {QUARTER}: 1/1 hồ sơ, đạt tỷ lệ: 100,00%." == said["on_time"]
    assert said["ratings"].startswith(f"Số lượng đánh giá sự hài lòng {QUARTER}: Xã Long Mai: rất hài lòng 0/1, hài lòng (hoặc bình thường) 1/1")


def test_what_is_not_declared_is_dots_and_no_number(tmp_path):
    sentences = sentences_of(opened(tmp_path / "so.parquet", dossier()))
    assert [[], []] == [sentences[name].numbers for name in ("offices", "petitions")]
    assert sentences["petitions"].text.endswith(
        "Tổng số PAKN đã tiếp nhận trong kỳ báo cáo ……; số PAKN đã xử lý đúng hạn ……; số PAKN đã xử lý quá hạn ……; số PAKN đang xử lý ……."
    )


def test_a_period_that_the_register_does_not_know_is_dots_throughout(tmp_path):
    sentences = sentences_of(opened(tmp_path / "so.parquet", dossier("2024-03-20"), as_of="2024-03-31"))
    assert {name: [] for name in SAID} == {name: sentence.numbers for name, sentence in sentences.items()}
    assert "Số lượng hồ sơ đã giải quyết: ……; trong đó, giải quyết trước hạn: ……, đúng hạn: ……, quá hạn: ……." == sentences["resolved"].text


def test_a_share_of_nothing_is_not_a_percentage(tmp_path):
    said = said_of(opened(tmp_path / "so.parquet", dossier()))
    assert said["digitisation"].endswith("Số hóa kết quả giải quyết TTHC: ……/…… hồ sơ, đạt tỷ lệ: …….")


def test_what_is_not_known_of_a_dossier_is_said_beside_what_is(tmp_path):
    said = said_of(opened(tmp_path / "so.parquet", dossier(channel=None), dossier(channel="post"), dossier(refused="2024-01-12")))
    assert said["received"].endswith("là 3 (trực tuyến: 0; trực tiếp và qua dịch vụ bưu chính: 2; không rõ hình thức nộp: 1); số từ kỳ trước chuyển qua: 0.")
    assert said["pending"].endswith("Rút hồ sơ: 0; trả lại, từ chối: 1.")


@pytest.mark.parametrize(
    ("policy", "resolved", "pending"),
    [
        ("report-2024", "đã giải quyết: 1; trong đó, giải quyết trước hạn: 0, đúng hạn: 1, quá hạn: 0.", "Rút hồ sơ: 1."),
        ("ii06a", "đã giải quyết: 2; trong đó, giải quyết trước hạn: 0, đúng hạn: 2, quá hạn: 0.", "Rút hồ sơ (đã tính trong số đã giải quyết): 1."),
        (
            "dvcqg-766",
            "đã giải quyết: 2; trong đó, giải quyết trước hạn: 0, đúng hạn: 0, quá hạn: 0, không xét được hạn: 2.",
            "Rút hồ sơ (đã tính trong số đã giải quyết): 1.",
        ),
    ],
)
def test_the_sentences_follow_the_documents_policy(tmp_path, policy, resolved, pending):
    said = said_of(opened(tmp_path / "so.parquet", dossier(resolved="2024-01-12"), dossier(withdrawn="2024-01-12"), policy=policy))
    assert said["resolved"].endswith(resolved)
    assert said["pending"].endswith(pending)


def test_where_pending_dossiers_count_as_in_time_that_is_said(tmp_path):
    study = opened(tmp_path / "so.parquet", dossier(due="2024-04-01"), policy="dvcqg-766")
    assert said_of(study)["on_time"].startswith("Tỷ lệ hồ sơ thủ tục hành chính được giải quyết đúng hạn, đang giải quyết trong hạn trên địa bàn huyện")


def test_counts_that_do_not_add_up_are_refused(sample):
    results = measure_study(sample, METRICS, [sample.written])
    wrong = results.assign(value=results["value"].mask(results["metric"].isin(["received_total"]), 9966.0))
    found = finder(Numbers(wrong), sample.written)
    with pytest.raises(ValueError, match=r"Report, section 2\.2: .* does not hold in 'received_total': 9966 against 2608 \+ 7316 \+ 0 \+ 41"):
        say_received(sample, found)
    with pytest.raises(ValueError, match="9966 against 9789 \\+ 28 \\+ 148 \\+ 0"):
        say_pending(sample, found)


def test_a_policy_that_counts_the_withdrawn_within_needs_no_second_addition(sample):
    study = replace(sample, policy=get_policy("ii06a"))
    found = finder(Numbers(measure_study(study, METRICS, [study.written])), study.written)
    assert say_pending(study, found).text.endswith("quá hạn: 0. Rút hồ sơ (đã tính trong số đã giải quyết): 148.")
