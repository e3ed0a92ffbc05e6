"""Charts: drawn from results, never computing. Each gives a Figure with alternative text made from its data, and that data as a table."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from tthc_analysis.exhibits import canvas
from tthc_analysis.exhibits.canvas import AXIS_LINES, EDGE, LEGEND_LINE, LINE, Label, Room, Scale
from tthc_analysis.exhibits.looks import GREY, INK, look_of
from tthc_analysis.exhibits.model import Figure, Number
from tthc_analysis.exhibits.numbers import CONFIDENCE, WITHHELD_NOTE, Numbers, counted, goal, is_withheld, ratio_text
from tthc_analysis.exhibits.tables import WHOLE, group_table, history_table
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import ALL, Event, breaks
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.targets import Target

WIDEST_BAR, THINNEST_BAR = 40.0, 5.0
MOST_GROUPS = 24  # that one chart can hold and a page can show
HEIGHT = 150.0  # of a drawing over time
ROW = 28.0  # the height of a group's row: its name, and under it its dot or bar
GAP = 0.7  # between the halves of a drawing that leaves some out, in rows
NAME_AT, MARK_AT = -0.21, 0.21  # where they lie in a row, of its height


# --- over time


class Course(NamedTuple):
    """A metric over the periods, oldest first, and which of its figures may be joined (one number a stretch)."""

    metric: str
    numbers: list[Number]
    stretches: list[int]


def _courses(results: pd.DataFrame, study: Study) -> list[Course]:
    numbers, periods = Numbers(results), study.history
    metrics = dict.fromkeys(results["metric"])
    days = {metric: breaks(study.events, study.unit, metric) for metric in metrics}
    return [Course(metric, [numbers.get(metric, period) for period in periods], canvas.stretches(periods, days[metric])) for metric in metrics]


def _cutting(courses: Sequence[Course], study: Study) -> list[Event]:
    """Give the events inside the history that break one of the courses."""
    found = {day for course in courses for day in breaks(study.events, study.unit, course.metric)}
    days, metrics = canvas.inside(found, study.history), {ALL, *(course.metric for course in courses)}
    return [event for event in study.events if event.kind == "break" and event.date in days and event.unit in (ALL, study.unit) and event.metric in metrics]


def _absent(courses: Sequence[Course]) -> list[Number]:
    """Give a number a period that is missing only where every course lacks its figure, for the reason of the first."""
    each = zip(*(course.numbers for course in courses), strict=True)
    return [next((number for number in numbers if number.value is not None), numbers[0]) for numbers in each]


def _mark_absent(axes: Axes, courses: Sequence[Course]) -> None:
    """Mark at the foot a figure that one course lacks where another has it, in its colour and at a height of its own."""
    whole = _absent(courses)
    for at, course in enumerate(courses):
        for place, number in enumerate(course.numbers):
            if number.value is None and whole[place].value is not None:
                spot = canvas.moved(axes, axes.get_xaxis_transform(), 0, 6 + 9 * at)
                axes.text(place, 0, number.text, transform=spot, ha="center", va="center", weight="bold", color=look_of(course.metric).ink)


def _frame(courses: Sequence[Course]) -> pd.DataFrame:
    """Give the known figures of all courses, a row each; `line` tells apart what must not be joined: stretches, and the sides of a gap."""
    rows = []
    for course in courses:
        values = canvas.values_of(course.numbers)
        parts = zip(values, np.cumsum(np.isnan(values)), course.stretches, strict=True)
        rows += [(place, value, course.metric, f"{course.metric} {stretch} {gaps}") for place, (value, gaps, stretch) in enumerate(parts)]
    return pd.DataFrame(rows, columns=["x", "y", "metric", "line"]).dropna()


def _marker_size(axes: Axes, courses: Sequence[Course]) -> float:
    """Give a size at which neighbouring markers do not touch."""
    return min(6, max(canvas.size_of(axes)[0] / len(courses[0].numbers) * 0.6, 3))


def _draw_lines(axes: Axes, courses: Sequence[Course]) -> None:
    """Draw a line a metric: broken where a value is missing and at a break."""
    known, looks = _frame(courses), {course.metric: look_of(course.metric) for course in courses}
    if known.empty:
        return
    axes.set(xlabel=" ", ylabel=" ")  # seaborn lays out every tick to see whether an axis without a label wants one
    styles: dict[str, Any] = {
        "palette": {metric: look.colour for metric, look in looks.items()},
        "markers": {metric: look.marker for metric, look in looks.items()},
        "dashes": {metric: look.dash for metric, look in looks.items()},
    }
    sns.lineplot(
        data=known,
        x="x",
        y="y",
        hue="metric",
        style="metric",
        units="line",
        estimator=None,
        sort=False,
        legend=False,
        markersize=_marker_size(axes, courses),
        ax=axes,
        **styles,
    )
    axes.set(xlabel="", ylabel="")


def _draw_intervals(axes: Axes, course: Course) -> None:
    """Draw the interval of a share: a band along what is joined, a bar where a figure stands alone."""
    low, high = canvas.values_of(course.numbers, "ci_low"), canvas.values_of(course.numbers, "ci_high")
    known, colour = ~np.isnan(low), look_of(course.metric).colour
    cuts = np.flatnonzero(np.diff(course.stretches) | (known[1:] != known[:-1])) + 1
    for places in np.split(np.arange(len(low)), cuts):
        if known[places[0]] and len(places) > 1:
            axes.fill_between(places, low[places], high[places], color=colour, alpha=0.14, linewidth=0)
        elif known[places[0]]:
            axes.vlines(places, low[places], high[places], color=colour, alpha=0.3, linewidth=4)


def _targets(courses: Sequence[Course], study: Study) -> list[Target]:
    """Give the verified targets of the courses of which anything is known."""
    known = [course for course in courses if any(number.value is not None for number in course.numbers)]
    return [target for course in known if (target := study.target(course.metric))]


def _draw_target(axes: Axes, target: Target, periods: Sequence[Period]) -> None:
    """Draw a target over the days in which it holds."""
    start = max(canvas.place_of(target.valid_from, periods), -0.5)
    axes.plot([start, len(periods) - 0.5], [float(target.value)] * 2, color=GREY, linewidth=1.2, linestyle=(0, (2, 2)), zorder=1.5)


def _end_labels(courses: Sequence[Course]) -> list[Label]:
    """Label each line's last value with the counts behind it."""
    last = [(course.numbers[-1], look_of(course.metric).ink) for course in courses]
    return [Label(number.value, tuple(filter(None, (number.text, ratio_text(number)))), ink, bold=True) for number, ink in last if number.value is not None]


