"""Measures what importing the package and asking the command line for help cost, in CPU time of fresh interpreters."""

from __future__ import annotations

import os
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
    before = os.times()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return 1000 * (after.children_user + after.children_system - before.children_user - before.children_system)


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
