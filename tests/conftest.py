"""What more than one test asks for: the sample register, made once a session through the ordinary intake."""

from pathlib import Path

import pytest
from hypothesis import settings

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
