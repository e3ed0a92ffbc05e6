"""Chance over time in words and tables: which periods of a share stand out of its usual range.

The method's name stands in a note, never in a sentence. Numbers that no result of the catalogue holds have metrics of their own:
`control_centre_…`, `control_low_…` and `control_high_…`, with the metric's name behind.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, counted, ratio_text
from tthc_analysis.exhibits.wording import short_name
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.control import MIN_POINTS, NEAR, OUTSIDE, RUN, TREND, TREND_LENGTH, control_chart
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period

LISTED = 6  # periods that one sentence can name
SIGNALS = {OUTSIDE: "ngoài giới hạn", RUN: "tám kỳ liền một phía", TREND: "sáu kỳ liền cùng chiều", NEAR: "hai trong ba kỳ sát giới hạn"}
# what a pattern is called in a sentence, by its rule and side
PATTERNS = {
    (OUTSIDE, 1): "cao hơn mức dao động thường thấy ở",
    (OUTSIDE, -1): "thấp hơn mức dao động thường thấy ở",
    (RUN, 1): "{n} kỳ liền cao hơn mức trung bình,",
    (RUN, -1): "{n} kỳ liền thấp hơn mức trung bình,",
    (TREND, 1): "tăng liền {n} kỳ,",
    (TREND, -1): "giảm liền {n} kỳ,",
    (NEAR, 1): "gần sát mức cao nhất thường thấy ở",
    (NEAR, -1): "gần sát mức thấp nhất thường thấy ở",
}
QUESTION = "Dấu hiệu là câu hỏi cần tìm nguyên nhân, chưa phải kết luận."


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _known(results: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Keep one metric's rows that have figures: a period outside the register's days has none."""
    return results[(results["metric"] == metric) & results["numerator"].notna()]


# --- the control chart's rows


class Point(NamedTuple):
    """A period of a control chart: its share, the centre and the limits of its segment (missing where there are none), and its signals."""

    period: Period
    share: Number
    centre: Number
    low: Number
    high: Number
    segment: int
    signals: tuple[str, ...]

    @property
    def side(self) -> int:
        """1 above the centre, -1 below, 0 on it, by whole numbers."""
        if not self.share.denominator or not self.centre.denominator:
            return 0
        above = (self.share.numerator or 0) * self.centre.denominator - (self.centre.numerator or 0) * self.share.denominator
        return (above > 0) - (above < 0)


def _missing(metric: str, period: Period) -> Number:
    return Number(text=notation.MISSING, metric=metric, period=period.text, unit=SHARE)


def _limit(name: str, row: dict[str, Any]) -> Number:
    """Make the number of a limit: a share that no dossiers stand behind."""
    value = None if notation.is_missing(row[name]) else float(row[name])
    text = notation.MISSING if value is None else notation.percent(value, 1)
    return Number(text=text, metric=f"control_{name}_{row['metric']}", period=row["period"], value=value, unit=SHARE)


def _centre(row: dict[str, Any], segment: pd.DataFrame) -> Number:
    """Make the number of a segment's centre: all its numerators over all its denominators."""
    n, whole = float(segment["numerator"].sum()), float(segment["denominator"].sum())
    value = n / whole if whole else None
    return Number(
        text=notation.percent(n, whole),
        metric=f"control_centre_{row['metric']}",
        period=row["period"],
        numerator=n,
        denominator=whole,
        value=value,
        unit=SHARE,
    )


def control_points(results: pd.DataFrame, metric: str, study: Study) -> list[Point]:
    """Give each period of the study's history as a point of its share's control chart; see `metrics.control.control_chart`.

    `results` as `measure_study` gives them for `study.history`, without by-columns. None where no period has figures.
    """
    known, numbers = _known(results, metric), Numbers(results)
    chart = control_chart(known, study.history, study.rebases(metric)) if len(known) else known.assign(segment=0)
    segments, by_text = dict(list(chart.groupby("segment"))), {period.text: period for period in study.history}
    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in chart.to_dict("records")]
    return [
        Point(
            period := by_text[row["period"]],
            numbers.all.get((metric, period.text), _missing(metric, period)),
            _centre(row, segments[row["segment"]]),
            _limit("low", row),
            _limit("high", row),
            int(row["segment"]),
            row["signals"],
        )
        for row in rows
    ]


def control_table(caption: str, points: Sequence[Point]) -> Table:
    """List the periods of a control chart: n/N, share, centre, limits, and which signs there are."""
    rows = [
        [
            _heading(point.period.label),
            Cell(text=ratio_text(point.share) or notation.MISSING, numbers=[point.share]),
            *map(cell, (point.share, point.centre, point.low, point.high)),
            Cell(text=", ".join(SIGNALS[rule] for rule in point.signals) or notation.MISSING),
        ]
        for point in points
    ]
    names = ("Kỳ", "n/N", "%", "Đường giữa", "Giới hạn dưới", "Giới hạn trên", "Dấu hiệu")
    return Table(caption=caption, header=[Header(text=name) for name in names], rows=rows)


# --- the control chart in words


class Pattern(NamedTuple):
    """A sign on a control chart: the rule, the side or direction (1 or -1), and the points that show it."""

    rule: str
    way: int
    points: list[Point]


