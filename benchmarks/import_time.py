"""Measures what importing the package and asking the command line for help cost, in CPU time of fresh interpreters."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

ROUNDS = 15
CASES = {
    "nothing": ["-c", "pass"],
    "numpy": ["-c", "import numpy"],
    "pytrader": ["-c", "import numpy, pytrader"],
    "everything": ["-c", "import numpy\nfrom pytrader import *"],
    "help": ["-m", "pytrader", "--help"],
}


def cpu_ms(arguments: list[str]) -> float:
    """Run a fresh interpreter and return its CPU time in milliseconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Run the cases in turn, round by round, and print medians against their bars."""
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for _ in range(ROUNDS):
        for name, arguments in CASES.items():
            times[name].append(cpu_ms(arguments))
    median = {name: statistics.median(values) for name, values in times.items()}
    figures = {
        "import pytrader, without NumPy": (median["pytrader"] - median["numpy"], 60),
        "every public name, without NumPy": (median["everything"] - median["numpy"], 60),
        "pytrader --help": (median["help"], 150),
    }
    for name, (value, bar) in figures.items():
        print(f"{'PASS' if value <= bar else 'MISS'}  {name:<34} {value:6.0f} ms CPU, bar {bar} ms")
    print(f"an empty interpreter takes {median['nothing']:.0f} ms, NumPy {median['numpy'] - median['nothing']:.0f} ms")


if __name__ == "__main__":
    main()
