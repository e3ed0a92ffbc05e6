"""Trends in words and tables: what rises or falls over the periods, how fast, and when it would meet its target.

The method's name stands in a note, never in a sentence. Numbers that no result of the catalogue holds have metrics of their own:
`trend_…` (change a period, a share's from 0 to 1) and `trend_periods_…`, with the metric's name behind; their period is the window.
"""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import CONFIDENCE, Numbers, cell, constant, counted, goal, ratio_cell, ratio_text
from tthc_analysis.exhibits.wording import short_name
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.study import Study
from tthc_analysis.metrics.trends import MIN_POINTS, SIGNIFICANCE, Reach, comparable_periods, season_periods, trends, when_reached
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import ALL, Event, breaks
from tthc_analysis.reference.periods import Period, previous
from tthc_analysis.reference.targets import Target

VERDICTS = {"up": "Tăng", "down": "Giảm", "inconclusive": "Chưa đủ cơ sở kết luận"}
STEADY, UNSURE = "Không đổi", "chưa đủ cơ sở nói là tăng hay giảm"
METHOD = (
    "Thay đổi mỗi kỳ: độ dốc Theil–Sen, khoảng tin cậy 95%. Kết luận: kiểm định Mann–Kendall, "
    "p < {p}, từ {n} kỳ trở lên; trong {many} chỉ số không có xu hướng vẫn có khoảng 1 chỉ số bị kết luận là tăng hoặc giảm."
)
NEEDED = constant(notation.count(MIN_POINTS), MIN_POINTS, "periods_needed")
JUDGED_BY = [
    CONFIDENCE,
    constant(notation.decimal(SIGNIFICANCE, 2), SIGNIFICANCE, "significance"),
    NEEDED,
    constant(notation.count(round(1 / SIGNIFICANCE)), 1 / SIGNIFICANCE, "metrics_per_false_alarm"),
    constant(notation.count(1), 1, "false_alarm"),
]
NOT_A_FORECAST = "Đây là kéo dài nhịp đã qua, không phải dự báo hay cam kết."
PLACES = {COUNT: 1}  # of a change a period; days take two, as points do
NOISE_PLACES = 12  # what lies beyond is floating point, not data


# --- the figures of one metric


def _breaks(metric: str, study: Study) -> list[date]:
    """Give the days that a metric's series must not cross: those of every metric, and its own."""
    return breaks(study.events, study.unit, metric)


def _kept(metric: str, study: Study) -> list[Period]:
    return comparable_periods(study.history, _breaks(metric, study))


def _trend(results: pd.DataFrame, metric: str, study: Study) -> Mapping[Any, Any]:
    """Give the row of `trends` of one metric."""
    return trends(results[results["metric"] == metric], study.history, _breaks(metric, study)).to_dict("records")[0]


def _window(metric: str, study: Study) -> str:
    """Name the days that a trend was sought in, in the grammar of periods."""
    kept = _kept(metric, study) or [study.period]
    return f"{kept[0].start}..{kept[-1].end}"


def _change_text(unit: str, value: float | None) -> str:
    """Write a change a period with its sign: a share's in points, without their name."""
    if value is None or notation.is_missing(value):
        return notation.MISSING
    if unit != SHARE:
        return notation.change(value, 0, PLACES.get(unit, 2))
    return notation.points_between(Fraction(notation.half_up(Fraction(value), NOISE_PLACES)), Fraction(0)).removesuffix(f" {notation.POINTS}")


def _measured_in(unit: str) -> str:
    return notation.POINTS if unit == SHARE else unit


def _slope(found: Mapping[Any, Any], study: Study) -> Number:
    """Make the number of a change a period, with its interval."""
    figures: dict[str, Any] = {
        name: None if pd.isna(found[column]) else float(found[column])
        for name, column in (("value", "slope"), ("ci_low", "slope_low"), ("ci_high", "slope_high"))
    }
    metric, text = str(found["metric"]), _change_text(found["unit"], figures["value"])
    unit = f" {_measured_in(found['unit'])}" if figures["value"] is not None else ""
    return Number(text=f"{text}{unit}", metric=f"trend_{metric}", period=_window(metric, study), unit=f"{found['unit']} mỗi kỳ", **figures)


