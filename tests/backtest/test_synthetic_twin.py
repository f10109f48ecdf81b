"""Random worlds with synthetic prices against a twin that computes them in fractions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pytrader import Strategy
from pytrader.strategy import OrderEvent
from tests.backtest.synthetic_rows import NAMES, SECOND, Row, run


@dataclass
class Wanted:
    """An order of a world: placed at the first row of a second, for a synthetic."""

    after: int
    symbol: int
    side: str
    kind: str
    stop: int
    trigger: str
    fired: bool = False

    @property
    def rising(self) -> bool:
        return (self.side == "buy") == (self.kind == "stop")

    @property
    def source(self) -> str:
        return self.trigger if self.trigger != "bid_ask" else ("ask" if self.side == "buy" else "bid")


@dataclass
class Formula:
    """A formula in fractions; `legs` are the weights by name, or of a ratio the two names."""

    ratio: bool
    legs: dict[str, Fraction]
    tick: Fraction


class World:
    """Random rows, formulas and orders, and which second fires which order by the plain definitions."""

    TICKS = ("1", "0.5", "0.25", "0.2", "0.05", "0.01")

    def __init__(self, random: Random) -> None:
        self.ticks = {name: random.choice(self.TICKS) for name in NAMES}
        self.formulas = [self.formula(random) for _ in range(random.randint(1, 4))]
        together = random.choice((1, 2, 4))  # rows of one second, on average
        self.rows = [self.row(random, number // together) for number in range(random.randint(20, 60) * together)]
        # Every instrument must have data.
        self.rows += [Row(self.rows[-1].second + 1, name, 10, 11) for name in NAMES]
        # At one time trades come first, and rows in the order of their streams.
        self.rows.sort(key=lambda row: (row.second, row.last is None, NAMES.index(row.name)))
        self.market: dict[str, dict[str, Fraction | None]] = {name: {} for name in NAMES}
        self.orders = [
            Wanted(
                random.randint(0, self.rows[-1].second),
                random.randrange(len(self.formulas)),
                random.choice(("buy", "sell")),
                random.choice(("stop", "touch")),
                0,
                random.choice(("bid_ask", "mid", "last")),
            )
            for _ in range(random.randint(1, 40))
        ]
        self.orders.sort(key=lambda order: order.after)
        self.place_stops(random)

    @staticmethod
    def formula(random: Random) -> Formula:
        tick = Fraction(random.choice(World.TICKS))
        if random.random() < 0.3:
            return Formula(True, dict.fromkeys(random.sample(NAMES, 2), Fraction(1)), tick)
        names = random.sample(NAMES, random.randint(1, 3))
        weights = (1, -1, 2, -3, Fraction(1, 2), Fraction(-5, 4), Fraction(7, 100))
        return Formula(False, {name: Fraction(random.choice(weights)) for name in names}, tick)

    @staticmethod
    def row(random: Random, second: int) -> Row:
        name = random.choice(NAMES)
        price = random.randint(90, 110)
        if random.random() < 0.4:
            return Row(second, name, last=price)
        bid = None if random.random() < 0.1 else price
        return Row(second, name, bid, None if random.random() < 0.1 else price + random.randint(0, 3))

    def take(self, row: Row) -> None:
        tick = Fraction(self.ticks[row.name])
        for field_name in ("last",) if row.last is not None else ("bid", "ask"):
            value = getattr(row, field_name)
            self.market[row.name][field_name] = None if value is None else value * tick

    def price(self, formula: Formula, source: str) -> Fraction | None:
        """The exact price in ticks of the formula."""

        def of(name: str, which: str) -> Fraction | None:
            if which != "mid":
                return self.market[name].get(which)
            bid, ask = self.market[name].get("bid"), self.market[name].get("ask")
            return None if bid is None or ask is None else (bid + ask) / 2

        other = {"bid": "ask", "ask": "bid"}.get(source, source)
        if formula.ratio:
            first, second = formula.legs
            above, below = of(first, source), of(second, other)
            return None if above is None or below is None or below <= 0 else above / below / formula.tick
        total = Fraction(0)
        for name, weight in formula.legs.items():
            value = of(name, source if weight > 0 else other)
            if value is None:
                return None
            total += weight * value
        return total / formula.tick

    def place_stops(self, random: Random) -> None:
        """Put stops near what the formulas come to, so that many fire and many do not."""
        for second, rows in groupby(self.rows, key=lambda row: row.second):
            for row in rows:
                self.take(row)
            for order in self.orders:
                if order.after == second:
                    now = self.price(self.formulas[order.symbol], order.source)
                    order.stop = int(now or 0) + random.randint(-40, 40)
        self.market = {name: {} for name in NAMES}

    def reached(self, order: Wanted) -> bool:
        price = self.price(self.formulas[order.symbol], order.source)
        return price is not None and (price >= order.stop if order.rising else price <= order.stop)

    def fires(self) -> list[tuple[int, int]]:
        """Every (second, number of the order) in the order in which they fire."""
        made: list[tuple[int, int]] = []
        for second, rows in groupby(self.rows, key=lambda row: row.second):
            held = [order for order in self.orders if order.after < second and not order.fired]
            told: set[tuple[int, str]] = set()
            placed = False
            for row in rows:
                self.take(row)
                sources = ("last",) if row.last is not None else ("ask", "bid", "mid")
                told |= {(o.symbol, o.source) for o in held if o.source in sources and row.name in self.legs(o)}
                if placed:
                    continue
                placed = True
                for order in self.orders:
                    if order.after == second and self.reached(order):
                        made.append(self.fire(order, second))
                    elif order.after == second:
                        held.append(order)
            for symbol in range(len(self.formulas)):
                for source in ("last", "ask", "bid", "mid"):
                    if (symbol, source) not in told:
                        continue
                    due = [o for o in held if o.symbol == symbol and o.source == source and self.reached(o)]
                    due.sort(key=lambda o: (not o.rising, o.stop if o.rising else -o.stop, self.number(o)))
                    made += [self.fire(order, second) for order in due]
        return made

    def legs(self, order: Wanted) -> dict[str, Fraction]:
        return self.formulas[order.symbol].legs

    def number(self, order: Wanted) -> int:
        return 1 + next(place for place, known in enumerate(self.orders) if known is order)

    def fire(self, order: Wanted, second: int) -> tuple[int, int]:
        order.fired = True
        return second, self.number(order)


class Player(Strategy):
    """Places a world's orders, which rest far away once they are released."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.fired: list[tuple[int, int]] = []
        self.placed = -1  # the last second

    def on_start(self) -> None:
        self.symbols = []
        for number, formula in enumerate(self.world.formulas):
            tick = Decimal(formula.tick.numerator) / formula.tick.denominator
            if formula.ratio:
                one, other = (f"{name}.X" for name in formula.legs)
                made = self.synthetic(f"S{number}", ratio=(one, other), tick_size=tick)
            else:
                weights = {f"{n}.X": Decimal(w.numerator) / w.denominator for n, w in formula.legs.items()}
                made = self.synthetic(f"S{number}", weights, tick_size=tick)
            self.symbols.append(made)

    def place(self, second: int) -> None:
        if second == self.placed:
            return
        self.placed = second
        for order in self.world.orders:
            if order.after == second:
                far = {"limit_ticks": 1 if order.side == "buy" else 1000}
                stop: dict[str, Any] = {f"{order.kind}_ticks": order.stop}
                symbol = self.symbols[order.symbol]
                self.submit(order.side, 1, "A.X", trigger=order.trigger, trigger_symbol=symbol, **far, **stop)

    def on_quote(self, quote: Any) -> None:
        self.place(quote.ts_init // SECOND)

    def on_trade(self, trade: Any) -> None:
        self.place(trade.ts_init // SECOND)

    def on_order_event(self, event: OrderEvent) -> None:
        assert event.exec_type.name not in ("DENIED", "REJECTED"), event.reason
        if event.exec_type.name == "TRIGGERED":
            self.fired.append((event.ts_init // SECOND, int(event.client_order_id.rpartition("-")[2])))


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**40))
def test_random_worlds_fire_what_the_twin_of_fractions_fires_at_the_same_times(seed: int) -> None:
    world = World(Random(seed))
    player = Player(world)
    run(player, world.rows, world.ticks)
    assert player.fired == world.fires()


def test_the_worlds_have_orders_of_every_kind_that_fire_and_that_do_not() -> None:
    seen: set[tuple[str, str, str, bool, bool]] = set()
    for seed in range(100):
        world = World(Random(seed))
        world.fires()
        seen |= {(o.side, o.kind, o.trigger, world.formulas[o.symbol].ratio, o.fired) for o in world.orders}
    assert len(seen) == 2 * 2 * 3 * 2 * 2
