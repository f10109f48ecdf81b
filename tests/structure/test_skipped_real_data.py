"""Holds the rule of conftest.py: where the recorded data is, CI skips no test on it, in one process or in several."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = """import pytest

def test_without_data():
    assert True

@pytest.mark.real_data
def test_with_data():
    pytest.skip("as if it were absent")
"""


def run(folder: Path, repository: Path, workers: int, data: Path) -> subprocess.CompletedProcess[str]:
    (folder / "test_skipped.py").write_text(SKIPPED, encoding="utf-8")
    options = ("-c", str(repository / "pyproject.toml"), "--rootdir", str(folder), "-p", "no:cacheprovider")
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-p", "tests.conftest", "-n", str(workers), "test_skipped.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(repository), "PYTRADER_SHARED_DATA": str(data), "CI": "true"},
    )


@pytest.mark.parametrize("workers", [0, 2])
def test_a_skipped_test_on_data_that_is_there_fails_ci(repository: Path, tmp_path: Path, workers: int) -> None:
    answer = run(tmp_path, repository, workers, tmp_path)
    assert answer.returncode == pytest.ExitCode.TESTS_FAILED, answer.stdout + answer.stderr
    assert f"test_skipped.py::test_with_data was skipped although {tmp_path} is there" in answer.stdout


def test_where_the_data_is_absent_it_may_be_skipped(repository: Path, tmp_path: Path) -> None:
    answer = run(tmp_path, repository, 0, tmp_path / "absent")
    assert answer.returncode == pytest.ExitCode.OK, answer.stdout + answer.stderr
