"""Why a share changed, or stands apart from the whole: how much the mix of dossiers moved it, how much the share inside like groups did.

The arithmetic is `metrics.compare`. Numbers that no result of the catalogue holds have metrics of their own, with the share in their group:
`why_share` (a share added up over the cells that were compared), and as changes `why_total`, `why_mix`, `why_rate`.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

import pandas as pd

from tthc_analysis.exhibits.model import Cell, Header, Number, Statement, Table
from tthc_analysis.exhibits.numbers import Numbers, ratio_cell, ratio_text
from tthc_analysis.exhibits.wording import FEW, GROUP_LABELS, break_since, group_label, short_name
from tthc_analysis.metrics.catalogue import SHARE, get_metric
from tthc_analysis.metrics.compare import decompose, mix_by, rate_by
from tthc_analysis.metrics.measure import UNKNOWN
from tthc_analysis.metrics.study import Study, measure_study
from tthc_analysis.reference import notation
from tthc_analysis.reference.periods import Period

FACTORS = ("field", "channel", "level")  # the words of BY that dossiers are told apart by
# a share whose own numerator or denominator is the channel cannot be split by it: every group would stand at nought or the whole
OWN_FACTORS = {
    "online_share": ("field", "level"),
    "full_online_share": ("field", "level"),
    "partial_of_online_share": ("field", "level"),
    "intake_born_digital_share": ("field", "level"),
}
NAMED = 3  # fields under the rate part
KINDS = {"field": "lĩnh vực", "channel": "hình thức nộp", "level": "cấp", "unit_id": "đơn vị", "service_level": "mức độ dịch vụ công"}
METHOD = "Cách tách: Kitagawa (1955); phần của từng yếu tố cơ cấu là trung bình qua mọi thứ tự (Shapley, 1953). Đây là phép tách số học, không phải kết luận về nguyên nhân."
ADDED_UP = "Các phần cộng lại đúng bằng tổng đã in; các dòng “trong đó” làm tròn riêng, chỉ nêu các lĩnh vực tác động mạnh nhất."


class _Tone(NamedTuple):
    """How a difference is said: against an earlier period, or against the whole."""

    up: str
    down: str
    same: str
    other_mix: str
    more: str
    less: str


OVER_TIME = _Tone("tăng", "giảm", "không đổi so với", "cơ cấu hồ sơ thay đổi", "tăng", "giảm")
AGAINST_WHOLE = _Tone("cao hơn", "thấp hơn", "ngang với", "cơ cấu hồ sơ khác", "cao hơn", "thấp hơn")


class _Split(NamedTuple):
    """A difference taken apart, as it is printed: both sides, the mix by factor, all of the mix, the rate, the total, and the cells it came from."""

    then: Number
    now: Number
    by_factor: dict[str, Number]
    mix: Number
    rate: Number
    total: Number
    cells: tuple[pd.DataFrame, pd.DataFrame, list[str]]


class _Field(NamedTuple):
    """A field's own share on both sides, and the effect of its change."""

    name: str
    then: Number
    now: Number
    effect: Number


# --- taking apart


def measure_why(study: Study, metric: str, then: Period) -> pd.DataFrame:
    """Measure a share of the period and of an earlier one by what its dossiers are told apart by: field, channel and level, where it may be.

    Returns the results of both periods by `field, channel, level`, without the channel for shares that are made of it. An unknown metric raises UserError.
    """
    return measure_study(study, [metric], [then, study.period], by=OWN_FACTORS.get(metric, FACTORS))


def _points(metric: str, between: str, group: dict[str, str], value: float, printed: Decimal | None = None) -> Number:
    """Make the number of an effect (0 to 1), printed in points: rounded with its siblings, or by itself."""
    # without the noise of floats a half is rounded the same on every machine
    exact = Fraction(printed) / 100 if printed is not None else Fraction(notation.half_up(Fraction(value), notation.NOISE_PLACES))
    text = notation.points_between(exact, Fraction(0))
    return Number(text=text, metric=metric, period=between, group=group, value=value, unit=notation.POINTS, change=True)


def _side(row: pd.Series, side: str, period: str, group: dict[str, str]) -> Number:
    """Make the number of one side of a comparison, a share from its two counts."""
    numerator, denominator = float(row[f"{side}_numerator"]), float(row[f"{side}_denominator"])
    figures: dict[str, Any] = {"numerator": numerator, "denominator": denominator, "value": None if denominator == 0 else float(row[f"{side}_value"])}
    return Number(text=notation.percent(numerator, denominator), metric="why_share", period=period, group=group, unit=SHARE, **figures)


