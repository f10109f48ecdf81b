"""Small markets for tests of back-tests: an instrument, and arrays of quotes, trades, bars and order-by-order rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader import Instrument
from pytrader.model.records import BAR, L3_EVENT, QUOTE, TRADE

START = 1_704_067_200_000_000_000  # 2024-01-01T00:00Z
SECOND = 1_000_000_000
MINUTE = 60 * SECOND

ADD, REPLACE, ERASE, REDUCE, EXECUTE, PRINT = 1, 2, 3, 4, 5, 6
BUY, SELL = 1, 2
LAST = 128

Rows = npt.NDArray[np.void]


def instrument(symbol: str = "BTCUSDT", **changes: Any) -> Instrument:
    """An instrument with a tick of 0.01 and a lot of 0.001, without fees unless asked for."""
    fields: dict[str, Any] = {"quote_currency": "USDT", "tick_size": "0.01", "lot_size": "0.001"}
    return Instrument(symbol, "BINANCE", **(fields | changes))


def quotes(prices: list[tuple[int, int]], quantity: int = 1000, start: int = START, step: int = SECOND) -> Rows:
    """Quotes of (bid, ask) in ticks, one a step."""
    rows = np.zeros(len(prices), QUOTE)
    rows["ts_event"] = rows["ts_init"] = start + step * np.arange(len(prices))
    rows["bid_price"] = [bid for bid, _ in prices]
    rows["ask_price"] = [ask for _, ask in prices]
    rows["bid_quantity"] = rows["ask_quantity"] = quantity
    return rows


def trades(prices: list[int], quantity: int = 10, start: int = START, step: int = SECOND) -> Rows:
    """Trades at prices in ticks, one a step, all by buyers."""
    rows = np.zeros(len(prices), TRADE)
    rows["ts_event"] = rows["ts_init"] = start + step * np.arange(len(prices))
    rows["price"] = prices
    rows["quantity"] = quantity
    rows["aggressor_side"] = BUY
    rows["trade_id"] = np.arange(1, len(prices) + 1)
    return rows


def bars(candles: list[tuple[int, int, int, int]], start: int = START, duration: int = MINUTE) -> Rows:
    """Bars of (open, high, low, close) in ticks, one after another."""
    rows = np.zeros(len(candles), BAR)
    rows["ts_open"] = start + duration * np.arange(len(candles))
    rows["ts_event"] = rows["ts_init"] = rows["ts_open"] + duration
    for place, name in enumerate(("open", "high", "low", "close")):
        rows[name] = [candle[place] for candle in candles]
    rows["volume"] = 1000
    return rows


def book_rows(rows: list[tuple[int, int, int, int, int]], start: int = START, step: int = SECOND) -> Rows:
    """Order-by-order rows of (action, side, price in ticks, quantity in lots, order id), one venue event a step."""
    made = np.zeros(len(rows), L3_EVENT)
    made["ts_event"] = made["ts_init"] = start + step * np.arange(len(rows))
    for place, name in enumerate(("action", "side", "price", "quantity", "order_id")):
        made[name] = [row[place] for row in rows]
    made["flags"] = LAST
    return made
