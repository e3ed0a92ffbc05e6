"""Working days: the swaps announced for 2024 to 2026, Tết, a calendar of one's own, and numpy as the second source."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.reference.workdays import Calendar, add_working_days, day_numbers, is_working_day, open_calendar, working_days

HEADER = "date,is_working,reason,legal_basis\n"
# days off from Monday to Friday, and Saturdays worked, as announced (see `data/calendar_overrides.csv` and package `holidays`)
OFF = [
    *("2024-01-01", "2024-04-18", "2024-04-29", "2024-04-30", "2024-05-01", "2024-09-02", "2024-09-03"),
    *("2025-01-01", "2025-04-07", "2025-04-30", "2025-05-01", "2025-05-02", "2025-09-01", "2025-09-02"),
    *("2026-01-01", "2026-01-02", "2026-04-27", "2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01", "2026-09-02"),
    *("2021-04-21", "2021-05-03", "2022-04-11", "2023-05-02", "2023-05-03", "2023-09-01", "2023-09-04"),
]
SATURDAYS_WORKED = ["2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"]
TET = {
    2021: ("2021-02-10", "2021-02-16"),
    2022: ("2022-01-31", "2022-02-04"),
    2023: ("2023-01-20", "2023-01-26"),
    2024: ("2024-02-08", "2024-02-14"),
    2025: ("2025-01-27", "2025-01-31"),
    2026: ("2026-02-16", "2026-02-20"),
}
days = st.dates(date(2019, 1, 1), date(2030, 12, 31))


@pytest.fixture(scope="module")
def vietnam() -> Calendar:
    return open_calendar("VN")


@pytest.fixture(scope="module")
def weekdays() -> Calendar:
    return open_calendar("weekdays")


@pytest.fixture
def csv_calendar(tmp_path: Path):
    def write(text: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "lich.csv"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write


@pytest.mark.parametrize("text", OFF)
def test_a_holiday_or_swapped_weekday_is_off(vietnam, text):
    day = date.fromisoformat(text)
    assert day.weekday() < 5
    assert not is_working_day(vietnam, day)


@pytest.mark.parametrize("text", SATURDAYS_WORKED)
def test_a_saturday_worked_for_a_swap_is_a_working_day(vietnam, text):
    day = date.fromisoformat(text)
    assert day.weekday() == 5
    assert is_working_day(vietnam, day)


@pytest.mark.parametrize(("first", "last"), TET.values(), ids=[str(year) for year in TET])
def test_tet_is_off_and_the_working_days_around_it_are_not(vietnam, first, last):
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    before, after = (start - timedelta(days=3 if start.weekday() == 0 else 1)), (end + timedelta(days=3 if end.weekday() == 4 else 1))
    assert [before, after] == [
        day for day in (before, *(start + timedelta(days=n) for n in range((end - start).days + 1)), after) if is_working_day(vietnam, day)
    ]


@pytest.mark.parametrize("year", range(2021, 2027))
def test_every_year_has_about_250_working_days(vietnam, year):
    assert 245 <= working_days(vietnam, date(year, 1, 1), date(year + 1, 1, 1)) <= 253


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2024-03-15", "2024-03-15", 0),
        ("2024-03-15", "2024-03-16", 1),
        ("2024-03-15", "2024-03-18", 1),
        ("2024-03-16", "2024-03-18", 0),
        ("2024-02-07", "2024-02-15", 1),
        ("2024-02-08", "2024-02-15", 0),
        ("2024-04-26", "2024-05-06", 4),
        ("2026-01-01", "2026-01-12", 6),
        ("2024-03-18", "2024-03-15", -1),
    ],
)
def test_working_days_hold_the_first_day_and_not_the_last(vietnam, start, end, count):
    assert count == working_days(vietnam, date.fromisoformat(start), date.fromisoformat(end))


@given(days, days)
def test_weekdays_agree_with_numpy(start, end):
    first, last = min(start, end), max(start, end)
    assert np.busday_count(first, last) == working_days(open_calendar("weekdays"), first, last)


@given(days, days)
def test_vietnam_agrees_with_numpy_given_the_same_holidays_where_no_saturday_is_worked(start, end):
    vietnam, first, last = open_calendar("VN"), min(start, end), max(start, end)
    span = [first + timedelta(days=n) for n in range((last - first).days)]
    holidays = [day for day in span if day.weekday() < 5 and not is_working_day(vietnam, day)]
    saturdays = [day for day in span if day.weekday() >= 5 and is_working_day(vietnam, day)]
    assert np.busday_count(first, last, holidays=holidays) + len(saturdays) == working_days(vietnam, first, last)


@given(days, days, days)
def test_working_days_add_up(a, b, c):
    calendar = open_calendar("VN")
    assert working_days(calendar, a, c) == working_days(calendar, a, b) + working_days(calendar, b, c)


@given(days, st.integers(0, 300))
def test_a_due_date_is_a_working_day_so_many_working_days_on(start, limit):
    calendar = open_calendar("VN")
    due = add_working_days(calendar, start, limit)
    assert (True, limit) == (is_working_day(calendar, due), working_days(calendar, start, due))


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2024-02-07", 1, "2024-02-15"),
        ("2024-02-09", 0, "2024-02-15"),
        ("2024-05-03", 1, "2024-05-04"),
        ("2025-04-25", 1, "2025-04-26"),
        ("2026-08-21", 1, "2026-08-22"),
        ("2026-08-28", 1, "2026-09-03"),
        ("2025-12-31", 1, "2026-01-05"),
    ],
)
def test_a_due_date_knows_the_swaps(vietnam, start, limit, due):
    assert date.fromisoformat(due) == add_working_days(vietnam, date.fromisoformat(start), limit)


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2061, 1, 2), date(1, 1, 1), date.max])
def test_a_day_outside_the_calendar_is_refused(vietnam, day):
    with pytest.raises(UserError, match="nằm ngoài lịch làm việc"):
        working_days(vietnam, date(2024, 1, 1), day)


def test_a_due_date_past_the_calendars_end_is_refused(vietnam):
    with pytest.raises(UserError):
        add_working_days(vietnam, date(2060, 12, 30), 50)


def test_decided_until_is_the_end_of_the_last_year_with_an_announced_swap(vietnam, weekdays):
    assert (date(2026, 12, 31), None) == (vietnam.decided_until, weekdays.decided_until)


def test_the_fingerprint_differs_when_one_day_differs(csv_calendar, weekdays):
    same, other = open_calendar(csv_calendar(HEADER)), open_calendar(csv_calendar(f"{HEADER}2024-03-15,false,nghỉ,\n"))
    assert weekdays.sha256 == same.sha256
    assert weekdays.sha256 != other.sha256


def test_day_numbers_give_working_days_as_a_difference(vietnam):
    first, last = date(2024, 2, 1), date(2024, 2, 29)
    numbers = day_numbers(vietnam, first, last)["workday_number"].tolist()
    assert [working_days(vietnam, first, first + timedelta(days=n)) for n in range(29)] == [number - numbers[0] for number in numbers]


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", "\n"), ("utf-8-sig", "\n"), ("utf-8", "\r\n"), ("utf-8-sig", "\r\n")])
def test_a_csv_calendar_is_exceptions_to_monday_to_friday(csv_calendar, encoding, end):
    calendar = open_calendar(csv_calendar(f"{HEADER}2024-03-15,false,Họp dân,QĐ 1\n2024-03-16,true,Làm bù,QĐ 1\n".replace("\n", end), encoding))
    found = [is_working_day(calendar, date(2024, 3, day)) for day in (14, 15, 16, 17)]
    assert ([True, False, True, False], "lich.csv", date(2024, 12, 31)) == (found, calendar.name, calendar.decided_until)


@pytest.mark.parametrize(("word", "works"), [("true", True), ("TRUE", True), (" 1 ", True), ("false", False), ("0", False), ("False", False)])
def test_is_working_may_be_written_as_excel_writes_it(csv_calendar, word, works):
    assert works == is_working_day(open_calendar(csv_calendar(f"{HEADER}2024-03-15,{word},,\n")), date(2024, 3, 15))


def test_blank_lines_in_a_csv_calendar_do_not_matter(csv_calendar):
    assert not is_working_day(open_calendar(csv_calendar(f"{HEADER}\n\n2024-03-15,false,,\n\n")), date(2024, 3, 15))


@pytest.mark.parametrize(
    "row",
    [
        "15/03/2024,false,,",
        "2024-02-30,false,,",
        "2024-03-15,nghỉ,,",
        "2024-03-15,,,",
        "2024-03-15",
        ",,,",
        "1999-12-31,false,,",
        "2061-01-01,false,,",
        "nay,true,,",
    ],
)
def test_a_bad_row_is_refused_with_its_line(csv_calendar, row):
    with pytest.raises(UserError, match=r"lich\.csv, dòng 3: cần ngày dạng"):
        open_calendar(csv_calendar(f"{HEADER}2024-03-14,false,,\n{row}\n"))


@pytest.mark.parametrize("header", ["", "\n", "date,is_working\n", "ngày,làm việc,lý do,căn cứ\n", HEADER.replace(",", ";"), "2024-03-15,false,,\n"])
def test_a_csv_without_the_header_is_refused_with_the_header(csv_calendar, header):
    with pytest.raises(UserError, match="dòng đầu phải là date,is_working,reason,legal_basis"):
        open_calendar(csv_calendar(f"{header}2024-03-15;false;;\n"))


@pytest.mark.parametrize("encoding", ["utf-16"])
def test_a_csv_calendar_that_is_not_utf_8_is_refused(csv_calendar, encoding):
    with pytest.raises(UserError):
        open_calendar(csv_calendar(f"{HEADER}2024-03-15,false,à,\n", encoding))


def test_a_day_that_is_both_working_and_off_is_refused(csv_calendar):
    with pytest.raises(UserError):
        open_calendar(csv_calendar(f"{HEADER}2024-03-15,false,,\n2024-03-15,true,,\n"))


@pytest.mark.parametrize("name", ["", "vn", "Weekdays", "khong-co.csv", ".", "/"])
def test_a_name_that_is_no_calendar_is_refused_with_the_choices(name):
    with pytest.raises(UserError, match=r"Không có lịch làm việc .* VN, weekdays"):
        open_calendar(name)
