"""What a back-test accepts as strategies, data and cash, and the one clear message for everything else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, ConfigError, InvalidArgument, Money, Strategy, backtest
from pytrader.backtest import BacktestResult, RiskLimits
from pytrader.data import MarketData, Stream
from pytrader.strategy import Bar, Quote
from tests.backtest.markets import ADD, BUY, MINUTE, SECOND, START, bars, book_rows, instrument, quotes, trades

BTC = instrument()
ETH = instrument("ETHUSDT")
QUOTES = quotes([(100, 101)] * 3)


class Counter(Strategy):
    size: int = 1

    def on_start(self) -> None:
        self.seen: list[str] = []

    def on_quote(self, quote: Quote) -> None:
        self.seen.append(quote.instrument_id)

    def on_bar(self, bar: Bar) -> None:
        self.seen.append(str(bar.close))


def stream(rows: Any = QUOTES, of: Any = BTC) -> Stream:
    return Stream(of, "quote", {name: rows[name] for name in rows.dtype.names})


@pytest.mark.parametrize(
    "data",
    [
        (BTC, QUOTES),
        [(BTC, QUOTES)],
        stream(),
        [stream()],
        MarketData((stream(),), "here"),
        [MarketData((stream(),), "here")],
    ],
    ids=["array", "arrays", "stream", "streams", "market data", "several market data"],
)
def test_data_may_come_in_many_forms(data: Any) -> None:
    strategy = Counter()
    result = backtest(strategy, data, cash="1 USDT")
    assert strategy.seen == ["BTCUSDT.BINANCE"] * 3
    assert (result.events, result.finished, result.instruments) == (3, True, (BTC,))
    assert (result.start_ns, result.end_ns) == (START, START + 2 * SECOND)


def test_the_package_itself_can_be_called_as_the_function() -> None:
    import pytrader.backtest as package

    assert isinstance(package(Counter, (BTC, QUOTES), cash="1 USDT"), BacktestResult)


def test_several_instruments_are_merged_by_time_and_must_be_named() -> None:
    class Two(Counter):
        def on_quote(self, quote: Quote) -> None:
            super().on_quote(quote)
            with pytest.raises(InvalidArgument, match=r"has 2 instruments, so name one of them: BTCUSDT\.BINANCE, ETH"):
                self.buy(1)
            with pytest.raises(InvalidArgument, match="name one of them"):
                _ = self.position.is_flat
            with pytest.raises(InvalidArgument, match="name one of them"):
                _ = self.book.best_bid
            assert self.position("ETHUSDT.BINANCE").is_flat
            assert self.position(BTC).instrument_id == "BTCUSDT.BINANCE"
            assert self.quote_of(quote.instrument_id).bid_ticks == quote.bid_ticks
            assert list(self.instruments) == ["BTCUSDT.BINANCE", "ETHUSDT.BINANCE"]

    strategy = Two()
    late = quotes([(100, 101)] * 2, start=START + SECOND // 2)
    backtest(strategy, [(BTC, QUOTES), (ETH, late)], cash="1 USDT")
    assert [name[:3] for name in strategy.seen] == ["BTC", "ETH", "BTC", "ETH", "BTC"]


def test_one_streams_fills_do_not_move_anothers_position() -> None:
    class Pair(Strategy):
        def on_quote(self, quote: Quote) -> None:
            if self.position("ETHUSDT.BINANCE").is_flat and quote.instrument_id == "ETHUSDT.BINANCE":
                self.buy("0.5", "ETHUSDT.BINANCE")

    result = backtest(Pair, [(BTC, QUOTES), (ETH, QUOTES)], cash="10 USDT")
    assert [str(position.quantity) for position in result.positions] == ["0.000", "0.500"]


def test_strategies_have_their_own_positions_and_names() -> None:
    class Buyer(Strategy):
        size: int = 1

        def on_quote(self, quote: Quote) -> None:
            if self.position.is_flat:
                self.order = self.buy(quantity_lots=self.size)

    first, second = Buyer(), Buyer(size=3)
    result = Backtest([first, second, Counter], (BTC, QUOTES), cash="10 USDT").run()
    assert result.strategies == ("Buyer1", "Buyer2", "Counter")
    assert [str(position.quantity) for position in result.positions] == ["0.001", "0.003", "0.000"]
    assert (first.name, second.order.client_order_id) == ("Buyer1", "Buyer2-2")


@pytest.mark.parametrize(
    ("classes", "names"),
    [
        (["S", "S", "S"], ("S1", "S2", "S3")),
        (["S1", "S", "S"], ("S1", "S2", "S3")),
        (["S", "S2", "S"], ("S1", "S2", "S3")),
        (["S", "S", "S1", "S1"], ("S2", "S3", "S11", "S12")),
        (["S", "T"], ("S", "T")),
    ],
)
def test_no_strategy_takes_the_name_of_another(classes: list[str], names: tuple[str, ...]) -> None:
    made = [type(name, (Strategy,), {}) for name in classes]
    assert Backtest(made, (BTC, QUOTES), cash="1 USDT").run().strategies == names


def test_a_strategy_can_not_touch_anothers_order() -> None:
    made = []

    class Maker(Strategy):
        def on_quote(self, quote: Quote) -> None:
            made.append(self.buy("0.001", limit="0.50"))

    class Thief(Strategy):
        def on_quote(self, quote: Quote) -> None:
            with pytest.raises(InvalidArgument, match="Thief can not cancel Maker-1: it is another strategy's"):
                self.cancel(made[0])
            made.append("tried")

    Backtest([Maker, Thief], (BTC, QUOTES), cash="10 USDT").run()
    assert "tried" in made


def test_bars_of_the_data_come_to_whoever_asked_for_none_and_to_whoever_asked_for_them() -> None:
    class Asks(Counter):
        length: str = "1m"

        def on_start(self) -> None:
            super().on_start()
            self.series = self.bars(self.length)

        def on_bar(self, bar: Bar) -> None:
            super().on_bar(bar)
            last = self.series.last
            assert last is not None
            assert last.close_ticks == bar.close_ticks

    candles = bars([(100, 105, 95, 101), (101, 106, 96, 102)])
    strategies = [Counter(), Asks()]
    Backtest(strategies, (BTC, candles), cash="1 USDT").run()
    assert [strategy.seen for strategy in strategies] == [["1.01", "1.02"]] * 2
    with pytest.raises(InvalidArgument, match="the data has neither such bars nor trades"):
        backtest(Asks, (BTC, candles), cash="1 USDT", length="5m")


def test_bars_are_built_from_trades_for_whoever_asks() -> None:
    class Asks(Counter):
        def on_start(self) -> None:
            super().on_start()
            self.series = self.bars("1m")
            assert self.series.last is None
            assert self.series.duration_ns == MINUTE

    asking, silent = Asks(), Counter()
    Backtest([asking, silent], (BTC, trades(list(range(100, 200)), step=2 * SECOND)), cash="1 USDT").run()
    assert asking.seen == ["1.29", "1.59", "1.89"]
    assert silent.seen == []


def test_bars_wait_for_the_strategys_own_indicators_only() -> None:
    class Averages(Counter):
        length: int = 1

        def on_start(self) -> None:
            super().on_start()
            self.average = self.bars("1m").sma(self.length)

    short, long = Averages(length=2), Averages(length=3)
    Backtest([short, long], (BTC, bars([(100, 100, 100, 100)] * 4)), cash="1 USDT").run()
    assert (len(short.seen), len(long.seen)) == (3, 2)


def test_indicators_are_compared_exactly_and_with_prices() -> None:
    class Compares(Strategy):
        def on_start(self) -> None:
            bars = self.bars("1m")
            self.two, self.three, self.smooth = bars.sma(2), bars.sma(3), bars.ema(2)
            self.checks: list[tuple[object, ...]] = []
            assert not self.two.ready
            assert self.two.value is None

        def on_bar(self, bar: Bar) -> None:
            self.checks.append((self.smooth > self.two, self.two > "1.01"))

    class Prices(Compares):
        def on_bar(self, bar: Bar) -> None:
            self.checks.append((self.two.value, self.two == self.three, self.two >= bar.close, self.three < 2))

    with pytest.raises(TypeError, match="not supported between instances"):
        backtest(Compares, (BTC, bars([(100, 100, 100, 100)] * 3)), cash="1 USDT")
    strategy = Prices()
    backtest(strategy, (BTC, bars([(1, 200, 1, close) for close in (100, 103, 101, 102)])), cash="1 USDT")
    assert strategy.checks == [(1.02, False, True, True), (pytest.approx(1.015), False, False, True)]


WRONG: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"strategies": []}, InvalidArgument, "needs at least one strategy"),
    ({"strategies": int}, InvalidArgument, "must be a subclass of Strategy"),
    ({"strategies": [Counter, "Counter"]}, InvalidArgument, "must be a subclass of Strategy or an instance of one"),
    ({"data": 5}, InvalidArgument, "data must be a path, MarketData, Stream, Exchange or"),
    ({"data": []}, InvalidArgument, "data must be a path, MarketData, Stream, Exchange or"),
    ({"data": (BTC, np.zeros(3))}, InvalidArgument, "must be a structured array"),
    ({"data": (BTC, np.zeros(3, [("a", "i8")]))}, InvalidArgument, "have the fields a, which are no record's"),
    ({"data": "no/such/file"}, ValueError, "no/such/file"),
    ({"cash": "lots"}, ConfigError, "cash must be an amount and a currency, such as '100000 USD', got 'lots'"),
    ({"cash": "1.5.5 USDT"}, ConfigError, "cash '1.5.5 USDT'"),
    ({"cash": "100 NOPE"}, ConfigError, "cash '100 NOPE'"),
    ({"cash": "100 USD"}, ConfigError, r"BTCUSDT\.BINANCE trades in USDT, and cash has only USD: write for example"),
    ({"cash": "-1 USDT"}, ConfigError, "cash must not be negative"),
    ({"insurance": "-100 USDT"}, ConfigError, r"insurance must not be negative, got -100\.00000000 USDT"),
    ({"insurance": ["1 USDT", "2 USDT"]}, ConfigError, "insurance gives USDT twice"),
    ({"insurance": 5}, ConfigError, "insurance must be an amount and a currency, such as '100000 USD', got 5"),
    ({"insurance": "1.5.5 USDT"}, ConfigError, "insurance '1.5.5 USDT'"),
    (
        {"allocation": 5},
        ConfigError,
        'allocation must be a mapping of the strategies\' names to their shares, such as {"Counter": "60%"}, got 5',
    ),
    ({"allocation": []}, ConfigError, r"allocation must be a mapping .*, got \[\]"),
    (
        {"venues": 5},
        ConfigError,
        r"venues must be a mapping of venues or instruments to their Venue, such as {\"BINANCE\": Venue\(.*\)}, got 5",
    ),
    ({"venues": ()}, ConfigError, r"venues must be a mapping .*, got \(\)"),
    ({"cash": None}, ConfigError, "cash must be an amount and a currency, such as '100000 USD', got None"),
    ({"cash": 100.0}, ConfigError, r"cash must be an amount and a currency, such as '100000 USD', got 100\.0"),
    ({"cash": ["1 USDT", "2 USDT"]}, ConfigError, "cash gives USDT twice"),
    ({"feed_latency": "fast"}, InvalidArgument, "feed_latency must be like"),
    ({"order_latency": -1}, InvalidArgument, "order_latency must not be negative"),
    ({"feed_latency": 1.5}, TypeError, "feed_latency must be an int"),
    ({"limits": 5}, InvalidArgument, r"limits must be RiskLimits\(\.\.\.\) of pytrader\.backtest, got 5"),
    ({"check_every_event": "no"}, InvalidArgument, "check_every_event must be True or False, got 'no'"),
    ({"equity_interval": 0}, InvalidArgument, "equity_interval must be positive"),
]


@pytest.mark.parametrize(("change", "error", "message"), WRONG)
def test_a_wrong_argument_is_one_clear_message(change: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {"strategies": Counter, "data": (BTC, QUOTES), "cash": "1 USDT"} | change
    strategies, data = arguments.pop("strategies"), arguments.pop("data")
    with pytest.raises(error, match=message):
        Backtest(strategies, data, **arguments)


def test_one_instance_can_not_be_two_strategies() -> None:
    one = Counter()
    with pytest.raises(InvalidArgument, match="given twice"):
        Backtest([one, one], (BTC, QUOTES), cash="1 USDT")


def test_parameters_go_with_a_class_only() -> None:
    with pytest.raises(InvalidArgument, match="size can be given with a strategy class only"):
        backtest(Counter(), (BTC, QUOTES), cash="1 USDT", size=2)
    assert backtest(Counter, (BTC, QUOTES), cash="1 USDT", size=2).finished


def test_money_may_be_given_as_values() -> None:
    result = backtest(Counter, (BTC, QUOTES), cash=[Money(5, "USDT"), Money("7.50", "USD")])
    assert [account.cash for account in result.accounts] == [Money(5, "USDT"), Money("7.50", "USD")]


def test_data_without_rows_is_a_run_without_events() -> None:
    strategy = Counter()
    result = backtest(strategy, (BTC, QUOTES[:0]), cash="1 USDT")
    assert (result.finished, result.events, strategy.seen) == (True, 0, [])


def test_rows_out_of_order_are_named() -> None:
    rows = quotes([(100, 101)] * 3)
    rows["ts_event"][2] = rows["ts_init"][2] = START - 1
    with pytest.raises(ValueError, match=r"stream 0 of BTCUSDT\.BINANCE \(quote, arrays\), row 2"):
        backtest(Counter, (BTC, rows), cash="1 USDT")


@pytest.mark.parametrize("wrong", [1.0, True, "3", None])
def test_limits_refuse_what_is_no_whole_number(wrong: Any) -> None:
    with pytest.raises(TypeError, match="max_order_lots"):
        RiskLimits(max_order_lots=wrong)


def test_a_book_feed_and_its_conservation_are_checked_after_every_event() -> None:
    rows = [(ADD, BUY, 100 + i % 3, 5, i + 1) for i in range(50)]
    assert Backtest(Counter, (BTC, book_rows(rows)), cash="1 USDT", check_every_event=True).run().events == 50
