"""Lists, algorithms and policies whose orders are complete but for a replace, or ended with trades still to be told."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pytrader import Backtest, Buy, Instrument, Sell, Strategy
from pytrader.backtest import Latency
from pytrader.model import ExecType, OrderStatus
from pytrader.model.records import QUOTE
from pytrader.strategy import ExecutionAlgorithm, StrategyState

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
BEGIN = 1_000 * SECOND
ACME = Instrument("ACME", "XNAS", quote_currency="USD", tick_size="0.01", lot_size="1")
Row = tuple[int, int, int, int, int]


def market(seconds: int, *rows: Row) -> npt.NDArray[np.void]:
    """A quote a second of 50 x 99.99 / 100.01 x 50; other rows are (ms, bid, ask, lots bid, lots asked)."""
    at = {1000 * second: (9999, 10001, 50, 50) for second in range(seconds)} | {row[0]: row[1:] for row in rows}
    made = np.zeros(len(at), QUOTE)
    for place, ms in enumerate(sorted(at)):
        made["ts_event"][place] = made["ts_init"][place] = BEGIN + ms * MILLISECOND
        for name, value in zip(("bid_price", "ask_price", "bid_quantity", "ask_quantity"), at[ms], strict=True):
            made[name][place] = value
    return made


def told(*pairs: tuple[int, int]) -> Latency:
    """When what is said at these milliseconds is heard."""
    rows = np.array([(said, said, heard) for said, heard in pairs]) * MILLISECOND + BEGIN
    return Latency.from_rows(rows, may_overtake=True)


def lost_at(ms: int, known: int) -> Latency:
    """Requests of that time are lost, which is known later."""
    rows = [(0, 1, 2), (ms - 1, None, known), (ms + 999, ms + 1000, ms + 1001)]
    return Latency.from_rows(np.array([[-1 if at is None else BEGIN + at * MILLISECOND for at in row] for row in rows]))


class Acts(Strategy):
    """Does something at some of the quotes, and keeps its order events with their seconds."""

    def __init__(self, acts: dict[int, Any], policy: str = "stop") -> None:
        super().__init__()
        self.acts = acts
        self.error_policy = policy  # type: ignore[assignment]
        self.events: list[Any] = []

    def on_start(self) -> None:
        self.count = -1

    def on_quote(self, quote: Any) -> None:
        self.count += 1
        if self.count in self.acts:
            self.acts[self.count](self)

    def on_order_event(self, event: Any) -> None:
        self.events.append(event)


def run(acts: dict[int, Any], rows: Any, response: Any = "1ms", request: Any = "1ms", policy: str = "stop") -> Any:
    strategy: Any = Acts(acts, policy)
    strategy.result = Backtest(
        strategy,
        (ACME, rows),
        cash="100000 USD",
        order_latency=request,
        response_latency=response,
        check_every_event=True,
    ).run()
    strategy.held = int(strategy.result.positions[0].quantity.as_decimal())
    return strategy


def exits(strategy: Any, contingency: str) -> None:
    legs = [
        Sell(10, limit="100.05", reduce_only=True),
        Sell(10, stop="99.00", trigger="bid_ask", reduce_only=True),
    ]
    strategy.orders_of_list = strategy.submit_list(legs, parent=Buy(10, limit="100.00"), contingency=contingency)


class One(ExecutionAlgorithm):
    def on_start(self) -> None:
        self.child = self.send(3, limit_ticks=9998)
        self.every("1s")

    def on_timer(self) -> None:
        if self.child.is_closed and self.is_working and self.free_lots:
            self.send(self.free_lots, limit_ticks=10001)


# The replace is lost; or it is taken, and the cancel is lost, which is known before the replace is answered.
SLOW = ((0, 100), (1_900, 2_000), (2_001, 9_000), (2_100, 9_000), (2_200, 2_300), (60_000, 60_100))


@pytest.mark.parametrize("grows", [False, True])
def test_the_cancel_of_a_parent_waits_for_a_child_that_may_have_grown(grows: bool) -> None:
    algorithm = One()

    def begin(strategy: Any) -> None:
        strategy.parent = strategy.buy(12, limit="100.02", algorithm=algorithm)

    acts = {
        0: begin,
        2: lambda strategy: strategy.replace(algorithm.child, quantity=6),
        4: lambda strategy: strategy.cancel(strategy.parent),
    }
    request = {"new": "1ms", "replace": "1ms", "cancel": "1ms"}
    request |= {"cancel": lost_at(4_000, 6_000)} if grows else {"replace": lost_at(2_000, 9_000)}
    response = told(*SLOW) if grows else "100ms"
    at = 3000 if grows else 2000
    strategy = run(acts, market(20, (at, 9997, 9998, 50, 3)), response=response, request=request)
    assert strategy.parent.status is OrderStatus.CANCELED
    assert algorithm.child.status is (OrderStatus.CANCELED if grows else OrderStatus.FILLED)
    assert strategy.held == 3


def test_a_list_asks_once_for_the_cancel_of_what_its_venue_has_filled() -> None:
    rows = market(
        13,
        (1000, 9999, 10000, 50, 5),
        (2000, 9999, 10000, 50, 5),
        (2001, 10005, 10007, 5, 50),
        (2010, 9999, 10001, 50, 50),
        (4000, 9899, 9900, 50, 50),
    )
    response = told((0, 1), (2001, 2002), (2002, 9500), (2005, 9500), (2006, 2007), (60000, 60001))
    strategy = run({0: lambda strategy: exits(strategy, "OUO")}, rows, response=response)
    refused = [event for event in strategy.events if event.exec_type is ExecType.CANCEL_REJECTED]
    assert len(refused) <= 2
    assert strategy.held == 0


def test_orders_without_a_parent_cancel_one_another_also_where_the_first_may_have_grown() -> None:
    def begin(strategy: Any) -> None:
        legs = [Buy(10, limit="99.95"), Sell(10, limit="100.05")]
        strategy.first, strategy.second = strategy.submit_list(legs, contingency="OCO")

    acts = {
        0: begin,
        1: lambda strategy: strategy.replace(strategy.first, quantity=5),
        2: lambda strategy: strategy.replace(strategy.first, quantity=10),
    }
    rows = market(20, (4000, 9994, 9995, 50, 5), (7000, 10005, 10006, 50, 50))
    for slow in (2200, 9500):
        response = told((0, 100), (1900, 2000), (2000, slow), (2100, slow), (2200, 2300), (60000, 60100))
        strategy = run(acts, rows, response=response)
        assert strategy.second.status is OrderStatus.CANCELED
        assert strategy.held == 5


def test_an_exit_that_was_canceled_after_it_had_grown_does_not_come_back() -> None:
    rows = market(
        40,
        (1000, 9999, 10000, 50, 5),
        (2000, 9999, 10000, 50, 5),
        (4000, 10005, 10007, 5, 50),
        (8000, 10005, 10007, 50, 50),
    )
    acts = {
        0: lambda strategy: exits(strategy, "OUO"),
        5: lambda strategy: strategy.cancel(strategy.orders_of_list[1]),
    }
    for slow in (2300, 9500):
        response = told((0, 100), (2050, 2150), (2101, slow), (2200, slow), (2300, 2400), (60000, 60100))
        strategy = run(acts, rows, response=response)
        assert strategy.orders_of_list[1].status is OrderStatus.CANCELED
        assert len(strategy.result.orders) == 3
        assert strategy.held == 5


def test_an_exit_that_was_canceled_after_its_list_could_not_does_not_come_back() -> None:
    rows = market(20, (1000, 9999, 10000, 50, 2), (3000, 10005, 10007, 2, 50), (5000, 9999, 10000, 50, 8))
    acts = {
        0: lambda strategy: exits(strategy, "OUO"),
        8: lambda strategy: strategy.cancel(strategy.orders_of_list[2]),
    }
    request = {"new": "1ms", "replace": "1ms", "cancel": lost_at(3_001, 5_500)}
    strategy = run(acts, rows, request=request)
    assert strategy.orders_of_list[2].status is OrderStatus.CANCELED
    assert not (strategy.result.orders["ts_init"] > BEGIN + 8 * SECOND).any()


def wrong(strategy: Any) -> None:
    raise RuntimeError("wrong")


def test_the_policy_flatten_waits_for_trades_that_are_still_to_be_told() -> None:
    acts = {0: lambda strategy: strategy.buy(10, limit="99.98"), 3: wrong}
    response = told((0, 100), (1900, 2000), (2000, 8000), (2100, 8000), (2200, 2300), (60000, 60100))
    strategy = run(acts, market(30, (2000, 9997, 9998, 50, 4)), response=response, policy="flatten")
    assert strategy.state is StrategyState.FAULTED
    assert strategy.held == 0
    assert strategy.result.errors[0].settled_ns > BEGIN + 8 * SECOND


def test_the_policy_flatten_goes_on_with_the_refusal_that_closes_the_last_order() -> None:
    def begin(strategy: Any) -> None:
        strategy.order = strategy.buy(5, limit="99.98")

    acts = {0: begin, 2: lambda strategy: strategy.replace(strategy.order, quantity=9), 3: wrong}
    response = told((0, 100), (1900, 2000), (2000, 3500), (2001, 11000), (2200, 11000), (2300, 2400), (60000, 60100))
    strategy = run(acts, market(18, (2000, 9997, 9998, 50, 5)), response=response, policy="flatten")
    assert strategy.state is StrategyState.FAULTED
    assert strategy.held == 0
    closing = strategy.result.orders[-1]
    assert closing["ts_init"] == BEGIN + 11 * SECOND


class Rests(ExecutionAlgorithm):
    def on_start(self) -> None:
        self.send(5, limit_ticks=9000)


def test_a_position_that_nobody_takes_is_offered_by_time_and_not_in_circles() -> None:
    """A child and its parent end at one moment: two reasons to go on, and one closing order."""
    rows = market(9)
    rows["bid_quantity"][3:] = 0
    acts = {
        0: lambda strategy: strategy.buy(10),
        1: lambda strategy: strategy.buy(5, algorithm=Rests()),
        3: wrong,
    }
    strategy = run(acts, rows, policy="flatten")
    closing = strategy.result.orders[3:]
    assert 3 <= len(closing) <= 6
    assert strategy.held == 10
