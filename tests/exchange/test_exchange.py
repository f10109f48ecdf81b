"""Strategies trade with one another on an exchange: both sides hear of it, and everybody sees the book."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import Exchange
from pytrader.errors import InvalidArgument, OffTick
from pytrader.matching import AllocationRules, BandRules, PriceBand, SessionRules, TradingPhase, VenueRules
from pytrader.model import Liquidity, OrderStatus, RejectReason, Side
from pytrader.model.records import QUOTE
from tests.backtest.markets import instrument, quotes
from tests.exchange.scripted import SECOND, Script, cancel, order, play, replace, stock


def test_two_strategies_trade_with_each_other() -> None:
    result, (seller, buyer) = play(
        [(1, order("a", "sell", 5, 100))],
        [(2, order("b", "buy", 3, 101))],
    )
    assert result.finished
    assert seller.told("a") == ["PENDING_NEW", "NEW", "TRADE"]
    assert buyer.told("b") == ["PENDING_NEW", "NEW", "TRADE"]
    assert buyer.orders["b"].status is OrderStatus.FILLED
    assert seller.orders["a"].leaves_lots == 2
    fills = result.fills
    assert fills["price"].tolist() == [100, 100]
    assert sorted(fills["side"].tolist()) == [Side.BUY, Side.SELL]
    assert sorted(fills["liquidity"].tolist()) == [Liquidity.MAKER, Liquidity.TAKER]
    assert len(set(fills["exec_id"].tolist())) == 2
    assert set(fills["ts_event"].tolist()) == {2 * SECOND}


def test_everybody_sees_the_trades_and_the_book() -> None:
    seen: list[str] = []

    class Watcher(Strategy):
        def on_book(self, book: Any) -> None:
            seen.append("nothing" if book.best_ask is None else str(book.best_ask.price))

    scripts = [[(1.0, order("a", "sell", 5, 100))], [(2.0, order("b", "buy", 5, 100))]]
    _, (seller, buyer) = play(*scripts)
    assert seller.trades == buyer.trades == [(100, 5)]
    Backtest([Script(plan) for plan in scripts] + [Watcher()], Exchange(stock(), "1m"), cash="1000 USD").run()
    assert seen == ["100", "nothing"]


def test_a_run_on_an_exchange_needs_no_data_and_ends_with_it() -> None:
    start = datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
    result, _ = play([], exchange=Exchange(stock(), "90s", start=start))
    assert result.finished
    assert result.start_ns == int(start.timestamp()) * SECOND
    assert result.end_ns == result.start_ns + 90 * SECOND
    assert result.source == "exchange of STOCK.XCHG"


def test_latencies_hold_on_an_exchange_too() -> None:
    result, (seller, buyer) = play(
        [(1, order("a", "sell", 5, 100))],
        [(2, order("b", "buy", 3, 101))],
        feed_latency="1ms",
        order_latency="10ms",
    )
    fill = seller.orders["a"].events[-1]
    assert (fill.ts_event, fill.ts_init) == (2 * SECOND + 10_000_000, 2 * SECOND + 20_000_000)
    assert buyer.orders["b"].events[1].ts_event == 2 * SECOND + 10_000_000
    assert result.finished


def test_cancel_and_replace_are_answered() -> None:
    _, (script,) = play(
        [
            (1, order("a", "sell", 5, 100)),
            (2, replace("a", limit_ticks=102, quantity_lots=7)),
            (3, cancel("a")),
            (4, order("b", "buy", 1, 90)),
            (5, cancel("b")),
        ]
    )
    assert script.told("a")[-4:] == ["PENDING_REPLACE", "REPLACED", "PENDING_CANCEL", "CANCELED"]
    assert script.orders["a"].price_ticks == 102
    assert script.orders["b"].status is OrderStatus.CANCELED


def test_stops_icebergs_and_expiries_work_as_the_engine_has_them() -> None:
    _, (first, second) = play(
        [
            (1, order("stop", "buy", 2, stop_ticks=105)),
            (2, order("ice", "sell", 9, 106, display_qty=3)),
            (3, order("gtd", "buy", 1, 90, expire_time=20 * SECOND)),
        ],
        [(4, order("a", "sell", 1, 105)), (5, order("b", "buy", 1, 105)), (6, order("c", "buy", 4, 106))],
        exchange=Exchange(stock(), "1m", rules=VenueRules(self_trade="none")),
    )
    assert first.told("stop") == ["PENDING_NEW", "NEW", "TRIGGERED", "TRADE"]
    assert first.told("gtd") == ["PENDING_NEW", "NEW", "EXPIRED"]
    assert first.orders["gtd"].events[-1].ts_event == 20 * SECOND
    assert first.orders["ice"].cum_lots == 6
    assert second.orders["c"].status is OrderStatus.FILLED


def test_orders_wait_for_a_synthetic_price_of_what_the_exchange_publishes() -> None:
    def make(script: Script) -> None:
        script.synthetic("TWICE", {"STOCK.XCHG": 2}, tick_size="0.5")

    waits = order("stop", "sell", 2, stop="190.5", trigger="bid_ask", trigger_symbol="TWICE")
    _, (maker, seller) = play(
        [(1, order("high", "buy", 5, 100)), (2, order("low", "buy", 5, 95)), (5, cancel("high"))],
        [(3, make), (4, waits)],
    )
    assert seller.told("stop") == ["EMULATED", "TRIGGERED", "RELEASED", "PENDING_NEW", "NEW", "TRADE"]
    assert [str(event.stop_price) for event in seller.orders["stop"].events[:2]] == ["190.5", "190.5"]
    assert seller.orders["stop"].events[1].ts_event == 5 * SECOND
    assert maker.told("low") == ["PENDING_NEW", "NEW", "TRADE"]
    assert maker.orders["low"].cum_lots == 2


@pytest.mark.parametrize("trigger", ["bid_ask", "mid", "mark"])
def test_an_exchange_refuses_what_waits_for_another_price_than_the_last_trade(trigger: str) -> None:
    plan = [(1, order("stop", "buy", 1, stop_ticks=103, trigger=trigger))]
    _, (script,) = play(plan, emulate="never")
    assert script.told("stop") == ["PENDING_NEW", "REJECTED"]
    assert script.heard[-1].reason.code is RejectReason.INSTRUCTION_NOT_SUPPORTED


def test_the_core_holds_what_waits_at_an_exchange_for_the_best_offer() -> None:
    _, (script, _, _) = play(
        [
            (1, order("stop", "buy", 1, stop_ticks=103, trigger="bid_ask")),
            (1, order("mark", "buy", 1, stop_ticks=1, trigger="mark")),
        ],
        [(2, order("a", "sell", 1, 101)), (3, order("b", "sell", 5, 103))],
        [(4, order("c", "buy", 1, 101))],
    )
    assert script.told("stop") == ["EMULATED", "TRIGGERED", "RELEASED", "PENDING_NEW", "NEW", "TRADE"]
    assert script.heard[-1].last_px_ticks == 103
    assert script.told("mark") == ["EMULATED"]


def sessions(*changes: tuple[str, str]) -> Exchange:
    return Exchange(stock(), "1m", sessions=changes, reference_price=100)


def test_an_opening_auction_trades_at_one_price() -> None:
    result, (buyer, seller) = play(
        [(1, order("a", "buy", 5, 103)), (2, order("c", "buy", 2, 101))],
        [(3, order("b", "sell", 6, 99))],
        exchange=sessions(("0s", "opening_auction"), ("10s", "continuous")),
    )
    assert set(result.fills["ts_event"].tolist()) == {10 * SECOND}
    assert set(result.fills["price"].tolist()) == {101}
    assert set(result.fills["liquidity"].tolist()) == {Liquidity.NONE}
    assert buyer.orders["a"].status is OrderStatus.FILLED
    assert buyer.orders["c"].cum_lots == 1
    assert seller.orders["b"].status is OrderStatus.FILLED
    assert sum(lots for _, lots in buyer.trades) == 6
    assert result.book_faults == ()


def test_a_closed_exchange_takes_no_orders_and_ends_those_of_the_day() -> None:
    _, (script,) = play(
        [
            (1, order("early", "buy", 1, 100)),
            (11, order("day", "buy", 1, 100, time_in_force="DAY")),
            (12, order("gtc", "buy", 1, 99)),
            (31, order("late", "buy", 1, 100)),
        ],
        exchange=sessions(("10s", "continuous"), ("30s", "closed")),
    )
    assert script.told("early")[-1] == script.told("late")[-1] == "REJECTED"
    assert script.orders["early"].reason.code.name == "TRADING_PHASE"
    assert script.told("day")[-1] == "EXPIRED"
    assert script.orders["day"].events[-1].ts_event == 30 * SECOND
    assert script.orders["gtc"].status is OrderStatus.NEW


def test_orders_for_the_close_wait_for_it() -> None:
    result, (buyer, seller) = play(
        [(2, order("a", "buy", 4, 100, time_in_force="AT_THE_CLOSE"))],
        [(3, order("b", "sell", 3, 100, time_in_force="AT_THE_CLOSE"))],
        exchange=sessions(("0s", "continuous"), ("20s", "closing_auction"), ("30s", "closed")),
    )
    assert set(result.fills["ts_event"].tolist()) == {30 * SECOND}
    assert buyer.told("a")[-2:] == ["TRADE", "EXPIRED"]
    assert seller.orders["b"].status is OrderStatus.FILLED


def test_a_halt_stops_trading_and_a_resumption_goes_on() -> None:
    result, (seller, buyer) = play(
        [(1, order("a", "sell", 2, 100)), (12, cancel("a"))],
        [(11, order("b", "buy", 1, 100)), (21, order("c", "buy", 1, 100))],
        exchange=sessions(("0s", "continuous"), ("10s", "halt"), ("20s", "continuous")),
    )
    assert buyer.told("b")[-1] == "REJECTED"
    assert seller.told("a")[-1] == "CANCELED"
    assert len(result.fills) == 0


def test_a_volatility_auction_interrupts_trading_for_its_time() -> None:
    rules = VenueRules(
        session=SessionRules(volatility_auction_ns=10 * SECOND),
        bands=BandRules(dynamic_range=PriceBand(ticks=5), breach="interrupt"),
    )
    result, _ = play(
        [(1, order("a", "sell", 1, 100)), (3, order("b", "sell", 1, 110))],
        [(2, order("c", "buy", 1, 100)), (4, order("d", "buy", 1, 110))],
        exchange=Exchange(stock(), "1m", rules=rules),
    )
    assert sorted(set(result.fills["ts_event"].tolist())) == [2 * SECOND, 14 * SECOND]


def test_makers_share_pro_rata_where_the_rules_say_so() -> None:
    rules = VenueRules(allocation=AllocationRules(algorithm="pro_rata"))
    result, (small, large, taker) = play(
        [(1, order("a", "sell", 20, 100))],
        [(2, order("a", "sell", 80, 100))],
        [(3, order("t", "buy", 50, 100))],
        exchange=Exchange(stock(), "1m", rules=rules),
    )
    assert (small.orders["a"].cum_lots, large.orders["a"].cum_lots) == (10, 40)
    assert taker.orders["t"].cum_lots == 50
    by_time, (first, second, _) = play(
        [(1, order("a", "sell", 20, 100))],
        [(2, order("a", "sell", 80, 100))],
        [(3, order("t", "buy", 50, 100))],
    )
    assert (first.orders["a"].cum_lots, second.orders["a"].cum_lots) == (20, 30)
    assert result.digest != by_time.digest


@pytest.mark.parametrize(
    ("policy", "maker", "taker"),
    [
        ("none", "TRADE", "TRADE"),
        ("cancel_newest", "NEW", "CANCELED"),
        ("cancel_oldest", "CANCELED", "NEW"),
        ("cancel_both", "CANCELED", "CANCELED"),
        ("decrement", "RESTATED", "CANCELED"),
    ],
)
def test_a_strategy_meets_itself_under_the_self_trade_policy(policy: str, maker: str, taker: str) -> None:
    _, (script,) = play(
        [(1, order("old", "sell", 5, 100)), (2, order("new", "buy", 3, 100))],
        exchange=Exchange(stock(), "1m", rules=VenueRules(self_trade=policy)),
    )
    assert (script.told("old")[-1], script.told("new")[-1]) == (maker, taker)
    if policy == "decrement":
        assert script.orders["old"].leaves_lots == 2
        assert script.orders["old"].events[-1].reason.code.name == "SELF_TRADE"


def test_recorded_data_and_an_exchange_run_side_by_side() -> None:
    btc = instrument(quote_currency="USD")
    rows = quotes([(1_000, 1_001)] * 30, start=0)

    class Both(Strategy):
        def on_start(self) -> None:
            self.clock.set_alert("go", after="5s")

        def on_timer(self, timer: Any) -> None:
            self.buy(1, "BTCUSDT.BINANCE")
            self.buy(1, "STOCK.XCHG", limit_ticks=100)

    result = Backtest(Both, [(btc, rows), Exchange(stock(), "1m")], cash="1000 USD", check_every_event=True).run()
    assert result.fills["instrument"].tolist() == [0]
    assert result.end_ns == 60 * SECOND
    assert [instrument.id for instrument in result.instruments] == ["BTCUSDT.BINANCE", "STOCK.XCHG"]


def test_an_instrument_has_one_exchange_or_data() -> None:
    btc = instrument()
    rows = (btc, quotes([(1_000, 1_001)]))
    with pytest.raises(InvalidArgument, match=r"BTCUSDT\.BINANCE has an exchange and other data"):
        Backtest(Strategy, [rows, Exchange(btc, "1m")], cash="1 USDT")
    with pytest.raises(InvalidArgument, match="has an exchange and other data"):
        Backtest(Strategy, [Exchange(btc, "1m"), Exchange(btc, "2m")], cash="1 USDT")


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((stock(), "0s"), {}, "duration must be above 0"),
        ((stock(), "-1s"), {}, "duration"),
        ((stock(), "1m"), {"start": datetime(2024, 1, 1)}, "no time zone"),
        ((stock(), "1m"), {"start": -1}, "start is -1 ns"),
        ((stock(), "1m"), {"start": True}, "nanoseconds or a datetime"),
        ((stock(), "1m"), {"start": 1.5}, "nanoseconds or a datetime"),
        ((stock(), "1m"), {"sessions": [("1s", "lunch")]}, "phase must be one of closed, pre_open"),
        (
            (stock(), "1m"),
            {"sessions": [("1m", "continuous"), ("2m", "closed")]},
            "the first session begins 60000000000 ns after the start, and the exchange ends after 60000000000 ns",
        ),
        (
            (stock(min_price="50", max_price="500"), "1m"),
            {"reference_price": "49"},
            r"reference_price of STOCK\.XCHG must be from 50 to 500, got '49'",
        ),
        (
            (stock(min_price="50", max_price="500"), "1m"),
            {"reference_price": 501},
            r"reference_price of STOCK\.XCHG must be from 50 to 500, got 501",
        ),
        ((stock(), "1m"), {"reference_price": 0}, r"reference_price of STOCK\.XCHG must be at least 1, got 0"),
        ((stock(), "1m"), {"rules": "cme"}, "rules must be VenueRules"),
        (("STOCK", "1m"), {}, "instrument must be an Instrument"),
    ],
)
def test_a_bad_exchange_is_refused(arguments: Any, options: Any, message: str) -> None:
    with pytest.raises(InvalidArgument, match=message):
        Exchange(*arguments, **options)


def test_a_reference_price_may_be_an_end_of_the_range_and_later_sessions_may_come_after_the_end() -> None:
    ranged = stock(min_price="50", max_price="500")
    ends = [Exchange(ranged, "1m", reference_price=price).reference_ticks for price in (50, 500)]
    assert ends == [ranged.price_ticks(50), ranged.price_ticks(500)]
    assert len(Exchange(ranged, "1m", sessions=[("59s", "continuous"), ("2m", "closed")]).sessions) == 2


def test_a_run_of_an_exchange_and_of_data_without_rows_begins_with_the_exchange() -> None:
    other = Instrument("OTHER", "XCHG", quote_currency="USD", tick_size="1", lot_size="1")
    exchange = Exchange(stock(), "1m", start=1_000 * SECOND)
    result = Backtest(Strategy, [exchange, (other, np.zeros(0, QUOTE))], cash="1 USD").run()
    assert (result.start_ns, result.end_ns) == (1_000 * SECOND, 1_060 * SECOND)
    assert result.equity["ts"][0] == result.start_ns


def test_a_reference_price_must_be_on_the_tick() -> None:
    with pytest.raises(OffTick):
        Exchange(stock(), "1m", reference_price="100.5")


@pytest.mark.parametrize(
    "changes",
    [
        [("1s", "continuous"), ("1s", "halt")],
        [("2s", "continuous"), ("1s", "halt")],
        [("1s", "closing_auction")],
        [("1s", TradingPhase.CONTINUOUS), ("2s", "pre_open")],
    ],
)
def test_sessions_must_be_in_order_and_may_follow_one_another(changes: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"exchange: session \d"):
        Backtest(Strategy, Exchange(stock(), "1m", sessions=changes), cash="1 USD").run()


@pytest.mark.parametrize("sessions", [None, 5, "0s", [("0s",)], [None], {"0s": "continuous"}])
def test_sessions_that_are_no_pairs_are_refused(sessions: Any) -> None:
    with pytest.raises(InvalidArgument, match="sessions must be pairs of time and phase"):
        Exchange(stock(), "1m", sessions=sessions)
