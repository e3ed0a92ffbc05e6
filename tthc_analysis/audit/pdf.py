"""PDF files with text: lines and paragraphs by where words stand, tables by the rules that are drawn around their cells."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from tthc_analysis.audit.blocks import Place, Report
from tthc_analysis.audit.lines import Line, clean, parts_of, replaced
from tthc_analysis.errors import UserError

MOST_PAGES = 2_000
GAP = 1.6  # of a line's height: a wider space within a line parts cells
THIN, NEAR = 3.0, 3.0  # points: how thick a rule may be, and how far two may stand apart that are one
TOUCH = 0.5  # points between two words without a space


class Box(NamedTuple):
    """A rectangle on a page, in points from the bottom left, and the text in it."""

    left: float
    bottom: float
    right: float
    top: float
    text: str = ""

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2

    def holds(self, other: "Box") -> bool:
        """Whether another's centre lies in it."""
        across, up = other.middle
        return self.left - NEAR <= across <= self.right + NEAR and self.bottom - NEAR <= up <= self.top + NEAR


def read_pdf(path: Path, content: bytes) -> Report:
    """Read a PDF; one that is locked, broken, too long, or only a scan raises UserError."""
    try:
        with pypdfium2.PdfDocument(content) as pdf:
            return _read(path, pdf)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        message = f"{path}: {'tệp PDF có mật khẩu' if locked else 'tệp PDF hỏng hoặc chưa ghi xong'}. Bỏ mật khẩu hoặc xuất lại tệp, rồi chạy lại."
        raise UserError(message) from None


def _read(path: Path, pdf: pypdfium2.PdfDocument) -> Report:
    if len(pdf) > MOST_PAGES:
        message = f"{path}: có hơn {MOST_PAGES} trang, không giống một báo cáo. Tách phần cần kiểm rồi chạy lại."
        raise UserError(message)
    pages = [list(_lines_of(page, number)) for number, page in enumerate(pdf, 1)]
    empty = [number for number, lines in enumerate(pages, 1) if not lines]
    if len(empty) == len(pages):
        message = f"{path}: không trang nào có chữ (có lẽ là bản quét). Cần tệp PDF xuất từ Word, hoặc bản .docx."
        raise UserError(message)
    lines = [line for page in pages for line in page]
    unread = [f"trang {', '.join(map(str, empty))} không có chữ (trang trống hoặc ảnh quét)"] if empty else []
    return Report(path.name, "pdf", tuple(parts_of(lines, broken=True)), (*unread, *replaced(lines)))


def _lines_of(page: pypdfium2.PdfPage, number: int) -> Iterator[Line]:
    """Give a page's lines from the top; a table's row is one line of cells. The page's own number at the top is left out."""
    words = _words(page)
    lattices = [lattice for lattice in _lattices(_rules(page)) if any(lattice.frame.holds(word) for word in words)]
    outside = [word for word in words if not any(lattice.frame.holds(word) for lattice in lattices)]
    found: list[tuple[float, str | list[str]]] = [(row[0].middle[1], _with_tabs(row)) for row in _rows_of(outside)]
    found += [row for lattice in lattices for row in lattice.rows([word for word in words if lattice.frame.holds(word)])]
    for line, (_, text) in enumerate(sorted(found, key=lambda row: -row[0]), 1):
        if not (line == 1 and isinstance(text, str) and re.fullmatch(r"\d{1,4}", text.strip())):
            yield text, Place("pdf", line, number)


def _words(page: pypdfium2.PdfPage) -> list[Box]:
    textpage = page.get_textpage()
    boxes = (textpage.get_rect(index) for index in range(textpage.count_rects()))
    return [
        Box(left, bottom, right, top, clean(text).strip())
        for left, bottom, right, top in boxes
        if (text := textpage.get_text_bounded(left, bottom, right, top)).strip()
    ]


def _rows_of(words: Sequence[Box]) -> list[list[Box]]:
    """Put words into lines: those whose middles lie within each other's height."""
    rows: list[list[Box]] = []
    for word in sorted(words, key=lambda word: (-word.middle[1], word.left)):
        if rows and rows[-1][0].bottom <= word.middle[1] <= rows[-1][0].top:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row) for row in rows]


def _with_tabs(row: Sequence[Box]) -> str:
    """Write a line; a wide space in it is a tab."""
    text = row[0].text
    for left, right in pairwise(row):
        space = right.left - left.right
        text += ("\t" if space > GAP * (right.top - right.bottom) else " " if space > TOUCH else "") + right.text
    return text