def _all_values(courses: Sequence[Course]) -> list[float]:
    return list(chain.from_iterable(canvas.values_of(course.numbers, name) for course in courses for name in ("value", "ci_low", "ci_high")))


def _by_end(courses: Sequence[Course]) -> list[Course]:
    """Order courses as their lines end, the highest first: a legend that reads as the drawing does."""
    return sorted(courses, key=lambda course: -(course.numbers[-1].value or 0))


def _add_legend(axes: Axes, courses: Sequence[Course], room: Room, above: float) -> None:
    if len(courses) < 2:
        return
    for course in courses:
        look = look_of(course.metric)
        axes.plot([], [], color=look.colour, marker=look.marker, linestyle=(0, look.dash or None), label=get_metric(course.metric).label)
    canvas.legend_above(axes, room, above)


def _unit_of(courses: Sequence[Course]) -> str:
    return courses[0].numbers[0].unit


def _unit_words(unit: str) -> str:
    """Write a unit beside an upright axis; percentages speak for themselves."""
    return "" if unit == SHARE else unit.capitalize()


def _room_over_time(scale: Scale, labels: Sequence[Label], courses: Sequence[Course], events: Sequence[Event], study: Study) -> Room:
    left = max(scale.room + (LINE + EDGE if _unit_of(courses) != SHARE else 0), canvas.word_room(study.history))
    top = LINE / 2 + 3 + canvas.date_room(canvas.days_of(events)) + LEGEND_LINE * len(courses) * (len(courses) > 1)
    return Room(left, canvas.right_room(labels), AXIS_LINES, top)


