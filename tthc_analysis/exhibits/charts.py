"""Charts: drawn from results, never computing. Each gives a Figure with alternative text made from its data, and that data as a table.

Sized for a phone: at 390 px the letters are still read. Colour is never the only cue (Okabe-Ito order; markers, dashes, hatches).
"""

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import StringIO
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from tthc_analysis.exhibits.model import Figure, Number
from tthc_analysis.exhibits.numbers import Numbers, ratio_text
from tthc_analysis.exhibits.tables import group_table, history_table
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period, tick
from tthc_analysis.reference.targets import Target

PALETTE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]
MARKERS = ["o", "s", "^", "D"]
DASHES = [None, (4, 2), (1, 1.5), (6, 2, 1, 2)]
HATCHES = ["", "///", "...", "xx"]
GREY = "#5F5F5F"
MOST_TICKS = 14  # periods that an axis can name on a phone
MOST_GROUPS = 24  # that one chart can hold and a page can show
WIDTH = 4.6  # inches: on a phone of 390 px letters of 10 pt come out at 10 px
SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tthc",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "hatch.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E3E3E3",
}


@contextmanager
def canvas_of(height: float) -> Iterator[tuple[Canvas, Axes]]:
    """Give a canvas of our settings that leaves matplotlib's own as they were."""
    settings: dict[Any, Any] = {**sns.axes_style("ticks"), **SETTINGS}
    with mpl.rc_context(settings):
        canvas = Canvas(figsize=(WIDTH, height), layout="constrained")
        yield canvas, canvas.subplots()


def svg_of(canvas: Canvas) -> str:
    """Write the drawing once, without a date: the same data gives the same bytes."""
    buffer = StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def value_axis(axis: Axis, unit: str, ticks: int = 6) -> None:
    """Mark values in Vietnamese at round steps, with a decimal only where the step needs one: a rounded tick would lie."""
    axis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10], integer=unit == COUNT))
    factor, sign = (100, "%") if unit == SHARE else (1, "")

    def write(value: float, _: int | None = None) -> str:
        places = axis.get_majorticklocs()
        step = (places[1] - places[0]) * factor if len(places) > 1 else 1
        return notation.decimal(value * factor, 0 if round(step, 9) >= 1 else 1) + sign

    axis.set_major_formatter(FuncFormatter(write))


