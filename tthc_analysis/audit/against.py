"""Against the register: each claim that the results can answer is compared, by every way of counting and over every denominator in use.

Nothing is guessed. A claim that is true in one reading only is said to be true in that one; where several are true, several are named.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from tthc_analysis.audit.claims import Claims
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.findings import Finding, quoted
from tthc_analysis.audit.quantities import Quantity
from tthc_analysis.audit.shares import agrees
from tthc_analysis.audit.ties import book, concept, loose
from tthc_analysis.audit.vocabulary import data
from tthc_analysis.audit.windows import Window, same_window
from tthc_analysis.metrics.study import Study, measure_study
from tthc_analysis.reference import notation
from tthc_analysis.reference.policies import policies

MISMATCH, OTHER = "register_mismatch", "register_other_reading"
Status = Literal["true", "otherwise", "false"]
PARTS = ("value", "numerator", "denominator")
_TERM = re.compile(r"([+-]?)\s*([a-z_]+)(?:\.(numerator|denominator))?")
Results = dict[tuple[str, str], Fraction | None]


@dataclass(frozen=True)
class Reading:
    """One way to count what a claim says: in words, by which policy, of which results, the figure (a count; of a share n and N), whether the claim agrees."""

    means: str
    policy: str
    of: str
    figure: Fraction
    over: Fraction | None
    agrees: bool

    @property
    def text(self) -> str:
        """The figure as it is printed, a share with its n/N."""
        n = float(self.figure)
        return notation.count(n) if self.over is None else f"{notation.percent(n, float(self.over))} ({notation.ratio(n, float(self.over))})"


@dataclass(frozen=True)
class Comparison:
    """A claim against the register: `text` is the figure compared (of n/N each by itself), `status` whether it holds in the document's own reading, in another, or in none."""

    claim: Claim
    text: str
    quantity: Quantity
    readings: tuple[Reading, ...]
    status: Status

    @property
    def said(self) -> str:
        """The readings in words, those with one figure together, what agrees first."""
        by_text: dict[str, list[Reading]] = {}
        for reading in sorted(self.readings, key=lambda one: not one.agrees):
            by_text.setdefault(reading.text, []).append(reading)
        return "; ".join(f"{text} {_named(readings)}" for text, readings in by_text.items())

    def as_data(self) -> dict[str, Any]:
        """Give the comparison as plain data: place, quote, text and values as written, status, what is said, and each figure of the register once."""
        figures = {one.text: {"of": one.of, "policy": one.policy, "n": float(one.figure), "over": one.over and float(one.over)} for one in self.readings}
        written = [float(one.value) for one in (self.quantity, self.claim.upto) if one]
        claim = {"place": str(self.claim.place), "quote": quoted(self.claim.quote), "share": self.claim.share}
        return {**claim, "text": self.text, "written": written, "status": self.status, "said": self.said, "figures": list(figures.values())}


def _named(readings: Sequence[Reading]) -> str:
    """Name readings that give one figure: what it means, and by which ways of counting unless by all."""
    by_means: dict[str, list[str]] = {}
    for reading in readings:
        by_means.setdefault(reading.means, []).append(reading.policy)
    every = len(policies())
    return " hoặc ".join(f"({means}, {'mọi cách tính' if len(names) == every else 'theo ' + ', '.join(names)})" for means, names in by_means.items())


def compare(claims: Claims, study: Study) -> list[Comparison]:
    """Compare every claim that the results of a study can answer, over the written report's own window."""
    results = _measured(study)
    return [one for claim in claims.all if _is_asked(claim) for one in _compared(claim, study, results)]


def _is_asked(claim: Claim) -> bool:
    """Whether a claim is one that the register can answer: of dossiers, of the whole report, with no word that narrows it."""
    plain = not claim.scope and not claim.left_over and claim.role == "result" and not claim.doubtful
    return plain and book(claim) == "dossier" and (claim.share or claim.unit in ("", "dossier", "case", "result"))


@cache
def _metrics() -> tuple[str, ...]:
    """Name the metrics that the readings speak of."""
    tables = data("register").values()
    expressions = [one[key] for table in tables for readings in table.values() for one in readings for key in ("of", "over") if key in one]
    return tuple(sorted({match[2] for text in expressions for match in _TERM.finditer(text)}))


def _measured(study: Study) -> dict[str, Results]:
    """Measure the report's window by every policy: for each, the parts of each metric."""
    found: dict[str, Results] = {}
    for name, policy in policies().items():
        rows = measure_study(replace(study, policy=policy), _metrics(), [study.written])
        found[name] = {(str(row["metric"]), part): _exact(row[part]) for _, row in rows.iterrows() for part in PARTS}
    return found


