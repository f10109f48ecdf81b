"""Binance's depth differences as books, chained by the venue's update ids."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Unpack

from pytrader.data.depth_feed import (
    DepthFeed,
    FeedSettings,
    Frame,
    Instruments,
    one_unit,
    read_payload,
    rows_of,
    selected,
)
from pytrader.errors import DataError, InvalidArgument

_MARKETS = {"spot": "binance_spot", "usdm": "binance_futures", "coinm": "binance_futures"}


class BinanceDepthFeed(DepthFeed):
    """Books of Binance's difference streams (``<symbol>@depth``), bare or combined.

    Parameters
    ----------
    instruments : mapping of symbol to (tick, lot), or iterable of Instrument
        Symbols in capitals, as the frames name them. `binance_instruments` reads them from the venue's own list.
    market : {"spot", "usdm", "coinm"}
        Whose rules for update ids hold: spot differences follow by ``U``, those of futures by ``pu``.
    **settings
        As `pytrader._core.DepthFeed`: ``policy``, ``keep_crossed``, ``max_waiting``, ``on_gap``, ``on_crossed``.

    Notes
    -----
    The snapshot is the answer to a depth request, given with ``apply(answer, symbol)``; differences received before
    it wait. Rules: https://developers.binance.com/docs/binance-spot-api-docs/web-socket-streams and
    https://developers.binance.com/docs/derivatives/usds-margined-futures/websocket-market-streams (how to manage a
    local order book correctly).
    """

    def __init__(self, instruments: Instruments, *, market: str = "spot", **settings: Unpack[FeedSettings]) -> None:
        if market not in _MARKETS:
            raise InvalidArgument(f"market is {market!r}; give one of {', '.join(_MARKETS)}")
        super().__init__(_MARKETS[market], rows_of(instruments), **settings)


def binance_instruments(payload: Frame, symbols: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Read tick and lot of each symbol from an answer of ``exchangeInfo`` (spot, USD-M or COIN-M).

    Parameters
    ----------
    payload : bytes-like or str
        The answer.
    symbols : collection of str, optional
        Only these; DataError if one is not in the answer.

    Returns
    -------
    dict
        Symbol to (``PRICE_FILTER.tickSize``, 10**-decimals of the sizes): ``quantityPrecision`` on futures,
        ``baseAssetPrecision`` on spot, where levels hold sizes finer than ``LOT_SIZE.stepSize``.
    """
    answer = read_payload(payload, "Binance")
    try:
        known = {str(row["symbol"]): _steps(row) for row in answer["symbols"]}
    except (LookupError, TypeError, ValueError) as error:
        raise DataError(f"not an answer of Binance's exchangeInfo: {error!r}") from error
    return selected(known, symbols)


def _steps(row: dict[str, Any]) -> tuple[str, str]:
    (prices,) = (rule for rule in row["filters"] if rule["filterType"] == "PRICE_FILTER")
    field = "quantityPrecision" if "quantityPrecision" in row else "baseAssetPrecision"
    return str(prices["tickSize"]), one_unit(row[field], field)
