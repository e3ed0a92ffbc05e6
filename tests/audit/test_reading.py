"""Files of every kind are read to the same text, with their places; what is no report is refused in one paragraph, and nothing is ever written."""

import unicodedata
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from written import pdf_of, report_of, word_of

from tthc_analysis.audit.audited import audited
from tthc_analysis.audit.blocks import Block, Grid, Report
from tthc_analysis.audit.reading import read_report
from tthc_analysis.errors import UserError

TEXT = """BÁO CÁO
Kết quả giải quyết thủ tục hành chính quý II năm 2024

I. KẾT QUẢ
- Tiếp nhận 1.200 hồ sơ.
Đơn vị\tTrước hạn\tQuá hạn
Xã A\t700\t5
Xã B\t480\t9
"""
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.fixture
def write(tmp_path) -> Callable[[str, bytes | str], Path]:
    def put(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def texts(report: Report) -> list[str]:
    return [block.text for block in report.blocks]


def grid(report: Report) -> Grid:
    (found,) = [part for part in report.parts if isinstance(part, Grid)]
    return found


# --- the same text, whatever it comes in


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        unicodedata.normalize("NFD", TEXT),
        TEXT.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.replace(" ", "\u00a0"),
        TEXT.replace("hồ sơ", "hồ\u200b sơ"),
    ],
    ids=["plain", "NFD", "CRLF", "BOM", "UTF-16", "hard spaces", "hidden"],
)
def test_a_text_file_reads_the_same_however_it_is_encoded(write, content):
    assert texts(report_of(TEXT)) == texts(read_report(write("a.txt", content)))


def test_word_and_pdf_read_as_the_text_file_does(write):
    plain = report_of(TEXT)
    for name, content in (("a.docx", word_of(plain)), ("a.pdf", pdf_of(plain))):
        report = read_report(write(name, content))
        assert texts(plain) == texts(report)
        assert [("", "Trước hạn")[column == 1] or "Đơn vị" for column in (0, 1)] == [grid(report).path(column)[0] for column in (0, 1)]


def test_markdown_loses_its_marks_and_keeps_its_lines(write):
    report = read_report(write("a.md", "# BÁO CÁO\n\n**Tiếp nhận** 1.200 hồ sơ\n\n| Đơn vị | Quá hạn |\n|---|---|\n| Xã A | 5 |\n\n![ảnh](a.png)\n"))
    assert [("BÁO CÁO", 1), ("Tiếp nhận 1.200 hồ sơ", 3)] == [(part.text, part.place.line) for part in report.parts if isinstance(part, Block)][:2]
    assert "5" == grid(report).body[0][1].text
    assert ("1 hình trong tệp không đọc được chữ",) == report.unread


def test_each_form_names_places_in_its_own_way(write):
    plain = report_of(TEXT)
    found = [str(grid(read_report(write(name, content))).body[1][2].place) for name, content in (("a.docx", word_of(plain)), ("a.pdf", pdf_of(plain)))]
    assert ["bảng 1, hàng 3, cột 3", "trang 1, dòng 7, bảng 1, hàng 3, cột 3"] == found
    assert "dòng 8, bảng 1, hàng 3, cột 3" == str(grid(plain).body[1][2].place)


def test_a_paragraph_broken_over_lines_is_one_and_knows_its_lines(write):
    lines = ["Trong quý II năm 2024, Ủy ban nhân dân xã An Phú đã tiếp nhận 1.200 hồ", "sơ, trong đó trực tuyến 900 hồ sơ; đã giải quyết 1.100 hồ sơ."]
    report = read_report(write("a.txt", "\n".join(lines)))
    (block,) = report.parts
    assert " ".join(lines) == block.text
    assert (1, 2) == (block.at(10).line, block.at(len(block.text) - 5).line)


def test_a_paragraph_over_two_pages_names_the_page_of_each_figure(write):
    filler = "\n".join(f"- Dòng thứ {number} của trang đầu." for number in range(60))
    report = read_report(write("a.pdf", pdf_of(report_of(f"{filler}\nSố phiếu hài lòng 501/150 phiếu."))))
    assert {2} == {block.place.page for block in report.blocks if "501/150" in block.text}


# --- what Word keeps to itself


