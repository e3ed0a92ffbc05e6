"""Groups beside the whole in words and tables: which differ from it by more than chance, and the ranks that chance allows each.

The method's name stands in a note, never in a sentence. A rank is no result of the catalogue: its metric is `rank_…`, with the share's name behind.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import CONFIDENCE, Numbers, cell, counted, ratio_text, withheld_notes
from tthc_analysis.exhibits.tables import WHOLE
from tthc_analysis.exhibits.wording import GROUP_LABELS, group_label, short_name
from tthc_analysis.metrics.catalogue import get_metric
from tthc_analysis.metrics.control import funnel, rank_intervals
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation

LISTED = 6  # groups that one sentence can name
METHOD = "Cách tính: so sánh mọi cặp Tukey–Kramer, tin cậy 95% cho cả bảng."
PLACES = {"high": "Cao hơn", "low": "Thấp hơn", "inside": "Trong giới hạn", "unknown": notation.MISSING}


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _here(results: pd.DataFrame, metric: str, study: Study) -> pd.DataFrame:
    """Keep one metric's rows of the study's period that have figures."""
    return results[(results["metric"] == metric) & (results["period"] == study.period.text) & results["numerator"].notna()]


def placed(metric: str, results: pd.DataFrame, whole: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Give the groups of the study's period with their limits, place and ranks, the largest first.

    `results` by one by-column, `whole` without. Columns: those of `metrics.control.funnel` and `rank_intervals`.
    """
    total = Numbers(whole).get(metric, study.period)
    judged = funnel(_here(results, metric, study), total.numerator or 0, total.denominator or 0)
    ranked = (
        rank_intervals(judged, "lower" if get_metric(metric).better == "lower" else "higher") if len(judged) else judged.assign(rank=0, rank_low=0, rank_high=0)
    )
    (column,) = Numbers(results).groups
    return ranked.sort_values(["denominator", column], ascending=[False, True], kind="stable")


def _rank_cell(row: dict[str, Any], share: Number) -> Cell:
    """Write the ranks that chance allows a group: "3–7", or one where there is but one."""
    if pd.isna(row["rank"]):
        return Cell(text=notation.MISSING)
    ends = list(dict.fromkeys(int(row[name]) for name in ("rank_low", "rank_high")))
    number = Number(
        text="–".join(map(notation.count, ends)),
        metric=f"rank_{share.metric}",
        period=share.period,
        group=share.group,
        value=int(row["rank"]),
        ci_low=ends[0],
        ci_high=ends[-1],
        unit="hạng",
    )
    return cell(number)


def _share_cells(share: Number) -> list[Cell]:
    return [Cell(text=ratio_text(share) or notation.MISSING, numbers=[share]), cell(share)]


def rank_table(caption: str, metric: str, results: pd.DataFrame, whole: pd.DataFrame, study: Study) -> Table:
    """List groups with n/N, share, place against the whole and the ranks that chance allows each, the largest first, the whole last.

    `results` by one by-column, `whole` without, both of the study's period. See `metrics.control.rank_intervals`: 95 % for all groups at once.
    """
    rows, numbers, (column,) = placed(metric, results, whole, study), Numbers(results), Numbers(results).groups
    body = []
    for row in rows.to_dict("records"):
        share = numbers.get(metric, study.period, row[column])
        named = {str(name): value for name, value in row.items()}
        body.append([_heading(group_label(column, row[column])), *_share_cells(share), Cell(text=PLACES[row["place"]]), _rank_cell(named, share)])
    everything = Numbers(whole).get(metric, study.period)
    total = [_heading(WHOLE), *_share_cells(everything), *[Cell(text=notation.MISSING)] * 2]
    first = "thấp nhất" if get_metric(metric).better == "lower" else "cao nhất"
    ranks = f"Thứ hạng (trong {notation.count(int((rows['denominator'] > 0).sum()))})"
    notes = [f"Thứ hạng là khoảng mà ngẫu nhiên cho phép, hạng 1 là tỷ lệ {first}; khoảng rộng thì không nên xếp hơn kém. {METHOD}"]
    header = [Header(text=text) for text in (GROUP_LABELS[column], "n/N", "%", "So với toàn bộ", ranks)]
    return Table(
        caption=caption, header=header, rows=[*body, total], notes=[*notes, *withheld_notes(body)], mentions=[CONFIDENCE, *group_counts(rows, everything)]
    )


def _differing(rows: pd.DataFrame, numbers: Numbers, place: str, total: Number) -> tuple[str, list[Number]]:
    """Say which groups lie on one side of the whole by more than chance, the furthest from it first."""
    (column,) = numbers.groups
    found = [numbers.all[total.metric, total.period, group] for group in rows[rows["place"] == place][column]]
    found.sort(key=lambda number: -abs((number.value or 0) - (total.value or 0)))
    names = [f"{group_label(column, number.group[column])} ({number.text}, {ratio_text(number)})" for number in found]
    rest = len(names) - LISTED
    more = f" và {notation.count(rest)} {GROUP_LABELS[column].lower()} nữa" if rest > 0 else ""
    return f"{PLACES[place].lower()} rõ: {', '.join(names[:LISTED])}{more}" if found else "", found


def group_counts(rows: pd.DataFrame, total: Number) -> list[Number]:
    """Make the numbers of the groups that words count: by place, how many are not named, how many are ranked."""
    sizes = [int((rows["place"] == place).sum()) for place in PLACES]
    ranked = int((rows["denominator"] > 0).sum())
    wanted = dict.fromkeys([*sizes, ranked, *(size - LISTED for size in sizes if size > LISTED)])
    return [counted(n, "groups", total.period, "nhóm", of=total.metric) for n in wanted]


def _funnel_words(rows: pd.DataFrame, sides: Sequence[str], what: str) -> str:
    """Say who differs, how many do not, and how many have no dossiers."""
    inside, empty = (int((rows["place"] == place).sum()) for place in ("inside", "unknown"))
    differ = [side for side in sides if side]
    if not differ:
        same = f"{notation.count(inside)} {what} đều không khác toàn bộ quá mức ngẫu nhiên"
    else:
        same = f"{notation.count(inside)} {what} còn lại không khác quá mức ngẫu nhiên" if inside else ""
    none = f"{notation.count(empty)} {what} không có hồ sơ để tính" if empty else ""
    return "; ".join(filter(None, [*differ, same, none]))


def say_funnel(metric: str, results: pd.DataFrame, whole: pd.DataFrame, study: Study) -> Statement:
    """Say which groups differ from the whole by more than chance, and that the others do not. Arguments as for `rank_table`."""
    rows, total, numbers = placed(metric, results, whole, study), Numbers(whole).get(metric, study.period), Numbers(results)
    counts = group_counts(rows, total)
    what = GROUP_LABELS[numbers.groups[0]].lower()
    subject = f"{get_metric(metric).label} {short_name(study.period)} theo {what}"
    if total.value is None:
        return Statement(text=f"{subject}: không có số liệu.", numbers=[total])
    if (rows["denominator"] > 0).sum() < 2:
        return Statement(text=f"{subject}: chỉ một {what} có hồ sơ, không có gì để so.", numbers=[total])
    sides = [_differing(rows, numbers, place, total) for place in ("low", "high")]
    said = _funnel_words(rows, [words for words, _ in sides], what)
    text = f"{subject}, so với toàn bộ ({total.text}, {ratio_text(total)}): {said}."
    return Statement(text=text, numbers=[total, *(number for _, found in sides for number in found)], mentions=counts)
