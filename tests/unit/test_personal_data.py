"""What is taken for personal data, what is not, and what of a cell's text may be shown. Every person and number here is invented."""

import csv
import hashlib
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import tthc_analysis
from tthc_analysis.reference.notation import count, day, decimal, percent, ratio
from tthc_analysis.reference.personal_data import (
    CITIZEN_NUMBER,
    COVERED,
    EMAIL,
    LIKE_A_NAME,
    OLD_CITIZEN_NUMBER,
    PHONE,
    covered,
    findings,
    is_personal_number,
    may_be_a_name,
    redacted,
)
from tthc_analysis.reference.units import units

PACKAGE = Path(tthc_analysis.__file__).parent

FOUND = {
    "a mobile number": ("0912345678", PHONE),
    "a mobile number as people group it": ("0912 345 678", PHONE),
    "with full stops": ("0912.345.678", PHONE),
    "with hyphens": ("0912-345-678", PHONE),
    "with no-break spaces": ("0912\u00a0345\u00a0678", PHONE),
    "grouped 3-3-4": ("091 234 5678", PHONE),
    "grouped by twos": ("0912 34 56 78", PHONE),
    "grouped 4-6": ("0912.345678", PHONE),
    "with the country's code": ("+84912345678", PHONE),
    "with the country's code and spaces": ("+84 912 345 678", PHONE),
    "with the country's code and the nought": ("+84 (0)912 345 678", PHONE),
    "with 0084": ("0084912345678", PHONE),
    "with 84 and no sign": ("84912345678", PHONE),
    "as Excel makes a float of it": ("912345678.0", PHONE),
    "a land line": ("02553812345", PHONE),
    "a land line with its area in brackets": ("(0255) 3812345", PHONE),
    "a land line in groups": ("0255 3812 345", PHONE),
    "a land line in four groups": ("0255.3.812.345", PHONE),
    "a land line of Hà Nội": ("024 3812 3456", PHONE),
    "a mobile number of before 2018": ("01612345678", PHONE),
    "after a word": ("SĐT:0912345678", PHONE),
    "after a word without a space": ("ĐT0912345678", PHONE),
    "before a comma": ("0912345678, xã Long Mai", PHONE),
    "at a sentence's end": ("Gọi 0912345678.", PHONE),
    "in a file's name": ("don_0912345678.pdf", PHONE),
    "a personal number": ("051085012345", CITIZEN_NUMBER),
    "a personal number after its label": ("CCCD: 051085012345", CITIZEN_NUMBER),
    "a personal number in threes": ("051 085 012 345", CITIZEN_NUMBER),
    "a personal number of Hà Nội in threes": ("001 085 012 345", CITIZEN_NUMBER),
    "a personal number of Hà Nội in fours": ("0010 8501 2345", CITIZEN_NUMBER),
    "a personal number in fours": ("0510 8501 2345", CITIZEN_NUMBER),
    "a personal number in threes with hyphens": ("051-234-567-890", CITIZEN_NUMBER),
    "a personal number without its nought": ("51085012345", CITIZEN_NUMBER),
    "a personal number without its noughts": ("1085012345", CITIZEN_NUMBER),
    "a personal number as a float": ("51085012345.0", CITIZEN_NUMBER),
    "a card of before 2016": ("212345678", OLD_CITIZEN_NUMBER),
    "a card in brackets": ("(CMND 212345678)", OLD_CITIZEN_NUMBER),
    "an address": ("nguoi.nop@thu.example.vn", EMAIL),
    "an address with a plus": ("Gửi nguoi+nop@example.com.", EMAIL),
    "an address in a link": ("mailto:nguoi-nop@example.com?subject=x", EMAIL),
}

