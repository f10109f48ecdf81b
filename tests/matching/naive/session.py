"""The clock, trading phases and the auctions between them."""

from __future__ import annotations

from tests.matching.naive.bands import Bands
from tests.matching.naive.book import DISPLAYED, HIDDEN, PARKED, QUEUED, RESTING, TAKING, Order
from tests.matching.naive.rows import (
    BUY,
    INT64_MAX,
    NO_PRICE,
    ORDER_TYPES,
    PHASES,
    SELL,
    TIMES_IN_FORCE,
    UPDATES,
    Fill,
    Message,
    Update,
)
from tests.matching.naive_auction import (
    ACTIVATES,
    CALL_PHASES,
    FOLLOWERS,
    PUBLISHING,
    Band,
    auction_price,
    phase_accepts,
    range_around,
    uncrosses,
)

PHASE_NAMES = {code: name for name, code in PHASES.items()}
FORCE_NAMES = {code: name for name, code in TIMES_IN_FORCE.items()}
TYPE_NAMES = {code: name for name, code in ORDER_TYPES.items()}
AUCTION_FORCES = ("at_the_open", "at_the_close", "good_for_auction")
SCHEDULED = ("opening_auction", "intraday_auction", "closing_auction")
CONDITIONS = ("post_only", "all_or_none")
Found = tuple[int, int, int] | None


