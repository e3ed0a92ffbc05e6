"""Showing: a report and its findings as plain data, which the terminal, JSON, a page and a Word document are written from.

Personal data are covered here, once for all: in the text of the report too, for a page is easily passed on.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from tthc_analysis.audit.blocks import Block, Grid, Part, Place, Report
from tthc_analysis.audit.findings import SEVERITIES, Finding, Severity
from tthc_analysis.audit.vocabulary import data
from tthc_analysis.reference.notation import count
from tthc_analysis.reference.personal_data import fit_to_pass_on

WORDS: dict[Severity, str] = {"error": "Lỗi", "question": "Hỏi lại", "note": "Lưu ý"}


def counted(findings: Sequence[Finding], figures: int) -> str:
    """Say of how many figures read how many findings of each kind there are.

    >>> counted([], 61), counted([], 0)
    ('Đọc được 61 số liệu: không thấy gì cần xem lại.', 'Không đọc được số liệu nào, nên không có gì để kiểm tra.')
    """
    if not figures and not findings:
        return "Không đọc được số liệu nào, nên không có gì để kiểm tra."
    found = [(sum(one.severity == severity for one in findings), WORDS[severity].lower()) for severity in SEVERITIES]
    said = ", ".join(f"{count(number)} {word}" for number, word in found if number)
    return f"Đọc được {count(figures)} số liệu: {said or 'không thấy gì cần xem lại'}."


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Put errors before questions before notes, each in reading order."""
    return sorted(findings, key=lambda one: SEVERITIES.index(one.severity))


def as_markdown() -> str:
    """Print the checks: name, what each asks, how grave it may be, and its example."""
    rows = [_check_row(name, check) for name, check in data("checks").items()]
    head = (
        "# Các phép kiểm của `tthc audit`\n\nTệp này do `make docs` in ra từ tthc_analysis/audit/data/checks.yaml; mỗi ví dụ là một phép thử.\n\n"
        "| phép kiểm | mức | nghĩa | ví dụ bị bắt |\n|---|---|---|---|\n"
    )
    return head + "".join(rows)


def _check_row(name: str, check: dict[str, Any]) -> str:
    grave = " hoặc ".join(WORDS[severity].lower() for severity in check["severities"])
    example = check.get("example", "").replace("\n", "<br>")
    return f"| **{check['title']}**<br>`{name}` | {grave} | {check['about']} | {example} |\n"


def as_json(findings: Sequence[Finding]) -> str:
    """Write findings as a JSON list, each with check, severity, line, quote, numbers, explanation and more."""
    return json.dumps([one.as_json() for one in findings], ensure_ascii=False, indent=1)


def as_data(report: Report, findings: Sequence[Finding], figures: int) -> dict[str, Any]:
    """Give a report and its findings as plain data: name, summary, unread, parts in order, each with the numbers (from 1) of its findings."""
    parts = [part_at(report, one) for one in findings]
    marks: dict[int, list[int]] = {}
    for number, part in enumerate(parts, 1):
        marks.setdefault(part, []).append(number)
    return {
        "name": fit_to_pass_on(report.name),
        "summary": counted(findings, figures),
        "unread": list(report.unread),
        "parts": [{**_part(part), "marks": marks.get(number, [])} for number, part in enumerate(report.parts)],
        "findings": [{"number": number, "part": part, **_finding(one)} for number, (one, part) in enumerate(zip(findings, parts, strict=True), 1)],
    }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Block):
        return {"kind": part.kind, "text": fit_to_pass_on(part.text), "level": part.level, "place": str(part.place)}
    return {
        "kind": "table",
        "rows": [[fit_to_pass_on(cell.text) for cell in row] for row in part.rows],
        "heads": part.heads,
        "place": str(part.rows[0][0].place),
    }


def _finding(one: Finding) -> dict[str, Any]:
    where = {"paragraph": one.place.line, "row": one.place.row, "column": one.place.column, "places": [str(place) for place in one.places]}
    return {**one.as_json(), **where, "word": WORDS[one.severity]}


def part_at(report: Report, finding: Finding) -> int:
    """Give the part of a report at which a finding stands; -1 for one that stands nowhere."""
    if finding.place.line == 0 or finding.block >= 0:
        return finding.block
    return max((number for number, part in enumerate(report.parts) if _holds(part, finding.place)), default=-1)


def _holds(part: Part, place: Place) -> bool:
    """Whether a place lies in a part: on one of its lines, or in one of its rows."""
    if isinstance(part, Grid):
        return any((row[0].place.page, row[0].place.line) == (place.page, place.line) for row in part.rows)
    lines = {part.place, *(part.at(begins) for begins, _ in part.lines)}
    return not place.table and (place.page, place.line) in {(one.page, one.line) for one in lines}
