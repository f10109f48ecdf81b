"""Kraken's book channel (WebSocket versions 1 and 2) as books, proved by the venue's checksum."""

from __future__ import annotations

from collections.abc import Collection
from typing import Unpack

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
from pytrader.errors import DataError


class KrakenDepthFeed(DepthFeed):
    """Books of Kraken's ``book`` channel.

    Parameters
    ----------
    instruments : mapping of symbol to (tick, lot), or iterable of Instrument
        Symbols as the frames name them: ``"XBT/USD"`` in version 1, ``"BTC/USD"`` in version 2. `kraken_instruments`
        reads them from the venue's own list.
    depth : int
        The depth subscribed to (10, 25, 100, 500, 1000). Books are cut to it, because the venue does not say which
        levels fall out; a frame of version 1 that names another depth is refused.
    **settings
        As `pytrader._core.DepthFeed`: ``policy``, ``keep_crossed``, ``on_gap``, ``on_checksum``, ``on_crossed``.

    Notes
    -----
    Kraken numbers no messages; a missing one shows in the checksum of the next update. Rules:
    https://docs.kraken.com/exchange/guides/websockets/book-checksum-v2 and, for version 1, book-checksum-v1.
    """

    def __init__(self, instruments: Instruments, *, depth: int, **settings: Unpack[FeedSettings]) -> None:
        super().__init__("kraken", rows_of(instruments), depth=depth, **settings)


def kraken_instruments(payload: Frame, symbols: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Read tick and lot of each pair from an answer of ``/0/public/AssetPairs``.

    Parameters
    ----------
    payload : bytes-like or str
        The answer.
    symbols : collection of str, optional
        Only these; DataError if one is not in the answer.

    Returns
    -------
    dict
        ``wsname`` to (10**-pair_decimals, 10**-lot_decimals): the grid on which the venue writes its numbers.
    """
    answer = read_payload(payload, "Kraken")
    try:
        pairs = [pair for pair in answer["result"].values() if "wsname" in pair]
        known = {
            str(pair["wsname"]): (
                one_unit(pair["pair_decimals"], "pair_decimals"),
                one_unit(pair["lot_decimals"], "lot_decimals"),
            )
            for pair in pairs
        }
    except (LookupError, TypeError, AttributeError) as error:
        raise DataError(f"not an answer of Kraken's AssetPairs: {error!r}") from error
    return selected(known, symbols)
