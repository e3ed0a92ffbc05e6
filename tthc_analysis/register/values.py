"""Values: raw cells of an export become typed values. A cell that cannot be read is a Fault with its reason, never a guess."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.notation import count, plain
from tthc_analysis.reference.personal_data import DOSSIER_CODE, findings, is_personal_number, reads_like_a_name
from tthc_analysis.reference.procedures import NATIONAL_CODE, national_code
from tthc_analysis.reference.units import is_unit_name, resolve_unit, units
from tthc_analysis.register.contract import CODES, EARLIEST, FLAGS, LATEST, TIMES
from tthc_analysis.register.profiles import ANY_TEXT, UNIT_COLUMNS, Profile, text_key

# agency, day of reception (yymmdd, or yyyymmdd on ministries' portals), number of that day (domain §5.2)
CODE_WORDS = re.compile(r"(?=.*\d)[\w./-]+(?: ?[-–/]|(?: [\w./-]*\d[\w./-]*))*")  # "HS 12/2024": after a blank only what has a digit
SHORTEST_NUMBER = 9  # digits of a person's number
LETTERS_FIRST = re.compile(r"[^\W\d_]+\d*[./-]")
LOOKS_LIKE_DAY = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b.*|\d{4}-\d{2}-\d{2}\b.*")
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # what a CSV keeps of a date that Excel showed as a number
ERROR_CELL = re.compile(r"#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!)")
GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")  # a Vietnamese number with points between its thousands
HALVES = {"sa": "AM", "ch": "PM"}  # how Excel in Vietnamese writes the halves of the day
PARTS = {"Y": "1900", "m": "1", "d": "1", "H": "0", "M": "0", "S": "0"}  # of a date, and what strptime takes for one that is lacking
DIGITS_ONLY = 10_000_000  # from here a number cell is no serial but a date written in digits, 20241231
LONGEST_TEXT = 2000  # letters: the longest procedure names have some 500
EXCEL_EPOCH = datetime(1899, 12, 30)
LONGEST_NUMBER = 4  # digits of a number of days
EXCEL_LAST = 80_000  # the serial of the year 2119: a larger number is not a date
NO_DOSSIER_CODE = "không phải mã hồ sơ (mã có chữ số, không phải số điện thoại, số giấy tờ hay họ tên)"
A_PERSONS = "có họ tên người, số điện thoại, số giấy tờ hoặc thư điện tử"
NAME, PERSONAL_NUMBER = "họ tên người", "số điện thoại hoặc số giấy tờ"
YES = {"có": True, "x": True, "đã": True, "true": True, "1": True, "không": False, "chưa": False, "false": False, "0": False}


@dataclass(frozen=True)
class Fault:
    """Why a cell cannot be read, without the cell's text: that is shown beside it, masked. `unmapped` marks a text that no entry covers, of the profile or of units.csv: it stops the import."""

    reason: str
    unmapped: bool = False


Reader = Callable[[Any], Any]


def cell_text(raw: Any) -> str:
    """Write a raw cell as text: NFC, single spaces; a whole float (Excel has no integers) without its ".0"."""
    if isinstance(raw, str):
        return plain(raw)
    return str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw)


def is_empty(raw: Any, missing: frozenset[str]) -> bool:
    """Say whether a cell means "nothing": empty, or one of the profile's texts for it."""
    return raw is None or (not isinstance(raw, date) and ((text := cell_text(raw)) == "" or text.casefold() in missing))


def _read_time(profile: Profile) -> Reader:
    def read(raw: Any) -> datetime | Fault:
        if type(raw) is datetime and raw.tzinfo is None and EARLIEST <= raw <= LATEST:
            return raw  # Excel's own dates, most of those there are
        moment = parse(raw)
        outside = isinstance(moment, datetime) and not EARLIEST <= moment <= LATEST
        return Fault(f"ngày ngoài khoảng {EARLIEST.year} đến {LATEST.year}") if outside else moment

    def parse(raw: Any) -> datetime | Fault:
        if isinstance(raw, datetime):
            return profile.local(raw)
        if isinstance(raw, date):
            return datetime.combine(raw, time())
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            if raw >= DIGITS_ONLY and float(raw).is_integer():
                moment = _time_of_text(str(int(raw)), profile)
                return Fault("số này không phải ngày Excel") if isinstance(moment, Fault) else moment
            return _time_of_serial(raw) if 0 < raw < EXCEL_LAST else Fault("số này không phải ngày Excel")
        return _time_of_text(cell_text(raw), profile)

    return read


