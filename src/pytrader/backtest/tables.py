"""Turns the rows of a result into columns that people and other programs read: names for codes, decimals for ticks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt

from pytrader.backtest.exact import UNKNOWN, IntColumn, divide_half_even, mantissa_and_decimals
from pytrader.model import (
    CashEventKind,
    Contingency,
    ExecType,
    Liquidity,
    OrderStatus,
    OrderType,
    RejectReason,
    Side,
    TimeInForce,
    TriggerType,
)

if TYPE_CHECKING:
    from pytrader.backtest.result import BacktestResult
    from pytrader.model import Instrument

AVG_PX_DECIMALS = 18
EXACT_DECIMALS = 18
Rows = npt.NDArray[np.void]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """One column of an output file.

    Attributes
    ----------
    name : str
        Its heading.
    kind : {"time", "integer", "text", "decimal"}
        What the numbers are: nanoseconds since 1970 UTC, plain numbers, indices into `labels`, or mantissas.
    numbers : sequence of int
        One a row; mantissas of a decimal may exceed 64 bits.
    decimals : int
        Of a decimal: its value is ``number * 10**-decimals``.
    decimals_min : int
        Of a decimal as text: trailing zeros beyond so many decimals are dropped.
    labels : sequence of str
        Of text.
    known : array of bool or None
        False where the row has no value; None when every row has one.
    """

    name: str
    kind: Literal["time", "integer", "text", "decimal"]
    numbers: Sequence[int] | IntColumn
    decimals: int = 0
    decimals_min: int = 0
    labels: Sequence[str] = ()
    known: Bools | None = None


def code_column(name: str, codes: IntColumn, names: Any, unknown: int | None = None) -> Column:
    """Name the codes of an enumeration; the code `unknown` becomes an empty cell."""
    labels = [""] * (max(int(member.value) for member in names) + 1)
    for member in names:
        labels[int(member.value)] = member.name.lower()
    return Column(name, "text", codes, labels=labels, known=None if unknown is None else codes != unknown)


def number_column(name: str, rows: Rows) -> Column:
    """Numbers that count from 1 on; 0 stands for none and becomes an empty cell."""
    return Column(name, "integer", rows[name], known=rows[name] != 0)


def grid_column(
    name: str, rows: Rows, field: str, steps: Sequence[Any], halves: bool = False, places: IntColumn | None = None
) -> Column:
    """Turn whole ticks or lots into decimals of one scale for the whole column.

    Parameters
    ----------
    steps
        The tick or lot size of each instrument, exact.
    halves
        The column counts half steps.
    places
        The place among `steps` of each row's; its instrument's if not given.
    """
    scales = [mantissa_and_decimals(step) for step in steps]
    if halves:
        scales = [(mantissa * 5, decimals + 1) for mantissa, decimals in scales]
    decimals = max((decimals for _, decimals in scales), default=0)
    factors = [mantissa * 10 ** (decimals - own) for mantissa, own in scales]
    known = rows[field] != UNKNOWN
    own_places = rows["instrument"] if places is None else places
    numbers: Sequence[int] = [
        int(value) * factors[place] if is_known else 0
        for value, place, is_known in zip(rows[field].tolist(), own_places.tolist(), known.tolist(), strict=True)
    ]
    return Column(name, "decimal", numbers, decimals, decimals, known=None if bool(known.all()) else known)


def average_price_column(rows: Rows, ticks: Sequence[Any]) -> Column:
    """Divide each order's value by its quantity, in ticks, rounded half-even at 18 decimals of price."""
    scales = [mantissa_and_decimals(tick) for tick in ticks]
    numbers = []
    fields = ("cum_value_hi", "cum_value_lo", "cum_qty", "instrument")
    for high, low, quantity, instrument in zip(*(rows[field].tolist() for field in fields), strict=True):
        value = (high << 64) | (low & 0xFFFF_FFFF_FFFF_FFFF)
        mantissa, decimals = scales[instrument]
        scaled = value * mantissa * 10 ** (AVG_PX_DECIMALS - decimals)
        numbers.append(divide_half_even(scaled, quantity) if quantity else 0)
    shown = max((decimals for _, decimals in scales), default=0)
    return Column("avg_px", "decimal", numbers, AVG_PX_DECIMALS, shown, known=rows["cum_qty"] != 0)


