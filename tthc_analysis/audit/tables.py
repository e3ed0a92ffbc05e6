"""Tables as claims: a cell's label is the headers over it and the words at the beginning of its row.

Where the rows are units or fields, a row is a scope of its own and its total row the report's; where the rows are what is counted, they
say so like a label in a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from tthc_analysis.audit.blocks import Block, Grid
from tthc_analysis.audit.figures import Claim, Figure, figures_of
from tthc_analysis.audit.head import Head
from tthc_analysis.audit.labels import Piece, attributes_of, implied, left_over, merged, without_brackets
from tthc_analysis.audit.scope import Scope, scope_of
from tthc_analysis.audit.vocabulary import Attributes, folded, mended, words_of
from tthc_analysis.reference.notation import plain

TOTAL = re.compile(r"(?:tổng(?: cộng| số| chung)?|cộng|toàn (?:huyện|tỉnh|xã|thành phố|ngành)|tổng (?:toàn|cộng|số) .{0,20})\W*")
_RANK = re.compile(r"(?:s?tt|số tt|số thứ tự|mã số|mã)\W*")
_IS_SHARE = re.compile(r"tỷ lệ|tỉ lệ|%|phần trăm")
_GROUP_RANK = re.compile(r"[IVX]+|[A-Z]")
_WRITTEN = re.compile(r"[-+−]?\d[\d.,]*(?: ?/ ?\d[\d.,]*)?(?: ?%)?(?: ?(?:hồ sơ|hs|tthc|phiếu|lượt))?", re.IGNORECASE)


class Row(NamedTuple):
    """A row of a table: what its first cells say, and whether it adds up or heads others."""

    label: str
    total: bool
    group: bool


def rank_columns(grid: Grid) -> set[int]:
    """Give the columns that only number the rows."""
    return {column for column in range(len(grid.rows[0])) if any(_RANK.fullmatch(folded(text)) for text in grid.path(column))}


def row_of(grid: Grid, row: tuple[Block, ...]) -> Row:
    """Read what a row is: its label is its first text that is no figure."""
    ranks = rank_columns(grid)
    texts = [plain(cell.text) for column, cell in enumerate(row) if column not in ranks]
    label = next((text for text in texts if text and not _WRITTEN.fullmatch(text)), "")
    total = bool(TOTAL.fullmatch(folded(label))) and not {name for name, _ in attributes_of(words_of(folded(label)))} - {"subject", "level"}
    rank = next((plain(row[column].text) for column in sorted(ranks) if row[column].text), "")
    return Row(label, total, bool(_GROUP_RANK.fullmatch(rank)) and not total)


class _Column(NamedTuple):
    attributes: Attributes
    left_over: frozenset[str]
    scope: Scope
    share: bool
    role: str


def _said(texts: tuple[str, ...]) -> tuple[Attributes, frozenset[str]]:
    """Give what stacked headers say: the lowest counts most; a header over it adds what it does not say itself."""
    attributes, left = frozenset[tuple[str, str]](), frozenset[str]()
    for text in reversed(texts):
        low = without_brackets(folded(mended(text)[0]))
        words = words_of(low)
        told, stage = attributes_of(words), dict(attributes).get("stage")
        if not stage or dict(told).get("stage", stage) == stage or stage in ("withdrawn", "returned"):
            attributes = merged(attributes, frozenset(item for item in told if not (stage in ("withdrawn", "returned") and item[0] == "stage")))
        left |= left_over(low, Piece(0, len(low)), words)
    return attributes, left


def _column(grid: Grid, column: int, head: Head) -> _Column:
    path = grid.path(column)
    attributes, left = _said(path)
    low = folded(" ".join(path))
    share = bool(_IS_SHARE.search(folded(path[-1]))) if path else False
    scope = frozenset(item for item in scope_of(low, head, " ".join(path)) if item[0] == "window")
    return _Column(attributes, left, scope, share, "compared" if ("window", "earlier") in scope else _role(low))


def claims_of(grid: Grid, number: int, head: Head, section: Scope, title: str) -> Iterator[Claim]:
    """Read the claims of a table, the part of that number; `title` is what stands over it. Their own numbers are for who collects them."""
    columns, ranks = [_column(grid, column, head) for column in range(len(grid.rows[0]))], rank_columns(grid)
    subject = frozenset(item for item in attributes_of(words_of(folded(title))) if item[0] == "subject")
    above = _NOTHING
    for rank, row in enumerate(grid.body):
        about, quote = row_of(grid, row), _quoted(row)
        line = _under(_line(about, section), above)
        above = line if about.group else _NOTHING if about.total else above
        percent = bool(_IS_SHARE.search(folded(about.label))) or any(cell.text.strip() == "%" for cell in row)
        for place, cell in enumerate(row):
            if place not in ranks and _WRITTEN.fullmatch(cell.text):
                yield from (
                    _claim(figure, cell, columns[place]._replace(share=percent or columns[place].share), line, subject, (number, rank, place), quote)
                    for figure in figures_of(cell.text)
                )


class _Line(NamedTuple):
    """What a row's label adds to each of its cells."""

    attributes: Attributes
    left_over: frozenset[str]
    scope: Scope


_NOTHING = _Line(frozenset(), frozenset(), frozenset())


def _under(line: _Line, above: _Line) -> _Line:
    """Complete what a row says from the row that heads its group: "II. Đã giải quyết", then "1. Trước hạn"."""
    stage = dict(above.attributes).get("stage")
    goes_on = line.attributes and stage and dict(line.attributes).get("stage", stage) == stage
    return line._replace(attributes=merged(line.attributes, above.attributes)) if goes_on else line


def _line(row: Row, section: Scope) -> _Line:
    own, left = _said((row.label,)) if row.label and not row.total else (frozenset[tuple[str, str]](), frozenset[str]())
    if {name for name, _ in own} - {"subject", "level"}:
        return _Line(own, left, section)
    return _Line(frozenset(), frozenset(), section if row.total or not row.label else section | {("row", folded(row.label))})


def _claim(figure: Figure, cell: Block, column: _Column, line: _Line, subject: Attributes, at: tuple[int, int, int], quote: str) -> Claim:
    share = column.share and not figure.whole
    unit = frozenset({("subject", figure.unit)} if figure.unit and not figure.first.percent else ())
    return Claim(
        number=-1,
        quantity=replace(figure.first, percent=True) if share else figure.first,
        unit="share" if share else figure.unit,
        attributes=_with_stage(implied(merged(merged(merged(line.attributes, column.attributes), unit), subject))),
        place=cell.place,
        quote=quote,
        block=at[0],
        start=figure.start,
        whole=figure.whole,
        left_over=line.left_over | column.left_over,
        scope=line.scope | column.scope,
        role=column.role,
        signed=bool(re.match(r"\s*[-−–(]", cell.text)),
        cell=at,
    )


def _role(low: str) -> str:
    return "target" if re.search(r"chỉ tiêu|kế hoạch|mục tiêu", low) else "change" if re.search(r"tăng|giảm|so sánh|so với|chênh", low) else "result"


def _with_stage(attributes: Attributes) -> Attributes:
    known = dict(attributes)
    if "stage" in known:
        return attributes
    return attributes | {("stage", "pending" if known["timing"] == "in_time" else "resolved")} if "timing" in known else attributes


def _quoted(row: tuple[Block, ...]) -> str:
    texts = [cell.text for number, cell in enumerate(row) if cell.text and cell not in row[:number]]
    return " | ".join(texts)
