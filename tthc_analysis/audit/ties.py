"""Ties: how the claims of a report hang together. Which are parts of which, which count the same, and over what shares may be taken."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import chain, islice, product
from math import prod
from typing import TypeVar

from tthc_analysis.audit.claims import Claims
from tthc_analysis.audit.figures import Claim
from tthc_analysis.audit.scope import Scope
from tthc_analysis.audit.vocabulary import data

BOOKS = {"case": "dossier", "result": "dossier", "": "dossier", "service": "procedure"}  # what is counted together with what
ORDER = ("stage", "origin", "timing", "channel", "service", "digit", "payment", "rating", "level")
MOST_CHOICES = 400  # ways to make a sum of counts that are tried; where a report has more, those of the section come first
NEAR = 14  # claims between a whole and a part of it that no list ties together

Key = TypeVar("Key")


def book(claim: Claim) -> str:
    """Say what kind of thing a claim counts: dossiers, procedures, petitions, ratings, or others."""
    if claim.get("rating"):
        return "rating"
    subject = claim.get("subject")
    return BOOKS.get(subject, subject)


def concept_of(attributes: Iterable[tuple[str, str]]) -> str:
    """Write what is counted as one text: "resolved", "received.channel=online", "digit=intake".

    >>> concept_of({("timing", "late"), ("stage", "resolved"), ("subject", "dossier")})
    'resolved.timing=late'
    """
    known = dict(attributes)
    return ".".join(known[name] if name == "stage" else f"{name}={known[name]}" for name in ORDER if name in known)


def concept(claim: Claim) -> str:
    """Write what a claim counts."""
    return concept_of(claim.attributes)


def without(claim: Claim, *axes: str) -> str:
    """Write what a claim would count without some attributes."""
    return concept_of(item for item in claim.attributes if item[0] not in axes)


def is_count(claim: Claim) -> bool:
    """Whether a claim is a plain count of the report's own time."""
    return not claim.share and claim.role == "result" and not claim.upto and claim.unit not in ("time", "money", "points")


@dataclass(frozen=True)
class Group:
    """A whole and the claims said to be its parts; `how` says by what words ("sense": by what they count)."""

    head: Claim
    parts: tuple[Claim, ...]
    how: str


