"""Rows of several streams at one time: a trade meets the queue before the level that it changed."""

from __future__ import annotations

import numpy as np
import pytest

from pytrader import Backtest, Strategy
from pytrader.model.records import L2_EVENT
from pytrader.strategy import Book, Order
from tests.backtest.markets import ADD, BUY, LAST, SECOND, SELL, START, instrument, trades


class Joins(Strategy):
    def on_start(self) -> None:
        self.order: Order | None = None

    def on_book(self, book: Book) -> None:
        if self.order is None and book.best_ask is not None:
            self.order = self.buy(quantity_lots=10, limit_ticks=100)


@pytest.mark.parametrize("trades_given_first", [True, False])
def test_lots_that_trade_leave_the_queue_ahead_once(trades_given_first: bool) -> None:
    btc = instrument()
    levels = np.zeros(3, L2_EVENT)
    levels["ts_event"] = levels["ts_init"] = START + SECOND * np.arange(3)
    levels["action"], levels["flags"] = ADD, LAST
    levels["side"], levels["price"], levels["quantity"] = [BUY, SELL, BUY], [100, 110, 100], [5, 5, 0]
    prints = trades([100, 100], quantity=5, start=START + 2 * SECOND)
    prints["aggressor_side"] = SELL
    data = [(btc, levels), (btc, prints)]
    result = Backtest(Joins(), data[::-1] if trades_given_first else data, cash="1000 USDT").run()
    # The first trade is the five lots that were ahead, the second reaches the order.
    assert result.fills["ts_event"].tolist() == [START + 3 * SECOND]
    assert result.fills["quantity"].tolist() == [5]
