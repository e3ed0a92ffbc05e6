"""The head of a page and its first screen: what this is, counted how, and the key figures with their changes."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from tthc_analysis.exhibits.model import KeyFigure, KeyFigures, Masthead, Number
from tthc_analysis.exhibits.numbers import Numbers, ratio_text
from tthc_analysis.exhibits.wording import break_since, change_between, short_name
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.parameters import Document
from tthc_analysis.reference.periods import Period

QUIET_DAYS = 10  # a register may be quiet that long before a period's end (Tết): longer means that an export is missing
BLANK = "……"
WITHDRAWN = {
    "apart": "hồ sơ rút tính riêng",
    "on_time": "hồ sơ rút, trả lại tính trong đúng hạn",
    "by_end_time": "hồ sơ rút, trả lại tính theo thời điểm kết thúc",
}
MISSING_DUE = {"on_time": "không có ngày hẹn trả tính đúng hạn", "not_judged": "không có ngày hẹn trả thì không xét hạn"}
PART_OF = {"pending_late": "pending", "resolved_late": "resolved"}
COMPARISON = {"date": "so theo ngày", "timestamp": "so theo thời điểm"}


def attached_to(document: Document) -> str:
    """Give the line under an appendix's title; what the clerk has not given yet stays dotted."""
    number = document.number or f"{BLANK}/BC-UBND"
    when = notation.day_words(date.fromisoformat(document.date)) if document.date else f"ngày {BLANK} tháng {BLANK} năm {BLANK}"
    return f"(Kèm theo Báo cáo số {number} {when} của {document.issuer or BLANK})"


def warnings_of(study: Study) -> list[str]:
    """Say what a reader must know before the numbers: an unfinished period, estimated holidays, a register that begins too late."""
    warnings, decided = [], study.calendar.decided_until
    if study.newest_until:
        newest = notation.day(study.newest_until)
        warnings.append(f"Số liệu theo sổ như đã có khi chốt ngày {notation.day(study.as_of)}; sổ nay đã có số liệu đến {newest}, có thể đã sửa.")
    if study.as_of < study.period.end:
        warnings.append(f"Kỳ chưa kết thúc: số liệu đến hết ngày {notation.day(study.as_of)}.")
    if decided and max(study.period.end, study.as_of) > decided:
        warnings.append(f"Lịch nghỉ sau ngày {notation.day(decided)} chưa được công bố: số ngày làm việc sau ngày đó là ước tính.")
    if (min(study.as_of, study.period.end) - study.last_day).days > QUIET_DAYS:
        warnings.append(f"Sổ dữ liệu chỉ có đến ngày {notation.day(study.last_day)}: {study.period.name} chưa đủ số liệu. Nhập thêm tệp xuất rồi lập lại.")
    cut = [period for period in dict.fromkeys((*study.history, *study.compared)) if period.start < study.first_day <= period.end]
    if cut:
        names = ", ".join(period.name for period in sorted(cut, key=lambda period: period.start))
        warnings.append(f"Sổ dữ liệu bắt đầu từ ngày {notation.day(study.first_day)}: {names} chỉ có một phần số liệu.")
    return warnings


def masthead(study: Study, title: str) -> Masthead:
    """Give the head of a document: title, unit, period, and on what the numbers rest."""
    policy, calendar = study.policy, study.calendar
    facts = [
        ("Đơn vị", study.unit_name),
        ("Kỳ báo cáo", study.period.label),
        ("Ngày chốt số liệu", notation.day(study.as_of)),
        ("Cách tính", f"{policy.label} ({policy.name}): {WITHDRAWN[policy.withdrawn]}; {MISSING_DUE[policy.missing_due]}; {COMPARISON[policy.comparison]}"),
        ("Lịch làm việc", f"{calendar.name}, mã kiểm {calendar.sha256[:12]}"),
    ]
    return Masthead(
        title=title,
        subtitle=f"{study.unit_name}, {short_name(study.period)}",
        attached_to=attached_to(study.document),
        quoted=[attached_to(study.document), study.unit_name],  # an office may be named "UBND Phường 12"
        facts=facts,
        warnings=warnings_of(study),
        sample=study.sample,
        internal=study.internal,
        period=study.period.text,
        unit=study.unit,
    )


def _change(now: Number, label: str, then: Period, numbers: Numbers, study: Study) -> tuple[str, Number]:
    """Give a change under its label; across a break there is none, and the label says why."""
    apart = " (khác phạm vi, không so)" if break_since(then, now.metric, study) else ""
    return f"{label}{apart}", change_between(now, numbers.get(now.metric, then), then, study)


def _whole_of(metric: str, numbers: Numbers, study: Study) -> list[Number]:
    """Give what a count is part of, where the results hold it; a list of one or none."""
    whole = numbers.all.get((PART_OF.get(metric, ""), study.period.text))
    return [whole] if whole and whole.value is not None else []


def _ratio(now: Number, whole: Sequence[Number]) -> str:
    """Write what stands under a key figure: its unit and the counts behind it."""
    if now.value is None:
        return "không có số liệu"
    if whole:
        return f"trong {whole[0].text} hồ sơ {get_metric(whole[0].metric).label.lower()}"
    unit = "" if now.unit == SHARE else now.unit
    return " · ".join(part for part in (unit, ratio_text(now)) if part)


def _key_figure(metric: str, numbers: Numbers, study: Study) -> KeyFigure:
    now, entry = numbers.get(metric, study.period), get_metric(metric)
    earlier = {"kỳ trước": study.before, "cùng kỳ": study.year_before}
    changes = [_change(now, label, period, numbers, study) for label, period in earlier.items()]
    return KeyFigure(label=entry.label, number=now, ratio=_ratio(now, _whole_of(metric, numbers, study)), changes=changes, better=entry.better)


def key_figures(results: pd.DataFrame, metrics: Sequence[str], study: Study) -> KeyFigures:
    """Give the first screen: metrics of the period, each with its counts and its change. `results` hold the compared periods.

    A count that is part of another (pending late, of pending) says so where the results hold both.
    """
    numbers = Numbers(results)
    wholes = [number for metric in metrics for number in _whole_of(metric, numbers, study)]
    figures = [_key_figure(metric, numbers, study) for metric in metrics]
    return KeyFigures(caption=f"Số liệu chính {short_name(study.period)}", figures=figures, mentions=wholes)
