"""The index page: every period and unit with its state and key figures, latest period first; and the page of each of them, one link away."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from tthc_analysis.files import write_whole
from tthc_analysis.press.bar import document_list, failure_words, write_pages
from tthc_analysis.press.page import badges, cards, change, filter_script, link, notices, page
from tthc_analysis.press.privacy import check_contents
from tthc_analysis.press.reports import PAGE, Groups, Report, find_reports, grouped
from tthc_analysis.reference.notation import MISSING, count

TITLE = "Báo cáo giải quyết thủ tục hành chính"
STATE = "Tình trạng"
FEW = 12  # reports that one sees without looking for one


# --- a table of reports


def _labels(reports: Sequence[Report]) -> list[str]:
    """Name the key figures of some reports, in their order."""
    return list(dict.fromkeys(figure["label"] for report in reports for figure in report.figures))


def _figure(report: Report, label: str, *, labelled: bool) -> str:
    """Write a cell: the number, n/N, and the verdict on its change since the period before; its label too where a phone sets it as a block."""
    found = next((figure for figure in report.figures if figure["label"] == label), None)
    cell = f'<td data-label="{escape(label)}">' if labelled else "<td>"
    if not found:
        return f"{cell}{MISSING}</td>"
    verdict = "".join(change(one, one["verdict"]) for one in found.get("changes", [])[:1] if one["verdict"])
    return f"{cell}<strong>{escape(found['text'])}</strong> <small>{escape(found['ratio'])}</small> {verdict}</td>"


def _complete(report: Report) -> str:
    """Say that all is there, that there is nothing to count, or which notebooks failed, each with the page that says why."""
    failed = [
        f'<li class="bad">{escape(document.title)}: {link(report.address(document.failure), failure_words(document))}</li>'
        for document in report.documents
        if document.failure
    ]
    if failed:
        return f"<ul>{''.join(failed)}</ul>"
    nothing = report.figures and all(figure["text"] == MISSING for figure in report.figures)
    return f"<span>{'Không có số liệu trong kỳ' if nothing else 'Đủ'}</span>"


def _state(report: Report, *, documents: bool) -> str:
    """Write the last cell: the state, and with `documents` each of them with its links."""
    listed = f"<details><summary>Tài liệu</summary>{document_list(report, report.address)}</details>" if documents else ""
    return f'<td class="state">{_complete(report)}{listed}</td>'


class Shared(NamedTuple):
    """What holds for all of some reports: made from sample data, for the office's own eyes. Said once where it holds for the whole page."""

    sample: bool
    internal: bool

    def beyond(self, above: "Shared") -> str:
        """Say it by badges, but for what is said above already."""
        return badges(sample=self.sample and not above.sample, internal=self.internal and not above.internal)


def _shared(reports: Sequence[Report]) -> Shared:
    return Shared(all(report.sample for report in reports), all(report.internal for report in reports))


class Listing(NamedTuple):
    """How reports are listed: what holds for the whole page and is said there, how many have their documents, and whether a phone sets rows as blocks."""

    above: Shared
    documents: int
    blocks: bool


def _row(at: int, report: Report, name: str, labels: Sequence[str], how: Listing) -> str:
    if report.broken:
        return f'<tr><th scope="row">{escape(report.place)}</th><td colspan="{len(labels) + 1}">bản kê nguồn gốc hỏng, cần lập lại báo cáo này.</td></tr>'
    cells = "".join(_figure(report, label, labelled=how.blocks) for label in labels)
    head = f"{link(report.address(), name)} {_shared([report]).beyond(how.above)}".rstrip()
    return f'<tr><th scope="row">{head}</th>{cells}{_state(report, documents=at < how.documents)}</tr>'


