"""Words: what groups are called, and sentences made from results by rule. A sentence never says more than its numbers do."""

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from tthc_analysis.exhibits.model import Number, Statement
from tthc_analysis.exhibits.numbers import Numbers, constant, counted, difference, goal, ratio_text, within_chance
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.events import breaks
from tthc_analysis.reference.periods import Period, parse_period
from tthc_analysis.reference.procedures import CLOCKS
from tthc_analysis.reference.targets import Target
from tthc_analysis.reference.units import LEVEL_LABELS, units

GROUP_LABELS = {"unit_id": "Đơn vị", "field": "Lĩnh vực", "channel": "Hình thức nộp", "procedure_code": "Thủ tục", "level": "Cấp"}
GROUP_LABELS |= {"service_level": "Mức độ dịch vụ công", "clock": "Đơn vị tính thời hạn", "age_band": "Đã chờ", "left_band": "Thời gian còn lại"}
CODE_LABELS = {
    "channel": {"online": "Trực tuyến", "in_person": "Trực tiếp", "post": "Bưu chính", "other": "Khác"},
    "level": LEVEL_LABELS,
    "service_level": {"full": "Toàn trình", "partial": "Một phần", "none": "Chỉ cung cấp thông tin"},
    "clock": CLOCKS,
    "age_band": {
        "0-5": "0 đến 5 ngày làm việc",
        "6-10": "6 đến 10 ngày",
        "11-20": "11 đến 20 ngày",
        "21-60": "21 đến 60 ngày",
        "61+": "Trên 60 ngày",
    },
    "left_band": {
        "late-21+": "Quá hạn trên 20 ngày làm việc",
        "late-6-20": "Quá hạn 6 đến 20 ngày",
        "late-0-5": "Quá hạn đến 5 ngày",
        "left-0-5": "Còn 0 đến 5 ngày làm việc",
        "left-6-10": "Còn 6 đến 10 ngày",
        "left-11+": "Còn trên 10 ngày",
        "no-due-date": "Không có ngày hẹn trả",
    },
}
FEW = 30  # dossiers below which a share is said to rest on little


def group_label(column: str, value: str) -> str:
    """Write a group's name: a unit's name, a code's words, or the text itself.

    >>> group_label("channel", "online"), group_label("unit_id", "xa-long-mai"), group_label("field", "unknown")
    ('Trực tuyến', 'Xã Long Mai', 'Không rõ')
    """
    if value == UNKNOWN:
        return "Không rõ"
    if column == "unit_id":
        return units()[value].name if value in units() else value
    return CODE_LABELS.get(column, {}).get(value, value)


def short_name(period: Period) -> str:
    """Write a period inside a sentence: its name, or a range's two dates."""
    return period.name[0].lower() + period.name[1:] if period.kind != "range" else period.dates


def break_since(then: Period, metric: str, study: Study) -> date | None:
    """Give the first day across which a metric of the study's period must not be compared with an earlier one; None where it may."""
    return next((day for day in breaks(study.events, study.unit, metric) if then.start < day <= study.period.end), None)


def change_between(now: Number, then: Number, period: Period, study: Study) -> Number:
    """Give the change since an earlier period; across a break there is none."""
    if break_since(period, now.metric, study):
        between = f"{now.period} − {period.text}"
        return Number(text=notation.MISSING, metric=now.metric, period=between, group=now.group, unit=now.unit, change=True)
    return difference(now, then)


def _with_counts(number: Number) -> str:
    """Write a share with its n/N, anything else alone."""
    return f"{number.text}, {ratio_text(number)}" if number.unit == SHARE else number.text


def _moved(change: Number, then: Number, what: str) -> str:
    """Say a change: "tăng 1,20 điểm % so với quý IV/2023 (98,80%)"; where there is nothing to compare with, that."""
    if change.value is None:
        return f"{what} không có số liệu để so sánh"
    if not set(change.text) & set("123456789"):  # a change that prints as nought is not said to rise or fall
        return f"không đổi so với {what} ({_with_counts(then)})"
    size = change.text.lstrip(f"+{notation.MINUS}")
    unit = "" if change.unit == notation.POINTS else f" {change.unit}"
    chance = ", có thể chỉ do ngẫu nhiên" if within_chance(change) else ""
    return f"{'tăng' if change.value > 0 else 'giảm'} {size}{unit} so với {what} ({_with_counts(then)}){chance}"


def _state(number: Number) -> str:
    """Say a number with its counts: "8.925/9.924 hồ sơ, đạt 89,93%"."""
    if number.value is None:
        return "không có số liệu"
    if number.unit == SHARE:
        return f"{ratio_text(number)} hồ sơ, đạt {number.text}"
    return f"{number.text} {number.unit}" + (f" (trên {ratio_text(number)})" if number.denominator else "")


def _moved_unless_broken(change: Number, then: Number, what: str, broken: date | None) -> str:
    """Say a change, or that there is none to say: before a day the figures were of another scope."""
    return f"không so với {what}, vì số liệu trước ngày {notation.day(broken)} khác phạm vi" if broken else _moved(change, then, what)


