"""The house keeps its shape: arrows run downwards, notebooks hold no logic, and what is written down twice says the same."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.version import Version

from tthc_analysis.audit.showing import as_markdown as checks_as_markdown
from tthc_analysis.metrics.catalogue import CATALOGUE, as_markdown
from tthc_analysis.reference.parameters import KEYS, check_parameters

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tthc_analysis"
BELOW = {
    "reference": set(),
    "register": {"reference"},
    "metrics": {"reference", "register"},
    "exhibits": {"reference", "register", "metrics"},
    "press": {"reference", "exhibits"},
    "audit": {"reference", "metrics"},
}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOGIC = re.compile(
    r"^\s*(?:def|class|for|while|try|with|async|if)\b|\blambda\b|\.(?:groupby|merge|apply|pivot|pivot_table|agg)\(|\b(?:pd|np|plt|sns)\.", re.MULTILINE
)
README = (ROOT / "README.md").read_text("utf-8")


def imported_rooms(path: Path) -> set[str]:
    """Rooms of the package that a module imports, wherever in its body."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path}: a relative import hides where it goes"
        found |= {name.split(".")[1] for name in names if name.startswith("tthc_analysis.")}
    return found & set(BELOW)


@pytest.mark.parametrize("room", sorted(BELOW))
def test_a_room_imports_only_what_lies_below_it(room: str) -> None:
    modules = sorted((PACKAGE / room).rglob("*.py"))
    assert modules, f"the room {room} is gone: this test must know"
    upwards = {str(path.relative_to(ROOT)): above for path in modules if (above := imported_rooms(path) - BELOW[room] - {room})}
    assert not upwards


def test_every_room_is_known_here() -> None:
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(BELOW)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [path for path in PACKAGE.rglob("*.py") if path.stem in {"utils", "util", "helpers", "helper", "common", "misc"}]


def test_nothing_looks_at_the_clock() -> None:
    clocks = re.compile(r"\b(?:today|now|utcnow)\(\)|\btime\.time\(")
    assert not [path for path in PACKAGE.rglob("*.py") if clocks.search(path.read_text("utf-8"))]


def code_cells(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_talks_and_does_not_think(path: Path) -> None:
    parameters, *cells = code_cells(path)
    assert not [cell for cell in cells if LOGIC.search(cell)]
    assert not [cell for cell in cells if len(cell.splitlines()) > 8]
    bound = [name.id for cell in (parameters, *cells) for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Assign) for name in node.targets]
    assert len(set(bound)) == len(bound), "each name is bound once"
    imports = [node.module for cell in cells for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.ImportFrom)]
    assert all(module.startswith("tthc_analysis.") for module in imports)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebooks_parameters_are_the_models(path: Path) -> None:
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.metadata["tags"] == ["parameters"]
    values = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(first.source).body if isinstance(node, ast.Assign)}
    assert list(values) == KEYS
    from_file = yaml.safe_load((ROOT / "params" / "2024-Q1.yaml").read_text("utf-8"))
    assert check_parameters(from_file) == check_parameters(values)


def pins(lock: Path) -> dict[str, list[tuple[str, str | None]]]:
    """Versions that a lock pins, with their markers."""
    found: dict[str, list[tuple[str, str | None]]] = {}
    for match in re.finditer(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)(?: ; ([^\\\n]+))?", lock.read_text("utf-8"), re.MULTILINE):
        found.setdefault(match[1].lower(), []).append((match[2], match[3]))
    return found


def locked(name: str, python: str = "3.11") -> str:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    fitting = [version for version, marker in pins(ROOT / "requirements.lock")[name.lower()] if not marker or Marker(marker.strip()).evaluate(environment)]
    assert len(fitting) == 1, name
    return fitting[0]


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WANTED = {Requirement(text).name.lower(): Requirement(text) for text in PROJECT["dependencies"]}


def test_environment_yml_is_pyproject_and_the_lock() -> None:
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    python = next(item for item in conda if isinstance(item, str) and item.startswith("python=")).removeprefix("python=")
    assert Version(python) in Requirement(f"python{PROJECT['requires-python']}").specifier
    *listed, package = conda[-1]["pip"]
    assert package == "--editable ."
    assert listed == [f"{name}=={locked(name, python)}" for name in sorted(WANTED)]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_the_lock_holds_what_pyproject_asks_for(python: str) -> None:
    assert not [name for name, wanted in WANTED.items() if Version(locked(name, python)) not in wanted.specifier]


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/requirements.lock"])
def test_a_lock_has_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "no option, and so no index"
    assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\S)", text.strip()))


def test_docs_metrics_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == as_markdown(), "run `make docs`"


def test_docs_checks_are_the_audits() -> None:
    assert (ROOT / "docs" / "checks.md").read_text("utf-8") == checks_as_markdown(), "run `make docs`"


def test_every_metric_of_the_catalogue_has_words_and_a_source() -> None:
    assert not [
        m.name for m in CATALOGUE.values() if not (m.label and m.source and (m.numerator_words or m.statistic) and (m.denominator_words or not m.denominator))
    ]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_the_readmes_make_commands_exist() -> None:
    named = set(re.findall(r"^make ([a-z]+)|`make ([a-z]+)", README, re.MULTILINE))
    assert {first or second for first, second in named} <= make_targets()
    assert {"report", "test"} <= make_targets()


def test_the_readmes_links_lead_somewhere() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def readme_commands() -> list[str]:
    """The tthc commands of the README's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip().startswith("tthc ")]


def test_the_readme_shows_the_commands() -> None:
    assert {"sample", "import", "measure", "report", "batch", "verify", "fill", "audit", "new-period", "lab"} == {
        command.split()[1] for command in readme_commands()
    }


def test_ci_runs_the_readmes_test_command_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci" / "run").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "${BASH_SOURCE[0]}")/.."', "make test"]


def project_files() -> list[Path]:
    """What git tracks; in a copy without git, what lies in the folders of the project."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    folders = ("tthc_analysis", "notebooks", "params", "tests", "docs")
    return [ROOT / name for name in tracked] or [path for folder in folders for path in (ROOT / folder).rglob("*.*") if path.suffix not in {".pyc", ".png"}]


def test_no_file_names_a_machine() -> None:
    stray = re.compile(r"https?://[\w.-]+/(?:simple|packages)/|(?<![\w.{/])/(?:home|root|tmp|Users)/\w")
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in project_files()}
    assert texts
    assert not [path for path, text in texts.items() if stray.search(text) and path != Path(__file__)]