def identity_columns(result: BacktestResult, rows: Rows) -> list[Column]:
    """Say whose order it is: strategy and instrument by name."""
    return [
        Column("strategy", "text", rows["strategy"], labels=result.strategies),
        Column("instrument", "text", rows["instrument"], labels=[each.id for each in result.instruments]),
    ]


def order_columns(result: BacktestResult) -> list[Column]:
    """Lay out the orders."""
    rows = result.orders
    ticks = [each.tick_size for each in result.instruments]
    lots = [each.lot_size for each in result.instruments]
    return [
        Column("ts_init", "time", rows["ts_init"]),
        Column("ts_last", "time", rows["ts_last"]),
        Column("client_order_id", "integer", rows["client_order_id"]),
        number_column("venue_order_id", rows),
        *identity_columns(result, rows),
        code_column("side", rows["side"], Side),
        code_column("order_type", rows["order_type"], OrderType),
        code_column("time_in_force", rows["time_in_force"], TimeInForce),
        code_column("ord_status", rows["ord_status"], OrderStatus),
        grid_column("price", rows, "price", ticks),
        grid_column("order_qty", rows, "order_qty", lots),
        grid_column("cum_qty", rows, "cum_qty", lots),
        average_price_column(rows, ticks),
        code_column("reason", rows["reason"], RejectReason, unknown=0),
        Column("tag", "text", rows["tag"], labels=result.tags, known=rows["tag"] != 0),
        stop_price_column(result, rows, ticks, rows["trigger_symbol"]),
        code_column("trigger_type", rows["trigger_type"], TriggerType, unknown=0),
        number_column("list", rows),
        code_column("contingency", rows["contingency"], Contingency, unknown=0),
        number_column("parent", rows),
        symbol_column(result, rows),
    ]


def symbol_column(result: BacktestResult, rows: Rows) -> Column:
    """Name the synthetic price that orders wait for."""
    symbols = rows["trigger_symbol"]
    names = ["", *(each.name for each in result.synthetics)]
    return Column("trigger_symbol", "text", symbols, labels=names, known=symbols != 0)


def stop_price_column(result: BacktestResult, rows: Rows, ticks: Sequence[Any], symbols: IntColumn) -> Column:
    """Say what orders wait for: in ticks of their instrument, or of the synthetic price that they name."""
    places = np.where(symbols == 0, rows["instrument"], len(ticks) - 1 + symbols)
    return grid_column(
        "stop_price", rows, "stop_price", [*ticks, *(each.tick_size for each in result.synthetics)], places=places
    )


def fee_column(rows: Rows, instruments: Sequence[Instrument]) -> Column:
    """Turn fees from minor units of each quote currency into decimals of one scale."""
    own = [each.quote_currency.decimals for each in instruments]
    decimals = max(own, default=0)
    factors = [10 ** (decimals - each) for each in own]
    numbers = [
        fee * factors[index] for fee, index in zip(rows["fee"].tolist(), rows["instrument"].tolist(), strict=True)
    ]
    return Column("fee", "decimal", numbers, decimals, decimals)


def fill_columns(result: BacktestResult) -> list[Column]:
    """Lay out the fills."""
    rows = result.fills
    ticks = [each.tick_size for each in result.instruments]
    lots = [each.lot_size for each in result.instruments]
    currencies = [str(each.quote_currency) for each in result.instruments]
    return [
        Column("ts_event", "time", rows["ts_event"]),
        Column("ts_init", "time", rows["ts_init"]),
        Column("client_order_id", "integer", rows["client_order_id"]),
        Column("venue_order_id", "integer", rows["venue_order_id"]),
        Column("exec_id", "integer", rows["exec_id"]),
        *identity_columns(result, rows),
        code_column("side", rows["side"], Side),
        grid_column("last_px", rows, "price", ticks),
        grid_column("last_qty", rows, "quantity", lots),
        code_column("liquidity", rows["liquidity"], Liquidity),
        fee_column(rows, result.instruments),
        Column("currency", "text", rows["instrument"], labels=currencies),
        grid_column("position_after", rows, "position_after", lots),
        grid_column("mid_at_fill", rows, "mid2_at_fill", ticks, halves=True),
        grid_column("mid_1s", rows, "mid2_1s", ticks, halves=True),
        grid_column("mid_10s", rows, "mid2_10s", ticks, halves=True),
    ]


