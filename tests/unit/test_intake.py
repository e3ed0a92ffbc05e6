"""Intake: an office's export becomes dossiers, every row is accounted for, and what is refused says where and why."""

import contextlib
import csv
import json
import unicodedata
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import duckdb
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tthc_analysis.errors import UserError
from tthc_analysis.files import only_one
from tthc_analysis.register.account import REJECT_HEADER, Account
from tthc_analysis.register.intake import import_exports, read_exports
from tthc_analysis.register.layout import HEADER_WITHIN
from tthc_analysis.register.profiles import Profile, read_profile
from tthc_analysis.register.versions import register_at

OWNER, PHONE, CITIZEN_ID = "Nguyễn Văn Bí Mật", "0912345678", "051234567890"
ID, RECEIVED, DUE, ENDED, STATUS = "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ"
RECEIVING, RESOLVING, CHANNEL, PAUSED, RESULT = "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Hình thức nộp", "Số ngày tạm dừng", "Số hóa kết quả"
DOSSIER = {
    ID: "000.01.90.H48-240301-0001",
    "Mã TTHC": "2.000815",
    "Tên thủ tục hành chính": "Chứng thực bản sao",
    "Lĩnh vực": "Chứng thực",
    "Chủ hồ sơ": OWNER,
    "Số điện thoại": PHONE,
    "Số CCCD": CITIZEN_ID,
    RECEIVING: "UBND xã Long Mai",
    RESOLVING: "UBND huyện Minh Long",
    CHANNEL: "Trực tuyến",
    "Mức độ DVC": "Toàn trình",
    RECEIVED: "01/03/2024 08:00",
    DUE: "05/03/2024 17:00",
    ENDED: "04/03/2024 09:30",
    "Ngày trả kết quả": "04/03/2024 10:00",
    STATUS: "Đã trả kết quả",
    PAUSED: "2",
    "Số hóa thành phần hồ sơ": "Có",
    RESULT: "Không",
    "Thanh toán trực tuyến": "",
    "Mức độ hài lòng": "Rất hài lòng",
}
HEADER = list(DOSSIER)
STILL_OPEN = {DUE: "", ENDED: "", "Ngày trả kết quả": "Chưa trả", STATUS: "Đang xử lý", "Mức độ hài lòng": ""}
SAMPLE = read_profile("sample")
NOT_A_DATE, NO_SERIAL = "không phải ngày theo các dạng của mẫu đọc (ngày trước, tháng sau)", "số này không phải ngày Excel"
OUT_OF_RANGE, EMPTY = "ngày ngoài khoảng 2000 đến 2059", "để trống"
END_WITHOUT_STATUS = "có ngày kết thúc mà trạng thái là đang giải quyết hoặc để trống"
STATUS_WITHOUT_END = "trạng thái là đã kết thúc mà không có ngày kết thúc"

Row = list[Any]
Read = Callable[..., tuple[Any, Account]]


def code(number: int) -> str:
    return f"000.01.90.H48-240301-{number:04d}"


def dossier(number: int = 1, cells: dict[str, Any] | None = None) -> Row:
    """A row of the export, some cells changed by their headers."""
    return list((DOSSIER | {ID: code(number)} | (cells or {})).values())


def good(count: int) -> list[Row]:
    return [dossier(number) for number in range(1000, 1000 + count)]


def table(*rows: Row) -> list[Row]:
    return [HEADER, *rows]


def write_xlsx(path: Path, rows: list[Row], **more_sheets: list[Row]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm", "strings_to_formulas": False}) as book:
        for name, content in {"Danh sách": rows, **more_sheets}.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(content):
                sheet.write_row(number, 0, row)
    return path


def write_csv(path: Path, rows: list[Row], delimiter: str = ",", encoding: str = "utf-8-sig", end: str = "\r\n") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return path


def profile(**changes: Any) -> Profile:
    return Profile.model_validate(SAMPLE.model_dump() | changes)


def lacking(*headers: str) -> list[Row]:
    """A table of one dossier without some columns."""
    return [[cell for name, cell in zip(HEADER, row, strict=True) if name not in headers] for row in table(dossier())]


def optional(*columns: str) -> Profile:
    """The sample's profile where some columns need not be there."""
    return profile(required=[name for name in SAMPLE.required if name not in columns])


@pytest.fixture
def read(tmp_path: Path) -> Read:
    return lambda rows, how=SAMPLE: read_exports([write_xlsx(tmp_path / "xuat.xlsx", rows)], how)


@pytest.fixture
def read_among_good(read: Read):
    """Read one row among so many good ones that the ceiling of rejects is not reached; gives the account."""
    return lambda row, how=SAMPLE: read(table(row, *good(60)), how)[1]


# What a row becomes


def test_every_column_of_a_row_becomes_a_typed_value(read):
    expected = {
        "dossier_id": "000.01.90.H48-240301-0001",
        "procedure_code": "2.000815",
        "procedure_name": "Chứng thực bản sao",
        "field": "Chứng thực",
        "receiving_unit": "xa-long-mai",
        "resolving_unit": "ubnd-huyen-minh-long",
        "channel": "online",
        "service_level": "full",
        "received_at": datetime(2024, 3, 1, 8),
        "due_at": datetime(2024, 3, 5, 17),
        "resolved_at": datetime(2024, 3, 4, 9, 30),
        "returned_at": datetime(2024, 3, 4, 10),
        "outcome": "resolved",
        "paused_days": 2,
        "intake_digitised": True,
        "result_digitised": False,
        "rating": "very_satisfied",
        "source_file": "xuat.xlsx",
        "source_row": 2,
    }
    row = read(table(dossier()))[0].iloc[0]
    assert expected == {name: row[name] for name in expected}


@pytest.mark.parametrize("cell", ["", "-", " ~ ", "chưa có", "Chưa  trả", "\u00a0"])
def test_a_text_that_means_nothing_is_missing(read, cell):
    frame, _ = read(table(dossier(1, {RESULT: cell, DUE: cell, "Mức độ DVC": cell, "Lĩnh vực": cell})))
    assert frame[["result_digitised", "due_at", "service_level", "field"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("status", "ended", "outcome"),
    [
        ("Đã trả kết quả", "04/03/2024", "resolved"),
        ("đã xử lý  xong", "04/03/2024", "resolved"),
        ("Công dân yêu cầu rút hồ sơ", "04/03/2024", "withdrawn"),
        ("DỪNG XỬ LÝ", "04/03/2024", "refused"),
        ("Đang xử lý", "", ""),
        ("Yêu cầu bổ sung giấy tờ", "Chưa trả", ""),
        ("", "", ""),
        ("~", "-", ""),
    ],
)
def test_a_status_becomes_an_outcome(read, status, ended, outcome):
    frame, _ = read(table(dossier(1, {STATUS: status, ENDED: ended})))
    assert [outcome] == frame["outcome"].fillna("").tolist()


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (datetime(2024, 3, 1, 8, 5), datetime(2024, 3, 1, 8, 5)),
        (date(2024, 3, 1), datetime(2024, 3, 1)),
        (45352, datetime(2024, 3, 1)),
        ("45352", datetime(2024, 3, 1)),
        ("45352.5", datetime(2024, 3, 1, 12)),
        (45352.5, datetime(2024, 3, 1, 12)),
        (45352.99999999, datetime(2024, 3, 2)),
        ("01/03/2024 08:05", datetime(2024, 3, 1, 8, 5)),
        ("01/03/2024 08:05:30", datetime(2024, 3, 1, 8, 5, 30)),
        ("01/03/2024", datetime(2024, 3, 1)),
        ("1/3/2024", datetime(2024, 3, 1)),
        (" 01/03/2024\u00a008:05 ", datetime(2024, 3, 1, 8, 5)),
        ("03/04/2024", datetime(2024, 4, 3)),
        ("29/02/2024", datetime(2024, 2, 29)),
        ("01/01/2000", datetime(2000, 1, 1)),
    ],
    ids=repr,
)
def test_a_date_is_read_as_cell_serial_or_text_day_first(read, cell, moment):
    frame, _ = read(table(dossier(1, {**STILL_OPEN, RECEIVED: cell})))
    assert [moment] == frame["received_at"].tolist()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        *(
            (text, NOT_A_DATE)
            for text in ("2024-03-01", "01-03-2024", "1/3/24", "31/02/2024", "03/13/2024", "29/02/2023", "01/03/2024 25:00", "99999", "nay", "20240301")
        ),
        *((number, NO_SERIAL) for number in (0, -1, 80_000, 20_240_301, 1e10)),
        *((cell, OUT_OF_RANGE) for cell in ("31/12/1999", "01/03/0024", "01/01/2060", 0.5, 2024, 79_999, datetime(1999, 12, 31, 23, 59))),
        *((cell, NOT_A_DATE) for cell in (True, time(8, 0))),
        *((cell, EMPTY) for cell in ("", "~", "Chưa có")),
    ],
    ids=repr,
)
def test_what_is_no_date_of_these_years_is_rejected(read_among_good, cell, reason):
    account = read_among_good(dossier(1, {**STILL_OPEN, RECEIVED: cell}))
    assert [("ngày tiếp nhận", reason)] == [(reject.column, reject.reason) for reject in account.rejects]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2024-02-29T17:00:00.000+0000", datetime(2024, 3, 1)),
        ("2024-02-29T17:00:00.000Z", datetime(2024, 3, 1)),
        ("2024-02-29T16:59:59.000Z", datetime(2024, 2, 29, 23, 59, 59)),
        ("2024-03-01T08:00:00.000+0700", datetime(2024, 3, 1, 8)),
        ("2024-03-01T08:00:00.000", datetime(2024, 3, 1, 8)),
        ("20240301080000", datetime(2024, 3, 1, 8)),
    ],
)
def test_a_time_with_an_offset_is_brought_to_local_wall_clock_before_its_date_is_taken(read, cell, moment):
    formats = ["%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y%m%d%H%M%S"]
    frame, _ = read(table(dossier(1, {**STILL_OPEN, RECEIVED: cell})), profile(date_formats=formats))
    assert [moment] == frame["received_at"].tolist()


