"""The matching engine's calls with exact values: every argument of submit, reports of every kind, the control calls."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from pytrader.errors import InvalidArgument, OffLot, OffTick
from pytrader.matching import MatchingEngine, UpdateKind, VenueRules
from pytrader.model import OrderType, Price, Quantity, RejectReason, SelfTrade, TimeInForce


@pytest.fixture
def engine() -> MatchingEngine:
    return MatchingEngine(tick="0.01", lot="1", rules=VenueRules(market_protection_ticks=10))


def names(reports: list) -> list[str]:
    return [report.exec_type.name for report in reports]


def rest(engine: MatchingEngine, order_id: int, side: str, price: str, quantity: int, **terms: object) -> list:
    return engine.submit(order_id=order_id, side=side, price=price, quantity=quantity, **terms)


def test_reports_of_a_sweep_stand_in_the_order_of_events(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 30, display_qty=10)
    rest(engine, 2, "sell", "100.00", 5)
    reports = engine.submit(order_id=3, side="buy", order_type="market", quantity=50)
    assert names(reports) == ["NEW", "TRADE", "REFILLED", "TRADE", "TRADE", "REFILLED", "TRADE", "CANCELED"]
    assert (reports[2].order_id, reports[2].quantity, reports[2].leaves_qty) == (1, Quantity("10"), Quantity("20"))
    assert (reports[-1].order_id, reports[-1].quantity) == (3, Quantity("15"))
    assert reports[-1].reason is RejectReason.NO_LIQUIDITY


def test_the_canceled_remainder_stands_before_what_the_message_set_off(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 5)
    rest(engine, 2, "buy", "99.00", 5)
    engine.submit(order_id=3, side="sell", order_type="stop", stop_price="100.00", quantity=2)
    reports = rest(engine, 4, "buy", "100.00", 8, time_in_force="ioc")
    assert names(reports) == ["NEW", "TRADE", "CANCELED", "TRIGGERED", "TRADE"]
    assert [report.order_id for report in reports] == [4, 4, 4, 3, 3]


def test_a_stop_order_waits_and_says_so(engine: MatchingEngine) -> None:
    reports = engine.submit(order_id=1, side="buy", order_type="stop_limit", stop_price="101", price="102", quantity=3)
    assert names(reports) == ["NEW"]
    order = engine.order(1)
    assert order is not None
    assert (order.state, order.stop_price, order.price) == ("triggers", Price("101.00"), Price("102.00"))
    assert order.order_type is OrderType.STOP_LIMIT
    assert engine.best_bid is None
    assert len(engine) == 1
    assert names(engine.replace(1, price="103", quantity=2, stop_price="100.50")) == ["REPLACED"]
    assert engine.orders()[0].stop_price == Price("100.50")
    assert names(engine.cancel(1)) == ["CANCELED"]


def test_a_trailing_stop_reports_each_new_stop(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 1)
    rest(engine, 2, "buy", "100.00", 1)
    reports = engine.submit(
        order_id=3,
        side="sell",
        order_type="trailing_stop",
        quantity=1,
        trailing_offset=100,
        trailing_unit="basis_points",
    )
    assert names(reports) == ["NEW", "STOP_MOVED"]
    assert reports[1].price == Price("99.00")


def test_a_market_order_with_protection_rests_at_its_limit(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 1)
    engine.submit(order_id=2, side="buy", order_type="market_with_protection", quantity=3)
    assert engine.best_bid is not None
    assert engine.best_bid.price == Price("100.10")


def test_what_is_not_displayed_is_only_in_the_full_queue(engine: MatchingEngine) -> None:
    rest(engine, 1, "buy", "99.00", 5, hidden=True)
    rest(engine, 2, "buy", "99.00", 5)
    rest(engine, 3, "buy", "99.00", 5, all_or_none=True)
    assert [order.order_id for order in engine.queue("buy", "99.00")] == [2]
    assert [order.state for order in engine.queue("buy", "99.00", displayed_only=False)] == [
        "displayed",
        "hidden",
        "all_or_none",
    ]
    assert engine.order(1).hidden
    assert engine.order(1).display_qty == Quantity("0")


def test_a_pegged_order_follows_and_is_restated(engine: MatchingEngine) -> None:
    rest(engine, 1, "buy", "99.00", 5)
    engine.submit(order_id=2, side="buy", order_type="pegged", peg="primary", peg_offset=1, quantity=5)
    assert engine.order(2).price == Price("98.99")
    reports = rest(engine, 3, "buy", "99.50", 5)
    assert names(reports) == ["NEW", "REPRICED"]
    assert (reports[1].order_id, reports[1].price) == (2, Price("99.49"))


def test_prevention_reports_what_it_took(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 5, owner=7)
    reports = rest(engine, 2, "buy", "100.00", 8, owner=7, self_trade=SelfTrade.DECREMENT)
    assert names(reports) == ["NEW", "DECREMENTED", "DECREMENTED"]
    assert {report.reason for report in reports[1:]} == {RejectReason.SELF_TRADE}
    assert engine.order(2).leaves_qty == Quantity("3")


def test_reduce_only_needs_a_position(engine: MatchingEngine) -> None:
    order = {"order_id": 1, "side": "sell", "price": "100", "quantity": 5, "owner": 7, "reduce_only": True}
    assert engine.submit(**order)[0].reason is RejectReason.REDUCE_ONLY_WOULD_INCREASE
    engine.set_position(7, -3)
    assert engine.position(7).as_decimal() == -3
    assert engine.submit(**order)[0].reason is RejectReason.REDUCE_ONLY_WOULD_INCREASE
    engine.set_position(7, 3)
    assert names(engine.submit(**order)) == ["NEW", "DECREMENTED"]
    rest(engine, 2, "buy", "100", 3, owner=8)
    assert (engine.position(7).as_decimal(), engine.position(8).as_decimal()) == (0, 3)


def test_the_clock_expires_orders(engine: MatchingEngine) -> None:
    rest(engine, 1, "buy", "99.00", 5, time_in_force=TimeInForce.GTD, expire_time=1_000)
    assert engine.advance_clock(999) == []
    reports = engine.advance_clock(1_000)
    assert [(report.exec_type.name, report.order_id) for report in reports] == [("EXPIRED", 1)]
    assert engine.clock == 1_000
    assert engine.advance_clock(5)[0].reason is RejectReason.CLOCK_BACKWARDS


def test_a_mass_cancel_takes_an_owners_orders_of_every_kind(engine: MatchingEngine) -> None:
    rest(engine, 3, "buy", "99.00", 5, owner=7)
    engine.submit(order_id=2, side="buy", order_type="stop", stop_price="101", quantity=1, owner=7)
    rest(engine, 1, "buy", "98.00", 5)
    assert [report.order_id for report in engine.mass_cancel(7)] == [2, 3]
    assert [report.order_id for report in engine.mass_cancel()] == [1]


def test_owners_of_a_group_are_one_house() -> None:
    rules = VenueRules(self_trade="cancel_newest", self_trade_scope="group")
    engine = MatchingEngine(rules=rules)
    engine.set_group(7, 1)
    engine.set_group(8, 1)
    rest(engine, 1, "sell", "100.00", 5, owner=7)
    reports = rest(engine, 2, "buy", "100.00", 5, owner=8)
    assert names(reports) == ["NEW", "CANCELED"]
    assert reports[1].reason is RejectReason.SELF_TRADE


def test_updates_of_the_last_call_are_rows(engine: MatchingEngine) -> None:
    rest(engine, 1, "sell", "100.00", 30, display_qty=10)
    rest(engine, 2, "buy", "100.00", 10)
    assert engine.updates["kind"].tolist() == [UpdateKind.REFILLED]
    assert engine.updates["quantity"].tolist() == [10]
    rest(engine, 3, "buy", "90.00", 10)
    assert len(engine.updates) == 0
    assert isinstance(engine.updates, np.ndarray)


@pytest.mark.parametrize(
    ("terms", "error", "match"),
    [
        ({"peg": "best"}, InvalidArgument, "primary, midpoint"),
        ({"trailing_unit": "percent"}, InvalidArgument, "ticks, basis_points"),
        ({"owner": -1}, InvalidArgument, "owner is -1"),
        ({"owner": 2**32}, InvalidArgument, "owner"),
        ({"owner": True}, TypeError, "owner"),
        ({"expire_time": 1.5}, TypeError, "expire_time"),
        ({"trailing_offset": Decimal(5)}, TypeError, "trailing_offset"),
        ({"stop_price": "100.001"}, OffTick, "tick"),
        ({"hidden": 1}, TypeError, "hidden must be True or False, not int"),
        ({"self_trade": "sometimes"}, InvalidArgument, "self_trade"),
        ({"self_trade": "\ud800"}, InvalidArgument, r"self_trade is '\\ud800'"),
        ({"order_type": "\ud800"}, InvalidArgument, "order_type is"),
        ({"time_in_force": b"gtc"}, TypeError, "time_in_force must be text"),
        ({"peg": "\ud800"}, InvalidArgument, "peg is"),
        ({"trailing_unit": 1}, TypeError, "trailing_unit must be text, not int"),
        ({"post_only": 1}, TypeError, "post_only must be True or False, not int"),
        ({"stop_price": 1.5}, TypeError, "^stop_price: "),
        ({"activation_price": 1.0}, TypeError, "^activation_price: "),
        ({"activation_price": "1.001"}, OffTick, "activation_price 1.001 is no whole multiple of the tick"),
        ({"display_qty": 1.5}, TypeError, "^display_qty: "),
        ({"display_range": "0.5"}, OffLot, "display_range"),
        ({"min_qty": 2.0}, TypeError, "^min_qty: "),
    ],
)
def test_arguments_that_say_nothing_exact_are_refused(
    engine: MatchingEngine, terms: dict[str, object], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        rest(engine, 1, "buy", "99.00", 5, **terms)
    assert len(engine) == 0
    assert engine.message_count == 0


def test_a_position_is_exact_beyond_64_bits() -> None:
    engine = MatchingEngine(tick="1")
    engine.set_position(7, -(2**63 - 1))
    engine.submit(order_id=1, side="buy", price=5, quantity=2**62, owner=8)
    engine.submit(order_id=2, side="sell", price=5, quantity=2**62, owner=7)
    assert engine.position(7).as_decimal() == -(2**63 - 1) - 2**62
    assert engine.position(8).as_decimal() == 2**62


@pytest.mark.parametrize("setting", ["instructions", "order_types", "times_in_force"])
@pytest.mark.parametrize("value", ["iceberg", b"1", 5, [1]])
def test_offers_that_are_no_sequence_of_texts_are_refused_by_name(setting: str, value: object) -> None:
    with pytest.raises(TypeError, match=f"^{setting} must be "):
        VenueRules(**{setting: value})


@pytest.mark.parametrize("setting", ["instructions", "order_types", "times_in_force"])
def test_an_offer_without_utf8_is_refused_by_name(setting: str) -> None:
    with pytest.raises(InvalidArgument, match=f"^{setting} is "):
        VenueRules(**{setting: ["\ud800"]})
