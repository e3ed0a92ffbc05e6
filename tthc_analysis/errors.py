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
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    question = f'Có phải ý bạn là "{near[0]}"? ' if near else ""
    return f"{question}Các giá trị dùng được: {', '.join(known)}."
