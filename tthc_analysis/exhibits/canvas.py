"""What every chart shares: a sheet laid out in points, scales whose ticks are round and true, labels that keep apart, breaks and what is missing.

All lengths are points (1/72 inch). Letters are measured before anything is drawn, so that a chart is laid out by arithmetic and drawn once: what
matplotlib calls a constrained layout draws twice. Sized for a phone: at 390 px the letters are still read.
"""

import textwrap
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache, lru_cache
from io import StringIO
from itertools import accumulate, groupby, pairwise
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform
from numpy.typing import NDArray

from tthc_analysis.exhibits.looks import BAND, GREY
from tthc_analysis.exhibits.model import Number
from tthc_analysis.exhibits.numbers import is_withheld
from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import Event
from tthc_analysis.reference.periods import Period, tick

WIDTH = 331.2  # 4,6 inches: on a phone of 390 px letters of 10 points come out at 10 px
FAMILY = "DejaVu Sans"  # comes with matplotlib, and has every Vietnamese letter
SMALL, LINE = 9.0, 11.5  # the size of letters, and the height of a line of them
LEGEND_LINE = 15.0
DATE_LINE = 13.0
AXIS_LINES = 35.0  # two lines of tick labels under a drawing
EDGE = 4.0  # the least room at an edge of the sheet
LEAST_RANGE = 0.05  # of shares, that a drawing spans even where all are equal
MOST_DATES = 3  # that fit above a drawing without covering one another
PERIOD_WORDS = {1: "Tháng", 3: "Quý", 6: "Nửa năm"}
STEPS = {1: (1, 2, 3, 6, 12, 24, 60), 3: (1, 2, 4, 8, 20), 6: (1, 2, 4, 10, 20)}  # of months, quarters, half-years, so that a year's first is labelled
EMPTY, NO_DATA, NO_DOSSIERS = "Không có số liệu", "không có số liệu", "không có hồ sơ để tính"
NOT_PUBLISHED = f"không công bố ({notation.WITHHELD})"
SETTINGS = {
    "svg.fonttype": "path",
    "svg.hashsalt": "tthc",
    "font.family": FAMILY,
    "font.size": SMALL,
    "text.parse_math": False,  # a name with two dollar signs is a name
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "hatch.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E3E3E3",
}


class Room(NamedTuple):
    """What a drawing needs around it."""

    left: float
    right: float
    bottom: float
    top: float


@contextmanager
def canvas_of(height: float, room: Room) -> Iterator[tuple[Canvas, Axes]]:
    """Give a sheet with a drawing of a height and room around it; matplotlib's own settings are left as they were."""
    settings: dict[Any, Any] = {**sns.axes_style("ticks"), **SETTINGS}
    whole = room.bottom + height + room.top
    with mpl.rc_context(settings):
        canvas = Canvas(figsize=(WIDTH / 72, whole / 72))
        axes = canvas.add_axes((room.left / WIDTH, room.bottom / whole, 1 - (room.left + room.right) / WIDTH, height / whole))
        # an axis that is told where its label stands does not measure all its ticks to find out
        axes.xaxis.set_label_coords(0.5, -(LINE * 1.5) / height)
        axes.yaxis.set_label_coords(-(room.left - LINE - EDGE) / size_of(axes)[0], 0.5)
        yield canvas, axes


def svg_of(canvas: Canvas) -> str:
    """Write the drawing once, without a date: the same data gives the same bytes."""
    buffer = StringIO()
    canvas.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def warm_up() -> None:
    """Draw once what every chart needs, letters and axes: a process forked after this draws its first chart as fast as its second."""
    with canvas_of(100, Room(40, 40, AXIS_LINES, EDGE)) as (canvas, axes):
        axes.plot([0, 1], [0, 1], label="Thử")
        axes.legend()
        svg_of(canvas)


def size_of(axes: Axes) -> tuple[float, float]:
    """Give the width and height of a drawing."""
    box, sheet = axes.get_position(), axes.figure.bbox
    dpi = axes.figure.dpi / 72
    return box.width * sheet.width / dpi, box.height * sheet.height / dpi


def moved(axes: Axes, transform: Transform, right: float, up: float) -> Transform:
    """Give a transform moved by points."""
    return transform + ScaledTranslation(right / 72, up / 72, axes.figure.dpi_scale_trans)