INNOCENT = {
    "a table's row of counts": "9.924 2.608 7.316; 84 912 345 678; 212 345 678; 212.345.678",
    "counts": "8.925/9.924 hồ sơ; 1.448; 12.345.678",
    "a row of counts": "0 0 0 0 0 0 0 0 0 0 0 0 0 0 1 240 980 955 901 40 14",
    "shares": "98,19%; +2,31 điểm %; −0,40 điểm %",
    "dates": "01/01/2021–15/3/2024, 05/3/2024 09:30, 2024-03-15T07:47:28.328919123",
    "a period": "2021-01-01..2024-03-15; 2024-Q1@calendar; 2024-Q1",
    "a timestamp": "20241231000000",
    "a date in one run": "20240315",
    "an old dossier code": "000.00.53.H48-220921-0099",
    "a dossier code whose tail begins like a number": "000.00.53.H48-220921-0975 120 345",
    "a new dossier code": "H15.50.05.13-261008-0975",
    "a ministry's dossier code": "G09.20-20260609-0092637",
    "a procedure code": "1.001612.000.00.00.H48; 2.000815",
    "a document's number": "Nghị quyết 1677/NQ-UBTVQH15; Quyết định 766/QĐ-TTg; 61/2018/NĐ-CP",
    "coordinates": '<path d="M 57.6 307.584 L 414.720001 307.584912 0.123456789 -1.0912345678 z"/>',
    "a long decimal": "0.26279725916968965 1.0912345678",
    "a measured value": "123456789.5",
    "a digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "a digest with a run of digits": "a0912345678b 0912345678c d0912345678",
    "a picture": "data:image/png;base64,iVBORw0KGgo+0912345678/051085012345/212345678=",
    "noughts": "000000000 000000000000 0000000000",
    "a name of a user": "@media print; user@host; a @ b.vn",
    "versions": "pandas 3.1.1, numpy 2.4.6, Python 3.11.7",
    "a colour and a glyph": "#0072B2; M10150L11090; m0a1b2c3d4e",
    "a service's short number": "1900 1096, 1022",
}


@pytest.mark.parametrize(("text", "kind"), FOUND.values(), ids=FOUND)
def test_personal_data_is_found_once_and_covered(text, kind):
    assert Counter({kind: 1}) == findings(f"hồ sơ {text} ngày")
    assert Counter() == findings(covered(text))
    assert COVERED in covered(text)
    assert COVERED in redacted(text)


@given(st.sampled_from([*FOUND.values()]), st.sampled_from([*INNOCENT.values()]), st.sampled_from([*INNOCENT.values()]), st.sampled_from(" \n\t;"))
def test_personal_data_is_found_among_anything(planted, before, after, between):
    text, kind = planted
    assert Counter({kind: 1}) == findings(between.join([before, text, after]))


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_what_a_report_holds_is_left_alone(text):
    assert Counter() == findings(text)


@pytest.mark.parametrize("text", [text for name, text in INNOCENT.items() if name != "a picture"])
def test_covering_leaves_what_is_innocent(text):
    assert text == covered(text)


@given(st.integers(0, 10**8), st.integers(0, 10**8), st.dates(min_value=date(1900, 1, 1)))
def test_no_number_that_a_report_prints_is_taken_for_personal_data(numerator, denominator, when):
    printed = [count(numerator), ratio(numerator, denominator), percent(numerator, denominator), decimal(numerator / 7), day(when), when.isoformat()]
    for between in (" ", "\n", "; ", "\t"):
        assert Counter() == findings(between.join(printed * 2))


CODES = st.from_regex(
    r"([0-9]{3}\.[0-9]{2}\.[0-9]{2}\.)?[A-Z][0-9]{2}(\.[0-9]{1,3}){0,4}-[0-9]{6}([0-9]{2})?-[0-9]{4,7}|[12]\.[0-9]{6}(\.000\.00\.00\.H48)?", fullmatch=True
)


@given(st.lists(CODES, min_size=1, max_size=5), st.sampled_from([" ", "\n", ", ", "; "]))
def test_no_code_of_a_dossier_or_a_procedure_is_taken_for_personal_data(codes, between):
    assert Counter() == findings(between.join(codes))


