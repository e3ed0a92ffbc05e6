"""What every paper document of a notebook has in common: its parts in order, its headings' levels, its runs of upright and landscape pages.

A part is a Markdown cell as mistune's tree (`kind` "markdown", `tokens`) or an exhibit as its JSON. Writers of PDF and DOCX lay the
same parts out, each in its own way.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import accumulate, groupby
from typing import Any

import mistune
from nbformat import NotebookNode

from tthc_analysis.exhibits.html import change_of
from tthc_analysis.exhibits.model import MIME

LONGEST_WORD = 24  # characters; a writer lets longer ones break anywhere

Part = dict[str, Any]


def parts_of(notebook: NotebookNode) -> list[Part]:
    """Give what a document shows, in order: the Markdown cells and the exhibits."""
    markdown = mistune.create_markdown(renderer="ast", plugins=["table"])
    parts: list[Part] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append({"kind": "markdown", "tokens": markdown(cell.source)})
        parts += [dict(output.data[MIME]) for output in cell.get("outputs", []) if MIME in output.get("data", {})]
    return parts


class Printable(dict[int, str]):
    """A table for str.translate: what is invisible or no character goes (controls, writing directions); a line's end stays, a tab is a space."""

    def __init__(self) -> None:
        super().__init__({ord("\n"): "\n", ord("\t"): " ", 0x2028: " ", 0x2029: " ", 0xFFFE: "", 0xFFFF: ""})

    def __missing__(self, code: int) -> str:
        self[code] = "" if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs"} else chr(code)
        return self[code]


def printed(value: Any, table: Printable) -> Any:
    """Bring every string in parts to NFC, in characters that can be printed: one private-use bullet from Word must not stop a report."""
    match value:
        case str():
            return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).translate(table))
        case list() | tuple():
            return [printed(item, table) for item in value]
        case dict():
            return {key: item if key == "svg" else printed(item, table) for key, item in value.items()}
        case _:
            return value


def with_masthead_first(title: str, parts: list[Part]) -> list[Part]:
    """Put the masthead before all other parts; a notebook that shows none gets one of nothing but the title."""
    head = next((part for part in parts if part["kind"] == "masthead"), _bare_masthead(title))
    return [head, *(part for part in parts if part["kind"] != "masthead")]


def _bare_masthead(title: str) -> Part:
    return {"kind": "masthead", "title": title, "subtitle": "", "attached_to": "", "facts": [], "warnings": [], "sample": False, "internal": False}


def set_levels(parts: list[Part]) -> None:
    """Number the headings' levels from 1 without a jump, as PDF/UA asks; the title is not a heading. Changes the tokens in place.

    An appendix is a heading of level 1: those within it are below it.
    """
    level = above = 0
    for part in parts:
        if part["kind"] == "appendix":
            level = above = 1
        for token in _headings(part.get("tokens", [])):
            if text_of(token).strip():
                level = min(max(token["attrs"]["level"] - 1, 1) + above, level + 1)
                token["attrs"]["level"] = level
            else:
                token["type"] = "blank_line"


def _headings(tokens: Iterable[Part]) -> Iterator[Part]:
    for token in tokens:
        if token["type"] == "heading":
            yield token
        yield from _headings(token.get("children", []))


def text_of(token: Part) -> str:
    """Give the bare text of a Markdown token."""
    return str(token.get("raw", "")) + "".join(map(text_of, token.get("children", [])))


def sections(parts: list[Part]) -> list[Part]:
    """Part a document into runs of upright and landscape pages; an appendix, or what closes the document, begins a run. Each has `flipped` and its `parts`."""
    begun = accumulate(part["kind"] in {"appendix", "closing"} for part in parts)
    runs = groupby(zip(begun, _landscape(parts), parts, strict=True), key=lambda one: one[:2])
    return [{"flipped": flipped, "parts": [part for _, _, part in run]} for (_, flipped), run in runs]


def _landscape(parts: list[Part]) -> list[bool]:
    """Say which parts stand on landscape pages: wide tables, and the heading and text that lead straight into one."""
    flags = [part.get("wide", False) for part in parts]
    for index in reversed(range(len(parts) - 1)):
        leads = parts[index]["kind"] in {"markdown", "statement", "masthead", "appendix"} and not _opens_section(parts[index + 1])
        flags[index] = flags[index] or (flags[index + 1] and leads)
    return flags


def _opens_section(part: Part) -> bool:
    opens = part["kind"] == "markdown" and next(iter(part["tokens"]), {"type": ""})["type"] == "heading"
    return opens or part["kind"] in {"appendix", "closing"}


def with_marks(figure: Part) -> Part:
    """Give a key figure whose changes say how they read: label, text, mark, verdict and tone."""
    changes = [{"label": label, "text": number["text"], **asdict(change_of(number, figure["better"]))} for label, number in figure["changes"]]
    return {**figure, "changes": changes}
