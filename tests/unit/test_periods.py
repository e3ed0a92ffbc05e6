"""Reporting periods: the table of Nghị định 09/2019, calendar periods, ranges, and the periods before them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.reference.periods import Period, parse_period, period_name, previous, run, same_last_year, tick

# Nghị định 09/2019/NĐ-CP Điều 12, as restated in QĐ 01/2023/QĐ-UBND Khánh Hòa Điều 4: both days in.
STATUTORY = {
    "2024-01": (date(2023, 12, 15), date(2024, 1, 14)),
    "2024-02": (date(2024, 1, 15), date(2024, 2, 14)),
    "2024-03": (date(2024, 2, 15), date(2024, 3, 14)),
    "2023-03": (date(2023, 2, 15), date(2023, 3, 14)),
    "2024-12": (date(2024, 11, 15), date(2024, 12, 14)),
    "2024-Q1": (date(2023, 12, 15), date(2024, 3, 14)),
    "2024-Q2": (date(2024, 3, 15), date(2024, 6, 14)),
    "2024-Q3": (date(2024, 6, 15), date(2024, 9, 14)),
    "2024-Q4": (date(2024, 9, 15), date(2024, 12, 14)),
    "2024-H1": (date(2023, 12, 15), date(2024, 6, 14)),
    "2024-H2": (date(2024, 6, 15), date(2024, 12, 14)),
    "2024-9M": (date(2023, 12, 15), date(2024, 9, 14)),
    "2024": (date(2023, 12, 15), date(2024, 12, 14)),
}
CALENDAR = {
    "2024-01@calendar": (date(2024, 1, 1), date(2024, 1, 31)),
    "2024-02@calendar": (date(2024, 2, 1), date(2024, 2, 29)),
    "2023-02@calendar": (date(2023, 2, 1), date(2023, 2, 28)),
    "2024-12@calendar": (date(2024, 12, 1), date(2024, 12, 31)),
    "2024-Q1@calendar": (date(2024, 1, 1), date(2024, 3, 31)),
    "2024-Q2@calendar": (date(2024, 4, 1), date(2024, 6, 30)),
    "2024-Q3@calendar": (date(2024, 7, 1), date(2024, 9, 30)),
    "2024-Q4@calendar": (date(2024, 10, 1), date(2024, 12, 31)),
    "2024-H1@calendar": (date(2024, 1, 1), date(2024, 6, 30)),
    "2024-H2@calendar": (date(2024, 7, 1), date(2024, 12, 31)),
    "2024-9M@calendar": (date(2024, 1, 1), date(2024, 9, 30)),
    "2024@calendar": (date(2024, 1, 1), date(2024, 12, 31)),
}
RANGES = {
    "2021-01-01..2024-03-15": (date(2021, 1, 1), date(2024, 3, 15)),
    "2024-02-29..2024-02-29": (date(2024, 2, 29), date(2024, 2, 29)),
    "2000-01-01..2060-12-31": (date(2000, 1, 1), date(2060, 12, 31)),
}
KINDS = dict.fromkeys(STATUTORY, "statutory") | dict.fromkeys(CALENDAR, "calendar") | dict.fromkeys(RANGES, "range")
NOT_PERIODS = [
    *("", " ", "2024-", "-Q1", "Q1", "Q1-2024", "Q1/2024", "2024Q1", "2024-Q", "2024-Q0", "2024-Q5", "2024-Q11", "2024-q1", "2024 Q1", "2024-Q1 @calendar"),
    *("2024-00", "2024-13", "2024-1", "2024-003", "2024-H0", "2024-H3", "2024-h1", "2024-6M", "2024-9m", "2024-12M", "24-Q1", "02024-Q1", "20240-Q1"),
    *("2024-Q1@", "2024-Q1@lunar", "2024-Q1@Calendar", "2024-Q1@calendar@calendar", "@calendar", "2024-Q1\n2024-Q2", "2024-03-15", "2024/03", "03-2024"),
    *("0000-Q1", "1999-Q1", "9999-Q1", "2024-Q1-nd09", "quý I/2024", "Quý 1 năm 2024", "None", "../../etc/passwd", "2024-Q1/.."),
]
NOT_RANGES = [
    *("2024-03-15..", "..2024-03-15", "..", "2024-03-15..2024-03-14", "2024-02-30..2024-03-15", "2023-02-29..2023-03-15", "2024-01-01...2024-03-15"),
    *(
        "2024-01-01..2024-02-01..2024-03-01",
        "01/01/2021..15/03/2024",
        "2024-Q1..2024-Q2",
        "2021-01-01..nay",
        "1999-12-31..2024-03-15",
        "2024-01-01..2061-01-01",
    ),
]
PREVIOUS = {
    "2024-Q1": "2023-Q4",
    "2024-Q2": "2024-Q1",
    "2024-01": "2023-12",
    "2024-03": "2024-02",
    "2024-H1": "2023-H2",
    "2024-H2": "2024-H1",
    "2024-9M": "2023-9M",
    "2024": "2023",
    "2024-Q1@calendar": "2023-Q4@calendar",
    "2024-01@calendar": "2023-12@calendar",
    "2024-H2@calendar": "2024-H1@calendar",
    "2024-9M@calendar": "2023-9M@calendar",
    "2024@calendar": "2023@calendar",
    "2024-03-01..2024-03-31": "2024-01-30..2024-02-29",
    "2024-03-01..2024-03-01": "2024-02-29..2024-02-29",
    "2021-01-01..2024-03-15": "2017-10-19..2020-12-31",
}
SAME_LAST_YEAR = {
    "2024-Q1": "2023-Q1",
    "2024-12": "2023-12",
    "2024-H2": "2023-H2",
    "2024-9M": "2023-9M",
    "2024": "2023",
    "2024-Q4@calendar": "2023-Q4@calendar",
    "2024-02@calendar": "2023-02@calendar",
    "2024-02-29..2024-03-14": "2023-02-28..2023-03-14",
    "2025-02-01..2025-02-28": "2024-02-01..2024-02-28",
}
NAMES = {
    "2024-Q1": "Quý I/2024",
    "2024-Q4": "Quý IV/2024",
    "2024-01": "Tháng 1/2024",
    "2024-12": "Tháng 12/2024",
    "2024-H1": "6 tháng đầu năm 2024",
    "2024-H2": "6 tháng cuối năm 2024",
    "2024-9M": "9 tháng năm 2024",
    "2024": "Năm 2024",
    "2024-Q1@calendar": "Quý I/2024 theo lịch",
    "2024-12@calendar": "Tháng 12/2024 theo lịch",
    "2024-H2@calendar": "6 tháng cuối năm 2024 theo lịch",
    "2021-01-01..2024-03-15": "Từ ngày 01/01/2021 đến ngày 15/3/2024",
}

named_texts = st.builds(
    lambda year, part, kind: f"{year}{part}{kind}",
    st.integers(2020, 2059),
    st.sampled_from(["", "-9M", *(f"-Q{n}" for n in range(1, 5)), "-H1", "-H2", *(f"-{n:02d}" for n in range(1, 13))]),
    st.sampled_from(["", "@calendar"]),
)
range_texts = st.builds(
    lambda start, days: f"{start}..{start + timedelta(days=days)}",
    st.dates(date(2030, 1, 1), date(2040, 12, 31)),
    st.integers(0, 1200),
)
period_texts = named_texts | range_texts


@pytest.mark.parametrize(("text", "days"), (STATUTORY | CALENDAR | RANGES).items())
def test_first_and_last_day_are_those_of_the_table(text, days):
    period = parse_period(text)
    assert days == (period.start, period.end)


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kind_is_said_by_the_text(text, kind):
    period = parse_period(text)
    assert (kind, text) == (period.kind, period.text)


@pytest.mark.parametrize(
    ("text", "days"), [("2024-02-29..2024-02-29", 1), ("2024-Q1", 91), ("2023-Q1", 90), ("2024@calendar", 366), ("2021-01-01..2024-03-15", 1170)]
)
def test_days_count_both_ends(text, days):
    assert days == parse_period(text).days


@pytest.mark.parametrize("text", NOT_PERIODS)
def test_a_text_outside_the_grammar_is_refused_with_the_grammar(text):
    with pytest.raises(UserError, match=r"(?s)Không có kỳ báo cáo .*Cách viết: 2024-Q1.*@calendar"):
        parse_period(text)


@pytest.mark.parametrize("text", ["٢٠٢٤-Q1", "２０２４-Q1"])
def test_a_year_in_the_digits_of_another_script_is_refused(text):
    with pytest.raises(UserError):
        parse_period(text)


@pytest.mark.parametrize("text", NOT_RANGES)
def test_a_range_of_bad_dates_or_turned_round_is_refused(text):
    with pytest.raises(UserError, match="Cách viết: 2024-Q1"):
        parse_period(text)


@pytest.mark.parametrize("text", [" 2024-Q1 ", "\t2024-Q1\n", "\u00a02024-Q1"])
def test_blanks_around_a_period_do_not_matter(text):
    assert parse_period("2024-Q1") == parse_period(text)


def test_blanks_inside_a_range_do_not_matter():
    assert parse_period("2024-01-01..2024-03-15") == parse_period("2024-01-01 .. 2024-03-15")


def test_a_year_typed_as_a_number_is_a_period():
    assert parse_period("2024") == parse_period(2024)


@pytest.mark.parametrize(("text", "before"), PREVIOUS.items())
def test_the_previous_period_has_the_same_kind_and_length(text, before):
    assert before == previous(parse_period(text)).text


@pytest.mark.parametrize(("text", "year_before"), SAME_LAST_YEAR.items())
def test_the_same_period_last_year(text, year_before):
    assert year_before == same_last_year(parse_period(text)).text


@pytest.mark.parametrize(
    ("text", "oldest", "count"),
    [
        ("2024-Q1", "2021-Q1", 13),
        ("2024-03", "2023-04", 12),
        ("2024-H1", "2022-H2", 4),
        ("2024-9M", "2022-9M", 3),
        ("2024", "2021", 4),
        ("2024-Q1@calendar", "2021-Q1@calendar", 13),
        ("2024-03-11..2024-03-20", "2024-02-20..2024-02-29", 3),
        ("2024-Q1", "2024-Q1", 1),
    ],
)
def test_a_run_ends_with_the_period_and_goes_back_in_its_kind(text, oldest, count):
    periods = run(parse_period(text), count)
    assert (count, oldest, text) == (len(periods), periods[0].text, periods[-1].text)


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_the_vietnamese_name(text, name):
    assert name == period_name(parse_period(text))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2024-Q1", "Quý I/2024 (15/12/2023–14/3/2024)"),
        ("2024-Q1@calendar", "Quý I/2024 theo lịch (01/01/2024–31/3/2024)"),
        ("2021-01-01..2024-03-15", "Từ ngày 01/01/2021 đến ngày 15/3/2024"),
    ],
)
def test_the_label_prints_the_dates_once(text, label):
    assert label == parse_period(text).label


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("2024-Q1", "I\n2024"),
        ("2023-11", "11\n2023"),
        ("2024-H2", "Cuối\n2024"),
        ("2024-9M", "9T\n2024"),
        ("2024", "2024"),
        ("2024-03-01..2024-03-05", "01/3/2024–\n05/3/2024"),
    ],
)
def test_the_tick_puts_the_year_on_its_own_line(text, short):
    assert short == tick(parse_period(text))


@given(named_texts)
def test_a_named_period_begins_on_the_15th_or_the_1st_and_ends_the_day_before_one(text):
    period = parse_period(text)
    first = {"statutory": 15, "calendar": 1}[period.kind]
    assert (first, first) == (period.start.day, (period.end + timedelta(days=1)).day)


@given(period_texts)
def test_a_period_reads_back_from_its_own_text(text):
    period = parse_period(text)
    assert period == parse_period(period.text)


@given(period_texts.filter(lambda text: "9M" not in text))
def test_the_previous_period_ends_the_day_before(text):
    period = parse_period(text)
    before = previous(period)
    assert (period.start - timedelta(days=1), period.kind) == (before.end, before.kind)


@given(period_texts, st.integers(2, 5))
def test_a_run_is_in_order_without_overlap_and_of_one_kind(text, count):
    periods = run(parse_period(text), count)
    assert all(earlier.end < later.start for earlier, later in pairwise(periods) if "9M" not in text)
    assert [text] == [period.text for period in periods if period.text == text]
    assert {parse_period(text).kind} == {period.kind for period in periods}


@given(st.integers(2001, 2059), st.sampled_from(["", "@calendar"]))
def test_four_quarters_twelve_months_and_two_halves_make_the_year(year, kind):
    whole = parse_period(f"{year}{kind}")
    for parts in ([f"-Q{n}" for n in range(1, 5)], [f"-{n:02d}" for n in range(1, 13)], ["-H1", "-H2"]):
        periods: list[Period] = [parse_period(f"{year}{part}{kind}") for part in parts]
        assert (whole.start, whole.end, whole.days) == (periods[0].start, periods[-1].end, sum(period.days for period in periods))


@pytest.mark.parametrize("text", ["2001-Q1", "2001", "2001-9M", "2001-01", "2001-H1"])
def test_before_the_first_year_there_is_no_period_to_compare_with(text):
    with pytest.raises(UserError):
        previous(parse_period(text))