@pytest.mark.parametrize(("cell", "days"), [("0", 0), ("12", 12), (3, 3), (3.0, 3), ("", 0), ("-", 0)])
def test_paused_days_are_whole_and_none_where_nothing_stands(read, cell, days):
    assert [days] == read(table(dossier(1, {PAUSED: cell})))[0]["paused_days"].tolist()


@pytest.mark.parametrize(
    "cell",
    [
        "-1",
        1.5,
        "hai",
        "1,5",
        True,
        "²",
        *("9" * 20, "1" * 5000),
    ],
    ids=lambda cell: repr(cell)[:20],
)
def test_paused_days_that_are_no_number_of_days_are_rejected(read_among_good, cell):
    account = read_among_good(dossier(1, {PAUSED: cell}))
    assert [("số ngày tạm dừng", "không phải số ngày nguyên")] == [(reject.column, reject.reason) for reject in account.rejects]


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("Có", True), ("x", True), ("Đã", True), (True, True), (1, True), ("Không", False), ("CHƯA", False), (False, False), (0, False), ("0", False)],
)
def test_a_flag_without_a_map_is_read_in_the_usual_words(read, cell, flag):
    frame, _ = read(table(dossier(1, {RESULT: cell})), profile(values={name: texts for name, texts in SAMPLE.values.items() if name != "result_digitised"}))
    assert [flag] == frame["result_digitised"].tolist()


def test_an_empty_code_may_mean_something(read):
    how = profile(values=SAMPLE.values | {"channel": {"Trực tuyến": "online", "": "in_person"}})
    assert ["in_person"] == read(table(dossier(1, {CHANNEL: ""})), how)[0]["channel"].tolist()


def test_a_star_covers_every_other_text(read):
    how = profile(values=SAMPLE.values | {"channel": {"Trực tuyến": "online", "*": "other"}})
    assert ["other"] == read(table(dossier(1, {CHANNEL: "Qua Zalo"})), how)[0]["channel"].tolist()


def test_without_a_status_column_an_end_date_means_resolved(read):
    rows = [[cell for name, cell in zip(HEADER, row, strict=True) if name != STATUS] for row in table(dossier(1), dossier(2, STILL_OPEN))]
    frame, _ = read(rows, optional("outcome"))
    assert ["resolved", ""] == frame["outcome"].fillna("").tolist()


# Units


@pytest.mark.parametrize(
    ("name", "received", "unit_id"),
    [
        ("UBND xã Long Hiệp", "30/06/2025", "xa-long-hiep"),
        ("Trung tâm PVHCC xã Minh Long", "01/07/2025", "xa-minh-long"),
        ("Bộ phận TN&TKQ UBND  xã Long Mai", "01/03/2024", "xa-long-mai"),
    ],
)
def test_a_unit_is_resolved_at_the_dossiers_reception(read, name, received, unit_id):
    frame, _ = read(table(dossier(1, {**STILL_OPEN, RECEIVED: received, RECEIVING: name, RESOLVING: name})))
    assert [[unit_id, unit_id]] == frame[["receiving_unit", "resolving_unit"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "received", "reason"),
    [
        ("UBND xã Long Hiệp", "01/07/2025", "chỉ có từ 01/01/2000 đến 30/6/2025, không có ngày 01/7/2025"),
        ("", "01/03/2024", EMPTY),
    ],
)
def test_a_unit_that_nobody_knows_on_that_day_is_rejected(read_among_good, name, received, reason):
    other = "UBND tỉnh Quảng Ngãi" if name else ""
    account = read_among_good(dossier(1, {**STILL_OPEN, RECEIVED: received, RECEIVING: name, RESOLVING: other}))
    reject = account.rejects[0]
    assert ("đơn vị tiếp nhận", name) == (reject.column, reject.value)
    assert reason in reject.reason


