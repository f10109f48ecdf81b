"""Rows of three instruments, shortly written, as the data of back-tests with synthetic prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult
from pytrader.model.records import QUOTE, TRADE

SECOND = 1_000_000_000
NAMES = ("A", "B", "C")


def instrument(name: str, tick: str = "1") -> Instrument:
    return Instrument(name, "X", quote_currency="USD", tick_size=tick, lot_size="1")


@dataclass
class Row:
    """One row of market data: prices in ticks, None for a side that is empty."""

    second: int
    name: str
    bid: int | None = None
    ask: int | None = None
    last: int | None = None


def streams(rows: Iterable[Row], ticks: dict[str, str]) -> list[Any]:
    """The rows as the data of a back-test; every instrument has one of each kind at the very start."""
    made: list[Any] = []
    rows = list(rows)
    for name in NAMES:
        quoted = [row for row in rows if row.name == name and row.last is None]
        printed = [row for row in rows if row.name == name and row.last is not None]
        quotes, trades = np.zeros(len(quoted), QUOTE), np.zeros(len(printed), TRADE)
        for found, records in ((quoted, quotes), (printed, trades)):
            records["ts_event"] = records["ts_init"] = [row.second * SECOND for row in found]
        for side in ("bid", "ask"):
            prices = [getattr(row, side) for row in quoted]
            quotes[f"{side}_price"] = [price or 0 for price in prices]
            quotes[f"{side}_quantity"] = [0 if price is None else 1000 for price in prices]
        trades["price"] = [row.last for row in printed]
        trades["quantity"] = trades["aggressor_side"] = 1
        market = instrument(name, ticks.get(name, "1"))
        made += [(market, records) for records in (quotes, trades) if len(records)]
    return made


def run(strategy: Strategy, rows: Iterable[Row], ticks: dict[str, str] | None = None, **given: Any) -> BacktestResult:
    return Backtest(strategy, streams(rows, ticks or {}), cash="1000000000 USD", **given).run()
