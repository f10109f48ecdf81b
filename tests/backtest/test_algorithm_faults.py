"""Execution algorithms when something else happens: cancels, replaces, late fills, refusals, errors, a run's end."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from pytrader.backtest import RecordedVenue
from pytrader.matching import VenueRules
from pytrader.model import ExecType, OrderStatus, RejectReason
from pytrader.strategy import ErrorPolicy, ExecutionAlgorithm, IcebergSlices, Twap, Vwap
from tests.backtest.markets import SECOND, START, quotes
from tests.backtest.worked_orders import Script, flat, run, scripted, sent, worked


def test_a_cancel_of_the_parent_takes_children_in_flight_and_late_fills_count() -> None:
    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.append(s.buy(quantity_lots=10, algorithm=Twap("20s", slices=10))),
        at_1=lambda s: s.cancel(made[0]),
    )
    run(strategy, flat(20), order_latency="3s")
    parent = made[0]
    # The child was on its way and traded; the parent ended with the answer.
    assert (parent.status, parent.cum_lots) == (OrderStatus.CANCELED, 1)
    assert len({event.client_order_id for event in strategy.seen}) == 2


def test_orders_of_a_cancel_by_the_core_keep_their_handles_until_the_last_answer() -> None:
    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.append(s.buy(quantity_lots=10, algorithm=Twap("20s", slices=10))),
        at_1=lambda s: s.cancel(made[0]),
    )
    run(strategy, flat(20), order_latency="3s")
    child = [event for event in strategy.seen if event.order.parent_id]
    assert child[-1].exec_type is ExecType.CANCEL_REJECTED
    assert len({id(event.order) for event in child}) == 1
    assert [event.exec_type for event in child[-1].order.events] == [event.exec_type for event in child]


def test_a_parent_that_is_replaced_is_worked_for_what_it_is_now() -> None:
    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.append(s.buy(quantity_lots=10, limit="101", algorithm=Twap("8s", slices=4))),
        at_3=lambda s: made.append(s.replace(made[0], quantity="0.020", limit="102")),
    )
    run(strategy, flat(20))
    strategy.parent = made[0]
    assert made[1] is True
    # 20 * 3/4 = 15 are due at 4 s, of which 5 have traded.
    assert sent(strategy) == [(0, 2), (2, 3), (4, 10), (6, 5)]
    assert {event.price for event in strategy.seen if event.order.parent_id and event.ts_init > START + 3 * SECOND} == {
        Decimal("102.00")
    }


def test_a_parent_can_not_shrink_below_what_its_children_hold() -> None:
    made: list[Any] = []
    refused: list[Any] = []

    def shrink(strategy: Any) -> None:
        refused.append((strategy.replace(made[0], quantity="0.003"), strategy.last_refusal.code))
        refused.append((strategy.replace(made[0], limit="99.89"), strategy.last_refusal.code))
        refused.append((strategy.replace(made[0], quantity="0.004", limit="99.95"), strategy.last_refusal.code))

    strategy = scripted(
        at_0=lambda s: made.append(s.buy(quantity_lots=10, limit="99.90", algorithm=IcebergSlices("0.004"))),
        at_1=shrink,
    )
    run(strategy, flat(5))
    exceeds = RejectReason.EXCEEDS_PARENT
    assert refused == [(False, exceeds), (False, exceeds), (True, RejectReason.NONE)]
    # The child follows the new limit.
    (child,) = {event.order for event in strategy.seen if event.order.parent_id}
    assert child.price_ticks == 9995


@pytest.mark.parametrize("make", [lambda: Twap("8s", slices=4), lambda: IcebergSlices("0.004", retry="2s")])
def test_a_child_that_is_refused_at_once_is_not_sent_in_circles(make: Callable[[], Any]) -> None:
    venue = RecordedVenue(VenueRules(order_types=["market"]))
    strategy = worked(make(), flat(7), lots=10, limit=10000, venue=venue)
    rejected = [event for event in strategy.seen if event.exec_type is ExecType.REJECTED]
    assert {event.reason.code for event in rejected} == {RejectReason.ORDER_TYPE_NOT_SUPPORTED}
    assert 1 <= len(rejected) <= 4


def test_many_children_that_fill_at_once_wait_for_time_to_pass() -> None:
    rows = quotes([(9980, 9985)] * 4, quantity=5000)
    strategy = worked(IcebergSlices("0.001"), rows, lots=250, limit=9990)
    seconds = [second for second, _ in sent(strategy)]
    assert [seconds.count(second) for second in (0, 1, 2)] == [100, 100, 50]
    assert strategy.parent.status is OrderStatus.FILLED


def test_a_paused_strategy_goes_on_where_its_algorithm_should_be() -> None:
    def fail(strategy: Any) -> None:
        raise RuntimeError("wrong")

    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.append(s.buy(quantity_lots=10, algorithm=Twap("20s", slices=10))), at_3=fail
    )
    run(strategy, flat(30), error_policy=ErrorPolicy("pause", cooldown="5500ms"))
    strategy.parent = made[0]
    # Parts at 0 s and 2 s; nothing from 3 s to 8.5 s; then those of 4, 6 and 8 s at once.
    assert sent(strategy) == [(0, 1), (2, 1), (8, 3), (10, 1), (12, 1), (14, 1), (16, 1), (18, 1)]
    assert made[0].status is OrderStatus.FILLED


def test_iceberg_slices_whose_child_fills_during_a_pause_go_on() -> None:
    def fail(strategy: Any) -> None:
        raise RuntimeError("wrong")

    rows = quotes([(9999, 10001)] * 3 + [(9980, 9985)] * 9)
    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.append(
            s.buy(quantity_lots=10, limit_ticks=9990, algorithm=IcebergSlices("0.004", retry="1h"))
        ),
        at_2=fail,
    )
    run(strategy, rows, error_policy=ErrorPolicy("pause", cooldown="3s"))
    strategy.parent = made[0]
    assert sent(strategy) == [(0, 4), (5, 4), (5, 2)]


def test_an_error_of_the_strategy_does_not_keep_news_from_the_algorithm() -> None:
    class Fails(Script):
        def on_order_event(self, event: Any) -> None:
            super().on_order_event(event)
            if event.ord_status is OrderStatus.FILLED:
                raise RuntimeError("wrong")

    strategy: Any = Fails()
    strategy.steps = {
        0: lambda s: s.buy(quantity_lots=8, limit_ticks=9990, algorithm=IcebergSlices("0.004", retry="1h"))
    }
    run(strategy, quotes([(9980, 9985)] * 4), error_policy=ErrorPolicy("pause", errors=9))
    assert {event.ord_status for event in strategy.seen[-2:]} == {OrderStatus.FILLED}


class FailsAtStart(ExecutionAlgorithm):
    def on_start(self) -> None:
        self.send(1, limit_ticks=9000)
        raise ValueError("not today")


def test_an_algorithm_that_fails_at_its_start_leaves_nothing_at_work() -> None:
    caught: list[Any] = []

    def act(strategy: Any) -> None:
        with pytest.raises(ValueError, match="not today") as info:
            strategy.buy(quantity_lots=10, algorithm=FailsAtStart())
        caught.append(info.value)

    result = run(scripted(at_0=act), flat(4))
    assert len(caught) == 1
    assert result.summary()["order_status"] == {"canceled": 2}


def test_an_error_of_an_algorithm_is_its_strategy_s() -> None:
    class FailsLater(ExecutionAlgorithm):
        def on_start(self) -> None:
            self.every("1s")

        def on_timer(self) -> None:
            raise ValueError("not today")

    with pytest.raises(ValueError, match="not today") as info:
        worked(FailsLater(), flat(4))
    assert "while handling timer" in info.value.__notes__[0]


def test_several_algorithms_work_at_once_and_keep_to_their_own() -> None:
    made: list[Any] = []

    def act(strategy: Any) -> None:
        made.append(strategy.buy(quantity_lots=10, algorithm=Twap("8s", slices=4), tag="a"))
        made.append(strategy.buy(quantity_lots=7, algorithm=Vwap("8s", [1, 1]), tag="b"))
        made.append(strategy.sell(quantity_lots=9, limit="99", algorithm=IcebergSlices("0.002"), tag="c"))

    strategy = scripted(at_0=act)
    result = run(strategy, flat(20))
    assert [order.status for order in made] == [OrderStatus.FILLED] * 3
    assert result.positions[0].quantity == Decimal("0.008")
    for parent in made:
        tags = {event.order.tag for event in strategy.seen if event.order.parent_id == parent.client_order_id}
        assert tags == {parent.tag}


def test_the_ledger_books_what_children_trade_once() -> None:
    strategy = worked(Twap("8s", slices=4), flat(20))
    assert len(strategy.result.fills) == 4
    fills = [event for event in strategy.seen if event.exec_type is ExecType.TRADE]
    assert len(fills) == 8  # of children and of the parent
    assert strategy.parent.avg_px == Decimal("100.01")
    assert strategy.parent.venue_order_id == 0


def test_a_run_that_ends_leaves_the_parent_as_it_is() -> None:
    strategy = worked(Twap("20s", slices=10), flat(3))
    assert (strategy.parent.status, strategy.parent.cum_lots) == (OrderStatus.PARTIALLY_FILLED, 2)


def test_cancel_all_and_orders_by_tag_know_parents_and_children() -> None:
    found: list[Any] = []

    def look(strategy: Any) -> None:
        found.append([order.parent_id for order in strategy.orders(tag="work")])
        found.append(strategy.cancel_all(tag="work"))

    strategy = scripted(
        at_0=lambda s: s.buy(quantity_lots=10, limit="99.90", algorithm=IcebergSlices("0.004"), tag="work"), at_1=look
    )
    result = run(strategy, flat(4))
    assert found == [[None, "Script-1"], 1]
    assert result.summary()["order_status"] == {"canceled": 2}
