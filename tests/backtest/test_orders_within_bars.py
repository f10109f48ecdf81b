"""Orders that reach the venue within a bar see nothing of its way; what traded at its open has its exits there."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pytrader import Backtest, Instrument, Sell, Strategy
from pytrader.backtest import RecordedVenue
from pytrader.model.records import BAR

SECOND = 1_000_000_000
BAR_NS = 60 * SECOND
MARKET = Instrument("ABC", "XTST", quote_currency="USD", tick_size="1", lot_size="1")
Row = tuple[int, int, int, int]
FLAT: Row = (100, 100, 100, 100)
WIDE: Row = (100, 110, 90, 100)
PATHS = ("worst_case", "high_first", "low_first", "adaptive")


def bars(*rows: Row) -> npt.NDArray[np.void]:
    made = np.zeros(len(rows), BAR)
    made["ts_open"] = BAR_NS * np.arange(len(rows))
    made["ts_event"] = made["ts_init"] = made["ts_open"] + BAR_NS
    for place, name in enumerate(("open", "high", "low", "close")):
        made[name] = [row[place] for row in rows]
    made["volume"] = 1000
    return made


class Fills(Strategy):
    """Writes down what traded: the order's tag, the price and the second."""

    def __init__(self) -> None:
        super().__init__()
        self.fills: list[tuple[str, int, float]] = []

    def send_all(self) -> None:
        self.buy(1, limit=96, tag="limit")
        self.buy(1, touch=96, tag="touch")
        self.buy(1, stop=105, tag="stop")
        self.buy(1, stop=105, limit=106, tag="stop_limit")
        self.buy(1, trail=3, tag="trail")
        self.sell(1, trail=3, tag="trail_of_sale")

    def on_order_event(self, event: Any) -> None:
        if event.exec_type.name == "TRADE":
            self.fills.append((event.order.tag, event.last_px_ticks, event.ts_event / SECOND))


class AtAlert(Fills):
    def on_start(self) -> None:
        self.clock.set_alert("now", at=2 * BAR_NS - 1)

    def on_timer(self, timer: Any) -> None:
        self.send_all()


class AtFirstBar(Fills):
    def on_bar(self, bar: Any) -> None:
        if bar.ts_event == BAR_NS:
            self.send_all()


class AtStart(Fills):
    def on_start(self) -> None:
        self.send_all()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("strategy", "settings"),
    [(AtAlert, {}), (AtFirstBar, {"order_latency": "1ms"}), (AtStart, {"start": BAR_NS + 30 * SECOND})],
)
def test_an_order_that_comes_within_a_bar_does_not_trade_in_it(
    path: str, strategy: type[Fills], settings: dict[str, Any]
) -> None:
    sent = strategy()
    venue = {MARKET.id: RecordedVenue(bar_path=path)}
    Backtest(sent, (MARKET, bars(FLAT, WIDE, FLAT, FLAT)), cash="10000 USD", venue=venue, **settings).run()
    assert sent.fills == []
    sent = strategy()
    Backtest(sent, (MARKET, bars(FLAT, WIDE, WIDE, FLAT)), cash="10000 USD", venue=venue, **settings).run()
    traded = {tag for tag, _, _ in sent.fills}
    assert traded >= {"limit", "touch", "stop", "trail", "trail_of_sale"}
    assert {second for _, _, second in sent.fills} == {180}


@pytest.mark.parametrize("path", PATHS)
def test_an_order_that_arrives_as_the_bar_opens_trades_in_it(path: str) -> None:
    sent = AtFirstBar()
    venue = {MARKET.id: RecordedVenue(bar_path=path)}
    # Sent at 60 seconds, with the arrival at the very open of the bar after the next one.
    data = (MARKET, bars(FLAT, FLAT, WIDE, FLAT))
    Backtest(sent, data, cash="10000 USD", venue=venue, order_latency="60s", response_latency="0ms").run()
    assert {tag for tag, _, _ in sent.fills} >= {"limit", "touch", "stop", "trail", "trail_of_sale"}
    assert {second for _, _, second in sent.fills} == {180}


class Bracket(Fills):
    def on_bar(self, bar: Any) -> None:
        if bar.ts_event == BAR_NS:
            self.buy(2, take_profit=105, stop_loss=95, tag="list")


# The way of the second bar passes both exits, or the target alone.
@pytest.mark.parametrize(
    ("path", "second", "exit_at"),
    [
        ("worst_case", (100, 106, 94, 101), 95),
        ("high_first", (100, 106, 94, 101), 105),
        ("low_first", (100, 106, 94, 101), 95),
        ("adaptive", (100, 106, 93, 101), 105),
        ("worst_case", (100, 106, 99, 101), 105),
        ("high_first", (100, 106, 99, 101), 105),
    ],
)
def test_a_bracket_that_enters_at_the_open_has_both_exits_in_the_bar(path: str, second: Row, exit_at: int) -> None:
    sent = Bracket()
    data = (MARKET, bars(FLAT, second, (101, 102, 94, 94)))
    Backtest(sent, data, cash="10000 USD", venue={MARKET.id: RecordedVenue(bar_path=path)}).run()
    assert sent.fills == [("list", 100, 60), ("list", exit_at, 120)]


@pytest.mark.parametrize("path", PATHS)
def test_the_target_of_an_entry_that_opens_beyond_its_stop_waits_with_it_for_the_next_open(path: str) -> None:
    sent = Bracket()
    data = (MARKET, bars(FLAT, (94, 106, 90, 91), (91, 92, 80, 85)))
    Backtest(sent, data, cash="10000 USD", venue={MARKET.id: RecordedVenue(bar_path=path)}).run()
    assert sent.fills == [("list", 94, 60), ("list", 91, 120)]


def test_exits_that_are_long_on_their_way_wait_for_the_next_bar() -> None:
    sent = Bracket()
    data = (MARKET, bars(FLAT, FLAT, (100, 106, 94, 100), (100, 106, 99, 101), FLAT))
    Backtest(sent, data, cash="10000 USD", order_latency="1ms").run()
    assert sent.fills == [("list", 100, 120), ("list", 105, 240)]


class TrailingExit(Fills):
    """A target that is too large for its bar: what is left of the other exit follows the market on."""

    def on_bar(self, bar: Any) -> None:
        if bar.ts_event == BAR_NS:
            self.buy(1000, tag="entry")
        if bar.ts_event == 2 * BAR_NS:
            exits = [Sell(1000, limit=106, tag="target"), Sell(1000, trail=5, tag="trail")]
            self.submit_list(exits, contingency="OUO")


def test_a_trailing_exit_whose_sibling_trades_goes_on_to_trail() -> None:
    sent = TrailingExit()
    # Half of the target trades on the way to 107, and the fall reaches the stop at 102. 112 moves that to 107.
    rows = [FLAT, FLAT, (100, 107, 100, 101), (103, 112, 103, 112), (104, 105, 103, 105)]
    data = (MARKET, bars(*rows))
    data[1]["volume"] = [2000, 2000, 1000, 1, 2000]
    venue = {MARKET.id: RecordedVenue(bar_path="low_first", bar_volume_share=5000)}
    Backtest(sent, data, cash="1000000 USD", venue=venue).run()
    assert sent.fills[1:] == [("target", 106, 180), ("trail", 104, 240)]
