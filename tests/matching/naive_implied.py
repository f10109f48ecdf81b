"""A market of outright and strategy books as plainly as it can be said: the twin of MultiLegMarket.

It trades one lot, or one unit of a strategy, at a time, and looks for the next trade from scratch after each.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor


@dataclass
class Order:
    """A real order; `arrival` counts over the whole market."""

    order_id: int
    instrument: int
    side: str
    price: int | None
    leaves_qty: int
    arrival: int = 0
    cum_qty: int = 0
    post_only: bool = False


@dataclass
class Candidate:
    """One way in which the incoming order could trade next: directly with an order, or through a strategy."""

    price: int
    is_implied: bool
    arrival: int
    trades: list[tuple[Order, int, int, int]] = field(default_factory=list)  # maker, where, price, lots
    lots: int = 1  # of the incoming order


def other(side: str) -> str:
    return "sell" if side == "buy" else "buy"


class NaiveMultiLegMarket:
    """`strategies` maps a strategy's number to its legs: {instrument: ratio}."""

    def __init__(
        self,
        outrights: int,
        strategies: dict[int, dict[int, int]],
        by_time: bool = True,
        keeps_on_decrease: bool = True,
    ) -> None:
        self.outrights = outrights
        self.strategies = strategies
        self.by_time = by_time
        self.keeps_on_decrease = keeps_on_decrease
        self.orders: list[Order] = []
        self.arrivals = 0
        # (maker, its instrument, where it printed, price) -> lots
        self.traded: Counter[tuple[int, int, int, int]] = Counter()

    def new(
        self,
        instrument: int,
        order_id: int,
        side: str,
        price: int | None,
        quantity: int,
        time_in_force: str = "gtc",
        post_only: bool = False,
    ) -> str:
        if quantity <= 0:
            return "quantity_not_positive"
        if self._find(instrument, order_id) is not None:
            return "duplicate_order"
        order = Order(order_id, instrument, side, price, quantity, post_only=post_only)
        if post_only and self._best(order, whole=False) is not None:
            return "post_only_would_take"
        self._take(order)
        rests = price is not None and time_in_force == "gtc" and order.leaves_qty > 0
        remainder = order.leaves_qty
        if rests:
            self._rest(order)
        self._settle()
        if rests:
            return "rested" if order.leaves_qty else "filled"
        return "remainder_canceled" if remainder else "filled"

    def cancel(self, instrument: int, order_id: int) -> str:
        order = self._find(instrument, order_id)
        if order is None:
            return "unknown_order"
        self.orders.remove(order)
        self._settle()
        return "canceled"

    def replace(self, instrument: int, order_id: int, price: int, quantity: int) -> str:
        if quantity <= 0:
            return "quantity_not_positive"
        order = self._find(instrument, order_id)
        if order is None:
            return "unknown_order"
        leaves = quantity - order.cum_qty
        if leaves <= 0:
            self.orders.remove(order)
            self._settle()
            return "replaced_closed"
        if self.keeps_on_decrease and price == order.price and leaves <= order.leaves_qty:
            order.leaves_qty = leaves
            self._settle()
            return "replaced"
        wanted = Order(order_id, instrument, order.side, price, leaves, post_only=order.post_only)
        if order.post_only and self._best(wanted, whole=False) is not None:
            return "post_only_would_take"
        self.orders.remove(order)
        order.price, order.leaves_qty = price, leaves
        self._take(order)
        if order.leaves_qty:
            self._rest(order)
        self._settle()
        return "requeued" if order.leaves_qty else "replaced_filled"

    def depth(self, instrument: int, side: str) -> list[tuple[int, int, int]]:
        """Price, lots and number of orders of each level, best first."""
        levels: dict[int, list[int]] = {}
        for order in self._queue(instrument, side):
            levels.setdefault(order.price, []).append(order.leaves_qty)  # type: ignore[arg-type]
        return [(price, sum(lots), len(lots)) for price, lots in levels.items()]

    def queue(self, instrument: int, side: str) -> list[tuple[int, int]]:
        return [(order.order_id, order.leaves_qty) for order in self._queue(instrument, side)]

    def implied(self, instrument: int, side: str) -> tuple[int, int] | None:
        """The best implied price of a side and what the best of its strategies can give there."""
        best: tuple[int, int, int] | None = None
        for strategy, legs in self.strategies.items():
            if instrument != strategy and instrument not in legs:
                continue
            candidate = self._implied(strategy, instrument, side)
            if candidate is None:
                continue
            lots = self._level_lots(strategy, instrument, side) * candidate.lots
            key = candidate.price if side == "sell" else -candidate.price
            if best is None or (key, candidate.arrival) < (best[0], best[1]):
                best = (key, candidate.arrival, lots)
        if best is None:
            return None
        return (best[0] if side == "sell" else -best[0], best[2])

    def _find(self, instrument: int, order_id: int) -> Order | None:
        for order in self.orders:
            if (order.instrument, order.order_id) == (instrument, order_id):
                return order
        return None

    def _queue(self, instrument: int, side: str) -> list[Order]:
        def place(order: Order) -> tuple[int, int]:
            assert order.price is not None
            return (order.price if side == "sell" else -order.price, order.arrival)

        return sorted((o for o in self.orders if (o.instrument, o.side) == (instrument, side)), key=place)

    def _best_level(self, instrument: int, side: str) -> list[Order]:
        queue = self._queue(instrument, side)
        return [order for order in queue if order.price == queue[0].price]

    def _lots(self, instrument: int, side: str, lots: int) -> list[tuple[Order, int]] | None:
        """The first so many lots of the best level, by order; None if it has fewer."""
        taken = []
        for order in self._best_level(instrument, side):
            here = min(lots, order.leaves_qty)
            taken.append((order, here))
            lots -= here
            if not lots:
                return taken
        return None

    def _parts(self, strategy: int, instrument: int, side: str) -> list[tuple[int, str, int]]:
        """What one unit needs for an implied order of `side` in `instrument`: book, side of it, lots."""
        legs = self.strategies[strategy]
        if instrument == strategy:
            return [(leg, side if ratio > 0 else other(side), abs(ratio)) for leg, ratio in legs.items()]
        held = side if legs[instrument] > 0 else other(side)
        parts = [(strategy, held, 1)]
        for leg, ratio in legs.items():
            if leg != instrument:
                parts.append((leg, other(held) if ratio > 0 else held, abs(ratio)))
        return parts

    def _implied(self, strategy: int, instrument: int, side: str) -> Candidate | None:
        legs = self.strategies[strategy]
        trades = []
        prices: dict[int, int] = {}
        for book, where, lots in self._parts(strategy, instrument, side):
            taken = self._lots(book, where, lots)
            if taken is None:
                return None
            prices[book] = taken[0][0].price  # type: ignore[assignment]
            trades += [(order, book, prices[book], here) for order, here in taken]
        arrival = max(order.arrival for order, _, _, _ in trades)
        if instrument == strategy:
            price = sum(ratio * prices[leg] for leg, ratio in legs.items())
            return Candidate(price, True, arrival, trades)
        exact = Fraction(prices[strategy] - sum(r * prices[leg] for leg, r in legs.items() if leg != instrument))
        exact /= legs[instrument]
        price = floor(exact) if side == "buy" else ceil(exact)
        prices[instrument] = price
        maker = trades[0][0]
        strategy_price = sum(ratio * prices[leg] for leg, ratio in legs.items())
        trades[0] = (maker, strategy, strategy_price, 1)
        trades.insert(0, (maker, instrument, price, abs(legs[instrument])))
        return Candidate(price, True, arrival, trades, abs(legs[instrument]))

    def _level_lots(self, strategy: int, instrument: int, side: str) -> int:
        return min(
            sum(order.leaves_qty for order in self._best_level(book, where)) // lots
            for book, where, lots in self._parts(strategy, instrument, side)
        )

    def _best(self, taker: Order, whole: bool = True) -> Candidate | None:
        """The next trade of the taker; `whole`: only such that its quantity suffices for."""
        makers = other(taker.side)
        found = []
        queue = self._queue(taker.instrument, makers)
        if queue:
            maker = queue[0]
            assert maker.price is not None
            found.append(Candidate(maker.price, False, maker.arrival, [(maker, taker.instrument, maker.price, 1)]))
        for strategy, legs in self.strategies.items():
            if taker.instrument == strategy or taker.instrument in legs:
                candidate = self._implied(strategy, taker.instrument, makers)
                if candidate is not None and (candidate.lots <= taker.leaves_qty or not whole):
                    found.append(candidate)

        def place(candidate: Candidate) -> tuple[int, int, int]:
            price = candidate.price if makers == "sell" else -candidate.price
            rank = 0 if self.by_time else int(candidate.is_implied)
            return (price, rank, candidate.arrival)

        found.sort(key=place)
        if not found:
            return None
        best = found[0]
        if taker.price is not None and (best.price > taker.price if taker.side == "buy" else best.price < taker.price):
            return None
        return best

    def _take(self, taker: Order) -> None:
        while taker.leaves_qty:
            candidate = self._best(taker)
            if candidate is None:
                return
            self._execute(taker, candidate)

    def _execute(self, taker: Order, candidate: Candidate) -> None:
        taker.leaves_qty -= candidate.lots
        taker.cum_qty += candidate.lots
        if candidate.is_implied and candidate.trades[0][0].instrument < self.outrights:
            self.traded[0, taker.instrument, taker.instrument, candidate.price] += candidate.lots
        for maker, where, price, lots in candidate.trades:
            self.traded[maker.order_id, maker.instrument, where, price] += lots
            if maker.instrument == where:
                maker.leaves_qty -= lots
                maker.cum_qty += lots
        self.orders = [order for order in self.orders if order.leaves_qty]

    def _rest(self, order: Order) -> None:
        self.arrivals += 1
        order.arrival = self.arrivals
        self.orders.append(order)

    def _settle(self) -> None:
        """Strategy orders take what their legs imply, as long as there is one whose limit allows."""
        while any(self._settle_one(strategy, side) for strategy in self.strategies for side in ("buy", "sell")):
            pass

    def _settle_one(self, strategy: int, side: str) -> bool:
        queue = self._queue(strategy, other(side))
        candidate = self._implied(strategy, strategy, side)
        if not queue or candidate is None:
            return False
        order = queue[0]
        assert order.price is not None
        if candidate.price < order.price if side == "buy" else candidate.price > order.price:
            return False
        first = {maker.arrival for maker, _, _, _ in candidate.trades}
        while candidate is not None and order.leaves_qty and first >= {t[0].arrival for t in candidate.trades}:
            self._execute(order, candidate)
            candidate = self._implied(strategy, strategy, side)
        return True
