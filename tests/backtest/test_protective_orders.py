"""Orders that protect a position do it whatever else waits or works, and however many orders there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Strategy
from pytrader.data import Stream
from pytrader.matching import TradingPhase
from pytrader.model import OrderStatus
from pytrader.strategy import Quote, StrategyState
from tests.backtest.markets import START, instrument, quotes

BTC = instrument()
SECOND = 1_000_000_000
CONTINUOUS, CALL = int(TradingPhase.CONTINUOUS), int(TradingPhase.INTRADAY_AUCTION)


class Script(Strategy):
    """Does one thing at some of the quotes."""

    def on_start(self) -> None:
        self.step = 0
        self.orders_by_name: dict[str, Any] = {}

    def on_quote(self, quote: Quote) -> None:
        act = self.steps.get(self.step)
        self.step += 1
        if act is not None:
            act(self)


def scripted(**steps: Callable[[Any], None]) -> Any:
    """A strategy that acts at the quotes that the keywords name: ``at_0``, ``at_3``."""
    strategy: Any = Script()
    strategy.steps = {int(name.removeprefix("at_")): act for name, act in steps.items()}
    return strategy


def keep(name: str, *arguments: Any, side: str = "sell", **terms: Any) -> Callable[[Any], None]:
    def act(strategy: Any) -> None:
        strategy.orders_by_name[name] = strategy.submit(side, *arguments, **terms)

    return act


def touch(*mids: int) -> Any:
    return quotes([(mid - 1, mid + 1) for mid in mids], quantity=5000)


@pytest.mark.parametrize("emulate", [False, True])
def test_a_reduce_only_stop_protects_beside_a_working_exit(emulate: bool) -> None:
    strategy = scripted(
        at_0=lambda s: s.buy(2),
        at_1=keep("stop", 2, stop="99", trigger="bid_ask", reduce_only=True, emulate=emulate),
        at_2=keep("exit", 2, limit="105"),
    )
    result = Backtest(strategy, (BTC, touch(10000, 10000, 10000, 10000, 9800, 9800)), cash="100000 USDT").run()
    assert strategy.orders_by_name["stop"].status is OrderStatus.FILLED
    assert result.positions[0].quantity == 0


@pytest.mark.parametrize("emulate", [False, True])
def test_a_reduce_only_stop_that_has_nothing_left_to_reduce_does_not_open_a_position(emulate: bool) -> None:
    strategy = scripted(
        at_0=lambda s: s.buy(2),
        at_1=keep("stop", 2, stop="99", trigger="bid_ask", reduce_only=True, emulate=emulate),
        at_2=lambda s: s.sell(2),
    )
    result = Backtest(strategy, (BTC, touch(10000, 10000, 10000, 10000, 9800, 9800)), cash="100000 USDT").run()
    assert strategy.orders_by_name["stop"].cum_lots == 0
    assert result.positions[0].quantity == 0


@pytest.mark.parametrize("others", [0, 1])
def test_a_stop_that_sleeps_through_a_call_phase_wakes_whatever_else_began_to_wait(others: int) -> None:
    """The touch passes the stop during the call phase, and stays where it is."""
    strategy = scripted(
        at_0=keep("stop", 1, side="buy", stop="101", trigger="bid_ask"),
        at_3=keep("other", 1, side="buy", stop="105", trigger="bid_ask") if others else lambda s: None,
    )
    status = np.array([0, 1.5, 4.5]) * SECOND
    phases = Stream(
        BTC,
        "status",
        {"ts_event": START + status.astype(np.int64), "phase": np.array([CONTINUOUS, CALL, CONTINUOUS])},
    )
    data = [phases, (BTC, touch(10000, 10000, 10200, 10200, 10200, 10200, 10200, 10200))]
    Backtest(strategy, data, cash="100000 USDT").run()
    assert strategy.orders_by_name["stop"].status is OrderStatus.FILLED


def test_a_flattened_strategy_ends_flat_however_many_orders_it_has() -> None:
    def place_many(strategy: Any) -> None:
        for _ in range(20_000):
            strategy.buy(quantity_lots=1, limit="50")

    def fail(strategy: Any) -> None:
        raise ValueError("planted")

    strategy = scripted(
        at_0=lambda s: s.buy(1), at_1=place_many, at_2=place_many, at_3=place_many, at_4=place_many, at_5=fail
    )
    result = Backtest(strategy, (BTC, touch(*[10000] * 8)), cash="100000000 USDT", error_policy="flatten").run()
    assert strategy.state is StrategyState.FAULTED
    assert result.positions[0].quantity == 0
    assert {int(status) for status in np.unique(result.orders["ord_status"])} <= {
        int(OrderStatus.FILLED),
        int(OrderStatus.CANCELED),
    }
