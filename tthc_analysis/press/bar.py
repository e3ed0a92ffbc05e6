"""A folder's own page: what leadership reads, under a bar that leads to the unit's other periods, the period's other units and the documents.

Made from the summary's page, which stays as it is: the one file to send. Written again only where something has changed.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import Literal, NamedTuple

import nbformat

from tthc_analysis.files import write_whole
from tthc_analysis.press.manifest import code_sha256
from tthc_analysis.press.page import badges, browse_style, cards, link, page
from tthc_analysis.press.privacy import check_contents
from tthc_analysis.press.reports import PAGE, SUMMARY, Document, Report, address_of, grouped

NEXT = " ·\N{NO-BREAK SPACE}"  # between links: the point stays with the link that it leads to
UP = "../../"  # from a folder to the root
HOME, DOCUMENTS, FAILED = "Mọi báo cáo", "Tài liệu", "Có tài liệu lập lỗi"
MADE_FROM = '<meta name="made-from" content="{}">'
BEGINNING = 600  # bytes of a page, in which that stands
BODY = re.compile(r'<body>\s*(?:<a class="skip"[^>]*>[^<]*</a>\s*)?')


class Steps(NamedTuple):
    """A row of the bar: the reports in order, where the reader stands, the ones a step back and a step on, and what tells them apart."""

    every: Sequence[Report]
    here: Report
    back: Report | None
    on: Report | None
    name: Callable[[Report], str]


# --- the bar


def _neighbours(every: Sequence[Report], here: Report) -> tuple[Report | None, Report | None]:
    """Give the reports before and after one in a row."""
    at = every.index(here)
    return (every[at - 1] if at else None), (every[at + 1] if at + 1 < len(every) else None)


def _alike(one: Report, other: Report) -> bool:
    """Say whether two periods are of one kind and length: only then does one follow the other."""
    return one == other or bool(one.period and other.period and (one.period.kind, one.period.months) == (other.period.kind, other.period.months))


def period_steps(here: Report, of_unit: Sequence[Report]) -> Steps:
    """Lead through a unit's periods, given latest first: a step goes to the one before or after of the same kind."""
    after, before = _neighbours([report for report in of_unit if _alike(report, here)], here)
    return Steps(of_unit, here, before, after, attrgetter("period_name"))


def unit_steps(here: Report, of_period: Sequence[Report]) -> Steps:
    """Lead through a period's units, in their order."""
    return Steps(of_period, here, *_neighbours(of_period, here), attrgetter("unit_name"))


def _step(steps: Steps, to: Report | None, way: Literal["prev", "next"]) -> str:
    """Write a step of a row; an empty place keeps the others where they are."""
    if to is None:
        return "<span></span>"
    return f'<a rel="{way}" href="{escape(f"{UP}{to.address()}")}"><span>{escape(steps.name(to))}</span></a>'


def _choice(steps: Steps, report: Report) -> str:
    """Write one of all reports of a row; where the reader stands there is no link."""
    name = steps.name(report)
    here = f'<span aria-current="page">{escape(name)}</span>'
    return f"<li>{here if report is steps.here else link(f'{UP}{report.address()}', name)}</li>"


def _row(steps: Steps) -> str:
    """Write a row of the bar: a step back, where the reader stands with all the others behind it, a step on; nothing where there is no other."""
    if len(steps.every) < 2:
        return ""
    choices = "".join(_choice(steps, report) for report in steps.every)
    here = f"<summary><span>{escape(steps.name(steps.here))}</span></summary>"
    every = f'<details name="bar">{here}<ul class="choices">{choices}</ul></details>'
    return f'<div class="steps">{_step(steps, steps.back, "prev")}{every}{_step(steps, steps.on, "next")}</div>'


def bar_html(here: Report, of_unit: Sequence[Report], of_period: Sequence[Report]) -> str:
    """Write the bar of a report's page: home, documents, periods, units. Only what is there is linked."""
    documents = f'<details name="bar"><summary><span>{DOCUMENTS}</span></summary>{document_list(here, address_of)}</details>'
    failed = f'<span class="bad">{FAILED}</span>' if any(document.failure for document in here.documents) else ""
    home = f'<div class="home">{link(f"{UP}{PAGE}", HOME)}{failed}{documents}</div>'
    return f'<nav class="bar" aria-label="Các báo cáo">{home}{_row(period_steps(here, of_unit))}{_row(unit_steps(here, of_period))}</nav>\n'


# --- the documents


def failure_words(document: Document) -> str:
    """Say of a notebook whose last run failed whether an earlier document is there."""
    return "lần lập gần nhất bị lỗi, đây là bản trước" if document.files else "không lập được"


