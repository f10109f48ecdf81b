"""Makes a small result by hand, whose every figure can be worked out on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pytrader._core import EQUITY_ROW, FILL_ROW, ORDER_ROW
from pytrader.backtest.result import AccountSummary, BacktestResult, PositionSummary
from pytrader.model import (
    Fixed,
    Instrument,
    Liquidity,
    Money,
    OrderStatus,
    OrderType,
    Price,
    Quantity,
    RejectReason,
    Side,
    TimeInForce,
)

NONE = -(2**63)
SECOND = 1_000_000_000
START = 1_340_285_400 * SECOND

ACME = Instrument("ACME", "X", kind="equity", quote_currency="USD", tick_size="0.01", lot_size="1")
COIN = Instrument(
    "COIN", "Y", kind="spot", base_currency="BTC", quote_currency="USDT", tick_size="0.5", lot_size="0.001"
)


def rows(dtype: Any, *given: dict[str, int]) -> npt.NDArray[np.void]:
    """Make rows from the fields that matter; the others are zero."""
    made = np.zeros(len(given), dtype=dtype)
    for index, fields in enumerate(given):
        for name, value in fields.items():
            made[name][index] = value
    return made


BUY, SELL = int(Side.BUY.value), int(Side.SELL.value)
MAKER, TAKER = int(Liquidity.MAKER.value), int(Liquidity.TAKER.value)
GTC, IOC = int(TimeInForce.GTC.value), int(TimeInForce.IOC.value)
LIMIT, MARKET = int(OrderType.LIMIT.value), int(OrderType.MARKET.value)

ORDERS: tuple[dict[str, int], ...] = (
    {
        "ts_init": START + 1,
        "ts_last": START + 5,
        "client_order_id": 1,
        "venue_order_id": 11,
        "side": BUY,
        "order_type": LIMIT,
        "time_in_force": GTC,
        "ord_status": int(OrderStatus.FILLED.value),
        "price": 10_000,
        "order_qty": 3,
        "cum_qty": 3,
        "cum_value_lo": 2 * 10_000 + 9_999,
        "tag": 1,
    },
    {
        "ts_init": START + 2,
        "ts_last": START + 2,
        "client_order_id": 2,
        "instrument": 1,
        "side": SELL,
        "order_type": MARKET,
        "time_in_force": IOC,
        "ord_status": int(OrderStatus.DENIED.value),
        "price": NONE,
        "order_qty": 2_500,
        "reason": int(RejectReason.INSUFFICIENT_FUNDS.value),
    },
    {
        "ts_init": START + 6,
        "ts_last": START + 7,
        "client_order_id": 3,
        "venue_order_id": 12,
        "instrument": 1,
        "side": SELL,
        "order_type": MARKET,
        "time_in_force": IOC,
        "ord_status": int(OrderStatus.FILLED.value),
        "price": NONE,
        "order_qty": 1_500,
        "cum_qty": 1_500,
        "cum_value_lo": 1_500 * 120_001,
    },
)

FILLS: tuple[dict[str, int], ...] = (
    {
        "ts_event": START + 4,
        "ts_init": START + 4,
        "client_order_id": 1,
        "venue_order_id": 11,
        "exec_id": 1,
        "side": BUY,
        "price": 10_000,
        "quantity": 2,
        "liquidity": MAKER,
        "fee": -1,
        "position_after": 2,
        "mid2_at_fill": 20_001,
        "mid2_1s": 20_003,
        "mid2_10s": NONE,
    },
    {
        "ts_event": START + 5,
        "ts_init": START + 5,
        "client_order_id": 1,
        "venue_order_id": 11,
        "exec_id": 2,
        "side": BUY,
        "price": 9_999,
        "quantity": 1,
        "liquidity": TAKER,
        "fee": 5,
        "position_after": 3,
        "mid2_at_fill": 20_001,
        "mid2_1s": 19_990,
        "mid2_10s": NONE,
    },
    {
        "ts_event": START + 7,
        "ts_init": START + 7,
        "client_order_id": 3,
        "venue_order_id": 12,
        "exec_id": 3,
        "instrument": 1,
        "side": SELL,
        "price": 120_001,
        "quantity": 1_500,
        "liquidity": TAKER,
        "fee": 123_456_789,
        "position_after": -1_500,
        "mid2_at_fill": 240_003,
        "mid2_1s": 240_000,
        "mid2_10s": 239_999,
    },
)

EQUITY: tuple[dict[str, int], ...] = (
    {"ts": START, "cash": 10_000_00, "equity": 10_000_00},
    {"ts": START + SECOND, "cash": 9_700_01, "position_value": 300_03, "equity": 10_000_04},
    {"ts": START + SECOND, "currency": 1, "cash": -5, "position_value": 3, "equity": -2},
)


def made_result(**changes: Any) -> BacktestResult:
    """Make the result, with some of its fields changed."""
    fields: dict[str, Any] = {
        "orders": rows(ORDER_ROW, *({"stop_price": NONE, **order} for order in ORDERS)),
        "fills": rows(FILL_ROW, *FILLS),
        "equity": rows(EQUITY_ROW, *EQUITY),
        "instruments": (ACME, COIN),
        "strategies": ("Maker",),
        "accounts": (
            AccountSummary("USD", Money("10000.00", "USD"), Money("9700.01", "USD"), Money("10000.04", "USD")),
            AccountSummary("USDT", Money("0", "USDT"), Money("-5", "USDT"), Money("-2", "USDT")),
        ),
        "positions": (
            PositionSummary(
                "Maker",
                "ACME.X",
                Fixed("3"),
                Fixed("99.99"),
                Money("0.00", "USD"),
                Money("0.05", "USD"),
                Money("0.04", "USD"),
                Quantity("3"),
                Price("100.01"),
            ),
            PositionSummary(
                "Maker",
                "COIN.Y",
                Fixed("-1.5"),
                Fixed("60000.5"),
                Money("0", "USDT"),
                None,
                Money("1.23456789", "USDT"),
                Quantity("1.5"),
                None,
            ),
        ),
        "events": 1_000,
        "run_seconds": 0.5,
        "cpu_seconds": 0.25,
        "digest": "0123456789abcdef",
        "finished": True,
        "start_ns": START,
        "end_ns": START + SECOND,
        "source": "made by hand",
        "tags": ("", "grid:1"),
    }
    return BacktestResult(**{**fields, **changes})


__all__ = ["ACME", "COIN", "NONE", "made_result", "rows"]
