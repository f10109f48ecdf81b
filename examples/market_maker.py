"""Quotes both sides around the mid price, leans against its inventory, and requotes when the market moves."""

from __future__ import annotations

from pytrader import Strategy
from pytrader.strategy import Order, Quote


class MarketMaker(Strategy):
    size: int = 10  # lots in each order
    spread: int = 2  # ticks between bid and offer
    skew: int = 5  # ticks that a full inventory moves both of them
    inventory: int = 100  # lots that count as full

    def on_start(self) -> None:
        self.bid: Order | None = None
        self.ask: Order | None = None

    def on_quote(self, quote: Quote) -> None:
        if not quote.bid_lots or not quote.ask_lots:
            return
        held = self.position.quantity_lots
        twice_mid = quote.bid_ticks + quote.ask_ticks - 2 * self.skew * held // self.inventory
        bid = min((twice_mid - self.spread) // 2, quote.ask_ticks - 1)
        ask = max((twice_mid + self.spread + 1) // 2, quote.bid_ticks + 1)
        self.bid = self.requote("buy", self.bid, bid, held < self.inventory)
        self.ask = self.requote("sell", self.ask, ask, held > -self.inventory)

    def requote(self, side: str, order: Order | None, ticks: int, wanted: bool) -> Order | None:
        if order is None or order.is_closed:
            if not wanted:
                return None
            return self.submit(side, quantity_lots=self.size, limit_ticks=ticks, post_only=True)
        if not order.is_pending and (not wanted or order.price_ticks != ticks):
            if wanted:
                self.replace(order, limit_ticks=ticks)
            else:
                self.cancel(order)
        return order
