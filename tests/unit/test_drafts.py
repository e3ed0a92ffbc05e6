"""Drafts: a profile proposed from an unknown export fills in what is known, asks for the rest, and shows nothing of a person's."""

import csv
from datetime import datetime
from io import StringIO
from pathlib import Path
from random import Random

import pytest
import xlsxwriter
from exports import KINDS, PERSONAL, PROFILE, Dirt, clean_dossiers, print_export, read_back
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.files import read_yaml
from tthc_analysis.register.drafts import DATE_FORMS, date_form, draft_profile
from tthc_analysis.register.intake import read_exports
from tthc_analysis.register.profiles import Profile, profile_names, read_profile, text_key
from tthc_analysis.register.sample import OWNER, write_sample_export

PERSONS = {  # invented
    "Chủ hồ sơ": "Nguyễn Văn Mẫu",
    "Số điện thoại": "0912345678",
    "Số CCCD": "051999000001",
    "Số CMND": "212999001",
    "Địa chỉ": "Thôn Mẫu Một",
    "Email": "nguoi.mau@example.vn",
    "Cán bộ xử lý hiện tại": "Lê Thị Mẫu",
    "Người nộp": "Phạm Văn Mẫu",
    "Ngày sinh": "23/10/1954",
    "Trích yếu": "Hộ ông Mẫu xin cấp lại",
}
HEADERS = ["STT", "Số hồ sơ", "Tên thủ tục hành chính", "Tên lĩnh vực", *PERSONS, "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Cơ quan/đơn vị"]
HEADERS += ["Trạng thái hồ sơ"]


def dossier(number: int = 1, **cells: str) -> dict[str, str]:
    ours = {
        "STT": str(number),
        "Số hồ sơ": f"000.00.53.H48-240304-{number:04}",
        "Tên thủ tục hành chính": "Chứng thực bản sao",
        "Tên lĩnh vực": "Chứng thực",
        "Ngày tiếp nhận": "04/03/2024 08:15",
        "Ngày hẹn trả": "06/03/2024",
        "Ngày kết thúc xử lý": "",
        "Cơ quan/đơn vị": "UBND xã Long Mai",
        "Trạng thái hồ sơ": "Đang xử lý",
    }
    return ours | PERSONS | cells


def write(path: Path, rows: list[list[str]]) -> Path:
    text = StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


@pytest.fixture
def export(tmp_path: Path):
    def write_export(*dossiers: dict[str, str], headers: list[str] | None = None, called: dict[str, str] | None = None) -> Path:
        """Write dossiers under some of their headers, each perhaps called otherwise."""
        names = headers or HEADERS
        return write(tmp_path / "tep.csv", [[(called or {}).get(name, name) for name in names], *([each[name] for name in names] for each in dossiers)])

    return write_export


def drafted(path: Path) -> tuple[str, Profile]:
    """Draft a profile and read it back as an import would."""
    text = draft_profile(path)
    saved = path.with_name("nhap.yaml")
    saved.write_text(text, "utf-8")
    return text, read_profile(str(saved))


def questions(text: str) -> list[str]:
    return [line.removeprefix("# - ") for line in text.splitlines() if line.startswith("# - ")]


def test_the_draft_of_an_export_in_known_headers_imports_it(export):
    path = export(dossier(1), dossier(2, **{"Ngày kết thúc xử lý": "05/03/2024 09:00", "Trạng thái hồ sơ": "Đã trả kết quả"}))
    _, profile = drafted(path)
    frame, account = read_exports([path], profile)
    assert (2, 0) == (account.accepted, account.rejected)
    assert {"000.00.53.H48-240304-0001", "000.00.53.H48-240304-0002"} == set(frame["dossier_id"])
    assert [datetime(2024, 3, 5, 9)] == frame["resolved_at"].dropna().tolist()
    assert {"xa-long-mai"} == set(frame["receiving_unit"])


def test_the_draft_of_the_sample_export_reads_it_as_the_sample_profile_does(tmp_path):
    path = write_sample_export(tmp_path)
    text, profile = drafted(path)
    frame, account = read_exports([path], profile)
    expected, expected_account = read_exports([path], read_profile("sample"))
    assert expected_account == account
    assert expected.equals(frame)
    assert [] == questions(text)
    assert OWNER not in text


