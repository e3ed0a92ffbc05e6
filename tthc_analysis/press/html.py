"""One executed notebook as one HTML file that asks for nothing: no request, code hidden, no script but our own small one.

An nbconvert template of our own (`templates/report`) shows the Markdown cells and the exhibits and nothing else. Markdown is
read with raw HTML escaped and then sanitised by an allow-list; exhibits are escaped where they are written. The page is complete without
its script (see `templates/report/report.js`), which sorts, filters, copies and shows what a number is.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape, unescape
from itertools import count
from pathlib import Path
from typing import Any

import mistune
import nh3
from mistune.plugins.table import table
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from tthc_analysis.exhibits.details import Definition, File, Page
from tthc_analysis.exhibits.grid import table_csv
from tthc_analysis.exhibits.html import INTERNAL, SAMPLE, exhibit_html, header_rows
from tthc_analysis.exhibits.letters import printable
from tthc_analysis.exhibits.model import MIME, Table
from tthc_analysis.press.dress import policy, script, style
from tthc_analysis.reference.notation import MISSING

TEMPLATES = Path(__file__).parent / "templates"
MAIN_ID = "noi-dung"
HEADINGS = ("h2", "h3", "h4", "h5", "h6")
BLOCKS = ("p", "br", "hr", "ul", "ol", "li", "blockquote", "pre", "div", "table", "thead", "tbody", "tr", "th", "td")
TAGS = {*HEADINGS, *BLOCKS, "strong", "em", "a", "code"}
ATTRIBUTES = {heading: {"id"} for heading in HEADINGS} | {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"tabindex", "role", "aria-label"},
}
CLASSES = {"div": {"scroll"}, "td": {"num"}, "th": {"num"}}
LONGEST_NAME = 60  # of a file in letters: a caption may be a sentence
POLICY = "Cách tính"

Json = dict[str, Any]


def notebook_html(notebook: NotebookNode, title: str) -> str:
    """Write an executed notebook as one self-contained HTML page; `title` is the page's, and its h1 where there is no masthead."""
    read, found = read_page(notebook)
    body, _ = _exporter().from_notebook_node(read, resources={"title": printable(title), **_fixed(), **found})
    return body


def prepare() -> None:
    """Compile the template and read what every page wears: a process forked after this need not."""
    notebook_html(new_notebook(), "")


def slug(text: str) -> str:
    """Make the ASCII id of a heading: đ is a letter of its own, not a marked d, so it goes first.

    >>> slug("Đúng hạn: Ễnh ương & đợi chờ")
    'dung-han-enh-uong-doi-cho'
    """
    bare = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode("ascii")
    return "-".join(re.findall(r"[a-z0-9]+", bare.lower())) or "muc"


class PageRenderer(mistune.HTMLRenderer):
    """Renders the Markdown cells of one page, and remembers its headings for their ids, their levels and the contents list."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        super().__init__(escape=True)
        self.contents: list[dict[str, str]] = []
        self._ids = {MAIN_ID, *taken}
        self._defined: set[str] = set()
        self._level = 1
        self._markdown = mistune.Markdown(self, plugins=[table])

    def prose(self, source: str) -> str:
        """Write a Markdown cell as HTML."""
        return sanitised(str(self._markdown(unicodedata.normalize("NFC", source))))

    def heading(self, text: str, level: int, **_: Any) -> str:
        """Write a heading: the masthead has the page's h1, so that Markdown begins with h2, and no level is jumped."""
        plain = nh3.clean(text, tags=set())
        if not plain.strip():
            return ""
        self._level = min(max(level, 2), self._level + 1)
        name = self._free_id(slug(unescape(plain)))
        if self._level == 2:
            self.contents.append({"id": name, "text": plain})
        return f'<h{self._level} id="{name}">{text}</h{self._level}>\n'

    def begin_appendix(self, number: str, title: str) -> str:
        """Enter an appendix, which is an h2, into the contents; give its id."""
        self._level = 2
        name = self._free_id(slug(f"Phụ lục {number}"))
        self.contents.append({"id": name, "text": escape(f"Phụ lục {number}. {title}")})
        return name

    def begin_definition(self, metric: str) -> str:
        """Give the metric that a row defines, the first time; "" where the page has defined it already."""
        again = metric in self._defined
        self._defined.add(metric)
        return "" if again else metric

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """Leave a picture's alternative text: the page asks for no file."""
        del url, title
        return text

    def table(self, text: str) -> str:
        """Write a table in a container that scrolls by itself."""
        return f'<div class="scroll" tabindex="0" role="region" aria-label="Bảng"><table>{text}</table></div>\n'

    def table_cell(self, text: str, **attributes: Any) -> str:
        """Write a cell: a class in place of mistune's inline style."""
        numeric = ' class="num"' if attributes.get("align") == "right" else ""
        return f'<th scope="col"{numeric}>{text}</th>' if attributes.get("head") else f"<td{numeric}>{text}</td>"

    def _free_id(self, wanted: str) -> str:
        name = next(name for number in count(1) if (name := wanted if number == 1 else f"{wanted}-{number}") not in self._ids)
        self._ids.add(name)
        return name


