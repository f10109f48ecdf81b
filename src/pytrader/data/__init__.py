"""Readers of market data: one call, `load`, and one reader per format."""

from pytrader.data.bars import read_bars
from pytrader.data.binance import read_binance
from pytrader.data.columns import open_columns, write_columns
from pytrader.data.dbn import read_dbn
from pytrader.data.itch import read_itch
from pytrader.data.load import load
from pytrader.data.lobster import read_lobster
from pytrader.data.market_data import MarketData, Stream

__all__ = [
    "MarketData",
    "Stream",
    "load",
    "open_columns",
    "read_bars",
    "read_binance",
    "read_dbn",
    "read_itch",
    "read_lobster",
    "write_columns",
]
