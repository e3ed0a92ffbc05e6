"""The head of a page and its first screen: what this is, counted how, and the key figures with their changes."""

from collections.abc import Sequence

import pandas as pd

from tthc_analysis.exhibits.model import KeyFigure, KeyFigures, Masthead
from tthc_analysis.exhibits.numbers import Numbers, difference, ratio_text
from tthc_analysis.exhibits.wording import short_name
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.parameters import Document

QUIET_DAYS = 10  # a register may be quiet that long before a period's end (Tết): longer means that an export is missing
BLANK = "……"
WITHDRAWN = {
    "apart": "hồ sơ rút tính riêng",
    "on_time": "hồ sơ rút, trả lại tính trong đúng hạn",
    "by_end_time": "hồ sơ rút, trả lại tính theo thời điểm kết thúc",
}
MISSING_DUE = {"on_time": "không có ngày hẹn trả tính đúng hạn", "not_judged": "không có ngày hẹn trả thì không xét hạn"}
COMPARISON = {"date": "so theo ngày", "timestamp": "so theo thời điểm"}


def attached_to(document: Document) -> str:
    """Give the line under an appendix's title; what the clerk has not given yet stays dotted."""
    year, month, day = document.date.split("-") if document.date else (BLANK, BLANK, BLANK)
    return f"(Kèm theo Báo cáo số {document.number or BLANK} ngày {day} tháng {month} năm {year} của {document.issuer or BLANK})"


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
        facts=facts,
        warnings=warnings_of(study),
        sample=study.sample,
        internal=study.internal,
        period=study.period.text,
        unit=study.unit,
    )


def _key_figure(metric: str, numbers: Numbers, study: Study) -> KeyFigure:
    now = numbers.get(metric, study.period)
    earlier = {"kỳ trước": study.before, "cùng kỳ": study.year_before}
    changes = [(label, difference(now, numbers.get(metric, period))) for label, period in earlier.items()]
    entry = get_metric(metric)
    unit = "" if entry.unit == SHARE else entry.unit
    ratio = " · ".join(part for part in (unit, ratio_text(now)) if part) if now.value is not None else "không có số liệu"
    return KeyFigure(label=entry.label, number=now, ratio=ratio, changes=changes, better=entry.better)


def key_figures(results: pd.DataFrame, metrics: Sequence[str], study: Study) -> KeyFigures:
    """Give the first screen: metrics of the period, each with its counts and its change. `results` hold the compared periods."""
    numbers = Numbers(results)
    return KeyFigures(caption=f"Số liệu chính {short_name(study.period)}", figures=[_key_figure(metric, numbers, study) for metric in metrics])
