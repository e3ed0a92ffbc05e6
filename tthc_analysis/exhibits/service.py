"""Quality of service: the points of an index that can be known, what those who were asked said, and the petitions that an office declares.

Numbers that no result of the catalogue holds have metrics of their own: `index_…` (in the groups the index, the indicator and the policy, which
may not be the document's), `declared_…` (said by the office, counted from no dossier), and `…_of_rated`, `unrated_share`, `units_without_rating`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, cell, ratio_cell, ratio_text
from tthc_analysis.exhibits.wording import group_label, short_name
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation
from tthc_analysis.reference.declared import Declared, Pakn, declared_path
from tthc_analysis.reference.indices import Index
from tthc_analysis.reference.periods import Period

NOT_ENOUGH = "không đủ dữ liệu"
PETITIONS, POINTS, UNITS = "phản ánh, kiến nghị", "điểm", "đơn vị"
LISTED = 6  # units that one sentence can name
LEVELS = ("rated_very_satisfied", "rated_satisfied", "rated_dissatisfied")
NEVER_A_TOTAL = "Không cộng thành tổng điểm: phần lớn chỉ tiêu cần dữ liệu của Cổng Dịch vụ công quốc gia. Có điểm công bố thì dùng điểm công bố."
OTHER_PERIODS = "Cổng Dịch vụ công quốc gia chấm theo tháng, quý, năm lịch, bảng này theo {dates}: không so trực tiếp với điểm công bố."
FIGURES = (
    ("Kỳ trước chuyển qua", "carried_over"),
    ("Tiếp nhận trong kỳ", "received"),
    ("Tổng số tiếp nhận, xử lý", "total"),
    ("Đã xử lý đúng hạn", "resolved_on_time"),
    ("Đã xử lý quá hạn", "resolved_late"),
    ("Đang xử lý", "pending"),
    ("Đang xử lý quá hạn", "pending_late"),
    ("Không hài lòng với kết quả xử lý", "dissatisfied"),
)
PLACES = ("Kỳ này", "Kỳ trước", "Cùng kỳ năm trước")


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _share_number(metric: str, period: Period, numerator: float | None, denominator: float | None, **group: str) -> Number:
    """Make the number of a share from two counts; without a denominator it is missing."""
    figures: dict[str, Any] = {
        "numerator": numerator,
        "denominator": denominator,
        "value": numerator / denominator if numerator is not None and denominator else None,
    }
    return Number(text=notation.percent(numerator, denominator), metric=metric, period=period.text, group=group, unit=SHARE, **figures)


# --- the index


def _index_cells(row: dict[str, Any], profile: Index, period: Period) -> list[Cell]:
    """Write a row of points: indicator, ratio with its counts, points, their maximum, note."""
    group = {"index": profile.full_name, "indicator": row["indicator"], "policy": profile.policy}
    # none at all to count is not the same as not knowing
    known, nothing = bool(row["known"]), notation.MISSING if row["denominator"] == 0 else NOT_ENOUGH
    ratio = ratio_cell(_share_number("index_ratio", period, row["numerator"], row["denominator"], **group)) if known else Cell(text=nothing)
    figures = [
        _points_cell(name, row[column], places, period, group) for name, column, places in (("index_points", "points", 2), ("index_max", "max_points", 0))
    ]
    return [_heading(f"{row['indicator']}. {row['name']}"), ratio, *figures, Cell(text=row["note"])]


def _points_cell(metric: str, value: float | None, places: int, period: Period, group: dict[str, str]) -> Cell:
    """Write points; where there are none to give, a dash and no number."""
    if value is None or notation.is_missing(value):
        return Cell(text=notation.MISSING)
    return cell(Number(text=notation.decimal(float(value), places), metric=metric, period=period.text, group=group, value=float(value), unit=POINTS))


def index_table(caption: str, points: pd.DataFrame, profile: Index | None, period: Period) -> Table | Statement:
    """List every indicator of an index with what is known of it and the points that earns; never their total.

    `points` as of `metrics.index.index_points`. Where no version of the index is in force, a sentence that says so.
    """
    if profile is None:
        return Statement(text=f"{period.name}: chưa có bộ chỉ số nào có hiệu lực vào ngày cuối kỳ, nên không chấm điểm.")
    rows = [_index_cells({str(name): value for name, value in row.items()}, profile, period) for row in points.to_dict("records")]
    counted = f"{profile.label}, bản {profile.full_name}, có hiệu lực từ {notation.day(profile.valid_from)}; tính theo cách tính {profile.policy}."
    notes = [NEVER_A_TOTAL, f"{counted} Căn cứ: {profile.legal_basis}.", f"{profile.source}."]
    if period.kind != "calendar":
        notes.append(OTHER_PERIODS.format(dates=period.dates))
    header = [Header(text=text) for text in ("Chỉ tiêu", "Tỷ lệ (n/N)", "Điểm", "Điểm tối đa", "Ghi chú")]
    quoted = [*notes, *(cell.text for row in rows for cell in row if not cell.numbers)]
    return Table(caption=caption, header=header, rows=rows, notes=notes, wide=True, quoted=quoted)


# --- ratings


def _level_cell(numbers: Numbers, metric: str, period: Period) -> Cell:
    """Write a level of rating with its share of those who rated: "99,95% (3.902/3.904)"."""
    found, rated = numbers.get(metric, period), numbers.get("rated_share", period).numerator
    share = ratio_cell(_share_number(f"{metric}_of_rated", period, found.value, rated))
    return Cell(text=share.text, numbers=[found, *share.numbers])


def _unrated(share: Number, period: Period) -> Number:
    """Count those who gave no rating, among the dossiers that were finished."""
    known = share.numerator is not None and share.denominator is not None
    return _share_number("unrated_share", period, (share.denominator or 0) - (share.numerator or 0) if known else None, share.denominator)


def rating_table(caption: str, results: pd.DataFrame, study: Study) -> Table:
    """Set the three levels of rating as they are, then how many of the finished dossiers were rated at all and how many never.

    `results`: `rated_very_satisfied, rated_satisfied, rated_dissatisfied, rated_share` of the study's compared periods, or of some of them.
    """
    numbers, measured = Numbers(results), set(results["period"])
    shown = [(place, period) for place, period in zip(PLACES, study.compared, strict=True) if period.text in measured]
    rated, finished = Cell(text="hồ sơ có đánh giá"), Cell(text="hồ sơ giải quyết xong")
    rows = [[_heading(get_metric(metric).label), rated, *(_level_cell(numbers, metric, period) for _, period in shown)] for metric in LEVELS]
    coverage = [(period, numbers.get("rated_share", period)) for _, period in shown]
    rows.append([_heading("Có đánh giá"), finished, *(ratio_cell(share) for _, share in coverage)])
    rows.append([_heading("Không có đánh giá"), finished, *(ratio_cell(_unrated(share, period)) for period, share in coverage)])
    header = [Header(text="Mức độ"), Header(text="Tính trên"), *(Header(text=f"{place}: {period.name}") for place, period in shown)]
    notes = [
        "“Hài lòng” gồm cả mức bình thường.",
        "“Không có đánh giá”: không được hỏi hoặc không trả lời, dữ liệu xuất không phân biệt; không tính là hài lòng hay chưa hài lòng.",
    ]
    return Table(caption=caption, header=header, rows=rows, notes=notes)


def say_coverage_of_ratings(results: pd.DataFrame, study: Study) -> Statement:
    """Say of how many finished dossiers a rating is known, and that it says nothing of the others. `results`: `rated_share` of the period."""
    share, name = Numbers(results).get("rated_share", study.period), study.period.name
    if not share.denominator:
        why = "không có số liệu" if share.denominator is None else "không có hồ sơ giải quyết xong"
        return Statement(text=f"{name}: {why}, nên không có đánh giá.", numbers=[share])
    rest = _unrated(share, study.period)
    if not share.numerator:
        return Statement(text=f"{name}: không hồ sơ nào trong {notation.count(share.denominator)} hồ sơ giải quyết xong có đánh giá.", numbers=[share])
    said = f"{name}: {ratio_text(share)} hồ sơ giải quyết xong có đánh giá mức độ hài lòng, đạt {share.text}"
    if not rest.numerator:
        return Statement(text=f"{said}.", numbers=[share])
    silent = f"{notation.count(rest.numerator)} hồ sơ còn lại ({rest.text}) không được hỏi hoặc không trả lời, nên tỷ lệ hài lòng không nói gì về các hồ sơ này"
    return Statement(text=f"{said}; {silent}.", numbers=[share, rest])


def _named(silent: Sequence[Number]) -> str:
    """Name units with their counts, the first ones by name and the others by their number."""
    said = [f"{group_label('unit_id', number.group['unit_id'])} ({ratio_text(number)} hồ sơ)" for number in silent[:LISTED]]
    more = f" và {notation.count(len(silent) - LISTED)} {UNITS} khác" if len(silent) > LISTED else ""
    return f"{', '.join(said)}{more}"


def say_ratings_by_unit(by_unit: pd.DataFrame, study: Study) -> Statement:
    """Name the units that finished dossiers and have not one rating, those with most dossiers first. `by_unit`: `rated_share` by unit."""
    shares = [n for n in Numbers(by_unit).all.values() if n.metric == "rated_share" and n.period == study.period.text and n.denominator]
    units = sorted((n for n in shares if n.group["unit_id"] != UNKNOWN), key=lambda n: (-(n.denominator or 0), n.group["unit_id"]))
    silent, name = [n for n in units if not n.numerator], study.period.name
    if not units:
        return Statement(text=f"{name}: không có đơn vị nào có hồ sơ giải quyết xong.")
    part = _share_number("units_without_rating", study.period, len(silent), len(units)).model_copy(update={"text": notation.ratio(len(silent), len(units))})
    if not silent:
        return Statement(text=f"{name}: cả {notation.count(len(units))} {UNITS} có hồ sơ giải quyết xong đều có đánh giá.", numbers=[part])
    return Statement(text=f"{name}: {part.text} {UNITS} có hồ sơ giải quyết xong mà không có đánh giá nào: {_named(silent)}.", numbers=[part, *silent])


# --- petitions


def _pakn_of(declared: Declared | None) -> Pakn | None:
    """Give what is declared of petitions; a section with nothing in it declares nothing."""
    pakn = declared.pakn if declared else None
    return pakn if pakn and pakn.model_dump(exclude_none=True) else None


def _pakn_number(pakn: Pakn, name: str, period: Period) -> Number:
    value = getattr(pakn, name)
    return Number(text=notation.count(value), metric=f"declared_pakn_{name}", period=period.text, value=value, unit=PETITIONS)


def _not_declared(period: Period) -> Statement:
    """Say where petitions are to be written."""
    path, keys = declared_path(Path("params"), period).as_posix(), ", ".join(Pakn.model_fields)
    return Statement(text=f"{period.name}: chưa khai số liệu phản ánh, kiến nghị. Ghi vào tệp {path}, mục pakn, gồm các khóa {keys}.")


def _on_time(pakn: Pakn, period: Period) -> Number:
    return _share_number("declared_pakn_on_time_share", period, pakn.in_time, pakn.total)


def pakn_table(caption: str, declared: Declared | None, period: Period) -> Table | Statement:
    """List the petitions that an office declares for a period, and how many were handled in time; undeclared, where to write them."""
    pakn = _pakn_of(declared)
    if declared is None or pakn is None:
        return _not_declared(period)
    rows = [[_heading(label), cell(_pakn_number(pakn, name, period))] for label, name in FIGURES]
    rows.append([_heading("Tỷ lệ xử lý đúng hạn, đang xử lý trong hạn"), ratio_cell(_on_time(pakn, period))])
    source = f" Nguồn: {declared.source}." if declared.source else " Không ghi nguồn."
    notes = [f"Số liệu do cơ quan khai, không tính từ hồ sơ; “{notation.MISSING}” là chưa khai.{source}"]
    header = [Header(text="Nội dung"), Header(text=f"Số {PETITIONS}, {short_name(period)}")]
    return Table(caption=caption, header=header, rows=rows, notes=notes)


def say_pakn(declared: Declared | None, period: Period) -> Statement:
    """Say how many petitions there were and what became of them, as far as it is declared; undeclared, where to write them."""
    pakn = _pakn_of(declared)
    if pakn is None:
        return Statement(text=f"{period.name}: chưa khai số liệu phản ánh, kiến nghị.")
    numbers = [number for _, name in FIGURES if (number := _pakn_number(pakn, name, period)).value is not None]
    if pakn.total == 0:
        return Statement(text=f"{period.name}: cơ quan khai không có phản ánh, kiến nghị nào để xử lý.", numbers=numbers)
    labels = {f"declared_pakn_{name}": label[0].lower() + label[1:] for label, name in FIGURES}
    said, share = ", ".join(f"{labels[number.metric]} {number.text}" for number in numbers), _on_time(pakn, period)
    in_time = f"; xử lý đúng hạn, đang xử lý trong hạn {ratio_text(share)}, đạt {share.text}" if share.value is not None else ""
    return Statement(text=f"{period.name}, phản ánh, kiến nghị do cơ quan khai: {said}{in_time}.", numbers=[*numbers, *([share] if in_time else [])])
