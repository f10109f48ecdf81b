"""What released engines were measured to get wrong: each probe that showed it, and the one right answer here.

The probes are of NautilusTrader 1.221, 1.231 and 2.0.0rc6, of hftbacktest 2.4.4 and of engines over bars.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import pytrader
from pytrader import Backtest, DecimalOverflow, InvalidArgument, Money, OffTick, Price, Strategy
from pytrader.backtest import RiskLimits
from pytrader.book import L3Book
from pytrader.model import Instrument, OrderStatus, RejectReason
from pytrader.model.records import STATUS
from pytrader.portfolio import Ledger
from pytrader.strategy import Buy, Order, Quote
from tests.backtest.markets import BUY, MINUTE, SECOND, SELL, START, bars, instrument, quotes, trades

STOCK = instrument("ABC", kind="equity", lot_size=1, tick_size="0.01")
Act = Callable[[Strategy], Any]


class Planned(Strategy):
    """Does what its plan says, by seconds after the start, and keeps what came of it."""

    def __init__(self, plan: Mapping[float, Act]) -> None:
        super().__init__()
        self.plan = list(plan.items())
        self.made: list[Any] = []

    def on_start(self) -> None:
        for place, (seconds, _) in enumerate(self.plan):
            self.clock.set_alert(str(place), at=START + int(seconds * SECOND))

    def on_timer(self, timer: Any) -> None:
        self.made.append(self.plan[int(timer.name)][1](self))


def run(plan: Mapping[float, Act], *rows: Any, traded: Instrument = STOCK, **options: Any) -> tuple[list[Any], Any]:
    strategy = Planned(plan)
    data = [(traded, each) for each in rows]
    settings: dict[str, Any] = {"cash": "1000000 USDT", "check_every_event": True}
    return strategy.made, Backtest(strategy, data, **(settings | options)).run()


def flat(seconds: int, quantity: int = 100) -> Any:
    return quotes([(99_00, 101_00)] * seconds, quantity=quantity)


def sold(prices: list[int], quantity: int, after: float) -> Any:
    rows = trades(prices, quantity=quantity, start=START + int(after * SECOND))
    rows["aggressor_side"] = SELL
    return rows


def test_an_order_that_expired_at_two_seconds_does_not_trade_at_ten() -> None:
    made, result = run(
        {0: lambda on: on.buy(10, limit="100.00", expire_time=START + 2 * SECOND)}, flat(3), sold([98_00], 50, 10)
    )
    assert made[0].status == OrderStatus.EXPIRED
    assert len(result.fills) == 0
    assert result.orders["ts_last"].tolist() == [START + 2 * SECOND]


def statuses(phases: list[tuple[int, int]]) -> Any:
    rows = np.zeros(len(phases), STATUS)
    rows["ts_event"] = rows["ts_init"] = [START + seconds * SECOND for seconds, _ in phases]
    rows["phase"] = [phase for _, phase in phases]
    return rows


CLOSED, OPENING_AUCTION, CONTINUOUS, CLOSING_AUCTION = 0, 2, 3, 6


def test_a_day_order_ends_with_its_day() -> None:
    phases = statuses([(0, CONTINUOUS), (5, CLOSED)])
    made, _ = run({1: lambda on: on.buy(10, limit="98.00", time_in_force="DAY")}, flat(8), phases)
    assert made[0].status == OrderStatus.EXPIRED


@pytest.mark.parametrize(
    ("time_in_force", "phase"), [("AT_THE_OPEN", OPENING_AUCTION), ("AT_THE_CLOSE", CLOSING_AUCTION)]
)
def test_orders_for_an_auction_trade_in_it_or_end_with_it(time_in_force: str, phase: int) -> None:
    first = OPENING_AUCTION if phase == OPENING_AUCTION else CONTINUOUS
    phases = statuses(
        [(0, first)]
        + ([(4, phase)] if phase != first else [])
        + [(6, CONTINUOUS if phase != CLOSING_AUCTION else CLOSED)]
    )
    send: dict[float, Act] = {1: lambda on: on.buy(10, limit="102.00", time_in_force=time_in_force)}
    made, result = run(send, flat(8), phases, sold([100_00], 10, 5))
    assert (made[0].status, result.fills["price"].tolist()) == (OrderStatus.FILLED, [100_00])
    made, result = run(send, flat(8), phases)
    assert (made[0].status, len(result.fills)) == (OrderStatus.EXPIRED, 0)


def test_an_iceberg_of_100_that_shows_10_does_not_trade_60_at_once() -> None:
    # Behind 50 lots: of 60 sold its tip of 10 trades, of the next 40 one tip more after the 20 that stood ahead of it.
    levels = quotes([(100_00, 101_00)] * 2, quantity=50)
    again = quotes([(100_00, 101_00)] * 6, quantity=20, start=START + 3 * SECOND)
    made, result = run(
        {0.5: lambda on: on.buy(100, limit="100.00", display_qty=10)},
        np.concatenate([levels, again]),
        sold([100_00], 60, 2),
        sold([100_00], 30, 4),
    )
    assert result.fills["quantity"].tolist() == [10, 10]
    assert made[0].leaves_qty == 80


def test_the_best_size_of_an_order_book_is_that_of_the_level() -> None:
    book = L3Book("0.01")
    book.add(1, "buy", "100.00", 7)
    book.add(2, "buy", "100.00", 5)
    best = book.best_bid
    assert best is not None
    assert (str(best.price), str(best.quantity), best.count) == ("100.00", "12", 2)


def test_five_market_orders_share_what_is_displayed_once() -> None:
    made, result = run({0.5: lambda on: [on.buy(100) for _ in range(5)]}, flat(2, quantity=100))
    assert result.fills["quantity"].tolist() == [100]
    assert [order.status for order in made[0]] == [OrderStatus.FILLED, *[OrderStatus.CANCELED] * 4]


def test_two_own_orders_share_the_excess_of_a_trade_once() -> None:
    # Ten lots more than stood ahead: ten are filled, not twenty.
    made, result = run(
        {0.5: lambda on: [on.buy(10, limit="99.00"), on.buy(10, limit="99.00")]},
        flat(1, quantity=100),
        sold([99_00], 110, 2),
    )
    assert result.fills["quantity"].tolist() == [10]
    assert [order.cum_qty for order in made[0]] == [10, 0]


def test_own_orders_that_cross_do_not_both_rest() -> None:
    made, _ = run({0.5: lambda on: [on.buy(1, limit="100.00"), on.sell(1, limit="100.00")]}, flat(3))
    assert [order.status for order in made[0]] == [OrderStatus.NEW, OrderStatus.REJECTED]
    assert made[0][1].reason.code == RejectReason.SELF_TRADE


def test_a_price_off_the_grid_is_no_order() -> None:
    coarse = instrument("XYZ", kind="equity", lot_size=1, tick_size="0.05")
    with pytest.raises(OffTick, match=r"99\.03"):
        run({0.5: lambda on: on.buy(1, limit="99.03")}, flat(3), traded=coarse)


def test_a_replace_is_judged_by_the_limit_of_an_orders_value() -> None:
    def grow(on: Strategy) -> Any:
        return on.replace(made[0], quantity=5000), on.last_refusal.code

    strategy = Planned({0.5: lambda on: on.buy(5, limit="99.00"), 1.5: grow})
    made = strategy.made
    limits = RiskLimits(max_order_notional="1000")
    Backtest(strategy, (STOCK, flat(3)), cash="1000000 USDT", limits=limits).run()
    assert made[1] == (False, RejectReason.NOTIONAL_ABOVE_MAXIMUM)
    assert made[0].order_qty == 5


def test_what_reduces_ten_does_not_end_at_twenty_short() -> None:
    made, result = run(
        {
            0.5: lambda on: on.buy(10),
            1.5: lambda on: on.sell(30, reduce_only=True),
            2.5: lambda on: on.sell(10, reduce_only=True),
        },
        flat(4),
    )
    assert [order.status for order in made] == [OrderStatus.FILLED, OrderStatus.DENIED, OrderStatus.FILLED]
    assert result.positions[0].quantity == 0


def test_the_siblings_of_a_denied_order_end_with_it() -> None:
    made, _ = run(
        {0.5: lambda on: on.submit_list([Buy(1, limit="99"), Buy(10**6, limit="99")])}, flat(2), cash="1000 USDT"
    )
    assert {order.status for order in made[0]} == {OrderStatus.DENIED}
    assert made[0][0].reason.code == RejectReason.LIST_DENIED


@pytest.mark.parametrize("trigger", ["last", "bid_ask", "mid", "mark"])
def test_an_order_whose_trigger_the_data_never_tell_says_why(trigger: str) -> None:
    made, _ = run({61: lambda on: on.sell(1, stop="90.00", trigger=trigger)}, bars([(100_00,) * 4] * 3))
    if made[0].status in (OrderStatus.REJECTED, OrderStatus.DENIED):
        assert made[0].reason.text
    else:
        assert made[0].status in (OrderStatus.NEW, OrderStatus.EMULATED)


def test_three_hundred_odd_fills_end_exactly() -> None:
    stock = Instrument(
        "ABC", "X", kind="equity", quote_currency="USD", tick_size="0.0001", lot_size="0.001", taker_fee="0.00035"
    )
    ledger = Ledger([stock])
    cash = Fraction(0)
    for number in range(300):
        price, quantity = 10_0001 + 7919 * number % 4999, 333 + 101 * number % 777
        side = 1 if number % 3 else -1
        ledger.fill(
            stock.id,
            side="buy" if side > 0 else "sell",
            price=stock.price(price),
            quantity=stock.quantity(quantity),
        )
        value = Fraction(price, 10_000) * Fraction(quantity, 1000)
        cash -= side * value + Fraction(round(value * Fraction(35, 100_000) * 100), 100)
    assert Fraction(ledger.cash("USD").as_decimal()) == cash
    assert ledger.check()


def test_a_sum_out_of_range_is_an_exception() -> None:
    largest = Price("170141183460469231731")
    with pytest.raises(DecimalOverflow):
        largest + largest


def test_an_exception_of_a_handler_is_the_callers() -> None:
    class Fails(Strategy):
        calls = 0

        def on_quote(self, quote: Quote) -> None:
            type(self).calls += 1
            raise ValueError("of the strategy")

    with pytest.raises(ValueError, match="of the strategy"):
        Backtest(Fails(), (STOCK, flat(5)), cash="1 USDT").run()
    assert Fails.calls == 1


@pytest.mark.parametrize("wrong", [1, "O-1", None, object()])
def test_a_cancel_of_no_order_is_an_exception(wrong: Any) -> None:
    with pytest.raises(InvalidArgument, match="handle that buy or sell returned"):
        run({0.5: lambda on: on.cancel(wrong)}, flat(3))


def test_an_order_that_one_trade_exactly_exhausts_is_gone_and_the_run_goes_on() -> None:
    made, result = run(
        {0.5: lambda on: on.buy(10, limit="99.00"), 4.5: lambda on: on.buy(1)},
        flat(6, quantity=100),
        sold([99_00, 99_00], 110, 2),
    )
    assert [order.status for order in made] == [OrderStatus.FILLED, OrderStatus.FILLED]
    assert result.fills["quantity"].tolist() == [10, 1]


def test_partial_fills_reach_position_and_fees() -> None:
    coin = instrument(maker_fee="0.001")
    made, result = run(
        {0.5: lambda on: on.buy("0.05", limit="99.00")},
        flat(1, quantity=1),
        sold([99_00, 98_00], 21, 2),
        sold([98_00], 30, 5),
        traded=coin,
    )
    assert result.fills["quantity"].tolist() == [20, 21, 9]
    (position,) = result.positions
    assert str(position.quantity) == "0.050"
    assert position.fees == Money("0.00495", "USDT")
    assert made[0].status == OrderStatus.FILLED


def test_a_temporary_array_lives_as_long_as_the_run_needs_it() -> None:
    strategy = Planned({})
    backtest = Backtest(strategy, (STOCK, np.array(flat(100_000))), cash="1 USDT")
    gc.collect()
    np.full(1_000_000, 7)
    assert backtest.run().events == 100_000


def test_an_instrument_that_is_not_in_the_run_is_an_exception() -> None:
    with pytest.raises(InvalidArgument, match="XYZ"):
        run({0.5: lambda on: on.buy(1, instrument="XYZ.BINANCE")}, flat(3))


def test_open_orders_come_in_the_order_of_their_sending_every_time() -> None:
    def ids(on: Strategy) -> Any:
        return [order.client_order_id for order in on.orders()]

    def send(on: Strategy) -> None:
        for number in range(50):
            on.buy(1, limit_ticks=98_00 - 37 * number % 50)

    runs = [run({0.5: send, 1.5: ids}, flat(3))[0][1] for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 50


def test_an_empty_account_buys_nothing() -> None:
    made, result = run({0.5: lambda on: on.buy(1000)}, flat(3, quantity=10_000), cash="0 USDT")
    assert (made[0].status, made[0].reason.code) == (OrderStatus.DENIED, RejectReason.INSUFFICIENT_FUNDS)
    assert result.accounts[0].cash == Money("0", "USDT")


def test_all_public_names_are_there() -> None:
    names: dict[str, Any] = {}
    exec("from pytrader import *", names)
    assert set(pytrader.__all__) <= set(names)


def test_a_size_below_one_is_a_quantity_and_no_share_of_the_account() -> None:
    made, _ = run({0.5: lambda on: on.buy("0.5")}, flat(3), traded=instrument())
    assert str(made[0].cum_qty) == "0.100"  # all that is displayed
    assert str(made[0].order_qty) == "0.500"


def test_an_order_sent_at_a_close_meets_no_bar_that_was_over() -> None:
    # At 60 s the first bar has just closed, and its low was far below the limit.
    made, result = run(
        {60: lambda on: on.buy(1, limit="95.00")},
        bars([(100_00, 101_00, 90_00, 100_00), (100_00, 101_00, 96_00, 100_00)]),
    )
    assert made[0].status == OrderStatus.NEW
    assert len(result.fills) == 0


def test_a_bar_that_spans_stop_and_target_hits_the_stop() -> None:
    def bracket(on: Strategy) -> Order:
        return on.buy(1, take_profit="105.00", stop_loss="95.00")

    wide = (100_00, 106_00, 94_00, 100_00)
    _, result = run({60: bracket}, bars([(100_00,) * 4, (100_00,) * 4, wide, (100_00,) * 4], duration=MINUTE))
    assert result.fills["price"].tolist() == [100_00, 95_00]
    assert result.fills["side"].tolist() == [BUY, SELL]


def test_two_runs_are_equal_to_the_last_bit() -> None:
    plan: dict[float, Act] = {0.5: lambda on: on.buy(10, limit="99.00"), 3: lambda on: on.cancel_all()}
    first, second = (run(plan, flat(5), sold([99_00], 105, 2))[1] for _ in range(2))
    assert first.digest == second.digest
    assert first.fills.tobytes() == second.fills.tobytes()