def _exact(value: Any) -> Fraction | None:
    return None if value is None or notation.is_missing(float(value)) else Fraction(float(value)).limit_denominator(10**9)


def _worth(expression: str, results: Results) -> Fraction | None:
    """Work out a sum of results; None where one of them is missing."""
    terms = [(sign, results[name, part or "value"]) for sign, name, part in _TERM.findall(expression)]
    if any(value is None for _, value in terms):
        return None
    return sum((-value if sign == "-" else value for sign, value in terms if value is not None), Fraction(0))


def _compared(claim: Claim, study: Study, results: dict[str, Results]) -> Iterator[Comparison]:
    tables, what = data("register"), concept(claim)
    if claim.share and claim.of is None:
        readings = list(_shares(claim, tables["shares"].get(what, []), results))
        yield from _settled(claim, claim.text, claim.quantity, readings, study)
    elif not claim.share:
        yield from _settled(
            claim, claim.quantity.text, claim.quantity, list(_counts(claim, claim.quantity.value, tables["counts"].get(what, []), results)), study
        )
        if claim.whole:
            yield from _settled(
                claim, claim.whole.text, claim.whole, list(_counts(claim, claim.whole.value, tables["denominators"].get(what, []), results)), study
            )


def _counts(claim: Claim, said: Fraction, entries: Sequence[dict[str, str]], results: dict[str, Results]) -> Iterator[Reading]:
    room = loose([claim])
    for entry in entries:
        for policy, found in results.items():
            value = _worth(entry["of"], found)
            if value is not None:
                near = bool(claim.vague) and _near(said, value, claim.vague)
                yield Reading(entry["means"], policy, entry["of"], value, None, near or abs(value - said) <= room)


def _near(said: Fraction, value: Fraction, vague: str) -> bool:
    match vague:
        case "above" | "at_least":
            return value >= said
        case "below" | "at_most":
            return value <= said
        case _:
            return abs(value - said) * 20 <= said


def _shares(claim: Claim, entries: Sequence[dict[str, str]], results: dict[str, Results]) -> Iterator[Reading]:
    for entry in entries:
        for policy, found in results.items():
            n, whole = _worth(entry["of"], found), _worth(entry["over"], found)
            if n is not None and whole:
                yield Reading(entry["means"], policy, entry["of"], n, whole, _share_agrees(claim, n / whole))


def _share_agrees(claim: Claim, exact: Fraction) -> bool:
    if claim.upto:
        return claim.quantity.value <= exact * 100 <= claim.upto.value
    return bool(agrees(claim.quantity, exact, claim.vague))


def _settled(claim: Claim, text: str, quantity: Quantity, readings: list[Reading], study: Study) -> Iterator[Comparison]:
    """Say how a claim stands: by the document's own policy and the usual meaning, in another reading, or in none."""
    if readings:
        usual = [one for one in readings if one.policy == study.policy.name and one.means == readings[0].means]
        status: Status = "true" if any(one.agrees for one in usual) else "otherwise" if any(one.agrees for one in readings) else "false"
        yield Comparison(claim, text, quantity, tuple(readings), status)


# --- what is found


def register_findings(claims: Claims, study: Study, comparisons: Sequence[Comparison]) -> list[Finding]:
    """Say which claims the register does not bear out, or only in another reading."""
    strange = _strange(claims, study)
    return [_finding(one, study, strange) for one in comparisons if one.status != "true"]


def _strange(claims: Claims, study: Study) -> str:
    """Say in what the report and the parameters differ: then a difference of figures is no error."""
    written = Window(0, 0, study.written.text, study.written.start, study.written.end)
    head = claims.head
    other_time = head.window and not same_window(head.window, written)
    other_unit = bool(head.name) and head.name.lower() not in study.unit_name.lower()
    said = [f"kỳ của báo cáo ({head.window.label}) khác kỳ của tham số ({study.written.dates})"] if other_time and head.window else []
    return "; ".join([*said, *([f"báo cáo của {head.kind} {head.name}, tham số của {study.unit_name}"] if other_unit else [])])


def _finding(one: Comparison, study: Study, strange: str) -> Finding:
    claim = one.claim
    if one.status == "otherwise":
        message = f"{one.text}: đúng theo cách hiểu khác. Sổ dữ liệu: {one.said}."
    else:
        message = f"{one.text} khác sổ dữ liệu ({study.written.dates}): {one.said}.{f' Lưu ý: {strange}.' if strange else ''}"
    check, severity = (OTHER, "note") if one.status == "otherwise" else (MISMATCH, "question" if strange else "error")
    return Finding(check, severity, claim.place.line, quoted(claim.quote), (one.text,), message, claim.place, (), claim.block)  # type: ignore[arg-type]
