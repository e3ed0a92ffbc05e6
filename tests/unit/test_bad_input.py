"""Bad input: whatever is dropped in, one Vietnamese paragraph, exit code 2, nothing changed; and a killed import leaves a whole register."""

import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from exports import (
    KINDS,
    ODS_NAMES,
    PERSONAL,
    PERSONS,
    PROFILE,
    Dirt,
    Grid,
    clean_dossiers,
    ods_of,
    one_sheet,
    print_export,
    table,
    write_text,
    write_xls,
    write_xlsx,
)

from tthc_analysis import cli
from tthc_analysis.errors import UserError
from tthc_analysis.register.intake import import_exports, read_exports
from tthc_analysis.register.profiles import read_profile

SAMPLE = read_profile("sample")
ID, RECEIVED, DUE, ENDED, STATUS, NAME = "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ", "Tên thủ tục hành chính"
PLAIN = {
    ID: "HS-0001",
    NAME: "Chứng thực bản sao",
    "Lĩnh vực": "Chứng thực",
    **PERSONS,
    "Đơn vị tiếp nhận": "UBND xã Long Mai",
    "Hình thức nộp": "Trực tuyến",
    RECEIVED: "01/03/2024 08:00",
    DUE: "05/03/2024 17:00",
    ENDED: "04/03/2024 09:30",
    STATUS: "Đã trả kết quả",
}
SHEET_XML, STRINGS_XML = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
LARGEST_MESSAGE = 2000  # letters: one paragraph that a person reads


def rows(count: int, **changed: Any) -> list[dict[str, Any]]:
    return [PLAIN | {ID: f"HS-{number:04d}"} | changed for number in range(1, count + 1)]


def cells(count: int = 20, **changed: Any) -> list[list[Any]]:
    return table(rows(count, **changed))


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and both streams."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def before_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for exports (`vao`), and one with a register, its companions and a kept version (`ra`). Copied, never changed."""
    whole = tmp_path_factory.mktemp("truoc")
    for name in ("vao", "ra"):
        (whole / name).mkdir()
    for number, exported in ((3, date(2024, 3, 10)), (5, date(2024, 3, 20))):
        export = write_xlsx(whole / "vao" / f"cu-{number}.xlsx", one_sheet(cells(number)))
        import_exports([export], SAMPLE, whole / "ra" / "so.parquet", exported=exported)
    return whole


@pytest.fixture
def folder(tmp_path: Path, before_all: Path) -> Path:
    """A copy of `before_all` of one's own."""
    return Path(shutil.copytree(before_all, tmp_path, dirs_exist_ok=True))


