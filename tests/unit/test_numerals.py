"""Which numerals of a text are figures: each case is a way in which offices write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.reference import notation
from tthc_analysis.reference.numerals import figures
from tthc_analysis.reference.periods import parse_period

NO_FIGURES = [
    "Quý IV/2023 theo lịch (01/10/2023–31/12/2023)",
    "6 tháng đầu năm 2024, 9 tháng năm 2024, Tháng 3/2024, năm 2024",
    "ngày 5 tháng 3 năm 2024; từ ngày 01/01/2021 đến ngày 15/3/2024; ngày 01/7",
    "Nghị định 61/2018/NĐ-CP ngày 23/4/2018, Thông tư 01/2020/TT-VPCP, Công văn số 1358/UBND-TTHC, Nghị quyết số 68/NQ-CP",
    "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15; QĐ 766/QĐ-TTg, chỉ tiêu 2.1; Quyết định 766, điều 147, 148",
    "Biểu số II.06a/VPCP/KSTT, cột (9), (12); Mẫu số 07; mục 2.1 đến 2.3 và mục 3; trang 2",
    "Kitagawa (1955), Laney 2002, Spiegelhalter 2005",
    "report-2024, dvcqg-766, ii06a, mã kiểm e3b0c44298fc, p90, H48.29, 000.00.53.H48-220921-0099",
    "2024-Q1, 2024-Q1@calendar, 2024-03, 2021-01-01..2024-03-15, 2024-H1, 2024-9M",
    "lúc 15:00, 07:30:59",
    "(3) = (4) + (5) + (6)",
    "2.2. Số hóa hồ sơ",
    "hạng 1 là tỷ lệ cao nhất; lần thứ 2",
]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_dates_documents_ordinals_and_names_are_no_figures(text: str) -> None:
    assert () == figures(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8.925/9.924 hồ sơ, đạt 89,93%", ("8.925", "9.924", "89,93")),
        ("02/3.904 và 7316", ("02", "3.904", "7316")),
        ("chỉ tiêu 50,00%, chênh −23,72 điểm %", ("50,00", "23,72")),
        ("Hạng 3–7 (trong 96)", ("96",)),
        ("cột (9) có 28 hồ sơ", ("28",)),
        ("mục 8.925 hồ sơ", ("8.925",)),
        ("2.024 hồ sơ trong năm 2024", ("2.024",)),
        ("2024 hồ sơ, 2024/9924", ("2024", "9924")),
        ("quá 5 ngày làm việc", ("5",)),
        ("3/2024 đến 3/28", ("3", "28")),
        ("0", ("0",)),
    ],
)  # fmt: skip
def test_what_was_counted_is_a_figure(text: str, expected: tuple[str, ...]) -> None:
    assert expected == figures(text)


@pytest.mark.parametrize("text", ["2024-Q1", "2024-Q3@calendar", "2024-03", "2024-H1", "2024-H2", "2024-9M", "2024", "2021-01-01..2024-03-15"])
def test_every_way_to_name_a_period_is_told_from_figures(text: str) -> None:
    period = parse_period(text)
    assert () == figures(f"{period.label}; {period.name}; {period.dates}; {period.text}")


@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_whatever_notation_writes_is_found_again(n: int, whole: int) -> None:
    text = f"{notation.ratio(n, whole)} hồ sơ, đạt {notation.percent(n, whole)}, trung bình {notation.decimal(n / whole)} ngày"
    written = (notation.count(n), notation.count(whole), notation.percent(n, whole).rstrip("%"), notation.decimal(n / whole))
    assert written == figures(text)
