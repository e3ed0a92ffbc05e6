"""Sums: parts that do not make their total, and what came in against what went out and what is left."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations

from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Severity, Verdict, failed, held
from tthc_analysis.audit.quantities import Quantity
from tthc_analysis.audit.ties import Group, Ties, book, concept, is_exact, loose, total
from tthc_analysis.audit.vocabulary import data
from tthc_analysis.reference import notation

PARTS, BALANCE, PART_ABOVE = "parts_not_total", "balance", "part_above_total"
NEARLY = Fraction(9, 10)  # of a total, from which a list that does not say it is whole lacks so little that one asks
REST = re.compile(r"(?:số )?còn lại(?!.*\bđang\b)")  # what is left of a whole when its other parts are told
SEVERAL = 3
MOST_EXITS = 6  # counts of what left without a result that one balance is tried with
LEVEL_WORDS = {"district": "cấp huyện", "commune": "cấp xã", "province": "cấp tỉnh"}
GRAND = re.compile(r"\W*(?:tổng cộng|cộng|tổng cả|tất cả là|tổng là)(?: là| hồ sơ)*\W*(?:hồ sơ)?\W*")


def written(value: Fraction) -> str:
    """Write a count."""
    return notation.count(float(value))


def added(claims: Sequence[Claim]) -> str:
    """Write a sum: "8.956 + 656 + 177 = 9.789"."""
    return f"{' + '.join(claim.quantity.text for claim in claims)} = {written(total(claims))}"


def check_sums(ties: Ties) -> Iterator[Verdict]:
    """Check every whole against its parts, and the balance of each section and row."""
    for group in ties.groups:
        yield from _group(ties, group)
    yield from _ratio_lists(ties)
    yield from _grand_totals(ties)
    yield from _balances(ties)


def _ratio_lists(ties: Ties) -> Iterator[Verdict]:
    """Check n/N against the n/N of its units: where the one of both adds up, the list is whole and so must the other."""
    listed = defaultdict[int, list[Claim]](list)
    for claim in ties.counts:
        head = ties.claims[claim.head] if claim.head is not None and claim.whole else None
        if head is not None and head.whole and head.scope != claim.scope and is_exact([head, claim]):
            listed[head.number].append(claim)
    for number, parts in listed.items():
        if len({part.scope for part in parts}) == len(parts) > 1:
            yield from _ratio_list(ties.claims[number], parts)


def _ratio_list(head: Claim, parts: Sequence[Claim]) -> Iterator[Verdict]:
    counted, bases = _lacking(head.quantity, [part.quantity for part in parts]), _lacking(head.whole, [part.whole for part in parts])
    if not counted and not bases:
        yield held(PARTS, head, *parts)
    elif not counted or not bases:
        yield failed(PARTS, "error", f"Các phần cộng lại {counted or bases}.", [head, *parts])


def _lacking(whole: Quantity | None, parts: Sequence[Quantity | None]) -> str:
    """Say what quantities add up to where that is not the whole."""
    known = [part for part in parts if part]
    made = sum((part.value for part in known), Fraction(0))
    return f"{' + '.join(part.text for part in known)} = {written(made)}, khác {whole.text}" if whole and made != whole.value else ""


def _grand_totals(ties: Ties) -> Iterator[Verdict]:
    """Check "…: 2.024; …: 87; tổng cộng: 2.111": a total that follows its parts in one sentence."""
    for claim in ties.counts:
        if GRAND.fullmatch(claim.label) and not claim.cell and claim.head is None:
            before = [
                one for one in ties.in_block[claim.block] if one.quote == claim.quote and one.number < claim.number and one.head is None and not one.whole
            ]
            runs = [before[start:] for start in range(len(before) - 1)]
            fitting = next((run for run in runs if total(run) == claim.quantity.value), None)
            if fitting:
                yield held(PARTS, claim, *fitting)
            elif runs:
                yield failed(PARTS, "error", f"Các số trước cộng lại {added(runs[0])}, tổng cộng ghi {claim.quantity.text}.", [claim, *runs[0]], claim)


def _group(ties: Ties, group: Group) -> Iterator[Verdict]:
    """Check one whole: axis by axis, for parts along different ones overlap."""
    by_axis = defaultdict[str, list[Claim]](list)
    for part in _told_apart(group):
        by_axis[_axis(group, part)].append(part)
    exits = by_axis.pop("exit", [])
    rest = [part for part in by_axis.get("other", []) if REST.match(part.label)]
    for axis, parts in by_axis.items():
        distinct = _distinct(_widest(group.head, parts, axis), axis)
        if distinct and axis != "other" and rest and total([*distinct, *rest]) == group.head.quantity.value:
            yield held(PARTS, group.head, *distinct, *rest)
        elif distinct:
            yield from _along(ties, group, axis, distinct, exits)
    if exits and not by_axis:
        yield from (_single(group.head, part) for part in exits)


def _told_apart(group: Group) -> list[Claim]:
    """Give the parts; beside what was carried over, what is only called received came in anew."""
    bare = [part for part in group.parts if concept(part) == "received"]
    if len(bare) != 1 or not any(part.get("origin") == "carried" for part in group.parts) or any(part.get("origin") == "new" for part in group.parts):
        return list(group.parts)
    return [replace(part, attributes=part.attributes | {("origin", "new")}) if part in bare else part for part in group.parts]


def _axis(group: Group, part: Claim) -> str:
    """Say along what a part is told from its whole: an axis of the relations, "exit", "place" (units, fields), or "other"."""
    head = group.head
    if part.get("stage") in data("relations")["exits"] and part.get("stage") != head.get("stage"):
        return "exit"
    new: list[str] = [axis for axis in data("relations")["axes"] if part.get(axis) and part.get(axis) != head.get(axis)]
    if new:
        return new[0]
    if part.get("stage") and head.get("stage") and part.get("stage") != head.get("stage"):
        return "stage"
    return "place" if part.scope != head.scope else "other"


def _widest(head: Claim, parts: list[Claim], axis: str) -> list[Claim]:
    """Leave out parts of parts: "40 hồ sơ trước hạn trên 5 ngày" beside all that came early, unless they are needed for the whole."""
    wide = {part.get(axis): part.quantity.value for part in parts if not part.left_over}
    narrow = [part for part in parts if part.left_over and part.quantity.value <= wide.get(part.get(axis), -1)]
    return parts if total(parts) == head.quantity.value else [part for part in parts if part not in narrow]


def _distinct(parts: Sequence[Claim], axis: str) -> list[Claim]:
    """Give the parts, those that are said twice once; none where two say different things of one."""
    if axis not in data("relations")["axes"]:
        return list(parts)
    found: dict[str, Claim] = {}
    for part in parts:
        if part.left_over - found.get(part.get(axis), part).left_over or (
            part.get(axis) in found and found[part.get(axis)].quantity.value != part.quantity.value
        ):
            return []
        found.setdefault(part.get(axis), part)
    return list(found.values())


def _along(ties: Ties, group: Group, axis: str, parts: list[Claim], exits: list[Claim]) -> Iterator[Verdict]:
    head = group.head
    above = [part for part in parts if part.quantity.value > head.quantity.value + loose([head, part])]
    if above and is_exact([head]) and axis != "stage":
        yield failed(PART_ABOVE, "error", _says_above(head, above[0]), [head, above[0]])
        return
    values = {part.get(axis) for part in parts} if axis in data("relations")["axes"] else set[str]()
    complete = values in [set(one) for one in data("relations")["axes"].get(axis, {}).get("complete", [])]
    soft = values in [set(one) for one in data("relations")["axes"].get(axis, {}).get("soft", [])]
    if len(parts) < 2 or not is_exact([head, *parts]):
        return
    if complete or soft:
        yield from _known_axis(ties, group, axis, parts, exits, soft=soft)
    elif axis in ("place", "other"):
        yield from _unknown_axis(group, axis, parts)
    elif total(parts) > head.quantity.value + loose([head, *parts]):
        yield failed(PARTS, "error", f"Các phần cộng lại {added(parts)}, nhiều hơn tổng {head.quantity.text}.", [head, *parts])


def _says_above(head: Claim, part: Claim) -> str:
    return f"Một phần là {part.quantity.text}, lớn hơn cả tổng {head.quantity.text} mà nó thuộc về."


def _single(head: Claim, part: Claim) -> Verdict:
    if part.quantity.value > head.quantity.value and head.get("stage") != part.get("stage"):
        return failed(PART_ABOVE, "question", _says_above(head, part), [head, part])
    return held(PART_ABOVE, head, part)


def _totals(ties: Ties, head: Claim, axis: str, *, sense: bool) -> list[tuple[Fraction, list[Claim]]]:
    """Give what the parts may add up to: the whole, or by channel what came in anew, without what was carried over."""
    totals = [(head.quantity.value, [head])]
    if sense:  # nothing but what they count ties these together: any whole of the section will do
        totals += [(one.quantity.value, [one]) for one in ties.near(head, concept(head)) if one.number != head.number and not one.whole]
    if axis == "channel" and head.get("stage") in ("received", "") and head.get("origin") != "new":
        totals += [(head.quantity.value - one.quantity.value, [head, one]) for (one,) in ties.sums(head, "received.origin=carried", near=False)]
    return totals


def _known_axis(ties: Ties, group: Group, axis: str, parts: list[Claim], exits: list[Claim], *, soft: bool) -> Iterator[Verdict]:
    """Check parts that are together all of a whole."""
    head, room, made = group.head, loose([group.head, *parts]), total(parts)
    totals = _totals(ties, group.head, axis, sense=group.how == "sense")
    fitting = next((claims for value, claims in totals if abs(value - made) <= room), None)
    if fitting:
        yield held(PARTS, *fitting, *parts)
        yield from _with_exits(ties, head, parts, exits)
        return
    if exits and abs(made + total(exits) - head.quantity.value) <= room:
        yield held(PARTS, head, *parts, *exits)
        return
    more = made > max(value for value, _ in totals) + room
    severity: Severity = "question" if soft and not more else "error"
    carried = [one for _, claims in totals for one in claims if one.get("origin") == "carried"]
    also = f"; cả kỳ trước chuyển qua ({carried[0].quantity.text}) là {written(made + carried[0].quantity.value)}" if carried else ""
    said = f"Các phần cộng lại {added(parts)}{also}, khác tổng {head.quantity.text} (lệch {written(abs(made - head.quantity.value))})."
    yield failed(PARTS, severity, said, [head, *parts, *carried[:1]])


def _with_exits(ties: Ties, head: Claim, parts: list[Claim], exits: list[Claim]) -> Iterator[Verdict]:
    """Ask about what was withdrawn or returned and stands in a list that is full without it."""
    out = [one for one in exits if one.quantity.value]
    if not out or head.get("stage") == "received":
        return
    whole = [*parts, *out]
    apart = next((claims for claims, value in _ins_and_outs(ties, head) if value == 0 and set(out) <= set(claims)), None)
    reading = f" Nếu tính riêng thì các phần đủ tổng{' và cân đối chung đúng: ' + _balance_text(apart) if apart else ''}; nên tách khỏi “trong đó”."
    severity: Severity = "error" if any(one.quantity.value > head.quantity.value for one in out) else "question"
    said = f"Đọc theo chữ, “trong đó” gồm cả {', '.join(one.quantity.text for one in out)}: {added(whole)}, không bằng {head.quantity.text}.{reading}"
    yield failed(PARTS, severity, said, [head, *whole], out[0])


def _unknown_axis(group: Group, axis: str, parts: list[Claim]) -> Iterator[Verdict]:
    """Check parts by unit, field or other words: whole where the list says so."""
    head, made, room = group.head, total(parts), loose([group.head, *parts])
    whole, goes_on = group.how == "whole", any(mark in part.quote for part in parts for mark in ("…", "...", "v.v", "v. v"))
    if abs(made - head.quantity.value) <= room:
        yield held(PARTS, head, *parts)
    elif made > head.quantity.value and (axis == "place" or whole):
        yield failed(PARTS, "error", f"Các phần cộng lại {added(parts)}, nhiều hơn tổng {head.quantity.text}.", [head, *parts])
    elif made < head.quantity.value and not goes_on and (whole or (len(parts) >= SEVERAL and made >= NEARLY * head.quantity.value)):
        severity: Severity = "error" if whole and axis == "place" else "question"
        lacking = written(head.quantity.value - made)
        yield failed(
            PARTS, severity, f"Các phần cộng lại {added(parts)}, ít hơn tổng {head.quantity.text} là {lacking}: còn phần nào chưa nêu?", [head, *parts]
        )


# --- what came in, went out and is left


def _balance_text(claims: Sequence[Claim]) -> str:
    ins = [claim for claim in claims if claim.get("stage") == "received"]
    outs = [claim for claim in claims if claim.get("stage") != "received"]
    return f"{' + '.join(claim.quantity.text for claim in ins)} = {' + '.join(claim.quantity.text for claim in outs)}"


def _ins_and_outs(ties: Ties, claim: Claim) -> Iterator[tuple[tuple[Claim, ...], Fraction]]:
    """Give every way to set what came in against what went out and what is left, near a claim, with the difference."""
    resolved, pending = _first(ties, claim, "resolved"), claim if _only_in_time(claim) else _first(ties, claim, "pending")
    if resolved is None or pending is None:
        return
    ins = [choice for wanted in (*_INS, *_of_level(claim)) for choice in ties.sums(claim, wanted, near=True) if not _holds_the_other(ties, choice)]
    exits = [one for one in ties.exits if one.scope == claim.scope and ties.together(claim, one)][:MOST_EXITS]
    for coming in ins:
        for leaving in chain.from_iterable(combinations(exits, size) for size in range(len(exits) + 1)):
            yield (*coming, resolved, pending, *leaving), total(coming) - total([resolved, pending, *leaving])


_INS = ("received.origin=all", "received", "received.origin=new+received.origin=carried", "received+received.origin=carried", "received.origin=new")


def _of_level(claim: Claim) -> Iterator[str]:
    """Give the ways that say once more of what level a claim is: "cấp huyện phải giải quyết …"."""
    level = next((level for level, name in LEVEL_WORDS.items() if ("unit", name) in claim.scope), "")
    yield from ("+".join(f"{one}.level={level}" for one in wanted.split("+")) for wanted in _INS if level)


def _holds_the_other(ties: Ties, coming: Sequence[Claim]) -> bool:
    """Whether what was carried over is in what is called received already: it stands in brackets behind it, beside what came in anew."""
    heads = {one.head for one in coming} & {one.number for one in coming}
    return any(one.head in heads and one.get("origin") == "new" for one in ties.counts)


def _only_in_time(claim: Claim) -> bool:
    """Whether a count is of what is left, but only of what is in time: there may be more."""
    return concept(claim) == "pending.timing=in_time" and bool(re.search(r"\b(?:còn|chưa|đang)\b", claim.label))


def _first(ties: Ties, claim: Claim, stage: str) -> Claim | None:
    """Give the count of a stage near a claim, where there is one, or where all say the same."""
    found = ties.near(claim, stage)
    return found[0] if found and len({one.quantity.value for one in found}) == 1 else None


def _balances(ties: Ties) -> Iterator[Verdict]:
    """Check each section's and row's balance once."""
    seen = set[tuple[object, ...]]()
    for claim in ties.counts:
        place = (claim.cell[:2] if claim.cell else claim.section, claim.scope, book(claim))
        if concept(claim) == "pending" and place not in seen:
            seen.add(place)
            yield from _balance(list(_ins_and_outs(ties, claim)))
        elif _only_in_time(claim) and claim.head is None and not ties.near(claim, "pending"):
            ways = list(_ins_and_outs(ties, claim))
            yield from _balance(ways if all(difference < 0 for _, difference in ways) else [])


def _balance(ways: list[tuple[tuple[Claim, ...], Fraction]]) -> Iterator[Verdict]:
    """Say what a balance shows: it holds in one way, more went out than came in, or something is not accounted for."""
    ways = [(claims, difference) for claims, difference in ways if is_exact(claims)]
    fitting = next((claims for claims, difference in ways if abs(difference) <= loose(claims)), None)
    if fitting:
        yield held(BALANCE, *fitting)
    elif ways:
        plain = [(claims, difference) for claims, difference in ways if not any(one.get("stage") in data("relations")["exits"] for one in claims)]
        claims, difference = max(plain, key=lambda way: way[1])
        yield failed(BALANCE, *_unbalanced(claims, difference), claims)


def _unbalanced(claims: Sequence[Claim], difference: Fraction) -> tuple[Severity, str]:
    outs = [claim for claim in claims if claim.get("stage") != "received"]
    ins = " + ".join(claim.quantity.text for claim in claims if claim.get("stage") == "received")
    if difference < 0:
        return "error", f"Đã giải quyết và đang giải quyết cộng lại {added(outs)}, nhiều hơn số tiếp nhận {ins}."
    return (
        "question",
        f"Tiếp nhận {ins}, đã giải quyết và đang giải quyết {added(outs)}: còn {written(difference)} hồ sơ chưa rõ ở đâu (rút, trả lại, hay số sai?).",
    )