def word(change: Callable[[docx.document.Document], None]) -> bytes:
    document = docx.Document()
    change(document)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_merged_cells_stand_in_every_place_that_they_cover(write):
    def fill(document):
        table = document.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(1, 0)).text = "Đơn vị"
        table.cell(0, 1).merge(table.cell(0, 2)).text = "Đã giải quyết"
        for column, text in enumerate(("Trước hạn", "Quá hạn"), 1):
            table.cell(1, column).text = text
        for column, text in enumerate(("Xã A", "10", "1")):
            table.cell(2, column).text = text

    found = grid(read_report(write("a.docx", word(fill))))
    assert (2, ("Đơn vị",), ("Đã giải quyết", "Trước hạn"), ("Đã giải quyết", "Quá hạn")) == (found.heads, *map(found.path, range(3)))


def test_numbers_that_word_counts_itself_are_read(write):
    def fill(document):
        for text in ("Kết quả", "Hạn chế"):
            document.add_paragraph(text, style="List Number")
        document.add_paragraph("Tiếp nhận 10 hồ sơ", style="List Bullet")

    assert ["1. Kết quả", "2. Hạn chế", "- Tiếp nhận 10 hồ sơ"] == texts(read_report(write("a.docx", word(fill))))


def test_what_was_deleted_is_not_read_and_what_was_inserted_is(write):
    def fill(document):
        paragraph = document.add_paragraph("Tiếp nhận ")
        for tag, text in (("del", "99"), ("ins", "10")):
            kind = "delText" if tag == "del" else "t"
            paragraph._p.append(parse_xml(f'<w:{tag} {nsdecls("w")} w:id="1"><w:r><w:{kind}>{text}</w:{kind}></w:r></w:{tag}>'))  # noqa: SLF001 - how python-docx is extended
        paragraph.add_run(" hồ sơ")

    assert ["Tiếp nhận 10 hồ sơ"] == texts(read_report(write("a.docx", word(fill))))


def test_pictures_are_said_to_be_unread(write):
    def fill(document):
        document.add_paragraph("Tiếp nhận 10 hồ sơ")
        document.paragraphs[0]._p.append(parse_xml(f"<w:r {nsdecls('w')}><w:drawing><pic:pic {nsdecls('pic')}/></w:drawing></w:r>"))  # noqa: SLF001 - how python-docx is extended

    found = audited(write("a.docx", word(fill))).findings
    assert [("unread", "note", "Chưa đọc được: 1 hình trong tệp không đọc được chữ.")] == [(one.check, one.severity, one.explanation) for one in found][:1]


def test_an_empty_page_of_a_pdf_is_said_to_be_unread(write):
    with pypdfium2.PdfDocument(pdf_of(report_of("Tiếp nhận 10 hồ sơ"))) as pdf:
        pdf.new_page(595, 842)
        buffer = BytesIO()
        pdf.save(buffer)
    assert ("trang 2 không có chữ (trang trống hoặc ảnh quét)",) == read_report(write("a.pdf", buffer.getvalue())).unread


# --- what is no report


def scanned() -> bytes:
    pdf, buffer = pypdfium2.PdfDocument.new(), BytesIO()
    pdf.new_page(595, 842)
    pdf.save(buffer)
    return buffer.getvalue()


def locked() -> bytes:
    """A PDF that asks for a password: the entries of its lock fit none."""
    lock = f"<</Filter/Standard/V 1/R 2/O<{'00' * 32}>/U<{'11' * 32}>/P -4>>"
    parts = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>", lock]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    identity = f"<{'22' * 16}>"
    return f"{body}xref\n0 5\n0000000000 65535 f \n{table}trailer\n<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[{identity}{identity}]>>\nstartxref\n{len(body)}\n%%EOF".encode()


def with_macro() -> bytes:
    buffer = BytesIO(word(lambda document: document.add_paragraph("x")))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return buffer.getvalue()


def bomb() -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (60 << 20))
    return buffer.getvalue()


