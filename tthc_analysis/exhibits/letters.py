"""Letters: what of a text from outside a document may hold. Controls and marks that turn the direction of reading would make a number read otherwise than it is."""

import unicodedata
from typing import Any

KEPT = "\n\t"
NO_CHARACTERS = "\ufffe\uffff"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")  # how a text begins that a spreadsheet may take for a formula


def printable(text: str) -> str:
    r"""Bring a text to what a document can hold: NFC, no control or invisible characters; what is no character becomes a replacement mark.

    >>> printable("Tie\u0302\u0301p\u200b nhận\u0007 \ud800") == "Tiếp nhận \ufffd"
    True
    """
    composed = unicodedata.normalize("NFC", text)
    return composed if composed.isprintable() else "".join(map(_character, composed))


def _character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs" or character in NO_CHARACTERS:
        return "\N{REPLACEMENT CHARACTER}"
    if category in {"Zl", "Zp"}:  # ends a line for some readers and for others not
        return " "
    return "" if category in {"Cc", "Cf"} and character not in KEPT else character


def printed(value: Any) -> Any:
    r"""Bring every text in the JSON of an exhibit or a manifest to what a document can hold; drawings are made of shapes and stay.

    >>> printed({"rows": [["Xã \u202eLong Mai"]], "svg": "<svg>\u202e</svg>"}) == {"rows": [["Xã Long Mai"]], "svg": "<svg>\u202e</svg>"}
    True
    """
    match value:
        case str():
            return printable(value)
        case list() | tuple():
            return [printed(item) for item in value]
        case dict():
            return {key: item if key == "svg" else printed(item) for key, item in value.items()}
        case _:
            return value


def harmless(text: str) -> str:
    """Write a text for a cell of a CSV: as a document holds it, and led by an apostrophe where a spreadsheet might take it for a formula.

    >>> harmless("=1+1"), harmless("Xã Long Mai")
    ("'=1+1", 'Xã Long Mai')
    """
    shown = printable(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown
