"""Charts of chance: a share over time within its usual range, and groups of every size beside the whole. The words are those of `chance` and `rank`."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from tthc_analysis.exhibits.chance import Point, control_points, control_table, pattern_words, patterns, without_limits
from tthc_analysis.exhibits.charts import GREY, PALETTE, canvas_of, legend_above, period_axis, say_if_empty, spread, svg_of, value_axis, values_of
from tthc_analysis.exhibits.model import Figure, Number
from tthc_analysis.exhibits.numbers import Numbers
from tthc_analysis.exhibits.rank import placed, rank_table, say_funnel
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.control import funnel_limits
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import ALL, Event
from tthc_analysis.reference.periods import Period

USUAL: dict[str, Any] = {"color": PALETTE[0], "marker": "o"}
SIGNAL: dict[str, Any] = {"color": PALETTE[1], "marker": "D"}
CROWD = 30  # groups from which on those inside are drawn small
NAMED = 8  # groups outside the limits that one drawing can name
LEAST_RANGE = 0.05  # of shares, that a drawing spans even where all are equal
LETTERS = 24  # of a name on a drawing
MOST_DATES = 3  # that fit above a drawing without covering one another
CONTROL_METHOD = "Giới hạn: biểu đồ kiểm soát p′ (Laney 2002), ba độ lệch chuẩn; đường giữa là tỷ lệ chung của cả đoạn."
FUNNEL_METHOD = (
    "Biểu đồ phễu (Spiegelhalter 2005), giới hạn nhị thức: trong 1.000 nhóm thật ra giống toàn bộ, khoảng 2 nhóm nằm ngoài giới hạn 99,8%, "
    "khoảng 50 nhóm nằm ngoài giới hạn 95%."
)


def _keep_apart(places: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move labels apart, and back inside the drawing where they ran over its upper edge or below its lower one."""
    from_below = spread([max(place, low) for place in places], gap)
    return [-place for place in spread([-min(place, high) for place in from_below], gap)]


def _legend(axes: Axes, above: float = 1.0) -> None:
    """Put a legend above the drawing, and above what stands there already."""
    legend_above(axes, len(axes.get_legend_handles_labels()[0]))
    if legend := axes.get_legend():
        legend.set_bbox_to_anchor((0, above), transform=axes.transAxes)


def _inside_shares(axes: Axes) -> None:
    """Keep a little room around what is drawn, but none for shares that cannot be: below 0 or above 1."""
    low, high = axes.get_ylim()
    room = (high - low) * 0.03
    axes.set_ylim(max(low - room, -room), min(high + room, 1 + room))


# --- over time


def _shown_events(metric: str, study: Study) -> list[Event]:
    """Give the events inside the history at which a metric's limits start anew."""
    days = [day for day in study.rebases(metric) if study.history[0].start < day <= study.history[-1].end]
    return [event for event in study.events if event.date in days and event.metric in (ALL, metric) and event.unit in (ALL, study.unit)]


def _place_of(event: Event, periods: Sequence[Period]) -> float:
    """Find where a day lies on an axis of periods, each half a step wide on both sides."""
    at = next(place for place, period in enumerate(periods) if event.date <= period.end)
    return at - 0.5 + max((event.date - periods[at].start).days, 0) / periods[at].days


def _time_axis(axes: Axes, periods: Sequence[Period]) -> None:
    """Label periods and leave room on both sides."""
    period_axis(axes, periods)
    axes.set_xlim(-0.6, len(periods) - 0.4)


def _draw_events(axes: Axes, events: Sequence[Event], periods: Sequence[Period]) -> None:
    """Draw each event as a line through the drawing, its date above; where they are many, the note alone has the dates."""
    by_day = {event.date: _place_of(event, periods) for event in events}
    for place in by_day.values():
        axes.axvline(place, color=GREY, linewidth=1.2, linestyle=(0, (1, 1.5)))
    if len(by_day) <= MOST_DATES:
        width = (axes.get_xlim()[1] - axes.get_xlim()[0]) * 0.2
        places = _keep_apart(list(by_day.values()), width, axes.get_xlim()[0] + width / 2, axes.get_xlim()[1] - width / 2)
        for day, place in zip(by_day, places, strict=True):
            axes.text(place, 1.01, notation.day(day), transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=9, color=GREY)


