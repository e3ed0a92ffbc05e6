"""Values: one thing with two values, denominators that are not what they should be, parts larger than their whole, dossiers called procedures."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Severity, Verdict, failed, held
from tthc_analysis.audit.sums import written
from tthc_analysis.audit.ties import Ties, book, concept, loose, total
from tthc_analysis.audit.vocabulary import LEVELS, data, folded, pattern_of
from tthc_analysis.reference import notation
from tthc_analysis.reference.units import units

CONFLICT, DENOMINATORS, DENOMINATOR, ORDER = "value_conflict", "denominators_differ", "denominator_conflict", "impossible_order"
LABEL, BASES, PAPER, BOTH, OFFICES, AMBIGUOUS = "unit_mislabel", "two_bases", "digital_above_paper", "both_digitised_bound", "office_count", "ambiguous_number"
TELLING = {"received", "resolved", "pending", "withdrawn", "returned"}  # stages of which a report has one number each
_OF_COMPETENCE = re.compile(r"tổng số (?:tthc|thủ tục)|thẩm quyền|phạm vi quản lý")
_RATE = re.compile(r"tỷ lệ|tỉ lệ")
_AVERAGE = re.compile(r"bình quân|trung bình|từ|cùng kỳ|năm trước|chỉ tiêu|kế hoạch|tối thiểu")
FAR = Fraction(20, 100)  # below the share that a report gives for digitising, from which the bound of both is worth a word
CALLED = {"procedure": "TTHC (thủ tục)", "service": "dịch vụ công"}


def check_values(ties: Ties) -> Iterator[Verdict]:
    """Check what counts the same, or must stand in an order."""
    yield from _conflicts(ties)
    yield from _shares(ties)
    yield from _rows(ties)
    yield from _denominators(ties)
    yield from _orders(ties)
    yield from _labels(ties)
    yield from _digitising(ties)
    yield from _offices(ties)
    yield from (_ambiguous(claim) for claim in ties.claims.all if claim.quantity.other is not None and claim.role == "result" and not claim.upto)


# --- one thing, two values


def _conflicts(ties: Ties) -> Iterator[Verdict]:
    """Compare what counts the same: same words, same unit, same time."""
    for (kind, what), claims in ties.by_concept.items():
        if not _is_told(kind, what):
            continue
        by_scope = defaultdict[object, list[Claim]](list)
        for claim in claims:
            if (
                not claim.left_over
                and not claim.whole
                and not _is_part(ties, claim)
                and (kind != "procedure" or claim.cell or _OF_COMPETENCE.search(claim.label))
            ):
                by_scope[claim.scope].append(claim)
        for same in by_scope.values():
            yield from (_same(ties, one, other) for one, other in pairwise(_by_value(same)))


def _is_told(kind: str, what: str) -> bool:
    return (kind in ("dossier", "petition") and what.partition(".")[0] in TELLING) or (kind == "procedure" and what == "")


def _is_part(ties: Ties, claim: Claim) -> bool:
    """Whether a claim is one of several that the same words count: a row of a table, an item of a list that names them otherwise."""
    listed = claim.head is not None and concept(ties.claims[claim.head]) == concept(claim)
    return listed or (claim.cell is not None and any(kind == "row" for kind, _ in claim.scope))


def _by_value(claims: Sequence[Claim]) -> list[Claim]:
    """Give for each value the first claim of it, in reading order."""
    first: dict[Fraction, Claim] = {}
    for claim in claims:
        first.setdefault(claim.quantity.value, claim)
    return list(first.values()) if len(first) > 1 else list(claims[:2])


def _same(ties: Ties, one: Claim, other: Claim) -> Verdict:
    room = loose([one, other])
    if abs(one.quantity.value - other.quantity.value) <= room or one.vague or other.vague or _explained(ties, one, other) or _of_two_levels(one, other):
        return held(CONFLICT, one, other)
    alike = LEVELS.sub("", one.topic).strip() == LEVELS.sub("", other.topic).strip() and one.get("subject") == other.get("subject")
    unsure = _in_words(one) or _in_words(other) or _still_late(one) or _still_late(other) or _parted(one, other) or _in_two_tables(one, other)
    severity: Severity = "error" if alike and not unsure else "question"
    said = f"Cùng một nội dung mà hai số: {one.text} ({one.place}) và {other.text} ({other.place})."
    return failed(CONFLICT, severity, said, [one, other])


def _of_two_levels(one: Claim, other: Claim) -> bool:
    """Whether the headings say that one is of the district and the other of the communes."""
    levels, others = set(LEVELS.findall(one.topic)), set(LEVELS.findall(other.topic))
    return bool(levels and others) and not levels & others


def _in_words(claim: Claim) -> bool:
    return not claim.quantity.text[:1].isdigit()


def _parted(one: Claim, other: Claim) -> bool:
    """Whether lists make two claims parts of different wholes: then they may speak of different things."""
    return (one.head is None) != (other.head is None) and not (one.cell or other.cell)


def _in_two_tables(one: Claim, other: Claim) -> bool:
    """Whether two numbers of procedures stand in different tables: their heads may say less than their titles do."""
    return one.get("subject") == "procedure" and bool(one.cell and other.cell and one.cell[0] != other.cell[0])


def _explained(ties: Ties, one: Claim, other: Claim) -> bool:
    """Whether what was carried over explains that two say differently how much was received, or what is still open how much is late."""
    carried = one.get("stage") == "received" and abs(one.quantity.value - other.quantity.value) in ties.carried(one.scope)
    return carried or any(_still_late(claim) and _is_open(ties, claim) for claim in (one, other))


def _still_late(claim: Claim) -> bool:
    """Whether "vẫn còn … trễ hạn" leaves open whether that is done or still to be done."""
    said = rf"(?:vẫn|hiện|để) còn (?:có |khoảng )?{re.escape(claim.quantity.text)}(?!\w)"
    return claim.get("timing") == "late" and bool(re.search(said, folded(claim.quote)))


def _is_open(ties: Ties, claim: Claim) -> bool:
    """Whether what is late and still open makes a count, alone or with what was late when done."""
    pending = {one.quantity.value for one in ties.by_concept.get((book(claim), "pending.timing=late"), [])}
    done = {one.quantity.value for one in ties.by_concept.get((book(claim), "resolved.timing=late"), [])} | {Fraction(0)}
    return any(claim.quantity.value == still + late for still in pending for late in done)


def _shares(ties: Ties) -> Iterator[Verdict]:
    """Ask about shares that the same words give two values of, in two sentences: they may be over different wholes."""
    found = defaultdict[object, list[Claim]](list)
    for claim in ties.claims.all:
        if claim.share and claim.of is None and claim.head is None and not claim.cell and claim.role == "result" and _RATE.search(claim.label):
            told = any(claim.get(axis) for axis in ("channel", "digit", "payment", "timing", "rating"))
            if told and not (claim.left_over or claim.vague or claim.upto or _AVERAGE.search(claim.label)):
                found[claim.attributes, claim.scope, claim.topic].append(claim)
    for same in found.values():
        yield from (_two_shares(one, other) for one, other in pairwise(_by_value(same)) if not _agree(one, other) and one.quote != other.quote)


def _agree(one: Claim, other: Claim) -> bool:
    """Whether two percentages are one, rounded or cut to the fewer of their digits."""
    step = Fraction(1, 10 ** max(0, min(one.quantity.places, other.quantity.places)))
    return abs(one.quantity.value - other.quantity.value) < step


def _two_shares(one: Claim, other: Claim) -> Verdict:
    said = f"Cùng một tỷ lệ mà hai số: {one.text} ({one.place}) và {other.text} ({other.place}). Nếu tính trên hai mẫu số khác nhau thì nên ghi rõ."
    return failed(CONFLICT, "question", said, [one, other], other)


# --- denominators


def _rows(ties: Ties) -> Iterator[Verdict]:
    """Compare the denominators of n/N that stand side by side along one axis: in a row, or in one sentence."""
    for group in _side_by_side([claim for claim in ties.claims.all if claim.whole]):
        wholes = {claim.whole.value for claim in group if claim.whole}
        if len(group) > 1 and len(wholes) == 1:
            yield held(DENOMINATORS, *group)
        elif len(group) > 1:
            said = ", ".join(claim.text for claim in group)
            yield failed(DENOMINATORS, "error", f"Các mẫu số lẽ ra phải bằng nhau: {said}.", group)


def _side_by_side(claims: Sequence[Claim]) -> Iterator[list[Claim]]:
    axes = ("rating", "timing")
    found = defaultdict[object, list[Claim]](list)
    for claim in claims:
        axis = next((axis for axis in axes if claim.get(axis)), "")
        if axis:
            found[axis, claim.cell[:2] if claim.cell else (claim.block, claim.quote), claim.scope, claim.get("stage")].append(claim)
    yield from found.values()


def _denominators(ties: Ties) -> Iterator[Verdict]:
    """Compare the N of n/N with the figure that the report itself gives for it."""
    for claim in ties.claims.all:
        if claim.whole and claim.role == "result" and not claim.left_over:
            yield from _denominator(ties, claim, claim.whole.value)


def _denominator(ties: Ties, claim: Claim, whole: Fraction) -> Iterator[Verdict]:
    for key, wanted in data("relations")["denominators"].items():
        axis, _, value = key.partition("=")
        if not claim.get(axis) or (value and claim.get(axis) != value):
            continue
        choices = [
            choice
            for one in (*wanted, concept(claim))
            for choice in ties.sums(claim, one, near=False)
            if claim not in choice and not any(part.whole for part in choice)
        ]
        choices += [(one,) for one in _listed_under(ties, claim)]
        made = [choice for one in data("relations")["made_denominators"].get(axis, []) for choice in ties.sums(claim, one, near=False)]
        fitting = next((choice for choice in (*choices, *made) if abs(total(choice) - whole) <= loose(choice)), None)
        if fitting:
            yield held(DENOMINATOR, claim, *fitting)
        elif choices and not _less_carried(ties, claim, choices, whole):
            yield _other_denominator(claim, whole, choices)
        yield from _two_bases(ties, claim, choices, whole)


def _listed_under(ties: Ties, claim: Claim) -> list[Claim]:
    """Give the count that n/N is listed under; where that is n/N too, a part of it has a base of its own, or the same."""
    head = ties.claims[claim.head] if claim.head is not None else None
    if head is None or (head.whole and (head.scope != claim.scope or head.whole == claim.whole)):
        return []
    return [head]


def _two_bases(ties: Ties, claim: Claim, choices: Sequence[Sequence[Claim]], whole: Fraction) -> Iterator[Verdict]:
    """Note a share over what came in anew where the only such figure that the report gives is that of all."""
    carried = ties.carried(claim.scope)
    known = next((choice for choice in choices if total(choice) - whole in carried), None)
    if known and claim.whole and whole not in ties.values:
        said = (
            f"Mẫu số {claim.whole.text} là số tiếp nhận không kể kỳ trước chuyển qua, báo cáo chỉ nêu {written(total(known))} ({known[0].place}): nên ghi rõ."
        )
        yield failed(BASES, "note", said, [claim, *known], claim)


def _less_carried(ties: Ties, claim: Claim, choices: Sequence[Sequence[Claim]], whole: Fraction) -> bool:
    """Whether a denominator is what came in without what was carried over, or with it, as far as the report leaves that open."""
    carried = ties.carried(claim.scope)
    anew = any(choice[0].get("origin") == "new" for choice in choices)  # then what is only called received is all of it
    for choice in choices:
        origin = choice[0].get("origin")
        added = whole - total(choice) in carried and (origin == "new" or not (origin or anew))
        if added or (total(choice) - whole in carried and origin != "new"):
            return True
    return False


def _other_denominator(claim: Claim, whole: Fraction, choices: Sequence[Sequence[Claim]]) -> Verdict:
    known = max(choices, key=total)
    more = whole > total(known)
    share = notation.percent(float(claim.quantity.value), float(total(known)))
    said = f"Mẫu số {claim.whole.text if claim.whole else ''} khác số {written(total(known))} mà báo cáo nêu ({known[0].place}); lệch {written(abs(whole - total(known)))}."
    reading = f" Trên {written(total(known))} thì tỷ lệ là {share}." if total(known) >= claim.quantity.value else ""
    return failed(DENOMINATOR, "error" if more else "question", f"{said}{reading}", [claim, *known], claim)


# --- orders


def _orders(ties: Ties) -> Iterator[Verdict]:
    """Check that no part is larger than its whole, where the report gives both."""
    for part, wholes, *ask in data("relations")["orders"]:
        for claim in ties.by_concept.get(("dossier", part), []):
            if claim.head is not None or claim.whole or claim.vague or _of_other_things(claim):  # those in lists and with n/N are checked there
                continue
            choices = [choice for wanted in wholes for choice in ties.sums(claim, wanted, near=True) if not any(one.vague for one in choice)]
            most = max(choices, key=total, default=None)
            if most and claim.quantity.value > total(most) + loose([claim, *most]):
                yield _too_many(claim, most, "question" if ask else "error")
            elif most:
                yield held(ORDER, claim, *most)


def _of_other_things(claim: Claim) -> bool:
    """Whether what was digitised is more than the period's dossiers: papers of which a dossier has several, or an archive."""
    other = claim.unit in ("thing", "document") or bool(claim.left_over) or bool(pattern_of("archives").search(folded(claim.quote)))
    return bool(claim.get("digit")) and other