@dataclass(frozen=True)
class Ties:
    """The claims of a report with the ways to look them up."""

    claims: Claims
    named: dict[str, list[Claim]] = field(default_factory=dict)
    _looked_up: dict[object, list[Claim]] = field(default_factory=dict)

    @cached_property
    def counts(self) -> list[Claim]:
        """The plain counts."""
        return [claim for claim in self.claims.all if is_count(claim)]

    @cached_property
    def by_concept(self) -> dict[tuple[str, str], list[Claim]]:
        """The plain counts by kind of thing and by what is counted; n/N are checked by themselves."""
        found = defaultdict[tuple[str, str], list[Claim]](list)
        for claim in self.counts:
            if not claim.whole:
                found[book(claim), concept(claim)].append(claim)
        return found

    @cached_property
    def values(self) -> frozenset[Fraction]:
        """The values of all plain counts."""
        return frozenset(claim.quantity.value for claim in self.counts)

    @cached_property
    def exits(self) -> list[Claim]:
        """The plain counts of what left the work without a result."""
        return [claim for claim in self.counts if claim.get("stage") in data("relations")["exits"]]

    @cached_property
    def in_block(self) -> dict[int, list[Claim]]:
        """The plain counts by the block that they stand in."""
        return _grouped(self.counts, lambda claim: claim.block)

    @cached_property
    def beside(self) -> dict[tuple[str, int, Scope, str], list[Claim]]:
        """The plain counts without denominators by scope and kind: of each block, and of each section those that no words narrow."""
        counts = [claim for claim in self.counts if not claim.whole]
        blocks = _grouped(counts, lambda claim: ("block", claim.block, claim.scope, book(claim)))
        sections = _grouped([claim for claim in counts if not claim.left_over], lambda claim: ("section", claim.section, claim.scope, book(claim)))
        return {**blocks, **sections}

    @cached_property
    def _by_scope(self) -> dict[object, list[Claim]]:
        """The counts of a concept by scope, and by scope and by section or table: a long report is not searched anew for each of its figures."""
        found = defaultdict[object, list[Claim]](list)
        for (kind, what), claims in self.by_concept.items():
            for claim in claims:
                found[kind, what, claim.scope].append(claim)
                found[kind, what, claim.scope, _stands_in(claim)].append(claim)
                found[kind, what, claim.scope, ("block", claim.block)].append(claim)
        return dict(found)

    @cached_property
    def _carried(self) -> dict[Scope, set[Fraction]]:
        found = defaultdict[Scope, set[Fraction]](set)
        for claim in self.counts:
            if claim.get("origin") == "carried":
                found[claim.scope].add(claim.quantity.value)
        return found

    def carried(self, scope: Scope) -> set[Fraction]:
        """Give what a scope's counts say was carried over from the time before."""
        return self._carried.get(scope, set())

    def like(self, claim: Claim, wanted: str) -> list[Claim]:
        """Give the counts of a concept that are of the same kind and scope as a claim; those with words that narrow them otherwise are left out."""
        return self._of(claim, (book(claim), wanted, claim.scope))

    def near(self, claim: Claim, wanted: str) -> list[Claim]:
        """Give of those the ones of the same section, the same row of a table, or the same block."""
        return self._of(claim, (book(claim), wanted, claim.scope, _stands_in(claim)))

    def _of(self, claim: Claim, place: tuple[object, ...]) -> list[Claim]:
        """Give of the counts of a place those that a claim may be held against; for prose the answer is the same as long as its words are."""
        key = (place, claim.left_over, claim.cell)
        if key not in self._looked_up:
            every = self._by_scope.get(place, [])
            self._looked_up[key] = [other for other in every if other.left_over <= claim.left_over and _same_table(claim, other)]
        return self._looked_up[key]

    def _distinct(self, claim: Claim, wanted: str, *, near: bool) -> list[Claim]:
        """Give of counts that say the same the first, and the first of the claim's own block: the others would make the same sums."""
        place = (book(claim), wanted, claim.scope, *([_stands_in(claim)] if near else []))
        key = (place, claim.left_over, claim.cell, claim.block)
        if key not in self._looked_up:
            first, own = self._first(claim, place), self._first(claim, (*place[:3], ("block", claim.block)))
            self._looked_up[key] = sorted({one.number: one for one in (*first, *own)}.values(), key=_number)
        return self._looked_up[key]

    def _first(self, claim: Claim, place: tuple[object, ...]) -> list[Claim]:
        key = ("first", place, claim.left_over, claim.cell)
        if key not in self._looked_up:
            self._looked_up[key] = _first_of_each(self._of(claim, place))
        return self._looked_up[key]

    def together(self, claim: Claim, other: Claim) -> bool:
        """Whether two claims stand in one section, or in one table."""
        if claim.cell or other.cell:
            return bool(claim.cell and other.cell and claim.cell[0] == other.cell[0]) and _same_table(claim, other)
        return claim.section == other.section

    def sums(self, claim: Claim, wanted: str, *, near: bool) -> Iterator[tuple[Claim, ...]]:
        """Give the claims that a concept or a sum of concepts ("a+b") may be made of, every choice."""
        choices = [self._distinct(claim, part, near=near) for part in wanted.split("+")]
        if prod(map(len, choices)) <= MOST_CHOICES:
            yield from product(*choices)
        else:
            closer = [self._distinct(claim, part, near=True) for part in wanted.split("+")]
            yield from islice(chain(product(*closer), product(*choices)), MOST_CHOICES)

    @cached_property
    def groups(self) -> list[Group]:
        """Every whole with its parts, as lists and brackets say; then those that only what is counted ties together."""
        told = defaultdict[tuple[int, str], list[Claim]](list)
        for claim in self.counts:
            if claim.head is not None and not claim.whole:
                told[claim.head, claim.how].append(claim)
        said = [Group(self.claims[head], tuple(parts), how) for (head, how), parts in told.items() if is_count(self.claims[head])]
        return [*said, *self._by_sense({claim.number for parts in told.values() for claim in parts})]

    def _by_sense(self, said: set[int]) -> Iterator[Group]:
        found = defaultdict[tuple[int, str], list[Claim]](list)
        for claim in self.counts:
            if claim.number not in said and not claim.whole:
                for axis in data("relations")["axes"]:
                    head = self.whole_of(claim, axis) if claim.get(axis) not in ("", "all") else None
                    if head is not None:
                        found[head.number, axis].append(claim)
        yield from (Group(self.claims[head], tuple(parts), "sense") for (head, _), parts in found.items())

    def whole_of(self, claim: Claim, axis: str) -> Claim | None:
        """Give the nearest count of which a claim is a part along an axis by what it counts: before it, or in its own sentence or row."""
        wanted = without(claim, axis, "origin") if axis == "channel" else without(claim, axis)
        # in a table "Trong kỳ – Trực tuyến" is of the column "Trong kỳ – Cộng", where there is one
        near = self._close(claim, without(claim, axis)) if claim.cell and axis == "channel" and claim.get("origin") else []
        near = near or [other for one in (wanted, f"{wanted}.origin=all") for other in self._close(claim, one)]
        near = sorted(near or self._asked(claim) if axis == "rating" else near, key=lambda other: other.number)
        if claim.cell:
            near = near or [other for other in self.near(claim, "") if other.cell and other.cell[1] == claim.cell[1]]  # a column "Tổng số" says no more
            return near[0] if len(near) == 1 else None
        before = [other for other in near if 0 < claim.number - other.number <= NEAR]
        after = [other for other in near if other.number > claim.number and other.block == claim.block]
        return before[-1] if before else after[0] if after else None

    def _close(self, claim: Claim, wanted: str) -> list[Claim]:
        """Give the counts of a concept that stand near enough to be a claim's whole; of a table those of its row and column."""
        near = self.near(claim, wanted)
        if not claim.cell:
            near = near[bisect_left(near, claim.number - NEAR, key=_number) : bisect_left(near, self.in_block[claim.block][-1].number + 1, key=_number)]
        return [other for other in near if other.number != claim.number]

    def _asked(self, claim: Claim) -> list[Claim]:
        """Give the counts of persons or forms, in the sentence of a rating, of which it may be a part: "lấy ý kiến 500 người dân"."""
        return [
            one for one in self.in_block.get(claim.block, []) if one.quote == claim.quote and one.unit in ("person", "case", "rating") and not one.get("rating")
        ]

    def head_of(self, claim: Claim) -> Claim | None:
        """Give the whole that a count is a part of, by its list, or else by what it counts."""
        if claim.head is not None and is_count(self.claims[claim.head]):
            return self.claims[claim.head]
        wholes = (self.whole_of(claim, axis) for axis in data("relations")["axes"] if claim.get(axis) not in ("", "all"))
        return next((whole for whole in wholes if whole is not None), None)


