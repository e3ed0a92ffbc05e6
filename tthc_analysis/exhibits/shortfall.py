"""What a share still lacks: which groups hold it, how fast it would have to close, and what was never filed online.

The arithmetic is `metrics.gaps`. Numbers that no result of the catalogue holds have metrics of their own, with the share in their group: `gap_missing`,
`gap_share`, `gap_cumulated`, `gap_held`, `pace_…`, `never_online_…`.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from tthc_analysis.exhibits import canvas
from tthc_analysis.exhibits.canvas import EDGE, LINE, Room
from tthc_analysis.exhibits.charts import MARK_AT, column_right, name_rows, rows_height
from tthc_analysis.exhibits.looks import GREY, INK, look_of
from tthc_analysis.exhibits.model import Cell, Figure, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, counted, ratio_cell, ratio_text
from tthc_analysis.exhibits.sums import down
from tthc_analysis.exhibits.tables import WHOLE
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label, short_name
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.disclosure import withheld_groups
from tthc_analysis.metrics.gaps import Pace, gap_contributions, never_online, pace
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study, measure_study
from tthc_analysis.reference import notation
from tthc_analysis.reference.parameters import OFFICE
from tthc_analysis.reference.periods import Period, parse_period
from tthc_analysis.reference.targets import TABLE, Target

MOST_BARS = 12  # that a phone shows without scrolling
MOST_PROCEDURES = 15
LISTED = 6  # groups that one sentence can name
HOLD = Fraction(4, 5)  # the part of a gap whose holders are named
PROCEDURES, MONTHS = "thủ tục", "tháng"
LACKING, CUMULATED = "Hồ sơ còn thiếu", "Cộng dồn"  # what heads the bars and the column beside them
# what can be made up for on dossiers that are there already; how one was filed stays as it was
LATER = ("intake_digitised_share", "paper_scanned_share", "result_digitised_share", "both_digitised_share")


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _count_number(metric: str, period: str, value: float, group: dict[str, str], unit: str = COUNT) -> Number:
    return Number(text=notation.count(value), metric=metric, period=period, group=group, value=float(value), unit=unit)


def _part_number(metric: str, period: str, counts: tuple[float, float], group: dict[str, str]) -> Number:
    """Make the number of a part of a whole from its two counts."""
    figures: dict[str, Any] = {"numerator": counts[0], "denominator": counts[1], "value": counts[0] / counts[1] if counts[1] else None}
    return Number(text=notation.percent(*counts), metric=metric, period=period, group=group, unit=SHARE, **figures)


# --- who holds the gap


class _Holder(NamedTuple):
    """A group and what it lacks: its name, its share, the count missing, its part of the gap, the part held with those before it."""

    name: str
    share: Number
    missing: Number
    part: Number
    cumulated: Number


class _Gap(NamedTuple):
    """A gap as printed: those who hold it, largest first, how many groups lack nothing or are withheld, and the whole of the published ones."""

    column: str
    holders: list[_Holder]
    complete: int
    withheld: int
    whole: Number
    missing: Number


def _holder(share: Number, missing: float, so_far: float, whole: float) -> _Holder:
    group, period = {"of": share.metric, **share.group}, share.period
    ((column, name),) = share.group.items()
    parts = (_part_number(metric, period, (counted, whole), group) for metric, counted in (("gap_share", missing), ("gap_cumulated", so_far)))
    return _Holder(group_label(column, name), share, _count_number("gap_missing", period, missing, group), *parts)


def _gap_of(metric: str, results: pd.DataFrame, period: Period) -> _Gap | Statement:
    """Find who holds the gap of a share; where there is none, or nothing is known, a sentence that says so."""
    here = results[(results["metric"] == metric) & (results["period"] == period.text)]
    found, numbers = gap_contributions(here), Numbers(here)
    (column,) = numbers.groups
    done, base, whole = (float(found[name].sum()) for name in ("numerator", "denominator", "missing"))
    share = _part_number("gap_whole", period.text, (done, base), {"of": metric})
    label = get_metric(metric).label
    if not base:
        return Statement(text=f"{label} {short_name(period)}: không có số liệu.", numbers=[share])
    if not whole:
        return Statement(text=f"{label} {short_name(period)}: {ratio_text(share)} hồ sơ, đạt {share.text}, không còn khoảng trống.", numbers=[share])
    lacking = found[found["missing"] > 0]
    shares, counts = [numbers.get(metric, period, str(group)) for group in lacking[column]], [float(count) for count in lacking["missing"]]
    holders = [_holder(share, count, so_far, whole) for share, count, so_far in zip(shares, counts, accumulate(counts), strict=True)]
    complete = int((found["denominator"] > 0).sum()) - len(holders)
    return _Gap(column, holders, complete, withheld_groups(here), share, _count_number("gap_missing", period.text, whole, {"of": metric}))


def _not_counted(gap: _Gap) -> str:
    return f"Không kể {notation.count(gap.withheld)} nhóm có số không công bố."


def _gap_notes(gap: _Gap, metric: str) -> list[str]:
    """Say what is counted, and how many groups are left out because they lack nothing."""
    entry = get_metric(metric)
    notes = [f"n là {entry.numerator_words}; N là {entry.denominator_words}; còn thiếu là N trừ n. Cộng dồn tính từ dòng đầu."]
    if gap.complete:
        notes.append(f"Không nêu {notation.count(gap.complete)} nhóm không thiếu hồ sơ nào.")
    if gap.withheld:
        notes.append(_not_counted(gap))
    return notes


def _table_of(gap: _Gap, caption: str, metric: str, period: Period) -> Table:
    rows = [[_heading(held.name), ratio_cell(held.share), *map(cell, held[2:])] for held in gap.holders]
    all_of_it = _part_number("gap_share", period.text, (gap.missing.value or 0, gap.missing.value or 0), {"of": metric})
    rows.append([_heading(WHOLE), ratio_cell(gap.whole), cell(gap.missing), cell(all_of_it), Cell(text="")])
    header = [Header(text=text) for text in (GROUP_LABELS[gap.column], "Đã đạt (n/N)", "Còn thiếu (hồ sơ)", "% khoảng trống", "Cộng dồn")]
    sums = down(rows, len(gap.holders), range(len(gap.holders)))
    return Table(caption=caption, header=header, rows=rows, notes=_gap_notes(gap, metric), sums=sums, mentions=_group_counts(gap))


def gap_table(caption: str, metric: str, results: pd.DataFrame, period: Period) -> Table | Statement:
    """List who holds what a share lacks, largest first: n/N, the count missing, its part of the gap, and the part of all so far.

    `results` of the share by one by-column; other metrics and periods in them are passed over. Where nothing is missing, a sentence that says so.
    Raises ValueError for a share of which less is better: its rest is no gap.
    """
    gap = _gap_of(metric, results, period)
    return gap if isinstance(gap, Statement) else _table_of(gap, caption, metric, period)


class _Bar(NamedTuple):
    """A row of the drawing; `alone` is False for the row that adds up all others, which is no group and gets no bar."""

    name: str
    missing: Number
    cumulated: Number
    alone: bool = True


def _bars(gap: _Gap) -> list[_Bar]:
    """Give the rows that are drawn; the last one holds all others where they are many."""
    bars = [_Bar(held.name, held.missing, held.cumulated) for held in gap.holders]
    if len(bars) <= MOST_BARS + 1:  # one other is itself, not "others"
        return bars
    rest = gap.holders[MOST_BARS:]
    others = _count_number("gap_missing", gap.missing.period, _sum([held.missing for held in rest]), gap.missing.group)
    return [*bars[:MOST_BARS], _Bar(f"{notation.count(len(rest))} nhóm khác", others, rest[-1].cumulated, alone=False)]


def _draw_bars(axes: Axes, bars: Sequence[_Bar], places: NDArray[np.float64], metric: str) -> None:
    """Draw a bar a group with its count at the end; the sum of many groups is no group: its bar would dwarf theirs."""
    look, sizes = look_of(metric), np.array([float(bar.missing.value or 0) if bar.alone else 0.0 for bar in bars])
    axes.barh(places + MARK_AT, sizes, 0.3, color=look.colour, hatch=look.hatch, edgecolor="white", linewidth=0)
    axes.vlines(np.zeros(len(bars)), places + MARK_AT - 0.18, places + MARK_AT + 0.18, color=GREY, linewidth=1)
    after = canvas.moved(axes, axes.transData, 4, 0)
    for bar, size, place in zip(bars, sizes, places, strict=True):
        text = bar.missing.text if bar.alone else f"cộng lại {bar.missing.text}"
        axes.text(size, place + MARK_AT, text, transform=after, va="center", color=INK if bar.alone else GREY)


def _head_columns(axes: Axes, edge: float) -> None:
    """Say over the rows what the bars are, and what the column at the right is."""
    for at, head, side in ((0, LACKING, "left"), (1, CUMULATED, "right")):
        axes.text(at, 1, head, transform=canvas.moved(axes, axes.transAxes, edge * at, 3), ha=side, va="bottom", color=GREY)


def _longest(bars: Sequence[_Bar], width: float) -> float:
    """Give where the axis of bars ends, so that the count after the longest one has room."""
    longest = max((float(bar.missing.value or 0), canvas.text_width(bar.missing.text)) for bar in bars if bar.alone)
    return longest[0] / (1 - (longest[1] + 6) / width)


def _gap_svg(bars: Sequence[_Bar], metric: str) -> str:
    """Draw who holds a gap: bars, counts, and the part held so far in a column of its own."""
    places, cumulated = np.arange(len(bars), dtype=float), [bar.cumulated.text for bar in bars]
    edge = max(map(canvas.text_width, (CUMULATED, *cumulated))) + 8
    room = Room(EDGE + 1, edge + EDGE, EDGE, LINE + 6)
    with canvas.canvas_of(rows_height(places), room) as (sheet, axes):
        _draw_bars(axes, bars, places, metric)
        name_rows(axes, [bar.name for bar in bars], places, room)
        axes.set_xticks([])  # each bar says its own count
        axes.set_xlim(0, _longest(bars, canvas.size_of(axes)[0]))
        axes.spines.bottom.set_visible(False)
        column_right(axes, cumulated, places, edge)
        _head_columns(axes, edge)
        return canvas.svg_of(sheet)


def _gap_alt(gap: _Gap, bars: Sequence[_Bar], metric: str, period: Period) -> str:
    """Say a gap in words: every bar, the whole, and who is not counted."""
    said = "; ".join(f"{bar.name} {bar.missing.text} (cộng dồn {bar.cumulated.text})" for bar in bars)
    kind, label = GROUP_LABELS[gap.column].lower(), get_metric(metric).label.lower()
    left_out = f" {_not_counted(gap)}" if gap.withheld else ""
    return f"Biểu đồ thanh ngang theo {kind}, {period.name}: hồ sơ còn thiếu của {label}, nhiều nhất trước. {said}. {WHOLE} {gap.missing.text}.{left_out}"


def draw_gap(caption: str, metric: str, results: pd.DataFrame, period: Period) -> Figure | Statement:
    """Draw who holds what a share lacks: a bar a group, largest first, with the part of the gap held so far written at the right.

    Arguments and errors as in `gap_table`, which is the data under the drawing. At most 12 groups, the others in one row without a bar.
    """
    gap = _gap_of(metric, results, period)
    if isinstance(gap, Statement):
        return gap
    bars, many = _bars(gap), len(gap.holders)
    left_out = f"Hình vẽ {notation.count(MOST_BARS)} nhóm thiếu nhiều nhất trong {notation.count(many)} nhóm, các nhóm khác chỉ ghi số; bảng số liệu có đủ."
    notes = [*([left_out] if len(bars) < many else []), *([_not_counted(gap)] if gap.withheld else [])]
    return Figure(
        caption=caption,
        svg=_gap_svg(bars, metric),
        alt=_gap_alt(gap, bars, metric, period),
        data=_table_of(gap, caption, metric, period),
        notes=notes,
        mentions=[bar.missing for bar in bars if not bar.alone],  # the groups themselves are in the table
    )


def _group_counts(gap: _Gap, *others: int) -> list[Number]:
    """Make the numbers of the groups that words count: those that hold the gap, those that are drawn or named, those left out."""
    many = len(gap.holders)
    wanted = dict.fromkeys([many, gap.complete, gap.withheld, MOST_BARS, *others, *(n - LISTED for n in others if n > LISTED), max(many - MOST_BARS, 0)])
    return [counted(n, "groups", gap.missing.period, "nhóm", **gap.missing.group) for n in wanted]


def _named(holders: Sequence[_Holder], column: str) -> str:
    """Name groups with what they lack, the first ones by name and the others by their number."""
    said = [f"{held.name} ({held.missing.text})" for held in holders[:LISTED]]
    more = f" và {notation.count(len(holders) - LISTED)} {GROUP_LABELS[column].lower()} khác" if len(holders) > LISTED else ""
    return f"{', '.join(said)}{more}"


def say_gap_holders(metric: str, results: pd.DataFrame, period: Period) -> Statement:
    """Say how few groups hold four fifths of what a share lacks, and which. Arguments and errors as in `gap_table`."""
    gap = _gap_of(metric, results, period)
    if isinstance(gap, Statement):
        return gap
    # exact: counts are compared, not their quotients
    few = next(n for n, held in enumerate(gap.holders, 1) if (held.cumulated.numerator or 0) >= HOLD * int(gap.missing.value or 0))
    chosen, kind, label = gap.holders[:few], GROUP_LABELS[gap.column].lower(), get_metric(metric).label.lower()
    held = _part_number("gap_held", period.text, (chosen[-1].cumulated.numerator or 0, gap.missing.value or 0), {"of": metric, "by": gap.column})
    head = f"{notation.count(few)} {kind} giữ {held.text} khoảng trống của {label} ({ratio_text(held)} hồ sơ còn thiếu)"
    if len(gap.holders) == 1:
        head = f"Toàn bộ khoảng trống của {label} ({held.text}, {ratio_text(held)} hồ sơ còn thiếu) ở một {kind}"
    return Statement(
        text=f"{head}: {_named(chosen, gap.column)}.", numbers=[held, *(each.missing for each in chosen[:LISTED])], mentions=_group_counts(gap, few)
    )


# --- how fast


def reporting_year(period: Period) -> Period:
    """Give the reporting year of a period: the statutory one, or for calendar periods and ranges the calendar one of their last day.

    >>> reporting_year(parse_period("2024-Q1")).dates, reporting_year(parse_period("2024-Q1@calendar")).dates
    ('15/12/2023–14/12/2024', '01/01/2024–31/12/2024')
    """
    return parse_period(f"{period.end.year}" + ("" if period.kind == "statutory" else "@calendar"))


def pace_window(study: Study) -> Period:
    """Give the reporting year of a study's period so far: from its first day to the last day that the register knows, both in."""
    year = reporting_year(study.period)
    last = min(study.as_of, study.last_day, year.end)
    return parse_period(f"{year.start}..{max(last, year.start)}")


