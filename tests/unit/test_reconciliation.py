"""The written report beside the register: what its notebook shows, and that every figure of it has its origin."""

from pathlib import Path

import pytest
import yaml

from tthc_analysis.audit.audited import audit_study
from tthc_analysis.errors import UserError
from tthc_analysis.exhibits import reconciliation
from tthc_analysis.exhibits.model import Statement, Table
from tthc_analysis.metrics.study import Study, open_study
from tthc_analysis.press.ledger import check_exhibits, shown_in
from tthc_analysis.reference.parameters import check_parameters
from tthc_analysis.run import prepare

ROOT = Path(__file__).parents[2]
SEED = ROOT / "tests" / "audit" / "minh-long.txt"
NOTEBOOK = ROOT / "notebooks" / "reconciliation.ipynb"


@pytest.fixture
def values(sample_register: Path) -> dict:
    values = yaml.safe_load((ROOT / "params" / "2024-Q1.yaml").read_text("utf-8"))
    return values | {"register": str(sample_register), "office": str(ROOT / "params")}


@pytest.fixture
def study(values: dict) -> Study:
    return open_study(**(values | {"document": values["document"] | {"file": str(SEED)}}))


def test_where_no_report_is_named_it_is_said_once_how_to_name_one(values: dict) -> None:
    study = open_study(**values)
    found = audit_study(study)
    said = [reconciliation.say_written(found), reconciliation.findings_table(found), reconciliation.register_table(found, study)]
    assert [Statement(text=reconciliation.NONE_NAMED), None, Statement(text=reconciliation.NOTHING_NAMED)] == said
    assert "khóa file" in reconciliation.NONE_NAMED


def test_every_figure_shown_is_the_reports_or_the_registers(study: Study) -> None:
    found = audit_study(study)
    exhibits = [reconciliation.say_written(found), reconciliation.findings_table(found), reconciliation.register_table(found, study)]
    assert [Statement, Table, Table] == [type(exhibit) for exhibit in exhibits]
    assert [] == check_exhibits([shown for exhibit in exhibits for shown in shown_in(exhibit)])


def test_the_register_stands_beside_what_the_report_says(study: Study) -> None:
    table = reconciliation.register_table(audit_study(study), study)
    assert isinstance(table, Table)
    rows = {row[2].text: (row[3].text, row[4].text) for row in table.rows}
    assert "khác sổ dữ liệu" == rows["9.794"][1]
    assert rows["9.794"][0].startswith("9.789 (")
    assert ("7.316 (nộp trực tiếp và bưu chính, mọi cách tính)", "đúng") == rows["7316"]
    numbers = {number.metric for row in table.rows for number in row[3].numbers}
    assert {"received_total", "resolved_late", "online_share.numerator"} <= numbers


def test_a_wrong_figure_of_the_register_is_no_figure_of_the_table(study: Study) -> None:
    """The ledger is not blind here: a register's figure that no result accounts for is found."""
    table = reconciliation.register_table(audit_study(study), study)
    assert isinstance(table, Table)
    rows = [row[:] for row in table.rows]
    rows[0][3] = rows[0][3].model_copy(update={"text": rows[0][3].text.replace("8.925", "8.952")})
    assert ["8.952"] == [stray.numeral for stray in check_exhibits(list(shown_in(table.model_copy(update={"rows": rows}))))]


def test_the_findings_come_the_gravest_first(study: Study) -> None:
    table = reconciliation.findings_table(audit_study(study))
    assert isinstance(table, Table)
    words = [row[0].text for row in table.rows]
    assert words == sorted(words, key=["Lỗi", "Hỏi lại", "Lưu ý"].index)
    assert "Lỗi" in words


def test_a_clean_report_has_nothing_to_look_at(study: Study) -> None:
    empty = {"name": "a.txt", "summary": "Đọc được 0 số liệu.", "findings": [], "comparisons": []}
    assert [reconciliation.NOTHING, reconciliation.NO_COMPARISON] == [
        exhibit.text for exhibit in (reconciliation.findings_table(empty), reconciliation.register_table(empty, study)) if isinstance(exhibit, Statement)
    ]


def test_the_report_is_an_input_that_the_manifest_names_and_the_plan_watches(values: dict, tmp_path: Path) -> None:
    report = tmp_path / "bao-cao.txt"
    report.write_text("BÁO CÁO quý I năm 2024\nĐã giải quyết 9 hồ sơ.\n", "utf-8")
    parameters = check_parameters(values | {"document": {"file": str(report)}})
    (order,) = prepare([parameters], None, [NOTEBOOK], ("html",), tmp_path / "outputs")
    assert str(report) in [item["path"] for item in order.facts["inputs"]]
    assert report in order.jobs[0].sources


def test_a_report_that_is_gone_stops_before_a_notebook_runs(values: dict, tmp_path: Path) -> None:
    parameters = check_parameters(values | {"document": {"file": "khong-co.docx"}})
    with pytest.raises(UserError, match=r"document\.file: không có tệp khong-co\.docx"):
        prepare([parameters], None, [NOTEBOOK], ("html",), tmp_path / "outputs")
