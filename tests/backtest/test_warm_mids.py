"""Indicators on mid prices know the past: after a warm-up, and when they are asked for in the middle of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Strategy
from pytrader.model.records import L2_EVENT
from tests.backtest.markets import ADD, BUY, ERASE, EXECUTE, LAST, SECOND, SELL, START, book_rows, instrument, quotes

BTC = instrument()
OTHER = instrument("ETHUSDT")
ASKS = [110 + i * i % 17 for i in range(120)]


def l3_rows() -> Any:
    """An offer comes, trades in part and goes; the next is at another price, over a bid that stays."""
    rows = [(ADD, BUY, 100, 5, 1)]
    for number, price in enumerate(ASKS):
        rows += [(ADD, SELL, price, 5, 2 * number + 2), (EXECUTE, SELL, price, 2, 2 * number + 2)]
        rows += [(ERASE, SELL, price, 3, 2 * number + 2)]
    return book_rows(rows, step=SECOND)


def l2_rows() -> Any:
    made = np.zeros(2 * len(ASKS) + 1, L2_EVENT)
    made["ts_event"] = made["ts_init"] = START + SECOND * np.arange(len(made))
    made["flags"], made["quantity"], made["action"] = LAST, 7, 1
    made["side"] = SELL
    made["price"][1::2] = made["price"][2::2] = ASKS
    made["quantity"][2::2] = 0
    made["side"][0], made["price"][0] = BUY, 100
    return made


FEEDS: dict[str, Any] = {
    "quotes": lambda: quotes([(100, price) for price in ASKS]),
    "levels": l2_rows,
    "orders": l3_rows,
}


class Means(Strategy):
    """Writes down the averages of the mid price at every change of the best bid or offer."""

    def on_start(self) -> None:
        self.ask()
        self.at_start = [mean.ready for mean in self.means]
        self.seen: list[tuple[Any, ...]] = []

    def ask(self) -> None:
        self.means = [self.mids(BTC.id).sma(4), self.mids(BTC.id).ema(3)]

    def on_quote(self, quote: Any) -> None:
        if quote.instrument_id == BTC.id:
            self.seen.append((quote.ts_event, *(mean.value for mean in self.means)))


def run(strategy: Strategy, *data: Any, **options: Any) -> Any:
    return Backtest(strategy, list(data), cash="1000000 USDT", **options).run()


@pytest.mark.parametrize("latency", ["0s", "1500ms"])
@pytest.mark.parametrize("feed", FEEDS)
def test_after_a_warm_up_means_of_mids_stand_where_they_would(feed: str, latency: str) -> None:
    cold, warm = Means(), Means()
    start = START + 40 * SECOND
    run(cold, (BTC, FEEDS[feed]()), feed_latency=latency)
    run(warm, (BTC, FEEDS[feed]()), feed_latency=latency, start=start)
    assert cold.at_start == [False, False]
    assert warm.at_start == [True, True]
    behind = 2 * SECOND if latency != "0s" else 0
    expected = [seen for seen in cold.seen if seen[0] + behind > start]
    assert warm.seen[-len(expected) + 2 :] == expected[2:]
    assert len(expected) > 30


@pytest.mark.parametrize("latency", ["0s", "700ms"])
@pytest.mark.parametrize("place", ["trade", "quote", "timer", "order", "other"])
@pytest.mark.parametrize("feed", FEEDS)
def test_means_that_are_asked_for_late_agree_with_early_ones(feed: str, place: str, latency: str) -> None:
    class Late(Means):
        def on_start(self) -> None:
            super().on_start()
            self.late: list[Any] = []
            self.wrong: list[Any] = []
            self.clock.set_timer("tick", interval="7s")
            # Held by the core, and released by the price that moves.
            self.held = [self.buy("0.001", BTC.id, stop_ticks=price, emulate=True) for price in range(112, 126)]

        def look(self, where: str) -> None:
            if where == place and len(self.late) < 40 and self.means[0].ready:
                self.late.append([self.mids(BTC.id).sma(4), self.mids(BTC.id).ema(3)])

        def on_trade(self, trade: Any) -> None:
            self.look("trade")

        def on_timer(self, timer: Any) -> None:
            self.look("timer")

        def on_order_event(self, event: Any) -> None:
            self.look("order")

        def on_quote(self, quote: Any) -> None:
            self.look("quote" if quote.instrument_id == BTC.id else "other")
            early = [(mean.ready, mean.value) for mean in self.means]
            self.wrong += [
                (self.clock.now, early) for late in self.late if [(mean.ready, mean.value) for mean in late] != early
            ]

    strategy = Late()
    run(strategy, (OTHER, quotes([(5, 7)] * 200)), (BTC, FEEDS[feed]()), feed_latency=latency)
    assert strategy.late or (feed, place) in (("quotes", "trade"), ("levels", "trade"))
    assert strategy.wrong == []


def test_a_mean_that_is_not_ready_is_over_the_mids_that_were_received() -> None:
    class Slow(Strategy):
        def on_start(self) -> None:
            self.values: list[Any] = []

        def on_quote(self, quote: Any) -> None:
            mean = self.mids().sma(50)
            self.values.append((mean.ready, mean.value))

    strategy = Slow()
    run(strategy, (BTC, quotes([(100, 102), (100, 104), (100, 106)])))
    assert strategy.values == [
        (False, pytest.approx(1.01)),
        (False, pytest.approx(1.015)),
        (False, pytest.approx(1.02)),
    ]
