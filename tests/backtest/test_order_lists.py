"""Brackets and order lists as a strategy writes them, and their quantities against a naive reading of what traded."""

from __future__ import annotations

import pickle
import random
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Buy, InvalidArgument, Sell, Strategy
from pytrader.backtest import Latency
from pytrader.errors import DecimalOverflow
from pytrader.model import ExecType, OrderStatus, RejectReason
from pytrader.model.records import QUOTE
from pytrader.strategy import ErrorPolicy, Quote, Twap
from tests.backtest.markets import SECOND, START, instrument, quotes
from tests.backtest.worked_orders import BTC, run, scripted


def touch(*mids: int, quantity: int = 5000) -> Any:
    return quotes([(mid - 1, mid + 1) for mid in mids], quantity=quantity)


def test_a_bracket_has_its_exits_as_handles_and_leaves_with_a_profit() -> None:
    made: list[Any] = []
    strategy = scripted(at_0=lambda s: made.append(s.buy(2, take_profit="105", stop_loss="95", tag="b:1")))
    result = run(strategy, touch(10000, 10000, 10600, 10600), cash="201 USDT")
    entry = made[0]
    profit, loss = entry.exits
    assert [order.status for order in (entry, profit, loss)] == [
        OrderStatus.FILLED,
        OrderStatus.FILLED,
        OrderStatus.CANCELED,
    ]
    assert (profit.price_ticks, profit.stop_price_ticks, loss.stop_price_ticks) == (10500, None, 9500)
    assert profit.parent_id == loss.parent_id == entry.client_order_id
    assert profit.list_id == loss.list_id == entry.list_id == 1
    assert (entry.parent_id, profit.exits) == (None, ())
    assert (profit.reduce_only, loss.reduce_only) == (True, True)
    assert profit.tag == loss.tag == "b:1"
    assert result.positions[0].quantity == 0


def test_a_bracket_may_have_one_exit_and_its_prices_in_ticks() -> None:
    made: list[Any] = []
    strategy = scripted(at_0=lambda s: made.append(s.sell(quantity_lots=2000, stop_loss_ticks=10500)))
    result = run(strategy, touch(10000, 10000, 10600, 10600))
    (loss,) = made[0].exits
    assert (loss.status, loss.side.name) == (OrderStatus.FILLED, "BUY")
    assert result.positions[0].quantity == 0


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("take_profit below the entry of a buy", {"limit": "100", "take_profit": "99"}),
    ("stop_loss above the entry of a buy", {"limit": "100", "stop_loss": "101"}),
    ("both, the wrong way round", {"take_profit": "95", "stop_loss": "105"}),
    ("equal prices", {"take_profit": "95", "stop_loss": "95"}),
    ("against the stop of the entry", {"stop": "103", "stop_loss": "104"}),
    ("a price twice", {"stop_loss": "95", "stop_loss_ticks": 9500}),
    ("nothing at all", {"take_profit": None, "stop_loss": None}),
    ("not a price", {"take_profit": 105.5}),
    ("off the grid", {"take_profit": "105.005"}),
]


@pytest.mark.parametrize("terms", [terms for _, terms in WRONG], ids=[name for name, _ in WRONG])
def test_a_bracket_that_makes_no_sense_is_refused_before_anything_changes(terms: dict[str, Any]) -> None:
    caught: list[BaseException] = []

    def act(strategy: Any) -> None:
        with pytest.raises((InvalidArgument, ValueError, TypeError)) as info:
            strategy.buy(1, **terms)
        caught.append(info.value)

    result = run(scripted(at_0=act), touch(10000, 10000))
    assert len(caught) == 1
    assert len(result.orders) == 0


def test_what_is_no_list_is_refused_with_what_to_write() -> None:
    messages: list[str] = []

    def refused(strategy: Any, *arguments: Any, **terms: Any) -> None:
        with pytest.raises((InvalidArgument, TypeError)) as info:
            strategy.submit_list(*arguments, **terms)
        messages.append(str(info.value))

    def act(strategy: Any) -> None:
        refused(strategy, [])
        refused(strategy, [strategy])
        refused(strategy, [Buy(1)] * 65)
        refused(strategy, [Buy(1), Sell(1)], contingency="either")
        refused(strategy, [Buy(1)], parent=Sell(1), trigger_mode="half")
        refused(strategy, Buy(1))
        refused(strategy, [Buy(1)], trigger_mode="full")
        refused(strategy, [Buy(1, colour="red")])  # type: ignore[call-arg]
        with pytest.raises(TypeError, match="no algorithm works an order of a list"):
            strategy.submit_list([Buy(1, algorithm=Twap("5s", slices=2))])  # type: ignore[call-arg]
        with pytest.raises(InvalidArgument, match="write the exits as orders of the list"):
            Buy(1, take_profit="105")  # type: ignore[call-arg]

    result = run(scripted(at_0=act), touch(10000, 10000))
    wanted = [
        "at least one",
        "made of Buy",
        "at most 64",
        "contingency must be one of",
        "'partial' or 'full'",
        "write [Buy(1)]",
        "give parent=",
        "colour",
    ]
    assert [part in message for part, message in zip(wanted, messages, strict=True)] == [True] * 8
    assert len(result.orders) == 0
    assert repr(pickle.loads(pickle.dumps(Sell(1, "ABC", limit="2")))) == "Sell(1, 'ABC', limit='2')"
    assert repr(Buy(1, limit="2")) == "Buy(1, limit='2')"


