"""Bitget's book channel as books, proved by sequence numbers and checksums."""

from __future__ import annotations

from typing import Unpack

from pytrader.data.depth_feed import DepthFeed, FeedSettings, Instruments, rows_of


class BitgetDepthFeed(DepthFeed):
    """Books of Bitget's channel ``books``.

    Parameters
    ----------
    instruments : mapping of symbol to (tick, lot), or iterable of Instrument
        Symbols are the venue's ``instId``.
    **settings
        As `pytrader._core.DepthFeed`: ``policy``, ``keep_crossed``, ``on_gap``, ``on_checksum``, ``on_crossed``.

    Notes
    -----
    ``seq`` must grow; where a frame names the one before (``pseq``) it must be that one. The checksum is OKX's; 0 is
    not checked. Rules: https://www.bitget.com/api-doc/spot/websocket/public/Depth-Channel
    """

    def __init__(self, instruments: Instruments, **settings: Unpack[FeedSettings]) -> None:
        super().__init__("bitget", rows_of(instruments), **settings)