def _points(found: Mapping[Any, Any], study: Study) -> Number:
    metric, n = str(found["metric"]), int(found["points"])
    return Number(text=notation.count(n), metric=f"trend_periods_{metric}", period=_window(metric, study), value=n, unit="kỳ")


def _steady(found: Mapping[Any, Any]) -> bool:
    """Say whether all values are the same: Kendall's tau is missing then."""
    return bool(found["points"] >= MIN_POINTS and pd.isna(found["tau"]))


def _ends(results: pd.DataFrame, found: Mapping[Any, Any], study: Study) -> list[tuple[Period, Number]]:
    """Give the first and the last period with a value, and the values; none where no period has one."""
    numbers, by_text = Numbers(results), {period.text: period for period in study.history}
    periods = [by_text[found[name]] for name in ("first_period", "last_period") if found["points"]]
    return [(period, numbers.get(str(found["metric"]), period)) for period in periods]


# --- the table


def _bounds(number: Number, unit: str) -> str:
    """Write an interval: "từ +2,61 đến +3,93"; none where there are too few periods."""
    if number.ci_low is None:
        return ""
    return f"từ {_change_text(unit, number.ci_low)} đến {_change_text(unit, number.ci_high)}"


def _slope_cell(number: Number, unit: str) -> Cell:
    bounds = _bounds(number, unit)
    return Cell(text=f"{number.text} ({bounds})" if bounds else number.text, numbers=[number])


def _end_cells(ends: list[tuple[Period, Number]]) -> list[Cell]:
    if not ends:
        return [Cell(text=notation.MISSING)] * 2
    return [Cell(text=f"{period.name}: {ratio_cell(number).text}", numbers=[number]) for period, number in ends]


def _row(results: pd.DataFrame, metric: str, study: Study) -> list[Cell]:
    found = _trend(results, metric, study)
    verdict = STEADY if _steady(found) else VERDICTS[found["verdict"]]
    ends = _end_cells(_ends(results, found, study))
    label = Cell(text=get_metric(metric).label, heading=True)
    return [label, Cell(text=verdict), _slope_cell(_slope(found, study), found["unit"]), *ends, cell(_points(found, study))]


def _cutting(metric: str, study: Study) -> list[Event]:
    """Give the events of the day that a metric's series starts after; none where it starts with the history."""
    inside = [day for day in _breaks(metric, study) if day <= study.history[-1].end]
    if not inside or len(_kept(metric, study)) == len(study.history):
        return []
    touching = [event for event in study.events if event.date == max(inside) and event.kind == "break" and event.unit in (ALL, study.unit)]
    return [event for event in touching if event.metric in (ALL, metric)]


def _break_words(event: Event) -> str:
    return f"{notation.day(event.date)} ({event.words})"


def _notes(metrics: list[str], study: Study) -> list[str]:
    """Say how it was judged, what cuts which series, and which periods hold Tết."""
    cut: dict[Event, list[str]] = {}
    for metric in metrics:
        for event in _cutting(metric, study):
            cut.setdefault(event, []).append(get_metric(metric).label)
    notes = [METHOD.format(p=notation.decimal(SIGNIFICANCE, 2), n=notation.count(MIN_POINTS), many=notation.count(round(1 / SIGNIFICANCE)))]
    for event, labels in cut.items():
        which = "" if len(labels) == len(metrics) else f"{', '.join(labels)}: "
        notes.append(f"{which}{'c' if which else 'C'}hỉ tính các kỳ bắt đầu từ ngày {_break_words(event)}; kỳ trước đó không so sánh được.")
    tet = season_periods(max((_kept(metric, study) for metric in metrics), key=len, default=[]))
    return [*notes, *([f"Kỳ có Tết Nguyên đán, không loại khỏi phép tính: {', '.join(period.name for period in tet)}."] if tet else [])]


