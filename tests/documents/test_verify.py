"""`tthc verify` for real: files that were touched, inputs that changed, documents made again, and numbers that have moved, taken apart by cause."""

import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from batches import SAYS, batch, contents, make_project, write_notebook
from dossiers import dossier, random_register, register, results

from tthc_analysis.cli import _tell_causes
from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import COUNT, SHARE
from tthc_analysis.reference.notation import half_up
from tthc_analysis.register.store import write_register
from tthc_analysis.register.versions import keep_version
from tthc_analysis.verify import PARTS, by_cause, folders_below, manifest_of, parts_text, published_results

HERE, BEFORE = "2024-Q1/huyen-minh-long", "2023-Q4/huyen-minh-long"
LOOKS = f"from tthc_analysis.register.account import read_accounts\nread_accounts(register)\n{SAYS}"
COUNTS = """from tthc_analysis.exhibits import tables
from tthc_analysis.metrics.study import measure_study, open_study
study = open_study(period=period, as_of=as_of, unit=unit, register=register, policy=policy, history=1, calendar=calendar, office=office, internal=internal)
tables.group_table("Kết quả", measure_study(study, METRICS, by=["GROUP"]), measure_study(study, METRICS), study.period)"""
WITHOUT_SPARK = (
    "import sys; sys.modules['pyspark'] = sys.modules['pyspark.sql'] = sys.modules['pyspark.errors'] = None; from tthc_analysis.cli import main; main()"
)


def verify(project: Path, *options: str, folder: str = "outputs", width: int = 160, start: tuple[str, str] = ("-m", "tthc_analysis")) -> Any:
    """Run the command in a project, on a terminal of a width."""
    command = [sys.executable, *start, "verify", folder, *options]
    environment = {**os.environ, "COLUMNS": str(width)}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=300)


def said(ran: subprocess.CompletedProcess[str], code: int = 0) -> list[str]:
    """The lines that the command said, once it has ended with a code and no traceback."""
    assert (code, 0) == (ran.returncode, ran.stderr.count("Traceback")), f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout.splitlines()


def refused(ran: subprocess.CompletedProcess[str]) -> str:
    """The one paragraph with which the command refused."""
    assert (2, 0, 1) == (ran.returncode, ran.stderr.count("Traceback"), len(ran.stderr.splitlines())), f"{ran.stdout}\n{ran.stderr}"
    return ran.stderr


