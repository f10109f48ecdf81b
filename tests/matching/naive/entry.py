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
TYPE_NAMES = {code: name for name, code in ORDER_TYPES.items()}
FORCE_NAMES = {code: name for name, code in TIMES_IN_FORCE.items()}
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
        if TYPE_NAMES.get(order_type) not in self.rules.order_types or (
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
        offered = FORCE_NAMES.get(force) in self.rules.times_in_force
        if not offered or force not in FORCES_OF.get(order_type, TRIGGER_FORCES):
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
        return self.instruction_refusal(message, terms)

    def instruction_refusal(self, message: Message, terms: Terms) -> str:
        """What the venue does not offer beside types and times in force, and what reduce-only needs."""
        wanted = [name for name in ("reduce_only", "hidden", "all_or_none") if message.flags & FLAGS[name]]
        wanted += ["iceberg"] if terms.display_qty else []
        wanted += ["minimum_quantity"] if terms.min_qty else []
        if not set(wanted) <= set(self.rules.instructions):
            return "instruction_not_supported"
        return "owner_missing" if "reduce_only" in wanted and not message.owner else "none"

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
        order.cut = self.fit_reduce_only(order)
        if not order.leaves:
            return "reduce_only_would_increase"
        if self.may_stay(order) and self.open_quantity(order.side) + order.leaves > INT64_MAX:
            return "quantity_above_maximum"
        if not (self.entry_allowed(order, order.limit) and self.closing_allowed(order.limit)):
            return "price_out_of_range"
        if self.post_only_takes(order, order.limit):
            return "post_only_would_take"
        if self.reached_at_entry(order) and self.rules.immediate_trigger != "elect":
            return "stop_price_reached"
        if self.rules.immediate_trigger == "reject_activation" and self.activation_passed(order):
            return "stop_price_reached"
        self.set_limit(order)
        if order.order_type in TRIGGER_TYPES:
            return "none"
        if self.needs_all_at_once(order) and self.reach_of(order) < order.leaves:
            return "fok_not_fillable"
        return "none"

    def may_stay(self, order: Order) -> bool:
        """Whether the order may rest or be parked."""
        waits = order.order_type in TRIGGER_TYPES or order.force in AUCTION_FORCES
        rests = order.order_type != MARKET or self.collecting()
        return waits or (rests and order.force not in (IOC, FOK))

    def rests_by_force(self, order: Order) -> bool:
        return order.force in MAY_REST

    def needs_all_at_once(self, order: Order) -> bool:
        """Fill-or-kill by its time in force, or as an all-or-none order that may not rest."""
        return order.force == FOK or (order.has("all_or_none") and order.force == IOC)

    def reached_at_entry(self, order: Order) -> bool:
        if self.last is None or order.order_type not in STOP_TYPES:
            return False
        return not self.triggers_sleep() and through(order, self.last, order.stop)

    def activation_passed(self, order: Order) -> bool:
        activation = order.terms.activation_price
        if activation == NO_PRICE or self.last is None or self.triggers_sleep():
            return False
        return self.last >= activation if order.side == SELL else self.last <= activation

    def post_only_takes(self, order: Order, limit: int) -> bool:
        """Whether a post-only order has to be refused at this limit: no room to slide, or a venue without sliding."""
        if not order.has("post_only") or self.collecting() or not self.would_take(order.side, limit):
            return False
        best = self.sides[3 - order.side].best()
        return self.rules.post_only == "reject" or best == (NO_PRICE + 1 if order.side == BUY else INT64_MAX)

    def would_take(self, side: int, limit: int) -> bool:
        return bool(self.sides[3 - side].within(limit))

    def set_limit(self, order: Order) -> None:
        """What an order takes from the other side's best price, it takes at entry; a post-only order slides."""
        best = self.sides[3 - order.side].best()
        if order.order_type == MARKET_TO_LIMIT and best is not None:
            order.limit = best
        elif order.order_type == MARKET_WITH_PROTECTION and best is not None:
            ticks = self.rules.market_protection_ticks
            order.limit = clamp(best + ticks if order.side == BUY else best - ticks)
        elif order.has("post_only") and not self.collecting() and self.would_take(order.side, order.limit):
            order.limit = best - 1 if order.side == BUY else best + 1
            order.slid = True

    def reach_of(self, order: Order) -> int:
        self.clamp_to_bands(order, order.limit)
        return self.reachable(order, order.leaves)

    def enter(self, order: Order) -> str:
        """Let an accepted order in; returns the outcome of its message."""
        self.times += 1
        order.entered = self.times
        self.tell_cut(order, order.cut)
        if order.order_type in TRIGGER_TYPES:
            self.wait(order)
            return "parked"
        if self.awaits_auction(order):
            return self.park(order)
        if order.order_type == PEGGED_TYPE:
            return self.enter_pegged(order)
        return self.take(order)

    def take(self, order: Order, own_message: bool = True, first: bool = True) -> str:
        """Trade as a taker and let what is left rest or leave.

        `own_message`: a status tells why it left. `first`: the entry for which a minimum quantity counts.
        """
        order.state = TAKING
        if self.collecting():
            return self.collect(order)
        if order.slid:
            order.slid = False
            self.update("repriced", order, price=order.limit, quantity=order.leaves)
        reason = self.hindrance(order, first)
        if reason == "none":
            if order.kind != ALL_OR_NONE or self.reach_of(order) == order.leaves:
                reason = self.match_to(order, order.limit)
            if not order.leaves:
                return self.forget_emptied(order, reason)
        if reason == "none":
            order.limit, reason = self.meet_band(order, order.limit)
        if reason == "none" and order.limit != NO_PRICE and order.force in MAY_REST:
            order.order_type = LIMIT
            self.rest(order, order.limit)
            return "rested"
        self.forget(order)
        if reason != "none" or not own_message:
            self.report_cancel(order, "no_liquidity" if reason == "none" else reason)
        return "remainder_canceled"

    def hindrance(self, order: Order, first: bool) -> str:
        """What keeps an accepted order from trading at all."""
        least = order.terms.min_qty if first else 0
        if least and self.reach_of(order) < least:
            return "minimum_quantity_not_met"
        if self.needs_all_at_once(order) and self.reach_of(order) < order.leaves:
            return "fok_not_fillable"
        return "none"

    def rest(self, order: Order, price: int) -> None:
        self.times += 1
        order.time = self.times
        order.state = RESTING
        order.price = price
        self.orders[order.order_id] = order
        self.show_tip(order)
        self.note_rest(order)
        self.sides[order.side].push_back(order)

    def fit_again(self, order: Order) -> bool:
        """Cut an order that was live already and enters again; false if nothing was left and it is gone."""
        order.state = TAKING
        quantity = order.leaves
        cut = self.fit_reduce_only(order)
        if order.leaves:
            self.tell_cut(order, cut)
            return True
        order.leaves = quantity
        self.forget(order)
        self.report_cancel(order, "reduce_only_would_increase")
        return False

    def enter_pegged(self, order: Order) -> str:
        price = self.peg_price(order)
        if price is None or self.collecting():
            self.times += 1
            order.time = self.times
            order.state = UNPRICED
            self.orders[order.order_id] = order
            return "parked"
        return self.take_pegged(order, price)

    def match_to(self, order: Order, price: int) -> str:
        """Let the order trade up to a price or a band before it; returns why it ended early, or "none"."""
        self.clamp_to_bands(order, price)
        self.match(order)
        return self.ended

    def forget_emptied(self, order: Order, reason: str) -> str:
        self.forget(order)
        return "filled" if reason == "none" else "remainder_canceled"

    def take_pegged(self, order: Order, price: int) -> str:
        order.state = TAKING
        reason = self.match_to(order, price)
        if not order.leaves:
            return self.forget_emptied(order, reason)
        if reason == "none":
            price, reason = self.meet_band(order, price)
        if reason != "none":
            self.forget(order)
            self.report_cancel(order, reason)
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
        elif self.fit_again(order):
            self.take_pegged(order, price)
