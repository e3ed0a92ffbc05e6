"""Shares: percentages that are not their n/N, ratios above one, shares of one whole that do not make a hundred."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import chain, islice
from math import floor
from typing import NamedTuple

from tthc_analysis.audit.blocks import Block
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Severity, Verdict, failed, held
from tthc_analysis.audit.prose import without_marker
from tthc_analysis.audit.quantities import Quantity
from tthc_analysis.audit.ties import NEAR, Ties, book, concept, is_count, total
from tthc_analysis.audit.vocabulary import data, folded, mended
from tthc_analysis.reference import notation

ABOVE_ONE, MISMATCH, CUT, NOT_HUNDRED, CHANGE = "ratio_above_one", "share_mismatch", "share_cut", "shares_not_hundred", "change_mismatch"
ABOUT = Fraction(5, 100)  # of a share that is said to be "about" so much
BELOW = Fraction(10)  # points that "gần" and "dưới" leave
WHOLES = {"received", "received.origin=new", "received.origin=all", "resolved", "pending", "due"}
SHOWN = 3  # readings that one finding shows
MOST_BESIDE = 200  # counts before and behind a count that it may be a share of
MOST_TRIED = 400  # choices of n and N that one share is held against


def written(share: Fraction, places: int = 2) -> str:
    """Write an exact share as a percentage, to as many decimals as are asked for (two at least)."""
    return f"{notation.decimal(float(notation.half_up(share * 100, max(places, 2))), max(places, 2))}%"


def agrees(quantity: Quantity, exact: Fraction, vague: str = "") -> str:
    """Say how a percentage agrees with an exact share: "rounded", "cut", "vague", or "" where it does not.

    >>> from tthc_analysis.audit.quantities import value_of
    >>> [agrees(value_of(text, percent=True), Fraction(8925, 9924)) for text in ("89,93", "90", "89,9", "89", "89,94")]
    ['rounded', 'rounded', 'rounded', 'cut', '']
    """
    said, share = quantity.value, exact * 100
    scale = 10 ** max(quantity.places, 0)
    if Fraction(notation.half_up(share, max(quantity.places, 0))) == said:
        return "rounded"
    if vague and _leaves_room(said, share, vague, Fraction(1, scale)):
        return "vague"
    return "cut" if Fraction(floor(share * scale), scale) == said else ""


def _leaves_room(said: Fraction, share: Fraction, vague: str, step: Fraction) -> bool:
    match vague:
        case "above" | "at_least":
            return share >= said - step / 2
        case "below" | "at_most":
            return said - BELOW <= share <= said + step / 2
        case _:
            return abs(share - said) <= said * ABOUT


def check_shares(ties: Ties) -> Iterator[Verdict]:
    """Check every ratio and every percentage."""
    for claim in ties.claims.all:
        if claim.whole:
            yield from _ratio(claim)
        if claim.share and claim.role == "result" and not claim.upto:
            yield from _share(ties, claim)
    yield from _hundreds(ties)
    yield from _changes(ties)


def _ratio(claim: Claim) -> Iterator[Verdict]:
    whole = claim.whole.value if claim.whole else Fraction(0)
    if claim.quantity.value > whole:
        share = f" ({written(claim.quantity.value / whole, 0).replace(',00', '')})" if whole else ""
        severity: Severity = "question" if _may_be_a_day(claim) else "error"
        yield failed(ABOVE_ONE, severity, f"Tử số lớn hơn mẫu số: {claim.text}{share}.", [claim])
    else:
        yield held(ABOVE_ONE, claim)


def _may_be_a_day(claim: Claim) -> bool:
    """Whether n/N without a unit may be a day and a month: "01/5"."""
    return not claim.unit and not claim.cell and claim.quantity.value <= 31 and bool(claim.whole and claim.whole.value <= 12)


def _share(ties: Ties, claim: Claim) -> Iterator[Verdict]:
    counted = ties.claims[claim.of] if claim.of is not None else _next_to(ties, claim)
    if counted is not None and _of_each(ties, counted, claim):
        return
    if counted is not None and counted.whole:
        if counted.whole.value:
            yield _explicit(claim, counted, counted.quantity.value, counted.whole.value)
    elif counted is not None and is_count(counted) and not counted.vague:
        base = _base_behind(ties, claim)
        yield from [_explicit(claim, counted, counted.quantity.value, base)] if base else _of_count(ties, claim, counted)
    elif counted is None:
        yield from _alone(ties, claim)


def _next_to(ties: Ties, claim: Claim) -> Claim | None:
    """Give the n/N or the count that stands in brackets straight behind a share: "đạt 98,19% (9.612/9.789 hồ sơ)"."""
    after = ties.claims.all[claim.number + 1] if claim.number + 1 < len(ties.claims.all) else None
    if after is None or after.block != claim.block or after.share or claim.cell:
        return None
    between = _between(ties, claim, after)
    return after if re.fullmatch(r"\s*(?:%|phần trăm)?\s*\(\s*(?:tương (?:ứng|đương)|là|với|gồm)?\s*(?:với )?", between) else None


def _base_behind(ties: Ties, claim: Claim) -> Fraction | None:
    """Give the whole that is named behind a share: "79,37% trong tổng số hồ sơ trễ hạn (58 hồ sơ)"."""
    after = ties.claims.all[claim.number + 1] if claim.number + 1 < len(ties.claims.all) else None
    if after is None or after.block != claim.block or not is_count(after) or after.vague or after.whole:
        return None
    between = _between(ties, claim, after)
    if _SHARE_OF.fullmatch(between) and _says_so(ties, claim) and after.head is None:
        return after.quantity.value
    named = re.fullmatch(r"\s*(?:%|phần trăm)?\s*(?:trong|trên|so với) tổng (?:số )?[^,;:()\d]{0,60}\(?(?:là |gồm )?", between)
    return after.quantity.value if named else None


_SHARE_OF = re.compile(r"\s*(?:%|phần trăm)(?: của| số)* (?:hồ sơ|phiếu|tthc|thủ tục|lượt)[^,;:()\d]{0,60}\(")


def _says_so(ties: Ties, claim: Claim) -> bool:
    """Whether "bằng" or "chiếm" stands before a share: what follows is what it is a share of."""
    block = ties.claims.report.parts[claim.block]
    before = folded(mended(without_marker(block))[0])[: claim.start] if isinstance(block, Block) else ""
    return bool(re.search(r"\b(?:bằng|chiếm)(?: [^\W\d]+){0,3}\s$", before))


def _between(ties: Ties, one: Claim, other: Claim) -> str:
    """Give the text between two figures of a block, small letters; nothing of a table."""
    block = ties.claims.report.parts[one.block]
    return _as_read(block)[one.start + len(one.quantity.text) : other.start] if isinstance(block, Block) else ""


@lru_cache(maxsize=8)
def _as_read(block: Block) -> str:
    return folded(mended(without_marker(block))[0])


def _of_each(ties: Ties, counted: Claim, claim: Claim) -> bool:
    """Whether a share is what each of some units has reached: "5/9 huyện đạt tỷ lệ dưới 3%"."""
    return counted.unit == "office" and counted.block == claim.block and bool(re.fullmatch(r"[^(;]*[^,(;]\sđạt\b[^,(;]*", _between(ties, counted, claim)))


def _explicit(claim: Claim, counted: Claim, n: Fraction, whole: Fraction) -> Verdict:
    """Check a percentage whose n/N is written beside it."""
    exact, both = n / whole, tuple(dict.fromkeys((claim, counted)))
    match agrees(claim.quantity, exact, claim.vague):
        case "rounded" | "vague":
            return held(MISMATCH, *both)
        case "cut":
            return failed(
                CUT, "note", f"{_over(n, whole)} = {written(exact, claim.quantity.places)}: số in {claim.text} là cắt bớt, không làm tròn.", both, claim
            )
        case _:
            hedged = f" (“{claim.text}” nói theo chữ cũng không vừa)" if claim.vague else ""
            return failed(MISMATCH, "error", f"{_over(n, whole)} = {written(exact, claim.quantity.places)}, không phải {claim.text}{hedged}.", both, claim)


def _over(n: Fraction, whole: Fraction) -> str:
    return notation.ratio(float(n), float(whole))


# --- shares whose denominator is not written


class Choice(NamedTuple):
    """Counts that a share may be made of; `close` where a cut share would fit as well as a rounded one."""

    counted: Sequence[Claim]
    whole: Sequence[Claim]
    close: bool = True


def _of_count(ties: Ties, claim: Claim, counted: Claim) -> Iterator[Verdict]:
    """Check "n hồ sơ, chiếm p%": over the whole it is a part of, or over any other figure of the report that it may be of."""
    expected = ties.head_of(counted)
    first = [Choice((counted,), (expected,))] if expected is not None else []
    tried = (one for one in _bases(ties, counted, expected) if _may_fit(claim, one, expected))
    others = [Choice((counted,), one, close=expected is None) for one in islice(tried, MOST_TRIED)]
    fitting = _fitting(claim, [*first, *others])
    if fitting is not None:
        yield fitting
        return
    sure = expected is not None and not expected.vague and expected.quantity.value
    plausible = _plausible(ties, counted, expected)
    all_of = [(one,) for one in _of_all(ties, counted) if one.quantity.value >= counted.quantity.value] if expected is None else []
    near = [
        one.whole
        for one in others
        if total(one.whole) >= counted.quantity.value and one.whole[0].block == counted.block and not _beside(ties, claim, one.whole[0])
    ]
    near = near or [one.whole for one in others if len(one.whole) == 1 and _fits_beside(ties, claim, one.whole[0])]
    if sure and plausible:
        yield _wrong(claim, [Choice([counted], one) for one in plausible], "error")
    elif near or all_of:
        yield _wrong(claim, [Choice([counted], (all_of or near)[0])], "question")


def _beside(ties: Ties, claim: Claim, other: Claim) -> bool:
    """Whether a count stands beside another as a part of one whole: both have shares, in one sentence, and the shares leave room for each other."""
    if concept(other) in WHOLES:
        return False
    its = next((one for one in ties.claims.all[other.number + 1 : other.number + 3] if one.share and one.of == other.number), None)
    return its is not None and its.quote == claim.quote and its.quantity.value + claim.quantity.value <= 100


def _fits_beside(ties: Ties, claim: Claim, whole: Claim) -> bool:
    """Whether another share of the sentence, with decimals, is over a whole: then this one is likely so too."""
    beside = [one for one in ties.claims.all[max(claim.number - NEAR, 0) : claim.number + NEAR] if one.quote == claim.quote and one.number != claim.number]
    shares = [(one, ties.claims[one.of].quantity.value) for one in beside if one.of is not None and one.share and one.quantity.places]
    return any(n < whole.quantity.value and agrees(one.quantity, n / whole.quantity.value) == "rounded" for one, n in shares)


def _may_fit(claim: Claim, whole: Sequence[Claim], expected: Claim | None) -> bool:
    """Whether another whole than the expected one may be tried: with few decimals sums and figures far off fit by chance."""
    return expected is None or claim.quantity.places >= 2 or (len(whole) == 1 and whole[0].block == claim.block)


def _plausible(ties: Ties, counted: Claim, expected: Claim | None) -> list[tuple[Claim, ...]]:
    """Give what a count may well be taken over: its whole, and the figures of its paragraph that shares of its kind are taken over."""
    relations = data("relations")["bases"]
    kinds = [wanted for axis in relations if counted.get(axis) and axis != "stage" for wanted in relations[axis]]
    found = [one for wanted in kinds for one in ties.sums(counted, wanted, near=True) if len(one) == 1 and one[0].block == counted.block]
    found = [one for one in found if total(one) >= counted.quantity.value]
    every: list[tuple[Claim, ...]] = [*([(expected,)] if expected is not None else []), *found]
    return list({total(one): one for one in reversed(every)}.values())[::-1][:SHOWN]


def _wrong(claim: Claim, readings: Sequence[Choice], severity: Severity) -> Verdict:
    """Say what a share would be, in every reading of its denominator."""
    unsure = "" if severity == "error" else " Tỷ lệ không nói rõ tính trên số nào; các số trong đoạn mà máy thử đều không cho ra tỷ lệ này."
    said = "; ".join(f"{_over(total(n), total(whole))} = {written(total(n) / total(whole), claim.quantity.places)}" for n, whole, _ in readings if total(whole))
    members = [claim, *dict.fromkeys(one for n, whole, _ in readings for one in (*n, *whole))]
    return failed(MISMATCH, severity, f"{said}, không phải {claim.text}.{unsure}", members, claim)


def _bases(ties: Ties, counted: Claim, expected: Claim | None) -> Iterator[tuple[Claim, ...]]:
    """Give what else a count may be taken over: what shares of its kind are taken over, any count of its paragraph, wholes of its section."""
    yield from ((one,) for one in _of_all(ties, counted))
    relations = data("relations")["bases"]
    for axis in (*relations, "stage"):
        if counted.get(axis):
            for wanted in relations[axis]:
                for near in (True, False):
                    yield from (one for one in ties.sums(counted, wanted, near=near) if counted not in one)
    here, section = _close_to(ties, counted, "block", counted.block), _close_to(ties, counted, "section", counted.section)
    # what is no whole by what it counts, or stands farther off, fits by chance too easily
    yield from ((one,) for one in here if expected is None or concept(one) in WHOLES)
    yield from ((one,) for one in section if not one.left_over and concept(one) in WHOLES)


def _close_to(ties: Ties, counted: Claim, kind: str, number: int) -> list[Claim]:
    """Give the other counts of a block or section, of the same kind and scope; of very many those that stand next to a count."""
    claims = ties.beside.get((kind, number, counted.scope, book(counted)), [])
    at = bisect_left(claims, counted.number, key=lambda one: one.number)
    return [one for one in claims[max(0, at - MOST_BESIDE) : at + MOST_BESIDE] if one.number != counted.number and not one.whole]


def _of_all(ties: Ties, counted: Claim) -> list[Claim]:
    """Give what all parts together have of what a named part has: "khối xã 80 hồ sơ, chiếm 20% tổng số"."""
    wider = frozenset(item for item in counted.scope if item[0] not in ("unit", "person"))
    if wider == counted.scope:
        return []
    found = [one for one in ties.by_concept.get((book(counted), concept(counted)), []) if one.scope == wider and one.left_over <= counted.left_over]
    return sorted(found, key=lambda one: one.section != counted.section)


def _fitting(claim: Claim, choices: Sequence[Choice]) -> Verdict | None:
    """Give what a share says where some choice of counts makes it: rounded ones first, then cut ones."""
    cut = None
    for counted, whole, close in choices[:MOST_TRIED]:
        n, base = total(counted), total(whole)
        if not base or n > base:
            continue
        hedged = "about" if any(one.vague or one.quantity.places < 0 for one in (*counted, *whole)) else ""
        how = agrees(claim.quantity, n / base, claim.vague or hedged)
        if how in ("rounded", "vague"):
            return held(MISMATCH, claim, *counted, *whole)
        if how == "cut" and close and cut is None:
            cut = failed(CUT, "note", _says_cut(claim, n, base), [claim, *counted, *whole], claim)
    return cut


def _says_cut(claim: Claim, n: Fraction, whole: Fraction) -> str:
    return f"{_over(n, whole)} = {written(n / whole, claim.quantity.places)}: số in {claim.text} là cắt bớt, không làm tròn."


def _alone(ties: Ties, claim: Claim) -> Iterator[Verdict]:
    """Check a share that has only a label ("tỷ lệ giải quyết đúng hạn đạt 98,19%") by the figures that the report gives for it."""
    if not claim.get("stage") and not claim.get("digit") and not claim.get("payment") and not claim.get("rating") and not claim.get("channel"):
        return
    if claim.quantity.value > 100 and not claim.vague and not re.search(r"kế hoạch|chỉ tiêu|mục tiêu|so với|dự toán", claim.label):
        yield failed(ABOVE_ONE, "error", f"Tỷ lệ {claim.text} lớn hơn 100%.", [claim])
        return
    if claim.left_over:
        return
    near = list(_choices(ties, claim, near=True))
    fitting = _fitting(claim, [*near, *_choices(ties, claim, near=False)])
    if fitting is not None:
        yield fitting
    elif near:
        close = [choice for choice in near if all(one.block == claim.block for one in chain(choice.counted, choice.whole))]
        yield _wrong(claim, (close or near)[:1], "error" if close else "question")


def _choices(ties: Ties, claim: Claim, *, near: bool) -> Iterator[Choice]:
    """Give the counts that a labelled share may be made of, with what it may be taken over."""
    relations, wanted = data("relations"), _counted_by(claim)
    for numerator in relations["numerators"].get(wanted, [wanted]):
        for counted in ties.sums(claim, numerator, near=near):
            for axis, bases in relations["bases"].items():
                if claim.get(axis) and (axis != "stage" or not _axes_of(claim)):
                    yield from (Choice(counted, whole) for base in bases for whole in ties.sums(claim, base, near=near))


def _axes_of(claim: Claim) -> set[str]:
    return {name for name, _ in claim.attributes} - {"subject", "stage", "origin"}


def _counted_by(claim: Claim) -> str:
    return concept(claim)


# --- shares of one whole, and changes


def _hundreds(ties: Ties) -> Iterator[Verdict]:
    """Check shares that stand side by side without counts and are all of one whole."""
    alone = [
        claim
        for claim in ties.claims.all
        if claim.share and claim.of is None and claim.role == "result" and not claim.vague and not claim.upto and not claim.cell
    ]
    for axis, sets in data("relations")["axes"].items():
        for run in _runs([claim for claim in alone if claim.get(axis)], axis):
            if {claim.get(axis) for claim in run} in [set(one) for one in sets["complete"]] and len(run) > 1:
                yield _hundred(run)


def _runs(claims: Sequence[Claim], axis: str) -> Iterator[list[Claim]]:
    """Part shares into runs of one sentence in which no value comes twice."""
    run: list[Claim] = []
    for claim in claims:
        if run and (
            claim.quote != run[0].quote
            or claim.scope != run[0].scope
            or claim.get(axis) in {one.get(axis) for one in run}
            or claim.number - run[-1].number > NEAR
        ):
            yield run
            run = []
        run.append(claim)
    yield run


def _hundred(run: Sequence[Claim]) -> Verdict:
    made, room = total(run), sum((Fraction(1, 2 * 10**claim.quantity.places) for claim in run), Fraction(0))
    if abs(made - 100) <= 2 * room:  # cut ones lack up to a whole last digit
        return held(NOT_HUNDRED, *run)
    said = " + ".join(claim.text for claim in run)
    return failed(NOT_HUNDRED, "error", f"Các tỷ lệ của cùng một tổng cộng lại {said} = {notation.decimal(float(made), 2)}%, không phải 100%.", list(run))


_MOVE = re.compile(
    r"\b(tăng|giảm|nâng|hạ)(?: dần| mạnh| nhẹ)? từ (\d[\d.,]*)\s?(%)?(?: [^\W\d]{2,6}){0,3}(?: \([^)]{0,40}\))? (?:lên|xuống|còn|đến|lên đến|xuống còn|lên thành)(?: còn| đến)? (\d[\d.,]*)\s?(%)?",
    re.IGNORECASE,
)


def _changes(ties: Ties) -> Iterator[Verdict]:
    """Check "tăng từ a lên b" for its direction."""
    for claim in ties.claims.all:
        for match in _MOVE.finditer(claim.quote):
            first, then = match[2].rstrip(".,"), match[4].rstrip(".,")
            other = next((one for one in ties.claims.all[claim.number + 1 : claim.number + 3] if one.quantity.text == then and one.block == claim.block), None)
            if claim.quantity.text != first or other is None or claim.share != other.share:
                continue
            up = match[1].lower() in ("tăng", "nâng")
            if (other.quantity.value > claim.quantity.value) != up and other.quantity.value != claim.quantity.value:
                yield failed(CHANGE, "error", f"Viết “{match[1].lower()}” nhưng số đi từ {claim.text} đến {other.text}.", [claim, other], other)
