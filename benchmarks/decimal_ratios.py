"""Measures exact decimals against decimal.Decimal in one run, interleaved, and prints each ratio with its bar."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from pytrader.model.decimal_arrays import parse_array
from pytrader.model.values import Price, Quantity, notional

REPEATS = 20  # of the expression in the loop's body, so that the loop itself does not count
LOOPS = 1_000
ROUNDS = 21
ROWS = 1_000_000

NAMES: dict[str, Any] = {
    "Decimal": Decimal,
    "Price": Price,
    "notional": notional,
    "a": Price("101.25"),
    "b": Price("0.25"),
    "x": Decimal("101.25"),
    "y": Decimal("0.25"),
    "price": Price("64000.10"),
    "quantity": Quantity("1.5"),
    "decimal_price": Decimal("64000.10"),
    "decimal_quantity": Decimal("1.5"),
    "cent": Decimal("0.01"),
}


@dataclass(frozen=True)
class Bar:
    """One operation: ours, the same with Decimal, and the ratio of times that it may have."""

    name: str
    ours: str
    reference: str
    ratio_max: float


BARS = (
    Bar("add", "a + b", "x + y", 0.8),
    Bar("compare <", "a < b", "x < y", 0.7),
    Bar("compare ==", "a == b", "x == y", 0.7),
    Bar("parse", "Price('101.25')", "Decimal('101.25')", 0.4),
    Bar("str", "str(a)", "str(x)", 1.0),
    Bar(
        "price x quantity, rounded",
        "notional(price, quantity, currency='USD', rounding='half_even')",
        "(decimal_price * decimal_quantity).quantize(cent)",
        0.5,
    ),
)
BATCH_SPEEDUP_MIN = 20.0


def compiled(expression: str) -> Callable[[range], None]:
    body = "; ".join([expression] * REPEATS)
    scope = dict(NAMES)
    exec(f"def run(loops):\n    for _ in loops:\n        {body}", scope)
    run: Callable[[range], None] = scope["run"]
    return run


def cpu_seconds(work: Callable[[], object]) -> float:
    start = time.thread_time()
    work()
    return time.thread_time() - start


def measure(bar: Bar) -> bool:
    """Time both sides in turns; say whether the bar is met."""
    ours, reference = compiled(bar.ours), compiled(bar.reference)
    loops = range(LOOPS)
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        times[0].append(cpu_seconds(lambda: ours(loops)))
        times[1].append(cpu_seconds(lambda: reference(loops)))
    nanoseconds = [statistics.median(side) / LOOPS / REPEATS * 1e9 for side in times]
    ratio = nanoseconds[0] / nanoseconds[1]
    verdict = "PASS" if ratio <= bar.ratio_max else "MISS"
    print(
        f"{verdict}  {bar.name:26} {nanoseconds[0]:7.1f} ns  Decimal {nanoseconds[1]:7.1f} ns  "
        f"ratio {ratio:.2f} (at most {bar.ratio_max})"
    )
    return ratio <= bar.ratio_max


def measure_batch(kind: str) -> bool:
    """Parse a million texts as one column, and as a list comprehension over Decimal."""
    hundredths = np.random.default_rng(7).integers(100, 10_000_000, ROWS)
    texts = [f"{value // 100}.{value % 100:02d}" for value in hundredths.tolist()]
    column = np.array(texts, dtype=kind)
    assert (parse_array(column, 2) == hundredths).all()
    ours, reference = [], []
    for _ in range(5):
        ours.append(cpu_seconds(lambda: parse_array(column, 2)))
        reference.append(cpu_seconds(lambda: [Decimal(text) for text in texts]))
    speedup = statistics.median(reference) / statistics.median(ours)
    verdict = "PASS" if speedup >= BATCH_SPEEDUP_MIN else "MISS"
    print(
        f"{verdict}  parse 1 M texts, dtype {kind:4} {statistics.median(ours) * 1e3:7.1f} ms  "
        f"Decimal {statistics.median(reference) * 1e3:7.1f} ms  {speedup:.0f}x (at least {BATCH_SPEEDUP_MIN:.0f}x)"
    )
    return speedup >= BATCH_SPEEDUP_MIN


def main() -> int:
    gc.disable()
    print(f"Python {sys.version.split()[0]}, CPU time of the thread, medians of {ROUNDS} interleaved rounds")
    met = [measure(bar) for bar in BARS] + [measure_batch(kind) for kind in ("S", "U")]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
