"""Fixtures shared by all tests: the folders of recorded market data, and the rule that CI skips none of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Whatever else runs on the machine: no test fails for want of time. All else is as Hypothesis has it, under CI too.
settings.register_profile("untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

REPOSITORY = Path(__file__).resolve().parents[1]


def shared_folder(name: str) -> Path:
    """Return where a shared folder stands: beside the repository, or where the environment says."""
    variable = os.environ.get(f"PYTRADER_SHARED_{name.upper()}")
    return Path(variable) if variable else REPOSITORY.parent / "shared" / name


def present_or_skip(name: str) -> Path:
    folder = shared_folder(name)
    if not folder.is_dir():
        pytest.skip(f"no folder {folder}; set PYTRADER_SHARED_{name.upper()} to where it is")
    return folder


@pytest.fixture(scope="session", autouse=True)
def interrupts_are_heard() -> Iterator[None]:
    """Hear SIGINT as in a terminal, also where the tests run in the background of a shell, which ignores it there."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recorded market data; the test is skipped where it is absent."""
    return present_or_skip("data")


@pytest.fixture(scope="session")
def shared_workloads() -> Path:
    """Workload generators with known answers; the test is skipped where they are absent."""
    return present_or_skip("workloads")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for recorded data, so that none is forgotten."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)


skipped_real_data: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "real_data" in report.keywords and not hasattr(report, "wasxfail"):
        skipped_real_data.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under CI a real-data test may be skipped only where there is no data."""
    if os.environ.get("CI") and shared_folder("data").is_dir() and skipped_real_data:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    folder = shared_folder("data")
    if os.environ.get("CI") and folder.is_dir():
        for nodeid in skipped_real_data:
            terminalreporter.write_line(f"ERROR: {nodeid} was skipped although {folder} is there", red=True)