def _on_a_side(points: Sequence[Point], rule: str) -> list[Pattern]:
    """Gather the points that break a rule, by side; nearness to a limit is said only of points that show nothing else."""
    broken = [point for point in points if rule in point.signals and (rule != NEAR or point.signals == (NEAR,))]
    return [Pattern(rule, way, found) for way in (1, -1) if (found := [point for point in broken if point.side == way])]


def _runs(points: Sequence[Point]) -> list[Pattern]:
    stretches = groupby(points, key=lambda point: point.side if RUN in point.signals else 0)
    return [Pattern(RUN, way, list(found)) for way, found in stretches if way]


def _rises(points: Sequence[Point]) -> list[Pattern]:
    """Give each rise or fall that the rule marks, from its first point to its last: two may share their turning point."""
    shares = np.array([point.share.value for point in points], dtype=float)
    steps = enumerate(np.sign(np.diff(shares)))
    stretches = [(int(way), [place for place, _ in found]) for way, found in groupby(steps, key=lambda step: step[1])]
    return [Pattern(TREND, way, list(points[places[0] : places[-1] + 2])) for way, places in stretches if way and len(places) + 1 >= TREND_LENGTH]


def patterns(points: Sequence[Point]) -> list[Pattern]:
    """Give the signs of a control chart, segment by segment: outside, runs, rises and falls, near a limit."""
    found = []
    for _, group in groupby(points, key=lambda point: point.segment):
        judged = [point for point in group if point.share.value is not None and point.low.value is not None]
        found += [*_on_a_side(judged, OUTSIDE), *_runs(judged), *_rises(judged), *_on_a_side(judged, NEAR)]
    return found


def _with_counts(point: Point) -> str:
    return f"{short_name(point.period)} ({point.share.text}, {ratio_text(point.share)})"


def pattern_words(pattern: Pattern) -> str:
    """Say a sign without its method: "tăng liền 6 kỳ, từ quý I/2021 đến quý II/2022"."""
    said = PATTERNS[pattern.rule, pattern.way].format(n=notation.count(len(pattern.points)))
    if pattern.rule in (RUN, TREND):
        return f"{said} từ {short_name(pattern.points[0].period)} đến {short_name(pattern.points[-1].period)}"
    names = [_with_counts(point) for point in pattern.points]
    rest = len(names) - LISTED
    return f"{said} {', '.join(names[:LISTED])}" + (f" và {notation.count(rest)} kỳ nữa" if rest > 0 else "")


def _why_no_limits(group: Sequence[Point]) -> str:
    """Say why a segment has no limits: too few periods, or a share that never moved."""
    known = [point for point in group if point.share.value is not None]
    since = f"từ {short_name(group[0].period)}"
    if not known:
        return f"{since} không có số liệu"
    if len(known) < MIN_POINTS:
        return f"{since} mới có {notation.count(len(known))} kỳ có số liệu, cần ít nhất {notation.count(MIN_POINTS)} kỳ mới biết mức dao động thường thấy"
    return f"{since} tỷ lệ không dao động ({known[-1].share.text}), nên không có gì vượt mức thường thấy"


def without_limits(points: Sequence[Point]) -> list[str]:
    """Say of each segment without limits why it has none."""
    groups = [list(group) for _, group in groupby(points, key=lambda point: point.segment)]
    return [_why_no_limits(group) for group in groups if all(point.low.value is None for point in group)]


def _judged_words(points: Sequence[Point], found: Sequence[Pattern]) -> list[str]:
    """Say what the limits tell: the signs, or that there is none."""
    judged = [point for point in points if point.low.value is not None]
    if not judged:
        return []
    if found:
        return list(map(pattern_words, found))
    usual = f"quanh {judged[-1].centre.text} ({ratio_text(judged[-1].centre)})"
    return [f"dao động trong mức thường thấy {usual} qua {notation.count(len(judged))} kỳ, không có dấu hiệu khác thường"]


def period_counts(points: Sequence[Point], found: Sequence[Pattern]) -> list[Number]:
    """Make the numbers of the periods that the words of a control chart count: those judged, those of each sign, those known, those needed."""
    known = [[point for point in group if point.share.value is not None] for _, group in groupby(points, key=lambda point: point.segment)]
    sizes = [sum(point.low.value is not None for point in points), MIN_POINTS, *map(len, known), *(len(pattern.points) for pattern in found)]
    return [counted(n, "periods", points[-1].period.text, "kỳ") for n in dict.fromkeys([*sizes, *(size - LISTED for size in sizes if size > LISTED)])]


def say_control(results: pd.DataFrame, metric: str, study: Study) -> Statement:
    """Say which periods of a share stand out of its usual range and how, or that none does, or that there are too few to say.

    `results` as for `control_points`.
    """
    points, label = control_points(results, metric, study), get_metric(metric).label
    if not points:
        return Statement(text=f"{label}: không có số liệu.")
    found = patterns(points)
    said = "; ".join([*_judged_words(points, found), *without_limits(points)])
    shown = {point.period.text: point.share for pattern in found for point in pattern.points}
    numbers = list(shown.values()) or [points[-1].share, points[-1].centre]
    return Statement(text=f"{label}: {said}.{' ' + QUESTION if found else ''}", numbers=numbers, mentions=period_counts(points, found))
