"""Runs l2_replay and the market makers on hftbacktest: python hftbacktest_driver.py CASE FOLDER COUNT."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from cases import TICK, answer, book_rows, timed
from engine_cases import (
    MAKER_LATENCY_NS,
    MAKER_LOT,
    MAKER_MOST,
    MAKER_QUANTITY,
    MAKER_STEP_NS,
    MAKER_TICK,
    maker_rows,
)
from hftbacktest import (
    BUY,
    BUY_EVENT,
    DEPTH_EVENT,
    EXCH_EVENT,
    GTX,
    LIMIT,
    LOCAL_EVENT,
    SELL_EVENT,
    TRADE_EVENT,
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


def maker_events(folder: Path, count: int) -> np.ndarray:
    """The market maker's levels and trades: the snapshot's levels are levels like the others."""
    rows = maker_rows(folder, count)
    out = np.zeros(len(rows), event_dtype)
    side = np.where(rows["side"] == 1, BUY_EVENT, SELL_EVENT).astype("u8")
    kind = np.where(rows["kind"] == 2, TRADE_EVENT, DEPTH_EVENT).astype("u8")
    out["ev"] = kind | np.uint64(EXCH_EVENT | LOCAL_EVENT) | side
    out["exch_ts"], out["local_ts"] = rows["exch_ts"], rows["local_ts"]
    out["px"] = np.round(rows["px"] * float(MAKER_TICK), 1)
    out["qty"] = np.round(rows["qty"] * float(MAKER_LOT), 3)
    return out


@njit
def quote(backtest: object, quantity: float, most: float) -> int:
    """Cancel what is not at the touch, quote where nothing stands: what our market_maker.cpp does."""
    depth = backtest.depth(0)
    tick = depth.tick_size
    bid, ask = depth.best_bid_tick, depth.best_ask_tick
    position = backtest.position(0)
    backtest.clear_inactive_orders(0)
    buys = position >= most - 1e-9
    sells = position <= -most + 1e-9
    may_buy, may_sell = not buys, not sells
    sent = 0
    orders = backtest.orders(0)
    values = orders.values()
    while values.has_next():
        order = values.get()
        if order.side == BUY:
            if order.price_tick == bid and may_buy:
                buys = True
            elif order.cancellable:
                backtest.cancel(0, order.order_id, False)
                sent += 1
        elif order.price_tick == ask and may_sell:
            sells = True
        elif order.cancellable:
            backtest.cancel(0, order.order_id, False)
            sent += 1
    if not buys and bid not in orders:
        backtest.submit_buy_order(0, bid, bid * tick, quantity, GTX, LIMIT, False)
        sent += 1
    if not sells and ask not in orders:
        backtest.submit_sell_order(0, ask, ask * tick, quantity, GTX, LIMIT, False)
        sent += 1
    return sent


@njit
def make_by_step(backtest: object, step: int, quantity: float, most: float) -> int:
    sent = 0
    while backtest.elapse(step) == 0:
        sent += quote(backtest, quantity, most)
    return sent


@njit
def make_by_event(backtest: object, quantity: float, most: float) -> int:
    sent = 0
    while True:
        code = backtest.wait_next_feed(True, 10_000_000_000)
        if code == 1 or code > 3 or code < 0:
            return sent
        sent += quote(backtest, quantity, most)


def open_maker(rows: np.ndarray) -> HashMapMarketDepthBacktest:
    asset = (
        BacktestAsset()
        .data(rows)
        .linear_asset(1.0)
        .constant_order_latency(MAKER_LATENCY_NS, MAKER_LATENCY_NS)
        .risk_adverse_queue_model()
        .no_partial_fill_exchange()
        .trading_value_fee_model(0.0, 0.0)
        .tick_size(float(MAKER_TICK))
        .lot_size(float(MAKER_LOT))
        .last_trades_capacity(0)
    )
    return HashMapMarketDepthBacktest([asset])


def run_maker(case: str, folder: Path, count: int) -> None:
    """With a look at the market every step, or at every event."""
    rows = maker_events(folder, count)
    quantity, most = MAKER_QUANTITY * float(MAKER_LOT), MAKER_MOST * float(MAKER_LOT)

    def make(backtest: HashMapMarketDepthBacktest) -> int:
        if case == "maker_step":
            return int(make_by_step(backtest, MAKER_STEP_NS, quantity, most))
        return int(make_by_event(backtest, quantity, most))

    warm_rows = rows[:5000].copy()
    warm = open_maker(warm_rows)
    make(warm)
    warm.close()
    backtest = open_maker(rows)
    sent: list[int] = []
    seconds = timed(lambda: sent.append(make(backtest)))
    values = backtest.state_values(0)
    position = round(float(values.position) / float(MAKER_LOT))
    answer(PEER, case, count, seconds, None, fills=int(values.num_trades), position=position, requests=sent[0])
    backtest.close()


def main() -> None:
    case, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    if case.startswith("maker_"):
        run_maker("maker_event" if case == "maker_python" else case, folder, count)
        return
    if case != "l2_replay":
        raise SystemExit(f"hftbacktest_driver: unknown case {case!r}; it runs l2_replay and maker_step, maker_event")
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