@pytest.fixture
def tthc(monkeypatch, capsys) -> Callable[..., Ran]:
    """Run `tthc import` of a file into the folder's register, in this process."""

    def run(*files: Path, out: Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tthc", "import", *map(str, files), "--profile", "sample", "--out", str(out)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return Ran(int(stop.value.code or 0), *capsys.readouterr())

    return run


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; the list of what to mend, which a refused import may leave, apart."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".refused.xlsx")}


def paragraph(ran: Ran) -> str:
    """The error of a run: what stands on stderr besides the line that says what has begun."""
    return "\n".join(line for line in ran.err.splitlines() if not line.startswith("Đang nhập"))


def assert_refused(ran: Ran, *said: str) -> None:
    """One Vietnamese paragraph that says these texts and nobody's name, exit code 2, nothing on stdout."""
    text = paragraph(ran)
    assert (2, "") == (ran.code, ran.out), text
    assert text.startswith("Lỗi: ")
    assert 1 == len(text.splitlines()), text
    assert len(text) < LARGEST_MESSAGE
    assert [] == [word for word in ("Traceback", "Error", "panic", *PERSONAL) if word in text]
    assert [] == [word for word in said if word.casefold() not in text.casefold()], text


# Files by hand


def patched(path: Path, entry: str, change: Callable[[bytes], bytes]) -> Path:
    """Change one entry of a workbook."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, change(content) if name == entry else content)
    return path


def ole(streams: dict[str, bytes]) -> bytes:
    """Make an OLE container (the form of .xls, and of an .xlsx with a password) of streams, each put in whole sectors."""
    sector, free, end = 512, 0xFFFFFFFF, 0xFFFFFFFE
    padded = {name: content.ljust(max(4096, -(-len(content) // sector) * sector), b"\0") for name, content in streams.items()}
    fat, body, starts = [0xFFFFFFFD, end], b"", {}
    for name, content in padded.items():
        starts[name], count = len(fat), len(content) // sector
        fat += [*range(len(fat) + 1, len(fat) + count), end]
        body += content

    def entry(name: str, kind: int, start: int, size: int, links: tuple[int, int, int]) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        return text.ljust(64, b"\0") + struct.pack("<HBB3I16xI16xIQ", len(text), kind, 1, *links, 0, start, size)

    names = list(padded)
    listed = [entry("Root Entry", 5, end, 0, (free, free, 1))]
    listed += [entry(name, 2, starts[name], len(padded[name]), (free, place + 2 if place + 1 < len(names) else free, free)) for place, name in enumerate(names)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x8I", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end)
    table_of_sectors = struct.pack(f"<{len(fat)}I", *fat).ljust(sector, b"\xff")
    return (
        head
        + struct.pack("<I", 0)
        + struct.pack("<110I", 0, *[free] * 109)[: 512 - len(head) - 4]
        + table_of_sectors
        + b"".join(listed).ljust(sector, b"\0")
        + body
    )


def zip_of(name: str, size: int, declared: int | None = None) -> bytes:
    """Make an archive of one entry of zeros that unpacks to `size` bytes and says it unpacks to `declared`."""
    block = 1 << 24
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = packer.compress(b" " * block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = piece * (size // block) + packer.flush()
    said, raw = struct.pack("<3I", 0, len(packed), min(size if declared is None else declared, 0xFFFFFFFE)), name.encode()
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 8, 0, 0x21) + said + struct.pack("<2H", len(raw), 0) + raw
    central = b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, 8, 0, 0x21) + said + struct.pack("<5H2I", len(raw), 0, 0, 0, 0, 0, 0) + raw
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return local + packed + central + end


def bombed(path: Path, size: int, declared: int | None = None) -> Path:
    """Make a workbook whose only sheet is a bomb: all other entries are those of a sound one."""
    write_xlsx(path, one_sheet(cells()))
    with zipfile.ZipFile(path) as archive:
        others = {name: archive.read(name) for name in archive.namelist() if name != SHEET_XML}
    path.write_bytes(zip_of(SHEET_XML, size, declared))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in others.items():
            archive.writestr(name, content)
    return path


# Files that are none


def docx(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return path


def parquet(path: Path) -> Path:
    duckdb.sql("SELECT 1 AS x").write_parquet(str(path))
    return path


def written(content: bytes) -> Callable[[Path], Path]:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256))
LOCK_FILE = b"\x0cNguyen Bi Mat".ljust(55) + "Nguyễn Văn Bí Mật".encode("utf-16-le").ljust(110, b" ")
NO_EXPORTS: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "png": ("anh.png", written(PNG)),
    "png named xlsx": ("anh.xlsx", written(PNG)),
    "jpg": ("anh.jpg", written(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(300))),
    "pdf": ("bao-cao.pdf", written(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << /Type /Catalog >> endobj\n")),
    "docx": ("cong-van.docx", docx),
    "docx named xlsx": ("cong-van.xlsx", docx),
    "parquet": ("so.parquet", parquet),
    "empty": ("rong.xlsx", written(b"")),
    "empty csv": ("rong.csv", written(b"\xef\xbb\xbf")),
    "zeros": ("khong.xlsx", written(bytes(10_000))),
    "blanks": ("trang.csv", written(b" \r\n\t \r\n" * 100)),
    "noise": ("nhieu.xlsx", written(Random(1).randbytes(5000))),  # noqa: S311 - test data, no secret
    "gzip": ("nen.csv.gz", written(b"\x1f\x8b\x08" + bytes(50))),
    "program": ("cai.exe", written(b"MZ" + bytes(400))),
    "json": ("du-lieu.json", written(json.dumps(rows(2), ensure_ascii=False).encode())),
    "xml": ("du-lieu.xml", written(b"<?xml version='1.0'?><dossiers><d/></dossiers>")),
    "page of login": ("xuat.xls", written("<html><body><h1>Đăng nhập</h1></body></html>".encode())),
    "mail": ("xuat.mht", written(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n")),
    "archive of a csv": ("nen.zip", written(zip_of("xuat.csv", 0))),
    "empty archive": ("rong.zip", written(b"PK\x05\x06" + bytes(18))),
    "lock file": ("~$xuat.xlsx", written(LOCK_FILE)),
    "ole of something else": ("thu.msg", written(ole({"__properties_version1.0": b"x"}))),
}


@pytest.mark.parametrize(("name", "make"), NO_EXPORTS.values(), ids=NO_EXPORTS)
def test_what_is_no_export_is_refused_by_name(folder, tthc, name, make):
    path = make(folder / "vao" / name)
    before = contents(folder / "ra")
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), name)
    assert before == contents(folder / "ra")


@pytest.mark.parametrize("name", ["khong-co.xlsx", "vao", "."])
def test_a_folder_or_a_file_that_is_not_there_is_refused(folder, tthc, name):
    before = contents(folder / "ra")
    assert_refused(tthc(folder / name, out=folder / "ra" / "so.parquet"), "thư mục" if name in {"vao", "."} else name)
    assert before == contents(folder / "ra")


def test_the_file_that_is_wrong_is_named_among_good_ones(folder, tthc):
    good, bad = write_xlsx(folder / "vao" / "tot.xlsx", one_sheet(cells())), written(PNG)(folder / "vao" / "xau.xlsx")
    ran = tthc(good, bad, out=folder / "ra" / "so.parquet")
    assert_refused(ran, "xau.xlsx")
    assert "tot.xlsx" not in paragraph(ran)


# Workbooks that are locked, cut, or too large


def locked_xls(path: Path) -> Path:
    """An old workbook with a password: its second record says that what follows is enciphered."""
    content = bytearray(write_xls(path, one_sheet(cells())).read_bytes())
    begin = 512
    first = 4 + struct.unpack_from("<H", content, begin + 2)[0]
    struct.pack_into("<H", content, begin + first, 0x2F)
    path.write_bytes(bytes(content))
    return path


def locked_ods(path: Path) -> Path:
    ods_of("x" * 500, path)
    mark = b'<manifest:encryption-data manifest:checksum-type="SHA1/1K"/></manifest:file-entry></manifest:manifest>'
    return patched(path, "META-INF/manifest.xml", lambda content: content.replace(b'text/xml"/></manifest:manifest>', b'text/xml">' + mark))


ENCRYPTED = {"EncryptionInfo": bytes([4, 0, 4, 0, 64, 0, 0, 0]) + b"<encryption/>", "EncryptedPackage": Random(2).randbytes(9000)}  # noqa: S311 - no secret
LOCKED = {"xlsx": written(ole(ENCRYPTED)), "xls": locked_xls, "ods": locked_ods}


@pytest.mark.parametrize("kind", LOCKED)
def test_a_workbook_with_a_password_is_refused_with_how_to_take_it_off(folder, tthc, kind):
    path = LOCKED[kind](folder / "vao" / f"khoa.{kind}")
    before = contents(folder / "ra")
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), path.name, "mật khẩu")
    assert before == contents(folder / "ra")


def test_the_container_by_hand_is_one_that_excel_readers_open(tmp_path):
    """The builder's own check: calamine opens a workbook stream put into it."""
    whole = write_xls(tmp_path / "a.xls", one_sheet([["x", "y"]])).read_bytes()
    (tmp_path / "b.xls").write_bytes(ole({"Workbook": whole[512:]}))
    assert ["a.xls", "b.xls"] == [name for name in ("a.xls", "b.xls") if _opens(tmp_path / name)]


def _opens(path: Path) -> bool:
    try:
        read_exports([path], SAMPLE)
    except UserError as error:
        return "thiếu cột bắt buộc" in str(error)
    return False


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_workbook_cut_anywhere_is_refused(folder, kind):
    whole = KINDS[kind].write(folder / "vao" / f"xuat.{kind}", one_sheet(cells())).read_bytes()
    before, refused = contents(folder / "ra"), []
    lengths = sorted({*range(0, len(whole), len(whole) // 30), *range(1, 30), *(len(whole) - cut for cut in range(1, 25))})
    for length in lengths:
        path = written(whole[:length])(folder / "vao" / f"cat.{kind}")
        with pytest.raises(UserError, match=rf"cat\.{kind}"):
            import_exports([path], SAMPLE, folder / "ra" / "so.parquet")
        refused.append(length)
    assert (lengths, before) == (refused, contents(folder / "ra"))


HANGS = 150
"""Seconds after which an import has hung: what is quadratic takes hours here, and a slow machine less than this. No measure of speed."""


@contextmanager
def within_bounds() -> Iterator[None]:
    begun = time.perf_counter()
    yield
    assert time.perf_counter() - begun < HANGS


def run_apart(folder: Path, path: Path) -> Ran:
    """Run the command in a process of its own that may take 3 GB and must end."""
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30)); from tthc_analysis.cli import main; main()"
    arguments = ["import", str(path), "--profile", "sample", "--out", str(folder / "ra" / "so.parquet")]
    done = subprocess.run([sys.executable, "-c", limit, *arguments], capture_output=True, text=True, timeout=HANGS, check=False)
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(("size", "declared"), [(3 << 30, None), (3 << 30, 100_000)], ids=["says so", "says that it is small"])
def test_a_zip_bomb_is_refused_before_it_fills_the_memory(folder, size, declared):
    path = bombed(folder / "vao" / "bom.xlsx", size, declared)
    before = contents(folder / "ra")
    assert path.stat().st_size < 6 << 20
    assert_refused(run_apart(folder, path), "bom.xlsx")
    assert before == contents(folder / "ra")


BOMB = '<!DOCTYPE x [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"


def entity_xlsx(path: Path) -> Path:
    write_xlsx(path, one_sheet(cells()))
    bomb = BOMB.replace("<!DOCTYPE x", "<!DOCTYPE sst").encode()
    return patched(path, STRINGS_XML, lambda content: content.replace(b"?>", b"?>" + bomb, 1).replace("Chứng thực bản sao".encode(), b"&a11;"))


def entity_ods(path: Path) -> Path:
    line = "".join(f'<table:table-cell office:value-type="string"><text:p>{name}&a11;</text:p></table:table-cell>' for name in PLAIN)
    sheet = f'<table:table table:name="a"><table:table-row>{line}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    return ods_of(f'<?xml version="1.0"?>{BOMB}<office:document-content {ODS_NAMES} office:version="1.2">{body}</office:document-content>', path)


def entity_html(path: Path) -> Path:
    line = "".join(f"<td>{name}&a11;</td>" for name in PLAIN)
    return written(f"<?xml version='1.0'?>{BOMB}<html><table><tr>{line}</tr></table></html>".encode())(path)


@pytest.mark.parametrize("make", [entity_xlsx, entity_ods, entity_html])
def test_entities_that_multiply_are_refused_at_once(folder, tthc, make):
    path = make(folder / "vao" / "thuc-the.xlsx")
    before = contents(folder / "ra")
    with within_bounds():
        assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), "thuc-the.xlsx")
    assert before == contents(folder / "ra")


