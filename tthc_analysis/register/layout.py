"""Layout: where in a sheet the table of dossiers is, and what each of its rows is.

Titles, stacked and merged headers, numbering, groups, repeated headers, totals and footers stand around and among the dossiers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.notation import count
from tthc_analysis.reference.personal_data import redacted
from tthc_analysis.register.contract import VIETNAMESE
from tthc_analysis.register.profiles import UNIT_COLUMNS, Profile, text_key
from tthc_analysis.register.sources import Row
from tthc_analysis.register.values import cell_text

HEADER_WITHIN = 40  # rows: titles and letterheads above a header are shorter than this
DEEPEST = 3  # rows of a stacked header
NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Z])\)?(?:\s*=[\s\d()+*/=-]+)?")
TOTAL = re.compile(r"(?:[ivx\d]{1,4}[.)]?\s+)?(?:tổng|cộng)\b")
ABOVE, HEADER, REPEATED, NUMBERS, GROUP = "dòng trên bảng", "tiêu đề bảng", "tiêu đề lặp lại", "dòng đánh số cột", "dòng nhóm"
TOTALS, FOOTER, BLANK, UNREAD_SHEETS = "dòng tổng", "chân trang", "dòng trống", "trang tính không có bảng hồ sơ"
NOT_TAKEN_IN = "hồ sơ chưa được tiếp nhận"
Positions = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Header:
    """A table's header: index of its first row, number of rows, where each column of the register stands, and its rows to know them again.

    A register's column has more than one place where several headers claim it.
    """

    first: int
    depth: int
    columns: Positions
    rows: frozenset[tuple[str, ...]]

    @property
    def end(self) -> int:
        """Index of the first row below the header."""
        return self.first + self.depth


def _keys(row: Sequence[Any]) -> tuple[str, ...]:
    """Bring a row to what is compared, without the empty cells at its end."""
    keys = [text_key(cell_text(cell)) for cell in row]
    while keys and not keys[-1]:
        keys.pop()
    return tuple(keys)


def _parents(upper: list[list[str]], width: int) -> list[list[str]]:
    """Carry the merged upper rows of a header to the right: a blank cell belongs to the cell on its left, under the same parent."""
    filled: list[list[str]] = []
    for row in upper:
        padded = row + [""] * (width - len(row))
        for place in range(1, width):
            same_parent = not filled or filled[-1][place] == filled[-1][place - 1]
            if not padded[place] and same_parent:
                padded[place] = padded[place - 1]
        filled.append(padded)
    return filled


def column_names(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give the names by which each column of a stacked header may be called: its own text, and with its parents' before it.

    >>> column_names([["Mã", "Ngày, tháng", ""], ["", "Nhận", "Trả"]])
    [['Mã'], ['Nhận', 'Ngày, tháng Nhận'], ['Trả', 'Ngày, tháng Trả']]
    """
    width = max(map(len, rows), default=0)
    own = [list(row) + [""] * (width - len(row)) for row in rows]
    filled = [*_parents(own[:-1], width), own[-1]]
    names = []
    for place in range(width):
        lowest = next((depth for depth in reversed(range(len(own))) if own[depth][place]), None)
        path = [] if lowest is None else list(dict.fromkeys(row[place] for row in filled[: lowest + 1] if row[place]))
        names.append(list(dict.fromkeys(" ".join(path[start:]) for start in reversed(range(len(path))))))
    return names


def _positions(names: list[list[str]], profile: Profile) -> Positions:
    """Pair the register's columns with the places whose names a profile lists."""
    places: dict[str, list[int]] = {}
    for place, called in enumerate(names):
        for name in called:
            places.setdefault(name, []).append(place)
    found = {column: [place for text in texts for place in places.get(text_key(text), [])] for column, texts in profile.columns.items()}
    return {column: tuple(dict.fromkeys(claimed)) for column, claimed in found.items() if claimed}


