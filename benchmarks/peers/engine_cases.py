"""What the cases of the trading engine share between the drivers: their rows, and the strategies' numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cases import quote_rows

EMA_LENGTHS = (10, 20)
EMA_QUANTITY = 10
#: The market maker: how often it looks at the market, how much it quotes, and how much it holds at most.
MAKER_STEP_NS = 10_000_000
MAKER_QUANTITY = 50
MAKER_MOST = 1000
MAKER_LATENCY = "1ms"
MAKER_LATENCY_NS = 1_000_000
MAKER_TICK, MAKER_LOT = "0.1", "0.001"
BAR_SECONDS = 1

Columns = tuple[np.ndarray, ...]


def trade_rows(folder: Path, count: int) -> Columns:
    """Times, prices, quantities and aggressors (1 buyer, 2 seller): at the ask and at the bid of each quote in turn."""
    told = quote_rows(folder, count)
    number = np.arange(count)
    odd = number % 2 == 1
    return told[:, 0], np.where(odd, told[:, 2], told[:, 1]), 1 + number % 10, np.where(odd, 1, 2)


def bar_rows(folder: Path, count: int) -> Columns:
    """Opening and closing times, open, high, low, close, volume: four quotes' bids a bar, one a second."""
    bids = quote_rows(folder, 4 * count)[:, 1].reshape(count, 4)
    closes = 1_700_000_000_000_000_000 + (1 + np.arange(count)) * BAR_SECONDS * 1_000_000_000
    volume = np.full(count, 100)
    return (
        closes - BAR_SECONDS * 1_000_000_000,
        closes,
        bids[:, 0],
        bids.max(axis=1),
        bids.min(axis=1),
        bids[:, 3],
        volume,
    )


def maker_rows(folder: Path, count: int) -> np.ndarray:
    """Levels and trades with the venue's and the receiver's times."""
    return np.load(folder / "l2_5000000.npy")[:count]
