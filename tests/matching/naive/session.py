"""The clock, trading phases and reference prices of the naive engine."""

from __future__ import annotations

from tests.matching.naive.book import Order
from tests.matching.naive.rows import NO_PRICE, PHASES, Message

PHASE_NAMES = {code: name for name, code in PHASES.items()}


class Session:
    """What time and phases do; part of NaiveEngine."""

    def start_session(self) -> None:
        self.phase = "continuous"
        self.reference: int | None = None

    def triggers_sleep(self) -> bool:
        return self.phase != "continuous"

    def phase_accepts(self, order: Order) -> bool:
        return True

    def phase_accepts_replace(self) -> bool:
        return True

    def leave_session(self, order: Order) -> None:
        """Take an order out of where it waits for a phase."""

    def on_clock(self, message: Message) -> str:
        if message.quantity < self.clock:
            return "clock_backwards"
        self.clock = message.quantity
        due = [order for order in self.orders.values() if 0 < order.terms.expire_time <= self.clock]
        for order in sorted(due, key=lambda each: (each.terms.expire_time, each.time)):
            self.expire(order)
        return "accepted"

    def expire(self, order: Order) -> None:
        self.leave(order)
        quantity, order.leaves = order.leaves, 0
        self.update("expired", order, price=order.limit, quantity=quantity)

    def on_reference_price(self, message: Message) -> str:
        if message.price == NO_PRICE:
            return "limit_order_without_price"
        self.reference = message.price
        return "accepted"

    def on_phase(self, message: Message) -> str:
        return "trading_phase"
