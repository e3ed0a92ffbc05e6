"""What the columns of a table on paper are measured by: the sizes of text, the room beside it, and how wide a text is.

Texts are measured in the advance widths of Times (Adobe's metrics, which matplotlib carries), which Times New Roman and its free doubles
share: the same on every machine, whatever typefaces it has.
"""

import unicodedata
from functools import cache
from pathlib import Path

import matplotlib as mpl

SIZES = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0)  # points, the largest that fits is taken
PADDING = 9.0  # points beside a cell's text: 4 on either side, and 1 for its rules
WIDEST = 1000  # thousandths of the size, for a character that the metrics lack


def text_width(text: str, *, bold: bool = False) -> float:
    """Measure a line of text in text sizes; a letter with marks is as wide as without.

    >>> text_width("Tổng số"), text_width("Tổng số", bold=True)
    (3.25, 3.362)
    """
    advances = _advances("Times-Bold" if bold else "Times-Roman")
    letters = unicodedata.normalize("NFD", text).translate(_BARE)
    return sum([advances.get(letter, WIDEST) for letter in letters]) / 1000


# the marks of Vietnamese letters, which take no room, and characters as wide as others
_BARE = dict.fromkeys(map(ord, "\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")) | str.maketrans("đĐ–−\N{NO-BREAK SPACE}", "dD0+ ")


@cache
def _advances(face: str) -> dict[str, int]:
    """Read the advance widths of the ASCII characters: lines as "C 32 ; WX 250 ; N space ; B 0 0 0 0 ;"."""
    lines = (Path(mpl.get_data_path()) / "fonts" / "pdfcorefonts" / f"{face}.afm").read_text("ascii").splitlines()
    found = (line.split() for line in lines if line.startswith("C "))
    return {chr(int(words[1])): int(words[4]) for words in found if 32 <= int(words[1]) < 127}