def _too_many(claim: Claim, most: Sequence[Claim], severity: Severity) -> Verdict:
    asked = " Có tính cả hồ sơ của kỳ khác không?" if severity == "question" else ""
    said = f"{claim.quantity.text} lớn hơn số {written(total(most))} mà nó nằm trong ({most[0].place}).{asked}"
    return failed(ORDER, severity, said, [claim, *most])


# --- what things are called


def _labels(ties: Ties) -> Iterator[Verdict]:
    """Find dossiers that are called procedures or services."""
    procedures = max((claim.quantity.value for claim in ties.by_concept.get(("procedure", ""), []) if claim.cell or not claim.left_over), default=None)
    for claim in ties.counts:
        if claim.called:
            more = f" Cả báo cáo chỉ có {written(procedures)} TTHC." if procedures and procedures < claim.quantity.value else ""
            said = f"{claim.text} được gọi là số {CALLED[claim.called]}, nhưng các phần của nó (hình thức nộp, kỳ trước chuyển qua) là của hồ sơ.{more}"
            yield failed(LABEL, "error", said, [claim], claim)
        elif (
            procedures
            and claim.get("subject") == "procedure"
            and claim.get("stage") in TELLING
            and claim.unit in ("", "procedure")
            and claim.quantity.value > procedures
        ):
            said = f"{claim.text} được gọi là TTHC, nhưng báo cáo chỉ có {written(procedures)} TTHC: có phải là số hồ sơ?"
            yield failed(LABEL, "error", said, [claim], claim)


