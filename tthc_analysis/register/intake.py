"""Intake: exports become the register, and the account balances.

Rows read = accepted + rejected + exact duplicates + rows that are not dossiers. What is rejected keeps file, sheet, row, column,
value and reason; above the ceiling nothing is changed. Of a sheet's columns only the register's are ever looked into or kept.
"""

import errno
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tthc_analysis.errors import UserError
from tthc_analysis.files import only_one, sha256_of, written_aside
from tthc_analysis.reference.charsets import refuse_legacy
from tthc_analysis.reference.notation import count, day
from tthc_analysis.reference.personal_data import redacted
from tthc_analysis.register.account import TWIN, Account, Reject, Twin, beside, read_accounts, same_files, with_earlier, write_rejects
from tthc_analysis.register.checks import check_account, check_collisions, check_content, check_twins, check_unmapped
from tthc_analysis.register.contract import COLUMNS, LATEST, NEVER_EMPTY, REGISTER, ROW_RULES, TIMES, VIETNAMESE, with_types
from tthc_analysis.register.layout import (
    NOT_TAKEN_IN,
    UNREAD_SHEETS,
    Header,
    claimed_twice,
    classified,
    find_header,
    head_of,
    no_header,
)
from tthc_analysis.register.merge import changes, has_event_after, holds_only_sample, until_after, write_merged
from tthc_analysis.register.profiles import NOT_RECEIVED, OWN, UNIT_COLUMNS, Profile
from tthc_analysis.register.sample import EXPORT_NAME
from tthc_analysis.register.showing import shown
from tthc_analysis.register.sources import Row, Sheet, read_sheets, unchanged_while_read
from tthc_analysis.register.store import is_register, register_size
from tthc_analysis.register.values import Fault, cell_text, code_day, read_column, read_units
from tthc_analysis.register.versions import LONELY, data_until, last_events, reach, stragglers

LONGEST_SILENCE = 366  # days from one event to the next, or to the export: no one-stop office rests a year
CEILING = 0.02  # share of rows that may be rejected before an import stops
BLOCK = 20_000  # rows read at a time: a million need not lie in memory as raw cells
FROM_1904 = 1462  # days between the two beginnings of Excel's calendar
SHEET = "source_sheet"  # carried beside the register's columns until codes that stand twice have been listed
SAMPLE_GONE = "hồ sơ dữ liệu mẫu đã được thay bằng dữ liệu của đơn vị"
KEPT = "giữ dòng này"
WRONG_YEAR = f"cách mọi ngày trước đó hơn {LONGEST_SILENCE} ngày: năm có thể ghi sai"
LONELY_DAY = f"hồ sơ có ngày tiếp nhận hoặc kết thúc sau mọi hồ sơ khác hơn {LONELY} ngày: xem lại năm; ngày ấy không tính vào số liệu đến"
DAMAGED_ACCOUNT = "lịch sử nhập của sổ bị hỏng (account.json), không đọc được: bắt đầu ghi lại, tệp cũ giữ ở account.damaged"
CODE_DAY = "hồ sơ có ngày trong mã hồ sơ khác ngày tiếp nhận"
Values = dict[str, list[Any]]


def _one_cell(cells: list[list[Any]], place: str, header: Header, column: str, numbers: list[int]) -> list[Any]:
    """Give a column's cells; where several headers claim it, the one that is not empty, and an error where they disagree."""
    first = cells[0]
    for other in cells[1:]:
        for row, (mine, its) in enumerate(zip(first, other, strict=True)):
            if cell_text(mine) and cell_text(its) and cell_text(mine) != cell_text(its):
                raise claimed_twice(place, header, numbers[row], column)
        first = [mine if cell_text(mine) else its for mine, its in zip(first, other, strict=True)]
    return first


def _columns_of(rows: list[Row], numbers: list[int], header: Header, place: str) -> Values:
    """Turn rows into the register's columns of raw cells; nothing else of a row is kept."""
    width = 1 + max(at for places in header.columns.values() for at in places)
    padded = [row if len(row) >= width else row + [""] * (width - len(row)) for row in rows]
    return {column: _one_cell([[row[at] for row in padded] for at in places], place, header, column, numbers) for column, places in header.columns.items()}


