"""Auction prices, trading phases, price bands and the circuit breaker a second time, as plainly as their rules read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

Levels = Sequence[tuple[int, int]]
INT64_MAX = 2**63 - 1


def auction_price(
    bids: Levels,
    asks: Levels,
    market_buy: int = 0,
    market_sell: int = 0,
    reference: int | None = None,
    rule: str = "nearest_limit",
    market_pressure: bool = True,
) -> tuple[int, int, int] | None:
    """Price, volume and surplus (buyers' above zero), judged at every limit of the book one after the other."""

    def bought(price: int) -> int:
        return market_buy + sum(quantity for limit, quantity in bids if limit >= price)

    def sold(price: int) -> int:
        return market_sell + sum(quantity for limit, quantity in asks if limit <= price)

    def volume(price: int) -> int:
        return min(bought(price), sold(price))

    def surplus(price: int) -> int:
        return bought(price) - sold(price)

    prices = sorted({limit for limit, _ in (*bids, *asks)})
    if not prices:
        if reference is None or min(market_buy, market_sell) == 0:
            return None
        return reference, min(market_buy, market_sell), market_buy - market_sell
    most = max(map(volume, prices))
    if most == 0:
        return None
    prices = [price for price in prices if volume(price) == most]
    least = min(abs(surplus(price)) for price in prices)
    prices = [price for price in prices if abs(surplus(price)) == least]
    if market_pressure and all(surplus(price) > 0 for price in prices):
        chosen = prices[-1]
    elif market_pressure and all(surplus(price) < 0 for price in prices):
        chosen = prices[0]
    elif reference is None:
        chosen = prices[-1]
    elif rule == "at_reference" and prices[0] < reference < prices[-1]:
        chosen = reference
    else:
        chosen = min(reversed(prices), key=lambda price: abs(price - reference))
    return chosen, most, surplus(chosen)


CALL_PHASES = ("pre_open", "opening_auction", "intraday_auction", "volatility_auction", "closing_auction")
PUBLISHING = CALL_PHASES[1:]
MATCHING = ("continuous", "post_close")
NOT_IN_CALLS = ("market_to_limit", "market_with_protection", "ioc", "fok")
ACTIVATES = {
    "pre_open": ("at_the_open", "good_for_auction"),
    "opening_auction": ("at_the_open", "good_for_auction"),
    "intraday_auction": ("good_for_auction",),
    "closing_auction": ("at_the_close", "good_for_auction"),
}
FOLLOWERS = {
    "closed": ("pre_open", "opening_auction", "continuous", "halt"),
    "pre_open": ("opening_auction", "continuous", "halt", "closed"),
    "opening_auction": ("continuous", "volatility_auction", "halt", "closed"),
    "continuous": ("intraday_auction", "volatility_auction", "closing_auction", "post_close", "halt", "closed"),
    "intraday_auction": ("continuous", "volatility_auction", "closing_auction", "halt", "closed"),
    "volatility_auction": ("continuous", "intraday_auction", "closing_auction", "post_close", "halt", "closed"),
    "closing_auction": ("continuous", "volatility_auction", "post_close", "halt", "closed"),
    "post_close": ("pre_open", "halt", "closed"),
    "halt": (*CALL_PHASES, *MATCHING, "closed"),
}


def phase_accepts(phase: str, order_type: str, time_in_force: str) -> bool:
    """Whether a phase takes new orders of this type and time in force."""
    if phase == "continuous":
        return True
    if phase in CALL_PHASES:
        return order_type not in NOT_IN_CALLS and time_in_force not in NOT_IN_CALLS
    return phase == "post_close" and order_type == "limit" and time_in_force in ("day", "gtc", "gtd", "ioc")


def uncrosses(phase: str, following: str) -> bool:
    """Whether going on determines a price and trades at it first."""
    if following in MATCHING:
        return phase not in MATCHING
    if following == "closed":
        return phase in PUBLISHING
    scheduled = ("opening_auction", "intraday_auction", "closing_auction")
    return phase in scheduled and following in scheduled


@dataclass(frozen=True)
class Band:
    """A band by the names of PriceBand."""

    up_ticks: int = 0
    up_basis_points: int = 0
    down_ticks: int = 0
    down_basis_points: int = 0
    greater: bool = False


def width(reference: int, ticks: int, basis_points: int, greater: bool) -> Fraction | None:
    """How far a bound is away, in ticks; None without a bound."""
    widths = [Fraction(ticks)] if ticks else []
    if basis_points:
        widths.append(Fraction(abs(reference) * basis_points, 10_000))
    if not widths:
        return None
    return max(widths) if greater else min(widths)


def range_around(reference: int | None, band: Band, rounding: str = "inward") -> tuple[int | None, int | None]:
    """The lowest and the highest price allowed, None for an open end."""
    if reference is None:
        return None, None
    down = width(reference, band.down_ticks, band.down_basis_points, band.greater)
    up = width(reference, band.up_ticks, band.up_basis_points, band.greater)
    half = Fraction(1, 2) if rounding == "nearest" else 0
    low = None if down is None else ceil(reference - down - half)
    high = None if up is None else floor(reference + up + half)
    # A bound beyond the prices that there are is none.
    if low is not None and low <= -INT64_MAX:
        low = None
    return low, None if high is not None and high >= INT64_MAX else high


def luld_widths(tier: int, previous_close: Fraction, doubled: bool) -> tuple[Fraction | None, Fraction]:
    """Dollars (None: no bound in dollars) and the share of the reference price, by appendix A of the plan."""
    if previous_close > 3:
        share = Fraction(5, 100) if tier == 1 else Fraction(10, 100)
        return None, share * 2 if doubled and tier == 1 else share
    factor = 2 if doubled else 1
    if previous_close >= Fraction(75, 100):
        return None, Fraction(20, 100) * factor
    return Fraction(15, 100) * factor, Fraction(75, 100) * factor


class Breaker:
    """The U.S. circuit breaker, one day."""

    LEVELS = ((1, Fraction(7, 100)), (2, Fraction(13, 100)), (3, Fraction(20, 100)))
    QUARTER = 15 * 60 * 10**9

    def __init__(self, reference: int, opening: int, cutoff: int) -> None:
        self.reference, self.opening, self.cutoff = reference, opening, cutoff
        self.deepest = 0
        self.until: int | None = None  # None: not halted; INT64_MAX: for the rest of the day

    def observe(self, index: int, ts: int) -> tuple[int, bool, int | None]:
        """The level newly reached, whether trading is halted, and until when (None: not to go on, or not halted)."""
        fall = Fraction(self.reference - index, self.reference)
        reached = [
            level
            for level, decline in self.LEVELS
            if fall >= decline and ts >= self.opening and (level == 3 or ts <= self.cutoff)
        ]
        new = max(reached, default=0)
        if new > self.deepest:
            self.deepest = new
            self.until = INT64_MAX if new == 3 else max(self.until or 0, ts + self.QUARTER)
        else:
            new = 0
        halted = self.until is not None and (self.until == INT64_MAX or ts < self.until)
        return new, halted, self.until if halted and self.until != INT64_MAX else None
