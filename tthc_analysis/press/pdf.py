"""One executed notebook as one PDF, set by Typst as Nghị định 30/2020/NĐ-CP asks of an appendix (`templates/report.typ`).

The exhibits' JSON and the Markdown's tree are written to a folder and read by the template as strings; no Typst source is ever
built from data. The PDF is tagged (PDF/A-2a, PDF/UA-1), unsigned, and the same bytes for the same notebook, title and date.
"""

import datetime as dt
import json
import re
import shutil
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import mistune
import typst
from matplotlib.font_manager import findSystemFonts
from matplotlib.ft2font import FT2Font
from nbformat import NotebookNode

from tthc_analysis.exhibits.html import SAMPLE, SAMPLE_NOTICE, change_of, header_rows
from tthc_analysis.exhibits.model import MIME

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
VIETNAM = dt.timezone(dt.timedelta(hours=7))
# the decree's face, then its free doubles, each with how its files' names begin: a machine may hold a thousand fonts
FAMILIES = {"Times New Roman": "times", "Tinos": "tinos", "Liberation Serif": "liberationserif"}
STYLES = {"Regular", "Bold", "Italic", "Bold Italic"}
EMBEDDED = "Libertinus Serif"  # carried by Typst itself
SYMBOLS = "DejaVu Sans"  # carried by matplotlib; draws what a text face lacks
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
LONGEST_WORD = 24  # the template lets longer ones break anywhere
MEASURED = 3  # so many of a column's longest texts are measured by the template

Part = dict[str, Any]


@dataclass(frozen=True)
class PDF:
    """A finished PDF and the typeface that it is set in, which the manifest names."""

    content: bytes
    typeface: str


@dataclass(frozen=True)
class Typeface:
    """A typeface for the text: its name, its files (none: Typst carries it), and the characters that it or SYMBOLS can draw."""

    name: str
    files: tuple[Path, ...]
    drawable: frozenset[int]


def notebook_pdf(notebook: NotebookNode, title: str, date: dt.date) -> PDF:
    """Set an executed notebook as a PDF dated `date` (not the clock); what Typst refuses or warns of raises RuntimeError."""
    typeface = _typeface()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copy(TEMPLATE, root)
        _write_fonts(typeface, root / "fonts")
        report = _report(_drawn([title, *_parts(notebook)], _Drawable(typeface)), date, typeface)
        _write_figures(report, root)
        (root / "report.json").write_text(json.dumps(report, ensure_ascii=False), "utf-8")
        return PDF(_compile(root, date), typeface.name)


def choose_typeface(paths: Iterable[str]) -> Typeface:
    """Choose from font files: the first of FAMILIES that has all four styles in one folder and all Vietnamese letters in each.

    A name proves nothing: Debian's Liberation Serif 1.07 lacks 92 Vietnamese letters under the name of the good 2.1.
    """
    candidates = [Path(path) for path in sorted(paths)]
    for family, prefix in FAMILIES.items():
        for files in _complete(family, [path for path in candidates if path.name.lower().startswith(prefix)]):
            drawable = frozenset.intersection(*map(_characters, files))
            if vietnamese_letters() <= drawable:
                return Typeface(family, files, drawable | _characters(_symbols()))
    return Typeface(EMBEDDED, (), _characters(_symbols()))


@cache
def vietnamese_letters() -> frozenset[int]:
    """List the code points of all Vietnamese letters, composed, in both cases."""
    lower = {unicodedata.normalize("NFC", vowel + tone) for vowel in "aăâeêioôơuưy" for tone in TONES} | {"đ"}
    return frozenset(map(ord, lower | {letter.upper() for letter in lower}))


@cache
def _typeface() -> Typeface:
    return choose_typeface(findSystemFonts())


