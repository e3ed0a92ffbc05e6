"""The first screen in sentences, for who opens one page: what came and went, what moved and mostly why, who holds the gap, what needs attention.

Written by rule from results, short, without a method's name; each holds also where there is nothing to say. A cause is named only where a
change is beyond chance. Numbers that no result of the catalogue holds have metrics of their own: `gap_missing` (as in `shortfall`),
`target_…`, and `count_…` for how many units, warnings or days a sentence speaks of.
"""

from collections.abc import Sequence

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Masthead, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, difference, ratio_text, within_chance
from tthc_analysis.exhibits.overview import masthead, warnings_of
from tthc_analysis.exhibits.rank import placed
from tthc_analysis.exhibits.report_text import Said
from tthc_analysis.exhibits.why import say_main_cause
from tthc_analysis.exhibits.wording import FEW, GROUP_LABELS, break_since, group_label
from tthc_analysis.metrics.catalogue import COUNT, SHARE, get_metric
from tthc_analysis.metrics.clock import SOON_WORKDAYS
from tthc_analysis.metrics.gaps import gap_contributions
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study
from tthc_analysis.reference import notation

# what the sentences need beside the key figures, for the period and those it is compared with
FLOW = ("received", "resolved", "withdrawn", "refused", "carried_over", "pending", "pending_late", "pending_due_soon")
NAMED = 3  # groups that a short sentence can name
WARNINGS, DAYS = "điểm cần lưu ý", "ngày làm việc"


def _statement(*parts: Said) -> Statement:
    """Set sentences one after the other."""
    said = [part for part in parts if part.text]
    return Statement(text=" ".join(part.text for part in said), numbers=[number for part in said for number in part.numbers])


def _counted(metric: str, n: float, study: Study, unit: str, **group: str) -> Number:
    """Make the number of something counted here and not in the results."""
    return Number(text=notation.count(n), metric=metric, period=study.period.text, group=group, value=float(n), unit=unit)


def _listed(names: Sequence[str]) -> str:
    """Join names as a sentence does: "A, B và C"."""
    return " và ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _who(column: str, number: Number) -> str:
    """Name a number's group inside a sentence: "Xã Long Mai", "lĩnh vực Đất đai", "hồ sơ không rõ đơn vị"."""
    name, kind = number.group[column], GROUP_LABELS[column].lower()
    if name == UNKNOWN:
        return f"hồ sơ không rõ {kind}"
    return group_label(column, name) if column == "unit_id" else f"{kind} {group_label(column, name)}"


# --- the head


def head(study: Study, title: str) -> Masthead:
    """Give the head of a page for leadership: no more than title, unit, period and until when; the rest stands in `basis_table`."""
    whole = masthead(study, title)
    return whole.model_copy(
        update={"subtitle": f"{whole.subtitle}, số liệu đến {notation.day(study.as_of)}", "attached_to": "", "facts": [], "quoted": [study.unit_name]}
    )


def basis_table(study: Study) -> Table:
    """Say on what the numbers rest: unit, period, as-of date, policy, calendar."""
    rows = [[Cell(text=label, heading=True), Cell(text=text)] for label, text in masthead(study, "").facts]
    return Table(caption="Cơ sở của các con số", header=[Header(text="Nội dung"), Header(text="Giá trị")], rows=rows)


# --- what came and went


def _or_none(number: Number, some: str, none: str) -> Said:
    """Say a count, or that there is none."""
    return Said(some.format(number.text), [number]) if number.value else Said(none, [])


