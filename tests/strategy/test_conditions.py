"""Conditions wake Python when they become true, and only then; what is no condition is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pytrader import Backtest, InvalidArgument, InvalidState, Strategy
from pytrader.strategy import Bar, Quote
from tests.backtest.markets import MINUTE, START, bars, instrument, quotes

BTC = instrument()


class Noting(Strategy):
    """Writes down the closes at which its condition became true."""

    def on_start(self) -> None:
        self.seen: list[int] = []
        self.series = self.bars("1m")
        self.when(self.condition(), self.note)

    def condition(self) -> Any:
        return self.series.sma(1).above("10.05")

    def note(self) -> None:
        last = self.series.last
        assert last is not None
        self.seen.append(last.close_ticks)


def run(strategy: Strategy, closes: list[int]) -> Any:
    rows = bars([(close, close, close, close) for close in closes])
    Backtest(strategy, (BTC, rows), cash="1000000 USDT", check_every_event=True).run()
    return strategy


def test_a_threshold_is_told_each_time_it_is_passed_and_not_in_between() -> None:
    assert run(Noting(), [1000, 1005, 1006, 1007, 1001, 1008, 1009]).seen == [1006, 1008]


def test_a_crossing_needs_a_value_before() -> None:
    class Crossing(Noting):
        def condition(self) -> Any:
            return self.series.sma(1).crosses_above(self.series.sma(2))

    assert run(Crossing(), [1000, 1010, 1020, 1010, 1020, 1030]).seen == [1020]


def test_crossing_below_is_the_other_way_round() -> None:
    class Falling(Noting):
        def condition(self) -> Any:
            return self.series.sma(1).crosses_below(1005 * self.instrument.tick_size.as_decimal())

    assert run(Falling(), [1000, 1010, 1005, 1004, 1003, 1006, 1001]).seen == [1004, 1001]


def test_conditions_combine() -> None:
    class Between(Noting):
        def condition(self) -> Any:
            quick = self.series.sma(1)
            return quick.above("10") & quick.below("11") | ~quick.below("12")

    assert run(Between(), [1000, 1050, 1060, 1100, 1090, 1150, 1200, 1250]).seen == [1050, 1090, 1200]


def test_nothing_is_known_before_indicators_are_ready() -> None:
    class Late(Noting):
        def condition(self) -> Any:
            self.asked = self.series.sma(3).above("5")
            assert self.asked.holds is None
            return self.asked

        def note(self) -> None:
            super().note()
            assert self.asked.holds is True

    assert run(Late(), [1000, 1001, 1002, 1003]).seen == [1002]


def test_what_is_made_of_two_conditions_is_known_when_both_are() -> None:
    class Either(Noting):
        def condition(self) -> Any:
            return self.series.sma(2).above("9") | self.series.sma(4).above("9")

    class NotBoth(Noting):
        def condition(self) -> Any:
            return ~(self.series.sma(2).below("9") & self.series.sma(4).below("9"))

    for kind in (Either, NotBoth):
        assert run(kind(), [1000, 1001, 1002, 1003, 1004]).seen == [1003]


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("longer_first", [False, True])
@pytest.mark.parametrize(("crossing", "told"), [(2, []), (5, [5])])
def test_a_crossing_meets_other_bars_of_its_own_time_alone(
    heard: bool, longer_first: bool, crossing: int, told: list[int]
) -> None:
    class Both(Strategy):
        def on_start(self) -> None:
            self.told: list[int] = []
            crosses = self.bars("1m").sma(1).crosses_above("10")
            self.when(crosses & self.bars("5m").sma(1).above("10"), self.note)

        def note(self) -> None:
            self.told.append((self.clock.now - START) // MINUTE)

    class Hearing(Both):
        def on_bar(self, bar: Bar) -> None:
            pass

    short = bars([(close, close, close, close) for close in [999] * (crossing - 1) + [1001]])
    long = bars([(1001, 1001, 1001, 1001)] * 2, duration=5 * MINUTE)
    data = [(BTC, short), (BTC, long)]
    strategy = Hearing() if heard else Both()
    Backtest(strategy, data[::-1] if longer_first else data, cash="1000000 USDT").run()
    assert strategy.told == told


def test_a_condition_read_in_a_handler_has_taken_what_its_indicators_have() -> None:
    class Reading(Strategy):
        def on_start(self) -> None:
            self.read: list[tuple[bool, bool | None]] = []
            self.mean = self.bars("1m").sma(1)
            self.mid = self.mids().sma(1)
            self.high = self.mean.above("10")
            self.rich = self.mid.above("10")
            self.when(self.high, lambda: self.read.append((True, True)))

        def on_bar(self, bar: Bar) -> None:
            self.read.append((self.mean > 10, self.high.holds))

        def on_quote(self, quote: Quote) -> None:
            self.read.append((self.mid > 10, self.rich.holds))

    closes = [999, 1001, 999, 999]
    strategy = Reading()
    data = [(BTC, bars([(close,) * 4 for close in closes])), (BTC, quotes([(990, 991), (1010, 1011), (990, 991)]))]
    Backtest(strategy, data, cash="1000000 USDT").run()
    assert strategy.read == [
        *((side, side) for side in (False, True, False)),
        *((side, side) for side in (False, True, True, False, False)),
    ]


def test_the_call_comes_after_the_bar_and_in_the_order_of_asking() -> None:
    class Ordered(Strategy):
        def on_start(self) -> None:
            self.log: list[str] = []
            quick = self.bars("1m").sma(1)
            self.when(quick.above("10.50"), lambda: self.log.append("second"))
            self.when(quick.above("10.40"), lambda: self.log.append("first"))

        def on_bar(self, bar: Bar) -> None:
            self.log.append(f"bar {bar.close_ticks}")

    assert run(Ordered(), [1000, 1060]).log == ["bar 1000", "bar 1060", "second", "first"]


def test_mid_prices_of_quotes_have_indicators_in_half_ticks() -> None:
    class Mid(Strategy):
        def on_start(self) -> None:
            self.seen: list[tuple[str, float | None]] = []
            self.mean = self.mids().sma(2)
            self.when(self.mean.above("10.005"), self.note)

        def on_quote(self, quote: Quote) -> None:
            self.latest = quote

        def note(self) -> None:
            self.seen.append((str(self.latest.mid), self.mean.value))

    strategy = Mid()
    rows = quotes([(1000, 1001), (1000, 1001), (1000, 1002), (1000, 1001)])
    Backtest(strategy, (BTC, rows), cash="1000000 USDT", check_every_event=True).run()
    assert strategy.seen == [("10.01", pytest.approx(10.0075))]


class Follow(Strategy):
    """Long while the quick mean is above the calm one: asked at every bar."""

    def on_start(self) -> None:
        series = self.bars("1m")
        self.quick, self.calm = series.sma(2), series.sma(5)

    def on_bar(self, bar: Bar) -> None:
        if self.quick > self.calm:
            self.enter()
        elif self.quick < self.calm:
            self.leave()

    def enter(self) -> None:
        if self.position.is_flat:
            self.buy("0.001")

    def leave(self) -> None:
        if self.position.is_long:
            self.close()


class Woken(Follow):
    """The same, woken by the core."""

    def on_start(self) -> None:
        super().on_start()
        self.when(self.quick.above(self.calm), self.enter)
        self.when(self.quick.below(self.calm), self.leave)

    on_bar = Strategy.on_bar


@pytest.mark.parametrize("minutes", range(0, 24, 3))
def test_after_a_warm_up_conditions_trade_like_callbacks(minutes: int) -> None:
    closes = [1000 + i * i % 23 + i % 11 for i in range(40)]
    rows = bars([(close, close, close, close) for close in closes])
    traded = []
    for kind in (Follow, Woken):
        start = START + minutes * MINUTE + MINUTE // 2
        result = Backtest(kind, (BTC, rows), cash="1000000 USDT", start=start, check_every_event=True).run()
        traded.append(result.fills[["ts_event", "side", "price", "quantity"]].tolist())
    assert traded[0] == traded[1]
    assert len(traded[0]) > 2


def test_a_condition_that_is_true_when_it_is_asked_for_is_told_at_its_next_evaluation() -> None:
    class Late(Noting):
        def on_start(self) -> None:
            self.seen = []
            self.series = self.bars("1m")
            self.series.sma(1)

        def on_bar(self, bar: Bar) -> None:
            if bar.close_ticks == 1010:
                self.when(self.condition(), self.note)
                assert self.condition().holds

    assert run(Late(), [1000, 1010, 1020, 1020, 1000, 1030]).seen == [1010, 1030]


def test_a_comparison_that_answers_now_is_refused_with_the_line_to_write() -> None:
    class Mistaken(Strategy):
        def on_start(self) -> None:
            series = self.bars("1m")
            self.when(series.sma(1) > series.sma(2), self.on_stop)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match=r"quick\.above\(calm\)"):
        run(Mistaken(), [1000])


@pytest.mark.parametrize("handler", [None, "enter", 3])
def test_what_can_not_be_called_is_refused(handler: Any) -> None:
    class Deaf(Noting):
        def on_start(self) -> None:
            self.when(self.bars("1m").sma(1).above("1"), handler)

    with pytest.raises(InvalidArgument, match="function to call"):
        run(Deaf(), [1000])


def test_a_coroutine_is_refused() -> None:
    class Waiting(Noting):
        async def later(self) -> None:
            raise AssertionError

        def on_start(self) -> None:
            self.when(self.bars("1m").sma(1).above("1"), self.later)

    with pytest.raises(InvalidArgument, match="async"):
        run(Waiting(), [1000])


def test_a_condition_is_nothing_to_branch_on_and_ends_with_its_run() -> None:
    class Branching(Noting):
        def condition(self) -> Any:
            self.asked = super().condition()
            with pytest.raises(TypeError, match=r"&, \| and ~"):
                bool(self.asked)
            with pytest.raises(InvalidArgument, match="indicator or a price"):
                self.series.sma(1).above(1.5)  # type: ignore[arg-type]
            return self.asked

    asked = run(Branching(), [1000]).asked
    with pytest.raises(InvalidState, match="while its run is on"):
        asked.holds  # noqa: B018


def test_an_exception_in_the_function_says_where() -> None:
    class Broken(Noting):
        def note(self) -> None:
            raise ZeroDivisionError("here")

    with pytest.raises(ZeroDivisionError, match="here") as caught:
        run(Broken(), [1000, 1006])
    assert "while handling condition of BTCUSDT.BINANCE" in caught.value.__notes__[0]