def _finish(axes: Axes, courses: Sequence[Course], study: Study, events: Sequence[Event]) -> None:
    """Mark the periods, those of which nothing is known, the breaks, and what single courses lack."""
    canvas.period_axis(axes, study.history)
    canvas.draw_missing(axes, _absent(courses))
    canvas.draw_breaks(axes, canvas.days_of(events), study.history)
    _mark_absent(axes, courses)


def _trend_svg(courses: Sequence[Course], study: Study, events: Sequence[Event]) -> str:
    """Draw lines over time with their intervals, targets, breaks and gaps."""
    targets, unit = _targets(courses, study), _unit_of(courses)
    scale = canvas.scale_of([*_all_values(courses), *(float(target.value) for target in targets)], unit)
    labels = [*_end_labels(courses), *(Label(float(target.value), ("Chỉ tiêu", goal(target).text)) for target in targets)]
    room = _room_over_time(scale, labels, courses, events, study)
    with canvas.canvas_of(HEIGHT, room) as (sheet, axes):
        _draw_lines(axes, courses)
        for course in courses:
            _draw_intervals(axes, course)
        for target in targets:
            _draw_target(axes, target, study.history)
        canvas.set_scale(axes.yaxis, scale)
        _finish(axes, courses, study, events)
        axes.set_ylabel(_unit_words(unit) if scale.labels else "")
        canvas.label_right(axes, labels, scale)
        _add_legend(axes, _by_end(courses), room, canvas.date_room(canvas.days_of(events)))
        return canvas.svg_of(sheet)


def draw_trend(caption: str, results: pd.DataFrame, study: Study) -> Figure:
    """Draw metrics of one unit of measure over the study's periods, with intervals for shares, targets where there are verified ones, and breaks.

    `results` as `measure_study` gives them for `study.history`, without by-columns. No line crosses a break (`reference.events`) or a missing value.
    """
    courses = _courses(results, study)
    events = _cutting(courses, study)
    notes = [*_interval_notes(courses), *_size_notes(courses), *_target_notes(courses, study), *_event_notes(courses, events, study)]
    mentions = [_periods(study), *map(goal, _targets(courses, study)), *([CONFIDENCE] if _interval_notes(courses) else [])]
    return Figure(
        caption=caption,
        svg=_trend_svg(courses, study, events),
        alt=f"Biểu đồ đường {_span_words(study)}. {_alt_of(courses, study, events)}",
        data=history_table(caption, results, study.history),
        notes=notes,
        mentions=mentions,
        quoted=_quoted(courses, events),
    )


# --- over time, in words


def _periods(study: Study) -> Number:
    return counted(len(study.history), "periods", study.period.text, "kỳ")


def _quoted(courses: Sequence[Course], events: Sequence[Event]) -> list[str]:
    """Give the texts that are quoted on a drawing or under it: labels of the catalogue, words of events."""
    return [*(get_metric(course.metric).label for course in courses), *(event.words for event in events)]


def _span_words(study: Study) -> str:
    first, last = study.history[0], study.history[-1]
    return f"qua {notation.count(len(study.history))} kỳ, từ {first.name} đến {last.name}"


