"""What a strategy's handlers are called for, what they are handed, and what happens when one fails."""

from __future__ import annotations

import traceback
from typing import Any

import pytest

from pytrader import Backtest, Strategy, backtest
from pytrader.backtest import BacktestResult
from pytrader.errors import ConfigError, InvalidArgument
from pytrader.strategy import Bar, Book, OrderEvent, Position, Quote, Timer, Trade
from tests.backtest.markets import ADD, BUY, EXECUTE, SECOND, SELL, bars, book_rows, instrument, quotes, trades

BTC = instrument()


def run(strategy: Strategy, *rows: Any, **options: Any) -> BacktestResult:
    return Backtest(strategy, [(BTC, each) for each in rows], cash="1000000 USDT", **options).run()


class Recording(Strategy):
    """Writes down every call, and trades once."""

    def on_start(self) -> None:
        self.calls: list[str] = ["start"]
        self.clock.set_timer("tick", interval="1500ms")

    def on_stop(self) -> None:
        self.calls.append("stop")

    def on_quote(self, quote: Quote) -> None:
        self.calls.append("quote")
        if self.calls.count("quote") == 1:
            self.buy("0.001")

    def on_trade(self, trade: Trade) -> None:
        self.calls.append("trade")

    def on_book(self, book: Book) -> None:
        self.calls.append("book")

    def on_bar(self, bar: Bar) -> None:
        self.calls.append("bar")

    def on_timer(self, timer: Timer) -> None:
        self.calls.append(f"timer {timer.name}")

    def on_order_event(self, event: OrderEvent) -> None:
        self.calls.append(f"order {event.exec_type.name}")

    def on_fill(self, fill: OrderEvent) -> None:
        self.calls.append("fill")

    def on_position(self, position: Position) -> None:
        self.calls.append(f"position {position.quantity}")


def test_handlers_are_called_in_the_order_of_what_happens() -> None:
    strategy = Recording()
    run(strategy, quotes([(100, 101), (100, 102), (100, 103)]))
    assert strategy.calls == [
        "start",
        "quote",
        "order PENDING_NEW",
        "order NEW",
        "order TRADE",
        "fill",
        "position 0.001",
        "quote",
        "timer tick",
        "quote",
        "stop",
    ]


def test_a_book_feed_calls_for_quotes_trades_and_books() -> None:
    strategy = Recording()
    rows = [(ADD, BUY, 100, 5, 1), (ADD, SELL, 102, 5, 2), (ADD, BUY, 90, 5, 3), (EXECUTE, SELL, 102, 2, 2)]
    run(strategy, book_rows(rows, step=1))
    market = [call for call in strategy.calls if call in ("quote", "trade", "book")]
    assert market == ["quote", "book", "quote", "book", "book", "trade", "quote", "book"]


def test_handlers_that_are_not_overridden_are_not_asked_for() -> None:
    class OnlyTrades(Strategy):
        def on_trade(self, trade: Trade) -> None:
            self.seen = trade.price

    strategy = OnlyTrades()
    run(strategy, quotes([(100, 101)] * 5), trades([100, 101]))
    assert str(strategy.seen) == "1.01"


def test_a_handler_assigned_to_the_instance_is_called() -> None:
    class Quiet(Strategy):
        pass

    seen: list[int] = []
    strategy = Quiet()
    strategy.on_quote = lambda quote: seen.append(quote.bid_ticks)  # type: ignore[method-assign]
    run(strategy, quotes([(100, 101), (105, 106)]))
    assert seen == [100, 105]


def test_an_event_that_is_kept_never_changes() -> None:
    class Keeper(Strategy):
        def on_start(self) -> None:
            self.quotes: list[Quote] = []
            self.fills: list[OrderEvent] = []

        def on_quote(self, quote: Quote) -> None:
            self.quotes.append(quote)
            self.buy("0.001")

        def on_fill(self, fill: OrderEvent) -> None:
            self.fills.append(fill)

    strategy = Keeper()
    run(strategy, quotes([(100 + i, 101 + i) for i in range(50)]))
    assert [quote.bid_ticks for quote in strategy.quotes] == list(range(100, 150))
    assert [fill.last_px_ticks for fill in strategy.fills] == list(range(101, 151))
    assert [fill.order.client_order_id for fill in strategy.fills] == [f"Keeper-{n}" for n in range(1, 51)]