# Workbooks that are strange but sound


def test_a_million_empty_formatted_rows_are_no_hindrance(folder, tthc):
    """Somebody gave a border to whole columns: the sheet has every row that Excel has, and twenty dossiers."""
    path = write_xlsx(folder / "vao" / "vien.xlsx", one_sheet(cells()))
    empty = "".join(f'<row r="{number}" s="1" customFormat="1"><c r="A{number}" s="0"/></row>' for number in range(22, 1_048_577)).encode()
    patched(path, SHEET_XML, lambda content: content.replace(b"</sheetData>", empty + b"</sheetData>"))
    with within_bounds():
        ran = tthc(path, out=folder / "ra" / "moi.parquet")
    assert (0, 20) == (ran.code, duckdb.read_parquet(str(folder / "ra" / "moi.parquet")).count("*").fetchall()[0][0]), ran.err


@pytest.mark.parametrize("kind", ["xlsx", "csv", "html"])
def test_a_cell_of_a_megabyte_is_refused_and_not_shown(folder, tthc, kind):
    content = cells(3, **{NAME: "dài " * 260_000})
    path = folder / "vao" / f"dai.{kind}"
    if kind == "xlsx":
        marked = cells(3, **{NAME: "@@"})
        patched(write_xlsx(path, one_sheet(marked)), STRINGS_XML, lambda strings: strings.replace(b"@@", b"dai " * 260_000))
    else:
        KINDS[kind].write(path, one_sheet(content))
    before = contents(folder / "ra")
    with within_bounds():
        assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), path.name)
    assert before == contents(folder / "ra")