def _stretch_words(known: Sequence[tuple[Number, Period]]) -> str:
    """Say a stretch of figures in words: first, last, lowest, highest."""
    if len({number.text for number, _ in known}) == 1:
        (number, first), (_, last) = known[0], known[-1]
        return f"{number.text} ({first.name})" if first == last else f"luôn {number.text} (từ {first.name} đến {last.name})"
    low, high = (choose(known, key=lambda pair: pair[0].value or 0) for choose in (min, max))
    named = (("đầu", known[0]), ("cuối", known[-1]), ("thấp nhất", low), ("cao nhất", high))
    return ", ".join(f"{word} {number.text} ({period.name})" for word, (number, period) in named)


def _course_words(course: Course, periods: Sequence[Period]) -> str:
    """Say a course in words, each stretch for itself, and what it lacks."""
    said = []
    for stretch in dict.fromkeys(course.stretches):
        chosen = zip(course.numbers, periods, course.stretches, strict=True)
        known = [(number, period) for number, period, of in chosen if of == stretch and number.value is not None]
        # an odd number is a period that a break cuts
        where = "" if stretch == course.stretches[0] else "kỳ có vạch: " if stretch % 2 else "sau vạch: "
        said += [where + _stretch_words(known)] if known else []
    label = get_metric(course.metric).label
    if not said:
        return f"{label}: không có số liệu."
    return f"{label}: {'; '.join([*said, *canvas.missing_words(course.numbers, periods)])}."


def _goal_words(course: Course, target: Target) -> str:
    """Say on which side of its target a course ends."""
    last = course.numbers[-1]
    if not last.denominator:
        return f"Chỉ tiêu {goal(target).text}."
    difference = Fraction(int(last.numerator or 0), int(last.denominator)) - target.value
    side = "cao hơn" if difference > 0 else "thấp hơn" if difference else "bằng"
    return f"Kỳ cuối {side} chỉ tiêu {goal(target).text}."


def _alt_of(courses: Sequence[Course], study: Study, events: Sequence[Event]) -> str:
    """Say in words what the courses, their targets and the breaks show."""
    said = []
    for course in courses:
        said += [_course_words(course, study.history), *(_goal_words(course, target) for target in _targets([course], study))]
    when = ", ".join(notation.day(day) for day in canvas.days_of(events))
    return " ".join([*said, *([f"Vạch đứng: {when}, không so sánh qua ngày này."] if when else [])])


def _interval_notes(courses: Sequence[Course]) -> list[str]:
    known = any(number.ci_low is not None for course in courses for number in course.numbers)
    return [f"Dải mờ: khoảng tin cậy Wilson {CONFIDENCE.text}."] if known else []


def _size_words(course: Course) -> str:
    """Say on how many dossiers the figures of a course rest."""
    sizes = [number.denominator for number in course.numbers if number.denominator]
    ends = [notation.count(end) for end in (min(sizes, default=0), max(sizes, default=0))]
    return "" if not sizes else ends[0] if ends[0] == ends[1] else f"từ {ends[0]} đến {ends[1]}"


def _size_notes(courses: Sequence[Course]) -> list[str]:
    """Say N, the number of dossiers of a period; for each metric where they differ."""
    sizes = {course.metric: _size_words(course) for course in courses}
    if not any(sizes.values()):
        return []
    said = (
        next(iter(sizes.values()))
        if len(set(sizes.values())) == 1
        else "; ".join(f"{get_metric(metric).label} {size}" for metric, size in sizes.items() if size)
    )
    return [f"Số hồ sơ mỗi kỳ (N): {said}."]


def _target_notes(courses: Sequence[Course], study: Study) -> list[str]:
    """Say of which metric a target is where there are several, and since when it holds where that is inside the drawing."""
    notes = []
    for target in _targets(courses, study):
        whose = f" là của {get_metric(target.metric).label.lower()}" if len(courses) > 1 else ""
        since = f" áp dụng từ {notation.day(target.valid_from)}" if target.valid_from > study.history[0].start else ""
        notes += [f"Chỉ tiêu {goal(target).text}{','.join(filter(None, (whose, since)))}."] if whose or since else []
    return notes


