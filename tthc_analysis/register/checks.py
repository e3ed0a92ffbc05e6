"""Checks: what stops an import before anything is written. Each says what, where, how many, and what to do."""

from collections import Counter
from itertools import islice
from typing import Any

from tthc_analysis.errors import UserError
from tthc_analysis.reference.charsets import refuse_legacy
from tthc_analysis.reference.notation import count, percent
from tthc_analysis.reference.personal_data import may_be_a_name
from tthc_analysis.register.account import TWIN, Account, Reject
from tthc_analysis.register.contract import CODES, FLAGS, TEXTS, TIMES, VIETNAMESE
from tthc_analysis.register.layout import Header, letter
from tthc_analysis.register.profiles import UNIT_COLUMNS, Profile
from tthc_analysis.register.showing import is_hidden, quoted
from tthc_analysis.register.values import NAME, PERSONAL_NUMBER, cell_text, is_empty, looks_like

OFFICES = tuple(VIETNAMESE[column] for column in UNIT_COLUMNS)
SHOWN_ROWS = 3  # rows that are named for one reason
LISTED = 10  # unknown values that one paragraph can name
LONGEST_LIST = 30  # distinct texts that a list of codes can have; beyond it the column holds something else
PROBED = 200  # cells by which a column's content is known
# What a column's content may not look like: some systems print shifted columns under right headers (domain §5.1).
PERSONS = (NAME, PERSONAL_NUMBER)
NEVER_LIKE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((*TEXTS, *CODES, *FLAGS), ("ngày", "mã hồ sơ", "mã thủ tục", *PERSONS)),
    **dict.fromkeys((*TIMES, "paused_days"), ("mã hồ sơ", "mã thủ tục", *PERSONS)),
    "dossier_id": ("ngày", "mã thủ tục", *PERSONS),
    "procedure_code": ("ngày", "mã hồ sơ", *PERSONS),
}
PUBLISHED = ("procedure_name", "field")  # texts that documents print as they are
ENOUGH = 10  # cells from which on a column's variety says something


def _wrong_look(column: str, filled: list[Any]) -> str | None:
    """Say what more than half of a column's cells look like, where it is not the column's own kind."""
    looks = Counter(map(looks_like, filled))
    wrong = next((look for look in NEVER_LIKE.get(column, ()) if looks[look] * 2 > len(filled)), None)
    return wrong or (NAME if column in PUBLISHED and _reads_like_persons(filled) else None)


def _reads_like_persons(filled: list[Any]) -> bool:
    """Whether a column's texts are short, nearly each another one, and most could be names: fields come again, and procedures' names are sentences."""
    texts = [cell_text(cell) for cell in filled]
    return len(texts) >= ENOUGH and 2 * len(set(texts)) > len(texts) and 2 * sum(map(may_be_a_name, texts)) > len(texts)


def check_content(raws: dict[str, list[Any]], header: Header, profile: Profile, place: str) -> None:
    """Refuse a sheet whose headers stand over other columns' content. No value is shown: it may be a person's."""
    missing = frozenset(text.casefold() for text in profile.missing)
    for column, cells in raws.items():
        wrong = _wrong_look(column, list(islice((cell for cell in cells if not is_empty(cell, missing)), PROBED)))
        if wrong:
            message = (
                f'{place}: cột {letter(header.columns[column][0])} có tiêu đề của "{VIETNAMESE[column]}" nhưng nội dung là {wrong}: bảng bị lệch cột. '
                "Sửa lại tiêu đề cho đúng cột trong tệp (hoặc xuất lại), rồi nhập lại."
            )
            raise UserError(message)
    names = [cell for column in ("procedure_name", "field") for cell in raws.get(column, [])[:PROBED] if isinstance(cell, str)]
    refuse_legacy(place, names)


def _is_no_list(column: str, values: Counter[str]) -> bool:
    """Whether a column of unknown texts has too many to be a list of codes: they may be persons. Offices are many, and each looks like one."""
    return column not in OFFICES and len(values) > LONGEST_LIST and values.total() < 3 * len(values)


def _said_unmapped(column: str, values: Counter[str], first: dict[tuple[str, str], Reject]) -> list[str]:
    """Name a column's unknown values, those that cannot be shown with the first row that has one."""
    if _is_no_list(column, values):
        return [f"{column}: {count(len(values))} giá trị khác nhau, không giống một danh mục (bảng có bị lệch cột không?)"]
    places = {value: f", từ {first[column, value].file} dòng {count(first[column, value].row)}" for value in values if is_hidden(value)}
    return [f"{column} {quoted(value)} ({count(n)} dòng{places.get(value, '')})" for value, n in values.most_common()]