# --- digitising


def _digitising(ties: Ties) -> Iterator[Verdict]:
    """Note what digitising figures cannot mean together."""
    intake, result = (_first(ties, value) for value in ("intake", "result"))
    paper = next((claim for claim in ties.counts if claim.get("channel") == "offline" and concept(claim) == "received.channel=offline"), None)
    if intake and paper and intake.scope == paper.scope and intake.quantity.value > paper.quantity.value:
        said = (
            f"Số hóa khi tiếp nhận {intake.quantity.text} hồ sơ, mà hồ sơ giấy (trực tiếp, bưu chính) chỉ {paper.quantity.text}: "
            f"ít nhất {written(intake.quantity.value - paper.quantity.value)} hồ sơ vốn là điện tử; tỷ lệ này không chỉ là việc quét giấy."
        )
        yield failed(PAPER, "note", said, [intake, paper], intake)
    if intake and result and intake.whole and result.whole and intake.scope == result.scope:
        most = min(intake.quantity.value, result.quantity.value)
        if most / intake.whole.value < intake.quantity.value / intake.whole.value - FAR:
            said = f"Chỉ tiêu 4.2 của QĐ 766/QĐ-TTg đòi số hóa cả thành phần và kết quả: nhiều nhất {notation.ratio(float(most), float(intake.whole.value))} = {notation.percent(float(most), float(intake.whole.value))}."
            yield failed(BOTH, "note", said, [intake, result], result)