def _event_notes(courses: Sequence[Course], events: Sequence[Event], study: Study) -> list[str]:
    """Say what each vertical line is, which period it cuts, and what the marks at the foot mean."""
    cut = [period.name for period, *of in zip(study.history, *(course.stretches for course in courses), strict=True) if any(stretch % 2 for stretch in of)]
    notes = [*canvas.break_notes(events), *([f"{', '.join(cut)}: gồm cả ngày trước và sau vạch, nên không nối với kỳ nào."] if cut else [])]
    marks = {number.text: canvas.why_missing(number) for course in courses for number in _lacking(course, _absent(courses))}
    return [*notes, *(f"Dấu {mark} ở chân hình: {why}." for mark, why in marks.items())]


def _lacking(course: Course, whole: Sequence[Number]) -> list[Number]:
    """Give the figures that a course lacks where another has one."""
    return [number for number, other in zip(course.numbers, whole, strict=True) if number.value is None and other.value is not None]


# --- counts over time


def _bar_width(courses: Sequence[Course], axis: float) -> float:
    """Give the width of a bar on an axis of so many points, in periods: they fill most of it, but few bars are no walls."""
    return min(0.8 / len(courses), WIDEST_BAR * len(courses[0].numbers) / axis)


def _bar_points(courses: Sequence[Course], axis: float) -> float:
    """Give the width of a bar in points."""
    return _bar_width(courses, axis) * axis / len(courses[0].numbers)


def _bars(courses: Sequence[Course], axis: float) -> list[tuple[Course, float]]:
    """Give each course with how far its bars lie beside the middle of their period."""
    width = _bar_width(courses, axis)
    return [(course, (at + 0.5 - len(courses) / 2) * width) for at, course in enumerate(courses)]


def _bar_words(course: Course, *, last: bool) -> str:
    """Write a legend's entry, with the last value where the bars leave it no room of its own: beside two bars it could be of either."""
    number = course.numbers[-1]
    return f"{get_metric(course.metric).label}: kỳ cuối {number.text}" if last and number.value is not None else get_metric(course.metric).label


def _draw_bars(axes: Axes, courses: Sequence[Course], *, last: bool) -> None:
    """Draw bars side by side, each metric with its hatch: a copy in black and white still tells them apart."""
    axis = canvas.size_of(axes)[0]
    for course, offset in _bars(courses, axis):
        look, values = look_of(course.metric), canvas.values_of(course.numbers)
        places = np.flatnonzero(~np.isnan(values))
        style: dict[str, Any] = {"color": look.colour, "hatch": look.hatch, "edgecolor": "white", "linewidth": 0.5, "zorder": 1.5}
        axes.bar(places + offset, values[places], _bar_width(courses, axis), label=_bar_words(course, last=last), **style)


def _label_bars(axes: Axes, courses: Sequence[Course], *, every: bool) -> None:
    """Write the values over the bars where there is room; else only what is nought, which has no bar to see."""
    axis = canvas.size_of(axes)[0]
    if canvas.text_width("0") > _bar_points(courses, axis):
        return
    for course, offset in _bars(courses, axis):
        for place, number in enumerate(course.numbers):
            if number.value is not None and (every or number.value == 0):
                spot, ink = canvas.moved(axes, axes.transData, 0, 2), look_of(course.metric).ink
                axes.text(place + offset, number.value, number.text, transform=spot, ha="center", va="bottom", color=ink)


def _fits(courses: Sequence[Course], width: float) -> bool:
    """Say whether each value can stand over its bar, on an axis of so many points."""
    widest = max(canvas.text_width(number.text) for course in courses for number in course.numbers)
    return widest + 3 <= _bar_points(courses, width)