def say_change(results: pd.DataFrame, metric: str, study: Study) -> Statement:
    """Say a metric of the period, against the period before and the same a year earlier."""
    numbers = Numbers(results)
    now, before, year_before = (numbers.get(metric, period) for period in study.compared)
    said = f"{get_metric(metric).label} {short_name(study.period)}: {_state(now)}"
    if now.value is None:
        return Statement(text=f"{said}.", numbers=[now])
    changes = [change_between(now, then, period, study) for then, period in ((before, study.before), (year_before, study.year_before))]
    moved = [
        _moved_unless_broken(change, then, what, break_since(period, metric, study))
        for change, then, what, period in zip(
            changes, (before, year_before), (short_name(study.before), "cùng kỳ năm trước"), (study.before, study.year_before), strict=True
        )
    ]
    little = f" Chỉ {notation.count(now.denominator)} hồ sơ, nên tỷ lệ dễ dao động." if now.unit == SHARE and (now.denominator or 0) < FEW else ""
    return Statement(text=f"{said}; {', '.join(moved)}.{little}", numbers=[now, before, year_before, *changes])


def say_extremes(results: pd.DataFrame, metric: str, column: str) -> Statement:
    """Say which groups stand highest and lowest on a share, among those with enough dossiers to say so."""
    numbers = [n for n in Numbers(results).all.values() if n.metric == metric and n.value is not None and (n.denominator or 0) >= FEW]
    label = GROUP_LABELS[column].lower()
    if len(numbers) < 2:
        return Statement(text=f"Không đủ {label} có từ {FEW} hồ sơ để so sánh.", mentions=[constant(notation.count(FEW), FEW, "few")])
    ends = [[number for number in numbers if number.value == choose(n.value or 0 for n in numbers)] for choose in (min, max)]
    low, high = (_who(found, column) for found in ends)
    text = f"{get_metric(metric).label} theo {label} (từ {FEW} hồ sơ trở lên): thấp nhất {low}; cao nhất {high}."
    said = [constant(notation.count(FEW), FEW, "few"), *(counted(len(found), "groups_alike", numbers[0].period, label) for found in ends if len(found) > 1)]
    if len(ends[0]) == len(numbers):
        text = f"{get_metric(metric).label} theo {label} (từ {FEW} hồ sơ trở lên): {low}, không có chênh lệch."
    return Statement(text=text, numbers=[*ends[0], *ends[1]], mentions=said)


def _who(found: Sequence[Number], column: str) -> str:
    """Name the group that stands at an end, or how many stand there together."""
    first = found[0]
    if len(found) > 1:
        return f"{notation.count(len(found))} {GROUP_LABELS[column].lower()} cùng {first.text}"
    return f"{group_label(column, first.group[column])} {first.text} ({ratio_text(first)} hồ sơ)"


def say_gap(results: pd.DataFrame, first: str, second: str, period: Period) -> Statement:
    """Say the distance between two shares of one period, each with its own counts, and what the second still lacks."""
    one, other = (Numbers(results).get(metric, period) for metric in (first, second))
    labels = [get_metric(metric).label.lower() for metric in (first, second)]
    if one.value is None or other.value is None:
        return Statement(text=f"Không đủ số liệu để so {labels[0]} với {labels[1]}.")
    distance = _distance(one, (other.numerator, other.denominator), period.text)
    size = distance.text.lstrip(f"+{notation.MINUS}")
    lacking = notation.ratio((other.denominator or 0) - (other.numerator or 0), other.denominator)
    how = "thấp hơn" if (distance.value or 0) > 0 else "không thấp hơn"
    rest = f"còn {lacking} hồ sơ chưa {get_metric(second).numerator_words}"
    text = f"{labels[1].capitalize()} {how} {labels[0]}: {other.text} so với {one.text}, chênh {size}; {rest}."
    return Statement(text=text, numbers=[one, other, distance])


def _distance(share: Number, other: tuple[float | None, float | None], periods: str) -> Number:
    """Give the difference between a share and another one or a target, each n/N, in points."""
    mine, its = (share.numerator or 0, share.denominator or 0), (other[0] or 0, other[1] or 0)
    value = mine[0] / mine[1] - its[0] / its[1]
    return Number(text=notation.points(mine, its), metric=share.metric, period=periods, value=value, unit=notation.POINTS, change=True)


def say_target(results: pd.DataFrame, metric: str, target: Target | None) -> Statement:
    """Say the distance of the period's share to its target; without a verified target say that there is none."""
    label = get_metric(metric).label
    if target is None:
        return Statement(text=f"{label}: chưa có chỉ tiêu được đối chiếu với văn bản để so sánh.")
    period = parse_period(str(results["period"].iloc[0]))
    now = Numbers(results).get(metric, period)
    aim, quoted = goal(target), [target.legal_basis]
    if now.numerator is None or not now.denominator:
        return Statement(text=f"{label}: không có số liệu để so với chỉ tiêu {aim.text} ({target.legal_basis}).", mentions=[aim], quoted=quoted)
    distance = _distance(now, (target.value.numerator, target.value.denominator), f"{period.text} − chỉ tiêu")
    lacking = math.ceil(target.value * int(now.denominator)) - now.numerator
    short = counted(int(lacking), "lacking", period.text, now.unit, of=metric)
    verdict = "đạt" if lacking <= 0 else f"còn thiếu {short.text} hồ sơ trong kỳ này để đạt"
    text = f"{label} {now.text} ({ratio_text(now)} hồ sơ), chênh {distance.text} so với chỉ tiêu {aim.text}: {verdict}. Căn cứ: {target.legal_basis}."
    return Statement(text=text, numbers=[now, distance], mentions=[aim, short], quoted=quoted)
