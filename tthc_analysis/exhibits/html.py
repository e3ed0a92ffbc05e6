"""The HTML of one exhibit, from its JSON: what JupyterLab shows and what the HTML document is made of.

Every text is escaped; there is no style, script or id, so that two exhibits never meet on a page. Looks come from the
document's own style sheet, and JupyterLab's defaults do where there is none. A document lends its `Page` (see `exhibits.details`): then
labels lead to definitions, rows that define have an id, tables a CSV, and numbers their details for the document's script.
A cell says in `data-value` by what its column is sorted: nothing, where a value is missing.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Any, Literal

from tthc_analysis.exhibits.details import ALONE, Page, first_number, number_details, row_kinds, shared, sortable
from tthc_analysis.exhibits.letters import printed

SAMPLE = "DỮ LIỆU MẪU"
SAMPLE_NOTICE = "số liệu minh họa, không phải số liệu chính thức"
INTERNAL = "NỘI BỘ"
INTERNAL_NOTICE = "có mã hồ sơ hoặc số đếm nhỏ, chỉ dùng trong cơ quan, không công bố"
MARK = "\ufeff"  # without it Excel takes a CSV in UTF-8 for another charset

BEHIND = "Số liệu của biểu đồ"
LONG, PHRASE = 60, 24  # characters from which a name needs a wide column, and from which a number with its words may break


@dataclass(frozen=True)
class HeaderCell:
    """A cell of a laid-out table header: how many columns and rows it spans, its `scope` in HTML, and the column that a leaf heads."""

    text: str
    columns: int
    rows: int
    scope: Literal["col", "colgroup"]
    column: int | None = None


@dataclass(frozen=True)
class Change:
    """How a change reads without colour: the mark before the number, the verdict after it, and the verdict's name."""

    mark: str
    verdict: str
    tone: Literal["good", "bad", "neutral"]


def exhibit_html(data: dict[str, Any], page: Page = ALONE) -> str:
    """Write one exhibit, given as the JSON that a notebook carries, as HTML; an unknown kind raises ValueError.

    `page` is what the document around it lends. A document may also give an appendix its `id`.
    """
    write = _WRITERS.get(data["kind"])
    if write is None:
        message = f"unknown kind of exhibit {data['kind']!r}; known: {', '.join(_WRITERS)}"
        raise ValueError(message)
    return write(printed(data), page)


def header_rows(header: list[dict[str, Any]]) -> list[list[HeaderCell]]:
    """Lay a header tree out in rows of cells that span columns and rows; a leaf reaches down to the last row.

    >>> [[(cell.text, cell.columns, cell.rows) for cell in row] for row in header_rows(
    ...     [{"text": "A", "children": []}, {"text": "B", "children": [{"text": "C"}, {"text": "D"}]}])]
    [[('A', 1, 2), ('B', 2, 1)], [('C', 1, 1), ('D', 1, 1)]]
    """
    rows: list[list[HeaderCell]] = [[] for _ in range(max(map(_depth, header), default=0))]
    columns = count()
    for level, node in _walk(header, 0):
        leaf = not node.get("children")
        # "colgroup" means the whole <colgroup>, which only a node of the first level is: a deeper span says "col"
        scope: Literal["col", "colgroup"] = "col" if leaf or level else "colgroup"
        rows[level].append(HeaderCell(node["text"], _leaves(node), len(rows) - level if leaf else 1, scope, next(columns) if leaf else None))
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


def _label(text: str, page: Page) -> str:
    """Write a label; a metric's leads to its definition, also where its unit stands behind it in brackets."""
    place = page.links.get(text) or page.links.get(text.rpartition(" (")[0])
    return _element("a", escape(text), class_="define", href=place) if place else escape(text)


def _facts(facts: Iterable[tuple[str, str]], class_: str) -> str:
    written = [_element("div", _element("dt", escape(label)), _element("dd", escape(text))) for label, text in facts]
    return _element("dl", *written, class_=class_) if written else ""


def _badge(class_: str, word: str, notice: str) -> str:
    return _element("p", _element("strong", word), f" – {notice}", class_=class_)


def _attached_to(data: dict[str, Any]) -> str:
    return _element("p", _element("em", escape(data["attached_to"])), class_="attached-to") if data["attached_to"] else ""


