"""Merge: an import's dossiers come into the register that is there. New ones are added, known ones updated, the rest stays."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd

from tthc_analysis.errors import UserError
from tthc_analysis.register.account import beside
from tthc_analysis.register.contract import COLUMNS
from tthc_analysis.register.profiles import OWN
from tthc_analysis.register.sample import EXPORT_NAME
from tthc_analysis.register.store import database, open_register, parquet, write_query, write_register
from tthc_analysis.register.versions import data_until, keep_version, retire_versions

REOPENED = "hồ sơ đã kết thúc trong sổ cũ, nay lại đang giải quyết"
OLDER = "hồ sơ lấy lại từ tệp có số liệu cũ hơn sổ"
CONTENT = [name for name in COLUMNS if name not in (*OWN, "dossier_id")]
_DIFFERS = " OR ".join(f"incoming.{name} IS DISTINCT FROM standing.{name}" for name in CONTENT)
_LIST = ", ".join(COLUMNS)


def holds_only_sample(path: Path) -> bool:
    """Say whether every dossier of a register comes from the sample export."""
    query = f"SELECT coalesce(bool_and(source_file = '{EXPORT_NAME}'), true) FROM {_checked(path)}"  # noqa: S608 - our own file's name
    return bool(duckdb.execute(query).fetchall()[0][0])


def _checked(path: Path) -> str:
    """Quote the standing register for a query, once it has been seen to be one."""
    open_register(str(path))
    return parquet(path)


def _connection(frame: pd.DataFrame, standing: Path) -> duckdb.DuckDBPyConnection:
    """Open a database that sees the import as `incoming`, the register as `standing`, and of the import what is new or differs as `news`."""
    connection = database()
    connection.register("incoming", frame)
    connection.execute(f"CREATE VIEW standing AS SELECT {_LIST} FROM {_checked(standing)}")  # noqa: S608 - the contract's columns
    connection.execute(
        f"CREATE VIEW news AS SELECT incoming.*, standing.dossier_id IS NULL AS is_new, standing.outcome AS was FROM incoming "  # noqa: S608 - the contract's columns
        f"LEFT JOIN standing ON incoming.dossier_id = standing.dossier_id WHERE standing.dossier_id IS NULL OR {_DIFFERS}"
    )
    return connection


def changes(frame: pd.DataFrame, standing: Path | None, until: date) -> tuple[dict[str, int], Counter[str]]:
    """Count what an import brings to a register: dossiers new, changed, unchanged and all there will be; and what is to be looked at."""
    if standing is None:
        return {"new": len(frame), "changed": 0, "unchanged": 0, "dossiers": len(frame)}, Counter()
    with _connection(frame, standing) as connection:
        counts = "count(*) FILTER (is_new), count(*) FILTER (NOT is_new), count(*) FILTER (NOT is_new AND was IS NOT NULL AND outcome IS NULL)"
        new, changed, reopened = connection.execute(f"SELECT {counts} FROM news").fetchall()[0]  # noqa: S608 - fixed text
        had = connection.execute("SELECT count(*) FROM standing").fetchall()[0][0]
    known_until = data_until(standing)
    older = changed if known_until and until < known_until else 0
    return {"new": new, "changed": changed, "unchanged": len(frame) - new - changed, "dossiers": had + new}, Counter({REOPENED: reopened, OLDER: older})


def until_after(standing: Path | None, until: date) -> date:
    """Give the day until which the data reach once an import is in: never less than before."""
    return max(until, (data_until(standing) if standing else None) or until)


def has_event_after(frame: pd.DataFrame, standing: Path, until: date) -> bool:
    """Say whether the register, once an import is in, has a reception or an end after a day."""
    with _connection(frame, standing) as connection:
        stays = "SELECT received_at, resolved_at FROM standing WHERE dossier_id NOT IN (SELECT dossier_id FROM incoming)"
        query = f"SELECT max(greatest(received_at, resolved_at))::DATE FROM ({stays} UNION ALL SELECT received_at, resolved_at FROM incoming)"  # noqa: S608 - fixed text
        last: date | None = connection.execute(query).fetchall()[0][0]
    return last is not None and last > until


def _keep(standing: Path, until: date, *, begins: bool) -> None:
    """Keep the version that is about to be replaced; a damaged one is put aside where the register begins anew, and else stops the import."""
    try:
        sample = holds_only_sample(standing)
    except UserError:
        if not begins:
            raise
        shutil.copyfile(standing, beside(standing, "damaged"))
        return
    if not sample:
        keep_version(standing, date.max if begins else until)


def write_merged(frame: pd.DataFrame, standing: Path, out: Path, until: date, *, begins: bool) -> None:
    """Write the register with the import in it to `out`, and keep the standing version; one that begins anew leaves its versions behind."""
    if not standing.is_file():
        write_register(frame, out, until)
        return
    _keep(standing, until, begins=begins)
    if begins:
        write_register(frame, out, until)
        retire_versions(standing)
        return
    with _connection(frame, standing) as connection:
        stays = f"SELECT {_LIST} FROM standing WHERE dossier_id NOT IN (SELECT dossier_id FROM news)"  # noqa: S608 - the contract's columns
        whole = connection.sql(f"SELECT * FROM ({stays} UNION ALL SELECT {_LIST} FROM news) ORDER BY received_at, dossier_id")  # noqa: S608 - as above
        write_query(whole, out, until)
