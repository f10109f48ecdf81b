"""Orders that the core holds until their price is reached, from a strategy's side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytrader import Backtest, Price, Quantity, Strategy
from pytrader.errors import InvalidArgument
from pytrader.model import ExecType, OrderStatus, OrderType, RejectReason, Side
from pytrader.strategy import Order, OrderEvent
from tests.backtest.markets import SECOND, START, instrument, quotes, trades

BTC = instrument()
Act = Callable[["Scripted", int], None]


class Scripted(Strategy):
    """Does what the test says on each quote: `act(strategy, number of the quote)`."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act
        self.number = 0
        self.heard: list[tuple[str, str]] = []
        self.seen: list[object] = []

    def on_quote(self, quote: object) -> None:
        self.act(self, self.number)
        self.number += 1

    def on_order_event(self, event: OrderEvent) -> None:
        self.heard.append((event.exec_type.name, event.order.tag))


def played(act: Act, prices: list[int], **settings: Any) -> Scripted:
    """The strategy after a market of trades at these prices in ticks, each quoted one tick to each side after it."""
    strategy = Scripted(act)
    data = [(BTC, trades(prices)), (BTC, quotes([(price - 1, price + 1) for price in prices], quantity=5000))]
    Backtest(strategy, data, cash="1000000 USDT", check_every_event=True, **settings).run()
    return strategy


def once(**terms: Any) -> Act:
    """Send one order at the first quote and keep it as `strategy.order`."""

    def act(strategy: Scripted, number: int) -> None:
        if number == 0:
            side = terms.pop("side", Side.BUY)
            strategy.order = strategy.submit(side, 1, **terms)  # type: ignore[attr-defined]

    return act


def order_of(strategy: Scripted) -> Order:
    order = strategy.order  # type: ignore[attr-defined]
    assert isinstance(order, Order)
    return order


@pytest.mark.parametrize(
    ("terms", "prices", "fill"),
    [
        ({"stop": "101"}, [10000, 10099, 10100, 10100], 10100),
        ({"stop": "101", "limit": "102"}, [10000, 10099, 10100, 10100], 10100),
        ({"touch": "99"}, [10000, 9901, 9900, 9900], 9902),
        ({"touch": "99", "limit": "99"}, [10000, 9901, 9900, 9899], 9900),
        ({"trail": "1.00"}, [10000, 9900, 9999, 10000, 10000], 10000),
        ({"trail": "100bp", "trail_limit": "0.50"}, [10000, 9900, 9998, 9999, 9999], 9999),
        ({"side": "sell", "stop": "99"}, [10000, 9901, 9900, 9900], 9900),
        ({"side": "sell", "touch": "101"}, [10000, 10099, 10100, 10100], 10098),
        ({"side": "sell", "trail": "1.00", "activation": "101"}, [10000, 9000, 10100, 10001, 10000], 10000),
        ({"stop": "101", "trigger": "bid_ask"}, [10000, 10098, 10099, 10100], 10100),
        ({"stop": "101", "trigger": "mid"}, [10000, 10098, 10100, 10100], 10101),
    ],
)
def test_an_order_is_held_fires_and_fills(terms: dict[str, Any], prices: list[int], fill: int) -> None:
    strategy = played(once(**terms, emulate=True), prices)
    order = order_of(strategy)
    assert order.status is OrderStatus.FILLED
    assert [name for name, _ in strategy.heard[:4]] == ["EMULATED", "TRIGGERED", "RELEASED", "PENDING_NEW"]
    assert [event.last_px for event in order.events if event.exec_type is ExecType.TRADE] == [
        Price(f"{fill / 100:.2f}")
    ]


def test_the_price_that_was_reached_is_told_and_what_was_asked_for_is_kept() -> None:
    order = order_of(played(once(trail="1.00", trail_limit="0.50", emulate=True), [10000, 9900, 10000, 10000]))
    (triggered,) = [event for event in order.events if event.exec_type is ExecType.TRIGGERED]
    assert (triggered.stop_price, triggered.price) == (Price("100.00"), Price("100.50"))
    assert order.order_type is OrderType.TRAILING_STOP_LIMIT
    assert order.trailing_offset == Price("1.00")
    assert order.stop_price is None


def test_the_stop_of_a_trailing_order_can_be_read_while_it_is_held() -> None:
    stops: list[Price | None] = []
    send = once(side="sell", trail="1.00", emulate=True)

    def act(strategy: Scripted, number: int) -> None:
        send(strategy, number)
        stops.append(order_of(strategy).stop_price)

    strategy = played(act, [10000, 10050, 10020, 10070])
    assert stops == [Price("99.00"), Price("99.50"), Price("99.50"), Price("99.70")]
    assert [name for name, _ in strategy.heard] == ["EMULATED"]
    assert order_of(strategy).status is OrderStatus.EMULATED
    assert order_of(strategy).is_open


