"""Strategies trade with one another on an exchange: an auction opens the day, a crowd trades, one follows the trend."""

from __future__ import annotations

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult, Exchange
from pytrader.matching import VenueRules
from pytrader.simulation import MarketMaker, NoiseTrader
from pytrader.strategy import Bar

STOCK = Instrument("DEMO", "XCHG", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")


class Follow(Strategy):
    """Buys when the last ten-second bar closed above its average, sells when it closed below."""

    size: int = 5  # lots

    def on_start(self) -> None:
        self.average = self.bars("10s").sma(6)

    def on_bar(self, bar: Bar) -> None:
        held = self.position.quantity_lots
        if self.average < bar.close and held <= 0:
            self.buy(quantity_lots=self.size - held)
        elif self.average > bar.close and held >= 0:
            self.sell(quantity_lots=self.size + held)


def run(seed: int = 1) -> BacktestResult:
    exchange = Exchange(
        STOCK,
        "30m",
        rules=VenueRules(self_trade="cancel_oldest"),
        sessions=[
            ("0s", "opening_auction"),
            ("1m", "continuous"),
            ("29m", "closing_auction"),
            ("30m", "closed"),
        ],
        reference_price="100.00",
    )
    crowd = [NoiseTrader(seed=seed * 10 + number, every="500ms") for number in range(3)]
    return Backtest([*crowd, MarketMaker(), Follow()], exchange, cash="1000000 USD", order_latency="1ms").run()


if __name__ == "__main__":
    print(run())