# --- letters


@cache
def _font(size: float, bold: bool) -> FontProperties:  # noqa: FBT001 - a key of the cache
    return FontProperties(family=FAMILY, size=size, weight="bold" if bold else "normal")


@cache
def _known_letters() -> frozenset[int]:
    return frozenset(get_font(findfont(_font(SMALL, bold=False))).get_charmap())


def drawable(text: str) -> str:
    """Put a mark in the place of what cannot be drawn or seen: letters that the typeface lacks, control and direction marks.

    >>> drawable("Xã Long Mễ"), drawable("中" + chr(0x202E))
    ('Xã Long Mễ', '\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}')
    """
    return "".join(letter if letter.isprintable() and ord(letter) in _known_letters() else "\N{REPLACEMENT CHARACTER}" for letter in text)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SMALL, *, bold: bool = False) -> float:
    """Measure a line of text."""
    return float(text_to_path.get_text_width_height_descent(text, _font(size, bold), ismath=False)[0])


def _cut(text: str, kept: int) -> str:
    """Keep so many letters of a text, more of its end than of its beginning."""
    head = kept * 2 // 5
    return f"{drawable(text[:head]).rstrip()}…{drawable(text[len(text) - kept + head :]).lstrip()}"


def fitted(text: str, width: float) -> str:
    """Cut a text in its middle until it fits: names of one kind begin alike, and of one place end alike.

    >>> fitted("Xã Long Mai", 200), fitted("Trung tâm Phục vụ hành chính công xã Long Mai", 120)
    ('Xã Long Mai', 'Trung tâ…ng xã Long Mai')
    """
    most = int(width)  # no letter is narrower than a point
    if len(text) <= most and text_width(drawable(text)) <= width:
        return drawable(text)
    return _cut(text, bisect_right(range(min(most, len(text))), width, key=lambda kept: text_width(_cut(text, kept))) - 1)


def _alike(words: Sequence[Sequence[str]]) -> int:
    """Count the words with which all begin, leaving each at least its last."""
    most = min(map(len, words), default=1) - 1
    return next((n for n in range(most) if len({each[n] for each in words}) > 1), most) if len(words) > 1 else 0


def told_apart(names: Sequence[str], width: float) -> list[str]:
    """Make names fit: those too long lose first the words with which all end and begin, as few as will do, then their middle.

    >>> told_apart(["Trung tâm Phục vụ hành chính công xã Long Mai", "Trung tâm Phục vụ hành chính công xã Long Môn"], 100)
    ['…công xã Long Mai', '…công xã Long Môn']
    >>> told_apart(["Xã Long Mai", "Xã Long Môn"], 90)
    ['Xã Long Mai', 'Xã Long Môn']
    """
    words = [name[: int(width) * 9].split() for name in names]
    head = _alike(words)
    tail = _alike([each[:head:-1] for each in words])
    return [_shortest(each, head, tail, width) for each in words]


def _shortest(words: Sequence[str], head: int, tail: int, width: float) -> str:
    """Leave out the last words of a name and then, one by one, its first, until it fits."""
    ends = [(0, len(words)), *((start, len(words) - tail) for start in range(head + 1))]
    cut = ["…" * (start > 0) + " ".join(words[start:end]) + "…" * (end < len(words)) for start, end in ends]
    return next((text for text in map(drawable, cut) if text_width(text) <= width), fitted(cut[-1], width))


# --- scales


class Scale(NamedTuple):
    """An axis of values: its ends, and the places that are marked with what is written there; no marks where there is nothing to measure."""

    low: float
    high: float
    places: list[float]
    labels: list[str]

    @property
    def room(self) -> float:
        """The room that the written marks need beside an upright axis."""
        return max(map(text_width, self.labels), default=0) + 8 + EDGE

    def part(self, value: float) -> float:
        """Give where a value lies between the ends, from 0 to 1."""
        return (value - self.low) / (self.high - self.low)


def values_of(numbers: Iterable[Number], name: str = "value") -> NDArray[np.float64]:
    """Give one figure of each number, NaN where it is missing: what a drawing leaves out."""
    return np.array([np.nan if (figure := getattr(number, name)) is None else figure for number in numbers], dtype=float)


