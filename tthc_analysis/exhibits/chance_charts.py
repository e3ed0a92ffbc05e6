"""Charts of chance: a share over time within its usual range, and groups of every size beside the whole. The words are those of `chance` and `rank`."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray

from tthc_analysis.exhibits import canvas
from tthc_analysis.exhibits.canvas import AXIS_LINES, EDGE, LEGEND_LINE, LINE, Label, Room, Scale
from tthc_analysis.exhibits.chance import Point, control_points, control_table, pattern_words, patterns, period_counts, without_limits
from tthc_analysis.exhibits.looks import GREY, INK, look_of
from tthc_analysis.exhibits.model import Figure, Number
from tthc_analysis.exhibits.numbers import CONFIDENCE, WITHHELD_NOTE, Numbers, constant, counted, ratio_text
from tthc_analysis.exhibits.rank import group_counts, placed, rank_table, say_funnel
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.control import funnel_limits
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import ALL, Event, breaks
from tthc_analysis.reference.periods import Period

HEIGHT, FUNNEL_HEIGHT = 165.0, 190.0  # of the drawings
# what stands out by a rule is black and hollow: in a copy in black and white too it is no usual point
SIGNAL: dict[str, Any] = {"marker": "D", "markersize": 7.5, "markerfacecolor": "white", "markeredgecolor": INK, "markeredgewidth": 1.6}
OUTSIDE = {"high": ("^", "Cao hơn"), "low": ("v", "Thấp hơn")}
CROWD = 30  # groups from which on those inside are drawn small
NAMED = 8  # groups outside the limits that one drawing can name
NAME_WIDTH = 125.0  # of a name on a drawing
CURVE = 80  # places at which the limits are drawn
CONTROL_METHOD = "Giới hạn: biểu đồ kiểm soát p′ (Laney 2002), ba độ lệch chuẩn; đường giữa là tỷ lệ chung của cả đoạn."
FUNNEL_METHOD = (
    "Biểu đồ phễu (Spiegelhalter 2005), giới hạn nhị thức: trong một nghìn nhóm thật ra giống toàn bộ, khoảng hai nhóm nằm ngoài giới hạn 99,8%, "
    "khoảng năm mươi nhóm nằm ngoài giới hạn 95%."
)
LIMITS = [CONFIDENCE, constant("99,8%", 0.998, "funnel_limit")]


# --- over time


def _shown_events(metric: str, study: Study) -> list[Event]:
    """Give the events inside the history at which a metric's limits start anew."""
    days = canvas.inside(study.rebases(metric), study.history)
    return [event for event in study.events if event.date in days and event.metric in (ALL, metric) and event.unit in (ALL, study.unit)]


def _draw_range(axes: Axes, points: Sequence[Point], colour: str) -> None:
    """Draw each segment's limits as a stepped band with edges, and its centre as a line."""
    for _, group in groupby(enumerate(points), key=lambda pair: pair[1].segment):
        places, segment = zip(*group, strict=True)
        edges = np.arange(places[0], places[-1] + 2) - 0.5
        low, high = (canvas.values_of(getattr(point, name) for point in segment) for name in ("low", "high"))
        axes.stairs(high, edges, baseline=low, fill=True, color=colour, alpha=0.1)
        for limit in (low, high):
            axes.stairs(limit, edges, baseline=None, color=GREY, linewidth=1.1, linestyle=(0, (4, 2)))
        if segment[0].centre.value is not None:
            axes.plot(edges[[0, -1]], [segment[0].centre.value] * 2, color=GREY, linewidth=1.1)


