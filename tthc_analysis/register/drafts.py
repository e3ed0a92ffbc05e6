"""Drafts: a profile proposed from an export that no profile reads yet. What is known is filled in, what is not is listed to be decided.

A draft is made to be shown, so it is careful with what it quotes: headers, and the short lists of coded texts, each through `redacted`.
Nothing of a person's column, of a free text, or of a sheet whose values do not stand under their headers is ever quoted.
"""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from tthc_analysis.reference.notation import count
from tthc_analysis.reference.personal_data import DOSSIER_CODE, redacted
from tthc_analysis.reference.units import is_unit_name
from tthc_analysis.register.contract import CODES, COLUMNS, FLAGS, TIMES, VIETNAMESE
from tthc_analysis.register.layout import DEEPEST, column_names, head_of, header_blocks
from tthc_analysis.register.profiles import ALWAYS, ANY_TEXT, OWN, UNIT_COLUMNS, Code, Profile, profile_names, read_profile, text_key
from tthc_analysis.register.showing import shown
from tthc_analysis.register.sources import Row, Sheet, read_sheets
from tthc_analysis.register.values import EXCEL_LAST, YES, cell_text

LOOKED_AT = 100_000  # rows: a draft is a proposal, and this many show every text that matters
MOST_LISTED = 30  # distinct texts: a column with more is not a list of codes
MOST_CODES_OF_FEW = 10  # … and in a short sheet, where nearly every row has its own text, neither is a column with more than this
MOST_SHAPES = 3
NEAR = 0.75  # likeness of two headers from which one is guessed to mean the other
EARLIEST_SERIAL = 20_000  # Excel's number of a day in 1954: a smaller one is a running number
# The written forms of a date that exports have been seen with, and their near relations; the day always before the month.
DATE_FORMS = (
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%H:%M:%S %d/%m/%Y", "%H:%M %d/%m/%Y", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p"),
    *("%d-%m-%Y %H:%M:%S", "%d-%m-%Y %H:%M", "%d-%m-%Y", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%d/%m/%y %H:%M", "%d/%m/%y"),
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d"),
    *("%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%d %H:%M:%S%z"),
)
MAYBE_A_DATE = re.compile(r"\d{1,4}[-/.:]\d{1,2}[-/.:][\d/.:T+Z APMapm-]{1,24}|\d{1,2}:\d\d [\d/]+|\d{14}")
STAMP = "%Y%m%d%H%M%S"  # fourteen digits; strptime would read fewer, wrongly
MONTH_FIRST = "%m/%d/%Y"
DATA_IN_IT = re.compile(r"\d{4}|@")  # dates, codes, phones: a row with one of them is no header
# Parts of headers, without accents and blanks: a person's data (Luật 91/2025/QH15, Nghị định 356/2025/NĐ-CP), and texts that may name one.
PERSONS = (
    *("chuhoso", "hoten", "hovaten", "tentochuc", "canhan", "nguoi", "congdan", "khachhang", "dienthoai", "sdt", "didong", "fax", "email", "thudientu"),
    *("cccd", "cmnd", "cmt", "cancuoc", "chungminh", "dinhdanh", "sogiayto", "masothue", "diachi", "thuongtru", "tamtru", "quequan"),
    *("ngaysinh", "namsinh", "gioitinh", "dantoc", "tongiao", "canbo", "congchuc", "chuyenvien", "lanhdao", "kynhan", "taikhoan"),
)
FREE_TEXTS = ("trichyeu", "ghichu", "noidung", "ykien", "lydo", "thongtinkhac", "mota")
# Headers that come near one of ours and mean something else: how the result is handed over, when the applicant sent the dossier in, …
LOOK_ALIKES = ("nhanketqua", "traketquaqua", "hinhthucnhan", "hinhthuctra", "phuongthuctra", "ngaynop", "noinop", "phongban", "ngaytuchoi", "ngaybosung")
ORDER = tuple(name for name in COLUMNS if name not in OWN)
WANTED = ("procedure_name", "field", *UNIT_COLUMNS, "channel", "due_at", "resolved_at", "outcome")  # required from then on, where the export has them