def lacking(columns: Iterable[str], profile: Profile) -> list[str]:
    """Name the needed columns that a header does not have; of the two units, one is enough."""
    have = {*columns, *profile.constants}
    missing = [name for name in dict.fromkeys((*profile.columns, *profile.needed)) if name in profile.needed and name not in have]
    return missing if set(UNIT_COLUMNS) & have else [*missing, *(name for name in UNIT_COLUMNS[:1] if name not in missing)]


def header_blocks(rows: Sequence[Row]) -> Iterator[tuple[int, int, list[list[str]]]]:
    """Give every block of one to three rows that could be a header: index of its first row, number of rows, the columns' names (as keys)."""
    keys = [list(_keys(row)) for row in rows[:HEADER_WITHIN]]
    for depth in range(1, DEEPEST + 1):
        for first in range(len(keys) - depth + 1):
            if keys[first]:
                yield first, depth, column_names(keys[first : first + depth])


def head_of(rows: Iterable[Row]) -> list[Row]:
    """Give the rows in which a header is looked for."""
    return list(islice(rows, HEADER_WITHIN + DEEPEST))


def _best_block(rows: Sequence[Row], profile: Profile) -> Header | None:
    """Give the block that names the most columns; of equals the shallowest, then the first."""
    found = [(first, depth, _positions(names, profile)) for first, depth, names in header_blocks(rows)]
    if not found:
        return None
    first, depth, columns = max(found, key=lambda block: (len(block[2]), -block[1], -block[0]))
    # a cell merged downwards stands in each of the header's rows: the row above with the same text in its place is a header too
    while first and depth < DEEPEST and any(upper and upper == lower for upper, lower in zip(_keys(rows[first - 1]), _keys(rows[first]), strict=False)):
        first, depth = first - 1, depth + 1
    return Header(first, depth, columns, frozenset(_keys(row) for row in rows[first : first + depth]))


def find_header(rows: Sequence[Row], profile: Profile) -> Header | None:
    """Find the header of the table of dossiers in a sheet's first rows; None where no block has every needed column."""
    best = _best_block(rows, profile)
    return None if best is None or lacking(best.columns, profile) else best


def no_header(place: str, heads: Sequence[Sequence[Row]], profile: Profile) -> UserError:
    """Say which needed headers are missing, from the block that looks most like a header. A row that is none may hold persons: not shown."""
    blocks = [(len(block.columns), number, block) for number, rows in enumerate(heads) if (block := _best_block(rows, profile))]
    _, number, best = max(blocks, key=lambda item: item[:2], default=(0, 0, None))
    missing = lacking(best.columns if best else (), profile)
    wanted = "; ".join(f'{VIETNAMESE[column]} ("{" / ".join(profile.columns.get(column, []))}")' for column in missing)
    rows = heads[number][best.first : best.first + best.depth] if best and best.columns else []
    seen = list(dict.fromkeys(redacted(text) for row in rows for cell in row if (text := cell_text(cell))))
    if not any(cell_text(cell) for rows in heads for row in rows for cell in row):
        return UserError(f"{place}: trang tính trống, không có dòng nào. Kiểm tra lại tệp đã xuất.")
    near = did_you_mean((profile.columns.get(missing[0]) or [VIETNAMESE[missing[0]]])[0], seen) if seen else ""
    read = near.replace("Các giá trị dùng được", "Tiêu đề đọc được") if near else "Không thấy dòng tiêu đề nào khớp với mẫu đọc."
    return UserError(f'{place}: thiếu cột bắt buộc theo mẫu đọc "{profile.name}": {wanted}. {read}')


def _is_code(text: str) -> bool:
    """Whether a text can be a dossier's code: a label may stand in the column of codes, but a code has digits and no blanks."""
    return " " not in text and any(letter.isdigit() for letter in text)


def _is_day(raw: Any) -> bool:
    """Whether a cell of the reception dates can be a date, readable or not: footers put "Ngày 05 tháng 01" there."""
    return isinstance(raw, date) or (text := cell_text(raw))[:1].isdigit() or text.startswith("#")