def replaced(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Give what changes a text in a file of a project."""

    def change(project: Path) -> None:
        text = (project / path).read_text("utf-8")
        assert old in text
        (project / path).write_text(text.replace(old, new, 1), "utf-8")

    return change


def with_parameters(project: Path, more: str) -> None:
    """Write further lines into all files of parameters."""
    for path in (project / "params").glob("*.yaml"):
        path.write_text(path.read_text("utf-8").replace("history: 13", "history: 1").replace("calendar: VN\n", "") + more, "utf-8")


def count_notebook(metrics: list[str], by: str) -> str:
    """A notebook's cell that shows metrics by a word, and of the whole."""
    return COUNTS.replace("METRICS", str(metrics)).replace("GROUP", by)


def revise(project: Path, frame: pd.DataFrame) -> None:
    """Replace a project's register as an import does: what it holds now is kept among its versions."""
    path = project / "data" / "register.parquet"
    keep_version(path, date.max)
    write_register(frame, path)


def holdings(*dossiers: Mapping[str, Any], beside: Path) -> Path:
    """Write a register with an account beside it."""
    path = beside / "register.parquet"
    write_register(register(*dossiers), path)
    path.with_name("register.account.json").write_text('{"files": []}', "utf-8")
    return path


CALENDAR = "date,is_working,reason,legal_basis\n2024-01-27,true,Làm bù,\n"


def quick(unit: str, channel: str, received: str = "2024-01-08", resolved: str = "2024-01-10", **columns: Any) -> dict[str, Any]:
    """A dossier that takes from Monday to Wednesday."""
    return dossier(received, resolved=resolved, unit=unit, channel=channel, **columns)


FOUR = ["online", "online", "in_person", "in_person"]
FIRST = [
    *(quick("xa-long-mai", channel) for channel in FOUR),
    *(quick("xa-thanh-an", channel) for channel in [*FOUR[1:], "in_person"]),
    quick("xa-long-mai", "online", "2023-12-04", "2023-12-06"),
]
CORRECTED = quick("xa-long-mai", "online", resolved="2024-01-11", dossier_id="HS-3")
LATE = [
    quick("xa-thanh-an", "online", resolved="2024-01-15", dossier_id="HS-muon-1"),
    quick("xa-thanh-an", "online", "2023-12-04", "2023-12-06", dossier_id="HS-muon-2"),
]
METRICS = ["received", "online_share", "processing_workdays_mean"]
# what is known by hand of the first quarter: published, then by counting, late dossiers and corrected ones, then now. When the documents were made
# the Tuesday was off, so that each took one working day; it is not any more, and they take two. The late one takes five, the corrected one three.
EXPECTED = {
    ("received", "all"): (8, 0, 1, 0, 9),
    ("received", "xa-thanh-an"): (4, 0, 1, 0, 5),
    ("online_share", "all"): (Fraction(3, 8), 0, Fraction(4, 9) - Fraction(3, 8), Fraction(1, 9), Fraction(5, 9)),
    ("online_share", "xa-long-mai"): (Fraction(1, 2), 0, 0, Fraction(1, 4), Fraction(3, 4)),
    ("online_share", "xa-thanh-an"): (Fraction(1, 4), 0, Fraction(3, 20), 0, Fraction(2, 5)),
    ("processing_workdays_mean", "all"): (1, 1, Fraction(1, 3), Fraction(1, 9), Fraction(22, 9)),
    ("processing_workdays_mean", "xa-long-mai"): (1, 1, 0, Fraction(1, 4), Fraction(9, 4)),
    ("processing_workdays_mean", "xa-thanh-an"): (1, 1, Fraction(3, 5), 0, Fraction(13, 5)),
}


# --- files, and what they were made from


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two quarters of two small reports on a small register, with a calendar of the office's own; one report looks at the whole register."""
    folder = tmp_path_factory.mktemp("small")
    notebooks = {"so_lieu": count_notebook(METRICS, "unit"), "ca_so": LOOKS}
    made = make_project(folder / "so [2024]", holdings(*FIRST, beside=folder), notebooks)
    (made / "params" / "calendar.csv").write_text(f"{CALENDAR}2024-01-09,false,Nghỉ,\n", "utf-8")
    with_parameters(made, "calendar: params/calendar.csv\ninternal: true\n")
    earlier = made / "params" / "2023-Q4.yaml"
    earlier.write_text(re.sub(r'as_of: "[\d-]+"', 'as_of: "2023-12-14"', earlier.read_text("utf-8")), "utf-8")
    ran = batch(made)
    assert 0 == ran.returncode, ran.stderr
    return made


@pytest.fixture
def copied(project: Path, tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    shutil.copytree(project, tmp_path / "copy")
    return tmp_path / "copy"


def test_an_untouched_folder_is_right_and_comes_out_the_same(project: Path) -> None:
    before = contents(project)
    ran = verify(project, "--rerun", "--why", folder=f"outputs/{HERE}")
    assert [f"{HERE}: 6 tệp đúng như bản kê.", "  Lập lại: ra đúng từng tệp như cũ.", "  Không số nào khác số đã công bố."] == said(ran)
    assert "" == ran.stderr
    assert before == contents(project), "verifying leaves nothing behind"


def test_each_file_that_was_touched_is_named(copied: Path) -> None:
    """From inside the folder, too; and the file of parameters does not matter: the manifest has its own."""
    folder = copied / "outputs" / HERE
    (copied / "params" / "2024-Q1.yaml").write_text("hỏng", "utf-8")
    page = bytearray((folder / "so_lieu.html").read_bytes())
    page[len(page) // 2] ^= 1
    (folder / "so_lieu.html").write_bytes(page)
    (folder / "ca_so.ipynb").unlink()
    (folder / "ghi chú.txt").write_text("của ai đó", "utf-8")
    (folder / "so_lieu.failed.html").write_text("một lần lập không thành", "utf-8")
    assert [
        f"{HERE}: 4 tệp đúng như bản kê, 3 tệp không đúng.",
        "  ca_so.ipynb: không còn",
        "  so_lieu.html: đã bị sửa, khác bản kê",
        "  ghi chú.txt: không có trong bản kê",
    ] == said(verify(folder, folder="."), 1)


def test_a_folder_without_a_manifest_is_refused_with_the_cure(project: Path) -> None:
    assert "Không có bản kê nguồn gốc (manifest.json) nào trong params/2024-Q1.yaml. Thư mục cần là outputs/" in refused(
        verify(project, folder="params/2024-Q1.yaml")
    )
    for wrong in ("notebooks", "khong-co"):
        with pytest.raises(UserError, match=f"nào trong .*{wrong}"):
            folders_below(project / wrong)


def test_a_damaged_manifest_is_one_paragraph_and_does_not_hide_the_others(copied: Path) -> None:
    path = copied / "outputs" / BEFORE / "manifest.json"
    path.write_text(path.read_text("utf-8")[:1000], "utf-8")
    assert "manifest.json đã hỏng, không đọc được. Lập lại báo cáo này." in refused(verify(copied, folder="outputs/2023-Q4"))
    ran = verify(copied)
    assert [f"{HERE}: 6 tệp đúng như bản kê."] == said(ran, 1)
    assert "2023-Q4" in ran.stderr


DAMAGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "nothing in it": lambda _: {},
    "a list": lambda _: [],
    "notebooks as a list": lambda manifest: manifest | {"notebooks": []},
    "no parameters": lambda manifest: manifest | {"parameters": None},
    "no inputs": lambda manifest: manifest | {"inputs": []},
    "an input that is a text": lambda manifest: manifest | {"inputs": ["sổ"]},
    "a digest that is a number": lambda manifest: manifest | {"files": {"results.csv": 1}},
    "versions that are none": lambda manifest: manifest | {"versions": None},
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_manifest_of_another_shape_is_damaged(project: Path, tmp_path: Path, damage: Callable[[dict[str, Any]], Any]) -> None:
    manifest = manifest_of(project / "outputs" / HERE)
    (tmp_path / "manifest.json").write_text(json.dumps(damage(manifest)), "utf-8")
    with pytest.raises(UserError, match="đã hỏng, không đọc được"):
        manifest_of(tmp_path)


def entry(path: list[str], value: Any) -> Callable[[dict[str, Any]], None]:
    """Give what writes a value into a manifest."""

    def change(manifest: dict[str, Any]) -> None:
        place: Any = manifest
        for name in path[:-1]:
            place = place[int(name) if name.isdecimal() else name]
        place[int(path[-1]) if path[-1].isdecimal() else path[-1]] = value

    return change


TABLE = {"path": "params/targets.csv", "sha256": "0"}
WORDS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "register": (entry(["inputs", "0", "sha256"], "0"), "sổ dữ liệu đã đổi"),
    "table": (lambda manifest: manifest["inputs"].append(TABLE), "bảng params/targets.csv không còn"),
    "calendar": (entry(["calendar", "sha256"], "0"), "lịch làm việc đã đổi"),
    "code": (entry(["code_sha256"], "0"), "mã nguồn đã đổi"),
    "code-of-one": (entry(["notebooks", "ca_so", "made_from", "code"], "0"), "riêng ca_so: mã nguồn đã đổi"),
    "package": (entry(["versions", "duckdb"], "1.0"), f"duckdb 1.0 → {duckdb.__version__}"),
    "no-package": (entry(["versions", "khac"], "7"), "khac 7 → không còn"),
    "new-package": (lambda manifest: manifest["versions"].pop("duckdb"), f"duckdb chưa có → {duckdb.__version__}"),
    "notebook": (entry(["notebooks", "so_lieu", "made_from", "notebook"], "0"), "riêng so_lieu: notebook đã đổi"),
    "gone": (entry(["notebooks", "khac"], {"files": {}}), "notebook khac không còn"),
}


def test_each_thing_that_differs_is_named_and_nothing_else(copied: Path) -> None:
    """By the manifest's word, one folder each. The files are as they were published: that is no fault."""
    whole = manifest_of(copied / "outputs" / HERE)
    for name, (change, _) in WORDS.items():
        folder = copied / "changed" / "2024-Q1" / name
        shutil.copytree(copied / "outputs" / HERE, folder)
        changed = json.loads(json.dumps(whole))
        change(changed)
        (folder / "manifest.json").write_text(json.dumps(changed), "utf-8")
    lines = said(verify(copied, folder="changed"))
    assert {f"2024-Q1/{name}: 6 tệp đúng như bản kê.": f"  Khác so với khi lập: {words}." for name, (_, words) in WORDS.items()} == dict(
        zip(lines[::2], lines[1::2], strict=True)
    )


def test_what_has_really_changed_is_named(copied: Path) -> None:
    frame = register(*FIRST).assign(rating="satisfied")
    write_register(frame, copied / "data" / "register.parquet")
    (copied / "params" / "targets.csv").write_text("metric,level,value,valid_from,valid_to,legal_basis,verified\n", "utf-8")
    (copied / "params" / "calendar.csv").write_text(CALENDAR, "utf-8")
    write_notebook(copied, "ca_so", f"{LOOKS} ")
    (copied / "notebooks" / "so_lieu.ipynb").unlink()
    _, differs = said(verify(copied, folder=f"outputs/{HERE}"))
    named = ["sổ dữ liệu đã đổi", "bảng params/targets.csv mới có", "lịch làm việc đã đổi", "riêng ca_so: notebook đã đổi", "notebook so_lieu không còn"]
    assert f"  Khác so với khi lập: {'; '.join(named)}." == differs


def test_a_notebook_that_changed_comes_out_otherwise_one_that_fails_is_said(copied: Path) -> None:
    write_notebook(copied, "so_lieu", count_notebook(METRICS[:1], "unit"))
    write_notebook(copied, "ca_so", "1 / 0")
    last = said(verify(copied, "--rerun", folder=f"outputs/{HERE}"), 1)[-1]
    assert last.startswith("  Lập lại: ra khác ở ca_so.html, ca_so.ipynb, ledger.csv, results.csv, so_lieu.html, so_lieu.ipynb, không lập lại được ca_so")
    assert "ZeroDivisionError" in last


def test_without_the_register_it_is_said_and_nothing_can_be_made_again(copied: Path) -> None:
    (copied / "data" / "register.parquet").unlink()
    ran = verify(copied, "--rerun", folder=f"outputs/{HERE}")
    assert "Không có sổ dữ liệu (register) data/register.parquet" in refused(ran)
    assert f"{HERE}: 6 tệp đúng như bản kê.\n  Khác so với khi lập: không lập lại được: Không có sổ dữ liệu" in ran.stdout


def test_why_is_refused_where_it_cannot_be_known(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copied)
    write_register(register(*FIRST[1:]), copied / "data" / "register.parquet")
    with pytest.raises(UserError, match="bản sổ dữ liệu đã dùng để lập báo cáo này không còn được giữ"):
        by_cause(copied / "outputs" / HERE)
    (copied / "outputs" / HERE / "results.csv").write_text("metric,period\n", "utf-8")
    with pytest.raises(UserError, match=r"results\.csv không còn đúng như bản kê, nên không biết số đã công bố"):
        by_cause(copied / "outputs" / HERE)


def test_of_a_register_on_spark_it_is_said_kindly_without_spark(copied: Path) -> None:
    replaced(f"outputs/{HERE}/manifest.json", '"register": "data/register.parquet"', '"register": "spark:so_ho_so"')(copied)
    ran = verify(copied, "--why", folder=f"outputs/{HERE}", start=("-c", WITHOUT_SPARK))
    assert "sổ dữ liệu spark:so_ho_so nằm trên Spark, không giữ lại các bản trước" in refused(ran)
    assert "không lập lại được: Sổ dữ liệu spark:so_ho_so nằm trên Spark, máy này chưa có PySpark" in ran.stdout


# --- published against now


@pytest.fixture(scope="module")
def revised(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its register revised: one dossier of each quarter came in late, one of the later quarter was corrected.

    The version that was kept reaches beyond the earlier quarter's day, so that it still answers for it, and not to the later one's.
    """
    copy = tmp_path_factory.mktemp("revised") / "so [2024]"
    shutil.copytree(project, copy)
    frame = register(*FIRST)
    revise(copy, pd.concat([frame[frame["dossier_id"] != CORRECTED["dossier_id"]], register(CORRECTED, *LATE)], ignore_index=True))
    return copy


@pytest.fixture(scope="module")
def recounted(revised: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, and the calendar changed too."""
    copy = tmp_path_factory.mktemp("recounted") / "so [2024]"
    shutil.copytree(revised, copy)
    (copy / "params" / "calendar.csv").write_text(CALENDAR, "utf-8")
    return copy


def test_of_a_revised_register_only_what_it_answers_for_comes_out_otherwise(revised: Path) -> None:
    """The earlier quarter is answered by the version that was kept: only the report that looks at the whole register might differ, and does not."""
    assert [
        f"{BEFORE}: 6 tệp đúng như bản kê.",
        "  Khác so với khi lập: riêng ca_so: sổ dữ liệu đã đổi.",
        "  Lập lại: ra đúng từng tệp như cũ.",
        f"{HERE}: 6 tệp đúng như bản kê.",
        "  Khác so với khi lập: sổ dữ liệu đã đổi.",
        "  Lập lại: ra khác ở ledger.csv, results.csv, so_lieu.html, so_lieu.ipynb.",
    ] == said(verify(revised, "--rerun"), 1)


@pytest.fixture(scope="module")
def moved(recounted: Path) -> pd.DataFrame:
    """What moved of the later quarter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(recounted)
        return by_cause(recounted / "outputs" / HERE)


def test_what_moved_is_taken_apart_by_cause(moved: pd.DataFrame) -> None:
    found = {(row["metric"], row["unit_id"]): [row[name] for name in ("published", *PARTS, "now")] for row in moved.to_dict("records")}
    assert set(EXPECTED) == set(found), "what has not moved is not there"
    for key, expected in EXPECTED.items():
        assert [float(value) for value in expected] == pytest.approx(found[key], abs=1e-9), key


def test_the_table_says_it_in_words(recounted: Path) -> None:
    lines = said(verify(recounted, "--why", folder=f"outputs/{HERE}"))
    assert {
        "Tiếp nhận trong kỳ 2024-Q1 8 0 +1 0 9",
        "Tiếp nhận trong kỳ, Xã Thanh An 2024-Q1 4 0 +1 0 5",
        "Tỷ lệ nộp trực tuyến 2024-Q1 37,50% 0 +6,95 +11,11 55,56%",
        "Tỷ lệ nộp trực tuyến, Xã Long Mai 2024-Q1 50,00% 0 0 +25,00 75,00%",
        "Trung bình thời gian giải quyết 2024-Q1 1,0 +1,0 +0,3 +0,1 2,4",
    } <= {" ".join(line.split()) for line in lines}
    assert "  Khác so với khi lập: sổ dữ liệu đã đổi; lịch làm việc đã đổi." == lines[1], "what the way of counting is"
    assert lines[2].startswith("  8 số nay khác số đã công bố: vì cách tính, vì hồ sơ vào muộn, vì hồ sơ được sửa")
    assert [", Xã" in line for line in lines[5:]] == sorted(", Xã" in line for line in lines[5:]), "the whole comes first"


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_fits_a_terminal(moved: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    long = moved.assign(period="2021-01-01..2024-03-15", metric="late_on_system_only_share", unit_id="[bold]Phòng A")
    _tell_causes(pd.concat([long] * 5))
    *lines, last = capsys.readouterr().out.splitlines()
    table = [line for line in lines if not line.startswith("  ")]
    assert width >= max(map(len, table))
    assert "…" not in "".join(lines), "nothing is cut"
    assert "[bold]Phòng" in "".join(lines), "a name is no markup"
    assert "  … và 10 số nữa." == last, "the rest is counted"


def test_only_results_of_the_catalogue_up_to_the_day_are_looked_at(tmp_path: Path) -> None:
    """What another version or policy counted, what has no value, and what is counted after the day are others' to say."""
    rows = [
        "received,2024-Q1,all,all,,,8,,,hồ sơ",
        "received,2024-Q1,Đất đai,all,,,3,,,hồ sơ",
        "received,2024-Q1,all,published,,,8,,,hồ sơ",
        "received,2023-Q4,all,all,,,,,,hồ sơ",
        "received,2024-03-16..2024-03-16,all,all,,,2,,,hồ sơ",
        "why_share,2024-Q1,all,all,,,1,,,tỷ lệ",
    ]
    (tmp_path / "results.csv").write_text("\n".join(["\ufeffmetric,period,field,version,numerator,denominator,value,ci_low,ci_high,unit", *rows, ""]), "utf-8")
    found = published_results(tmp_path, date(2024, 3, 15))
    assert [("received", "2024-Q1", "all", "8"), ("received", "2024-Q1", "Đất đai", "3")] == list(found.itertuples(index=False, name=None))


FORMULA = "=1+1"  # a field's name that a CSV holds with an apostrophe
RANDOM = ["received", "pending", "on_time_share", "result_digitised_share", "processing_workdays_median", "open_aware_workdays_median"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pd.DataFrame, pd.DataFrame]:
    """A drawn register, published by field, and its revision: some came in late, some were corrected, some are known no more, a field is gone."""
    folder = tmp_path_factory.mktemp("drawn")
    whole = random_register(seed=11, size=400)
    whole["field"] = whole["field"].replace("Tư pháp", FORMULA)
    old, new = whole.iloc[:340].reset_index(drop=True), whole.iloc[30:].copy()
    random = np.random.default_rng(5)
    new["field"] = new["field"].where(new["field"] != "Hộ tịch", "Đất đai")
    new["result_digitised"] = new["result_digitised"].mask(pd.Series(random.random(len(new)) < 0.2, index=new.index), True)  # noqa: FBT003 - the value
    path = holdings(dossier(), beside=folder)
    write_register(old, path)
    made = make_project(folder / "p", path, {"so_lieu": count_notebook(RANDOM, "field")}, periods=("2024-Q1",))
    with_parameters(made, "internal: true\n")
    replaced("params/2024-Q1.yaml", "unit: huyen-minh-long", "unit: all")(made)
    ran = batch(made)
    assert 0 == ran.returncode, ran.stderr
    revise(made, new)
    return made, old, new


def measured(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """What the metrics say of some dossiers, by metric and field, measured by themselves; fields as a CSV holds them."""
    asked: dict[str, Any] = {"metrics": RANDOM, "as_of": "2024-03-15"}
    rows = [*results(frame, "2024-Q1", **asked).to_dict("records"), *results(frame, "2024-Q1", by=("field",), **asked).to_dict("records")]
    return {(row["metric"], str(row.get("field", "all")).replace(FORMULA, f"'{FORMULA}")): row["value"] for row in rows}


def test_the_parts_are_what_each_revision_moves_and_add_up(drawn: tuple[Path, pd.DataFrame, pd.DataFrame], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of a drawn register against the same dossiers measured by themselves; and the printed parts of shares add up to what they make together."""
    project, old, new = drawn
    monkeypatch.chdir(project)
    moved = by_cause(project / "outputs" / "2024-Q1" / "all").to_dict("records")
    late = pd.concat([old, new[~new["dossier_id"].isin(old["dossier_id"])]], ignore_index=True)
    published, with_late, now = (measured(frame) for frame in (old, late, new.reset_index(drop=True)))
    gone = 0
    for row in moved:
        key = (row["metric"], row["field"])
        zero = 0.0 if row["metric"] in ("received", "pending") else math.nan
        values = [published[key], published[key], with_late[key], now.get(key, zero)]
        expected = [values[0], *(after - before for before, after in pairwise(values)), values[-1]]
        found = [row[name] for name in ("published", *PARTS, "now")]
        assert expected == pytest.approx(found, abs=1e-9, nan_ok=True), key
        gone += math.isnan(row["now"])
        if not math.isnan(row["now"]):
            assert sum(found[1:4]) == pytest.approx(row["now"] - row["published"], abs=1e-12)
    unmoved = {key for key, value in published.items() if value == with_late.get(key) == now.get(key, 0.0)}
    assert {key for key, value in published.items() if not math.isnan(value)} == {(row["metric"], row["field"]) for row in moved} | unmoved
    assert gone, "a share of a field that is no more has no value now, and says so"
    assert len(moved) > len(RANDOM)


def points(text: str) -> Fraction:
    return Fraction(text.removesuffix(" điểm %").replace("−", "-").replace(",", "."))


def test_printed_parts_of_a_share_add_up_to_the_printed_whole() -> None:
    random = np.random.default_rng(3)
    for numbers in random.integers(1, 400, (300, 4)):
        values = [float(Fraction(int(n), 400)) if n % 5 else 1 / float(n) for n in numbers]
        parts = [after - before for before, after in pairwise(values)]
        whole = half_up(sum(map(Fraction, parts), Fraction(0)) * 100, 2)
        assert whole == sum(map(points, parts_text(SHARE, parts)))


def test_what_there_is_not_is_a_dash_and_what_did_not_move_a_nought() -> None:
    assert ["0", "+0,10 điểm %", "–"] == parts_text(SHARE, [1e-12, 0.001, math.nan])
    assert ["+1", "0", "−1.200"] == parts_text(COUNT, [1.0, 0.0, -1200.0])
    assert ["−0,5", "0", "–"] == parts_text("ngày", [-0.5, 0.0, math.nan])