def test_cancel_and_replace_act_at_once() -> None:
    def act(strategy: Scripted, number: int) -> None:
        if number > 0:
            return
        order = strategy.buy(1, stop="101", limit="102", emulate=True, tag="kept")
        strategy.order = order  # type: ignore[attr-defined]
        assert strategy.replace(order, stop="101.50", limit="103", quantity=2)
        assert (order.stop_price, order.price, order.order_qty) == (Price("101.50"), Price("103"), Quantity(2))
        assert order.status is OrderStatus.EMULATED
        assert not strategy.replace(order, quantity=2)
        assert strategy.last_refusal.code is RejectReason.NOTHING_TO_REPLACE
        strategy.buy(1, stop="101", emulate=True, tag="gone")
        assert strategy.cancel_all(tag="gone") == 1
        assert strategy.open_orders == [order]

    strategy = played(act, [10000, 10149, 10150, 10150])
    assert [name for name, tag in strategy.heard if tag == "gone"] == ["EMULATED", "CANCELED"]
    assert [name for name, tag in strategy.heard if tag == "kept"][:3] == ["EMULATED", "REPLACED", "TRIGGERED"]
    assert order_of(strategy).cum_qty == Quantity(2)


def test_an_order_expires_at_its_own_time_though_no_data_comes_then() -> None:
    ends = START + SECOND // 2
    order = order_of(played(once(stop="101", expire_time=ends, emulate=True), [10000, 10200, 10200]))
    assert order.status is OrderStatus.EXPIRED
    assert [(event.exec_type, event.ts_init) for event in order.events][1:] == [(ExecType.EXPIRED, ends)]


def test_a_held_order_counts_as_exposure() -> None:
    def act(strategy: Scripted, number: int) -> None:
        if number == 0:
            first = strategy.buy(6000, stop="150", emulate=True)
            assert first.status is OrderStatus.EMULATED
            second = strategy.buy(6000, stop="150", emulate=True)
            assert second.status is OrderStatus.DENIED
            strategy.order = second  # type: ignore[attr-defined]
            assert strategy.cancel(first)
            assert strategy.buy(6000, stop="150", emulate=True).status is OrderStatus.EMULATED

    assert order_of(played(act, [10000, 10000])).reason.code is RejectReason.INSUFFICIENT_FUNDS


def test_the_gate_denies_what_has_become_too_dear_when_it_fires() -> None:
    def act(strategy: Scripted, number: int) -> None:
        if number == 0:
            strategy.order = strategy.buy(9000, stop="110", trigger="bid_ask", emulate=True)  # type: ignore[attr-defined]

    strategy = played(act, [10000, 12000, 12000])
    assert [name for name, _ in strategy.heard] == ["EMULATED", "TRIGGERED", "RELEASED", "DENIED"]
    assert order_of(strategy).reason.code is RejectReason.INSUFFICIENT_FUNDS
    assert order_of(strategy).status is OrderStatus.DENIED


def test_an_order_that_is_reached_already_fires_or_is_denied_as_the_run_says() -> None:
    assert order_of(played(once(stop="99", emulate=True), [10000, 10000])).status is OrderStatus.FILLED
    denied = order_of(played(once(stop="99", emulate=True), [10000, 10000], immediate_trigger="deny"))
    assert (denied.status, denied.reason.code) == (OrderStatus.DENIED, RejectReason.STOP_PRICE_REACHED)


def test_a_run_without_emulation_denies_the_order_that_asks_for_it() -> None:
    order = order_of(played(once(stop="101", emulate=True), [10000, 10000], emulate="never"))
    assert (order.status, order.reason.code) == (OrderStatus.DENIED, RejectReason.INSTRUCTION_NOT_SUPPORTED)


def test_a_run_that_emulates_always_holds_what_does_not_ask_for_it() -> None:
    order = order_of(played(once(stop="101"), [10000, 10000], emulate="always"))
    assert order.status is OrderStatus.EMULATED
    plain = order_of(played(once(limit="99"), [10000, 10000], emulate="always"))
    assert plain.status is OrderStatus.NEW


def test_a_trigger_without_prices_waits_and_does_not_vanish() -> None:
    order = order_of(played(once(stop="101", trigger="mark", emulate=True), [10000, 10500, 10500]))
    assert order.status is OrderStatus.EMULATED
    assert [event.exec_type for event in order.events] == [ExecType.EMULATED]


def test_a_day_order_is_denied_because_the_core_knows_no_end_of_the_day() -> None:
    order = order_of(played(once(stop="101", time_in_force="DAY", emulate=True), [10000, 10500]))
    assert (order.status, order.reason.code) == (OrderStatus.DENIED, RejectReason.TIME_IN_FORCE_NOT_SUPPORTED)


@pytest.mark.parametrize("settings", [{"emulate": "sometimes"}, {"immediate_trigger": "reject"}])
def test_an_unknown_choice_is_refused_before_anything_runs(settings: dict[str, str]) -> None:
    (name,) = settings
    with pytest.raises(InvalidArgument, match=f"{name} must be one of"):
        Backtest(Strategy, [(BTC, trades([10000]))], cash="1 USDT", **settings)  # type: ignore[arg-type]


def test_equal_runs_have_equal_digests_and_the_choice_is_part_of_them() -> None:
    def digest(**settings: Any) -> str:
        strategy = Scripted(once(stop="101", emulate=True))
        return Backtest(strategy, [(BTC, trades([10000, 10100, 10100]))], cash="1000 USDT", **settings).run().digest

    assert digest() == digest()
    assert digest() != digest(emulate="always")
    assert digest() != digest(immediate_trigger="deny")
