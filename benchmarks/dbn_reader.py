"""Compares our reader of Databento files with the vendor's decoder, interleaved, in ns of thread CPU time a record.

Usage: dbn_reader.py FILE.mbo.dbn[.zst] TICK [ROUNDS]; needs the packages databento-dbn and zstandard beside pytrader.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import databento_dbn

from pytrader.data.dbn import DbnFeed
from pytrader.data.feed_files import chunks


def ours(data: bytes, tick: str) -> int:
    """Parse and build the order-by-order book."""
    feed = DbnFeed(tick, policy="lenient")
    return feed.apply(data)


def theirs(data: bytes) -> int:
    """Parse into the vendor's Python objects; no book."""
    decoder = databento_dbn.DBNDecoder()
    decoder.write(data)
    return len(decoder.decode()) - 1  # the first is the header


def timed(work: Callable[[], int]) -> tuple[float, int]:
    start = time.thread_time_ns()
    records = work()
    return (time.thread_time_ns() - start) / records, records


def main() -> None:
    path, tick = Path(sys.argv[1]), sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 9
    data = b"".join(bytes(chunk) for chunk in chunks(path))
    results: dict[str, list[float]] = {"pytrader, with the book": [], "databento-dbn, records alone": []}
    counts = set()
    for _ in range(rounds):
        for name, work in zip(results, (lambda: ours(data, tick), lambda: theirs(data)), strict=True):
            spent, records = timed(work)
            results[name].append(spent)
            counts.add(records)
    if len(counts) != 1:
        raise SystemExit(f"the readers disagree about the number of records: {sorted(counts)}")
    print(f"{counts.pop()} records")
    for name, times in results.items():
        print(f"{name}: {min(times):.1f} / {statistics.median(times):.1f} ns a record (min / median of {rounds})")


if __name__ == "__main__":
    main()
