"""The command line: what it prints, and that a mistake is one paragraph, exit code 2, and nothing written."""

import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import duckdb
import nbformat
import pandas as pd
import pytest
from commands import Ran
from dossiers import dossier, register

from tthc_analysis import __version__, cli
from tthc_analysis.press import jobs
from tthc_analysis.press.failure import Failure
from tthc_analysis.reference.parameters import read_parameters
from tthc_analysis.register import sample
from tthc_analysis.register.profiles import read_profile
from tthc_analysis.register.sample import EXPORT_NAME
from tthc_analysis.register.store import write_register

PARAMS = "period: 2024-Q1\nas_of: 2024-03-15\nunit: huyen-minh-long\nregister: so.parquet\npolicy: report-2024\nhistory: 13\n"


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch) -> Path:
    """A project of one period, one notebook, a register of three dossiers, and the outputs of an earlier run; the working directory."""
    for folder in ("params", "notebooks", "outputs/2023-Q4/huyen-minh-long"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "params" / "2024-Q1.yaml").write_text(PARAMS, "utf-8")
    (tmp_path / "outputs" / "2023-Q4" / "huyen-minh-long" / "bao_cao.html").write_text("<p>kỳ trước</p>", "utf-8")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "notebooks" / "bao_cao.ipynb")
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "notebooks" / "explore.ipynb")
    frame = register(
        dossier("2023-12-20", due="2023-12-25", resolved="2023-12-22"),
        dossier("2024-01-10", channel="online"),
        dossier("2024-02-01", unit="xa-thanh-an", withdrawn="2024-02-02"),
    )
    write_register(frame, tmp_path / "so.parquet")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_kernel(monkeypatch) -> list[jobs.Job]:
    """Jobs that would have started a kernel."""
    started: list[jobs.Job] = []

    def record(job: jobs.Job) -> jobs.Outcome:
        started.append(job)
        return jobs.Outcome(job)

    monkeypatch.setattr(jobs, "run_job", record)
    return started


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_refused(ran: Ran, *said: str) -> None:
    """One paragraph on stderr in Vietnamese that says these texts, exit code 2, nothing else."""
    assert 2 == ran.code, ran.err
    assert "" == ran.out
    assert ran.err.startswith("Lỗi: ")
    assert 1 == len(ran.err.splitlines()), ran.err
    assert [] == [text for text in said if text not in ran.err]


# measure


def measured(register_path: Path, *options: object) -> list[object]:
    return ["measure", "--register", register_path, "--period", "2024-Q1", *options]


def test_measure_prints_csv_with_whole_counts(tthc):
    expected = "metric,period,numerator,denominator,value,ci_low,ci_high,unit\nreceived,2024-Q1,,,3,,,hồ sơ\nonline_share,2024-Q1,1,3,0.333333333333,"
    ran = tthc(*measured("so.parquet", "--metric", "received,online_share", "--format", "csv"))
    assert (0, "") == (ran.code, ran.err)
    assert ran.out.startswith(expected)


def test_measure_prints_json_with_null_for_what_is_missing(tthc):
    ran = tthc(*measured("so.parquet", "--metric", "satisfied_share", "--metric", "resolved", "--format", "json"))
    rows = json.loads(ran.out)
    assert [("satisfied_share", None, 0, "tỷ lệ"), ("resolved", 1, None, "hồ sơ")] == [
        (row["metric"], row["value"], row["denominator"], row["unit"]) for row in rows
    ]


def test_measure_prints_a_table_in_vietnamese_notation(tthc, sample_register):
    ran = tthc(*measured(sample_register, "--period", "2021-01-01..2024-03-15", "--metric", "received,intake_digitised_share"))
    cells = [line.split() for line in ran.out.splitlines()]
    assert [True, True] == [any(text in line for line in cells) for text in ("9.924", "8.925/9.924")]
    assert "89,93%" in ran.out
    assert "Tiếp nhận trong kỳ" in ran.out


