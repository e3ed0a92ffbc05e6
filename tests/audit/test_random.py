"""Reports made of random results, in varied wording: as they are they pass, and with one figure broken the audit finds that one."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from written import Piece, Slot, report_of, reports, text_of

from tthc_analysis.audit.check import check_report
from tthc_analysis.audit.findings import Finding

QUICK = settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
WHOLE = {"intake": "new", "result": "resolved"}


def raised(pieces: Sequence[Piece]) -> list[Finding]:
    return [one for one in check_report(report_of(text_of(pieces))) if one.severity != "note"]


def told(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{one.severity} {one.line} {one.check} {one.numbers} {one.explanation}" for one in findings)


def number(text: str) -> Fraction:
    return Fraction(text.rstrip(" %").replace(".", "").replace(",", "."))


@st.composite
def breaks(draw: st.DrawFn, pieces: Sequence[Piece]) -> tuple[int, Slot]:
    """Draw a figure to break, and what it becomes: one of its digits is another by two at least; of a share not the last, which rounding may move."""
    at = draw(st.sampled_from([place for place, piece in enumerate(pieces) if isinstance(piece, Slot)]))
    slot = pieces[at]
    assert isinstance(slot, Slot)
    digits = [place for place, letter in enumerate(slot.text) if letter.isdecimal()]
    place = draw(st.sampled_from((digits[:-1] or digits) if slot.name.endswith("%") else digits))
    other = (int(slot.text[place]) + draw(st.integers(2, 8))) % 10
    return at, Slot(slot.name, f"{slot.text[:place]}{other}{slot.text[place + 1 :]}")


def is_seen(pieces: Sequence[Piece], old: Slot, new: Slot) -> bool:
    """Whether a report that says `new` for `old` contradicts itself, in a figure that an office would write."""
    values = {piece.name: piece.text for piece in pieces if isinstance(piece, Slot)}
    bare = new.text.rstrip(" %").replace(".", "")
    if number(new.text) == 0 or (bare.startswith("0") and len(bare) > 2 and "," not in bare) or abs(number(new.text)) == number(old.text):
        return False
    if new.name in WHOLE:  # the share beside it may hold for the new count too
        share = number(new.text) / number(values[WHOLE[new.name]]) * 100 - number(values[f"{new.name}%"])
        return not -Fraction(6, 100) < share < Fraction(11, 100)
    # received anew, wrong by just what was carried over, is received in all
    return new.name not in ("new", "total") or abs(number(new.text) - number(old.text)) != number(values["carried"])


@QUICK
@given(reports())
def test_a_correct_report_passes(pieces: list[Piece]) -> None:
    found = raised(pieces)
    assert not found, f"{text_of(pieces)}\n{told(found)}"


@QUICK
@given(reports(), st.data())
def test_one_broken_figure_is_found_and_no_other_is_blamed(pieces: list[Piece], data: st.DataObject) -> None:
    at, new = data.draw(breaks(pieces))
    old = pieces[at]
    assert isinstance(old, Slot)
    assume(is_seen(pieces, old, new))
    broken = [*pieces[:at], new, *pieces[at + 1 :]]
    line, found = text_of(broken[:at]).count("\n") + 1, raised(broken)
    said = f"{old} -> {new.text}, line {line}\n{text_of(broken)}\n{told(found)}"
    assert [one for one in found if line in {one.line, *(place.line for place in one.places)}], said
    bare = new.text.rstrip(" %")
    assert not [one for one in found if one.severity == "error" and not any(bare in number for number in one.numbers)], said
