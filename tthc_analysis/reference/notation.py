"""How numbers and dates are written in a Vietnamese report. The only place where anything is rounded.

Thousands take a full stop and decimals a comma; a percentage has two decimals, rounded half up on the exact ratio, and no
space before the sign; days below 10 and the months 1 and 2 take a leading zero (Nghị định 30/2020/NĐ-CP, Phụ lục I).
A missing value is "–": never 0, never 100%.
"""

import math
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

MISSING = "–"
WITHHELD = "*"  # known, and not published: it would tell of few persons
MINUS = "−"
NOISE_PLACES = 12
TOLERANCE = 1e-10
POINTS = "điểm %"  # percentage points: a share that goes from 50% to 51% has risen by one of them
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def is_missing(value: float | None) -> bool:
    """Say whether a value is absent (None or NaN)."""
    return value is None or math.isnan(value)


def _exact(value: float) -> Fraction:
    """Take a number at its word: an integer (numpy's too) as it is, a float as the decimals that it prints."""
    return Fraction(int(value)) if value == int(value) else Fraction(repr(float(value)))


def half_up(value: Fraction, places: int) -> Decimal:
    """Round an exact ratio half up (away from zero at the half) to a number of decimals."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def _written(value: Decimal, *, signed: bool = False) -> str:
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return sign + f"{abs(value):,f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def count(value: float | None) -> str:
    """Write a count of dossiers.

    >>> count(9924), count(0), count(None)
    ('9.924', '0', '–')
    """
    return MISSING if value is None or is_missing(value) else _written(half_up(_exact(value), 0))


def decimal(value: float | None, places: int = 1) -> str:
    """Write a measured value (days) with a fixed number of decimals, half up.

    >>> decimal(2.25), decimal(1234.5), decimal(None)
    ('2,3', '1.234,5', '–')
    """
    return MISSING if value is None or is_missing(value) else _written(half_up(_exact(value), places))


def percent(numerator: float | None, denominator: float | None) -> str:
    """Write a share as a percentage with two decimals, half up on the exact ratio.

    >>> percent(8925, 9924), percent(3232, 9794), percent(0, 0)
    ('89,93%', '33,00%', '–')
    """
    if numerator is None or denominator is None or is_missing(numerator) or is_missing(denominator) or denominator == 0:
        return MISSING
    return f"{_written(half_up(_exact(numerator) / _exact(denominator) * 100, 2))}%"


def ratio(numerator: float | None, denominator: float | None) -> str:
    """Write "n/N", the two counts behind a share.

    >>> ratio(8925, 9924), ratio(None, None)
    ('8.925/9.924', '–')
    """
    if numerator is None or denominator is None or is_missing(numerator) or is_missing(denominator):
        return MISSING
    return f"{count(numerator)}/{count(denominator)}"


def points(now: tuple[float, float], then: tuple[float, float]) -> str:
    """Write the change between two shares, each (numerator, denominator), in percentage points, rounded once at the end.

    >>> points((3, 4), (1, 2)), points((1, 3), (2, 3)), points((1, 2), (0, 0))
    ('+25,00 điểm %', '−33,33 điểm %', '–')
    """
    if any(is_missing(value) for value in (*now, *then)) or now[1] == 0 or then[1] == 0:
        return MISSING
    return points_between(_exact(now[0]) / _exact(now[1]), _exact(then[0]) / _exact(then[1]))


def points_between(now: Fraction, then: Fraction) -> str:
    """Write the difference of two exact shares (0 to 1) in percentage points.

    >>> points_between(Fraction(2608, 9924), Fraction(1, 2))
    '−23,72 điểm %'
    """
    return f"{_written(half_up((now - then) * 100, 2), signed=True)} {POINTS}"


def rounded_parts(effects: Sequence[float], total: Fraction, places: int = 2) -> list[Decimal]:
    """Give effects in percentage points, rounded so that they add up to their total as it is printed.

    The total is rounded half up on the exact difference; parts are cut, and the last decimals still lacking go to those that lost
    most (largest remainders; the earlier first), so that none is off by a whole last decimal. Raises ValueError if the effects do not
    sum to the total.

    >>> [str(part) for part in rounded_parts([1 / 300, 1 / 300, 1 / 300], Fraction(1, 100))]
    ['0.34', '0.33', '0.33']
    """
    # without the noise equal remainders are equal on every machine, and an effect of nought is 0
    exact = [Fraction(half_up(Fraction(effect), NOISE_PLACES)) for effect in effects]
    if not math.isclose(sum(exact), total, rel_tol=0, abs_tol=TOLERANCE):
        message = f"Effects sum to {float(sum(exact))}, not to their total {float(total)}"
        raise ValueError(message)
    scaled = [100 * effect * 10**places for effect in exact]
    lacking = int(half_up(100 * total, places).scaleb(places)) - sum(map(math.floor, scaled))
    most = sorted(range(len(scaled)), key=lambda n: math.floor(scaled[n]) - scaled[n])[:lacking]
    return [half_up(Fraction(math.floor(part) + (n in most), 10**places), places) for n, part in enumerate(scaled)]


def change(now: float | None, then: float | None, places: int = 0) -> str:
    """Write the difference of two counts or durations, with its sign.

    >>> change(120, 100), change(2.0, 3.5, places=1), change(5, None), change(4, 4)
    ('+20', '−1,5', '–', '0')
    """
    if now is None or then is None or is_missing(now) or is_missing(then):
        return MISSING
    exact = _exact(now) - _exact(then)
    return _written(half_up(exact, places if exact else 0), signed=True)


def day(value: date | None) -> str:
    """Write a date as Nghị định 30/2020 does.

    >>> day(date(2021, 1, 1)), day(date(2024, 3, 5)), day(None)
    ('01/01/2021', '05/3/2024', '–')
    """
    if value is None:
        return MISSING
    return f"{value.day:02d}/{value.month:02d}/{value.year}" if value.month < 3 else f"{value.day:02d}/{value.month}/{value.year}"


def day_words(value: date) -> str:
    """Write a date in words as Nghị định 30/2020 does.

    >>> day_words(date(2024, 3, 5)), day_words(date(2024, 2, 15))
    ('ngày 05 tháng 3 năm 2024', 'ngày 15 tháng 02 năm 2024')
    """
    number, month, year = day(value).split("/")
    return f"ngày {number} tháng {month} năm {year}"


def span(start: date, end: date) -> str:
    """Write a period's two days, both in.

    >>> span(date(2023, 12, 15), date(2024, 3, 14))
    '15/12/2023–14/3/2024'
    """
    return f"{day(start)}–{day(end)}"


def plain(text: str) -> str:
    r"""Bring a text from outside into the one form that is compared and stored: NFC, single ordinary spaces, no ends.

    >>> plain("  Long\u00a0  Mai ")
    'Long Mai'
    """
    # half of what offices write is plain Latin, which has no other form
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())
