"""Fingerprints: what a register holds of each unit, short enough to compare. The same dossiers give the same one, in whatever order."""

from datetime import date
from pathlib import Path

import duckdb

from tthc_analysis.register.contract import COLUMNS
from tthc_analysis.register.profiles import OWN
from tthc_analysis.register.store import parquet


def fingerprints(register: Path, until: date) -> dict[str, str]:
    """Give for each resolving unit ("" where unknown) the fingerprint of its dossiers received up to a day: their number and the sum of their hashes.

    Where a row came from does not count: the same dossier out of another file is the same dossier.
    """
    content = ", ".join(name for name in COLUMNS if name not in OWN)
    query = (
        f"SELECT coalesce(resolving_unit, ''), count(*), sum(hash({content})::HUGEINT) "  # noqa: S608 - the contract's columns and a quoted name
        f"FROM {parquet(register)} WHERE received_at::DATE <= DATE '{until}' GROUP BY 1"
    )
    return {unit: f"{n}-{total}" for unit, n, total in duckdb.execute(query).fetchall()}


def span_of(register: Path, until: date) -> str:
    """Give the first reception that a register knows and its last event, the latter no later than a day: what warnings are made of."""
    query = f"SELECT min(received_at)::DATE, least(max(greatest(received_at, resolved_at))::DATE, DATE '{until}') FROM {parquet(register)}"  # noqa: S608 - as above
    first, last = duckdb.execute(query).fetchall()[0]
    return f"{first}..{last}"
