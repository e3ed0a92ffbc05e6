"""The engine is borrowed: metrics are Narwhals expressions, and DuckDB (embedded) runs them, on every frame it can see."""

from itertools import count
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError

# what DuckDB raises, exactly, for a file that was damaged between its first and last bytes; its other errors are ours
UNREADABLE = (duckdb.Error, duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
SPARK_TYPES = {"M": "timestamp_ntz", "i": "bigint", "b": "boolean", "f": "double"}  # by numpy's letter for a kind
_NUMBERS = count()
Dossiers = nw.LazyFrame[Any]


def as_dossiers(frame: Any) -> Dossiers:
    """Bring a register to the lazy frame that the metrics read: a pandas frame goes through DuckDB, a lazy one stays as it is.

    Narwhals on an eager pandas frame is slow in conditional group-bys (1 M rows: 3.9 s against 0.3 s).
    """
    if isinstance(frame, pd.DataFrame):
        return nw.from_native(duckdb.from_df(frame)).lazy()
    lazy: Dossiers = nw.from_native(frame).lazy()
    return lazy


def is_spark(native: Any) -> bool:
    """Say whether an engine's own frame is Spark's, without importing it."""
    return hasattr(native, "sparkSession")


def beside(frame: pd.DataFrame, dossiers: Dossiers) -> Dossiers:
    """Put a small pandas frame (periods, days, units) where the dossiers are, to be joined with them."""
    native = nw.to_native(dossiers)
    if not is_spark(native):
        return as_dossiers(frame)
    # by rows and a schema of its own: pandas frames would go through Arrow, and a column of nothing has no type
    schema = ", ".join(f"`{name}` {SPARK_TYPES.get(kind.kind, 'string')}" for name, kind in frame.dtypes.items())
    return as_dossiers(native.sparkSession.createDataFrame(_rows(frame), schema))


def _rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Give a small frame as rows of Python's own values."""
    columns = [frame[name].dt.to_pydatetime() if kind.kind == "M" else frame[name].tolist() for name, kind in frame.dtypes.items()]
    return [tuple(None if pd.isna(value) else value for value in row) for row in zip(*columns, strict=True)]


def kept(frame: Dossiers) -> Dossiers:
    """Run a query once and keep its rows: in a table of this process where the engine is embedded, in another engine's own way elsewhere."""
    native = nw.to_native(frame)
    if isinstance(native, duckdb.DuckDBPyRelation):
        name = f"kept_{next(_NUMBERS)}"
        native.create(name)
        return as_dossiers(duckdb.table(name))
    return as_dossiers(native.persist()) if is_spark(native) else frame


def collected(frame: Dossiers) -> pd.DataFrame:
    """Run the query and give its rows as pandas; results are small. Pages of the register that cannot be read raise UserError."""
    native = nw.to_native(frame)
    if is_spark(native):  # by rows: its own ways to pandas want Arrow, and warn of every pandas from 3 on
        return pd.DataFrame.from_records(native.collect(), columns=native.columns)
    try:
        rows: pd.DataFrame = frame.collect(backend="pandas").to_native()
    except duckdb.Error as error:
        if type(error) not in UNREADABLE:
            raise
        message = f"Sổ dữ liệu đã hỏng, không đọc được ({str(error).splitlines()[0]}). Tạo lại bằng tthc import."
        raise UserError(message) from None
    return rows
