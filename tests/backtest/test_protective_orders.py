"""Orders that protect a position do it whatever else waits or works, and however many orders there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Price, Strategy
from pytrader.backtest import RecordedVenue
from pytrader.data import Stream
from pytrader.matching import TradingPhase, VenueRules
from pytrader.model import OrderStatus
from pytrader.strategy import Quote, StrategyState
from tests.backtest.markets import START, instrument, quotes, trades

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


def touch(*mids: int, spread: int = 1) -> Any:
    return quotes([(mid - spread, mid + spread) for mid in mids], quantity=5000)


def call_phase() -> Stream:
    """A call phase from 1.5 s to 4.5 s in continuous trading."""
    status = np.array([0, 1.5, 4.5]) * SECOND
    times = START + status.astype(np.int64)
    return Stream(BTC, "status", {"ts_event": times, "phase": np.array([CONTINUOUS, CALL, CONTINUOUS])})


def one_trade(seconds: float, price: int) -> Any:
    row = trades([price], quantity=1000, start=START + int(seconds * SECOND))
    row["aggressor_side"] = 0
    return row


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
    data = [call_phase(), (BTC, touch(10000, 10000, 10200, 10200, 10200, 10200, 10200, 10200))]
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


@pytest.mark.parametrize(
    ("rules", "filled"),
    [(None, (1000, 0)), ("none", (1000, 1000)), ("cancel_oldest", (0, 1000)), ("cancel_both", (0, 0))],
)
def test_own_orders_that_crossed_in_a_call_phase_meet_by_the_self_trade_policy(
    rules: str | None, filled: tuple[int, int]
) -> None:
    """One recorded trade between their prices never fills both of them."""
    strategy = scripted(
        at_2=keep("bid", 1, side="buy", limit="100.80"),
        at_3=keep("offer", 1, limit="100.20"),
    )
    data = [call_phase(), (BTC, touch(*[10000] * 8, spread=100)), (BTC, one_trade(5.5, 10050))]
    venue = None if rules is None else RecordedVenue(VenueRules(self_trade=rules))
    Backtest(strategy, data, cash="100000 USDT", venue=venue).run()
    bid, offer = strategy.orders_by_name["bid"], strategy.orders_by_name["offer"]
    assert (bid.cum_lots, offer.cum_lots) == filled
    if rules == "none":
        assert bid.avg_px == offer.avg_px == Price("100.80")
