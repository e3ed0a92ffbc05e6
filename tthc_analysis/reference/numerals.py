"""Numerals in a Vietnamese text: which of them are figures, and which are dates, document numbers, ordinals or parts of names.

A figure is what somebody counted or measured ("8.925", "89,93%"). The others are told from it by how official texts write them (Nghị định
30/2020/NĐ-CP on dates and on the numbers of documents), not by what they are worth: counts from a thousand up are written with a full
stop, so that 2024 without one is a year.
"""

import re
from functools import lru_cache

_PART = r"(?!\d{1,3}(?:\.\d{3})+(?!\d))\d+(?:\.\d+)*[a-zđ]?(?![\d%]|[.,/]\d)"  # a thousand grouped by full stops is a count
_ONE = rf"(?:\(\d{{1,2}}\)|{_PART})"
_CITED = (
    "QĐ|NĐ|TT|NQ|CV|Luật|Nghị định|Nghị quyết|Thông tư|Quyết định|Công văn|Kế hoạch|Chỉ thị|Bộ chỉ số|Bộ luật|"
    "Điều|điều|Khoản|khoản|Chương|chương|Mục|mục|(?<!ột )(?<!ành )(?:Phần|phần)|Phụ lục|phụ lục|Biểu|biểu|Mẫu|mẫu|[Cc]hỉ tiêu|[Cc]ột|ô|trang|Trang|lần|lần thứ|thứ|[Hh]ạng|STT|TT"
)
# each kind of numeral that is no figure, in the order in which they are looked for
KINDS = {
    "period": r"(?<![\w.])\d{4}-(?:Q[1-4]|H[12]|9M|\d{2}(?:-\d{2}(?:\.\.\d{4}-\d{2}-\d{2})?)?)(?:@calendar)?(?!\w)",
    "time": r"(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])",
    "document": r"(?<![\w.,/])\d+[a-z]?(?:/\d{4})?(?: ?/ ?[A-ZĐ]{2}[\wĐ]*(?:[-/][\wĐ&]+)+|/[A-ZĐ][\wĐ]*(?:[-/][\wĐ]+)*|-[A-ZĐ]\w*/[A-ZĐ]\w*)",
    "date": r"(?<![\d.,/])(?:\d{1,2}/\d{1,2}/\d{4}|\d{1,2}(?P<mark>[.-])\d{1,2}(?P=mark)(?:19|20)\d{2}|\d{1,2}/(?:19|20)\d{2}|[IVX]+/\d{4})(?![\d/]|[.,-]\d)",
    "day": r"\b[Nn]gày \d{1,2}(?: tháng \d{1,2}(?: năm \d{4})?|/\d{1,2}(?![\d/.,]))",
    "month": r"\b[Tt]háng \d{1,2}(?: năm \d{4}|-(?:19|20)\d{2})?(?![\d.,/%])|(?<![\d.,])\d{1,2} tháng (?:đầu |cuối )?(?:năm )?\d{4}(?!\d)|\b\d{1,2} tháng (?:đầu|cuối) năm\b",
    "quarter": r"\b[Qq]uý [1-4](?:[/-]\d{4})?(?![\d.,/%])",
    "cited": rf"\b(?:{_CITED})(?: số| mẫu số| thứ)? {_ONE}(?:(?:, ?| và | đến | hoặc |[–-]){_ONE})*",
    "column": r"\(\d{1,2}\)",
    "heading": r"^\s*\d{1,2}(?:\.\d{1,2})*\.(?=\s)",
    "year": r"(?<![\d.,/])(?:19|20)\d{2}(?!\d|[.,/]\d|%)",
}
_NOT_FIGURES = re.compile("|".join(KINDS.values()), re.MULTILINE)
_WORD = re.compile(r"\w+(?:[-._]\w+)*")
_NUMERAL = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
_NAME = re.compile(r"(?=.*[0-9]).*[^\W\d_]")


def _without_names(match: re.Match[str]) -> str:
    """Blank a word that holds both letters and digits: "report-2024", "H48", "II.06a"."""
    return _blank(match) if _NAME.match(match[0]) else match[0]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


@lru_cache(maxsize=1 << 14)
def figure_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Give where the figures of a text begin and end, in reading order.

    >>> figure_spans("Quý I/2024: 41 hồ sơ")
    ((12, 14),)
    """
    if not any(map(str.isdigit, text)):
        return ()
    return tuple(found.span() for found in _NUMERAL.finditer(_WORD.sub(_without_names, _NOT_FIGURES.sub(_blank, text))))


@lru_cache(maxsize=1 << 14)
def figures(text: str) -> tuple[str, ...]:
    """List the figures of a text as they are written, in reading order; dates, document numbers, ordinals and names are none.

    >>> figures("Số hóa thành phần hồ sơ khi tiếp nhận: 8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93%")
    ('8.925', '9.924', '89,93')
    >>> figures("Quý I/2024 (15/12/2023–14/3/2024), Nghị định 61/2018/NĐ-CP, QĐ 766/QĐ-TTg, chỉ tiêu 3.3, cột (3) = (4) + (5), năm 2024")
    ()
    >>> figures("2.2. Cách tính report-2024 theo Điều 147, 148; lúc 15:00, +2,31 điểm %, 3–7")
    ('2,31', '3', '7')
    """
    return tuple(text[start:end] for start, end in figure_spans(text))
