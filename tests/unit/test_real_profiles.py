"""Profiles of real systems: each reads an export as that system writes it, and nothing of a person's."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter

from tthc_analysis.errors import UserError
from tthc_analysis.register.account import Account
from tthc_analysis.register.contract import COLUMNS
from tthc_analysis.register.intake import read_exports
from tthc_analysis.register.profiles import NOT_RECEIVED, OWN, Profile, profile_names, read_profile, text_key

STATUSES = {  # of the national portal's synchronisation
    1: ("Mới đăng ký", NOT_RECEIVED),
    2: ("Được tiếp nhận", None),
    3: ("Không được tiếp nhận", NOT_RECEIVED),
    4: ("Đang xử lý", None),
    5: ("Yêu cầu bổ sung giấy tờ", None),
    6: ("Yêu cầu thực hiện nghĩa vụ tài chính", None),
    7: ("Công dân yêu cầu rút hồ sơ", "withdrawn"),
    8: ("Dừng xử lý", "refused"),
    9: ("Đã xử lý xong", "resolved"),
    10: ("Đã trả kết quả", "resolved"),
}
HEADERS = {
    "tra cứu hồ sơ": [
        *("Số hồ sơ", "Tên thủ tục hành chính", "Tên lĩnh vực", "Phòng ban", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"),
        *("Cơ quan/đơn vị", "Chủ hồ sơ", "Số điện thoại", "Cán bộ xử lý hiện tại", "Trạng thái hồ sơ"),
    ],
    "xuất danh sách hồ sơ": [
        *("STT", "Đơn vị tiếp nhận", "Lĩnh vực", "Tên thủ tục hành chính", "Mã hồ sơ", "Trạng thái", "Địa chỉ", "Chủ hồ sơ"),
        *("Ngày nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Đơn vị/ cá nhân giải quyết"),
    ],
    "đồng bộ": [
        *("MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "ChuHoSo", "LoaiDoiTuong", "SoGiayToChuHoSo", "Email", "SoDienThoai"),
        *("TrichYeuHoSo", "NgayNopHoSo", "NgayTiepNhan", "NgayHenTra", "TrangThaiHoSo", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi", "HinhThuc"),
        *("DonViXuLy", "NoiNopHoSo", "HoSoCoThanhPhanSoHoa", "TaiKhoanDuocXacThucVoiVNeID", "DuocThanhToanTrucTuyen"),
    ],
    "sổ theo dõi": [
        *("TT", "Mã hồ sơ", "Tên TTHC", "Tên cá nhân, tổ chức", "Địa chỉ, số điện thoại", "Cơ quan chủ trì giải quyết"),
        *("Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả", "Phương thức nhận kết quả", "Ký nhận"),
    ],
}
SYSTEM = {"tra cứu hồ sơ": "igate", "xuất danh sách hồ sơ": "igate", "đồng bộ": "dvcqg", "sổ theo dõi": "so-theo-doi"}
PERSON = {  # invented
    "Chủ hồ sơ": "Nguyễn Văn Mẫu",
    "Số điện thoại": 912345678.0,
    "Địa chỉ": "Thôn Mẫu, xã Long Mai",
    "Cán bộ xử lý hiện tại": "Trần Thị Mẫu",
    "Đơn vị/ cá nhân giải quyết": "Trần Thị Mẫu",
    "ChuHoSo": "Nguyễn Văn Mẫu",
    "SoGiayToChuHoSo": "051999000001",
    "Email": "mau@example.vn",
    "SoDienThoai": "0912345678",
    "TrichYeuHoSo": "Nguyễn Văn Mẫu xin cấp bản sao",
    "Tên cá nhân, tổ chức": "Nguyễn Văn Mẫu",
    "Địa chỉ, số điện thoại": "Thôn Mẫu, 0912345678",
    "Ký nhận": "~",
}


def write_rows(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Write rows as a workbook; a datetime becomes an Excel date, None an empty cell."""
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def listed(kind: str, dossiers: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """Lay dossiers (header -> cell) out under a system's headers, with invented persons in the persons' columns."""
    filled = [{"STT": number, "TT": number, **PERSON, **dossier} for number, dossier in enumerate(dossiers, 1)]
    return [HEADERS[kind], *([dossier.get(header) for header in HEADERS[kind]] for dossier in filled)]


def imported(path: Path, profile: str) -> tuple[pd.DataFrame, Account]:
    frame, account = read_exports([path], read_profile(profile))
    assert account.balances
    return frame.set_index("dossier_id"), account


def found(frame: pd.DataFrame, *columns: str) -> dict[str, tuple[Any, ...]]:
    """Give some columns by dossier, None where empty."""
    plain = frame[list(columns)].astype(object).where(frame[list(columns)].notna(), None)
    return {code: tuple(row) for code, row in zip(plain.index, plain.to_numpy().tolist(), strict=True)}


def outcomes(profile: str) -> dict[str, Any]:
    return read_profile(profile).model_dump()["values"]["outcome"]


def lookup_dossier(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "Số hồ sơ": f"000.00.53.H48-240304-{number:04}",
        "Tên thủ tục hành chính": "Chứng thực bản sao",
        "Tên lĩnh vực": "Chứng thực",
        "Phòng ban": "Bộ phận tiếp nhận",
        "Ngày tiếp nhận": "04/03/2024 08:15:30",
        "Ngày hẹn trả": "06/03/2024 17:00:00",
        "Cơ quan/đơn vị": "UBND xã Long Mai",
        "Trạng thái hồ sơ": "Đang xử lý",
        **cells,
    }


def listed_dossier(number: int) -> dict[str, Any]:
    return {
        "Đơn vị tiếp nhận": "UBND xã Long Hiệp",
        "Lĩnh vực": "Hộ tịch",
        "Tên thủ tục hành chính": "Đăng ký khai sinh",
        "Mã hồ sơ": f"000.05.90.H48-230410-{number:04}",
        "Trạng thái": "Đã xử lý xong",
        "Ngày nhận": "10/4/2023",
        "Ngày hẹn trả": "11/4/2023",
        "Ngày kết thúc xử lý": "10/4/2023",
    }


def synced_dossier(number: int, **cells: Any) -> dict[str, Any]:
    return {
        "MaHoSo": f"H48.90.01-260608-{number:04}",
        "MaTTHC": "1.001612.000.00.00.H48",
        "TenTTHC": "Đăng ký thành lập hộ kinh doanh",
        "MaLinhVuc": "G05-KD01",
        "TenLinhVuc": "Thành lập và hoạt động của hộ kinh doanh",
        "KenhThucHien": "2",
        "NgayTiepNhan": "2026-06-08 14:07:53",
        "NgayHenTra": "20260611170000",
        "TrangThaiHoSo": "4",
        "DonViXuLy": "UBND xã Minh Long",
        "NoiNopHoSo": "1",
        "HinhThuc": "0",
        "HoSoCoThanhPhanSoHoa": "1",
        "DuocThanhToanTrucTuyen": "0",
        **cells,
    }


def booked_dossier(number: int, received: str, due: str, returned: str) -> dict[str, Any]:
    return {
        "Mã hồ sơ": f"000.01.90.H48-210531-{number:04}",
        "Tên TTHC": "Xử lý đơn tại cấp xã",
        "Cơ quan chủ trì giải quyết": "UBND xã Long Sơn",
        "Nhận hồ sơ": received,
        "Hẹn trả kết quả": due,
        "Trả kết quả": returned,
        "Phương thức nhận kết quả": "Trực tiếp",
    }


def follow_up_book(path: Path, dossiers: Sequence[dict[str, Any]]) -> Path:
    """Write Mẫu 07 as it is printed: titles, two header rows with merged cells, a row of column numbers."""
    headers = HEADERS["sổ theo dõi"]
    _, *body = listed("sổ theo dõi", dossiers)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sổ")
        sheet.merge_range(0, 0, 0, 10, "SỔ THEO DÕI HỒ SƠ")
        for place, header in enumerate(headers[:6]):
            sheet.merge_range(2, place, 3, place, header)
        sheet.merge_range(2, 6, 2, 10, "Ngày, tháng, năm")
        sheet.write_row(3, 6, headers[6:])
        sheet.write_row(4, 0, [*range(1, 12)])
        for number, row in enumerate(body, 5):
            sheet.write_row(number, 0, row)
    return path


def test_igate_reads_the_list_of_looked_up_dossiers(tmp_path):
    rows = listed(
        "tra cứu hồ sơ",
        [
            lookup_dossier(1),
            lookup_dossier(2, **{"Ngày kết thúc xử lý": "05/03/2024 09:00:00", "Trạng thái hồ sơ": "Đã trả kết quả"}),
            lookup_dossier(3, **{"Ngày tiếp nhận": datetime(2024, 3, 4, 7, 30), "Ngày hẹn trả": None, "Cơ quan/đơn vị": "UBND huyện Minh Long"}),
        ],
    )
    frame, account = imported(write_rows(tmp_path / "a.xlsx", rows), "igate")
    assert (3, 0) == (account.accepted, account.rejected)
    assert {
        "000.00.53.H48-240304-0001": (datetime(2024, 3, 4, 8, 15, 30), datetime(2024, 3, 6, 17), None, None, "xa-long-mai", "xa-long-mai", None),
        "000.00.53.H48-240304-0002": (
            *(datetime(2024, 3, 4, 8, 15, 30), datetime(2024, 3, 6, 17), datetime(2024, 3, 5, 9)),
            *("resolved", "xa-long-mai"),
            *("xa-long-mai", None),
        ),
        "000.00.53.H48-240304-0003": (datetime(2024, 3, 4, 7, 30), None, None, None, "ubnd-huyen-minh-long", "ubnd-huyen-minh-long", None),
    } == found(frame, "received_at", "due_at", "resolved_at", "outcome", "receiving_unit", "resolving_unit", "channel")


def test_igate_reads_the_exported_list_with_its_other_headers(tmp_path):
    frame, account = imported(write_rows(tmp_path / "a.xlsx", listed("xuất danh sách hồ sơ", [listed_dossier(7)])), "igate")
    assert 1 == account.accepted
    expected = ("Hộ tịch", "Đăng ký khai sinh", "xa-long-hiep", "xa-long-hiep", datetime(2023, 4, 10), datetime(2023, 4, 10), "resolved")
    columns = ("field", "procedure_name", "receiving_unit", "resolving_unit", "received_at", "resolved_at", "outcome")
    assert {"000.05.90.H48-230410-0007": expected} == found(frame, *columns)


def test_the_list_whose_values_stand_left_of_their_headers_is_refused_and_shows_no_person(tmp_path):
    row = [1, "UBND xã Long Hiệp", "Đăng ký khai sinh", "000.05.90.H48-230410-0007", "Đã trả kết quả", "Nguyễn Văn Mẫu", "10/4/2023", "11/4/2023", "10/4/2023"]
    path = write_rows(tmp_path / "a.xlsx", [HEADERS["xuất danh sách hồ sơ"], row, [2, *row[1:3], "000.05.90.H48-230410-0008", *row[4:]]])
    with pytest.raises(UserError) as raised:
        read_exports([path], read_profile("igate"))
    assert "Nguyễn" not in str(raised.value)


@pytest.mark.parametrize("header", read_profile("igate").columns["channel"])
def test_igate_reads_the_channel_where_an_export_has_it(tmp_path, header):
    dossiers = [lookup_dossier(1), lookup_dossier(2), lookup_dossier(3)]
    head, *rows = listed("tra cứu hồ sơ", dossiers)
    channels = ("Trực tuyến", "Nộp trực tiếp", "Bưu chính công ích")
    path = write_rows(tmp_path / "a.xlsx", [[*head, header], *([*row, text] for row, text in zip(rows, channels, strict=True))])
    assert ["online", "in_person", "post"] == imported(path, "igate")[0]["channel"].tolist()


def test_igate_leaves_out_what_was_never_taken_in(tmp_path):
    rows = listed(
        "tra cứu hồ sơ",
        [
            lookup_dossier(1),
            lookup_dossier(2, **{"Trạng thái hồ sơ": "Mới đăng ký", "Ngày tiếp nhận": None, "Ngày hẹn trả": None}),
            lookup_dossier(3, **{"Trạng thái hồ sơ": "Không được tiếp nhận", "Ngày tiếp nhận": None, "Ngày hẹn trả": None}),
        ],
    )
    frame, account = imported(write_rows(tmp_path / "a.xlsx", rows), "igate")
    assert ["000.00.53.H48-240304-0001"] == list(frame.index)
    assert 2 == account.not_dossiers["hồ sơ chưa được tiếp nhận"]


@pytest.mark.parametrize("status", ["Đã hủy", "Hồ sơ liên thông", "0", "4"])
def test_igate_stops_at_a_status_that_it_does_not_know(tmp_path, status):
    path = write_rows(tmp_path / "a.xlsx", listed("tra cứu hồ sơ", [lookup_dossier(1), lookup_dossier(2, **{"Trạng thái hồ sơ": status})]))
    with pytest.raises(UserError, match=f'"{status}"'):
        read_exports([path], read_profile("igate"))


@pytest.mark.parametrize("number", STATUSES)
def test_the_ten_national_statuses_mean_the_same_as_text_and_as_number(number):
    text, code = STATUSES[number]
    assert code == outcomes("igate")[text_key(text)] == outcomes("dvcqg")[str(number)]


def test_dvcqg_knows_no_other_status():
    assert {str(number) for number in STATUSES} == set(outcomes("dvcqg"))


def test_dvcqg_reads_statuses_channels_and_flags_by_number(tmp_path):
    ended = {"NgayKetThucXuLy": "2026-06-10 09:00:00"}
    rows = listed(
        "đồng bộ",
        [
            synced_dossier(1, TrangThaiHoSo="2", KenhThucHien="1"),
            synced_dossier(2, TrangThaiHoSo="7", KenhThucHien="2", **ended),
            synced_dossier(3, TrangThaiHoSo="8", KenhThucHien="3", **ended),
            synced_dossier(4, TrangThaiHoSo="9", KenhThucHien=None, DuocThanhToanTrucTuyen="2", HoSoCoThanhPhanSoHoa="0", **ended),
            synced_dossier(5, TrangThaiHoSo=10, KenhThucHien=2, DuocThanhToanTrucTuyen=1, HoSoCoThanhPhanSoHoa=1, NgayTra="2026-06-11 09:00:00", **ended),
            synced_dossier(6, TrangThaiHoSo="1", NgayTiepNhan=None),
            synced_dossier(7, TrangThaiHoSo="3", NgayTiepNhan=None, NgayTuChoi="2026-06-09 09:00:00"),
        ],
    )
    frame, account = imported(write_rows(tmp_path / "a.xlsx", rows), "dvcqg")
    assert (5, 0, 2) == (account.accepted, account.rejected, account.not_dossiers["hồ sơ chưa được tiếp nhận"])
    assert [
        (None, "in_person", True, False),
        ("withdrawn", "online", True, False),
        ("refused", "post", True, False),
        ("resolved", "in_person", False, True),
        ("resolved", "online", True, True),
    ] == list(found(frame, "outcome", "channel", "intake_digitised", "online_payment").values())
    assert {("1.001612", "xa-minh-long", "xa-minh-long")} == set(found(frame, "procedure_code", "receiving_unit", "resolving_unit").values())


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("2026-06-08 14:07:53", datetime(2026, 6, 8, 14, 7, 53)),
        ("20260608000000", datetime(2026, 6, 8)),
        ("2026-06-08T07:47:28.329", datetime(2026, 6, 8, 7, 47, 28, 329000)),
        ("2026-06-08T07:47:28", datetime(2026, 6, 8, 7, 47, 28)),
        ("2026-06-07T17:00:00.000+0000", datetime(2026, 6, 8)),
        ("2026-06-07T17:00:00Z", datetime(2026, 6, 8)),
        ("2026-06-08T00:30:00+07:00", datetime(2026, 6, 8, 0, 30)),
        ("08/06/2026", datetime(2026, 6, 8)),
    ],
)
def test_dvcqg_reads_each_written_form_of_a_time_as_local(tmp_path, written, local):
    path = write_rows(tmp_path / "a.xlsx", listed("đồng bộ", [synced_dossier(1, NgayTiepNhan=written)]))
    assert [local] == imported(path, "dvcqg")[0]["received_at"].dt.to_pydatetime().tolist()