def _dossier_blocks(sheet: Sheet, header: Header, profile: Profile, place: str, kinds: Counter[str]) -> Iterator[tuple[list[int], Values]]:
    """Give the dossiers of a sheet by blocks: their row numbers in the file and their raw cells; count the other rows by kind."""
    rows = classified(sheet.rows, header, profile, place)
    while block := list(islice(rows, BLOCK)):
        kinds.update(kind for _, _, kind in block if kind)
        found = [(number, row) for number, row, kind in block if kind is None]
        if found:
            numbers = [number for number, _ in found]
            yield numbers, _columns_of([row for _, row in found], numbers, header, place)


def _with_constants(raws: Values, profile: Profile, rows: int) -> Values:
    return raws | {column: [text] * rows for column, text in profile.constants.items() if column not in raws}


def _with_units(values: Values, profile: Profile, rows: int) -> Values:
    """Resolve units once the dossiers' days are known; where one unit is not said, the other did both."""
    received, nothing = values["received_at"], [None] * rows
    # who resolves an open dossier may come to exist on any later day
    ended = [moment or LATEST for moment in values.get("resolved_at", nothing)]
    found = {name: read_units(values[name], received, ended if name == "resolving_unit" else nothing, profile) for name in UNIT_COLUMNS if name in values}
    for name, other in (UNIT_COLUMNS, UNIT_COLUMNS[::-1]):
        mine, its = found.get(name, nothing), found.get(other, nothing)
        values[name] = [theirs if unit is None and not isinstance(theirs, Fault) else unit for unit, theirs in zip(mine, its, strict=True)]
    return values


def _read_values(raws: Values, profile: Profile, rows: int, *, from_1904: bool) -> Values:
    """Read the cells column by column."""
    if from_1904:
        serials = {name: [cell + FROM_1904 if type(cell) in (int, float) else cell for cell in raws[name]] for name in TIMES if name in raws}
        raws = raws | serials
    values = _with_units({name: read_column(cells, name, profile) for name, cells in raws.items()}, profile, rows)
    if "outcome" not in values:  # design §4: without a status column an end date means resolved
        values["outcome"] = [None if moment is None else "resolved" for moment in values.get("resolved_at", [None] * rows)]
    return values


def _may_be_empty(name: str, values: Values, profile: Profile) -> bool:
    """Whether no fault is made of an empty cell: a whole column may be lacking, and units taken from the data may be unknown."""
    return name not in values or name == "paused_days" or (name in UNIT_COLUMNS and profile.units == "from-data")


def _cell_faults(values: Values, profile: Profile, exported: date | None) -> Iterator[tuple[int, str, Fault]]:
    """Give the faults of cells: those unreadable, those that may not be empty, and events after the day of the export."""
    for name, column in values.items():
        if Fault in set(map(type, column)):  # most columns have none
            yield from ((row, name, value) for row, value in enumerate(column) if isinstance(value, Fault))
    for name in NEVER_EMPTY:
        if not _may_be_empty(name, values, profile) and None in values[name]:
            yield from ((row, name, Fault("để trống")) for row, value in enumerate(values[name]) if value is None)
    if exported:
        last, late = datetime.combine(exported, time.max), f"sau ngày xuất tệp (--exported {day(exported)})"
        for name in ("received_at", "resolved_at"):
            events = enumerate(values.get(name, []))
            yield from ((row, name, Fault(late)) for row, moment in events if isinstance(moment, datetime) and moment > last)


def _faults(values: Values, profile: Profile, exported: date | None) -> dict[int, dict[str, Fault]]:
    """Give what is wrong, by row and column."""
    found: dict[int, dict[str, Fault]] = {}
    for row, name, fault in _cell_faults(values, profile, exported):
        found.setdefault(row, {})[name] = fault
    return found


def _said_once(faults: dict[str, Fault], read: Iterable[str]) -> dict[str, Fault]:
    """Where an export has one unit only, the other is its copy: one fault, said once."""
    return {name: fault for name, fault in faults.items() if name in read} or faults


