"""Keeps the house tidy: short files and functions, a first line with a purpose, no floats in the core."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.structure.sources import (
    CPP,
    CYTHON,
    PYTHON,
    ROOT,
    bare_cpp,
    cpp_functions,
    cython_functions,
    name_of,
    sources,
)

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
EXACT_FOLDERS = (
    *("decimal", "model", "book", "feeds", "matching", "risk", "emulator", "execution", "ledger", "journal", "kernel"),
)
EXCEPTIONS = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text(encoding="utf-8"))
LEFT_BEHIND = re.compile(r"\b(TO[D]O|FIX[M]E|HAC[K]|NotImplemented[E]rror)\b|\bfor no[w]\b")
BANNER = re.compile(r"^\s*(//|#)\s*[-=*#~]{4,}")
BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "misc"}
CHECKING_CALL = re.compile(r"^_?(assert|check|expect|require|verify|raises|warns|fail|run_state_machine)")


def judged(rule: str, broken: dict[str, str]) -> list[str]:
    """Take the reasoned exceptions of a rule out of what breaks it, and report exceptions that are no longer needed."""
    excused = {entry["name"]: entry["reason"] for entry in EXCEPTIONS.get(rule, [])}
    complaints = [text for name, text in broken.items() if name not in excused]
    return complaints + [f"{name}: needs no exception from {rule} any more" for name in excused if name not in broken]


def length_without_docstring(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines; what it says of itself is as long as it needs to be."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None and first.end_lineno is not None:
        lines -= first.end_lineno - first.lineno + 1
    return lines


def functions() -> Iterator[tuple[str, int]]:
    """Yield file::function and its length for every source file."""
    for path in sources(*CPP):
        for function in cpp_functions(path.read_text(encoding="utf-8")):
            yield f"{name_of(path)}::{function.name}", function.length
    for path in sources(".pyx", ".pxi"):
        for function in cython_functions(path.read_text(encoding="utf-8")):
            yield f"{name_of(path)}::{function.name}", function.length
    for path in sources(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name_of(path)}::{node.name}", length_without_docstring(node)


def test_files_are_short() -> None:
    broken = {}
    for path in sources(*CPP, *CYTHON, *PYTHON):
        lines = path.read_text(encoding="utf-8").count("\n")
        if lines > FILE_LINES_MAX and path.suffix != ".pyi":
            broken[name_of(path)] = f"{name_of(path)}: {lines} lines; a file has at most {FILE_LINES_MAX}"
    assert judged("file_length", broken) == []


def test_functions_fit_a_screen() -> None:
    broken = {
        name: f"{name}: {length} lines; a function has at most {FUNCTION_LINES_MAX}"
        for name, length in functions()
        if length > FUNCTION_LINES_MAX
    }
    assert judged("function_length", broken) == []


def test_first_line_says_what_the_file_is_for() -> None:
    broken = {}
    for path in sources(*CPP, *CYTHON, *PYTHON, ".cmake"):
        line = path.read_text(encoding="utf-8").split("\n", 1)[0]
        opening = {".hpp": "// ", ".cpp": "// ", ".cmake": "# "}.get(path.suffix, '"""')
        if path.suffix in CYTHON and line.startswith("# ") and not line.startswith("# cython:"):
            opening = "# "
        sentence = line.removeprefix(opening).removesuffix('"""').rstrip()
        if not line.startswith(opening) or len(sentence.split()) < 3 or not sentence.endswith("."):
            broken[name_of(path)] = f"{name_of(path)}: first line is no sentence that says what it is for: {line!r}"
    assert judged("first_line", broken) == []


def test_no_float_on_the_exact_floors() -> None:
    broken = {}
    for path in sources(*CPP):
        parts = Path(name_of(path)).parts
        if parts[:2] != ("src", "core") or parts[2] not in EXACT_FOLDERS:
            continue
        for number, line in enumerate(bare_cpp(path.read_text(encoding="utf-8")).split("\n"), start=1):
            if re.search(r"\b(float|double)\b", line):
                broken.setdefault(name_of(path), f"{name_of(path)}:{number}: {line.strip()}")
    assert judged("float", broken) == []


