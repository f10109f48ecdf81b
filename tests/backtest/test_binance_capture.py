"""The example market maker on a Binance capture of levels, quotes and trades: only trades fill it passively."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytrader import Backtest, load
from pytrader.model import Liquidity, Side
from tests.examples.test_examples import example

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize("latency", ["0ms", "5ms"])
def test_quotes_beside_levels_and_trades_change_no_fill(shared_data: Path, repository: Path, latency: str) -> None:
    data = load(shared_data / "binance_ws" / "spot_btcusdt_20240808.gz")
    (trades,) = (stream.to_array() for stream in data.streams if stream.kind == "trade")
    assert {stream.kind for stream in data.streams} == {"l2", "quote", "trade"}
    maker: Any = example(repository, "market_maker.py", "MarketMaker")
    fills = Backtest(maker(size=1000, inventory=10_000), data, cash="100000000 USDT", order_latency=latency).run().fills
    passive = fills[fills["liquidity"] == Liquidity.MAKER]
    assert len(passive) > 20
    for side, aggressor in ((Side.BUY, Side.SELL), (Side.SELL, Side.BUY)):
        ours = passive[passive["side"] == side]
        market = trades[trades["aggressor_side"] == aggressor]
        for fill in ours:
            same = market["ts_event"] == fill["ts_event"]
            beyond = market["price"] <= fill["price"] if side == Side.BUY else market["price"] >= fill["price"]
            mine = (ours["ts_event"] == fill["ts_event"]) & (
                ours["price"] <= fill["price"] if side == Side.BUY else ours["price"] >= fill["price"]
            )
            assert ours["quantity"][mine].sum() <= market["quantity"][same & beyond].sum()