@dataclass(frozen=True)
class Column:
    """A column of the export: where it stands, its header as a profile may name it, every name that it answers to, and its cells in rows of dossiers, counted."""

    place: int
    header: str
    names: tuple[str, ...]
    cells: Counter[Any]

    @cached_property
    def filled(self) -> Counter[Any]:
        """The cells that say something: neither empty nor one of the texts that mean so in a profile of ours."""
        return Counter({raw: n for raw, n in self.cells.items() if text_key(cell_text(raw)) not in _known_missing()})


@dataclass(frozen=True)
class Table:
    """The table of dossiers as far as it is known without a profile; `known` says how many of its headers some profile of ours has."""

    sheet: str
    first: int
    names: list[list[str]]
    known: int
    rows: list[Row]


@dataclass
class Draft:
    """A profile in the making: columns matched exactly and by guess, what was found under their headers, and what is left to decide."""

    matched: dict[str, Column] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)
    formats: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    units: str = "registry"
    shifted: bool = False
    questions: list[str] = field(default_factory=list)


@cache
def _profiles() -> tuple[Profile, ...]:
    return tuple(map(read_profile, profile_names()))


@cache
def _vocabulary() -> dict[str, tuple[str, ...]]:
    """Give every header of our profiles, in the form that is compared, with the columns of the register that it may mean."""
    found: dict[str, list[str]] = {}
    for profile in _profiles():
        for column, headers in profile.columns.items():
            for header in headers:
                found.setdefault(text_key(header), []).append(column)
    return {header: tuple(dict.fromkeys(columns)) for header, columns in found.items()}


@cache
def _known_missing() -> dict[str, str]:
    """Give the texts that mean "nothing" in one of our profiles, by the form that is compared."""
    texts = [text for profile in _profiles() for text in profile.missing]
    return {text_key(text): text for text in texts}


@cache
def _known_codes(column: str, header: str) -> dict[str, Code]:
    """Give the texts of a code column that our profiles know. A number is known only under the header of its system: elsewhere 7 means another thing."""
    known: dict[str, Code] = dict(YES) if column in FLAGS else {}
    for profile in _profiles():
        own = text_key(header) in map(text_key, profile.columns.get(column, []))
        texts = profile.values.get(column, {})
        known |= {text: code for text, code in texts.items() if text != ANY_TEXT and (own or not (text == "" or text.isdecimal()))}
    return known


def _squeezed(text: str) -> str:
    """Bring a header to letters and digits without accents: "Chủ hồ sơ", "Chu ho so" and "ChuHoSo" are one."""
    plain_letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain_letters if letter.isalnum())


def _speaks_of(header: str, parts: Iterable[str]) -> bool:
    squeezed = _squeezed(header)
    return any(part in squeezed for part in parts)


def _quoted(text: str) -> str:
    """Write a text as YAML's double quotes do, on one line."""
    return str(yaml.dump(text, allow_unicode=True, default_style='"', width=10**9)).strip()


def _shown(text: str, column: str | None = None) -> str:
    """Write a text of the export in the draft: never a person's data. What stands under a column's header is shown where it looks like that column's."""
    return _quoted(shown(text, column) if column else redacted(text))


# --- finding the table -----------------------------------------------------------------------------------------------------------------


def _known_headers(names: list[list[str]]) -> int:
    return sum(any(text_key(name) in _vocabulary() for name in called) for called in names)


def _looks_like_a_header(row: Row) -> bool:
    """Whether a row of unknown texts may be shown as headers: no date, no number, no code among them."""
    texts = [text for cell in row if (text := cell_text(cell))]
    return len(texts) > 2 and all(isinstance(cell, str) for cell in row if cell is not None) and not any(map(DATA_IN_IT.search, texts))


