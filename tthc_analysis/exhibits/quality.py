"""Quality of the data: what each import read, kept and left out; what is known; dates that cannot be; what was ticked off late or together.

The numbers of an import are not of a period: their metric begins with `import_`, their period is open at the front and ends with the
last day of the import's data ("..2024-03-15"), and their groups name the import and, where there is one, the file or the reason.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, constant, counted, difference, withheld_notes
from tthc_analysis.exhibits.sums import across, down
from tthc_analysis.exhibits.tables import PORTRAIT_COLUMNS, WHOLE
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label, short_name
from tthc_analysis.metrics.activity import CLOSING_WORKDAYS, TOGETHER
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.measure import UNKNOWN, count_after
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period
from tthc_analysis.reference.units import units, with_descendants

Account = Mapping[str, Any]
ROWS = "dòng"
NO_ACCOUNT = (
    "Không có bảng đối soát bên cạnh sổ dữ liệu (tệp có đuôi .account.json), nên không biết đã đọc, nhận và loại những dòng nào. "
    "Sổ do tthc import tạo ra thì có tệp này; nếu đã chuyển sổ đi nơi khác thì chép tệp sang cùng chỗ."
)
GIVEN_WAY = "nhường dòng khác cùng mã hồ sơ"
EMPTY = "trống"
NUMBERED = re.compile(r"(?P<what>\S+) (?P<part>\S+)/(?P<year>.+)")  # a quarter's or a month's name
LISTED = 6  # units with gaps that one sentence can name
READ, BALANCE = 2, (3, 4, 5, 6)  # columns of the table of imports: rows read, and what became of them
BULK = [
    constant(notation.count(TOGETHER - 1), TOGETHER - 1, "others_closed_together"),
    constant(notation.count(CLOSING_WORKDAYS), CLOSING_WORKDAYS, "closing_workdays"),
]


class Figure(NamedTuple):
    """One figure of a result: which metric, and which of its parts."""

    metric: str
    part: str = "value"


# what is known of how many: label, those for whom it is known, of whom
FACTS = (
    ("Ngày hẹn trả", Figure("due_known_share", "numerator"), Figure("received")),
    ("Hình thức nộp", Figure("online_share", "denominator"), Figure("received")),
    ("Hình thức nộp và mức độ dịch vụ công", Figure("full_online_share", "denominator"), Figure("received")),
    ("Số hóa thành phần hồ sơ", Figure("intake_digitised_share", "denominator"), Figure("received")),
    ("Số hóa kết quả", Figure("result_digitised_share", "denominator"), Figure("rated_share", "denominator")),
    ("Đánh giá mức độ hài lòng", Figure("rated_share", "numerator"), Figure("rated_share", "denominator")),
    ("Ngày trả trên giấy của hồ sơ quá hạn", Figure("late_on_system_only_share", "denominator"), Figure("resolved_late")),
)
DATES = (
    ("Hẹn trả trước ngày tiếp nhận", Figure("due_before_received"), Figure("due_known_share", "numerator")),
    ("Tiếp nhận vào ngày nghỉ", Figure("received_on_day_off"), Figure("received")),
)
Part = tuple[str, Figure, Figure]


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


# --- what was imported


def _import_number(account: Account, metric: str, value: float | None, **group: str) -> Number:
    text = notation.count(value)
    return Number(text=text, metric=f"import_{metric}", period=f"..{account.get('data_until') or ''}", group=group, value=value, unit=ROWS)


def _until(account: Account) -> str:
    text = account.get("data_until")
    return notation.day(date.fromisoformat(text)) if text else notation.MISSING


def _figures_of(account: Account) -> dict[str, int | None]:
    """Give an import's figures in print order; what an account does not say is missing."""
    others, register = sum(account["not_dossiers"].values()), account.get("register", {})
    rows = {name: account[name] for name in ("read", "accepted", "rejected", "duplicates")}
    return {**rows, "not_dossiers": others, **{name: register.get(name) for name in ("new", "changed")}}


def _import_cells(account: Account, figures: Mapping[str, int | None], **group: str) -> list[Cell]:
    return [cell(_import_number(account, metric, n, **group)) for metric, n in figures.items()]