def _document(document: Document, address: Callable[[str], str], *, marked: bool) -> str:
    """List one document's files, and the page of its failure; `marked` where it must not be taken for an ordinary one."""
    files = document.files | ({failure_words(document): document.failure} if document.failure else {})
    links = [link(address(file), kind, name=f"{document.title}: {kind}") for kind, file in files.items()]
    mark = f" {badges(sample=False, internal=True)}" if marked else ""
    return f"<li>{escape(document.title)}{mark}: {NEXT.join(links)}</li>" if links else ""


def document_list(report: Report, address: Callable[[str], str]) -> str:
    """List a report's documents; `address` leads to a file of its folder from where the list stands."""
    items = (_document(document, address, marked=document.internal and not report.internal) for document in report.documents)
    return f'<ul class="documents">{"".join(items)}</ul>'


# --- the page


def _summary(report: Report) -> Path | None:
    """Find what the page is made from: the summary as a page, or else as a notebook; None where there is neither."""
    files = report.notebooks.get(SUMMARY, {}).get("files", {})
    names = (f"{SUMMARY}.html", f"{SUMMARY}.ipynb")
    return next((report.folder / name for name in names if name in files and (report.folder / name).is_file()), None)


def _signature(reports: Sequence[Report]) -> str:
    """Fingerprint of what a row of the bar shows of its reports."""
    return hashlib.sha256("\n".join(f"{report.period_name} {report.unit_name} {report.place}" for report in reports).encode()).hexdigest()


def _key(report: Report, source: Path | None, *rows: str) -> str:
    """Fingerprint of all that a page is made from: the summary by the manifest's word, what a page without one shows, the documents, the bar, the code."""
    made_from = (
        report.notebooks[SUMMARY]["files"][source.name] if source else [report.unit_name, report.period_label, report.sample, report.internal, report.figures]
    )
    return hashlib.sha256(repr([code_sha256(), made_from, report.documents, *rows]).encode()).hexdigest()


def _is_made_from(path: Path, key: str) -> bool:
    try:
        with path.open("rb") as file:
            return MADE_FROM.format(key).encode() in file.read(BEGINNING)
    except OSError:
        return False


def _without_summary(report: Report, bar: str) -> str:
    """Write the page of a folder that has no summary: its key figures and its documents."""
    body = f'<section class="key-figures" aria-label="Số liệu chính">{cards(report.figures)}</section>' if report.figures else ""
    lead = f'<p class="subtitle">{escape(report.period_label)}</p>{badges(sample=report.sample, internal=report.internal)}'
    return page(report.unit_name, f"{body}<h2>{DOCUMENTS}</h2>{document_list(report, address_of)}", lead=lead, bar=bar)


def _with_summary(source: Path, bar: str) -> str:
    """Set the bar on top of the summary's page, behind the link that leads past it."""
    if source.suffix == ".html":
        made = source.read_text("utf-8")
    else:
        from tthc_analysis.press.html import notebook_html  # noqa: PLC0415 - nbconvert is heavy, and seldom needed here

        made = notebook_html(nbformat.read(source, as_version=4), source.stem)
    styled = made.replace("</head>", f"<style>\n{browse_style()}\n</style>\n</head>", 1)
    return BODY.sub(lambda found: f"{found[0]}{bar}", styled, count=1)


def _write_page(report: Report, of_unit: Sequence[Report], of_period: Sequence[Report], key: str, source: Path | None) -> None:
    bar = bar_html(report, of_unit, of_period)
    made = _with_summary(source, bar) if source else _without_summary(report, bar)
    content = made.replace("<head>", f"<head>\n{MADE_FROM.format(key)}", 1).encode()
    check_contents({f"{report.place}/{PAGE}": content}, internal=report.internal)
    write_whole(report.folder / PAGE, content)


def write_pages(reports: Sequence[Report]) -> None:
    """Write the page of each report's folder that is not made from just this already. Personal data raises UserError, and the old page stays.

    `reports` are all that there are, latest period first.
    """
    by_unit, by_period = grouped(reports, "unit"), grouped(reports, "period_label")
    unit_rows, period_rows = ({name: _signature(group) for name, group in groups.items()} for groups in (by_unit, by_period))
    for report in reports:
        source = _summary(report)
        key = _key(report, source, unit_rows[report.unit], period_rows[report.period_label])
        if not report.broken and not _is_made_from(report.folder / PAGE, key):
            _write_page(report, by_unit[report.unit], by_period[report.period_label], key, source)