def _header_place(head: Sequence[Row]) -> tuple[int, int, int] | None:
    """Give a header's known texts, first row and depth: the block with most known texts; else the first row with most distinct texts."""
    blocks = [(_known_headers(names), -depth, -first) for first, depth, names in header_blocks(head)]
    known, depth, first = max(blocks, default=(0, 0, 0))
    if known > 1:
        return known, -first, -depth
    likely = [(len({cell_text(cell) for cell in row} - {""}), -place) for place, row in enumerate(head) if _looks_like_a_header(row)]
    return (known, *_stacked(head, -max(likely)[1])) if likely else None


def _stacked(head: Sequence[Row], place: int) -> tuple[int, int]:
    """Join a row that looks like a header with those beside it that do too, three at most: its first row and depth."""
    first = last = place
    while last + 1 < len(head) and last + 1 < first + DEEPEST and _looks_like_a_header(head[last + 1]):
        last += 1
    while first > 0 and last - first + 1 < DEEPEST and _looks_like_a_header(head[first - 1]):
        first -= 1
    return first, last - first + 1


def _texts(row: Row) -> list[str]:
    return [cell_text(cell) for cell in row]


def _table(sheet: Sheet) -> Table | None:
    """Find the table of a sheet: its header and the rows below it."""
    head = head_of(sheet.rows)
    place = _header_place(head)
    if place is None:
        return None
    known, first, depth = place
    names = column_names([_texts(row) for row in head[first : first + depth]])
    return Table(sheet.name, first, names, known, list(islice(iter(sheet.rows), first + depth, first + depth + LOOKED_AT)))


def _joined(sheets: Iterable[Sheet]) -> Table | None:
    """Take the sheet with the most known headers, and the rows of every other sheet with the same header (a sheet for each commune)."""
    tables = [table for sheet in sheets if (table := _table(sheet))]
    best = max(tables, key=lambda table: (table.known, len(table.rows)), default=None)
    if best is None:
        return None
    rows = [row for table in tables if _as_keys(table.names) == _as_keys(best.names) for row in table.rows]
    return Table(best.sheet, best.first, best.names, best.known, rows[:LOOKED_AT])


def _as_keys(names: list[list[str]]) -> list[list[str]]:
    return [list(map(text_key, called)) for called in names]


def _own_name(called: list[str], names: list[list[str]]) -> str:
    """Give the shortest name that no other column answers to: under two parents "Ngày" alone would say nothing."""
    return next((name for name in called if sum(name in others for others in names) == 1), called[-1] if called else "")


def _columns(table: Table, rows: list[Row]) -> list[Column]:
    named = [(place, called) for place, called in enumerate(table.names) if called]
    return [Column(place, _own_name(called, table.names), tuple(called), Counter(_cell(row, place) for row in rows)) for place, called in named]


def _cell(row: Row, place: int) -> Any:
    return row[place] if place < len(row) and row[place] is not None else ""


def _full(row: Row) -> int:
    return sum(cell not in ("", None) for cell in row)


def _is_code(text: str) -> bool:
    return " " not in text and any(letter.isdigit() for letter in text)


