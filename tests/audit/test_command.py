"""`tthc audit`: what it prints and writes, its exit codes, that it covers personal data and never touches the report."""

import json
from io import BytesIO
from pathlib import Path

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from lxml import html
from written import pdf_of, report_of, word_of

from tthc_analysis.audit.reading import read_report
from tthc_analysis.press.privacy import personal_data

SEED = Path(__file__).with_name("minh-long.txt")
ROOT = Path(__file__).parents[2]
WRONG = (
    "BÁO CÁO\nKết quả quý II năm 2024\nSố phiếu hài lòng: 501/150 phiếu.\nĐơn vị\tTrước hạn\tQuá hạn\tTổng\nXã A\t10\t5\t15\nXã B\t20\t2\t23\nXã C\t7\t1\t8\n"
)
PRIVATE = ("0912345678", "051085012345", "nguoidan@example.vn", "000.00.53.H48-220921-0099")
WITH_PRIVATE = f"BÁO CÁO\nKết quả quý II năm 2024\nHồ sơ {PRIVATE[3]}, điện thoại {PRIVATE[0]}, CCCD {PRIVATE[1]}, thư {PRIVATE[2]}: hài lòng 501/150 phiếu.\n"


@pytest.fixture
def audit(tthc, monkeypatch, tmp_path):
    """Run the command in this process, as a shell would, in a folder of its own; a text or bytes becomes the report."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def run(report: str | bytes, *options: object, name: str = "bao-cao.txt"):
        Path(name).write_bytes(report if isinstance(report, bytes) else report.encode())
        return tthc("audit", name, *options)

    return run


def comments(content: bytes) -> list[tuple[str, str]]:
    """Each comment of a Word document with the text of the paragraph or cell that it hangs on."""
    document = docx.Document(BytesIO(content))
    found = []
    for comment in document.comments:
        (start,) = document.element.body.xpath(f"//w:commentRangeStart[@w:id='{comment.comment_id}']")
        paragraph = next(start.iterancestors(qn("w:p")))
        found.append((comment.text, "".join(node.text or "" for node in paragraph.iter(qn("w:t")))))
    return found


# --- exit codes and forms


@pytest.mark.parametrize(
    ("report", "code", "said"),
    [
        (WRONG, 1, "Đọc được 10 số liệu: 2 lỗi."),
        ("BÁO CÁO\nKết quả quý II năm 2024\nHài lòng 150/501 phiếu.", 0, "Đọc được 1 số liệu: không thấy gì cần xem lại."),
        ("BÁO CÁO quý II năm 2024\nHài lòng 150/501 phiếu.\nDịch vụ công mức độ 4.\n", 0, "Đọc được 1 số liệu: 1 hỏi lại."),
        ("Xin chào.", 0, "Không đọc được số liệu nào, nên không có gì để kiểm tra."),
    ],
)
def test_the_exit_code_is_1_only_for_errors(audit, report, code, said):
    ran = audit(report)
    assert (code, "") == (ran.code, ran.err)
    assert said in ran.out


def test_the_table_says_place_check_and_sentence_the_gravest_first(audit):
    ran = audit(SEED.read_text("utf-8"))
    first = ran.out.index("Lỗi")
    assert first < ran.out.index("Hỏi lại") < ran.out.index("Lưu ý")
    flat = " ".join(ran.out.split())
    assert "dòng 108, bảng 1, hàng" in flat
    assert "Tử số lớn hơn mẫu số: 501/150 (334%)." in flat
    assert "“1 | UBND huyện | 215/215 | 501/150 | 0”" in flat
    assert max(map(len, ran.out.splitlines())) <= 100


@pytest.mark.parametrize("name", ["trong.txt", "cu.doc", "a.xlsx"])
def test_a_file_that_cannot_be_read_is_one_paragraph_and_code_2(audit, name):
    ran = audit(b"", name=name)
    assert (2, "", 1) == (ran.code, ran.out, len(ran.err.splitlines()))
    assert ran.err.startswith("Lỗi: ")


def test_json_is_a_list_of_findings_with_their_fields(audit):
    ran = audit(WRONG, "--format", "json")
    found = json.loads(ran.out)
    assert 1 == ran.code
    assert all({"check", "severity", "line", "quote", "numbers", "explanation"} <= set(one) for one in found)
    assert {"check": "ratio_above_one", "severity": "error", "line": 3, "numbers": ["501/150"]}.items() <= found[0].items()
    assert [(3, 0), (6, 0)] == [(one["line"], one["page"]) for one in found]


def test_json_goes_to_a_file_too_and_a_clean_report_is_an_empty_list(audit):
    ran = audit("Hài lòng 150/501 phiếu, quý II năm 2024.", "--format", "json", "--out", "ra.json")
    assert (0, []) == (ran.code, json.loads(Path("ra.json").read_text("utf-8")))


@pytest.mark.parametrize("form", ["html", "docx"])
def test_a_page_and_a_word_document_go_beside_the_report(audit, form):
    ran = audit(WRONG, "--format", form)
    assert 1 == ran.code
    assert f"bao-cao.kiem-tra.{form}" in ran.out
    assert Path(f"bao-cao.kiem-tra.{form}").is_file()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--format", "pdf"), 'Không có dạng "pdf"'),
        (("--out", "x.html"), "bảng chỉ in ra màn hình"),
        (("--format", "html", "--out", "x.docx"), "cần một tệp .html khác với báo cáo"),
        (("--params", "khong-co.yaml"), "Không có tệp tham số"),
    ],
)
def test_a_wrong_option_is_refused(audit, options, said):
    ran = audit(WRONG, *options)
    assert (2, "") == (ran.code, ran.out)
    assert said in ran.err


# --- the report itself


@pytest.mark.parametrize("form", ["table", "json", "html", "docx"])
@pytest.mark.parametrize(("name", "write"), [("a.txt", None), ("a.docx", word_of), ("a.pdf", pdf_of)])
def test_the_report_is_never_changed(audit, form, name, write):
    content = write(report_of(WRONG)) if write else WRONG.encode()
    ran = audit(content, "--format", form, name=name)
    assert (1, content) == (ran.code, Path(name).read_bytes())


def test_the_report_is_not_written_over(audit):
    content = word_of(report_of(WRONG))
    ran = audit(content, "--format", "docx", "--out", "./bao-cao.docx", name="bao-cao.docx")
    assert (2, content) == (ran.code, Path("bao-cao.docx").read_bytes())
    assert "không bao giờ bị ghi đè" in ran.err


@pytest.mark.parametrize("form", ["json", "html", "docx"])
def test_the_same_report_gives_the_same_bytes(audit, form):
    contents = []
    for name in ("mot", "hai"):
        audit(word_of(read_report(SEED)), "--format", form, "--out", f"{name}.{form}", name="bao-cao.docx")
        contents.append(Path(f"{name}.{form}").read_bytes())
    assert contents[0] == contents[1]


# --- beside their place


def test_the_page_shows_the_whole_text_and_each_finding_beside_its_line(audit):
    audit(WRONG, "--format", "html")
    page = html.fromstring(Path("bao-cao.kiem-tra.html").read_bytes())
    lines = page.xpath("//div[contains(@class, 'line')]")
    marked = [line for line in lines if line.xpath("./aside")]
    assert ["BÁO CÁO", "Kết quả quý II năm 2024", "Số phiếu hài lòng: 501/150 phiếu."] == [line[0].text_content() for line in lines[:3]]
    assert "Tử số lớn hơn mẫu số" in marked[0].xpath("./aside")[0].text_content()
    assert ["501/150"] == marked[0].xpath(".//mark/text()")
    assert ["23"] == [cell.text_content() for cell in marked[1].xpath(".//td[@class='marked']")]
    assert not [link for link in page.xpath("//a/@href") if not page.xpath(f"//*[@id='{link[1:]}']")]


def test_hostile_text_stays_text_on_the_page(audit):
    audit("BÁO CÁO quý II năm 2024\n<script>alert(1)</script> & 501/150 phiếu\n", "--format", "html")
    page = html.fromstring(Path("bao-cao.kiem-tra.html").read_bytes())
    assert not page.xpath("//script")
    assert "<script>alert(1)</script> & 501/150 phiếu" in page.text_content()


@pytest.mark.parametrize(("name", "write"), [("bao-cao.docx", word_of), ("bao-cao.pdf", pdf_of), ("bao-cao.txt", None)])
def test_in_word_each_comment_hangs_on_its_sentence_or_cell(audit, name, write):
    audit(write(report_of(WRONG)) if write else WRONG, "--format", "docx", name=name)
    said = comments(Path("bao-cao.kiem-tra.docx").read_bytes())
    assert ["Số phiếu hài lòng: 501/150 phiếu.", "23"] == [text for _, text in said]
    assert said[0][0].startswith("Lỗi – Tử số lớn hơn mẫu số.")


def test_the_copy_of_a_word_document_keeps_its_text_and_its_look(audit):
    document = docx.Document()
    document.add_heading("I. KẾT QUẢ quý II năm 2024", 1)
    document.add_paragraph("Số phiếu hài lòng: 501/150 phiếu.").runs[0].bold = True
    buffer = BytesIO()
    document.save(buffer)
    audit(buffer.getvalue(), "--format", "docx", name="bao-cao.docx")
    copy = docx.Document("bao-cao.kiem-tra.docx")
    assert [(one.text, one.style.name) for one in document.paragraphs] == [(one.text, one.style.name) for one in copy.paragraphs]
    assert copy.paragraphs[1].runs[0].bold


# --- personal data


def private_word() -> bytes:
    """A Word document with personal data in the text, over several runs, in a table, a head and a foot."""
    document = docx.Document()
    document.add_paragraph("BÁO CÁO quý II năm 2024")
    paragraph = document.add_paragraph("Điện thoại 0912")
    paragraph.add_run("345").bold = True
    paragraph.add_run("678, hài lòng 501/150 phiếu")
    document.add_table(1, 1).cell(0, 0).text = f"CCCD {PRIVATE[1]}"
    document.sections[0].header.paragraphs[0].text = PRIVATE[2]
    document.sections[0].footer.paragraphs[0].text = PRIVATE[3]
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["table", "json", "html", "docx"])
@pytest.mark.parametrize(("name", "content"), [("a.txt", WITH_PRIVATE.encode()), ("a.docx", private_word()), ("a.pdf", pdf_of(report_of(WITH_PRIVATE)))])
def test_personal_data_are_covered_in_every_output(audit, form, name, content):
    ran = audit(content, "--format", form, name=name)
    written = {path.name: path.read_bytes() for path in Path().glob("*.kiem-tra.*")}
    assert 1 == ran.code, ran.err
    assert "501/150" in ran.out or written
    assert {} == personal_data({**written, "out.txt.html": f"{ran.out}{ran.err}".encode()})
    assert not [value for value in PRIVATE for content in (ran.out.encode(), *written.values()) if value.encode() in content]


# --- against the register


def test_params_hold_the_report_against_the_register(audit, sample_register, tmp_path):
    values = yaml.safe_load((ROOT / "params" / "2024-Q1.yaml").read_text("utf-8")) | {"register": str(sample_register), "office": str(ROOT / "params")}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), "utf-8")
    ran = audit(SEED.read_text("utf-8"), "--params", "p.yaml", "--format", "json")
    mismatches = [one for one in json.loads(ran.out) if one["check"] == "register_mismatch"]
    assert [("error", 95, ["9.794"])] == [(one["severity"], one["line"], one["numbers"]) for one in mismatches]
    assert "dữ liệu mẫu" in ran.err
