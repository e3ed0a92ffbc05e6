"""Benchmark: what it takes to read and check a written report of two hundred pages, as text, as Word and as PDF, page and comments written too.

The report is made here: a commune a page, prose around figures that are correct, no two pages alike. Each work runs in a process of its own
and the best of a few counts, in processor time, so that a busy machine does not tell. Run by `make bench`; the table goes to standard output.
"""
# ruff: noqa: INP001 - a script, not a package

import sys
import tempfile
import time
from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
import pypdfium2
import typst

from tthc_analysis.audit.audited import audited
from tthc_analysis.checked import rendered
from tthc_analysis.press.pool import run_in_child

RUNS = 3
PAGES = 200
WANTED = 5.0  # seconds to read and check
HEAD = "UBND HUYỆN AN PHÚ\nAn Phú, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nKết quả giải quyết thủ tục hành chính quý II năm 2024\n"
PROSE = (
    "Ủy ban nhân dân xã thứ {n} đã chỉ đạo công chức chuyên môn tiếp nhận, giải quyết hồ sơ đúng quy trình, công khai danh mục thủ tục. "
    "Bộ phận Tiếp nhận và Trả kết quả bố trí {n} lượt công chức trực, niêm yết đầy đủ, hướng dẫn người dân nộp hồ sơ qua mạng. "
    "Việc phối hợp giữa các bộ phận ở xã thứ {n} có chuyển biến, người dân, tổ chức cơ bản hài lòng với thái độ phục vụ. "
) * 5
FIGURES = (
    "Trong kỳ đã tiếp nhận {received} hồ sơ, trong đó trực tuyến {online} hồ sơ; đã giải quyết {resolved} hồ sơ, trong đó trước hạn {early} hồ sơ, "
    "đúng hạn {on} hồ sơ, quá hạn 0 hồ sơ; số hóa kết quả {resolved}/{resolved} hồ sơ, đạt tỷ lệ 100%."
)


def lines_of(pages: int) -> list[str]:
    """Write the report, a paragraph a line."""
    found = HEAD.splitlines()
    for n in range(1, pages + 1):
        figures = {"received": 1200 + n, "online": 700 + n, "resolved": 1150 + n, "early": 1000, "on": 150 + n}
        found += [f"{(n - 1) % 99 + 1}. Kết quả của xã thứ {n}", PROSE.format(n=n), FIGURES.format(**figures)]
    return found


def as_word(lines: list[str]) -> bytes:
    """Write it as a Word document."""
    document, buffer = docx.Document(), BytesIO()
    for line in lines:
        document.add_paragraph(line)
    document.save(buffer)
    return buffer.getvalue()


def as_pdf(lines: list[str]) -> bytes:
    """Write it as a PDF, each commune on a page of its own."""
    escaped = (f'#par(text("{line}"))' for line in lines)
    body = "\n\n".join(f"#pagebreak()\n{line}" if number > 4 and (number - 4) % 3 == 0 else line for number, line in enumerate(escaped))
    return bytes(typst.compile(f'#set page(paper: "a4")\n#set text(size: 13pt)\n{body}'.encode()))


def timed(path: Path) -> tuple[float, ...]:
    """Read and check a report, write its page, write its comments; give the processor seconds of each."""
    moments = [time.process_time()]
    found = audited(path)
    moments.append(time.process_time())
    if found.figures < 8 * PAGES or any(one.severity == "error" for one in found.findings):
        sys.exit(f"{path}: {found.summary}")
    for form in ("html", "docx"):
        rendered(form, path, found)
        moments.append(time.process_time())
    return tuple(after - before for before, after in pairwise(moments))


def main() -> None:
    """Measure every kind of file and print a row for each."""
    lines = lines_of(PAGES)
    with tempfile.TemporaryDirectory() as folder:
        contents = {"bao-cao.txt": "\n".join(lines).encode(), "bao-cao.docx": as_word(lines), "bao-cao.pdf": as_pdf(lines)}
        for name, content in contents.items():
            (Path(folder) / name).write_bytes(content)
        with pypdfium2.PdfDocument(contents["bao-cao.pdf"]) as pdf:
            pages = len(pdf)
        print(f"| a report of {pages} pages, {sum(map(len, lines)):,} characters | read and checked | page written | comments written |\n|---|---|---|---|")  # noqa: T201 - a script's output
        for name in contents:
            path = Path(folder) / name
            check, page, comments = map(min, zip(*(run_in_child(partial(timed, path)) for _ in range(RUNS)), strict=True))
            said = "" if check < WANTED else f" (wanted: {WANTED:g} s)"
            print(f"| {path.suffix} | {check:.1f} s{said} | {page:.2f} s | {comments:.2f} s |")  # noqa: T201


if __name__ == "__main__":
    main()