@pytest.mark.parametrize("header", ["Chủ hồ sơ", "Địa chỉ"])
def test_a_cell_of_a_megabyte_in_a_column_that_is_not_read_does_not_matter(folder, tthc, header):
    path = write_xlsx(folder / "vao" / "dai.xlsx", one_sheet(cells(3, **{header: "@@"})))
    patched(path, STRINGS_XML, lambda strings: strings.replace(b"@@", b"dai " * 260_000))
    assert 0 == tthc(path, out=folder / "ra" / "moi.parquet").code


@pytest.mark.parametrize("header", [RECEIVED, DUE, ENDED, ID, "Lĩnh vực"])
@pytest.mark.parametrize("formula", ["A1+1", "'[nguon.xlsx]Trang 1'!A1"], ids=["own", "another workbook"])
def test_formulas_without_their_values_are_refused_and_never_read_as_empty(folder, tthc, header, formula):
    """A program that wrote the workbook has computed nothing; Excel would on opening. Read as empty they would lose every due date."""
    place = list(PLAIN).index(header)
    path = write_xlsx(folder / "vao" / "cong-thuc.xlsx", one_sheet(cells(20)))
    column = chr(ord("A") + place)
    cell = re.compile(rf'<c r="{column}(\d+)"[^>]*>.*?</c>'.encode())

    def without_value(found: re.Match[bytes]) -> bytes:
        return found[0] if found[1] == b"1" else b'<c r="%s%s"><f>%s</f></c>' % (column.encode(), found[1], formula.encode())

    patched(path, SHEET_XML, lambda content: cell.sub(without_value, content))
    before = contents(folder / "ra")
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), path.name)
    assert before == contents(folder / "ra")


