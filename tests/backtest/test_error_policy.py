"""What becomes of a run when a handler raises: every handler, every policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, ConfigError, InvalidState, Strategy
from pytrader.backtest import BacktestResult
from pytrader.data import Stream
from pytrader.matching import TradingPhase
from pytrader.strategy import ErrorPolicy, StrategyState
from tests.backtest.markets import SECOND, START, book_rows, instrument, quotes, trades

BTC = instrument()
ROWS = 12
# Every handler, and the event that its error is told under.
HANDLERS = {
    "on_start": "start",
    "on_stop": "stop",
    "on_quote": "quote",
    "on_trade": "trade",
    "on_bar": "bar",
    "on_timer": "timer",
    "on_order_event": "order event",
    "on_fill": "fill",
    "on_reject": "reject",
    "on_position": "position",
    "on_status": "status",
}


class Busy(Strategy):
    """Uses every handler: holds a position, rests an order, has one denied; fails in the handler it is told to."""

    fails_in: str = ""
    times: int = 1

    def fail_in(self, handler: str) -> None:
        if handler == self.fails_in and self.failed < self.times:
            self.failed += 1
            raise ZeroDivisionError(f"planted in {handler}")

    def on_start(self) -> None:
        self.failed = 0
        self.heard: list[str] = []
        self.states: list[StrategyState] = [self.state]
        self.bars("2s")
        self.clock.set_timer("beat", interval="1500ms")
        self.fail_in("on_start")

    def on_quote(self, quote: Any) -> None:
        self.heard.append("quote")
        if self.heard.count("quote") == 3:
            self.buy("0.003")
            self.buy("0.001", limit="0.50", tag="rest")
            self.buy("1000000000", limit="1.00")
            self.fail_in("on_quote")

    def on_trade(self, trade: Any) -> None:
        self.heard.append("trade")
        if not self.position.is_flat:
            self.fail_in("on_trade")

    def on_bar(self, bar: Any) -> None:
        self.heard.append("bar")
        self.fail_in("on_bar")

    def on_status(self, instrument_id: str, phase: Any) -> None:
        self.heard.append("status")
        if not self.position.is_flat:
            self.fail_in("on_status")

    def on_timer(self, timer: Any) -> None:
        self.heard.append("timer")
        if not self.position.is_flat:
            self.fail_in("on_timer")

    def on_order_event(self, event: Any) -> None:
        self.heard.append("order")
        self.fail_in("on_order_event")

    def on_fill(self, fill: Any) -> None:
        self.heard.append("fill")
        self.fail_in("on_fill")

    def on_reject(self, event: Any) -> None:
        self.heard.append("reject")
        self.fail_in("on_reject")

    def on_position(self, position: Any) -> None:
        self.heard.append("position")
        self.fail_in("on_position")

    def on_stop(self) -> None:
        self.heard.append("stop")
        self.fail_in("on_stop")

    def on_degrade(self, error: Exception) -> None:
        self.heard.append("degrade")
        self.states.append(self.state)
        self.error = error

    def on_resume(self) -> None:
        self.heard.append("resume")
        self.states.append(self.state)

    def on_fault(self, error: BaseException) -> None:
        self.heard.append("fault")
        self.states.append(self.state)
        self.error = error


def market() -> list[Any]:
    phases = np.full(2, int(TradingPhase.CONTINUOUS))
    times = np.array([START, START + 6 * SECOND])
    status = Stream(BTC, "status", {"ts_event": times, "ts_init": times, "phase": phases}, 0)
    return [(BTC, quotes([(100, 101)] * ROWS)), (BTC, trades([100] * ROWS)), status]


def run(strategy: Strategy, **options: Any) -> BacktestResult:
    return Backtest(strategy, market(), cash="1000000 USDT", check_every_event=True, **options).run()


@pytest.mark.parametrize("handler", HANDLERS)
def test_an_error_in_any_handler_reaches_the_caller_and_says_where(handler: str) -> None:
    strategy = Busy(fails_in=handler)
    with pytest.raises(ZeroDivisionError, match=f"planted in {handler}") as raised:
        run(strategy)
    assert f"while handling {HANDLERS[handler]}" in raised.value.__notes__[0]
    assert strategy.state is StrategyState.FAULTED
    assert strategy.heard[-1] == "fault"
    assert strategy.error is raised.value


@pytest.mark.parametrize("action", ["pause", "cancel", "flatten"])
@pytest.mark.parametrize("handler", HANDLERS)
def test_an_error_in_any_handler_stands_in_the_result_with_what_was_done(handler: str, action: str) -> None:
    results = [run(Busy(fails_in=handler), error_policy=action) for _ in range(2)]
    (error,) = results[0].errors
    assert (error.strategy, error.event, error.action) == ("Busy", HANDLERS[handler], action)
    assert error.error_type == "ZeroDivisionError"
    assert error.message == f"planted in {handler}"
    assert f"in {handler}" in error.traceback
    assert "fail_in" in error.traceback
    assert error.instrument_id == ("" if handler in ("on_start", "on_stop", "on_timer") else BTC.id)
    assert error.place.startswith(f"while handling {HANDLERS[handler]}")
    assert error.settled_ns is not None
    assert results[0].finished
    assert results[0].digest == results[1].digest


@pytest.mark.parametrize("handler", [name for name in HANDLERS if name not in ("on_start", "on_stop", "on_bar")])
def test_flattening_leaves_no_position_and_no_open_order(handler: str) -> None:
    strategy = Busy(fails_in=handler)
    result = run(strategy, error_policy="flatten")
    (position,) = result.positions
    assert str(position.quantity) == "0.000"
    assert {chr(order["ord_status"]) for order in result.orders if order["price"] == 50} <= {"4"}
    assert strategy.state is StrategyState.FAULTED
    assert strategy.heard[-1] == "fault"


@pytest.mark.parametrize(("action", "resting"), [("pause", True), ("cancel", False)])
def test_a_paused_strategy_hears_of_its_orders_only(action: str, resting: bool) -> None:
    strategy = Busy(fails_in="on_fill")
    result = run(strategy, error_policy=action)
    after = strategy.heard[strategy.heard.index("degrade") + 1 :]
    assert set(after) <= {"order", "reject", "position", "stop"}
    assert after[-1] == "stop"
    assert strategy.state is StrategyState.STOPPED
    assert [bool(order["ord_status"] == ord("0")) for order in result.orders if order["price"] == 50] == [resting]
    assert str(result.positions[0].quantity) == "0.003"


COMMANDS: list[Callable[[Strategy], object]] = [
    lambda strategy: strategy.buy("0.001"),
    lambda strategy: strategy.cancel_all(),
    lambda strategy: strategy.close(),
    lambda strategy: strategy.clock.set_timer("late", interval="1s"),
    lambda strategy: strategy.clock.cancel("beat"),
    lambda strategy: strategy.bars("7s"),
]


@pytest.mark.parametrize("place", range(len(COMMANDS)))
def test_commands_of_a_degraded_strategy_are_refused(place: int) -> None:
    command = COMMANDS[place]

    class Trying(Busy):
        def on_degrade(self, error: Exception) -> None:
            super().on_degrade(error)
            with pytest.raises(InvalidState, match="Trying is degraded since a handler failed"):
                command(self)
            self.refused = True

    strategy = Trying(fails_in="on_quote")
    run(strategy, error_policy="pause")
    assert strategy.refused


def test_the_breaker_pauses_after_so_many_errors_and_resumes_after_its_cooldown() -> None:
    policy = ErrorPolicy("pause", errors=2, window="5s", cooldown="3s")
    strategy = Busy(fails_in="on_timer", times=3)
    result = run(strategy, error_policy=policy)
    assert [error.action for error in result.errors] == ["continue", "pause", "continue"]
    assert [state.name for state in strategy.states] == ["RUNNING", "DEGRADED", "RUNNING"]
    paused = result.errors[1].ts_ns
    assert paused == START + int(4.5 * SECOND)
    # The beat of 7.5 s is older than the cooldown that ends then, so it comes first and is lost.
    assert result.errors[2].ts_ns == START + 9 * SECOND


def test_a_repeating_timer_keeps_its_beat_through_a_pause_and_a_one_shot_one_is_lost() -> None:
    class Timed(Strategy):
        def on_start(self) -> None:
            self.beats: list[int] = []
            self.clock.set_timer("beat", interval="2s")
            self.clock.set_alert("once", after="3s")

        def on_quote(self, quote: Any) -> None:
            if self.clock.now == START + SECOND:
                raise ValueError("planted")

        def on_resume(self) -> None:
            self.clock.set_alert("once", after="1s")

        def on_timer(self, timer: Any) -> None:
            self.beats.append((timer.ts_event - START) // SECOND)

    strategy = Timed()
    run(strategy, error_policy=ErrorPolicy("pause", cooldown="4s"))
    assert strategy.beats == [6, 6, 8, 10]


def test_an_error_in_on_fault_is_told_with_the_first_one() -> None:
    class Twice(Busy):
        def on_fault(self, error: BaseException) -> None:
            raise KeyError("second")

    with pytest.raises(ZeroDivisionError) as raised:
        run(Twice(fails_in="on_quote"))
    assert any("KeyError" in note for note in raised.value.__notes__)
    result = run(Twice(fails_in="on_quote"), error_policy="flatten")
    assert [(error.event, error.action) for error in result.errors] == [("quote", "flatten"), ("fault", "continue")]


@pytest.mark.parametrize("wish", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_and_exit_end_the_run_whatever_the_policy(wish: type[BaseException]) -> None:
    class Leaving(Strategy):
        def on_quote(self, quote: Any) -> None:
            raise wish

    with pytest.raises(wish):
        run(Leaving(), error_policy="pause")


def test_a_policy_for_one_strategy_leaves_the_others_running() -> None:
    class Calm(Strategy):
        def on_start(self) -> None:
            self.count = 0

        def on_quote(self, quote: Any) -> None:
            self.count += 1

    calm, busy = Calm(), Busy(fails_in="on_quote")
    result = Backtest([calm, busy], market(), cash="1000000 USDT", error_policy={"Busy": "flatten"}).run()
    assert calm.count == ROWS
    assert [error.strategy for error in result.errors] == ["Busy"]
    assert (calm.state, busy.state) == (StrategyState.STOPPED, StrategyState.FAULTED)


def test_a_class_may_bring_its_own_policy() -> None:
    class Careful(Busy):
        error_policy = "cancel"

    assert [error.action for error in run(Careful(fails_in="on_quote")).errors] == ["cancel"]
    with pytest.raises(ZeroDivisionError):
        run(Careful(fails_in="on_quote"), error_policy="stop")


def test_flattening_tries_again_while_nobody_bids() -> None:
    prices = quotes([(100, 101)] * 40)
    prices["bid_quantity"][3:30] = 0

    class Holder(Strategy):
        error_policy = "flatten"

        def on_quote(self, quote: Any) -> None:
            if self.position.is_flat:
                self.buy("0.003")
            elif quote.bid_price is None:
                raise ValueError("nobody bids")

    result = Backtest(Holder(), (BTC, prices), cash="1000000 USDT").run()
    assert str(result.positions[0].quantity) == "0.000"
    closing = [order for order in result.orders if result.tags[order["tag"]] == "flatten"]
    assert len(closing) == 6
    assert [chr(order["ord_status"]) for order in closing] == ["d", "d", "d", "d", "d", "2"]
    assert result.errors[0].settled_ns == START + 34 * SECOND


def test_the_state_of_a_strategy_is_told_before_and_after_its_run() -> None:
    strategy = Busy()
    assert strategy.state is StrategyState.INITIALISED
    run(strategy)
    assert strategy.state is StrategyState.STOPPED
    assert strategy.states == [StrategyState.RUNNING]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ErrorPolicy("ignore"), "stop, pause, cancel, flatten"),  # type: ignore[arg-type]
        (lambda: ErrorPolicy("pause", errors=0), "from 1 to 1,000, got 0"),
        (lambda: ErrorPolicy("pause", errors=True), "got True"),
        (lambda: ErrorPolicy("pause", window="0s"), "window of an error policy must be positive"),
        (lambda: ErrorPolicy("pause", window="soon"), "window must be like"),
        (lambda: ErrorPolicy("flatten", cooldown="1m"), "leave it out"),
        (lambda: run(Busy(), error_policy="ignore"), "got 'ignore'"),
        (lambda: run(Busy(), error_policy={"Nobody": "stop"}), "names 'Nobody', and the strategies are Busy"),
    ],
)
def test_wrong_policies_are_refused_with_what_is_known(make: Callable[[], object], said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        make()
    assert said in str(raised.value)


def test_errors_stand_in_the_summary_and_in_the_report() -> None:
    result = run(Busy(fails_in="on_quote"), error_policy="pause")
    (error,) = result.summary()["errors"]
    assert error == {
        "strategy": "Busy",
        "error": "ZeroDivisionError",
        "place": result.errors[0].place,
        "action": "pause",
    }
    assert "ZeroDivisionError in Busy while handling quote" in str(result)


def test_a_book_handler_that_fails_is_paused_too() -> None:
    class Reader(Strategy):
        error_policy = "pause"

        def on_book(self, book: Any) -> None:
            raise LookupError("planted")

    rows = book_rows([(1, 1, 100, 5, 1), (1, 2, 102, 5, 2), (1, 1, 99, 5, 3)], step=1)
    result = Backtest(Reader(), (BTC, rows), cash="1000000 USDT").run()
    assert [(error.event, error.action) for error in result.errors] == [("book", "pause")]


class Wild(Strategy):
    """Trades two instruments by chance, in every way, and fails at its n-th event."""

    fails_at: int = 1

    def on_start(self) -> None:
        self.events = 0

    def count(self) -> None:
        self.events += 1
        if self.events == self.fails_at:
            raise RuntimeError("planted")

    def on_quote(self, quote: Any) -> None:
        name = quote.instrument_id
        side = self.random.choice(["buy", "sell"])
        lots = self.random.between(1, 5)
        if self.random.chance(1, 2):
            self.submit(side, None, name, quantity_lots=lots)
        else:
            ticks = quote.bid_ticks + self.random.between(-3, 3)
            self.submit(side, None, name, quantity_lots=lots, limit_ticks=ticks)
        if self.random.chance(1, 4):
            self.cancel_all(side="buy")
        self.count()

    def on_order_event(self, event: Any) -> None:
        self.count()


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32),
    fails_at=st.integers(1, 120),
    latency=st.sampled_from(["0ms", "300ms", "1700ms"]),
    thin=st.integers(1, 9),
)
def test_whatever_a_strategy_did_before_flattening_leaves_nothing(
    seed: int, fails_at: int, latency: str, thin: int
) -> None:
    digests = set()
    other = instrument("ETHUSDT")
    prices = [(100 + (seed >> i % 7) % 5, 106 + (seed >> i % 7) % 5) for i in range(40)]
    for _ in range(2):
        strategy = Wild(fails_at=fails_at)
        quiet = [(100, 106)] * 60
        data = [(each, quotes(prices + quiet, quantity=thin)) for each in (BTC, other)]
        result = Backtest(
            strategy, data, cash="1000000 USDT", order_latency=latency, error_policy="flatten", seed=seed
        ).run()
        digests.add(result.digest)
        if strategy.events < fails_at:
            return
        (error, *others) = result.errors
        assert error.action == "flatten"
        assert error.settled_ns is not None
        assert {each.action for each in others} <= {"continue"}
        assert [str(position.quantity) for position in result.positions] == ["0.000", "0.000"]
        assert not {chr(status) for status in result.orders["ord_status"]} & set("A016E")
        assert strategy.state is StrategyState.FAULTED
    assert len(digests) == 1