def draw_counts(caption: str, results: pd.DataFrame, study: Study) -> Figure:
    """Draw counts side by side over the study's periods (received and resolved, say): a bar a metric, each with its own hatch.

    `results` as for `draw_trend`. Nought is written, a missing count has a mark: they do not look alike. Where the periods are so many that
    hatches could not be seen, the bars are lines.
    """
    courses = _courses(results, study)
    events, thin = _cutting(courses, study), _bar_points(courses, canvas.WIDTH - 2 * AXIS_LINES) < THINNEST_BAR
    return Figure(
        caption=caption,
        svg=_trend_svg(courses, study, events) if thin else _counts_svg(courses, study, events),
        alt=f"Biểu đồ {'đường' if thin else 'cột'} {_span_words(study)}. {_alt_of(courses, study, events)}",
        data=history_table(caption, results, study.history),
        notes=_event_notes(courses, events, study),
        mentions=[_periods(study)],
        quoted=_quoted(courses, events),
    )


def _counts_svg(courses: Sequence[Course], study: Study, events: Sequence[Event]) -> str:
    """Draw bars over time with their values, breaks and gaps."""
    scale = canvas.scale_of(_all_values(courses), COUNT)._replace(low=0)
    every = _fits(courses, canvas.WIDTH - scale.room - LINE - 20)
    scale = scale._replace(high=scale.high * 1.08) if every else scale
    labels = [] if every or len(courses) > 1 else _end_labels(courses)
    room = _room_over_time(scale, labels, courses, events, study)
    with canvas.canvas_of(HEIGHT, room) as (sheet, axes):
        _draw_bars(axes, courses, last=not every)
        _label_bars(axes, courses, every=every)
        canvas.set_scale(axes.yaxis, scale)
        _finish(axes, courses, study, events)
        axes.set_ylabel(_unit_words(COUNT) if scale.labels else "")
        canvas.label_right(axes, labels, scale)
        if len(courses) > 1:
            canvas.legend_above(axes, room, canvas.date_room(canvas.days_of(events)))
        return canvas.svg_of(sheet)


# --- groups beside each other


class Rows(NamedTuple):
    """The groups that are drawn: names, figures and places from above; and how many are left out between the upper and the lower half."""

    names: list[str]
    numbers: list[Number]
    places: NDArray[np.float64]
    left_out: int = 0


def _sorted_groups(numbers: Numbers, metric: str, period: Period) -> list[Number]:
    """Groups of a period, best value first, those without a value last; equal ones by name."""
    found = [number for number in numbers.all.values() if number.metric == metric and number.period == period.text]
    return sorted(found, key=lambda n: (n.value is None, -(n.value or 0), *n.group.values()))


def _rows(every: list[Number], column: str) -> Rows:
    """Choose the groups that a drawing can hold: of many the first and the last ones that have a value."""
    half, known = MOST_GROUPS // 2, [number for number in every if number.value is not None]
    shown = every if len(every) <= MOST_GROUPS else known if len(known) <= MOST_GROUPS else [*known[:half], *known[-half:]]
    left_out = len(known) - MOST_GROUPS if len(every) > MOST_GROUPS < len(known) else 0
    places = np.arange(len(shown), dtype=float)
    places[half:] += GAP if left_out else 0
    return Rows([group_label(column, number.group[column]) for number in shown], shown, places, left_out)


def rows_height(places: NDArray[np.float64]) -> float:
    """Give the height of a drawing of rows."""
    return ROW * (float(places[-1]) + 1 if len(places) else 2)


def name_rows(axes: Axes, names: Sequence[str], places: NDArray[np.float64], room: Room) -> None:
    """Write each group's name over its row, from the left edge: even a long one needs no second line, and the drawing keeps its width."""
    axes.set_yticks(places + NAME_AT, [canvas.fitted(name, canvas.WIDTH - 2 * EDGE) for name in names])
    axes.tick_params(axis="y", length=0, pad=room.left - EDGE)
    for label in axes.get_yticklabels():
        label.set_horizontalalignment("left")
    axes.set_ylim(rows_height(places) / ROW - 0.5, -0.5)
    axes.spines.left.set_visible(False)
    axes.grid(visible=False)


