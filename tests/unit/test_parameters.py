"""Parameters: the typed keys of `params/*.yaml` and of every notebook's parameters cell; what is wrong is said before a kernel starts."""

import ast
from datetime import date, datetime
from pathlib import Path

import nbformat
import pytest

from tthc_analysis.errors import UserError
from tthc_analysis.reference.parameters import DOCUMENT_KEYS, KEYS, Parameters, check_parameters, read_parameters

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
GOOD = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "huyen-minh-long", "register": "data/register.parquet", "policy": "report-2024", "history": 13}
YAML = "period: 2024-Q1\nas_of: 2024-03-15\nunit: huyen-minh-long\nregister: data/register.parquet\npolicy: report-2024\nhistory: 13\n"
MISTYPED = [
    ("perriod", "period"),
    ("Period", "period"),
    ("asof", "as_of"),
    ("units", "unit"),
    ("registers", "register"),
    ("histroy", "history"),
    ("calender", "calendar"),
]
WRONG = [
    ("as_of", ["15/3/2024", "2024-02-30", "2024-13-01", "", "nay", None, True, [], {}, 1.5, 20240315, datetime(2024, 3, 15, 10), "2024-03-15 10:00"]),
    ("history", [0, -1, 61, 13.5, "mười ba", "", None, [13], {}]),
    ("period", [None, [], {}, True, 2024.5, date(2024, 3, 1), "", "2024-Q5", "quý I"]),
    ("unit", [None, [], ["xa-long-mai"], {}, True]),
    ("register", [None, [], {}, True]),
    ("policy", [None, [], {}, True, "", "report", 2024]),
    ("calendar", [None, [], {}, True]),
    ("document", ["UBND huyện", [], 5, True]),
]
WRONG_DOCUMENT = [
    ("date", ["18/3/2024", "2024-02-30", 5, [], datetime(2024, 3, 18, 10)]),
    ("period", ["quý I", "2024-Q5", []]),
    ("issuer", [[], {}]),
    ("number", [[], {}]),
]


def cases(table):
    return [(key, value) for key, values in table for value in values]


@pytest.fixture
def params_file(tmp_path: Path):
    def write(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "2024-Q1.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


def parameters_cell(notebook: Path) -> dict[str, object]:
    """The names bound in the cell that papermill replaces, and their values."""
    cells = [cell.source for cell in nbformat.read(notebook, as_version=4).cells if "parameters" in cell.metadata.get("tags", [])]
    (source,) = cells
    return {target.id: ast.literal_eval(line.value) for line in ast.parse(source).body for target in line.targets}


def test_good_values_become_typed():
    parameters = check_parameters(GOOD)
    assert [date(2024, 3, 15), 13, "VN", None] == [parameters.as_of, parameters.history, parameters.calendar, parameters.document.issuer]
    assert date(2023, 12, 15) == parameters.reporting_period.start


@pytest.mark.parametrize(
    ("key", "written", "read"),
    [
        ("period", 2024, "2024"),
        ("period", " 2024-Q1 ", "2024-Q1"),
        ("history", "13", 13),
        ("as_of", date(2024, 3, 15), date(2024, 3, 15)),
        ("register", 5, "5"),
    ],
)
def test_a_value_may_be_written_as_yaml_reads_it(key, written, read):
    assert read == check_parameters(GOOD | {key: written}).model_dump(by_alias=True)[key]


@pytest.mark.parametrize("history", [1, 60])
def test_history_may_be_its_least_and_its_most(history):
    assert history == check_parameters(GOOD | {"history": history}).history


@pytest.mark.parametrize(("typed", "meant"), MISTYPED)
def test_a_mistyped_key_is_refused_with_the_right_one(typed, meant):
    values = {key: value for key, value in GOOD.items() if key != meant} | {typed: GOOD.get(meant, "VN")}
    with pytest.raises(UserError, match=f'Không có tham số "{typed}". Có phải ý bạn là "{meant}"'):
        check_parameters(values)


def test_a_mistyped_key_is_not_also_said_to_be_missing():
    with pytest.raises(UserError) as raised:
        check_parameters({key: value for key, value in GOOD.items() if key != "period"} | {"perriod": "2024-Q1"})
    assert "Thiếu" not in str(raised.value)


def test_an_unlike_key_is_refused_with_every_key():
    with pytest.raises(UserError, match=f"Các giá trị dùng được: {', '.join(KEYS)}"):
        check_parameters(GOOD | {"màu": "xanh"})


@pytest.mark.parametrize("field_name", ["register_path", "reporting_period", "model_config"])
def test_a_name_of_the_code_is_not_a_key(field_name):
    with pytest.raises(UserError, match=f'Không có tham số "{field_name}"'):
        check_parameters(GOOD | {field_name: "x"})


@pytest.mark.parametrize("key", ["period", "as_of", "register", "policy", "history"])
def test_a_missing_key_is_named(key):
    with pytest.raises(UserError, match=f'Thiếu tham số "{key}"'):
        check_parameters({name: value for name, value in GOOD.items() if name != key})


def test_everything_wrong_is_said_at_once():
    with pytest.raises(UserError) as raised:
        check_parameters({"perriod": "2024-Q1", "as_of": "nay", "policy": "report-2024", "history": 0})
    said = [f'"{key}"' in str(raised.value) for key in ("perriod", "as_of", "register", "history", "policy", "unit")]
    assert [*[True] * 4, *[False] * 2] == said


@pytest.mark.parametrize(("key", "value"), cases(WRONG), ids=repr)
def test_a_wrong_value_is_refused_in_one_paragraph(key, value):
    with pytest.raises(UserError) as raised:
        check_parameters(GOOD | {key: value}, "params/x.yaml")
    assert str(raised.value).startswith("params/x.yaml: ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("history", True),
        ("as_of", 1710460800),
        ("as_of", "1710460800"),
        ("as_of", 1710460800.0),
    ],
)
def test_a_value_that_only_looks_like_one_is_refused(key, value):
    with pytest.raises(UserError):
        check_parameters(GOOD | {key: value})


