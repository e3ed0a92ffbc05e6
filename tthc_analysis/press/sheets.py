"""Sheets of a workbook: which tables become one, under which name, how wide their columns and how high their rows are."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate, chain, count, groupby
from typing import NamedTuple

from tthc_analysis.exhibits.grid import Grid
from tthc_analysis.exhibits.letters import printable
from tthc_analysis.exhibits.model import AnyExhibit, Appendix, Header, Masthead, Table, leaves
from tthc_analysis.press.columns import text_width
from tthc_analysis.reference import notation

CONTENTS = "Mục lục"
RESERVED = {CONTENTS.casefold(), "history"}  # Excel keeps the second for itself
FORBIDDEN = re.compile(r"[\[\]*?/\\]")
SMALL = {"theo", "các", "của"}  # words that a name can do without
LINKS = {"và", "với", "cùng", "so", "về", "hoặc", "có", "qua", "bằng", "trong", "trên", "từ", "nhưng", "mà", "chỉ"}  # and those that it does not end with
LONGEST_NAME = 31  # of a sheet, Excel's limit, in UTF-16 units
MOST_LINES = 27  # a row is at most 409 points high
SIZE, PADDING = 11, 10  # points: of the letters, and beside the text of a column
LONGEST_WORD, LONG_LINE = 110, 190  # points after which a column lets a word or a line break
HEAD_LINES = 4  # a column is wide enough for its head to stand in so many
MEASURED = 3  # so many of a column's longest texts are measured
SAFE = 0.97  # how much of a column is counted on: another machine's letters are a little wider
SPACE, NOISE = 0.25, 0.01  # sizes of the text: a space, and what is not worth a line
NO_MASTHEAD = Masthead(title="", subtitle="", attached_to="", period="", unit="")


class Sheet(NamedTuple):
    """A table that gets a sheet: its name there, the head of its document, and the notebook that it is from."""

    name: str
    table: Table
    masthead: Masthead
    notebook: str


class Span(NamedTuple):
    """A cell of a header, by its upper left corner and its size."""

    text: str
    row: int
    column: int
    rows: int
    columns: int


# --- names


def sheets_of(documents: Mapping[str, Sequence[AnyExhibit]]) -> list[Sheet]:
    """List the tables of all notebooks in order, each with a name of its own."""
    found = [Sheet(name, table, masthead_of(exhibits), notebook) for notebook, exhibits in documents.items() for name, table in _wished(exhibits)]
    return [sheet._replace(name=name) for name, sheet in zip(told_apart(sheet.name for sheet in found), found, strict=True)]


def masthead_of(exhibits: Iterable[AnyExhibit]) -> Masthead:
    """Give a document's head; one that says nothing where there is none."""
    return next((item for item in exhibits if isinstance(item, Masthead)), NO_MASTHEAD)


def _wished(exhibits: Sequence[AnyExhibit]) -> Iterator[tuple[str, Table]]:
    """Name tables by their captions, in an appendix by its number: "PL II" where it has one, "PL VI II.06a theo đơn vị" where it has more."""
    begun = accumulate(isinstance(item, Appendix) for item in exhibits)
    for _, run in groupby(zip(begun, exhibits, strict=True), key=lambda one: one[0]):
        items = [item for _, item in run]
        tables, opening = [item for item in items if isinstance(item, Table)], items[0]
        for table in tables:
            words = table.caption.removeprefix("Biểu số ") if len(tables) > 1 else ""
            yield (f"PL {opening.number} {words}" if isinstance(opening, Appendix) else table.caption), table


def told_apart(wished: Iterable[str]) -> Iterator[str]:
    """Make names that Excel takes, no two alike: of those that are, the second is marked (II).

    >>> list(told_apart(["Định nghĩa các chỉ số", "Kết quả: theo đơn vị", "định nghĩa các chỉ số", "Mục lục"]))
    ['Định nghĩa các chỉ số', 'Kết quả', 'Định nghĩa các chỉ số (II)', 'Mục lục (II)']
    """
    taken = set(RESERVED)
    for wish in wished:
        marks = chain([""], (f" ({mark})" for mark in chain(notation.ROMAN[1:], map(str, count(len(notation.ROMAN) + 1)))))
        name = next(name for mark in marks if (name := f"{_short(wish, LONGEST_NAME - len(mark))}{mark}").casefold() not in taken)
        taken.add(name.casefold())
        yield name


def _short(text: str, length: int) -> str:
    r"""Shorten a caption: the words before its colon, without the small ones where that is too long, as many as fit; Excel forbids []:*?/\\.

    >>> _short("II.06a theo đơn vị: tình hình", 31), _short("Hồ sơ kết thúc hàng loạt theo đơn vị", 31), _short("Kỳ trước/sau [*]", 31)
    ('II.06a theo đơn vị', 'Hồ sơ kết thúc hàng loạt đơn vị', 'Kỳ trước-sau')
    """
    words = FORBIDDEN.sub("-", printable(text).partition(":")[0]).replace("'", "’").split()
    fitting = words if units_of(" ".join(words)) <= length else _first_words(words, length)
    name = " ".join(fitting).strip(",.;–- ")
    return f"{name[:1].upper()}{name[1:]}" or "Bảng"


