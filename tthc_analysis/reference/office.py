"""The office's own tables: a folder (`params` by default) whose CSV files add rows to what the package knows.

`targets.csv`, `events.csv` and `procedures.csv` are optional, each with a fixed first line. A file that is there is read whole or refused.
"""

import csv
from collections.abc import Sequence
from pathlib import Path

from tthc_analysis.errors import UserError
from tthc_analysis.files import read_utf8

Row = dict[str, str]
LINE = "line"


def office_rows(folder: Path | None, name: str, columns: Sequence[str]) -> list[Row]:
    """Give the rows of a table in the office's folder, texts stripped, each with its `line`; none where there is no such file.

    A first line other than `columns`, or a row of another length, raises UserError.
    """
    if folder is None or not (folder / name).is_file():
        return []
    path = folder / name
    lines = csv.reader(read_utf8(path).removeprefix("\ufeff").splitlines())
    header = [text.strip() for text in next(lines, [])]
    if header != list(columns):
        message = f"{path}: dòng đầu phải là {','.join(columns)}, đọc được {','.join(header) or 'dòng trống'}."
        raise UserError(message)
    rows = [(number, [text.strip() for text in row]) for number, row in enumerate(lines, 2) if any(text.strip() for text in row)]
    odd = [number for number, row in rows if len(row) != len(columns)]
    if odd:
        message = f"{path}, dòng {odd[0]}: cần {len(columns)} cột ({','.join(columns)}). Nội dung có dấu phẩy thì đặt trong dấu ngoặc kép."
        raise UserError(message)
    return [{**dict(zip(columns, row, strict=True)), LINE: str(number)} for number, row in rows]
