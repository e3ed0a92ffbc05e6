"""Events: ours, the office's own, and what of them touches a metric and a unit."""

from datetime import date
from pathlib import Path

import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.reference.events import COLUMNS, Event, breaks, events, rebases

TWO_TIERS = date(2025, 7, 1)
NEW_SOFTWARE = Event(date(2024, 1, 2), "rebase", "on_time_share", "xa-long-mai", "Phần mềm mới", "")
RECOUNTED = Event(date(2023, 5, 4), "break", "online_share", "all", "Đổi cách đếm hồ sơ trực tuyến", "")
KNOWN = (*events(), NEW_SOFTWARE, RECOUNTED)


def office(folder: Path, *lines: str) -> Path:
    (folder / "events.csv").write_text("\n".join([",".join(COLUMNS), *lines]), "utf-8")
    return folder


def test_ours_is_the_end_of_the_districts():
    (event,) = events()
    assert (TWO_TIERS, "break", "all", "all") == (event.date, event.kind, event.metric, event.unit)


def test_every_event_of_ours_has_a_legal_basis():
    assert [event for event in events() if event.legal_basis] == list(events())


def test_a_folder_without_the_file_adds_nothing(tmp_path):
    assert events() == events(tmp_path)


def test_the_offices_events_stand_among_ours_by_date(tmp_path):
    folder = office(tmp_path, "2026-03-01,rebase,all,all,Quy trình mới,", "2024-01-02,rebase,on_time_share,xa-long-mai,Phần mềm mới,")
    assert [date(2024, 1, 2), TWO_TIERS, date(2026, 3, 1)] == [event.date for event in events(folder)]


def test_an_offices_event_is_read_as_written(tmp_path):
    assert NEW_SOFTWARE in events(office(tmp_path, "2024-01-02, rebase ,on_time_share,xa-long-mai,Phần mềm mới,"))


def test_a_changed_file_is_read_anew(tmp_path):
    events(office(tmp_path, "2024-01-02,rebase,all,all,Phần mềm mới,"))
    assert 1 == len(events(office(tmp_path)))


@pytest.mark.parametrize("day", ["", "01/7/2025", "2025-02-30", "1925-07-01", "2225-07-01"])
def test_a_bad_date_is_refused_with_file_and_line(tmp_path, day):
    folder = office(tmp_path, "2024-01-02,rebase,all,all,Phần mềm mới,", f"{day},break,all,all,Đổi,")
    with pytest.raises(UserError, match=rf'events\.csv, dòng 3: date phải là ngày .*"{day}"'):
        events(folder)


def test_an_unknown_kind_is_refused_with_file_line_and_the_nearest(tmp_path):
    with pytest.raises(UserError, match=r'events\.csv, dòng 2: .*"brake".*Có phải ý bạn là "break"'):
        events(office(tmp_path, "2024-01-02,brake,all,all,Đổi,"))


@pytest.mark.parametrize(
    ("line", "column"), [("2024-01-02,break,,all,Đổi,", "metric"), ("2024-01-02,break,all,,Đổi,", "unit"), ("2024-01-02,break,all,all,,", "words")]
)
def test_an_event_that_does_not_say_what_it_touches_is_refused(tmp_path, line, column):
    with pytest.raises(UserError, match=rf"dòng 2: cột {column} còn trống"):
        events(office(tmp_path, line))


def test_a_break_of_all_units_breaks_each():
    assert [TWO_TIERS] == breaks(KNOWN, "xa-long-mai")


def test_a_break_of_one_metric_is_none_of_the_others():
    assert [RECOUNTED.date, TWO_TIERS] == breaks(KNOWN, "all", "online_share")
    assert [TWO_TIERS] == breaks(KNOWN, "all", "on_time_share")


def test_a_rebase_is_no_break():
    assert [TWO_TIERS] == breaks(KNOWN, "xa-long-mai", "on_time_share")


def test_a_break_rebases_too():
    assert [NEW_SOFTWARE.date, TWO_TIERS] == rebases(KNOWN, "on_time_share", "xa-long-mai")


def test_a_rebase_of_one_unit_is_none_of_the_others():
    assert [TWO_TIERS] == rebases(KNOWN, "on_time_share", "xa-long-son")


def test_two_events_of_one_day_are_one_day():
    assert [TWO_TIERS] == rebases((*events(), *events()), "on_time_share", "all")
