"""Runs strategies over recorded or generated market data, and says what came of it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from pytrader._core import QueueModel, RiskLimits
from pytrader.backtest.backtest import Backtest, backtest
from pytrader.backtest.exchange import Exchange
from pytrader.backtest.journal import Journal, read_journal
from pytrader.backtest.latency import Latency
from pytrader.backtest.order_models import LastLook, MakerProtection, MarketImpact
from pytrader.backtest.recorded_venue import RecordedVenue
from pytrader.backtest.result import (
    AccountSummary,
    BacktestResult,
    BookFaults,
    EarlyRows,
    HandlerError,
    InsuranceSummary,
    PositionSummary,
    SyntheticSummary,
)
from pytrader.backtest.snapshot import Snapshot, SnapshotOrder, SnapshotPosition, SnapshotQuote, SnapshotStrategy
from pytrader.backtest.venue import Venue
from pytrader.backtest.venue_models import QueueModelUse

__all__ = [
    "AccountSummary",
    "Backtest",
    "BacktestResult",
    "BookFaults",
    "EarlyRows",
    "Exchange",
    "HandlerError",
    "InsuranceSummary",
    "Journal",
    "LastLook",
    "Latency",
    "MakerProtection",
    "MarketImpact",
    "PositionSummary",
    "QueueModel",
    "QueueModelUse",
    "RecordedVenue",
    "RiskLimits",
    "Snapshot",
    "SnapshotOrder",
    "SnapshotPosition",
    "SnapshotQuote",
    "SnapshotStrategy",
    "SyntheticSummary",
    "Venue",
    "backtest",
    "read_journal",
]


class _CallableModule(ModuleType):
    """Lets ``pytrader.backtest(...)`` run, although the function and this package have one name in `pytrader`."""

    def __call__(self, *arguments: Any, **keywords: Any) -> BacktestResult:
        return backtest(*arguments, **keywords)


sys.modules[__name__].__class__ = _CallableModule
