"""Intake: exports become the register, and the account balances.

Rows read = accepted + rejected + exact duplicates + rows that are not dossiers. What is rejected keeps file, sheet, row, column,
value and reason; above the ceiling nothing is changed. Only the register's columns are ever taken from a sheet.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.files import written_aside
from tthc_analysis.reference.notation import count, percent
from tthc_analysis.register.contract import NEVER_EMPTY, REGISTER, ROW_RULES, VIETNAMESE, with_types
from tthc_analysis.register.profiles import OWN, UNIT_COLUMNS, Profile, text_key
from tthc_analysis.register.sources import Sheet, read_sheets
from tthc_analysis.register.store import is_register, write_register, write_sheet
from tthc_analysis.register.values import Fault, cell_text, read_column, read_units

HEADER_WITHIN = 40  # rows: titles and letterheads above a header are shorter than this
CEILING = 0.02  # share of rows that may be rejected before an import stops
LISTED = 10  # unknown values that one paragraph can name
NUMBERING = re.compile(r"\(?\d{1,2}\)?")
REPEATED = "tiêu đề lặp lại"
UNREAD_SHEETS = "trang tính không có bảng hồ sơ"
REJECT_HEADER = ("Tệp", "Trang tính", "Dòng", "Cột", "Giá trị", "Lý do")


@dataclass(frozen=True)
class Reject:
    """A row that could not be taken, and why."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    reason: str


@dataclass
class Account:
    """What became of every row that was read: `not_dossiers` counts by kind, `rejects` lists faults (a rejected row may have two)."""

    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    not_dossiers: Counter[str] = field(default_factory=Counter)
    rejects: list[Reject] = field(default_factory=list)
    unmapped: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def balances(self) -> bool:
        """Whether every row read is accounted for."""
        return self.read == self.accepted + self.rejected + self.duplicates + self.not_dossiers.total()

    def summary(self) -> str:
        """Write the account as one Vietnamese line."""
        kinds = ", ".join(f"{kind} {count(n)}" for kind, n in sorted(self.not_dossiers.items()))
        return (
            f"Đọc {count(self.read)} dòng = nhận {count(self.accepted)} + loại {count(self.rejected)} + trùng hệt {count(self.duplicates)}"
            f" + không phải hồ sơ {count(self.not_dossiers.total())}{f' ({kinds})' if kinds else ''}."
        )

    def as_data(self, profile: str) -> dict[str, Any]:
        """Give the account as it is stored beside the register."""
        kinds = dict(sorted(self.not_dossiers.items()))
        return {
            "profile": profile,
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "not_dossiers": kinds,
        }


def _match_header(row: Sequence[Any], profile: Profile) -> dict[str, int]:
    """Pair the register's columns with the positions of their headers in a row."""
    places = {text_key(cell_text(cell)): position for position, cell in reversed(list(enumerate(row))) if cell_text(cell)}
    found = {column: next((places[text_key(name)] for name in names if text_key(name) in places), None) for column, names in profile.columns.items()}
    return {column: position for column, position in found.items() if position is not None}


def _lacking(columns: dict[str, int], profile: Profile) -> list[str]:
    """Name the needed columns that a header does not have; of the two units, one is enough."""
    lacking = [name for name in profile.columns if name in profile.needed and name not in columns]
    return lacking if set(UNIT_COLUMNS) & set(columns) else [*lacking, *(name for name in UNIT_COLUMNS[:1] if name not in lacking)]


def _find_header(sheet: Sheet, profile: Profile) -> tuple[int, dict[str, int]] | None:
    """Give the header's row index and columns: the first row that has every needed header."""
    for index, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        columns = _match_header(row, profile)
        if not _lacking(columns, profile):
            return index, columns
    return None


def _no_header(path: Path, sheets: list[Sheet], profile: Profile) -> UserError:
    """Say which needed headers are missing, from the row that looks most like a header. A row that is none may hold persons: not shown."""
    rows = [row for sheet in sheets for row in sheet.rows[:HEADER_WITHIN]]
    best = max(rows, key=lambda row: len(_match_header(row, profile)), default=[])
    found = _match_header(best, profile)
    lacking = _lacking(found, profile)
    wanted = "; ".join(f'{VIETNAMESE[column]} ("{" / ".join(profile.columns.get(column, []))}")' for column in lacking)
    seen = [cell_text(cell) for cell in best if cell_text(cell)] if found else []
    near = did_you_mean((profile.columns.get(lacking[0]) or [VIETNAMESE[lacking[0]]])[0], seen) if seen else ""
    read = f"Tiêu đề đọc được: {near}" if near else "Không thấy dòng tiêu đề nào khớp với mẫu đọc."
    return UserError(f'{path}: thiếu cột bắt buộc theo mẫu đọc "{profile.name}": {wanted}. {read}')


