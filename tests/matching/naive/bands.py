"""Price bands: which limits are refused, where a taker's trading ends, and what a touch at the band leads to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.matching.naive.book import ALL_OR_NONE, PEGGED, Order
from tests.matching.naive.rows import BUY, NO_PRICE, SELL, Message
from tests.matching.naive_auction import Band, range_around

Range = tuple[int | None, int | None]
SESSION_DEFAULTS = {
    "halt_accepts_orders": False,
    "auction_reference": "nearest_limit",
    "volatility_auction_ns": 0,
    "extension_basis_points": 0,
    "market_pressure": True,
}
BAND_DEFAULTS: dict[str, Any] = {
    "entry": {},
    "entry_aggressive_only": False,
    "static_range": {},
    "dynamic_range": {},
    "rounding": "inward",
    "breach": "cancel_remainder",
    "limit_state_ns": 0,
    "pause_ns": 0,
}


class Bands:
    """What price bands do; part of NaiveEngine."""

    def start_bands(self) -> None:
        self.session_rules = SimpleNamespace(**{**SESSION_DEFAULTS, **self.rules.session})
        self.band_rules = SimpleNamespace(**{**BAND_DEFAULTS, **self.rules.bands})
        self.interrupted = False
        self.limit_state = "none"
        self.limit_state_since = 0

    def range_of(self, band: dict[str, Any], reference: int | None) -> Range:
        return range_around(reference, Band(**band), self.band_rules.rounding)

    def trading_range(self) -> Range:
        """Where a taker may trade: inside the static and the dynamic range."""
        ranges = (
            self.range_of(self.band_rules.static_range, self.reference),
            self.range_of(self.band_rules.dynamic_range, self.last),
        )
        lows = [low for low, _ in ranges if low is not None]
        highs = [high for _, high in ranges if high is not None]
        return max(lows, default=None), min(highs, default=None)

    def clamp_to_bands(self, order: Order, limit: int) -> None:
        """Fix where the order's matching ends for its whole pass, whatever it trades."""
        order.match_limit = None if limit == NO_PRICE else limit
        order.banded = order.barred = False
        if self.phase != "continuous":
            return
        low, high = self.trading_range()
        bound = high if order.side == BUY else low
        if bound is not None and (order.match_limit is None or self.beyond(order.side, order.match_limit, bound)):
            order.banded = True
            order.match_limit = bound
        best = self.sides[3 - order.side].best()
        near = low if order.side == BUY else high
        order.barred = None not in (best, near) and self.beyond(order.side, near, best)

    @staticmethod
    def beyond(side: int, price: int, bound: int) -> bool:
        """Whether a price of this side is more aggressive than the bound."""
        return price > bound if side == BUY else price < bound

    def meet_band(self, order: Order, limit: int) -> tuple[int, str]:
        """What the bands do to the rest of a taker: where it rests, and why it does not."""
        # Where a pegged order rests, its reference says.
        if self.phase != "continuous" or order.kind == PEGGED or not (order.banded or order.barred):
            return limit, "none"
        breach = self.band_rules.breach
        rests = limit != NO_PRICE and self.rests_by_force(order)
        if breach == "rest_at_band" and rests and order.banded and not order.barred:
            self.update("repriced", order, price=order.match_limit, quantity=order.leaves)
            return order.match_limit, "none"
        if not self.reaches_beyond_band(order, limit):
            return limit, "none"
        self.interrupted = breach == "interrupt"
        return limit, "none" if self.interrupted and rests else "price_band"

    def reaches_beyond_band(self, order: Order, limit: int) -> bool:
        """Whether the best maker of a kind, all-or-none apart, stands within the limit but outside the bands."""
        levels = self.sides[3 - order.side].within(None if limit == NO_PRICE else limit)
        for kind in range(ALL_OR_NONE):
            best = next((level.price for level in levels if level.queues[kind]), None)
            if best is not None and (order.barred or self.beyond(order.side, best, order.match_limit)):
                return True
        return False

    def entry_allowed(self, order: Order, price: int) -> bool:
        if price == NO_PRICE:
            return True
        low, high = self.range_of(self.band_rules.entry, self.reference)
        too_high = high is not None and price > high
        too_low = low is not None and price < low
        if self.band_rules.entry_aggressive_only:
            return not (too_high if order.side == BUY else too_low)
        return not (too_high or too_low)

    def on_reference_price(self, message: Message) -> str:
        if message.price == NO_PRICE:
            return "limit_order_without_price"
        before = self.range_of(self.band_rules.static_range, self.reference)
        self.reference = message.price
        after = self.range_of(self.band_rules.static_range, self.reference)
        if after != before:
            low, high = (NO_PRICE if end is None else end for end in after)
            self.tell_session("band_changed", price=low, quantity=high)
        return "accepted"

    def watch_limit_state(self) -> None:
        """After a message: the touch may have come to the static band, or left it."""
        if not self.band_rules.limit_state_ns or self.phase != "continuous":
            return
        low, high = self.range_of(self.band_rules.static_range, self.reference)
        bid, ask = self.sides[BUY].best_displayed(), self.sides[SELL].best_displayed()
        state = "none"
        if bid is not None and bid == high and (ask is None or ask > bid):
            state = "limit_up"
        elif ask is not None and ask == low and (bid is None or bid < ask):
            state = "limit_down"
        if state == self.limit_state:
            return
        self.limit_state, self.limit_state_since = state, self.clock
        if state == "none":
            self.tell_session("limit_state")
        else:
            up = state == "limit_up"
            self.tell_session("limit_state", BUY if up else SELL, detail=1, price=high if up else low)

    def leave_limit_state(self) -> None:
        if self.limit_state != "none":
            self.limit_state, self.limit_state_since = "none", self.clock
            self.tell_session("limit_state")

    def advance_limit_state(self) -> None:
        """A limit state that has lasted pauses trading."""
        most = self.band_rules.limit_state_ns
        lasted = self.limit_state != "none" and self.clock - self.limit_state_since >= most
        if self.phase == "continuous" and most and lasted:
            self.enter_phase("volatility_auction", "continuous", self.band_rules.pause_ns)
