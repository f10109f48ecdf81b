"""Market-data records: the NumPy dtypes of rows of 64-bit integers, and what their codes mean.

All fields are ``int64`` (ids ``uint64``). Times are nanoseconds since 1970-01-01 UTC: ``ts_event`` by the venue's
clock, ``ts_init`` when we received it. Prices are whole ticks and quantities whole lots of the record's instrument.
``side`` is a ``Side``, 1 buy or 2 sell, of the resting interest. A row with ``FLAG_LAST`` ends one venue event.
``phase`` is a ``TradingPhase``.
"""

from __future__ import annotations

import numpy as np

from pytrader._core import (
    BAR,
    CASH_EVENT,
    FLAG_LAST,
    FLAG_SNAPSHOT,
    L2_EVENT,
    L3_EVENT,
    MARK,
    QUOTE,
    STATUS,
    TRADE,
    BookAction,
)
from pytrader.errors import InvalidArgument

__all__ = [
    "BAR",
    "CASH_EVENT",
    "FLAG_LAST",
    "FLAG_SNAPSHOT",
    "L2_EVENT",
    "L3_EVENT",
    "MARK",
    "QUOTE",
    "STATUS",
    "TRADE",
    "BookAction",
]


def refuse_masked(values: object, what: str) -> None:
    """Refuse a masked array: the core reads what stands behind the mask.

    Raises
    ------
    InvalidArgument
        `values` is one.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise InvalidArgument(
            f"{what} is a masked array, whose mask would be ignored: drop the masked rows, or give values.filled(...)"
        )
