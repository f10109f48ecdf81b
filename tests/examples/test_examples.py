"""The examples run as they are, and do what their first lines say."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import numpy as np

from pytrader import Backtest, Instrument, Strategy
from pytrader.backtest import BacktestResult
from pytrader.model import Liquidity, Side
from pytrader.simulation import generate
from tests.backtest.known_bars import known_bars
from tests.backtest.markets import ADD, BUY, EXECUTE, SELL, book_rows, quotes, trades

STOCK = Instrument("STOCK", "SIM", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")


def example(repository: Path, file: str, name: str) -> type[Strategy]:
    spec = importlib.util.spec_from_file_location(f"example_{name}", repository / "examples" / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: type[Strategy] = getattr(module, name)
    return found


def swinging_book(swings: int) -> Any:
    """A two-sided book whose best orders trade in turn, so that the mid goes up and down."""
    rows = [(ADD, BUY, 9_990 - level, 500, 1 + level) for level in range(40)]
    rows += [(ADD, SELL, 10_010 + level, 500, 101 + level) for level in range(40)]
    number = 1_000
    for swing in range(swings):
        side, price = (BUY, 9_999 - swing % 5) if swing % 2 else (SELL, 10_001 + swing % 5)
        rows += [(ADD, side, price, 50, number), (EXECUTE, side, price, 50, number)]
        number += 1
    return book_rows(rows, step=10_000_000)


def run(strategy: Strategy, rows: Any, cash: str, **options: Any) -> BacktestResult:
    return Backtest(strategy, (STOCK, rows), cash=cash, check_every_event=True, **options).run()


def test_the_market_maker_quotes_both_sides_and_trades_as_maker(repository: Path) -> None:
    maker: Any = example(repository, "market_maker.py", "MarketMaker")
    result = run(maker(), swinging_book(400), "1000000 USD")
    assert set(result.fills["side"].tolist()) == {Side.BUY, Side.SELL}
    assert set(result.fills["liquidity"].tolist()) == {Liquidity.MAKER}
    assert int(np.abs(result.fills["position_after"]).max()) <= maker().inventory + maker().size


def test_the_market_maker_trades_on_a_generated_market(repository: Path) -> None:
    maker: Any = example(repository, "market_maker.py", "MarketMaker")
    result = Backtest(maker(), generate(30_000, seed=3), cash="1000000 USD", check_every_event=True).run()
    assert result.finished
    assert len(result.fills) > 100
    assert {Side.BUY, Side.SELL} == set(result.fills["side"].tolist())


def test_the_market_maker_works_with_latency(repository: Path) -> None:
    maker: Any = example(repository, "market_maker.py", "MarketMaker")
    result = run(maker(), swinging_book(400), "1000000 USD", order_latency="3ms", feed_latency="1ms")
    assert result.finished
    assert len(result.orders) > 2


def test_the_exchange_opens_with_an_auction_and_its_agents_trade_with_one_another(repository: Path) -> None:
    run_exchange: Any = example(repository, "exchange_agents.py", "run")
    result = run_exchange()
    opening = result.fills[result.fills["liquidity"] == Liquidity.NONE]
    assert result.finished
    assert len(result.fills) > 1_000
    assert opening["ts_event"].tolist()[0] == 60 * 10**9
    assert int((result.fills["quantity"] * (3 - 2 * result.fills["side"])).sum()) == 0
    follows = result.fills["strategy"] == result.strategies.index("Follow")
    assert int(follows.sum()) > 4
    assert run_exchange().digest == result.digest
    assert run_exchange(seed=2).digest != result.digest


def test_the_average_cross_trades_bars_one_unit_at_a_time(repository: Path) -> None:
    cross: Any = example(repository, "sma_cross.py", "SmaCross")
    result = run(cross(), known_bars(5_000), "10000 USD")
    assert len(result.fills) > 20
    assert result.fills["side"].tolist()[:4] == [Side.BUY, Side.SELL, Side.BUY, Side.SELL]
    assert set(result.fills["position_after"].tolist()) == {0, 1}
    assert run(cross(fast=5), known_bars(5_000), "10000 USD").digest != result.digest


def test_the_lead_lag_strategy_follows_one_venue_on_another_with_its_share_of_the_capital(repository: Path) -> None:
    lead_lag: Any = example(repository, "lead_lag.py", "LeadLag")
    leader = Instrument("BTCUSDT", "BINANCE", quote_currency="USDT", tick_size="0.01", lot_size="0.001")
    follower = Instrument("BTCUSD", "KRAKEN", quote_currency="USD", tick_size="0.1", lot_size="0.001")
    waves = [1_000 + 40 * abs(second // 60 % 10 - 5) + second % 7 for second in range(3_600)]
    data = [
        (leader, trades(waves)),
        (follower, quotes([(price // 10, price // 10 + 1) for price in waves])),
    ]
    strategy = lead_lag()
    shares = {"pair": (strategy, "50%")}
    backtest = Backtest(shares, data, cash=["1000 USDT", "1000 USD"], order_latency="5ms", check_every_event=True)
    result = backtest.run()
    snapshot = backtest.snapshot()
    assert snapshot is not None
    assert strategy.entries >= 5
    assert set(result.fills["instrument"].tolist()) == {1}
    assert snapshot.strategies["pair"].published["entries"] == strategy.entries
    assert {result.tags[order["tag"]] for order in result.orders} == {"entry", "exit"}
    assert result.errors == ()