class Session(Bands):
    """What time, phases and auctions do; part of NaiveEngine."""

    def start_session(self) -> None:
        self.phase = "continuous"
        self.reference: int | None = None
        self.closing_price: int | None = None
        self.market_queues: dict[int, list[Order]] = {BUY: [], SELL: []}
        self.indicative: Found = None
        self.resumes, self.phase_until = "continuous", 0
        self.activating: list[Order] = []
        self.start_bands()

    def collecting(self) -> bool:
        return self.phase in CALL_PHASES or (self.phase == "halt" and self.session_rules.halt_accepts_orders)

    def acceptance(self) -> str:
        """The phase whose row of the table counts."""
        return "pre_open" if self.phase == "halt" and self.collecting() else self.phase

    def triggers_sleep(self) -> bool:
        return self.phase != "continuous"

    def phase_accepts(self, order: Order) -> bool:
        conditional = any(order.has(flag) for flag in CONDITIONS) or order.terms.min_qty
        if conditional and self.phase != "continuous":
            return False
        return phase_accepts(self.acceptance(), TYPE_NAMES[order.order_type], FORCE_NAMES[order.force])

    def phase_accepts_replace(self) -> bool:
        return self.acceptance() not in ("closed", "halt")

    def closing_allowed(self, price: int) -> bool:
        """After the close orders are priced at the closing price."""
        return self.phase != "post_close" or price in (NO_PRICE, self.closing_price)

    def tell_session(
        self, kind: str, side: int = 0, detail: int = 0, price: int = NO_PRICE, quantity: int = 0, surplus: int = 0
    ) -> None:
        self.updates.append(
            Update(
                *(UPDATES[kind], side, 0, detail, 0, 0, price, quantity, surplus),
                *(len(self.fills), self.message_index, self.clock),
            )
        )

    def on_clock(self, message: Message) -> str:
        if message.quantity < self.clock:
            return "clock_backwards"
        began = self.clock
        while (due := self.next_due(began)) is not None and due < message.quantity:
            self.stand_at(due)
            self.conclude()
        self.stand_at(message.quantity)
        return "accepted"

    def next_due(self, began: int) -> int | None:
        """When time sets off something next; a limit state that began on the way is left to the new time."""
        times = [order.terms.expire_time for order in self.orders.values() if order.terms.expire_time]
        if self.phase == "volatility_auction" and self.phase_until:
            times.append(self.phase_until)
        if self.limit_state != "none" and self.limit_state_since <= began and self.band_rules.limit_state_ns:
            times.append(self.limit_state_since + self.band_rules.limit_state_ns)
        return min(times, default=None)

    def stand_at(self, now: int) -> None:
        """What has come to its time leaves before anything else happens then."""
        self.clock = now
        due = [order for order in self.orders.values() if 0 < order.terms.expire_time <= self.clock]
        for order in sorted(due, key=lambda each: (each.terms.expire_time, each.entered)):
            self.expire(order)
        self.advance_phase()

    def expire(self, order: Order, reason: str = "none") -> None:
        self.leave(order)
        quantity, order.leaves = order.leaves, 0
        self.update("expired", order, price=order.limit, quantity=quantity, reason=reason)

    def on_phase(self, message: Message) -> str:
        following = PHASE_NAMES.get(message.quantity)
        if following is None:
            return "malformed_message"
        if following not in FOLLOWERS[self.phase]:
            return "trading_phase"
        # Only a scheduled auction is prolonged: whoever ends a volatility auction has looked at its price.
        if self.phase in SCHEDULED and uncrosses(self.phase, following) and self.is_far(self.auction_found()):
            self.enter_phase("volatility_auction", following, self.session_rules.volatility_auction_ns)
        else:
            self.change_phase(following)
        return "accepted"

    def change_phase(self, following: str) -> None:
        if uncrosses(self.phase, following):
            self.uncross()
        lasts = self.session_rules.volatility_auction_ns if following == "volatility_auction" else 0
        resumes = "post_close" if self.phase == "closing_auction" else "continuous"
        self.enter_phase(following, resumes, lasts)

    def enter_phase(self, following: str, resumes: str, lasts: int) -> None:
        self.phase, self.resumes = following, resumes
        self.phase_until = min(self.clock + lasts, INT64_MAX) if lasts else 0
        self.interrupted = False
        self.indicative = None
        self.leave_limit_state()
        self.tell_session("phase_changed", detail=PHASES[following])
        wanted = ACTIVATES.get(self.phase, ())
        parked = [order for order in self.orders.values() if order.state == PARKED]
        self.activating = sorted(
            (order for order in parked if FORCE_NAMES[order.force] in wanted), key=lambda each: each.time
        )
        if following == "post_close":
            self.closing_price = self.last
        if following == "closed":
            self.expire_day_orders()
        if following != "continuous":
            self.withdraw_pegs()
        elif self.last is not None:
            self.on_trade(self.last)

    def expire_day_orders(self) -> None:
        leaving = [order for order in self.orders.values() if FORCE_NAMES[order.force] in ("day", *AUCTION_FORCES)]
        for order in sorted(leaving, key=lambda each: each.entered):
            self.expire(order)

    def is_far(self, found: Found) -> bool:
        """Whether an auction price is so far from the last price that the auction goes on."""
        most = self.session_rules.extension_basis_points
        if not most or found is None or self.last is None:
            return False
        low, high = range_around(self.last, Band(up_basis_points=most, down_basis_points=most))
        return (low is not None and found[0] < low) or (high is not None and found[0] > high)

    def advance_phase(self) -> None:
        """What lasts for a time may be over."""
        if self.phase == "volatility_auction" and self.phase_until and self.clock >= self.phase_until:
            if self.is_far(self.auction_found()):
                self.phase_until = 0
            else:
                self.change_phase(self.resumes)
        self.advance_limit_state()

    def park(self, order: Order) -> str:
        """Let an order wait outside the book for its auction."""
        self.times += 1
        order.time = self.times
        order.state = PARKED
        self.orders[order.order_id] = order
        return "parked"

    def awaits_auction(self, order: Order) -> bool:
        force = FORCE_NAMES[order.force]
        return force in AUCTION_FORCES and force not in ACTIVATES.get(self.phase, ())

    def collect(self, order: Order) -> str:
        """An order comes to rest without matching, a market order in a queue of its own."""
        if order.limit != NO_PRICE:
            order.order_type = ORDER_TYPES["limit"]
            self.rest(order, order.limit)
            return "rested"
        self.times += 1
        order.time = self.times
        order.state = QUEUED
        self.orders[order.order_id] = order
        self.market_queues[order.side].append(order)
        return "parked"

    def leave_session(self, order: Order) -> None:
        """Take an order out of where it waits for a phase."""
        if order.state == QUEUED:
            self.market_queues[order.side].remove(order)
        elif order in self.activating:
            self.activating.remove(order)

    def activate(self) -> None:
        """The next order that waited for the auction that has begun enters behind those that are there."""
        order = self.activating.pop(0)
        order.state = TAKING
        del self.orders[order.order_id]
        self.update("activated", order, price=order.limit, quantity=order.leaves)
        self.collect(order)

    def in_auction(self, side: int) -> list[Order]:
        """The orders of one side in the order in which they trade: market orders, better limits, time."""
        limits = [
            order
            for level in self.sides[side].within(None)
            for kind in (DISPLAYED, HIDDEN)
            for order in level.queues[kind].values()
        ]
        return [*self.market_queues[side], *limits]

    def auction_found(self) -> Found:
        """The price, volume and surplus of an auction of what is there."""
        limits: dict[int, list[tuple[int, int]]] = {}
        market: dict[int, int] = {}
        for side in (BUY, SELL):
            orders = self.in_auction(side)
            market[side] = sum(order.leaves for order in orders if order.state == QUEUED)
            limits[side] = [(order.price, order.leaves) for order in orders if order.state == RESTING]
        reference = self.reference if self.reference is not None else self.last
        rules = self.session_rules
        return auction_price(
            *(limits[BUY], limits[SELL], market[BUY], market[SELL], reference),
            *(rules.auction_reference, rules.market_pressure),
        )

    def publish_indicative(self) -> None:
        if self.acceptance() not in PUBLISHING:
            return
        found = self.auction_found()
        if found == self.indicative:
            return
        self.indicative = found
        price, volume, surplus = found or (NO_PRICE, 0, 0)
        side = 0 if not surplus else BUY if surplus > 0 else SELL
        self.tell_session("indicative", side, price=price, quantity=volume, surplus=abs(surplus))

    def uncross(self) -> None:
        """Trade all that can at one price; again where a reduce-only order was cut and the book is still crossed."""
        found = self.auction_found()
        while found is not None:
            price, volume, _ = found
            self.tell_session("auction_price", price=price, quantity=volume)
            self.last = price
            self.trade_in_auction(price, volume)
            found = self.auction_found()
        self.end_auction()

    def trade_in_auction(self, price: int, left: int) -> None:
        while left > 0:
            buyer, seller = self.first_in_auction(BUY, price), self.first_in_auction(SELL, price)
            if buyer is None or seller is None:
                return
            for order in (buyer, seller):
                if order.order_id in self.orders:
                    self.cut_maker(order)
                if order.order_id not in self.orders:
                    break
            else:
                left -= self.auction_trade(buyer, seller, price, left)

    def first_in_auction(self, side: int, price: int) -> Order | None:
        for order in self.in_auction(side):
            if order.state == QUEUED or self.sides[side].sign * order.price <= self.sides[side].sign * price:
                return order
            return None
        return None

    def auction_trade(self, buyer: Order, seller: Order, price: int, left: int) -> int:
        quantity = min(left, buyer.leaves, seller.leaves)
        for order, signed in ((buyer, quantity), (seller, -quantity)):
            order.cum += quantity
            order.executed += quantity
            self.shrink(order, order.leaves - quantity)
            if order.owner:
                self.positions[order.owner] = self.positions.get(order.owner, 0) + signed
        self.fills.append(
            Fill(
                *(buyer.order_id, seller.order_id, price, quantity, buyer.leaves, seller.leaves),
                *(0, self.message_index),
            )
        )
        for order in (buyer, seller):
            if not order.leaves:
                self.leave(order)
        return quantity

    def end_auction(self) -> None:
        """What was there for the auction alone leaves: market orders first, by side and time."""
        for side in (BUY, SELL):
            for order in list(self.market_queues[side]):
                if FORCE_NAMES[order.force] in AUCTION_FORCES:
                    self.expire(order, "auction_ended")
                else:
                    self.cancel_for(order, "no_liquidity")
        rested = [
            order
            for order in self.orders.values()
            if order.state == RESTING and FORCE_NAMES[order.force] in AUCTION_FORCES
        ]
        for order in sorted(rested, key=lambda each: each.entered):
            self.expire(order, "auction_ended")
