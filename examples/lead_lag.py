"""Follows one venue's market on another one: buys there while short bars of the leader rise above its longer ones."""

from __future__ import annotations

from typing import Annotated

from pytrader import Quantity, Strategy
from pytrader.config import Range
from pytrader.strategy import Bar, OrderEvent


class LeadLag(Strategy):
    leader: str = "BTCUSDT.BINANCE"
    follower: str = "BTCUSD.KRAKEN"
    size: Quantity = Quantity("0.01")
    length: Annotated[int, Range(2, 200, unit="bars")] = 3

    error_policy = "flatten"

    def on_start(self) -> None:
        self.entries = 0
        self.quick = self.bars("10s", self.leader).sma(self.length)
        self.calm = self.bars("1m", self.leader).sma(self.length)

    def on_bar(self, bar: Bar) -> None:
        if not self.quick.ready or not self.calm.ready:
            return
        held = self.position(self.follower)
        if self.quick > self.calm and held.is_flat:
            self.buy(self.size, self.follower, tag="entry")
        elif self.quick < self.calm and held.is_long:
            self.close(self.follower, tag="exit")

    def on_fill(self, fill: OrderEvent) -> None:
        if fill.order.tag == "entry" and self.once(fill.exec_id):
            self.entries += 1
            self.publish(entries=self.entries, held=self.position(self.follower).quantity)
