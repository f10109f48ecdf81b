"""Looks at the package as it is installed: what is in it, what it needs, and that it is typed."""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

SIZE_MAX = 12 * 1024 * 1024


def installed_files() -> list[PurePosixPath]:
    files = distribution("pytrader").files
    assert files is not None
    return [PurePosixPath(file.as_posix()) for file in files]


def test_package_is_installed_and_not_linked_to_the_checkout(repository: Path) -> None:
    import pytrader

    assert not Path(pytrader.__file__).is_relative_to(repository / "src")


def test_every_compiled_module_has_a_stub() -> None:
    names = [file.name for file in installed_files() if file.parent.name == "pytrader"]
    compiled = {name.split(".")[0] for name in names if name.endswith(".so")}
    assert compiled == {"_core", "_values", "_strategy", "_matching"}
    assert compiled <= {name.removesuffix(".pyi") for name in names if name.endswith(".pyi")}
    assert "py.typed" in names


def test_no_sources_of_the_core_are_installed() -> None:
    assert [file for file in installed_files() if file.suffix in (".pyx", ".pxi", ".hpp", ".cpp", ".a")] == []


def test_example_of_the_demo_is_installed() -> None:
    assert "pytrader/examples/market_maker.py" in [file.as_posix() for file in installed_files()]


def test_installed_package_is_small() -> None:
    sizes = [
        Path(str(file.locate())).stat().st_size for file in distribution("pytrader").files or [] if file.suffix == ".so"
    ]
    assert 0 < sum(sizes) <= SIZE_MAX


def test_version_is_the_same_everywhere(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cmake = (repository / "CMakeLists.txt").read_text(encoding="utf-8")
    changelog = (repository / "CHANGELOG.md").read_text(encoding="utf-8")
    assert distribution("pytrader").version == project["version"]
    assert f"project(pytrader VERSION {project['version']} " in cmake
    assert f"## {project['version']}" in changelog


def test_runtime_needs_no_more_than_numpy_and_the_command_line(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {need.split(">")[0] for need in project["dependencies"]} == {"numpy", "click", "rich"}