def test_the_follow_up_book_is_read_through_its_stacked_headers(tmp_path):
    path = follow_up_book(
        tmp_path / "a.xlsx",
        [
            booked_dossier(1, "31/05/2021", "14/06/2021", "29/06/2021"),
            booked_dossier(2, "31/05/2021", "14/06/2021", "~"),
            booked_dossier(3, "31/05/2021", "~", ""),
        ],
    )
    frame, account = imported(path, "so-theo-doi")
    assert (3, 0, 2, 1) == (account.accepted, account.rejected, account.not_dossiers["tiêu đề bảng"], account.not_dossiers["dòng đánh số cột"])
    received, due, returned = datetime(2021, 5, 31), datetime(2021, 6, 14), datetime(2021, 6, 29)
    assert [
        (received, due, returned, returned, "resolved", "xa-long-son", "xa-long-son", None),
        (received, due, None, None, None, "xa-long-son", "xa-long-son", None),
        (received, None, None, None, None, "xa-long-son", "xa-long-son", None),
    ] == list(found(frame, "received_at", "due_at", "resolved_at", "returned_at", "outcome", "receiving_unit", "resolving_unit", "channel").values())


def test_how_a_result_is_handed_over_is_no_channel():
    for name, look_alikes in {"so-theo-doi": ["Phương thức nhận kết quả"], "dvcqg": ["HinhThuc", "NoiNopHoSo"], "igate": ["Hình thức nhận kết quả"]}.items():
        read = {text_key(header) for headers in read_profile(name).columns.values() for header in headers}
        assert not read & set(map(text_key, look_alikes))