def _draw_points(axes: Axes, points: Sequence[Point], study: Study) -> None:
    """Draw the shares, joined within a segment and a stretch and broken where one is missing; those with signs by marker."""
    metric = points[0].share.metric
    shares, look = canvas.values_of(point.share for point in points), look_of(metric)
    parts = canvas.stretches(study.history, breaks(study.events, study.unit, metric))
    for _, group in groupby(range(len(points)), key=lambda place: (points[place].segment, parts[place])):
        places = list(group)
        axes.plot(places, shares[places], color=look.colour, linewidth=1.4)
    flagged = np.array([bool(point.signals) for point in points])
    usual: dict[str, Any] = {"color": look.colour, "marker": look.marker, "markersize": 6}
    for style, chosen, label in ((usual, ~flagged, "Trong mức thường thấy"), (SIGNAL, flagged, "Có dấu hiệu khác thường")):
        if chosen.any() and not np.isnan(shares[chosen]).all():
            axes.plot(np.flatnonzero(chosen), shares[chosen], linestyle="", label=label, zorder=3, **style)


def _range_labels(last: Point) -> list[Label]:
    """Label the last share with its counts, and the lines that it is judged by."""
    named = [("giữa", last.centre), ("dưới", last.low), ("trên", last.high)]
    share = (
        [Label(last.share.value, (last.share.text, ratio_text(last.share)), look_of(last.share.metric).ink, bold=True)] if last.share.value is not None else []
    )
    return [*share, *(Label(number.value, (f"{name} {number.text}",)) for name, number in named if number.value is not None)]


def _control_alt(points: Sequence[Point], metric: str, events: Sequence[Event]) -> str:
    """Say a control chart in words: the range, the signs and their reasons, what is missing, the events."""
    if not points:
        return f"Biểu đồ đường: {get_metric(metric).label}. {canvas.EMPTY}."
    first, last = points[0].period, points[-1].period
    judged = [point for point in points if point.low.value is not None]
    usual = "".join(f" {point.period.name}: đường giữa {point.centre.text}, giới hạn từ {point.low.text} đến {point.high.text}." for point in judged[-1:])
    found = "; ".join(map(pattern_words, patterns(points)))
    signs = f" Dấu hiệu khác thường: {found}." if found else " Không có dấu hiệu khác thường." if judged else ""
    lacking = "".join(f" Không có giới hạn: {said}." for said in without_limits(points))
    missing = "".join(f" {said[0].upper()}{said[1:]}." for said in canvas.missing_words([point.share for point in points], [point.period for point in points]))
    when = f" Vạch đứng: {', '.join(map(notation.day, canvas.days_of(events)))}." if events else ""
    start = f"Biểu đồ đường qua {notation.count(len(points))} kỳ, từ {first.name} đến {last.name}: {get_metric(metric).label}, cuối {points[-1].share.text}."
    return f"{start}{usual}{signs}{lacking}{missing}{when}"


def _control_notes(points: Sequence[Point], events: Sequence[Event]) -> list[str]:
    """Say the method, what each vertical line is, and which stretch has no limits."""
    lacking = [f"Không có giới hạn: {said}." for said in without_limits(points)]
    return [CONTROL_METHOD, *canvas.break_notes(events), *lacking]


def _empty_points(metric: str, study: Study) -> list[Point]:
    """Give a history without any figure, so that even nothing has its axis of periods."""
    none = [Number(text=notation.MISSING, metric=metric, period=period.text, unit=SHARE) for period in study.history]
    return [Point(period, number, number, number, number, 1, ()) for period, number in zip(study.history, none, strict=True)]