@pytest.mark.parametrize("header", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_the_draft_of_a_dirty_export_of_every_kind_imports_it_and_shows_no_person(tmp_path, kind, header):
    rng = Random(kind)  # noqa: S311 - a test's dice
    dirt = Dirt(
        cover=True, sheets=2, titles=3, header=header, numbering=2, groups=2, repeats=1, totals=1, footers=2, blanks=3, spaces=2, duplicates=2, smudged=True
    )
    dossiers = clean_dossiers(rng, 30)
    path = print_export(dossiers, dirt, rng, kind, tmp_path / "xuat").path
    text, profile = drafted(path)
    frame, account = read_exports([path], profile)
    assert (len(dossiers), 2, 0) == (account.accepted, account.duplicates, account.rejected)
    assert read_back(read_exports([path], PROFILE)[0]) == read_back(frame)
    assert not [value for value in PERSONAL if value in text]


def test_the_draft_knows_stacked_headers(tmp_path):
    path = tmp_path / "so.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["SỔ THEO DÕI HỒ SƠ"])
        sheet.write_row(1, 0, ["TT", "Mã hồ sơ", "Tên TTHC", "Cơ quan chủ trì giải quyết", "Ngày, tháng, năm", "", ""])
        sheet.write_row(2, 4, ["Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả"])
        sheet.write_row(3, 0, range(1, 8))
        sheet.write_row(4, 0, [1, "000.01.90.H48-210531-0001", "Xử lý đơn", "UBND xã Long Sơn", "31/05/2021", "14/06/2021", "~"])
    _, profile = drafted(path)
    assert [["Nhận hồ sơ"], ["Hẹn trả kết quả"], ["Trả kết quả"]] == [profile.columns[name] for name in ("received_at", "due_at", "resolved_at")]
    assert ["", "~"] == profile.missing
    assert 1 == read_exports([path], profile)[1].accepted


def test_a_header_under_two_parents_is_named_with_its_parent(tmp_path):
    rows = [
        ["Mã hồ sơ", "Tiếp nhận", "", "Hẹn trả", ""],
        ["", "Ngày", "Đơn vị", "Ngày", "Ghi chú"],
        ["H48.1-240304-0001", "04/03/2024", "UBND xã Long Mai", "06/03/2024", ""],
    ]
    _, profile = drafted(write(tmp_path / "a.csv", rows))
    assert [["Tiếp nhận Ngày"], ["Hẹn trả Ngày"], ["Đơn vị"]] == [profile.columns[name] for name in ("received_at", "due_at", "receiving_unit")]


@pytest.mark.parametrize(
    ("column", "header", "called"),
    [
        ("procedure_name", "Tên thủ tục hành chính", "Tên thủ tục hành chánh"),
        ("resolved_at", "Ngày kết thúc xử lý", "Ngày kết thúc"),
        ("receiving_unit", "Cơ quan/đơn vị", "Đơn vị"),
        ("receiving_unit", "Cơ quan/đơn vị", "Nơi làm"),
        ("dossier_id", "Số hồ sơ", "Ký hiệu"),
    ],
)
def test_a_header_near_ours_or_with_cells_that_leave_no_doubt_is_guessed_and_marked(export, column, header, called):
    text, profile = drafted(export(dossier(1, **{"Ngày kết thúc xử lý": "05/03/2024"}), dossier(2), called={header: called}))
    assert [called] == profile.columns[column]
    assert f'  {column}: ["{called}"]  # đoán: ' in text
    assert f'{column}: đoán là cột "{called}".' in questions(text)


@pytest.mark.parametrize("called", ["Ngày nhận kết quả", "Phương thức nhận kết quả", "Ngày nộp", "Ngày sinh", "Ghi chú", "Cột lạ"])
def test_a_header_that_means_another_thing_is_not_guessed(export, called):
    _, profile = drafted(export(dossier(1), dossier(2), called={"Ngày hẹn trả": called}))
    assert called not in {header for headers in profile.columns.values() for header in headers}


@pytest.mark.parametrize("lacking", ["Số hồ sơ", "Ngày tiếp nhận", "Cơ quan/đơn vị"])
def test_where_a_needed_column_is_lacking_the_draft_and_then_its_profile_say_so(export, lacking):
    text = draft_profile(export(dossier(), headers=[name for name in HEADERS if name != lacking]))
    assert questions(text)[0].startswith("THIẾU cột")
    values = read_yaml(text, "nháp")
    assert [] in values["columns"].values()
    with pytest.raises(ValueError, match=r"chưa có tiêu đề|cần tiêu đề"):
        Profile.model_validate(values)


def test_a_column_without_its_contents_is_not_taken_and_no_value_of_such_a_sheet_is_shown(export):
    """Some systems print their values left of their headers: then a name stands where a status should."""
    shifted = {"Ngày tiếp nhận": "Tô Mẫu Hai", "Trạng thái hồ sơ": "Ka Mẫu", "Cơ quan/đơn vị": "Y Mẫu"}
    text = draft_profile(export(dossier(1, **shifted), dossier(2, **shifted)))
    assert 'tiêu đề "Ngày tiếp nhận" đúng là "ngày tiếp nhận" nhưng các ô bên dưới không giống: tệp có thể in lệch cột.' in questions(text)
    assert "  received_at: []" in text
    assert "Mẫu" not in text.replace("# Mẫu đọc", "")


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["4/3/2024", "04/03/2024"], ["%d/%m/%Y"]),
        (["04/03/2024 08:15:30", "04/03/2024 08:15"], ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M"]),
        (["2024-03-04 08:15:30", "20240304081530", "2024-03-04T08:15:30.329"], ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y%m%d%H%M%S"]),
        (["2024-03-03T17:00:00.000+0000", "2024-03-03T17:00:00Z"], ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z"]),
        (["08:15 04/03/2024", "4.3.2024", "04-03-2024"], ["%H:%M %d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"]),
    ],
)
def test_the_written_forms_of_the_dates_are_found(export, texts, formats):
    headers = ["Số hồ sơ", "Ngày tiếp nhận", "Cơ quan/đơn vị"]
    path = export(*(dossier(number, **{"Ngày tiếp nhận": text}) for number, text in enumerate(texts)), headers=headers)
    _, profile = drafted(path)
    assert formats == profile.date_formats
    assert {datetime(2024, 3, 4).date()} == set(read_exports([path], profile)[0]["received_at"].dt.date)


@pytest.mark.parametrize("form", [*DATE_FORMS, "%Y%m%d%H%M%S"])
def test_each_form_of_a_date_has_the_day_first_and_a_profile_takes_it(form):
    draft = {"name": "x", "columns": {"dossier_id": ["a"], "received_at": ["b"], "receiving_unit": ["c"]}, "required": [], "date_formats": [form]}
    assert [form] == Profile.model_validate(draft).date_formats
    assert date_form(datetime(2024, 12, 31, 9, 5, 7).strftime(form)) is not None or "%z" in form


@pytest.mark.parametrize(
    "text", ["", "Chưa trả", "12", "45355", "2024123100", "202412310000001", "31/02/2024", "12/31/2024", "000.00.53.H48-220921-0099", "1.001612"]
)
def test_what_is_no_date_with_the_day_first_has_no_form(text):
    assert date_form(text) is None


def test_dates_that_no_form_reads_are_counted_and_shown_by_their_shape_only(export):
    bad = [dossier(number, **{"Ngày hẹn trả": "Thứ 2, 15.3"}) for number in range(2)]
    text = draft_profile(export(*bad, *(dossier(number) for number in range(2, 6))))
    assert [question for question in questions(text) if question.startswith('"ngày hẹn trả": 2 ô không đọc được là ngày: dạng "aaa 9, 99.9" (2 ô)')]
    assert "15.3" not in text


def test_months_before_days_are_noticed_and_not_read(export):
    text, profile = drafted(export(*(dossier(number, **{"Ngày hẹn trả": "03/25/2024"}) for number in range(2)), *(dossier(number) for number in range(2, 6))))
    assert [question for question in questions(text) if "có vẻ tháng đứng trước ngày" in question]
    assert "%m/%d/%Y" not in profile.date_formats


def test_texts_that_mean_nothing_are_those_of_our_profiles_and_others_are_asked_about(export):
    due = ["Chưa có", "~", "Không hẹn", *["06/03/2024"] * 4]
    text, profile = drafted(export(*(dossier(number, **{"Ngày hẹn trả": cell}) for number, cell in enumerate(due))))
    assert ["", "Chưa có", "~"] == sorted(profile.missing)
    assert [question for question in questions(text) if '"Không hẹn" (1 ô)' in question]


def test_known_texts_of_a_code_column_are_mapped_and_unknown_ones_listed_with_their_count(export):
    statuses = ["Đã trả kết quả"] * 3 + ["ĐANG XỬ LÝ"] * 2 + ["Chuyển liên thông"] * 2
    text, profile = drafted(export(*(dossier(number, **{"Trạng thái hồ sơ": status}) for number, status in enumerate(statuses))))
    assert {"đã trả kết quả": "resolved", "đang xử lý": None} == profile.model_dump()["values"]["outcome"]
    assert '    "Đã trả kết quả": resolved  # 3 dòng' in text.splitlines()
    assert '    # CHƯA RÕ: "Chuyển liên thông" (2 dòng)' in text.splitlines()


def test_a_number_is_a_known_status_only_under_the_header_of_its_system(export):
    numbered = [dossier(number, **{"Trạng thái hồ sơ": "7"}) for number in range(2)]
    assert '# CHƯA RÕ: "7" (2 dòng)' in draft_profile(export(*numbered))
    assert '"7": withdrawn' in draft_profile(export(*numbered, called={"Trạng thái hồ sơ": "TrangThaiHoSo"}))


def test_a_column_with_many_texts_is_no_list_of_codes_and_never_listed(export):
    text = draft_profile(export(*(dossier(number, **{"Trạng thái hồ sơ": f"Việc số {number} chờ"}) for number in range(31))))
    assert "Việc số" not in text


def test_empty_cells_of_a_column_that_must_be_filled_are_counted(export):
    text = draft_profile(export(dossier(1), dossier(2, **{"Ngày tiếp nhận": ""}), dossier(3)))
    assert '"ngày tiếp nhận" để trống ở 1 dòng hồ sơ.' in questions(text)


def test_units_that_the_registry_does_not_know_are_named(export):
    text, profile = drafted(export(dossier(1), dossier(2, **{"Cơ quan/đơn vị": "Phòng Tư pháp"})))
    assert "registry" == profile.units
    assert 'CHƯA RÕ 1 tên đơn vị không có trong units.csv: "Phòng Tư pháp" (1 dòng).' in questions(text)


def test_units_none_of_which_the_registry_knows_are_taken_as_they_are(export):
    text, profile = drafted(export(dossier(1, **{"Cơ quan/đơn vị": "Sở A"}), dossier(2, **{"Cơ quan/đơn vị": "Sở B"})))
    assert "from-data" == profile.units
    assert [question for question in questions(text) if "units: from-data" in question]


def test_two_headers_for_one_column_are_told(export):
    text, profile = drafted(export(dossier(1), dossier(2), headers=[*HEADERS, "Trạng thái hồ sơ"], called=None))
    assert 'tiêu đề "Trạng thái hồ sơ" đứng ở 2 cột, bỏ bớt trong tệp nếu các cột ghi khác nhau.' in questions(text)
    assert ["Trạng thái hồ sơ"] == profile.columns["outcome"]


def test_persons_columns_are_named_as_not_read_and_their_values_never_shown(export):
    text = draft_profile(export(dossier(1), dossier(2)))
    listed = next(line for line in text.splitlines() if line.startswith("# Không đọc (dữ liệu cá nhân)"))
    assert not [header for header in PERSONS if header != "Trích yếu" and f'"{header}"' not in listed]
    assert '# Không đọc (lời tự do, có thể có tên người): "Trích yếu"' in text
    assert not [value for value in PERSONS.values() if value in text]


@pytest.mark.parametrize(
    "header", [*PERSONS, "CHỦ HỒ SƠ", "Chu ho so", "SoDienThoai", "SĐT", "Họ và tên", "Tên cá nhân, tổ chức", "Đơn vị/ cá nhân giải quyết"]
)
def test_a_persons_header_is_known_however_it_is_written(export, header):
    text = draft_profile(export(dossier(), called={"Tên lĩnh vực": header}))
    assert f'"{header}"' in next(line for line in text.splitlines() if line.startswith("# Không đọc (dữ liệu cá nhân")) or header == "Trích yếu"


def test_a_persons_name_among_statuses_is_covered(export):
    text = draft_profile(export(dossier(1), dossier(2, **{"Trạng thái hồ sơ": "Nguyễn Văn Mẫu"}), dossier(3, **{"Trạng thái hồ sơ": "Gọi 0912345678"})))
    assert not [value for value in ("Nguyễn", "0912345678") if value in text]
    assert 2 == text.count("# CHƯA RÕ: ")


def test_a_table_without_a_header_shows_nothing_of_its_rows(export, tmp_path):
    head, *rows = export(dossier(1), dossier(2), dossier(3)).read_text("utf-8").splitlines()
    bare = tmp_path / "khong-tieu-de.csv"
    bare.write_text("\n".join(rows), "utf-8")
    text = draft_profile(bare)
    assert "không thấy dòng tiêu đề nào trong tệp." in questions(text)
    assert head not in text
    assert not [value for value in PERSONS.values() if value in text]


def test_unknown_headers_are_listed_and_which_of_them_hold_dates(tmp_path):
    path = write(tmp_path / "a.csv", [["case_id", "startdate", "department"], ["case-1", "2024-03-04", "Parks"], ["case-2", "2024-03-05", "Roads"]])
    text = draft_profile(path)
    assert '# Không đọc (ngoài sổ dữ liệu, hoặc chưa nhận ra): "case_id", "startdate" [cột ngày], "department"' in text.splitlines()
    assert 'date_formats: ["%Y-%m-%d"]' in text.splitlines()


def test_sheets_with_one_header_are_drafted_together(tmp_path):
    path = tmp_path / "cac-xa.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write_row(0, 0, ["BÁO CÁO"])
        for number, status in enumerate(["Đang xử lý", "Lạ"], 1):
            sheet = book.add_worksheet(f"Xã {number}")
            sheet.write_row(0, 0, ["DANH SÁCH HỒ SƠ"])
            sheet.write_row(1, 0, HEADERS)
            sheet.write_row(2, 0, [dossier(number, **{"Trạng thái hồ sơ": status})[name] for name in HEADERS])
    text = draft_profile(path)
    assert '    "Đang xử lý": null  # 1 dòng' in text.splitlines()
    assert '    # CHƯA RÕ: "Lạ" (1 dòng)' in text.splitlines()


def test_a_total_a_footer_and_column_numbers_are_no_dossiers(export, tmp_path):
    lines = export(dossier(1), dossier(2)).read_text("utf-8").splitlines()
    path = tmp_path / "co-tong.csv"
    numbers = ",".join(f"({number})" for number in range(1, len(HEADERS) + 1))
    path.write_text("\n".join([lines[0], numbers, *lines[1:], "Tổng cộng,2 hồ sơ", "", "Người lập biểu"]), "utf-8")
    assert "đã xem 2 dòng hồ sơ" in draft_profile(path)


def test_every_text_of_our_profiles_means_one_thing_in_a_column():
    seen: dict[tuple[str, str], set[str]] = {}
    for profile in map(read_profile, profile_names()):
        for column, texts in profile.model_dump()["values"].items():
            for text, code in texts.items():
                seen.setdefault((column, text), set()).add(str(code))
    assert not {key: codes for key, codes in seen.items() if len(codes) > 1}


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_table_is_refused_as_by_an_import(tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"x\.xlsx"):
        draft_profile(path)


CELLS = st.one_of(
    st.sampled_from(
        ["", "Mã hồ sơ", "Ngày nhận", "Đơn vị", "Trạng thái", "Hình thức nộp", "04/03/2024", "H48.1-240304-0001", "UBND xã Long Mai", "Trực tuyến"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_whatever_is_in_the_cells_the_draft_is_yaml_and_a_profile_unless_it_lacks_a_column(tmp_path, rows):
    path = write(tmp_path / "a.csv", rows)
    try:
        text = draft_profile(path)
    except UserError:
        return
    values = read_yaml(text, "nháp")
    if "THIẾU" not in "".join(questions(text)):
        assert "mau-moi" == Profile.model_validate(values).name
    assert {"name", "columns", "required", "values", "units", "timezone", "date_formats", "missing"} == set(values)


def test_a_draft_is_the_same_each_time(export):
    path = export(dossier(1), dossier(2))
    assert draft_profile(path) == draft_profile(path)
    assert text_key("Số hồ sơ") in text_key(draft_profile(path))
