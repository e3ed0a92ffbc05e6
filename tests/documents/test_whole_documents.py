"""All documents of a report at once, from hostile data: the same bytes in another place at another time, and every hostile text printed as text."""

import csv
import json
import os
import re
import unicodedata
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import openpyxl
import pandas as pd
import pytest
from dossiers import dossier
from lxml import html
from playwright.sync_api import Browser
from whole import add_parameters, batch, contents, make_project, together

from tthc_analysis.press.pool import CAN_FORK
from tthc_analysis.press.reading import read_back

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
LONG = "x" * 10_000
HOSTILE = (
    '<script>document.title="hacked"</script> A &amp; B &lt;i&gt; &#60;',
    "</table></svg><img src=x onerror=\"document.title='hacked'\"> ]]> --> <!-- -- <![CDATA[",
    "#emph[x] $x^2$ @ref <lab> `c` \\ * _ ~ // /* #let a = 1 **đậm** [tải](javascript:alert(1)) ![a](http://evil.example/x.png) | b |",
    "{{ 7*7 }} {% raw %} ${x} %s {0} C:\\new\\u0041 \\textbf{x}",
    '=HYPERLINK("http://evil.example","a")',
    "+1+1|cmd",
    "-2+3",
    "@SUM(A1:A9)",
    "\u202eđảo\u202c ngược\u200f Tie\u0302\u0301p nha\u0323\u0302n",  # NFD
    "a\x07b\x1b[31mc\x0b\x85d\u2028e\ufeff dòng một\ndòng hai\ttab",
    "Phòng \N{SLIGHTLY SMILING FACE} \N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "Phường 12, tổ 3,5%",
    "Xã 8.925",
    "21349",
)
SPOKEN = " ".join(text for text in HOSTILE if "\n" not in text and "\x07" not in text)  # what fits into one line of a table of the office
ODD_UNITS = ('Phòng A/B #1 50% "x"', "Phòng A-B -1 50- -x", "../../thoát", "Đội ?a=1&b=2#c")
OUT = "ra #2 %41"
PLACES = ("lần một", "lần 'hai' #1 50% \"x\" đ")


def hostile_dossiers() -> list[dict[str, Any]]:
    """Dossiers of which every text is hostile: unit, field, procedure, code, file. Twelve in each unit and quarter."""
    texts = [*HOSTILE, *ODD_UNITS]
    days = pd.date_range("2023-07-03", "2024-03-12", periods=21).strftime("%Y-%m-%d")
    return [
        dossier(
            received=f"{day} 08:00",
            due=day,
            resolved=f"{day} {9 + 8 * (n % 5 == 0)}:30",
            unit=text,
            receiving_unit=text,
            field=texts[(place + 1) % len(texts)] if n % 7 else LONG,
            procedure_name=texts[(place + 2) % len(texts)],
            procedure_code=texts[(place + 3) % len(texts)],
            dossier_id=f"{text} {n}",
            source_file=text,
            channel="online" if place % 2 else "in_person",
            intake_digitised=bool(n % 2),
            result_digitised=bool(n % 3),
            rating="satisfied",
        )
        for place, text in enumerate(texts)
        for n, day in enumerate(days)
    ]


def office_tables(folder: Path) -> None:
    """Write an office's own tables with hostile words: targets, events, what is declared."""
    (folder / "declared").mkdir(parents=True)
    rows = {
        "targets.csv": [["metric", "level", "value", "valid_from", "valid_to", "legal_basis", "verified"]]
        + [
            [metric, "all", "0.9", "2020-01-01", "", SPOKEN, "true"]
            for metric in ("on_time_share", "online_share", "result_digitised_share", "satisfied_share")
        ],
        "events.csv": [["date", "kind", "metric", "unit", "words", "legal_basis"], ["2023-11-01", "break", "all", "all", SPOKEN, SPOKEN]],
    }
    for name, lines in rows.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(lines)
    (folder / "declared" / "2024-Q1.yaml").write_text(f"unit: all\nsource: {json.dumps(SPOKEN, ensure_ascii=False)}\npakn:\n  received: 3\n", "utf-8")