@given(st.binary(max_size=30))
def test_no_digest_is_taken_for_personal_data(content):
    assert Counter() == findings(hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("0912345678, 0987654321", {PHONE: 2}),
        ("0912345678@example.com", {PHONE: 1, EMAIL: 1}),
        ("5\n051085012345\n212345678", {CITIZEN_NUMBER: 1, OLD_CITIZEN_NUMBER: 1}),
    ],
)
def test_each_one_is_counted(text, kinds):
    assert Counter(kinds) == findings(text)


def test_numbers_are_not_joined_over_a_line_end():
    assert Counter() == findings("0912\n345\n678")


def test_a_covered_address_leaves_nothing_of_itself():
    assert "Gửi ••• nhé" == covered("Gửi nguoi.nop+1@thu.example.vn nhé")


PIECES = st.sampled_from(
    [
        *(text for text, _ in FOUND.values()),
        *INNOCENT.values(),
        "Nguyễn Văn An",
        "HỒ SƠ",
        "xã",
        "ông ",
        "0",
        "9",
        "12",
        "123",
        "4567",
        ".",
        "-",
        " ",
        "@",
        "+",
        "+84",
        "(",
        ",",
        "a",
        "m",
        "_",
        "\u0301",
        "\n",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(alphabet="0123456789 .-+@aÂ_,()", max_size=200) | st.text(max_size=200)


@given(TEXTS)
def test_nothing_is_left_to_find_in_a_redacted_text_and_a_second_time_changes_nothing(text):
    shown = redacted(text)
    assert Counter() == findings(shown)
    assert shown == redacted(shown)
    assert len(shown) <= 80


@given(TEXTS.filter(lambda text: ";base64," not in text))
def test_what_is_found_is_what_is_covered(text):
    assert bool(findings(text)) == (text != covered(text))
    assert Counter() == findings(covered(text))


NAMES = [
    "Nguyễn Văn An",
    "NGUYỄN VĂN AN",
    "Trần Thị Bích Ngọc",
    "Đinh Văn Rế",
    "Phạm Thị Hrê",
    "Lê An",
    "Hồ Thị Kim Ngân Hà My",
    "ông Nguyễn Văn An",
    "Hộ ông Nguyễn Văn An",
    "Bà: Trần Thị B.",
    "Nguyễn Văn An (chủ hộ)",
    "Nguyễn Văn An - 0912345678",
    "Nguyễn Văn An, Trần Thị B",
    "Người nộp: Nguyễn Văn An",
    "Nguyễn Văn An xin cấp lại giấy chứng nhận",
    "Thôn 2, Nguyễn Văn An",
    "Nguyen Van An",
    "LE THI HOA",
    "  Nguyễn   Văn\u00a0An ",
    unicodedata.normalize("NFD", "Nguyễn Văn Ấn"),
    "nguyễn văn hùng",
    "Nguyễn văn hùng",
    "trà thị thu",
    "Trà Thị Thu",
    "Ung Văn Tám",
    "Mạch Thị Bưởi",
    "Từ Công Phụng",
    "Ông Ích Khiêm",
    "Kim Ngọc Hà",
    "Rơ Châm Phít",
    "Bà Lan",
    "ông Siu Bí",
    "Xã Long Mai, thôn 2, nhà ông Trần Văn Bí",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_persons_name_is_not_shown(name):
    assert LIKE_A_NAME == redacted(name)


SHOWN = [
    "Long Mai",
    "Thanh An",
    "UBND xã Long Mai",
    "Xã Sơn Mai",
    "Huyện Minh Long",
    "Ủy ban nhân dân huyện Minh Long",
    "PHÒNG TÀI NGUYÊN VÀ MÔI TRƯỜNG",
    "Trung Tâm Phục Vụ Hành Chính Công",
    "Phường Trần Phú",
    "Hà Nội",
    "Thành phố Hồ Chí Minh",
    "Lý Sơn",
    "Thôn 2, Hà Giang",
    "HỒ SƠ TRỄ HẠN",
    "Hồ Sơ Mới",
    "Ho So Moi",
    "LÝ LỊCH TƯ PHÁP",
    "Lý lịch tư pháp",
    "NÔNG NGHIỆP VÀ PHÁT TRIỂN NÔNG THÔN",
    "Lâm nghiệp",
    "LƯU THÔNG HÀNG HÓA TRONG NƯỚC",
    "Đào tạo với nước ngoài",
    "VI PHẠM HÀNH CHÍNH",
    "DANG XU LY",
    "QUẢN LÝ ĐÔ THỊ",
    "Phí thị thực",
    "UBND thị trấn Ba Tơ",
    "Cục Quản lý thị trường",
    "PHÒNG VĂN HÓA VÀ THÔNG TIN",
    "Bà Rịa",
    "TỪ CHỐI TIẾP NHẬN",
    "Đang xử lý",
    "ĐÃ TRẢ KẾT QUẢ",
    "31/02/2024",
    "20241331000000",
    "8.925",
    "000.00.53.H48-220921-0099",
    "Lê",
    "",
    "–",
]


@pytest.mark.parametrize("text", SHOWN)
def test_what_is_no_person_is_shown(text):
    assert text == redacted(text)


@pytest.mark.parametrize("number", ["0912,345,678", "84 912 345 678", "212 345 678", "212.345.678", "o912345678", "0912345678", "051-234-567-890", "a@b.vn"])
def test_a_cell_that_is_only_a_persons_number_is_one_however_it_is_grouped(number):
    assert is_personal_number(number)
    assert COVERED == redacted(number)


@pytest.mark.parametrize("code", ["000.00.53.H48-220921-0099", "H15.50.05.13-261008-0975", "HS-0001", "1234567", "20240315", "31/02/2024", "2.000815", ""])
def test_a_code_or_a_date_is_no_persons_number(code):
    assert not is_personal_number(code)


@pytest.mark.parametrize("name", ["Siu H'Lan", "Y Bhin Niê", "Danh Út", "Giang Thanh", "DANH ÚT", "lê ngọc hà", "Lê ngọc hà"])
def test_any_short_text_of_one_manner_may_be_a_name(name):
    assert may_be_a_name(name)


@pytest.mark.parametrize("text", ["Chờ bổ sung hồ sơ", "Đất đai", "Hồ sơ 12", "Hùng", "", "Chứng thực bản sao từ bản chính giấy tờ"])
def test_a_sentence_is_no_name(text):
    assert not may_be_a_name(text)


def words_of_the_package() -> list[str]:
    """Every name of a unit, a field, a procedure, a status and a column that the package knows."""
    procedures = csv.DictReader((PACKAGE / "register" / "data" / "sample_procedures.csv").read_text("utf-8").splitlines())
    named = [text for row in procedures for text in (row["name"], row["field"])]
    profiles = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((PACKAGE / "register" / "profiles").glob("*.yaml"))]
    headers = [header for profile in profiles for headers in profile["columns"].values() for header in headers]
    values = [str(text) for profile in profiles for texts in profile.get("values", {}).values() for text in texts]
    return [*named, *headers, *values, *(name for unit in units().values() for name in (unit.name, unit.short_name, *unit.aliases))]


@pytest.mark.parametrize("case", [str, str.upper, str.title])
def test_no_unit_field_procedure_status_or_header_is_taken_for_a_person(case):
    hidden = [text for text in map(case, words_of_the_package()) if LIKE_A_NAME == redacted(text)]
    assert [] == hidden


def test_a_long_text_is_cut():
    assert "Chứng thực " * 7 + "Ch…" == redacted("Chứng thực " * 100_000)


def test_a_number_is_covered_before_the_cut_can_halve_it():
    assert ["x" * 72 + " •••", "x" * 78 + " …"] == [redacted("x" * 72 + " 0912345678"), redacted("x" * 78 + " 0912345678")]


def test_a_cut_makes_no_number_of_a_longer_one():
    assert COVERED == redacted("x " * 33 + "-20241231000000123")[-4:-1]