def _dossier_rows(table: Table) -> list[Row]:
    """Leave out what is no dossier: rows without a code in the column of codes; where there is none, rows much emptier than the others."""
    codes = [place for place, called in enumerate(table.names) if any("dossier_id" in _vocabulary().get(text_key(name), ()) for name in called)]
    coded = [row for row in table.rows if codes and _is_code(cell_text(_cell(row, codes[0]))) and _full(row) > 2]
    if coded:
        return _without_numbering(coded)
    filled = [_full(row) for row in table.rows]
    usual = sorted(full for full in filled if full)[len([full for full in filled if full]) // 2] if any(filled) else 0
    return _without_numbering([row for row, full in zip(table.rows, filled, strict=True) if full > usual / 2])


def _without_numbering(rows: list[Row]) -> list[Row]:
    """Leave out rows of column numbers, "1 2 3" or "(1) (2) (3)"."""
    return [row for row in rows if not all(re.fullmatch(r"\(?\d{1,2}\)?", text) for cell in row if (text := cell_text(cell)))]


# --- confirming by content -------------------------------------------------------------------------------------------------------------


def date_form(text: str) -> str | None:
    """Give the first written form, the day before the month, that reads a text as a date.

    >>> date_form("4/5/2024"), date_form("20241231000000"), date_form("Chưa trả")
    ('%d/%m/%Y', '%Y%m%d%H%M%S', None)
    """
    if not MAYBE_A_DATE.fullmatch(text):
        return None
    forms = (STAMP,) if text.isdecimal() and len(text) == 14 else DATE_FORMS
    return next((form for form in forms if _reads(text, form)), None)


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _is_date(raw: Any) -> bool:
    if isinstance(raw, int | float) and not isinstance(raw, bool) and EARLIEST_SERIAL < raw < EXCEL_LAST:
        return True
    return isinstance(raw, date) or date_form(cell_text(raw)) is not None


def _share(cells: Counter[Any], holds: Any) -> float:
    """Say for how much of the filled cells something holds; of none, for none."""
    return sum(n for raw, n in cells.items() if holds(raw)) / cells.total() if cells else 0.0


def _is_list(cells: Counter[Any]) -> bool:
    """Whether a column can be a list of codes: few texts, each again and again; no dates, no dossier codes."""
    texts = len({text_key(cell_text(raw)) for raw in cells})
    few = texts <= MOST_CODES_OF_FEW or (texts <= MOST_LISTED and texts * 3 <= cells.total())
    return few and _share(cells, _is_date) < 0.5 and _share(cells, _is_dossier_code) < 0.5


def _is_dossier_code(raw: Any) -> bool:
    return DOSSIER_CODE.fullmatch(cell_text(raw)) is not None


def _fits(name: str, column: Column) -> bool:
    """Whether the cells of a column can be what a column of the register holds; an empty column can be anything."""
    cells = column.filled
    if not cells:
        return True
    if name in TIMES:
        return _share(cells, _is_date) >= 0.5
    if name in CODES or name in FLAGS:
        return _is_list(cells)
    if name == "paused_days":
        return _share(cells, lambda raw: re.fullmatch(r"\d[\d.,]*", cell_text(raw)) is not None) >= 0.5
    if name in ("dossier_id", "procedure_code"):
        return _share(cells, lambda raw: _is_code(cell_text(raw))) >= 0.5 > _share(cells, _is_date)
    return _share(cells, lambda raw: any(map(str.isalpha, cell_text(raw)))) >= 0.5 > _share(cells, lambda raw: _is_date(raw) or _is_dossier_code(raw))


# --- matching headers ------------------------------------------------------------------------------------------------------------------


def _meanings(column: Column) -> tuple[str, ...]:
    """Give the columns of the register that a header means by one of our profiles; of several the first that it names alone is best."""
    found = (_vocabulary().get(text_key(name), ()) for name in column.names)
    return next(filter(None, found), ())


def _claimants(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """Give for each column of the register the headers that mean it, the plainest first: one meaning before two, more cells before fewer."""
    claims = {name: [column for column in columns if name in _meanings(column)] for name in ORDER}
    return {name: sorted(found, key=lambda column: (len(_meanings(column)), -column.filled.total())) for name, found in claims.items() if found}


def _match_exactly(columns: Sequence[Column], draft: Draft) -> None:
    for name, claimants in _claimants(columns).items():
        fitting = [column for column in claimants if _fits(name, column)]
        if fitting:
            draft.matched[name] = fitting[0]
        elif name != "returned_at":
            draft.shifted = draft.shifted or name in ("dossier_id", "received_at", "due_at", "procedure_code", "outcome")
            said = f'tiêu đề {_shown(claimants[0].header)} đúng là "{VIETNAMESE[name]}" nhưng các ô bên dưới không giống: tệp có thể in lệch cột'
            draft.questions.append(said)
    for name, claimants in _claimants(columns).items():
        rivals = [column.header for column in claimants if column not in draft.matched.values()]
        if name in draft.matched and rivals:
            draft.questions.append(_rivalry(name, draft.matched[name].header, rivals))


def _rivalry(name: str, chosen: str, rivals: list[str]) -> str:
    others = ", ".join(_shown(rival) for rival in rivals if rival != chosen)
    twice = f"tiêu đề {_shown(chosen)} đứng ở {count(len(rivals) + 1)} cột, bỏ bớt trong tệp nếu các cột ghi khác nhau"
    return f'"{VIETNAMESE[name]}" lấy ở cột {_shown(chosen)}; cũng có thể là {others}' if others else twice


def _likeness(column: Column, name: str) -> float:
    ours = [header for header, meanings in _vocabulary().items() if name in meanings] + [text_key(VIETNAMESE[name])]
    return max(_alike(text_key(called), header) for called in column.names for header in ours)


def _alike(header: str, ours: str) -> float:
    """Say how near two headers are, 0 to 1: by letters, by the same words ("Tiếp nhận / Ngày"), or as one begins the other in two words or more."""
    if sorted(header.split()) == sorted(ours.split()):
        return 1.0
    ratio = difflib.SequenceMatcher(None, header, ours).ratio()
    shorter, longer = sorted((header, ours), key=len)
    return max(ratio, NEAR) if " " in shorter and longer.startswith(f"{shorter} ") else ratio


def _may_be_guessed(column: Column) -> bool:
    return not _meanings(column) and not any(_speaks_of(column.header, parts) for parts in (PERSONS, FREE_TEXTS, LOOK_ALIKES))


def _guess(columns: Sequence[Column], draft: Draft) -> None:
    """Match headers that come near one of ours, nearest first; a guess needs cells that fit, and at least one."""
    free = [column for column in columns if _may_be_guessed(column) and column.filled]
    likely = [(_likeness(column, name), place, name) for place, column in enumerate(free) for name in ORDER if name not in draft.matched]
    taken: set[int] = set()
    for likeness, place, name in sorted(likely, key=lambda item: -item[0]):
        if likeness >= NEAR and name not in draft.matched and place not in taken and _fits(name, free[place]):
            taken.add(place)
            draft.matched[name] = free[place]
            draft.guessed.add(name)


def _guess_by_content(columns: Sequence[Column], draft: Draft) -> None:
    """Take the one column that is full of dossier codes, or of units' names, for theirs, whatever it is called."""
    free = [column for column in columns if _may_be_guessed(column) and column not in draft.matched.values()]
    lacking = [name for name in ("dossier_id", *([] if set(UNIT_COLUMNS) & set(draft.matched) else UNIT_COLUMNS[:1])) if name not in draft.matched]
    for name in lacking:
        found = [column for column in free if _share(column.filled, _is_dossier_code if name == "dossier_id" else _is_unit) > 0.5]
        if len(found) == 1:
            draft.matched[name] = found[0]
            draft.guessed.add(name)


def _is_unit(raw: Any) -> bool:
    return isinstance(raw, str) and is_unit_name(raw)


# --- what stands under the headers -----------------------------------------------------------------------------------------------------


def _shape(text: str) -> str:
    """Show how a text is built and not what it says: digits as 9, letters as a.

    >>> _shape("Thứ 2, 15.3.24")
    'aaa 9, 99.9.99'
    """
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text))[:MOST_LISTED]


