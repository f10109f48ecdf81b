"""The naive matching engine: every message answered, and after each one all that it set off, until nothing is left."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from tests.matching.naive.amend import Amend
from tests.matching.naive.book import ALL_OR_NONE, PARKED, QUEUED, RESTING, BookSide, Order, SplitMix64
from tests.matching.naive.entry import WITHOUT_PRICE, Entry
from tests.matching.naive.matching import Matching
from tests.matching.naive.rows import (
    BUY,
    KINDS,
    NO_PRICE,
    NO_TERMS,
    OUTCOMES,
    REASONS,
    REJECTED,
    SELL,
    UPDATES,
    Fill,
    Message,
    Terms,
    Update,
)
from tests.matching.naive.rules import Rules
from tests.matching.naive.session import Session
from tests.matching.naive.sharing import Sharing
from tests.matching.naive.triggers import Triggers

KIND_NAMES = {code: name for name, code in KINDS.items()}


class NaiveEngine(Entry, Amend, Matching, Sharing, Triggers, Session):
    """Messages in, statuses, fills and updates out; the same rows as the compiled engine's."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.sides = {BUY: BookSide(BUY), SELL: BookSide(SELL)}
        self.orders: dict[int, Order] = {}  # every live order, whatever it is doing
        self.positions: dict[int, int] = {}
        self.groups: dict[int, int] = {}
        self.rising: list[tuple[int, int, int]] = []  # trigger, time, id
        self.falling: list[tuple[int, int, int]] = []  # -trigger, time, id
        self.trailing: dict[int, Order] = {}
        self.elected: deque[Order] = deque()
        self.last: int | None = None
        self.clock = 0
        self.times = 0
        self.random = SplitMix64(self.rules.seed)
        self.ended = "none"
        self.fills: list[Fill] = []
        self.updates: list[Update] = []
        self.message_index = 0
        self.start_session()
        self.start_sharing(self.rules.allocation)

    def apply(
        self, messages: Sequence[Message], terms: Sequence[Terms] = ()
    ) -> tuple[list[int], list[Fill], list[Update]]:
        """Apply messages in order; the fills and updates are those of this batch."""
        self.fills, self.updates = [], []
        statuses = []
        for index, message in enumerate(messages):
            self.message_index = index
            statuses.append(self.answer(message, terms))
        return statuses, self.fills, self.updates

    def answer(self, message: Message, table: Sequence[Terms]) -> int:
        kind = KIND_NAMES.get(message.kind)
        if kind is None:
            return REJECTED + REASONS["malformed_message"]
        if kind in ("new", "replace"):
            answer = getattr(self, f"on_{kind}")(message, table)
        else:
            answer = getattr(self, f"on_{kind}")(message)
        if answer not in OUTCOMES:
            return REJECTED + REASONS[answer]
        self.conclude()
        return OUTCOMES[answer]

    def conclude(self) -> None:
        """All that an accepted message sets off."""
        self.settle()
        self.watch_limit_state()
        self.publish_indicative()

    def on_new(self, message: Message, table: Sequence[Terms]) -> str:
        reason = self.form_refusal(message, table)
        if reason != "none":
            return reason
        order = Order(message, table[message.terms - 1] if message.terms else NO_TERMS)
        if order.order_type in WITHOUT_PRICE:
            order.limit = NO_PRICE
        reason = self.book_refusal(order)
        return reason if reason != "none" else self.enter(order)

    def on_cancel(self, message: Message) -> str:
        order = self.orders.get(message.order_id)
        if order is None:
            return "unknown_order"
        self.leave(order)
        return "canceled"

    def on_mass_cancel(self, message: Message) -> str:
        for order in sorted(self.orders.values(), key=lambda each: each.order_id):
            if message.owner in (0, order.owner):
                self.cancel_for(order, "mass_canceled")
        return "accepted"

    def on_position(self, message: Message) -> str:
        if not message.owner:
            return "owner_missing"
        self.positions[message.owner] = message.quantity
        return "accepted"

    def on_group(self, message: Message) -> str:
        if not message.owner:
            return "owner_missing"
        if not 0 <= message.quantity < 2**32:
            return "malformed_message"
        self.groups[message.owner] = message.quantity
        return "accepted"

    def settle(self) -> None:
        """Pegs that must move first, then elected orders, then all-or-none orders that have become fillable."""
        while True:
            if self.interrupted:
                self.change_phase("volatility_auction")
                continue
            if self.activating:
                self.activate()
                continue
            if self.triggers_sleep():
                return
            self.withdraw_pegs()
            repriced = self.next_to_reprice()
            if repriced is not None:
                self.reprice(*repriced)
                continue
            if self.elected:
                order = self.elected.popleft()
                del self.orders[order.order_id]
                self.release(order)
                continue
            order = self.fillable_all_or_none()
            if order is None:
                return
            self.sides[order.side].remove(order)
            del self.orders[order.order_id]
            if self.fit_again(order):
                self.take(order, own_message=False)

    def fillable_all_or_none(self) -> Order | None:
        """The first all-or-none order that can trade in full: buys first, by price and time."""
        for side in (BUY, SELL):
            best = self.sides[3 - side].best()
            levels = self.sides[side].within(best) if best is not None else []
            for order in (order for level in levels for order in level.queues[ALL_OR_NONE].values()):
                enough = min(order.leaves, self.reducible(order)) if order.has("reduce_only") else order.leaves
                self.clamp_to_bands(order, order.price)
                if enough and self.reachable(order, enough) == enough:
                    return order
        return None

    def open_quantity(self, side: int) -> int:
        return sum(order.leaves for order in self.orders.values() if order.side == side)

    def leave(self, order: Order) -> None:
        """Take an order out of wherever it is."""
        if order.state == RESTING:
            self.sides[order.side].remove(order)
        elif order.state == "waiting":
            self.stop_waiting(order)
        elif order.state in (QUEUED, PARKED):
            self.leave_session(order)
        elif order.state == "elected" and order in self.elected:
            self.elected.remove(order)
        self.forget(order)

    def forget(self, order: Order) -> None:
        self.orders.pop(order.order_id, None)

    def cancel_for(self, order: Order, reason: str) -> None:
        self.leave(order)
        self.report_cancel(order, reason)

    def report_cancel(self, order: Order, reason: str) -> None:
        quantity, order.leaves = order.leaves, 0
        self.update("canceled", order, price=order.limit, quantity=quantity, reason=reason)

    def update(
        self, kind: str, order: Order, price: int = NO_PRICE, quantity: int = 0, reason: str = "none", detail: int = 0
    ) -> None:
        self.updates.append(
            Update(
                UPDATES[kind],
                order.side,
                REASONS[reason],
                detail,
                order.owner,
                order.order_id,
                price,
                quantity,
                order.leaves,
                len(self.fills),
                self.message_index,
                self.clock,
            )
        )