def trend_table(caption: str, results: pd.DataFrame, study: Study) -> Table:
    """Say of each metric whether it rises or falls over the study's periods, by how much a period, and from what to what.

    `results` as `measure_study` gives them for `study.history`, without by-columns. A row a metric: verdict, change a period with its 95 % interval,
    first and last value, periods with a value; see `metrics.trends.trends` for the method. Only periods after the last break count.
    """
    metrics = list(dict.fromkeys(results["metric"]))
    header = [Header(text=text) for text in ("Chỉ số", "Kết luận", "Thay đổi mỗi kỳ", "Kỳ đầu", "Kỳ cuối", "Số kỳ")]
    rows = [_row(results, metric, study) for metric in metrics]
    quoted = [event.words for metric in metrics for event in _cutting(metric, study)]
    return Table(caption=caption, header=header, rows=rows, notes=_notes(metrics, study), mentions=JUDGED_BY, quoted=quoted)


# --- the sentence


def _value_words(number: Number) -> str:
    """Write a value inside a sentence: a share with its n/N, a count or a duration with its unit."""
    return f"{number.text} ({ratio_text(number)})" if number.unit == SHARE else f"{number.text} {number.unit}"


def _unsigned(text: str) -> str:
    return text.lstrip(f"+{notation.MINUS}")


def _speed(found: Mapping[Any, Any], slope: Number) -> str:
    """Say how fast: "mỗi kỳ khoảng 3,08 điểm % (từ 2,61 đến 3,93)"; what prints as nought is said to be less than the last decimal."""
    unit = found["unit"]
    text = _unsigned(_change_text(unit, slope.value))
    if not set(text) & set("123456789"):
        return f"mỗi kỳ chưa đến {text[:-1]}1 {_measured_in(unit)}"
    low, high = sorted((abs(slope.ci_low or 0), abs(slope.ci_high or 0)))
    # an interval that reaches beyond nought keeps its signs
    same_side = (slope.ci_low or 0) * (slope.ci_high or 0) >= 0
    bounds = f"từ {_unsigned(_change_text(unit, low))} đến {_unsigned(_change_text(unit, high))}" if same_side else _bounds(slope, unit)
    return f"mỗi kỳ khoảng {text} {_measured_in(unit)} ({bounds})"


def _less_than(found: Mapping[Any, Any], slope: Number) -> list[Number]:
    """Make the number of the last decimal, which a change that prints as nought is said to be less than."""
    text = _unsigned(_change_text(found["unit"], slope.value))
    return [] if set(text) & set("123456789") else [constant(f"{text[:-1]}1", 10.0 ** -len(text.partition(",")[2]), "last_decimal")]


def _moved(found: Mapping[Any, Any], ends: list[tuple[Period, Number]], slope: Number) -> str:
    """Say a trend that is clear: which way, over how many periods, from what to what, how fast."""
    (first, start), (last, end) = ends
    up, rose = found["verdict"] == "up", (end.value or 0) > (start.value or 0)
    # the ends may run against the trend: then the sentence does not say that they rose
    towards = ("lên" if up else "xuống") if up == rose else "đến"
    way = f"{'tăng' if up else 'giảm'} rõ qua {notation.count(found['points'])} kỳ"
    route = f"từ {_value_words(start)} ở {short_name(first)} {towards} {_value_words(end)} ở {short_name(last)}"
    return f"{way}, {route}, {_speed(found, slope)}"


def _unmoved(found: Mapping[Any, Any], ends: list[tuple[Period, Number]]) -> str:
    """Say a series without a clear trend: nothing known, too few periods, all the same, or not to be told from chance."""
    if not ends:
        return "không có số liệu"
    (first, start), (last, end) = ends
    if found["points"] < MIN_POINTS:
        return f"mới có {notation.count(found['points'])} kỳ có số liệu, cần ít nhất {notation.count(MIN_POINTS)} kỳ, nên {UNSURE}"
    if _steady(found):
        return f"giữ nguyên {_value_words(end)} suốt {notation.count(found['points'])} kỳ, từ {short_name(first)} đến {short_name(last)}"
    route = f"{_value_words(start)} ở {short_name(first)}, {_value_words(end)} ở {short_name(last)}"
    return f"{UNSURE} qua {notation.count(found['points'])} kỳ: {route}"


