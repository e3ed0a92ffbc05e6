"""Scope: of what unit, field or time a figure is, where that is not the report's own.

Figures are compared only within one scope: "cấp xã 612" does not contradict "toàn huyện 9.789".
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tthc_analysis.audit.head import Head
from tthc_analysis.audit.named import Named, named_parts
from tthc_analysis.audit.vocabulary import PROPER, folded
from tthc_analysis.audit.windows import same_window, windows
from tthc_analysis.reference.notation import plain

Scope = frozenset[tuple[str, str]]
AGAINST = "against"  # the kind of a time that a figure is compared with: it does not hold for those that follow

_UNIT = re.compile(
    rf"(?i:\b(xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tp\.?|tỉnh|sở|phòng|ban|chi nhánh|chi cục|công an|bảo hiểm xã hội|kho bạc|điện lực|văn phòng|đội|trạm|hạt|thôn|ấp|khóm|khu phố|tổ dân phố))\s+({PROPER})"
)
_LEVELS = "xã|phường|thị trấn|huyện|quận|thị xã|thành phố|tỉnh|sở|phòng"
_LEVEL = re.compile(
    rf"(?:\b(?:các|cấp)|\d+|\b(?:tại|ở) (?:bộ phận (?:một cửa|tiếp nhận và trả kết quả|tn ?& ?tkq)|trung tâm [^\d,.;:]{{3,30}}?)(?: của)?)\s({_LEVELS})\b(?:, (?:{_LEVELS}|ban|ngành))*"
)
_MORE = re.compile(
    rf"\b(?:các|cấp|\d+)\s(?:{_LEVELS})\b[^.;:]{{0,40}}\s(?:và|cùng|,)\s(?:ubnd )?(?:các|cấp|\d+)\s(?:{_LEVELS})\b|\b(?:{_LEVELS}) và (?:các |cấp )?(?:{_LEVELS})\b"
)
_FIELD = re.compile(r"lĩnh vực:?\s+([^\W\d][^,.;:()\d]{2,40}?)(?=\s*(?:[,.;:()]|\d|$| có | là | đạt | với | còn | tiếp nhận| đã ))")
_WHOLE = re.compile(r"\b(?:toàn (?:huyện|tỉnh|xã|thành phố|phường|ngành|thị xã|quận|đơn vị)|tính chung|cả huyện và xã|tổng chung|chung toàn)\b")
_SUMS_UP = re.compile(r"\W*(?:như vậy|do đó|tính)?\W*(?:tổng (?:số|cộng|hồ sơ)|tất cả|cộng chung|cả hai|cộng)\b")
_COMPETENCE = re.compile(rf"(?:thuộc )?thẩm quyền(?: giải quyết| tiếp nhận)*(?: của)?(?: ubnd| cấp)? ({_LEVELS}|bộ|trung ương)\b")
_AGAINST = re.compile(r"\b(?:so với|so cùng|của)\b[^.;]{0,30}$")
_EARLIER = re.compile(
    r"cùng kỳ(?: năm (?:trước|ngoái|20\d\d))?|(?<!từ )(?:(?<!hs )(?<!hồ sơ )|(?!kỳ trước:))(?:kỳ|tháng|quý|năm) trước(?! (?:chuyển|tồn|sang|qua|để))(?! đó)"
)
# an earlier time that dossiers were carried over from is not the time of the figure
_CARRIED = re.compile(
    r"tồn(?: đọng)?(?: từ| của)? (?:kỳ|tháng|quý|năm) trước|(?:từ |của |tồn )*(?:kỳ|tháng|quý|năm) (?:[\divx]+|trước)(?:[/-]\d{4}| năm \d{4})? (?:chuyển|tồn|sang|qua)"
)


class _Span(NamedTuple):
    start: int
    kind: str
    name: str


def scope_of(text: str, head: Head, written: str | None = None) -> Scope:
    """Find what narrows a text: units by name or level, fields, times that are not the report's. `written` is the text as it is written."""
    return frozenset((kind, name) for _, kind, name in _spans(text, head, written))


def _spans(text: str, head: Head, written: str | None) -> list[_Span]:
    low, written = folded(text), text if written is None else written
    found = [_Span(match.start(), "unit", f"{match[1].lower()} {plain(match[2]).lower()}") for match in _UNIT.finditer(written) if not _is_own(match, head)]
    found += [_Span(one.start, one.kind, one.name) for one in named_parts(written) if not _is_own_number(one, head)]
    found += [] if _MORE.search(low) else [_Span(match.start(), "unit", f"cấp {match[1]}") for match in _LEVEL.finditer(low)]
    found += [_Span(match.start(), "unit", f"thẩm quyền {match[1]}") for match in _COMPETENCE.finditer(low)]
    found += [_Span(match.start(), "field", match[1].strip()) for match in _FIELD.finditer(low)]
    own, timed = head.window, _CARRIED.sub(lambda match: " " * len(match[0]), low)
    found += [_Span(window.start, _time(low, window.start), window.name) for window in windows(timed, head.year) if own is None or not same_window(own, window)]
    found += [_Span(match.start(), _time(low, match.start()), "earlier") for match in _EARLIER.finditer(timed)]
    return found


def _time(low: str, start: int) -> str:
    """Say what a time is that begins there: of the figures from there on, or only what one of them is held against."""
    return AGAINST if _AGAINST.search(low[:start]) else "window"


def _is_own(match: re.Match[str], head: Head) -> bool:
    """Whether a named place is the one that reports, or what it lies in."""
    kind, name = match[1].lower(), plain(match[2]).title()
    return (bool(head.name) and (name == head.name or name.startswith(f"{head.name} ") or head.name.startswith(f"{name} "))) or kind == "tỉnh"


def _is_own_number(one: Named, head: Head) -> bool:
    """Whether a numbered unit is the one that reports: "Quận 1" in the report of UBND Quận 1."""
    return bool(head.name) and one.name == f"{head.kind} {head.name}".lower()


def of_all(scope: Scope, parts: Iterable[Scope], text: str) -> Scope:
    """Widen the scope of a sentence that begins with "tổng số" where the sentences before it named several parts: it speaks of them all."""
    named = {item for one in parts for item in one if item[0] in ("unit", "person")}
    return frozenset(item for item in scope if item not in named) if len(named) > 1 and _SUMS_UP.match(text) else scope


def narrowed(scope: Scope, more: Scope, text: str) -> Scope:
    """Take a scope on to a later place in the text: what is named anew replaces its own kind; "toàn huyện" widens to the whole."""
    kinds = {kind for kind, _ in more}
    kept = frozenset(item for item in scope if item[0] not in kinds and item[0] != AGAINST)
    if text and _WHOLE.search(text):
        kept = frozenset(item for item in kept if item[0] == "window")
    return kept | more
