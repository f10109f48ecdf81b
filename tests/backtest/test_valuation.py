"""What a result says a position is worth agrees with the price that it says it is valued at."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from pytrader import Backtest, Strategy
from pytrader.strategy import Quote
from tests.backtest.markets import instrument, quotes, trades


class BuyOnce(Strategy):
    def on_start(self) -> None:
        self.done = False

    def on_quote(self, quote: Quote) -> None:
        if not self.done:
            self.buy("0.004")
        self.done = True


@pytest.mark.parametrize("tick", ["0.01", "0.05"])
def test_open_positions_are_valued_at_the_middle_that_the_result_names(tick: str) -> None:
    traded = instrument(tick_size=tick)
    data = [(traded, quotes([(100, 103), (110, 113)])), (traded, trades([101, 112]))]
    result = Backtest(BuyOnce, data, cash="1000 USDT", check_every_event=True).run()
    (position,) = result.positions
    assert position.last_price is not None
    assert position.average_price is not None
    assert position.unrealized_pnl is not None
    size = Fraction(tick)
    assert Fraction(str(position.last_price)) == Fraction(223, 2) * size, "the middle, not the last trade"
    profit = (Fraction(str(position.last_price)) - Fraction(str(position.average_price))) * Fraction("0.004")
    assert abs(Fraction(str(position.unrealized_pnl.amount)) - profit) < Fraction(1, 10**18)


def test_with_one_side_and_no_trade_a_position_counts_at_the_side_that_stands() -> None:
    rows = quotes([(10_000, 10_000), (4000, 4001), (4000, 4001), (4000, 4001)])
    rows["ask_quantity"][2:] = 0
    result = Backtest(BuyOnce, (instrument(), rows), cash="1000 USDT", equity_interval="1s").run()
    (position,) = result.positions
    assert str(position.last_price) == "40.00"
    assert position.unrealized_pnl is not None
    assert position.unrealized_pnl.amount == Decimal("-0.240")
    assert list(result.equity["equity"] - 1000_00000000)[-2:] == [-24000000] * 2
