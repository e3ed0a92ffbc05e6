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


def reach(frame: pd.DataFrame) -> date:
    """Give the day until which an export's data reach: the last reception or end, and the days off after it.

    `frame` is the register's (columns received_at, resolved_at). An export of a Friday knows the weekend too: nothing happened on it.
    """
    last: date = max(frame["received_at"].max(), frame["resolved_at"].max() if frame["resolved_at"].notna().any() else pd.Timestamp.min).date()
    return add_working_days(open_calendar("VN"), last + timedelta(days=1), 0) - timedelta(days=1)


def _kept(folder: Path) -> list[tuple[date, int, Path]]:
    """List the kept versions, by day and number."""
    found = [(match, path) for path in folder.glob("*.parquet") if (match := NAME.fullmatch(path.stem))]
    return sorted((date.fromisoformat(match["until"]), int(match["number"]), path) for match, path in found)


def keep_version(register: Path) -> None:
    """Copy a register that is about to be replaced among its versions; one without dossiers is left out."""
    until, folder = data_until(register), beside(register, "snapshots")
    if until is None:
        return
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
