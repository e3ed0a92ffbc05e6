"""Quantities: the figures of a Vietnamese text with what they are worth, in every spelling that offices use.

8.925 · 7316 · 02/3.904 · 89,93 % · 33,00% · 10,5 · 10.5 · 5,65 ngàn. A full stop before exactly three digits parts thousands, a comma
decimals; where both readings make sense, both are given. What is a date, a document's number, an ordinal or a name is no quantity
(`reference.numerals`).
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from tthc_analysis.audit.named import numbered_units
from tthc_analysis.audit.vocabulary import folded, unit_words
from tthc_analysis.reference.numerals import figure_spans

SCALES = {"nghìn": 3, "ngàn": 3, "triệu": 6, "tỷ": 9, "tỉ": 9}
MEASURES = {"time", "money", "points"}  # what is measured may have decimals; what is counted has none
_PERCENT = re.compile(r"\s?(?:%|phần trăm|o/o)")
_SCALE = re.compile(rf"\s?({'|'.join(SCALES)})(?= |$|[,.;)])(?! lệ)")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_COMMA_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+")
# a day and a month without year, where the words around say so
_DAY = re.compile(r"(?:\b(?:từ|đến|trước|sau|ngày|hết|tới|kể từ)|(?<=[–-]))\s?(?:ngày\s)?(\d{1,2}/\d{1,2})(?![\d/%]|[.,]\d)")
_YEAR = re.compile(r"(?<![\d.,/])(?:19|20)\d{2}(?![\d/]|[.,]\d)")
_ASKS_A_COUNT = re.compile(r"(?:: ?| là | có | được |hạn ?:? |trực tuyến |trực tiếp |mới |^)$")
_SMALL_RATIO = re.compile(r"(?<![\d.,/])(\d{1,2})/((?:19|20)\d{2})(?![\d/]|[.,]\d)")  # like a month, but for the unit behind it
_BEFORE_YEAR = re.compile(r"(?:năm|quý [ivx\d]+|tháng \d*|/|-|–|giai đoạn|kỳ)\s?$")
_LEVEL = re.compile(r"mức(?: độ)? [1-4](?:(?:,|-|/| và|, và) ?(?:mức(?: độ)? )?[1-4](?![\d.]))*")  # of a service, as it was called once
_HOUSE = r"\d+[a-zđ]?(?:[/-]\d+[a-zđ]?)*"
_ADDRESS = re.compile(
    rf"(?<!\w)(?:(?:số nhà|nhà số|ngõ|ngách|hẻm|kiệt|tầng|địa chỉ:?(?: số)?|đường|phố|dịp lễ|lễ|kỷ niệm) {_HOUSE}(?:(?:, | và ){_HOUSE})*|số {_HOUSE}(?=,? (?:đường|phố|ngõ|hẻm|kiệt|quốc lộ|tỉnh lộ)(?!\w)))"
)
# "12 phường không có hồ sơ quá hạn" counts wards
_OF_SOMEONE = re.compile(r"(?:phường|xã|thị trấn|huyện|đơn vị|cơ quan|sở|ngành|phòng|lĩnh vực|địa phương|thôn|nơi)(?: đều| đã| cơ bản)*\s$")
NONE = re.compile(
    r"\bkhông (?:có|phát sinh|còn|để xảy ra)(?: (?:trường hợp|tình trạng))?(?= (?:hồ sơ|hs\b|pakn|phản ánh|phiếu|ý kiến))"
    r"|(?<=: )không(?: có| phát sinh)?(?=\s*(?:[.;,)]|$))"
)


@dataclass(frozen=True)
class Quantity:
    """A figure as written and as worth. `places` are the decimals written (below 0 where it is given in thousands), `other` a second reading that makes sense as well."""

    text: str
    value: Fraction
    places: int = 0
    percent: bool = False
    other: Fraction | None = None


class Found(NamedTuple):
    """A quantity in a text: where it begins, where it and its unit end, and the kind of the unit ("" where none is named)."""

    start: int
    end: int
    quantity: Quantity
    unit: str


def value_of(text: str, *, percent: bool = False, unit: str = "") -> Quantity | None:
    """Read a figure; None where its shape is no number's.

    >>> [str(value_of(text).value) for text in ("8.925", "7316", "02", "1.234,5", "10.5")]
    ['8925', '7316', '2', '2469/2', '21/2']
    >>> value_of("33,00", percent=True).places, value_of("9,924", unit="dossier").value
    (2, Fraction(9924, 1))
    """
    if text.isdecimal():
        return Quantity(text, Fraction(int(text)), 0, percent)
    if _GROUPED.fullmatch(text):
        return _grouped(text, percent=percent, unit=unit)
    whole, _, rest = text.partition(",")
    if rest.isdecimal() and (whole.isdecimal() or _GROUPED.fullmatch(whole)):
        return _with_comma(text, whole, rest, percent=percent, unit=unit)
    whole, _, rest = text.rpartition(".")
    if rest.isdecimal() and (whole.isdecimal() or _COMMA_GROUPED.fullmatch(whole)):
        return Quantity(text, _decimal(whole.replace(",", ""), rest), len(rest), percent)
    if _COMMA_GROUPED.fullmatch(text):
        return Quantity(text, Fraction(int(text.replace(",", ""))), 0, percent)
    return None


def _decimal(whole: str, rest: str) -> Fraction:
    return Fraction(int(whole + rest), 10 ** len(rest))


def _grouped(text: str, *, percent: bool, unit: str) -> Quantity:
    """Read "1.234": thousands; of a percentage or a measure it may be decimals written with a full stop."""
    thousands, decimals = Fraction(int(text.replace(".", ""))), _decimal(text.partition(".")[0], text.rpartition(".")[2])
    one = text.count(".") == 1
    if percent and one:
        return Quantity(text, decimals, 3, percent=True)
    return Quantity(text, thousands, 0, percent, decimals if one and unit in MEASURES - {"money"} else None)


def _with_comma(text: str, whole: str, rest: str, *, percent: bool, unit: str) -> Quantity:
    """Read "10,5": decimals; of what is counted "9,924" can only be thousands."""
    decimals = _decimal(whole.replace(".", ""), rest)
    thousands = Fraction(int(text.replace(",", ""))) if _COMMA_GROUPED.fullmatch(text) and not percent else None
    if thousands is not None and unit and unit not in MEASURES:
        return Quantity(text, thousands)
    return Quantity(text, decimals, len(rest), percent, thousands if unit not in MEASURES else None)


def quantities(text: str) -> list[Found]:
    """Find the quantities of a text, in order. "không có hồ sơ …" and "…: không" are a nought that is written in words.

    >>> [(found.quantity.text, found.unit) for found in quantities("Đã giải quyết 9.789 hồ sơ, đạt 98,19%, năm 2024")]
    [('9.789', 'dossier'), ('98,19', 'share')]
    """
    low = folded(text)
    found = [_found(low, text, start, end) for start, end in _spans(text, low)]
    none = [match for match in NONE.finditer(low) if not _OF_SOMEONE.search(low[: match.start()])]
    found += [Found(*match.span(), Quantity(text[slice(*match.span())], Fraction(0)), _unit_at(low, match.end())[0]) for match in none]
    return sorted(one for one in found if one)


def _spans(text: str, low: str) -> list[tuple[int, int]]:
    """Give where figures stand: as `reference.numerals` tells them, with years that count something and without days that lack their year."""
    days = [match.span(1) for match in _DAY.finditer(low) if _is_day(match[1])]
    counted = [match.span() for match in _YEAR.finditer(low) if _counts(low, *match.span())]
    days += [match.span() for pattern in (_LEVEL, _ADDRESS) for match in pattern.finditer(low)]
    days += [(one.start, one.end) for one in numbered_units(text)]
    ratios = [
        match for match in _SMALL_RATIO.finditer(low) if _unit_at(low, match.end())[0] not in ("", "time") and not _BEFORE_YEAR.search(low[: match.start()])
    ]
    counted += [match.span(group) for match in ratios for group in (1, 2)]
    spans = [span for span in figure_spans(text) if not any(start <= span[0] < end for start, end in days)]
    return sorted({*spans, *counted})


def _counts(low: str, start: int, end: int) -> bool:
    """Whether what looks like a year counts something: by the unit behind it, or because it stands alone behind a colon or "là"."""
    if _BEFORE_YEAR.search(low[:start]):
        return False
    return _unit_at(low, end)[0] not in ("", "time") or bool(_ASKS_A_COUNT.search(low[:start]))


def _is_day(text: str) -> bool:
    day, month = map(int, text.split("/"))
    return 1 <= day <= 31 and 1 <= month <= 12


def _unit_at(low: str, place: int) -> tuple[str, int]:
    """Give the kind of the unit that stands at a place, and where it ends."""
    pattern, kinds = unit_words()
    match = pattern.match(low, place)
    return (kinds[match[1]], match.end()) if match else ("", place)


def _found(low: str, text: str, start: int, end: int) -> Found | None:
    percent = _PERCENT.match(low, end)
    if percent:
        quantity = value_of(text[start:end], percent=True)
        points = low.startswith("điểm", end + 1) or low[:start].endswith("điểm ")
        return Found(start, percent.end(), quantity, "points" if points else "share") if quantity else None
    scale = _SCALE.match(low, end)
    unit, until = _unit_at(low, scale.end() if scale else end)
    quantity = value_of(text[start:end], unit="time" if scale else unit)
    if quantity and scale:
        power = SCALES[scale[1]]
        quantity = Quantity(text[start : scale.end()], quantity.value * 10**power, quantity.places - power)
        unit = "money" if low.startswith(" đồng", scale.end()) else unit
    return Found(start, max(until, end), quantity, unit) if quantity else None
