"""Versions: the register as it stood. Each import that changes something keeps the version that it replaces.

A version knows until which day its data reach. As of a day the first version whose data reach that day answers: it holds what was
known of that day when its quarter was published; a later version may hold corrections, which are then told apart from it.
"""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from tthc_analysis.files import locate, written_aside
from tthc_analysis.reference.workdays import add_working_days, open_calendar
from tthc_analysis.register.account import beside
from tthc_analysis.register.store import parquet

UNTIL = "data_until"
LONELY = 31  # days without any event before the last ones, from which these do not say how far the data reach
ENOUGH, FEW = 50, 200  # dossiers from which on a lonely event is told from the others; and one in how many it may be
NAME = re.compile(r"(?P<until>\d{4}-\d{2}-\d{2})-(?P<number>\d{3})")


def data_until(path: Path) -> date | None:
    """Give the day until which a register's data reach: as its import wrote it, else its last event; None for one without dossiers."""
    written = f"SELECT value FROM parquet_kv_metadata({parquet(path)}) WHERE key = '{UNTIL}'"  # noqa: S608 - a quoted name
    rows = duckdb.execute(written).fetchall()
    if rows:
        return date.fromisoformat(bytes(rows[0][0]).decode())
    last = f"SELECT max(greatest(received_at, resolved_at))::DATE FROM {parquet(path)}"  # noqa: S608 - a quoted name
    found: date | None = duckdb.execute(last).fetchall()[0][0]
    return found


def stragglers(days: pd.Series, gap: int) -> pd.Series:
    """Mark the few days at the end that stand alone, more than `gap` days after all the others: their year may be mistyped.

    `days` holds the days of events (missing ones among them), the result is boolean by its index. Few is one dossier, or one in two
    hundred; among fewer than 50 nothing is said, for there a long gap is nothing unusual.
    """
    known = days.dropna().sort_values(ignore_index=True)
    few = max(1, len(known) // FEW) if len(known) >= ENOUGH else 0
    # from the longest tail down: a tail of two slips is found as one
    first = next((known.iloc[-n] for n in range(few, 0, -1) if (known.iloc[-n] - known.iloc[-n - 1]).days > gap), None)
    return days >= first if first is not None else pd.Series(data=False, index=days.index)


def reach(frame: pd.DataFrame) -> date:
    """Give the day until which an export's data reach: the last reception or end, and the days off after it.

    `frame` is the register's (columns received_at, resolved_at). An export of a Friday knows the weekend too: nothing happened on it.
    One event alone long after the others (`stragglers`) does not count: a mistyped year would move every figure "as of".
    """
    events = last_events(frame)
    last: date = events[~stragglers(events, LONELY)].max().date()
    return add_working_days(open_calendar("VN"), last + timedelta(days=1), 0) - timedelta(days=1)


def last_events(frame: pd.DataFrame) -> pd.Series:
    """Give the last event of every dossier: its end, or its reception while it is open (and where the end comes first, by mistake)."""
    return frame[["received_at", "resolved_at"]].max(axis=1)


def _kept(folder: Path) -> list[tuple[date, int, Path]]:
    """List the kept versions, by day and number."""
    found = [(match, path) for path in folder.glob("*.parquet") if (match := NAME.fullmatch(path.stem))]
    return sorted((date.fromisoformat(match["until"]), int(match["number"]), path) for match, path in found)


def keep_version(register: Path, latest: date) -> None:
    """Copy a register that is about to be replaced among its versions; one without dossiers is left out.

    One that said its data reach further than the new one (`latest`) was mistaken, and answers for no day after that.
    """
    known, folder = data_until(register), beside(register, "snapshots")
    if known is None:
        return
    until = min(known, latest)
    number = 1 + max((number for day, number, _ in _kept(folder) if day == until), default=0)
    with written_aside(folder / f"{until}-{number:03d}.parquet") as aside:
        shutil.copyfile(register, aside)


def retire_versions(register: Path) -> None:
    """Put the versions of a register that begins anew out of use; they stay on the disk."""
    folder = beside(register, "snapshots")
    if folder.is_dir():
        number = 1 + sum(1 for _ in register.parent.glob(f"{register.stem}.replaced-*"))
        folder.rename(beside(register, f"replaced-{number:03d}"))


def register_at(path: str, as_of: date | None) -> Path:
    """Give the file that answers for a register as of a day (None: as it is now).

    Of the kept versions and the current one, the earliest whose data reach the day; where none does, the current one. Among versions of
    one day the last: a correction of the same export replaces it.
    """
    current = locate(path)
    kept = [] if as_of is None else [(until, version) for until, _, version in _kept(beside(current, "snapshots")) if until >= as_of]
    if not kept or not current.is_file():
        return current
    now = data_until(current)
    reaching = [*kept, (now or date.max, current)]
    first = min(until for until, _ in reaching)
    return next(version for until, version in reversed(reaching) if until == first)