def test_formulas_with_their_values_are_their_values_and_links_are_not_followed(folder, tthc):
    path = write_xlsx(folder / "vao" / "cong-thuc.xlsx", one_sheet(cells(2, **{DUE: 45352.5})))
    link = b"<f>'[1]Trang 1'!A1</f><v>45352.5</v>"
    patched(path, SHEET_XML, lambda content: content.replace(b"<v>45352.5</v>", link))
    out = folder / "ra" / "moi.parquet"
    assert 0 == tthc(path, out=out).code
    assert [(datetime(2024, 3, 1, 12),)] * 2 == duckdb.read_parquet(str(out)).project("due_at").fetchall()


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!"])
@pytest.mark.parametrize("header", [DUE, NAME, ENDED])
def test_an_error_of_excel_in_a_cell_is_a_reject_and_never_a_value(folder, error, header):
    path = write_xlsx(folder / "vao" / "loi.xlsx", one_sheet(cells(100)))
    place = chr(ord("A") + list(PLAIN).index(header))
    cell = re.compile(rf'<c r="{place}7"[^>]*>.*?</c>'.encode())
    patched(path, SHEET_XML, lambda content: cell.sub(f'<c r="{place}7" t="e"><f>A1/0</f><v>{error}</v></c>'.encode(), content))
    frame, account = read_exports([path], SAMPLE)
    assert (1, 99, [7]) == (account.rejected, len(frame), [reject.row for reject in account.rejects])


def test_a_workbook_whose_days_count_from_1904_has_the_days_that_excel_shows(folder):
    moment = datetime(2024, 3, 1, 8, 5)
    serial = (moment - datetime(1904, 1, 1)).total_seconds() / 86_400
    content = cells(1, **{RECEIVED: moment, DUE: serial, ENDED: moment})
    frame, _ = read_exports([write_xlsx(folder / "vao" / "mac.xlsx", one_sheet(content), date_1904=True)], SAMPLE)
    assert [moment] * 3 == frame[["received_at", "due_at", "resolved_at"]].to_numpy(dtype="datetime64[us]").tolist()[0]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0", "\n"])
