"""Order books on their own: order by order (L3) and by price level (L2), fed one event or one array at a time."""

from __future__ import annotations

from pytrader._core import L2Book, L3Book, Level, RestingOrder, Sweep
from pytrader.model.records import FLAG_LAST, FLAG_SNAPSHOT, L2_EVENT, L3_EVENT, BookAction

__all__ = [
    "FLAG_LAST",
    "FLAG_SNAPSHOT",
    "L2_EVENT",
    "L3_EVENT",
    "BookAction",
    "L2Book",
    "L3Book",
    "Level",
    "RestingOrder",
    "Sweep",
]
