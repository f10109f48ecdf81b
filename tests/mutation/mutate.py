"""Plants each defect of the TOML files here in a copy of the C++ sources, and sees that tests fail: make mutation."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("CMakeLists.txt", "CMakePresets.json", "cmake", "src/core", "tests/core", "third_party")
FILES = ("matching.toml", "kernel.toml")
# A defect may loop for ever; the tests themselves take a minute or two without optimisation.
TEST_SECONDS_MAX = 900


@dataclass(frozen=True)
class Mutation:
    """A defect as one or two replacements of text in one file, and the tests of which one at least must notice it.

    Behind a program's colon stands a part of the name of the test file that is enough.
    """

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]
    then_find: str = ""
    then_replace: str = ""

    def planted(self, text: str) -> str:
        """The text with the defect; a text that no longer has its place is an error."""
        for find, replace in ((self.find, self.replace), (self.then_find, self.then_replace)):
            find, replace = find.strip("\n"), replace.strip("\n")
            if not find:
                continue
            if text.count(find) != 1:
                raise ValueError(
                    f"mutation {self.name!r}: {self.file} has the text to replace {text.count(find)} times, not once; "
                    f"bring tests/mutation/*.toml up to date:\n{find}"
                )
            text = text.replace(find, replace)
        return text


def mutations() -> list[Mutation]:
    made = []
    for file in FILES:
        content = tomllib.loads((Path(__file__).parent / file).read_text(encoding="utf-8"))
        for entry in content["mutation"]:
            made.append(Mutation(**entry | {"tests": tuple(entry.get("tests", content.get("tests", ())))}))
    return made


def programs_of(tests: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(test.partition(":")[0] for test in tests))


def copy_changed(source: Path | str, target: Path | str) -> None:
    """Copy what differs, as of now: what an earlier run built of it, sound or not, is then out of date."""
    source, target = Path(source), Path(target)
    if not target.exists() or target.read_bytes() != source.read_bytes():
        shutil.copyfile(source, target)


def copy_sources(scratch: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, scratch / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, copy_function=copy_changed, dirs_exist_ok=True)
        else:
            copy_changed(source, target)


def build(scratch: Path, programs: Iterable[str]) -> bool:
    """Build these tests without optimisation, where recursion costs stack; true if they compile."""
    folder = scratch / "build"
    if not (folder / "build.ninja").exists():
        options = ("-DPYTRADER_BUILD_PYTHON=OFF", "-DPYTRADER_BUILD_TESTS=ON", "-DCMAKE_BUILD_TYPE=Debug")
        launcher = ("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache",) if shutil.which("ccache") else ()
        command = ("cmake", "-S", str(scratch), "-B", str(folder), "-G", "Ninja", *options, *launcher)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    built = subprocess.run(("ninja", "-C", str(folder), *programs), capture_output=True, text=True, check=False)
    if built.returncode:
        print(built.stdout[-2000:])
    return built.returncode == 0


def noticed_by(scratch: Path, tests: Iterable[str]) -> str | None:
    """Say which of these fails and how, or None if all pass."""
    for test in tests:
        name, _, file = test.partition(":")
        program = scratch / "build" / "tests" / "core" / name
        chosen = (f"--source-file=*{file}*",) if file else ()
        try:
            # The output goes nowhere: a defect may print without end.
            done = subprocess.run(
                (str(program), "--abort-after=1", *chosen),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=TEST_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"{test} does not end"
        if done.returncode:
            return f"{test} ends with {done.returncode}"
    return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scratch", type=Path, default=ROOT / "build" / "mutation", help="where to copy and build")
    parser.add_argument("--only", default="", help="mutations whose name contains this")
    arguments = parser.parse_args()
    copy_sources(arguments.scratch)
    chosen = [each for each in mutations() if arguments.only in each.name]
    programs = programs_of(test for each in chosen for test in each.tests)
    if not build(arguments.scratch, programs) or noticed_by(arguments.scratch, programs) is not None:
        print("error: the tests do not pass without a mutation")
        return 1
    missed = 0
    for mutation in chosen:
        path = arguments.scratch / mutation.file
        sound = path.read_text(encoding="utf-8")
        path.write_text(mutation.planted(sound), encoding="utf-8")
        try:
            if not build(arguments.scratch, programs_of(mutation.tests)):
                print(f"error: mutation {mutation.name!r} does not compile")
                return 1
            found = noticed_by(arguments.scratch, mutation.tests)
        finally:
            path.write_text(sound, encoding="utf-8")
        missed += found is None
        print(f"{mutation.name}: {'NOT NOTICED' if found is None else found}", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
