"""Findings: what does not hold, or is asked about, each with its place, its quote and an explanation in Vietnamese."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tthc_analysis.audit.blocks import Place
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.vocabulary import data
from tthc_analysis.reference.notation import plain
from tthc_analysis.reference.personal_data import fit_to_pass_on

Severity = Literal["error", "question", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "question", "note")
LONGEST_QUOTE = 400


@dataclass(frozen=True)
class Finding:
    """What a check found: its name and severity, the line and the place, the sentence, the figures that it speaks of, the explanation.

    `line` is the line of the text file or of the PDF's page, the paragraph of a Word document; `places` are those of the other figures.
    """

    check: str
    severity: Severity
    line: int
    quote: str
    numbers: tuple[str, ...]
    explanation: str
    place: Place
    places: tuple[Place, ...] = ()
    block: int = -1

    @property
    def title(self) -> str:
        """What the check asks, in a few words."""
        return str(data("checks")[self.check]["title"])

    def as_json(self) -> dict[str, object]:
        """Give the finding as plain data: check, severity, line, quote, numbers, explanation, then title, place and page."""
        first = {name: getattr(self, name) for name in ("check", "severity", "line", "quote")}
        said = {"numbers": [fit_to_pass_on(number) for number in self.numbers], "explanation": fit_to_pass_on(self.explanation)}
        return {**first, **said, "title": self.title, "place": str(self.place), "page": self.place.page}


class Verdict(NamedTuple):
    """What became of one relation between claims: whether it holds, and what is to be said where it does not.

    What holds is kept too: a figure that fits elsewhere is less to blame than one that fits nowhere.
    """

    check: str
    claims: tuple[Claim, ...]
    holds: bool
    severity: Severity = "error"
    explanation: str = ""
    anchor: Claim | None = None


def held(check: str, *claims: Claim) -> Verdict:
    """Say that a relation holds."""
    return Verdict(check, tuple(claims), holds=True)


def failed(check: str, severity: Severity, explanation: str, claims: Sequence[Claim], anchor: Claim | None = None) -> Verdict:
    """Say that a relation does not hold."""
    return Verdict(check, tuple(claims), holds=False, severity=severity, explanation=explanation, anchor=anchor)


def quoted(text: str) -> str:
    """Give a quote as it may be shown: personal data covered, not too long."""
    shown = fit_to_pass_on(plain(text))
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[: LONGEST_QUOTE - 1]}…"


def from_verdicts(verdicts: Iterable[Verdict]) -> list[Finding]:
    """Make findings of what does not hold, each at the figure that is most likely wrong."""
    every = list(verdicts)
    blame: dict[int, int] = {}
    for verdict in every:
        for claim in verdict.claims:
            blame[claim.number] = blame.get(claim.number, 0) + (-1 if verdict.holds else 2)
    settled = {(verdict.check, _asked_of(verdict)) for verdict in every if verdict.holds or verdict.severity == "error"}
    told = [verdict for verdict in every if not verdict.holds and not (verdict.severity == "question" and (verdict.check, _asked_of(verdict)) in settled)]
    return [_finding(verdict, blame) for verdict in told]


def _asked_of(verdict: Verdict) -> int:
    """Give the figure that a verdict is of, where one is named; a percentage comes first. One that is settled otherwise is not asked about too."""
    named = verdict.anchor or next((claim for claim in verdict.claims[:1] if claim.share), None)
    return named.number if named else -id(verdict)


def _finding(verdict: Verdict, blame: dict[int, int]) -> Finding:
    """Place a finding: at its anchor, or at the claim that fails most and holds least; the doubtful are only asked about."""
    first = verdict.anchor or max(verdict.claims, key=lambda claim: (blame[claim.number], claim.number))
    doubtful = any(claim.doubtful for claim in verdict.claims)
    severity: Severity = "question" if doubtful and verdict.severity == "error" else verdict.severity
    note = " Chỗ này chữ bị hỏng (bản quét cũ), máy đọc không chắc." if doubtful else ""
    numbers = tuple(dict.fromkeys(claim.text for claim in verdict.claims))
    places = tuple(dict.fromkeys(claim.place for claim in verdict.claims if claim.place != first.place))
    return Finding(verdict.check, severity, first.place.line, quoted(first.quote), numbers, f"{verdict.explanation}{note}", first.place, places, first.block)