def _import_rows(account: Account, place: str) -> list[list[Cell]]:
    """A row for the import, and where it had several files one under it for each with what was read of it."""
    files, figures = account.get("files", []), _figures_of(account)
    name = files[0]["name"] if len(files) == 1 else f"{notation.count(len(files))} tệp" if files else "không rõ tệp"
    row = [_heading(f"{place}. {name}"), Cell(text=_until(account)), *_import_cells(account, figures, **{"import": place})]
    rest = dict.fromkeys(figures)
    under = [
        [
            _heading(f"{place}. {file['name']}"),
            Cell(text=""),
            *_import_cells(account, {**rest, "read": file["read"]}, **{"import": place, "file": file["name"]}),
        ]
        for file in (files if len(files) > 1 else [])
    ]
    return [row, *under]


def import_table(accounts: Sequence[Account]) -> Table | Statement:
    """List the imports of a register, oldest first, each with its account; without an account the sentence that says so."""
    if not accounts:
        return Statement(text=NO_ACCOUNT)
    rows_read = [Header(text=name) for name in ("đọc", "nhận", "loại", "trùng hệt", "không phải hồ sơ")]
    dossiers = [Header(text=name) for name in ("mới", "thay đổi")]
    header = [Header(text="Lần nhập, tệp"), Header(text="Số liệu đến"), Header(text="Số dòng", children=rows_read), Header(text="Hồ sơ", children=dossiers)]
    rows = [row for place, account in enumerate(accounts, 1) for row in _import_rows(account, str(place))]
    notes = ["Số dòng đọc = nhận + loại + trùng hệt + không phải hồ sơ.", "Bảng này là của cả sổ dữ liệu, không riêng đơn vị của tài liệu."]
    return Table(caption="Các lần nhập dữ liệu", header=header, rows=rows, notes=notes, sums=across(rows, READ, BALANCE))


def say_import(accounts: Sequence[Account]) -> Statement:
    """Say how many times the register was filled, and the balance of the last import."""
    if not accounts:
        return Statement(text="Không rõ sổ dữ liệu được nhập mấy lần, từ tệp nào.")
    last, place = accounts[-1], str(len(accounts))
    metrics = ("read", "accepted", "rejected", "duplicates", "not_dossiers")
    numbers = [_import_number(last, metric, _figures_of(last)[metric], **{"import": place}) for metric in metrics]
    read, accepted, rejected, duplicates, others = (number.text for number in numbers)
    times = f"Sổ dữ liệu được nhập {notation.count(len(accounts))} lần; lần gần nhất có" if len(accounts) > 1 else "Sổ dữ liệu được nhập một lần:"
    balance = f"{accepted} dòng nhận, {rejected} dòng loại, {duplicates} dòng trùng hệt, {others} dòng không phải hồ sơ"
    imports = [counted(len(accounts), "imports", "", "lần")]
    return Statement(text=f"{times} {read} dòng đọc được gồm {balance}.", numbers=numbers, mentions=imports)


def _reasons(account: Account) -> list[tuple[str, str, str, int]]:
    """List why rows are not in the register as they stood in the file: metric, what became of them, reason, rows."""
    found = [("rejected", "loại", f"{item['column']}: {item['reason']}", item["rows"]) for item in account.get("reasons", [])]
    given_way = [("superseded", "loại", GIVEN_WAY, n)] if (n := account.get("superseded", 0)) else []
    warned = [("warned", "nhận, cần xem lại", item["what"], item["rows"]) for item in account.get("warnings", [])]
    others = [("not_dossiers", "không phải hồ sơ", kind, n) for kind, n in account["not_dossiers"].items()]
    return [*found, *given_way, *warned, *others]


def _reason_row(account: Account, place: str, found: tuple[str, str, str, int]) -> list[Cell]:
    metric, fate, reason, n = found
    number = _import_number(account, metric, n, **{"import": place, "reason": reason})
    number = number.model_copy(update={"numerator": n, "denominator": account["read"]})
    return [_heading(reason), Cell(text=fate), Cell(text=place), Cell(text=notation.ratio(n, account["read"]), numbers=[number])]


def reason_table(accounts: Sequence[Account]) -> Table | Statement:
    """List why rows were left out or are to be looked at, import by import; where there is nothing to list, a sentence."""
    rows = [_reason_row(account, str(place), found) for place, account in enumerate(accounts, 1) for found in _reasons(account)]
    if not rows:
        return Statement(text="Không có dòng nào bị loại hoặc cần xem lại." if accounts else "Không rõ dòng nào bị loại, vì không có bảng đối soát.")
    header = [Header(text=text) for text in ("Lý do", "Kết quả", "Lần nhập", "Số dòng trên số dòng đọc")]
    notes = ["Một dòng có thể có nhiều lý do. Hồ sơ kết thúc trước ngày tiếp nhận bị loại khi nhập, nên chỉ thấy ở bảng này."]
    return Table(caption="Dòng bị loại, cần xem lại hoặc không phải hồ sơ", header=header, rows=rows, notes=notes)


