"""What a strategy is written with: the base class, and the things its callbacks are handed."""

from __future__ import annotations

from pytrader._core import StrategyState
from pytrader._strategy import (
    Bar,
    Bars,
    Book,
    Buy,
    CashEvent,
    Clock,
    Condition,
    Indicator,
    Level,
    Mids,
    Order,
    OrderEvent,
    Position,
    Quote,
    Random,
    Sell,
    Synthetic,
    Timer,
    Trade,
)
from pytrader.strategy.algorithm import ExecutionAlgorithm
from pytrader.strategy.algorithms import IcebergSlices, PercentOfVolume, Twap, Vwap
from pytrader.strategy.compiled import CompiledStrategy
from pytrader.strategy.error_policy import ErrorPolicy
from pytrader.strategy.strategy import Strategy

__all__ = [
    "Bar",
    "Bars",
    "Book",
    "Buy",
    "CashEvent",
    "Clock",
    "CompiledStrategy",
    "Condition",
    "ErrorPolicy",
    "ExecutionAlgorithm",
    "IcebergSlices",
    "Indicator",
    "Level",
    "Mids",
    "Order",
    "OrderEvent",
    "PercentOfVolume",
    "Position",
    "Quote",
    "Random",
    "Sell",
    "Strategy",
    "StrategyState",
    "Synthetic",
    "Timer",
    "Trade",
    "Twap",
    "Vwap",
]
