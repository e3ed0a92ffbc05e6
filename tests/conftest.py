"""What more than one test asks for: the sample register, made once a session through the ordinary intake; the command, run as a shell would."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import FIGURES, Ran
from hypothesis import settings

from tthc_analysis import cli
from tthc_analysis.register.intake import import_exports
from tthc_analysis.register.profiles import read_profile
from tthc_analysis.register.sample import write_sample_export

# a busy machine is no fault of the code: no test fails for having taken long
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def sample_register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of the sample register (Parquet), with its account and its rejects beside it. Read it, never write it."""
    folder = tmp_path_factory.mktemp("sample")
    register = folder / "register.parquet"
    import_exports([write_sample_export(folder)], read_profile("sample"), register)
    return register


@pytest.fixture
def tthc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command in this process, as a shell would."""

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["tthc", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Ran(code, *capsys.readouterr())

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests have recorded, wherever they ran."""
    for report in terminalreporter.stats.get("passed", []):
        for name, said in report.user_properties:
            if name == FIGURES:
                terminalreporter.write_line(said)