def _time_of_serial(days: float) -> datetime:
    return EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))


@cache
def _as_regex(pattern: str) -> re.Pattern[str] | None:
    """Write a pattern of whole numbers (%d %m %Y %H %M %S) as a regular expression; None for any other.

    Ten times as fast as strptime, which also takes "2024123100" for %Y%m%d%H%M%S by reading single digits: here numbers that
    touch each other have all their digits.
    """
    parts = re.split(r"(%.)", pattern)
    if not set(parts[1::2]) <= {f"%{letter}" for letter in PARTS} or len(set(parts[1::2])) < len(parts[1::2]):
        return None
    said = [re.escape(parts[0])]
    for place in range(1, len(parts), 2):
        touching = (not parts[place + 1] and place + 2 < len(parts)) or (place > 1 and not parts[place - 1])
        digits = r"\d{4}" if parts[place] == "%Y" else r"\d{2}" if touching else r"\d{1,2}"
        said.append(f"(?P<{parts[place][1]}>{digits}){re.escape(parts[place + 1])}")
    return re.compile("".join(said))


def _parsed(text: str, pattern: str) -> datetime | None:
    """Read a text by one pattern; None where it does not fit or names no day."""
    regex = _as_regex(pattern)
    try:
        if regex is None:
            return datetime.strptime(text, pattern)
        found = regex.fullmatch(text)
        year, month, day, hour, minute, second = map(int, (PARTS | found.groupdict()).values()) if found else [0] * len(PARTS)
        return datetime(year, month, day, hour, minute, second) if found else None
    except ValueError:
        return None


