"""What money events make of the market and of positions at a simulated venue: nothing trades in old units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Buy, Money, Sell, Strategy
from pytrader.backtest import BacktestResult, Exchange
from pytrader.data import Expiry, Funding, Split, money_event_stream
from pytrader.errors import InvalidArgument
from pytrader.model import OrderStatus, RejectReason
from pytrader.model.records import L2_EVENT, MARK
from pytrader.strategy import CashEvent, Quote, Trade
from tests.backtest.markets import (
    ADD,
    BUY,
    LAST,
    PRINT,
    SECOND,
    SELL,
    START,
    bars,
    book_rows,
    instrument,
    quotes,
    trades,
)

HALF = SECOND // 2


class Planned(Strategy):
    """Sends the orders of its plan, by seconds after the start, and those of `at_event` when it hears of an event."""

    def __init__(self, plan: dict[float, Any], at_event: Any = None) -> None:
        super().__init__()
        self.plan, self.at_event = plan, at_event
        self.sent: list[Any] = []

    def on_start(self) -> None:
        for place, seconds in enumerate(self.plan):
            self.clock.set_alert(str(place), at=START + int(seconds * SECOND))

    def on_timer(self, timer: Any) -> None:
        self.sent.append(list(self.plan.values())[int(timer.name)](self))

    def on_cash_event(self, event: CashEvent) -> None:
        if self.at_event is not None:
            self.sent.append(self.at_event(self))


def level_rows(rows: list[tuple[float, int, int, int, int]]) -> Any:
    made = np.zeros(len(rows), L2_EVENT)
    made["ts_event"] = made["ts_init"] = [START + int(row[0] * SECOND) for row in rows]
    for place, name in enumerate(("side", "price", "quantity", "flags"), 1):
        made[name] = [row[place] for row in rows]
    made["action"] = ADD
    return made


STOCK = instrument("ABC", kind="equity", lot_size=1)
OLD_AND_NEW: dict[str, Any] = {
    "quotes": quotes([(100_00, 100_01)] * 3 + [(50_00, 50_01)] * 3),
    "levels": level_rows(
        [
            (0, BUY, 100_00, 1000, 0),
            (0, SELL, 100_01, 1000, LAST),
            (3, BUY, 50_00, 1000, 0),
            (3, SELL, 50_01, 1000, LAST),
        ]
    ),
    "orders": book_rows(
        [
            (ADD, BUY, 100_00, 1000, 1),
            (ADD, SELL, 100_01, 1000, 2),
            (ADD, BUY, 99_00, 1000, 3),
            (ADD, BUY, 50_00, 1000, 4),
            (ADD, SELL, 50_01, 1000, 5),
        ]
    ),
}


@pytest.mark.parametrize("data", OLD_AND_NEW)
@pytest.mark.parametrize("latency", ["0s", "100ms"])
def test_nothing_trades_at_old_prices_after_a_split(data: str, latency: str) -> None:
    strategy = Planned({1: lambda on: on.buy(10)}, lambda on: on.sell(20, limit="45.00"))
    events = money_event_stream(STOCK, [Split(START + 2 * SECOND + HALF, 2, 1)])
    rows = (STOCK, OLD_AND_NEW[data])
    result = Backtest(strategy, [rows, events], cash="10000 USDT", order_latency=latency, check_every_event=True).run()
    assert strategy.sent[0].status == OrderStatus.FILLED
    # The first price in new units is 50.00. Of books without trades nothing fills what rests.
    assert result.fills["price"].tolist() == ([100_01, 45_00] if data == "quotes" else [100_01])
    assert result.accounts[0].equity <= Money("10000", "USDT")


def test_a_strategy_sees_no_old_levels_after_a_split() -> None:
    seen: list[Any] = []

    def look(on: Strategy) -> None:
        seen.append((on.book.best_bid, on.book.best_ask))

    strategy = Planned({1: lambda on: on.buy(1), 3: look}, look)
    events = money_event_stream(STOCK, [Split(START + 2 * SECOND, 2, 1)])
    Backtest(strategy, [(STOCK, OLD_AND_NEW["levels"]), events], cash="10000 USDT").run()
    assert seen[0] == (None, None)
    assert (seen[1][0].price_ticks, seen[1][1].price_ticks) == (50_00, 50_01)


@pytest.mark.parametrize("data", ["trades", "bars", "marks"])
def test_no_stop_is_elected_by_an_old_price_after_a_split(data: str) -> None:
    marks = np.zeros(2, MARK)
    marks["ts_event"] = marks["ts_init"] = START + SECOND, START + 4 * SECOND
    marks["mark_price"] = 100_00, 50_00
    flat = [(100_00, 100_00, 100_00, 100_00)] * 3 + [(50_00, 50_00, 50_00, 50_00)] * 3
    rows: dict[str, list[Any]] = {
        "trades": [(STOCK, OLD_AND_NEW["quotes"]), (STOCK, trades([100_00] * 3 + [50_00] * 3))],
        "bars": [(STOCK, bars(flat, duration=SECOND))],
        "marks": [(STOCK, OLD_AND_NEW["quotes"]), (STOCK, marks)],
    }
    trigger = {"trigger": "mark"} if data == "marks" else {}
    strategy = Planned({1: lambda on: on.buy(10)}, lambda on: on.buy(1, stop="51.00", emulate=False, **trigger))
    events = money_event_stream(
        STOCK, [Split(START + 3 * SECOND if data == "bars" else START + 2 * SECOND + HALF, 2, 1)]
    )
    result = Backtest(strategy, [*rows[data], events], cash="10000 USDT").run()
    assert len(strategy.sent) == 2
    assert len(result.fills) == 1


@pytest.mark.parametrize(("new", "old", "left"), [(2, 1, 20), (1, 10, 1), (3, 7, 4)])
def test_reduce_only_counts_in_new_lots_after_a_split(new: int, old: int, left: int) -> None:
    strategy = Planned({1: lambda on: on.buy(10), 4: lambda on: on.sell(left, reduce_only=True)})
    events = money_event_stream(STOCK, [Split(START + 2 * SECOND + HALF, new, old, "50.00")])
    result = Backtest(strategy, [(STOCK, OLD_AND_NEW["quotes"]), events], cash="10000 USDT").run()
    assert strategy.sent[1].cum_qty == left
    assert result.positions[0].quantity == 0


def liquidated(strategy: Strategy, latency: str) -> BacktestResult:
    perpetual = instrument(kind="perpetual", initial_margin_rate="0.1", maintenance_margin_rate="0.05")
    marks = np.zeros(1, MARK)
    marks["ts_event"] = marks["ts_init"] = START + SECOND + HALF
    marks["mark_price"] = 94_00
    data = [(perpetual, quotes([(99_90, 100_00)] * 6, quantity=5000)), (perpetual, marks)]
    return Backtest(
        strategy, data, cash="1000 USDT", account="isolated", order_latency=latency, check_every_event=True
    ).run()


@pytest.mark.parametrize("latency", ["0s", "300ms"])
def test_reduce_only_knows_of_a_liquidation(latency: str) -> None:
    strategy = Planned({0.1: lambda on: on.buy(2), 3: lambda on: on.sell(1), 4: lambda on: on.buy(1, reduce_only=True)})
    result = liquidated(strategy, latency)
    assert [order.status for order in strategy.sent] == [OrderStatus.FILLED] * 3
    assert result.positions[0].quantity == 0


def test_reduce_only_on_its_way_opens_nothing_when_a_liquidation_comes_first() -> None:
    # It leaves before anybody has heard of the liquidation, and arrives after it.
    strategy = Planned({0.1: lambda on: on.buy(2), 1.4: lambda on: on.sell(2, reduce_only=True)})
    result = liquidated(strategy, "300ms")
    assert strategy.sent[1].status == OrderStatus.REJECTED
    assert result.positions[0].quantity == 0


def test_reduce_only_knows_of_a_position_that_was_deleveraged() -> None:
    perpetual = instrument(kind="perpetual", initial_margin_rate="0.1", maintenance_margin_rate="0.05")
    marks = np.zeros(1, MARK)
    marks["ts_event"] = marks["ts_init"] = START + SECOND + HALF
    marks["mark_price"] = 85_00
    long = Planned({0.1: lambda on: on.buy(2)})
    short = Planned({0.2: lambda on: on.sell(3), 3: lambda on: on.buy(2), 4: lambda on: on.sell(1, reduce_only=True)})
    data = [(perpetual, quotes([(99_90, 100_00)] * 6, quantity=5000)), (perpetual, marks)]
    result = Backtest([long, short], data, cash="1000 USDT", account="isolated", check_every_event=True).run()
    # Two of the three were closed against the long position that went bankrupt: two bought make it a long one of one.
    assert [event["kind"] for event in result.cash_events] == [8, 9]
    assert short.sent[2].status == OrderStatus.FILLED
    assert [position.quantity for position in result.positions] == [0, 0]


@pytest.mark.parametrize("on_exchange", [False, True])
def test_reduce_only_knows_of_what_was_delivered(on_exchange: bool) -> None:
    share = instrument("UND", kind="equity", lot_size=1)
    future = instrument(
        "FUT",
        kind="future",
        lot_size=1,
        multiplier=100,
        underlying=share.id,
        settlement="physical",
        expire_time=START + 2 * SECOND,
    )
    market: Any = Exchange(share, "6s", start=START) if on_exchange else (share, quotes([(100_00, 100_01)] * 6))
    data = [
        (future, quotes([(100_00, 100_01)] * 2)),
        market,
        money_event_stream(future, [Expiry(START + 2 * SECOND, "100")]),
    ]
    holder = Planned(
        {
            1: lambda on: on.buy(1, instrument=future),
            4: lambda on: on.sell(100, instrument=share, limit="99.00", reduce_only=True),
        }
    )
    other = Planned({3: lambda on: on.buy(100, instrument=share, limit="99.00")}) if on_exchange else Strategy()
    result = Backtest([holder, other], data, cash="100000 USDT", check_every_event=True).run()
    assert holder.sent[1].status == OrderStatus.FILLED
    held = [position.quantity for position in result.positions if position.instrument_id == share.id]
    assert held[0] == 0


@pytest.mark.parametrize("settled", [False, True])
def test_nothing_is_ordered_of_a_contract_that_has_ended(settled: bool) -> None:
    future = instrument("FUT", kind="future", lot_size=1, expire_time=START + 2 * SECOND)
    strategy = Planned({place: lambda on: on.buy(1) for place in (1, 2, 3)})
    data: list[Any] = [(future, quotes([(100_00, 100_01)] * 5))]
    if settled:
        data.append(money_event_stream(future, [Expiry(START + 2 * SECOND, "100")]))
    Backtest(strategy, data, cash="1000 USDT").run()
    assert [order.status for order in strategy.sent] == [OrderStatus.FILLED, OrderStatus.DENIED, OrderStatus.DENIED]
    assert strategy.sent[2].reason.code == RejectReason.INSTRUMENT_EXPIRED


@pytest.mark.parametrize("emulate", ["always", "where_needed"])
def test_neither_held_orders_nor_exits_nor_replaces_outlive_a_contract(emulate: str) -> None:
    future = instrument("FUT", kind="future", lot_size=1, expire_time=START + 5 * SECOND)
    prices = [(100_00, 100_01)] * 7 + [(90_00, 90_01)] * 3
    strategy = Planned(
        {
            1: lambda on: on.sell(2, stop="95.00", trigger="bid_ask"),
            2: lambda on: on.buy(1, limit="95.00"),
            4.9: lambda on: on.submit_list([Sell(1, limit="110.00")], parent=Buy(1, limit="100.01")),
            6: lambda on: (on.replace(on.sent[1], quantity=30), on.last_refusal.code),
        }
    )
    Backtest(strategy, (future, quotes(prices)), cash="10000 USDT", order_latency="500ms", emulate=emulate).run()
    held, resting, (entry, exit_order), (was_sent, refusal) = strategy.sent
    assert (was_sent, refusal) == (False, RejectReason.INSTRUMENT_EXPIRED)
    assert resting.order_lots == 1
    assert (entry.status, exit_order.status) == (OrderStatus.FILLED, OrderStatus.DENIED)
    assert exit_order.reason.code == RejectReason.INSTRUMENT_EXPIRED
    if emulate == "always":
        assert (held.status, held.reason.code) == (OrderStatus.DENIED, RejectReason.INSTRUMENT_EXPIRED)


@pytest.mark.parametrize("option_first", [True, False])
def test_what_has_ended_itself_is_not_delivered(option_first: bool) -> None:
    end = START + 2 * SECOND
    future = instrument("FUT", kind="future", lot_size=1, expire_time=end)
    call = instrument(
        "CALL",
        kind="option",
        lot_size=1,
        right="call",
        strike="90",
        underlying=future.id,
        settlement="physical",
        expire_time=end,
    )
    strategy = Planned({1: lambda on: on.buy(1, instrument=call)})
    ends = [money_event_stream(call, [Expiry(end, "100")]), money_event_stream(future, [Expiry(end, "100")])]
    data = [(call, quotes([(9_00, 9_01)] * 2)), (future, quotes([(100_00, 100_01)] * 2))]
    test = Backtest(strategy, data + (ends if option_first else ends[::-1]), cash="1000 USDT")
    if option_first:
        result = test.run()
        assert [position.realized_pnl for position in result.positions] == [Money("-9.01", "USDT"), Money("10", "USDT")]
        return
    with pytest.raises(InvalidArgument, match=r"its underlying FUT\.BINANCE has ended already"):
        test.run()


def test_what_waits_for_the_end_of_an_event_is_refused_when_the_contract_ends() -> None:
    class AnswersTrade(Strategy):
        def on_start(self) -> None:
            self.sent: list[Any] = []

        def on_trade(self, trade: Trade) -> None:
            self.sent.append(self.buy(1, limit="100.00"))

        def on_quote(self, quote: Quote) -> None:
            pass

    future = instrument("FUT", kind="future", lot_size=1, expire_time=START + 2 * SECOND)
    rows = level_rows([(0, BUY, 100_00, 5, 0), (0, SELL, 100_01, 5, LAST), (1, SELL, 100_01, 1, 0)])
    rows["action"][2] = PRINT
    strategy = AnswersTrade()
    Backtest(
        strategy, [(future, rows), money_event_stream(future, [Expiry(START + 2 * SECOND, "100")])], cash="1000 USDT"
    ).run()
    assert strategy.sent[0].status == OrderStatus.REJECTED


@pytest.mark.parametrize("data", ["marks", "quotes", "trades", "bars"])
@pytest.mark.parametrize(("response", "feed"), [("0s", "0s"), ("2s", "0s"), ("2s", "600ms"), ("0s", "600ms")])
def test_an_event_without_a_price_is_about_what_the_market_was_marked_at_when_it_happened(
    data: str, response: str, feed: str
) -> None:
    moving = [(100_00, 100_02), (100_00, 100_02), (110_00, 110_02), (140_00, 140_02), (170_00, 170_02), (99_00, 99_02)]
    marks = np.zeros(4, MARK)
    marks["ts_event"] = marks["ts_init"] = START + SECOND * np.arange(1, 5)
    marks["mark_price"] = 120_00, 130_00, 160_00, 180_00
    rows: dict[str, list[Any]] = {
        "marks": [(STOCK, quotes(moving)), (STOCK, marks)],
        "quotes": [(STOCK, quotes(moving))],
        "trades": [(STOCK, trades([bid for bid, _ in moving]))],
        "bars": [(STOCK, bars([(bid,) * 4 for bid, _ in moving], duration=SECOND))],
    }
    expected = {"marks": "1.30", "quotes": "1.1001", "trades": "1.10", "bars": "1.10"}[data]
    strategy = Planned({1.2: lambda on: on.buy(1, limit="150.00")})
    funding = money_event_stream(STOCK, [Funding(START + 5 * SECOND // 2, rate="-0.01")])
    buys_of_trades = trades([90_00], start=START + 3 * SECOND // 2)
    buys_of_trades["aggressor_side"] = SELL
    if data == "trades":
        rows["trades"].insert(0, (STOCK, buys_of_trades))
    result = Backtest(
        strategy, [*rows[data], funding], cash="1000 USDT", response_latency=response, feed_latency=feed
    ).run()
    assert len(result.fills) == 1
    assert result.positions[0].income == Money(expected, "USDT")
