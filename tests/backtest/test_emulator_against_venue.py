"""Orders that the core holds against the same orders at a venue that has them: without latency the same fills."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from pytrader import Backtest, Strategy, load
from pytrader.data import MarketData, Stream
from pytrader.model import OrderStatus
from pytrader.model.records import FLAG_LAST, L2_EVENT, MARK
from pytrader.simulation import generate
from pytrader.strategy import Order
from tests.backtest.markets import BUY, SECOND, SELL, START, Rows, instrument, quotes, trades

TRADE_ROW, LEVEL_ROW = 6, 2


class Waiter(Strategy):
    """Sends orders of every waiting type around the last trade, the same ones in every run over the same trades."""

    every: int = 20
    most: int = 400
    width: int = 30
    triggers: ClassVar[tuple[str, ...]] = ("last",)

    def on_start(self) -> None:
        self.random_numbers = random.Random(11)
        self.sent: list[Order] = []
        self.triggers_of: dict[int, str] = {}
        self.heard = 0

    def on_trade(self, trade: Any) -> None:
        self.hear(trade.price_ticks)

    def hear(self, last: int) -> None:
        self.heard += 1
        if self.heard % self.every or len(self.sent) >= self.most:
            return
        draw = self.random_numbers
        trigger = draw.choice(self.triggers)
        buys = draw.random() < 0.5
        away = draw.randint(1, self.width)
        behind, beyond = (away, -away) if buys else (-away, away)
        kind = draw.randrange(8)
        # A new order that would meet an own one is refused whole unless it says otherwise; an elected one never is.
        terms: dict[str, Any] = {
            "quantity_lots": draw.randint(1, 50),
            "trigger": trigger,
            "self_trade": "cancel_newest",
        }
        if kind < 2:
            terms["stop_ticks"] = last + behind
        elif kind < 4:
            terms["touch_ticks"] = last + beyond
        elif kind == 6:
            terms["trail"] = f"{away}bp"
        else:
            terms["trail_ticks"] = away
        if kind == 7:
            terms["trail_step"] = f"0.0{draw.randint(1, 5)}"
            terms["activation"] = f"{(last + draw.randint(-5, 5)) / 100:.2f}"
        if kind == 5:
            terms["trail_limit"] = 0
        elif kind in (1, 3):
            terms["limit_ticks"] = last + behind if kind < 2 else last + beyond
        order = self.submit("buy" if buys else "sell", **terms)
        self.sent.append(order)
        self.triggers_of[order.client_order_id] = trigger


class BookWaiter(Waiter):
    """The same around the middle of the best prices, when these have moved, by any trigger but marks."""

    triggers: ClassVar[tuple[str, ...]] = ("last", "bid_ask", "mid")

    def on_trade(self, trade: Any) -> None:
        pass

    def on_quote(self, quote: Any) -> None:
        if quote.bid_ticks is not None and quote.ask_ticks is not None:
            self.hear((quote.bid_ticks + quote.ask_ticks) // 2)


class QuoteWaiter(BookWaiter):
    """The same by the best prices and the mid, where there are no trades."""

    triggers: ClassVar[tuple[str, ...]] = ("bid_ask", "mid")


class MarkWaiter(BookWaiter):
    """The same by every trigger."""

    triggers: ClassVar[tuple[str, ...]] = ("last", "bid_ask", "mid", "mark")


def fills_of(data: Any, cash: str, emulate: str, kind: type[Waiter]) -> list[tuple[int, ...]]:
    strategy = kind()
    result = Backtest(strategy, data, cash=cash, emulate=emulate).run()
    statuses = {order.status for order in strategy.sent}
    assert OrderStatus.FILLED in statuses
    assert OrderStatus.DENIED not in statuses
    filled = {order.client_order_id for order in strategy.sent if order.cum_lots}
    assert {strategy.triggers_of[number] for number in filled} == set(kind.triggers)
    names = ("client_order_id", "ts_event", "price", "quantity", "liquidity")
    return list(zip(*(result.fills[name].tolist() for name in names), strict=True))


def check_same_fills(data: Any, cash: str, least: int, kind: type[Waiter] = Waiter) -> None:
    held = fills_of(data, cash, "always", kind)
    assert len(held) >= least
    assert held == fills_of(data, cash, "never", kind)


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


def uneven(prices: list[int], seed: int) -> list[tuple[int, int]]:
    """A bid and an offer around each price, at odd and even distances from each other."""
    draw = random.Random(f"uneven {seed}")
    return [(price - draw.randint(1, 4), price + draw.randint(1, 4)) for price in prices]


def takers(touches: list[tuple[int, int]], seed: int) -> Rows:
    """Each time a trade that took some of what the touch before showed, or went through it."""
    draw = random.Random(f"takers {seed}")
    rows = trades([0] * len(touches))
    for number, (bid, ask) in enumerate([touches[0], *touches[:-1]]):
        buys = draw.random() < 0.5
        through = draw.choice((0, 0, 0, 1))
        rows["aggressor_side"][number] = BUY if buys else SELL
        rows["price"][number] = ask + through if buys else bid - through
        rows["quantity"][number] = draw.randint(1, 30)
    return rows


def marks(prices: list[int], seed: int) -> Rows:
    draw = random.Random(f"marks {seed}")
    rows = np.zeros(len(prices), MARK)
    rows["ts_event"] = rows["ts_init"] = START + SECOND * np.arange(len(prices)) + SECOND // 2
    rows["mark_price"] = [price + draw.randint(-3, 3) for price in prices]
    rows["index_price"] = rows["mark_price"]
    return rows


def two_levels(touches: list[tuple[int, int]]) -> Rows:
    """Two levels a side, all of them told anew in one event of several rows."""
    rows: list[tuple[int, ...]] = []
    old: list[tuple[int, int]] = []
    for number, (bid, ask) in enumerate(touches):
        ts = START + number * SECOND
        new = [(BUY, bid), (BUY, bid - 2), (SELL, ask), (SELL, ask + 3)]
        rows.extend((ts, ts, LEVEL_ROW, side, level, 0, 0, 0) for side, level in old if (side, level) not in new)
        rows.extend((ts, ts, LEVEL_ROW, side, level, 30, 0, 0) for side, level in new)
        rows[-1] = (*rows[-1][:-1], FLAG_LAST)
        old = new
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


@pytest.mark.parametrize("seed", [7, 8, 9])
def test_over_quotes_at_odd_distances_with_trades_and_marks(seed: int) -> None:
    prices = walk(8_000, seed)
    touches = uneven(prices, seed)
    data = [
        (instrument(), takers(touches, seed)),
        (instrument(), quotes(touches, quantity=30)),
        (instrument(), marks(prices, seed)),
    ]
    check_same_fills(data, "100000000 USDT", 100, MarkWaiter)


@pytest.mark.parametrize("seed", [10, 11])
def test_over_quotes_alone(seed: int) -> None:
    data = [(instrument(), quotes(uneven(walk(8_000, seed), seed), quantity=30))]
    check_same_fills(data, "100000000 USDT", 100, QuoteWaiter)


@pytest.mark.parametrize("seed", [12, 13])
def test_over_levels_told_in_events_of_several_rows_beside_trades_and_marks(seed: int) -> None:
    prices = walk(8_000, seed)
    touches = uneven(prices, seed)
    data = [
        (instrument(), takers(touches, seed)),
        (instrument(), two_levels(touches)),
        (instrument(), marks(prices, seed)),
    ]
    check_same_fills(data, "100000000 USDT", 100, MarkWaiter)


@pytest.mark.parametrize("seed", [14, 15, 16])
def test_over_a_generated_order_by_order_market_whose_events_have_several_rows(seed: int) -> None:
    check_same_fills(generate(40_000, seed), "100000000 USD", 100, BookWaiter)


@pytest.mark.real_data
def test_over_a_recorded_hour(shared_data: Path) -> None:
    (path,) = (shared_data / "lobster").glob("AAPL_2012-06-21_34200000_37800000_message_50.csv*")
    hour: MarketData = load(path)
    check_same_fills(hour, "1000000000 USD", 50)