def _cures(columns: dict[str, Counter[str]], profile: Profile) -> str:
    """Say what is to be done about unknown codes, unknown units, and values that cannot be shown."""
    seen = {column: [value for value in values if not is_hidden(value)] for column, values in columns.items()}
    cures = {
        f'Mã: thêm vào mục values của mẫu đọc "{profile.name}".': any(seen[column] for column in columns if column not in OFFICES),
        "Đơn vị: sửa tên trong tệp, hoặc thêm vào units.csv; tệp có nhiều đơn vị ngoài units.csv thì ghi units: from-data trong mẫu đọc.": any(
            seen[column] for column in columns if column in OFFICES
        ),
        "Giá trị không hiện: dòng ấy có thể bị lệch cột, mở tệp xem lại.": any(len(seen[column]) < len(values) for column, values in columns.items()),
    }
    return " ".join(cure for cure, applies in cures.items() if applies)


def check_unmapped(account: Account, profile: Profile) -> None:
    """Stop the import where a coded text or a unit is unknown: a guess would move dossiers from one column of a report to another."""
    first = {(reject.column, reject.value): reject for reject in reversed(account.rejects)}
    columns: dict[str, Counter[str]] = {}
    for (column, value), n in account.unmapped.most_common():
        if n:
            columns.setdefault(VIETNAMESE[column], Counter())[value] = n
    said = [text for column, values in columns.items() for text in _said_unmapped(column, values, first)]
    if said:
        more = f"; và {count(len(said) - LISTED)} giá trị khác" if len(said) > LISTED else ""
        message = f"Chưa biết các giá trị: {'; '.join(said[:LISTED])}{more}. {_cures(columns, profile)} Rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
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


def check_collisions(account: Account, ceiling: float) -> None:
    """Stop the import where in one file many codes stand over different dossiers: one would be kept, the others lost."""
    # of a file given twice the second reading counts for nothing
    read = {file["name"]: file["read"] for file in account.files}
    file, n = max(account.collisions.items(), key=lambda item: item[1] / read[item[0]], default=("", 0))
    if n and n > ceiling * read[file]:
        twin = next(twin for twin in account.twins if twin.file == file)
        message = (
            f"{file}: {count(n)} dòng mang mã của một hồ sơ khác (khác thủ tục hoặc ngày tiếp nhận) trong cùng tệp, ví dụ mã {twin.code} ở dòng {count(twin.row)}; "
            f"quá mức {percent(ceiling, 1)} số dòng. Mỗi hồ sơ cần một mã: sửa cột mã hồ sơ trong tệp rồi nhập lại. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)


def _said_rejects(account: Account) -> str:
    """Group the rejected rows by column and reason: how many, and the first of them with its value."""
    groups: dict[tuple[str, str], list[Reject]] = {}
    for reject in account.rejects:
        if reject.reason != TWIN:
            groups.setdefault((reject.column, reject.reason), []).append(reject)
    largest = sorted(groups.values(), key=len, reverse=True)
    more = f"; và {count(len(largest) - LISTED)} lý do khác" if len(largest) > LISTED else ""
    return "; ".join(_said_group(rejects) for rejects in largest[:LISTED]) + more


def _said_group(rejects: list[Reject]) -> str:
    first = rejects[0]
    others = ", ".join(count(reject.row) for reject in rejects[1:SHOWN_ROWS])
    more = f" (và {count(len(rejects) - 1)} dòng nữa: {others}{', …' if len(rejects) > SHOWN_ROWS else ''})" if others else ""
    return f"{first.file} dòng {count(first.row)}, {first.column} {quoted(first.value)}: {first.reason}{more}"


def check_account(account: Account, ceiling: float) -> None:
    """Stop the import where there is no dossier, or too many rows are rejected; nothing has been written yet."""
    if not account.accepted + account.rejected:
        names = ", ".join(dict.fromkeys(file["name"] for file in account.files))
        message = f"{names}: không có dòng hồ sơ nào dưới tiêu đề. Kiểm tra lại bộ lọc khi xuất tệp. {account.summary()} Sổ dữ liệu cũ giữ nguyên."
        raise UserError(message)
    judged = account.accepted + account.faulty
    if account.faulty > ceiling * judged:
        message = (
            f"Loại {count(account.faulty)}/{count(judged)} dòng hồ sơ ({percent(account.faulty, judged)}), quá mức {percent(ceiling, 1)}: {_said_rejects(account)}. "
            "Sửa tệp hoặc mẫu đọc rồi nhập lại; nếu tệp đúng là như vậy thì nâng mức bằng --max-rejected. Sổ dữ liệu cũ giữ nguyên."
        )
        raise UserError(message)
    if not account.balances:
        message = f"the account does not balance, which is a fault of the intake: {account.summary()}"
        raise RuntimeError(message)
