"""Matching from Python on a stream of order_stream.py: in one batch, and by one call a message net of the loop.

    python -m benchmarks.matching_calls STREAM.npy [--rounds 9]

The trades of both ways are checked against the side-car first. Times are CPU times of the thread, rounds interleaved.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from pytrader.matching import MatchingEngine, MessageKind, OrderEntry, VenueRules
from tests.matching.test_workload import checksum, to_messages

NEW, CANCEL = int(MessageKind.NEW), int(MessageKind.CANCEL)
FIELDS = ["kind", "side", "order_type", "time_in_force", "price", "quantity", "order_id"]
Row = tuple[int, int, int, int, int, int, int]


def new_engine() -> MatchingEngine:
    """An engine with the rules that the stream's own matcher has."""
    return MatchingEngine(rules=VenueRules(amend="always_loses", replace_quantity="open"))


def call_each(entry: OrderEntry, rows: list[Row]) -> None:
    submit, cancel, replace = entry.submit, entry.cancel, entry.replace
    for kind, side, order_type, time_in_force, price, quantity, order_id in rows:
        if kind == CANCEL:
            cancel(order_id)
        elif kind != NEW:
            replace(order_id, price, quantity)
        elif time_in_force == 1:
            submit(order_id, side, price, quantity)
        else:
            submit(order_id, side, price, quantity, order_type, time_in_force)


def call_nothing(rows: list[Row]) -> None:
    """The loop of call_each and its choice between calls, without a call."""
    for kind, side, _order_type, time_in_force, price, _quantity, order_id in rows:
        if kind == CANCEL:
            _ = order_id
        elif kind != NEW:
            _ = price
        elif time_in_force == 1:
            _ = side
        else:
            _ = time_in_force


def cpu_ns(work: Callable[[], object]) -> int:
    gc.collect()
    start = time.thread_time_ns()
    work()
    return time.thread_time_ns() - start


def check(messages: np.ndarray, rows: list[Row], expected: str) -> None:
    engine, entry = new_engine(), OrderEntry(new_engine())
    call_each(entry, rows)
    for fills in (engine.apply(messages)[1], entry.take()[0]):
        if f"{checksum(fills):016x}" != expected:
            raise SystemExit(f"the trades' checksum is {checksum(fills):016x}, not {expected}: times say nothing")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stream", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    messages = to_messages(np.load(options.stream))
    rows: list[Row] = messages[FIELDS].tolist()
    check(messages, rows, json.loads(options.stream.with_suffix(".json").read_text())["trade_checksum"])
    times: dict[str, list[float]] = {"batch": [], "one call a message": [], "the loop alone": []}
    for _ in range(options.rounds):
        engine, entry = new_engine(), OrderEntry(new_engine())
        times["batch"].append(cpu_ns(lambda engine=engine: engine.apply(messages)) / len(rows))
        times["one call a message"].append(cpu_ns(lambda entry=entry: call_each(entry, rows)) / len(rows))
        times["the loop alone"].append(cpu_ns(lambda: call_nothing(rows)) / len(rows))
    times["net of the loop"] = [
        call - loop for call, loop in zip(times["one call a message"], times["the loop alone"], strict=True)
    ]
    print(f"{len(rows):,} messages, ns each: min / median of {options.rounds} rounds")
    for name, taken in times.items():
        print(f"{name:20} {min(taken):7.1f} / {statistics.median(taken):7.1f}")


if __name__ == "__main__":
    main()
