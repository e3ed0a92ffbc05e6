"""A register on a real Spark session: the same results, to the last digit, and the same documents as from the file."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from batches import ROOT, make_project

from tthc_analysis.errors import UserError
from tthc_analysis.metrics.catalogue import CATALOGUE
from tthc_analysis.metrics.study import measure_study, open_study
from tthc_analysis.press.pool import CAN_FORK

sql = pytest.importorskip("pyspark.sql", reason="chưa cài PySpark")
pytestmark = pytest.mark.skipif(shutil.which("java") is None and "CI" not in os.environ, reason="chưa cài Java")
ASKED: dict[str, Any] = {"period": "2024-Q1", "as_of": "2024-03-15", "unit": "huyen-minh-long", "policy": "report-2024", "history": 2}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A local session of two threads, as an analyst's notebook begins one."""
    place = tmp_path_factory.mktemp("spark")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.sql.shuffle.partitions", "2").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.warehouse.dir", str(place)).config("spark.driver.bindAddress", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def table(session: Any, sample_register: Path) -> str:
    """The sample register as a table of the running session."""
    session.read.parquet(str(sample_register)).createOrReplaceTempView("so_ho_so")
    return "spark:so_ho_so"


@pytest.mark.parametrize("by", [[], ["unit"], ["field", "channel"]], ids=["whole", "by unit", "by field and channel"])
def test_every_metric_is_the_same_to_the_last_digit(table: str, sample_register: Path, by: list[str]) -> None:
    here, there = (open_study(**ASKED, register=name) for name in (str(sample_register), table))
    expected, found = (measure_study(study, list(CATALOGUE), study.history, by=by) for study in (here, there))
    medians = expected[expected["metric"] == "processing_days_median"]
    assert medians["value"].notna().any(), "quantiles are among them"
    pd.testing.assert_frame_equal(expected, found, check_exact=True)


def test_parquet_files_are_read_as_they_lie(session: Any, sample_register: Path) -> None:
    assert session
    study = open_study(**ASKED, register=f"spark:{sample_register}")
    assert (open_study(**ASKED, register=str(sample_register)).dossier_count, "") == (
        study.dossier_count,
        study.register.removeprefix(f"spark:{sample_register}"),
    )


def test_a_table_that_is_not_there_is_said_with_the_cure(session: Any) -> None:
    assert session
    with pytest.raises(UserError, match="Không mở được sổ dữ liệu spark:khong_co trên Spark"):
        open_study(**ASKED, register="spark:khong_co")


def test_a_table_that_is_no_register_is_said(session: Any) -> None:
    session.range(3).createOrReplaceTempView("bang_khac")
    with pytest.raises(UserError, match="dossier_id"):
        open_study(**ASKED, register="spark:bang_khac")


def test_without_pyspark_it_is_said_what_to_install() -> None:
    code = "import sys; sys.modules['pyspark'] = sys.modules['pyspark.sql'] = sys.modules['pyspark.errors'] = None; from tthc_analysis.cli import main; main()"
    command = [sys.executable, "-c", code, "measure", "--period", "2024-Q1", "--register", "spark:so_ho_so"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (2, 0) == (ran.returncode, ran.stderr.count("Traceback")), ran.stderr
    assert "pip install 'tthc_analysis[spark]'" in ran.stderr


@pytest.mark.skipif(not CAN_FORK, reason="nền tảng này không có fork")
def test_the_documents_are_the_same(sample_register: Path, tmp_path: Path) -> None:
    """`tthc report`, from the file and from Spark."""
    project = make_project(tmp_path / "project", sample_register, {}, periods=("2024-Q1",))
    shutil.copy(ROOT / "notebooks" / "summary.ipynb", project / "notebooks")
    text = (project / "params" / "2024-Q1.yaml").read_text("utf-8").replace("history: 13", "history: 3")
    for name, register in (("here", "data/register.parquet"), ("there", f"spark:{project}/data/register.parquet")):
        (project / "params" / "2024-Q1.yaml").write_text(text.replace("data/register.parquet", register), "utf-8")
        command = [sys.executable, "-m", "tthc_analysis", "report", "params/2024-Q1.yaml", "--out", name]
        ran = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
        assert 0 == ran.returncode, ran.stderr
    folders = [project / name / "2024-Q1" / "huyen-minh-long" for name in ("here", "there")]
    kinds = ("html", "pdf", "docx")
    assert [] == [kind for kind in kinds if len({(folder / f"summary.{kind}").read_bytes() for folder in folders}) > 1]
    assert 1 == len({(folder / "results.csv").read_bytes() for folder in folders})
