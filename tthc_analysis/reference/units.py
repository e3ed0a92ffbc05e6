"""Units: who receives and who resolves, dated.

A code or a name alone is not a key: on 1/7/2025 districts ended, five communes of Minh Long became two, and the codes 21349 and
21361 passed to the new communes (Nghị quyết 1677/NQ-UBTVQH15). So names and codes are looked up *at a date*.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.notation import day, plain
from tthc_analysis.reference.periods import LAST_YEAR

Level = Literal["province", "district", "commune"]
LEVEL_LABELS: dict[str, str] = {"province": "Cấp tỉnh", "district": "Cấp huyện", "commune": "Cấp xã"}
ALL_UNITS = "all"
OFFICE = re.compile(
    r"^(?:ubnd|ủy ban nhân dân|uỷ ban nhân dân|trung tâm (?:phục vụ hành chính công|pvhcc)|bộ phận (?:tiếp nhận (?:và|&) trả kết quả|tn ?& ?tkq|một cửa))\s+(?:ubnd\s+)?"
)


@dataclass(frozen=True)
class Unit:
    """A row of `data/units.csv`; valid on both its first and last day."""

    unit_id: str
    name: str
    short_name: str
    level: Level
    parent_id: str
    gso_code: str
    agency_code: str
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date
    successor_id: str
    legal_basis: str

    @property
    def lifetime(self) -> str:
        """The days on which it existed, as printed; one that still does has no last day."""
        until = "" if self.valid_to.year == LAST_YEAR else f" đến {day(self.valid_to)}"
        return f"từ {day(self.valid_from)}{until}"


def _unit(row: dict[str, str]) -> Unit:
    dates = {"valid_from": date.fromisoformat(row["valid_from"]), "valid_to": date.fromisoformat(row["valid_to"] or f"{LAST_YEAR}-12-31")}
    aliases = tuple(alias for alias in row["aliases"].split(";") if alias)
    return Unit(**{**row, **dates, "aliases": aliases})  # type: ignore[arg-type]


@cache
def units() -> dict[str, Unit]:
    """Give every unit by its unit_id."""
    text = resources.files(__package__).joinpath("data/units.csv").read_text("utf-8")
    return {row["unit_id"]: _unit(row) for row in csv.DictReader(text.splitlines())}


def normalise_name(text: str) -> str:
    """Bring a unit's name to the form that is compared: NFC, lower case, without the words for its office.

    >>> normalise_name("UBND  Xã Long Mai"), normalise_name("Trung tâm PVHCC xã Sơn Mai")
    ('xã long mai', 'xã sơn mai')
    """
    return OFFICE.sub("", plain(text).casefold())


@cache
def _names() -> dict[str, list[Unit]]:
    """Units by each normalised name they answer to. An office named by an alias stands before the area of that name."""
    found: dict[str, list[Unit]] = {}
    for unit in units().values():
        for name in {normalise_name(text) for text in unit.aliases}:
            found.setdefault(name, []).insert(0, unit)
        found.setdefault(normalise_name(unit.name), []).append(unit)
        found.setdefault(unit.unit_id, []).append(unit)
    return found


def _valid(candidates: Iterable[Unit], on: date) -> list[Unit]:
    return [unit for unit in candidates if unit.valid_from <= on <= unit.valid_to]


def is_unit_name(text: str) -> bool:
    """Say whether some unit, on some date, answers to a name.

    >>> is_unit_name("UBND xã Long Mai"), is_unit_name("Phòng Tư pháp")
    (True, False)
    """
    return normalise_name(text) in _names()


def resolve_unit(text: str, on: date) -> Unit:
    """Give the unit that a name (or unit_id) meant on a date; none raises UserError with the nearest names of that date.

    >>> resolve_unit("UBND xã Long Hiệp", date(2024, 3, 1)).unit_id, resolve_unit("xã Minh Long", date(2025, 7, 1)).unit_id
    ('xa-long-hiep', 'xa-minh-long')
    """
    candidates = _names().get(normalise_name(text), [])
    valid = _valid(candidates, on)
    if valid:
        return valid[0]
    if candidates:
        unit = candidates[0]
        message = f'"{plain(text)}" chỉ có {unit.lifetime}, không có ngày {day(on)}.'
        raise UserError(message)
    message = f'Không có đơn vị "{plain(text)}" ngày {day(on)}. {did_you_mean(plain(text), [unit.name for unit in _valid(units().values(), on)])}'
    raise UserError(message)


def unit_of_code(gso_code: str, on: date) -> Unit:
    """Give the unit that a GSO code meant on a date.

    >>> unit_of_code("21361", date(2024, 1, 1)).name, unit_of_code("21361", date(2025, 7, 1)).name
    ('Xã Long Hiệp', 'Xã Minh Long')
    """
    found = _valid((unit for unit in units().values() if gso_code and unit.gso_code == gso_code), on)
    if not found:
        message = f'Không có đơn vị mang mã "{gso_code}" ngày {day(on)}.'
        raise UserError(message)
    return found[0]


def get_unit(unit_id: str) -> Unit:
    """Give a unit by its unit_id; an unknown one raises UserError."""
    if unit_id not in units():
        message = f'Không có đơn vị "{unit_id}". {did_you_mean(unit_id, [ALL_UNITS, *units()])}'
        raise UserError(message)
    return units()[unit_id]


def with_descendants(unit_id: str) -> list[str]:
    """Give a unit and everything below it: the units whose dossiers its report counts.

    >>> with_descendants("xa-long-mai")
    ['xa-long-mai']
    """
    below = [unit.unit_id for unit in units().values() if unit.parent_id == unit_id]
    return [unit_id, *(found for child in below for found in with_descendants(child))]


def successor(unit_id: str) -> Unit | None:
    """Give the unit that took over, or None where none did (or more than one: a district's work went to several)."""
    taken_over_by = get_unit(unit_id).successor_id
    return units()[taken_over_by] if taken_over_by else None


def unit_name(unit_id: str) -> str:
    """Write a unit's name; a unit outside `units.csv` (a register of `from-data` units) is its own name."""
    return "Toàn bộ các đơn vị" if unit_id == ALL_UNITS else units()[unit_id].name if unit_id in units() else unit_id
