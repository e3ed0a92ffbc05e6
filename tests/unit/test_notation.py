"""How numbers and dates are written: half up on the exact ratio, Vietnamese separators, and missing as a dash."""

import math
import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.reference.notation import change, count, day, decimal, half_up, percent, plain, points, points_between, ratio, span

NAN = math.nan
COUNTS = [
    (0, "0"),
    (7, "7"),
    (999, "999"),
    (1000, "1.000"),
    (9924, "9.924"),
    (1234567, "1.234.567"),
    (9924.0, "9.924"),
    (-41, "−41"),
    (10**15, "1.000.000.000.000.000"),
]
PERCENTS = [
    (1, 8, "12,50%"),
    (12345, 100_000, "12,35%"),
    (12344, 100_000, "12,34%"),
    (12335, 100_000, "12,34%"),
    (1, 200_000, "0,00%"),
    (1, 20_000, "0,01%"),
    (5, 1000, "0,50%"),
    (1, 3, "33,33%"),
    (2, 3, "66,67%"),
    (0, 7, "0,00%"),
    (7, 7, "100,00%"),
    (8925, 9924, "89,93%"),
    (3232, 9794, "33,00%"),
    (3232, 9789, "33,02%"),
    (9612, 9789, "98,19%"),
    (9760, 9937, "98,22%"),
    (9640, 9965, "96,74%"),
    (2608, 9924, "26,28%"),
    (2608, 9965, "26,17%"),
    (148, 9965, "1,49%"),
    (501, 150, "334,00%"),
    (12_345_678, 1, "1.234.567.800,00%"),
    (0.5, 1, "50,00%"),
]
DECIMALS = [
    (2.25, 1, "2,3"),
    (2.35, 1, "2,4"),
    (2.675, 2, "2,68"),
    (1.005, 2, "1,01"),
    (0.05, 1, "0,1"),
    (0.04, 1, "0,0"),
    (-0.04, 1, "0,0"),
    (-2.25, 1, "−2,3"),
    (1234.5, 1, "1.234,5"),
    (1234567.891, 2, "1.234.567,89"),
    (4, 1, "4,0"),
    (0.5, 0, "1"),
    (1e-7, 1, "0,0"),
    (1e16, 0, "10.000.000.000.000.000"),
]
POINTS = [
    ((3, 4), (1, 2), "+25,00 điểm %"),
    ((1, 2), (3, 4), "−25,00 điểm %"),
    ((1, 2), (2, 4), "0,00 điểm %"),
    ((0, 8), (1, 3), "−33,33 điểm %"),
    ((1, 3), (2, 3), "−33,33 điểm %"),
    ((12_345, 100_000), (0, 1), "+12,35 điểm %"),
    ((0, 1), (12_345, 100_000), "−12,35 điểm %"),
    # each share rounds to 33,33% and 33,34%; the exact difference is 0,0033…, not 0,01
    ((33_335, 100_000), (1, 3), "0,00 điểm %"),
]
CHANGES = [
    (120, 100, 0, "+20"),
    (100, 120, 0, "−20"),
    (4, 4, 0, "0"),
    (4, 4, 1, "0"),
    (2.0, 3.5, 1, "−1,5"),
    (3.5, 2.0, 1, "+1,5"),
    (2.35, 2.0, 1, "+0,4"),
    (0.1 + 0.2, 0.3, 1, "0,0"),
    (12_000, 1, 0, "+11.999"),
]
DAYS = [
    (date(2021, 1, 1), "01/01/2021"),
    (date(2024, 2, 9), "09/02/2024"),
    (date(2024, 3, 5), "05/3/2024"),
    (date(2024, 3, 15), "15/3/2024"),
    (date(2024, 10, 2), "02/10/2024"),
    (date(2024, 12, 31), "31/12/2024"),
]
MISSING_COUNTS = [None, NAN, np.nan, np.float64("nan")]
wholes = st.integers(0, 10**9)


def exact_half_up(value: Fraction, places: int) -> Decimal:
    """The second source: decimal arithmetic with so many digits that only an exact tie is a tie."""
    with localcontext(prec=80):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def in_vietnamese(value: Decimal) -> str:
    return format_decimal(value, "#,##0.00", locale="vi")


@pytest.mark.parametrize(("value", "text"), COUNTS)
def test_a_count_has_full_stops_between_thousands(value, text):
    assert text == count(value)


@pytest.mark.parametrize(("numerator", "denominator", "text"), PERCENTS)
def test_a_percentage_has_two_decimals_half_up(numerator, denominator, text):
    assert text == percent(numerator, denominator)