def account(project: Path) -> None:
    """Lay beside the register what an import would have: files with hostile names."""
    files = [{"name": text, "sha256": "0", "read": 12} for text in HOSTILE]
    facts = {"read": 12 * len(files), "accepted": 12 * len(files), "rejected": 0, "duplicates": 0, "not_dossiers": {HOSTILE[0]: 0}, "data_until": "2024-03-12"}
    (project / "data" / "sổ [a] #1.account.json").write_text(json.dumps({**facts, "files": files, "reasons": [], "register": {}}), "utf-8")


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two projects of the same files in different places and of different times; all their documents, made under different seeds, clocks and languages."""
    projects = []
    for place, name in enumerate(PLACES):
        project = tmp_path_factory.mktemp("hostile") / name
        said = {"issuer": f"UBND Phường 12 {SPOKEN}", "number": f"7 {SPOKEN}", "date": "2024-03-15", "period": "2023-06-15..2024-03-14"}
        make_project(project, hostile_dossiers(), unit="all", register="data/sổ [a] #1.parquet", office="bảng & #", document=said)
        (project / "data" / "register.parquet").rename(project / "data" / "sổ [a] #1.parquet")
        office_tables(project / "bảng & #")
        account(project)
        for path in project.rglob("*"):
            os.utime(path, (1_000_000_000 + place * 200_000_000,) * 2)
        projects.append(project)
    clocks = ({"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}, {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LC_ALL": "C"})
    together(*(partial(batch, project, "params/report.yaml", "--out", OUT, **clock) for project, clock in zip(projects, clocks, strict=True)))
    return projects[0] / OUT, projects[1] / OUT


@pytest.fixture(scope="module")
def made(twice: tuple[Path, Path]) -> Path:
    """The folder of the documents."""
    return twice[0] / "2024-Q1" / "all"


def test_the_same_input_gives_the_same_bytes_elsewhere_and_later(twice: tuple[Path, Path]) -> None:
    first, second = map(contents, twice)
    kinds = {Path(name).suffix for name in first}
    assert {".html", ".pdf", ".docx", ".xlsx", ".csv", ".json", ".ipynb"} == kinds
    assert {"index.html", "2024-Q1/all/index.html", "2024-Q1/all/appendix-VI.pdf", "2024-Q1/all/ledger.csv"} <= set(first)
    assert first.keys() == second.keys()
    assert [] == [name for name, content in first.items() if content != second[name]]


def shown(text: str) -> str:
    """Bring a text to what can be seen of it, without spaces, which a document may break lines at."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if not letter.isspace() and unicodedata.category(letter) not in {"Cc", "Cf"})


def read(path: Path) -> list[str]:
    return [piece.text for piece in read_back(path.name, path.read_bytes()).pieces]


@pytest.mark.parametrize("name", ["appendix.html", "online_share.html", "summary.html", "index.html", "processing_time.docx", "tables.xlsx", "results.csv"])
def test_every_hostile_text_is_printed_as_text(made: Path, name: str) -> None:
    found = shown(" ".join(read(made / name)))
    assert [] == [text for text in HOSTILE if shown(text) not in found]
    assert LONG in found


def test_on_paper_too_but_for_letters_that_its_typeface_lacks(made: Path) -> None:
    found = shown(" ".join(text for name in ("appendix.pdf", "data_quality.pdf") for text in read(made / name)))
    lacking = [text for text in HOSTILE if shown(text) not in found]
    assert [text for text in HOSTILE if "\N{MAN}" in text] == lacking
    assert found.count("x") >= len(LONG)


