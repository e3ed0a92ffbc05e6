"""What a written report is made of, whatever file it came in: blocks of text and tables, each with its place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from tthc_analysis.reference.notation import plain

Form = Literal["text", "pdf", "word"]
Kind = Literal["paragraph", "heading", "item", "cell"]


@dataclass(frozen=True)
class Place:
    """Where something stands. `line` is the line of a text file or of a page, in Word the paragraph (a table's row counts as one); all from 1, 0 where there is none."""

    form: Form
    line: int
    page: int = 0
    table: int = 0
    row: int = 0
    column: int = 0

    def __str__(self) -> str:
        cell = f"bảng {self.table}, hàng {self.row}, cột {self.column}" if self.table else ""
        match self.form:
            case "text":
                return ", ".join(part for part in (f"dòng {self.line}", cell) if part)
            case "pdf":
                return ", ".join(part for part in (f"trang {self.page}, dòng {self.line}", cell) if part)
            case "word":
                return cell or f"đoạn {self.line}"


def lines_of(places: Iterable[Place], most: int) -> str:
    """Name the lines of places, each once, at most so many.

    >>> lines_of([Place("text", 95), Place("text", 97)], 5), lines_of([Place("pdf", 3, page=2), Place("pdf", 9, page=2)], 1)
    ('dòng 95, 97', 'trang 2, dòng 3…')
    """
    said = list(dict.fromkeys(str(replace(place, table=0)) for place in places))
    named = [said[0], *(text.removeprefix("dòng ") for text in said[1:])] if said[0].startswith("dòng ") else said
    return (", " if named != said else "; ").join(named[:most]) + ("…" if len(named) > most else "")


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, list item or table cell: its text (NFC, single spaces) and where it begins.

    `marker` is what it is numbered or dotted with ("2.1", "IV", "a", "-"), `level` its depth (headings: 0 for an appendix, 1, 2, …; items: 1, 2, …).
    `lines` gives for offsets of the text the line that begins there, where the block goes over more than one.
    """

    kind: Kind
    text: str
    place: Place
    marker: str = ""
    level: int = 0
    lines: tuple[tuple[int, int], ...] = ()

    def at(self, offset: int) -> Place:
        """Give the place of a character of the text."""
        reached = [line for begins, line in self.lines if begins <= offset] or [self.place.line]
        turned = sum(after < before for before, after in pairwise(reached))  # each page counts its lines anew
        return replace(self.place, line=reached[-1], page=self.place.page + turned)


@dataclass(frozen=True)
class Grid:
    """A table: rows of cells, merged cells repeated; the first `heads` rows are its header."""

    rows: tuple[tuple[Block, ...], ...]
    heads: int

    def path(self, column: int) -> tuple[str, ...]:
        """Give the stacked headers over a column, the topmost first, each once."""
        texts = [row[column].text for row in self.rows[: self.heads]]
        return tuple(text for number, text in enumerate(texts) if text and text not in texts[:number])

    @property
    def body(self) -> tuple[tuple[Block, ...], ...]:
        """The rows under the header."""
        return self.rows[self.heads :]


Part = Block | Grid


@dataclass(frozen=True)
class Report:
    """A written report as read: `parts` in reading order, `unread` what could not be read, in words."""

    name: str
    form: Form
    parts: tuple[Part, ...]
    unread: tuple[str, ...] = ()

    @property
    def blocks(self) -> list[Block]:
        """Every block with text, cells of tables too, each merged cell once."""
        cells = [[part] if isinstance(part, Block) else [cell for row in part.rows for cell in row] for part in self.parts]
        return [block for block in dict.fromkeys(block for blocks in cells for block in blocks) if block.text]


def joined(pieces: Sequence[tuple[str, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Join a paragraph's lines (text, line) into one text; give with it where each begins.

    >>> joined([("tiếp nhận", 3), ("hồ sơ", 4)])
    ('tiếp nhận hồ sơ', ((0, 3), (10, 4)))
    """
    text, starts = "", []
    for piece, line in pieces:
        text = f"{text} {plain(piece)}" if text else plain(piece)
        starts.append((len(text) - len(plain(piece)), line))
    return text, tuple(starts)


def filled_heads(heads: list[list[str]]) -> list[list[str]]:
    """Fill the cells that a merged header leaves empty to its right, row by row: as far as the headers above are one.

    >>> filled_heads([["Số hồ sơ", "", "Số TTHC"], ["Tổng", "Trực tuyến", ""]])
    [['Số hồ sơ', 'Số hồ sơ', 'Số TTHC'], ['Tổng', 'Trực tuyến', '']]
    """
    done: list[list[str]] = []
    for row in heads:
        filled = row[:]
        for left, column in pairwise(range(len(row))):
            under_one = all(above[column] == above[left] for above in done) and (not done or bool(done[-1][column]))
            filled[column] = row[column] or (filled[left] if under_one else "")
        done.append(filled)
    return done