def say_flow(results: pd.DataFrame, study: Study) -> Statement:
    """Say what was received, resolved and withdrawn, and what is left beside what there was at the beginning. `results` hold FLOW."""
    found = {metric: Numbers(results).get(metric, study.period) for metric in FLOW}
    if found["received"].value is None:
        known = f"từ ngày {notation.day(study.first_day)} đến ngày {notation.day(study.last_day)}"
        return Statement(text=f"{study.period.name} không có số liệu: sổ dữ liệu chỉ có {known}.")
    ended = [("công dân rút {}", "withdrawn"), ("trả lại, từ chối {}", "refused")] if study.policy.withdrawn == "apart" else []
    moved = [
        _or_none(found["received"], "tiếp nhận {} hồ sơ", "không tiếp nhận hồ sơ nào"),
        _or_none(found["resolved"], "giải quyết {}", "không giải quyết hồ sơ nào"),
        *(_or_none(found[metric], words, "") for words, metric in ended),
    ]
    when = "cuối kỳ" if study.as_of >= study.period.end else f"đến ngày {notation.day(study.as_of)}"
    left = _or_none(found["pending"], "còn {} hồ sơ đang giải quyết", "không còn hồ sơ đang giải quyết")
    text = f"{study.period.name} {', '.join(part.text for part in moved if part.text)}; {when} {left.text}, đầu kỳ là {found['carried_over'].text}."
    return Statement(text=text, numbers=[*(number for part in (*moved, left) for number in part.numbers), found["carried_over"]])


# --- what moved, and mostly why


def _level(now: Number) -> Said:
    return Said(f"{get_metric(now.metric).label} là {now.text} ({ratio_text(now)} hồ sơ)", [now])


def _change(now: Number, then: Number, study: Study) -> Said:
    """Say how a share changed since the period before, or why that cannot be said."""
    crossed = break_since(study.before, now.metric, study)
    if crossed:
        return Said(f"; không so với kỳ trước, vì số liệu trước và sau ngày {notation.day(crossed)} không cùng phạm vi.", [])
    if then.value is None:
        return Said("; kỳ trước không có số liệu để so.", [])
    change = difference(now, then)
    size = change.text.lstrip(f"+{notation.MINUS}")
    if not set(size) & set("123456789"):
        return Said(f", không đổi so với kỳ trước ({then.text}).", [then])
    way = "tăng" if (change.value or 0) > 0 else "giảm"
    chance = "có thể chỉ do ngẫu nhiên" if within_chance(change) else "không chỉ do ngẫu nhiên"
    return Said(f", {way} {size} so với kỳ trước ({then.text}), {chance}.", [change, then])


def _cause(now: Number, then: Number, causes: pd.DataFrame | None, study: Study) -> Said:
    """Say what moved a share most; nothing where chance alone may have, or where there is no comparison."""
    if causes is None or then.value is None or within_chance(difference(now, then)):
        return Said("", [])
    found = say_main_cause(causes, now.metric, study, study.before)
    return Said(found.text, found.numbers) if found else Said("", [])


def _target(now: Number, study: Study) -> Said:
    """Say whether a verified target is met; nothing without one."""
    target = study.target(now.metric)
    if target is None or now.numerator is None or not now.denominator:
        return Said("", [])
    goal = notation.percent(target.value.numerator, target.value.denominator)
    number = Number(text=goal, metric=f"target_{now.metric}", period=now.period, value=float(target.value), unit=SHARE)
    met = int(now.numerator) >= target.value * int(now.denominator)
    return Said(f"{'Đã' if met else 'Chưa'} đạt chỉ tiêu {goal}.", [number])


def _few(now: Number) -> Said:
    return Said(f"Chỉ {notation.count(now.denominator)} hồ sơ, nên tỷ lệ dễ dao động.", [now]) if (now.denominator or 0) < FEW else Said("", [])


def _share(results: pd.DataFrame, metric: str, causes: pd.DataFrame | None, study: Study) -> list[Said]:
    """Say a share: level, change, main cause, target, and whether it rests on little; or that there is none."""
    now, then = (Numbers(results).get(metric, period) for period in (study.period, study.before))
    if now.value is None:
        why = "không có số liệu" if now.denominator is None else "không có hồ sơ để tính"
        return [Said(f"{get_metric(metric).label}: kỳ này {why}.", [])]
    level, change = _level(now), _change(now, then, study)
    first = Said(level.text + change.text, [*level.numbers, *change.numbers])
    return [first, _cause(now, then, causes, study), _target(now, study), _few(now)]