def _between(then: pd.DataFrame, now: pd.DataFrame) -> str:
    """Name the two periods that a change lies between; against a whole of the same period, that period."""
    periods = list(dict.fromkeys([*now["period"], *then["period"]]))
    return " − ".join(map(str, periods))


def _split(then: pd.DataFrame, now: pd.DataFrame, metric: str, *, then_group: dict[str, str] | None = None) -> _Split | None:
    """Take a difference apart into numbers whose printed parts add up to the printed total; None where a side has no dossier."""
    factors, between = Numbers(now).groups, _between(then, now)
    parts = decompose(then, now, factors)
    if parts["effect"].isna().any():
        return None
    effects, whole, group = [float(effect) for effect in parts["effect"]], parts.iloc[0], {"of": metric}
    sides = [Fraction(int(whole[f"{side}_numerator"]), int(whole[f"{side}_denominator"])) for side in ("then", "now")]
    printed = notation.rounded_parts(effects[:-1], sides[1] - sides[0])
    each = [(value, decimal) for value, decimal in zip(effects[:-1], printed, strict=True)]
    by_factor = {factor: _points("why_mix", between, {**group, "factor": factor}, *part) for factor, part in zip(factors, each[:-1], strict=True)}
    return _Split(
        then=_side(whole, "then", str(then["period"].iloc[0]), {**group, **(then_group or {})}),
        now=_side(whole, "now", str(now["period"].iloc[0]), group),
        by_factor=by_factor,
        mix=_points("why_mix", between, group, sum(effects[:-2]), sum(printed[:-1], Decimal(0))),
        rate=_points("why_rate", between, group, *each[-1]),
        total=_points("why_total", between, group, effects[-1], sum(printed, Decimal(0))),
        cells=(then, now, factors),
    )


def _sides_of(results: pd.DataFrame, metric: str, then: Period, now: Period) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give one metric's cells of two periods."""
    mine = results[results["metric"] == metric]
    return mine[mine["period"] == then.text], mine[mine["period"] == now.text]


def _direction(number: Number) -> int:
    """Give the sign of an effect as printed: one that prints as nought has none."""
    if not set(number.text) & set("123456789"):
        return 0
    return -1 if number.text.startswith(notation.MINUS) else 1


def _field(row: pd.Series, split: _Split) -> _Field:
    """Give a field's own share on both sides, and what its change moved."""
    mine = {"field": str(row["field"])}
    then, now = (_side(row, side, number.period, number.group | mine) for side, number in (("then", split.then), ("now", split.now)))
    return _Field(mine["field"], then, now, _points("why_rate", split.rate.period, split.rate.group | mine, float(row["effect"])))


def _fields(split: _Split) -> list[_Field]:
    """List the fields whose own share moved the whole most, strongest first; those that print as nought are left out."""
    then, now, factors = split.cells
    if "field" not in factors:
        return []
    found = [_field(row, split) for _, row in rate_by(then, now, "field", factors).iterrows()]
    return [field for field in found if _direction(field.effect)]


# --- the table


def _heading(text: str) -> Cell:
    return Cell(text=text, heading=True)


def _effect_cell(number: Number) -> Cell:
    """Put an effect into a cell; the column's head says that it is points."""
    return Cell(text=number.text.removesuffix(f" {notation.POINTS}"), numbers=[number])


def _part_row(label: str, effect: Number, *sides: Number) -> list[Cell]:
    return [_heading(label), *((ratio_cell(side) for side in sides) if sides else (Cell(text=""), Cell(text=""))), _effect_cell(effect)]


def why_table(caption: str, results: pd.DataFrame, study: Study, then: Period) -> Table | Statement:
    """Set the parts of a share's change one under the other: each factor of the mix, the share inside like groups with its strongest fields, the total.

    `results` as of `measure_why`. Effects are in percentage points; the parts add up to the total as printed, over both n/N. Where the periods
    cannot be compared, a sentence that says so. Raises ValueError on anything else than one share. Kitagawa (1955), see `metrics.compare`.
    """
    metric = str(results["metric"].iloc[0]) if len(results) else ""
    split = _split_over_time(results, metric, study, then)
    if isinstance(split, Statement):
        return split
    rows = [_part_row(f"Cơ cấu {KINDS.get(factor, factor)}", number) for factor, number in split.by_factor.items()]
    rows.append(_part_row("Tỷ lệ trong từng nhóm", split.rate))
    rows += [_part_row(f"trong đó: {group_label('field', field.name)}", field.effect, field.then, field.now) for field in _fields(split)[:NAMED]]
    rows.append(_part_row("Tổng thay đổi", split.total, split.then, split.now))
    header = [Header(text=text) for text in ("Phần của thay đổi", then.name, study.period.name, f"Tác động ({notation.POINTS})")]
    kinds = ", ".join(KINDS.get(factor, factor) for factor in split.by_factor)
    notes = [f"{get_metric(metric).label}. Một nhóm là các hồ sơ cùng {kinds}. {ADDED_UP}", METHOD]
    return Table(caption=caption, header=header, rows=rows, notes=notes)