def measure_pace(study: Study, metric: str) -> pd.DataFrame:
    """Measure a share over the reporting year so far. Returns the results of `pace_window`, one row; an unknown metric raises UserError."""
    return measure_study(study, [metric], [pace_window(study)])


class _Course(NamedTuple):
    """What a pace is said of: the share so far, its target, the last day of the reporting year, and the months left until then."""

    share: Number
    target: Target
    by: str
    months_left: Fraction

    @property
    def goal(self) -> str:
        return notation.percent(self.target.value.numerator, self.target.value.denominator)


def _course(share: Number, target: Target, window: Period, study: Study) -> tuple[_Course, Pace]:
    """Reckon the pace: months are twelfths of the reporting year by its days, so that those passed and those left make twelve."""
    year = reporting_year(study.period)
    passed = Fraction(12 * window.days, year.days)
    done, base = int(share.numerator or 0), int(share.denominator or 0)
    found = pace(done, base, passed, base / passed, target.value, 12 - passed)
    return _Course(share, target, notation.day(year.end), 12 - passed), found


PRINTED = {
    "reached": ("target",),
    "over": ("target", "needed"),
    "possible": ("target", "needed_per_month", "months_left", "present_per_month"),
    "impossible": ("target", "old_ones"),
}


def _pace_numbers(course: _Course, found: Pace) -> list[Number]:
    """Give the numbers that the sentence of a pace's status prints, in its order."""
    values = {
        "target": (course.target.value, course.goal, SHARE),
        "needed": (found.needed, notation.count(found.needed), COUNT),
        "needed_per_month": (found.needed_per_month, notation.count(found.needed_per_month), COUNT),
        "present_per_month": (found.present_per_month, _tenths(found.present_per_month), COUNT),
        "months_left": (course.months_left, _tenths(course.months_left), MONTHS),
        "old_ones": (found.old_ones, notation.count(found.old_ones), COUNT),
    }
    where: dict[str, Any] = {"period": course.share.period, "group": {"of": course.share.metric}}
    chosen = [(name, *values[name]) for name in PRINTED[found.status]]
    return [Number(text=text, metric=f"pace_{name}", value=float(value or 0), unit=unit, **where) for name, value, text, unit in chosen]