def test_nothing_is_left_behind() -> None:
    found = []
    for path in sources(*CPP, *CYTHON, *PYTHON, ".cmake", ".toml"):
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if LEFT_BEHIND.search(line) or BANNER.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()}")
    assert found == []


def test_names_say_what_is_inside() -> None:
    named = [name_of(path) for path in sources(*CPP, *CYTHON, *PYTHON)]
    assert [name for name in named if BANNED_NAMES & {Path(part).stem for part in Path(name).parts}] == []


def test_no_exception_is_swallowed() -> None:
    swallowed = []
    for path in sources(".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ExceptHandler) or not all(isinstance(line, ast.Pass) for line in node.body):
                continue
            caught = ast.unparse(node.type) if node.type else "everything"
            if caught in ("everything", "Exception", "BaseException"):
                swallowed.append(f"{name_of(path)}:{node.lineno}")
    for path in sources(*CPP):
        bare = bare_cpp(path.read_text(encoding="utf-8"))
        for match in re.finditer(r"catch\s*\(\s*\.\.\.\s*\)\s*\{([^{}]*)\}", bare):
            if not match[1].strip():
                swallowed.append(f"{name_of(path)}:{bare.count(chr(10), 0, match.start()) + 1}")
    assert swallowed == []


def checks_something(function: ast.FunctionDef) -> bool:
    """Say whether a test can fail: it asserts, expects an exception, or calls a function that is named as a check."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if CHECKING_CALL.match(called):
                return True
    return False


def test_every_python_test_can_fail() -> None:
    toothless = [
        f"{name_of(path)}::{node.name}"
        for path in sources(".py")
        if path.is_relative_to(ROOT / "tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not checks_something(node)
    ]
    assert toothless == []


def test_every_cpp_test_can_fail() -> None:
    toothless = []
    for path in sources(".cpp"):
        if not path.is_relative_to(ROOT / "tests"):
            continue
        lines = path.read_text(encoding="utf-8").split("\n")
        for function in cpp_functions("\n".join(lines)):
            body = "\n".join(lines[function.first_line - 1 : function.last_line])
            if function.name.startswith(("TEST_CASE", "SCENARIO")) and not re.search(
                r"\b(CHECK|REQUIRE|FAIL)\w*\s*\(|\b(check|expect|require|verify)\w*\s*[(<]", body
            ):
                toothless.append(f"{name_of(path)}:{function.first_line}")
    assert toothless == []


SAMPLE = """
namespace a {
struct S {
  int get() const { return x; }
  int x = 0;
};
constexpr int table[] = {1, 2};
int f(int a,
      int b) {
  if (a) {
    return '}';
  }
  return b;  // }
}
TEST_CASE("adds { up") {
  CHECK(f(1, 2) == 3);
}
}  // namespace a
"""


def test_the_cpp_reader_finds_functions_and_their_lengths() -> None:
    found = {function.name: function.length for function in cpp_functions(SAMPLE)}
    assert found == {"get": 1, "f": 7, "TEST_CASE": 3}


def test_the_cython_reader_finds_functions_and_their_lengths() -> None:
    text = (
        "cdef class A:\n    cdef int f(self,\n            int a):\n        return a\n\n    def g(self):\n        pass\n"
    )
    assert {function.name: function.length for function in cython_functions(text)} == {"f": 3, "g": 2}


@pytest.mark.parametrize(
    ("source", "can_fail"),
    [
        ("def test_a():\n    assert 1 == one()\n", True),
        ("def test_b():\n    with pytest.raises(ValueError):\n        f()\n", True),
        ("def test_c():\n    f()\n", False),
        ("def test_d():\n    assert True\n", False),
    ],
)
def test_a_toothless_test_is_recognised(source: str, can_fail: bool) -> None:
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert checks_something(function) is can_fail
