"""The order in which rows of several streams come at one and the same time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pytrader.data.market_data import Stream
from pytrader.model import CashEventKind

STATUS, BARS_BEFORE_SPLIT, SPLIT, TRADE, AS_GIVEN = range(5)


def in_order_at_one_time(streams: Sequence[Stream]) -> list[tuple[int, Stream]]:
    """Return the streams as the kernel takes their rows at one time, each with its place in what was given.

    The venue must have the phase first, and a trade before the change of the level or quote that it caused. What trades
    at the time of a split is in new units, but a bar that closes then tells of what came before it.
    """
    split = {stream.instrument.id for stream in streams if _has_split(stream)}

    def rank(numbered: tuple[int, Stream]) -> int:
        stream = numbered[1]
        if stream.kind == "status":
            return STATUS
        if stream.kind == "bar" and stream.instrument.id in split:
            return BARS_BEFORE_SPLIT
        if _has_split(stream):
            return SPLIT
        return TRADE if stream.kind == "trade" else AS_GIVEN

    return sorted(enumerate(streams), key=rank)


def _has_split(stream: Stream) -> bool:
    return stream.kind == "cash_event" and bool(np.any(stream.columns["kind"] == int(CashEventKind.SPLIT)))
