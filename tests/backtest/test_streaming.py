"""Data stay where they are: a run over memory maps takes no memory that grows with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pytrader.data import MarketData, Stream, write_columns
from tests.backtest.markets import SECOND, START, instrument

ROWS = 1_500_000
BOUND = 16 << 20
RUN = """
import sys
from pathlib import Path
from pytrader import Backtest, Strategy

def anonymous():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("RssAnon"))

class Idle(Strategy):
    pass

Backtest(Idle, sys.argv[1] + "/short", cash="1000 USDT").run()
before = anonymous()
run = Backtest(Idle, sys.argv[1] + "/long", cash="1000 USDT", equity_interval="1d")
result = run.run()
print(result.events, anonymous() - before)
"""


def quotes(rows: int) -> MarketData:
    ts = START + SECOND * np.arange(rows, dtype=np.int64)
    bid = 10_000 + np.arange(rows, dtype=np.int64) % 7
    size = np.full(rows, 5, np.int64)
    columns = {"ts_event": ts, "bid_price": bid, "ask_price": bid + 2, "bid_quantity": size, "ask_quantity": size}
    return MarketData((Stream(instrument(), "quote", columns),), "made")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the memory of a process from /proc")
def test_a_run_over_memory_maps_takes_no_memory_that_grows_with_the_data(tmp_path: Path) -> None:
    write_columns(tmp_path / "short", quotes(1000))
    write_columns(tmp_path / "long", quotes(ROWS))
    on_disk = sum(path.stat().st_size for path in (tmp_path / "long").rglob("*") if path.is_file())
    assert on_disk > 3 * BOUND
    ran = subprocess.run([sys.executable, "-c", RUN, str(tmp_path)], check=True, capture_output=True, text=True)
    events, grown = map(int, ran.stdout.split())
    assert events == ROWS
    assert grown < BOUND
