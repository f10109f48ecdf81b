"""How a new order enters: what refuses it, and what becomes of it as taker, at rest or parked."""

from __future__ import annotations

from collections.abc import Sequence

from tests.matching.naive.book import ALL_OR_NONE, PEGGED, RESTING, TAKING, UNPRICED, Order
from tests.matching.naive.rows import (
    BUY,
    FLAGS,
    INT64_MAX,
    NO_PRICE,
    NO_TERMS,
    ORDER_TYPES,
    SELF_TRADE,
    SELL,
    TIMES_IN_FORCE,
    Message,
    Terms,
)
from tests.matching.naive.triggers import TRAILING, TRIGGER_TYPES, clamp, through

MARKET = ORDER_TYPES["market"]
LIMIT = ORDER_TYPES["limit"]
MARKET_TO_LIMIT = ORDER_TYPES["market_to_limit"]
MARKET_WITH_PROTECTION = ORDER_TYPES["market_with_protection"]
PEGGED_TYPE = ORDER_TYPES["pegged"]
WITHOUT_PRICE = tuple(
    ORDER_TYPES[name]
    for name in (
        "market",
        "stop",
        "market_if_touched",
        "market_to_limit",
        "market_with_protection",
        "trailing_stop",
        "trailing_stop_limit",
    )
)
NEEDS_PRICE = tuple(ORDER_TYPES[name] for name in ("limit", "stop_limit", "limit_if_touched"))
HAVE_LIMIT = (*NEEDS_PRICE, ORDER_TYPES["trailing_stop_limit"])
DAY, GTC, GTD = (TIMES_IN_FORCE[name] for name in ("day", "gtc", "gtd"))
IOC, FOK = TIMES_IN_FORCE["ioc"], TIMES_IN_FORCE["fok"]
AUCTION_FORCES = tuple(TIMES_IN_FORCE[name] for name in ("at_the_open", "at_the_close", "good_for_auction"))
MAY_REST = (DAY, GTC, GTD)
TRIGGER_FORCES = (*MAY_REST, IOC, FOK)
FORCES_OF = {
    LIMIT: tuple(TIMES_IN_FORCE.values()),
    MARKET: (GTC, DAY, IOC, FOK, *AUCTION_FORCES),
    PEGGED_TYPE: MAY_REST,
}
KNOWN_FLAGS = sum(FLAGS.values())
STOP_TYPES = tuple(each for each in TRIGGER_TYPES if each not in TRAILING)
TRAILING_MAX = 9_999


def trailing_terms_valid(order_type: int, terms: Terms) -> bool:
    """Whether the trailing fields are right for this type of order."""
    fields = (terms.trailing_offset, terms.trailing_step, terms.trailing_unit, terms.limit_offset)
    if order_type not in TRAILING:
        return not any(fields) and terms.activation_price == NO_PRICE
    if terms.trailing_unit not in (0, 1) or terms.trailing_offset < 1 or terms.trailing_step < 0:
        return False
    if terms.trailing_unit and max(terms.trailing_offset, terms.trailing_step) > TRAILING_MAX:
        return False
    if order_type != ORDER_TYPES["trailing_stop_limit"]:
        return terms.limit_offset == 0
    return terms.limit_offset >= 0


