"""What a strategy is written with: the base class, and the things its callbacks are handed."""

from __future__ import annotations

from pytrader._core import StrategyState
from pytrader._strategy import (
    Bar,
    Bars,
    Book,
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
    Timer,
    Trade,
)
from pytrader.strategy.compiled import CompiledStrategy
from pytrader.strategy.error_policy import ErrorPolicy
from pytrader.strategy.strategy import Strategy

__all__ = [
    "Bar",
    "Bars",
    "Book",
    "Clock",
    "CompiledStrategy",
    "Condition",
    "ErrorPolicy",
    "Indicator",
    "Level",
    "Mids",
    "Order",
    "OrderEvent",
    "Position",
    "Quote",
    "Random",
    "Strategy",
    "StrategyState",
    "Timer",
    "Trade",
]
