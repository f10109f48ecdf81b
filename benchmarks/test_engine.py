"""Benchmarks of the trading engine: rows with a handler and without, and one crossing by callbacks and conditions."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.model.records import BAR, QUOTE

ROWS = 20_000
MINUTE = 60_000_000_000
STOCK = Instrument("BENCH", "SIM", quote_currency="USD", tick_size="0.01", lot_size="1")


def prices() -> Any:
    return 100_000 + np.cumsum(np.random.default_rng(7).integers(-3, 4, ROWS))


def quotes() -> Any:
    rows = np.zeros(ROWS, QUOTE)
    rows["ts_event"] = rows["ts_init"] = 1_000_000 * np.arange(1, ROWS + 1)
    rows["bid_price"], rows["ask_price"] = prices() - 1, prices() + 1
    rows["bid_quantity"] = rows["ask_quantity"] = 100
    return rows


def bars() -> Any:
    rows = np.zeros(ROWS, BAR)
    rows["ts_open"] = MINUTE * np.arange(ROWS)
    rows["ts_event"] = rows["ts_init"] = rows["ts_open"] + MINUTE
    for name in ("open", "high", "low", "close"):
        rows[name] = prices()
    return rows


class Silent(Strategy):
    pass


class OnQuote(Strategy):
    def on_quote(self, quote: Any) -> None:
        pass


class Callbacks(Strategy):
    def on_start(self) -> None:
        series = self.bars("1m")
        self.quick, self.calm = series.sma(10), series.sma(30)

    def on_bar(self, bar: Any) -> None:
        if self.quick > self.calm and self.position.is_flat:
            self.buy(1)
        elif self.quick < self.calm and self.position.is_long:
            self.close()


class Conditions(Strategy):
    def on_start(self) -> None:
        series = self.bars("1m")
        quick, calm = series.sma(10), series.sma(30)
        self.when(quick.above(calm), self.enter)
        self.when(quick.below(calm), self.leave)

    def enter(self) -> None:
        if self.position.is_flat:
            self.buy(1)

    def leave(self) -> None:
        if self.position.is_long:
            self.close()


@pytest.mark.benchmark(group="engine", timer=time.thread_time, disable_gc=True)
@pytest.mark.parametrize("strategy", [Silent, OnQuote, Callbacks, Conditions])
def test_replay(benchmark: Any, strategy: type[Strategy]) -> None:
    rows = quotes() if strategy in (Silent, OnQuote) else bars()

    def run() -> int:
        result = Backtest(strategy, (STOCK, rows), cash="1000000 USD", equity_interval="1d").run()
        return len(result.fills)

    if strategy in (Callbacks, Conditions):
        other = Conditions if strategy is Callbacks else Callbacks
        there = Backtest(other, (STOCK, rows), cash="1000000 USD", equity_interval="1d").run()
        assert run() == len(there.fills) > 500
    benchmark.pedantic(run, rounds=5, iterations=1, warmup_rounds=1)
    if benchmark.stats is not None:
        benchmark.extra_info["ns_per_row"] = benchmark.stats.stats.median * 1e9 / ROWS