@pytest.mark.parametrize(("as_of", "begun"), [("2023-12-14", False), ("2023-12-15", True), ("2024-03-14", True), ("2025-01-01", True)])
def test_a_period_that_has_not_begun_on_as_of_is_refused(as_of, begun):
    values = GOOD | {"as_of": as_of}
    if begun:
        assert date.fromisoformat(as_of) == check_parameters(values).as_of
    else:
        with pytest.raises(UserError, match=r"as_of\) 14/12/2023 trước ngày đầu của kỳ 2024-Q1 \(15/12/2023\)"):
            check_parameters(values)


@pytest.mark.parametrize(
    ("key", "written", "read"),
    [
        ("date", date(2024, 3, 18), "2024-03-18"),
        ("date", "2024-03-18", "2024-03-18"),
        ("number", "12/BC-UBND", "12/BC-UBND"),
        ("issuer", "UBND huyện Minh Long", "UBND huyện Minh Long"),
        ("period", "2021-01-01..2024-03-15", "2021-01-01..2024-03-15"),
        *((key, None, None) for key in DOCUMENT_KEYS),
    ],
)
def test_the_documents_keys_are_read_and_may_be_empty(key, written, read):
    assert read == getattr(check_parameters(GOOD | {"document": {key: written}}).document, key)


@pytest.mark.parametrize(("key", "value"), cases(WRONG_DOCUMENT), ids=repr)
def test_a_wrong_value_of_the_document_is_refused(key, value):
    with pytest.raises(UserError):
        check_parameters(GOOD | {"document": {key: value}})


def test_a_mistyped_key_of_the_document_is_refused_with_the_right_one():
    with pytest.raises(UserError, match=r'Không có tham số "document\.isuer"\. Có phải ý bạn là "issuer"'):
        check_parameters(GOOD | {"document": {"isuer": "UBND huyện"}})


@pytest.mark.parametrize(("key", "written", "read"), [("number", 45, "45"), ("period", 2024, "2024")])
def test_a_number_in_the_document_is_its_text(key, written, read):
    assert read == getattr(check_parameters(GOOD | {"document": {key: written}}).document, key)


def test_an_empty_document_is_one_that_is_not_yet_given():
    assert check_parameters(GOOD) == check_parameters(GOOD | {"document": None})


def test_parameters_go_through_a_notebooks_cell_unchanged():
    parameters = check_parameters(GOOD | {"document": {"issuer": "UBND huyện", "date": "2024-03-18"}, "calendar": "weekdays"})
    assert parameters == check_parameters(parameters.as_notebook_parameters())
    assert [*KEYS] == list(parameters.as_notebook_parameters())


