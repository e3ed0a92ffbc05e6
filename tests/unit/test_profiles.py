"""Profiles: the YAML that says how one system's export is read; whatever is wrong in it is said before a row is read."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from tthc_analysis.errors import UserError
from tthc_analysis.reference.units import resolve_unit
from tthc_analysis.register.contract import CODES, COLUMNS, FLAGS, MAY_BE_UNKNOWN, NEVER_EMPTY
from tthc_analysis.register.profiles import NOT_RECEIVED, OWN, Profile, profile_names, read_profile, text_key

OURS = profile_names()
SMALL = """\
name: cua-toi
columns:
  dossier_id: [Mã]
  received_at: [Ngày nhận]
  receiving_unit: [Đơn vị]
  channel: [Kênh]
required: [dossier_id, received_at]
values:
  channel: {Mạng: online}
"""


@pytest.fixture
def write(tmp_path: Path):
    def write_text(text: str, encoding: str = "utf-8") -> str:
        path = tmp_path / "mau.yaml"
        path.write_bytes(text.encode(encoding))
        return str(path)

    return write_text


def test_the_sample_is_ours():
    assert "sample" in OURS


@pytest.mark.parametrize("name", OURS)
def test_our_profiles_read_and_carry_their_files_name(name):
    assert name == read_profile(name).name


@pytest.mark.parametrize("name", OURS)
def test_our_profiles_require_what_the_register_may_not_lack(name):
    profile = read_profile(name)
    filled_by_intake = {*OWN, "paused_days"}
    assert set(NEVER_EMPTY) - filled_by_intake - set(MAY_BE_UNKNOWN) <= set(profile.required) <= set(profile.columns)


@pytest.mark.parametrize("name", OURS)
def test_our_profiles_map_texts_to_every_code_that_they_name(name):
    for column, texts in read_profile(name).values.items():
        assert set(texts.values()) <= {*CODES.get(column, (True, False)), None, *([NOT_RECEIVED] if column == "outcome" else [])}
        assert [text_key(text) for text in texts] == list(texts)


@pytest.mark.parametrize("name", OURS)
def test_no_profile_of_ours_takes_a_persons_column(name):
    headers = {text_key(header) for headers in read_profile(name).columns.values() for header in headers}
    assert not {header for header in headers for word in ("chủ hồ sơ", "điện thoại", "cccd", "cmnd", "địa chỉ", "email", "cán bộ") if word in header}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_users_own_profile_is_read_by_its_path(write, encoding):
    profile = read_profile(write(SMALL.replace("\n", "\r\n"), encoding))
    assert ["cua-toi", ["Mã"], "registry", "Asia/Ho_Chi_Minh", ["%d/%m/%Y"], [], None] == [
        *(profile.name, profile.columns["dossier_id"], profile.units, profile.timezone, profile.date_formats, profile.missing, profile.sheet)
    ]


@pytest.mark.parametrize(
    ("text", "key"),
    [("Mã hồ sơ", "mã hồ sơ"), ("  MÃ\u00a0Hồ \n sơ ", "mã hồ sơ"), ("Ma\u0303 ho\u0302\u0300 so\u031b", "mã hồ sơ"), ("", ""), ("ĐÃ XONG", "đã xong")],
)
def test_headers_and_texts_are_compared_in_one_form(text, key):
    assert key == text_key(text)


@pytest.mark.parametrize(
    ("moment", "local"),
    [
        (datetime(2024, 2, 29, 17, tzinfo=UTC), datetime(2024, 3, 1)),
        (datetime(2024, 3, 1, tzinfo=timezone(timedelta(hours=7))), datetime(2024, 3, 1)),
        (datetime(2024, 3, 1, 8), datetime(2024, 3, 1, 8)),
    ],
)
def test_a_time_with_an_offset_becomes_local_and_one_without_stays(moment, local):
    assert local == read_profile("sample").local(moment)


def test_another_zone_may_be_named(write):
    profile = read_profile(write(f"{SMALL}timezone: UTC\n"))
    assert datetime(2024, 2, 29, 17) == profile.local(datetime(2024, 3, 1, tzinfo=timezone(timedelta(hours=7))))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: cua-toi", "nam: cua-toi", 'thiếu khóa "name"|không có khóa "nam"'),
        ("name: cua-toi\n", "", 'thiếu khóa "name"'),
        ("required: [dossier_id, received_at]\n", "", 'thiếu khóa "required"'),
        ("required:", "requird: []\nrequired:", 'không có khóa "requird"\\. Có phải ý bạn là "required"'),
        ("  channel: [Kênh]", "  chanel: [Kênh]", 'không có cột chuẩn "chanel"\\. Có phải ý bạn là "channel"'),
        ("  channel: [Kênh]", "  source_row: [TT]", 'không có cột chuẩn "source_row"'),
        ("  channel: [Kênh]", "  phone: [Điện thoại]", 'không có cột chuẩn "phone"'),
        ("  channel: {Mạng", "  kenh: {Mạng", 'không có cột chuẩn "kenh"'),
        ("Mạng: online", "Mạng: onlien", "cột channel, \"Mạng\": không có mã 'onlien'\\. Các mã: online, in_person, post, other"),
        ("channel: {Mạng: online}", "rating: {Tốt: good}", "không có mã 'good'"),
        ("channel: {Mạng: online}", "intake_digitised: {Có: 'true'}", "không có mã 'true'"),
        ("channel: {Mạng: online}", "channel: [online]", "values.channel"),
        ("[Kênh]", "Kênh", "columns.channel"),
        ("[Kênh]", "", "columns.channel"),
        ("values:", "timezone: Asia/Hanoi\nvalues:", 'không có múi giờ "Asia/Hanoi"'),
        ("values:", "timezone: +07:00\nvalues:", 'không có múi giờ "\\+07:00"'),
        ("values:", "timezone: ''\nvalues:", 'không có múi giờ ""'),
        ("values:", "units: data\nvalues:", "units"),
        ("values:", 'date_formats: "%d/%m/%Y"\nvalues:', "date_formats"),
        ("values:", "missing: [null]\nvalues:", "missing"),
        ("values:", "sheet: 1\nvalues:", "sheet"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_path_and_what_is_wrong(write, old, new, message):
    assert old in SMALL
    path = write(SMALL.replace(old, new, 1))
    with pytest.raises(UserError, match=message) as raised:
        read_profile(path)
    assert str(raised.value).startswith(f"Mẫu đọc (profile) {path}: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "chỉ là chữ\n", "# không có gì\n", "5\n"])
def test_a_file_that_is_not_keys_and_values_is_refused(write, text):
    with pytest.raises(UserError, match=r"mau\.yaml"):
        read_profile(write(text))


@pytest.mark.parametrize("text", ["a: b: c\n", "\tname: x\n", "a: [1\n", "a: *x\n", "a: !!python/name:os.system\n", "a: 1\n---\nb: 2\n"])
def test_broken_yaml_is_refused(write, text):
    with pytest.raises(UserError, match=r"mau\.yaml: không đọc được YAML"):
        read_profile(write(text))


def test_broken_yaml_is_refused_in_one_paragraph(write):
    with pytest.raises(UserError) as raised:
        read_profile(write("\tname: x\n"))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-16", "cp1258"])
def test_a_profile_that_is_not_utf_8_is_refused(write, encoding):
    with pytest.raises(UserError):
        read_profile(write("name: à\n", encoding))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("required: [dossier_id,", "required: [dosier_id,"),
        ("required: [dossier_id,", "required: [rating,"),
        ("  received_at: [Ngày nhận]", "  received_at: []"),
        ("values:", 'date_formats: ["%Q"]\nvalues:'),
        ("values:", "date_formats: []\nvalues:"),
        ("Mạng: online", "Mạng: online, mạng: other"),
        ("channel: {Mạng: online}", "field: {Đất: Đất đai}"),
        ("channel: {Mạng: online}", "received_at: {'': nay}"),
        ("name: cua-toi", "name: a\nname: b"),
        ("  receiving_unit: [Đơn vị]\n", ""),
        ("channel: {Mạng: online}", "channel: {Mạng: online, Mạng: other}"),
    ],
    ids=[
        "unknown required",
        "required without headers",
        "no header",
        "no such pattern",
        "no pattern",
        "one text, two codes",
        "map of a text",
        "map of a time",
        "key twice",
        "no unit",
        "text twice",
    ],
)
def test_what_can_never_be_read_is_refused_with_the_profile(write, old, new):
    assert old in SMALL
    with pytest.raises(UserError):
        read_profile(write(SMALL.replace(old, new, 1)))


@pytest.mark.parametrize("name", ["sampl", "", "/", ".", "../sample", "sample.yaml", "x" * 60])
def test_a_profile_that_is_not_there_is_refused_with_ours(name):
    with pytest.raises(UserError, match=r"Không có mẫu đọc .*sample.* Hoặc cho đường dẫn"):
        read_profile(name)


def test_the_sample_writes_units_that_the_registry_knows():
    # the export writes "UBND xã …" and the profile says `registry`
    assert "registry" == read_profile("sample").units
    assert "xa-long-mon" == resolve_unit("UBND xã Long Môn", datetime(2024, 3, 1).date()).unit_id


def test_every_column_of_the_register_but_our_own_may_be_mapped():
    columns = {name: [name] for name in COLUMNS if name not in OWN}
    assert set(columns) == set(Profile(name="x", columns=columns, required=["dossier_id", "received_at"]).columns)
    assert set(FLAGS) < set(columns)


def test_a_checked_profile_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        read_profile("sample").name = "x"  # type: ignore[misc]


def test_a_profile_goes_through_yaml_unchanged():
    profile = read_profile("sample")
    assert profile == Profile.model_validate(yaml.safe_load(yaml.safe_dump(profile.model_dump(), allow_unicode=True)))