def test_measure_breaks_down_by_several_words_and_names_the_units(tthc):
    ran = tthc(*measured("so.parquet", "--by", "unit,channel", "--metric", "received"))
    assert 0 == ran.code
    assert ["Xã Long Mai", "Xã Long Mai", "Xã Thanh An"] == [name for line in ran.out.splitlines() for name in ("Xã Long Mai", "Xã Thanh An") if name in line]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 3),
        (("--unit", "xa-thanh-an"), 1),
        (("--unit", "huyen-minh-long"), 3),
        (("--as-of", "2024-01-09"), 1),
        (("--as-of", "2024-01-10"), 2),
    ],
)
def test_measure_counts_what_is_asked(tthc, options, count):
    ran = tthc(
        "measure",
        "--register",
        "so.parquet",
        "--metric",
        "received",
        "--format",
        "csv",
        *(options if "--period" in options else ("--period", "2024-Q1", *options)),
    )
    assert [count] == pd.read_csv(StringIO(ran.out))["value"].tolist()


def test_measure_takes_periods_with_commas_or_repeated(tthc):
    expected = ["2023-Q4", "2024-Q1", "2024-Q2"]
    ran = tthc("measure", "--register", "so.parquet", "--period", "2023-Q4,2024-Q1", "--period", "2024-Q2", "--metric", "pending", "--format", "csv")
    assert expected == pd.read_csv(StringIO(ran.out))["period"].tolist()


def test_measure_takes_every_metric_where_none_is_named(tthc):
    from tthc_analysis.metrics.catalogue import CATALOGUE  # noqa: PLC0415  # heavy, and only this test asks

    assert [*CATALOGUE] == pd.read_csv(StringIO(tthc(*measured("so.parquet", "--format", "csv")).out))["metric"].tolist()


MISTAKES = {
    "register": (["--register", "khong-co.parquet"], ["Không có sổ dữ liệu", "khong-co.parquet", "tthc import"]),
    "register is a folder": (["--register", "params"], ["params là một thư mục"]),
    "register is no Parquet": (["--register", "params/2024-Q1.yaml"], ["không phải sổ dữ liệu"]),
    "period": (["--period", "2024-Q5"], ["Không có kỳ báo cáo", "2024-Q5", "Cách viết"]),
    "one of two periods": (["--period", "2024-Q1,2024-Q0"], ["2024-Q0"]),
    "metric": (["--metric", "recieved"], ["Không có chỉ số", 'Có phải ý bạn là "received"']),
    "one of two metrics": (["--metric", "received", "--metric", "on_time"], ['Có phải ý bạn là "on_time_share"']),
    "by": (["--by", "fild"], ["Không phân tổ được", 'Có phải ý bạn là "field"']),
    "policy": (["--policy", "report"], ["Không có cách tính", "report-2024, ii06a, dvcqg-766"]),
    "calendar": (["--calendar", "lich.csv"], ["Không có lịch làm việc", "VN, weekdays"]),
    "calendar is no calendar": (["--calendar", "params/2024-Q1.yaml"], ["dòng đầu phải là date,is_working,reason,legal_basis"]),
    "unit": (["--unit", "xa-long-mia"], ["Không có đơn vị", 'Có phải ý bạn là "xa-long-mai"']),
    "unit by its name": (["--unit", "Xã Long Mai"], ["Không có đơn vị", "xa-long-mai"]),
    "as of": (["--as-of", "15/3/2024"], ["15/3/2024", "2024-03-15"]),
    "as of no day": (["--as-of", "2024-02-30"], ["2024-02-30"]),
    "as of before the period": (["--as-of", "2023-12-14"], ["chưa bắt đầu", "14/12/2023"]),
    "format": (["--format", "xlsx"], ["Không có dạng in", "table, csv, json"]),
}