def _draw_range(axes: Axes, points: Sequence[Point]) -> None:
    """Draw each segment's limits as a stepped band with edges, and its centre as a line."""
    for _, group in groupby(enumerate(points), key=lambda pair: pair[1].segment):
        places, segment = zip(*group, strict=True)
        edges = np.arange(places[0], places[-1] + 2) - 0.5
        low, high = (values_of([getattr(point, name) for point in segment]) for name in ("low", "high"))
        axes.stairs(high, edges, baseline=low, fill=True, color=PALETTE[0], alpha=0.1)
        for limit in (low, high):
            axes.stairs(limit, edges, baseline=None, color=GREY, linewidth=1.1, linestyle=(0, (4, 2)))
        if segment[0].centre.value is not None:
            axes.plot(edges[[0, -1]], [segment[0].centre.value] * 2, color=GREY, linewidth=1.1)


def _draw_points(axes: Axes, points: Sequence[Point]) -> None:
    """Draw the shares, joined within a segment and broken where one is missing; those with signs by marker and colour."""
    shares = values_of([point.share for point in points])
    for _, group in groupby(range(len(points)), key=lambda place: points[place].segment):
        places = list(group)
        axes.plot(places, shares[places], color=PALETTE[0], linewidth=1.4)
    flagged = np.array([bool(point.signals) for point in points])
    for style, chosen, label in ((USUAL, ~flagged, "Trong mức thường thấy"), (SIGNAL, flagged, "Có dấu hiệu khác thường")):
        if chosen.any():
            axes.plot(np.flatnonzero(chosen), shares[chosen], linestyle="", markersize=6.5, label=label, zorder=3, **style)