def say_share(results: pd.DataFrame, metric: str, study: Study, causes: pd.DataFrame | None = None) -> Statement:
    """Say a share of the period: its level, its change since the period before and whether chance alone may have made it, else the main cause.

    `results` of the period and the one before; `causes` as of `why.measure_why`. Newcombe (1998), see `numbers.difference`; Kitagawa (1955).
    """
    return _statement(*_share(results, metric, causes, study))


# --- who holds the gap


def _holders(metric: str, by_group: pd.DataFrame, study: Study) -> tuple[str, list[Number], int]:
    """Give the by-column, what each group that lacks something lacks, most first, and how many groups there are; withheld ones are left out."""
    here = by_group[(by_group["metric"] == metric) & (by_group["period"] == study.period.text) & by_group["numerator"].notna()]
    (column,) = Numbers(by_group).groups
    found = gap_contributions(here)
    lacking = found[found["missing"] > 0]
    pairs = zip(lacking[column], lacking["missing"], strict=True)
    numbers = [_counted("gap_missing", float(missing), study, COUNT, of=metric, **{column: str(name)}) for name, missing in pairs]
    return column, numbers, int((found["denominator"] > 0).sum())


def _where(missing: float, column: str, holders: Sequence[Number]) -> Said:
    """Name the fewest groups that hold more than half of what is missing; where they are many, the one that lacks most."""
    sums = pd.Series([number.value for number in holders], dtype=float).cumsum()
    enough = int((2 * sums <= missing).sum()) + 1
    if len(holders) == 1 and sums.iloc[0] == missing:
        return Said(f", đều ở {_who(column, holders[0])}", [])
    if enough <= min(NAMED, len(holders)):
        chosen = holders[:enough]
        return Said(f", quá nửa ở {_listed([f'{_who(column, number)} ({number.text})' for number in chosen])}", list(chosen))
    # what is withheld may be more than what is shown
    if not holders or missing - sums.iloc[-1] > (holders[0].value or 0):
        return Said("", [])
    return Said(f", nhiều nhất ở {_who(column, holders[0])} ({holders[0].text})", [holders[0]])


def _gap(now: Number, by_unit: pd.DataFrame, by_field: pd.DataFrame, study: Study) -> Said:
    """Say what a share still lacks and who holds it: units where there is more than one, else fields."""
    if now.numerator is None or not now.denominator:
        return Said("", [])
    missing, done = now.denominator - now.numerator, get_metric(now.metric).numerator_words
    if not missing:
        return Said(f"Mọi hồ sơ đã {done}.", [])
    column, holders, groups = _holders(now.metric, by_unit, study)
    if groups < 2:
        column, holders, groups = _holders(now.metric, by_field, study)
    where = _where(missing, column, holders) if groups > 1 else Said("", [])
    whole = _counted("gap_missing", missing, study, COUNT, of=now.metric)
    return Said(f"Còn {whole.text} hồ sơ chưa {done}{where.text}.", [whole, *where.numbers])


def say_digitisation(results: pd.DataFrame, by_unit: pd.DataFrame, by_field: pd.DataFrame, study: Study) -> Statement:
    """Say the share of results digitised as `say_share` does, and which units (of one unit: which fields) hold most of what it lacks.

    `results` of the period and the one before, `by_unit` and `by_field` of the period.
    """
    metric = "result_digitised_share"
    return _statement(*_share(results, metric, None, study), _gap(Numbers(results).get(metric, study.period), by_unit, by_field, study))


# --- what needs attention


