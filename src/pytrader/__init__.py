"""A compiled trading core under a thin Python layer: strategies in Python, exact numbers, deterministic back-tests."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytrader.backtest import Backtest, BacktestResult, backtest
    from pytrader.data import load
    from pytrader.errors import (
        BookError,
        CapacityError,
        ConfigError,
        CurrencyMismatch,
        DataError,
        DecimalOverflow,
        DeterminismError,
        DivisionByZero,
        Inexact,
        InvalidArgument,
        InvalidDecimal,
        InvalidInstrument,
        InvalidState,
        JournalError,
        OffLot,
        OffTick,
        PytraderError,
        StrategyError,
    )
    from pytrader.model import Currency, Fixed, Instrument, Money, Price, Quantity
    from pytrader.strategy import Buy, Sell, Strategy

__all__ = [
    "Backtest",
    "BacktestResult",
    "BookError",
    "Buy",
    "CapacityError",
    "ConfigError",
    "Currency",
    "CurrencyMismatch",
    "DataError",
    "DecimalOverflow",
    "DeterminismError",
    "DivisionByZero",
    "Fixed",
    "Inexact",
    "Instrument",
    "InvalidArgument",
    "InvalidDecimal",
    "InvalidInstrument",
    "InvalidState",
    "JournalError",
    "Money",
    "OffLot",
    "OffTick",
    "Price",
    "PytraderError",
    "Quantity",
    "Sell",
    "Strategy",
    "StrategyError",
    "backtest",
    "load",
]

_HOMES = {
    "Backtest": "pytrader.backtest",
    "BacktestResult": "pytrader.backtest",
    "Buy": "pytrader.strategy",
    "Currency": "pytrader.model",
    "Fixed": "pytrader.model",
    "Instrument": "pytrader.model",
    "Money": "pytrader.model",
    "Price": "pytrader.model",
    "Quantity": "pytrader.model",
    "Sell": "pytrader.strategy",
    "Strategy": "pytrader.strategy",
    "backtest": "pytrader.backtest",
    "load": "pytrader.data",
}
"""Where each public name lives, imported when it is first asked for; names that are not here are error classes."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("pytrader")
    if name not in __all__:
        raise AttributeError(f"module 'pytrader' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES.get(name, "pytrader.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted([*__all__, "__version__"])
