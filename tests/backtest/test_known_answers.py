"""Back-tests whose outcome is known exactly from elsewhere."""

from __future__ import annotations

import numpy as np

from pytrader import Instrument, Money, Strategy, backtest
from pytrader.model import Side
from pytrader.strategy import Bar
from tests.backtest.known_bars import known_bars

STOCK = Instrument("KNOWN", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")


class Crossing(Strategy):
    """Buys when the fast average comes above the slow one, sells when it comes below; never on a level."""

    fast: int = 10
    slow: int = 30

    def on_start(self) -> None:
        bars = self.bars("1m")
        self.quick = bars.sma(self.fast)
        self.calm = bars.sma(self.slow)
        self.before: int | None = None

    def on_bar(self, bar: Bar) -> None:
        now = (self.quick > self.calm) - (self.quick < self.calm)
        before, self.before = self.before, now
        if before is None:
            return
        if now > 0 and before <= 0 and self.position.is_flat:
            self.buy(1)
        elif now < 0 and before >= 0 and self.position.is_long:
            self.close()


def reference(opens: list[int], closes: list[int], fast: int, slow: int) -> tuple[int, int]:
    """Round trips, and profit in ticks with an open position at the last close, in plain Python."""
    trips = profit = entry = held = before = 0
    for i in range(slow - 1, len(closes)):
        gap = sum(closes[i - fast + 1 : i + 1]) * slow - sum(closes[i - slow + 1 : i + 1]) * fast
        now = (gap > 0) - (gap < 0)
        if i >= slow and i + 1 < len(closes):
            if now > 0 and before <= 0 and not held:
                held, entry = 1, opens[i + 1]
            elif now < 0 and before >= 0 and held:
                held, trips = 0, trips + 1
                profit += opens[i + 1] - entry
        before = now
    return trips, profit + (closes[-1] - entry if held else 0)


def test_a_million_bars_give_the_published_round_trips_and_equity() -> None:
    result = backtest(Crossing, (STOCK, known_bars()), cash="1000000 USD")
    assert result.finished
    assert int(np.count_nonzero(result.fills["side"] == Side.SELL)) == 13_925
    assert result.accounts[0].equity == Money("1005663.21", "USD")


def test_short_runs_agree_with_plain_python_for_many_lengths() -> None:
    rows = known_bars(3_000, seed=11)
    opens, closes = rows["open"].tolist(), rows["close"].tolist()
    for fast, slow in ((1, 2), (3, 10), (7, 30), (10, 31)):
        result = backtest(Crossing, (STOCK, rows), cash="1000000 USD", fast=fast, slow=slow)
        trips, profit = reference(opens, closes, fast, slow)
        assert int(np.count_nonzero(result.fills["side"] == Side.SELL)) == trips
        assert result.accounts[0].equity == Money(1_000_000, "USD") + Money(str(profit) + "E-2", "USD")
