"""Reads the repository's sources for the structure tests: the files, and C++ without comments and strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("src", "tests", "examples", "benchmarks", ".ci", "cmake")
CPP = (".hpp", ".cpp")
PYTHON = (".py", ".pyi")
CYTHON = (".pyx", ".pxd", ".pxi")
# Not ours to shape: environments and checkouts of other projects that a benchmark sets up beside itself.
FOREIGN = re.compile(r"(^|/)(\.venv[^/]*|__pycache__|\.asv|results)/")


def sources(*suffixes: str) -> list[Path]:
    """List the source files with one of these suffixes, in order of their names."""
    found = []
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file() and not FOREIGN.search(str(path.relative_to(ROOT))):
                found.append(path)
    return sorted(found)


def name_of(path: Path) -> str:
    """Name a file by its path from the root of the repository."""
    return path.relative_to(ROOT).as_posix()


TOKENS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL,
)


def bare_cpp(text: str) -> str:
    """Blank the comments and literals of C++ text; lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        token = match[0]
        kept = '""' if token[0] in '"R' else ""
        return kept + "\n" * token.count("\n")

    return TOKENS.sub(blank, text)


@dataclass(frozen=True)
class Function:
    """A function of a source file, from its signature's line to its closing one."""

    name: str
    first_line: int
    last_line: int

    @property
    def length(self) -> int:
        """Lines, signature and closing brace included."""
        return self.last_line - self.first_line + 1


NOT_FUNCTIONS = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b|=\s*$|\[\s*\]\s*$")
CONTROL = {"if", "for", "while", "switch", "catch", "return", "sizeof", "alignas", "decltype", "noexcept"}


def signature_name(head: str) -> str | None:
    """Name the function whose body would follow this text, or None when no function body follows."""
    if "(" not in head or NOT_FUNCTIONS.search(head.split("(")[0]):
        return None
    for match in re.finditer(r"([A-Za-z_~][\w:~]*|operator\s*[^\s\w]+)\s*\(", head):
        if match[1] not in CONTROL:
            return match[1]
    return None


def cpp_functions(text: str) -> Iterator[Function]:
    """Find the outermost functions of C++ text by its braces."""
    bare = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m[0].count("\n"), bare_cpp(text), flags=re.MULTILINE)
    depth, inside, head_start = 0, None, 0
    for position, char in enumerate(bare):
        if char == "{":
            if inside is None:
                name = signature_name(bare[head_start:position])
                if name is not None:
                    gap = len(bare[head_start:position]) - len(bare[head_start:position].lstrip())
                    inside = (name, depth, bare.count("\n", 0, head_start + gap) + 1)
                head_start = position + 1
            depth += 1
        elif char == "}":
            depth -= 1
            if inside is not None and inside[1] == depth:
                yield Function(inside[0], inside[2], bare.count("\n", 0, position) + 1)
                inside = None
            if inside is None:
                head_start = position + 1
        elif char == ";" and inside is None:
            head_start = position + 1


def cython_functions(text: str) -> Iterator[Function]:
    """Find the functions of Cython text by their indentation."""
    lines = text.splitlines()
    pattern = re.compile(r"^(\s*)(?:async\s+)?(?:def|cdef|cpdef)\b[^=#\n]*?\b(\w+)\s*\(")
    for index, line in enumerate(lines):
        match = pattern.match(line)
        if match is None:
            continue
        indent, last, signature_open = len(match[1]), index, True
        for later in range(index + 1, len(lines)):
            body = lines[later]
            if signature_open and lines[later - 1].split("#")[0].rstrip().endswith(":"):
                signature_open = False
            if not body.strip():
                continue
            ends_signature = signature_open and body.lstrip().startswith(")")
            if len(body) - len(body.lstrip()) <= indent and not ends_signature:
                break
            last = later
        yield Function(match[2], index + 1, last + 1)
