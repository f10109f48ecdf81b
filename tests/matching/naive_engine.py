"""A matching engine as plainly as it can be said (dict, sorted list, Decimal): the twin of the compiled one."""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

INT64_MAX = 2**63 - 1
ZERO = Decimal(0)


class Reported(NamedTuple):
    """One report in plain Python values; both engines' reports are compared in this form."""

    exec_type: str
    order_id: int
    side: str | None = None
    price: Decimal | None = None
    quantity: Decimal = ZERO
    leaves_qty: Decimal = ZERO
    maker_order_id: int | None = None
    maker_leaves_qty: Decimal | None = None
    reason: str = "none"


class Rules(NamedTuple):
    """The settings of VenueRules, by the same names."""

    amend: str = "keeps_on_decrease"
    post_only: str = "reject"
    replace_quantity: str = "total"


ANY_VENUE = Rules()
ONE = Decimal(1)


@dataclass
class RestingOrder:
    """An order in the book; `place` orders the queue: better price first, then who came first."""

    order_id: int
    side: str
    price: Decimal
    leaves_qty: Decimal
    post_only: bool
    arrival: int
    cum_qty: Decimal = field(default=ZERO)

    @property
    def place(self) -> tuple[Decimal, int]:
        return (self.price if self.side == "sell" else -self.price, self.arrival)