@pytest.mark.parametrize(("empty", "said"), [(RECEIVING, RESOLVING), (RESOLVING, RECEIVING)])
def test_where_one_unit_is_not_said_the_other_did_both(read, empty, said):
    frame, _ = read(table(dossier(1, {empty: "", said: "UBND xã Long Mai"})))
    assert [["xa-long-mai", "xa-long-mai"]] == frame[["receiving_unit", "resolving_unit"]].to_numpy().tolist()


def test_a_unit_that_nobody_knows_at_all_stops_the_import(read):
    with pytest.raises(UserError, match=r'Chưa biết các giá trị: đơn vị tiếp nhận "UBND xã Long Mại" \(1 dòng\)'):
        read(table(dossier(1, {RECEIVING: "UBND xã Long Mại"}), *good(200)))


@pytest.mark.parametrize("name", ["Phòng Tư pháp", "Cơ quan A/B", "53"])
def test_units_from_the_data_are_their_own_text(read, name):
    frame, _ = read(table(dossier(1, {RECEIVING: name, RESOLVING: f" {name} "})), profile(units="from-data"))
    assert [[name, name]] == frame[["receiving_unit", "resolving_unit"]].to_numpy().tolist()


@pytest.mark.parametrize(("absent", "unit_id"), [(RECEIVING, "ubnd-huyen-minh-long"), (RESOLVING, "xa-long-mai")])
def test_where_there_is_one_unit_column_it_is_both(read, absent, unit_id):
    frame, _ = read(lacking(absent), optional("receiving_unit"))
    assert [[unit_id, unit_id]] == frame[["receiving_unit", "resolving_unit"]].to_numpy().tolist()


# What a file looks like


@pytest.mark.parametrize(
    ("delimiter", "encoding", "end"), [(",", "utf-8", "\n"), (",", "utf-8-sig", "\r\n"), (";", "utf-8-sig", "\r\n"), ("\t", "utf-8", "\n")]
)
def test_a_csv_gives_what_an_xlsx_gives(tmp_path, read, delimiter, encoding, end):
    rows = table(dossier(1), dossier(2, {"Lĩnh vực": 'Đất đai, "nhà ở"; và\nmôi trường'}))
    expected = read(rows)[0].drop(columns="source_file")
    frame, _ = read_exports([write_csv(tmp_path / "xuat.csv", rows, delimiter, encoding, end)], SAMPLE)
    assert expected.equals(frame.drop(columns="source_file"))


@pytest.mark.parametrize(
    "delimiter",
    [
        ",",
        *(mark for mark in (";", "\t")),
    ],
)
def test_a_csv_may_have_a_title_above_its_header(tmp_path, delimiter):
    rows = [["DANH SÁCH HỒ SƠ"], [], *table(dossier())]
    _, account = read_exports([write_csv(tmp_path / "xuat.csv", rows, delimiter)], SAMPLE)
    assert account.accepted == 1


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_commas_inside_names_do_not_pass_for_the_delimiter(tmp_path, delimiter):
    name = "Đăng ký, cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở, tài sản khác, gắn liền với đất, lần đầu, cho hộ gia đình, cá nhân, tổ chức, "
    path = write_csv(tmp_path / "xuat.csv", table(dossier(1, {"Tên thủ tục hành chính": name * 3}), dossier(2)), delimiter)
    assert read_exports([path], SAMPLE)[1].accepted == 2


def test_a_csv_with_the_line_ends_of_an_old_mac_is_read_or_refused(tmp_path):
    path = write_csv(tmp_path / "xuat.csv", table(dossier()), end="\r")
    with contextlib.suppress(UserError):
        assert read_exports([path], SAMPLE)[1].accepted == 1


def test_what_a_file_is_its_content_says_not_its_name(tmp_path):
    path = write_xlsx(tmp_path / "xuat.xlsx", table(dossier())).rename(tmp_path / "xuat.csv")
    assert read_exports([path], SAMPLE)[1].accepted == 1


def test_titles_numbering_repeated_headers_totals_and_footers_are_counted_and_left_out(read):
    rows = [
        ["UBND HUYỆN MINH LONG"],
        [],
        ["STT", *HEADER],
        [f"({number})" for number in range(1, len(HEADER) + 2)],
        [1, *dossier(1)],
        [],
        ["STT", *HEADER],
        list(range(1, len(HEADER) + 2)),
        [2, *dossier(2)],
        ["Tổng cộng", "", "", "2 hồ sơ"],
        [],
        ["Người lập biểu", "", "", "", "Trưởng bộ phận"],
    ]
    frame, account = read(rows)
    kinds = {"dòng trên bảng": 1, "dòng trống": 3, "tiêu đề bảng": 1, "dòng đánh số cột": 2, "tiêu đề lặp lại": 1, "dòng tổng": 1, "chân trang": 1}
    assert [(code(1), 5), (code(2), 9)] == list(frame[["dossier_id", "source_row"]].itertuples(index=False, name=None))
    assert kinds == account.not_dossiers
    assert account.balances


@pytest.mark.parametrize(
    "label",
    [
        *("Tổng cộng", "I. Lĩnh vực đất đai", "Người lập biểu"),
        *("Tổng số: 9.965 hồ sơ", "Minh Long, ngày 15 tháng 3 năm 2024"),
    ],
)
def test_a_label_in_the_column_of_codes_is_no_dossier(read, label):
    _, account = read(table(dossier(), [label]))
    kind = "dòng tổng" if label.startswith("Tổng") else "chân trang"
    assert {"tiêu đề bảng": 1, kind: 1} == account.not_dossiers


def test_a_second_header_in_another_order_is_followed_or_refused(read):
    places = list(range(len(HEADER)))
    first, second = HEADER.index(DUE), HEADER.index(ENDED)
    places[first], places[second] = second, first
    with contextlib.suppress(UserError):
        frame, _ = read([*table(dossier(1)), [HEADER[place] for place in places], [dossier(2)[place] for place in places]])
        assert [datetime(2024, 3, 5, 17)] * 2 == frame["due_at"].tolist()


def test_an_error_about_a_second_header_names_its_file(read):
    places = [*range(1, len(HEADER)), 0]
    with pytest.raises(UserError, match=r"xuat\.xlsx.*dòng 3"):
        read([*table(dossier(1)), [HEADER[place] for place in places], [dossier(2)[place] for place in places]])


