"""Events: days on which a series stops being comparable, or from which its control limits are computed anew.

A row of `events.csv` is `date,kind,metric,unit,words,legal_basis`. Kind `break`: no comparison across this day (it re-bases too);
`rebase`: the same series, with limits of its own from this day. `metric` and `unit` name one, or `all`. Ours are in
`data/events.csv`; the office's own folder may add to them.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal, cast, get_args

from tthc_analysis.errors import UserError, did_you_mean
from tthc_analysis.reference.office import LINE, Row, office_rows
from tthc_analysis.reference.periods import FIRST_YEAR, LAST_YEAR

Kind = Literal["break", "rebase"]
KINDS = get_args(Kind)
NAME, COLUMNS = "events.csv", ("date", "kind", "metric", "unit", "words", "legal_basis")
# what an event must say; its legal basis may be none (a new counter, a new software)
NEEDED = ("metric", "unit", "words")
ALL = "all"


@dataclass(frozen=True)
class Event:
    """A row of `events.csv`: from `date` on, for a `metric` and a `unit` (or "all" of them)."""

    date: date
    kind: Kind
    metric: str
    unit: str
    words: str
    legal_basis: str


def _day(text: str, where: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        message = f'{where}: date phải là ngày dạng 2025-07-01, từ năm {FIRST_YEAR} đến {LAST_YEAR}, đọc được "{text}".'
        raise UserError(message)
    return found


def _kind(text: str, where: str) -> Kind:
    if text not in KINDS:
        message = f'{where}: không có loại sự kiện (kind) "{text}". {did_you_mean(text, KINDS)}'
        raise UserError(message)
    return cast("Kind", text)


def _event(row: Row, file: object) -> Event:
    where = f"{file}, dòng {row[LINE]}"
    empty = [column for column in NEEDED if not row[column]]
    if empty:
        message = f"{where}: cột {', '.join(empty)} còn trống. Ghi all ở metric hoặc unit nếu sự kiện chung cho mọi chỉ số hoặc mọi đơn vị."
        raise UserError(message)
    return Event(_day(row["date"], where), _kind(row["kind"], where), row["metric"], row["unit"], row["words"], row["legal_basis"])


@cache
def _ours() -> tuple[Event, ...]:
    text = resources.files(__package__).joinpath(f"data/{NAME}").read_text("utf-8")
    return tuple(_event({**row, LINE: str(number)}, NAME) for number, row in enumerate(csv.DictReader(text.splitlines()), 2))


def events(office: Path | None = None) -> tuple[Event, ...]:
    """Give every event by date: ours, and those of the office's `events.csv` if its folder has one.

    A bad date or kind, or an empty metric, unit or words, raises UserError with file and line.

    >>> [(event.date.isoformat(), event.kind) for event in events()]
    [('2025-07-01', 'break')]
    """
    file = (office or Path()) / NAME
    theirs = [_event(row, file) for row in office_rows(office, NAME, COLUMNS)]
    return tuple(sorted((*_ours(), *theirs), key=lambda event: event.date))


def _touches(event: Event, metric: str, unit: str) -> bool:
    return event.metric in (ALL, metric) and event.unit in (ALL, unit)


def breaks(events: Iterable[Event], unit: str, metric: str = ALL) -> list[date]:
    """Give the days across which a unit's series must not be compared: of every metric, and of `metric` where it is named.

    The unit is the one named by the event, not what lies below it.

    >>> breaks(events(), "xa-minh-long")
    [datetime.date(2025, 7, 1)]
    """
    return sorted({event.date for event in events if event.kind == "break" and _touches(event, metric, unit)})


def rebases(events: Iterable[Event], metric: str, unit: str) -> list[date]:
    """Give the days from which the control limits of a unit's metric are computed anew; a break is one of them.

    >>> rebases(events(), "on_time_share", "xa-minh-long")
    [datetime.date(2025, 7, 1)]
    """
    return sorted({event.date for event in events if _touches(event, metric, unit)})