class NaiveEngine:
    """Price-time priority over two sorted lists of orders."""

    def __init__(self, rules: Rules = ANY_VENUE, lot: Decimal = ONE) -> None:
        self.rules = rules
        self.max_open = lot * INT64_MAX
        self.orders: dict[int, RestingOrder] = {}
        self.queues: dict[str, list[tuple[tuple[Decimal, int], int]]] = {"buy": [], "sell": []}
        self.arrivals = 0

    def submit(
        self,
        order_id: int,
        side: str,
        order_type: str,
        quantity: Decimal,
        price: Decimal | None = None,
        time_in_force: str = "gtc",
        post_only: bool = False,
    ) -> list[Reported]:
        if order_type == "market" and price == 0:
            price = None
        reason = self._refusal(order_id, side, order_type, quantity, price, time_in_force, post_only)
        if reason is not None:
            return [Reported("rejected", order_id, side, price, quantity, reason=reason)]
        reports = [Reported("new", order_id, side, price, quantity, quantity)]
        leaves, trades = self._match(order_id, side, price, quantity)
        reports += trades
        if leaves and order_type == "limit" and time_in_force in ("gtc", "day"):
            assert price is not None
            self._rest(RestingOrder(order_id, side, price, leaves, post_only, 0, quantity - leaves))
        elif leaves:
            reason = "no_liquidity"
            reports.append(Reported("canceled", order_id, side, price, leaves, ZERO, reason=reason))
        return reports

    def cancel(self, order_id: int) -> list[Reported]:
        order = self.orders.get(order_id)
        if order is None:
            return [Reported("cancel_rejected", order_id, reason="unknown_order")]
        self._leave(order)
        return [Reported("canceled", order_id, order.side, order.price, order.leaves_qty)]

    def replace(self, order_id: int, price: Decimal, quantity: Decimal) -> list[Reported]:
        def refused(reason: str) -> list[Reported]:
            side = order.side if order is not None else None
            return [Reported("replace_rejected", order_id, side, price, quantity, reason=reason)]

        order = self.orders.get(order_id)
        if quantity <= 0:
            return refused("quantity_not_positive")
        if order is None:
            return refused("unknown_order")
        wants_open = self.rules.replace_quantity == "open"
        leaves = quantity if wants_open else quantity - order.cum_qty
        if leaves <= 0:
            self._leave(order)
            return [Reported("canceled", order_id, order.side, order.price, order.leaves_qty)]
        if leaves + order.cum_qty > self.max_open:
            return refused("quantity_above_maximum")
        keeps = self.rules.amend == "keeps_on_decrease"
        if keeps and price == order.price and leaves <= order.leaves_qty:
            order.leaves_qty = leaves
            return [Reported("replaced", order_id, order.side, price, quantity, leaves)]
        if self._open_quantity(order.side) - order.leaves_qty + leaves > self.max_open:
            return refused("quantity_above_maximum")
        if order.post_only and self._would_take(order.side, price):
            return refused("post_only_would_take")
        self._leave(order)
        reports = [Reported("replaced", order_id, order.side, price, quantity, leaves)]
        rest, trades = self._match(order_id, order.side, price, leaves)
        if rest:
            cum_qty = order.cum_qty + leaves - rest
            self._rest(RestingOrder(order_id, order.side, price, rest, order.post_only, 0, cum_qty))
        return reports + trades

    def depth(self, side: str) -> list[tuple[Decimal, Decimal, int]]:
        """All levels, best first: price, quantity, number of orders."""
        levels: dict[Decimal, tuple[Decimal, int]] = {}
        for _, order_id in self.queues[side]:
            order = self.orders[order_id]
            quantity, count = levels.get(order.price, (ZERO, 0))
            levels[order.price] = (quantity + order.leaves_qty, count + 1)
        return [(price, quantity, count) for price, (quantity, count) in levels.items()]

    def queue(self, side: str, price: Decimal) -> list[tuple[int, Decimal]]:
        """The orders at one price, first in the queue first: id and open quantity."""
        orders = [self.orders[order_id] for _, order_id in self.queues[side]]
        return [(order.order_id, order.leaves_qty) for order in orders if order.price == price]

    def _refusal(
        self,
        order_id: int,
        side: str,
        order_type: str,
        quantity: Decimal,
        price: Decimal | None,
        time_in_force: str,
        post_only: bool,
    ) -> str | None:
        if quantity <= 0:
            return "quantity_not_positive"
        if order_type == "limit" and price is None:
            return "limit_order_without_price"
        if order_type == "market" and price is not None:
            return "market_order_with_price"
        rests = order_type == "limit" and time_in_force in ("gtc", "day")
        if post_only and (not rests or self.rules.post_only == "not_offered"):
            return "post_only_not_allowed"
        if order_id in self.orders:
            return "duplicate_order"
        if rests and self._open_quantity(side) + quantity > self.max_open:
            return "quantity_above_maximum"
        if post_only and self._would_take(side, price):
            return "post_only_would_take"
        if time_in_force == "fok" and self._reachable(side, price) < quantity:
            return "fok_not_fillable"
        return None

    def _open_quantity(self, side: str) -> Decimal:
        return sum((order.leaves_qty for order in self.orders.values() if order.side == side), ZERO)

    def _makers(self, side: str, limit: Decimal | None) -> list[RestingOrder]:
        """The orders that a taker of `side` may trade with, in the order in which it meets them."""
        other = "sell" if side == "buy" else "buy"
        orders = [self.orders[order_id] for _, order_id in self.queues[other]]
        if limit is None:
            return orders
        return [order for order in orders if (order.price <= limit if side == "buy" else order.price >= limit)]

    def _would_take(self, side: str, limit: Decimal | None) -> bool:
        return bool(self._makers(side, limit))

    def _reachable(self, side: str, limit: Decimal | None) -> Decimal:
        return sum((order.leaves_qty for order in self._makers(side, limit)), ZERO)

    def _match(
        self, order_id: int, side: str, limit: Decimal | None, quantity: Decimal
    ) -> tuple[Decimal, list[Reported]]:
        reports = []
        for maker in self._makers(side, limit):
            traded = min(quantity, maker.leaves_qty)
            quantity -= traded
            maker.leaves_qty -= traded
            maker.cum_qty += traded
            reports.append(
                Reported("trade", order_id, side, maker.price, traded, quantity, maker.order_id, maker.leaves_qty)
            )
            if not maker.leaves_qty:
                self._leave(maker)
            if not quantity:
                break
        return quantity, reports

    def _rest(self, order: RestingOrder) -> None:
        self.arrivals += 1
        order.arrival = self.arrivals
        self.orders[order.order_id] = order
        insort(self.queues[order.side], (order.place, order.order_id))

    def _leave(self, order: RestingOrder) -> None:
        del self.orders[order.order_id]
        self.queues[order.side].remove((order.place, order.order_id))
