"""Readers of market data: one call, `load`, and one reader per format."""

from pytrader.data.bars import read_bars
from pytrader.data.binance import read_binance
from pytrader.data.binance_feed import BinanceDepthFeed, binance_instruments
from pytrader.data.bitget import BitgetDepthFeed
from pytrader.data.columns import open_columns, write_columns
from pytrader.data.dbn import read_dbn
from pytrader.data.depth_feed import FeedIncident, frames_of
from pytrader.data.itch import read_itch
from pytrader.data.kraken import KrakenDepthFeed, kraken_instruments
from pytrader.data.load import load
from pytrader.data.lobster import read_lobster
from pytrader.data.market_data import MarketData, Stream
from pytrader.data.money_events import Borrow, Dividend, Expiry, Funding, Rollover, Split, money_event_stream
from pytrader.data.okx import OkxDepthFeed, okx_instruments

__all__ = [
    "BinanceDepthFeed",
    "BitgetDepthFeed",
    "Borrow",
    "Dividend",
    "Expiry",
    "FeedIncident",
    "Funding",
    "KrakenDepthFeed",
    "MarketData",
    "OkxDepthFeed",
    "Rollover",
    "Split",
    "Stream",
    "binance_instruments",
    "frames_of",
    "kraken_instruments",
    "load",
    "money_event_stream",
    "okx_instruments",
    "open_columns",
    "read_bars",
    "read_binance",
    "read_dbn",
    "read_itch",
    "read_lobster",
    "write_columns",
]
