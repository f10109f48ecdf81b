"""Orders that wait in the core are judged with what they may come to cost when they are released or replaced."""

from __future__ import annotations

from typing import Any

import pytest

from pytrader import Backtest, Strategy
from pytrader.model import OrderStatus, RejectReason
from tests.backtest.markets import instrument, quotes

RISING = [(9999, 10001)] * 3 + [(11999, 12000)] + [(16499, 16500)] * 4


class Waiting(Strategy):
    """Sends one order at the first quote, and asks for more of it at the second."""

    def __init__(self, quantity: str, grown: str | None = None, **terms: Any) -> None:
        super().__init__()
        self.quantity, self.grown, self.terms = quantity, grown, terms
        self.seen = 0
        self.sent: Any = None
        self.asked: bool | None = None
        self.refusal: RejectReason | None = None

    def on_quote(self, quote: Any) -> None:
        self.seen += 1
        if self.seen == 1:
            self.sent = self.buy(self.quantity, trigger="bid_ask", **self.terms)
        elif self.seen == 2 and self.grown is not None:
            self.asked = self.replace(self.sent, quantity=self.grown)
            self.refusal = self.last_refusal.code


def run(strategy: Waiting, prices: list[tuple[int, int]]) -> Any:
    return Backtest(strategy, (instrument(), quotes(prices)), cash="20 USDT", check_every_event=True).run()


@pytest.mark.parametrize(("quantity", "status"), [("0.116", OrderStatus.FILLED), ("0.117", OrderStatus.DENIED)])
def test_a_limit_that_is_counted_from_the_trigger_is_judged_at_the_release(quantity: str, status: OrderStatus) -> None:
    # It begins to trail at 120.00; the stop is 121.00, and the limit 171.00: 0.117 of that is 20.007.
    strategy = Waiting(quantity, trail="1", trail_limit="50", activation="102", emulate=True)
    result = run(strategy, RISING)
    assert strategy.sent.status is status
    assert result.accounts[0].cash.amount >= 0
    if status is OrderStatus.DENIED:
        assert strategy.sent.reason.code is RejectReason.INSUFFICIENT_FUNDS


@pytest.mark.parametrize("emulate", [True, False])
@pytest.mark.parametrize(("grown", "asked"), [("0.132", True), ("0.133", False)])
def test_a_replace_is_judged_by_the_limit_that_the_order_will_have(grown: str, asked: bool, emulate: bool) -> None:
    # The stop is 101.01, and the limit would be 151.01: 0.133 of that is 20.08.
    strategy = Waiting("0.100", grown, trail="1", trail_limit="50", emulate=emulate)
    result = run(strategy, [(9999, 10001)] * 4 + [(14998, 15000)] * 4)
    assert (strategy.asked, strategy.refusal is RejectReason.INSUFFICIENT_FUNDS) == (asked, not asked)
    assert result.accounts[0].cash.amount >= 0


def test_a_replace_keeps_what_the_order_may_come_to_cost() -> None:
    class AndAnother(Waiting):
        def on_quote(self, quote: Any) -> None:
            super().on_quote(quote)
            if self.seen == 3:
                self.more = self.buy("0.090", limit="99.98")

    strategy = AndAnother("0.100", "0.101", trail="1", trail_limit="50", emulate=True)
    run(strategy, [(9999, 10001)] * 8)
    assert strategy.asked is True
    assert strategy.more.reason.code is RejectReason.INSUFFICIENT_FUNDS