def test_a_web_page_named_xls_is_read_as_the_table_that_it_is(tmp_path):
    page = "<html><table>" + "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in table(dossier())) + "</table></html>"
    (tmp_path / "xuat.xls").write_text(page, "utf-8")
    frame, _ = read_exports([tmp_path / "xuat.xls"], SAMPLE)
    assert [code(1)] == frame["dossier_id"].tolist()


def test_row_numbers_are_those_that_excel_shows(tmp_path):
    rows = [[], [], ["", *HEADER], ["", *dossier(1)], [], ["", *dossier(2)]]
    frame, _ = read_exports([write_xlsx(tmp_path / "xuat.xlsx", rows)], SAMPLE)
    assert [4, 6] == frame["source_row"].tolist()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: f" {text.replace(' ', '  ')} ",
        lambda text: text.replace(" ", "\n"),
    ],
    ids=["NFD", "no-break spaces", "doubled spaces", "line breaks"],
)
def test_letters_and_blanks_of_headers_and_cells_are_brought_to_one_form(read, change):
    expected = read(table(dossier()))[0]
    frame, _ = read([[change(name) for name in HEADER], [change(cell) for cell in dossier()]])
    assert expected.equals(frame)


def test_headers_may_be_in_capitals_and_in_any_order(read):
    order = sorted(range(len(HEADER)), key=lambda place: HEADER[place])
    expected = read(table(dossier()))[0]
    frame, _ = read([[HEADER[place].upper() for place in order], [dossier()[place] for place in order]])
    assert expected.equals(frame)


def test_a_header_may_go_by_another_of_its_names(read):
    names = {ID: "Số hồ sơ", CHANNEL: "Kênh nộp", STATUS: "Trạng thái"}
    frame, _ = read([[names.get(name, name) for name in HEADER], dossier()])
    assert [code(1)] == frame["dossier_id"].tolist()


def test_cells_beyond_the_header_do_not_matter(tmp_path):
    path = write_csv(tmp_path / "xuat.csv", [HEADER, [*dossier(), "thừa", ""]])
    assert read_exports([path], SAMPLE)[1].accepted == 1


def test_every_sheet_with_the_header_is_read(tmp_path):
    path = write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1)), Khác=[["ghi chú"]], Q2=table(dossier(2), dossier(3)))
    frame, account = read_exports([path], SAMPLE)
    assert [code(number) for number in (1, 2, 3)] == frame["dossier_id"].tolist()
    assert account.balances


def test_a_sheet_that_was_not_read_is_in_the_account(tmp_path):
    misspelt = [[name.replace("tiếp nhận", "tiêp nhận") for name in HEADER], dossier(2)]
    _, account = read_exports([write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1)), Q2=misspelt)], SAMPLE)
    assert account.read == 4


def test_a_profile_may_name_the_only_sheet(tmp_path):
    path = write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1)), Q2=table(dossier(2)))
    frame, _ = read_exports([path], profile(sheet="Q2"))
    assert [code(2)] == frame["dossier_id"].tolist()


def test_several_files_make_one_register_in_order_of_reception(tmp_path):
    late = write_xlsx(tmp_path / "b.xlsx", table(dossier(1, {**STILL_OPEN, RECEIVED: "05/03/2024"})))
    early = write_csv(tmp_path / "a.csv", table(dossier(2, {RECEIVED: "01/03/2024"})))
    frame, _ = read_exports([late, early], SAMPLE)
    assert [(code(2), "a.csv"), (code(1), "b.xlsx")] == list(frame[["dossier_id", "source_file"]].itertuples(index=False, name=None))


# What is refused


@pytest.mark.parametrize("above", [0, 5, HEADER_WITHIN - 1])
def test_the_header_is_found_below_titles(read, above):
    assert read([*[["tên"]] * above, *table(dossier())])[1].accepted == 1


def test_a_header_deeper_than_titles_reach_is_not_sought(read):
    with pytest.raises(UserError, match="thiếu cột bắt buộc"):
        read([*[["tên"]] * HEADER_WITHIN, *table(dossier())])


def test_a_missing_required_column_is_named_with_the_header_that_is_near(read):
    rows = [["Ngày tiếp nhân" if name == RECEIVED else name for name in HEADER], dossier()]
    with pytest.raises(UserError, match=r'xuat\.xlsx: thiếu cột bắt buộc .*ngày tiếp nhận \("Ngày tiếp nhận"\).*Có phải ý bạn là "Ngày tiếp nhân"'):
        read(rows)


@pytest.mark.parametrize("header", [ID, RECEIVING, CHANNEL, RECEIVED, DUE, ENDED, STATUS])
def test_each_required_column_is_required(read, header):
    with pytest.raises(UserError, match=f'thiếu cột bắt buộc theo mẫu đọc "sample": [^;]*"{header}[^;]*$'):
        read(lacking(header))


def test_an_error_about_headers_shows_no_persons(read):
    with pytest.raises(UserError) as raised:
        read([dossier(1), dossier(2)])
    assert not any(text in str(raised.value) for text in (OWNER, PHONE, CITIZEN_ID))


@pytest.mark.parametrize(("header", "column"), [(ID, "dossier_id"), (RECEIVED, "received_at")])
def test_a_column_that_the_register_needs_is_asked_for_whatever_the_profile_says(read, header, column):
    with pytest.raises(UserError):
        read(lacking(header), optional(column))


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        ({ID: ""}, "mã hồ sơ", "", EMPTY),
        ({CHANNEL: "-"}, "hình thức nộp", "-", EMPTY),
        ({ENDED: "29/02/2024 09:00"}, "ngày kết thúc xử lý", "29/02/2024 09:00", "kết thúc xử lý trước ngày tiếp nhận"),
        ({ENDED: ""}, "trạng thái hồ sơ", "Đã trả kết quả", STATUS_WITHOUT_END),
        ({STATUS: "Đang xử lý"}, "trạng thái hồ sơ", "Đang xử lý", END_WITHOUT_STATUS),
        ({STATUS: ""}, "trạng thái hồ sơ", "", END_WITHOUT_STATUS),
        ({DUE: "mai"}, "ngày hẹn trả", "(3 ký tự, không hiện)", NOT_A_DATE),
        ({"Ngày trả kết quả": 1}, "ngày trả kết quả", "1", OUT_OF_RANGE),
    ],
)
def test_a_rejected_row_keeps_file_sheet_row_column_value_and_reason(read_among_good, cells, column, value, reason):
    (reject,) = read_among_good(dossier(1, cells)).rejects
    assert ("xuat.xlsx", "Danh sách", 2, column, value, reason) == (reject.file, reject.sheet, reject.row, reject.column, reject.value, reject.reason)