@pytest.mark.parametrize(("options", "said"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_measure_is_one_paragraph(tthc, project, options, said):
    before = contents(project)
    given = dict(zip(["--register", "--period"], ["so.parquet", "2024-Q1"], strict=True)) | (
        {options[0]: options[1]} if options[0] in ("--register", "--period") else {}
    )
    others = [] if options[0] in given else options
    assert_refused(tthc("measure", *(part for pair in given.items() for part in pair), *others), *said)
    assert before == contents(project)


@pytest.mark.parametrize("column", ["received_at", "resolving_unit", "rating"])
def test_a_register_without_a_column_is_one_paragraph(tthc, column):
    duckdb.read_parquet("so.parquet").project(f"* EXCLUDE {column}").write_parquet("thieu.parquet")
    assert_refused(tthc(*measured("thieu.parquet")), "thieu.parquet", f"thiếu cột {column}")


def test_a_register_damaged_in_the_middle_is_one_paragraph(tthc, project):
    whole = bytearray((project / "so.parquet").read_bytes())
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    whole[4:footer] = bytes(footer - 4)
    (project / "so.parquet").write_bytes(whole)
    assert_refused(tthc(*measured("so.parquet")), "hỏng")


@pytest.mark.parametrize(
    "arguments",
    [
        ["measure"],
        ["measure", "--register", "so.parquet"],
        ["mesure"],
        ["measure", "--regster", "x"],
        ["report"],
        ["import", "x.xlsx"],
        ["report", "a", "b"],
        ["--debg"],
    ],
)
def test_wrong_use_is_answered_on_stderr(tthc, project, arguments):
    before = contents(project)
    assert_refused(tthc(*arguments), "Xem cách dùng: ", "--help")
    assert before == contents(project)


@pytest.mark.parametrize("period", ["", ",", ",,"])
def test_no_period_at_all_is_refused(tthc, period):
    assert_refused(tthc("measure", "--register", "so.parquet", "--period", period))


def test_a_word_of_by_given_twice_counts_once(tthc):
    ran = tthc(*measured("so.parquet", "--by", "channel,channel", "--metric", "received", "--format", "csv"))
    assert [2, 1] == pd.read_csv(StringIO(ran.out))["value"].tolist()


def test_a_metric_given_twice_counts_once(tthc):
    ran = tthc(*measured("so.parquet", "--metric", "received,received", "--format", "csv"))
    assert [3] == pd.read_csv(StringIO(ran.out))["value"].tolist()


def test_a_list_may_have_blanks_after_its_commas(tthc):
    ran = tthc(*measured("so.parquet", "--metric", "received, pending", "--by", "channel, unit", "--period", "2024-Q1, 2024-Q2", "--format", "csv"))
    assert 0 == ran.code, ran.err


# the whole command


def test_help_lists_the_commands(tthc):
    ran = tthc("--help")
    assert 0 == ran.code
    assert [] == [name for name in ("sample", "import", "measure", "report", "new-period", "lab") if name not in ran.out]


def test_version_is_printed(tthc):
    assert Ran(0, f"tthc {__version__}\n", "") == tthc("--version")


def test_debug_adds_the_traceback(tthc):
    ran = tthc("--debug", *measured("khong-co.parquet"))
    assert 2 == ran.code
    assert ran.err.startswith("Lỗi: ")
    assert "Traceback" in ran.err


def test_the_command_itself_answers_as_main_does():
    command = [sys.executable, "-m", "tthc_analysis.cli", *map(str, measured("khong-co.parquet"))]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert_refused(Ran(ran.returncode, ran.stdout, ran.stderr), "khong-co.parquet")


def test_the_entry_point_is_installed():
    assert "import" in subprocess.run([Path(sys.executable).with_name("tthc"), "--help"], capture_output=True, text=True, check=True, encoding="utf-8").stdout


def test_a_register_that_cannot_be_written_is_one_paragraph(tthc, export):
    ran = tthc("import", export, "--profile", "sample", "--out", "so.parquet/duoi.parquet")
    assert 2 == ran.code
    assert 1 == len([line for line in ran.err.splitlines() if line.startswith("Lỗi: Không ghi được so.parquet/duoi.parquet")])
    assert "Traceback" not in ran.err


# import and sample


@pytest.fixture
def export(project) -> Path:
    """An export of one dossier, as CSV, by the sample's profile."""
    columns = read_profile("sample").columns
    units = dict.fromkeys(("receiving_unit", "resolving_unit"), "UBND xã Long Mai")
    cells = units | {"dossier_id": "A-1", "channel": "Trực tiếp", "received_at": "01/03/2024", "outcome": "Đang xử lý"}
    rows = [[names[0] for names in columns.values()], [cells.get(name, "") for name in columns]]
    (project / "xuat.csv").write_text("\n".join(",".join(row) for row in rows), "utf-8")
    return project / "xuat.csv"


def test_import_writes_the_register_and_says_the_account(tthc, export, project):
    ran = tthc("import", export, "--profile", "sample", "--out", "data/moi.parquet")
    expected = [
        "Đọc 2 dòng = nhận 1 + loại 0 + trùng hệt 0 + không phải hồ sơ 1 (tiêu đề bảng 1).",
        "Hồ sơ mới 1, cập nhật 0, không đổi 0.",
        "Sổ dữ liệu: data/moi.parquet, 1 hồ sơ, số liệu đến 03/3/2024.",
        "Tệp được xuất sau ngày ấy thì nhập lại với --exported NGÀY: khi kỳ đã chốt, số đã công bố mới giữ nguyên.",
    ]
    assert (0, expected) == (ran.code, ran.out.splitlines())
    assert [("A-1",)] == duckdb.read_parquet(str(project / "data" / "moi.parquet")).project("dossier_id").fetchall()


def test_import_says_what_is_new_and_what_was_there(tthc, export):
    ran = [tthc("import", export, "--profile", "sample", "--out", "data/moi.parquet").out.splitlines()[1] for _ in range(2)]
    assert ["Hồ sơ mới 1, cập nhật 0, không đổi 0.", "Hồ sơ mới 0, cập nhật 0, không đổi 1."] == ran


@pytest.mark.parametrize("out", ["params/2024-Q1.yaml", "params"])
def test_import_writes_over_nothing_but_a_register(tthc, export, project, out):
    before = contents(project)
    ran = tthc("import", export, "--profile", "sample", "--out", out)
    assert (2, "") == (ran.code, ran.out)
    assert "không ghi đè" in ran.err
    assert before == contents(project)


def test_measure_says_which_periods_the_register_does_not_cover(tthc):
    ran = tthc("measure", "--register", "so.parquet", "--period", "2024-Q1,2030-Q1", "--metric", "received", "--format", "csv")
    assert [False, True] == pd.read_csv(StringIO(ran.out))["value"].isna().tolist(), "missing stays missing"
    assert (0, 1) == (ran.code, ran.err.count("Lưu ý: sổ dữ liệu chỉ có"))
    assert "2030-Q1" in ran.err


def test_an_interrupted_command_says_so(tthc, monkeypatch):
    monkeypatch.setattr(cli, "project_root", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    ran = tthc("new-period", "2024-Q2")
    assert (130, "") == (ran.code, ran.out)
    assert "đã dừng theo yêu cầu" in ran.err


def test_import_says_where_the_rejected_rows_are(tthc, export):
    text = export.read_text("utf-8")
    bad, good = text.splitlines()[1].replace("01/03/2024", "mai"), text.splitlines()[1]
    export.write_text("\n".join([text.splitlines()[0], bad, *(good.replace("A-1", f"A-{n}") for n in range(2, 80))]), "utf-8")
    ran = tthc("import", export, "--profile", "sample", "--out", "moi.parquet")
    assert 0 == ran.code
    assert ran.out.endswith("Dòng bị loại và lý do: moi.rejected.xlsx\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["khong-co.xlsx", "--profile", "sample"], "Không có tệp khong-co.xlsx"),
        (["params", "--profile", "sample"], "là một thư mục"),
        (["params/2024-Q1.yaml", "--profile", "sample"], "thiếu cột bắt buộc"),
        (["khong-co.xlsx", "--profile", "sampel"], 'Có phải ý bạn là "sample"'),
        (["khong-co.xlsx", "--profile", "params/2024-Q1.yaml"], "Mẫu đọc (profile)"),
    ],
)
def test_a_mistake_in_import_leaves_the_register_as_it_was(tthc, project, arguments, said):
    before = contents(project)
    ran = tthc("import", *arguments, "--out", "so.parquet")
    # what has begun is said first, where there is no terminal to show progress
    progress, *error = ran.err.splitlines()
    assert "Đang nhập 1 tệp…" == progress
    assert_refused(Ran(ran.code, ran.out, "\n".join(error)), said)
    assert before == contents(project)


def test_sample_does_not_overwrite_what_is_not_sample_data(tthc, project):
    before = contents(project)
    assert_refused(tthc("sample", "--out", "so.parquet"), "so.parquet đang giữ dữ liệu không phải dữ liệu mẫu", "tthc sample --out")
    assert before == contents(project)


@pytest.mark.parametrize("name", ["params/2024-Q1.yaml", "notebooks/bao_cao.ipynb"])
def test_sample_does_not_overwrite_a_file_that_is_no_register(tthc, project, name):
    before = contents(project)
    assert_refused(tthc("sample", "--out", name), "không phải sổ dữ liệu")
    assert before == contents(project)


def test_sample_does_not_overwrite_a_register_of_sample_and_other_data(tthc, sample_register, project):
    mixed = duckdb.read_parquet(str(sample_register)).limit(5)
    mixed.union(duckdb.read_parquet("so.parquet")).write_parquet("lan.parquet")
    before = contents(project)
    assert_refused(tthc("sample", "--out", "lan.parquet"), "không phải dữ liệu mẫu")
    assert before == contents(project)


def test_sample_may_be_made_again(tthc, sample_register, project, monkeypatch):
    shutil.copy(sample_register, project / "mau.parquet")
    # the export is made in `test_sample.py`; here it lies ready
    monkeypatch.setattr(sample, "write_sample_export", lambda folder: Path(shutil.copy(sample_register.with_name(EXPORT_NAME), folder)))
    ran = tthc("sample", "--out", "mau.parquet")
    assert (0, True) == (ran.code, ran.out.startswith("Đọc 9.973 dòng = nhận 9.965 + loại 0 + trùng hệt 0 + không phải hồ sơ 8"))
    assert sample_register.read_bytes() == (project / "mau.parquet").read_bytes()


# new-period


@pytest.mark.parametrize("period", ["2024-Q2", "2024-04", "2024", "2024-Q2@calendar", "2024-01-01..2024-03-15"])
def test_new_period_makes_a_file_that_reads_from_the_latest(tthc, project, period):
    ran = tthc("new-period", period)
    parameters = read_parameters(project / "params" / f"{period}.yaml")
    assert 0 == ran.code, ran.err
    assert [period, "huyen-minh-long", "so.parquet", 13] == [parameters.period, parameters.unit, parameters.register_path, parameters.history]
    assert parameters.reporting_period.end == parameters.as_of


def test_new_period_takes_after_the_latest_and_drops_the_documents_number(tthc, project):
    document = "document: {issuer: UBND huyện, number: 12/BC-UBND, date: 2023-12-18, period: 2023-Q4, file: bao-cao.docx}\n"
    latest = PARAMS.replace("huyen-minh-long", "xa-long-mai").replace("2024-Q1", "2024-Q2").replace("2024-03-15", "2024-06-14")
    (project / "params" / "2024-Q2.yaml").write_text(latest + document, "utf-8")
    tthc("new-period", "2024-Q3")
    parameters = read_parameters(project / "params" / "2024-Q3.yaml")
    assert ["xa-long-mai", "UBND huyện", None, None, None, None] == [parameters.unit, *parameters.document.model_dump().values()]


@pytest.mark.parametrize("period", ["2024-Q9", "", "quý II", "../2024-Q2", "2024-Q2/x"])
def test_new_period_refuses_what_is_no_period(tthc, project, period):
    before = contents(project)
    assert_refused(tthc("new-period", period), "Không có kỳ báo cáo")
    assert before == contents(project)


def test_new_period_does_not_overwrite(tthc, project):
    before = contents(project)
    assert_refused(tthc("new-period", "2024-Q1"), "Đã có", "2024-Q1.yaml")
    assert before == contents(project)


def test_new_period_needs_one_to_take_after(tthc, project):
    (project / "params" / "2024-Q1.yaml").unlink()
    assert_refused(tthc("new-period", "2024-Q2"), "Chưa có tệp tham số nào")


def test_new_period_works_from_a_folder_below(tthc, project, monkeypatch):
    monkeypatch.chdir(project / "notebooks")
    assert 0 == tthc("new-period", "2024-Q2").code
    assert (project / "params" / "2024-Q2.yaml").is_file()


# report: whatever is wrong is said before a kernel starts


def with_params(project: Path, text: str) -> list[str]:
    (project / "params" / "2024-Q1.yaml").write_text(text, "utf-8")
    return ["params/2024-Q1.yaml"]


BAD_PARAMS = {
    "unknown key": (f"{PARAMS}mau: xanh\n", ['Không có tham số "mau"', "period, as_of, unit, register, policy, history, calendar, office, internal, document"]),
    "mistyped key": (PARAMS.replace("period:", "perriod:"), ['Không có tham số "perriod"', 'Có phải ý bạn là "period"']),
    "mistyped key of the document": (f"{PARAMS}document: {{isuer: UBND}}\n", ['Có phải ý bạn là "issuer"']),
    "no such period": (PARAMS.replace("2024-Q1", "2024-Q5"), ["Không có kỳ báo cáo", "2024-Q5"]),
    "as of no day": (PARAMS.replace("2024-03-15", "15/3/2024"), ["as_of", "15/3/2024"]),
    "as of before the period": (PARAMS.replace("2024-03-15", "2023-03-15"), ["kỳ chưa bắt đầu"]),
    "no such register": (PARAMS.replace("so.parquet", "khong-co.parquet"), ["Không có sổ dữ liệu", "khong-co.parquet"]),
    "no such policy": (PARAMS.replace("report-2024", "report"), ["Không có cách tính"]),
    "no such unit": (PARAMS.replace("huyen-minh-long", "xa-long-mia"), ["Không có đơn vị", 'Có phải ý bạn là "xa-long-mai"']),
    "no such calendar": (f"{PARAMS}calendar: lich.csv\n", ["Không có lịch làm việc"]),
    "history": (PARAMS.replace("13", "0"), ["history"]),
    "a list": ("- period\n- as_of\n", ["mỗi khóa một dòng"]),
    "nothing": ("", ["mỗi khóa một dòng"]),
    "tabs": (PARAMS.replace("unit: ", "\tunit: "), ["không đọc được YAML"]),
}


@pytest.mark.parametrize(("text", "said"), BAD_PARAMS.values(), ids=BAD_PARAMS)
def test_report_refuses_bad_parameters_before_anything_happens(tthc, project, no_kernel, text, said):
    arguments = with_params(project, text)
    before = contents(project)
    assert_refused(tthc("report", *arguments), *said)
    assert ([], before) == (no_kernel, contents(project))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["params/2024-Q2.yaml"], ["Không có tệp tham số", "2024-Q1.yaml"]),
        (["params"], ["là một thư mục"]),
        (["params/2024-Q1.yaml", "--notebook", "bao_cap"], ['Không có notebook "bao_cap"', 'Có phải ý bạn là "bao_cao"']),
        (["params/2024-Q1.yaml", "--notebook", "explore"], ['Không có notebook "explore"']),
        (["params/2024-Q1.yaml", "--notebook", "bao_cao,xyz"], ['Không có notebook "xyz"']),
        (["params/2024-Q1.yaml", "--format", "xls"], ['Không có dạng tài liệu "xls"', "html"]),
        (["params/2024-Q1.yaml", "--format", "html,htlm"], ['Có phải ý bạn là "html"']),
    ],
)
def test_report_refuses_what_is_not_there_before_anything_happens(tthc, project, no_kernel, arguments, said):
    before = contents(project)
    assert_refused(tthc("report", *arguments), *said)
    assert ([], before) == (no_kernel, contents(project))


