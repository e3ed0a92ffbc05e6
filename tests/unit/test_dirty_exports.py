"""Dirty exports: whatever is printed around and inside the dossiers, the same dossiers come back and the account counts the rest."""

import json
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from exports import (
    HEADER_OF,
    HEADERS,
    KINDS,
    PERSONAL,
    PERSONS,
    PROFILE,
    Dirt,
    Grid,
    clean_dossiers,
    in_tcvn3,
    in_vni,
    one_sheet,
    print_export,
    read_back,
    stacked_header,
    table,
    write_html,
    write_text,
    write_xlsx,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tthc_analysis import cli
from tthc_analysis.errors import UserError
from tthc_analysis.register.intake import import_exports, read_exports
from tthc_analysis.register.profiles import Profile, read_profile

SAMPLE = read_profile("sample")
ID, RECEIVED, DUE, ENDED, STATUS, CHANNEL = "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý", "Trạng thái hồ sơ", "Hình thức nộp"
RECEIVING, RESOLVING, PAUSED, PROCEDURE = "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Số ngày tạm dừng", "Tên thủ tục hành chính"
PLAIN = {
    ID: "000.01.90.H48-240301-0001",
    "Mã TTHC": "2.000815",
    PROCEDURE: "Chứng thực bản sao",
    "Lĩnh vực": "Chứng thực",
    **PERSONS,
    RECEIVING: "UBND xã Long Mai",
    RESOLVING: "UBND huyện Minh Long",
    CHANNEL: "Trực tuyến",
    "Mức độ DVC": "Toàn trình",
    RECEIVED: "01/03/2024 08:00",
    DUE: "05/03/2024 17:00",
    ENDED: "04/03/2024 09:30",
    STATUS: "Đã trả kết quả",
    PAUSED: "2",
}
OPEN = {DUE: "", ENDED: "", STATUS: "Đang xử lý"}
ONE = Random(7)  # noqa: S311 - test data, no secret


def code(number: int, day: str = "240301") -> str:
    return f"000.01.90.H48-{day}-{number:04d}"


def row(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A dossier's cells by header; the changed ones by the register's columns."""
    return PLAIN | {ID: code(number)} | {HEADER_OF[column]: cell for column, cell in changed.items()}


def good(count: int) -> list[dict[str, Any]]:
    return [row(number) for number in range(1000, 1000 + count)]


def profile(**changes: Any) -> Profile:
    return Profile.model_validate(SAMPLE.model_dump() | changes)


def not_required(*columns: str, **changes: Any) -> Profile:
    return profile(required=[name for name in SAMPLE.required if name not in columns], **changes)


@pytest.fixture
def read(tmp_path: Path):
    """Read rows of cells, or dossiers by header, out of a workbook."""

    def run(rows: list[Any], how: Profile = SAMPLE):
        cells = table(rows) if isinstance(rows[0], dict) else rows
        return read_exports([write_xlsx(tmp_path / "xuat.xlsx", one_sheet(cells))], how)

    return run


@pytest.fixture
def tthc(monkeypatch, capsys):
    """Run the command in this process; gives its exit code and both streams."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tthc", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


# The whole


DIRT = st.builds(
    Dirt,
    cover=st.booleans(),
    sheets=st.integers(1, 3),
    titles=st.integers(0, 4),
    header=st.integers(1, 3),
    numbering=st.integers(0, 2),
    groups=st.integers(0, 3),
    repeats=st.integers(0, 2),
    totals=st.integers(0, 2),
    footers=st.integers(0, 4),
    blanks=st.integers(0, 2),
    spaces=st.integers(0, 2),
    duplicates=st.integers(0, 3),
    smudged=st.booleans(),
    persons=st.booleans(),
    halved=st.booleans(),
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), size=st.integers(1, 12), dirt=DIRT)
def test_a_dirty_export_of_every_kind_gives_its_dossiers_back_and_counts_its_dirt(tmp_path, kind, seed, size, dirt):
    rng = Random(seed)  # noqa: S311 - test data, no secret
    dossiers = clean_dossiers(rng, size)
    printed = print_export(dossiers, dirt, rng, kind, tmp_path / "xuat")
    frame, account = read_exports([printed.path], PROFILE)
    assert dossiers == read_back(frame)
    assert printed.not_dossiers == account.not_dossiers
    assert (printed.rows, size, 0, printed.duplicates) == (account.read, account.accepted, account.rejected, account.duplicates)
    assert account.balances


@pytest.mark.parametrize("kind", KINDS)
def test_dirty_exports_of_several_files_make_one_register(tmp_path, kind):
    dossiers = clean_dossiers(ONE, 30)
    dirt = Dirt(titles=2, header=2, numbering=1, groups=2, totals=1, footers=3, smudged=True)
    printed = [print_export(dossiers[part::2], dirt, ONE, kind, tmp_path / f"xuat-{part}") for part in range(2)]
    frame, account = read_exports([each.path for each in printed], PROFILE)
    assert dossiers == read_back(frame)
    assert printed[0].not_dossiers + printed[1].not_dossiers == account.not_dossiers


# Around the dossiers: one kind of dirt at a time


@pytest.mark.parametrize("kind", ["xlsx", "ods", "html"])
@pytest.mark.parametrize(
    ("dirt", "counted"),
    [
        (Dirt(titles=4), {"dòng trên bảng": 4, "tiêu đề bảng": 1}),
        (Dirt(header=2), {"tiêu đề bảng": 2}),
        (Dirt(header=3), {"tiêu đề bảng": 3}),
        (Dirt(numbering=1), {"tiêu đề bảng": 1, "dòng đánh số cột": 1}),
        (Dirt(numbering=2), {"tiêu đề bảng": 1, "dòng đánh số cột": 2}),
        (Dirt(groups=3), {"tiêu đề bảng": 1, "dòng nhóm": 3}),
        (Dirt(repeats=2), {"tiêu đề bảng": 1, "tiêu đề lặp lại": 2}),
        (Dirt(header=3, repeats=2), {"tiêu đề bảng": 3, "tiêu đề lặp lại": 6}),
        (Dirt(totals=1), {"tiêu đề bảng": 1, "dòng tổng": 1}),
        (Dirt(footers=4), {"tiêu đề bảng": 1, "chân trang": 4}),
        (Dirt(blanks=3), {"tiêu đề bảng": 1, "dòng trống": 3}),
        (Dirt(spaces=3), {"tiêu đề bảng": 1, "dòng trống": 3}),
        (Dirt(duplicates=3), {"tiêu đề bảng": 1}),
    ],
    ids=repr,
)
def test_each_kind_of_row_that_is_no_dossier_is_counted_as_what_it_is(tmp_path, kind, dirt, counted):
    dossiers = clean_dossiers(ONE, 8)
    printed = print_export(dossiers, dirt, ONE, kind, tmp_path / "xuat")
    frame, account = read_exports([printed.path], PROFILE)
    assert Counter(counted) == account.not_dossiers
    assert (dossiers, dirt.duplicates) == (read_back(frame), account.duplicates)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_a_cover_sheet_first_is_no_table_and_every_sheet_with_one_is_read(tmp_path, kind):
    dossiers = clean_dossiers(ONE, 9)
    printed = print_export(dossiers, Dirt(cover=True, sheets=3), ONE, kind, tmp_path / "xuat")
    frame, account = read_exports([printed.path], PROFILE)
    assert dossiers == read_back(frame)
    assert {"trang tính không có bảng hồ sơ": 3, "tiêu đề bảng": 3} == account.not_dossiers


def test_every_table_of_a_web_page_is_read(tmp_path):
    page = write_html(tmp_path / "xuat.xls", {"a": Grid(table([row(1)])), "b": Grid(table([row(2), row(3)]))})
    assert [code(1), code(2), code(3)] == read_exports([page], SAMPLE)[0]["dossier_id"].tolist()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_web_page_is_read_whatever_it_is_encoded_in(tmp_path, encoding):
    page = write_html(tmp_path / "xuat.xls", one_sheet(table([row(1)])), encoding=encoding)
    assert ["Chứng thực bản sao"] == read_exports([page], SAMPLE)[0]["procedure_name"].tolist()


def test_a_running_number_that_begins_at_two_or_anew_does_not_matter(read):
    rows = [{"STT": stt, **row(number)} for number, stt in enumerate([2, 3, 1, 2], 1)]
    assert [code(number) for number in range(1, 5)] == read(rows)[0]["dossier_id"].tolist()


@pytest.mark.parametrize("label", ["Tổng cộng", "TỔNG CỘNG:", "Tổng số", "Cộng"])
def test_a_total_that_counts_in_the_column_of_codes_is_a_total(read, label):
    names = ["STT", *PLAIN]
    total = [{"STT": label, ID: 2, RECEIVED: 2, ENDED: 1}.get(name, "") for name in names]
    _, account = read([*table([row(1), row(2)], names), total])
    assert {"tiêu đề bảng": 1, "dòng tổng": 1} == account.not_dossiers
    assert 2 == account.accepted


def test_a_total_of_every_group_is_a_total(read):
    names = ["STT", *PLAIN]
    cells = table([row(1), row(2), row(3)], names)
    group, total = [["I", "UBND xã Long Mai"]], [["", "Cộng", "", "1 hồ sơ"]]
    _, account = read([*cells[:1], *group, cells[1], *total, *group, *cells[2:], *total])
    assert {"tiêu đề bảng": 1, "dòng nhóm": 2, "dòng tổng": 2} == account.not_dossiers


def test_a_dossier_without_a_code_among_others_is_rejected_and_is_no_group(read):
    _, account = read([*good(60), row(1, dossier_id=""), *good(1)])
    assert [1, 0] == [account.rejected, account.not_dossiers["dòng nhóm"]]
    assert ["để trống"] == [reject.reason for reject in account.rejects]


def test_a_stacked_header_names_a_column_by_its_head_and_its_own_text(read):
    """The statutory book has "Ngày, tháng, năm" above "Nhận hồ sơ", and another "Nhận hồ sơ" may be elsewhere."""
    names = [name for name in PLAIN if name not in {RECEIVED, DUE}]
    top = [*names, "Ngày, tháng, năm", "", "Nơi nhận", ""]
    below = [""] * len(names) + ["Nhận hồ sơ", "Hẹn trả", "Nhận hồ sơ", "Trả"]
    cells = [*(PLAIN[name] for name in names), PLAIN[RECEIVED], PLAIN[DUE], "Quầy 1", "Quầy 2"]
    columns = SAMPLE.columns | {"received_at": ["Ngày, tháng, năm Nhận hồ sơ"], "due_at": ["Hẹn trả"]}
    frame, account = read([top, below, cells], profile(columns=columns))
    assert [datetime(2024, 3, 1, 8), datetime(2024, 3, 5, 17)] == [frame["received_at"][0], frame["due_at"][0]]
    assert {"tiêu đề bảng": 2} == account.not_dossiers


def test_a_header_in_the_middle_of_three_rows_is_found(tmp_path):
    """Some columns have their name in the first row of a merged header, some in the second, some in the third."""
    header = stacked_header(HEADERS, 3)
    depths = {next(level for level, cells in enumerate(header.rows) if cells[HEADERS.index(name)] == name) for name in (CHANNEL, ID, RECEIVED)}
    cells = table([{"STT": 1, **row(1)}], HEADERS)[1:]
    path = write_xlsx(tmp_path / "xuat.xlsx", {"Danh sách": Grid([*header.rows, *cells], header.merges)})
    assert {0, 1, 2} == depths
    assert 1 == read_exports([path], SAMPLE)[1].accepted


# Columns confirmed by content


def shifted(rows: list[dict[str, Any]], place: int, *, right: bool = False) -> list[list[Any]]:
    """A table whose body lacks the cell at a place, or has one too many there: what follows stands under another's header."""
    header, *cells = table(rows)
    return [header, *([*row[:place], "", *row[place:]] if right else [*row[:place], *row[place + 1 :], ""] for row in cells)]


@pytest.mark.parametrize("right", [False, True], ids=["left", "right"])
def test_shifted_columns_are_an_error_that_says_so_and_shows_no_values(read, right):
    """Some systems print 12 headers over 9 cells, so that every value stands under another column's header."""
    with pytest.raises(UserError, match="lệch") as raised:
        read(shifted(good(30), 0, right=right))
    assert [] == [
        text for text in (*PERSONAL, *(str(cell) for name, cell in PLAIN.items() if name != STATUS and len(str(cell)) > 3)) if text in str(raised.value)
    ]


@pytest.mark.parametrize(("header", "other"), [(ID, RECEIVED), (ID, "Mã TTHC"), (RECEIVED, ID), (RECEIVED, "Chủ hồ sơ"), (DUE, PROCEDURE)])
def test_a_column_whose_values_are_anothers_is_an_error(read, header, other):
    rows = [{**each, header: each[other]} for each in good(30)]
    with pytest.raises(UserError) as raised:
        read(rows)
    assert HEADER_OF_VIETNAMESE[header] in str(raised.value).casefold()
    assert [] == [text for text in PERSONAL if text in str(raised.value)]


HEADER_OF_VIETNAMESE = {ID: "mã hồ sơ", RECEIVED: "ngày tiếp nhận", DUE: "ngày hẹn trả"}


def test_a_few_odd_codes_do_not_make_a_shifted_column(read):
    _, account = read([*good(60), row(1, dossier_id="01/03/2024")])
    assert account.balances
    assert 60 <= account.accepted


@pytest.mark.parametrize("names", [("Mã hồ sơ", "Số hồ sơ"), ("Ngày tiếp nhận", "Ngày tiếp nhận")])
@pytest.mark.parametrize(("second", "accepted"), [("empty", 1), ("equal", 1), ("other", None)])
def test_two_columns_may_claim_one_field_only_where_one_is_empty_or_both_are_equal(read, names, second, accepted):
    header, cells = table([row(1)])
    first = cells[header.index(names[0])]
    claimed = {"empty": "", "equal": first, "other": {"Mã hồ sơ": code(2), "Ngày tiếp nhận": "02/03/2024"}[names[0]]}[second]
    rows = [[*header, names[1]], [*cells, claimed]]
    if accepted is None:
        with pytest.raises(UserError, match="cùng nhận là"):
            read(rows)
    else:
        assert accepted == read(rows)[1].accepted


@pytest.mark.parametrize("written", [in_tcvn3, in_vni])
@pytest.mark.parametrize("part", ["header and cells", "cells"])
def test_text_in_an_old_vietnamese_code_is_refused_with_the_cure(read, written, part):
    header, *cells = table(good(20))
    coded = [[written(cell) for cell in each] for each in cells]
    with pytest.raises(UserError, match=r"(TCVN3|VNI).*Unicode") as raised:
        read([[written(name) for name in header] if part == "header and cells" else header, *coded])
    assert [] == [text for text in PERSONS.values() if text in str(raised.value) or written(text) in str(raised.value)]


@pytest.mark.parametrize("written", [in_tcvn3, in_vni])
def test_a_text_file_in_an_old_vietnamese_code_is_refused_with_the_cure(tmp_path, written):
    path = tmp_path / "xuat.csv"
    path.write_bytes("\n".join(",".join(written(cell) for cell in each) for each in table(good(20))).encode("latin-1", "replace"))
    with pytest.raises(UserError, match=r"(TCVN3|VNI).*Unicode"):
        read_exports([path], SAMPLE)


@pytest.mark.parametrize("name", ["Công ty TNHH MTV Ñandú", "Société à responsabilité limitée", "Đăng ký ô tô, xe máy (oø)"])
def test_one_foreign_word_is_no_old_code(read, name):
    assert 21 == read([*good(20), row(1, procedure_name=name)])[1].accepted


# Values


def test_windows_1258_comes_back_as_nfc(tmp_path):
    names = ["Cấp đổi Giấy chứng nhận", "ỷ ỡ Ữ ặ ẩ ỹ đ Đ", "Hộ tịch"]
    path = write_text(tmp_path / "xuat.csv", one_sheet(table([row(place, procedure_name=name) for place, name in enumerate(names, 1)])), "cp1258")
    assert names == read_exports([path], SAMPLE)[0]["procedure_name"].tolist()


def test_precomposed_letters_of_windows_1258_are_read_too(tmp_path):
    """The code page has à, á, é and the like as letters of their own, beside the tones."""
    path = tmp_path / "xuat.csv"
    write_text(path, one_sheet(table([row(1, procedure_name="Xác nhận cá nhân")])), "cp1258")
    path.write_bytes(
        path.read_bytes().replace("Xác nhận cá nhân".replace("á", "a\u0301").replace("ậ", "â\u0323").encode("cp1258"), b"X\xe1c nh\xe2\xf2n c\xe1 nh\xe2n")
    )
    assert ["Xác nhận cá nhân"] == read_exports([path], SAMPLE)[0]["procedure_name"].tolist()


@pytest.mark.parametrize(("cell", "days"), [("8.925", 8925), ("1.234", 1234), (1234, 1234), ("12", 12), ("", 0), ("   ", 0)])
def test_a_number_in_vietnamese_text_has_points_between_its_thousands(read, cell, days):
    assert [days] == read([row(1, paused_days=cell)])[0]["paused_days"].tolist()


@pytest.mark.parametrize("cell", ["8.92", "8,925", "1.23.456", ".925"])
def test_a_number_that_is_none_is_rejected(read, cell):
    assert 1 == read([*good(60), row(1, paused_days=cell)])[1].rejected


def test_day_comes_before_month_even_where_both_could_be(read):
    assert [datetime(2024, 5, 4)] == read([row(1, received_at="04/05/2024", dossier_id=code(1, "240504"), **NOT_ENDED)])[0]["received_at"].tolist()


NOT_ENDED = {"due_at": "", "resolved_at": "", "outcome": "Đang xử lý"}


def test_a_profile_may_not_put_the_month_before_the_day():
    with pytest.raises(ValueError, match="tháng trước ngày"):
        profile(date_formats=["%m/%d/%Y"])


@pytest.mark.parametrize(
    ("cell", "on"),
    [
        ("2024-02-29T17:00:00.000+0000", date(2024, 3, 1)),
        ("2024-02-29T16:59:00.000+0000", date(2024, 2, 29)),
        ("2024-03-01T00:00:00.000+0700", date(2024, 3, 1)),
    ],
)
def test_a_time_with_an_offset_is_local_before_its_day_is_taken(read, cell, on):
    frame, _ = read([row(1, received_at=cell, dossier_id="HS-1", **NOT_ENDED)], PROFILE)
    assert [on] == frame["received_at"].dt.date.tolist()


@pytest.mark.parametrize(("in_code", "warns"), [("240301", False), ("20240301", False), ("240229", True), ("230301", True)])
def test_a_codes_day_against_the_reception_is_a_warning_and_never_a_reject(tmp_path, tthc, in_code, warns):
    export = write_xlsx(tmp_path / "xuat.xlsx", one_sheet(table([row(1, dossier_id=code(1, in_code)), *good(3)])))
    status, out, err = tthc("import", export, "--profile", "sample", "--out", tmp_path / "so.parquet")
    assert (0, True) == (status, "nhận 4" in out)
    assert warns == ("ngày trong mã hồ sơ" in (out + err).casefold())


def test_a_code_of_another_form_is_a_code(read):
    assert ["HS-1/2024"] == read([row(1, dossier_id="HS-1/2024")])[0]["dossier_id"].tolist()


@pytest.mark.parametrize(
    ("name", "received", "unit_id"),
    [
        *((f"UBND xã {name}", "30/06/2025", unit) for name, unit in (("Long Hiệp", "xa-long-hiep"), ("Long Môn", "xa-long-mon"), ("Long Sơn", "xa-long-son"))),
        ("UBND xã Thanh An", "30/06/2025", "xa-thanh-an"),
        ("UBND xã Long Mai", "30/06/2025", "xa-long-mai"),
        ("UBND xã Minh Long", "01/07/2025", "xa-minh-long"),
        ("Trung tâm PVHCC xã Minh Long", "01/07/2025", "xa-minh-long"),
        ("Trung tâm Phục vụ hành chính công xã Sơn Mai", "01/07/2025", "xa-son-mai"),
        ("Huyện Minh Long", "30/06/2025", "ubnd-huyen-minh-long"),
    ],
)
def test_a_commune_is_the_one_that_bore_the_name_on_the_day_of_reception(read, name, received, unit_id):
    cells = row(1, receiving_unit=name, resolving_unit=name, received_at=received, dossier_id="HS-1", **NOT_ENDED)
    assert [unit_id] == read([cells])[0]["receiving_unit"].tolist()


@pytest.mark.parametrize(
    ("name", "received"), [("UBND xã Minh Long", "30/06/2025"), ("UBND xã Long Hiệp", "01/07/2025"), ("UBND huyện Minh Long", "01/07/2025")]
)
def test_a_commune_out_of_its_time_is_rejected_and_never_another(read, name, received):
    cells = row(1, receiving_unit=name, resolving_unit=name, received_at=received, dossier_id="HS-1", **NOT_ENDED)
    assert [1, 60] == [getattr(read([*good(60), cells])[1], count) for count in ("rejected", "accepted")]


@pytest.mark.parametrize("empty", ["receiving_unit", "resolving_unit"])
def test_an_empty_unit_falls_back_to_the_other(read, empty):
    other = {"receiving_unit": "ubnd-huyen-minh-long", "resolving_unit": "xa-long-mai"}[empty]
    frame, _ = read([row(1, **{empty: ""})])
    assert [other, other] == frame[["receiving_unit", "resolving_unit"]].to_numpy()[0].tolist()


def test_two_empty_units_are_a_reject_where_units_are_of_the_registry(read):
    assert 1 == read([*good(60), row(1, receiving_unit="", resolving_unit="")])[1].rejected


def test_two_empty_units_are_unknown_where_units_are_from_the_data(read):
    frame, account = read([row(1, receiving_unit="", resolving_unit="")], profile(units="from-data"))
    assert (1, True) == (account.accepted, bool(frame[["receiving_unit", "resolving_unit"]].isna().all(axis=None)))


def without(header: str) -> list[dict[str, Any]]:
    return [{name: cell for name, cell in each.items() if name != header} for each in good(3)]


def test_without_a_channel_column_the_channel_is_unknown(read):
    frame, account = read(without(CHANNEL), not_required("channel"))
    assert (3, True) == (account.accepted, bool(frame["channel"].isna().all()))


def test_an_empty_channel_under_its_column_is_rejected(read):
    assert 1 == read([*good(60), row(1, channel="")], not_required("channel"))[1].rejected


def test_a_constant_stands_in_every_row(read):
    how = not_required("channel", "receiving_unit", constants={"channel": "Trực tiếp", "receiving_unit": "UBND xã Thanh An"})
    rows = [{name: cell for name, cell in each.items() if name not in {CHANNEL, RECEIVING, RESOLVING}} for each in good(3)]
    frame, _ = read(rows, how)
    assert [["in_person", "xa-thanh-an"]] * 3 == frame[["channel", "receiving_unit"]].to_numpy().tolist()


def test_a_dossier_not_yet_taken_in_is_counted_and_left_out(read):
    how = profile(values=SAMPLE.model_dump()["values"] | {"outcome": {"Mới đăng ký": "not_received", "Đã trả kết quả": "resolved"}})
    frame, account = read([*good(3), row(1, **NOT_ENDED | {"outcome": "Mới đăng ký"})], how)
    assert (3, {"tiêu đề bảng": 1, "hồ sơ chưa được tiếp nhận": 1}) == (len(frame), account.not_dossiers)
    assert account.balances


# The account


def test_one_code_with_different_contents_keeps_the_last_and_lists_the_other(read):
    frame, account = read([row(1, **NOT_ENDED), *good(60), row(1)])
    assert ["resolved"] == frame.loc[frame["dossier_id"] == code(1), "outcome"].tolist()
    assert [1, 1, True] == [account.rejected, account.superseded, account.balances]
    assert [(2, "mã hồ sơ", code(1))] == [(reject.row, reject.column, reject.value) for reject in account.rejects]
    listed = [(twin.row, twin.code, twin.fate, "trạng thái hồ sơ" in twin.differs) for twin in account.twins]
    assert [(2, code(1), "nhường xuat.xlsx dòng 63", True), (63, code(1), "giữ dòng này", False)] == listed


def test_one_code_with_different_contents_may_be_an_error(read):
    with pytest.raises(UserError, match=code(1)):
        read([row(1, **NOT_ENDED), *good(60), row(1)], profile(duplicates="error"))


def test_exact_repeats_are_no_error_where_different_contents_are(read):
    assert [1, 1] == [getattr(read([row(1), row(1)], profile(duplicates="error"))[1], name) for name in ("accepted", "duplicates")]


def test_dossiers_superseded_do_not_count_against_the_ceiling(read):
    """An export of rows per step repeats every code: that is its form, not a fault of its rows."""
    frame, account = read([*(row(number, **NOT_ENDED) for number in range(20)), *(row(number) for number in range(20))])
    assert [20, 20, True] == [len(frame), account.superseded, account.balances]


# Nobody's name


def planted(number: int) -> dict[str, Any]:
    return {"STT": number, **row(number)}


def everything_in(folder: Path) -> str:
    """All that an import left, its packed and its columnar files unpacked, as one text."""
    texts = []
    for path in folder.rglob("*"):
        if path.is_file():
            texts.append(path.read_bytes().decode("utf-8", "replace"))
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        if path.suffix == ".parquet":
            texts.append(str(duckdb.read_parquet(str(path)).fetchall()))
    return "\n".join(texts)


def persons_in(text: str) -> list[str]:
    return [person for person in PERSONAL if person in text]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "html", "csv Windows-1258"])