def _tenths(value: Fraction | None) -> str:
    return notation.decimal(None if value is None else float(value))


def _words(metric: str) -> str:
    """Write what a dossier of the numerator is, without the remark in brackets: a sentence has no room for it."""
    return get_metric(metric).numerator_words.partition(" (")[0]


def _say_possible(course: _Course, found: Pace) -> str:
    """Say the pace that it takes, and whether the present one will do."""
    share = course.share
    holds = Fraction(int(share.numerator or 0), int(share.denominator or 1)) >= course.target.value
    enough = (found.present_per_month or 0) * course.months_left >= (found.needed or 0)
    each_month = f"mỗi tháng {notation.count(found.needed_per_month)} hồ sơ {_words(share.metric)}"
    now = f"hiện nay {_tenths(found.present_per_month)} mỗi tháng, {'đủ' if enough else 'chưa đủ'}"
    return f"Để {'giữ' if holds else 'đạt'} {course.goal} vào {course.by} cần {each_month} trong {_tenths(course.months_left)} tháng còn lại ({now})."


def _say_impossible(course: _Course, found: Pace) -> str:
    """Say by how many dossiers even all new ones fall short, and whether older ones can make up for it."""
    older = " Phải làm bù trên hồ sơ đã có." if course.share.metric in LATER else ""
    lacking = f"vẫn thiếu {notation.count(found.old_ones)} hồ sơ"
    return f"Không thể đạt {course.goal} vào {course.by} chỉ bằng hồ sơ mới: dù mọi hồ sơ mới đều {_words(course.share.metric)}, {lacking}.{older}"


