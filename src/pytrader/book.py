"""Order books on their own: order by order (L3), by price level (L2), best quotes; fed by single events or arrays."""

from __future__ import annotations

from pytrader._core import (
    DEPTH_LEVEL,
    QUEUED_ORDER,
    BestQuoteBook,
    L2Book,
    L2BookWithOwnOrders,
    L3Book,
    L3BookWithOwnOrders,
    Level,
    OwnOrder,
    RestingOrder,
    Sweep,
)
from pytrader.model.records import FLAG_LAST, FLAG_SNAPSHOT, L2_EVENT, L3_EVENT, QUOTE, BookAction

__all__ = [
    "DEPTH_LEVEL",
    "FLAG_LAST",
    "FLAG_SNAPSHOT",
    "L2_EVENT",
    "L3_EVENT",
    "QUEUED_ORDER",
    "QUOTE",
    "BestQuoteBook",
    "BookAction",
    "L2Book",
    "L2BookWithOwnOrders",
    "L3Book",
    "L3BookWithOwnOrders",
    "Level",
    "OwnOrder",
    "RestingOrder",
    "Sweep",
]
