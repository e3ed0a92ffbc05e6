"""The reports that lie below a folder, each of a period and a unit: read from their manifests, in the order in which a reader looks for them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.letters import printed
from tthc_analysis.press.manifest import MANIFEST, MOST_FIGURES, read_manifest
from tthc_analysis.press.privacy import check_contents
from tthc_analysis.reference.notation import ROMAN
from tthc_analysis.reference.periods import Period, parse_period
from tthc_analysis.reference.units import ALL_UNITS, units

SUMMARY = "summary"  # the notebook for leadership: its key figures stand for the report
PAGE = "index.html"
BESIDE = {"tables.xlsx": "Các bảng", "results.csv": "Số liệu", "ledger.csv": "Sổ đối chiếu số", MANIFEST: "Bản kê nguồn gốc"}
KINDS = ("HTML", "PDF", "DOCX", "XLSX")  # in the order in which one opens them
RESERVED = re.compile(r"[^\w/@.~-]")
Json = dict[str, Any]


class Document(NamedTuple):
    """What a notebook gave: its title, the files that lie there by what they are called, and the page that says why its last run failed, if it did.

    `internal` marks one for the office's own eyes among others that are not.
    """

    title: str
    files: dict[str, str]
    failure: str | None = None
    internal: bool = False


def address_of(path: str) -> str:
    """Write a path as an address: what has a meaning there is encoded, letters stay letters.

    >>> address_of("2024-Q1@calendar/Phòng A"), address_of("50%#1?.html")
    ('2024-Q1@calendar/Phòng%20A', '50%25%231%3F.html')
    """
    return RESERVED.sub(lambda found: quote(found[0]), path)


@dataclass(frozen=True, eq=False)
class Report:
    """The folder of a period and a unit: its place below the root (as text, as address), whether its manifest is broken, and what that says.

    `period` is None where neither manifest nor folder names one. `figures` are the key figures that stand for the whole, `notebooks` the manifest's entries.
    """

    folder: Path
    place: str
    base: str
    broken: bool
    period: Period | None
    period_name: str
    period_label: str
    unit: str
    unit_name: str
    sample: bool
    internal: bool
    notebooks: Mapping[str, Json]
    figures: tuple[Json, ...]
    documents: tuple[Document, ...]

    def address(self, name: str = PAGE) -> str:
        """Give the address of a file of its folder, from the root."""
        return f"{self.base}/{name if name == PAGE else address_of(name)}"


Groups = dict[str, list[Report]]


def _period(text: str) -> Period | None:
    try:
        return parse_period(text)
    except UserError:
        return None


def _figures(notebooks: Mapping[str, Json]) -> tuple[Json, ...]:
    """Give the key figures that stand for a report: the summary's, else the first ones of each notebook, none twice."""
    own = notebooks.get(SUMMARY, {}).get("key_figures")
    every = own or chain.from_iterable(entry.get("key_figures", [])[:2] for entry in notebooks.values())
    return tuple({figure["label"]: figure for figure in every}.values())[:MOST_FIGURES]


def _kind(file: str, name: str) -> str:
    """Call a file by its kind, and a part of a document by its number too: "PDF", "PDF II"."""
    stem, _, suffix = file.rpartition(".")
    return f"{suffix.upper()} {stem.removeprefix(name).lstrip('-')}".strip()


def _place(file: str) -> tuple[int, str]:
    """Order a document's parts by their Roman numbers, IX after VIII."""
    number = file.rpartition(".")[0].rpartition("-")[2]
    return (ROMAN.index(number) if number in ROMAN else -1, file)


def _document(folder: Path, name: str, entry: Json) -> Document:
    """Name a notebook's documents as far as they are there; the notebook itself is none."""
    files = [file for file in entry.get("files", {}) if not file.endswith(".ipynb") and (folder / file).is_file()]
    by_kind = {_kind(file, name): file for file in sorted(files, key=_place)}
    known = {kind: by_kind[kind] for kind in KINDS if kind in by_kind}
    failure = f"{name}.failed.html" if entry.get("state") == "failed" else None
    return Document(entry.get("title", name), known | by_kind, failure, bool(entry.get("internal")))


def _documents(folder: Path, notebooks: Mapping[str, Json]) -> tuple[Document, ...]:
    """List a folder's documents: the summary's first, the other notebooks', then what belongs to all."""
    names = sorted(notebooks, key=lambda name: (name != SUMMARY, name))
    beside = (Document(title, {_kind(file, file.partition(".")[0]): file}) for file, title in BESIDE.items() if (folder / file).is_file())
    return (*(_document(folder, name, notebooks[name]) for name in names), *beside)


def _report(folder: Path, root: Path) -> Report:
    """Read one folder; personal data in its manifest raises UserError that says which."""
    place, manifest = folder.relative_to(root).as_posix(), printed(read_manifest(folder))
    # said here, because of a whole page nobody could tell which folder it comes from
    parameters, notebooks = manifest.get("parameters", {}), manifest.get("notebooks", {})
    internal = bool(parameters.get("internal"))
    check_contents({f"{place}/{MANIFEST}": json.dumps(manifest).encode()}, internal=internal)
    period = _period(parameters.get("period") or folder.parent.name)
    return Report(
        folder=folder,
        place=place,
        base=address_of(place),
        broken=not manifest,
        period=period,
        period_name=period.name if period else folder.parent.name,
        period_label=period.label if period else folder.parent.name,
        unit=str(parameters.get("unit") or folder.name),
        unit_name=str(manifest.get("unit_name") or folder.name),
        sample=any(entry.get("sample") for entry in notebooks.values()),
        internal=internal,
        notebooks=notebooks,
        figures=_figures(notebooks),
        documents=_documents(folder, notebooks),
    )


def _order(report: Report, units_known: Mapping[str, int]) -> tuple[Any, ...]:
    """Order periods latest first, of two that end together the shorter first; units the whole first, then as `units.csv` does, the others by name."""
    period = (-report.period.end.toordinal(), -report.period.start.toordinal(), report.period.text) if report.period else (0, 0, report.period_label)
    return (*period, units_known.get(report.unit, len(units_known)), report.unit_name, report.place)


def find_reports(root: Path) -> list[Report]:
    """Find every report below a folder, latest period first, units in their order. Personal data in a manifest raises UserError."""
    known = {unit: place for place, unit in enumerate([ALL_UNITS, *units()])}
    found = [_report(path.parent, root) for path in root.glob(f"*/*/{MANIFEST}")]
    return sorted(found, key=lambda report: _order(report, known))


def grouped(reports: Iterable[Report], by: Literal["unit", "period_label"]) -> Groups:
    """Gather reports by unit or by period, in their order."""
    found: Groups = {}
    for report in reports:
        found.setdefault(getattr(report, by), []).append(report)
    return found
