"""The cases that every peer driver runs, the rows they read, and the line of JSON they answer with."""

from __future__ import annotations

import gc
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

#: Order every ORDER_EVERY-th quote in the case "market".
ORDER_EVERY = 10
#: Every CHECK_EVERY-th row the best bid and offer go into the result of a book case.
CHECK_EVERY = 1000
#: One tick of the workload's market, as text.
TICK = "0.01"
#: The live orders that each order stream is made for; a row is kind, side (1 buy, 2 sell), price, quantity, order id.
STREAMS = {"a": 1_000, "b": 10_000, "c": 300_000}
NEW, CANCEL, REPLACE, MARKET, IOC = range(5)
OrderRow = tuple[int, int, int, int, int]


def order_rows(folder: Path, case: str, count: int) -> list[OrderRow]:
    """The first `count` messages of the order stream that a case "calls_b" names."""
    rows = np.load(folder / f"orders_{case[-1]}.npy")[:count]
    columns = (rows["type"], rows["side"] + 1, rows["price"], rows["qty"], rows["oid"])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def quote_rows(folder: Path, count: int) -> np.ndarray:
    """The first `count` quotes (ts, bid, ask, bid size, ask size); the workload's rows repeat, shifted in time."""
    rows = np.load(folder / "bbo.npy")[2:]
    if count <= len(rows):
        return np.ascontiguousarray(rows[:count])
    span = int(rows[-1, 0] - rows[0, 0]) + 1000
    repeats = -(-count // len(rows))
    tiled = np.tile(rows, (repeats, 1))
    tiled[:, 0] += np.repeat(np.arange(repeats, dtype=np.int64) * span, len(rows))
    return np.ascontiguousarray(tiled[:count])


def book_rows(folder: Path, level: str, count: int) -> np.ndarray:
    """The first `count` rows (ts, action, side, price, size, order id) of the workload's l3.npy or l2.npy."""
    return np.ascontiguousarray(np.load(folder / f"{level}.npy")[:count])


def fold(values: list[int]) -> str:
    """One order-sensitive number for a list of integers: equal lists give equal text."""
    state = 0xCBF29CE484222325
    for value in values:
        state = ((state ^ (value & 0xFFFFFFFFFFFFFFFF)) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{state:016x}"


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of this thread that `work` took."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def resident_mb(field: str = "RssAnon") -> float:
    """Memory of this process that is resident, in MB; by default what is its own (file mappings do not count)."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(fields[field].split()[0]) / 1024


class Growth:
    """Memory that this process takes beyond what it has when this is made."""

    def __init__(self) -> None:
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # peaks count from here on
        self.before = resident_mb("VmRSS")

    def megabytes(self) -> dict[str, float]:
        """The most that it took at any time, and what it takes now."""
        peak, now = resident_mb("VmHWM"), resident_mb("VmRSS")
        return {"grown_mb": round(peak - self.before, 1), "kept_mb": round(now - self.before, 1)}


def answer(peer: str, case: str, count: int, cpu_seconds: float, result: object, **more: object) -> None:
    """Print the one line that the runner reads."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {"peer": peer, "case": case, "count": count, "cpu_seconds": cpu_seconds, "result": result}
    print("RESULT " + json.dumps({**row, "peak_mb": round(peak, 1), **more}), flush=True)