def _ends(known: NDArray[np.float64], unit: str) -> tuple[float, float]:
    """Give the ends of a scale with a little room: shares as near as they lie to each other, all else from nought."""
    low, high = float(known.min()), float(known.max())
    if unit != SHARE:
        low = min(low, 0)
        high = max(high, low + 1)
        return low - (high - low) * 0.04, high + (high - low) * 0.06
    lacking = max(LEAST_RANGE - (high - low), 0)
    low = min(max(low - lacking / 2, 0), 1 - LEAST_RANGE if lacking else 1)
    high = max(high, low + LEAST_RANGE)
    room = (high - low) * 0.06
    return max(low - room, -room / 2), min(high + room, 1 + room / 2)


def _decimals(step: float) -> int:
    """Give how many decimals a step needs: a rounded mark would lie."""
    return next(places for places in range(8) if np.isclose(round(step, places), step, rtol=1e-6, atol=0))


def scale_of(values: Iterable[float], unit: str, most: int = 6, ends: tuple[float, float] | None = None) -> Scale:
    """Make a scale for values (NaN where missing): marks at round steps, never a share below 0% or above 100%.

    >>> scale_of([1.0, 1.0], "tỷ lệ").labels, scale_of([0, 0], "hồ sơ").labels, scale_of([], "tỷ lệ").labels
    (['95%', '96%', '97%', '98%', '99%', '100%'], ['0', '1'], [])
    """
    found = np.array(list(values), dtype=float)
    known = found[~np.isnan(found)]
    if not len(known):
        return Scale(0, 1, [], [])
    low, high = ends or _ends(known, unit)
    marks = np.round(MaxNLocator(most, steps=[1, 2, 5, 10], integer=unit == COUNT).tick_values(low, high), 12)
    places = [float(mark) for mark in marks if low <= mark <= high]
    factor, sign = (100, "%") if unit == SHARE else (1, "")
    decimals = _decimals((marks[1] - marks[0]) * factor)
    return Scale(low, high, places, [notation.decimal(round(place * factor, 9), decimals) + sign for place in places])


def set_scale(axis: Axis, scale: Scale) -> None:
    """Mark an axis with a scale."""
    axis.set_ticks(scale.places, scale.labels)
    limits = axis.axes.set_xlim if axis is axis.axes.xaxis else axis.axes.set_ylim
    limits(scale.low, scale.high)


def _in_year(period: Period) -> int:
    """Number a period so that the first of each year is a multiple of the periods of a year."""
    months = period.months or 1
    return period.end.year if months > 6 else (period.end.year * 12 + period.end.month) // months - 1


def _tick_labels(periods: Sequence[Period], places: Sequence[int]) -> list[str]:
    """Write periods short, the year only where it changes."""
    parts = [tick(periods[place]).partition("\n") for place in places]
    years = ["", *(year for _, _, year in parts)]
    return [part if year == before else f"{part}\n{year}" for (part, _, year), before in zip(parts, years[:-1], strict=True)]


def _fit(labels: Sequence[str], places: Sequence[int], slot: float) -> bool:
    """Say whether labels leave some room between each other, in both of their lines."""
    for line in (0, 1):
        ends = [(place * slot, text_width(label.split("\n")[line]) / 2 + 2) for place, label in zip(places, labels, strict=True) if label.count("\n") >= line]
        if any(right - left < half + other for (left, half), (right, other) in pairwise(ends)):
            return False
    return True


def _labelled(periods: Sequence[Period], slot: float) -> list[int]:
    """Choose which periods are labelled where not all can be: the first of each half or quarter of a year, of each year, of some years."""
    numbers = [_in_year(period) if period.months else place for place, period in enumerate(periods)]
    steps = STEPS.get(periods[0].months or 12, (1, 2, 5, 10, 20, 50))
    chosen = ([place for place, number in enumerate(numbers) if number % step == 0] for step in steps)
    return next((places for places in chosen if places and _fit(_tick_labels(periods, places), places, slot)), [0])


def word_room(periods: Sequence[Period]) -> float:
    """Give the room that the word in front of the periods needs."""
    return text_width(PERIOD_WORDS.get(periods[0].months or 0, "")) + 6 + EDGE


