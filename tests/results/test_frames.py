"""The tables of a result for Arrow, pandas and polars: what the files have, exact, and order events with them."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pytrader import Backtest, ConfigError, Strategy
from tests.backtest.markets import START, instrument, quotes
from tests.results.made_result import made_result

TABLES = ("orders", "fills", "cash_events", "equity")


class Trader(Strategy):
    """Has an order of every kind of end, one that waits for a price among them."""

    def on_start(self) -> None:
        self.resting = self.buy("0.001", limit="0.50", tag="low")
        self.buy("0.001", limit="-1")
        self.sell("0.002", stop="0.90", emulate=True)

    def on_quote(self, quote: Any) -> None:
        if self.position.is_flat:
            self.buy("0.002")
            self.cancel(self.resting)


def run(**options: Any) -> Any:
    rows = quotes([(100, 101), (102, 103), (104, 105)])
    return Backtest(Trader, (instrument(), rows), cash="1000 USDT", **options).run()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_its_file_has(name: str, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    result = made_result()
    result.write(tmp_path / "out", "parquet")
    table = result.to_arrow(name)
    written = parquet.read_table(tmp_path / "out" / f"{name}.parquet")
    assert table.schema.equals(written.schema)
    assert [column.cast("string").to_pylist() for column in table] == [
        column.cast("string").to_pylist() for column in written
    ]
    assert table.num_rows > 0


def test_names_of_a_table_stand_in_its_dictionary_once() -> None:
    pytest.importorskip("pyarrow")
    column = made_result().to_arrow("orders")["ord_status"]
    assert sorted(column.chunk(0).dictionary.to_pylist()) == ["denied", "filled"]


def test_order_events_are_a_table_of_names_and_decimals() -> None:
    pytest.importorskip("pyarrow")
    result = run(record_events=True)
    events = result.to_arrow("order_events").to_pylist()
    assert len(events) == len(result.order_events) > 8
    traded = next(event for event in events if event["exec_type"] == "trade")
    assert {name: traded[name] for name in ("ord_status", "side", "last_px", "last_qty", "liquidity", "strategy")} == {
        "ord_status": "filled",
        "side": "buy",
        "last_px": Decimal("1.01"),
        "last_qty": Decimal("0.002"),
        "liquidity": "taker",
        "strategy": "Trader",
    }
    denied = next(event for event in events if event["exec_type"] == "denied")
    assert (denied["reason"], denied["price"], denied["venue_order_id"]) == (
        "price_not_positive",
        Decimal("-1.00"),
        None,
    )
    assert (denied["last_px"], denied["liquidity"], denied["exec_id"]) == (None, None, None)
    held = next(event for event in events if event["exec_type"] == "emulated")
    assert (held["stop_price"], held["price"], held["leaves_qty"]) == (Decimal("0.90"), None, Decimal("0.002"))


def test_order_events_are_written_where_they_were_recorded(tmp_path: Path) -> None:
    run(record_events=True).write(tmp_path / "with", "csv")
    run().write(tmp_path / "without", "csv")
    lines = (tmp_path / "with" / "order_events.csv").read_text().splitlines()
    assert lines[1].startswith(f"{START},{START},1,,,Trader,BTCUSDT.BINANCE,pending_new,pending_new,buy,0.50,,0.001,")
    assert not (tmp_path / "without" / "order_events.csv").exists()


def test_a_run_that_recorded_no_events_has_none() -> None:
    pytest.importorskip("pyarrow")
    assert run().to_arrow("order_events").num_rows == 0


def test_an_unknown_table_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="no table 'trades': it has orders, fills, cash_events, equity, order_events"):
        made_result().to_arrow("trades")


@pytest.mark.parametrize("package", ["pyarrow", "pandas", "polars"])
def test_a_package_that_is_missing_is_named_with_the_line_to_run(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    method = {"pyarrow": "to_arrow", "pandas": "to_pandas", "polars": "to_polars"}[package]
    with pytest.raises(ConfigError, match=f"needs the package {package}; run: pip install"):
        getattr(made_result(), method)("fills")


def test_pandas_keeps_every_digit() -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("pandas")
    frame = made_result().to_pandas("fills")
    assert frame["last_px"].tolist() == made_result().to_arrow("fills")["last_px"].to_pylist()
    assert frame["side"].tolist()[0] == "buy"


def test_polars_keeps_every_digit() -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("polars")
    frame = made_result().to_polars("fills")
    assert frame["last_px"].to_list() == made_result().to_arrow("fills")["last_px"].to_pylist()
    assert frame["side"].to_list()[0] == "buy"
