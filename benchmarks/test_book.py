"""Benchmarks of the books: batches of rows, single events, reading."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from pytrader.book import DEPTH_LEVEL, FLAG_LAST, L2_EVENT, L3_EVENT, BookAction, L2Book, L3Book

ROWS = 200_000
LOOP = 1_000


def order_rows(live: int, rows: int = ROWS) -> Any:
    """Make adds, reduces and erases around a price that wanders, with about `live` resting orders."""
    draws = np.random.default_rng(7).integers(0, 2**31, (rows, 4)).tolist()
    resting: list[list[int]] = []
    events = []
    for order_id, (what, pick, offset, size) in enumerate(draws):
        if len(resting) < live or what % 2 == 0:
            side = 1 + pick % 2
            middle = 10_000 + order_id // 500
            price = middle - 1 - offset % 40 if side == 1 else middle + 60 + offset % 40
            resting.append([side, price, order_id, 2 + size % 9])
            events.append((0, 0, BookAction.ADD, side, price, resting[-1][3], order_id, 0))
            continue
        at = pick % len(resting)
        order = resting[at]
        if what % 8 == 1 and order[3] > 1:
            order[3] -= 1
            events.append((0, 0, BookAction.REDUCE, order[0], order[1], 1, order[2], 0))
        else:
            resting[at] = resting[-1]
            resting.pop()
            events.append((0, 0, BookAction.ERASE, order[0], order[1], order[3], order[2], 0))
    return np.array(events, L3_EVENT)


def bench(benchmark: Any, run: Any, operations: int) -> None:
    """Time `run` by CPU time; `extra_info` holds nanoseconds per operation."""
    benchmark.pedantic(run, rounds=7, iterations=1, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_operation"] = benchmark.stats.stats.median * 1e9 / operations


@pytest.mark.benchmark(group="book batch", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("live", [100, 2_000, 50_000])
def test_apply_order_rows(benchmark: Any, live: int) -> None:
    events = order_rows(live)

    def run() -> L3Book:
        book = L3Book("0.01", policy="lenient")
        assert book.apply(events) == len(events)
        return book

    run().self_check()
    bench(benchmark, run, len(events))


@pytest.mark.benchmark(group="book batch", timer=time.thread_time, disable_gc=True)
def test_apply_order_columns(benchmark: Any) -> None:
    events = order_rows(2_000)
    columns = {name: np.ascontiguousarray(events[name]) for name in ("action", "side", "price", "quantity", "order_id")}
    bench(benchmark, lambda: L3Book("0.01", policy="lenient").apply(columns), len(events))


@pytest.mark.benchmark(group="book batch", timer=time.thread_time, disable_gc=True)
def test_apply_level_rows(benchmark: Any) -> None:
    draws = np.random.default_rng(7)
    events = np.zeros(ROWS, L2_EVENT)
    events["action"] = BookAction.REPLACE
    events["side"] = draws.integers(1, 3, ROWS)
    events["price"] = 10_000 + draws.integers(1, 60, ROWS) * np.where(events["side"] == 1, -1, 1)
    events["quantity"] = draws.integers(0, 4, ROWS)
    events["flags"] = FLAG_LAST
    bench(benchmark, lambda: L2Book("0.01").apply(events), ROWS)


@pytest.mark.benchmark(group="book single", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("rows", [1, 64])
def test_apply_small_arrays(benchmark: Any, rows: int) -> None:
    events = order_rows(100, rows)
    book = L3Book("0.01", policy="lenient")

    def run() -> None:
        for _ in range(LOOP):
            book.clear()
            book.apply(events)

    bench(benchmark, run, LOOP)


@pytest.mark.benchmark(group="book single", timer=time.thread_time, disable_gc=True)
def test_add_and_delete_one_order(benchmark: Any) -> None:
    book = L3Book("0.01")

    def run() -> None:
        for order_id in range(LOOP):
            book.add(order_id=order_id, side="buy", price="100.00", quantity=5)
            book.delete(order_id)

    bench(benchmark, run, 2 * LOOP)


@pytest.mark.benchmark(group="book single", timer=time.thread_time, disable_gc=True)
def test_read_best_bid_and_ask(benchmark: Any) -> None:
    book = L3Book("0.01")
    book.add(order_id=1, side="buy", price="100.00", quantity=5)
    book.add(order_id=2, side="sell", price="100.01", quantity=5)

    def run() -> None:
        for _ in range(LOOP):
            assert book.best_bid is not book.best_ask

    bench(benchmark, run, 2 * LOOP)


@pytest.mark.benchmark(group="book depth", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("form", ["lists", "new arrays", "caller's array", "view"])
def test_read_ten_levels(benchmark: Any, form: str) -> None:
    book = L2Book("0.01")
    book.snapshot([(100 - level, 5) for level in range(20)], [(101 + level, 5) for level in range(20)])
    out = np.zeros((2, 10), DEPTH_LEVEL)
    read = {
        "lists": lambda: book.depth(10)[0][9].price,
        "new arrays": lambda: book.depth_arrays(10)[0]["price"][9],
        "caller's array": lambda: book.depth_arrays(out=out)[0]["price"][9],
        "view": lambda: book.depth_view(10)["price"][0, 9],
    }[form]

    def run() -> None:
        for _ in range(LOOP):
            assert read() != 0

    bench(benchmark, run, LOOP)
