"""Writes a result and reads it back: every digit is there, and a folder appears complete or not at all."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

import pytest

from pytrader.backtest.result import BacktestResult
from pytrader.backtest.tables import Column
from pytrader.backtest.writer import arrow_array, cells
from pytrader.errors import ConfigError
from tests.results.made_result import START, made_result

FILES = ("orders", "fills", "cash_events", "equity")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_parquet(path: Path) -> list[dict[str, Any]]:
    """Read rows; times become whole nanoseconds, as CSV has them."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(path)
    for index, field in enumerate(table.schema):
        if str(field.type).startswith("timestamp"):
            table = table.set_column(index, field.name, table[index].cast("int64"))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def test_csv_has_exact_text(tmp_path: Path) -> None:
    made_result().write(tmp_path / "out", "csv")
    orders = read_csv(tmp_path / "out" / "orders.csv")
    assert orders[0] == {
        "ts_init": str(START + 1),
        "ts_last": str(START + 5),
        "client_order_id": "1",
        "venue_order_id": "11",
        "strategy": "Maker",
        "instrument": "ACME.X",
        "side": "buy",
        "order_type": "limit",
        "time_in_force": "gtc",
        "ord_status": "filled",
        "price": "100.00",
        "order_qty": "3.000",
        "cum_qty": "3.000",
        "avg_px": "99.996666666666666667",
        "reason": "",
        "tag": "grid:1",
        "stop_price": "",
        "trigger_type": "",
        "list": "",
        "contingency": "",
        "parent": "",
        "trigger_symbol": "",
    }
    assert (orders[1]["price"], orders[1]["avg_px"], orders[1]["reason"]) == ("", "", "insufficient_funds")
    assert orders[2]["avg_px"] == "60000.50"
    assert (orders[1]["venue_order_id"], orders[1]["tag"]) == ("", "")


def test_csv_of_fills_has_prices_fees_and_mids(tmp_path: Path) -> None:
    made_result().write(tmp_path / "out", "csv")
    first, _, third = read_csv(tmp_path / "out" / "fills.csv")
    assert (first["last_px"], first["last_qty"], first["liquidity"]) == ("100.00", "2.000", "maker")
    assert Decimal(first["fee"]) == Decimal("-0.01")
    assert (first["mid_at_fill"], first["mid_1s"], first["mid_10s"]) == ("100.005", "100.015", "")
    assert (third["side"], third["currency"], third["position_after"]) == ("sell", "USDT", "-1.500")
    assert Decimal(third["fee"]) == Decimal(123_456_789).scaleb(-made_result().instruments[1].quote_currency.decimals)


def test_csv_of_equity_has_every_currency(tmp_path: Path) -> None:
    made_result().write(tmp_path / "out", "csv")
    rows = read_csv(tmp_path / "out" / "equity.csv")
    assert [row["currency"] for row in rows] == ["USD", "USD", "USDT"]
    assert (
        Decimal(rows[1]["cash"]) + Decimal(rows[1]["position_value"])
        == Decimal(rows[1]["equity"])
        == Decimal("10000.04")
    )


def test_csv_of_cash_events_joins_the_halves_of_wide_amounts(tmp_path: Path) -> None:
    made_result().write(tmp_path / "out", "csv")
    (row,) = read_csv(tmp_path / "out" / "cash_events.csv")
    assert (row["kind"], row["amount"], row["realized_pnl"], row["currency"]) == ("funding", "-0.50", "0.00", "USDT")
    assert (row["price"], row["quantity_after"]) == ("60000.50", "-1.500")


@pytest.mark.parametrize("name", FILES)
def test_parquet_and_csv_hold_the_same(tmp_path: Path, name: str) -> None:
    made_result().write(tmp_path / "csv", "csv")
    made_result().write(tmp_path / "parquet", "parquet")
    text = read_csv(tmp_path / "csv" / f"{name}.csv")
    values = read_parquet(tmp_path / "parquet" / f"{name}.parquet")
    assert len(text) == len(values)
    for text_row, value_row in zip(text, values, strict=True):
        assert list(text_row) == list(value_row)
        for column, value in value_row.items():
            check_same(text_row[column], value)


