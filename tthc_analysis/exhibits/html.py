"""The HTML of one exhibit, from its JSON: what JupyterLab shows and what the HTML document is made of.

Every text is escaped; there is no style, script or id, so that two exhibits never meet on a page. Looks come from the
document's own style sheet, and JupyterLab's defaults do where there is none. A document gives links to definitions, and ids of
the rows that they lead to; a cell says in `data-value` by what its column is sorted.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Literal

SAMPLE = "DỮ LIỆU MẪU"
SAMPLE_NOTICE = "số liệu minh họa, không phải số liệu chính thức"

LONG = 60  # characters
NO_LINKS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class HeaderCell:
    """A cell of a laid-out table header: how many columns and rows it spans, and its `scope` in HTML."""

    text: str
    columns: int
    rows: int
    scope: Literal["col", "colgroup"]


@dataclass(frozen=True)
class Change:
    """How a change reads without colour: the mark before the number, the verdict after it, and the verdict's name."""

    mark: str
    verdict: str
    tone: Literal["good", "bad", "neutral"]


def exhibit_html(data: dict[str, Any], links: Mapping[str, str] = NO_LINKS) -> str:
    """Write one exhibit, given as the JSON that a notebook carries, as HTML; an unknown kind raises ValueError.

    `links` leads from a metric's label to the address of its definition. A table may carry `anchors`, an id for each row.
    """
    write = _WRITERS.get(data["kind"])
    if write is None:
        message = f"unknown kind of exhibit {data['kind']!r}; known: {', '.join(_WRITERS)}"
        raise ValueError(message)
    return write(data, links)


def header_rows(header: list[dict[str, Any]]) -> list[list[HeaderCell]]:
    """Lay a header tree out in rows of cells that span columns and rows; a leaf reaches down to the last row.

    >>> [[(cell.text, cell.columns, cell.rows) for cell in row] for row in header_rows(
    ...     [{"text": "A", "children": []}, {"text": "B", "children": [{"text": "C"}, {"text": "D"}]}])]
    [[('A', 1, 2), ('B', 2, 1)], [('C', 1, 1), ('D', 1, 1)]]
    """
    rows: list[list[HeaderCell]] = [[] for _ in range(max(map(_depth, header), default=0))]
    for level, node in _walk(header, 0):
        leaf = not node.get("children")
        # "colgroup" means the whole <colgroup>, which only a node of the first level is: a deeper span says "col"
        scope: Literal["col", "colgroup"] = "col" if leaf or level else "colgroup"
        rows[level].append(HeaderCell(node["text"], _leaves(node), len(rows) - level if leaf else 1, scope))
    return rows


def change_of(number: dict[str, Any], better: str) -> Change:
    """Read the direction of a change from its printed sign, so that mark and number cannot disagree.

    Where the change has an interval that holds nought, chance alone may have made it: it is neither better nor worse.

    >>> change_of({"text": "+2,31 điểm %"}, "higher").verdict, change_of({"text": "−12"}, "lower").tone, change_of({"text": "0"}, "higher").mark
    ('tốt hơn', 'good', '=')
    >>> change_of({"text": "+2,31 điểm %", "ci_low": -0.01, "ci_high": 0.05}, "higher").verdict
    'trong mức ngẫu nhiên'
    """
    text, low, high = number["text"], number.get("ci_low"), number.get("ci_high")
    direction = {"+": "higher", "-": "lower", "\N{MINUS SIGN}": "lower"}.get(text[:1], "")
    if not direction:
        return Change("=" if text[:1].isdigit() else "", "", "neutral")
    mark = {"higher": "▲", "lower": "▼"}[direction]
    if better == "neither":
        return Change(mark, "", "neutral")
    if low is not None and high is not None and low <= 0 <= high:
        return Change(mark, "trong mức ngẫu nhiên", "neutral")
    return Change(mark, "tốt hơn", "good") if direction == better else Change(mark, "kém hơn", "bad")


def _depth(node: dict[str, Any]) -> int:
    return 1 + max(map(_depth, node.get("children") or []), default=0)


def _leaves(node: dict[str, Any]) -> int:
    return sum(map(_leaves, node.get("children") or [])) or 1