# --- tables


def _rules(page: pypdfium2.PdfPage) -> list[Box]:
    """Give the straight rules of a page; a drawn rectangle has four."""
    found = []
    for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = thing.get_bounds()
        if right - left <= THIN or top - bottom <= THIN:
            found.append(Box(left, bottom, right, top))
        else:
            found += [Box(left, edge, right, edge) for edge in (bottom, top)] + [Box(edge, bottom, edge, top) for edge in (left, right)]
    return [rule for rule in found if max(rule.right - rule.left, rule.top - rule.bottom) > 2 * THIN]


def _is_upright(rule: Box) -> bool:
    return rule.right - rule.left < rule.top - rule.bottom


def _steps(values: Sequence[float]) -> list[float]:
    """Give the different ones of positions, those that are near each other once."""
    steps: list[float] = []
    for value in sorted(values):
        if not steps or value - steps[-1] > NEAR:
            steps.append(value)
    return steps


@dataclass(frozen=True)
class Lattice:
    """A table as drawn: the positions of its columns' and rows' edges (rows from the top), and its rules."""

    across: tuple[float, ...]
    down: tuple[float, ...]
    rules: tuple[Box, ...]

    @property
    def frame(self) -> Box:
        """The whole of it."""
        return Box(self.across[0], self.down[-1], self.across[-1], self.down[0])

    def _parted(self, at: float, along: float, *, upright: bool) -> bool:
        """Whether a rule stands at a position, over a point along it."""
        for rule in self.rules:
            if upright and _is_upright(rule) and abs(rule.middle[0] - at) <= NEAR and rule.bottom - NEAR <= along <= rule.top + NEAR:
                return True
            if not upright and not _is_upright(rule) and abs(rule.middle[1] - at) <= NEAR and rule.left - NEAR <= along <= rule.right + NEAR:
                return True
        return False

    def _areas(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Give for each cell the first cell of the merged one that it is part of."""
        area: dict[tuple[int, int], tuple[int, int]] = {}
        for row, (top, bottom) in enumerate(pairwise(self.down)):
            for column, (left, right) in enumerate(pairwise(self.across)):
                here = (row, column)
                if column and not self._parted(left, (top + bottom) / 2, upright=True):
                    here = area[row, column - 1]
                elif row and not self._parted(top, (left + right) / 2, upright=False):
                    here = area[row - 1, column]
                area[row, column] = here
        return area

    def rows(self, words: Sequence[Box]) -> list[tuple[float, list[str]]]:
        """Give the rows of cells, each with the height at which it stands; a merged cell's text stands in every place that it covers."""
        area, texts = self._areas(), dict[tuple[int, int], list[Box]]()
        for word in words:
            row = next((n for n, (top, bottom) in enumerate(pairwise(self.down)) if bottom <= word.middle[1] <= top), None)
            column = next((n for n, (left, right) in enumerate(pairwise(self.across)) if left <= word.middle[0] <= right), None)
            if row is not None and column is not None:
                texts.setdefault(area[row, column], []).append(word)
        said = {place: " ".join(_with_tabs(line).replace("\t", " ") for line in _rows_of(found)) for place, found in texts.items()}
        columns = range(len(self.across) - 1)
        return [((top + bottom) / 2, [said.get(area[row, column], "") for column in columns]) for row, (top, bottom) in enumerate(pairwise(self.down))]


def _lattices(rules: Sequence[Box]) -> list[Lattice]:
    """Find tables: upright rules that stand side by side, with level rules between them."""
    found = []
    for group in _bands([rule for rule in rules if _is_upright(rule)]):
        bottom, top = min(rule.bottom for rule in group), max(rule.top for rule in group)
        level = [rule for rule in rules if not _is_upright(rule) and bottom - NEAR <= rule.middle[1] <= top + NEAR]
        across, down = _steps([rule.middle[0] for rule in group]), _steps([rule.middle[1] for rule in level])
        if len(across) > 2 and len(down) > 2:
            found.append(Lattice(tuple(across), tuple(reversed(down)), (*group, *level)))
    return found


def _bands(upright: Sequence[Box]) -> list[list[Box]]:
    """Put upright rules together whose heights overlap or touch: those of one table."""
    bands: list[list[Box]] = []
    for rule in sorted(upright, key=lambda rule: -rule.top):
        if bands and rule.top >= min(one.bottom for one in bands[-1]) - NEAR:
            bands[-1].append(rule)
        else:
            bands.append([rule])
    return bands
