"""Runs the command line as a user does, and generates one small market for all of its tests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def run_pytrader(*arguments: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytrader", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `pytrader` with these arguments in an empty folder."""

    def in_empty_folder(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_pytrader(*arguments, folder=tmp_path, **environment)

    return in_empty_folder


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated market of twenty thousand events."""
    folder = tmp_path_factory.mktemp("generated")
    done = run_pytrader("generate", "market", "--seed", "7", "--events", "20000", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder / "market"


BUYER = '''"""Buys once, as soon as somebody offers."""

from pytrader import Strategy


class Buyer(Strategy):
    size: int = 1

    def on_start(self):
        self.bought = False

    def on_quote(self, quote):
        if not self.bought and quote.ask_lots:
            self.buy(self.size)
            self.bought = True
'''


@pytest.fixture
def buyer(tmp_path: Path) -> Path:
    """A file with one strategy that buys once."""
    path = tmp_path / "buyer.py"
    path.write_text(BUYER, encoding="utf-8")
    return path
