"""Checks: what stops an import before anything is written. Each says what, where, how many, and what to do."""

from collections import Counter
from itertools import islice
from typing import Any

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import count, percent
from tthc_analysis.register.account import Account
from tthc_analysis.register.charsets import refuse_legacy
from tthc_analysis.register.contract import CODES, TEXTS, TIMES, VIETNAMESE
from tthc_analysis.register.layout import Header, letter
from tthc_analysis.register.profiles import Profile
from tthc_analysis.register.values import is_empty, looks_like

LISTED = 10  # unknown values that one paragraph can name
LONGEST_LIST = 30  # distinct texts that a list of codes can have; beyond it the column holds something else
PROBED = 200  # cells by which a column's content is known
# What a column's content may not look like: some systems print shifted columns under right headers (domain §5.1).
NEVER_LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*TEXTS, *CODES), ("ngày", "mã hồ sơ", "mã thủ tục")),
    **dict.fromkeys(TIMES, ("mã hồ sơ", "mã thủ tục")),
    "dossier_id": ("ngày", "mã thủ tục"),
    "procedure_code": ("ngày", "mã hồ sơ"),
}


def check_content(raws: dict[str, list[Any]], header: Header, profile: Profile, place: str) -> None:
    """Refuse a sheet whose headers stand over other columns' content. No value is shown: it may be a person's."""
    missing = frozenset(text.casefold() for text in profile.missing)
    for column, cells in raws.items():
        filled = list(islice((cell for cell in cells if not is_empty(cell, missing)), PROBED))
        looks = Counter(looks_like(cell) for cell in filled)
        wrong = next((look for look in NEVER_LIKE.get(column, ()) if looks[look] * 2 > len(filled)), None)
        if wrong:
            message = (
                f'{place}: cột {letter(header.columns[column][0])} có tiêu đề của "{VIETNAMESE[column]}" nhưng nội dung là {wrong}: bảng bị lệch cột. '
                "Sửa lại tiêu đề cho đúng cột trong tệp (hoặc xuất lại), rồi nhập lại."
            )
            raise UserError(message)
    names = [cell for column in ("procedure_name", "field") for cell in raws.get(column, [])[:PROBED] if isinstance(cell, str)]
    refuse_legacy(place, names)


def _said_unmapped(column: str, values: Counter[str]) -> list[str]:
    """Name a column's unknown values; a column of too many is no list of codes, and its values may be persons."""
    if len(values) > LONGEST_LIST and values.total() < 3 * len(values):
        return [f"{VIETNAMESE[column]}: {count(len(values))} giá trị khác nhau, không giống một danh mục (bảng có bị lệch cột không?)"]
    return [f'{VIETNAMESE[column]} "{value}" ({count(n)} dòng)' for value, n in values.most_common()]


def check_unmapped(account: Account, profile: Profile) -> None:
    """Stop the import where a coded text or a unit is unknown: a guess would move dossiers from one column of a report to another."""
    columns: dict[str, Counter[str]] = {}
    for (column, value), n in account.unmapped.most_common():
        if n:
            columns.setdefault(column, Counter())[value] = n
    said = [text for column, values in columns.items() for text in _said_unmapped(column, values)]
    if said:
        more = f"; và {count(len(said) - LISTED)} giá trị khác" if len(said) > LISTED else ""
        message = (
            f'Chưa biết các giá trị: {"; ".join(said[:LISTED])}{more}. Mã: thêm vào mục values của mẫu đọc "{profile.name}". '
            f"Đơn vị: sửa tên trong tệp, hoặc thêm vào units.csv. Rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)


def check_twins(account: Account, profile: Profile) -> None:
    """Stop the import where a code stands in rows of different content and the profile calls that an error."""
    if profile.duplicates == "error" and account.twins:
        other, one = account.twins[:2]
        message = (
            f"{count(len({twin.code for twin in account.twins}))} mã hồ sơ đứng ở nhiều dòng với nội dung khác nhau, ví dụ {one.code}: {one.file} dòng {count(one.row)} "
            f'và {other.file} dòng {count(other.row)}, khác ở {other.differs or one.differs}. Mẫu đọc "{profile.name}" coi đó là lỗi (duplicates: error). Sửa tệp rồi nhập lại.'
        )
        raise UserError(message)


def check_account(account: Account, ceiling: float) -> None:
    """Stop the import where there is no dossier, or too many rows are rejected; nothing has been written yet."""
    if not account.accepted + account.rejected:
        message = f"Không có dòng hồ sơ nào. {account.summary()} Sổ dữ liệu cũ giữ nguyên."
        raise UserError(message)
    judged = account.accepted + account.faulty
    if account.faulty > ceiling * judged:
        one_a_row = {(reject.file, reject.sheet, reject.row): reject for reject in reversed(account.rejects)}
        shown = list(reversed(one_a_row.values()))[:LISTED]
        examples = "; ".join(f'{r.file} dòng {r.row}, {r.column} "{r.value}": {r.reason}' for r in shown)
        message = (
            f"Loại {count(account.faulty)}/{count(judged)} dòng hồ sơ ({percent(account.faulty, judged)}), quá mức {percent(ceiling, 1)}: {examples}. "
            "Sửa tệp hoặc mẫu đọc rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)
    if not account.balances:
        message = f"the account does not balance, which is a fault of the intake: {account.summary()}"
        raise RuntimeError(message)
