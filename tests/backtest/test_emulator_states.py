"""Random commands and prices: held orders are where a plain model says, and every event is legal by the state table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, Strategy
from pytrader.model import ExecType, OrderStatus, next_status
from pytrader.strategy import Order
from tests.backtest.markets import instrument, quotes, trades

CENTRE = 10_000
PRICES = st.integers(CENTRE - 8, CENTRE + 8)


@dataclass
class Held:
    """What the model knows of an order: a stop or an if-touched order by the last trade."""

    order: Order
    buys: bool
    touched: bool
    stop: int
    open: bool = True

    def reached(self, price: int) -> bool:
        return price >= self.stop if self.buys != self.touched else price <= self.stop


SUBMIT = st.tuples(st.just("submit"), st.booleans(), st.booleans(), PRICES)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 30))
REPLACE = st.tuples(st.just("replace"), st.integers(0, 30), PRICES, st.integers(1, 5))
STEPS = st.lists(st.tuples(PRICES, st.lists(SUBMIT | CANCEL | REPLACE, max_size=4)), min_size=1, max_size=25)


class Modeled(Strategy):
    """Carries the steps out, one at each trade, and keeps the model beside."""

    def __init__(self, steps: list[Any]) -> None:
        super().__init__()
        self.steps = steps

    def on_start(self) -> None:
        self.held: list[Held] = []
        self.number = 0

    def on_trade(self, trade: object) -> None:
        price, commands = self.steps[self.number]
        self.number += 1
        for one in self.held:
            if one.open and one.reached(price):
                one.open = False
        self.agree()
        for command in commands:
            getattr(self, "do_" + command[0])(price, *command[1:])
            self.agree()

    def do_submit(self, price: int, buys: bool, touched: bool, stop: int) -> None:
        terms: dict[str, Any] = {"touch_ticks" if touched else "stop_ticks": stop}
        order = self.submit("buy" if buys else "sell", quantity_lots=2, emulate=True, **terms)
        one = Held(order, buys, touched, stop)
        one.open = not one.reached(price)
        self.held.append(one)

    def do_cancel(self, price: int, which: int) -> None:
        if which >= len(self.held):
            return
        one = self.held[which]
        if one.order.status is OrderStatus.EMULATED:
            assert self.cancel(one.order)
            one.open = False

    def do_replace(self, price: int, which: int, stop: int, lots: int) -> None:
        if which >= len(self.held):
            return
        one = self.held[which]
        if one.order.status is not OrderStatus.EMULATED:
            return
        same = stop == one.stop and lots == one.order.order_lots
        assert self.replace(one.order, stop_ticks=stop, quantity_lots=lots) is not same
        one.stop = stop
        one.open = not one.reached(price)

    def agree(self) -> None:
        for one in self.held:
            assert (one.order.status is OrderStatus.EMULATED) == one.open
            assert not one.open or one.order.stop_price_ticks == one.stop


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_held_orders_are_where_the_model_says(steps: list[Any]) -> None:
    strategy = Modeled(steps)
    prices = [price for price, _ in steps]
    data = [
        (instrument(), trades(prices)),
        (instrument(), quotes([(price - 1, price + 1) for price in prices], quantity=10_000)),
    ]
    Backtest(strategy, data, cash="1000000 USDT", check_every_event=True).run()
    assert strategy.number == len(steps)
    for one in strategy.held:
        status = OrderStatus.INITIALIZED
        for event in one.order.events:
            traded = event.exec_type is ExecType.TRADE
            following = next_status(status, event.exec_type, fills_completely=traded and not event.leaves_qty)
            assert following is event.ord_status
            status = following
        assert one.order.status in (OrderStatus.EMULATED, OrderStatus.CANCELED, OrderStatus.FILLED)