def _forms(column: Column) -> set[str]:
    return {form for raw in column.filled if isinstance(raw, str) and (form := date_form(cell_text(raw)))}


def _read_dates(columns: Sequence[Column], draft: Draft) -> None:
    """Find the written forms of the dates, also in columns still to be matched; say which cells none of them reads, by their shape."""
    times = [draft.matched[name] for name in TIMES if name in draft.matched]
    others = [column for column in columns if column not in draft.matched.values() and _may_be_guessed(column) and column.filled]
    dated = times + [column for column in others if "received_at" not in draft.matched and _share(column.filled, _is_date) >= 0.5]
    forms = {form for column in dated for form in _forms(column)}
    draft.formats = [form for form in (*DATE_FORMS, STAMP) if form in forms]
    for name in [name for name in TIMES if name in draft.matched]:
        texts = Counter({text: n for raw, n in draft.matched[name].filled.items() if isinstance(raw, str) and (text := cell_text(raw))})
        unread = Counter({text: n for text, n in texts.items() if date_form(text) is None})
        if unread:
            draft.questions.append(_unread_dates(name, unread, shifted=draft.shifted))


def _unread_dates(name: str, unread: Counter[str], *, shifted: bool) -> str:
    words = [text for text in unread if not any(map(str.isdigit, text))]
    said = [f"{_shown(text, name)} ({count(unread[text])} ô)" for text in words] if len(words) <= MOST_SHAPES and not shifted else []
    shapes = Counter[str]()
    for text in unread.keys() - set(words):
        shapes[_shape(text)] += unread[text]
    said += [f"dạng {_quoted(shape)} ({count(n)} ô)" for shape, n in shapes.most_common(MOST_SHAPES)]
    month_first = any(_reads(text, MONTH_FIRST) for text in unread)
    advice = (
        "có vẻ tháng đứng trước ngày: xuất lại tệp với ngày đứng trước"
        if month_first
        else "chữ nghĩa là trống thì thêm vào missing, dạng ngày khác thì thêm vào date_formats"
    )
    return f'"{VIETNAMESE[name]}": {count(unread.total())} ô không đọc được là ngày{": " if said else ""}{", ".join(said)}; {advice}'