def test_a_header_that_is_only_blanks_is_refused(folder, tthc, blank):
    path = write_xlsx(folder / "vao" / "trang.xlsx", one_sheet([[blank] * len(PLAIN), *cells()[1:]]))
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), "trang.xlsx")


def test_two_columns_that_claim_one_field_and_differ_are_refused_with_both_places(folder, tthc):
    header, *body = cells()
    path = write_xlsx(folder / "vao" / "hai-cot.xlsx", one_sheet([[*header, RECEIVED], *([*row, "02/03/2024"] for row in body)]))
    place = chr(ord("A") + list(PLAIN).index(RECEIVED))
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), "hai-cot.xlsx", f"cột {place}", f"cột {chr(ord('A') + len(PLAIN))}", "ngày tiếp nhận")


@pytest.mark.parametrize("rows_of", [[], [[]], [["x"]], [list(PLAIN)]], ids=["no rows", "an empty row", "a word", "a header only"])
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "html", "csv"])
def test_a_table_without_dossiers_is_refused(folder, tthc, kind, rows_of):
    path = KINDS[kind].write(folder / "vao" / f"rong{KINDS[kind].suffix}", {"Danh sách": Grid(rows_of)})
    before = contents(folder / "ra")
    assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), *([] if rows_of == [list(PLAIN)] else [path.name]))
    assert before == contents(folder / "ra")


def test_a_page_or_a_text_nested_or_quoted_without_end_is_refused(folder, tthc):
    deep = written(b"<table><tr><td>" * 20_000)(folder / "vao" / "sau.xls")
    quoted = written(b'a,b\n"' + b"x\n" * 400_000)(folder / "vao" / "ngoac.csv")
    for path in (deep, quoted):
        with within_bounds():
            assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), path.name)


# A file being written


@contextmanager
def growing(path: Path, line: bytes, seconds: float = 20) -> Iterator[None]:
    """Append to a file all the time, as a system that is still exporting."""
    stopped = threading.Event()

    def append() -> None:
        until = time.monotonic() + seconds
        with path.open("ab") as file:
            while not stopped.is_set() and time.monotonic() < until:
                file.write(line)
                file.flush()
                time.sleep(0.001)

    writer = threading.Thread(target=append)
    writer.start()
    try:
        yield
    finally:
        stopped.set()
        writer.join()


def test_a_file_that_grows_while_it_is_read_is_refused(folder, tthc):
    path = write_text(folder / "vao" / "dang-ghi.csv", one_sheet(cells(3000)))
    line = path.read_bytes().splitlines(keepends=True)[-1]
    before = contents(folder / "ra")
    with growing(path, line):
        assert_refused(tthc(path, out=folder / "ra" / "so.parquet"), "dang-ghi.csv", "đang được ghi")
    assert before == contents(folder / "ra")


def test_a_lock_file_beside_an_export_does_not_hinder(folder, tthc):
    """The export is open in Excel to be looked at; what is saved of it can be read."""
    path = write_xlsx(folder / "vao" / "xuat.xlsx", one_sheet(cells()))
    written(LOCK_FILE)(folder / "vao" / "~$xuat.xlsx")
    assert 0 == tthc(path, out=folder / "ra" / "moi.parquet").code


# Damage at random


def damaged(content: bytes, rng: Random) -> bytes:
    """Damage a file's bytes in one of the usual ways: bits flipped, a piece cut out, put in, or swapped with another."""
    data = bytearray(content)
    size = len(data)
    first, second = sorted(rng.randrange(size) for _ in range(2))
    length = rng.choice([1, 4, 64, 512])
    way = rng.randrange(4)
    if way == 0:
        for _ in range(rng.choice([1, 3, 20])):
            data[rng.randrange(size)] ^= 1 << rng.randrange(8)
    elif way == 1:
        del data[first : first + length]
    elif way == 2:
        data[first:first] = rng.randbytes(length)
    else:
        data[first : first + length], data[second : second + length] = data[second : second + length], data[first : first + length]
    return bytes(data)


