"""Times single operations of exact decimals beside decimal.Decimal, grouped by operation."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pytrader.model.decimal_arrays import parse_array
from pytrader.model.values import Price, Quantity, notional

LOOPS = range(1_000)
A, B, X, Y = Price("101.25"), Price("0.25"), Decimal("101.25"), Decimal("0.25")
PRICE, QUANTITY, CENT = Price("64000.10"), Quantity("1.5"), Decimal("0.01")
DECIMAL_PRICE, DECIMAL_QUANTITY = Decimal("64000.10"), Decimal("1.5")
TEXTS = [f"{n}.25" for n in range(1_000)]
COLUMN = np.array(TEXTS, dtype="S")


def add_prices() -> object:
    for _ in LOOPS:
        total = A + B
    return total


def add_decimals() -> object:
    for _ in LOOPS:
        total = X + Y
    return total


def compare_prices() -> object:
    for _ in LOOPS:
        less = A < B
    return less


def compare_decimals() -> object:
    for _ in LOOPS:
        less = X < Y
    return less


def parse_prices() -> object:
    for _ in LOOPS:
        value = Price("101.25")
    return value


def parse_decimals() -> object:
    for _ in LOOPS:
        value = Decimal("101.25")
    return value


def show_prices() -> object:
    for _ in LOOPS:
        text = str(A)
    return text


def show_decimals() -> object:
    for _ in LOOPS:
        text = str(X)
    return text


def value_by_notional() -> object:
    for _ in LOOPS:
        value = notional(PRICE, QUANTITY, currency="USD", rounding="half_even")
    return value.amount


def value_by_decimals() -> object:
    for _ in LOOPS:
        value = (DECIMAL_PRICE * DECIMAL_QUANTITY).quantize(CENT)
    return value


def read_column() -> object:
    return parse_array(COLUMN, 2).tolist()[-1]


def read_by_comprehension() -> object:
    return int([Decimal(text) for text in TEXTS][-1] * 100)


PAIRS: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
    "add": (add_prices, add_decimals),
    "compare": (compare_prices, compare_decimals),
    "parse": (parse_prices, parse_decimals),
    "str": (show_prices, show_decimals),
    "price x quantity, rounded": (value_by_notional, value_by_decimals),
    "parse a column": (read_column, read_by_comprehension),
}
CASES = [
    pytest.param(
        side,
        other,
        id=f"{name}-{who}",
        marks=pytest.mark.benchmark(group=name, timer=time.thread_time, disable_gc=True),
    )
    for name, pair in PAIRS.items()
    for who, side, other in (("ours", pair[0], pair[1]), ("decimal", pair[1], pair[0]))
]


@pytest.mark.parametrize(("side", "other"), CASES)
def test_operation(benchmark: Any, side: Callable[[], object], other: Callable[[], object]) -> None:
    assert side() == other()
    benchmark(side)