def period_axis(axes: Axes, periods: Sequence[Period]) -> None:
    """Label periods short, the year only where it changes; where they are many, only each second, third … one."""
    labels, year, step = [], "", -(-len(periods) // MOST_TICKS)
    for period in periods[::step]:
        part, _, this_year = tick(period).partition("\n")
        labels.append(part if this_year == year else tick(period))
        year = this_year
    axes.set_xticks(range(0, len(periods), step), labels)
    axes.set_xlabel("")


def spread(places: list[float], gap: float) -> list[float]:
    """Move labels apart so that none covers another, keeping their order."""
    order = np.argsort(places, kind="stable")
    moved = list(places)
    for lower, upper in pairwise(order):
        moved[upper] = max(moved[upper], moved[lower] + gap)
    return moved


def _label_ends(axes: Axes, series: list[list[Number]]) -> None:
    """Write each line's last value at its end, with the metric's name where there are several lines."""
    ends = [(line[-1], position) for position, line in enumerate(series) if line[-1].value is not None]
    if not ends:
        return
    low, high = axes.get_ylim()
    heights = spread([float(number.value or 0) for number, _ in ends], (high - low) * 0.09)
    for (number, position), height in zip(ends, heights, strict=True):
        axes.annotate(number.text, (len(series[position]) - 1, height), (8, 0), textcoords="offset points", va="center", color=PALETTE[position], weight="bold")


def values_of(numbers: Sequence[Number], name: str = "value") -> NDArray[np.float64]:
    """Give one figure of each number, NaN where it is missing: what a drawing leaves out."""
    return np.array([np.nan if (figure := getattr(number, name)) is None else figure for number in numbers], dtype=float)


def _draw_lines(axes: Axes, series: list[list[Number]]) -> None:
    """Draw a line a metric; a missing value breaks the line, and an interval is a band."""
    for position, line in enumerate(series):
        places, values = np.arange(len(line)), values_of(line)
        data = pd.DataFrame({"x": places, "y": values, "segment": np.cumsum(np.isnan(values))}).dropna()
        style: dict[str, Any] = {"color": PALETTE[position], "marker": MARKERS[position], "linestyle": (0, DASHES[position])}
        axes.plot([], [], label=get_metric(line[0].metric).label, **style)
        if len(data):
            sns.lineplot(data=data, x="x", y="y", units="segment", estimator=None, ax=axes, dashes=False, markersize=6, legend=False, **style)
        axes.fill_between(places, values_of(line, "ci_low"), values_of(line, "ci_high"), color=PALETTE[position], alpha=0.14, linewidth=0)


def say_if_empty(axes: Axes, axis: Axis, numbers: Sequence[Number]) -> None:
    """Say on the drawing that there is nothing to draw, and drop the value axis: it would measure nothing."""
    if np.isnan(values_of(numbers)).all():
        axis.set_major_locator(NullLocator())
        axes.text(0.5, 0.5, "Không có số liệu", transform=axes.transAxes, ha="center", va="center", color=GREY)


def _trend_words(line: list[Number], periods: Sequence[Period]) -> str:
    """Say a line in words: first, last, lowest, highest."""
    known = [(number, period) for number, period in zip(line, periods, strict=True) if number.value is not None]
    label = get_metric(line[0].metric).label
    if not known:
        return f"{label}: không có số liệu."
    low, high = (choose(known, key=lambda pair: pair[0].value or 0) for choose in (min, max))
    parts = [
        f"{word} {number.text} ({period.name})" for word, (number, period) in (("đầu", known[0]), ("cuối", known[-1]), ("thấp nhất", low), ("cao nhất", high))
    ]
    return f"{label}: {', '.join(parts)}."


def draw_trend(caption: str, results: pd.DataFrame, periods: Sequence[Period], target: Target | None = None) -> Figure:
    """Draw metrics of one unit of measure over periods, oldest first, with intervals for shares and a target where there is one."""
    numbers = Numbers(results)
    metrics = list(dict.fromkeys(results["metric"]))
    series = [[numbers.get(metric, period) for period in periods] for metric in metrics]
    with canvas_of(3.1) as (canvas, axes):
        _draw_lines(axes, series)
        if target:
            _draw_target(axes, target)
        period_axis(axes, periods)
        value_axis(axes.yaxis, series[0][0].unit)
        axes.set_ylabel("" if series[0][0].unit == SHARE else series[0][0].unit.capitalize())
        axes.margins(x=0.13 if len(periods) > 1 else 0.5)
        axes.set_xlim(-0.5, len(periods) - 1 + max(len(periods) * 0.17, 0.8))
        _label_ends(axes, series)
        say_if_empty(axes, axes.yaxis, [number for line in series for number in line])
        legend_above(axes, len(metrics) + bool(target))
        svg = svg_of(canvas)
    words = " ".join(_trend_words(line, periods) for line in series)
    alt = f"Biểu đồ đường qua {len(periods)} kỳ, từ {periods[0].name} đến {periods[-1].name}. {words}"
    notes = ["Dải mờ: khoảng tin cậy Wilson 95%."] if series[0][0].unit == SHARE else []
    return Figure(caption=caption, svg=svg, alt=alt, data=history_table(caption, results, periods), notes=notes)


def _draw_target(axes: Axes, target: Target) -> None:
    goal = notation.percent(target.value.numerator, target.value.denominator)
    axes.axhline(float(target.value), color=GREY, linewidth=1.2, linestyle=(0, (2, 2)), label=f"Chỉ tiêu {goal}")


def legend_above(axes: Axes, entries: int) -> None:
    """Put the legend above the drawing, one entry a line: names are long and a phone is narrow."""
    if entries > 1:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False, ncols=1, fontsize=9.5, handlelength=2.6, borderaxespad=0.2)
    elif axes.get_legend():
        axes.get_legend().remove()  # type: ignore[union-attr]


def _wrapped(text: str, width: int = 22) -> str:
    return "\n".join(textwrap.wrap(text, width)[:3])