def damaged_inside(content: bytes, rng: Random) -> bytes:
    """Damage one entry of a workbook before it is packed, so that its checksum holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    victim = rng.choice(sorted(entries))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, entry in entries.items():
            archive.writestr(name, damaged(entry, rng) if name == victim else entry)
    return packed.getvalue()


FUZZED = ["xlsx", "xls", "ods", "html", "csv", "tsv UTF-16 LE", "csv Windows-1258", "xlsx inside", "ods inside"]
CASES = 20
FUZZ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (2 << 30, 2 << 30))
sys.path[:0] = sys.argv[1:3]
import test_bad_input
for kind in sys.argv[4:]:
    test_bad_input.fuzz(kind, sys.argv[3])
"""


def read_or_refused(path: Path) -> str:
    """What becomes of a file: read, refused, or what else it raised, a panic inside a library too."""
    try:
        read_exports([path], PROFILE, ceiling=1)
    except UserError as error:
        return "refused" if 0 < len(str(error)) < LARGEST_MESSAGE * 2 else f"a message of {len(str(error))} letters"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(error).__name__}: {str(error)[:100]}"
    return "read"


def fuzz(kind: str, folder: str) -> None:
    """Damage a file of a kind many times and print a line a case: kind, outcome. The kind stands before its outcome, should there be none."""
    rng = Random(20_240_315)  # noqa: S311 - test data, no secret
    dirt = Dirt(titles=2, header=2, numbering=1, groups=1, totals=1, footers=2, smudged=True)
    whole = print_export(clean_dossiers(rng, 4), dirt, rng, kind.removesuffix(" inside"), Path(folder) / "nguyen").path.read_bytes()
    damage = damaged_inside if kind.endswith(" inside") else damaged
    for _ in range(CASES):
        path = written(damage(whole, rng))(Path(folder) / "hong.xls")
        sys.stdout.write(f"{kind}\t")
        sys.stdout.flush()
        sys.stdout.write(f"{read_or_refused(path)}\n")


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Outcome of every damaged file, by kind; made apart, where a library that takes all memory or never ends stops only itself."""
    here, folder = Path(__file__).parent, tmp_path_factory.mktemp("hong")
    found: dict[str, list[str]] = {}
    while left := [kind for kind in FUZZED if kind not in found]:
        arguments = [str(here), str(here.parent), str(folder), *left]
        done = subprocess.run([sys.executable, "-c", FUZZ, *arguments], capture_output=True, text=True, timeout=300, check=False)
        for line in done.stdout.splitlines():
            kind, _, outcome = line.partition("\t")
            found.setdefault(kind, []).append(outcome or f"ended the process: {done.stderr[:100]}")
        found.setdefault(left[0], [done.stderr[-200:]])
    return found


@pytest.mark.parametrize("kind", FUZZED)
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(fuzzed, kind):
    assert [] == [outcome for outcome in fuzzed[kind] if outcome not in {"read", "refused"}]
    assert CASES == len(fuzzed[kind])


@pytest.mark.parametrize("kind", ["html", "csv", "tsv UTF-16 LE", "csv Windows-1258"])
def test_damage_of_a_cell_or_two_does_not_make_a_text_unreadable(fuzzed, kind):
    """The fuzz's own check: it reaches what lies behind the opening of a file."""
    assert "read" in fuzzed[kind]


def looping_xls(path: Path) -> Path:
    """An old workbook whose table of sectors leads in a circle: a reader that follows it never ends."""
    content = bytearray(write_xls(path, one_sheet(cells())).read_bytes())
    table_of_sectors = 512 + 512 * struct.unpack_from("<I", content, 76)[0]
    for sector in range(4, 8):
        struct.pack_into("<I", content, table_of_sectors + 4 * sector, 3)
    path.write_bytes(bytes(content))
    return path


def test_an_old_workbook_whose_sectors_lead_in_a_circle_is_refused(folder):
    path = looping_xls(folder / "vao" / "vong.xls")
    before = contents(folder / "ra")
    assert_refused(run_apart(folder, path), "vong.xls")
    assert before == contents(folder / "ra")


