"""Replacing live orders: what keeps its place, what enters again, and what is refused."""

from __future__ import annotations

from tests.matching.naive.book import PEGGED, RESTING, TAKING, WAITING, Order
from tests.matching.naive.entry import NEEDS_PRICE
from tests.matching.naive.rows import INT64_MAX, NO_PRICE, Message, Terms
from tests.matching.naive.triggers import TRAILING


class Amend:
    """What becomes of replace messages; part of NaiveEngine."""

    def on_replace(self, message: Message, terms: Terms) -> str:
        if message.quantity <= 0:
            return "quantity_not_positive"
        order = self.orders.get(message.order_id)
        if order is None:
            return "limit_order_without_price" if message.price == NO_PRICE else "unknown_order"
        needs_price = order.order_type in NEEDS_PRICE
        if needs_price and message.price == NO_PRICE:
            return "limit_order_without_price"
        leaves = message.quantity - (order.cum if self.rules.replace_quantity == "total" else 0)
        if leaves <= 0:
            self.leave(order)
            return "replaced_closed"
        if leaves + order.cum > INT64_MAX:
            return "quantity_above_maximum"
        if terms.display_qty and not 1 <= terms.display_qty <= message.quantity:
            return "display_quantity_not_valid"
        display_qty = terms.display_qty or order.display_qty
        if display_qty and -(-leaves // display_qty) > self.rules.iceberg_parts_max:
            return "display_quantity_too_small"
        if order.state == RESTING:
            return self.replace_resting(order, message.price, leaves, display_qty)
        return self.replace_waiting(order, message, terms, leaves, display_qty)

    def replace_resting(self, order: Order, price: int, leaves: int, display_qty: int) -> str:
        unmoved = price == (order.limit if order.kind == PEGGED else order.price)
        if self.rules.amend == "keeps_on_decrease" and unmoved and leaves <= order.leaves:
            order.display_qty = display_qty
            if order.is_iceberg:
                self.shrink(order, leaves)
            else:
                order.leaves = leaves
                self.show_tip(order)
            return "replaced"
        if self.open_quantity(order.side) - order.leaves + leaves > INT64_MAX:
            return "quantity_above_maximum"
        refuses = order.has("post_only") and self.rules.post_only == "reject"
        if refuses and self.would_take(order.side, price):
            return "post_only_would_take"
        self.sides[order.side].remove(order)
        del self.orders[order.order_id]
        order.state = TAKING
        order.limit, order.leaves, order.display_qty = price, leaves, display_qty
        if order.has("reduce_only"):
            self.cap_reduce_only(order)
        outcome = self.enter_pegged(order) if order.kind == PEGGED else self.take(order)
        return {"filled": "replaced_filled", "remainder_canceled": "replaced_closed"}.get(outcome, "requeued")

    def replace_waiting(self, order: Order, message: Message, terms: Terms, leaves: int, display_qty: int) -> str:
        if self.open_quantity(order.side) - order.leaves + leaves > INT64_MAX:
            return "quantity_above_maximum"
        if order.state == WAITING:
            order.leaves, order.display_qty = leaves, display_qty
            if order.order_type in NEEDS_PRICE:
                order.limit = message.price
            if order.order_type not in TRAILING and terms.stop_price not in (NO_PRICE, order.stop):
                self.unqueue_trigger(order)
                order.stop = terms.stop_price
                if self.reached_at_entry(order):
                    order.state = "elected"
                    self.elected.append(order)
                else:
                    self.queue_trigger(order)
                return "requeued"
            return "replaced"
        order.leaves, order.display_qty = leaves, display_qty
        order.limit = message.price
        return "replaced"