def test_an_event_that_nobody_keeps_is_one_object_used_again() -> None:
    class Looker(Strategy):
        def on_start(self) -> None:
            self.ids: set[int] = set()

        def on_quote(self, quote: Quote) -> None:
            self.ids.add(id(quote))

    strategy = Looker()
    run(strategy, quotes([(100 + i, 101 + i) for i in range(50)]))
    assert len(strategy.ids) == 1


def failing(name: str) -> type[Strategy]:
    def fail(self: Strategy, *arguments: object) -> None:
        raise ZeroDivisionError(f"in {name}")

    def trade_once(self: Strategy, quote: Quote) -> None:
        if not self.open_orders and self.position.is_flat:
            self.buy("0.001")

    def start(self: Strategy) -> None:
        self.clock.set_alert("soon", after="1s")

    return type("Failing", (Strategy,), {"on_start": start, "on_quote": trade_once, name: fail})


PLACES = {
    "on_start": "start at 2024-01-01T00:00:00.000000000Z",
    "on_stop": "stop at",
    "on_quote": "quote of BTCUSDT.BINANCE at 2024-01-01T00:00:00.000000000Z",
    "on_trade": "trade of BTCUSDT.BINANCE at",
    "on_bar": "bar of BTCUSDT.BINANCE at 2024-01-01T00:01:00.000000000Z",
    "on_timer": "timer at 2024-01-01T00:00:01.000000000Z",
    "on_order_event": "order event of BTCUSDT.BINANCE at",
    "on_fill": "fill of BTCUSDT.BINANCE at",
    "on_position": "position of BTCUSDT.BINANCE at",
}


@pytest.mark.parametrize("name", PLACES)
def test_an_exception_in_a_handler_stops_the_run_and_says_where(name: str) -> None:
    rows = [quotes([(100, 101)] * 100), trades([100] * 3)]
    if name == "on_bar":
        rows = [quotes([(100, 101)] * 100), bars([(100, 101, 99, 100)])]
    with pytest.raises(ZeroDivisionError, match=f"in {name}") as caught:
        run(failing(name)(), *rows)
    (note,) = caught.value.__notes__
    assert note.startswith(f"while handling {PLACES[name]}")
    assert "(event " in note
    assert "in fail" in "".join(traceback.format_exception(caught.value))


def test_an_exception_in_on_book_names_the_book() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        run(failing("on_book")(), book_rows([(ADD, BUY, 100, 5, 1)]))
    assert caught.value.__notes__ == [
        "while handling book of BTCUSDT.BINANCE at 2024-01-01T00:00:00.000000000Z (event 1)"
    ]


def test_an_exception_in_on_reject_names_the_rejection() -> None:
    class Refused(Strategy):
        def on_quote(self, quote: Quote) -> None:
            self.buy(10**9)

        def on_reject(self, event: OrderEvent) -> None:
            raise ZeroDivisionError(event.reason.code.name)

    with pytest.raises(ZeroDivisionError, match="INSUFFICIENT_FUNDS") as caught:
        run(Refused(), quotes([(100, 101)]))
    assert caught.value.__notes__[0].startswith("while handling reject of BTCUSDT.BINANCE at")


def test_nothing_is_called_after_an_exception() -> None:
    class Once(Strategy):
        calls = 0

        def on_quote(self, quote: Quote) -> None:
            type(self).calls += 1
            raise KeyError("once")

        def on_stop(self) -> None:
            type(self).calls += 1

    with pytest.raises(KeyError):
        backtest(Once, (BTC, quotes([(100, 101)] * 10)), cash="1 USDT")
    assert Once.calls == 1


@pytest.mark.parametrize(
    ("name", "meant"), [("on_quotes", "on_quote"), ("on_ordr_event", "on_order_event"), ("on_bars", "on_bar")]
)
def test_a_misspelled_handler_is_refused_with_the_class(name: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=rf"Typing\.{name} is no handler.*did you mean {meant}\?"):
        type("Typing", (Strategy,), {name: lambda self, event: None})


