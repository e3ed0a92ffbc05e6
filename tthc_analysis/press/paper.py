"""How a notebook stands on paper, whatever writes it: the decree's page, the order of its parts, which tables lie, on which side a cell's text stands.

Nghị định 30/2020/NĐ-CP, Phụ lục I: A4, margins of 20 mm above and below, 30 mm left, 20 mm right.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from tthc_analysis.press.fit import fit_table
from tthc_analysis.press.layout import Part, with_marks

Side = Literal["left", "center", "right"]

MM = 72 / 25.4  # points
SHORT_SIDE, LONG_SIDE = 210 * MM, 297 * MM
TOP, BOTTOM, LEFT, RIGHT = 20 * MM, 20 * MM, 30 * MM, 20 * MM
SIGNATURE = 12 * MM  # under the margin, clear for the digital signature at the top right of a first page
NARROW = 4  # characters: a column of nothing longer and no numbers is centred
UNBROKEN = 95 * MM  # a table no higher stays on one page; one of an appendix that follows another, if it fits a page
AROUND = 30 * MM  # what a table's caption and notes take of a page
CLOSING = "Thông tin về số liệu"


def text_area(*, lying: bool) -> tuple[float, float]:
    """Give the width and height between the margins, in points."""
    width, height = (LONG_SIDE, SHORT_SIDE) if lying else (SHORT_SIDE, LONG_SIDE)
    return width - LEFT - RIGHT, height - TOP - BOTTOM


def lean(part: Part) -> Part:
    """Leave out of a part what is not printed: the details of numbers, and a figure's data, which its alternative text says on paper."""
    match part["kind"]:
        case "table":
            rows = [[{"text": cell["text"], "heading": cell["heading"], "numbers": bool(cell["numbers"])} for cell in row] for row in part["rows"]]
            return {**{key: part[key] for key in ("kind", "caption", "header", "notes", "wide")}, "rows": rows}
        case "figure":
            return {key: part[key] for key in ("kind", "caption", "svg", "alt", "notes")}
        case "key_figures":
            return {**part, "figures": [with_marks(figure) for figure in part["figures"]]}
        case _:
            return part


def in_order(head: Part, body: list[Part]) -> list[Part]:
    """Put the masthead first. Appendices have no cover: what it says of the numbers stands behind them, a part of kind "closing"."""
    if all(part["kind"] != "appendix" for part in body):
        return [head, *body]
    return [*body, {**head, "kind": "closing", "title": CLOSING}]


def settled(parts: list[Part]) -> Iterator[Part]:
    """Settle how tables stand: which lie, how high one may be to stay on one page (`most`, points), and which are `named` by their appendix.

    An appendix's table lies as it asks, any other only where it must. One is named whose caption would only repeat the title over it.
    """
    title, before = "", None  # of the appendix: its title straight after it begins, and its tables so far; None outside
    for part in parts:
        if part["kind"] == "appendix":
            before = 0
        if part["kind"] == "table":
            yield {**part, **_standing(part, before), "named": part["caption"].casefold() == title.casefold()}
            before = None if before is None else before + 1
        else:
            yield part
        title = part["title"] if part["kind"] == "appendix" else ""


def _standing(table: Part, before: int | None) -> Part:
    upright, _ = text_area(lying=False)
    wide = table["wide"] and (before is not None or not fit_table(table, upright).easy)
    return {"wide": wide, "most": text_area(lying=wide)[1] - AROUND if before else UNBROKEN}


def sides_of(rows: Sequence[Sequence[Part]]) -> list[Side]:
    """Give each column its side: numbers on the right with whatever stands in their place, ranks in the middle, names on the left."""
    return [_side(column) for column in zip(*rows, strict=True)]


def _side(column: Sequence[Part]) -> Side:
    if any(cell["numbers"] for cell in column):
        return "right"
    return "center" if all(len(cell["text"]) <= NARROW for cell in column) else "left"