def _masthead(data: dict[str, Any], _page: Page) -> str:
    return _element(
        "header",
        _badge("internal", INTERNAL, INTERNAL_NOTICE) if data.get("internal") else "",
        _element("h1", escape(data["title"])),
        _line("p", data["subtitle"], "subtitle"),
        _attached_to(data),
        _badge("sample", SAMPLE, SAMPLE_NOTICE) if data["sample"] else "",
        _facts(data["facts"], "facts"),
        _list(data["warnings"], "warnings"),
        class_="masthead",
    )


def _appendix(data: dict[str, Any], _page: Page) -> str:
    number = _element("span", escape(f"Phụ lục {data['number']}"), class_="appendix-number")
    place = {"id": data["id"]} if data.get("id") else {}
    return _element("header", _element("h2", number, " ", _element("span", escape(data["title"])), **place), _attached_to(data), class_="appendix")


def _key_figures(data: dict[str, Any], page: Page) -> str:
    cards = _element("ul", *(_card(figure, page) for figure in data["figures"]), class_="cards")
    return _element("section", _line("p", data["caption"], "caption"), cards, class_="key-figures", aria_label=data["caption"])


def _card(figure: dict[str, Any], page: Page) -> str:
    number = figure["number"]
    changes = [_element("li", change_html(label, change, figure["better"], page)) for label, change in figure["changes"]]
    return _element(
        "li",
        _element("p", _label(figure["label"], page), class_="label"),
        _element("p", _element("strong", escape(number["text"]), **number_details(number, page)), class_="number"),
        _line("p", figure["ratio"], "ratio"),
        _element("ul", *changes, class_="changes") if changes else "",
        _definition(number["metric"], page),
        class_="card",
    )


def _definition(metric: str, page: Page) -> str:
    """Write what a key figure is, closed until it is asked for: it needs no script."""
    if metric not in page.definitions:
        return ""
    facts = [*page.definitions[metric].facts, *([("Cách tính", page.policy)] if page.policy else [])]
    return _element("details", _element("summary", "Cách tính"), _facts(facts, "definition"))


def change_html(label: str, number: dict[str, Any], better: str, page: Page = ALONE) -> str:
    """Write a change: against what, the printed number with its mark, and the verdict in words."""
    change, text = change_of(number, better), number["text"]
    mark = _element("span", change.mark, aria_hidden="true") + " " if change.mark else ""
    verdict = f" ({change.verdict})" if change.verdict else ""
    said = _element("span", mark, escape(text), verdict, class_=change.tone, **number_details(number, page))
    return _element("span", escape(label), class_="against") + " " + said


def _statement(data: dict[str, Any], _page: Page) -> str:
    return _element("p", escape(data["text"]), class_="statement")


def _table(data: dict[str, Any], page: Page) -> str:
    return _element(
        "div",
        _scroll(data, data["caption"], page),
        _list(data["notes"], "notes"),
        _element("p", _download(data, page), class_="tools") if page.csv else "",
        class_="exhibit wide" if data["wide"] else "exhibit",
    )


def _scroll(data: dict[str, Any], label: str, page: Page) -> str:
    """Write the table itself, in a container that scrolls without the page; `label` is this one's alone on a page."""
    # the caption stays in view while a wide table scrolls under it, hence the span
    caption = _element("caption", _element("span", escape(data["caption"])))
    groups = "".join(f'<colgroup span="{_leaves(node)}"></colgroup>' for node in data["header"])
    head = _element("thead", *(_element("tr", *(_header_cell(cell, page) for cell in row)) for row in header_rows(data["header"])))
    details = [[number_details(number, page) if (number := first_number(cell)) else {} for cell in row] for row in data["rows"]]
    above = shared(said for row in details for said in row if said)
    attributes = above | ({"class_": "sorts"} if page.csv and sortable(data["rows"]) else {})
    attributes |= {"data_policy": page.policy} if page.policy and data.get("defines") else {}
    table = _element("table", caption, groups, head, _element("tbody", *_body_rows(data, details, above, page)), **attributes)
    return _element("div", table, class_="scroll", tabindex=0, role="region", aria_label=label)


