"""Snapshots: importing again changes nothing, a newer export updates, and what was published is told from what was revised."""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from exports import HEADER_OF, one_sheet, table, write_xlsx

from tthc_analysis import cli
from tthc_analysis.errors import UserError
from tthc_analysis.register.intake import import_exports, read_exports
from tthc_analysis.register.profiles import Profile, read_profile
from tthc_analysis.register.sample import EXPORT_NAME
from tthc_analysis.register.versions import register_at

SAMPLE = read_profile("sample")
HEADERS = [HEADER_OF[name] for name in SAMPLE.required]
Q1, Q2 = date(2024, 3, 14), date(2024, 6, 14)
Row = dict[str, Any]


def row(number: int, received: str, ended: str = "", **changed: str) -> Row:
    """A dossier's cells by header: open, or resolved where an end is given; the changed ones by the register's columns."""
    cells = {
        "dossier_id": f"HS-{number:04d}",
        "procedure_name": "Chứng thực bản sao",
        "field": "Chứng thực",
        "receiving_unit": "UBND xã Long Mai",
        "channel": "Trực tiếp",
        "received_at": received,
        "due_at": "",
        "resolved_at": ended,
        "outcome": "Đã trả kết quả" if ended else "Đang xử lý",
    }
    return {HEADER_OF[column]: cell for column, cell in (cells | changed).items()}