def _find_missing(draft: Draft) -> None:
    seen = {text_key(cell_text(raw)) for column in draft.matched.values() for raw in column.cells}
    draft.missing = ["", *(text for key, text in _known_missing().items() if key and key in seen)]


def _check_units(draft: Draft) -> None:
    """Choose between the registry of units and the export's own texts; name the texts that the registry does not know."""
    names = [name for name in UNIT_COLUMNS if name in draft.matched]
    texts = Counter[str]()
    for column in {draft.matched[name].header: draft.matched[name] for name in names}.values():
        texts.update({cell_text(raw): n for raw, n in column.filled.items()})
    unknown = Counter({text: n for text, n in texts.items() if not is_unit_name(text)})
    if texts and len(unknown) == len(texts):
        draft.units = "from-data"
        draft.questions.append(
            "không tên đơn vị nào có trong units.csv, nên lấy nguyên chữ trong tệp (units: from-data); muốn gộp theo đơn vị thì bổ sung units.csv"
        )
    elif unknown:
        listed = len(unknown) <= MOST_LISTED and not draft.shifted
        said = ", ".join(f"{_shown(text, UNIT_COLUMNS[0])} ({count(n)} dòng)" for text, n in unknown.most_common()) if listed else "không liệt kê"
        draft.questions.append(f"CHƯA RÕ {count(len(unknown))} tên đơn vị không có trong units.csv: {said}")