def _most_late(by_unit: pd.DataFrame, late: Number, study: Study) -> Said:
    """Name the unit with most of what is late, where there is more than one unit and one of them has the most."""
    found = [number for number in Numbers(by_unit).all.values() if number.metric == late.metric and number.period == study.period.text and number.value]
    found.sort(key=lambda number: -(number.value or 0))
    if len(Numbers(by_unit).results["unit_id"].unique()) < 2 or not found or (len(found) > 1 and found[0].value == found[1].value):
        return Said("", [])
    if found[0].value == late.value:
        return Said(f", đều ở {_who('unit_id', found[0])}", [])
    if (late.value or 0) - sum(number.value or 0 for number in found) > (found[0].value or 0):  # what is withheld may be more
        return Said("", [])
    return Said(f", nhiều nhất ở {_who('unit_id', found[0])} ({found[0].text})", [found[0]])


def _backlog(results: pd.DataFrame, by_unit: pd.DataFrame, study: Study) -> Said:
    """Say what is late and what turns late within days, or that nothing is."""
    late, soon = (Numbers(results).get(metric, study.period) for metric in ("pending_late", "pending_due_soon"))
    if late.value is None:
        return Said("Kỳ này không có số liệu, nên chưa biết hồ sơ nào cần giải quyết gấp.", [])
    days = _counted("count_days_soon", SOON_WORKDAYS, study, DAYS)
    within = f"đến hạn trong {days.text} ngày làm việc tiếp theo"
    if not late.value and not soon.value:
        return Said(f"Không có hồ sơ nào đang quá hạn hoặc {within}.", [days])
    most = _most_late(by_unit, late, study) if late.value else Said("", [])
    first = _or_none(late, "Đang quá hạn {} hồ sơ", "Không có hồ sơ đang quá hạn")
    tail = _or_none(soon, f"; {{}} hồ sơ {within}", "")
    return Said(f"{first.text}{most.text}{tail.text}.", [*first.numbers, *most.numbers, *tail.numbers, *([days] if soon.value else [])])


def _units_below(results: pd.DataFrame, by_unit: pd.DataFrame, study: Study) -> Said:
    """Say which units lie below the whole by more than chance on the share in time; nothing where there is but one unit."""
    metric, numbers = "on_time_share", Numbers(by_unit)
    rows = placed(metric, by_unit, results, study)
    if (rows["denominator"] > 0).sum() < 2:
        return Said("", [])
    low = sorted((numbers.get(metric, study.period, name) for name in rows[rows["place"] == "low"]["unit_id"]), key=lambda number: number.value or 0)
    beyond = "thấp hơn hẳn mức chung"
    if not low:
        some_withheld = any(number.text == notation.WITHHELD for number in numbers.all.values() if number.metric == metric)
        among = "Trong các đơn vị nêu số liệu, không" if some_withheld else "Không"
        return Said(f"{among} đơn vị nào có tỷ lệ đúng hạn {beyond}.", [])
    named = [f"{_who('unit_id', number)} ({number.text}, {ratio_text(number)})" for number in low[:NAMED]]
    if len(low) <= NAMED:
        return Said(f"Tỷ lệ đúng hạn của {_listed(named)} {beyond}.", low)
    many = _counted("count_units_below", len(low), study, "đơn vị", of=metric)
    return Said(f"{many.text} đơn vị có tỷ lệ đúng hạn {beyond}, thấp nhất là {named[0]}.", [many, low[0]])


def _warned(study: Study) -> Said:
    """Say that there are warnings; they stand in the head."""
    warnings = warnings_of(study)
    number = _counted("count_warnings", len(warnings), study, WARNINGS)
    return Said(f"Số liệu có {number.text} điểm cần lưu ý, nêu ở đầu trang.", [number]) if warnings else Said("", [])


def say_attention(results: pd.DataFrame, by_unit: pd.DataFrame, study: Study) -> Statement:
    """Say what needs attention now: what is late or turns late within days, units below the whole beyond chance, warnings about the data.

    `results` hold FLOW and the share in time of the period, `by_unit` the pending and the share in time by unit. Limits: `metrics.control.funnel`.
    """
    return _statement(_backlog(results, by_unit, study), _units_below(results, by_unit, study), _warned(study))