def _say_reached(course: _Course, _: Pace) -> str:
    """Say that what is done already will do, at the present stream of new dossiers."""
    if course.months_left <= 0:
        return f"Đạt chỉ tiêu {course.goal} của năm báo cáo."
    return f"Đã đủ để đạt {course.goal} vào {course.by}, dù từ nay không thêm hồ sơ nào {_words(course.share.metric)} (hồ sơ mới vẫn đến đều như hiện nay)."


def _say_over(course: _Course, found: Pace) -> str:
    return f"Năm báo cáo đã hết vào {course.by}, còn thiếu {notation.count(found.needed)} hồ sơ để đạt {course.goal}."


SAID = {"reached": _say_reached, "over": _say_over, "possible": _say_possible, "impossible": _say_impossible}


def say_pace(results: pd.DataFrame, metric: str, study: Study) -> Statement:
    """Say how many dossiers a month it takes to reach a share's target by the end of the reporting year, against the present pace.

    `results` as of `measure_pace`; the target is the study's verified one, new dossiers are taken to come on as they do. Without a verified
    target a sentence says where an office writes its own. Raises ValueError for a share of which less is better.
    """
    entry, target, window = get_metric(metric), study.target(metric), pace_window(study)
    if entry.better != "higher":
        message = f"A pace leads up to a target of which more is better, which {metric} has not"
        raise ValueError(message)
    if target is None:
        cure = f"Cơ quan ghi chỉ tiêu của mình vào {OFFICE}/{TABLE} (verified là true sau khi đối chiếu văn bản)."
        return Statement(text=f"{entry.label}: chưa có chỉ tiêu được đối chiếu với văn bản, nên không tính được mỗi tháng cần bao nhiêu. {cure}")
    share = Numbers(results).get(metric, window)
    if not share.denominator:
        why = "không có số liệu" if share.denominator is None else "chưa có hồ sơ nào để tính"
        return Statement(text=f"{entry.label} từ đầu năm báo cáo ({window.dates}): {why}.", numbers=[share])
    course, found = _course(share, target, window, study)
    text = f"{entry.label} từ đầu năm báo cáo ({window.dates}): {share.text} ({ratio_text(share)} hồ sơ). {SAID[found.status](course, found)}"
    return Statement(text=f"{text} Căn cứ chỉ tiêu: {target.legal_basis}.", numbers=[share, *_pace_numbers(course, found)], quoted=[target.legal_basis])