def _download(data: dict[str, Any], page: Page) -> str:
    """Offer a table as a file that lies in the page itself: no server, no script."""
    if page.csv is None:
        return ""
    name, text = page.csv(data)
    encoded = base64.b64encode(f"{MARK}{text}".encode()).decode("ascii")
    return _element("a", "Tải CSV", download=name, href=f"data:text/csv;charset=utf-8;base64,{encoded}", aria_label=f"Tải CSV: {data['caption']}")


def _header_cell(cell: HeaderCell, page: Page) -> str:
    attributes = {name: count for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1}
    attributes |= {"data_column": cell.column} if page.csv and cell.column is not None else {}
    return _element("th", _label(cell.text, page), scope=cell.scope, **attributes)


def _body_rows(data: dict[str, Any], details: list[list[dict[str, str]]], above: Mapping[str, str], page: Page) -> Iterator[str]:
    """Write the rows of a table with the details of each cell's number; `above` is what is said already of all of them."""
    rows = data["rows"]
    for row, its, kind, period, place in zip(rows, details, row_kinds(rows), _periods(rows), _places(data, page), strict=True):
        here = shared(said for said in its if said)
        around = ALONE if place else page  # a row that defines does not lead to itself
        cells = [_body_cell(cell, period, _less(said, here), around) for cell, said in zip(row, its, strict=True)]
        named = {name: text for name, text in (("id", place), ("class_", kind)) if text}
        yield _element("tr", *cells, **named, **_less(here, above))


def _less(details: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in details.items() if name not in said}


def _places(data: dict[str, Any], page: Page) -> list[str]:
    """Give the id of each row that defines a metric."""
    defines = data.get("defines") or [""] * len(data["rows"])
    return [page.definitions[metric].place if metric in page.definitions else "" for metric in defines]


def _periods(rows: list[list[dict[str, Any]]]) -> list[str]:
    """Give each row its period where a table has a period a row: names of periods do not sort as time does."""
    periods = [{number["period"] for cell in row for number in cell["numbers"]} for row in rows]
    each = [min(found, default="") for found in periods]
    return each if len(set(each)) == len(rows) and all(len(found) == 1 for found in periods) else [""] * len(rows)


def _body_cell(cell: dict[str, Any], period: str, details: Mapping[str, str], page: Page) -> str:
    name = _cell_class(cell)
    attributes = {"class_": name} if name else {}
    if cell["heading"]:
        return _element("th", _label(cell["text"], page), scope="row", **attributes, **({"data_value": period} if period else {}))
    number = first_number(cell)
    return _element("td", escape(cell["text"]), **attributes, **({"data_value": _sorted_by(number)} if number else {}), **details)


def _cell_class(cell: dict[str, Any]) -> str:
    # a phone would set a long name a word to a line
    length = len(cell["text"])
    if cell["numbers"]:
        return "num phrase" if length > PHRASE else "num"
    return "long" if length > LONG else ""


def _sorted_by(number: dict[str, Any]) -> str:
    # a missing or withheld value has nothing to be sorted by: it stays last
    return "" if number["value"] is None else f"{number['value']:.12g}"


def _figure(data: dict[str, Any], page: Page) -> str:
    encoded = base64.b64encode(data["svg"].encode()).decode("ascii")
    image = f'<img alt="{escape(data["alt"])}" src="data:image/svg+xml;base64,{encoded}">'
    behind = _element("div", _scroll(data["data"], f"{BEHIND}: {data['caption']}", page), _list(data["data"]["notes"], "notes"), class_="exhibit")
    return _element(
        "figure",
        _element("div", image, class_="plate", tabindex=0, role="group", aria_label=data["caption"]),
        _line("figcaption", data["caption"], "caption"),
        _list(data["notes"], "notes"),
        _element("div", _element("details", _element("summary", f"Xem {BEHIND.lower()}"), behind), _download(data["data"], page), class_="tools"),
        class_="exhibit",
    )


_WRITERS: dict[str, Callable[[dict[str, Any], Page], str]] = {
    "masthead": _masthead,
    "appendix": _appendix,
    "key_figures": _key_figures,
    "statement": _statement,
    "table": _table,
    "figure": _figure,
}
