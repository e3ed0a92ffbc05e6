"""Benchmark: how fast an export is imported, against pandas that only reads it; and how much memory a million rows take.

Every piece of work runs in a process of its own, one after the other on one machine, and the best of a few runs counts: what is compared
are ratios, not seconds. Run by `make bench`; the table goes to standard output.
"""
# ruff: noqa: INP001 - a script, not a package

import csv
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
from apart import alone, say

from tthc_analysis.register.intake import import_exports
from tthc_analysis.register.profiles import read_profile

WORKBOOK_ROWS, TEXT_ROWS = 100_000, 1_000_000
RUNS = 3
WANTED_RATIO, MOST_MEMORY = 5.0, 2.0  # times faster than pandas; GB
HEADERS = (  # fifteen, four of them a person's
    *("STT", "Mã hồ sơ", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Chủ hồ sơ", "Số điện thoại", "Địa chỉ", "Đơn vị tiếp nhận"),
    *("Hình thức nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ", "Cán bộ xử lý"),
)
UNITS = ("UBND huyện Minh Long", "UBND xã Long Sơn", "UBND xã Long Mai", "UBND xã Thanh An", "UBND xã Long Môn", "UBND xã Long Hiệp")
PROCEDURES = (
    ("2.000815.000.00.00.H48", "Chứng thực bản sao từ bản chính giấy tờ, văn bản", "Chứng thực"),
    ("1.001193.000.00.00.H48", "Đăng ký khai sinh", "Hộ tịch"),
    ("1.001612.000.00.00.H48", "Đăng ký thành lập hộ kinh doanh", "Thành lập và hoạt động của hộ kinh doanh"),
    ("1.003003.000.00.00.H48", "Đăng ký và cấp Giấy chứng nhận quyền sử dụng đất lần đầu", "Đất đai"),
)
CHANNELS = ("Trực tiếp", "Trực tuyến", "Trực tiếp", "Bưu chính công ích")
FIRST_DAY, DAYS = date(2021, 1, 4), 1100
SCRATCH = "register.parquet"


def rows(size: int) -> Iterator[list[Any]]:
    """Make the rows of an export, one a dossier, all different; persons are invented, times are datetimes, an open dossier has no end."""
    for number in range(size):
        received = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=number % DAYS, minutes=450 + number % 500)
        code, name, matter = PROCEDURES[number % len(PROCEDURES)]
        person = [f"Công dân mẫu {number}", f"09{number:08}", f"Thôn {number % 40}, xã mẫu"]
        ended = None if number % 50 == 0 else received + timedelta(days=number % 9, minutes=number % 60)
        status = "Đã trả kết quả" if ended else "Đang xử lý"
        yield [
            *(number + 1, f"000.{number % 6:02}.90.H48-{received:%y%m%d}-{number:07}", code, name, matter, *person, UNITS[number % len(UNITS)]),
            *(CHANNELS[number % len(CHANNELS)], received, received + timedelta(days=number % 15), ended, status, "Cán bộ mẫu"),
        ]


def write_workbook(path: Path) -> None:
    """Write the rows as Excel does: real dates, shared texts."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        sheet = book.add_worksheet("Danh sách hồ sơ")
        sheet.write_row(0, 0, ["DANH SÁCH HỒ SƠ"])
        for place, row in zip(count(1), [HEADERS, *rows(WORKBOOK_ROWS)], strict=False):
            sheet.write_row(place, 0, row)


def write_text(path: Path) -> None:
    """Write the rows as CSV, times as dd/mm/yyyy HH:MM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADERS)
        writer.writerows([f"{cell:%d/%m/%Y %H:%M}" if isinstance(cell, datetime) else cell for cell in row] for row in rows(TEXT_ROWS))


def by_pandas(path: Path) -> int:
    """Read a workbook with pandas and openpyxl, and do nothing with it."""
    return len(pd.read_excel(path, engine="openpyxl", header=1))


def by_intake(path: Path) -> int:
    """Import an export into a new register beside it, in this process."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        return import_exports([path], read_profile("sample"), Path(folder) / SCRATCH).accepted


def by_command(path: Path) -> int:
    """Import an export as a user does, the start of Python included."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        command = [sys.executable, "-m", "tthc_analysis", "import", str(path), "--profile", "sample", "--out", str(Path(folder) / SCRATCH)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - this very project
        return WORKBOOK_ROWS


def best(works: Sequence[Callable[[Path], Any]], path: Path, expected: int) -> list[tuple[float, float]]:
    """Give each work's least seconds and most memory of some runs, taken in turns so that a busy minute falls on all."""
    runs = [[alone(work, path) for work in works] for _ in range(RUNS)]
    if any(found != expected for run in runs for found, _, _ in run):
        message = f"not every run came to {expected} rows: {[[found for found, _, _ in run] for run in runs]}"
        raise RuntimeError(message)
    return [(min(seconds for _, seconds, _ in each), max(memory for _, _, memory in each)) for each in zip(*runs, strict=True)]


def workbook_lines(folder: Path) -> Iterator[str]:
    """Compare an import of a workbook with a mere reading by pandas."""
    path = folder / "export.xlsx"
    alone(write_workbook, path)
    (baseline, least), (inside, most), (command, _) = best((by_pandas, by_intake, by_command), path, WORKBOOK_ROWS)
    yield f'| `pandas.read_excel(engine="openpyxl")`, reading only | {baseline:.1f} s | 1.0 × | {least:.2f} GB |'
    yield f"| `import_exports`, in a process that runs | {inside:.1f} s | {_ratio(baseline, inside)} | {most:.2f} GB |"
    yield f"| `tthc import`, with the start of Python | {command:.1f} s | {_ratio(baseline, command)} | |"


def _ratio(baseline: float, seconds: float) -> str:
    said = "" if baseline / seconds >= WANTED_RATIO else f" (wanted: {WANTED_RATIO:.0f} ×)"
    return f"{baseline / seconds:.1f} × faster{said}"


def text_lines(folder: Path) -> Iterator[str]:
    """Import a text of a million rows once, and look at the memory."""
    path = folder / "export.csv"
    alone(write_text, path)
    found, seconds, memory = alone(by_intake, path)
    said = "" if memory <= MOST_MEMORY and found == TEXT_ROWS else f" (wanted: {TEXT_ROWS} rows in {MOST_MEMORY:.0f} GB)"
    yield f"| `import_exports`, csv of {found:,} rows, {path.stat().st_size / 1e6:.0f} MB | {seconds:.0f} s | | {memory:.2f} GB{said} |"


def main() -> None:
    """Print the table, line by line as it comes."""
    with tempfile.TemporaryDirectory() as folder:
        heading = (f"| export of {WORKBOOK_ROWS:,} rows × {len(HEADERS)} columns, xlsx | time | ratio | peak memory |", "|---|---|---|---|")
        for lines in (heading, workbook_lines(Path(folder)), text_lines(Path(folder))):
            say(lines)


if __name__ == "__main__":
    main()