PERSONS = {
    "Siu H'Lan": "H'Lan",
    "nguyễn văn hùng": "hùng",
    "Trà Thị Thu": "Thị Thu",
    "Danh Út": "Út",
    "Bà Lan": "Lan",
    "Hùng 0912345678": "Hùng",
    "0912,345,678": "345",
    "212 345 678": "345",
    "Thôn Gò Rộc, số 12": "Gò Rộc",
}


@pytest.mark.parametrize("header", [ID, RECEIVING, RECEIVED, DUE, ENDED, PAUSED, STATUS, CHANNEL, RESULT])
@pytest.mark.parametrize("person", PERSONS)
def test_nothing_of_a_person_is_shown_whatever_column_it_stands_in(tmp_path, header, person):
    """Neither as the value nor in the reason, on the screen or in a file."""
    export = write_xlsx(tmp_path / "xuat.xlsx", table(*good(120), dossier(1, {header: person})))
    (tmp_path / "ra").mkdir()
    with contextlib.suppress(UserError):
        import_exports([export], SAMPLE, tmp_path / "ra" / "so.parquet")
    (listed,) = (path for path in (tmp_path / "ra").iterdir() if path.suffix == ".xlsx")
    cells = [str(cell) for row in CalamineWorkbook.from_path(listed).get_sheet_by_index(0).to_python() for cell in row]
    assert [] == [cell for cell in cells if PERSONS[person] in cell]


@pytest.mark.parametrize("header", ["Tên thủ tục hành chính", "Lĩnh vực", "Mã TTHC"])
@pytest.mark.parametrize("person", ["Nguyễn Văn Hùng", "Chứng thực, 0912345678", "051085012345"])
def test_a_text_that_documents_print_may_hold_no_person(read_among_good, header, person):
    (reject,) = read_among_good(dossier(1, {header: person})).rejects
    assert "có họ tên người, số điện thoại, số giấy tờ hoặc thư điện tử" == reject.reason
    assert person not in reject.value


@pytest.mark.parametrize("header", ["Tên thủ tục hành chính", "Lĩnh vực"])
@pytest.mark.parametrize("names", [["Nguyễn Văn {}", "Trần Thị {}"], ["Siu H'{}", "Danh {}"]], ids=["common", "rare"])
def test_a_column_of_persons_under_another_header_stops_the_import(read, header, names):
    rows = [dossier(number, {header: names[number % 2].format(chr(65 + number % 20) + "abc"[number % 3])}) for number in range(40)]
    with pytest.raises(UserError, match=r"nội dung là họ tên người: bảng bị lệch cột"):
        read(table(*rows))


@pytest.mark.parametrize(
    "cell", ["0912345678", "0912,345,678", "051085012345", 51085012345.0, "212345678", "Nguyễn Văn Hùng", "Siu H'Lan", "Thôn Gò Rộc, số 12", "ĐT 0912345678"]
)
def test_what_is_a_persons_is_no_code_of_a_dossier(read_among_good, cell):
    (reject,) = read_among_good(dossier(1, {ID: cell})).rejects
    assert ("mã hồ sơ", "không phải mã hồ sơ") == (reject.column, reject.reason[:19])


@pytest.mark.parametrize("cell", ["HS-0001", "HS-212345678", "HS 12/2024", "15", "12/TN-2024", "H48.31.10-231231-0001", "Số 12"])
def test_codes_of_other_forms_are_codes(read_among_good, cell):
    assert [] == read_among_good(dossier(1, {ID: cell})).rejects


@pytest.mark.parametrize("cell", [0, "float"])
def test_a_column_of_persons_numbers_under_the_codes_header_stops_the_import(read, cell):
    rows = [dossier(number, {ID: float(51234567000 + number) if cell else f"0912345{number:03d}"}) for number in range(40)]
    with pytest.raises(UserError, match="nội dung là số điện thoại hoặc số giấy tờ: bảng bị lệch cột"):
        read(table(*rows))


@pytest.mark.parametrize("written", ["h48.31.10-231231-0001", " H48.31.10-231231-0001 ", "H48.31.10 - 231231 - 0001"])
def test_a_code_is_one_however_it_is_written(read, written):
    assert ["H48.31.10-231231-0001"] == read(table(dossier(1, {ID: written})))[0]["dossier_id"].tolist()


def test_a_hundred_unknown_offices_are_listed_in_full(tmp_path):
    export = write_xlsx(tmp_path / "xuat.xlsx", table(*(dossier(number, {RECEIVING: f"UBND xã Lạ {number}"}) for number in range(100))))
    with pytest.raises(UserError, match=r'"UBND xã Lạ 0" \(1 dòng\).*và 90 giá trị khác.*units\.csv.*from-data'):
        import_exports([export], SAMPLE, tmp_path / "so.parquet")
    rows = CalamineWorkbook.from_path(tmp_path / "so.refused.xlsx").get_sheet_by_index(0).to_python()[1:]
    assert {f"UBND xã Lạ {number}" for number in range(100)} == {row[4] for row in rows}


@pytest.mark.parametrize(
    "office", ["Phòng Tư pháp", "Sở Y tế", "Công an xã Ba Vì", "Đặc khu Lý Sơn", "Chi nhánh VPĐK đất đai", "BỘ PHẬN MỘT CỬA XÃ ABC", "Phường Nguyễn Văn Cừ"]
)
def test_an_unknown_office_is_named(read, office):
    with pytest.raises(UserError, match=f'đơn vị tiếp nhận "{office}"'):
        read(table(dossier(1, {RECEIVING: office})))


def test_a_value_that_cannot_be_shown_is_told_by_its_row(read):
    with pytest.raises(UserError, match=r"đơn vị tiếp nhận \(giống họ tên, không hiện\) \(1 dòng, từ xuat\.xlsx dòng 12\).*lệch cột"):
        read(table(*good(10), dossier(1, {RECEIVING: "Nguyễn Văn Hùng"})))


def test_refusals_are_grouped_by_reason_with_their_first_rows(read):
    with pytest.raises(UserError, match=r"dòng 2, ngày hẹn trả .* \(và 4 dòng nữa: 3, 4, …\); xuat\.xlsx dòng 7, số ngày tạm dừng .*--max-rejected"):
        read(table(*(dossier(number, {DUE: "mai"}) for number in range(5)), dossier(6, {PAUSED: "hai"}), *good(20)))


# A year that is mistyped


def quarter(count: int) -> list[Row]:
    """Dossiers of January to March 2024, one after the other."""
    days = [f"{1 + number % 28:02d}/{1 + number % 3:02d}/2024" for number in range(count)]
    return [dossier(number, {RECEIVED: day, ENDED: day}) for number, day in enumerate(days, 1000)]


def test_an_end_more_than_a_year_after_all_others_is_a_fault(read):
    _, account = read(table(*quarter(60), dossier(1, {ENDED: "04/03/2034 09:30"})))
    assert [("ngày kết thúc xử lý", "04/03/2034 09:30")] == [(reject.column, reject.value) for reject in account.rejects]
    assert "năm có thể ghi sai" in account.rejects[0].reason


