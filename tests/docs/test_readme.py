"""The README's commands run as they are written."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from docx import Document

from tthc_analysis.register.sample import write_sample_export

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
# `report` and `lab` start kernels and a server: tests/documents runs both for real
COMMANDS = [line.strip() for block in BLOCKS for line in block.splitlines() if re.match(r"\s*tthc (?!report|lab)", line)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as a user has it, with the export and the template that the README speaks of; the profile is the draft that its command prints."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("notebooks", "params"):
        shutil.copytree(ROOT / name, folder / name)
    write_sample_export(folder).rename(folder / "tep-xuat.xlsx")
    template = Document()
    template.add_paragraph("Tổng số hồ sơ tiếp nhận: {{ tong_tiep_nhan }}. {{ cau_so_hoa }}")
    template.save(str(folder / "mau-bao-cao.docx"))
    report = Document()
    report.add_paragraph("UBND huyện Minh Long: từ ngày 01/01/2021 đến ngày 15/3/2024 tiếp nhận mới 9.924 hồ sơ, trong đó trực tuyến 2.608 hồ sơ.")
    report.save(str(folder / "bao-cao.docx"))
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(project: Path, command: str) -> None:
    program, *arguments = shlex.split(command)
    assert program == "tthc"
    arguments, redirected = (arguments[:-2], arguments[-1:]) if arguments[-2:-1] == [">"] else (arguments, [])
    run = subprocess.run([sys.executable, "-m", "tthc_analysis.cli", *arguments], cwd=project, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout
    if redirected:
        (project / redirected[0]).write_text(run.stdout, "utf-8")


def test_the_readme_leads_from_an_export_to_a_register_and_a_new_quarter(project: Path) -> None:
    assert (project / "data" / "register.parquet").is_file()
    assert "period: 2024-Q2" in (project / "params" / "2024-Q2.yaml").read_text("utf-8")