def _at(row: Row, positions: Positions, column: str) -> Any:
    """Give a row's cell of a register's column: the first that is not empty where several headers claim it."""
    cells = [row[place] for place in positions.get(column, ()) if place < len(row)]
    return next((cell for cell in cells if cell not in ("", None)), "")


def _other_order(row: Row, header: Header, profile: Profile) -> bool:
    columns = _positions([[key] for key in _keys(row)], profile)
    return not lacking(columns, profile) and columns != header.columns


def _kind(row: Row, header: Header, *, after_blank: bool) -> str | None:
    """Say what a row is when it is not a dossier, or None when it is one. GROUP stands for a label of any use."""
    texts = [text for cell in row if (text := cell_text(cell))]
    if not texts:
        return BLANK
    if _keys(row) in header.rows:
        return REPEATED
    if len(texts) > 1 and all(NUMBERING.fullmatch(text) for text in texts):
        return NUMBERS
    code = cell_text(_at(row, header.columns, "dossier_id"))
    # a total may be counted in the column of codes too
    if any(TOTAL.match(text.casefold()) for text in texts[:3]) and (not _is_code(code) or code.replace(".", "").isdecimal()):
        return TOTALS
    if _is_code(code):
        return None
    sparse = len(texts) < len(header.columns) / 2 or after_blank
    return GROUP if sparse and not _is_day(_at(row, header.columns, "received_at")) else None


def _plainly_a_dossier(row: Row, codes: tuple[int, ...], days: tuple[int, ...]) -> bool:
    """Tell most rows quickly: a text with a digit and no blank where the code stands, a date where the reception stands."""
    if len(row) <= codes[0] or len(row) <= days[0]:
        return False
    code = row[codes[0]]
    return type(code) is str and code[-1:].isdigit() and " " not in code and len(code) > 4 and bool(row[days[0]])


def classified(rows: Iterable[Row], header: Header, profile: Profile, place: str) -> Iterator[tuple[int, Row, str | None]]:
    """Give every row with its number in the file and what it is: None for a dossier, else one of the kinds of this module.

    A label among dossiers heads a group; labels with no dossier below them are the footer. A second header whose columns stand in
    another order raises UserError.
    """
    codes, days = header.columns.get("dossier_id", (0,)), header.columns.get("received_at", (0,))
    labels: list[tuple[int, Row]] = []
    after_blank = False
    for number, row in enumerate(rows, 1):
        if number <= header.end:
            blank = not any(cell_text(cell) for cell in row)
            yield number, row, BLANK if blank else ABOVE if number <= header.first else HEADER
            continue
        kind = None
        if not _plainly_a_dossier(row, codes, days):
            kind = _kind(row, header, after_blank=after_blank)
            if kind in (None, GROUP) and _other_order(row, header, profile):
                message = f"{place}, dòng {count(number)}: tiêu đề lặp lại với thứ tự cột khác tiêu đề đầu. Tách phần dưới sang một tệp khác rồi nhập lại."
                raise UserError(message)
        after_blank = kind == BLANK
        if kind == GROUP:
            labels.append((number, row))
            continue
        if kind is None:
            yield from ((at, label, GROUP) for at, label in labels)
            labels.clear()
        yield number, row, kind
    yield from ((at, label, FOOTER) for at, label in labels)


def claimed_twice(place: str, header: Header, row_number: int, column: str) -> UserError:
    """Say that several headers claim one column and disagree in a row. The values are not shown: one of the columns may be a person's."""
    titles = " và ".join(f"cột {letter(at)}" for at in header.columns[column])
    return UserError(
        f'{place}, dòng {count(row_number)}: {titles} cùng nhận là "{VIETNAMESE[column]}" mà ghi khác nhau. '
        "Bỏ bớt một cột trong tệp, hoặc sửa mục columns của mẫu đọc để chỉ còn một tiêu đề."
    )


def letter(place: int) -> str:
    """Give the letters that Excel shows above a column (0 is A).

    >>> letter(0), letter(25), letter(26)
    ('A', 'Z', 'AA')
    """
    head, last = divmod(place, 26)
    return (letter(head - 1) if head else "") + chr(ord("A") + last)