def _label_range(axes: Axes, points: Sequence[Point]) -> None:
    """Write at the right what the last share is, and the lines that it is judged by."""
    last = points[-1]
    named = [("", last.share), ("giữa ", last.centre), ("dưới ", last.low), ("trên ", last.high)]
    known = [(name, number) for name, number in named if number.value is not None]
    low, high = axes.get_ylim()
    heights = _keep_apart([float(number.value or 0) for _, number in known], (high - low) * 0.085, low, high)
    color = SIGNAL["color"] if last.signals else USUAL["color"]
    for (name, number), height in zip(known, heights, strict=True):
        style: dict[str, Any] = {"color": GREY} if name else {"color": color, "weight": "bold"}
        axes.annotate(name + number.text, (1, height), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center", fontsize=9, **style)


def _control_alt(points: Sequence[Point], metric: str, events: Sequence[Event]) -> str:
    """Say a control chart in words: the range, the signs and their reasons, the events."""
    if not points:
        return f"Biểu đồ đường: {get_metric(metric).label}. Không có số liệu."
    first, last = points[0].period, points[-1].period
    judged = [point for point in points if point.low.value is not None]
    usual = "".join(f" {point.period.name}: đường giữa {point.centre.text}, giới hạn từ {point.low.text} đến {point.high.text}." for point in judged[-1:])
    found = "; ".join(map(pattern_words, patterns(points)))
    signs = f" Dấu hiệu khác thường: {found}." if found else " Không có dấu hiệu khác thường." if judged else ""
    lacking = "".join(f" Không có giới hạn: {said}." for said in without_limits(points))
    when = f" Vạch đứng: {', '.join(dict.fromkeys(notation.day(event.date) for event in events))}." if events else ""
    start = f"Biểu đồ đường qua {notation.count(len(points))} kỳ, từ {first.name} đến {last.name}: {get_metric(metric).label}, cuối {points[-1].share.text}."
    return f"{start}{usual}{signs}{lacking}{when}"


def _control_notes(points: Sequence[Point], events: Sequence[Event]) -> list[str]:
    """Say the method, what each vertical line is, and which stretch has no limits."""
    lines = [f"Vạch đứng {notation.day(event.date)}: {event.words}." for event in events]
    lacking = [f"Không có giới hạn: {said}." for said in without_limits(points)]
    return [CONTROL_METHOD, *lines, *lacking]


def _empty_points(metric: str, study: Study) -> list[Point]:
    """Give a history without any figure, so that even nothing has its axis of periods."""
    none = [Number(text=notation.MISSING, metric=metric, period=period.text, unit=SHARE) for period in study.history]
    return [Point(period, number, number, number, number, 1, ()) for period, number in zip(study.history, none, strict=True)]


def draw_control(caption: str, results: pd.DataFrame, metric: str, study: Study) -> Figure:
    """Draw a share over the study's periods within the range that is usual for it, and mark the periods that stand out.

    `results` as `measure_study` gives them for `study.history`, without by-columns; see `metrics.control.control_chart` for limits and signs.
    """
    known, events = control_points(results, metric, study), _shown_events(metric, study)
    points = known or _empty_points(metric, study)
    with canvas_of(3.3) as (canvas, axes):
        _draw_range(axes, points)
        _draw_points(axes, points)
        _time_axis(axes, study.history)
        _inside_shares(axes)
        value_axis(axes.yaxis, SHARE)
        _label_range(axes, points)
        _draw_events(axes, events, study.history)
        _legend(axes, above=1.07 if events else 1.0)
        say_if_empty(axes, axes.yaxis, [point.share for point in points])
        svg = svg_of(canvas)
    notes = _control_notes(known, events)
    return Figure(caption=caption, svg=svg, alt=_control_alt(known, metric, events), data=control_table(caption, points), notes=notes)


# --- beside each other


def _short(name: str) -> str:
    """Cut a long name in its middle: units of one kind begin alike, and of one place end alike."""
    return name if len(name) <= LETTERS else f"{name[: LETTERS // 2 - 2].rstrip()}…{name[-LETTERS // 2 - 1 :].lstrip()}"


def _sizes(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Give the numbers of dossiers at which the limits are drawn: from below the smallest group to beyond the largest, even of one dossier."""
    n = rows["denominator"].to_numpy(float)
    return np.unique(np.geomspace(max(n.min() / 1.5, 1), n.max() * 1.2 + 1, 160).round())


def _draw_limits(axes: Axes, centre: float, sizes: NDArray[np.float64]) -> None:
    limits = funnel_limits(centre, list(sizes))
    for name, dashes, label in (("95", (0, (1, 1.5)), "Giới hạn 95%"), ("998", (0, (5, 2)), "Giới hạn 99,8%")):
        axes.plot(sizes, limits[f"low{name}"], color=GREY, linewidth=1.2, linestyle=dashes, label=label)
        axes.plot(sizes, limits[f"high{name}"], color=GREY, linewidth=1.2, linestyle=dashes)
    axes.axhline(centre, color=GREY, linewidth=1.2)


def _draw_dots(axes: Axes, rows: pd.DataFrame, what: str) -> None:
    """Draw a dot a group, those outside by marker and colour."""
    styles = {"inside": (PALETTE[0], "o", f"{what} trong giới hạn"), "high": (PALETTE[2], "^", "Cao hơn"), "low": (PALETTE[1], "v", "Thấp hơn")}
    usual = 6.5 if len(rows) <= CROWD else 4
    for place, (color, marker, label) in styles.items():
        found = rows[rows["place"] == place]
        if len(found):
            axes.plot(
                found["denominator"],
                found["value"],
                linestyle="",
                color=color,
                marker=marker,
                markersize=usual if place == "inside" else 6.5,
                label=label,
                zorder=3,
            )


def _size_axis(axes: Axes, sizes: NDArray[np.float64]) -> None:
    """Mark numbers of dossiers at round places, on a log scale where they differ much."""
    low, high = float(sizes[0]), float(sizes[-1])
    axes.set_xlabel("Số hồ sơ")
    if high / low > 10:
        axes.set_xscale("log")
        steps = (1, 3) if high / low > 100 else (1, 2, 5)
        places = [step * 10.0**power for power in range(8) for step in steps]
        axes.xaxis.set_major_locator(FixedLocator([place for place in places if low <= place <= high]))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: notation.count(value)))
    axes.set_xlim(low, high)


def _label_outside(axes: Axes, rows: pd.DataFrame, column: str) -> None:
    """Name the groups furthest outside, each towards the middle of the drawing, none over another."""
    outside = rows[rows["place"].isin(["high", "low"])]
    furthest = outside.loc[(outside["value"] - outside["centre"]).abs().sort_values(ascending=False, kind="stable").index][:NAMED]
    low, high = axes.get_ylim()
    gap = (high - low) * 0.075
    heights = _keep_apart(list(furthest["value"]), gap, low + gap / 2, high - gap / 2)
    for row, height in zip(furthest.to_dict("records"), heights, strict=True):
        left = axes.transAxes.inverted().transform(axes.transData.transform((row["denominator"], row["value"])))[0] < 0.5
        beside = axes.transData + ScaledTranslation((12 if left else -12) / 72, 0, axes.figure.dpi_scale_trans)
        axes.annotate(
            _short(group_label(column, str(row[column]))),
            (row["denominator"], row["value"]),
            (row["denominator"], height),
            textcoords=beside,
            ha="left" if left else "right",
            va="center",
            fontsize=9,
            bbox={"boxstyle": "square,pad=0.05", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.7, "shrinkA": 0, "shrinkB": 3},
            zorder=4,
        )


def _draw_funnel(axes: Axes, rows: pd.DataFrame, column: str, total: Number) -> None:
    """Draw groups that have dossiers, the limits for their sizes, and the whole."""
    sizes = _sizes(rows)
    _size_axis(axes, sizes)
    _draw_limits(axes, float(total.value or 0), sizes)
    _draw_dots(axes, rows, GROUP_LABELS[column])
    _frame(axes, rows, float(total.value or 0))
    axes.annotate(
        f"Toàn bộ\n{total.text}",
        (1, total.value or 0),
        (4, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center",
        fontsize=9,
        color=GREY,
    )
    _label_outside(axes, rows, column)


def _frame(axes: Axes, rows: pd.DataFrame, centre: float) -> None:
    """Show what the groups and their limits need: at the left edge the limits alone would open to 0 and 1."""
    shown = [centre, *rows["value"], *rows["low998"].quantile([0.1]), *rows["high998"].quantile([0.9])]
    top, bottom = max(shown), min(*shown, max(shown) - LEAST_RANGE)
    room = (top - bottom) * 0.08
    axes.set_ylim(max(bottom, 0) - room, min(top, 1) + room)


def _funnel_alt(rows: pd.DataFrame, total: Number, column: str, said: str) -> str:
    """Say a funnel in words: how many groups of which sizes, and who is outside."""
    if rows.empty:
        return f"Biểu đồ phễu. {said}"
    what = GROUP_LABELS[column].lower()
    sizes = f"từ {notation.count(rows['denominator'].min())} đến {notation.count(rows['denominator'].max())} hồ sơ"
    return f"Biểu đồ phễu: {notation.count(len(rows))} {what}, {sizes}; đường giữa là toàn bộ, {total.text}. {said}"


def draw_funnel(caption: str, metric: str, results: pd.DataFrame, whole: pd.DataFrame, study: Study) -> Figure:
    """Draw groups by size within the limits of chance around the whole, and name those outside.

    `results` by one by-column, `whole` without, both of the study's period; see `metrics.control.funnel` for the limits.
    """
    placed_rows, total, (column,) = placed(metric, results, whole, study), Numbers(whole).get(metric, study.period), Numbers(results).groups
    rows = placed_rows[placed_rows["place"] != "unknown"]
    with canvas_of(4.0) as (canvas, axes):
        if len(rows):
            _draw_funnel(axes, rows, column, total)
        else:
            axes.xaxis.set_major_locator(NullLocator())
        value_axis(axes.yaxis, SHARE)
        _legend(axes)
        say_if_empty(axes, axes.yaxis, [total] if len(rows) else [])
        svg = svg_of(canvas)
    outside = int(rows["place"].isin(["high", "low"]).sum())
    named = (
        [f"Hình ghi tên {notation.count(NAMED)} trong {notation.count(outside)} nhóm ngoài giới hạn, xa nhất trước; bảng số liệu có đủ."]
        if outside > NAMED
        else []
    )
    alt = _funnel_alt(rows, total, column, say_funnel(metric, results, whole, study).text)
    return Figure(caption=caption, svg=svg, alt=alt, data=rank_table(caption, metric, results, whole, study), notes=[FUNNEL_METHOD, *named])