def _broken_rules(frame: pd.DataFrame) -> dict[int, dict[str, Fault]]:
    """Give the rows that break a rule of the contract, by position."""
    broken: dict[int, dict[str, Fault]] = {}
    for column, reason, holds in ROW_RULES:
        for position in (~holds(frame)).to_numpy().nonzero()[0]:
            broken.setdefault(int(position), {})[column] = Fault(reason)
    return broken


def _without(values: Values, rows: set[int]) -> Values:
    return {name: [value for place, value in enumerate(column) if place not in rows] for name, column in values.items()} if rows else values


def _reject(rows: dict[int, dict[str, Fault]], raws: Values, numbers: list[int], where: tuple[str, str], account: Account) -> None:
    """Put faulty rows into the account, each fault with its cell, fit to be shown."""
    for row, faults in sorted(rows.items()):
        for name, fault in _said_once(faults, raws).items():
            value = shown(raws[name][row], name) if name in raws else ""
            account.unmapped[name, value] += fault.unmapped
            account.rejects.append(Reject(*where, numbers[row], VIETNAMESE[name], value, fault.reason))
    account.rejected += len(rows)


def _block_dossiers(numbers: list[int], raws: Values, sheet: Sheet, file: str, profile: Profile, account: Account, exported: date | None) -> pd.DataFrame:
    """Read one block of dossiers; rows with a fault go to the account's rejects, rows not taken in to those that are no dossiers."""
    values, where = _read_values(raws, profile, len(numbers), from_1904=sheet.from_1904), (file, sheet.name)
    outside = {row for row, outcome in enumerate(values["outcome"]) if outcome == NOT_RECEIVED}
    account.not_dossiers.update({NOT_TAKEN_IN: len(outside)} if outside else {})
    faulty = {row: faults for row, faults in _faults(values, profile, exported).items() if row not in outside}
    _reject(faulty, raws, numbers, where, account)
    out = {*outside, *faulty}
    kept = [row for row in range(len(numbers)) if row not in out]
    read = {name: column for name, column in _without(values, out).items() if name in COLUMNS}
    frame = with_types(pd.DataFrame(read | {"source_file": file, "source_row": [numbers[row] for row in kept]}))
    broken = _broken_rules(frame)
    _reject({kept[position]: faults for position, faults in broken.items()}, raws, numbers, where, account)
    return frame.assign(**{SHEET: sheet.name}).drop(index=list(broken))


def _sheet_dossiers(path: Path, sheet: Sheet, header: Header, profile: Profile, account: Account, exported: date | None) -> list[pd.DataFrame]:
    """Read one sheet's dossiers, a frame a block."""
    place, kinds, frames, found = f"{path.name}, {sheet.name}", Counter[str](), [], 0
    for number, (numbers, raws) in enumerate(_dossier_blocks(sheet, header, profile, place, kinds)):
        if not number:
            check_content(raws, header, profile, place)
        found += len(numbers)
        frames.append(_block_dossiers(numbers, _with_constants(raws, profile, len(numbers)), sheet, path.name, profile, account, exported))
    account.not_dossiers.update(kinds)
    account.read += found + kinds.total()
    return frames


def _read_export(path: Path, profile: Profile, account: Account, exported: date | None) -> pd.DataFrame:
    """Read one file: every sheet that has the header; a file with none raises UserError."""
    before = account.read
    with unchanged_while_read(path):
        sheets = read_sheets(path, profile.sheet)
        heads = [head_of(sheet.rows) for sheet in sheets]
        headers = [find_header(head, profile) for head in heads]
        if not any(headers):
            refuse_legacy(str(path), (cell for head in heads for row in head for cell in row if isinstance(cell, str)))
            raise no_header(str(path), heads, profile)
        frames = [with_types(pd.DataFrame()).assign(**{SHEET: ""})]
        for sheet, header in zip(sheets, headers, strict=True):
            if header:
                frames += _sheet_dossiers(path, sheet, header, profile, account, exported)
            elif unread := sum(1 for _ in sheet.rows):
                account.not_dossiers[UNREAD_SHEETS] += unread
                account.read += unread
        account.files.append({"name": path.name, "sha256": sha256_of(path), "read": account.read - before})
    return pd.concat(frames, ignore_index=True)


