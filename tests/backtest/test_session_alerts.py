"""Alerts by the trading day of an instrument: at its phases, before them, after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, InvalidArgument, InvalidState, Strategy
from pytrader.data import Stream
from pytrader.matching import TradingPhase
from tests.backtest.markets import MINUTE, START, instrument, quotes

BTC = instrument()
CLOSED, PRE_OPEN, OPENING = TradingPhase.CLOSED, TradingPhase.PRE_OPEN, TradingPhase.OPENING_AUCTION
CONTINUOUS, HALT, CLOSING = TradingPhase.CONTINUOUS, TradingPhase.HALT, TradingPhase.CLOSING_AUCTION
INTRADAY, VOLATILITY = TradingPhase.INTRADAY_AUCTION, TradingPhase.VOLATILITY_AUCTION
POST_CLOSE = TradingPhase.POST_CLOSE
PHASE_OF = {
    "open": CONTINUOUS,
    "close": CLOSED,
    "pre_open": PRE_OPEN,
    "opening_auction": OPENING,
    "intraday_auction": INTRADAY,
    "closing_auction": CLOSING,
    "post_close": POST_CLOSE,
}
# Minutes of two days; the first one is interrupted.
DAYS = [
    (0, CLOSED),
    (1, PRE_OPEN),
    (5, OPENING),
    (6, CONTINUOUS),
    (20, HALT),
    (22, CONTINUOUS),
    (30, CLOSING),
    (31, CLOSED),
    (40, PRE_OPEN),
    (42, CONTINUOUS),
    (60, CLOSED),
]


Days = list[tuple[int, TradingPhase]]


def timetable(days: Days) -> Stream:
    times = np.array([START + minute * MINUTE for minute, _ in days])
    phases = np.array([int(phase) for _, phase in days])
    return Stream(BTC, "status", {"ts_event": times, "ts_init": times, "phase": phases}, 0)


def run(strategy: Strategy, days: Days = DAYS) -> Any:
    rows = quotes([(100, 101)] * 71, step=MINUTE)
    return Backtest(strategy, [timetable(days), (BTC, rows)], cash="1000 USDT").run()


class Timed(Strategy):
    """Sets an alert, and sets it again whenever it is due."""

    begin: str = "close"
    offset: str = "0s"

    def on_start(self) -> None:
        self.due: list[tuple[str, int]] = []
        self.told: list[int | None] = []
        self.again()

    def again(self) -> None:
        when = self.clock.at_session(self.begin, offset=self.offset)
        self.told.append(None if when is None else (when - START) // MINUTE)

    def on_timer(self, timer: Any) -> None:
        self.due.append((timer.name, (timer.ts_event - START) // MINUTE))
        self.again()


@pytest.mark.parametrize(
    ("phase", "offset", "due"),
    [
        ("close", "0s", [31, 60]),
        ("close", "-5m", [26, 55]),
        ("close", "2m", [2, 33, 62]),
        ("open", "0s", [6, 42]),
        ("open", "30m", [36]),
        ("pre_open", "0s", [1, 40]),
        ("opening_auction", "-1m", [4]),
        ("closing_auction", "0s", [30]),
        ("post_close", "0s", []),
    ],
)
def test_alerts_come_by_the_timetable(phase: str, offset: str, due: list[int]) -> None:
    strategy = Timed(begin=phase, offset=offset)
    run(strategy)
    assert [minute for _, minute in strategy.due] == due
    assert strategy.told[: len(due)] == due
    assert {name for name, _ in strategy.due} <= {
        phase if offset == "0s" else f"{phase}{offset if offset.startswith('-') else '+' + offset}"
    }


@pytest.mark.parametrize(
    ("phases", "phase", "due"),
    [
        ([CONTINUOUS, HALT, CLOSED], "close", [3]),
        ([CONTINUOUS, VOLATILITY, CLOSING, CLOSED], "closing_auction", [3]),
        ([CONTINUOUS, HALT, VOLATILITY, POST_CLOSE], "post_close", [4]),
        ([CLOSED, HALT, PRE_OPEN, CONTINUOUS], "pre_open", [3]),
        ([CLOSED, HALT, CONTINUOUS], "open", [3]),
        ([CLOSED, OPENING, VOLATILITY, HALT, CONTINUOUS], "open", [5]),
        ([CLOSED, CONTINUOUS, HALT, CONTINUOUS, VOLATILITY, HALT, CONTINUOUS], "open", [2]),
        ([CLOSED, CONTINUOUS, HALT, CLOSED, HALT, CONTINUOUS], "open", [2, 6]),
        ([CLOSED, CONTINUOUS, INTRADAY, CONTINUOUS, CONTINUOUS], "open", [2, 4]),
        ([HALT, CONTINUOUS, CLOSED, CLOSED], "open", [2]),
        ([HALT, CONTINUOUS, CLOSED, CLOSED], "close", [3]),
        ([CLOSED, HALT, CLOSED], "close", [1, 3]),
    ],
)
def test_an_interruption_hides_no_other_phase(phases: list[TradingPhase], phase: str, due: list[int]) -> None:
    strategy = Timed(begin=phase)
    run(strategy, list(enumerate(phases, start=1)))
    assert [minute for _, minute in strategy.due] == due


def naive_begins(phases: list[TradingPhase], wanted: TradingPhase) -> list[int]:
    """The places, counted from 1, where a phase begins, by looking back from each of them."""
    found = []
    for place, phase in enumerate(phases):
        before = place - 1
        while wanted is CONTINUOUS and before >= 0 and phases[before] in (HALT, VOLATILITY):
            before -= 1
        if phase is wanted and (before < 0 or phases[before] is not wanted):
            found.append(place + 1)
    return found


@settings(deadline=None)
@given(st.lists(st.sampled_from(list(TradingPhase)), min_size=1, max_size=20), st.sampled_from(sorted(PHASE_OF)))
def test_alerts_come_where_a_naive_reader_finds_them(phases: list[TradingPhase], phase: str) -> None:
    strategy = Timed(begin=phase)
    run(strategy, list(enumerate(phases, start=1)))
    assert [minute for _, minute in strategy.due] == naive_begins(phases, PHASE_OF[phase])


def test_an_alert_before_the_close_has_its_own_name_and_can_be_canceled() -> None:
    class Named(Strategy):
        def on_start(self) -> None:
            self.due: list[str] = []
            self.clock.at_session("close", offset="-5m", name="flat")
            self.clock.at_session("close", offset=-60_000_000_000, name="late")
            self.canceled = self.clock.cancel("late")

        def on_timer(self, timer: Any) -> None:
            self.due.append(timer.name)

    strategy = Named()
    run(strategy)
    assert strategy.due == ["flat"]
    assert strategy.canceled


def asking(call: Callable[[Strategy], object]) -> Strategy:
    class Asking(Strategy):
        def on_start(self) -> None:
            call(self)

    return Asking()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda s: s.clock.at_session("halt"), "at_session knows open, close"),
        (lambda s: s.clock.at_session(None), "at_session knows open, close"),
        (lambda s: s.clock.at_session("close", offset="soon"), "offset must be like"),
        (lambda s: [s.clock.at_session("close") for _ in range(2)], "is set already"),
    ],
)
def test_what_no_timetable_has_is_refused(call: Any, said: str) -> None:
    with pytest.raises(InvalidArgument, match=said):
        run(asking(call))


def test_an_instrument_without_status_rows_has_no_trading_day() -> None:
    strategy = asking(lambda s: s.clock.at_session("close"))
    with pytest.raises(InvalidArgument, match="no status rows"):
        Backtest(strategy, (BTC, quotes([(100, 101)])), cash="1 USDT").run()


def test_alerts_are_set_in_handlers() -> None:
    clocks: list[Any] = []
    run(asking(lambda s: clocks.append(s.clock)))
    with pytest.raises(InvalidState):
        clocks[0].at_session("close")


def test_several_streams_of_status_are_one_timetable() -> None:
    """The second begins with the end of a halt, which is no open."""
    strategy = Timed(begin="open")
    rows = quotes([(100, 101)] * 71, step=MINUTE)
    parts = [timetable([(0, CLOSED), (5, CONTINUOUS), (10, HALT)]), timetable([(12, CONTINUOUS), (20, CLOSED)])]
    Backtest(strategy, [*parts, (BTC, rows)], cash="1000 USDT").run()
    assert strategy.told == [5, None]