def test_no_person_is_in_anything_that_an_import_writes_or_says(tmp_path, tthc, kind):
    (tmp_path / "vao").mkdir()
    (tmp_path / "ra").mkdir()
    rows = [planted(number) for number in range(1, 121)]
    rows[5] |= {RECEIVED: "mai"}
    rows[9] |= {PAUSED: "hai"}
    path = tmp_path / "vao" / f"xuat{KINDS[kind].suffix}"
    arguments = ("import", path, "--profile", "sample", "--out", tmp_path / "ra" / "so.parquet")
    KINDS[kind].write(path, one_sheet(table(rows)))
    said = [*tthc(*arguments)]
    KINDS[kind].write(path, one_sheet(table([*rows, planted(200)])))
    said += [*tthc(*arguments)]
    assert [0, 0] == [said[0], said[3]]
    assert [] == persons_in(everything_in(tmp_path / "ra") + str(said))


PLACES = range(len(PLAIN) + 1)


@pytest.mark.parametrize("right", [False, True], ids=["left", "right"])
def test_no_person_is_shown_where_columns_are_shifted_from_any_place_on(read, right):
    """From the first column to the last: the import either stops without a name, or takes what it can without one."""
    shown = {}
    for place in PLACES:
        try:
            frame, account = read(shifted([planted(number) for number in range(1, 31)], place, right=right))
            said = frame.to_csv() + str(account)
        except UserError as error:
            said = str(error)
        shown[place] = persons_in(said)
    assert {} == {place: persons for place, persons in shown.items() if persons}