def _differences(rows: pd.DataFrame, kept: pd.DataFrame) -> list[str]:
    """Name, for each row, the columns in which it differs from the row that was kept for its code; `kept` has the same order."""
    content = [name for name in COLUMNS if name not in (*OWN, "dossier_id")]
    differs = {name: [str(mine) != str(its) for mine, its in zip(rows[name], kept[name], strict=True)] for name in content}
    return [", ".join(VIETNAMESE[name] for name in content if differs[name][place]) for place in range(len(rows))]


def _list_twins(rows: pd.DataFrame, kept: pd.DataFrame, account: Account) -> None:
    """List rows that share a code, which of them was kept or for which it gave way, and in which columns they differ from that."""
    winners = kept.set_index("dossier_id").loc[rows["dossier_id"]].reset_index()
    stays = rows.index.isin(kept.index)
    fates = [KEPT if mine else f"nhường {file} dòng {count(row)}" for mine, file, row in zip(stays, winners["source_file"], winners["source_row"], strict=True)]
    places = zip(rows["source_file"], rows[SHEET], rows["source_row"], rows["dossier_id"], _differences(rows, winners), fates, strict=True)
    account.twins += [Twin(file, sheet, int(row), redacted(code), differs, fate) for file, sheet, row, code, differs, fate in places]
    account.rejects += [Reject(t.file, t.sheet, t.row, VIETNAMESE["dossier_id"], t.code, TWIN) for t in account.twins if t.fate != KEPT]
    account.given_way = Counter(zip(rows["source_file"][~stays], winners["source_file"][~stays], strict=True))
    account.collisions = _collisions(rows, winners)


def _note_order(frame: pd.DataFrame, account: Account) -> None:
    """Say, file by file, how many rows gave way and to which file, and where that one ends earlier: the order may be mistaken."""
    last = last_events(frame).groupby(frame["source_file"]).max()
    for (loser, winner), n in account.given_way.items():
        older = "; tệp ghi sau lại có ngày cuối cùng sớm hơn, xem lại thứ tự" if last[winner] < last[loser] else ""
        where = "đứng dưới trong cùng tệp" if loser == winner else f"của {winner} (ghi sau trong lệnh{older})"
        account.warnings[f"dòng của {loser} nhường dòng cùng mã {where}"] = n


def _collisions(rows: pd.DataFrame, winners: pd.DataFrame) -> Counter[str]:
    """Count by file the codes that stand over two dossiers, told apart by procedure or day of reception: no later state of one."""
    same_file = rows["source_file"].to_numpy() == winners["source_file"].to_numpy()
    other = [mine.normalize() != its.normalize() for mine, its in zip(rows["received_at"], winners["received_at"], strict=True)]
    for name in ("procedure_code", "procedure_name"):
        other = [before or str(mine) != str(its) for before, mine, its in zip(other, rows[name], winners[name], strict=True)]
    return Counter(rows["source_file"][same_file & np.array(other, dtype=bool)])


def _one_row_a_dossier(frame: pd.DataFrame, account: Account) -> pd.DataFrame:
    """Drop exact repeats; of rows with one code and different content keep the last and list them all."""
    content = [name for name in COLUMNS if name not in OWN]
    doubtful = frame[frame.duplicated("dossier_id", keep=False)]
    distinct = doubtful.drop_duplicates(content, keep="last")
    account.duplicates = len(doubtful) - len(distinct)
    twins = distinct[distinct.duplicated("dossier_id", keep=False)]
    kept = distinct.drop_duplicates("dossier_id", keep="last")
    _list_twins(twins.sort_values("dossier_id", kind="stable"), kept, account)
    _note_order(frame, account)
    account.superseded = len(distinct) - len(kept)
    account.rejected += account.superseded
    return frame.drop(index=doubtful.index.difference(kept.index)).sort_values(["received_at", "dossier_id"], ignore_index=True)[list(COLUMNS)]


