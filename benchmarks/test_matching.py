"""Matching from arrays and order by order, with the naive twin in the same run and its trades compared first."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from pytrader.matching import ORDER_MESSAGE, MatchingEngine, OrderEntry
from tests.matching.engines import NaiveReports

MESSAGES = 200_000
NAIVE_MESSAGES = 2_000
RESTING = 2_000
ORDERS_PER_ROUND = 1_000


def order_flow(count: int) -> np.ndarray:
    """A book of some 2,000 orders: half of the messages enter near the middle, half cancel; few trade."""
    rng = np.random.default_rng(11)
    flow = np.zeros(count, ORDER_MESSAGE)
    enters = np.arange(count) < RESTING
    enters[RESTING:] = rng.random(count - RESTING) < 0.5
    number = np.cumsum(enters)
    flow["kind"] = np.where(enters, 1, 2)
    flow["order_id"] = np.where(enters, number, np.maximum(number - rng.integers(0, RESTING, count), 1))
    side = rng.integers(1, 3, count)
    away = rng.geometric(0.05, count) - 2
    flow["side"] = np.where(enters, side, 0)
    flow["order_type"] = np.where(enters, 2, 0)
    flow["time_in_force"] = np.where(enters, 1, 0)
    flow["price"] = np.where(enters, np.where(side == 1, 9_999 - away, 10_001 + away), 0)
    flow["quantity"] = np.where(enters, rng.integers(1, 100, count), 0)
    return flow


def run_naive(flow: np.ndarray) -> list[tuple[int, int, int]]:
    """Taker, maker and quantity of the naive twin's trades."""
    engine = NaiveReports(tick=Decimal(1))
    trades = []
    for kind, side, price, quantity, order_id in flow[["kind", "side", "price", "quantity", "order_id"]].tolist():
        if kind == 2:
            engine.cancel(order_id)
            continue
        side_name = "buy" if side == 1 else "sell"
        for report in engine.submit(order_id, side_name, "limit", Decimal(quantity), Decimal(price)):
            if report.exec_type == "trade":
                assert report.maker_order_id is not None
                trades.append((order_id, report.maker_order_id, int(report.quantity)))
    return trades


@pytest.fixture(scope="module")
def flow() -> np.ndarray:
    flow = order_flow(MESSAGES)
    _, fills = MatchingEngine().apply(flow[:NAIVE_MESSAGES])
    assert fills[["taker_order_id", "maker_order_id", "quantity"]].tolist() == run_naive(flow[:NAIVE_MESSAGES])
    return flow


@pytest.mark.benchmark(timer=time.thread_time, group="matching, messages from an array")
def test_apply_an_array(benchmark: BenchmarkFixture, flow: np.ndarray) -> None:
    benchmark.extra_info["messages"] = MESSAGES
    status, fills = benchmark(lambda: MatchingEngine().apply(flow))
    assert len(status) == MESSAGES
    assert len(fills) > 0


def send_each(entry: OrderEntry, rows: list[tuple[int, ...]]) -> None:
    submit, cancel = entry.submit, entry.cancel
    for kind, side, price, quantity, order_id in rows:
        if kind == 2:
            cancel(order_id)
        else:
            submit(order_id, side, price, quantity)


@pytest.mark.benchmark(timer=time.thread_time, group="matching, messages from an array")
def test_send_one_by_one(benchmark: BenchmarkFixture, flow: np.ndarray) -> None:
    benchmark.extra_info["messages"] = MESSAGES
    rows = flow[["kind", "side", "price", "quantity", "order_id"]].tolist()
    entry = OrderEntry(MatchingEngine())
    send_each(entry, rows)
    assert np.array_equal(entry.take()[0], MatchingEngine().apply(flow)[1])
    benchmark(lambda: send_each(OrderEntry(MatchingEngine()), rows))


@pytest.mark.benchmark(timer=time.thread_time, group="matching, messages from an array")
def test_apply_to_the_naive_twin(benchmark: BenchmarkFixture, flow: np.ndarray) -> None:
    benchmark.extra_info["messages"] = NAIVE_MESSAGES
    benchmark(run_naive, flow[:NAIVE_MESSAGES])


def submit_and_cancel(engine: MatchingEngine) -> Callable[[], None]:
    def run() -> None:
        for order_id in range(ORDERS_PER_ROUND):
            engine.submit(order_id=order_id, side="buy", price="100.00", quantity=5)
            engine.cancel(order_id)

    return run


@pytest.mark.benchmark(timer=time.thread_time, group="matching, one thousand orders entered and canceled from Python")
def test_submit_and_cancel(benchmark: BenchmarkFixture) -> None:
    engine = MatchingEngine()
    benchmark(submit_and_cancel(engine))
    assert len(engine) == 0
