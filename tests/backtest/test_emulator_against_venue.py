"""Orders that the core holds against the same orders at a venue that has them: without latency the same fills."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Strategy, load
from pytrader.data import MarketData, Stream
from pytrader.model import OrderStatus
from pytrader.model.records import FLAG_LAST, L2_EVENT
from pytrader.simulation import generate
from pytrader.strategy import Order
from tests.backtest.markets import BUY, SECOND, SELL, START, Rows, instrument, quotes, trades

TRADE_ROW, LEVEL_ROW = 6, 2


class Waiter(Strategy):
    """Sends orders of every waiting type around the last trade, the same ones in every run over the same trades."""

    every: int = 20
    most: int = 400
    width: int = 30

    def on_start(self) -> None:
        self.random_numbers = random.Random(11)
        self.sent: list[Order] = []
        self.heard = 0

    def on_trade(self, trade: Any) -> None:
        self.heard += 1
        if self.heard % self.every or len(self.sent) >= self.most:
            return
        draw = self.random_numbers
        buys = draw.random() < 0.5
        away = draw.randint(1, self.width)
        behind, beyond = (away, -away) if buys else (-away, away)
        last = trade.price_ticks
        kind = draw.randrange(6)
        # A new order that would meet an own one is refused whole unless it says otherwise; an elected one never is.
        terms: dict[str, Any] = {"quantity_lots": draw.randint(1, 50), "trigger": "last", "self_trade": "cancel_newest"}
        if kind < 2:
            terms["stop_ticks"] = last + behind
        elif kind < 4:
            terms["touch_ticks"] = last + beyond
        else:
            terms["trail_ticks"] = away
        if kind == 5:
            terms["trail_limit"] = 0
        elif kind % 2:
            terms["limit_ticks"] = last + behind if kind < 2 else last + beyond
        self.sent.append(self.submit("buy" if buys else "sell", **terms))


def fills_of(data: Any, cash: str, emulate: str) -> list[tuple[int, ...]]:
    strategy = Waiter()
    result = Backtest(strategy, data, cash=cash, emulate=emulate).run()
    statuses = {order.status for order in strategy.sent}
    assert OrderStatus.FILLED in statuses
    assert OrderStatus.DENIED not in statuses
    names = ("client_order_id", "ts_event", "price", "quantity", "liquidity")
    return list(zip(*(result.fills[name].tolist() for name in names), strict=True))


def check_same_fills(data: Any, cash: str, least: int) -> None:
    held = fills_of(data, cash, "always")
    assert len(held) >= least
    assert held == fills_of(data, cash, "never")


def walk(count: int, seed: int, start: int = 10_000) -> list[int]:
    draw = random.Random(seed)
    prices = [start]
    for _ in range(count - 1):
        prices.append(prices[-1] + draw.choice((-3, -2, -1, 0, 1, 2, 3)))
    return prices


def levels_and_trades(prices: list[int]) -> Rows:
    """One level a side a tick from each price, and a trade at the price; the levels come after their trade."""
    rows: list[tuple[int, ...]] = []
    before = 0
    for number, price in enumerate(prices):
        ts = START + number * SECOND
        rows.append((ts, ts, TRADE_ROW, SELL, price, 5, 0, FLAG_LAST))
        old = [] if before == 0 else [(BUY, before - 1, 0), (SELL, before + 1, 0)]
        for side, level, quantity in [*old, (BUY, price - 1, 500), (SELL, price + 1, 500)]:
            rows.append((ts, ts, LEVEL_ROW, side, level, quantity, 0, 0))
        rows[-1] = (*rows[-1][:-1], FLAG_LAST)
        before = price
    return np.array(rows, L2_EVENT)


@pytest.mark.parametrize("seed", [1, 2])
def test_over_a_generated_order_by_order_market_whose_rows_are_each_an_event(seed: int) -> None:
    (stream,) = generate(40_000, seed).streams
    columns = {**stream.columns, "flags": np.full(len(stream.columns["flags"]), FLAG_LAST, np.int64)}
    check_same_fills(MarketData((Stream(stream.instrument, "l3", columns),), "generated"), "100000000 USD", 100)


@pytest.mark.parametrize("seed", [3, 4])
def test_over_quotes_and_trades(seed: int) -> None:
    prices = walk(8_000, seed)
    data = [
        (instrument(), trades(prices)),
        (instrument(), quotes([(price - 1, price + 1) for price in prices], quantity=500)),
    ]
    check_same_fills(data, "100000000 USDT", 100)


@pytest.mark.parametrize("seed", [5, 6])
def test_over_price_levels_with_trades(seed: int) -> None:
    check_same_fills([(instrument(), levels_and_trades(walk(8_000, seed)))], "100000000 USDT", 100)


@pytest.mark.real_data
def test_over_a_recorded_hour(shared_data: Path) -> None:
    (path,) = (shared_data / "lobster").glob("AAPL_2012-06-21_34200000_37800000_message_50.csv*")
    hour: MarketData = load(path)
    check_same_fills(hour, "1000000000 USD", 50)