def _warn_of_codes(frame: pd.DataFrame, account: Account) -> None:
    """Count the dossiers whose code carries another day than their reception: shown, never mended (online ones may be coded earlier)."""
    days = frame["dossier_id"].map(code_day)
    account.warnings[CODE_DAY] = int((days.notna() & (pd.to_datetime(days) != frame["received_at"].dt.normalize())).sum())


def _reject_wrong_years(frame: pd.DataFrame, account: Account) -> pd.DataFrame:
    """Reject the few dossiers with an event more than a year after all others: a mistyped year."""
    lonely = stragglers(last_events(frame), LONGEST_SILENCE)
    for row in frame[lonely].to_dict("records"):
        name = "received_at" if pd.isna(row["resolved_at"]) or row["received_at"] > row["resolved_at"] else "resolved_at"
        account.rejects.append(Reject(row["source_file"], row[SHEET], row["source_row"], VIETNAMESE[name], shown(row[name], name), WRONG_YEAR))
    account.rejected += int(lonely.sum())
    return frame[~lonely].reset_index(drop=True)


def _read(files: Sequence[Path], profile: Profile, exported: date | None, account: Account) -> pd.DataFrame:
    """Read the files in the order in which they were named: of two rows of one dossier the later one counts."""
    exports = [_read_export(path, profile, account, exported) for path in files]
    frame = _one_row_a_dossier(_reject_wrong_years(pd.concat(exports, ignore_index=True), account), account)
    account.warnings[LONELY_DAY] = int(stragglers(last_events(frame), LONELY).sum())
    account.accepted = len(frame)
    return frame


def _checked(frame: pd.DataFrame, profile: Profile, account: Account, ceiling: float) -> pd.DataFrame:
    check_unmapped(account, profile)
    check_twins(account, profile)
    check_collisions(account, ceiling)
    check_account(account, ceiling)
    _warn_of_codes(frame, account)
    return REGISTER.validate(frame)


def read_exports(files: Sequence[Path], profile: Profile, *, exported: date | None = None, ceiling: float = CEILING) -> tuple[pd.DataFrame, Account]:
    """Read exports into the register's frame (validated) and the account of every row; bad files raise UserError.

    `exported` is the day on which they were made: a reception or an end after it is a fault. `ceiling` is the share of faulty rows
    above which nothing is taken.
    """
    account = Account()
    return _checked(_read(files, profile, exported, account), profile, account, ceiling), account


def _begins_anew(out: Path, frame: pd.DataFrame, *, replace: bool) -> bool:
    """Say whether the register begins anew; refuse to mix sample data with an office's, in one import or with what is there."""
    sample = frame["source_file"] == EXPORT_NAME
    standing = out.is_file() and not replace
    only_sample = standing and holds_only_sample(out)
    if sample.any() and (not sample.all() or (standing and not only_sample)):
        message = f"{EXPORT_NAME} là dữ liệu mẫu, không trộn với dữ liệu của đơn vị. Nhập riêng, hoặc chọn --out khác."
        raise UserError(message)
    return not standing or (only_sample and not sample.any())


def _refuse_other_file(out: Path) -> None:
    if out.is_dir() or (out.is_file() and not is_register(out)):
        message = f"{out} đang là một thư mục hoặc một tệp khác, không phải sổ dữ liệu: không ghi đè. Chọn --out khác, ví dụ data/register.parquet."
        raise UserError(message)


def _listed(error: UserError, account: Account, out: Path) -> UserError:
    """Leave the whole list of what is to be mended beside the register, and name it in the error."""
    if not (account.rejects or account.twins):
        return error
    refused = beside(out, "refused.xlsx")
    try:
        write_rejects(account, refused)
    except OSError:
        return UserError(f"{error} Không ghi được danh sách đầy đủ vào {refused.parent}: thư mục không cho ghi, hoặc tệp đang mở.")
    return UserError(f"{error} Danh sách đầy đủ: {refused}")


def _check_exported(frame: pd.DataFrame, exported: date | None, standing: Path | None) -> None:
    """Refuse a day of export long after the last event known: a mistyped year would stand as "data until" for good."""
    last = until_after(standing, reach(frame))
    if exported and (exported - last).days > LONGEST_SILENCE:
        message = f"--exported {day(exported)} cách ngày cuối cùng có hồ sơ ({day(last)}) hơn {LONGEST_SILENCE} ngày. Kiểm tra lại ngày xuất tệp."
        raise UserError(message)