# --- the sentence


def _size(number: Number) -> str:
    """Write how large an effect is: "1,50 điểm"."""
    return number.text.lstrip(f"+{notation.MINUS}").removesuffix(" %")


def _of_group(factor: str, name: str) -> str:
    """Write whose dossiers: "hồ sơ lĩnh vực Đất đai", "hồ sơ nộp trực tuyến", "hồ sơ cấp xã"."""
    if name == UNKNOWN:
        return f"hồ sơ không rõ {KINDS.get(factor, factor)}"
    label = group_label(factor, name)
    if factor == "channel":
        return f"hồ sơ nộp {label.lower()}" if name != "other" else "hồ sơ nộp cách khác"
    return f"hồ sơ {label[0].lower()}{label[1:]}" if factor == "level" else f"hồ sơ {KINDS.get(factor, GROUP_LABELS.get(factor, factor).lower())} {label}"


def _why_mix(split: _Split, tone: _Tone) -> str:
    """Say which dossiers became more or fewer, by the factor that moved the mix most: only a group whose own standing explains it is named."""
    then, now, factors = split.cells
    sign = _direction(split.mix)
    factor = max(split.by_factor, key=lambda name: (split.by_factor[name].value or 0) * sign)
    whole = (split.then.value or 0) + (split.now.value or 0)
    for _, row in mix_by(then, now, factor, factors).iterrows():
        grew, own = row["now_weight"] - row["then_weight"], row[["then_value", "now_value"]].mean() * 2 - whole
        if row["effect"] * sign > 0 and grew * own * sign > 0:
            return f"{tone.other_mix} (tỷ trọng {_of_group(factor, str(row[factor]))} {tone.more if grew > 0 else tone.less})"
    return tone.other_mix


def _strongest(split: _Split) -> _Field | None:
    """Give the field that moved the rate most in the rate's own direction."""
    return next((field for field in _fields(split) if _direction(field.effect) == _direction(split.rate)), None)


def _why_rate(split: _Split, tone: _Tone) -> str:
    """Say that the share inside like groups moved, and in which field most."""
    said, field = f"tỷ lệ trong từng nhóm hồ sơ {_way(split.rate, tone)}", _strongest(split)
    if not field:
        return said
    where = "hồ sơ không rõ lĩnh vực" if field.name == UNKNOWN else f"lĩnh vực {field.name}"
    return f"{said}, nhiều nhất ở {where} ({ratio_text(field.now)} so với {ratio_text(field.then)})"


def _way(number: Number, tone: _Tone) -> str:
    return tone.up if _direction(number) > 0 else tone.down


def _causes(split: _Split, tone: _Tone) -> str:
    """Say the parts: the one that went with the total after the one that went against it; a part that is nothing is not mentioned."""
    both = ((split.mix, _why_mix), (split.rate, _why_rate))
    parts = [(number, tell(split, tone)) for number, tell in both if _direction(number)]
    if not parts:
        return ""
    if len(parts) == 1:
        return f": toàn bộ do {parts[0][1]}"
    total = _direction(split.total)
    if not total:
        return f": {', '.join(f'{_way(number, tone)} {_size(number)} do {why}' for number, why in parts)}, bù trừ nhau"
    if all(_direction(number) == total for number, _ in parts):
        return f": {', '.join(f'{_size(number)} do {why}' for number, why in parts)}"
    (against, why_not), (along, why) = sorted(parts, key=lambda part: _direction(part[0]) == total)
    return f": lẽ ra {_way(against, tone)} {_size(against)} do {why_not}, nhưng {_way(along, tone)} {_size(along)} do {why}"


def _difference(split: _Split, tone: _Tone, what: str) -> str:
    """Say the whole difference: "giảm 2,10 điểm % so với quý IV/2023 (98,80%, 741/750)"."""
    other = f"{what} ({split.then.text}, {ratio_text(split.then)})"
    if not _direction(split.total):
        return f"{tone.same} {other}"
    return f"{_way(split.total, tone)} {_size(split.total)} % so với {other}"


