"""The number ledger: every number that a document shows, where it stands and what it is; nothing else may stand there.

Before documents are written, each figure in an exhibit's texts must be one of the numbers that the exhibit carries at that place
(`check_exhibits`). After they are written, each finished file is read back, and every numeral in it must be one that the exhibits showed
(`check_document`). What is a date, a document's number, an ordinal or part of a name is told by `reference.numerals`.
"""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from html import unescape
from io import StringIO
from typing import Any, NamedTuple

import mistune
from lxml import etree
from nbformat import NotebookNode

from tthc_analysis.exhibits.details import counts_words, interval_words, period_words
from tthc_analysis.exhibits.grid import grid_of, table_csv
from tthc_analysis.exhibits.letters import harmless
from tthc_analysis.exhibits.model import AnyExhibit, Appendix, Cell, Figure, Header, KeyFigure, KeyFigures, Masthead, Number, Statement, Table, numbers_of
from tthc_analysis.press.reading import Document, Piece, shortened
from tthc_analysis.reference.notation import count
from tthc_analysis.reference.numerals import figures

NUMERAL = re.compile(r"[0-9]+(?:[.,][0-9]+)*")
FIGURE = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})*(?:,[0-9]+)?")  # as `reference.notation` writes one: "21349" is a code
NAMED = 5  # strays that a message can name
NOISE = 1e-9  # beyond it is floating point, not data
ORDINALS = ("TT", "STT", "Lần")  # how the head of a column begins that numbers its rows
COLUMNS = ("document", "place", "figure", "metric", "period", "group", "numerator", "denominator", "value", "unit")
CURE = "Số trong tài liệu phải do máy tính ra từ kết quả: bỏ số gõ tay (viết bằng chữ, hoặc thay bằng một ô lệnh), rồi chạy lại."


class Shown(NamedTuple):
    """A text that documents show: where, which numbers it may say, and whether it stands once (a cell) or may be repeated (prose, heads)."""

    place: str
    text: str
    numbers: tuple[Number, ...] = ()
    once: bool = False
    name: bool = False  # a label, or a text as the data have it: its numerals are no figures
    screen: bool = False  # not on paper


class Stray(NamedTuple):
    """A numeral that no number accounts for: which, where, and in what text."""

    numeral: str
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.numeral} ở {self.place} (“{shortened(self.text)}”)"


class StrayNumberError(Exception):
    """A document shows a number that no result accounts for; the message names the first ones with their places."""


def refuse_strays(name: str, strays: Sequence[Stray]) -> None:
    """Raise StrayNumberError where there are any."""
    if strays:
        more = f" và {count(len(strays) - NAMED)} chỗ nữa" if len(strays) > NAMED else ""
        message = f"{name} có {count(len(strays))} số không có trong kết quả: {'; '.join(map(str, strays[:NAMED]))}{more}. {CURE}"
        raise StrayNumberError(message)


# --- what is shown


def shown_in(exhibit: AnyExhibit) -> Iterator[Shown]:
    """Give the texts of an exhibit, each with the numbers that it may say."""
    yield from (Shown("chữ lấy từ dữ liệu", text, name=True) for text in exhibit.quoted)
    match exhibit:
        case Masthead():
            yield from _of_masthead(exhibit)
        case Appendix():
            yield from (Shown("đầu phụ lục", text) for text in (exhibit.number, exhibit.title, exhibit.attached_to))
        case KeyFigures():
            yield from _of_key_figures(exhibit)
        case Statement():
            yield Shown("câu", exhibit.text, (*exhibit.numbers, *exhibit.mentions))
        case Table():
            yield from _of_table(exhibit)
        case Figure():
            yield from _of_figure(exhibit)


def _of_masthead(exhibit: Masthead) -> Iterator[Shown]:
    yield from (Shown("đầu tài liệu", text, tuple(exhibit.mentions)) for text in (exhibit.title, exhibit.subtitle, exhibit.attached_to, *exhibit.warnings))
    yield from (Shown("đầu tài liệu", text, name=True) for fact in exhibit.facts for text in fact)


def _of_key_figures(exhibit: KeyFigures) -> Iterator[Shown]:
    place = f"số liệu chính “{shortened(exhibit.caption)}”"
    yield Shown(place, exhibit.caption, tuple(exhibit.mentions))
    yield from (shown for figure in exhibit.figures for shown in _of_card(f"{place}, {figure.label}", figure, exhibit.mentions))


