"""What is still open: how long it has waited, how much time is left, what turns late within days; and what open dossiers do to a median."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, constant, counted, ratio_cell, withheld_notes
from tthc_analysis.exhibits.sums import down
from tthc_analysis.exhibits.tables import WHOLE
from tthc_analysis.exhibits.wording import CODE_LABELS, GROUP_LABELS, group_label, short_name
from tthc_analysis.metrics.catalogue import get_metric
from tthc_analysis.metrics.clock import AGE_BANDS, LATE_BANDS, LEFT_BANDS, NO_DUE_DATE, SOON_WORKDAYS
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study, urgent_dossiers
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.procedures import CLOCKS

AGES, LEFT = tuple(AGE_BANDS), (*LATE_BANDS, *LEFT_BANDS, NO_DUE_DATE)
BIASED = "Hồ sơ xong nhanh được đếm trước, nên chỉ nhìn hồ sơ đã xong thì thấy nhanh hơn thật."
OTHERS = "Hồ sơ còn mở không làm con số này dài ra; hai con số khác nhau vì tính trên hai nhóm hồ sơ khác nhau."
MOST_DOSSIERS = 200  # that a list holds
MOST_UNITS = 40  # that a list of what turns late can hold on a page
SOON = constant(notation.count(SOON_WORKDAYS), SOON_WORKDAYS, "workdays_soon")
NINE_IN_TEN = constant("90%", 0.9, "quantile")


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _nought(numbers: Numbers, column: str, band: str, period: Period) -> Number:
    """Give the count of a band; results leave out a band that nothing is in."""
    empty = Number(text=notation.count(0), metric="pending", period=period.text, group={column: band}, value=0, unit=get_metric("pending").unit)
    return numbers.all.get(("pending", period.text, band), empty)


def band_table(caption: str, results: pd.DataFrame, whole: pd.DataFrame, period: Period) -> Table:
    """List the pending dossiers by bands of time waited or left, in the order of time, each with its share of all that is pending.

    `results` is `pending` by "age" or by "left", `whole` the same without groups.
    """
    numbers, total = Numbers(results), Numbers(whole).get("pending", period)
    (column,) = [name for name in results.columns if name in ("age_band", "left_band")]
    found = [_nought(numbers, column, band, period) for band in (AGES if column == "age_band" else LEFT)]
    rows = [[_heading(CODE_LABELS[column][number.group[column]]), cell(number), _part(number, total)] for number in found]
    rows.append([_heading(WHOLE), cell(total), _part(total, total)])
    header = [Header(text=GROUP_LABELS[column]), Header(text="Hồ sơ"), Header(text="% của đang giải quyết")]
    return Table(caption=caption, header=header, rows=rows, sums=down(rows, len(found), range(len(found))))


def _part(number: Number, total: Number) -> Cell:
    """Write a band's share of all that is pending."""
    share = Number(
        text=notation.percent(number.value, total.value),
        metric="pending_in_band",
        period=number.period,
        group=number.group,
        numerator=number.value,
        denominator=total.value,
        value=(number.value or 0) / total.value if total.value else None,
        unit="tỷ lệ",
    )
    return cell(share)


def say_backlog(results: pd.DataFrame, period: Period) -> Statement:
    """Say how many dossiers are pending, how many of those are late, and how many turn late within days. `results`: pending, pending_late, pending_due_soon."""
    numbers = Numbers(results)
    pending, late, soon = (numbers.get(metric, period) for metric in ("pending", "pending_late", "pending_due_soon"))
    if not pending.value:
        return Statement(text=f"{period.name}: {'không có số liệu' if pending.value is None else 'không có hồ sơ đang giải quyết'}.", numbers=[pending])
    parts = f"{late.text}/{pending.text} đã quá hạn, {soon.text}/{pending.text} đến hạn trong {SOON_WORKDAYS} ngày làm việc tới"
    cure = " Cần giải quyết trước các hồ sơ sắp đến hạn." if soon.value else ""
    return Statement(
        text=f"Cuối {short_name(period)} còn {pending.text} hồ sơ đang giải quyết: {parts}.{cure}",
        numbers=[pending, late, soon],
        mentions=[SOON],
    )