@pytest.mark.parametrize("right", [False, True], ids=["left", "right"])
def test_no_person_is_shown_where_one_row_is_shifted(tmp_path, right):
    """One broken row among good ones is a reject: what stands in its cells may be anybody's."""
    shown = {}
    for place in PLACES:
        header, *cells = table([planted(number) for number in range(1, 101)])
        cells[50] = shifted([planted(51)], place, right=right)[1]
        export = write_xlsx(tmp_path / "xuat.xlsx", one_sheet([header, *cells]))
        (tmp_path / f"{place}").mkdir()
        said = ""
        try:
            import_exports([export], SAMPLE, tmp_path / f"{place}" / "so.parquet")
        except UserError as error:
            said = str(error)
        shown[place] = persons_in(said + everything_in(tmp_path / f"{place}"))
    assert {} == {place: persons for place, persons in shown.items() if persons}


def test_the_stored_account_is_the_account(tmp_path):
    dossiers = clean_dossiers(ONE, 20)
    printed = print_export(dossiers, Dirt(titles=2, header=2, groups=1, totals=1, footers=2, duplicates=2), ONE, "xlsx", tmp_path / "xuat")
    import_exports([printed.path], PROFILE, tmp_path / "so.parquet")
    stored = json.loads((tmp_path / "so.account.json").read_text("utf-8"))
    assert {"read": printed.rows, "accepted": 20, "rejected": 0, "duplicates": 2, "not_dossiers": dict(printed.not_dossiers)} == {
        name: stored[name] for name in ("read", "accepted", "rejected", "duplicates", "not_dossiers")
    }
