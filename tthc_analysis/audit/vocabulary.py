"""The words of the field, read from `data/vocabulary.yaml`: what a label names, in the usual wordings and abbreviations."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

UPPER = "A-ZĐÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
LEVELS = re.compile(r"\bcấp (?:xã|huyện|tỉnh)\b")  # of whose dossiers a heading speaks
PROPER = rf"[{UPPER}][\w'’]*(?:[ -](?:[{UPPER}][\w'’]*|\d{{1,2}}(?![\d.,%]))){{0,4}}"  # a proper name: up to five words with capitals
NAME = "name"  # the attribute of a word that names an office, a system or a matter
Attributes = frozenset[tuple[str, str]]
# where the tone stands in "oa", "oe", "uy" is written in two ways: read as one
_OLD_TONES = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe", "oẹ": "ọe", "uỳ": "ùy", "uý": "úy"}
_OLD_TONES |= {"uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy"}
_TONE = re.compile(rf"(?<!q)(?:{'|'.join(_OLD_TONES)})(?!\w)")


@lru_cache(maxsize=1 << 14)
def folded(text: str) -> str:
    """Bring a text to the form that patterns are written for: lower case, tones in one way; of the same length.

    >>> folded("Số hoá Quý I, UỶ BAN")
    'số hóa quý i, ủy ban'
    """
    return _TONE.sub(lambda found: _OLD_TONES[found[0]], text.lower())


@cache
def data(name: str) -> dict[str, Any]:
    """Give one of the room's own tables, by the name of its YAML."""
    return dict(yaml.safe_load(resources.files(__package__).joinpath(f"data/{name}.yaml").read_text("utf-8")))


class Word(NamedTuple):
    """A wording found in a text: where, of which attribute, its value and strength."""

    start: int
    end: int
    attribute: str
    value: str
    strength: int


def any_of(patterns: Iterable[str]) -> str:
    """Join patterns into one that takes the longest source that matches."""
    return "|".join(f"(?:{pattern})" for pattern in sorted(patterns, key=lambda text: (-len(text), text)))


@dataclass(frozen=True)
class _Wording:
    pattern: str
    attribute: str
    value: str
    strength: int


def _wordings() -> Iterator[_Wording]:
    words = data("vocabulary")
    yield from (_Wording(folded(pattern), NAME, "", 0) for pattern in words["names"])
    for attribute, values in words["attributes"].items():
        for value, patterns in values.items():
            for pattern in patterns:
                source, _, strength = pattern.rpartition("|")
                strong = source and strength.isdecimal()
                yield _Wording(folded(source if strong else pattern), attribute, value, int(strength) if strong else 1)


@cache
def _lexicon() -> tuple[re.Pattern[str], tuple[_Wording, ...]]:
    ordered = tuple(sorted(_wordings(), key=lambda one: (-len(one.pattern), one.pattern)))
    # no group of a pattern captures, so that the number of the group names the wording
    choices = "|".join(rf"({one.pattern})(?!\w)" for one in ordered)
    return re.compile(rf"(?<!\w)(?:{choices})"), ordered


def words_of(text: str) -> list[Word]:
    """Find the wordings of a folded text, in order, none over another.

    >>> [(word.attribute, word.value) for word in words_of("giải quyết trước hạn")]
    [('stage', 'resolved'), ('timing', 'early')]
    """
    pattern, ordered = _lexicon()
    found = ((match.span(), ordered[(match.lastindex or 1) - 1]) for match in pattern.finditer(text))
    return [Word(*span, one.attribute, one.value, _strength(one, text[: span[0]])) for span, one in found]


def _strength(one: _Wording, before: str) -> int:
    """Give how strongly a wording says what it says: what stands behind "số", "số lượng" is what is counted."""
    return max(one.strength, 3) if one.attribute == "subject" and before.endswith(("số ", "số lượng ")) else one.strength


@cache
def pattern_of(*path: str) -> re.Pattern[str]:
    """Give one pattern of all wordings at a place in the vocabulary ("parts", "some")."""
    found: Any = data("vocabulary")
    for key in path:
        found = found[key]
    every: Sequence[str] = [one for values in found.values() for one in values] if isinstance(found, Mapping) else found
    return re.compile(rf"(?<!\w)(?:{any_of(map(folded, every))})(?!\w)")


@cache
def keys_of(*path: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give for each key at a place in the vocabulary its pattern."""
    found: Any = data("vocabulary")
    for key in path:
        found = found[key]
    return tuple((key, pattern_of(*path, key)) for key in found)


@cache
def unit_words() -> tuple[re.Pattern[str], dict[str, str]]:
    """Give the pattern of units as they stand after a figure, and the kind of each."""
    kinds = {folded(word): kind for kind, words in data("vocabulary")["units"].items() for word in words}
    pattern = "|".join(sorted(map(re.escape, kinds), key=lambda word: (-len(word), word)))
    return re.compile(rf"\s*(?:lượt |bộ )?({pattern})(?!\w)"), kinds


@cache
def plain_words() -> tuple[re.Pattern[str], frozenset[str]]:
    """Give the words of a label that say nothing of what is counted: those of more than one word as a pattern, and the others."""
    every = [folded(" ".join(word.split())) for word in data("vocabulary")["plain_words"].split(",")]
    longer = sorted((word for word in every if " " in word), key=lambda word: (-len(word), word))
    return re.compile(rf"(?<!\w)(?:{'|'.join(longer)})(?!\w)"), frozenset(word for word in every if " " not in word)


@cache
def _spoilt() -> tuple[re.Pattern[str], dict[str, str]]:
    mended = {folded(old): new for old, new in data("vocabulary")["spoilt"].items()}
    ordered = sorted(mended, key=lambda word: (-len(word), word))
    choices = "|".join(re.escape(word) + ("" if word.endswith(" ") else r"(?!\w)") for word in ordered)
    return re.compile(rf"(?<!\w)(?:{choices})", re.IGNORECASE), mended


def mended(text: str) -> tuple[str, int]:
    """Read words that an old scan spoilt as they were meant; give the text and how many were mended.

    >>> mended("số PAKN ãng xử lý 0")
    ('số PAKN đang xử lý 0', 1)
    """
    if "ã" not in text:
        return text, 0
    pattern, known = _spoilt()
    return pattern.subn(lambda found: _same_case(found[0], known[found[0].lower()]), text)


def _same_case(old: str, new: str) -> str:
    return new[0].upper() + new[1:] if old[0].isupper() else new
