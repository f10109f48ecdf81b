"""The model's names in one place: values, instruments and the trade's enumerations."""

from __future__ import annotations

from pytrader.model.client_order_id import ClientOrderId
from pytrader.model.enums import (
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
from pytrader.model.instrument import Instrument
from pytrader.model.values import Currency, Fixed, Money, Price, Quantity, notional

__all__ = [
    "ClientOrderId",
    "Contingency",
    "Currency",
    "ExecType",
    "Fixed",
    "Instrument",
    "InstrumentKind",
    "Liquidity",
    "Money",
    "OrderStatus",
    "OrderType",
    "Price",
    "Quantity",
    "RejectReason",
    "SelfTrade",
    "Side",
    "TimeInForce",
    "TriggerType",
    "next_status",
    "notional",
    "reason_text",
]