def _first(ties: Ties, value: str) -> Claim | None:
    return next((claim for claim in ties.counts if claim.get("digit") == value and not claim.cell), None)


# --- offices, and what can be read in two ways


def _offices(ties: Ties) -> Iterator[Verdict]:
    """Hold the number of one-stop offices of a known unit against the units that lie in it."""
    head = ties.claims.head
    own = next((unit for unit in units().values() if unit.name.lower() == f"{head.kind} {head.name}".lower()), None)
    if own is None or own.level != "district":
        return
    below = [unit for unit in units().values() if unit.parent_id == own.unit_id]
    for claim in ties.counts:
        if (
            claim.get("subject") == "office"
            and claim.unit == "office"
            and "bộ phận" in claim.quote.lower()
            and "tổng số" in claim.quote.lower()
            and claim.quantity.value > len(below)
        ):
            said = f"{claim.text} bộ phận, trong khi danh mục đơn vị chỉ có {len(below)} (1 cấp huyện và {len(below) - 1} xã) thuộc {own.name}: số chép từ nơi khác?"
            yield failed(OFFICES, "question", said, [claim], claim)


def _ambiguous(claim: Claim) -> Verdict:
    both = " hoặc ".join(
        notation.decimal(float(value), 3 if value.denominator > 1 else 0) for value in (claim.quantity.value, claim.quantity.other) if value is not None
    )
    return failed(AMBIGUOUS, "question", f"Số viết “{claim.quantity.text}” đọc được hai cách: {both}. Viết lại cho rõ.", [claim], claim)
