"""Shares a quantity among the orders at one price plainly, with fractions: the twin of the compiled routine."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

STEPS = {
    "price_time": (),
    "allocation": ("top", "pro_rata"),
    "pro_rata": ("pro_rata",),
    "configurable": ("top", "lead_market_makers", "split", "pro_rata", "leveling"),
    "threshold_pro_rata": ("top", "pro_rata"),
    "threshold_pro_rata_lmm": ("top", "lead_market_makers", "pro_rata"),
    "fifo_top_lmm": ("top", "lead_market_makers"),
    "fifo_lmm": ("lead_market_makers",),
    "pro_rata_round_lot": ("round_lot",),
    "pro_rata_round_up": ("round_up",),
}


@dataclass(frozen=True)
class AllocationTerms:
    """The settings of pytrader.matching.AllocationRules, by the same names."""

    algorithm: str = "price_time"
    fifo_percent: int = 0
    leveling: bool = False
    top_percent: int = 100
    top_minimum: int = 1
    top_maximum: int | None = None
    pro_rata_minimum: int = 2
    board_lot: int = 1
    lead_market_makers: dict[int, int] = field(default_factory=dict)
    flagged_percent: int = 0


@dataclass(frozen=True)
class QueuedOrder:
    """One order of a queue: its displayed lots, whose it is, and what priority it has."""

    quantity: int
    owner: int = 0
    top: bool = False
    flagged: bool = False


class _Level:
    """A queue while its steps run."""

    def __init__(self, terms: AllocationTerms, incoming: int, queue: list[QueuedOrder]) -> None:
        self.terms = terms
        self.queue = queue
        self.left = min(incoming, sum(order.quantity for order in queue))
        self.shares = [0] * len(queue)
        self.without_share: list[int] = []

    def open(self, position: int) -> int:
        return self.queue[position].quantity - self.shares[position]

    def give(self, position: int, quantity: int) -> None:
        assert 0 <= quantity <= min(self.open(position), self.left)
        self.shares[position] += quantity
        self.left -= quantity

    def top(self) -> None:
        most = math.floor(Fraction(self.left * self.terms.top_percent, 100))
        if self.terms.top_maximum is not None:
            most = min(most, self.terms.top_maximum)
        for position, order in enumerate(self.queue):
            if order.top:
                self.give(position, min(order.quantity, most))

    def lead_market_makers(self) -> None:
        left = self.left
        tops = [i for i, order in enumerate(self.queue) if order.top and "top" in STEPS[self.terms.algorithm]]
        for owner, percent in self.terms.lead_market_makers.items():
            theirs = [i for i, order in enumerate(self.queue) if order.owner == owner and i not in tops]
            self.give_by_time(theirs, math.floor(Fraction(left * percent, 100)))
        listed = self.terms.lead_market_makers
        flagged = [i for i, o in enumerate(self.queue) if o.flagged and o.owner not in listed and i not in tops]
        self.give_by_time(flagged, math.floor(Fraction(left * self.terms.flagged_percent, 100)))

    def give_by_time(self, positions: list[int], quantity: int) -> None:
        for position in positions:
            share = min(self.open(position), quantity)
            self.give(position, share)
            quantity -= share

    def split(self) -> None:
        by_time = math.floor(Fraction(self.left * self.terms.fifo_percent, 100) + Fraction(1, 2))
        self.give_by_time(list(range(len(self.queue))), by_time)

    def pro_rata(self) -> None:
        whole = sum(self.open(i) for i in range(len(self.queue)))
        left = self.left
        for position in range(len(self.queue)):
            share = math.floor(Fraction(self.open(position), whole) * left)
            if share >= self.terms.pro_rata_minimum:
                self.give(position, share)
            elif self.open(position) > 0:
                self.without_share.append(position)

    def leveling(self) -> None:
        if not self.terms.leveling:
            return
        for position in sorted(self.without_share, key=lambda i: (-self.open(i), i))[: self.left]:
            self.give(position, 1)

    def round_lot(self) -> None:
        lot = self.terms.board_lot
        whole = sum(order.quantity for order in self.queue)
        incoming = self.left
        for position, order in enumerate(self.queue):
            lots = math.floor(Fraction(order.quantity * incoming, whole * lot) + Fraction(1, 2))
            self.give(position, lot * min(lots, order.quantity // lot, self.left // lot))

    def round_up(self) -> None:
        whole = sum(order.quantity for order in self.queue)
        for position in sorted(range(len(self.queue)), key=lambda i: (-self.queue[i].quantity, i)):
            quantity = self.queue[position].quantity
            self.give(position, math.ceil(Fraction(quantity, whole) * self.left))
            whole -= quantity


def allocate(terms: AllocationTerms, incoming: int, queue: list[QueuedOrder]) -> list[int]:
    """Return what each order, the oldest first, trades of the incoming lots."""
    level = _Level(terms, incoming, queue)
    if incoming < sum(order.quantity for order in queue):
        for step in STEPS[terms.algorithm]:
            getattr(level, step)()
    level.give_by_time(list(range(len(queue))), level.left)
    return level.shares
