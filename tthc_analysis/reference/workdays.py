"""Working days by a named calendar.

`VN` (the default): Monday to Friday less the public holidays of Bộ luật Lao động 2019 Điều 112 as the package `holidays` lists
them, then `data/calendar_overrides.csv` for the swaps announced each year. `weekdays`: Monday to Friday and nothing else.
Any other name is a CSV `date,is_working,reason,legal_basis` of exceptions to Monday-Friday.

Working days from A to B are those in [A, B), as numpy's `busday_count`: a dossier closed on the day it came took 0.
"""

import csv
import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
from holidays import country_holidays
from numpy.typing import NDArray

from tthc_analysis.errors import UserError
from tthc_analysis.files import read_utf8
from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR

FIRST_DAY, LAST_DAY = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
SATURDAY = 5
COLUMNS = ["date", "is_working", "reason", "legal_basis"]


@dataclass(frozen=True)
class Calendar:
    """A calendar over FIRST_DAY to LAST_DAY: `before[i]` working days lie before day i. `decided_until`: last day not estimated."""

    name: str
    decided_until: date | None
    before: NDArray[np.int32] = field(repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """Fingerprint of all its days: two documents with the same one counted the same days."""
        return hashlib.sha256(self.before.astype("<i4").tobytes()).hexdigest()


def _index(day: date) -> int:
    if not FIRST_DAY <= day <= LAST_DAY + timedelta(days=1):
        message = f"Ngày {day} nằm ngoài lịch làm việc ({FIRST_DAY} đến {LAST_DAY})."
        raise UserError(message)
    return (day - FIRST_DAY).days


def _read_exceptions(text: str, name: str) -> dict[date, bool]:
    rows = csv.DictReader(text.lstrip("\ufeff").splitlines())
    if rows.fieldnames != COLUMNS:
        message = f"Lịch {name}: dòng đầu phải là {','.join(COLUMNS)}."
        raise UserError(message)
    days: dict[date, bool] = {}
    for number, row in enumerate(rows, 2):
        working = {"true": True, "1": True, "false": False, "0": False}.get((row["is_working"] or "").strip().casefold())
        try:
            day = date.fromisoformat(row["date"].strip())
        except ValueError:
            day = None
        if day is None or working is None or not FIRST_DAY <= day <= LAST_DAY:
            message = f"Lịch {name}, dòng {number}: cần ngày dạng 2026-01-02 và is_working là true hoặc false, đọc được {row['date']!r}, {row['is_working']!r}."
            raise UserError(message)
        if days.setdefault(day, working) != working:
            message = f"Lịch {name}, dòng {number}: ngày {day} vừa ghi làm việc vừa ghi nghỉ."
            raise UserError(message)
    return days


def _build(name: str, exceptions: dict[date, bool], decided_until: date | None) -> Calendar:
    days = (LAST_DAY - FIRST_DAY).days + 1
    working = (np.arange(days) + FIRST_DAY.weekday()) % 7 < SATURDAY
    for day, is_working in exceptions.items():
        working[_index(day)] = is_working
    return Calendar(name, decided_until, np.concatenate([[0], np.cumsum(working)]).astype(np.int32))


@cache
def _vietnam() -> Calendar:
    overrides = _read_exceptions(resources.files(__package__).joinpath("data/calendar_overrides.csv").read_text("utf-8"), "VN")
    listed = country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1), language="vi")
    exceptions = dict.fromkeys(listed, False) | dict.fromkeys(listed.weekend_workdays, True) | overrides
    inside = {day: working for day, working in exceptions.items() if FIRST_DAY <= day <= LAST_DAY}
    return _build("VN", inside, date(max(overrides).year, 12, 31))


def open_calendar(name: str) -> Calendar:
    """Open a calendar: "VN", "weekdays", or the path of a CSV of exceptions; a bad name or file raises UserError."""
    if name == "VN":
        return _vietnam()
    if name == "weekdays":
        return _build("weekdays", {}, None)
    if not Path(name).is_file():
        message = f'Không có lịch làm việc "{name}". Dùng VN, weekdays, hoặc đường dẫn tới tệp CSV {",".join(COLUMNS)}.'
        raise UserError(message)
    exceptions = _read_exceptions(read_utf8(Path(name)), name)
    return _build(Path(name).name, exceptions, date(max(exceptions).year, 12, 31) if exceptions else None)


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Say whether offices work on a day.

    >>> is_working_day(open_calendar("VN"), date(2026, 1, 2)), is_working_day(open_calendar("VN"), date(2026, 1, 10))
    (False, True)
    """
    return bool(calendar.before[_index(day) + 1] > calendar.before[_index(day)])


def working_days(calendar: Calendar, start: date, end: date) -> int:
    """Count working days in [start, end).

    >>> working_days(open_calendar("weekdays"), date(2024, 3, 15), date(2024, 3, 18))
    1
    """
    return int(calendar.before[_index(end)] - calendar.before[_index(start)])


def add_working_days(calendar: Calendar, start: date, days: int) -> date:
    """Give the first day with so many working days in [start, day), itself a working day: the due date of a time limit.

    >>> add_working_days(open_calendar("VN"), date(2024, 2, 7), 1)
    datetime.date(2024, 2, 15)
    """
    target = calendar.before[_index(start)] + days
    if target >= calendar.before[-1]:
        message = f"{days} ngày làm việc từ ngày {start} vượt quá lịch làm việc (đến {LAST_DAY})."
        raise UserError(message)
    first = max(int(np.searchsorted(calendar.before, target, side="right")) - 1, 0)
    return FIRST_DAY + timedelta(days=first)


def day_numbers(calendar: Calendar, first: date, last: date) -> pd.DataFrame:
    """List the days first to last with the working days before each: `day` (datetime), `workday_number` (integer).

    Working days in [A, B) are the difference of the two numbers, so an engine needs two look-ups and one subtraction.
    """
    days = pd.date_range(first, last, freq="D", unit="us")
    return pd.DataFrame({"day": days, "workday_number": calendar.before[_index(first) : _index(last) + 1].astype("int64")})
