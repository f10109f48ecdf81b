"""Buys when the fast average of closes is above the slow one, and sells when it is below."""

from __future__ import annotations

from pytrader import Strategy
from pytrader.strategy import Bar


class SmaCross(Strategy):
    fast: int = 10
    slow: int = 30

    def on_start(self) -> None:
        bars = self.bars("1m")
        self.quick = bars.sma(self.fast)
        self.calm = bars.sma(self.slow)

    def on_bar(self, bar: Bar) -> None:
        if self.quick > self.calm and self.position.is_flat:
            self.buy(1)
        elif self.quick < self.calm and self.position.is_long:
            self.close()