def _ask_for_lacking(draft: Draft) -> None:
    lacking = [f'THIẾU cột bắt buộc "{VIETNAMESE[name]}" ({name}): điền tiêu đề của cột ấy vào mục columns' for name in ALWAYS if name not in draft.matched]
    if not set(UNIT_COLUMNS) & set(draft.matched):
        lacking.append('THIẾU cột đơn vị: điền tiêu đề vào receiving_unit, hoặc nếu cả tệp của một đơn vị thì thêm constants: {receiving_unit: "tên đơn vị"}')
    draft.questions[:0] = lacking
    if "channel" not in draft.matched:
        draft.questions.append('không thấy cột hình thức nộp: mọi hồ sơ sẽ có hình thức nộp "không rõ"')
    if "outcome" not in draft.matched:
        draft.questions.append("không thấy cột trạng thái: hồ sơ có ngày kết thúc được coi là đã giải quyết")
    if "resolved_at" not in draft.matched:
        draft.questions.append("không thấy cột ngày kết thúc xử lý: hồ sơ đã giải quyết sẽ bị loại vì thiếu ngày")


def _empty_cells(draft: Draft) -> None:
    """Say where a column that may not be empty is, and an empty cell has no meaning by the values."""
    for name in (*ALWAYS, "channel", "outcome"):
        column = draft.matched.get(name)
        empty = column.cells.total() - column.filled.total() if column else 0
        if column and empty and "" not in _known_codes(name, column.header):
            draft.questions.append(f'"{VIETNAMESE[name]}" để trống ở {count(empty)} dòng hồ sơ')


# --- writing it down -------------------------------------------------------------------------------------------------------------------


def _column_lines(draft: Draft) -> Iterator[str]:
    yield "columns:"
    lacking = {*ALWAYS, *(UNIT_COLUMNS[:1] if not set(UNIT_COLUMNS) & set(draft.matched) else ())} - set(draft.matched)
    headers = Counter(column.header for column in draft.matched.values())
    for name in ORDER:
        if name in lacking:
            yield f"  {name}: []  # THIẾU: {VIETNAMESE[name]}"
        if name in draft.matched:
            header = draft.matched[name].header
            remark = f"  # đoán: {VIETNAMESE[name]}" if name in draft.guessed else f"  # {VIETNAMESE[name]}"
            yield f"  {name}: [{_quoted(header)}]{remark}{'; một cột cho hai trường, xem lại' if headers[header] > 1 else ''}"


def _written_code(code: Code) -> str:
    return "null" if code is None else str(code).lower() if isinstance(code, bool) else code


def _texts_of(column: Column) -> Counter[str]:
    texts = Counter[str]()
    for raw, n in column.cells.items():
        texts[text_key(cell_text(raw))] += n
    return texts


def _as_written(column: Column) -> dict[str, str]:
    """Give each coded text as the export writes it, by the form that is compared."""
    return {text_key(text): text for raw in column.cells if (text := cell_text(raw))}


def _value_lines(name: str, column: Column, draft: Draft) -> Iterator[str]:
    """Write a code column's map: texts that our profiles know with their codes, the others as comments to be decided."""
    known, texts, written = _known_codes(name, column.header), _texts_of(column), _as_written(column)
    missing = {text_key(text) for text in draft.missing}
    mapped = [text for text in texts if text in known and (text not in missing or text == "")]
    yield f"  {name}:" if mapped else f"  {name}: {{}}"
    for text in sorted(mapped, key=lambda item: -texts[item]):
        yield f"    {_quoted(written.get(text, ''))}: {_written_code(known[text])}  # {count(texts[text])} dòng"
    unknown = [text for text in texts if text not in known and text not in missing]
    if draft.shifted and unknown:
        yield f"    # CHƯA RÕ: {count(len(unknown))} giá trị, không hiện vì tệp có thể in lệch cột"
        return
    for text in sorted(unknown, key=lambda item: -texts[item]):
        yield f"    # CHƯA RÕ: {_shown(written[text], name)} ({count(texts[text])} dòng)"


def _values(draft: Draft) -> Iterator[str]:
    coded = [name for name in (*CODES, *FLAGS) if name in draft.matched and draft.matched[name].filled]
    yield "values:" if coded else "values: {}"
    for name in coded:
        codes = ", ".join(map(_written_code, CODES.get(name, (True, False)))) + (", not_received, null (đang giải quyết)" if name == "outcome" else "")
        yield f"  # {VIETNAMESE[name]}: {codes}"
        yield from _value_lines(name, draft.matched[name], draft)