def test_a_lonely_end_does_not_say_how_far_the_data_reach(tmp_path):
    export = write_xlsx(tmp_path / "xuat.xlsx", table(*quarter(60), dossier(1, {ENDED: "04/03/2025 09:30"})))
    account = import_exports([export], SAMPLE, tmp_path / "so.parquet")
    assert ["2024-03-27", 61] == [account.data_until, account.accepted]
    assert [1] == [n for what, n in account.warnings.items() if "xem lại năm" in what]


def test_a_quarter_after_a_quiet_year_is_no_slip(read):
    later = [dossier(number, {RECEIVED: "01/06/2025", DUE: "", ENDED: "02/06/2025"}) for number in range(20)]
    assert 80 == read(table(*quarter(60), *later))[1].accepted


def test_among_few_dossiers_a_long_gap_is_nothing_unusual(read):
    assert 11 == read(table(*quarter(10), dossier(1, {ENDED: "04/03/2034 09:30"})))[1].accepted


def test_a_day_of_export_lowers_what_a_slip_had_raised(tmp_path):
    export, out = write_xlsx(tmp_path / "xuat.xlsx", table(*quarter(60))), tmp_path / "so.parquet"
    days = [import_exports([export], SAMPLE, out, exported=day).data_until for day in (date(2025, 3, 1), None, date(2024, 4, 1))]
    assert ["2025-03-01", "2025-03-01", "2024-04-01"] == days
    assert out == register_at(str(out), date(2024, 3, 31))


def test_a_day_of_export_lowers_nothing_where_later_events_are_known(tmp_path):
    out = tmp_path / "so.parquet"
    import_exports([write_xlsx(tmp_path / "moi.xlsx", table(*quarter(60)))], SAMPLE, out)
    old = write_xlsx(tmp_path / "cu.xlsx", table(dossier(1, {RECEIVED: "03/01/2024", ENDED: "04/01/2024"})))
    assert "2024-03-27" == import_exports([old], SAMPLE, out, exported=date(2024, 1, 20)).data_until


# Two files, two commands


def test_of_two_files_the_one_named_later_counts_even_where_its_data_are_older(tmp_path):
    goc = write_xlsx(tmp_path / "goc.xlsx", table(dossier(1, {ENDED: "14/03/2024 23:00"})))
    sua = write_xlsx(tmp_path / "sua.xlsx", table(dossier(1, {ENDED: "10/03/2024"})))
    frame, account = read_exports([goc, sua], SAMPLE)
    assert [datetime(2024, 3, 10)] == frame["resolved_at"].tolist()
    said = "dòng của goc.xlsx nhường dòng cùng mã của sua.xlsx (ghi sau trong lệnh; tệp ghi sau lại có ngày cuối cùng sớm hơn, xem lại thứ tự)"
    assert 1 == account.warnings[said]
    frame, account = read_exports([sua, goc], SAMPLE)
    assert [datetime(2024, 3, 14, 23)] == frame["resolved_at"].tolist()
    assert 1 == account.warnings["dòng của sua.xlsx nhường dòng cùng mã của goc.xlsx (ghi sau trong lệnh)"]