def _first_words(words: Sequence[str], length: int) -> list[str]:
    """Give the first words that fit, none of the small ones, and none at the end that leads on to another; of one long word its beginning."""
    fewer = [word for word in words if word.casefold() not in SMALL]
    fitting = [word for word, start in zip(fewer, accumulate(fewer, "{} {}".format), strict=True) if units_of(start) <= length]
    while len(fitting) > 1 and fitting[-1].strip(",;").casefold() in LINKS:
        fitting.pop()
    return fitting or [cut("".join(words), length)]


def units_of(text: str) -> int:
    """Count a text as Excel does, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def cut(text: str, length: int) -> str:
    """Cut a text that is longer than so many UTF-16 units, and mark it.

    >>> cut("Minh Long", 9), cut("Minh Long", 8)
    ('Minh Long', 'Minh Lo…')
    """
    return text if 2 * len(text) <= length or units_of(text) <= length else text.encode("utf-16-le")[: 2 * (length - 1)].decode("utf-16-le", "ignore") + "…"


# --- measures


def spans_of(header: Sequence[Header]) -> list[Span]:
    """Lay a header tree out: a node spans its leaves, a leaf reaches down to the last row.

    >>> [tuple(span) for span in spans_of([Header(text="A"), Header(text="B", children=[Header(text="C"), Header(text="D")])])]
    [('A', 0, 0, 2, 1), ('B', 0, 1, 1, 2), ('C', 1, 1, 1, 1), ('D', 1, 2, 1, 1)]
    """
    return list(_spans(header, max(map(_depth, header)), 0, 0))


def _depth(header: Header) -> int:
    return 1 + max(map(_depth, header.children), default=0)


def _spans(headers: Sequence[Header], depth: int, row: int, column: int) -> Iterator[Span]:
    for header in headers:
        yield Span(header.text, row, column, 1 if header.children else depth - row, leaves(header))
        yield from _spans(header.children, depth, row + 1, column)
        column += leaves(header)


def column_widths(grid: Grid, spans: Sequence[Span]) -> list[float]:
    """Give the width of each column in points: as wide as its numbers, names and longest words ask, and the heads over it."""
    heads = {span.column: span.text for span in spans if span.columns == 1}
    texts: list[set[str]] = [set() for _ in heads]
    for row in grid.rows:
        for found, typed in zip(texts, row, strict=True):
            found.add(typed.text)
    widths = [max(_asked(found), _asked_by_head(heads[column])) + PADDING for column, found in enumerate(texts)]
    for span in sorted((span for span in spans if span.columns > 1), key=lambda span: span.columns):
        lacking = _asked_by_head(span.text) + PADDING - sum(widths[span.column : span.column + span.columns])
        for column in range(span.column, span.column + span.columns):
            widths[column] += max(lacking, 0) / span.columns
    return widths


def stretched(widths: Sequence[float], room: float) -> list[float]:
    """Widen columns evenly until they fill the room, in points; those that fill it stay."""
    return [width * max(1.0, room / sum(widths)) for width in widths]


def _asked(texts: set[str]) -> float:
    words = {word for text in texts for word in text.split()}
    return max(min(_widest(texts), LONG_LINE), min(_widest(words), LONGEST_WORD))


def _asked_by_head(head: str) -> float:
    longest = min(_widest(head.split(), bold=True), LONGEST_WORD)
    return max(longest, min(_widest([head], bold=True) / HEAD_LINES, LONG_LINE))


def _widest(texts: Iterable[str], *, bold: bool = False) -> float:
    longest = sorted(texts, key=lambda text: (-len(text), text))[:MEASURED]
    return SIZE * max((_width(text, bold=bold) for text in longest), default=0.0) / SAFE


@lru_cache(maxsize=1 << 13)
def _width(text: str, *, bold: bool) -> float:
    # names, heads and notes come again from table to table
    return text_width(text, bold=bold)


def lines_of(text: str, width: float, size: float = SIZE, *, bold: bool = False) -> int:
    r"""Say in how many lines a text of a size stands in a column, both in points.

    >>> lines_of("Trung tâm Phục vụ hành chính công", 100), lines_of("Trung tâm\nPhục vụ", 100), lines_of("x" * 100, 100), lines_of("", 100)
    (2, 2, 7, 1)
    """
    room, lines = SAFE * (width - PADDING) / size + NOISE, 0
    for part in text.split("\n"):
        used, lines = -SPACE, lines + 1
        for word in part.split():
            wide = _width(word, bold=bold)
            begins = used + SPACE + wide > room
            lines += (begins and used > 0) + int(wide // room)
            used = wide % room if begins else used + SPACE + wide
    return min(lines, MOST_LINES)


def header_lines(spans: Sequence[Span], widths: Sequence[float]) -> list[int]:
    """Say how many lines each row of a header needs: what reaches over several rows may need the last of them higher."""
    needed = {span: lines_of(span.text, sum(widths[span.column : span.column + span.columns]), bold=True) for span in spans}
    depth = max(span.row + span.rows for span in spans)
    rows = [max((needed[span] for span in spans if span.row == row and span.rows == 1), default=1) for row in range(depth)]
    rows[-1] += max([0, *(needed[span] - sum(rows[span.row :]) for span in spans if span.rows > 1)])
    return rows