# --- what was never filed online


class _Never(NamedTuple):
    """Procedures never filed online with their dossiers, how many procedures had dossiers at all, their dossiers, and how many are withheld."""

    found: list[Number]
    procedures: Number
    dossiers: Number
    withheld: int


def _never(results: pd.DataFrame, period: Period) -> _Never | Statement:
    """Find the procedures never filed online; where no procedure has dossiers, a sentence that says so."""
    here = results[(results["metric"] == "online_share") & (results["period"] == period.text)]
    known = here[(here["procedure_code"] != UNKNOWN) & (here["denominator"] > 0)]
    if known.empty:
        why = _why_none(here, "không có thủ tục nào có hồ sơ tiếp nhận biết hình thức nộp")
        return Statement(text=f"{period.name}: {why}.")
    rows = never_online(here)
    pairs = zip(rows["procedure_code"], rows["received"], strict=True)
    found = [_count_number("never_online_received", period.text, received, {"procedure_code": str(code)}) for code, received in pairs]
    share = _part_number("never_online_procedures", period.text, (len(found), len(known)), {})
    dossiers = _part_number("never_online_dossiers", period.text, (_sum(found), float(known["denominator"].sum())), {})
    return _Never(found, share, dossiers, withheld_groups(here))


def _why_none(here: pd.DataFrame, empty: str) -> str:
    """Say why there is nothing to list: nothing may be told, nothing is known, or (`empty`) there is nothing."""
    if withheld_groups(here):
        return "thủ tục nào cũng ít hồ sơ, số liệu không công bố để bảo vệ dữ liệu cá nhân"
    return "không có số liệu" if here["denominator"].isna().any() else empty


