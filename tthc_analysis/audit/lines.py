"""Lines of text made into blocks and tables: for text files, Markdown, and the pages of a PDF.

Paragraphs that were broken over lines are joined again, lines with tabs or bars become tables, and numbering, dots and capitals tell
headings and list items from paragraphs.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from tthc_analysis.audit.blocks import Block, Grid, Kind, Part, Place, filled_heads, joined
from tthc_analysis.reference.notation import plain

Line = tuple[str | list[str], Place]  # a line of text, or the cells of a row

LONGEST_HEADING = 180  # characters
WRAPPED, UNWRAPPED = 30, 200  # characters: of broken lines the shortest that goes on in the next, and a line so long is a whole paragraph
FEWEST_WIDE = 8  # lines as wide as the widest, from which a text is taken for broken to a width
SHORT = 0.75  # of a report's widest lines: a shorter one ends its paragraph
MARKS = "-–—−+*•●○▪✓➢➔"
_NUMBERED = (
    ("roman", re.compile(r"(?:PHẦN (?:THỨ )?|Phần (?:thứ )?)?([IVX]{1,6})\s?[.)/:–-]?\s+(?=\S)")),
    ("appendix", re.compile(r"(?:PHỤ LỤC|Phụ lục|BIỂU(?: SỐ)?|Biểu số)(?: số)? ?((?:[IVX]{1,6}|\d{1,2})[a-z]?)?(?=$|[\s:.(–-])")),
    ("decimal", re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})(?:[.)](?!\d)\s*|(?<=\.\d)\s+|(?<=\.\d\d)\s+)(?=\D)")),
    ("letter", re.compile(r"([a-zđ])[.)]\s*(?=\S)")),
)
_DOTTED = re.compile(rf"([{re.escape(MARKS)}])\s*(?=\S)")
_TELLS_A_FIGURE = re.compile(r"\d[\d.,]*\s?(?:%|hồ sơ|hs\b|tthc|thủ tục|phiếu|lượt)|:\s*\d", re.IGNORECASE)
_HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_RULE = re.compile(r"[\s|:+=_*~-]{3,}")


def clean(text: str) -> str:
    """Bring text to NFC without hidden characters; tabs stay, for they part cells."""
    return _HIDDEN.sub("", unicodedata.normalize("NFC", text.replace("\u00a0", " ").replace("\u202f", " ")))


def replaced(lines: Sequence[Line]) -> Iterator[str]:
    """Say where letters could not be read."""
    places = [str(place) for text, place in lines if "\ufffd" in "".join(text)]
    if places:
        yield f"có chữ hỏng không đọc được ở {'; '.join(places[:5])}"


def classified(text: str, place: Place, lines: tuple[tuple[int, int], ...] = ()) -> Block:
    """Tell what a paragraph is from how it begins: a heading, a list item, or neither."""
    for name, pattern in _NUMBERED:
        found = pattern.match(text)
        if found and not (name == "roman" and text[found.end() :][:1].islower()):
            marker = f"phụ lục {found[1] or ''}".strip() if name == "appendix" else found[1]
            return Block(_kind_of(name, text, found.end()), text, place, marker, _level(name, marker), lines)
    dotted = _DOTTED.match(text)
    if dotted:
        return Block("item", text, place, dotted[1], 1, lines)
    heading = text.isupper() and len(text) <= LONGEST_HEADING and " " in text and not any(map(str.isdigit, text))
    return Block("heading" if heading else "paragraph", text, place, "", 1 if heading else 0, lines)


def _kind_of(name: str, text: str, begins: int) -> Kind:
    """Tell a numbered heading from an item: it is short, ends openly, and tells no figure behind its own number."""
    if name == "appendix":
        return "heading" if len(text) <= LONGEST_HEADING and not _TELLS_A_FIGURE.search(text) else "paragraph"
    short = len(text) <= LONGEST_HEADING and text[-1] not in ".;,"
    return "heading" if short and not _TELLS_A_FIGURE.search(text, begins) else "item"


def _level(name: str, marker: str) -> int:
    return {"appendix": 0, "roman": 1, "letter": 5}.get(name, 2 + marker.count("."))


def _wraps(lines: Sequence[Line], *, broken: bool) -> int:
    """Give how long a line is at least that goes on in the next one; longer than any where the lines are whole paragraphs.

    Lines that were broken to a width are nearly all as wide as the widest; `broken` says that they are, whatever they look like.
    """
    lengths = sorted(len(text) for text, _ in lines if isinstance(text, str)) or [0]
    wide = [length for length in lengths if length >= SHORT * lengths[-1]]
    evenly = len(wide) >= FEWEST_WIDE and 2 * len(wide) >= sum(length >= lengths[-1] / 2 for length in lengths) and lengths[-1] < UNWRAPPED
    if not broken and not evenly:
        return lengths[-1] + 1
    return max(int(median(lengths[len(lengths) // 2 :]) * SHORT), WRAPPED)


def parts_of(lines: Sequence[Line], *, broken: bool = False) -> list[Part]:
    """Make blocks and tables of lines; where lines are whole paragraphs only those are joined that begin within a sentence."""
    wraps, parts = _wraps(lines, broken=broken), list[Part]()
    for group in _groups(lines, wraps):
        if isinstance(group[0][0], list):
            parts.append(_grid(group, 1 + sum(isinstance(part, Grid) for part in parts)))
        else:
            text, starts = joined([(str(line), place.line) for line, place in group])
            parts.append(classified(text, group[0][1], starts if len(starts) > 1 else ()))
    return parts


def _cells(line: str | list[str]) -> list[str] | None:
    """Give the cells of a table's line, or None: cells stand between tabs, or between bars as in Markdown."""
    if isinstance(line, list):
        return line
    stripped = line.strip()
    if stripped.startswith("|") and stripped.count("|") > 1:
        return [cell.strip() for cell in stripped.strip("|").split("|")]
    return [cell.strip() for cell in line.rstrip("\r\n").split("\t")] if "\t" in stripped else None


