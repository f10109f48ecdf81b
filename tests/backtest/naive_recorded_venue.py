"""The venue of recorded data once more, as lists that every question walks: levels, own orders in order of arrival.

One market for each kind of data: order by order (one recorded order a level), levels with trades, quotes with trades.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

UNKNOWN = 10**9
BUY, SELL = 1, -1
RESTS = ("gtc", "gtd")
LIMITED = ("limit", "stop_limit", "limit_if_touched")


@dataclass(eq=False)
class Own:
    """One own order."""

    name: str
    side: int
    kind: str
    leaves: int
    limit: int | None
    force: str = "gtc"
    stop: int | None = None
    trail: int | None = None
    extreme: int | None = None
    display: int = 0
    hidden: bool = False
    all_or_none: bool = False
    least: int = 0
    peg: str = ""
    offset: int = 0
    state: str = "entering"  # resting, waiting, unpriced
    price: int | None = None
    shown: int = 0
    place: int = 0  # lots ahead, or the number of its arrival order by order
    armed: int = 0  # when it began to wait at its stop price

    @property
    def rises(self) -> bool:
        return (self.side == BUY) != self.kind.endswith("if_touched")


class NaiveRecordedVenue:
    """Plays rows and commands; `lines` are what it said since it was last asked."""

    def __init__(self, data: str) -> None:
        self.data = data
        self.shown: dict[int, dict[int, int]] = {BUY: {}, SELL: {}}  # of the recording
        self.arrived: dict[tuple[int, int], int] = {}  # order by order: when the level's order came
        self.taken: dict[tuple[int, int], int] = {}
        self.withheld: tuple[int, int, int] | None = None
        self.orders: list[Own] = []
        self.elected: list[Own] = []
        self.last: int | None = None
        self.clock = 0
        self.references: tuple[int | None, int | None] = (None, None)
        self.lines: list[str] = []

    # The market.

    def visible(self, side: int) -> dict[int, int]:
        levels = {price: quantity for price, quantity in self.shown[side].items() if quantity}
        if self.data != "quotes" or not levels:
            return levels
        best = max(levels, key=lambda price: side * price)
        return {best: levels[best]}

    def touch(self, side: int) -> int | None:
        levels = self.visible(side)
        return max(levels, key=lambda price: side * price) if levels else None

    def left(self, side: int, price: int) -> int:
        gone = self.taken.get((side, price), 0)
        if self.withheld is not None and self.withheld[:2] == (side, price):
            gone += self.withheld[2]
        return max(0, self.visible(side).get(price, 0) - gone)

    def reachable(self, order_side: int, limit: int | None) -> list[tuple[int, int]]:
        """Prices within the limit with what is left there, best first."""
        side = -order_side
        prices = sorted(self.visible(side), key=lambda price: -side * price)
        within = [price for price in prices if limit is None or order_side * price <= order_side * limit]
        return [(price, self.left(side, price)) for price in within if self.left(side, price)]

    def displayed(self, side: int, price: int) -> int:
        if self.data != "quotes":
            return self.visible(side).get(price, 0)
        best = self.touch(side)
        if best is None or side * price > side * best:
            return 0
        return self.visible(side)[best] if price == best else UNKNOWN

    # Rows.

    def set_level(self, side: int, price: int, quantity: int) -> None:
        if self.data == "l3" and self.shown[side].get(price, 0):
            self.shown[side][price] = 0
            self.taken.pop((side, price), None)
            self.settle()
        self.clock += 1
        self.shown[side][price] = quantity
        self.arrived[side, price] = self.clock
        if self.data == "l2":
            self.taken[side, price] = min(self.taken.get((side, price), 0), quantity)
        if self.data != "l3":
            self.changed(side, price)
        if quantity or self.data != "l3":
            self.settle()

    def changed(self, side: int, price: int) -> None:
        """Levels or quotes say anew what is displayed."""
        if self.data == "quotes":
            self.taken.clear()
            for own_side in (BUY, SELL):
                self.quote_reaches(own_side)
        for own in self.resting():
            if self.data == "quotes" or (own.side, own.price) == (side, price):
                own.place = min(own.place, self.displayed(own.side, own.price or 0))

    def quote_reaches(self, side: int) -> None:
        for own in self.queue(side):
            best = self.touch(-side)
            if best is None or side * (own.price or 0) < side * best or not self.left(-side, best):
                continue
            if own.all_or_none and self.left(-side, best) < own.leaves:
                continue
            quantity = min(own.leaves, self.left(-side, best))
            self.taken[-side, best] = self.taken.get((-side, best), 0) + quantity
            self.fill(own, own.price or 0, quantity, "maker")

    def trade(self, side: int, price: int, quantity: int) -> None:
        """Somebody traded `quantity` against resting interest of this side."""
        shown = self.shown[side].get(price, 0)
        if self.data == "l3":
            executed = min(shown, quantity)
            if executed:
                self.reach(side, price, executed, lambda own: 0 if self.stands_before(own, side, price) else UNKNOWN)
                self.observe(price)
                self.shown[side][price] -= executed
                if not self.shown[side][price]:
                    self.taken.pop((side, price), None)
                self.settle()
            if quantity > executed:
                empty = not self.shown[side].get(price, 0)
                before = self.arrived.get((side, price), 0)
                self.reach(
                    side,
                    price,
                    quantity - executed,
                    lambda own: 0 if empty or (not own.hidden and own.place < before) else UNKNOWN,
                )
                self.observe(price)
                self.settle()
            return
        self.reach(side, price, quantity, lambda own: self.pass_queue(own, quantity))
        self.observe(price)
        self.withheld = (side, price, quantity)
        self.settle()
        self.withheld = None
        if shown:
            self.set_level(side, price, max(0, shown - quantity))

    def stands_before(self, own: Own, side: int, price: int) -> bool:
        return not own.hidden and own.place < self.arrived[side, price]

    def pass_queue(self, own: Own, quantity: int) -> int:
        displayed = self.displayed(own.side, own.price or 0)
        if own.hidden:
            return displayed
        ahead = min(own.place, displayed)
        if ahead < UNKNOWN:
            own.place = max(0, ahead - quantity)
        return ahead

    def reach(self, side: int, price: int, quantity: int, ahead_of: Callable[[Own], int]) -> None:
        left = quantity
        for level in sorted(
            {own.price for own in self.queue(side) if side * own.price >= side * price}, key=lambda p: -side * p
        ):
            for hidden in (False, True):
                queue = [own for own in self.queue(side) if own.price == level and own.hidden == hidden]
                while queue:
                    own = queue.pop(0)
                    reaching = left - (ahead_of(own) if level == price else 0)
                    if reaching <= 0 or (own.all_or_none and reaching < own.leaves):
                        continue
                    got = min(reaching, own.shown if level == price else own.leaves)
                    left -= got
                    if self.fill(own, level, got, "maker") and left > 0 and level == price:
                        queue.append(own)

    # Own orders.

    def resting(self) -> list[Own]:
        return [own for own in self.orders if own.state == "resting"]

    def queue(self, side: int) -> list[Own]:
        """Resting own orders of a side by price, then in order of their places in `orders`."""
        return sorted((own for own in self.resting() if own.side == side), key=lambda own: -side * (own.price or 0))

    def fill(self, own: Own, price: int, quantity: int, how: str) -> bool:
        """True if an iceberg shows its next tip."""
        self.lines.append(f"trade {own.name} {quantity} @ {price} {how}")
        own.leaves -= quantity
        own.shown -= quantity
        if own.leaves == 0:
            self.orders.remove(own)
        elif own.state == "resting" and own.shown <= 0:
            self.rest(own)
            return True
        return False

    def rest(self, own: Own) -> None:
        own.state = "resting"
        self.clock += 1
        own.place = self.clock if self.data == "l3" else self.displayed(own.side, own.price or 0)
        own.shown = min(own.leaves, own.display) if own.display else own.leaves
        if own in self.orders:
            self.orders.remove(own)
        self.orders.append(own)

    def close(self, own: Own, line: str) -> None:
        self.lines.append(f"{line}")
        if own in self.orders:
            self.orders.remove(own)
        if own in self.elected:
            self.elected.remove(own)

    def cancel(self, name: str) -> bool:
        for own in self.orders:
            if own.name == name:
                self.close(own, f"canceled {name}")
                return True
        return False

    def expire(self, name: str) -> None:
        for own in list(self.orders):
            if own.name == name:
                self.close(own, f"expired {name}")

    def best_opposite(self, side: int) -> int | None:
        offers = [price for price, _ in self.reachable(side, None)] + [own.price or 0 for own in self.queue(-side)]
        return min(offers, key=lambda price: side * price) if offers else None

    def meets_own(self, side: int, limit: int | None, quantity: int) -> bool:
        others = [own.price or 0 for own in self.queue(-side)]
        if not others:
            return False
        nearest = min(others, key=lambda price: side * price)
        if limit is not None:
            return side * limit >= side * nearest
        return sum(left for _, left in self.reachable(side, nearest - side)) < quantity

    def submit(self, own: Own) -> None:
        limit = self.entry_limit(own)
        if own.stop is None and own.trail is None and not (own.kind == "pegged" and limit is None):
            reason = self.refusal(own, limit)
            if reason:
                self.lines.append(f"rejected {own.name} {reason}")
                return
        self.lines.append(f"new {own.name}")
        self.orders.append(own)
        if own.stop is None and own.trail is None:
            self.enter(own)
        else:
            self.wait(own)
        self.settle()

    def refusal(self, own: Own, limit: int | None) -> str:
        if own.kind == "market_to_limit" and limit is None:
            return "no_liquidity"
        if self.meets_own(own.side, limit, own.leaves):
            return "self_trade"
        found = sum(left for _, left in self.reachable(own.side, limit))
        if (own.force == "fok" or (own.all_or_none and own.force == "ioc")) and found < own.leaves:
            return "fok_not_fillable"
        return ""

    def entry_limit(self, own: Own) -> int | None:
        if own.kind == "market_to_limit":
            return self.best_opposite(own.side) if own.limit is None else own.limit
        return self.peg_price(own) if own.kind == "pegged" else own.limit

    def peg_price(self, own: Own) -> int | None:
        bid, ask = self.touch(BUY), self.touch(SELL)
        if own.peg == "midpoint":
            if bid is None or ask is None:
                return None
            reference = (bid + ask) // 2 if own.side == BUY else -((-bid - ask) // 2)
        else:
            same = bid if own.side == BUY else ask
            if same is None:
                return None
            reference = same
        price = reference - own.side * own.offset
        if own.limit is None:
            return price
        return min(price, own.limit) if own.side == BUY else max(price, own.limit)

    def enter(self, own: Own) -> None:
        own.state = "entering"
        own.shown = own.leaves
        own.price = self.entry_limit(own)
        if own.kind == "pegged" and own.price is None:
            own.state = "unpriced"
            return None
        if own.kind == "market_to_limit":
            own.limit = own.price
        policy_limit = own.price
        blocked = [other.price or 0 for other in self.queue(-own.side)]
        nearest = min(blocked, key=lambda price: own.side * price) if blocked else None
        meets = nearest is not None and (policy_limit is None or own.side * policy_limit >= own.side * nearest)
        bound = nearest - own.side if meets and nearest is not None else policy_limit
        found = self.reachable(own.side, bound)
        wanted = own.leaves if own.all_or_none or own.force == "fok" else own.least
        own.least = 0
        if wanted and sum(left for _, left in found) < wanted:
            if not (own.all_or_none or own.force == "fok"):
                return self.close(own, f"canceled {own.name} minimum_quantity_not_met")
            if own.force in RESTS and own.price is not None:
                return self.rest(own)
            return self.close(own, f"canceled {own.name} fok_not_fillable")
        for price, left in found:
            quantity = min(left, own.leaves)
            if quantity:
                self.taken[-own.side, price] = self.taken.get((-own.side, price), 0) + quantity
                self.fill(own, price, quantity, "taker")
        if own.leaves == 0:
            return None
        if meets:
            return self.close(own, f"canceled {own.name} self_trade")
        if own.price is not None and own.force in RESTS:
            return self.rest(own)
        return self.close(own, f"canceled {own.name} no_liquidity")

    # What waits for a price.

    def wait(self, own: Own) -> None:
        own.state = "waiting"
        self.clock += 1
        own.armed = self.clock
        if own.trail is not None:
            if self.last is not None:
                own.extreme = self.last
                own.stop = self.last - own.side * -own.trail
            return
        if self.last is not None and self.is_reached(own, self.last):
            own.state = "elected"
            self.elected.append(own)

    @staticmethod
    def is_reached(own: Own, price: int) -> bool:
        if own.stop is None:
            return False
        return price >= own.stop if own.rises else price <= own.stop

    def observe(self, price: int) -> None:
        self.last = price
        waiting = [own for own in self.orders if own.state == "waiting"]
        reached = [own for own in waiting if self.is_reached(own, price)]
        rising = sorted((own for own in reached if own.rises), key=lambda own: (own.stop, own.armed))
        falling = sorted((own for own in reached if not own.rises), key=lambda own: (-(own.stop or 0), own.armed))
        for own in rising + falling:
            own.state = "elected"
            self.elected.append(own)
        for own in waiting:
            if own.trail is None or own.state != "waiting":
                continue
            stop = price + own.side * own.trail
            if own.stop is None or own.side * stop < own.side * own.stop:
                own.extreme, own.stop = price, stop
                self.clock += 1
                own.armed = self.clock

    def settle(self) -> None:
        while True:
            if self.reprice():
                continue
            if self.elected:
                own = self.elected.pop(0)
                self.lines.append(f"triggered {own.name}")
                own.kind = "market" if own.limit is None else "limit"
                own.stop = own.trail = None
                self.enter(own)
            elif not self.all_or_none_enters():
                return

    def reprice(self) -> bool:
        pegs = [own for own in self.orders if own.kind == "pegged"]
        now = (self.touch(BUY), self.touch(SELL))
        if not pegs or now == self.references:
            return False
        self.references = now
        moved = [own for own in pegs if own.state == "unpriced" or self.peg_price(own) != own.price]
        for own in moved:
            own.state = "unpriced"
        for own in sorted(moved, key=lambda own: int(own.name[1:])):
            if own in self.orders:
                self.enter(own)
        return True

    def all_or_none_enters(self) -> bool:
        for side in (BUY, SELL):
            for own in self.queue(side):
                if not own.all_or_none or self.meets_own(side, own.price, own.leaves):
                    continue
                if sum(left for _, left in self.reachable(side, own.price)) >= own.leaves:
                    self.enter(own)
                    return True
        return False
