"""Labels: what the words around a figure say that it counts.

A figure's label stands before it ("trước hạn: 8.956"), behind it ("12 hồ sơ trễ hạn"), or on both sides. Between two figures the words are
shared out at the first break: punctuation, "và", "trong đó", "chiếm".
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tthc_analysis.audit.vocabulary import NAME, Attributes, Word, keys_of, pattern_of, plain_words

TELLING = {"subject", "stage", "digit", "payment", "rating", "channel"}
NEAREST = 8  # words of a label that may narrow it: what stands farther off speaks of something else
_PUNCTUATION = re.compile(r"[,;:().]|\s[-–+•]\s|\svà\s|\shoặc\s")
_WORD = re.compile(r"[^\W\d_]+")
_EMPTY_BRACKETS = re.compile(r"\([^()\d]*\)")


class Break(NamedTuple):
    """What parts two pieces of a sentence: its kind is the sign itself, "whole" or "some" (parts follow), or "word"."""

    start: int
    end: int
    kind: str


class Piece(NamedTuple):
    """A piece of a sentence between breaks."""

    start: int
    end: int


def without_brackets(low: str) -> str:
    """Take brackets that hold no figure for ordinary words: "hài lòng (hoặc bình thường)"; of the same length."""
    return _EMPTY_BRACKETS.sub(lambda found: f" {found[0][1:-1]} ", low)


def breaks(low: str, start: int, end: int, words: Sequence[Word], *, after_figure: bool) -> list[Break]:
    """Find the breaks of a stretch of text, in order; what lies within a wording is none, and "và" only the first behind a figure."""
    found = [Break(*match.span(), match[0].strip()) for match in _PUNCTUATION.finditer(low, start, end)]
    found = [one for one in found if not any(word.start < one.start < word.end - 1 and word.end <= end for word in words)]
    for kind, pattern in (("whole", pattern_of("parts", "whole")), ("some", pattern_of("parts", "some")), ("word", pattern_of("breaks"))):
        for match in pattern.finditer(low, start, end):
            if not any(one.start < match.end() and match.start() < one.end for one in found) and not _within(match, words):
                found.append(Break(*match.span(), kind))
    return [one for number, one in enumerate(sorted(found)) if one.kind not in ("và", "hoặc") or (number == 0 and after_figure)]


def _within(match: re.Match[str], words: Sequence[Word]) -> bool:
    return any(word.start < match.end() and match.start() < word.end and word.attribute != NAME for word in words)


def pieces(start: int, end: int, parted: Sequence[Break]) -> list[Piece]:
    """Give the pieces that breaks leave of a stretch of text."""
    edges = [start, *(edge for one in parted for edge in (one.start, one.end)), end]
    return [Piece(edges[n], max(edges[n], edges[n + 1])) for n in range(0, len(edges), 2)]


def attributes_of(words: Iterable[Word], *, nearest_last: bool = True) -> Attributes:
    """Give the attributes that wordings say; of two values of one the stronger counts, then the nearer to the figure."""
    chosen: dict[str, Word] = {}
    for word in words if nearest_last else reversed(list(words)):
        if word.attribute != NAME and (word.attribute not in chosen or word.strength >= chosen[word.attribute].strength):
            chosen[word.attribute] = word
    return frozenset((attribute, word.value) for attribute, word in chosen.items())


def in_piece(words: Sequence[Word], piece: Piece) -> list[Word]:
    """Give the wordings of a piece; one that begins in the unit before it ("hồ sơ trực tuyến") is of it too."""
    return [word for word in words if piece.start <= word.start < piece.end or word.start < piece.start < word.end <= piece.end]


def left_over(low: str, piece: Piece, words: Sequence[Word], *, last: bool = True) -> frozenset[str]:
    """Give the words of a label that neither the vocabulary knows nor say nothing: they narrow what is counted.

    What stands before the first word of the field is who does it ("các phòng chuyên môn tiếp nhận …"), and narrows nothing.
    """
    inside = in_piece(words, piece)
    told = [word.start for word in inside if word.attribute in TELLING]
    begins = min(told) if told and last else piece.start
    text = list(low[begins : piece.end])
    for word in inside:
        if word.start >= begins:
            text[word.start - begins : word.end - begins] = " " * (word.end - word.start)
    phrases, single = plain_words()
    left = _WORD.findall(phrases.sub(" ", "".join(text)))
    near = left[-NEAREST:] if last else left[:NEAREST]
    return frozenset(word for word in near if word not in single and len(word) > 1)


def merged(own: Attributes, more: Attributes) -> Attributes:
    """Add attributes to a label's own, which stay."""
    known = dict(own)
    return own | {(attribute, value) for attribute, value in more if attribute not in known}


def implied(own: Attributes) -> Attributes:
    """Add the stage that a label's other words mean: what came of an earlier time or by some channel was received."""
    known = dict(own)
    received = "origin" in known or (
        "channel" in known and not {"digit", "payment", "rating", "timing"} & known.keys() and known.get("subject") in (None, "dossier")
    )
    if "origin" in known and known.get("stage") == "pending":  # "số còn lại từ kỳ trước chuyển sang"
        own, known = own - {("stage", "pending")}, {**known, "stage": ""}
    return own | {("stage", "received")} if not known.get("stage") and received else own


def role_of(text: str) -> str:
    """Say what a figure is that stands after a text: a target, a change, one of an earlier time, or a result."""
    near = " ".join(text.split()[-12:])
    for role, pattern in keys_of("roles"):
        if pattern.search(near):
            return role
    return "result"


def vagueness(text: str) -> str:
    """Say which way a figure may be off, by the last words before it ("trên", "gần", "khoảng")."""
    near = " ".join(text.split()[-3:])
    return next((way for way, pattern in keys_of("vague") if re.search(rf"(?:{pattern.pattern})\s*$", near)), "")