def wide_column(name: str, rows: Rows, field: str, decimals_min: int) -> Column:
    """Join the two halves of 128-bit amounts of 10^-18."""
    numbers = [
        (high << 64) | (low & 0xFFFF_FFFF_FFFF_FFFF)
        for high, low in zip(rows[f"{field}_hi"].tolist(), rows[f"{field}_lo"].tolist(), strict=True)
    ]
    return Column(name, "decimal", numbers, EXACT_DECIMALS, decimals_min)


def cash_event_columns(result: BacktestResult) -> list[Column]:
    """Lay out what money events did."""
    rows = result.cash_events
    lots = [each.lot_size for each in result.instruments]
    currencies = [str(each.quote_currency) for each in result.instruments]
    return [
        Column("ts_event", "time", rows["ts_event"]),
        Column("ts_init", "time", rows["ts_init"]),
        code_column("kind", rows["kind"], CashEventKind),
        *identity_columns(result, rows),
        grid_column("quantity_before", rows, "quantity_before", lots),
        grid_column("quantity_after", rows, "quantity_after", lots),
        wide_column("amount", rows, "amount", 2),
        wide_column("realized_pnl", rows, "realized_pnl", 2),
        Column("currency", "text", rows["instrument"], labels=currencies),
        wide_column("price", rows, "price", 2),
    ]


def equity_columns(result: BacktestResult) -> list[Column]:
    """Lay out the equity curve."""
    rows = result.equity
    own = [account.opening.currency.decimals for account in result.accounts]
    decimals = max(own, default=0)
    factors = [10 ** (decimals - each) for each in own]
    columns = [
        Column("ts", "time", rows["ts"]),
        Column("currency", "text", rows["currency"], labels=[account.currency for account in result.accounts]),
    ]
    for field in ("cash", "position_value", "equity"):
        numbers = [
            value * factors[index] for value, index in zip(rows[field].tolist(), rows["currency"].tolist(), strict=True)
        ]
        columns.append(Column(field, "decimal", numbers, decimals, decimals))
    return columns


def event_columns(result: BacktestResult) -> list[Column]:
    """Lay out the order events of a run that recorded them."""
    rows = result.order_events
    assert rows is not None, "a run's result has them, recorded or none"
    ticks = [each.tick_size for each in result.instruments]
    lots = [each.lot_size for each in result.instruments]
    last_px = grid_column("last_px", rows, "last_px", ticks)
    return [
        Column("ts_event", "time", rows["ts_event"]),
        Column("ts_init", "time", rows["ts_init"]),
        Column("client_order_id", "integer", rows["client_order_id"]),
        number_column("venue_order_id", rows),
        number_column("exec_id", rows),
        *identity_columns(result, rows),
        code_column("exec_type", rows["exec_type"], ExecType),
        code_column("ord_status", rows["ord_status"], OrderStatus),
        code_column("side", rows["side"], Side),
        grid_column("price", rows, "price", ticks),
        stop_price_column(result, rows, ticks, rows["trigger_symbol"]),
        grid_column("order_qty", rows, "order_qty", lots),
        grid_column("cum_qty", rows, "cum_qty", lots),
        grid_column("leaves_qty", rows, "leaves_qty", lots),
        replace(last_px, known=rows["last_qty"] != 0),
        grid_column("last_qty", rows, "last_qty", lots),
        code_column("liquidity", rows["liquidity"], Liquidity, unknown=0),
        code_column("reason", rows["reason"], RejectReason, unknown=0),
        symbol_column(result, rows),
    ]


TABLES: Final[dict[str, Callable[[BacktestResult], list[Column]]]] = {
    "orders": order_columns,
    "fills": fill_columns,
    "cash_events": cash_event_columns,
    "equity": equity_columns,
    "order_events": event_columns,
}


def output_tables(result: BacktestResult) -> dict[str, list[Column]]:
    """Lay out every file of a result, by its name without ending; order events where the run recorded them."""
    recorded = result.order_events is not None and len(result.order_events) > 0
    return {name: columns(result) for name, columns in TABLES.items() if name != "order_events" or recorded}