def _revision_cells(numbers: Numbers, metric: str, period: Period) -> list[Cell]:
    then, now = (numbers.get(metric, period, version) for version in ("published", "now"))
    change = difference(now, then)
    return [cell(then), cell(now), Cell(text=change.text, numbers=[change])]


def revision_table(results: pd.DataFrame, periods: Sequence[Period]) -> Table | Statement:
    """Set past periods as they stood when their data first were whole beside what the register says of them now. `results`: of measure_revisions."""
    metrics, known = list(dict.fromkeys(results["metric"])), set(results["period"])
    if results.empty:
        return Statement(text="Chưa có kỳ nào được nhập lại sau khi đã đủ số liệu, nên chưa có số liệu đã công bố nào bị sửa.")
    numbers = Numbers(results)
    rows = [
        [_heading(period.name), *(one for metric in metrics for one in _revision_cells(numbers, metric, period))] for period in periods if period.text in known
    ]
    three = [Header(text=text) for text in ("đã công bố", "hiện nay", "thay đổi")]
    header = [Header(text="Kỳ"), *(Header(text=get_metric(metric).label, children=three) for metric in metrics)]
    notes = ["“Đã công bố”: theo sổ dữ liệu như khi số liệu lần đầu có đến hết kỳ. “Hiện nay”: theo sổ dữ liệu mới nhất. Cả hai tính đến ngày cuối kỳ."]
    return Table(caption="Số liệu đã công bố so với hiện nay", header=header, rows=rows, notes=notes, wide=len(metrics) * 3 > PORTRAIT_COLUMNS)


# --- who sent what, and when


def _existed(unit_id: str, period: Period) -> bool:
    known = units().get(unit_id)
    return known is None or (known.valid_from <= period.end and period.start <= known.valid_to)


def _is_gap(number: Number, period: Period) -> bool:
    """Whether a unit that existed has nothing in a period; what is of no known unit leaves no gap."""
    unit_id = number.group["unit_id"]
    return number.value == 0 and unit_id != UNKNOWN and _existed(unit_id, period)


def _coverage_cell(number: Number, period: Period) -> Cell:
    if _is_gap(number, period):
        return Cell(text=EMPTY, numbers=[number])
    return cell(number) if _existed(number.group["unit_id"], period) else Cell(text=notation.MISSING, numbers=[number])


def _units_by_size(numbers: Numbers) -> list[str]:
    sizes: dict[str, float] = {}
    for number in numbers.all.values():
        sizes[number.group["unit_id"]] = sizes.get(number.group["unit_id"], 0) + (number.value or 0)
    return sorted(sizes, key=lambda unit_id: (-sizes[unit_id], unit_id))


def _period_headers(periods: Sequence[Period]) -> list[Header]:
    """Head columns with periods: what they are and their year said once over them ("Quý", "2023", "IV"), or each by its name."""
    named = [match for period in periods if (match := NUMBERED.fullmatch(period.name))]
    if len(named) < len(periods):
        return [Header(text=period.name) for period in periods]
    years = [Header(text=year, children=[Header(text=match["part"]) for match in group]) for year, group in groupby(named, key=itemgetter("year"))]
    return [Header(text=named[0]["what"], children=years)]


def coverage_table(caption: str, results: pd.DataFrame, whole: pd.DataFrame, periods: Sequence[Period]) -> Table:
    """Set a count by unit (largest first) against periods, oldest first: a unit with nothing in a period shows as "trống"."""
    (metric,) = set(whole["metric"])
    numbers, totals = Numbers(results), Numbers(whole)
    rows = [
        [_heading(group_label("unit_id", unit_id)), *(_coverage_cell(numbers.get(metric, period, unit_id), period) for period in periods)]
        for unit_id in _units_by_size(numbers)
    ]
    rows.append([_heading(WHOLE), *(cell(totals.get(metric, period)) for period in periods)])
    notes = [f"“{EMPTY}”: không có hồ sơ nào trong kỳ. “{notation.MISSING}”: đơn vị chưa có hoặc không còn trong kỳ, hoặc sổ dữ liệu không có kỳ này."]
    header, sums = [Header(text=GROUP_LABELS["unit_id"]), *_period_headers(periods)], down(rows, len(rows) - 1, range(len(rows) - 1))
    return Table(caption=caption, header=header, rows=rows, notes=[*notes, *withheld_notes(rows)], sums=sums, wide=len(periods) > PORTRAIT_COLUMNS)


