"""Reports written in the manner of many places: the clean ones pass in silence, and each planted defect is found where it was planted."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from commands import FIGURES
from written import report_of

from tthc_analysis.audit.check import check_report
from tthc_analysis.audit.findings import Finding
from tthc_analysis.audit.reading import read_report
from tthc_analysis.audit.vocabulary import data

HERE = Path(__file__).parent
REPORTS = sorted((HERE / "corpus").iterdir())
PLANTED = yaml.safe_load((HERE / "corpus.yaml").read_text("utf-8"))


class Plant(NamedTuple):
    """What was found of a planted defect: it as an error or a question, at its very line, and what else was raised that does not touch it."""

    found: list[Finding]
    on_line: bool
    aliens: list[Finding]


@cache
def clean_findings(name: str) -> list[Finding]:
    return check_report(read_report(HERE / "corpus" / name))


def touches(finding: Finding, line: int) -> bool:
    return line in {finding.line, *(place.line for place in finding.places)}


@cache
def planted(number: int) -> Plant:
    """Break one report as its row says, and look at what is new in the findings."""
    row: dict[str, Any] = PLANTED[number]
    whole = (HERE / "corpus" / row["file"]).read_text("utf-8")
    assert whole.count(row["old"]) == 1, row
    text = whole.replace(row["old"], row["new"])
    line = text[: text.index(row.get("at", row["new"]))].count("\n") + 1
    known = {(one.check, one.line, one.numbers) for one in clean_findings(row["file"])}
    raised = [one for one in check_report(report_of(text)) if one.severity != "note" and (one.check, one.line, one.numbers) not in known]
    found = [one for one in raised if one.check in row["checks"] and touches(one, line)]
    return Plant(found, any(one.line == line for one in found), [one for one in raised if not touches(one, line)])


def alarms(severity: str) -> Iterator[Finding]:
    for path in REPORTS:
        yield from (one for one in clean_findings(path.name) if one.severity == severity)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.stem)
def test_a_clean_report_passes_in_silence(path):
    assert [] == [(one.severity, one.line, one.explanation) for one in clean_findings(path.name) if one.severity != "note"]


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=lambda number: f"{PLANTED[number]['file'][:2]} {PLANTED[number]['new']}")
def test_a_planted_defect_is_found_and_nothing_else(number):
    plant = planted(number)
    assert plant.found
    assert [] == [(one.line, one.explanation) for one in plant.aliens]


def test_every_finding_is_as_grave_as_its_check_may_be():
    """A check says how grave it is at most; where a text is spoilt an error is a question."""
    every = [one for number in range(len(PLANTED)) for one in planted(number).found] + [one for path in REPORTS for one in clean_findings(path.name)]
    assert {(one.check, one.severity) for one in every} <= {(name, severity) for name, check in data("checks").items() for severity in check["severities"]}


def test_recall_and_false_alarms_on_the_corpus(record_property):
    plants = [planted(number) for number in range(len(PLANTED))]
    found, as_error = sum(bool(plant.found) for plant in plants), sum(any(one.severity == "error" for one in plant.found) for plant in plants)
    on_line, aliens = sum(plant.on_line for plant in plants), sum(len(plant.aliens) for plant in plants)
    errors, questions = len(list(alarms("error"))), len(list(alarms("question")))
    record_property(
        FIGURES, f"corpus: {found} of {len(plants)} planted defects found ({as_error} as errors, {on_line} at the very line), {aliens} strange findings"
    )
    record_property(FIGURES, f"corpus: {len(REPORTS)} clean reports, false alarms: {errors} errors, {questions} questions")
    assert len(REPORTS) >= 30
    assert (len(plants), 0, 0, 0) == (found, aliens, errors, questions)
