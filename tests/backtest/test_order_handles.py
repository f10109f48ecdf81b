"""The handle of an order shows the order as it is now: one handle for all events and look-ups, told all there is."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

from pytrader import Backtest, Strategy
from pytrader.backtest import Latency
from pytrader.model import OrderStatus, RejectReason
from tests.backtest.markets import SECOND, instrument, quotes

BTC = instrument()


def run(strategy: Strategy, rows: Any, **options: Any) -> Any:
    return Backtest(
        strategy, (BTC, rows), cash="1000000 USDT", record_events=True, check_every_event=False, **options
    ).run()


class Hasty(Strategy):
    """Sends an order at every quote and cancels it at the next; keeps every handle, and what it was told."""

    def on_start(self) -> None:
        self.sent: list[Any] = []
        self.told: list[Any] = []
        self.late = 0
        self.ended: set[str] = set()

    def on_quote(self, quote: Any) -> None:
        if self.sent:
            self.cancel(self.sent[-1])
        self.sent.append(self.buy("0.010", limit_ticks=quote.ask_ticks))

    def on_order_event(self, event: Any) -> None:
        self.told.append(event)
        self.late += event.exec_type.name == "TRADE" and event.client_order_id in self.ended
        if event.ord_status in (OrderStatus.FILLED, OrderStatus.CANCELED):
            self.ended.add(event.client_order_id)


def test_a_handle_learns_of_trades_that_are_told_after_the_orders_end() -> None:
    strategy = Hasty()
    rows = quotes([(100 + i % 3, 101 + i % 3) for i in range(60)], quantity=4)
    slow = Latency.uniform("0s", "9s", seed=3, may_overtake=True)
    result = run(strategy, rows, order_latency="500ms", response_latency=slow)
    assert strategy.late > 0
    by_id = {order.client_order_id: order for order in strategy.sent}
    assert all(event.order is by_id[event.client_order_id] for event in strategy.told)
    recorded = np.bincount(result.order_events["client_order_id"], minlength=len(strategy.sent) + 1)
    for row, order in zip(result.orders, strategy.sent, strict=True):
        assert (order.cum_lots, int(order.status.value)) == (row["cum_qty"], row["ord_status"])
        assert len(order.events) == recorded[row["client_order_id"]]


def test_a_closed_order_is_found_as_the_handle_that_somebody_holds() -> None:
    class Looking(Strategy):
        def on_start(self) -> None:
            self.kept: list[Any] = []
            self.seen: list[Any] = []

        def on_quote(self, quote: Any) -> None:
            if len(self.kept) < 2:
                self.kept.append(self.buy("0.001"))
                self.buy("0.001")
                return
            for order in self.kept:
                assert self.order(order.client_order_id) is order
                assert self.order(order.venue_order_id) is order
                assert len(order.events) == 3
            closed = self.orders(status="closed")
            assert [order.client_order_id for order in closed] == [f"Looking-{n}" for n in (1, 2, 3, 4)]
            assert [closed[0], closed[2]] == self.kept
            # Nobody has kept these, so that what happened to them is not told again.
            assert [len(closed[1].events), len(closed[3].events)] == [0, 0]
            self.seen.append(len(closed))

    strategy = Looking()
    run(strategy, quotes([(100, 101)] * 4))
    assert strategy.seen == [4, 4]
    assert [order.status for order in strategy.kept] == [OrderStatus.FILLED] * 2


def test_handles_come_and_go_in_any_order() -> None:
    class Forgetful(Strategy):
        def on_start(self) -> None:
            self.kept: dict[str, Any] = {}

        def on_quote(self, quote: Any) -> None:
            for _ in range(200):
                order = self.buy("0.001", limit="0.50")
                self.kept[order.client_order_id] = order
            for name in self.random.sample(sorted(self.kept), 150):
                self.cancel(self.kept.pop(name))

        def on_stop(self) -> None:
            assert all(self.order(name) is order for name, order in self.kept.items())
            assert all(self.order(order.client_order_id) is order for order in self.open_orders)
            assert len(self.open_orders) == len(self.kept)

    strategy = Forgetful()
    run(strategy, quotes([(100, 101)] * 10))
    assert {order.status for order in strategy.kept.values()} == {OrderStatus.NEW}
    names = sorted(strategy.kept)
    strategy.kept.clear()
    gc.collect()
    assert len(names) == 500


def test_a_denied_order_says_why_before_its_event_is_told() -> None:
    class Denied(Strategy):
        def on_start(self) -> None:
            self.said: list[Any] = []
            self.orders_sent = [self.buy("0.001", limit="-1"), self.buy("0.001", limit="1", post_only=True)]
            self.said = [(order.status, order.reason.code, len(order.events)) for order in self.orders_sent]

    strategy = Denied()
    run(strategy, quotes([(100, 101)] * 2))
    assert strategy.said[0] == (OrderStatus.DENIED, RejectReason.PRICE_NOT_POSITIVE, 0)
    assert strategy.said[1][1] is RejectReason.NONE
    assert strategy.orders_sent[0].reason.text == "the price must be above zero for this instrument"


def test_the_reason_is_known_of_an_order_whose_handle_nobody_kept() -> None:
    class Careless(Strategy):
        def on_start(self) -> None:
            self.found: Any = None

        def on_quote(self, quote: Any) -> None:
            if self.orders(status="closed"):
                self.found = self.orders(status="closed")[0].reason.code
            self.buy("0.001", limit="-1")

    strategy = Careless()
    run(strategy, quotes([(100, 101)] * 3, step=SECOND))
    assert strategy.found is RejectReason.PRICE_NOT_POSITIVE