def test_many_codes_over_two_dossiers_in_one_file_stop_the_import_and_are_listed(tmp_path):
    rows = [dossier(number // 2, {"Tên thủ tục hành chính": f"Thủ tục {number}"}) for number in range(60)]
    with pytest.raises(UserError, match=r"xuat\.xlsx: 30 dòng mang mã của một hồ sơ khác"):
        import_exports([write_xlsx(tmp_path / "xuat.xlsx", table(*rows))], SAMPLE, tmp_path / "so.parquet")
    assert 61 == len(CalamineWorkbook.from_path(tmp_path / "so.refused.xlsx").get_sheet_by_name("Mã lặp lại").to_python())


def test_a_second_import_waits_for_the_first_and_then_says_so(tmp_path):
    with (
        only_one(tmp_path / "so.parquet"),
        pytest.raises(UserError, match=r"so\.parquet đang được một lệnh khác ghi"),
        only_one(tmp_path / "so.parquet", wait=0),
    ):
        pass
    assert [] == list(tmp_path.iterdir())


def test_two_imports_at_once_lose_nothing(tmp_path):
    """Each adds its own dossiers to one register; whoever comes second finds those of the first."""
    exports = [write_xlsx(tmp_path / f"{part}.xlsx", table(*(dossier(part * 100 + number) for number in range(50)))) for part in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda export: import_exports([export], SAMPLE, tmp_path / "so.parquet"), exports))
    assert 200 == len(duckdb.read_parquet(str(tmp_path / "so.parquet")))


def test_a_lock_left_by_a_process_that_died_keeps_nobody_out(tmp_path):
    (tmp_path / ".so.parquet.lock").touch()
    entered = False
    with only_one(tmp_path / "so.parquet", wait=0):
        entered = True
    assert entered


# A register that is damaged, a folder that cannot be written


def test_a_damaged_register_begins_anew_where_that_is_asked_for_and_is_put_aside(folder):
    damaged = (folder / "so.parquet").read_bytes()[:-30]
    (folder / "so.parquet").write_bytes(damaged)
    with pytest.raises(UserError, match="--replace"):
        import_exports([folder / "xuat.xlsx"], SAMPLE, folder / "so.parquet")
    import_exports([folder / "xuat.xlsx"], SAMPLE, folder / "so.parquet", replace=True)
    assert 60 == len(duckdb.read_parquet(str(folder / "so.parquet")))
    assert damaged == (folder / "so.damaged").read_bytes()


@pytest.mark.parametrize("content", ["[]", "{", "3", '{"earlier": 5, "files": []}', '{"earlier": [1], "files": []}', "{}"])
def test_a_damaged_account_is_put_aside_and_said(folder, content):
    (folder / "so.account.json").write_text(content, "utf-8")
    account = import_exports([folder / "xuat.xlsx"], SAMPLE, folder / "so.parquet")
    assert [1] == [n for what, n in account.warnings.items() if "account.json" in what]
    assert content == (folder / "so.account.damaged").read_text("utf-8")


def test_where_nothing_can_be_written_the_folder_is_named(folder):
    below_a_file = folder / "xuat.xlsx" / "so.parquet"
    with pytest.raises(UserError, match=r"Không ghi được .*xuat\.xlsx/so\.parquet: .*--out ở một thư mục ghi được"):
        import_exports([folder / "xuat.xlsx"], SAMPLE, below_a_file)
    bad = write_csv(folder / "hong.csv", table(dossier(1, {DUE: "mai"})))
    with pytest.raises(UserError, match=r"quá mức 2,00%.*Không ghi được danh sách đầy đủ"):
        import_exports([bad], SAMPLE, below_a_file)


def test_a_row_with_two_faults_is_one_rejected_row(read_among_good):
    account = read_among_good(dossier(1, {DUE: "mai", PAUSED: "hai"}))
    assert [1, 2] == [account.rejected, len(account.rejects)]
    assert account.balances


def test_ended_earlier_on_the_day_of_reception_is_accepted(read):
    assert read(table(dossier(1, {ENDED: "01/03/2024 07:00"})))[1].accepted == 1


def test_unmapped_texts_stop_the_import_and_are_listed_with_their_counts(read):
    rows = table(*good(60), *(dossier(number, {STATUS: "Chờ bổ sung"}) for number in (1, 2)), dossier(3, {CHANNEL: "Qua Zalo"}))
    with pytest.raises(UserError, match=r'trạng thái hồ sơ "Chờ bổ sung" \(2 dòng\); hình thức nộp "Qua Zalo" \(1 dòng\)'):
        read(rows)


@pytest.mark.parametrize(("bad", "stops"), [(0, False), (1, False), (2, False), (3, True)])
def test_above_two_in_a_hundred_rejected_rows_the_import_stops(read, bad, stops):
    rows = table(*good(100 - bad), *(dossier(number, {RECEIVED: "mai"}) for number in range(bad)))
    if stops:
        with pytest.raises(
            UserError, match=r"Loại 3/100 dòng hồ sơ \(3,00%\), quá mức 2,00%: xuat\.xlsx dòng 99, ngày tiếp nhận \(3 ký tự, không hiện\): không phải ngày"
        ):
            read(rows)
    else:
        assert bad == read(rows)[1].rejected


# Duplicates and the account


def test_an_exact_repeat_is_counted_and_dropped(read):
    frame, account = read(table(dossier(1), dossier(1), dossier(2), dossier(1)))
    assert [code(1), code(2)] == frame["dossier_id"].tolist()
    assert [2, 0, True] == [account.duplicates, account.rejected, account.balances]


def test_of_rows_with_one_code_and_different_content_the_last_is_kept_and_the_others_listed(read):
    frame, account = read(table(dossier(1, STILL_OPEN), dossier(1), *good(60)))
    assert ["resolved"] == frame.loc[frame["dossier_id"] == code(1), "outcome"].tolist()
    assert [(2, "mã hồ sơ", code(1))] == [(reject.row, reject.column, reject.value) for reject in account.rejects]
    assert account.balances


def test_the_last_row_is_kept_even_where_it_repeats_the_first(read):
    frame, _ = read(table(dossier(1), dossier(1, STILL_OPEN), dossier(1), *good(60)))
    assert ["resolved"] == frame.loc[frame["dossier_id"] == code(1), "outcome"].tolist()


def test_the_account_balances_for_two_files_of_one_name(tmp_path):
    bad, paths = dossier(9999, {RECEIVED: "mai"}), [tmp_path / year / "xuat.xlsx" for year in ("2023", "2024")]
    for path in paths:
        path.parent.mkdir()
        write_xlsx(path, table(bad, *good(120)))
    _, account = read_exports(paths, SAMPLE)
    assert [120, 120, 2, True] == [account.accepted, account.duplicates, account.rejected, account.balances]


def test_the_account_balances_for_a_file_given_twice(tmp_path):
    path = write_xlsx(tmp_path / "xuat.xlsx", table(dossier(9999, {RECEIVED: "mai"}), *good(120)))
    _, account = read_exports([path, path], SAMPLE)
    assert [120, 120, 2, True] == [account.accepted, account.duplicates, account.rejected, account.balances]


def test_the_account_balances_for_one_code_on_three_sheets(tmp_path):
    sheets = {name: table(dossier(1, {"Lĩnh vực": name})) for name in ("B", "C")}
    assert read_exports([write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1), *good(120)), **sheets)], SAMPLE)[1].balances


KINDS_OF_ROWS = {
    "good": st.builds(dossier, st.integers(1, 30)),
    "other content": st.builds(lambda number, field: dossier(number, {"Lĩnh vực": field}), st.integers(1, 30), st.sampled_from(["Đất đai", "Hộ tịch"])),
    "bad date": st.builds(lambda number: dossier(number, {RECEIVED: "mai", DUE: "mốt"}), st.integers(1, 30)),
    "bad rule": st.builds(lambda number: dossier(number, {ENDED: ""}), st.integers(1, 30)),
    "no code": st.just(dossier(1, {ID: ""})),
    "blank": st.just([]),
    "header": st.just(HEADER),
    "numbering": st.just([str(number) for number in range(1, len(HEADER) + 1)]),
    "total": st.just(["", "", "Tổng cộng: 5"]),
}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(*KINDS_OF_ROWS.values()), max_size=8), st.integers(0, 3))
def test_rows_read_are_accepted_rejected_repeated_or_no_dossiers(tmp_path, rows, titles):
    content = [*[["TÊN BẢNG"]] * titles, *table(*rows, *good(400))]
    frame, account = read_exports([write_csv(tmp_path / "xuat.csv", content)], SAMPLE)
    assert [len(content), len(frame), True] == [account.read, account.accepted, account.balances]
    assert sorted(set(frame["dossier_id"])) == sorted(frame["dossier_id"])


def test_the_account_is_one_vietnamese_line(read):
    _, account = read(table(dossier(1), dossier(1), [], *good(1200)))
    expected = "Đọc 1.204 dòng = nhận 1.201 + loại 0 + trùng hệt 1 + không phải hồ sơ 2 (dòng trống 1, tiêu đề bảng 1)."
    assert expected == account.summary()


# What is written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an export that holds one bad row, and the register made of it, its account and its rejects."""
    export = write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1, {DUE: "=1+1"}), *good(60)))
    import_exports([export], SAMPLE, tmp_path / "so.parquet")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_import_writes_the_register_its_account_and_its_rejects(folder):
    assert {"xuat.xlsx", "so.parquet", "so.account.json", "so.rejected.xlsx"} == set(contents(folder))


def test_the_stored_account_adds_up(folder):
    account = json.loads((folder / "so.account.json").read_text("utf-8"))
    expected = {"profile": "sample", "read": 62, "accepted": 60, "rejected": 1, "duplicates": 0, "not_dossiers": {"tiêu đề bảng": 1}}
    assert expected == {key: account[key] for key in expected}
    assert {"new": 60, "changed": 0, "unchanged": 0, "dossiers": 60} == account["register"]
    assert [("xuat.xlsx", 62)] == [(file["name"], file["read"]) for file in account["files"]]


