"""What recordings leave unsaid: sides that end, prints without a side, and lots that are gone already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pytrader import Backtest, Strategy
from pytrader.backtest import Exchange, LastLook, Latency, MakerProtection, RecordedVenue
from pytrader.matching import TradingPhase, VenueRules
from pytrader.model import OrderStatus, RejectReason
from pytrader.model.records import L2_EVENT, QUOTE, STATUS, TRADE
from tests.backtest.markets import ADD, BUY, LAST, PRINT, SECOND, SELL, START, book_rows, instrument, quotes, trades

MARKET = instrument(tick_size="1", lot_size="1")
Act = tuple[float, Callable[[Strategy], Any]]


class Acting(Strategy):
    """Does something at times, in seconds after the start, and keeps what came back and what traded."""

    def __init__(self, *acts: Act) -> None:
        super().__init__()
        self.acts = acts
        self.sent: list[Any] = []
        self.fills: list[tuple[int, int]] = []

    def on_start(self) -> None:
        for place, (seconds, _) in enumerate(self.acts):
            self.clock.set_alert(str(place), at=START + int(seconds * SECOND))

    def on_timer(self, timer: Any) -> None:
        self.sent.append(self.acts[int(timer.name)][1](self))

    def on_fill(self, fill: Any) -> None:
        self.fills.append((fill.last_qty_lots, fill.last_px_ticks))


def run(strategies: Strategy | list[Strategy], *streams: npt.NDArray[np.void], **settings: Any) -> Any:
    settings = {"cash": "100000000 USDT"} | settings
    return Backtest(strategies, [(MARKET, rows) for rows in streams], **settings).run()


def told(rows: Sequence[tuple[float, int, int, int, int, int]]) -> npt.NDArray[np.void]:
    """Rows of price levels: (second, action, side, price, quantity, flags)."""
    made = np.zeros(len(rows), L2_EVENT)
    made["ts_event"] = made["ts_init"] = [START + int(row[0] * SECOND) for row in rows]
    for place, name in enumerate(("action", "side", "price", "quantity", "flags"), 1):
        made[name] = [row[place] for row in rows]
    return made


def printed(second: float, price: int, quantity: int, aggressor: int) -> npt.NDArray[np.void]:
    made = np.zeros(1, TRADE)
    made["ts_event"] = made["ts_init"] = START + int(second * SECOND)
    made["price"], made["quantity"], made["aggressor_side"] = price, quantity, aggressor
    return made


def phases(*told_phases: tuple[int, TradingPhase]) -> npt.NDArray[np.void]:
    made = np.zeros(len(told_phases), STATUS)
    made["ts_event"] = made["ts_init"] = [START + second * SECOND for second, _ in told_phases]
    made["phase"] = [int(phase) for _, phase in told_phases]
    return made


def touch(*rows: tuple[int, int, int, int, int]) -> npt.NDArray[np.void]:
    """Quotes: (second, bid, its quantity, ask, its quantity)."""
    made = np.zeros(len(rows), QUOTE)
    made["ts_event"] = made["ts_init"] = [START + row[0] * SECOND for row in rows]
    for place, name in enumerate(("bid_price", "bid_quantity", "ask_price", "ask_quantity"), 1):
        made[name] = [row[place] for row in rows]
    return made


@pytest.mark.parametrize("price_of_none", [0, 98])
@pytest.mark.parametrize("limit", [98, 95])
def test_nothing_stands_ahead_of_a_buy_where_all_bids_have_gone(price_of_none: int, limit: int) -> None:
    rows = touch((0, 98, 20, 102, 20), (2, price_of_none, 0, 102, 20), (3, limit, 20, 102, 20))
    strategy = Acting((1, lambda on: on.buy(5, limit=limit)))
    run(strategy, printed(4, limit, 20, SELL), rows)
    assert strategy.fills == [(5, limit)]


@pytest.mark.parametrize("price_of_none", [0, 102])
def test_nothing_stands_ahead_of_a_sale_where_all_offers_have_gone(price_of_none: int) -> None:
    rows = touch((0, 98, 20, 102, 20), (2, 98, 20, price_of_none, 0), (3, 98, 20, 102, 20))
    strategy = Acting((1, lambda on: on.sell(5, limit=102)))
    run(strategy, printed(4, 102, 3, BUY), rows)
    assert strategy.fills == [(3, 102)]


@pytest.mark.parametrize("side", [0, BUY, SELL])
@pytest.mark.parametrize("emulate", ["never", "always"])
def test_a_print_of_a_book_elects_stops_whatever_its_side(side: int, emulate: str) -> None:
    rows = book_rows([(ADD, BUY, 98, 20, 1), (ADD, SELL, 102, 20, 2), (PRINT, side, 101, 5, 0), (ADD, BUY, 97, 20, 3)])
    strategy = Acting((1.5, lambda on: on.buy(5, stop="101")))
    run(strategy, rows, emulate=emulate)
    assert strategy.fills == [(5, 102)]


@pytest.mark.parametrize("side", [0, BUY, SELL])
def test_a_print_of_a_book_in_an_auction_is_the_auctions_whatever_its_side(side: int) -> None:
    rows = book_rows([(ADD, BUY, 98, 20, 1), (ADD, SELL, 102, 20, 2), (PRINT, side, 100, 50, 0), (ADD, BUY, 97, 20, 3)])
    strategy = Acting((1.5, lambda on: on.buy(5, limit="101")))
    run(strategy, phases((0, TradingPhase.OPENING_AUCTION), (3, TradingPhase.CONTINUOUS)), rows)
    assert strategy.fills == [(5, 100)]


@pytest.mark.parametrize(("side", "filled"), [(0, [(5, 99)]), (BUY, [(5, 99)]), (SELL, [])])
def test_a_print_without_a_side_reaches_the_side_that_it_can_have_hit(side: int, filled: list[tuple[int, int]]) -> None:
    rows = book_rows([(ADD, BUY, 98, 20, 1), (ADD, SELL, 102, 20, 2), (PRINT, side, 99, 50, 0), (ADD, BUY, 97, 20, 3)])
    strategy = Acting((1.5, lambda on: on.buy(5, limit="99")))
    run(strategy, rows)
    assert strategy.fills == filled


LEVELS = [(0.0, ADD, BUY, 98, 20, LAST), (0.0, ADD, SELL, 102, 5, LAST), (0.0, ADD, SELL, 103, 5, LAST)]
AFTER = [(1.001, ADD, SELL, 102, 0, LAST), (2.0, ADD, BUY, 97, 1, LAST)]


@pytest.mark.parametrize(
    "streams",
    [
        [printed(1, 102, 5, BUY), told(LEVELS + AFTER)],
        [printed(1, 102, 5, 0), told(LEVELS + AFTER)],
        [told([*LEVELS, (1.0, PRINT, SELL, 102, 5, LAST), *AFTER])],
        [told([*LEVELS, (1.0, PRINT, 0, 102, 5, LAST), *AFTER])],
        [told([*LEVELS, (1.0, PRINT, SELL, 102, 5, 0), (1.0, ADD, SELL, 102, 0, LAST), *AFTER[1:]])],
    ],
    ids=["beside", "beside, no side", "among", "among, no side", "in the event of its level"],
)
def test_a_stop_does_not_take_what_the_trade_took_that_elected_it(streams: list[npt.NDArray[np.void]]) -> None:
    strategy = Acting((0.5, lambda on: on.buy(5, stop="102")))
    run(strategy, *streams)
    assert strategy.fills == [(5, 103)]


@pytest.mark.parametrize("aggressor", [0, BUY])
def test_what_a_trade_took_of_a_quote_is_gone_for_a_stop(aggressor: int) -> None:
    strategy = Acting((0.5, lambda on: on.buy(5, stop="102")))
    run(strategy, printed(1, 102, 5, aggressor), quotes([(98, 102)] * 2, quantity=5, step=3 * SECOND))
    assert strategy.sent[0].reason.code is RejectReason.NO_LIQUIDITY


@pytest.mark.parametrize("limit", [102, 97])
def test_a_last_look_begins_at_what_the_print_left_whatever_own_orders_took(limit: int) -> None:
    rows = told([*LEVELS[:2], (0.0, ADD, SELL, 110, 9, LAST), (6.0, ADD, BUY, 97, 1, LAST)])
    strategy = Acting(
        (0.5, lambda on: on.buy(2, limit=limit, time_in_force="IOC")),
        (2.5, lambda on: on.buy(3, stop="102")),
    )
    venue = RecordedVenue(last_look=LastLook("1s", tolerance_ticks=3))
    run(strategy, printed(3, 102, 5, BUY), rows, venue=venue)
    assert strategy.fills[-1] == (3, 110)


@pytest.mark.parametrize("phase", [TradingPhase.HALT, TradingPhase.CLOSED])
def test_a_print_outside_of_trading_is_the_last_price_for_core_and_venue(phase: TradingPhase) -> None:
    prints = trades([100, 100, 100, 100, 120])[[0, 1, 4]]
    found = []
    for emulate in ("never", "always"):
        strategy = Acting((0.5, lambda on: on.buy(5, stop="110", trigger="last")))
        around = quotes([(99, 101)] * 12)
        run(strategy, phases((2, phase), (6, TradingPhase.CONTINUOUS)), prints, around, emulate=emulate)
        found.append(strategy.fills)
    assert found == [[(5, 101)]] * 2


def test_a_frozen_maker_may_still_take_own_orders_of_others() -> None:
    first = Acting((0.5, lambda on: on.buy(1, limit=98)), (4, lambda on: on.buy(3, limit=101, self_trade="none")))
    other = Acting((3, lambda on: on.sell(3, limit=101)))
    venue = RecordedVenue(VenueRules(self_trade="none"), maker_protection=MakerProtection("1s", "10s", max_fills=1))
    run([first, other], printed(2, 98, 50, SELL), quotes([(98, 102)] * 10, quantity=10), venue=venue)
    assert first.fills == [(1, 98), (3, 101)]


def test_a_trailing_order_that_grows_falls_behind_at_venue_and_core() -> None:
    found = []
    for emulate in ("always", "never"):
        strategy = Acting(
            (1.5, lambda on: on.sell(24, trail_ticks=8, trigger="last")),
            (1.6, lambda on: on.sell(50, trail_ticks=8, trigger="last")),
            (3.5, lambda on: on.replace(on.open_orders[0], quantity_lots=28)),
        )
        prices = [100] * 5 + [90] * 2
        run(
            strategy, trades(prices), quotes([(price - 1, price + 1) for price in prices], quantity=50), emulate=emulate
        )
        found.append(strategy.fills)
    assert found == [[(50, 99)]] * 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_checks_after_every_event_allow_reports_that_others_overtook(seed: int) -> None:
    strategy = Acting(
        (1, lambda on: (on.buy(3, limit=100), on.buy(3, limit=100))), (3, lambda on: on.sell(7, limit=100))
    )
    result = Backtest(
        strategy,
        Exchange(MARKET, "10s", start=START, rules=VenueRules(self_trade="decrement"), reference_price="100"),
        cash="1000 USDT",
        order_latency="1ms",
        response_latency=Latency.uniform("1us", "900ms", seed=seed, may_overtake=True),
        check_every_event=True,
    ).run()
    assert strategy.sent[1].order_lots == 1
    assert [order.status for order in strategy.sent[0]] == [OrderStatus.CANCELED] * 2
    assert len(result.fills) == 0