def _number(claim: Claim) -> int:
    return claim.number


def _grouped(claims: Iterable[Claim], key: Callable[[Claim], Key]) -> dict[Key, list[Claim]]:
    found = defaultdict[Key, list[Claim]](list)
    for claim in claims:
        found[key(claim)].append(claim)
    return dict(found)


def _stands_in(claim: Claim) -> tuple[str, int]:
    """Say where a claim stands: in which table, or else in which section."""
    return ("table", claim.cell[0]) if claim.cell else ("section", claim.section)


def _first_of_each(claims: Sequence[Claim]) -> list[Claim]:
    """Give of claims of one value, written as exactly, the first: to a sum they are the same."""
    once = {(one.quantity.value, one.quantity.places, one.vague): one for one in reversed(claims)}
    return sorted(once.values(), key=_number)


def _same_table(claim: Claim, other: Claim) -> bool:
    """Whether two claims may be compared for where they stand: in one table only along a row or a column."""
    if claim.cell and other.cell and claim.cell[0] == other.cell[0]:
        return claim.cell[1] == other.cell[1] or claim.cell[2] == other.cell[2]
    return True


def total(claims: Iterable[Claim]) -> Fraction:
    """Add up counts."""
    return sum((claim.quantity.value for claim in claims), Fraction(0))


def loose(claims: Sequence[Claim]) -> Fraction:
    """Give how far a sum of counts may be off: those said to be about so many, or given in thousands, are off by half of what they leave out."""
    return sum((Fraction(10**-claim.quantity.places, 2) for claim in claims if claim.quantity.places < 0), Fraction(0))


def is_exact(claims: Iterable[Claim]) -> bool:
    """Whether none of some counts is hedged ("trên", "gần", "khoảng")."""
    return not any(claim.vague for claim in claims)
