"""The pass of a taker over its makers: priority, icebergs, self-trade prevention, reduce-only, and its reach."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.matching.naive.book import ALL_OR_NONE, DISPLAYED, HIDDEN, PEGGED, Level, Order
from tests.matching.naive.rows import BUY, SELF_TRADE, Fill

SELF_TRADE_NAMES = {code: name for name, code in SELF_TRADE.items()}


class Matching:
    """How a taker meets its makers; part of NaiveEngine."""

    def match(self, taker: Order) -> None:
        """Trade within the limit and the bands; `self.ended` says what ended the taker early."""
        self.ended = "none"
        for level in [] if taker.barred else self.sides[3 - taker.side].within(taker.match_limit):
            if not self.match_level(taker, level):
                return

    def match_level(self, taker: Order, level: Level) -> bool:
        """Trade at one price, by kind and then by time; false when the taker is done."""
        if self.allocation is not None:
            goes_on = self.share_level(taker, level)
        elif self.rules.iceberg_sweep == "displayed_first":
            goes_on = self.sweep_displayed_first(taker, level)
        else:
            goes_on = self.sweep_by_refill(taker, level)
        for kind in (HIDDEN, PEGGED, ALL_OR_NONE):
            for maker in list(level.queues[kind].values()):
                if not goes_on:
                    return False
                goes_on = self.meet(taker, maker, maker.leaves)
        return goes_on

    def sweep_by_refill(self, taker: Order, level: Level) -> bool:
        """Meet tips in the order of the queue; an emptied tip comes back behind everything displayed there."""
        queue = level.queues[DISPLAYED]
        goes_on = taker.leaves > 0
        while queue and goes_on:
            maker = next(iter(queue.values()))
            goes_on = self.meet(taker, maker, maker.shown)
            self.refill_if_empty(maker)
        return goes_on

    def sweep_displayed_first(self, taker: Order, level: Level) -> bool:
        """Meet all that is displayed, then the reserves by time, each in one trade; then the tips come back."""
        emptied = []
        goes_on = taker.leaves > 0
        for maker in list(level.queues[DISPLAYED].values()):
            if not goes_on:
                break
            goes_on = self.meet(taker, maker, maker.shown)
            if maker.leaves and not maker.shown:
                emptied.append(maker)
        return self.meet_reserves(taker, emptied, goes_on)

    def meet_reserves(self, taker: Order, emptied: list[Order], goes_on: bool) -> bool:
        """What the makers whose tips are gone hold behind them, then their new tips."""
        for maker in emptied:
            if goes_on:
                goes_on = self.meet(taker, maker, maker.leaves)
        for maker in emptied:
            self.refill_if_empty(maker)
        return goes_on

    def refill_if_empty(self, order: Order) -> None:
        if order.order_id in self.orders and order.leaves and not order.shown:
            queue = self.sides[order.side].levels[order.price].queues[DISPLAYED]
            self.show_tip(order)
            queue[order.order_id] = queue.pop(order.order_id)
            self.lose_top(order)
            self.update("refilled", order, price=order.price, quantity=order.shown)

    def show_tip(self, order: Order) -> None:
        """Decide what the book displays of an order that comes to rest."""
        if order.kind != DISPLAYED:
            order.shown = 0
        elif not order.is_iceberg:
            order.shown = order.leaves
        else:
            spread = order.terms.display_range
            drawn = self.random.next() % (2 * spread + 1) - spread if spread else 0
            order.shown = min(order.display_qty + drawn, order.leaves)

    def meet(self, taker: Order, maker: Order, available: int) -> bool:
        """Let a taker meet one maker; false when the taker is done."""
        self.cut_maker(maker)
        if maker.order_id not in self.orders:
            return True
        available = min(available, maker.leaves)
        if maker.kind == ALL_OR_NONE and maker.leaves > taker.leaves:
            return True
        mode = self.prevention(taker, maker)
        if mode != "none":
            return self.prevent(taker, maker, mode)
        self.fill(taker, maker, min(taker.leaves, available))
        return taker.leaves > 0

    def prevention(self, taker: Order, maker: Order) -> str:
        """What self-trade prevention says of these two: "none" lets them trade."""
        if not taker.owner or not maker.owner:
            return "none"
        if taker.owner != maker.owner:
            group = self.groups.get(taker.owner, 0)
            if self.rules.self_trade_scope != "group" or not group or group != self.groups.get(maker.owner, 0):
                return "none"
        asked = taker.self_trade if self.rules.self_trade_decider == "taker" else maker.self_trade
        return SELF_TRADE_NAMES[asked] if asked else self.rules.self_trade

    def prevent(self, taker: Order, maker: Order, mode: str) -> bool:
        if mode == "decrement":
            quantity = min(taker.leaves, maker.leaves)
            for order in (maker, taker):
                order.cum += quantity
                self.shrink(order, order.leaves - quantity)
                self.update("decremented", order, price=order.limit, quantity=quantity, reason="self_trade")
            if not maker.leaves:
                self.leave(maker)
            if not taker.leaves:
                self.ended = "self_trade"
            return taker.leaves > 0
        if mode in ("cancel_oldest", "cancel_both"):
            self.cancel_for(maker, "self_trade")
        if mode in ("cancel_newest", "cancel_both"):
            self.ended = "self_trade"
            return False
        return True

    def shrink(self, order: Order, leaves: int) -> None:
        """Take open quantity off an order: from what is not displayed first."""
        order.leaves = leaves
        order.shown = min(order.shown, leaves)

    def fill(self, taker: Order, maker: Order, quantity: int) -> None:
        for order in (taker, maker):
            order.leaves -= quantity
            order.cum += quantity
            order.executed += quantity
            if order.owner:
                signed = quantity if order.side == BUY else -quantity
                self.positions[order.owner] = self.positions.get(order.owner, 0) + signed
        if maker.kind == DISPLAYED:
            # A reserve that trades in one piece has no tip left to take from.
            maker.shown = max(0, maker.shown - quantity)
        price = self.closing_price if self.phase == "post_close" else maker.price
        self.fills.append(
            Fill(
                taker.order_id,
                maker.order_id,
                price,
                quantity,
                taker.leaves,
                maker.leaves,
                taker.side,
                self.message_index,
            )
        )
        if not maker.leaves:
            self.leave(maker)
        self.on_trade(price)

    def reducible(self, order: Order) -> int:
        """How much the order may trade so that the owner's position becomes smaller and does not turn."""
        position = self.positions.get(order.owner, 0)
        return max(0, -position if order.side == BUY else position)

    def fit_reduce_only(self, order: Order) -> int:
        """Cut an order that enters to what the position has left for it; returns how much was cut."""
        if not order.has("reduce_only"):
            return 0
        cut = max(0, order.leaves - self.reducible(order))
        order.leaves -= cut
        order.cum += cut
        return cut

    def tell_cut(self, order: Order, cut: int) -> None:
        if cut:
            self.update("decremented", order, price=order.limit, quantity=cut, reason="reduce_only_would_increase")

    def cut_maker(self, maker: Order) -> None:
        """Cut a reduce-only maker that is met to what the position has left for it; it leaves where that is nothing."""
        if not maker.has("reduce_only"):
            return
        most = self.reducible(maker)
        cut = maker.leaves - most
        if cut > 0 and not most:
            self.cancel_for(maker, "reduce_only_would_increase")
        elif cut > 0:
            maker.cum += cut
            self.shrink(maker, most)
            self.tell_cut(maker, cut)

    def reachable(self, taker: Order, enough: int) -> int:
        """Count what the taker could trade now, moving nothing."""
        if any(order.has("reduce_only") and order.side != taker.side for order in self.orders.values()):
            return self.rehearsed(taker, enough)
        left, reached = enough, 0
        for level in [] if taker.barred else self.sides[3 - taker.side].within(taker.match_limit):
            for maker, quantity, whole in self.meetings(taker, level):
                if maker.kind == ALL_OR_NONE and quantity > left:
                    continue
                mode = self.prevention(taker, maker)
                if mode in ("cancel_newest", "cancel_both"):
                    return reached
                if mode == "decrement" and whole:
                    left -= min(left, maker.leaves)
                if mode == "none":
                    quantity = min(quantity, left)
                    left -= quantity
                    reached += quantity
                if left == 0:
                    return reached
        return reached

    def rehearsed(self, taker: Order, enough: int) -> int:
        """Play the pass on a copy: what a reduce-only maker gives depends on all that its owner traded before."""
        memo: dict[int, Any] = {id(self.rules): self.rules, id(self.fills): [], id(self.updates): []}
        memo |= {id(order.terms): order.terms for order in (taker, *self.orders.values())}
        engine, order = deepcopy((self, taker), memo)
        order.leaves = enough
        engine.match(order)
        return sum(fill.quantity for fill in engine.fills)

    def meetings(self, taker: Order, level: Level) -> Iterator[tuple[Order, int, bool]]:
        """What a taker meets at one price: tips, then reserves, then the other kinds; False for a reserve."""
        displayed = self.in_order_of_reach(taker, level)
        for maker in displayed:
            yield maker, maker.shown, True
        for maker in displayed:
            if maker.leaves > maker.shown:
                yield maker, maker.leaves - maker.shown, False
        for kind in (HIDDEN, PEGGED, ALL_OR_NONE):
            for maker in level.queues[kind].values():
                yield maker, maker.leaves, True
