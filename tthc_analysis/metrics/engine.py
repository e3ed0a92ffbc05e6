"""The engine is borrowed: metrics are Narwhals expressions, and DuckDB (embedded) runs them, on every frame it can see."""

from itertools import count
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd

from tthc_analysis.errors import UserError

# what DuckDB raises, exactly, for a file that was damaged between its first and last bytes; its other errors are ours
UNREADABLE = (duckdb.Error, duckdb.IOException, duckdb.InvalidInputException, duckdb.SerializationException)
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


def beside(frame: pd.DataFrame) -> Dossiers:
    """Put a small pandas frame (periods, days, units) where the dossiers are, to be joined with them."""
    return nw.from_native(duckdb.from_df(frame)).lazy()


def kept(frame: Dossiers) -> Dossiers:
    """Run a query once and keep its rows: in a table of this process where the engine is embedded, in another engine's own way elsewhere."""
    native = nw.to_native(frame)
    if isinstance(native, duckdb.DuckDBPyRelation):
        name = f"kept_{next(_NUMBERS)}"
        native.create(name)
        return nw.from_native(duckdb.table(name)).lazy()
    return frame


def collected(frame: Dossiers) -> pd.DataFrame:
    """Run the query and give its rows as pandas; results are small. Pages of the register that cannot be read raise UserError."""
    try:
        rows: pd.DataFrame = frame.collect(backend="pandas").to_native()
    except duckdb.Error as error:
        if type(error) not in UNREADABLE:
            raise
        message = f"Sổ dữ liệu đã hỏng, không đọc được ({str(error).splitlines()[0]}). Tạo lại bằng tthc import."
        raise UserError(message) from None
    return rows