@pytest.mark.parametrize(("value", "places", "text"), DECIMALS)
def test_a_measured_value_is_rounded_half_up_as_it_is_written(value, places, text):
    assert text == decimal(value, places)


@pytest.mark.parametrize(("now", "then", "text"), POINTS)
def test_points_are_rounded_once_at_the_end(now, then, text):
    assert text == points(now, then)


@pytest.mark.parametrize(("now", "then", "places", "text"), CHANGES)
def test_a_change_has_its_sign(now, then, places, text):
    assert text == change(now, then, places)


@pytest.mark.parametrize(("value", "text"), DAYS)
def test_a_day_has_zeros_as_nghi_dinh_30_says(value, text):
    assert text == day(value)


def test_a_span_prints_both_days():
    expected = "15/12/2023–14/3/2024"
    assert expected == span(date(2023, 12, 15), date(2024, 3, 14))


@pytest.mark.parametrize(("numerator", "denominator", "text"), [(8925, 9924, "8.925/9.924"), (0, 0, "0/0"), (2, 3904, "2/3.904"), (1.0, 2.0, "1/2")])
def test_a_ratio_shows_both_counts(numerator, denominator, text):
    assert text == ratio(numerator, denominator)


@pytest.mark.parametrize("missing", MISSING_COUNTS)
def test_what_is_missing_is_a_dash_wherever_it_stands(missing):
    written = [
        *(count(missing), decimal(missing), percent(missing, 5), percent(5, missing), ratio(missing, 5), ratio(5, missing)),
        *(change(missing, 5), change(5, missing), points((missing, 5), (1, 2)), points((1, 2), (5, missing))),
    ]
    assert {"–"} == set(written)


@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_a_share_of_nothing_is_a_dash(zero):
    written = [percent(0, zero), percent(5, zero), points((0, zero), (1, 2)), points((1, 2), (0, zero))]
    assert {"–"} == set(written)


def test_a_missing_day_is_a_dash():
    missing = None
    assert "–" == day(missing)


@given(wholes, st.integers(1, 10**9))
def test_a_percentage_is_the_exact_share_rounded_half_up(numerator, denominator):
    assert f"{in_vietnamese(exact_half_up(Fraction(100 * numerator, denominator), 2))}%" == percent(numerator, denominator)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(0, 6))
def test_half_up_agrees_with_decimal_arithmetic(numerator, denominator, places):
    assert exact_half_up(Fraction(numerator, denominator), places) == half_up(Fraction(numerator, denominator), places)


@given(st.integers(0, 10**6), st.sampled_from([8, 16, 80, 400, 2000, 20_000, 200_000]))
def test_an_exact_tie_goes_up(tens, denominator):
    tie = Fraction(2 * tens + 1, 2 * 10**4)  # …5 in the third decimal of the percentage
    assert tie * 100 + Fraction(1, 200) == Fraction(half_up(tie * 100, 2))
    assert percent(tie.numerator, tie.denominator) == percent(tie.numerator * denominator, tie.denominator * denominator)


@given(wholes, wholes)
def test_points_turned_round_change_only_their_sign(a, b):
    there, back = points_between(Fraction(a, 10**9), Fraction(b, 10**9)), points_between(Fraction(b, 10**9), Fraction(a, 10**9))
    assert there.lstrip("+−") == back.lstrip("+−")
    assert {there[0], back[0]} in ({"+", "−"}, {"0"})


@given(st.floats(-1e9, 1e9), st.integers(1, 3))
def test_a_measured_value_is_rounded_from_its_shortest_decimal(value, places):
    with localcontext(prec=80):
        expected = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    written = decimal(value, places)
    assert expected == Decimal(written.replace(".", "").replace(",", ".").replace("−", "-"))


@pytest.mark.parametrize("integer", [np.int64, np.int32])
def test_integers_of_numpy_are_numbers_too(integer):
    expected = ["12,50%", "8", "1/8", "+7"]
    assert expected == [percent(integer(1), integer(8)), count(integer(8)), ratio(integer(1), integer(8)), change(integer(8), integer(1))]


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("  Long\u00a0 Mai \n", "Long Mai"),
        ("Mã\r\nhồ sơ", "Mã hồ sơ"),
        ("\tA\u2003B\u202fC", "A B C"),
        (unicodedata.normalize("NFD", "Đơn vị tiếp nhận"), "Đơn vị tiếp nhận"),
        ("", ""),
        ("\u00a0", ""),
    ],
)
def test_a_text_from_outside_is_nfc_with_single_spaces(text, tidy):
    assert tidy == plain(text)


@given(st.text())
def test_a_tidy_text_stays_as_it_is(text):
    assert plain(text) == plain(plain(text))
