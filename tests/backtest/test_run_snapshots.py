"""What other threads see of a run: whole versions, in order, while handlers go on; and keys that are added once."""

from __future__ import annotations

import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from pytrader import Backtest, CapacityError, InvalidArgument, InvalidState, Price, Strategy
from pytrader._core import OnceSet
from pytrader.backtest import Snapshot
from pytrader.strategy import StrategyState
from tests.backtest.markets import SECOND, START, instrument, quotes

BTC = instrument()
OTHER = instrument("ETHUSDT")


class Publishing(Strategy):
    """Buys and sells one lot after another, rests orders, and says how many quotes it has seen."""

    def on_start(self) -> None:
        self.count = 0

    def on_quote(self, quote: Any) -> None:
        self.count += 1
        if self.count % 2:
            self.buy("0.001")
        else:
            self.sell("0.001")
        if self.count % 50 == 1:
            self.cancel_all(tag="rest")
            self.buy("0.001", limit="0.10", tag="rest")
        self.publish(count=self.count, twice=2 * self.count, mid=quote.bid_price, now=self.clock.now)


def consistent(snapshot: Snapshot) -> bool:
    """Whether everything in a snapshot is of one instant."""
    (strategy,) = snapshot.strategies.values()
    position = strategy.positions[BTC.id]
    said = strategy.published
    if not said:
        return position.avg_px is None
    cash = Decimal("1000000") + (position.realized_pnl - position.fees).as_decimal()
    if position.avg_px is not None:
        cash -= Decimal(str(position.quantity)) * Decimal(str(position.avg_px))
    resting = [order for order in snapshot.orders if order.tag == "rest"]
    return (
        said["twice"] == 2 * said["count"]
        and said["now"] == snapshot.ts_ns
        and said["mid"] == snapshot.quotes[BTC.id].bid_price
        and position.quantity == Decimal(said["count"] % 2) / 1000
        and snapshot.cash["USDT"].as_decimal() == cash
        and len(resting) == 1
        and resting[0].price == Price("0.10")
    )


def test_threads_that_hammer_snapshots_see_whole_versions_in_order() -> None:
    rows = quotes([(100 + i % 7, 101 + i % 7) for i in range(6_000)])
    backtest = Backtest(Publishing(), (BTC, rows), cash="1000000 USDT", snapshot_interval="1s")
    wrong: list[Snapshot] = []
    seen: Counter[str] = Counter()
    over = threading.Event()

    def read(name: str, wait: float) -> None:
        last = 0
        while not over.is_set():
            snapshot = backtest.snapshot(wait)
            if snapshot is None:
                continue
            seen[name] += 1
            if snapshot.version < last or not consistent(snapshot):
                wrong.append(snapshot)
            last = snapshot.version

    threads = [threading.Thread(target=read, args=(f"{index}", wait)) for index, wait in enumerate((0, 0, 5.0))]
    for thread in threads:
        thread.start()
    result = backtest.run()
    over.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(seen.values()) > 0
    assert result.finished
    last = backtest.snapshot()
    assert last is not None
    assert last.strategies["Publishing"].published["count"] == 6_000
    assert last.strategies["Publishing"].state is StrategyState.STOPPED


def test_snapshots_change_nothing_of_a_run() -> None:
    rows = quotes([(100 + i % 7, 101 + i % 7) for i in range(300)])
    plain = Backtest(Publishing(), (BTC, rows), cash="1000000 USDT").run()
    watched = Backtest(Publishing(), (BTC, rows), cash="1000000 USDT", snapshot_interval="1ms").run()
    assert watched.digest == plain.digest


def test_a_snapshot_within_a_handler_is_an_earlier_one() -> None:
    seen: list[Snapshot | None] = []

    class Looking(Publishing):
        def on_quote(self, quote: Any) -> None:
            super().on_quote(quote)
            seen.append(backtest.snapshot())

    backtest = Backtest(Looking(), (BTC, quotes([(100, 101)] * 4)), cash="1000000 USDT", snapshot_interval="1s")
    assert backtest.snapshot() is None
    backtest.run()
    assert seen[:2] == [None, None]
    assert seen[2] is not None
    assert seen[2].ts_ns == START + SECOND


