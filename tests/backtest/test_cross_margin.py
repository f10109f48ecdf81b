"""Cross accounts: judged by the venues' own marks of one time, taken over as a whole, and nothing of them left over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult, Venue
from pytrader.model import OrderStatus, RejectReason
from pytrader.strategy import CashEvent, OrderEvent, Timer
from tests.backtest.margin_markets import MILLISECOND, contract, marked, quoted

A, B, C = contract("A"), contract("B"), contract("C")


class Plan(Strategy):
    """Sends orders by the clock: (milliseconds, instrument, lots with their sign, limit)."""

    def __init__(self, *orders: tuple[int, Instrument, int, str | None]) -> None:
        super().__init__()
        self.plan = orders
        self.sent: list[Any] = []
        self.told: list[CashEvent] = []
        self.refused: list[RejectReason] = []

    def on_start(self) -> None:
        for number, order in enumerate(self.plan):
            self.clock.set_alert(f"order {number}", at=order[0] * MILLISECOND + 1)

    def on_timer(self, timer: Timer) -> None:
        _, where, lots, limit = self.plan[int(timer.name.split()[1])]
        send = self.buy if lots > 0 else self.sell
        self.sent.append(send(abs(lots), instrument=where, limit=limit))

    def on_cash_event(self, event: CashEvent) -> None:
        self.told.append(event)

    def on_reject(self, event: OrderEvent) -> None:
        self.refused.append(event.reason.code)


def run(plan: Strategy, data: Sequence[Any], **more: Any) -> BacktestResult:
    return Backtest(plan, list(data), cash="5000 USDT", account="cross", **more).run()


@pytest.mark.parametrize("turned", [False, True])
def test_marks_of_one_time_are_judged_together(turned: bool) -> None:
    marks = [(A, marked((2000, 10000), (10000, 5000))), (B, marked((2000, 10000), (10000, 5000)))]
    plan = Plan((1000, A, 100, None), (1000, B, -100, None))
    market = [(A, quoted((0, 10000))), (B, quoted((0, 10000)))]
    result = run(plan, market + (marks[::-1] if turned else marks))
    assert len(result.cash_events) == 0
    assert result.accounts[0].equity.amount == 5000


@pytest.mark.parametrize("feed_latency", ["0ms", "1s"])
def test_other_instruments_count_as_their_venue_marked_them_last(feed_latency: str) -> None:
    plan = Plan((3000, A, 100, None), (3000, B, -100, None))
    data = [(A, quoted((0, 10000))), (B, quoted((0, 10000)))]
    data += [(A, marked((2000, 10000), (9500, 5000))), (B, marked((2000, 10000), (9000, 9000), (9400, 5000)))]
    assert len(run(plan, data, feed_latency=feed_latency).cash_events) == 0


def test_the_last_position_leaves_no_cash_also_where_a_larger_one_was_closed_meanwhile() -> None:
    plan = Plan((0, A, 100, None), (0, B, 10, None), (1200, A, -100, None))
    data = [(A, quoted((0, 10000), (1600, 4000))), (B, quoted((0, 10000)))]
    data += [(A, marked((1000, 10000), (2000, 4000))), (B, marked((1000, 10000)))]
    result = run(plan, data, insurance="10000 USDT", order_latency="500ms")
    # Cash is 5000 - 10000 - 1000 + 4000 = -2000 when the call is heard, and B is worth 1000.
    assert [event.instrument_id for event in plan.told] == [B.id]
    assert result.accounts[0].cash.amount == 0
    assert [str(fund.balance) for fund in result.insurance] == ["9000.00000000 USDT"]


def test_what_a_fill_on_its_way_brought_is_taken_over_too() -> None:
    plan = Plan((0, A, 100, None), (1200, C, 10, None), (1200, C, 5, "1.00"))
    data = [(A, quoted((0, 10000), (2500, 4000))), (C, quoted((0, 10000))), (A, marked((2000, 4000)))]
    result = run(plan, data, insurance="10000 USDT", order_latency="500ms")
    # 5000 - 10000 - 1000 + 4000 + 1000 = -1000: the fund pays it.
    assert [event.instrument_id for event in plan.told] == [C.id, A.id]
    assert result.accounts[0].cash.amount == 0
    assert not any(position.quantity for position in result.positions)
    assert [str(fund.balance) for fund in result.insurance] == ["9000.00000000 USDT"]
    assert plan.sent[2].status is OrderStatus.CANCELED


def test_no_order_of_the_account_outlives_it() -> None:
    plan = Plan((0, A, 400, None), (0, B, 10, "90.00"))
    data = [(A, quoted((0, 10000))), (B, quoted((0, 10000), (5000, 8000))), (A, marked((2000, 8000)))]
    result = run(plan, data, insurance="50000 USDT")
    assert plan.sent[1].status is OrderStatus.CANCELED
    assert plan.sent[1].reason.code is RejectReason.LIQUIDATED
    assert result.accounts[0].cash.amount == 0


class Again(Plan):
    """Orders with what it believes to have, in the middle of its liquidation."""

    def on_cash_event(self, event: CashEvent) -> None:
        super().on_cash_event(event)
        self.sent.append(self.buy(90, instrument=A))


@pytest.mark.parametrize("latency", ["0ms", "1ms"])
def test_nobody_orders_with_capital_that_is_gone(latency: str) -> None:
    plan = Again((0, A, 10, None), (0, B, 400, None))
    data = [(A, quoted((0, 10000))), (B, quoted((0, 10000))), (A, marked((1000, 10000))), (B, marked((2000, 8000)))]
    result = run(plan, data, insurance="50000 USDT", order_latency=latency)
    assert [event.instrument_id for event in plan.told] == [A.id, B.id]
    assert plan.refused == [RejectReason.INSUFFICIENT_FUNDS] * 2
    assert result.accounts[0].cash.amount == 0


@pytest.mark.parametrize("venue", ["V1", "V2"])
def test_a_call_waits_for_what_every_venue_of_the_account_has_said(venue: str) -> None:
    near, far = contract("A", venue), contract("B", "V2")
    plan = Plan((0, near, 10, None), (0, far, 400, None), (1750, far, -400, None))
    data = [(near, quoted((0, 10000))), (far, quoted((0, 10000), (1500, 9500), (2000, 9000)))]
    data += [(near, marked((0, 10000), (2050, 10000)))]
    result = run(plan, data, order_latency="1ms", venues={"V2": Venue(order_latency="200ms")})
    # B was sold at 95 before the mark: equity is 3000.
    assert len(result.cash_events) == 0
    assert result.accounts[0].equity.amount == 3000
    assert [position.quantity for position in result.positions if position.quantity] == [10]
