"""Runs naive and compiled engine side by side for as long as wanted: python -m tests.matching.soak."""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path

from tests.matching.differential import check_stream
from tests.matching.rule_sets import RULE_SETS
from tests.matching.streams import MIXES

STREAM_MESSAGES = 20_000
PAIRS = list(product(RULE_SETS, MIXES))


def run(number: int) -> tuple[int, str]:
    """Run one stream; its number chooses rules, mix and seed. The text is empty unless the engines differ."""
    rules, mix = PAIRS[number % len(PAIRS)]
    seed = 1_000 + number // len(PAIRS)
    try:
        check_stream(seed, mix, RULE_SETS[rules], STREAM_MESSAGES)
    except AssertionError as difference:
        return number, f"rules {rules!r}, mix {mix!r}, seed {seed}: {difference}"
    return number, ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10**9)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--state", type=Path, default=Path("build/soak.json"), help="where it goes on after a stop")
    arguments = parser.parse_args()
    done = json.loads(arguments.state.read_text())["streams"] if arguments.state.exists() else 0
    streams = -(-arguments.messages // STREAM_MESSAGES)
    arguments.state.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(arguments.processes) as pool:
        # Few at a time, so that a stop loses little and a difference ends the run.
        for first in range(done, streams, 4 * arguments.processes):
            numbers = range(first, min(streams, first + 4 * arguments.processes))
            for number, difference in pool.map(run, numbers):
                if difference:
                    print(f"stream {number}: {difference}")
                    return 1
            arguments.state.write_text(json.dumps({"streams": numbers[-1] + 1}))
            print(f"{(numbers[-1] + 1) * STREAM_MESSAGES:,} messages, no difference", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
