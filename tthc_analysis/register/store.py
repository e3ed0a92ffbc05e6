"""The store: the register as one Parquet file, read lazily, written whole or not at all."""

import errno
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from glob import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import xlsxwriter

from tthc_analysis.errors import UserError
from tthc_analysis.files import locate, write_whole, written_aside
from tthc_analysis.register.contract import COLUMNS, FLAGS, TIMES
from tthc_analysis.register.spark import is_spark, open_table

NO_BAR = "SET enable_progress_bar = false"  # DuckDB draws one, in a notebook or over what a command prints, once a query takes two seconds
# What each column must be in a register that somebody else wrote.
DTYPES: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(COLUMNS, lambda dtype: dtype == nw.String),
    **dict.fromkeys(TIMES, lambda dtype: isinstance(dtype, nw.Datetime) and dtype.time_zone is None),
    **dict.fromkeys(FLAGS, lambda dtype: dtype == nw.Boolean),
    **dict.fromkeys(("paused_days", "source_row"), lambda dtype: dtype.is_integer()),
}
MAGIC = b"PAR1"
CREATED = datetime(2024, 1, 1)


def parquet(path: Path) -> str:
    """Quote a file's name for a query; it may hold quotes and wildcards."""
    return "'" + escape(str(path)).replace("'", "''") + "'"


def write_register(frame: pd.DataFrame, path: Path, data_until: date | None = None) -> None:
    """Write the register (a frame by the contract) as Parquet, columns in the contract's order, with the day until which its data reach."""
    with database() as connection:
        write_query(duckdb.from_df(frame[list(COLUMNS)], connection=connection), path, data_until)


def database() -> duckdb.DuckDBPyConnection:
    """Open a database of its own, which draws no progress bar over what the command prints."""
    connection = duckdb.connect()
    connection.execute(NO_BAR)
    return connection


def write_query(relation: duckdb.DuckDBPyRelation, path: Path, data_until: date | None) -> None:
    """Write what a query gives (the contract's columns) as a register; a disk that takes no more raises OSError."""
    metadata = f", KV_METADATA {{data_until: '{data_until}'}}" if data_until else ""
    with written_aside(path) as aside:
        name = str(aside).replace("'", "''")
        try:
            relation.query("dossiers", f"COPY dossiers TO '{name}' (FORMAT parquet, COMPRESSION zstd{metadata})")
        except duckdb.IOException as error:
            code = errno.ENOSPC if os.strerror(errno.ENOSPC) in str(error) else errno.EIO
            raise OSError(code, os.strerror(code), str(path)) from error


def write_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]], path: Path) -> None:
    """Write sheets of rows (the first is the header) as a workbook; texts stay texts, whatever they begin with."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": CREATED})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            sheet.autofit()
    write_whole(path, buffer.getvalue())


def is_register(path: Path) -> bool:
    """Say whether a file is a Parquet file: all that an import may write over."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def register_size(path: Path) -> int:
    """Count the dossiers of a register; 0 where there is none yet."""
    return len(duckdb.read_parquet(escape(str(path)))) if path.is_file() else 0


def open_register(path: str) -> nw.LazyFrame[Any]:
    """Open a register lazily, a file's or one on Spark; a missing file, a file that is no register, or a lacking column raises UserError."""
    return _by_contract(nw.from_native(open_table(path)).lazy() if is_spark(path) else _open_file(path), path)


def _open_file(path: str) -> nw.LazyFrame[Any]:
    found = locate(path)
    if found.is_dir():
        message = f"{path} là một thư mục, cần một tệp sổ dữ liệu, ví dụ data/register.parquet."
        raise UserError(message)
    if not found.is_file():
        message = f"Không có sổ dữ liệu (register) {path}. Tạo bằng: tthc import TỆP… --profile MẪU --out {path}, hoặc tthc sample để có dữ liệu mẫu."
        raise UserError(message)
    try:
        duckdb.execute(NO_BAR)
        return nw.from_native(duckdb.read_parquet(escape(str(found)))).lazy()
    except duckdb.Error:
        message = f"{path} không phải sổ dữ liệu (register) dạng Parquet, hoặc tệp đã hỏng. Chép lại bản gần nhất trong {found.stem}.snapshots, hoặc làm lại từ đầu: tthc import TỆP… --replace."
        raise UserError(message) from None


def _by_contract(frame: nw.LazyFrame[Any], path: str) -> nw.LazyFrame[Any]:
    """Keep the contract's columns; one that lacks, or is of another type, raises UserError."""
    schema = frame.collect_schema()
    lacking = [name for name in COLUMNS if name not in schema]
    wrong = [name for name, fits in DTYPES.items() if name in schema and not fits(schema[name])]
    if lacking or wrong:
        what = "; ".join(f"{text} {', '.join(names)}" for text, names in (("thiếu cột", lacking), ("sai kiểu cột", wrong)) if names)
        message = f"Sổ dữ liệu {path}: {what}. Tạo lại bằng tthc import (các cột bắt buộc ghi trong design của sổ dữ liệu)."
        raise UserError(message)
    return frame.select(*COLUMNS)