def _groups(lines: Sequence[Line], wraps: int) -> Iterator[list[Line]]:
    """Put lines together that are one paragraph, or one table."""
    group: list[Line] = []
    blank = False
    for line, place in lines:
        cells = _cells(line)
        if _is_blank(line, cells):
            blank = True
            continue
        read = cells or str(line).strip()
        if group and not _goes_on(group, read, place, blank=blank, wraps=wraps):
            yield group
            group = []
        group.append((read, place))
        blank = False
    if group:
        yield group


def _is_blank(line: str | list[str], cells: list[str] | None) -> bool:
    """Whether a line holds nothing that is read: nothing at all, or a rule between or under rows."""
    if cells is not None:
        return all(not cell or _RULE.fullmatch(cell) for cell in cells)
    return not str(line).strip() or bool(_RULE.fullmatch(str(line).strip()))


def _goes_on(group: list[Line], line: str | list[str], place: Place, *, blank: bool, wraps: int) -> bool:
    """Whether a line belongs to the paragraph or table before it."""
    before, its_place = group[-1]
    if isinstance(line, list) or isinstance(before, list):
        return isinstance(line, list) and isinstance(before, list) and (not blank or len(line) == len(before))
    if _begins_anew(line.strip()) or before.rstrip()[-1:] in ".;:!?":
        return False
    cut = (line.strip()[0].islower() or line.strip()[0] == "(") and not before.isupper()
    # a page may break a sentence, and old scans put blank lines there
    return cut if blank or place.page != its_place.page else cut or len(before) >= wraps


def _begins_anew(text: str) -> bool:
    return bool(_DOTTED.match(text)) or any(pattern.match(text) for _, pattern in _NUMBERED[:3]) or bool(re.match(r"[a-zđ]\)", text))


# --- tables

_NUMERIC = re.compile(r"[-+−]?\d[\d.,/ ]*\s?%?|[–-]")
_COUNTED_OFF = re.compile(r"\(?\d{1,2}\)?(?:\s?=.*)?|\(?\d{1,2}\)?\s?[=:].*")


def _grid(group: list[Line], number: int) -> Grid:
    """Make a table of its lines; what a merged header leaves empty is filled."""
    rows = [([plain(cell) for cell in cells], place) for cells, place in group if isinstance(cells, list)]
    width = max(len(cells) for cells, _ in rows)
    even = [(cells + [""] * (width - len(cells)), replace(place, table=number)) for cells, place in rows]
    heads = heads_of([cells for cells, _ in even])
    texts = [*filled_heads([cells for cells, _ in even[:heads]]), *(cells for cells, _ in even[heads:])]
    return grid_of([(cells, place) for cells, (_, place) in zip(texts, even, strict=True)], heads)


def grid_of(rows: Sequence[tuple[list[str], Place]], heads: int) -> Grid:
    """Make a table of rows of texts, all of one length, each with its place; the first `heads` are the header."""
    blocks = [
        tuple(Block("cell", text, replace(place, row=number, column=column)) for column, text in enumerate(cells, 1))
        for number, (cells, place) in enumerate(rows, 1)
    ]
    return Grid(tuple(blocks), heads)


def heads_of(rows: Sequence[Sequence[str]]) -> int:
    """Count the rows of a table's header: those before the first that holds figures; a row that only numbers the columns is header too.

    >>> heads_of([["STT", "Đơn vị", "Tổng"], ["1", "2", "3"], ["1", "Xã A", "120"]])
    2
    """
    for number, row in enumerate(rows):
        if not _numbers_columns(row) and _has_figures(row):
            return number
    return min(len(rows), 1)


def _numbers_columns(row: Sequence[str]) -> bool:
    """Whether a row only numbers the columns: "1 2 3", "(1) (2) (3)=(4)+(5)", "A B 1 2"."""
    cells = [cell.strip() for cell in row if cell.strip()]
    numbers = [int(found[0]) for cell in cells if _COUNTED_OFF.fullmatch(cell) and (found := re.search(r"\d+", cell))]
    letters = sum(bool(re.fullmatch(r"\(?[A-Za-z]\)?", cell)) for cell in cells)
    rising = all(after - before == 1 for before, after in pairwise(numbers))
    return len(cells) > 1 and len(numbers) >= 2 and len(numbers) + letters == len(cells) and rising


def _has_figures(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row]
    figures = [place for place, cell in enumerate(cells) if cell and _NUMERIC.fullmatch(cell)]
    # the first column may only number the rows
    return bool([place for place in figures if place > 0]) or (bool(figures) and len([cell for cell in cells if cell]) == 1)
