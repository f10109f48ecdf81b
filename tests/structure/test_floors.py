"""Holds every file to its floor: C++ includes, Cython cimports and Python imports lead downwards only."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.sources import CPP, CYTHON, ROOT, name_of, sources

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))
SIDEWAYS = {(step["from"], step["to"]) for step in FLOORS["sideways"]}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
EXTERN = re.compile(r'\bcdef\s+extern\s+from\s+"([^"]+)"')
CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import\b|c?import\s+([\w.]+))", re.MULTILINE)


def step_is_legal(side: str, source: str, target: str) -> bool:
    """Say whether a file of one folder may import from another."""
    floors = FLOORS[side]
    if source == target or floors[target] < floors[source]:
        return True
    return (f"{side}.{source}", f"{side}.{target}") in SIDEWAYS


def core_steps() -> Iterator[tuple[str, str, str]]:
    """Yield file, its folder and the folder of each include in the C++ core."""
    for path in sources(*CPP):
        name = name_of(path)
        if not name.startswith("src/core/"):
            continue
        folder = name.split("/")[2]
        for included in INCLUDE.findall(path.read_text(encoding="utf-8")):
            if "/" in included:
                yield name, folder, included.split("/")[0]


def imported_modules(tree: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    """Yield the dotted names that a Python file imports, relative ones resolved."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            if module == "pytrader":
                yield from (f"pytrader.{alias.name}" for alias in node.names)
            else:
                yield module


def package_steps() -> Iterator[tuple[str, str, str]]:
    """Yield file, its top-level part and the part of each import in the Python package."""
    for path in sources(".py", ".pyi"):
        relative = Path(name_of(path))
        if relative.parts[:2] != ("src", "pytrader") or name_of(path) == "src/pytrader/__init__.py":
            continue
        part = Path(relative.parts[2]).stem
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for module in imported_modules(tree, relative.parts[1:-1]):
            if module == "pytrader" or module.startswith("pytrader."):
                yield str(relative), part, [*module.split("."), "__init__"][1]


def cython_package_steps() -> Iterator[tuple[str, str, str]]:
    for path in sources(*CYTHON):
        part = path.stem if path.stem in FLOORS["package"] else "_strategy"
        for first, second in CIMPORT.findall(path.read_text(encoding="utf-8")):
            module = first or second
            target = module.split(".")[1] if module.startswith("pytrader.") else part
            # A .pxd without a module of its own only declares C++ names; the include rule sees to those.
            if target in FLOORS["package"] or not path.with_name(f"{target}.pxd").is_file():
                yield name_of(path), part, target


def violations(side: str, steps: Iterator[tuple[str, str, str]]) -> list[str]:
    floors = FLOORS[side]
    wrong = []
    for name, source, target in steps:
        if source not in floors or target not in floors:
            wrong.append(f"{name}: {source} -> {target}: no floor is given for it in floors.toml")
        elif not step_is_legal(side, source, target):
            wrong.append(f"{name} (floor {floors[source]}) imports from {target} (floor {floors[target]})")
    return wrong


def test_core_includes_lead_downwards() -> None:
    assert violations("core", core_steps()) == []


def test_core_knows_nothing_of_python() -> None:
    offenders = []
    for path in sources(*CPP):
        name = name_of(path)
        if not name.startswith("src/core/") or name.startswith("src/core/bindings/"):
            continue
        if re.search(r"#\s*include\s*<(Python\.h|pybind11/|numpy/)", path.read_text(encoding="utf-8")):
            offenders.append(name)
    assert offenders == []


def test_package_imports_lead_downwards() -> None:
    assert violations("package", package_steps()) == []


def test_cython_imports_lead_downwards() -> None:
    assert violations("package", cython_package_steps()) == []


def test_cython_binds_floors_that_exist() -> None:
    folders = {
        included.split("/")[0]
        for path in sources(*CYTHON)
        for included in EXTERN.findall(path.read_text(encoding="utf-8"))
        if "/" in included and not included.startswith("numpy/")
    }
    assert folders <= set(FLOORS["core"])


def test_every_folder_has_a_floor() -> None:
    core = {path.name for path in (ROOT / "src/core").iterdir() if path.is_dir()}
    package = {path.stem for path in (ROOT / "src/pytrader").iterdir() if path.suffix in ("", ".py", ".pyi")}
    assert core <= set(FLOORS["core"])
    assert package - {"__init__", "__pycache__", "py"} <= set(FLOORS["package"])


@pytest.mark.parametrize(
    ("side", "source", "target", "legal"),
    [
        ("core", "book", "model", True),
        ("core", "model", "book", False),
        ("core", "risk", "ledger", False),
        ("core", "journal", "kernel", False),
        ("package", "data", "model", True),
        ("package", "data", "backtest", False),
        ("package", "errors", "data", False),
    ],
)
def test_the_rule_tells_right_from_wrong(side: str, source: str, target: str, legal: bool) -> None:
    assert step_is_legal(side, source, target) is legal
