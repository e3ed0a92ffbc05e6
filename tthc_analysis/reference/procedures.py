"""Time limits of procedures: how long, in which unit, from when to when, on what legal basis.

A limit in working days, calendar days or hours is a different clock: their durations are never put into one mean (QĐ 766/QĐ-TTg,
chỉ tiêu 2.2: the unit is the procedure's). The limits are the office's own table, `procedures.csv` in its folder.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.notation import day
from tthc_analysis.reference.office import LINE, Row, office_rows
from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR

TABLE = "procedures.csv"
COLUMNS = ("procedure_code", "time_limit", "clock", "valid_from", "valid_to", "legal_basis")
CLOCKS = {"workday": "Ngày làm việc", "day": "Ngày theo lịch", "hour": "Giờ"}
NATIONAL_CODE = re.compile(r"\d\.\d{6}(?=$|\.000\.)")
LONGEST_LIMIT = 2000


@dataclass(frozen=True)
class TimeLimit:
    """A row of `procedures.csv`: the limit of a procedure for dossiers received from `valid_from` to `valid_to`, both in."""

    procedure_code: str
    time_limit: int
    clock: str
    valid_from: date = date(FIRST_YEAR, 1, 1)
    valid_to: date = date(LAST_YEAR, 12, 31)
    legal_basis: str = ""


def national_code(text: str) -> str:
    """Give a procedure's code without the province's suffix, to be joined by; another text stays as it is.

    >>> national_code("1.001612.000.00.00.H48"), national_code("TT-07")
    ('1.001612', 'TT-07')
    """
    found = NATIONAL_CODE.match(text)
    return found[0] if found else text


def _dated(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def _time_limit(row: Row, path: Path) -> TimeLimit:
    place = f"{path}, dòng {row[LINE]}"
    if not row["procedure_code"] or not row["time_limit"].isdecimal() or not 0 < int(row["time_limit"]) <= LONGEST_LIMIT:
        message = f'{place}: cần mã thủ tục và thời hạn là một số nguyên từ 1, đọc được "{row["procedure_code"]}", "{row["time_limit"]}".'
        raise UserError(message)
    if row["clock"] not in CLOCKS:
        message = f'{place}: không có đơn vị tính "{row["clock"]}". {did_you_mean(row["clock"], CLOCKS)}'
        raise UserError(message)
    try:
        days = _dated(row["valid_from"], TimeLimit.valid_from), _dated(row["valid_to"], TimeLimit.valid_to)
    except ValueError:
        message = f'{place}: ngày phải có dạng 2024-01-02, đọc được "{row["valid_from"]}", "{row["valid_to"]}".'
        raise UserError(message) from None
    return TimeLimit(national_code(row["procedure_code"]), int(row["time_limit"]), row["clock"], *days, row["legal_basis"])


def _check_one_limit_a_day(limits: list[TimeLimit], path: Path) -> None:
    for one, next_one in pairwise(limits):
        if one.procedure_code == next_one.procedure_code and next_one.valid_from <= one.valid_to:
            message = (
                f"{path}: thủ tục {one.procedure_code} có hai thời hạn cùng hiệu lực ngày {day(next_one.valid_from)}. "
                "Ghi ngày hết hiệu lực (valid_to) của thời hạn cũ."
            )
            raise UserError(message)


def time_limits(office: Path | None) -> tuple[TimeLimit, ...]:
    """Give the time limits in the office's folder, by code and date; none where there is no table. A wrong row raises UserError."""
    rows = office_rows(office, TABLE, COLUMNS)
    path = Path(office or "", TABLE)
    limits = sorted((_time_limit(row, path) for row in rows), key=lambda limit: (limit.procedure_code, limit.valid_from))
    _check_one_limit_a_day(limits, path)
    return tuple(limits)


def clocks_of(limits: tuple[TimeLimit, ...]) -> dict[str, int]:
    """Count the limits by their clock."""
    return dict(Counter(limit.clock for limit in limits))