EXPORT = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả\n" + "\n".join(f"{number},0{number % 9 + 1}/02/2024,05/3/2024" for number in range(20))
REFUSED = {
    "trong.txt": (b"", "tệp trống"),
    "trang.txt": (b" \n\n", "tệp trống"),
    "cu.doc": (OLD, "chưa đọc được tệp .doc"),
    "doi-ten.docx": (OLD, "tệp Word cũ (.doc) đổi đuôi"),
    "mat-khau.docx": (OLD + "EncryptedPackage".encode("utf-16-le"), "tệp có mật khẩu"),
    "bang.xlsx": (b"PK\x03\x04", 'không đọc được tệp ".xlsx"'),
    "khong-duoi": (b"x", 'không đọc được tệp "không có đuôi"'),
    "hong.docx": (b"PK\x03\x04xyz", "tệp hỏng"),
    "macro.docx": (with_macro(), "tệp có macro"),
    "bom.docx": (bomb(), "bung ra quá lớn"),
    "anh.docx": (word(lambda _: None), "tài liệu không có chữ nào"),
    "quet.pdf": (scanned(), "không trang nào có chữ"),
    "khoa.pdf": (locked(), "tệp PDF có mật khẩu"),
    "cut.pdf": (pdf_of(report_of("Tiếp nhận 10 hồ sơ"))[:900], "tệp PDF hỏng"),
    "la-word.txt": (b"PK\x03\x04xyz", "đuôi tệp là .txt nhưng nội dung không phải"),
    "la-chu.pdf": (b"xin chao", "đuôi tệp là .pdf nhưng nội dung không phải"),
    "nhi-phan.txt": (bytes(range(1, 256)) * 40, "không phải tệp chữ"),
    "tcvn3.txt": ("UBND huyÖn\nTæng sè hå s¬ tiÕp nhËn\nB¸o c¸o kÕt qu¶".encode(), "bảng mã cũ TCVN3"),
    "tcvn3-byte.txt": ("UBND huyÖn\nTæng sè hå s¬ tiÕp nhËn\nB¸o c¸o kÕt qu¶".encode("cp1252"), "bảng mã cũ TCVN3"),
    "tcvn3.docx": (word(lambda document: document.add_paragraph("Sè hå s¬ ®· gi¶i quyÕt: 512/530 hå s¬, ®¹t tû lÖ 96,60%.")), "nguồn TCVN3 (ABC)"),
    "du-lieu.txt": (EXPORT.encode(), "giống một bảng dữ liệu (CSV)"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_report_is_refused_in_one_paragraph(write, name):
    content, said = REFUSED[name]
    with pytest.raises(UserError) as raised:
        read_report(write(name, content))
    assert (True, False) == (said in str(raised.value), "\n" in str(raised.value))


@pytest.mark.parametrize(
    "line",
    [
        "Xã Bình An tiếp nhận 20 hồ sơ, giải quyết 19 hồ sơ, đang giải quyết 01 hồ sơ.",
        "Số hóa 89,93%, trực tuyến 71,2%, đúng hạn 99,5%",
        "- Nâng cao chất lượng; công khai; minh bạch;",
    ],
)
def test_sentences_with_as_many_commas_each_are_no_table_of_data(write, line):
    assert len(read_report(write("loi.txt", f"BÁO CÁO quý II năm 2024\n{(line + chr(10)) * 12}".encode())).parts) >= 2


@pytest.mark.parametrize(("name", "said"), [("", "là một thư mục"), ("khong-co.docx", "Không có tệp")])
def test_what_is_no_file_is_refused(tmp_path, name, said):
    with pytest.raises(UserError, match=said):
        read_report(tmp_path / name)


def test_a_word_file_with_foreign_entities_reads_nothing_of_the_machine(write):
    secret = write("bi-mat.txt", "12345 hồ sơ")
    buffer = BytesIO(word(lambda document: document.add_paragraph("Tiếp nhận 10 hồ sơ")))
    hostile = BytesIO()
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(hostile, "w") as new:
        for entry in old.namelist():
            content = old.read(entry)
            if entry == "word/document.xml":
                declared = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'.encode()
                content = content.replace(b"<w:document", declared + b"<w:document", 1).replace("Tiếp nhận 10".encode(), "Tiếp nhận &e;".encode())
            new.writestr(entry, content)
    assert not any("12345" in text for text in texts(read_report(write("a.docx", hostile.getvalue()))))
