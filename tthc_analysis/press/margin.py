"""Findings in the margin of a Word document: as comments on a copy of the report, or of a document made from its text.

The report's own file is never written to. Comments are Word's (python-docx), each on the paragraph or cell that it speaks of.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.opc.part import XmlPart
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from tthc_analysis.press.layout import Printable, printed
from tthc_analysis.press.package import repacked
from tthc_analysis.reference.personal_data import fit_to_pass_on

AUTHOR, INITIALS = "tthc audit", "KT"
NO_DAY = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # the same findings give the same bytes: a comment's time says nothing here
WORDS = "wordprocessingml"
Finding = Mapping[str, Any]


def commented(content: bytes, findings: Sequence[Finding]) -> bytes:
    """Give a copy of a Word document with findings as comments; each has `paragraph` (from 1, a table's row counts as one), `row` and `column`, or 0.

    Personal data are covered in the copy, wherever they stand: it is made to be passed on.
    """
    document = docx.Document(BytesIO(content))
    places = _places(document)
    _cover(document)
    for finding in findings:
        _comment(document, _at(places, finding), finding)
    return _saved(document)


def _cover(document: Document) -> None:
    """Cover personal data in every paragraph of a document: body, heads, feet, notes, boxes. A paragraph that holds some loses its own look."""
    for part in document.part.package.iter_parts():
        if isinstance(part, XmlPart):
            _cover_paragraphs(part.element)
        elif part.content_type.endswith("+xml") and WORDS in part.content_type:
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            if _cover_paragraphs(root):
                part._blob = etree.tostring(root, encoding="UTF-8", standalone=True)  # noqa: SLF001 - python-docx has no other way to a part that it does not model


def _cover_paragraphs(root: Any) -> bool:
    """Cover paragraph by paragraph, for Word parts a text as it likes; say whether there was anything to cover."""
    changed = False
    for paragraph in root.iter(qn("w:p")):
        texts = [node for node in paragraph.iter(qn("w:t")) if next(node.iterancestors(qn("w:p"))) is paragraph]
        whole = "".join(node.text or "" for node in texts)
        if fit_to_pass_on(whole) != whole:
            changed, texts[0].text = True, fit_to_pass_on(whole)
            for node in texts[1:]:
                node.text = ""
    return changed


def from_text(parts: Sequence[Mapping[str, Any]], findings: Sequence[Finding]) -> bytes:
    """Make a Word document of a report's text, with findings as comments; each finding has `part` (from 0), `row` and `column`, or 0."""
    document = docx.Document()
    written = [_written(document, printed(dict(part), Printable())) for part in parts]
    first = document.paragraphs[0] if document.paragraphs else document.add_paragraph()
    for finding in findings:
        where = written[finding["part"]] if 0 <= finding["part"] < len(written) else first
        _comment(document, _cell_paragraph(where, finding) if isinstance(where, Table) else where, finding)
    return _saved(document)


def _written(document: Document, part: Mapping[str, Any]) -> Paragraph | Table:
    if part["kind"] != "table":
        paragraph = document.add_paragraph()
        paragraph.add_run(part["text"]).bold = part["kind"] == "heading"
        return paragraph
    table: Table = document.add_table(len(part["rows"]), len(part["rows"][0]), style="Table Grid")
    for row, texts in zip(table.rows, part["rows"], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return table


def _cell_paragraph(table: Table, finding: Finding) -> Paragraph:
    row, column = (min(max(finding[name], 1), size) for name, size in (("row", len(table.rows)), ("column", len(table.columns))))
    paragraph: Paragraph = table.cell(row - 1, column - 1).paragraphs[0]
    return paragraph


def _places(document: Document) -> list[Paragraph | list[Any]]:
    """Give the paragraphs and the rows of tables in order, as the reader of reports counts them."""
    places: list[Paragraph | list[Any]] = []
    for node in _flow(document.element.body):
        places += [Paragraph(node, document)] if node.tag == qn("w:p") else list(Table(node, document).rows)
    return places


def _flow(node: Any) -> list[Any]:
    """Give the paragraphs and tables of a body in order, through content controls, those of text boxes after their paragraph."""
    found: list[Any] = []
    for child in node:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            found.append(child)
            if child.tag == qn("w:p"):
                boxes = [box for box in child.iter(qn("w:txbxContent")) if not any(str(above.tag).endswith("}Fallback") for above in box.iterancestors())]
                found += [inner for box in boxes for inner in _flow(box)]
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            found += _flow(child)
    return found


def _at(places: Sequence[Any], finding: Finding) -> Paragraph | None:
    where = places[finding["paragraph"] - 1] if 0 < finding["paragraph"] <= len(places) else None
    if where is None or isinstance(where, Paragraph):
        return where
    cells = where.cells
    return cells[min(max(finding["column"], 1), len(cells)) - 1].paragraphs[0] if cells else None


def _comment(document: Document, paragraph: Paragraph | None, finding: Finding) -> None:
    """Hang a finding on a paragraph; one that stands nowhere on the first."""
    paragraph = paragraph or document.paragraphs[0]
    runs = [*paragraph.runs] or [paragraph.add_run("")]
    comment = document.add_comment([runs[0], runs[-1]] if len(runs) > 1 else runs[0], text=_said(finding), author=AUTHOR, initials=INITIALS)
    comment._comment_elm.set(qn("w:date"), NO_DAY.strftime("%Y-%m-%dT%H:%M:%SZ"))  # noqa: SLF001 - python-docx has no other way to set a comment's time


def _said(finding: Finding) -> str:
    return str(printed(f"{finding['word']} – {finding['title']}. {finding['explanation']}", Printable()))


def _saved(document: Document) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return repacked(buffer.getvalue())