@pytest.mark.parametrize("where", ["XFD1048576", "A90000"])
def test_a_stray_cell_at_the_far_end_of_a_sheet_takes_no_memory(folder, where):
    """Somebody pressed Ctrl+End and typed a blank: the sheet reaches to the end of Excel's grid, and holds twenty dossiers."""
    path = write_xlsx(folder / "vao" / "xa.xlsx", one_sheet(cells()))
    row = "".join(letter for letter in where if letter.isdigit())
    stray = f'<row r="{row}"><c r="{where}" t="inlineStr"><is><t>x</t></is></c></row>'.encode()
    patched(path, SHEET_XML, lambda content: content.replace(b"</sheetData>", stray + b"</sheetData>"))
    before = contents(folder / "ra")
    ran = run_apart(folder, path)
    if ran.code:
        assert_refused(ran, "xa.xlsx")
        assert before == contents(folder / "ra")
    assert ran.code in {0, 2}


def test_an_ods_that_repeats_its_rows_and_cells_without_end_is_read_or_refused(folder):
    path = KINDS["ods"].write(folder / "vao" / "lap.ods", one_sheet(cells()))
    filled = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
    end = f"{filled}</table:table-row></table:table>".encode()
    patched(path, "content.xml", lambda content: content.replace(b"</table:table>", end))
    before = contents(folder / "ra")
    assert_refused(run_apart(folder, path), "lap.ods")
    assert before == contents(folder / "ra")


# Killed


KILLED = """
import hashlib, json, os, random, signal, sys, time
from pathlib import Path
from tthc_analysis import cli
from tthc_analysis.register.intake import read_exports
from tthc_analysis.register.profiles import read_profile
folder, export, times = Path(sys.argv[1]), sys.argv[2], [float(text) for text in sys.argv[3:]]
read_exports([Path(export)], read_profile("sample"))  # what is imported or drawn up once is there before the first fork
register = folder / "so.parquet"

def child(at_event):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        touches = any(str(folder) in str(argument) for argument in arguments[:2])
        if touches and event in ("os.rename", "os.remove", "os.mkdir"):
            if seen == at_event:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1
    sys.addaudithook(hook)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    sys.argv = ["tthc", "import", export, "--profile", "sample", "--out", str(register)]
    try:
        cli.main()
    finally:
        os._exit(0)

def state():
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}

def attempt(at_event, seconds):
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        child(at_event)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return {"killed": os.WIFSIGNALED(status), "took": time.perf_counter() - begun, "state": state()}

before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
def restore():
    for path in sorted(folder.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    for path, content in before.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

found = [attempt(None, None)]
whole = found[0]["took"]
restore()
for share in times:
    found.append(attempt(None, share * whole))
    restore()
event = 0
while event < 40:
    found.append(attempt(event, None))
    restore()
    if not found[-1]["killed"]:
        break
    event += 1
json.dump(found, sys.stdout)
"""


def test_an_import_killed_at_any_moment_leaves_the_old_register_whole_or_the_new_one(folder):
    """Killed at random moments, and before every file that it moves into place or removes beside the register."""
    rng = Random(7)  # noqa: S311 - test data, no secret
    export = write_xlsx(folder / "vao" / "moi.xlsx", one_sheet(cells(60)))
    old = hashlib.sha256((folder / "ra" / "so.parquet").read_bytes()).hexdigest()
    moments = [str(rng.random()) for _ in range(15)]
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder / "ra"), str(export), *moments], capture_output=True, text=True, timeout=120, check=False)
    assert 0 == done.returncode, done.stderr
    finished, *killed = json.loads(done.stdout)
    new = finished["state"]["so.parquet"]
    assert old != new
    assert {old, new} >= {each["state"].get("so.parquet") for each in killed}
    assert sum(each["killed"] for each in killed) > 12


def test_after_a_kill_the_next_import_gives_what_it_always_gives(folder):
    """What a killed import leaves (half-written files beside the register) hinders nobody."""
    export = write_xlsx(folder / "vao" / "moi.xlsx", one_sheet(cells(60)))
    register = folder / "ra" / "so.parquet"
    (folder / "ra" / ".so.parquet.abc123").write_bytes(b"PAR1 half")
    (folder / "ra" / "so.snapshots").mkdir(exist_ok=True)
    (folder / "ra" / "so.snapshots" / ".2024-03-10-001.parquet.xyz").write_bytes(b"half")
    import_exports([export], SAMPLE, register)
    first = register.read_bytes()
    import_exports([export], SAMPLE, register)
    assert (first, 60) == (register.read_bytes(), duckdb.read_parquet(str(register)).count("*").fetchall()[0][0])