def column_right(axes: Axes, texts: Iterable[str], places: Iterable[float], edge: float, colour: str = INK) -> None:
    """Write a column of figures at the right of rows, to end so many points from the drawing."""
    spot = canvas.moved(axes, axes.get_yaxis_transform(), edge, 0)
    for text, place in zip(texts, places, strict=True):
        axes.text(1, place + MARK_AT, text, transform=spot, ha="right", va="center", color=colour)


class Columns(NamedTuple):
    """The columns of figures beside the rows: what heads them, what is written, and where each ends."""

    heads: tuple[str, str]
    figures: list[str]
    counts: list[str]
    edges: tuple[float, float]


def _columns(rows: Rows, unit: str) -> Columns:
    heads = ("%", "n/N") if unit == SHARE else (unit.capitalize(), "Số hồ sơ" if unit != COUNT else "")
    values, counts = [number.text for number in rows.numbers], [ratio_text(number) if number.value is not None else "" for number in rows.numbers]
    first, second = (max(map(canvas.text_width, (head, *texts))) for head, texts in zip(heads, (values, counts), strict=True))
    return Columns(heads, values, counts, (first + 8, first + second + (18 if second else 8)))


def _draw_rows(axes: Axes, rows: Rows, metric: str, scale: Scale) -> None:
    """Draw a dot a group on its line, with its interval; where there is no value, the reason."""
    at, look, values = rows.places + MARK_AT, look_of(metric), canvas.values_of(rows.numbers)
    axes.hlines(at, scale.low, scale.high, color="#E3E3E3", linewidth=0.8, zorder=0)
    axes.hlines(at, canvas.values_of(rows.numbers, "ci_low"), canvas.values_of(rows.numbers, "ci_high"), color=look.colour, alpha=0.45, linewidth=3, zorder=1)
    axes.set(xlabel=" ", ylabel=" ")  # as in _draw_lines
    sns.scatterplot(x=values, y=at, ax=axes, color=look.colour, marker=look.marker, s=42, zorder=3, legend=False)
    axes.set(xlabel="", ylabel="")
    for place, number in zip(at, rows.numbers, strict=True):
        if number.value is None:
            axes.text(scale.low, place, canvas.why_missing(number), va="center", color=GREY, bbox={"pad": 1, "facecolor": "white", "edgecolor": "none"})


def _draw_whole(axes: Axes, total: Number, rows: Rows, scale: Scale) -> None:
    """Draw the whole across the rows, but not across the names, its value above."""
    if total.value is None:
        return
    axes.vlines(np.full(len(rows.places), total.value), rows.places + MARK_AT - 0.16, rows.places + MARK_AT + 0.16, color=GREY, linewidth=1.3, zorder=2)
    text, width = f"{WHOLE} {total.text}", canvas.size_of(axes)[0]
    half = canvas.text_width(text) / 2
    centre = min(max(scale.part(total.value) * width, half - EDGE), width - half)
    axes.text(0, 1, text, transform=canvas.moved(axes, axes.transAxes, centre, 3), ha="center", va="bottom", color=GREY)


def _left_out_words(rows: Rows, column: str) -> str:
    return f"{notation.count(rows.left_out)} {GROUP_LABELS[column].lower()} ở giữa không vẽ"


