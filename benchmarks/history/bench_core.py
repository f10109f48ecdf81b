"""Times of exact values, books, matching and the back-test loop, in CPU seconds of the thread, looped inside."""

from __future__ import annotations

import time

import numpy as np

from pytrader import Backtest, Price, Quantity, Strategy
from pytrader.book import L3Book
from pytrader.data import MarketData, Stream
from pytrader.matching import ORDER_MESSAGE, MatchingEngine, OrderEntry
from pytrader.model import Instrument
from pytrader.model.decimal_arrays import parse_array
from pytrader.model.records import L3_EVENT

LOOPS = 1000
ROWS = 100_000


def mixed(count: int, seed: int) -> np.ndarray:
    """`count` pseudo-random 53-bit integers by SplitMix64: the same in every version of NumPy."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.int64)


class Values:
    """Exact values, one operation at a time, and a batch of texts."""

    timer = time.thread_time

    def setup(self) -> None:
        self.price, self.other, self.quantity = Price("101.25"), Price("0.25"), Quantity("3.5")
        self.texts = np.array([f"{n % 100_000}.{n % 100:02d}" for n in mixed(ROWS, 1)], dtype="S")

    def time_add_1000(self) -> None:
        price, other = self.price, self.other
        for _ in range(LOOPS):
            _ = price + other

    def time_compare_1000(self) -> None:
        price, other = self.price, self.other
        for _ in range(LOOPS):
            _ = price < other

    def time_parse_1000(self) -> None:
        for _ in range(LOOPS):
            Price("101.25")

    def time_text_1000(self) -> None:
        price = self.price
        for _ in range(LOOPS):
            str(price)

    def time_parse_array_100000(self) -> None:
        parse_array(self.texts, 2)


class Books:
    """Rows of an order-by-order feed into a book, in one call."""

    timer = time.thread_time

    def setup(self) -> None:
        draws = mixed(ROWS, 2)
        events = np.zeros(2 * ROWS, L3_EVENT)
        adds, leaves = events[:ROWS], events[ROWS:]
        adds["action"], leaves["action"] = 1, 3
        adds["side"] = leaves["side"] = 1 + draws % 2
        adds["price"] = leaves["price"] = np.where(
            draws % 2 == 0, 100_000 - (draws >> 8) % 200, 100_001 + (draws >> 8) % 200
        )
        adds["quantity"] = leaves["quantity"] = 1 + (draws >> 20) % 10
        adds["order_id"] = np.arange(1, ROWS + 1)
        leaves["order_id"] = adds["order_id"][np.argsort(draws >> 24, kind="stable")]
        leaves["side"] = adds["side"][leaves["order_id"].astype(np.int64) - 1]
        self.events = events

    def time_l3_200000_rows(self) -> None:
        L3Book(tick="0.01", lot="1").apply(self.events)


class Matching:
    """Limit orders that rest and trade, in one call and one call each."""

    timer = time.thread_time

    def setup(self) -> None:
        draws = mixed(ROWS, 3)
        messages = np.zeros(ROWS, ORDER_MESSAGE)
        messages["kind"] = 1
        messages["side"] = 1 + draws % 2
        messages["order_type"] = 2
        messages["time_in_force"] = 1
        messages["price"] = 100_000 + (draws >> 8) % 100 - 50
        messages["quantity"] = 1 + (draws >> 20) % 10
        messages["order_id"] = np.arange(1, ROWS + 1)
        self.messages = messages
        self.rows = messages[["order_id", "side", "price", "quantity"]].tolist()

    def time_limit_100000_orders(self) -> None:
        MatchingEngine(tick="0.01", lot="1").apply(self.messages)

    def time_limit_100000_calls(self) -> None:
        submit = OrderEntry(MatchingEngine(tick="0.01", lot="1")).submit
        for order_id, side, price, quantity in self.rows:
            submit(order_id, side, price, quantity)


class Quiet(Strategy):
    """Is woken for every quote and does nothing."""

    def on_quote(self, quote: object) -> None:
        pass


class Taker(Strategy):
    """Buys and sells one lot in turn at every quote."""

    def on_start(self) -> None:
        self.buys = True

    def on_quote(self, quote: object) -> None:
        (self.buy if self.buys else self.sell)(1)
        self.buys = not self.buys


class Crossing(Strategy):
    """Waits for two averages of bars to cross, and trades one lot then."""

    def on_start(self) -> None:
        bars = self.bars("1m")
        quick, calm = bars.sma(10), bars.sma(30)
        self.when(quick.crosses_above(calm), lambda: self.position.is_flat and self.buy(1))
        self.when(quick.crosses_below(calm), lambda: self.position.is_long and self.close())


class Loop:
    """Rows through the whole back-test."""

    timer = time.thread_time

    def setup(self) -> None:
        draws = mixed(ROWS, 4)
        instrument = Instrument("TEST", "SIM", quote_currency="USD", tick_size="0.01", lot_size="1")
        bids = 100_000 + np.cumsum(draws % 3 - 1)
        columns = {
            "ts_event": np.arange(1, ROWS + 1, dtype=np.int64) * 1_000_000,
            "bid_price": bids,
            "ask_price": bids + 1,
            "bid_quantity": 1 + (draws >> 8) % 100,
            "ask_quantity": 1 + (draws >> 16) % 100,
        }
        self.data = MarketData(streams=(Stream(instrument, "quote", columns),), source="benchmark")
        self.bars = MarketData(streams=(self.bar_stream(instrument, bids),), source="benchmark")
        self.levels = MarketData(streams=(self.level_stream(instrument, draws),), source="benchmark")

    def bar_stream(self, instrument: Instrument, closes: np.ndarray) -> Stream:
        """Minutes that follow one another; each opens where the one before closed."""
        opens = np.concatenate((closes[:1], closes[:-1]))
        minute = 60_000_000_000
        columns = {
            "ts_event": np.arange(1, ROWS + 1, dtype=np.int64) * minute,
            "ts_open": np.arange(ROWS, dtype=np.int64) * minute,
            "open": opens,
            "high": np.maximum(opens, closes),
            "low": np.minimum(opens, closes),
            "close": closes,
            "volume": np.full(ROWS, 100),
        }
        return Stream(instrument, "bar", columns, minute)

    def level_stream(self, instrument: Instrument, draws: np.ndarray) -> Stream:
        """New totals of twenty levels a side."""
        buys = draws % 2 == 0
        columns = {
            "ts_event": np.arange(1, ROWS + 1, dtype=np.int64) * 1_000_000,
            "action": np.full(ROWS, 2),
            "side": np.where(buys, 1, 2),
            "price": np.where(buys, 100_000 - (draws >> 8) % 20, 100_001 + (draws >> 8) % 20),
            "quantity": (draws >> 16) % 50,
        }
        return Stream(instrument, "l2", columns)

    def run(self, strategy: Strategy, data: MarketData | None = None) -> None:
        Backtest(strategy, data or self.data, cash="1000000000 USD").run()

    def time_quotes_100000_no_handler(self) -> None:
        self.run(Strategy())

    def time_quotes_100000_empty_handler(self) -> None:
        self.run(Quiet())

    def time_bars_100000_no_handler(self) -> None:
        self.run(Strategy(), self.bars)

    def time_bars_100000_conditions(self) -> None:
        self.run(Crossing(), self.bars)

    def time_levels_100000_no_handler(self) -> None:
        self.run(Strategy(), self.levels)

    def time_orders_100000_to_fill(self) -> None:
        self.run(Taker())
