"""An office's Word template: filled with the report's figures as text, or refused in one paragraph that says what, where and the cure."""

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls
from lxml import etree

from tthc_analysis.errors import UserError
from tthc_analysis.exhibits.fields import report_fields
from tthc_analysis.metrics.study import open_study
from tthc_analysis.press.fill import fill_template

ROWS = [{"tt": "1", "ten": "Xã Long Mai", "tong": "1.240"}, {"tt": "2", "ten": "Xã Thanh An", "tong": "980"}]
FIELDS = {"don_vi": "UBND huyện Minh Long", "tu_ngay": "01/01/2021", "ty_le_so_hoa": "89,93%", "trong": "", "don_vi_bang": ROWS}
MARK = "DỮ LIỆU MẪU – số liệu minh họa"


def template(folder: Path, *paragraphs: str, table: list[list[str]] | None = None) -> Path:
    """Write a template of paragraphs and, after them, a table."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, texts in zip(made.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    return saved(document, folder)


def saved(document: Document, folder: Path) -> Path:
    document.save(str(folder / "mau.docx"))
    return folder / "mau.docx"


def filled(path: Path, **changed: Any) -> Document:
    return docx.Document(io.BytesIO(fill_template(path, FIELDS | changed)))


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


def refused(path: Path, **changed: Any) -> str:
    """Give what is said of a template that is refused: one line that names the file and says that nothing is written."""
    with pytest.raises(UserError) as caught:
        fill_template(path, FIELDS | changed)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    assert "Chưa ghi gì." in said
    assert 1 == len(said.splitlines())
    return said


# what is filled


def test_fields_become_text(tmp_path):
    document = filled(template(tmp_path, "{{ don_vi }} từ {{tu_ngay}}: {{ ty_le_so_hoa }}", "không có trường", "{{ don_vi|upper }}"))
    assert ["UBND huyện Minh Long từ 01/01/2021: 89,93%", "không có trường", "UBND HUYỆN MINH LONG"] == texts(document)


def test_a_field_that_word_has_split_is_filled_in_its_own_look(tmp_path):
    document = docx.Document()
    paragraph = document.add_paragraph("tỷ lệ ")
    for piece in ("{", "{ ty_le", "_so_", "hoa }", "}"):
        paragraph.add_run(piece).bold = True
    made = filled(saved(document, tmp_path))
    assert ["tỷ lệ 89,93%"] == texts(made)
    assert ["89,93%"] == [run.text for run in made.paragraphs[0].runs if run.bold and run.text]


def test_rows_of_a_table_repeat(tmp_path):
    loop = [["{%tr for d in don_vi_bang %}", ""], ["{{ d.tt }}", "{{ d.ten }}: {{ d.tong }}"], ["{%tr endfor %}", ""]]
    (table,) = filled(template(tmp_path, "bảng", table=[["TT", "Đơn vị"], *loop])).tables
    assert [["TT", "Đơn vị"], ["1", "Xã Long Mai: 1.240"], ["2", "Xã Thanh An: 980"]] == [[cell.text for cell in row.cells] for row in table.rows]


def test_conditions_and_loops_in_a_sentence(tmp_path):
    path = template(
        tmp_path,
        "{% if trong %}có{% else %}không{% endif %}",
        "{% for d in don_vi_bang %}{{ loop.index }}. {{ d.ten }}{% if not loop.last %}; {% endif %}{% endfor %}",
    )
    assert ["không", "1. Xã Long Mai; 2. Xã Thanh An"] == texts(filled(path))


def test_headers_footers_and_properties_are_filled_too(tmp_path):
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ don_vi }}"
    document.sections[0].footer.paragraphs[0].text = "{{ tu_ngay }}"
    document.core_properties.title = "{{ don_vi }} {{ tu_ngay }}"
    made = filled(saved(document, tmp_path), don_vi="A & B")
    assert ("A & B", "01/01/2021") == (made.sections[0].header.paragraphs[0].text, made.sections[0].footer.paragraphs[0].text)
    assert "A & B 01/01/2021" == made.core_properties.title


def test_a_property_longer_than_word_allows_is_cut(tmp_path):
    document = docx.Document()
    document.core_properties.subject = "{{ don_vi }}"
    assert 255 == len(filled(saved(document, tmp_path), don_vi="x" * 300).core_properties.subject)


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("<w:t>&amp; < > \" '</w:t>", "<w:t>&amp; < > \" '</w:t>"),
        ("{{ 7*7 }} {% for %} {{ don_vi }}", "{{ 7*7 }} {% for %} {{ don_vi }}"),
        ("a\x07b\x0cc\u202ed", "abcd"),
        ("hai\ndòng", "hai\ndòng"),
        ("e\u0302\u0303", "ễ"),
        ("", ""),
    ],
)
def test_a_value_is_text_whatever_it_holds(tmp_path, value, printed):
    assert [f"[{printed}]"] == texts(filled(template(tmp_path, "[{{ don_vi }}]"), don_vi=value))


def test_a_value_in_capitals_is_text_too(tmp_path):
    assert ["ĐƯỜNG <A> & {{ B }} đường"] == texts(
        filled(template(tmp_path, "{{ don_vi|upper }} {{ trong|lower }}"), don_vi="đường <a> & {{ b }}", trong="ĐƯỜNG")
    )


def test_a_hostile_value_in_a_property_is_text(tmp_path):
    document = docx.Document()
    document.core_properties.title = "{{ don_vi }}"
    assert "{{ 7*7 }} <b>" == filled(saved(document, tmp_path), don_vi="{{ 7*7 }} <b>").core_properties.title


def test_a_mark_is_put_first_unless_it_is_printed(tmp_path):
    made = docx.Document(io.BytesIO(fill_template(template(tmp_path, "{{ don_vi }}"), FIELDS, MARK)))
    assert [MARK, "UBND huyện Minh Long"] == texts(made)
    printing = template(tmp_path, "{{ don_vi }}", "{{ tu_ngay }}")
    assert [MARK, "01/01/2021"] == texts(docx.Document(io.BytesIO(fill_template(printing, FIELDS | {"don_vi": MARK}, MARK))))


def test_a_mark_in_the_header_is_printed(tmp_path):
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ don_vi }}"
    document.add_paragraph("x")
    assert ["x"] == texts(docx.Document(io.BytesIO(fill_template(saved(document, tmp_path), FIELDS | {"don_vi": MARK}, MARK))))


def test_same_bytes_again_and_the_template_stays(tmp_path):
    path = template(tmp_path, "{{ don_vi }}")
    before = path.read_bytes()
    first = fill_template(path, FIELDS)
    assert fill_template(path, FIELDS) == first
    assert path.read_bytes() == before
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in archive.infolist()}


# what is refused


def test_an_unknown_field_is_named_with_its_place_and_the_nearest(tmp_path):
    said = refused(template(tmp_path, "Đơn vị báo cáo: {{ don_vj }}", "{{ hoàn_toàn_khác }}"))
    assert 'Đoạn “Đơn vị báo cáo: {{ don_vj }}”: không có trường "don_vj". Có phải ý bạn là "don_vi"?' in said
    assert 'không có trường "hoàn_toàn_khác".' in said
    assert "Danh sách trường: docs/fields.md." in said


def test_a_name_with_marks_is_near_the_one_without(tmp_path):
    assert 'Có phải ý bạn là "tu_ngay"?' in refused(template(tmp_path, "{{ từ_ngày }}"))
    assert 'Có phải ý bạn là "don_vi"?' in refused(template(tmp_path, "{{ đơn_vị }}"))


def test_an_unknown_field_is_found_where_it_would_not_be_printed(tmp_path):
    assert "khong_co" in refused(template(tmp_path, "{% if trong %}{{ khong_co }}{% endif %}"))


def test_an_unknown_field_of_a_header_or_property_is_found(tmp_path):
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "đầu {{ sai_dau }}"
    document.core_properties.title = "tên {{ sai_ten }}"
    said = refused(saved(document, tmp_path))
    assert "Đoạn “đầu {{ sai_dau }}”" in said
    assert "Đoạn “tên {{ sai_ten }}”" in said


def test_a_long_paragraph_is_cut_where_it_is_shown(tmp_path):
    assert f"“{'chữ ' * 20}…”" in refused(template(tmp_path, "chữ " * 100 + "{{ sai }}"))


def test_an_unknown_column_is_named_with_the_columns(tmp_path):
    said = refused(template(tmp_path, "{% for d in don_vi_bang %}{{ d.tenn }}{% endfor %}"))
    assert 'không có cột "d.tenn". Có phải ý bạn là "ten"? Các giá trị dùng được: tt, ten, tong.' in said


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{{ don_vi_bang }}", '"don_vi_bang" là cả bảng hay cả dòng'),
        ("{% for d in don_vi_bang %}{{ d }}{% endfor %}", '"d" là cả bảng hay cả dòng'),
        ("{% for d in don_vi %}{{ d }}{% endfor %}", "vòng lặp phải qua một bảng"),
        ("{% for d in don_vi_bang %}x{% endfor %}{{ d.ten }}", 'không có trường "d.ten"'),
        ("{% for a in don_vi_bang %}{% for b in don_vi_bang %}x{% endfor %}{% endfor %}", "không nằm trong vòng lặp khác"),
        ("{{ don_vi.ten }}", 'không có trường "don_vi.ten"'),
        ("{{ don_vi|title }}", 'không có "|title"'),
    ],
)
def test_what_would_print_nonsense_is_refused(tmp_path, written, fault):
    assert fault in refused(template(tmp_path, written))


@pytest.mark.parametrize(
    "attack",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ don_vi.__class__ }}",
        "{{ don_vi.format.__globals__ }}",
        "{{ don_vi.upper() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum() }}",
        "{{ self._TemplateReference__context }}",
        "{{ 'x' * 10**10 }}",
        "{{ 2**99999 }}",
        "{{ don_vi|attr('__class__') }}",
        "{{ don_vi|center(1000000000) }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for d in don_vi_bang recursive %}{{ loop(don_vi_bang) }}{% endfor %}",
        "{% for d in don_vi_bang %}{{ d.ten.__class__ }}{% endfor %}",
        "{% for d in don_vi_bang %}{{ d['ten'] }}{% endfor %}",
        "{% set x = don_vi %}{{ x }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% filter upper %}x{% endfilter %}",
        "{{ don_vi ~ don_vi }}",
        "{{ loop.index }}",
    ],
)
def test_a_template_runs_no_code(tmp_path, attack):
    refused(template(tmp_path, f"xin chào {attack}"))


@pytest.mark.parametrize(
    "broken", ["{{ don_vi }", "{{ don vi }}", "{{ }}", "{% for d in don_vi_bang %}x", "{% endif %}", "{% if %}x{% endif %}", "{{ don_vi | }}"]
)
def test_wrong_syntax_is_said_with_its_place(tmp_path, broken):
    said = refused(template(tmp_path, "đoạn một", f"đoạn hai {broken}"))
    assert "viết sai ở hoặc trước đoạn “đoạn hai" in said
    assert "{% for %}" in said


@pytest.mark.parametrize("kind", ["endnotes", "comments"])
def test_a_field_that_could_not_be_filled_is_refused(tmp_path, kind):
    document = docx.Document()
    note = f"<w:{kind} {nsdecls('w')}><w:p><w:r><w:t>xem {{{{ don_vi }}}}</w:t></w:r></w:p></w:{kind}>"
    part = Part(
        PackURI(f"/word/{kind}1.xml"), f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml", note.encode(), document.part.package
    )
    document.part.relate_to(part, f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}")
    assert f"Trường ở {kind}1.xml (“{{{{ don_vi }}}}”) không điền được" in refused(saved(document, tmp_path))


@pytest.mark.parametrize("value", ["UBND huyện Minh Long", "{{ tu_ngay }} {% if %}"])
@pytest.mark.parametrize("sections", [1, 3])
def test_footnotes_are_filled_once(tmp_path, value, sections):
    """However many sections there are: docxtpl goes over footnotes once for each."""
    document = docx.Document()
    for _ in range(sections - 1):
        document.add_section()
    note = f"<w:footnotes {nsdecls('w')}><w:footnote><w:p><w:r><w:t>{{{{ don_vi }}}}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    part = Part(PackURI("/word/footnotes1.xml"), CONTENT_TYPE.WML_FOOTNOTES, note.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    content = fill_template(saved(document, tmp_path), FIELDS | {"don_vi": value})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [value] == list(etree.fromstring(archive.read("word/footnotes1.xml")).itertext())


def changed_archive(path: Path, name: str, content: bytes) -> Path:
    """Add a file to a template's archive, or put another content in its place."""
    with zipfile.ZipFile(path) as old:
        members = {entry: old.read(entry) for entry in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for entry, data in (members | {name: content}).items():
            new.writestr(entry, data)
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_what_is_no_plain_docx_is_refused_with_the_cure(tmp_path):
    path = template(tmp_path, "x")
    good = path.read_bytes()
    old, locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "EncryptedPackage".encode("utf-16-le")
    assert "không có tệp này" in refused(tmp_path / "khong-co.docx")
    assert "không phải tệp Word" in refused(written(path, b"%PDF-1.7"))
    assert "không phải tệp Word" in refused(written(path, b""))
    assert "kiểu cũ (.doc)" in refused(written(path, old))
    assert "mật khẩu" in refused(written(path, old + locked))
    assert "không đọc được" in refused(written(path, good[:-100] + good[-22:]))
    assert "macro" in refused(changed_archive(written(path, good), "word/vbaProject.bin", b"x"))
    assert "không đọc được" in refused(changed_archive(written(path, good), "word/document.xml", b"<w:document"))
    assert "không đọc được" in refused(changed_archive(written(path, good), "_rels/.rels", b"<Relationships/>"))


def test_a_macro_document_without_its_macro_is_no_docx(tmp_path):
    path = template(tmp_path, "x")
    with zipfile.ZipFile(path) as archive:
        kinds = archive.read("[Content_Types].xml").replace(CONTENT_TYPE.WML_DOCUMENT_MAIN.encode(), b"application/vnd.ms-word.document.macroEnabled.main+xml")
    assert "không đọc được như một văn bản Word" in refused(changed_archive(path, "[Content_Types].xml", kinds))


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tthc_analysis.press.fill.LARGEST", 1_000)
    assert "quá lớn" in refused(template(tmp_path, "x"))


# the command


@pytest.fixture
def params(tmp_path, sample_register, monkeypatch) -> Path:
    """A project with the sample's parameters; the working directory."""
    for folder in ("params", "notebooks"):
        (tmp_path / folder).mkdir()
    body = f"period: 2024-Q1\nas_of: 2024-03-15\nunit: huyen-minh-long\nregister: {sample_register}\npolicy: report-2024\nhistory: 1\n"
    path = tmp_path / "params" / "2024-Q1.yaml"
    path.write_text(body + "document: {issuer: UBND huyện Minh Long, period: 2021-01-01..2024-03-15}\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def test_the_command_fills_a_template_with_the_reports_figures(tthc, params, tmp_path):
    path = template(tmp_path, "Số hóa: {{ so_hoa_thanh_phan }}, đạt {{ ty_le_so_hoa_thanh_phan }}", "{{ cau_da_giai_quyet }}")
    ran = tthc("fill", path, "--params", params)
    assert (0, f"Đã điền mẫu {path}: {tmp_path / 'mau-2024-Q1.docx'}\n") == (ran.code, ran.out), ran.err
    made = texts(docx.Document(str(tmp_path / "mau-2024-Q1.docx")))
    assert "Số hóa: 8.925/9.924, đạt 89,93%" == made[1]
    assert "Số lượng hồ sơ đã giải quyết: 9.789; trong đó, giải quyết trước hạn: 8.956, đúng hạn: 656, quá hạn: 177." == made[2]
    assert made[0].startswith("DỮ LIỆU MẪU")


def test_a_field_in_one_brace_is_not_passed_over(tmp_path):
    said = refused(template(tmp_path, "{{ don_vi }} số hóa { ty_le_so_hoa } hồ sơ, {khac} thì không"))
    assert "“{{ don_vi }} số hóa { ty_le_so_hoa } hồ sơ, {khac} thì không”: viết {{ ty_le_so_hoa }}, hai dấu ngoặc mỗi bên" in said
    assert "viết {{ khac }}" not in said


def test_a_template_without_a_field_is_said_to_have_none(tmp_path):
    assert "không có trường nào để điền" in refused(template(tmp_path, "Báo cáo quý"))


def test_a_filled_document_that_somebody_changed_is_not_written_over(tthc, params, tmp_path):
    form, made = template(tmp_path, "{{ don_vi }}"), tmp_path / "mau-2024-Q1.docx"
    assert [0, 0] == [tthc("fill", form, "--params", params).code for _ in range(2)], "the same once more is no change"
    changed = docx.Document(str(made))
    changed.add_paragraph("Viết tay")
    changed.save(str(made))
    before = made.read_bytes()
    again = tthc("fill", form, "--params", params)
    assert (2, before) == (again.code, made.read_bytes())
    assert "không ghi đè" in again.err


def test_the_command_writes_where_it_is_told(tthc, params, tmp_path):
    ran = tthc("fill", template(tmp_path, "{{ don_vi }}"), "--params", params, "--out", tmp_path / "ra" / "bao-cao.docx")
    assert 0 == ran.code, ran.err
    assert "Huyện Minh Long" in texts(docx.Document(str(tmp_path / "ra" / "bao-cao.docx")))


@pytest.mark.parametrize("out", ["mau.docx", "./params/../mau.docx", "bao-cao.pdf"])
def test_the_template_itself_is_never_written_over(tthc, params, tmp_path, out):
    path = template(tmp_path, "{{ don_vi }}")
    before = path.read_bytes()
    ran = tthc("fill", path, "--params", params, "--out", out)
    assert 2 == ran.code
    assert "cần một tệp .docx khác với mẫu" in ran.err
    assert (before, False) == (path.read_bytes(), (tmp_path / "bao-cao.pdf").exists())


def test_an_unknown_field_writes_nothing(tthc, params, tmp_path):
    ran = tthc("fill", template(tmp_path, "{{ so_hoa_thanh_phann }}"), "--params", params)
    assert 2 == ran.code
    assert 'Có phải ý bạn là "so_hoa_thanh_phan"?' in ran.err
    assert not (tmp_path / "mau-2024-Q1.docx").exists()


def test_personal_data_in_a_template_writes_nothing(tthc, params, tmp_path):
    ran = tthc("fill", template(tmp_path, "{{ don_vi }}, liên hệ 0905123456"), "--params", params)
    assert 2 == ran.code
    assert "có dữ liệu cá nhân nên không ghi" in ran.err
    assert "0905123456" not in ran.err
    assert not (tmp_path / "mau-2024-Q1.docx").exists()


def test_every_field_can_be_printed(sample_register, tmp_path):
    study = open_study(period="2024-Q1", as_of="2024-03-15", unit="huyen-minh-long", register=str(sample_register), policy="report-2024", history=1)
    fields = {name: field.value for name, field in report_fields(study).items()}
    singles = [name for name, value in fields.items() if isinstance(value, str)]
    loops = [f"{{% for d in {name} %}}{{{{ d.ten }}}}|{{% endfor %}}" for name in fields if name not in singles]
    made = docx.Document(io.BytesIO(fill_template(template(tmp_path, *(f"{{{{ {name} }}}}" for name in singles), *loops), fields)))
    assert [
        *(fields[name] for name in singles),
        *("".join(f"{row['ten']}|" for row in rows) for rows in fields.values() if not isinstance(rows, str)),
    ] == texts(made)