def test_no_document_holds_what_turns_or_hides_letters(made: Path) -> None:
    hidden = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
    texts = {path.name: read(path) for path in made.iterdir() if path.suffix in {".html", ".pdf", ".docx", ".xlsx", ".csv"}}
    assert {} == {name: bad for name, said in texts.items() if (bad := [text for text in said if hidden.search(text)][:1])}
    composed = {name: [text for text in said if unicodedata.normalize("NFC", text) != text][:1] for name, said in texts.items() if not name.endswith(".pdf")}
    assert [] == [name for name, bad in composed.items() if bad]


def test_no_spreadsheet_takes_a_text_for_a_formula(made: Path) -> None:
    own = re.compile(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)|=[A-Z]+\d+(?:\+[A-Z]+\d+)*")
    book = openpyxl.load_workbook(made / "tables.xlsx")
    formulas = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"}
    assert formulas
    assert [] == [formula for formula in formulas if not own.fullmatch(formula)]
    pages = [html.document_fromstring((made / name).read_bytes()) for name in ("summary.html", "online_share.html", "appendix.html")]
    assert all(page.xpath("//a[starts-with(@href, 'data:text/csv')]") for page in pages)
    files = [text for name in ("summary.html", "online_share.html", "appendix.html") for _, text in read_back(name, (made / name).read_bytes()).files]
    files += [(made / name).read_text("utf-8-sig") for name in ("results.csv", "ledger.csv")]
    cells = {cell for text in files for row in csv.reader(StringIO(text)) for cell in row}
    assert {f"'{text}" for text in HOSTILE if text[0] in "=+-@"} <= cells
    assert [] == [cell for cell in cells if re.match(r"[=+\-@]", cell) and not re.fullmatch(r"[+-]?\d+(?:\.\d+)?(?:e-?\d+)?", cell)]


def test_no_script_runs_and_nothing_is_asked_for(made: Path, browser: Browser) -> None:
    page, heard = browser.new_page(), list[str]()
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: heard.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    for path in (made.parents[1] / "index.html", *sorted(made.glob("*.html"))):
        page.goto(path.as_uri())
        page.wait_for_timeout(50)
        assert "hacked" != page.title(), path.name
        assert not page.query_selector("main img[onerror], main script, main b i"), path.name
    page.close()
    assert [] == heard


# --- names of folders


def leads_to(page: Path) -> set[Path]:
    """The files to which a page's links lead, as a browser resolves them."""
    found = html.document_fromstring(page.read_bytes()).xpath("//a/@href")
    addresses = [urlsplit(address) for address in found if not address.startswith(("#", "data:"))]
    assert not [address for address in addresses if address.scheme or address.query], page
    return {(page.parent / unquote(address.path)).resolve() for address in addresses}


def test_units_with_odd_names_have_folders_of_their_own_and_every_link_leads_there(twice: tuple[Path, Path]) -> None:
    project = twice[0].parent
    for place, unit in enumerate(ODD_UNITS):
        add_parameters(project, f"odd-{place}", unit=unit, register="data/sổ [a] #1.parquet", office="bảng & #")
    odd = sorted(str(path.relative_to(project)) for path in (project / "params").glob("odd-*.yaml"))
    batch(project, *odd, "--notebook", "summary", "--format", "html", "--out", "đơn vị lạ")
    root = (project / "đơn vị lạ").resolve()
    pages = sorted(root.rglob("index.html"))
    assert len(ODD_UNITS) + 1 == len(pages)
    names = {json.loads((page.parent / "manifest.json").read_bytes())["unit_name"] for page in pages if page.parent != root}
    assert set(ODD_UNITS) == names, "no unit's report is written over another's"
    assert [] == [path for page in pages for path in leads_to(page) if not path.is_file() or not path.is_relative_to(root)]
    assert {page for page in pages if page.parent != root} <= leads_to(root / "index.html")
    assert not [path for path in project.parent.rglob("*thoát*") if not path.is_relative_to(root)]


def test_a_workbook_of_hostile_names_opens(made: Path) -> None:
    book = openpyxl.load_workbook(BytesIO((made / "tables.xlsx").read_bytes()))
    assert not [sheet.title for sheet in book if re.search(r"[\[\]*?/\\:]", sheet.title)]
