"""The district's own report, as it was published: every defect of it that a machine can see is found at its place, and no error is raised that is none."""

from pathlib import Path

import pytest
from commands import FIGURES
from written import pdf_of, word_of

from tthc_analysis.audit.audited import audited
from tthc_analysis.audit.findings import Finding
from tthc_analysis.audit.reading import read_report

SEED = Path(__file__).with_name("minh-long.txt")
# What cannot be true as it stands, each with its line: the denominators of the ratings, 9.794 out of 9.789, the withdrawn among the pending,
# dossiers called procedures, an appendix VII that is not there.
ERRORS = {
    (95, "denominator_conflict"),
    (97, "parts_not_total"),
    (97, "unit_mislabel"),
    (108, "denominators_differ"),
    (108, "ratio_above_one"),
    (123, "reference_missing"),
}
QUESTIONS = {
    (23, "empty_section"),  # a bullet that names its matter and stops
    (29, "words_against_numbers"),  # 10 % of costs cut, and no plan for it
    (35, "obsolete_term"),  # "mức độ 3, 4"
    (49, "words_against_numbers"),  # a review, and a table of noughts
    (67, "office_count"),  # 14 offices in a district of one and five
    (69, "period_not_stated"),
    (69, "words_against_numbers"),  # 100 % on the system; an average that is a range
    (73, "words_against_numbers"),
    (95, "period_past_cutoff"),  # 15/3 where the decree closes on 14/3
    (107, "words_against_numbers"),  # "hài lòng (hoặc bình thường)"
    (111, "words_against_numbers"),  # few raters, 3.904 ratings
    (113, "words_against_numbers"),
    (115, "words_against_numbers"),
    (137, "words_against_numbers"),  # "chưa đáp ứng yêu cầu" of a share that is never given
    (139, "words_against_numbers"),  # late on the system, none pending late; late ones that were in time
}
NOTES = {
    (3, "blank_left"),
    (5, "blank_left"),
    (95, "both_digitised_bound"),
    (95, "digital_above_paper"),
    (95, "two_bases"),
    (113, "doubtful_text"),
    (188, "blank_left"),
}


@pytest.fixture(scope="module")
def found() -> tuple[Finding, ...]:
    return audited(SEED).findings


def places(found: tuple[Finding, ...], severity: str) -> set[tuple[int, str]]:
    return {(one.line, one.check) for one in found if one.severity == severity}


def test_its_errors_are_those_that_are_known(found):
    assert ERRORS == places(found, "error")


def test_its_questions_and_notes_are_those_that_are_known(found):
    assert (QUESTIONS, NOTES) == (places(found, "question"), places(found, "note"))


def test_recall_and_false_alarms_on_the_seed(found, record_property):
    known = {"error": ERRORS, "question": QUESTIONS, "note": NOTES}
    hits = sum(len(wanted & places(found, severity)) for severity, wanted in known.items())
    alarms = len(places(found, "error") - ERRORS)
    record_property(FIGURES, f"seed: {hits} of {sum(map(len, known.values()))} known defects found, {alarms} errors that are none")
    assert (sum(map(len, known.values())), 0) == (hits, alarms)


def test_a_finding_names_the_figures_and_what_would_hold(found):
    said = {one.check: one for one in found if one.severity == "error"}
    assert ("501/150",) == said["ratio_above_one"].numbers
    assert "33,02%" in said["denominator_conflict"].explanation
    assert "9.965 = 9.789 + 28 + 148" in said["parts_not_total"].explanation
    assert "I, II, III, IV, V" in said["reference_missing"].explanation
    assert all(one.quote for one in found)


@pytest.mark.parametrize(("ending", "write"), [(".docx", word_of), (".pdf", pdf_of)])
def test_as_word_and_as_pdf_it_has_the_same_errors(found, tmp_path, ending, write):
    path = tmp_path / f"bao-cao{ending}"
    path.write_bytes(write(read_report(SEED)))
    again = audited(path).findings
    assert sorted((one.check, one.numbers) for one in found if one.severity == "error") == sorted(
        (one.check, one.numbers) for one in again if one.severity == "error"
    )
    assert {one.check for one in found} == {one.check for one in again}


def test_old_scans_damage_is_read_through_and_said(found):
    """Words with "đ" read as "ã" ("ãng hạn") stand in 30 places; nothing there is more than a question."""
    (note,) = [one for one in found if one.check == "doubtful_text"]
    assert "30 chỗ" in note.explanation
    spoilt = {place.line for place in (note.place, *note.places)}
    assert not [one for one in found if one.severity == "error" and one.line in spoilt]
