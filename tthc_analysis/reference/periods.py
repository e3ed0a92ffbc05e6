"""Reporting periods, one grammar everywhere.

Text           Meaning                                                   First and last day, both in
2024-Q1        statutory quarter, Nghị định 09/2019/NĐ-CP Điều 12        15/12/2023 to 14/3/2024
2024-03        statutory month                                           15/02/2024 to 14/3/2024
2024-H1        statutory half year (also H2)                             15/12/2023 to 14/6/2024
2024-9M        statutory nine months                                     15/12/2023 to 14/9/2024
2024           statutory year                                            15/12/2023 to 14/12/2024
…@calendar     the same, from the first to the last day of the months    2024-Q1@calendar: 01/01 to 31/3/2024
A..B           any range                                                 2021-01-01..2024-03-15
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import ROMAN, span

Kind = Literal["statutory", "calendar", "range"]
FIRST_YEAR, LAST_YEAR = 2000, 2060
NAMED = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<part>Q[1-4]|H[12]|9M|0[1-9]|1[0-2]))?(?P<calendar>@calendar)?")
CURE = "Cách viết: 2024-Q1, 2024-03, 2024-H1, 2024-9M, 2024 (kỳ theo Nghị định 09/2019), thêm @calendar nếu tính theo lịch, hoặc 2021-01-01..2024-03-15."


@dataclass(frozen=True)
class Period:
    """A reporting period: its text in the grammar, its kind, its first and last day (both in)."""

    text: str
    kind: Kind
    start: date
    end: date
    months: int | None = None

    @property
    def name(self) -> str:
        """The period's Vietnamese name without its dates ("Quý I/2024")."""
        return period_name(self)

    @property
    def dates(self) -> str:
        """The first and the last day as written in a report."""
        return span(self.start, self.end)

    @property
    def label(self) -> str:
        """The name with the dates: what a document prints."""
        return f"{self.name} ({self.dates})" if self.kind != "range" else self.name

    @property
    def days(self) -> int:
        """Calendar days, both ends in."""
        return (self.end - self.start).days + 1


