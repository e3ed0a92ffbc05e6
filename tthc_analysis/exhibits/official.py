"""Official tables: the appendices that go with the written report, in its own headers, and the tables that its text rests on.

Phụ lục I–V hold what the office declares (`reference.declared`); a figure that it did not declare prints as dots, never as 0. The others
are counted from dossiers over the report's own window: Biểu II.06a always under its own policy, whatever the document's. Every sum that a
form promises is checked before it is printed. Numbers that no result of the catalogue holds have metrics of their own: `declared_…`,
`ii06a_…` (a metric under the form's policy), `…_of_rated`, and the parts of a count (`received_online`, `intake_not_digitised` and the like).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any, NamedTuple, cast

import pandas as pd

from tthc_analysis.exhibits import model
from tthc_analysis.exhibits.model import Appendix, Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, is_withheld, withheld_notes
from tthc_analysis.exhibits.overview import BLANK, attached_to
from tthc_analysis.exhibits.quality import Figure
from tthc_analysis.exhibits.sums import Rows, across, down
from tthc_analysis.exhibits.tables import PORTRAIT_COLUMNS
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label, short_name
from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.metrics.measure import BY
from tthc_analysis.metrics.study import Study, measure_study, under_policy
from tthc_analysis.reference import notation
from tthc_analysis.reference.declared import Declared
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.policies import get_policy
from tthc_analysis.reference.units import LEVEL_LABELS, units

POLICY = "ii06a"
WHOLE = "Tổng cộng"
PROCEDURES, TEXTS, REGULATIONS, PETITIONS = "TTHC", "văn bản", "quy định", "phản ánh, kiến nghị"


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


# --- what the office declares: Phụ lục I–V


class Column(NamedTuple):
    """A node of an appendix's header: a leaf names the declared figure under it (`key`), what it counts (`unit`), and the figures that it adds up (`adds`)."""

    text: str
    key: str = ""
    unit: str = ""
    parts: tuple["Column", ...] = ()
    adds: tuple[str, ...] = ()


def _columns(section: str, unit: str, *leaves: tuple[str, str]) -> tuple[Column, ...]:
    """Make leaves that stand in one section of what is declared, each as text and key."""
    return tuple(Column(text, f"{section}.{key}", unit) for text, key in leaves)


