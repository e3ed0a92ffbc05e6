"""The one kind of error a user can mend, and the hint that goes with a mistyped word."""

import difflib
from collections.abc import Iterable


class UserError(ValueError):
    """Bad input: one Vietnamese paragraph that says what, where, and how to mend it. Shown without a traceback, exit code 2."""


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """Give the hint for a mistyped word: the nearest choice if one is near, then every choice.

    >>> did_you_mean("perriod", ["period", "policy"])
    'Có phải ý bạn là "period"? Các giá trị dùng được: period, policy.'
    >>> did_you_mean("xyz", ["period"])
    'Các giá trị dùng được: period.'
    """
    known = list(choices)
    question = nearest(word, known)
    return f"{question}{' ' if question else ''}Các giá trị dùng được: {', '.join(known)}."


def nearest(word: str, choices: Iterable[str]) -> str:
    """Ask for the nearest choice if one is near: where the choices are too many to be listed.

    >>> nearest("don_vj", ["don_vi", "tu_ngay"]), nearest("xyz", ["don_vi"])
    ('Có phải ý bạn là "don_vi"?', '')
    """
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f'Có phải ý bạn là "{near[0]}"?' if near else ""