def test_report_refuses_a_register_of_no_dossiers(tthc, project, no_kernel):
    write_register(register(dossier()).head(0), project / "so.parquet")
    before = contents(project)
    assert_refused(tthc("report", "params/2024-Q1.yaml"), "không có hồ sơ nào")
    assert ([], before) == (no_kernel, contents(project))


def test_report_refuses_a_register_without_a_column(tthc, project, no_kernel):
    whole = duckdb.read_parquet("so.parquet").df()
    duckdb.from_df(whole.drop(columns="due_at")).write_parquet("so.parquet")
    before = contents(project)
    assert_refused(tthc("report", "params/2024-Q1.yaml"), "thiếu cột due_at")
    assert ([], before) == (no_kernel, contents(project))


def test_report_needs_notebooks(tthc, project, no_kernel):
    (project / "notebooks" / "bao_cao.ipynb").unlink()
    assert_refused(tthc("report", "params/2024-Q1.yaml"), "Không thấy thư mục notebooks")
    assert [] == no_kernel


@pytest.mark.parametrize(
    ("period", "history"),
    [
        ("2021-01-01..2024-03-15", 13),
        ("2024", 60),
        ("2012-01-01..2024-03-15", 1),
    ],
)
def test_report_takes_a_history_that_reaches_beyond_the_register(tthc, project, no_kernel, period, history):
    ran = tthc("report", *with_params(project, PARAMS.replace("2024-Q1", period).replace("13", str(history))))
    assert 0 == ran.code, ran.err
    assert 1 == len(no_kernel)


