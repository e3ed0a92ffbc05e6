"""Reconciliation: a written report beside the register, and what does not hold in it. The audit's plain data in, exhibits out.

What stands in the report (sentences, places) and what is said of it stand here as texts of data. Each figure compared is a number: the
report's as `written_report`, the register's under the results that it is made of.
"""

from collections.abc import Mapping, Sequence
from textwrap import shorten
from typing import Any

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.metrics.study import Study

Found = Mapping[str, Any]
NONE_NAMED = (
    "Chưa có báo cáo bằng văn bản nào được nêu trong tham số, nên chưa có gì để đối chiếu. Ghi đường dẫn của tệp (.docx, .pdf, .txt, .md) vào khóa file, "
    "dưới document, trong tệp tham số; hoặc kiểm tra ngay bằng lệnh tthc audit."
)
NOTHING_NAMED = "Chưa có báo cáo bằng văn bản để đối chiếu."
NOTHING, NO_COMPARISON = "Không thấy điểm nào cần xem lại.", "Không có con số nào của báo cáo mà sổ dữ liệu trả lời được."
STATES = {"true": "đúng", "otherwise": "đúng theo cách hiểu khác", "false": "khác sổ dữ liệu"}
GRAVEST = ("error", "question", "note")
LONGEST = 160  # characters of a quote in a table


def _text(text: str, *, heading: bool = False) -> Cell:
    return Cell(text=text, heading=heading)


def say_written(found: Found | None) -> Statement:
    """Say which report was read, how much of it, and how much is to be looked at; or that none is named."""
    if found is None:
        return Statement(text=NONE_NAMED)
    text = f"Báo cáo {found['name']}. {found['summary']}"
    return Statement(text=text, quoted=[text])


def findings_table(found: Found | None) -> Table | Statement | None:
    """List the findings, the gravest first, each with its place and its sentence; nothing where no report is named, as `say_written` has said."""
    if found is None:
        return None
    if not found["findings"]:
        return Statement(text=NOTHING)
    ordered = sorted(found["findings"], key=lambda one: GRAVEST.index(one["severity"]))
    texts = [(one["word"], one["place"] if one["line"] else "", f"{one['title']}. {one['explanation']}", _short(one["quote"])) for one in ordered]
    header = [Header(text=text) for text in ("Mức", "Chỗ", "Điểm cần xem", "Báo cáo viết")]
    rows = [[_text(word, heading=True), *map(_text, rest)] for word, *rest in texts]
    notes = ["Lỗi: không thể đúng như đang viết. Hỏi lại: cần người viết xem. Lưu ý: không sai, nhưng nên biết."]
    return Table(caption="Các điểm cần xem trong báo cáo", header=header, rows=rows, notes=notes, quoted=_quoted(texts))


def _short(text: str) -> str:
    return shorten(text, LONGEST, placeholder="…")


def _quoted(rows: Sequence[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(text for row in rows for text in row if any(map(str.isdigit, text))))


def register_table(found: Found | None, study: Study) -> Table | Statement:
    """Set each figure of the report that the register can answer beside what the register says, in every way of counting."""
    if found is None or not found["comparisons"]:
        return Statement(text=NO_COMPARISON if found else NOTHING_NAMED)
    rows = [_row(one, study) for one in found["comparisons"]]
    header = [Header(text=text) for text in ("Chỗ", "Câu", "Báo cáo viết", "Sổ dữ liệu", "Kết luận")]
    quoted = _quoted([(one["place"], _short(one["quote"])) for one in found["comparisons"]])
    return Table(caption=f"Số của báo cáo và của sổ dữ liệu, {study.written.dates}", header=header, rows=rows, quoted=quoted)


def _row(one: Found, study: Study) -> list[Cell]:
    written = Cell(text=one["text"], numbers=[_written(one, value, study) for value in one["written"]])
    register = Cell(text=one["said"], numbers=[_figure(figure, study) for figure in one["figures"]])
    return [_text(one["place"], heading=True), _text(_short(one["quote"])), written, register, _text(STATES[one["status"]])]


def _written(one: Found, value: float, study: Study) -> Number:
    unit, exact = (SHARE, value / 100) if one["share"] else (COUNT, value)
    return Number(text=one["text"], metric="written_report", period=study.written.text, group={"place": one["place"]}, value=exact, unit=unit)


def _figure(figure: Found, study: Study) -> Number:
    """Make the number of one reading: a count, or a share with its n and N."""
    n, over, origin = figure["n"], figure["over"], {"policy": figure["policy"]}
    shared: dict[str, Any] = {"text": "", "metric": figure["of"], "period": study.written.text, "group": origin}
    return Number(**shared, value=n, unit=COUNT) if over is None else Number(**shared, numerator=n, denominator=over, value=n / over, unit=SHARE)