def say_trend(results: pd.DataFrame, metric: str, study: Study) -> Statement:
    """Say whether a metric rises or falls over the study's periods, or that there is not enough to say so.

    `results` as for `trend_table`. Where a break cuts the series, a second sentence says from when it is counted and why.
    """
    found = _trend(results, metric, study)
    ends, slope = _ends(results, found, study), _slope(found, study)
    said = _unmoved(found, ends) if found["verdict"] == "inconclusive" else _moved(found, ends, slope)
    cut = "".join(f" Chỉ tính các kỳ bắt đầu từ ngày {_break_words(event)}." for event in _cutting(metric, study))
    numbers, quoted = [*(number for _, number in ends), slope, _points(found, study)], [event.words for event in _cutting(metric, study)]
    return Statement(text=f"{get_metric(metric).label} {said}.{cut}", numbers=numbers, mentions=[NEEDED, *_less_than(found, slope)], quoted=quoted)


# --- the target


def _middle(reach: Reach, last: Period) -> str:
    """Name the period in which the target would be met, or how many periods ahead it lies where the slowest reading has no period to walk back from."""
    if reach.latest is None or reach.periods_ahead is None:
        return f"{notation.count(reach.periods_ahead)} kỳ nữa"
    ahead = [reach.latest]
    while ahead[0] != last:
        ahead.insert(0, previous(ahead[0]))
    return short_name(ahead[reach.periods_ahead])


def _when(reach: Reach, last: Period) -> str:
    """Say when, with the soonest and the latest; nothing is promised."""
    soonest = f"sớm nhất {short_name(reach.earliest)}" if reach.earliest else ""
    if reach.status == "far":
        return f"còn quá xa để nêu thời điểm{', ' + soonest if soonest else ''}"
    latest = f"muộn nhất {short_name(reach.latest)}" if reach.latest else "muộn nhất thì chưa nói được"
    return f"đạt khoảng {_middle(reach, last)}, {soonest}, {latest}"


def _away(found: Mapping[Any, Any], metric: str) -> bool:
    """Say whether a clear trend goes the wrong way."""
    return bool(found["verdict"] == {"higher": "down", "lower": "up"}.get(get_metric(metric).better))


def _reach_words(reach: Reach, found: Mapping[Any, Any], now: tuple[Period, Number], target: Target, study: Study) -> str:
    """Say one metric's way to its target."""
    (period, number), metric = now, str(found["metric"])
    entry, goal = get_metric(metric), notation.percent(target.value.numerator, target.value.denominator)
    if reach.status == "reached":
        return f"{entry.label} đã đạt chỉ tiêu {goal}: {short_name(period)} là {_value_words(number)}."
    where = f"{entry.label} {short_name(period)} là {_value_words(number)}, chỉ tiêu {goal}"
    if reach.status == "never":
        why = f"đang {'giảm' if found['verdict'] == 'down' else 'tăng'}, đi ngược hướng chỉ tiêu" if _away(found, metric) else UNSURE
        return f"{where}: các kỳ qua {why}, nên không tính được khi nào đạt."
    pace = f"nếu giữ nhịp của {notation.count(found['points'])} kỳ qua thì"
    return f"{where}: {pace} {_when(reach, study.history[-1])}. {NOT_A_FORECAST}"


def say_reach(results: pd.DataFrame, metric: str, study: Study) -> Statement:
    """Say when the present trend would meet the metric's verified target, soonest and latest, or that the trend does not tell.

    `results` as for `trend_table`; without a verified target the sentence says so. The line is read on, not forecast: see `metrics.trends.when_reached`.
    """
    target, entry = study.target(metric), get_metric(metric)
    if target is None or entry.better == "neither":
        return Statement(text=f"{entry.label}: chưa có chỉ tiêu được đối chiếu với văn bản, nên không tính khi nào đạt.")
    found = _trend(results, metric, study)
    ends = _ends(results, found, study)
    if not ends:
        return Statement(text=f"{entry.label}: không có số liệu để tính khi nào đạt chỉ tiêu.")
    reach, aim = when_reached(results[results["metric"] == metric], study.history, target.value, _breaks(metric, study)), goal(target)
    text = f"{_reach_words(reach, found, ends[-1], target, study)} Căn cứ: {target.legal_basis}."
    ahead = [counted(reach.periods_ahead, "periods_ahead", study.period.text, "kỳ", of=metric)] if reach.periods_ahead is not None else []
    numbers = [ends[-1][1], _slope(found, study), _points(found, study)]
    return Statement(text=text, numbers=numbers, mentions=[aim, *ahead], quoted=[target.legal_basis])
