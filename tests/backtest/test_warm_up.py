"""Rows before the start only warm up, indicators that are asked for late know the past, and history ends now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Backtest, InvalidArgument, InvalidState, Strategy
from tests.backtest.markets import (
    ADD,
    ERASE,
    EXECUTE,
    MINUTE,
    SECOND,
    SELL,
    START,
    bars,
    book_rows,
    instrument,
    quotes,
    trades,
)

BTC = instrument()
OTHER = instrument("ETHUSDT")
PRICES = [100 + i * i % 17 for i in range(600)]


def run(strategy: Strategy, *rows: Any, **options: Any) -> Any:
    return Backtest(strategy, [(BTC, each) for each in rows], cash="1000 USDT", **options).run()


class Averages(Strategy):
    """Writes down the averages at every bar."""

    length: str = "1m"

    def on_start(self) -> None:
        self.started = self.clock.now
        series = self.bars(self.length)
        self.indicators = [series.sma(3), series.ema(3)]
        self.at_start = [indicator.value if indicator.ready else None for indicator in self.indicators]
        self.seen: list[tuple[Any, ...]] = []

    def on_bar(self, bar: Any) -> None:
        self.seen.append((bar.ts_event, bar.close_ticks, *(indicator.value for indicator in self.indicators)))


def candles(count: int) -> list[tuple[int, int, int, int]]:
    return [(PRICES[i], PRICES[i] + 2, PRICES[i] - 2, PRICES[i] + 1) for i in range(count)]


def l3_rows() -> Any:
    rows = []
    for number, price in enumerate(PRICES[:200]):
        rows += [(ADD, SELL, price, 5, 2 * number + 1), (EXECUTE, SELL, price, 2, 2 * number + 1)]
        rows += [(ERASE, SELL, price, 3, 2 * number + 1)]
    return book_rows(rows, step=SECOND)


FEEDS: dict[str, Callable[[], Any]] = {
    "recorded bars": lambda: bars(candles(30)),
    "bars built from trades": lambda: trades(PRICES),
    "bars built from executions": l3_rows,
}


@pytest.mark.parametrize("latency", ["0s", "700ms"])
@pytest.mark.parametrize("feed", FEEDS)
def test_after_a_warm_up_indicators_stand_where_they_would(feed: str, latency: str) -> None:
    cold, warm = Averages(), Averages()
    start = START + 5 * MINUTE + 20 * SECOND
    run(cold, FEEDS[feed](), feed_latency=latency)
    run(warm, FEEDS[feed](), feed_latency=latency, start=start)
    assert warm.started == start
    assert None not in warm.at_start
    assert warm.seen == [seen for seen in cold.seen if seen[0] > start]
    assert len(warm.seen) >= 4


def test_nobody_hears_of_rows_before_the_start_and_nobody_trades() -> None:
    class Recording(Strategy):
        def on_start(self) -> None:
            self.seen: list[int] = []
            self.bought = self.buy("0.001")

        def on_quote(self, quote: Any) -> None:
            self.seen.append(quote.ts_event)

        def on_trade(self, trade: Any) -> None:
            self.seen.append(trade.ts_event)

    start = START + 10 * SECOND
    strategy = Recording()
    result = run(strategy, quotes([(100, 101)] * 20), trades([100] * 20), start=start)
    assert min(strategy.seen) == start
    assert len(strategy.seen) == 20
    assert result.start_ns == start
    assert result.equity["ts"][0] == start
    assert result.fills["ts_event"].tolist() == [start]
    assert result.fills["price"].tolist() == [101]


def test_the_start_is_a_part_of_the_digest() -> None:
    rows = quotes([(100, 101)] * 20)
    digests = {run(Averages(length="7s"), rows, trades([100] * 20), start=START + at).digest for at in (1, 2 * SECOND)}
    assert len(digests) == 2


@pytest.mark.parametrize("start", [None, START, START - SECOND])
def test_a_start_before_the_data_changes_nothing(start: int | None) -> None:
    rows = trades(PRICES[:100])
    assert run(Averages(), rows, start=start).digest == run(Averages(), rows).digest


def late_quotes(count: int = 10, late: int = 3 * SECOND) -> Any:
    rows = quotes([(100 + 10 * number, 101 + 10 * number) for number in range(count)])
    rows["ts_init"] += late
    return rows


def test_a_start_between_the_first_row_at_the_venue_and_the_first_received_one_holds() -> None:
    class Early(Strategy):
        def on_start(self) -> None:
            self.heard: list[tuple[str, int]] = [("start", self.clock.now)]
            self.clock.set_timer("beat", interval="500ms")
            self.buy("0.001", limit="9.00")

        def on_timer(self, timer: Any) -> None:
            self.heard.append(("timer", timer.ts_event))

        def on_quote(self, quote: Any) -> None:
            self.heard.append(("quote", self.clock.now))

    start = START + 5 * SECOND // 2
    strategy = Early()
    result = run(strategy, late_quotes(), start=start)
    assert strategy.heard[:3] == [("start", start), ("quote", START + 3 * SECOND), ("timer", START + 3 * SECOND)]
    assert [heard for heard in strategy.heard if heard[0] == "timer"][1] == ("timer", START + 7 * SECOND // 2)
    assert result.fills["ts_event"].tolist() == [start]
    assert result.fills["price"].tolist() == [121]
    assert (result.start_ns, result.end_ns) == (start, START + 12 * SECOND)
    assert result.equity["ts"][0] == start


def unstamped(rows: Any) -> Any:
    rows["ts_init"] = 0
    return rows


@pytest.mark.parametrize(
    ("rows", "first", "last"),
    [
        (late_quotes(), START, START + 12 * SECOND),
        (unstamped(quotes([(100, 101)] * 10)), START, START + 9 * SECOND),
        (bars(candles(3)), START, START + 3 * MINUTE),
    ],
    ids=["late", "without receive times", "bars"],
)
def test_a_run_without_start_begins_with_the_first_row_at_its_venue(rows: Any, first: int, last: int) -> None:
    result = run(Strategy(), rows)
    assert (result.start_ns, result.end_ns) == (first, last)
    assert result.equity["ts"][0] == first
    assert run(Strategy(), rows, start=first).digest == result.digest
    later = run(Strategy(), rows, start=first + 1)
    assert later.start_ns == later.equity["ts"][0] == first + 1
    assert run(Strategy(), rows, start=last).start_ns == last
    with pytest.raises(InvalidArgument, match=f"the data ends at {last}"):
        run(Strategy(), rows, start=last + 1)


@pytest.mark.parametrize(
    ("start", "said"), [(START + 10**15, "the data ends at"), (1.5, "whole nanoseconds"), (True, "whole nanoseconds")]
)
def test_a_wrong_start_is_refused(start: Any, said: str) -> None:
    with pytest.raises(InvalidArgument, match=said):
        run(Averages(), quotes([(100, 101)] * 3), start=start)


@given(st.integers(1, 500), st.sampled_from(["7s", "30s", "1m"]), st.sampled_from(["0s", "1500ms"]))
def test_indicators_that_are_asked_for_late_agree_with_early_ones(row: int, length: str, latency: str) -> None:
    class Late(Strategy):
        def on_start(self) -> None:
            self.count = 0
            self.wrong: list[Any] = []
            self.early = self.bars(length, BTC.id).sma(4)
            self.late: Any = None

        def on_trade(self, trade: Any) -> None:
            self.count += 1
            if self.count == row:
                # A series of its own in the other instrument, which has the same trades a moment earlier.
                self.late = self.bars(length, OTHER.id).sma(4)
                self.again = self.bars(length, BTC.id).sma(4)
                self.compare()

        def on_quote(self, quote: Any) -> None:
            if self.late is not None:
                self.compare()

        def compare(self) -> None:
            values = {(each.ready, each.value) for each in (self.early, self.late, self.again)}
            if len(values) != 1:
                self.wrong.append(values)

    strategy = Late()
    rows = trades(PRICES[:520])
    data = [(OTHER, rows), (BTC, rows), (BTC, quotes([(100, 101)] * 520))]
    Backtest(strategy, data, cash="1000 USDT", feed_latency=latency).run()
    assert strategy.count >= row
    assert strategy.wrong == []


def test_bars_that_are_asked_for_as_an_order_expires_have_the_trade_of_that_time_once() -> None:
    class Expiring(Strategy):
        def on_start(self) -> None:
            self.seen: list[tuple[int, int, int]] = []
            self.bars("10s")
            self.sell(1, stop="0.10", trigger="last", emulate=True, expire_time=START + 5 * SECOND)

        def on_order_event(self, event: Any) -> None:
            if event.exec_type.name == "EXPIRED":
                self.bars("20s")

        def on_bar(self, bar: Any) -> None:
            self.seen.append((bar.duration_ns // SECOND, (bar.ts_event - START) // SECOND, bar.volume_lots))

    strategy = Expiring()
    run(strategy, trades(PRICES[:30]), quotes([(100, 101)] * 30))
    assert strategy.seen == [(10, 10, 100), (10, 20, 100), (20, 20, 200)]


class Looking(Strategy):
    """Checks at every event that history is what was heard so far, no row more and none less."""

    def on_start(self) -> None:
        self.quotes: list[tuple[int, int, int]] = []
        self.trades: list[tuple[int, int]] = []
        self.bars_seen: list[tuple[int, int]] = []
        self.looked = 0
        self.bars("10s")
        self.look()

    def look(self) -> None:
        self.looked += 1
        now = self.clock.now
        seen = self.history("quotes")
        assert list(zip(*(seen[name].tolist() for name in ("ts_event", "bid_price", "ask_price")), strict=True)) == (
            self.quotes
        )
        traded = self.history("trades")
        heard = list(zip(traded["ts_event"].tolist(), traded["price"].tolist(), strict=True))
        assert heard == self.trades
        assert all(ts <= now for ts, _ in heard)

    def on_quote(self, quote: Any) -> None:
        self.quotes.append((quote.ts_event, quote.bid_ticks, quote.ask_ticks))
        self.look()

    def on_trade(self, trade: Any) -> None:
        self.trades.append((trade.ts_event, trade.price_ticks))
        self.look()

    def on_bar(self, bar: Any) -> None:
        self.bars_seen.append((bar.ts_event, bar.close_ticks))
        past = self.history("10s")
        assert list(zip(past["ts_event"].tolist(), past["close"].tolist(), strict=True)) == self.bars_seen
        assert (past["ts_event"] <= self.clock.now).all()
        self.look()


@pytest.mark.parametrize("after", [0, SECOND // 2])
@pytest.mark.parametrize("latency", ["0s", "1300ms", "3s"])
def test_history_is_what_was_heard_until_now_and_nothing_of_the_future(latency: str, after: int) -> None:
    strategy = Looking()
    rows = quotes([(price, price + 1) for price in PRICES[:80]])
    run(strategy, rows, trades(PRICES[:80], start=START + after), feed_latency=latency)
    assert strategy.looked > 150
    assert len(strategy.bars_seen) >= 7


class Same(Strategy):
    """Checks at every event that history has the bars that its indicators have taken, however late these were made."""

    length: str = "10s"
    early: bool = True
    late: int = 3

    def on_start(self) -> None:
        self.looked = self.ready = 0
        self.known = [self.bars(self.length).sma(count) for count in (1, 3)] if self.early else []
        self.clock.set_timer("beat", interval=5 * SECOND, start=self.clock.now)
        self.look()

    def look(self) -> None:
        self.looked += 1
        past = self.history(self.length)
        indicators = self.known
        if self.looked == 1 or self.looked % self.late == 0:
            series = self.bars(self.length)
            indicators = [*self.known, series.sma(1), series.sma(3)]
            assert self.history(self.length)["ts_event"].tolist() == past["ts_event"].tolist()
        for number, indicator in enumerate(indicators):
            count = (1, 3)[number % 2]
            assert indicator.ready == (len(past["close"]) >= count), (self.clock.now, number, past["ts_event"])
            if indicator.ready:
                self.ready += 1
                assert indicator.value == pytest.approx(past["close"][-count:].mean() * 0.01)

    def on_quote(self, quote: Any) -> None:
        self.look()

    def on_trade(self, trade: Any) -> None:
        self.look()

    def on_bar(self, bar: Any) -> None:
        self.look()

    def on_timer(self, timer: Any) -> None:
        self.look()


@settings(deadline=None)
@given(
    st.sampled_from(sorted(FEEDS)),
    st.sampled_from([0, 1, 10, 30, 60]).flatmap(lambda step: st.integers(0, 3).map(lambda times: step * times)),
    st.sampled_from(["0s", "700ms", "10s"]),
    st.booleans(),
    st.sampled_from([3, 10**9]),
)
def test_indicators_have_taken_what_history_has(feed: str, after: int, latency: str, early: bool, late: int) -> None:
    recorded = feed == "recorded bars"
    strategy = Same(length="1m" if recorded else "10s", early=early, late=late)
    rows = bars(candles(8)) if recorded else trades(PRICES[:150]) if "trades" in feed else l3_rows()
    beats = quotes([(100, 101)] * 200)
    run(strategy, rows, beats, feed_latency=latency, start=START + after * SECOND)
    assert strategy.looked > 150 - after


def test_history_of_recorded_bars_has_no_others_before_the_first_of_them() -> None:
    class Reading(Strategy):
        def on_start(self) -> None:
            self.found: list[list[int]] = []

        def on_trade(self, trade: Any) -> None:
            self.found.append(self.history("1m")["close"].tolist())

    strategy = Reading()
    recorded = bars([(7, 9, 5, 8), (8, 8, 8, 8)], start=START + 60 * SECOND)
    run(strategy, trades(PRICES[:150]), recorded)
    assert strategy.found == [[]] * 121 + [[8]] * 29


@pytest.mark.parametrize("feed", ["trades", "trades among rows"])
def test_history_does_not_depend_on_who_else_asks_for_bars(feed: str) -> None:
    class Asking(Strategy):
        def on_start(self) -> None:
            self.bars("1m")

    class Reading(Strategy):
        def on_start(self) -> None:
            self.found: list[tuple[int, list[int]]] = []
            self.clock.set_timer("beat", interval="7s")

        def look(self) -> None:
            self.found.append((self.clock.now, self.history("1m")["close"].tolist()))

        def on_timer(self, timer: Any) -> None:
            self.look()

        def on_trade(self, trade: Any) -> None:
            self.look()

    rows = trades(PRICES[:30], step=30 * SECOND) if feed == "trades" else l3_rows()
    alone, beside = Reading(), Reading()
    run(alone, rows)
    Backtest([beside, Asking()], (BTC, rows), cash="1000 USDT").run()
    assert alone.found == beside.found


def test_a_bar_that_ends_at_the_start_is_past_for_history_and_indicators() -> None:
    cold, warm = Averages(length="10s"), Averages(length="10s")
    run(cold, trades(PRICES[:100]))
    run(warm, trades(PRICES[:100]), start=START + 30 * SECOND)
    assert None not in warm.at_start
    assert warm.seen == [seen for seen in cold.seen if seen[0] > START + 30 * SECOND]


def test_history_has_the_rows_of_the_warm_up() -> None:
    class Reading(Strategy):
        def on_start(self) -> None:
            self.past = self.history("trades", count=5)
            self.part = self.history("trades", start=START + 10 * SECOND, end=START + 12 * SECOND)
            self.candles = self.history("10s", count=2)

    strategy = Reading()
    run(strategy, trades(PRICES[:100]), start=START + 40 * SECOND)
    assert strategy.past["price"].tolist() == PRICES[35:40]
    assert strategy.part["price"].tolist() == PRICES[10:12]
    assert strategy.candles["ts_event"].tolist() == [START + 30 * SECOND, START + 40 * SECOND]
    assert strategy.candles["open"].tolist() == [PRICES[20], PRICES[30]]
    assert strategy.candles["high"].tolist() == [max(PRICES[20:30]), max(PRICES[30:40])]
    assert strategy.candles["volume"].tolist() == [100, 100]


def test_history_can_not_be_written_to_and_leads_to_nothing_else() -> None:
    class Writing(Strategy):
        def on_quote(self, quote: Any) -> None:
            column = self.history("quotes")["bid_price"]
            assert column.base is None
            with pytest.raises(ValueError, match="read-only"):
                column[0] = 1

    rows = quotes([(100, 101)] * 3)
    run(Writing(), rows)
    assert np.array_equal(rows["bid_price"], [100, 100, 100])


def in_a_handler(call: Callable[[Strategy], object]) -> Strategy:
    class Asking(Strategy):
        def on_quote(self, quote: Any) -> None:
            call(self)

    return Asking()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda s: s.history("trades"), InvalidArgument, "has no trade rows, only quote"),
        (lambda s: s.history("books"), InvalidArgument, "'quotes', 'trades' or bars such as '1m', got 'books'"),
        (lambda s: s.history(None), InvalidArgument, "'quotes', 'trades' or bars"),
        (lambda s: s.history(0), InvalidArgument, "must be positive"),
        (lambda s: s.history("2m"), InvalidArgument, "the data has neither such bars nor trades"),
        (lambda s: s.bars("2m"), InvalidArgument, "the data has neither such bars nor trades"),
        (lambda s: s.history("quotes", count=0), InvalidArgument, "count must be at least 1"),
        (lambda s: s.history("quotes", count=1.0), TypeError, "count must be a whole number"),
        (lambda s: s.history("quotes", count=True), TypeError, "count must be a whole number"),
        (lambda s: s.history("quotes", start=2, end=1), InvalidArgument, "goes backwards"),
        (lambda s: s.history("quotes", "NONE.SUCH"), InvalidArgument, "no instrument"),
    ],
)
def test_wrong_questions_about_the_past_are_refused(call: Any, error: Any, said: str) -> None:
    with pytest.raises(error, match=said):
        run(in_a_handler(call), quotes([(100, 101)]))


def test_history_is_for_handlers() -> None:
    with pytest.raises(InvalidState, match="inside a handler"):
        Averages().history("quotes")
