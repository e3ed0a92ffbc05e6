"""The store: a register comes back as it was written, and what is no register is refused with what it lacks."""

import shutil
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import pytest
from dossiers import dossier, register
from python_calamine import CalamineWorkbook

from tthc_analysis.errors import UserError
from tthc_analysis.files import locate, project_root, write_whole, written_aside
from tthc_analysis.metrics.engine import collected
from tthc_analysis.register.contract import CODES, COLUMNS, EARLIEST, FLAGS, LATEST, MAY_BE_UNKNOWN, NEVER_EMPTY, REGISTER, TIMES
from tthc_analysis.register.store import open_register, write_register, write_sheets

MISSING = "Không có sổ dữ liệu"


@pytest.fixture
def frame() -> pd.DataFrame:
    """Three dossiers: finished, withdrawn, and one that is only known to be open."""
    return register(
        dossier(due="2024-01-17", resolved="2024-01-18 09:30", intake_digitised=True, result_digitised=False, rating="satisfied", paused_days=3),
        dossier("2024-02-10 08:00", withdrawn="2024-02-11", channel="online", service_level="full", field="Đất đai"),
        dossier("2024-03-01"),
    )


@pytest.fixture
def store(tmp_path: Path, frame: pd.DataFrame) -> Path:
    path = tmp_path / "so.parquet"
    write_register(frame, path)
    return path


@pytest.fixture
def foreign(tmp_path: Path, frame: pd.DataFrame):
    """A Parquet file that somebody else wrote: the register with some columns changed."""

    def write(**changed: object) -> str:
        duckdb.from_df(frame.assign(**changed)).write_parquet(str(tmp_path / "la.parquet"))
        return str(tmp_path / "la.parquet")

    return write


def test_a_register_comes_back_as_it_was_written(store, frame):
    back = collected(open_register(str(store)))
    pd.testing.assert_frame_equal(frame, REGISTER.validate(back.astype(frame.dtypes)))


def test_a_register_of_no_dossiers_comes_back(tmp_path, frame):
    write_register(frame.head(0), tmp_path / "so.parquet")
    assert 0 == len(collected(open_register(str(tmp_path / "so.parquet"))))


@pytest.mark.parametrize("name", ["sổ dữ liệu.parquet", "x" * 60, "so'2024.parquet", "so [2024].parquet", "so", "so.tháng 3.parquet"])
def test_a_register_may_have_any_name(tmp_path, frame, name):
    write_register(frame, tmp_path / "mới" / name)
    assert 3 == len(collected(open_register(str(tmp_path / "mới" / name))))


def test_a_name_with_a_star_is_one_file(tmp_path, frame):
    write_register(frame, tmp_path / "so.parquet")
    write_register(frame, tmp_path / "so*.parquet")
    assert 3 == len(collected(open_register(str(tmp_path / "so*.parquet"))))


def test_the_same_frame_gives_the_same_bytes(store, tmp_path, frame):
    write_register(frame, tmp_path / "lai.parquet")
    assert store.read_bytes() == (tmp_path / "lai.parquet").read_bytes()


def test_a_failed_write_leaves_the_old_register_and_nothing_else(store, frame):
    before = store.read_bytes()
    with pytest.raises(KeyError):
        write_register(frame.drop(columns="rating"), store)
    assert [("so.parquet", before)] == [(path.name, path.read_bytes()) for path in store.parent.iterdir()]


def test_columns_that_the_register_does_not_know_are_not_opened(foreign):
    assert [*COLUMNS] == open_register(foreign(phone="0912345678")).collect_schema().names()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_lacking_column_is_named(tmp_path, frame, column):
    duckdb.from_df(frame.drop(columns=column)).write_parquet(str(tmp_path / "la.parquet"))
    with pytest.raises(UserError, match=rf"la\.parquet: thiếu cột {column}\. Tạo lại"):
        open_register(str(tmp_path / "la.parquet"))


@pytest.mark.parametrize(("column", "content"), [*((name, "2024-03-01") for name in TIMES), *((name, 1) for name in FLAGS)])
def test_a_time_or_flag_of_another_type_is_named(foreign, column, content):
    with pytest.raises(UserError, match=rf"la\.parquet: sai kiểu cột {column}\. Tạo lại"):
        open_register(foreign(**{column: content}))


@pytest.mark.parametrize(
    ("column", "content"), [("paused_days", "hai"), ("source_row", "hai"), ("dossier_id", [1, 2, 3]), ("resolving_unit", [1, 2, 3]), ("channel", 1.5)]
)
def test_another_column_of_another_type_is_named(foreign, column, content):
    with pytest.raises(UserError, match=f"sai kiểu cột {column}"):
        open_register(foreign(**{column: content}))


def test_a_time_with_a_zone_is_refused(foreign, frame):
    with pytest.raises(UserError, match="sai kiểu cột received_at"):
        open_register(foreign(received_at=frame["received_at"].dt.tz_localize("UTC")))


def test_everything_that_is_wrong_is_said_at_once(tmp_path, frame):
    duckdb.from_df(frame.drop(columns=["rating", "due_at"]).assign(received_at="nay")).write_parquet(str(tmp_path / "la.parquet"))
    with pytest.raises(UserError, match="thiếu cột due_at, rating; sai kiểu cột received_at"):
        open_register(str(tmp_path / "la.parquet"))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 not really PAR1", b"PK\x03\x04", b"dossier_id,field\n1,2\n", b"\x00" * 1000])
