"""Strategies that fill an exchange with trading: a seeded crowd of one, and a market maker."""

from __future__ import annotations

from pytrader.simulation.split_mix import SplitMix64
from pytrader.strategy import Order, Strategy, Timer, Trade

# What a draw of the noise trader means, out of 1,024: taking, canceling; anything else is a limit order.
_TAKES, _CANCELS = 200, 350
# So many ticks beyond the other side's best its limit orders go, so that they meet in an auction too.
_BEYOND = 2


class NoiseTrader(Strategy):
    """Trades without a plan: limit orders near the other side's best, market orders and cancels, at random.

    Parameters
    ----------
    seed : int
        Of its stream of random numbers; two with one seed draw the same ones.
    every : str
        How often it does something, such as ``"250ms"``.
    lots : int
        The most in one order; sizes are uniform from 1.
    depth : int
        Its limit orders stand up to so many ticks behind the best price of the other side, or up to two beyond it.
    centre : int
        The price in ticks around which it begins where a side of the book is empty.
    most_orders : int
        The most of its orders that rest at one time; beyond that it cancels the oldest.
    """

    seed: int = 1
    every: str = "250ms"
    lots: int = 10
    depth: int = 12
    centre: int = 10_000
    most_orders: int = 40

    def on_start(self) -> None:
        """Begin to draw, and set the timer."""
        self._words = SplitMix64(self.seed)
        self.clock.set_timer("act", interval=self.every)

    def on_timer(self, timer: Timer) -> None:
        """Send one order, or cancel one."""
        choice, side, size, distance = (int(word >> 33) for word in self._words.words(4).tolist())
        resting = [order for order in self.open_orders if not order.is_pending]
        draw = choice % 1_024
        if resting and (len(resting) >= self.most_orders or _TAKES <= draw < _CANCELS):
            self.cancel(resting[0 if len(resting) >= self.most_orders else size % len(resting)])
            return
        quote = self.quote
        buys = side % 2 == 0
        lots = 1 + size % self.lots
        if draw < _TAKES and (quote.ask_lots if buys else quote.bid_lots):
            self.submit("buy" if buys else "sell", quantity_lots=lots)
            return
        behind = distance % (self.depth + _BEYOND + 1) - _BEYOND - 1
        if buys:
            price = (quote.ask_ticks if quote.ask_lots else self.centre + 1) - 1 - behind
        else:
            price = (quote.bid_ticks if quote.bid_lots else self.centre - 1) + 1 + behind
        self.submit("buy" if buys else "sell", quantity_lots=lots, limit_ticks=price)


class MarketMaker(Strategy):
    """Keeps a bid and an offer around what it takes for the price, and leans against its inventory.

    Parameters
    ----------
    every : str
        How often it looks at the market and moves its quotes.
    size : int
        Lots in each order.
    half_spread : int
        Ticks from its price to each of its quotes.
    skew : int
        Ticks by which a full inventory moves both quotes.
    inventory : int
        Lots that count as full; there it quotes only the side that brings it back.
    centre : int
        Its price in ticks before anything has traded.
    """

    every: str = "1s"
    size: int = 20
    half_spread: int = 2
    skew: int = 6
    inventory: int = 200
    centre: int = 10_000

    def on_start(self) -> None:
        """Take the centre for the price, and set the timer."""
        self._price = self.centre
        self._quotes: dict[str, Order | None] = {"buy": None, "sell": None}
        self._asked = {"buy": 0, "sell": 0}
        self.clock.set_timer("quote", interval=self.every)

    def on_trade(self, trade: Trade) -> None:
        """Go a quarter of the way to the price of the trade, at least a tick."""
        away = trade.price_ticks - self._price
        self._price += (abs(away) + 3) // 4 * (1 if away > 0 else -1)

    def on_timer(self, timer: Timer) -> None:
        """Bring both quotes to where they belong, the one first that makes room for the other."""
        held = self.position.quantity_lots
        price = self._price - self.skew * held // self.inventory
        bid, ask = price - self.half_spread, price + self.half_spread
        quotes = [("buy", bid, held < self.inventory), ("sell", ask, held > -self.inventory)]
        if bid > self._asked["buy"]:
            quotes.reverse()
        for side, ticks, wanted in quotes:
            self._quote(side, ticks, wanted)

    def _quote(self, side: str, ticks: int, wanted: bool) -> None:
        order = self._quotes[side]
        if self._meets_own(side, ticks):
            return
        if order is None or order.is_closed:
            self._quotes[side] = self.submit(side, quantity_lots=self.size, limit_ticks=ticks) if wanted else None
        elif order.is_pending or (wanted and order.price_ticks == ticks):
            return
        elif wanted:
            self.replace(order, limit_ticks=ticks)
        else:
            self.cancel(order)
        self._asked[side] = ticks

    def _meets_own(self, side: str, ticks: int) -> bool:
        """Whether its other quote, as it was last asked for, is in the way."""
        other = self._quotes["sell" if side == "buy" else "buy"]
        if other is None or other.is_closed:
            return False
        return ticks >= self._asked["sell"] if side == "buy" else ticks <= self._asked["buy"]
