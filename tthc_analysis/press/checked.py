"""A checked report as one page: its text in order, its findings beside the place that they speak of. Plain data in, HTML out.

The data are those of the audit: `name, summary, unread, parts, findings`; personal data are covered before they come here.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from typing import Any

from tthc_analysis.exhibits.letters import printed
from tthc_analysis.press.page import TEMPLATES, page

TITLE = "Kiểm tra báo cáo"
SEVERITIES = ("error", "question", "note")
Finding = Mapping[str, Any]


@cache
def _style() -> str:
    return (TEMPLATES / "audit.css").read_text("utf-8")


def checked_page(data: Mapping[str, Any]) -> str:
    """Write the page of a checked report."""
    shown = printed(dict(data))
    findings = {finding["number"]: finding for finding in shown["findings"]}
    lead = f'<p class="subtitle">{escape(shown["name"])}</p><p>{escape(shown["summary"])}</p>{_unread(shown["unread"])}'
    body = f"{_list(shown['findings'])}<h2>Văn bản</h2>{''.join(_line(part, findings) for part in shown['parts'])}"
    return page(TITLE, body, lead=lead, more_style=_style())


def _unread(unread: Sequence[str]) -> str:
    return f'<ul class="warnings">{"".join(f"<li>Chưa đọc được: {escape(text)}.</li>" for text in unread)}</ul>' if unread else ""


def _verdict(finding: Finding) -> str:
    return f'<span class="verdict {escape(finding["severity"])}">{escape(finding["word"])}</span>'


def _list(findings: Sequence[Finding]) -> str:
    """List the findings, the gravest first, each with a link to its place."""
    ordered = sorted(findings, key=lambda one: SEVERITIES.index(one["severity"]))
    items = (f"<li>{_verdict(one)} {_title(one)}<br>{escape(one['explanation'])}</li>" for one in ordered)
    return f'<h2>Các điểm cần xem</h2><ol class="findings">{"".join(items)}</ol>' if findings else ""


def _title(finding: Finding) -> str:
    title = escape(finding["title"])
    if finding["part"] < 0:
        return f"<strong>{title}</strong>"
    return f'<a href="#f{finding["number"]}">{title}</a> <span class="where">{escape(finding["place"])}</span>'


def _line(part: Mapping[str, Any], findings: Mapping[int, Finding]) -> str:
    """Write a part with what was found in it."""
    here = [findings[number] for number in part["marks"]]
    text = _table(part, here) if part["kind"] == "table" else _text(part, here)
    notes = "".join(
        f'<p id="f{one["number"]}" class="{escape(one["severity"])}">{_verdict(one)} <strong>{escape(one["title"])}.</strong> {escape(one["explanation"])}</p>'
        for one in here
    )
    aside = f'<aside aria-label="Điểm cần xem ở {escape(part["place"])}">{notes}<p class="place">{escape(part["place"])}</p></aside>' if here else ""
    return f'<div class="line{" marked" if here else ""}">{text}{aside}</div>'


def _text(part: Mapping[str, Any], here: Sequence[Finding]) -> str:
    tag = "p" if part["kind"] != "heading" else "h2" if part["level"] < 2 else "h3"
    kind = ' class="item"' if part["kind"] == "item" else ""
    return f"<{tag}{kind}>{_marked(part['text'], here)}</{tag}>"


def _marked(text: str, here: Sequence[Finding]) -> str:
    """Mark the figures that findings speak of."""
    numbers = sorted({number.rstrip("%") for one in here for number in one["numbers"]}, key=lambda number: (-len(number), number))
    if not numbers:
        return escape(text)
    pattern = re.compile(rf"(?<![\d.,])(?:{'|'.join(map(re.escape, numbers))})(?![\d]|[.,]\d)")
    pieces, last = [], 0
    for match in pattern.finditer(text):
        pieces += [escape(text[last : match.start()]), f"<mark>{escape(match[0])}</mark>"]
        last = match.end()
    return "".join(pieces) + escape(text[last:])


def _table(part: Mapping[str, Any], here: Sequence[Finding]) -> str:
    marked = {(one["row"], one["column"]) for one in here}
    rows = [_row(texts, number, part["heads"], marked) for number, texts in enumerate(part["rows"], 1)]
    label = escape(f"Bảng, {part['place']}")
    head, body = "".join(rows[: part["heads"]]), "".join(rows[part["heads"] :])
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>'


def _row(texts: Sequence[str], number: int, heads: int, marked: set[tuple[int, int]]) -> str:
    return f"<tr>{''.join(_cell(text, head=number <= heads, marked=(number, column) in marked) for column, text in enumerate(texts, 1))}</tr>"


def _cell(text: str, *, head: bool, marked: bool) -> str:
    """Write a cell; one of the header that says nothing heads nothing."""
    tag, scope = ("th", ' scope="col"') if head and text else ("td", "")
    mark = ' class="marked"' if marked else ""
    return f"<{tag}{scope}{mark}>{escape(text)}</{tag}>"