def _say_left_out(axes: Axes, rows: Rows, column: str) -> None:
    """Say between the halves that some are not drawn: neighbours on the drawing are none in the ranking."""
    if rows.left_out:
        place = rows.places[MOST_GROUPS // 2] - 0.5 - GAP / 2
        axes.text(0.5, place, f"⋮  {_left_out_words(rows, column)}  ⋮", transform=axes.get_yaxis_transform(), ha="center", va="center", color=GREY)


def _groups_svg(rows: Rows, total: Number, column: str) -> str:
    """Draw groups as rows: names, dots, intervals, figures, and the whole."""
    figures = [canvas.values_of([*rows.numbers, total], name) for name in ("value", "ci_low", "ci_high")]
    scale, columns = canvas.scale_of(chain.from_iterable(figures), total.unit, most=5), _columns(rows, total.unit)
    room = Room(18, columns.edges[1] + EDGE, 20, LINE + 6)
    with canvas.canvas_of(rows_height(rows.places), room) as (sheet, axes):
        _draw_rows(axes, rows, total.metric, scale)
        _draw_whole(axes, total, rows, scale)
        _say_left_out(axes, rows, column)
        canvas.set_scale(axes.xaxis, scale)
        name_rows(axes, rows.names, rows.places, room)
        for head, texts, edge, colour in zip(columns.heads, (columns.figures, columns.counts), columns.edges, (INK, GREY), strict=True):
            column_right(axes, texts, rows.places, edge, colour)
            axes.text(1, 1, head, transform=canvas.moved(axes, axes.transAxes, edge, 3), ha="right", va="bottom", color=GREY)
        axes.spines.bottom.set_visible(bool(scale.labels))
        if not rows.names:
            canvas.say_empty(axes)
        return canvas.svg_of(sheet)


def _row_words(name: str, number: Number) -> str:
    return f"{name}: {canvas.why_missing(number)}" if number.value is None else " ".join(filter(None, (name, number.text, _in_brackets(ratio_text(number)))))


def _in_brackets(text: str) -> str:
    return f"({text})" if text else ""


def _groups_notes(rows: Rows, every: Sequence[Number], total: Number) -> list[str]:
    """Say what the bars are, and which groups the drawing leaves out."""
    notes = [f"Thanh mờ: khoảng tin cậy Wilson {CONFIDENCE.text}; nhóm ít hồ sơ có khoảng rộng."] if total.unit == SHARE else []
    if rows.left_out:
        half = notation.count(MOST_GROUPS // 2)
        notes.append(f"Hình vẽ {half} nhóm đầu và {half} nhóm cuối trong {notation.count(len(every))} nhóm; bảng số liệu có đủ.")
    elif len(rows.names) < len(every):
        notes.append(f"Hình không vẽ {notation.count(len(every) - len(rows.names))} nhóm không có số để vẽ; bảng số liệu có đủ.")
    return [*notes, *([WITHHELD_NOTE] if any(map(is_withheld, rows.numbers)) else [])]


def draw_groups(caption: str, metric: str, results: pd.DataFrame, whole: pd.DataFrame, period: Period) -> Figure:
    """Draw one metric by the one by-column of `results`: a dot a group with its interval, n/N beside it, the whole as a line.

    Of more than 24 groups the first and the last twelve are drawn, and how many lie between is said.
    """
    numbers, total = Numbers(results), Numbers(whole).get(metric, period)
    (column,) = numbers.groups
    every = _sorted_groups(numbers, metric, period)
    rows = _rows(every, column)
    said = [_row_words(name, number) for name, number in zip(rows.names, rows.numbers, strict=True)]
    if rows.left_out:
        said.insert(MOST_GROUPS // 2, _left_out_words(rows, column))
    alt = (
        f"Biểu đồ điểm theo {GROUP_LABELS[column].lower()}, {period.name}: {get_metric(metric).label}. {'; '.join(said) or canvas.EMPTY}. {WHOLE} {total.text}."
    )
    data = group_table(caption, results[results["metric"] == metric], whole[whole["metric"] == metric], period)
    counts = dict.fromkeys((rows.left_out, len(every) - len(rows.names), len(every), MOST_GROUPS // 2) if len(rows.names) < len(every) else ())
    groups = [counted(n, "groups", period.text, "nhóm", of=metric) for n in counts]
    mentions = [*([CONFIDENCE] if total.unit == SHARE else []), *groups]
    svg, notes = _groups_svg(rows, total, column), _groups_notes(rows, every, total)
    return Figure(caption=caption, svg=svg, alt=alt, data=data, notes=notes, mentions=mentions)
