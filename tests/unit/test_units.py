"""Units at a date: who a name or a code meant before and after 1/7/2025."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tthc_analysis.errors import UserError
from tthc_analysis.reference.units import ALL_UNITS, get_unit, resolve_unit, successor, unit_name, unit_of_code, units, with_descendants

LAST_OF_DISTRICTS, FIRST_OF_TWO_TIERS = date(2025, 6, 30), date(2025, 7, 1)
BEFORE, AFTER = date(2024, 3, 1), date(2026, 1, 1)
OLD_COMMUNES = ["xa-long-son", "xa-long-mai", "xa-thanh-an", "xa-long-mon", "xa-long-hiep"]
CODES = [
    ("21349", LAST_OF_DISTRICTS, "xa-long-son"),
    ("21349", FIRST_OF_TWO_TIERS, "xa-son-mai"),
    ("21361", LAST_OF_DISTRICTS, "xa-long-hiep"),
    ("21361", FIRST_OF_TWO_TIERS, "xa-minh-long"),
    ("21352", BEFORE, "xa-long-mai"),
    ("531", LAST_OF_DISTRICTS, "huyen-minh-long"),
    ("51", AFTER, "tinh-quang-ngai"),
]
NAMES = [
    ("UBND xã Long Mai", BEFORE, "xa-long-mai"),
    ("UBND  Xã  Long\u00a0Mai ", BEFORE, "xa-long-mai"),
    ("XÃ LONG MAI", BEFORE, "xa-long-mai"),
    ("Long Mai", BEFORE, "xa-long-mai"),
    ("xa-long-mai", BEFORE, "xa-long-mai"),
    ("Ủy ban nhân dân xã Long Mai", BEFORE, "xa-long-mai"),
    ("Uỷ ban nhân dân xã Long Mai", BEFORE, "xa-long-mai"),
    ("Bộ phận tiếp nhận và trả kết quả xã Long Mai", BEFORE, "xa-long-mai"),
    ("Bộ phận TN&TKQ UBND xã Long Mai", BEFORE, "xa-long-mai"),
    ("Bộ phận TN & TKQ xã Long Mai", BEFORE, "xa-long-mai"),
    ("Bộ phận một cửa UBND xã Long Mai", BEFORE, "xa-long-mai"),
    ("UBND huyện Minh Long", BEFORE, "ubnd-huyen-minh-long"),
    ("Huyện Minh Long", BEFORE, "ubnd-huyen-minh-long"),
    ("UBND huyện MINH LONG", LAST_OF_DISTRICTS, "ubnd-huyen-minh-long"),
    ("Trung tâm PVHCC xã Sơn Mai", AFTER, "xa-son-mai"),
    ("Trung tâm Phục vụ hành chính công xã Minh Long", FIRST_OF_TWO_TIERS, "xa-minh-long"),
    ("Trung tâm Phục vụ hành chính công UBND xã Minh Long", AFTER, "xa-minh-long"),
    ("Minh Long", AFTER, "xa-minh-long"),
    ("UBND tỉnh Quảng Ngãi", AFTER, "tinh-quang-ngai"),
    ("Tỉnh Quảng Ngãi", BEFORE, "tinh-quang-ngai"),
]
OUT_OF_TIME = [
    ("Xã Minh Long", LAST_OF_DISTRICTS),
    ("Xã Sơn Mai", BEFORE),
    ("Xã Long Mai", FIRST_OF_TWO_TIERS),
    ("UBND huyện Minh Long", FIRST_OF_TWO_TIERS),
    ("Minh Long", BEFORE),
]


@pytest.mark.parametrize(("code", "on", "unit_id"), CODES)
def test_a_code_means_the_unit_that_carried_it_on_that_day(code, on, unit_id):
    assert unit_id == unit_of_code(code, on).unit_id


@pytest.mark.parametrize(
    ("code", "on"),
    [
        ("21352", FIRST_OF_TWO_TIERS),
        ("531", FIRST_OF_TWO_TIERS),
        ("01534", AFTER),
        ("21 361", BEFORE),
        ("", BEFORE),
    ],
)
def test_a_code_that_nobody_carried_on_that_day_is_refused(code, on):
    with pytest.raises(UserError, match="Không có đơn vị mang mã"):
        unit_of_code(code, on)


@pytest.mark.parametrize(("text", "on", "unit_id"), NAMES)
def test_a_name_as_exports_write_it_is_resolved(text, on, unit_id):
    assert unit_id == resolve_unit(text, on).unit_id


@pytest.mark.parametrize(("text", "on", "unit_id"), NAMES)
def test_a_name_in_decomposed_letters_is_the_same_name(text, on, unit_id):
    assert unit_id == resolve_unit(unicodedata.normalize("NFD", text), on).unit_id


@pytest.mark.parametrize(("text", "on"), OUT_OF_TIME)
def test_a_unit_outside_its_time_is_refused_with_its_dates(text, on):
    with pytest.raises(UserError, match=r"chỉ có từ .*, không có ngày"):
        resolve_unit(text, on)


@pytest.mark.parametrize("text", ["Xã Long Mại", "xã Long Mai, huyện Minh Long", "", "UBND", "Long", "all", "None", "21361"])
def test_an_unknown_name_is_refused_with_the_names_of_that_day(text):
    with pytest.raises(UserError, match=r"Không có đơn vị .* ngày 01/3/2024\..*Xã Long Mai"):
        resolve_unit(text, BEFORE)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(UserError, match='Có phải ý bạn là "Xã Long Mai"'):
        resolve_unit("Xã Long Mại", BEFORE)


@pytest.mark.parametrize("on", [BEFORE, LAST_OF_DISTRICTS, FIRST_OF_TWO_TIERS, AFTER])
def test_on_any_day_a_code_names_at_most_one_unit(on):
    codes = [unit.gso_code for unit in units().values() if unit.gso_code and unit.valid_from <= on <= unit.valid_to]
    assert sorted(set(codes)) == sorted(codes)


@pytest.mark.parametrize(("old", "new"), [*((old, "xa-son-mai") for old in OLD_COMMUNES[:2]), *((old, "xa-minh-long") for old in OLD_COMMUNES[2:])])
def test_five_communes_became_two(old, new):
    assert new == successor(old).unit_id


@pytest.mark.parametrize("unit_id", ["huyen-minh-long", "ubnd-huyen-minh-long", "xa-minh-long", "tinh-quang-ngai"])
def test_who_was_not_taken_over_by_one_unit_has_no_successor(unit_id):
    assert successor(unit_id) is None


@pytest.mark.parametrize("unit_id", units())
def test_a_successor_begins_the_day_after_and_a_parent_is_known(unit_id):
    unit, heir = get_unit(unit_id), successor(unit_id)
    assert heir is None or (unit.valid_to.toordinal() + 1, unit.level) == (heir.valid_from.toordinal(), heir.level)
    assert unit.parent_id in {"", *units()}


def test_the_districts_report_counts_the_district_its_office_and_the_communes():
    assert {"huyen-minh-long", "ubnd-huyen-minh-long", *OLD_COMMUNES} == set(with_descendants("huyen-minh-long"))


def test_the_provinces_report_counts_every_unit():
    assert set(units()) == set(with_descendants("tinh-quang-ngai"))


@pytest.mark.parametrize("unit_id", ["xa-long-mia", "", "huyện Minh Long", "21361"])
def test_an_unknown_unit_id_is_refused_with_the_choices(unit_id):
    with pytest.raises(UserError, match=r"Không có đơn vị .* all, tinh-quang-ngai"):
        get_unit(unit_id)


@pytest.mark.parametrize(("unit_id", "name"), [(ALL_UNITS, "Toàn bộ các đơn vị"), ("xa-long-mai", "Xã Long Mai"), ("Phòng Một cửa", "Phòng Một cửa")])
def test_a_unit_outside_the_registry_is_its_own_name(unit_id, name):
    assert name == unit_name(unit_id)


@given(
    st.sampled_from(NAMES), st.sampled_from(["NFC", "NFD"]), st.sampled_from([str.lower, str.upper, str.title]), st.sampled_from([" ", "\u00a0", "  ", "\n"])
)
def test_letters_case_and_blanks_do_not_change_who_is_meant(name, form, case, blank):
    text, on, unit_id = name
    assert unit_id == resolve_unit(unicodedata.normalize(form, case(text)).replace(" ", blank), on).unit_id


@pytest.mark.parametrize("unit_id", units())
def test_every_unit_is_found_under_its_own_name_on_its_first_and_last_day(unit_id):
    unit = get_unit(unit_id)
    found = {resolve_unit(unit.name, day).unit_id for day in (unit.valid_from, unit.valid_to)}
    # "Huyện Minh Long" as a receiving office is the district's office, not its area
    assert {"ubnd-huyen-minh-long" if unit_id == "huyen-minh-long" else unit_id} == found
