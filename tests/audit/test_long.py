"""A report of two hundred pages is read and checked to its end; how fast is measured by benchmarks/audit_report.py."""

from time import perf_counter

import pytest
from written import pdf_of, report_of

from tthc_analysis.audit.audited import audited
from tthc_analysis.audit.check import check_report
from tthc_analysis.audit.claims import MOST_NUMBERS, read_claims
from tthc_analysis.audit.reading import read_report
from tthc_analysis.errors import UserError

PAGES = 200
LONGEST = 30  # seconds; it takes about three, and took more than a hundred
SECTION = (
    "{item}. Kết quả của xã thứ {number}\n"
    + "Ủy ban nhân dân xã đã chỉ đạo các công chức chuyên môn tiếp nhận, giải quyết hồ sơ đúng quy trình, công khai, minh bạch. " * 18
    + "\nTrong kỳ đã tiếp nhận {received} hồ sơ; đã giải quyết {resolved} hồ sơ, trong đó trước hạn {early} hồ sơ, đúng hạn {on} hồ sơ, quá hạn 0 hồ sơ.\n"
)


def long_text(pages: int) -> str:
    """A correct report, a commune a page, each with counts of its own."""
    rows = [
        {"item": (number - 1) % 99 + 1, "number": number, "received": 200 + number, "resolved": 150 + number, "early": 100, "on": 50 + number}
        for number in range(1, pages + 1)
    ]
    head = "UBND HUYỆN AN PHÚ\nAn Phú, ngày 15 tháng 6 năm 2024\nBÁO CÁO\nKết quả giải quyết thủ tục hành chính quý II năm 2024\n"
    return head + "".join(SECTION.format(**row) for row in rows)


@pytest.fixture(scope="module")
def text() -> str:
    return long_text(PAGES)


def test_every_page_is_read_and_every_claim_checked(text, tmp_path):
    broken = text.replace("trước hạn 100 hồ sơ, đúng hạn 250 hồ sơ", "trước hạn 100 hồ sơ, đúng hạn 251 hồ sơ")
    path = tmp_path / "dai.txt"
    path.write_text(broken, "utf-8")
    found = audited(path)
    assert found.figures == 5 * PAGES
    assert [("parts_not_total", ("350", "100", "251", "0"))] == [(one.check, one.numbers) for one in found.findings if one.severity == "error"]


REPEATED = (
    "{number}. Tình hình giải quyết\nTiếp nhận 1.346 hồ sơ, gồm 1.275 hồ sơ nộp mới và 71 hồ sơ kỳ trước chuyển qua. Trong số hồ sơ nộp mới có 1.020 hồ sơ trực tuyến, "
    "chiếm 80,00%. Đã giải quyết 1.284 hồ sơ, trong đó trước hạn 951 hồ sơ, đúng hạn 327 hồ sơ, quá hạn 06 hồ sơ (0,47%). Số hóa thành phần hồ sơ 1.211/1.275 hồ sơ (94,98%).\n"
)


def test_a_text_that_says_the_same_again_and_again_takes_time_with_its_length():
    """A share was once held against every sum of two of the same figures: of 150 copies that was minutes."""
    head = "BÁO CÁO\nKết quả giải quyết thủ tục hành chính quý II năm 2024\n"
    began = perf_counter()
    found = check_report(report_of(head + "".join(REPEATED.format(number=number % 99 + 1) for number in range(300))))
    assert perf_counter() - began < LONGEST
    assert not [one for one in found if one.severity == "error"]


def test_what_holds_more_numbers_than_any_report_is_refused_in_one_sentence():
    many = "BÁO CÁO quý II năm 2024\n" + "\n".join(f"Mã {number}: {number}, {number + 1}." for number in range(MOST_NUMBERS // 3 + 1))
    with pytest.raises(UserError, match=r"con số, nhiều hơn .* Tách phụ lục"):
        check_report(report_of(many))


def test_a_list_without_a_full_stop_is_read_piece_by_piece():
    text = "BÁO CÁO quý II năm 2024\nKết quả: " + ", ".join(f"thôn Bàu tiếp nhận {number} hồ sơ" for number in range(100, 900))
    assert len(read_claims(report_of(text)).all) == 800


def test_a_pdf_of_two_hundred_pages_is_read_whole(text, tmp_path):
    path = tmp_path / "dai.pdf"
    path.write_bytes(pdf_of(report_of(text)))
    report = read_report(path)
    assert sum("Kết quả của xã thứ" in block.text for block in report.blocks) == PAGES
    assert max(block.place.page for block in report.blocks) > 100


def test_a_wide_and_long_table_is_checked_by_its_own_rule():
    """Thirty columns, three hundred rows, the share of two columns in each: the row that breaks the rule is found, and only that one."""
    heads = ["TT", "Đơn vị", *(f"Chỉ tiêu {column}" for column in range(30)), "Tỷ lệ (%)"]
    rows = []
    for row in range(300):
        counts = [1000 + (row * 37 + column * 101) % 900 for column in range(30)]
        counts[7], share = 2000 + row, (200 + row * 7 % 700) / 10
        counts[3] = round(counts[7] * share / 100)
        shown = round(counts[3] / counts[7] * 100, 1) if row != 120 else 99.9
        rows.append([str(row + 1), f"Xã {row}", *map(str, counts), f"{shown}%".replace(".", ",")])
    text = "BÁO CÁO quý II năm 2024\n" + "\n".join("\t".join(cells) for cells in [heads, *rows])
    found = [one for one in check_report(report_of(text)) if one.severity == "error"]
    assert [("share_mismatch", 123)] == [(one.check, one.line) for one in found]