class Entry:
    """What becomes of new orders; part of NaiveEngine."""

    def form_refusal(self, message: Message, table: Sequence[Terms]) -> str:
        """What is wrong with a new order whatever the book holds: the first rule of docs/order_rules.md that fails."""
        order_type, force, flags = message.order_type, message.time_in_force, message.flags
        if message.side not in (BUY, SELL):
            return "side_not_valid"
        if order_type not in ORDER_TYPES.values() or (
            order_type == MARKET_WITH_PROTECTION and not self.rules.market_protection_ticks
        ):
            return "order_type_not_supported"
        unknown = flags & ~KNOWN_FLAGS or message.self_trade not in SELF_TRADE.values()
        if unknown or message.terms > len(table):
            return "malformed_message"
        if message.quantity <= 0:
            return "quantity_not_positive"
        if order_type in NEEDS_PRICE and message.price == NO_PRICE:
            return "limit_order_without_price"
        if order_type in WITHOUT_PRICE and message.price not in (NO_PRICE, 0):
            return "market_order_with_price"
        if force not in FORCES_OF.get(order_type, TRIGGER_FORCES):
            return "time_in_force_not_supported"
        terms = table[message.terms - 1] if message.terms else NO_TERMS
        if (force == GTD) != (terms.expire_time != 0):
            return "expire_time_missing"
        if flags & FLAGS["post_only"] and (
            order_type != LIMIT
            or force not in MAY_REST
            or flags & FLAGS["all_or_none"]
            or terms.min_qty
            or self.rules.post_only == "not_offered"
        ):
            return "post_only_not_allowed"
        return self.terms_refusal(message, terms)

    def terms_refusal(self, message: Message, terms: Terms) -> str:
        """What is wrong with the terms that only some orders have."""
        order_type, force, flags = message.order_type, message.time_in_force, message.flags
        hidden, all_or_none = flags & FLAGS["hidden"], flags & FLAGS["all_or_none"]
        if order_type in STOP_TYPES:
            if terms.stop_price == NO_PRICE:
                return "stop_price_missing"
        elif terms.stop_price != NO_PRICE:
            return "malformed_message"
        if not trailing_terms_valid(order_type, terms):
            return "trailing_not_valid"
        may_show_less = order_type in HAVE_LIMIT and force in MAY_REST
        if terms.display_qty or terms.display_range:
            fits = 1 <= terms.display_qty <= message.quantity and 0 <= terms.display_range < terms.display_qty
            if not may_show_less or hidden or all_or_none or not fits:
                return "display_quantity_not_valid"
            if self.too_many_tips(message.quantity, terms.display_qty, terms):
                return "display_quantity_too_small"
        if terms.min_qty and not (
            1 <= terms.min_qty <= message.quantity
            and order_type == LIMIT
            and force in (*MAY_REST, IOC)
            and not all_or_none
        ):
            return "minimum_quantity_not_valid"
        pegs = order_type == PEGGED_TYPE
        if pegs and (terms.peg_type not in (1, 2) or terms.peg_offset < 0 or hidden or all_or_none):
            return "peg_not_valid"
        if not pegs and (terms.peg_type or terms.peg_offset):
            return "peg_not_valid"
        if (hidden and not may_show_less) or (
            all_or_none and not (order_type == LIMIT and force in (*MAY_REST, IOC, FOK))
        ):
            return "malformed_message"
        if flags & FLAGS["reduce_only"] and not message.owner:
            return "owner_missing"
        return "none"

    def too_many_tips(self, quantity: int, display_qty: int, terms: Terms) -> bool:
        return -(-quantity // (display_qty - terms.display_range)) > self.rules.iceberg_parts_max

    def book_refusal(self, order: Order) -> str:
        """What is wrong with a new order now."""
        if order.order_id in self.orders:
            return "duplicate_order"
        if not self.phase_accepts(order):
            return "trading_phase"
        if order.force == GTD and order.terms.expire_time <= self.clock:
            return "expire_time_passed"
        if order.has("reduce_only") and not self.reducible(order, self.positions):
            return "reduce_only_would_increase"
        if self.may_stay(order) and self.open_quantity(order.side) + order.leaves > INT64_MAX:
            return "quantity_above_maximum"
        if order.order_type in TRIGGER_TYPES:
            if self.reached_at_entry(order) and self.rules.immediate_trigger == "reject":
                return "stop_price_reached"
            return "none"
        if order.has("post_only") and self.rules.post_only == "reject" and self.would_take(order.side, order.limit):
            return "post_only_would_take"
        if self.needs_all_at_once(order) and self.reachable(order, *self.reach_of(order)) < order.leaves:
            return "fok_not_fillable"
        return "none"

    def may_stay(self, order: Order) -> bool:
        """Whether the order may rest or be parked."""
        return order.order_type in TRIGGER_TYPES or (order.order_type != MARKET and order.force not in (IOC, FOK))

    def needs_all_at_once(self, order: Order) -> bool:
        """Fill-or-kill by its time in force, or as an all-or-none order that may not rest."""
        return order.force == FOK or (order.has("all_or_none") and order.force == IOC)

    def reached_at_entry(self, order: Order) -> bool:
        if self.last is None or order.order_type in TRAILING:
            return False
        return through(order, self.last, order.stop)

    def would_take(self, side: int, limit: int) -> bool:
        return bool(self.sides[3 - side].within(limit))

    def taker_limit(self, order: Order) -> tuple[int | None, int | None]:
        """The limit of an order that enters and how many levels it may trade with, both None for no bound."""
        best = self.sides[3 - order.side].best()
        if order.order_type == MARKET_TO_LIMIT:
            return best, 1
        if order.order_type == MARKET_WITH_PROTECTION and best is not None:
            ticks = self.rules.market_protection_ticks
            return clamp(best + ticks if order.side == BUY else best - ticks), None
        if order.order_type in (MARKET, MARKET_WITH_PROTECTION):
            return None, None
        return order.limit, None

    def reach_of(self, order: Order) -> tuple[int | None, int, int | None]:
        limit, levels = self.taker_limit(order)
        return limit, order.leaves, levels

    def enter(self, order: Order) -> str:
        """Let an accepted order in; returns the outcome of its message."""
        if order.has("reduce_only"):
            self.cap_reduce_only(order)
        if order.order_type in TRIGGER_TYPES:
            if self.reached_at_entry(order):
                return self.release(order, own_message=True)
            self.wait(order)
            return "parked"
        if order.order_type == PEGGED_TYPE:
            return self.enter_pegged(order)
        return self.take(order)

    def take(self, order: Order, own_message: bool = True, first: bool = True) -> str:
        """Trade as a taker and let what is left rest or leave.

        `own_message`: a status tells why it left. `first`: the entry for which a minimum quantity counts.
        """
        limit, levels = self.taker_limit(order)
        reason = self.hindrance(order, limit, levels, first)
        if reason == "none":
            if order.has("post_only"):
                self.slide(order)
                limit = order.limit
            order.state = TAKING
            if order.kind != ALL_OR_NONE or self.reachable(order, limit, order.leaves, levels) == order.leaves:
                self.match(order, limit, levels)
                reason = self.ended
            if not order.leaves:
                self.forget(order)
                return "filled" if reason == "none" else "remainder_canceled"
        if reason == "none" and limit is not None and order.order_type != MARKET and order.force in MAY_REST:
            order.limit = limit
            order.order_type = LIMIT if order.order_type != PEGGED_TYPE else PEGGED_TYPE
            self.rest(order, limit)
            return "rested"
        self.forget(order)
        if reason != "none" or not own_message:
            self.report_cancel(order, "no_liquidity" if reason == "none" else reason)
        return "remainder_canceled"

    def hindrance(self, order: Order, limit: int | None, levels: int | None, first: bool) -> str:
        """What keeps an accepted order from trading at all."""
        least = order.terms.min_qty if first else 0
        if least and self.reachable(order, limit, order.leaves, levels) < least:
            return "minimum_quantity_not_met"
        if self.needs_all_at_once(order) and self.reachable(order, limit, order.leaves, levels) < order.leaves:
            return "fok_not_fillable"
        return "none"

    def slide(self, order: Order) -> None:
        """Move a post-only order that would take to one tick from the opposite best."""
        best = self.sides[3 - order.side].best()
        if best is None or not self.would_take(order.side, order.limit):
            return
        order.limit = best - 1 if order.side == BUY else best + 1
        self.update("repriced", order, price=order.limit, quantity=order.leaves)

    def rest(self, order: Order, price: int) -> None:
        self.times += 1
        order.time = self.times
        order.state = RESTING
        order.price = price
        self.orders[order.order_id] = order
        self.show_tip(order)
        self.note_rest(order)
        self.sides[order.side].push_back(order)
        self.to_try[3 - order.side] = True

    def enter_elected(self, order: Order, own_message: bool) -> str:
        """An elected stop or if-touched order takes; where no status tells of it, updates do."""
        order.state = TAKING
        self.ended = "none"
        self.cap_reduce_only(order)
        if self.ended != "none":
            self.forget(order)
            self.report_cancel(order, self.ended)
            return "remainder_canceled"
        return self.take(order, own_message)

    def enter_pegged(self, order: Order) -> str:
        price = self.peg_price(order)
        if price is None:
            self.times += 1
            order.time = self.times
            order.state = UNPRICED
            self.orders[order.order_id] = order
            return "parked"
        return self.take_pegged(order, price)

    def take_pegged(self, order: Order, price: int) -> str:
        order.state = TAKING
        self.match(order, price)
        if not order.leaves:
            self.forget(order)
            return "filled"
        if self.ended != "none":
            self.forget(order)
            self.report_cancel(order, self.ended)
            return "remainder_canceled"
        self.rest(order, price)
        return "rested"

    def peg_price(self, order: Order) -> int | None:
        """Where a pegged order belongs now; None while its reference is missing."""
        bid, ask = self.sides[BUY].best_displayed(), self.sides[SELL].best_displayed()
        buys = order.side == BUY
        if order.terms.peg_type == 1:
            reference = bid if buys else ask
        elif bid is None or ask is None:
            reference = None
        else:
            reference = (bid + ask) // 2 if buys else -(-(bid + ask) // 2)
        if reference is None:
            return None
        price = clamp(reference - order.terms.peg_offset if buys else reference + order.terms.peg_offset)
        if order.limit == NO_PRICE:
            return price
        return min(price, order.limit) if buys else max(price, order.limit)

    def next_to_reprice(self) -> tuple[Order, int | None] | None:
        """The pegged order that came first among those whose price is no longer where they stand."""
        pegs = [order for order in self.orders.values() if order.kind == PEGGED and order.state in (RESTING, UNPRICED)]
        for order in sorted(pegs, key=lambda peg: peg.time):
            price = self.peg_price(order)
            if price != (order.price if order.state == RESTING else None):
                return order, price
        return None

    def reprice(self, order: Order, price: int | None) -> None:
        if order.state == RESTING:
            self.sides[order.side].remove(order)
        del self.orders[order.order_id]
        self.update("repriced", order, price=NO_PRICE if price is None else price, quantity=order.leaves)
        if price is None:
            order.state, order.price = UNPRICED, NO_PRICE
            self.orders[order.order_id] = order
        else:
            self.take_pegged(order, price)