def _control_svg(points: Sequence[Point], study: Study, events: Sequence[Event]) -> str:
    """Draw a control chart."""
    shown = [getattr(point, name) for point in points for name in ("share", "low", "high", "centre")]
    scale, labels, days = canvas.scale_of(canvas.values_of(shown), SHARE), _range_labels(points[-1]), canvas.days_of(events)
    kinds = {bool(point.signals) for point in points if point.share.value is not None}
    entries = len(kinds) if True in kinds else 0  # without a sign there is nothing to explain
    room = Room(
        max(scale.room, canvas.word_room(study.history)),
        canvas.right_room(labels),
        AXIS_LINES,
        LINE / 2 + canvas.date_room(days) + LEGEND_LINE * entries * (entries > 1),
    )
    with canvas.canvas_of(HEIGHT, room) as (sheet, axes):
        _draw_range(axes, points, look_of(points[0].share.metric).colour)
        _draw_points(axes, points, study)
        canvas.set_scale(axes.yaxis, scale)
        canvas.period_axis(axes, study.history)
        canvas.draw_missing(axes, [point.share for point in points])
        canvas.draw_breaks(axes, days, study.history)
        canvas.label_right(axes, labels, scale)
        if entries:
            canvas.legend_above(axes, room, canvas.date_room(days))
        return canvas.svg_of(sheet)


def draw_control(caption: str, results: pd.DataFrame, metric: str, study: Study) -> Figure:
    """Draw a share over the study's periods within the range that is usual for it, and mark the periods that stand out.

    `results` as `measure_study` gives them for `study.history`, without by-columns; see `metrics.control.control_chart` for limits and signs.
    """
    known, events = control_points(results, metric, study), _shown_events(metric, study)
    points = known or _empty_points(metric, study)
    return Figure(
        caption=caption,
        svg=_control_svg(points, study, events),
        alt=_control_alt(known, metric, events),
        data=control_table(caption, points),
        notes=_control_notes(known, events),
        mentions=[counted(len(points), "periods", study.period.text, "kỳ"), *(period_counts(known, patterns(known)) if known else [])],
        quoted=["Laney 2002", *(event.words for event in events)],
    )


# --- beside each other


class Funnel(NamedTuple):
    """Groups with dossiers and what they are compared with: rows of `placed`, the by-column, the whole, the sizes at which limits are drawn."""

    rows: pd.DataFrame
    column: str
    metric: str
    total: Number
    sizes: NDArray[np.float64]


