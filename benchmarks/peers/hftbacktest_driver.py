"""Runs the case l2_replay on hftbacktest: python hftbacktest_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from cases import TICK, answer, book_rows, timed
from hftbacktest import (
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    LOCAL_EVENT,
    SELL_EVENT,
    BacktestAsset,
    HashMapMarketDepthBacktest,
)
from hftbacktest.types import event_dtype
from numba import njit

PEER = f"hftbacktest {version('hftbacktest')}"


def events(folder: Path, count: int) -> np.ndarray:
    """The workload's level updates in the peer's 64-byte rows; both clocks read the same time."""
    rows = book_rows(folder, "l2", count)
    out = np.zeros(len(rows), event_dtype)
    side = np.where(rows[:, 2] == 1, BUY_EVENT, SELL_EVENT).astype("u8")
    out["ev"] = np.uint64(DEPTH_EVENT | EXCH_EVENT | LOCAL_EVENT) | side
    out["exch_ts"] = out["local_ts"] = rows[:, 0]
    out["px"] = np.round(rows[:, 3] * float(TICK), 2)
    out["qty"] = np.where(rows[:, 1] == 3, 0, rows[:, 4])
    return out


@njit
def drain(backtest: object) -> int:
    """Step through all data; the strategy's side sees every event and does nothing."""
    steps = 0
    while backtest.elapse(10_000_000) == 0:
        steps += 1
    return steps


def open_backtest(rows: np.ndarray) -> HashMapMarketDepthBacktest:
    asset = (
        BacktestAsset()
        .data(rows)
        .linear_asset(1.0)
        .constant_order_latency(0, 0)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(float(TICK))
        .lot_size(1.0)
        .last_trades_capacity(0)
    )
    return HashMapMarketDepthBacktest([asset])


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if case != "l2_replay":
        raise SystemExit(f"hftbacktest_driver: unknown case {case!r}; it runs l2_replay")
    rows = events(folder, count)
    warm_rows = rows[:5000].copy()
    warm = open_backtest(warm_rows)
    drain(warm)
    warm.close()
    backtest = open_backtest(rows)
    seconds = timed(lambda: drain(backtest))
    depth = backtest.depth(0)
    answer(PEER, case, count, seconds, [int(depth.best_bid_tick), int(depth.best_ask_tick)])
    backtest.close()


if __name__ == "__main__":
    main()