def _store(frame: pd.DataFrame, account: Account, profile: Profile, out: Path, *, begins: bool) -> None:
    """Write the rejected rows, the account and, last, the register; each appears whole, and the version replaced is kept."""
    earlier = [] if begins else read_accounts(str(out))
    data = account.as_data(profile.name)
    until = date.fromisoformat(str(account.data_until))
    if not earlier and not begins and beside(out, "account.json").is_file():
        shutil.copyfile(beside(out, "account.json"), beside(out, "account.damaged"))
        account.warnings[DAMAGED_ACCOUNT] = 1
        data = account.as_data(profile.name)
    changed = begins or account.register["new"] + account.register["changed"] > 0 or until != data_until(out)
    # the same files once more: the account of their import stands as it is
    repeated = not changed and same_files(data, earlier)
    with ExitStack() as written:  # left in reverse order: the register moves into place last
        register = written.enter_context(written_aside(out)) if changed else None
        written.enter_context(written_aside(beside(out, "account.json"))).write_text(
            with_earlier(earlier[-1], earlier[:-1]) if repeated else with_earlier(data, earlier), "utf-8"
        )
        write_rejects(account, written.enter_context(written_aside(beside(out, "rejected.xlsx"))))
        if register:
            write_merged(frame, out, register, until, begins=begins)
    beside(out, "refused.xlsx").unlink(missing_ok=True)


def import_exports(
    files: Sequence[Path], profile: Profile, out: Path, *, replace: bool = False, exported: date | None = None, ceiling: float = CEILING
) -> Account:
    """Import exports into the register at `out`, with its account and its rejected rows beside it.

    A register that is there already is added to: new dossiers come in, known ones take their new content, the rest stays. `replace`
    begins anew; so does a register that holds only sample data. The version replaced is kept (see `versions`).
    """
    _refuse_other_file(out)
    account = Account()
    frame = _read(files, profile, exported, account)
    try:
        frame = _checked(frame, profile, account, ceiling)
    except UserError as error:
        raise _listed(error, account, out) from None
    try:
        with only_one(out):
            _bring(frame, account, profile, out, replace=replace, exported=exported)
    except OSError as error:
        raise _not_written(error, out) from error
    return account


def _bring(frame: pd.DataFrame, account: Account, profile: Profile, out: Path, *, replace: bool, exported: date | None) -> None:
    """Bring an import's dossiers into the register at `out`, and say in the account what became of it."""
    begins = _begins_anew(out, frame, replace=replace)
    _check_exported(frame, exported, None if begins else out)
    account.warnings[SAMPLE_GONE] = register_size(out) if begins and not replace else 0
    standing, until = None if begins else out, exported or reach(frame)
    account.register, noticed = changes(frame, standing, until)
    account.warnings += noticed
    account.data_until = _new_until(frame, standing, exported).isoformat()
    _store(frame, account, profile, out, begins=begins)


def _new_until(frame: pd.DataFrame, standing: Path | None, exported: date | None) -> date:
    """Give the day until which the register will reach: no less than before, but a day that was said holds where nothing comes after it."""
    if exported and standing and not has_event_after(frame, standing, exported):
        return exported
    return until_after(standing, exported or reach(frame))


def _not_written(error: OSError, out: Path) -> UserError:
    """Say which folder or file cannot be written, without the name of the file beside it that would have become it."""
    why = "ổ đĩa đã đầy" if error.errno == errno.ENOSPC else "thư mục không có hoặc không cho ghi, hoặc tệp đang mở ở nơi khác"
    found = next((name for ending in ("account.json", "rejected.xlsx", "snapshots") if (name := beside(out, ending).name) in str(error)), out.name)
    return UserError(f"Không ghi được {out.parent / found}: {why}. Đóng tệp ấy, hoặc chọn --out ở một thư mục ghi được. Sổ dữ liệu cũ giữ nguyên.")