def _expected_units(study: Study) -> list[str]:
    """List the units at the bottom of the document's unit that existed in its history: each of them receives dossiers."""
    parents = {unit.parent_id for unit in units().values()}
    below = with_descendants(study.unit) if study.unit in units() else []
    return [unit_id for unit_id in below if unit_id not in parents and any(_existed(unit_id, period) for period in study.history)]


def say_coverage(results: pd.DataFrame, study: Study) -> Statement:
    """Say which units have no dossier in which periods of the history, and which have none at all. `results`: received by unit."""
    gaps: dict[str, list[Number]] = {}
    names, found = {period.text: short_name(period) for period in study.history}, Numbers(results).all.values()
    periods = {period.text: period for period in study.history}
    for number in found:
        if _is_gap(number, periods[number.period]):
            gaps.setdefault(number.group["unit_id"], []).append(number)
    seen = {number.group["unit_id"] for number in found} - {UNKNOWN}
    absent = [group_label("unit_id", unit_id) for unit_id in _expected_units(study) if unit_id not in seen]
    said = [f"{group_label('unit_id', unit_id)} ({', '.join(names[number.period] for number in numbers)})" for unit_id, numbers in gaps.items()]
    more = f"; và {notation.count(len(said) - LISTED)} đơn vị khác" if len(said) > LISTED else ""
    missing = f"Không có hồ sơ tiếp nhận: {'; '.join(said[:LISTED])}{more}. " if said else ""
    never = f"Không có hồ sơ nào trong cả {notation.count(len(periods))} kỳ: {', '.join(absent)}. " if absent else ""
    cure = "Có thể thiếu tệp xuất của đơn vị trong kỳ đó." if said or absent else ""
    full = f"Đơn vị nào trong {notation.count(len(seen))} đơn vị cũng có hồ sơ tiếp nhận trong mỗi kỳ của {notation.count(len(periods))} kỳ."
    counts = dict.fromkeys([len(seen), len(periods), *([len(said) - LISTED] if len(said) > LISTED else [])])
    mentions = [counted(n, "units_or_periods", study.period.text, "") for n in counts]
    return Statement(text=f"{missing}{never}{cure}" or full, numbers=[number for numbers in gaps.values() for number in numbers], mentions=mentions)


# --- what is known, and dates that cannot be


def metrics_of(parts: Sequence[Part]) -> list[str]:
    """List the metrics that the rows of a part table need, each once.

    >>> metrics_of(DATES)
    ['due_before_received', 'due_known_share', 'received_on_day_off', 'received']
    """
    return list(dict.fromkeys(figure.metric for _, *pair in parts for figure in pair))


def _part_cell(numbers: Numbers, pair: Sequence[Figure], period: Period) -> Cell:
    """Write "n/N" with its percentage, from the parts of two results; nothing is said of none."""
    found = [numbers.get(figure.metric, period) for figure in pair]
    n, total = (getattr(number, figure.part) for number, figure in zip(found, pair, strict=True))
    if not total:
        return Cell(text=notation.MISSING, numbers=found)
    share: dict[str, Any] = {"numerator": n, "denominator": total, "value": n / total, "unit": SHARE}
    part = Number(text=notation.percent(n, total), metric=f"{pair[0].metric}_of_{pair[1].metric}", period=period.text, **share)
    return Cell(text=f"{notation.ratio(n, total)} ({part.text})", numbers=[*found, part])


def _part_table(caption: str, parts: Sequence[Part], results: pd.DataFrame, study: Study) -> Table:
    numbers = Numbers(results)
    rows = [[_heading(label), *(_part_cell(numbers, pair, period) for period in study.compared)] for label, *pair in parts]
    names = ("Kỳ này", "Kỳ trước", "Cùng kỳ năm trước")
    header = [Header(text="Nội dung"), *(Header(text=f"{name}: {period.name}") for name, period in zip(names, study.compared, strict=True))]
    return Table(caption=caption, header=header, rows=rows)


def known_table(results: pd.DataFrame, study: Study) -> Table:
    """Set, for the period and those it is compared with, of how many dossiers each fact of FACTS is known."""
    return _part_table("Số hồ sơ biết từng nội dung", FACTS, results, study)


