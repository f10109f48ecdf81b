"""The trade's enumerations, by their FIX meanings; everything that takes a member takes its text too."""

from __future__ import annotations

from pytrader._core import (
    Contingency,
    ExecType,
    InstrumentKind,
    Liquidity,
    OrderStatus,
    OrderType,
    RejectReason,
    SelfTrade,
    Side,
    TimeInForce,
    TriggerType,
    next_status,
    reason_text,
)

__all__ = [
    "Contingency",
    "ExecType",
    "InstrumentKind",
    "Liquidity",
    "OrderStatus",
    "OrderType",
    "RejectReason",
    "SelfTrade",
    "Side",
    "TimeInForce",
    "TriggerType",
    "next_status",
    "reason_text",
]
