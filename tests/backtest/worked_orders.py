"""Runs of scripted strategies, and of orders that an execution algorithm works, with what the children were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytrader import Backtest, Strategy
from tests.backtest.markets import SECOND, START, instrument, quotes

BTC = instrument()


class Script(Strategy):
    """Does one thing at some of the quotes, and keeps the order events."""

    def on_start(self) -> None:
        self.step = 0
        self.seen: list[Any] = []

    def on_quote(self, quote: Any) -> None:
        act = self.steps.get(self.step)
        self.step += 1
        if act is not None:
            act(self)

    def on_order_event(self, event: Any) -> None:
        self.seen.append(event)


def scripted(**steps: Callable[[Any], None]) -> Any:
    strategy: Any = Script()
    strategy.steps = {int(name.removeprefix("at_")): act for name, act in steps.items()}
    return strategy


def flat(rows: int, quantity: int = 1000) -> Any:
    return quotes([(9999, 10001)] * rows, quantity=quantity)


def run(strategy: Any, rows: Any, *more: Any, market: Any = BTC, **settings: Any) -> Any:
    settings = {"cash": "1000000 USDT", "check_every_event": True} | settings
    return Backtest(strategy, [(market, part) for part in (rows, *more)], **settings).run()


def worked(algorithm: Any, rows: Any, *more: Any, lots: int = 10, limit: int | None = None, **settings: Any) -> Any:
    """Run with one parent from the first quote on; the strategy has it as `parent`."""

    def begin(strategy: Any) -> None:
        strategy.parent = strategy.buy(quantity_lots=lots, limit_ticks=limit, algorithm=algorithm)

    strategy = scripted(at_0=begin)
    strategy.result = run(strategy, rows, *more, **settings)
    return strategy


def sent(strategy: Any) -> list[tuple[int, int]]:
    """Second and lots of every child."""
    first = {event.client_order_id: event for event in reversed(strategy.seen)}
    children = [each for name, each in first.items() if name != strategy.parent.client_order_id]
    children.sort(key=lambda event: (event.ts_init, int(event.client_order_id.rpartition("-")[2])))
    return [((event.ts_init - START) // SECOND, BTC.quantity_lots(event.order_qty)) for event in children]