def date_table(results: pd.DataFrame, study: Study) -> Table:
    """Set, for the period and those it is compared with, how many dossiers bear the dates of DATES that ask for a look."""
    return _part_table("Hồ sơ có ngày cần xem lại", DATES, results, study)


def _some(value: float | None) -> str:
    return f"{notation.count(value)} hồ sơ" if value else "không hồ sơ nào"


def say_dates(results: pd.DataFrame, period: Period) -> Statement:
    """Say how many dossiers of a period were due before they came or came on a day off."""
    numbers = Numbers(results)
    due, early, came, off = (numbers.get(metric, period) for metric in ("due_known_share", "due_before_received", "received", "received_on_day_off"))
    if not came.value:
        return Statement(text=f"{period.name}: không có hồ sơ tiếp nhận.", numbers=[came])
    with_due = f"trong {notation.count(due.numerator)} hồ sơ tiếp nhận có ngày hẹn trả, {_some(early.value)} hẹn trả trước ngày tiếp nhận"
    on_days_off = f"trong {came.text} hồ sơ tiếp nhận, {_some(off.value)} vào ngày nghỉ"
    return Statement(text=f"{period.name}: {with_due}; {on_days_off}.", numbers=[due, early, came, off])


def say_future(study: Study) -> Statement:
    """Say how many dossiers of the unit were received or ended after the as-of date: wrong dates, or the next period's."""
    after, day = count_after(study.dossiers, study.as_of), notation.day(study.as_of)
    start, end = study.as_of + timedelta(days=1), max(study.as_of + timedelta(days=1), study.last_day)
    late = {name: Number(text=notation.count(n), metric=name, period=f"{start}..{end}", value=n, unit=COUNT) for name, n in after.items()}
    if not any(after.values()):
        return Statement(text=f"Không có hồ sơ nào tiếp nhận hoặc kết thúc sau ngày chốt số liệu {day}.", numbers=list(late.values()))
    what = f"{late['received'].text} hồ sơ tiếp nhận và {late['ended'].text} hồ sơ kết thúc"
    cure = "Tệp xuất trong ngày chốt thì đó là ngày ghi sai; tệp xuất sau ngày chốt thì đó là hồ sơ của kỳ sau."
    return Statement(text=f"Sau ngày chốt số liệu {day}, sổ dữ liệu còn có {what}, không tính vào tài liệu này. {cure}", numbers=list(late.values()))


# --- ticked off together, ticked off late


def say_bulk(results: pd.DataFrame, period: Period) -> Statement:
    """Say how many of the dossiers that ended at a known time of day were closed together, and how many of those at the period's end."""
    numbers = Numbers(results)
    share, at_end = (numbers.get(metric, period) for metric in ("closed_in_bulk_share", "closed_in_bulk_at_period_end"))
    if not share.denominator:
        return Statement(
            text=f"{period.name}: không có hồ sơ kết thúc nào ghi giờ và đơn vị giải quyết, nên không xét được kết thúc hàng loạt.", numbers=[share]
        )
    together = f"{_some(share.numerator)} kết thúc cùng một phút với ít nhất {notation.count(TOGETHER - 1)} hồ sơ khác của cùng đơn vị"
    of_which = f"; trong số đó {_some(at_end.value)} vào {notation.count(CLOSING_WORKDAYS)} ngày làm việc cuối kỳ" if share.numerator else ""
    text = f"{period.name}: trong {notation.count(share.denominator)} hồ sơ kết thúc có ghi giờ, {together}{of_which}."
    return Statement(text=text, numbers=[share, at_end], mentions=BULK)


def say_late(results: pd.DataFrame, period: Period) -> Statement:
    """Say how many of the late dossiers had been returned on paper in time, and of how many that is not known."""
    numbers = Numbers(results)
    late, share = (numbers.get(metric, period) for metric in ("resolved_late", "late_on_system_only_share"))
    if late.value is None or not late.value:
        return Statement(text=f"{period.name}: {'không có số liệu' if late.value is None else 'không có hồ sơ quá hạn'}.", numbers=[late])
    told = f"{notation.count(share.denominator)} hồ sơ có ghi ngày trả trên giấy, trong đó " if share.denominator != late.value else ""
    in_time = f"{told}{_some(share.numerator)} đã trả kết quả trên giấy đúng hạn, chỉ bấm kết thúc muộn trên hệ thống"
    return Statement(text=f"{period.name}: trong {late.text} hồ sơ quá hạn, {in_time}.", numbers=[late, share])
