"""Strategies that do what a list says, at its times, on one exchange."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult, Exchange
from pytrader.strategy import Order, OrderEvent, Timer, Trade

SECOND = 1_000_000_000
Act = Callable[["Script"], None]


def stock(**changes: Any) -> Instrument:
    """An equity with a tick and a lot of 1, in USD."""
    fields: dict[str, Any] = {"kind": "equity", "quote_currency": "USD", "tick_size": "1", "lot_size": "1"}
    return Instrument("STOCK", "XCHG", **(fields | changes))


class Script(Strategy):
    """Acts at the given seconds; keeps its orders by name and what it hears."""

    def __init__(self, plan: Sequence[tuple[float, Act]]) -> None:
        super().__init__()
        self._plan = plan
        self.orders: dict[str, Order] = {}
        self.heard: list[OrderEvent] = []
        self.trades: list[tuple[int, int]] = []
        self.books: list[tuple[int, ...]] = []

    def on_start(self) -> None:
        for number, (at, _) in enumerate(self._plan):
            self.clock.set_alert(f"{number}", after=f"{at}s")

    def on_timer(self, timer: Timer) -> None:
        self._plan[int(timer.name)][1](self)

    def on_order_event(self, event: OrderEvent) -> None:
        self.heard.append(event)

    def on_trade(self, trade: Trade) -> None:
        self.trades.append((trade.price_ticks, trade.quantity_lots))

    def told(self, name: str) -> list[str]:
        """What became of the order of this name, in words."""
        return [event.exec_type.name for event in self.orders[name].events]


def order(name: str, side: str, lots: int, price: int | None = None, **terms: Any) -> Act:
    """Send an order and remember it."""

    def act(script: Script) -> None:
        script.orders[name] = script.submit(side, quantity_lots=lots, limit_ticks=price, **terms)

    return act


def cancel(name: str) -> Act:
    """Ask to cancel it."""

    def act(script: Script) -> None:
        script.cancel(script.orders[name])

    return act


def replace(name: str, **changes: Any) -> Act:
    """Ask to change it."""

    def act(script: Script) -> None:
        script.replace(script.orders[name], **changes)

    return act


def play(
    *plans: Sequence[tuple[float, Act]], exchange: Exchange | None = None, **options: Any
) -> tuple[BacktestResult, list[Script]]:
    """Run one script a plan for a minute, or on the given exchange."""
    scripts = [Script(plan) for plan in plans]
    venue = Exchange(stock(), "1m") if exchange is None else exchange
    options = {"cash": "1000000 USD", "check_every_event": True, **options}
    return Backtest(scripts, venue, **options).run(), scripts
