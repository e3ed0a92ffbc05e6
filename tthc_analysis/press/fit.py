"""How a table stands on a page of the PDF: the size of its text, the width of its columns, and about how high that makes it.

Like `press.columns`, it measures texts in the advance widths of Times, so that the template need not; all else is arithmetic.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import ceil, sqrt
from typing import NamedTuple

from tthc_analysis.press.columns import PADDING, SIZES, text_width
from tthc_analysis.press.layout import LONGEST_WORD, Part

EASY = 9.5  # points: down to this size it is better to write smaller than to break a number over lines
LONGEST_WHOLE = 15.0  # em: a longer number with its words may break between them
NAME, TEXT = 8.0, 5.0  # em that a column of names, or of other text, asks for at least, where its texts are as long
HEADER_LINES = 3  # a header's text in so many lines needs no more room than its column's words
LINE, LEADING, GAP = 0.91, 2.0, 7.5  # a line's height in text sizes; points between lines, and above and below a cell's text, as the template has them
LOST = 0.5  # em: so much of a line is lost on average, for words do not break at its end
SMALLEST = 0.5  # em: a column of nothing
STEPS = 1000  # of a width, in which the columns' shares are sought

Length = Callable[[str], float]


@dataclass(frozen=True)
class Fit:
    """A table as it stands: the size of its text, its columns' widths and its height about, in points; and whether its numbers are whole and its text legible."""

    size: float
    widths: list[float]
    height: float
    easy: bool


class Column(NamedTuple):
    """A column of a table: the texts over it, the lowest first, each with how many columns it spans; and its cells."""

    titles: tuple[tuple[str, int], ...]
    cells: list[Part]


class Demand(NamedTuple):
    """What a column asks for, in em: its longest word; its numbers unbroken and its names and texts in few lines; its texts in the mean (square); its longest text."""

    word: float
    whole: float
    mean: float
    line: float


def fit_table(table: Part, width: float) -> Fit:
    """Fit a table, as its JSON, into a width in points.

    The text is the largest at which no word is cut; numbers stay unbroken as long as that leaves it legible. What is left over is shared out
    by the mean length of each column's texts, the long ones counting for more, up to their longest: that makes the rows low.
    """
    columns = _columns(table)
    wanted = [_demand(column) for column in columns]
    size, least = _size(wanted, width)
    ems = _shared(least, wanted, (width - PADDING * len(columns)) / size)
    rows = len(table["rows"]) + max(len(column.titles) for column in columns)
    height = _lines_in_all(columns, ems) * (size * LINE + LEADING) + rows * (GAP - LEADING)
    easy = size >= EASY and least == [one.whole for one in wanted]
    return Fit(size, [round(em * size + PADDING, 3) for em in ems], height, easy)


def text_height(texts: Iterable[str], size: float, width: float) -> float:
    """Give about how high paragraphs stand below each other, set at a size in a width, all in points."""
    return sum(_lines(text, width / size, _measured) * (size * LINE + LEADING) + LEADING for text in texts)


def _columns(table: Part) -> list[Column]:
    titles = list(_titles(table["header"], ()))
    return [Column(over, [row[place] for row in table["rows"]]) for place, over in enumerate(titles)]


def _titles(header: Iterable[Part], above: tuple[tuple[str, int], ...]) -> Iterator[tuple[tuple[str, int], ...]]:
    """Give the titles over each leaf of a header tree."""
    for node in header:
        below = list(_titles(node["children"], ()))
        over = ((node["text"], max(len(below), 1)), *above)
        yield from ((*titles, *over) for titles in below) if below else (over,)


_measured = lru_cache(maxsize=50_000)(text_width)
_bold = partial(_measured, bold=True)


def _words(text: str) -> Iterator[str]:
    # not str.split: a no-break space keeps a word together
    return (word[:LONGEST_WORD] for word in re.split(r"[ \t\n]+", text))


def _demand(column: Column) -> Demand:
    lengths = [(max(map(_measured, cell["text"].split("\n"))), cell["numbers"]) for cell in column.cells]
    titled = [_bold(word) / span for title, span in column.titles for word in _words(title)]
    word = max([*titled, *(_measured(word) for cell in column.cells for word in _words(cell["text"])), SMALLEST])
    head = _bold(column.titles[0][0]) / HEADER_LINES + LOST / 2
    numbers = [length for length, numeric in lengths if numeric and length <= LONGEST_WHOLE]
    texts = [min(length, NAME if cell["heading"] else TEXT) for (length, _), cell in zip(lengths, column.cells, strict=True)]
    whole = max([word, head, *numbers, *texts])
    mean = sqrt(sum(length**2 for length, _ in lengths) / max(len(lengths), 1))
    return Demand(word, whole, max(mean, SMALLEST), max([whole, *(length for length, _ in lengths)]))


def _size(wanted: Sequence[Demand], width: float) -> tuple[float, list[float]]:
    """Choose the size of the text, and what each column must have at it, in em; where nothing fits, the smallest, the columns cut alike."""
    whole, words = [one.whole for one in wanted], [one.word for one in wanted]
    tried = [*((size, whole) for size in SIZES if size >= EASY), *((size, words) for size in SIZES)]
    room = width - PADDING * len(wanted)
    return next(((size, least) for size, least in tried if sum(least) * size <= room), (SIZES[-1], words))


def _shared(least: Sequence[float], wanted: Sequence[Demand], room: float) -> list[float]:
    """Share the room out: to each column the same multiple of its mean, but not below its least and not above its longest text."""
    most = max(one.line / one.mean for one in wanted)

    def shares(step: int) -> list[float]:
        return [max(floor, min(one.mean * most * step / STEPS, one.line)) for floor, one in zip(least, wanted, strict=True)]

    chosen = shares(bisect_right(range(1, STEPS + 1), room, key=lambda step: sum(shares(step))))
    return [one * room / sum(chosen) for one in chosen]


def _lines(text: str, width: float, length: Length) -> int:
    sizes = map(length, text.split("\n"))
    return sum(1 if size <= width else ceil(size / max(width - LOST, SMALLEST)) for size in sizes)


def _lines_in_all(columns: Sequence[Column], widths: Sequence[float]) -> int:
    """Count the lines that a table takes about, its header's and its rows'."""
    sized = list(zip(columns, widths, strict=True))
    head = max(sum(_lines(title, width * span, _bold) for title, span in column.titles) for column, width in sized)
    heights = ([_lines(cell["text"], width, _measured) for cell in column.cells] for column, width in sized)
    return head + sum(map(int, map(max, zip(*heights, strict=True))))
