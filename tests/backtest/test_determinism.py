"""Equal runs have equal digests and results: again, in pieces, in another process, with another hash seed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytrader import Backtest, Strategy
from pytrader.backtest import BacktestResult, engine
from pytrader.strategy import OrderEvent, Quote, Timer
from tests.backtest.markets import instrument, quotes, trades

BTC, ETH = instrument(taker_fee="0.001"), instrument("ETHUSDT", maker_fee="-0.0001")


class Busy(Strategy):
    step: int = 3

    def on_start(self) -> None:
        self.tags = {"a", "b", "c", "d"}
        self.clock.set_timer("round", interval="7s")

    def on_quote(self, quote: Quote) -> None:
        if quote.bid_ticks % self.step == 0:
            self.buy("0.010", quote.instrument_id, limit_ticks=quote.ask_ticks, tag=f"{quote.bid_ticks % 5}")
        else:
            self.sell(quantity_lots=5, instrument=quote.instrument_id, limit_ticks=quote.ask_ticks + 2)

    def on_timer(self, timer: Timer) -> None:
        self.cancel_all(tag="*", side="sell")
        self.close("BTCUSDT.BINANCE")

    def on_fill(self, fill: OrderEvent) -> None:
        if fill.order.leaves_lots:
            self.cancel(fill.order)


def run(**options: str) -> BacktestResult:
    path = [(1000 + (7 * i) % 11, 1001 + (7 * i) % 11 + i % 3) for i in range(400)]
    streams = [(BTC, quotes(path)), (ETH, quotes(path[::-1])), (BTC, trades([bid for bid, _ in path]))]
    return Backtest([Busy, Busy(step=4)], streams, cash="100000 USDT", **options).run()  # type: ignore[arg-type]


def fingerprint(result: BacktestResult) -> str:
    rows = b"".join(array.tobytes() for array in (result.orders, result.fills, result.equity))
    return f"{result.digest} {hashlib.sha256(rows).hexdigest()}"


def test_two_runs_are_equal() -> None:
    first, second = run(), run()
    assert len(first.fills) > 100
    assert fingerprint(first) == fingerprint(second)
    assert first.strategies == ("Busy1", "Busy2")


def test_latency_makes_another_run() -> None:
    assert run().digest != run(order_latency="1ms").digest
    assert fingerprint(run(feed_latency="2ms", order_latency="1ms")) == fingerprint(
        run(feed_latency="2ms", order_latency="1ms")
    )


@pytest.mark.parametrize("steps", [1, 7, 1_000_000])
def test_the_pieces_a_run_is_cut_into_change_nothing(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fingerprint(run())
    monkeypatch.setattr(engine, "STEPS_AT_ONCE", steps)
    assert fingerprint(run()) == whole


@pytest.mark.parametrize("seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_gives_the_same(seed: str, repository: Path) -> None:
    code = "from tests.backtest.test_determinism import fingerprint, run; print(fingerprint(run()))"
    path = os.pathsep.join([str(repository), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path},
        cwd=repository / "tests",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == fingerprint(run())
