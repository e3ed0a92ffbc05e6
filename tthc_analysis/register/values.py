"""Values: raw cells of an export become typed values. A cell that cannot be read is a Fault with its reason, never a guess."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import plain
from tthc_analysis.reference.units import is_unit_name, resolve_unit
from tthc_analysis.register.contract import CODES, EARLIEST, FLAGS, LATEST, TIMES
from tthc_analysis.register.profiles import ANY_TEXT, Profile, text_key

PROCEDURE_CODE = re.compile(r"\d\.\d{6}(?=$|\.000\.)")
EXCEL_EPOCH = datetime(1899, 12, 30)
LONGEST_NUMBER = 4  # digits of a number of days
EXCEL_LAST = 80_000  # the serial of the year 2119: a larger number is not a date
YES = {"có": True, "x": True, "đã": True, "true": True, "1": True, "không": False, "chưa": False, "false": False, "0": False}


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be read. `unmapped` marks a text that no entry covers, of the profile or of units.csv: it stops the import."""

    reason: str
    unmapped: bool = False


Reader = Callable[[Any], Any]


def cell_text(raw: Any) -> str:
    """Write a raw cell as text: NFC, single spaces; a whole float (Excel has no integers) without its ".0"."""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return plain(str(raw))


def is_empty(raw: Any, missing: frozenset[str]) -> bool:
    """Say whether a cell means "nothing": empty, or one of the profile's texts for it."""
    return raw is None or (text := cell_text(raw)) == "" or text.casefold() in missing


def _read_time(profile: Profile) -> Reader:
    def read(raw: Any) -> datetime | Fault:
        moment = parse(raw)
        outside = isinstance(moment, datetime) and not EARLIEST <= moment <= LATEST
        return Fault(f"ngày ngoài khoảng {EARLIEST.year} đến {LATEST.year}") if outside else moment

    def parse(raw: Any) -> datetime | Fault:
        if isinstance(raw, datetime):
            return profile.local(raw)
        if isinstance(raw, date):
            return datetime.combine(raw, time())
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return EXCEL_EPOCH + timedelta(seconds=round(raw * 86_400)) if 0 < raw < EXCEL_LAST else Fault("số này không phải ngày Excel")
        return _time_of_text(cell_text(raw), profile)

    return read


def _time_of_text(text: str, profile: Profile) -> datetime | Fault:
    for pattern in profile.date_formats:
        try:
            return profile.local(datetime.strptime(text, pattern))
        except ValueError:
            continue
    return Fault("không phải ngày theo các dạng của mẫu đọc (ngày trước, tháng sau)")


def _read_code(column: str, profile: Profile) -> Reader:
    codes = profile.values.get(column) or (YES if column in FLAGS else {code: code for code in CODES[column]})

    def read(raw: Any) -> Any:
        key = text_key(cell_text(raw))
        if key in codes:
            return codes[key]
        return codes[ANY_TEXT] if ANY_TEXT in codes else Fault("chưa có trong danh mục của mẫu đọc", unmapped=True)

    return read


def _read_days(raw: Any) -> int | Fault:
    text = cell_text(raw)
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else Fault("không phải số ngày nguyên")


def _read_procedure_code(raw: Any) -> str:
    """Read a procedure's code: six decimals also where Excel made a number of it, and without the province's suffix, to be joined by."""
    text = f"{raw:.6f}" if isinstance(raw, float) and not raw.is_integer() else cell_text(raw)
    national = PROCEDURE_CODE.match(text)
    return national[0] if national else text


def reader(column: str, profile: Profile) -> Reader:
    """Give the function that reads one cell of a column of the register."""
    if column in TIMES:
        return _read_time(profile)
    if column in FLAGS or column in CODES:
        return _read_code(column, profile)
    return {"paused_days": _read_days, "procedure_code": _read_procedure_code}.get(column, cell_text)


def read_column(raws: list[Any], column: str, profile: Profile) -> list[Any]:
    """Read a whole column: values, None for empty cells, Fault for unreadable ones. Each distinct cell is read once."""
    missing, read = frozenset(text_key(text) for text in profile.missing), reader(column, profile)
    # an empty code may mean something ("null = in person"), so the map is asked first
    empty = profile.values.get(column, {}).get("")
    known: dict[tuple[type, Any], Any] = {}
    for raw in raws:
        key = (type(raw), raw)
        if key not in known:
            known[key] = empty if is_empty(raw, missing) else read(raw)
    return [known[type(raw), raw] for raw in raws]


def read_units(names: list[Any], received: list[Any], profile: Profile) -> list[Any]:
    """Resolve units' names at each dossier's reception date; `from-data` keeps the export's text."""
    if profile.units == "from-data":
        return names
    known: dict[tuple[str, date], Any] = {}

    def resolve(name: str, on: date) -> str | Fault:
        try:
            return resolve_unit(name, on).unit_id
        except UserError as error:
            return Fault(str(error), unmapped=not is_unit_name(name))

    found = []
    for name, moment in zip(names, received, strict=True):
        if name is None or not isinstance(moment, datetime):
            found.append(name)
            continue
        key = (name, moment.date())
        known[key] = known[key] if key in known else resolve(*key)
        found.append(known[key])
    return found
