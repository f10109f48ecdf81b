"""The rows that go into a matching engine and come out of it, and their codes, as plain integers."""

from __future__ import annotations

from typing import NamedTuple

NO_PRICE = -(2**63)
INT64_MAX = 2**63 - 1
MASK = 2**64 - 1

KINDS = {
    "new": 1,
    "cancel": 2,
    "replace": 3,
    "clock": 4,
    "phase": 5,
    "reference_price": 6,
    "mass_cancel": 7,
    "position": 8,
    "group": 9,
}
BUY, SELL = 1, 2
SIDES = {"buy": BUY, "sell": SELL}
ORDER_TYPES = {
    "market": 1,
    "limit": 2,
    "stop": 3,
    "stop_limit": 4,
    "market_if_touched": ord("J"),
    "limit_if_touched": ord("j"),
    "market_to_limit": ord("K"),
    "market_with_protection": ord("m"),
    "trailing_stop": ord("t"),
    "trailing_stop_limit": ord("u"),
    "pegged": ord("P"),
}
TIMES_IN_FORCE = {
    "day": 0,
    "gtc": 1,
    "at_the_open": 2,
    "ioc": 3,
    "fok": 4,
    "gtd": 6,
    "at_the_close": 7,
    "good_for_auction": ord("B"),
}
FLAGS = {"post_only": 1, "reduce_only": 2, "hidden": 4, "all_or_none": 8, "lead_market_maker": 16}
SELF_TRADE = {
    "venue_default": 0,
    "none": 1,
    "cancel_newest": 2,
    "cancel_oldest": 3,
    "cancel_both": 4,
    "decrement": 5,
}
PHASES = {
    "closed": 0,
    "pre_open": 1,
    "opening_auction": 2,
    "continuous": 3,
    "intraday_auction": 4,
    "volatility_auction": 5,
    "closing_auction": 6,
    "post_close": 7,
    "halt": 8,
}
OUTCOMES = {
    "rested": 1,
    "filled": 2,
    "remainder_canceled": 3,
    "canceled": 4,
    "replaced": 5,
    "requeued": 6,
    "replaced_filled": 7,
    "replaced_closed": 8,
    "parked": 10,
    "accepted": 11,
}
UPDATES = {
    "triggered": 1,
    "refilled": 2,
    "repriced": 3,
    "canceled": 4,
    "expired": 5,
    "decremented": 6,
    "activated": 7,
    "stop_moved": 8,
    "phase_changed": 9,
    "indicative": 10,
    "auction_price": 11,
    "band_changed": 12,
    "limit_state": 13,
}
PEG_TYPES = {"none": 0, "primary": 1, "midpoint": 2}
TRAILING_UNITS = {"ticks": 0, "basis_points": 1}


class Message(NamedTuple):
    """One row of ORDER_MESSAGE."""

    kind: int
    side: int = 0
    order_type: int = 0
    time_in_force: int = 0
    flags: int = 0
    self_trade: int = 0
    price: int = 0
    quantity: int = 0
    order_id: int = 0
    owner: int = 0
    terms: int = 0


class Terms(NamedTuple):
    """One row of ORDER_TERMS; what is absent is NO_PRICE in a price and 0 in anything else."""

    stop_price: int = NO_PRICE
    activation_price: int = NO_PRICE
    trailing_offset: int = 0
    trailing_step: int = 0
    trailing_unit: int = 0
    display_qty: int = 0
    display_range: int = 0
    min_qty: int = 0
    peg_type: int = 0
    peg_offset: int = 0
    expire_time: int = 0
    limit_offset: int = 0


NO_TERMS = Terms()


class Fill(NamedTuple):
    """One row of FILL; taker_side 0 is an auction: the taker bought, the maker sold."""

    taker_order_id: int
    maker_order_id: int
    price: int
    quantity: int
    taker_leaves_qty: int
    maker_leaves_qty: int
    taker_side: int
    message_index: int


class Update(NamedTuple):
    """One row of ORDER_UPDATE: what happens to an order or the session beyond statuses and fills."""

    kind: int
    side: int
    reason: int
    detail: int
    owner: int
    order_id: int
    price: int
    quantity: int
    leaves_qty: int
    fill_index: int
    message_index: int
    ts: int


REASON_WORDS = """
none unknown_instrument unknown_order duplicate_order price_not_positive price_out_of_range quantity_not_positive
quantity_below_minimum quantity_above_maximum notional_below_minimum notional_above_maximum market_order_with_price
limit_order_without_price time_in_force_not_supported post_only_would_take post_only_not_allowed no_liquidity
insufficient_funds position_limit order_limit order_closed request_pending no_market_price nothing_to_replace
fok_not_fillable reduce_only_would_increase value_overflow self_trade unknown_strategy side_not_valid
order_type_not_supported quantity_already_executed malformed_message stop_price_reached stop_price_missing
display_quantity_not_valid display_quantity_too_small minimum_quantity_not_met minimum_quantity_not_valid
owner_missing expire_time_passed expire_time_missing trading_phase price_band peg_not_valid trailing_not_valid
mass_canceled auction_ended clock_backwards
instruction_not_supported
"""
REASONS = {name: code for code, name in enumerate(REASON_WORDS.split())}
REJECTED = 128
