"""One executed notebook as one HTML file that asks for nothing: no script, no request, code hidden.

An nbconvert template of our own (`templates/report`) shows the Markdown cells and the exhibits and nothing else. Markdown is
read with raw HTML escaped and then sanitised by an allow-list; exhibits are escaped where they are written.
"""

import re
import unicodedata
from functools import cache
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any

import mistune
import nh3
from mistune.plugins.table import table
from nbconvert.exporters import TemplateExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from tthc_analysis.exhibits.html import SAMPLE, exhibit_html
from tthc_analysis.exhibits.model import MIME

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


def notebook_html(notebook: NotebookNode, title: str) -> str:
    """Write an executed notebook as one self-contained HTML page; `title` is the page's, and its h1 where there is no masthead."""
    body, _ = _exporter().from_notebook_node(notebook, resources={"title": title})
    return body


def slug(text: str) -> str:
    """Make the ASCII id of a heading: đ is a letter of its own, not a marked d, so it goes first.

    >>> slug("Đúng hạn: Ễnh ương & đợi chờ")
    'dung-han-enh-uong-doi-cho'
    """
    bare = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode("ascii")
    return "-".join(re.findall(r"[a-z0-9]+", bare.lower())) or "muc"


class PageRenderer(mistune.HTMLRenderer):
    """Renders the Markdown cells of one page, and remembers its headings for their ids, their levels and the contents list."""

    def __init__(self) -> None:
        super().__init__(escape=True)
        self.contents: list[dict[str, str]] = []
        self._ids = {MAIN_ID}
        self._level = 1

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


class ReadPage(Preprocessor):
    """Reads the page before it is laid out: its masthead, its Markdown as HTML, its contents list."""

    enabled = True

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the HTML of each Markdown cell into the cell's metadata (nb is the exporter's own copy)."""
        renderer = PageRenderer()
        markdown = mistune.Markdown(renderer, plugins=[table])
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                cell.metadata["html"] = sanitised(str(markdown(unicodedata.normalize("NFC", cell.source))))
        return nb, {**resources, **_fixed(), "contents": renderer.contents, "masthead": _masthead(nb)}


def sanitised(markup: str) -> str:
    """Keep what Markdown may say and drop the rest, whatever the renderer let through."""
    return nh3.clean(markup, tags=TAGS, attributes=ATTRIBUTES, allowed_classes=CLASSES, url_schemes={"http", "https", "mailto"})


@cache
def _exporter() -> TemplateExporter:
    # one for the whole process: a new one costs 50 ms, most of it in compiling the template;
    # not HTMLExporter, which parses each finished page again with BeautifulSoup, 2.5 s per 1.4 MB of tables
    return TemplateExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="report",
        file_extension=".html",
        preprocessors=[ReadPage],
        filters={"exhibit_html": exhibit_html},
    )


@cache
def _fixed() -> dict[str, str]:
    style = (TEMPLATES / "report" / "report.css").read_text("utf-8")
    return {"style": style, "main_id": MAIN_ID, "exhibit_type": MIME, "sample": SAMPLE}


def _masthead(notebook: NotebookNode) -> dict[str, Any] | None:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    exhibits = (output.get("data", {}).get(MIME) for output in outputs)
    return next((exhibit for exhibit in exhibits if exhibit and exhibit["kind"] == "masthead"), None)
