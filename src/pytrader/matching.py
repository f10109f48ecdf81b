"""A matching engine with the venues' order types: single orders with exact values, messages one by one, arrays of them.

>>> from pytrader.matching import MatchingEngine, VenueRules
>>> engine = MatchingEngine(tick="0.01", lot="1", rules=VenueRules.cme_globex())
>>> [report.exec_type.name for report in engine.submit(order_id=1, side="sell", price="100.00", quantity=10)]
['NEW']
>>> [report.exec_type.name for report in engine.submit(order_id=2, side="buy", price="100.00", quantity=4)]
['NEW', 'TRADE']
>>> engine.best_ask.quantity
Quantity('6')
"""

from __future__ import annotations

from pytrader._core import (
    ALL_OR_NONE,
    FILL,
    HIDDEN,
    IMPLIED_UPDATE,
    LEAD_MARKET_MAKER,
    MULTI_LEG_FILL,
    NO_PRICE,
    ORDER_MESSAGE,
    ORDER_TERMS,
    ORDER_UPDATE,
    POST_ONLY,
    REDUCE_ONLY,
    AllocationRules,
    AuctionPrice,
    BandRules,
    CircuitBreaker,
    CircuitBreakerDecision,
    Level,
    MatchingEngine,
    MessageKind,
    MultiLegBook,
    MultiLegCombinedBook,
    MultiLegMarket,
    MultiLegResult,
    MultiLegTrade,
    Outcome,
    PriceBand,
    Report,
    SessionRules,
    TradingPhase,
    UpdateKind,
    VenueRules,
    WorkingOrder,
    allocate,
    auction_price,
    luld_band,
    order_terms,
    outcome,
    phase_accepts,
    reject_reason,
)
from pytrader._matching import OrderEntry

__all__ = [
    "ALL_OR_NONE",
    "FILL",
    "HIDDEN",
    "IMPLIED_UPDATE",
    "LEAD_MARKET_MAKER",
    "MULTI_LEG_FILL",
    "NO_PRICE",
    "ORDER_MESSAGE",
    "ORDER_TERMS",
    "ORDER_UPDATE",
    "POST_ONLY",
    "REDUCE_ONLY",
    "AllocationRules",
    "AuctionPrice",
    "BandRules",
    "CircuitBreaker",
    "CircuitBreakerDecision",
    "Level",
    "MatchingEngine",
    "MessageKind",
    "MultiLegBook",
    "MultiLegCombinedBook",
    "MultiLegMarket",
    "MultiLegResult",
    "MultiLegTrade",
    "OrderEntry",
    "Outcome",
    "PriceBand",
    "Report",
    "SessionRules",
    "TradingPhase",
    "UpdateKind",
    "VenueRules",
    "WorkingOrder",
    "allocate",
    "auction_price",
    "luld_band",
    "order_terms",
    "outcome",
    "phase_accepts",
    "reject_reason",
]
