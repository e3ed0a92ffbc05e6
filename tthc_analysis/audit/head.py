"""What the head of a report says of the whole: who reports, on what day, for what time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tthc_analysis.audit.blocks import Block, Report
from tthc_analysis.audit.vocabulary import PROPER, folded
from tthc_analysis.audit.windows import Window, windows
from tthc_analysis.reference.notation import plain

LONGEST_CITING = 300  # characters between the document that is cited and its time
OPENING = 25  # blocks from the top in which a report says what it is
_DATED = re.compile(r",\s?ngày\s?(\d{1,2}|[.…\s]*)\s?tháng\s?(\d{1,2})\s?năm\s?(20\d{2})|,\s?ngày\s?(\d{1,2})/(\d{1,2})/(20\d{2})")
_PLACE_KINDS = "xã|phường|thị trấn|đặc khu|huyện|quận|thị xã|thành phố|tỉnh"
_NAMED = rf"{PROPER}|\d{{1,2}}(?![\w%/]|[.,]\d)(?! (?:hồ sơ|hs\b))"  # some bear a number: "Quận 1"
_PLACE = re.compile(rf"(?i:({_PLACE_KINDS}))\s+({PROPER})")
_ISSUER = re.compile(
    rf"(?i:ubnd|ủy ban nhân dân|trung tâm phục vụ hành chính công|trung tâm pvhcc|văn phòng hđnd và ubnd)\s+(?i:({_PLACE_KINDS}))\s+({_NAMED})"
)
_SAYS = re.compile(rf"{_ISSUER.pattern}\s+(?:xin |kính )?báo cáo")


@dataclass(frozen=True)
class Head:
    """The report's own facts. `dated` is the day it bears (the first of the month where the day is blank), `exact` whether the day is written."""

    dated: date | None = None
    exact: bool = False
    window: Window | None = None
    window_block: Block | None = None
    kind: str = ""
    name: str = ""

    @property
    def year(self) -> int | None:
        """The year that a window without one is of."""
        return self.window.last.year if self.window else self.dated.year if self.dated else None


def head_of(report: Report) -> Head:
    """Read the head of a report."""
    opening = report.blocks[:OPENING]
    dated, exact = _dated(opening)
    year = dated.year if dated else None
    block, window = _window(opening, year)
    kind, name = _issuer(opening)
    return Head(dated, exact, window, block, kind, name)


def _dated(blocks: Sequence[Block]) -> tuple[date | None, bool]:
    """Give the report's date: the first that follows a comma, as "Minh Long, ngày 15 tháng 3 năm 2024"."""
    for block in blocks:
        match = _DATED.search(block.text.lower())
        if match:
            day, month, year = (match[1], match[2], match[3]) if match[3] else (match[4], match[5], match[6])
            written = day.strip(" .…")
            try:
                return date(int(year), int(month), int(written or 1)), bool(written)
            except ValueError:
                return None, False
    return None, False


_TITLES = re.compile(r"^báo cáo\b|^đánh giá\b|\b(?:kết quả|kq|tình hình|công tác|về việc)\b")
_STATED = re.compile(
    r"kỳ báo cáo|số liệu (?:được )?(?:tính|lấy|chốt|tổng hợp)|báo cáo (?:kết quả|tình hình)|thời điểm (?:lấy|chốt)|tính từ|từ (?:ngày )?\d|từ ngày|^(?:trong )?(?:năm|quý|tháng)[\w/., ]{1,24}$|trong (?:\d+ tháng|quý|tháng|kỳ)"
)
_CITING = re.compile(r"(?:quyết định|kế hoạch|công văn|văn bản|nghị quyết|chỉ thị|luật|nghị định|thông tư|quyết định)[^;.]*$")


def _window(blocks: Sequence[Block], year: int | None) -> tuple[Block | None, Window | None]:
    """Give the window that title or opening states for the whole report; a document that is cited there is of another time."""
    for stated in (_TITLES, _STATED):
        for number, block in enumerate(blocks):
            low = folded(block.text)
            if not stated.search(low) or _numbered_with_figures(block) or (stated is _TITLES and (number > 15 or len(block.text) > 250)):
                continue
            found = [window for window in windows(block.text, year) if not _CITING.search(low[max(0, window.start - LONGEST_CITING) : window.start])]
            if found:
                return block, max(found, key=lambda window: (".." in window.name, -window.start))
    return None, None


def _numbered_with_figures(block: Block) -> bool:
    return block.kind in ("cell", "item") and bool(re.search(r"\d{2,} ?(?:hồ sơ|hs\b|tthc|%)", folded(block.text)))


def _issuer(blocks: Sequence[Block]) -> tuple[str, str]:
    """Give the kind and the name of the place whose office reports: who "báo cáo … như sau", whom the title names, whose letterhead it is."""
    texts = [block.text for block in blocks if not folded(block.text).startswith("kính gửi")]
    title = next((number for number, text in enumerate(texts) if text.upper().startswith("BÁO CÁO")), len(texts))
    saying = [match for text in texts if (match := _SAYS.search(text))]
    named = [match for text in texts[title : title + 3] if (match := _PLACE.search(text))]
    letterhead = [match for text in texts[:title] for match in _ISSUER.finditer(text)][-1:]
    found = next(iter((*saying, *named, *letterhead)), None)
    return (found[1].lower(), plain(found[2]).title()) if found else ("", "")
