"""Holds the stubs of the compiled modules to the modules themselves."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

MODULES = ("pytrader._values", "pytrader._core", "pytrader._strategy", "pytrader._matching")


def test_stubs_match_compiled_modules(repository: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", *MODULES, "--mypy-config-file", str(repository / "pyproject.toml")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(repository / "src")},
    )
    # Nothing is wrong, for stubtest, with a stub and a module that are both missing.
    for module in MODULES:
        assert importlib.import_module(module).__file__ is not None
        assert (repository / "src" / f"{module.replace('.', '/')}.pyi").is_file()
    assert answer.returncode == 0, answer.stdout + answer.stderr
