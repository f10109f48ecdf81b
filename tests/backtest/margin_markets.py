"""Markets of contracts on margin: quotes and marks by the millisecond."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader import Instrument
from pytrader.model.records import MARK, QUOTE

MILLISECOND = 1_000_000
Rows = npt.NDArray[np.void]


def contract(symbol: str, venue: str = "V", **changes: Any) -> Instrument:
    """A perpetual with ten times leverage, unless asked for something else."""
    fields: dict[str, Any] = {"kind": "perpetual", "quote_currency": "USDT", "tick_size": "0.01", "lot_size": "1"}
    rates = {"initial_margin_rate": "0.1", "maintenance_margin_rate": "0.05"}
    return Instrument(symbol, venue, **(fields | rates | changes))


def quoted(*rows: tuple[int, int], until: int = 10_000) -> Rows:
    """(milliseconds, price in ticks) as quotes of both sides, the last one again at the end."""
    made = np.zeros(len(rows) + 1, QUOTE)
    for row, (milliseconds, price) in zip(made, [*rows, (until, rows[-1][1])], strict=True):
        row["ts_event"] = row["ts_init"] = milliseconds * MILLISECOND
        row["bid_price"] = row["ask_price"] = price
        row["bid_quantity"] = row["ask_quantity"] = 10**6
    return made


def marked(*rows: tuple[int, int]) -> Rows:
    """(milliseconds, price in ticks) as marks."""
    made = np.zeros(len(rows), MARK)
    for row, (milliseconds, price) in zip(made, rows, strict=True):
        row["ts_event"] = row["ts_init"] = milliseconds * MILLISECOND
        row["mark_price"] = row["index_price"] = price
    return made