def _left_out(never: _Never) -> str:
    """Say how many procedures are not counted because their figures are withheld."""
    return f" Không kể {notation.count(never.withheld)} thủ tục có số không công bố." if never.withheld else ""


def _sum(numbers: Sequence[Number]) -> float:
    return sum(number.value or 0 for number in numbers)


def _none_missing(never: _Never, period: Period) -> Statement:
    """Say that every procedure was filed online at least once."""
    whole = notation.ratio(never.procedures.denominator, never.procedures.denominator)
    return Statement(
        text=f"{period.name}: {whole} thủ tục có hồ sơ đều có hồ sơ nộp trực tuyến.{_left_out(never)}",
        numbers=[never.procedures],
        mentions=_procedure_counts(never),
    )


def _procedure_counts(never: _Never) -> list[Number]:
    """Make the numbers of the procedures that words count beside those listed, and of their dossiers."""
    rest = never.found[MOST_PROCEDURES:]
    counts = [counted(n, "procedures", never.procedures.period, PROCEDURES) for n in dict.fromkeys((never.withheld, MOST_PROCEDURES, len(rest)))]
    return [*counts, _count_number("never_online_unlisted", never.procedures.period, _sum(rest), {})]


def never_online_table(caption: str, results: pd.DataFrame, study: Study, names: Mapping[str, str]) -> Table | Statement:
    """List the procedures with dossiers of which none was filed online, the largest first, at most 15; the others are counted in a note.

    `results` of `online_share` by procedure, `names` as of `metrics.gaps.procedure_names`. Where there is none, a sentence that says so.
    """
    never = _never(results, study.period)
    if isinstance(never, Statement):
        return never
    if not never.found:
        return _none_missing(never, study.period)
    shown, rest = never.found[:MOST_PROCEDURES], never.found[MOST_PROCEDURES:]
    codes = [number.group["procedure_code"] for number in shown]
    rows = [[_heading(code), _heading(names.get(code, notation.MISSING)), cell(number)] for code, number in zip(codes, shown, strict=True)]
    notes = ["Chỉ đếm hồ sơ tiếp nhận mới trong kỳ biết hình thức nộp; không rõ thủ tục có được cung cấp trực tuyến hay không."]
    if rest:
        notes.append(f"Còn {notation.count(len(rest))} thủ tục nữa, {notation.count(_sum(rest))} hồ sơ; bảng ghi {MOST_PROCEDURES} thủ tục nhiều hồ sơ nhất.")
    notes += [_left_out(never).strip()] if never.withheld else []
    header = [Header(text=text) for text in ("Mã thủ tục", "Tên thủ tục", "Hồ sơ tiếp nhận, không hồ sơ nào trực tuyến")]
    return Table(caption=caption, header=header, rows=rows, notes=notes, mentions=_procedure_counts(never))


def say_never_online(results: pd.DataFrame, study: Study, names: Mapping[str, str]) -> Statement:
    """Say how many procedures had dossiers and none online, how many dossiers those are, and which is the largest. Arguments as in `never_online_table`."""
    never = _never(results, study.period)
    if isinstance(never, Statement):
        return never
    if not never.found:
        return _none_missing(never, study.period)
    largest, code = never.found[0], never.found[0].group["procedure_code"]
    who = f"{names[code]} ({code})" if code in names else code
    part = f"{ratio_text(never.procedures)} thủ tục có hồ sơ mà không hồ sơ nào nộp trực tuyến, gồm {ratio_text(never.dossiers)} hồ sơ ({never.dossiers.text})"
    most = "nhiều nhất là " if len(never.found) > 1 else ""
    return Statement(
        text=f"{study.period.name}: {part}: {most}{who}, {largest.text} hồ sơ.{_left_out(never)}",
        mentions=_procedure_counts(never),
        quoted=[who],
        numbers=[never.procedures, never.dossiers, largest],
    )
