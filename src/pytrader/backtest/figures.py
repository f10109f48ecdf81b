"""Draws the figures of a result from its rows: volumes, fees, profit and loss, maker share, markouts."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pytrader.backtest.exact import UNKNOWN, IntColumn, exact_dot, exact_sum, fraction_text, ratio
from pytrader.model import Liquidity, OrderStatus, Side

if TYPE_CHECKING:
    from pytrader.backtest.result import AccountSummary, BacktestResult, PositionSummary
    from pytrader.backtest.venue_models import QueueModelUse
    from pytrader.model import Instrument, Money

SUMMARY_VERSION = 1
MARKOUTS = {"markout_1s": "mid2_1s", "markout_10s": "mid2_10s"}

BUY = int(Side.BUY.value)
MAKER = int(Liquidity.MAKER.value)


def time_text(ns: int) -> str:
    """Write nanoseconds since 1970 as ISO 8601 in UTC, with nine decimals."""
    seconds, nanoseconds = divmod(ns, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"


def markout(fills: npt.NDArray[np.void], mid2_field: str, instrument: Instrument) -> dict[str, Any]:
    """Measure where the mid went after our fills, from each fill's own price.

    A buy gains when the mid is later above its price, a sell when it is below. ``mid2`` columns hold bid + ask, twice
    the mid, so that half a tick is a whole number; fills whose later mid was never seen are left out.

    Returns
    -------
    dict
        ``total`` in quote currency, exact text; ``per_unit`` in the units of the price, the average over quantity;
        ``fills``, how many counted.
    """
    known = fills[fills[mid2_field] != UNKNOWN]
    direction: IntColumn = np.where(known["side"] == BUY, 1, -1).astype(np.int64)
    gained2: IntColumn = direction * (known[mid2_field] - 2 * known["price"])
    half_tick_lots = exact_dot(gained2, known["quantity"])
    lots = exact_sum(known["quantity"])
    tick = Fraction(str(instrument.tick_size))
    total = (
        Fraction(half_tick_lots, 2) * tick * Fraction(str(instrument.lot_size)) * Fraction(str(instrument.multiplier))
    )
    return {
        "total": fraction_text(total),
        "per_unit": ratio(Fraction(half_tick_lots, 2) * tick, lots),
        "fills": len(known),
    }


def position_figures(result: BacktestResult, position: PositionSummary) -> dict[str, Any]:
    """Draw the figures of one strategy in one instrument."""
    index = [each.id for each in result.instruments].index(position.instrument_id)
    strategy = result.strategies.index(position.strategy)
    instrument = result.instruments[index]
    orders = result.orders[(result.orders["instrument"] == index) & (result.orders["strategy"] == strategy)]
    fills = result.fills[(result.fills["instrument"] == index) & (result.fills["strategy"] == strategy)]
    lots = exact_sum(fills["quantity"])
    maker_lots = exact_sum(fills["quantity"][fills["liquidity"] == MAKER])
    lot = Fraction(str(instrument.lot_size))
    turnover = exact_dot(fills["price"], fills["quantity"]) * Fraction(str(instrument.tick_size)) * lot
    net = None
    if position.unrealized_pnl is not None:
        net = amount_text(position.realized_pnl + position.unrealized_pnl - position.fees + position.income)
    return {
        "strategy": position.strategy,
        "instrument": position.instrument_id,
        "currency": str(instrument.quote_currency),
        "orders": len(orders),
        "order_status": status_counts(orders),
        "fills": len(fills),
        "volume": fraction_text(lots * lot),
        "turnover": fraction_text(turnover * Fraction(str(instrument.multiplier))),
        "maker_share": ratio(maker_lots, lots),
        "fees": amount_text(position.fees),
        "income": amount_text(position.income),
        "realized_pnl": amount_text(position.realized_pnl),
        "unrealized_pnl": None if position.unrealized_pnl is None else amount_text(position.unrealized_pnl),
        "net_pnl": net,
        **{name: markout(fills, field, instrument) for name, field in MARKOUTS.items()},
        "quantity": str(position.quantity),
        "average_price": None if position.average_price is None else str(position.average_price),
        "last_price": None if position.last_price is None else str(position.last_price),
        "max_position": str(position.max_position),
    }


def amount_text(money: Money) -> str:
    """Write the amount of money without its currency."""
    return str(money.amount)


def status_counts(orders: npt.NDArray[np.void]) -> dict[str, int]:
    """Count orders by how they ended, by name of their status."""
    statuses, counts = np.unique(orders["ord_status"], return_counts=True)
    names = {int(status.value): status.name.lower() for status in OrderStatus}
    return {names[int(status)]: int(count) for status, count in zip(statuses, counts, strict=True)}


def account_figures(account: AccountSummary) -> dict[str, str]:
    """Draw the figures of one currency of the account."""
    return {
        "currency": account.currency,
        "opening": amount_text(account.opening),
        "cash": amount_text(account.cash),
        "equity": amount_text(account.equity),
        "profit": amount_text(account.equity - account.opening),
    }


def queue_model_figures(use: QueueModelUse) -> dict[str, Any]:
    """Draw what is known of the places of own orders in one instrument."""
    bias = use.bias
    return {
        "instrument": use.instrument_id,
        "data": use.data,
        "model": None if use.model is None else str(use.model),
        "fill_rate_bias": None if bias is None else finite(bias.fill_rate_bias),
        "queue_error": None if bias is None else finite(bias.queue_error),
        "measured_on": None if bias is None else bias.data,
        "measured_orders": None if bias is None else bias.orders,
        "text": str(use),
    }


def finite(value: float) -> float | None:
    """Return a number, or None for what is not one."""
    return value if math.isfinite(value) else None


def summarize(result: BacktestResult) -> dict[str, Any]:
    """Draw all figures of a result; see `BacktestResult.summary`."""
    return {
        "version": SUMMARY_VERSION,
        "source": result.source,
        "finished": result.finished,
        "digest": result.digest,
        "start": time_text(result.start_ns),
        "start_ns": result.start_ns,
        "end": time_text(result.end_ns),
        "end_ns": result.end_ns,
        "events": result.events,
        "book_faults": [
            {"instrument": each.instrument_id, "fault": each.fault, "rows": each.count} for each in result.book_faults
        ],
        "early_rows": [{"instrument": each.instrument_id, "rows": each.count} for each in result.early_rows],
        "queue_models": [queue_model_figures(use) for use in result.queue_models],
        "errors": [
            {"strategy": each.strategy, "error": each.error_type, "place": each.place, "action": each.action}
            for each in result.errors
        ],
        "run_seconds": result.run_seconds,
        "cpu_seconds": result.cpu_seconds,
        "events_per_second": result.events / result.run_seconds if result.run_seconds > 0 else None,
        "orders": len(result.orders),
        "order_status": status_counts(result.orders),
        "fills": len(result.fills),
        "accounts": [account_figures(account) for account in result.accounts],
        "positions": [position_figures(result, position) for position in result.positions],
    }