def test_methods_of_ones_own_may_begin_like_handlers() -> None:
    class Own(Strategy):
        def on_cross(self) -> str:
            return "crossed"

    class Below(Own):
        def on_signal(self) -> str:
            return self.on_cross()

    strategy = Below()
    run(strategy, quotes([(100, 101)]))
    assert strategy.on_signal() == "crossed"


def test_a_handler_that_is_no_function_is_refused_before_the_run() -> None:
    class Odd(Strategy):
        on_quote = 5  # type: ignore[assignment]

    with pytest.raises(ValueError, match=r"Odd\.on_quote must be callable, got 5"):
        run(Odd(), quotes([(100, 101)]))


def test_timers_and_alerts_fire_when_they_are_due() -> None:
    class Timed(Strategy):
        def on_start(self) -> None:
            self.fired: list[tuple[str, int]] = []
            self.begin = self.clock.now
            self.clock.set_timer("often", interval="1s")
            self.clock.set_alert("once", after="1500ms")
            self.clock.set_alert("never", at=self.begin + 2 * SECOND)

        def on_timer(self, timer: Timer) -> None:
            self.fired.append((timer.name, timer.ts_event - self.begin))
            if timer.name == "once":
                assert self.clock.cancel("never")
                assert not self.clock.cancel("never")
                assert not self.clock.cancel("once")

    strategy = Timed()
    run(strategy, quotes([(100, 101)] * 5))
    assert strategy.fired == [
        ("often", SECOND),
        ("once", 3 * SECOND // 2),
        ("often", 2 * SECOND),
        ("often", 3 * SECOND),
        ("often", 4 * SECOND),
    ]


def test_a_timer_name_is_taken_until_it_is_cancelled() -> None:
    class Twice(Strategy):
        def on_start(self) -> None:
            self.clock.set_timer("a", interval="1s")
            with pytest.raises(ValueError, match="timer 'a' is set already"):
                self.clock.set_alert("a", after="1s")
            self.clock.cancel("a")
            self.clock.set_alert("a", after="1s")
            with pytest.raises(ValueError, match="either at=nanoseconds or after="):
                self.clock.set_alert("b")
            with pytest.raises(ValueError, match="interval of timer 'c' must be positive"):
                self.clock.set_timer("c", interval=0)
            with pytest.raises(ValueError, match="before the clock's"):
                self.clock.set_alert("d", at=1)

    assert run(Twice(), quotes([(100, 101)])).finished


def test_a_timer_due_at_the_time_of_the_last_row_fires_after_it() -> None:
    strategy = Recording()
    run(strategy, quotes([(100, 101), (100, 102), (100, 103), (100, 104)]))
    assert strategy.calls[-3:] == ["quote", "timer tick", "stop"]


def test_an_alert_may_be_set_anew_at_every_event() -> None:
    class Again(Strategy):
        def on_start(self) -> None:
            self.due: list[str] = []

        def on_quote(self, quote: Quote) -> None:
            self.clock.set_alert(f"odd or even {quote.bid_ticks % 2}", after=1)
            self.clock.set_alert("never", after="1h")
            self.clock.cancel("never")

        def on_timer(self, timer: Timer) -> None:
            self.due.append(timer.name)

    strategy = Again()
    count = 100_001
    run(strategy, quotes([(100 + row % 7, 200) for row in range(count)], step=10))
    assert strategy.due == [f"odd or even {row % 7 % 2}" for row in range(count)][: len(strategy.due)]
    assert len(strategy.due) == count - 1


async def _later(self: Any, event: object) -> None:
    raise AssertionError


def _piecemeal(self: Any, event: object) -> Any:
    yield event


async def _both(self: Any, event: object) -> Any:
    yield event


@pytest.mark.parametrize("handler", [_later, _piecemeal, _both, staticmethod(_later)])
def test_a_handler_that_a_call_would_not_run_is_refused(handler: Any) -> None:
    waiting = type("Waiting", (Strategy,), {"on_quote": handler})
    with pytest.raises(InvalidArgument, match="on_quote is async or has a yield"):
        run(waiting(), quotes([(100, 101)]))