def due_soon_table(caption: str, results: pd.DataFrame, whole: pd.DataFrame, period: Period) -> Table | Statement:
    """List the groups that hold what is late or turns late within days, most first; a sentence where there is none.

    `results` are pending, pending_late and pending_due_soon by one by-column, `whole` the same without groups.
    """
    metrics, numbers, total = ("pending", "pending_late", "pending_due_soon"), Numbers(results), Numbers(whole)
    (column,) = numbers.groups
    rows = [[numbers.get(metric, period, group) for metric in metrics] for group in dict.fromkeys(results[column])]
    urgent = sorted(
        (row for row in rows if (row[1].value or 0) + (row[2].value or 0)), key=lambda row: (-(row[2].value or 0), -(row[1].value or 0), row[0].group[column])
    )
    if not urgent:
        return Statement(
            text=f"{period.name}: không có hồ sơ nào quá hạn hoặc đến hạn trong {SOON_WORKDAYS} ngày làm việc tới.",
            numbers=[total.get(metric, period) for metric in metrics],
            mentions=[SOON],
        )
    body = [[_heading(group_label(column, row[0].group[column])), *map(cell, row)] for row in urgent[:MOST_UNITS]]
    header = [
        Header(text=GROUP_LABELS[column]),
        Header(text="Đang giải quyết"),
        Header(text="Đã quá hạn"),
        Header(text=f"Đến hạn trong {SOON_WORKDAYS} ngày làm việc"),
    ]
    rest = len(urgent) - MOST_UNITS
    counts = [counted(n, "groups", period.text, "nhóm") for n in (rest, MOST_UNITS) if rest > 0]
    notes = (
        [f"Còn {notation.count(rest)} nhóm nữa có hồ sơ quá hạn hoặc sắp đến hạn; bảng ghi {notation.count(MOST_UNITS)} nhóm nhiều nhất."] if rest > 0 else []
    )
    table = [*body, [_heading(WHOLE), *(cell(total.get(metric, period)) for metric in metrics)]]
    return Table(
        caption=caption,
        header=header,
        rows=table,
        notes=[*notes, *withheld_notes(body)],
        sums=down(table, len(body), range(len(body))),
        mentions=[SOON, *counts],
    )


def urgent_table(caption: str, study: Study) -> Table | Statement:
    """List by code the dossiers that are late or turn late within days, the nearest due date first; only in a document for the office's own eyes."""
    if not study.internal:
        return Statement(text="Danh sách từng hồ sơ chỉ có trong tài liệu nội bộ (tham số internal: true).")
    rows = urgent_dossiers(study)
    if rows.empty:
        return Statement(text=f"{study.period.name}: không có hồ sơ nào quá hạn hoặc sắp đến hạn.")
    body = [_urgent_row({str(name): value for name, value in row.items()}) for row in rows.head(MOST_DOSSIERS).to_dict("records")]
    counts = [counted(n, "dossiers", study.period.text, "hồ sơ") for n in (len(rows), MOST_DOSSIERS)]
    notes = [f"Bảng ghi {counts[1].text} trong {counts[0].text} hồ sơ, hạn gần nhất trước."] if len(rows) > MOST_DOSSIERS else []
    header = [Header(text=text) for text in ("Mã hồ sơ", "Thủ tục", "Đơn vị giải quyết", "Tiếp nhận", "Hẹn trả", "Tình trạng")]
    return Table(caption=caption, header=header, rows=body, notes=notes, wide=True, mentions=counts)


def _urgent_row(row: Mapping[str, Any]) -> list[Cell]:
    names = [row["dossier_id"], row["procedure_name"], group_label("unit_id", row["resolving_unit"] or UNKNOWN)]
    days = [notation.day(None if pd.isna(row[name]) else row[name].date()) for name in ("received_at", "due_at")]
    return [
        *(_heading(name or notation.MISSING) for name in names),
        *(Cell(text=day) for day in days),
        Cell(text="quá hạn" if row["pending_late"] else "sắp đến hạn"),
    ]


