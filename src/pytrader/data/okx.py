"""OKX's incremental book channels as books, proved by sequence numbers and, in recordings, by checksums."""

from __future__ import annotations

from collections.abc import Collection
from typing import Unpack

from pytrader.data.depth_feed import DepthFeed, FeedSettings, Frame, Instruments, read_payload, rows_of, selected
from pytrader.errors import DataError


class OkxDepthFeed(DepthFeed):
    """Books of OKX's channels ``books``, ``books-l2-tbt``, ``books50-l2-tbt`` and ``books-elp``.

    Parameters
    ----------
    instruments : mapping of symbol to (tick, lot), or iterable of Instrument
        Symbols are the venue's ``instId``. `okx_instruments` reads them from the venue's own list.
    **settings
        As `pytrader._core.DepthFeed`: ``policy``, ``keep_crossed``, ``max_waiting``, ``on_gap``, ``on_checksum``,
        ``on_crossed``.

    Notes
    -----
    Until June 2026 each message carried a signed CRC32 of 25 levels; since then it is 0, which is not checked. Messages
    of 2022 have no ``seqId``; later ones chain by ``prevSeqId``. A snapshot comes in the channel, or as the answer of
    ``/api/v5/market/books``, given with ``apply(answer, symbol)``; updates received before it wait. Rules:
    https://www.okx.com/docs-v5/en/ and its change log of 2026-02-12.
    """

    def __init__(self, instruments: Instruments, **settings: Unpack[FeedSettings]) -> None:
        super().__init__("okx", rows_of(instruments), **settings)


def okx_instruments(payload: Frame, symbols: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Read tick and lot of each instrument from an answer of ``/api/v5/public/instruments`` or its channel.

    Parameters
    ----------
    payload : bytes-like or str
        The answer.
    symbols : collection of str, optional
        Only these; DataError if one is not in the answer.

    Returns
    -------
    dict
        ``instId`` to (``tickSz``, ``lotSz``). Sizes of derivatives count contracts.
    """
    answer = read_payload(payload, "OKX")
    try:
        known = {str(row["instId"]): (str(row["tickSz"]), str(row["lotSz"])) for row in answer["data"]}
    except (LookupError, TypeError) as error:
        raise DataError(f"not an answer of OKX about its instruments: {error!r}") from error
    return selected(known, symbols)
