"""One executed notebook as PDF, set by Typst as Nghị định 30/2020/NĐ-CP asks of an appendix (`templates/report.typ`).

The exhibits' JSON and the Markdown's tree go to the template as strings; no Typst source is ever built from data. A PDF is tagged
(PDF/A-2a, PDF/UA-1), unsigned, without a form or encryption, and the same bytes for the same notebook, title and date.
A notebook of appendices becomes one PDF of all, and one of each, for a clerk signs each file.
"""

import datetime as dt
import json
import shutil
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import typst
from matplotlib.font_manager import findSystemFonts
from matplotlib.ft2font import FT2Font
from nbformat import NotebookNode

from tthc_analysis.exhibits.html import INTERNAL, INTERNAL_NOTICE, SAMPLE, SAMPLE_NOTICE, header_rows
from tthc_analysis.exhibits.model import MIME
from tthc_analysis.press.fit import fit_table, text_height
from tthc_analysis.press.layout import LONGEST_WORD, Part, Printable, parts_of, printed, sections, set_levels, with_masthead_first
from tthc_analysis.press.paper import CLOSING, MM, UNBROKEN, lean, sides_of, text_area

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
VIETNAM = dt.timezone(dt.timedelta(hours=7))
# the decree's face, then its free doubles, each with how its files' names begin: a machine may hold a thousand fonts
FAMILIES = {"Times New Roman": "times", "Tinos": "tinos", "Liberation Serif": "liberationserif"}
STYLES = {"Regular", "Bold", "Italic", "Bold Italic"}
EMBEDDED = "Libertinus Serif"  # carried by Typst itself
SYMBOLS = "DejaVu Sans"  # carried by matplotlib; draws what a text face lacks
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
(UPRIGHT, PAGE), (LYING, PAGE_LYING) = text_area(lying=False), text_area(lying=True)  # width and height of the text
CAPTION, NOTE, MISSED = 9 * MM, 10.5, 1.03  # a caption's height; a note's size in points; what an estimate may miss


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


@dataclass(frozen=True)
class Document:
    """What one PDF is made of: its title, its masthead, and its sections, each a run of pages."""

    title: str
    head: Part
    sections: list[Part]


def notebook_pdf(notebook: NotebookNode, title: str, date: dt.date) -> PDF:
    """Set an executed notebook as a PDF dated `date` (not the clock); what Typst refuses or warns of raises RuntimeError."""
    return _set([_whole(*_read(notebook, title))], date)[0]


def prepare() -> None:
    """Look for the typefaces of this machine: a process forked after this need not. Sets nothing, for Typst starts threads."""
    _typeface()


def appendix_pdfs(notebook: NotebookNode, title: str, date: dt.date) -> dict[str, PDF]:
    """Set each appendix of an executed notebook as a PDF of its own, by its Roman number; a notebook without any gives none.

    `title` and `date` are those of the PDF of all. Raises RuntimeError as `notebook_pdf` does, and where two appendices have one number.
    """
    if not _has_appendices(notebook):
        return {}
    title, head, chapters = _read(notebook, title)
    found = [chapter for chapter in chapters if chapter[0]["kind"] == "appendix"]
    numbers = [chapter[0]["number"] for chapter in found]
    if len(set(numbers)) < len(numbers):
        message = f"two appendices have one number: {', '.join(numbers)}"
        raise RuntimeError(message)
    return dict(zip(numbers, _set([_alone(head, chapter) for chapter in found], date), strict=True))


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


def _set(documents: Sequence[Document], date: dt.date) -> list[PDF]:
    """Set documents one after the other, with the fonts read once."""
    typeface = _typeface()
    with tempfile.TemporaryDirectory() as folder:
        _write_fonts(typeface, Path(folder) / "fonts")
        fonts = typst.Fonts(include_system_fonts=False, font_paths=[folder])
        compiler = typst.Compiler(Path(shutil.copy(TEMPLATE, folder)), root=folder, font_paths=fonts)
        return [PDF(_compile(compiler, json.dumps(_report(one, date, typeface), ensure_ascii=False), date), typeface.name) for one in documents]


def _compile(compiler: typst.Compiler, report: str, date: dt.date) -> bytes:
    moment = dt.datetime.combine(date, dt.time(), VIETNAM)
    standards: list[Literal["a-2a", "ua-1"]] = ["a-2a", "ua-1"]
    try:
        content, warnings = compiler.compile_with_warnings(format="pdf", sys_inputs={"report": report}, pdf_standards=[*standards], timestamp=moment)
    except typst.TypstError as error:
        message = f"Typst refused the document: {error.message} {' '.join(error.hints)}\n{error.diagnostic}"
        raise RuntimeError(message) from error
    if warnings or not isinstance(content, bytes):
        message = f"Typst warned about the document: {'; '.join(warning.message for warning in warnings)}"
        raise RuntimeError(message)
    return content


def _report(document: Document, date: dt.date, typeface: Typeface) -> Part:
    """Give what the template reads."""
    head, pages = document.head, document.sections
    return {
        "title": document.title,
        "date": [date.year, date.month, date.day],
        "fonts": [typeface.name, SYMBOLS],
        "sample": {"mark": SAMPLE, "notice": SAMPLE_NOTICE} if head["sample"] else None,
        "internal": {"mark": INTERNAL, "notice": INTERNAL_NOTICE} if head.get("internal") else None,
        "endless": any(len(word) > LONGEST_WORD for text in _texts([head, pages]) for word in text.split()),
        "sections": [{**section, "restarts": section["parts"][0]["kind"] in {"appendix", "closing"}} for section in pages],
    }


