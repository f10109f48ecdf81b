"""What an order asks for beyond quantity and limit: how it is written, what it becomes, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pytrader import Backtest, Price, Quantity, Strategy
from pytrader.errors import DecimalOverflow, InvalidArgument, OffLot, OffTick
from pytrader.model import OrderStatus, OrderType, RejectReason, TimeInForce, TriggerType
from pytrader.strategy import Order
from tests.backtest.markets import instrument, quotes

BTC = instrument()
FAR_OFF = 2**62


def ordered(*arguments: Any, **terms: Any) -> Order:
    """The handle of one order sent at the first quote, 100.00 at 100.10."""

    class Once(Strategy):
        def on_start(self) -> None:
            self.order: Order | None = None

        def on_quote(self, quote: object) -> None:
            if self.order is None:
                self.order = self.buy(*arguments, **terms)

    strategy = Once()
    Backtest(strategy, (BTC, quotes([(10000, 10010)] * 2)), cash="100000 USDT").run()
    assert strategy.order is not None
    return strategy.order


@pytest.mark.parametrize(
    ("terms", "order_type"),
    [
        ({}, OrderType.MARKET),
        ({"limit": "99"}, OrderType.LIMIT),
        ({"stop": "101"}, OrderType.STOP),
        ({"stop_ticks": 10100}, OrderType.STOP),
        ({"stop": "101", "limit": "102"}, OrderType.STOP_LIMIT),
        ({"touch": "99"}, OrderType.MARKET_IF_TOUCHED),
        ({"touch": "99", "limit": "98"}, OrderType.LIMIT_IF_TOUCHED),
        ({"trail": "0.50"}, OrderType.TRAILING_STOP),
        ({"trail_ticks": 50}, OrderType.TRAILING_STOP),
        ({"trail": "25bp", "trail_limit": "0.10"}, OrderType.TRAILING_STOP_LIMIT),
        ({"peg": "primary"}, OrderType.PEGGED),
        ({"peg": "midpoint", "limit": "101"}, OrderType.PEGGED),
        ({"order_type": "market_to_limit"}, OrderType.MARKET_TO_LIMIT),
        ({"order_type": OrderType.MARKET_WITH_PROTECTION}, OrderType.MARKET_WITH_PROTECTION),
        ({"order_type": "stop", "stop": "101"}, OrderType.STOP),
    ],
)
def test_what_is_given_makes_the_type(terms: dict[str, Any], order_type: OrderType) -> None:
    order = ordered(1, **terms)
    assert order.order_type is order_type
    assert order.status is not OrderStatus.DENIED


def test_the_handle_shows_the_terms_after_the_order_is_closed() -> None:
    order = ordered(
        10, limit="102", stop="101", trigger="mark", display_qty="0.5", expire_time=FAR_OFF, time_in_force="gtd"
    )
    assert (order.stop_price, order.stop_price_ticks, order.price) == (Price("101"), 10100, Price("102"))
    assert order.trigger_type is TriggerType.MARK
    assert order.display_qty == Quantity("0.5")
    assert (order.expire_time, order.time_in_force) == (FAR_OFF, TimeInForce.GTD)
    assert (order.hidden, order.all_or_none, order.min_qty, order.activation_price) == (False, False, None, None)


def test_trailing_offsets_are_prices_or_basis_points() -> None:
    assert ordered(1, trail="0.50").trailing_offset == Price("0.50")
    assert ordered(1, trail="25bp", activation="101").trailing_offset == "25bp"
    assert ordered(1, trail="25bp", activation="101").activation_price == Price("101")
    assert ordered(1).trailing_offset is None


def test_a_plain_order_has_no_terms() -> None:
    order = ordered(1, limit="99")
    assert (order.stop_price, order.stop_price_ticks, order.display_qty, order.expire_time) == (None, None, None, None)


@pytest.mark.parametrize(
    ("terms", "time_in_force"),
    [
        ({}, TimeInForce.IOC),
        ({"limit": "99"}, TimeInForce.GTC),
        ({"stop": "101"}, TimeInForce.GTC),
        ({"limit": "99", "expire_time": FAR_OFF}, TimeInForce.GTD),
        ({"order_type": "market_to_limit"}, TimeInForce.GTC),
        ({"order_type": "market_with_protection"}, TimeInForce.IOC),
    ],
)
def test_the_time_in_force_follows_from_the_order(terms: dict[str, Any], time_in_force: TimeInForce) -> None:
    assert ordered(1, **terms).time_in_force is time_in_force


def test_an_expire_time_may_be_a_datetime() -> None:
    moment = datetime(2030, 1, 2, tzinfo=UTC)
    order = ordered(1, limit="99", expire_time=moment)
    assert order.expire_time == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


@pytest.mark.parametrize(
    ("terms", "error", "says"),
    [
        ({"stop": "101", "touch": "99"}, InvalidArgument, "one of stop, touch, trail and peg"),
        ({"stop": "101", "stop_ticks": 10100}, InvalidArgument, "stop or stop_ticks"),
        ({"stop": "101.001"}, OffTick, "stop 101.001"),
        ({"stop": 101.5}, TypeError, "stop"),
        ({"stop_ticks": 10100.0}, TypeError, "stop_ticks"),
        ({"trail": "0"}, InvalidArgument, "trail must be positive"),
        ({"trail": "x bp"}, InvalidArgument, "25bp"),
        ({"trail": "25bp", "trail_step": "0.10"}, InvalidArgument, "trail_step must be in the unit of trail"),
        ({"trail": "0.50", "limit": "99"}, InvalidArgument, "trail_limit"),
        ({"trail_step": "0.10"}, InvalidArgument, "goes with trail only"),
        ({"peg": "best"}, InvalidArgument, "'primary' or 'midpoint'"),
        ({"peg_offset": "0.10"}, InvalidArgument, "goes with peg only"),
        ({"display_qty": "0.0001", "limit": "99"}, OffLot, "display_qty"),
        ({"min_qty": 0, "limit": "99"}, InvalidArgument, "min_qty must be positive"),
        ({"hidden": 1, "limit": "99"}, InvalidArgument, "hidden must be True or False"),
        ({"trigger": "best", "stop": "101"}, InvalidArgument, "trigger must be one of"),
        ({"order_type": "limit", "stop": "101"}, InvalidArgument, "does not go with stop"),
        ({"expire_time": datetime(2030, 1, 2), "limit": "99"}, InvalidArgument, "time zone"),
        (
            {"limt": "99"},
            TypeError,
            r"no argument 'limt' \(did you mean limit\?\): it has quantity, instrument, limit, ",
        ),
        ({"take_profits": "99"}, TypeError, r"did you mean take_profit\?"),
        ({"limit": "170141183460469231.00"}, DecimalOverflow, "limit .* is too large: its ticks do not fit 64 bits"),
    ],
)
def test_a_wrong_term_is_refused_before_anything_happens(
    terms: dict[str, Any], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        ordered(1, **terms)


def test_a_quantity_beyond_64_bits_of_lots_is_told_as_that() -> None:
    with pytest.raises(DecimalOverflow, match="is too large: its lots do not fit 64 bits"):
        ordered("99999999999999999999")


def test_the_gate_denies_what_does_not_go_together() -> None:
    order = ordered(1, limit="99", expire_time=FAR_OFF, time_in_force="GTC")
    assert (order.status, order.reason.code.name) == (OrderStatus.DENIED, "EXPIRE_TIME_MISSING")
    order = ordered(1, limit="99", expire_time=1)
    assert (order.status, order.reason.code.name) == (OrderStatus.DENIED, "EXPIRE_TIME_PASSED")
    order = ordered(1, limit="99", display_qty=2)
    assert (order.status, order.reason.code.name) == (OrderStatus.DENIED, "DISPLAY_QUANTITY_NOT_VALID")


@pytest.mark.parametrize("terms", [{"trigger": "mark"}, {"limit": "99", "trigger": "last"}, {"emulate": True}])
def test_a_trigger_of_an_order_that_waits_for_no_price_is_refused_with_a_reason(terms: dict[str, Any]) -> None:
    order = ordered(1, **terms)
    assert order.status is OrderStatus.DENIED
    assert order.reason is not None
    assert order.reason.code is RejectReason.WAITS_FOR_NO_PRICE
    assert "stop, if-touched and trailing orders only" in order.reason.text


def refusals(*replaces: dict[str, Any], market: Any, **terms: Any) -> list[RejectReason]:
    """Why each of these replaces of one order is not sent, one a quote from the third on."""

    class Replacing(Strategy):
        def on_start(self) -> None:
            self.heard = 0
            self.reasons: list[RejectReason] = []

        def on_quote(self, quote: object) -> None:
            self.heard += 1
            if self.heard == 1:
                self.order = self.buy(1, **terms)
            elif 2 < self.heard <= 2 + len(replaces):
                self.replace(self.order, **replaces[self.heard - 3])
                self.reasons.append(self.last_refusal.code)

    strategy = Replacing()
    Backtest(strategy, (BTC, quotes(market)), cash="100000 USDT").run()
    return strategy.reasons


def test_a_new_stop_price_of_a_triggered_or_plain_order_is_refused_with_its_reason() -> None:
    rising = [(10000, 10010), (10090, 10100)] + [(10190, 10200)] * 4
    steps: list[dict[str, Any]] = [{"stop": "102"}, {"stop": "102", "limit": "99"}, {"limit": "100"}]
    triggered, none = RejectReason.ALREADY_TRIGGERED, RejectReason.NONE
    assert refusals(*steps, market=rising, stop="101", limit="100.50") == [triggered, triggered, none]
    plain = RejectReason.WAITS_FOR_NO_PRICE
    assert refusals(*steps, market=rising, limit="95") == [plain, plain, none]


def test_the_quantity_of_a_trailing_order_is_replaced_and_its_stop_is_not() -> None:
    falling = [(10000 - step, 10010 - step) for step in range(6)]
    steps: list[dict[str, Any]] = [{"quantity": 2}, {"stop": "110"}, {"quantity": 3}]
    for emulate in (False, True):
        reasons = refusals(*steps, market=falling, trail="5", emulate=emulate)
        assert reasons == [RejectReason.NONE, RejectReason.TRAILING_NOT_VALID, RejectReason.NONE]