def test_report_runs_every_report_but_not_explore(tthc, project, no_kernel):
    ran = tthc("report", "params/2024-Q1.yaml")
    assert 0 == ran.code, ran.err
    assert [("bao_cao", project / "outputs" / "2024-Q1" / "huyen-minh-long", "2024-Q1")] == [
        (job.name, job.folder, job.parameters["period"]) for job in no_kernel
    ]


def test_a_failing_notebook_is_said_and_the_rest_is_done(tthc, project, monkeypatch):
    failure = Failure("bao_cao", "ô số 3", "ZeroDivisionError: division by zero", source="1 / 0", traceback="Traceback")
    monkeypatch.setattr(jobs, "run_job", lambda job: jobs.Outcome(job, failure=failure))
    ran, debugged = tthc("report", "params/2024-Q1.yaml"), tthc("--debug", "report", "params/2024-Q1.yaml")
    said = "Lỗi: 2024-Q1/huyen-minh-long, bao_cao, ô số 3: ZeroDivisionError: division by zero. Báo cáo trước đó, nếu có, vẫn giữ nguyên."
    assert [1, 1] == [ran.code, debugged.code]
    assert [said] == [line for line in ran.err.splitlines() if line.startswith("Lỗi")]
    assert [False, True] == ["Traceback" in ran.err, "Traceback" in debugged.err]
    assert str(project / "outputs" / "index.html") in ran.out