def _summed(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Say of columns that the first adds up the others, as `reference.declared` checks."""
    total, *kinds = columns
    return (total._replace(adds=tuple(kind.key for kind in kinds)), *kinds)


def _over(text: str, *parts: Column) -> Column:
    """Put a text over columns."""
    return Column(text, parts=parts)


def _header(column: Column) -> Header:
    return Header(text=column.text, children=[_header(part) for part in column.parts])


def _leaves(columns: Iterable[Column]) -> list[Column]:
    return [leaf for column in columns for leaf in (_leaves(column.parts) if column.parts else [column])]


def declared_number(declared: Declared | None, key: str, unit: str, period: Period) -> Number:
    """Give a declared figure by its place in the file ("impact.drafts.laws"); one that is not declared reads "……".

    >>> from tthc_analysis.reference.periods import parse_period
    >>> declared_number(None, "procedures.total", "TTHC", parse_period("2024-Q1")).text
    '……'
    """
    value: Any = reduce(lambda part, name: getattr(part, name, None), key.split("."), cast("Any", declared))
    text = BLANK if value is None else notation.count(value)
    return Number(text=text, metric=f"declared_{key.replace('.', '_')}", period=period.text, value=value, unit=unit)


def _declared_cell(study: Study, column: Column) -> Cell:
    number = declared_number(study.declared, column.key, column.unit, study.period)
    return Cell(text=number.text) if number.value is None else cell(number)


def _declared_sums(rows: Rows, leaves: Sequence[Column]) -> list[model.Sum]:
    places = {leaf.key: place for place, leaf in enumerate(leaves)}
    return [one for leaf in leaves for one in across(rows, places[leaf.key], [places[key] for key in leaf.adds])]


def _source_note(study: Study) -> str:
    """Say of which period the declared figures are and where from, or that there are none."""
    if study.declared is None:
        return f"{study.period.name}: {study.unit_name} chưa khai số liệu; “{BLANK}” là chưa khai, không phải không có."
    source = f" Nguồn: {study.declared.source}." if study.declared.source else " Không ghi nguồn."
    return f"Số liệu do cơ quan khai cho {short_name(study.period)}; “{BLANK}” là chưa khai, không phải không có.{source}"


def _declared_table(caption: str, columns: Sequence[Column], study: Study, *notes: str) -> Table:
    """Print one row of declared figures under an appendix's header."""
    leaves = _leaves(columns)
    rows = [[_declared_cell(study, leaf) for leaf in leaves]]
    header, wide = [_header(column) for column in columns], len(leaves) > PORTRAIT_COLUMNS
    return Table(caption=caption, header=header, rows=rows, notes=[*notes, _source_note(study)], sums=_declared_sums(rows, leaves), wide=wide)


def opening(study: Study, number: str, title: str) -> Appendix:
    """Begin an appendix: its Roman number, its title, and the report that it goes with."""
    line = attached_to(study.document)
    return Appendix(number=number, title=title, attached_to=line, quoted=[line])


def appendix_i(study: Study) -> Table:
    """Phụ lục I: procedures within the office's competence, in all and by the level that resolves them.

    Columns as in the report of March 2024; one for the province stands first among the levels where the office declares any for it.
    """
    by_level = study.declared.procedures.by_level if study.declared and study.declared.procedures else None
    province = [("Cấp tỉnh", "by_level.province")] if by_level and by_level.province is not None else []
    leaves = _columns("procedures", PROCEDURES, ("Tổng số", "total"), *province, ("Cấp huyện", "by_level.district"), ("Cấp xã", "by_level.commune"))
    columns = [_over("Số lượng TTHC thuộc phạm vi quản lý/ thẩm quyền giải quyết", *_summed(leaves))]
    return _declared_table("Số lượng TTHC thuộc phạm vi quản lý/thẩm quyền giải quyết", columns, study)


def _legal_texts(section: str, decisions: str) -> tuple[Column, ...]:
    """Make the columns of legal texts by kind; the report writes the Prime Minister's decisions in more than one way."""
    named = (("Tổng số", "total"), ("Luật", "laws"), ("Pháp lệnh", "ordinances"), ("Nghị định", "decrees"))
    return _summed(_columns(section, TEXTS, *named, (decisions, "pm_decisions"), ("Thông tư", "circulars"), ("Nghị quyết của HĐND", "hdnd_resolutions")))


def appendix_ii(study: Study) -> Table:
    """Phụ lục II: procedures assessed or appraised in drafts of legal texts, and the drafts that hold any."""
    procedures = _columns("impact.procedures", PROCEDURES, ("Tổng số", "total"), ("ĐGTĐ", "assessed"), ("TĐ", "appraised"))
    columns = [
        _over("Số lượng TTHC được đánh giá tác động (ĐGTĐ), thẩm định (TĐ)", *procedures),
        _over("Số lượng dự thảo VBQPPL có quy định về TTHC", *_legal_texts("impact.drafts", "Quyết định của TTgCP")),
    ]
    caption = "Đánh giá tác động, thẩm định TTHC tại các dự án, dự thảo văn bản quy phạm pháp luật"
    return _declared_table(caption, columns, study, "VBQPPL: văn bản quy phạm pháp luật. TTgCP: Thủ tướng Chính phủ.")


def appendix_iii(study: Study) -> Table:
    """Phụ lục III: business regulations counted, cut and simplified, and the legal texts that did so (Nghị quyết 68/NQ-CP of 2020)."""
    kinds = (("TTHC", "procedures"), ("YCĐK", "conditions"), ("CĐBC", "reporting"), ("TC, QC", "standards"), ("KTCN", "inspections"))
    cut = _over("Số lượng QĐKD đã được cắt giảm, đơn giản hóa", *_summed(_columns("business.cut", REGULATIONS, ("Tổng", "total"), *kinds)))
    columns = [
        _over("Số lượng QĐKD", Column("Tổng số QĐKD được thống kê", "business.regulations", REGULATIONS), cut),
        _over("Số lượng VBQPPL đã ban hành để cắt giảm, đơn giản hóa QĐKD", *_legal_texts("business.documents", "Quyết định của TtgCP")),
    ]
    caption = "Kết quả cắt giảm, đơn giản hóa quy định liên quan đến hoạt động kinh doanh theo Nghị quyết số 68/NQ-CP ngày 12/5/2020"
    spelt = "QĐKD: quy định liên quan đến hoạt động kinh doanh. YCĐK: yêu cầu, điều kiện. CĐBC: chế độ báo cáo. TC, QC: tiêu chuẩn, quy chuẩn."
    return _declared_table(caption, columns, study, f"{spelt} KTCN: kiểm tra chuyên ngành.")


def _resident_texts(section: str) -> tuple[Column, ...]:
    named = (("Tổng số", "total"), ("Luật/ Pháp lệnh", "laws"), ("Nghị định", "decrees"))
    return _summed(_columns(section, TEXTS, *named, ("QĐ của TTgCP", "pm_decisions"), ("Thông tư/ TTLT", "circulars")))


def appendix_iv(study: Study) -> Table:
    """Phụ lục IV: procedures on the management of residents cut or simplified, and the legal texts amended or to be amended for it."""
    named = (("Tổng số", "total"), ("Đã cắt giảm, đơn giản hóa", "cut"), ("Tiếp tục cắt giảm, đơn giản hóa", "to_cut"))
    columns = [
        _over("Số lượng TTHC liên quan đến quản lý dân cư", *_columns("residents.procedures", PROCEDURES, *named)),
        _over(
            "Số lượng VBQPPL liên quan đến quản lý dân cư",
            _over("Đã được sửa đổi, bổ sung", *_resident_texts("residents.amended")),
            _over("Cần sửa đổi, bổ sung", *_resident_texts("residents.to_amend")),
        ),
    ]
    caption = "Kết quả cắt giảm, đơn giản hóa quy định, TTHC liên quan đến quản lý dân cư"
    return _declared_table(caption, columns, study, "TTLT: thông tư liên tịch.")


def appendix_v(study: Study) -> Table:
    """Phụ lục V: petitions received and handled, by what they are about."""
    subjects = (("Tổng số", "total"), ("Về quy định, TTHC", "regulations"), ("Về hành vi trong giải quyết TTHC", "conduct"))
    columns = [
        _over(f"Số lượng phản ánh, kiến nghị đã {done}", *_summed(_columns(f"pakn_by_subject.{section}", PETITIONS, *subjects)))
        for done, section in (("tiếp nhận", "received"), ("xử lý", "resolved"))
    ]
    return _declared_table("Kết quả tiếp nhận, xử lý phản ánh, kiến nghị về TTHC", columns, study)


def petition_table(study: Study) -> Table:
    """Petitions received in the period, handled in time and late, and still being handled: the figures of section 3 of the report."""
    done = _over("Đã xử lý", *_columns("pakn", PETITIONS, ("Đúng hạn", "resolved_on_time"), ("Quá hạn", "resolved_late")))
    columns = [*_columns("pakn", PETITIONS, ("Đã tiếp nhận trong kỳ báo cáo", "received")), done, *_columns("pakn", PETITIONS, ("Đang xử lý", "pending"))]
    return _declared_table("Phản ánh, kiến nghị về TTHC theo thời hạn xử lý", columns, study)


# --- what dossiers give: figures by unit or field, within their level


class Term(NamedTuple):
    """A figure made of figures of results: those of `plus` less those of `minus`; with `share` the share itself."""

    metric: str
    plus: tuple[Figure, ...] = ()
    minus: tuple[Figure, ...] = ()
    share: bool = False


class Measured(NamedTuple):
    """Results of one window, under Biểu II.06a's policy: by level and `by` (a word of BY), by level, and whole."""

    by: str
    period: Period
    parts: pd.DataFrame
    levels: pd.DataFrame
    whole: pd.DataFrame


class Line(NamedTuple):
    """A row of a form before it is written: its name and its figures."""

    name: str
    figures: list[Number]


class Section(NamedTuple):
    """A level with the lines that make it up."""

    head: Line
    lines: list[Line]


class Sum(NamedTuple):
    """A sum within a row, by the numbers that stand over the columns: (3) = (4) + (5) + (6)."""

    whole: int
    parts: tuple[int, ...]

    def __str__(self) -> str:
        return f"({self.whole}) = {' + '.join(f'({part})' for part in self.parts)}"


class Form(NamedTuple):
    """A table by unit or field: the header over its figures (leaves are texts; their numbers follow), the figures, the sums within a row.

    `name` stands before the metrics of a form that counts by a policy of its own.
    """

    header: tuple[tuple[str, tuple[str | tuple[str, tuple[str, ...]], ...]] | str, ...]
    terms: tuple[Term, ...]
    sums: tuple[Sum, ...]
    name: str = ""


def _same(*metrics: str) -> tuple[Term, ...]:
    """Make terms that are metrics as they are."""
    return tuple(Term(metric, (Figure(metric),)) for metric in metrics)


ONLINE, CHANNEL_KNOWN = Figure("online_share", "numerator"), Figure("online_share", "denominator")
FULL, PARTIAL = Figure("full_online_share", "numerator"), Figure("partial_of_online_share", "numerator")
INTAKE, INTAKE_KNOWN = Figure("intake_digitised_share", "numerator"), Figure("intake_digitised_share", "denominator")
RESULT, RESULT_KNOWN = Figure("result_digitised_share", "numerator"), Figure("result_digitised_share", "denominator")
FINISHED, RECEIVED = Figure("rated_share", "denominator"), Figure("received")

RECEIVED_ONLINE = Term("received_online", (ONLINE,))
PENDING_IN_TIME = Term("pending_in_time", (Figure("pending"),), (Figure("pending_late"),))
LEVELS = ("rated_very_satisfied", "rated_satisfied", "rated_dissatisfied")

II06A = Form(
    (
        (
            "Tiếp nhận (Số hồ sơ nhận giải quyết)",
            ("Tổng số", ("Trong kỳ", ("Trực tuyến", "Trực tiếp, dịch vụ bưu chính")), "Từ kỳ trước"),
        ),
        ("Số lượng hồ sơ đã giải quyết", ("Tổng số", "Trước hạn", "Đúng hạn", "Quá hạn")),
        ("Số lượng hồ sơ đang giải quyết", ("Tổng số", "Trong hạn", "Quá hạn")),
    ),
    (
        *_same("received_total"),
        RECEIVED_ONLINE,
        Term("received_not_online", (RECEIVED,), (ONLINE,)),
        *_same("carried_over", "resolved", "resolved_early", "resolved_on_due_date", "resolved_late", "pending"),
        PENDING_IN_TIME,
        *_same("pending_late"),
    ),
    (Sum(3, (4, 5, 6)), Sum(7, (8, 9, 10)), Sum(11, (12, 13)), Sum(3, (7, 11))),
    f"{POLICY}_",
)
DIGITISATION = Form(
    (
        "Tiếp nhận trong kỳ",
        ("Thành phần hồ sơ khi tiếp nhận", ("Đã số hóa", "Chưa số hóa", "Không rõ", "Tỷ lệ số hóa")),
        "Đã giải quyết xong",
        ("Kết quả giải quyết", ("Đã số hóa", "Chưa số hóa", "Không rõ", "Tỷ lệ số hóa")),
    ),
    (
        *_same("received"),
        Term("intake_digitised", (INTAKE,)),
        Term("intake_not_digitised", (INTAKE_KNOWN,), (INTAKE,)),
        Term("intake_unknown", (RECEIVED,), (INTAKE_KNOWN,)),
        Term("intake_digitised_share", share=True),
        Term("finished", (FINISHED,)),
        Term("result_digitised", (RESULT,)),
        Term("result_not_digitised", (RESULT_KNOWN,), (RESULT,)),
        Term("result_unknown", (FINISHED,), (RESULT_KNOWN,)),
        Term("result_digitised_share", share=True),
    ),
    (Sum(3, (4, 5, 6)), Sum(8, (9, 10, 11))),
)
ONLINE_FORM = Form(
    (
        "Tiếp nhận trong kỳ",
        ("Nộp trực tuyến", ("Tổng số", "Toàn trình", "Một phần", "Khác, không rõ mức độ")),
        "Trực tiếp, dịch vụ bưu chính, khác",
        "Không rõ hình thức nộp",
        "Tỷ lệ nộp trực tuyến",
    ),
    (
        *_same("received"),
        RECEIVED_ONLINE,
        Term("received_online_full", (FULL,)),
        Term("received_online_partial", (PARTIAL,)),
        Term("received_online_other_level", (ONLINE,), (FULL, PARTIAL)),
        Term("received_offline", (CHANNEL_KNOWN,), (ONLINE,)),
        Term("received_channel_unknown", (RECEIVED,), (CHANNEL_KNOWN,)),
        Term("online_share", share=True),
    ),
    (Sum(3, (4, 8, 9)), Sum(4, (5, 6, 7))),
)
METRICS = (
    *("received", "carried_over", "received_total", "resolved", "resolved_early", "resolved_on_due_date", "resolved_late"),
    *("withdrawn", "refused", "pending", "pending_late", "online_share", "full_online_share", "partial_of_online_share"),
    *("intake_digitised_share", "result_digitised_share", "rated_share", *LEVELS),
)
FORM_NOTES = (
    "Đơn vị tính: hồ sơ. (3) = (4) + (5) + (6) = (7) + (11); (7) = (8) + (9) + (10); (11) = (12) + (13).",
    "Cột (5) gồm cả hồ sơ nộp cách khác hoặc không rõ hình thức nộp. Cột (9), (12) gồm cả hồ sơ không có ngày hẹn trả, cột (9) cả hồ sơ trả lại, xin rút.",
)
UNIT_NOTE = "Đơn vị tính: hồ sơ."
FIRST = 3  # the number of the first figure's column: (1) is the row's number, (2) its name


def measure_form(study: Study, by: str) -> Measured:
    """Measure what the tables by `by` ("unit" or "field") need, over the written report's window, under Biểu II.06a's policy.

    The three parts are measured each by itself, so that a sum which does not hold shows. What the other tables take of it (received,
    digitised, finished, rated) is the same under every policy.
    """
    under, window = under_policy(study, POLICY), [study.written]
    return Measured(by, study.written, *(measure_study(under, METRICS, window, columns) for columns in (["level", by], ["level"], [])))


def figure_number(term: Term, found: Callable[[str], Number], form: str = "") -> Number:
    """Make the number of a term from a row's numbers (`found` gives one by its metric); a part that is missing makes it missing.

    `form` stands before the metric's name ("ii06a_resolved") where a form counts by a policy of its own: not to be taken for the document's.
    """
    if term.share:
        return found(term.metric)
    first = found(term.plus[0].metric)
    plus, minus = ([getattr(found(figure.metric), figure.part) for figure in figures] for figures in (term.plus, term.minus))
    value = None if None in (*plus, *minus) else sum(plus) - sum(minus)
    text = notation.WITHHELD if is_withheld(first) else notation.count(value)
    return Number(text=text, metric=f"{form}{term.metric}", period=first.period, group=first.group, value=value, unit=COUNT)


def finder(numbers: Numbers, period: Period, *group: str) -> Callable[[str], Number]:
    """Give what finds a number of one period and group by its metric."""
    return lambda metric: numbers.get(metric, period, *group)


def _line(name: str, form: Form, found: Callable[[str], Number]) -> Line:
    return Line(name, [figure_number(term, found, form.name) for term in form.terms])


def _groups(results: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    """List the groups of results, each once; the whole has no columns."""
    return list(results[list(columns)].drop_duplicates().itertuples(index=False, name=None))


def level_place(level: str) -> int:
    """Give a level's place among the levels, the highest first, the unknown last.

    >>> sorted(["unknown", "commune", "district"], key=level_place)
    ['district', 'commune', 'unknown']
    """
    return [*LEVEL_LABELS, level].index(level)


def _levels(measured: Measured) -> list[str]:
    """List the levels that have dossiers, the highest first, the unknown last."""
    return sorted({level for (level,) in _groups(measured.levels, "level")}, key=level_place)


def _place(column: str, line: tuple[str, Line]) -> tuple[float, str]:
    """Order units as the country lists them, fields by their dossiers, the largest first."""
    value, (_, figures) = line
    known = list(units())
    size = known.index(value) if value in known else len(known)
    return (size if column == "unit_id" else -(figures[0].value or 0), value)


def _section(level: str, measured: Measured, form: Form) -> Section:
    column, period = BY[measured.by], measured.period
    within = Numbers(measured.parts)
    lines = [
        (value, _line(group_label(column, value), form, finder(within, period, level, value)))
        for above, value in _groups(measured.parts, "level", column)
        if above == level
    ]
    head = _line(group_label("level", level), form, finder(Numbers(measured.levels), period, level))
    return Section(head, [line for _, line in sorted(lines, key=lambda line: _place(column, line))])


def _counts(line: Line) -> list[float | None]:
    """Give a line's counts by place; a share adds up to nothing."""
    return [None if figure.unit == SHARE else figure.value for figure in line.figures]


def _mismatch(wanted: float | None, parts: Sequence[float | None]) -> bool:
    """Say whether a sum fails; what is missing is not checked."""
    return wanted is not None and None not in parts and wanted != sum(part or 0 for part in parts)


def check_rows(caption: str, whole: Line, parts: Sequence[Line]) -> None:
    """Raise ValueError where a row of totals is not the sum of the rows that make it up; the message names table, row and column."""
    for place, wanted in enumerate(_counts(whole)):
        found = [_counts(part)[place] for part in parts]
        if parts and _mismatch(wanted, found):
            message = f"{caption}: column ({place + FIRST}) of {whole.name!r} is {wanted:g}, but its rows sum to {sum(part or 0 for part in found):g}"
            raise ValueError(message)


def check_columns(caption: str, line: Line, sums: Iterable[Sum]) -> None:
    """Raise ValueError where a sum within a row does not hold; the message names table, row and sum."""
    counts = _counts(line)
    for one in sums:
        wanted, *found = (counts[place - FIRST] for place in (one.whole, *one.parts))
        if _mismatch(wanted, found):
            message = f"{caption}: {one} does not hold in {line.name!r}: {wanted:g} against {' + '.join(f'{part:g}' for part in found)}"
            raise ValueError(message)


def _check(caption: str, form: Form, sections: Sequence[Section], whole: Line) -> None:
    check_rows(caption, whole, [section.head for section in sections])
    for section in sections:
        check_rows(caption, section.head, section.lines)
    for line in (whole, *(line for section in sections for line in (section.head, *section.lines))):
        check_columns(caption, line, form.sums)


def _numbered(form: Form) -> list[Header]:
    """Make a form's header with each figure's column number behind its text."""
    place = iter(range(FIRST, FIRST + len(form.terms)))

    def header(node: object) -> Header:
        match node:
            case (str(text), tuple(parts)):
                return Header(text=text, children=[header(part) for part in parts])
            case _:
                return Header(text=f"{node} ({next(place)})")

    return [header(node) for node in form.header]


def _row(rank: str, line: Line) -> list[Cell]:
    return [Cell(text=rank), _heading(line.name), *map(cell, line.figures)]


def _section_rows(place: int, section: Section, *, alone: bool) -> list[list[Cell]]:
    """Write a level's rows, under the level's own where there is more than one level."""
    head = [] if alone else [_row(notation.ROMAN[place], section.head)]
    return [*head, *(_row(str(rank), line) for rank, line in enumerate(section.lines, 1))]


def _form_sums(rows: Rows, sections: Sequence[Section], form: Form) -> list[model.Sum]:
    """Give the sums of a form: the whole over the levels, a level over its lines, then those that the form states of each row."""
    last, stated = len(rows) - 1, [one for by in form.sums for one in across(rows, by.whole - 1, [part - 1 for part in by.parts])]
    if len(sections) < 2:
        return [*down(rows, last, range(last)), *stated]
    heads = list(accumulate((len(section.lines) + 1 for section in sections[:-1]), initial=0))
    levels = [one for head, end in zip(heads, [*heads[1:], last], strict=True) for one in down(rows, head, range(head + 1, end))]
    return [*down(rows, last, heads), *levels, *stated]


def _form_table(caption: str, form: Form, measured: Measured, notes: Iterable[str]) -> Table:
    """Check and write a form: by level, within it by unit or field, and the row of totals last."""
    sections = [_section(level, measured, form) for level in _levels(measured)]
    whole = _line(WHOLE, form, finder(Numbers(measured.whole), measured.period))
    _check(caption, form, sections, whole)
    lines = [row for place, section in enumerate(sections) for row in _section_rows(place, section, alone=len(sections) == 1)]
    rows = [*lines, _row("", whole)]
    named = "Đơn vị" if measured.by == "unit" else "Lĩnh vực, công việc giải quyết theo cấp"
    header = [Header(text="TT (1)"), Header(text=f"{named} (2)"), *_numbered(form)]
    return Table(caption=caption, header=header, rows=rows, notes=[*notes, *withheld_notes(rows)], sums=_form_sums(rows, sections, form), wide=True)


def _captioned(title: str, what: str, measured: Measured) -> str:
    """Give a table's caption: its title and by what, then what it holds and its days; a sheet is named by the first words."""
    period = measured.period
    days = f"từ ngày {notation.day(period.start)} đến ngày {notation.day(period.end)}"
    return f"{title} theo {GROUP_LABELS[BY[measured.by]].lower()}: {what}, {days}"


def dossier_table(measured: Measured) -> Table:
    """Tình hình, kết quả giải quyết TTHC in the 13 columns of Biểu số II.06a/VPCP/KSTT (Thông tư 01/2020/TT-VPCP), by unit or field.

    Columns (1)–(13), counts of dossiers; the last row is the whole, and a level has a row of its own where there is more than one.
    Counted under the policy `ii06a`: withdrawn and refused dossiers stand in (9), so that (3) = (7) + (11). A sum that does not hold
    raises ValueError.
    """
    notes = (*FORM_NOTES, f"Cách tính {POLICY}: {get_policy(POLICY).source}.")
    return _form_table(_captioned("Biểu số II.06a", "tình hình, kết quả giải quyết TTHC", measured), II06A, measured, notes)


def say_form(measured: Measured) -> Statement:
    """Say how Biểu II.06a comes to the report's own counts: what it calls resolved holds the withdrawn, which the report counts apart."""
    found = finder(Numbers(measured.whole), measured.period)
    apart = (Term("finished", (FINISHED,)), Term("withdrawn", (Figure("withdrawn"),)), Term("refused", (Figure("refused"),)))
    form = [figure_number(term, found, II06A.name) for term in _same("received_total", "resolved", "pending")]
    numbers = [*form, *(figure_number(term, found) for term in apart)]
    total, resolved, pending, finished, withdrawn, refused = (number.text for number in numbers)
    if numbers[0].value is None:
        return Statement(text=f"Sổ dữ liệu không có {short_name(measured.period)}, nên các bảng theo hồ sơ để trống.")
    text = (
        f"Theo Biểu số II.06a: {total} hồ sơ tiếp nhận = {resolved} đã giải quyết + {pending} đang giải quyết. "
        f"Số đã giải quyết gồm {finished} hồ sơ giải quyết xong, {withdrawn} hồ sơ rút và {refused} hồ sơ trả lại, từ chối (biểu tính trong cột đúng hạn)."
    )
    return Statement(text=text, numbers=numbers)


def digitisation_table(measured: Measured) -> Table:
    """Digitised at intake and digitised results, by unit or field: counts and shares over the dossiers for which it is known.

    Columns: number, name, received, digitised · not · unknown · share, finished, digitised · not · unknown · share (NĐ 107/2021/NĐ-CP).
    A sum that does not hold raises ValueError.
    """
    notes = (
        f"{UNIT_NOTE} (3) = (4) + (5) + (6); (8) = (9) + (10) + (11).",
        "Tỷ lệ tính trên hồ sơ biết tình trạng số hóa. Cột (4) gồm cả hồ sơ nộp trực tuyến.",
    )
    return _form_table(_captioned("Số hóa", "thành phần hồ sơ và kết quả giải quyết TTHC", measured), DIGITISATION, measured, notes)


def online_table(measured: Measured) -> Table:
    """How dossiers were submitted, by unit or field: online in full or in part, on paper, unknown, and the share online.

    Columns: number, name, received, online in all · full · partial · other, not online, unknown, share (NĐ 42/2022/NĐ-CP). A sum that does
    not hold raises ValueError.
    """
    notes = (f"{UNIT_NOTE} (3) = (4) + (8) + (9); (4) = (5) + (6) + (7).", "Tỷ lệ tính trên hồ sơ biết hình thức nộp, không kể kỳ trước chuyển qua.")
    return _form_table(_captioned("Nộp trực tuyến", "hình thức nộp và mức độ dịch vụ công", measured), ONLINE_FORM, measured, notes)


# --- ratings, in the report's own table of section 2.3


RATING_ROWS = {"province": "UBND tỉnh", "district": "UBND huyện", "commune": "UBND cấp xã"}
RATING_HEADER = ("STT", "Địa phương", "Rất hài lòng", "Hài lòng (hoặc bình thường)", "Chưa hài lòng (hoặc không hài lòng/rất tệ)")


def rating_number(level: str, found: Callable[[str], Number]) -> Number:
    """Give a level of rating among those who rated, written "3.902/3.904"; where nobody rated, it is missing."""
    count, rated = found(level), found("rated_share").numerator
    known = count.value is not None and bool(rated)
    return Number(
        text=notation.ratio(count.value, rated) if known else notation.MISSING,
        metric=f"{level}_of_rated",
        period=count.period,
        group=count.group,
        numerator=count.value if known else None,
        denominator=rated if known else None,
        value=count.value / rated if known and count.value is not None and rated else None,
        unit=SHARE,
    )


def _rating_line(name: str, found: Callable[[str], Number]) -> Line:
    return Line(name, [found("rated_share").model_copy(update={"value": found("rated_share").numerator, "unit": COUNT}), *(found(level) for level in LEVELS)])


def rating_rows(measured: Measured, study: Study) -> list[tuple[str, Callable[[str], Number]]]:
    """List who was rated, each with what finds its numbers: the levels as the report names them, or the unit itself where there is one level."""
    levels = _levels(measured)
    if len(levels) < 2:
        return [(study.unit_name, finder(Numbers(measured.whole), measured.period))]
    return [(RATING_ROWS.get(level, group_label("level", level)), finder(Numbers(measured.levels), measured.period, level)) for level in levels]


def rating_table(measured: Measured, study: Study) -> Table:
    """Ratings in the three levels of the report's table in section 2.3, each over those who rated ("3.902/3.904").

    Rows are the levels of units and, where there is more than one, their total. A sum that does not hold raises ValueError.
    """
    caption = f"Đánh giá mức độ hài lòng, từ ngày {notation.day(measured.period.start)} đến ngày {notation.day(measured.period.end)}"
    rows, whole = rating_rows(measured, study), (WHOLE, finder(Numbers(measured.whole), measured.period))
    checked = [_rating_line(name, found) for name, found in (*rows, whole)]
    check_rows(caption, checked[-1], checked[:-1])
    for line in checked:
        check_columns(caption, line, [Sum(3, (4, 5, 6))])
    shown = [*((str(rank), *row) for rank, row in enumerate(rows, 1)), *([("", *whole)] if len(rows) > 1 else [])]
    cells = [[Cell(text=rank), _heading(name), *(cell(rating_number(level, found)) for level in LEVELS)] for rank, name, found in shown]
    notes = [f"Mỗi ô: số đánh giá ở mức ấy trên tổng số đánh giá. “{notation.MISSING}”: không có đánh giá nào trong dữ liệu hồ sơ."]
    return Table(caption=caption, header=[Header(text=text) for text in RATING_HEADER], rows=cells, notes=notes)
