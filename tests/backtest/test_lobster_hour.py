"""The example market maker on a recorded hour of AAPL: every sum holds after every event, and no fill is made up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pytrader import Backtest, Fixed, Money, load
from pytrader.backtest import BacktestResult
from pytrader.data import MarketData
from pytrader.model import Liquidity, Side
from pytrader.model.records import BookAction
from tests.examples.test_examples import example

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def hour(shared_data: Path) -> MarketData:
    (path,) = (shared_data / "lobster").glob("AAPL_2012-06-21_34200000_37800000_message_50.csv*")
    return load(path)


@pytest.fixture(scope="module", params=["0ms", "1ms"])
def result(hour: MarketData, repository: Path, request: pytest.FixtureRequest) -> BacktestResult:
    maker: Any = example(repository, "market_maker.py", "MarketMaker")
    strategy = maker(spread=6, size=20)
    return Backtest(strategy, hour, cash="1000000 USD", order_latency=request.param, check_every_event=True).run()


def test_the_hour_trades_on_both_sides_to_its_end(hour: MarketData, result: BacktestResult) -> None:
    assert result.finished
    assert result.events == hour.event_count
    assert {Side.BUY, Side.SELL} <= set(result.fills["side"].tolist())
    assert len(result.fills) > 100


def test_cash_and_positions_are_opening_and_profit_less_fees(result: BacktestResult) -> None:
    (account,), (position,) = result.accounts, result.positions
    assert position.unrealized_pnl is not None
    profit = position.realized_pnl + position.unrealized_pnl - position.fees
    assert account.equity == Money(1_000_000, "USD") + profit
    spent = sum(
        (-1 if side == Side.BUY else 1) * price * quantity
        for side, price, quantity in zip(
            *(result.fills[name].tolist() for name in ("side", "price", "quantity")), strict=True
        )
    )
    (instrument,) = result.instruments
    value = Fixed(spent).multiply(instrument.tick_size).multiply(instrument.lot_size)
    assert account.cash == Money(1_000_000, "USD") + Money(value, "USD") - position.fees


def test_every_order_adds_up(result: BacktestResult) -> None:
    orders, fills = result.orders, result.fills
    traded = np.zeros(len(orders) + 1, np.int64)
    np.add.at(traded, fills["client_order_id"], fills["quantity"])
    assert (orders["client_order_id"] == np.arange(1, len(orders) + 1)).all()
    assert (orders["cum_qty"] == traded[1:]).all()
    assert (orders["cum_qty"] <= orders["order_qty"]).all()
    filled = orders["ord_status"] == ord("2")
    assert (orders["cum_qty"][filled] == orders["order_qty"][filled]).all()


def test_positions_follow_from_fills(result: BacktestResult) -> None:
    signed = np.where(result.fills["side"] == Side.BUY, 1, -1) * result.fills["quantity"]
    assert (np.cumsum(signed) == result.fills["position_after"]).all()


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_passive_fills_never_exceed_what_the_recorded_market_traded_there(
    hour: MarketData, result: BacktestResult, side: Side
) -> None:
    rows = hour.streams[0].to_array()
    reached = rows[np.isin(rows["action"], [BookAction.EXECUTE, BookAction.TRADE])]
    fills = result.fills[(result.fills["liquidity"] == Liquidity.MAKER) & (result.fills["side"] == side)]
    assert len(fills) > 50
    for ts in np.unique(fills["ts_event"]):
        ours: npt.NDArray[Any] = fills[fills["ts_event"] == ts]
        market = reached[reached["ts_event"] == ts]
        for price in np.unique(ours["price"]):
            # At this price or better for us, and recorded at this price or beyond it.
            beyond = market["price"] <= price if side == Side.BUY else market["price"] >= price
            mine = ours["price"] <= price if side == Side.BUY else ours["price"] >= price
            assert ours["quantity"][mine].sum() <= market["quantity"][beyond].sum()