def _of_card(place: str, figure: KeyFigure, mentions: Sequence[Number]) -> Iterator[Shown]:
    yield Shown(place, figure.label, name=True)
    yield Shown(place, figure.number.text, (figure.number,), once=True)
    yield Shown(place, figure.ratio, (figure.number, *mentions), once=True)
    yield from (Shown(place, change.text, (change,), once=True) for _, change in figure.changes)


def _heads(headers: Iterable[Header]) -> Iterator[str]:
    for header in headers:
        yield header.text
        yield from _heads(header.children)


def _leaves(headers: Iterable[Header]) -> list[str]:
    return [text for header in headers for text in (_leaves(header.children) if header.children else [header.text])]


def _of_table(exhibit: Table) -> Iterator[Shown]:
    place, every = f"bảng “{shortened(exhibit.caption)}”", (*exhibit.mentions, *numbers_of(exhibit))
    heads = _leaves(exhibit.header)
    yield from (Shown(place, text, every) for text in (exhibit.caption, *_heads(exhibit.header), *exhibit.notes))
    for rank, row in enumerate(exhibit.rows, 1):
        yield from (_of_cell(f"{place}, hàng {rank}, cột {column}", cell, head) for column, (cell, head) in enumerate(zip(row, heads, strict=True), 1))


def _of_cell(place: str, cell: Cell, head: str) -> Shown:
    label = not cell.numbers and (cell.heading or head.startswith(ORDINALS))
    return Shown(place, cell.text, tuple(cell.numbers), once=True, name=label)


def _of_figure(exhibit: Figure) -> Iterator[Shown]:
    place, every = f"hình “{shortened(exhibit.caption)}”", (*exhibit.mentions, *exhibit.data.mentions, *numbers_of(exhibit))
    yield from (Shown(place, text, every) for text in (exhibit.caption, exhibit.alt, *exhibit.notes))
    yield from (Shown(f"{place}, chữ trên hình", text, every) for text in drawn_texts(exhibit.svg))
    yield from (item._replace(screen=True) for item in _of_table(exhibit.data))


def drawn_texts(svg: str) -> list[str]:
    """List the texts of a drawing but for the marks of its axes, which measure and are no results: matplotlib writes each in a comment beside its shapes."""
    root = etree.fromstring(svg.encode())
    # matplotlib writes & < > as in XML, and parts two hyphens, which no comment may hold
    comments = [(node, unescape(str(node.text)).replace("- -", "--").strip()) for node in root.iter(etree.Comment)]
    return [text for node, text in comments if not any(above.get("id", "").startswith("matplotlib.axis") for above in node.iterancestors())]


def markdown_texts(source: str) -> list[str]:
    """List the texts of a Markdown cell: paragraphs, headings, items, cells of tables."""
    tokens = mistune.create_markdown(renderer="ast", plugins=["table"])(source)
    return [text for text in _token_texts(tokens if isinstance(tokens, list) else []) if text.strip()]