def _complete(family: str, paths: list[Path]) -> Iterator[tuple[Path, ...]]:
    """Give the folders' sets of files that hold a family in all its four styles."""
    found: dict[Path, dict[str, Path]] = defaultdict(dict)
    for path in paths:
        font = FT2Font(path)
        if font.family_name == family:
            found[path.parent][font.style_name] = path
    yield from (tuple(styles[style] for style in sorted(STYLES)) for styles in found.values() if styles.keys() >= STYLES)


def _characters(path: Path) -> frozenset[int]:
    return frozenset(map(int, FT2Font(path).get_charmap()))


def _symbols() -> Path:
    return Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def _write_fonts(typeface: Typeface, folder: Path) -> None:
    # only these: Typst would take any namesake in a folder that it is shown
    folder.mkdir()
    for path in (*typeface.files, _symbols()):
        shutil.copy(path, folder)


def _compile(root: Path, date: dt.date) -> bytes:
    compiler = typst.Compiler(root / TEMPLATE.name, root=root, font_paths=[root / "fonts"], ignore_system_fonts=True)
    moment = dt.datetime.combine(date, dt.time(), VIETNAM)
    standards: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
    try:
        content, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=[*standards], timestamp=moment)
    except typst.TypstError as error:
        message = f"Typst refused the document: {error.message} {' '.join(error.hints)}\n{error.diagnostic}"
        raise RuntimeError(message) from error
    if warnings or not isinstance(content, bytes):
        message = f"Typst warned about the document: {'; '.join(warning.message for warning in warnings)}"
        raise RuntimeError(message)
    return content


def _parts(notebook: NotebookNode) -> list[Part]:
    """Give what a document shows, in order: the Markdown cells and the exhibits."""
    markdown = mistune.create_markdown(renderer="ast", plugins=["table"])
    parts: list[Part] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append({"kind": "markdown", "tokens": markdown(cell.source)})
        parts += [dict(output.data[MIME]) for output in cell.get("outputs", []) if MIME in output.get("data", {})]
    return parts


def _report(drawn: list[Any], date: dt.date, typeface: Typeface) -> Part:
    title, *parts = drawn
    head = next((part for part in parts if part["kind"] == "masthead"), _bare_masthead(title))
    body = [_prepared(part) for part in parts if part["kind"] != "masthead"]
    _set_levels(body)
    return {
        "title": title,
        "date": [date.year, date.month, date.day],
        "fonts": [typeface.name, SYMBOLS],
        "sample": SAMPLE if head["sample"] else None,
        "notice": SAMPLE_NOTICE,
        "sections": _sections([head, *body]),
    }


def _bare_masthead(title: str) -> Part:
    return {"kind": "masthead", "title": title, "subtitle": "", "attached_to": "", "facts": [], "warnings": [], "sample": False}


def _prepared(part: Part) -> Part:
    """Add to an exhibit what the template would else have to work out."""
    match part["kind"]:
        case "table":
            return {**part, "head": _head(part), "columns": _columns(part), "rows": _rows(part)}
        case "key_figures":
            return {**part, "figures": [_card(figure) for figure in part["figures"]]}
        case _:
            return part


def _card(figure: Part) -> Part:
    changes = [{"label": label, "text": number["text"], **asdict(change_of(number, figure["better"]))} for label, number in figure["changes"]]
    return {**figure, "changes": changes}


def _head(table: Part) -> list[list[Part]]:
    return [[asdict(cell) for cell in row] for row in header_rows(table["header"])]


def _rows(table: Part) -> list[list[Part]]:
    return [[{"text": cell["text"], "numeric": bool(cell["numbers"])} for cell in row] for row in table["rows"]]


def _columns(table: Part) -> list[Part]:
    """Describe each column by the texts that its width depends on."""
    titles = list(_leaf_titles(table["header"]))
    columns = [[row[index] for row in table["rows"]] for index in range(len(titles))]
    return [_column(title, cells) for title, cells in zip(titles, columns, strict=True)]


