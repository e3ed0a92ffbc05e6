"""Tables: metrics by period, and metrics by group with the whole under them."""

from collections.abc import Sequence

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, ratio_cell, ratio_text, withheld_notes
from tthc_analysis.exhibits.sums import down, of_metrics
from tthc_analysis.exhibits.wording import GROUP_LABELS, break_since, change_between, group_label
from tthc_analysis.metrics.catalogue import CATALOGUE, COUNT, SHARE, Metric, get_metric
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference.notation import MISSING, POINTS, day
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.policies import Policy

WHOLE = "Toàn bộ"
EXACT = "Thay đổi tính từ số chính xác rồi mới làm tròn, nên có thể lệch một đơn vị cuối so với hiệu của hai số đã in."
PORTRAIT_COLUMNS = 8  # of figures that an upright page holds beside a name


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _with_unit(entry: Metric) -> str:
    """Write a metric's label, with its unit where that is neither dossiers nor a percentage, which speak for themselves."""
    return entry.label if entry.unit in (COUNT, SHARE) else f"{entry.label} ({entry.unit})"


def _metric_heading(metric: str) -> Cell:
    return _heading(_with_unit(get_metric(metric)))


def _dates(period: Period) -> Header:
    """Head a column with a period's two days, in words that a narrow column can break."""
    return Header(text=f"từ {day(period.start)} đến {day(period.end)}")


def _change_cell(now: Number, then: Number, period: Period, study: Study) -> Cell:
    """Put a change into a cell; the note under the table says that a share changes by percentage points."""
    change = change_between(now, then, period, study)
    return Cell(text=change.text.removesuffix(f" {POINTS}"), numbers=[change])


def _period_row(metric: str, numbers: Numbers, study: Study) -> list[Cell]:
    now = numbers.get(metric, study.period)
    earlier = [(numbers.get(metric, period), period) for period in (study.before, study.year_before)]
    return [_metric_heading(metric), ratio_cell(now), *(one for then, period in earlier for one in (ratio_cell(then), _change_cell(now, then, period, study)))]


def period_table(caption: str, results: pd.DataFrame, study: Study) -> Table:
    """Set each metric of the period beside the period before and the same a year earlier, with the changes."""
    numbers, metrics = Numbers(results), list(dict.fromkeys(results["metric"]))
    rows = [_period_row(metric, numbers, study) for metric in metrics]
    header = [
        Header(text="Chỉ số"),
        Header(text="Kỳ này", children=[_dates(study.period)]),
        Header(text="Kỳ trước", children=[_dates(study.before), Header(text="Thay đổi")]),
        Header(text="Cùng kỳ năm trước", children=[_dates(study.year_before), Header(text="Thay đổi")]),
    ]
    shares = any(get_metric(metric).unit == SHARE for metric in metrics)
    notes = [f"Thay đổi của tỷ lệ tính bằng {POINTS}."] if shares else []
    apart = [since for metric in metrics for period in (study.before, study.year_before) if (since := break_since(period, metric, study))]
    notes += [f"Số liệu trước ngày {day(min(apart))} khác phạm vi, nên không tính thay đổi."] if apart else []
    return Table(caption=caption, header=header, rows=rows, notes=notes, sums=of_metrics(rows, metrics))


def window_table(caption: str, results: pd.DataFrame, window: Period) -> Table:
    """List metrics over one window (the written report's), each with the counts behind it."""
    numbers = Numbers(results)
    found = [numbers.get(metric, window) for metric in dict.fromkeys(results["metric"])]
    rows = [[_metric_heading(number.metric), ratio_cell(number)] for number in found]
    header = [Header(text="Chỉ số"), Header(text=window.name)]
    return Table(caption=caption, header=header, rows=rows, sums=of_metrics(rows, [number.metric for number in found]))


def history_table(caption: str, results: pd.DataFrame, periods: Sequence[Period]) -> Table:
    """List metrics by period, oldest first: the data behind a trend."""
    numbers = Numbers(results)
    metrics = list(dict.fromkeys(results["metric"]))
    rows = [[_heading(period.label), *(ratio_cell(numbers.get(metric, period)) for metric in metrics)] for period in periods]
    return Table(caption=caption, header=[Header(text="Kỳ"), *(Header(text=get_metric(metric).label) for metric in metrics)], rows=rows)


def _group_row(name: str, found: Sequence[Number]) -> list[Cell]:
    """A row of a breakdown: a share takes two columns, its counts and its percentage."""
    cells = [_heading(name)]
    for number in found:
        counts = [Cell(text=ratio_text(number), numbers=[number])] if number.unit == SHARE else []
        cells += [*counts, cell(number)]
    return cells


def _group_header(metric: str) -> Header:
    entry = get_metric(metric)
    return Header(text=entry.label, children=[Header(text="n/N"), Header(text="%")]) if entry.unit == SHARE else Header(text=_with_unit(entry))


def group_table(caption: str, results: pd.DataFrame, whole: pd.DataFrame, period: Period) -> Table:
    """List metrics by the one by-column of `results`, largest groups first, the whole (results without groups) last."""
    numbers, total = Numbers(results), Numbers(whole)
    (column,) = numbers.groups
    metrics = list(dict.fromkeys(whole["metric"]))
    here = results[(results["period"] == period.text) & (results["metric"] == metrics[0])]
    order = here.assign(size=here["denominator"].fillna(here["value"])).sort_values(["size", column], ascending=[False, True])[column]
    rows = [_group_row(group_label(column, group), [numbers.get(metric, period, group) for metric in metrics]) for group in order]
    rows.append(_group_row(WHOLE, [total.get(metric, period) for metric in metrics]))
    header = [Header(text=GROUP_LABELS[column]), *(_group_header(metric) for metric in metrics)]
    notes, sums = withheld_notes(rows), down(rows, len(rows) - 1, range(len(rows) - 1))
    wide = sum(2 if get_metric(metric).unit == SHARE else 1 for metric in metrics) > PORTRAIT_COLUMNS
    return Table(caption=caption, header=header, rows=rows, notes=notes, sums=sums, wide=wide)


def definitions(metrics: Sequence[str], policy: Policy) -> Table:
    """Say what each metric counts, over what, and on what source: the page a reader turns to when two numbers differ."""
    rows = []
    for metric in metrics:
        entry = CATALOGUE[metric]
        rows.append([_heading(entry.label), Cell(text=entry.numerator_words), Cell(text=entry.denominator_words or MISSING), Cell(text=entry.source)])
    notes = [f"Cách tính {policy.name}: {policy.source}.", EXACT]
    header = [Header(text="Chỉ số"), Header(text="Tử số, hoặc cách đếm"), Header(text="Mẫu số, hoặc tính trên"), Header(text="Căn cứ")]
    quoted = [cell.text for row in rows for cell in row]
    return Table(caption="Định nghĩa các chỉ số", header=header, rows=rows, notes=notes, quoted=quoted, defines=list(metrics))