def _time_of_text(text: str, profile: Profile) -> datetime | Fault:
    if text[-2:].casefold() in HALVES:
        text = text[:-2] + HALVES[text[-2:].casefold()]
    for pattern in profile.date_formats:
        moment = _parsed(text, pattern)
        if moment:
            return profile.local(moment)
    if SERIAL.fullmatch(text) and float(text) < EXCEL_LAST:
        return _time_of_serial(float(text))
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
    if isinstance(raw, str) and GROUPED.fullmatch(text):
        text = text.replace(".", "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else Fault("không phải số ngày nguyên")


def _read_text(raw: Any) -> str | Fault:
    text = cell_text(raw)
    if len(text) > LONGEST_TEXT:
        return Fault(f"ô dài {count(len(text))} ký tự, không phải một giá trị")
    return Fault("ô lỗi công thức của Excel") if ERROR_CELL.fullmatch(text) else text


def _read_open_text(raw: Any) -> str | Fault:
    """Read a text that documents will show: one with a person in it would be published."""
    text = _read_text(raw)
    return Fault(A_PERSONS) if isinstance(text, str) and (findings(text) or reads_like_a_name(text)) else text


def _read_dossier_code(raw: Any) -> str | Fault:
    """Read a dossier's code; one of the national form is written in capitals and without blanks, to be one and the same everywhere."""
    text = _read_text(raw)
    if isinstance(text, Fault):
        return text
    if DOSSIER_CODE.fullmatch(known := text.replace(" ", "").upper()):
        return known
    return text if CODE_WORDS.fullmatch(text) and not _is_a_persons(text) else Fault(NO_DOSSIER_CODE)


def _is_a_persons(code: str) -> bool:
    """Whether a code is somebody's number or name; what is written to letters with a hyphen ("HS-212345678") is a code."""
    letters_first = bool(LETTERS_FIRST.match(code))
    if " " not in code and (letters_first or len(code) < SHORTEST_NUMBER):
        return False  # most codes there are, told quickly
    return is_personal_number(code) or reads_like_a_name(code) or (not letters_first and bool(findings(code)))


def _read_procedure_code(raw: Any) -> str | Fault:
    """Read a procedure's code: six decimals also where Excel made a number of it, and without the province's suffix, to be joined by."""
    text = f"{raw:.6f}" if isinstance(raw, float) and not raw.is_integer() else _read_open_text(raw)
    return national_code(text) if isinstance(text, str) else text


def reader(column: str, profile: Profile) -> Reader:
    """Give the function that reads one cell of a column of the register."""
    if column in TIMES:
        return _read_time(profile)
    if column in FLAGS or column in CODES:
        return _read_code(column, profile)
    own = {"paused_days": _read_days, "procedure_code": _read_procedure_code, "dossier_id": _read_dossier_code}
    return own.get(column, _read_text if column in UNIT_COLUMNS and profile.units == "registry" else _read_open_text)


def read_column(raws: list[Any], column: str, profile: Profile) -> list[Any]:
    """Read a whole column: values, None for empty cells, Fault for unreadable ones. Each distinct cell is read once."""
    missing, read = frozenset(text_key(text) for text in profile.missing), reader(column, profile)
    # an empty code may mean something ("null = in person"), so the map is asked first
    empty = profile.values.get(column, {}).get("")
    # True equals 1 and would be taken for it
    keys = raws if bool not in set(map(type, raws)) else [(type(raw), raw) for raw in raws]
    cells = dict(zip(keys, raws, strict=True))
    known = {key: empty if is_empty(raw, missing) else read(raw) for key, raw in cells.items()}
    return [known[key] for key in keys]


def code_day(code: str) -> date | None:
    """Give the day that a dossier's code carries; None where the code is of another form. A check only: online dossiers may be coded earlier.

    >>> code_day("000.00.53.H48-220921-0099"), code_day("G09.20-20260609-0092637"), code_day("HS-1")
    (datetime.date(2022, 9, 21), datetime.date(2026, 6, 9), None)
    """
    found = DOSSIER_CODE.fullmatch(code)
    return _day_of_digits(found["day"][-6:]) if found else None


@cache
def _day_of_digits(digits: str) -> date | None:
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError:
        return None


def looks_like(raw: Any) -> str:
    """Say what a cell looks like, whatever its header says: a date, a code, a person's number or name; "" for everything else."""
    if isinstance(raw, date):
        return "ngày"
    text = cell_text(raw)
    tests = {"ngày": LOOKS_LIKE_DAY.fullmatch, "mã hồ sơ": DOSSIER_CODE.fullmatch, "mã thủ tục": NATIONAL_CODE.match}
    looks = next((look for look, holds in tests.items() if holds(text)), "")
    return looks or (PERSONAL_NUMBER if is_personal_number(text) else NAME if reads_like_a_name(text) else "")


def _why_unknown(name: str, error: UserError, on: date) -> str:
    """Say why a unit's name means none, without the name."""
    if is_unit_name(name):
        quoted = f'"{plain(name)}" '
        return f"đơn vị này {str(error).removeprefix(quoted)}"
    near = did_you_mean(plain(name), [unit.name for unit in units().values() if unit.valid_from <= on <= unit.valid_to]).partition("Các giá trị")[0].strip()
    return f"không có đơn vị này trong units.csv. {near}".strip()


def _resolved_on(name: str, days: Iterable[date]) -> str | Fault:
    """Resolve a unit's name on the first of some days on which it meant a unit."""
    fault = Fault("")
    for on in days:
        try:
            return resolve_unit(name, on).unit_id
        except UserError as error:
            fault = fault if fault.reason else Fault(_why_unknown(name, error, on), unmapped=not is_unit_name(name))
    return fault


def read_units(names: list[Any], received: list[Any], ended: list[Any], profile: Profile) -> list[Any]:
    """Resolve units' names at each dossier's reception date; `from-data` keeps the export's text.

    `ended` allows a second day: who resolves a dossier may have begun to exist after its reception (on 1/7/2025 communes took over what
    was open). Give Nones where only the reception counts.
    """
    if profile.units == "from-data":
        return names
    known: dict[tuple[str, date, date | None], Any] = {}
    found = []
    for name, moment, end in zip(names, received, ended, strict=True):
        if not isinstance(name, str) or not isinstance(moment, datetime):
            found.append(name)
            continue
        key = (name, moment.date(), end.date() if isinstance(end, datetime) else None)
        if key not in known:
            known[key] = _resolved_on(name, [day for day in key[1:] if day])
        found.append(known[key])
    return found
