"""The settings of VenueRules, by the same names and with the same defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.matching.naive.rows import ORDER_TYPES, TIMES_IN_FORCE

INSTRUCTIONS = ("reduce_only", "hidden", "all_or_none", "iceberg", "minimum_quantity")


@dataclass(frozen=True)
class Rules:
    """What one venue does differently from another; words as VenueRules takes them."""

    amend: str = "keeps_on_decrease"
    post_only: str = "reject"
    replace_quantity: str = "total"
    immediate_trigger: str = "elect"
    stop_protection_ticks: int = 0
    market_protection_ticks: int = 0
    iceberg_parts_max: int = 1000
    iceberg_sweep: str = "by_refill"
    seed: int = 0
    self_trade: str = "none"
    self_trade_scope: str = "account"
    self_trade_decider: str = "taker"
    order_types: tuple[str, ...] = tuple(ORDER_TYPES)
    times_in_force: tuple[str, ...] = tuple(TIMES_IN_FORCE)
    instructions: tuple[str, ...] = INSTRUCTIONS
    allocation: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)
    bands: dict[str, Any] = field(default_factory=dict)
