"""Checks a result's figures against sums done on paper, and the table that shows them."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from pytrader._core import CASH_EVENT_ROW, EQUITY_ROW, EVENT_ROW, FILL_ROW, ORDER_ROW
from pytrader.backtest.figures import time_text
from pytrader.model import Money
from tests.results.made_result import NONE, made_result, rows
from tests.structure.sources import ROOT

ROWS_SECTION = (ROOT / "docs/results.md").read_text(encoding="utf-8").partition("## Rows")[2].partition("## Files")[0]


def test_summary_counts_orders_by_how_they_ended() -> None:
    summary = made_result().summary()
    assert (summary["orders"], summary["fills"]) == (3, 3)
    assert summary["order_status"] == {"filled": 2, "denied": 1}


def test_summary_is_json_and_says_what_was_run() -> None:
    summary = json.loads(json.dumps(made_result().summary(), allow_nan=False))
    assert summary["start"] == "2012-06-21T13:30:00.000000000Z"
    assert summary["end"] == "2012-06-21T13:30:01.000000000Z"
    assert summary["events_per_second"] == 2_000
    assert summary["finished"] is True
    assert summary["digest"] == "0123456789abcdef"


def test_repr_is_one_line_that_tells_runs_apart() -> None:
    text = repr(dataclasses.replace(made_result(), finished=False))
    assert text.count("\n") == 0
    assert "3 orders, 3 fills, digest 0123456789abcdef, stopped early" in text


def test_volumes_and_turnover_are_exact() -> None:
    acme, coin = made_result().summary()["positions"]
    assert (acme["volume"], acme["turnover"]) == ("3", "299.99")
    assert (coin["volume"], coin["turnover"]) == ("1.5", "90000.75")


def test_profit_is_realized_plus_unrealized_less_fees() -> None:
    acme, coin = made_result().summary()["positions"]
    assert (acme["realized_pnl"], acme["unrealized_pnl"], acme["fees"], acme["net_pnl"]) == (
        "0.00",
        "0.05",
        "0.04",
        "0.01",
    )
    assert coin["unrealized_pnl"] is None
    assert coin["net_pnl"] is None


def test_maker_share_is_by_volume() -> None:
    acme, coin = made_result().summary()["positions"]
    assert acme["maker_share"] == pytest.approx(2 / 3)
    assert coin["maker_share"] == 0


def test_markout_of_a_buy_gains_when_the_mid_rises() -> None:
    acme = made_result().summary()["positions"][0]
    # 2 bought at 100.00, mid 100.015 after 1 s: +0.03; 1 bought at 99.99, mid 99.95: -0.04.
    assert acme["markout_1s"] == {"total": "-0.01", "per_unit": pytest.approx(-0.01 / 3), "fills": 2}


def test_markout_of_a_sale_gains_when_the_mid_falls() -> None:
    coin = made_result().summary()["positions"][1]
    # 1.5 sold at 60000.5, mid 60000.00 after 1 s and 59999.75 after 10 s.
    assert coin["markout_1s"]["total"] == "0.75"
    assert coin["markout_10s"] == {"total": "1.125", "per_unit": 0.75, "fills": 1}


def test_markout_leaves_out_fills_whose_mid_was_never_seen() -> None:
    acme = made_result().summary()["positions"][0]
    assert acme["markout_10s"] == {"total": "0", "per_unit": None, "fills": 0}


def test_account_profit_is_equity_less_opening() -> None:
    usd, usdt = made_result().summary()["accounts"]
    assert usd == {"currency": "USD", "opening": "10000.00", "cash": "9700.01", "equity": "10000.04", "profit": "0.04"}
    assert usdt["profit"].startswith("-2")


def test_sums_beyond_64_bits_are_exact() -> None:
    fills = made_result().fills.copy()
    fills["price"][:2] = 2**62
    fills["quantity"][:2] = 2**62
    acme = made_result(fills=fills).summary()["positions"][0]
    assert acme["volume"] == str(2**63)
    assert acme["turnover"].replace(".", "") == str(2 * 2**124)


def test_a_run_without_orders_has_figures() -> None:
    empty = made_result(
        orders=rows(ORDER_ROW), fills=rows(FILL_ROW), equity=rows(EQUITY_ROW), positions=(), run_seconds=0.0
    )
    summary = empty.summary()
    assert (summary["orders"], summary["order_status"], summary["events_per_second"]) == (0, {}, None)
    assert "orders" not in str(empty)


def test_table_shows_every_figure() -> None:
    text = str(made_result())
    for line in (
        "Maker in ACME.X",
        "turnover          90,000.75 USDT",
        "maker share       66.7%",
        "markout 1 s       -0.01 USD (-0.00333333 a unit)",
        "markout 10 s      -",
        "position          3 at 99.99",
        "unrealised PnL    -",
        "income            0.00 USD",
        "run time          0.50 s, 2,000 events per second",
        "profit            0.04 USD",
    ):
        assert line in text.splitlines()
    assert "stopped early" not in text


def test_table_rounds_profits_for_reading_and_the_summary_keeps_them() -> None:
    coin = made_result().positions[1]
    long = dataclasses.replace(coin, realized_pnl=Money("0.123456789012345678", "USDT"))
    result = made_result(positions=(long,))
    assert "realised PnL      0.12345679 USDT  (rounded)" in str(result).splitlines()
    assert result.summary()["positions"][0]["realized_pnl"] == "0.123456789012345678"


def test_table_shows_a_profit_that_is_exact_without_a_word() -> None:
    coin = made_result().positions[1]
    exact = dataclasses.replace(coin, realized_pnl=Money("0.120000000000000000", "USDT"))
    assert "realised PnL      0.12000000 USDT" in str(made_result(positions=(exact,))).splitlines()


def test_table_says_when_the_run_was_stopped() -> None:
    assert "(stopped early)" in str(made_result(finished=False))


def test_time_before_1970_is_written_too() -> None:
    assert time_text(-1) == "1969-12-31T23:59:59.999999999Z"


@pytest.mark.parametrize(
    ("name", "dtype"),
    [("orders", ORDER_ROW), ("fills", FILL_ROW), ("equity", EQUITY_ROW), ("cash_events", CASH_EVENT_ROW)],
)
def test_documentation_lists_the_columns_of_every_array(name: str, dtype: np.dtype[np.void]) -> None:
    line = next(line for line in ROWS_SECTION.splitlines() if line.startswith(f"| `{name}` |"))
    assert line.split("`")[3::2] == list(dtype.names or ())
    sizes = [dtype[field].itemsize for field in dtype.names or ()]
    assert dtype.itemsize == sum(sizes), "rows have no padding"


def test_none_is_the_smallest_number() -> None:
    assert np.iinfo(np.int64).min == NONE


@pytest.mark.parametrize(("dtype", "size"), [(ORDER_ROW, 136), (FILL_ROW, 112), (EVENT_ROW, 128)])
def test_documentation_says_how_large_rows_are(dtype: np.dtype[np.void], size: int) -> None:
    assert dtype.itemsize == size
    assert f" {size}" in ROWS_SECTION
    narrow = [field for field in dtype.names or () if dtype[field].itemsize == 4]
    codes = {"side", "order_type", "time_in_force", "ord_status", "exec_type", "liquidity", "reason", "trigger_type"}
    for field in narrow:
        assert dtype[field] == (np.int32 if field in codes | {"flags", "contingency"} else np.uint32)
