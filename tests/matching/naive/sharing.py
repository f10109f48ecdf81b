"""Sharing at one price by an allocation algorithm, and the TOP order of each side."""

from __future__ import annotations

from typing import Any

from tests.matching.naive.book import DISPLAYED, Level, Order
from tests.matching.naive.rows import BUY, SELL
from tests.matching.naive_allocation import STEPS, AllocationTerms, QueuedOrder, allocate


class Sharing:
    """How the displayed orders at one price share what a taker brings; part of NaiveEngine."""

    def start_sharing(self, allocation: dict[str, Any]) -> None:
        makers = {int(owner): percent for owner, percent in allocation.get("lead_market_makers", {}).items()}
        terms = AllocationTerms(**(allocation | {"lead_market_makers": makers}))
        self.allocation = None if terms.algorithm == "price_time" else terms
        self.tops: dict[int, Order | None] = {BUY: None, SELL: None}

    def note_rest(self, order: Order) -> None:
        """An order that is about to rest at a better price than all that is displayed takes TOP from whoever has it."""
        if order is self.tops[order.side]:
            self.tops[order.side] = None
        if self.allocation is None or "top" not in STEPS[self.allocation.algorithm] or order.kind != DISPLAYED:
            return
        side = self.sides[order.side]
        best = side.best_displayed()
        if best is None or side.sign * order.price < side.sign * best:
            large = order.shown >= self.allocation.top_minimum
            self.tops[order.side] = order if large and self.phase == "continuous" else None

    def lose_top(self, order: Order) -> None:
        if order is self.tops[order.side]:
            self.tops[order.side] = None

    def share_level(self, taker: Order, level: Level) -> bool:
        """Trade with the displayed orders at one price; false when the taker is done."""
        assert self.allocation is not None
        by_refill = self.rules.iceberg_sweep == "by_refill"
        queue = level.queues[DISPLAYED]
        goes_on = taker.leaves > 0
        for maker in list(queue.values()):
            if goes_on and self.prevention(taker, maker) != "none":
                goes_on = self.meet(taker, maker, maker.shown)
        emptied = []
        shares_out = True
        while goes_on:
            makers = [maker for maker in queue.values() if maker.shown]
            if not makers:
                break
            if shares_out:
                shares = self.shares(taker, makers)
                shares_out = taker.leaves >= sum(maker.shown for maker in makers)
            else:
                # Only what a cut order could not take is left: by time.
                makers = makers[:1]
                shares = [makers[0].shown]
            for maker, share in zip(makers, shares, strict=True):
                if not share or not goes_on:
                    continue
                goes_on = self.meet(taker, maker, min(share, maker.shown))
                if by_refill:
                    self.refill_if_empty(maker)
                elif maker.leaves and not maker.shown:
                    emptied.append(maker)
        return self.meet_reserves(taker, emptied, goes_on)

    def shares(self, taker: Order, makers: list[Order]) -> list[int]:
        assert self.allocation is not None
        queue = [QueuedOrder(m.shown, m.owner, m is self.tops[m.side], m.has("lead_market_maker")) for m in makers]
        return allocate(self.allocation, taker.leaves, queue)

    def in_order_of_reach(self, taker: Order, level: Level) -> list[Order]:
        """The displayed orders of a level as a taker meets them: where they share, its own come first."""
        orders = list(level.queues[DISPLAYED].values())
        if self.allocation is None:
            return orders
        return sorted(orders, key=lambda maker: self.prevention(taker, maker) == "none")