def test_a_snapshot_after_a_failed_run_shows_where_it_ended() -> None:
    class Failing(Publishing):
        def on_quote(self, quote: Any) -> None:
            super().on_quote(quote)
            if self.count == 3:
                raise LookupError("planted")

    backtest = Backtest(Failing(), (BTC, quotes([(100, 101)] * 9)), cash="1000000 USDT")
    with pytest.raises(LookupError):
        backtest.run()
    snapshot = backtest.snapshot()
    assert snapshot is not None
    assert snapshot.strategies["Failing"].state is StrategyState.FAULTED
    assert snapshot.strategies["Failing"].published["count"] == 3


def test_what_is_published_must_be_a_value_and_in_a_handler() -> None:
    class Wrong(Strategy):
        def on_quote(self, quote: Any) -> None:
            with pytest.raises(InvalidArgument, match="is a Position, which can not be kept"):
                self.publish(good=1, bad=self.position)
            self.publish(other=2)

    strategy = Wrong()
    backtest = Backtest(strategy, (BTC, quotes([(100, 101)])), cash="1 USDT")
    backtest.run()
    snapshot = backtest.snapshot()
    assert snapshot is not None
    assert dict(snapshot.strategies["Wrong"].published) == {"other": 2}
    with pytest.raises(InvalidState, match="inside a handler"):
        strategy.publish(late=1)


@pytest.mark.parametrize("wait", [-1, True, float("inf"), float("nan"), "1s"])
def test_a_wrong_time_to_wait_is_refused(wait: Any) -> None:
    backtest = Backtest(Publishing(), (BTC, quotes([(100, 101)])), cash="1 USDT")
    with pytest.raises(InvalidArgument, match="wait must be a number of seconds"):
        backtest.snapshot(wait)


def test_a_fill_gets_one_exit_however_many_threads_ask() -> None:
    strategy = Publishing()
    exits: list[tuple[int, int]] = []
    start = threading.Barrier(8)

    def hammer(thread: int) -> None:
        start.wait()
        for fill in range(2_000):
            if strategy.once(fill):
                exits.append((fill, thread))
            if strategy.once(f"take profit:{fill}"):
                exits.append((-1 - fill, thread))

    threads = [threading.Thread(target=hammer, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(fill for fill, _ in exits) == list(range(-2_000, 2_000))


def test_exits_of_partial_fills_are_placed_once_in_a_run() -> None:
    class Exits(Strategy):
        def on_start(self) -> None:
            self.placed: list[int] = []

        def on_quote(self, quote: Any) -> None:
            if self.position.is_flat and not self.placed:
                self.buy("0.003")

        def protect(self, fill: Any) -> None:
            if self.once(fill.exec_id):
                self.placed.append(fill.exec_id)
                self.sell(fill.last_qty, limit="9.99", tag="exit")

        def on_order_event(self, event: Any) -> None:
            if event.exec_type.name == "TRADE":
                self.protect(event)

        def on_fill(self, fill: Any) -> None:
            self.protect(fill)

    strategy = Exits()
    result = Backtest(strategy, (BTC, quotes([(100, 101)] * 5)), cash="1000 USDT").run()
    assert len(strategy.placed) == 1
    assert [int(order["order_qty"]) for order in result.orders if result.tags[order["tag"]] == "exit"] == [3]


def test_a_set_of_keys_is_bounded_and_tells_what_it_has() -> None:
    keys = OnceSet(most_keys=3)
    assert [keys.add_if_absent(key) for key in (7, "a", 7, 2**64 - 1)] == [True, True, False, True]
    assert (len(keys), 7 in keys, "b" in keys) == (3, True, False)
    assert keys.keys() == [7, 2**64 - 1, "a"]
    with pytest.raises(CapacityError, match="more than 3 keys"):
        keys.add_if_absent(8)


@pytest.mark.parametrize("key", [1.0, True, None, b"a"])
def test_a_key_is_a_text_or_a_whole_number(key: Any) -> None:
    with pytest.raises(TypeError, match="must be a text or a whole number"):
        OnceSet().add_if_absent(key)


@pytest.mark.parametrize("key", [-1, 2**64])
def test_a_key_beyond_64_bits_is_refused(key: int) -> None:
    with pytest.raises(InvalidArgument, match="from 0 to"):
        OnceSet().add_if_absent(key)