def test_a_denied_list_ends_with_one_reason_and_siblings_that_say_so() -> None:
    made: list[Any] = []
    strategy = scripted(
        at_0=lambda s: made.extend(s.submit_list([Buy(1, limit="90"), Buy(50, limit="91"), Buy(1, limit="92")]))
    )
    result = run(strategy, touch(10000, 10000), cash="1000 USDT")
    assert {order.status for order in made} == {OrderStatus.DENIED}
    assert [order.reason.code for order in made] == [
        RejectReason.LIST_DENIED,
        RejectReason.INSUFFICIENT_FUNDS,
        RejectReason.LIST_DENIED,
    ]
    assert len(result.orders) == 3


def test_the_quantity_of_a_list_is_refused_and_the_reason_told() -> None:
    made: list[Any] = []
    refusals: list[Any] = []

    def act(strategy: Any) -> None:
        made.extend(strategy.submit_list([Sell(1, limit="105"), Sell(1, stop="95")], contingency="OUO"))

    def change(strategy: Any) -> None:
        refusals.append((strategy.replace(made[0], quantity=2), strategy.last_refusal.code))
        refusals.append((strategy.replace(made[0], limit="104"), strategy.last_refusal.code))

    run(scripted(at_0=act, at_1=change), touch(10000, 10000, 10000))
    assert refusals == [(False, RejectReason.QUANTITY_OF_LIST), (True, RejectReason.NONE)]
    assert made[0].price_ticks == 10400


def test_a_cancel_that_is_always_lost_is_given_up_and_the_strategy_told() -> None:
    made: list[Any] = []
    rejects: list[Any] = []

    class Told(Strategy):
        def on_start(self) -> None:
            made.extend(self.submit_list([Sell(1, limit="105"), Sell(1, limit="200")], contingency="OCO"))

        def on_reject(self, event: Any) -> None:
            rejects.append(event.reason.code)

    lost = Latency.from_rows(np.array([[START - 1] * 3, [START, 0, START + 1_000_000]]))
    latency = {"new": "0ms", "cancel": lost}
    result = run(Told(), touch(10000, 10000, 10600, 10600, 10600), order_latency=latency)
    assert made[0].status is OrderStatus.FILLED
    assert made[1].status is OrderStatus.NEW  # it works on, and its strategy knows
    asked = [event for event in made[1].events if event.exec_type is ExecType.PENDING_CANCEL]
    refused = [event.reason.code for event in made[1].events if event.exec_type is ExecType.CANCEL_REJECTED]
    assert len(asked) == 101
    assert refused == [RejectReason.REQUEST_LOST] * 100 + [RejectReason.LOST_TOO_OFTEN]
    assert rejects == refused
    assert len(result.refused_reports) == 0


def test_a_list_beyond_a_synthetic_price_of_64_bits_raises_and_leaves_nothing_behind() -> None:
    made: list[Any] = []

    def act(strategy: Any) -> None:
        huge = strategy.synthetic("HUGE", {BTC.id: "100000000000"}, tick_size="0.0000001")
        wide = Sell(1, stop="1", trigger="bid_ask", trigger_symbol=huge)
        with pytest.raises(DecimalOverflow):
            strategy.submit_list([Sell(1, limit="105"), wide], contingency="OCO")
        assert strategy.open_orders == []
        made.extend(strategy.submit_list([Sell(1, limit="105"), Sell(1, limit="200")], contingency="OCO"))

    result = run(scripted(at_0=act), touch(10000, 10000, 10600, 10600))
    assert [(order.list_id, order.status) for order in made] == [(1, OrderStatus.FILLED), (1, OrderStatus.CANCELED)]
    assert len(result.orders) == 2