def test_the_rejects_are_a_sheet_in_which_a_formula_stays_a_text(folder):
    rows = CalamineWorkbook.from_path(folder / "so.rejected.xlsx").get_sheet_by_index(0).to_python()
    assert [list(REJECT_HEADER), ["xuat.xlsx", "Danh sách", 2.0, "ngày hẹn trả", "=1+1", NOT_A_DATE]] == rows
    assert b"<f>" not in zipfile.ZipFile(folder / "so.rejected.xlsx").read("xl/worksheets/sheet1.xml")


def test_no_person_enters_the_register_the_account_or_the_rejects(folder):
    register = duckdb.read_parquet(str(folder / "so.parquet"))
    rejects = zipfile.ZipFile(folder / "so.rejected.xlsx")
    everything = [str(register.fetchall()), (folder / "so.account.json").read_text("utf-8"), *(rejects.read(name).decode() for name in rejects.namelist())]
    assert not {"owner", "phone", "Chủ hồ sơ"} & set(register.columns)
    assert not any(text in part for part in everything for text in (OWNER, PHONE, CITIZEN_ID))


def test_importing_again_writes_the_same_register(folder):
    before = contents(folder)["so.parquet"]
    import_exports([folder / "xuat.xlsx"], SAMPLE, folder / "so.parquet")
    assert duckdb.read_parquet(str(folder / "so.parquet")).fetchall()
    assert before == contents(folder)["so.parquet"]


def bad_file(name: str, content: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return make


def bad_table(*rows: Row) -> Callable[[Path], Path]:
    return lambda folder: write_xlsx(folder / "hong.xlsx", list(rows))


BAD_EXPORTS = {
    "missing": (lambda folder: folder / "khong-co.xlsx", "Không có tệp .*khong-co.xlsx"),
    "folder": (lambda folder: folder, "là một thư mục"),
    "empty csv": (bad_file("rong.csv", b""), "rong.csv: tệp trống"),
    "csv with a mark only": (bad_file("rong.csv", b"\xef\xbb\xbf\r\n"), "rong.csv: trang tính trống"),
    "garbage": (bad_file("hong.xlsx", b"\x00\xff\xfe\x81 garbage"), "hong.xlsx: chữ không theo bảng mã"),
    "garbage in a zip": (bad_file("hong.xlsx", b"PK\x03\x04 garbage"), "hong.xlsx: tệp hỏng"),
    "old Excel, broken": (bad_file("hong.xls", b"\xd0\xcf\x11\xe0" + bytes(600)), "hong.xls: tệp hỏng"),
    "utf-16 csv": (bad_file("xuat.csv", "Mã hồ sơ\tTên".encode("utf-16")), "thiếu cột bắt buộc"),
    "cp1258 csv": (bad_file("xuat.csv", "hồ sơ é\n".encode("cp1252", "replace") + b"\xe9"), "bảng mã UTF-8"),
    "csv with a field that never ends": (bad_file("xuat.csv", b'"' + b"x" * 200_000), "xuat.csv, dòng 1: không đọc được CSV"),
    "pdf": (bad_file("xuat.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "không phải bảng tính"),
    "no table": (bad_table(["ghi chú"]), "thiếu cột bắt buộc"),
    "column missing": (bad_table(*lacking(RECEIVED)), "ngày tiếp nhận"),
    "unmapped": (bad_table(*table(dossier(1, {STATUS: "Lạ"}))), r'trạng thái hồ sơ "Lạ" \(1 dòng\)'),
    "too many rejects": (bad_table(*table(dossier(1, {RECEIVED: "mai"}))), "quá mức 2,00%"),
}


@pytest.mark.parametrize(("make", "message"), BAD_EXPORTS.values(), ids=BAD_EXPORTS)
def test_a_bad_export_leaves_the_old_register_untouched(folder, make, message):
    bad = make(folder)
    before = contents(folder)
    with pytest.raises(UserError, match=message):
        import_exports([folder / "xuat.xlsx", bad], SAMPLE, folder / "so.parquet")
    after = contents(folder)
    # where rows are at fault, all of them are listed to be mended, in a file of its own
    assert ("so.refused.xlsx" in after) == (make in (BAD_EXPORTS["unmapped"][0], BAD_EXPORTS["too many rejects"][0]))
    after.pop("so.refused.xlsx", None)
    assert before == after


def test_a_truncated_xlsx_leaves_the_old_register_untouched(folder):
    whole = (folder / "xuat.xlsx").read_bytes()
    (folder / "nua.xlsx").write_bytes(whole[: len(whole) // 2])
    before = contents(folder)
    with pytest.raises(UserError, match=r"nua\.xlsx: tệp hỏng"):
        import_exports([folder / "nua.xlsx"], SAMPLE, folder / "so.parquet")
    assert before == contents(folder)


def test_a_sheet_that_is_not_there_leaves_the_old_register_untouched(folder):
    before = contents(folder)
    with pytest.raises(UserError, match='không có trang tính "Q9"'):
        import_exports([folder / "xuat.xlsx"], profile(sheet="Q9"), folder / "so.parquet")
    assert before == contents(folder)


def test_an_export_without_dossiers_leaves_the_old_register_untouched(folder):
    empty = write_xlsx(folder / "rong.xlsx", table())
    before = contents(folder)
    with pytest.raises(UserError):
        import_exports([empty], SAMPLE, folder / "so.parquet")
    assert before == contents(folder)


def test_an_export_is_not_overwritten_by_its_own_register(folder):
    before = contents(folder)
    with pytest.raises(UserError):
        import_exports([folder / "xuat.xlsx"], SAMPLE, folder / "xuat.xlsx")
    assert before == contents(folder)


def test_of_many_unmapped_texts_only_some_are_shown(read):
    with pytest.raises(UserError, match="trạng thái hồ sơ") as raised:
        read(table(*(dossier(number, {STATUS: f"Công dân {number}"}) for number in range(500))))
    assert len(str(raised.value)) < 2000


@pytest.mark.parametrize("beside", ["so.rejected.xlsx", "so.account.json"])
def test_where_a_file_beside_it_cannot_be_written_the_old_register_stays(folder, beside):
    # a folder of that name stands for a workbook that is open in Excel
    (folder / beside).unlink()
    (folder / beside).mkdir()
    other, before = write_csv(folder / "khac.csv", table(dossier(2))), contents(folder)["so.parquet"]
    with pytest.raises(UserError, match=beside):
        import_exports([other], SAMPLE, folder / "so.parquet")
    assert before == contents(folder)["so.parquet"]


@pytest.mark.parametrize("cell", ["1.001610", "1.001610.000.00.00.H48", 1.00161])
def test_a_procedure_has_one_code_however_it_is_written(tmp_path, cell):
    frame, _ = read_exports([write_xlsx(tmp_path / "xuat.xlsx", table(dossier(1, {"Mã TTHC": cell})))], SAMPLE)
    assert ["1.001610"] == frame["procedure_code"].tolist()
