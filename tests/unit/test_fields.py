"""The fields of an office's template: the written report's figures by name, dots where something is not known, and the page that lists them."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossiers import dossier, register

from tthc_analysis.exhibits.fields import DECLARED, GROUPS, as_markdown, marks_of, report_fields
from tthc_analysis.metrics.study import Study, open_study
from tthc_analysis.reference.declared import KEYS
from tthc_analysis.register.store import write_register

ROOT = Path(__file__).parents[2]
PARAMETERS: dict[str, Any] = {
    "period": "2024-Q1",
    "as_of": "2024-03-15",
    "unit": "huyen-minh-long",
    "policy": "report-2024",
    "history": 1,
    "calendar": "VN",
    "document": {"issuer": "UBND huyện Minh Long", "number": "15/BC-UBND", "period": "2021-01-01..2024-03-15"},
}
# the report of March 2024, sections 1 to 3
WRITTEN = {
    "don_vi": "Huyện Minh Long",
    "ky_bao_cao": "Quý I/2024",
    "ky_bao_cao_day_du": "Quý I/2024 (15/12/2023–14/3/2024)",
    "tu_ngay": "01/01/2021",
    "den_ngay": "15/3/2024",
    "ngay_chot": "15/3/2024",
    "so_bao_cao": "15/BC-UBND",
    "kem_theo": "(Kèm theo Báo cáo số 15/BC-UBND ngày …… tháng …… năm …… của UBND huyện Minh Long)",
    "tong_tiep_nhan": "9.965",
    "tiep_nhan_trong_ky": "9.924",
    "ky_truoc_chuyen_qua": "41",
    "tiep_nhan_truc_tuyen": "2.608",
    "tiep_nhan_truc_tiep": "7.316",
    "da_giai_quyet": "9.789",
    "truoc_han": "8.956",
    "dung_han": "656",
    "qua_han": "177",
    "dang_giai_quyet": "28",
    "dang_giai_quyet_trong_han": "28",
    "dang_giai_quyet_qua_han": "0",
    "rut_ho_so": "148",
    "giai_quyet_dung_han": "9.612/9.789",
    "ty_le_dung_han": "98,19%",
    "nop_truc_tuyen": "2.608/9.924",
    "ty_le_nop_truc_tuyen": "26,28%",
    "so_hoa_thanh_phan": "8.925/9.924",
    "ty_le_so_hoa_thanh_phan": "89,93%",
    "so_hoa_ket_qua": "3.232/9.789",
    "ty_le_so_hoa_ket_qua": "33,02%",
    "rat_hai_long": "3.902/3.904",
    "hai_long": "2/3.904",
    "chua_hai_long": "0/3.904",
    "bo_phan_mot_cua": "14",
    "tthc_tong": "532",
    "tthc_cap_huyen": "352",
    "tthc_cap_xa": "180",
    "tthc_cap_tinh": "……",
    "pakn_tiep_nhan": "0",
    "pakn_ky_truoc": "……",
    "du_thao_nghi_quyet": "0",
    "cau_bo_phan_mot_cua": "Việc thực hiện Bộ phận Tiếp nhận và Trả kết quả huyện và các xã: Tổng số 14 bộ phận.",
}


@pytest.fixture(scope="module")
def study(sample_register: Path) -> Study:
    return open_study(**PARAMETERS | {"register": str(sample_register), "office": str(ROOT / "params")})


@pytest.fixture(scope="module")
def fields(study):
    return report_fields(study)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_field_says_what_the_report_says(fields, name):
    assert WRITTEN[name] == fields[name].value


def test_a_field_keeps_the_number_that_it_prints(fields):
    (share,) = fields["so_hoa_thanh_phan"].numbers
    assert ("intake_digitised_share", 8925, 9924) == (share.metric, share.numerator, share.denominator)
    assert fields["ty_le_so_hoa_thanh_phan"].numbers == (share,)
    assert ["intake_digitised_share", "result_digitised_share"] == [number.metric for number in fields["cau_so_hoa"].numbers]
    assert [] == [name for name, field in fields.items() if name in GROUPS["Số hồ sơ, thời gian"] and len(field.numbers) != 1]


def test_a_table_is_rows_by_the_names_of_its_columns(fields):
    rows = fields["don_vi_bang"].value
    assert {"tt": "I", "ten": "Cấp huyện", "tong_tiep_nhan": "4.085"}.items() <= rows[0].items()
    assert ["Tổng cộng", "9.965", "2.608", "7.316", "41", "9.937", "8.956", "804", "177", "28", "28", "0"] == list(rows[-1].values())[1:]
    digitised = fields["so_hoa_linh_vuc_bang"].value[-1]
    assert ("9.924", "8.925", "89,93%", "3.232", "33,02%") == tuple(
        digitised[name] for name in ("tiep_nhan", "thanh_phan_da", "thanh_phan_ty_le", "ket_qua_da", "ket_qua_ty_le")
    )
    assert ["9.924", "2.608", "26,28%"] == [fields["truc_tuyen_don_vi_bang"].value[-1][name] for name in ("tiep_nhan", "truc_tuyen", "ty_le")]


def test_each_table_has_the_columns_that_its_definition_names(fields):
    tables = {name: field.value for name, field in fields.items() if field.rows is not None}
    assert set(GROUPS["Bảng"]) == set(tables)
    assert {name: GROUPS["Bảng"][name].columns for name in tables} == {name: tuple(rows[0]) for name, rows in tables.items()}


def test_what_is_not_known_is_dots_and_no_number(tmp_path):
    write_register(register(dossier("2024-03-20")), tmp_path / "so.parquet")
    fields = report_fields(
        open_study(**PARAMETERS | {"register": str(tmp_path / "so.parquet"), "office": str(tmp_path), "as_of": "2024-03-31", "document": {}})
    )
    silent = ("da_giai_quyet", "tiep_nhan_truc_tuyen", "ty_le_dung_han", "trung_vi_ngay_lam_viec", "rat_hai_long", "tthc_tong", "noi_ban_hanh")
    assert [("……", ())] * 7 == [(fields[name].value, fields[name].numbers) for name in silent]
    assert ("……/……", ()) == (fields["so_hoa_thanh_phan"].value, fields["so_hoa_thanh_phan"].numbers)


def test_a_documents_marks(study, fields):
    said = "DỮ LIỆU MẪU – số liệu minh họa, không phải số liệu chính thức"
    assert said == fields["dau_tai_lieu"].value
    assert "" == marks_of(replace(study, sample=False))
    assert marks_of(replace(study, internal=True)).startswith("NỘI BỘ – ")
    assert marks_of(replace(study, internal=True)).endswith(said)


def test_names_are_plain_and_each_stands_once():
    names = [name for group in GROUPS.values() for name in group]
    assert len(set(names)) == len(names)
    assert [] == [name for name in names if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)]
    columns = [column for definition in GROUPS["Bảng"].values() for column in definition.columns]
    assert [] == [name for name in columns if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)]


def test_every_declared_figure_has_a_field():
    leaves = {f"{place}.{key}".removeprefix(".") for place, keys in KEYS.items() for key in keys} - set(KEYS) - {"unit", "source"}
    assert leaves == {f"{section}.{key}".removeprefix(".") for section, (*_, figures) in DECLARED.items() for key in figures}


def test_docs_fields_lists_them():
    assert (ROOT / "docs" / "fields.md").read_text("utf-8") == as_markdown(), "run `make docs`"
