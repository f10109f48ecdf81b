"""Timetables that the market holds up: an auction that is prolonged, an interruption that lasts, a later start."""

from __future__ import annotations

from typing import Any

import pytest

from pytrader import Backtest, Instrument
from pytrader.backtest import Exchange
from pytrader.errors import InvalidArgument
from pytrader.matching import SessionRules, TradingPhase, VenueRules
from pytrader.model import OrderStatus
from tests.exchange.scripted import SECOND, Script, order, play, stock

DAY = [("0s", "continuous"), ("20s", "closing_auction"), ("30s", "closed"), ("60s", "pre_open"), ("70s", "continuous")]
# The close is at 120, a fifth above the last price.
SELLS = [(1, order("first", "sell", 5, 100)), (21, order("close", "sell", 5, 120))]
BUYS = [(2, order("first", "buy", 5, 100)), (21, order("close", "buy", 5, 120))]


class Hears(Script):
    """Keeps the phases with their seconds."""

    def on_status(self, instrument: str, phase: TradingPhase) -> None:
        self.phases = [*getattr(self, "phases", []), (self.clock.now // SECOND, phase.name)]


def run(sessions: Any, lasts: int, extension: int = 100, length: str = "90s") -> tuple[Any, Hears]:
    rules = VenueRules(session=SessionRules(extension_basis_points=extension, volatility_auction_ns=lasts * SECOND))
    scripts = [Hears(SELLS), Script(BUYS)]
    exchange = Exchange(stock(), length, rules=rules, sessions=sessions)
    return Backtest(scripts, exchange, cash="100000 USD", check_every_event=True).run(), scripts[0]


@pytest.mark.parametrize("lasts", [0, 5])
def test_a_close_that_is_prolonged_beyond_the_night_ends_before_the_next_day(lasts: int) -> None:
    result, heard = run(DAY, lasts)
    assert result.finished
    assert heard.phases[-4:] == [
        (30, "VOLATILITY_AUCTION"),
        (60, "CLOSED"),
        (60, "PRE_OPEN"),
        (70, "CONTINUOUS"),
    ]
    assert heard.orders["close"].status is OrderStatus.FILLED
    assert result.fills["price"].tolist() == [100, 100, 120, 120]
    assert set(result.fills["ts_event"][2:].tolist()) == {60 * SECOND}


def test_a_close_that_is_not_far_is_not_prolonged() -> None:
    result, heard = run(DAY, 5, extension=3_000)
    assert heard.phases[-3:] == [(30, "CLOSED"), (60, "PRE_OPEN"), (70, "CONTINUOUS")]
    assert set(result.fills["ts_event"][2:].tolist()) == {30 * SECOND}


def test_a_prolonged_close_may_lead_to_trading_at_the_close_first() -> None:
    sessions = [*DAY[:2], ("30s", "post_close"), ("60s", "pre_open"), ("70s", "continuous")]
    result, heard = run(sessions, 0)
    assert result.finished
    assert heard.phases[-4:] == [
        (30, "VOLATILITY_AUCTION"),
        (60, "POST_CLOSE"),
        (60, "PRE_OPEN"),
        (70, "CONTINUOUS"),
    ]


@pytest.mark.parametrize(("lasts", "fits"), [(10, False), (20, False), (21, True), (0, True)])
def test_what_may_not_follow_where_the_clock_has_led_is_refused_before_the_run(lasts: int, fits: bool) -> None:
    sessions = [*DAY[:2], ("30s", "volatility_auction"), ("50s", "continuous")]
    if fits:
        assert run(sessions, lasts, extension=0)[0].finished
        return
    with pytest.raises(InvalidArgument, match=r"\(continuous\) may not follow post_close, to which the volatility"):
        run(sessions, lasts, extension=0)


def test_the_clock_may_have_led_to_the_next_phase_already() -> None:
    sessions = [*DAY[:2], ("30s", "volatility_auction"), ("50s", "post_close"), ("60s", "closed")]
    result, heard = run(sessions, 10, extension=0)
    assert result.finished
    assert heard.phases[-3:] == [(30, "VOLATILITY_AUCTION"), (40, "POST_CLOSE"), (60, "CLOSED")]


def test_an_exchange_without_sessions_is_closed_before_its_own_start() -> None:
    early, late = (
        Instrument(name, "XCHG", kind="equity", quote_currency="USD", tick_size="1", lot_size="1") for name in "AB"
    )
    scripts = [
        Script([(at, order(name, side, 5, 100, instrument=late.id)) for at, name in ((1, "soon"), (61, "then"))])
        for side in ("sell", "buy")
    ]
    venues = [Exchange(early, "2m"), Exchange(late, "1m", start=60 * SECOND)]
    result = Backtest(scripts, venues, cash="100000 USD", check_every_event=True).run()
    assert result.fills["ts_event"].tolist() == [61 * SECOND] * 2
    assert [script.orders["soon"].status for script in scripts] == [OrderStatus.REJECTED] * 2


def test_an_exchange_that_begins_with_its_run_trades_at_once() -> None:
    result, _ = play(
        [(0, order("a", "sell", 5, 100))],
        [(0, order("b", "buy", 5, 100))],
        exchange=Exchange(stock(), "1m", start=60 * SECOND),
    )
    assert result.fills["ts_event"].tolist() == [60 * SECOND] * 2


@pytest.mark.parametrize("morning", ["pre_open", "continuous"])
def test_day_orders_do_not_outlive_a_night_that_a_prolonged_close_held_up(morning: str) -> None:
    sessions = [*DAY[:3], ("60s", morning)]
    rules = VenueRules(session=SessionRules(extension_basis_points=100))
    sells = [*SELLS, (22, order("day", "sell", 5, 130, time_in_force="day"))]
    scripts = [Hears(sells), Script(BUYS)]
    exchange = Exchange(stock(), "90s", rules=rules, sessions=sessions)
    result = Backtest(scripts, exchange, cash="100000 USD", check_every_event=True).run()
    assert result.finished
    assert scripts[0].orders["day"].status is OrderStatus.EXPIRED
    assert (60, "CLOSED") in scripts[0].phases
