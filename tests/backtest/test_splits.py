"""Splits in a run: whatever the latencies, values and orders are in units that belong together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pytrader import Backtest, Money, Price, Strategy
from pytrader.backtest import BacktestResult
from pytrader.data import Funding, Split, money_event_stream
from pytrader.model import CashEventKind, OrderStatus
from pytrader.model.records import MARK
from pytrader.strategy import Bar, Quote, Trade
from tests.backtest.markets import BUY, LAST, SECOND, SELL, START, bars, instrument, quotes, trades
from tests.backtest.test_money_events_at_venues import Planned, level_rows

STOCK = instrument("ABC", kind="equity", lot_size=1)
SPLIT = START + 5 * SECOND
TWO_FOR_ONE = money_event_stream(STOCK, [Split(SPLIT, 2, 1)])
CASH = 6000 * 10**8  # as whole numbers of the account's currency
LATENCIES = [
    {},
    {"order_latency": "1ms"},
    {"response_latency": "2500ms"},
    {"feed_latency": "1500ms"},
    {"feed_latency": "1500ms", "response_latency": "1200ms"},
    {"feed_latency": "300ms", "response_latency": "1200ms"},
]


class Listening(Planned):
    """Hears of all rows, so that none of them is taken in a block."""

    def on_quote(self, quote: Quote) -> None:
        pass

    def on_trade(self, trade: Trade) -> None:
        pass

    def on_bar(self, bar: Bar) -> None:
        pass


def marks(prices: list[int]) -> Any:
    rows = np.zeros(len(prices), MARK)
    rows["ts_event"] = rows["ts_init"] = START + SECOND * np.arange(len(prices))
    rows["mark_price"] = prices
    return rows


def market(kind: str) -> list[Any]:
    """One price all the time: 100.00 before the split at 5 s, 50.00 from 5 s on."""
    prices = [100_00] * 5 + [50_00] * 4
    if kind == "trades":
        return [(STOCK, quotes([(price, price) for price in prices])), (STOCK, trades(prices))]
    if kind == "bars":
        return [(STOCK, bars([(price,) * 4 for price in prices], duration=SECOND))]
    if kind == "levels":
        prices_at = {0: 100_00, 5: 50_00, 8: 50_00}
        made = level_rows([(at, side, price, 1000, 0) for at, price in prices_at.items() for side in (BUY, SELL)])
        made["price"] += np.where(made["side"] == SELL, 1, -1)
        made["flags"][1::2] = LAST
        return [(STOCK, made)]
    if kind == "marks":
        return [(STOCK, quotes([(price - 7, price + 9) for price in prices])), (STOCK, marks(prices))]
    return [(STOCK, quotes([(price, price) for price in prices]))]


def run(strategy: Strategy, data: list[Any], **options: Any) -> BacktestResult:
    return Backtest(strategy, data, cash="6000 USDT", equity_interval="100ms", **options).run()


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
@pytest.mark.parametrize("kind", ["quotes", "trades", "bars", "levels", "marks"])
@pytest.mark.parametrize("made", [Planned, Listening])
def test_a_split_changes_no_value_at_any_time(kind: str, latencies: dict[str, str], made: type[Planned]) -> None:
    strategy = made({2.7: lambda on: on.buy(10)})
    result = run(strategy, [*market(kind), TWO_FOR_ONE], **latencies)
    assert result.positions[0].quantity == 20
    held = result.equity["ts"] >= result.fills["ts_init"][0]
    paid = CASH if kind in ("quotes", "trades", "bars") else None
    values = set(result.equity["equity"][held].tolist())
    assert len(values) == 1
    assert paid is None or values == {paid}
    assert result.positions[0].last_price == Price("50.00")


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
@pytest.mark.parametrize("kind", ["quotes", "levels"])
def test_what_came_in_new_units_before_the_account_heard_of_the_split_stands(
    kind: str, latencies: dict[str, str]
) -> None:
    seen: list[Any] = []
    strategy = Planned({2.7: lambda on: on.buy(10), 7: lambda on: seen.append(on.quote), 7.1: lambda on: on.buy(1)})
    result = run(strategy, [TWO_FOR_ONE, *market(kind)[:1]], **latencies)
    assert seen[0].bid_price - Price("50.00") in (Price("0.00"), Price("-0.01"))
    assert strategy.sent[2].status in (OrderStatus.FILLED, OrderStatus.PENDING_NEW)
    assert [order.status for order in strategy.sent if order].count(OrderStatus.DENIED) == 0
    assert result.positions[0].last_price == Price("50.00")


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
@pytest.mark.parametrize("account", ["cross", "isolated"])
@pytest.mark.parametrize(("new", "old", "lots"), [(2, 1, 10), (1, 2, -10), (2, 1, -10)])
def test_no_mark_around_a_split_is_a_loss(
    account: str, latencies: dict[str, str], new: int, old: int, lots: int
) -> None:
    rates: dict[str, Any] = {"kind": "perpetual", "lot_size": 1, "initial_margin_rate": "0.1"}
    one, other = (instrument(name, maintenance_margin_rate="0.05", **rates) for name in ("ONE", "OTHER"))
    prices = [100_00] * 5 + [100_00 * old // new] * 4
    strategy = Planned(
        {
            1.7: lambda on: on.submit("buy" if lots > 0 else "sell", abs(lots), one),
            1.8: lambda on: on.buy(1, other, limit="50.00"),
        }
    )
    data = [(one, quotes([(price, price) for price in prices])), (one, marks(prices))]
    data += [(other, quotes([(100_00, 100_00)] * 9)), (other, marks([100_00] * 9))]
    events = money_event_stream(one, [Split(SPLIT, new, old)])
    result = Backtest(strategy, [*data, events], cash="200 USDT", account=account, **latencies).run()
    assert [CashEventKind(kind) for kind in result.cash_events["kind"]] == [CashEventKind.SPLIT]
    assert strategy.sent[1].status == OrderStatus.NEW
    assert result.accounts[0].equity == Money("200", "USDT")


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
def test_funding_behind_a_split_counts_at_the_mark_in_new_units(latencies: dict[str, str]) -> None:
    strategy = Planned({2.7: lambda on: on.buy(10)})
    events = money_event_stream(STOCK, [Split(SPLIT, 2, 1), Funding(SPLIT, "0.01")])
    result = run(strategy, [*market("quotes"), events], **latencies)
    assert result.positions[0].income == Money("-10", "USDT")


@pytest.mark.parametrize("split_first", [True, False])
@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
def test_a_bar_that_closes_at_a_split_closes_before_it(latencies: dict[str, str], split_first: bool) -> None:
    strategy = Planned({2.7: lambda on: on.buy(10)}, lambda on: on.buy(1, stop="60.00", emulate=False))
    data = [*market("bars"), TWO_FOR_ONE]
    result = run(strategy, data[::-1] if split_first else data, **latencies)
    assert len(result.fills) == 1
    assert set(result.equity["equity"].tolist()) == {CASH}


@pytest.mark.parametrize("response", ["0s", "1200ms"])
def test_no_stop_that_the_core_holds_is_elected_by_a_split(response: str) -> None:
    strategy = Planned({1: lambda on: on.buy(10), 2: lambda on: on.sell(10, stop="90.00", emulate=True)})
    result = run(strategy, [TWO_FOR_ONE, *market("quotes")], response_latency=response)
    assert strategy.sent[1].status == OrderStatus.CANCELED
    assert len(result.fills) == 1


def test_the_mark_in_new_units_is_exact_until_the_next_row() -> None:
    strategy = Planned({0.5: lambda on: on.buy(100)})
    rows = quotes([(1_01, 1_01), (1_00, 1_00)])
    result = run(strategy, [(STOCK, rows), money_event_stream(STOCK, [Split(SPLIT, 8, 1)])])
    assert result.positions[0].quantity == 800
    assert result.positions[0].last_price == Price("0.125")
    assert result.positions[0].unrealized_pnl == Money("-1", "USDT")
    assert result.accounts[0].equity == Money("5999", "USDT")


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
def test_a_markout_across_a_split_is_unknown(latencies: dict[str, str]) -> None:
    strategy = Planned({1.7: lambda on: on.buy(1), 4.6: lambda on: on.buy(1)})
    result = run(strategy, [TWO_FOR_ONE, *market("quotes")], **latencies)
    unknown = np.iinfo(np.int64).min
    first, last = result.fills[0], result.fills[-1]
    assert first["mid2_at_fill"] == 200_00
    assert first["mid2_10s"] == last["mid2_10s"] == last["mid2_1s"] == unknown


@pytest.mark.parametrize("latencies", LATENCIES, ids=str)
@pytest.mark.parametrize("kind", ["quotes", "bars", "levels"])
def test_a_run_with_a_split_is_replayed(tmp_path: Path, kind: str, latencies: dict[str, str]) -> None:
    def backtest(**options: Any) -> Backtest:
        strategy = Planned({2.7: lambda on: on.buy(10), 7.2: lambda on: on.sell(1)})
        return Backtest(strategy, [*market(kind), TWO_FOR_ONE], cash="6000 USDT", equity_interval="100ms", **options)

    written = backtest(journal=tmp_path / "journal", **latencies).run()
    replayed = backtest(**latencies).replay(tmp_path / "journal")
    assert replayed.digest == written.digest
    assert replayed.equity.tobytes() == written.equity.tobytes()
    assert replayed.digest == backtest(**latencies).run().digest


def test_funding_behind_a_split_counts_at_the_mark_that_the_venue_stated_last() -> None:
    perpetual = instrument("PERP", kind="perpetual", lot_size=1)
    strategy = Planned({1: lambda on: on.buy(10)})
    prices = [100_00] * 5 + [60_00] * 5
    data = [(perpetual, quotes([(price, price) for price in prices])), (perpetual, marks([100_00]))]
    events = money_event_stream(perpetual, [Split(SPLIT, 2, 1), Funding(START + 8 * SECOND, "0.01")])
    result = run(strategy, [*data, events])
    assert result.positions[0].last_price == Price("50.00")
    assert result.positions[0].income == Money("-10", "USDT")
