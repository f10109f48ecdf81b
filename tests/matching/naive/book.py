"""Orders and the two sides of a book: prices in order, and at each price four queues in order of priority."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

from tests.matching.naive.rows import BUY, FLAGS, MASK, NO_PRICE, NO_TERMS, Message, Terms

# Where an order stands at its price: displayed first, then the kinds that nobody sees.
DISPLAYED, HIDDEN, PEGGED, ALL_OR_NONE = range(4)

# What a live order is doing.
TAKING, RESTING, WAITING, UNPRICED, PARKED, QUEUED = "taking", "resting", "waiting", "unpriced", "parked", "queued"


class Order:
    """One live order. `leaves` is all that is open, `shown` what of it the book displays."""

    __slots__ = (
        "activates_above",
        "banded",
        "barred",
        "cum",
        "cut",
        "display_qty",
        "entered",
        "executed",
        "extreme",
        "flags",
        "force",
        "kind",
        "leaves",
        "limit",
        "match_limit",
        "order_id",
        "order_type",
        "owner",
        "price",
        "self_trade",
        "shown",
        "side",
        "slid",
        "state",
        "stop",
        "terms",
        "time",
    )

    def __init__(self, message: Message, terms: Terms = NO_TERMS) -> None:
        self.order_id = message.order_id
        self.side = message.side
        self.order_type = message.order_type
        self.force = message.time_in_force
        self.flags = message.flags
        self.self_trade = message.self_trade
        self.owner = message.owner
        self.limit = message.price
        self.leaves = message.quantity
        self.executed = 0
        self.cum = 0  # what no longer is open: executed, prevented, or cut as reduce-only
        self.cut = 0  # what reduce-only took off at entry and no update has told yet
        self.match_limit: int | None = None  # where its matching ends: its limit or a band
        self.banded = self.barred = False  # a band ends it before its limit; the best opposite price is outside
        self.slid = False  # a post-only order that has been moved away from the market and no update has told yet
        self.terms = terms
        self.display_qty = terms.display_qty
        self.shown = 0
        self.price = NO_PRICE  # where it rests
        self.stop = terms.stop_price  # where it is elected; NO_PRICE while a trailing stop does not track
        self.activates_above = False  # the side from which a trailing stop's activation price is met
        self.extreme = NO_PRICE  # the best trade that a trailing stop has seen
        self.state = TAKING
        self.time = 0  # its place among those that wait or stand beside it
        self.entered = 0  # when it came to the engine
        if terms.peg_type:
            self.kind = PEGGED
        elif message.flags & FLAGS["all_or_none"]:
            self.kind = ALL_OR_NONE
        else:
            self.kind = HIDDEN if message.flags & FLAGS["hidden"] else DISPLAYED

    @property
    def is_iceberg(self) -> bool:
        return self.display_qty > 0

    def has(self, flag: str) -> bool:
        return bool(self.flags & FLAGS[flag])


class Level:
    """The orders at one price: a queue for each kind, each in order of time (dict keeps the order of insertion)."""

    __slots__ = ("price", "queues")

    def __init__(self, price: int) -> None:
        self.price = price
        self.queues: tuple[dict[int, Order], ...] = ({}, {}, {}, {})

    def __bool__(self) -> bool:
        return any(self.queues)

    def orders(self) -> Iterator[Order]:
        for queue in self.queues:
            yield from queue.values()


class BookSide:
    """One side: its levels by price, and their keys sorted so that the best comes first."""

    def __init__(self, side: int) -> None:
        self.sign = -1 if side == BUY else 1
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []

    def push_back(self, order: Order) -> None:
        level = self.levels.get(order.price)
        if level is None:
            level = self.levels[order.price] = Level(order.price)
            insort(self.keys, self.sign * order.price)
        level.queues[order.kind][order.order_id] = order

    def remove(self, order: Order) -> None:
        level = self.levels[order.price]
        del level.queues[order.kind][order.order_id]
        if not level:
            del self.levels[order.price]
            del self.keys[bisect_left(self.keys, self.sign * order.price)]

    def within(self, limit: int | None) -> list[Level]:
        """The levels that a taker with this limit may trade with, best first."""
        keys = self.keys if limit is None else self.keys[: bisect_left(self.keys, self.sign * limit + 1)]
        return [self.levels[self.sign * key] for key in keys]

    def best(self) -> int | None:
        """The best price of any kind."""
        return self.sign * self.keys[0] if self.keys else None

    def best_displayed(self) -> int | None:
        for key in self.keys:
            if self.levels[self.sign * key].queues[DISPLAYED]:
                return self.sign * key
        return None

    def displayed(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """What everybody sees, best first: price, and the orders there with their displayed quantity."""
        return [
            (level.price, [(order.order_id, order.shown) for order in level.queues[DISPLAYED].values()])
            for level in self.within(None)
            if level.queues[DISPLAYED]
        ]


class SplitMix64:
    """The stream of 64-bit numbers by Steele, Lea and Flood (2014), for the tips of icebergs."""

    def __init__(self, seed: int) -> None:
        self.state = seed

    def next(self) -> int:
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        value = self.state
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB & MASK
        return value ^ (value >> 31)