def test_checked_parameters_cannot_be_changed():
    parameters = check_parameters(GOOD)
    with pytest.raises(ValueError, match="frozen"):
        parameters.history = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (YAML, "utf-8"),
        (YAML, "utf-8-sig"),
        (YAML.replace("\n", "\r\n"), "utf-8"),
        (YAML.replace("2024-03-15", '"2024-03-15"'), "utf-8"),
        (f"# Tham số Quý I\n\n{YAML}", "utf-8"),
        (YAML.replace(" huyen-minh-long", "  huyen-minh-long   # ghi chú"), "utf-8"),
        ("{" + YAML.strip().replace("\n", ", ") + "}", "utf-8"),
    ],
    ids=["plain", "BOM", "CRLF", "quoted date", "comments", "comment on a line", "one line"],
)
def test_a_file_is_read_however_an_editor_saved_it(params_file, content, encoding):
    assert check_parameters(GOOD) == read_parameters(params_file(content, encoding))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "# không có gì\n",
        "- period\n- as_of\n",
        "2024-Q1\n",
        YAML + "\tunit: x\n",
        YAML.replace("period: ", "period:\t"),
        YAML + "document: a: b\n",
        YAML + "---\n" + YAML,
        YAML + "\0",
        YAML + "document: !!python/object/apply:os.getcwd []\n",
        YAML + "document: *khong_co\n",
        YAML.encode("utf-16"),
        b"\xff\xfe\x00\x01",
        b"PK\x03\x04 not a text",
        "# caf\u00e9 \n".encode("latin-1") + YAML.encode(),
    ],
    ids=[
        "empty",
        "comment",
        "list",
        "text",
        "tab",
        "tab after colon",
        "two colons",
        "two documents",
        "NUL",
        "python tag",
        "alias",
        "utf-16",
        "bytes",
        "zip",
        "latin-1",
    ],
)
def test_a_file_that_is_not_keys_and_values_is_refused_with_its_name(params_file, content):
    path = params_file(content)
    with pytest.raises(UserError) as raised:
        read_parameters(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("line", ["as_of: 2024-02-30", "as_of: 2024-13-01", "document: {date: 2024-02-30}"])
def test_a_date_that_does_not_exist_is_refused_unquoted_too(params_file, line):
    with pytest.raises(UserError):
        read_parameters(params_file(YAML.replace("as_of: 2024-03-15", line)))


@pytest.mark.parametrize("line", ["history: 5", "document: {issuer: a, issuer: b}", "document:\n  number: 1\n  number: 2"])
def test_a_key_given_twice_is_refused_with_its_line(params_file, line):
    with pytest.raises(UserError, match=r"dòng \d+\): khóa \"\w+\" ghi hai lần"):
        read_parameters(params_file(f"{YAML}{line}\n"))


@pytest.mark.parametrize(("line", "said"), [("history: 013", 13), ("document: {number: 012}", "012"), ("document: {number: 12:30}", "12:30")])
def test_a_number_is_the_one_that_is_written(params_file, line, said):
    parameters = read_parameters(params_file(YAML.replace("history: 13", line) if line.startswith("history") else f"{YAML}{line}\n"))
    assert said in (parameters.history, parameters.document.number)


def test_a_missing_file_is_refused_with_those_beside_it(tmp_path, params_file):
    beside = params_file(YAML)
    with pytest.raises(UserError, match="Các tệp có sẵn: ") as raised:
        read_parameters(tmp_path / "2024-Q2.yaml")
    assert str(beside) in str(raised.value)


@pytest.mark.parametrize("name", ["khong-co.yaml", "khong/co.yaml", "x" * 60 + ".yaml"])
def test_what_is_no_file_is_refused(tmp_path, name):
    with pytest.raises(UserError, match="Không có tệp tham số"):
        read_parameters(tmp_path / name)


@pytest.mark.parametrize("path", sorted((ROOT / "params").glob("*.yaml")), ids=lambda path: path.name)
def test_the_repositorys_parameters_read_and_carry_their_files_name(path):
    assert path.stem == read_parameters(path).period


def test_the_repository_has_the_parameters_of_the_first_quarter_of_2024():
    parameters = read_parameters(ROOT / "params" / "2024-Q1.yaml")
    assert [date(2024, 3, 15), "huyen-minh-long", "2021-01-01..2024-03-15"] == [parameters.as_of, parameters.unit, parameters.document.period]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_parameters_cell_has_exactly_the_keys_of_the_model(notebook):
    assert [*KEYS] == list(parameters_cell(notebook))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_own_values_check_out(notebook):
    assert isinstance(check_parameters(parameters_cell(notebook), notebook.name), Parameters)


def test_there_are_notebooks():
    assert {"digitization_gaps", "online_share", "processing_time"} <= {path.stem for path in NOTEBOOKS}