def _table(caption: str, first: str, rows: Sequence[tuple[str, Report]], how: Listing) -> str:
    """Write reports, each under its name, as rows of their key figures."""
    labels = _labels([report for _, report in rows])
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in (first, *labels, STATE))
    body = "".join(_row(at, report, name, labels, how) for at, (name, report) in enumerate(rows))
    return (
        f'<div class="scroll reports{" blocks" if how.blocks else ""}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


# --- the sections


def _failures(reports: Sequence[Report]) -> int:
    return sum(report.broken or any(document.failure for document in report.documents) for report in reports)


def _counted(reports: Sequence[Report]) -> str:
    """Say how many reports there are, and how many of them failed."""
    failed = _failures(reports)
    return f"{count(len(reports))} báo cáo" + (f', <span class="bad">{count(failed)} có lỗi</span>' if failed else "")


def _period_section(reports: Sequence[Report], above: Shared, *, latest: bool) -> str:
    """Write a period: the latest one open with its documents, the earlier ones to be opened, which needs no script."""
    first, rows = reports[0], [(report.unit_name, report) for report in reports]
    table = _table(first.period_label, "Đơn vị", rows, Listing(above, documents=len(rows) if latest else 0, blocks=latest))
    if latest:
        return f"<section><h2>{escape(first.period_label)}</h2>{table}</section>"
    days = f"{first.period.dates} · " if first.period else ""
    return f'<details class="period"><summary><h2>{escape(first.period_name)}</h2> <small>{days}{_counted(reports)}</small></summary>{table}</details>'


def _only_section(report: Report) -> str:
    """Write the only report there is: its key figures as on its own page, and its documents."""
    name = f"{report.unit_name}, {report.period_label}"
    state = f'<div class="state">{STATE}: {_complete(report)}</div>'
    return (
        f'<section class="key-figures"><h2>{link(report.address(), name)}</h2>{cards(report.figures)}'
        f'<p class="open">{link(report.address(), "Xem nhận xét, biểu đồ và bảng")}</p>{state}</section>'
        f"<section><h2>Tài liệu</h2>{document_list(report, report.address)}</section>"
    )


def _unit_section(reports: Sequence[Report], above: Shared) -> str:
    """Write the reports of the only unit, a row a period."""
    name, rows = reports[0].unit_name, [(report.period_label, report) for report in reports]
    return f"<section><h2>{escape(name)}</h2>{_table(name, 'Kỳ', rows, Listing(above, documents=1, blocks=True))}</section>"


def _matrix_cell(report: Report | None, label: str) -> str:
    if report is None or report.broken:
        return f"<td>{MISSING}</td>"
    shown = next((figure["text"] for figure in report.figures if figure["label"] == label), "xem")
    return f"<td>{link(report.address(), shown)}</td>"


def _matrix(by_unit: Groups, by_period: Groups) -> str:
    """Write every unit by every period, each a link away, under the first key figure."""
    label = next(iter(_labels([report for reports in by_period.values() for report in reports])), "")
    head = "".join(f'<th scope="col">{escape(reports[0].period_name)}</th>' for reports in by_period.values())
    rows = []
    for reports in by_unit.values():
        found = {report.period_label: report for report in reports}
        cells = "".join(_matrix_cell(found.get(period), label) for period in by_period)
        rows.append(f'<tr><th scope="row">{escape(reports[0].unit_name)}</th>{cells}</tr>')
    caption = f"{label} theo đơn vị và kỳ" if label else "Báo cáo theo đơn vị và kỳ"
    return (
        f'<section><h2>{escape(caption)}</h2><div class="scroll matrix" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f'<thead><tr><th scope="col">Đơn vị</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div></section>'
    )


# --- the page


def _lead(reports: Sequence[Report], by_unit: Groups, by_period: Groups) -> str:
    """Say how many reports there are, of how many periods and units, how many failed, and what they all are."""
    shared = _shared(reports)
    said = f'<p class="subtitle">{_counted(reports)} · {count(len(by_period))} kỳ · {count(len(by_unit))} đơn vị</p>'
    return said + notices(sample=shared.sample, internal=shared.internal)


def _body(by_unit: Groups, by_period: Groups, above: Shared) -> str:
    if len(by_unit) == len(by_period) == 1 and not (only := next(iter(by_unit.values()))[0]).broken:
        return _only_section(only)
    if len(by_unit) == 1:
        return _unit_section(next(iter(by_unit.values())), above)
    sections = [_period_section(reports, above, latest=not at) for at, reports in enumerate(by_period.values())]
    return "\n".join(sections + ([_matrix(by_unit, by_period)] if len(by_period) > 1 else []))


def index_html(reports: Sequence[Report]) -> str:
    """Write the index page of some reports, given latest period first."""
    if not reports:
        return page(TITLE, "<p>Chưa có báo cáo nào.</p>")
    by_unit, by_period = grouped(reports, "unit"), grouped(reports, "period_label")
    body = _body(by_unit, by_period, _shared(reports))
    return page(TITLE, body, lead=_lead(reports, by_unit, by_period), script=filter_script() if len(reports) > FEW else "")


def write_index(root: Path) -> Path:
    """Write the page that lists every period and unit found below `root`, and the page of each; give the first one's path.

    Pages that would be the same are left as they are. Personal data in a manifest found there (one made before they were looked at) raises
    UserError, and the old pages stay.
    """
    reports = find_reports(root)
    write_pages(reports)
    content = index_html(reports).encode()
    check_contents({PAGE: content}, internal=any(report.internal for report in reports))
    write_whole(root / PAGE, content)
    return root / PAGE
