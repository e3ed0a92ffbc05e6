"""The row contract of the register: one row a dossier, these columns and no others.

Dates and times are local wall clock (Asia/Ho_Chi_Minh). Personal data (name, phone, identity number, address, e-mail, officer)
has no column here, and so never enters.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pandas as pd

from tthc_analysis.reference.workdays import FIRST_DAY, LAST_DAY


@contextmanager
def _without_spark() -> Iterator[None]:
    """Hide PySpark from the import of pandera, which would load PySpark's own pandas, which costs seconds and warns, and ties a Spark driver to this machine."""
    module, settings = sys.modules.get("pyspark"), dict(os.environ)
    sys.modules["pyspark"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["pyspark"]
        if module:
            sys.modules["pyspark"] = module
        for name in os.environ.keys() - settings.keys():
            del os.environ[name]


with _without_spark():
    import pandera.pandas as pa
    from pandera.backends.pandas import builtin_checks, builtin_hypotheses  # noqa: F401 - pandera itself imports them when it first checks something

CHANNELS = ("online", "in_person", "post", "other")
SERVICE_LEVELS = ("full", "partial", "none")
OUTCOMES = ("resolved", "withdrawn", "refused")
RATINGS = ("very_satisfied", "satisfied", "dissatisfied")

TEXTS = ("dossier_id", "procedure_code", "procedure_name", "field", "receiving_unit", "resolving_unit")
CODES = {"channel": CHANNELS, "service_level": SERVICE_LEVELS, "outcome": OUTCOMES, "rating": RATINGS}
TIMES = ("received_at", "due_at", "resolved_at", "returned_at")
FLAGS = ("intake_digitised", "result_digitised", "online_payment")
COLUMNS = (
    *("dossier_id", "procedure_code", "procedure_name", "field", "receiving_unit", "resolving_unit", "channel", "service_level"),
    *("received_at", "due_at", "resolved_at", "returned_at", "outcome", "paused_days"),
    *("intake_digitised", "result_digitised", "online_payment", "rating", "source_file", "source_row"),
)
NEVER_EMPTY = ("dossier_id", "receiving_unit", "resolving_unit", "channel", "received_at", "paused_days", "source_file", "source_row")
# … but an export may lack the whole column, and a unit taken from the data may be unknown: then it is unknown, not guessed.
MAY_BE_UNKNOWN = ("receiving_unit", "resolving_unit", "channel")
# The header of an office's export for each column: what an error calls it.
VIETNAMESE = {
    "dossier_id": "mã hồ sơ",
    "procedure_code": "mã thủ tục",
    "procedure_name": "tên thủ tục",
    "field": "lĩnh vực",
    "receiving_unit": "đơn vị tiếp nhận",
    "resolving_unit": "đơn vị giải quyết",
    "channel": "hình thức nộp",
    "service_level": "mức độ dịch vụ công",
    "received_at": "ngày tiếp nhận",
    "due_at": "ngày hẹn trả",
    "resolved_at": "ngày kết thúc xử lý",
    "returned_at": "ngày trả kết quả",
    "outcome": "trạng thái hồ sơ",
    "paused_days": "số ngày tạm dừng",
    "intake_digitised": "số hóa thành phần hồ sơ",
    "result_digitised": "số hóa kết quả",
    "online_payment": "thanh toán trực tuyến",
    "rating": "mức độ hài lòng",
    "source_file": "tệp nguồn",
    "source_row": "dòng nguồn",
}
EARLIEST = datetime.combine(FIRST_DAY, datetime.min.time())
# a year inside the calendar's end, so that a time limit counted from the last possible day still falls on it
LATEST = datetime.combine(LAST_DAY, datetime.min.time()) - timedelta(days=366)


def _rule(reason: str, holds: pa.Check) -> pa.Check:
    holds.error = reason
    return holds


def _ended_after_received(frame: pd.DataFrame) -> pd.Series:
    ended = frame["resolved_at"].dt.normalize()
    holds: pd.Series = ended.isna() | (ended >= frame["received_at"].dt.normalize())
    return holds


def _end_with_outcome(frame: pd.DataFrame) -> pd.Series:
    return frame["outcome"].isna() | frame["resolved_at"].notna()


def _outcome_with_end(frame: pd.DataFrame) -> pd.Series:
    return frame["outcome"].notna() | frame["resolved_at"].isna()


# Row rules: (column the fault is shown at, reason in Vietnamese, the check). Every row that breaks one is rejected with its reason.
ROW_RULES = (
    ("resolved_at", "kết thúc xử lý trước ngày tiếp nhận", _ended_after_received),
    ("outcome", "trạng thái là đã kết thúc mà không có ngày kết thúc", _end_with_outcome),
    ("outcome", "có ngày kết thúc mà trạng thái là đang giải quyết hoặc để trống", _outcome_with_end),
)


def _column(name: str) -> pa.Column:
    nullable = name not in NEVER_EMPTY or name in MAY_BE_UNKNOWN
    if name in TIMES:
        inside = _rule(f"ngày ngoài khoảng {EARLIEST.year}–{LATEST.year}", pa.Check.in_range(EARLIEST, LATEST))
        return pa.Column("datetime64[us]", inside, nullable=nullable)
    if name in FLAGS:
        return pa.Column("boolean", nullable=nullable)
    if name == "paused_days":
        return pa.Column("int64", _rule("số ngày tạm dừng âm", pa.Check.ge(0)))
    if name == "source_row":
        return pa.Column("int64")
    checks = [_rule(f"giá trị ngoài danh mục {', '.join(CODES[name])}", pa.Check.isin(CODES[name]))] if name in CODES else []
    return pa.Column("str", checks, nullable=nullable, unique=name == "dossier_id")


REGISTER = pa.DataFrameSchema(
    {name: _column(name) for name in COLUMNS},
    checks=[pa.Check(check, error=reason, name=column) for column, reason, check in ROW_RULES],
    strict=True,
    ordered=True,
)


def with_types(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame the register's column order and types; columns that are absent come in empty.

    Texts and codes are str, times datetime64[us], flags nullable boolean, `paused_days` and `source_row` int64.
    """
    full = frame.reindex(columns=list(COLUMNS))
    types = dict.fromkeys((*TEXTS, *CODES, "source_file"), "str") | dict.fromkeys(TIMES, "datetime64[us]") | dict.fromkeys(FLAGS, "boolean")
    paused = full["paused_days"].fillna(0).astype("int64")
    return full.astype(types).assign(paused_days=paused, source_row=full["source_row"].astype("int64"))
