"""Prints what the build system and the named dependency groups of pyproject.toml require, one requirement a line."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

CMAKE_AT_LEAST = (3, 25)


def system_cmake_suffices() -> bool:
    """Say whether the system's own CMake knows the presets that this project uses."""
    if shutil.which("cmake") is None:
        return False
    answer = subprocess.run(["cmake", "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"(\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= CMAKE_AT_LEAST


def requirements(groups: list[str]) -> list[str]:
    """List the requirements of the build, the runtime, and each named group."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    for group in groups:
        wanted += project["dependency-groups"][group]
    if not system_cmake_suffices():
        wanted.append("cmake>=3.25")
    if shutil.which("ninja") is None:
        wanted.append("ninja>=1.10")
    return list(dict.fromkeys(wanted))


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1:])))