def test_cancel_all_takes_what_waits_for_a_parent_too() -> None:
    made: list[Any] = []

    def act(strategy: Any) -> None:
        made.append(strategy.buy(1, limit="90", take_profit="105", stop_loss="85"))

    counts: list[int] = []
    run(scripted(at_0=act, at_1=lambda s: counts.append(s.cancel_all())), touch(10000, 10000, 10000))
    orders = [made[0], *made[0].exits]
    assert {order.status for order in orders} == {OrderStatus.CANCELED}


def test_an_error_policy_that_flattens_takes_lists_with_it() -> None:
    def fail(strategy: Any) -> None:
        raise RuntimeError("wrong")

    strategy = scripted(
        at_0=lambda s: s.buy(1, take_profit="105", stop_loss="95"),
        at_1=lambda s: s.buy(1, limit="90", take_profit="105", stop_loss="85"),
        at_2=fail,
    )
    result = run(strategy, touch(*[10000] * 8), error_policy=ErrorPolicy("flatten"))
    assert result.positions[0].quantity == 0
    assert len(result.orders) == 7
    assert sum(result.summary()["order_status"].get(status, 0) for status in ("filled", "canceled")) == 7


UPDATES = ("OUO", "ONE_UPDATES_OTHER_PROPORTIONAL")


# --- against a naive reading ----------------------------------------------------------------------------------------


class Lists(Strategy):
    """Sends random lists, and now and then cancels or moves one of their orders."""

    def on_start(self) -> None:
        self.lists: list[tuple[str, str, list[list[Any]]]] = []
        self.checked = 0

    def on_quote(self, quote: Quote) -> None:
        self.checked += sum(check(*entry) for entry in self.lists)
        draw = self.random
        mid = quote.bid_ticks
        if draw.chance(1, 3) and len(self.lists) < 40:
            self.send(mid)
        if self.lists and draw.chance(1, 4):
            order = draw.choice(draw.choice(self.lists)[2])[-1]
            if order.is_open and draw.chance(1, 3):
                self.cancel(order)
            elif order.is_open and order.price_ticks is not None:
                self.replace(order, limit_ticks=order.price_ticks + draw.between(-2, 2))

    def on_order_event(self, event: Any) -> None:
        """An order that takes the place of another one stands behind it from now on."""
        if event.exec_type is ExecType.PENDING_NEW and event.order.renews_id is not None:
            places = next(places for _, _, places in self.lists if places[0][0].list_id == event.order.list_id)
            place = next(place for place in places if place[-1].client_order_id == event.order.renews_id)
            place.append(event.order)

    def send(self, mid: int) -> None:
        draw = self.random
        among = draw.choice(["none", "OCO", "OUO", "ONE_UPDATES_OTHER_PROPORTIONAL"])
        kind = draw.choice(["", "partial", "full"])
        side, other = (Buy, Sell) if draw.chance(1, 2) else (Sell, Buy)
        up = 1 if side is Buy else -1
        exits = [
            other(quantity_lots=draw.between(1, 9), limit_ticks=mid + up * draw.between(0, 6))
            if draw.chance(1, 2)
            else other(
                quantity_lots=draw.between(1, 9),
                stop_ticks=mid - up * draw.between(0, 6),
                emulate=draw.chance(1, 2),
                trigger="bid_ask",
            )
            for _ in range(draw.between(1, 3))
        ]
        parent = side(quantity_lots=draw.between(1, 9), limit_ticks=mid + draw.between(-3, 3)) if kind else None
        orders = self.submit_list(exits, contingency=among, parent=parent, trigger_mode=kind or "partial")
        self.lists.append((among, kind, [[order] for order in orders]))


def traded_at(place: list[Any]) -> int:
    return sum(order.cum_lots for order in place)