def _texts(value: Any) -> Iterator[str]:
    """Give every text in parts, but no picture's source."""
    match value:
        case str():
            yield value
        case list() | tuple():
            for item in value:
                yield from _texts(item)
        case dict():
            yield from _texts([item for key, item in value.items() if key != "svg"])


# --- from parts to documents


def _has_appendices(notebook: NotebookNode) -> bool:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return any(output.get("data", {}).get(MIME, {}).get("kind") == "appendix" for output in outputs)


def _read(notebook: NotebookNode, title: str) -> tuple[str, Part, list[list[Part]]]:
    """Read a notebook: its title, its masthead, and its chapters. An appendix begins a chapter; what stands before the first is one too."""
    title, *shown = printed([title, *map(lean, parts_of(notebook))], _Drawable(_typeface()))
    head, *body = with_masthead_first(title, shown)
    set_levels(body)
    begun = accumulate(part["kind"] == "appendix" for part in body)
    return title, head, [_chapter([part for _, part in run]) for _, run in groupby(zip(begun, body, strict=True), key=lambda one: one[0])]


def _whole(title: str, head: Part, chapters: list[list[Part]]) -> Document:
    """Lay all of a notebook out. Appendices have no cover: what the masthead says of the numbers stands behind them."""
    body = [part for chapter in chapters for part in chapter]
    if all(part["kind"] != "appendix" for part in body):
        return Document(title, head, sections([head, *body]))
    closing = [{**head, "kind": "closing", "title": CLOSING}] if head["facts"] or head["warnings"] else []
    return Document(title, head, [*sections(body), *sections(closing)])


def _alone(head: Part, chapter: list[Part]) -> Document:
    """Lay one appendix out; what the masthead says of the numbers stands among the notes at its end."""
    opening, last = chapter[0], chapter[-1]
    title = f"Phụ lục {opening['number']}. {opening['title']}. {head['subtitle']}".removesuffix(". ")
    facts = [" ".join([f"{CLOSING}.", *(f"{label}: {text}." for label, text in head["facts"])])] if head["facts"] else []
    said = [*facts, *head["warnings"]]
    if last["kind"] == "table":
        return Document(title, head, sections([*chapter[:-1], _kept(last, [*last["notes"], *said])]))
    return Document(title, head, sections([*chapter, {"kind": "notes", "notes": said}]))


def _chapter(parts: list[Part]) -> list[Part]:
    """Prepare the parts of a chapter. Where a table's caption would only repeat the appendix's title over it, that title is its caption."""
    opening = parts[0]
    if opening["kind"] != "appendix":
        return [_prepared(part, 0) for part in parts]
    tables = accumulate(part["kind"] == "table" for part in parts)
    body = [_prepared(part, place) for part, place in zip(parts[1:], list(tables)[1:], strict=True)]
    if not body or body[0].get("caption", "").casefold() != opening["title"].casefold():
        return [{**opening, "named": False}, *body]
    return [{**opening, "named": True}, {**body[0], "named": opening}, *body[1:]]


def _prepared(part: Part, place: int) -> Part:
    """Add to a table how it stands on its page; `place` is its place in an appendix, from 1.

    An appendix's table lies as it asks, any other only where it must. The first is not to leave its heading alone on a page.
    """
    if part["kind"] != "table":
        return part
    wide = part["wide"] and (place > 0 or not fit_table(part, UPRIGHT).easy)
    fit = fit_table(part, LYING if wide else UPRIGHT)
    most = UNBROKEN if place < 2 else PAGE_LYING if wide else PAGE
    head = [[vars(cell) for cell in row] for row in header_rows(part["header"])]
    laid = {"wide": wide, "head": head, "rows": _sided(part["rows"]), "size": fit.size, "widths": fit.widths, "height": fit.height, "most": most}
    return _kept({**part, **laid, "named": None}, part["notes"])


def _kept(table: Part, notes: list[str]) -> Part:
    """Give a table its notes, and say whether all of it is kept on one page."""
    reserved = text_height(notes, NOTE, LYING if table["wide"] else UPRIGHT)
    return {**table, "notes": notes, "reserved": reserved, "unbroken": table["height"] * MISSED + CAPTION + reserved <= table["most"]}


def _sided(rows: list[list[Part]]) -> list[list[Part]]:
    """Give each cell its column's side, and a name the left one."""
    sides = sides_of(rows)
    return [[{"text": cell["text"], "side": "left" if cell["heading"] else side} for cell, side in zip(row, sides, strict=True)] for row in rows]


class _Drawable(Printable):
    """A table for str.translate: a character that no font at hand can draw becomes "\N{REPLACEMENT CHARACTER}", an invisible one nothing."""

    def __init__(self, typeface: Typeface) -> None:
        super().__init__()
        self._typeface = typeface

    def __missing__(self, code: int) -> str:
        shown = super().__missing__(code)
        self[code] = shown if code in self._typeface.drawable or not shown else "\N{REPLACEMENT CHARACTER}"
        return self[code]
