"""Fingerprints: what a register holds of each unit, short enough to compare. The same dossiers give the same one, in whatever order."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from tthc_analysis.files import sha256_of
from tthc_analysis.register import spark
from tthc_analysis.register.contract import COLUMNS
from tthc_analysis.register.profiles import OWN
from tthc_analysis.register.store import parquet


def fingerprints(register: str, until: date) -> dict[str, str]:
    """Give for each resolving unit ("" where unknown) the fingerprint of its dossiers received up to a day: their number and the sum of their hashes.

    `register` is a file's name, or one on Spark. Where a row came from does not count: the same dossier out of another file is the same dossier.
    """
    content = ", ".join(name for name in COLUMNS if name not in OWN)
    if spark.is_spark(register):
        return spark.fingerprints(register, content, until)
    query = (
        f"SELECT coalesce(resolving_unit, ''), count(*), sum(hash({content})::HUGEINT) "  # noqa: S608 - the contract's columns and a quoted name
        f"FROM {parquet(Path(register))} WHERE received_at::DATE <= DATE '{until}' GROUP BY 1"
    )
    return {unit: f"{n}-{total}" for unit, n, total in duckdb.execute(query).fetchall()}


def span_of(register: str, until: date) -> str:
    """Give the first reception that a register knows and its last event, the latter no later than a day: what warnings are made of."""
    events = f"CAST(min(received_at) AS DATE), least(CAST(max(greatest(received_at, resolved_at)) AS DATE), DATE '{until}')"
    first, last = spark.row_of(register, events) if spark.is_spark(register) else _row_of(Path(register), events)
    return f"{first}..{last}"


def _row_of(register: Path, expressions: str) -> tuple[date, date]:
    first, last = duckdb.execute(f"SELECT {expressions} FROM {parquet(register)}").fetchall()[0]  # noqa: S608 - our own, and a quoted name
    return first, last


def content_sha256(register: str) -> str:
    """Give the SHA-256 of a register's file; of a table on Spark, that of its fingerprints: it has no bytes of its own."""
    if spark.is_spark(register):
        return hashlib.sha256(repr(sorted(fingerprints(register, date.max).items())).encode()).hexdigest()
    return sha256_of(Path(register))