def _month_start(month_index: int, kind: Kind) -> date:
    """First day of a month counted from year 0 (year * 12 + month - 1), statutory months starting on the 15th of the month before."""
    index = month_index - 1 if kind == "statutory" else month_index
    return date(index // 12, index % 12 + 1, 15 if kind == "statutory" else 1)


def _first_and_length(part: str | None) -> tuple[int, int]:
    """Months before the part within its year, and the part's months."""
    if part is None:
        return 0, 12
    if part == "9M":
        return 0, 9
    if part[0] in "QH":
        length = 3 if part[0] == "Q" else 6
        return (int(part[1]) - 1) * length, length
    return int(part) - 1, 1


def parse_period(text: str) -> Period:
    """Read a period's text; a text outside the grammar raises UserError with the grammar.

    >>> parse_period("2024-Q1").dates
    '15/12/2023–14/3/2024'
    >>> parse_period("2024-Q1@calendar").label
    'Quý I/2024 theo lịch (01/01/2024–31/3/2024)'
    >>> parse_period("2021-01-01..2024-03-15").days
    1170
    """
    stripped = str(text).strip()
    if ".." in stripped:
        return _parse_range(stripped)
    match = NAMED.fullmatch(stripped)
    if not match or not FIRST_YEAR < int(match["year"]) < LAST_YEAR:
        message = f'Không có kỳ báo cáo "{stripped}". {CURE}'
        raise UserError(message)
    kind: Kind = "calendar" if match["calendar"] else "statutory"
    before, length = _first_and_length(match["part"])
    first = int(match["year"]) * 12 + before
    return Period(stripped, kind, _month_start(first, kind), _month_start(first + length, kind) - timedelta(days=1), length)


def _parse_range(text: str) -> Period:
    try:
        start, end = (date.fromisoformat(part.strip()) for part in text.split(".."))
    except ValueError:
        message = f'Không có kỳ báo cáo "{text}": ngày không đúng. {CURE}'
        raise UserError(message) from None
    if not start <= end or not FIRST_YEAR <= start.year <= end.year <= LAST_YEAR:
        message = f'Kỳ báo cáo "{text}" không hợp lệ: ngày đầu phải trước ngày cuối, trong các năm {FIRST_YEAR} đến {LAST_YEAR}. {CURE}'
        raise UserError(message)
    return Period(f"{start}..{end}", "range", start, end)


def _named(first: int, months: int, kind: Kind) -> Period:
    """The named period that starts at a month index and lasts so many months."""
    year, before = divmod(first, 12)
    part = {1: f"-{before + 1:02d}", 3: f"-Q{before // 3 + 1}", 6: f"-H{before // 6 + 1}", 9: "-9M", 12: ""}[months]
    return parse_period(f"{year:04d}{part}{'@calendar' if kind == 'calendar' else ''}")


def _first_month(period: Period) -> int:
    shifted = 1 if period.kind == "statutory" else 0
    return period.start.year * 12 + period.start.month - 1 + shifted


def _year_before(value: date) -> date:
    """The same day a year earlier; 29 February becomes the 28th."""
    leap_day = (value.month, value.day) == (2, 29)
    return value.replace(year=value.year - 1, day=28 if leap_day else value.day)


def previous(period: Period) -> Period:
    """Give the period before: of the same length and kind, ending the day before this one starts.

    Nine months are cumulative from the start of a year, so the period before is the nine months of the year before.

    >>> previous(parse_period("2024-Q1")).text, previous(parse_period("2024-9M")).text
    ('2023-Q4', '2023-9M')
    >>> previous(parse_period("2024-01-11..2024-01-20")).text
    '2024-01-01..2024-01-10'
    """
    if period.months is None:
        before = period.start - timedelta(days=1)
        start = before - timedelta(days=period.days - 1)
        return Period(f"{start}..{before}", "range", start, before)
    step = 12 if period.months == 9 else period.months
    return _named(_first_month(period) - step, period.months, period.kind)


def same_last_year(period: Period) -> Period:
    """Give the same period a year earlier (cùng kỳ năm trước).

    >>> same_last_year(parse_period("2024-Q1")).text, same_last_year(parse_period("2024-02-01..2024-02-29")).text
    ('2023-Q1', '2023-02-01..2023-02-28')
    """
    if period.months is None:
        start, end = _year_before(period.start), _year_before(period.end)
        return Period(f"{start}..{end}", "range", start, end)
    return _named(_first_month(period) - 12, period.months, period.kind)


def run(period: Period, n: int) -> list[Period]:
    """Give n periods that end with this one, oldest first: the x-axis of a trend.

    >>> [p.text for p in run(parse_period("2024-Q1"), 3)]
    ['2023-Q3', '2023-Q4', '2024-Q1']
    """
    periods = [period]
    while len(periods) < n:
        periods.insert(0, previous(periods[0]))
    return periods


def period_name(period: Period) -> str:
    """Write a period's Vietnamese name.

    >>> [period_name(parse_period(text)) for text in ("2024-03", "2024-H1", "2024-9M", "2024@calendar")]
    ['Tháng 3/2024', '6 tháng đầu năm 2024', '9 tháng năm 2024', 'Năm 2024 theo lịch']
    """
    if period.months is None:
        return f"Từ ngày {span(period.start, period.end).replace('–', ' đến ngày ')}"
    year, month = divmod(_first_month(period), 12)
    name = {
        1: f"Tháng {month + 1}/{year}",
        3: f"Quý {ROMAN[month // 3]}/{year}",
        6: f"6 tháng {'đầu' if month == 0 else 'cuối'} năm {year}",
        9: f"9 tháng năm {year}",
        12: f"Năm {year}",
    }[period.months]
    return f"{name} theo lịch" if period.kind == "calendar" else name


def tick(period: Period) -> str:
    r"""Write a period as short as an axis needs, the year on a second line.

    >>> tick(parse_period("2024-Q1")), tick(parse_period("2023-11"))
    ('I\n2024', '11\n2023')
    """
    if period.months is None:
        return span(period.start, period.end).replace("–", "–\n")
    year, month = divmod(_first_month(period), 12)
    return {1: f"{month + 1}\n{year}", 3: f"{ROMAN[month // 3]}\n{year}", 6: f"{'Cuối' if month else 'Đầu'}\n{year}", 9: f"9T\n{year}", 12: f"{year}"}[
        period.months
    ]
