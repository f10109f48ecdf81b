"""Venues with latencies of their own: when orders arrive and fills are heard of, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult, Exchange, Latency, Venue
from pytrader.errors import ConfigError, InvalidArgument
from pytrader.strategy import Quote
from tests.backtest.markets import MINUTE, SECOND, START, quotes

MS = 1_000_000
NEAR = Instrument("AAA", "NEAR", quote_currency="USD", tick_size="0.01", lot_size="1")
FAR, FARTHER = (
    Instrument(symbol, "FAR", quote_currency="USD", tick_size="0.01", lot_size="1") for symbol in ("BBB", "CCC")
)
BOTH = (NEAR, FAR, FARTHER)


class BuysOnce(Strategy):
    """Buys a lot of each instrument at the first quote of it, and notes when quotes come."""

    def on_start(self) -> None:
        self.heard: dict[str, int] = {}

    def on_quote(self, quote: Quote) -> None:
        if quote.instrument_id not in self.heard:
            self.heard[quote.instrument_id] = self.clock.now - START
            self.buy(1, quote.instrument_id)


def run(venues: dict[str, Venue], strategy: Strategy | None = None, **arguments: Any) -> BacktestResult:
    data = [(each, quotes([(100, 101)] * 5)) for each in BOTH]
    return Backtest(
        strategy or BuysOnce(), data, cash="1000 USD", venues=venues, check_every_event=True, **arguments
    ).run()


def times(result: BacktestResult) -> dict[str, tuple[int, int]]:
    """When each instrument's order was filled, and when that was heard of, in milliseconds from the start."""
    return {
        result.instruments[row["instrument"]].id: (
            (int(row["ts_event"]) - START) // MS,
            (int(row["ts_init"]) - START) // MS,
        )
        for row in result.fills
    }


def test_each_venue_has_its_own_way_and_what_it_leaves_open_is_the_back_tests() -> None:
    far = Venue(order_latency="30ms")
    found = times(run({"FAR": far}, order_latency="5ms", response_latency="2ms"))
    assert found == {"AAA.NEAR": (5, 7), "BBB.FAR": (30, 60), "CCC.FAR": (30, 60)}
    answers = times(run({"FAR": Venue(response_latency="9ms")}, order_latency="5ms", response_latency="2ms"))
    assert answers == {"AAA.NEAR": (5, 7), "BBB.FAR": (5, 14), "CCC.FAR": (5, 14)}


def test_an_instrument_comes_before_its_venue() -> None:
    venues = {"FAR": Venue(order_latency="30ms"), "CCC.FAR": Venue(order_latency="40ms", response_latency="1ms")}
    assert times(run(venues)) == {"AAA.NEAR": (0, 0), "BBB.FAR": (30, 60), "CCC.FAR": (40, 41)}
    # Replaced whole: without latencies of its own it is on the back-test's connection.
    assert times(run({**venues, "CCC.FAR": Venue()}))["CCC.FAR"] == (0, 0)


def test_feeds_are_as_late_as_their_venues_say() -> None:
    strategy = BuysOnce()
    run({"NEAR": Venue(feed_latency="1ms"), "BBB.FAR": Venue(feed_latency="3ms")}, strategy, feed_latency="2ms")
    assert strategy.heard == {"AAA.NEAR": MS, "BBB.FAR": 3 * MS, "CCC.FAR": 2 * MS}


def test_a_venue_that_says_what_the_back_test_says_gives_the_same_fills() -> None:
    latency = {"order_latency": "7ms", "response_latency": "3ms", "feed_latency": "1ms"}
    plain = run({}, **latency)  # type: ignore[arg-type]
    stated = run({each: Venue(**latency) for each in ("NEAR", "FAR")})  # type: ignore[arg-type]
    assert plain.fills.tolist() == stated.fills.tolist()
    assert plain.digest != stated.digest


def test_draws_of_one_seed_differ_between_connections_and_come_again() -> None:
    drawn = Latency.uniform("1ms", "900ms", seed=3)
    venues = {"FAR": Venue(order_latency=drawn), "CCC.FAR": Venue(order_latency=drawn)}
    first, again = run(venues, order_latency=drawn), run(venues, order_latency=drawn)
    assert first.digest == again.digest
    assert len(set(times(first).values())) == 3
    other = Latency.uniform("1ms", "900ms", seed=4)
    assert run({**venues, "FAR": Venue(order_latency=other)}, order_latency=drawn).digest != first.digest


def test_a_request_lost_on_one_connection_says_nothing_of_another() -> None:
    rows = np.array([[START - SECOND, START - 2 * SECOND, 0], [START + MINUTE] * 3], np.int64)
    result = run({"FAR": Venue(order_latency=Latency.from_rows(rows))})
    assert set(times(result)) == {"AAA.NEAR"}
    assert result.orders["ord_status"].tolist().count(result.orders["ord_status"][1]) == 2


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Venue(order_latency=-1), InvalidArgument, "order_latency must not be negative"),
        (lambda: Venue(order_latency={"cancel": 1}), InvalidArgument, "must name 'new'"),
        (lambda: Venue(feed_latency="fast"), InvalidArgument, "feed_latency"),
        (lambda: Venue(response_latency=1.5), TypeError, "response_latency"),  # type: ignore[arg-type]
    ],
)
def test_a_latency_that_makes_no_sense_is_refused_as_the_venue_is_made(make: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        make()


def test_an_exchange_has_orders_of_its_own_latency_and_no_feed_of_its_own() -> None:
    made = Exchange(NEAR, "1s", start=START)
    with pytest.raises(ConfigError, match=r"NEAR is an exchange, whose data takes the back-test's"):
        Backtest(BuysOnce(), made, cash="1000 USD", venues={"NEAR": Venue(feed_latency="1ms")})

    class Trades(Strategy):
        def on_start(self) -> None:
            self.sell(1, limit="1.00")
            self.clock.set_alert("buy", at=START + 500 * MS)

        def on_timer(self, timer: Any) -> None:
            self.buy(1, limit="1.00")

    venues = {"NEAR": Venue(order_latency="20ms", response_latency="4ms")}
    result = Backtest(Trades(), made, cash="1000 USD", venues=venues, order_latency="1ms").run()
    assert times(result) == {"AAA.NEAR": (520, 524)}