def _draw_dots(axes: Axes, found: list[Number], names: list[str]) -> None:
    """Draw a dot a group with its interval, and n/N at the right edge."""
    rows = np.arange(len(found))
    for row, number in zip(rows, found, strict=True):
        if number.ci_low is not None and number.ci_high is not None:
            axes.plot([number.ci_low, number.ci_high], [row, row], color=PALETTE[0], alpha=0.45, linewidth=2.5, solid_capstyle="round")
        text = f"{number.text}  {ratio_text(number)}" if number.value is not None else notation.MISSING
        axes.annotate(text, (1, row), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center", fontsize=9, color="#222222")
    sns.scatterplot(x=values_of(found), y=rows, ax=axes, color=PALETTE[0], s=46, zorder=3)
    axes.set_yticks(rows, [_wrapped(name) for name in names])
    axes.set_ylim(max(len(found), 1) - 0.5, -0.5)
    axes.set_ylabel("")
    axes.set_xlabel("")
    axes.grid(axis="y", visible=False)


def _sorted_groups(numbers: Numbers, metric: str, period: Period) -> list[Number]:
    """Groups of a period, best value first, those without a value last; equal ones by name."""
    found = [number for number in numbers.all.values() if number.metric == metric and number.period == period.text]
    return sorted(found, key=lambda n: (n.value is None, -(n.value or 0), *n.group.values()))


def _draw_whole(axes: Axes, total: Number) -> None:
    """Draw the whole as a line across the groups, its value above."""
    if total.value is None:
        return
    axes.axvline(total.value, color=GREY, linewidth=1.2, linestyle=(0, (4, 2)), zorder=1)
    place = axes.get_xaxis_transform() + ScaledTranslation(0, 3 / 72, axes.figure.dpi_scale_trans)  # 3 points above the drawing
    axes.text(total.value, 1, f"Toàn bộ {total.text}", transform=place, ha="center", va="bottom", fontsize=9, color=GREY)


def draw_groups(caption: str, metric: str, results: pd.DataFrame, whole: pd.DataFrame, period: Period) -> Figure:
    """Draw one metric by the one by-column of `results`: a dot a group with its interval, n/N beside it, the whole as a line."""
    numbers, total = Numbers(results), Numbers(whole).get(metric, period)
    (column,) = numbers.groups
    every = _sorted_groups(numbers, metric, period)
    found = every if len(every) <= MOST_GROUPS else every[: MOST_GROUPS // 2] + every[-MOST_GROUPS // 2 :]
    names = [group_label(column, number.group[column]) for number in found]
    lines = sum(_wrapped(name).count("\n") + 1 for name in names)
    with canvas_of(0.9 + 0.24 * max(len(found), 2) + 0.1 * lines) as (canvas, axes):
        _draw_dots(axes, found, names)
        _draw_whole(axes, total)
        value_axis(axes.xaxis, total.unit, ticks=4)
        say_if_empty(axes, axes.xaxis, found)
        svg = svg_of(canvas)
    said = "; ".join(f"{name} {number.text} ({ratio_text(number)})" for name, number in zip(names, found, strict=True))
    alt = f"Biểu đồ điểm theo {GROUP_LABELS[column].lower()}, {period.name}: {get_metric(metric).label}. {said or 'Không có số liệu'}. Toàn bộ {total.text}."
    notes = ["Thanh mờ: khoảng tin cậy Wilson 95%; nhóm ít hồ sơ có khoảng rộng."] if total.unit == SHARE else []
    if len(found) < len(every):
        half = notation.count(MOST_GROUPS // 2)
        notes.append(f"Hình vẽ {half} nhóm đầu và {half} nhóm cuối trong {notation.count(len(every))} nhóm; bảng số liệu có đủ.")
    data = group_table(caption, results[results["metric"] == metric], whole[whole["metric"] == metric], period)
    return Figure(caption=caption, svg=svg, alt=alt, data=data, notes=notes)


def draw_counts(caption: str, results: pd.DataFrame, periods: Sequence[Period]) -> Figure:
    """Draw counts side by side over periods (received and resolved, say): a bar a metric, each with its own hatch."""
    numbers = Numbers(results)
    metrics = list(dict.fromkeys(results["metric"]))
    names = [get_metric(metric).label for metric in metrics]
    rows = [(place, name, numbers.get(metric, period).value) for place, period in enumerate(periods) for metric, name in zip(metrics, names, strict=True)]
    with canvas_of(3.1) as (canvas, axes):
        data = pd.DataFrame(rows, columns=["x", "series", "y"])
        sns.barplot(
            data=data, x="x", y="y", hue="series", hue_order=names, palette=PALETTE[: len(names)], saturation=1, ax=axes, edgecolor="white", linewidth=0.5
        )
        _hatch(axes)
        period_axis(axes, periods)
        axes.set_ylabel("Hồ sơ")
        axes.grid(axis="x", visible=False)
        value_axis(axes.yaxis, COUNT)
        legend_above(axes, len(names))
        svg = svg_of(canvas)
    words = " ".join(_trend_words([numbers.get(metric, period) for period in periods], periods) for metric in metrics)
    alt = f"Biểu đồ cột qua {len(periods)} kỳ, từ {periods[0].name} đến {periods[-1].name}. {words}"
    return Figure(caption=caption, svg=svg, alt=alt, data=history_table(caption, results, periods))


def _hatch(axes: Axes) -> None:
    """Give each series its own hatch: a copy in black and white still tells them apart."""
    for container, hatch in zip(axes.containers, HATCHES, strict=False):
        for bar in container:
            bar.set_hatch(hatch)
