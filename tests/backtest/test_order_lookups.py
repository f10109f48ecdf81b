"""How a strategy finds its orders: by id, and by what they share, without a walk over the others."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader import Strategy
from pytrader.backtest import Backtest
from pytrader.errors import InvalidArgument
from pytrader.model import ClientOrderId, ExecType, Instrument, OrderStatus
from pytrader.model.records import QUOTE

BTC = Instrument("BTC", "SIM", kind="spot", base_currency="BTC", quote_currency="USD", tick_size="1", lot_size="1")
ETH = Instrument("ETH", "SIM", kind="spot", base_currency="ETH", quote_currency="USD", tick_size="1", lot_size="1")


def quotes(count: int = 5) -> Any:
    rows = np.zeros(count, dtype=QUOTE)
    rows["ts_event"] = rows["ts_init"] = np.arange(1, count + 1) * 1_000
    rows["bid_price"], rows["ask_price"] = 100, 102
    rows["bid_quantity"] = rows["ask_quantity"] = 50
    return rows


def run(strategy: Strategy, **settings: Any) -> Any:
    return Backtest(
        strategy, [(BTC, quotes()), (ETH, quotes())], cash="1000000 USD", check_every_event=True, **settings
    ).run()


class Grid(Strategy):
    """Sends a few tagged orders and looks at what it finds."""

    def on_start(self) -> None:
        self.seen: dict[str, Any] = {}

    def on_quote(self, quote: Any) -> None:
        if quote.ts_event != 1_000 or quote.instrument_id != "ETH.SIM":
            return
        self.longs = [self.buy(1, "BTC.SIM", limit=90 - i, tag=f"grid:long:{i}") for i in range(3)]
        self.shorts = [self.sell(1, "BTC.SIM", limit=110 + i, tag=f"grid:short:{i}") for i in range(3)]
        self.other = self.buy(2, "ETH.SIM", limit=95)
        self.done = self.buy(1, "ETH.SIM", tag="take")

    def on_stop(self) -> None:
        self.look()

    def look(self) -> None:
        def numbers(orders: Any) -> list[int]:
            return [ClientOrderId.parse(order.client_order_id).number for order in orders]

        self.seen = {
            "open": numbers(self.orders()),
            "buys": numbers(self.orders(side="buy")),
            "btc sells": numbers(self.orders(side="sell", instrument="BTC.SIM")),
            "eth": numbers(self.orders(instrument="ETH.SIM")),
            "grid": numbers(self.orders(tag="grid:*")),
            "shorts": numbers(self.orders(tag="grid:short:?")),
            "one": numbers(self.orders(tag="grid:long:1")),
            "untagged": numbers(self.orders(tag="")),
            "unknown": numbers(self.orders(tag="none")),
            "closed": numbers(self.orders(status="closed")),
            "closed by tag": numbers(self.orders(status="closed", tag="t*")),
            "in flight": numbers(self.orders(status="in_flight")),
        }


def test_orders_are_found_by_what_they_share() -> None:
    grid = Grid()
    run(grid)
    assert grid.seen == {
        "open": [1, 2, 3, 4, 5, 6, 7],
        "buys": [1, 2, 3, 7],
        "btc sells": [4, 5, 6],
        "eth": [7],
        "grid": [1, 2, 3, 4, 5, 6],
        "shorts": [4, 5, 6],
        "one": [2],
        "untagged": [7],
        "unknown": [],
        "closed": [8],
        "closed by tag": [8],
        "in flight": [],
    }
    assert grid.longs[2].tag_parts == ("grid", "long", "2")
    assert grid.other.tag_parts == ()


def test_orders_are_found_by_either_id() -> None:
    class ById(Grid):
        def look(self) -> None:
            assert self.order("ById-2") is self.longs[1]
            assert self.order(self.longs[1].venue_order_id, "BTC.SIM") is self.longs[1]
            assert self.order("ById-99") is None
            assert self.order("Other-2") is None
            assert self.order(10**9, "BTC.SIM") is None
            closed = self.order("ById-8")
            assert closed is not None
            assert closed.status is OrderStatus.FILLED
            assert closed.tag_parts == ("take",)
            with pytest.raises(InvalidArgument, match="is like 'ById-12'"):
                self.order("nonsense")
            with pytest.raises(InvalidArgument, match="status must be one of"):
                self.orders(status="gone")  # type: ignore[arg-type]

    strategy = ById()
    run(strategy)
    assert strategy.done.status is OrderStatus.FILLED


def test_a_wildcard_cancels_what_matches_and_no_other() -> None:
    class Canceler(Grid):
        def on_stop(self) -> None:
            self.sent = self.cancel_all(side="sell", tag="grid:*")

    strategy = Canceler()
    run(strategy)
    assert strategy.sent == 3
    assert [order.status for order in strategy.shorts] == [OrderStatus.CANCELED] * 3
    assert all(order.is_open for order in strategy.longs)


def test_client_order_ids_are_read_back() -> None:
    assert ClientOrderId.parse("Grid-12") == ("Grid", 12)
    assert ClientOrderId.parse("my-grid-7").strategy == "my-grid"
    assert str(ClientOrderId("Grid", 12)) == "Grid-12"
    for text in ("Grid", "Grid-", "-1", "Grid-0", "Grid-01", "Grid-x", "Grid-1.5", ""):
        with pytest.raises(InvalidArgument, match="is like 'Grid-12'"):
            ClientOrderId.parse(text)


def test_recorded_events_repeat_byte_for_byte_and_tell_every_orders_life() -> None:
    results = [run(Grid(), record_events=True) for _ in range(2)]
    first, second = (result.order_events for result in results)
    assert first.tobytes() == second.tobytes()
    assert results[0].digest == results[1].digest == run(Grid()).digest
    assert len(run(Grid()).order_events) == 0
    of_last = first[first["client_order_id"] == 8]
    assert [ExecType(int(code)) for code in of_last["exec_type"]] == [
        ExecType.PENDING_NEW,
        ExecType.NEW,
        ExecType.TRADE,
    ]
    assert int(of_last["last_qty"][-1]) == 1
    for row in results[0].orders:
        last = first[first["client_order_id"] == row["client_order_id"]][-1]
        assert int(last["ord_status"]) == int(row["ord_status"])
    assert len(results[0].refused_reports) == 0
    with pytest.raises(InvalidArgument, match="record_events must be True or False"):
        Backtest(Grid(), [(BTC, quotes())], cash="1 USD", record_events=1)  # type: ignore[arg-type]


def recorded() -> str:
    """Run once, and sum up the bytes of the event log."""
    return hashlib.sha256(run(Grid(), record_events=True).order_events.tobytes()).hexdigest()


def test_the_event_log_is_the_same_in_any_thread_and_process(repository: Path) -> None:
    with ThreadPoolExecutor(2) as threads:
        here = {future.result() for future in [threads.submit(recorded) for _ in range(4)]}
    code = "from tests.backtest.test_order_lookups import recorded; print(recorded())"
    elsewhere = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert here == {elsewhere}


@pytest.mark.parametrize("latency", ["0s", "100ns"])
def test_cancel_all_takes_more_orders_than_events_may_wait(latency: str) -> None:
    class Crowd(Strategy):
        def on_start(self) -> None:
            self.rows = 0

        def on_quote(self, quote: Any) -> None:
            self.rows += 1
            if self.rows <= 2:
                for _ in range(35_000):
                    self.buy(quantity_lots=1, limit_ticks=10)
            elif self.rows == 3:
                self.kept = self.sell(quantity_lots=1, limit_ticks=200)
                self.asked = self.cancel_all(side="buy")

    strategy = Crowd()
    result = Backtest(strategy, [(BTC, quotes())], cash="10000000 USD", order_latency=latency).run()
    assert strategy.asked == 70_000
    assert strategy.kept.is_open
    assert int((result.orders["ord_status"] == int(OrderStatus.CANCELED)).sum()) == 70_000
    # Each is asked for once, so that the venue has nothing to refuse.
    assert len(result.refused_reports) == 0