# What was known at the end of the quarter; a quarter later one of its dossiers turns out to have ended inside it.
PUBLISHED = [row(1, "10/01/2024", "12/01/2024"), row(2, "05/02/2024"), row(3, "13/03/2024", "14/03/2024")]
REVISED = [row(2, "05/02/2024", "08/02/2024"), row(4, "02/05/2024", "14/06/2024")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for exports (`vao`) and one for the register (`ra`)."""
    for name in ("vao", "ra"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def bring(folder: Path):
    """Import rows into the register as an export of a name; gives the account."""

    def run(rows: list[Row], name: str = "xuat", how: Profile = SAMPLE, **options: Any):
        export = write_xlsx(folder / "vao" / f"{name}.xlsx", one_sheet(table(rows, HEADERS)))
        return import_exports([export], how, folder / "ra" / "so.parquet", **options)

    return run


@pytest.fixture
def so(folder: Path) -> Path:
    return folder / "ra" / "so.parquet"


@pytest.fixture(scope="module")
def imported_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders after the first quarter's export and the second's. Copied, never changed."""
    whole = tmp_path_factory.mktemp("hai-quy")
    (whole / "vao").mkdir()
    for rows, name, exported in ((PUBLISHED, "quy-1", Q1), (REVISED, "quy-2", Q2)):
        export = write_xlsx(whole / "vao" / f"{name}.xlsx", one_sheet(table(rows, HEADERS)))
        import_exports([export], SAMPLE, whole / "ra" / "so.parquet", exported=exported)
    return whole


@pytest.fixture
def two_quarters(imported_once: Path, folder: Path, so: Path) -> Path:
    """The register after the first quarter's export and the second's."""
    shutil.copytree(imported_once, folder, dirs_exist_ok=True)
    return so


@pytest.fixture
def tthc(monkeypatch, capsys):
    """Run the command in this process; gives its exit code and both streams."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["tthc", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), *capsys.readouterr()

    return run


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kept(register: Path) -> list[Path]:
    return sorted((register.parent / f"{register.stem}.snapshots").glob("*.parquet"))


def ends(register: Path) -> dict[str, str]:
    """The day of the end of every dossier of a register; "" while it is open."""
    rows = duckdb.read_parquet(str(register)).project("dossier_id, strftime(resolved_at, '%d/%m')").fetchall()
    return {code: end or "" for code, end in rows}


# Importing again


def test_importing_the_same_again_changes_no_byte_of_the_register_and_keeps_no_version(bring, so):
    bring(PUBLISHED, exported=Q1)
    before = so.read_bytes()
    account = bring(PUBLISHED, exported=Q1)
    assert (before, [], 3) == (so.read_bytes(), kept(so), account.accepted)


def test_the_same_dossiers_under_another_name_and_in_another_order_change_nothing_of_them(bring, so):
    bring(PUBLISHED, "a", exported=Q1)
    before = ends(so)
    bring(PUBLISHED[::-1], "b", exported=Q1)
    assert before == ends(so)


def test_importing_again_what_two_imports_made_changes_no_byte(two_quarters, bring):
    before = two_quarters.read_bytes()
    bring(REVISED, "quy-2", exported=Q2)
    assert (before, 1) == (two_quarters.read_bytes(), len(kept(two_quarters)))


# Adding a quarter


def test_a_newer_export_adds_updates_and_keeps_the_rest(two_quarters):
    assert {"HS-0001": "12/01", "HS-0002": "08/02", "HS-0003": "14/03", "HS-0004": "14/06"} == ends(two_quarters)


def test_the_account_is_of_the_rows_read_and_says_what_became_of_the_register(bring):
    bring(PUBLISHED, "quy-1", exported=Q1)
    account = bring(REVISED, "quy-2", exported=Q2)
    assert (3, 2, True) == (account.read, account.accepted, account.balances)
    assert {"new": 1, "changed": 1, "dossiers": 4} == {name: account.register[name] for name in ("new", "changed", "dossiers")}


def test_one_import_of_two_files_gives_what_two_imports_give(two_quarters, folder):
    other = folder / "ra" / "cung-luc.parquet"
    import_exports([folder / "vao" / "quy-1.xlsx", folder / "vao" / "quy-2.xlsx"], SAMPLE, other)
    assert ends(two_quarters) == ends(other)


def test_a_dossier_keeps_the_place_that_its_last_content_came_from(two_quarters):
    places = duckdb.read_parquet(str(two_quarters)).project("dossier_id, source_file, source_row").order("dossier_id").fetchall()
    expected = [("HS-0001", "quy-1.xlsx", 2), ("HS-0002", "quy-2.xlsx", 2), ("HS-0003", "quy-1.xlsx", 4), ("HS-0004", "quy-2.xlsx", 3)]
    assert expected == places


def test_the_register_is_in_order_of_reception_after_a_merge(bring, so):
    bring([row(2, "05/02/2024")], "a", exported=Q1)
    bring([row(1, "10/01/2024"), row(3, "13/03/2024")], "b", exported=Q2)
    assert ["HS-0001", "HS-0002", "HS-0003"] == list(ends(so))


def test_different_contents_in_two_exports_are_an_update_even_where_in_one_they_are_an_error(bring, so):
    strict = Profile.model_validate(SAMPLE.model_dump() | {"duplicates": "error"})
    bring(PUBLISHED, "quy-1", strict, exported=Q1)
    bring(REVISED, "quy-2", strict, exported=Q2)
    assert 4 == len(ends(so))


def test_replace_leaves_only_what_is_in_the_export(bring, so):
    bring(PUBLISHED, "quy-1", exported=Q1)
    bring(REVISED, "quy-2", exported=Q2, replace=True)
    assert {"HS-0002", "HS-0004"} == set(ends(so))


def test_what_a_replaced_register_held_stays_on_the_disk(bring, so):
    bring(PUBLISHED, "quy-1", exported=Q1)
    before = so.read_bytes()
    bring(REVISED, "quy-2", exported=Q2, replace=True)
    assert before in [content for name, content in contents(so.parent).items() if name.endswith(".parquet")]


def test_every_import_that_changes_something_keeps_the_version_it_replaces(bring, so):
    versions = []
    for number, exported in enumerate((date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)), 1):
        bring([row(number, f"10/0{number}/2024")], f"thang-{number}", exported=exported)
        versions.append(so.read_bytes())
    assert versions[:2] == [path.read_bytes() for path in kept(so)]


# As of a day


@pytest.mark.parametrize(
    ("as_of", "end_of_two"),
    [
        (date(2024, 1, 31), ""),
        (Q1, ""),
        (date(2024, 3, 15), "08/02"),
        (Q2, "08/02"),
        (date(2025, 1, 1), "08/02"),
        (None, "08/02"),
    ],
)
def test_as_of_a_day_the_first_version_whose_data_reach_it_answers(two_quarters, as_of, end_of_two):
    assert end_of_two == ends(register_at(str(two_quarters), as_of))["HS-0002"]


def test_the_current_register_answers_for_itself(two_quarters):
    assert [two_quarters, two_quarters] == [register_at(str(two_quarters), None), register_at(str(two_quarters), Q2)]


def test_among_versions_of_one_day_the_last_answers(bring, so):
    """An export of the same day corrected and imported again takes the place of the first."""
    bring(PUBLISHED, "quy-1", exported=Q1)
    bring([*PUBLISHED[:1], row(2, "05/02/2024", "06/02/2024"), *PUBLISHED[2:]], "quy-1-sua", exported=Q1)
    bring(REVISED, "quy-2", exported=Q2)
    assert "06/02" == ends(register_at(str(so), Q1))["HS-0002"]


def test_a_register_without_versions_answers_for_every_day(bring, so):
    bring(PUBLISHED, exported=Q1)
    assert [so, so, so] == [register_at(str(so), as_of) for as_of in (None, date(2020, 1, 1), date(2030, 1, 1))]


def test_without_a_day_of_export_the_data_reach_to_their_last_event(bring, so):
    bring(PUBLISHED, "quy-1")
    bring(REVISED, "quy-2")
    assert ["", "08/02"] == [ends(register_at(str(so), as_of))["HS-0002"] for as_of in (Q1, date(2024, 3, 20))]


def test_an_event_after_the_day_of_export_is_no_event(bring):
    with pytest.raises(UserError, match="sau ngày xuất tệp"):
        bring(REVISED, "quy-2", exported=Q1)


@pytest.mark.parametrize(("as_of", "resolved"), [("2024-03-14", 2), ("2024-06-14", 3)])
def test_measure_answers_as_the_register_stood(two_quarters, tthc, as_of, resolved):
    """The dossier that was clicked late counts in the quarter now, and did not in what was published."""
    asked = ("--period", "2024-Q1", "--metric", "resolved", "--format", "json", "--as-of", as_of)
    status, out, _ = tthc("measure", "--register", two_quarters, *asked)
    assert (0, [resolved]) == (status, [found["value"] for found in json.loads(out)])


def test_the_command_takes_the_day_of_export(folder, tthc):
    export, so = write_xlsx(folder / "vao" / "quy-1.xlsx", one_sheet(table(PUBLISHED, HEADERS))), folder / "ra" / "so.parquet"
    assert 0 == tthc("import", export, "--profile", "sample", "--out", so, "--exported", "2024-03-14")[0]
    newer = write_xlsx(folder / "vao" / "quy-2.xlsx", one_sheet(table(REVISED, HEADERS)))
    assert 0 == tthc("import", newer, "--profile", "sample", "--out", so, "--exported", "2024-06-14")[0]
    assert ["", "08/02"] == [ends(register_at(str(so), as_of))["HS-0002"] for as_of in (Q1, None)]


def test_a_day_of_export_that_does_not_exist_is_refused(folder, tthc):
    export = write_xlsx(folder / "vao" / "quy-1.xlsx", one_sheet(table(PUBLISHED, HEADERS)))
    status, out, err = tthc("import", export, "--profile", "sample", "--out", folder / "ra" / "so.parquet", "--exported", "2024-02-30")
    assert (2, "", {}) == (status, out, contents(folder / "ra"))
    assert "2024-02-30" in err


# Nothing half done


FAILURES = {
    "an unknown status": [*REVISED, row(9, "02/05/2024", outcome="Lạ")],
    "too many rejects": [row(9, "mai"), *REVISED],
    "no dossiers": [],
}


@pytest.mark.parametrize("rows", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("replace", [False, True])
def test_an_import_that_fails_leaves_register_companions_and_versions(two_quarters, bring, rows, replace):
    """All that appears is the list of the rows to mend, where rows are at fault."""
    before = contents(two_quarters.parent)
    with pytest.raises(UserError):
        bring(rows, "hong", exported=Q2, replace=replace)
    after = contents(two_quarters.parent)
    assert bool(rows) == (after.pop("so.refused.xlsx", None) is not None)
    assert before == after


def test_a_good_file_beside_a_bad_one_changes_nothing(two_quarters, folder):
    before = contents(two_quarters.parent)
    (folder / "vao" / "hong.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match=r"hong\.xlsx"):
        import_exports([folder / "vao" / "quy-1.xlsx", folder / "vao" / "hong.xlsx"], SAMPLE, two_quarters, replace=True)
    assert before == contents(two_quarters.parent)


def test_where_a_version_cannot_be_kept_the_register_stays(bring, so):
    """A file stands where the folder of the versions would be."""
    bring(PUBLISHED, "quy-1", exported=Q1)
    (so.parent / "so.snapshots").write_text("x", "utf-8")
    before = so.read_bytes()
    with pytest.raises((UserError, OSError)):
        bring(REVISED, "quy-2", exported=Q2)
    assert before == so.read_bytes()


def test_a_register_that_is_broken_is_not_merged_into(bring, so):
    bring(PUBLISHED, "quy-1", exported=Q1)
    so.write_bytes(so.read_bytes()[:-30])
    before = contents(so.parent)
    with pytest.raises(UserError, match=r"so\.parquet"):
        bring(REVISED, "quy-2", exported=Q2)
    assert before == contents(so.parent)


def test_a_broken_version_does_not_stop_the_next_import(two_quarters, bring):
    kept(two_quarters)[0].write_bytes(b"PAR1")
    bring([row(5, "10/07/2024")], "quy-3", exported=date(2024, 9, 14))
    assert 5 == len(ends(two_quarters))


# The sample is no data


@pytest.fixture
def sample_export(folder: Path) -> Path:
    """A small export under the name of the sample's."""
    return write_xlsx(folder / "vao" / EXPORT_NAME, one_sheet(table([row(number, "10/01/2024") for number in range(100, 105)], HEADERS)))


def test_real_data_over_a_register_of_sample_data_replace_it_and_say_so(folder, tthc, so, sample_export):
    tthc("import", sample_export, "--profile", "sample", "--out", so)
    export = write_xlsx(folder / "vao" / "quy-1.xlsx", one_sheet(table(PUBLISHED, HEADERS)))
    status, out, err = tthc("import", export, "--profile", "sample", "--out", so)
    assert (0, {"HS-0001", "HS-0002", "HS-0003"}) == (status, set(ends(so)))
    assert "dữ liệu mẫu" in out + err


def test_sample_data_never_answer_for_real_data(folder, tthc, so, sample_export):
    tthc("import", sample_export, "--profile", "sample", "--out", so)
    export = write_xlsx(folder / "vao" / "quy-1.xlsx", one_sheet(table(PUBLISHED, HEADERS)))
    tthc("import", export, "--profile", "sample", "--out", so)
    assert [{"HS-0001", "HS-0002", "HS-0003"}] * 3 == [set(ends(register_at(str(so), as_of))) for as_of in (None, date(2024, 1, 10), Q1)]


def test_the_sample_is_refused_where_real_data_are(two_quarters, tthc, sample_export):
    before = contents(two_quarters.parent)
    status, out, err = tthc("import", sample_export, "--profile", "sample", "--out", two_quarters)
    assert (2, "", before) == (status, out, contents(two_quarters.parent))
    assert "mẫu" in err


def test_the_sample_is_not_mixed_with_real_data_in_one_import(folder, tthc, so, sample_export):
    export = write_xlsx(folder / "vao" / "quy-1.xlsx", one_sheet(table(PUBLISHED, HEADERS)))
    status, out, _ = tthc("import", export, sample_export, "--profile", "sample", "--out", so)
    assert (2, "", {}) == (status, out, contents(so.parent))


def test_the_sample_may_be_imported_again_over_itself(tthc, so, sample_export):
    statuses = [tthc("import", sample_export, "--profile", "sample", "--out", so)[0] for _ in range(2)]
    assert [0, 0] == statuses


# Where it lies


def test_a_register_may_be_moved_with_its_versions(two_quarters, tmp_path):
    moved = tmp_path / "nơi khác"
    shutil.move(two_quarters.parent, moved)
    assert "" == ends(register_at(str(moved / "so.parquet"), Q1))["HS-0002"]


def test_two_registers_in_one_folder_keep_apart(bring, folder):
    first, second = folder / "ra" / "so.parquet", folder / "ra" / "so-hai.parquet"
    bring(PUBLISHED, "quy-1", exported=Q1)
    bring(REVISED, "quy-2", exported=Q2)
    import_exports([folder / "vao" / "quy-2.xlsx"], SAMPLE, second, exported=Q2)
    assert [{"HS-0002", "HS-0004"}, 4] == [set(ends(register_at(str(second), Q1))), len(ends(first))]


def test_an_import_gives_the_same_bytes_wherever_it_is_made(bring, so, folder):
    bring(PUBLISHED, "quy-1", exported=Q1)
    import_exports([folder / "vao" / "quy-1.xlsx"], SAMPLE, folder / "khac" / "so.parquet", exported=Q1)
    assert so.read_bytes() == (folder / "khac" / "so.parquet").read_bytes()


def test_reading_exports_writes_nothing(folder, bring):
    bring(PUBLISHED, "quy-1", exported=Q1)
    before = contents(folder)
    read_exports([folder / "vao" / "quy-1.xlsx"], SAMPLE)
    assert before == contents(folder)


def test_the_same_export_with_its_day_given_later_reaches_that_day(bring, so):
    """A small office has no event in a quarter's last days: once the day of export is known, what was published stays."""
    bring(PUBLISHED[:2], exported=None)
    bring(PUBLISHED[:2], exported=Q1)
    bring(REVISED, "quy-2", exported=Q2)
    assert "" == ends(register_at(str(so), Q1))["HS-0002"]


def test_a_day_of_export_long_after_the_last_event_is_taken_for_a_slip(bring, so):
    with pytest.raises(UserError, match=r"--exported 14/3/2042 .* \(14/3/2024\)"):
        bring(PUBLISHED, exported=date(2042, 3, 14))
    assert not so.exists()