@pytest.mark.parametrize("kind", HEADERS)
def test_no_two_headers_of_a_real_export_claim_one_column(kind):
    present = set(map(text_key, HEADERS[kind]))
    claims = {column: present & set(map(text_key, headers)) for column, headers in read_profile(SYSTEM[kind]).columns.items()}
    assert not {column: headers for column, headers in claims.items() if len(headers) > 1}


@pytest.mark.parametrize("kind", HEADERS)
def test_no_profile_takes_a_header_of_a_persons_column(kind):
    read = {text_key(header) for headers in read_profile(SYSTEM[kind]).columns.values() for header in headers}
    assert not read & set(map(text_key, PERSON))


@pytest.fixture
def exports(tmp_path: Path) -> dict[str, Path]:
    """An export of one dossier by each kind of list."""
    dossiers = {"tra cứu hồ sơ": lookup_dossier(1), "xuất danh sách hồ sơ": listed_dossier(1), "đồng bộ": synced_dossier(1)}
    written = {kind: write_rows(tmp_path / f"{SYSTEM[kind]}-{kind}.xlsx", listed(kind, [dossier])) for kind, dossier in dossiers.items()}
    return written | {"sổ theo dõi": follow_up_book(tmp_path / "so.xlsx", [booked_dossier(1, "31/05/2021", "~", "~")])}


@pytest.mark.parametrize("kind", HEADERS)
def test_nothing_of_a_person_reaches_the_register_or_its_account(exports, kind):
    frame, account = imported(exports[kind], SYSTEM[kind])
    told = frame.reset_index().to_csv() + repr(account)
    assert 1 == len(frame)
    assert not [value for value in map(str, PERSON.values()) if len(value) > 1 and value in told]


def test_the_guide_to_profiles_names_every_key_column_and_profile():
    guide = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
    columns = [name for name in COLUMNS if name not in OWN]
    assert not [name for name in (*Profile.model_fields, *columns, *profile_names()) if f"`{name}`" not in guide]