def period_axis(axes: Axes, periods: Sequence[Period]) -> None:
    """Label periods short, as many as can be.

    Periods lie one apart, each half a step wide on both sides; what they are (quarters, months) stands in front of them.
    """
    shown = _labelled(periods, size_of(axes)[0] / len(periods))
    axes.set_xticks(shown, _tick_labels(periods, shown))
    axes.tick_params(axis="x", length=0, pad=6)  # a mark over a Roman I would look like part of it
    axes.set_xlim(-0.5, len(periods) - 0.5)
    axes.grid(axis="x", visible=False)
    if word := PERIOD_WORDS.get(periods[0].months or 0):
        axes.text(0, 0, word, transform=moved(axes, axes.transAxes, -6, -6), ha="right", va="top", color=GREY)


# --- labels


def _start(run: Sequence[int], places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> float:
    """Give where a run of touching labels begins, so that they lie as near as they can to what they label, inside two ends."""
    before = accumulate((sizes[each] for each in run), initial=0.0)
    wanted = [places[each] - sizes[each] / 2 - offset for each, offset in zip(run, before, strict=False)]
    return max(min(sum(wanted) / len(wanted), high - sum(sizes[each] for each in run)), low)


def keep_apart(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Move labels of different sizes apart so that none covers another, in their order and between two ends; where that cannot be, beyond the upper.

    >>> keep_apart([10, 12, 50], [10, 10, 10], 0, 100), keep_apart([99, 100], [10, 10], 0, 100)
    ([6.0, 16.0, 50.0], [85.0, 95.0])
    """
    runs: list[list[int]] = []
    for each in sorted(range(len(places)), key=lambda each: places[each]):
        runs.append([each])
        while len(runs) > 1 and _start(runs[-2], places, sizes, low, high) + sum(sizes[one] for one in runs[-2]) > _start(runs[-1], places, sizes, low, high):
            runs[-2:] = [runs[-2] + runs[-1]]
    found = [0.0] * len(places)
    for run in runs:
        edge = _start(run, places, sizes, low, high)
        for each in run:
            found[each], edge = edge + sizes[each] / 2, edge + sizes[each]
    return found


class Label(NamedTuple):
    """What stands at the right of a drawing beside a value: its lines, the first in a colour."""

    value: float
    lines: tuple[str, ...]
    colour: str = GREY
    bold: bool = False


def right_room(labels: Iterable[Label]) -> float:
    """Give the room that labels need at the right."""
    return max((text_width(line, bold=label.bold and not at) for label in labels for at, line in enumerate(label.lines)), default=0) + 6 + EDGE


def label_right(axes: Axes, labels: Sequence[Label], scale: Scale) -> None:
    """Write labels beside their values, none over another."""
    height, sizes = size_of(axes)[1], [LINE * len(label.lines) + 1 for label in labels]
    places = keep_apart([scale.part(label.value) * height for label in labels], sizes, -LINE / 2, height + LINE / 2)
    for label, place in zip(labels, places, strict=True):
        for at, line in enumerate(label.lines):
            up = place + (len(label.lines) - 1 - 2 * at) * LINE / 2
            style: dict[str, Any] = {"weight": "bold"} if label.bold and not at else {}
            axes.text(1, 0, line, transform=moved(axes, axes.transAxes, 6, up), va="center", color=GREY if at else label.colour, **style)


def legend_above(axes: Axes, room: Room, above: float = 0) -> None:
    """Put the legend above the drawing, one entry a line from the left edge: names are long and a phone is narrow."""
    width, height = size_of(axes)
    anchor = ((EDGE - room.left) / width, 1 + (above + LINE / 2 + 1) / height)  # clear of a mark at the very top
    axes.legend(loc="lower left", bbox_to_anchor=anchor, frameon=False, ncols=1, handlelength=2.6, borderaxespad=0, borderpad=0, labelspacing=0.4)


# --- breaks of a series


def place_of(day: date, periods: Sequence[Period]) -> float:
    """Find where a day lies on an axis of periods."""
    at = next((place for place, period in enumerate(periods) if day <= period.end), len(periods) - 1)
    return at - 0.5 + max((day - periods[at].start).days, 0) / periods[at].days


def days_of(events: Iterable[Event]) -> list[date]:
    """Give the days of events, each once."""
    return list(dict.fromkeys(event.date for event in events))


def inside(days: Iterable[date], periods: Sequence[Period]) -> list[date]:
    """Keep the days that part some periods from others, or one in itself."""
    return [day for day in days if periods[0].start < day <= periods[-1].end]


def stretches(periods: Sequence[Period], days: Sequence[date]) -> list[int]:
    """Number the stretches that may be joined: a break parts the periods before it from those after, and one that it cuts from both."""
    return [sum((day <= period.start) + (day <= period.end) for day in days) for period in periods]


def draw_breaks(axes: Axes, days: Sequence[date], periods: Sequence[Period]) -> None:
    """Draw each day as a line through the drawing, its date above; where they are many, the notes alone have the dates."""
    places = [place_of(day, periods) for day in days]
    for place in places:
        axes.axvline(place, color="white", linewidth=3, zorder=1.8)  # a gap in what lies behind it, bars too
        axes.axvline(place, color=GREY, linewidth=1.2, linestyle=(0, (1, 1.5)), zorder=1.9)
    if len(days) > MOST_DATES:
        return
    width, texts = size_of(axes)[0], [notation.day(day) for day in days]
    centres = keep_apart([(place + 0.5) / len(periods) * width for place in places], [text_width(text) + 6 for text in texts], 0, width)
    for text, centre in zip(texts, centres, strict=True):
        axes.text(0, 1, text, transform=moved(axes, axes.transAxes, centre, 2), ha="center", va="bottom", color=GREY)


def date_room(days: Sequence[date]) -> float:
    """Give the room that the dates of breaks need above a drawing."""
    return DATE_LINE if 0 < len(days) <= MOST_DATES else 0


def break_notes(events: Sequence[Event]) -> list[str]:
    """Say what each vertical line is."""
    return [f"Vạch đứng {notation.day(event.date)}: {event.words}." for event in events]


# --- what is missing


def why_missing(number: Number) -> str:
    """Say why a number has no value: it is not published, there is nothing to divide by, or nothing is known."""
    if is_withheld(number):
        return NOT_PUBLISHED
    return NO_DOSSIERS if number.denominator == 0 else NO_DATA


def missing_runs(numbers: Sequence[Number]) -> list[tuple[str, int, int]]:
    """Give each stretch of neighbouring missing numbers: why they are, the first and the last place."""
    found = []
    for why, run in groupby(range(len(numbers)), key=lambda place: why_missing(numbers[place]) if numbers[place].value is None else ""):
        places = list(run)
        found += [(why, places[0], places[-1])] if why else []
    return found


def missing_words(numbers: Sequence[Number], periods: Sequence[Period]) -> list[str]:
    """Say which periods have no value, and why."""
    runs = missing_runs(numbers)
    return [f"{why}: {periods[first].name}" + (f" đến {periods[last].name}" if last > first else "") for why, first, last in runs]


def draw_missing(axes: Axes, numbers: Sequence[Number]) -> None:
    """Draw a band where periods have no value, with the reason written in it: upright where it is narrow. What is not there is never drawn as 0."""
    slot = size_of(axes)[0] / len(numbers)
    for why, first, last in missing_runs(numbers):
        axes.axvspan(first - 0.5, last + 0.5, facecolor=BAND, linewidth=0, zorder=0)
        text = EMPTY if why == NO_DATA and (first, last) == (0, len(numbers) - 1) else why
        lines, width = "\n".join(textwrap.wrap(text, 12)), slot * (last - first + 1) - 2
        if text_width(text) <= width:
            lines = text
        turned = max(map(text_width, lines.split("\n"))) > width
        style: dict[str, Any] = {"rotation": 90 if turned else 0, "bbox": {"pad": 1, "facecolor": BAND, "edgecolor": "none"}}
        spot = axes.get_xaxis_transform()
        axes.text((first + last) / 2, 0.5, text if turned else lines, transform=spot, ha="center", va="center", color=GREY, **style)


def say_empty(axes: Axes, why: str = EMPTY) -> None:
    """Say on a drawing that there is nothing to draw."""
    axes.text(0.5, 0.5, why, transform=axes.transAxes, ha="center", va="center", color=GREY)
