"""A feed that contradicts itself: the run goes on without the rows in question, and its result counts them."""

from __future__ import annotations

import numpy as np

from pytrader import Backtest, Strategy
from pytrader.backtest import BacktestResult, BookFaults
from pytrader.data import MarketData, Stream
from pytrader.model.records import FLAG_LAST, BookAction
from pytrader.strategy import Quote
from tests.backtest.markets import instrument, quotes


class Listener(Strategy):
    def on_quote(self, quote: Quote) -> None:
        assert quote.ts_event > 0


def run(rows: list[tuple[int, int, int, int, int]]) -> BacktestResult:
    """Run over rows of action, side, price, quantity and order id."""
    columns = {
        "ts_event": np.arange(1, len(rows) + 1, dtype=np.int64),
        "action": np.array([row[0] for row in rows], np.int64),
        "side": np.array([row[1] for row in rows], np.int64),
        "price": np.array([row[2] for row in rows], np.int64),
        "quantity": np.array([row[3] for row in rows], np.int64),
        "order_id": np.array([row[4] for row in rows], np.uint64),
        "flags": np.full(len(rows), FLAG_LAST, np.int64),
    }
    data = MarketData((Stream(instrument(), "l3", columns),), source="test")
    return Backtest(Strategy(), data, cash="100 USDT").run()


ADD, EXECUTE = int(BookAction.ADD), int(BookAction.EXECUTE)


def test_the_result_counts_rows_that_the_book_left_out() -> None:
    faulty = run([(ADD, 1, 100, 5, 1), (ADD, 1, 100, 5, 1), (ADD, 2, 101, 5, 2), (EXECUTE, 2, 101, 9, 2)])
    found = {(each.fault, each.count) for each in faulty.book_faults}
    assert found == {("duplicate_order", 1), ("quantity_too_large", 1)}
    assert faulty.book_faults[0] == BookFaults(instrument().id, "quantity_too_large", 1)
    assert "1 duplicate order" in str(faulty)
    assert {"instrument": instrument().id, "fault": "duplicate_order", "rows": 1} in faulty.summary()["book_faults"]


def test_a_sound_feed_has_no_faults() -> None:
    sound = run([(ADD, 1, 100, 5, 1), (ADD, 2, 101, 5, 2), (EXECUTE, 2, 101, 5, 2)])
    assert sound.book_faults == ()
    assert "faulty" not in str(sound)


def test_quotes_whose_bid_is_at_or_above_their_ask_are_counted() -> None:
    rows = quotes([(100, 102), (101, 101), (103, 102), (103, 102), (100, 101)])
    rows["ask_quantity"][3] = 0  # a side that is empty crosses nothing
    heard = Backtest(Listener(), (instrument(), rows), cash="100 USDT").run()
    unheard = Backtest(Strategy(), (instrument(), rows), cash="100 USDT").run()
    assert heard.book_faults == unheard.book_faults == (BookFaults(instrument().id, "crossed", 2),)