def _kind_of_other_row(row: Sequence[Any], columns: dict[str, int], profile: Profile, *, after_blank: bool) -> str | None:
    """Say what a row is when it is not a dossier, or None when it is one."""
    texts = [text for cell in row if (text := cell_text(cell))]
    if not texts:
        return "dòng trống"
    if len(texts) > 1 and all(NUMBERING.fullmatch(text) for text in texts):
        return "dòng đánh số cột"
    if not _lacking(_match_header(row, profile), profile):
        return REPEATED
    here = {column: text for column, position in columns.items() if position < len(row) and (text := cell_text(row[position]))}
    # a label may stand in the column of codes; a code has digits and no blanks
    code = here.get("dossier_id", "")
    no_code = " " in code or not any(letter.isdigit() for letter in code)
    if no_code and "received_at" not in here and (len(texts) < len(columns) / 2 or after_blank):
        return "dòng tổng, nhóm, chân trang"
    return None


def _dossier_rows(path: Path, sheet: Sheet, header: int, columns: dict[str, int], profile: Profile, account: Account) -> tuple[list[int], list[list[Any]]]:
    """Give the row numbers in the file and the register's cells of the rows that are dossiers; count the others by kind."""
    numbers, cells, after_blank = [], [], False
    for row in sheet.rows[:header]:
        account.not_dossiers["dòng trên bảng" if any(cell_text(cell) for cell in row) else "dòng trống"] += 1
    account.not_dossiers["tiêu đề bảng"] += 1
    for number, row in enumerate(sheet.rows[header + 1 :], header + 2):
        kind = _kind_of_other_row(row, columns, profile, after_blank=after_blank)
        after_blank = kind == "dòng trống"
        if kind == REPEATED and _match_header(row, profile) != columns:
            message = f"{path.name}, {sheet.name}, dòng {count(number)}: tiêu đề lặp lại với thứ tự cột khác tiêu đề đầu. Tách phần dưới sang một tệp khác rồi nhập lại."
            raise UserError(message)
        if kind:
            account.not_dossiers[kind] += 1
        else:
            numbers.append(number)
            cells.append([row[position] if position < len(row) else "" for position in columns.values()])
    return numbers, cells


def _read_values(cells: list[list[Any]], names: list[str], profile: Profile) -> dict[str, list[Any]]:
    """Read the cells column by column; a unit's name is resolved once its dossier's reception date is known."""
    values = {name: read_column([row[place] for row in cells], name, profile) for place, name in enumerate(names)}
    for name in set(UNIT_COLUMNS) & set(values):
        values[name] = read_units(values[name], values["received_at"], profile)
    for name, other in (UNIT_COLUMNS, UNIT_COLUMNS[::-1]):
        values.setdefault(name, values.get(other, [None] * len(cells)))
    if "outcome" not in values:  # design §4: without a status column an end date means resolved
        values["outcome"] = [None if moment is None else "resolved" for moment in values.get("resolved_at", [None] * len(cells))]
    return values


def _faults(values: dict[str, list[Any]], names: Sequence[str], row: int) -> dict[str, Fault]:
    """Give what is wrong in one row, by column: unreadable cells and cells that may not be empty."""
    unreadable = {name: column[row] for name, column in values.items() if isinstance(column[row], Fault)}
    empty = {name: Fault("để trống") for name in NEVER_EMPTY if name in values and values[name][row] is None and name != "paused_days"}
    found = unreadable | empty
    # where an export has one unit only, the other is its copy: one fault, said once
    return {name: fault for name, fault in found.items() if name in names} or found


def _broken_rules(frame: pd.DataFrame) -> dict[int, dict[str, Fault]]:
    """Give the rows that break a rule of the contract, by position."""
    broken: dict[int, dict[str, Fault]] = {}
    for column, reason, holds in ROW_RULES:
        for position in (~holds(frame)).to_numpy().nonzero()[0]:
            broken.setdefault(int(position), {})[column] = Fault(reason)
    return broken


def _without(values: dict[str, list[Any]], rows: set[int]) -> dict[str, list[Any]]:
    return {name: [value for place, value in enumerate(column) if place not in rows] for name, column in values.items()}


def _sheet_dossiers(path: Path, sheet: Sheet, found: tuple[int, dict[str, int]], profile: Profile, account: Account) -> pd.DataFrame:
    """Read one sheet's dossiers; rows with a fault go to the account's rejects."""
    header, columns = found
    numbers, cells = _dossier_rows(path, sheet, header, columns, profile, account)
    names = list(columns)
    values = _read_values(cells, names, profile)

    def reject(row: int, faults: dict[str, Fault]) -> None:
        for name, fault in faults.items():
            value = cell_text(cells[row][names.index(name)]) if name in names else ""
            account.unmapped[name, value] += fault.unmapped
            account.rejects.append(Reject(path.name, sheet.name, numbers[row], VIETNAMESE[name], value, fault.reason))

    faulty = {row: faults for row in range(len(cells)) if (faults := _faults(values, names, row))}
    for row, faults in faulty.items():
        reject(row, faults)
    kept = [row for row in range(len(cells)) if row not in faulty]
    frame = with_types(pd.DataFrame(_without(values, set(faulty)) | {"source_file": path.name, "source_row": [numbers[row] for row in kept]}))
    broken = _broken_rules(frame)
    for position, faults in broken.items():
        reject(kept[position], faults)
    account.rejected += len(faulty) + len(broken)
    return frame.drop(index=list(broken))