def _token_texts(tokens: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for token in tokens:
        children = token.get("children", [])
        if children and all("children" not in child or child["type"] in INLINE for child in children):
            yield "".join(_inline(child) for child in children)
        else:
            yield from _token_texts(children)
            yield str(token.get("raw", ""))


INLINE = {"strong", "emphasis", "link", "image", "strikethrough", "codespan", "text", "softbreak", "linebreak"}


def _inline(token: Mapping[str, Any]) -> str:
    if token["type"] in {"softbreak", "linebreak"}:
        return " "
    return str(token.get("raw", "")) + "".join(map(_inline, token.get("children", [])))


def shown_by(notebook: NotebookNode, exhibits: Sequence[AnyExhibit]) -> list[Shown]:
    """Give every text that the documents of an executed notebook show; `exhibits` are those that it carries."""
    markdown = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    prose = [Shown(f"ô Markdown “{shortened(text)}”", text) for source in markdown for text in markdown_texts(source)]
    return [*prose, *(shown for exhibit in exhibits for shown in shown_in(exhibit) if shown.text)]


# --- before: each figure is a number of its place


def _parts(number: Number) -> list[float]:
    """Give the figures of a number that may be written: as they are, a share's and its change's also in percent."""
    parts = [abs(figure) for figure in (number.value, number.ci_low, number.ci_high) if figure is not None]
    if number.unit.startswith(("tỷ lệ", "điểm")):
        parts += [part * 100 for part in parts]
    parts += [abs(figure) for figure in (number.numerator, number.denominator) if figure is not None]
    if number.numerator is not None and number.denominator is not None:
        parts.append(number.denominator - number.numerator)
    return parts


def says(number: Number, figure: str) -> bool:
    """Say whether a figure as written is one of a number's, to the decimals that are written.

    >>> share = Number(text="89,93%", metric="intake_digitised_share", period="2024-Q1", numerator=8925, denominator=9924, value=8925 / 9924, unit="tỷ lệ")
    >>> [says(share, figure) for figure in ("89,93", "8.925", "9.924", "999", "89,94", "8.926")]
    [True, True, True, True, False, False]
    """
    return _is_among(_parts(number), number, figure)


def _is_among(parts: Iterable[float], number: Number, figure: str) -> bool:
    written, places = float(figure.replace(".", "").replace(",", ".")), len(figure.partition(",")[2])
    # parts of a change are rounded together, so that they add up as printed: none is off by a whole last decimal (notation.rounded_parts)
    rounding = 1.0 if number.metric.startswith("why_") else 0.5
    allowed = rounding * 10**-places + NOISE if places else NOISE
    return any(-allowed <= part - written <= allowed for part in parts)


def _without(names: re.Pattern[str] | None, text: str) -> str:
    return names.sub(" ", text) if names else text


def _names(shown: Iterable[Shown]) -> re.Pattern[str] | None:
    """Give what finds the names with numerals in them ("Phường 12", "21349"), the longest first; a name that reads as a figure is none."""
    found = {item.text for item in shown if item.name and NUMERAL.search(item.text) and not FIGURE.fullmatch(item.text)}
    return re.compile("|".join(re.escape(text) for text in sorted(found, key=lambda text: (-len(text), text)))) if found else None


def entries(shown: Sequence[Shown]) -> Iterator[tuple[Shown, str, Number | None]]:
    """Give each figure in what is shown with the number that it is: None where none accounts for it. Names of the data are no figures."""
    names = _names(shown)
    told = ((item, figure) for item in shown if not item.name for figure in figures(_without(names, item.text)))
    # a table's title may say any of its numbers, and so may each of its heads: the parts of each are given once
    parts = {key: _parts(number) for key, number in {id(number): number for item in shown for number in item.numbers}.items()}
    return ((item, figure, next((number for number in item.numbers if _is_among(parts[id(number)], number, figure)), None)) for item, figure in told)


def check_exhibits(shown: Sequence[Shown]) -> list[Stray]:
    """List the figures in what is shown that no number of their place accounts for."""
    return [Stray(figure, item.place, item.text) for item, figure, number in entries(shown) if number is None]


def ledger_csv(documents: Mapping[str, Sequence[Shown]]) -> str:
    """Write the ledger of a folder, by document (its notebook's name): each figure shown, where, and of which metric, period and group it is."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for document, shown in documents.items():
        writer.writerows(_row(document, item, figure, number) for item, figure, number in entries(shown) if number)
    return buffer.getvalue()


def _row(document: str, item: Shown, figure: str, number: Number) -> list[str]:
    group = "; ".join(f"{name}={value}" for name, value in number.group.items())
    figures_of = ("" if part is None else f"{part:.12g}" for part in (number.numerator, number.denominator, number.value))
    return [document, harmless(item.place), figure, number.metric, number.period, harmless(group), *figures_of, number.unit]


# --- after: each numeral was shown


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _numerals(texts: Iterable[str]) -> Counter[str]:
    return Counter(numeral for text in texts for numeral in NUMERAL.findall(text))


class Expected:
    """What the documents of a notebook may say: texts that stand once (cells), texts that may be repeated, and what is said of numbers on demand.

    Made once for all of a notebook's documents.
    """

    def __init__(self, shown: Sequence[Shown], exhibits: Sequence[AnyExhibit]) -> None:
        self.on_paper = Counter(_plain(item.text) for item in shown if item.once and not item.screen)
        self.on_screen = self.on_paper + Counter(_plain(item.text) for item in shown if item.once and item.screen)
        self.prose = {_plain(item.text) for item in shown if not item.once}
        # a head is printed again on every page of its table
        self.always = set(_numerals(self.prose))
        self.pictures = {exhibit.svg for exhibit in exhibits if isinstance(exhibit, Figure)}
        self._shown, self._exhibits = shown, exhibits

    @cached_property
    def on_demand(self) -> set[str]:
        """What a page's panels say of numbers: their counts, intervals and periods."""
        data = [number.model_dump() for number in {id(number): number for item in self._shown for number in item.numbers}.values()]
        return {text for one in data for text in (counts_words(one), interval_words(one), period_words(one["period"]))}

    @cached_property
    def files(self) -> set[str]:
        """The tables as CSV."""
        tables = [exhibit.data if isinstance(exhibit, Figure) else exhibit for exhibit in self._exhibits]
        return {table_csv(table) for table in tables if isinstance(table, Table)}


def _left_over(pieces: Iterable[Piece], expected: Expected, once: Counter[str]) -> Iterator[Piece]:
    """Give the pieces that are not, as wholes, texts that were shown; those that stand once are taken off `once`."""
    for piece in pieces:
        text = _plain(piece.text)
        if once[text] > 0:
            once[text] -= 1
        elif text not in expected.prose and NUMERAL.search(text) and text not in expected.on_demand:
            yield piece


def _unaccounted(piece: Piece, expected: Expected, loose: Counter[str], pages: int) -> Iterator[Stray]:
    """Give the numerals of a piece that were not shown, or not that often. From the second page on, a page begins with its own number."""
    numerals = NUMERAL.findall(_plain(piece.text))
    if piece.page > 1 and numerals and numerals[0].isdecimal() and int(numerals[0]) <= pages:
        numerals = numerals[1:]
    for numeral in numerals:
        if loose[numeral] > 0:
            loose[numeral] -= 1
        elif numeral not in expected.always:
            yield Stray(numeral, piece.place, piece.text)


def check_document(document: Document, expected: Expected) -> list[Stray]:
    """List the numerals of a finished document that its exhibits did not show, the pictures that are none of theirs, and the files that are none of their tables."""
    once = Counter(expected.on_screen if document.on_screen else expected.on_paper)
    rest = list(_left_over(document.pieces, expected, once))
    # a line on paper may hold several texts that stand once, or a part of one
    loose = _numerals(text for text, n in once.items() for _ in range(n))
    strays = [stray for piece in rest for stray in _unaccounted(piece, expected, loose, document.pages)]
    strange = [Stray("hình", "hình không do notebook vẽ", shortened(picture)) for picture in document.pictures if picture not in expected.pictures]
    return [*strays, *strange, *(stray for name, text in document.files if text not in expected.files for stray in _differing(name, text, expected.files))]


def check_workbook(document: Document, tables: Mapping[str, Table], others: Iterable[str]) -> list[Stray]:
    """List the numbers and texts of a finished workbook that are not those of its tables, sheet by sheet.

    `tables` are by the name of their sheet; `others` the texts that stand beside them (contents, heads and feet of pages).
    """
    known, in_tables = _numerals(map(_plain, others)), {id(piece) for name, pieces in document.sheets if name in tables for piece in pieces}
    beside = [piece for piece in document.pieces if id(piece) not in in_tables]
    strays = [Stray(numeral, piece.place, piece.text) for piece in beside for numeral in NUMERAL.findall(_plain(piece.text)) if not known[numeral]]
    return strays + [stray for name, pieces in document.sheets if name in tables for stray in _check_sheet(pieces, tables[name], known)]


def _check_sheet(pieces: Iterable[Piece], table: Table, beside: Counter[str]) -> Iterator[Stray]:
    """Give what a sheet holds that its table does not: values by their 12 first digits and how often, texts by their numerals."""
    grid = grid_of(table)
    typed = [cell for row in grid.rows for cell in row]
    values = Counter(f"{cell.value:.12g}" for cell in typed if cell.kind != "text")
    texts = [table.caption, *table.notes, *_heads(grid.header), *(cell.text for cell in typed)]
    numerals = _numerals(map(_plain, texts)) + beside
    for piece in pieces:
        if piece.value is not None and values[f"{piece.value:.12g}"] > 0:
            values[f"{piece.value:.12g}"] -= 1
        elif piece.value is not None:
            yield Stray(f"{piece.value:.12g}", piece.place, table.caption)
        else:
            yield from (Stray(numeral, piece.place, piece.text) for numeral in NUMERAL.findall(_plain(piece.text)) if not numerals[numeral])


def _differing(name: str, text: str, files: Iterable[str]) -> list[Stray]:
    """Name the cells in which a CSV differs from the table that it is likest to: the one with the same heads."""
    lines = text.splitlines()
    like = next((file.splitlines() for file in sorted(files) if file.splitlines()[:1] == lines[:1]), [])
    changed = [(row, cell) for row, (mine, its) in enumerate(zip(lines, like, strict=False), 1) for cell in set(mine.split(",")) - set(its.split(","))]
    return [Stray(cell, f"tệp CSV {name}, hàng {row}", cell) for row, cell in sorted(changed)] or [
        Stray("tệp", f"tệp CSV {name}", "không phải bảng nào của tài liệu")
    ]