def _column(title: str, cells: list[Part]) -> Part:
    texts = [cell["text"] for cell in cells]
    return {
        "heading": any(cell["heading"] for cell in cells),
        "headers": [title],
        "header_words": _longest(_words([title])),
        "lines": _longest(texts),
        "words": _longest(_words(texts)),
    }


def _leaf_titles(header: list[Part]) -> Iterator[str]:
    for node in header:
        if node["children"]:
            yield from _leaf_titles(node["children"])
        else:
            yield node["text"]


def _words(texts: Iterable[str]) -> Iterator[str]:
    # not str.split: a no-break space keeps a word together
    return (word[:LONGEST_WORD] for text in texts for word in re.split(r"[ \t\n]+", text))


def _longest(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=lambda text: (-len(text), text))[:MEASURED]


def _set_levels(parts: list[Part]) -> None:
    """Number the headings' levels from 1 without a jump, as PDF/UA asks; the title is not a heading."""
    level = 0
    for token in _headings(token for part in parts if part["kind"] == "markdown" for token in part["tokens"]):
        if _text(token).strip():
            level = min(max(token["attrs"]["level"] - 1, 1), level + 1)
            token["attrs"]["level"] = level
        else:
            token["type"] = "blank_line"


def _headings(tokens: Iterable[Part]) -> Iterator[Part]:
    for token in tokens:
        if token["type"] == "heading":
            yield token
        yield from _headings(token.get("children", []))


def _text(token: Part) -> str:
    return str(token.get("raw", "")) + "".join(map(_text, token.get("children", [])))


def _sections(parts: list[Part]) -> list[Part]:
    """Part the document into runs of upright and landscape pages."""
    flags = _landscape(parts)
    runs = groupby(zip(flags, parts, strict=True), key=lambda pair: pair[0])
    return [{"flipped": flipped, "parts": [part for _, part in run]} for flipped, run in runs]


def _landscape(parts: list[Part]) -> list[bool]:
    """Say which parts stand on landscape pages: wide tables, and the heading and text that lead straight into one."""
    flags = [part.get("wide", False) for part in parts]
    for index in reversed(range(len(parts) - 1)):
        leads = parts[index]["kind"] in {"markdown", "statement", "masthead"} and not _opens_section(parts[index + 1])
        flags[index] = flags[index] or (flags[index + 1] and leads)
    return flags


def _opens_section(part: Part) -> bool:
    return part["kind"] == "markdown" and next(iter(part["tokens"]), {"type": ""})["type"] == "heading"


def _write_figures(report: Part, root: Path) -> None:
    figures = [part for section in report["sections"] for part in section["parts"] if part["kind"] == "figure"]
    for position, part in enumerate(figures):
        part["file"] = f"figure-{position}.svg"
        (root / part["file"]).write_text(part.pop("svg"), "utf-8")
        del part["data"]  # the document on the screen holds it; the alternative text says it here


class _Drawable(dict[int, str]):
    """A table for str.translate: a character that no font at hand can draw becomes "\N{REPLACEMENT CHARACTER}", an invisible one nothing."""

    def __init__(self, typeface: Typeface) -> None:
        super().__init__({ord("\n"): "\n", ord("\t"): " "})
        self._typeface = typeface

    def __missing__(self, code: int) -> str:
        invisible = unicodedata.category(chr(code)) in {"Cc", "Cf"}
        self[code] = "" if invisible else chr(code) if code in self._typeface.drawable else "\N{REPLACEMENT CHARACTER}"
        return self[code]


def _drawn(value: Any, drawable: _Drawable) -> Any:
    """Bring every string to NFC, in characters that can be drawn: one private-use bullet from Word must not stop a report."""
    match value:
        case str():
            return unicodedata.normalize("NFC", value).translate(drawable)
        case list() | tuple():
            return [_drawn(item, drawable) for item in value]
        case dict():
            return {key: item if key == "svg" else _drawn(item, drawable) for key, item in value.items()}
        case _:
            return value