def read_page(notebook: NotebookNode) -> tuple[NotebookNode, Json]:
    """Write the parts of a page as HTML, each a cell of a small notebook of its own, and give what the template asks beside them.

    nbconvert copies a notebook more than once: of this one, the pictures and numbers are left out.
    """
    page, masthead = _page(notebook), _masthead(notebook)
    renderer = PageRenderer(definition.place for definition in page.definitions.values())
    parts = [part for cell in notebook.cells for part in _parts(cell, renderer, page)]
    cells = [NotebookNode(cell_type="markdown", id=f"part-{n}", metadata={"html": part}, source="") for n, part in enumerate(parts)]
    head = {"masthead": masthead, "masthead_html": exhibit_html(masthead, page)} if masthead else {}
    return new_notebook(cells=cells), {"contents": renderer.contents, **head}


def _parts(cell: NotebookNode, renderer: PageRenderer, page: Page) -> Iterable[str]:
    """Write what a cell shows on the page: its Markdown, or its exhibits but for the masthead, which stands above the contents list."""
    if cell.cell_type == "markdown":
        yield f'<div class="prose">\n{renderer.prose(cell.source)}</div>'
    for exhibit in _exhibits([cell]):
        if exhibit["kind"] != "masthead":
            yield exhibit_html(_placed(exhibit, renderer), page)


def _masthead(notebook: NotebookNode) -> Json | None:
    return next((exhibit for exhibit in _exhibits(notebook.cells) if exhibit["kind"] == "masthead"), None)


def _exhibits(cells: Iterable[NotebookNode]) -> list[Json]:
    outputs = (output for cell in cells for output in cell.get("outputs", []))
    return [output["data"][MIME] for output in outputs if MIME in output.get("data", {})]


def _placed(exhibit: Json, renderer: PageRenderer) -> Json:
    """Give an appendix its place among the headings, and each definition one place only."""
    if exhibit["kind"] == "appendix":
        return {**exhibit, "id": renderer.begin_appendix(exhibit["number"], exhibit["title"])}
    return {**exhibit, "defines": [renderer.begin_definition(metric) for metric in exhibit["defines"]]} if exhibit.get("defines") else exhibit


# --- what the page lends its exhibits


def _page(notebook: NotebookNode) -> Page:
    """Find what a notebook defines, and by which policy it counts."""
    exhibits = _exhibits(notebook.cells)
    return Page(_definitions(exhibits), _policy(exhibits), _csv)


def _definitions(exhibits: Iterable[Json]) -> dict[str, Definition]:
    """Read the definitions of metrics from the tables that hold them, by metric."""
    tables = [exhibit for exhibit in exhibits if exhibit.get("defines")]
    return {metric: found for one in reversed(tables) for metric, found in zip(one["defines"], _defined(one), strict=True)}  # the first holds


def _defined(table: Json) -> Iterable[Definition]:
    heads = [cell.text for row in header_rows(table["header"]) for cell in row]
    for metric, (label, *rest) in zip(table["defines"], table["rows"], strict=True):
        facts = [(head, cell["text"]) for head, cell in zip(heads[1:], rest, strict=True) if cell["text"] != MISSING]
        yield Definition(label["text"], f"dn-{metric}", tuple(facts))


def _policy(exhibits: Sequence[Json]) -> str:
    """Give the way of counting as the page says it: in its head, or in a table of what it rests on, or else in the note under its definitions."""
    facts = [text for exhibit in exhibits for label, text in exhibit.get("facts", []) if label == POLICY]
    rows = [row[1]["text"] for exhibit in exhibits for row in exhibit.get("rows", []) if len(row) == 2 and row[0]["text"] == POLICY]
    notes = [note for exhibit in exhibits if exhibit.get("defines") for note in exhibit["notes"] if note.startswith(POLICY)]
    return next(iter(facts + rows + notes), "").removeprefix(POLICY).lstrip(" :")


def _csv(data: Json) -> File:
    """Write a table as CSV, named by its caption."""
    return File(f"{slug(data['caption'])[:LONGEST_NAME].rstrip('-')}.csv", table_csv(Table.model_validate(data)))


def sanitised(markup: str) -> str:
    """Keep what Markdown may say and drop the rest, whatever the renderer let through."""
    return nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes={"http", "https", "mailto"})


@cache
def _exporter() -> TemplateExporter:
    # one for the whole process: a new one costs 50 ms, most of it in compiling the template;
    # not HTMLExporter, which parses each finished page again with BeautifulSoup, 2.5 s per 1.4 MB of tables;
    # no preprocessor, after each of which the notebook would be validated
    return TemplateExporter(extra_template_basedirs=[str(TEMPLATES)], template_name="report", file_extension=".html", default_preprocessors=[])


@cache
def _fixed() -> dict[str, str]:
    return {"style": style(), "script": script(), "policy": policy(), "main_id": MAIN_ID, "sample": SAMPLE, "internal": INTERNAL}
