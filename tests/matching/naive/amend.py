"""Replacing live orders: what keeps its place, what enters again, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence

from tests.matching.naive.book import PEGGED, QUEUED, RESTING, TAKING, WAITING, Order
from tests.matching.naive.entry import PEGGED_TYPE, WITHOUT_PRICE
from tests.matching.naive.rows import INT64_MAX, NO_PRICE, NO_TERMS, Message, Terms
from tests.matching.naive.triggers import TRAILING, through


class Amend:
    """What becomes of replace messages; part of NaiveEngine."""

    def on_replace(self, message: Message, table: Sequence[Terms]) -> str:
        if message.quantity <= 0:
            return "quantity_not_positive"
        order = self.orders.get(message.order_id)
        without_price = order is not None and order.order_type in (*WITHOUT_PRICE, PEGGED_TYPE)
        if message.price == NO_PRICE and not without_price:
            return "limit_order_without_price"
        if order is None:
            return "unknown_order"
        terms = self.replace_terms(message, table)
        if terms is None:
            return "malformed_message"
        if terms.stop_price != NO_PRICE and order.state != WAITING:
            return "malformed_message"
        if terms.stop_price != NO_PRICE and order.order_type in TRAILING:
            return "trailing_not_valid"
        if not self.phase_accepts_replace():
            return "trading_phase"
        if order.order_type in WITHOUT_PRICE and message.price not in (NO_PRICE, 0):
            return "market_order_with_price"
        leaves = message.quantity - (order.cum if self.rules.replace_quantity == "total" else 0)
        reason = self.display_refusal(order, message, terms, leaves)
        if reason == "none" and leaves <= 0:
            self.leave(order)
            return "replaced_closed"
        if reason == "none":
            reason = self.replace_refusal(order, message, terms, leaves)
        if reason != "none":
            return reason
        order.display_qty = terms.display_qty or order.display_qty
        if order.state == RESTING:
            return self.replace_resting(order, message.price, leaves)
        return self.replace_waiting(order, message, terms, leaves)

    def replace_terms(self, message: Message, table: Sequence[Terms]) -> Terms | None:
        """The terms of a replace, which may state a stop price and a display quantity and nothing else."""
        if message.terms > len(table):
            return None
        terms = table[message.terms - 1] if message.terms else NO_TERMS
        allowed = NO_TERMS._replace(stop_price=terms.stop_price, display_qty=terms.display_qty)
        return terms if terms == allowed else None

    def display_refusal(self, order: Order, message: Message, terms: Terms, leaves: int) -> str:
        display_qty = terms.display_qty or order.display_qty
        if terms.display_qty and not order.is_iceberg:
            return "display_quantity_not_valid"
        if order.is_iceberg and (terms.display_qty or leaves > order.leaves):
            quantity = leaves if leaves > 0 else message.quantity
            if not order.terms.display_range < display_qty <= quantity:
                return "display_quantity_not_valid"
            if self.too_many_tips(quantity, display_qty, order.terms):
                return "display_quantity_too_small"
        return "none"

    def replace_refusal(self, order: Order, message: Message, terms: Terms, leaves: int) -> str:
        if max(leaves + order.cum, self.open_quantity(order.side) - order.leaves + leaves) > INT64_MAX:
            return "quantity_above_maximum"
        prices = order.order_type not in WITHOUT_PRICE and message.price != order.limit
        if prices and not (self.entry_allowed(order, message.price) and self.closing_allowed(message.price)):
            return "price_out_of_range"
        if order.state == RESTING and not self.keeps_place(order, message.price, leaves):
            if self.post_only_takes(order, message.price):
                return "post_only_would_take"
            if order.has("reduce_only") and not self.reducible(order, self.positions):
                return "reduce_only_would_increase"
        judged = terms.stop_price != NO_PRICE and self.last is not None and not self.triggers_sleep()
        if judged and self.rules.immediate_trigger != "elect" and through(order, self.last, terms.stop_price):
            return "stop_price_reached"
        return "none"

    def keeps_place(self, order: Order, price: int, leaves: int) -> bool:
        unmoved = price == (order.limit if order.kind == PEGGED else order.price)
        return self.rules.amend == "keeps_on_decrease" and unmoved and leaves <= order.leaves

    def replace_resting(self, order: Order, price: int, leaves: int) -> str:
        if self.keeps_place(order, price, leaves):
            if order.is_iceberg:
                self.shrink(order, leaves)
            else:
                order.leaves = leaves
                self.show_tip(order)
            return "replaced"
        self.sides[order.side].remove(order)
        del self.orders[order.order_id]
        order.state = TAKING
        order.limit, order.leaves = price, leaves
        cut = self.fit_reduce_only(order)
        self.set_limit(order)
        self.tell_cut(order, cut)
        outcome = self.enter_pegged(order) if order.kind == PEGGED else self.take(order, first=False)
        return {"filled": "replaced_filled", "remainder_canceled": "remainder_canceled"}.get(outcome, "requeued")

    def replace_waiting(self, order: Order, message: Message, terms: Terms, leaves: int) -> str:
        keeps = self.rules.amend == "keeps_on_decrease" and leaves <= order.leaves
        moves = terms.stop_price not in (NO_PRICE, order.stop)
        order.leaves = leaves
        if order.order_type not in WITHOUT_PRICE:
            order.limit = message.price
        if keeps and not moves:
            return "replaced"
        if order.state == WAITING:
            self.unqueue_trigger(order)
            if moves:
                order.stop = terms.stop_price
            if moves and self.reached_at_entry(order):
                order.state = "elected"
                self.elected.append(order)
            elif order.stop != NO_PRICE:
                self.queue_trigger(order)
        else:
            self.times += 1
            order.time = self.times
            if order.state == QUEUED:
                self.market_queues[order.side].sort(key=lambda each: each.time)
        return "requeued"
