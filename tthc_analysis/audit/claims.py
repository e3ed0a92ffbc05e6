"""Claims: what a written report says in figures. Each has its quote, its place, what is counted, and how it hangs together with others.

Nothing is worked out here: whether claims hold is asked by `check`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from tthc_analysis.audit.blocks import Block, Grid, Report
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.head import Head, head_of
from tthc_analysis.audit.prose import Reader
from tthc_analysis.audit.windows import Window, windows
from tthc_analysis.errors import UserError
from tthc_analysis.reference.notation import count

MOST_NUMBERS = 30_000  # figures, dates and numbers of texts; a report of 200 pages with wide tables has a third of that
_NUMBER = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True)
class Claims:
    """The claims of a report in reading order (a claim's `number` is its place in it), with what the report's head says."""

    report: Report
    head: Head
    all: tuple[Claim, ...]

    def __getitem__(self, number: int) -> Claim:
        return self.all[number]


def read_claims(report: Report) -> Claims:
    """Read the claims of a report.

    Where neither title nor opening states a time, but all that is said of times beside figures is one and the same, that is the report's.
    """
    _refuse_too_many(report)
    head = head_of(report)
    found = _read(report, head)
    window = _only_window(found, head) if head.window is None else None
    if window:
        head = replace(head, window=window)
        found = _read(report, head)
    return Claims(report, head, tuple(_as_dossiers(found)))


def _refuse_too_many(report: Report) -> None:
    """Raise UserError where a text holds more numbers than any report: to compare them would take minutes and say nothing."""
    numbers = sum(len(_NUMBER.findall(block.text)) for part in report.parts for block in ([part] if isinstance(part, Block) else chain(*part.rows)))
    if numbers > MOST_NUMBERS:
        message = (
            f"{report.name}: có {count(numbers)} con số, nhiều hơn {count(MOST_NUMBERS)} nên máy không đối chiếu. "
            "Tách phụ lục, danh sách ra khỏi báo cáo rồi chạy lại từng phần."
        )
        raise UserError(message)


def _read(report: Report, head: Head) -> list[Claim]:
    reader = Reader(head)
    for number, part in enumerate(report.parts):
        if isinstance(part, Grid):
            reader.table(number, part)
        else:
            reader.block(number, part)
    return reader.claims


def _only_window(claims: list[Claim], head: Head) -> Window | None:
    """Give the one window that figures stand beside, if there is but one."""
    named = {name: claim for claim in claims if claim.whole or claim.get("stage") for kind, name in claim.scope if kind == "window" and name != "earlier"}
    if len(named) != 1:
        return None
    name, claim = next(iter(named.items()))
    return next((window for window in windows(claim.quote, head.year) if window.name == name), None)


ONLY_DOSSIERS = {"in_person", "post", "offline"}  # ways to hand in what is decided: of a dossier, not of a procedure
_STAYS = {"level"}


def _as_dossiers(claims: list[Claim]) -> Iterator[Claim]:
    """Take for dossiers what is called procedures or services but has parts that only dossiers have: handed in at the counter, carried over."""
    mistaken = {
        claim.head for claim in claims if claim.head is not None and _only_of_dossiers(claim) and claims[claim.head].get("subject") in ("procedure", "service")
    }
    for claim in claims:
        if claim.number in mistaken:
            yield replace(claim, attributes=frozenset({("subject", "dossier"), ("stage", "received")}), left_over=frozenset(), called=claim.get("subject"))
        elif claim.head in mistaken:
            own = {item for item in claim.attributes if item[0] in ("channel", "origin", *_STAYS)}
            yield replace(claim, attributes=frozenset(own | {("subject", "dossier"), ("stage", "received")}))
        elif claim.get("subject") in ("procedure", "service") and not claim.unit and not claim.cell and _only_of_dossiers(claim):
            yield replace(claim, attributes=frozenset(item for item in claim.attributes if item[0] != "subject") | {("subject", "dossier")})
        else:
            yield claim


def _only_of_dossiers(claim: Claim) -> bool:
    return claim.get("channel") in ONLY_DOSSIERS or claim.get("origin") == "carried"