def test_a_file_that_is_no_parquet_is_refused(tmp_path, content):
    path = tmp_path / "so.parquet"
    path.write_bytes(content)
    with pytest.raises(UserError, match="không phải sổ dữ liệu"):
        open_register(str(path))


def test_a_truncated_register_is_refused(store):
    store.write_bytes(store.read_bytes()[:-20])
    with pytest.raises(UserError, match=r"không phải sổ dữ liệu .* hoặc tệp đã hỏng"):
        open_register(str(store))


@pytest.mark.parametrize("name", ["khong-co.parquet", "khong/co.parquet"])
def test_what_is_not_there_is_refused_with_how_to_make_it(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=rf"{MISSING} .*tthc import .*tthc sample"):
        open_register(name)


def test_a_relative_path_is_looked_up_from_the_projects_root_too(tmp_path, monkeypatch, store):
    for folder in ("params", "notebooks", "data"):
        (tmp_path / folder).mkdir()
    shutil.copy(store, tmp_path / "data" / "so.parquet")
    monkeypatch.chdir(tmp_path / "notebooks")
    assert tmp_path == project_root()
    assert tmp_path / "data/so.parquet" == locate("data/so.parquet")
    assert 3 == len(collected(open_register("data/so.parquet")))


def test_a_path_from_the_working_directory_goes_before_the_projects_root(tmp_path, monkeypatch):
    for folder in ("params", "notebooks"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "so").touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert Path("so") == locate("so")


# The contract


@pytest.mark.parametrize("column", [name for name in NEVER_EMPTY if name not in {"paused_days", "source_row", *MAY_BE_UNKNOWN}])
def test_a_column_that_may_not_be_empty_is_checked(frame, column):
    with pytest.raises(Exception, match=column):
        REGISTER.validate(frame.assign(**{column: pd.Series([None] * 3, dtype=frame[column].dtype)}))


@pytest.mark.parametrize("column", CODES)
def test_a_code_outside_its_list_is_refused(frame, column):
    with pytest.raises(Exception, match=column):
        REGISTER.validate(frame.assign(**{column: pd.Series(["x"] * 3, dtype="str")}))


@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {*NEVER_EMPTY, "outcome", "resolved_at"}])
def test_every_other_column_may_be_empty(frame, column):
    assert 3 == len(REGISTER.validate(frame.assign(**{column: pd.Series([None] * 3, dtype=frame[column].dtype)})))


@pytest.mark.parametrize(("column", "said"), [("outcome", "có ngày kết thúc mà trạng thái"), ("resolved_at", "đã kết thúc mà không có ngày kết thúc")])
def test_status_and_end_go_together(frame, column, said):
    with pytest.raises(Exception, match=said):
        REGISTER.validate(frame.assign(**{column: pd.Series([None] * 3, dtype=frame[column].dtype)}))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("dossier_id", ["a", "a", "b"]),
        ("paused_days", [0, -1, 0]),
        ("received_at", [EARLIEST - pd.Timedelta(microseconds=1)] * 3),
        ("due_at", [LATEST + pd.Timedelta(microseconds=1)] * 3),
    ],
)
def test_a_value_that_breaks_the_contract_is_refused(frame, column, values):
    with pytest.raises(Exception, match=column):
        REGISTER.validate(frame.assign(**{column: np.array(values, dtype=frame[column].to_numpy().dtype)}).astype(frame.dtypes))


def test_no_column_of_the_register_holds_a_person():
    words = {"name", "phone", "owner", "officer", "email", "address", "citizen", "cccd", "cmnd"}
    assert {"procedure_name"} == {column for column in COLUMNS for word in words if word in column.split("_")}


# Files


def test_a_sheet_keeps_texts_as_texts(tmp_path):
    rows = [("Tiêu đề", "n"), ("=1+1", 1), ("http://vi.du", 2), ("0123", 3), ("@SUM(A1)", 4), ("Đơn vị", 5)]
    write_sheets({"Sheet1": rows}, tmp_path / "bang.xlsx")
    sheet = CalamineWorkbook.from_path(tmp_path / "bang.xlsx").get_sheet_by_index(0)
    assert [list(row) for row in rows] == sheet.to_python()


def test_the_same_sheet_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_sheets({"Trang": [("a",), ("b",)]}, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_file_is_written_whole_and_readable_by_the_office(tmp_path):
    write_whole(tmp_path / "mới" / "tep.txt", b"noi dung")
    path = tmp_path / "mới" / "tep.txt"
    assert [b"noi dung", "644", [path]] == [path.read_bytes(), f"{path.stat().st_mode & 0o777:o}", list(path.parent.iterdir())]


def half_written(path: Path) -> None:
    with written_aside(path) as aside:
        aside.write_bytes(b"mo")
        raise RuntimeError


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "tep.txt"
    path.write_bytes(b"cu")
    with pytest.raises(RuntimeError):
        half_written(path)
    assert [(path, b"cu")] == [(found, found.read_bytes()) for found in tmp_path.iterdir()]


def test_what_the_register_gives_is_lazy(store):
    assert isinstance(open_register(str(store)), nw.LazyFrame)


@pytest.mark.parametrize("name", [".", ""])
def test_a_folder_is_no_register(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="là một thư mục, cần một tệp sổ dữ liệu"):
        open_register(name)