def _read_export(path: Path, profile: Profile, account: Account) -> list[pd.DataFrame]:
    """Read one file: every sheet that has the header; a file with none raises UserError."""
    sheets = read_sheets(path, profile.sheet)
    found = [(sheet, header) for sheet in sheets if (header := _find_header(sheet, profile))]
    if not found:
        raise _no_header(path, sheets, profile)
    account.read += sum(len(sheet.rows) for sheet in sheets)
    unread = sum(len(sheet.rows) for sheet in sheets) - sum(len(sheet.rows) for sheet, _ in found)
    account.not_dossiers.update({UNREAD_SHEETS: unread} if unread else {})
    return [_sheet_dossiers(path, sheet, header, profile, account) for sheet, header in found]


def _one_row_a_dossier(frame: pd.DataFrame, account: Account) -> pd.DataFrame:
    """Drop exact repeats; of rows with one code and different content keep the last and list the others."""
    content = [name for name in frame.columns if name not in OWN]
    distinct = frame.drop_duplicates(content, keep="last")
    account.duplicates = len(frame) - len(distinct)
    replaced = distinct.duplicated("dossier_id", keep="last")
    reason = "mã hồ sơ lặp lại với nội dung khác, giữ dòng sau cùng"
    for file, row, code in distinct.loc[replaced, ["source_file", "source_row", "dossier_id"]].to_numpy().tolist():
        account.rejects.append(Reject(file, "", row, VIETNAMESE["dossier_id"], code, reason))
    account.rejected += int(replaced.sum())
    return distinct[~replaced].sort_values(["received_at", "dossier_id"], ignore_index=True)


def _check_unmapped(account: Account, profile: Profile) -> None:
    """Stop the import where a coded text or a unit is unknown: a guess would move dossiers from one column of a report to another."""
    said = [f'{VIETNAMESE[column]} "{value}" ({count(n)} dòng)' for (column, value), n in account.unmapped.most_common() if n]
    if said:
        more = f"; và {count(len(said) - LISTED)} giá trị khác" if len(said) > LISTED else ""
        message = (
            f'Chưa biết các giá trị: {"; ".join(said[:LISTED])}{more}. Mã: thêm vào mục values của mẫu đọc "{profile.name}". '
            f"Đơn vị: sửa tên trong tệp, hoặc thêm vào units.csv. Rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)


def _check_account(account: Account) -> None:
    """Stop the import where there is no dossier, or too many rows are rejected; nothing has been written yet."""
    dossiers = account.accepted + account.rejected
    if not dossiers:
        message = f"Không có dòng hồ sơ nào. {account.summary()} Sổ dữ liệu cũ giữ nguyên."
        raise UserError(message)
    if account.rejected > CEILING * dossiers:
        one_a_row = {(reject.file, reject.sheet, reject.row): reject for reject in reversed(account.rejects)}
        shown = list(reversed(one_a_row.values()))[:LISTED]
        examples = "; ".join(f'{r.file} dòng {r.row}, {r.column} "{r.value}": {r.reason}' for r in shown)
        share = percent(account.rejected, dossiers)
        message = (
            f"Loại {count(account.rejected)}/{count(dossiers)} dòng hồ sơ ({share}), quá mức 2%: {examples}. "
            "Sửa tệp hoặc mẫu đọc rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)
    if not account.balances:
        message = f"the account does not balance, which is a fault of the intake: {account.summary()}"
        raise RuntimeError(message)


def read_exports(files: Sequence[Path], profile: Profile) -> tuple[pd.DataFrame, Account]:
    """Read exports into the register's frame (validated) and the account of every row; bad files raise UserError."""
    account = Account()
    frames = [frame for path in files for frame in _read_export(path, profile, account)]
    frame = _one_row_a_dossier(pd.concat(frames, ignore_index=True), account)
    account.accepted = len(frame)
    _check_unmapped(account, profile)
    _check_account(account)
    return REGISTER.validate(frame), account


def import_exports(files: Sequence[Path], profile: Profile, out: Path) -> Account:
    """Import exports into the register at `out`, with its account and its rejected rows beside it."""
    if out.is_dir() or (out.is_file() and not is_register(out)):
        message = f"{out} đang là một thư mục hoặc một tệp khác, không phải sổ dữ liệu: không ghi đè. Chọn --out khác, ví dụ data/register.parquet."
        raise UserError(message)
    frame, account = read_exports(files, profile)
    rejects, beside = out.with_name(f"{out.stem}.rejected.xlsx"), out.with_name(f"{out.stem}.account.json")
    # all three are written aside first; the register moves into place last, when the other two have
    with written_aside(out) as register, written_aside(beside) as stored, written_aside(rejects) as listed:
        write_register(frame, register)
        stored.write_text(json.dumps(account.as_data(profile.name), ensure_ascii=False, indent=1), "utf-8")
        write_sheet([REJECT_HEADER, *(tuple(asdict(reject).values()) for reject in account.rejects)], listed)
    return account