def check_same(text: str, value: Any) -> None:
    """Compare a cell of CSV with a cell of Parquet."""
    if value is None:
        assert text == ""
    elif isinstance(value, Decimal):
        assert Decimal(text) == value
    else:
        assert text == str(value)


def test_parquet_types_are_exact(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    made_result().write(tmp_path / "out")
    schema = parquet.read_schema(tmp_path / "out" / "fills.parquet")
    assert str(schema.field("ts_event").type) == "timestamp[ns, tz=UTC]"
    assert str(schema.field("last_px").type) == "decimal128(38, 2)"
    assert str(schema.field("mid_1s").type) == "decimal128(38, 3)"


def test_summary_file_is_the_summary(tmp_path: Path) -> None:
    result = made_result()
    result.write(tmp_path / "out", "csv")
    assert json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8")) == result.summary()


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_an_empty_run_is_written_too(tmp_path: Path, format: str) -> None:
    result = made_result()
    empty = made_result(
        orders=result.orders[:0], fills=result.fills[:0], equity=result.equity[:0], cash_events=result.cash_events[:0]
    )
    empty.write(tmp_path / "out", format)
    assert len(list((tmp_path / "out").iterdir())) == len(FILES) + 1


def test_parents_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    made_result().write(tmp_path / "a" / "b", "csv")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    made_result().write(tmp_path / "out", "csv")
    assert (tmp_path / "out" / "summary.json").exists()


def test_a_full_folder_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("kept", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"out is not empty; choose another or .*--force"):
        made_result().write(tmp_path / "out", "csv")
    assert (tmp_path / "out" / "precious").read_text(encoding="utf-8") == "kept"


def test_force_replaces_the_whole_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("", encoding="utf-8")
    (tmp_path / "out" / "summary.json").write_text("", encoding="utf-8")
    made_result().write(tmp_path / "out", "csv", force=True)
    assert not (tmp_path / "out" / "old").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_force_keeps_a_folder_that_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("kept", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"out has no summary\.json, so it is not replaced"):
        made_result().write(tmp_path / "out", "csv", force=True)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["precious"]


def test_a_link_to_a_folder_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "out").symlink_to("far")
    made_result().write(tmp_path / "out", "csv")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "far" / "summary.json").exists()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="is a file"):
        made_result().write(tmp_path / "out", "csv", force=True)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown format 'xlsx'; choose one of: csv, parquet"):
        made_result().write(tmp_path / "out", "xlsx")


def test_a_failure_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    broken: BacktestResult = made_result(
        positions=made_result().positions[:1], instruments=made_result().instruments[:1]
    )
    with pytest.raises(IndexError):
        broken.write(tmp_path / "out", "csv")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_with_the_place_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pytrader.backtest.writer.json.dumps", full)
    with pytest.raises(ConfigError, match="out can not be written: No space left on device"):
        made_result().write(tmp_path / "out", "csv")
    assert list(tmp_path.iterdir()) == []


def test_missing_pyarrow_is_said_with_the_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigError, match=r"pip install 'pytrader\[parquet\]'"):
        made_result().write(tmp_path / "out", "parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "fits"), [(10**38 - 1, True), (1 - 10**38, True), (10**38, False), (-(10**38), False)]
)
def test_decimals_beyond_38_digits_are_refused_by_arrow_and_written_as_csv(number: int, fits: bool) -> None:
    arrow = pytest.importorskip("pyarrow")
    column = Column("avg_px", "decimal", [number], decimals=18)
    whole, rest = divmod(abs(number), 10**18)
    assert next(iter(cells(column))) == f"{'-' * (number < 0)}{whole}.{rest:018}".rstrip("0").rstrip(".")
    if fits:
        assert arrow_array(arrow, column).to_pylist() == [Decimal(number).scaleb(-18, Context(prec=40))]
    else:
        with pytest.raises(ConfigError, match="column 'avg_px' has a number of more than 38 digits"):
            arrow_array(arrow, column)