def _sizes(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give the numbers of dossiers at which the limits are drawn: from below the smallest group to beyond the largest, even of one dossier."""
    n = rows["denominator"].to_numpy(float)
    return np.unique(np.geomspace(max(n.min() / 1.5, 1), n.max() * 1.2 + 1, CURVE).round())


def _funnel_scale(funnel: Funnel) -> Scale:
    """Show what the groups and their limits need: at the left edge the limits alone would open to 0 and 1."""
    rows = funnel.rows
    shown = [funnel.total.value or 0, *rows["value"], *rows["low998"].quantile([0.1]), *rows["high998"].quantile([0.9])]
    return canvas.scale_of(shown, SHARE)


def _draw_limits(axes: Axes, funnel: Funnel) -> None:
    limits = funnel_limits(float(funnel.total.value or 0), list(funnel.sizes))
    for name, dashes, label in (("95", (0, (1, 1.5)), "Giới hạn 95%"), ("998", (0, (5, 2)), "Giới hạn 99,8%")):
        axes.plot(funnel.sizes, limits[f"low{name}"], color=GREY, linewidth=1.2, linestyle=dashes, label=label)
        axes.plot(funnel.sizes, limits[f"high{name}"], color=GREY, linewidth=1.2, linestyle=dashes)
    axes.axhline(float(funnel.total.value or 0), color=GREY, linewidth=1.2)


def _draw_dots(axes: Axes, funnel: Funnel) -> None:
    """Draw a dot a group: those inside in the colour of the metric, those outside as black triangles that point their way."""
    look, rows = look_of(funnel.metric), funnel.rows
    inside = (look.colour, look.marker, 6 if len(rows) <= CROWD else 3.5, f"{GROUP_LABELS[funnel.column]} trong giới hạn")
    styles = {"inside": inside, **{place: (INK, marker, 7, label) for place, (marker, label) in OUTSIDE.items()}}
    for place, (colour, marker, size, label) in styles.items():
        found = rows[rows["place"] == place]
        if len(found):
            axes.plot(found["denominator"], found["value"], linestyle="", color=colour, marker=marker, markersize=size, label=label, zorder=3, clip_on=False)


def _size_axis(axes: Axes, sizes: NDArray[np.float64]) -> None:
    """Mark numbers of dossiers at round places, on a log scale where they differ much."""
    low, high = float(sizes[0]), float(sizes[-1])
    places = canvas.scale_of([low, high], COUNT, ends=(low, high)).places
    if high / low > 10:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        steps = (1, 3) if high / low > 100 else (1, 2, 5)
        places = [step * 10.0**power for power in range(8) for step in steps if low <= step * 10.0**power <= high]
    axes.xaxis.set_ticks(places, [notation.count(place) for place in places])
    axes.set_xlim(low, high)
    axes.set_xlabel("Số hồ sơ", labelpad=3)


def _furthest(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the groups furthest outside, as many as a drawing can name."""
    outside = rows[rows["place"].isin(list(OUTSIDE))]
    return outside.loc[(outside["value"] - outside["centre"]).abs().sort_values(ascending=False, kind="stable").index][:NAMED]


def _named(funnel: Funnel) -> list[str]:
    """Give the names that stand on the drawing, cut to fit."""
    groups = [str(group) for group in funnel.rows[funnel.column]]
    names = dict(zip(groups, canvas.told_apart([group_label(funnel.column, group) for group in groups], NAME_WIDTH), strict=True))
    return [names[str(group)] for group in _furthest(funnel.rows)[funnel.column]]


def _label_outside(axes: Axes, funnel: Funnel) -> None:
    """Name the groups furthest outside, each towards the middle of the drawing, none over another."""
    furthest, (width, height) = _furthest(funnel.rows), canvas.size_of(axes)
    spots = axes.transAxes.inverted().transform(axes.transData.transform(furthest[["denominator", "value"]].to_numpy(float))) * (width, height)
    heights = canvas.keep_apart(list(spots[:, 1]), [LINE] * len(spots), 0, height)
    points = canvas.moved(axes, axes.transAxes, 0, 0)
    for name, (x, y), up in zip(_named(funnel), spots, heights, strict=True):
        beside = x + (12 if x < width / 2 else -12)
        axes.plot([x / width, beside / width], [y / height, up / height], transform=points, color=GREY, linewidth=0.7)
        style: dict[str, Any] = {"ha": "left" if beside > x else "right", "bbox": {"pad": 0.5, "facecolor": "white", "edgecolor": "none", "alpha": 0.8}}
        axes.text(beside / width, up / height, name, transform=points, va="center", zorder=4, **style)


def _funnel_svg(funnel: Funnel) -> str:
    """Draw a funnel."""
    scale, labels = _funnel_scale(funnel), [Label(funnel.total.value or 0, ("Toàn bộ", funnel.total.text))]
    entries = 2 + funnel.rows["place"].nunique()
    room = Room(scale.room, canvas.right_room(labels), AXIS_LINES, LINE / 2 + 3 + LEGEND_LINE * entries)
    with canvas.canvas_of(FUNNEL_HEIGHT, room) as (sheet, axes):
        _size_axis(axes, funnel.sizes)
        _draw_limits(axes, funnel)
        _draw_dots(axes, funnel)
        canvas.set_scale(axes.yaxis, scale)
        canvas.label_right(axes, labels, scale)
        _label_outside(axes, funnel)
        canvas.legend_above(axes, room)
        return canvas.svg_of(sheet)


def _empty_svg(reasons: Sequence[str]) -> str:
    """Draw that there is nothing to draw, and why where there is one reason."""
    with canvas.canvas_of(FUNNEL_HEIGHT / 3, Room(EDGE, EDGE, EDGE, EDGE)) as (sheet, axes):
        axes.set_axis_off()
        canvas.say_empty(axes, *reasons if len(reasons) == 1 else ())
        return canvas.svg_of(sheet)


def _funnel_alt(funnel: Funnel, said: str, not_drawn: dict[str, int]) -> str:
    """Say a funnel in words: how many groups of which sizes, who is outside, and who is not drawn."""
    left_out = " ".join(_not_drawn_words(funnel, {why: n for why, n in not_drawn.items() if why != canvas.NO_DOSSIERS}))  # those the sentence counts
    if funnel.rows.empty:
        return f"Biểu đồ phễu. {said} {left_out}".strip()
    n, what = funnel.rows["denominator"], GROUP_LABELS[funnel.column].lower()
    sizes = f"từ {notation.count(n.min())} đến {notation.count(n.max())} hồ sơ"
    return f"Biểu đồ phễu: {notation.count(len(n))} {what}, {sizes}; đường giữa là toàn bộ, {funnel.total.text}. {said} {left_out}".strip()


def _not_drawn_words(funnel: Funnel, not_drawn: dict[str, int]) -> list[str]:
    return [f"Không vẽ {notation.count(n)} {GROUP_LABELS[funnel.column].lower()}: {why}." for why, n in not_drawn.items()]


def _not_drawn(numbers: Numbers, metric: str, period: Period) -> dict[str, int]:
    """Count the groups that a funnel cannot hold, by the reason."""
    found = [number for number in numbers.all.values() if (number.metric, number.period) == (metric, period.text) and number.value is None]
    return Counter(map(canvas.why_missing, found))


def _funnel_notes(funnel: Funnel, not_drawn: dict[str, int]) -> list[str]:
    """Say the method, how many of those outside are named, and who is not drawn."""
    outside = int(funnel.rows["place"].isin(list(OUTSIDE)).sum())
    named = f"Hình ghi tên {notation.count(NAMED)} trong {notation.count(outside)} nhóm ngoài giới hạn, xa nhất trước; bảng số liệu có đủ."
    return [
        FUNNEL_METHOD,
        *([named] if outside > NAMED else []),
        *_not_drawn_words(funnel, not_drawn),
        *([WITHHELD_NOTE] if canvas.NOT_PUBLISHED in not_drawn else []),
    ]


def _funnel_counts(funnel: Funnel, not_drawn: dict[str, int], placed_rows: pd.DataFrame) -> list[Number]:
    """Give the counts of groups that the words say beyond those of the sentence."""
    found = dict.fromkeys([len(funnel.rows), int(funnel.rows["place"].isin(list(OUTSIDE)).sum()), NAMED, *not_drawn.values()])
    more = [counted(n, "groups", funnel.total.period, "nhóm", of=funnel.metric) for n in found]
    return [*group_counts(placed_rows, funnel.total), *more]


def draw_funnel(caption: str, metric: str, results: pd.DataFrame, whole: pd.DataFrame, study: Study) -> Figure:
    """Draw groups by size within the limits of chance around the whole, and name those outside.

    `results` by one by-column, `whole` without, both of the study's period; see `metrics.control.funnel` for the limits.
    """
    placed_rows, numbers = placed(metric, results, whole, study), Numbers(results)
    rows, (column,) = placed_rows[placed_rows["place"] != "unknown"], numbers.groups
    sizes = _sizes(rows) if len(rows) else np.array([])
    funnel = Funnel(rows, column, metric, Numbers(whole).get(metric, study.period), sizes)
    not_drawn = _not_drawn(numbers, metric, study.period)
    return Figure(
        caption=caption,
        svg=_funnel_svg(funnel) if len(rows) else _empty_svg(list(not_drawn)),
        alt=_funnel_alt(funnel, say_funnel(metric, results, whole, study).text, not_drawn),
        data=rank_table(caption, metric, results, whole, study),
        notes=_funnel_notes(funnel, not_drawn),
        mentions=[*LIMITS, *_funnel_counts(funnel, not_drawn, placed_rows)],
        quoted=["Spiegelhalter 2005", *_named(funnel)],
    )
