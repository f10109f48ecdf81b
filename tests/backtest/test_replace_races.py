"""Fills that overtake the answer to a replace that grows their order: what it adds is neither free nor forgotten."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import Latency
from pytrader.model import OrderStatus
from pytrader.model.records import QUOTE, TRADE
from pytrader.strategy import ExecutionAlgorithm, PercentOfVolume, StrategyState, Twap

SECOND = 1_000_000_000
BEGIN = 1_000 * SECOND
ACME = Instrument("ACME", "XNAS", quote_currency="USD", tick_size="0.01", lot_size="1")
Rows = npt.NDArray[np.void]


def market(count: int, *asks: tuple[int, int, int]) -> Rows:
    """One quote of 99.99 / 100.01 a second; the (row, ask, lots) given come down to a buyer instead."""
    rows = np.zeros(count, QUOTE)
    rows["ts_event"] = rows["ts_init"] = BEGIN + np.arange(count) * SECOND
    rows["bid_price"], rows["ask_price"] = 9999, 10001
    rows["bid_quantity"] = rows["ask_quantity"] = 50
    for row, ask, lots in asks:
        rows["ask_price"][row], rows["bid_price"][row], rows["ask_quantity"][row] = ask, ask - 1, lots
    return rows


def run(strategy: Strategy, rows: Rows, *more: Rows, slow_to: int = 8_500, cash: str = "100000 USD") -> Any:
    """What the venue says at about 2 s takes until `slow_to` ms, everything else 0.1 s."""
    told = [(0, 100), (1_900, 2_000), (2_000, slow_to), (2_100, slow_to), (2_200, 2_300), (20_000, 20_100)]
    latencies = np.array([(at, at, heard) for at, heard in told]) * (SECOND // 1000) + BEGIN
    return Backtest(
        strategy,
        [(ACME, part) for part in (rows, *more)],
        cash=cash,
        order_latency="1ms",
        response_latency=Latency.from_rows(latencies, may_overtake=True),
        check_every_event=True,
    ).run()


class Grows(Strategy):
    """Buys three lots, asks for more at 2 s, and hears at 8.5 s that it got them; three trade at 3 s."""

    total: int = 6
    limit: str = "99.98"

    def on_start(self) -> None:
        self.count = -1
        self.statuses: list[tuple[OrderStatus, int]] = []

    def on_quote(self, quote: Any) -> None:
        self.count += 1
        if self.count == 0:
            self.order = self.buy(3, limit=self.limit)
        if self.count == 2:
            self.replace(self.order, quantity=self.total)
        self.act()

    def act(self) -> None:
        """Do what the test is about."""

    def on_fill(self, event: Any) -> None:
        if event.order is self.order:
            self.statuses.append((event.ord_status, self.order.leaves_lots))


def test_an_order_is_open_until_the_venue_has_answered_what_may_have_grown_it() -> None:
    strategy = Grows()
    result = run(strategy, market(20, (3, 9998, 3), (12, 9998, 50)))
    assert strategy.statuses == [(OrderStatus.PENDING_REPLACE, 0), (OrderStatus.FILLED, 0)]
    assert str(strategy.order.cum_qty) == "6"
    assert str(result.positions[0].quantity) == "6"


def test_a_refused_replace_of_a_filled_order_fills_it() -> None:
    class TooLate(Grows):
        def act(self) -> None:
            if self.count == 3:
                self.replace(self.order, quantity=9)

        def on_quote(self, quote: Any) -> None:
            self.count += 1
            if self.count == 0:
                self.order = self.buy(3, limit="99.98")
            self.act()

    strategy = TooLate()
    run(strategy, market(20, (3, 9998, 3)))
    assert strategy.order.status is OrderStatus.FILLED
    assert strategy.order.order_lots == 3


def test_what_a_replace_may_add_is_paid_for_beside_other_orders() -> None:
    class Spends(Grows):
        def act(self) -> None:
            if self.count == 4:
                self.other = self.buy(6)

    strategy = Spends(total=9, limit="99.99")
    result = run(strategy, market(20, (3, 9999, 3), (12, 9999, 50)), cash="1000 USD")
    assert strategy.other.status is OrderStatus.DENIED
    assert str(result.positions[0].quantity) == "9"
    assert result.accounts[0].cash.amount >= 0


def test_the_policy_flatten_waits_for_what_may_still_trade() -> None:
    class Fails(Grows):
        error_policy = "flatten"

        def act(self) -> None:
            if self.count == 4:
                raise RuntimeError("wrong")

    strategy = Fails()
    result = run(strategy, market(20, (3, 9998, 3), (12, 9998, 50)))
    assert strategy.state is StrategyState.FAULTED
    assert str(result.positions[0].quantity) == "0"
    assert not (result.orders["ord_status"] == int(OrderStatus.PENDING_REPLACE)).any()


class Posts(Strategy):
    def on_start(self) -> None:
        self.parent: Any = None

    def on_quote(self, quote: Any) -> None:
        if self.parent is None:
            self.parent = self.buy(12, limit="100.00", algorithm=Twap("8s", slices=4, style="post"))


def test_children_whose_fills_overtake_a_replace_do_not_exceed_their_parent() -> None:
    strategy = Posts()
    result = run(strategy, market(14, (3, 9999, 3), (7, 9999, 50)))
    traded = result.positions[0].quantity.as_decimal()
    assert 3 < traded <= 12
    assert strategy.parent.cum_qty.as_decimal() == traded


class Manual(ExecutionAlgorithm):
    def on_start(self) -> None:
        self.child = self.send(3, limit_ticks=9999)


def test_a_cancel_of_a_parent_reaches_a_child_that_a_replace_may_have_grown() -> None:
    class Cancels(Strategy):
        def on_start(self) -> None:
            self.count = -1

        def on_quote(self, quote: Any) -> None:
            self.count += 1
            if self.count == 0:
                self.algorithm = Manual()
                self.parent = self.buy(12, limit="100.00", algorithm=self.algorithm)
            if self.count == 2:
                self.replace(self.algorithm.child, quantity=6)
            if self.count == 4:
                assert self.cancel(self.parent)
                assert self.parent.status is OrderStatus.PENDING_CANCEL

    strategy = Cancels()
    result = run(strategy, market(14, (3, 9999, 3), (12, 9999, 50)))
    assert strategy.parent.status is OrderStatus.CANCELED
    assert strategy.algorithm.child.is_closed
    assert str(result.positions[0].quantity) == str(strategy.parent.cum_qty) == "3"


def test_a_share_of_volume_counts_lots_that_were_traded_and_are_not_told_yet() -> None:
    class Participates(Strategy):
        def on_start(self) -> None:
            self.count = -1
            self.child: Any = None

        def on_quote(self, quote: Any) -> None:
            self.count += 1
            if self.count == 0:
                self.buy(100, limit="100.00", algorithm=PercentOfVolume("0.1", interval="1s", style="post"))
            if self.count == 3:
                self.cancel(self.child)

        def on_order_event(self, event: Any) -> None:
            if event.order.parent_id and self.child is None:
                self.child = event.order

    volume = np.zeros(1, TRADE)
    volume["ts_event"] = volume["ts_init"] = BEGIN + SECOND // 2
    volume["price"], volume["quantity"], volume["aggressor_side"], volume["trade_id"] = 10001, 100, 1, 1
    result = run(Participates(), market(9, (2, 9999, 6), (6, 9998, 50)), volume, slow_to=7_500)
    assert 6 <= result.positions[0].quantity.as_decimal() <= 10
