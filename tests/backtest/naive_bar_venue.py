"""The venue of recorded bars once more: the price walks tick by tick, and every tick asks every order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.backtest.naive_recorded_venue import BUY, RESTS, Own

STOPS = ("stop", "stop_limit", "trailing_stop")


class NaiveBarVenue:
    """Plays bars and commands; `lines` are what it said since it was last asked."""

    def __init__(self, path: str, share: int) -> None:
        self.path = path
        self.share = share
        self.orders: list[Own] = []
        self.last: int | None = None
        self.left: int | None = None
        self.clock = 0
        self.lines: list[str] = []
        self.late: set[str] = set()  # came to rest within the bar under way; if at its open, in the worst case
        self.under_way = ""  # "open": the bar's open is over; "middle": its way has begun
        self.seen: set[str] = set()  # an open has looked at them
        self.types: dict[str, str] = {}

    def submit(self, own: Own) -> None:
        crossing = [other for other in self.resting() if other.side != own.side and own.limit is not None]
        plain = own.kind == "limit"
        if plain and any(own.side * (own.limit or 0) >= own.side * (other.price or 0) for other in crossing):
            self.lines.append(f"rejected {own.name} self_trade")
            return
        self.types[own.name] = own.kind
        self.lines.append(f"new {own.name}")
        self.orders.append(own)
        own.shown = own.leaves
        if own.kind in ("market", "limit", "market_to_limit"):
            self.queue_up(own)
            return
        if self.under_way == "middle":
            own.state = "asleep"
        else:
            self.arm(own)

    def arm(self, own: Own) -> None:
        own.state = "waiting"
        self.clock += 1
        own.armed = self.clock
        if own.trail is not None:
            if self.last is not None:
                own.stop = self.last + own.side * own.trail
        elif self.last is not None and self.reached(own, self.last):
            self.trigger(own)
            self.queue_up(own)

    def queue_up(self, own: Own) -> None:
        rests = own.limit is not None and own.force in RESTS
        own.state = "resting" if rests else "next open"
        own.price = own.limit
        if rests and self.under_way:
            reached = self.last is not None and own.side * self.last <= own.side * (own.limit or 0)
            (self.late if self.under_way == "middle" or reached else self.seen).add(own.name)
        self.orders.remove(own)
        self.orders.append(own)

    def trigger(self, own: Own) -> None:
        self.lines.append(f"triggered {own.name}")
        own.kind = "market" if own.limit is None else "limit"
        own.stop = own.trail = None

    @staticmethod
    def reached(own: Own, price: int) -> bool:
        if own.stop is None:
            return False
        return price >= own.stop if own.rises else price <= own.stop

    def resting(self) -> list[Own]:
        return [own for own in self.orders if own.state == "resting"]

    def cancel(self, name: str) -> None:
        self.leave(name, "canceled")

    def expire(self, name: str) -> None:
        self.leave(name, "expired")

    def leave(self, name: str, how: str) -> None:
        for own in list(self.orders):
            if own.name == name:
                self.orders.remove(own)
                self.lines.append(f"{how} {name}")

    def fill(self, own: Own, price: int, most: int, how: str) -> None:
        quantity = most if self.left is None else min(most, self.left)
        if quantity <= 0:
            return
        if self.left is not None:
            self.left -= quantity
        self.lines.append(f"trade {own.name} {quantity} @ {price} {how}")
        own.leaves -= quantity
        if own.leaves == 0:
            self.orders.remove(own)

    def meet(self, own: Own, now: int) -> None:
        """The order meets the price of now: it takes, rests or leaves."""
        if own.kind == "market_to_limit" and own.limit is None:
            own.limit = now
        within = own.limit is None or own.side * now <= own.side * own.limit
        room = own.leaves if self.left is None else min(own.leaves, self.left)
        if own.force == "fok" and (not within or room < own.leaves):
            self.orders.remove(own)
            self.lines.append(f"canceled {own.name} fok_not_fillable")
            return
        if within:
            self.fill(own, now, own.leaves, "taker")
        if own.leaves == 0:
            return
        if own.limit is None or own.force not in RESTS:
            self.orders.remove(own)
            self.lines.append(f"canceled {own.name} no_liquidity")
            return
        self.queue_up(own)
        self.seen.add(own.name)
        if self.path == "worst_case":
            self.late.add(own.name)

    def bar(
        self,
        prices: tuple[int, int, int, int],
        volume: int,
        upon: Sequence[Callable[[], None]] = (),
        meanwhile: Sequence[Callable[[], None]] = (),
    ) -> None:
        """Commands come `upon` a first trade at the open, after all that trades there, and in the middle of the bar."""
        bar_open, high, low, close = prices
        self.left = volume * self.share // 10_000 if self.share else None
        self.late.clear()
        for own in [own for own in self.orders if own.state == "next open"]:
            self.meet(own, bar_open)
        self.tick(bar_open, bar_open, (True, True))
        for side in (BUY, -BUY):
            for own in sorted(
                (own for own in self.resting() if own.side == side), key=lambda own: -side * (own.price or 0)
            ):
                if own.name not in self.late and side * bar_open <= side * (own.price or 0):
                    self.fill(own, bar_open, own.leaves, "maker" if own.name in self.seen else "taker")
        self.seen.update(own.name for own in self.resting())
        self.last = bar_open
        self.under_way = "open"
        for command in upon if any(line.startswith("trade") for line in self.lines) else ():
            command()
        self.under_way = "middle"
        for command in meanwhile:
            command()
        self.under_way = ""
        nearer_high = self.path == "adaptive" and high - bar_open < bar_open - low
        turns = [high, low, close] if self.path == "high_first" or nearer_high else [low, high, close]
        passes = ["stops", "rest"] if self.path == "worst_case" else ["all"]
        for which in passes:
            now = bar_open
            for turn in turns:
                self.walk(now, turn, which)
                now = turn
        self.last = close
        for own in [own for own in self.orders if own.state == "asleep"]:
            self.arm(own)

    def walk(self, now: int, to: int, which: str) -> None:
        step = 1 if to >= now else -1
        for price in range(now, to + step, step):
            self.tick(price, price, (which != "rest", which != "stops"), rising=step > 0)
            if which == "stops" or price == to:
                continue
            side = -step
            for own in [own for own in self.resting() if own.side == side and own.price == price]:
                if own.name not in self.late:
                    self.fill(own, price, own.leaves, "maker")

    def tick(self, price: int, now: int, books: tuple[bool, bool], *, rising: bool | None = None) -> None:
        """Stops look at the price first, then if-touched orders; trailing stops follow it."""
        for wanted, touched in ((books[0], False), (books[1], True)):
            waiting = [own for own in self.orders if own.state == "waiting"]
            if not wanted:
                continue
            book = [own for own in waiting if own.kind.endswith("if_touched") == touched and self.reached(own, price)]
            book.sort(key=lambda own: (not own.rises, own.stop if own.rises else -(own.stop or 0), own.armed))
            for own in book:
                own.state = "elected"
            self.follow(price, touched)
            for own in book:
                self.trigger(own)
                self.meet(own, now)

    def follow(self, price: int, touched: bool) -> None:
        for own in self.orders:
            if touched or own.trail is None or own.state != "waiting":
                continue
            stop = price + own.side * own.trail
            if own.stop is None or own.side * stop < own.side * own.stop:
                own.stop = stop
                self.clock += 1
                own.armed = self.clock