def total_of(among: str, kind: str, places: list[list[Any]], at: int, given: list[int]) -> int:
    """What the orders of a place should be for together, from what the list has traded."""

    def base(at: int) -> int:
        if not kind:
            return given[at]
        parent = places[0][0]
        return 0 if kind == "full" and parent.is_open else int(Fraction(given[at] * parent.cum_lots, given[0]))

    total = base(at)
    for other in range(1 if kind else 0, len(places)):
        traded = traded_at(places[other])
        if other == at or traded == 0:
            continue
        if among == "OUO":
            total -= traded
        elif among != "none":
            total -= -(-traded * base(at) // base(other)) if base(other) else base(at)
    return total


def check(among: str, kind: str, places: list[list[Any]]) -> int:
    """Compares each order of a list that nothing is under way for, and says how many were compared."""
    given = [int(Decimal(str(place[0].events[0].order_qty)) * 1000) for place in places]
    if places[0][0].events[0].exec_type is ExecType.DENIED:
        assert {order.status for (order,) in places} == {OrderStatus.DENIED}
        return len(places)
    checked = 0
    for at in range(1 if kind else 0, len(places)):
        *earlier, order = places[at]
        said = {event.exec_type for event in order.events}
        waits = bool(kind) and not earlier and ExecType.RELEASED not in said
        refused = ExecType.REPLACE_REJECTED in said or ExecType.CANCEL_REJECTED in said
        if order.is_open and not order.is_pending and not waits and not refused and (kind or among in UPDATES):
            assert order.order_lots + traded_at(earlier) == total_of(among, kind, places, at, given), (among, places)
            checked += 1
    legs = places[1:] if kind else places
    if among == "OCO" and any(place[-1].cum_lots and place[-1].is_open for place in legs):
        assert sum(place[-1].is_open and not place[-1].is_pending for place in legs) <= 1
        checked += 1
    return checked


@pytest.mark.parametrize("seed", range(30))
def test_quantities_follow_from_what_the_lists_traded(seed: int) -> None:
    draw = random.Random(seed)
    mids, mid = [], 10000
    for _ in range(400):
        mid += draw.choice([-2, -1, 0, 0, 1, 2])
        mids.append(mid)
    rows = quotes([(mid - 1, mid + 1) for mid in mids], quantity=1)
    rows["bid_quantity"] = [draw.randint(1, 4) for _ in mids]
    rows["ask_quantity"] = [draw.randint(1, 4) for _ in mids]
    strategy = Lists()
    run(strategy, rows, seed=seed, order_latency=draw.choice(["0ms", "400ms", "2500ms"]))
    assert strategy.checked > 100


@pytest.mark.parametrize("latency", ["1s", "300ms"])
def test_a_late_report_of_a_filled_exit_takes_nothing_from_the_renewed_list(latency: str) -> None:
    class Exits(Strategy):
        def on_start(self) -> None:
            self.listed: list[Any] = []

        def on_quote(self, quote: Any) -> None:
            if not self.listed:
                exits = [
                    Sell(quantity_lots=20, stop="99.50", trigger="bid_ask", reduce_only=True, tag="stop"),
                    Sell(quantity_lots=20, limit="103", reduce_only=True, tag="target"),
                ]
                self.listed = self.submit_list(exits, parent=Buy(quantity_lots=20, limit="100.02"), contingency="OCO")

        def on_stop(self) -> None:
            self.left = sorted((order.tag, order.leaves_lots) for order in self.open_orders)

    # Ten lots of the entry trade at first. As the other ten do, the stop is asked to grow, and trades before that.
    rows = np.zeros(6, QUOTE)
    for row, (second, bid, ask, bid_lots, ask_lots) in zip(
        rows,
        [
            (0, 10000, 10002, 100, 10),
            (1.5, 10000, 10010, 100, 100),
            (5.0, 10000, 10002, 100, 10),
            (6.5, 9950, 9960, 100, 100),
            (6.6, 10000, 10010, 100, 100),
            (20, 10000, 10010, 100, 100),
        ],
        strict=True,
    ):
        row["ts_event"] = row["ts_init"] = START + int(second * SECOND)
        row["bid_price"], row["ask_price"], row["bid_quantity"], row["ask_quantity"] = bid, ask, bid_lots, ask_lots
    strategy = Exits()
    result = Backtest(strategy, (instrument(), rows), cash="100000 USDT", order_latency=latency).run()
    held = int(result.positions[0].quantity.as_decimal() * 1000)
    assert strategy.left == ([("stop", held), ("target", held)] if held else [])


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_no_exit_outlives_a_position_that_another_one_closed_cut_down_to_it(side: str) -> None:
    """The entry closes ten lots and opens ten of the other side: ten of the twenty of either exit are cut off."""
    up = side == "buy"
    made: list[Any] = []

    def enter(s: Any) -> None:
        made.append(
            s.submit(
                side,
                quantity_lots=20,
                limit="100.50" if up else "99.50",
                take_profit="103" if up else "97",
                stop_loss="99" if up else "101",
            )
        )

    strategy = scripted(
        at_0=lambda s: s.submit("sell" if up else "buy", quantity_lots=10),
        at_1=enter,
        at_5=lambda s: s.submit(side, quantity_lots=5),
    )
    moves = [10000, 10000, 10000, 9880, 10000, 10000, 10400, 10400]
    prices = moves if up else [20000 - mid for mid in moves]
    result = run(strategy, touch(*prices))
    profit, loss = made[0].exits
    assert (loss.status, loss.cum_lots) == (OrderStatus.FILLED, 10)
    assert profit.status is OrderStatus.CANCELED
    assert abs(result.positions[0].quantity.as_decimal()) == Decimal("0.005")
