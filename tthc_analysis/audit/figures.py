"""Figures and claims: what prose and tables are read into."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from tthc_analysis.audit.blocks import Place
from tthc_analysis.audit.quantities import Found, Quantity, quantities
from tthc_analysis.audit.scope import Scope
from tthc_analysis.audit.vocabulary import Attributes, folded


@dataclass(frozen=True)
class Claim:
    """A figure as claimed: `whole` is N of n/N, `upto` the end of a range, `of` the count that a share is said of, `head` the count that it is a part of.

    `how` says by what words it is a part ("whole", "some", "(", "list"). `attributes` and `left_over` say, read from `label`, what is counted, `scope` of what
    unit, field or time where that is not the report's own; `role` whether it is a result, a target, a change, of an earlier time, or of "each ten".
    `signed` says that a minus stands before it; `called` is what it is called where its parts show that it counts dossiers; `section` counts the headings before it, `topic` is what the heading over it is about; `cell` (part, row, column) is its place in a table.
    """

    number: int
    quantity: Quantity
    unit: str
    attributes: Attributes
    place: Place
    quote: str
    block: int
    start: int
    whole: Quantity | None = None
    upto: Quantity | None = None
    label: str = ""
    left_over: frozenset[str] = frozenset()
    scope: Scope = frozenset()
    role: str = "result"
    vague: str = ""
    of: int | None = None
    head: int | None = None
    how: str = ""
    doubtful: bool = False
    called: str = ""
    signed: bool = False
    section: int = 0
    topic: str = ""
    cell: tuple[int, int, int] | None = None

    @property
    def share(self) -> bool:
        """Whether it is a percentage."""
        return self.quantity.percent

    @cached_property
    def _said(self) -> dict[str, str]:
        return dict(self.attributes)

    def get(self, attribute: str) -> str:
        """Give the value of an attribute, "" where it is not said."""
        return self._said.get(attribute, "")

    @property
    def text(self) -> str:
        """The figure as it is written."""
        written = f"{self.quantity.text}/{self.whole.text}" if self.whole else self.quantity.text
        return f"{written}–{self.upto.text}%" if self.upto and self.share else f"{written}%" if self.share else written


class Figure(NamedTuple):
    """One or two quantities that are one figure: n, n/N, or a range."""

    start: int
    end: int
    first: Quantity
    unit: str
    whole: Quantity | None = None
    upto: Quantity | None = None
    inner: tuple[int, int] = (0, 0)  # the words between n and N


_OVER = re.compile(r"\s*/\s*(?:tổng số )?$|[^,.;:()\d]{0,70}\b(?:trên|trong|so với) tổng (?:số )?(?:hồ sơ )?$")
LONGEST_LEAD = 40  # characters before a range that may say that it is a move from one value to another
_ON = re.compile(r"\s*(?:lượt )?(?:hồ sơ )?trên\s*$")  # "1.190 trên 1.248 hồ sơ …, đạt 95,35%": n/N only where its share follows
_SHARE_FOLLOWS = re.compile(r"[^.;:%\d]{0,80}(?:đạt|chiếm|bằng|tỷ lệ|tỉ lệ|=|\()[^.;%\d]{0,30}\d[\d.,]*\s?%")
_COUNTED = {"dossier", "procedure", "petition", "rating", "case", "payment", "result"}
_UP_TO = re.compile(r"\s*(?:đến|tới|-|–)\s*$")
_ROUND_THE_CLOCK = re.compile(r"24/(?:7|24)(?![\d.,]*\d)")


def figures_of(text: str) -> list[Figure]:
    """Put quantities together that are one figure.

    >>> [(figure.first.text, figure.whole and figure.whole.text) for figure in figures_of("8.925/9.924 hồ sơ, đạt tỷ lệ: 89,93 %")]
    [('8.925', '9.924'), ('89,93', None)]
    """
    found = [
        one
        for one in quantities(text)
        if not _ROUND_THE_CLOCK.match(text, one.start) and not (one.quantity.text in ("7", "24") and text.endswith("24/", 0, one.start))
    ]
    figures, number, low = list[Figure](), 0, folded(text)
    while number < len(found):
        one, other = found[number], found[number + 1] if number + 1 < len(found) else None
        joined = _joined(low, one, other) if other else None
        figures.append(joined or Figure(one.start, one.end, one.quantity, one.unit))
        number += 2 if joined else 1
    return figures


def _is_on(low: str, one: Found, other: Found) -> bool:
    """Whether "n trên N hồ sơ" is n/N: both count one thing that is decided or answered, and the share follows."""
    alike = other.unit in _COUNTED and one.unit in ("", "case", other.unit)
    return alike and bool(_ON.fullmatch(low[one.end : other.start]) and _SHARE_FOLLOWS.match(low, other.end))


def _joined(low: str, one: Found, other: Found) -> Figure | None:
    """Join two quantities that are n/N or a range."""
    between, before = low[one.end : other.start], low[max(0, one.start - LONGEST_LEAD) : one.start]
    if (_OVER.fullmatch(between) or _is_on(low, one, other)) and not one.quantity.percent and not other.quantity.percent:
        return Figure(one.start, other.end, one.quantity, other.unit or one.unit, whole=other.quantity, inner=(one.end, other.start))
    if _UP_TO.fullmatch(between) and other.quantity.percent and not re.search(r"(?:tăng|giảm|nâng)(?: dần)? từ $", before):
        first = replace(one.quantity, percent=True)
        return Figure(one.start, other.end, first, "share", upto=other.quantity)
    return None
