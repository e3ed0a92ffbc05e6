"""Reports made up for tests: correct ones, from counts drawn at random, in one of many wordings and layouts; and any of them as Word and PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import groupby

import docx
import typst
from hypothesis import strategies as st

from tthc_analysis.audit.blocks import Block, Place, Report
from tthc_analysis.audit.lines import parts_of
from tthc_analysis.reference.notation import half_up


@dataclass(frozen=True)
class Slot:
    """A figure of a report: what it is, and how it is written."""

    name: str
    text: str


Piece = str | Slot
HEADS = (
    "UBND HUYỆN {place}\nSố: 15/BC-UBND\n{place}, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nKết quả giải quyết thủ tục hành chính quý II năm 2024\n",
    "ỦY BAN NHÂN DÂN XÃ {place}\nSố: 02/BC-UBND\n{place}, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nTình hình, kết quả giải quyết TTHC quý II/2024\n(Từ ngày 15/3/2024 đến ngày 14/6/2024)\n",
    "SỞ TƯ PHÁP\nSố: 115/BC-STP\n{place}, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nCông tác kiểm soát thủ tục hành chính quý II năm 2024\n",
)
PLACES = ("An Phú", "Tân Lập", "Đông Hải", "Bình Sơn Thượng", "Ea Kao")

# {name} is a count, {name%} its share of what it is part of. A line a sentence; where a group has more lines they are bullets.
RECEIVED = (
    "Tổng số hồ sơ tiếp nhận là {total} hồ sơ, trong đó tiếp nhận mới {new} hồ sơ (trực tuyến {online} hồ sơ, trực tiếp và bưu chính {offline} hồ sơ), kỳ trước chuyển qua {carried} hồ sơ.",
    "Trong kỳ đã tiếp nhận {new} hồ sơ (trực tuyến: {online}; trực tiếp và qua dịch vụ bưu chính: {offline}); số từ kỳ trước chuyển qua: {carried}; tổng cộng: {total}.",
    "Toàn đơn vị tiếp nhận {total} hồ sơ, gồm {carried} hồ sơ kỳ trước chuyển sang và {new} hồ sơ tiếp nhận mới; trong số tiếp nhận mới có {online} hồ sơ nộp trực tuyến, chiếm {online%}.",
    "- Tổng số hồ sơ tiếp nhận: {total} hồ sơ. Trong đó:\n+ Kỳ trước chuyển qua: {carried} hồ sơ;\n+ Tiếp nhận mới: {new} hồ sơ.",
    "Hồ sơ tiếp nhận mới: {new} hồ sơ, trong đó trực tuyến {online} hồ sơ (đạt {online%}), trực tiếp {offline} hồ sơ (đạt {offline%}). Tồn kỳ trước chuyển sang {carried} hồ sơ.",
)
RESOLVED = (
    "Số hồ sơ đã giải quyết: {resolved}; trong đó, giải quyết trước hạn: {early}, đúng hạn: {on}, quá hạn: {late}.",
    "Đã giải quyết {resolved} hồ sơ, trong đó {early} hồ sơ trước hạn (chiếm {early%}), {on} hồ sơ đúng hạn (chiếm {on%}), {late} hồ sơ trễ hạn (chiếm {late%}).",
    "Đơn vị đã giải quyết xong {resolved} hồ sơ. Trong đó: trước hạn {early} hồ sơ, đạt tỷ lệ {early%}; đúng hạn {on} hồ sơ, đạt tỷ lệ {on%}; quá hạn {late} hồ sơ, chiếm tỷ lệ {late%}.",
    "- Hồ sơ đã giải quyết: {resolved} hồ sơ, gồm:\n+ Trước hạn: {early} hồ sơ ({early%});\n+ Đúng hạn: {on} hồ sơ ({on%});\n+ Trễ hạn: {late} hồ sơ ({late%}).",
    "Kết quả đã giải quyết {resolved} hồ sơ (sớm hạn {early}, đúng hạn {on}, trễ hạn {late}), tỷ lệ giải quyết đúng hạn và sớm hạn đạt {good%}.",
    "Có {resolved} hồ sơ đã được giải quyết, số giải quyết trước hạn và đúng hạn là {good} hồ sơ, đạt {good%}; số quá hạn là {late} hồ sơ, chiếm {late%}.",
)
PENDING = (
    "Số hồ sơ đang giải quyết: {pending}; trong đó, trong hạn: {intime}, quá hạn: {overdue}.",
    "Hiện còn {pending} hồ sơ đang giải quyết, trong đó {intime} hồ sơ chưa đến hạn và {overdue} hồ sơ đã quá hạn.",
    "- Hồ sơ đang giải quyết: {pending} hồ sơ. Trong đó:\n+ Còn trong hạn: {intime} hồ sơ;\n+ Quá hạn: {overdue} hồ sơ.",
    "Đang giải quyết {pending} hồ sơ (trong hạn {intime} hồ sơ, quá hạn {overdue} hồ sơ).",
)
DIGITISED = (
    "Số hóa thành phần hồ sơ khi tiếp nhận: {intake}/{new} hồ sơ, đạt tỷ lệ: {intake%}; số hóa kết quả giải quyết TTHC: {result}/{resolved} hồ sơ, đạt tỷ lệ: {result%}.",
    "Tỷ lệ số hóa thành phần hồ sơ đạt {intake%} ({intake}/{new} hồ sơ), tỷ lệ số hóa kết quả đạt {result%} ({result}/{resolved} hồ sơ).",
    "- Số hóa hồ sơ đầu vào: {intake}/{new} hồ sơ ({intake%}).\n- Số hóa kết quả: {result}/{resolved} hồ sơ ({result%}).",
    "",
)
TABLES = (
    "",
    "Bảng số liệu giải quyết hồ sơ:\nTổng số đã giải quyết\tTrước hạn\tĐúng hạn\tQuá hạn\n{resolved}\t{early}\t{on}\t{late}",
    "| Nội dung | Số lượng |\n|---|---|\n| Hồ sơ đã giải quyết | {resolved} |\n| Giải quyết trước hạn | {early} |\n| Giải quyết đúng hạn | {on} |\n| Giải quyết quá hạn | {late} |",
)
WHOLE_OF = {
    "online": "new",
    "offline": "new",
    "intake": "new",
    "result": "resolved",
    "early": "resolved",
    "on": "resolved",
    "late": "resolved",
    "good": "resolved",
}


def count_text(value: int, *, dotted: bool, padded: bool) -> str:
    """Write a count: with or without full stops, small ones with a nought before."""
    if padded and value < 10:
        return f"0{value}"
    return f"{value:,}".replace(",", ".") if dotted else str(value)


def share_text(n: int, whole: int, places: int, *, spaced: bool) -> str:
    """Write a share, rounded half up."""
    written = str(half_up(Fraction(n, whole) * 100, places)).replace(".", ",")
    return f"{written}{' ' if spaced else ''}%"


@st.composite
def counts(draw: st.DrawFn) -> dict[str, int]:
    """Draw counts that hang together as those of a period do."""
    early, on, late = draw(st.integers(50, 9000)), draw(st.integers(11, 900)), draw(st.integers(1, 90))
    intime, overdue = draw(st.integers(3, 400)), draw(st.integers(1, 30))
    resolved, pending = early + on + late, intime + overdue
    total = resolved + pending
    carried = draw(st.integers(1, total // 3))
    new = total - carried
    online = draw(st.integers(1, new - 1))
    facts = {"early": early, "on": on, "late": late, "good": early + on, "intime": intime, "overdue": overdue, "resolved": resolved, "pending": pending}
    facts |= {"total": total, "carried": carried, "new": new, "online": online, "offline": new - online}
    return facts | {"intake": draw(st.integers(1, new)), "result": draw(st.integers(1, resolved))}


def filled(template: str, write: Callable[[str], str]) -> list[Piece]:
    """Part a template into text and slots, filled."""
    pieces: list[Piece] = []
    rest = template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, _, rest = rest.partition("}")
        pieces += [before, Slot(name, write(name))]
    return [*pieces, rest]


@st.composite
def reports(draw: st.DrawFn) -> list[Piece]:
    """Draw a correct report: pieces of text, and the slots of its figures."""
    facts = draw(counts())
    dotted, padded, spaced, places = draw(st.booleans()), draw(st.booleans()), draw(st.booleans()), draw(st.integers(1, 2))

    def write(name: str) -> str:
        if name.endswith("%"):
            return share_text(facts[name[:-1]], facts[WHOLE_OF[name[:-1]]], places, spaced=spaced)
        return count_text(facts[name], dotted=dotted, padded=padded)

    head = draw(st.sampled_from(HEADS)).format(place=draw(st.sampled_from(PLACES)))
    chosen = [draw(st.sampled_from(kind)) for kind in (RECEIVED, RESOLVED, PENDING, DIGITISED, TABLES)]
    numbered = draw(st.booleans())
    body = [
        f"{number}. {text}" if numbered and not text.startswith(("-", "|", "Bảng")) else text
        for number, text in enumerate([text for text in chosen if text], 1)
    ]
    return [head, *filled("\n".join(body), write), "\n"]


def text_of(pieces: Sequence[Piece]) -> str:
    """Put a report together."""
    return "".join(piece.text if isinstance(piece, Slot) else piece for piece in pieces)


def report_of(text: str, name: str = "bao-cao.txt") -> Report:
    """Read a text as the text file that it would be."""
    return Report(name, "text", tuple(parts_of([(line, Place("text", number)) for number, line in enumerate(text.split("\n"), 1)])))


def word_of(report: Report) -> bytes:
    """Write a report as a Word document: a paragraph a block, a table a grid."""
    document = docx.Document()
    for part in report.parts:
        if isinstance(part, Block):
            document.add_paragraph(part.text)
        else:
            table = document.add_table(len(part.rows), len(part.rows[0]))
            for row, cells in zip(table.rows, part.rows, strict=True):
                for cell, block in zip(row.cells, cells, strict=True):
                    cell.text = block.text
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _typed(text: str) -> str:
    return f'text("{text.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}")'


def _cells(row: Sequence[Block]) -> str:
    """Write a table's row; neighbours that say the same in words are one merged cell."""
    cells = []
    for text, same in groupby(cell.text for cell in row):
        width = len(list(same))
        cells += [f"table.cell(colspan: {width}, {_typed(text)})"] if text[:1].isalpha() else [_typed(text)] * width
    return ", ".join(cells)


def pdf_of(report: Report) -> bytes:
    """Write a report as a PDF of A4 pages, tables with rules around their cells, those with many columns on a page that lies down."""
    pieces = []
    for part in report.parts:
        if isinstance(part, Block):
            pieces.append(f"#par({_typed(part.text)})")
        else:
            columns = len(part.rows[0])
            table = f"#block(breakable: false, table(columns: {columns}, {', '.join(map(_cells, part.rows))}))"
            pieces.append(f"#page(flipped: true, [#set text(size: 8pt)\n{table}])" if columns > 6 else table)
    return bytes(typst.compile(('#set page(paper: "a4")\n#set text(size: 11pt)\n' + "\n\n".join(pieces)).encode()))