def say_open_aware(results: pd.DataFrame, period: Period) -> Statement:
    """Say what counting the open dossiers does to the time that nine in ten need, and why. `results`: the plain and the open-aware p90."""
    numbers = Numbers(results)
    plain, aware = (numbers.get(metric, period) for metric in ("processing_workdays_p90", "open_aware_workdays_p90"))
    if plain.value is None or not aware.denominator:
        return Statement(text=f"{period.name}: không đủ số liệu để so hai cách đo.", numbers=[plain, aware])
    finished = f"90% trong {notation.count(plain.denominator)} hồ sơ xong trong kỳ (cả hồ sơ kỳ trước chuyển qua) chỉ cần đến {plain.text} ngày làm việc"
    cohort = f"{notation.count(aware.denominator)} hồ sơ tiếp nhận trong kỳ, tính cả hồ sơ còn mở"
    if aware.value is None:
        return Statement(
            text=f"{period.name}: {finished}; trong {cohort}, chưa đến 90% đã xong, nên chưa biết cần bao lâu. {BIASED}",
            numbers=[plain, aware],
            mentions=[NINE_IN_TEN],
        )
    why = BIASED if aware.value > plain.value else OTHERS
    return Statement(
        text=f"{period.name}: {finished}; trong {cohort}, cần đến {aware.text} ngày làm việc. {why}", numbers=[plain, aware], mentions=[NINE_IN_TEN]
    )


def say_time_used(results: pd.DataFrame, period: Period) -> Statement:
    """Say how much of the time allowed the finished dossiers used. `results`: time_used_median, time_used_p90."""
    numbers = Numbers(results)
    median, p90 = (numbers.get(metric, period) for metric in ("time_used_median", "time_used_p90"))
    if median.value is None:
        return Statement(text=f"{period.name}: không có hồ sơ xong nào biết thời hạn.", numbers=[median])
    basis = f"{notation.count(median.denominator)} hồ sơ xong biết thời hạn"
    return Statement(
        text=f"{period.name}: trong {basis}, một nửa dùng không quá {median.text}% thời hạn, chín phần mười dùng không quá {p90.text}%.", numbers=[median, p90]
    )


def say_clocks(counts: Mapping[str, int]) -> Statement:
    """Say in which units the procedures' limits run, by the number of procedures; durations of different units are never put together."""
    if not counts:
        return Statement(
            text="Chưa có bảng thời hạn của thủ tục (procedures.csv trong thư mục bảng riêng của cơ quan): thời gian tính theo ngày làm việc, không đối chiếu được ngày hẹn trả."
        )
    said = ", ".join(f"{notation.count(n)} thủ tục tính theo {CLOCKS[clock].lower()}" for clock, n in counts.items())
    apart = " Mỗi loại đo bằng đơn vị riêng, không gộp." if len(counts) > 1 else ""
    return Statement(text=f"Thời hạn: {said}.{apart}", mentions=[counted(n, "procedures", "", "thủ tục", clock=clock) for clock, n in counts.items()])


def say_due_dates(results: pd.DataFrame, study: Study) -> Statement:
    """Say how many due dates differ from what the procedure's limit gives; they are checked, not replaced. `results`: due_off_calendar_share, due_on_day_off."""
    numbers = Numbers(results)
    share, off = (numbers.get(metric, study.period) for metric in ("due_off_calendar_share", "due_on_day_off"))
    on_days_off = f"{off.text} hồ sơ hẹn trả vào ngày nghỉ"
    if not share.denominator:
        return Statement(text=f"{study.period.name}: {on_days_off}; chưa có thời hạn của thủ tục để đối chiếu ngày hẹn trả.", numbers=[share, off])
    checked = ratio_cell(share).text
    return Statement(
        text=f"{study.period.name}: ngày hẹn trả lệch lịch {checked} hồ sơ đối chiếu được; {on_days_off}. Ngày hẹn trả giữ nguyên như hệ thống ghi.",
        numbers=[share, off],
    )
