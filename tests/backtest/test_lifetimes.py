"""Who keeps what alive: arrays, engines, strategies and handles, during a run and after it."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import weakref

import numpy as np
import pytest

from pytrader import Backtest, InvalidState, Strategy, backtest
from pytrader.backtest.journal import JournalFiles
from pytrader.data import Stream
from pytrader.model.records import QUOTE
from pytrader.strategy import Clock, Order, Quote
from tests.backtest.markets import SECOND, START, instrument, quotes

BTC = instrument()


class Trader(Strategy):
    def on_start(self) -> None:
        self.orders: list[Order] = []

    def on_quote(self, quote: Quote) -> None:
        self.orders.append(self.buy("0.001", limit="1.00"))
        self.views = (self.position, self.book, self.clock)


class Sized(Strategy):
    size: int = 1


def temporary_stream(rows: int) -> Stream:
    """A stream whose arrays nobody else refers to."""
    made = quotes([(100, 101)] * rows)
    return Stream(BTC, "quote", {name: np.ascontiguousarray(made[name]) for name in made.dtype.names})


def test_arrays_that_only_the_run_refers_to_stay_alive() -> None:
    seen = []

    class Watch(Strategy):
        def on_quote(self, quote: Quote) -> None:
            if len(seen) % 500 == 0:
                gc.collect()
                np.full(200_000, -1)
            seen.append((quote.bid_ticks, quote.ask_lots, quote.ts_event))

    backtest(Watch, temporary_stream(5_000), cash="1 USDT")
    assert seen == [(100, 1000, START + SECOND * n) for n in range(5_000)]


def test_a_run_gives_its_arrays_back() -> None:
    array = quotes([(100, 101)] * 10)
    before = sys.getrefcount(array)
    strategy = Trader()
    Backtest(strategy, (BTC, array), cash="1 USDT").run()
    gc.collect()
    assert sys.getrefcount(array) == before


def test_a_strategy_that_is_done_is_freed() -> None:
    strategy = Trader()
    gone = weakref.ref(strategy)
    backtest(strategy, (BTC, quotes([(100, 101)] * 3)), cash="1 USDT")
    del strategy
    gc.collect()
    assert gone() is None


def test_rows_of_a_structured_array_are_read_in_place() -> None:
    packed = np.zeros(4, np.dtype([("pad", "u1"), ("row", QUOTE)]))
    packed["row"] = quotes([(100, 101), (101, 102), (102, 103), (103, 104)])
    seen = []

    class Watch(Strategy):
        def on_quote(self, quote: Quote) -> None:
            seen.append(quote.bid_ticks)

    backtest(Watch, (BTC, packed["row"][::-1][::-1]), cash="1 USDT")
    assert seen == [100, 101, 102, 103]


def test_orders_stay_readable_after_the_run() -> None:
    strategy = Trader()
    result = backtest(strategy, (BTC, quotes([(100, 101)] * 3)), cash="100 USDT")
    del result
    gc.collect()
    assert [order.status.name for order in strategy.orders] == ["NEW"] * 3
    assert [str(order.leaves_qty) for order in strategy.orders] == ["0.001"] * 3
    assert [event.exec_type.name for event in strategy.orders[0].events] == ["PENDING_NEW", "NEW"]


def test_everything_else_refuses_after_the_run() -> None:
    strategy = Trader()
    backtest(strategy, (BTC, quotes([(100, 101)])), cash="100 USDT")
    position, book, clock = strategy.views
    for use in (
        lambda: strategy.position,
        lambda: strategy.book,
        lambda: strategy.quote,
        lambda: strategy.clock,
        lambda: strategy.instrument,
        lambda: strategy.open_orders,
        lambda: strategy.buy(1),
        lambda: strategy.sell(1),
        strategy.close,
        lambda: strategy.cancel(strategy.orders[0]),
        lambda: strategy.replace(strategy.orders[0], limit=1),
        strategy.cancel_all,
        lambda: strategy.bars("1m"),
        lambda: position.quantity,
        lambda: position.is_flat,
        lambda: book.best_bid,
        lambda: book.depth(1),
        lambda: clock.now,
        lambda: clock.set_timer("a", interval="1s"),
    ):
        with pytest.raises(InvalidState, match=r"while (its|the) run is on"):
            use()


def test_nothing_can_be_used_before_the_run() -> None:
    with pytest.raises(InvalidState, match=r"self\.position can be used only while its run is on"):
        _ = Trader().position
    with pytest.raises(InvalidState, match=r"self\.buy can be used only while its run is on"):
        Trader().buy(1)


def test_orders_can_be_sent_inside_handlers_only() -> None:
    strategy = Trader()
    refused = []

    def between(done: int, total: int) -> None:
        assert strategy.position.is_flat
        with pytest.raises(InvalidState, match=r"self\.buy can be used only inside a handler"):
            strategy.buy("0.001")
        refused.append((done, total))

    Backtest(strategy, (BTC, quotes([(100, 101)] * 3)), cash="100 USDT").run(progress=between)
    assert refused[-1] == (3, 3)


def test_a_strategy_instance_runs_once() -> None:
    strategy = Trader()
    data = (BTC, quotes([(100, 101)]))
    backtest(strategy, data, cash="100 USDT")
    with pytest.raises(InvalidState, match="this Trader has run already: make a new instance"):
        backtest(strategy, data, cash="100 USDT")


def test_a_backtest_runs_once() -> None:
    once = Backtest(Trader, (BTC, quotes([(100, 101)])), cash="100 USDT")
    once.run()
    with pytest.raises(InvalidState, match="has run already"):
        once.run()


def test_a_run_inside_a_run_is_a_run_of_its_own() -> None:
    inner = []

    class Outer(Strategy):
        def on_quote(self, quote: Quote) -> None:
            inner.append(backtest(Trader, (BTC, quotes([(100, 101)])), cash="100 USDT").events)

    result = backtest(Outer, (BTC, quotes([(100, 101)] * 2)), cash="100 USDT")
    assert inner == [1, 1]
    assert result.events == 2


def test_an_engine_can_not_be_run_from_its_own_handler() -> None:
    from pytrader.backtest import engine

    class Nested(Strategy):
        def on_quote(self, quote: Quote) -> None:
            run[0]._engine.run(1)

    data = Backtest(Nested, (BTC, quotes([(100, 101)])), cash="1 USDT")
    run = [
        engine.Run(
            data.strategies,
            data.markets,
            data.cash,
            limits=data.limits,
            latencies=data.latencies,
            queue_models=data.queue_models,
            venues=data.venues,
            venue_models={},
            account="funded",
            insurance=(),
            equity_interval_ns=SECOND,
            record_events=False,
            check_every_event=False,
            journals=JournalFiles(),
        )
    ]
    with pytest.raises(InvalidState, match="this engine is running"):
        run[0].run(None)


def test_what_belongs_to_a_run_can_not_be_made_copied_or_pickled() -> None:
    class Keeper(Strategy):
        def on_start(self) -> None:
            self.kept: list[object] = [self.position, self.book, self.clock]

        def on_quote(self, quote: Quote) -> None:
            self.kept += [quote, self.book.best_bid, self.buy("0.001", limit="1.00")]

    strategy = Keeper()
    backtest(strategy, (BTC, quotes([(100, 101)])), cash="100 USDT")
    for thing in strategy.kept:
        for attempt in (copy.copy, copy.deepcopy, pickle.dumps):
            with pytest.raises(TypeError, match="belongs to its run and can not be copied or pickled"):
                attempt(thing)
        blank = type(thing).__new__(type(thing))
        with pytest.raises(AttributeError):
            _ = blank.instrument_id if not isinstance(thing, Clock) else blank.now  # type: ignore[attr-defined]


def test_a_copy_of_a_strategy_is_a_new_one_with_its_parameters() -> None:
    strategy = Sized(size=5)
    backtest(strategy, (BTC, quotes([(100, 101)])), cash="100 USDT")
    for same in (copy.copy(strategy), pickle.loads(pickle.dumps(strategy))):
        assert same.parameters == {"size": 5}
        assert backtest(same, (BTC, quotes([(100, 101)])), cash="100 USDT").finished