def test_report_writes_where_it_is_told(tthc, project, no_kernel):
    tthc("report", "params/2024-Q1.yaml", "--out", project / "khac", "--format", "html", "--notebook", "bao_cao")
    assert [(project / "khac" / "2024-Q1" / "huyen-minh-long", ("html",))] == [(job.folder, job.formats) for job in no_kernel]


@pytest.mark.parametrize("unit", ["Phòng A/B", "../../ngoai", ".."])
def test_a_units_name_is_one_folder(tthc, project, no_kernel, unit):
    write_register(register(dossier(unit=unit)), project / "so.parquet")
    ran = tthc("report", *with_params(project, PARAMS.replace("huyen-minh-long", f"'{unit}'")))
    assert 2 == ran.code or [project / "outputs" / "2024-Q1"] == [job.folder.resolve().parent for job in no_kernel]


def test_report_refuses_a_unit_that_did_not_exist_in_the_period(tthc, project, no_kernel):
    assert_refused(tthc("report", *with_params(project, PARAMS.replace("huyen-minh-long", "xa-minh-long"))), "Xã Minh Long", "01/7/2025")
    assert [] == no_kernel


@pytest.mark.parametrize("manifest", ["{}", "", "[]"])
def test_a_manifest_that_cannot_be_read_does_not_stop_the_index(tthc, project, no_kernel, manifest):
    (project / "outputs" / "2023-Q4" / "huyen-minh-long" / "manifest.json").write_text(manifest, "utf-8")
    ran = tthc("report", "params/2024-Q1.yaml")
    assert 0 == ran.code, ran.err
    assert "2024-Q1" in (project / "outputs" / "index.html").read_text("utf-8")
    assert 1 == len(no_kernel)


def test_a_value_outside_its_bounds_is_refused_in_vietnamese(tthc):
    ran = tthc("import", "x.xlsx", "--profile", "sample", "--out", "y.parquet", "--max-rejected", "150")
    assert_refused(ran, "giá trị của --max-rejected chưa đúng, cần không quá 100")
    assert "Invalid" not in ran.err
