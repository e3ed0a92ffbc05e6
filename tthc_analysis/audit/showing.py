"""Showing: a report and its findings as plain data, which the terminal, JSON, a page and a Word document are written from.

Personal data are covered here, once for all: in the text of the report too, for a page is easily passed on.
"""

import json
from collections.abc import Sequence
from typing import Any

from tthc_analysis.audit.blocks import Block, Grid, Part, Report
from tthc_analysis.audit.findings import SEVERITIES, Finding, Severity
from tthc_analysis.reference.notation import count
from tthc_analysis.reference.personal_data import covered

WORDS: dict[Severity, str] = {"error": "Lỗi", "question": "Hỏi lại", "note": "Lưu ý"}
NOTHING = "Không thấy lỗi."


def counted(findings: Sequence[Finding]) -> str:
    """Say how many findings of each kind there are.

    >>> counted([])
    'Không thấy lỗi.'
    """
    found = [(sum(one.severity == severity for one in findings), WORDS[severity].lower()) for severity in SEVERITIES]
    said = ", ".join(f"{count(number)} {word}" for number, word in found if number)
    return f"{said[0].upper()}{said[1:]}." if said else NOTHING


def as_json(findings: Sequence[Finding]) -> str:
    """Write findings as a JSON list, each with check, severity, line, quote, numbers, explanation and more."""
    return json.dumps([one.as_json() for one in findings], ensure_ascii=False, indent=1)


def as_data(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """Give a report and its findings as plain data: name, unread, summary, parts in order, each with the numbers (from 1) of its findings."""
    marks: dict[int, list[int]] = {}
    for number, finding in enumerate(findings, 1):
        marks.setdefault(part_at(report, finding), []).append(number)
    return {
        "name": covered(report.name),
        "summary": counted(findings),
        "unread": list(report.unread),
        "parts": [{**_part(part), "marks": marks.get(number, [])} for number, part in enumerate(report.parts)],
        "findings": [_finding(number, one) for number, one in enumerate(findings, 1)],
        "unplaced": marks.get(-1, []),
    }


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, Block):
        return {"kind": part.kind, "text": covered(part.text), "level": part.level, "place": str(part.place)}
    return {"kind": "table", "rows": [[covered(cell.text) for cell in row] for row in part.rows], "heads": part.heads, "place": str(part.rows[0][0].place)}


def _finding(number: int, one: Finding) -> dict[str, Any]:
    word = WORDS[one.severity]
    return {**one.as_json(), "number": number, "word": word, "places": [str(place) for place in one.places], "row": one.place.row, "column": one.place.column}


def part_at(report: Report, finding: Finding) -> int:
    """Give the part of a report at which a finding stands; -1 for one that stands nowhere."""
    if finding.place.line == 0:
        return -1
    if finding.block >= 0:
        return finding.block
    holding = [number for number, part in enumerate(report.parts) if _holds(part, finding)]
    return holding[-1] if holding else -1


def _holds(part: Part, finding: Finding) -> bool:
    """Whether a part begins at or before a finding and ends at or after it."""
    place = finding.place
    if isinstance(part, Grid):
        return any(cell.place.page == place.page and cell.place.line == place.line for row in part.rows for cell in row[:1])
    lines = {part.place.line, *(line for _, line in part.lines)}
    return part.place.page in (place.page, place.page - 1) and place.line in lines and (not place.table)