def _unread_headers(columns: Sequence[Column], draft: Draft) -> Iterator[str]:
    """List what the draft does not read: headers only, never what stands below them."""
    others = [column.header for column in columns if column not in draft.matched.values()]
    persons = [header for header in others if _speaks_of(header, PERSONS)]
    free = [header for header in others if header not in persons and _speaks_of(header, FREE_TEXTS)]
    rest = [header for header in others if header not in persons and header not in free]
    kinds = (("dữ liệu cá nhân", persons), ("lời tự do, có thể có tên người", free), ("ngoài sổ dữ liệu, hoặc chưa nhận ra", rest))
    dated = {column.header for column in columns if column.filled and _share(column.filled, _is_date) >= 0.5}
    for why, headers in kinds:
        if headers:
            listed = (f"{_shown(header)}{' [cột ngày]' if header in dated and headers is rest else ''}" for header in headers)
            yield f"# Không đọc ({why}): {', '.join(listed)}"


def _heading(path: Path, table: Table | None, rows: int) -> Iterator[str]:
    yield f"# Mẫu đọc (profile) nháp, lập từ tệp {_shown(path.name)}."
    if table:
        yield f"# Trang tính {_shown(table.sheet)}, tiêu đề từ dòng {count(table.first + 1)}, đã xem {count(rows)} dòng hồ sơ."
    yield '# Xem lại những chỗ ghi "đoán", "CHƯA RÕ", "THIẾU", đặt tên ở name, lưu thành tệp .yaml, rồi nhập: tthc import TỆP --profile MẪU.yaml --out SỔ'


def _written(path: Path, table: Table | None, rows: int, columns: Sequence[Column], draft: Draft) -> str:
    guesses = [f"# - {name}: đoán là cột {_quoted(draft.matched[name].header)}." for name in ORDER if name in draft.guessed]
    decisions = [*(f"# - {question}." for question in draft.questions), *guesses]
    required = [name for name in ORDER if name in draft.matched and name in (*ALWAYS, *WANTED)]
    formats = draft.formats or ["%d/%m/%Y"]
    lines = [
        *_heading(path, table, rows),
        *(["#", "# Còn phải quyết định:", *decisions] if decisions else []),
        *(["#", *unread] if (unread := list(_unread_headers(columns, draft))) else []),
        "name: mau-moi",
        *_column_lines(draft),
        f"required: [{', '.join(required)}]",
        *_values(draft),
        f"units: {draft.units}",
        "timezone: Asia/Ho_Chi_Minh",
        f"date_formats: [{', '.join(map(_quoted, formats))}]{'' if draft.formats else '  # trong tệp không có ngày viết bằng chữ'}",
        f"missing: [{', '.join(map(_quoted, draft.missing))}]",
    ]
    return "\n".join(lines) + "\n"


def draft_profile(path: Path) -> str:
    """Propose a profile from an unknown export: YAML with what was found, and in comments what is left to decide (Vietnamese).

    Where every needed column was found, `read_profile` accepts the text as it is; else the lacking column's list is empty, and
    `read_profile` says so. A file that `read_sheets` cannot read raises UserError.
    """
    table = _joined(read_sheets(path))
    rows = _dossier_rows(table) if table else []
    columns = _columns(table, rows) if table else []
    draft = Draft()
    _match_exactly(columns, draft)
    if not draft.shifted:
        _guess(columns, draft)
        _guess_by_content(columns, draft)
    _find_missing(draft)
    _read_dates(columns, draft)
    _check_units(draft)
    _empty_cells(draft)
    _ask_for_lacking(draft)
    if table is None:
        draft.questions.insert(0, "không thấy dòng tiêu đề nào trong tệp")
    return _written(path, table, len(rows), columns, draft)