def _walk(nodes: list[dict[str, Any]], level: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for node in nodes:
        yield level, node
        yield from _walk(node.get("children") or [], level + 1)


def _element(tag: str, *content: str, **attributes: str | int) -> str:
    """Write an element: content is markup, attribute values are text. `class_` is class, `aria_label` is aria-label."""
    written = "".join(f' {name.rstrip("_").replace("_", "-")}="{escape(str(value))}"' for name, value in attributes.items())
    return f"<{tag}{written}>{''.join(content)}</{tag}>"


def _line(tag: str, text: str, class_: str) -> str:
    return _element(tag, escape(text), class_=class_) if text else ""


def _list(items: list[str], class_: str) -> str:
    return _element("ul", *(_element("li", escape(item)) for item in items), class_=class_) if items else ""


def _label(text: str, links: Mapping[str, str]) -> str:
    """Write a label; a metric's leads to its definition, also where its unit stands behind it in brackets."""
    place = links.get(text) or links.get(text.rpartition(" (")[0])
    return _element("a", escape(text), class_="define", href=place) if place else escape(text)


def _masthead(data: dict[str, Any], _links: Mapping[str, str]) -> str:
    badge = _element("p", _element("strong", SAMPLE), f" – {SAMPLE_NOTICE}", class_="sample") if data["sample"] else ""
    facts = [_element("div", _element("dt", escape(label)), _element("dd", escape(text))) for label, text in data["facts"]]
    return _element(
        "header",
        _element("h1", escape(data["title"])),
        _line("p", data["subtitle"], "subtitle"),
        _element("p", _element("em", escape(data["attached_to"])), class_="attached-to") if data["attached_to"] else "",
        badge,
        _element("dl", *facts, class_="facts") if facts else "",
        _list(data["warnings"], "warnings"),
        class_="masthead",
    )


def _appendix(data: dict[str, Any], _links: Mapping[str, str]) -> str:
    attached = _element("p", _element("em", escape(data["attached_to"])), class_="attached-to") if data["attached_to"] else ""
    name = _element("span", escape(f"Phụ lục {data['number']}"), class_="appendix-number")
    return _element("header", _element("h2", name, " ", escape(data["title"])), attached, class_="appendix")


def _key_figures(data: dict[str, Any], links: Mapping[str, str]) -> str:
    cards = _element("ul", *(_card(figure, links) for figure in data["figures"]), class_="cards")
    return _element("section", _line("p", data["caption"], "caption"), cards, class_="key-figures", aria_label=data["caption"])


def _card(figure: dict[str, Any], links: Mapping[str, str]) -> str:
    changes = [_element("li", change_html(label, number, figure["better"])) for label, number in figure["changes"]]
    return _element(
        "li",
        _element("p", _label(figure["label"], links), class_="label"),
        _element("p", _element("strong", escape(figure["number"]["text"])), class_="number"),
        _line("p", figure["ratio"], "ratio"),
        _element("ul", *changes, class_="changes") if changes else "",
        class_="card",
    )


def change_html(label: str, number: dict[str, Any], better: str) -> str:
    """Write a change: against what, the printed number with its mark, and the verdict in words."""
    change, text = change_of(number, better), number["text"]
    mark = _element("span", change.mark, aria_hidden="true") + " " if change.mark else ""
    verdict = f" ({change.verdict})" if change.verdict else ""
    return _element("span", escape(label), class_="against") + " " + _element("span", mark, escape(text), verdict, class_=change.tone)


def _statement(data: dict[str, Any], _links: Mapping[str, str]) -> str:
    return _element("p", escape(data["text"]), class_="statement")


def _table(data: dict[str, Any], links: Mapping[str, str]) -> str:
    # the caption stays in view while a wide table scrolls under it, hence the span
    caption = _element("caption", _element("span", escape(data["caption"])))
    groups = "".join(f'<colgroup span="{_leaves(node)}"></colgroup>' for node in data["header"])
    head = _element("thead", *(_element("tr", *(_header_cell(cell, links) for cell in row)) for row in header_rows(data["header"])))
    table = _element("table", caption, groups, head, _element("tbody", *_body_rows(data, links)))
    return _element(
        "div",
        _element("div", table, class_="scroll", tabindex=0, role="region", aria_label=data["caption"]),
        _list(data["notes"], "notes"),
        class_="exhibit wide" if data["wide"] else "exhibit",
    )


def _header_cell(cell: HeaderCell, links: Mapping[str, str]) -> str:
    spans = {name: count for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1}
    return _element("th", _label(cell.text, links), scope=cell.scope, **spans)


def _body_rows(data: dict[str, Any], links: Mapping[str, str]) -> Iterator[str]:
    """Write the rows of a table; the whole under its groups is told from them, so that sorting leaves it last."""
    rows = data["rows"]
    groups = [any(number["group"] for number in _numbers(row)) for row in rows]
    anchors = data.get("anchors") or [""] * len(rows)
    for row, grouped, period, anchor in zip(rows, groups, _periods(rows), anchors, strict=True):
        attributes = {"id": anchor} if anchor else {}
        attributes |= {"class": "whole"} if any(groups) and not grouped and _numbers(row) else {}
        yield _element("tr", *(_body_cell(cell, period, links) for cell in row), **attributes)


def _numbers(row: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [number for cell in row for number in cell["numbers"]]


def _periods(rows: list[list[dict[str, Any]]]) -> list[str]:
    """Give each row its period where a table has a period a row: names of periods do not sort as time does."""
    periods = [{number["period"] for number in _numbers(row)} for row in rows]
    each = [min(found, default="") for found in periods]
    return each if len(set(each)) == len(rows) and all(len(found) == 1 for found in periods) else [""] * len(rows)


def _body_cell(cell: dict[str, Any], period: str, links: Mapping[str, str]) -> str:
    # a long name needs a wide column: a phone would set it a word to a line
    attributes = {"class_": "num"} if cell["numbers"] else {"class_": "long"} if len(cell["text"]) > LONG else {}
    if cell["heading"]:
        return _element("th", _label(cell["text"], links), scope="row", **attributes, **({"data_value": period} if period else {}))
    value = cell["numbers"][0]["value"] if cell["numbers"] else None
    return _element("td", escape(cell["text"]), **attributes, **({} if value is None else {"data_value": f"{value:.12g}"}))


def _figure(data: dict[str, Any], links: Mapping[str, str]) -> str:
    encoded = base64.b64encode(data["svg"].encode()).decode("ascii")
    image = f'<img alt="{escape(data["alt"])}" src="data:image/svg+xml;base64,{encoded}">'
    return _element(
        "figure",
        _element("div", image, class_="plate", tabindex=0, role="group", aria_label=data["caption"]),
        _line("figcaption", data["caption"], "caption"),
        _list(data["notes"], "notes"),
        _element("details", _element("summary", "Xem số liệu của biểu đồ"), _table(data["data"], links)),
        class_="exhibit",
    )


_WRITERS: dict[str, Callable[[dict[str, Any], Mapping[str, str]], str]] = {
    "masthead": _masthead,
    "appendix": _appendix,
    "key_figures": _key_figures,
    "statement": _statement,
    "table": _table,
    "figure": _figure,
}
