"""A register on Spark: a table of the running session, or Parquet files that its cluster can read. Named `spark:` in the parameters.

The session is the one that runs, else what Spark's own settings name (SPARK_REMOTE, spark-defaults.conf), else a local one.
"""

import os
import warnings
from typing import TYPE_CHECKING, Any

from tthc_analysis.errors import UserError

if TYPE_CHECKING:
    from datetime import date

    from pyspark.sql import DataFrame

PREFIX = "spark:"


def is_spark(register: object) -> bool:
    """Say whether a register's name means one on Spark."""
    return str(register).startswith(PREFIX)


def open_table(register: str) -> "DataFrame":
    """Open `spark:TABLE` or `spark:FILES.parquet` (any address with a slash) lazily. Spark missing, or no such table, raises UserError."""
    try:
        from pyspark.errors import PySparkException  # noqa: PLC0415 - an optional extra, and heavy
        from pyspark.sql import SparkSession  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        message = f"Sổ dữ liệu {register} nằm trên Spark, máy này chưa có PySpark. Cài: pip install 'tthc_analysis[spark]' (cần Java 17 trở lên)."
        raise UserError(message) from None
    # of pandas from 3 on, which PySpark is not asked to make here
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    name = register.removeprefix(PREFIX).strip()
    try:
        session = SparkSession.getActiveSession() or _begun(SparkSession.builder)
        frame = session.read.parquet(name) if "/" in name else session.table(name)
        frame.schema  # noqa: B018 - asks Spark whether there is such a table
    except PySparkException as error:
        said = str(error).strip().splitlines()[0]
        message = f"Không mở được sổ dữ liệu {register} trên Spark: {said}. Sau spark: là tên bảng, hoặc đường dẫn tệp Parquet (có dấu /)."
        raise UserError(message) from None
    return frame


def _begun(builder: Any) -> Any:
    """Begin a session by Spark's own settings."""
    session = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()  # the bar would write over what the command says
    name = "spark.sql.shuffle.partitions"
    if "SPARK_REMOTE" not in os.environ and session.sparkContext.master.startswith("local") and not session.sparkContext.getConf().contains(name):
        # Spark's own 200 are for a cluster: on one machine each query of a report took ten times as long
        session.conf.set(name, session.sparkContext.defaultParallelism)
    return session


def fingerprints(register: str, content: str, until: "date") -> dict[str, str]:
    """Give for each resolving unit the number of dossiers received up to a day and the sum of the hashes of their `content`, Spark's own."""
    from pyspark.sql import functions  # noqa: PLC0415 - an optional extra, and heavy

    known = open_table(register).where(f"CAST(received_at AS DATE) <= DATE '{until}'")
    hashed = known.selectExpr("coalesce(resolving_unit, '') AS unit", f"CAST(xxhash64({content}) AS DECIMAL(38, 0)) AS content")
    counted = hashed.groupBy("unit").agg(functions.count("content").alias("n"), functions.sum("content").alias("total"))
    return {row["unit"]: f"{row['n']}-{row['total']}" for row in counted.collect()}


def row_of(register: str, expressions: str) -> "tuple[Any, ...]":
    """Give the one row of some aggregates, written as SQL."""
    return tuple(open_table(register).selectExpr(f"struct({expressions}) AS asked").collect()[0]["asked"])
