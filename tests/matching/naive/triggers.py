"""Orders that wait for a price: stops, if-touched orders and trailing stops, elected by trades in a fixed order."""

from __future__ import annotations

from bisect import insort

from tests.matching.naive.book import Order
from tests.matching.naive.rows import BUY, INT64_MAX, NO_PRICE, ORDER_TYPES, SELL

STOP = ORDER_TYPES["stop"]
STOP_LIMIT = ORDER_TYPES["stop_limit"]
IF_TOUCHED = (ORDER_TYPES["market_if_touched"], ORDER_TYPES["limit_if_touched"])
TRAILING = (ORDER_TYPES["trailing_stop"], ORDER_TYPES["trailing_stop_limit"])
TRIGGER_TYPES = (STOP, STOP_LIMIT, *IF_TOUCHED, *TRAILING)
BECOME_LIMIT = (STOP_LIMIT, ORDER_TYPES["limit_if_touched"], ORDER_TYPES["trailing_stop_limit"])
BASIS_POINTS = 10_000


def clamp(price: int) -> int:
    """Keep a computed price within the prices that there are."""
    return max(NO_PRICE + 1, min(INT64_MAX, price))


def rises(order: Order) -> bool:
    """Whether the order is elected by a price that comes from below."""
    return (order.side == BUY) != (order.order_type in IF_TOUCHED)


def through(order: Order, price: int, trigger: int) -> bool:
    return price >= trigger if rises(order) else price <= trigger


def share(price: int, basis_points: int) -> int:
    """Basis points of a price, rounded up to whole ticks."""
    return -(-abs(price) * basis_points // BASIS_POINTS)


def trailing_stop(order: Order, extreme: int) -> int:
    """Where the stop belongs when this is the best trade that it has seen."""
    terms = order.terms
    distance = share(extreme, terms.trailing_offset) if terms.trailing_unit else terms.trailing_offset
    return clamp(extreme - distance if order.side == SELL else extreme + distance)


def least_move(order: Order, extreme: int) -> int:
    terms = order.terms
    if not terms.trailing_step:
        return 1
    return max(1, share(extreme, terms.trailing_step)) if terms.trailing_unit else terms.trailing_step


class Triggers:
    """Waiting orders and how trades elect them; part of NaiveEngine."""

    def wait(self, order: Order) -> None:
        """Let an order wait for its price; it queues behind the others at its trigger."""
        self.orders[order.order_id] = order
        if self.reached_at_entry(order):
            order.state = "elected"
            self.elected.append(order)
            return
        order.state = "waiting"
        if order.order_type in TRAILING:
            self.trailing[order.order_id] = order
            order.activates_above = self.activates_above(order)
            if self.last is not None and not self.triggers_sleep() and self.activates(order, self.last):
                self.track(order, self.last)
        else:
            self.queue_trigger(order)

    def queue_trigger(self, order: Order) -> None:
        self.times += 1
        order.time = self.times
        queue = self.rising if rises(order) else self.falling
        insort(queue, (order.stop if rises(order) else -order.stop, order.time, order.order_id))

    def unqueue_trigger(self, order: Order) -> None:
        if order.stop != NO_PRICE:
            queue = self.rising if rises(order) else self.falling
            queue.remove((order.stop if rises(order) else -order.stop, order.time, order.order_id))

    def stop_waiting(self, order: Order) -> None:
        self.unqueue_trigger(order)
        self.trailing.pop(order.order_id, None)

    def activates(self, order: Order, price: int) -> bool:
        activation = order.terms.activation_price
        if activation == NO_PRICE:
            return True
        return price >= activation if order.activates_above else price <= activation

    def activates_above(self, order: Order) -> bool:
        """Whether trades at or above the activation price begin the trailing, by where the last trade stands."""
        activation = order.terms.activation_price
        if activation == NO_PRICE or self.last in (None, activation):
            return order.side == SELL
        return activation > self.last

    def track(self, order: Order, price: int) -> None:
        order.extreme = price
        order.stop = trailing_stop(order, price)
        self.queue_trigger(order)
        self.update("stop_moved", order, price=order.stop, quantity=order.leaves)

    def on_trade(self, price: int) -> None:
        """Elect what this trade reaches, lowest rising trigger first, then highest falling; then let stops trail."""
        self.last = price
        if not self.triggers_sleep():
            self.elect(price)
            self.trail(price)

    def elect(self, price: int) -> None:
        for queue, sign in ((self.rising, 1), (self.falling, -1)):
            while queue and queue[0][0] <= sign * price:
                order = self.orders[queue[0][2]]
                self.stop_waiting(order)
                order.state = "elected"
                self.elected.append(order)

    def trail(self, price: int) -> None:
        for order in list(self.trailing.values()):
            if order.extreme == NO_PRICE:
                if self.activates(order, price):
                    self.track(order, price)
                continue
            better = price > order.extreme if order.side == SELL else price < order.extreme
            if not better:
                continue
            order.extreme = price
            stop = trailing_stop(order, price)
            moved = stop - order.stop if order.side == SELL else order.stop - stop
            if moved >= least_move(order, price):
                self.unqueue_trigger(order)
                self.track(order, price)

    def release(self, order: Order) -> None:
        """An elected order enters as a new taker; no status tells of it, so updates do."""
        trigger = order.stop
        if order.order_type in BECOME_LIMIT:
            if order.order_type in TRAILING:
                offset = order.terms.limit_offset
                order.limit = clamp(trigger - offset if order.side == SELL else trigger + offset)
        elif self.rules.stop_protection_ticks:
            ticks = self.rules.stop_protection_ticks
            order.limit = clamp(trigger + ticks if order.side == BUY else trigger - ticks)
        else:
            order.limit = NO_PRICE
        order.order_type = ORDER_TYPES["market" if order.limit == NO_PRICE else "limit"]
        order.stop = NO_PRICE
        self.update("triggered", order, price=order.limit, quantity=order.leaves)
        if self.fit_again(order):
            self.take(order, own_message=False)
