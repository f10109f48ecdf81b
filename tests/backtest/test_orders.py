"""Orders as a strategy sends and sees them: handles, events, limits, cancels, replaces, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Fixed, Money, Price, Quantity, Strategy
from pytrader.backtest import BacktestResult, RiskLimits
from pytrader.errors import InvalidArgument, OffLot, OffTick
from pytrader.model import ExecType, Liquidity, OrderStatus, OrderType, Side, TimeInForce
from pytrader.strategy import OrderEvent, Quote
from tests.backtest.markets import ADD, BUY, EXECUTE, SELL, book_rows, instrument, quotes

BTC = instrument(taker_fee="0.001", maker_fee="-0.0005")


class Script(Strategy):
    """Does one thing at each quote, and keeps what happens."""

    def on_start(self) -> None:
        self.events: list[OrderEvent] = []
        self.rejects: list[OrderEvent] = []
        self.step = 0

    def on_quote(self, quote: Quote) -> None:
        if self.step < len(self.steps):
            self.steps[self.step](self)
        self.step += 1

    def on_order_event(self, event: OrderEvent) -> None:
        self.events.append(event)

    def on_reject(self, event: OrderEvent) -> None:
        self.rejects.append(event)


def play(*steps: Callable[[Any], None], market: Any = None, **options: Any) -> tuple[Any, BacktestResult]:
    strategy: Any = Script()
    strategy.steps = steps
    rows = quotes([(10000, 10010)] * max(len(steps), 1) + [(10000, 10010)]) if market is None else market
    result = Backtest(strategy, (BTC, rows), cash="100000 USDT", **options).run()
    return strategy, result


def test_a_market_order_fills_at_the_other_side_and_pays_the_taker_fee() -> None:
    strategy, result = play(lambda s: setattr(s, "order", s.buy("0.5", tag="first")))
    order = strategy.order
    assert order.status is OrderStatus.FILLED
    assert (order.side, order.order_type, order.time_in_force) == (Side.BUY, OrderType.MARKET, TimeInForce.IOC)
    assert (order.client_order_id, order.tag, order.price) == ("Script-1", "first", None)
    assert (str(order.order_qty), str(order.cum_qty), str(order.leaves_qty)) == ("0.500", "0.500", "0.000")
    assert order.avg_px == Fixed("100.10")
    assert (order.is_open, order.is_closed, order.is_pending) == (False, True, False)
    assert [event.exec_type for event in order.events] == [ExecType.PENDING_NEW, ExecType.NEW, ExecType.TRADE]
    trade = order.events[-1]
    assert (trade.last_px, trade.last_qty, trade.liquidity) == (Price("100.10"), Quantity("0.500"), Liquidity.TAKER)
    assert trade.fee == Money("0.05005", "USDT")
    assert trade.order is order
    (position,) = result.positions
    assert (str(position.quantity), position.fees) == ("0.500", Money("0.05005", "USDT"))
    assert result.tags == ("", "first")


def test_the_average_price_is_rounded_half_even_at_eighteen_decimals() -> None:
    rows = [(ADD, SELL, 10000, 1, 1), (ADD, SELL, 10001, 2, 2), (ADD, BUY, 9000, 1, 3)]
    strategy, _ = play(lambda s: None, lambda s: setattr(s, "order", s.buy("0.003")), market=book_rows(rows))
    assert str(strategy.order.avg_px) == "100.006666666666666667"


@pytest.mark.parametrize(
    "limit", ["100.05", Decimal("100.05"), Price("100.05"), Fixed("100.05"), Decimal("1.0005E2")], ids=repr
)
def test_a_limit_may_be_given_in_any_exact_form(limit: Any) -> None:
    strategy, _ = play(lambda s: setattr(s, "order", s.buy(Quantity(1), limit=limit)))
    assert strategy.order.price == Price("100.05")
    assert strategy.order.price_ticks == 10005
    assert strategy.order.status is OrderStatus.NEW
    assert strategy.order.time_in_force is TimeInForce.GTC


def test_ticks_and_lots_are_the_same_without_conversion() -> None:
    strategy, _ = play(lambda s: setattr(s, "order", s.sell(quantity_lots=np.int64(7), limit_ticks=10020)))
    assert (str(strategy.order.order_qty), strategy.order.price) == ("0.007", Price("100.20"))


WRONG: list[tuple[Callable[[Any], object], type[Exception], str]] = [
    (
        lambda s: s.buy(1, limit="100.005"),
        OffTick,
        r"limit 100\.005 of BTCUSDT\.BINANCE is no whole number of ticks of 0\.01",
    ),
    (lambda s: s.buy("0.0005"), OffLot, r"quantity 0\.0005 of BTCUSDT\.BINANCE is no whole number of lots of 0\.001"),
    (lambda s: s.buy(1.5), TypeError, r"quantity: the float 1\.5 is not exact; write it as text, '1\.5'"),
    (lambda s: s.buy(1, limit=100.5), TypeError, r"limit: the float 100\.5 is not exact"),
    (lambda s: s.buy(1, limit=np.float64(1)), TypeError, "limit: the float"),
    (lambda s: s.buy(True), TypeError, "quantity: the bool True"),
    (lambda s: s.buy("many"), ValueError, "quantity: 'many' is not a decimal"),
    (lambda s: s.buy(0), InvalidArgument, "quantity must be positive, got 0: use sell to sell"),
    (lambda s: s.buy(-1), InvalidArgument, "quantity must be positive, got -1: use sell to sell"),
    (lambda s: s.buy(), InvalidArgument, "needs either quantity or quantity_lots"),
    (lambda s: s.buy(1, quantity_lots=1), InvalidArgument, "needs either quantity or quantity_lots"),
    (lambda s: s.buy(quantity_lots=1.0), TypeError, r"quantity_lots must be an int, got 1\.0"),
    (lambda s: s.buy(quantity_lots=True), TypeError, "quantity_lots must be an int, got True"),
    (lambda s: s.buy(quantity_lots=2**63), OverflowError, "too large"),
    (lambda s: s.buy(1, limit="100", limit_ticks=10000), InvalidArgument, "give limit or limit_ticks, not both"),
    (lambda s: s.buy(1, limit_ticks=-(2**63)), InvalidArgument, "which stands for no price at all"),
    (lambda s: s.clock.set_alert("a", after=2**63 - 1), OverflowError, "the alert's time is too large"),
    (lambda s: s.clock.set_timer("a", interval=2**63 - 1), OverflowError, "first time is too large"),
    (lambda s: s.buy(1, limit_ticks=Decimal(1)), TypeError, "limit_ticks must be an int"),
    (lambda s: s.buy(1, limit=Quantity(1)), TypeError, r"limit is a price, got Quantity"),
    (lambda s: s.buy(Price(1)), TypeError, r"quantity is a quantity, got Price"),
    (lambda s: s.buy(1, "ETHUSDT.BINANCE"), InvalidArgument, "no instrument 'ETHUSDT.BINANCE': it has BTCUSDT.BINANCE"),
    (
        lambda s: s.buy(1, time_in_force="forever"),
        InvalidArgument,
        "time_in_force must be one of DAY, GTC, AT_THE_OPEN, IOC",
    ),
    (lambda s: s.buy(1, tag=5), InvalidArgument, "tag must be a text, got 5"),
    (lambda s: s.buy(1, post_only="no"), InvalidArgument, "post_only and reduce_only must be True or False, got 'no'"),
    (lambda s: s.buy(1, reduce_only=1), InvalidArgument, "post_only and reduce_only must be True or False, got False"),
    (lambda s: s.cancel_all(tag=5), InvalidArgument, "tag must be a text, got 5"),
    (lambda s: s.submit("long", 1), InvalidArgument, "side must be 'buy' or 'sell', got 'long'"),
    (lambda s: s.cancel("Script-1"), InvalidArgument, "cancel needs the handle"),
    (lambda s: s.replace(None, limit=1), InvalidArgument, "replace needs the handle"),
    (lambda s: s.replace(s.buy(1, limit=1)), InvalidArgument, "changes nothing: give limit=, stop= or quantity="),
    (lambda s: s.cancel_all(side="long"), InvalidArgument, "side must be 'buy' or 'sell'"),
    (lambda s: s.book.depth(0), InvalidArgument, "levels must be at least 1, got 0"),
    (lambda s: s.book.depth(1.0), TypeError, r"levels must be an int, got 1\.0"),
    (lambda s: s.bars("1 minute"), InvalidArgument, "a bar's length must be like"),
    (lambda s: s.position("X"), InvalidArgument, "no instrument 'X'"),
]


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG)
def test_a_wrong_argument_is_refused_before_anything_changes(
    wrong: Callable[[Any], object], error: type[Exception], message: str
) -> None:
    def attempt(strategy: Any) -> None:
        with pytest.raises(error, match=message):
            wrong(strategy)
        strategy.attempted = True

    strategy, result = play(attempt)
    assert strategy.attempted
    assert len(result.orders) == (1 if "changes nothing" in message else 0)


def test_what_the_risk_gate_refuses_is_denied_with_its_reason() -> None:
    strategy, result = play(lambda s: setattr(s, "big", s.buy(5000)), lambda s: setattr(s, "held", s.position.is_flat))
    assert strategy.big.status is OrderStatus.DENIED
    assert strategy.big.reason.code.name == "INSUFFICIENT_FUNDS"
    assert strategy.big.reason.text == str(strategy.big.reason) != ""
    assert [event.exec_type for event in strategy.rejects] == [ExecType.DENIED]
    assert strategy.held
    assert len(result.fills) == 0


def test_limits_of_the_run_are_the_gates_limits() -> None:
    strategy, _ = play(lambda s: s.buy(2), limits=RiskLimits(max_order_lots=1999))
    assert [event.reason.code.name for event in strategy.rejects] == ["QUANTITY_ABOVE_MAXIMUM"]


def test_a_post_only_order_that_would_take_is_rejected() -> None:
    strategy, _ = play(lambda s: setattr(s, "order", s.buy(1, limit="100.10", post_only=True)))
    assert strategy.order.status is OrderStatus.REJECTED
    assert strategy.order.post_only
    assert strategy.order.reason.code.name == "POST_ONLY_WOULD_TAKE"
    assert [event.exec_type for event in strategy.rejects] == [ExecType.REJECTED]


def test_a_reduce_only_order_does_not_open_a_position() -> None:
    strategy, _ = play(lambda s: setattr(s, "order", s.buy(1, reduce_only=True)))
    assert strategy.order.status is OrderStatus.DENIED
    assert strategy.order.reduce_only
    assert strategy.order.reason.code.name == "REDUCE_ONLY_WOULD_INCREASE"


def test_a_resting_order_fills_as_maker_at_its_price_and_earns_the_rebate() -> None:
    rows = [
        (ADD, BUY, 10000, 5, 1),
        (ADD, SELL, 10010, 5, 2),
        (ADD, BUY, 9990, 5, 3),
        (EXECUTE, BUY, 10000, 5, 1),
        (EXECUTE, BUY, 9990, 5, 3),
    ]
    strategy, _ = play(
        lambda s: None, lambda s: setattr(s, "order", s.buy("0.003", limit="100.00")), market=book_rows(rows)
    )
    assert strategy.order.status is OrderStatus.FILLED
    trade = strategy.order.events[-1]
    assert (trade.last_px, trade.liquidity) == (Price("100.00"), Liquidity.MAKER)
    assert trade.fee == Money("-0.00015", "USDT")


def test_cancel_takes_an_order_out() -> None:
    strategy, _ = play(
        lambda s: setattr(s, "order", s.buy(1, limit="99")),
        lambda s: setattr(s, "sent", s.cancel(s.order)),
        lambda s: setattr(s, "again", s.cancel(s.order)),
    )
    assert (strategy.sent, strategy.again) == (True, False)
    assert strategy.order.status is OrderStatus.CANCELED
    assert [event.exec_type.name for event in strategy.order.events] == [
        "PENDING_NEW",
        "NEW",
        "PENDING_CANCEL",
        "CANCELED",
    ]


def test_a_cancel_that_comes_too_late_is_refused_on_the_same_handle() -> None:
    def send(strategy: Any) -> None:
        strategy.order = strategy.buy(1, tag="mine")
        strategy.sent = (strategy.cancel(strategy.order), strategy.cancel(strategy.order))

    market = quotes([(10000, 10010)] * 9, quantity=5000)
    strategy, _ = play(send, market=market, order_latency="500ms")
    assert strategy.sent == (True, False)
    (late,) = strategy.rejects
    assert (late.exec_type, late.order.status) == (ExecType.CANCEL_REJECTED, OrderStatus.FILLED)
    assert late.order is strategy.order
    assert strategy.order.tag == "mine"
    assert [event.exec_type.name for event in strategy.order.events] == [
        event.exec_type.name for event in strategy.events
    ]
    assert strategy.order.reason.code.name == "UNKNOWN_ORDER"


def test_an_order_of_another_run_can_not_be_canceled_or_replaced() -> None:
    earlier, _ = play(lambda s: setattr(s, "order", s.buy(1, limit="99")))

    def attempt(strategy: Any) -> None:
        strategy.order = strategy.buy(1, limit="98")
        assert strategy.order.client_order_id == earlier.order.client_order_id
        with pytest.raises(InvalidArgument, match="can not cancel Script-1: it is another run's"):
            strategy.cancel(earlier.order)
        with pytest.raises(InvalidArgument, match="can not replace Script-1: it is another run's"):
            strategy.replace(earlier.order, limit="97")

    strategy, _ = play(attempt)
    assert strategy.order.status is OrderStatus.NEW


def test_a_request_that_is_not_sent_says_why() -> None:
    def read(strategy: Any) -> str:
        refusal = strategy.last_refusal
        assert refusal.text == str(refusal) != ""
        return str(refusal.code.name)

    def send(strategy: Any) -> None:
        strategy.order = strategy.buy(1, limit="99")
        strategy.reasons = [read(strategy)]

    def ask(strategy: Any) -> None:
        order = strategy.order
        for replacing in (lambda: strategy.replace(order, quantity=5000), lambda: strategy.cancel(order)) * 2:
            strategy.reasons.append((replacing(), read(strategy)))

    strategy, _ = play(send, ask, lambda s: s.reasons.append((s.cancel(s.order), read(s))))
    assert strategy.reasons == [
        "NONE",
        (False, "INSUFFICIENT_FUNDS"),
        (True, "NONE"),
        (False, "REQUEST_PENDING"),
        (False, "REQUEST_PENDING"),
        (False, "ORDER_CLOSED"),
    ]


def test_replace_changes_limit_and_quantity() -> None:
    strategy, _ = play(
        lambda s: setattr(s, "order", s.buy(1, limit="99")),
        lambda s: s.replace(s.order, limit="99.50", quantity=2),
        lambda s: s.replace(s.order, quantity_lots=500),
    )
    order = strategy.order
    assert (order.price, str(order.order_qty), order.status) == (Price("99.50"), "0.500", OrderStatus.NEW)
    assert [event.exec_type.name for event in order.events][2:] == ["PENDING_REPLACE", "REPLACED"] * 2


def test_cancel_all_goes_by_side_and_tag() -> None:
    def send(strategy: Any) -> None:
        strategy.orders = [
            strategy.buy(1, limit="90", tag="grid:1"),
            strategy.buy(1, limit="91", tag="grid:2"),
            strategy.buy(1, limit="92", tag="other"),
            strategy.sell(1, limit="110", tag="grid:3"),
        ]

    strategy, _ = play(
        send,
        lambda s: setattr(s, "first", s.cancel_all(side="buy", tag="grid:*")),
        lambda s: setattr(s, "open_after", [order.tag for order in s.open_orders]),
        lambda s: setattr(s, "second", s.cancel_all(instrument="BTCUSDT.BINANCE")),
    )
    assert (strategy.first, strategy.second) == (2, 2)
    assert strategy.open_after == ["other", "grid:3"]
    assert [order.status.name for order in strategy.orders] == ["CANCELED"] * 4


def test_close_flattens_a_position_of_either_side() -> None:
    strategy, result = play(
        lambda s: s.sell("0.25"),
        lambda s: setattr(s, "short", (s.position.is_short, s.close(tag="out").side)),
        lambda s: setattr(s, "after", (s.position.is_flat, s.close())),
    )
    assert strategy.short == (True, Side.BUY)
    assert strategy.after == (True, None)
    (position,) = result.positions
    assert (position.realized_pnl, str(position.quantity)) == (Money("-0.025", "USDT"), "0.000")


def test_a_position_says_what_it_cost() -> None:
    def read(strategy: Any) -> None:
        position = strategy.position
        strategy.read = (
            str(position.quantity),
            position.quantity_lots,
            position.avg_px,
            position.is_long,
            position.realized_pnl,
            position.fees,
        )

    market = quotes([(10000, 10010), (10020, 10030), (10020, 10030)], quantity=5000)
    strategy, _ = play(lambda s: s.buy(1), lambda s: s.buy(2), read, market=market)
    fees = Money("0.1001", "USDT") + Money("0.2006", "USDT")
    assert strategy.read[:4] == ("3.000", 3000, Fixed("100.233333333333333333"), True)
    assert strategy.read[4:] == (Money(0, "USDT"), fees)


def test_the_book_is_read_with_levels_and_depth() -> None:
    def read(strategy: Any) -> None:
        book = strategy.book
        bids, asks = book.depth(2)
        strategy.best = (book.best_bid.price, book.best_bid.quantity, book.best_bid.count, book.best_ask.price_ticks)
        strategy.levels = [(level.price_ticks, level.quantity_lots, level.count) for level in (*bids, *asks)]
        strategy.middle = (book.mid, book.spread, book.bid_ticks, book.ask_ticks, strategy.quote.mid)

    rows = [
        (ADD, BUY, 99, 5, 1),
        (ADD, BUY, 98, 4, 2),
        (ADD, BUY, 98, 3, 3),
        (ADD, BUY, 97, 1, 4),
        (ADD, SELL, 102, 9, 5),
    ]
    strategy, _ = play(lambda s: None, read, market=book_rows(rows))
    assert strategy.best == (Price("0.99"), Quantity("0.005"), 1, 102)
    assert strategy.levels == [(99, 5, 1), (98, 7, 2), (102, 9, 1)]
    assert strategy.middle == (Fixed("1.005"), Price("0.03"), 99, 102, Fixed("1.005"))


def test_an_empty_side_reads_as_none() -> None:
    def read(strategy: Any) -> None:
        strategy.read = (strategy.book.best_ask, strategy.book.mid, strategy.book.spread, strategy.quote.ask_price)

    strategy, _ = play(read, market=book_rows([(ADD, BUY, 99, 5, 1)]))
    assert strategy.read == (None, None, None, None)
