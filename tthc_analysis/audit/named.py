"""Named parts of a whole: numbered units ("Phường 12", "thôn 2"), blocks of offices ("khối xã"), persons ("bà B").

The number of a unit is a name, no figure; and what one part has done says nothing against the whole or another part.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tthc_analysis.audit.vocabulary import PROPER, any_of, data, folded, unit_words, words_of

TELLS_MORE = {"stage", "timing", "channel", "origin", "digit", "payment", "rating", "service", "subject"}
_LEADS = re.compile(r"(?:tại|ở|đối với|về|của|cho)\s+")


class Named(NamedTuple):
    """A part that a text names: where its name (of a numbered unit its number) begins and ends, the kind of scope that it is, what it is called."""

    start: int
    end: int
    kind: str
    name: str


@cache
def _words(key: str) -> str:
    return any_of(folded(word) for word in data("vocabulary")["named"][key])


@cache
def _numbered() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?<!cấp )(?<!các )(?<!từng )(?<!mỗi )(?<!số )({_words('numbered')}) (\d{{1,2}})(?![\w%/]|[.,]\d)")


@cache
def _acting() -> re.Pattern[str]:
    """Give what shows that a number is a name: who it names acts, or counts follow it."""
    also = rf"\s*(?:,|và|hoặc)\s+(?:{_words('numbered')}) \d{{1,2}}(?![\w%/]|[.,]\d)"
    return re.compile(rf"\s+(?:{_words('acts')})(?!\w)|\s*:(?=\s*\d|\s*$)|\s*\((?=\d[\d.]*\s(?:hồ sơ|hs)(?!\w))|{also}")


def numbered_units(text: str) -> Iterator[Named]:
    """Find the units whose names are numbers; "xã 12 hồ sơ" and "cấp xã 12" are counts.

    >>> [one.name for one in numbered_units("Quận 1 tiếp nhận 520 hồ sơ, tại Phường 3, cấp xã 12, xã 15 hồ sơ; thôn 2 có 05 hồ sơ")]
    ['quận 1', 'phường 3', 'thôn 2']
    """
    low = folded(text)
    units, _ = unit_words()
    for match in _numbered().finditer(low):
        begins, ends = match.span(2)
        capital = text[match.start()].isupper() and bool(re.search(r"[^\W\d_],? $", low[: match.start()]))
        if not units.match(low, ends) and (_acting().match(low, ends) or (capital and not re.match(r"\s*[(:]", low[ends:]))):
            yield Named(begins, ends, "unit", f"{match[1]} {int(match[2])}")


@cache
def _parts() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give the patterns of parts that are named by words, each with its kind of scope; they read text as it is written."""
    word, until = r"[^\W\d_]+", rf"(?=\s+(?:{_words('acts')})(?!\w)|\s*[:,;.()]|\s+\d|\s*$)"
    phrase = rf"{word}(?:,? {word}){{0,5}}?"
    acts = rf"(?=\s+(?:{_words('acts')})(?!\w)|\s*:)"
    no_act = rf"(?!(?i:{_words('acts')})(?!\w))"
    return (
        ("unit", re.compile(rf"(?<!\w)(?i:khối)\s+(?i:(?!{_words('no_block')}){no_act}{phrase}{until})")),
        ("unit", re.compile(rf"(?<!\w)(?i:bộ phận)\s+(?i:(?!{_words('no_section')}){no_act}{phrase}{acts})")),
        ("unit", re.compile(rf"(?<!\w)(?i:riêng)\s+(?i:{no_act}{phrase}{acts})")),
        ("person", re.compile(rf"(?<!\w)(?i:{_words('persons')})\s+(?!Rịa){PROPER}(?i:{acts})")),
    )


def named_parts(text: str) -> Iterator[Named]:
    """Find the parts that a text names, besides units by their proper names.

    >>> [one.name for one in named_parts("Khối phòng chuyên môn tiếp nhận 80 hồ sơ; bà B xử lý 31 hồ sơ; riêng hồ sơ trực tuyến có 12 hồ sơ")]
    ['khối phòng chuyên môn', 'bà b']
    """
    yield from numbered_units(text)
    for kind, pattern in _parts():
        for match in pattern.finditer(text):
            name = folded(match[0])
            said = _LEADS.sub("", name.removeprefix("riêng ").strip())
            if not (name.startswith("riêng") and any(word.attribute in TELLS_MORE for word in words_of(said))):
                yield Named(*match.span(), kind, said)
