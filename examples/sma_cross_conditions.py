"""The crossing of sma_cross.py by conditions: the core evaluates them, and Python runs only when one becomes true."""

from __future__ import annotations

from pytrader import Strategy


class SmaCrossConditions(Strategy):
    fast: int = 10
    slow: int = 30

    def on_start(self) -> None:
        bars = self.bars("1m")
        quick, calm = bars.sma(self.fast), bars.sma(self.slow)
        self.when(quick.above(calm), self.enter)
        self.when(quick.below(calm), self.leave)

    def enter(self) -> None:
        if self.position.is_flat:
            self.buy(1)

    def leave(self) -> None:
        if self.position.is_long:
            self.close()
