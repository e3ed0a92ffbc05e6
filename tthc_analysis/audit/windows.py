"""Times that a report speaks of: its own date, and the windows that its figures are for, in every way they are written."""

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tthc_analysis.audit.vocabulary import folded
from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import ROMAN, span
from tthc_analysis.reference.periods import Period, parse_period

_YEAR = r"(20\d{2})"
_OF_YEAR = rf"(?:\s?[/.-]\s?|,? năm |,? )?{_YEAR}"
_ROMAN = r"(iv|i{1,3}|[1-4])"
_DAY = rf"(\d{{1,2}})\s?[/.-]\s?(\d{{1,2}})(?:\s?[/.-]\s?{_YEAR})?"
_LONG_DAY = rf"(\d{{1,2}}) tháng (\d{{1,2}})(?: năm {_YEAR})?"
_ANY_DAY = rf"(?:{_LONG_DAY}|{_DAY})"
_BETWEEN = re.compile(rf"(?:từ|tính từ|kể từ)(?: ngày)? {_ANY_DAY}\s?(?:đến|tới|-|–)(?: hết)?(?: ngày)? ?{_ANY_DAY}")
_PARTS = (
    ("quarter", re.compile(rf"quý {_ROMAN}(?!\w){_OF_YEAR}?(?!\d)")),
    ("half", re.compile(rf"(?:6|sáu) tháng (đầu|cuối)(?: năm)?{_OF_YEAR}?(?!\d)")),
    ("months", re.compile(rf"(\d{{1,2}}) tháng(?: đầu)?(?: năm)?{_OF_YEAR}(?!\d)|(\d{{1,2}}) tháng đầu năm")),
    ("month", re.compile(rf"tháng (\d{{1,2}})(?!\d|/\d{{1,2}}/){_OF_YEAR}?(?!\d)")),
    ("year", re.compile(rf"(?<!cùng kỳ )(?<!kế hoạch )năm {_YEAR}(?!\d|-)")),
)


@dataclass(frozen=True)
class Window:
    """A stretch of time as a text says it, both days in; `name` tells one from another ("2024-Q1", "2021-01-01..2024-03-15")."""

    start: int
    end: int
    name: str
    first: date
    last: date

    @property
    def label(self) -> str:
        """The days as they are written."""
        return span(self.first, self.last)


def _day(numbers: tuple[str | None, ...], year: int | None) -> date | None:
    """Read a day from "5 tháng 3 năm 2024" or "5/3/2024", whichever is there."""
    day, month, its_year = (numbers[0], numbers[1], numbers[2]) if numbers[0] else (numbers[3], numbers[4], numbers[5])
    try:
        return date(int(its_year or year or 0), int(month or 0), int(day or 0))
    except ValueError:
        return None


def windows(text: str, year: int | None = None) -> list[Window]:
    """Find the windows of a text, in order; one without a year is of `year`.

    >>> [window.name for window in windows("Quý I/2024, từ ngày 01/01/2021 đến ngày 15/3/2024; 9 tháng đầu năm 2024")]
    ['2024-Q1', '2021-01-01..2024-03-15', '2024-9M']
    """
    low = folded(text)
    found = list(_ranges(low, year))
    for kind, pattern in _PARTS:
        for match in pattern.finditer(low):
            window = _named(kind, match, year)
            if window and not any(other.start < match.end() and match.start() < other.end for other in found):
                found.append(window)
    return sorted(found, key=lambda window: window.start)


def _ranges(low: str, year: int | None) -> Iterator[Window]:
    for match in _BETWEEN.finditer(low):
        last = _day(match.groups()[6:], year)
        first = _day(match.groups()[:6], last.year if last else year)
        if first and last and first <= last:
            yield Window(*match.span(), f"{first}..{last}", first, last)


def _named(kind: str, match: re.Match[str], year: int | None) -> Window | None:
    """Name a window by the grammar of periods; months that it has no name for are a range."""
    groups = match.groups()
    of = groups[-1] if kind == "year" else groups[1]
    its_year = int(of) if of else year
    if not its_year:
        return None
    first = groups[0] or (groups[2] if kind == "months" else "")
    text = _grammar(kind, str(first), its_year)
    try:
        period = parse_period(text)
    except UserError:
        return None
    return Window(*match.span(), period.text, period.start, period.end)


def _grammar(kind: str, first: str, year: int) -> str:
    match kind:
        case "quarter":
            return f"{year}-Q{first if first.isdecimal() else ROMAN.index(first.upper()) + 1}"
        case "half":
            return f"{year}-H{1 if first == 'đầu' else 2}"
        case "months" if first in ("3", "6", "9", "12"):
            return {"3": f"{year}-Q1", "6": f"{year}-H1", "9": f"{year}-9M", "12": f"{year}"}[first]
        case "months" if 1 <= int(first) <= 12:
            return f"{year}-01-01..{year}-{int(first):02d}-{calendar.monthrange(year, int(first))[1]:02d}"
        case "month":
            return f"{year}-{int(first):02d}"
        case _:
            return str(year)


def same_window(one: Window, other: Window) -> bool:
    """Whether two ways to say a window mean the same: a named period, and its days by the decree or by the calendar."""
    if one.name == other.name:
        return True
    days = {(window.first, window.last) for window in (one, other) if ".." in window.name}
    named = [window for window in (one, other) if ".." not in window.name]
    return len(named) == 1 and days <= {(period.start, period.end) for period in both_ways(named[0].name)}


def both_ways(name: str) -> list[Period]:
    """Give a named period as the decree cuts it (15th to 14th) and as the calendar does; a range is itself."""
    return [parse_period(name)] if ".." in name else [parse_period(name), parse_period(f"{name}@calendar")]


def cutoff_passed(window: Window) -> date | None:
    """Give the statutory last day that a range runs past by a few days, or None.

    A statutory period ends on the 14th (Nghị định 09/2019/NĐ-CP, Điều 12), a calendar one with its month.

    >>> cutoff_passed(windows("từ ngày 01/01/2021 đến ngày 15/3/2024")[0])
    datetime.date(2024, 3, 14)
    """
    if ".." not in window.name or window.last == _month_end(window.last) or window.last.day == 14:
        return None
    return window.last.replace(day=14) if 14 < window.last.day <= 20 else None


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