def _few(split: _Split) -> str:
    """Warn of shares that rest on little."""
    fewest = min(split.then.denominator or 0, split.now.denominator or 0)
    return f" Có bên chỉ {notation.count(fewest)} hồ sơ, nên tỷ lệ dễ dao động." if fewest < FEW else ""


def _said(split: _Split, tone: _Tone, who: str, what: str) -> Statement:
    """Compose the sentence and gather the numbers in it."""
    text = f"{who} là {split.now.text} ({ratio_text(split.now)} hồ sơ), {_difference(split, tone, what)}{_causes(split, tone)}.{_few(split)}"
    parts = [number for number in (split.mix, split.rate) if _direction(number)]
    field = _strongest(split) if _direction(split.rate) else None
    return Statement(text=text, numbers=[split.now, split.then, split.total, *parts, *((field.then, field.now) if field else ())])


def _split_over_time(results: pd.DataFrame, metric: str, study: Study, then: Period) -> _Split | Statement:
    """Take the change between two periods apart, or say why that cannot be."""
    label = get_metric(metric).label if metric else "Tỷ lệ"
    between = f"giữa {short_name(then)} và {short_name(study.period)}"
    crossed = break_since(then, metric, study)
    if crossed:
        return Statement(text=f"{label}: không so được {between}, vì số liệu trước và sau ngày {notation.day(crossed)} không cùng phạm vi.")
    split = _split(*_sides_of(results, metric, then, study.period), metric) if metric else None
    return split or Statement(text=f"{label}: không đủ số liệu để tách thay đổi {between}.")


def say_why(results: pd.DataFrame, metric: str, study: Study, then: Period) -> Statement:
    """Say why a share changed since an earlier period: what the mix of dossiers moved, what the share inside like groups moved, and where most.

    `results` as of `measure_why`. A part that prints as nought is not mentioned. Kitagawa (1955), see `metrics.compare`.
    """
    split = _split_over_time(results, metric, study, then)
    if isinstance(split, Statement):
        return split
    return _said(split, OVER_TIME, f"{get_metric(metric).label} {short_name(study.period)}", short_name(then))


def say_why_different(results: pd.DataFrame, whole: pd.DataFrame, metric: str, study: Study, above: Study) -> Statement:
    """Say why a unit's share stands apart from that of the unit above it, in the same period.

    `results` and `whole` as of `measure_why` (or of `measure_study` by the same words) of the unit's study and of the study `above`.
    """
    period = study.period
    now, then = _sides_of(results, metric, period, period)[1], _sides_of(whole, metric, period, period)[1]
    label = f"{get_metric(metric).label} của {study.unit_name} {short_name(period)}"
    split = _split(then, now, metric, then_group={"unit_id": above.unit})
    if split is None:
        return Statement(text=f"{label}: không đủ số liệu để so với {above.unit_name}.")
    return _said(split, AGAINST_WHOLE, label, above.unit_name)


# --- in few words


def _few_words(number: Number, split: _Split) -> tuple[str, list[Number]]:
    """Say one part without its size: which dossiers became more or fewer, or that like dossiers fared otherwise, and in which field most."""
    if number is split.mix:
        return _why_mix(split, OVER_TIME), []
    field = _strongest(split)
    said = f"tỷ lệ trong từng loại hồ sơ {_way(number, OVER_TIME)}"
    if not field:
        return said, []
    where = "hồ sơ không rõ lĩnh vực" if field.name == UNKNOWN else f"lĩnh vực {field.name}"
    return f"{said}, nhất là {where} ({ratio_text(field.now)}, kỳ trước {ratio_text(field.then)})", [field.now, field.then]


def say_main_cause(results: pd.DataFrame, metric: str, study: Study, then: Period) -> Statement | None:
    """Say in one short sentence which part moved a share most since an earlier period: the mix, the share inside like groups, or both.

    `results` as of `measure_why`. One part is the main one where it moved at least twice as much as the other. None where the periods cannot be
    compared, or the share did not move. Kitagawa (1955), see `metrics.compare`.
    """
    split = _split_over_time(results, metric, study, then)
    if isinstance(split, Statement) or not _direction(split.total):
        return None
    along = sorted((part for part in (split.mix, split.rate) if _direction(part) == _direction(split.total)), key=lambda part: -abs(part.value or 0))
    small = len(along) > 1 and abs(along[0].value or 0) >= 2 * abs(along[1].value or 0)
    said = [_few_words(part, split) for part in along[: 1 if small else 2]]
    text = f"Chủ yếu do {said[0][0]}." if len(said) == 1 else f"Do hai lẽ: {said[0][0]}; và {said[1][0]}."
    return Statement(text=text, numbers=[number for _, numbers in said for number in numbers])
